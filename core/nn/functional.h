// Graphs of layers: what a functional model runs, and what a call of a layer on symbolic tensors
// is (core/lua/symbolic.c makes them).
#ifndef LN_NN_FUNCTIONAL_H
#define LN_NN_FUNCTIONAL_H

#include "nn/nn.h"

// One call of a layer. Slots are numbered: the model's inputs first, then the outputs of the nodes
// in their order.
typedef struct LnNode {
  LnLayer *layer;    // one of the model's children
  int n_in, n_out, first_out;
  int mask;          // the slot of its mask; -1: none
  int training;      // 0 or 1 when the call said so; -1: as the model is called
  int *in;           // slots
} LnNode;

// What a functional model is made of. Arrays are the caller's and copied; children in the order of
// model.layers. Fails (leaving it as it was) on slots that are not there yet.
typedef struct LnGraph {
  int n_in, n_nodes, n_out, n_children;
  const char *const *names;   // of the inputs
  const LnInts *shapes;       // of the inputs, with the batch axis
  const LnNode *nodes;
  const int *outputs;         // slots
  LnLayer *const *children;
} LnGraph;
extern const LnLayerClass *const ln_functional_class;
bool ln_functional_set(LnContext *c, LnLayer *self, const LnGraph *graph);
int ln_functional_inputs(const LnLayer *self);                      // how many
const char *ln_functional_input_name(const LnLayer *self, int i);

// Shapes (-1: unknown) and dtypes of what a layer gives for inputs of these, by calling it on meta
// tensors; builds it when needed.
bool ln_layer_infer(LnContext *c, LnLayer *l, int n_in, const LnInts *in, const int *in_dtype,
                    LnInts *out, int *out_dtype, int max_out, int *n_out);

#endif
