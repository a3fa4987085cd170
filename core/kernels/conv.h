// Convolution, its transpose and the gradient of its kernel, over dense images whose channels lie
// together. Each is the gradient of the others, so the three are the whole family.
#ifndef LN_KERNELS_CONV_H
#define LN_KERNELS_CONV_H

#include "kernels/gemm.h"

// y[b, o, f] = sum over taps t and channels i of f's group of
// x[b, o stride - before + t dilation, i] k[t, i, f]; what lies outside of x is 0.
// x (batch, in, channels), k (taps, channels / groups, filters), y (batch, out, filters).
// Three axes: leading ones that are not there have length 1.
typedef struct LnConv {
  LnDtype dtype;   // LN_FLOAT32 or LN_FLOAT64
  int64_t batch, channels, filters, groups;
  int64_t in[3], out[3], taps[3], stride[3], dilation[3], before[3];
} LnConv;

// What is done with sums on their way to memory: act(((sum + bias) - mean) factor + offset), each
// of these one element a channel of the result, bias NULL or the other three.
typedef struct LnConvEnd {
  const void *bias, *mean, *factor, *offset;
  LnEpilogue act;   // LN_ACT_RELU6: with the three alone
} LnConvEnd;

// y = end(conv(x, k))
void ln_kernel_conv(const LnConv *v, const void *x, const void *k, const LnConvEnd *end, void *y);
// x = end(what y comes from, summed over all that it goes to), without the three.
// memory: ln_kernel_conv_transpose_memory bytes.
void ln_kernel_conv_transpose(const LnConv *v, const void *y, const void *k, const LnConvEnd *end,
                              void *x, void *memory);
size_t ln_kernel_conv_transpose_memory(const LnConv *v);
// k = the sum over all o of x's patches times y.
void ln_kernel_conv_kernel(const LnConv *v, const void *x, const void *y, void *k);

#endif
