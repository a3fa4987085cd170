// Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: by which images grow.
#include "nn/layers/_conv.h"

static bool init(LnContext *c, void *self) {
  ConvLayer *o = self;
  LnInts *more = &o->conv.output_padding;
  if (!conv_init(c, o, true)) return false;
  if (more->n < 0) return true;
  if (!ln_option_spread(c, "output_padding", more, conv_axes(o))) return false;
  for (int i = 0; i < more->n; i++)
    if (more->v[i] >= o->conv.strides.v[i])
      return ln_fail(c, "output_padding must be less than strides, got %s and %s",
                     ln_shape_text(more->v, (int)more->n),
                     ln_shape_text(o->conv.strides.v, (int)more->n));
  return true;
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  const ConvLayer *o = (const ConvLayer *)self;
  int64_t shape[LN_MAX_RANK];
  if (!conv_kernel_shape(c, o, in->v[0], shape, &shape[o->kernel_size.n + 1])) return false;
  shape[o->kernel_size.n] = o->filters;
  return conv_add_kernel(c, self, "kernel", shape) && conv_add_bias(c, self, o->filters);
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  if (!conv_check(c, self, in->v[0])) return NULL;
  return conv_finish(c, self, ln_conv_transpose(c, in->v[0], conv_kernel(c, self, 0),
                                                conv_bias(c, self, 1),
                                                &((const ConvLayer *)self)->conv));
}

#define OUTPUT_PADDING                                                                           \
  {"output_padding", LN_OPT_INTEGERS, LN_FIELD(ConvLayer, conv.output_padding), "none", ">= 0",  \
   .doc = "results more than the fewest, less than strides; none: size * strides of them with "  \
          "padding \"same\""}
#define OPTIONS(...)                                                                             \
  {CONV_FILTERS, CONV_KERNEL_SIZE, CONV_STRIDES,                                                 \
   CONV_PADDING("valid same", "same: size * strides results"), __VA_ARGS__, CONV_DILATION,       \
   CONV_ACTIVATION, CONV_WEIGHTS("kernel"), {0}}
static const LnOption options[] = OPTIONS(OUTPUT_PADDING, CONV_FORMAT);
static const LnOption options3[] = OPTIONS(CONV_FORMAT, OUTPUT_PADDING);

#define DOC(shape)                                                                               \
  "The transpose of a convolution: each element of " shape ",\nor with channels after the "      \
  "batch axis, adds the kernel to the result at its place, strides apart.\nfilters, "            \
  "kernel_size, strides (1), padding (\"valid\"), output_padding (none),\n" CONV_COMMON_DOC      \
  "Weights: kernel (kernel_size, filters, channels), bias (filters). output_padding that is "    \
  "not less than\nstrides, and strides and dilation_rate both above 1 are errors.\nExample:\n"

static const LnLayerClass transpose1 = CONV_CLASS(
  1, "Conv1DTranspose", "Convolution1DTranspose", options,
  DOC(CONV_SHAPE1) "  ln.layers.Conv1DTranspose{8, 3, strides = 2}(ln.zeros{2, 5, 4}).shape  "
  "--> (2, 11, 8)\n");
static const LnLayerClass transpose2 = CONV_CLASS(
  2, "Conv2DTranspose", "Convolution2DTranspose", options,
  DOC(CONV_SHAPE2) "  ln.layers.Conv2DTranspose{8, 2, strides = 2}("
  "ln.zeros{2, 7, 7, 4}).shape  --> (2, 14, 14, 8)\n");
static const LnLayerClass transpose3 = CONV_CLASS(
  3, "Conv3DTranspose", "Convolution3DTranspose", options3,
  DOC(CONV_SHAPE3) "  ln.layers.Conv3DTranspose{2, 2}(ln.zeros{2, 3, 3, 3, 4}).shape  "
  "--> (2, 4, 4, 4, 2)\n");

const LnLayerClass *const ln_layers_conv_transpose[] = {&transpose1, &transpose2, &transpose3,
                                                        NULL};
