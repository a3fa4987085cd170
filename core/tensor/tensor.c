// Tensors: storage, views, copies, element access.
#define _POSIX_C_SOURCE 200809L
#include "tensor/tensor.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- storage

// One block: the head, then the data at the next multiple of 64 bytes.
enum { HEAD = 64 };
_Static_assert(sizeof(LnStorage) <= HEAD, "a storage's head fits before its data");

LnStorage *ln_storage_new(LnContext *c, size_t bytes) {
  size_t total = bytes > SIZE_MAX - HEAD ? SIZE_MAX : bytes + HEAD;
  LnStorage *s = ln_memory_alloc(c->memory, total);
  if (!s && c->collect && c->collect(c)) s = ln_memory_alloc(c->memory, total);
  if (!s) {
    ln_fail(c, "out of memory: asked for %zu bytes while %zu are live", bytes,
            ln_memory_stats(c->memory).live);
    return NULL;
  }
  *s = (LnStorage){1, bytes, (char *)s + HEAD, c->memory, 0, 0};
  return s;
}

static void unmap(LnStorage *s) {
  munmap(s->data, s->mapped);
  ln_memory_free(s->memory, s, HEAD);
}

void ln_storage_release(LnStorage *s) {
  if (!s || --s->refs > 0) return;
  if (s->mapped) {
    unmap(s);
    return;
  }
  ln_memory_free(s->memory, s, s->data ? s->bytes + HEAD : HEAD);
}

void ln_storage_return(LnStorage *s) {
  if (!s || --s->refs > 0) return;
  if (s->mapped) {
    unmap(s);
    return;
  }
  ln_memory_return(s->memory, s, s->bytes + HEAD);
}

// ---- making

static LnTensor *sized_header(LnContext *c, LnDtype d, int rank, const int64_t *shape,
                              int64_t size) {
  // From the cache of freed blocks: a computation makes and drops these by the million.
  LnTensor *t = ln_memory_alloc(c->memory, sizeof *t);
  if (!t) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  t->refs = 1;
  t->memory = c->memory;
  t->rank = (uint8_t)rank;
  t->dtype = (uint8_t)d;
  t->meta = t->tracked = false;
  t->state = LN_NO_STATE;
  t->contiguous = true;
  t->size = size;
  for (int i = 0; i < rank; i++) t->shape[i] = shape[i];
  t->storage = NULL;
  t->mask = NULL;
  t->offset = 0;
  t->data = NULL;
  return t;
}

static LnTensor *tensor_header(LnContext *c, LnDtype d, int rank, const int64_t *shape) {
  int64_t size;
  return ln_shape_size(c, shape, rank, &size) ? sized_header(c, d, rank, shape, size) : NULL;
}

LnTensor *ln_tensor_new(LnContext *c, LnDtype d, int rank, const int64_t *shape) {
  LnTensor *t = tensor_header(c, d, rank, shape);
  if (!t) return NULL;
  ln_contiguous_strides(shape, rank, t->stride);
  t->storage = ln_storage_new(c, (size_t)t->size * ln_dtype_size(d));
  if (!t->storage) {
    ln_memory_free(c->memory, t, sizeof *t);
    return NULL;
  }
  t->data = t->storage->data;
  return t;
}

LnTensor *ln_tensor_pending(LnContext *c, LnDtype d, int rank, const int64_t *shape) {
  LnTensor *t = tensor_header(c, d, rank, shape);
  if (!t) return NULL;
  ln_contiguous_strides(shape, rank, t->stride);
  t->storage = ln_memory_alloc(c->memory, HEAD);
  if (!t->storage) {
    ln_memory_free(c->memory, t, sizeof *t);
    ln_fail(c, "out of memory");
    return NULL;
  }
  *t->storage = (LnStorage){1, (size_t)t->size * ln_dtype_size(d), NULL, c->memory, 0, 0};
  return t;
}

// Private, so that no write could reach the file.
static void *map_file(LnContext *c, const char *path, size_t need, size_t *length) {
  struct stat info;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &info) != 0) {
    ln_fail(c, "cannot read '%s': %s", path, strerror(errno));
    if (file >= 0) close(file);
    return NULL;
  }
  *length = info.st_size > 0 ? (size_t)info.st_size : 0;
  void *data = NULL;
  if (!S_ISREG(info.st_mode) || *length < need || *length == 0)
    ln_fail(c, "'%s' has %zu bytes, %zu are needed", path, *length, need);
  else if ((data = mmap(NULL, *length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file,
                        0)) == MAP_FAILED)
    ln_fail(c, "cannot map '%s': %s", path, strerror(errno));
  close(file);
  return data == MAP_FAILED ? NULL : data;
}

LnTensor *ln_tensor_map(LnContext *c, const char *path, size_t offset, LnDtype d, int rank,
                        const int64_t *shape) {
  const size_t item = ln_dtype_size(d);
  LnTensor *t = ln_tensor_pending(c, d, rank, shape);
  if (!t) return NULL;
  if (offset % item != 0 || (size_t)t->size > (SIZE_MAX - offset) / item) {
    ln_fail(c, "'%s': elements of %zu bytes at byte %zu cannot be mapped", path, item, offset);
    ln_release(t);
    return NULL;
  }
  size_t length;
  void *data = map_file(c, path, offset + (size_t)t->size * item, &length);
  if (data) {
    t->storage->data = data;
    t->storage->mapped = t->storage->bytes = length;
    t->offset = (int64_t)offset;
    t->data = (char *)data + offset;
    return t;
  }
  ln_release(t);
  return NULL;
}

LnTensor *ln_tensor_zeros(LnContext *c, LnDtype d, int rank, const int64_t *shape) {
  LnTensor *t = ln_tensor_new(c, d, rank, shape);
  if (t) memset(t->data, 0, (size_t)t->size * ln_dtype_size(d));
  return t;
}

LnTensor *ln_tensor_meta(LnContext *c, LnDtype d, int rank, const int64_t *shape) {
  int64_t size;
  if (!ln_shape_known_size(c, shape, rank, &size)) return NULL;
  LnTensor *t = sized_header(c, d, rank, shape, size);
  if (!t) return NULL;
  ln_contiguous_strides(shape, rank, t->stride);
  t->meta = true;
  return t;
}

LnTensor *ln_tensor_scalar(LnContext *c, LnDtype d, double value) {
  LnTensor *t = ln_tensor_new(c, d, 0, NULL);
  if (t) ln_tensor_set(t, NULL, value);
  return t;
}

static bool lies_dense(const LnTensor *t) {
  int64_t step = 1;
  if (t->size == 0) return true;
  for (int i = t->rank - 1; i >= 0; i--) {
    if (t->shape[i] == 1) continue;
    if (t->stride[i] != step) return false;
    step *= t->shape[i];
  }
  return true;
}

LnTensor *ln_tensor_view(LnContext *c, LnTensor *base, int rank, const int64_t *shape,
                         const int64_t *stride, int64_t offset) {
  LnTensor *t = tensor_header(c, base->dtype, rank, shape);
  if (!t) return NULL;
  for (int i = 0; i < rank; i++) t->stride[i] = stride[i];
  t->meta = base->meta;
  t->state = base->state;
  t->contiguous = lies_dense(t);
  if (base->storage) ln_tensor_place(t, base->storage, base->offset + offset);
  return t;
}

void ln_tensor_place(LnTensor *t, LnStorage *s, int64_t offset) {
  s->refs++;
  ln_storage_release(t->storage);
  t->storage = s;
  t->offset = offset;
  t->data = s->data ? (char *)s->data + offset : NULL;
}

void ln_tensor_space(LnTensor *t, int64_t from, int64_t to) {
  for (int i = 0; i < t->rank; i++)
    if (t->stride[i] == from) t->stride[i] = to;
  t->contiguous = lies_dense(t);
}

void ln_tensor_spread(LnTensor *t, LnStorage *s) {
  for (int i = 0; i < t->rank; i++) t->stride[i] = 0;
  t->contiguous = lies_dense(t);
  ln_tensor_place(t, s, 0);
}

void ln_release(LnTensor *t) {
  if (!t || --t->refs > 0) return;
  ln_storage_release(t->storage);
  if (t->mask) ln_release(t->mask);
  ln_memory_free(t->memory, t, sizeof *t);
}

void ln_tensor_set_mask(LnTensor *t, LnTensor *mask) {
  ln_retain(mask);
  ln_release(t->mask);
  t->mask = mask;
}

void ln_tensor_close(LnTensor *t) {
  ln_storage_release(t->storage);
  t->storage = NULL;
  t->data = NULL;
}

// ---- layout

void ln_contiguous_strides(const int64_t *shape, int rank, int64_t *stride) {
  int64_t step = 1;
  for (int i = rank - 1; i >= 0; i--) {
    stride[i] = step;
    if (shape[i] > 1) step *= shape[i];
  }
}

bool ln_tensor_same_shape(const LnTensor *a, const LnTensor *b) {
  return ln_shape_equal(a->shape, a->rank, b->shape, b->rank);
}

bool ln_tensor_shapes_fit(const LnTensor *a, const LnTensor *b) {
  return ln_shape_unify(a->shape, a->rank, b->shape, b->rank, NULL);
}

// ---- elements

static void *element(const LnTensor *t, const int64_t *index) {
  int64_t at = 0;
  for (int i = 0; i < t->rank; i++) at += index[i] * t->stride[i];
  return (char *)t->data + at * (int64_t)ln_dtype_size(t->dtype);
}

double ln_tensor_get(const LnTensor *t, const int64_t *index) {
  const void *p = element(t, index);
  switch ((LnDtype)t->dtype) {
    case LN_BOOL: case LN_UINT8: return *(const uint8_t *)p;
    case LN_INT32: return *(const int32_t *)p;
    case LN_INT64: return (double)*(const int64_t *)p;
    case LN_FLOAT16: case LN_BFLOAT16: return ln_half_value(t->dtype, *(const uint16_t *)p);
    case LN_FLOAT32: return *(const float *)p;
    default: return *(const double *)p;
  }
}

// A double as an integer: saturated, NaN as 0 (C leaves both undefined).
static int64_t whole(double v) {
  if (!(v == v)) return 0;
  if (v >= 0x1p63) return INT64_MAX;
  if (v < -0x1p63) return INT64_MIN;
  return (int64_t)v;
}

int64_t ln_tensor_get_int(const LnTensor *t, const int64_t *index) {
  if (t->dtype == LN_INT64) return *(const int64_t *)element(t, index);
  return whole(ln_tensor_get(t, index));
}

void ln_tensor_set(LnTensor *t, const int64_t *index, double value) {
  void *p = element(t, index);
  switch ((LnDtype)t->dtype) {
    case LN_FLOAT16: case LN_BFLOAT16: *(uint16_t *)p = ln_half_bits(t->dtype, value); break;
    case LN_FLOAT32: *(float *)p = (float)value; break;
    case LN_FLOAT64: *(double *)p = value; break;
    case LN_BOOL: *(uint8_t *)p = value != 0; break;
    default: ln_tensor_set_int(t, index, whole(value));
  }
}

void ln_tensor_set_int(LnTensor *t, const int64_t *index, int64_t value) {
  void *p = element(t, index);
  switch ((LnDtype)t->dtype) {
    case LN_BOOL: *(uint8_t *)p = value != 0; break;
    case LN_UINT8: *(uint8_t *)p = (uint8_t)value; break;
    case LN_INT32: *(int32_t *)p = (int32_t)value; break;
    case LN_INT64: *(int64_t *)p = value; break;
    case LN_FLOAT16: case LN_BFLOAT16: *(uint16_t *)p = ln_half_bits_of_int(t->dtype, value); break;
    case LN_FLOAT32: *(float *)p = (float)value; break;
    default: *(double *)p = (double)value;
  }
}

bool ln_tensor_equal(const LnTensor *a, const LnTensor *b) {
  if (a->dtype != b->dtype || !ln_tensor_same_shape(a, b)) return false;
  int64_t index[LN_MAX_RANK] = {0};
  for (int64_t n = 0; n < a->size; n++) {
    bool same = ln_dtype_is_float(a->dtype)
                    ? ln_tensor_get(a, index) == ln_tensor_get(b, index)
                    : ln_tensor_get_int(a, index) == ln_tensor_get_int(b, index);
    if (!same) return false;
    for (int i = a->rank - 1; i >= 0 && ++index[i] == a->shape[i]; i--) index[i] = 0;
  }
  return true;
}
