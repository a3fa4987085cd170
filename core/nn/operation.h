// Operations: an op of core/ops as a layer, so that a graph is made of layers only. What ln.f(x),
// x:f() and x + 1 become when x is symbolic.
#ifndef LN_NN_OPERATION_H
#define LN_NN_OPERATION_H

#include "nn/nn.h"
#include "ops/slice.h"

typedef struct LnOperation {
  LnLayer layer;
  const LnOp *op;
  void *params;            // its own copies
  int n_slots;             // operands of the op
  LnTensor **constants;    // NULL: an input of the layer
  bool *missing;           // an optional operand that was left out
} LnOperation;
extern const LnLayerClass *const ln_operation_class;

// Strings, lists and tensors in params are copied (tensors: referenced); constants are referenced.
// NULL with an error without memory.
LnLayer *ln_operation_new(LnContext *c, const LnOp *op, int n_slots, LnTensor *const *constants,
                          const bool *missing, const void *params);
static inline bool ln_is_operation(const LnObject *o) {
  return o->cls == &ln_operation_class->base;
}

#endif
