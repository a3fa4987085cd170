// Sorting lanes (stable merge sort, NaN last whatever the direction) and searching sorted ones.
#ifndef LN_KERNELS_SORT_H
#define LN_KERNELS_SORT_H

#include "lunate.h"

// Bytes of memory that sorting n elements needs.
size_t ln_kernel_sort_memory(int64_t n);
// Sorts n elements that stand `step` elements apart and writes the first `keep` of the result:
// values (may be NULL) and where they stood, 0-based (may be NULL), each with a step of its own.
void ln_kernel_sort(LnDtype d, const void *x, int64_t step, int64_t n, bool descending,
                    int64_t keep, void *memory, void *values, int64_t values_step,
                    int64_t *positions, int64_t positions_step);
// Where each of m values belongs in n sorted ones: before its equals, or after them. Contiguous.
void ln_kernel_search(LnDtype d, const void *sorted, int64_t n, const void *values, int64_t m,
                      bool after, int64_t *out);
// Runs of equal values (NaN equals NaN): the first of each to `values`, its length to `counts`
// (either may be NULL); returns how many there are. Contiguous, sorted.
int64_t ln_kernel_runs(LnDtype d, const void *sorted, int64_t n, void *values, int64_t *counts);
// out[i] = values[i] is among the n sorted ones (NaN never is).
void ln_kernel_member(LnDtype d, const void *sorted, int64_t n, const void *values, int64_t m,
                      uint8_t *out);

#endif
