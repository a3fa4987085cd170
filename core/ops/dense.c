// y = act(x W + b) in one op. Its backward pass is one reading of dy (dense_grad: through the
// activation, and the bias's gradient) and a product for each of W and x that wants a gradient. In
// a training step that is replayed, x's product and the dense_grad of a relu before it are one
// (dense_relu_grad: autograd/fuse.c).
#include "ops/dense.h"

#include <stddef.h>

#include "kernels/copy.h"
#include "kernels/gemm.h"
#include "ops/ops.h"

enum { DENSE, DENSE_GRAD, ACTIVATION_GRAD, DENSE_RELU_GRAD };
static const LnOp *op_of(int which);

static bool dense_shape(const LnCall *call, LnSpec *out) {
  LnContext *c = call->context;
  const LnTensor *x = call->in[0], *w = call->in[1], *b = call->n_in > 2 ? call->in[2] : NULL;
  int64_t shape[LN_MAX_RANK];
  if (x->rank == 0 || w->rank != 2 || !ln_dims_fit(x->shape[x->rank - 1], w->shape[0]) ||
      (b && (b->rank != 1 || !ln_dims_fit(b->shape[0], w->shape[1]))))
    return ln_fail(c, "dense: shapes do not align: x %s, kernel %s%s%s", ln_tensor_shape_text(x),
                   ln_tensor_shape_text(w), b ? ", bias " : "", b ? ln_tensor_shape_text(b) : "");
  if (!ln_dtype_is_float((LnDtype)w->dtype) || (b && b->dtype != w->dtype))
    return ln_fail(c, "dense: kernel and bias are of one float dtype, got %s and %s",
                   ln_dtype_name((LnDtype)w->dtype), ln_dtype_name((LnDtype)(b ? b : w)->dtype));
  for (int i = 0; i < x->rank - 1; i++) shape[i] = x->shape[i];
  shape[x->rank - 1] = b ? ln_dim_known(w->shape[1], b->shape[0]) : w->shape[1];
  return ln_spec(call, out, (LnDtype)w->dtype, x->rank, shape);
}

// x as (m, k), if its leading axes lie evenly in memory and it has the right dtype.
static bool rows_of(const LnTensor *x, LnDtype d, LnMatrix *m) {
  int64_t rows = 1, step = 0;
  int last = x->rank - 1;
  for (int i = last - 1; i >= 0; i--) {
    if (x->shape[i] == 1) continue;
    if (rows == 1) step = x->stride[i];
    else if (x->stride[i] != step * rows) return false;
    rows *= x->shape[i];
  }
  return x->dtype == d && ln_matrix(x->data, rows, x->shape[last], step, x->stride[last], m);
}

static size_t dense_scratch(const LnCall *call) {
  const LnTensor *x = call->in[0], *w = call->in[1], *b = call->n_in > 2 ? call->in[2] : NULL;
  LnMatrix m;
  size_t width = ln_dtype_size(w->dtype), bytes = 0;
  if (!rows_of(x, (LnDtype)w->dtype, &m)) bytes += (size_t)x->size * width + 64;
  if (!ln_matrix(w->data, w->shape[0], w->shape[1], w->stride[0], w->stride[1], &m))
    bytes += (size_t)w->size * width + 64;
  if (b && b->stride[0] != 1) bytes += (size_t)b->size * width + 64;
  return bytes;
}

static void *copied(const LnTensor *t, LnDtype d, char **memory) {
  void *copy = *memory;
  ln_kernel_pack(t, d, copy);
  *memory += ln_whole_lines((size_t)t->size * ln_dtype_size(d));
  return copy;
}

static LnMatrix copied_rows(const LnTensor *t, LnDtype d, char **memory) {
  const int64_t n = t->shape[t->rank - 1];
  return (LnMatrix){copied(t, d, memory), n > 0 ? n : 1, 1};
}

// From row to row of what is written, in elements.
static int64_t row_step(const LnTensor *y) {
  return y->rank > 1 ? y->stride[y->rank - 2] : y->size;
}

static void dense_forward(const LnCall *call) {
  const LnTensor *x = call->in[0], *w = call->in[1], *b = call->n_in > 2 ? call->in[2] : NULL;
  LnTensor *y = call->out[0];
  LnDtype d = (LnDtype)y->dtype;
  int activation = ((const LnDense *)call->params)->activation;
  int64_t k = w->shape[0], n = w->shape[1], m = n ? y->size / n : 0;
  const int64_t ldy = row_step(y);
  char *memory = call->scratch;
  LnMatrix xm, wm;
  if (y->size == 0) return;
  if (!rows_of(x, d, &xm)) xm = copied_rows(x, d, &memory);
  if (!ln_matrix(w->data, k, n, w->stride[0], w->stride[1], &wm))
    wm = copied_rows(w, d, &memory);
  const void *bias = !b ? NULL : b->stride[0] == 1 || n == 1 ? b->data : copied(b, d, &memory);
  ln_gemm(&(LnGemm){.dtype = d, .m = m, .n = n, .k = k, .alpha = 1, .a = xm, .b = wm,
                    .bias = bias, .c = y->data, .ldc = ldy, .rows_alike = x->rank > 2,
                    .act = activation == LN_DENSE_RELU ? LN_ACT_RELU : LN_ACT_LINEAR});
  if (activation > LN_DENSE_RELU) ln_kernel_dense_finish(d, activation, m, n, y->data, ldy);
}

static LnTensor *as_rows(LnContext *c, LnTensor *x) {
  int64_t rows = 1;
  if (!x || x->rank == 2) return x;
  for (int i = 0; i < x->rank - 1; i++) rows *= x->shape[i];
  return ln_reshape(c, x, 2, (int64_t[]){rows, x->shape[x->rank - 1]});
}

LnTensor *ln_dense_through(LnContext *c, LnTensor *dy, LnTensor *y, int activation, LnTensor **db) {
  if (activation) {
    LnTensor *in[2] = {dy, y}, *out[2] = {NULL, NULL};
    const LnOp *op = op_of(db ? DENSE_GRAD : ACTIVATION_GRAD);
    if (!ln_apply_all(c, op, in, 2, &(LnDense){activation}, out)) return NULL;
    if (db) *db = out[1];
    return out[0];
  }
  if (db && !(*db = ln_sum(c, as_rows(c, dy), 0, false))) return NULL;
  return dy;
}

static LnTensor *weights_grad(LnContext *c, LnTensor *x, LnTensor *dz) {
  return ln_matmul(c, ln_transpose(c, as_rows(c, x)), as_rows(c, dz));
}

static bool dense_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                           LnTensor **dx) {
  LnContext *c = call->context;
  const int activation = ((const LnDense *)call->params)->activation;
  LnTensor *x = call->in[0], *w = call->in[1];
  const bool bias = call->n_in > 2 && call->in[2] && want[2];
  LnTensor *dz = ln_dense_through(c, dy[0], call->out[0], activation, bias ? &dx[2] : NULL);
  if (!dz) return false;
  // x's first: nothing reads the weights after it, so that a step may go straight into them. But of
  // a single unit last: it may then take x's memory.
  const bool single = w->shape[1] == 1;
  if (single && want[1]) dx[1] = weights_grad(c, x, dz);
  if (want[0]) dx[0] = ln_matmul(c, dz, ln_transpose(c, w));
  if (!single && want[1]) dx[1] = weights_grad(c, x, dz);
  return !c->err.set;
}

// ---- dense_grad: (dy, y) -> dy f'(y), its column sums. activation_grad: the first alone.

static bool grad_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *dy = call->in[0], *y = call->in[1];
  if (!ln_dtype_is_float((LnDtype)y->dtype))
    return ln_fail(call->context, "%s: floats are wanted, got %s", call->op->name,
                   ln_dtype_name((LnDtype)y->dtype));
  if (!ln_tensor_shapes_fit(dy, y) || dy->rank == 0)
    return ln_fail(call->context, "%s: shapes do not align: %s and %s", call->op->name,
                   ln_tensor_shape_text(dy), ln_tensor_shape_text(y));
  return ln_spec_both(call, &out[0], (LnDtype)y->dtype, y, dy) &&
         (call->n_out == 1 ||
          ln_spec(call, &out[1], (LnDtype)y->dtype, 1, &out[0].shape[y->rank - 1]));
}

// The inputs as rows of the last one's dtype: where they do not lie so, copies.
static bool as_wanted(const LnTensor *x, LnDtype d, LnMatrix *m) {
  return rows_of(x, d, m) && m->column == 1;
}

static size_t grad_scratch(const LnCall *call) {
  const LnDtype d = (LnDtype)call->in[call->n_in - 1]->dtype;
  size_t bytes = 0;
  LnMatrix m;
  for (int i = 0; i < call->n_in; i++)
    if (!as_wanted(call->in[i], d, &m)) bytes += (size_t)call->in[i]->size * ln_dtype_size(d) + 64;
  return bytes;
}

static void grad_inputs(const LnCall *call, LnMatrix *from) {
  const LnDtype d = (LnDtype)call->in[call->n_in - 1]->dtype;
  char *memory = call->scratch;
  for (int i = 0; i < call->n_in; i++)
    if (!as_wanted(call->in[i], d, &from[i])) from[i] = copied_rows(call->in[i], d, &memory);
}

static void grad_forward(const LnCall *call) {
  const LnTensor *y = call->in[1];
  LnDtype d = (LnDtype)y->dtype;
  int64_t n = y->shape[y->rank - 1];
  LnMatrix from[2];
  grad_inputs(call, from);
  ln_kernel_dense_grad(d, ((const LnDense *)call->params)->activation, n ? y->size / n : 0, n,
                       from[0].data, from[0].row, from[1].data, from[1].row, call->out[0]->data,
                       row_step(call->out[0]), call->n_out > 1 ? call->out[1]->data : NULL);
}

static bool grad_backward(const LnCall *call, LnTensor *const *g, const bool *want,
                          LnTensor **dx) {
  LnContext *c = call->context;
  const LnDense *p = call->params;
  LnTensor *dy = call->in[0], *y = call->in[1], *both = g[0];
  if (call->n_out > 1 && g[1]) both = both ? ln_add(c, both, g[1]) : g[1];
  if (!both) return !c->err.set;
  if (want[0]) {
    LnTensor *whole = ln_broadcast_to(c, both, y->rank, y->shape);
    dx[0] = LN_APPLY2(c, op_of(ACTIVATION_GRAD), p, whole, y);
  }
  if (want[1] && p->activation == LN_DENSE_SIGMOID)  // (y (1 - y))' = 1 - 2 y
    dx[1] = ln_mul(c, ln_mul(c, both, dy), ln_number_sub(c, 1, ln_mul_number(c, y, 2)));
  if (want[1] && p->activation == LN_DENSE_TANH)  // (1 - y^2)' = -2 y
    dx[1] = ln_mul(c, ln_mul(c, both, dy), ln_mul_number(c, y, -2));
  return !c->err.set;
}

// ---- dense_relu_grad: (dz, w, y) -> dz w' where y > 0, its column sums

static bool relu_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *dz = call->in[0], *w = call->in[1], *y = call->in[2];
  if (dz->rank != 2 || w->rank != 2 || y->rank != 2 || !ln_dims_fit(dz->shape[0], y->shape[0]) ||
      !ln_dims_fit(dz->shape[1], w->shape[1]) || !ln_dims_fit(w->shape[0], y->shape[1]))
    return ln_fail(call->context, "%s: shapes do not align: %s, %s and %s", call->op->name,
                   ln_tensor_shape_text(dz), ln_tensor_shape_text(w), ln_tensor_shape_text(y));
  if (!ln_dtype_is_float((LnDtype)y->dtype) || dz->dtype != y->dtype || w->dtype != y->dtype)
    return ln_fail(call->context, "%s: one float dtype is wanted", call->op->name);
  int64_t shape[2] = {ln_dim_known(y->shape[0], dz->shape[0]),
                      ln_dim_known(y->shape[1], w->shape[0])};
  return ln_spec(call, &out[0], (LnDtype)y->dtype, 2, shape) &&
         ln_spec(call, &out[1], (LnDtype)y->dtype, 1, &shape[1]);
}

static void relu_forward(const LnCall *call) {
  const LnTensor *y = call->in[2];
  const LnDtype d = (LnDtype)y->dtype;
  const int64_t m = y->shape[0], n = y->shape[1], k = call->in[0]->shape[1];
  const int64_t ld = row_step(call->out[0]);
  void *dx = call->out[0]->data, *sums = call->out[1]->data;
  LnMatrix in[3];
  grad_inputs(call, in);
  LnGemm product = {.dtype = d, .m = m, .n = n, .k = k, .alpha = 1, .a = in[0],
                    .b = ln_matrix_transposed(in[1]), .c = dx, .ldc = ld};
  const bool masks = ln_gemm_masks(m, n);
  if (masks) product.y = in[2].data, product.ldy = in[2].row, product.sums = sums;
  ln_gemm(&product);
  // In place: what a relu has set to 0 it sets to 0 again.
  if (!masks)
    ln_kernel_dense_grad(d, LN_DENSE_RELU, m, n, dx, ld, in[2].data, in[2].row, dx, ld, sums);
}

// A product of one term reads an element of y before it writes there.
static int relu_in_place(const LnCall *call) {
  const LnTensor *dz = call->in[0], *y = call->in[2];
  return dz->shape[1] == 1 && ln_gemm_masks(y->shape[0], y->shape[1]) ? 2 : -1;
}

static bool relu_backward(const LnCall *call, LnTensor *const *g, const bool *want,
                          LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *dz = call->in[0], *w = call->in[1], *y = call->in[2], *both = g[0];
  if (g[1]) both = both ? ln_add(c, both, g[1]) : g[1];
  if (!both) return !c->err.set;
  both = LN_APPLY2(c, op_of(ACTIVATION_GRAD), &(LnDense){LN_DENSE_RELU},
                   ln_broadcast_to(c, both, 2, y->shape), y);
  if (want[0]) dx[0] = ln_matmul(c, both, w);
  if (want[1]) dx[1] = ln_matmul(c, ln_transpose(c, both), dz);
  return !c->err.set;
}

static const LnOption dense_options[] = {
  {"activation", LN_OPT_CHOICE, offsetof(LnDense, activation), .fallback = "linear",
   .choices = "linear relu sigmoid tanh", .doc = "what is applied to the sum"}, {0}};

const LnOp ln_ops_dense[] = {
  {.name = "dense", .n_in = 3, .n_optional = 1, .n_out = 1, .flags = LN_OP_HIDDEN | LN_OP_SPACED,
   .options = dense_options, .params_size = sizeof(LnDense), .shape = dense_shape,
   .scratch = dense_scratch, .forward = dense_forward, .backward = dense_backward,
   .samples = "x(3,4), x(4,2), x(2)\nx(3,4), x(4,2)\nx(2,3,4), x(4,2), x(2), \"relu\"\n"
              "x(3,4), x(4,2), x(2), \"sigmoid\"\nx(4), x(4,2), x(2), \"tanh\"\n"
              "x(3,4), x(4,2), nil, \"tanh\"",
   .doc = "act(x w + b): x (.., k), w (k, n), b (n) or none."},
  {.name = "dense_grad", .n_in = 2, .n_out = 2, .flags = LN_OP_HIDDEN | LN_OP_SPACED,
   .options = dense_options, .params_size = sizeof(LnDense), .shape = grad_shape,
   .scratch = grad_scratch, .forward = grad_forward, .backward = grad_backward,
   .samples = "x(3,4), x(3,4), \"relu\"\nx(3,4), u(3,4), \"tanh\"\nx(2,3,4), p(2,3,4), \"sigmoid\"",
   .doc = "(dy, y): dy f'(y) for y = f(x), and its sums over all axes but the last."},
  {.name = "activation_grad", .n_in = 2, .n_out = 1, .flags = LN_OP_HIDDEN | LN_OP_SPACED,
   .options = dense_options, .params_size = sizeof(LnDense), .shape = grad_shape,
   .scratch = grad_scratch, .forward = grad_forward, .backward = grad_backward,
   .samples = "x(3,4), x(3,4), \"relu\"\nx(3,4), u(3,4), \"tanh\"\nx(3), p(3), \"sigmoid\"",
   .doc = "(dy, y): dy f'(y) for y = f(x)."},
  {.name = "dense_relu_grad", .n_in = 3, .n_out = 2, .flags = LN_OP_HIDDEN | LN_OP_SPACED,
   .shape = relu_shape, .scratch = grad_scratch, .forward = relu_forward,
   .in_place = relu_in_place, .backward = relu_backward,
   .samples = "x(4,3), x(5,3), x(4,5)\nx(2,3), x(5,3), x(2,5)",
   .doc = "(dz, w, y): dz w' where y > 0, else 0, and the sums of its columns."},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_dense[which]; }

LnTensor *ln_dense(LnContext *c, LnTensor *x, LnTensor *w, LnTensor *b, int activation) {
  LnTensor *in[3] = {x, w, b};
  return ln_apply(c, op_of(DENSE), in, 3, &(LnDense){activation});
}
