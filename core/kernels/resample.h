// Resampling along the two axes of pictures: weights ("taps") of input positions for each output
// position of an axis, computed once, and the loops that apply them. A new filter is a row of
// `filters` in resample.c.
#ifndef LN_KERNELS_RESAMPLE_H
#define LN_KERNELS_RESAMPLE_H

#include "lunate.h"

typedef enum LnFilter {
  LN_FILTER_NEAREST, LN_FILTER_BILINEAR, LN_FILTER_BICUBIC, LN_FILTER_LANCZOS3, LN_FILTER_LANCZOS5,
  LN_FILTER_BOX, LN_FILTER_HAMMING, LN_FILTERS
} LnFilter;
#define LN_FILTER_CHOICES "nearest bilinear bicubic lanczos3 lanczos5"   // of resizing, in order

// Output positions of one axis in terms of the input's. Position i covers [i, i + 1); the middle of
// output i lies at start + (i + 0.5) * step of the input.
typedef struct LnSampling {
  LnFilter filter;
  bool antialias;         // filters grow with the step where that is more than 1
  int64_t n_in, n_out;
  double start, step;
} LnSampling;

// Output i is the sum of weight[i * most + k] times input first[i] + k, for k < count[i].
typedef struct LnTaps {
  int64_t n_in, n_out, most;
  int64_t *first, *count;
  double *weight;
  bool identity;          // output is input
} LnTaps;

int64_t ln_taps_most(const LnSampling *s);
int64_t ln_taps_most_transposed(const LnSampling *s);
// Bytes for the arrays of taps; ln_taps_place lays them there.
size_t ln_taps_bytes(int64_t n_out, int64_t most);
void ln_taps_place(LnTaps *t, int64_t n_in, int64_t n_out, int64_t most, void *memory);
// Weights that sum to 1; those of positions beyond the input are left out. t is placed.
void ln_taps_fill(const LnSampling *s, LnTaps *t);
// The same weights from the inputs' side: what gradients take. out is placed for n_out = t->n_in.
void ln_taps_transpose(const LnTaps *t, LnTaps *out);

// y (n, rows.n_out, columns.n_out, c) from x (n, rows.n_in, columns.n_in, c), contiguous.
typedef struct LnResample {
  LnDtype dtype;          // LN_FLOAT32 or LN_FLOAT64
  const void *x;
  void *y;
  int64_t c;
  const LnTaps *rows, *columns;
} LnResample;
// Rows begin .. end - 1 of the n * rows.n_out of y. line: room for columns.n_in * c values.
void ln_resample(const LnResample *r, int64_t begin, int64_t end, void *line);

// How an aspect ratio is kept: from h by w, the crop (or the padded size) with the aspect ratio of
// to_h by to_w, and where it begins (where the picture begins in it), as Keras rounds.
typedef struct LnBox {
  int64_t top, left, height, width;
} LnBox;
LnBox ln_crop_box(int64_t h, int64_t w, int64_t to_h, int64_t to_w);
LnBox ln_pad_box(int64_t h, int64_t w, int64_t to_h, int64_t to_w);

#endif
