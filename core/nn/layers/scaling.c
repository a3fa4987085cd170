// Layers that scale: Rescaling, Normalization, UnitNormalization; and Identity, which does not.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/nn.h"
#include "ops/ops.h"

// ---- Identity

static LnTensor *identity(LnContext *c, LnLayer *self, const LnTensors *in,
                          const LnCallArgs *args) {
  (void)c, (void)self, (void)args;
  return in->v[0];
}

static const LnLayerClass identity_class = {
    .base = {.kind = LN_LAYER, .name = "Identity", .size = sizeof(LnLayer),
             .doc = "Hands its input on, of whatever shape.\n"
                    "Example:\n"
                    "  ln.layers.Identity()(ln.tensor{1, 2})  --> [1. 2.]\n"},
    .built_at_once = true, .masks = true, .call = identity, .keeps_dtype = true};

// ---- Rescaling

typedef struct Rescaling {
  LnLayer layer;
  LnNumbers scale, offset;
} Rescaling;

// x * numbers or x + numbers; one number for all, or one for each position of the last axis.
static LnTensor *with_numbers(LnContext *c, const LnLayer *self, LnTensor *x,
                              const LnNumbers *numbers, bool add) {
  if (numbers->n == 1)
    return (add ? ln_add_number : ln_mul_number)(c, x, numbers->v[0]);
  LnTensor *t = ln_temp(c, ln_tensor_new(c, LN_FLOAT64, 1, &numbers->n));
  if (!t) return NULL;
  memcpy(t->data, numbers->v, (size_t)numbers->n * sizeof *numbers->v);
  t = ln_cast(c, t, (LnDtype)self->dtype.compute);
  return (add ? ln_add : ln_mul)(c, x, t);
}

static LnTensor *rescale(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const Rescaling *o = (const Rescaling *)self;
  LnTensor *y = with_numbers(c, self, in->v[0], &o->scale, false);
  bool plain = o->offset.n == 1 && o->offset.v[0] == 0;
  return plain ? y : with_numbers(c, self, y, &o->offset, true);
}

static bool init_rescaling(LnContext *c, void *self) {
  const Rescaling *o = self;
  return (o->scale.n > 0 && o->offset.n > 0) || ln_fail(c, "%s is an empty list",
                                                        o->scale.n > 0 ? "offset" : "scale");
}

static void describe_numbers(const char *name, const LnNumbers *numbers, char *out, size_t size) {
  size_t n = 0;
  for (int64_t i = -1; i <= numbers->n && n < size; i++) {
    if (i < 0) snprintf(out, size, "%s=%s", name, numbers->n > 1 ? "{" : "");
    else if (i < numbers->n) snprintf(out + n, size - n, "%s%g", i ? ", " : "", numbers->v[i]);
    else if (numbers->n > 1) snprintf(out + n, size - n, "}");
    n += strlen(out + n);
  }
}

static void describe_rescaling(const LnLayer *self, char *out, size_t size) {
  const Rescaling *o = (const Rescaling *)self;
  describe_numbers("scale", &o->scale, out, size);
  size_t n = strlen(out);
  snprintf(out + n, size - n, ", ");
  n = strlen(out);
  describe_numbers("offset", &o->offset, out + n, size - n);
}

static const LnOption rescaling_options[] = {
    {"scale", LN_OPT_NUMBERS, LN_FIELD(Rescaling, scale), NULL, .one = LN_ONE_AS_NUMBER,
     .doc = "factor, or one for each position of the last axis"},
    {"offset", LN_OPT_NUMBERS, LN_FIELD(Rescaling, offset), "0", .one = LN_ONE_AS_NUMBER,
     .doc = "added after scaling; a number or a list as well"},
    {0}};

static const LnLayerClass rescaling_class = {
    .base = {.kind = LN_LAYER, .name = "Rescaling", .size = sizeof(Rescaling),
             .options = rescaling_options, .init = init_rescaling,
             .doc = "x * scale + offset, in the layer's float dtype: bytes of images become "
                    "0..1 batch by batch.\nThe shape stays. scale; offset (0); "
                    "each a number, or a list of one for "
                    "each channel.\n"
                    "Example:\n"
                    "  ln.layers.Rescaling(1 / 255)(ln.tensor({0, 255}, {dtype = \"uint8\"}))  "
                    "--> [0. 1.]\n"},
    .masks = true, .call = rescale, .describe = describe_rescaling};

// ---- UnitNormalization

typedef struct UnitNormalization {
  LnLayer layer;
  LnInts axes;
} UnitNormalization;

static LnTensor *unit(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const LnInts *axes = &((const UnitNormalization *)self)->axes;
  LnTensor *x = in->v[0], *squares = ln_square(c, x);
  for (int i = 0; i < axes->n; i++) squares = ln_sum(c, squares, axes->v[i], true);
  return ln_mul(c, x, ln_rsqrt(c, ln_clip(c, squares, 1e-24, INFINITY)));
}

static bool init_unit(LnContext *c, void *self) {
  return ((const UnitNormalization *)self)->axes.n > 0 ||
         ln_fail(c, "UnitNormalization: axis is a number or a list of numbers");
}

static const LnOption unit_options[] = {
    {"axis", LN_OPT_AXES, LN_FIELD(UnitNormalization, axes), "-1",
     .doc = "one axis or several, over which the norm is taken"},
    {0}};

static const LnLayerClass unit_class = {
    .base = {.kind = LN_LAYER, .name = "UnitNormalization", .size = sizeof(UnitNormalization),
             .options = unit_options, .init = init_unit,
             .doc = "Scales each sample to L2 norm 1 along axis. axis (-1).\n"
                    "Example:\n"
                    "  ln.layers.UnitNormalization()(ln.tensor{{3, 4}})  --> [[0.6 0.8]]\n"},
    .built_at_once = true, .masks = true, .call = unit};

// ---- Normalization

typedef struct Normalization {
  LnLayer layer;
  LnInts axes;
  LnTensor *mean, *variance;   // given instead of adapted
  bool invert;
} Normalization;

static bool init_normalization(LnContext *c, void *self) {
  Normalization *o = self;
  if (!o->mean != !o->variance)
    return ln_fail(c, "Normalization: mean and variance are given together");
  if (o->axes.n < 0) o->axes.n = 0;
  return true;
}

// Which axes keep their own mean and variance.
static bool kept_axes(LnContext *c, const Normalization *o, int rank, bool *kept) {
  for (int i = 0; i < rank; i++) kept[i] = false;
  for (int i = 0; i < o->axes.n; i++) {
    int axis;
    if (!ln_axis(c, "axis", o->axes.v[i], rank, &axis)) return false;
    kept[axis] = true;
  }
  return true;
}

static bool build_normalization(LnContext *c, LnLayer *self, const LnTensors *in) {
  const Normalization *o = (const Normalization *)self;
  const LnTensor *x = in->v[0];
  bool kept[LN_MAX_RANK];
  int64_t shape[LN_MAX_RANK];
  int rank = 0;
  if (!kept_axes(c, o, x->rank, kept)) return false;
  if (o->mean) return true;
  for (int i = 0; i < x->rank; i++)
    if (kept[i]) shape[rank++] = x->shape[i];
  LnObject *zeros = ln_object_by_name(c, LN_INITIALIZER, "zeros");
  LnObject *ones = ln_object_by_name(c, LN_INITIALIZER, "ones");
  // The count is an integer that Keras saves, though nothing reads it.
  const LnWeight weights[3] = {
      {.name = "mean", .rank = rank, .shape = shape, .initializer = zeros},
      {.name = "variance", .rank = rank, .shape = shape, .initializer = ones},
      {.name = "count", .dtype = "int32"}};
  bool done = zeros && ones;
  for (int i = 0; i < 3; i++) done = done && ln_layer_add_weight(c, self, &weights[i]);
  ln_object_release(zeros);
  ln_object_release(ones);
  return done;
}

// A mean or variance in the shape that broadcasts against x, in the layer's dtype.
static LnTensor *fit(LnContext *c, const LnLayer *self, const bool *kept, const LnTensor *x,
                     LnTensor *value) {
  int64_t shape[LN_MAX_RANK], size = 1;
  for (int i = 0; i < x->rank; i++) {
    shape[i] = kept[i] ? x->shape[i] : 1;
    size = ln_dim_times(size, shape[i]);
  }
  if (!ln_dims_fit(value->size, size) && value->size != 1) {
    ln_fail(c, "mean and variance of shape %s do not fit an input of shape %s",
            ln_tensor_shape_text(value), ln_tensor_shape_text(x));
    return NULL;
  }
  for (int i = 0; value->size == 1 && i < x->rank; i++) shape[i] = 1;
  if (size < 0 && value->size != 1)
    return ln_temp(c, ln_tensor_meta(c, (LnDtype)self->dtype.compute, x->rank, shape));
  return ln_reshape(c, ln_cast(c, value, (LnDtype)self->dtype.compute), x->rank, shape);
}

static LnTensor *normalize(LnContext *c, LnLayer *self, const LnTensors *in,
                           const LnCallArgs *args) {
  (void)args;
  const Normalization *o = (const Normalization *)self;
  LnTensor *x = in->v[0];
  bool kept[LN_MAX_RANK];
  if (!kept_axes(c, o, x->rank, kept)) return NULL;
  for (int i = 0; i < x->rank; i++)
    if (kept[i] && !ln_layer_check_axis(c, self, x, i)) return NULL;
  LnTensor *mean = fit(c, self, kept, x, o->mean ? o->mean : self->variables[0]->value);
  LnTensor *variance = fit(c, self, kept, x, o->mean ? o->variance : self->variables[1]->value);
  LnTensor *deviation = ln_clip(c, ln_sqrt(c, variance), 1e-7, INFINITY);
  if (o->invert) return ln_add(c, mean, ln_mul(c, x, deviation));
  return ln_div(c, ln_sub(c, x, mean), deviation);
}

// Adds rows first .. first + n - 1 of data to the moments so far: mean and squares (the sum of
// squared deviations) over `seen` values each, merged as by Chan, Golub and LeVeque (1979).
static bool add_rows(LnContext *c, LnTensor *data, const bool *kept, int64_t first, int64_t n,
                     LnTensor *mean, LnTensor *squares, double seen) {
  int64_t shape[LN_MAX_RANK];
  for (int i = 0; i < data->rank; i++) shape[i] = i == 0 ? n : data->shape[i];
  int64_t start = first * data->stride[0] * (int64_t)ln_dtype_size((LnDtype)data->dtype);
  LnTensor *x = ln_temp(c, ln_tensor_view(c, data, data->rank, shape, data->stride, start));
  x = x ? ln_cast(c, x, LN_FLOAT64) : NULL;
  if (!x) return false;
  LnTensor *m = x;
  for (int i = 0; i < data->rank; i++)
    if (!kept[i]) m = ln_mean(c, m, i, true);
  LnTensor *s = ln_square(c, ln_sub(c, x, m));
  for (int i = 0; i < data->rank; i++)
    if (!kept[i]) s = ln_sum(c, s, i, true);
  if (!s || !m) return false;
  double now = (double)x->size / (double)m->size, all = seen + now;
  LnTensor *delta = ln_sub(c, m, mean);
  s = ln_add(c, s, ln_mul_number(c, ln_square(c, delta), seen * now / all));
  return ln_tensor_assign(c, squares, ln_add(c, squares, s)) &&
         ln_tensor_assign(c, mean, ln_add(c, mean, ln_mul_number(c, delta, now / all)));
}

// Mean and squares so far, as float64 in the shape that broadcasts against the data.
typedef struct Moments {
  LnTensor *mean, *squares;
  double seen;
} Moments;

static bool add_batch(LnContext *c, const LnLayer *self, LnTensor *data, const bool *kept,
                      Moments *m) {
  if (data->rank != self->built_shape.n)
    return ln_fail(c, "expected data of rank %d, got shape %s", (int)self->built_shape.n,
                   ln_tensor_shape_text(data));
  for (int i = 0; i < data->rank; i++)
    if (kept[i] && !ln_layer_check_axis(c, self, data, i)) return false;
  if (data->size == 0)
    return ln_fail(c, "cannot adapt to data of shape %s", ln_tensor_shape_text(data));
  int64_t rows = data->shape[0], row = data->size / rows;
  int64_t at_once = kept[0] ? rows : 1 + 65536 / row;
  for (int64_t first = 0; first < rows; first += at_once) {
    int64_t n = rows - first < at_once ? rows - first : at_once;
    size_t scope = ln_scope(c);
    bool done = add_rows(c, data, kept, first, n, m->mean, m->squares, m->seen);
    ln_scope_end(c, scope);
    if (!done) return false;
    m->seen += (double)(n * row) / (double)m->mean->size;
  }
  return true;
}

static bool adapt(LnContext *c, LnLayer *self, const LnBatches *data) {
  const Normalization *o = (const Normalization *)self;
  bool kept[LN_MAX_RANK];
  int64_t shape[LN_MAX_RANK];
  Moments moments = {NULL, NULL, 0};
  LnTensor *x;
  if (o->mean) return ln_fail(c, "mean and variance were given: there is nothing to adapt");
  for (;;) {
    if (!data->next(c, data->arg, &x)) return false;
    if (!x) break;
    if (x->size == 0)
      return ln_fail(c, "cannot adapt to data of shape %s", ln_tensor_shape_text(x));
    if (x->rank == 0) return ln_fail(c, "cannot adapt to a single number");
    if (!moments.mean) {
      if (!ln_layer_build(c, self, &(LnTensors){1, &x}) || !kept_axes(c, o, x->rank, kept))
        return false;
      for (int i = 0; i < x->rank; i++) shape[i] = kept[i] ? x->shape[i] : 1;
      moments.mean = ln_temp(c, ln_tensor_zeros(c, LN_FLOAT64, x->rank, shape));
      moments.squares = ln_temp(c, ln_tensor_zeros(c, LN_FLOAT64, x->rank, shape));
      if (!moments.mean || !moments.squares) return false;
    }
    if (!add_batch(c, self, x, kept, &moments)) return false;
  }
  if (!moments.mean) return ln_fail(c, "there is no data to adapt to");
  LnTensor *to_mean = self->variables[0]->value, *to_variance = self->variables[1]->value;
  LnTensor *m = ln_reshape(c, moments.mean, to_mean->rank, to_mean->shape);
  LnTensor *v = ln_div_number(
      c, ln_reshape(c, moments.squares, to_mean->rank, to_mean->shape), moments.seen);
  return m && v && ln_tensor_assign(c, to_mean, m) && ln_tensor_assign(c, to_variance, v);
}

// mean and variance, once it is built, as they broadcast against inputs.
static LnTensor *normalization_field(LnContext *c, const LnLayer *self, const char *name) {
  const Normalization *o = (const Normalization *)self;
  int which = strcmp(name, "mean") == 0 ? 0 : strcmp(name, "variance") == 0 ? 1 : -1;
  bool kept[LN_MAX_RANK];
  int64_t shape[LN_MAX_RANK];
  int rank = (int)self->built_shape.n;
  if (which < 0 || !self->built || !kept_axes(c, o, rank, kept)) return NULL;
  LnTensor *given = which ? o->variance : o->mean;
  LnTensor *value = given ? given : self->variables[which]->value;
  for (int i = 0; i < rank; i++) shape[i] = kept[i] ? self->built_shape.v[i] : 1;
  size_t scope = ln_scope(c);
  LnTensor *t = ln_cast(c, value, (LnDtype)self->dtype.compute);
  if (t && t->size != 1) t = ln_reshape(c, t, rank, shape);
  if (t && t->size == 1) t = ln_reshape(c, t, 0, NULL);
  t = t ? ln_broadcast_to(c, t, rank, shape) : NULL;
  t = t ? ln_tensor_copy(c, t) : NULL;
  ln_scope_end(c, scope);
  return t;
}

static void describe_normalization(const LnLayer *self, char *out, size_t size) {
  const Normalization *o = (const Normalization *)self;
  snprintf(out, size, "%s%s", o->mean ? "given" : o->axes.n == 0 ? "one scale" : "by axis",
           o->invert ? ", inverted" : "");
}

static const LnOption normalization_options[] = {
    {"axis", LN_OPT_AXES, LN_FIELD(Normalization, axes), "-1", .nullable = true,
     .doc = "axes whose positions have a mean and variance of their own; none: one of each"},
    {"mean", LN_OPT_TENSOR, LN_FIELD(Normalization, mean), "none", .doc = "instead of adapt"},
    {"variance", LN_OPT_TENSOR, LN_FIELD(Normalization, variance), "none",
     .doc = "instead of adapt"},
    {"invert", LN_OPT_BOOL, LN_FIELD(Normalization, invert), "false",
     .doc = "from normalized values back"},
    {0}};

static const LnLayerClass normalization_class = {
    .base = {.kind = LN_LAYER, .name = "Normalization", .size = sizeof(Normalization),
             .options = normalization_options, .init = init_normalization,
             .doc = "(x - mean) / sqrt(variance), learned from data by layer:adapt(data) before "
                    "training, or given.\n"
                    "axis (-1: each feature for itself; none: one mean for all), mean and variance "
                    "(none), invert (false).\n"
                    "Weights, not trained: mean, variance, count. layer.mean "
                    "and layer.variance, once\n"
                    "it is built: as they broadcast against inputs.\n"
                    "Example:\n"
                    "  local layer = ln.layers.Normalization()\n"
                    "  layer:adapt(ln.tensor{{1, 10}, {3, 30}})\n"
                    "  layer(ln.tensor{{3, 10}})  --> [[ 1. -1.]]\n"},
    .masks = true, .build = build_normalization, .call = normalize, .adapt = adapt, .min_rank = 1,
    .field = normalization_field,
    .describe = describe_normalization};

const LnLayerClass *const ln_layers_scaling[] = {&identity_class, &rescaling_class, &unit_class,
                                                 &normalization_class, NULL};
