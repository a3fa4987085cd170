// The training step: record once, replay.
#include "model/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "autograd/tape.h"
#include "base/threads.h"

enum { PROGRAMS = 8, MAX_METRICS = 64, WIDE_ROW = 1024 };  // bytes: several cores gather them

// What a batch of one shape runs: a kept tape over buffers of its own.
typedef struct Program {
  LnTape *tape;
  LnMode mode;
  uint64_t generation, age, epoch;
  int64_t count, runs;
  int n_x, n_y, n_w, n_pred;
  LnTensor *x[LN_MAX_PARTS], *y[LN_MAX_PARTS], *w[LN_MAX_PARTS], *pred[LN_MAX_PARTS];
  LnTensor *loss, *output_loss[LN_MAX_PARTS];
  int n_gradients;
  LnTensor **gradients;   // per trainable variable; NULL where none arrives
  bool *active, *copied;  // has a gradient; it is not computed in place but copied
  bool *left;             // active, and a replay does not take its plain step itself
  int n_stepped;          // the others
  LnVariable **stepped;
  double step_scale;      // minus the learning rate
  bool replayed;          // what it holds now came from a replay
  bool in_lua;            // Lua was called on the way
} Program;

typedef struct Mean {
  double total, count;
} Mean;

typedef struct Output {
  LnLoss *loss;
  double weight;
  Mean mean;
} Output;

typedef struct Metric {
  LnMetric *metric;
  int output;
  bool weighted;
} Metric;

struct LnTrainer {
  LnLayer *model;
  LnOptimizer *optimizer;
  int n_outputs, n_metrics;
  Output output[LN_MAX_PARTS];
  Metric metric[MAX_METRICS];
  Mean loss;
  Program *program[PROGRAMS];
  Program *eager;            // the latest batch of what is not replayed
  bool replay, eager_only;   // Lua's part too, as promised; nothing is recorded
  bool in_lua[LN_PREDICT + 1];
  uint64_t clock, epoch;
  uint64_t generation;       // for which the variables below are right
  LnVariable **variables;
  int n_variables;
};

LnTrainer *ln_trainer_new(LnContext *c, LnLayer *model) {
  LnTrainer *t = calloc(1, sizeof *t);
  if (!t) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  t->model = ln_object_retain(model);
  return t;
}

// Lets go of a batch's tensors; tape and lists stay.
static void empty_program(Program *p) {
  for (int i = 0; i < p->n_x; i++) ln_release(p->x[i]);
  for (int i = 0; i < p->n_y; i++) ln_release(p->y[i]);
  for (int i = 0; i < p->n_w; i++) ln_release(p->w[i]);
  for (int i = 0; i < p->n_pred; i++) ln_release(p->pred[i]);
  for (int i = 0; i < LN_MAX_PARTS; i++) ln_release(p->output_loss[i]);
  ln_release(p->loss);
  for (int i = 0; i < p->n_gradients; i++) ln_release(p->gradients[i]);
  memset(p->output_loss, 0, sizeof p->output_loss);
  p->n_x = p->n_y = p->n_w = p->n_pred = p->n_gradients = 0;
  p->loss = NULL;
}

static void free_program(Program *p) {
  if (!p) return;
  ln_tape_free(p->tape);
  empty_program(p);
  free(p->gradients);
  free(p->active);
  free(p->stepped);
  free(p);
}

void ln_trainer_forget(LnTrainer *t) {
  for (int i = 0; i < PROGRAMS; i++) {
    free_program(t->program[i]);
    t->program[i] = NULL;
  }
  free_program(t->eager);
  t->eager = NULL;
}

void ln_trainer_set_replay(LnTrainer *t, bool replay, bool eager) {
  t->replay = replay;
  t->eager_only = eager;
  ln_trainer_forget(t);
}

void ln_trainer_free(LnTrainer *t) {
  if (!t) return;
  ln_trainer_forget(t);
  for (int i = 0; i < t->n_outputs; i++) ln_object_release(t->output[i].loss);
  for (int i = 0; i < t->n_metrics; i++) ln_object_release(t->metric[i].metric);
  ln_object_release(t->optimizer);
  ln_object_release(t->model);
  free(t->variables);
  free(t);
}

void ln_trainer_set_optimizer(LnTrainer *t, LnOptimizer *o) {
  ln_object_retain(o);
  ln_object_release(t->optimizer);
  t->optimizer = o;
}

bool ln_trainer_add_output(LnContext *c, LnTrainer *t, LnLoss *loss, double weight) {
  if (t->n_outputs == LN_MAX_PARTS)
    return ln_fail(c, "a model has at most %d outputs", LN_MAX_PARTS);
  t->output[t->n_outputs++] = (Output){ln_object_retain(loss), weight, {0, 0}};
  return true;
}

int ln_trainer_outputs(const LnTrainer *t) { return t->n_outputs; }
bool ln_trainer_has_loss(const LnTrainer *t, int output) { return t->output[output].loss != NULL; }
int ln_trainer_metrics(const LnTrainer *t) { return t->n_metrics; }
LnMetric *ln_trainer_metric(const LnTrainer *t, int i) { return t->metric[i].metric; }

bool ln_trainer_add_metric(LnContext *c, LnTrainer *t, int output, LnMetric *m, bool weighted) {
  if (t->n_metrics == MAX_METRICS) return ln_fail(c, "a model has at most %d metrics", MAX_METRICS);
  t->metric[t->n_metrics++] = (Metric){ln_object_retain(m), output, weighted};
  return true;
}

bool ln_trainer_reset(LnContext *c, LnTrainer *t) {
  t->loss = (Mean){0, 0};
  t->epoch++;
  for (int i = 0; i < t->n_outputs; i++) t->output[i].mean = (Mean){0, 0};
  for (int i = 0; i < t->n_metrics; i++)
    if (!ln_metric_reset(c, t->metric[i].metric)) return false;
  return true;
}

static double mean(const Mean *m) { return m->count > 0 ? m->total / m->count : 0; }
double ln_trainer_loss(const LnTrainer *t) { return mean(&t->loss); }
double ln_trainer_output_loss(const LnTrainer *t, int output) {
  return mean(&t->output[output].mean);
}

// ---- variables

static bool refresh_variables(LnContext *c, LnTrainer *t) {
  if (t->generation == ln_generation) return true;
  int n = ln_layer_trainable_variables(t->model, NULL, 0);
  LnVariable **v = realloc(t->variables, (size_t)(n + 1) * sizeof *v);
  if (!v) return ln_fail(c, "out of memory");
  t->variables = v;
  t->n_variables = ln_layer_trainable_variables(t->model, v, n);
  if (t->optimizer && !ln_optimizer_build(c, t->optimizer, v, n)) return false;
  t->generation = ln_generation;
  return true;
}

// ---- feeding

static bool dense_rows(const LnTensor *t) {
  int64_t step = 1;
  for (int i = t->rank - 1; i > 0; i--) {
    if (t->shape[i] != 1 && t->stride[i] != step) return false;
    step *= t->shape[i];
  }
  return true;
}

typedef struct Gather {
  char *to;
  const char *from;
  size_t row;
  int64_t step;
  const LnBatch *b;
} Gather;

// Cache lines [begin, end) of every row.
static void gather_lines(void *arg, int64_t begin, int64_t end) {
  const Gather *g = arg;
  const size_t at = (size_t)begin * 64;
  const size_t size = (size_t)end * 64 < g->row ? (size_t)(end - begin) * 64 : g->row - at;
  for (int64_t i = 0; i < g->b->count; i++)
    memcpy(g->to + (size_t)i * g->row + at,
           g->from + (g->b->rows ? g->b->rows[i] : g->b->begin + i) * g->step + at, size);
}

static void gather(char *to, const char *from, size_t row, int64_t step, const LnBatch *b) {
  // Each core has its part of every row: the terms of a first product that it will sum.
  if (row >= WIDE_ROW) {
    Gather g = {to, from, row, step, b};
    ln_parallel((int64_t)((row + 63) / 64), 512 / b->count + 1, gather_lines, &g);
    return;
  }
  const int64_t *rows = b->rows;
  if (!rows) {
    for (int64_t i = 0; i < b->count; i++, to += row) memcpy(to, from + (b->begin + i) * step, row);
    return;
  }
  // Rows in any order are in no cache when there are many: the next batch's are on their way while
  // this one is computed. (They may be no rows of the data; nothing is read.) Those of a power of
  // two may be known to lie in one cache line each.
  const int64_t ahead = row <= 256 ? b->ahead : 0;
  const bool power = (row & (row - 1)) == 0 && row <= 64;
  const bool one_line = power && (((uintptr_t)from | (uintptr_t)step) & (row - 1)) == 0;
#define EACH_ROW(COPY)                                                                        \
  for (int64_t i = 0; i < b->count; i++, to += row) {                                         \
    const char *at = from + rows[i] * step;                                                   \
    COPY;                                                                                     \
    if (i >= ahead) continue;                                                                 \
    uintptr_t next = (uintptr_t)from + (uintptr_t)rows[b->count + i] * (uintptr_t)step;       \
    __builtin_prefetch((const void *)next);                                                   \
    if (!one_line) __builtin_prefetch((const void *)(next + row - 1));                        \
  }
  // Rows as long as most tables', without a call of memcpy each: as two halves that may overlap.
#define HALVES(size) memcpy(to, at, size), memcpy(to + row - size, at + row - size, size)
  if (row == 4) EACH_ROW(memcpy(to, at, 4))
  else if (row > 4 && row <= 8) EACH_ROW(HALVES(4))
  else if (row > 8 && row <= 16) EACH_ROW(HALVES(8))
  else if (row > 16 && row <= 32) EACH_ROW(HALVES(16))
  else if (row > 32 && row <= 64) EACH_ROW(HALVES(32))
  else EACH_ROW(memcpy(to, at, row))
#undef EACH_ROW
#undef HALVES
}

// Rows of the data into a buffer of the same dtype.
static bool feed(LnContext *c, LnTensor *to, LnTensor *data, const LnBatch *b) {
  size_t item = ln_dtype_size((LnDtype)data->dtype);
  size_t row = b->count ? (size_t)(to->size / b->count) * item : 0;
  int64_t step = data->rank ? data->stride[0] * (int64_t)item : 0;
  const char *from = data->data;
  char *out = to->data;
  if (data->rank == 0 || !dense_rows(data)) {
    for (int64_t i = 0; i < b->count; i++) {
      int64_t at = b->rows ? b->rows[i] : b->begin + i;
      size_t scope = ln_scope(c);
      LnTensor *s = ln_temp(
          c, ln_tensor_view(c, data, data->rank - 1, data->shape + 1, data->stride + 1, at * step));
      LnTensor *d = ln_temp(
          c, ln_tensor_view(c, to, to->rank - 1, to->shape + 1, to->stride + 1, i * (int64_t)row));
      bool ok = s && d && ln_tensor_assign(c, d, s);
      ln_scope_end(c, scope);
      if (!ok) return false;
    }
    return true;
  }
  if (!b->rows && step == (int64_t)row && row < WIDE_ROW) {
    memcpy(out, from + b->begin * step, row * (size_t)b->count);
    return true;
  }
  gather(out, from, row, step, b);
  return true;
}

static bool check_parts(LnContext *c, const LnBatch *b, int n, LnTensor *const *parts,
                        const char *what, int64_t low, int64_t high) {
  for (int i = 0; i < n; i++) {
    const LnTensor *t = parts[i];
    if (!t) continue;
    if (t->rank == 0) return ln_fail(c, "%s has no samples: its shape is ()", what);
    if (low >= 0 && high < t->shape[0]) continue;
    if (!b->rows)
      return ln_fail(c, "%s has %lld samples, the batch ends at %lld", what, (long long)t->shape[0],
                     (long long)high + 1);
    return ln_fail(c, "%s has %lld samples, there is no row %lld", what, (long long)t->shape[0],
                   (long long)(low < 0 ? low : high) + 1);
  }
  return true;
}

static bool check_batch(LnContext *c, const LnTrainer *t, LnMode mode, const LnBatch *b) {
  if (b->n_x > LN_MAX_PARTS || b->n_y > LN_MAX_PARTS || b->n_w > LN_MAX_PARTS)
    return ln_fail(c, "a model has at most %d inputs and outputs", LN_MAX_PARTS);
  bool untold = b->n_y == 0 && t->n_metrics == 0;   // only layers add to the loss
  for (int i = 0; i < t->n_outputs; i++) untold = untold && !t->output[i].loss;
  if (mode != LN_PREDICT && b->n_y != t->n_outputs && !untold)
    return ln_fail(c, "the model has %d output%s, but %d target%s given", t->n_outputs,
                   t->n_outputs == 1 ? "" : "s", b->n_y, b->n_y == 1 ? " was" : "s were");
  for (int i = 0; mode != LN_PREDICT && i < b->n_y; i++)
    if (!b->y[i] && t->output[i].loss)
      return ln_fail(c, "y: part %d is missing, and that output has a loss", i + 1);
  int64_t low = b->begin, high = b->begin + b->count - 1;
  if (b->rows) low = INT64_MAX, high = INT64_MIN;
  for (int64_t k = 0; b->rows && k < b->count; k++) {
    low = b->rows[k] < low ? b->rows[k] : low;
    high = b->rows[k] > high ? b->rows[k] : high;
  }
  return check_parts(c, b, b->n_x, b->x, "x", low, high) &&
         check_parts(c, b, b->n_y, b->y, "y", low, high) &&
         check_parts(c, b, b->n_w, b->w, "sample_weight", low, high);
}

// ---- programs

static bool fits(const LnTensor *buffer, const LnTensor *data) {
  if (!buffer || !data) return !buffer && !data;
  return buffer->dtype == data->dtype && buffer->rank == data->rank &&
         ln_shape_equal(buffer->shape + 1, buffer->rank - 1, data->shape + 1, data->rank - 1);
}

static bool fits_batch(const Program *p, LnMode mode, const LnBatch *b) {
  if (p->mode != mode || p->generation != ln_generation || p->count != b->count ||
      p->n_x != b->n_x || p->n_y != b->n_y || p->n_w != b->n_w)
    return false;
  for (int i = 0; i < b->n_x; i++)
    if (!fits(p->x[i], b->x[i])) return false;
  for (int i = 0; i < b->n_y; i++)
    if (!fits(p->y[i], b->y[i])) return false;
  for (int i = 0; i < b->n_w; i++)
    if (!fits(p->w[i], b->w[i])) return false;
  return true;
}

static LnTensor *buffer_for(LnContext *c, const LnTensor *data, int64_t count) {
  int64_t shape[LN_MAX_RANK];
  memcpy(shape, data->shape, sizeof shape);
  shape[0] = count;
  return ln_tensor_new(c, (LnDtype)data->dtype, data->rank, shape);
}

static bool make_buffers(LnContext *c, int n, LnTensor *const *data, int64_t count, LnTensor **out,
                         int *made) {
  for (int i = 0; i < n; i++, (*made)++)
    if (data[i] && !(out[i] = buffer_for(c, data[i], count))) return false;
  return true;
}

static bool feed_all(LnContext *c, const Program *p, const LnBatch *b) {
  for (int i = 0; i < p->n_x; i++)
    if (!feed(c, p->x[i], b->x[i], b)) return false;
  for (int i = 0; i < p->n_y; i++)
    if (p->y[i] && !feed(c, p->y[i], b->y[i], b)) return false;
  for (int i = 0; i < p->n_w; i++)
    if (p->w[i] && !feed(c, p->w[i], b->w[i], b)) return false;
  return true;
}

// The logits behind predictions that an activation over the last axis made, for fused losses.
static LnTensor *logits_of(const LnTape *tape, const LnTensor *pred, const char *activation) {
  const LnCall *call = activation && tape ? ln_tape_producer(tape, pred) : NULL;
  if (!call || strcmp(call->op->name, activation) != 0) return NULL;
  for (const LnOption *o = call->op->options; o && o->name; o++) {
    if (strcmp(o->name, "axis") != 0) continue;
    const char *field = (const char *)call->params + o->offset;
    int64_t axis = o->kind == LN_OPT_AXIS            ? *(const int64_t *)field
                   : ((const LnInts *)field)->n == 1 ? ((const LnInts *)field)->v[0]
                                                     : 0;
    if (axis != -1 && axis != pred->rank - 1) return NULL;
  }
  return call->in[0];
}

// The loss of the batch, of each output, and of the regularizers, added up.
static bool total_loss(LnContext *c, LnTrainer *t, Program *p, LnTensor **total) {
  *total = NULL;
  for (int i = 0; i < t->n_outputs; i++) {
    Output *o = &t->output[i];
    if (!o->loss) continue;
    const LnLossClass *cls = (const LnLossClass *)o->loss->base.cls;
    LnTensor *w = i < p->n_w ? p->w[i] : NULL;
    bool fuses = cls->call_logits && !o->loss->base.lua;
    LnTensor *logits = logits_of(p->tape, p->pred[i], fuses ? cls->fuses : NULL);
    LnTensor *mask = p->pred[i]->mask;
    LnTensor *value = logits ? ln_loss_value_logits(c, o->loss, p->y[i], logits, w, mask)
                             : ln_loss_value(c, o->loss, p->y[i], p->pred[i], w, NULL);
    if (!value) return false;
    if (value->rank > 0 && !(value = ln_mean(c, value, LN_NONE, false))) return false;
    p->output_loss[i] = ln_retain(value);
    if (o->weight != 1) value = ln_mul_number(c, value, o->weight);
    *total = *total ? ln_add(c, *total, value) : value;
    if (!*total) return false;
  }
  for (size_t i = 0; i < c->n_losses; i++) {
    *total = *total ? ln_add(c, *total, c->losses[i]) : c->losses[i];
    if (!*total) return false;
  }
  for (int i = 0; i < t->n_variables; i++) {
    LnVariable *v = t->variables[i];
    if (!v->regularizer) continue;
    LnTensor *value = ln_regularize(c, v->regularizer, v->value);
    *total = *total && value ? ln_add(c, *total, value) : value;
    if (!*total) return false;
  }
  if (!*total) return ln_fail(c, "there is no loss to train with: give compile a loss");
  return true;
}

// Gradients go straight to the optimizer's flat buffer where a call of the tape computes them.
static bool take_gradients(LnContext *c, LnTrainer *t, Program *p, LnTensor *total) {
  int n = t->n_variables;
  bool eager = p == t->eager;
  LnTensor **sources = calloc((size_t)n + 1, sizeof *sources);
  free(p->gradients);
  free(p->active);
  p->gradients = calloc((size_t)n + 1, sizeof *p->gradients);
  p->active = calloc((size_t)(3 * n + 3), sizeof *p->active);
  bool ok = sources && p->gradients && p->active;
  if (!ok) ln_fail(c, "out of memory");
  for (int i = 0; ok && i < n; i++) sources[i] = t->variables[i]->value;
  double scale = t->optimizer->loss_scale_factor;
  LnTensor *seed = NULL;
  if (ok && !isnan(scale))
    ok = (seed = ln_temp(c, ln_tensor_scalar(c, (LnDtype)total->dtype, scale))) != NULL;
  ok = ok && ln_tape_gradient(p->tape, &total, seed ? &seed : NULL, 1, sources, n, p->gradients);
  free(sources);
  if (!ok) {
    if (p->gradients) memset(p->gradients, 0, ((size_t)n + 1) * sizeof *p->gradients);
    return false;
  }
  p->copied = p->active + n + 1;
  p->left = p->copied + n + 1;
  p->n_gradients = n;
  for (int i = 0; i < n; i++) {
    LnTensor *g = ln_retain(p->gradients[i]);
    if (!g) continue;
    LnTensor *place = ln_optimizer_gradient(t->optimizer, i);
    p->active[i] = true;
    // Computed once more on the first batch only: the buffer it had holds this batch's values.
    bool first = ln_tensor_assign(c, place, g);
    p->copied[i] = !eager && !ln_tape_place(p->tape, g, place->storage, place->offset);
    if (!first) return false;
  }
  return true;
}

// Runs the batch once, on a tape.
static bool record(LnContext *c, LnTrainer *t, Program *p) {
  LnTensors in = {p->n_x, p->x};
  LnCallArgs args = {p->mode == LN_TRAIN, NULL};
  LnTensor *total = NULL;
  if (!ln_layer_call(c, t->model, &in, &args, p->pred, LN_MAX_PARTS, &p->n_pred)) {
    p->n_pred = 0;
    return false;
  }
  for (int i = 0; i < p->n_pred; i++) ln_retain(p->pred[i]);
  if (p->mode == LN_PREDICT) return true;
  // Layers may have been built on the way.
  if (!refresh_variables(c, t)) return false;
  if (p->n_pred != t->n_outputs)
    return ln_fail(c, "the model gave %d outputs, and was compiled for %d", p->n_pred,
                   t->n_outputs);
  if (!total_loss(c, t, p, &total)) return false;
  p->loss = ln_retain(total);
  return p->mode != LN_TRAIN || take_gradients(c, t, p, total);
}

// What is read of a program when it has run; entries may be NULL. Returns how many.
enum { MAX_RESULTS = 3 * LN_MAX_PARTS + 1 };
static int results(const LnTrainer *t, const Program *p, LnTensor **out) {
  int n = 0;
  for (int i = 0; i < p->n_pred; i++) {
    out[n++] = p->pred[i];
    if (p->pred[i]->mask) out[n++] = p->pred[i]->mask;   // metrics want it
  }
  for (int i = 0; i < t->n_outputs; i++) out[n++] = p->output_loss[i];
  out[n++] = p->loss;
  return n;
}

static bool keep(LnContext *c, LnTrainer *t, Program *p) {
  LnTensor *kept[MAX_RESULTS];
  int n = results(t, p, kept);
  LnTensor **all = malloc((size_t)(n + p->n_gradients + 1) * sizeof *all);
  if (!all) return ln_fail(c, "out of memory");
  memcpy(all, kept, (size_t)n * sizeof *all);
  for (int i = 0; i < p->n_gradients; i++) all[n++] = p->gradients[i];
  bool ok = ln_tape_finish(p->tape, all, n);
  free(all);
  return ok;
}

// A plain step is taken where the gradient is computed: it then is neither written nor read again.
static bool take_steps(LnContext *c, LnTrainer *t, Program *p) {
  if (p->mode != LN_TRAIN || p->in_lua || !ln_optimizer_plain(t->optimizer)) return true;
  p->stepped = calloc((size_t)t->n_variables + 1, sizeof *p->stepped);
  if (!p->stepped) return ln_fail(c, "out of memory");
  for (int i = 0; i < t->n_variables; i++) {
    LnVariable *v = t->variables[i];
    p->left[i] = p->active[i] &&
                 (p->copied[i] || v->constraint ||
                  !ln_tape_add_into(p->tape, p->gradients[i], v->value, &p->step_scale));
    if (p->active[i] && !p->left[i]) p->stepped[p->n_stepped++] = v;
  }
  return true;
}

// Whether a program still does what the optimizer would.
static bool steps_as(const Program *p, const LnTrainer *t) {
  return p->n_stepped == 0 || ln_optimizer_plain(t->optimizer);
}

static bool replay(LnContext *c, LnTrainer *t, Program *p) {
  double rate = 0;
  if (p->n_stepped && !ln_optimizer_rate(c, t->optimizer, &rate)) return false;
  p->step_scale = -rate;
  p->replayed = true;
  if (!ln_tape_replay(p->tape)) return false;
  for (int i = 0; i < p->n_stepped; i++) p->stepped[i]->value->storage->writes++;
  return true;
}

// Buffers for the batch, filled.
static bool load(LnContext *c, Program *p, LnMode mode, const LnBatch *b) {
  p->mode = mode;
  p->count = b->count;
  return make_buffers(c, b->n_x, b->x, b->count, p->x, &p->n_x) &&
         make_buffers(c, b->n_y, b->y, b->count, p->y, &p->n_y) &&
         make_buffers(c, b->n_w, b->w, b->count, p->w, &p->n_w) && feed_all(c, p, b);
}

// A new program for the batch, already run once; to be replayed later, unless `once`.
static Program *new_program(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b, bool once) {
  Program *p = calloc(1, sizeof *p);
  if (!p) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  bool ok = load(c, p, mode, b) && (p->tape = ln_tape_new(c, true));
  // Built and placed before anything is recorded: a view of a variable must not outlive its place.
  if (ok && !t->model->built) ok = ln_layer_build(c, t->model, &(LnTensors){p->n_x, p->x});
  ok = ok && refresh_variables(c, t);
  uint64_t generation = ln_generation, calls = c->host_calls;
  if (ok) {
    size_t scope = ln_scope(c);
    int32_t no_record = c->no_record;
    c->no_record = 0;
    ln_tape_start(p->tape);
    ok = record(c, t, p);
    ln_tape_stop(p->tape);
    c->no_record = no_record;
    ln_losses_clear(c);
    ln_scope_end(c, scope);
    const char *spoiled = ok ? ln_tape_unreplayable(p->tape) : NULL;
    p->in_lua = c->host_calls != calls || spoiled;
    if (spoiled && t->replay)
      ok = ln_fail(c, "compile{replay = true}: %s cannot be replayed", spoiled);
    if (ok && !once && (!p->in_lua || t->replay)) {
      // What Lua has dropped is nobody's.
      if (p->in_lua && c->collect) c->collect(c);
      ok = keep(c, t, p) && take_steps(c, t, p);
    }
  }
  // A view of a variable that moved meanwhile is stale: such a program runs this once.
  p->generation = generation == ln_generation ? generation : 0;
  p->epoch = t->epoch;
  p->runs = 1;
  if (ok) return p;
  free_program(p);
  return NULL;
}

// The batch run once, on a gradient tape where there is to train.
static Program *run_eagerly(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b) {
  Program *p = t->eager;
  if (p && p->tape) ln_tape_clear(p->tape);
  if (p) empty_program(p);
  else if (!(p = t->eager = calloc(1, sizeof *p))) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  bool ok = load(c, p, mode, b);
  if (ok && !t->model->built) ok = ln_layer_build(c, t->model, &(LnTensors){p->n_x, p->x});
  ok = ok && refresh_variables(c, t);
  if (mode != LN_TRAIN) ln_tape_free(p->tape), p->tape = NULL;
  else if (ok && !p->tape) ok = (p->tape = ln_tape_new(c, false)) != NULL;
  if (!ok) return NULL;
  size_t scope = ln_scope(c);
  LnRecorder *outer = c->recorder;   // a tape of the caller's has no part in this
  int32_t no_record = c->no_record;
  c->recorder = NULL;
  c->no_record = 0;
  if (p->tape) ln_tape_start(p->tape);
  ok = record(c, t, p);
  if (p->tape) ln_tape_stop(p->tape), ln_tape_clear(p->tape);
  c->recorder = outer;
  c->no_record = no_record;
  ln_losses_clear(c);
  ln_scope_end(c, scope);
  return ok ? p : NULL;
}

// Holds a promise of replay: the batch is run in Lua, and must do what was recorded. The record
// stays; what ran is the batch's result.
static Program *check_program(LnContext *c, LnTrainer *t, Program *p, LnMode mode,
                              const LnBatch *b) {
  LnTensor *before[3 * LN_MAX_PARTS], *now[3 * LN_MAX_PARTS];
  LnTensor *gave[MAX_RESULTS], *gives[MAX_RESULTS];
  int n = 0;
  Program *q = new_program(c, t, mode, b, true);
  if (!q) return NULL;
  for (int i = 0; i < p->n_x; i++) before[n] = p->x[i], now[n++] = q->x[i];
  for (int i = 0; i < p->n_y; i++) before[n] = p->y[i], now[n++] = q->y[i];
  for (int i = 0; i < p->n_w; i++) before[n] = p->w[i], now[n++] = q->w[i];
  const LnTapeEnds of_p = {before, gave, n, results(t, p, gave)},
                   of_q = {now, gives, n, results(t, q, gives)};
  if (ln_tape_same(c, p->tape, q->tape, &of_p, &of_q)) {
    p->runs++;
    p->epoch = t->epoch;
    ln_tape_free(q->tape);
    q->tape = NULL;
    free_program(t->eager);
    return t->eager = q;
  }
  ln_fail_within(c, "compile{replay = true} promised the same ops each time, but");
  free_program(q);
  return NULL;
}

// The program that fits, run; the least recently used one makes room.
static Program *run_program(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b) {
  int slot = 0;
  if (t->eager_only || (t->in_lua[mode] && !t->replay)) return run_eagerly(c, t, mode, b);
  for (int i = 0; i < PROGRAMS; i++) {
    Program *p = t->program[i];
    if (p && (p->generation != ln_generation || !steps_as(p, t))) {
      free_program(p);
      p = t->program[i] = NULL;
    }
    if (p && fits_batch(p, mode, b)) {
      if (p->in_lua && (p->runs == 1 || p->epoch != t->epoch)) {
        Program *q = check_program(c, t, p, mode, b);
        p->age = ++t->clock;
        if (!q) {   // nothing is known of it when they differ
          free_program(p);
          t->program[i] = NULL;
        }
        return q;
      }
      p->runs++;
      p->age = ++t->clock;
      return feed_all(c, p, b) && replay(c, t, p) ? p : NULL;
    }
    if (!p || (t->program[slot] && p->age < t->program[slot]->age)) slot = i;
  }
  Program *p = new_program(c, t, mode, b, false);
  if (!p) return NULL;
  if (p->in_lua && !t->replay) {
    t->in_lua[mode] = true;
    ln_tape_free(p->tape);
    p->tape = NULL;
    free_program(t->eager);
    return t->eager = p;
  }
  p->age = ++t->clock;
  free_program(t->program[slot]);
  return t->program[slot] = p;
}

static bool update(LnContext *c, LnTrainer *t, const Program *p) {
  if (t->n_variables == 0) return true;   // all is frozen: no step is taken, and none counted
  const bool *active = p->replayed && p->n_stepped ? p->left : p->active;
  bool any = active == p->active;
  for (int i = 0; i < p->n_gradients; i++) {
    any = any || active[i];
    if (p->copied[i] && p->active[i] &&
        !ln_tensor_assign(c, ln_optimizer_gradient(t->optimizer, i), p->gradients[i]))
      return false;
  }
  if (any) return ln_optimizer_step(c, t->optimizer, active);
  t->optimizer->iterations++;   // every step was taken on the way
  return true;
}

bool ln_trainer_replays(const LnTrainer *t, LnMode mode, const LnBatch *b) {
  for (int i = 0; i < PROGRAMS; i++) {
    const Program *p = t->program[i];
    if (p && !p->in_lua && fits_batch(p, mode, b)) return true;
  }
  return false;
}

// ---- a batch

static double scalar(const LnTensor *t) {
  static const int64_t zeros[LN_MAX_RANK];
  return ln_tensor_get(t, zeros);
}

static bool update_logs(LnContext *c, LnTrainer *t, const Program *p) {
  double n = (double)p->count;
  t->loss.total += scalar(p->loss) * n;
  t->loss.count += n;
  for (int i = 0; i < t->n_outputs; i++) {
    if (!p->output_loss[i]) continue;
    t->output[i].mean.total += scalar(p->output_loss[i]) * n;
    t->output[i].mean.count += n;
  }
  for (int i = 0; i < t->n_metrics; i++) {
    const Metric *m = &t->metric[i];
    LnTensor *w = m->weighted && m->output < p->n_w ? p->w[m->output] : NULL;
    if (!ln_metric_update(c, m->metric, p->y[m->output], p->pred[m->output], w)) return false;
  }
  return true;
}

bool ln_trainer_run(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b,
                    LnTensor **predictions, int *n_predictions) {
  if (!check_batch(c, t, mode, b)) return false;
  if (mode == LN_TRAIN && !t->optimizer)
    return ln_fail(c, "compile the model with an optimizer first");
  size_t scope = ln_scope(c);
  c->no_record++;   // a tape of the caller's has no part in this step
  Program *p = run_program(c, t, mode, b);
  bool ok = p != NULL;
  if (ok && mode == LN_TRAIN) ok = update(c, t, p);
  ok = ok && (mode == LN_PREDICT || update_logs(c, t, p));
  c->no_record--;
  ln_scope_end(c, scope);
  if (!ok) return false;
  if (predictions) {
    *n_predictions = p->n_pred;
    memcpy(predictions, p->pred, (size_t)p->n_pred * sizeof *predictions);
  }
  return true;
}
