// Shapes: text, sizes, broadcasting, axes.
#include "tensor/tensor.h"

#include <stdio.h>

const char *ln_shape_text(const int64_t *shape, int rank) {
  static _Thread_local char buffers[8][LN_MAX_RANK * 22 + 4];
  static _Thread_local unsigned turn;
  char *text = buffers[turn++ % 8], *p = text, *end = text + sizeof buffers[0];
  p += snprintf(p, (size_t)(end - p), "(");
  for (int i = 0; i < rank; i++) {
    const char *comma = i + 1 < rank ? ", " : rank == 1 ? "," : "";
    if (shape[i] < 0) p += snprintf(p, (size_t)(end - p), "None%s", comma);
    else p += snprintf(p, (size_t)(end - p), "%lld%s", (long long)shape[i], comma);
  }
  snprintf(p, (size_t)(end - p), ")");
  return text;
}

const char *ln_tensor_shape_text(const LnTensor *t) { return ln_shape_text(t->shape, t->rank); }

bool ln_shape_size(LnContext *c, const int64_t *shape, int rank, int64_t *size) {
  if (rank > LN_MAX_RANK)
    return ln_fail(c, "a tensor has at most %d axes, got %d", LN_MAX_RANK, rank);
  // The product of the non-zero dimensions is bounded too, so that (0, huge, huge) stays harmless.
  int64_t product = 1;
  bool empty = false;
  for (int i = 0; i < rank; i++) {
    if (shape[i] < 0)
      return ln_fail(c, "dimensions must not be negative, got shape %s",
                     ln_shape_text(shape, rank));
    if (shape[i] == 0) empty = true;
    else if (__builtin_mul_overflow(product, shape[i], &product) || product > INT64_MAX / 16)
      return ln_fail(c, "shape %s has too many elements", ln_shape_text(shape, rank));
  }
  *size = empty ? 0 : product;
  return true;
}

bool ln_shape_equal(const int64_t *a, int rank_a, const int64_t *b, int rank_b) {
  if (rank_a != rank_b) return false;
  for (int i = 0; i < rank_a; i++)
    if (a[i] != b[i]) return false;
  return true;
}

int64_t ln_dim_times(int64_t a, int64_t b) {
  if (a == 0 || b == 0) return 0;
  return a < 0 || b < 0 ? -1 : a * b;
}

bool ln_shape_unify(const int64_t *a, int rank_a, const int64_t *b, int rank_b, int64_t *out) {
  if (rank_a != rank_b) return false;
  for (int i = 0; i < rank_a; i++) {
    if (!ln_dims_fit(a[i], b[i])) return false;
    if (out) out[i] = ln_dim_known(a[i], b[i]);
  }
  return true;
}

bool ln_shape_known_size(LnContext *c, const int64_t *shape, int rank, int64_t *size) {
  int64_t known[LN_MAX_RANK] = {0};
  bool all = true;
  for (int i = 0; i < rank && i < LN_MAX_RANK; i++) {
    all = all && shape[i] >= 0;
    known[i] = shape[i] < 0 ? 1 : shape[i];
  }
  if (!ln_shape_size(c, known, rank, size)) return false;
  if (!all && *size > 0) *size = -1;
  return true;
}

int ln_shape_broadcast(const int64_t *a, int rank_a, const int64_t *b, int rank_b, int64_t *out) {
  int rank = rank_a > rank_b ? rank_a : rank_b;
  for (int i = 1; i <= rank; i++) {
    int64_t x = i <= rank_a ? a[rank_a - i] : 1, y = i <= rank_b ? b[rank_b - i] : 1;
    if (x != 1 && y != 1 && !ln_dims_fit(x, y)) return -1;
    out[rank - i] = x == 1 ? y : y == 1 ? x : ln_dim_known(x, y);
  }
  return rank;
}

bool ln_axis(LnContext *c, const char *what, int64_t axis, int rank, int *out) {
  if (axis < -rank || axis >= rank)
    return ln_fail(c, "%s: axis %lld is out of range for a tensor of rank %d", what,
                   (long long)(axis >= 0 ? axis + 1 : axis), rank);
  *out = (int)(axis < 0 ? axis + rank : axis);
  return true;
}
