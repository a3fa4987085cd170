// The calls of a tape: their memory, and what every pass over them asks.
#include <stdlib.h>
#include <string.h>

#include "autograd/nodes.h"

// Calls, their tensor lists and params sit in chunks that are reused from step to step.
struct LnChunk {
  LnChunk *next;
  size_t used, size;
  max_align_t data[];
};

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

void ln_tape_free_memory(LnTape *t) {
  for (LnChunk *k = t->chunks, *next; k; k = next) {
    next = k->next;
    free(k);
  }
  free(t->nodes);
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

int64_t ln_tape_length(const LnTape *t) { return t->n; }

const char *ln_tape_name(const LnTape *t, int64_t i) {
  return t->nodes[i]->runs ? t->nodes[i]->call.op->name : NULL;
}

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

static void forget_past(LnTapeNode *node) {
  for (int i = 0; node->past && i < node->call.n_in + node->call.n_out; i++)
    ln_release(node->past[i]);
  node->past = NULL;
}

void ln_tape_drop_call(LnTapeNode *n) {
  LnCall *k = &n->call;
  forget_past(n);
  for (int j = 0; j < k->n_in + k->n_out; j++) ln_release(k->in[j]);
  if (k->op->hold && k->params) k->op->hold(k->params, false);
  k->n_in = k->n_out = 0;
  k->params = NULL;
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
