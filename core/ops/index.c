// Picking elements by position: take, gather and their gradients, nonzero, masked_select, where.
// Positions that come from Lua are 1-based, negative from the end; C callers give 0-based ones.
#include "ops/index.h"

#include <stddef.h>
#include <string.h>

#include "kernels/copy.h"
#include "kernels/index.h"
#include "kernels/loop.h"
#include "ops/ops.h"

enum { TAKE, TAKE_GRAD, GATHER, TAKE_ALONG_AXIS, GATHER_GRAD, NONZERO, FLAT_NONZERO, MASKED_SELECT,
       WHERE };
static const LnOp *op_of(int which);

typedef struct Index {
  int64_t axis;
  bool zero_based;
  LnInts shape;   // of what was picked from, for the gradient
} Index;


static bool whole_dtype(const LnCall *call, const LnTensor *positions) {
  if (positions->dtype != LN_BOOL) return true;
  return ln_fail(call->context, "%s: positions are whole numbers, got bool (for a mask: "
                 "masked_select or where)", call->op->name);
}

// Values of positions against an axis of n.
static bool check_positions(const LnCall *call, const LnTensor *t, int64_t n) {
  const Index *p = call->params;
  LnWhole w = ln_kernel_whole(t);
  if (!w.whole)
    return ln_fail(call->context, "%s: positions are whole numbers, got %g", call->op->name, w.odd);
  if (t->size == 0) return true;
  int64_t bad = 0;
  bool found = true;
  if (p->zero_based) {
    if (w.low < 0) bad = w.low;
    else if (w.high >= n) bad = w.high;
    else found = false;
    if (!found) return true;
    return n == 0 ? ln_fail(call->context, "%s: position %lld of an axis of length 0",
                            call->op->name, (long long)bad)
                  : ln_fail(call->context, "%s: %lld is out of range: 0 .. %lld", call->op->name,
                            (long long)bad, (long long)n - 1);
  }
  if (w.low < -n) bad = w.low;
  else if (w.high > n) bad = w.high;
  else if (w.low <= 0 && w.high >= 0) {
    // Zero may be among them, which is no position: look closely.
    int64_t index[LN_MAX_RANK] = {0};
    found = false;
    for (int64_t i = 0; i < t->size && !found; i++) {
      found = ln_tensor_get(t, index) == 0;
      for (int a = t->rank - 1; a >= 0 && ++index[a] == t->shape[a]; a--) index[a] = 0;
    }
  } else {
    found = false;
  }
  if (!found) return true;
  if (n == 0)
    return ln_fail(call->context, "%s: position %lld of an axis of length 0", call->op->name,
                   (long long)bad);
  return ln_fail(call->context, "%s: position %lld is out of range: 1 .. %lld, or -1 .. -%lld from "
                 "the end", call->op->name, (long long)bad, (long long)n, (long long)n);
}

// ---- take: rows of an axis

// x as (outer, n, inner) around the axis; LN_NONE sees all of it as the axis.
static bool take_layout(const LnCall *call, const Index *p, int rank, const int64_t *shape,
                        int *axis, int64_t *outer, int64_t *n, int64_t *inner) {
  *outer = *n = *inner = 1;
  *axis = 0;
  if (p->axis != LN_NONE && !ln_axis(call->context, call->op->name, p->axis, rank, axis))
    return false;
  for (int i = 0; i < rank; i++) {
    int64_t *part = p->axis == LN_NONE || i == *axis ? n : i < *axis ? outer : inner;
    *part = ln_dim_times(*part, shape[i]);
  }
  return true;
}

static bool take_shape(const LnCall *call, LnSpec *out) {
  const Index *p = call->params;
  const LnTensor *x = call->in[0], *at = call->in[1];
  int64_t outer, n, inner, shape[2 * LN_MAX_RANK];
  int axis, rank = 0;
  if (!whole_dtype(call, at) ||
      !take_layout(call, p, x->rank, x->shape, &axis, &outer, &n, &inner))
    return false;
  bool flat = p->axis == LN_NONE;
  for (int i = 0; i < axis; i++) shape[rank++] = x->shape[i];
  for (int i = 0; i < at->rank; i++) shape[rank++] = at->shape[i];
  for (int i = axis + 1; i < x->rank && !flat; i++) shape[rank++] = x->shape[i];
  return ln_spec(call, out, (LnDtype)x->dtype, rank, shape);
}

static bool gather_shape(const LnCall *call, LnSpec *out);

static bool take_check(const LnCall *call) {
  int64_t outer, n, inner;
  int axis;
  return take_layout(call, call->params, call->in[0]->rank, call->in[0]->shape, &axis, &outer, &n,
                     &inner) &&
         check_positions(call, call->in[1], n);
}

// Scratch: the positions, then a contiguous copy of the first input when it is not.
static size_t take_scratch(const LnCall *call) {
  const LnTensor *x = call->in[0];
  size_t bytes = ln_whole_lines((size_t)call->in[1]->size * sizeof(int64_t));
  return bytes + (ln_tensor_is_contiguous(x) ? 0 : (size_t)x->size * ln_dtype_size(x->dtype)) + 1;
}

static const void *prepare(const LnCall *call, int64_t n) {
  const LnTensor *x = call->in[0];
  ln_kernel_positions(call->in[1], ((const Index *)call->params)->zero_based ? 0 : n,
                      call->scratch);
  if (ln_tensor_is_contiguous(x)) return x->data;
  char *copy = (char *)call->scratch + ln_whole_lines((size_t)call->in[1]->size * sizeof(int64_t));
  ln_kernel_pack(x, (LnDtype)x->dtype, copy);
  return copy;
}

static void take_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  int64_t outer, n, inner;
  int axis;
  if (call->out[0]->size == 0 ||
      !take_layout(call, call->params, x->rank, x->shape, &axis, &outer, &n, &inner))
    return;
  const void *from = prepare(call, n);
  ln_kernel_take(from, ln_dtype_size(x->dtype), outer, n, inner, call->scratch, call->in[1]->size,
                 call->out[0]->data);
}

static bool take_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  Index p = *(const Index *)call->params;
  if (!want[0]) return true;
  p.shape = ln_shape_of(call->in[0]);
  return (dx[0] = LN_APPLY3(call->context, op_of(TAKE_GRAD), &p, dy[0], call->in[1], dx[0]));
}

// What has this shape before it is picked from, for the checks of shapes.
static LnTensor picked_from(const Index *p) {
  LnTensor x = {.rank = (uint8_t)p->shape.n, .dtype = LN_FLOAT32, .meta = true};
  memcpy(x.shape, p->shape.v, sizeof x.shape);
  ln_contiguous_strides(x.shape, x.rank, x.stride);
  x.size = 1;
  for (int i = 0; i < x.rank; i++) x.size *= x.shape[i];
  return x;
}

// The gradient has the shape that picking would give, and floats.
static bool grad_shape(const LnCall *call, LnSpec *out) {
  const Index *p = call->params;
  const LnTensor *dy = call->in[0];
  LnTensor from = picked_from(p), *in[2] = {&from, call->in[1]};
  LnCall forward = *call;
  LnSpec picked;
  forward.in = in;
  if (!(call->op->variant == TAKE ? take_shape : gather_shape)(&forward, &picked)) return false;
  if (!ln_shape_equal(picked.shape, picked.rank, dy->shape, dy->rank) ||
      !ln_dtype_is_float((LnDtype)dy->dtype))
    return ln_fail(call->context, "%s: expected floats of shape %s, got %s %s", call->op->name,
                   ln_shape_text(picked.shape, picked.rank), ln_dtype_name((LnDtype)dy->dtype),
                   ln_tensor_shape_text(dy));
  return ln_spec_sum(call, out, call->in[2], (LnDtype)dy->dtype, &p->shape);
}

// Positions are checked here too: these ops may be called by themselves.
static bool grad_check(const LnCall *call) {
  const Index *p = call->params;
  int64_t outer, n, inner;
  int axis;
  return take_layout(call, p, (int)p->shape.n, p->shape.v, &axis, &outer, &n, &inner) &&
         check_positions(call, call->in[1], n);
}

static void take_grad_forward(const LnCall *call) {
  const Index *p = call->params;
  LnTensor *dx = call->out[0];
  int64_t outer, n, inner;
  int axis;
  if (!call->in[2]) memset(dx->data, 0, (size_t)dx->size * ln_dtype_size(dx->dtype));
  if (call->in[0]->size == 0 ||
      !take_layout(call, p, dx->rank, dx->shape, &axis, &outer, &n, &inner))
    return;
  const void *from = prepare(call, n);
  ln_kernel_take_add(from, (LnDtype)dx->dtype, outer, n, inner, call->scratch, call->in[1]->size,
                     dx->data);
}

static bool take_grad_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                               LnTensor **dx) {
  dx[2] = dy[0];
  if (!want[0]) return true;
  return (dx[0] = LN_APPLY2(call->context, op_of(TAKE), call->params, dy[0], call->in[1]));
}

LnTensor *ln_take_rows(LnContext *c, LnTensor *x, LnTensor *positions) {
  return LN_APPLY2(c, op_of(TAKE), (&(Index){.axis = 0}), x, positions);
}

LnTensor *ln_take(LnContext *c, LnTensor *x, LnTensor *positions, int64_t axis) {
  return LN_APPLY2(c, op_of(TAKE), (&(Index){.axis = axis, .zero_based = true}), x, positions);
}

// ---- gather: element by element along an axis

// The shape of the result, and the strides with which x and positions are walked.
static bool gather_layout(const LnCall *call, const LnTensor *x, const LnTensor *at, int *axis,
                          int64_t *shape, int64_t *x_stride, int64_t *at_stride) {
  LnContext *c = call->context;
  const Index *p = call->params;
  if (x->rank != at->rank || x->rank == 0)
    return ln_fail(c, "%s: positions have as many axes as the tensor, and at least one; got shapes "
                   "%s and %s", call->op->name, ln_tensor_shape_text(x), ln_tensor_shape_text(at));
  if (!ln_axis(c, call->op->name, p->axis, x->rank, axis)) return false;
  for (int i = 0; i < x->rank; i++) {
    int64_t a = x->shape[i], b = at->shape[i];
    if (i != *axis && !ln_dims_fit(a, b) && a != 1 && b != 1)
      return ln_fail(c, "%s: shapes do not align: %s and positions %s (axis %d may differ)",
                     call->op->name, ln_tensor_shape_text(x), ln_tensor_shape_text(at), *axis + 1);
    shape[i] = i == *axis || a == 1 ? b : b == 1 ? a : ln_dim_known(a, b);
    x_stride[i] = i == *axis || a == 1 ? 0 : x->stride[i];
    at_stride[i] = b == 1 && shape[i] != 1 ? 0 : 1;
  }
  int64_t step = 1;
  for (int i = x->rank - 1; i >= 0; i--) {
    at_stride[i] *= step;
    if (at->shape[i] > 1) step *= at->shape[i];
  }
  return true;
}

static bool gather_shape(const LnCall *call, LnSpec *out) {
  int64_t shape[LN_MAX_RANK], xs[LN_MAX_RANK], ats[LN_MAX_RANK];
  int axis;
  return whole_dtype(call, call->in[1]) &&
         gather_layout(call, call->in[0], call->in[1], &axis, shape, xs, ats) &&
         ln_spec(call, out, (LnDtype)call->in[0]->dtype, call->in[0]->rank, shape);
}

static bool gather_check(const LnCall *call) {
  int64_t axis = ((const Index *)call->params)->axis;
  const LnTensor *x = call->in[0];
  return check_positions(call, call->in[1], x->shape[axis < 0 ? axis + x->rank : axis]);
}

static size_t gather_scratch(const LnCall *call) {
  return (size_t)call->in[1]->size * sizeof(int64_t) + 1;
}

static void gather_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  LnTensor *y = call->out[0];
  int64_t shape[LN_MAX_RANK], xs[LN_MAX_RANK], ats[LN_MAX_RANK];
  int axis;
  if (y->size == 0 || !gather_layout(call, x, call->in[1], &axis, shape, xs, ats)) return;
  ln_kernel_positions(call->in[1], ((const Index *)call->params)->zero_based ? 0 : x->shape[axis],
                      call->scratch);
  ln_kernel_gather(y->rank, y->shape, ln_dtype_size(y->dtype), y->data, y->stride, x->data, xs,
                   x->stride[axis], call->scratch, ats);
}

static bool gather_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                            LnTensor **dx) {
  Index p = *(const Index *)call->params;
  if (!want[0]) return true;
  p.shape = ln_shape_of(call->in[0]);
  return (dx[0] = LN_APPLY3(call->context, op_of(GATHER_GRAD), &p, dy[0], call->in[1], dx[0]));
}

static void gather_grad_forward(const LnCall *call) {
  const LnTensor *dy = call->in[0];
  LnTensor *dx = call->out[0];
  int64_t shape[LN_MAX_RANK], xs[LN_MAX_RANK], ats[LN_MAX_RANK];
  int axis;
  if (!call->in[2]) memset(dx->data, 0, (size_t)dx->size * ln_dtype_size(dx->dtype));
  if (dy->size == 0 || !gather_layout(call, dx, call->in[1], &axis, shape, xs, ats)) return;
  ln_kernel_positions(call->in[1], ((const Index *)call->params)->zero_based ? 0 : dx->shape[axis],
                      call->scratch);
  ln_kernel_gather_add(dy->rank, dy->shape, (LnDtype)dx->dtype, dy->data, dy->stride, dx->data, xs,
                       dx->stride[axis], call->scratch, ats);
}

static bool gather_grad_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                                 LnTensor **dx) {
  dx[2] = dy[0];
  if (!want[0]) return true;
  return (dx[0] = LN_APPLY2(call->context, op_of(GATHER), call->params, dy[0], call->in[1]));
}

LnTensor *ln_gather(LnContext *c, LnTensor *x, LnTensor *positions, int64_t axis) {
  return LN_APPLY2(c, op_of(GATHER), (&(Index){.axis = axis, .zero_based = true}), x, positions);
}

LnTensor *ln_gather_grad(LnContext *c, LnTensor *x, LnTensor *positions, int64_t axis, int rank,
                         const int64_t *shape) {
  Index p = {.axis = axis, .zero_based = true, .shape = {.n = rank}};
  ln_copy_bytes(p.shape.v, shape, (size_t)rank * sizeof *shape);
  return LN_APPLY3(c, op_of(GATHER_GRAD), &p, x, positions, NULL);
}

// ---- nonzero, masked_select

static void count_loop(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {
  int64_t count = 0;
  (void)strides;  // one after the other: count_nonzero sees to it
  for (int64_t i = 0; i < n; i++) count += ptrs[0][i] != 0;
  **(int64_t *const *)arg += count;
}

// x as bools, row after row: x itself when it is that already, else in memory.
static const uint8_t *truth(const LnTensor *x, void *memory) {
  if (x->dtype == LN_BOOL && ln_tensor_is_contiguous(x)) return x->data;
  ln_kernel_pack(x, LN_BOOL, memory);
  return memory;
}

static bool count_nonzero(const LnCall *call, int64_t *count) {
  const LnTensor *x = call->in[0];
  LnContext *c = call->context;
  int64_t *to = count, flat = 1;
  *count = 0;
  if (x->size == 0) return true;
  void *memory = ln_memory_alloc(c->memory, (size_t)x->size);
  if (!memory) return ln_fail(c, "%s: out of memory", call->op->name);
  LnOperand operand = {(void *)(uintptr_t)truth(x, memory), &flat, 1};
  ln_loop(1, &x->size, 1, &operand, count_loop, &to, 0);
  ln_memory_free(c->memory, memory, (size_t)x->size);
  return true;
}

static size_t nonzero_scratch(const LnCall *call) { return (size_t)call->in[0]->size + 1; }

static bool nonzero_shape(const LnCall *call, LnSpec *out) {
  int64_t shape[2] = {0, call->in[0]->rank};
  return count_nonzero(call, shape) && ln_spec(call, out, LN_INT64, 2, shape);
}

static void nonzero_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  const uint8_t *is = truth(x, call->scratch);
  int64_t index[LN_MAX_RANK] = {0}, *to = call->out[0]->data;
  for (int64_t i = 0; i < x->size; i++) {
    if (is[i])
      for (int a = 0; a < x->rank; a++) *to++ = index[a] + 1;
    for (int a = x->rank - 1; a >= 0 && ++index[a] == x->shape[a]; a--) index[a] = 0;
  }
}

static bool flat_nonzero_shape(const LnCall *call, LnSpec *out) {
  int64_t count;
  return count_nonzero(call, &count) && ln_spec(call, out, LN_INT64, 1, &count);
}

static void flat_nonzero_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  const uint8_t *is = truth(x, call->scratch);
  int64_t *to = call->out[0]->data;
  for (int64_t i = 0; i < x->size; i++)
    if (is[i]) *to++ = i;
}

static bool masked_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *mask = call->in[1];
  int64_t shape[LN_MAX_RANK] = {mask->size};
  if (mask->rank > x->rank || !ln_shape_equal(mask->shape, mask->rank, x->shape, mask->rank))
    return ln_fail(c, "masked_select: the mask's shape %s does not begin the tensor's shape %s",
                   ln_tensor_shape_text(mask), ln_tensor_shape_text(x));
  if (mask->rank == 0 && x->rank == LN_MAX_RANK)
    return ln_fail(c, "masked_select: a tensor has at most %d axes", LN_MAX_RANK);
  for (int i = mask->rank; i < x->rank; i++) shape[i - mask->rank + 1] = x->shape[i];
  LnTensor *positions = LN_APPLY1(c, op_of(FLAT_NONZERO), NULL, mask);
  x = ln_reshape(c, x, x->rank - mask->rank + 1, shape);
  return (out[0] = ln_take(c, x, positions, 0));
}

LnTensor *ln_masked_select(LnContext *c, LnTensor *x, LnTensor *mask) {
  return LN_APPLY2(c, op_of(MASKED_SELECT), NULL, x, mask);
}

// ---- where

static LnDtype where_dtype(const LnCall *call) {
  return ln_dtype_promote((LnDtype)call->in[1]->dtype, (LnDtype)call->in[2]->dtype);
}

static bool where_shape(const LnCall *call, LnSpec *out) {
  return ln_spec_broadcast(call, out, where_dtype(call));
}

// Operands of another dtype (bool for the condition) are converted into scratch.
static LnDtype wanted(const LnCall *call, int i) {
  return i == 0 ? LN_BOOL : where_dtype(call);
}

static size_t where_scratch(const LnCall *call) {
  size_t bytes = 0;
  for (int i = 0; i < 3; i++)
    if (call->in[i]->dtype != wanted(call, i))
      bytes += ln_whole_lines((size_t)call->in[i]->size * ln_dtype_size(wanted(call, i)));
  return bytes;
}

static void where_forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  char *memory = call->scratch;
  const void *data[3];
  int64_t stride[3][LN_MAX_RANK];
  if (y->size == 0) return;
  for (int i = 0; i < 3; i++) {
    const LnTensor *t = call->in[i];
    int64_t strides[LN_MAX_RANK];
    data[i] = t->data;
    memcpy(strides, t->stride, sizeof strides);
    if (t->dtype != wanted(call, i)) {
      ln_contiguous_strides(t->shape, t->rank, strides);
      ln_kernel_pack(t, wanted(call, i), memory);
      data[i] = memory;
      memory += ln_whole_lines((size_t)t->size * ln_dtype_size(wanted(call, i)));
    }
    for (int a = 0, from = t->rank - y->rank; a < y->rank; a++, from++)
      stride[i][a] = from < 0 || t->shape[from] == 1 ? 0 : strides[from];
  }
  ln_kernel_where(y->rank, y->shape, ln_dtype_size(y->dtype), y->data, y->stride, data[0],
                  stride[0], data[1], stride[1], data[2], stride[2]);
}

static bool where_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                           LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *zero = ln_temp(c, ln_tensor_scalar(c, (LnDtype)dy[0]->dtype, 0));
  if (want[1] && !(dx[1] = ln_where(c, call->in[0], dy[0], zero))) return false;
  if (want[2] && !(dx[2] = ln_where(c, call->in[0], zero, dy[0]))) return false;
  return zero;
}

LnTensor *ln_where(LnContext *c, LnTensor *condition, LnTensor *a, LnTensor *b) {
  return LN_APPLY3(c, op_of(WHERE), NULL, condition, a, b);
}

static const LnOption take_options[] = {
  {"axis", LN_OPT_AXIS, offsetof(Index, axis), .fallback = "none",
   .doc = "which axis the positions are of; none: of the flattened tensor"}, {0}};
static const LnField fields[] = {LN_BYTES(Index, zero_based), LN_BYTES(Index, shape), {0}};
static const LnOption gather_options[] = {
  {"axis", LN_OPT_AXIS, offsetof(Index, axis), .fallback = "-1",
   .doc = "which axis the positions are of"}, {0}};

#define GATHER_DOC                                                                                 \
  "(x, positions, axis = -1): element by element along an axis: for two axes and axis = 2,\n"      \
  "y[i][j] = x[i][positions[i][j]]. The positions have x's rank and, but for that axis, its\n"     \
  "shape (axes of length 1 broadcast); they are 1-based, negative from the end.\n"                 \
  "Errors: a position out of range, shapes that do not align.\n"                                   \
  "Example:\n"                                                                                     \
  "ln.gather(ln.tensor{{1, 2}, {3, 4}}, ln.tensor{{2}, {1}}):flatten()  --> [2. 3.]\n"

const LnOp ln_ops_index[] = {
  {.name = "take", .n_in = 2, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_ADDS_GRADIENT,
   .options = take_options,
   .fields = fields, .params_size = sizeof(Index),
   .shape = take_shape, .check = take_check, .scratch = take_scratch, .forward = take_forward,
   .backward = take_backward,
   .samples = "x(3,4), ln.tensor({1, 3, 3, -1}, {dtype = \"int32\"}), 1\n"
              "x(2,3), ln.tensor({{1, 2}, {-1, 1}}, {dtype = \"int64\"}), {axis = 2}\n"
              "x(2,3), ln.tensor({6, 1, 1}, {dtype = \"int32\"})",
   .doc = "(x, positions, axis = none): the elements of x at these positions of an axis (rows, "
          "for\n"
          "axis 1), or of the flattened tensor. Positions are 1-based, negative from the end; "
          "their\n"
          "shape takes the place of the axis. Error: a position out of range.\n"
          "Example:\n"
          "ln.tensor{10, 20, 30}:take(ln.tensor{3, 1, -2})  --> [30. 10. 20.]\n"},
  {.name = "take_grad", .variant = TAKE, .n_in = 3, .n_optional = 1, .n_out = 1,
   .flags = LN_OP_HIDDEN | LN_OP_IN_PLACE, .options = take_options, .fields = fields,
   .params_size = sizeof(Index), .shape = grad_shape, .check = grad_check,
   .scratch = take_scratch, .forward = take_grad_forward, .backward = take_grad_backward,
   .doc = "(dy, positions, sum): dy added at the positions of the sum, in place, or of zeros."},
  {.name = "gather", .n_in = 2, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_ADDS_GRADIENT,
   .options = gather_options, .fields = fields,
   .params_size = sizeof(Index), .shape = gather_shape, .check = gather_check,
   .scratch = gather_scratch, .forward = gather_forward, .backward = gather_backward,
   .samples = "x(2,3), ln.tensor({{1, 1}, {3, -1}}, {dtype = \"int32\"})\n"
              "x(3,2), ln.tensor({{1, 3}}, {dtype = \"int64\"}), 1\n"
              "x(1,3), ln.tensor({{1}, {2}}, {dtype = \"int64\"}), 2", .doc = GATHER_DOC},
  {.name = "take_along_axis", .n_in = 2, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_ADDS_GRADIENT,
   .options = gather_options, .fields = fields,
   .params_size = sizeof(Index), .shape = gather_shape, .check = gather_check,
   .scratch = gather_scratch, .forward = gather_forward, .backward = gather_backward,
   .samples = "x(2,3), ln.tensor({{1, 1}, {3, -1}}, {dtype = \"int32\"})", .doc = GATHER_DOC},
  {.name = "gather_grad", .variant = GATHER, .n_in = 3, .n_optional = 1, .n_out = 1,
   .flags = LN_OP_HIDDEN | LN_OP_IN_PLACE, .options = gather_options, .fields = fields,
   .params_size = sizeof(Index), .shape = grad_shape, .check = grad_check,
   .scratch = gather_scratch, .forward = gather_grad_forward, .backward = gather_grad_backward,
   .doc = "(dy, positions, sum): dy added at the positions along an axis of the sum, in place, or "
          "of zeros."},
  {.name = "nonzero", .n_in = 1, .n_out = 1,
   .flags = LN_OP_HALVES | LN_OP_VALUE_SHAPE | LN_OP_NO_GRADIENT,
   .shape = nonzero_shape, .scratch = nonzero_scratch, .forward = nonzero_forward,
   .samples = "b(2,3)\ni(3, 2,3)\nx(2,3)",
   .doc = "(x): where x is not 0 (or true): int64 (n, rank), one row of 1-based positions for "
          "each\n"
          "such element.\n"
          "Example:\n"
          "ln.nonzero(ln.tensor{0, 5, 0, 7}):flatten()  --> [2 4]\n"},
  {.name = "flat_nonzero", .n_in = 1, .n_out = 1,
   .flags = LN_OP_HALVES | LN_OP_HIDDEN | LN_OP_VALUE_SHAPE | LN_OP_NO_GRADIENT,
   .shape = flat_nonzero_shape,
   .scratch = nonzero_scratch, .forward = flat_nonzero_forward,
   .doc = "0-based positions of the elements of the flattened x that are not 0."},
  {.name = "masked_select", .n_in = 2, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_VALUE_SHAPE,
   .compose = masked_compose, .samples = "x(2,3), b(2,3)\nx(3,2), b(3)",
   .doc = "(x, mask): the elements of x where the mask is true, in one axis; a mask for the first\n"
          "axes only selects rows. Error: the mask's shape does not begin x's.\n"
          "Example:\n"
          "ln.tensor{1, 5, 2, 7}:masked_select(ln.tensor{1, 5, 2, 7}:gt(3))  --> [5. 7.]\n"},
  {.name = "where", .n_in = 3, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_FUNCTION_ONLY,
   .shape = where_shape,
   .scratch = where_scratch, .forward = where_forward, .backward = where_backward,
   .samples = "b(2,3), x(2,3), x(2,3)\nb(2,3), x(3), x(2,1)\nb(2,1), x(2,3), p(2,3)",
   .doc = "(condition, a, b): elements of a where the condition is true (or not 0), of b "
          "elsewhere;\n"
          "the three broadcast, a and b are promoted to one dtype.\n"
          "Example:\n"
          "ln.where(ln.tensor{1, 0, 1}, ln.tensor{1, 2, 3}, ln.tensor{9, 9, 9})  --> [1. 9. 3.]\n"},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_index[which]; }
