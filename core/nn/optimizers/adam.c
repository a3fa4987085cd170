// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015; AMSGrad: Reddi et al.,
// "On the convergence of Adam and beyond", 2018), and AdamW: Adam with weight decay by default.
#include "nn/optimizers/_step.h"

typedef struct Adam {
  LnOptimizer base;
  double beta_1, beta_2, epsilon;
  bool amsgrad;
} Adam;

#define MOMENTS                                                        \
  {"beta_1", LN_OPT_NUMBER, LN_FIELD(Adam, beta_1), "0.9", "[0, 1)",   \
   .doc = "decay of the average of gradients"},                        \
  {"beta_2", LN_OPT_NUMBER, LN_FIELD(Adam, beta_2), "0.999", "[0, 1)", \
   .doc = "decay of the average of squared gradients"},                \
  {"epsilon", LN_OPT_NUMBER, LN_FIELD(Adam, epsilon), "1e-7", ">= 0",  \
   .doc = "added to the square root"},                                 \
  {"amsgrad", LN_OPT_BOOL, LN_FIELD(Adam, amsgrad), "false",           \
   .doc = "divide by the largest average so far"}

static const LnOption adam_options[] = {LN_RATE(Adam, "0.001"), MOMENTS, {0}};
static const LnOption adamw_options[] = {
    LN_RATE(Adam, "0.001"),
    {"weight_decay", LN_OPT_NUMBER, LN_FIELD(Adam, base.weight_decay), "0.004", ">= 0",
     .nullable = true, .doc = "decoupled: w -= w * weight_decay * rate before the step"},
    MOMENTS,
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  names[0] = "momentum";
  names[1] = "velocity";
  names[2] = "|velocity_hat";
  return ((const Adam *)self)->amsgrad ? 3 : 2;
}

LN_STEP(step, Adam, {
  Real *restrict m = s->slot[0];
  Real *restrict v = s->slot[1];
  Real *restrict top = s->slot[2];
  const Real a = (Real)(1 - o->beta_1), b = (Real)(1 - o->beta_2), epsilon = (Real)o->epsilon;
  const Real alpha =
      lr * sqrt(1 - pow((Real)o->beta_2, t)) / (1 - pow((Real)o->beta_1, t));
  if (!top) {
    for (int64_t i = 0; i < n; i++) {
      m[i] += (g[i] - m[i]) * a;
      v[i] += (g[i] * g[i] - v[i]) * b;
      w[i] -= m[i] * alpha / (sqrt(v[i]) + epsilon);
    }
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    m[i] += (g[i] - m[i]) * a;
    v[i] += (g[i] * g[i] - v[i]) * b;
    top[i] = v[i] <= top[i] ? top[i] : v[i];
    w[i] -= m[i] * alpha / (sqrt(top[i]) + epsilon);
  }
})

static const LnOptimizerClass adam = {
    .base = {LN_OPTIMIZER, "Adam", "adam", sizeof(Adam), adam_options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Adam (Kingma and Ba, 2015): m and v are averages of g and g^2, w = w - "
                    "alpha * m / (sqrt(v) + epsilon) with alpha = rate * sqrt(1 - beta_2^t) / "
                    "(1 - beta_1^t). epsilon is the paper's \"epsilon hat\". amsgrad divides by"
                    " the largest v so far (Reddi et al., 2018).\n"
                    "Error: a beta outside [0, 1).\n"
                    "Example:\n"
                    "  ln.optimizers.Adam{1e-2, beta_1 = 0.8}.learning_rate  --> 0.01\n"},
    .slots = slots,
    .step = step,
};
static const LnOptimizerClass adamw = {
    .base = {LN_OPTIMIZER, "AdamW", "adamw adam_w", sizeof(Adam), adamw_options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Adam with decoupled weight decay (Loshchilov and Hutter, 2019), 0.004 "
                    "unless told otherwise: w = w - w * weight_decay * rate, then Adam's step. "
                    "optimizer:exclude_from_weight_decay{var_names = {\"bias\"}} leaves some "
                    "variables out.\n"
                    "Error: a beta outside [0, 1), weight_decay below 0.\n"
                    "Example:\n"
                    "  ln.optimizers.AdamW{1e-2, weight_decay = 0.01}.learning_rate  --> 0.01\n"},
    .slots = slots,
    .step = step,
};

const LnOptimizerClass *const ln_optimizers_adam[] = {&adam, &adamw, NULL};
