// Mean squared logarithmic error; negative values count as epsilon.
#include <math.h>

#include "nn/losses/losses.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  (void)self;
  LnTensor *p = ln_log1p(c, ln_clip(c, y_pred, LN_EPSILON, INFINITY));
  LnTensor *t = ln_log1p(c, ln_clip(c, y_true, LN_EPSILON, INFINITY));
  return ln_mean(c, ln_squared_difference(c, p, t), -1, false);
}

static const LnOption options[] = {LN_LOSS_NAME("mean_squared_logarithmic_error"), {0}};

const LnLossClass ln_mean_squared_logarithmic_error = {
    .base = {.kind = LN_LOSS, .name = "MeanSquaredLogarithmicError",
             .aliases = "mean_squared_logarithmic_error msle MSLE",
             .size = sizeof(LnLoss), .options = options,
             .doc = "Mean of (log(y_true + 1) - log(y_pred + 1))^2 over the last axis; values "
                    "below 1e-7 count\n"
                    "as 1e-7.\n"
                    "Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", ln.losses.MeanSquaredLogarithmicError()("
                    "ln.tensor{{0, 1}},\n"
                    "    ln.tensor{{1, 1}}):item())  --> 0.2402"},
    .call = call,
};

const LnLossClass *const ln_losses_mean_squared_logarithmic_error[] = {
    &ln_mean_squared_logarithmic_error, NULL};
