// Tensors as plain bytes. Elements that no dtype has are widened on the way in.
#include "io/bytes.h"

#include <string.h>

#include "kernels/copy.h"

static const LnElement elements[] = {
    {"bool", LN_BOOL, 1},       {"uint8", LN_UINT8, 1},      {"int32", LN_INT32, 4},
    {"int64", LN_INT64, 8},     {"float32", LN_FLOAT32, 4},  {"float64", LN_FLOAT64, 8},
    {"int8", LN_INT32, 1},      {"int16", LN_INT32, 2},      {"uint16", LN_INT32, 2},
    {"uint32", LN_INT64, 4},    {"uint64", LN_INT64, 8},     {"float16", LN_FLOAT16, 2},
    {"bfloat16", LN_BFLOAT16, 2}};

const LnElement *ln_element_named(const char *name) {
  for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
    if (strcmp(elements[i].name, name) == 0) return &elements[i];
  return NULL;
}

static uint64_t load(const unsigned char *p, size_t bytes, bool big_endian) {
  uint64_t v = 0;
  for (size_t i = 0; i < bytes; i++)
    v |= (uint64_t)p[i] << 8 * (big_endian ? bytes - 1 - i : i);
  return v;
}

static bool read_elements(LnContext *c, LnTensor *t, const unsigned char *p, const LnElement *e,
                          bool big_endian) {
  const uint16_t one = 1;
  bool native = big_endian != (*(const unsigned char *)&one == 1), same = ln_dtype_size(e->dtype) ==
                e->bytes && e->name[0] != 'u';
  if (e->dtype != LN_BOOL && (e->dtype == LN_UINT8 || (same && native))) {
    if (t->size) memcpy(t->data, p, (size_t)t->size * e->bytes);
    return true;
  }
  bool is_signed = e->name[0] == 'i';
  unsigned shift = 64 - 8 * (unsigned)e->bytes;
  for (int64_t i = 0; i < t->size; i++, p += e->bytes) {
    uint64_t v = load(p, e->bytes, big_endian);
    int64_t whole = is_signed ? (int64_t)(v << shift) >> shift : (int64_t)v;
    switch (e->dtype) {
      case LN_BOOL: ((bool *)t->data)[i] = v != 0; break;
      case LN_INT32: ((int32_t *)t->data)[i] = (int32_t)whole; break;
      case LN_INT64:
        if (!is_signed && whole < 0)
          return ln_fail(c, "uint64 value %llu does not fit int64", (unsigned long long)v);
        ((int64_t *)t->data)[i] = whole;
        break;
      case LN_FLOAT16: case LN_BFLOAT16: ((uint16_t *)t->data)[i] = (uint16_t)v; break;
      case LN_FLOAT32: memcpy((float *)t->data + i, &(uint32_t){(uint32_t)v}, 4); break;
      default: memcpy((double *)t->data + i, &v, 8);
    }
  }
  return true;
}

// A copy of t, whose axes are in the reverse order, in C order.
static LnTensor *turned(LnContext *c, const LnTensor *t) {
  int64_t shape[LN_MAX_RANK], stride[LN_MAX_RANK];
  for (int i = 0; i < t->rank; i++) {
    shape[i] = t->shape[t->rank - 1 - i];
    stride[i] = t->stride[t->rank - 1 - i];
  }
  LnTensor *out = ln_tensor_new(c, (LnDtype)t->dtype, t->rank, shape);
  if (out && out->size)
    ln_kernel_copy(out->rank, shape, (LnDtype)t->dtype, out->data, out->stride, (LnDtype)t->dtype,
                   t->data, stride);
  return out;
}

LnTensor *ln_tensor_from_bytes(LnContext *c, const void *bytes, size_t n, const LnElement *e,
                               int rank, const int64_t *shape, LnLayout layout) {
  int64_t size, reversed[LN_MAX_RANK];
  if (!ln_shape_size(c, shape, rank, &size)) return NULL;
  if ((uint64_t)size > SIZE_MAX / 8 || (size_t)size * e->bytes != n) {
    ln_fail(c, "shape %s of %s does not have the %zu bytes that are there",
            ln_shape_text(shape, rank), e->name, n);
    return NULL;
  }
  bool turn = layout.fortran && rank > 1;
  for (int i = 0; i < rank; i++) reversed[i] = shape[rank - 1 - i];
  LnTensor *t = ln_tensor_new(c, e->dtype, rank, turn ? reversed : shape);
  if (!t) return NULL;
  if (!read_elements(c, t, bytes, e, layout.big_endian)) {
    ln_release(t);
    return NULL;
  }
  if (!turn) return t;
  LnTensor *out = turned(c, t);
  ln_release(t);
  return out;
}

void ln_tensor_to_bytes(const LnTensor *t, void *out) {
  if (!t->size) return;
  size_t bytes = ln_dtype_size((LnDtype)t->dtype);
  ln_kernel_pack(t, (LnDtype)t->dtype, out);
  const uint16_t one = 1;
  if (*(const unsigned char *)&one == 1 || bytes == 1) return;
  unsigned char *p = out;
  for (int64_t i = 0; i < t->size; i++, p += bytes)
    for (size_t j = 0; j < bytes / 2; j++) {
      unsigned char kept = p[j];
      p[j] = p[bytes - 1 - j];
      p[bytes - 1 - j] = kept;
    }
}
