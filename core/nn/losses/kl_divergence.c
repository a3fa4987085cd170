// Kullback-Leibler divergence between distributions over the last axis.
#include "nn/losses/losses.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  (void)self;
  y_true = ln_clip(c, y_true, LN_EPSILON, 1);
  y_pred = ln_clip(c, y_pred, LN_EPSILON, 1);
  return ln_sum(c, ln_mul(c, y_true, ln_log(c, ln_div(c, y_true, y_pred))), -1, false);
}

static const LnOption options[] = {LN_LOSS_NAME("kl_divergence"), {0}};

const LnLossClass ln_kl_divergence = {
    .base = {.kind = LN_LOSS, .name = "KLDivergence", .aliases = "kl_divergence kld KLD",
             .size = sizeof(LnLoss), .options = options,
             .doc = "Sum of y_true * log(y_true / y_pred) over the last axis, both clipped to "
                    "[1e-7, 1].\n"
                    "Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", ln.losses.KLDivergence()(ln.tensor{{0, 1}}, "
                    "ln.tensor{{0.6, 0.4}}):item())  --> 0.9163"},
    .call = call,
};

const LnLossClass *const ln_losses_kl_divergence[] = {&ln_kl_divergence, NULL};
