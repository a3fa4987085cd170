// Ops on pictures, for C callers: (height, width, channels) or a batch of them.
#ifndef LN_OPS_IMAGE_H
#define LN_OPS_IMAGE_H

#include "kernels/resample.h"
#include "ops/op.h"

#define LN_DATA_FORMATS "channels_last channels_first"   // of a choice, or a bool: channels first

// Fails unless x has rank 3 or 4.
bool ln_check_images(LnContext *c, const char *what, const LnTensor *x);

// resize.c
typedef struct LnResize {
  LnInts size;          // height, width
  int filter;           // LnFilter
  bool antialias, crop, pad;
  int fill_mode;        // constant
  double fill_value;
  int channels_first;   // of LN_DATA_FORMATS
} LnResize;
LnTensor *ln_resize(LnContext *c, LnTensor *x, const LnResize *o);

// warp.c
#define LN_WARP_CHOICES "bilinear nearest"   // of a choice, or a bool: nearest
typedef struct LnAffine {
  int nearest;          // of LN_WARP_CHOICES
  int mode;             // LnFillMode
  double value;
  int channels_first;   // of LN_DATA_FORMATS
} LnAffine;
// t: 8 numbers (kernels/warp.h), for all pictures or for each one.
LnTensor *ln_affine_transform(LnContext *c, LnTensor *x, LnTensor *t, const LnAffine *o);
// Pixels at places (batch, rows, columns, 2).
LnTensor *ln_sample_pictures(LnContext *c, LnTensor *x, LnTensor *places, const LnAffine *o);
// As (batch, height, width, channels), and back to what had this rank.
LnTensor *ln_channels_last(LnContext *c, LnTensor *x, bool channels_first);
LnTensor *ln_channels_back(LnContext *c, LnTensor *y, bool channels_first, int rank);

// color.c: the channels are along axis, not negative.
LnTensor *ln_rgb_to_grayscale(LnContext *c, LnTensor *x, int axis);   // x itself, when it is gray
bool ln_rgb_to_hsv(LnContext *c, LnTensor *x, int axis, LnTensor **hsv);   // three planes
LnTensor *ln_hsv_to_rgb(LnContext *c, LnTensor *const *hsv, int axis);
// homography.c: (n, 8) from four start and four end points, (n, 4, 2)
LnTensor *ln_homography(LnContext *c, LnTensor *from, LnTensor *to);
// equalize.c: (n, h, w, c) from 0 to 255, of each channel over the whole batch
LnTensor *ln_equalize(LnContext *c, LnTensor *x, int64_t bins);

#endif
