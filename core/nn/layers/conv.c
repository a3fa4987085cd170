// Conv1D, Conv2D, Conv3D: a kernel at every place of the input.
#include "nn/layers/_conv.h"

static bool init(LnContext *c, void *self) {
  ConvLayer *o = self;
  if (o->filters % o->conv.groups != 0)
    return ln_fail(c, "filters must be divisible by groups, got %lld and %lld",
                   (long long)o->filters, (long long)o->conv.groups);
  return conv_init(c, o, true);
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  const ConvLayer *o = (const ConvLayer *)self;
  int64_t shape[LN_MAX_RANK], channels;
  if (!conv_kernel_shape(c, o, in->v[0], shape, &channels)) return false;
  if (channels % o->conv.groups != 0)
    return ln_fail(c, "the channels of the input must be divisible by groups, got %lld of them and "
                   "groups of %lld", (long long)channels, (long long)o->conv.groups);
  shape[o->kernel_size.n] = channels / o->conv.groups;
  shape[o->kernel_size.n + 1] = o->filters;
  return conv_add_kernel(c, self, "kernel", shape) && conv_add_bias(c, self, o->filters);
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  if (!conv_check(c, self, in->v[0])) return NULL;
  return conv_finish(c, self, ln_conv(c, in->v[0], conv_kernel(c, self, 0), conv_bias(c, self, 1),
                                      &((const ConvLayer *)self)->conv));
}

#define SAME "same: zeros around the input, so that size / strides results come out"
#define OPTIONS(paddings, text)                                                                  \
  {CONV_FILTERS, CONV_KERNEL_SIZE, CONV_STRIDES, CONV_PADDING(paddings, text), CONV_FORMAT,      \
   CONV_DILATION,                                                                                \
   {"groups", LN_OPT_INTEGER, LN_FIELD(ConvLayer, conv.groups), "1", ">= 1",                     \
    .doc = "into which channels and filters are split, each convolved by itself"},               \
   CONV_ACTIVATION, CONV_WEIGHTS("kernel"), {0}}
static const LnOption options[] = OPTIONS("valid same", SAME);
static const LnOption options1[] = OPTIONS("valid same causal", SAME "; causal: all before it");

#define DOC(shape)                                                                               \
  "A kernel at every place of " shape ", or with channels after the\nbatch axis, summed over "   \
  "its taps and the channels. filters, kernel_size, strides (1), padding (\"valid\"),\n"         \
  "groups (1), " CONV_COMMON_DOC                                                                 \
  "Weights: kernel (kernel_size, channels / groups, filters), bias (filters). A kernel longer "  \
  "than the\ninput (\"valid\"), strides and dilation_rate both above 1, and channels that "      \
  "groups do not divide are errors.\nExample:\n"

static const LnLayerClass conv1 = CONV_CLASS(
  1, "Conv1D", "Convolution1D", options1,
  DOC(CONV_SHAPE1) "  ln.layers.Conv1D{8, 3}(ln.zeros{32, 100, 4}).shape  --> (32, 98, 8)\n");
static const LnLayerClass conv2 = CONV_CLASS(
  2, "Conv2D", "Convolution2D", options,
  DOC(CONV_SHAPE2) "  ln.layers.Conv2D{16, 3, padding = \"same\"}("
  "ln.zeros{2, 28, 28, 1}).shape  --> (2, 28, 28, 16)\n");
static const LnLayerClass conv3 = CONV_CLASS(
  3, "Conv3D", "Convolution3D", options,
  DOC(CONV_SHAPE3) "  ln.layers.Conv3D{4, 3, strides = 2}(ln.zeros{2, 9, 9, 9, 1}).shape  "
  "--> (2, 4, 4, 4, 4)\n");

const LnLayerClass *const ln_layers_conv[] = {&conv1, &conv2, &conv3, NULL};
