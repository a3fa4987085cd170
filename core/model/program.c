// Making, running and comparing programs.
#include "model/program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/assign.h"

// ---- the task

bool ln_task_refresh(LnContext *c, LnTask *t) {
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

void ln_task_clear(LnTask *t) {
  for (int i = 0; i < t->n_outputs; i++) ln_object_release(t->output[i].loss);
  ln_object_release(t->optimizer);
  ln_object_release(t->model);
  ln_gradient_hook_free(t->hook);
  ln_arena_clear(&t->arena);
  free(t->variables);
}

// ---- life

void ln_program_free(LnProgram *p) {
  if (!p) return;
  ln_tape_free(p->tape);
  ln_feed_end(&p->feed);
  for (int i = 0; i < p->n_pred; i++) ln_release(p->pred[i]);
  for (int i = 0; i < LN_MAX_PARTS; i++) ln_release(p->output_loss[i]);
  ln_release(p->loss);
  for (int i = 0; i < p->n_gradients; i++) ln_release(p->gradients[i]);
  ln_gradient_pieces_free(&p->pieces);
  free(p->gradients);
  free(p->active);
  free(p->left);
  free(p->stepped);
  free(p);
}

bool ln_program_fits(const LnProgram *p, LnMode mode, const LnBatch *b) {
  return p->mode == mode && p->generation == ln_generation && ln_feed_fits(&p->feed, b);
}

size_t ln_program_bytes(const LnProgram *p) {
  return sizeof *p + (p->tape ? ln_tape_bytes(p->tape) : 0);
}

// ---- what a batch computes

// The loss of one output; NULL with an error.
static LnTensor *output_loss(LnContext *c, const LnTask *t, LnProgram *p, int i) {
  LnLoss *loss = t->output[i].loss;
  const LnLossClass *cls = (const LnLossClass *)loss->base.cls;
  LnTensor *y = p->feed.y[i], *w = i < p->feed.n_w ? p->feed.w[i] : NULL, *pred = p->pred[i];
  const bool fuses = cls->call_logits && !loss->base.lua;
  LnTensor *logits = fuses ? ln_tape_logits(p->tape, pred, cls->fuses) : NULL;
  LnTensor *value = logits ? ln_loss_value_logits(c, loss, y, logits, w, pred->mask)
                           : ln_loss_value(c, loss, y, pred, w, NULL);
  return value && value->rank > 0 ? ln_mean(c, value, LN_NONE, false) : value;
}

static bool add_to(LnContext *c, LnTensor **total, LnTensor *value) {
  *total = *total && value ? ln_add(c, *total, value) : value;
  return *total != NULL;
}

// The loss of the batch, of each output, and of the regularizers, added up.
static bool total_loss(LnContext *c, const LnTask *t, LnProgram *p, LnTensor **total) {
  *total = NULL;
  for (int i = 0; i < t->n_outputs; i++) {
    if (!t->output[i].loss) continue;
    LnTensor *value = output_loss(c, t, p, i);
    if (!(p->output_loss[i] = ln_retain(value))) return false;
    if (t->output[i].weight != 1) value = ln_mul_number(c, value, t->output[i].weight);
    if (!add_to(c, total, value)) return false;
  }
  for (size_t i = 0; i < c->n_losses; i++)
    if (!add_to(c, total, c->losses[i])) return false;
  for (int i = 0; i < t->n_variables; i++) {
    const LnVariable *v = t->variables[i];
    if (v->regularizer && !add_to(c, total, ln_regularize(c, v->regularizer, v->value)))
      return false;
  }
  return *total || ln_fail(c, "there is no loss to train with: give compile a loss");
}

// A layer that computes in float16, or NULL.
static const LnLayer *in_float16(const LnLayer *l) {
  const LnLayerClass *cls = (const LnLayerClass *)l->base.cls;
  if (!cls->model && l->dtype.compute == LN_FLOAT16) return l;
  const LnLayer *found = NULL;
  for (int i = 0; i < l->n_children && !found; i++) found = in_float16(l->children[i]);
  return found;
}

// Gradients in float16 vanish below 6e-8: they are only right when the loss is scaled up.
static bool check_scale(LnContext *c, const LnTask *t) {
  const LnLayer *l = isnan(t->optimizer->loss_scale_factor) ? in_float16(t->model) : NULL;
  return !l || ln_fail(c, "layer '%s' computes in float16, in which gradients vanish: give the "
                       "optimizer a loss_scale_factor (1024, say), or compute in mixed_bfloat16",
                       l->base.name ? l->base.name : l->base.cls->name);
}

// What the loss's gradient begins with: the scale, and the share of the whole batch's rows.
static double seed_of(const LnTask *t, const LnPart *part) {
  const double scale = t->optimizer->loss_scale_factor;
  if (part->total == 0) return scale;
  return (isnan(scale) ? 1 : scale) * (double)part->count / (double)part->total;
}

static bool find_gradients(LnContext *c, const LnTask *t, LnProgram *p, LnTensor *total) {
  const int n = t->n_variables;
  const double scale = seed_of(t, &p->feed.part);
  LnTensor **sources = calloc((size_t)n + 1, sizeof *sources), *seed = NULL;
  bool ok = sources != NULL;
  if (!ok) ln_fail(c, "out of memory");
  for (int i = 0; ok && i < n; i++) sources[i] = t->variables[i]->value;
  if (ok && !isnan(scale))
    ok = (seed = ln_temp(c, ln_tensor_scalar(c, (LnDtype)total->dtype, scale))) != NULL;
  ok = ok && ln_tape_gradient(p->tape, &total, seed ? &seed : NULL, 1, sources, n, p->gradients);
  for (int i = 0; i < n; i++) p->gradients[i] = ok ? ln_retain(p->gradients[i]) : NULL;
  free(sources);
  return ok;
}

static bool take_gradients(LnContext *c, const LnTask *t, LnProgram *p, LnTensor *total) {
  const size_t n = (size_t)t->n_variables;
  p->gradients = calloc(n + 1, sizeof *p->gradients);
  p->active = calloc(n + 1, sizeof *p->active);
  p->left = calloc(n + 1, sizeof *p->left);
  p->stepped = calloc(n + 1, sizeof *p->stepped);
  if (!p->gradients || !p->active || !p->left || !p->stepped) return ln_fail(c, "out of memory");
  p->n_gradients = t->n_variables;
  if (!check_scale(c, t) || !find_gradients(c, t, p, total)) return false;
  for (size_t i = 0; i < n; i++) p->active[i] = p->left[i] = p->gradients[i];
  return true;
}

// The model, the loss and the gradients, on the program's tape.
static bool compute(LnContext *c, LnTask *t, LnProgram *p) {
  LnTensors in = {p->feed.n_x, p->feed.x};
  LnCallArgs args = {.training = p->mode == LN_TRAIN};
  LnTensor *total = NULL;
  if (!ln_layer_call(c, t->model, &in, &args, p->pred, LN_MAX_PARTS, &p->n_pred)) {
    p->n_pred = 0;
    return false;
  }
  for (int i = 0; i < p->n_pred; i++) ln_retain(p->pred[i]);
  if (p->mode == LN_PREDICT) return true;
  // Layers may have been built on the way.
  if (!ln_task_refresh(c, t)) return false;
  if (p->n_pred != t->n_outputs)
    return ln_fail(c, "the model gave %d outputs, and was compiled for %d", p->n_pred,
                   t->n_outputs);
  if (!total_loss(c, t, p, &total)) return false;
  p->loss = ln_retain(total);
  return p->mode != LN_TRAIN || take_gradients(c, t, p, total);
}

// With the tape as the only recorder: one of the caller's has no part in this.
static bool compute_alone(LnContext *c, LnTask *t, LnProgram *p) {
  const size_t scope = ln_scope(c);
  LnRecorder *outer = c->recorder;
  const int32_t no_record = c->no_record;
  c->recorder = NULL;
  c->no_record = 0;
  if (p->tape) ln_tape_start(p->tape);
  const bool ok = compute(c, t, p);
  if (p->tape) ln_tape_stop(p->tape);
  c->recorder = outer;
  c->no_record = no_record;
  ln_losses_clear(c);
  ln_scope_end(c, scope);
  return ok && !c->err.set;
}

// ---- programs

// One whose batch is there, for a model that is built and placed: a view of a variable must not
// outlive its place.
static LnProgram *begin(LnContext *c, LnTask *t, LnMode mode, LnArena *arena, const LnBatch *b) {
  LnProgram *p = calloc(1, sizeof *p);
  if (!p) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  p->mode = mode;
  p->runs = 1;
  bool ok = ln_feed_begin(c, &p->feed, arena, b);
  if (ok && !t->model->built)
    ok = ln_layer_build(c, t->model, &(LnTensors){p->feed.n_x, p->feed.x});
  if (ok && ln_task_refresh(c, t)) return p;
  ln_program_free(p);
  return NULL;
}

// What is read of a program when it has run; entries may be NULL. Returns how many.
enum { MAX_RESULTS = 3 * LN_MAX_PARTS + 1 };
static int results(const LnTask *t, const LnProgram *p, LnTensor **out) {
  int n = 0;
  for (int i = 0; i < p->n_pred; i++) {
    out[n++] = p->pred[i];
    if (p->pred[i]->mask) out[n++] = p->pred[i]->mask;   // metrics want it
  }
  for (int i = 0; i < t->n_outputs; i++) out[n++] = p->output_loss[i];
  out[n++] = p->loss;
  return n;
}

// All results and gradients, to be freed; NULL with an error.
static LnTensor **to_keep(LnContext *c, const LnTask *t, const LnProgram *p, int *n) {
  LnTensor **all = malloc((size_t)(MAX_RESULTS + p->n_gradients) * sizeof *all);
  if (!all) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  *n = results(t, p, all);
  for (int i = 0; i < p->n_gradients; i++) all[(*n)++] = p->gradients[i];
  return all;
}

typedef struct Copy {
  LnContext *context;
  LnTensor *to, *from;
} Copy;

static bool run_copy(void *job) {
  const Copy *copy = job;
  return ln_tensor_assign(copy->context, copy->to, copy->from);
}

// A gradient that no call makes is what it was when it was recorded.
static bool copy_later(LnContext *c, LnTape *t, LnTensor *from, LnTensor *to) {
  if (ln_tape_position(t, from) < 0) return ln_tensor_assign(c, to, from);
  return ln_tape_then(t, from, run_copy, &(Copy){c, to, from}, sizeof(Copy));
}

// Gradients are computed in the optimizer's flat buffer, or copied there as soon as they are there.
static bool place_gradients(LnContext *c, LnTask *t, LnProgram *p) {
  for (int i = 0; i < p->n_gradients; i++) {
    LnTensor *g = p->gradients[i], *place = g ? ln_optimizer_gradient(t->optimizer, i) : NULL;
    if (g && !ln_tape_place(p->tape, g, place->storage, place->offset) &&
        !copy_later(c, p->tape, g, place))
      return false;
  }
  return true;
}

// A plain step is taken where the gradient is computed: it then is neither written nor read again.
// Not where someone waits for gradients.
static bool take_steps(LnContext *c, LnTask *t, LnProgram *p) {
  if (p->in_lua || t->hook || !p->generation || !ln_optimizer_plain(t->optimizer)) return true;
  for (int i = 0; i < p->n_gradients; i++) {
    LnVariable *v = t->variables[i];
    const LnTensor *place = ln_optimizer_gradient(t->optimizer, i);
    p->left[i] = p->active[i] &&
                 (p->gradients[i]->data != place->data || v->constraint ||
                  !ln_tape_add_into(p->tape, p->gradients[i], v->value, &p->step_scale));
    if (p->active[i] && !p->left[i]) p->stepped[p->n_stepped++] = v;
  }
  return !c->err.set;
}

static bool cut(LnContext *c, const LnTask *t, LnProgram *p) {
  ln_gradient_pieces_free(&p->pieces);
  return ln_gradient_cut(c, &p->pieces, t->hook, t->optimizer, p->gradients, p->n_gradients);
}

// Ends the recording: from now on the program is replayed.
static bool finish(LnContext *c, LnTask *t, LnProgram *p) {
  // What Lua has dropped is nobody's.
  if (p->in_lua && c->collect) c->collect(c);
  int n = 0;
  LnTensor **keep = place_gradients(c, t, p) ? to_keep(c, t, p, &n) : NULL;
  const bool ok = keep && ln_tape_finish(p->tape, &t->arena, keep, n);
  free(keep);
  if (!ok || p->mode != LN_TRAIN) return ok;
  return take_steps(c, t, p) &&
         (!t->hook || (cut(c, t, p) && ln_gradient_follow(p->tape, &p->pieces, p->gradients)));
}

// An error of a replay does not know in which layer it is: the batch is run op by op, and without
// effects, for one that does.
static void locate_error(LnContext *c, LnTask *t, LnProgram *p) {
  LnFeed *f = &p->feed;
  const LnBatch b = {f->n_x, f->n_y, f->n_w, f->x, f->y, f->w, NULL, 0, f->count, 0, f->part};
  const LnErr error = c->err;
  ln_clear_error(c);
  c->no_effects++;
  LnProgram *q = ln_program_run(c, t, p->mode == LN_TRAIN ? LN_TEST : p->mode, &b);
  c->no_effects--;
  if (q) c->err = error;
  ln_program_free(q);
}

static bool replay(LnContext *c, LnTask *t, LnProgram *p) {
  double rate = 0;
  if (p->n_stepped && !ln_optimizer_rate(c, t->optimizer, &rate)) return false;
  p->step_scale = -rate;
  if (!ln_tape_replay(p->tape)) {
    locate_error(c, t, p);
    return false;
  }
  for (int i = 0; i < p->n_stepped; i++) p->stepped[i]->value->storage->writes++;
  return true;
}

// Gradients that were computed outside of the flat buffer.
static bool hand_over(LnContext *c, LnTask *t, LnProgram *p) {
  for (int i = 0; i < p->n_gradients; i++)
    if (p->active[i] &&
        !ln_tensor_assign(c, ln_optimizer_gradient(t->optimizer, i), p->gradients[i]))
      return false;
  return !p->n_gradients || !t->hook || (cut(c, t, p) && ln_gradient_tell(&p->pieces));
}

LnProgram *ln_program_record(LnContext *c, LnTask *t, LnMode mode, const LnBatch *b, bool replays,
                             bool once) {
  LnProgram *p = begin(c, t, mode, &t->arena, b);
  if (!p) return NULL;
  bool ok = (p->tape = ln_tape_new(c, true)) != NULL;
  const uint64_t generation = ln_generation, calls = c->host_calls;
  if (ok && !once) ln_tape_defer(p->tape);
  ok = ok && compute_alone(c, t, p);
  const char *spoiled = ok ? ln_tape_unreplayable(p->tape) : NULL;
  p->in_lua = c->host_calls != calls || spoiled;
  if (spoiled && replays)
    ok = ln_fail(c, "compile{replay = true}: %s cannot be replayed", spoiled);
  // A view of a variable that moved meanwhile is stale: such a program runs this once.
  p->generation = generation == ln_generation ? generation : 0;
  const bool deferred = ok && ln_tape_defers(p->tape), keeps = !once && (!p->in_lua || replays);
  if (!keeps) ok = ok && ln_tape_settle(p->tape);
  if (!deferred || !keeps) ok = ok && hand_over(c, t, p);
  if (keeps) ok = ok && finish(c, t, p);
  if (deferred && keeps) ok = ok && replay(c, t, p);
  if (ok) return p;
  ln_program_free(p);
  return NULL;
}

LnProgram *ln_program_run(LnContext *c, LnTask *t, LnMode mode, const LnBatch *b) {
  LnProgram *p = begin(c, t, mode, NULL, b);
  if (!p) return NULL;
  bool ok = mode != LN_TRAIN || (p->tape = ln_tape_new(c, false));
  if (p->tape) ln_tape_consume(p->tape);
  ok = ok && compute_alone(c, t, p) && hand_over(c, t, p);
  ln_tape_free(p->tape);
  p->tape = NULL;
  if (ok) return p;
  ln_program_free(p);
  return NULL;
}

bool ln_program_replay(LnContext *c, LnTask *t, LnProgram *p, const LnBatch *b) {
  p->runs++;
  return ln_feed_load(c, &p->feed, b) && replay(c, t, p);
}

// ---- comparing

bool ln_program_same(LnContext *c, const LnTask *t, const LnProgram *p, const LnProgram *q) {
  LnTensor *in_p[3 * LN_MAX_PARTS], *in_q[3 * LN_MAX_PARTS];
  LnTensor *out_p[MAX_RESULTS], *out_q[MAX_RESULTS];
  int n_in = 0, n_keep = 0;
  const LnFeed *f = &p->feed, *g = &q->feed;
  for (int i = 0; i < f->n_x; i++) in_p[n_in] = f->x[i], in_q[n_in++] = g->x[i];
  for (int i = 0; i < f->n_y; i++) in_p[n_in] = f->y[i], in_q[n_in++] = g->y[i];
  for (int i = 0; i < f->n_w; i++) in_p[n_in] = f->w[i], in_q[n_in++] = g->w[i];
  // What was recorded first has been optimized.
  LnTensor **keep = to_keep(c, t, q, &n_keep);
  const bool ok = keep && ln_tape_optimize(q->tape, keep, n_keep);
  free(keep);
  const LnTapeEnds ends_p = {in_p, out_p, n_in, results(t, p, out_p)},
                   ends_q = {in_q, out_q, n_in, results(t, q, out_q)};
  return ok && ln_tape_same(c, p->tape, q->tape, &ends_p, &ends_q);
}
