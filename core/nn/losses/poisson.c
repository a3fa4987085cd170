// Poisson loss: y_pred is the mean of a Poisson distribution.
#include "nn/losses/losses.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  (void)self;
  LnTensor *log_pred = ln_log(c, ln_add_number(c, y_pred, LN_EPSILON));
  return ln_mean(c, ln_sub(c, y_pred, ln_mul(c, y_true, log_pred)), -1, false);
}

static const LnOption options[] = {LN_LOSS_NAME("poisson"), {0}};

const LnLossClass ln_poisson = {
    .base = {.kind = LN_LOSS, .name = "Poisson", .aliases = "poisson",
             .size = sizeof(LnLoss), .options = options,
             .doc = "Mean of y_pred - y_true * log(y_pred + 1e-7) over the last axis.\n"
                    "Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", ln.losses.Poisson()(ln.tensor{{0, 1}}, "
                    "ln.tensor{{1, "
                    "1}}):item())  --> 1.0000"},
    .call = call,
};

const LnLossClass *const ln_losses_poisson[] = {&ln_poisson, NULL};
