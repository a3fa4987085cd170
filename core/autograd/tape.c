// The tape: a list of calls, in order. What is done with them is in the other files (nodes.h).
#include <stdlib.h>
#include <string.h>

#include "autograd/nodes.h"

static void *take_from(void *tape, size_t bytes) { return ln_tape_take(tape, bytes); }

static int64_t count_writes(const LnCall *call) {
  int64_t writes = 0;
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i] && call->in[i]->storage) writes += call->in[i]->storage->writes;
  return writes;
}

static bool record(LnRecorder *r, const LnCall *call) {
  LnTape *t = (LnTape *)r;
  LnContext *c = t->context;
  size_t n_in = (size_t)call->n_in, n_out = (size_t)call->n_out;
  if (t->n == t->cap) {
    int64_t cap = t->cap ? 2 * t->cap : 32;
    LnTapeNode **grown = realloc(t->nodes, (size_t)cap * sizeof *grown);
    if (!grown) return ln_fail(c, "out of memory");
    t->nodes = grown;
    t->cap = cap;
  }
  LnTapeNode *n = ln_tape_take(t, sizeof *n);
  LnTensor **tensors = n ? ln_tape_take(t, (n_in + n_out) * sizeof *tensors) : NULL;
  size_t params = call->params ? call->op->params_size : 0;
  void *copy = tensors && params ? ln_tape_take(t, params) : NULL;
  if (!tensors || (params && !copy)) return ln_fail(c, "out of memory");
  if (n_in) memcpy(tensors, call->in, n_in * sizeof *tensors);
  memcpy(tensors + n_in, call->out, n_out * sizeof *tensors);
  if (params) memcpy(copy, call->params, params);
  // Texts and lists that params point at belong to the caller: the tape takes copies.
  if (params && !ln_options_copy(call->op->options, copy, &(LnTake){take_from, t}))
    return ln_fail(c, "out of memory");
  if (copy && call->op->hold) call->op->hold(copy, true);
  for (size_t i = 0; i < n_in + n_out; i++) ln_retain(tensors[i]);
  *n = (LnTapeNode){.call = *call, .no_gradient = c->no_record > 0, .writes = count_writes(call),
                      .live = true, .backward = t->differentiates};
  n->call.in = tensors;
  n->call.out = tensors + n_in;
  n->call.params = copy;
  n->call.scratch = NULL;
  // A view has nothing to run: its memory is its input's.
  n->runs = call->op->forward != NULL || call->op->check;
  for (size_t o = 0; o < n_out && !(call->op->flags & LN_OP_IN_PLACE); o++)
    for (size_t i = 0; i < n_in; i++)
      if (call->in[i] && call->in[i]->storage == call->out[o]->storage) n->runs = false;
  if (call->op->flags & LN_OP_VALUE_SHAPE) t->unreplayable = call->op->name;
  t->nodes[t->n++] = n;
  return true;
}

// ---- values that change

// Has the values of x as they are now in place of it when node's gradient is taken. copies: pairs
// of a tensor and its copy that were made so far, for the other nodes.
static bool keep_values(LnTape *t, LnTapeNode *node, int at, LnTensor **copies, int *n) {
  LnContext *c = t->context;
  LnTensor *x = node->call.in[at], *copy = NULL;
  int all = node->call.n_in + node->call.n_out;
  for (int i = 0; i < *n && !copy; i++)
    if (copies[2 * i] == x) copy = copies[2 * i + 1];
  // Part of a program where the program wants it; other tapes are no business of a program's.
  if (!copy)
    copy = t->recorder.everything ? ln_copy(c, x) : ln_temp(c, ln_tensor_copy(c, x));
  if (!copy) return false;
  if (!node->past) {
    if (!(node->past = ln_tape_take(t, (size_t)all * sizeof *node->past)))
      return ln_fail(c, "out of memory");
    for (int i = 0; i < all; i++) node->past[i] = ln_retain(node->call.in[i]);
  }
  ln_release(node->past[at]);
  node->past[at] = ln_retain(copy);
  if (*n < LN_MAX_OPERANDS) copies[2 * *n] = x, copies[2 * (*n)++ + 1] = copy;
  return true;
}

bool ln_tape_preserve(LnRecorder *r, const LnTensor *x) {
  LnTape *t = (LnTape *)r;
  LnTensor *copies[2 * LN_MAX_OPERANDS];
  int n_copies = 0;
  for (int64_t i = t->finished ? -1 : t->n - 1; i >= 0; i--) {
    LnTapeNode *node = t->nodes[i];
    if (node->no_gradient || !node->call.op->backward) continue;
    for (int j = 0; j < node->call.n_in + node->call.n_out; j++) {
      const LnTensor *y = node->call.in[j];
      if (!y || !ln_tensors_overlap(x, y)) continue;
      if (node->past && node->past[j] != y) continue;   // from before an earlier assignment
      if (!keep_values(t, node, j, copies, &n_copies)) return false;
    }
  }
  return true;
}

// ---- life

static bool settle(LnRecorder *r) { return ln_tape_settle((LnTape *)r); }

LnTape *ln_tape_new(LnContext *c, bool kept) {
  LnTape *t = calloc(1, sizeof *t);
  if (!t) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  t->context = c;
  t->recorder.record = record;
  t->recorder.preserve = ln_tape_preserve;
  t->recorder.settle = settle;
  t->recorder.everything = kept;
  t->recorder.next = c->recorders;
  c->recorders = &t->recorder;
  return t;
}

void ln_tape_free(LnTape *t) {
  if (!t) return;
  ln_tape_stop(t);
  ln_tape_clear(t);
  LnRecorder **r = &t->context->recorders;
  while (*r != &t->recorder) r = &(*r)->next;
  *r = t->recorder.next;
  ln_tape_free_memory(t);
  free(t);
}

void ln_tape_start(LnTape *t) {
  if (t->started) return;
  t->recorder.outer = t->context->recorder;
  t->context->recorder = &t->recorder;
  t->started = true;
}

void ln_tape_stop(LnTape *t) {
  if (!t->started) return;
  for (LnRecorder **r = &t->context->recorder; *r; r = &(*r)->outer) {
    if (*r != &t->recorder) continue;
    *r = t->recorder.outer;
    break;
  }
  t->started = false;
}

bool ln_tape_pause(LnTape *t, bool paused) {
  bool before = t->recorder.paused;
  t->recorder.paused = paused;
  return before;
}

void ln_tape_defer(LnTape *t) { t->recorder.defers = true; }
bool ln_tape_defers(const LnTape *t) { return t->recorder.defers; }
void ln_tape_consume(LnTape *t) { t->consumed = true; }

void ln_tape_clear(LnTape *t) {
  for (int64_t i = 0; i < t->n; i++) ln_tape_drop_call(t->nodes[i]);
  t->n = 0;
  t->current = NULL;
  t->unreplayable = t->recorder.spoiled = NULL;
  t->finished = t->recorder.defers = false;
  ln_storage_release(t->scratch);
  t->scratch = NULL;
}

void ln_tape_watch(LnTape *t, LnTensor *x) {
  (void)t;
  x->tracked = true;
}

