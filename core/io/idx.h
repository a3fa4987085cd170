// IDX: the format of MNIST and Fashion-MNIST (http://yann.lecun.com/exdb/mnist/).
#ifndef LN_IO_IDX_H
#define LN_IO_IDX_H

#include "io/stream.h"
#include "tensor/tensor.h"

// Reads a whole IDX file, plain or gzip, straight into a new tensor's memory. Signed bytes and
// shorts become int32; the other types keep theirs. The stream stays the caller's.
LnTensor *ln_idx_read(LnContext *c, LnStream *s);

#endif
