// Stochastic gradient descent, with momentum (Polyak 1964) and Nesterov's form of it (Sutskever et
// al., "On the importance of initialization and momentum in deep learning", 2013).
#include "nn/optimizers/_step.h"

typedef struct SGD {
  LnOptimizer base;
  double momentum;
  bool nesterov;
} SGD;

static const LnOption options[] = {
    LN_RATE(SGD, "0.01"),
    {"momentum", LN_OPT_NUMBER, LN_FIELD(SGD, momentum), "0", "[0, 1]",
     .doc = "share of the last step that goes into the next"},
    {"nesterov", LN_OPT_BOOL, LN_FIELD(SGD, nesterov), "false",
     .doc = "look ahead along the momentum"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  names[0] = "momentum";
  return ((const SGD *)self)->momentum != 0 ? 1 : 0;
}

static bool plain(const LnOptimizer *self) { return ((const SGD *)self)->momentum == 0; }

LN_STEP(step, SGD, {
  Real *restrict m = s->slot[0];
  if (!m) {
    for (int64_t i = 0; i < n; i++) w[i] -= lr * g[i];
    return;
  }
  const Real mu = (Real)o->momentum;
  if (o->nesterov)
    for (int64_t i = 0; i < n; i++) {
      m[i] = mu * m[i] - lr * g[i];
      w[i] += mu * m[i] - lr * g[i];
    }
  else
    for (int64_t i = 0; i < n; i++) {
      m[i] = mu * m[i] - lr * g[i];
      w[i] += m[i];
    }
})

static const LnOptimizerClass sgd = {
    .base = {LN_OPTIMIZER, "SGD", "sgd", sizeof(SGD), options, ln_optimizer_init, ln_optimizer_free,
             .doc = "Gradient descent: w = w - rate * g. With momentum: v = momentum * v - rate"
                    " * g, w = w + v; with nesterov besides: w = w + momentum * v - rate * g.\n"
                    "Error: momentum outside [0, 1].\n"
                    "Example:\n"
                    "  ln.optimizers.SGD{0.1, momentum = 0.9}.learning_rate  --> 0.1\n"},
    .slots = slots,
    .step = step,
    .plain = plain,
};

const LnOptimizerClass *const ln_optimizers_sgd[] = {&sgd, NULL};
