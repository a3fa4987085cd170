// Layers that give pictures one size: Resizing, CenterCrop. They do the same in training.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/image.h"
#include "ops/ops.h"
#include "ops/slice.h"

typedef struct Resizing {
  LnLayer layer;
  int64_t height, width;
  LnResize resize;    // all but its size
} Resizing;

static void describe(const LnLayer *self, char *out, size_t size) {
  const Resizing *o = (const Resizing *)self;
  snprintf(out, size, "%lld x %lld", (long long)o->height, (long long)o->width);
}

static LnTensor *resized(LnContext *c, const Resizing *o, LnTensor *x, bool crop) {
  LnResize r = o->resize;
  r.size = (LnInts){2, {o->height, o->width}};
  r.crop = r.crop || crop;
  if (r.channels_first < 0) r.channels_first = 0;
  return ln_resize(c, x, &r);
}

#define SIZE(type)                                                                                 \
  {"height", LN_OPT_INTEGER, LN_FIELD(type, height), NULL, "[1, 1048576]",                        \
   .doc = "of the output"},                                                                       \
  {"width", LN_OPT_INTEGER, LN_FIELD(type, width), NULL, "[1, 1048576]", .doc = "of the output"}
#define DATA_FORMAT(type)                                                                          \
  {"data_format", LN_OPT_CHOICE, LN_FIELD(type, resize.channels_first), "channels_last",          \
   .choices = LN_DATA_FORMATS, .nullable = true, .doc = "where the channels are"}

// ---- Resizing

static bool init_resizing(LnContext *c, void *self) {
  const Resizing *o = self;
  return !(o->resize.crop && o->resize.pad) ||
         ln_fail(c, "Resizing: either crop_to_aspect_ratio or pad_to_aspect_ratio, not both");
}

// Bytes stay bytes.
static LnTensor *resizing(LnContext *c, LnLayer *self, const LnTensors *in,
                          const LnCallArgs *args) {
  (void)args;
  LnTensor *x = in->v[0];
  if (ln_dtype_is_float((LnDtype)x->dtype)) x = ln_cast(c, x, (LnDtype)self->dtype.compute);
  return resized(c, (const Resizing *)self, x, false);
}

static const LnOption resizing_options[] = {
  SIZE(Resizing),
  {"interpolation", LN_OPT_CHOICE, LN_FIELD(Resizing, resize.filter), "bilinear",
   .choices = LN_FILTER_CHOICES, .doc = "how values between pixels are made"},
  {"crop_to_aspect_ratio", LN_OPT_BOOL, LN_FIELD(Resizing, resize.crop), "false",
   .doc = "of the middle, as much as has the aspect ratio wanted"},
  {"pad_to_aspect_ratio", LN_OPT_BOOL, LN_FIELD(Resizing, resize.pad), "false",
   .doc = "a border gives the aspect ratio wanted"},
  {"fill_mode", LN_OPT_CHOICE, LN_FIELD(Resizing, resize.fill_mode), "constant",
   .choices = "constant", .doc = "what the border is made of"},
  {"fill_value", LN_OPT_NUMBER, LN_FIELD(Resizing, resize.fill_value), "0",
   .doc = "the border's value"},
  {"antialias", LN_OPT_BOOL, LN_FIELD(Resizing, resize.antialias), "false",
   .doc = "averages over what becomes one pixel"},
  DATA_FORMAT(Resizing), {0}};

static const LnLayerClass resizing_class = {
  .base = {.kind = LN_LAYER, .name = "Resizing", .size = sizeof(Resizing),
           .options = resizing_options, .init = init_resizing,
           .doc = "Pictures (batch, height, width, channels), or one without the batch axis, in "
                  "another size (ln.image.resize).\nWhat is no float keeps its dtype, rounded.\n"
                  "Example:\n"
                  "  ln.layers.Resizing{2, 3}(ln.ones{1, 8, 8, 3}).shape  --> (1, 2, 3, 3)\n"},
  .call = resizing, .keeps_dtype = true, .min_rank = 3, .max_rank = 4, .describe = describe};

// ---- CenterCrop

static LnTensor *center_crop(LnContext *c, LnLayer *self, const LnTensors *in,
                             const LnCallArgs *args) {
  (void)args;
  const Resizing *o = (const Resizing *)self;
  LnTensor *x = in->v[0];
  int at = x->rank - (o->resize.channels_first > 0 ? 2 : 3);
  int64_t h = x->shape[at], w = x->shape[at + 1];
  if (h < o->height || w < o->width) return resized(c, o, x, true);
  x = ln_narrow(c, x, at, (h - o->height) / 2, o->height);
  return x ? ln_narrow(c, x, at + 1, (w - o->width) / 2, o->width) : NULL;
}

static bool init_crop(LnContext *c, void *self) {
  (void)c;
  ((Resizing *)self)->resize.filter = LN_FILTER_BILINEAR;
  return true;
}

static const LnOption crop_options[] = {SIZE(Resizing), DATA_FORMAT(Resizing), {0}};

static const LnLayerClass crop_class = {
  .base = {.kind = LN_LAYER, .name = "CenterCrop", .size = sizeof(Resizing),
           .options = crop_options, .init = init_crop,
           .doc = "The middle of pictures (batch, height, width, channels), or of one without the "
                  "batch axis.\nWhere they are smaller than the crop, it is resized from the "
                  "largest part that has its aspect ratio.\n"
                  "Example:\n"
                  "  ln.layers.CenterCrop{1, 2}(ln.arange(0, 12):reshape{3, 4, 1}):flatten()"
                  "  --> [5. 6.]\n"},
  .call = center_crop, .min_rank = 3, .max_rank = 4, .describe = describe};

const LnLayerClass *const ln_layers_resizing[] = {&resizing_class, &crop_class, NULL};
