// Ops on class ids, which are data and start at 0: one_hot, bincount.
#include <stddef.h>
#include <string.h>

#include "kernels/copy.h"
#include "kernels/index.h"
#include "ops/ops.h"

static bool check_whole(const LnCall *call, const LnTensor *ids, LnWhole *w) {
  *w = ln_kernel_whole(ids);
  return w->whole ||
         ln_fail(call->context, "%s: ids are whole numbers, got %g", call->op->name, w->odd);
}

static size_t ids_scratch(const LnCall *call) {
  return (size_t)call->in[0]->size * sizeof(int64_t) + 1;
}

// ---- one_hot

typedef struct OneHot {
  int64_t classes, axis;
  int dtype;
} OneHot;

static bool one_hot_shape(const LnCall *call, LnSpec *out) {
  const OneHot *p = call->params;
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK + 1];
  int axis;
  if (x->rank == LN_MAX_RANK)
    return ln_fail(call->context, "one_hot: a tensor has at most %d axes", LN_MAX_RANK);
  if (p->classes < 0) return ln_fail(call->context, "one_hot: num_classes must not be negative");
  if (!ln_axis(call->context, "one_hot", p->axis, x->rank + 1, &axis)) return false;
  for (int i = 0; i <= x->rank; i++)
    shape[i] = i < axis ? x->shape[i] : i == axis ? p->classes : x->shape[i - 1];
  return ln_spec(call, out, (LnDtype)p->dtype, x->rank + 1, shape);
}

static bool one_hot_check(const LnCall *call) {
  int64_t classes = ((const OneHot *)call->params)->classes;
  LnWhole w;
  if (!check_whole(call, call->in[0], &w)) return false;
  return call->in[0]->size == 0 || w.high < classes ||
         ln_fail(call->context, "one_hot: id %lld is out of range: classes are 0 .. %lld",
                 (long long)w.high, (long long)classes - 1);
}

static void one_hot_forward(const LnCall *call) {
  const OneHot *p = call->params;
  const LnTensor *x = call->in[0];
  LnTensor *y = call->out[0];
  int64_t inner = 1, *ids = call->scratch, n = p->classes;
  int axis = (int)(p->axis < 0 ? p->axis + y->rank : p->axis);
  memset(y->data, 0, (size_t)y->size * ln_dtype_size(y->dtype));
  ln_kernel_positions(x, 0, ids);
  for (int i = axis + 1; i < y->rank; i++) inner *= y->shape[i];
#define ONES(T, one)                                                                               \
  for (int64_t i = 0; i < x->size; i++)                                                            \
    if (ids[i] >= 0) ((T *)y->data)[(i / inner * n + ids[i]) * inner + i % inner] = one;
  switch ((LnDtype)y->dtype) {
    case LN_BOOL: case LN_UINT8: ONES(uint8_t, 1) break;
    case LN_INT32: ONES(int32_t, 1) break;
    case LN_INT64: ONES(int64_t, 1) break;
    case LN_FLOAT16: case LN_BFLOAT16: ONES(uint16_t, ln_half_bits((LnDtype)y->dtype, 1)) break;
    case LN_FLOAT32: ONES(float, 1) break;
    default: ONES(double, 1) break;
  }
}

// ---- class_ids

typedef struct Classes {
  int64_t n;
} Classes;

static bool classes_shape(const LnCall *call, LnSpec *out) {
  LnTensor *ids = call->in[0];
  const int64_t n = ((const Classes *)call->params)->n;
  if (n < 0) return ln_fail(call->context, "there cannot be %lld classes", (long long)n);
  if (!ln_spec_like(call, out, (LnDtype)ids->dtype, ids)) return false;
  out->view_of = ids;
  memcpy(out->stride, ids->stride, sizeof out->stride);
  out->offset = 0;
  return true;
}

static bool classes_check(const LnCall *call) {
  int64_t n = ((const Classes *)call->params)->n;
  LnWhole w = ln_kernel_whole(call->in[0]);
  if (call->in[0]->size == 0) return true;
  if (!w.whole)
    return ln_fail(call->context, "label %g is no class id: these are whole numbers", w.odd);
  return (w.low >= 0 && w.high < n) ||
         ln_fail(call->context, "label %lld is out of range: classes are 0 .. %lld",
                 (long long)(w.low < 0 ? w.low : w.high), (long long)n - 1);
}

// ---- bincount

typedef struct Bins {
  int64_t minlength;
} Bins;

static bool bincount_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0], *weights = call->n_in > 1 ? call->in[1] : NULL;
  int64_t bins = ((const Bins *)call->params)->minlength;
  if (weights && !ln_tensor_same_shape(x, weights))
    return ln_fail(call->context, "bincount: ids of shape %s with weights of shape %s",
                   ln_tensor_shape_text(x), ln_tensor_shape_text(weights));
  // The values first: they decide on the shape.
  LnWhole w;
  if (!check_whole(call, x, &w)) return false;
  if (x->size && w.low < 0)
    return ln_fail(call->context, "bincount: ids are not negative, got %lld", (long long)w.low);
  if (x->size && w.high >= INT32_MAX)
    return ln_fail(call->context, "bincount: id %lld wants too many bins", (long long)w.high);
  if (x->size && w.high >= bins) bins = w.high + 1;
  return ln_spec(call, out, weights ? ln_dtype_float((LnDtype)weights->dtype) : LN_INT64, 1, &bins);
}

static void bincount_forward(const LnCall *call) {
  const LnTensor *x = call->in[0], *weights = call->n_in > 1 ? call->in[1] : NULL;
  LnTensor *y = call->out[0];
  int64_t *ids = call->scratch, index[LN_MAX_RANK] = {0};
  memset(y->data, 0, (size_t)y->size * ln_dtype_size(y->dtype));
  ln_kernel_positions(x, 0, ids);
  for (int64_t i = 0; i < x->size; i++) {
    if (!weights) {
      ((int64_t *)y->data)[ids[i]]++;
      continue;
    }
    double w = ln_tensor_get(weights, index);
    if (y->dtype == LN_FLOAT32) ((float *)y->data)[ids[i]] += (float)w;
    else ((double *)y->data)[ids[i]] += w;
    for (int a = x->rank - 1; a >= 0 && ++index[a] == x->shape[a]; a--) index[a] = 0;
  }
}

static const LnOption one_hot_options[] = {
  {"num_classes", LN_OPT_INTEGER, offsetof(OneHot, classes), .range = ">= 0",
   .doc = "how many classes there are"},
  {"axis", LN_OPT_AXIS, offsetof(OneHot, axis), .fallback = "-1",
   .doc = "where the new axis is, in the result"},
  {"dtype", LN_OPT_DTYPE, offsetof(OneHot, dtype), .fallback = "float32", .doc = "of the result"},
  {0}};
static const LnOption classes_options[] = {
  {"num_classes", LN_OPT_INTEGER, offsetof(Classes, n), .doc = "ids are 0 .. num_classes - 1"},
  {0}};
static const LnOption bincount_options[] = {
  {"minlength", LN_OPT_INTEGER, offsetof(Bins, minlength), .fallback = "0", .range = ">= 0",
   .doc = "at least so many bins"}, {0}};

enum { ONE_HOT, CLASS_IDS };

const LnOp ln_ops_ids[] = {
  [ONE_HOT] = {.name = "one_hot", .n_in = 1, .n_out = 1, .flags = LN_OP_HALVES | LN_OP_NO_GRADIENT,
   .options = one_hot_options,
   .params_size = sizeof(OneHot), .shape = one_hot_shape, .check = one_hot_check,
   .scratch = ids_scratch, .forward = one_hot_forward,
   .samples = "i(4, 2,3), 4\ni(4, 2,3), {num_classes = 4, dtype = \"int32\"}\n"
              "i(4, 2,3), {num_classes = 4, axis = 1}",
   .doc = "(ids, num_classes, axis = -1, dtype = \"float32\"): a new axis of `num_classes`\n"
          "elements with 1 at each id and 0 elsewhere. Ids are data: 0 .. num_classes - 1;\n"
          "a negative one (\"none of them\") gives zeros alone, a larger one is an error.\n"
          "Example:\n"
          "ln.one_hot(ln.tensor{2, 0}, 3):flatten()  --> [0. 0. 1. 1. 0. 0.]\n"},
  [CLASS_IDS] = {.name = "class_ids", .n_in = 1, .n_out = 1,
   .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT,
   .options = classes_options, .params_size = sizeof(Classes), .shape = classes_shape,
   .check = classes_check,
   .doc = "(ids, num_classes): a view of the ids, which are checked to be classes."},
  {.name = "bincount", .n_in = 2, .n_optional = 1, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT | LN_OP_VALUE_SHAPE, .options = bincount_options,
   .params_size = sizeof(Bins), .shape = bincount_shape, .scratch = ids_scratch,
   .forward = bincount_forward, .samples = "i(4, 2,3)\ni(4, 2,3), p(2,3)\ni(4, 6), {minlength = 9}",
   .doc = "(ids, weights = none, minlength = 0): how often each id comes (int64), or the sum of "
          "its\n"
          "weights: element id + 1 of the result is that of `id`. Ids are whole and not negative.\n"
          "Example:\n"
          "ln.bincount(ln.tensor{0, 2, 2})  --> [1 0 2]\n"},
  {0}};

LnTensor *ln_class_ids(LnContext *c, LnTensor *ids, int64_t classes) {
  return ln_cast(c, LN_APPLY1(c, &ln_ops_ids[CLASS_IDS], &(Classes){classes}, ids), LN_INT64);
}

LnTensor *ln_one_hot(LnContext *c, LnTensor *ids, int64_t classes, LnDtype d) {
  return LN_APPLY1(c, &ln_ops_ids[ONE_HOT], (&(OneHot){classes, -1, (int)d}), ids);
}
