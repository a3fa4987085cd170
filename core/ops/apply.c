// Applying ops: shapes first, then memory, then the computation, then the tape. And scopes.
#include <stdlib.h>
#include <string.h>

#include "ops/op.h"

const LnOp *ln_op_find(const char *name) {
  for (int f = 0; ln_op_families[f]; f++)
    for (const LnOp *op = ln_op_families[f]; op->name; op++)
      if (strcmp(op->name, name) == 0) return op;
  return NULL;
}

// ---- scopes

LnTensor *ln_temp(LnContext *c, LnTensor *t) {
  if (!t) return NULL;
  if (c->n_temps == c->cap_temps) {
    size_t cap = c->cap_temps ? 2 * c->cap_temps : 64;
    LnTensor **grown = realloc(c->temps, cap * sizeof *grown);
    if (!grown) {
      ln_release(t);
      ln_fail(c, "out of memory");
      return NULL;
    }
    c->temps = grown;
    c->cap_temps = cap;
  }
  return c->temps[c->n_temps++] = t;
}

void ln_scope_end(LnContext *c, size_t scope) {
  while (c->n_temps > scope) ln_release(c->temps[--c->n_temps]);
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

static bool check_inputs(LnContext *c, const LnOp *op, LnTensor *const *in, int n_in, bool *meta) {
  for (int i = 0; i < n_in; i++) {
    if (!in[i]) {
      // An optional input that is left out, or the failure of the call that should have made it.
      if (c->err.set) return false;
      if (i >= op->n_in - op->n_optional && !(op->flags & LN_OP_LIST)) continue;
      return ln_fail(c, "%s: input %d is missing", op->name, i + 1);
    }
    if (ln_tensor_closed(in[i])) return ln_fail(c, "%s: the tensor is closed", op->name);
    if (in[i]->meta) *meta = true;
  }
  return true;
}

static LnTensor *make_output(LnContext *c, const LnSpec *s, bool meta) {
  if (s->view_of && !meta)
    return ln_tensor_view(c, s->view_of, s->rank, s->shape, s->stride, s->offset);
  if (meta) return ln_tensor_meta(c, s->dtype, s->rank, s->shape);
  return ln_tensor_new(c, s->dtype, s->rank, s->shape);
}

// An op made of others: what they leave on the way to the results ends here.
static bool compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  size_t scope = ln_scope(c);
  bool done = call->op->compose(call, out) && !c->err.set;
  for (int i = 0; i < call->n_out; i++) out[i] = done ? ln_retain(out[i]) : NULL;
  ln_scope_end(c, scope);
  for (int i = 0; i < call->n_out; i++)
    if (done && !ln_temp(c, out[i])) done = false;
  return done;
}

bool ln_apply_all(LnContext *c, const LnOp *op, LnTensor *const *in, int n_in, const void *params,
                  LnTensor **out) {
  LnSpec spec[4];
  bool meta = false;
  for (int i = 0; i < op->n_out; i++) out[i] = NULL;
  if (c->err.set || !check_inputs(c, op, in, n_in, &meta)) return false;
  LnCall call = {op, c, n_in, op->n_out, (LnTensor **)in, out, params, NULL};
  for (int i = 0; i < op->n_out; i++) spec[i].view_of = NULL;
  if (meta && op->flags & LN_OP_VALUE_SHAPE)
    return ln_fail(c, "%s: its shape depends on values, which are not known yet here", op->name);
  if (op->compose) return compose(&call, out);
  if (!op->shape(&call, spec)) return false;
  if (!meta && op->check && !op->check(&call)) return false;
  bool view = false;
  for (int i = 0; i < op->n_out; i++) {
    if (!ln_temp(c, out[i] = make_output(c, &spec[i], meta))) return false;
    view = view || spec[i].view_of;
  }
  if (meta) return true;
  size_t bytes = op->scratch ? op->scratch(&call) : 0;
  if (bytes) {
    call.scratch = ln_memory_alloc(c->memory, bytes);
    if (!call.scratch) return ln_fail(c, "%s: out of memory", op->name);
  }
  if (op->forward && !view) op->forward(&call);
  if (bytes) ln_memory_free(c->memory, call.scratch, bytes);
  if (c->recorder) {
    bool tracked = false;
    for (int i = 0; i < n_in; i++) tracked = tracked || (in[i] && in[i]->tracked);
    tracked = tracked && c->no_record == 0;
    for (LnRecorder *r = c->recorder; r; r = ln_recorder_outer(r))
      if (!r->paused && (tracked || r->everything) && !r->record(r, &call)) return false;
    if (tracked && !(op->flags & LN_OP_NO_GRADIENT))
      for (int i = 0; i < op->n_out; i++) out[i]->tracked = ln_dtype_is_float(out[i]->dtype);
  }
  return true;
}

LnTensor *ln_apply(LnContext *c, const LnOp *op, LnTensor *const *in, int n_in,
                   const void *params) {
  LnTensor *out[4];
  return ln_apply_all(c, op, in, n_in, params, out) ? out[0] : NULL;
}

// ---- helpers for shape()

bool ln_spec(const LnCall *call, LnSpec *out, LnDtype d, int rank, const int64_t *shape) {
  int64_t size;
  if (!ln_shape_size(call->context, shape, rank, &size)) {
    ln_fail_within(call->context, "%s", call->op->name);
    return false;
  }
  out->dtype = d;
  out->rank = rank;
  for (int i = 0; i < rank; i++) out->shape[i] = shape[i];
  return true;
}

bool ln_spec_like(const LnCall *call, LnSpec *out, LnDtype d, const LnTensor *like) {
  return ln_spec(call, out, d, like->rank, like->shape);
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

LnDtype ln_call_dtype(const LnCall *call) {
  LnDtype d = LN_BOOL;
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i]) d = ln_dtype_promote(d, call->in[i]->dtype);
  return d;
}
