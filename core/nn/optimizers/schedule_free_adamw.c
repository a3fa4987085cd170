// Schedule-free AdamW (Defazio et al., "The road less scheduled", 2024), as in Keras.
#include "nn/optimizers/_step.h"

typedef struct ScheduleFree {
  LnOptimizer base;
  double beta_1, beta_2, epsilon;
  int64_t warmup_steps;
} ScheduleFree;

static const LnOption options[] = {
    LN_RATE(ScheduleFree, "0.0025"),
    {"beta_1", LN_OPT_NUMBER, LN_FIELD(ScheduleFree, beta_1), "0.9", "(0, 1]",
     .doc = "how near the weights are to the average rather than to the latest step"},
    {"beta_2", LN_OPT_NUMBER, LN_FIELD(ScheduleFree, beta_2), "0.999", "[0, 1)",
     .doc = "decay of the average of squared gradients"},
    {"epsilon", LN_OPT_NUMBER, LN_FIELD(ScheduleFree, epsilon), "1e-8", ">= 0",
     .doc = "added to the square root"},
    {"warmup_steps", LN_OPT_INTEGER, LN_FIELD(ScheduleFree, warmup_steps), "0", ">= 0",
     .doc = "steps over which the rate rises from 0"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = "momentum";   // z of the paper
  names[1] = "velocity";
  return 2;
}

static double slot_start(const LnOptimizer *self, int slot) {
  (void)self;
  return slot == 0 ? NAN : 0;
}

LN_STEP(step, ScheduleFree, {
  Real *restrict z = s->slot[0];
  Real *restrict v = s->slot[1];
  const Real b = (Real)(1 - o->beta_2), epsilon = (Real)o->epsilon, near = (Real)o->beta_1;
  const Real correction = 1 - pow((Real)o->beta_2, t), weight = 1 / t;
  const Real warm = o->warmup_steps > 0 ? t / (Real)o->warmup_steps : 1;
  const Real rate = lr * (warm < 1 ? warm : 1);
  for (int64_t i = 0; i < n; i++) {
    const Real x = (w[i] - (1 - near) * z[i]) / near;   // the average so far
    v[i] += (g[i] * g[i] - v[i]) * b;
    z[i] -= rate * g[i] / (sqrt(v[i] / correction) + epsilon);
    w[i] = (1 - near) * z[i] + near * ((1 - weight) * x + weight * z[i]);
  }
})

static const LnOptimizerClass schedule_free_adamw = {
    .base = {LN_OPTIMIZER, "ScheduleFreeAdamW", "schedulefreeadamw", sizeof(ScheduleFree), options,
             ln_optimizer_init, ln_optimizer_free,
             .doc = "AdamW that needs no schedule of its rate (Defazio et al., 2024): z = z - rate "
                    "* g / (sqrt(v) + epsilon) with v the corrected average of g^2, x the mean of "
                    "all z, and the weights between them, w = (1 - beta_1) * z + beta_1 * x.\n"
                    "Error: beta_1 outside (0, 1], beta_2 outside [0, 1).\n"
                    "Example:\n"
                    "  ln.optimizers.ScheduleFreeAdamW{1e-2}.learning_rate  --> 0.01\n"},
    .slots = slots,
    .slot_start = slot_start,
    .step = step,
};

const LnOptimizerClass *const ln_optimizers_schedule_free_adamw[] = {&schedule_free_adamw, NULL};
