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

static bool wanted(const LnDrawn *d, int64_t i) { return i >= d->first && i < d->first + d->n; }

// All are drawn, those of other processes' rows too: they are few.
static void uniform(const Draw *p, LnRandom *r, LnTensor *y, LnDrawn d) {
  for (int64_t i = 0; i < d.whole; i++) {
    const double value = p->low + (p->high - p->low) * ln_random_double(r);
    if (wanted(&d, i)) put(y, i - d.first, value);
  }
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

static void dirichlet(const Draw *p, LnRandom *r, LnTensor *y, LnDrawn d) {
  double alpha = p->low + (p->high - p->low) * ln_random_double(r);
  double logs[WEIGHTS];
  const int64_t rows = y->size > 0 ? d.whole / p->count : 0;   // rows without weights: none
  for (int64_t row = 0; row < rows; row++) {
    double highest = -INFINITY, sum = 0;
    for (int64_t i = 0; i < p->count; i++) {
      logs[i] = log_gamma_number(r, alpha);
      highest = logs[i] > highest ? logs[i] : highest;
    }
    for (int64_t i = 0; i < p->count; i++) sum += logs[i] = exp(logs[i] - highest);
    if (!wanted(&d, row * p->count)) continue;
    for (int64_t i = 0; i < p->count; i++)
      put(y, row * p->count + i - d.first, logs[i] / sum);
  }
}

// Of an order of all rows: it is made whole, then the own part is taken.
static size_t scratch(const LnCall *call) {
  if (call->op->variant != ORDER) return 0;
  return (size_t)ln_drawn(call->context, call->out[0]).whole * sizeof(int64_t);
}

static void order(const LnCall *call, LnRandom *r, LnTensor *y, LnDrawn d) {
  int64_t *all = call->scratch;
  ln_random_permutation(r, all, d.whole, 0);
  memcpy(y->data, all + d.first, (size_t)d.n * sizeof *all);
}

static void forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  const Draw *p = call->params;
  const LnDrawn d = p->one_row ? ln_drawn_all(y->size) : ln_drawn(call->context, y);
  LnRandom copy, *r = ln_random_begin(call, &copy);
  if (call->op->variant == UNIFORM) uniform(p, r, y, d);
  else if (call->op->variant == DIRICHLET) dirichlet(p, r, y, d);
  else if (y->size > 0) order(call, r, y, d);
  ln_random_end(call, r);
}

#define DRAW(which, told)                                                                         \
  {.name = told, .variant = which, .n_in = 2, .n_optional = 1, .n_out = 1,                        \
   .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT | LN_OP_EFFECT, .fields = fields,                    \
   .params_size = sizeof(Draw), .shape = shape, .scratch = scratch, .forward = forward,           \
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
