// Muon: momentum whose matrices are made orthogonal before they are added (Jordan et al., "Muon: an
// optimizer for hidden layers in neural networks", 2024; the scale of a step: Liu et al., "Muon is
// scalable for LLM training", 2025). What is not a matrix is updated as AdamW does.
#include "nn/optimizers/_step.h"

#include <ctype.h>
#include <string.h>

#include "kernels/gemm.h"

typedef struct Muon {
  LnOptimizer base;
  double adam_beta_1, adam_beta_2, adam_weight_decay, epsilon;
  LnStrings exclude_layers;
  bool exclude_embeddings, nesterov;
  double a, b, c, adam_lr_ratio, momentum, rms_rate;
  int64_t ns_steps;
} Muon;

#define NUMBER(name, field, ...) {name, LN_OPT_NUMBER, LN_FIELD(Muon, field), __VA_ARGS__}
static const LnOption options[] = {
    LN_RATE(Muon, "0.001"),
    NUMBER("adam_beta_1", adam_beta_1, "0.9", "[0, 1)", .doc = "Adam's decay of gradients"),
    NUMBER("adam_beta_2", adam_beta_2, "0.999", "[0, 1)", .doc = "Adam's decay of their squares"),
    NUMBER("adam_weight_decay", adam_weight_decay, "0.004", ">= 0", .nullable = true,
           .doc = "weight decay of what Adam updates"),
    NUMBER("epsilon", epsilon, "1e-7", ">= 0", .doc = "Adam's, added to the square root"),
    NUMBER("weight_decay", base.weight_decay, "0.004", ">= 0", .nullable = true,
           .doc = "weight decay of what Muon updates"),
    {"exclude_layers", LN_OPT_STRINGS, LN_FIELD(Muon, exclude_layers), "{}", .nullable = true,
     .config_only = true, .doc = "Adam updates variables whose path contains one of these texts"},
    {"exclude_embeddings", LN_OPT_BOOL, LN_FIELD(Muon, exclude_embeddings), "true",
     .config_only = true, .doc = "Adam updates variables with 'embedding' in their path"},
    NUMBER("muon_a", a, "3.4445", .config_only = true, .doc = "of a x + (b A + c A A) x"),
    NUMBER("muon_b", b, "-4.775", .config_only = true, .doc = "see muon_a; A = x x'"),
    NUMBER("muon_c", c, "2.0315", .config_only = true, .doc = "see muon_a"),
    NUMBER("adam_lr_ratio", adam_lr_ratio, "1", ">= 0", .config_only = true,
           .doc = "Adam's rate is learning_rate times this"),
    NUMBER("momentum", momentum, "0.95", "[0, 1]", .config_only = true,
           .doc = "share of the momentum that stays"),
    {"ns_steps", LN_OPT_INTEGER, LN_FIELD(Muon, ns_steps), "5", ">= 0", .config_only = true,
     .doc = "Newton-Schulz iterations"},
    {"nesterov", LN_OPT_BOOL, LN_FIELD(Muon, nesterov), "true", .config_only = true,
     .doc = "look ahead along the momentum"},
    NUMBER("rms_rate", rms_rate, "0.2", .nullable = true, .config_only = true,
           .doc = "steps are scaled by sqrt(longer side) times this; none: not scaled"),
    {0}};

static bool contains(const char *text, const char *word) {
  size_t n = strlen(word);
  for (; strlen(text) >= n; text++) {
    size_t i = 0;
    while (i < n && tolower((unsigned char)text[i]) == word[i]) i++;
    if (i == n) return true;
  }
  return false;
}

static bool uses_adam(const Muon *o, const LnVariable *v) {
  const char *path = v->path ? v->path : v->name ? v->name : "";
  if (v->value->rank != 2 || (o->exclude_embeddings && contains(path, "embedding"))) return true;
  for (int64_t i = 0; i < o->exclude_layers.n; i++)
    if (strstr(path, o->exclude_layers.v[i])) return true;
  return false;
}

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = "momentum";
  names[1] = "velocity";
  return 2;
}

// Only what Adam updates has a velocity; its absence is what tells the step.
static int slot_shape(const LnOptimizer *self, int slot, const LnVariable *v, int64_t *shape) {
  if (slot == 1 && !uses_adam((const Muon *)self, v)) return -1;
  for (int i = 0; i < v->value->rank; i++) shape[i] = v->value->shape[i];
  return v->value->rank;
}

static double weight_decay(const LnOptimizer *self, const LnVariable *v) {
  const Muon *o = (const Muon *)self;
  return uses_adam(o, v) ? o->adam_weight_decay : o->base.weight_decay;
}

static int64_t shorter(const LnTensor *w) {
  return w->shape[0] < w->shape[1] ? w->shape[0] : w->shape[1];
}

// x and the next x, A and b A + c A A.
static size_t scratch(const LnOptimizer *self, const LnVariable *v) {
  if (uses_adam((const Muon *)self, v)) return 0;
  int64_t side = shorter(v->value);
  return (size_t)(2 * (v->value->size + side * side)) * ln_dtype_size(v->value->dtype);
}

// x (r, c) with r <= c becomes, nearly, the orthogonal matrix nearest to it: `steps` times
// x <- a x + (b A + c A A) x with A = x x'. Returns where the result is: x or y.
static void *orthogonal(const Muon *o, LnDtype d, int64_t r, int64_t c, void *scratch) {
  const size_t width = ln_dtype_size(d), bytes = (size_t)(r * c) * width;
  const size_t square = (size_t)(r * r) * width;
  char *x = scratch, *y = x + bytes, *a = y + bytes, *b = a + square;
  for (int64_t k = 0; k < o->ns_steps; k++) {
    LnGemm g = {.dtype = d, .m = r, .n = r, .k = c, .alpha = 1, .a = {x, c, 1}, .b = {x, 1, c},
                .c = a, .ldc = r};
    ln_gemm(&g);
    memcpy(b, a, square);
    g = (LnGemm){.dtype = d, .m = r, .n = r, .k = r, .alpha = o->c, .a = {a, r, 1},
                 .b = {a, r, 1}, .beta = o->b, .c = b, .ldc = r};
    ln_gemm(&g);
    memcpy(y, x, bytes);
    g = (LnGemm){.dtype = d, .m = r, .n = c, .k = r, .alpha = 1, .a = {b, r, 1}, .b = {x, c, 1},
                 .beta = o->a, .c = y, .ldc = c};
    ln_gemm(&g);
    char *swap = x;
    x = y;
    y = swap;
  }
  return x;
}

LN_STEP(step, Muon, {
  Real *restrict m = s->slot[0];
  Real *restrict v = s->slot[1];
  if (v) {
    const Real p = (Real)(1 - o->adam_beta_1);
    const Real q = (Real)(1 - o->adam_beta_2);
    const Real alpha = lr * (Real)o->adam_lr_ratio * sqrt(1 - pow((Real)o->adam_beta_2, t)) /
                       (1 - pow((Real)o->adam_beta_1, t));
    for (int64_t i = 0; i < n; i++) {
      m[i] += (g[i] - m[i]) * p;
      v[i] += (g[i] * g[i] - v[i]) * q;
      w[i] -= m[i] * alpha / (sqrt(v[i]) + (Real)o->epsilon);
    }
    return;
  }
  const int64_t rows = s->variable->shape[0];
  const int64_t columns = s->variable->shape[1];
  const bool flip = rows > columns;
  const Real mu = (Real)o->momentum;
  Real *x = s->scratch;
  double squares = 0;
  for (int64_t i = 0; i < n; i++) {
    m[i] += g[i] + m[i] * (Real)(o->momentum - 1);
    Real direction = o->nesterov ? g[i] + mu * m[i] : m[i];
    squares += (double)direction * direction;
    x[flip ? i % columns * rows + i / columns : i] = direction;
  }
  const Real norm = (Real)sqrt(squares) + (Real)1e-7;
  for (int64_t i = 0; i < n; i++) x[i] /= norm;
  x = orthogonal(o, s->dtype, flip ? columns : rows, flip ? rows : columns, s->scratch);
  const Real side = (Real)(flip ? rows : columns);
  const Real by = isnan(o->rms_rate) ? lr : lr * sqrt(side) * (Real)o->rms_rate;
  for (int64_t i = 0; i < n; i++) w[i] -= by * x[flip ? i % columns * rows + i / columns : i];
})

static const LnOptimizerClass muon = {
    .base = {LN_OPTIMIZER, "Muon", "muon", sizeof(Muon), options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Muon (Jordan et al., 2024): the momentum of a matrix is made orthogonal by"
                    " ns_steps Newton-Schulz iterations before it is added, scaled by "
                    "sqrt(longer side) * rms_rate (Liu et al., 2025). Variables that are not "
                    "matrices, embeddings, and those whose path (\"dense_3/kernel\") contains a"
                    " text of exclude_layers are updated as Adam does, at learning_rate * "
                    "adam_lr_ratio. Name the output layer in exclude_layers.\n"
                    "Error: momentum outside [0, 1], ns_steps below 0.\n"
                    "Example:\n"
                    "  ln.optimizers.Muon{0.02, exclude_layers = {\"output\"}}.learning_rate  "
                    "--> 0.02\n"},
    .slots = slots,
    .slot_shape = slot_shape,
    .step = step,
    .per_variable = true,
    .scratch = scratch,
    .weight_decay = weight_decay,
};

const LnOptimizerClass *const ln_optimizers_muon[] = {&muon, NULL};
