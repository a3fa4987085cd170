// Sequential: layers one after another. Its children are the layers; adding and taking away is
// done by ln_layer_add_child and ln_layer_pop_child.
#include <stdlib.h>

#include "nn/nn.h"

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  LnTensor *x = in->v[0];
  for (int i = 0; i < self->n_children; i++) {
    size_t scope = ln_scope(c);
    x = ln_scope_return(c, scope, ln_layer_call1(c, self->children[i], x, args));
    if (!x) return NULL;
  }
  return x;
}

// Building it is building its layers, each on what the one before gives.
static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  LnInts shape, next;
  int n;
  if (self->n_children == 0) return ln_fail(c, "a Sequential without layers cannot be built");
  shape.n = in->v[0]->rank;
  for (int i = 0; i < shape.n; i++) shape.v[i] = i == 0 ? -1 : in->v[0]->shape[i];
  for (int i = 0; i < self->n_children; i++) {
    if (!ln_layer_output_shape(c, self->children[i], 1, &shape, &next, 1, &n)) return false;
    shape = next;
  }
  return true;
}

static const LnLayerClass sequential = {
    .base = {LN_LAYER, "Sequential", .size = sizeof(LnLayer),
             .doc = "A model that calls its layers one after another (keras.Sequential).\n"
                    "\n"
                    "Sequential{layer, layer, ...} or Sequential() and model:add(layer). It is "
                    "built as\n"
                    "soon as the shape of its input is known: from an ln.Input or the first "
                    "layer's\n"
                    "input_shape, else with the first batch. Input (batch, ...) of the first "
                    "layer,\n"
                    "output of the last. Errors: what is not a layer; a layer whose input does "
                    "not fit,\n"
                    "named with its path.\n"
                    "\n"
                    "Example:\n"
                    "  local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}}\n"
                    "  model:predict(ln.ones{4, 3}).shape  --> (4, 2)"},
    .build = build,
    .call = call,
    .keeps_dtype = true,
    .model = true,
};

const LnLayerClass *const ln_layers_sequential[] = {&sequential, NULL};
