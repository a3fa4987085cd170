// Loops around a dense layer's products. Each thread has columns of its own, so sums do not depend
// on the number of threads.
#include "kernels/vmath.h"

#include "kernels/dense.h"

#include "base/threads.h"

enum { BLOCK = 64 };  // rows summed before they join the sum of the others: fewer roundings

typedef struct Grad {
  LnDtype dtype;
  int activation;
  int64_t m, n;
  const void *dy, *y;
  void *dx, *db;
} Grad;

// Columns in strips of one vector, whose sums stay in registers from row to row.
#define STRIPS(V, WIDTH, EXPRESSION)                                                               \
  for (; begin + WIDTH <= end; begin += WIDTH) {                                                   \
    V sum = {0};                                                                                   \
    for (int64_t i = 0; i < g->m;) {                                                               \
      V part = {0};                                                                                \
      for (int64_t stop = i + BLOCK < g->m ? i + BLOCK : g->m; i < stop; i++) {                    \
        int64_t at = i * g->n + begin;                                                             \
        V dy = *(const V *)(from_dy + at), y = *(const V *)(from_y + at);                          \
        V dx = (EXPRESSION);                                                                       \
        (void)y;                                                                                   \
        *(V *)(to + at) = dx;                                                                      \
        part += dx;                                                                                \
      }                                                                                            \
      sum += part;                                                                                 \
    }                                                                                              \
    if (db) *(V *)(db + begin) = sum;                                                              \
  }

#define GRAD(T, VECTOR16, VECTOR4, SCALAR)                                                         \
  STRIPS(T##16, 16, VECTOR16)                                                                      \
  STRIPS(T##4, 4, VECTOR4)                                                                         \
  STRIPS(T, 1, SCALAR)

#define GRADS(T)                                                                                   \
  LN_CLONES static void grad_##T(const Grad *g, int64_t begin, int64_t end) {                      \
    const T *from_dy = g->dy, *from_y = g->y;                                                      \
    T *to = g->dx, *db = g->db;                                                                    \
    switch (g->activation) {                                                                       \
      case LN_DENSE_RELU:                                                                          \
        GRAD(T, (T##16)((T##16_mask)dy & (y > 0)), (T##4)((T##4_mask)dy & (y > 0)),                \
             y > 0 ? dy : 0)                                                                       \
        break;                                                                                     \
      case LN_DENSE_SIGMOID: GRAD(T, dy *y *(1 - y), dy *y *(1 - y), dy *y *(1 - y)) break;        \
      case LN_DENSE_TANH: GRAD(T, dy *(1 - y * y), dy *(1 - y * y), dy *(1 - y * y)) break;        \
      default: GRAD(T, dy, dy, dy) break;                                                          \
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
                          const void *y, void *dx, void *db) {
  Grad g = {d, activation, m, n, dy, y, dx, db};
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
