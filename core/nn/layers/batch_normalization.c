// BatchNormalization (Ioffe and Szegedy 2015), and batch renormalization (Ioffe 2017).
//
// In training the batch's own mean and variance are taken, and moved averages of them kept as
// weights that do not train, changed by assign: replays do so, too. At inference, and where the
// layer is frozen (trainable = false), these averages are taken.
#include <math.h>
#include <stdio.h>

#include "nn/nn.h"
#include "ops/normalize.h"
#include "ops/peers.h"
#include "ops/ops.h"

typedef struct Batch {
  LnLayer layer;
  int64_t axis;
  double momentum, epsilon;
  bool center, scale;
  LnObject *beta_initializer, *gamma_initializer;
  LnObject *moving_mean_initializer, *moving_variance_initializer;
  LnObject *beta_regularizer, *gamma_regularizer, *beta_constraint, *gamma_constraint;
  bool renorm;
  LnNumbers renorm_clipping;   // rmax, rmin, dmax, NaN where there is none; n = -1
  double renorm_momentum;
  bool synchronized;
} Batch;

enum { RMAX, RMIN, DMAX };   // of renorm_clipping

static bool init(LnContext *c, void *self) {
  const Batch *o = self;
  const double *v = o->renorm_clipping.v;
  if (!o->renorm || o->renorm_clipping.n < 0) return true;
  if (v[RMAX] < v[RMIN])
    return ln_fail(c, "renorm_clipping: rmax (%g) is at least rmin (%g)", v[RMAX], v[RMIN]);
  return !(v[DMAX] < 0) || ln_fail(c, "renorm_clipping: dmax is at least 0, got %g", v[DMAX]);
}

// The weights, in their order; NULL for those that are not there.
typedef struct Weights {
  LnTensor *gamma, *beta, *mean, *variance;
  LnTensor *deviation, *renorm_mean, *renorm_deviation;   // of renorm
} Weights;

static Weights weights_of(const Batch *o) {
  LnVariable *const *v = o->layer.variables;
  Weights w = {0};
  if (o->scale) w.gamma = (*v++)->value;
  if (o->center) w.beta = (*v++)->value;
  w.mean = (*v++)->value;
  w.variance = (*v++)->value;
  if (o->renorm) {
    w.deviation = (*v++)->value;
    w.renorm_mean = (*v++)->value;
    w.renorm_deviation = (*v++)->value;
  }
  return w;
}

// One number a channel. Neither is cast in mixed precision.
static LnVariable *add(LnContext *c, Batch *o, const char *name, int64_t n, LnObject *initializer,
                       LnObject *regularizer, LnObject *constraint, bool trainable) {
  const LnWeight w = {.name = name, .rank = 1, .shape = &n, .initializer = initializer,
                      .regularizer = regularizer, .constraint = constraint,
                      .trainable = trainable, .as_it_is = true};
  return ln_layer_add_weight(c, &o->layer, &w);
}

static bool add_average(LnContext *c, Batch *o, const char *name, int64_t n,
                        LnObject *initializer) {
  return add(c, o, name, n, initializer, NULL, NULL, false) != NULL;
}

// A deviation: it begins as the root of what variances begin as.
static bool add_deviation(LnContext *c, Batch *o, const char *name, int64_t n) {
  LnVariable *v = add(c, o, name, n, o->moving_variance_initializer, NULL, NULL, false);
  return v && ln_tensor_assign(c, v->value, ln_sqrt(c, v->value));
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  Batch *o = (Batch *)self;
  const LnTensor *x = in->v[0];
  int axis;
  if (!ln_axis(c, "axis", o->axis, x->rank, &axis)) return false;
  const int64_t n = x->shape[axis];
  return (!o->scale || add(c, o, "gamma", n, o->gamma_initializer, o->gamma_regularizer,
                           o->gamma_constraint, true)) &&
         (!o->center || add(c, o, "beta", n, o->beta_initializer, o->beta_regularizer,
                            o->beta_constraint, true)) &&
         add_average(c, o, "moving_mean", n, o->moving_mean_initializer) &&
         add_average(c, o, "moving_variance", n, o->moving_variance_initializer) &&
         (!o->renorm || (add_deviation(c, o, "moving_stddev", n) &&
                         add_average(c, o, "renorm_mean", n, o->moving_mean_initializer) &&
                         add_deviation(c, o, "renorm_stddev", n)));
}

// average = average * momentum + value * (1 - momentum)
static bool move(LnContext *c, LnTensor *average, LnTensor *value, double momentum) {
  return ln_assign(c, average, ln_add(c, ln_mul_number(c, average, momentum),
                                      ln_mul_number(c, value, 1 - momentum)));
}

static bool keep_averages(LnContext *c, const Batch *o, const Weights *w, LnTensor *mean,
                          LnTensor *variance) {
  if (!o->renorm)
    return move(c, w->mean, mean, o->momentum) && move(c, w->variance, variance, o->momentum);
  LnTensor *deviation = ln_sqrt(c, ln_add_number(c, variance, o->epsilon));
  return move(c, w->renorm_mean, mean, o->renorm_momentum) &&
         move(c, w->renorm_deviation, deviation, o->renorm_momentum) &&
         move(c, w->mean, mean, o->momentum) && move(c, w->deviation, deviation, o->momentum) &&
         ln_assign(c, w->variance,
                   ln_relu(c, ln_add_number(c, ln_square(c, w->deviation), -o->epsilon)));
}

// A sum over all but the channels: of this process's rows or, synchronized, of all processes'.
static LnTensor *total(LnContext *c, const Batch *o, LnTensor *x, int axis) {
  LnInts axes = {.n = 0};
  if (!x) return NULL;
  for (int i = 0; i < x->rank; i++)
    if (i != axis) axes.v[axes.n++] = i;
  LnTensor *sum = ln_sum_over(c, x, &axes, true);
  return o->synchronized ? ln_peers_sum(c, sum) : sum;
}

// Mean and variance of what the mask keeps; 1e-7 as in Keras, where it keeps nothing.
static bool masked_moments(LnContext *c, const Batch *o, LnTensor *x, int axis, LnTensor *mask,
                           LnTensor **mean, LnTensor **variance) {
  const LnDtype d = (LnDtype)x->dtype;
  LnTensor *zero = ln_temp(c, ln_tensor_scalar(c, d, 0));
  mask = ln_broadcast_to(c, ln_expand_dims(c, mask, -1), x->rank, x->shape);
  LnTensor *count = ln_add_number(c, total(c, o, ln_cast(c, mask, d), axis), 1e-7);
  LnTensor *m = ln_div(c, total(c, o, ln_where(c, mask, x, zero), axis), count);
  LnTensor *squares = ln_square(c, ln_where(c, mask, ln_sub(c, x, m), zero));
  LnTensor *v = ln_div(c, total(c, o, squares, axis), count);
  *mean = ln_reshape(c, m, 1, &x->shape[axis]);
  *variance = ln_reshape(c, v, 1, &x->shape[axis]);
  return *variance != NULL;
}

// Mean and variance of the rows of all processes.
static bool shared_moments(LnContext *c, const Batch *o, LnTensor *x, int axis, LnTensor **mean,
                           LnTensor **variance) {
  const double share = (double)c->part.total / (double)c->part.rows;
  const double count = (double)x->size / (double)x->shape[axis] * share;
  LnTensor *m = ln_div_number(c, total(c, o, x, axis), count);
  LnTensor *v = ln_div_number(c, total(c, o, ln_square(c, ln_sub(c, x, m)), axis), count);
  *mean = ln_reshape(c, m, 1, &x->shape[axis]);
  *variance = ln_reshape(c, v, 1, &x->shape[axis]);
  return *variance != NULL;
}

// Renormalization: y r + d for the normalized y, so that it is as if normalized by the averages;
// where it then has a scale and an offset, these take r and d in.
static void correct(LnContext *c, const Batch *o, const Weights *w, LnTensor *mean,
                    LnTensor *variance, LnTensor **scale, LnTensor **offset) {
  LnTensor *floor = ln_temp(c, ln_tensor_scalar(c, (LnDtype)mean->dtype, sqrt(o->epsilon)));
  LnTensor *deviation = ln_maximum(c, w->renorm_deviation, floor);
  LnTensor *r = ln_div(c, ln_sqrt(c, ln_add_number(c, variance, o->epsilon)), deviation);
  LnTensor *d = ln_div(c, ln_sub(c, mean, w->renorm_mean), deviation);
  const double *limit = o->renorm_clipping.n < 0 ? NULL : o->renorm_clipping.v;
  if (limit && !isnan(limit[RMIN])) r = ln_clip(c, r, limit[RMIN], INFINITY);
  if (limit && !isnan(limit[RMAX])) r = ln_clip(c, r, -INFINITY, limit[RMAX]);
  if (limit && !isnan(limit[DMAX])) d = ln_clip(c, d, -limit[DMAX], limit[DMAX]);
  r = ln_stop_gradient(c, r);
  d = ln_stop_gradient(c, d);
  *scale = w->gamma ? ln_mul(c, r, w->gamma) : r;
  *offset = w->gamma ? ln_mul(c, d, w->gamma) : d;
  if (w->beta) *offset = ln_add(c, *offset, w->beta);
}

static LnTensor *in_training(LnContext *c, const Batch *o, LnTensor *x, int axis, LnTensor *mask) {
  const Weights w = weights_of(o);
  LnTensor *out[3] = {NULL, NULL, NULL}, *scale = w.gamma, *offset = w.beta;
  const bool shared = !mask && o->synchronized && ln_shares_batch(c);
  if (mask && !masked_moments(c, o, x, axis, mask, &out[1], &out[2])) return NULL;
  if (shared && !shared_moments(c, o, x, axis, &out[1], &out[2])) return NULL;
  if (!mask && !shared &&
      !ln_normalize_batch(c, x, o->renorm ? NULL : scale, o->renorm ? NULL : offset, axis,
                          o->epsilon, out))
    return NULL;
  LnTensor *mean = out[1], *variance = out[2], *y = out[0];
  if (o->renorm) {
    correct(c, o, &w, mean, variance, &scale, &offset);
    y = NULL;
  }
  if (!y) y = ln_batch_normalization(c, x, mean, variance, offset, scale, axis, o->epsilon);
  c->no_record++;   // of no use to gradients
  bool kept = y && keep_averages(c, o, &w, mean, variance);
  c->no_record--;
  return kept ? y : NULL;
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  const Batch *o = (const Batch *)self;
  LnTensor *x = in->v[0];
  int axis;
  if (self->built_shape.n > 0 && x->rank != self->built_shape.n) {
    ln_fail(c, "expected an input of rank %d, got shape %s", (int)self->built_shape.n,
            ln_tensor_shape_text(x));
    return NULL;
  }
  if (!ln_layer_check_axis(c, self, x, (int)o->axis) ||
      !ln_axis(c, "axis", o->axis, x->rank, &axis))
    return NULL;
  if (args->mask && args->mask->rank != x->rank - 1) {
    ln_fail(c, "expected a mask of one axis less than the input, got shapes %s and %s",
            ln_tensor_shape_text(args->mask), ln_tensor_shape_text(x));
    return NULL;
  }
  LnTensor *wide = ln_dtype_is_half((LnDtype)x->dtype) ? ln_cast(c, x, LN_FLOAT32) : x, *y;
  if (!wide) return NULL;
  if (args->training && self->trainable) {
    y = in_training(c, o, wide, axis, args->mask);
  } else {
    const Weights w = weights_of(o);
    y = ln_batch_normalization(c, wide, w.mean, w.variance, w.beta, w.gamma, axis, o->epsilon);
  }
  return wide == x ? y : ln_cast(c, y, (LnDtype)x->dtype);
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const Batch *o = (const Batch *)self;
  snprintf(out, size, "axis=%lld, momentum=%g", (long long)(o->axis + (o->axis >= 0)),
           o->momentum);
}

static const LnOption options[] = {
    {"axis", LN_OPT_AXIS, LN_FIELD(Batch, axis), "-1", .doc = "that of the channels"},
    {"momentum", LN_OPT_NUMBER, LN_FIELD(Batch, momentum), "0.99",
     .doc = "how much of the averages stays at each step"},
    {"epsilon", LN_OPT_NUMBER, LN_FIELD(Batch, epsilon), "0.001",
     .doc = "added to the variance, so that nothing is divided by 0"},
    {"center", LN_OPT_BOOL, LN_FIELD(Batch, center), "true", .doc = "whether beta is added"},
    {"scale", LN_OPT_BOOL, LN_FIELD(Batch, scale), "true",
     .doc = "whether the result is multiplied by gamma"},
    {"beta_initializer", LN_OPT_INITIALIZER, LN_FIELD(Batch, beta_initializer), "zeros",
     .nullable = true, .doc = "of beta"},
    {"gamma_initializer", LN_OPT_INITIALIZER, LN_FIELD(Batch, gamma_initializer), "ones",
     .nullable = true, .doc = "of gamma"},
    {"moving_mean_initializer", LN_OPT_INITIALIZER, LN_FIELD(Batch, moving_mean_initializer),
     "zeros", .nullable = true, .doc = "of the average of means"},
    {"moving_variance_initializer", LN_OPT_INITIALIZER,
     LN_FIELD(Batch, moving_variance_initializer), "ones", .nullable = true,
     .doc = "of the average of variances"},
    {"beta_regularizer", LN_OPT_REGULARIZER, LN_FIELD(Batch, beta_regularizer), "none",
     .doc = "adds to the loss by beta"},
    {"gamma_regularizer", LN_OPT_REGULARIZER, LN_FIELD(Batch, gamma_regularizer), "none",
     .doc = "adds to the loss by gamma"},
    {"beta_constraint", LN_OPT_CONSTRAINT, LN_FIELD(Batch, beta_constraint), "none",
     .doc = "what beta is brought back to after each step"},
    {"gamma_constraint", LN_OPT_CONSTRAINT, LN_FIELD(Batch, gamma_constraint), "none",
     .doc = "what gamma is brought back to after each step"},
    {"renorm", LN_OPT_BOOL, LN_FIELD(Batch, renorm), "false",
     .doc = "batch renormalization: in training, too, as if by averages"},
    {"renorm_clipping", LN_OPT_NAMED, LN_FIELD(Batch, renorm_clipping), "none",
     .choices = "rmax rmin dmax",
     .doc = "bounds of what renorm multiplies by (rmin, rmax) and adds (-dmax, dmax)"},
    {"renorm_momentum", LN_OPT_NUMBER, LN_FIELD(Batch, renorm_momentum), "0.99",
     .doc = "momentum of the averages that renorm takes"},
    {"synchronized", LN_OPT_BOOL, LN_FIELD(Batch, synchronized), "false",
     .doc = "moments of the batches of all processes: of one process, the same"},
    {0}};

static const LnLayerClass batch = {
    .base = {.kind = LN_LAYER, .name = "BatchNormalization", .size = sizeof(Batch),
             .options = options, .init = init,
             .doc = "(x - mean) / sqrt(variance + epsilon) * gamma + beta for each channel: in "
                    "training by the moments of\nthe batch, of which moving averages are kept, at "
                    "inference, and where the layer is frozen\n(trainable = false), by these "
                    "averages. The shape stays. Steps that a mask leaves out do not count.\n"
                    "axis (-1: that of the channels), momentum (0.99), epsilon (0.001), center "
                    "(true), scale (true),\nbeta_initializer (\"zeros\"), gamma_initializer "
                    "(\"ones\"), moving_mean_initializer (\"zeros\"),\nmoving_variance_initializer "
                    "(\"ones\"), beta_regularizer, gamma_regularizer, beta_constraint,\n"
                    "gamma_constraint (none), renorm (false), renorm_clipping (none; a table of "
                    "rmax, rmin, dmax),\nrenorm_momentum (0.99), synchronized (false).\n"
                    "Weights: gamma, beta, and, not trained, moving_mean and moving_variance, each "
                    "one number a channel;\nwith renorm also moving_stddev, renorm_mean and "
                    "renorm_stddev.\n"
                    "Example:\n"
                    "  local layer = ln.layers.BatchNormalization{epsilon = 0}\n"
                    "  layer(ln.tensor{{1, 10}, {3, 30}}, {training = true})  "
                    "--> [[-1. -1.] [ 1.  1.]]\n"},
    .masks = true, .build = build, .call = call, .min_rank = 2, .describe = describe};

const LnLayerClass *const ln_layers_batch_normalization[] = {&batch, NULL};
