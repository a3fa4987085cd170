// UpSampling: larger by whole factors, in one to three axes; in two also by interpolation.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/image.h"
#include "ops/join.h"

typedef struct UpSampling {
  LnLayer layer;
  int64_t factor;        // of UpSampling1D
  LnInts size;           // of the others
  int channels_first;
  int filter;            // LnFilter
} UpSampling;

static int axes_of(const UpSampling *o) {
  return ((const LnLayerClass *)o->layer.base.cls)->min_rank - 2;
}

static bool init_steps(LnContext *c, void *self) {
  (void)c;
  UpSampling *o = self;
  o->size = (LnInts){1, {o->factor}};
  o->filter = LN_FILTER_NEAREST;
  return true;
}

static bool init_pictures(LnContext *c, void *self) {
  UpSampling *o = self;
  if (o->channels_first < 0) o->channels_first = 0;
  return ln_option_spread(c, "size", &o->size, axes_of(o));
}

static bool init_volumes(LnContext *c, void *self) {
  ((UpSampling *)self)->filter = LN_FILTER_NEAREST;
  return init_pictures(c, self);
}

static LnTensor *interpolated(LnContext *c, const UpSampling *o, LnTensor *x) {
  LnResize r = {.size = {.n = 2}, .filter = o->filter, .channels_first = o->channels_first};
  for (int i = 0; i < 2; i++)
    if (__builtin_mul_overflow(x->shape[1 + o->channels_first + i], o->size.v[i], &r.size.v[i])) {
      ln_fail(c, "%s cannot be made %s times larger", ln_tensor_shape_text(x),
              ln_shape_text(o->size.v, 2));
      return NULL;
    }
  return ln_resize(c, x, &r);
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const UpSampling *o = (const UpSampling *)self;
  LnTensor *x = in->v[0];
  // Of inputs without values only the shape is wanted, some of whose sizes may not be known.
  if (o->filter != LN_FILTER_NEAREST && x->size > 0 && !x->meta) return interpolated(c, o, x);
  for (int i = 0; i < axes_of(o); i++)
    if (o->size.v[i] != 1) x = ln_repeat(c, x, o->size.v[i], 1 + o->channels_first + i);
  return x;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const LnInts *v = &((const UpSampling *)self)->size;
  int n = 0;
  for (int i = 0; i < v->n && n < (int)size; i++)
    n += snprintf(out + n, size - (size_t)n, "%s%lld", i ? "x" : "", (long long)v->v[i]);
}

#define SIZE                                                                                   \
  {"size", LN_OPT_INTEGERS, LN_FIELD(UpSampling, size), "2", ">= 1",                           \
   .doc = "how many times larger: an integer, or a list of one for each axis"}
#define FORMAT                                                                                 \
  {"data_format", LN_OPT_CHOICE, LN_FIELD(UpSampling, channels_first), "channels_last",        \
   .choices = LN_DATA_FORMATS, .nullable = true,                                               \
   .doc = "whether the axis of channels is the last one or follows that of the batch"}

static const LnOption steps_options[] = {
    {"size", LN_OPT_INTEGER, LN_FIELD(UpSampling, factor), "2", ">= 1",
     .doc = "how many times each step comes"}, {0}};
static const LnOption pictures_options[] = {
    SIZE, FORMAT,
    {"interpolation", LN_OPT_CHOICE, LN_FIELD(UpSampling, filter), "nearest",
     .choices = LN_FILTER_CHOICES, .doc = "what pixels in between become"}, {0}};
static const LnOption volumes_options[] = {SIZE, FORMAT, {0}};

#define CLASS(name_, n, opts, make, text)                                                      \
  static const LnLayerClass name_ = {                                                          \
      .base = {.kind = LN_LAYER, .name = "UpSampling" #n "D", .size = sizeof(UpSampling),      \
               .options = opts, .init = make, .doc = text},                                    \
      .call = call, .keeps_dtype = true, .min_rank = n + 2, .max_rank = n + 2,                 \
      .describe = describe};

CLASS(steps, 1, steps_options, init_steps,
      "(batch, steps, channels) -> (batch, size * steps, channels): each step size times in a "
      "row.\nsize (2).\nExample:\n"
      "  ln.layers.UpSampling1D(2)(ln.tensor{{{1}, {2}}}):flatten()  --> [1. 1. 2. 2.]\n")
CLASS(pictures, 2, pictures_options, init_pictures,
      "(batch, height, width, channels) larger by whole factors: pixels that come several times, "
      "or interpolated.\nsize (2; a list too), data_format (\"channels_last\"), interpolation "
      "(\"nearest\"; \"bilinear\", \"bicubic\",\n\"lanczos3\", \"lanczos5\").\nExample:\n"
      "  ln.layers.UpSampling2D{{2, 3}}(ln.ones{1, 4, 4, 2}).shape  --> (1, 8, 12, 2)\n")
CLASS(volumes, 3, volumes_options, init_volumes,
      "(batch, depth, height, width, channels) larger by whole factors: elements that come several "
      "times.\nsize (2; a list too), data_format (\"channels_last\").\nExample:\n"
      "  ln.layers.UpSampling3D(2)(ln.ones{1, 2, 2, 2, 3}).shape  --> (1, 4, 4, 4, 3)\n")

const LnLayerClass *const ln_layers_up_sampling[] = {&steps, &pictures, &volumes, NULL};
