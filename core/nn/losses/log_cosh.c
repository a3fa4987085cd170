// log(cosh(error)) in the form that does not overflow: x + softplus(-2x) - log 2.
#include "nn/losses/losses.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  (void)self;
  LnTensor *x = ln_sub(c, y_pred, y_true);
  LnTensor *bent = ln_softplus(c, ln_mul_number(c, x, -2));
  return ln_sub_number(c, ln_mean(c, ln_add(c, x, bent), -1, false), 0.69314718055994531);
}

static const LnOption options[] = {LN_LOSS_NAME("log_cosh"), {0}};

const LnLossClass ln_log_cosh = {
    .base = {.kind = LN_LOSS, .name = "LogCosh", .aliases = "log_cosh",
             .size = sizeof(LnLoss), .options = options,
             .doc = "Mean of log(cosh(y_pred - y_true)) over the last axis: about x^2 / 2 for "
                    "small errors,\n"
                    "|x| - log 2 for large ones.\n"
                    "Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", ln.losses.LogCosh()(ln.tensor{{0, 1}, {0, 0}}, "
                    "ln.tensor{{1, 1}, {0, 0}})\n"
                    "    :item())  --> 0.1084"},
    .call = call,
};

const LnLossClass *const ln_losses_log_cosh[] = {&ln_log_cosh, NULL};
