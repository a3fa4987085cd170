// Categorical focal cross-entropy: easy examples count less (Lin et al. 2018, for several classes).
#include "nn/losses/losses.h"

typedef struct Focal {
  LnLoss base;
  LnNumbers alpha;
  double gamma, label_smoothing;
  bool from_logits;
  int64_t axis;
} Focal;

// value * alpha: one number for all, or one for each class of the last axis.
static LnTensor *weigh(LnContext *c, const LnNumbers *alpha, LnTensor *value) {
  if (!value || alpha->n == 1) return ln_mul_number(c, value, alpha->v[0]);
  if (value->shape[value->rank - 1] != alpha->n) {
    ln_fail(c, "alpha has %lld weights for the last axis of y_pred, %s", (long long)alpha->n,
            ln_tensor_shape_text(value));
    return NULL;
  }
  LnTensor *w = ln_temp(c, ln_tensor_new(c, (LnDtype)value->dtype, 1, &alpha->n));
  if (!w) return NULL;
  for (int64_t i = 0; i < alpha->n; i++) ln_tensor_set(w, &i, alpha->v[i]);
  return ln_mul(c, value, w);
}

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  const Focal *o = (const Focal *)self;
  int axis;
  if (!ln_axis(c, "axis", o->axis, y_pred->rank, &axis)) return NULL;
  double classes = (double)y_pred->shape[axis];
  LnTensor *y = ln_smooth_labels(c, y_true, o->label_smoothing, 1 / classes);
  LnTensor *p = o->from_logits ? ln_softmax(c, y_pred, o->axis) : y_pred;
  p = ln_clip(c, ln_div(c, p, ln_sum(c, p, o->axis, true)), LN_EPSILON, 1 - LN_EPSILON);
  LnTensor *focus = ln_pow_number(c, ln_number_sub(c, 1, p), o->gamma);
  LnTensor *value = ln_mul(c, weigh(c, &o->alpha, focus), ln_mul(c, y, ln_log(c, p)));
  return ln_neg(c, ln_sum(c, value, o->axis, false));
}

static bool init(LnContext *c, void *self) {
  return ((Focal *)self)->alpha.n > 0 || ln_fail(c, "alpha must be a number or a list of numbers");
}

static const LnOption options[] = {
    {"alpha", LN_OPT_NUMBERS, offsetof(Focal, alpha), "0.25", ">= 0",
     .one = LN_ONE_AS_NUMBER,
     .doc = "the weight of every class, or one for each"},
    {"gamma", LN_OPT_NUMBER, offsetof(Focal, gamma), "2", ">= 0",
     .doc = "how strongly easy examples are weighed down; 0 for not at all"},
    {"from_logits", LN_OPT_BOOL, offsetof(Focal, from_logits), "false",
     .doc = "y_pred has not gone through a softmax"},
    {"label_smoothing", LN_OPT_NUMBER, offsetof(Focal, label_smoothing), "0", "[0, 1]",
     .doc = "how far labels are moved towards 1 / classes"},
    {"axis", LN_OPT_AXIS, offsetof(Focal, axis), "-1", .doc = "the axis of the classes"},
    LN_LOSS_NAME("categorical_focal_crossentropy"),
    {0}};

static const LnLossClass focal = {
    .base = {.kind = LN_LOSS, .name = "CategoricalFocalCrossentropy",
             .aliases = "categorical_focal_crossentropy", .size = sizeof(Focal),
             .options = options, .init = init,
             .doc = "-sum(alpha * (1 - p)^gamma * y_true * log(p)) over `axis`; p is y_pred "
                    "divided by\n"
                    "its sum and clipped to [1e-7, 1 - 1e-7].\n"
                    "Shapes: y_true (one-hot) and y_pred the same; values without that axis.\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", "
                    "ln.losses.CategoricalFocalCrossentropy()(ln.tensor{{0, "
                    "1, 0}},\n"
                    "    ln.tensor{{0.1, 0.5, 0.4}}):item())  --> 0.0433"},
    .call = call,
};

const LnLossClass *const ln_losses_categorical_focal_crossentropy[] = {&focal, NULL};
