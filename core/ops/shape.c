// Ops that see the same values under another shape: views with strides, no copy where one can be
// avoided. Also astype and stop_gradient. To add one: a shape() that sets view_of and strides.
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "kernels/copy.h"
#include "ops/ops.h"

static bool view(const LnCall *call, LnSpec *out, int rank, const int64_t *shape,
                 const int64_t *stride, int64_t offset) {
  LnTensor *x = call->in[0];
  if (!ln_spec(call, out, x->dtype, rank, shape)) return false;
  out->view_of = x;
  ln_copy_bytes(out->stride, stride, (size_t)rank * sizeof *stride);
  out->offset = offset * (int64_t)ln_dtype_size(x->dtype);
  return true;
}

// Axes of a list (or all, when it is None) as marks; an axis named twice is an error.
static bool mark_axes(const LnCall *call, const LnInts *axes, int rank, bool *marks) {
  memset(marks, axes->n < 0, (size_t)rank * sizeof *marks);
  for (int64_t i = 0; i < axes->n; i++) {
    int axis;
    if (!ln_axis(call->context, call->op->name, axes->v[i], rank, &axis)) return false;
    if (marks[axis])
      return ln_fail(call->context, "%s: axis %d is named twice", call->op->name, axis + 1);
    marks[axis] = true;
  }
  return true;
}

// ---- reshape, flatten

typedef struct Shape {
  LnInts shape;
} Shape;

// The strides under which x has another shape, if there are such: groups of axes with the same
// product on both sides must lie evenly in memory.
static bool reshaped_strides(const LnTensor *x, int rank, const int64_t *shape, int64_t *stride) {
  int64_t old[LN_MAX_RANK], step[LN_MAX_RANK];
  int n = 0;
  ln_contiguous_strides(shape, rank, stride);
  if (x->size == 0) return true;
  for (int i = 0; i < x->rank; i++)
    if (x->shape[i] != 1) old[n] = x->shape[i], step[n++] = x->stride[i];
  for (int i = 0, o = 0; i < rank && o < n;) {
    int j = i + 1, p = o + 1;
    int64_t a = shape[i], b = old[o];
    while (a != b) {
      if (a < b) a *= shape[j++];
      else b *= old[p++];
    }
    for (int k = o; k + 1 < p; k++)
      if (step[k] != step[k + 1] * old[k + 1]) return false;
    stride[j - 1] = step[p - 1];
    for (int k = j - 1; k > i; k--) stride[k - 1] = stride[k] * shape[k];
    i = j;
    o = p;
  }
  return true;
}

static bool reshape_to(const LnCall *call, LnSpec *out, int rank, const int64_t *shape) {
  int64_t stride[LN_MAX_RANK];
  if (call->in[0]->meta || !reshaped_strides(call->in[0], rank, shape, stride))
    return ln_spec(call, out, call->in[0]->dtype, rank, shape);
  return view(call, out, rank, shape, stride, 0);
}

// (2, -1): the open dimension as it was written, where a shape's text says None.
static const char *as_given(const LnInts *v, char *text) {
  char *p = text;
  for (int i = 0; i < v->n; i++)
    p += sprintf(p, "%s%lld", i ? ", " : "(", (long long)v->v[i]);
  strcpy(p, v->n == 0 ? "()" : v->n == 1 ? ",)" : ")");
  return text;
}

static bool has_unknown(const LnTensor *x) {
  bool found = false;
  for (int i = 0; i < x->rank; i++) found = found || x->shape[i] < 0;
  return found;
}

// What is known of the new shape where x's is not.
static bool reshape_unknown(const LnCall *call, LnSpec *out, const LnInts *want) {
  for (int i = 0; i < want->n; i++)
    if (want->v[i] < -1) return ln_fail(call->context, "%s: a dimension is negative",
                                        call->op->name);
  return ln_spec(call, out, (LnDtype)call->in[0]->dtype, (int)want->n, want->v);
}

static bool reshape_shape(const LnCall *call, LnSpec *out) {
  const LnInts *want = &((const Shape *)call->params)->shape;
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK], known = 1;
  int open = -1;
  if (has_unknown(x)) return reshape_unknown(call, out, want);
  for (int i = 0; i < want->n; i++) {
    shape[i] = want->v[i];
    if (shape[i] >= 0) {
      if (__builtin_mul_overflow(known, shape[i], &known)) known = -1, i = (int)want->n;
    } else if (shape[i] == -1 && open < 0) {
      open = i;
    } else {
      return ln_fail(call->context, "%s: %s", call->op->name,
                     shape[i] == -1 ? "only one dimension can be left open"
                                    : "a dimension is negative");
    }
  }
  if (open >= 0 && known > 0 && x->size % known == 0) {
    shape[open] = x->size / known;
    known *= shape[open];
  } else if (open >= 0) {
    known = -1;
  }
  if (known != x->size)
    return ln_fail(call->context, "%s: a tensor of shape %s (%lld elements) does not fit shape %s",
                   call->op->name, ln_tensor_shape_text(x), (long long)x->size,
                   as_given(want, (char[24 * LN_MAX_RANK]){0}));
  return reshape_to(call, out, (int)want->n, shape);
}

static bool flatten_shape(const LnCall *call, LnSpec *out) {
  return reshape_to(call, out, 1, &call->in[0]->size);
}

static void copy_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  LnTensor *y = call->out[0];
  if (y->data == x->data) return;  // a view after all
  ln_kernel_pack(x, (LnDtype)y->dtype, y->data);
}

static bool reshape_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  (void)want;
  return (dx[0] = ln_reshape(call->context, dy[0], call->in[0]->rank, call->in[0]->shape));
}

// ---- transpose, permute, swapaxes, moveaxis: axes in another order

typedef struct Axes {
  LnInts axes;
} Axes;

static bool permuted(const LnCall *call, LnSpec *out, const int *order) {
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK], stride[LN_MAX_RANK];
  for (int i = 0; i < x->rank; i++) shape[i] = x->shape[order[i]], stride[i] = x->stride[order[i]];
  return view(call, out, x->rank, shape, stride, 0);
}

static bool permute_order(const LnCall *call, int *order) {
  const LnInts *axes = &((const Axes *)call->params)->axes;
  const LnTensor *x = call->in[0];
  bool seen[LN_MAX_RANK];
  if (axes->n < 0) {
    for (int i = 0; i < x->rank; i++) order[i] = x->rank - 1 - i;
    return true;
  }
  if (axes->n != x->rank)
    return ln_fail(call->context, "%s: %lld axes for a tensor of rank %d, shape %s", call->op->name,
                   (long long)axes->n, x->rank, ln_tensor_shape_text(x));
  if (!mark_axes(call, axes, x->rank, seen)) return false;
  for (int i = 0; i < x->rank; i++)
    order[i] = (int)(axes->v[i] < 0 ? axes->v[i] + x->rank : axes->v[i]);
  return true;
}

static LnTensor *unpermute(const LnCall *call, LnTensor *dy, const int *order) {
  int back[LN_MAX_RANK];
  for (int i = 0; i < call->in[0]->rank; i++) back[order[i]] = i;
  return ln_permute(call->context, dy, call->in[0]->rank, back);
}

static bool permute_shape(const LnCall *call, LnSpec *out) {
  int order[LN_MAX_RANK];
  return permute_order(call, order) && permuted(call, out, order);
}

static bool permute_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  (void)want;
  int order[LN_MAX_RANK];
  return permute_order(call, order) && (dx[0] = unpermute(call, dy[0], order));
}

typedef struct Swap {
  int64_t axis1, axis2;
} Swap;

static bool swap_order(const LnCall *call, int *order) {
  const Swap *p = call->params;
  int a, b, rank = call->in[0]->rank;
  if (!ln_axis(call->context, call->op->name, p->axis1, rank, &a) ||
      !ln_axis(call->context, call->op->name, p->axis2, rank, &b))
    return false;
  for (int i = 0; i < rank; i++) order[i] = i == a ? b : i == b ? a : i;
  return true;
}

static bool swap_shape(const LnCall *call, LnSpec *out) {
  int order[LN_MAX_RANK];
  return swap_order(call, order) && permuted(call, out, order);
}

static bool swap_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  int order[LN_MAX_RANK];
  return swap_order(call, order) && (dx[0] = unpermute(call, dy[0], order));
}

typedef struct Move {
  LnInts source, destination;
} Move;

static bool move_order(const LnCall *call, int *order) {
  const Move *p = call->params;
  int rank = call->in[0]->rank;
  bool from[LN_MAX_RANK], to[LN_MAX_RANK];
  if (p->source.n != p->destination.n)
    return ln_fail(call->context, "%s: %lld axes cannot move to %lld places", call->op->name,
                   (long long)p->source.n, (long long)p->destination.n);
  if (!mark_axes(call, &p->source, rank, from) || !mark_axes(call, &p->destination, rank, to))
    return false;
  for (int i = 0; i < p->source.n; i++) {
    int64_t s = p->source.v[i], d = p->destination.v[i];
    order[d < 0 ? d + rank : d] = (int)(s < 0 ? s + rank : s);
  }
  for (int i = 0, next = 0; i < rank; i++) {
    if (to[i]) continue;
    while (from[next]) next++;
    order[i] = next++;
  }
  return true;
}

static bool move_shape(const LnCall *call, LnSpec *out) {
  int order[LN_MAX_RANK];
  return move_order(call, order) && permuted(call, out, order);
}

static bool move_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  int order[LN_MAX_RANK];
  return move_order(call, order) && (dx[0] = unpermute(call, dy[0], order));
}

// ---- expand_dims, squeeze

static bool expand_shape(const LnCall *call, LnSpec *out) {
  const LnInts *axes = &((const Axes *)call->params)->axes;
  const LnTensor *x = call->in[0];
  int rank = x->rank + (int)axes->n;
  int64_t shape[LN_MAX_RANK], stride[LN_MAX_RANK];
  bool added[LN_MAX_RANK];
  if (rank > LN_MAX_RANK)
    return ln_fail(call->context, "%s: a tensor has at most %d axes, got %d", call->op->name,
                   LN_MAX_RANK, rank);
  if (!mark_axes(call, axes, rank, added)) return false;
  for (int i = 0, from = 0; i < rank; i++) {
    shape[i] = added[i] ? 1 : x->shape[from];
    stride[i] = added[i] ? 0 : x->stride[from];
    from += !added[i];
  }
  return view(call, out, rank, shape, stride, 0);
}

static bool squeeze_shape(const LnCall *call, LnSpec *out) {
  const LnInts *axes = &((const Axes *)call->params)->axes;
  const LnTensor *x = call->in[0];
  int rank = 0;
  int64_t shape[LN_MAX_RANK], stride[LN_MAX_RANK];
  bool gone[LN_MAX_RANK];
  if (!mark_axes(call, axes, x->rank, gone)) return false;
  for (int i = 0; i < x->rank; i++) {
    if (gone[i] && (x->shape[i] == 1 || (x->shape[i] < 0 && axes->n >= 0))) continue;
    if (gone[i] && axes->n >= 0)
      return ln_fail(call->context, "%s: axis %d of shape %s has not length 1", call->op->name,
                     i + 1, ln_tensor_shape_text(x));
    shape[rank] = x->shape[i];
    stride[rank++] = x->stride[i];
  }
  return view(call, out, rank, shape, stride, 0);
}

// ---- broadcast_to, flip

static bool broadcast_shape(const LnCall *call, LnSpec *out) {
  const LnInts *want = &((const Shape *)call->params)->shape;
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK], stride[LN_MAX_RANK];
  int rank = (int)want->n, extra = rank - x->rank;
  bool fits = ln_shape_broadcast(x->shape, x->rank, want->v, rank, shape) == rank;
  fits = fits && (x->meta ? ln_shape_unify(shape, rank, want->v, rank, shape)
                          : ln_shape_equal(shape, rank, want->v, rank));
  if (!fits)
    return ln_fail(call->context, "%s: shape %s cannot be broadcast to %s", call->op->name,
                   ln_tensor_shape_text(x), ln_shape_text(want->v, rank));
  for (int i = 0; i < rank; i++)
    stride[i] = i < extra || x->shape[i - extra] == 1 ? 0 : x->stride[i - extra];
  return view(call, out, rank, shape, stride, 0);
}

// The engine sums over the broadcast axes.
static bool pass_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)call, (void)want;
  dx[0] = dy[0];
  return true;
}

static bool flip_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  int64_t stride[LN_MAX_RANK], offset = 0;
  bool turned[LN_MAX_RANK];
  if (!mark_axes(call, &((const Axes *)call->params)->axes, x->rank, turned)) return false;
  for (int i = 0; i < x->rank; i++) {
    stride[i] = turned[i] ? -x->stride[i] : x->stride[i];
    if (turned[i] && x->size) offset += (x->shape[i] - 1) * x->stride[i];
  }
  return view(call, out, x->rank, x->shape, stride, offset);
}

static bool flip_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  return (dx[0] = LN_APPLY1(call->context, call->op, call->params, dy[0]));
}

// ---- astype, stop_gradient

typedef struct Cast {
  int dtype;
} Cast;

static bool cast_shape(const LnCall *call, LnSpec *out) {
  return ln_spec_like(call, out, (LnDtype)((const Cast *)call->params)->dtype, call->in[0]);
}

static bool cast_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  // An integer in between stops the gradient; among floats the engine casts it back.
  dx[0] = ln_dtype_is_float(call->out[0]->dtype) ? dy[0] : NULL;
  return true;
}

static bool stop_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  return view(call, out, x->rank, x->shape, x->stride, 0);
}

static const LnOption shape_options[] = {
  {"shape", LN_OPT_SHAPE, offsetof(Shape, shape), .doc = "the new shape"}, {0}};
static const LnOption axes_options[] = {
  {"axes", LN_OPT_AXES, offsetof(Axes, axes), .doc = "every axis once, in the new order"}, {0}};
static const LnOption transpose_options[] = {
  {"axes", LN_OPT_AXES, offsetof(Axes, axes), .fallback = "none",
   .doc = "every axis once, in the new order; none: reversed"}, {0}};
static const LnOption axis_options[] = {
  {"axis", LN_OPT_AXES, offsetof(Axes, axes), .doc = "where, in the result: one axis or several"},
  {0}};
static const LnOption all_axes_options[] = {
  {"axis", LN_OPT_AXES, offsetof(Axes, axes), .fallback = "none",
   .doc = "one axis or several; none: all"}, {0}};
static const LnOption swap_options[] = {
  {"axis1", LN_OPT_AXIS, offsetof(Swap, axis1), .doc = "one axis"},
  {"axis2", LN_OPT_AXIS, offsetof(Swap, axis2), .doc = "the other"}, {0}};
static const LnOption move_options[] = {
  {"source", LN_OPT_AXES, offsetof(Move, source), .doc = "axes to move"},
  {"destination", LN_OPT_AXES, offsetof(Move, destination), .doc = "where each of them goes"}, {0}};
static const LnOption cast_options[] = {
  {"dtype", LN_OPT_DTYPE, offsetof(Cast, dtype), .doc = "the new dtype"}, {0}};

#define CAST_DOC                                                                                   \
  "(x, dtype): a copy of x with another dtype. Floats are cut toward zero when they become\n"      \
  "integers; everything but 0 becomes true. The gradient passes between floats.\n"                 \
  "Example:\n"                                                                                     \
  "ln.tensor{1.7, -1.7, 0}:astype(\"int32\")  --> [ 1 -1  0]\n"

const LnOp ln_ops_shape[] = {
  {.name = "reshape", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = shape_options,
   .params_size = sizeof(Shape), .shape = reshape_shape, .forward = copy_forward,
   .backward = reshape_backward,
   .samples = "x(2,3), {3, 2}\nx(2,3), {6}\nx(2,3), {1, 2, -1, 1}",
   .doc = "(x, shape): the same elements in the same (row-major) order under another shape. One\n"
          "dimension may be -1: it follows from the others. A view of x where strides allow it,\n"
          "else a copy. Error: the number of elements differs.\n"
          "Example:\n"
          "ln.arange(6):reshape{2, -1}.shape  --> (2, 3)\n"},
  {.name = "flatten", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .shape = flatten_shape,
   .forward = copy_forward,
   .backward = reshape_backward, .samples = "x(2,3)\nx(2,2,3)",
   .doc = "(x): all elements in one axis, row after row. A view of x where strides allow it.\n"
          "Example:\n"
          "ln.tensor{{1, 2}, {3, 4}}:flatten()  --> [1. 2. 3. 4.]\n"},
  {.name = "transpose", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = transpose_options,
   .params_size = sizeof(Axes), .shape = permute_shape, .backward = permute_backward,
   .samples = "x(2,3)\nx(2,3,4)\nx(2,3,4), {3, 1, 2}",
   .doc = "(x, axes = none): a view of x with its axes in the order given, or in reverse\n"
          "(swapaxes exchanges two of them). One axis or none: x unchanged.\n"
          "Example:\n"
          "ln.zeros{2, 3, 4}:transpose().shape  --> (4, 3, 2)\n"},
  {.name = "permute", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = axes_options,
   .params_size = sizeof(Axes),
   .shape = permute_shape, .backward = permute_backward,
   .samples = "x(2,3), {2, 1}\nx(2,3,4), {3, 1, 2}\nx(2,3,4), {-1, 2, 1}",
   .doc = "(x, axes): a view of x with its axes in another order: axis i of the result is axis\n"
          "axes[i] of x. Errors: an axis is missing, named twice or out of range.\n"
          "Example:\n"
          "ln.zeros{2, 3, 4}:permute{3, 1, 2}.shape  --> (4, 2, 3)\n"},
  {.name = "swapaxes", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_SPACED,
   .options = swap_options, .params_size = sizeof(Swap), .shape = swap_shape,
   .backward = swap_backward, .samples = "x(2,3), 1, 2\nx(2,3,4), 1, -1",
   .doc = "(x, axis1, axis2): a view of x with two axes exchanged.\n"
          "Example:\n"
          "ln.zeros{2, 3, 4}:swapaxes(1, 3).shape  --> (4, 3, 2)\n"},
  {.name = "moveaxis", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = move_options,
   .params_size = sizeof(Move),
   .shape = move_shape, .backward = move_backward,
   .samples = "x(2,3,4), 1, -1\nx(2,3,4), {1, 3}, {2, 1}",
   .doc = "(x, source, destination): a view of x with one axis or several moved; the others keep\n"
          "their order.\n"
          "Example:\n"
          "ln.zeros{2, 3, 4}:moveaxis(1, -1).shape  --> (3, 4, 2)\n"},
  {.name = "expand_dims", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = axis_options,
   .params_size = sizeof(Axes), .shape = expand_shape, .backward = reshape_backward,
   .samples = "x(2,3), 1\nx(2,3), -1\nx(2,3), {1, 3}",
   .doc = "(x, axis): a view of x with an axis of length 1 added, which is axis `axis` of the\n"
          "result.\n"
          "Example:\n"
          "ln.zeros{2, 3}:expand_dims(1).shape  --> (1, 2, 3)\n"},
  {.name = "squeeze", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = all_axes_options,
   .params_size = sizeof(Axes), .shape = squeeze_shape, .backward = reshape_backward,
   .samples = "x(2,1,3)\nx(1,2,1), 3",
   .doc = "(x, axis = none): a view of x without its axes of length 1, or without the ones named.\n"
          "Error: a named axis has another length.\n"
          "Example:\n"
          "ln.zeros{1, 3, 1}:squeeze().shape  --> (3,)\n"},
  {.name = "broadcast_to", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = shape_options,
   .params_size = sizeof(Shape), .shape = broadcast_shape, .backward = pass_backward,
   .samples = "x(2,3), {4, 2, 3}\nx(2,1), {2, 3}\nx(3), {2, 3}",
   .doc = "(x, shape): a view of x repeated along axes that it lacks or that have length 1. The\n"
          "elements are not copied: writing to one writes to its likes.\n"
          "Example:\n"
          "ln.tensor{1, 2}:broadcast_to{2, 2}:flatten()  --> [1. 2. 1. 2.]\n"},
  {.name = "flip", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = all_axes_options,
   .params_size = sizeof(Axes),
   .shape = flip_shape, .backward = flip_backward, .samples = "x(2,3)\nx(2,3), 1\nx(2,3), {-1}",
   .doc = "(x, axis = none): a view of x with the order of elements turned round, along the given\n"
          "axes or along all.\n"
          "Example:\n"
          "ln.tensor{1, 2, 3}:flip()  --> [3. 2. 1.]\n"},
  {.name = "astype", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = cast_options,
   .params_size = sizeof(Cast),
   .shape = cast_shape, .forward = copy_forward, .backward = cast_backward,
   .samples = "x(2,3), \"float64\"\nx(2,3), \"int32\"\ni(5, 2,3), \"float32\"", .doc = CAST_DOC},
  {.name = "cast", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES, .options = cast_options,
   .params_size = sizeof(Cast),
   .shape = cast_shape, .forward = copy_forward, .backward = cast_backward,
   .samples = "x(2,3), \"float64\"", .doc = CAST_DOC},
  {.name = "stop_gradient", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_NO_GRADIENT,
   .shape = stop_shape,
   .samples = "x(2,3)",
   .doc = "(x): x, as a constant: no gradient passes back through it.\n"
          "Example:\n"
          "ln.stop_gradient(ln.tensor{1, 2})  --> [1. 2.]\n"},
  {0}};

enum { RESHAPE, FLATTEN, TRANSPOSE, PERMUTE, SWAPAXES, MOVEAXIS, EXPAND_DIMS, SQUEEZE, BROADCAST_TO,
       FLIP, ASTYPE, CAST, STOP_GRADIENT };

static bool few_axes(LnContext *c, int rank) {
  return rank <= LN_MAX_RANK ||
         ln_fail(c, "a tensor has at most %d axes, got %d", LN_MAX_RANK, rank);
}

LnTensor *ln_reshape(LnContext *c, LnTensor *x, int rank, const int64_t *shape) {
  if (!few_axes(c, rank)) return NULL;
  Shape p = {{.n = rank}};
  ln_copy_bytes(p.shape.v, shape, (size_t)rank * sizeof *shape);
  return LN_APPLY1(c, &ln_ops_shape[RESHAPE], &p, x);
}

LnTensor *ln_transpose(LnContext *c, LnTensor *x) {
  return !x || x->rank < 2 ? x : LN_APPLY1(c, &ln_ops_shape[SWAPAXES], (&(Swap){-2, -1}), x);
}

LnTensor *ln_permute(LnContext *c, LnTensor *x, int rank, const int *axes) {
  Axes p = {{.n = rank}};
  for (int i = 0; i < rank; i++) p.axes.v[i] = axes[i];
  return LN_APPLY1(c, &ln_ops_shape[PERMUTE], &p, x);
}

LnTensor *ln_expand_dims(LnContext *c, LnTensor *x, int64_t axis) {
  return LN_APPLY1(c, &ln_ops_shape[EXPAND_DIMS], &((Axes){{1, {axis}}}), x);
}

LnTensor *ln_squeeze(LnContext *c, LnTensor *x, int64_t axis) {
  Axes p = {{axis == LN_NONE ? -1 : 1, {axis}}};
  return LN_APPLY1(c, &ln_ops_shape[SQUEEZE], &p, x);
}

LnTensor *ln_broadcast_to(LnContext *c, LnTensor *x, int rank, const int64_t *shape) {
  if (!few_axes(c, rank)) return NULL;
  Shape p = {{.n = rank}};
  ln_copy_bytes(p.shape.v, shape, (size_t)rank * sizeof *shape);
  return LN_APPLY1(c, &ln_ops_shape[BROADCAST_TO], &p, x);
}

LnTensor *ln_stop_gradient(LnContext *c, LnTensor *x) {
  return LN_APPLY1(c, &ln_ops_shape[STOP_GRADIENT], NULL, x);
}

LnTensor *ln_cast(LnContext *c, LnTensor *x, LnDtype d) {
  if (x && x->dtype == d) return x;
  return LN_APPLY1(c, &ln_ops_shape[CAST], &((Cast){(int)d}), x);
}
