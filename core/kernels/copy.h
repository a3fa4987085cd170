// Copies between any two layouts and dtypes. What a conversion does: to bool, whether the value
// differs from 0 (NaN does); float to integer, cut toward zero, past the ends the nearest end, NaN
// is 0; integer to integer, modulo 2^n (two's complement); to a float of fewer bits, the nearest
// one (to even in the middle), rounded once.
#ifndef LN_KERNELS_COPY_H
#define LN_KERNELS_COPY_H

#include "kernels/loop.h"
#include "lunate.h"

// Strides in elements; dst and src must not overlap, unless they are the very same elements.
void ln_kernel_copy(int rank, const int64_t *shape, LnDtype dst_dtype, void *dst,
                    const int64_t *dst_stride, LnDtype src_dtype, const void *src,
                    const int64_t *src_stride);

// t's elements as those of `dtype`, one after the other.
void ln_kernel_pack(const LnTensor *t, LnDtype dtype, void *to);
// The same for kernels that want dense operands: where t lies if it is one, else packed at *memory,
// which moves on by ln_packed_bytes (0 if it is one).
size_t ln_packed_bytes(const LnTensor *t, LnDtype dtype);
const void *ln_packed(const LnTensor *t, LnDtype dtype, char **memory);

// The inner loop of such a copy, for kernels that convert as they load: operand 0 is dst, 1 src.
LnLoopFn ln_cast_loop(LnDtype dst, LnDtype src);

#endif
