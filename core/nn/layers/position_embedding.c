// PositionEmbedding: a trained vector for each place of a sequence (Devlin et al. 2019).
#include <stdio.h>

#include "nn/cache.h"
#include "nn/nn.h"
#include "ops/ops.h"
#include "ops/slice.h"

typedef struct PositionEmbedding {
  LnLayer layer;
  int64_t sequence_length;
  LnObject *initializer;
} PositionEmbedding;

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  const PositionEmbedding *o = (const PositionEmbedding *)self;
  const LnTensor *x = in->v[0];
  const int64_t shape[2] = {o->sequence_length, x->shape[x->rank - 1]};
  if (shape[1] < 0)
    return ln_fail(c, "the last axis of its input must be known, got shape %s",
                   ln_tensor_shape_text(x));
  return ln_layer_add_weight(c, self, &(LnWeight){.name = "embeddings", .rank = 2, .shape = shape,
                                                  .initializer = o->initializer,
                                                  .trainable = true});
}

// Rows of the table for `steps` places behind those that the cache holds.
static LnTensor *rows_behind(LnContext *c, LnTensor *table, int64_t steps) {
  LnTensor *places = ln_temp(c, ln_tensor_new(c, LN_INT64, 1, &steps));
  if (!places) return NULL;
  for (int64_t i = 0; i < steps; i++) ((int64_t *)places->data)[i] = i;
  return ln_take(c, table, ln_add(c, places, c->cache->place), 0);
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  const PositionEmbedding *o = (const PositionEmbedding *)self;
  LnTensor *x = in->v[0], *table = ln_autocast(c, self->variables[0]->value);
  if (!table) return NULL;
  const int64_t steps = x->shape[x->rank - 2];
  (void)args;
  if (steps > o->sequence_length) {
    ln_fail(c, "it has embeddings of %lld places, and the input, of shape %s, has more steps",
            (long long)o->sequence_length, ln_tensor_shape_text(x));
    return NULL;
  }
  if (!ln_layer_check_axis(c, self, x, -1)) return NULL;
  if (x->meta) return ln_temp(c, ln_tensor_meta(c, (LnDtype)table->dtype, x->rank, x->shape));
  LnTensor *rows = c->cache ? rows_behind(c, table, steps) : ln_narrow(c, table, 0, 0, steps);
  return ln_broadcast_to(c, rows, x->rank, x->shape);
}

static bool compute_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  (void)c, (void)self;
  *mask = in->v[0]->mask;
  return true;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%lld places", (long long)((const PositionEmbedding *)self)->sequence_length);
}

static const LnOption options[] = {
    {"sequence_length", LN_OPT_INTEGER, LN_FIELD(PositionEmbedding, sequence_length), NULL, "> 0",
     .doc = "how many places have a vector"},
    {"initializer", LN_OPT_INITIALIZER, LN_FIELD(PositionEmbedding, initializer), "glorot_uniform",
     .nullable = true, .doc = "of the vectors"},
    {0}};

static const LnLayerClass position_embedding = {
    .base = {.kind = LN_LAYER, .name = "PositionEmbedding", .size = sizeof(PositionEmbedding),
             .options = options,
             .doc = "A trained vector for each place of a sequence, to be added to what stands "
                    "there.\n"
                    "sequence_length; initializer (\"glorot_uniform\").\n"
                    "Shapes: (.., steps, features) give the same shape, the first `steps` vectors; "
                    "in a call with\na cache, those that follow its steps.\n"
                    "Errors: more steps than sequence_length.\n"
                    "Example:\n"
                    "  local x = ln.zeros{2, 3, 4}\n"
                    "  local places = ln.layers.PositionEmbedding(10)\n"
                    "  (x + places(x)).shape  --> (2, 3, 4)\n"},
    .build = build, .call = call, .compute_mask = compute_mask, .min_rank = 2,
    .describe = describe};

const LnLayerClass *const ln_layers_position_embedding[] = {&position_embedding, NULL};
