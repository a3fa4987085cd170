// Bilinear and nearest sampling: four corners with weights, which are gathered or scattered to.
// simd.h comes first.
#include "base/simd.h"

#include "kernels/warp.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/loop.h"

// Positions beyond the edge as positions within, as Keras's map_coordinates has them.
static int64_t modulo(int64_t i, int64_t n) {
  i %= n;
  return i < 0 ? i + n : i;
}

static int64_t mirrored(int64_t i, int64_t n) {
  int64_t s = n - 1;
  if (s == 0) return 0;
  i = modulo(i + s, 2 * s) - s;
  return i < 0 ? -i : i;
}

static int64_t outside(LnFillMode mode, int64_t i, int64_t n) {
  switch (mode) {
  case LN_FILL_WRAP: return modulo(i, n);
  case LN_FILL_MIRROR: return mirrored(i, n);
  case LN_FILL_REFLECT: return (mirrored(2 * i + 1, 2 * n + 1) - 1) / 2;
  default: return i < 0 ? 0 : n - 1;
  }
}

// The positions along one axis that a coordinate is made of.
typedef struct Ends {
  int n;
  int64_t at[2];     // within the picture; -1: beyond it (constant)
  double weight[2];
} Ends;

LN_INLINE void place(const LnWarp *p, double coordinate, int64_t size, int order, Ends *e) {
  double limit = coordinate < -1e9 ? -1e9 : coordinate > 1e9 ? 1e9 : coordinate;
  int64_t low;
  if (p->nearest) {
    e->n = 1;
    low = limit == limit ? (int64_t)rint(limit) : 0;
    e->weight[0] = order ? 0 : 1;
  } else {
    double lower = limit == limit ? floor(limit) : 0, f = coordinate - lower;
    e->n = 2;
    low = (int64_t)lower;
    e->weight[0] = order == 0 ? 1 - f : order == 1 ? -1 : 0;
    e->weight[1] = order == 0 ? f : order == 1 ? 1 : 0;
  }
  for (int k = 0; k < e->n; k++) {
    int64_t i = low + k;
    if (i >= 0 && i < size) e->at[k] = i;
    else e->at[k] = p->mode == LN_FILL_CONSTANT ? -1 : outside(p->mode, i, size);
  }
}

// Where output column u of a row comes from: affine ones by one multiplication.
#define WARP(name, T)                                                                             \
  typedef struct name##_row {                                                                     \
    const T *at;                  /* coordinates, or NULL: */                                     \
    T a0, b0, a, b, c0, c;        /* column (a0 u + a) / k, row (b0 u + b) / k, k = c0 u + c */   \
    bool affine;                                                                                  \
  } name##_row;                                                                                   \
  LN_INLINE name##_row name##_of_row(const LnWarp *p, int64_t i, int64_t row) {                   \
    if (!p->transforms) {                                                                         \
      int64_t first = p->shared ? 0 : i * p->out_h;                                               \
      return (name##_row){.at = (const T *)p->source + 2 * (first + row) * p->out_w};             \
    }                                                                                             \
    const T *t = (const T *)p->source + (p->shared ? 0 : 8 * i);                                  \
    T v = (T)row;                                                                                 \
    return (name##_row){NULL, t[0], t[3], t[1] * v + t[2], t[4] * v + t[5], t[6], t[7] * v + 1,   \
                        t[6] == 0 && t[7] == 0};                                                  \
  }                                                                                               \
  LN_INLINE void name##_place(const name##_row *r, int64_t column, T *y, T *x) {                  \
    if (r->at) {                                                                                  \
      *y = r->at[2 * column];                                                                     \
      *x = r->at[2 * column + 1];                                                                 \
      return;                                                                                     \
    }                                                                                             \
    T u = (T)column;                                                                              \
    *x = r->a0 * u + r->a;                                                                        \
    *y = r->b0 * u + r->b;                                                                        \
    if (!r->affine) {                                                                             \
      T k = r->c0 * u + r->c;                                                                     \
      *x /= k;                                                                                    \
      *y /= k;                                                                                    \
    }                                                                                             \
  }                                                                                               \
  LN_INLINE void name##_ends(const LnWarp *p, const name##_row *r, int64_t column, Ends *rows,    \
                             Ends *columns) {                                                     \
    T y, x;                                                                                       \
    name##_place(r, column, &y, &x);                                                              \
    place(p, y, p->h, p->order[0], rows);                                                         \
    place(p, x, p->w, p->order[1], columns);                                                      \
  }                                                                                               \
  /* Of places whose four neighbours all lie within, most of them; false: of another. */          \
  LN_INLINE bool name##_inside(const LnWarp *p, int64_t c, const T *from, T *to, T y, T x) {      \
    if (!(x >= 0 && y >= 0 && x < (T)(p->w - 1) && y < (T)(p->h - 1))) return false;              \
    int64_t column = (int64_t)x, row = (int64_t)y;                                                \
    T a = x - (T)column, b = y - (T)row;                                                          \
    const T *top = from + (row * p->w + column) * c, *bottom = top + p->w * c;                    \
    for (int64_t j = 0; j < c; j++)                                                               \
      to[j] = (1 - b) * (1 - a) * top[j] + (1 - b) * a * top[c + j] + b * (1 - a) * bottom[j] +   \
              b * a * bottom[c + j];                                                              \
    return true;                                                                                  \
  }                                                                                               \
  LN_INLINE bool name##_nearest(const LnWarp *p, int64_t c, const T *from, T *to, T y, T x) {     \
    if (!(x >= 0 && y >= 0 && x <= (T)(p->w - 1) && y <= (T)(p->h - 1))) return false;            \
    const T *pixel = from + ((int64_t)rint(y) * p->w + (int64_t)rint(x)) * c;                     \
    for (int64_t j = 0; j < c; j++) to[j] = pixel[j];                                             \
    return true;                                                                                  \
  }                                                                                               \
  LN_INLINE void name##_gather(const LnWarp *p, int64_t c, const T *x, T *y, const Ends *rows,    \
                               const Ends *columns) {                                             \
    for (int64_t j = 0; j < c; j++) y[j] = 0;                                                     \
    for (int a = 0; a < rows->n; a++)                                                             \
      for (int b = 0; b < columns->n; b++) {                                                      \
        T weight = (T)rows->weight[a] * (T)columns->weight[b];                                    \
        if (rows->at[a] < 0 || columns->at[b] < 0) {                                              \
          for (int64_t j = 0; j < c; j++) y[j] += weight * (T)p->value;                           \
        } else {                                                                                  \
          const T *from = x + (rows->at[a] * p->w + columns->at[b]) * c;                          \
          for (int64_t j = 0; j < c; j++) y[j] += weight * from[j];                               \
        }                                                                                         \
      }                                                                                           \
  }                                                                                               \
  LN_INLINE void name##_line(const LnWarp *p, int64_t c, const name##_row *row, const T *from,    \
                             T *to) {                                                             \
    bool value = p->order[0] == 0 && p->order[1] == 0;                                            \
    for (int64_t column = 0; column < p->out_w; column++, to += c) {                              \
      T y, x;                                                                                     \
      name##_place(row, column, &y, &x);                                                          \
      if (value && (p->nearest ? name##_nearest(p, c, from, to, y, x)                             \
                               : name##_inside(p, c, from, to, y, x))) continue;                  \
      Ends rows, columns;                                                                         \
      place(p, y, p->h, p->order[0], &rows);                                                      \
      place(p, x, p->w, p->order[1], &columns);                                                   \
      name##_gather(p, c, from, to, &rows, &columns);                                             \
    }                                                                                             \
  }                                                                                               \
  LN_CLONES static void name##_rows(const LnWarp *p, const T *x, T *y, int64_t begin,             \
                                    int64_t end) {                                                \
    for (int64_t r = begin; r < end; r++) {                                                       \
      name##_row row = name##_of_row(p, r / p->out_h, r % p->out_h);                              \
      const T *from = x + r / p->out_h * p->h * p->w * p->c;                                      \
      T *to = y + r * p->out_w * p->c;                                                            \
      if (p->c == 3) name##_line(p, 3, &row, from, to);                                           \
      else if (p->c == 1) name##_line(p, 1, &row, from, to);                                      \
      else name##_line(p, p->c, &row, from, to);                                                  \
    }                                                                                             \
  }                                                                                               \
  LN_CLONES static void name##_scatter(const LnWarp *p, const T *x, T *y, int64_t begin,          \
                                       int64_t end) {                                             \
    Ends rows, columns;                                                                           \
    for (int64_t i = begin; i < end; i++) {                                                       \
      T *to = y + i * p->h * p->w * p->c;                                                         \
      const T *from = x + i * p->out_h * p->out_w * p->c;                                         \
      memset(to, 0, (size_t)(p->h * p->w * p->c) * sizeof *to);                                   \
      name##_row row = name##_of_row(p, i, 0);                                                    \
      for (int64_t at = 0; at < p->out_h * p->out_w; at++, from += p->c) {                        \
        if (at % p->out_w == 0) row = name##_of_row(p, i, at / p->out_w);                         \
        name##_ends(p, &row, at % p->out_w, &rows, &columns);                                     \
        for (int a = 0; a < rows.n; a++)                                                          \
          for (int b = 0; b < columns.n; b++) {                                                   \
            if (rows.at[a] < 0 || columns.at[b] < 0) continue;                                    \
            T weight = (T)rows.weight[a] * (T)columns.weight[b];                                  \
            T *cell = to + (rows.at[a] * p->w + columns.at[b]) * p->c;                            \
            for (int64_t j = 0; j < p->c; j++) cell[j] += weight * from[j];                       \
          }                                                                                       \
      }                                                                                           \
    }                                                                                             \
  }
WARP(warp_f32, float)
WARP(warp_f64, double)

typedef struct Job {
  const LnWarp *p;
  const void *x;
  void *y;
} Job;

static void gather(void *arg, int64_t begin, int64_t end) {
  const Job *j = arg;
  if (j->p->dtype == LN_FLOAT64) warp_f64_rows(j->p, j->x, j->y, begin, end);
  else warp_f32_rows(j->p, j->x, j->y, begin, end);
}

static void scatter(void *arg, int64_t begin, int64_t end) {
  const Job *j = arg;
  if (j->p->dtype == LN_FLOAT64) warp_f64_scatter(j->p, j->x, j->y, begin, end);
  else warp_f32_scatter(j->p, j->x, j->y, begin, end);
}

static int64_t grain_of(int64_t values) {
  return values > 0 && values < LN_GRAIN_MATH ? LN_GRAIN_MATH / values + 1 : 1;
}

void ln_warp(const LnWarp *p, const void *x, void *y) {
  ln_parallel(p->n * p->out_h, grain_of(p->out_w * p->c), gather, &(Job){p, x, y});
}

// Places of one picture may be added to by any of its pixels: a picture is one thread's.
void ln_warp_transposed(const LnWarp *p, const void *x, void *y) {
  ln_parallel(p->n, grain_of(p->out_h * p->out_w * p->c), scatter, &(Job){p, x, y});
}
