// The tape: a list of calls, in order. What is done with them is in the other files (nodes.h).
#include <stdlib.h>
#include <string.h>

#include "autograd/nodes.h"

// Calls, their tensor lists and params sit in chunks that are reused from step to step.
struct LnChunk {
  LnChunk *next;
  size_t used, size;
  max_align_t data[];
};

// ---- memory of the tape

void *ln_tape_take(LnTape *t, size_t bytes) {
  bytes = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
  LnChunk *k = t->current;
  if (!k || k->size - k->used < bytes) {
    LnChunk *next = k ? k->next : t->chunks;
    if (!next || next->size < bytes) {
      size_t size = bytes > LN_TAPE_BYTES ? bytes : LN_TAPE_BYTES;
      LnChunk *fresh = malloc(sizeof *fresh + size);
      if (!fresh) return NULL;
      *fresh = (LnChunk){.next = next, .size = size};
      t->bytes += sizeof *fresh + size;
      if (k) k->next = fresh;
      else t->chunks = fresh;
      next = fresh;
    }
    next->used = 0;
    t->current = k = next;
  }
  void *p = (char *)k->data + k->used;
  k->used += bytes;
  return p;
}

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

int64_t ln_tape_position(const LnTape *t, const LnTensor *x) {
  for (int64_t i = t->n - 1; i >= 0; i--)
    for (int j = 0; j < t->nodes[i]->call.n_out; j++)
      if (t->nodes[i]->call.out[j] == x) return i;
  return -1;
}

const LnCall *ln_tape_producer(const LnTape *t, const LnTensor *x) {
  const int64_t i = ln_tape_position(t, x);
  return i < 0 ? NULL : &t->nodes[i]->call;
}

size_t ln_tape_bytes(const LnTape *t) { return t->bytes; }

// ---- values that change

// The bytes from the first to behind the last element, from where their storage begins.
static void extent(const LnTensor *x, int64_t *begin, int64_t *end) {
  const int64_t width = (int64_t)ln_dtype_size((LnDtype)x->dtype);
  *begin = x->offset;
  *end = *begin + (x->size ? width : 0);
  for (int i = 0; i < x->rank && x->size; i++) {
    int64_t span = (x->shape[i] - 1) * x->stride[i] * width;
    if (span < 0) *begin += span;
    else *end += span;
  }
}

bool ln_tensors_overlap(const LnTensor *x, const LnTensor *y) {
  int64_t x_begin, x_end, y_begin, y_end;
  if (!x->storage || x->storage != y->storage) return false;
  extent(x, &x_begin, &x_end);
  extent(y, &y_begin, &y_end);
  return x_begin < y_end && y_begin < x_end;
}

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

static void forget_past(LnTapeNode *node) {
  for (int i = 0; node->past && i < node->call.n_in + node->call.n_out; i++)
    ln_release(node->past[i]);
  node->past = NULL;
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
  for (LnChunk *k = t->chunks, *next; k; k = next) {
    next = k->next;
    free(k);
  }
  free(t->nodes);
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

void ln_tape_drop_call(LnTapeNode *n) {
  LnCall *k = &n->call;
  forget_past(n);
  for (int j = 0; j < k->n_in + k->n_out; j++) ln_release(k->in[j]);
  if (k->op->hold && k->params) k->op->hold(k->params, false);
  k->n_in = k->n_out = 0;
  k->params = NULL;
}

void ln_tape_clear(LnTape *t) {
  for (int64_t i = 0; i < t->n; i++) ln_tape_drop_call(t->nodes[i]);
  t->n = 0;
  t->current = NULL;
  t->unreplayable = t->recorder.spoiled = NULL;
  t->finished = t->recorder.defers = false;
  ln_storage_release(t->scratch);
  t->scratch = NULL;
}

void ln_tape_forget_values(LnTape *t) {
  for (int64_t i = 0; i < t->n; i++) forget_past(t->nodes[i]);
}

size_t ln_tape_count_tensors(const LnTape *t, int64_t n) {
  size_t total = 0;
  for (int64_t i = 0; i < n; i++)
    total += (size_t)(t->nodes[i]->call.n_in + t->nodes[i]->call.n_out);
  return total;
}

int64_t ln_tape_length(const LnTape *t) { return t->n; }

const char *ln_tape_name(const LnTape *t, int64_t i) {
  return t->nodes[i]->runs ? t->nodes[i]->call.op->name : NULL;
}

void ln_tape_watch(LnTape *t, LnTensor *x) {
  (void)t;
  x->tracked = true;
}

