// dot_product_attention, whose memory grows with the steps and not with their square: its forward
// and backward passes are kernels (kernels/attention.h) that make the scores anew, block by block.
// The gradient of its gradient is that of the ops that it is made of.
#include "ops/attention.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "kernels/attention.h"
#include "kernels/copy.h"
#include "ops/ops.h"

enum { ATTENTION, ATTENTION_GRAD, ATTENTION_CACHED, DOT_PRODUCT_ATTENTION };
static const LnOp *op_of(int which);

// ---- shapes

static bool fits_scores(const LnTensor *t, const int64_t *scores) {
  if (t->rank != 4) return false;
  for (int i = 0; i < 4; i++)
    if (t->shape[i] != 1 && !ln_dims_fit(t->shape[i], scores[i])) return false;
  return true;
}

static bool check_vectors(const LnCall *call, const LnTensor *q, const LnTensor *k,
                          const LnTensor *v) {
  LnContext *c = call->context;
  if (q->rank != 4 || k->rank != 4 || v->rank != 4)
    return ln_fail(c, "%s: query, key and value of shapes (batch, steps, heads, features) "
                   "expected, got %s, %s and %s", call->op->name, ln_tensor_shape_text(q),
                   ln_tensor_shape_text(k), ln_tensor_shape_text(v));
  if (!ln_dims_fit(q->shape[0], k->shape[0]) || !ln_dims_fit(k->shape[0], v->shape[0]) ||
      !ln_dims_fit(q->shape[3], k->shape[3]) || !ln_dims_fit(k->shape[1], v->shape[1]) ||
      !ln_dims_fit(k->shape[2], v->shape[2]))
    return ln_fail(c, "%s: shapes do not align: query %s, key %s, value %s", call->op->name,
                   ln_tensor_shape_text(q), ln_tensor_shape_text(k), ln_tensor_shape_text(v));
  if (q->shape[2] >= 0 && k->shape[2] >= 0 && (k->shape[2] == 0 || q->shape[2] % k->shape[2]))
    return ln_fail(c, "%s: the query's heads, %lld, are no multiple of the key's, %lld",
                   call->op->name, (long long)q->shape[2], (long long)k->shape[2]);
  return true;
}

static bool result_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *q = call->in[0], *k = call->in[1], *v = call->in[2];
  const int64_t batch = ln_dim_known(q->shape[0], ln_dim_known(k->shape[0], v->shape[0]));
  const int64_t shape[4] = {batch, q->shape[1], q->shape[2], v->shape[3]};
  const LnDtype d = ln_dtype_float(
      ln_dtype_promote(ln_dtype_promote((LnDtype)q->dtype, (LnDtype)k->dtype), (LnDtype)v->dtype));
  return check_vectors(call, q, k, v) && ln_spec(call, out, d, 4, shape);
}

static LnTensor *input(const LnCall *call, int i) { return i < call->n_in ? call->in[i] : NULL; }

static bool attention_shape(const LnCall *call, LnSpec *out) {
  LnContext *c = call->context;
  if (!result_shape(call, &out[0])) return false;
  const LnTensor *q = call->in[0], *k = call->in[1], *bias = input(call, 3), *mask = input(call, 4);
  const int64_t scores[4] = {out[0].shape[0], q->shape[2], q->shape[1], k->shape[1]};
  const int64_t stats[4] = {scores[0], scores[1], scores[2], 2};
  for (int i = 3; i < 5; i++)
    if (input(call, i) && !fits_scores(call->in[i], scores))
      return ln_fail(c, "%s: the %s, of shape %s, does not broadcast to the scores (batch, heads, "
                     "queries, keys) of a query %s and a key %s", call->op->name,
                     i == 3 ? "bias" : "mask", ln_tensor_shape_text(call->in[i]),
                     ln_tensor_shape_text(q), ln_tensor_shape_text(k));
  if (bias && !ln_dtype_is_float((LnDtype)bias->dtype))
    return ln_fail(c, "%s: a bias of floats expected, got %s", call->op->name,
                   ln_dtype_name((LnDtype)bias->dtype));
  if (mask && mask->dtype != LN_BOOL)
    return ln_fail(c, "%s: a mask of dtype bool expected, got %s", call->op->name,
                   ln_dtype_name((LnDtype)mask->dtype));
  return ln_spec(call, &out[1], out[0].dtype, 4, stats);
}

// ---- operands of the kernels: vectors whose elements are neighbours, else copies

static bool as_it_lies(const LnTensor *t, LnDtype d) {
  return t->dtype == d && (t->shape[3] <= 1 || t->stride[3] == 1) &&
         (t->shape[1] <= 1 || t->stride[1] >= t->shape[3]);
}

static size_t copy_bytes(const LnTensor *t, LnDtype d) {
  return as_it_lies(t, d) ? 0 : ln_whole_lines((size_t)t->size * ln_dtype_size(d));
}

static LnSteps steps_of(const LnTensor *t, LnDtype d, char **memory) {
  LnSteps s = {t->data, t->stride[0], t->stride[1], t->stride[2]};
  int64_t stride[LN_MAX_RANK];
  if (as_it_lies(t, d)) {
    if (t->shape[1] <= 1) s.step = t->shape[3];
    return s;
  }
  ln_contiguous_strides(t->shape, 4, stride);
  ln_kernel_pack(t, d, *memory);
  s = (LnSteps){*memory, stride[0], stride[1], stride[2]};
  *memory += copy_bytes(t, d);
  return s;
}

static size_t score_bytes(const LnTensor *t, LnDtype d) {
  return !t || t->dtype == d ? 0 : ln_whole_lines((size_t)t->size * ln_dtype_size(d));
}

static LnScores scores_of(const LnTensor *t, LnDtype d, char **memory) {
  LnScores s = {0};
  if (!t) return s;
  s.data = t->data;
  memcpy(s.stride, t->stride, sizeof s.stride);
  if (t->dtype != d) {
    ln_contiguous_strides(t->shape, 4, s.stride);
    ln_kernel_pack(t, d, *memory);
    s.data = *memory;
    *memory += score_bytes(t, d);
  }
  for (int i = 0; i < 4; i++)
    if (t->shape[i] == 1) s.stride[i] = 0;
  return s;
}

static size_t operand_bytes(const LnCall *call, LnDtype d) {
  size_t bytes = 0;
  for (int i = 0; i < 3; i++) bytes += copy_bytes(call->in[i], d);
  return bytes;
}

static double scale_of(const LnAttend *how, const LnTensor *q) {
  return isnan(how->scale) ? 1 / sqrt((double)q->shape[3]) : how->scale;
}

// What the kernels are told of a call on (q, k, v, ..).
static LnAttention operands(const LnCall *call, LnDtype d, char **memory) {
  const LnTensor *q = call->in[0], *k = call->in[1], *v = call->in[2];
  const LnAttend *how = call->params;
  LnAttention a = {.dtype = d, .batch = q->shape[0], .queries = q->shape[1], .keys = k->shape[1],
                   .heads = q->shape[2], .key_heads = k->shape[2], .dim = q->shape[3],
                   .value_dim = v->shape[3], .scale = scale_of(how, q), .causal = how->causal,
                   .window = how->window};
  a.q = steps_of(q, d, memory), a.k = steps_of(k, d, memory), a.v = steps_of(v, d, memory);
  return a;
}

static size_t attention_scratch(const LnCall *call) {
  const LnDtype d = (LnDtype)call->out[0]->dtype;
  return operand_bytes(call, d) + score_bytes(input(call, 3), d);
}

static void attention_forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  const LnDtype d = (LnDtype)y->dtype;
  char *memory = call->scratch;
  if (y->size == 0) return;
  LnAttention a = operands(call, d, &memory);
  a.bias = scores_of(input(call, 3), d, &memory), a.mask = scores_of(input(call, 4), LN_BOOL, NULL);
  a.y = steps_of(y, d, NULL), a.stats = call->out[1]->data;
  ln_kernel_attention(&a);
}

// ---- the same in ops: (B, K, N / K, T, S), one axis for the heads of a key and one for the
// queries that share it

static LnTensor *grouped(LnContext *c, LnTensor *x, int64_t groups) {
  if (!x) return NULL;
  const int64_t shape[5] = {x->shape[0], x->shape[1], groups, x->shape[2] / groups, x->shape[3]};
  return ln_permute(c, ln_reshape(c, x, 5, shape), 5, (int[]){0, 2, 3, 1, 4});
}

static LnTensor *ungrouped(LnContext *c, LnTensor *x) {
  if (!x) return NULL;
  const int64_t shape[4] = {x->shape[0], x->shape[3], x->shape[1] * x->shape[2], x->shape[4]};
  return ln_reshape(c, ln_permute(c, x, 5, (int[]){0, 3, 1, 2, 4}), 4, shape);
}

// A bias or mask of (B, N, T, S), any of them 1.
static LnTensor *grouped_scores(LnContext *c, LnTensor *x, int64_t groups) {
  if (!x || x->shape[1] == 1) return x ? ln_expand_dims(c, x, 2) : NULL;
  return ln_reshape(c, x, 5, (int64_t[]){x->shape[0], groups, x->shape[1] / groups, x->shape[2],
                                         x->shape[3]});
}

// Who sees whom by place, (T, S), or NULL.
static LnTensor *band(LnContext *c, const LnAttend *how, int64_t queries, int64_t keys) {
  const int64_t shape[2] = {queries, keys};
  if (!how->causal && how->window <= 0) return NULL;
  LnTensor *t = ln_temp(c, ln_tensor_new(c, LN_BOOL, 2, shape));
  uint8_t *row = t ? t->data : NULL;
  for (int64_t q = 0; t && q < queries; q++, row += keys)
    for (int64_t k = 0; k < keys; k++) {
      const int64_t apart = q > k ? q - k : k - q;
      row[k] = (!how->causal || k <= q) && (how->window <= 0 || apart < how->window);
    }
  return t;
}

// What a call is made of.
typedef struct Parts {
  LnTensor *q, *k, *v, *mask;   // grouped; all that is masked, or NULL
  LnTensor *p;                  // probabilities
} Parts;

static bool parts_of(LnContext *c, LnTensor *const *in, const LnAttend *how, Parts *o) {
  const int64_t groups = in[1]->shape[2];
  o->q = grouped(c, in[0], groups), o->k = grouped(c, in[1], groups);
  o->v = grouped(c, in[2], groups);
  LnTensor *s = ln_mul_number(c, ln_matmul(c, o->q, ln_transpose(c, o->k)), scale_of(how, in[0]));
  if (in[3]) s = ln_add(c, s, grouped_scores(c, in[3], groups));
  LnTensor *see = band(c, how, in[0]->shape[1], in[1]->shape[1]);
  o->mask = grouped_scores(c, in[4], groups);
  if (see) o->mask = o->mask ? ln_logical_and(c, o->mask, see) : see;
  if (o->mask && s) {
    LnTensor *far = ln_temp(c, ln_tensor_scalar(c, (LnDtype)s->dtype,
                                                s->dtype == LN_FLOAT32 ? -2.4e38f : -1.2e308));
    s = ln_where(c, o->mask, s, far);
  }
  o->p = ln_softmax(c, s, -1);
  return o->p != NULL;
}

static bool backward_in_ops(const LnCall *call, LnTensor *dy, const bool *want, LnTensor **dx) {
  LnContext *c = call->context;
  const LnAttend *how = call->params;
  const int64_t groups = call->in[1]->shape[2];
  const LnInts shared = {1, {2}};   // the axis of queries that have one key
  LnTensor *in[5] = {call->in[0], call->in[1], call->in[2], input(call, 3), input(call, 4)};
  Parts o;
  if (!parts_of(c, in, how, &o)) return false;
  LnTensor *g = grouped(c, dy, groups), *ds = NULL;
  LnTensor *dp = ln_matmul(c, g, ln_transpose(c, o.v));
  ds = ln_mul(c, o.p, ln_sub(c, dp, ln_sum(c, ln_mul(c, o.p, dp), -1, true)));
  if (o.mask && ds)
    ds = ln_where(c, o.mask, ds, ln_temp(c, ln_tensor_scalar(c, (LnDtype)ds->dtype, 0)));
  if (want[2])
    dx[2] = ungrouped(c, ln_sum_over(c, ln_matmul(c, ln_transpose(c, o.p), g), &shared, true));
  if (in[3] && want[3] && ds) {
    const int64_t shape[4] = {ds->shape[0], ds->shape[1] * ds->shape[2], ds->shape[3],
                              ds->shape[4]};
    dx[3] = ln_reshape(c, ds, 4, shape);
  }
  ds = ln_mul_number(c, ds, scale_of(how, in[0]));
  if (want[0]) dx[0] = ungrouped(c, ln_matmul(c, ds, o.k));
  if (want[1])
    dx[1] = ungrouped(c, ln_sum_over(c, ln_matmul(c, ln_transpose(c, ds), o.q), &shared, true));
  return !c->err.set;
}

static bool attention_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                               LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *out[4] = {NULL};
  if (!dy[0]) return true;
  const LnTensor *y = call->out[0];
  LnTensor *g = ln_broadcast_to(c, dy[0], 4, y->shape);
  const bool bias = input(call, 3) && want[3];
  if (!g) return false;
  if (ln_recording_gradients(c)) return backward_in_ops(call, g, want, dx);
  LnTensor *in[8] = {call->in[0], call->in[1], call->in[2], call->out[0], call->out[1], g,
                     input(call, 3), input(call, 4)};
  if (!ln_apply_all(c, op_of(ATTENTION_GRAD), in, 8, call->params, out)) return false;
  for (int i = 0; i < 3; i++) dx[i] = out[i];
  if (bias) dx[3] = out[3];
  return true;
}

// ---- attention_grad: (q, k, v, y, stats, dy, bias, mask) -> dq, dk, dv, dbias

static bool grad_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *q = call->in[0], *k = call->in[1], *v = call->in[2], *y = call->in[3];
  const LnTensor *bias = input(call, 6);
  if (!check_vectors(call, q, k, v)) return false;
  if (!ln_tensor_shapes_fit(y, call->in[5]) || call->in[5]->dtype != y->dtype ||
      call->in[4]->dtype != y->dtype)
    return ln_fail(call->context, "%s: shapes do not align: %s and %s", call->op->name,
                   ln_tensor_shape_text(y), ln_tensor_shape_text(call->in[5]));
  for (int i = 0; i < 3; i++)
    if (!ln_spec_like(call, &out[i], (LnDtype)y->dtype, call->in[i])) return false;
  // Of a bias, for every score; without one there is nothing to tell.
  const int64_t scores[4] = {q->shape[0], q->shape[2], q->shape[1], k->shape[1]};
  return ln_spec(call, &out[3], (LnDtype)y->dtype, 4, bias ? scores : (int64_t[4]){0, 0, 0, 0});
}

static size_t kernel_scratch(const LnTensor *q, const LnTensor *k, const LnTensor *v, LnDtype d) {
  const LnAttention a = {.dtype = d, .batch = q->shape[0], .queries = q->shape[1],
                         .keys = k->shape[1], .heads = q->shape[2], .key_heads = k->shape[2],
                         .dim = q->shape[3], .value_dim = v->shape[3]};
  return ln_kernel_attention_scratch(&a);
}

static size_t stats_bytes(const LnTensor *t, LnDtype d) {
  return ln_tensor_is_contiguous(t) ? 0 : ln_whole_lines((size_t)t->size * ln_dtype_size(d));
}

static size_t grad_scratch(const LnCall *call) {
  const LnDtype d = (LnDtype)call->in[3]->dtype;
  return operand_bytes(call, d) + copy_bytes(call->in[3], d) + copy_bytes(call->in[5], d) +
         score_bytes(input(call, 6), d) + stats_bytes(call->in[4], d) +
         kernel_scratch(call->in[0], call->in[1], call->in[2], d);
}

static void grad_forward(const LnCall *call) {
  const LnDtype d = (LnDtype)call->in[3]->dtype;
  char *memory = call->scratch;
  LnAttentionGrad g = {.a = operands(call, d, &memory)};
  for (int i = 0; i < 3; i++)
    if (call->in[3]->size == 0) memset(call->out[i]->data, 0, (size_t)call->out[i]->size *
                                       ln_dtype_size(d));
  if (call->in[3]->size == 0) return;
  g.a.y = steps_of(call->in[3], d, &memory), g.dy = steps_of(call->in[5], d, &memory);
  g.a.bias = scores_of(input(call, 6), d, &memory);
  g.a.mask = scores_of(input(call, 7), LN_BOOL, NULL);
  g.a.stats = call->in[4]->data;
  if (!ln_tensor_is_contiguous(call->in[4])) {
    g.a.stats = memory;
    ln_kernel_pack(call->in[4], d, memory);
    memory += stats_bytes(call->in[4], d);
  }
  g.dq = call->out[0]->data, g.dk = call->out[1]->data, g.dv = call->out[2]->data;
  if (call->out[3]->size > 0) g.dbias = call->out[3]->data;
  g.scratch = memory;
  ln_kernel_attention_grad(&g);
}

// ---- attention_cached: (q, k, v, mask, place)

static bool cached_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *q = call->in[0], *k = call->in[1], *mask = call->in[3], *place = call->in[4];
  if (!result_shape(call, out)) return false;
  if (mask->rank != 2 || mask->dtype != LN_BOOL || !ln_dims_fit(mask->shape[0], q->shape[0]) ||
      !ln_dims_fit(mask->shape[1], k->shape[1]) || place->rank != 0 || place->dtype != LN_INT64)
    return ln_fail(call->context, "%s: a mask (batch, keys) and a place () expected, got %s and %s",
                   call->op->name, ln_tensor_shape_text(mask), ln_tensor_shape_text(place));
  return true;
}

static int64_t place_of(const LnCall *call) { return *(const int64_t *)call->in[4]->data; }

static bool cached_check(const LnCall *call) {
  const int64_t place = place_of(call), steps = call->in[0]->shape[1], most = call->in[1]->shape[1];
  return (place >= 0 && place <= most - steps) ||
         ln_fail(call->context, "%s: %lld steps at place %lld, where there is room for %lld",
                 call->op->name, (long long)steps, (long long)place, (long long)most);
}

static size_t cached_scratch(const LnCall *call) {
  return operand_bytes(call, (LnDtype)call->out[0]->dtype);
}

static void cached_forward(const LnCall *call) {
  const LnTensor *mask = call->in[3];
  LnTensor *y = call->out[0];
  const LnDtype d = (LnDtype)y->dtype;
  char *memory = call->scratch;
  if (y->size == 0) return;
  LnAttention a = operands(call, d, &memory);
  a.first = place_of(call), a.causal = true;
  a.keys = a.first + a.queries;
  a.mask = (LnScores){mask->data, {mask->stride[0], 0, 0, mask->stride[1]}};
  a.y = steps_of(y, d, NULL);
  ln_kernel_attention(&a);
}

// ---- dot_product_attention, as Keras has it

typedef struct Options {
  double scale;   // NaN: 1 / sqrt(features)
  bool causal;
  bool flash;
} Options;

static LnTensor *as_scores(LnContext *c, LnTensor *x) {
  while (x && x->rank < 4) x = ln_expand_dims(c, x, 0);
  return x;
}

static bool public_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const Options *o = call->params;
  LnTensor *q = call->in[0], *bias = as_scores(c, input(call, 3));
  LnTensor *mask = as_scores(c, input(call, 4));
  if (!check_vectors(call, q, call->in[1], call->in[2])) return false;
  if (mask && mask->dtype != LN_BOOL) mask = ln_cast(c, mask, LN_BOOL);
  if (bias && !ln_dtype_is_float((LnDtype)bias->dtype)) bias = ln_cast(c, bias, LN_FLOAT32);
  const LnAttend how = {o->scale, o->causal, 0};
  LnTensor *in[5] = {q, call->in[1], call->in[2], bias, mask};
  bool meta = false;
  for (int i = 0; i < 5; i++) meta = meta || (in[i] && in[i]->meta);
  if (o->flash || meta) return (out[0] = ln_attend(c, q, in[1], in[2], bias, mask, &how)) != NULL;
  Parts parts;
  return parts_of(c, in, &how, &parts) &&
         (out[0] = ungrouped(c, ln_matmul(c, parts.p, parts.v))) != NULL;
}

LnTensor *ln_attend(LnContext *c, LnTensor *q, LnTensor *k, LnTensor *v, LnTensor *bias,
                    LnTensor *mask, const LnAttend *how) {
  LnTensor *in[5] = {q, k, v, bias, mask}, *out[2] = {NULL};
  if (!q || !k || !v) return NULL;
  return ln_apply_all(c, op_of(ATTENTION), in, 5, how, out) ? out[0] : NULL;
}

LnTensor *ln_attend_cached(LnContext *c, LnTensor *q, LnTensor *k, LnTensor *v, LnTensor *mask,
                           LnTensor *place, const LnAttend *how) {
  LnTensor *in[5] = {q, k, v, mask, place};
  return ln_apply(c, op_of(ATTENTION_CACHED), in, 5, how);
}

static const LnOption attend_options[] = {
  {"scale", LN_OPT_NUMBER, LN_FIELD(LnAttend, scale), "none",
   .doc = "of the scores; none: 1 / sqrt(features)"},
  {"is_causal", LN_OPT_BOOL, LN_FIELD(LnAttend, causal), "false",
   .doc = "whether a query sees no key behind its own place"},
  {"window", LN_OPT_INTEGER, LN_FIELD(LnAttend, window), "0", ">= 0",
   .doc = "only keys less than so many places away are seen; 0: all"},
  {0}};
static const LnOption public_options[] = {
  {"scale", LN_OPT_NUMBER, LN_FIELD(Options, scale), "none",
   .doc = "of the scores; none: 1 / sqrt(features)"},
  {"is_causal", LN_OPT_BOOL, LN_FIELD(Options, causal), "false",
   .doc = "whether a query sees no key behind its own place"},
  {"flash_attention", LN_OPT_BOOL, LN_FIELD(Options, flash), "true",
   .doc = "whether the scores are made block by block; else there are all of them at once"},
  {0}};

const LnOp ln_ops_attention[] = {
  [ATTENTION] = {.name = "attention", .n_in = 5, .n_optional = 2, .n_out = 2, .flags = LN_OP_HIDDEN,
   .options = attend_options, .params_size = sizeof(LnAttend), .shape = attention_shape,
   .scratch = attention_scratch, .forward = attention_forward, .backward = attention_backward,
   .doc = "softmax(scale q k' + bias) v, and of each row of scores the largest and 1 / the sum."},
  [ATTENTION_GRAD] = {.name = "attention_grad", .n_in = 8, .n_optional = 2, .n_out = 4,
   .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT, .options = attend_options,
   .params_size = sizeof(LnAttend), .shape = grad_shape, .scratch = grad_scratch,
   .forward = grad_forward,
   .samples = "x(1,2,2,3), x(1,2,2,3), x(1,2,2,3), x(1,2,2,3), p(1,2,2,2), x(1,2,2,3)",
   .doc = "(q, k, v, y, stats, dy, bias, mask): the gradients of q, k, v and bias."},
  [ATTENTION_CACHED] = {.name = "attention_cached", .n_in = 5, .n_out = 1,
   .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT, .options = attend_options,
   .params_size = sizeof(LnAttend), .shape = cached_shape, .check = cached_check,
   .scratch = cached_scratch, .forward = cached_forward,
   .doc = "(q, k, v, mask, place): of steps that follow `place` others, whose keys are in k."},
  [DOT_PRODUCT_ATTENTION] = {.name = "dot_product_attention", .n_in = 5, .n_optional = 2,
   .n_out = 1, .named = "bias mask", .flags = LN_OP_FUNCTION_ONLY, .options = public_options,
   .params_size = sizeof(Options), .compose = public_compose,
   .samples = "x(2,3,2,4), x(2,5,2,4), x(2,5,2,3)\n"
              "x(1,3,4,2), x(1,3,2,2), x(1,3,2,2), nil, nil, {is_causal = true}\n"
              "x(1,3,2,2), x(1,3,2,2), x(1,3,2,2), nil, nil, {is_causal = true, "
              "flash_attention = false}\n"
              "x(1,3,2,2), x(1,4,1,2), x(1,4,1,2), x(2,1,4), x(2,3,1):gt(0), {scale = 0.5}",
   .doc = "(query, key, value, bias, mask, scale = 1 / sqrt(features), "
          "is_causal = false,\nflash_attention = true):\n"
          "softmax(scale query key' + bias) value, for each head. Shapes: query (batch, T, heads, "
          "features),\nkey (batch, S, key heads, features), value (batch, S, key heads, values) "
          "give (batch, T, heads,\nvalues); there may be fewer key heads, of which each serves as "
          "many heads. bias (floats) and mask\n(bool: what counts) broadcast to (batch, heads, T, "
          "S), and come by name or by position. A query\nthat sees no key sees all alike. Memory "
          "grows with T and S, not with their product.\n"
          "Errors: shapes that do not align.\n"
          "Example:\n"
          "local q, k = ln.ones{1, 2, 1, 4}, ln.ones{1, 3, 1, 4}\n"
          "local v = ln.tensor{1, 2, 9}:reshape{1, 3, 1, 1}\n"
          "ln.dot_product_attention(q, k, v):flatten()  --> [4. 4.]\n"
          "ln.dot_product_attention(q, k, v, {is_causal = true}):flatten()  --> [1.  1.5]\n"},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_attention[which]; }
