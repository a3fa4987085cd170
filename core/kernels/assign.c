// Copying whole tensors, over the strided copies of copy.c.
#include "base/simd.h"

#include "kernels/assign.h"

#include "base/threads.h"
#include "kernels/copy.h"

LnTensor *ln_tensor_copy(LnContext *c, const LnTensor *t) {
  LnTensor *copy = ln_tensor_new(c, t->dtype, t->rank, t->shape);
  if (copy)
    ln_kernel_copy(t->rank, t->shape, t->dtype, copy->data, copy->stride, t->dtype, t->data,
                   t->stride);
  return copy;
}

LnTensor *ln_tensor_cast(LnContext *c, LnTensor *t, LnDtype d) {
  if (t->dtype == d) return ln_retain(t);
  if (t->meta) return ln_tensor_meta(c, d, t->rank, t->shape);
  LnTensor *cast = ln_tensor_new(c, d, t->rank, t->shape);
  if (cast)
    ln_kernel_copy(t->rank, t->shape, d, cast->data, cast->stride, t->dtype, t->data, t->stride);
  return cast;
}

LnTensor *ln_tensor_contiguous(LnContext *c, LnTensor *t) {
  return ln_tensor_is_contiguous(t) ? ln_retain(t) : ln_tensor_copy(c, t);
}

bool ln_tensor_assign(LnContext *c, LnTensor *dst, LnTensor *src) {
  if (!dst || !src) return false;   // an op failed, as ops pass it on
  int64_t shape[LN_MAX_RANK], stride[LN_MAX_RANK];
  int rank = ln_shape_broadcast(dst->shape, dst->rank, src->shape, src->rank, shape);
  // Leading axes of 1 may be dropped, as numpy does in assignment.
  int extra = src->rank - dst->rank;
  if (rank < 0 || !ln_shape_equal(shape + (extra > 0 ? extra : 0), rank - (extra > 0 ? extra : 0),
                                  dst->shape, dst->rank))
    return ln_fail(c, "cannot assign a value of shape %s to a place of shape %s",
                   ln_tensor_shape_text(src), ln_tensor_shape_text(dst));
  for (int i = 0; i < extra; i++)
    if (src->shape[i] != 1)
      return ln_fail(c, "cannot assign a value of shape %s to a place of shape %s",
                     ln_tensor_shape_text(src), ln_tensor_shape_text(dst));
  // Reading and writing one storage: read everything first.
  LnTensor *from = dst->storage == src->storage ? ln_tensor_copy(c, src) : ln_retain(src);
  if (!from) return false;
  for (int i = 0; i < dst->rank; i++) {
    int j = i - dst->rank + from->rank;
    stride[i] = j < 0 || from->shape[j] == 1 ? 0 : from->stride[j];
  }
  ln_kernel_copy(dst->rank, dst->shape, dst->dtype, dst->data, dst->stride, from->dtype, from->data,
                 stride);
  ln_release(from);
  return true;
}

void ln_tensor_fill(LnTensor *t, double value) {
  double cell[1];
  int64_t stride[LN_MAX_RANK] = {0};
  // Through a cell of t's own dtype, so that one conversion rule serves.
  LnTensor one = {.dtype = t->dtype, .data = cell};
  ln_tensor_set(&one, NULL, value);
  ln_kernel_copy(t->rank, t->shape, t->dtype, t->data, t->stride, t->dtype, cell, stride);
}

typedef struct Scaled {
  LnDtype dtype;
  double scale;
  const void *x;
  void *y;
} Scaled;

#define ADD_SCALED(T)                                                                        \
  LN_CLONES static void add_scaled_##T(const Scaled *s, int64_t begin, int64_t end) {        \
    const T scale = (T)s->scale, *x = s->x;                                                  \
    T *y = s->y;                                                                             \
    LN_INDEPENDENT                                                                           \
    for (int64_t i = begin; i < end; i++) y[i] += scale * x[i];                              \
  }
ADD_SCALED(float)
ADD_SCALED(double)

static void add_scaled(void *arg, int64_t begin, int64_t end) {
  const Scaled *s = arg;
  if (s->dtype == LN_FLOAT32) add_scaled_float(s, begin, end);
  else add_scaled_double(s, begin, end);
}

void ln_tensor_add_scaled(LnTensor *y, double scale, const LnTensor *x) {
  Scaled s = {(LnDtype)y->dtype, scale, x->data, y->data};
  ln_parallel(y->size, 65536, add_scaled, &s);
}
