// Running the calls of a kept tape: those of a recording that was put off, and all of it again.
#include <stdlib.h>
#include <string.h>

#include "autograd/nodes.h"

// ---- what was put off

// Memory of their own for all results that have none yet.
static bool fill_pending(LnTape *t) {
  LnMap storages;
  const size_t n_tensors = ln_tape_count_tensors(t, t->n);
  LnStorage **to = calloc(n_tensors + 1, sizeof *to);
  bool ok = to && ln_map_init(&storages, n_tensors);
  if (!ok) {
    free(to);
    return ln_fail(t->context, "out of memory");
  }
  for (int64_t i = 0; ok && i < t->n; i++) {
    const LnCall *call = &t->nodes[i]->call;
    for (int j = 0; ok && j < call->n_in + call->n_out; j++) {
      LnTensor *x = call->in[j];
      if (!x || !ln_tensor_is_pending(x)) continue;
      const int64_t k = ln_map_put(&storages, x->storage);
      // A key stays until the end.
      if (!to[k]) x->storage->refs++, to[k] = ln_storage_new(t->context, x->storage->bytes);
      if ((ok = to[k] != NULL)) ln_tensor_place(x, to[k], x->offset);
    }
  }
  for (size_t i = 0; i < storages.cap; i++)
    ln_storage_release((LnStorage *)(uintptr_t)storages.slots[i].key);
  for (int64_t i = 0; i < storages.n; i++) ln_storage_release(to[i]);
  ln_map_free(&storages);
  free(to);
  return ok;
}

bool ln_tape_compute(const LnTapeNode *n) {
  const LnOp *op = n->call.op;
  LnCall call = n->call;
  if (op->check && !op->check(&call)) return false;
  if (!op->forward) return true;
  LnMemory *memory = call.context->memory;
  const size_t bytes = op->scratch ? op->scratch(&call) : 0;
  if (bytes && !(call.scratch = ln_memory_alloc(memory, bytes)))
    return ln_fail(call.context, "%s: out of memory", op->name);
  op->forward(&call);
  ln_memory_free(memory, call.scratch, bytes);
  return true;
}

bool ln_tape_settle(LnTape *t) {
  if (!t->recorder.defers) return true;
  t->recorder.defers = false;
  bool ok = fill_pending(t);
  for (int64_t i = 0; ok && i < t->n; i++) ok = !t->nodes[i]->runs || ln_tape_compute(t->nodes[i]);
  return ok;
}

// ---- replay

// Jobs run in the order in which they are given.
bool ln_tape_add_job(LnTape *t, LnTapeNode *n, bool (*run)(void *job), const void *job,
                     size_t bytes) {
  LnTapeJob **end = &n->jobs, *added = ln_tape_take(t, sizeof *added);
  void *copy = added ? ln_tape_take(t, bytes) : NULL;
  if (!copy) return ln_fail(t->context, "out of memory");
  while (*end) end = &(*end)->next;
  *added = (LnTapeJob){run, memcpy(copy, job, bytes), NULL};
  *end = added;
  return true;
}

bool ln_tape_then(LnTape *t, const LnTensor *x, bool (*run)(void *job), const void *job,
                  size_t bytes) {
  const int64_t i = ln_tape_position(t, x);
  if (i < 0) return ln_fail(t->context, "no call of the tape makes this tensor");
  return ln_tape_add_job(t, t->nodes[i], run, job, bytes);
}

bool ln_tape_replay(LnTape *t) {
  const int assigns = LN_OP_EFFECT | LN_OP_IN_PLACE;
  for (int64_t i = 0; i < t->n; i++) {
    const LnTapeNode *n = t->nodes[i];
    if (n->runs) {
      if (n->call.op->check && !n->call.op->check(&n->call)) return false;
      if (n->target) n->call.op->add(&n->call, *n->scale, n->target->data);
      else if (n->call.op->forward) n->call.op->forward(&n->call);
      if ((n->call.op->flags & assigns) == assigns) n->call.in[0]->storage->writes++;
    }
    // A view has jobs as well: a gradient that was reshaped is copied from one.
    for (const LnTapeJob *j = n->jobs; j; j = j->next)
      if (!j->run(j->job)) return false;
  }
  return !t->context->err.set;   // of other processes
}

const char *ln_tape_unreplayable(const LnTape *t) {
  return t->unreplayable ? t->unreplayable : t->recorder.spoiled;
}
