// Random numbers for augmentation layers. What is drawn is small: a few numbers a picture.
#include "ops/draw.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "ops/noise.h"

enum { UNIFORM, DIRICHLET, ORDER };
enum { WEIGHTS = 64 };   // of a Dirichlet distribution at most
static const LnOp *op_of(int which);

typedef struct Draw {
  bool one_row;
  int64_t count;
  double low, high;
} Draw;

static const LnField fields[] = {LN_BYTES(Draw, one_row), LN_BYTES(Draw, count),
                                 LN_BYTES(Draw, low), LN_BYTES(Draw, high), {0}};

static bool shape(const LnCall *call, LnSpec *out) {
  const Draw *p = call->params;
  const LnTensor *x = call->in[0];
  if (x->rank < 1)
    return ln_fail(call->context, "%s: a batch is wanted, got a scalar", call->op->name);
  if (call->op->variant != ORDER && !ln_dtype_is_float((LnDtype)x->dtype))
    return ln_fail(call->context, "%s: floats are wanted, got %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype));
  if (p->count < 0 || p->count > (call->op->variant == DIRICHLET ? WEIGHTS : INT32_MAX))
    return ln_fail(call->context, "%s: %lld numbers a picture", call->op->name,
                   (long long)p->count);
  if (!ln_check_random_state(call)) return false;
  int64_t rows = p->one_row ? 1 : x->shape[0];
  if (call->op->variant == ORDER) return ln_spec(call, out, LN_INT64, 1, &rows);
  return ln_spec(call, out, (LnDtype)call->in[0]->dtype, 2, (int64_t[]){rows, p->count});
}

static void put(LnTensor *y, int64_t i, double value) {
  if (y->dtype == LN_FLOAT64) ((double *)y->data)[i] = value;
  else ((float *)y->data)[i] = (float)value;
}

static void uniform(const Draw *p, LnRandom *r, LnTensor *y) {
  for (int64_t i = 0; i < y->size; i++)
    put(y, i, p->low + (p->high - p->low) * ln_random_double(r));
}

// The logarithm of a number of the gamma distribution (Marsaglia and Tsang, 2000), boosted below 1.
static double log_gamma_number(LnRandom *r, double alpha) {
  double boost = 0;
  if (alpha < 1) {
    boost = log(1 - ln_random_double(r)) / alpha;
    alpha++;
  }
  double d = alpha - 1.0 / 3, k = 1 / sqrt(9 * d);
  for (;;) {
    double x = ln_random_gauss(r), v = 1 + k * x;
    if (v <= 0) continue;
    v = v * v * v;
    if (log(1 - ln_random_double(r)) < 0.5 * x * x + d - d * v + d * log(v))
      return log(d * v) + boost;
  }
}

static void dirichlet(const Draw *p, LnRandom *r, LnTensor *y) {
  double alpha = p->low + (p->high - p->low) * ln_random_double(r);
  double logs[WEIGHTS];
  for (int64_t row = 0; y->size > 0 && row < y->shape[0]; row++) {   // rows without weights: none
    double highest = -INFINITY, sum = 0;
    for (int64_t i = 0; i < p->count; i++) {
      logs[i] = log_gamma_number(r, alpha);
      highest = logs[i] > highest ? logs[i] : highest;
    }
    for (int64_t i = 0; i < p->count; i++) sum += logs[i] = exp(logs[i] - highest);
    for (int64_t i = 0; i < p->count; i++) put(y, row * p->count + i, logs[i] / sum);
  }
}

static void forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  LnRandom copy, *r = ln_random_begin(call, &copy);
  if (call->op->variant == UNIFORM) uniform(call->params, r, y);
  else if (call->op->variant == DIRICHLET) dirichlet(call->params, r, y);
  else ln_random_permutation(r, y->data, y->size, 0);
  ln_random_end(call, r);
}

#define DRAW(which, told)                                                                         \
  {.name = told, .variant = which, .n_in = 2, .n_optional = 1, .n_out = 1,                        \
   .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT | LN_OP_EFFECT, .fields = fields,                    \
   .params_size = sizeof(Draw), .shape = shape, .forward = forward,                               \
   .doc = "Random numbers for each picture of a batch."}

const LnOp ln_ops_draw[] = {
  [UNIFORM] = DRAW(UNIFORM, "draw_uniform"),
  [DIRICHLET] = DRAW(DIRICHLET, "draw_dirichlet"),
  [ORDER] = DRAW(ORDER, "draw_order"),
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_draw[which]; }

static LnTensor *drawn(LnContext *c, int which, LnTensor *x, LnTensor *state, bool one_row,
                       int64_t count, double low, double high) {
  Draw p;
  memset(&p, 0, sizeof p);
  p.one_row = one_row;
  p.count = count;
  p.low = low;
  p.high = high;
  return LN_APPLY2(c, op_of(which), &p, x, state);
}

LnTensor *ln_draw_uniform(LnContext *c, LnTensor *x, LnTensor *state, bool one_row, int64_t count,
                          double low, double high) {
  return drawn(c, UNIFORM, x, state, one_row, count, low, high);
}

LnTensor *ln_draw_dirichlet(LnContext *c, LnTensor *x, LnTensor *state, bool one_row, int64_t count,
                            double low, double high) {
  return drawn(c, DIRICHLET, x, state, one_row, count, low, high);
}

LnTensor *ln_draw_order(LnContext *c, LnTensor *x, LnTensor *state) {
  return drawn(c, ORDER, x, state, false, 0, 0, 0);
}
