// MultiHeadAttention, GroupQueryAttention: several attentions at once, each over projections of its
// own (Vaswani et al. 2017); of the second one, several queries share a key (Ainslie et al. 2023).
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "nn/layers/_attention.h"
#include "nn/layers/_einsum_dense.h"
#include "nn/cache.h"
#include "ops/attention.h"
#include "ops/einsum.h"
#include "ops/noise.h"
#include "ops/ops.h"

typedef struct MultiHead {
  LnLayer layer;
  int64_t num_heads, key_dim, value_dim, sliding_window, seed;
  int64_t key_heads;      // LN_NONE: num_heads
  double dropout;
  bool use_bias, use_gate;
  LnInts output_shape;    // n = -1: the query's last axis
  LnInts attention_axes;  // of the inputs; n = -1: all between the batch and the features
  LnObject *kernel_initializer, *bias_initializer;
  LnObject *kernel_regularizer, *bias_regularizer, *activity_regularizer;
  LnObject *kernel_constraint, *bias_constraint;
  LnTensor *state;        // of its own generator; NULL: the context's
} MultiHead;

enum { QUERY_MASK, VALUE_MASK, KEY_MASK, ATTENTION_MASK, RETURN_SCORES, USE_CAUSAL_MASK };
static const LnArgument arguments[] = {
    {"query_mask", LN_ARG_TENSOR, false}, {"value_mask", LN_ARG_TENSOR, false},
    {"key_mask", LN_ARG_TENSOR, false}, {"attention_mask", LN_ARG_TENSOR, false},
    {"return_attention_scores", LN_ARG_FLAG, false}, {"use_causal_mask", LN_ARG_FLAG, false}, {0}};

// Their children in this order; the gate is left out where there is none.
static const char parts[] = "query:query_dense key:key_dense gate:_gate_dense value:value_dense "
                            "attention_output:output_dense";
static const char group_parts[] =
    "query:_query_dense key:_key_dense gate:_gate_dense value:_value_dense "
    "attention_output:_output_dense";

static bool init(LnContext *c, void *self) {
  MultiHead *o = self;
  if (o->value_dim == LN_NONE) o->value_dim = o->key_dim;
  if (o->key_heads == LN_NONE) o->key_heads = o->num_heads;
  if (o->num_heads % o->key_heads)
    return ln_fail(c, "num_query_heads should be a multiple of num_key_value_heads, got %lld and "
                   "%lld", (long long)o->num_heads, (long long)o->key_heads);
  if (o->seed == LN_NONE) return true;
  LnRandom r;
  ln_random_seed(&r, (uint64_t)o->seed);
  o->state = ln_random_state(c, &r);
  return o->state != NULL;
}

// What Keras's layer has no option for.
static bool init_multi(LnContext *c, void *self) {
  ((MultiHead *)self)->key_heads = LN_NONE;
  return init(c, self);
}

static bool init_group(LnContext *c, void *self) {
  MultiHead *o = self;
  o->value_dim = LN_NONE;
  o->output_shape.n = o->attention_axes.n = -1;
  return init(c, self);
}

static void free_multi_head(void *self) { ln_release(((MultiHead *)self)->state); }

static LnTensor *generator(const LnLayer *self) { return ((const MultiHead *)self)->state; }

// ---- equations: labels a, b, c, ... of the axes in their order

static size_t add_labels(char *text, size_t n, int first, int count) {
  for (int i = 0; i < count; i++) text[n++] = (char)('a' + first + i);
  text[n] = '\0';
  return n;
}

// Axes that are kept, then bound ones, which are summed over; added ones take their place:
// "abc,cde->abde".
static void projection(int kept, int bound, int added, char *text, char *bias_axes) {
  size_t n = add_labels(text, 0, 0, kept + bound);
  text[n++] = ',';
  n = add_labels(text, n, kept, bound + added);
  text[n++] = '-', text[n++] = '>';
  n = add_labels(text, n, 0, kept);
  add_labels(text, n, kept + bound, added);
  add_labels(bias_axes, 0, kept + bound, added);
}

static bool attends(const MultiHead *o, int axis) {
  for (int i = 0; i < o->attention_axes.n; i++)
    if (o->attention_axes.v[i] == axis) return true;
  return false;
}

// Of projected tensors of this rank, (batch .., steps .., heads, features): scores of key and query
// "aecd,abcd->acbe", and values by scores "acbe,aecd->abcd".
static void attention_equations(const MultiHead *o, int rank, char *scores, char *combine) {
  char source[LN_MAX_RANK + 1] = "", target[LN_MAX_RANK + 1], product[2 * LN_MAX_RANK + 1];
  int next = rank, n = 0;
  add_labels(target, 0, 0, rank);
  for (int i = 0; i < rank; i++) source[i] = attends(o, i) ? (char)('a' + next++) : target[i];
  source[rank] = '\0';
  for (int i = 0; i < rank - 1; i++)
    if (!attends(o, i)) product[n++] = target[i];
  for (int i = 0; i < o->attention_axes.n; i++) product[n++] = target[o->attention_axes.v[i]];
  for (int i = 0; i < o->attention_axes.n; i++) product[n++] = source[o->attention_axes.v[i]];
  product[n] = '\0';
  sprintf(scores, "%s,%s->%s", source, target, product);
  sprintf(combine, "%s,%s->%s", product, source, target);
}

// ---- building

static char *copy_text(const char *text) {
  char *copy = malloc(strlen(text) + 1);
  return copy ? strcpy(copy, text) : NULL;
}

// A child that projects: `kept` axes of x stay, `bound` ones become those of these sizes.
static bool add_projection(LnContext *c, MultiHead *o, const char *name, int kept, int bound,
                           const LnInts *sizes, const char *activation, LnTensor *x) {
  EinsumDense *d = (EinsumDense *)ln_object_new(c, ln_class_find(LN_LAYER, "EinsumDense"));
  char equation[64], bias_axes[LN_MAX_RANK + 1];
  if (!d) return false;
  projection(kept, bound, (int)sizes->n, equation, bias_axes);
  free(d->layer.base.name);
  d->layer.base.name = copy_text(name);
  d->equation = copy_text(equation);
  d->output_shape.n = kept - 1 + sizes->n;
  for (int i = 0; i < kept - 1; i++) d->output_shape.v[i] = -1;
  memcpy(d->output_shape.v + kept - 1, sizes->v, (size_t)sizes->n * sizeof *sizes->v);
  bool done = d->layer.base.name && d->equation;
  if (o->use_bias) done = (d->bias_axes = copy_text(bias_axes)) && done;
  if (!done) ln_fail(c, "out of memory");
  d->layer.dtype = o->layer.dtype;
  if (activation && done) done = (d->activation = ln_activation_new(c, activation)) != NULL;
#define SHARE(part) ln_object_release(d->part), d->part = ln_object_retain(o->part)
  SHARE(kernel_initializer), SHARE(bias_initializer);
  SHARE(kernel_regularizer), SHARE(bias_regularizer), SHARE(activity_regularizer);
  SHARE(kernel_constraint), SHARE(bias_constraint);
#undef SHARE
  done = done && ln_object_init(c, &d->layer.base) &&
         ln_layer_add_child(c, &o->layer, &d->layer) &&
         ln_layer_build(c, &d->layer, &(LnTensors){1, &x});
  ln_object_release(d);
  return done;
}

// Axes from the batch's on, each once, none of them the batch's or the features'.
static bool resolve_axes(LnContext *c, MultiHead *o, int rank) {
  LnInts *axes = &o->attention_axes;
  if (axes->n < 0) {
    axes->n = rank - 2;
    for (int i = 0; i < axes->n; i++) axes->v[i] = i + 1;
  }
  for (int i = 0; i < axes->n; i++) {
    int64_t axis = axes->v[i] < 0 ? axes->v[i] + rank : axes->v[i];
    bool twice = false;
    for (int k = 0; k < i; k++) twice = twice || axes->v[k] == axis;
    if (axis < 1 || axis > rank - 2 || twice)
      return ln_fail(c, "attention_axes are different ones between the batch and the features of "
                     "an input of rank %d, got %lld", rank,
                     (long long)axes->v[i] + (axes->v[i] >= 0));
    axes->v[i] = axis;
  }
  return axes->n > 0 || ln_fail(c, "there is no axis to attend over");
}

static bool check_shapes(LnContext *c, const LnTensor *query, const LnTensor *value,
                         const LnTensor *key) {
  bool fits = query->rank == value->rank && value->rank == key->rank;
  for (int i = 1; fits && i < value->rank - 1; i++)
    fits = ln_dims_fit(value->shape[i], key->shape[i]);
  if (!fits)
    return ln_fail(c, "query, value and key of one rank, value and key of the same steps expected, "
                   "got shapes %s, %s and %s", ln_tensor_shape_text(query),
                   ln_tensor_shape_text(value), ln_tensor_shape_text(key));
  // Two axes more in scores, and one in projections.
  if (2 * query->rank - 2 > LN_MAX_RANK)
    return ln_fail(c, "inputs of rank %d have scores of too many axes", query->rank);
  return true;
}

// Axes that are not attended over are the same of the query and the value.
static bool check_others(LnContext *c, const MultiHead *o, const LnTensor *query,
                         const LnTensor *value) {
  for (int i = 0; i < query->rank - 1; i++)
    if (!attends(o, i) && !ln_dims_fit(query->shape[i], value->shape[i]))
      return ln_fail(c, "axis %d, which is not attended over, is of one size in query and value, "
                     "got shapes %s and %s", i + 1, ln_tensor_shape_text(query),
                     ln_tensor_shape_text(value));
  return true;
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  MultiHead *o = (MultiHead *)self;
  LnTensor *query = in->v[0], *value = in->v[1], *key = in->n > 2 ? in->v[2] : value;
  const int rank = query->rank;
  const LnInts queries = {2, {o->num_heads, o->key_dim}}, gates = {2, {o->num_heads, o->value_dim}};
  const LnInts keys = {2, {o->key_heads, o->key_dim}}, values = {2, {o->key_heads, o->value_dim}};
  LnInts output = o->output_shape;
  if (!check_shapes(c, query, value, key) || !resolve_axes(c, o, rank) ||
      !check_others(c, o, query, value))
    return false;
  if (output.n <= 0) output = (LnInts){1, {query->shape[rank - 1]}};
  if (!add_projection(c, o, "query", rank - 1, 1, &queries, NULL, query) ||
      !add_projection(c, o, "key", rank - 1, 1, &keys, NULL, key) ||
      (o->use_gate && !add_projection(c, o, "gate", rank - 1, 1, &gates, "sigmoid", query)) ||
      !add_projection(c, o, "value", rank - 1, 1, &values, NULL, value))
    return false;
  int64_t shape[LN_MAX_RANK];
  for (int i = 0; i < rank - 1; i++) shape[i] = query->shape[i];
  shape[rank - 1] = o->num_heads;
  shape[rank] = o->value_dim;
  LnTensor *attended = ln_temp(c, ln_tensor_meta(c, (LnDtype)query->dtype, rank + 1, shape));
  return attended && add_projection(c, o, "attention_output", rank - 1, 2, &output, NULL, attended);
}

// ---- calls

static LnTensor *truths(LnContext *c, LnTensor *mask) {
  return mask && mask->dtype != LN_BOOL ? ln_cast(c, mask, LN_BOOL) : mask;
}

// An argument, or else the mask of its tensor.
static LnTensor *mask_of(LnContext *c, const LnCallArgs *args, int i, const LnTensor *x) {
  LnTensor *given = ln_call_tensor(args, i);
  return truths(c, given ? given : x ? x->mask : NULL);
}

// Which steps of the value are seen, (batch, S), NULL: all.
static LnTensor *key_mask(LnContext *c, const LnTensors *in, const LnCallArgs *args) {
  LnTensor *seen = mask_of(c, args, VALUE_MASK, in->v[1]);
  LnTensor *keys = mask_of(c, args, KEY_MASK, in->n > 2 ? in->v[2] : NULL);
  return seen || keys ? ln_and_masks(c, seen, keys) : NULL;
}

// Who sees whom but for what places say, (batch, T, S), NULL: all see all. False with an error.
static bool attention_mask(LnContext *c, const LnTensors *in, const LnCallArgs *args,
                           LnTensor **mask) {
  LnTensor *asked = mask_of(c, args, QUERY_MASK, in->v[0]), *seen = key_mask(c, in, args);
  LnTensor *given = ln_call_tensor(args, ATTENTION_MASK), *m = NULL;
  if (asked) m = ln_expand_dims(c, asked, -1);
  if (seen) m = ln_and_masks(c, m, ln_expand_dims(c, seen, -2));
  if (given) m = ln_and_masks(c, m, truths(c, given));
  *mask = m;
  return !c->err.set;
}

static LnAttend how_of(const MultiHead *o, const LnCallArgs *args) {
  return (LnAttend){1 / sqrt((double)o->key_dim), ln_call_flag(args, USE_CAUSAL_MASK),
                    o->sliding_window > 0 ? o->sliding_window : 0};
}

static LnTensor *project(LnContext *c, const MultiHead *o, int child, LnTensor *x,
                         const LnCallArgs *args) {
  const LnCallArgs plain = {.training = args->training};
  if (x) x = ln_masked(c, x, NULL);   // its mask is seen to here
  return ln_layer_call1(c, o->layer.children[child], x, &plain);
}

// Softmax of the scores, (batch, heads, T, S).
static LnTensor *weights_of(LnContext *c, const MultiHead *o, const char *equation, LnTensor *query,
                            LnTensor *key, LnTensor *mask, const LnAttend *how) {
  query = ln_mul_number(c, query, how->scale);
  if (query && key && (how->causal || how->window > 0))
    mask = ln_and_masks(c, mask, ln_band_mask(c, query->shape[1], key->shape[1], how->causal,
                                              how->window));
  LnTensor *operands[2] = {key, query}, *scores = ln_einsum(c, equation, operands, 2);
  LnInts axes = {.n = o->attention_axes.n};   // the last ones, of what is attended to
  for (int i = 0; i < axes.n; i++) axes.v[i] = -1 - i;
  while (scores && mask && mask->rank < scores->rank)
    mask = ln_expand_dims(c, mask, -(2 * o->attention_axes.n + 1));
  return c->err.set ? NULL : ln_masked_softmax(c, scores, &axes, mask);
}

// Shapes alone: sizes may be unknown in several axes.
static bool call_meta(LnContext *c, const MultiHead *o, const LnTensors *in, const LnCallArgs *args,
                      LnTensor **out, int *n_out) {
  const LnTensor *query = in->v[0], *value = in->v[1];
  const int rank = query->rank;
  int64_t shape[LN_MAX_RANK];
  int n = 0;
  for (int i = 0; i < rank - 1; i++) shape[i] = query->shape[i];
  shape[rank - 1] = o->num_heads, shape[rank] = o->value_dim;
  LnTensor *y = ln_temp(c, ln_tensor_meta(c, (LnDtype)query->dtype, rank + 1, shape));
  out[0] = project(c, o, 3 + o->use_gate, y, args);
  *n_out = 1;
  if (!out[0] || !ln_call_flag(args, RETURN_SCORES)) return out[0] != NULL;
  for (int i = 0; i < rank - 1; i++)
    if (!attends(o, i)) shape[n++] = query->shape[i];
  shape[n++] = o->num_heads;
  for (int i = 0; i < o->attention_axes.n; i++) shape[n++] = query->shape[o->attention_axes.v[i]];
  for (int i = 0; i < o->attention_axes.n; i++) shape[n++] = value->shape[o->attention_axes.v[i]];
  *n_out = 2;
  return (out[1] = ln_temp(c, ln_tensor_meta(c, (LnDtype)query->dtype, n, shape))) != NULL;
}

// What is seen, in memory that grows with the steps alone: (batch, T, heads, features).
static LnTensor *attend(LnContext *c, LnTensor *q, LnTensor *k, LnTensor *v,
                        LnTensor *mask, const LnAttend *how) {
  if (mask)
    while (mask && mask->rank < 4) mask = ln_expand_dims(c, mask, mask->rank < 3 ? 0 : 1);
  return c->err.set ? NULL : ln_attend(c, q, k, v, NULL, mask, how);
}

// The steps go behind those that the cache holds, and see these too.
static LnTensor *attend_cached(LnContext *c, const MultiHead *o, const LnTensors *in,
                               const LnCallArgs *args, LnTensor *q, LnTensor *k, LnTensor *v) {
  const LnAttend how = how_of(o, args);
  LnTensor *seen = key_mask(c, in, args), *keys, *values, *mask;
  if (q->rank != 4 || q->shape[1] != k->shape[1] || ln_call_tensor(args, ATTENTION_MASK))
    ln_fail(c, "with a cache it attends causally over one axis, of as many steps of the query as "
            "of the value, without an attention_mask");
  if (c->err.set || !ln_cache_extend(c, c->cache, &o->layer, k, v, seen, &keys, &values, &mask))
    return NULL;
  return ln_attend_cached(c, q, keys, values, mask, c->cache->place, &how);
}

// Heads of keys, once for each query that shares them.
static LnTensor *repeated(LnContext *c, const MultiHead *o, LnTensor *x) {
  const int64_t times = o->num_heads / o->key_heads;
  if (times == 1 || !x) return x;
  int64_t wide[5] = {x->shape[0], x->shape[1], o->key_heads, times, x->shape[3]};
  const int64_t shape[4] = {x->shape[0], x->shape[1], o->num_heads, x->shape[3]};
  return ln_reshape(c, ln_broadcast_to(c, ln_expand_dims(c, x, 3), 5, wide), 4, shape);
}

// The same by way of the scores, which are given in *weights.
static LnTensor *attend_by_scores(LnContext *c, const MultiHead *o, LnTensor *q, LnTensor *k,
                                  LnTensor *v, LnTensor *mask, const LnCallArgs *args,
                                  LnTensor **weights) {
  const LnAttend how = how_of(o, args);
  char scores[64], combine[64];
  attention_equations(o, q->rank, scores, combine);
  LnTensor *kept = *weights = weights_of(c, o, scores, q, repeated(c, o, k), mask, &how);
  if (args->training && o->dropout > 0) kept = ln_dropout(c, kept, o->state, o->dropout);
  LnTensor *operands[2] = {kept, repeated(c, o, v)};
  return operands[0] && operands[1] ? ln_einsum(c, combine, operands, 2) : NULL;
}

// A cache is for attention to earlier steps; attention to something else is made anew.
static bool is_cached(LnContext *c, const LnTensors *in, const LnCallArgs *args) {
  if (!c->cache) return false;
  if (ln_call_flag(args, USE_CAUSAL_MASK)) return true;
  if (in->v[0]->data == in->v[1]->data)
    ln_fail(c, "a cache is for calls with use_causal_mask = true: else earlier steps would see "
            "later ones");
  return false;
}

static bool call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                 LnTensor **out, int max_out, int *n_out) {
  const MultiHead *o = (const MultiHead *)self;
  LnTensor *query = in->v[0], *value = in->v[1], *key = in->n > 2 ? in->v[2] : value;
  const bool returns_scores = ln_call_flag(args, RETURN_SCORES);
  if (max_out < 1 + returns_scores)
    return ln_fail(c, "it gives %d outputs, where at most %d are taken", 1 + returns_scores,
                   max_out);
  if (!check_shapes(c, query, value, key) || !check_others(c, o, query, value)) return false;
  if (query->meta) return call_meta(c, o, in, args, out, n_out);
  const bool cached = is_cached(c, in, args);
  LnTensor *mask = NULL, *weights = NULL, *y;
  if (c->err.set || (!cached && !attention_mask(c, in, args, &mask))) return false;
  LnTensor *q = project(c, o, 0, query, args), *k = project(c, o, 1, key, args);
  LnTensor *gate = o->use_gate ? project(c, o, 2, query, args) : NULL;
  LnTensor *v = project(c, o, 2 + o->use_gate, value, args);
  if (!q || !k || !v) return false;
  const LnAttend how = how_of(o, args);
  if (cached && (returns_scores || (args->training && o->dropout > 0)))
    return ln_fail(c, "with a cache it neither returns scores nor drops any");
  if (cached) y = attend_cached(c, o, in, args, q, k, v);
  else if (!returns_scores && o->dropout == 0 && q->rank == 4) y = attend(c, q, k, v, mask, &how);
  else y = attend_by_scores(c, o, q, k, v, mask, args, &weights);
  if (gate && y) y = ln_mul(c, y, gate);
  out[0] = y ? project(c, o, 3 + o->use_gate, y, args) : NULL;
  if (returns_scores) out[1] = weights;
  *n_out = 1 + returns_scores;
  return out[0] != NULL;
}

static bool compute_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  (void)c, (void)self;
  *mask = in->v[0]->mask;
  return true;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const MultiHead *o = (const MultiHead *)self;
  snprintf(out, size, "%lld heads of %lld", (long long)o->num_heads, (long long)o->key_dim);
}

// Options of both classes.
#define PARTS \
    {"kernel_initializer", LN_OPT_INITIALIZER, LN_FIELD(MultiHead, kernel_initializer),           \
     "glorot_uniform", .nullable = true, .doc = "of the kernels"},                                \
    {"bias_initializer", LN_OPT_INITIALIZER, LN_FIELD(MultiHead, bias_initializer), "zeros",      \
     .nullable = true, .doc = "of the biases"},                                                   \
    {"kernel_regularizer", LN_OPT_REGULARIZER, LN_FIELD(MultiHead, kernel_regularizer), "none",   \
     .doc = "adds to the loss by the kernels"},                                                   \
    {"bias_regularizer", LN_OPT_REGULARIZER, LN_FIELD(MultiHead, bias_regularizer), "none",       \
     .doc = "adds to the loss by the biases"},                                                    \
    {"activity_regularizer", LN_OPT_REGULARIZER, LN_FIELD(MultiHead, activity_regularizer), "none",\
     .doc = "adds to the loss by each projection, divided by the batch size"},                    \
    {"kernel_constraint", LN_OPT_CONSTRAINT, LN_FIELD(MultiHead, kernel_constraint), "none",      \
     .doc = "what the kernels are brought back to after each step"},                              \
    {"bias_constraint", LN_OPT_CONSTRAINT, LN_FIELD(MultiHead, bias_constraint), "none",          \
     .doc = "what the biases are brought back to after each step"},                               \
    {"use_gate", LN_OPT_BOOL, LN_FIELD(MultiHead, use_gate), "false",                             \
     .doc = "whether a gate, a sigmoid of a projection of the query, multiplies what is seen"},   \
    {"seed", LN_OPT_INTEGER, LN_FIELD(MultiHead, seed), "none",                                   \
     .doc = "of a generator of its own; none: the one of set_seed"}

static const LnOption options[] = {
    {"num_heads", LN_OPT_INTEGER, LN_FIELD(MultiHead, num_heads), NULL, "> 0",
     .doc = "how many attentions there are at once"},
    {"key_dim", LN_OPT_INTEGER, LN_FIELD(MultiHead, key_dim), NULL, "> 0",
     .doc = "features of a query and a key in each head"},
    {"value_dim", LN_OPT_INTEGER, LN_FIELD(MultiHead, value_dim), "none", "> 0",
     .doc = "features of a value in each head; none: key_dim"},
    {"dropout", LN_OPT_NUMBER, LN_FIELD(MultiHead, dropout), "0", "[0, 1]",
     .doc = "the share of the scores that is dropped in training"},
    {"use_bias", LN_OPT_BOOL, LN_FIELD(MultiHead, use_bias), "true",
     .doc = "whether the projections add a bias"},
    {"output_shape", LN_OPT_SHAPE, LN_FIELD(MultiHead, output_shape), "none", ">= 1",
     .doc = "of the output behind its steps; none: the query's last axis"},
    {"attention_axes", LN_OPT_AXES, LN_FIELD(MultiHead, attention_axes), "none",
     .doc = "what is attended over; none: all axes between the batch and the features"},
    {"sliding_window", LN_OPT_INTEGER, LN_FIELD(MultiHead, sliding_window), "none", "> 0",
     .doc = "steps see only those less than so many places away; none: all"},
    PARTS,
    {0}};

static const LnLayerClass multi_head = {
    .base = {.kind = LN_LAYER, .name = "MultiHeadAttention", .size = sizeof(MultiHead),
             .options = options, .init = init_multi, .free = free_multi_head,
             .doc = "Multi-head attention (Vaswani et al. 2017): projections of query, key and "
                    "value for each head,\nscaled dot-product attention, and a projection of all "
                    "heads together.\n"
                    "num_heads, key_dim; value_dim (key_dim), dropout (0), use_bias (true), "
                    "output_shape (none),\nattention_axes (none), sliding_window (none), "
                    "initializers, regularizers and constraints\nas of Dense, use_gate (false), "
                    "seed (none).\n"
                    "Called by position or name: (query, value, key), key being value when it is "
                    "not given: (batch, T, E),\n(batch, S, ..), (batch, S, ..) give (batch, T, E). "
                    "Options of the call: use_causal_mask (false),\nattention_mask (batch, T, S), "
                    "query_mask (batch, T), value_mask and key_mask (batch, S) (those of\nthe "
                    "tensors), return_attention_scores (false): the scores (batch, heads, T, S) as "
                    "a second\nresult; training.\n"
                    "Errors: fewer than two inputs; shapes that do not fit; unknown arguments.\n"
                    "Example:\n"
                    "  local mha = ln.layers.MultiHeadAttention{2, key_dim = 3}\n"
                    "  local query, value = ln.ones{2, 4, 8}, ln.ones{2, 5, 6}\n"
                    "  mha(query, value, {use_causal_mask = true}).shape  --> (2, 4, 8)\n"},
    .build = build, .call_all = call, .min_in = 2, .max_in = 3, .min_rank = 3,
    .compute_mask = compute_mask, .generator = generator, .describe = describe,
    .inputs = "query value key", .shapes_by_name = true, .arguments = arguments, .parts = parts};

static const LnOption group_options[] = {
    {"head_dim", LN_OPT_INTEGER, LN_FIELD(MultiHead, key_dim), NULL, "> 0",
     .doc = "features of queries, keys and values in each head"},
    {"num_query_heads", LN_OPT_INTEGER, LN_FIELD(MultiHead, num_heads), NULL, "> 0",
     .doc = "how many attentions there are at once"},
    {"num_key_value_heads", LN_OPT_INTEGER, LN_FIELD(MultiHead, key_heads), NULL, "> 0",
     .doc = "heads of keys and values, each shared by as many queries as there are of them for it"},
    {"dropout", LN_OPT_NUMBER, LN_FIELD(MultiHead, dropout), "0", "[0, 1]",
     .doc = "the share of the scores that is dropped in training"},
    {"use_bias", LN_OPT_BOOL, LN_FIELD(MultiHead, use_bias), "true",
     .doc = "whether the projections add a bias"},
    {"sliding_window", LN_OPT_INTEGER, LN_FIELD(MultiHead, sliding_window), "none", "> 0",
     .doc = "steps see only those less than so many places away; none: all"},
    PARTS,
    {0}};

static const LnLayerClass group = {
    .base = {.kind = LN_LAYER, .name = "GroupQueryAttention", .aliases = "GroupedQueryAttention",
             .size = sizeof(MultiHead), .options = group_options, .init = init_group,
             .free = free_multi_head,
             .doc = "Grouped query attention (Ainslie et al. 2023): multi-head attention in which "
                    "several heads of\nthe query share one of key and value; with one for all it "
                    "is multi-query attention.\n"
                    "head_dim, num_query_heads, num_key_value_heads (of which the former is a "
                    "multiple); dropout (0),\nuse_bias (true), sliding_window (none), "
                    "initializers, regularizers and constraints as of Dense,\nuse_gate (false), "
                    "seed (none).\n"
                    "Called as MultiHeadAttention is, on (batch, steps, features): the output has "
                    "the query's shape.\n"
                    "Errors: fewer than two inputs; shapes that do not fit; unknown arguments.\n"
                    "Example:\n"
                    "  local gqa = ln.layers.GroupQueryAttention{3, num_query_heads = 4, "
                    "num_key_value_heads = 2}\n"
                    "  local query, value = ln.ones{2, 4, 8}, ln.ones{2, 5, 6}\n"
                    "  gqa(query, value, {use_causal_mask = true}).shape  --> (2, 4, 8)\n"},
    .build = build, .call_all = call, .min_in = 2, .max_in = 3, .min_rank = 3, .max_rank = 3,
    .compute_mask = compute_mask, .generator = generator, .describe = describe,
    .inputs = "query value key", .shapes_by_name = true, .arguments = arguments,
    .parts = group_parts};

const LnLayerClass *const ln_layers_multi_head_attention[] = {&multi_head, &group, NULL};
