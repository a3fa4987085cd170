// Functional: a model whose graph was made by calling layers on symbolic tensors.
#include <stdio.h>

#include "nn/graph.h"

static void free_functional(void *self) { ln_graph_clear(self); }

bool ln_functional_set(LnContext *c, LnLayer *self, const LnGraph *graph, int n_children,
                       LnLayer *const *children) {
  LnGraphModel *m = (LnGraphModel *)self;
  if (m->n_out > 0 || self->n_children > 0)
    return ln_fail(c, "this model has its graph already");
  bool ok = true;
  for (int i = 0; ok && i < n_children; i++) ok = ln_layer_add_child(c, self, children[i]);
  if (!ok || !ln_graph_set(c, m, graph)) {
    while (self->n_children > 0) ln_layer_pop_child(self);
    return false;
  }
  self->built = true;
  self->built_shape.n = -1;
  if (m->n_in > 0) self->built_shape = m->inputs[0].shape;
  ln_generation++;
  return true;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const LnGraphModel *m = (const LnGraphModel *)self;
  snprintf(out, size, "%d input%s, %d layers, %d output%s", m->n_in, m->n_in == 1 ? "" : "s",
           self->n_children, m->n_out, m->n_out == 1 ? "" : "s");
}

static const LnLayerClass functional = {
    .base = {LN_LAYER, "Functional", .size = sizeof(LnGraphModel),
             .free = free_functional,
             .doc = "A model of any shape: what ln.Model{inputs = ..., outputs = ...} gives.\n"
                    "inputs and outputs: a symbolic tensor, a list of them, or a table by name; "
                    "name.\n"
                    "Symbolic tensors come from ln.Input and from calling layers, models and ln.* "
                    "functions on them.\n"
                    "inputs may be inner tensors of another model; layers are shared, not "
                    "copied.\n"
                    "Errors: outputs that the inputs do not lead to; two layers of one name; "
                    "another number of\ninputs; an input that is not of its declared shape.\n"
                    "Example:\n"
                    "  local a, b = ln.Input{shape = {5}}, ln.Input{shape = {6}}\n"
                    "  local hidden = ln.layers.Dense{30, activation = \"relu\"}(b)\n"
                    "  local output = ln.layers.Dense(1)(ln.layers.concatenate{a, hidden})\n"
                    "  local model = ln.Model{inputs = {a, b}, outputs = output}\n"
                    "  model{ln.ones{4, 5}, ln.ones{4, 6}}.shape  --> (4, 1)\n"},
    .call_all = ln_graph_call, .max_in = -1, .keeps_dtype = true, .model = true,
    .describe = describe,
};

const LnLayerClass *const ln_functional_class = &functional;
const LnLayerClass *const ln_layers_functional[] = {&functional, NULL};
