// Softmax and its kin along one axis: softmax, log_softmax, logsumexp, sparsemax, glu.
#include "kernels/softmax.h"

#include <stddef.h>
#include <string.h>

#include "kernels/copy.h"
#include "kernels/sort.h"
#include "ops/ops.h"
#include "ops/slice.h"

enum { SOFTMAX, SOFTMAX_GRAD, LOG_SOFTMAX, LOGSUMEXP_AXIS, LOGSUMEXP, SPARSEMAX, GLU };
static const LnOp *op_of(int which);

typedef struct Axis {
  int64_t axis;
} Axis;

static int axis_of(const LnCall *call) {
  int64_t axis = ((const Axis *)call->params)->axis;
  return (int)(axis < 0 ? axis + call->in[0]->rank : axis);
}

static bool softmax_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  int axis;
  return ln_axis(call->context, call->op->name, ((const Axis *)call->params)->axis, x->rank,
                 &axis) &&
         ln_spec_like(call, out, ln_dtype_float((LnDtype)x->dtype), x);
}

// Integers are converted first, into scratch; so are operands of another dtype.
static size_t convert_bytes(const LnTensor *t, LnDtype d) {
  return t->dtype == d ? 0 : (size_t)t->size * ln_dtype_size(d);
}

static LnTensor converted(const LnTensor *t, LnDtype d, void *memory) {
  LnTensor same = *t;
  if (t->dtype == d) return same;
  ln_contiguous_strides(t->shape, t->rank, same.stride);
  ln_kernel_pack(t, d, memory);
  same.contiguous = true;
  same.data = memory;
  same.dtype = (uint8_t)d;
  return same;
}

static size_t softmax_scratch(const LnCall *call) {
  return convert_bytes(call->in[0], (LnDtype)call->out[0]->dtype);
}

static void softmax_forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  if (y->size == 0) return;
  LnTensor x = converted(call->in[0], (LnDtype)y->dtype, call->scratch);
  if (call->op->variant == SOFTMAX) ln_kernel_softmax(&x, axis_of(call), y);
  else ln_kernel_log_softmax(&x, axis_of(call), y);
}

static bool softmax_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  (void)want;
  LnTensor *whole = ln_broadcast_to(call->context, dy[0], call->out[0]->rank, call->out[0]->shape);
  return (dx[0] = LN_APPLY2(call->context, op_of(SOFTMAX_GRAD), call->params, call->out[0], whole));
}

// ---- softmax_grad: (y, dy) -> y (dy - sum(y dy))

static bool grad_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *y = call->in[0], *dy = call->in[1];
  if (!ln_dtype_is_float((LnDtype)y->dtype))
    return ln_fail(call->context, "softmax_grad: floats are wanted, got %s",
                   ln_dtype_name((LnDtype)y->dtype));
  if (!ln_tensor_shapes_fit(y, dy))
    return ln_fail(call->context, "softmax_grad: shapes do not align: %s and %s",
                   ln_tensor_shape_text(y), ln_tensor_shape_text(dy));
  return softmax_shape(call, out) && ln_spec_both(call, out, out->dtype, y, dy);
}

static size_t grad_scratch(const LnCall *call) {
  return convert_bytes(call->in[1], (LnDtype)call->in[0]->dtype);
}

static void grad_forward(const LnCall *call) {
  const LnTensor *y = call->in[0];
  if (y->size == 0) return;
  LnTensor dy = converted(call->in[1], (LnDtype)y->dtype, call->scratch);
  ln_kernel_softmax_grad(y, &dy, axis_of(call), call->out[0]);
}

// With s = sum(y dy): d/d dy of sum(g dx) is softmax_grad(y, g), d/dy is g (dy - s) - dy sum(g y).
static bool grad_backward(const LnCall *call, LnTensor *const *g, const bool *want,
                          LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *y = call->in[0], *dy = call->in[1], *whole = g[0];
  int axis = axis_of(call);
  if (want[1]) {
    whole = ln_broadcast_to(c, g[0], y->rank, y->shape);
    dx[1] = LN_APPLY2(c, op_of(SOFTMAX_GRAD), call->params, y, whole);
  }
  if (want[0]) {
    LnTensor *s = ln_sum(c, ln_mul(c, y, dy), axis, true);
    LnTensor *t = ln_sum(c, ln_mul(c, g[0], y), axis, true);
    dx[0] = ln_sub(c, ln_mul(c, g[0], ln_sub(c, dy, s)), ln_mul(c, dy, t));
  }
  return !c->err.set;
}

static bool log_softmax_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                                 LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  LnTensor *y = call->out[0], *whole = ln_broadcast_to(c, dy[0], y->rank, y->shape);
  return (dx[0] = ln_sub(c, whole, ln_mul(c, ln_exp(c, y), ln_sum(c, whole, axis_of(call), true))));
}

LnTensor *ln_softmax(LnContext *c, LnTensor *x, int64_t axis) {
  return LN_APPLY1(c, op_of(SOFTMAX), &(Axis){axis}, x);
}

LnTensor *ln_log_softmax(LnContext *c, LnTensor *x, int64_t axis) {
  return LN_APPLY1(c, op_of(LOG_SOFTMAX), &(Axis){axis}, x);
}

// ---- logsumexp

static bool lse_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK];
  int axis, n = 0;
  if (!ln_axis(call->context, "logsumexp", ((const Axis *)call->params)->axis, x->rank, &axis))
    return false;
  for (int i = 0; i < x->rank; i++)
    if (i != axis) shape[n++] = x->shape[i];
  return ln_spec(call, out, ln_dtype_float((LnDtype)x->dtype), n, shape);
}

static void lse_forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  if (y->size == 0) return;
  LnTensor x = converted(call->in[0], (LnDtype)y->dtype, call->scratch);
  ln_kernel_logsumexp(&x, axis_of(call), y);
}

static bool lse_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  int axis = axis_of(call);
  LnTensor *p = ln_exp(c, ln_sub(c, call->in[0], ln_expand_dims(c, call->out[0], axis)));
  LnTensor *whole = ln_broadcast_to(c, dy[0], call->out[0]->rank, call->out[0]->shape);
  return (dx[0] = ln_mul(c, ln_expand_dims(c, whole, axis), p));
}

typedef struct Reduce {
  LnInts axis;
  bool keepdims;
} Reduce;

// Over several axes: one after the other, log sum exp of log sum exp being that of all.
static bool lse_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const Reduce *p = call->params;
  LnTensor *x = call->in[0], *y = x;
  bool gone[LN_MAX_RANK] = {false};
  int64_t kept[LN_MAX_RANK];
  int axis;
  for (int i = 0; i < x->rank && p->axis.n < 0; i++) gone[i] = true;
  for (int i = 0; i < p->axis.n; i++) {
    if (!ln_axis(c, "logsumexp", p->axis.v[i], x->rank, &axis)) return false;
    if (gone[axis]) return ln_fail(c, "logsumexp: axis %d is named twice", axis + 1);
    gone[axis] = true;
  }
  if (p->axis.n < 0 && x->rank != 1) {
    y = LN_APPLY1(c, op_of(LOGSUMEXP_AXIS), &(Axis){0}, ln_reshape(c, x, 1, (int64_t[]){-1}));
  } else {
    for (int i = x->rank - 1; i >= 0; i--)
      if (gone[i]) y = LN_APPLY1(c, op_of(LOGSUMEXP_AXIS), &(Axis){i}, y);
  }
  for (int i = 0; i < x->rank; i++) kept[i] = gone[i] ? 1 : x->shape[i];
  if (p->keepdims) y = ln_reshape(c, y, x->rank, kept);
  return (out[0] = y);
}

LnTensor *ln_logsumexp(LnContext *c, LnTensor *x, int64_t axis, bool keepdims) {
  Reduce p = {{axis == LN_NONE ? -1 : 1, {axis}}, keepdims};
  return LN_APPLY1(c, op_of(LOGSUMEXP), &p, x);
}

// ---- sparsemax

static size_t sparsemax_scratch(const LnCall *call) {
  const LnTensor *x = call->in[0];
  int64_t n = x->shape[axis_of(call)];
  return ln_kernel_sort_memory(n) + (size_t)n * sizeof(double) + 64 +
         convert_bytes(x, (LnDtype)call->out[0]->dtype);
}

static void sparsemax_forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  int axis = axis_of(call);
  size_t lane = ln_kernel_sort_memory(y->shape[axis]) + (size_t)y->shape[axis] * sizeof(double);
  if (y->size == 0) return;
  LnTensor x = converted(call->in[0], (LnDtype)y->dtype, (char *)call->scratch + lane);
  ln_kernel_sparsemax(&x, axis, call->scratch, y);
}

// On the support, dy less its mean there.
static bool sparsemax_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                               LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  LnTensor *y = call->out[0];
  int axis = axis_of(call);
  LnTensor *on = ln_cast(c, ln_gt_number(c, y, 0), (LnDtype)y->dtype);
  LnTensor *mean =
      ln_div(c, ln_sum(c, ln_mul(c, dy[0], on), axis, true), ln_sum(c, on, axis, true));
  return (dx[0] = ln_mul(c, on, ln_sub(c, dy[0], mean)));
}

// ---- glu

static bool glu_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  LnTensor *x = call->in[0];
  int axis;
  if (!ln_axis(c, "glu", ((const Axis *)call->params)->axis, x->rank, &axis)) return false;
  if (x->shape[axis] < 0) return (out[0] = ln_sigmoid(c, ln_narrow(c, x, axis, 0, -1)));
  if (x->shape[axis] % 2)
    return ln_fail(c, "glu: axis %d of shape %s has no two halves", axis + 1,
                   ln_tensor_shape_text(x));
  int64_t half = x->shape[axis] / 2;
  return (out[0] = ln_mul(c, ln_narrow(c, x, axis, 0, half),
                          ln_sigmoid(c, ln_narrow(c, x, axis, half, half))));
}

static const LnOption axis_options[] = {
  {"axis", LN_OPT_AXIS, offsetof(Axis, axis), .fallback = "-1", .doc = "along which axis"}, {0}};
static const LnOption lse_options[] = {
  {"axis", LN_OPT_AXES, offsetof(Reduce, axis), .fallback = "none",
   .doc = "one axis or several; none: all"},
  {"keepdims", LN_OPT_BOOL, offsetof(Reduce, keepdims), .fallback = "false",
   .doc = "keep the axes, with length 1"}, {0}};

const LnOp ln_ops_softmax[] = {
  {.name = "softmax", .variant = SOFTMAX, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .options = axis_options,
   .params_size = sizeof(Axis), .shape = softmax_shape, .scratch = softmax_scratch,
   .forward = softmax_forward, .backward = softmax_backward,
   .samples = "x(2,3)\nx(2,3), 1\nx(2,3,4), {axis = 2}",
   .doc = "(x, axis = -1): exp(x) / sum(exp(x)) along an axis: probabilities that add up to 1.\n"
          "Example:\n"
          "ln.softmax(ln.tensor{0, 0})  --> [0.5 0.5]\n"},
  {.name = "softmax_grad", .n_in = 2, .n_out = 1, .flags = LN_OP_HIDDEN, .options = axis_options,
   .params_size = sizeof(Axis), .shape = grad_shape, .scratch = grad_scratch,
   .forward = grad_forward, .backward = grad_backward,
   .samples = "p(2,3), x(2,3)\np(2,3), x(2,3), 1",
   .doc = "(y, dy): the gradient of softmax, y (dy - sum(y dy)), for y its result."},
  {.name = "log_softmax", .variant = LOG_SOFTMAX, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .options = axis_options, .params_size = sizeof(Axis), .shape = softmax_shape,
   .scratch = softmax_scratch, .forward = softmax_forward, .backward = log_softmax_backward,
   .samples = "x(2,3)\nx(2,3), 1",
   .doc = "(x, axis = -1): the logarithm of softmax, exact also where that is 0 in floats.\n"
          "Example:\n"
          "ln.log_softmax(ln.tensor{0, 1000})  --> [-1000.     0.]\n"},
  {.name = "logsumexp_axis", .n_in = 1, .n_out = 1, .flags = LN_OP_HIDDEN, .options = axis_options,
   .params_size = sizeof(Axis), .shape = lse_shape, .scratch = softmax_scratch,
   .forward = lse_forward, .backward = lse_backward, .samples = "x(2,3)\nx(2,3), 1",
   .doc = "logsumexp over one axis."},
  {.name = "logsumexp", .n_in = 1, .n_out = 1, .options = lse_options,
   .params_size = sizeof(Reduce), .compose = lse_compose,
   .samples = "x(2,3)\nx(2,3), 1\nx(2,3,4), {axis = {1, 3}, keepdims = true}",
   .doc = "(x, axis = none, keepdims = false): log(sum(exp(x))), which neither overflows nor "
          "loses\n"
          "digits.\n"
          "Example:\n"
          "ln.logsumexp(ln.tensor{1000, 1000}):round{decimals = 2}  --> 1000.69\n"},
  {.name = "sparsemax", .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION, .options = axis_options,
   .params_size = sizeof(Axis), .shape = softmax_shape, .scratch = sparsemax_scratch,
   .forward = sparsemax_forward, .backward = sparsemax_backward,
   .samples = "x(2,3)\nx(2,3), 1\nu(2,4)",
   .doc = "(x, axis = -1): the probabilities nearest to x; like softmax, but small ones are "
          "exactly 0.\n"
          "Example:\n"
          "ln.sparsemax(ln.tensor{1, 0.5, -1})  --> [0.75 0.25 0.  ]\n"},
  {.name = "glu", .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION, .options = axis_options,
   .params_size = sizeof(Axis), .compose = glu_compose, .samples = "x(2,4)\nx(2,3), {axis = 1}",
   .doc = "(x, axis = -1): a * sigmoid(b) for the two halves a, b of an axis. Error: an odd "
          "length.\n"
          "Example:\n"
          "ln.glu(ln.tensor{4, 0})  --> [2.]\n"},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_softmax[which]; }
