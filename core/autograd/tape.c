// The tape: a list of calls, in order.
#include "autograd/tape.h"

#include <stdlib.h>
#include <string.h>

// Calls, their tensor lists and params sit in chunks that are reused from step to step.
typedef struct Chunk {
  struct Chunk *next;
  size_t used, size;
  max_align_t data[];
} Chunk;

typedef struct Node {
  LnCall call;
  LnTensor **past;   // inputs and outputs with the values they had then, for its gradient; or NULL
  bool runs;         // has something to compute or to check (false: a view, or dropped)
  bool no_gradient;  // recorded inside no_grad
  int64_t writes;    // of its inputs' storages, when it was recorded
  size_t scratch_bytes;
  LnTensor *target;      // added to instead of computing the output (ln_tape_add_into)
  const double *scale;
  struct Addition *additions;
} Node;

// What is done as soon as an output is there: target += scale * x.
typedef struct Addition {
  const LnTensor *x;
  LnTensor *target;
  const double *scale;
  struct Addition *next;
} Addition;

struct LnTape {
  LnRecorder recorder;   // first: a recorder is its tape
  LnContext *context;
  Node **nodes;
  int64_t n, cap;
  Chunk *chunks, *current;
  const char *unreplayable;
  LnStorage *scratch;
  bool started, finished;
};

// ---- memory of the tape

static void *take(LnTape *t, size_t bytes) {
  bytes = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
  Chunk *k = t->current;
  if (!k || k->size - k->used < bytes) {
    Chunk *next = k ? k->next : t->chunks;
    if (!next || next->size < bytes) {
      size_t size = bytes > LN_TAPE_BYTES ? bytes : LN_TAPE_BYTES;
      Chunk *fresh = malloc(sizeof *fresh + size);
      if (!fresh) return NULL;
      *fresh = (Chunk){.next = next, .size = size};
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

static void *take_from(void *tape, size_t bytes) { return take(tape, bytes); }

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
    Node **grown = realloc(t->nodes, (size_t)cap * sizeof *grown);
    if (!grown) return ln_fail(c, "out of memory");
    t->nodes = grown;
    t->cap = cap;
  }
  Node *n = take(t, sizeof *n);
  LnTensor **tensors = n ? take(t, (n_in + n_out) * sizeof *tensors) : NULL;
  size_t params = call->params ? call->op->params_size : 0;
  void *copy = tensors && params ? take(t, params) : NULL;
  if (!tensors || (params && !copy)) return ln_fail(c, "out of memory");
  if (n_in) memcpy(tensors, call->in, n_in * sizeof *tensors);
  memcpy(tensors + n_in, call->out, n_out * sizeof *tensors);
  if (params) memcpy(copy, call->params, params);
  // Texts and lists that params point at belong to the caller: the tape takes copies.
  if (params && !ln_options_copy(call->op->options, copy, &(LnTake){take_from, t}))
    return ln_fail(c, "out of memory");
  if (copy && call->op->hold) call->op->hold(copy, true);
  for (size_t i = 0; i < n_in + n_out; i++) ln_retain(tensors[i]);
  *n = (Node){.call = *call, .no_gradient = c->no_record > 0, .writes = count_writes(call)};
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

const LnCall *ln_tape_producer(const LnTape *t, const LnTensor *x) {
  for (int64_t i = t->n - 1; i >= 0; i--)
    for (int j = 0; j < t->nodes[i]->call.n_out; j++)
      if (t->nodes[i]->call.out[j] == x) return &t->nodes[i]->call;
  return NULL;
}

static const LnCall *producer(const LnRecorder *r, const LnTensor *x) {
  return ln_tape_producer((const LnTape *)r, x);
}

static bool overlap(const LnTensor *x, const LnTensor *y);

// Has the values of x as they are now in place of it when node's gradient is taken. copies: pairs
// of a tensor and its copy that were made so far, for the other nodes.
static bool keep_values(LnTape *t, Node *node, int at, LnTensor **copies, int *n) {
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
    if (!(node->past = take(t, (size_t)all * sizeof *node->past)))
      return ln_fail(c, "out of memory");
    for (int i = 0; i < all; i++) node->past[i] = ln_retain(node->call.in[i]);
  }
  ln_release(node->past[at]);
  node->past[at] = ln_retain(copy);
  if (*n < LN_MAX_OPERANDS) copies[2 * *n] = x, copies[2 * (*n)++ + 1] = copy;
  return true;
}

static void forget_past(Node *node) {
  for (int i = 0; node->past && i < node->call.n_in + node->call.n_out; i++)
    ln_release(node->past[i]);
  node->past = NULL;
}

static bool preserve(LnRecorder *r, const LnTensor *x) {
  LnTape *t = (LnTape *)r;
  LnTensor *copies[2 * LN_MAX_OPERANDS];
  int n_copies = 0;
  for (int64_t i = t->finished ? -1 : t->n - 1; i >= 0; i--) {
    Node *node = t->nodes[i];
    if (node->no_gradient || !node->call.op->backward) continue;
    for (int j = 0; j < node->call.n_in + node->call.n_out; j++) {
      const LnTensor *y = node->call.in[j];
      if (!y || y->storage != x->storage || !overlap(x, y)) continue;
      if (node->past && node->past[j] != y) continue;   // from before an earlier assignment
      if (!keep_values(t, node, j, copies, &n_copies)) return false;
    }
  }
  return true;
}

LnTape *ln_tape_new(LnContext *c, bool kept) {
  LnTape *t = calloc(1, sizeof *t);
  if (!t) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  t->context = c;
  t->recorder.record = record;
  t->recorder.producer = producer;
  t->recorder.preserve = preserve;
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
  for (Chunk *k = t->chunks, *next; k; k = next) {
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

void ln_tape_clear(LnTape *t) {
  for (int64_t i = 0; i < t->n; i++) {
    LnCall *k = &t->nodes[i]->call;
    for (int j = 0; j < k->n_in + k->n_out; j++) ln_release(k->in[j]);
    forget_past(t->nodes[i]);
    if (k->op->hold && k->params) k->op->hold(k->params, false);
  }
  t->n = 0;
  t->current = NULL;
  t->unreplayable = t->recorder.spoiled = NULL;
  t->finished = false;
  ln_storage_release(t->scratch);
  t->scratch = NULL;
}

int64_t ln_tape_length(const LnTape *t) { return t->n; }

void ln_tape_watch(LnTape *t, LnTensor *x) {
  (void)t;
  x->tracked = true;
}

// ---- a map from pointers to slots, for the passes over the calls

typedef struct Slot {
  const void *key;
  LnTensor *grad;           // gradient pass
  bool wanted, alone;       // nothing else has the memory of grad: it may be added to in place
  int64_t first, last;      // planning: alive between these calls
  int64_t place;            // offset in the arena
  int64_t tensors;          // how many tensors of the tape live in the storage
  uint8_t dtype;
  int64_t row;              // length of the rows of a matrix that are to be spaced, or 0
  const struct Slot *over;  // whose place it may take: read for the last time where this is made
  bool pinned;
  bool varies;              // from replay to replay
} Slot;

typedef struct Map {
  Slot *slots;
  size_t cap, n;
} Map;

static bool map_init(Map *m, size_t expected) {
  m->cap = 64;
  while (m->cap < expected * 2) m->cap *= 2;
  m->n = 0;
  m->slots = calloc(m->cap, sizeof *m->slots);
  return m->slots != NULL;
}

static Slot *probe(const Map *m, const void *key) {
  size_t i = (size_t)((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15ull >> 20 & (m->cap - 1);
  while (m->slots[i].key && m->slots[i].key != key) i = (i + 1) & (m->cap - 1);
  return &m->slots[i];
}

static Slot *find(const Map *m, const void *key) {
  Slot *s = probe(m, key);
  return s->key ? s : NULL;
}

// Never grows: every pass knows a bound on its keys.
static Slot *put(Map *m, const void *key) {
  Slot *s = probe(m, key);
  if (!s->key) {
    s->key = key;
    m->n++;
  }
  return s;
}

static size_t count_tensors(const LnTape *t, int64_t n) {
  size_t total = 0;
  for (int64_t i = 0; i < n; i++)
    total += (size_t)(t->nodes[i]->call.n_in + t->nodes[i]->call.n_out);
  return total;
}

// ---- gradients

// A gradient as the engine keeps it: the shape and dtype of what it belongs to.
static LnTensor *fit_gradient(LnContext *c, LnTensor *grad, const LnTensor *x) {
  if (!ln_tensor_same_shape(grad, x)) grad = ln_sum_to(c, grad, x->rank, x->shape);
  return grad && grad->dtype != x->dtype ? ln_cast(c, grad, x->dtype) : grad;
}

// Adds a gradient to what x has got. fresh: nothing else has it.
static bool add_gradient(LnContext *c, Slot *s, const LnTensor *x, LnTensor *grad, bool fresh) {
  LnTensor *fitted = fit_gradient(c, grad, x);
  s->alone = s->grad || (fresh && fitted == grad);
  s->grad = s->grad && fitted ? ln_add(c, s->grad, fitted) : fitted;
  return s->grad != NULL;
}

static bool run_backward(LnTape *t, int64_t n, Map *m) {
  LnContext *c = t->context;
  for (int64_t i = n - 1; i >= 0; i--) {
    const LnCall call = t->nodes[i]->call;   // a copy: recording may move nodes
    LnTensor **past = t->nodes[i]->past;
    const bool adds = call.op->flags & LN_OP_ADDS_GRADIENT;
    bool want_small[LN_MAX_OPERANDS], *want = want_small, arrived = false, any = false;
    LnTensor *dx_small[LN_MAX_OPERANDS], **dx = dx_small, *dy[LN_MAX_OUTPUTS];
    for (int j = 0; j < call.n_out; j++) {
      Slot *s = find(m, call.out[j]);
      dy[j] = NULL;
      if (s && s->wanted && s->grad) dy[j] = s->grad, arrived = true;
    }
    if (!arrived || t->nodes[i]->no_gradient || !call.op->backward) continue;
    if (call.n_in > LN_MAX_OPERANDS) {
      want = malloc((size_t)call.n_in * (sizeof *want + sizeof *dx) + sizeof *dx);
      if (!want) return ln_fail(c, "out of memory");
      dx =
          (LnTensor **)(((uintptr_t)(want + call.n_in) + sizeof *dx - 1) / sizeof *dx * sizeof *dx);
    }
    for (int j = 0; j < call.n_in; j++) {
      Slot *s = call.in[j] ? find(m, call.in[j]) : NULL;
      want[j] = s && s->wanted;
      dx[j] = adds && j == 0 && want[0] && s->alone ? s->grad : NULL;
      any = any || want[j];
    }
    LnTensor *const sum = adds && call.n_in > 0 ? dx[0] : NULL;
    bool ok = true;
    // A kept tape computes its values anew before it uses them.
    if (any && !t->recorder.everything && t->nodes[i]->writes != count_writes(&call))
      ok = ln_fail(c, "a variable got another value after the tape recorded it: take gradients "
                      "before optimizer:apply");
    if (ok && any && past) {
      LnCall then = call;
      then.in = past;
      then.out = past + call.n_in;
      ok = call.op->backward(&then, dy, want, dx);
    } else {
      ok = ok && (!any || call.op->backward(&call, dy, want, dx));
    }
    for (int j = 0; ok && any && j < call.n_in; j++) {
      if (!want[j] || !dx[j]) continue;
      Slot *s = find(m, call.in[j]);
      if (j == 0 && sum) s->grad = dx[0];
      else ok = add_gradient(c, s, call.in[j], dx[j], adds && j == 0);
    }
    if (want != want_small) free(want);
    if (!ok || c->err.set) {
      ln_fail(c, "%s: its gradient failed", call.op->name);
      ln_fail_within(c, "in the gradient of %s", call.op->name);
      return false;
    }
  }
  return true;
}

bool ln_tape_gradient(LnTape *t, LnTensor *const *targets, LnTensor *const *seeds, int n_targets,
                      LnTensor *const *sources, int n_sources, LnTensor **grads) {
  LnContext *c = t->context;
  int64_t n = t->n;
  Map m;
  for (int i = 0; i < n_sources; i++) grads[i] = NULL;
  if (c->err.set) return false;
  if (!map_init(&m, count_tensors(t, n) + (size_t)(n_targets + n_sources)))
    return ln_fail(c, "out of memory");
  // Not all that was computed from an untracked tensor is here: its gradient would be a part only.
  for (int i = 0; i < n_sources; i++)
    put(&m, sources[i])->wanted = t->recorder.everything || sources[i]->tracked;
  for (int64_t i = 0; i < n; i++) {
    const LnCall *call = &t->nodes[i]->call;
    bool wanted = false;
    if (t->nodes[i]->no_gradient || !call->op->backward) continue;
    for (int j = 0; j < call->n_in && !wanted; j++) {
      Slot *s = call->in[j] ? find(&m, call->in[j]) : NULL;
      wanted = s && s->wanted;
    }
    for (int j = 0; wanted && j < call->n_out; j++)
      if (ln_dtype_is_float(call->out[j]->dtype)) put(&m, call->out[j])->wanted = true;
  }
  bool was_paused = t->recorder.paused, ok = true;
  if (!t->recorder.everything) t->recorder.paused = true;
  for (int i = 0; ok && i < n_targets; i++) {
    Slot *s = find(&m, targets[i]);
    if (!s || !s->wanted) continue;
    LnTensor *seed = seeds && seeds[i] ? ln_cast(c, seeds[i], (LnDtype)targets[i]->dtype) : NULL;
    if (!seeds || !seeds[i]) {
      seed = ln_temp(c, ln_tensor_new(c, targets[i]->dtype, targets[i]->rank, targets[i]->shape));
      if (seed) ln_tensor_fill(seed, 1);
    }
    s->grad = s->grad && seed ? ln_add(c, s->grad, seed) : seed;
    ok = s->grad != NULL;
  }
  ok = ok && run_backward(t, n, &m);
  t->recorder.paused = was_paused;
  for (int i = 0; ok && i < n_sources; i++) grads[i] = find(&m, sources[i])->grad;
  free(m.slots);
  return ok;
}

// ---- keeping and replaying

// Calls on which nothing kept depends have no reason to run again, but for their effects.
static void drop_dead(LnTape *t, Map *m) {
  for (int64_t i = t->n - 1; i >= 0; i--) {
    const LnCall *call = &t->nodes[i]->call;
    bool live = call->op->flags & LN_OP_EFFECT;
    for (int j = 0; j < call->n_out; j++) live = live || put(m, call->out[j])->wanted;
    if (!live) t->nodes[i]->runs = false;
    else
      for (int j = 0; j < call->n_in; j++)
        if (call->in[j]) put(m, call->in[j])->wanted = true;
  }
}

// A matrix that only ops see which take its rows apart begins each in a cache line of its own: a
// vector in two lines takes twice as long. Not where that would bring all rows to few sets of the
// cache, nor where it would make much of short rows.
static bool wants_space(const LnTensor *x) {
  const size_t bytes = (size_t)x->shape[x->rank - 1] * ln_dtype_size((LnDtype)x->dtype);
  const size_t whole = ln_whole_lines(bytes);
  return x->shape[0] > 1 && bytes > LN_LINE && bytes != whole && whole % 1024 != 0;
}

// From row to row of a matrix that is spaced.
static int64_t spaced(const Slot *s) {
  const size_t width = ln_dtype_size((LnDtype)s->dtype);
  return (int64_t)(ln_whole_lines((size_t)s->row * width) / width);
}

// Notes that call `at` of the tape reads x or, when it is one of its outputs, makes it.
static Slot *note(Map *storages, const LnTensor *x, const Node *n, int64_t at, bool output) {
  Slot *s = put(storages, x->storage);
  const LnOp *op = n->call.op;
  const bool made = output && op->forward != NULL, first = s->tensors == 0;
  if (first) s->first = s->last = at, s->pinned = !made, s->dtype = x->dtype;
  if (n->runs && at > s->last) s->last = at;
  // All of the storage, as a float matrix or transposed.
  bool matrix = op->flags & LN_OP_SPACED && x->rank == 2 && ln_dtype_is_float((LnDtype)x->dtype) &&
                (size_t)x->size * ln_dtype_size((LnDtype)x->dtype) == x->storage->bytes;
  if (first) s->row = made && matrix && wants_space(x) ? x->shape[1] : 0;
  else if (!matrix || (x->stride[0] != s->row && x->stride[1] != s->row)) s->row = 0;
  return s;
}

// What a storage takes up in the arena.
static int64_t room(const Slot *s) {
  size_t bytes = ((const LnStorage *)s->key)->bytes;
  if (s->row) bytes = bytes / (size_t)s->row * (size_t)spaced(s);
  return (int64_t)ln_whole_lines(bytes);
}

static int by_first(const void *a, const void *b) {
  const Slot *x = *(Slot *const *)a, *y = *(Slot *const *)b;
  return x->first < y->first ? -1 : x->first > y->first;
}

// Gives storages that only the tape knows a place in its arena, from `begin` on, first fit over
// those that are alive at the same time (a list sorted by place). Returns the end.
static int64_t plan(Slot **order, int64_t n, int64_t begin) {
  int64_t end = begin, n_live = 0;
  Slot **live = order;   // order[0 .. n_live) is reused for those placed and still alive
  for (int64_t i = 0; i < n; i++) {
    Slot *s = order[i];
    int64_t size = room(s), at = begin, k = 0, kept = 0;
    for (int64_t j = 0; j < n_live; j++)
      if (live[j]->last >= s->first) live[kept++] = live[j];
    n_live = kept;
    while (k < n_live && live[k] != s->over) k++;
    if (k < n_live && live[k]->last == s->first && room(live[k]) == size) {
      s->place = live[k]->place;
      live[k] = s;
      continue;
    }
    for (k = 0; k < n_live; k++) {
      if (live[k]->place >= at + size) break;
      if (live[k]->place + room(live[k]) > at) at = live[k]->place + room(live[k]);
    }
    memmove(live + k + 1, live + k, (size_t)(n_live - k) * sizeof *live);
    live[k] = s;
    n_live++;
    s->place = at;
    if (at + size > end) end = at + size;
  }
  return end;
}

static bool varies(const Map *storages, LnTensor *const *x, int n) {
  for (int i = 0; i < n; i++) {
    const Slot *s = x[i] ? find(storages, x[i]->storage) : NULL;
    if (s && (s->varies || ((const LnStorage *)s->key)->refs != s->tensors)) return true;
  }
  return false;
}

// Constant folding: what is computed of constants that only the tape knows (a mean's divisor, a
// loss's weight, the gradient's first ones) stays as it was recorded.
static void drop_constant(LnTape *t, Map *storages) {
  // What is changed in place must be made anew each time.
  for (int64_t i = 0; i < t->n; i++) {
    const LnCall *call = &t->nodes[i]->call;
    if (call->op->flags & LN_OP_IN_PLACE && t->nodes[i]->runs)
      find(storages, call->out[0]->storage)->varies = true;
  }
  for (int64_t i = 0; i < t->n; i++) {
    Node *n = t->nodes[i];
    const LnCall *call = &n->call;
    if (!n->runs) continue;
    bool drop = !(call->op->flags & LN_OP_EFFECT) && call->n_in > 0 &&
                !varies(storages, call->in, call->n_in) &&
                !varies(storages, call->out, call->n_out);
    n->runs = !drop;
    for (int j = 0; j < call->n_out; j++) {
      Slot *s = find(storages, call->out[j]->storage);
      if (drop) s->pinned = true;
      else s->varies = true;
    }
  }
}

static bool share_memory(LnTape *t, LnTensor *const *keep, int n_keep) {
  LnContext *c = t->context;
  size_t total = count_tensors(t, t->n);
  Map storages, seen;
  if (!map_init(&storages, total + (size_t)n_keep)) return ln_fail(c, "out of memory");
  if (!map_init(&seen, total)) {
    free(storages.slots);
    return ln_fail(c, "out of memory");
  }
  for (int64_t i = 0; i < t->n; i++) {
    const Node *n = t->nodes[i];
    for (int j = 0; j < n->call.n_in + n->call.n_out; j++) {
      const LnTensor *x = n->call.in[j];
      if (!x || !x->storage) continue;
      Slot *s = note(&storages, x, n, i, j >= n->call.n_in);
      if (put(&seen, x)->first++ == 0) s->tensors++;
    }
  }
  // A tensor with more references than the tape's is someone's: a field of a layer in Lua.
  for (size_t i = 0; i < seen.cap; i++) {
    const LnTensor *x = seen.slots[i].key;
    Slot *s = x ? find(&storages, x->storage) : NULL;
    if (s && x->refs > seen.slots[i].first) s->pinned = s->varies = true;
  }
  for (int i = 0; i < n_keep; i++)
    if (keep[i] && keep[i]->storage) {
      Slot *s = put(&storages, keep[i]->storage);
      s->pinned = s->varies = true;
    }
  drop_constant(t, &storages);
  for (int64_t i = 0; i < t->n; i++) {
    const LnCall *call = &t->nodes[i]->call;
    const int from = t->nodes[i]->runs && call->op->in_place ? call->op->in_place(call) : -1;
    Slot *s = from >= 0 ? find(&storages, call->out[0]->storage) : NULL;
    if (s) s->over = find(&storages, call->in[from]->storage);
  }
  Slot **order = malloc((storages.n + 1) * sizeof *order);
  if (order) {
    int64_t bytes = 0;
    // Each dtype has a part of the arena: read as floats of another one, what it leaves between
    // rows may be denormal, and slow to compute with though nobody wants the result.
    for (int d = 0; d < LN_DTYPES; d++) {
      int64_t n = 0;
      for (size_t i = 0; i < storages.cap; i++) {
        Slot *s = &storages.slots[i];
        if (!s->key || s->dtype != d || s->pinned ||
            ((const LnStorage *)s->key)->refs != s->tensors)
          continue;
        s->wanted = true;
        order[n++] = s;
      }
      qsort(order, (size_t)n, sizeof *order, by_first);
      bytes = plan(order, n, bytes);   // reuses the list while walking it: never overtakes itself
    }
    LnStorage *arena = bytes ? ln_storage_new(c, (size_t)bytes) : NULL;
    if (arena) {
      memset(arena->data, 0, (size_t)bytes);
      for (size_t i = 0; i < seen.cap; i++) {
        LnTensor *x = (LnTensor *)(uintptr_t)seen.slots[i].key;
        Slot *s = x ? find(&storages, x->storage) : NULL;
        if (!s || !s->wanted) continue;
        if (s->row) ln_tensor_space(x, s->row, spaced(s));
        ln_tensor_place(x, arena, s->place + x->offset);
      }
      ln_storage_release(arena);
    }
  }
  free(order);
  free(seen.slots);
  free(storages.slots);
  return !c->err.set;
}

bool ln_tape_finish(LnTape *t, LnTensor *const *keep, int n_keep) {
  LnContext *c = t->context;
  Map m;
  ln_tape_stop(t);
  t->finished = true;
  if (!map_init(&m, count_tensors(t, t->n) + (size_t)n_keep)) return ln_fail(c, "out of memory");
  for (int i = 0; i < n_keep; i++)
    if (keep[i]) put(&m, keep[i])->wanted = true;
  drop_dead(t, &m);
  free(m.slots);
  for (int64_t i = 0; i < t->n; i++) forget_past(t->nodes[i]);
  if (!share_memory(t, keep, n_keep)) return false;
  // One scratch for all: only one call runs at a time.
  size_t most = 0;
  for (int64_t i = 0; i < t->n; i++) {
    Node *n = t->nodes[i];
    n->scratch_bytes = n->runs && n->call.op->scratch ? n->call.op->scratch(&n->call) : 0;
    if (n->scratch_bytes > most) most = n->scratch_bytes;
  }
  if (most && !(t->scratch = ln_storage_new(c, most))) return false;
  for (int64_t i = 0; i < t->n; i++)
    if (t->nodes[i]->scratch_bytes) t->nodes[i]->call.scratch = t->scratch->data;
  return true;
}

bool ln_tape_place(LnTape *t, LnTensor *x, LnStorage *s, int64_t offset) {
  const LnCall *producer = ln_tape_producer(t, x);
  if (!producer || !producer->op->forward || !ln_tensor_is_contiguous(x) || x->offset != 0 ||
      x->storage->refs != 1 || x->storage->bytes != (size_t)x->size * ln_dtype_size(x->dtype))
    return false;
  ln_tensor_place(x, s, offset);
  return true;
}

// The bytes from the first to behind the last element.
static void extent(const LnTensor *x, const char **begin, const char **end) {
  const int64_t width = (int64_t)ln_dtype_size((LnDtype)x->dtype);
  *begin = x->data;
  *end = *begin + (x->size ? width : 0);
  for (int i = 0; i < x->rank && x->size; i++) {
    int64_t reach = (x->shape[i] - 1) * x->stride[i] * width;
    if (reach < 0) *begin += reach;
    else *end += reach;
  }
}

static bool overlap(const LnTensor *x, const LnTensor *y) {
  const char *x_begin, *x_end, *y_begin, *y_end;
  extent(x, &x_begin, &x_end);
  extent(y, &y_begin, &y_end);
  return x_begin < y_end && y_begin < x_end;
}

bool ln_tape_add_into(LnTape *t, const LnTensor *x, LnTensor *target, const double *scale) {
  bool alone = true, found = false;   // nobody else wants x
  Node *n = NULL, *reader = NULL;     // where x is made, and where the target is read last
  for (int64_t i = t->n - 1; i >= 0 && !found; i--) {
    const LnCall *call = &(n = t->nodes[i])->call;
    if (!n->runs) continue;
    for (int j = 0; j < call->n_out; j++) found = found || call->out[j] == x;
    if (found) break;
    if (call->op->check) return false;
    for (int j = 0; j < call->n_in; j++) {
      if (!call->in[j]) continue;
      if (!reader && overlap(target, call->in[j])) reader = n;
      if (call->in[j]->storage == x->storage && overlap(x, call->in[j])) alone = false;
    }
  }
  if (!found || !ln_tensor_is_contiguous(target) || !ln_tensor_is_contiguous(x) ||
      x->dtype < LN_FLOAT32 || target->dtype != x->dtype ||
      !ln_tensor_same_shape(target, x))
    return false;
  alone = alone && !reader && n->call.n_out == 1;
  if (alone && n->call.op->add && n->call.op->add(&n->call, 0, NULL)) {
    n->target = target;
    n->scale = scale;
    return true;
  }
  Addition *more = take(t, sizeof *more);
  if (!more) return false;
  if (reader) n = reader;
  *more = (Addition){x, target, scale, n->additions};
  n->additions = more;
  return true;
}

bool ln_tape_replay(LnTape *t) {
  const int assigns = LN_OP_EFFECT | LN_OP_IN_PLACE;
  for (int64_t i = 0; i < t->n; i++) {
    const Node *n = t->nodes[i];
    if (!n->runs) continue;
    if (n->call.op->check && !n->call.op->check(&n->call)) return false;
    if (n->target) n->call.op->add(&n->call, *n->scale, n->target->data);
    else if (n->call.op->forward) n->call.op->forward(&n->call);
    if ((n->call.op->flags & assigns) == assigns) n->call.in[0]->storage->writes++;
    for (const Addition *a = n->additions; a; a = a->next)
      ln_tensor_add_scaled(a->target, *a->scale, a->x);
  }
  return true;
}

const char *ln_tape_unreplayable(const LnTape *t) {
  return t->unreplayable ? t->unreplayable : t->recorder.spoiled;
}

// ---- comparing

static bool same_params(const LnCall *a, const LnCall *b) {
  for (const LnField *f = a->params ? a->op->fields : NULL; f && f->size; f++)
    if (memcmp((const char *)a->params + f->offset, (const char *)b->params + f->offset, f->size))
      return false;
  return !a->params || ln_options_equal(a->op->options, a->params, b->params);
}

static void place_in_order(Map *m, const LnTape *t, LnTensor *const *in, int n) {
  for (int i = 0; i < n; i++)
    if (in[i]) put(m, in[i])->place = -1 - i;
  for (int64_t i = 0; i < t->n; i++)
    for (int j = 0; j < t->nodes[i]->call.n_out; j++) {
      Slot *s = probe(m, t->nodes[i]->call.out[j]);
      if (s->key) continue;
      put(m, t->nodes[i]->call.out[j])->place = LN_MAX_OUTPUTS * i + j;
    }
}

static bool same_place(const LnTensor *x, const LnTensor *y) {
  bool same = x->data == y->data;
  for (int i = 0; i < x->rank; i++)
    same = same && (x->stride[i] == y->stride[i] || x->shape[i] < 2);
  return same;
}

// Of what no call of the tape made: state is the same only as itself, constants by their bits.
static bool same_constant(LnContext *c, LnTensor *x, LnTensor *y) {
  if (x == y) return true;
  if (x->state || y->state || !x->storage || !y->storage || x->dtype != y->dtype ||
      !ln_tensor_same_shape(x, y))
    return false;
  if (x->storage == y->storage && !same_place(x, y)) return false;   // another view
  LnTensor *a = ln_tensor_contiguous(c, x), *b = ln_tensor_contiguous(c, y);
  bool same = a && b && (a->size == 0 || memcmp(a->data, b->data, (size_t)a->size *
                                                ln_dtype_size((LnDtype)a->dtype)) == 0);
  ln_release(a);
  ln_release(b);
  return same;
}

static bool same_tensor(LnContext *c, const Map *a, const Map *b, LnTensor *x, LnTensor *y) {
  if (!x || !y) return x == y;
  Slot *p = find(a, x), *q = find(b, y);
  if (p || q) return p && q && p->place == q->place;
  return same_constant(c, x, y);
}

static bool same_call(LnContext *c, const Map *ma, const Map *mb, const LnCall *a,
                      const LnCall *b, long long at) {
  if (a->op != b->op || a->n_in != b->n_in || a->n_out != b->n_out)
    return ln_fail(c, "op %lld was %s and is now %s", at, a->op->name, b->op->name);
  for (int j = 0; j < a->n_out; j++)
    if (!ln_tensor_same_shape(a->out[j], b->out[j]) || a->out[j]->dtype != b->out[j]->dtype)
      return ln_fail(c, "op %lld, %s, gave shape %s and now gives %s", at, a->op->name,
                     ln_tensor_shape_text(a->out[j]), ln_tensor_shape_text(b->out[j]));
  if (!same_params(a, b)) return ln_fail(c, "op %lld, %s, has other options", at, a->op->name);
  for (int j = 0; j < a->n_in; j++)
    if (!same_tensor(c, ma, mb, a->in[j], b->in[j]))
      return ln_fail(c, "op %lld, %s, has another input %d (a result of another op, or a constant "
                        "of another value)", at, a->op->name, j + 1);
  return true;
}

bool ln_tape_same(LnContext *c, const LnTape *a, const LnTape *b, const LnTapeEnds *of_a,
                  const LnTapeEnds *of_b) {
  Map ma, mb;
  if (!map_init(&ma, count_tensors(a, a->n) + (size_t)of_a->n_in))
    return ln_fail(c, "out of memory");
  if (!map_init(&mb, count_tensors(b, b->n) + (size_t)of_b->n_in)) {
    free(ma.slots);
    return ln_fail(c, "out of memory");
  }
  place_in_order(&ma, a, of_a->in, of_a->n_in);
  place_in_order(&mb, b, of_b->in, of_b->n_in);
  bool same = true;
  for (int64_t i = 0; same && i < a->n && i < b->n; i++)
    same = same_call(c, &ma, &mb, &a->nodes[i]->call, &b->nodes[i]->call, (long long)i + 1);
  if (same && a->n != b->n)
    same = ln_fail(c, "there were %lld ops and are now %lld", (long long)a->n, (long long)b->n);
  if (same && of_a->n_out != of_b->n_out)
    same = ln_fail(c, "there were %d results and are now %d", of_a->n_out, of_b->n_out);
  for (int i = 0; same && i < of_a->n_out; i++)
    if (!same_tensor(c, &ma, &mb, of_a->out[i], of_b->out[i]))
      same = ln_fail(c, "result %d comes from another op, or is another constant", i + 1);
  free(ma.slots);
  free(mb.slots);
  return same;
}
