// Functional: a graph of layers, run node by node. Lua finds the order (lua/lunate/functional.lua);
// here it is checked, kept and run.
#include "nn/functional.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/ops.h"

typedef struct Functional {
  LnLayer layer;
  int n_in, n_nodes, n_out, n_slots, most;   // most: inputs of one node
  char **names;
  LnInts *shapes;
  LnNode *nodes;
  int *outputs;
} Functional;

// ---- making

static void clear(Functional *f) {
  for (int i = 0; i < f->n_in; i++) free(f->names[i]);
  for (int i = 0; i < f->n_nodes; i++) free(f->nodes[i].in);
  free(f->names);
  free(f->shapes);
  free(f->nodes);
  free(f->outputs);
}

static void free_functional(void *self) { clear(self); }

static void *copy(const void *from, int n, size_t size) {
  void *to = malloc((size_t)(n + 1) * size);
  if (to && n > 0) memcpy(to, from, (size_t)n * size);
  return to;
}

static bool check_graph(LnContext *c, const LnGraph *g, int *n_slots, int *most) {
  *n_slots = g->n_in;
  *most = 0;
  for (int i = 0; i < g->n_nodes; i++) {
    const LnNode *node = &g->nodes[i];
    for (int k = 0; k < node->n_in; k++)
      if (node->in[k] < 0 || node->in[k] >= *n_slots)
        return ln_fail(c, "the graph is disconnected at layer '%s'", node->layer->base.name);
    if (node->mask >= *n_slots)
      return ln_fail(c, "the graph is disconnected at the mask of '%s'", node->layer->base.name);
    if (node->first_out != *n_slots) return ln_fail(c, "the outputs of a graph are not in order");
    *n_slots += node->n_out;
    if (node->n_in > *most) *most = node->n_in;
  }
  for (int i = 0; i < g->n_out; i++)
    if (g->outputs[i] < 0 || g->outputs[i] >= *n_slots)
      return ln_fail(c, "output %d is not made by the graph", i + 1);
  return true;
}

static bool fill(Functional *f, const LnGraph *g) {
  f->names = calloc((size_t)g->n_in + 1, sizeof *f->names);
  f->shapes = copy(g->shapes, g->n_in, sizeof *f->shapes);
  f->nodes = copy(g->nodes, g->n_nodes, sizeof *f->nodes);
  f->outputs = copy(g->outputs, g->n_out, sizeof *f->outputs);
  if (f->nodes)
    for (int i = 0; i < g->n_nodes; i++) f->nodes[i].in = NULL;
  if (!f->names || !f->shapes || !f->nodes || !f->outputs) return false;
  f->n_in = g->n_in;
  f->n_nodes = g->n_nodes;
  f->n_out = g->n_out;
  for (int i = 0; i < g->n_in; i++) {
    f->names[i] = copy(g->names[i], (int)strlen(g->names[i]) + 1, 1);
    if (!f->names[i]) return false;
  }
  for (int i = 0; i < g->n_nodes; i++) {
    f->nodes[i].in = copy(g->nodes[i].in, g->nodes[i].n_in, sizeof(int));
    if (!f->nodes[i].in) return false;
  }
  return true;
}

bool ln_functional_set(LnContext *c, LnLayer *self, const LnGraph *g) {
  Functional *f = (Functional *)self, new = {.layer = f->layer};
  if (f->n_nodes > 0 || f->layer.n_children > 0)
    return ln_fail(c, "this model has its graph already");
  if (!check_graph(c, g, &new.n_slots, &new.most)) return false;
  bool ok = fill(&new, g) || ln_fail(c, "out of memory");
  for (int i = 0; ok && i < g->n_children; i++) ok = ln_layer_add_child(c, self, g->children[i]);
  if (!ok) {
    while (self->n_children > 0) ln_layer_pop_child(self);
    clear(&new);
    return false;
  }
  new.layer = f->layer;   // with its children
  clear(f);
  *f = new;
  f->layer.built = true;
  f->layer.built_shape.n = -1;
  if (f->n_in > 0) f->layer.built_shape = f->shapes[0];
  ln_generation++;
  return true;
}

int ln_functional_inputs(const LnLayer *self) { return ((const Functional *)self)->n_in; }

const char *ln_functional_input_name(const LnLayer *self, int i) {
  return ((const Functional *)self)->names[i];
}

// ---- running

static bool check_inputs(LnContext *c, const Functional *f, const LnTensors *in) {
  char names[300] = "";
  if (in->n == f->n_in) return true;
  for (int i = 0; i < f->n_in; i++) {
    size_t at = strlen(names);
    snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "", f->names[i]);
  }
  return ln_fail(c, "expected %d input%s (%s), got %d", f->n_in, f->n_in == 1 ? "" : "s", names,
                 in->n);
}

// As in Keras, (batch,) serves where (batch, 1) is declared, and the other way round.
static LnTensor *adjust_rank(LnContext *c, LnTensor *x, const LnInts *want) {
  if (x->rank == want->n + 1 && x->shape[x->rank - 1] == 1) return ln_squeeze(c, x, -1);
  if (x->rank + 1 == want->n && want->v[want->n - 1] == 1) return ln_expand_dims(c, x, -1);
  return x;
}

static bool run(LnContext *c, const Functional *f, const LnTensors *in, const LnCallArgs *args,
                LnTensor **slot, LnTensor **v) {
  for (int i = 0; i < f->n_in; i++)
    if (!(slot[i] = adjust_rank(c, in->v[i], &f->shapes[i]))) return false;
  for (int i = 0; i < f->n_nodes; i++) {
    const LnNode *node = &f->nodes[i];
    LnCallArgs own = {node->training < 0 ? args->training : node->training != 0,
                      node->mask >= 0 ? slot[node->mask] : f->n_in == 1 ? args->mask : NULL};
    int n = 0;
    for (int k = 0; k < node->n_in; k++) v[k] = slot[node->in[k]];
    if (!ln_layer_call(c, node->layer, &(LnTensors){node->n_in, v}, &own, slot + node->first_out,
                       node->n_out, &n))
      return false;
    if (n != node->n_out)
      return ln_fail(c, "layer '%s' gave %d outputs, and %d when the graph was made",
                     node->layer->base.name, n, node->n_out);
  }
  return true;
}

static bool call_all(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                     LnTensor **out, int max_out, int *n_out) {
  const Functional *f = (const Functional *)self;
  if (f->n_nodes == 0 && f->n_out == 0) return ln_fail(c, "this model has no graph yet");
  if (!check_inputs(c, f, in)) return false;
  if (f->n_out > max_out)
    return ln_fail(c, "it has %d outputs, where at most %d are taken", f->n_out, max_out);
  LnTensor **slot = calloc((size_t)(f->n_slots + f->most + 1), sizeof *slot);
  if (!slot) return ln_fail(c, "out of memory");
  bool ok = run(c, f, in, args, slot, slot + f->n_slots);
  for (int i = 0; ok && i < f->n_out; i++) out[i] = slot[f->outputs[i]];
  free(slot);
  *n_out = f->n_out;
  return ok;
}

// ---- shapes

// Stand-ins for unknown sizes, as in ln_layer_output_shape.
static const int64_t stand_in[2] = {720, 1440};

static bool symbols(LnContext *c, int n, const LnInts *shapes, const int *dtype, int64_t unknown,
                    LnTensor **v) {
  for (int i = 0; i < n; i++) {
    int64_t shape[LN_MAX_RANK] = {0};
    for (int k = 0; k < shapes[i].n; k++)
      shape[k] = shapes[i].v[k] >= 0 ? shapes[i].v[k] : unknown >= 0 ? unknown : 1;
    v[i] = ln_temp(c, ln_tensor_meta(c, (LnDtype)dtype[i], (int)shapes[i].n, shape));
    if (!v[i]) return false;
    for (int k = 0; unknown < 0 && k < shapes[i].n; k++) v[i]->shape[k] = shapes[i].v[k];
  }
  return true;
}

static bool infer(LnContext *c, LnLayer *l, int n_in, const LnInts *in, const int *in_dtype,
                  LnInts *out, int *out_dtype, int max_out, int *n_out, LnTensor **v) {
  LnTensor **y = v + n_in;
  LnTensors tensors = {n_in, v};
  if (!symbols(c, n_in, in, in_dtype, -1, v) || !ln_layer_build(c, l, &tensors)) return false;
  if (l->base.lua_shape && c->calls) {   // a Lua layer that says what its call would give
    for (int i = 0; i < max_out; i++) out_dtype[i] = l->dtype;
    return ln_layer_output_shape(c, l, n_in, in, out, max_out, n_out);
  }
  for (int round = 0; round < 2; round++) {
    int n = 0;
    if (!symbols(c, n_in, in, in_dtype, stand_in[round], v) ||
        !ln_layer_call(c, l, &tensors, NULL, y, max_out, &n))
      return false;
    if (round == 1 && n != *n_out)
      return ln_fail(c, "the number of outputs of '%s' depends on unknown sizes", l->base.name);
    *n_out = n;
    for (int i = 0; i < n; i++) {
      if (round == 0) out[i].n = y[i]->rank;
      if (out[i].n != y[i]->rank)
        return ln_fail(c, "the rank of the output of '%s' depends on unknown sizes", l->base.name);
      out_dtype[i] = y[i]->dtype;
      for (int k = 0; k < y[i]->rank; k++)
        if (round == 0) out[i].v[k] = y[i]->shape[k];
        else if (out[i].v[k] != y[i]->shape[k]) out[i].v[k] = -1;
    }
  }
  return true;
}

bool ln_layer_infer(LnContext *c, LnLayer *l, int n_in, const LnInts *in, const int *in_dtype,
                    LnInts *out, int *out_dtype, int max_out, int *n_out) {
  LnTensor **v = calloc((size_t)(n_in + max_out + 1), sizeof *v);
  if (!v) return ln_fail(c, "out of memory");
  size_t scope = ln_scope(c), before = c->n_built;
  const void *outer = c->layer;
  if (!outer) c->layer = &stand_in;   // inside a call: losses that are kept stay
  c->no_record++;
  bool done = infer(c, l, n_in, in, in_dtype, out, out_dtype, max_out, n_out, v);
  c->no_record--;
  ln_layer_leave(c, outer, before, done);
  ln_scope_end(c, scope);
  free(v);
  return done;
}

// ---- class

static void describe(const LnLayer *self, char *out, size_t size) {
  const Functional *f = (const Functional *)self;
  snprintf(out, size, "%d input%s, %d layers, %d output%s", f->n_in, f->n_in == 1 ? "" : "s",
           self->n_children, f->n_out, f->n_out == 1 ? "" : "s");
}

static const LnLayerClass functional = {
    .base = {LN_LAYER, "Functional", .size = sizeof(Functional), .free = free_functional,
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
    .call_all = call_all, .max_in = -1, .keeps_dtype = true, .model = true, .describe = describe,
};

const LnLayerClass *const ln_functional_class = &functional;
const LnLayerClass *const ln_layers_functional[] = {&functional, NULL};
