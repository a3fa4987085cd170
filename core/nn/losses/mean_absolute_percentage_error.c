// Mean absolute percentage error.
#include <math.h>

#include "nn/losses/losses.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  (void)self;
  LnTensor *scale = ln_clip(c, ln_abs(c, y_true), LN_EPSILON, INFINITY);
  LnTensor *error = ln_abs(c, ln_div(c, ln_sub(c, y_true, y_pred), scale));
  return ln_mul_number(c, ln_mean(c, error, -1, false), 100);
}

static const LnOption options[] = {LN_LOSS_NAME("mean_absolute_percentage_error"), {0}};

const LnLossClass ln_mean_absolute_percentage_error = {
    .base = {.kind = LN_LOSS, .name = "MeanAbsolutePercentageError",
             .aliases = "mean_absolute_percentage_error mape MAPE",
             .size = sizeof(LnLoss), .options = options,
             .doc = "100 * mean of |y_true - y_pred| / max(|y_true|, 1e-7) over the last axis.\n"
                    "Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).\n"
                    "Example:\n"
                    "  ln.losses.MeanAbsolutePercentageError()(ln.tensor{{2, 4}}, "
                    "ln.tensor{{1, 4}}):item()  --> 25.0"},
    .call = call,
};

const LnLossClass *const ln_losses_mean_absolute_percentage_error[] = {
    &ln_mean_absolute_percentage_error, NULL};
