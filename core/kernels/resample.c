// Filters, the taps that they give, and the loops that apply those. simd.h comes first.
#include "base/simd.h"

#include "kernels/resample.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

// ---- filters: functions of a signed distance

static double triangle(double x) {
  x = fabs(x);
  return x < 1 ? 1 - x : 0;
}

// Keys (1981) with a = -0.5
static double cubic(double x) {
  x = fabs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

static double lanczos(double x, double radius) {
  x = fabs(x);
  if (x > radius) return 0;
  if (x <= 1e-3) return 1;
  return radius * sin(PI * x) * sin(PI * x / radius) / (PI * PI * x * x);
}
static double lanczos3(double x) { return lanczos(x, 3); }
static double lanczos5(double x) { return lanczos(x, 5); }

static double hamming(double x) {
  x = fabs(x);
  if (x == 0) return 1;
  return x < 1 ? sin(PI * x) / (PI * x) * (0.54 + 0.46 * cos(PI * x)) : 0;
}

// What lies on the border of two boxes is the first one's.
static double box(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }

static const struct {
  double radius;
  double (*weight)(double x);
} filters[LN_FILTERS] = {
  [LN_FILTER_NEAREST] = {0.5, box},        [LN_FILTER_BILINEAR] = {1, triangle},
  [LN_FILTER_BICUBIC] = {2, cubic},        [LN_FILTER_LANCZOS3] = {3, lanczos3},
  [LN_FILTER_LANCZOS5] = {5, lanczos5},    [LN_FILTER_BOX] = {0.5, box},
  [LN_FILTER_HAMMING] = {1, hamming},
};

// ---- taps

static double reach(const LnSampling *s) {
  return filters[s->filter].radius * (s->antialias && s->step > 1 ? s->step : 1);
}

static int64_t at_most(double n, int64_t limit) {
  return n < (double)limit ? (int64_t)n : limit;
}

int64_t ln_taps_most(const LnSampling *s) {
  if (s->filter == LN_FILTER_NEAREST) return 1;
  return at_most(floor(2 * reach(s)) + 2, s->n_in > 0 ? s->n_in : 1);
}

int64_t ln_taps_most_transposed(const LnSampling *s) {
  return at_most(floor(2 * reach(s) / s->step) + 2, s->n_out > 0 ? s->n_out : 1);
}

size_t ln_taps_bytes(int64_t n_out, int64_t most) {
  return (size_t)n_out * (2 * sizeof(int64_t) + (size_t)most * sizeof(double));
}

void ln_taps_place(LnTaps *t, int64_t n_in, int64_t n_out, int64_t most, void *memory) {
  *t = (LnTaps){n_in, n_out, most, memory, (int64_t *)memory + n_out,
                (double *)((int64_t *)memory + 2 * n_out), false};
}

// Keras takes a position whose weights sum to less for one that has none.
#define LEAST_SUM (1000 * 1.1920928955078125e-07)

static void fill_one(const LnSampling *s, LnTaps *t, int64_t i) {
  double *weight = t->weight + i * t->most;
  t->first[i] = t->count[i] = 0;
  double middle = s->start + ((double)i + 0.5) * s->step - 0.5, r = reach(s);
  double grown = r / filters[s->filter].radius, sum = 0;
  if (!(middle >= -0.5 && middle <= (double)s->n_in - 0.5)) return;
  if (s->filter == LN_FILTER_NEAREST) {
    int64_t at = (int64_t)floor(middle + 0.5);
    t->first[i] = at >= s->n_in ? s->n_in - 1 : at;
    t->count[i] = 1;
    weight[0] = 1;
    return;
  }
  double low = ceil(middle - r), high = floor(middle + r);
  int64_t first = low > 0 ? (int64_t)low : 0;
  int64_t last = high < (double)s->n_in - 1 ? (int64_t)high : s->n_in - 1;
  if (last - first >= t->most) last = first + t->most - 1;
  for (int64_t k = first; k <= last; k++)
    sum += weight[k - first] = filters[s->filter].weight(((double)k - middle) / grown);
  if (!(fabs(sum) > LEAST_SUM)) return;
  t->first[i] = first;
  t->count[i] = last - first + 1;
  for (int64_t k = 0; k < t->count[i]; k++) weight[k] /= sum;
  // Weights of 0 at the ends are no taps.
  while (t->count[i] > 1 && weight[t->count[i] - 1] == 0) t->count[i]--;
  while (t->count[i] > 1 && weight[0] == 0) {
    memmove(weight, weight + 1, (size_t)(t->count[i] - 1) * sizeof *weight);
    t->first[i]++;
    t->count[i]--;
  }
}

static bool is_identity(const LnTaps *t) {
  if (t->n_in != t->n_out) return false;
  for (int64_t i = 0; i < t->n_out; i++)
    if (t->first[i] != i || t->count[i] != 1 || t->weight[i * t->most] != 1) return false;
  return true;
}

void ln_taps_fill(const LnSampling *s, LnTaps *t) {
  for (int64_t i = 0; i < t->n_out; i++) fill_one(s, t, i);
  t->identity = is_identity(t);
}

// Neighbouring outputs have neighbouring inputs, so the outputs of one input lie side by side.
void ln_taps_transpose(const LnTaps *t, LnTaps *out) {
  memset(out->count, 0, (size_t)out->n_out * sizeof *out->count);
  memset(out->first, 0, (size_t)out->n_out * sizeof *out->first);
  for (int64_t i = 0; i < t->n_out; i++)
    for (int64_t k = 0; k < t->count[i]; k++) {
      int64_t j = t->first[i] + k;
      if (out->count[j] == 0) out->first[j] = i;
      int64_t at = i - out->first[j];
      for (int64_t gap = out->count[j]; gap < at; gap++) out->weight[j * out->most + gap] = 0;
      out->weight[j * out->most + at] = t->weight[i * t->most + k];
      out->count[j] = at + 1;
    }
  out->identity = t->identity;
}

// ---- applying them

// A row of y: rows of x weighted into `line`, then columns of that.
#define ROWS(name, T)                                                                             \
  LN_INLINE void name##_columns(const LnTaps *t, int64_t c, const T *line, T *y) {                \
    for (int64_t i = 0; i < t->n_out; i++, y += c) {                                              \
      const double *weight = t->weight + i * t->most;                                             \
      const T *from = line + t->first[i] * c;                                                     \
      int64_t n = t->count[i];                                                                    \
      for (int64_t j = 0; j < c; j++) y[j] = n ? (T)weight[0] * from[j] : 0;                      \
      for (int64_t k = 1; k < n; k++) {                                                           \
        T w = (T)weight[k];                                                                       \
        for (int64_t j = 0; j < c; j++) y[j] += w * from[k * c + j];                              \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  LN_INLINE void name##_line(const LnTaps *t, int64_t i, int64_t width, const T *x, T *line) {    \
    const double *weight = t->weight + i * t->most;                                               \
    x += t->first[i] * width;                                                                     \
    int64_t n = t->count[i];                                                                      \
    if (n == 2) {                                                                                 \
      T a = (T)weight[0], b = (T)weight[1];                                                       \
      const T *next = x + width;                                                                  \
      LN_INDEPENDENT for (int64_t j = 0; j < width; j++) line[j] = a * x[j] + b * next[j];        \
      return;                                                                                     \
    }                                                                                             \
    T a = n ? (T)weight[0] : 0;                                                                   \
    LN_INDEPENDENT for (int64_t j = 0; j < width; j++) line[j] = n ? a * x[j] : 0;                \
    for (int64_t k = 1; k < n; k++) {                                                             \
      T w = (T)weight[k];                                                                         \
      LN_INDEPENDENT for (int64_t j = 0; j < width; j++) line[j] += w * x[k * width + j];         \
    }                                                                                             \
  }                                                                                               \
  LN_CLONES static void name(const LnResample *r, int64_t begin, int64_t end, T *line) {          \
    const LnTaps *rows = r->rows, *columns = r->columns;                                          \
    int64_t width = columns->n_in * r->c, out = columns->n_out * r->c;                            \
    for (int64_t i = begin; i < end; i++) {                                                       \
      const T *x = (const T *)r->x + i / rows->n_out * rows->n_in * width;                        \
      T *y = (T *)r->y + i * out;                                                                 \
      int64_t row = i % rows->n_out;                                                              \
      const T *from = x + rows->first[row] * width;                                               \
      bool as_is = rows->count[row] == 1 && rows->weight[row * rows->most] == 1;                  \
      if (columns->identity) {                                                                    \
        if (as_is) memcpy(y, from, (size_t)width * sizeof *y);                                    \
        else name##_line(rows, row, width, x, y);                                                 \
        continue;                                                                                 \
      }                                                                                           \
      if (!as_is) name##_line(rows, row, width, x, line), from = line;                            \
      switch (r->c) {                                                                             \
      case 1: name##_columns(columns, 1, from, y); break;                                         \
      case 3: name##_columns(columns, 3, from, y); break;                                         \
      case 4: name##_columns(columns, 4, from, y); break;                                         \
      default: name##_columns(columns, r->c, from, y);                                            \
      }                                                                                           \
    }                                                                                             \
  }
ROWS(resample_f32, float)
ROWS(resample_f64, double)

void ln_resample(const LnResample *r, int64_t begin, int64_t end, void *line) {
  if (r->dtype == LN_FLOAT64) resample_f64(r, begin, end, line);
  else resample_f32(r, begin, end, line);
}

// ---- aspect ratios

static int64_t scaled(int64_t n, int64_t to, int64_t of) {
  return (int64_t)((double)n * (double)to / (double)of);
}

LnBox ln_crop_box(int64_t h, int64_t w, int64_t to_h, int64_t to_w) {
  int64_t height = scaled(w, to_h, to_w), width = scaled(h, to_w, to_h);
  height = height > h ? h : height;
  width = width > w ? w : width;
  height = height < 1 ? 1 : height;
  width = width < 1 ? 1 : width;
  return (LnBox){(h - height) / 2, (w - width) / 2, height, width};
}

LnBox ln_pad_box(int64_t h, int64_t w, int64_t to_h, int64_t to_w) {
  int64_t height = scaled(w, to_h, to_w), width = scaled(h, to_w, to_h);
  height = height < h ? h : height;
  width = width < w ? w : width;
  int64_t top = (height - h) / 2, left = (width - w) / 2;
  return (LnBox){top, left, h + 2 * top, w + 2 * left};
}
