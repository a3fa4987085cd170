// ConvLSTM1D, ConvLSTM2D, ConvLSTM3D: an LSTM whose products are convolutions. Its cell has no name
// of its own among the layers, as in Keras; its states are as large as the input's convolution.
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "nn/layers/_recurrent_cells.h"
#include "ops/conv.h"
#include "ops/join.h"
#include "ops/noise.h"
#include "ops/ops.h"
#include "ops/slice.h"

enum { GATES = 4 };   // input, forget, candidate, output

typedef struct Convolutions {
  LnInts kernel_size;
  LnConvolution input;
} Convolutions;

// ---- the cell

typedef struct Cell {
  LnLayer layer;
  LnCellOptions o;
  Convolutions conv;
  int axes;                // that are convolved
  LnInts in, state;        // shapes that it was built for, without the batch
  LnTensor *generator;     // of its own; NULL: the context's
  bool in_sequence;        // between begin and end
  bool drops_x, drops_h;   // there, by one of these for each gate
  LnTensor *keep_x[GATES], *keep_h[GATES];
} Cell;

static bool init_cell(LnContext *c, void *self) {
  Cell *o = self;
  LnRandom r;
  if (o->o.seed == LN_NONE) return true;
  ln_random_seed(&r, (uint64_t)o->o.seed);
  return (o->generator = ln_random_state(c, &r)) != NULL;
}

static void free_cell(void *self) { ln_release(((Cell *)self)->generator); }

static LnTensor *generator(const LnLayer *self) { return ((const Cell *)self)->generator; }

// The states are convolved in place: as large as they are.
static LnConvolution recurrent(const Cell *o) {
  return (LnConvolution){.strides = {1, {1}}, .dilation = {1, {1}}, .padding = LN_SAME,
                         .channels_first = o->conv.input.channels_first, .groups = 1};
}

static bool add_weights(LnContext *c, LnLayer *self, const int64_t *kernel) {
  const Cell *cell = (const Cell *)self;
  const LnCellOptions *o = &cell->o;
  const int rank = cell->axes + 2;
  const int64_t bias = GATES * o->units;
  int64_t states[LN_MAX_RANK];
  memcpy(states, kernel, (size_t)rank * sizeof *states);
  states[cell->axes] = o->units;
  const LnWeight weights[3] = {
      {.name = "kernel", .rank = rank, .shape = kernel, .initializer = o->kernel_initializer,
       .regularizer = o->kernel_regularizer, .constraint = o->kernel_constraint,
       .trainable = true},
      {.name = "recurrent_kernel", .rank = rank, .shape = states,
       .initializer = o->recurrent_initializer, .regularizer = o->recurrent_regularizer,
       .constraint = o->recurrent_constraint, .trainable = true},
      {.name = "bias", .rank = 1, .shape = &bias, .initializer = o->bias_initializer,
       .regularizer = o->bias_regularizer, .constraint = o->bias_constraint, .trainable = true}};
  for (int i = 0; i < (o->use_bias ? 3 : 2); i++)
    if (!ln_layer_add_weight(c, self, &weights[i])) return false;
  if (!o->use_bias || !o->unit_forget_bias) return true;
  LnTensor *forget = ln_narrow(c, self->variables[2]->value, 0, o->units, o->units);
  if (forget) ln_tensor_fill(forget, 1);
  return forget != NULL;
}

static bool build_cell(LnContext *c, LnLayer *self, const LnTensors *in) {
  Cell *o = (Cell *)self;
  const LnTensor *x = in->v[0];
  const int channels = o->conv.input.channels_first ? 1 : x->rank - 1;
  int64_t kernel[LN_MAX_RANK];
  for (int i = 1; i < x->rank; i++)
    if (x->shape[i] < 0)
      return ln_fail(c, "the sizes of a step must be known, all but the batch, got steps of shape "
                     "%s", ln_tensor_shape_text(x));
  for (int i = 0; i < o->axes; i++) kernel[i] = o->conv.kernel_size.v[i];
  kernel[o->axes] = x->shape[channels];
  kernel[o->axes + 1] = GATES * o->o.units;
  // What does not fit is told before there are weights.
  LnTensor *step = ln_temp(c, ln_tensor_meta(c, LN_FLOAT32, x->rank, x->shape));
  LnTensor *taps = ln_temp(c, ln_tensor_meta(c, LN_FLOAT32, o->axes + 2, kernel));
  const LnTensor *y = ln_conv(c, step, taps, NULL, &o->conv.input);
  if (!y || !add_weights(c, self, kernel)) return false;
  o->in.n = o->state.n = x->rank - 1;
  for (int i = 1; i < x->rank; i++) {
    o->in.v[i - 1] = x->shape[i];
    o->state.v[i - 1] = i == channels ? o->o.units : y->shape[i];
  }
  return true;
}

static int states_of(LnContext *c, const LnLayer *self, LnInts *shapes, int max) {
  if (max < 2) return ln_fail(c, "cells have more than %d states", max), -1;
  shapes[0] = shapes[1] = ((const Cell *)self)->state;
  return 2;
}

static bool draw_keep(LnContext *c, const Cell *o, LnTensor *like, double rate, LnTensor **keep) {
  for (int i = 0; i < GATES; i++) {
    keep[i] = ln_random_keep(c, like, o->generator, rate, &(LnInts){.n = -1}, false);
    if (!keep[i]) return false;
  }
  return true;
}

static bool begin(LnContext *c, LnLayer *self, LnTensor *x, const LnTensors *from,
                  bool training) {
  Cell *o = (Cell *)self;
  o->in_sequence = true;
  o->drops_x = training && o->o.dropout > 0 && o->o.dropout < 1;
  o->drops_h = training && o->o.recurrent_dropout > 0 && o->o.recurrent_dropout < 1;
  return (!o->drops_x || draw_keep(c, o, x, o->o.dropout, o->keep_x)) &&
         (!o->drops_h || draw_keep(c, o, from->v[0], o->o.recurrent_dropout, o->keep_h));
}

static void end(LnLayer *self) {
  Cell *o = (Cell *)self;
  o->in_sequence = o->drops_x = o->drops_h = false;
}

// Gate i's part of the channels.
static LnTensor *gate(LnContext *c, const Cell *o, LnTensor *x, int axis, int i) {
  return x ? ln_narrow(c, x, axis, i * o->o.units, o->o.units) : NULL;
}

// The convolutions of all gates, each of an input of its own where there is dropout.
static LnTensor *convolve(LnContext *c, const Cell *o, LnTensor *x, LnTensor *kernel,
                          LnTensor *bias, LnTensor *const *keep, const LnConvolution *p) {
  LnTensor *parts[GATES];
  if (!keep) return ln_conv(c, x, kernel, bias, p);
  for (int i = 0; i < GATES; i++) {
    parts[i] = ln_conv(c, ln_mul(c, x, keep[i]), gate(c, o, kernel, -1, i),
                       bias ? gate(c, o, bias, 0, i) : NULL, p);
    if (!parts[i]) return NULL;
  }
  return ln_concatenate(c, parts, GATES, p->channels_first ? 1 : parts[0]->rank - 1);
}

static bool check_step(LnContext *c, const Cell *o, const LnTensor *x, const LnTensors *given) {
  bool fits = x->rank == o->in.n + 1;
  for (int i = 1; fits && i < x->rank; i++) fits = ln_dims_fit(x->shape[i], o->in.v[i - 1]);
  if (!fits)
    return ln_fail(c, "it was built for steps of shape %s without the batch, got %s",
                   ln_shape_text(o->in.v, (int)o->in.n), ln_tensor_shape_text(x));
  if (given->n != 2) return ln_fail(c, "2 states expected, got %d", given->n);
  for (int k = 0; k < 2; k++) {
    const LnTensor *s = given->v[k];
    fits = s->rank == x->rank && ln_dims_fit(s->shape[0], x->shape[0]);
    for (int i = 1; fits && i < s->rank; i++) fits = ln_dims_fit(s->shape[i], o->state.v[i - 1]);
    if (!fits)
      return ln_fail(c, "states of shape %s without the batch expected, got %s",
                     ln_shape_text(o->state.v, (int)o->state.n), ln_tensor_shape_text(s));
  }
  return true;
}

static bool call_cell(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                      LnTensor **out, int max_out, int *n_out) {
  Cell *o = (Cell *)self;
  const LnTensors given = ln_call_tensors(args, 0);
  LnActivation *sigmoid = o->o.recurrent_activation, *tanh = o->o.activation;
  const LnConvolution again = recurrent(o);
  const int axis = o->conv.input.channels_first ? 1 : -1;
  const bool alone = !o->in_sequence;
  if (max_out < 3) return ln_fail(c, "it gives 3 outputs, where at most %d are taken", max_out);
  if (!check_step(c, o, in->v[0], &given)) return false;
  if (alone && !begin(c, self, in->v[0], &given, args->training)) return end(self), false;
  LnTensor *kernel = ln_autocast(c, self->variables[0]->value);
  LnTensor *states = ln_autocast(c, self->variables[1]->value);
  LnTensor *bias = o->o.use_bias ? ln_autocast(c, self->variables[2]->value) : NULL;
  LnTensor *z = ln_add(c, convolve(c, o, in->v[0], kernel, bias, o->drops_x ? o->keep_x : NULL,
                                   &o->conv.input),
                       convolve(c, o, given.v[0], states, NULL, o->drops_h ? o->keep_h : NULL,
                                &again));
  LnTensor *input = ln_activate(c, sigmoid, gate(c, o, z, axis, 0));
  LnTensor *forget = ln_activate(c, sigmoid, gate(c, o, z, axis, 1));
  LnTensor *candidate = ln_activate(c, tanh, gate(c, o, z, axis, 2));
  LnTensor *output = ln_activate(c, sigmoid, gate(c, o, z, axis, 3));
  out[2] = ln_add(c, ln_mul(c, forget, given.v[1]), ln_mul(c, input, candidate));
  out[0] = out[1] = ln_mul(c, output, ln_activate(c, tanh, out[2]));
  if (alone) end(self);
  *n_out = 3;
  return out[0] && !c->err.set;
}

#define CONV_FIELD(T, field) (offsetof(T, conv) + offsetof(Convolutions, field))
#define CONVOLUTIONS(T)                                                                         \
  {"filters", LN_OPT_INTEGER, CELL_FIELD(T, units), NULL, "> 0",                                \
   .doc = "number of channels of the output and of each state"},                                \
  {"kernel_size", LN_OPT_INTEGERS, CONV_FIELD(T, kernel_size), NULL, ">= 1",                    \
   .doc = "taps of the kernels: an integer, or a list of one for each axis"},                   \
  {"strides", LN_OPT_INTEGERS, CONV_FIELD(T, input.strides), "1", ">= 1",                       \
   .doc = "from place to place of the input, in the same way"},                                 \
  {"padding", LN_OPT_CHOICE, CONV_FIELD(T, input.padding), "valid", .choices = "valid same",    \
   .doc = "same: zeros around the input, so that size / strides results come out"},             \
  {"data_format", LN_OPT_CHOICE, CONV_FIELD(T, input.channels_first), "channels_last",          \
   .choices = "channels_last channels_first", .nullable = true,                                 \
   .doc = "whether the axis of channels is the last one or follows that of the steps"},         \
  {"dilation_rate", LN_OPT_INTEGERS, CONV_FIELD(T, input.dilation), "1", ">= 1",                \
   .doc = "from tap to tap of the input's kernel, in the same way"},                            \
  CELL_ACTIVATION(T), CELL_GATES(T), CELL_INITIALIZERS(T), CELL_FORGET(T), CELL_REGULARIZERS(T)

static const LnOption cell_options[] = {CONVOLUTIONS(Cell), CELL_CONSTRAINTS(Cell),
                                        CELL_SEED(Cell), {0}};
static const LnCellClass cell = {.states = states_of, .begin = begin, .end = end};
static const LnLayerClass cell_class = {
    .base = {.kind = LN_LAYER, .name = "ConvLSTMCell", .size = sizeof(Cell),
             .options = cell_options, .init = init_cell, .free = free_cell,
             .doc = "One step of a ConvLSTM layer, which makes it."},
    .build = build_cell, .call_all = call_cell, .generator = generator,
    .arguments = ln_cell_arguments, .cell = &cell};

// ---- the layer

typedef struct ConvLstm {
  LnRnn rnn;
  LnCellOptions o;
  Convolutions conv;
} ConvLstm;

static int axes_of(const ConvLstm *o) {
  return ((const LnLayerClass *)o->rnn.layer.base.cls)->min_rank - 3;
}

static bool init(LnContext *c, void *self) {
  ConvLstm *o = self;
  LnConvolution *p = &o->conv.input;
  const int axes = axes_of(o);
  bool strided = false, dilated = false;
  if (p->channels_first < 0) p->channels_first = 0;
  p->groups = 1;
  if (!o->o.activation && !(o->o.activation = ln_activation_new(c, "linear"))) return false;
  if (!o->o.recurrent_activation &&
      !(o->o.recurrent_activation = ln_activation_new(c, "linear")))
    return false;
  if (!ln_option_spread(c, "kernel_size", &o->conv.kernel_size, axes) ||
      !ln_option_spread(c, "strides", &p->strides, axes) ||
      !ln_option_spread(c, "dilation_rate", &p->dilation, axes))
    return false;
  for (int i = 0; i < axes; i++) {
    strided = strided || p->strides.v[i] > 1;
    dilated = dilated || p->dilation.v[i] > 1;
  }
  if (strided && dilated)
    return ln_fail(c, "strides above 1 do not go with a dilation_rate above 1, got strides %s and "
                   "dilation_rate %s", ln_shape_text(p->strides.v, axes),
                   ln_shape_text(p->dilation.v, axes));
  Cell *own_cell = (Cell *)ln_cell_like(c, &cell_class.base, "conv_lstm_cell", &o->o,
                                        &o->rnn.layer);
  if (!own_cell) return false;
  own_cell->conv = o->conv;
  own_cell->axes = axes;
  if (!ln_object_init(c, &own_cell->layer.base)) {
    ln_object_release(own_cell);
    return false;
  }
  return ln_rnn_init(c, &o->rnn, &own_cell->layer);
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const ConvLstm *o = (const ConvLstm *)self;
  int n = 0;
  for (int i = 0; i < o->conv.kernel_size.n; i++)
    n += snprintf(out + n, size - (size_t)n, "%s%lld", i ? "x" : "",
                  (long long)o->conv.kernel_size.v[i]);
  snprintf(out + n, size - (size_t)n, ", %lld", (long long)o->o.units);
}

static const LnOption options[] = {
    CONVOLUTIONS(ConvLstm),
    {"activity_regularizer", LN_OPT_REGULARIZER, LN_FIELD(LnRnn, activity_regularizer), "none",
     .doc = "adds to the loss by the outputs, divided by the batch size"},
    CELL_CONSTRAINTS(ConvLstm), CELL_SEED(ConvLstm), LN_RNN_OPTIONS(LnRnn),
    LN_RNN_ZERO_OUTPUT(LnRnn), {0}};

#define CONV_LSTM(n, title, shape, result, weights, example)                                    \
  {.base = {.kind = LN_LAYER, .name = title, .size = sizeof(ConvLstm), .options = options,      \
            .init = init, .free = ln_rnn_free,                                                  \
            .doc = "An LSTM whose products with the kernels are convolutions (Shi et al. 2015), " \
                   "over\n" shape ": the output of the last step\n" result ", or of all with "  \
                   "return_sequences; with return_state the last states\nh and c besides.\n"    \
                   "filters, kernel_size, strides (1), padding (\"valid\"), data_format "       \
                   "(\"channels_last\"), dilation_rate (1): of\nthe input's convolution; the "   \
                   "states are convolved with padding \"same\" and no strides.\n"               \
                   "activation (\"tanh\"), recurrent_activation (\"sigmoid\"), use_bias (true), " \
                   "unit_forget_bias (true),\nkernel_initializer (\"glorot_uniform\"), "        \
                   "recurrent_initializer (\"orthogonal\"), bias_initializer (\"zeros\"),\n"    \
                   "regularizers and constraints of the three, activity_regularizer (none), "   \
                   "dropout, recurrent_dropout (0),\nseed (none); return_sequences, "           \
                   "return_state, go_backwards, stateful, unroll, zero_output_for_mask\n"       \
                   "(false), as in RNN.\n"                                                      \
                   "Weights, of its cell: kernel " weights "\n"                                 \
                   "Options of the call: initial_state, mask (batch, steps), training. Errors: " \
                   "no steps; sizes of a step\nthat are not known; strides and dilation_rate "  \
                   "both above 1; states or a mask that do not fit.\n"                          \
                   "Example:\n" example},                                                       \
   .build = ln_rnn_build, .call_all = ln_rnn_call, .compute_mask = ln_rnn_compute_mask,         \
   .min_rank = n + 3, .max_rank = n + 3, .arguments = ln_rnn_arguments, .kept = ln_rnn_kept,    \
   .parts = "conv_lstm_cell:cell", .describe = describe}

static const LnLayerClass classes[3] = {
    CONV_LSTM(1, "ConvLSTM1D", "(batch, steps, size, channels)", "(batch, new size, filters)",
              "(k, channels, 4 filters), recurrent_kernel (k, filters, 4 filters),\nbias (4 "
              "filters).",
              "  ln.layers.ConvLSTM1D{4, 3}(ln.ones{2, 5, 8, 1}).shape  --> (2, 6, 4)\n"),
    CONV_LSTM(2, "ConvLSTM2D", "(batch, steps, height, width, channels)",
              "(batch, new height, new width, filters)",
              "(k, k, channels, 4 filters), recurrent_kernel (k, k, filters, 4\nfilters), bias (4 "
              "filters).",
              "  local layer = ln.layers.ConvLSTM2D{4, 3, padding = \"same\", return_sequences = "
              "true}\n"
              "  layer(ln.ones{2, 5, 6, 6, 1}).shape  --> (2, 5, 6, 6, 4)\n"),
    CONV_LSTM(3, "ConvLSTM3D", "(batch, steps, depth, height, width, channels)",
              "(batch, new depth, new height, new width, filters)",
              "(k, k, k, channels, 4 filters), recurrent_kernel (k, k, k, filters, 4\nfilters), "
              "bias (4 filters).",
              "  ln.layers.ConvLSTM3D{2, 2}(ln.ones{1, 3, 4, 4, 4, 1}).shape  --> (1, 3, 3, 3, "
              "2)\n")};

const LnLayerClass *const ln_layers_conv_lstm[] = {&classes[0], &classes[1], &classes[2], NULL};
