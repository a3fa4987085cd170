// Applying ops: shapes first, then memory, then the computation, then the tape. And scopes.
#include <stdlib.h>
#include <string.h>

#include "base/stack.h"
#include "ops/ops.h"

const LnOp *ln_op_find(const char *name) {
  for (int f = 0; ln_op_families[f]; f++)
    for (const LnOp *op = ln_op_families[f]; op->name; op++)
      if (strcmp(op->name, name) == 0) return op;
  return NULL;
}

// ---- what a descriptor must hold to

const char *ln_op_defect(const LnOp *op) {
  bool named[LN_MAX_PARAMS + 1] = {false};
  size_t unnamed = 0;
  int options = 0;
  if (op->n_in > LN_MAX_OPERANDS) return "it takes more tensors than LN_MAX_OPERANDS";
  if (op->n_out > LN_MAX_OUTPUTS) return "it has more outputs than LN_MAX_OUTPUTS";
  if (op->params_size > LN_MAX_PARAMS) return "its params are larger than LN_MAX_PARAMS";
  for (const LnOption *o = op->options; o && o->name; o++, options++) {
    size_t size = ln_option_rows[o->kind].size;
    if (op->compose) continue;   // only the ops that it is made of are recorded
    if (ln_option_rows[o->kind].counted) return "no tape can hold an option of such a kind";
    if (o->offset + size > op->params_size) return "an option lies outside of its params";
    memset(named + o->offset, true, size);
  }
  if (options > LN_MAX_OPTIONS) return "it has more options than LN_MAX_OPTIONS";
  for (const LnField *f = op->fields; f && f->size; f++) {
    if (f->offset + f->size > op->params_size) return "a field lies outside of its params";
    memset(named + f->offset, true, f->size);
  }
  // Fewer bytes than a number has are padding; what `hold` is told of cannot be compared.
  for (size_t i = 0; i < op->params_size && !op->compose && !op->hold; i++) {
    unnamed = named[i] ? 0 : unnamed + 1;
    if (unnamed >= sizeof(int64_t)) return "neither options nor fields name all of its params";
  }
  return NULL;
}

void ln_op_default_params(LnContext *c, const LnOp *op, void *params) {
  memset(params, 0, op->params_size);
  for (const LnOption *o = op->options; o && o->name; o++) {
    bool owns = ln_option_rows[o->kind].free && o->kind != LN_OPT_WINDOW;   // a window's is a name
    if (owns) ln_option_none(o, params);
    else ln_option_default(c, o, params);
  }
}

// ---- scopes

// Room for one more.
static bool reserve(LnContext *c) {
  if (c->n_temps < c->cap_temps) return true;
  size_t cap = c->cap_temps ? 2 * c->cap_temps : 64;
  LnTensor **grown = realloc(c->temps, cap * sizeof *grown);
  if (!grown) return ln_fail(c, "out of memory");
  c->temps = grown;
  c->cap_temps = cap;
  return true;
}

LnTensor *ln_temp(LnContext *c, LnTensor *t) {
  if (!t) return NULL;
  if (!reserve(c)) {
    ln_release(t);
    return NULL;
  }
  return c->temps[c->n_temps++] = t;
}

// What is no tensor has its kind in the low bits of its address.
enum { KIND_BITS = 3 };

bool ln_hold(LnContext *c, void *held, int kind) {
  if (!reserve(c)) return c->let_go(held, kind), false;
  c->temps[c->n_temps++] = (LnTensor *)((uintptr_t)held | (uintptr_t)kind);
  return true;
}

void ln_scope_release(LnContext *c, size_t scope) {
  while (c->n_temps > scope) {
    uintptr_t held = (uintptr_t)c->temps[--c->n_temps];
    if (held & KIND_BITS) c->let_go((void *)(held & ~(uintptr_t)KIND_BITS), held & KIND_BITS);
    else ln_release((LnTensor *)held);
  }
}

// A host may go on with a Lua state in another thread, or on a stack of its own making, while the
// scope's function waits on the one where it began: what cannot be told apart stays.
bool ln_scope_jumped(const LnContext *c, uintptr_t frame) {
  return ln_scope_passed(c, frame) && ln_stack_holds(frame) && ln_stack_holds(c->scope_frame);
}

LnTensor *ln_scope_return(LnContext *c, size_t scope, LnTensor *t) {
  ln_retain(t);
  ln_scope_end(c, scope);
  return ln_temp(c, t);
}

// ---- applying

bool ln_recording_gradients(const LnContext *c) {
  if (c->no_record > 0) return false;
  for (const LnRecorder *r = c->recorder; r; r = ln_recorder_outer(r))
    if (!r->paused && !r->everything) return true;
  return false;
}

static bool check_inputs(LnContext *c, const LnOp *op, LnTensor *const *in, int n_in, bool *meta,
                         bool *halves) {
  for (int i = 0; i < n_in; i++) {
    if (!in[i]) {
      // An optional input that is left out, or the failure of the call that should have made it.
      if (c->err.set) return false;
      if (i >= op->n_in - op->n_optional && !(op->flags & LN_OP_LIST)) continue;
      return ln_fail(c, "%s: input %d is missing", op->name, i + 1);
    }
    if (ln_tensor_closed(in[i])) return ln_fail(c, "%s: the tensor is closed", op->name);
    if (in[i]->meta) *meta = true;
    if (ln_dtype_is_half((LnDtype)in[i]->dtype)) *halves = true;
  }
  return true;
}

static LnTensor *make_output(LnContext *c, const LnSpec *s, bool meta, bool pending) {
  if (s->view_of && !meta)
    return ln_tensor_view(c, s->view_of, s->rank, s->shape, s->stride, s->offset);
  if (meta) return ln_tensor_meta(c, s->dtype, s->rank, s->shape);
  if (pending) return ln_tensor_pending(c, s->dtype, s->rank, s->shape);
  return ln_tensor_new(c, s->dtype, s->rank, s->shape);
}

// Ends the scope, but for the results.
static bool hand_on(LnContext *c, size_t scope, bool done, int n_out, LnTensor **out) {
  for (int i = 0; i < n_out; i++) out[i] = done ? ln_retain(out[i]) : NULL;
  ln_scope_end(c, scope);
  for (int i = 0; i < n_out; i++)
    if (done && !ln_temp(c, out[i])) done = false;
  return done;
}

// An op made of others: what they leave on the way to the results ends here.
static bool compose(const LnCall *call, LnTensor **out) {
  size_t scope = ln_scope(call->context);
  bool done = call->op->compose(call, out) && !call->context->err.set;
  return hand_on(call->context, scope, done, call->n_out, out);
}

// Halves are read as float32, and what comes out as float32 is rounded to the half that all floats
// among the inputs have.
static bool apply_halves(LnContext *c, const LnOp *op, LnTensor *const *in, int n_in,
                         const void *params, LnTensor **out) {
  LnTensor *inline_inputs[LN_MAX_OPERANDS], **wide = inline_inputs;
  LnDtype d = LN_BOOL;
  if (n_in > LN_MAX_OPERANDS && !(wide = malloc((size_t)n_in * sizeof *wide)))
    return ln_fail(c, "%s: out of memory", op->name);
  size_t scope = ln_scope(c);
  for (int i = 0; i < n_in; i++) {
    const LnDtype dtype = in[i] ? (LnDtype)in[i]->dtype : LN_BOOL;
    if (ln_dtype_is_float(dtype)) d = d == LN_BOOL ? dtype : ln_dtype_promote(d, dtype);
    wide[i] = i > 0 && in[i] == in[i - 1] ? wide[i - 1]
              : ln_dtype_is_half(dtype)     ? ln_cast(c, in[i], LN_FLOAT32)
                                          : in[i];
  }
  bool done = !c->err.set && ln_apply_all(c, op, wide, n_in, params, out);
  for (int i = 0; done && i < op->n_out; i++)
    if (ln_dtype_is_half(d) && out[i]->dtype == LN_FLOAT32) done = (out[i] = ln_cast(c, out[i], d));
  if (wide != inline_inputs) free(wide);
  return hand_on(c, scope, done, op->n_out, out);
}

// Forward of what changes more than its outputs' own memory.
static void run_special(const LnCall *call, bool view) {
  const LnOp *op = call->op;
  if (op->flags & LN_OP_IN_PLACE) view = false;
  if (!(op->flags & LN_OP_EFFECT) || call->context->no_effects == 0) {
    if (!view) op->forward(call);
    return;
  }
  for (int i = 0; i < call->n_out; i++)
    if (call->out[i]->storage->refs == 1) ln_tensor_fill(call->out[i], 0);   // not a view
}

static bool compute(LnCall *call, bool view) {
  const LnOp *op = call->op;
  LnMemory *memory = call->context->memory;
  const size_t bytes = op->scratch ? op->scratch(call) : 0;
  if (bytes && !(call->scratch = ln_memory_alloc(memory, bytes)))
    return ln_fail(call->context, "%s: out of memory", op->name);
  if (op->flags & (LN_OP_EFFECT | LN_OP_IN_PLACE)) run_special(call, view);
  else if (op->forward && !view) op->forward(call);
  if (bytes) ln_memory_free(memory, call->scratch, bytes);
  call->scratch = NULL;
  return true;
}

static bool record(const LnCall *call) {
  LnContext *c = call->context;
  bool tracked = false;
  for (int i = 0; i < call->n_in; i++)
    tracked = tracked || (call->in[i] && call->in[i]->tracked);
  tracked = tracked && c->no_record == 0;
  for (LnRecorder *r = c->recorder; r; r = ln_recorder_outer(r))
    if (!r->paused && (tracked || r->everything) && !r->record(r, call)) return false;
  for (int i = 0; tracked && !(call->op->flags & LN_OP_NO_GRADIENT) && i < call->n_out; i++)
    call->out[i]->tracked = ln_dtype_is_float(call->out[i]->dtype);
  return true;
}

bool ln_apply_all(LnContext *c, const LnOp *op, LnTensor *const *in, int n_in, const void *params,
                  LnTensor **out) {
  LnSpec spec[LN_MAX_OUTPUTS];
  bool meta = false, halves = false;
  for (int i = 0; i < op->n_out; i++) out[i] = NULL;
  if (c->err.set || !check_inputs(c, op, in, n_in, &meta, &halves)) return false;
  if (halves && !(op->flags & LN_OP_HALVES)) return apply_halves(c, op, in, n_in, params, out);
  LnCall call = {op, c, n_in, op->n_out, (LnTensor **)in, out, params, NULL};
  for (int i = 0; i < op->n_out; i++) spec[i].view_of = NULL;
  if (meta && op->flags & LN_OP_VALUE_SHAPE)
    return ln_fail(c, "%s: its shape depends on values, which are not known yet here", op->name);
  if (op->compose) return compose(&call, out);
  bool later = c->recorder && c->recorder->defers && !meta;
  if (later && op->flags & LN_OP_VALUE_SHAPE) {
    if (!ln_settle(c)) return false;
    later = false;
  }
  if (!op->shape(&call, spec)) return false;
  if (!meta && !later && op->check && !op->check(&call)) return false;
  bool view = false;
  for (int i = 0; i < op->n_out; i++) {
    if (!ln_temp(c, out[i] = make_output(c, &spec[i], meta, later))) return false;
    view = view || spec[i].view_of;
  }
  if (meta) return true;
  if (!later && !compute(&call, view)) return false;
  return !c->recorder || record(&call);
}

LnTensor *ln_apply(LnContext *c, const LnOp *op, LnTensor *const *in, int n_in,
                   const void *params) {
  LnTensor *out[LN_MAX_OUTPUTS];
  return ln_apply_all(c, op, in, n_in, params, out) ? out[0] : NULL;
}

// ---- helpers for shape()

// The size of an output whose shape a symbolic input may leave open.
static bool open_size(const LnCall *call, const int64_t *shape, int rank, int64_t *size) {
  bool meta = false, open = false;
  for (int i = 0; i < call->n_in; i++) meta = meta || (call->in[i] && call->in[i]->meta);
  for (int i = 0; i < rank; i++) open = open || shape[i] == -1;
  return (meta && open ? ln_shape_known_size : ln_shape_size)(call->context, shape, rank, size);
}

bool ln_spec(const LnCall *call, LnSpec *out, LnDtype d, int rank, const int64_t *shape) {
  int64_t size, signs = 0;
  out->dtype = d;
  out->rank = rank;
  for (int i = 0; i < rank && i < LN_MAX_RANK; i++) signs |= out->shape[i] = shape[i];
  if (signs < 0 ? open_size(call, shape, rank, &size)
                : ln_shape_size(call->context, shape, rank, &size))
    return true;
  ln_fail_within(call->context, "%s", call->op->name);
  return false;
}

bool ln_spec_like(const LnCall *call, LnSpec *out, LnDtype d, const LnTensor *like) {
  return ln_spec(call, out, d, like->rank, like->shape);
}

bool ln_spec_both(const LnCall *call, LnSpec *out, LnDtype d, const LnTensor *a,
                  const LnTensor *b) {
  int64_t shape[LN_MAX_RANK];
  return ln_shape_unify(a->shape, a->rank, b->shape, b->rank, shape) &&
         ln_spec(call, out, d, a->rank, shape);
}

bool ln_spec_broadcast(const LnCall *call, LnSpec *out, LnDtype d) {
  int64_t shape[LN_MAX_RANK];
  int rank = 0;
  if (call->n_in == 2 && call->in[0] && call->in[1] &&
      ln_tensor_same_shape(call->in[0], call->in[1]))
    return ln_spec_like(call, out, d, call->in[0]);
  for (int i = 0; i < call->n_in; i++) {
    const LnTensor *t = call->in[i];
    if (!t) continue;
    rank = ln_shape_broadcast(shape, rank, t->shape, t->rank, shape);
    if (rank < 0) {
      char all[400] = "";
      for (int j = 0; j < call->n_in; j++) {
        if (!call->in[j]) continue;
        if (all[0]) strncat(all, " and ", sizeof all - strlen(all) - 1);
        strncat(all, ln_tensor_shape_text(call->in[j]), sizeof all - strlen(all) - 1);
      }
      return ln_fail(call->context, "%s: shapes do not align: %s", call->op->name, all);
    }
  }
  return ln_spec(call, out, d, rank, shape);
}

bool ln_spec_sum(const LnCall *call, LnSpec *out, LnTensor *sum, LnDtype d, const LnInts *shape) {
  if (!ln_spec(call, out, d, (int)shape->n, shape->v)) return false;
  if (!sum) return true;
  if (sum->dtype != d || !ln_shape_equal(sum->shape, sum->rank, shape->v, (int)shape->n) ||
      !ln_tensor_is_contiguous(sum))
    return ln_fail(call->context, "%s: there is nothing to add to in place", call->op->name);
  ln_contiguous_strides(sum->shape, sum->rank, out->stride);
  out->view_of = sum;
  out->offset = 0;
  return true;
}

LnDtype ln_call_dtype(const LnCall *call) {
  LnDtype d = LN_BOOL;
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i]) d = ln_dtype_promote(d, call->in[i]->dtype);
  return d;
}
