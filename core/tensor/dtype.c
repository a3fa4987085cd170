// Dtypes: sizes, names, promotion, elements of 16 bits.
#include "base/half.h"
#include "tensor/tensor.h"

#include <string.h>

const size_t ln_dtype_sizes[LN_DTYPES] = {
    [LN_BOOL] = 1,    [LN_UINT8] = 1,    [LN_INT32] = 4,   [LN_INT64] = 8,
    [LN_FLOAT16] = 2, [LN_BFLOAT16] = 2, [LN_FLOAT32] = 4, [LN_FLOAT64] = 8,
};
static const char *const names[LN_DTYPES] = {
    [LN_BOOL] = "bool",       [LN_UINT8] = "uint8",       [LN_INT32] = "int32",
    [LN_INT64] = "int64",     [LN_FLOAT16] = "float16",   [LN_BFLOAT16] = "bfloat16",
    [LN_FLOAT32] = "float32", [LN_FLOAT64] = "float64",
};

const char *ln_dtype_name(LnDtype d) { return (int)d == LN_STRING ? "string" : names[d]; }

bool ln_dtype_from_name(const char *name, LnDtype *out) {
  for (int d = 0; d < LN_DTYPES; d++) {
    if (strcmp(names[d], name) == 0) {
      *out = (LnDtype)d;
      return true;
    }
  }
  return false;
}

static const char mixed_float16[] = "mixed_float16", mixed_bfloat16[] = "mixed_bfloat16";

const char *ln_policy_name(LnPolicy p) {
  if (p.variable == p.compute) return names[p.compute];
  return p.compute == LN_FLOAT16 ? mixed_float16 : mixed_bfloat16;
}

bool ln_policy_from_name(const char *name, LnPolicy *out) {
  LnDtype d;
  if (strcmp(name, mixed_float16) == 0) *out = (LnPolicy){LN_FLOAT32, LN_FLOAT16};
  else if (strcmp(name, mixed_bfloat16) == 0) *out = (LnPolicy){LN_FLOAT32, LN_BFLOAT16};
  else if (ln_dtype_from_name(name, &d)) *out = (LnPolicy){d, d};
  else return false;
  return true;
}

LnDtype ln_dtype_promote(LnDtype a, LnDtype b) {
  // Neither of the halves holds the other's numbers.
  if (a != b && ln_dtype_is_half(a) && ln_dtype_is_half(b)) return LN_FLOAT32;
  return a > b ? a : b;
}

float ln_half_value(LnDtype d, uint16_t bits) {
  return d == LN_FLOAT16 ? ln_float_of_float16(bits) : ln_float_of_bfloat16(bits);
}

static uint16_t rounded(LnDtype d, float odd) {
  return d == LN_FLOAT16 ? ln_float16_of_float(odd) : ln_bfloat16_of_float(odd);
}

uint16_t ln_half_bits(LnDtype d, double v) { return rounded(d, ln_odd_of_double(v)); }
uint16_t ln_half_bits_of_int(LnDtype d, int64_t v) { return rounded(d, ln_odd_of_int64(v)); }
