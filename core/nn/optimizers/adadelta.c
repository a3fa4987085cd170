// Adadelta (Zeiler, "ADADELTA: an adaptive learning rate method", 2012), with a learning rate: the
// paper's form is learning_rate = 1.
#include "nn/optimizers/_step.h"

typedef struct Adadelta {
  LnOptimizer base;
  double rho, epsilon;
} Adadelta;

static const LnOption options[] = {
    LN_RATE(Adadelta, "0.001"),
    {"rho", LN_OPT_NUMBER, LN_FIELD(Adadelta, rho), "0.95", "[0, 1]",
     .doc = "decay of both averages"},
    {"epsilon", LN_OPT_NUMBER, LN_FIELD(Adadelta, epsilon), "1e-7", ">= 0",
     .doc = "added under the square roots"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = "accumulated_grad";
  names[1] = "accumulated_delta_var";
  return 2;
}

LN_STEP(step, Adadelta, {
  Real *restrict squares = s->slot[0];
  Real *restrict deltas = s->slot[1];
  const Real rho = (Real)o->rho, rest = (Real)(1 - o->rho), epsilon = (Real)o->epsilon;
  for (int64_t i = 0; i < n; i++) {
    squares[i] = rho * squares[i] + rest * (g[i] * g[i]);
    Real by = sqrt(deltas[i] + epsilon) * g[i] / sqrt(squares[i] + epsilon);
    deltas[i] = rho * deltas[i] + rest * (by * by);
    w[i] -= lr * by;
  }
})

static const LnOptimizerClass adadelta = {
    .base = {LN_OPTIMIZER, "Adadelta", "adadelta", sizeof(Adadelta), options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Adadelta (Zeiler, 2012): steps as large as the average of earlier steps, "
                    "step = sqrt(d + epsilon) * g / sqrt(v + epsilon) with v the average of g^2"
                    " and d that of step^2; w = w - rate * step. The paper's form is "
                    "learning_rate = 1.\n"
                    "Error: rho outside [0, 1].\n"
                    "Example:\n"
                    "  ln.optimizers.Adadelta(1).learning_rate  --> 1.0\n"},
    .slots = slots,
    .step = step,
};

const LnOptimizerClass *const ln_optimizers_adadelta[] = {&adadelta, NULL};
