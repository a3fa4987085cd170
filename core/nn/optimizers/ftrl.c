// Ftrl: follow the regularized leader (McMahan et al., "Ad click prediction: a view from the
// trenches", 2013), with the shrinkage form of L2 besides the stabilizing one.
#include "nn/optimizers/_step.h"

typedef struct Ftrl {
  LnOptimizer base;
  double learning_rate_power, initial_accumulator_value;
  double l1, l2, shrinkage, beta;
} Ftrl;

static const LnOption options[] = {
    LN_RATE(Ftrl, "0.001"),
    {"learning_rate_power", LN_OPT_NUMBER, LN_FIELD(Ftrl, learning_rate_power), "-0.5", "<= 0",
     .doc = "how the rate falls with the sums of squared gradients; 0: it does not"},
    {"initial_accumulator_value", LN_OPT_NUMBER, LN_FIELD(Ftrl, initial_accumulator_value), "0.1",
     ">= 0", .doc = "what the sums of squared gradients start from"},
    {"l1_regularization_strength", LN_OPT_NUMBER, LN_FIELD(Ftrl, l1), "0", ">= 0",
     .doc = "weights whose linear term stays below it are zero"},
    {"l2_regularization_strength", LN_OPT_NUMBER, LN_FIELD(Ftrl, l2), "0", ">= 0",
     .doc = "stabilizing penalty"},
    {"l2_shrinkage_regularization_strength", LN_OPT_NUMBER, LN_FIELD(Ftrl, shrinkage), "0", ">= 0",
     .doc = "penalty on the size of the weights"},
    {"beta", LN_OPT_NUMBER, LN_FIELD(Ftrl, beta), "0", ">= 0", .doc = "the paper's beta"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = "accumulator";
  names[1] = "linear";
  return 2;
}

static double slot_start(const LnOptimizer *self, int slot) {
  return slot == 0 ? ((const Ftrl *)self)->initial_accumulator_value : 0;
}

LN_STEP(step, Ftrl, {
  Real *restrict sum = s->slot[0];
  Real *restrict z = s->slot[1];
  const Real power = (Real)-o->learning_rate_power, l1 = (Real)o->l1;
  const Real twice_l2 = 2 * ((Real)o->l2 + (Real)o->beta / (2 * lr));
  const Real shrink = (Real)(2 * o->shrinkage);
  const bool root = o->learning_rate_power == -0.5;
  for (int64_t i = 0; i < n; i++) {
    Real grown = sum[i] + g[i] * g[i];
    Real was = root ? sqrt(sum[i]) : pow(sum[i], power);
    Real now = root ? sqrt(grown) : pow(grown, power);
    z[i] += g[i] + shrink * w[i] - (now - was) / lr * w[i];
    Real clipped = z[i] < -l1 ? -l1 : z[i] > l1 ? l1 : z[i];
    w[i] = (clipped - z[i]) / (now / lr + twice_l2);
    sum[i] = grown;
  }
})

static const LnOptimizerClass ftrl = {
    .base = {LN_OPTIMIZER, "Ftrl", "ftrl", sizeof(Ftrl), options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Follow the regularized leader (McMahan et al., 2013), for wide sparse "
                    "linear models: weights whose evidence stays below "
                    "l1_regularization_strength are exactly zero. With n the sum of g^2 and p ="
                    " -learning_rate_power: z = z + g - (n_t^p - n^p) / rate * w, w = (clip(z, "
                    "-l1, l1) - z) / (n_t^p / rate + 2 * l2 + beta / rate). l2_shrinkage adds 2"
                    " * l2_shrinkage * w to the gradient in z.\n"
                    "Error: learning_rate_power above 0, another option below 0.\n"
                    "Example:\n"
                    "  ln.optimizers.Ftrl{0.1, l1_regularization_strength = 0.01}.learning_rate"
                    "  --> 0.1\n"},
    .slots = slots,
    .slot_start = slot_start,
    .step = step,
};

const LnOptimizerClass *const ln_optimizers_ftrl[] = {&ftrl, NULL};
