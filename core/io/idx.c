// Reading IDX. Nothing that the header says is believed before it is checked against the length.
#include "io/idx.h"

#include <string.h>

typedef struct Type {
  unsigned char code;
  LnDtype dtype;
  size_t bytes;  // of an element in the file
} Type;

static const Type types[] = {
  {0x08, LN_UINT8, 1},   {0x09, LN_INT32, 1},   {0x0b, LN_INT32, 2},
  {0x0c, LN_INT32, 4},   {0x0d, LN_FLOAT32, 4}, {0x0e, LN_FLOAT64, 8},
};

static bool read_all(LnContext *c, LnStream *s, void *out, size_t n, const char *what) {
  size_t got;
  if (!ln_stream_read(c, s, out, n, &got)) return false;
  return got == n || ln_fail(c, "'%s' is not a whole IDX file: %zu of the %zu bytes of its %s are "
                             "there", ln_stream_name(s), got, n, what);
}

static uint32_t big_endian(const unsigned char *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

// Turns n big-endian elements of `bytes` bytes (4 or 8) into the machine's order, in place.
static void to_native(unsigned char *data, int64_t n, size_t bytes) {
  for (int64_t i = 0; i < n; i++, data += bytes) {
    uint64_t value = 0;
    for (size_t j = 0; j < bytes; j++) value = value << 8 | data[j];
    if (bytes == 4) {
      uint32_t narrow = (uint32_t)value;
      memcpy(data, &narrow, 4);
    } else {
      memcpy(data, &value, 8);
    }
  }
}

static bool read_widened(LnContext *c, LnStream *s, int32_t *out, int64_t n, size_t bytes) {
  unsigned char block[4096];
  for (int64_t done = 0; done < n;) {
    int64_t k = n - done < 2048 ? n - done : 2048;
    if (!read_all(c, s, block, (size_t)k * bytes, "data")) return false;
    for (int64_t i = 0; i < k; i++)
      out[done + i] = bytes == 1 ? (int8_t)block[i]
                                 : (int16_t)(uint16_t)(block[2 * i] << 8 | block[2 * i + 1]);
    done += k;
  }
  return true;
}

LnTensor *ln_idx_read(LnContext *c, LnStream *s) {
  unsigned char head[4 + 4 * LN_MAX_RANK], extra;
  const char *name = ln_stream_name(s);
  if (!read_all(c, s, head, 4, "header")) return NULL;
  const Type *type = NULL;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (types[i].code == head[2]) type = &types[i];
  int rank = head[3];
  if (head[0] || head[1] || !type) {
    ln_fail(c, "'%s' is not an IDX file: it begins with %02x %02x %02x %02x", name, head[0],
            head[1], head[2], head[3]);
    return NULL;
  }
  if (rank < 1 || rank > LN_MAX_RANK) {
    ln_fail(c, "'%s': an IDX file of rank %d is not supported (1 to %d)", name, rank, LN_MAX_RANK);
    return NULL;
  }
  if (!read_all(c, s, head + 4, 4 * (size_t)rank, "header")) return NULL;
  int64_t shape[LN_MAX_RANK], size;
  for (int i = 0; i < rank; i++) shape[i] = big_endian(head + 4 + 4 * i);
  bool exact;
  size_t limit = ln_stream_limit(s, &exact), before = 4 + 4 * (size_t)rank;
  if (!ln_shape_size(c, shape, rank, &size)) {
    ln_fail_within(c, "'%s' is damaged", name);
    return NULL;
  }
  if ((uint64_t)size > (SIZE_MAX - before) / 8 || before + (size_t)size * type->bytes > limit ||
      (exact && before + (size_t)size * type->bytes != limit)) {
    ln_fail(c, "'%s' is damaged: its header says shape %s, its length is %zu bytes%s", name,
            ln_shape_text(shape, rank), exact ? limit : limit / 1040, exact ? "" : " of gzip");
    return NULL;
  }
  LnTensor *t = ln_tensor_new(c, type->dtype, rank, shape);
  if (!t) return NULL;
  size_t wide = ln_dtype_size(type->dtype), got;
  bool ok = type->bytes == wide ? read_all(c, s, t->data, (size_t)size * wide, "data")
                                : read_widened(c, s, t->data, size, type->bytes);
  if (ok && type->bytes == wide && wide > 1) to_native(t->data, size, wide);
  // Reading on also makes gzip check its sum.
  if (ok && ln_stream_read(c, s, &extra, 1, &got) && !got) return t;
  ln_fail(c, "'%s' is damaged: there is more data than its header's shape %s", name,
          ln_tensor_shape_text(t));
  ln_release(t);
  return NULL;
}
