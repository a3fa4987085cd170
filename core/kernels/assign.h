// Copying whole tensors: between layouts, dtypes and broadcast shapes.
// Functions that return a tensor return a new reference; NULL with c->err set when they fail.
#ifndef LN_KERNELS_ASSIGN_H
#define LN_KERNELS_ASSIGN_H

#include "tensor/tensor.h"

LnTensor *ln_tensor_copy(LnContext *c, const LnTensor *t);         // contiguous
LnTensor *ln_tensor_cast(LnContext *c, LnTensor *t, LnDtype d);    // t itself when d is its dtype
LnTensor *ln_tensor_contiguous(LnContext *c, LnTensor *t);         // t itself when it is
// Assignment of src, broadcast to dst's shape and cast to its dtype (overlap is handled). NULL, of
// an op that failed, is passed on: false.
bool ln_tensor_assign(LnContext *c, LnTensor *dst, LnTensor *src);
void ln_tensor_fill(LnTensor *t, double value);
// y += scale * x: floats of one dtype and size, dense; rounded as an optimizer's plain step is.
void ln_tensor_add_scaled(LnTensor *y, double scale, const LnTensor *x);

#endif
