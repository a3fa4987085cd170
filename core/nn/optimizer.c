// What all optimizers share: one update from gradients to weights, in the order that Keras has
// (keras/src/optimizers/base_optimizer.py), over the runs of nn/flat.h. Classes add their step.
//
// The order, and how the common options meet:
//  1. gradients are divided by loss_scale_factor;
//  2. with gradient_accumulation_steps = k they are added up; every k-th call goes on with
//     (sum + gradient) / k and clears the sums of all variables, the other calls go to 6. A
//     variable without a gradient in the k-th call is not updated and loses its sum;
//  3. clipping, of the averaged gradient: clipnorm (g * c / max(norm, c), each variable alone),
//     clipvalue, or global_clipnorm (one norm over all variables that have a gradient; when it is
//     not finite every gradient becomes NaN, so that the failure shows);
//  4. weight decay: w -= w * weight_decay * rate, decoupled (Loshchilov and Hutter, "Decoupled
//     weight decay regularization", 2019), on variables with a gradient that are not excluded;
//  5. the class's step, with t = finished updates + 1 and the rate of its schedule at the number
//     of calls: schedules count batches, not updates;
//  6. averages: a = m a + (1 - m) w for every variable, in accumulating calls too; while no update
//     is counted yet, a = w. When (updates + 1) is a multiple of ema_overwrite_frequency, w = a;
//  7. constraints of the variables that have a gradient, so averages are of unconstrained weights;
//  8. the count of calls goes up.
#include "base/simd.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/copy.h"
#include "nn/flat.h"

static const LnOptimizerClass *class_of(const LnOptimizer *o) {
  return (const LnOptimizerClass *)o->base.cls;
}
static bool built(const LnOptimizer *o) { return o->flat && o->flat->gradient; }

// ---- options, rate, counts

bool ln_optimizer_init(LnContext *c, void *self) {
  LnOptimizer *o = self;
  const char *who = o->base.cls->name;
  if (o->gradient_accumulation_steps == 0) o->gradient_accumulation_steps = LN_NONE;
  if (o->gradient_accumulation_steps == 1)
    return ln_fail(c, "%s: option 'gradient_accumulation_steps' must be 2 or more, or none, got 1",
                   who);
  if (!isnan(o->clipnorm) + !isnan(o->clipvalue) + !isnan(o->global_clipnorm) > 1)
    return ln_fail(c, "%s: only one of clipnorm, clipvalue and global_clipnorm may be set", who);
  if (!o->learning_rate.schedule && !(o->learning_rate.value >= 0))
    return ln_fail(c, "%s: option 'learning_rate' must be a number >= 0 or a schedule, got %g", who,
                   o->learning_rate.value);
  return true;
}

void ln_optimizer_free(void *self) {
  LnOptimizer *o = self;
  ln_flat_free(o->flat);
  o->flat = NULL;
}

bool ln_optimizer_rate(LnContext *c, LnOptimizer *o, double *rate) {
  if (o->learning_rate.schedule)
    return ln_schedule_value(c, o->learning_rate.schedule, o->iterations, rate);
  *rate = o->learning_rate.value;
  return true;
}

bool ln_optimizer_plain(const LnOptimizer *o) {
  const LnOptimizerClass *cls = class_of(o);
  const LnObject *schedule = o->learning_rate.schedule;   // in Lua it may count its calls
  return cls->plain && cls->plain(o) && !o->base.lua && !(schedule && schedule->lua) &&
         isnan(o->weight_decay) && isnan(o->clipnorm) && isnan(o->clipvalue) &&
         isnan(o->global_clipnorm) && isnan(o->loss_scale_factor) &&
         !o->use_ema && o->gradient_accumulation_steps == LN_NONE;
}

int64_t ln_optimizer_iterations(const LnOptimizer *o) {
  return o->gradient_accumulation_steps == LN_NONE
             ? o->iterations
             : o->iterations / o->gradient_accumulation_steps;
}

// ---- building

static LnVariable *listed(const LnFlat *f, int i) { return f->variables[f->index[i]]; }

bool ln_optimizer_build(LnContext *c, LnOptimizer *o, LnVariable *const *variables, int n) {
  LnFlat *f = o->flat;
  if (built(o) && ln_flat_fits(o, f)) {
    bool same = f->listed == n;
    for (int i = 0; i < n && same; i++) same = listed(f, i) == variables[i];
    if (same || ln_flat_list(f, variables, n)) return true;
  }
  LnFlat *flat = ln_flat_new(c, o, variables, n, f);
  if (flat) o->flat = flat;
  return flat != NULL;
}

// The same list, for options that have changed.
static bool rebuild(LnContext *c, LnOptimizer *o) {
  const LnFlat *f = o->flat;
  LnVariable **list = malloc((size_t)(f->listed + 1) * sizeof *list);
  if (!list) return ln_fail(c, "out of memory");
  for (int i = 0; i < f->listed; i++) list[i] = listed(f, i);
  bool ok = ln_optimizer_build(c, o, list, f->listed);
  free(list);
  return ok;
}

LnTensor *ln_optimizer_gradient(LnOptimizer *o, int i) {
  const LnFlat *f = o->flat;
  return built(o) && i >= 0 && i < f->listed ? f->gradients[f->index[i]] : NULL;
}

// Exclusions may come before the variables are known: an empty layout remembers them.
static bool exclude(LnContext *c, LnOptimizer *o, LnVariable *v, const char *word) {
  if (!o->flat && !(o->flat = calloc(1, sizeof *o->flat))) return ln_fail(c, "out of memory");
  return ln_flat_exclude(c, o->flat, v, word);
}

bool ln_optimizer_exclude(LnContext *c, LnOptimizer *o, LnVariable *v) {
  return exclude(c, o, v, NULL);
}

bool ln_optimizer_exclude_name(LnContext *c, LnOptimizer *o, const char *text) {
  return exclude(c, o, NULL, text);
}

// ---- loops. Each works on n elements from here on, in the run's own precision.

typedef struct Operands {
  void *x;
  const void *y;
  double a, b;
} Operands;

typedef void (*Loop)(LnDtype d, const Operands *p, int64_t n);

// Halves are worked on as float32, a few at a time.
enum { HALF_BLOCK = 512 };

static void convert(LnDtype to, void *y, LnDtype from, const void *x, int64_t n) {
  const int64_t steps[2] = {(int64_t)ln_dtype_size(to), (int64_t)ln_dtype_size(from)};
  ln_cast_loop(to, from)((char *[]){y, (char *)(uintptr_t)x}, steps, n, NULL);
}

static void loop_halves(Loop loop, LnDtype d, const Operands *p, int64_t n) {
  float x[HALF_BLOCK], y[HALF_BLOCK];
  for (int64_t i = 0; i < n; i += HALF_BLOCK) {
    const int64_t m = n - i < HALF_BLOCK ? n - i : HALF_BLOCK;
    uint16_t *to = (uint16_t *)p->x + i;
    convert(LN_FLOAT32, x, d, to, m);
    if (p->y) convert(LN_FLOAT32, y, d, (const uint16_t *)p->y + i, m);
    loop(LN_FLOAT32, &(Operands){x, p->y ? y : NULL, p->a, p->b}, m);
    convert(d, to, LN_FLOAT32, x, m);
  }
}

#define LOOP(name, statement)                                                                 \
  LN_CLONES static void name##_float32(float *restrict x, const float *restrict y, float a,    \
                                       float b, int64_t n) {                                   \
    (void)y, (void)a, (void)b;                                                                \
    for (int64_t i = 0; i < n; i++) statement;                                                \
  }                                                                                           \
  LN_CLONES static void name##_float64(double *restrict x, const double *restrict y, double a, \
                                       double b, int64_t n) {                                  \
    (void)y, (void)a, (void)b;                                                                \
    for (int64_t i = 0; i < n; i++) statement;                                                \
  }                                                                                           \
  static void name(LnDtype d, const Operands *p, int64_t n) {                                 \
    if (d == LN_FLOAT32) name##_float32(p->x, p->y, (float)p->a, (float)p->b, n);              \
    else if (d == LN_FLOAT64) name##_float64(p->x, p->y, p->a, p->b, n);                       \
    else loop_halves(name, d, p, n);                                                           \
  }

LOOP(divide, x[i] /= a)
LOOP(multiply, x[i] *= a)
LOOP(accumulate, x[i] += y[i])
LOOP(average_in, x[i] = (x[i] + y[i]) / a)
LOOP(clip, x[i] = x[i] < -a ? -a : x[i] > a ? a : x[i])  // NaN stays
LOOP(decay, x[i] -= x[i] * a * b)
LOOP(blend, x[i] = a * x[i] + (1 - a) * y[i])

// Sums of squares, in double and in a fixed order whatever the threads.
#define SQUARES(type)                                                      \
  LN_CLONES static double squares_##type(const type *restrict x, int64_t n) { \
    double lane[16] = {0}, sum = 0;                                        \
    int64_t i = 0;                                                         \
    for (; i + 16 <= n; i += 16)                                           \
      for (int k = 0; k < 16; k++) lane[k] += (double)x[i + k] * x[i + k]; \
    for (; i < n; i++) sum += (double)x[i] * x[i];                         \
    for (int k = 0; k < 16; k++) sum += lane[k];                           \
    return sum;                                                            \
  }
SQUARES(float)
SQUARES(double)

static double squares(LnDtype d, const void *x, int64_t n) {
  if (d == LN_FLOAT32) return squares_float(x, n);
  if (d == LN_FLOAT64) return squares_double(x, n);
  float wide[HALF_BLOCK];
  double sum = 0;
  for (int64_t i = 0; i < n; i += HALF_BLOCK) {
    const int64_t m = n - i < HALF_BLOCK ? n - i : HALF_BLOCK;
    convert(LN_FLOAT32, wide, d, (const uint16_t *)x + i, m);
    sum += squares_float(wide, m);
  }
  return sum;
}

// ---- runs over threads

typedef struct LoopJob {
  Loop loop;
  LnDtype dtype;
  Operands p;
} LoopJob;

static void loop_range(void *arg, int64_t begin, int64_t end) {
  const LoopJob *job = arg;
  int64_t at = begin * (int64_t)ln_dtype_size(job->dtype);
  Operands p = job->p;
  p.x = (char *)p.x + at;
  if (p.y) p.y = (const char *)p.y + at;
  job->loop(job->dtype, &p, end - begin);
}

static void walk(Loop loop, LnDtype d, int64_t n, void *x, const void *y, double a, double b) {
  LoopJob job = {loop, d, {x, y, a, b}};
  ln_parallel(n, LN_FLAT_BLOCK, loop_range, &job);
}

static void walk_gradients(const LnFlat *f, int runs, Loop loop, double a) {
  for (int i = 0; i < runs; i++) {
    const LnRun *r = &f->runs[i];
    walk(loop, r->dtype, r->n, ln_flat_gradient_at(f, r->at), NULL, a, 0);
  }
}

// ---- clipping

static void sum_blocks(void *arg, int64_t begin, int64_t end) {
  LnFlat *f = arg;
  int v = 0;
  for (int64_t b = begin; b < end; b++) {
    while (f->block[v + 1] <= b) v++;
    const LnTensor *g = f->gradients[v];
    int64_t from = (b - f->block[v]) * LN_FLAT_BLOCK, n = g->size - from;
    if (n > LN_FLAT_BLOCK) n = LN_FLAT_BLOCK;
    const char *data = (const char *)g->data + from * (int64_t)ln_dtype_size((LnDtype)g->dtype);
    f->sums[b] = squares((LnDtype)g->dtype, data, n);
  }
}

static double squared_norm(const LnFlat *f, int variable) {
  double sum = 0;
  for (int64_t b = f->block[variable]; b < f->block[variable + 1]; b++) sum += f->sums[b];
  return sum;
}

static void clip_gradients(const LnOptimizer *o, int runs) {
  LnFlat *f = o->flat;
  if (!isnan(o->clipvalue)) {
    if (o->clipvalue > 0) walk_gradients(f, runs, clip, o->clipvalue);
    return;
  }
  bool global = !isnan(o->global_clipnorm);
  double max_norm = global ? o->global_clipnorm : o->clipnorm;
  if (!(max_norm > 0)) return;
  ln_parallel(f->block[f->n], 2, sum_blocks, f);
  double sum = 0;
  for (int i = 0; i < f->n; i++) {
    if (!f->active[i]) continue;
    double squares = squared_norm(f, i);
    sum += squares;
    // A norm of infinity leaves zeros and NaN, a norm of NaN only NaN: as Keras has it.
    if (!global && !(squares <= max_norm * max_norm)) {
      LnTensor *g = f->gradients[i];
      walk(multiply, (LnDtype)g->dtype, g->size, g->data, NULL, max_norm / sqrt(squares), 0);
    }
  }
  if (!global || sum <= max_norm * max_norm) return;
  walk_gradients(f, runs, multiply, isfinite(sum) ? max_norm / sqrt(sum) : NAN);
}

// ---- one update

typedef struct StepJob {
  const LnOptimizer *o;
  LnStep step;
  double decay;
} StepJob;

static void step_halves(const LnOptimizer *o, const LnStep *s) {
  float wide[2 + LN_MAX_SLOTS][HALF_BLOCK];
  for (int64_t i = 0; i < s->n; i += HALF_BLOCK) {
    LnStep part = *s;
    uint16_t *from[2 + LN_MAX_SLOTS] = {s->w, s->g};
    for (int k = 0; k < LN_MAX_SLOTS; k++) from[2 + k] = s->slot[k];
    part.dtype = LN_FLOAT32;
    part.n = s->n - i < HALF_BLOCK ? s->n - i : HALF_BLOCK;
    for (int k = 0; k < 2 + LN_MAX_SLOTS; k++)
      if (from[k]) convert(LN_FLOAT32, wide[k], s->dtype, from[k] + i, part.n);
    part.w = wide[0];
    part.g = wide[1];
    for (int k = 0; k < LN_MAX_SLOTS; k++) part.slot[k] = from[2 + k] ? wide[2 + k] : NULL;
    class_of(o)->step(o, &part);
    for (int k = 0; k < 2 + LN_MAX_SLOTS; k++)
      if (from[k] && k != 1) convert(s->dtype, from[k] + i, LN_FLOAT32, wide[k], part.n);
  }
}

static void step(const LnOptimizer *o, const LnStep *s) {
  if (ln_dtype_is_half(s->dtype)) step_halves(o, s);
  else class_of(o)->step(o, s);
}

// Decay and step go block by block, so that the second finds the weights in the cache.
static void step_range(void *arg, int64_t begin, int64_t end) {
  const StepJob *job = arg;
  int64_t width = (int64_t)ln_dtype_size(job->step.dtype);
  for (int64_t b = begin; b < end; b += LN_FLAT_BLOCK) {
    LnStep s = job->step;
    int64_t at = b * width;
    s.n = end - b < LN_FLAT_BLOCK ? end - b : LN_FLAT_BLOCK;
    s.w = (char *)s.w + at;
    s.g = (char *)s.g + at;
    for (int k = 0; k < LN_MAX_SLOTS; k++)
      if (s.slot[k]) s.slot[k] = (char *)s.slot[k] + at;
    if (!isnan(job->decay)) decay(s.dtype, &(Operands){s.w, NULL, job->decay, s.lr}, s.n);
    step(job->o, &s);
  }
}

static StepJob job_of(const LnOptimizer *o, const LnRun *r, double lr, int64_t t) {
  const LnFlat *f = o->flat;
  LnStep step = {r->dtype, r->n, r->w, ln_flat_gradient_at(f, r->at), {0}, lr, t, NULL, NULL};
  StepJob job = {o, step, r->decay};
  for (int k = 0; k < f->n_own; k++) job.step.slot[k] = ln_flat_slot_at(f, k, r->at);
  return job;
}

typedef struct VariablesJob {
  const LnOptimizer *o;
  double lr;
  int64_t t;
} VariablesJob;

static void step_variables(void *arg, int64_t begin, int64_t end) {
  const VariablesJob *v = arg;
  const LnFlat *f = v->o->flat;
  for (int64_t i = begin; i < end; i++) {
    const LnRun *r = &f->runs[i];
    StepJob job = job_of(v->o, r, v->lr, v->t);
    job.step.variable = f->variables[r->first]->value;
    if (f->scratch) job.step.scratch = (char *)f->scratch->data + f->scratch_at[r->first];
    for (int k = 0; k < f->n_own; k++)
      if (!f->slots[k * f->n + r->first]) job.step.slot[k] = NULL;
    if (!isnan(r->decay))
      decay(r->dtype, &(Operands){r->w, NULL, r->decay, v->lr}, r->n);
    class_of(v->o)->step(v->o, &job.step);
  }
}

static bool any_decay(const LnOptimizer *o) {
  return class_of(o)->weight_decay || (!isnan(o->weight_decay) && o->weight_decay != 0);
}

// The weight decay of every variable in out[], or NULL when there is none at all.
static const double *decays(const LnOptimizer *o, double *out) {
  const LnFlat *f = o->flat;
  if (!any_decay(o)) return NULL;
  for (int i = 0; i < f->n; i++) {
    out[i] = NAN;
    if (!f->decays[i]) continue;
    out[i] = class_of(o)->weight_decay ? class_of(o)->weight_decay(o, f->variables[i])
                                       : o->weight_decay;
  }
  return out;
}

// One by one, in Lua, after the decay.
static bool update_in_lua(LnContext *c, LnOptimizer *o, int runs, double lr) {
  const LnFlat *f = o->flat;
  bool ok = true;
  c->no_record++;
  for (int i = 0; ok && i < runs; i++) {
    const LnRun *r = &f->runs[i];
    size_t scope = ln_scope(c);
    if (!isnan(r->decay)) decay(r->dtype, &(Operands){r->w, NULL, r->decay, lr}, r->n);
    LnTensor *slots[LN_MAX_SLOTS];
    for (int k = 0; k < f->n_own; k++) slots[k] = f->slots[k * f->n + r->first];
    ok = c->calls->step(c, &o->base, f->variables[r->first], f->gradients[r->first], lr, f->n_own,
                        slots, f->names);
    ln_scope_end(c, scope);
  }
  c->no_record--;
  if (!ok) ln_fail_within(c, "optimizer '%s'", o->base.name ? o->base.name : o->base.cls->name);
  return ok;
}

bool ln_optimizer_step_builtin(LnContext *c, LnOptimizer *o, LnVariable *v, LnTensor *gradient,
                               double rate) {
  const LnFlat *f = o->flat;
  for (int i = 0; built(o) && i < f->n; i++) {
    if (f->variables[i] != v) continue;
    LnRun r = {(LnDtype)v->value->dtype, i, v->value->size, v->value->data, f->at[i], NAN};
    if (!ln_tensor_same_shape(gradient, v->value))
      return ln_fail(c, "a gradient of shape %s for variable '%s' of shape %s",
                     ln_tensor_shape_text(gradient), v->name, ln_tensor_shape_text(v->value));
    if (gradient != f->gradients[i] && !ln_tensor_assign(c, f->gradients[i], gradient))
      return false;
    StepJob job = job_of(o, &r, rate, ln_optimizer_iterations(o) + 1);
    job.step.variable = v->value;
    if (f->scratch) job.step.scratch = (char *)f->scratch->data + f->scratch_at[i];
    for (int k = 0; k < f->n_own; k++)
      if (!f->slots[k * f->n + i]) job.step.slot[k] = NULL;
    if (r.n) step(o, &job.step);
    return true;
  }
  return ln_fail(c, "variable '%s' is not one of the optimizer's", v->name ? v->name : "variable");
}

static bool update(LnContext *c, LnOptimizer *o, int runs, double lr, int64_t t) {
  const LnOptimizerClass *cls = class_of(o);
  if (cls->begin) cls->begin(o, lr, t);
  if (o->base.lua && c->calls) return update_in_lua(c, o, runs, lr);
  if (cls->per_variable) {
    VariablesJob job = {o, lr, t};
    ln_parallel(runs, 1, step_variables, &job);
    return true;
  }
  for (int i = 0; i < runs; i++) {
    StepJob job = job_of(o, &o->flat->runs[i], lr, t);
    ln_parallel(job.step.n, LN_FLAT_BLOCK, step_range, &job);
  }
  return true;
}

static void copy_averages(const LnFlat *f, int runs) {
  for (int i = 0; i < runs; i++) {
    const LnRun *r = &f->runs[i];
    memcpy(r->w, ln_flat_slot_at(f, f->average, r->at), (size_t)r->n * ln_dtype_size(r->dtype));
  }
}

static bool move_averages(LnContext *c, LnOptimizer *o) {
  LnFlat *f = o->flat;
  int runs = ln_flat_runs(c, f, NULL, false, NULL);
  if (runs < 0) return false;
  int64_t updates = ln_optimizer_iterations(o);
  double momentum = updates == 0 ? 0 : o->ema_momentum;
  for (int i = 0; i < runs; i++) {
    const LnRun *r = &f->runs[i];
    walk(blend, r->dtype, r->n, ln_flat_slot_at(f, f->average, r->at), r->w, momentum, 0);
  }
  if (o->ema_overwrite_frequency > 0 && (updates + 1) % o->ema_overwrite_frequency == 0)
    copy_averages(f, runs);
  return true;
}

static bool constrain(LnContext *c, const LnFlat *f) {
  bool ok = true;
  c->no_record++;
  for (int i = 0; i < f->n && ok; i++) {
    LnVariable *v = f->variables[i];
    if (!v->constraint || !f->active[i]) continue;
    size_t scope = ln_scope(c);
    LnTensor *projected = ln_constrain(c, v->constraint, v->value);
    ok = projected && ln_tensor_assign(c, v->value, projected);
    ln_scope_end(c, scope);
    if (!ok) ln_fail_within(c, "constraint of '%s'", v->name ? v->name : "variable");
  }
  c->no_record--;
  return ok;
}

bool ln_optimizer_step(LnContext *c, LnOptimizer *o, const bool *active) {
  const char *who = o->base.cls->name;
  if (!built(o)) return ln_fail(c, "%s: there are no variables yet", who);
  // An option that brings a slot (momentum, use_ema, ...) may have been assigned since.
  if (!ln_flat_fits(o, o->flat) && !rebuild(c, o)) return false;
  LnFlat *f = o->flat;
  bool any = false;
  for (int i = 0; i < f->n; i++) f->active[i] = false;
  for (int i = 0; i < f->listed; i++)
    if (!active || active[i]) any = f->active[f->index[i]] = true;
  if (!any) return ln_fail(c, "%s: no variable has a gradient", who);
  double lr, inline_scratch[64], *scratch = inline_scratch;
  if (!ln_optimizer_rate(c, o, &lr)) return false;
  if (f->n > 64 && any_decay(o) && !(scratch = malloc((size_t)f->n * sizeof *scratch)))
    return ln_fail(c, "out of memory");
  int runs = ln_flat_runs(c, f, f->active, class_of(o)->per_variable || o->base.lua,
                          decays(o, scratch));
  if (scratch != inline_scratch) free(scratch);
  if (runs < 0) return false;

  if (!isnan(o->loss_scale_factor)) walk_gradients(f, runs, divide, o->loss_scale_factor);
  int64_t every = f->accumulator < 0 ? 1 : o->gradient_accumulation_steps;
  bool due = (o->iterations + 1) % every == 0;
  for (int i = 0; f->accumulator >= 0 && i < runs; i++) {
    const LnRun *r = &f->runs[i];
    char *sum = ln_flat_slot_at(f, f->accumulator, r->at), *g = ln_flat_gradient_at(f, r->at);
    if (due) walk(average_in, r->dtype, r->n, g, sum, (double)every, 0);
    else walk(accumulate, r->dtype, r->n, sum, g, 0, 0);
  }
  if (due) {
    if (f->accumulator >= 0) memset(f->slot[f->accumulator]->data, 0, (size_t)f->at[f->n]);
    clip_gradients(o, runs);
    if (!update(c, o, runs, lr, ln_optimizer_iterations(o) + 1)) return false;
  }
  if (f->average >= 0 && !move_averages(c, o)) return false;
  bool ok = constrain(c, f);
  for (int i = 0; i < f->n; i++)
    if (f->active[i]) f->variables[i]->value->storage->writes++;
  o->iterations++;
  return ok;
}

bool ln_optimizer_finalize_ema(LnContext *c, LnOptimizer *o) {
  if (!built(o) || o->flat->average < 0) return true;
  int runs = ln_flat_runs(c, o->flat, NULL, false, NULL);
  if (runs < 0) return false;
  copy_averages(o->flat, runs);
  return true;
}

// ---- state

int ln_optimizer_slot_count(const LnOptimizer *o) { return built(o) ? o->flat->n_slots : 0; }

LnTensor *ln_optimizer_slot(LnOptimizer *o, int slot, int variable) {
  const LnFlat *f = o->flat;
  if (!built(o) || slot < 0 || slot >= f->n_slots || variable < 0 || variable >= f->listed)
    return NULL;
  return f->slots[slot * f->n + f->index[variable]];
}

// Slot tensors in the order of Keras's files: averages and accumulators first, then group by group,
// inside a group variable by variable. Index i counts those that exist; -1 in *slot past the end.
static int locate(const LnOptimizer *o, int i, int *slot, int *variable) {
  int count = 0;
  *slot = *variable = -1;
  if (!built(o)) return 0;
  const LnFlat *f = o->flat;
  for (int group = -1; group < LN_MAX_SLOTS; group++)
    for (int v = 0; v < f->listed; v++)
      for (int k = 0; k < f->n_slots; k++)
        if (f->group[k] == group && f->slots[k * f->n + f->index[v]]) {
          if (count == i) *slot = k, *variable = f->index[v];
          count++;
        }
  return count;
}

// The scalars around them: 0 iteration, 1 learning_rate unless scheduled, the class's at the end.
static int leading(const LnOptimizer *o) { return o->learning_rate.schedule ? 1 : 2; }

int ln_optimizer_state_count(LnOptimizer *o) {
  int slot, variable, extra = class_of(o)->scalar && built(o) ? 1 : 0;
  return leading(o) + locate(o, -1, &slot, &variable) + extra;
}

LnVariable *ln_optimizer_state_of(const LnOptimizer *o, int i, const char **name) {
  int slot, variable;
  if (i < leading(o)) return NULL;
  locate(o, i - leading(o), &slot, &variable);
  if (slot < 0) return NULL;
  *name = o->flat->names[slot];
  return o->flat->variables[variable];
}

LnTensor *ln_optimizer_state(LnContext *c, LnOptimizer *o, int i, char *name, size_t size) {
  if (i < 0 || i >= ln_optimizer_state_count(o)) {
    ln_fail(c, "%s: there is no state variable %d", o->base.cls->name, i + 1);
    return NULL;
  }
  if (i < leading(o)) {
    snprintf(name, size, "%s", i == 0 ? "iteration" : "learning_rate");
    if (i == 1) return ln_tensor_scalar(c, LN_FLOAT32, o->learning_rate.value);
    LnTensor *t = ln_tensor_new(c, LN_INT64, 0, NULL);
    if (t) ln_tensor_set_int(t, NULL, o->iterations);
    return t;
  }
  int slot, variable;
  locate(o, i - leading(o), &slot, &variable);
  if (slot < 0) {
    snprintf(name, size, "%s", "variable");
    return ln_tensor_scalar(c, LN_FLOAT32, *class_of(o)->scalar(o));
  }
  const LnFlat *f = o->flat;
  const LnVariable *v = f->variables[variable];
  const char *of = v->path ? v->path : v->name;
  bool plain = f->names[slot][0] == '\0';  // Adafactor's factors go by the variable's name
  snprintf(name, size, "%s%s%s", of ? of : "variable", plain ? "" : "_", f->names[slot]);
  for (char *p = name; *p; p++)
    if (*p == '/') *p = '_';
  return ln_retain(f->slots[slot * f->n + variable]);
}

bool ln_optimizer_set_state(LnContext *c, LnOptimizer *o, int i, LnTensor *value, bool store) {
  char name[128];
  LnTensor *now = ln_optimizer_state(c, o, i, name, sizeof name);
  if (!now) return false;
  bool ok = true;
  int slot, variable;
  if (value->meta) {
    ok = ln_fail(c, "%s: '%s' needs values, got a symbolic tensor", o->base.cls->name, name);
  } else if (!ln_tensor_same_shape(now, value)) {
    ok = ln_fail(c, "%s: '%s' has shape %s, got %s", o->base.cls->name, name,
                 ln_tensor_shape_text(now), ln_tensor_shape_text(value));
  } else if (i == 0) {
    int64_t count = ln_tensor_get_int(value, NULL);
    if (count < 0)
      ok = ln_fail(c, "%s: iterations must be >= 0, got %lld", o->base.cls->name, (long long)count);
    else if (store) o->iterations = count;
  } else if (i < leading(o)) {
    double rate = ln_tensor_get(value, NULL);
    if (!(rate >= 0))
      ok = ln_fail(c, "%s: learning_rate must be >= 0, got %g", o->base.cls->name, rate);
    else if (store) o->learning_rate.value = rate;
  } else if (store) {
    locate(o, i - leading(o), &slot, &variable);
    if (slot < 0) *class_of(o)->scalar(o) = ln_tensor_get(value, NULL);
    else ok = ln_tensor_assign(c, now, value);
  }
  ln_release(now);
  return ok;
}
