// Huber loss: squared for errors up to delta, linear beyond (Huber 1964).
#include "nn/losses/losses.h"

typedef struct Huber {
  LnLoss base;
  double delta;
} Huber;

// With r the error clipped to [-delta, delta], r * (error - r / 2) is both branches in one.
static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  double delta = ((const Huber *)self)->delta;
  LnTensor *error = ln_sub(c, y_pred, y_true);
  LnTensor *r = ln_clip(c, error, -delta, delta);
  LnTensor *value = ln_mul(c, r, ln_sub(c, error, ln_mul_number(c, r, 0.5)));
  return ln_mean(c, value, -1, false);
}

static const LnOption options[] = {
    {"delta", LN_OPT_NUMBER, offsetof(Huber, delta), "1", "> 0",
     .doc = "the error at which the loss becomes linear"},
    LN_LOSS_NAME("huber_loss"),
    {0}};

static const LnLossClass ln_huber = {
    .base = {.kind = LN_LOSS, .name = "Huber", .aliases = "huber", .size = sizeof(Huber),
             .options = options,
             .doc = "Mean over the last axis of x^2 / 2 where |x| <= delta and of\n"
                    "delta |x| - delta^2 / 2 elsewhere, x = y_true - y_pred.\n"
                    "Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).\n"
                    "Example:\n"
                    "  ln.losses.Huber()(ln.tensor{{0, 0}}, ln.tensor{{1, 3}}):item()  --> 1.5"},
    .call = call,
};

const LnLossClass *const ln_losses_huber[] = {&ln_huber, NULL};
