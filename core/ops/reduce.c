// Reductions: sum, mean, max .. over one, several or all axes. One more is an entry of
// ln_ops_reduce (its loops: kernels/reduce.c), its place in kind_of and a backward rule.
#include <math.h>
#include <string.h>

#include "kernels/copy.h"
#include "kernels/reduce.h"
#include "ops/cumulative.h"

typedef struct Reduce {
  LnInts axis;
  bool keepdims;
  double ddof;
} Reduce;

// What dtype comes out.
typedef enum Kind {
  TOTAL,   // floats their own, integers and bools int64
  FLOATS,  // floats their own, others float32
  SAME,    // x's; of nothing there is no result
  TRUTH,   // bool
  COUNTS,  // int64
} Kind;

enum { ARGMAX = LN_R_ALL + 1, ARGMIN, SUM_TO };
extern const LnOp ln_ops_reduce[];

static LnReduce kernel_of(const LnCall *call) { return (LnReduce)call->op->variant; }

static Kind kind_of(const LnCall *call) {
  switch (kernel_of(call)) {
    case LN_R_SUM: case LN_R_PROD: return TOTAL;
    case LN_R_MEAN: case LN_R_VAR: case LN_R_STD: return FLOATS;
    case LN_R_ANY: case LN_R_ALL: return TRUTH;
    case LN_R_COUNT: return COUNTS;
    default: return SAME;
  }
}

// Axes of a list (all of them when it is None) as marks.
static bool mark(const LnCall *call, const LnInts *axes, bool *marks) {
  int rank = call->in[0]->rank;
  memset(marks, axes->n < 0, LN_MAX_RANK * sizeof *marks);
  for (int64_t i = 0; i < axes->n; i++) {
    int axis;
    if (!ln_axis(call->context, call->op->name, axes->v[i], rank, &axis)) return false;
    if (marks[axis])
      return ln_fail(call->context, "%s: axis %d is named twice", call->op->name, axis + 1);
    marks[axis] = true;
  }
  return true;
}

static int64_t count(const LnTensor *x, const bool *marks) {
  int64_t n = 1;
  for (int i = 0; i < x->rank; i++)
    if (marks[i]) n = ln_dim_times(n, x->shape[i]);
  return n;
}

static bool shape(const LnCall *call, LnSpec *out) {
  const Reduce *o = call->params;
  const LnTensor *x = call->in[0];
  bool marks[LN_MAX_RANK];
  if (!mark(call, &o->axis, marks)) return false;
  int64_t kept[LN_MAX_RANK], size = 1;
  int rank = 0;
  for (int i = 0; i < x->rank; i++) {
    if (!marks[i]) size = ln_dim_times(size, x->shape[i]);
    if (!marks[i] || o->keepdims) kept[rank++] = marks[i] ? 1 : x->shape[i];
  }
  Kind kind = kind_of(call);
  LnDtype d = (LnDtype)x->dtype;
  if (kind == SAME && size != 0 && count(x, marks) == 0)
    return ln_fail(call->context, "%s: shape %s is empty along the axis (zero-size)",
                   call->op->name, ln_tensor_shape_text(x));
  if (kind == COUNTS || (kind == TOTAL && !ln_dtype_is_float(d))) d = LN_INT64;
  else if (kind == FLOATS) d = ln_dtype_float(d);
  else if (kind == TRUTH) d = LN_BOOL;
  return ln_spec(call, out, d, rank, kept);
}

static void forward(const LnCall *call) {
  const Reduce *o = call->params;
  bool marks[LN_MAX_RANK];
  mark(call, &o->axis, marks);
  const LnReduce f = kernel_of(call);
  const double ddof = f == LN_R_VAR || f == LN_R_STD ? o->ddof : 0;   // the others have none
  ln_kernel_reduce(f, ddof, call->out[0], call->in[0], marks);
}

// ---- gradients

// A tensor of the output's shape with the axes that it lost, of length 1.
static LnTensor *keep(const LnCall *call, LnTensor *t) {
  const Reduce *o = call->params;
  const LnTensor *x = call->in[0];
  bool marks[LN_MAX_RANK];
  int64_t kept[LN_MAX_RANK];
  if (o->keepdims || !mark(call, &o->axis, marks)) return t;
  for (int i = 0; i < x->rank; i++) kept[i] = marks[i] ? 1 : x->shape[i];
  return ln_reshape(call->context, t, x->rank, kept);
}

static bool sum_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *d = keep(call, dy[0]);
  dx[0] = ln_broadcast_to(c, d, x->rank, x->shape);
  return true;
}

static bool mean_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *d = keep(call, dy[0]);
  bool marks[LN_MAX_RANK];
  if (!mark(call, &((const Reduce *)call->params)->axis, marks)) return false;
  dx[0] = ln_broadcast_to(c, ln_div_number(c, d, (double)count(x, marks)), x->rank, x->shape);
  return true;
}

// Elements that share the extreme share its gradient, as in TensorFlow.
static bool extreme_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *y = call->out[0], *d = keep(call, dy[0]);
  const Reduce o = {.axis = ((const Reduce *)call->params)->axis, .keepdims = true};
  LnTensor *hit = ln_cast(c, ln_eq(c, x, keep(call, y)), (LnDtype)x->dtype);
  LnTensor *hits = LN_APPLY1(c, &ln_ops_reduce[LN_R_SUM], &o, hit);
  dx[0] = ln_mul(c, hit, ln_div(c, d, hits));
  return true;
}

// The product of the others: of those before and those after, which needs no division.
static bool prod_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *d = keep(call, dy[0]);
  bool marks[LN_MAX_RANK];
  if (!mark(call, &((const Reduce *)call->params)->axis, marks)) return false;
  int axes[LN_MAX_RANK], back[LN_MAX_RANK], rank = 0, kept;
  int64_t flat[LN_MAX_RANK + 1], moved[LN_MAX_RANK];
  for (int i = 0; i < x->rank; i++)
    if (!marks[i]) axes[rank++] = i;
  kept = rank;
  for (int i = 0; i < x->rank; i++)
    if (marks[i]) axes[rank++] = i;
  if (kept == rank) {   // nothing was reduced
    dx[0] = d;
    return true;
  }
  for (int i = 0; i < rank; i++) back[axes[i]] = i, moved[i] = x->shape[axes[i]];
  memcpy(flat, moved, sizeof moved);
  flat[kept] = count(x, marks);
  LnTensor *lines = ln_reshape(c, ln_permute(c, x, rank, axes), kept + 1, flat);
  LnTensor *others = ln_mul(c, ln_cumprod(c, lines, kept, false, true),
                            ln_cumprod(c, lines, kept, true, true));
  dx[0] = ln_mul(c, d, ln_permute(c, ln_reshape(c, others, rank, moved), rank, back));
  return true;
}

static LnTensor *centered(const LnCall *call) {
  const Reduce o = {.axis = ((const Reduce *)call->params)->axis, .keepdims = true};
  return ln_sub(call->context, call->in[0],
                LN_APPLY1(call->context, &ln_ops_reduce[LN_R_MEAN], &o, call->in[0]));
}

static bool var_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *d = keep(call, dy[0]);
  bool marks[LN_MAX_RANK];
  if (!mark(call, &((const Reduce *)call->params)->axis, marks)) return false;
  double freedom = (double)count(x, marks) - ((const Reduce *)call->params)->ddof;
  dx[0] = ln_mul(c, ln_mul_number(c, d, 2 / freedom), centered(call));
  return true;
}

static bool std_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *y = call->out[0], *d = keep(call, dy[0]);
  bool marks[LN_MAX_RANK];
  if (!mark(call, &((const Reduce *)call->params)->axis, marks)) return false;
  double freedom = (double)count(x, marks) - ((const Reduce *)call->params)->ddof;
  LnTensor *scale = ln_div(c, d, ln_mul_number(c, keep(call, y), freedom));
  dx[0] = ln_mul(c, scale, centered(call));
  return true;
}

// ---- positions of extremes

typedef struct Argmax {
  int64_t axis;
  bool keepdims;
  bool zero_based;   // what C callers want; Lua counts from 1
} Argmax;

static bool argmax_shape(const LnCall *call, LnSpec *out) {
  const Argmax *o = call->params;
  const LnTensor *x = call->in[0];
  int64_t kept[LN_MAX_RANK], size = 1;
  int rank = 0, axis = -1;
  if (o->axis != LN_NONE && !ln_axis(call->context, call->op->name, o->axis, x->rank, &axis))
    return false;
  for (int i = 0; i < x->rank; i++) {
    bool gone = axis < 0 || i == axis;
    if (!gone) size = ln_dim_times(size, x->shape[i]);
    if (!gone || o->keepdims) kept[rank++] = gone ? 1 : x->shape[i];
  }
  if (size != 0 && x->size == 0)
    return ln_fail(call->context, "%s: shape %s is empty along the axis (zero-size)",
                   call->op->name, ln_tensor_shape_text(x));
  return ln_spec(call, out, LN_INT64, rank, kept);
}

// Over all axes the elements are counted in order, for which they must lie in order.
static size_t argmax_scratch(const LnCall *call) {
  const LnTensor *x = call->in[0];
  bool copies = ((const Argmax *)call->params)->axis == LN_NONE && !ln_tensor_is_contiguous(x);
  return copies ? (size_t)x->size * ln_dtype_size((LnDtype)x->dtype) : 0;
}

static void argmax_forward(const LnCall *call) {
  const Argmax *o = call->params;
  const LnTensor *x = call->in[0];
  const bool smallest = call->op->variant == ARGMIN;
  if (call->out[0]->size == 0) return;
  if (o->axis != LN_NONE) {
    int64_t axis = o->axis < 0 ? o->axis + x->rank : o->axis;
    ln_kernel_argmax(smallest, !o->zero_based, call->out[0], x, (int)axis);
    return;
  }
  LnTensor flat = {.refs = 1, .rank = 1, .dtype = x->dtype, .size = x->size, .shape = {x->size},
                   .stride = {1}, .data = x->data, .contiguous = true};
  LnTensor one = {.refs = 1, .dtype = LN_INT64, .size = 1, .contiguous = true,
                  .data = call->out[0]->data};
  if (!ln_tensor_is_contiguous(x)) {
    ln_kernel_pack(x, (LnDtype)x->dtype, call->scratch);
    flat.data = call->scratch;
  }
  ln_kernel_argmax(smallest, !o->zero_based, &one, &flat, 0);
}

// ---- un-broadcasting

typedef struct SumTo {
  LnInts shape;
} SumTo;

static bool sum_to_shape(const LnCall *call, LnSpec *out) {
  const SumTo *o = call->params;
  const LnTensor *x = call->in[0];
  int pad = x->rank - (int)o->shape.n;
  for (int i = 0; i < (int)o->shape.n; i++)
    if (pad < 0 || (o->shape.v[i] != 1 && !ln_dims_fit(o->shape.v[i], x->shape[i + pad])))
      return ln_fail(call->context, "sum_to: shape %s does not broadcast to %s",
                     ln_shape_text(o->shape.v, (int)o->shape.n), ln_tensor_shape_text(x));
  return ln_spec(call, out, (LnDtype)x->dtype, (int)o->shape.n, o->shape.v);
}

static void sum_to_forward(const LnCall *call) {
  const SumTo *o = call->params;
  const LnTensor *x = call->in[0];
  bool marks[LN_MAX_RANK];
  int pad = x->rank - (int)o->shape.n;
  for (int i = 0; i < x->rank; i++)
    marks[i] = i < pad || (o->shape.v[i - pad] == 1 && x->shape[i] != 1);
  ln_kernel_reduce(LN_R_SUM, 0, call->out[0], x, marks);
}

static bool sum_to_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                            LnTensor **dx) {
  (void)want;
  const LnTensor *x = call->in[0];
  dx[0] = ln_broadcast_to(call->context, dy[0], x->rank, x->shape);
  return true;
}

// ---- the table

#define AXIS                                                                                   \
  {"axis", LN_OPT_AXES, LN_FIELD(Reduce, axis), "none",                                        \
   .doc = "the axis, or the axes, to reduce; none: all"}
#define KEEPDIMS                                                                               \
  {"keepdims", LN_OPT_BOOL, LN_FIELD(Reduce, keepdims), "false",                               \
   .doc = "keep reduced axes, with length 1"}
static const LnOption plain_options[] = {AXIS, KEEPDIMS, {0}};
static const LnOption ddof_options[] = {
  AXIS, KEEPDIMS,
  {"ddof", LN_OPT_NUMBER, LN_FIELD(Reduce, ddof), "0", .range = ">= 0",
   .doc = "what is taken off the number of elements to divide by"},
  {0}};
static const LnOption argmax_options[] = {
  {"axis", LN_OPT_AXIS, LN_FIELD(Argmax, axis), "none", .doc = "the axis; none: all elements"},
  {"keepdims", LN_OPT_BOOL, LN_FIELD(Argmax, keepdims), "false",
   .doc = "keep the axis, with length 1"},
  {0}};

static const LnField argmax_fields[] = {LN_BYTES(Argmax, zero_based), {0}};
static const LnOption sum_to_options[] = {
  {"shape", LN_OPT_SHAPE, LN_FIELD(SumTo, shape), .doc = "the smaller shape"}, {0}};

#define AXES " over one axis, several or (none) all of them.\n"
#define SAMPLES "x(2,3)\nx(2,3), 1\nx(2,3,2), {axis = {1, 3}, keepdims = true}\nx(2,3), {axis = -1}"

#define ARGMAX_DOC(what)                                                                         \
  "(x, axis = none, keepdims = false): the position, counted from 1, of the " what " element\n"  \
  "along an axis, or (none) in the flattened tensor: int64. Of equal ones the first, of\n"       \
  "NaNs too, before everything else. Of nothing: an error.\n"                                    \
  "Example:\n"
#define ARGMAX_SAMPLES "x(2,3)\nx(2,3), 1\nx(2,3), {axis = -1, keepdims = true}"

// In the places of LnReduce, so that a kernel finds its op.
const LnOp ln_ops_reduce[] = {
  [LN_R_SUM] = {.name = "sum", .variant = LN_R_SUM, .n_in = 1, .n_out = 1, .options = plain_options,
   .params_size = offsetof(Reduce, ddof), .shape = shape, .forward = forward,
   .backward = sum_backward, .samples = SAMPLES,
   .doc = "(x, axis = none, keepdims = false): the sum" AXES
          "Integers and bools give int64; of nothing it is 0.\n"
          "Example:\n"
          "ln.tensor{{1, 2}, {3, 4}}:sum{axis = 1}  --> [4. 6.]\n"},
  [LN_R_MEAN] = {.name = "mean", .variant = LN_R_MEAN, .n_in = 1, .n_out = 1,
   .options = plain_options,
   .params_size = offsetof(Reduce, ddof), .shape = shape, .forward = forward,
   .backward = mean_backward, .samples = SAMPLES,
   .doc = "(x, axis = none, keepdims = false): the mean" AXES
          "Integers give float32; of nothing it is NaN.\n"
          "Example:\n"
          "ln.tensor{{1, 2}, {3, 4}}:mean{axis = 1}  --> [2. 3.]\n"},
  [LN_R_MAX] = {.name = "max", .variant = LN_R_MAX, .n_in = 1, .n_out = 1, .options = plain_options,
   .params_size = offsetof(Reduce, ddof), .shape = shape, .forward = forward,
   .backward = extreme_backward, .samples = SAMPLES,
   .doc = "(x, axis = none, keepdims = false): the largest element" AXES
          "NaN when there is one. Equal largest elements share the gradient. Of nothing: an "
          "error.\n"
          "Example:\n"
          "ln.tensor{{1, 4}, {3, 2}}:max{axis = 1}  --> [3. 4.]\n"},
  [LN_R_MIN] = {.name = "min", .variant = LN_R_MIN, .n_in = 1, .n_out = 1, .options = plain_options,
   .params_size = offsetof(Reduce, ddof), .shape = shape, .forward = forward,
   .backward = extreme_backward, .samples = SAMPLES,
   .doc = "(x, axis = none, keepdims = false): the smallest element" AXES
          "NaN when there is one. Equal smallest elements share the gradient. Of nothing: an "
          "error.\n"
          "Example:\n"
          "ln.tensor{{1, 4}, {3, 2}}:min{axis = 1}  --> [1. 2.]\n"},
  [LN_R_PROD] = {.name = "prod", .variant = LN_R_PROD, .n_in = 1, .n_out = 1,
   .options = plain_options,
   .params_size = offsetof(Reduce, ddof), .shape = shape, .forward = forward,
   .backward = prod_backward, .samples = SAMPLES,
   .doc = "(x, axis = none, keepdims = false): the product" AXES
          "Integers and bools give int64; of nothing it is 1.\n"
          "Example:\n"
          "ln.tensor{{1, 2}, {3, 4}}:prod{axis = 1}  --> [3. 8.]\n"},
  [LN_R_VAR] = {.name = "var", .variant = LN_R_VAR, .n_in = 1, .n_out = 1, .options = ddof_options,
   .params_size = sizeof(Reduce), .shape = shape, .forward = forward, .backward = var_backward,
   .samples = SAMPLES "\nx(2,3), {axis = 2, ddof = 1}",
   .doc = "(x, axis = none, keepdims = false, ddof = 0): the mean squared distance from the mean"
          AXES "The divisor is the number of elements less ddof. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{{1, 2}, {3, 6}}:var{axis = 1}  --> [1. 4.]\n"},
  [LN_R_STD] = {.name = "std", .variant = LN_R_STD, .n_in = 1, .n_out = 1, .options = ddof_options,
   .params_size = sizeof(Reduce), .shape = shape, .forward = forward, .backward = std_backward,
   .samples = SAMPLES "\nx(2,3), {axis = 2, ddof = 1}",
   .doc = "(x, axis = none, keepdims = false, ddof = 0): the standard deviation" AXES
          "The square root of var. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{{1, 2}, {3, 6}}:std{axis = 1}  --> [1. 2.]\n"},
  [LN_R_ANY] = {.name = "any", .variant = LN_R_ANY, .n_in = 1, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT | LN_OP_TRUTH,
   .options = plain_options, .params_size = offsetof(Reduce, ddof), .shape = shape,
   .forward = forward, .samples = "b(2,3)\nb(2,3), 1",
   .doc = "(x, axis = none, keepdims = false): whether any element differs from 0 (NaN does)" AXES
          "Over all it is a Lua boolean, of nothing false.\n"
          "Example:\n"
          "ln.tensor{{1, 0}, {3, 0}}:any{axis = 1}  --> [ true false]\n"},
  [LN_R_ALL] = {.name = "all", .variant = LN_R_ALL, .n_in = 1, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT | LN_OP_TRUTH,
   .options = plain_options, .params_size = offsetof(Reduce, ddof), .shape = shape,
   .forward = forward, .samples = "b(2,3)\nb(2,3), 1",
   .doc = "(x, axis = none, keepdims = false): whether all elements differ from 0 (NaN does)" AXES
          "Over all it is a Lua boolean, of nothing true.\n"
          "Example:\n"
          "ln.tensor{{1, 0}, {3, 4}}:all{axis = 1}  --> [ true false]\n"},
  [LN_R_COUNT] = {.name = "count_nonzero", .variant = LN_R_COUNT, .n_in = 1, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT, .options = plain_options, .params_size = offsetof(Reduce, ddof),
   .shape = shape, .forward = forward, .samples = "b(2,3)\nb(2,3), 1",
   .doc = "(x, axis = none, keepdims = false): how many elements differ from 0 (NaN does), int64,"
          AXES
          "Example:\n"
          "ln.tensor{{1, 0}, {3, 4}}:count_nonzero{axis = 1}  --> [2 1]\n"},
  [ARGMAX] = {.name = "argmax", .variant = ARGMAX, .n_in = 1, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT, .options = argmax_options, .fields = argmax_fields,
   .params_size = sizeof(Argmax), .shape = argmax_shape, .scratch = argmax_scratch,
   .forward = argmax_forward, .samples = ARGMAX_SAMPLES,
   .doc = ARGMAX_DOC("largest")
          "ln.tensor{{1, 4}, {3, 2}}:argmax{axis = 2}  --> [2 1]\n"},
  [ARGMIN] = {.name = "argmin", .variant = ARGMIN, .n_in = 1, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT, .options = argmax_options, .fields = argmax_fields,
   .params_size = sizeof(Argmax), .shape = argmax_shape, .scratch = argmax_scratch,
   .forward = argmax_forward, .samples = ARGMAX_SAMPLES,
   .doc = ARGMAX_DOC("smallest")
          "ln.tensor{{1, 4}, {3, 2}}:argmin{axis = 2}  --> [1 2]\n"},
  [SUM_TO] = {.name = "sum_to", .n_in = 1, .n_out = 1, .flags = LN_OP_HIDDEN,
   .options = sum_to_options, .params_size = sizeof(SumTo), .shape = sum_to_shape,
   .forward = sum_to_forward, .backward = sum_to_backward,
   .doc = "x summed over the axes along which a smaller shape was broadcast (ln_sum_to)."},
  {0}};

// ---- C functions

static LnTensor *reduce(LnContext *c, int at, LnTensor *x, int64_t axis, bool keepdims) {
  const Reduce o = {.axis = {.n = axis == LN_NONE ? -1 : 1, .v = {axis}}, .keepdims = keepdims};
  return LN_APPLY1(c, &ln_ops_reduce[at], &o, x);
}

#define OVER_AXES(f, kernel)                                                                  \
  LnTensor *ln_##f##_over(LnContext *c, LnTensor *x, const LnInts *axes, bool keepdims) {     \
    const Reduce o = {.axis = *axes, .keepdims = keepdims};                                   \
    return LN_APPLY1(c, &ln_ops_reduce[LN_R_##kernel], &o, x);                                \
  }
OVER_AXES(sum, SUM)
OVER_AXES(mean, MEAN)
OVER_AXES(max, MAX)

#define FUNCTION(f, kernel)                                                         \
  LnTensor *ln_##f(LnContext *c, LnTensor *x, int64_t axis, bool keepdims) {        \
    return reduce(c, LN_R_##kernel, x, axis, keepdims);                               \
  }
FUNCTION(sum, SUM)
FUNCTION(max, MAX)
FUNCTION(min, MIN)
FUNCTION(any, ANY)

LnTensor *ln_mean(LnContext *c, LnTensor *x, int64_t axis, bool keepdims) {
  // One axis of length 1, as of a loss of one output: nothing to compute, here or on the way back.
  int at = x && axis < 0 ? (int)(axis + x->rank) : (int)axis;
  if (x && axis != LN_NONE && !keepdims && at >= 0 && at < x->rank && x->shape[at] == 1 &&
      ln_dtype_is_float((LnDtype)x->dtype))
    return ln_squeeze(c, x, at);
  return reduce(c, LN_R_MEAN, x, axis, keepdims);
}

LnTensor *ln_argmax(LnContext *c, LnTensor *x, int64_t axis) {
  const Argmax o = {.axis = axis, .zero_based = true};
  return LN_APPLY1(c, &ln_ops_reduce[ARGMAX], &o, x);
}

LnTensor *ln_sum_to(LnContext *c, LnTensor *x, int rank, const int64_t *target) {
  if (!x || ln_shape_equal(x->shape, x->rank, target, rank)) return x;
  SumTo o = {.shape = {.n = rank}};
  ln_copy_bytes(o.shape.v, target, (size_t)rank * sizeof *target);
  return LN_APPLY1(c, &ln_ops_reduce[SUM_TO], &o, x);
}
