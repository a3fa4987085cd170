// Pooling: max_pool, average_pool, and both with windows that adapt to the size of the result.
// Gradients are ops of the same windows, which are each other's: the largest elements' slopes go
// where these stand (max_pool_grad), or are picked there (max_pool_pick).
#include "ops/pool.h"

#include <string.h>

#include "kernels/copy.h"
#include "kernels/pool.h"
#include "ops/ops.h"

enum { MAX, AVERAGE, ADAPTIVE_MAX, ADAPTIVE_AVERAGE, MAX_GRAD, MAX_PICK, AVERAGE_GRAD };
extern const LnOp ln_ops_pool[];

static bool is_adaptive(const LnCall *call) {
  const int which = call->op->variant;
  return which == ADAPTIVE_MAX || which == ADAPTIVE_AVERAGE ||
         ((const LnPooling *)call->params)->adaptive;
}

static int64_t at_axis(const LnInts *list, int axis) {
  return list->n == 1 ? list->v[0] : list->v[axis];
}

static int64_t stride_at(const LnPooling *p, int axis) {
  return at_axis(p->strides.n < 0 ? &p->size : &p->strides, axis);
}

// How many results there are along an axis of n, and in `before` the padding; -2: none fit.
static int64_t results(const LnPooling *p, bool adaptive, int axis, int64_t n, int64_t *before) {
  const int64_t size = at_axis(&p->size, axis);
  *before = 0;
  if (adaptive) return n == 0 ? -2 : size;
  const int64_t stride = stride_at(p, axis);
  if (n < 0) return -1;
  if (p->same != 1) return n < size ? -2 : (n - size) / stride + 1;
  const int64_t m = n == 0 ? 0 : (n - 1) / stride + 1, last = n - (m - 1) * stride;
  if (m > 0 && size > last) *before = (size - last) / 2;
  return m;
}

// The windows over an x of this shape; the kernel's view of them unless NULL.
static bool windows(const LnCall *call, const int64_t *shape, int rank, int64_t *out, LnPool *k) {
  const LnPooling *p = call->params;
  const char *name = call->op->name, *sizes = is_adaptive(call) ? "output_size" : "pool_size";
  const int axes = rank - 2, first = p->channels_first == 1 ? 2 : 1;
  if (axes < 1 || axes > 3)
    return ln_fail(call->context, "%s: expected a tensor of rank 3 to 5 (batch, one to three axes, "
                   "channels), got shape %s", name, ln_shape_text(shape, rank));
  for (int i = 0; i < (is_adaptive(call) ? 1 : 2); i++) {
    const LnInts *list = i ? &p->strides : &p->size;
    if (list->n >= 0 && list->n != 1 && list->n != axes)
      return ln_fail(call->context, "%s: %s is an integer or a list of %d, got %s", name,
                     i ? "strides" : sizes, axes, ln_shape_text(list->v, (int)list->n));
  }
  memcpy(out, shape, (size_t)rank * sizeof *out);
  if (k) {
    *k = (LnPool){.outer = shape[0], .inner = shape[rank - 1], .adaptive = is_adaptive(call),
                  .in = {1, 1, 1}, .out = {1, 1, 1}, .size = {1, 1, 1}, .stride = {1, 1, 1}};
    if (first == 2) k->outer *= shape[1], k->inner = 1;
  }
  for (int i = 0; i < axes; i++) {
    int64_t before;
    const int64_t n = shape[first + i], m = results(p, is_adaptive(call), i, n, &before);
    if (m < -1)
      return ln_fail(call->context, "%s: %s %s does not fit an input of shape %s", name, sizes,
                     ln_shape_text(p->size.v, (int)p->size.n), ln_shape_text(shape, rank));
    out[first + i] = m;
    if (!k) continue;
    const int axis = 3 - axes + i;
    k->in[axis] = n;
    k->out[axis] = m;
    if (is_adaptive(call)) continue;
    k->size[axis] = at_axis(&p->size, i);
    k->stride[axis] = stride_at(p, i);
    k->before[axis] = before;
  }
  return true;
}

static bool shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  int64_t y[LN_MAX_RANK];
  return windows(call, x->shape, x->rank, y, NULL) &&
         ln_spec(call, out, ln_dtype_float((LnDtype)x->dtype), x->rank, y);
}

static size_t scratch(const LnCall *call) {
  size_t bytes = 0;
  for (int i = 0; i < call->n_in; i++)
    bytes += ln_packed_bytes(call->in[i], (LnDtype)call->out[0]->dtype);
  return bytes;
}

static void forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  const LnDtype d = (LnDtype)call->out[0]->dtype;
  int64_t y[LN_MAX_RANK];
  char *memory = call->scratch;
  LnPool k;
  if (call->out[0]->size == 0 || !windows(call, x->shape, x->rank, y, &k)) return;
  const void *from = ln_packed(x, d, &memory);
  if (call->op->variant == MAX || call->op->variant == ADAPTIVE_MAX)
    ln_kernel_max_pool(d, &k, from, call->out[0]->data);
  else
    ln_kernel_average_pool(d, &k, from, call->out[0]->data);
}

// The params of a gradient's op.
static LnPooling same_windows(const LnCall *call, const LnTensor *x) {
  LnPooling p = *(const LnPooling *)call->params;
  p.adaptive = is_adaptive(call);
  p.shape = x ? ln_shape_of(x) : (LnInts){.n = -1};
  return p;
}

static bool max_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  (void)want;
  const LnPooling p = same_windows(call, NULL);
  const LnTensor *y = call->out[0];
  LnTensor *whole = ln_broadcast_to(call->context, dy[0], y->rank, y->shape);
  dx[0] = LN_APPLY2(call->context, &ln_ops_pool[MAX_GRAD], &p, call->in[0], whole);
  return dx[0] != NULL;
}

static bool average_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  (void)want;
  const LnPooling p = same_windows(call, call->in[0]);
  const LnTensor *y = call->out[0];
  LnTensor *whole = ln_broadcast_to(call->context, dy[0], y->rank, y->shape);
  return (dx[0] = LN_APPLY1(call->context, &ln_ops_pool[AVERAGE_GRAD], &p, whole));
}

// ---- gradients: (x, dy) -> dx, (x, g) -> y and (dy) -> dx

// Both of one float dtype; the second one of y's shape, or x's.
static bool pair_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0], *g = call->in[1];
  const bool picks = call->op->variant == MAX_PICK;
  int64_t y[LN_MAX_RANK], shared[LN_MAX_RANK];
  if (!windows(call, x->shape, x->rank, y, NULL)) return false;
  if (!ln_shape_unify(picks ? x->shape : y, x->rank, g->shape, g->rank, shared))
    return ln_fail(call->context, "%s: shapes do not align: %s and %s", call->op->name,
                   ln_tensor_shape_text(x), ln_tensor_shape_text(g));
  if (!ln_dtype_is_float((LnDtype)g->dtype))
    return ln_fail(call->context, "%s: floats are wanted, got %s", call->op->name,
                   ln_dtype_name((LnDtype)g->dtype));
  return ln_spec(call, out, (LnDtype)g->dtype, x->rank, picks ? y : x->shape);
}

static void pair_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  const LnDtype d = (LnDtype)call->out[0]->dtype;
  int64_t y[LN_MAX_RANK];
  char *memory = call->scratch;
  LnPool k;
  if (call->out[0]->size == 0 || !windows(call, x->shape, x->rank, y, &k)) return;
  const void *from = ln_packed(x, d, &memory), *g = ln_packed(call->in[1], d, &memory);
  (call->op->variant == MAX_PICK ? ln_kernel_max_pool_pick : ln_kernel_max_pool_grad)(
      d, &k, from, g, call->out[0]->data);
}

static bool pair_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  if (!want[1]) return true;
  const LnTensor *y = call->out[0];
  LnTensor *whole = ln_broadcast_to(call->context, dy[0], y->rank, y->shape);
  const LnOp *other = &ln_ops_pool[call->op->variant == MAX_PICK ? MAX_GRAD : MAX_PICK];
  return (dx[1] = LN_APPLY2(call->context, other, call->params, call->in[0], whole));
}

static bool average_grad_shape(const LnCall *call, LnSpec *out) {
  const LnInts *x = &((const LnPooling *)call->params)->shape;
  const LnTensor *dy = call->in[0];
  int64_t y[LN_MAX_RANK], shared[LN_MAX_RANK];
  if (!windows(call, x->v, (int)x->n, y, NULL)) return false;
  if (!ln_shape_unify(y, (int)x->n, dy->shape, dy->rank, shared))
    return ln_fail(call->context, "%s: %s is not the shape of the result, %s", call->op->name,
                   ln_tensor_shape_text(dy), ln_shape_text(y, (int)x->n));
  if (!ln_dtype_is_float((LnDtype)dy->dtype))
    return ln_fail(call->context, "%s: floats are wanted, got %s", call->op->name,
                   ln_dtype_name((LnDtype)dy->dtype));
  return ln_spec(call, out, (LnDtype)dy->dtype, (int)x->n, x->v);
}

static void average_grad_forward(const LnCall *call) {
  const LnTensor *dx = call->out[0];
  int64_t y[LN_MAX_RANK];
  char *memory = call->scratch;
  LnPool k;
  if (dx->size == 0 || !windows(call, dx->shape, dx->rank, y, &k)) return;
  const void *dy = ln_packed(call->in[0], (LnDtype)dx->dtype, &memory);
  ln_kernel_average_pool_grad((LnDtype)dx->dtype, &k, dy, dx->data);
}

static bool average_grad_backward(const LnCall *call, LnTensor *const *g, const bool *want,
                                  LnTensor **dx) {
  (void)want;
  const LnTensor *x = call->out[0];
  LnTensor *whole = ln_broadcast_to(call->context, g[0], x->rank, x->shape);
  const int which = is_adaptive(call) ? ADAPTIVE_AVERAGE : AVERAGE;
  return (dx[0] = LN_APPLY1(call->context, &ln_ops_pool[which], call->params, whole));
}

// ---- the table

#define FORMAT                                                                                   \
  {"data_format", LN_OPT_CHOICE, LN_FIELD(LnPooling, channels_first), "channels_last",           \
   .choices = "channels_last channels_first", .nullable = true,                                  \
   .doc = "whether the axis of channels is the last one or follows that of the batch"}
#define WINDOWS                                                                                  \
  {"pool_size", LN_OPT_INTEGERS, LN_FIELD(LnPooling, size), NULL, ">= 1",                        \
   .doc = "of a window: an integer, or one for each axis"},                                      \
  {"strides", LN_OPT_INTEGERS, LN_FIELD(LnPooling, strides), "none", ">= 1",                     \
   .doc = "from window to window: an integer, or one for each axis; none: pool_size"},           \
  {"padding", LN_OPT_CHOICE, LN_FIELD(LnPooling, same), "valid", .choices = "valid same",        \
   .doc = "same: windows may reach over the ends, so that size / strides of them fit"},          \
  FORMAT

static const LnOption options[] = {WINDOWS, {0}};
static const LnOption adaptive_options[] = {
  {"output_size", LN_OPT_INTEGERS, LN_FIELD(LnPooling, size), NULL, ">= 1",
   .doc = "of the result: an integer, or one for each axis"},
  FORMAT, {0}};
static const LnOption grad_options[] = {
  WINDOWS,
  {"adaptive", LN_OPT_BOOL, LN_FIELD(LnPooling, adaptive), "false",
   .doc = "pool_size is the size of the result"},
  {"shape", LN_OPT_SHAPE, LN_FIELD(LnPooling, shape), "none", .doc = "of what was pooled"}, {0}};
static const LnField fields[] = {LN_BYTES(LnPooling, adaptive), LN_BYTES(LnPooling, shape), {0}};
static const LnField adaptive_fields[] = {
  LN_BYTES(LnPooling, strides), LN_BYTES(LnPooling, same), LN_BYTES(LnPooling, adaptive),
  LN_BYTES(LnPooling, shape), {0}};

#define POOL_SAMPLES                                                                             \
  "x(2,5,3), 2\nx(2,5,3), 3, 2, \"same\"\nx(2,3,5), {2}, {1}, \"valid\", \"channels_first\"\n"   \
  "x(1,5,4,2), {2, 3}\nx(1,2,4,5), {3, 2}, {1, 2}, \"same\", \"channels_first\"\n"               \
  "x(1,4,3,3,2), {2, 1, 2}, {1, 2, 3}, \"same\"\nx(1,3,3,17), 2, 1"
#define ADAPTIVE_SAMPLES                                                                         \
  "x(2,5,3), 2\nx(2,5,3), {7}\nx(1,5,4,2), {3, 2}\nx(1,2,4,5), {3, 2}, \"channels_first\"\n"     \
  "x(1,4,3,5,2), {2, 1, 3}"
#define POOL_DOC(what)                                                                     \
  "(x, pool_size, strides = none, padding = \"valid\", data_format = \"channels_last\"): the "   \
  what "\nof each window over the axes between batch and channels: x is (batch, steps, "        \
  "channels),\n(batch, height, width, channels) or with one axis more. strides default to "      \
  "pool_size.\nIntegers become float32. Errors: another rank, a window that does not fit.\n"     \
  "Example:\n"
#define ADAPTIVE_DOC(what)                                                                       \
  "(x, output_size, data_format = \"channels_last\"): the " what " of windows that share out\n"  \
  "the axes between batch and channels so that output_size of them come out; they overlap where\n" \
  "sizes do not divide. Errors: an axis of length 0, another rank than 3 to 5.\n"                \
  "Example:\n"

const LnOp ln_ops_pool[] = {
  [MAX] = {.name = "max_pool", .variant = MAX, .n_in = 1, .n_out = 1, .options = options,
   .fields = fields, .params_size = sizeof(LnPooling), .shape = shape, .scratch = scratch,
   .forward = forward, .backward = max_backward, .samples = POOL_SAMPLES,
   .doc = POOL_DOC("largest element")
          "ln.max_pool(ln.tensor{{{1}, {4}, {3}, {2}}}, 2):flatten()  --> [4. 3.]\n"},
  [AVERAGE] = {.name = "average_pool", .variant = AVERAGE, .n_in = 1, .n_out = 1,
   .options = options, .fields = fields, .params_size = sizeof(LnPooling), .shape = shape,
   .scratch = scratch, .forward = forward, .backward = average_backward, .samples = POOL_SAMPLES,
   .doc = POOL_DOC("mean, padding left out,")
          "ln.average_pool(ln.tensor{{{1}, {4}, {3}}}, 2, {padding = \"same\"}):flatten()  "
          "--> [2.5 3. ]\n"},
  [ADAPTIVE_MAX] = {.name = "adaptive_max_pool", .variant = ADAPTIVE_MAX, .n_in = 1, .n_out = 1,
   .options = adaptive_options, .fields = adaptive_fields, .params_size = sizeof(LnPooling),
   .shape = shape, .scratch = scratch, .forward = forward, .backward = max_backward,
   .samples = ADAPTIVE_SAMPLES,
   .doc = ADAPTIVE_DOC("largest element")
          "ln.adaptive_max_pool(ln.tensor{{{1}, {4}, {3}}}, 2):flatten()  --> [4. 4.]\n"},
  [ADAPTIVE_AVERAGE] = {.name = "adaptive_average_pool", .variant = ADAPTIVE_AVERAGE, .n_in = 1,
   .n_out = 1, .options = adaptive_options, .fields = adaptive_fields,
   .params_size = sizeof(LnPooling), .shape = shape, .scratch = scratch, .forward = forward,
   .backward = average_backward, .samples = ADAPTIVE_SAMPLES,
   .doc = ADAPTIVE_DOC("mean")
          "ln.adaptive_average_pool(ln.tensor{{{1}, {4}, {3}}}, 2):flatten()  --> [2.5 3.5]\n"},
  [MAX_GRAD] = {.name = "max_pool_grad", .variant = MAX_GRAD, .n_in = 2, .n_out = 1,
   .flags = LN_OP_HIDDEN, .options = grad_options, .params_size = sizeof(LnPooling),
   .shape = pair_shape, .scratch = scratch, .forward = pair_forward, .backward = pair_backward,
   .samples = "x(2,5,3), x(2,3,3), 3, 2, \"same\"\nx(2,5,3), x(2,2,3), {2, adaptive = true}",
   .doc = "(x, dy): dy at the first largest element of each window, elsewhere 0."},
  [MAX_PICK] = {.name = "max_pool_pick", .variant = MAX_PICK, .n_in = 2, .n_out = 1,
   .flags = LN_OP_HIDDEN, .options = grad_options, .params_size = sizeof(LnPooling),
   .shape = pair_shape, .scratch = scratch, .forward = pair_forward, .backward = pair_backward,
   .samples = "x(2,5,3), x(2,5,3), 3, 2, \"same\"\nx(2,5,3), x(2,5,3), {2, adaptive = true}",
   .doc = "(x, g): the elements of g that stand where max_pool(x) comes from."},
  [AVERAGE_GRAD] = {.name = "average_pool_grad", .variant = AVERAGE_GRAD, .n_in = 1, .n_out = 1,
   .flags = LN_OP_HIDDEN, .options = grad_options, .params_size = sizeof(LnPooling),
   .shape = average_grad_shape, .scratch = scratch, .forward = average_grad_forward,
   .backward = average_grad_backward,
   .samples = "x(2,3,3), 3, 2, \"same\", {shape = {2, 5, 3}}\n"
              "x(2,2,3), 2, {adaptive = true, shape = {2, 5, 3}}",
   .doc = "(dy): the gradient of average_pool, for an x of a shape."},
  {0}};

LnTensor *ln_max_pool(LnContext *c, LnTensor *x, const LnPooling *p) {
  return LN_APPLY1(c, &ln_ops_pool[p->adaptive ? ADAPTIVE_MAX : MAX], p, x);
}

LnTensor *ln_average_pool(LnContext *c, LnTensor *x, const LnPooling *p) {
  return LN_APPLY1(c, &ln_ops_pool[p->adaptive ? ADAPTIVE_AVERAGE : AVERAGE], p, x);
}
