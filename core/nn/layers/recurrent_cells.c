// Cells of RNN: SimpleRNNCell, LSTMCell, GRUCell, and StackedRNNCells, which is a cell of cells.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "nn/layers/_recurrent_cells.h"
#include "ops/dense.h"
#include "ops/noise.h"
#include "ops/ops.h"
#include "ops/recurrent.h"
#include "ops/slice.h"

typedef struct Cell {
  LnLayer layer;
  LnCellOptions o;
  LnTensor *generator;    // of its own; NULL: the context's
  bool in_sequence;       // between begin and end
  LnTensor *keep_x, *keep_h;   // what dropout multiplies with there; NULL: nothing
} Cell;

static const LnLayerClass classes[3];

static LnCellKind kind_of(const LnLayer *l) {
  return (LnCellKind)((const LnLayerClass *)l->base.cls - classes);
}

// How many kernels lie side by side.
static int64_t gates_of(LnCellKind kind) {
  return kind == LN_CELL_LSTM ? 4 : kind == LN_CELL_GRU ? 3 : 1;
}

static LnActivation *linear(LnContext *c, LnActivation **a) {
  return *a ? *a : (*a = ln_activation_new(c, "linear"));
}

static bool init(LnContext *c, void *self) {
  Cell *o = self;
  LnRandom r;
  const bool gates = kind_of(&o->layer) != LN_CELL_SIMPLE;
  if (!linear(c, &o->o.activation) || (gates && !linear(c, &o->o.recurrent_activation)))
    return false;
  if (o->o.seed == LN_NONE) return true;
  ln_random_seed(&r, (uint64_t)o->o.seed);
  return (o->generator = ln_random_state(c, &r)) != NULL;
}

static void free_cell(void *self) { ln_release(((Cell *)self)->generator); }

static LnTensor *generator(const LnLayer *self) { return ((const Cell *)self)->generator; }

static char *copy_text(const char *text) {
  char *copy = malloc(strlen(text) + 1);
  return copy ? strcpy(copy, text) : NULL;
}

LnLayer *ln_cell_like(LnContext *c, const LnClass *cls, const char *name, const LnCellOptions *o,
                      const LnLayer *like) {
  Cell *cell = (Cell *)ln_object_new(c, cls);
  if (!cell) return NULL;
  LnCellOptions *to = &cell->o;
  free(cell->layer.base.name);
  cell->layer.base.name = copy_text(name);
  cell->layer.dtype = like->dtype;
  cell->layer.trainable = like->trainable;
  to->units = o->units, to->seed = o->seed, to->use_bias = o->use_bias;
  to->unit_forget_bias = o->unit_forget_bias, to->reset_after = o->reset_after;
  to->dropout = o->dropout, to->recurrent_dropout = o->recurrent_dropout;
#define SHARE(part) ln_object_release(to->part), to->part = ln_object_retain(o->part)
  SHARE(activation), SHARE(recurrent_activation);
  SHARE(kernel_initializer), SHARE(recurrent_initializer), SHARE(bias_initializer);
  SHARE(kernel_regularizer), SHARE(recurrent_regularizer), SHARE(bias_regularizer);
  SHARE(kernel_constraint), SHARE(recurrent_constraint), SHARE(bias_constraint);
#undef SHARE
  if (cell->layer.base.name) return &cell->layer;
  ln_fail(c, "out of memory");
  ln_object_release(cell);
  return NULL;
}

LnLayer *ln_cell_new(LnContext *c, LnCellKind kind, const LnCellOptions *o, const LnLayer *like) {
  static const char *const names[] = {"simple_rnn_cell", "lstm_cell", "gru_cell"};
  LnLayer *cell = ln_cell_like(c, &classes[kind].base, names[kind], o, like);
  if (!cell || ln_object_init(c, &cell->base)) return cell;
  ln_object_release(cell);
  return NULL;
}

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  const LnCellOptions *o = &((const Cell *)self)->o;
  const LnCellKind kind = kind_of(self);
  const int64_t wide = gates_of(kind) * o->units;
  const int64_t kernel[2] = {in->v[0]->shape[in->v[0]->rank - 1], wide};
  const int64_t recurrent[2] = {o->units, wide}, bias[2] = {2, wide};
  const bool two = kind == LN_CELL_GRU && o->reset_after;
  const LnWeight weights[3] = {
      {.name = "kernel", .rank = 2, .shape = kernel, .initializer = o->kernel_initializer,
       .regularizer = o->kernel_regularizer, .constraint = o->kernel_constraint,
       .trainable = true},
      {.name = "recurrent_kernel", .rank = 2, .shape = recurrent,
       .initializer = o->recurrent_initializer, .regularizer = o->recurrent_regularizer,
       .constraint = o->recurrent_constraint, .trainable = true},
      {.name = "bias", .rank = two ? 2 : 1, .shape = two ? bias : &bias[1],
       .initializer = o->bias_initializer, .regularizer = o->bias_regularizer,
       .constraint = o->bias_constraint, .trainable = true}};
  for (int i = 0; i < (o->use_bias ? 3 : 2); i++)
    if (!ln_layer_add_weight(c, self, &weights[i])) return false;
  if (kind != LN_CELL_LSTM || !o->use_bias || !o->unit_forget_bias) return true;
  LnTensor *forget = ln_narrow(c, self->variables[2]->value, 0, o->units, o->units);
  if (forget) ln_tensor_fill(forget, 1);
  return forget != NULL;
}

static int states(LnContext *c, const LnLayer *self, LnInts *shapes, int max) {
  const int n = kind_of(self) == LN_CELL_LSTM ? 2 : 1;
  if (n > max) return ln_fail(c, "cells have more than %d states", max), -1;
  for (int i = 0; i < n; i++) shapes[i] = (LnInts){1, {((const Cell *)self)->o.units}};
  return n;
}

// ---- dropout

static LnTensor *draw_keep(LnContext *c, const Cell *o, LnTensor *like, double rate) {
  return ln_random_keep(c, like, o->generator, rate, &(LnInts){.n = -1}, false);
}

static bool begin(LnContext *c, LnLayer *self, LnTensor *x, const LnTensors *from,
                  bool training) {
  Cell *o = (Cell *)self;
  o->keep_x = o->keep_h = NULL;
  o->in_sequence = true;
  if (training && o->o.dropout > 0 && o->o.dropout < 1)
    o->keep_x = draw_keep(c, o, x, o->o.dropout);
  if (training && o->o.recurrent_dropout > 0 && o->o.recurrent_dropout < 1)
    o->keep_h = draw_keep(c, o, from->v[0], o->o.recurrent_dropout);
  return !c->err.set;
}

static void end(LnLayer *self) {
  Cell *o = (Cell *)self;
  o->keep_x = o->keep_h = NULL;
  o->in_sequence = false;
}

// ---- a step

// Part i of the n columns' widths.
static LnTensor *part(LnContext *c, LnTensor *x, int64_t i, int64_t units) {
  return x ? ln_narrow(c, x, -1, i * units, units) : NULL;
}

static LnTensor *biased(LnContext *c, LnTensor *x, LnTensor *bias) {
  return bias ? ln_add(c, x, bias) : x;
}

static LnTensor *lstm_step(LnContext *c, const LnCellOptions *o, LnTensor *x, LnTensor *h,
                           LnTensor *const *state, LnTensor *recurrent, LnTensor *bias,
                           LnTensor **after) {
  LnActivation *gate = o->recurrent_activation;
  LnTensor *z = biased(c, ln_add(c, x, ln_matmul(c, h, recurrent)), bias);
  LnTensor *in = ln_activate(c, gate, part(c, z, 0, o->units));
  LnTensor *forget = ln_activate(c, gate, part(c, z, 1, o->units));
  LnTensor *candidate = ln_activate(c, o->activation, part(c, z, 2, o->units));
  LnTensor *out = ln_activate(c, gate, part(c, z, 3, o->units));
  after[1] = ln_add(c, ln_mul(c, forget, state[1]), ln_mul(c, in, candidate));
  return after[0] = ln_mul(c, out, ln_activate(c, o->activation, after[1]));
}

static LnTensor *gru_step(LnContext *c, const LnCellOptions *o, LnTensor *x, LnTensor *h,
                          LnTensor *const *state, LnTensor *recurrent, LnTensor *bias,
                          LnTensor **after) {
  LnActivation *gate = o->recurrent_activation;
  LnTensor *bias_h = NULL, *inner, *reset_h;
  if (o->reset_after && bias) {
    bias_h = ln_squeeze(c, ln_narrow(c, bias, 0, 1, 1), 0);
    bias = ln_squeeze(c, ln_narrow(c, bias, 0, 0, 1), 0);
  }
  x = biased(c, x, bias);
  if (o->reset_after) inner = biased(c, ln_matmul(c, h, recurrent), bias_h);
  else inner = ln_matmul(c, h, ln_narrow(c, recurrent, 1, 0, 2 * o->units));
  LnTensor *update = ln_activate(c, gate, ln_add(c, part(c, x, 0, o->units),
                                                 part(c, inner, 0, o->units)));
  LnTensor *reset = ln_activate(c, gate, ln_add(c, part(c, x, 1, o->units),
                                                part(c, inner, 1, o->units)));
  if (o->reset_after) reset_h = ln_mul(c, reset, part(c, inner, 2, o->units));
  else reset_h = ln_matmul(c, ln_mul(c, reset, h), part(c, recurrent, 2, o->units));
  LnTensor *candidate = ln_activate(c, o->activation,
                                    ln_add(c, part(c, x, 2, o->units), reset_h));
  return after[0] = ln_add(c, ln_mul(c, update, state[0]),
                           ln_mul(c, ln_number_sub(c, 1, update), candidate));
}

static LnTensor *simple_step(LnContext *c, const LnCellOptions *o, LnTensor *x, LnTensor *h,
                             LnTensor *recurrent, LnTensor *bias, LnTensor **after) {
  LnTensor *z = biased(c, ln_add(c, x, ln_matmul(c, h, recurrent)), bias);
  return after[0] = ln_activate(c, o->activation, z);
}

// The weights as the layer computes with them.
static void weights_of(LnContext *c, const LnLayer *self, LnTensor **kernel, LnTensor **recurrent,
                       LnTensor **bias) {
  *kernel = ln_autocast(c, self->variables[0]->value);
  *recurrent = ln_autocast(c, self->variables[1]->value);
  *bias = ((const Cell *)self)->o.use_bias ? ln_autocast(c, self->variables[2]->value) : NULL;
}

static bool check_states(LnContext *c, const LnLayer *self, const LnTensor *x,
                         const LnTensors *given) {
  LnInts shapes[2];
  const int n = states(c, self, shapes, 2);
  if (given->n != n)
    return ln_fail(c, "%d state%s expected, got %d", n, n == 1 ? "" : "s", given->n);
  for (int i = 0; i < n; i++) {
    const LnTensor *s = given->v[i];
    if (s->rank != 2 || !ln_dims_fit(s->shape[0], x->shape[0]) ||
        !ln_dims_fit(s->shape[1], shapes[i].v[0]))
      return ln_fail(c, "states of shape %s expected, got %s",
                     ln_shape_text((int64_t[]){x->shape[0], shapes[i].v[0]}, 2),
                     ln_tensor_shape_text(s));
  }
  return true;
}

static bool call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                 LnTensor **out, int max_out, int *n_out) {
  Cell *o = (Cell *)self;
  const LnCellKind kind = kind_of(self);
  const LnTensors given = ln_call_tensors(args, 0);
  LnTensor *x = in->v[0], *kernel, *recurrent, *bias;
  const bool alone = !o->in_sequence;
  if (!check_states(c, self, x, &given)) return false;
  if (max_out < 1 + given.n)
    return ln_fail(c, "it gives %d outputs, where at most %d are taken", 1 + given.n, max_out);
  if (alone && !begin(c, self, x, &given, args->training)) return end(self), false;
  LnTensor *h = given.v[0], *y = NULL;
  if (o->keep_x) x = ln_mul(c, x, o->keep_x);
  if (o->keep_h) h = ln_mul(c, h, o->keep_h);
  weights_of(c, self, &kernel, &recurrent, &bias);
  x = ln_matmul(c, x, kernel);
  if (kind == LN_CELL_LSTM)
    y = lstm_step(c, &o->o, x, h, given.v, recurrent, bias, out + 1);
  else if (kind == LN_CELL_GRU)
    y = gru_step(c, &o->o, x, h, given.v, recurrent, bias, out + 1);
  else
    y = simple_step(c, &o->o, x, h, recurrent, bias, out + 1);
  if (alone) end(self);
  out[0] = y;
  *n_out = 1 + given.n;
  return y && !c->err.set;
}

// ---- all steps

static bool is_fused(const LnActivation *a) {
  return !a || (!a->op && !a->base.lua) || ln_activation_fused(a) != LN_DENSE_LINEAR;
}

static bool at_once(const LnLayer *self) {
  const LnCellOptions *o = &((const Cell *)self)->o;
  return !self->base.lua && is_fused(o->activation) && is_fused(o->recurrent_activation);
}

static bool sequence(LnContext *c, LnLayer *self, const LnSequence *s, LnTensor **y,
                     LnTensor **last, LnTensor **after) {
  const Cell *o = (const Cell *)self;
  const LnCellKind kind = kind_of(self);
  const LnTensors *from = s->states;
  const bool gates = kind != LN_CELL_SIMPLE;
  const LnRecurrence p = {
      .activation = ln_activation_fused(o->o.activation),
      .gate = gates ? ln_activation_fused(o->o.recurrent_activation) : LN_DENSE_SIGMOID,
      .reset_after = kind == LN_CELL_GRU && o->o.reset_after};
  LnTensor *kernel, *x = ln_cast(c, s->x, (LnDtype)self->dtype.compute), *last_c;
  LnRecurrentIn in = {.mask = s->mask, .keep = o->keep_h, .h0 = from->n > 0 ? from->v[0] : NULL,
                      .c0 = from->n > 1 ? from->v[1] : NULL};
  const void *outer = c->layer;
  c->layer = self;   // whose policy says what variables are cast to
  weights_of(c, self, &kernel, &in.kernel, &in.bias);
  c->layer = outer;
  if (o->keep_x) x = ln_mul(c, x, o->keep_x);
  if (!x || !(in.z = ln_dense(c, x, kernel, NULL, LN_DENSE_LINEAR)) || c->err.set) return false;
  if (!ln_recurrent(c, (LnRecurrentKind)kind, &p, &in, y, last, &last_c)) return false;
  after[0] = *last;
  if (kind == LN_CELL_LSTM) after[1] = last_c;
  return true;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%lld", (long long)((const Cell *)self)->o.units);
}

static const LnCellClass cell = {.states = states, .begin = begin, .end = end,
                                 .at_once = at_once, .sequence = sequence};

static const LnOption simple_options[] = {
    CELL_UNITS(Cell), CELL_INITIALIZERS(Cell), CELL_REGULARIZERS(Cell), CELL_CONSTRAINTS(Cell),
    CELL_SEED(Cell), {0}};
static const LnOption lstm_options[] = {
    CELL_UNITS(Cell), CELL_GATES(Cell), CELL_INITIALIZERS(Cell), CELL_FORGET(Cell),
    CELL_REGULARIZERS(Cell), CELL_CONSTRAINTS(Cell), CELL_SEED(Cell), {0}};
static const LnOption gru_options[] = {
    CELL_UNITS(Cell), CELL_GATES(Cell), CELL_INITIALIZERS(Cell), CELL_REGULARIZERS(Cell),
    CELL_CONSTRAINTS(Cell), CELL_RESET(Cell), CELL_SEED(Cell), {0}};

#define CELL_CLASS(title, opts, text)                                                           \
  {.base = {.kind = LN_LAYER, .name = title, .size = sizeof(Cell), .options = opts,             \
            .init = init, .free = free_cell, .doc = text},                                      \
   .build = build, .call_all = call, .min_rank = 2, .max_rank = 2, .fixed_last = true,          \
   .generator = generator, .arguments = ln_cell_arguments, .cell = &cell, .describe = describe}
#define CELL_COMMON                                                                             \
  "kernel_initializer (\"glorot_uniform\"), recurrent_initializer (\"orthogonal\"), "           \
  "bias_initializer (\"zeros\"),\nregularizers and constraints of the three (none), dropout, "  \
  "recurrent_dropout (0), seed (none).\n"

static const LnLayerClass classes[3] = {
    [LN_CELL_SIMPLE] = CELL_CLASS("SimpleRNNCell", simple_options,
        "One step of a recurrent layer, h' = activation(x kernel + h recurrent_kernel + bias): the "
        "call takes\nx (batch, in) and states = {h} (batch, units), and gives the output h' and "
        "the new states.\nunits; activation (\"tanh\"), use_bias (true), " CELL_COMMON
        "Weights: kernel (in, units), recurrent_kernel (units, units), bias (units).\n"
        "Errors: states of another number or shape.\n"
        "Example:\n"
        "  local cell = ln.layers.SimpleRNNCell(4)\n"
        "  local y, h = cell(ln.ones{2, 3}, {states = {ln.zeros{2, 4}}})\n"
        "  y.shape  --> (2, 4)\n"),
    [LN_CELL_LSTM] = CELL_CLASS("LSTMCell", lstm_options,
        "One step of long short-term memory (Hochreiter and Schmidhuber 1997): the call takes x "
        "(batch, in)\nand states = {h, c} (batch, units) both, and gives the output h' and the new "
        "states.\nunits; activation (\"tanh\"), recurrent_activation (\"sigmoid\"), use_bias "
        "(true), unit_forget_bias (true),\n" CELL_COMMON
        "Weights: kernel (in, 4 units), recurrent_kernel (units, 4 units), bias (4 units): of the "
        "input gate,\nthe forget gate, the candidate and the output gate.\n"
        "Errors: states of another number or shape.\n"
        "Example:\n"
        "  local cell = ln.layers.LSTMCell(4)\n"
        "  local y, h, c = cell(ln.ones{2, 3}, {states = {ln.zeros{2, 4}, ln.zeros{2, 4}}})\n"
        "  c.shape  --> (2, 4)\n"),
    [LN_CELL_GRU] = CELL_CLASS("GRUCell", gru_options,
        "One step of a gated recurrent unit (Cho et al. 2014): the call takes x (batch, in) and "
        "states = {h}\n(batch, units), and gives the output h' and the new states.\n"
        "units; activation (\"tanh\"), recurrent_activation (\"sigmoid\"), use_bias (true), "
        "reset_after (true),\n" CELL_COMMON
        "Weights: kernel (in, 3 units), recurrent_kernel (units, 3 units), bias (2, 3 units), of "
        "both kernels,\nor (3 units) with reset_after = false: of the update gate, the reset gate "
        "and the candidate.\n"
        "Errors: states of another number or shape.\n"
        "Example:\n"
        "  local cell = ln.layers.GRUCell(4)\n"
        "  local y, h = cell(ln.ones{2, 3}, {states = {ln.zeros{2, 4}}})\n"
        "  h.shape  --> (2, 4)\n")};

// ---- StackedRNNCells: a step goes through all of them; their states lie one behind the other

typedef struct Stacked {
  LnLayer layer;
  LnObjects cells;
} Stacked;

static int n_cells(const LnLayer *self) { return (int)((const Stacked *)self)->cells.n; }
static LnLayer *cell_at(const LnLayer *self, int i) {
  return (LnLayer *)((const Stacked *)self)->cells.v[i];
}
static const LnCellClass *class_at(const LnLayer *self, int i) {
  return ((const LnLayerClass *)cell_at(self, i)->base.cls)->cell;
}

static bool init_stacked(LnContext *c, void *self) {
  if (n_cells(self) < 1) return ln_fail(c, "StackedRNNCells: at least one cell is wanted");
  for (int i = 0; i < n_cells(self); i++)
    if (ln_cell_argument(c, cell_at(self, i)) < 0) return false;
  return true;
}

static bool build_stacked(LnContext *c, LnLayer *self, const LnTensors *in) {
  LnTensor *from[LN_MAX_STATES], *out[LN_MAX_STATES + 1] = {in->v[0]};
  if (!in->v[0]->meta)
    out[0] = ln_temp(c, ln_tensor_meta(c, (LnDtype)in->v[0]->dtype, in->v[0]->rank,
                                       in->v[0]->shape));
  for (int i = 0; i < n_cells(self); i++) {
    const int n = ln_cell_begin_states(c, cell_at(self, i), out[0], true, from);
    if (n < 0 || !ln_cell_step(c, cell_at(self, i), out[0], &(LnTensors){n, from}, false, out))
      return false;
  }
  return true;
}

static int stacked_states(LnContext *c, const LnLayer *self, LnInts *shapes, int max) {
  int n = 0;
  for (int i = 0; i < n_cells(self); i++) {
    const int more = ln_cell_states(c, cell_at(self, i), shapes + n, max - n);
    if (more < 0) return -1;
    n += more;
  }
  return n;
}

// How many of the states are cell i's; -1 with an error.
static int states_at(LnContext *c, const LnLayer *self, int i) {
  LnInts shapes[LN_MAX_STATES];
  return ln_cell_states(c, cell_at(self, i), shapes, LN_MAX_STATES);
}

static bool call_stacked(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                         LnTensor **out, int max_out, int *n_out) {
  const LnTensors given = ln_call_tensors(args, 0);
  LnTensor *results[LN_MAX_STATES + 1] = {in->v[0]};
  int used = 0;
  if (max_out < 1 + given.n)
    return ln_fail(c, "it gives %d outputs, where at most %d are taken", 1 + given.n, max_out);
  for (int i = 0; i < n_cells(self); i++) {
    const int n = states_at(c, self, i);
    if (n < 0) return false;
    if (used + n > given.n) return ln_fail(c, "there are fewer states, %d, than the cells have",
                                           given.n);
    const LnTensors from = {n, given.v + used};
    if (!ln_cell_step(c, cell_at(self, i), results[0], &from, args->training, results))
      return false;
    for (int k = 0; k < n; k++) out[1 + used + k] = results[1 + k];
    used += n;
  }
  if (used < given.n) return ln_fail(c, "there are more states, %d, than the %d that the cells "
                                     "have", given.n, used);
  out[0] = results[0];
  *n_out = 1 + used;
  return true;
}

static bool begin_stacked(LnContext *c, LnLayer *self, LnTensor *x, const LnTensors *from,
                          bool training) {
  int used = 0;
  for (int i = 0; i < n_cells(self); i++) {
    const LnCellClass *cls = class_at(self, i);
    const int n = states_at(c, self, i);
    const LnTensors part_of = {n, from->v + used};
    if (n < 0 || (cls && cls->begin && !cls->begin(c, cell_at(self, i), x, &part_of, training)))
      return false;
    if (n > 0) x = part_of.v[0];   // the next one's input is like this one's output
    used += n;
  }
  return true;
}

static void end_stacked(LnLayer *self) {
  for (int i = 0; i < n_cells(self); i++)
    if (class_at(self, i) && class_at(self, i)->end) class_at(self, i)->end(cell_at(self, i));
}

static void describe_stacked(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%d cell%s", n_cells(self), n_cells(self) == 1 ? "" : "s");
}

static bool all_at_once(const LnLayer *self) {
  for (int i = 0; i < n_cells(self); i++) {
    const LnCellClass *cls = class_at(self, i);
    if (!cls || !cls->at_once || cell_at(self, i)->base.lua || !cls->at_once(cell_at(self, i)))
      return false;
  }
  return !self->base.lua;
}

// Through the first cell, then all of that through the next.
static bool stacked_sequence(LnContext *c, LnLayer *self, const LnSequence *s, LnTensor **y,
                             LnTensor **last, LnTensor **after) {
  LnSequence part_of = *s;
  int used = 0;
  for (int i = 0; i < n_cells(self); i++) {
    const int n = states_at(c, self, i);
    const LnTensors from = {s->states->n ? n : 0, s->states->n ? s->states->v + used : NULL};
    part_of.states = &from;
    if (n < 0 || !class_at(self, i)->sequence(c, cell_at(self, i), &part_of, y, last, after + used))
      return false;
    part_of.x = *y;
    used += n;
  }
  return true;
}

static const LnCellClass stacked_cell = {.states = stacked_states, .begin = begin_stacked,
                                         .end = end_stacked, .at_once = all_at_once,
                                         .sequence = stacked_sequence};

static const LnOption stacked_options[] = {
    {"cells", LN_OPT_LAYERS, LN_FIELD(Stacked, cells), NULL,
     .doc = "a list: each one's output is the input of the next"}, {0}};

static const LnLayerClass stacked = {
    .base = {.kind = LN_LAYER, .name = "StackedRNNCells", .size = sizeof(Stacked),
             .options = stacked_options, .init = init_stacked,
             .doc = "Several cells as one: a step goes through all of them. The states of all are "
                    "listed one behind the\nother; the shape of the output is that of the last "
                    "cell's.\n"
                    "cells: a list of cells.\n"
                    "Errors: an empty list; what is no cell.\n"
                    "Example:\n"
                    "  local cells = {ln.layers.GRUCell(4), ln.layers.LSTMCell(5)}\n"
                    "  local layer = ln.layers.RNN(ln.layers.StackedRNNCells{cells})\n"
                    "  layer(ln.ones{2, 10, 3}).shape  --> (2, 5)\n"},
    .build = build_stacked, .call_all = call_stacked, .min_rank = 2,
    .arguments = ln_cell_arguments, .cell = &stacked_cell, .describe = describe_stacked};

const LnLayerClass *const ln_layers_recurrent_cells[] = {&classes[0], &classes[1], &classes[2],
                                                         &stacked, NULL};
