// DepthwiseConv1D, DepthwiseConv2D: each channel is convolved by itself.
#include "nn/layers/_conv.h"

static bool init(LnContext *c, void *self) {
  ((ConvLayer *)self)->conv.depthwise = true;
  return conv_init(c, self, false);
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  const ConvLayer *o = (const ConvLayer *)self;
  int64_t shape[LN_MAX_RANK], channels;
  if (!conv_kernel_shape(c, o, in->v[0], shape, &channels)) return false;
  shape[o->kernel_size.n] = channels;
  shape[o->kernel_size.n + 1] = o->depth_multiplier;
  return conv_add_kernel(c, self, "kernel", shape) &&
         conv_add_bias(c, self, channels * o->depth_multiplier);
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  if (!conv_check(c, self, in->v[0])) return NULL;
  return conv_finish(c, self, ln_conv(c, in->v[0], conv_kernel(c, self, 0), conv_bias(c, self, 1),
                                      &((const ConvLayer *)self)->conv));
}

static const LnOption options[] = {
  CONV_KERNEL_SIZE, CONV_STRIDES,
  CONV_PADDING("valid same", "same: zeros around the input, so that size / strides results come "
               "out"),
  CONV_MULTIPLIER, CONV_FORMAT, CONV_DILATION, CONV_ACTIVATION, CONV_WEIGHTS("depthwise"), {0}};

#define DOC(shape)                                                                               \
  "A kernel for each channel of its own at every place of\n" shape ", or with channels after "   \
  "the batch axis.\nkernel_size, strides (1), padding (\"valid\"), depth_multiplier (1: "        \
  "results for each channel),\n" CONV_COMMON_DOC                                                 \
  "Weights: kernel (kernel_size, channels, depth_multiplier), bias (channels * "                 \
  "depth_multiplier). A kernel\nlonger than the input (\"valid\") is an error.\nExample:\n"

static const LnLayerClass depthwise1 = CONV_CLASS(
  1, "DepthwiseConv1D", NULL, options,
  DOC(CONV_SHAPE1) "  ln.layers.DepthwiseConv1D(3)(ln.zeros{2, 9, 4}).shape  --> (2, 7, 4)\n");
static const LnLayerClass depthwise2 = CONV_CLASS(
  2, "DepthwiseConv2D", NULL, options,
  DOC(CONV_SHAPE2) "  ln.layers.DepthwiseConv2D{3, depth_multiplier = 2}("
  "ln.zeros{2, 9, 9, 4}).shape  --> (2, 7, 7, 8)\n");

const LnLayerClass *const ln_layers_depthwise_conv[] = {&depthwise1, &depthwise2, NULL};
