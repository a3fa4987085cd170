// Noise for layers: factors of dropout and normal numbers. Inputs: a tensor that gives dtype (and
// shape), and the state of a generator, or none for the context's.
#include "ops/noise.h"

#include <string.h>

#include "kernels/copy.h"
#include "ops/ops.h"

enum { RANDOM_KEEP, RANDOM_NORMAL, DROPOUT, KEEP };

typedef struct Noise {
  double a, b;     // keep: rate; normal: mean and deviation
  LnInts shape;    // n = -1: the input's
  bool shared;     // by all rows of the batch
} Noise;

LnTensor *ln_random_state(LnContext *c, const LnRandom *r) {
  LnTensor *t = ln_tensor_new(c, LN_INT64, 1, (int64_t[]){2});
  if (!t) return NULL;
  memcpy(t->data, r, sizeof *r);
  t->state = LN_STATE;
  return t;
}

static const LnOption keep_options[] = {
  {"rate", LN_OPT_NUMBER, LN_FIELD(Noise, a), .range = "[0, 1]", .doc = "how likely a 0 is"},
  {"shape", LN_OPT_SHAPE, LN_FIELD(Noise, shape), "none", .doc = "of the result; none: x's"}, {0}};
static const LnOption normal_options[] = {
  {"mean", LN_OPT_NUMBER, LN_FIELD(Noise, a), "0", .doc = "the mean"},
  {"stddev", LN_OPT_NUMBER, LN_FIELD(Noise, b), "1", .doc = "the standard deviation"}, {0}};
static const LnField keep_fields[] = {LN_BYTES(Noise, b), LN_BYTES(Noise, shared), {0}};
static const LnField normal_fields[] = {LN_BYTES(Noise, shape), LN_BYTES(Noise, shared), {0}};

bool ln_check_random_state(const LnCall *call) {
  const LnTensor *state = call->in[1];
  return !state ||
         (state->dtype == LN_INT64 && state->size == 2 && ln_tensor_is_contiguous(state)) ||
         ln_fail(call->context, "%s: that is no generator's state", call->op->name);
}

LnRandom *ln_random_begin(const LnCall *call, LnRandom *copy) {
  const LnTensor *state = call->in[1];
  return state ? memcpy(copy, state->data, sizeof *copy) : &call->context->random;
}

void ln_random_end(const LnCall *call, const LnRandom *drawn) {
  LnTensor *state = call->in[1];
  if (state) memcpy(state->data, drawn, sizeof *drawn);
}

LnDrawn ln_drawn(const LnContext *c, const LnTensor *y) {
  const LnPart *p = &c->part;
  if (p->total == 0 || y->rank == 0 || y->shape[0] == 0 || y->shape[0] % p->rows != 0)
    return ln_drawn_all(y->size);
  const int64_t row = y->size / p->rows;
  return (LnDrawn){p->first * row, y->size, p->total * row};
}

// A variable has no rows of the batch.
static LnDrawn drawn(const LnCall *call) {
  const Noise *p = call->params;
  const LnTensor *y = call->out[0];
  return p->shared || call->in[0]->state ? ln_drawn_all(y->size) : ln_drawn(call->context, y);
}

static bool shape(const LnCall *call, LnSpec *out) {
  const Noise *p = call->params;
  const LnTensor *x = call->in[0];
  if (!ln_dtype_is_float((LnDtype)x->dtype))
    return ln_fail(call->context, "%s: expected a float tensor, got %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype));
  if (!ln_check_random_state(call)) return false;
  if (p->shape.n < 0) return ln_spec_like(call, out, (LnDtype)x->dtype, x);
  return ln_spec(call, out, (LnDtype)x->dtype, (int)p->shape.n, p->shape.v);
}

// Numbers are drawn in float32, whatever the dtype.
static size_t scratch(const LnCall *call) {
  return call->out[0]->dtype == LN_FLOAT64 ? (size_t)call->out[0]->size * sizeof(float) : 0;
}

static float kept_factor(const Noise *p) { return p->a < 1 ? (float)(1 / (1 - p->a)) : 0; }

static void keep_factors(const Noise *p, LnRandom *r, float *x, LnDrawn n) {
  ln_random_fill_keep(r, (float)p->a, kept_factor(p), x, n);
}

static void normals(const Noise *p, LnRandom *r, float *x, LnDrawn n) {
  ln_random_fill_normal(r, (float)p->a, (float)p->b, x, n);
}

static void draw(const LnCall *call, void (*fill)(const Noise *, LnRandom *, float *, LnDrawn)) {
  LnTensor *y = call->out[0];
  LnRandom copy, *r = ln_random_begin(call, &copy);
  float *x = y->dtype == LN_FLOAT64 ? call->scratch : y->data;
  fill(call->params, r, x, drawn(call));
  ln_random_end(call, r);
  double *wide = y->data;
  for (int64_t i = 0; y->dtype == LN_FLOAT64 && i < y->size; i++) wide[i] = (double)x[i];
}

static void keep(const LnCall *call) { draw(call, keep_factors); }
static void normal(const LnCall *call) { draw(call, normals); }

// ---- dropout: (x, state) -> y, keeps; and its gradient, keep: (x, keeps) -> y

static bool dropout_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  if (!shape(call, out)) return false;
  if (x->dtype != LN_FLOAT32)
    return ln_fail(call->context, "%s: float32 is wanted, got %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype));
  return ln_spec_like(call, &out[1], LN_BOOL, x);
}

static size_t x_bytes(const LnCall *call) { return ln_packed_bytes(call->in[0], LN_FLOAT32); }

static void dropout(const LnCall *call) {
  const Noise *p = call->params;
  LnTensor *y = call->out[0];
  LnRandom copy, *r = ln_random_begin(call, &copy);
  char *memory = call->scratch;
  const float *x = ln_packed(call->in[0], LN_FLOAT32, &memory);
  ln_random_dropout(r, (float)p->a, kept_factor(p), x, y->data, call->out[1]->data, drawn(call));
  ln_random_end(call, r);
}

static bool dropout_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx);

static bool kept_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0], *keeps = call->in[1];
  if (x->dtype != LN_FLOAT32 || keeps->dtype != LN_BOOL)
    return ln_fail(call->context, "%s: float32 and bool are wanted, got %s and %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype), ln_dtype_name((LnDtype)keeps->dtype));
  return ln_spec_both(call, out, LN_FLOAT32, x, keeps);
}

static size_t kept_scratch(const LnCall *call) {
  return x_bytes(call) + ln_packed_bytes(call->in[1], LN_BOOL);
}

static void kept(const LnCall *call) {
  char *memory = call->scratch;
  const float *x = ln_packed(call->in[0], LN_FLOAT32, &memory);
  const uint8_t *keeps = ln_packed(call->in[1], LN_BOOL, &memory);
  ln_kernel_keep(keeps, kept_factor(call->params), x, call->out[0]->data, call->out[0]->size);
}

static bool kept_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  const LnTensor *y = call->out[0];
  LnTensor *whole = ln_broadcast_to(call->context, dy[0], y->rank, y->shape);
  if (want[0]) dx[0] = LN_APPLY2(call->context, call->op, call->params, whole, call->in[1]);
  return !call->context->err.set;
}

const LnOp ln_ops_noise[] = {
    [RANDOM_KEEP] = {.name = "random_keep", .n_in = 2, .n_optional = 1, .n_out = 1,
     .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT | LN_OP_EFFECT, .options = keep_options,
     .fields = keep_fields, .params_size = sizeof(Noise),
     .shape = shape, .scratch = scratch, .forward = keep,
     .doc = "1 / (1 - rate) or, with probability rate, 0."},
    [RANDOM_NORMAL] = {.name = "random_normal_like", .n_in = 2, .n_optional = 1, .n_out = 1,
     .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT | LN_OP_EFFECT, .options = normal_options,
     .fields = normal_fields, .params_size = sizeof(Noise),
     .shape = shape, .scratch = scratch, .forward = normal,
     .doc = "Normal numbers."},
    [DROPOUT] = {.name = "dropout", .n_in = 2, .n_optional = 1, .n_out = 2,
     .flags = LN_OP_HIDDEN | LN_OP_EFFECT, .options = keep_options, .fields = keep_fields,
     .params_size = sizeof(Noise), .shape = dropout_shape, .scratch = x_bytes, .forward = dropout,
     .backward = dropout_backward,
     .doc = "x / (1 - rate) or, with probability rate, 0; and which elements were kept."},
    [KEEP] = {.name = "keep", .n_in = 2, .n_out = 1, .flags = LN_OP_HIDDEN, .options = keep_options,
     .fields = keep_fields, .params_size = sizeof(Noise), .shape = kept_shape,
     .scratch = kept_scratch, .forward = kept, .backward = kept_backward,
     .doc = "x / (1 - rate) where the second input is true, else 0: the gradient of dropout."},
    {0},
};

static bool dropout_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  const LnTensor *y = call->out[0];
  if (!want[0] || !dy[0]) return true;
  LnTensor *whole = ln_broadcast_to(call->context, dy[0], y->rank, y->shape);
  dx[0] = LN_APPLY2(call->context, &ln_ops_noise[KEEP], call->params, whole, call->out[1]);
  return dx[0] != NULL;
}

LnTensor *ln_dropout(LnContext *c, LnTensor *x, LnTensor *state, double rate) {
  const Noise p = {rate, 0, {.n = -1}, false};
  LnTensor *out[2], *in[2] = {x, state};
  if (!x) return NULL;
  if (x->dtype != LN_FLOAT32)
    return ln_mul(c, x, ln_random_keep(c, x, state, rate, &p.shape, false));
  return ln_apply_all(c, &ln_ops_noise[DROPOUT], in, 2, &p, out) ? out[0] : NULL;
}

LnTensor *ln_random_keep(LnContext *c, LnTensor *x, LnTensor *state, double rate,
                         const LnInts *of, bool shared) {
  Noise p = {rate, 0, *of, shared};
  return LN_APPLY2(c, &ln_ops_noise[RANDOM_KEEP], &p, x, state);
}

LnTensor *ln_random_normal_like(LnContext *c, LnTensor *x, LnTensor *state, double mean,
                                double deviation) {
  Noise p = {mean, deviation, {.n = -1}, false};
  return LN_APPLY2(c, &ln_ops_noise[RANDOM_NORMAL], &p, x, state);
}
