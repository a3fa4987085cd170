// Adafactor (Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost",
// 2018): the second moment of a matrix is the product of one vector a row and one a column.
#include "nn/optimizers/_step.h"

typedef struct Adafactor {
  LnOptimizer base;
  double beta_2_decay, epsilon_1, epsilon_2, clip_threshold;
  bool relative_step;
} Adafactor;

static const LnOption options[] = {
    LN_RATE(Adafactor, "0.001"),
    {"beta_2_decay", LN_OPT_NUMBER, LN_FIELD(Adafactor, beta_2_decay), "-0.8", "<= 0",
     .doc = "the second moment's beta is 1 - t^beta_2_decay"},
    {"epsilon_1", LN_OPT_NUMBER, LN_FIELD(Adafactor, epsilon_1), "1e-30", ">= 0",
     .doc = "added to squared gradients"},
    {"epsilon_2", LN_OPT_NUMBER, LN_FIELD(Adafactor, epsilon_2), "1e-3", ">= 0",
     .doc = "the smallest root mean square of a variable that scales its step"},
    {"clip_threshold", LN_OPT_NUMBER, LN_FIELD(Adafactor, clip_threshold), "1.0", "> 0",
     .doc = "the largest root mean square of an update"},
    {"relative_step", LN_OPT_BOOL, LN_FIELD(Adafactor, relative_step), "true",
     .doc = "kept in configs; as in Keras the rate is at most 1 / sqrt(t) either way"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = names[1] = "";
  names[2] = "velocity";
  return 3;
}

// w (..., R, C): row means (..., R) and column means (..., C). Vectors have no factors; Keras keeps
// a zero in their place.
static int slot_shape(const LnOptimizer *self, int slot, const LnVariable *v, int64_t *shape) {
  (void)self;
  const LnTensor *w = v->value;
  int rank = w->rank;
  if (slot < 2 && rank < 2) return 0;
  for (int i = 0; i < rank; i++) shape[i] = w->shape[i];
  if (slot == 1) shape[rank - 2] = w->shape[rank - 1];
  return slot == 2 ? rank : rank - 1;
}

// v (B, R, C) from g, with its row means r (B, R) and column means c (B, C).
#define FACTORS(name, Real)                                                                     \
  static void name(const LnTensor *of, const Real *g, Real *r, Real *c, Real *v, Real beta,     \
                   Real epsilon) {                                                              \
    const int64_t rows = of->shape[of->rank - 2], columns = of->shape[of->rank - 1];            \
    for (int64_t b = 0; b < of->size / (rows * columns); b++) {                                 \
      double total = 0;                                                                         \
      for (int64_t j = 0; j < columns; j++) c[j] *= beta;                                       \
      for (int64_t i = 0; i < rows; i++) {                                                      \
        double sum = 0;                                                                         \
        for (int64_t j = 0; j < columns; j++) {                                                 \
          Real square = g[i * columns + j] * g[i * columns + j] + epsilon;                      \
          sum += square;                                                                        \
          c[j] += (1 - beta) * square / (Real)rows;                                             \
        }                                                                                       \
        r[i] = beta * r[i] + (1 - beta) * (Real)(sum / (double)columns);                        \
        total += r[i];                                                                          \
      }                                                                                         \
      Real mean = (Real)(total / (double)rows);                                                 \
      for (int64_t i = 0; i < rows; i++)                                                        \
        for (int64_t j = 0; j < columns; j++) v[i * columns + j] = r[i] / mean * c[j];          \
      g += rows * columns;                                                                      \
      v += rows * columns;                                                                      \
      r += rows;                                                                                \
      c += columns;                                                                             \
    }                                                                                           \
  }
FACTORS(factors_float32, float)
FACTORS(factors_float64, double)

LN_STEP(step, Adafactor, {
  Real *v = s->slot[2];
  const Real beta = 1 - pow(t, (Real)o->beta_2_decay), epsilon = (Real)o->epsilon_1;
  const Real bound = 1 / sqrt(t), rate = lr < bound ? lr : bound;
  if (s->variable->rank >= 2) {
    if (sizeof(Real) == sizeof(float))
      factors_float32(s->variable, s->g, s->slot[0], s->slot[1], s->slot[2], (float)beta,
                      (float)epsilon);
    else
      factors_float64(s->variable, s->g, s->slot[0], s->slot[1], s->slot[2], beta, epsilon);
  } else {
    for (int64_t i = 0; i < n; i++)
      v[i] = beta * v[i] + (1 - beta) * (g[i] * g[i] + epsilon);
  }
  double weights = 0, updates = 0;
  for (int64_t i = 0; i < n; i++) {
    double by = g[i] / sqrt(v[i]);
    weights += (double)w[i] * w[i];
    updates += by * by;
  }
  Real size = (Real)sqrt(weights / (double)n), smallest = (Real)o->epsilon_2;
  Real over = (Real)(sqrt(updates / (double)n) / o->clip_threshold);
  Real alpha = rate * (size < smallest ? smallest : size);
  if (!(over <= 1)) alpha /= over;
  for (int64_t i = 0; i < n; i++) w[i] -= alpha * (g[i] / sqrt(v[i]));
})

static const LnOptimizerClass adafactor = {
    .base = {LN_OPTIMIZER, "Adafactor", "adafactor", sizeof(Adafactor), options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Adafactor (Shazeer and Stern, 2018): the average of g^2 of a matrix is "
                    "kept as one vector of row means and one of column means over its last two "
                    "axes; steps are scaled by the root mean square of the variable (at least "
                    "epsilon_2) and clipped to a root mean square of clip_threshold. The rate "
                    "is at most 1 / sqrt(t), whatever relative_step says: so it is in Keras.\n"
                    "Error: clip_threshold not above 0, beta_2_decay above 0.\n"
                    "Example:\n"
                    "  ln.optimizers.Adafactor{0.01}.learning_rate  --> 0.01\n"},
    .slots = slots,
    .slot_shape = slot_shape,
    .step = step,
    .per_variable = true,
};

const LnOptimizerClass *const ln_optimizers_adafactor[] = {&adafactor, NULL};
