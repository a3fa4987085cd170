// Mean absolute error.
#include "nn/losses/losses.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  (void)self;
  return ln_mean(c, ln_abs(c, ln_sub(c, y_pred, y_true)), -1, false);
}

static const LnOption options[] = {LN_LOSS_NAME("mean_absolute_error"), {0}};

const LnLossClass ln_mean_absolute_error = {
    .base = {.kind = LN_LOSS, .name = "MeanAbsoluteError", .aliases = "mean_absolute_error mae MAE",
             .size = sizeof(LnLoss), .options = options,
             .doc = "Mean of |y_true - y_pred| over the last axis.\n"
                    "Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).\n"
                    "Example:\n"
                    "  ln.losses.MeanAbsoluteError()(ln.tensor{{0, 1}, {0, 0}}, "
                    "ln.tensor{{1, 1}, {1, 0}}):item()  --> 0.5"},
    .call = call,
};

const LnLossClass *const ln_losses_mean_absolute_error[] = {&ln_mean_absolute_error, NULL};
