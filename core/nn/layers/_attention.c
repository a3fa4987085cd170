// Masks of attention layers.
#include "nn/layers/_attention.h"

#include "ops/ops.h"

LnTensor *ln_band_mask(LnContext *c, int64_t queries, int64_t values, bool causal, int64_t window) {
  const int64_t shape[3] = {1, queries, values};
  if (queries < 0 || values < 0) return ln_temp(c, ln_tensor_meta(c, LN_BOOL, 3, shape));
  LnTensor *mask = ln_temp(c, ln_tensor_new(c, LN_BOOL, 3, shape));
  if (!mask) return NULL;
  unsigned char *row = mask->data;
  for (int64_t q = 0; q < queries; q++, row += values)
    for (int64_t v = 0; v < values; v++) {
      const int64_t apart = q > v ? q - v : v - q;
      row[v] = (!causal || v <= q) && (window <= 0 || apart < window);
    }
  return mask;
}

LnTensor *ln_and_masks(LnContext *c, LnTensor *a, LnTensor *b) {
  return a && b ? ln_logical_and(c, a, b) : a ? a : b;
}

LnTensor *ln_mask_scores(LnContext *c, LnTensor *scores, LnTensor *mask) {
  if (!scores || !mask) return NULL;
  const double far = scores->dtype == LN_FLOAT16 ? 65504.0 : 1e9;
  return ln_where(c, mask, scores, ln_sub_number(c, scores, far));
}
