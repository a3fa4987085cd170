// Normalization. Work that sums is cut into parts, by its size alone, whose sums are put together
// in order.
#include "base/simd.h"
#include "kernels/normalize.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/loop.h"

enum {
  PARTS = 32,     // at most
  PART = 16384,   // elements, at least
  RUN = 64,       // elements that are summed before their sum joins the float64 total
  BLOCK = 64,     // channels at a time
  LANES = 16,     // sums side by side of a row
};

typedef struct Work {
  const LnChannels *s;
  const void *x, *dy, *mean, *a, *b, *c;
  void *y;
  int64_t parts;
  double *first, *second, *shift;   // of each part and channel
} Work;

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t parts_of(int64_t n, int64_t size) {
  return smaller(smaller(PARTS, 1 + size / PART), n > 0 ? n : 1);
}

// Which of n positions part i has.
static void share(int64_t n, int64_t parts, int64_t i, int64_t *begin, int64_t *end) {
  *begin = n * i / parts;
  *end = n * (i + 1) / parts;
}

// ---- sums of channels
// For moments: of x - shift and its square, shift being an element of the part, near the mean
// (Chan, Golub and LeVeque 1983). For slopes: of dy and dy (x - mean).

#define SUMS(T)                                                                          \
  /* n rows of m <= BLOCK channels, `step` apart */                                      \
  LN_INLINE void add_rows_##T(const T *x, const T *dy, const T *shift, int64_t n, int64_t step, \
                              double *first, double *second, int m) {                    \
    for (int64_t i = 0; i < n; i += RUN) {                                               \
      T one[BLOCK], two[BLOCK];                                                          \
      const int64_t end = i + RUN < n ? i + RUN : n;                                     \
      for (int c = 0; c < m; c++) one[c] = two[c] = 0;                                   \
      for (int64_t k = i; k < end; k++)                                                  \
        for (int c = 0; c < m; c++) {                                                    \
          const T v = x[k * step + c] - shift[c], g = dy ? dy[k * step + c] : v;         \
          one[c] += g;                                                                   \
          two[c] += g * v;                                                               \
        }                                                                                \
      for (int c = 0; c < m; c++) first[c] += (double)one[c], second[c] += (double)two[c]; \
    }                                                                                    \
  }                                                                                      \
  /* n elements of one channel */                                                        \
  LN_INLINE void add_run_##T(const T *x, const T *dy, T shift, int64_t n, double *first, \
                             double *second) {                                           \
    for (int64_t i = 0; i < n; i += RUN * LANES) {                                       \
      T one[LANES] = {0}, two[LANES] = {0};                                              \
      const int64_t end = i + RUN * LANES < n ? i + RUN * LANES : n;                     \
      int64_t k = i;                                                                     \
      for (; k + LANES <= end; k += LANES)                                               \
        for (int c = 0; c < LANES; c++) {                                                \
          const T v = x[k + c] - shift, g = dy ? dy[k + c] : v;                          \
          one[c] += g;                                                                   \
          two[c] += g * v;                                                               \
        }                                                                                \
      for (int c = 0; k < end; k++, c++) {                                               \
        const T v = x[k] - shift, g = dy ? dy[k] : v;                                    \
        one[c] += g;                                                                     \
        two[c] += g * v;                                                                 \
      }                                                                                  \
      for (int c = 0; c < LANES; c++) *first += (double)one[c], *second += (double)two[c]; \
    }                                                                                    \
  }                                                                                      \
  LN_CLONES static void sums_##T(void *arg, int64_t begin, int64_t end) {                \
    const Work *w = arg;                                                                 \
    const int64_t channels = w->s->channels, inner = w->s->inner;                        \
    for (int64_t part = begin; part < end; part++) {                                     \
      double *first = w->first + part * channels, *second = w->second + part * channels; \
      double *shifts = w->shift + part * channels;                                       \
      int64_t from, to;                                                                  \
      share(w->s->outer, w->parts, part, &from, &to);                                              \
      for (int64_t c = 0; c < channels; c++) first[c] = second[c] = 0;                   \
      if (from == to) continue;                                                          \
      const T *x = (const T *)w->x + from * channels * inner;                            \
      const T *dy = w->dy ? (const T *)w->dy + from * channels * inner : NULL;           \
      const T *mean = w->mean;                                                           \
      for (int64_t c0 = 0; inner == 1 && c0 < channels; c0 += BLOCK) {                   \
        const int64_t m = smaller(BLOCK, channels - c0);                                 \
        T shift[BLOCK];                                                                  \
        for (int64_t c = 0; c < m; c++) {                                                \
          shift[c] = mean ? mean[c0 + c] : x[c0 + c];                                    \
          if (!mean) shifts[c0 + c] = (double)shift[c];                                  \
        }                                                                                \
        if (m == BLOCK && dy)                                                            \
          add_rows_##T(x + c0, dy + c0, shift, to - from, channels, first + c0, second + c0, \
                       BLOCK);                                                           \
        else if (m == BLOCK)                                                             \
          add_rows_##T(x + c0, NULL, shift, to - from, channels, first + c0, second + c0, \
                       BLOCK);                                                           \
        else                                                                             \
          add_rows_##T(x + c0, dy ? dy + c0 : NULL, shift, to - from, channels, first + c0, \
                       second + c0, (int)m);                                             \
      }                                                                                  \
      for (int64_t o = 0; inner > 1 && o < to - from; o++)                               \
        for (int64_t c = 0; c < channels; c++) {                                         \
          const T *run = x + (o * channels + c) * inner;                                 \
          if (o == 0 && !mean) shifts[c] = (double)run[0];                               \
          const T shift = mean ? mean[c] : (T)shifts[c];                                 \
          if (dy) add_run_##T(run, dy + (o * channels + c) * inner, shift, inner, &first[c], \
                              &second[c]);                                               \
          else add_run_##T(run, NULL, shift, inner, &first[c], &second[c]);              \
        }                                                                                \
    }                                                                                    \
  }
SUMS(float)
SUMS(double)

size_t ln_kernel_channels_memory(const LnChannels *s) {
  return (size_t)s->channels * PARTS * 3 * sizeof(double);
}

static int64_t grain(int64_t unit) { return LN_GRAIN_CHEAP / (unit > 0 ? unit : 1) + 1; }

static void sum_up(LnDtype d, Work *w, void *memory) {
  const LnChannels *s = w->s;
  const int64_t size = s->outer * s->channels * s->inner;
  w->parts = parts_of(s->outer, size);
  w->first = memory;
  w->second = w->first + w->parts * s->channels;
  w->shift = w->second + w->parts * s->channels;
  ln_parallel(w->parts, grain(size / w->parts), d == LN_FLOAT32 ? sums_float : sums_double, w);
}

static void put(LnDtype d, void *to, int64_t i, double v) {
  if (d == LN_FLOAT32) ((float *)to)[i] = (float)v;
  else ((double *)to)[i] = v;
}

void ln_kernel_moments(LnDtype d, const LnChannels *s, const void *x, void *memory, void *mean,
                       void *variance) {
  Work w = {.s = s, .x = x};
  sum_up(d, &w, memory);
  for (int64_t c = 0; c < s->channels; c++) {
    double seen = 0, m = 0, squares = 0;
    for (int64_t part = 0; part < w.parts; part++) {
      int64_t from, to;
      share(s->outer, w.parts, part, &from, &to);
      const double n = (double)((to - from) * s->inner);
      if (n == 0) continue;
      const double sum = w.first[part * s->channels + c];
      const double delta = w.shift[part * s->channels + c] + sum / n - m;
      squares += w.second[part * s->channels + c] - sum * sum / n +
                 delta * delta * seen * n / (seen + n);
      m += delta * n / (seen + n);
      seen += n;
    }
    squares = squares < 0 ? 0 : squares;
    put(d, mean, c, seen > 0 ? m : NAN);
    put(d, variance, c, squares / seen);
  }
}

void ln_kernel_slopes(LnDtype d, const LnChannels *s, const void *x, const void *mean,
                      const void *dy, void *memory, void *sum, void *product) {
  Work w = {.s = s, .x = x, .dy = dy, .mean = mean};
  sum_up(d, &w, memory);
  for (int64_t c = 0; c < s->channels; c++) {
    double one = 0, two = 0;
    for (int64_t part = 0; part < w.parts; part++) {
      one += w.first[part * s->channels + c];
      two += w.second[part * s->channels + c];
    }
    put(d, sum, c, one);
    put(d, product, c, two);
  }
}

// ---- channel by channel

#define AFFINE(T)                                                                        \
  LN_INLINE void affine_rows_##T(const T *x, const T *mean, const T *a, const T *b, int64_t n, \
                                 int64_t step, T *y, int m) {                            \
    T one[BLOCK], two[BLOCK], three[BLOCK];                                              \
    for (int c = 0; c < m; c++) one[c] = mean[c], two[c] = a[c], three[c] = b[c];        \
    for (int64_t k = 0; k < n; k++)                                                      \
      for (int c = 0; c < m; c++)                                                        \
        y[k * step + c] = (x[k * step + c] - one[c]) * two[c] + three[c];                \
  }                                                                                      \
  LN_CLONES static void affine_##T(void *arg, int64_t begin, int64_t end) {              \
    const Work *w = arg;                                                                 \
    const int64_t channels = w->s->channels, inner = w->s->inner;                        \
    const T *x = (const T *)w->x + begin * channels * inner;                             \
    const T *mean = w->mean, *a = w->a, *b = w->b;                                       \
    T *y = (T *)w->y + begin * channels * inner;                                         \
    if (inner > 1) {                                                                     \
      for (int64_t i = 0; i < (end - begin) * channels; i++) {                           \
        const int64_t c = i % channels;                                                  \
        const T one = mean[c], two = a[c], three = b[c];                                 \
        for (int64_t k = i * inner; k < (i + 1) * inner; k++) y[k] = (x[k] - one) * two + three; \
      }                                                                                  \
      return;                                                                            \
    }                                                                                    \
    for (int64_t k = 0; k < end - begin; k += RUN) {                                     \
      const int64_t rows = smaller(RUN, end - begin - k);                                \
      for (int64_t c = 0; c < channels; c += BLOCK) {                                    \
        const int64_t m = smaller(BLOCK, channels - c), at = k * channels + c;           \
        affine_rows_##T(x + at, mean + c, a + c, b + c, rows, channels, y + at,          \
                        m == BLOCK ? BLOCK : (int)m);                                    \
      }                                                                                  \
    }                                                                                    \
  }                                                                                      \
  LN_INLINE void grad_rows_##T(const T *x, const T *mean, const T *dy, const T *a, const T *b, \
                               const T *d, int64_t n, int64_t step, T *dx, int m) {      \
    T one[BLOCK], two[BLOCK], three[BLOCK], four[BLOCK];                                 \
    for (int c = 0; c < m; c++) one[c] = mean[c], two[c] = a[c], three[c] = b[c], four[c] = d[c]; \
    for (int64_t k = 0; k < n; k++)                                                      \
      for (int c = 0; c < m; c++)                                                        \
        dx[k * step + c] =                                                               \
            dy[k * step + c] * two[c] + ((x[k * step + c] - one[c]) * three[c] + four[c]); \
  }                                                                                      \
  LN_CLONES static void affine_grad_##T(void *arg, int64_t begin, int64_t end) {         \
    const Work *w = arg;                                                                 \
    const int64_t channels = w->s->channels, inner = w->s->inner;                        \
    const int64_t start = begin * channels * inner;                                      \
    const T *x = (const T *)w->x + start, *dy = (const T *)w->dy + start;                \
    const T *mean = w->mean, *a = w->a, *b = w->b, *d = w->c;                            \
    T *dx = (T *)w->y + start;                                                           \
    if (inner > 1) {                                                                     \
      for (int64_t i = 0; i < (end - begin) * channels; i++) {                           \
        const int64_t c = i % channels;                                                  \
        const T one = mean[c], two = a[c], three = b[c], four = d[c];                    \
        for (int64_t k = i * inner; k < (i + 1) * inner; k++)                            \
          dx[k] = dy[k] * two + ((x[k] - one) * three + four);                           \
      }                                                                                  \
      return;                                                                            \
    }                                                                                    \
    for (int64_t k = 0; k < end - begin; k += RUN) {                                     \
      const int64_t rows = smaller(RUN, end - begin - k);                                \
      for (int64_t c = 0; c < channels; c += BLOCK) {                                    \
        const int64_t m = smaller(BLOCK, channels - c), at = k * channels + c;           \
        grad_rows_##T(x + at, mean + c, dy + at, a + c, b + c, d + c, rows, channels, dx + at, \
                      m == BLOCK ? BLOCK : (int)m);                                      \
      }                                                                                  \
    }                                                                                    \
  }
AFFINE(float)
AFFINE(double)

static double element(LnDtype d, const void *list, int64_t i) {
  return d == LN_FLOAT32 ? (double)((const float *)list)[i] : ((const double *)list)[i];
}

void ln_kernel_channel_factors(LnDtype d, int64_t n, const void *variance, double epsilon,
                               const void *scale, void *factor) {
  for (int64_t i = 0; i < n; i++)
    put(d, factor, i, (scale ? element(d, scale, i) : 1) /
                          sqrt(element(d, variance, i) + epsilon));
}

void ln_kernel_affine(LnDtype d, const LnChannels *s, const void *x, const void *mean,
                      const void *factor, const void *offset, void *y) {
  Work w = {.s = s, .x = x, .mean = mean, .a = factor, .b = offset, .y = y};
  ln_parallel(s->outer, grain(s->channels * s->inner),
              d == LN_FLOAT32 ? affine_float : affine_double, &w);
}

void ln_kernel_affine_grad(LnDtype d, const LnChannels *s, const void *x, const void *mean,
                           const void *dy, const void *a, const void *b, const void *c, void *dx) {
  Work w = {.s = s, .x = x, .dy = dy, .mean = mean, .a = a, .b = b, .c = c, .y = dx};
  ln_parallel(s->outer, grain(s->channels * s->inner),
              d == LN_FLOAT32 ? affine_grad_float : affine_grad_double, &w);
}

// ---- rows

typedef struct RowWork {
  const LnRows *s;
  const void *x, *scale, *offset, *dy;
  void *y;
  int64_t parts;
  double *dscale, *doffset;   // of each part
} RowWork;

#define ROWS(T)                                                                          \
  /* the mean (0 when not centered) and what x - mean is multiplied by */                \
  LN_INLINE void row_moments_##T(const LnRows *s, const T *x, T *mean, T *factor) {      \
    double sum = 0, squares = 0, none = 0;                                               \
    if (s->centered) add_run_##T(x, NULL, 0, s->n, &sum, &none);                         \
    *mean = (T)(sum / (double)s->n);                                                     \
    add_run_##T(x, NULL, *mean, s->n, &none, &squares);                                  \
    *factor = (T)(1 / sqrt(squares / (double)s->n + s->epsilon));                        \
  }                                                                                      \
  LN_CLONES static void rows_##T(void *arg, int64_t begin, int64_t end) {                \
    const RowWork *w = arg;                                                              \
    const int64_t n = w->s->n;                                                           \
    const T *scale = w->scale, *offset = w->offset;                                      \
    for (int64_t row = begin; row < end; row++) {                                        \
      const T *x = (const T *)w->x + row * n;                                            \
      T *y = (T *)w->y + row * n, mean, factor;                                          \
      row_moments_##T(w->s, x, &mean, &factor);                                          \
      if (scale && offset)                                                               \
        for (int64_t i = 0; i < n; i++) y[i] = (x[i] - mean) * factor * scale[i] + offset[i]; \
      else if (scale)                                                                    \
        for (int64_t i = 0; i < n; i++) y[i] = (x[i] - mean) * factor * scale[i];        \
      else                                                                               \
        for (int64_t i = 0; i < n; i++)                                                  \
          y[i] = (x[i] - mean) * factor + (offset ? offset[i] : 0);                      \
    }                                                                                    \
  }                                                                                      \
  /* with h = (x - mean) f and g = scale dy: dx = f (g - mean(g) - h mean(g h)), the first mean \
     only where x is centered */                                                         \
  LN_CLONES static void rows_grad_##T(void *arg, int64_t begin, int64_t end) {           \
    const RowWork *w = arg;                                                              \
    const int64_t n = w->s->n;                                                           \
    const T *scale = w->scale;                                                           \
    for (int64_t part = begin; part < end; part++) {                                     \
      double *dscale = w->dscale + part * n, *doffset = w->doffset + part * n;           \
      int64_t from, to;                                                                  \
      share(w->s->rows, w->parts, part, &from, &to);                                               \
      for (int64_t i = 0; i < n; i++) dscale[i] = doffset[i] = 0;                        \
      for (int64_t row = from; row < to; row++) {                                        \
        const T *x = (const T *)w->x + row * n, *dy = (const T *)w->dy + row * n;        \
        T *dx = (T *)w->y + row * n, mean, factor;                                       \
        double sum = 0, product = 0;                                                     \
        row_moments_##T(w->s, x, &mean, &factor);                                        \
        for (int64_t i = 0; i < n; i++) {                                                \
          const T h = (x[i] - mean) * factor;                                            \
          dscale[i] += (double)(dy[i] * h);                                              \
          doffset[i] += (double)dy[i];                                                   \
          dx[i] = scale ? dy[i] * scale[i] : dy[i];                                      \
        }                                                                                \
        add_run_##T(x, dx, mean, n, &sum, &product);                                     \
        const T one = w->s->centered ? (T)(sum / (double)n) : 0;                         \
        const T two = (T)(product / (double)n) * factor * factor;                        \
        for (int64_t i = 0; i < n; i++) dx[i] = factor * (dx[i] - one - (x[i] - mean) * two); \
      }                                                                                  \
    }                                                                                    \
  }
ROWS(float)
ROWS(double)

void ln_kernel_normalize_rows(LnDtype d, const LnRows *s, const void *x, const void *scale,
                              const void *offset, void *y) {
  RowWork w = {.s = s, .x = x, .scale = scale, .offset = offset, .y = y};
  if (s->n == 0) return;
  ln_parallel(s->rows, grain(3 * s->n), d == LN_FLOAT32 ? rows_float : rows_double, &w);
}

size_t ln_kernel_rows_memory(const LnRows *s) { return (size_t)s->n * PARTS * 2 * sizeof(double); }

void ln_kernel_normalize_rows_grad(LnDtype d, const LnRows *s, const void *x, const void *scale,
                                   const void *dy, void *memory, void *dx, void *dscale,
                                   void *doffset) {
  RowWork w = {.s = s, .x = x, .scale = scale, .dy = dy, .y = dx, .dscale = memory};
  w.parts = parts_of(s->rows, s->rows * s->n);
  w.doffset = w.dscale + w.parts * s->n;
  ln_parallel(w.parts, grain(4 * s->n * (s->rows / w.parts + 1)),
              d == LN_FLOAT32 ? rows_grad_float : rows_grad_double, &w);
  for (int64_t i = 0; i < s->n; i++) {
    double one = 0, two = 0;
    for (int64_t part = 0; part < w.parts; part++)
      one += w.dscale[part * s->n + i], two += w.doffset[part * s->n + i];
    if (dscale) put(d, dscale, i, one);
    if (doffset) put(d, doffset, i, two);
  }
}
