// The training step: finds the program for a batch, runs it, updates the weights and the logs.
#include "model/trainer.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_METRICS = 64 };
// Programs are kept until they take so much, the arena that they share not counted.
static const size_t PROGRAM_BYTES = (size_t)64 << 20;

typedef struct Mean {
  double total, count;
} Mean;

typedef struct Metric {
  LnMetric *metric;
  int output;
  bool weighted;
} Metric;

struct LnTrainer {
  LnTask task;
  int n_metrics;
  Metric metric[MAX_METRICS];
  Mean loss, output_loss[LN_MAX_PARTS];
  LnProgram *programs;       // to be replayed, the one used last first
  LnProgram *latest;         // of a batch that is not replayed
  LnProgram *inner;          // of batches that were run while another one was running
  int running;               // batches, one within the other
  bool forgets;              // before the next batch
  bool replay, eager_only;   // Lua's part too, as promised; nothing is recorded
  bool in_lua[LN_PREDICT + 1];
  uint64_t epoch;
  bool shares;               // batches, with the context's peers
  double *local;             // what is counted here, while logs are those of all peers
  int64_t n_local;
};

// ---- life

static void free_list(LnProgram **list) {
  for (LnProgram *p = *list, *next; p; p = next) {
    next = p->next;
    ln_program_free(p);
  }
  *list = NULL;
}

// The arena moves: what lies in it can be recorded again.
static void evict(void *trainer) { free_list(&((LnTrainer *)trainer)->programs); }

LnTrainer *ln_trainer_new(LnContext *c, LnLayer *model) {
  LnTrainer *t = calloc(1, sizeof *t);
  if (!t) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  t->task.model = ln_object_retain(model);
  t->task.arena.evict = evict;
  t->task.arena.owner = t;
  return t;
}

void ln_trainer_forget(LnTrainer *t) {
  t->forgets = t->running > 0;   // the batch that runs still needs them
  if (t->forgets) return;
  free_list(&t->programs);
  free_list(&t->latest);
  free_list(&t->inner);
  ln_arena_clear(&t->task.arena);
}

void ln_trainer_set_replay(LnTrainer *t, bool replay, bool eager) {
  t->replay = replay;
  t->eager_only = eager;
  ln_trainer_forget(t);
}

bool ln_trainer_set_gradient_hook(LnContext *c, LnTrainer *t, LnGradientHook *hook) {
  if (t->running) {
    ln_gradient_hook_free(hook);
    return ln_fail(c, "a batch is running, whose gradients have a hook already or none");
  }
  ln_trainer_forget(t);
  ln_gradient_hook_free(t->task.hook);
  t->task.hook = hook;
  return true;
}

bool ln_trainer_set_peers(LnContext *c, LnTrainer *t, bool shares, int64_t piece_bytes) {
  LnGradientHook *hook = shares ? ln_gradient_peers(c, piece_bytes) : NULL;
  if (c->err.set || !ln_trainer_set_gradient_hook(c, t, hook)) return false;
  t->shares = shares;
  return true;
}

void ln_trainer_free(LnTrainer *t) {
  if (!t) return;
  ln_trainer_forget(t);
  free(t->local);
  for (int i = 0; i < t->n_metrics; i++) ln_object_release(t->metric[i].metric);
  ln_task_clear(&t->task);
  free(t);
}

// ---- what is trained, and told

void ln_trainer_set_optimizer(LnTrainer *t, LnOptimizer *o) {
  ln_object_retain(o);
  ln_object_release(t->task.optimizer);
  t->task.optimizer = o;
}

bool ln_trainer_add_output(LnContext *c, LnTrainer *t, LnLoss *loss, double weight) {
  if (t->task.n_outputs == LN_MAX_PARTS)
    return ln_fail(c, "a model has at most %d outputs", LN_MAX_PARTS);
  t->task.output[t->task.n_outputs++] = (LnOutput){ln_object_retain(loss), weight};
  return true;
}

int ln_trainer_outputs(const LnTrainer *t) { return t->task.n_outputs; }
bool ln_trainer_has_loss(const LnTrainer *t, int output) {
  return t->task.output[output].loss != NULL;
}
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
  for (int i = 0; i < t->task.n_outputs; i++) t->output_loss[i] = (Mean){0, 0};
  for (int i = 0; i < t->n_metrics; i++)
    if (!ln_metric_reset(c, t->metric[i].metric)) return false;
  return true;
}

// ---- what is counted, here and by all peers

// The sums one after the other in `all`, or from there where they belong; NULL: only counts them.
static int64_t sums(LnTrainer *t, double *all, bool back) {
  int64_t n = 0;
#define SUM(x)                                   \
  if (all && back) (x) = all[n];                 \
  else if (all) all[n] = (x);                    \
  n++
  SUM(t->loss.total);
  SUM(t->loss.count);
  for (int i = 0; i < t->task.n_outputs; i++) {
    SUM(t->output_loss[i].total);
    SUM(t->output_loss[i].count);
  }
  for (int i = 0; i < t->n_metrics; i++) {
    const LnMetricState s = ln_metric_state(t->metric[i].metric);
    for (int k = 0; k < 2; k++)
      for (int64_t j = 0; s.sums[k] && j < s.n[k]; j++) {
        SUM(s.sums[k][j]);
      }
  }
#undef SUM
  return n;
}

bool ln_trainer_share(LnContext *c, LnTrainer *t) {
  ln_trainer_unshare(t);
  const int64_t n = sums(t, NULL, false);
  LnTensor *all = ln_tensor_new(c, LN_FLOAT64, 1, &n);
  double *local = all ? malloc((size_t)n * sizeof *local) : NULL;
  if (all && !local) ln_fail(c, "out of memory");
  if (local) {
    sums(t, local, false);
    memcpy(all->data, local, (size_t)n * sizeof *local);
    if (c->peers->sum(c, c->peers->self, all)) sums(t, all->data, true);
  }
  ln_release(all);
  t->local = local;
  t->n_local = n;
  if (c->err.set) ln_trainer_unshare(t);
  return !c->err.set;
}

void ln_trainer_unshare(LnTrainer *t) {
  if (t->local && sums(t, NULL, false) == t->n_local) sums(t, t->local, true);
  free(t->local);
  t->local = NULL;
}

static double mean(const Mean *m) { return m->count > 0 ? m->total / m->count : 0; }
double ln_trainer_loss(const LnTrainer *t) { return mean(&t->loss); }
double ln_trainer_output_loss(const LnTrainer *t, int output) {
  return mean(&t->output_loss[output]);
}

// ---- the program of a batch

// Whether a program still does what the optimizer would.
static bool is_current(const LnTrainer *t, const LnProgram *p) {
  return p->generation == ln_generation &&
         (p->n_stepped == 0 || ln_optimizer_plain(t->task.optimizer));
}

// Takes the program for the batch out of the list, and drops those on the way that no longer hold.
static LnProgram *take_fitting(LnTrainer *t, LnMode mode, const LnBatch *b) {
  for (LnProgram **link = &t->programs; *link;) {
    LnProgram *p = *link;
    const bool current = is_current(t, p);
    if (current && !ln_program_fits(p, mode, b)) {
      link = &p->next;
      continue;
    }
    *link = p->next;
    p->next = NULL;
    if (current) return p;
    ln_program_free(p);
  }
  return NULL;
}

static void put_first(LnTrainer *t, LnProgram *p) {
  p->next = t->programs;
  t->programs = p;
}

// Those used longest ago make room for the first.
static void make_room(LnTrainer *t) {
  LnProgram *p = t->programs;
  size_t bytes = ln_program_bytes(p);
  for (LnProgram **link = &p->next; *link; link = &(*link)->next) {
    bytes += ln_program_bytes(*link);
    if (bytes <= PROGRAM_BYTES) continue;
    free_list(link);
    return;
  }
}

// The result of a batch that is not replayed, for as long as it is the latest.
static LnProgram *hold(LnTrainer *t, LnProgram *p) {
  LnProgram **list = t->running > 1 ? &t->inner : &t->latest;
  if (!p) return NULL;
  p->next = *list;
  return *list = p;
}

// Holds a promise of replay: the batch is run in Lua, and must do what was recorded. The record
// stays; what ran is the batch's result.
static LnProgram *check_program(LnContext *c, LnTrainer *t, LnProgram *p, LnMode mode,
                                const LnBatch *b) {
  LnProgram *q = ln_program_record(c, &t->task, mode, b, t->replay, true);
  if (q && ln_program_same(c, &t->task, p, q)) {
    p->runs++;
    p->epoch = t->epoch;
    put_first(t, p);
    ln_tape_free(q->tape);
    q->tape = NULL;
    return hold(t, q);
  }
  if (q) ln_fail_within(c, "compile{replay = true} promised the same ops each time, but");
  ln_program_free(p);   // nothing is known of it when they differ
  ln_program_free(q);
  return NULL;
}

static LnProgram *new_program(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b) {
  LnProgram *p = ln_program_record(c, &t->task, mode, b, t->replay, false);
  if (!p) return NULL;
  p->epoch = t->epoch;
  if (p->in_lua && !t->replay) {
    t->in_lua[mode] = true;
    ln_tape_free(p->tape);
    p->tape = NULL;
    // Lua may keep what the batch lies in.
    evict(t);
    ln_arena_clear(&t->task.arena);
    return hold(t, p);
  }
  put_first(t, p);
  make_room(t);
  return p;
}

static LnProgram *run_program(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b) {
  if (t->running == 1) free_list(&t->latest);
  // A batch within a batch (of a metric in Lua, say) must not touch the memory of the outer one.
  if (t->eager_only || (t->in_lua[mode] && !t->replay) || t->running > 1)
    return hold(t, ln_program_run(c, &t->task, mode, b));
  LnProgram *p = take_fitting(t, mode, b);
  if (!p) return new_program(c, t, mode, b);
  if (p->in_lua && (p->runs == 1 || p->epoch != t->epoch))
    return check_program(c, t, p, mode, b);
  put_first(t, p);
  return ln_program_replay(c, &t->task, p, b) ? p : NULL;
}

bool ln_trainer_replays(const LnTrainer *t, LnMode mode, const LnBatch *b) {
  if (t->shares && mode != LN_PREDICT) return false;
  for (const LnProgram *p = t->running ? NULL : t->programs; p; p = p->next)
    if (!p->in_lua && ln_program_fits(p, mode, b)) return true;
  return false;
}

const LnTape *ln_trainer_recorded(const LnTrainer *t) {
  return t->programs ? t->programs->tape : NULL;
}

// ---- a batch

static bool check_targets(LnContext *c, const LnTrainer *t, const LnBatch *b) {
  const LnTask *task = &t->task;
  bool targets_optional = b->n_y == 0 && t->n_metrics == 0;   // only layers add to the loss
  for (int i = 0; i < task->n_outputs; i++)
    targets_optional = targets_optional && !task->output[i].loss;
  if (b->n_y != task->n_outputs && !targets_optional)
    return ln_fail(c, "the model has %d output%s, but %d target%s given", task->n_outputs,
                   task->n_outputs == 1 ? "" : "s", b->n_y, b->n_y == 1 ? " was" : "s were");
  for (int i = 0; i < b->n_y; i++)
    if (!b->y[i] && task->output[i].loss)
      return ln_fail(c, "y: part %d is missing, and that output has a loss", i + 1);
  return true;
}

static bool update_weights(LnContext *c, LnTrainer *t, const LnProgram *p) {
  LnTask *task = &t->task;
  bool any = p->n_stepped == 0;
  if (task->n_variables == 0) return true;   // all is frozen: no step is taken, and none counted
  if (task->hook && task->hook->wait && !task->hook->wait(c, task->hook->self)) return false;
  for (int i = 0; i < p->n_gradients && !any; i++) any = p->left[i];
  if (any) return ln_optimizer_step(c, task->optimizer, p->left);
  task->optimizer->iterations++;   // every step was taken on the way
  return true;
}

static void add_to(Mean *m, const LnTensor *value, double n) {
  static const int64_t first[LN_MAX_RANK];
  if (!value) return;
  m->total += ln_tensor_get(value, first) * n;
  m->count += n;
}

static bool update_logs(LnContext *c, LnTrainer *t, const LnProgram *p) {
  const LnPart *part = &p->feed.part;
  const double n = (double)(part->total ? part->count : p->feed.count);
  add_to(&t->loss, p->loss, n);
  for (int i = 0; i < t->task.n_outputs; i++) add_to(&t->output_loss[i], p->output_loss[i], n);
  for (int i = 0; i < t->n_metrics; i++) {
    const Metric *m = &t->metric[i];
    LnTensor *w = m->weighted && m->output < p->feed.n_w ? p->feed.w[m->output] : NULL;
    // A row that does not count shows a metric its shapes, at most.
    const LnMetricState *none = NULL, s = ln_metric_state(m->metric);
    if (n == 0) none = &s;
    if (none && (m->metric->base.lua || s.sums[0])) continue;
    if (!ln_metric_update(c, m->metric, p->feed.y[m->output], p->pred[m->output], w)) return false;
    if (none) ln_metric_reset_builtin(m->metric);
  }
  return true;
}

static LnProgram *run_batch(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b) {
  LnProgram *p = run_program(c, t, mode, b);
  if (!p) return NULL;
  if (mode == LN_TRAIN && !update_weights(c, t, p)) return NULL;
  return mode == LN_PREDICT || update_logs(c, t, p) ? p : NULL;
}

// All peers begin this batch, with the same learning rate.
static bool begin_shared(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b) {
  double rate = 0;
  if (mode == LN_TRAIN && !ln_optimizer_rate(c, t->task.optimizer, &rate)) return false;
  return c->peers->begin(c, c->peers->self, mode, b->part.total, rate);
}

// This process's rows of the batch, between those of others.
static LnProgram *run_shared(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *whole) {
  const LnBatch b = whole->part.total ? *whole
                                      : ln_batch_cut(whole, c->peers->rank, c->peers->size);
  const LnPart outer = c->part;
  c->part = b.part;
  LnProgram *p = begin_shared(c, t, mode, &b) ? run_batch(c, t, mode, &b) : NULL;
  c->part = outer;
  return p && c->peers->end(c, c->peers->self) ? p : NULL;
}

bool ln_trainer_run(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b,
                    LnTensor **predictions, int *n_predictions) {
  if ((mode != LN_PREDICT && !check_targets(c, t, b)) || !ln_batch_check(c, b)) return false;
  if (mode == LN_TRAIN && !t->task.optimizer)
    return ln_fail(c, "compile the model with an optimizer first");
  const size_t scope = ln_scope(c);
  c->no_record++;   // a tape of the caller's has no part in this step
  if (t->running == 0 && t->forgets) ln_trainer_forget(t);
  if (t->running++ == 0) free_list(&t->inner);
  const bool shared = t->shares && mode != LN_PREDICT && t->running == 1;
  const LnProgram *p = shared ? run_shared(c, t, mode, b) : run_batch(c, t, mode, b);
  t->running--;
  c->no_record--;
  ln_scope_end(c, scope);
  if (!p) return false;
  if (predictions) {
    *n_predictions = p->n_pred;
    memcpy(predictions, p->pred, (size_t)p->n_pred * sizeof *predictions);
  }
  return true;
}
