// Pooling over windows: MaxPooling, AveragePooling and both adaptive ones, in one to three axes.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/pool.h"

typedef struct Pooling {
  LnLayer layer;
  LnPooling windows;
} Pooling;

// The axes that a class pools: those between batch and channels.
static int axes_of(const Pooling *o) {
  return ((const LnLayerClass *)o->layer.base.cls)->min_rank - 2;
}

static bool init(LnContext *c, void *self) {
  Pooling *o = self;
  LnPooling *p = &o->windows;
  if (p->channels_first < 0) p->channels_first = 0;
  if (!ln_option_spread(c, p->adaptive ? "output_size" : "pool_size", &p->size, axes_of(o)))
    return false;
  if (p->strides.n < 0) p->strides = p->size;
  return p->adaptive || ln_option_spread(c, "strides", &p->strides, axes_of(o));
}

static bool init_adaptive(LnContext *c, void *self) {
  ((Pooling *)self)->windows.adaptive = true;
  return init(c, self);
}

static LnTensor *max(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  return ln_max_pool(c, in->v[0], &((const Pooling *)self)->windows);
}

static LnTensor *average(LnContext *c, LnLayer *self, const LnTensors *in,
                         const LnCallArgs *args) {
  (void)args;
  return ln_average_pool(c, in->v[0], &((const Pooling *)self)->windows);
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const LnPooling *p = &((const Pooling *)self)->windows;
  int n = 0;
  for (int i = 0; i < p->size.n; i++)
    n += snprintf(out + n, size - (size_t)n, "%s%lld", i ? "x" : "", (long long)p->size.v[i]);
}

#define FORMAT                                                                                 \
  {"data_format", LN_OPT_CHOICE, LN_FIELD(Pooling, windows.channels_first), "channels_last",   \
   .choices = "channels_last channels_first", .nullable = true,                                \
   .doc = "whether the axis of channels is the last one or follows that of the batch"}
#define OPTIONS(pool)                                                                         \
  {{"pool_size", LN_OPT_INTEGERS, LN_FIELD(Pooling, windows.size), pool, ">= 1",               \
    .doc = "of a window: an integer, or a list of one for each axis"},                         \
   {"strides", LN_OPT_INTEGERS, LN_FIELD(Pooling, windows.strides), "none", ">= 1",            \
    .doc = "from window to window, in the same way; none: pool_size"},                         \
   {"padding", LN_OPT_CHOICE, LN_FIELD(Pooling, windows.same), "valid",                        \
    .choices = "valid same",                                                                   \
    .doc = "same: windows reach over the ends, so that size / strides of them fit"},           \
   FORMAT,                                                                                     \
   {0}}

static const LnOption max_options[] = OPTIONS("2");
static const LnOption average_options[] = OPTIONS(NULL);
static const LnOption adaptive_options[] = {
    {"output_size", LN_OPT_INTEGERS, LN_FIELD(Pooling, windows.size), NULL, ">= 1",
     .doc = "of the result: an integer, or a list of one for each axis"},
    FORMAT,
    {0}};

#define SHAPE1 "(batch, steps, channels)"
#define SHAPE2 "(batch, height, width, channels)"
#define SHAPE3 "(batch, depth, height, width, channels)"
#define WINDOW_DOC(what, shape, size)                                                          \
  what " of each window of " shape ", or with channels after the\n"                            \
  "batch axis. " size ", strides (pool_size), padding (\"valid\"; \"same\": windows reach "    \
  "over the\nends), data_format (\"channels_last\"). A window that does not fit is an "        \
  "error.\nExample:\n"
#define ADAPTIVE_DOC(what, shape)                                                              \
  what " of windows that share out " shape ", or with\nchannels after the batch axis, so "     \
  "that output_size of them come out along each axis.\noutput_size; data_format "              \
  "(\"channels_last\").\nExample:\n"

#define CLASS(n, title, short_name, fn, opts, text)                                            \
  static const LnLayerClass fn##n = {                                                          \
      .base = {.kind = LN_LAYER, .name = title #n "D", .aliases = short_name #n "D",           \
               .size = sizeof(Pooling), .options = opts, .init = init, .doc = text},           \
      .built_at_once = true, .call = fn, .min_rank = n + 2, .max_rank = n + 2,                 \
      .describe = describe};
#define ADAPTIVE(n, title, fn, text)                                                           \
  static const LnLayerClass adaptive_##fn##n = {                                               \
      .base = {.kind = LN_LAYER, .name = title #n "D", .size = sizeof(Pooling),                \
               .options = adaptive_options, .init = init_adaptive, .doc = text},               \
      .call = fn, .min_rank = n + 2, .max_rank = n + 2, .describe = describe};

CLASS(1, "MaxPooling", "MaxPool", max, max_options,
      WINDOW_DOC("The largest element", SHAPE1, "pool_size (2)")
      "  ln.layers.MaxPooling1D(2)(ln.tensor{{{1}, {4}, {3}, {2}}}):flatten()  --> [4. 3.]\n")
CLASS(2, "MaxPooling", "MaxPool", max, max_options,
      WINDOW_DOC("The largest element", SHAPE2, "pool_size (2)")
      "  ln.layers.MaxPooling2D(2)(ln.zeros{32, 28, 28, 8}).shape  --> (32, 14, 14, 8)\n")
CLASS(3, "MaxPooling", "MaxPool", max, max_options,
      WINDOW_DOC("The largest element", SHAPE3, "pool_size (2)")
      "  ln.layers.MaxPooling3D(2)(ln.zeros{2, 8, 8, 8, 3}).shape  --> (2, 4, 4, 4, 3)\n")
CLASS(1, "AveragePooling", "AvgPool", average, average_options,
      WINDOW_DOC("The mean, padding left out,", SHAPE1, "pool_size")
      "  ln.layers.AveragePooling1D(2)(ln.tensor{{{1}, {4}, {3}, {2}}}):flatten()  "
      "--> [2.5 2.5]\n")
CLASS(2, "AveragePooling", "AvgPool", average, average_options,
      WINDOW_DOC("The mean, padding left out,", SHAPE2, "pool_size")
      "  ln.layers.AveragePooling2D(2)(ln.zeros{32, 28, 28, 8}).shape  --> (32, 14, 14, 8)\n")
CLASS(3, "AveragePooling", "AvgPool", average, average_options,
      WINDOW_DOC("The mean, padding left out,", SHAPE3, "pool_size")
      "  ln.layers.AveragePooling3D(2)(ln.zeros{2, 8, 8, 8, 3}).shape  --> (2, 4, 4, 4, 3)\n")
ADAPTIVE(1, "AdaptiveMaxPooling", max,
         ADAPTIVE_DOC("The largest elements", SHAPE1)
         "  ln.layers.AdaptiveMaxPooling1D(2)(ln.tensor{{{1}, {4}, {3}}}):flatten()  "
         "--> [4. 4.]\n")
ADAPTIVE(2, "AdaptiveMaxPooling", max,
         ADAPTIVE_DOC("The largest elements", SHAPE2)
         "  ln.layers.AdaptiveMaxPooling2D(7)(ln.zeros{2, 30, 40, 8}).shape  --> (2, 7, 7, 8)\n")
ADAPTIVE(3, "AdaptiveMaxPooling", max,
         ADAPTIVE_DOC("The largest elements", SHAPE3)
         "  ln.layers.AdaptiveMaxPooling3D(2)(ln.zeros{2, 5, 6, 7, 3}).shape  "
         "--> (2, 2, 2, 2, 3)\n")
ADAPTIVE(1, "AdaptiveAveragePooling", average,
         ADAPTIVE_DOC("The means", SHAPE1)
         "  ln.layers.AdaptiveAveragePooling1D(2)(ln.tensor{{{1}, {4}, {3}}}):flatten()  "
         "--> [2.5 3.5]\n")
ADAPTIVE(2, "AdaptiveAveragePooling", average,
         ADAPTIVE_DOC("The means", SHAPE2)
         "  ln.layers.AdaptiveAveragePooling2D(7)(ln.zeros{2, 30, 40, 8}).shape  "
         "--> (2, 7, 7, 8)\n")
ADAPTIVE(3, "AdaptiveAveragePooling", average,
         ADAPTIVE_DOC("The means", SHAPE3)
         "  ln.layers.AdaptiveAveragePooling3D(2)(ln.zeros{2, 5, 6, 7, 3}).shape  "
         "--> (2, 2, 2, 2, 3)\n")

const LnLayerClass *const ln_layers_pooling[] = {
    &max1, &max2, &max3, &average1, &average2, &average3, &adaptive_max1, &adaptive_max2,
    &adaptive_max3, &adaptive_average1, &adaptive_average2, &adaptive_average3, NULL};
