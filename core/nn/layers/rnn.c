// RNN: a cell called on the steps of a sequence, one after another, with the states that it gave
// for the step before. Inside, time is the first axis: a step is then one block of memory.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/layers/_recurrent.h"
#include "ops/cumulative.h"
#include "ops/join.h"
#include "ops/ops.h"
#include "ops/slice.h"

const LnArgument ln_rnn_arguments[] = {{"initial_state", LN_ARG_TENSORS, false}, {0}};
const LnArgument ln_cell_arguments[] = {{"states", LN_ARG_TENSORS, true}, {0}};

// ---- cells

static const LnCellClass *cell_class(const LnLayer *cell) {
  return ((const LnLayerClass *)cell->base.cls)->cell;
}

static const char *name_of(const LnLayer *l) {
  return l->base.name ? l->base.name : l->base.cls->name;
}

int ln_cell_argument(LnContext *c, const LnLayer *cell) {
  const LnArgument *list = ln_layer_arguments(cell);
  for (int i = 0; list && list[i].name; i++)
    if (list[i].kind == LN_ARG_TENSORS && strcmp(list[i].name, "states") == 0) return i;
  ln_fail(c, "'%s' is no cell: its call should take a list of tensors 'states' besides its input "
          "(in Lua: Class.arguments = {{\"states\", \"tensors\"}})", name_of(cell));
  return -1;
}

int ln_cell_states(LnContext *c, const LnLayer *cell, LnInts *shapes, int max) {
  // A class in Lua over a built-in cell may have states of its own.
  if (cell->base.lua && c->calls && !cell_class(cell))
    return c->calls->states(c, cell, shapes, max);
  if (cell_class(cell)) return cell_class(cell)->states(c, cell, shapes, max);
  ln_fail(c, "'%s' is no cell: it has no states", name_of(cell));
  return -1;
}

bool ln_cell_step(LnContext *c, LnLayer *cell, LnTensor *x, const LnTensors *states, bool training,
                  LnTensor **out) {
  LnGiven given = {.tensors = *states};
  const int argument = ln_cell_argument(c, cell);
  int n = 0;
  if (argument < 0 || !x) return false;
  given.n[argument] = (uint16_t)states->n;
  if (!ln_layer_call(c, cell, &(LnTensors){1, &x},
                     &(LnCallArgs){.training = training, .given = &given}, out, LN_MAX_STATES + 1,
                     &n))
    return false;
  if (n != states->n + 1)
    return ln_fail(c, "cell '%s' gave %d results where an output and %d state%s are needed",
                   name_of(cell), n, states->n, states->n == 1 ? "" : "s");
  return true;
}

int ln_cell_begin_states(LnContext *c, LnLayer *cell, LnTensor *x, bool meta,
                         LnTensor **states) {
  LnInts shapes[LN_MAX_STATES];
  if (!x || (!cell->built && !ln_layer_build(c, cell, &(LnTensors){1, &x}))) return -1;
  const int n = ln_cell_states(c, cell, shapes, LN_MAX_STATES);
  for (int i = 0; i < n; i++) {
    int64_t shape[LN_MAX_RANK] = {x->shape[0]};
    const LnDtype d = (LnDtype)cell->dtype.compute;
    if (shapes[i].n >= LN_MAX_RANK) {
      ln_fail(c, "cell '%s' has states of too many axes", name_of(cell));
      return -1;
    }
    ln_copy_bytes(shape + 1, shapes[i].v, (size_t)shapes[i].n * sizeof *shape);
    const int rank = (int)shapes[i].n + 1;
    states[i] = ln_temp(c, meta ? ln_tensor_meta(c, d, rank, shape)
                                : ln_tensor_zeros(c, d, rank, shape));
    if (!states[i]) return -1;
  }
  return n;
}

// ---- building

bool ln_rnn_init(LnContext *c, LnRnn *o, LnLayer *cell) {
  o->cell = cell;
  const bool done = cell && ln_cell_argument(c, cell) >= 0 &&
                    ln_layer_add_child(c, &o->layer, cell);
  ln_object_release(cell);   // the child's reference is the one that counts
  return done;
}

void ln_rnn_free(void *self) {
  LnRnn *o = self;
  for (int i = 0; i < o->n_kept; i++) ln_release(o->kept[i]);
}

LnTensors ln_rnn_kept(const LnLayer *self) {
  LnRnn *o = (LnRnn *)(uintptr_t)self;
  return (LnTensors){o->n_kept, o->kept};
}

// What a step of x (batch, steps, ..) is like.
static LnTensor *step_like(LnContext *c, const LnTensor *x) {
  int64_t shape[LN_MAX_RANK] = {x->shape[0]};
  for (int i = 2; i < x->rank; i++) shape[i - 1] = x->shape[i];
  return ln_temp(c, ln_tensor_meta(c, (LnDtype)x->dtype, x->rank - 1, shape));
}

static bool keep_states(LnContext *c, LnRnn *o, LnTensor *step) {
  LnTensor *states[LN_MAX_STATES];
  if (step->shape[0] < 0)
    return ln_fail(c, "a stateful layer wants to know the batch size: it keeps states for each "
                   "sample (Input{batch_shape = {32, 10, 8}}), the input has shape %s",
                   ln_tensor_shape_text(step));
  const int n = ln_cell_begin_states(c, o->cell, step, true, states);
  if (n < 0) return false;
  for (int i = 0; i < o->n_kept; i++) ln_release(o->kept[i]);
  o->n_kept = 0;
  for (int i = 0; i < n; i++) {
    LnTensor *t = ln_tensor_zeros(c, (LnDtype)o->layer.dtype.compute, states[i]->rank,
                                  states[i]->shape);
    if (!t) return false;
    t->state = LN_STATE_AS_IS;
    o->kept[o->n_kept++] = t;
  }
  return true;
}

bool ln_rnn_build(LnContext *c, LnLayer *self, const LnTensors *in) {
  LnRnn *o = (LnRnn *)self;
  LnTensor *step = step_like(c, in->v[0]), *states[LN_MAX_STATES];
  if (!step || ln_cell_begin_states(c, o->cell, step, true, states) < 0) return false;
  return !o->stateful || keep_states(c, o, step);
}

// ---- calling

static LnTensor *time_first(LnContext *c, LnTensor *x) {
  int axes[LN_MAX_RANK];
  if (!x) return NULL;
  for (int i = 0; i < x->rank; i++) axes[i] = i < 2 ? 1 - i : i;
  return ln_permute(c, x, x->rank, axes);
}

static LnTensor *backwards(LnContext *c, LnTensor *x) {
  if (!x) return NULL;
  return ln_slice(c, x, &(LnSlice){.n = 1, .start = {x->shape[0] - 1}, .count = {x->shape[0]},
                                   .step = {-1}});
}

static LnTensor *step_of(LnContext *c, LnTensor *x, int64_t t) {
  if (!x) return NULL;
  return ln_slice(c, x, &(LnSlice){.n = 1, .start = {t}, .count = {1}, .step = {1},
                                   .drop = {true}});
}

// y where the mask (batch) is true, else `other`, or 0 where that is NULL.
static LnTensor *where_seen(LnContext *c, LnTensor *mask, LnTensor *y, LnTensor *other) {
  if (!y) return NULL;
  while (mask && mask->rank < y->rank) mask = ln_expand_dims(c, mask, -1);
  if (!other) other = ln_temp(c, ln_tensor_scalar(c, (LnDtype)y->dtype, 0));
  return ln_where(c, mask, y, other);
}

// Call by call. y: the outputs of all steps, where they are wanted.
static bool run_steps(LnContext *c, const LnRnn *o, const LnSequence *s, LnTensor **y,
                      LnTensor **last, LnTensor **states) {
  const int64_t n = s->x->shape[0];
  const LnTensors current = {s->states->n, states};
  LnTensor **steps = malloc((size_t)n * sizeof *steps), *out[LN_MAX_STATES + 1];
  bool done = steps || ln_fail(c, "out of memory");
  for (int i = 0; i < current.n; i++) states[i] = s->states->v[i];
  for (int64_t t = 0; done && t < n; t++) {
    done = ln_cell_step(c, o->cell, step_of(c, s->x, t), &current, s->training, out);
    LnTensor *mask = done ? step_of(c, s->mask, t) : NULL;
    if (mask) out[0] = where_seen(c, mask, out[0], t && !o->zero_output_for_mask ? *last : NULL);
    for (int i = 0; done && i < current.n; i++)
      states[i] = mask ? where_seen(c, mask, out[i + 1], states[i]) : out[i + 1];
    done = done && !c->err.set;
    if (done) *last = steps[t] = out[0];
  }
  if (done && o->return_sequences) done = (*y = ln_stack(c, steps, (int)n, 0)) != NULL;
  free(steps);
  return done;
}

// A masked step's output is that of the step before, of which the first ones have none.
static bool mask_outputs(LnContext *c, const LnRnn *o, LnTensor *mask, bool given, LnTensor **y,
                         LnTensor **last) {
  if (!mask || (!given && !o->zero_output_for_mask)) return true;
  if (!o->zero_output_for_mask)
    mask = ln_cast(c, ln_cumsum(c, ln_cast(c, mask, LN_INT32), 0, false, false), LN_BOOL);
  if (!mask) return false;
  if (o->return_sequences) return (*y = where_seen(c, mask, *y, NULL)) != NULL;
  mask = step_of(c, mask, mask->shape[0] - 1);
  return (*last = where_seen(c, mask, *last, NULL)) != NULL;
}

static bool run(LnContext *c, const LnRnn *o, const LnSequence *s, bool given, LnTensor **y,
                LnTensor **last, LnTensor **states) {
  const LnCellClass *cls = o->cell->base.lua ? NULL : cell_class(o->cell);
  if (!cls || !cls->at_once || !cls->at_once(o->cell)) return run_steps(c, o, s, y, last, states);
  LnSequence sequence = *s;
  const LnTensors none = {0};
  if (!given) sequence.states = &none;
  return cls->sequence(c, o->cell, &sequence, y, last, states) &&
         mask_outputs(c, o, s->mask, given, y, last);
}

// What the first step begins with: what came, what was kept, or zeros.
static int begin_states(LnContext *c, LnRnn *o, const LnTensor *x, const LnCallArgs *args,
                        LnTensor **states, bool *given) {
  const LnTensors initial = ln_call_tensors(args, 0);
  const int n = ln_cell_begin_states(c, o->cell, step_like(c, x), x->meta, states);
  *given = n > 0 && (initial.n > 0 || (o->stateful && !x->meta));
  if (n < 0 || !*given) return n;
  if (initial.n > 0 && initial.n != n) {
    ln_fail(c, "initial_state: %d tensor%s expected, got %d", n, n == 1 ? "" : "s", initial.n);
    return -1;
  }
  for (int i = 0; i < n; i++) {
    LnTensor *state = initial.n > 0 ? initial.v[i] : o->kept[i];
    if (!ln_tensor_shapes_fit(state, states[i])) {
      if (initial.n > 0)
        ln_fail(c, "initial_state: tensor %d of shape %s expected, got %s", i + 1,
                ln_tensor_shape_text(states[i]), ln_tensor_shape_text(state));
      else
        ln_fail(c, "it is stateful and was built for batches of %lld, got one of %lld",
                (long long)state->shape[0], (long long)x->shape[0]);
      return -1;
    }
    states[i] = initial.n > 0 ? ln_cast(c, state, (LnDtype)o->cell->dtype.compute)
                              : ln_copy(c, state);   // it is about to change
    if (!states[i]) return -1;
  }
  return n;
}

// Of an input without values: one step tells the shapes.
static bool run_meta(LnContext *c, const LnRnn *o, LnTensor *x, const LnTensors *states,
                     bool training, LnTensor **y, LnTensor **last, LnTensor **after) {
  LnTensor *out[LN_MAX_STATES + 1];
  int64_t shape[LN_MAX_RANK];
  if (!ln_cell_step(c, o->cell, step_like(c, x), states, training, out)) return false;
  for (int i = 0; i < states->n; i++) after[i] = out[i + 1];
  *last = out[0];
  if (out[0]->rank < 1 || out[0]->rank >= LN_MAX_RANK)
    return ln_fail(c, "a step's output has shape %s, which cannot be stacked",
                   ln_tensor_shape_text(out[0]));
  shape[0] = out[0]->shape[0];
  shape[1] = x->shape[1];
  for (int i = 1; i < out[0]->rank; i++) shape[i + 1] = out[0]->shape[i];
  *y = ln_temp(c, ln_tensor_meta(c, (LnDtype)out[0]->dtype, out[0]->rank + 1, shape));
  return *y != NULL;
}

static bool check_call(LnContext *c, const LnRnn *o, const LnTensor *x) {
  const LnTensor *mask = x->mask;
  if (mask && (mask->rank != 2 || !ln_dims_fit(mask->shape[0], x->shape[0]) ||
               !ln_dims_fit(mask->shape[1], x->shape[1])))
    return ln_fail(c, "a mask (batch, steps) expected for an input of shape %s, got shape %s",
                   ln_tensor_shape_text(x), ln_tensor_shape_text(mask));
  if (o->unroll && x->shape[1] < 0)
    return ln_fail(c, "unroll wants to know the number of steps, the input has shape %s",
                   ln_tensor_shape_text(x));
  if (x->shape[1] == 0 || x->shape[1] > INT32_MAX)
    return ln_fail(c, "the input has no steps to call the cell on: %s", ln_tensor_shape_text(x));
  return true;
}

static bool run_sequence(LnContext *c, LnRnn *o, LnTensor *x, const LnTensors *states, bool given,
                         bool training, LnTensor **y, LnTensor **last, LnTensor **after) {
  const LnCellClass *cls = cell_class(o->cell);
  LnTensor *mask = time_first(c, x->mask);
  LnSequence s = {.x = time_first(c, x), .states = states, .training = training};
  if (mask && mask->dtype != LN_BOOL) mask = ln_cast(c, mask, LN_BOOL);
  if (o->go_backwards) s.x = backwards(c, s.x), mask = backwards(c, mask);
  s.mask = mask;
  if (!s.x || c->err.set) return false;
  LnTensor *first = step_of(c, s.x, 0);
  bool done = first != NULL;
  if (done && cls && cls->begin) done = cls->begin(c, o->cell, first, states, training);
  done = done && run(c, o, &s, given, y, last, after);
  if (cls && cls->end) cls->end(o->cell);
  if (done && o->return_sequences) done = (*y = time_first(c, *y)) != NULL;
  return done;
}

bool ln_rnn_call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                 LnTensor **out, int max_out, int *n_out) {
  LnRnn *o = (LnRnn *)self;
  LnTensor *x = in->v[0], *states[LN_MAX_STATES], *after[LN_MAX_STATES], *y = NULL, *last = NULL;
  bool given;
  if (!check_call(c, o, x)) return false;
  const int n = begin_states(c, o, x, args, states, &given);
  if (n < 0) return false;
  if (max_out < 1 + (o->return_state ? n : 0))
    return ln_fail(c, "it gives %d outputs, where at most %d are taken", 1 + n, max_out);
  const LnTensors first = {n, states};
  if (x->meta ? !run_meta(c, o, x, &first, args->training, &y, &last, after)
              : !run_sequence(c, o, x, &first, given, args->training, &y, &last, after))
    return false;
  for (int i = 0; o->stateful && !x->meta && i < n; i++)
    if (!ln_assign(c, o->kept[i], after[i])) return false;
  out[0] = o->return_sequences ? y : last;
  *n_out = 1;
  for (int i = 0; o->return_state && i < n; i++) out[(*n_out)++] = after[i];
  for (int i = 0; i < *n_out; i++) {
    out[i] = ln_cast(c, out[i], (LnDtype)self->dtype.compute);
    if (!out[i] || !ln_add_activity_loss(c, o->activity_regularizer, out[i])) return false;
  }
  return true;
}

bool ln_rnn_compute_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  (void)c;
  *mask = ((const LnRnn *)self)->return_sequences ? in->v[0]->mask : NULL;
  return true;
}

// ---- RNN

static bool init(LnContext *c, void *self) {
  return ln_cell_argument(c, ((const LnRnn *)self)->cell) >= 0;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%s", name_of(((const LnRnn *)self)->cell));
}

static const LnOption options[] = {
    {"cell", LN_OPT_LAYER, LN_FIELD(LnRnn, cell), NULL, .list_class = "StackedRNNCells",
     .doc = "what is called on each step; a list of cells is StackedRNNCells of them"},
    LN_RNN_OPTIONS(LnRnn),
    {"zero_output_for_mask", LN_OPT_BOOL, LN_FIELD(LnRnn, zero_output_for_mask), "false",
     .doc = "whether a masked step's output is 0, not that of the step before"},
    {"activity_regularizer", LN_OPT_REGULARIZER, LN_FIELD(LnRnn, activity_regularizer), "none",
     .config_only = true, .doc = "adds to the loss by the outputs, divided by the batch size"},
    {0}};

static const LnLayerClass rnn = {
    .base = {.kind = LN_LAYER, .name = "RNN", .size = sizeof(LnRnn), .options = options,
             .init = init, .free = ln_rnn_free, .unsaid_none = "activity_regularizer",
             .doc = "Calls a cell on the steps of (batch, steps, ..), each with the states that it "
                    "gave for the one before.\n"
                    "cell; return_sequences, return_state, go_backwards, stateful, unroll, "
                    "zero_output_for_mask (false).\n"
                    "Gives the output of the last step, or (batch, steps, ..) with "
                    "return_sequences; then the last\nstates, with return_state. Options of the "
                    "call: initial_state (a list of tensors; zeros), mask\n(batch, steps), "
                    "training. A masked step leaves states and output as they were. A stateful "
                    "layer\nbegins a batch with the states that the batch before ended with, until "
                    "reset_state().\n"
                    "A cell is a layer whose call takes (x, {states = {...}}) and returns its "
                    "output and the new states,\nand which says its state_size: a number, or a "
                    "list of one for each state.\n"
                    "Errors: what is no cell; no steps; states or a mask that do not fit.\n"
                    "Example:\n"
                    "  local Sum = ln.layers.Layer:extend(\"Sum\")\n"
                    "  Sum.arguments = {{\"states\", \"tensors\"}}\n"
                    "  Sum.state_size = 1\n"
                    "  function Sum:call(x, options)\n"
                    "    local sum = options.states[1] + x\n"
                    "    return sum, sum\n"
                    "  end\n"
                    "  ln.layers.RNN(Sum())(ln.ones{2, 5, 1})  --> [[5.] [5.]]\n"},
    .build = ln_rnn_build, .call_all = ln_rnn_call, .compute_mask = ln_rnn_compute_mask,
    .min_rank = 3, .arguments = ln_rnn_arguments, .kept = ln_rnn_kept, .describe = describe};

const LnLayerClass *const ln_layers_rnn[] = {&rnn, NULL};
