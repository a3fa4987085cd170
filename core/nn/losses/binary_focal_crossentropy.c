// Binary focal cross-entropy: easy examples count less (Lin et al. 2018).
#include "nn/losses/losses.h"

typedef struct Focal {
  LnLoss base;
  bool apply_class_balancing, from_logits;
  double alpha, gamma, label_smoothing;
  int64_t axis;
} Focal;

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  const Focal *o = (const Focal *)self;
  LnTensor *y = ln_smooth_labels(c, y_true, o->label_smoothing, 0.5);
  LnTensor *p = o->from_logits ? ln_sigmoid(c, y_pred) : y_pred;
  LnTensor *inside = ln_clip(c, p, LN_EPSILON, 1 - LN_EPSILON);
  LnTensor *other = ln_number_sub(c, 1, y);
  LnTensor *entropy = ln_add(c, ln_mul(c, y, ln_log(c, inside)),
                             ln_mul(c, other, ln_log(c, ln_number_sub(c, 1, inside))));
  // 1 - p_t, where p_t is the probability given to the true class
  LnTensor *miss = ln_add(c, ln_mul(c, y, ln_number_sub(c, 1, p)), ln_mul(c, other, p));
  LnTensor *value = ln_mul(c, ln_pow_number(c, miss, o->gamma), entropy);
  if (o->apply_class_balancing)
    value = ln_mul(c, value, ln_add(c, ln_mul_number(c, y, o->alpha),
                                    ln_mul_number(c, other, 1 - o->alpha)));
  return ln_neg(c, ln_mean(c, value, o->axis, false));
}

static const LnOption options[] = {
    {"apply_class_balancing", LN_OPT_BOOL, offsetof(Focal, apply_class_balancing), "false",
     .doc = "weigh class 1 by alpha and class 0 by 1 - alpha"},
    {"alpha", LN_OPT_NUMBER, offsetof(Focal, alpha), "0.25", "[0, 1]",
     .doc = "the weight of class 1"},
    {"gamma", LN_OPT_NUMBER, offsetof(Focal, gamma), "2", ">= 0",
     .doc = "how strongly easy examples are weighed down; 0 for not at all"},
    {"from_logits", LN_OPT_BOOL, offsetof(Focal, from_logits), "false",
     .doc = "y_pred has not gone through a sigmoid"},
    {"label_smoothing", LN_OPT_NUMBER, offsetof(Focal, label_smoothing), "0", "[0, 1]",
     .doc = "how far labels are moved towards 0.5"},
    {"axis", LN_OPT_AXIS, offsetof(Focal, axis), "-1", .doc = "the axis of the mean"},
    LN_LOSS_NAME("binary_focal_crossentropy"),
    {0}};

static const LnLossClass focal = {
    .base = {.kind = LN_LOSS, .name = "BinaryFocalCrossentropy",
             .aliases = "binary_focal_crossentropy", .size = sizeof(Focal), .options = options,
             .doc = "Binary cross-entropy of each element times (1 - p_t)^gamma, p_t the "
                    "probability of\n"
                    "its true class; the mean over `axis`.\n"
                    "Shapes: y_true and y_pred the same; values without that axis.\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", ln.losses.BinaryFocalCrossentropy()(ln.tensor{{0, "
                    "1}},\n"
                    "    ln.tensor{{0.6, 0.4}}):item())  --> 0.3299"},
    .call = call,
};

const LnLossClass *const ln_losses_binary_focal_crossentropy[] = {&focal, NULL};
