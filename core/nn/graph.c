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
    for (int k = 0; k < node->n_in; k++)
      if (node->in[k] < 0 || node->in[k] >= m->n_slots)
        return ln_fail(c, "the graph is disconnected at layer '%s'", node->layer->base.name);
    if (node->mask >= m->n_slots)
      return ln_fail(c, "the graph is disconnected at the mask of '%s'", node->layer->base.name);
    if (node->first_out != m->n_slots)
      return ln_fail(c, "the outputs of a graph are not in order");
    m->n_slots += node->n_out;
    if (node->n_in > m->widest) m->widest = node->n_in;
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
    m->nodes[i].in = ok ? copy(g->nodes[i].in, g->nodes[i].n_in, sizeof(int)) : NULL;
    ok = ok && m->nodes[i].in;
  }
  if (!ok) return false;
  for (int i = 0; i < m->n_slots; i++) m->last_use[i] = -1;
  for (int i = 0; i < m->n_nodes; i++) {
    for (int k = 0; k < m->nodes[i].n_in; k++) m->last_use[m->nodes[i].in[k]] = i;
    if (m->nodes[i].mask >= 0) m->last_use[m->nodes[i].mask] = i;
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

// Slots hold references, so that what no later node reads is freed on the way.
static bool run(LnContext *c, const LnGraphModel *m, const LnTensors *in, const LnCallArgs *args,
                LnTensor **slot, LnTensor **v) {
  for (int i = 0; i < m->n_in; i++)
    if (!(slot[i] = ln_retain(match_input(c, in->v[i], &m->inputs[i])))) return false;
  for (int i = 0; i < m->n_nodes; i++) {
    const LnNode *node = &m->nodes[i];
    LnTensor **out = slot + node->first_out;
    LnCallArgs own = {node->training < 0 ? args->training : node->training != 0,
                      node->mask >= 0 ? slot[node->mask] : NULL};
    size_t scope = ln_scope(c);
    int n = 0;
    for (int k = 0; k < node->n_in; k++) v[k] = slot[node->in[k]];
    bool ok = ln_layer_call(c, node->layer, &(LnTensors){node->n_in, v}, &own, out, node->n_out,
                            &n);
    if (ok && n != node->n_out)
      ok = ln_fail(c, "layer '%s' gave %d outputs, and %d when the graph was made",
                   node->layer->base.name, n, node->n_out);
    for (int k = 0; k < node->n_out; k++) out[k] = ok ? ln_retain(out[k]) : NULL;
    ln_scope_end(c, scope);
    if (!ok) return false;
    for (int k = 0; k < node->n_in; k++)
      if (m->last_use[node->in[k]] == i) drop(&slot[node->in[k]]);
    if (node->mask >= 0 && m->last_use[node->mask] == i) drop(&slot[node->mask]);
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
  LnTensor **slot = calloc((size_t)(m->n_slots + m->widest + 1), sizeof *slot);
  if (!slot) return ln_fail(c, "out of memory");
  bool ok = run(c, m, in, args, slot, slot + m->n_slots);
  for (int i = 0; ok && i < m->n_in; i++)
    if (m->inputs[i].sizes == LN_SIZES_LAST && in->v[i]->rank == m->inputs[i].shape.n)
      ok = check_sizes(c, in->v[i], &m->inputs[i]);
  for (int i = 0; ok && i < m->n_out; i++)
    ok = (out[i] = ln_temp(c, ln_retain(slot[m->outputs[i]]))) != NULL;
  for (int i = 0; i < m->n_slots; i++) ln_release(slot[i]);
  free(slot);
  *n_out = m->n_out;
  return ok;
}
