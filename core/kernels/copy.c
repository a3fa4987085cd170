// Strided copies and casts between all pairs of dtypes: one inner loop a pair, made by macros.
// A dtype more is a LOOP line and a CAST rule for each pair.
#include "base/half.h"
#include "kernels/copy.h"

#include <string.h>

#include "tensor/tensor.h"

// Float to integer: NaN fails both comparisons of the first line.
LN_INLINE uint8_t uint8_of(double v) {
  double low = v > 0 ? v : 0;
  return (uint8_t)(int32_t)(low < 255 ? low : 255);
}
LN_INLINE uint8_t uint8_of_float(float v) {
  float low = v > 0 ? v : 0;
  return (uint8_t)(int32_t)(low < 255 ? low : 255);
}
LN_INLINE int32_t int32_of(double v) {
  double high = v < 2147483647.0 ? v : 2147483647.0;
  int32_t cut = (int32_t)(high > -2147483648.0 ? high : -2147483648.0);
  return v == v ? cut : 0;
}
LN_INLINE int64_t int64_of(double v) {
  if (!(v == v)) return 0;
  if (v >= 9223372036854775808.0) return INT64_MAX;
  return v <= -9223372036854775808.0 ? INT64_MIN : (int64_t)v;
}

#define SAME(T, v) ((T)(v))
#define WRAP_uint8(v) ((uint8_t)(v))
#define WRAP_int32(v) ((int32_t)(uint32_t)(v))  // gcc and clang define the result: modulo 2^32
#define TRUTH(v) ((uint8_t)((v) != 0))

// CAST_<dst>(src name, v)
#define CAST_bool(S, v) TRUTH(v)
#define CAST_uint8(S, v) CAST_uint8_##S(v)
#define CAST_uint8_bool(v) (v)
#define CAST_uint8_int32(v) WRAP_uint8(v)
#define CAST_uint8_int64(v) WRAP_uint8(v)
#define CAST_uint8_float32(v) uint8_of_float(v)
#define CAST_uint8_float64(v) uint8_of(v)
#define CAST_int32(S, v) CAST_int32_##S(v)
#define CAST_int32_bool(v) ((int32_t)(v))
#define CAST_int32_uint8(v) ((int32_t)(v))
#define CAST_int32_int64(v) WRAP_int32(v)
#define CAST_int32_float32(v) int32_of(v)
#define CAST_int32_float64(v) int32_of(v)
#define CAST_int64(S, v) CAST_int64_##S(v)
#define CAST_int64_bool(v) ((int64_t)(v))
#define CAST_int64_uint8(v) ((int64_t)(v))
#define CAST_int64_int32(v) ((int64_t)(v))
#define CAST_int64_float32(v) int64_of(v)
#define CAST_int64_float64(v) int64_of(v)
#define CAST_float32(S, v) CAST_float32_##S(v)
#define CAST_float32_uint8(v) SAME(float, v)
#define CAST_float32_int32(v) SAME(float, v)
#define CAST_float32_int64(v) SAME(float, v)
#define CAST_float32_float64(v) SAME(float, v)
#define CAST_float32_float16(v) ln_float_of_float16(v)
#define CAST_float32_bfloat16(v) ln_float_of_bfloat16(v)
#define CAST_float16(S, v) ln_float16_of_float(v)
#define CAST_bfloat16(S, v) ln_bfloat16_of_float(v)
// To a float32 that is about to become a half.
#define CAST_odd(S, v) CAST_odd_##S(v)
#define CAST_odd_int32(v) ln_odd_of_double((double)(v))
#define CAST_odd_int64(v) ln_odd_of_int64(v)
#define CAST_odd_float64(v) ln_odd_of_double(v)
#define CAST_float64(S, v) SAME(double, v)

#define LOOP(D, DT, S, ST)                                                              \
  LN_CLONES static void S##_to_##D(char **ptrs, const int64_t *strides, int64_t n,      \
                                   const void *arg) {                                   \
    (void)arg;                                                                          \
    const int64_t ds = strides[0], ss = strides[1];                                     \
    if (ds == sizeof(DT) && ss == sizeof(ST)) {                                         \
      DT *restrict d = (DT *)(void *)ptrs[0];                                           \
      const ST *restrict s = (const ST *)(void *)ptrs[1];                               \
      for (int64_t i = 0; i < n; i++) d[i] = CAST_##D(S, s[i]);                         \
    } else {                                                                            \
      char *d = ptrs[0], *s = ptrs[1];                                                  \
      for (int64_t i = 0; i < n; i++, d += ds, s += ss)                                 \
        *(DT *)(void *)d = CAST_##D(S, *(const ST *)(void *)s);                         \
    }                                                                                   \
  }

LOOP(bool, uint8_t, uint8, uint8_t)
LOOP(bool, uint8_t, int32, int32_t)
LOOP(bool, uint8_t, int64, int64_t)
LOOP(bool, uint8_t, float32, float)
LOOP(bool, uint8_t, float64, double)
LOOP(uint8, uint8_t, int32, int32_t)
LOOP(uint8, uint8_t, int64, int64_t)
LOOP(uint8, uint8_t, float32, float)
LOOP(uint8, uint8_t, float64, double)
LOOP(int32, int32_t, uint8, uint8_t)
LOOP(int32, int32_t, int64, int64_t)
LOOP(int32, int32_t, float32, float)
LOOP(int32, int32_t, float64, double)
LOOP(int64, int64_t, uint8, uint8_t)
LOOP(int64, int64_t, int32, int32_t)
LOOP(int64, int64_t, float32, float)
LOOP(int64, int64_t, float64, double)
LOOP(float32, float, uint8, uint8_t)
LOOP(float32, float, int32, int32_t)
LOOP(float32, float, int64, int64_t)
LOOP(float32, float, float64, double)
LOOP(float64, double, uint8, uint8_t)
LOOP(float64, double, int32, int32_t)
LOOP(float64, double, int64, int64_t)
LOOP(float64, double, float32, float)
LOOP(float32, float, float16, uint16_t)
LOOP(float32, float, bfloat16, uint16_t)
LOOP(float16, uint16_t, float32, float)
LOOP(bfloat16, uint16_t, float32, float)
LOOP(odd, float, int32, int32_t)
LOOP(odd, float, int64, int64_t)
LOOP(odd, float, float64, double)

// Halves and other dtypes, a block of float32 in between.
static void by_float(char **ptrs, const int64_t *strides, int64_t n, LnLoopFn load,
                     LnLoopFn store) {
  enum { BLOCK = 512 };
  float block[BLOCK];
  const int64_t in[2] = {sizeof *block, strides[1]}, out[2] = {strides[0], sizeof *block};
  for (int64_t i = 0; i < n; i += BLOCK) {
    const int64_t m = n - i < BLOCK ? n - i : BLOCK;
    load((char *[]){(char *)block, ptrs[1] + i * strides[1]}, in, m, NULL);
    store((char *[]){ptrs[0] + i * strides[0], (char *)block}, out, m, NULL);
  }
}
#define BY_FLOAT(D, S, LOAD, STORE)                                                            \
  static void S##_to_##D(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {    \
    (void)arg;                                                                                 \
    by_float(ptrs, strides, n, LOAD, STORE);                                                   \
  }
#define HALF(H, OTHER)                                       \
  BY_FLOAT(bool, H, H##_to_float32, float32_to_bool)         \
  BY_FLOAT(uint8, H, H##_to_float32, float32_to_uint8)       \
  BY_FLOAT(int32, H, H##_to_float32, float32_to_int32)       \
  BY_FLOAT(int64, H, H##_to_float32, float32_to_int64)       \
  BY_FLOAT(float64, H, H##_to_float32, float32_to_float64)   \
  BY_FLOAT(OTHER, H, H##_to_float32, float32_to_##OTHER)     \
  BY_FLOAT(H, uint8, uint8_to_float32, float32_to_##H)       \
  BY_FLOAT(H, int32, int32_to_odd, float32_to_##H)           \
  BY_FLOAT(H, int64, int64_to_odd, float32_to_##H)           \
  BY_FLOAT(H, float64, float64_to_odd, float32_to_##H)
HALF(float16, bfloat16)
HALF(bfloat16, float16)

// Same dtype: bits are moved, so that a NaN keeps its payload.
#define MOVE(name, T)                                                                          \
  static void name(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {          \
    (void)arg;                                                                                 \
    const int64_t ds = strides[0], ss = strides[1];                                            \
    char *d = ptrs[0], *s = ptrs[1];                                                           \
    if (ds == sizeof(T) && ss == sizeof(T)) {                                                  \
      memmove(d, s, (size_t)n * sizeof(T));                                                    \
    } else if (ds == sizeof(T) && ss == 0) {                                                   \
      T v = *(const T *)(void *)s, *to = (T *)(void *)d;                                       \
      for (int64_t i = 0; i < n; i++) to[i] = v;                                               \
    } else {                                                                                   \
      for (int64_t i = 0; i < n; i++, d += ds, s += ss) *(T *)(void *)d = *(T *)(void *)s;     \
    }                                                                                          \
  }
MOVE(move1, uint8_t)
MOVE(move2, uint16_t)
MOVE(move4, uint32_t)
MOVE(move8, uint64_t)

// A bool is stored as 0 or 1, so that it is an uint8 to read.
static const LnLoopFn casts[LN_DTYPES][LN_DTYPES] = {
  [LN_BOOL] = {move1, uint8_to_bool, int32_to_bool, int64_to_bool, float16_to_bool,
               bfloat16_to_bool, float32_to_bool, float64_to_bool},
  [LN_UINT8] = {move1, move1, int32_to_uint8, int64_to_uint8, float16_to_uint8,
                bfloat16_to_uint8, float32_to_uint8, float64_to_uint8},
  [LN_INT32] = {uint8_to_int32, uint8_to_int32, move4, int64_to_int32, float16_to_int32,
                bfloat16_to_int32, float32_to_int32, float64_to_int32},
  [LN_INT64] = {uint8_to_int64, uint8_to_int64, int32_to_int64, move8, float16_to_int64,
                bfloat16_to_int64, float32_to_int64, float64_to_int64},
  [LN_FLOAT16] = {uint8_to_float16, uint8_to_float16, int32_to_float16, int64_to_float16, move2,
                  bfloat16_to_float16, float32_to_float16, float64_to_float16},
  [LN_BFLOAT16] = {uint8_to_bfloat16, uint8_to_bfloat16, int32_to_bfloat16, int64_to_bfloat16,
                   float16_to_bfloat16, move2, float32_to_bfloat16, float64_to_bfloat16},
  [LN_FLOAT32] = {uint8_to_float32, uint8_to_float32, int32_to_float32, int64_to_float32,
                  float16_to_float32, bfloat16_to_float32, move4, float64_to_float32},
  [LN_FLOAT64] = {uint8_to_float64, uint8_to_float64, int32_to_float64, int64_to_float64,
                  float16_to_float64, bfloat16_to_float64, float32_to_float64, move8},
};

void ln_kernel_copy(int rank, const int64_t *shape, LnDtype dst_dtype, void *dst,
                    const int64_t *dst_stride, LnDtype src_dtype, const void *src,
                    const int64_t *src_stride) {
  const LnOperand operands[2] = {{dst, dst_stride, ln_dtype_size(dst_dtype)},
                                 {(void *)(uintptr_t)src, src_stride, ln_dtype_size(src_dtype)}};
  ln_loop(rank, shape, 2, operands, casts[dst_dtype][src_dtype], NULL, LN_GRAIN_CHEAP);
}

void ln_kernel_pack(const LnTensor *t, LnDtype dtype, void *to) {
  int64_t stride[LN_MAX_RANK];
  if (t->size == 0) return;
  ln_contiguous_strides(t->shape, t->rank, stride);
  ln_kernel_copy(t->rank, t->shape, dtype, to, stride, (LnDtype)t->dtype, t->data, t->stride);
}

size_t ln_packed_bytes(const LnTensor *t, LnDtype dtype) {
  const bool dense = t->dtype == dtype && ln_tensor_is_contiguous(t);
  return dense ? 0 : ln_whole_lines((size_t)t->size * ln_dtype_size(dtype));
}

const void *ln_packed(const LnTensor *t, LnDtype dtype, char **memory) {
  const size_t bytes = ln_packed_bytes(t, dtype);
  void *to = *memory;
  if (bytes == 0) return t->data;
  ln_kernel_pack(t, dtype, to);
  *memory += bytes;
  return to;
}

LnLoopFn ln_cast_loop(LnDtype dst, LnDtype src) { return casts[dst][src]; }
