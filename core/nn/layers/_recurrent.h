// Recurrent layers: RNN, and what layers that are an RNN over a cell of their own are made of
// (rnn.c). Such a layer's struct begins with LnRnn; its init makes the cell and hands it to
// ln_rnn_init, the other functions of its class are those below.
#ifndef LN_NN_LAYERS_RECURRENT_H
#define LN_NN_LAYERS_RECURRENT_H

#include "nn/nn.h"

enum { LN_MAX_STATES = 32 };   // of a cell

typedef struct LnRnn {
  LnLayer layer;
  LnLayer *cell;
  bool return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask;
  LnObject *activity_regularizer;
  int n_kept;                  // where it is stateful: the states that the next batch begins with
  LnTensor *kept[LN_MAX_STATES];
} LnRnn;

// The options that come after those of the cell, by position too; and those that have none.
#define LN_RNN_OPTIONS(T)                                                                       \
  {"return_sequences", LN_OPT_BOOL, LN_FIELD(T, return_sequences), "false",                     \
   .doc = "whether the outputs of all steps are given, not that of the last alone"},            \
  {"return_state", LN_OPT_BOOL, LN_FIELD(T, return_state), "false",                             \
   .doc = "whether the last states come as further results"},                                   \
  {"go_backwards", LN_OPT_BOOL, LN_FIELD(T, go_backwards), "false",                             \
   .doc = "whether the last step is the first; outputs come in that order"},                    \
  {"stateful", LN_OPT_BOOL, LN_FIELD(T, stateful), "false",                                     \
   .doc = "whether a batch begins with the last states of the batch before"},                   \
  {"unroll", LN_OPT_BOOL, LN_FIELD(T, unroll), "false",                                         \
   .doc = "the number of steps must be known; what is computed is the same"}
#define LN_RNN_ZERO_OUTPUT(T)                                                                   \
  {"zero_output_for_mask", LN_OPT_BOOL, LN_FIELD(T, zero_output_for_mask), "false",             \
   .config_only = true,                                                                         \
   .doc = "whether a masked step's output is 0, not that of the step before"}

// A cell of the layer's own under the name that `parts` of its class has; takes the reference.
bool ln_rnn_init(LnContext *c, LnRnn *o, LnLayer *cell);
void ln_rnn_free(void *self);
bool ln_rnn_build(LnContext *c, LnLayer *self, const LnTensors *in);
bool ln_rnn_call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                 LnTensor **out, int max_out, int *n_out);
bool ln_rnn_compute_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask);
LnTensors ln_rnn_kept(const LnLayer *self);
extern const LnArgument ln_rnn_arguments[];   // initial_state

// The argument by which a cell takes its states; for its class, and where it stands among the
// arguments of any cell: -1 with an error when it takes none.
extern const LnArgument ln_cell_arguments[];
int ln_cell_argument(LnContext *c, const LnLayer *cell);
int ln_cell_states(LnContext *c, const LnLayer *cell, LnInts *shapes, int max);
// One step: out[0] is the output, after it come n states.
bool ln_cell_step(LnContext *c, LnLayer *cell, LnTensor *x, const LnTensors *states, bool training,
                  LnTensor **out);
// Zeros to begin with (meta: their shapes alone), for a step like x; builds the cell when needed.
// The number, -1 with an error.
int ln_cell_begin_states(LnContext *c, LnLayer *cell, LnTensor *x, bool meta, LnTensor **states);

#endif
