// Mean squared error, two ops: the squared differences and their mean over the last axis.
#include "nn/losses/losses.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  (void)self;
  return ln_mean(c, ln_squared_difference(c, y_pred, y_true), -1, false);
}

static const LnOption options[] = {LN_LOSS_NAME("mean_squared_error"), {0}};

const LnLossClass ln_mean_squared_error = {
    .base = {.kind = LN_LOSS, .name = "MeanSquaredError", .aliases = "mean_squared_error mse MSE",
             .size = sizeof(LnLoss), .options = options,
             .doc = "Mean of (y_true - y_pred)^2 over the last axis.\n"
                    "Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).\n"
                    "Example:\n"
                    "  ln.losses.MeanSquaredError()(ln.tensor{{0, 1}, {0, 0}}, "
                    "ln.tensor{{1, 1}, {1, 0}}):item()  --> 0.5"},
    .call = call,
};

const LnLossClass *const ln_losses_mean_squared_error[] = {&ln_mean_squared_error, NULL};
