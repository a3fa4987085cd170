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

LnTensor *ln_masked_softmax(LnContext *c, LnTensor *x, const LnInts *axes, LnTensor *mask) {
  if (!x) return NULL;
  const double far = x->dtype == LN_FLOAT16 ? -3e4 : -1e9;   // finite
  if (mask) x = ln_where(c, mask, x, ln_temp(c, ln_tensor_scalar(c, (LnDtype)x->dtype, far)));
  LnTensor *y;
  if (axes->n == 1) {
    y = ln_softmax(c, x, axes->v[0]);
  } else {
    // Several axes together: exponentials over their sum, the largest taken off first.
    LnTensor *top = ln_stop_gradient(c, ln_max_over(c, x, axes, true));
    LnTensor *e = ln_exp(c, ln_sub(c, x, top));
    y = ln_div(c, e, ln_sum_over(c, e, axes, true));
  }
  if (!mask || !y) return y;
  // Where everything is masked nothing is left, rather than equal shares.
  return ln_where(c, mask, y, ln_temp(c, ln_tensor_scalar(c, (LnDtype)y->dtype, 0)));
}
