// SeparableConv1D, SeparableConv2D: channels convolved by themselves, then mixed by one tap.
#include "nn/layers/_conv.h"

static bool init(LnContext *c, void *self) { return conv_init(c, self, false); }

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  const ConvLayer *o = (const ConvLayer *)self;
  const int axes = conv_axes(o);
  int64_t shape[LN_MAX_RANK], point[LN_MAX_RANK], channels;
  if (!conv_kernel_shape(c, o, in->v[0], shape, &channels)) return false;
  shape[axes] = channels;
  shape[axes + 1] = o->depth_multiplier;
  for (int i = 0; i < axes; i++) point[i] = 1;
  point[axes] = channels * o->depth_multiplier;
  point[axes + 1] = o->filters;
  return conv_add_kernel(c, self, "depthwise_kernel", shape) &&
         ln_layer_add_weight(c, self, &(LnWeight){
           .name = "pointwise_kernel", .rank = axes + 2, .shape = point,
           .initializer = o->pointwise_initializer, .regularizer = o->pointwise_regularizer,
           .constraint = o->pointwise_constraint, .trainable = true}) &&
         conv_add_bias(c, self, o->filters);
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  LnConvolution depthwise = ((const ConvLayer *)self)->conv;
  const LnConvolution pointwise = {.strides = {1, {1}}, .dilation = {1, {1}}, .groups = 1,
                                   .channels_first = depthwise.channels_first,
                                   .activation = depthwise.activation};
  depthwise.depthwise = true;
  depthwise.activation = LN_DENSE_LINEAR;
  if (!conv_check(c, self, in->v[0])) return NULL;
  LnTensor *y = ln_conv(c, in->v[0], conv_kernel(c, self, 0), NULL, &depthwise);
  return conv_finish(c, self, ln_conv(c, y, conv_kernel(c, self, 1), conv_bias(c, self, 2),
                                      &pointwise));
}

static const LnOption options[] = {
  CONV_FILTERS, CONV_KERNEL_SIZE, CONV_STRIDES,
  CONV_PADDING("valid same", "same: zeros around the input, so that size / strides results come "
               "out"),
  CONV_FORMAT, CONV_DILATION, CONV_MULTIPLIER, CONV_ACTIVATION,
  CONV_INITIALIZER("depthwise", kernel, "glorot_uniform", "depthwise kernel"),
  CONV_INITIALIZER("pointwise", pointwise, "glorot_uniform", "pointwise kernel"),
  CONV_INITIALIZER("bias", bias, "zeros", "bias"),
  CONV_REGULARIZER("depthwise", kernel, "depthwise kernel"),
  CONV_REGULARIZER("pointwise", pointwise, "pointwise kernel"),
  CONV_REGULARIZER("bias", bias, "bias"), CONV_ACTIVITY,
  CONV_CONSTRAINT("depthwise", kernel, "depthwise kernel"),
  CONV_CONSTRAINT("pointwise", pointwise, "pointwise kernel"),
  CONV_CONSTRAINT("bias", bias, "bias"), {0}};

#define DOC(shape)                                                                               \
  "A kernel for each channel of its own at every place of\n" shape ", or with channels after "   \
  "the batch axis,\nthen sums over the channels. filters, kernel_size, strides (1), padding "    \
  "(\"valid\"),\ndepth_multiplier (1), " CONV_COMMON_DOC                                         \
  "Weights: depthwise_kernel (kernel_size, channels, depth_multiplier), pointwise_kernel (1, "   \
  "..,\nchannels * depth_multiplier, filters), bias (filters). A kernel longer than the input "  \
  "(\"valid\") is an error.\nExample:\n"

static const LnLayerClass separable1 = CONV_CLASS(
  1, "SeparableConv1D", "SeparableConvolution1D", options,
  DOC(CONV_SHAPE1) "  ln.layers.SeparableConv1D{8, 3}(ln.zeros{2, 9, 4}).shape  "
  "--> (2, 7, 8)\n");
static const LnLayerClass separable2 = CONV_CLASS(
  2, "SeparableConv2D", "SeparableConvolution2D", options,
  DOC(CONV_SHAPE2) "  ln.layers.SeparableConv2D{8, 3, strides = 2}(ln.zeros{2, 9, 9, 4}).shape  "
  "--> (2, 4, 4, 8)\n");

const LnLayerClass *const ln_layers_separable_conv[] = {&separable1, &separable2, NULL};
