// Binary cross-entropy: the mean over an axis of independent yes-or-no decisions.
#include "nn/losses/losses.h"
#include "ops/crossentropy.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  const LnCrossentropyLoss *o = (const LnCrossentropyLoss *)self;
  if (o->from_logits)
    return ln_mean(c, ln_sigmoid_crossentropy(c, y_true, y_pred, false, o->label_smoothing),
                   o->axis, false);
  LnTensor *y = ln_smooth_labels(c, y_true, o->label_smoothing, 0.5);
  LnTensor *p = ln_clip(c, y_pred, LN_EPSILON, 1 - LN_EPSILON);
  LnTensor *yes = ln_mul(c, y, ln_log(c, p));
  LnTensor *no = ln_mul(c, ln_number_sub(c, 1, y), ln_log(c, ln_number_sub(c, 1, p)));
  return ln_neg(c, ln_mean(c, ln_add(c, yes, no), o->axis, false));
}

static LnTensor *call_logits(LnContext *c, const LnLoss *self, LnTensor *y_true,
                             LnTensor *logits) {
  const LnCrossentropyLoss *o = (const LnCrossentropyLoss *)self;
  if (!ln_loss_prepare(c, self, &y_true, &logits)) return NULL;
  if (o->from_logits) return call(c, self, y_true, ln_sigmoid(c, logits));
  return ln_mean(c, ln_sigmoid_crossentropy(c, y_true, logits, true, o->label_smoothing), o->axis,
                 false);
}

static const LnOption options[] = {
    {"from_logits", LN_OPT_BOOL, offsetof(LnCrossentropyLoss, from_logits), "false",
     .doc = "y_pred has not gone through a sigmoid"},
    {"label_smoothing", LN_OPT_NUMBER, offsetof(LnCrossentropyLoss, label_smoothing), "0",
     "[0, 1]", .doc = "how far labels are moved towards 0.5"},
    {"axis", LN_OPT_AXIS, offsetof(LnCrossentropyLoss, axis), "-1", .doc = "the axis of the mean"},
    LN_LOSS_NAME("binary_crossentropy"),
    {0}};

const LnLossClass ln_binary_crossentropy = {
    .base = {.kind = LN_LOSS, .name = "BinaryCrossentropy",
             .aliases = "binary_crossentropy bce BCE", .size = sizeof(LnCrossentropyLoss),
             .options = options,
             .doc = "Mean over `axis` of -(y log p + (1 - y) log(1 - p)); p is y_pred clipped to\n"
                    "[1e-7, 1 - 1e-7], or with from_logits its sigmoid.\n"
                    "Shapes: y_true (0 and 1, or between) and y_pred the same; values without "
                    "that\n"
                    "axis.\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", ln.losses.BinaryCrossentropy()(ln.tensor{{0, 1}, "
                    "{0, 0}},\n"
                    "    ln.tensor{{0.6, 0.4}, {0.4, 0.6}}):item())  --> 0.8149"},
    .call = call,
    .fuses = "sigmoid",
    .call_logits = call_logits,
};

const LnLossClass *const ln_losses_binary_crossentropy[] = {&ln_binary_crossentropy, NULL};
