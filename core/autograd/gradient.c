// Gradients: the calls of a tape in reverse, each op's backward rule composed of more calls. What a
// rule leaves behind ends with it, and a gradient once its call has been passed.
#include <stdlib.h>
#include <string.h>

#include "autograd/nodes.h"
#include "ops/ops.h"

// Of each tensor that takes part.
typedef struct Gradient {
  LnTensor *value;   // so far: one reference, NULL when none has arrived
  bool wanted;
  bool alone;        // nothing else has its memory: it may be added to in place
  bool source;       // stays to the end
} Gradient;

typedef struct Pass {
  LnTape *tape;
  LnMap tensors;
  Gradient *of;      // by the map's numbers
} Pass;

static Gradient *find(const Pass *p, const LnTensor *x) {
  const int64_t i = x ? ln_map_find(&p->tensors, x) : -1;
  return i < 0 ? NULL : &p->of[i];
}

static Gradient *put(Pass *p, const LnTensor *x) { return &p->of[ln_map_put(&p->tensors, x)]; }

static void set(Gradient *g, LnTensor *value) {
  ln_retain(value);
  ln_release(g->value);
  g->value = value;
}

// A gradient as the engine keeps it: the shape and dtype of what it belongs to.
static LnTensor *fit_gradient(LnContext *c, LnTensor *grad, const LnTensor *x) {
  if (!ln_tensor_same_shape(grad, x)) grad = ln_sum_to(c, grad, x->rank, x->shape);
  return grad && grad->dtype != x->dtype ? ln_cast(c, grad, x->dtype) : grad;
}

// Adds a gradient to what x has got. fresh: nothing else has it.
static bool add_gradient(LnContext *c, Gradient *g, const LnTensor *x, LnTensor *grad,
                         bool fresh) {
  LnTensor *fitted = fit_gradient(c, grad, x);
  g->alone = g->value || (fresh && fitted == grad);
  LnTensor *sum = g->value && fitted ? ln_add(c, g->value, fitted) : fitted;
  if (sum) set(g, sum);
  return sum != NULL;
}

// ---- one call

// What a backward rule is given and gives, room for any number of inputs.
typedef struct Rule {
  LnTensor *dy[LN_MAX_OUTPUTS];
  LnTensor *few_dx[LN_MAX_OPERANDS], **dx;
  bool few_wanted[LN_MAX_OPERANDS], *want;
} Rule;

static bool begin_rule(LnContext *c, Rule *r, int n_in) {
  r->want = r->few_wanted;
  r->dx = r->few_dx;
  if (n_in <= LN_MAX_OPERANDS) return true;
  r->want = malloc((size_t)n_in * sizeof *r->want);
  r->dx = malloc((size_t)n_in * sizeof *r->dx);
  if (r->want && r->dx) return true;
  free(r->want);
  free(r->dx);
  return ln_fail(c, "out of memory");
}

static void end_rule(Rule *r) {
  if (r->want == r->few_wanted) return;
  free(r->want);
  free(r->dx);
}

static bool arrived(const Pass *p, const LnCall *call, Rule *r) {
  bool any = false;
  for (int j = 0; j < call->n_out; j++) {
    const Gradient *g = find(p, call->out[j]);
    r->dy[j] = g && g->wanted ? g->value : NULL;
    any = any || r->dy[j];
  }
  return any;
}

// Calls the rule, with the values that the inputs had.
static bool apply_rule(LnTape *t, int64_t i, const LnCall *call, Rule *r) {
  LnTensor **past = t->nodes[i]->past;
  LnCall then = *call;
  int64_t writes = 0;
  for (int j = 0; j < call->n_in; j++)
    if (call->in[j] && call->in[j]->storage) writes += call->in[j]->storage->writes;
  // A kept tape computes its values anew before it uses them.
  if (!t->recorder.everything && t->nodes[i]->writes != writes)
    return ln_fail(t->context, "a variable got another value after the tape recorded it: take "
                               "gradients before optimizer:apply");
  if (past) then.in = past, then.out = past + call->n_in;
  return call->op->backward(&then, r->dy, r->want, r->dx);
}

static bool backward(Pass *p, int64_t i, const LnCall *call, Rule *r) {
  LnContext *c = call->context;
  const bool adds = call->op->flags & LN_OP_ADDS_GRADIENT;
  bool any = false;
  for (int j = 0; j < call->n_in; j++) {
    const Gradient *g = find(p, call->in[j]);
    r->want[j] = g && g->wanted;
    r->dx[j] = adds && j == 0 && r->want[0] && g->alone ? g->value : NULL;
    any = any || r->want[j];
  }
  if (!any) return true;
  const LnTensor *sum = adds && call->n_in > 0 ? r->dx[0] : NULL;
  if (!apply_rule(p->tape, i, call, r)) return false;
  for (int j = 0; j < call->n_in; j++) {
    if (!r->want[j] || !r->dx[j]) continue;
    Gradient *g = find(p, call->in[j]);
    if (j == 0 && sum) set(g, r->dx[0]);
    else if (!add_gradient(c, g, call->in[j], r->dx[j], adds && j == 0)) return false;
  }
  return !c->err.set;
}

// All that read the outputs have been passed: their gradients have done what they are for.
static void leave(Pass *p, int64_t i) {
  LnTapeNode *n = p->tape->nodes[i];
  for (int j = 0; j < n->call.n_out; j++) {
    Gradient *g = find(p, n->call.out[j]);
    if (g && !g->source) set(g, NULL);
  }
  if (p->tape->consumed) ln_tape_drop_call(n);
}

static bool run_backward(Pass *p, int64_t n) {
  LnTape *t = p->tape;
  LnContext *c = t->context;
  for (int64_t i = n - 1; i >= 0; i--) {
    const LnCall call = t->nodes[i]->call;   // a copy: recording may move nodes
    Rule r;
    bool done = true;
    if (!t->nodes[i]->no_gradient && call.op->backward && arrived(p, &call, &r)) {
      if (!begin_rule(c, &r, call.n_in)) return false;
      const size_t scope = ln_scope(c);
      done = backward(p, i, &call, &r) && !c->err.set;
      ln_scope_end(c, scope);
      end_rule(&r);
    }
    if (!done) {
      ln_fail(c, "%s: its gradient failed", call.op->name);
      return ln_fail_within(c, "in the gradient of %s", call.op->name), false;
    }
    leave(p, i);
  }
  return true;
}

// ---- all of them

// What gradients have to pass on their way to the sources.
static void find_wanted(Pass *p, int64_t n, LnTensor *const *sources, int n_sources) {
  const LnTape *t = p->tape;
  // Not all that was computed from an untracked tensor is here: its gradient would be a part only.
  for (int i = 0; i < n_sources; i++) {
    Gradient *g = put(p, sources[i]);
    g->source = true;
    g->wanted = t->recorder.everything || sources[i]->tracked;
  }
  for (int64_t i = 0; i < n; i++) {
    const LnCall *call = &t->nodes[i]->call;
    bool wanted = false;
    if (t->nodes[i]->no_gradient || !call->op->backward) continue;
    for (int j = 0; j < call->n_in && !wanted; j++) {
      const Gradient *g = find(p, call->in[j]);
      wanted = g && g->wanted;
    }
    for (int j = 0; wanted && j < call->n_out; j++)
      if (ln_dtype_is_float(call->out[j]->dtype)) put(p, call->out[j])->wanted = true;
  }
}

static LnTensor *ones_like(LnContext *c, const LnTensor *x) {
  LnTensor *seed = ln_temp(c, ln_tensor_new(c, x->dtype, x->rank, x->shape));
  if (seed) ln_tensor_fill(seed, 1);
  return seed;
}

static bool plant(Pass *p, LnTensor *target, LnTensor *seed) {
  LnContext *c = p->tape->context;
  Gradient *g = find(p, target);
  if (!g || !g->wanted) return true;
  seed = seed ? ln_cast(c, seed, (LnDtype)target->dtype) : ones_like(c, target);
  LnTensor *sum = g->value && seed ? ln_add(c, g->value, seed) : seed;
  if (sum) set(g, sum);
  return sum != NULL;
}

static bool begin_pass(LnContext *c, Pass *p, size_t n_tensors) {
  if (c->err.set) return false;
  p->of = calloc(n_tensors + 1, sizeof *p->of);
  if (p->of && ln_map_init(&p->tensors, n_tensors)) return true;
  free(p->of);
  return ln_fail(c, "out of memory");
}

bool ln_tape_gradient(LnTape *t, LnTensor *const *targets, LnTensor *const *seeds, int n_targets,
                      LnTensor *const *sources, int n_sources, LnTensor **grads) {
  LnContext *c = t->context;
  const int64_t n = t->n;
  Pass p = {.tape = t};
  for (int i = 0; i < n_sources; i++) grads[i] = NULL;
  if (!begin_pass(c, &p, ln_tape_count_tensors(t, n) + (size_t)(n_targets + n_sources)))
    return false;
  find_wanted(&p, n, sources, n_sources);
  bool was_paused = t->recorder.paused, ok = true;
  t->differentiates = true;
  if (!t->recorder.everything) t->recorder.paused = true;
  for (int i = 0; ok && i < n_targets; i++) ok = plant(&p, targets[i], seeds ? seeds[i] : NULL);
  ok = ok && run_backward(&p, n);
  t->recorder.paused = was_paused;
  t->differentiates = false;
  for (int i = 0; ok && i < n_sources; i++) {
    LnTensor *value = find(&p, sources[i])->value;
    ok = !value || ln_temp(c, ln_retain(value));
    grads[i] = ok ? value : NULL;
  }
  for (int64_t i = 0; i < p.tensors.n; i++) ln_release(p.of[i].value);
  ln_map_free(&p.tensors);
  free(p.of);
  return ok;
}
