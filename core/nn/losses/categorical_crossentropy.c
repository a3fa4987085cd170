// Categorical cross-entropy: one-hot (or soft) labels against a distribution over classes.
#include "nn/losses/losses.h"
#include "ops/crossentropy.h"

static bool last(const LnCrossentropyLoss *o, const LnTensor *t) {
  return o->axis == -1 || o->axis == t->rank - 1;
}

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  const LnCrossentropyLoss *o = (const LnCrossentropyLoss *)self;
  int axis;
  if (!ln_axis(c, "axis", o->axis, y_pred->rank, &axis)) return NULL;
  double n = (double)y_pred->shape[axis];
  if (o->from_logits && last(o, y_pred))
    return ln_softmax_crossentropy(c, y_true, y_pred, false, o->label_smoothing, LN_NONE);
  LnTensor *y = ln_smooth_labels(c, y_true, o->label_smoothing, 1 / n), *log_p;
  if (o->from_logits) {
    log_p = ln_log_softmax(c, y_pred, o->axis);
  } else {
    LnTensor *p = ln_div(c, y_pred, ln_sum(c, y_pred, o->axis, true));
    log_p = ln_log(c, ln_clip(c, p, LN_EPSILON, 1 - LN_EPSILON));
  }
  return ln_neg(c, ln_sum(c, ln_mul(c, y, log_p), o->axis, false));
}

static LnTensor *call_logits(LnContext *c, const LnLoss *self, LnTensor *y_true,
                             LnTensor *logits) {
  const LnCrossentropyLoss *o = (const LnCrossentropyLoss *)self;
  if (!ln_loss_prepare(c, self, &y_true, &logits)) return NULL;
  if (o->from_logits || !last(o, logits)) {
    LnTensor *p = ln_softmax(c, logits, -1);
    return p ? call(c, self, y_true, p) : NULL;
  }
  return ln_softmax_crossentropy(c, y_true, logits, true, o->label_smoothing, LN_NONE);
}

static const LnOption options[] = {
    {"from_logits", LN_OPT_BOOL, offsetof(LnCrossentropyLoss, from_logits), "false",
     .doc = "y_pred has not gone through a softmax"},
    {"label_smoothing", LN_OPT_NUMBER, offsetof(LnCrossentropyLoss, label_smoothing), "0",
     "[0, 1]", .doc = "how far labels are moved towards 1 / classes"},
    {"axis", LN_OPT_AXIS, offsetof(LnCrossentropyLoss, axis), "-1",
     .doc = "the axis of the classes"},
    LN_LOSS_NAME("categorical_crossentropy"),
    {0}};

const LnLossClass ln_categorical_crossentropy = {
    .base = {.kind = LN_LOSS, .name = "CategoricalCrossentropy",
             .aliases = "categorical_crossentropy", .size = sizeof(LnCrossentropyLoss),
             .options = options,
             .doc = "-sum(y_true * log p) over `axis`; p is y_pred divided by its sum and "
                    "clipped to\n"
                    "[1e-7, 1 - 1e-7], or with from_logits its softmax. For class ids there is\n"
                    "SparseCategoricalCrossentropy.\n"
                    "Shapes: y_true (one-hot) and y_pred the same; values without that axis.\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", ln.losses.CategoricalCrossentropy()(ln.tensor{{0, "
                    "1, 0}},\n"
                    "    ln.tensor{{0.05, 0.95, 0}}):item())  --> 0.0513"},
    .call = call,
    .fuses = "softmax",
    .call_logits = call_logits,
};

const LnLossClass *const ln_losses_categorical_crossentropy[] = {&ln_categorical_crossentropy,
                                                                 NULL};
