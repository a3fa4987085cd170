// Pictures sampled at places between their pixels, and the transpose of that.
#ifndef LN_KERNELS_WARP_H
#define LN_KERNELS_WARP_H

#include "lunate.h"

typedef enum LnFillMode {   // what lies beyond a picture's edge
  LN_FILL_CONSTANT, LN_FILL_NEAREST, LN_FILL_WRAP, LN_FILL_MIRROR, LN_FILL_REFLECT
} LnFillMode;
#define LN_FILL_MODES "constant nearest wrap mirror reflect"

// Where output (i, row, column) comes from: coordinates (n, out_h, out_w, 2), a row and a column;
// or transforms (n, 8), (a0, a1, a2, b0, b1, b2, c0, c1): of column x and row y, the column
// (a0 x + a1 y + a2) / k and the row (b0 x + b1 y + b2) / k, k = c0 x + c1 y + 1.
typedef struct LnWarp {
  LnDtype dtype;           // of all tensors: LN_FLOAT32 or LN_FLOAT64; contiguous
  int64_t n, h, w, c, out_h, out_w;
  const void *source;
  bool transforms;
  bool shared;             // one transform (or one picture's coordinates) for all
  bool nearest;            // instead of bilinear
  LnFillMode mode;
  double value;            // of LN_FILL_CONSTANT
  int order[2];            // derivative by row and by column
} LnWarp;

// y (n, out_h, out_w, c) from x (n, h, w, c).
void ln_warp(const LnWarp *p, const void *x, void *y);
// y (n, h, w, c): each value of x (n, out_h, out_w, c) added where it came from.
void ln_warp_transposed(const LnWarp *p, const void *x, void *y);

#endif
