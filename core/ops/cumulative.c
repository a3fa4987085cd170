// Running sums and products along an axis, and the linear recurrence that is the gradient of a
// running product without a division. To add a scan: its step in kernels/reduce.c, a row here.
#include "ops/cumulative.h"

#include <string.h>

#include "kernels/reduce.h"

typedef struct Cumulative {
  int64_t axis;
  bool reverse, exclusive;
} Cumulative;

static bool axis_of(const LnCall *call, int *axis) {
  const Cumulative *o = call->params;
  return ln_axis(call->context, call->op->name, o->axis, call->in[0]->rank, axis);
}

static LnTensor *scan(LnContext *c, int which, LnTensor *x, LnTensor *a, int64_t axis,
                      bool reverse, bool exclusive);

// ---- cumsum, cumprod

// With no axis, the flattened tensor.
static bool compose(const LnCall *call, LnTensor **out);

static bool shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  int axis;
  if (!axis_of(call, &axis)) return false;
  return ln_spec_like(call, out, ln_dtype_is_float(x->dtype) ? (LnDtype)x->dtype : LN_INT64, x);
}

static void forward(const LnCall *call) {
  const Cumulative *o = call->params;
  const LnTensor *x = call->in[0];
  int64_t axis = o->axis < 0 ? o->axis + x->rank : o->axis;
  if (x->size == 0) return;
  ln_kernel_scan((LnScan)call->op->variant, o->reverse, o->exclusive, call->out[0], x,
                 call->n_in > 1 ? call->in[1] : NULL, (int)axis);
}

enum { CUMSUM, CUMPROD, SCAN_SUM, SCAN_PROD, RECURRENCE, LAGGED, SHIFT };

static bool sum_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  const Cumulative *o = call->params;
  dx[0] = scan(c, SCAN_SUM, dy[0], NULL, o->axis, !o->reverse, o->exclusive);
  return true;
}

// dx_k = p_k s_k, p the product before k and s the sum of dy_i times what is between k and i, from
// i = k on (after k when exclusive): s_k = dy_k + x_(k+1) s_(k+1). It needs no division by x.
static bool prod_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  const Cumulative *o = call->params;
  LnTensor *x = call->in[0];
  LnTensor *before = scan(c, SCAN_PROD, x, NULL, o->axis, o->reverse, true);
  LnTensor *g = o->exclusive ? scan(c, SHIFT, dy[0], NULL, o->axis, !o->reverse, false) : dy[0];
  dx[0] = ln_mul(c, before, scan(c, LAGGED, g, x, o->axis, !o->reverse, false));
  return true;
}

// y_k = x_k + a_k y_(k-1): dx_k = dy_k + a_(k+1) dx_(k+1), da_k = dx_k y_(k-1)
static bool recurrence_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                                LnTensor **dx) {
  LnContext *c = call->context;
  const Cumulative *o = call->params;
  dx[0] = scan(c, LAGGED, dy[0], call->in[1], o->axis, !o->reverse, false);
  if (want[1])
    dx[1] = ln_mul(c, dx[0], scan(c, SHIFT, call->out[0], NULL, o->axis, o->reverse, false));
  return true;
}

// y_k = x_k + a_(k-1) y_(k-1): dx_k = dy_k + a_k dx_(k+1), da_k = dx_(k+1) y_k
static bool lagged_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                            LnTensor **dx) {
  LnContext *c = call->context;
  const Cumulative *o = call->params;
  dx[0] = scan(c, RECURRENCE, dy[0], call->in[1], o->axis, !o->reverse, false);
  if (want[1])
    dx[1] = ln_mul(c, call->out[0], scan(c, SHIFT, dx[0], NULL, o->axis, !o->reverse, false));
  return true;
}

static bool shift_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                           LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  const Cumulative *o = call->params;
  dx[0] = scan(c, SHIFT, dy[0], NULL, o->axis, !o->reverse, false);
  return true;
}

static bool recurrence_shape(const LnCall *call, LnSpec *out) {
  if (!ln_tensor_shapes_fit(call->in[0], call->in[1]))
    return ln_fail(call->context, "%s: shapes differ: %s and %s", call->op->name,
                   ln_tensor_shape_text(call->in[0]), ln_tensor_shape_text(call->in[1]));
  return shape(call, out);
}

static const LnOption options[] = {
  {"axis", LN_OPT_AXIS, LN_FIELD(Cumulative, axis), "none",
   .doc = "the axis; none: the flattened tensor"},
  {"reverse", LN_OPT_BOOL, LN_FIELD(Cumulative, reverse), "false", .doc = "from the end"},
  {"exclusive", LN_OPT_BOOL, LN_FIELD(Cumulative, exclusive), "false",
   .doc = "of the elements before, without the one at the place"},
  {0}};

#define SAMPLES                                                                                \
  "x(2,3)\nx(2,3), 1\nx(2,3), {axis = -1, reverse = true}\nx(2,3), {axis = 1, exclusive = true}" \
  "\nx(2,3,2), {axis = 2, reverse = true, exclusive = true}"

const LnOp ln_ops_cumulative[] = {
  [CUMSUM] = {.name = "cumsum", .variant = SCAN_SUM, .n_in = 1, .n_out = 1, .options = options,
   .params_size = sizeof(Cumulative), .compose = compose, .samples = SAMPLES,
   .doc = "(x, axis = none, reverse = false, exclusive = false): running sums along an axis, or\n"
          "(none) over the flattened tensor. Integers and bools give int64.\n"
          "Example:\n"
          "ln.tensor{1, 2, 3}:cumsum()  --> [1. 3. 6.]\n"},
  [CUMPROD] = {.name = "cumprod", .variant = SCAN_PROD, .n_in = 1, .n_out = 1, .options = options,
   .params_size = sizeof(Cumulative), .compose = compose, .samples = SAMPLES,
   .doc = "(x, axis = none, reverse = false, exclusive = false): running products along an axis,\n"
          "or (none) over the flattened tensor. Integers and bools give int64.\n"
          "Example:\n"
          "ln.tensor{1, 2, 3}:cumprod()  --> [1. 2. 6.]\n"},
  [SCAN_SUM] = {.name = "scan_sum", .variant = LN_SCAN_SUM, .n_in = 1, .n_out = 1,
   .flags = LN_OP_HIDDEN, .options = options, .params_size = sizeof(Cumulative), .shape = shape,
   .forward = forward, .backward = sum_backward, .doc = "cumsum along one axis."},
  [SCAN_PROD] = {.name = "scan_prod", .variant = LN_SCAN_PROD, .n_in = 1, .n_out = 1,
   .flags = LN_OP_HIDDEN, .options = options, .params_size = sizeof(Cumulative), .shape = shape,
   .forward = forward, .backward = prod_backward, .doc = "cumprod along one axis."},
  [RECURRENCE] = {.name = "recurrence", .variant = LN_SCAN_RECURRENCE, .n_in = 2, .n_out = 1,
   .flags = LN_OP_HIDDEN, .options = options, .params_size = sizeof(Cumulative),
   .shape = recurrence_shape, .forward = forward, .backward = recurrence_backward,
   .doc = "(x, a): y_k = x_k + a_k y_(k-1) along one axis."},
  [LAGGED] = {.name = "lagged_recurrence", .variant = LN_SCAN_LAGGED, .n_in = 2, .n_out = 1,
   .flags = LN_OP_HIDDEN, .options = options, .params_size = sizeof(Cumulative),
   .shape = recurrence_shape, .forward = forward, .backward = lagged_backward,
   .doc = "(x, a): y_k = x_k + a_(k-1) y_(k-1) along one axis."},
  [SHIFT] = {.name = "scan_shift", .variant = LN_SCAN_SHIFT, .n_in = 1, .n_out = 1,
   .flags = LN_OP_HIDDEN, .options = options, .params_size = sizeof(Cumulative), .shape = shape,
   .forward = forward, .backward = shift_backward,
   .doc = "y_k = x_(k-1) along one axis, 0 at its start."},
  {0}};

static LnTensor *scan(LnContext *c, int which, LnTensor *x, LnTensor *a, int64_t axis,
                      bool reverse, bool exclusive) {
  Cumulative o;
  memset(&o, 0, sizeof o);
  o.axis = axis;
  o.reverse = reverse;
  o.exclusive = exclusive;
  return ln_apply(c, &ln_ops_cumulative[which], (LnTensor *[]){x, a}, a ? 2 : 1, &o);
}

static bool compose(const LnCall *call, LnTensor **out) {
  const Cumulative *o = call->params;
  LnContext *c = call->context;
  LnTensor *x = call->in[0];
  int axis = 0;
  if (o->axis == LN_NONE) x = ln_reshape(c, x, 1, (int64_t[]){-1});
  else if (!ln_axis(c, call->op->name, o->axis, x->rank, &axis)) return false;
  out[0] = scan(c, call->op->variant, x, NULL, axis, o->reverse, o->exclusive);
  return true;
}

LnTensor *ln_cumsum(LnContext *c, LnTensor *x, int64_t axis, bool reverse, bool exclusive) {
  return scan(c, SCAN_SUM, x, NULL, axis, reverse, exclusive);
}

LnTensor *ln_cumprod(LnContext *c, LnTensor *x, int64_t axis, bool reverse, bool exclusive) {
  return scan(c, SCAN_PROD, x, NULL, axis, reverse, exclusive);
}
