// Gathering, adding at positions, choosing by a condition: loops over elements of any width.
#include "base/simd.h"

#include "kernels/index.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/copy.h"
#include "kernels/loop.h"
#include "tensor/tensor.h"

// ---- whole numbers

#define WHOLE(T)                                                                                   \
  for (int64_t i = 0; i < n; i++, p += step) {                                                     \
    int64_t v = (int64_t) * (const T *)(const void *)p;                                            \
    if (v < low) low = v;                                                                          \
    if (v > high) high = v;                                                                        \
  }
#define WHOLE_FLOAT(value)                                                                         \
  for (int64_t i = 0; i < n; i++, p += step) {                                                     \
    double v = value;                                                                              \
    if (!(v >= -0x1p63 && v < 0x1p63) || v != (double)(int64_t)v) {                                \
      if (w->whole) w->whole = false, w->odd = v == v ? v : NAN;                                   \
      continue;                                                                                    \
    }                                                                                              \
    if ((int64_t)v < low) low = (int64_t)v;                                                        \
    if ((int64_t)v > high) high = (int64_t)v;                                                      \
  }

typedef struct WholeArg {
  LnWhole *whole;
  LnDtype dtype;
} WholeArg;

static void whole_loop(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {
  LnWhole *w = ((const WholeArg *)arg)->whole;
  const char *p = ptrs[0];
  int64_t step = strides[0], low = w->low, high = w->high;
  const LnDtype dtype = ((const WholeArg *)arg)->dtype;
  switch (dtype) {
    case LN_BOOL: case LN_UINT8: WHOLE(uint8_t) break;
    case LN_INT32: WHOLE(int32_t) break;
    case LN_INT64: WHOLE(int64_t) break;
    case LN_FLOAT16: case LN_BFLOAT16:
      WHOLE_FLOAT(ln_half_value(dtype, *(const uint16_t *)(const void *)p)) break;
    case LN_FLOAT32: WHOLE_FLOAT(*(const float *)(const void *)p) break;
    default: WHOLE_FLOAT(*(const double *)(const void *)p) break;
  }
  w->low = low;
  w->high = high;
}

LnWhole ln_kernel_whole(const LnTensor *t) {
  LnWhole w = {INT64_MAX, INT64_MIN, true, 0};
  WholeArg arg = {&w, (LnDtype)t->dtype};
  LnOperand operand = {t->data, t->stride, ln_dtype_size((LnDtype)t->dtype)};
  if (t->size) ln_loop(t->rank, t->shape, 1, &operand, whole_loop, &arg, 0);
  return w;
}

void ln_kernel_positions(const LnTensor *t, int64_t axis, int64_t *out) {
  ln_kernel_pack(t, LN_INT64, out);
  if (axis > 0)
    for (int64_t i = 0; i < t->size; i++) out[i] = out[i] < 0 ? out[i] + axis : out[i] - 1;
}

// ---- rows

typedef struct Take {
  const char *x;
  char *y;
  int64_t n, m, row;  // row: bytes
  const int64_t *positions;
} Take;

static void take_rows(void *arg, int64_t begin, int64_t end) {
  const Take *t = arg;
  for (int64_t i = begin; i < end; i++) {
    const char *from = t->x + (i / t->m * t->n + t->positions[i % t->m]) * t->row;
    char *to = t->y + i * t->row;
    if (t->row == 4) memcpy(to, from, 4);
    else if (t->row == 8) memcpy(to, from, 8);
    else memcpy(to, from, (size_t)t->row);
  }
}

void ln_kernel_take(const void *x, size_t width, int64_t outer, int64_t n, int64_t inner,
                    const int64_t *positions, int64_t m, void *y) {
  Take t = {x, y, n, m, inner * (int64_t)width, positions};
  int64_t grain = 65536 / (t.row + 1) + 1;
  if (t.row > 0 && m > 0) ln_parallel(outer * m, grain, take_rows, &t);
}

// Each thread adds its columns of every row: positions may be the same.
typedef struct TakeAdd {
  const char *y;
  char *x;
  LnDtype dtype;
  int64_t outer, n, inner, m;
  const int64_t *positions;
} TakeAdd;

enum { PANEL = 16, AHEAD = 8 };   // columns that are not divided; rows that are fetched before

#define TAKE_ADD(T)                                                                                \
  for (int64_t o = 0; o < t->outer; o++) {                                                         \
    const T *from = (const T *)(const void *)t->y + o * t->m * inner;                              \
    T *rows = (T *)(void *)t->x + o * t->n * inner;                                                \
    for (int64_t i = 0; i < t->m; i++, from += inner) {                                            \
      T *to = rows + t->positions[i] * inner;                                                      \
      if (i + AHEAD < t->m)                                                                        \
        __builtin_prefetch(rows + t->positions[i + AHEAD] * inner + first, 1);                     \
      for (int64_t j = first; j < last; j++) to[j] += from[j];                                     \
    }                                                                                              \
  }

LN_CLONES static void take_add(void *arg, int64_t begin, int64_t end) {
  const TakeAdd *t = arg;
  const int64_t inner = t->inner, first = begin * PANEL;
  const int64_t last = end * PANEL < inner ? end * PANEL : inner;
  if (t->dtype == LN_FLOAT32) TAKE_ADD(float)
  else TAKE_ADD(double)
}

void ln_kernel_take_add(const void *y, LnDtype d, int64_t outer, int64_t n, int64_t inner,
                        const int64_t *positions, int64_t m, void *x) {
  TakeAdd t = {y, x, d, outer, n, inner, m, positions};
  int64_t rows = outer * m, panels = (inner + PANEL - 1) / PANEL;
  if (rows > 0) ln_parallel(panels, 65536 / (rows * PANEL) + 1, take_add, &t);
}

// ---- elements

typedef struct Gather {
  int64_t step;  // bytes
  size_t width;
  LnDtype dtype;
} Gather;

static void gather_loop(char **ptrs, const int64_t *s, int64_t n, const void *arg) {
  const Gather *g = arg;
  char *y = ptrs[0], *x = ptrs[1], *at = ptrs[2];
  for (int64_t i = 0; i < n; i++, y += s[0], x += s[1], at += s[2]) {
    const char *from = x + *(int64_t *)(void *)at * g->step;
    if (g->width == 4) memcpy(y, from, 4);
    else if (g->width == 8) memcpy(y, from, 8);
    else if (g->width == 2) memcpy(y, from, 2);
    else *y = *from;
  }
}

static void gather_add_loop(char **ptrs, const int64_t *s, int64_t n, const void *arg) {
  const Gather *g = arg;
  char *y = ptrs[0], *x = ptrs[1], *at = ptrs[2];
  for (int64_t i = 0; i < n; i++, y += s[0], x += s[1], at += s[2]) {
    void *to = x + *(int64_t *)(void *)at * g->step;
    if (g->dtype == LN_FLOAT32) *(float *)to += *(float *)(void *)y;
    else *(double *)to += *(double *)(void *)y;
  }
}

static void gather(int rank, const int64_t *shape, LnLoopFn fn, const Gather *g, void *y,
                   const int64_t *y_stride, void *x, const int64_t *x_stride, int64_t *positions,
                   const int64_t *positions_stride, int64_t grain) {
  LnOperand operands[] = {{y, y_stride, g->width}, {x, x_stride, g->width},
                          {positions, positions_stride, sizeof *positions}};
  ln_loop(rank, shape, 3, operands, fn, g, grain);
}

void ln_kernel_gather(int rank, const int64_t *shape, size_t width, void *y,
                      const int64_t *y_stride, void *x, const int64_t *x_stride, int64_t x_step,
                      int64_t *positions, const int64_t *positions_stride) {
  Gather g = {x_step * (int64_t)width, width, LN_FLOAT32};
  gather(rank, shape, gather_loop, &g, y, y_stride, x, x_stride, positions, positions_stride,
         LN_GRAIN_CHEAP);
}

void ln_kernel_gather_add(int rank, const int64_t *shape, LnDtype d, void *y,
                          const int64_t *y_stride, void *x, const int64_t *x_stride,
                          int64_t x_step, int64_t *positions, const int64_t *positions_stride) {
  Gather g = {x_step * (int64_t)ln_dtype_size(d), ln_dtype_size(d), d};
  gather(rank, shape, gather_add_loop, &g, y, y_stride, x, x_stride, positions, positions_stride,
         0);  // several positions may be one place: never two threads
}

// ---- where

#define WHERE(T)                                                                                   \
  if (s[0] == sizeof(T) && s[1] == 1 && s[2] == sizeof(T) && s[3] == sizeof(T)) {                  \
    T *restrict to = (T *)(void *)y;                                                               \
    const T *p = (const T *)(const void *)a, *q = (const T *)(const void *)b;                      \
    for (int64_t i = 0; i < n; i++) to[i] = if_[i] ? p[i] : q[i];                                  \
  } else {                                                                                         \
    for (int64_t i = 0; i < n; i++, y += s[0], if_ += s[1], a += s[2], b += s[3])                  \
      *(T *)(void *)y = *(const T *)(const void *)(*if_ ? a : b);                                  \
  }

LN_CLONES static void where_loop(char **ptrs, const int64_t *s, int64_t n, const void *arg) {
  char *y = ptrs[0];
  const char *if_ = ptrs[1], *a = ptrs[2], *b = ptrs[3];
  switch (*(const size_t *)arg) {
    case 1: WHERE(uint8_t) break;
    case 2: WHERE(uint16_t) break;
    case 4: WHERE(uint32_t) break;
    default: WHERE(uint64_t) break;
  }
}

void ln_kernel_where(int rank, const int64_t *shape, size_t width, void *y, const int64_t *y_stride,
                     const void *condition, const int64_t *condition_stride, const void *a,
                     const int64_t *a_stride, const void *b, const int64_t *b_stride) {
  LnOperand operands[] = {{y, y_stride, width}, {(void *)(uintptr_t)condition, condition_stride, 1},
                          {(void *)(uintptr_t)a, a_stride, width},
                          {(void *)(uintptr_t)b, b_stride, width}};
  ln_loop(rank, shape, 4, operands, where_loop, &width, LN_GRAIN_CHEAP);
}
