// Dense: the fully connected layer.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/dense.h"
#include "ops/ops.h"

typedef struct Dense {
  LnLayer layer;
  int64_t units;
  LnActivation *activation;
  bool use_bias;
  LnObject *kernel_initializer, *bias_initializer;
  LnObject *kernel_regularizer, *bias_regularizer, *activity_regularizer;
  LnObject *kernel_constraint, *bias_constraint;
  int fused;   // what the one op does of the activation
} Dense;

static bool init(LnContext *c, void *self) {
  Dense *o = self;
  if (!o->activation && !(o->activation = ln_activation_new(c, "linear"))) return false;
  o->fused = ln_activation_fused(o->activation);
  return true;
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  const Dense *o = (const Dense *)self;
  int64_t kernel[2] = {in->v[0]->shape[in->v[0]->rank - 1], o->units};
  const LnWeight weights[2] = {
      {.name = "kernel", .rank = 2, .shape = kernel, .initializer = o->kernel_initializer,
       .regularizer = o->kernel_regularizer, .constraint = o->kernel_constraint,
       .trainable = true},
      {.name = "bias", .rank = 1, .shape = &o->units, .initializer = o->bias_initializer,
       .regularizer = o->bias_regularizer, .constraint = o->bias_constraint, .trainable = true}};
  return ln_layer_add_weight(c, self, &weights[0]) &&
         (!o->use_bias || ln_layer_add_weight(c, self, &weights[1]));
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const Dense *o = (const Dense *)self;
  // x is (.., in), kernel (in, units), bias (units)
  LnTensor *kernel = ln_autocast(c, self->variables[0]->value);
  LnTensor *bias = o->use_bias ? ln_autocast(c, self->variables[1]->value) : NULL;
  LnTensor *y = ln_dense(c, in->v[0], kernel, bias, o->fused);
  if (o->fused == LN_DENSE_LINEAR) y = ln_activate(c, o->activation, y);
  return ln_add_activity_loss(c, o->activity_regularizer, y) ? y : NULL;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const Dense *o = (const Dense *)self;
  const char *activation = o->activation->base.name ? o->activation->base.name : "function";
  if (self->built)
    snprintf(out, size, "%lld -> %lld, %s", (long long)self->variables[0]->value->shape[0],
             (long long)o->units, activation);
  else
    snprintf(out, size, "%lld, %s", (long long)o->units, activation);
}

static const LnOption options[] = {
    {"units", LN_OPT_INTEGER, LN_FIELD(Dense, units), NULL, "> 0", .doc = "number of outputs"},
    {"activation", LN_OPT_ACTIVATION, LN_FIELD(Dense, activation), "linear", .nullable = true,
     .doc = "applied to the result: a name or a function of one tensor"},
    {"use_bias", LN_OPT_BOOL, LN_FIELD(Dense, use_bias), "true", .doc = "whether a bias is added"},
    {"kernel_initializer", LN_OPT_INITIALIZER, LN_FIELD(Dense, kernel_initializer),
     "glorot_uniform", .nullable = true, .doc = "of the kernel"},
    {"bias_initializer", LN_OPT_INITIALIZER, LN_FIELD(Dense, bias_initializer), "zeros",
     .nullable = true, .doc = "of the bias"},
    {"kernel_regularizer", LN_OPT_REGULARIZER, LN_FIELD(Dense, kernel_regularizer), "none",
     .doc = "adds to the loss by the kernel"},
    {"bias_regularizer", LN_OPT_REGULARIZER, LN_FIELD(Dense, bias_regularizer), "none",
     .doc = "adds to the loss by the bias"},
    {"activity_regularizer", LN_OPT_REGULARIZER, LN_FIELD(Dense, activity_regularizer), "none",
     .doc = "adds to the loss by the output, divided by the batch size"},
    {"kernel_constraint", LN_OPT_CONSTRAINT, LN_FIELD(Dense, kernel_constraint), "none",
     .doc = "what the kernel is brought back to after each step"},
    {"bias_constraint", LN_OPT_CONSTRAINT, LN_FIELD(Dense, bias_constraint), "none",
     .doc = "what the bias is brought back to after each step"},
    {0}};

static const LnLayerClass dense = {
    .base = {.kind = LN_LAYER, .name = "Dense", .size = sizeof(Dense), .options = options,
             .init = init, .unsaid_none = "activity_regularizer",
             .doc = "activation(x kernel + bias), along the last axis: (.., in) -> (.., units).\n"
                    "units; activation (\"linear\"), use_bias (true), kernel_initializer "
                    "(\"glorot_uniform\"),\nbias_initializer (\"zeros\"), kernel_regularizer, "
                    "bias_regularizer, activity_regularizer,\nkernel_constraint, bias_constraint "
                    "(none).\n"
                    "Weights: kernel (in, units), bias (units). An input of rank 1, or one whose "
                    "last axis is not what\nthe layer was built for, is an error.\n"
                    "Example:\n"
                    "  local layer = ln.layers.Dense{2, activation = \"relu\"}\n"
                    "  layer(ln.zeros{32, 784}).shape  --> (32, 2)\n"},
    .build = build, .call = call, .masks = true, .keeps_dtype = true, .describe = describe,
    .min_rank = 2,
    .fixed_last = true, .rows_apart = true};

const LnLayerClass *const ln_layers_dense[] = {&dense, NULL};
