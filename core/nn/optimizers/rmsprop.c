// RMSprop (Tieleman and Hinton, "Lecture 6.5: rmsprop", Coursera 2012), plain, with momentum, or
// centered (Graves, "Generating sequences with recurrent neural networks", 2013).
#include "nn/optimizers/_step.h"

typedef struct RMSprop {
  LnOptimizer base;
  double rho, momentum, epsilon;
  bool centered;
} RMSprop;

static const LnOption options[] = {
    LN_RATE(RMSprop, "0.001"),
    {"rho", LN_OPT_NUMBER, LN_FIELD(RMSprop, rho), "0.9", "[0, 1]",
     .doc = "decay of the average of squared gradients"},
    {"momentum", LN_OPT_NUMBER, LN_FIELD(RMSprop, momentum), "0", "[0, 1]",
     .doc = "share of the last step that goes into the next"},
    {"epsilon", LN_OPT_NUMBER, LN_FIELD(RMSprop, epsilon), "1e-7", ">= 0",
     .doc = "added under the square root"},
    {"centered", LN_OPT_BOOL, LN_FIELD(RMSprop, centered), "false",
     .doc = "divide by the deviation of the gradient instead of its root mean square"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  const RMSprop *o = (const RMSprop *)self;
  int n = 0;
  names[n++] = "velocity";
  if (o->momentum > 0) names[n++] = "|momentum";
  if (o->centered) names[n++] = "|average_gradient";
  return n;
}

LN_STEP(step, RMSprop, {
  Real *restrict v = s->slot[0];
  Real *restrict m = o->momentum > 0 ? s->slot[1] : NULL;
  Real *restrict mean = o->centered ? s->slot[o->momentum > 0 ? 2 : 1] : NULL;
  const Real rho = (Real)o->rho, rest = (Real)(1 - o->rho);
  const Real mu = (Real)o->momentum, epsilon = (Real)o->epsilon;
  if (!m && !mean) {
    for (int64_t i = 0; i < n; i++) {
      v[i] = rho * v[i] + rest * (g[i] * g[i]);
      w[i] -= lr * g[i] / sqrt(v[i] + epsilon);
    }
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    v[i] = rho * v[i] + rest * (g[i] * g[i]);
    Real under = v[i];
    if (mean) {
      mean[i] = rho * mean[i] + rest * g[i];
      under -= mean[i] * mean[i];
    }
    Real by = lr * g[i] / sqrt(under + epsilon);
    if (m) by = m[i] = mu * m[i] + by;
    w[i] -= by;
  }
})

static const LnOptimizerClass rmsprop = {
    .base = {LN_OPTIMIZER, "RMSprop", "rmsprop", sizeof(RMSprop), options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "RMSprop (Tieleman and Hinton, 2012): v = rho * v + (1 - rho) * g^2, step ="
                    " rate * g / sqrt(v + epsilon); epsilon stands under the root, as in Keras."
                    " centered subtracts the squared average of the gradient from v (Graves, "
                    "2013); with momentum, m = momentum * m + step and w = w - m. Plain "
                    "momentum, not Nesterov's.\n"
                    "Example:\n"
                    "  ln.optimizers.RMSprop{0.01, rho = 0.95}.learning_rate  --> 0.01\n"},
    .slots = slots,
    .step = step,
};

const LnOptimizerClass *const ln_optimizers_rmsprop[] = {&rmsprop, NULL};
