// Orthogonal: the Q of a random matrix (Saxe et al. 2013), by Gram-Schmidt in double precision.
#include <stdlib.h>

#include "nn/initializers/_random.h"

typedef struct Orthogonal {
  LnInitializer base;
  double gain;
  int64_t seed;
} Orthogonal;

static double dot(const double *a, const double *b, int64_t n) {
  double s[4] = {0};   // four chains, so that additions overlap
  int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (int k = 0; k < 4; k++) s[k] += a[i + k] * b[i + k];
  for (; i < n; i++) s[0] += a[i] * b[i];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

// Makes `count` vectors of length n orthonormal, count <= n. Once more where cancellation left
// little ("twice is enough", Parlett 1980).
static void orthonormalize(double *q, int64_t count, int64_t n) {
  for (int64_t j = 0; j < count; j++) {
    double *v = q + j * n, norm = sqrt(dot(v, v, n)), before;
    do {
      before = norm;
      for (int64_t k = 0; k < j; k++) {
        const double *u = q + k * n;
        double s = dot(u, v, n);
        for (int64_t i = 0; i < n; i++) v[i] -= s * u[i];
      }
      norm = sqrt(dot(v, v, n));
    } while (j > 0 && norm < 0.5 * before && norm > 0);
    for (int64_t i = 0; i < n; i++) v[i] = norm > 0 ? v[i] / norm : 0;
  }
}

static bool fill(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t) {
  const Orthogonal *o = (const Orthogonal *)self;
  if (t->rank < 2)
    return ln_fail(c, "Orthogonal makes tensors of two or more axes, not shape %s",
                   ln_tensor_shape_text(t));
  int64_t columns = t->shape[t->rank - 1], rows = t->size / columns;
  int64_t count = rows < columns ? rows : columns, n = rows < columns ? columns : rows;
  double *q = malloc((size_t)t->size * sizeof *q);
  if (!q) return ln_fail(c, "Orthogonal: out of memory");
  float *x = t->data;
  LnRandom seeded;
  ln_random_fill_normal(ln_seeded(&seeded, o->seed, random), 0, 1, x, ln_drawn_all(t->size));
  for (int64_t i = 0; i < t->size; i++) q[i] = (double)x[i];
  orthonormalize(q, count, n);
  for (int64_t r = 0; r < rows; r++)
    for (int64_t k = 0; k < columns; k++)
      x[r * columns + k] = (float)(o->gain * (rows < columns ? q[r * n + k] : q[k * n + r]));
  free(q);
  return true;
}

static const LnOption options[] = {
    {"gain", LN_OPT_NUMBER, LN_FIELD(Orthogonal, gain), "1", .doc = "factor of the matrix"},
    LN_SEED_OPTION(Orthogonal), {0}};

static const LnInitializerClass orthogonal = {
    .base = {.kind = LN_INITIALIZER, .name = "Orthogonal",
             .aliases = "orthogonal OrthogonalInitializer",
             .size = sizeof(Orthogonal), .options = options,
             .doc = "A random matrix with orthonormal columns (rows, when it is wider than tall); "
                    "axes before\nthe last count as one. Two axes or more, else an error.\n"
                    "gain (1): factor of the matrix; seed (none).\n"
                    "Example:\n"
                    "  ln.layers.Dense{3, kernel_initializer = \"orthogonal\"}\n"},
    .fill = fill};

const LnInitializerClass *const ln_initializers_orthogonal[] = {&orthogonal, NULL};
