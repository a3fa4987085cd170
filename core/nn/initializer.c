// Initializers in general: fans, dtypes, those written in Lua. The classes are in initializers/.
#include "nn/nn.h"

void ln_fans(const LnTensor *t, double *fan_in, double *fan_out) {
  int rank = t->rank;
  double field = 1;  // the receptive field: all axes but the last two
  for (int i = 0; i < rank - 2; i++) field *= (double)t->shape[i];
  *fan_in = rank == 0 ? 1 : rank == 1 ? (double)t->shape[0] : field * (double)t->shape[rank - 2];
  *fan_out = rank == 0 ? 1 : field * (double)t->shape[rank - 1];
}

static bool from_lua(LnContext *c, LnObject *initializer, LnTensor *t) {
  LnTensor *y = NULL;
  int n = 0;
  size_t scope = ln_scope(c);
  bool done = c->calls->call(c, initializer, "call", &(LnTensors){1, &t}, NULL, &y, 1, &n);
  if (done && (n != 1 || !y)) done = ln_fail(c, "an initializer gives one tensor");
  if (done && !ln_tensor_same_shape(y, t))
    done = ln_fail(c, "the initializer gave shape %s where %s is needed", ln_tensor_shape_text(y),
                   ln_tensor_shape_text(t));
  done = done && ln_tensor_assign(c, t, y);
  ln_scope_end(c, scope);
  return done;
}

bool ln_initialize(LnContext *c, LnObject *initializer, LnTensor *t) {
  if (!t || c->err.set) return false;
  if (t->meta || t->size == 0) return true;
  if (initializer->lua && c->calls) return from_lua(c, initializer, t);
  const LnInitializerClass *cls = (const LnInitializerClass *)initializer->cls;
  if (cls->any_dtype || (t->dtype == LN_FLOAT32 && ln_tensor_is_contiguous(t)))
    return cls->fill(c, initializer, &c->random, t);
  LnTensor *values = ln_tensor_new(c, LN_FLOAT32, t->rank, t->shape);
  bool done = values && cls->fill(c, initializer, &c->random, values) &&
              ln_tensor_assign(c, t, values);
  ln_release(values);
  return done;
}
