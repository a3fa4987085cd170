// Convolutions as C functions.
#ifndef LN_OPS_CONV_H
#define LN_OPS_CONV_H

#include "kernels/dense.h"
#include "ops/op.h"

enum { LN_VALID, LN_SAME, LN_CAUSAL };   // padding

typedef struct LnConvolution {
  LnInts strides, dilation;   // a single number stands for all axes
  int padding;
  int channels_first;         // 1: channels follow the batch axis, instead of coming last (0, -1)
  int64_t groups;             // LN_NONE: as many as fit the shapes
  LnInts output_padding;      // of a transpose; n = -1: as Keras has it
  bool depthwise;             // the kernel is (.., channels, multiplier), each channel a group
  int activation;             // LN_DENSE_LINEAR, ...
} LnConvolution;

// act(conv(x, kernel) + bias); bias may be NULL. kernel (.., channels / groups, filters).
LnTensor *ln_conv(LnContext *c, LnTensor *x, LnTensor *kernel, LnTensor *bias,
                  const LnConvolution *p);
// Its transpose; kernel (.., filters, channels).
LnTensor *ln_conv_transpose(LnContext *c, LnTensor *x, LnTensor *kernel, LnTensor *bias,
                            const LnConvolution *p);

#endif
