// Order: sort, argsort, topk; unique, searchsorted, isin, which sort or search on the way.
// NaN comes last in either direction; equal elements keep their order.
#include "ops/sort.h"

#include <stddef.h>
#include <string.h>

#include "kernels/copy.h"
#include "kernels/lanes.h"
#include "kernels/sort.h"
#include "ops/index.h"
#include "ops/ops.h"

enum { SORT, ARGSORT, TOPK, UNIQUE, SEARCHSORTED, ISIN };
static const LnOp *op_of(int which);

typedef struct Order {
  int64_t axis;
  bool descending, zero_based;
  int64_t k;
} Order;

// ---- sort, argsort: LN_NONE sorts the flattened tensor

static bool order_shape(const LnCall *call, LnSpec *out) {
  const Order *p = call->params;
  const LnTensor *x = call->in[0];
  LnDtype d = call->op->variant == ARGSORT ? LN_INT64 : (LnDtype)x->dtype;
  int axis;
  if (p->axis == LN_NONE) return ln_spec(call, out, d, 1, &x->size);
  return ln_axis(call->context, call->op->name, p->axis, x->rank, &axis) &&
         ln_spec_like(call, out, d, x);
}

// A contiguous tensor seen as one axis.
static LnTensor flattened(const LnTensor *x, void *memory) {
  LnTensor flat = *x;
  if (!ln_tensor_is_contiguous(x)) {
    ln_kernel_pack(x, (LnDtype)x->dtype, memory);
    flat.data = memory;
  }
  flat.rank = 1;
  flat.shape[0] = x->size;
  flat.stride[0] = 1;
  flat.contiguous = true;
  return flat;
}

static int64_t lane_length(const LnCall *call) {
  const Order *p = call->params;
  const LnTensor *x = call->in[0];
  return p->axis == LN_NONE ? x->size : x->shape[p->axis < 0 ? p->axis + x->rank : p->axis];
}

static size_t order_scratch(const LnCall *call) {
  const LnTensor *x = call->in[0];
  size_t flat = ((const Order *)call->params)->axis == LN_NONE
                    ? (size_t)x->size * ln_dtype_size(x->dtype) : 0;
  return ln_kernel_sort_memory(lane_length(call)) + flat + 1;
}

static void order_lanes(const LnCall *call, LnTensor *values, LnTensor *positions, int64_t keep) {
  const Order *p = call->params;
  LnTensor x = *call->in[0];
  size_t width = ln_dtype_size(x.dtype);
  if (x.size == 0) return;
  if (p->axis == LN_NONE)
    x = flattened(&x, (char *)call->scratch + ln_kernel_sort_memory(x.size));
  int axis = p->axis == LN_NONE ? 0 : (int)(p->axis < 0 ? p->axis + x.rank : p->axis);
  LnLanes from = ln_lanes(&x, axis), to = {0}, at = {0};
  if (values) to = ln_lanes(values, axis);
  if (positions) at = ln_lanes(positions, axis);
  for (int64_t i = 0; i < from.count; i++) {
    int64_t *places = positions ? (int64_t *)positions->data + ln_lane(&at, i) : NULL;
    ln_kernel_sort((LnDtype)x.dtype, (char *)x.data + ln_lane(&from, i) * (int64_t)width, from.step,
                   from.length, p->descending, keep, call->scratch,
                   values ? (char *)values->data + ln_lane(&to, i) * (int64_t)width : NULL, to.step,
                   places, at.step);
    for (int64_t j = 0; j < keep && places && !p->zero_based; j++) places[j * at.step]++;
  }
}

static void sort_forward(const LnCall *call) {
  order_lanes(call, call->out[0], NULL, lane_length(call));
}

static void argsort_forward(const LnCall *call) {
  order_lanes(call, NULL, call->out[0], lane_length(call));
}

static bool sort_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  const Order *p = call->params;
  LnContext *c = call->context;
  LnTensor *x = call->in[0];
  bool flat = p->axis == LN_NONE;
  LnTensor *at = ln_argsort(c, x, p->axis, p->descending);
  LnTensor *g = ln_gather_grad(c, dy[0], at, flat ? 0 : p->axis, flat ? 1 : x->rank,
                               flat ? &x->size : x->shape);
  return (dx[0] = flat ? ln_reshape(c, g, x->rank, x->shape) : g);
}

LnTensor *ln_sort(LnContext *c, LnTensor *x, int64_t axis, bool descending) {
  return LN_APPLY1(c, op_of(SORT), (&(Order){axis, descending, true, 0}), x);
}

LnTensor *ln_argsort(LnContext *c, LnTensor *x, int64_t axis, bool descending) {
  return LN_APPLY1(c, op_of(ARGSORT), (&(Order){axis, descending, true, 0}), x);
}

// ---- topk

static bool topk_shape(const LnCall *call, LnSpec *out) {
  const Order *p = call->params;
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK];
  int axis;
  if (!ln_axis(call->context, "topk", p->axis, x->rank, &axis)) return false;
  if (p->k < 0 || (x->shape[axis] >= 0 && p->k > x->shape[axis]))
    return ln_fail(call->context, "topk: k = %lld, but axis %d of shape %s has %lld elements",
                   (long long)p->k, axis + 1, ln_tensor_shape_text(x), (long long)x->shape[axis]);
  memcpy(shape, x->shape, sizeof shape);
  shape[axis] = p->k;
  return ln_spec(call, &out[0], (LnDtype)x->dtype, x->rank, shape) &&
         ln_spec(call, &out[1], LN_INT64, x->rank, shape);
}

static void topk_forward(const LnCall *call) {
  order_lanes(call, call->out[0], call->out[1], ((const Order *)call->params)->k);
}

// The positions come from the forward pass, in the base that it gave them.
static bool topk_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)want;
  const Order *p = call->params;
  LnTensor *at = call->out[1], *x = call->in[0];
  if (!dy[0]) return true;
  if (!p->zero_based) at = ln_sub_number(call->context, at, 1);
  return (dx[0] = ln_gather_grad(call->context, dy[0], at, p->axis, x->rank, x->shape));
}

LnTensor *ln_topk(LnContext *c, LnTensor *x, int64_t k, int64_t axis, LnTensor **positions) {
  LnTensor *out[2] = {NULL, NULL};
  ln_apply_all(c, op_of(TOPK), &x, 1, &(Order){axis, true, true, k}, out);
  if (positions) *positions = out[1];
  return out[0];
}

// ---- unique

// x sorted into memory; the memory is ln_kernel_sort_memory(size) and then size elements, twice.
static void *sorted_copy(const LnTensor *x, void *memory) {
  size_t width = ln_dtype_size(x->dtype), sort = ln_kernel_sort_memory(x->size);
  char *copy = (char *)memory + sort;
  LnTensor flat = flattened(x, copy);
  void *sorted = copy + (size_t)x->size * width;
  ln_kernel_sort((LnDtype)x->dtype, flat.data, 1, x->size, false, x->size, memory, sorted, 1, NULL,
                 0);
  return sorted;
}

static size_t sorted_memory(const LnTensor *x) {
  return ln_kernel_sort_memory(x->size) + 2 * (size_t)x->size * sizeof(double) + 64;
}

static bool unique_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  LnContext *c = call->context;
  int64_t n = 0;
  if (x->size) {
    void *memory = ln_memory_alloc(c->memory, sorted_memory(x));
    if (!memory) return ln_fail(c, "unique: out of memory");
    n = ln_kernel_runs((LnDtype)x->dtype, sorted_copy(x, memory), x->size, NULL, NULL);
    ln_memory_free(c->memory, memory, sorted_memory(x));
  }
  return ln_spec(call, &out[0], (LnDtype)x->dtype, 1, &n) &&
         ln_spec(call, &out[1], LN_INT64, 1, &n);
}

static size_t unique_scratch(const LnCall *call) { return sorted_memory(call->in[0]); }

static void unique_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  if (x->size)
    ln_kernel_runs((LnDtype)x->dtype, sorted_copy(x, call->scratch), x->size, call->out[0]->data,
                   call->out[1]->data);
}

// ---- searchsorted, isin: both tensors as one dtype, row after row, in scratch

typedef struct Search {
  int side;
} Search;

static bool search_shape(const LnCall *call, LnSpec *out) {
  if (call->in[0]->rank != 1)
    return ln_fail(call->context, "searchsorted: the sorted values have one axis, got shape %s",
                   ln_tensor_shape_text(call->in[0]));
  return ln_spec_like(call, out, LN_INT64, call->in[1]);
}

static bool isin_shape(const LnCall *call, LnSpec *out) {
  return ln_spec_like(call, out, LN_BOOL, call->in[0]);
}

static size_t search_scratch(const LnCall *call) {
  return (size_t)(call->in[0]->size + call->in[1]->size) * sizeof(double) + LN_LINE;
}

static size_t isin_scratch(const LnCall *call) {
  return search_scratch(call) + sorted_memory(call->in[1]);
}

static void *converted(const LnTensor *t, LnDtype d, void *memory) {
  ln_kernel_pack(t, d, memory);
  return memory;
}

static void search_forward(const LnCall *call) {
  LnDtype d = ln_call_dtype(call);
  int64_t n = call->in[0]->size, *out = call->out[0]->data;
  void *sorted = converted(call->in[0], d, call->scratch);
  void *values = converted(call->in[1], d, (double *)call->scratch + n);
  ln_kernel_search(d, sorted, n, values, call->in[1]->size,
                   ((const Search *)call->params)->side == 1, out);
  for (int64_t i = 0; i < call->in[1]->size; i++) out[i]++;
}

static void isin_forward(const LnCall *call) {
  LnDtype d = ln_call_dtype(call);
  const LnTensor *x = call->in[0], *test = call->in[1];
  double *memory = call->scratch;
  void *values = converted(x, d, memory);
  LnTensor packed = *test;
  packed.data = converted(test, d, memory + x->size);
  packed.dtype = (uint8_t)d;
  packed.contiguous = true;
  LnTensor flat = flattened(&packed, NULL);
  void *sorted = sorted_copy(&flat, memory + x->size + test->size);
  ln_kernel_member(d, sorted, test->size, values, x->size, call->out[0]->data);
}

static const LnOption order_options[] = {
  {"axis", LN_OPT_AXIS, offsetof(Order, axis), .fallback = "-1", .nullable = true,
   .doc = "along which axis; none: of the flattened tensor"},
  {"descending", LN_OPT_BOOL, offsetof(Order, descending), .fallback = "false",
   .doc = "largest first"}, {0}};
static const LnOption topk_options[] = {
  {"k", LN_OPT_INTEGER, offsetof(Order, k), .range = ">= 0", .doc = "how many"},
  {"axis", LN_OPT_AXIS, offsetof(Order, axis), .fallback = "-1", .doc = "along which axis"},
  {"largest", LN_OPT_BOOL, offsetof(Order, descending), .fallback = "true",
   .doc = "false: the k smallest, smallest first"}, {0}};
static const LnField order_fields[] = {LN_BYTES(Order, zero_based), LN_BYTES(Order, k), {0}};
static const LnOption search_options[] = {
  {"side", LN_OPT_CHOICE, offsetof(Search, side), .fallback = "left", .choices = "left right",
   .doc = "before or after equal values"}, {0}};

const LnOp ln_ops_sort[] = {
  {.name = "sort", .variant = SORT, .n_in = 1, .n_out = 1, .options = order_options,
   .fields = order_fields, .params_size = sizeof(Order),
   .shape = order_shape, .scratch = order_scratch, .forward = sort_forward,
   .backward = sort_backward,
   .samples = "x(2,3)\nx(3,2), 1\nx(2,3), {axis = -1, descending = true}\nx(2,3), {axis = false}",
   .doc = "(x, axis = -1, descending = false): the elements in order along an axis, a copy. NaN "
          "comes\n"
          "last in either direction.\n"
          "Example:\n"
          "ln.tensor{3, 1, 2}:sort()  --> [1. 2. 3.]\n"},
  {.name = "argsort", .variant = ARGSORT, .n_in = 1, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .options = order_options,
   .fields = order_fields, .params_size = sizeof(Order), .shape = order_shape,
   .scratch = order_scratch,
   .forward = argsort_forward, .samples = "x(2,3)\nx(2,3), 1\ni(3, 2,3), {descending = true}",
   .doc = "(x, axis = -1, descending = false): the 1-based positions (int64) that sort x along an\n"
          "axis; equal elements keep their order.\n"
          "Example:\n"
          "ln.tensor{3, 1, 2}:argsort()  --> [2 3 1]\n"},
  {.name = "topk", .n_in = 1, .n_out = 2, .options = topk_options,
   .fields = order_fields, .params_size = sizeof(Order),
   .shape = topk_shape, .scratch = order_scratch, .forward = topk_forward,
   .backward = topk_backward,
   .samples = "x(2,3), 2\nx(3,2), 1, {axis = 1}\nx(2,3), {k = 2, largest = false}",
   .doc = "(x, k, axis = -1, largest = true): values, positions: the k largest elements along an\n"
          "axis, largest first, and their 1-based positions (int64). NaN counts as smaller than\n"
          "any. Error: k is more than the axis has.\n"
          "Example:\n"
          "ln.topk(ln.tensor{3, 9, 5}, 2)  --> [9. 5.]\n"},
  {.name = "unique", .n_in = 1, .n_out = 2, .flags = LN_OP_VALUE_SHAPE | LN_OP_NO_GRADIENT,
   .shape = unique_shape, .scratch = unique_scratch, .forward = unique_forward,
   .samples = "i(3, 2,3)\nx(2,3)",
   .doc = "(x): values, counts: the different values of x in rising order and how often each "
          "comes\n"
          "(int64).\n"
          "Example:\n"
          "ln.tensor{3, 1, 3}:unique()  --> [1. 3.]\n"},
  {.name = "searchsorted", .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .options = search_options, .params_size = sizeof(Search), .shape = search_shape,
   .scratch = search_scratch, .forward = search_forward,
   .samples = "ln.tensor{1, 2, 3}, x(2,3)\nln.tensor{1, 2, 2}, i(4, 2,3), \"right\"",
   .doc = "(sorted, values, side = \"left\"): the 1-based position (int64) at which each value "
          "would\n"
          "be put into `sorted` to keep it in order: before its equals, or after them "
          "(\"right\").\n"
          "Example:\n"
          "ln.searchsorted(ln.tensor{1, 3, 5}, ln.tensor{0, 3, 9})  --> [1 2 4]\n"},
  {.name = "isin", .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT, .shape = isin_shape,
   .scratch = isin_scratch, .forward = isin_forward, .samples = "i(5, 2,3), i(3, 4)",
   .doc = "(x, values): for each element of x, whether it is among the values; bool.\n"
          "Example:\n"
          "ln.isin(ln.tensor{1, 2, 3}, ln.tensor{3, 1})  --> [ true false  true]\n"},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_sort[which]; }

LnTensor *ln_searchsorted(LnContext *c, LnTensor *sorted, LnTensor *values, bool after) {
  enum { SEARCH = 4 };
  return ln_add_number(c, LN_APPLY2(c, op_of(SEARCH), &((Search){after}), sorted, values), -1);
}
