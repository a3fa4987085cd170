// SimpleRNN, LSTM and GRU: an RNN over a cell that the layer makes of its own options.
#include <stdio.h>

#include "nn/layers/_recurrent_cells.h"

typedef struct Recurrent {
  LnRnn rnn;
  LnCellOptions o;
} Recurrent;

static const LnLayerClass classes[3];

static bool init(LnContext *c, void *self) {
  Recurrent *o = self;
  const LnCellKind kind = (LnCellKind)((const LnLayerClass *)o->rnn.layer.base.cls - classes);
  return ln_rnn_init(c, &o->rnn, ln_cell_new(c, kind, &o->o, &o->rnn.layer));
}

static void describe(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%lld", (long long)((const Recurrent *)self)->o.units);
}

#define ACTIVITY                                                                                \
  {"activity_regularizer", LN_OPT_REGULARIZER, LN_FIELD(Recurrent, rnn.activity_regularizer),   \
   "none", .doc = "adds to the loss by the outputs, divided by the batch size"}

static const LnOption simple_options[] = {
    CELL_UNITS(Recurrent), CELL_INITIALIZERS(Recurrent), CELL_REGULARIZERS(Recurrent), ACTIVITY,
    CELL_CONSTRAINTS(Recurrent), LN_RNN_OPTIONS(LnRnn), CELL_SEED(Recurrent),
    LN_RNN_ZERO_OUTPUT(LnRnn), {0}};
static const LnOption lstm_options[] = {
    CELL_UNITS(Recurrent), CELL_GATES(Recurrent), CELL_INITIALIZERS(Recurrent),
    CELL_FORGET(Recurrent), CELL_REGULARIZERS(Recurrent), ACTIVITY, CELL_CONSTRAINTS(Recurrent),
    CELL_SEED(Recurrent), LN_RNN_OPTIONS(LnRnn), LN_RNN_ZERO_OUTPUT(LnRnn), {0}};
static const LnOption gru_options[] = {
    CELL_UNITS(Recurrent), CELL_GATES(Recurrent), CELL_INITIALIZERS(Recurrent),
    CELL_REGULARIZERS(Recurrent), ACTIVITY, CELL_CONSTRAINTS(Recurrent), CELL_SEED(Recurrent),
    LN_RNN_OPTIONS(LnRnn), CELL_RESET(Recurrent), LN_RNN_ZERO_OUTPUT(LnRnn), {0}};

#define RECURRENT_CLASS(title, opts, cell_name, not_said, text)                                 \
  {.base = {.kind = LN_LAYER, .name = title, .size = sizeof(Recurrent), .options = opts,        \
            .init = init, .free = ln_rnn_free, .unsaid_none = not_said, .doc = text},           \
   .build = ln_rnn_build, .call_all = ln_rnn_call, .compute_mask = ln_rnn_compute_mask,         \
   .min_rank = 3, .max_rank = 3, .fixed_last = true, .arguments = ln_rnn_arguments,             \
   .kept = ln_rnn_kept, .parts = cell_name ":cell", .describe = describe}
#define RECURRENT_COMMON                                                                        \
  "kernel_initializer (\"glorot_uniform\"), recurrent_initializer (\"orthogonal\"), "           \
  "bias_initializer (\"zeros\"),\nregularizers and constraints of the three, "                  \
  "activity_regularizer (none), dropout, recurrent_dropout (0),\nseed (none); "                 \
  "return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask\n"      \
  "(false), as in RNN.\n"
#define RECURRENT_CALL                                                                          \
  "Options of the call: initial_state, mask (batch, steps), training. Errors: no steps; states " \
  "or a mask\nthat do not fit.\n"

static const LnLayerClass classes[3] = {
    [LN_CELL_SIMPLE] = RECURRENT_CLASS("SimpleRNN", simple_options, "simple_rnn_cell", "seed",
        "A recurrent layer, h' = activation(x kernel + h recurrent_kernel + bias) for each step of "
        "(batch,\nsteps, in): the last h (batch, units), or all of them with return_sequences.\n"
        "units; activation (\"tanh\"), use_bias (true), " RECURRENT_COMMON
        "Weights, of its cell: kernel (in, units), recurrent_kernel (units, units), bias "
        "(units).\n" RECURRENT_CALL
        "Example:\n"
        "  local layer = ln.layers.SimpleRNN{4, return_sequences = true}\n"
        "  layer(ln.ones{2, 5, 3}).shape  --> (2, 5, 4)\n"),
    [LN_CELL_LSTM] = RECURRENT_CLASS("LSTM", lstm_options, "lstm_cell", NULL,
        "Long short-term memory (Hochreiter and Schmidhuber 1997) over (batch, steps, in): the "
        "output of the\nlast step (batch, units), or of all with return_sequences; with "
        "return_state the last states h and c\nbesides.\n"
        "units; activation (\"tanh\"), recurrent_activation (\"sigmoid\"), use_bias (true), "
        "unit_forget_bias (true),\n" RECURRENT_COMMON
        "Weights, of its cell: kernel (in, 4 units), recurrent_kernel (units, 4 units), bias (4 "
        "units).\n" RECURRENT_CALL
        "Example:\n"
        "  local layer = ln.layers.LSTM{4, return_state = true}\n"
        "  local y, h, c = layer(ln.ones{2, 5, 3})\n"
        "  print(y.shape, y == h, c.shape)  --> (2, 4) true (2, 4)\n"),
    [LN_CELL_GRU] = RECURRENT_CLASS("GRU", gru_options, "gru_cell", NULL,
        "Gated recurrent units (Cho et al. 2014) over (batch, steps, in): the output of the last "
        "step (batch,\nunits), or of all with return_sequences; with return_state the last h "
        "besides.\n"
        "units; activation (\"tanh\"), recurrent_activation (\"sigmoid\"), use_bias (true), "
        "reset_after (true),\n" RECURRENT_COMMON
        "Weights, of its cell: kernel (in, 3 units), recurrent_kernel (units, 3 units), bias (2, 3 "
        "units), or\n(3 units) with reset_after = false.\n" RECURRENT_CALL
        "Example:\n"
        "  local layer = ln.layers.GRU(4)\n"
        "  layer(ln.ones{2, 5, 3}, {initial_state = {ln.ones{2, 4}}}).shape  --> (2, 4)\n")};

const LnLayerClass *const ln_layers_recurrent[] = {&classes[0], &classes[1], &classes[2], NULL};
