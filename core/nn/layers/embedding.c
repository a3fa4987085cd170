// Embedding: a trained vector for each id.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/ops.h"

typedef struct Embedding {
  LnLayer layer;
  int64_t input_dim, output_dim;
  LnObject *embeddings_initializer, *embeddings_regularizer, *embeddings_constraint;
  LnObject *activity_regularizer;
  bool mask_zero;
  LnTensor *weights;   // what the embeddings are at first; NULL: the initializer's
} Embedding;

static bool check_weights(LnContext *c, const Embedding *o) {
  const LnTensor *w = o->weights;
  const int64_t *shape = w->shape + (w->rank == 3);   // a list of one matrix will do
  if ((w->rank == 2 || (w->rank == 3 && w->shape[0] == 1)) && shape[0] == o->input_dim &&
      shape[1] == o->output_dim)
    return true;
  return ln_fail(c, "Embedding: weights of shape (%lld, %lld) expected, got %s",
                 (long long)o->input_dim, (long long)o->output_dim, ln_tensor_shape_text(w));
}

static bool init(LnContext *c, void *self) {
  Embedding *o = self;
  o->layer.supports_masking = o->mask_zero;
  if (!o->weights) return true;
  if (!check_weights(c, o)) return false;
  // Given weights are there at once, as in Keras; a class in Lua is not ready before its init ends.
  if (o->layer.base.lua || o->layer.base.lua_build) return true;
  LnTensor *ids = ln_temp(c, ln_tensor_meta(c, LN_INT32, 1, (const int64_t[]){-1}));
  return ids && ln_layer_build(c, &o->layer, &(LnTensors){1, &ids});
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  (void)in;
  const Embedding *o = (const Embedding *)self;
  const LnWeight weight = {.name = "embeddings", .rank = 2,
                           .shape = (const int64_t[]){o->input_dim, o->output_dim},
                           .initializer = o->embeddings_initializer,
                           .regularizer = o->embeddings_regularizer,
                           .constraint = o->embeddings_constraint, .trainable = true};
  const LnVariable *v = ln_layer_add_weight(c, self, &weight);
  if (!v || !o->weights) return v != NULL;
  return ln_tensor_assign(c, v->value, ln_reshape(c, o->weights, 2, weight.shape));
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const Embedding *o = (const Embedding *)self;
  LnTensor *ids = in->v[0];
  if (ids->dtype == LN_BOOL) ids = ln_cast(c, ids, LN_INT32);
  // In mixed precision the vectors are cast, not the whole table.
  LnTensor *y = ln_take(c, self->variables[0]->value, ids, 0);
  y = ln_cast(c, y, (LnDtype)self->dtype.compute);
  return ln_add_activity_loss(c, o->activity_regularizer, y) ? y : NULL;
}

static bool compute_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  if (!((const Embedding *)self)->mask_zero) return true;
  LnTensor *ids = in->v[0];
  return (*mask = ln_ne(c, ids, ln_temp(c, ln_tensor_scalar(c, (LnDtype)ids->dtype, 0)))) != NULL;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const Embedding *o = (const Embedding *)self;
  snprintf(out, size, "%lld -> %lld", (long long)o->input_dim, (long long)o->output_dim);
}

static const LnOption options[] = {
    {"input_dim", LN_OPT_INTEGER, LN_FIELD(Embedding, input_dim), NULL, "> 0",
     .doc = "how many ids there are: 0 .. input_dim - 1"},
    {"output_dim", LN_OPT_INTEGER, LN_FIELD(Embedding, output_dim), NULL, "> 0",
     .doc = "length of a vector"},
    {"embeddings_initializer", LN_OPT_INITIALIZER, LN_FIELD(Embedding, embeddings_initializer),
     "uniform", .nullable = true, .doc = "of the embeddings"},
    {"embeddings_regularizer", LN_OPT_REGULARIZER, LN_FIELD(Embedding, embeddings_regularizer),
     "none", .doc = "adds to the loss by the embeddings"},
    {"embeddings_constraint", LN_OPT_CONSTRAINT, LN_FIELD(Embedding, embeddings_constraint),
     "none", .doc = "what the embeddings are brought back to after each step"},
    {"mask_zero", LN_OPT_BOOL, LN_FIELD(Embedding, mask_zero), "false",
     .doc = "whether id 0 is padding: steps that have it are masked"},
    {"weights", LN_OPT_TENSOR, LN_FIELD(Embedding, weights), "none",
     .doc = "what the embeddings are at first, (input_dim, output_dim), or a list of that"},
    {"activity_regularizer", LN_OPT_REGULARIZER, LN_FIELD(Embedding, activity_regularizer), "none",
     .config_only = true, .doc = "adds to the loss by the output, divided by the batch size"},
    {0}};

static const LnLayerClass embedding = {
    .base = {.kind = LN_LAYER, .name = "Embedding", .size = sizeof(Embedding), .options = options,
             .init = init, .unsaid = "weights",
             .doc = "A trained vector for each id: ids (batch, steps), or of any shape, give "
                    "(batch, steps, output_dim).\n"
                    "input_dim, output_dim; embeddings_initializer (\"uniform\"), "
                    "embeddings_regularizer, embeddings_constraint\n(none), mask_zero (false), "
                    "weights, activity_regularizer (none). Given weights stay as they "
                    "are where trainable = false.\n"
                    "Weights: embeddings (input_dim, output_dim). Ids count from 0; with mask_zero "
                    "0 is padding, which layers,\nlosses and metrics that come after leave out.\n"
                    "Errors: ids that are not whole numbers, or not within 0 .. input_dim - 1; "
                    "weights of another shape.\n"
                    "Example:\n"
                    "  local layer = ln.layers.Embedding{3, 2, weights = {{0, 0}, {1, 2}, "
                    "{3, 4}}}\n"
                    "  layer(ln.tensor{2, 1}):flatten()  --> [3. 4. 1. 2.]\n"},
    .build = build, .call = call, .compute_mask = compute_mask, .takes_ids = true,
    .describe = describe, .rows_apart = true};

const LnLayerClass *const ln_layers_embedding[] = {&embedding, NULL};
