// Noise for layers: factors of dropout and normal numbers. Inputs: a tensor that gives dtype (and
// shape), and the state of a generator, or none for the context's.
#include "ops/noise.h"

#include <string.h>

#include "kernels/random.h"

typedef struct Noise {
  double a, b;     // keep: rate; normal: mean and deviation
  LnInts shape;    // n = -1: the input's
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
static const LnField keep_fields[] = {LN_BYTES(Noise, b), {0}};
static const LnField normal_fields[] = {LN_BYTES(Noise, shape), {0}};

static bool shape(const LnCall *call, LnSpec *out) {
  const Noise *p = call->params;
  const LnTensor *x = call->in[0], *state = call->in[1];
  if (!ln_dtype_is_float((LnDtype)x->dtype))
    return ln_fail(call->context, "%s: expected a float tensor, got %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype));
  if (state && (state->dtype != LN_INT64 || state->size != 2 || !ln_tensor_is_contiguous(state)))
    return ln_fail(call->context, "%s: that is no generator's state", call->op->name);
  if (p->shape.n < 0) return ln_spec_like(call, out, (LnDtype)x->dtype, x);
  return ln_spec(call, out, (LnDtype)x->dtype, (int)p->shape.n, p->shape.v);
}

// Numbers are drawn in float32, whatever the dtype.
static size_t scratch(const LnCall *call) {
  return call->out[0]->dtype == LN_FLOAT64 ? (size_t)call->out[0]->size * sizeof(float) : 0;
}

static void keep_factors(const Noise *p, LnRandom *r, float *x, int64_t n) {
  ln_random_fill_keep(r, (float)p->a, p->a < 1 ? (float)(1 / (1 - p->a)) : 0, x, n);
}

static void normals(const Noise *p, LnRandom *r, float *x, int64_t n) {
  ln_random_fill_normal(r, (float)p->a, (float)p->b, x, n);
}

static void draw(const LnCall *call, void (*fill)(const Noise *, LnRandom *, float *, int64_t)) {
  LnTensor *y = call->out[0], *state = call->in[1];
  LnRandom copy, *r = &call->context->random;
  float *x = y->dtype == LN_FLOAT64 ? call->scratch : y->data;
  if (state) memcpy(r = &copy, state->data, sizeof copy);
  fill(call->params, r, x, y->size);
  if (state) memcpy(state->data, r, sizeof copy);
  double *wide = y->data;
  for (int64_t i = 0; y->dtype == LN_FLOAT64 && i < y->size; i++) wide[i] = (double)x[i];
}

static void keep(const LnCall *call) { draw(call, keep_factors); }
static void normal(const LnCall *call) { draw(call, normals); }

const LnOp ln_ops_noise[] = {
    {.name = "random_keep", .n_in = 2, .n_optional = 1, .n_out = 1,
     .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT | LN_OP_EFFECT, .options = keep_options,
     .fields = keep_fields, .params_size = sizeof(Noise),
     .shape = shape, .scratch = scratch, .forward = keep,
     .doc = "1 / (1 - rate) or, with probability rate, 0."},
    {.name = "random_normal_like", .n_in = 2, .n_optional = 1, .n_out = 1,
     .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT | LN_OP_EFFECT, .options = normal_options,
     .fields = normal_fields, .params_size = sizeof(Noise),
     .shape = shape, .scratch = scratch, .forward = normal,
     .doc = "Normal numbers."},
    {0},
};

LnTensor *ln_random_keep(LnContext *c, LnTensor *x, LnTensor *state, double rate,
                         const LnInts *of) {
  Noise p = {rate, 0, *of};
  return LN_APPLY2(c, &ln_ops_noise[0], &p, x, state);
}

LnTensor *ln_random_normal_like(LnContext *c, LnTensor *x, LnTensor *state, double mean,
                                double deviation) {
  Noise p = {mean, deviation, {.n = -1}};
  return LN_APPLY2(c, &ln_ops_noise[1], &p, x, state);
}
