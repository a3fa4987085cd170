// Graphs of layers: what functional and Sequential models are made of, and how both are called
// (nn/graph.c). core/lua/symbolic.c makes them from calls of layers on symbolic tensors.
#ifndef LN_NN_GRAPH_H
#define LN_NN_GRAPH_H

#include "nn/nn.h"

// One call of a layer. Slots are numbered: the model's inputs first, then the outputs of the nodes
// in their order.
typedef struct LnNode {
  LnLayer *layer;    // one of the model's children
  int n_in, n_out, first_out;
  int training;      // 0 or 1 when the call said so; -1: as the model is called
  int n_masks;       // n_in where the call gave masks; 0
  // Slots: n_in inputs, given.tensors.n of arguments, n_masks masks (-1: that input has none).
  int *in;
  bool has_given;    // the call gave arguments; given is without their tensors
  LnGiven given;
} LnNode;
static inline int ln_node_slots(const LnNode *n) {   // that it reads
  return n->n_in + (n->has_given ? n->given.tensors.n : 0) + n->n_masks;
}

typedef struct LnInput {
  const char *name;
  LnInts shape;      // with the batch axis; n = -1: not known yet
  int dtype;         // what comes in is cast to it; -1: it is taken as it comes
  // Its sizes are checked before the first layer runs; after the last, since a layer that one does
  // not suit says so better; or never: they are those of the first batch, and only the rank holds.
  enum { LN_SIZES_FIRST, LN_SIZES_LAST, LN_SIZES_FREE } sizes;
} LnInput;

// What a model is made of. Arrays are the caller's and copied.
typedef struct LnGraph {
  int n_in, n_nodes, n_out;
  const LnInput *inputs;
  const LnNode *nodes;
  const int *outputs;         // slots
} LnGraph;

// The base of models that are graphs; their class's call_all is ln_graph_call.
typedef struct LnGraphModel {
  LnLayer layer;
  int n_in, n_nodes, n_out, n_slots;
  int widest;        // slots that one node reads
  LnInput *inputs;   // with names of their own
  LnNode *nodes;
  int *outputs;
  int *last_use;     // of each slot: the node that reads it last; n_nodes: it is an output
} LnGraphModel;

// Gives the model this graph in place of the one it has. Fails, leaving it as it was, on slots that
// are not there yet.
bool ln_graph_set(LnContext *c, LnGraphModel *model, const LnGraph *graph);
void ln_graph_clear(LnGraphModel *model);
bool ln_graph_call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                   LnTensor **out, int max_out, int *n_out);
static inline bool ln_is_graph(const LnLayer *l) {
  return ((const LnLayerClass *)l->base.cls)->call_all == ln_graph_call;
}

// A functional model: its graph, once, and its children in the order of model.layers.
extern const LnLayerClass *const ln_functional_class;
bool ln_functional_set(LnContext *c, LnLayer *self, const LnGraph *graph, int n_children,
                       LnLayer *const *children);

// What goes into a Sequential, as its user said it (NULL: nothing). It is to be built anew.
extern const LnLayerClass *const ln_sequential_class;
bool ln_sequential_declare(LnContext *c, LnLayer *self, const LnInput *input);

#endif
