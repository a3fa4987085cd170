// Ops as layers: the call is the op's, with constants where no input goes.
#include "nn/operation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static LnOperation *self_of(LnLayer *l) { return (LnOperation *)l; }

LnLayer *ln_operation_new(LnContext *c, const LnOp *op, int n_slots, LnTensor *const *constants,
                          const bool *missing, const void *params) {
  LnOperation *o = (LnOperation *)ln_object_new(c, &ln_operation_class->base);
  if (!o) return NULL;
  o->op = op;
  o->constants = calloc((size_t)n_slots + 1, sizeof *o->constants);
  o->missing = calloc((size_t)n_slots + 1, sizeof *o->missing);
  o->params = calloc(1, op->params_size + 1);
  bool ok = o->constants && o->missing && o->params;
  if (ok) {
    o->n_slots = n_slots;
    ln_copy_bytes(o->params, params, op->params_size);
    ok = ln_options_copy(op->options, o->params, &ln_take_malloc);
    for (int i = 0; i < n_slots; i++) {
      o->constants[i] = ln_retain(constants[i]);
      o->missing[i] = missing[i];
    }
  }
  if (ok) return &o->layer;
  ln_object_release(o);
  ln_fail(c, "out of memory");
  return NULL;
}

static void free_operation(void *self) {
  LnOperation *o = self;
  for (int i = 0; i < o->n_slots; i++) ln_release(o->constants[i]);
  if (o->op && o->params) ln_options_free(o->op->options, o->params);
  free(o->constants);
  free(o->missing);
  free(o->params);
}

static bool call_all(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                     LnTensor **out, int max_out, int *n_out) {
  LnOperation *o = self_of(self);
  (void)args;
  int at = 0;
  const void *params = o->op && o->op->params_size ? o->params : NULL;
  if (!o->op || o->op->n_out > max_out) return ln_fail(c, "it has too many outputs");
  LnTensor **v = malloc((size_t)(o->n_slots + 1) * sizeof *v);
  if (!v) return ln_fail(c, "out of memory");
  bool ok = true;
  for (int i = 0; ok && i < o->n_slots; i++) {
    v[i] = o->constants[i];
    if (v[i] || o->missing[i]) continue;
    ok = at < in->n || ln_fail(c, "%s misses input %d", o->op->name, at + 1);
    if (ok) v[i] = in->v[at++];
  }
  ok = ok && (at == in->n || ln_fail(c, "%s takes %d inputs, got %d", o->op->name, at, in->n));
  ok = ok && ln_apply_all(c, o->op, v, o->n_slots, params, out);
  free(v);
  *n_out = o->op->n_out;
  return ok;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const LnOperation *o = (const LnOperation *)self;
  snprintf(out, size, "%s", o->op ? o->op->name : "");
}

static const LnLayerClass operation = {
    .base = {LN_LAYER, "Operation", .size = sizeof(LnOperation), .free = free_operation,
             .doc = "An op in a graph: what calling ln.* functions on symbolic tensors makes."},
    .call_all = call_all, .max_in = -1, .keeps_dtype = true, .describe = describe,
};
const LnLayerClass *const ln_operation_class = &operation;
