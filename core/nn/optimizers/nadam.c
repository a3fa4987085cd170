// Nadam: Adam with Nesterov momentum (Dozat, "Incorporating Nesterov momentum into Adam", 2016);
// beta_1 follows the schedule beta_1 * (1 - 0.96^t / 2).
#include "nn/optimizers/_step.h"

typedef struct Nadam {
  LnOptimizer base;
  double beta_1, beta_2, epsilon;
  double product;  // of the schedule's values so far: state, Keras's u_product
} Nadam;

static const LnOption options[] = {
    LN_RATE(Nadam, "0.001"),
    {"beta_1", LN_OPT_NUMBER, LN_FIELD(Nadam, beta_1), "0.9", "[0, 1)",
     .doc = "decay of the average of gradients"},
    {"beta_2", LN_OPT_NUMBER, LN_FIELD(Nadam, beta_2), "0.999", "[0, 1)",
     .doc = "decay of the average of squared gradients"},
    {"epsilon", LN_OPT_NUMBER, LN_FIELD(Nadam, epsilon), "1e-7", ">= 0",
     .doc = "added to the square root"},
    {0}};

static bool init(LnContext *c, void *self) {
  ((Nadam *)self)->product = 1;
  return ln_optimizer_init(c, self);
}

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = "momentum";
  names[1] = "velocity";
  return 2;
}

static double *scalar(LnOptimizer *self) { return &((Nadam *)self)->product; }

static double scheduled(const Nadam *o, int64_t at) {
  return o->beta_1 * (1 - 0.5 * pow(0.96, (double)at));
}

static void begin(LnOptimizer *self, double lr, int64_t at) {
  (void)lr;
  Nadam *o = (Nadam *)self;
  // Keras's variable, and its place in a file, has float32.
  o->product = (float)(o->product * scheduled(o, at));
}

LN_STEP(step, Nadam, {
  Real *restrict m = s->slot[0];
  Real *restrict v = s->slot[1];
  const Real a = (Real)(1 - o->beta_1), b = (Real)(1 - o->beta_2), epsilon = (Real)o->epsilon;
  const double next = scheduled(o, s->t + 1);
  const Real momentum_rate = (Real)(next / (1 - o->product * next));
  const Real gradient_rate = (Real)((1 - scheduled(o, s->t)) / (1 - o->product));
  const Real left = 1 - pow((Real)o->beta_2, t);
  for (int64_t i = 0; i < n; i++) {
    m[i] += (g[i] - m[i]) * a;
    v[i] += (g[i] * g[i] - v[i]) * b;
    w[i] -= (momentum_rate * m[i] + gradient_rate * g[i]) * lr / (sqrt(v[i] / left) + epsilon);
  }
})

static const LnOptimizerClass nadam = {
    .base = {LN_OPTIMIZER, "Nadam", "nadam", sizeof(Nadam), options, init, ln_optimizer_free,
             .doc = "Nadam (Dozat, 2016): Adam with Nesterov momentum, whose beta_1 grows from "
                    "step to step as beta_1 * (1 - 0.96^t / 2).\n"
                    "Error: a beta outside [0, 1).\n"
                    "Example:\n"
                    "  ln.optimizers.Nadam{2e-3}.learning_rate  --> 0.002\n"},
    .slots = slots,
    .begin = begin,
    .step = step,
    .scalar = scalar,
};

const LnOptimizerClass *const ln_optimizers_nadam[] = {&nadam, NULL};
