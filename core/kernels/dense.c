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
  const void *dy;
  int64_t ld_dy;
  const void *y;
  int64_t ld_y;
  void *dx;
  int64_t ld_dx;
  void *db;
} Grad;

// N strips of columns, one vector V wide each, whose sums stay in registers from row to row; the
// last one ends at `end`, so that it may take columns that the one before it had: nothing is added
// up twice, what it stores is the same again (dx is not dy).
#define STRIPS(V, N, EXPRESSION)                                                                   \
  {                                                                                                \
    int64_t at[N];                                                                                 \
    V sum[N];                                                                                      \
    EACH_STRIP(N) at[v] = begin + v * width, sum[v] = (V){0};                                      \
    if (at[N - 1] > end - width) at[N - 1] = end - width;                                          \
    for (int64_t i = 0; i < g->m;) {                                                               \
      V part[N];                                                                                   \
      EACH_STRIP(N) part[v] = (V){0};                                                              \
      for (int64_t stop = i + BLOCK < g->m ? i + BLOCK : g->m; i < stop; i++)                      \
        EACH_STRIP(N) {                                                                            \
          V dy = *(const V *)(from_dy + i * g->ld_dy + at[v]);                                     \
          V y = *(const V *)(from_y + i * g->ld_y + at[v]);                                        \
          V dx = (EXPRESSION);                                                                     \
          (void)y;                                                                                 \
          *(V *)(to + i * g->ld_dx + at[v]) = dx;                                                  \
          part[v] += dx;                                                                           \
        }                                                                                          \
      EACH_STRIP(N) sum[v] += part[v];                                                             \
    }                                                                                              \
    if (db) EACH_STRIP(N) *(V *)(db + at[v]) = sum[v];                                             \
  }
#define EACH_STRIP(N) _Pragma("GCC unroll 4") for (int v = 0; v < N; v++)

// Side by side, for an addition takes several cycles and each waits for the one before.
#define ALL_STRIPS(V, WIDTH, EXPRESSION)                                                           \
  for (const int64_t width = WIDTH; begin < end; begin += 4 * width)                               \
    switch ((end - begin + width - 1) / width) {                                                   \
      case 1: STRIPS(V, 1, EXPRESSION) break;                                                      \
      case 2: STRIPS(V, 2, EXPRESSION) break;                                                      \
      case 3: STRIPS(V, 3, EXPRESSION) break;                                                      \
      default: STRIPS(V, 4, EXPRESSION)                                                            \
    }

#define GRAD(T, VECTOR16, VECTOR4, SCALAR)                                                         \
  if (end - begin >= 16) ALL_STRIPS(T##16, 16, VECTOR16)                                           \
  else if (end - begin >= 4) ALL_STRIPS(T##4, 4, VECTOR4)                                          \
  else ALL_STRIPS(T, 1, SCALAR)

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
                          int64_t ld_dy, const void *y, int64_t ld_y, void *dx, int64_t ld_dx,
                          void *db) {
  Grad g = {d, activation, m, n, dy, ld_dy, y, ld_y, dx, ld_dx, db};
  ln_parallel(n, 16384 / (m + 1) + 16, grad_range, &g);
}

typedef struct Finish {
  LnDtype dtype;
  int activation;
  int64_t n;
  void *y;
  int64_t ldy;
} Finish;

#define EACH(T, EXPRESSION)                                                                        \
  for (int64_t i = begin; i < end; i++) {                                                          \
    T *y = (T *)f->y + i * f->ldy;                                                                 \
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

void ln_kernel_dense_finish(LnDtype d, int activation, int64_t m, int64_t n, void *y, int64_t ldy) {
  Finish f = {d, activation, n, y, ldy};
  if (n > 0) ln_parallel(m, 16384 / n + 1, finish_range, &f);
}
