// Attention, AdditiveAttention: each step of a query sees the steps of a value by how well their
// keys fit it (Luong et al. 2015; Bahdanau et al. 2015).
#include "base/random.h"
#include "nn/layers/_attention.h"
#include "ops/noise.h"
#include "ops/ops.h"

typedef struct Attention {
  LnLayer layer;
  bool use_scale;
  int concat;        // score_mode: 0 "dot", 1 "concat"
  double dropout;
  int64_t seed;
  LnTensor *state;   // of its own generator; NULL: the context's
  LnVariable *scale, *concat_weight;
} Attention;

enum { RETURN_SCORES, USE_CAUSAL_MASK };
static const LnArgument arguments[] = {
    {"return_attention_scores", LN_ARG_FLAG, false}, {"use_causal_mask", LN_ARG_FLAG, false}, {0}};

static bool init(LnContext *c, void *self) {
  Attention *o = self;
  if (o->seed == LN_NONE) return true;
  LnRandom r;
  ln_random_seed(&r, (uint64_t)o->seed);
  o->state = ln_random_state(c, &r);
  return o->state != NULL;
}

static void free_attention(void *self) { ln_release(((Attention *)self)->state); }

static LnTensor *generator(const LnLayer *self) { return ((const Attention *)self)->state; }

static LnVariable *add_ones(LnContext *c, LnLayer *self, const char *name) {
  LnObject *ones = ln_object_by_name(c, LN_INITIALIZER, "ones");
  if (!ones) return NULL;
  LnVariable *v = ln_layer_add_weight(
      c, self, &(LnWeight){.name = name, .initializer = ones, .trainable = true});
  ln_object_release(ones);
  return v;
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  Attention *o = (Attention *)self;
  (void)in;
  if (o->use_scale && !(o->scale = add_ones(c, self, "scale"))) return false;
  return !o->concat || (o->concat_weight = add_ones(c, self, "concat_score_weight")) != NULL;
}

static bool build_additive(LnContext *c, LnLayer *self, const LnTensors *in) {
  Attention *o = (Attention *)self;
  const LnTensor *query = in->v[0];
  const int64_t dim = query->shape[query->rank - 1];
  if (!o->use_scale) return true;
  if (dim < 0)
    return ln_fail(c, "the last axis of the query must be known, got shape %s",
                   ln_tensor_shape_text(query));
  LnObject *glorot = ln_object_by_name(c, LN_INITIALIZER, "glorot_uniform");
  if (!glorot) return false;
  o->scale = ln_layer_add_weight(c, self, &(LnWeight){.name = "scale", .rank = 1, .shape = &dim,
                                                      .initializer = glorot, .trainable = true});
  ln_object_release(glorot);
  return o->scale != NULL;
}

// ---- scores: query (..., Tq, dim), key (..., Tv, dim) -> (..., Tq, Tv)

static LnTensor *scaled(LnContext *c, const Attention *o, LnTensor *x) {
  return o->use_scale ? ln_mul(c, x, ln_autocast(c, o->scale->value)) : x;
}

// query + key, (..., Tq, Tv, dim)
static LnTensor *sums(LnContext *c, LnTensor *query, LnTensor *key) {
  return ln_add(c, ln_expand_dims(c, query, -2), ln_expand_dims(c, key, -3));
}

static LnTensor *scores_of(LnContext *c, const Attention *o, LnTensor *query, LnTensor *key) {
  if (!o->concat) return scaled(c, o, ln_matmul(c, query, ln_transpose(c, key)));
  LnTensor *fits = ln_tanh(c, scaled(c, o, sums(c, query, key)));
  return ln_mul(c, ln_sum(c, fits, -1, false), ln_autocast(c, o->concat_weight->value));
}

static LnTensor *additive_scores(LnContext *c, const Attention *o, LnTensor *query, LnTensor *key) {
  return ln_sum(c, scaled(c, o, ln_tanh(c, sums(c, query, key))), -1, false);
}

// ---- masks

// The scores with those of what is masked far below the others.
static LnTensor *masked_scores(LnContext *c, LnTensor *scores, LnTensor *value_mask, bool causal) {
  LnTensor *mask = value_mask;
  if (!scores || (!mask && !causal)) return scores;
  if (mask && (causal || mask->rank == 2)) mask = ln_expand_dims(c, mask, -2);
  if (causal)
    mask = ln_and_masks(c, mask, ln_band_mask(c, scores->shape[scores->rank - 2],
                                              scores->shape[scores->rank - 1], true, 0));
  return ln_mask_scores(c, scores, mask);
}

static bool compute_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  (void)c, (void)self;
  *mask = in->v[0]->mask;
  return true;
}

// ---- calls

typedef LnTensor *(*Scores)(LnContext *c, const Attention *o, LnTensor *query, LnTensor *key);

static bool attend(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                   Scores score, LnTensor **out, int max_out, int *n_out) {
  const Attention *o = (const Attention *)self;
  LnTensor *query = in->v[0], *value = in->v[1], *key = in->n > 2 ? in->v[2] : value;
  const bool returns_scores = ln_call_flag(args, RETURN_SCORES);
  if (max_out < 1 + returns_scores)
    return ln_fail(c, "it gives %d outputs, where at most %d are taken", 1 + returns_scores,
                   max_out);
  LnTensor *weights = masked_scores(c, score(c, o, query, key), value->mask,
                                    ln_call_flag(args, USE_CAUSAL_MASK));
  weights = ln_softmax(c, weights, -1);
  if (args->training && o->dropout > 0) weights = ln_dropout(c, weights, o->state, o->dropout);
  LnTensor *y = ln_matmul(c, weights, value);
  if (y && query->mask) {
    LnTensor *zero = ln_temp(c, ln_tensor_scalar(c, (LnDtype)y->dtype, 0));
    y = ln_where(c, ln_expand_dims(c, query->mask, -1), y, zero);
  }
  out[0] = y;
  if (returns_scores) out[1] = weights;
  *n_out = 1 + returns_scores;
  return y != NULL;
}

static bool call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                 LnTensor **out, int max_out, int *n_out) {
  return attend(c, self, in, args, scores_of, out, max_out, n_out);
}

static bool call_additive(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                          LnTensor **out, int max_out, int *n_out) {
  return attend(c, self, in, args, additive_scores, out, max_out, n_out);
}

#define DROPOUT                                                                               \
  {"dropout", LN_OPT_NUMBER, LN_FIELD(Attention, dropout), "0", "[0, 1]",                     \
   .doc = "the share of the scores that is dropped in training"},                             \
  {"seed", LN_OPT_INTEGER, LN_FIELD(Attention, seed), "none",                                 \
   .doc = "of a generator of its own; none: the one of set_seed"}

static const LnOption attention_options[] = {
    {"use_scale", LN_OPT_BOOL, LN_FIELD(Attention, use_scale), "false",
     .doc = "whether a trained number scales the scores"},
    {"score_mode", LN_OPT_CHOICE, LN_FIELD(Attention, concat), "dot", .choices = "dot concat",
     .doc = "how well a key fits a query: their product, or the sum of tanh(query + key)"},
    DROPOUT, {0}};

static const LnOption additive_options[] = {
    {"use_scale", LN_OPT_BOOL, LN_FIELD(Attention, use_scale), "true",
     .doc = "whether trained numbers, one for each feature, scale the tanh"},
    DROPOUT, {0}};

#define CALLED                                                                                \
  "Called on {query, value} or {query, value, key}, or by position or name: (batch, Tq, dim), "  \
  "(batch, Tv,\nvalues), (batch, Tv, dim) give (batch, Tq, values); key is value when it is not " \
  "given.\nOptions of the call: mask = {query mask, value mask} (those of the tensors), of "     \
  "shapes (batch, Tq) and\n(batch, Tv); use_causal_mask (false): no step sees later ones; "      \
  "return_attention_scores (false): the\nscores (batch, Tq, Tv), which sum to 1 for each "       \
  "query, are a second result; training.\n"                                                     \
  "Errors: fewer than two inputs; shapes that do not fit; unknown arguments.\n"

static const LnLayerClass attention = {
    .base = {.kind = LN_LAYER, .name = "Attention", .size = sizeof(Attention),
             .options = attention_options, .init = init, .free = free_attention,
             .doc = "Dot-product attention (Luong et al. 2015): for each step of the query the "
                    "mean of the values,\nweighted by the softmax of the scores.\n"
                    "use_scale (false), score_mode (\"dot\"), dropout (0), seed (none).\n" CALLED
                    "Example:\n"
                    "  local query, value = ln.ones{2, 3, 4}, ln.ones{2, 5, 4}\n"
                    "  local y, scores = ln.layers.Attention()(query, value,\n"
                    "    {return_attention_scores = true})\n"
                    "  print(y.shape, scores.shape)  --> (2, 3, 4) (2, 3, 5)\n"},
    .build = build, .call_all = call, .min_in = 2, .max_in = 3, .min_rank = 2,
    .compute_mask = compute_mask, .generator = generator, .inputs = "query value key",
    .arguments = arguments};

static const LnLayerClass additive = {
    .base = {.kind = LN_LAYER, .name = "AdditiveAttention", .size = sizeof(Attention),
             .options = additive_options, .init = init, .free = free_attention,
             .doc = "Additive attention (Bahdanau et al. 2015): as Attention, but a key fits a "
                    "query by the sum of\ntanh(query + key) over the features, which have trained "
                    "weights.\n"
                    "use_scale (true), dropout (0), seed (none).\n" CALLED
                    "Example:\n"
                    "  local query, value = ln.ones{2, 3, 4}, ln.ones{2, 5, 4}\n"
                    "  print(ln.layers.AdditiveAttention(){query, value}.shape)  --> (2, 3, 4)\n"},
    .build = build_additive, .call_all = call_additive, .min_in = 2, .max_in = 3, .min_rank = 2,
    .compute_mask = compute_mask, .generator = generator, .inputs = "query value key",
    .arguments = arguments};

const LnLayerClass *const ln_layers_attention[] = {&attention, &additive, NULL};
