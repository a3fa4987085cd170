// Pooling over all there is between batch and channels: GlobalMaxPooling and GlobalAveragePooling,
// of one to three axes.
#include "nn/nn.h"
#include "ops/ops.h"

typedef struct Global {
  LnLayer layer;
  int channels_first;
  bool keepdims;
} Global;

static bool init(LnContext *c, void *self) {
  (void)c;
  Global *o = self;
  if (o->channels_first < 0) o->channels_first = 0;
  return true;
}

static LnInts pooled(const Global *o, const LnTensor *x) {
  LnInts axes = {.n = x->rank - 2};
  for (int i = 0; i < axes.n; i++) axes.v[i] = i + 1 + o->channels_first;
  return axes;
}

static LnTensor *max(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const Global *o = (const Global *)self;
  const LnInts axes = pooled(o, in->v[0]);
  return ln_max_over(c, in->v[0], &axes, o->keepdims);
}

static LnTensor *average(LnContext *c, LnLayer *self, const LnTensors *in,
                         const LnCallArgs *args) {
  (void)args;
  const Global *o = (const Global *)self;
  const LnInts axes = pooled(o, in->v[0]);
  return ln_mean_over(c, in->v[0], &axes, o->keepdims);
}

// Of sequences: the mean of the steps that the mask keeps.
static LnTensor *average_steps(LnContext *c, LnLayer *self, const LnTensors *in,
                               const LnCallArgs *args) {
  const Global *o = (const Global *)self;
  LnTensor *x = in->v[0], *mask = args->mask;
  if (!mask) return average(c, self, in, args);
  if (mask->rank != 2) {
    ln_fail(c, "expected a mask of shape (batch, steps), got %s", ln_tensor_shape_text(mask));
    return NULL;
  }
  const int64_t steps = 1 + o->channels_first;
  mask = ln_expand_dims(c, mask, o->channels_first ? 1 : 2);
  LnTensor *zero = ln_temp(c, ln_tensor_scalar(c, (LnDtype)x->dtype, 0));
  LnTensor *sum = ln_sum(c, ln_where(c, mask, x, zero), steps, o->keepdims);
  return ln_div(c, sum, ln_sum(c, ln_cast(c, mask, (LnDtype)x->dtype), steps, o->keepdims));
}

// The steps are gone.
static bool no_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  (void)c, (void)self, (void)in;
  *mask = NULL;
  return true;
}

static const LnOption options[] = {
    {"data_format", LN_OPT_CHOICE, LN_FIELD(Global, channels_first), "channels_last",
     .choices = "channels_last channels_first", .nullable = true,
     .doc = "whether the axis of channels is the last one or follows that of the batch"},
    {"keepdims", LN_OPT_BOOL, LN_FIELD(Global, keepdims), "false",
     .doc = "keep the axes that are pooled, with length 1"},
    {0}};

#define DOC(what, shape)                                                                       \
  what " of each channel: " shape " -> (batch, channels).\n"                                   \
  "data_format (\"channels_last\"), keepdims (false).\n"
#define SHAPE1 "(batch, steps, channels)"
#define SHAPE2 "(batch, height, width, channels)"
#define SHAPE3 "(batch, depth, height, width, channels)"
#define BASE(n, title, short_name, text)                                                       \
  .base = {.kind = LN_LAYER, .name = title #n "D", .aliases = short_name #n "D",               \
           .size = sizeof(Global), .options = options, .init = init, .doc = text},             \
  .min_rank = n + 2, .max_rank = n + 2, .built_at_once = true

static const LnLayerClass max1 = {
    BASE(1, "GlobalMaxPooling", "GlobalMaxPool",
         DOC("The largest element", SHAPE1) "Example:\n"
         "  ln.layers.GlobalMaxPooling1D()(ln.tensor{{{1}, {4}, {3}}})  --> [[4.]]\n"),
    .call = max};
static const LnLayerClass max2 = {
    BASE(2, "GlobalMaxPooling", "GlobalMaxPool",
         DOC("The largest element", SHAPE2) "Example:\n"
         "  ln.layers.GlobalMaxPooling2D()(ln.zeros{2, 7, 7, 8}).shape  --> (2, 8)\n"),
    .call = max};
static const LnLayerClass max3 = {
    BASE(3, "GlobalMaxPooling", "GlobalMaxPool",
         DOC("The largest element", SHAPE3) "Example:\n"
         "  ln.layers.GlobalMaxPooling3D()(ln.zeros{2, 4, 4, 4, 8}).shape  --> (2, 8)\n"),
    .call = max};
static const LnLayerClass average1 = {
    BASE(1, "GlobalAveragePooling", "GlobalAvgPool",
         DOC("The mean", SHAPE1) "Steps that a mask leaves out do not count.\nExample:\n"
         "  ln.layers.GlobalAveragePooling1D()(ln.tensor{{{1}, {4}, {4}}})  --> [[3.]]\n"),
    .call = average_steps, .masks = true, .compute_mask = no_mask};
static const LnLayerClass average2 = {
    BASE(2, "GlobalAveragePooling", "GlobalAvgPool",
         DOC("The mean", SHAPE2) "Example:\n"
         "  ln.layers.GlobalAveragePooling2D()(ln.zeros{2, 7, 7, 8}).shape  --> (2, 8)\n"),
    .call = average};
static const LnLayerClass average3 = {
    BASE(3, "GlobalAveragePooling", "GlobalAvgPool",
         DOC("The mean", SHAPE3) "Example:\n"
         "  ln.layers.GlobalAveragePooling3D()(ln.zeros{2, 4, 4, 4, 8}).shape  --> (2, 8)\n"),
    .call = average};

const LnLayerClass *const ln_layers_global_pooling[] = {&max1, &max2, &max3, &average1, &average2,
                                                        &average3, NULL};
