// Graphs of layers, run node by node. Where they come from: layers/functional.c (an order that
// lua/lunate/functional finds) and layers/sequential.c (a chain).
#include "nn/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/ops.h"

// ---- making

void ln_graph_clear(LnGraphModel *m) {
  for (int i = 0; m->inputs && i < m->n_in; i++) free((char *)(uintptr_t)m->inputs[i].name);
  for (int i = 0; m->nodes && i < m->n_nodes; i++) free(m->nodes[i].in);
  free(m->inputs);
  free(m->nodes);
  free(m->outputs);
  free(m->last_use);
  *m = (LnGraphModel){.layer = m->layer};
}

static void *copy(const void *from, int n, size_t size) {
  void *to = malloc((size_t)(n + 1) * size);
  if (to && n > 0) memcpy(to, from, (size_t)n * size);
  return to;
}

static bool check_graph(LnContext *c, const LnGraph *g, LnGraphModel *m) {
  m->n_slots = g->n_in;
  for (int i = 0; i < g->n_nodes; i++) {
    const LnNode *node = &g->nodes[i];
    const int n = ln_node_slots(node);
    if (node->layer->preprocesses)
      return ln_fail(c, "layer '%s' takes what goes into the model, strings or ids: no layer that "
                     "computes comes before it", node->layer->base.name);
    for (int k = 0; k < n; k++)
      if (node->in[k] >= m->n_slots || (node->in[k] < 0 && k < n - node->n_masks))
        return ln_fail(c, "the graph is disconnected at layer '%s'", node->layer->base.name);
    if (node->first_out != m->n_slots)
      return ln_fail(c, "the outputs of a graph are not in order");
    m->n_slots += node->n_out;
    if (n > m->widest) m->widest = n;
  }
  for (int i = 0; i < g->n_out; i++)
    if (g->outputs[i] < 0 || g->outputs[i] >= m->n_slots)
      return ln_fail(c, "output %d is not made by the graph", i + 1);
  return true;
}

static bool fill(LnGraphModel *m, const LnGraph *g) {
  m->inputs = copy(g->inputs, g->n_in, sizeof *m->inputs);
  m->nodes = copy(g->nodes, g->n_nodes, sizeof *m->nodes);
  m->outputs = copy(g->outputs, g->n_out, sizeof *m->outputs);
  m->last_use = malloc((size_t)(m->n_slots + 1) * sizeof *m->last_use);
  m->n_in = g->n_in;
  m->n_nodes = g->n_nodes;
  m->n_out = g->n_out;
  bool ok = m->inputs && m->nodes && m->outputs && m->last_use;
  for (int i = 0; m->inputs && i < g->n_in; i++) {
    m->inputs[i].name = ok ? copy(g->inputs[i].name, (int)strlen(g->inputs[i].name) + 1, 1) : NULL;
    ok = ok && m->inputs[i].name;
  }
  for (int i = 0; m->nodes && i < g->n_nodes; i++) {
    m->nodes[i].in = ok ? copy(g->nodes[i].in, ln_node_slots(&g->nodes[i]), sizeof(int)) : NULL;
    ok = ok && m->nodes[i].in;
  }
  if (!ok) return false;
  for (int i = 0; i < m->n_slots; i++) m->last_use[i] = -1;
  for (int i = 0; i < m->n_nodes; i++) {
    const LnNode *node = &m->nodes[i];
    for (int k = 0; k < ln_node_slots(node); k++)
      if (node->in[k] >= 0) m->last_use[node->in[k]] = i;
  }
  for (int i = 0; i < m->n_out; i++) m->last_use[m->outputs[i]] = m->n_nodes;
  return true;
}

bool ln_graph_set(LnContext *c, LnGraphModel *m, const LnGraph *g) {
  LnGraphModel new = {.layer = m->layer};
  if (!check_graph(c, g, &new)) return false;
  if (!fill(&new, g)) {
    ln_graph_clear(&new);
    return ln_fail(c, "out of memory");
  }
  ln_graph_clear(m);
  *m = new;
  return true;
}

// ---- running

static bool check_count(LnContext *c, const LnGraphModel *m, const LnTensors *in) {
  char names[300] = "";
  if (in->n == m->n_in) return true;
  for (int i = 0; i < m->n_in; i++) {
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", m->inputs[i].name);
  }
  return ln_fail(c, "expected %d input%s (%s), got %d", m->n_in, m->n_in == 1 ? "" : "s", names,
                 in->n);
}

static bool check_sizes(LnContext *c, const LnTensor *x, const LnInput *want) {
  bool fits = x->rank == want->shape.n;
  for (int i = 1; fits && i < x->rank; i++)
    fits = want->shape.v[i] < 0 || x->shape[i] < 0 || x->shape[i] == want->shape.v[i];
  return fits || ln_fail(c, "in layer '%s': expected an input of shape %s, got %s", want->name,
                         ln_shape_text(want->shape.v, (int)want->shape.n), ln_tensor_shape_text(x));
}

// What comes in as the model wants it. As in Keras, (batch,) serves where (batch, 1) is declared,
// and the other way round; any batch size will do.
static LnTensor *match_input(LnContext *c, LnTensor *x, const LnInput *want) {
  const LnInts *shape = &want->shape;
  LnTensor *mask = x->mask;
  if (x->rank == shape->n + 1 && x->shape[x->rank - 1] == 1) x = ln_squeeze(c, x, -1);
  else if (x->rank + 1 == shape->n && shape->v[shape->n - 1] == 1) x = ln_expand_dims(c, x, -1);
  if (!x) return NULL;
  if ((x->rank != shape->n || want->sizes == LN_SIZES_FIRST) && !check_sizes(c, x, want))
    return NULL;
  if (want->dtype >= 0 && x->dtype != want->dtype) x = ln_cast(c, x, (LnDtype)want->dtype);
  if (x && x->mask != mask) ln_tensor_set_mask(x, mask);
  return x;
}

static void drop(LnTensor **slot) {
  ln_release(*slot);
  *slot = NULL;
}

// Calls one node; what it reads is in v, as its slots are in node->in.
static bool run_node(LnContext *c, const LnNode *node, const LnCallArgs *args, LnTensor **v,
                     LnTensor **out) {
  const int n_given = node->has_given ? node->given.tensors.n : 0;
  LnTensor **masks = v + node->n_in + n_given;
  LnGiven given;
  LnCallArgs call_args = {.training = node->training < 0 ? args->training : node->training != 0};
  int n = 0;
  if (node->has_given) {
    given = node->given;
    given.tensors.v = v + node->n_in;
    call_args.given = &given;
  }
  for (int k = 0; k < node->n_masks; k++)
    if (masks[k] && !(v[k] = ln_masked(c, v[k], masks[k]))) return false;
  if (!ln_layer_call(c, node->layer, &(LnTensors){node->n_in, v}, &call_args, out, node->n_out,
                     &n))
    return false;
  return n == node->n_out ||
         ln_fail(c, "layer '%s' gave %d outputs, and %d when the graph was made",
                 node->layer->base.name, n, node->n_out);
}

// Slots hold references, so that what no later node reads is freed on the way.
static bool run(LnContext *c, const LnGraphModel *m, const LnTensors *in, const LnCallArgs *args,
                LnTensor **slot, LnTensor **v) {
  for (int i = 0; i < m->n_in; i++)
    if (!(slot[i] = ln_retain(match_input(c, in->v[i], &m->inputs[i])))) return false;
  for (int i = 0; i < m->n_nodes; i++) {
    const LnNode *node = &m->nodes[i];
    const int n = ln_node_slots(node);
    LnTensor **out = slot + node->first_out;
    size_t scope = ln_scope(c);
    for (int k = 0; k < n; k++) v[k] = node->in[k] >= 0 ? slot[node->in[k]] : NULL;
    bool done = run_node(c, node, args, v, out);
    for (int k = 0; k < node->n_out; k++) out[k] = done ? ln_retain(out[k]) : NULL;
    ln_scope_end(c, scope);
    if (!done) return false;
    for (int k = 0; k < n; k++)
      if (node->in[k] >= 0 && m->last_use[node->in[k]] == i) drop(&slot[node->in[k]]);
  }
  return true;
}

bool ln_graph_call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                   LnTensor **out, int max_out, int *n_out) {
  const LnGraphModel *m = (const LnGraphModel *)self;
  if (m->n_out == 0) return ln_fail(c, "this model has no graph yet");
  if (!check_count(c, m, in)) return false;
  if (m->n_out > max_out)
    return ln_fail(c, "it has %d outputs, where at most %d are taken", m->n_out, max_out);
  enum { SMALL = 24 };   // most graphs do without an allocation
  LnTensor *small[SMALL], **slot = small;
  size_t n = (size_t)(m->n_slots + m->widest + 1);
  if (n <= SMALL) memset(small, 0, n * sizeof *small);
  else if (!(slot = calloc(n, sizeof *slot))) return ln_fail(c, "out of memory");
  bool ok = run(c, m, in, args, slot, slot + m->n_slots);
  for (int i = 0; ok && i < m->n_in; i++)
    if (m->inputs[i].sizes == LN_SIZES_LAST && in->v[i]->rank == m->inputs[i].shape.n)
      ok = check_sizes(c, in->v[i], &m->inputs[i]);
  for (int i = 0; ok && i < m->n_out; i++)
    ok = (out[i] = ln_temp(c, ln_retain(slot[m->outputs[i]]))) != NULL;
  for (int i = 0; i < m->n_slots; i++) ln_release(slot[i]);
  if (slot != small) free(slot);
  *n_out = m->n_out;
  return ok;
}
