// Dtypes: sizes, names, promotion.
#include "tensor/tensor.h"

#include <string.h>

static const struct {
  const char *name;
  size_t size;
} dtypes[LN_DTYPES] = {
    [LN_BOOL] = {"bool", 1},   [LN_UINT8] = {"uint8", 1},     [LN_INT32] = {"int32", 4},
    [LN_INT64] = {"int64", 8}, [LN_FLOAT32] = {"float32", 4}, [LN_FLOAT64] = {"float64", 8},
};

size_t ln_dtype_size(LnDtype d) { return dtypes[d].size; }
const char *ln_dtype_name(LnDtype d) { return dtypes[d].name; }

bool ln_dtype_from_name(const char *name, LnDtype *out) {
  for (int d = 0; d < LN_DTYPES; d++) {
    if (strcmp(dtypes[d].name, name) == 0) {
      *out = (LnDtype)d;
      return true;
    }
  }
  return false;
}

LnDtype ln_dtype_promote(LnDtype a, LnDtype b) { return a > b ? a : b; }
