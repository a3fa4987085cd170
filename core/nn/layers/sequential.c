// Sequential: a graph that is a chain of its children. They come and go (ln_layer_add_child,
// ln_layer_pop_child); the chain is made when it is built.
#include <stdlib.h>

#include "nn/graph.h"

static const LnInput undeclared = {.name = "input_layer", .shape = {.n = -1}, .dtype = -1,
                                   .sizes = LN_SIZES_FREE};

static bool init(LnContext *c, void *self) {
  return ln_graph_set(c, self, &(LnGraph){.n_in = 1, .inputs = &undeclared});
}

static void free_sequential(void *self) { ln_graph_clear(self); }

bool ln_sequential_declare(LnContext *c, LnLayer *self, const LnInput *input) {
  self->built = false;
  ln_generation++;
  return ln_graph_set(c, (LnGraphModel *)self,
                      &(LnGraph){.n_in = 1, .inputs = input ? input : &undeclared});
}

// What goes in: as it was declared, or else as the first batch has it.
static LnInput input_of(const LnGraphModel *m, const LnTensor *x) {
  LnInput input = m->inputs[0];
  if (input.sizes != LN_SIZES_FREE) return input;
  input.shape.n = x->rank;
  for (int i = 0; i < x->rank; i++) input.shape.v[i] = i == 0 ? -1 : x->shape[i];
  return input;
}

static bool set_chain(LnContext *c, LnGraphModel *m, const LnInput *input) {
  LnLayer *const *layers = m->layer.children;
  int n = m->layer.n_children;
  for (; n > 0 && layers[0]->preprocesses; n--) layers++;   // what they give goes into the graph
  LnNode *nodes = malloc((size_t)(n + 1) * sizeof *nodes);
  int *slots = malloc((size_t)(n + 1) * sizeof *slots);
  for (int i = 0; nodes && slots && i < n; i++) {
    slots[i] = i;
    nodes[i] = (LnNode){.layer = layers[i], .n_in = 1, .n_out = 1, .first_out = i + 1,
                        .training = -1, .in = &slots[i]};
  }
  bool done = nodes && slots ? ln_graph_set(c, m, &(LnGraph){1, n, 1, input, nodes, &n})
                             : ln_fail(c, "out of memory");
  free(nodes);
  free(slots);
  return done;
}

// Building it is building its layers, each on what the one before gives.
static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  LnGraphModel *m = (LnGraphModel *)self;
  if (self->n_children == 0) return ln_fail(c, "a Sequential without layers cannot be built");
  const LnInput input = input_of(m, in->v[0]);
  if (!set_chain(c, m, &input)) return false;
  size_t scope = ln_scope(c);
  const LnDtype d = (LnDtype)(input.dtype < 0 ? in->v[0]->dtype : input.dtype);
  LnTensor *x = ln_temp(c, ln_tensor_meta(c, d, (int)input.shape.n, input.shape.v)), *out;
  int n;
  c->inferring++;
  bool done = x && ln_graph_call(c, self, &(LnTensors){1, &x}, &(LnCallArgs){.training = false},
                                 &out, 1, &n);
  c->inferring--;
  ln_scope_end(c, scope);
  return done;
}

static const LnLayerClass sequential = {
    .base = {LN_LAYER, "Sequential", .size = sizeof(LnGraphModel),
             .init = init, .free = free_sequential,
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
    .call_all = ln_graph_call,
    .keeps_dtype = true,
    .model = true,
};

const LnLayerClass *const ln_sequential_class = &sequential;
const LnLayerClass *const ln_layers_sequential[] = {&sequential, NULL};
