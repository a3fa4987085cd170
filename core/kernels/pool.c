// Pooling. Channels that lie together are taken in blocks, which the compiler turns into vectors:
// of 64, then 32, 16, then single ones. Results go to threads by rows of them, gradients,
// whose windows may overlap, by samples and blocks of channels.
#include "base/simd.h"
#include "kernels/pool.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/loop.h"

enum { BLOCK = 64 };   // channels at a time

typedef struct Window {
  int64_t begin[3], end[3];   // of its elements, in x
  int64_t count;
} Window;

typedef struct Work {
  const LnPool *p;
  const void *x, *g;
  void *y;
  int64_t blocks;   // of channels
} Work;

// The part of a window that lies along one axis, for its output o.
LN_INLINE void along(const LnPool *p, int axis, int64_t o, Window *w) {
  const int64_t n = p->in[axis], m = p->out[axis];
  int64_t begin, end;
  if (p->adaptive) {   // floor(o n / m) to ceil((o + 1) n / m), by parts that do not overflow
    const int64_t whole = n / m, rest = n % m;
    begin = o * whole + o * rest / m;
    end = (o + 1) * whole + ((o + 1) * rest + m - 1) / m;
  } else {
    begin = o * p->stride[axis] - p->before[axis];
    end = begin + p->size[axis];
  }
  w->begin[axis] = begin < 0 ? 0 : begin;
  w->end[axis] = end > n ? n : end;
}

LN_INLINE int64_t count(const Window *w) {
  return (w->end[0] - w->begin[0]) * (w->end[1] - w->begin[1]) * (w->end[2] - w->begin[2]);
}

// The elements of a window: `at` is where the channels of each begin.
#define IN_WINDOW(p, w, at)                                                              \
  for (int64_t i = (w)->begin[0]; i < (w)->end[0]; i++)                                  \
    for (int64_t j = (w)->begin[1]; j < (w)->end[1]; j++)                                \
      for (int64_t k = (w)->begin[2],                                                    \
                   at = ((i * (p)->in[1] + j) * (p)->in[2] + k) * (p)->inner;            \
           k < (w)->end[2]; k++, at += (p)->inner)

// What is done in one window for n neighbouring channels. x, g stand at the sample's first one of
// these; y at the window's result. NaN is larger than everything.
#define EACH LN_LANES for (int c = 0; c < n; c++)   // channel

#define WINDOWS(T)                                                                       \
  LN_INLINE void top_##T(const LnPool *p, const Window *w, const T *x, T *top, int n) {  \
    EACH top[c] = -(T)INFINITY;                                                          \
    IN_WINDOW(p, w, at)                                                                  \
    EACH {                                                                               \
      const T v = x[at + c], t = top[c];                                                 \
      top[c] = (t >= v) | (t != t) ? t : v;                                              \
    }                                                                                    \
  }                                                                                      \
  LN_INLINE void max_##T(const LnPool *p, const Window *w, const T *x, const T *g, T *y, \
                         int n) {                                                        \
    T top[BLOCK];                                                                        \
    (void)g;                                                                             \
    top_##T(p, w, x, top, n);                                                            \
    EACH y[c] = top[c];                                                                  \
  }                                                                                      \
  LN_INLINE void pick_##T(const LnPool *p, const Window *w, const T *x, const T *g,      \
                          T *y, int n) {                                                 \
    T top[BLOCK], value[BLOCK] = {0}, open[BLOCK];                                       \
    top_##T(p, w, x, top, n);                                                            \
    EACH open[c] = 1;                                                                    \
    IN_WINDOW(p, w, at)                                                                  \
    EACH {                                                                               \
      const T v = x[at + c], first = (v == top[c]) | (v != v) ? open[c] : 0;             \
      value[c] = first > 0 ? g[at + c] : value[c];                                       \
      open[c] -= first;                                                                  \
    }                                                                                    \
    EACH y[c] = value[c];                                                                \
  }                                                                                      \
  LN_INLINE void mean_##T(const LnPool *p, const Window *w, const T *x, const T *g,      \
                          T *y, int n) {                                                 \
    T sum[BLOCK];                                                                        \
    (void)g;                                                                             \
    EACH sum[c] = 0;                                                                     \
    IN_WINDOW(p, w, at)                                                                  \
    EACH sum[c] += x[at + c];                                                            \
    EACH y[c] = sum[c] / (T)w->count;                                                    \
  }                                                                                      \
  /* here y is the gradient, and stands where x does */                                  \
  LN_INLINE void max_grad_##T(const LnPool *p, const Window *w, const T *x, const T *g,  \
                              T *y, int n) {                                             \
    T top[BLOCK], slope[BLOCK];                                                          \
    EACH slope[c] = g[c];                                                                \
    top_##T(p, w, x, top, n);                                                            \
    IN_WINDOW(p, w, at)                                                                  \
    EACH {                                                                               \
      const T v = x[at + c], rest = slope[c];                                            \
      y[at + c] += (v == top[c]) | (v != v) ? rest : 0;                                  \
      slope[c] = (v == top[c]) | (v != v) ? 0 : rest;                                    \
    }                                                                                    \
  }                                                                                      \
  LN_INLINE void mean_grad_##T(const LnPool *p, const Window *w, const T *x, const T *g, \
                               T *y, int n) {                                            \
    T slope[BLOCK];                                                                      \
    (void)x;                                                                             \
    EACH slope[c] = g[c] / (T)w->count;                                                  \
    IN_WINDOW(p, w, at)                                                                  \
    EACH y[at + c] += slope[c];                                                          \
  }
WINDOWS(float)
WINDOWS(double)

#define CHANNELS(T, name, from, to, x, g, y)                                             \
  {                                                                                      \
    int64_t c = (from);                                                                  \
    for (; c + BLOCK <= (to); c += BLOCK) name##_##T(p, &w, (x) + c, (g) + c, (y) + c, BLOCK); \
    for (; c + 32 <= (to); c += 32) name##_##T(p, &w, (x) + c, (g) + c, (y) + c, 32);    \
    for (; c + 16 <= (to); c += 16) name##_##T(p, &w, (x) + c, (g) + c, (y) + c, 16);    \
    for (; c < (to); c++) name##_##T(p, &w, (x) + c, (g) + c, (y) + c, 1);               \
  }

// Rows of results: (outer, out[0], out[1]).
#define ROWS(T, name)                                                                    \
  LN_CLONES static void name##_rows_##T(void *arg, int64_t begin, int64_t end) {         \
    const Work *work = arg;                                                              \
    const LnPool *p = work->p;                                                           \
    const int64_t sample = p->in[0] * p->in[1] * p->in[2] * p->inner;                    \
    for (int64_t row = begin; row < end; row++) {                                        \
      const int64_t o = row / p->out[1];                                                 \
      const T *x = (const T *)work->x + o / p->out[0] * sample;                          \
      const T *g = work->g ? (const T *)work->g + o / p->out[0] * sample : x;            \
      T *y = (T *)work->y + row * p->out[2] * p->inner;                                  \
      Window w;                                                                          \
      along(p, 0, o % p->out[0], &w);                                                    \
      along(p, 1, row % p->out[1], &w);                                                  \
      for (int64_t k0 = 0; k0 < p->out[2]; k0++, y += p->inner) {                        \
        along(p, 2, k0, &w);                                                             \
        w.count = count(&w);                                                             \
        CHANNELS(T, name, 0, p->inner, x, g, y)                                          \
      }                                                                                  \
    }                                                                                    \
  }
ROWS(float, max)
ROWS(double, max)
ROWS(float, pick)
ROWS(double, pick)
ROWS(float, mean)
ROWS(double, mean)

// Rows of the gradient are set to 0 just before a window first reaches them.
#define ZERO(T)                                                                          \
  LN_INLINE void zero_##T(const LnPool *p, T *y, int64_t from, int64_t to, int64_t c,    \
                          int64_t end) {                                                 \
    const int64_t first = from * p->in[2] * p->inner, last = to * p->in[2] * p->inner;   \
    if (end - c == p->inner && first < last)                                             \
      memset(y + first, 0, (size_t)(last - first) * sizeof(T));                          \
    for (int64_t at = first; end - c < p->inner && at < last; at += p->inner)            \
      memset(y + at + c, 0, (size_t)(end - c) * sizeof(T));                              \
  }
ZERO(float)
ZERO(double)

#define SAMPLES(T, name)                                                                 \
  LN_CLONES static void name##_samples_##T(void *arg, int64_t begin, int64_t end) {      \
    const Work *work = arg;                                                              \
    const LnPool *p = work->p;                                                           \
    const int64_t rows = p->in[0] * p->in[1], sample = rows * p->in[2] * p->inner;       \
    for (int64_t unit = begin; unit < end; unit++) {                                     \
      const int64_t o = unit / work->blocks, block = unit % work->blocks;                \
      const int64_t c0 = work->blocks > 1 ? block * BLOCK : 0;                           \
      const int64_t c1 = work->blocks > 1 && c0 + BLOCK < p->inner ? c0 + BLOCK : p->inner; \
      const T *x = work->x ? (const T *)work->x + o * sample : NULL;                     \
      const T *g = (const T *)work->g + o * p->out[0] * p->out[1] * p->out[2] * p->inner; \
      T *y = (T *)work->y + o * sample;                                                  \
      int64_t zeroed = 0;                                                                \
      Window w;                                                                          \
      if (!x) x = y;                                                                     \
      for (int64_t i0 = 0; i0 < p->out[0]; i0++) {                                       \
        along(p, 0, i0, &w);                                                             \
        for (int64_t j0 = 0; j0 < p->out[1]; j0++) {                                     \
          along(p, 1, j0, &w);                                                           \
          const int64_t reached = p->in[0] > 1 ? w.end[0] * p->in[1] : w.end[1];         \
          zero_##T(p, y, zeroed, reached, c0, c1);                                       \
          if (reached > zeroed) zeroed = reached;                                        \
          for (int64_t k0 = 0; k0 < p->out[2]; k0++, g += p->inner) {                    \
            along(p, 2, k0, &w);                                                         \
            w.count = count(&w);                                                         \
            CHANNELS(T, name, c0, c1, x, g, y)                                           \
          }                                                                              \
        }                                                                                \
      }                                                                                  \
      zero_##T(p, y, zeroed, rows, c0, c1);                                              \
    }                                                                                    \
  }
SAMPLES(float, max_grad)
SAMPLES(double, max_grad)
SAMPLES(float, mean_grad)
SAMPLES(double, mean_grad)

// Elements that one output costs.
static int64_t cost(const LnPool *p) {
  int64_t n = p->inner;
  for (int i = 0; i < 3; i++) {
    int64_t size = p->adaptive ? p->in[i] / p->out[i] + 1 : p->size[i];
    n *= size < p->in[i] ? size : p->in[i];
  }
  return n > 0 ? n : 1;
}

static int64_t grain(int64_t unit) { return LN_GRAIN_CHEAP / (unit > 0 ? unit : 1) + 1; }

static void by_rows(LnRangeFn f, LnRangeFn g, LnDtype d, const LnPool *p, Work *work) {
  const int64_t rows = p->outer * p->out[0] * p->out[1];
  if (p->inner == 0 || p->out[2] == 0) return;
  ln_parallel(rows, grain(cost(p) * p->out[2]), d == LN_FLOAT32 ? f : g, work);
}

static void by_samples(LnRangeFn f, LnRangeFn g, LnDtype d, const LnPool *p, Work *work) {
  if (p->inner == 0) return;
  work->blocks = p->outer < ln_threads() ? (p->inner + BLOCK - 1) / BLOCK : 1;
  const int64_t each = cost(p) * p->out[0] * p->out[1] * p->out[2] / work->blocks;
  ln_parallel(p->outer * work->blocks, grain(each), d == LN_FLOAT32 ? f : g, work);
}

void ln_kernel_max_pool(LnDtype d, const LnPool *p, const void *x, void *y) {
  by_rows(max_rows_float, max_rows_double, d, p, &(Work){p, x, NULL, y, 1});
}

void ln_kernel_max_pool_pick(LnDtype d, const LnPool *p, const void *x, const void *g, void *y) {
  by_rows(pick_rows_float, pick_rows_double, d, p, &(Work){p, x, g, y, 1});
}

void ln_kernel_average_pool(LnDtype d, const LnPool *p, const void *x, void *y) {
  by_rows(mean_rows_float, mean_rows_double, d, p, &(Work){p, x, NULL, y, 1});
}

void ln_kernel_max_pool_grad(LnDtype d, const LnPool *p, const void *x, const void *dy, void *dx) {
  by_samples(max_grad_samples_float, max_grad_samples_double, d, p, &(Work){p, x, dy, dx, 1});
}

void ln_kernel_average_pool_grad(LnDtype d, const LnPool *p, const void *dy, void *dx) {
  by_samples(mean_grad_samples_float, mean_grad_samples_double, d, p,
             &(Work){p, NULL, dy, dx, 1});
}
