// Products: matmul (the only one that computes), dot, outer, tensordot, norm.
// Floats go to gemm with their strides as they are where one axis is dense; integers to plain
// loops.
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/copy.h"
#include "kernels/gemm.h"
#include "ops/ops.h"

// ---- matmul

// One operand as batches of matrices. A vector is a row on the left, a column on the right.
typedef struct Side {
  const void *data;
  int64_t rows, columns, row, column;             // lengths and strides
  int batch_rank;
  int64_t batch[LN_MAX_RANK], step[LN_MAX_RANK];  // of the operand's own batch axes
} Side;

static Side side_of(const LnTensor *t, bool left, const int64_t *stride) {
  Side s = {.data = t->data, .rows = 1, .columns = 1};
  int r = t->rank;
  if (r == 1 && left) s.columns = t->shape[0], s.column = stride[0];
  if (r == 1 && !left) s.rows = t->shape[0], s.row = stride[0];
  if (r < 2) return s;
  s.rows = t->shape[r - 2], s.row = stride[r - 2];
  s.columns = t->shape[r - 1], s.column = stride[r - 1];
  s.batch_rank = r - 2;
  for (int i = 0; i < r - 2; i++) s.batch[i] = t->shape[i], s.step[i] = stride[i];
  return s;
}

static bool matmul_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *a = call->in[0], *b = call->in[1];
  int64_t shape[LN_MAX_RANK + 2];
  if (a->rank == 0 || b->rank == 0)
    return ln_fail(call->context, "%s: scalars are multiplied with *: shapes %s and %s",
                   call->op->name, ln_tensor_shape_text(a), ln_tensor_shape_text(b));
  Side l = side_of(a, true, a->stride), r = side_of(b, false, b->stride);
  int rank = ln_shape_broadcast(l.batch, l.batch_rank, r.batch, r.batch_rank, shape);
  if (rank < 0 || !ln_dims_fit(l.columns, r.rows))
    return ln_fail(call->context, "%s: shapes do not align: %s and %s", call->op->name,
                   ln_tensor_shape_text(a), ln_tensor_shape_text(b));
  if (a->rank > 1) shape[rank++] = l.rows;
  if (b->rank > 1) shape[rank++] = r.columns;
  return ln_spec(call, out, ln_call_dtype(call), rank, shape);
}

// Whether an operand is copied first: another dtype, or no dense axis. Integers take any strides.
static bool copied(const LnTensor *t, bool left, LnDtype d) {
  LnMatrix m;
  Side s = side_of(t, left, t->stride);
  if (t->dtype != d) return true;
  return ln_dtype_is_float(d) && !ln_matrix(s.data, s.rows, s.columns, s.row, s.column, &m);
}

static size_t matmul_scratch(const LnCall *call) {
  LnDtype d = ln_call_dtype(call);
  size_t bytes = 0;
  for (int i = 0; i < 2; i++)
    if (copied(call->in[i], i == 0, d))
      bytes += ln_whole_lines((size_t)call->in[i]->size * ln_dtype_size(d));
  return bytes;
}

typedef struct Product {
  LnDtype dtype;
  Side a, b;
  int64_t m, n, k;
  LnBatch batch;
  char *c;
} Product;

// c[i][j] += a[i][p] b[p][j], modulo 2^n as integers do.
#define PLAIN(T, U)                                                                                \
  for (int64_t i = 0; i < p->m; i++) {                                                             \
    T *row = (T *)(void *)c + i * p->n;                                                            \
    memset(row, 0, (size_t)p->n * sizeof *row);                                                    \
    for (int64_t q = 0; q < p->k; q++) {                                                           \
      U x = (U)((const T *)a)[i * p->a.row + q * p->a.column];                                     \
      const T *y = (const T *)b + q * p->b.row;                                                    \
      for (int64_t j = 0; j < p->n; j++) row[j] = (T)((U)row[j] + x * (U)y[j * p->b.column]);      \
    }                                                                                              \
  }

static void plain(const Product *p, const void *a, const void *b, char *c) {
  switch (p->dtype) {
    case LN_BOOL:
      for (int64_t i = 0; i < p->m * p->n; i++) {
        bool any = false;
        for (int64_t q = 0; q < p->k && !any; q++)
          any = ((const uint8_t *)a)[i / p->n * p->a.row + q * p->a.column] &&
                ((const uint8_t *)b)[q * p->b.row + i % p->n * p->b.column];
        c[i] = any;
      }
      break;
    case LN_UINT8: PLAIN(uint8_t, uint32_t) break;
    case LN_INT32: PLAIN(int32_t, uint32_t) break;
    default: PLAIN(int64_t, uint64_t) break;
  }
}

// Integers; the products of a batch are shared out among the threads.
static void plain_range(void *arg, int64_t begin, int64_t end) {
  const Product *p = arg;
  const LnBatch *batch = &p->batch;
  int64_t width = (int64_t)ln_dtype_size(p->dtype);
  for (int64_t i = begin; i < end; i++) {
    int64_t a = 0, b = 0, rest = i;
    for (int x = batch->rank - 1; x >= 0; x--) {
      a += rest % batch->shape[x] * batch->a[x], b += rest % batch->shape[x] * batch->b[x];
      rest /= batch->shape[x];
    }
    plain(p, (const char *)p->a.data + a * width, (const char *)p->b.data + b * width,
          p->c + i * p->m * p->n * width);
  }
}

// From batch to batch of one operand along each axis of the result's.
static void batch_steps(const Side *s, int rank, int64_t *step) {
  for (int i = 0; i < rank; i++) {
    const int axis = i - (rank - s->batch_rank);
    step[i] = axis >= 0 && s->batch[axis] != 1 ? s->step[axis] : 0;
  }
}

static Side prepare(const LnTensor *t, bool left, LnDtype d, char **memory) {
  int64_t stride[LN_MAX_RANK];
  if (!copied(t, left, d)) return side_of(t, left, t->stride);
  ln_contiguous_strides(t->shape, t->rank, stride);
  ln_kernel_pack(t, d, *memory);
  Side s = side_of(t, left, stride);
  s.data = *memory;
  *memory += ln_whole_lines((size_t)t->size * ln_dtype_size(d));
  return s;
}

// The usual case without the preparations of the general one, which are most of a small product:
// c = alpha a b + beta c. False when it is another case; a NULL c only asks.
static bool two_matrices(const LnCall *call, double alpha, double beta, void *c) {
  const LnTensor *a = call->in[0], *b = call->in[1], *y = call->out[0];
  LnMatrix left, right;
  if (a->rank != 2 || b->rank != 2 || a->dtype != y->dtype || b->dtype != y->dtype ||
      !ln_dtype_is_float((LnDtype)y->dtype) ||
      !ln_matrix(a->data, a->shape[0], a->shape[1], a->stride[0], a->stride[1], &left) ||
      !ln_matrix(b->data, b->shape[0], b->shape[1], b->stride[0], b->stride[1], &right))
    return false;
  if (c)
    ln_gemm(&(LnGemm){.dtype = (LnDtype)y->dtype, .m = a->shape[0], .n = b->shape[1],
                      .k = a->shape[1], .alpha = alpha, .a = left, .b = right, .beta = beta,
                      .c = c, .ldc = c == y->data ? y->stride[0] : b->shape[1]});
  return true;
}

static bool matmul_add(const LnCall *call, double scale, void *target) {
  return ln_gemm_adds_as_loops() && two_matrices(call, scale, 1, target);
}

static void matmul_forward(const LnCall *call) {
  LnTensor *y = call->out[0];
  char *memory = call->scratch;
  Product p = {.dtype = (LnDtype)y->dtype, .c = y->data};
  int64_t batches = 1;
  if (y->size == 0) return;
  if (two_matrices(call, 1, 0, y->data)) return;
  p.a = prepare(call->in[0], true, p.dtype, &memory);
  p.b = prepare(call->in[1], false, p.dtype, &memory);
  p.m = p.a.rows, p.k = p.a.columns, p.n = p.b.columns;
  LnBatch *batch = &p.batch;
  batch->rank = ln_shape_broadcast(p.a.batch, p.a.batch_rank, p.b.batch, p.b.batch_rank,
                                   batch->shape);
  for (int i = 0; i < batch->rank; i++) batches *= batch->shape[i];
  batch_steps(&p.a, batch->rank, batch->a);
  batch_steps(&p.b, batch->rank, batch->b);
  int64_t next = p.m * p.n;
  for (int i = batch->rank - 1; i >= 0; i--) batch->c[i] = next, next *= batch->shape[i];
  if (!ln_dtype_is_float(p.dtype)) {
    int64_t work = p.m * p.n * (p.k + 1), grain = work > 0 ? 100000 / work + 1 : 1;
    ln_parallel(batches, grain, plain_range, &p);
    return;
  }
  // One matrix on the right for all: the rows of all batches are one tall matrix, where they lie
  // evenly in memory.
  bool tall = p.b.batch_rank == 0 && p.a.batch_rank > 0;
  int64_t step = p.m * p.a.row;
  if (p.m == 1 && p.a.batch_rank > 0) step = p.a.row = p.a.step[p.a.batch_rank - 1];
  for (int i = p.a.batch_rank - 1; i >= 0 && tall; i--) {
    if (p.a.batch[i] == 1) continue;
    tall = p.a.step[i] == step;
    step *= p.a.batch[i];
  }
  LnGemm g = {.dtype = p.dtype, .n = p.n, .k = p.k, .alpha = 1, .c = p.c,
              .rows_alike = call->in[0]->rank > 2,
              .ldc = call->in[0]->rank == 2 && call->in[1]->rank == 2 ? y->stride[0]
                     : p.n > 1                                        ? p.n : 1};
  tall = tall && ln_matrix(p.a.data, p.m * batches, p.k, p.a.row, p.a.column, &g.a);
  if (tall) p.m *= batches, batch->rank = 0;
  g.m = p.m;
  if (ln_matrix(p.a.data, p.m, p.k, p.a.row, p.a.column, &g.a) &&
      ln_matrix(p.b.data, p.k, p.n, p.b.row, p.b.column, &g.b))  // prepare() saw to it
    ln_gemm_batched(&g, batch);
}

static bool matmul_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                            LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1], *g = dy[0];
  bool row = a->rank == 1, column = b->rank == 1;
  if (column) g = ln_expand_dims(c, g, -1), b = ln_expand_dims(c, b, -1);
  if (row) g = ln_expand_dims(c, g, -2), a = ln_expand_dims(c, a, 0);
  if (want[0] && !(dx[0] = ln_matmul(c, g, ln_transpose(c, b)))) return false;
  if (!want[1]) return true;
  if (a && g && b && b->rank == 2 && a->rank > 2) {  // the sum over batches is one product too
    int64_t rows = 1;
    for (int i = 0; i < a->rank - 1; i++) rows *= a->shape[i];
    a = ln_reshape(c, a, 2, (int64_t[]){rows, a->shape[a->rank - 1]});
    g = ln_reshape(c, g, 2, (int64_t[]){rows, g->shape[g->rank - 1]});
  }
  dx[1] = ln_matmul(c, ln_transpose(c, a), g);
  if (column) dx[1] = ln_squeeze(c, dx[1], -1);
  return dx[1];
}

// ---- tensordot, dot, outer: axes brought into place, then matmul

typedef struct Tensordot {
  LnInts axes_a, axes_b;
} Tensordot;

// t as a matrix: the free axes and, last or first, the contracted ones; free lengths into shape.
static LnTensor *as_matrix(LnContext *c, LnTensor *t, const LnInts *axes, bool left, int64_t *shape,
                           int *rank) {
  int order[LN_MAX_RANK], n = 0, bound = (int)axes->n;
  bool used[LN_MAX_RANK] = {false};
  int64_t free = 1, contracted = 1;
  int *kept = left ? order : order + bound, *gone = left ? order + t->rank - bound : order;
  for (int i = 0; i < bound; i++) {
    int axis;
    if (!ln_axis(c, "tensordot", axes->v[i], t->rank, &axis)) return NULL;
    if (used[axis]) {
      ln_fail(c, "tensordot: axis %d is named twice", axis + 1);
      return NULL;
    }
    used[axis] = true;
    gone[i] = axis;
    contracted = ln_dim_times(contracted, t->shape[axis]);
  }
  for (int i = 0; i < t->rank; i++) {
    if (used[i]) continue;
    kept[n++] = i;
    free = ln_dim_times(free, t->shape[i]);
    shape[(*rank)++] = t->shape[i];
  }
  t = ln_permute(c, t, t->rank, order);
  return ln_reshape(c, t, 2, left ? (int64_t[]){free, contracted} : (int64_t[]){contracted, free});
}

static LnTensor *contract(LnContext *c, const char *name, LnTensor *a, LnTensor *b,
                          const LnInts *axes_a, const LnInts *axes_b) {
  int64_t shape[2 * LN_MAX_RANK];
  int rank = 0;
  if (axes_a->n != axes_b->n || axes_a->n > a->rank || axes_b->n > b->rank) {
    ln_fail(c, "%s: as many axes of one tensor as of the other are contracted", name);
    return NULL;
  }
  LnTensor *left = as_matrix(c, a, axes_a, true, shape, &rank);
  LnTensor *right = as_matrix(c, b, axes_b, false, shape, &rank);
  if (!left || !right) return NULL;
  for (int i = 0; i < axes_a->n; i++) {
    int64_t p = axes_a->v[i], q = axes_b->v[i];
    if (ln_dims_fit(a->shape[p < 0 ? p + a->rank : p], b->shape[q < 0 ? q + b->rank : q])) continue;
    ln_fail(c, "%s: shapes do not align: %s and %s", name, ln_tensor_shape_text(a),
            ln_tensor_shape_text(b));
    return NULL;
  }
  if (rank > LN_MAX_RANK) {
    ln_fail(c, "%s: the result would have %d axes, at most %d are possible", name, rank,
            LN_MAX_RANK);
    return NULL;
  }
  return ln_reshape(c, ln_matmul(c, left, right), rank, shape);
}

static bool tensordot_compose(const LnCall *call, LnTensor **out) {
  const Tensordot *p = call->params;
  const LnTensor *a = call->in[0];
  LnInts first = p->axes_a, second = p->axes_b;
  if (second.n < 0) {
    // A lone number n: the last n axes of a with the first n of b.
    int64_t n = first.n == 1 ? first.v[0] : -1;
    if (n < 0 || n > LN_MAX_RANK || n > a->rank)
      return ln_fail(call->context, "tensordot: axes is how many axes are contracted, or axes and "
                     "axes_b are two lists of them");
    first.n = second.n = n;
    for (int i = 0; i < n; i++) first.v[i] = a->rank - n + i, second.v[i] = i;
  } else {
    for (int i = 0; i < first.n; i++)  // 1-based, as the option gives them
      if (first.v[i] > 0) first.v[i]--;
      else if (first.v[i] == 0) return ln_fail(call->context, "tensordot: there is no axis 0");
  }
  return (out[0] = contract(call->context, "tensordot", call->in[0], call->in[1], &first, &second));
}

// The last axis of a with the last but one of b (numpy's dot).
static bool dot_compose(const LnCall *call, LnTensor **out) {
  LnTensor *a = call->in[0], *b = call->in[1];
  if (a->rank == 0 || b->rank == 0) return (out[0] = ln_mul(call->context, a, b));
  if (b->rank <= 2) return (out[0] = ln_matmul(call->context, a, b));
  return (out[0] = contract(call->context, "dot", a, b, &(LnInts){1, {-1}}, &(LnInts){1, {-2}}));
}

static bool outer_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1];
  return (out[0] = ln_mul(c, ln_reshape(c, a, 2, (int64_t[]){a->size, 1}),
                          ln_reshape(c, b, 1, &b->size)));
}

// ---- norm

typedef struct Norm {
  double ord;
  LnInts axis;
  bool keepdims;
} Norm;

static LnTensor *over_axes(LnContext *c, LnTensor *x, const LnInts *axes, bool keepdims,
                           LnTensor *(*reduce)(LnContext *, LnTensor *, int64_t, bool)) {
  if (axes->n < 0 || !x) return reduce(c, x, LN_NONE, keepdims);
  LnTensor *y = x;
  int axis;
  bool gone[LN_MAX_RANK] = {false};
  for (int i = 0; i < axes->n && y; i++) {
    if (!ln_axis(c, "norm", axes->v[i], x->rank, &axis)) return NULL;
    if (gone[axis]) {
      ln_fail(c, "norm: axis %d is named twice", axis + 1);
      return NULL;
    }
    gone[axis] = true;
    y = reduce(c, y, axis, true);
  }
  for (int i = x->rank - 1; i >= 0 && !keepdims; i--)
    if (gone[i]) y = ln_squeeze(c, y, i);
  return y;
}

static bool norm_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const Norm *p = call->params;
  LnTensor *x = ln_cast(c, call->in[0], ln_dtype_float((LnDtype)call->in[0]->dtype)), *y;
  if (!x) return false;
  if (isnan(p->ord)) return ln_fail(c, "norm: ord is a number, or math.huge");
  if (p->ord == 0)   // how many elements are not 0
    y = over_axes(c, ln_cast(c, ln_logical_not(c, ln_eq_number(c, x, 0)), (LnDtype)x->dtype),
                  &p->axis, p->keepdims, ln_sum);
  else if (isinf(p->ord))
    y = over_axes(c, ln_abs(c, x), &p->axis, p->keepdims, p->ord > 0 ? ln_max : ln_min);
  else if (p->ord == 1)
    y = over_axes(c, ln_abs(c, x), &p->axis, p->keepdims, ln_sum);
  else if (p->ord == 2)
    y = ln_sqrt(c, over_axes(c, ln_square(c, x), &p->axis, p->keepdims, ln_sum));
  else
    y = ln_pow_number(c, over_axes(c, ln_pow_number(c, ln_abs(c, x), p->ord), &p->axis,
                                   p->keepdims, ln_sum), 1 / p->ord);
  return (out[0] = y);
}

static const LnOption tensordot_options[] = {
  {"axes", LN_OPT_INTEGERS, offsetof(Tensordot, axes_a), .fallback = "{2}",
   .doc = "how many axes are contracted; or, together with axes_b, which ones of a"},
  {"axes_b", LN_OPT_AXES, offsetof(Tensordot, axes_b), .fallback = "none",
   .doc = "which axes of b are contracted"}, {0}};
static const LnOption norm_options[] = {
  {"ord", LN_OPT_NUMBER, offsetof(Norm, ord), .fallback = "2",
   .doc = "which norm: 1, 2, any other, math.huge (largest), -math.huge (smallest), 0 (how many "
          "are not 0)"},
  {"axis", LN_OPT_AXES, offsetof(Norm, axis), .fallback = "none",
   .doc = "one axis or several; none: all"},
  {"keepdims", LN_OPT_BOOL, offsetof(Norm, keepdims), .fallback = "false",
   .doc = "keep the axes, with length 1"}, {0}};

const LnOp ln_ops_matmul[] = {
  {.name = "matmul", .n_in = 2, .n_out = 1, .flags = LN_OP_SPACED, .shape = matmul_shape,
   .scratch = matmul_scratch, .forward = matmul_forward, .backward = matmul_backward,
   .add = matmul_add,
   .samples = "x(3,4), x(4,2)\nx(2,3,4), x(4,2)\nx(3,4), x(2,4,2)\nx(2,1,3,4), x(2,4,2)\n"
              "x(4), x(4)\nx(4), x(4,2)\nx(3,4), x(4)\nx(2,3,4), x(4)\nx(4), x(2,4,3)",
   .doc = "(a, b): the matrix product: (.., m, k) with (.., k, n) gives (.., m, n), the axes "
          "before\n"
          "the last two broadcast. A vector is a row on the left, a column on the right, and its\n"
          "axis is gone from the result. Error: shapes that do not align; scalars.\n"
          "Example:\n"
          "ln.tensor{{1, 2}, {3, 4}}:matmul(ln.tensor{1, 1})  --> [3. 7.]\n"},
  {.name = "dot", .n_in = 2, .n_out = 1, .compose = dot_compose,
   .samples = "x(4), x(4)\nx(2,3), x(3,2)\nx(2,3), x(2,3,4)",
   .doc = "(a, b): numpy's dot: matmul for up to two axes; for more, the last axis of a with the "
          "last\n"
          "but one of b, each with each; with a scalar, the product.\n"
          "Example:\n"
          "ln.dot(ln.tensor{1, 2, 3}, ln.tensor{4, 5, 6})  --> 32.0\n"},
  {.name = "outer", .n_in = 2, .n_out = 1, .compose = outer_compose,
   .samples = "x(3), x(2)\nx(2,2), x(3)",
   .doc = "(a, b): each element of a with each of b, (a.size, b.size).\n"
          "Example:\n"
          "ln.outer(ln.tensor{1, 2}, ln.tensor{3, 4}):flatten()  --> [3. 4. 6. 8.]\n"},
  {.name = "tensordot", .n_in = 2, .n_out = 1, .options = tensordot_options,
   .params_size = sizeof(Tensordot), .compose = tensordot_compose,
   .samples = "x(2,3,4), x(3,4,2)\nx(2,3), x(3,4), 1\nx(2,3), x(2,3), 0\n"
              "x(2,3,4), x(4,2), {axes = {1, 3}, axes_b = {2, 1}}",
   .doc = "(a, b, axes = {2}, axes_b = none): the sum over the products of several axes: the last\n"
          "`axes` axes of a with the first of b, or the axes of two lists.\n"
          "Example:\n"
          "ln.tensordot(ln.ones{2, 3, 4}, ln.ones{3, 4, 5}).shape  --> (2, 5)\n"},
  {.name = "norm", .n_in = 1, .n_out = 1, .options = norm_options, .params_size = sizeof(Norm),
   .compose = norm_compose,
   .samples = "x(2,3)\nx(2,3), 1\nx(2,3), 3, 1\nx(2,3), {ord = math.huge, axis = 2, keepdims = "
              "true}",
   .doc = "(x, ord = 2, axis = none, keepdims = false): the norm of vectors along the axes (of "
          "all\n"
          "elements by default): (sum |x|^ord)^(1/ord), the largest |x| for math.huge.\n"
          "Example:\n"
          "ln.norm(ln.tensor{3, 4})  --> 5.0\n"},
  {0}};

LnTensor *ln_matmul(LnContext *c, LnTensor *a, LnTensor *b) {
  return LN_APPLY2(c, &ln_ops_matmul[0], NULL, a, b);
}
