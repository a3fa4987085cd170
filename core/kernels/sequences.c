// Cutting is a copy out of a view whose rows overlap; adding up goes lane by lane.
#include "base/simd.h"

#include "kernels/sequences.h"

#include <string.h>

#include "base/threads.h"
#include "kernels/copy.h"
#include "kernels/lanes.h"

void ln_kernel_extract_sequences(const LnTensor *x, int64_t step, LnTensor *y) {
  int64_t stride[LN_MAX_RANK];
  const int last = x->rank - 1;
  for (int i = 0; i < last; i++) stride[i] = x->stride[i];
  stride[last] = x->stride[last] * step;
  stride[last + 1] = x->stride[last];
  ln_kernel_copy(y->rank, y->shape, (LnDtype)y->dtype, y->data, y->stride, (LnDtype)x->dtype,
                 x->data, stride);
}

typedef struct Adding {
  const LnTensor *x;
  LnTensor *y;
  LnLanes sequences;   // of x, along its last axis
  int64_t step, count, n;
} Adding;

#define ADD(name, type)                                                                           \
  LN_CLONES static void name(void *arg, int64_t begin, int64_t end) {                             \
    const Adding *a = arg;                                                                        \
    for (int64_t i = begin; i < end; i++) {                                                       \
      type *to = (type *)a->y->data + i * a->n;                                                   \
      memset(to, 0, (size_t)a->n * sizeof *to);                                                   \
      for (int64_t k = 0; k < a->count; k++, to += a->step) {                                     \
        const type *from =                                                                        \
            (const type *)a->x->data + ln_lane(&a->sequences, i * a->count + k);                  \
        for (int64_t j = 0; j < a->sequences.length; j++) to[j] += from[j * a->sequences.step];   \
      }                                                                                           \
    }                                                                                             \
  }
ADD(add_f32, float)
ADD(add_f64, double)

void ln_kernel_overlap_and_add(const LnTensor *x, int64_t step, LnTensor *y) {
  Adding a = {x, y, ln_lanes(x, x->rank - 1), step, x->shape[x->rank - 2], y->shape[y->rank - 1]};
  const int64_t each = a.count * a.sequences.length + a.n;
  if (y->size == 0) return;
  ln_parallel(y->size / a.n, 1 + LN_GRAIN_CHEAP / (each ? each : 1),
              y->dtype == LN_FLOAT32 ? add_f32 : add_f64, &a);
}
