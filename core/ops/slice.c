// Slicing and its gradient, which puts a slice back into zeros. Hidden: the binding's t[...] and
// other ops are the callers (ops/slice.h).
#include "ops/slice.h"

#include <string.h>

#include "kernels/copy.h"
#include "kernels/elementwise.h"

enum { SLICE, SLICE_GRAD };
extern const LnOp ln_ops_slice[];

// Start and count of an axis of n (-1: unknown, as the count may be then) whose positions are said
// from its ends. False: they are not there.
static bool close_axis(int64_t n, int64_t step, int64_t *start, int64_t *count) {
  int64_t first = *start, last = *count;
  if (n < 0) {
    const bool known = (first < 0) == (last < 0);
    const int64_t steps = known ? (last - first) / step : 0;
    *start = 0;
    *count = !known || steps == INT64_MAX ? -1 : last - first == -1 && step > 0 ? 0 : steps + 1;
    return true;
  }
  if (first < 0) first += n;
  if (last < 0) last += n;
  *start = first;
  *count = 0;
  if (first < 0) return false;
  if (last == first - 1 && step > 0) return true;
  if (last < 0 || first >= n || last >= n) return false;
  *count = (last - first) / step + 1;
  return step > 0 ? last >= first : last <= first;
}

// Shape and strides of a slice of a tensor; the offset is in elements.
static bool slice_layout(const LnCall *call, const LnSlice *s, int rank, const int64_t *shape,
                         const int64_t *stride, LnSpec *out) {
  int n = 0;
  if (s->n > rank)
    return ln_fail(call->context, "%d indices for a tensor of shape %s", s->n,
                   ln_shape_text(shape, rank));
  out->offset = 0;
  for (int i = 0; i < rank; i++) {
    int64_t start = 0, count = shape[i], step = 1;
    if (i < s->n) {
      start = s->start[i], count = s->count[i], step = s->step[i];
      bool found = step != 0 && (!s->open[i] || close_axis(shape[i], step, &start, &count));
      bool known = shape[i] >= 0;
      int64_t reach = 0, last = start;
      bool far = known && count > 0 && (__builtin_mul_overflow(count - 1, step, &reach) ||
                                        __builtin_add_overflow(start, reach, &last));
      bool inside = start >= 0 && start < shape[i] && last >= 0 && last < shape[i];
      if (!found || far || (known && (count < 0 || (count > 0 && !inside))))
        return ln_fail(call->context, "slice of axis %d lies outside: the shape is %s", i + 1,
                       ln_shape_text(shape, rank));
      if (known && count > 0) out->offset += start * stride[i];
      if (s->drop[i]) {
        if (count != 1 && known)
          return ln_fail(call->context, "only an axis of one element can be dropped");
        continue;
      }
    }
    out->shape[n] = count;
    // A step that is no distance between elements of the tensor: there is at most one of them.
    if (__builtin_mul_overflow(stride[i], step, &out->stride[n])) out->stride[n] = 0;
    n++;
  }
  out->rank = n;
  return true;
}

static bool slice_shape(const LnCall *call, LnSpec *out) {
  LnTensor *x = call->in[0];
  if (!slice_layout(call, call->params, x->rank, x->shape, x->stride, out)) return false;
  out->dtype = (LnDtype)x->dtype;
  out->view_of = x;
  out->offset *= (int64_t)ln_dtype_size(x->dtype);
  return true;
}

typedef struct Grad {
  LnSlice slice;
  LnInts shape;  // of what was sliced
} Grad;

// Added to what dx has from other slices: T slices of one tensor cost T of their own size.
static bool slice_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                           LnTensor **dx) {
  (void)want;
  Grad p = {*(const LnSlice *)call->params, ln_shape_of(call->in[0])};
  return (dx[0] = LN_APPLY2(call->context, &ln_ops_slice[SLICE_GRAD], &p, dy[0], dx[0]));
}

static bool grad_shape(const LnCall *call, LnSpec *out) {
  const Grad *p = call->params;
  const LnTensor *dy = call->in[0];
  int64_t stride[LN_MAX_RANK];
  LnSpec part;
  const int rank = (int)p->shape.n;
  ln_contiguous_strides(p->shape.v, rank, stride);
  if (!slice_layout(call, &p->slice, rank, p->shape.v, stride, &part)) return false;
  if (!ln_shape_equal(part.shape, part.rank, dy->shape, dy->rank))
    return ln_fail(call->context, "slice_grad: %s is not the slice's shape, %s",
                   ln_tensor_shape_text(dy), ln_shape_text(part.shape, part.rank));
  return ln_spec_sum(call, out, call->in[1], (LnDtype)dy->dtype, &p->shape);
}

static void grad_forward(const LnCall *call) {
  const Grad *p = call->params;
  const LnTensor *dy = call->in[0];
  LnTensor *dx = call->out[0];
  size_t width = ln_dtype_size(dx->dtype);
  LnSpec part;
  if (!call->in[1]) memset(dx->data, 0, (size_t)dx->size * width);
  if (!slice_layout(call, &p->slice, dx->rank, dx->shape, dx->stride, &part)) return;
  LnTensor to = {.refs = 1, .rank = (uint8_t)part.rank, .dtype = dx->dtype, .size = dy->size,
                 .data = (char *)dx->data + part.offset * (int64_t)width};
  memcpy(to.shape, part.shape, sizeof to.shape);
  memcpy(to.stride, part.stride, sizeof to.stride);
  const LnDtype compute = ln_dtype_is_half((LnDtype)dx->dtype) ? LN_FLOAT32 : (LnDtype)dx->dtype;
  if (call->in[1]) ln_kernel_binary(LN_B_ADD, compute, &to, &to, dy);
  else
    ln_kernel_copy(to.rank, to.shape, dx->dtype, to.data, to.stride, dy->dtype, dy->data,
                   dy->stride);
}

static bool grad_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  dx[1] = dy[0];
  return !want[0] || (dx[0] = ln_slice(call->context, dy[0], &((const Grad *)call->params)->slice));
}

static const LnField slice_fields[] = {
  LN_BYTES(LnSlice, n), LN_BYTES(LnSlice, start), LN_BYTES(LnSlice, count),
  LN_BYTES(LnSlice, step), LN_BYTES(LnSlice, drop), LN_BYTES(LnSlice, open), {0}};
static const LnField grad_fields[] = {
  LN_BYTES(Grad, slice.n), LN_BYTES(Grad, slice.start), LN_BYTES(Grad, slice.count),
  LN_BYTES(Grad, slice.step), LN_BYTES(Grad, slice.drop),
  LN_BYTES(Grad, slice.open), LN_BYTES(Grad, shape), {0}};

const LnOp ln_ops_slice[] = {
  [SLICE] = {.name = "slice", .n_in = 1, .n_out = 1,
             .flags = LN_OP_HALVES | LN_OP_HIDDEN | LN_OP_ADDS_GRADIENT,
             .fields = slice_fields, .params_size = sizeof(LnSlice), .shape = slice_shape,
             .backward = slice_backward,
             .doc = "A view of elements start, start + step, ... of each axis (LnSlice)."},
  [SLICE_GRAD] = {.name = "slice_grad", .n_in = 2, .n_optional = 1, .n_out = 1,
                  .flags = LN_OP_HALVES | LN_OP_HIDDEN | LN_OP_IN_PLACE, .fields = grad_fields,
                  .params_size = sizeof(Grad), .shape = grad_shape, .forward = grad_forward,
                  .backward = grad_backward,
                  .doc = "(dy, sum): dy added to a slice of the sum, in place, or of zeros."},
  {0}};

const LnOp *const ln_op_slice = &ln_ops_slice[SLICE];

LnTensor *ln_slice(LnContext *c, LnTensor *x, const LnSlice *s) {
  return LN_APPLY1(c, ln_op_slice, s, x);
}

LnTensor *ln_narrow(LnContext *c, LnTensor *x, int64_t axis, int64_t start, int64_t count) {
  LnSlice s = {0};
  int a;
  if (!x || !ln_axis(c, "slice", axis, x->rank, &a)) return NULL;
  s.n = a + 1;
  for (int i = 0; i < a; i++)
    s.count[i] = x->shape[i], s.step[i] = 1, s.open[i] = x->shape[i] < 0;
  s.start[a] = start;
  s.count[a] = count;
  s.step[a] = 1;
  s.open[a] = count < 0;
  return ln_slice(c, x, &s);
}
