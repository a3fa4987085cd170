// Activations as layers: Activation, ReLU, LeakyReLU, ELU, Softmax, PReLU. But for the last two
// they are an activation's op with its options set.
#include <math.h>
#include <stdio.h>

#include "nn/layers/_attention.h"
#include "nn/nn.h"
#include "ops/ops.h"

typedef struct Activation {
  LnLayer layer;
  LnActivation *activation;   // an option of Activation's, else made by init
  double max_value, negative_slope, threshold;
  LnInts axes;
} Activation;

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  return ln_activate(c, ((Activation *)self)->activation, in->v[0]);
}

static void free_activation(void *self) { ln_object_release(((Activation *)self)->activation); }

// ---- Activation

static void describe(const LnLayer *self, char *out, size_t size) {
  const LnActivation *a = ((const Activation *)self)->activation;
  snprintf(out, size, "%s", a && a->base.name ? a->base.name : "function");
}

static const LnOption activation_options[] = {
    {"activation", LN_OPT_ACTIVATION, LN_FIELD(Activation, activation), NULL,
     .doc = "a name or a function of one tensor"},
    {0}};

static const LnLayerClass activation_class = {
    .base = {.kind = LN_LAYER, .name = "Activation", .size = sizeof(Activation),
             .options = activation_options,
             .doc = "Applies an activation. Shapes stay.\n"
                    "activation: a name (\"relu\", \"softmax\", ...) or a Lua function.\n"
                    "Example:\n"
                    "  ln.layers.Activation(\"relu\")(ln.tensor{-1, 2})  --> [0. 2.]\n"},
    .built_at_once = true, .masks = true, .call = call, .describe = describe};

// ---- ReLU

static bool init_relu(LnContext *c, void *self) {
  Activation *o = self;
  o->activation = ln_activation_new(c, "relu");
  return o->activation && ln_activation_set(c, o->activation, "max_value", o->max_value) &&
         ln_activation_set(c, o->activation, "negative_slope", o->negative_slope) &&
         ln_activation_set(c, o->activation, "threshold", o->threshold);
}

static const LnOption relu_options[] = {
    {"max_value", LN_OPT_NUMBER, LN_FIELD(Activation, max_value), "none", ">= 0",
     .doc = "nothing grows beyond it"},
    {"negative_slope", LN_OPT_NUMBER, LN_FIELD(Activation, negative_slope), "0", ">= 0",
     .doc = "slope below the threshold"},
    {"threshold", LN_OPT_NUMBER, LN_FIELD(Activation, threshold), "0", ">= 0",
     .doc = "where the identity begins"},
    {0}};

static const LnLayerClass relu_class = {
    .base = {.kind = LN_LAYER, .name = "ReLU", .size = sizeof(Activation),
             .options = relu_options, .init = init_relu, .free = free_activation,
             .doc = "x at or above threshold, negative_slope * (x - threshold) below it, at most "
                    "max_value; the shape stays.\n"
                    "max_value (none), negative_slope (0), threshold (0).\n"
                    "Example:\n"
                    "  ln.layers.ReLU{max_value = 2}(ln.tensor{-1, 1, 3})  --> [0. 1. 2.]\n"},
    .built_at_once = true, .masks = true, .call = call};

// ---- LeakyReLU

static bool init_leaky(LnContext *c, void *self) {
  Activation *o = self;
  o->activation = ln_activation_new(c, "leaky_relu");
  return o->activation &&
         ln_activation_set(c, o->activation, "negative_slope", o->negative_slope);
}

static void describe_slope(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%g", ((const Activation *)self)->negative_slope);
}

static const LnOption leaky_options[] = {
    {"negative_slope", LN_OPT_NUMBER, LN_FIELD(Activation, negative_slope), "0.3", ">= 0",
     .doc = "slope below zero"},
    {0}};

static const LnLayerClass leaky_class = {
    .base = {.kind = LN_LAYER, .name = "LeakyReLU", .size = sizeof(Activation),
             .options = leaky_options, .init = init_leaky, .free = free_activation,
             .doc = "x above zero, negative_slope * x below it; the shape stays.\n"
                    "negative_slope (0.3; the function leaky_relu has 0.2).\n"
                    "Example:\n"
                    "  ln.layers.LeakyReLU(0.5)(ln.tensor{-1, 2})  --> [-0.5 2. ]\n"},
    .built_at_once = true, .masks = true, .call = call, .describe = describe_slope};

// ---- ELU

static bool init_elu(LnContext *c, void *self) {
  Activation *o = self;
  o->activation = ln_activation_new(c, "elu");
  return o->activation && ln_activation_set(c, o->activation, "alpha", o->negative_slope);
}

static const LnOption elu_options[] = {
    {"alpha", LN_OPT_NUMBER, LN_FIELD(Activation, negative_slope), "1",
     .doc = "-alpha is what far negative values become"},
    {0}};

static const LnLayerClass elu_class = {
    .base = {.kind = LN_LAYER, .name = "ELU", .size = sizeof(Activation),
             .options = elu_options, .init = init_elu, .free = free_activation,
             .doc = "x above zero, alpha * (exp(x) - 1) below it (Clevert et al. 2015).\n"
                    "The shape stays. alpha (1).\n"
                    "Example:\n"
                    "  ln.layers.ELU()(ln.tensor{0, 2})  --> [0. 2.]\n"},
    .built_at_once = true, .masks = true, .call = call, .describe = describe_slope};

// ---- Softmax

static LnTensor *softmax(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  LnTensor *mask = args->mask;
  if (mask && mask->dtype != LN_BOOL) mask = ln_gt_number(c, mask, 0.5);
  const LnInts *axes = &((const Activation *)self)->axes;
  return c->err.set ? NULL : ln_masked_softmax(c, in->v[0], axes, mask);
}

static bool init_softmax(LnContext *c, void *self) {
  const LnInts *axes = &((const Activation *)self)->axes;
  return axes->n > 0 || ln_fail(c, "Softmax: axis is a number or a list of numbers");
}

static const LnOption softmax_options[] = {
    {"axis", LN_OPT_AXES, LN_FIELD(Activation, axes), "-1",
     .doc = "one axis or several, over which the results sum to 1"},
    {0}};

static const LnLayerClass softmax_class = {
    .base = {.kind = LN_LAYER, .name = "Softmax", .size = sizeof(Activation),
             .options = softmax_options, .init = init_softmax,
             .doc = "exp(x) / sum(exp(x)) along axis. With a mask, what is masked gets no share.\n"
                    "axis (-1): one axis or a list of them.\n"
                    "Example:\n"
                    "  ln.layers.Softmax()(ln.zeros{1, 4})  --> [[0.25 0.25 0.25 0.25]]\n"},
    .built_at_once = true, .masks = true, .call = softmax};

// ---- PReLU

typedef struct PReLU {
  LnLayer layer;
  LnObject *alpha_initializer, *alpha_regularizer, *alpha_constraint;
  LnInts shared_axes;
} PReLU;

static bool shared(const PReLU *o, int axis, int rank) {
  for (int i = 0; i < o->shared_axes.n; i++)
    if (o->shared_axes.v[i] == axis || o->shared_axes.v[i] + rank == axis) return true;
  return false;
}

static bool build_prelu(LnContext *c, LnLayer *self, const LnTensors *in) {
  const PReLU *o = (const PReLU *)self;
  const LnTensor *x = in->v[0];
  int64_t shape[LN_MAX_RANK];
  for (int i = 0; i < o->shared_axes.n; i++) {
    int axis;
    if (!ln_axis(c, "shared_axes", o->shared_axes.v[i], x->rank, &axis)) return false;
    if (axis == 0) return ln_fail(c, "shared_axes: the batch axis is always shared");
  }
  for (int i = 1; i < x->rank; i++) shape[i - 1] = shared(o, i, x->rank) ? 1 : x->shape[i];
  const LnWeight alpha = {
      .name = "alpha", .rank = x->rank - 1, .shape = shape, .initializer = o->alpha_initializer,
      .regularizer = o->alpha_regularizer, .constraint = o->alpha_constraint, .trainable = true};
  return ln_layer_add_weight(c, self, &alpha);
}

static LnTensor *prelu(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  LnTensor *x = in->v[0], *alpha = ln_autocast(c, self->variables[0]->value);
  if (x->rank != self->built_shape.n) {
    ln_fail(c, "expected an input of rank %d, got shape %s", (int)self->built_shape.n,
            ln_tensor_shape_text(x));
    return NULL;
  }
  for (int i = 1; i < x->rank; i++)
    if (!shared((const PReLU *)self, i, x->rank) && !ln_layer_check_axis(c, self, x, i))
      return NULL;
  return ln_sub(c, ln_relu(c, x), ln_mul(c, alpha, ln_relu(c, ln_neg(c, x))));
}

static const LnOption prelu_options[] = {
    {"alpha_initializer", LN_OPT_INITIALIZER, LN_FIELD(PReLU, alpha_initializer), "zeros",
     .doc = "of the slopes"},
    {"alpha_regularizer", LN_OPT_REGULARIZER, LN_FIELD(PReLU, alpha_regularizer), "none",
     .doc = "of the slopes"},
    {"alpha_constraint", LN_OPT_CONSTRAINT, LN_FIELD(PReLU, alpha_constraint), "none",
     .doc = "of the slopes"},
    {"shared_axes", LN_OPT_AXES, LN_FIELD(PReLU, shared_axes), "none",
     .doc = "axes along which one slope serves: {2, 3} shares height and width of images"},
    {0}};

static const LnLayerClass prelu_class = {
    .base = {.kind = LN_LAYER, .name = "PReLU", .size = sizeof(PReLU), .options = prelu_options,
             .doc = "x above zero, alpha * x below it, alpha being learned (He et al. 2015): one "
                    "for each element\nof a sample, but for shared_axes.\n"
                    "alpha_initializer (\"zeros\"), alpha_regularizer, alpha_constraint (none), "
                    "shared_axes (none).\n"
                    "Example:\n"
                    "  ln.layers.PReLU()(ln.tensor{{-1, 2}})  --> [[0. 2.]]\n"},
    .masks = true, .build = build_prelu, .call = prelu, .min_rank = 1};

const LnLayerClass *const ln_layers_activation[] = {
    &activation_class, &relu_class, &leaky_class, &elu_class, &softmax_class, &prelu_class, NULL};
