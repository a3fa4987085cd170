// Lanes: the runs of elements along one axis of a tensor, one for each position of the other axes
// in row-major order. For kernels that look at a whole run at a time (sort, softmax).
#ifndef LN_KERNELS_LANES_H
#define LN_KERNELS_LANES_H

#include "tensor/tensor.h"

typedef struct LnLanes {
  int64_t count, length, step;  // lanes, elements of one, elements from one to the next in memory
  int rank;                     // of the other axes
  bool packed;                  // one lane right behind the other
  int64_t shape[LN_MAX_RANK], stride[LN_MAX_RANK];
} LnLanes;

// axis is not negative; a scalar (rank 0) is one lane of one element.
static inline LnLanes ln_lanes(const LnTensor *t, int axis) {
  LnLanes l = {.count = 1, .length = 1, .step = 1};
  for (int i = 0; i < t->rank; i++) {
    if (i == axis) {
      l.length = t->shape[i];
      l.step = t->stride[i];
    } else {
      l.count *= t->shape[i];
      l.shape[l.rank] = t->shape[i];
      l.stride[l.rank++] = t->stride[i];
    }
  }
  l.packed = axis == t->rank - 1 && ln_tensor_is_contiguous(t);
  if (l.length == 1) l.step = 1;
  return l;
}

// Where lane i starts, in elements.
static inline int64_t ln_lane(const LnLanes *l, int64_t i) {
  if (l->packed) return i * l->length;
  int64_t at = 0;
  for (int a = l->rank - 1; a >= 0; a--) {
    at += i % l->shape[a] * l->stride[a];
    i /= l->shape[a];
  }
  return at;
}

#endif
