// Tensors as plain bytes, as files hold them: a new type of elements is one line in bytes.c.
#ifndef LN_IO_BYTES_H
#define LN_IO_BYTES_H

#include "tensor/tensor.h"

typedef struct LnElement {
  const char *name;   // "int16"
  LnDtype dtype;      // of the tensor that holds them: the nearest that loses nothing
  size_t bytes;       // of one in a file
} LnElement;

const LnElement *ln_element_named(const char *name);   // NULL: no such type

typedef struct LnLayout {
  bool big_endian;
  bool fortran;   // the first axis varies fastest
} LnLayout;

// A new tensor out of n bytes, which must be exactly as many as the shape needs. uint64 values past
// int64 are an error.
LnTensor *ln_tensor_from_bytes(LnContext *c, const void *bytes, size_t n, const LnElement *e,
                               int rank, const int64_t *shape, LnLayout layout);
// The elements of t in C order, little-endian, into `out`, which has room for them.
void ln_tensor_to_bytes(const LnTensor *t, void *out);

#endif
