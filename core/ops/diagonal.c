// Diagonals and triangles of matrices: diag, diagonal, trace, tril, triu.
#include "ops/diagonal.h"

#include <stddef.h>
#include <string.h>

#include "kernels/copy.h"
#include "ops/ops.h"

// ---- diagonal: a view; and its gradient, which puts a diagonal into zeros

typedef struct Diagonal {
  int64_t offset, axis1, axis2;
  LnInts shape;                // of the matrices, for the gradient
} Diagonal;

// Where the diagonal of a tensor lies: its axes, length, and the offset of its start in elements.
static bool diagonal_layout(const LnCall *call, const Diagonal *p, int rank, const int64_t *shape,
                            const int64_t *stride, LnSpec *out) {
  LnContext *c = call->context;
  int a, b, n = 0;
  if (rank < 2)
    return ln_fail(c, "%s: a tensor of two axes or more is wanted, got shape %s", call->op->name,
                   ln_shape_text(shape, rank));
  if (!ln_axis(c, call->op->name, p->axis1, rank, &a) ||
      !ln_axis(c, call->op->name, p->axis2, rank, &b))
    return false;
  if (a == b) return ln_fail(c, "%s: axis1 and axis2 are the same", call->op->name);
  int64_t k = p->offset, rows = shape[a], columns = shape[b];
  // Compared before subtracting, so that no offset overflows.
  int64_t down = k < 0 ? (k < -rows ? rows : -k) : 0,
          right = k > 0 ? (k > columns ? columns : k) : 0;
  int64_t length = rows - down < columns - right ? rows - down : columns - right;
  if (rows < 0 || columns < 0) length = -1, down = right = 0;
  for (int i = 0; i < rank; i++)
    if (i != a && i != b) out->shape[n] = shape[i], out->stride[n++] = stride[i];
  out->shape[n] = length;
  out->stride[n++] = stride[a] + stride[b];
  out->offset = length > 0 ? down * stride[a] + right * stride[b] : 0;
  out->rank = n;
  return true;
}

static bool diagonal_shape(const LnCall *call, LnSpec *out) {
  LnTensor *x = call->in[0];
  if (!diagonal_layout(call, call->params, x->rank, x->shape, x->stride, out)) return false;
  out->dtype = (LnDtype)x->dtype;
  out->view_of = x;
  out->offset *= (int64_t)ln_dtype_size(x->dtype);
  return true;
}

static const LnOp *const diagonal_op, *const diagonal_grad_op;

static bool diagonal_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                              LnTensor **dx) {
  (void)want;
  Diagonal p = *(const Diagonal *)call->params;
  p.shape = ln_shape_of(call->in[0]);
  return (dx[0] = LN_APPLY1(call->context, diagonal_grad_op, &p, dy[0]));
}

static bool grad_shape(const LnCall *call, LnSpec *out) {
  const Diagonal *p = call->params;
  const LnTensor *dy = call->in[0];
  int64_t stride[LN_MAX_RANK];
  LnSpec line;
  const int rank = (int)p->shape.n;
  ln_contiguous_strides(p->shape.v, rank, stride);
  if (!diagonal_layout(call, p, rank, p->shape.v, stride, &line)) return false;
  if (!ln_shape_equal(line.shape, line.rank, dy->shape, dy->rank))
    return ln_fail(call->context, "%s: %s is not the diagonal's shape, %s", call->op->name,
                   ln_tensor_shape_text(dy), ln_shape_text(line.shape, line.rank));
  return ln_spec(call, out, (LnDtype)dy->dtype, rank, p->shape.v);
}

static void grad_forward(const LnCall *call) {
  const LnTensor *dy = call->in[0];
  LnTensor *dx = call->out[0];
  size_t width = ln_dtype_size(dx->dtype);
  LnSpec line;
  memset(dx->data, 0, (size_t)dx->size * width);
  if (!diagonal_layout(call, call->params, dx->rank, dx->shape, dx->stride, &line)) return;
  ln_kernel_copy(line.rank, line.shape, dx->dtype, (char *)dx->data + line.offset * (int64_t)width,
                 line.stride, dy->dtype, dy->data, dy->stride);
}

static bool grad_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  return (dx[0] = LN_APPLY1(call->context, diagonal_op, call->params, dy[0]));
}

// ---- diag, trace

typedef struct Diag {
  int64_t k;
} Diag;

static bool diag_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  LnTensor *x = call->in[0];
  int64_t k = ((const Diag *)call->params)->k;
  Diagonal p = {k, 0, 1, {.n = 2}};
  if (x->rank == 2) return (out[0] = LN_APPLY1(c, diagonal_op, &p, x));
  if (x->rank != 1)
    return ln_fail(c, "diag: one or two axes are wanted, got shape %s", ln_tensor_shape_text(x));
  if (k > INT32_MAX || k < -INT32_MAX)
    return ln_fail(c, "diag: k = %lld is too far out", (long long)k);
  if (x->shape[0] < 0)   // square, of a size that is not known either
    return (out[0] = ln_mul(c, ln_expand_dims(c, x, 0), ln_expand_dims(c, x, 1)));
  p.shape.v[0] = p.shape.v[1] = x->shape[0] + (k < 0 ? -k : k);
  return (out[0] = LN_APPLY1(c, diagonal_grad_op, &p, x));
}

static bool trace_compose(const LnCall *call, LnTensor **out) {
  LnTensor *line = LN_APPLY1(call->context, diagonal_op, call->params, call->in[0]);
  return (out[0] = ln_sum(call->context, line, -1, false));
}

// ---- tril, triu

static bool triangle_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  if (x->rank < 2)
    return ln_fail(call->context, "%s: a tensor of two axes or more is wanted, got shape %s",
                   call->op->name, ln_tensor_shape_text(x));
  return ln_spec_like(call, out, (LnDtype)x->dtype, x);
}

static void triangle_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  LnTensor *y = call->out[0];
  int64_t k = ((const Diag *)call->params)->k;
  bool lower = call->op->name[3] == 'l';
  size_t width = ln_dtype_size(y->dtype);
  if (y->size == 0) return;
  ln_kernel_copy(x->rank, x->shape, y->dtype, y->data, y->stride, x->dtype, x->data, x->stride);
  int64_t rows = y->shape[y->rank - 2], columns = y->shape[y->rank - 1];
  char *row = y->data;
  if (k < -rows) k = -rows;
  if (k > columns) k = columns;
  for (int64_t i = 0; i < y->size / columns; i++, row += columns * (int64_t)width) {
    // Columns below `edge` belong to the lower triangle: j <= i + k there, j >= i + k above.
    int64_t edge = i % rows + k + (lower ? 1 : 0);
    edge = edge < 0 ? 0 : edge > columns ? columns : edge;
    if (lower) memset(row + edge * (int64_t)width, 0, (size_t)(columns - edge) * width);
    else memset(row, 0, (size_t)edge * width);
  }
}

static bool triangle_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                              LnTensor **dx) {
  (void)want;
  return (dx[0] = LN_APPLY1(call->context, call->op, call->params, dy[0]));
}

static const LnOption diagonal_options[] = {
  {"offset", LN_OPT_INTEGER, offsetof(Diagonal, offset), .fallback = "0",
   .doc = "how far above the main diagonal; negative: below"},
  {"axis1", LN_OPT_AXIS, offsetof(Diagonal, axis1), .fallback = "1", .doc = "the rows' axis"},
  {"axis2", LN_OPT_AXIS, offsetof(Diagonal, axis2), .fallback = "2", .doc = "the columns' axis"},
  {0}};
static const LnField diagonal_fields[] = {LN_BYTES(Diagonal, shape), {0}};
static const LnOption k_options[] = {
  {"k", LN_OPT_INTEGER, offsetof(Diag, k), .fallback = "0",
   .doc = "how far above the main diagonal; negative: below"}, {0}};

const LnOp ln_ops_diagonal[] = {
  {.name = "diagonal", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = diagonal_options,
   .fields = diagonal_fields,
   .params_size = sizeof(Diagonal), .shape = diagonal_shape, .backward = diagonal_backward,
   .samples = "x(3,4)\nx(3,4), 1\nx(4,3), -1\nx(2,3,4), {axis1 = 2, axis2 = 3}\nx(2,3), 5",
   .doc = "(x, offset = 0, axis1 = 1, axis2 = 2): the diagonal of two axes, as the last axis of a\n"
          "view. Error: fewer than two axes.\n"
          "Example:\n"
          "ln.arange(9):reshape{3, 3}:diagonal():astype(\"int32\")  --> [0 4 8]\n"},
  {.name = "diagonal_grad", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_HIDDEN,
   .options = diagonal_options, .fields = diagonal_fields,
   .params_size = sizeof(Diagonal), .shape = grad_shape, .forward = grad_forward,
   .backward = grad_backward, .doc = "Zeros with x on the diagonal."},
  {.name = "diag", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = k_options,
   .params_size = sizeof(Diag),
   .compose = diag_compose, .samples = "x(3)\nx(3), 1\nx(3), -2\nx(3,4)\nx(3,4), 1",
   .doc = "(x, k = 0): of a matrix its k-th diagonal; of a vector the square matrix that has it "
          "as\n"
          "its k-th diagonal and zeros elsewhere.\n"
          "Example:\n"
          "ln.diag(ln.tensor{1, 2}):flatten()  --> [1. 0. 0. 2.]\n"},
  {.name = "trace", .n_in = 1, .n_out = 1, .options = diagonal_options,
   .params_size = sizeof(Diagonal), .compose = trace_compose, .samples = "x(3,4)\nx(3,4), 1",
   .doc = "(x, offset = 0, axis1 = 1, axis2 = 2): the sum of the diagonal.\n"
          "Example:\n"
          "ln.trace(ln.tensor{{1, 2}, {3, 4}})  --> 5.0\n"},
  {.name = "tril", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = k_options,
   .params_size = sizeof(Diag),
   .shape = triangle_shape, .forward = triangle_forward, .backward = triangle_backward,
   .samples = "x(3,4)\nx(2,3,3), -1\nx(3,4), 1",
   .doc = "(x, k = 0): x with zeros above the k-th diagonal of its last two axes.\n"
          "Example:\n"
          "ln.tril(ln.tensor{{1, 2}, {3, 4}}):flatten()  --> [1. 0. 3. 4.]\n"},
  {.name = "triu", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = k_options,
   .params_size = sizeof(Diag),
   .shape = triangle_shape, .forward = triangle_forward, .backward = triangle_backward,
   .samples = "x(3,4)\nx(2,3,3), -1\nx(3,4), 1",
   .doc = "(x, k = 0): x with zeros below the k-th diagonal of its last two axes.\n"
          "Example:\n"
          "ln.triu(ln.tensor{{1, 2}, {3, 4}}):flatten()  --> [1. 2. 0. 4.]\n"},
  {0}};

static const LnOp *const diagonal_op = &ln_ops_diagonal[0];
static const LnOp *const diagonal_grad_op = &ln_ops_diagonal[1];

LnTensor *ln_diagonal(LnContext *c, LnTensor *x, int64_t axis1, int64_t axis2) {
  return LN_APPLY1(c, diagonal_op, (&(Diagonal){.axis1 = axis1, .axis2 = axis2}), x);
}
