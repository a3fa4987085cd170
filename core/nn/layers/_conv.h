// What the layers of convolutions share: their fields, options, checks, and the way through a call.
#ifndef LN_NN_LAYERS_CONV_H
#define LN_NN_LAYERS_CONV_H

#include <stdio.h>

#include "nn/nn.h"
#include "ops/conv.h"
#include "ops/ops.h"

typedef struct ConvLayer {
  LnLayer layer;
  int64_t filters, depth_multiplier;
  LnInts kernel_size;
  LnConvolution conv;   // its activation: what the op does of the layer's
  LnActivation *activation;
  bool use_bias;
  // `kernel` is the depthwise one where there are two.
  LnObject *kernel_initializer, *pointwise_initializer, *bias_initializer;
  LnObject *kernel_regularizer, *pointwise_regularizer, *bias_regularizer, *activity_regularizer;
  LnObject *kernel_constraint, *pointwise_constraint, *bias_constraint;
} ConvLayer;

// The axes that a class convolves: those between batch and channels.
static inline int conv_axes(const ConvLayer *o) {
  return ((const LnLayerClass *)o->layer.base.cls)->min_rank - 2;
}

// Lists of one for each axis, the activation, and what does not go together. strided_or_dilated:
// not both.
static inline bool conv_init(LnContext *c, ConvLayer *o, bool strided_or_dilated) {
  const int axes = conv_axes(o);
  LnConvolution *p = &o->conv;
  bool strided = false, dilated = false;
  if (p->channels_first < 0) p->channels_first = 0;
  if (!o->activation && !(o->activation = ln_activation_new(c, "linear"))) return false;
  p->activation = ln_activation_fused(o->activation);
  if (!ln_option_spread(c, "kernel_size", &o->kernel_size, axes) ||
      !ln_option_spread(c, "strides", &p->strides, axes) ||
      !ln_option_spread(c, "dilation_rate", &p->dilation, axes))
    return false;
  for (int i = 0; i < axes; i++) {
    strided = strided || p->strides.v[i] > 1;
    dilated = dilated || p->dilation.v[i] > 1;
  }
  if (strided_or_dilated && strided && dilated)
    return ln_fail(c, "strides above 1 do not go with a dilation_rate above 1, got strides %s and "
                   "dilation_rate %s", ln_shape_text(p->strides.v, axes),
                   ln_shape_text(p->dilation.v, axes));
  return true;
}

static inline int conv_channel_axis(const ConvLayer *o, const LnTensor *x) {
  return o->conv.channels_first ? 1 : x->rank - 1;
}

// The kernel's shape, but for its last two axes; how many channels x has, in *channels.
static inline bool conv_kernel_shape(LnContext *c, const ConvLayer *o, const LnTensor *x,
                                     int64_t *shape, int64_t *channels) {
  *channels = x->shape[conv_channel_axis(o, x)];
  if (*channels < 0)
    return ln_fail(c, "the number of channels must be known, got an input of shape %s",
                   ln_tensor_shape_text(x));
  for (int i = 0; i < o->kernel_size.n; i++) shape[i] = o->kernel_size.v[i];
  return true;
}

static inline bool conv_add_kernel(LnContext *c, LnLayer *self, const char *name,
                                   const int64_t *shape) {
  const ConvLayer *o = (const ConvLayer *)self;
  return ln_layer_add_weight(c, self, &(LnWeight){
    .name = name, .rank = conv_axes(o) + 2, .shape = shape, .initializer = o->kernel_initializer,
    .regularizer = o->kernel_regularizer, .constraint = o->kernel_constraint, .trainable = true});
}

static inline bool conv_add_bias(LnContext *c, LnLayer *self, int64_t filters) {
  const ConvLayer *o = (const ConvLayer *)self;
  return !o->use_bias || ln_layer_add_weight(c, self, &(LnWeight){
    .name = "bias", .rank = 1, .shape = &filters, .initializer = o->bias_initializer,
    .regularizer = o->bias_regularizer, .constraint = o->bias_constraint, .trainable = true});
}

static inline LnTensor *conv_kernel(LnContext *c, const LnLayer *self, int i) {
  return ln_autocast(c, self->variables[i]->value);
}

// The bias, after so many kernels; NULL: none.
static inline LnTensor *conv_bias(LnContext *c, const LnLayer *self, int kernels) {
  return ((const ConvLayer *)self)->use_bias ? conv_kernel(c, self, kernels) : NULL;
}

static inline bool conv_check(LnContext *c, const LnLayer *self, const LnTensor *x) {
  return ln_layer_check_axis(c, self, x, conv_channel_axis((const ConvLayer *)self, x));
}

// What is left to do with the op's result.
static inline LnTensor *conv_finish(LnContext *c, const LnLayer *self, LnTensor *y) {
  const ConvLayer *o = (const ConvLayer *)self;
  if (o->conv.activation == LN_DENSE_LINEAR) y = ln_activate(c, o->activation, y);
  return ln_add_activity_loss(c, o->activity_regularizer, y) ? y : NULL;
}

// "3x3, 32, relu".
static inline void conv_describe(const LnLayer *self, char *out, size_t size) {
  const ConvLayer *o = (const ConvLayer *)self;
  int n = 0;
  for (int i = 0; i < o->kernel_size.n; i++)
    n += snprintf(out + n, size - (size_t)n, "%s%lld", i ? "x" : "",
                  (long long)o->kernel_size.v[i]);
  if (o->filters > 0)
    n += snprintf(out + n, size - (size_t)n, ", %lld", (long long)o->filters);
  snprintf(out + n, size - (size_t)n, ", %s",
           o->activation->base.name ? o->activation->base.name : "function");
}

// ---- options, in the order of Keras's arguments

#define CONV_FILTERS                                                                             \
  {"filters", LN_OPT_INTEGER, LN_FIELD(ConvLayer, filters), NULL, "> 0",                         \
   .doc = "number of channels of the result"}
#define CONV_KERNEL_SIZE                                                                         \
  {"kernel_size", LN_OPT_INTEGERS, LN_FIELD(ConvLayer, kernel_size), NULL, ">= 1",               \
   .doc = "taps of the kernel: an integer, or a list of one for each axis"}
#define CONV_STRIDES                                                                             \
  {"strides", LN_OPT_INTEGERS, LN_FIELD(ConvLayer, conv.strides), "1", ">= 1",                   \
   .doc = "from place to place, in the same way"}
#define CONV_PADDING(words, text)                                                                \
  {"padding", LN_OPT_CHOICE, LN_FIELD(ConvLayer, conv.padding), "valid", .choices = words,       \
   .doc = text}
#define CONV_FORMAT                                                                              \
  {"data_format", LN_OPT_CHOICE, LN_FIELD(ConvLayer, conv.channels_first), "channels_last",      \
   .choices = "channels_last channels_first", .nullable = true,                                  \
   .doc = "whether the axis of channels is the last one or follows that of the batch"}
#define CONV_DILATION                                                                            \
  {"dilation_rate", LN_OPT_INTEGERS, LN_FIELD(ConvLayer, conv.dilation), "1", ">= 1",            \
   .doc = "from tap to tap, in the same way"}
#define CONV_MULTIPLIER                                                                          \
  {"depth_multiplier", LN_OPT_INTEGER, LN_FIELD(ConvLayer, depth_multiplier), "1", "> 0",        \
   .doc = "depthwise results for each channel"}
#define CONV_ACTIVATION                                                                          \
  {"activation", LN_OPT_ACTIVATION, LN_FIELD(ConvLayer, activation), "linear",                   \
   .nullable = true, .doc = "applied to the result: a name or a function of one tensor"},        \
  {"use_bias", LN_OPT_BOOL, LN_FIELD(ConvLayer, use_bias), "true",                               \
   .doc = "whether a bias is added"}
#define CONV_INITIALIZER(name, field, fallback, of)                                              \
  {name "_initializer", LN_OPT_INITIALIZER, LN_FIELD(ConvLayer, field##_initializer), fallback,  \
   .nullable = true, .doc = "of the " of}
#define CONV_REGULARIZER(name, field, of)                                                        \
  {name "_regularizer", LN_OPT_REGULARIZER, LN_FIELD(ConvLayer, field##_regularizer), "none",    \
   .doc = "adds to the loss by the " of}
#define CONV_ACTIVITY                                                                            \
  {"activity_regularizer", LN_OPT_REGULARIZER, LN_FIELD(ConvLayer, activity_regularizer),        \
   "none", .doc = "adds to the loss by the output, divided by the batch size"}
#define CONV_CONSTRAINT(name, field, of)                                                         \
  {name "_constraint", LN_OPT_CONSTRAINT, LN_FIELD(ConvLayer, field##_constraint), "none",       \
   .doc = "what the " of " is brought back to after each step"}
// Of the layers that have one kernel, under this name.
#define CONV_WEIGHTS(name)                                                                       \
  CONV_INITIALIZER(name, kernel, "glorot_uniform", "kernel"),                                    \
  CONV_INITIALIZER("bias", bias, "zeros", "bias"),                                               \
  CONV_REGULARIZER(name, kernel, "kernel"), CONV_REGULARIZER("bias", bias, "bias"),              \
  CONV_ACTIVITY, CONV_CONSTRAINT(name, kernel, "kernel"),                                        \
  CONV_CONSTRAINT("bias", bias, "bias")

#define CONV_SHAPE1 "(batch, steps, channels)"
#define CONV_SHAPE2 "(batch, height, width, channels)"
#define CONV_SHAPE3 "(batch, depth, height, width, channels)"
#define CONV_COMMON_DOC                                                                          \
  "data_format (\"channels_last\"), dilation_rate (1), activation (\"linear\"), use_bias "       \
  "(true), initializers,\nregularizers and constraints of the weights, activity_regularizer "    \
  "(none).\n"

#define CONV_CLASS(n, title, alias, opts, text)                                             \
  {.base = {.kind = LN_LAYER, .name = title, .aliases = alias, .size = sizeof(ConvLayer),        \
            .options = opts, .init = init, .doc = text},                                         \
   .build = build, .call = call, .min_rank = n + 2, .max_rank = n + 2, .describe = conv_describe}

#endif
