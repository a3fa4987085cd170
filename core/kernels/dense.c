// Loops around a dense layer's products. Each thread has columns of its own, so sums do not depend
// on the number of threads.
#include "kernels/vmath.h"

#include "kernels/dense.h"

#include <string.h>

#include "base/threads.h"

enum { BLOCK = 64 };  // rows summed before they join the sum of the others: fewer roundings

typedef struct Grad {
  LnDtype dtype;
  int activation;
  int64_t m, n;
  const void *dy, *y;
  void *dx, *db, *memory;
} Grad;

#define GRAD(T, EXPRESSION)                                                                        \
  for (int64_t i = 0; i < g->m; i++) {                                                             \
    const T *dy = (const T *)g->dy + i * g->n, *y = (const T *)g->y + i * g->n;                    \
    T *dx = (T *)g->dx + i * g->n;                                                                 \
    (void)y;                                                                                       \
    for (int64_t j = begin; j < end; j++) dx[j] = (EXPRESSION);                                    \
    if (!part) continue;                                                                           \
    for (int64_t j = begin; j < end; j++) part[j] += dx[j];                                        \
    if (i % BLOCK < BLOCK - 1 && i < g->m - 1) continue;                                           \
    for (int64_t j = begin; j < end; j++) sum[j] += part[j], part[j] = 0;                          \
  }

#define GRADS(T)                                                                                   \
  LN_CLONES static void grad_##T(const Grad *g, int64_t begin, int64_t end) {                      \
    T *sum = g->db, *part = g->memory;                                                             \
    if (part) memset(sum + begin, 0, (size_t)(end - begin) * sizeof *sum);                         \
    if (part) memset(part + begin, 0, (size_t)(end - begin) * sizeof *part);                       \
    switch (g->activation) {                                                                       \
      case LN_DENSE_RELU: GRAD(T, y[j] > 0 ? dy[j] : 0) break;                                     \
      case LN_DENSE_SIGMOID: GRAD(T, dy[j] * y[j] * (1 - y[j])) break;                             \
      case LN_DENSE_TANH: GRAD(T, dy[j] * (1 - y[j] * y[j])) break;                                \
      default: GRAD(T, dy[j]) break;                                                               \
    }                                                                                              \
  }
GRADS(float)
GRADS(double)

static void grad_range(void *arg, int64_t begin, int64_t end) {
  const Grad *g = arg;
  if (g->dtype == LN_FLOAT32) grad_float(g, begin, end);
  else grad_double(g, begin, end);
}

void ln_kernel_dense_grad(LnDtype d, int activation, int64_t m, int64_t n, const void *dy,
                          const void *y, void *dx, void *db, void *memory) {
  Grad g = {d, activation, m, n, dy, y, dx, db, db ? memory : NULL};
  ln_parallel(n, 65536 / (m + 1) + 16, grad_range, &g);
}

typedef struct Finish {
  LnDtype dtype;
  int activation;
  int64_t n;
  const void *bias;
  void *y;
} Finish;

#define EACH(T, EXPRESSION)                                                                        \
  for (int64_t i = begin; i < end; i++) {                                                          \
    T *y = (T *)f->y + i * f->n;                                                                   \
    const T *bias = f->bias;                                                                       \
    if (bias)                                                                                      \
      for (int64_t j = 0; j < f->n; j++) y[j] += bias[j];                                          \
    for (int64_t j = 0; j < f->n; j++) y[j] = (EXPRESSION);                                        \
  }

#define FINISH(T)                                                                                  \
  LN_CLONES static void finish_##T(const Finish *f, int64_t begin, int64_t end) {                  \
    switch (f->activation) {                                                                       \
      case LN_DENSE_RELU: EACH(T, y[j] < 0 ? 0 : y[j]) break;                                      \
      case LN_DENSE_SIGMOID: EACH(T, VM_SIGMOID(y[j])) break;                                      \
      case LN_DENSE_TANH: EACH(T, VM_TANH(y[j])) break;                                            \
      default: EACH(T, y[j]) break;                                                                \
    }                                                                                              \
  }
FINISH(float)
FINISH(double)

static void finish_range(void *arg, int64_t begin, int64_t end) {
  const Finish *f = arg;
  if (f->dtype == LN_FLOAT32) finish_float(f, begin, end);
  else finish_double(f, begin, end);
}

void ln_kernel_dense_finish(LnDtype d, int activation, int64_t m, int64_t n, const void *bias,
                            void *y) {
  Finish f = {d, activation, n, bias, y};
  if (n > 0) ln_parallel(m, 16384 / n + 1, finish_range, &f);
}
