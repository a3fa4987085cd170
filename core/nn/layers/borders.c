// Layers that widen and narrow the axes between batch and channels: ZeroPadding and Cropping, in
// one to three axes.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/join.h"
#include "ops/slice.h"

typedef struct Borders {
  LnLayer layer;
  LnInts amounts;        // before and after each axis
  int channels_first;
} Borders;

// The axes that a class changes: those between batch and channels.
static int axes_of(const Borders *o) {
  return ((const LnLayerClass *)o->layer.base.cls)->min_rank - 2;
}

static bool init(LnContext *c, Borders *o, const char *name) {
  if (o->channels_first < 0) o->channels_first = 0;
  return axes_of(o) == 1 ? ln_option_spread(c, name, &o->amounts, 2)
                         : ln_option_spread_pairs(c, name, &o->amounts, axes_of(o));
}

static bool init_padding(LnContext *c, void *self) { return init(c, self, "padding"); }
static bool init_cropping(LnContext *c, void *self) { return init(c, self, "cropping"); }

static LnTensor *pad(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const Borders *o = (const Borders *)self;
  int64_t before[LN_MAX_RANK] = {0}, after[LN_MAX_RANK] = {0};
  for (int i = 0; i < axes_of(o); i++) {
    before[1 + o->channels_first + i] = o->amounts.v[2 * i];
    after[1 + o->channels_first + i] = o->amounts.v[2 * i + 1];
  }
  return ln_pad(c, in->v[0], before, after, 0);
}

static LnTensor *crop(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const Borders *o = (const Borders *)self;
  LnTensor *x = in->v[0], *y = x;
  for (int i = 0; i < axes_of(o); i++) {
    const int axis = 1 + o->channels_first + i;
    const int64_t n = x->shape[axis], before = o->amounts.v[2 * i], after = o->amounts.v[2 * i + 1];
    if (n >= 0 && (before >= n || after >= n - before)) {
      ln_fail(c, "cropping (%lld, %lld) leaves nothing of axis %d of shape %s", (long long)before,
              (long long)after, axis + 1, ln_tensor_shape_text(x));
      return NULL;
    }
    y = ln_narrow(c, y, axis, before, -1 - after);   // from the end: n may be unknown
  }
  return y;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const LnInts *v = &((const Borders *)self)->amounts;
  int n = 0;
  for (int i = 0; i < v->n && n < (int)size; i += 2)
    n += snprintf(out + n, size - (size_t)n, "%s(%lld, %lld)", i ? ", " : "", (long long)v->v[i],
                  (long long)v->v[i + 1]);
}

#define AMOUNTS(name, kind, fallback_text, what)                                               \
  {name, kind, LN_FIELD(Borders, amounts), fallback_text, ">= 0", .doc = what}
#define FORMAT                                                                                 \
  {"data_format", LN_OPT_CHOICE, LN_FIELD(Borders, channels_first), "channels_last",           \
   .choices = "channels_last channels_first", .nullable = true,                                \
   .doc = "whether the axis of channels is the last one or follows that of the batch"}
#define PAIRS_DOC(what)                                                                        \
  what ": an integer, or a list with an integer or {before, after} for each axis"

static const LnOption padding1_options[] = {
    AMOUNTS("padding", LN_OPT_INTEGERS, "1", "zeros before and after: an integer or {2, 3}"),
    FORMAT, {0}};
static const LnOption padding_options[] = {
    AMOUNTS("padding", LN_OPT_PAIRS, "1", PAIRS_DOC("zeros before and after")), FORMAT, {0}};
static const LnOption cropping1_options[] = {
    AMOUNTS("cropping", LN_OPT_INTEGERS, "1",
            "steps taken off before and after: an integer or {2, 3}"), {0}};
static const LnOption cropping_options[] = {
    AMOUNTS("cropping", LN_OPT_PAIRS, "0", PAIRS_DOC("what is taken off before and after")),
    FORMAT, {0}};
static const LnOption cropping3_options[] = {
    AMOUNTS("cropping", LN_OPT_PAIRS, "1", PAIRS_DOC("what is taken off before and after")),
    FORMAT, {0}};

#define SHAPE1 "(batch, steps, channels)"
#define SHAPE2 "(batch, height, width, channels)"
#define SHAPE3 "(batch, depth, height, width, channels)"
#define PADDING_DOC(shape, options)                                                            \
  "Zeros around " shape ".\n" options ", data_format (\"channels_last\").\nExample:\n"
#define CROPPING_DOC(shape, options)                                                           \
  "Takes off what is around the middle of " shape ".\n" options                                \
  ". Cropping that leaves nothing is an error.\nExample:\n"
#define PAIRS " (an integer, or a list with an integer or {before, after}\nfor each axis; "
#define CLASS(fn, n, title, opts, make, text)                                                  \
  static const LnLayerClass fn##n = {                                                          \
      .base = {.kind = LN_LAYER, .name = title #n "D", .size = sizeof(Borders),                \
               .options = opts, .init = make, .doc = text},                                    \
      .call = fn, .keeps_dtype = true, .min_rank = n + 2, .max_rank = n + 2,                   \
      .describe = describe};

CLASS(pad, 1, "ZeroPadding", padding1_options, init_padding,
      PADDING_DOC(SHAPE1, "padding (1; {before, after} too)")
      "  ln.layers.ZeroPadding1D{{2, 1}}(ln.ones{1, 2, 1}):flatten()  --> [0. 0. 1. 1. 0.]\n")
CLASS(pad, 2, "ZeroPadding", padding_options, init_padding,
      PADDING_DOC(SHAPE2, "padding" PAIRS "1)")
      "  ln.layers.ZeroPadding2D{{1, {0, 2}}}(ln.ones{1, 3, 3, 2}).shape  --> (1, 5, 5, 2)\n")
CLASS(pad, 3, "ZeroPadding", padding_options, init_padding,
      PADDING_DOC(SHAPE3, "padding" PAIRS "1)")
      "  ln.layers.ZeroPadding3D(1)(ln.ones{1, 3, 3, 3, 2}).shape  --> (1, 5, 5, 5, 2)\n")
CLASS(crop, 1, "Cropping", cropping1_options, init_cropping,
      CROPPING_DOC(SHAPE1, "cropping (1; {before, after} too)")
      "  ln.layers.Cropping1D{{2, 1}}(ln.arange(5):reshape{1, 5, 1}):flatten()  --> [2. 3.]\n")
CLASS(crop, 2, "Cropping", cropping_options, init_cropping,
      CROPPING_DOC(SHAPE2, "cropping" PAIRS "0), data_format (\"channels_last\")")
      "  ln.layers.Cropping2D{{1, {0, 2}}}(ln.ones{1, 5, 5, 2}).shape  --> (1, 3, 3, 2)\n")
CLASS(crop, 3, "Cropping", cropping3_options, init_cropping,
      CROPPING_DOC(SHAPE3, "cropping" PAIRS "1), data_format (\"channels_last\")")
      "  ln.layers.Cropping3D(1)(ln.ones{1, 5, 5, 5, 2}).shape  --> (1, 3, 3, 3, 2)\n")

const LnLayerClass *const ln_layers_borders[] = {&pad1, &pad2, &pad3, &crop1, &crop2, &crop3, NULL};
