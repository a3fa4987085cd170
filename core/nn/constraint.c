// Constraints in general: the projected value of a weight, also by those in Lua. Classes:
// constraints/.
#include "nn/nn.h"

LnTensor *ln_constrain(LnContext *c, LnObject *constraint, LnTensor *w) {
  if (!w || c->err.set) return NULL;
  size_t scope = ln_scope(c);
  LnTensor *y = NULL;
  if (constraint->lua && c->calls) {
    int n = 0;
    if (!c->calls->call(c, constraint, "call", &(LnTensors){1, &w}, NULL, &y, 1, &n) || n != 1)
      y = NULL;
    if (!y) ln_fail(c, "a constraint gives one tensor");
  } else {
    y = ((const LnConstraintClass *)constraint->cls)->call(c, constraint, w);
  }
  if (y && !ln_tensor_same_shape(y, w)) {
    ln_fail(c, "the constraint gave shape %s where %s is needed", ln_tensor_shape_text(y),
            ln_tensor_shape_text(w));
    y = NULL;
  }
  return ln_scope_return(c, scope, y);
}
