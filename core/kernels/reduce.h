// Reductions over any set of axes, positions of extremes, and scans along one axis.
// float32 is summed in short runs of lanes whose totals are float64, integers in int64. The result
// depends on shapes and layout alone, not on the number of threads.
#ifndef LN_KERNELS_REDUCE_H
#define LN_KERNELS_REDUCE_H

#include "lunate.h"

typedef enum LnReduce {
  LN_R_SUM, LN_R_PROD, LN_R_MAX, LN_R_MIN,   // NaN wins in the last two
  LN_R_MEAN, LN_R_VAR, LN_R_STD,
  LN_R_COUNT, LN_R_ANY, LN_R_ALL,            // of elements that differ from 0
} LnReduce;

// out must be contiguous; its elements are those of x's axes that reduced[] does not mark, in
// order. ddof is for VAR and STD. Of no elements: 0, 1, -inf, inf, NaN, NaN, NaN, 0, 0, 1.
void ln_kernel_reduce(LnReduce f, double ddof, LnTensor *out, const LnTensor *x,
                      const bool *reduced);

// out (int64, x's shape without `axis` or with 1 there) = base + position of the first largest, or
// smallest, element along the axis; the first NaN counts as both. The axis must not be empty.
void ln_kernel_argmax(bool smallest, int64_t base, LnTensor *out, const LnTensor *x, int axis);

typedef enum LnScan {
  LN_SCAN_SUM,         // y_k = y_(k-1) + x_k
  LN_SCAN_PROD,        // y_k = y_(k-1) * x_k
  LN_SCAN_RECURRENCE,  // y_k = x_k + a_k y_(k-1), from y = 0
  LN_SCAN_LAGGED,      // y_k = x_k + a_(k-1) y_(k-1)
  LN_SCAN_SHIFT,       // y_k = x_(k-1), from 0
} LnScan;

// Along one axis, from its end when reverse; exclusive (sums and products): y_k is without x_k.
// out, x and a (NULL but for the recurrences) have one shape. Computed in float64 or int64.
void ln_kernel_scan(LnScan f, bool reverse, bool exclusive, LnTensor *out, const LnTensor *x,
                    const LnTensor *a, int axis);

#endif
