// Regularizers in general: a scalar from a tensor, also for those in Lua. Classes: regularizers/.
#include "nn/nn.h"
#include "ops/ops.h"

LnTensor *ln_regularize(LnContext *c, LnObject *regularizer, LnTensor *x) {
  if (!x || c->err.set) return NULL;
  size_t scope = ln_scope(c);
  LnTensor *y = NULL;
  if (regularizer->lua && c->calls) {
    int n = 0;
    if (!c->calls->call(c, regularizer, "call", &(LnTensors){1, &x}, NULL, &y, 1, &n) || n != 1)
      y = NULL;
    if (!y) ln_fail(c, "a regularizer gives one tensor");
  } else {
    y = ((const LnRegularizerClass *)regularizer->cls)->call(c, regularizer, x);
  }
  if (y && y->size != 1) {
    ln_fail(c, "a regularizer gives a scalar, got shape %s", ln_tensor_shape_text(y));
    y = NULL;
  }
  if (y && y->rank > 0) y = ln_reshape(c, y, 0, NULL);
  return ln_scope_return(c, scope, y);
}
