// Normalization of each sample by itself: LayerNormalization (Ba et al. 2016) and RMSNormalization
// (Zhang and Sennrich 2019) over axes, GroupNormalization (Wu and He 2018) over groups of channels.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/normalize.h"
#include "ops/ops.h"

typedef struct Scaled {   // what gamma and beta are, and how they begin
  bool center, scale;
  LnObject *beta_initializer, *gamma_initializer;
  LnObject *beta_regularizer, *gamma_regularizer, *beta_constraint, *gamma_constraint;
} Scaled;

// Neither is cast in mixed precision.
static bool add_weights(LnContext *c, LnLayer *self, const Scaled *s, int rank,
                        const int64_t *shape) {
  const LnWeight gamma = {.name = "gamma", .rank = rank, .shape = shape,
                          .initializer = s->gamma_initializer, .regularizer = s->gamma_regularizer,
                          .constraint = s->gamma_constraint, .trainable = true, .as_it_is = true};
  const LnWeight beta = {.name = "beta", .rank = rank, .shape = shape,
                         .initializer = s->beta_initializer, .regularizer = s->beta_regularizer,
                         .constraint = s->beta_constraint, .trainable = true, .as_it_is = true};
  return (!s->scale || ln_layer_add_weight(c, self, &gamma)) &&
         (!s->center || ln_layer_add_weight(c, self, &beta));
}

// What normalization computes with: at least float32.
static LnTensor *widened(LnContext *c, LnTensor *x) {
  return ln_dtype_is_half((LnDtype)x->dtype) ? ln_cast(c, x, LN_FLOAT32) : x;
}
static LnTensor *narrowed(LnContext *c, LnTensor *y, const LnTensor *x) {
  return y && y->dtype != x->dtype ? ln_cast(c, y, (LnDtype)x->dtype) : y;
}

static LnTensor *gamma_of(const LnLayer *self, const Scaled *s) {
  return s->scale ? self->variables[0]->value : NULL;
}
static LnTensor *beta_of(const LnLayer *self, const Scaled *s) {
  return s->center ? self->variables[s->scale]->value : NULL;
}

#define SCALED(type)                                                                           \
  {"center", LN_OPT_BOOL, LN_FIELD(type, scaled.center), "true",                               \
   .doc = "whether beta is added"},                                                            \
  {"scale", LN_OPT_BOOL, LN_FIELD(type, scaled.scale), "true",                                 \
   .doc = "whether the result is multiplied by gamma"},                                        \
  {"beta_initializer", LN_OPT_INITIALIZER, LN_FIELD(type, scaled.beta_initializer), "zeros",   \
   .nullable = true, .doc = "of beta"},                                                        \
  {"gamma_initializer", LN_OPT_INITIALIZER, LN_FIELD(type, scaled.gamma_initializer), "ones",  \
   .nullable = true, .doc = "of gamma"},                                                       \
  {"beta_regularizer", LN_OPT_REGULARIZER, LN_FIELD(type, scaled.beta_regularizer), "none",    \
   .doc = "adds to the loss by beta"},                                                         \
  {"gamma_regularizer", LN_OPT_REGULARIZER, LN_FIELD(type, scaled.gamma_regularizer), "none",  \
   .doc = "adds to the loss by gamma"},                                                        \
  {"beta_constraint", LN_OPT_CONSTRAINT, LN_FIELD(type, scaled.beta_constraint), "none",       \
   .doc = "what beta is brought back to after each step"},                                     \
  {"gamma_constraint", LN_OPT_CONSTRAINT, LN_FIELD(type, scaled.gamma_constraint), "none",     \
   .doc = "what gamma is brought back to after each step"}
#define SCALED_DOC                                                                             \
  "center (true), scale (true),\nbeta_initializer (\"zeros\"), gamma_initializer (\"ones\"), " \
  "beta_regularizer, gamma_regularizer,\nbeta_constraint, gamma_constraint (none)."
#define EPSILON(type, value)                                                                   \
  {"epsilon", LN_OPT_NUMBER, LN_FIELD(type, epsilon), value,                                   \
   .doc = "added to the variance, so that nothing is divided by 0"}

// ---- over axes

typedef struct Axes {
  LnLayer layer;
  LnInts axes;
  double epsilon;
  Scaled scaled;
  bool rms_scaling;
} Axes;

static bool init_axes(LnContext *c, void *self) {
  return ((const Axes *)self)->axes.n > 0 || ln_fail(c, "axis is an empty list");
}

// The axes in order, and x's sizes along them.
static bool sorted_axes(LnContext *c, const Axes *o, const LnTensor *x, LnInts *axes,
                        int64_t *sizes) {
  bool marked[LN_MAX_RANK] = {false};
  axes->n = 0;
  for (int i = 0; i < o->axes.n; i++) {
    int axis;
    if (!ln_axis(c, "axis", o->axes.v[i], x->rank, &axis)) return false;
    if (marked[axis]) return ln_fail(c, "axis %d is named twice", axis + 1);
    marked[axis] = true;
  }
  for (int i = 0; i < x->rank; i++)
    if (marked[i]) sizes[axes->n] = x->shape[i], axes->v[axes->n++] = i;
  return true;
}

static bool build_layer(LnContext *c, LnLayer *self, const LnTensors *in) {
  const Axes *o = (const Axes *)self;
  Scaled scaled = o->scaled;
  LnInts axes;
  int64_t sizes[LN_MAX_RANK];
  if (o->rms_scaling) scaled.scale = true, scaled.center = false;
  return sorted_axes(c, o, in->v[0], &axes, sizes) &&
         add_weights(c, self, &scaled, (int)axes.n, sizes);
}

// x over its deviation, not its root mean square: what Keras has for files of old.
static LnTensor *scaled_by_variance(LnContext *c, const Axes *o, LnTensor *x, const LnInts *axes,
                                    LnTensor *gamma) {
  int64_t shape[LN_MAX_RANK];
  for (int i = 0; i < x->rank; i++) shape[i] = 1;
  for (int i = 0; i < axes->n; i++) shape[axes->v[i]] = gamma->shape[i];
  LnTensor *h = ln_sub(c, x, ln_mean_over(c, x, axes, true));
  LnTensor *variance = ln_mean_over(c, ln_square(c, h), axes, true);
  LnTensor *y = ln_mul(c, x, ln_rsqrt(c, ln_add_number(c, variance, o->epsilon)));
  return ln_mul(c, y, ln_reshape(c, gamma, x->rank, shape));
}

static bool check_axes(LnContext *c, const Axes *o, const LnTensor *x) {
  for (int i = 0; i < o->axes.n; i++)
    if (!ln_layer_check_axis(c, &o->layer, x, (int)o->axes.v[i])) return false;
  return true;
}

static LnTensor *call_layer(LnContext *c, LnLayer *self, const LnTensors *in,
                            const LnCallArgs *args) {
  (void)args;
  const Axes *o = (const Axes *)self;
  LnTensor *x = in->v[0], *wide, *y;
  LnInts axes;
  int64_t sizes[LN_MAX_RANK];
  if (!check_axes(c, o, x) || !sorted_axes(c, o, x, &axes, sizes) || !(wide = widened(c, x)))
    return NULL;
  if (o->rms_scaling)
    y = scaled_by_variance(c, o, wide, &axes, self->variables[0]->value);
  else
    y = ln_layer_normalization(c, wide, gamma_of(self, &o->scaled), beta_of(self, &o->scaled),
                               &axes, o->epsilon);
  return narrowed(c, y, x);
}

static bool build_rms(LnContext *c, LnLayer *self, const LnTensors *in) {
  LnInts axes;
  int64_t sizes[LN_MAX_RANK];
  LnObject *ones = ln_object_by_name(c, LN_INITIALIZER, "ones");
  bool done = ones && sorted_axes(c, (const Axes *)self, in->v[0], &axes, sizes);
  const LnWeight scale = {.name = "scale", .rank = done ? (int)axes.n : 0, .shape = sizes,
                          .initializer = ones, .trainable = true};
  done = done && ln_layer_add_weight(c, self, &scale);
  ln_object_release(ones);
  return done;
}

static LnTensor *call_rms(LnContext *c, LnLayer *self, const LnTensors *in,
                          const LnCallArgs *args) {
  (void)args;
  const Axes *o = (const Axes *)self;
  if (!check_axes(c, o, in->v[0])) return NULL;
  LnTensor *scale = ln_autocast(c, self->variables[0]->value);
  LnTensor *y = ln_rms_normalization(c, widened(c, in->v[0]), scale, &o->axes, o->epsilon);
  return narrowed(c, y, in->v[0]);
}

static void describe_axes(const LnLayer *self, char *out, size_t size) {
  const Axes *o = (const Axes *)self;
  int n = snprintf(out, size, "axis=");
  for (int i = 0; i < o->axes.n; i++)
    n += snprintf(out + n, size - (size_t)n, "%s%lld", i ? ", " : "",
                  (long long)(o->axes.v[i] + (o->axes.v[i] >= 0)));
}

static const LnOption layer_options[] = {
    {"axis", LN_OPT_AXES, LN_FIELD(Axes, axes), "-1",
     .doc = "one axis or several, over which a sample is normalized"},
    EPSILON(Axes, "0.001"),
    SCALED(Axes),
    {"rms_scaling", LN_OPT_BOOL, LN_FIELD(Axes, rms_scaling), "false", .config_only = true,
     .doc = "x is divided by its deviation without its mean being taken off (for files of old; "
            "RMSNormalization is what the name says)"},
    {0}};
static const LnOption rms_options[] = {
    {"axis", LN_OPT_AXES, LN_FIELD(Axes, axes), "-1",
     .doc = "one axis or several, over which a sample is normalized"},
    EPSILON(Axes, "1e-6"), {0}};

static const LnLayerClass layer_class = {
    .base = {.kind = LN_LAYER, .name = "LayerNormalization", .size = sizeof(Axes),
             .options = layer_options, .init = init_axes,
             .doc = "Each sample less its mean over the axes, divided by its deviation there, "
                    "times gamma, plus beta.\nThe shape stays. axis (-1; a list too), epsilon "
                    "(0.001), " SCALED_DOC "\nWeights: gamma and beta, of the sizes of the axes.\n"
                    "Example:\n"
                    "  ln.layers.LayerNormalization{epsilon = 0}(ln.tensor{{1, 3}})  "
                    "--> [[-1.  1.]]\n"},
    .masks = true, .build = build_layer, .call = call_layer, .min_rank = 1,
    .describe = describe_axes};

static const LnLayerClass rms_class = {
    .base = {.kind = LN_LAYER, .name = "RMSNormalization", .size = sizeof(Axes),
             .options = rms_options, .init = init_axes,
             .doc = "Each sample divided by the root of the mean of its squares over the axes, "
                    "times scale.\nThe shape stays. axis (-1; a list too), epsilon (1e-6).\n"
                    "Weight: scale, of the sizes of the axes.\n"
                    "Example:\n"
                    "  ln.layers.RMSNormalization{epsilon = 0}(ln.tensor{{2, 2}})  "
                    "--> [[1. 1.]]\n"},
    .build = build_rms, .call = call_rms, .min_rank = 1, .describe = describe_axes};

// ---- over groups of channels

typedef struct Group {
  LnLayer layer;
  int64_t groups, axis;
  double epsilon;
  Scaled scaled;
} Group;

static bool init_group(LnContext *c, void *self) {
  return ((const Group *)self)->groups != 0 || ln_fail(c, "groups is at least 1, or -1, got 0");
}

static bool build_group(LnContext *c, LnLayer *self, const LnTensors *in) {
  const Group *o = (const Group *)self;
  const LnTensor *x = in->v[0];
  int axis;
  if (!ln_axis(c, "axis", o->axis, x->rank, &axis)) return false;
  const int64_t n = x->shape[axis];
  if (n < 0)
    return ln_fail(c, "the size of axis %d must be known, got shape %s", axis + 1,
                   ln_tensor_shape_text(x));
  if (o->groups > 0 && (n < o->groups || n % o->groups))
    return ln_fail(c, "%lld channels (axis %d of shape %s) do not make %lld groups", (long long)n,
                   axis + 1, ln_tensor_shape_text(x), (long long)o->groups);
  if (x->rank == LN_MAX_RANK) return ln_fail(c, "expected fewer than %d axes", LN_MAX_RANK);
  return add_weights(c, self, &o->scaled, 1, &n);
}

static LnTensor *call_group(LnContext *c, LnLayer *self, const LnTensors *in,
                            const LnCallArgs *args) {
  (void)args;
  const Group *o = (const Group *)self;
  LnTensor *x = in->v[0], *gamma = gamma_of(self, &o->scaled), *beta = beta_of(self, &o->scaled);
  int64_t shape[LN_MAX_RANK], parts[LN_MAX_RANK];
  const int rank = x->rank + 1;
  LnInts axes = {.n = 0};
  int axis;
  if (x->rank != self->built_shape.n) {
    ln_fail(c, "expected an input of rank %d, got shape %s", (int)self->built_shape.n,
            ln_tensor_shape_text(x));
    return NULL;
  }
  if (!ln_layer_check_axis(c, self, x, (int)o->axis) ||
      !ln_axis(c, "axis", o->axis, x->rank, &axis))
    return NULL;
  // (batch, .., groups, channels of one, ..)
  const int64_t channels = self->built_shape.v[axis];
  const int64_t groups = o->groups < 0 ? channels : o->groups;
  for (int i = 0, k = 0; i < rank; i++) {
    shape[i] = i == axis ? groups : i == axis + 1 ? channels / groups : x->shape[k];
    parts[i] = i == axis || i == axis + 1 ? shape[i] : 1;
    k += i != axis;
    if (i > 0 && i != axis) axes.v[axes.n++] = i;
  }
  LnTensor *h = ln_reshape(c, widened(c, x), rank, shape);
  h = ln_sub(c, h, ln_mean_over(c, h, &axes, true));
  LnTensor *variance = ln_mean_over(c, ln_square(c, h), &axes, true);
  LnTensor *factor = ln_rsqrt(c, ln_add_number(c, variance, o->epsilon));
  if (gamma) factor = ln_mul(c, factor, ln_reshape(c, gamma, rank, parts));
  LnTensor *y = ln_mul(c, h, factor);
  if (beta) y = ln_add(c, y, ln_reshape(c, beta, rank, parts));
  return narrowed(c, ln_reshape(c, y, x->rank, x->shape), x);
}

static void describe_group(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "groups=%lld", (long long)((const Group *)self)->groups);
}

static const LnOption group_options[] = {
    {"groups", LN_OPT_INTEGER, LN_FIELD(Group, groups), "32", ">= -1",
     .doc = "how many the channels make; -1: each channel is one (instance normalization)"},
    {"axis", LN_OPT_AXIS, LN_FIELD(Group, axis), "-1", .doc = "that of the channels"},
    EPSILON(Group, "0.001"),
    SCALED(Group),
    {0}};

static const LnLayerClass group_class = {
    .base = {.kind = LN_LAYER, .name = "GroupNormalization", .size = sizeof(Group),
             .options = group_options, .init = init_group,
             .doc = "Each group of channels of a sample less its mean, divided by its deviation, "
                    "times gamma, plus beta,\nwhich have one number a channel. The shape stays. "
                    "groups (32), axis (-1: that of the channels),\nepsilon (0.001), " SCALED_DOC
                    "\nErrors: channels that do not make the groups.\n"
                    "Example:\n"
                    "  local layer = ln.layers.GroupNormalization{2, epsilon = 0}\n"
                    "  layer(ln.tensor{{1, 3, 10, 30}})  --> [[-1.  1. -1.  1.]]\n"},
    .masks = true, .build = build_group, .call = call_group, .min_rank = 2,
    .describe = describe_group};

const LnLayerClass *const ln_layers_layer_normalization[] = {&layer_class, &rms_class,
                                                             &group_class, NULL};
