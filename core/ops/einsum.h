// Einstein summation, for C callers.
#ifndef LN_OPS_EINSUM_H
#define LN_OPS_EINSUM_H

#include "ops/op.h"

// n tensors by an equation such as "bqhd,bkhd->bhqk" or "...ij,...jk".
LnTensor *ln_einsum(LnContext *c, const char *equation, LnTensor *const *x, int n);

#endif
