// The end of a recording: what is dead or constant is not computed again, and what is not alive at
// the same time shares memory (liveness analysis, then first fit).
#include <stdlib.h>
#include <string.h>

#include "autograd/nodes.h"

// A storage that calls of the tape read or write.
typedef struct Room {
  LnStorage *storage;
  int64_t first, last;      // alive between these calls
  int64_t place;            // bytes from the start of its dtype's part of the arena
  int64_t tensors;          // of the tape that live in it
  int64_t row;              // length of the rows of a matrix that are to be spaced, or 0
  const struct Room *over;  // whose place it may take: read for the last time where this is made
  uint8_t dtype;
  bool pinned;              // stays out of the arena
  bool planned;             // lies in it
  bool varies;              // from replay to replay
  bool used;                // by a call that runs
  bool constant;            // made by a call that is computed once
} Room;

typedef struct Plan {
  LnTape *tape;
  LnMap storages, known;    // known: the tensors of the tape
  Room *room;               // by the numbers of `storages`
  LnTensor **tensor;        // by the numbers of `known`
  int64_t *home;            // their rooms
  int64_t *uses;            // references to them that the tape has
} Plan;

// ---- dead code

// Calls on which nothing kept depends have no reason to run again, but for their effects.
static bool drop_dead(LnTape *t, LnTensor *const *keep, int n_keep) {
  LnMap wanted;
  if (!ln_map_init(&wanted, ln_tape_count_tensors(t, t->n) + (size_t)n_keep))
    return ln_fail(t->context, "out of memory");
  for (int i = 0; i < n_keep; i++)
    if (keep[i]) ln_map_put(&wanted, keep[i]);
  for (int64_t i = t->n - 1; i >= 0; i--) {
    const LnCall *call = &t->nodes[i]->call;
    bool live = call->op->flags & LN_OP_EFFECT;
    for (int j = 0; j < call->n_out; j++) live = live || ln_map_find(&wanted, call->out[j]) >= 0;
    if (!live) t->nodes[i]->runs = t->nodes[i]->live = false;
    for (int j = 0; live && j < call->n_in; j++)
      if (call->in[j]) ln_map_put(&wanted, call->in[j]);
  }
  ln_map_free(&wanted);
  return true;
}

// ---- who lives where, and how long

// A matrix that only ops see which take its rows apart begins each in a cache line of its own: a
// vector in two lines takes twice as long. Not where that would bring all rows to few sets of the
// cache, nor where it would make much of short rows.
static bool wants_space(const LnTensor *x) {
  const size_t bytes = (size_t)x->shape[x->rank - 1] * ln_dtype_size((LnDtype)x->dtype);
  const size_t whole = ln_whole_lines(bytes);
  return x->shape[0] > 1 && bytes > LN_LINE && bytes != whole && whole % 1024 != 0;
}

// From row to row of a matrix that is spaced.
static int64_t spaced(const Room *r) {
  const size_t width = ln_dtype_size((LnDtype)r->dtype);
  return (int64_t)(ln_whole_lines((size_t)r->row * width) / width);
}

// All of its storage, as a float matrix or transposed, for an op that takes rows apart.
static bool is_whole_matrix(const LnTensor *x, const LnOp *op) {
  return op->flags & LN_OP_SPACED && x->rank == 2 && ln_dtype_is_float((LnDtype)x->dtype) &&
         (size_t)x->size * ln_dtype_size((LnDtype)x->dtype) == x->storage->bytes;
}

// Notes that call `at` of the tape reads x or, when it is one of its outputs, makes it.
static Room *note(Plan *p, const LnTensor *x, int64_t at, bool output) {
  const LnTapeNode *n = p->tape->nodes[at];
  Room *r = &p->room[ln_map_put(&p->storages, x->storage)];
  const bool computed = output && n->call.op->forward != NULL;
  const bool matrix = is_whole_matrix(x, n->call.op);
  if (r->tensors == 0) {
    *r = (Room){.storage = x->storage, .first = at, .last = at, .pinned = !computed,
                .dtype = x->dtype};
    if (computed && matrix && wants_space(x)) r->row = x->shape[1];
  } else if (!matrix || (x->stride[0] != r->row && x->stride[1] != r->row)) {
    r->row = 0;
  }
  if (n->runs) r->last = at, r->used = true;
  return r;
}

static void note_all(Plan *p) {
  const LnTape *t = p->tape;
  for (int64_t i = 0; i < t->n; i++) {
    const LnCall *call = &t->nodes[i]->call;
    for (int j = 0; j < call->n_in + call->n_out; j++) {
      LnTensor *x = call->in[j];
      if (!x || !x->storage) continue;
      Room *r = note(p, x, i, j >= call->n_in);
      const int64_t k = ln_map_put(&p->known, x);
      p->tensor[k] = x;
      p->home[k] = r - p->room;
      if (p->uses[k]++ == 0) r->tensors++;
    }
  }
}

static Room *room_of(const Plan *p, const LnTensor *x) {
  const int64_t i = x ? ln_map_find(&p->known, x) : -1;
  return i < 0 ? NULL : &p->room[p->home[i]];
}

// Results are there until the next run. Those that are there already stay where they are.
static void note_results(Plan *p, LnTensor *const *keep, int n_keep) {
  for (int i = 0; i < n_keep; i++) {
    Room *r = room_of(p, keep[i]);
    if (!r) continue;
    r->varies = true;
    r->row = 0;
    r->last = p->tape->n;
    r->pinned = r->pinned || r->storage->data;
  }
}

// A tensor with more references than the tape's is someone's: a field of a layer in Lua.
static void note_owners(Plan *p, LnTensor *const *keep, int n_keep) {
  for (int64_t i = 0; i < p->known.n; i++) {
    const int64_t mask = p->tensor[i]->mask ? ln_map_find(&p->known, p->tensor[i]->mask) : -1;
    if (mask >= 0) p->uses[mask]++;
  }
  for (int i = 0; i < n_keep; i++) {
    const int64_t k = keep[i] ? ln_map_find(&p->known, keep[i]) : -1;
    if (k >= 0) p->uses[k] = INT64_MAX;
  }
  for (int64_t i = 0; i < p->known.n; i++)
    if (p->tensor[i]->refs > p->uses[i]) {
      Room *r = room_of(p, p->tensor[i]);
      r->pinned = r->varies = true;
    }
}

static void note_places_to_take(Plan *p) {
  for (int64_t i = 0; i < p->tape->n; i++) {
    const LnTapeNode *n = p->tape->nodes[i];
    const int from = n->runs && n->call.op->in_place ? n->call.op->in_place(&n->call) : -1;
    if (from >= 0) room_of(p, n->call.out[0])->over = room_of(p, n->call.in[from]);
  }
}

// ---- constant folding

static bool varies(const Plan *p, LnTensor *const *x, int n) {
  for (int i = 0; i < n; i++) {
    const Room *r = room_of(p, x[i]);
    if (r && (r->varies || r->storage->refs != r->tensors)) return true;
  }
  return false;
}

// What is computed of constants that only the tape knows (a mean's divisor, a loss's weight, the
// gradient's first ones) is computed once.
static void fold_constants(Plan *p) {
  LnTape *t = p->tape;
  // What is changed in place must be made anew each time.
  for (int64_t i = 0; i < t->n; i++) {
    const LnCall *call = &t->nodes[i]->call;
    if (call->op->flags & LN_OP_IN_PLACE && t->nodes[i]->runs)
      room_of(p, call->out[0])->varies = true;
  }
  for (int64_t i = 0; i < t->n; i++) {
    LnTapeNode *n = t->nodes[i];
    const LnCall *call = &n->call;
    if (!n->runs) continue;
    n->constant = !(call->op->flags & LN_OP_EFFECT) && call->n_in > 0 &&
                  !varies(p, call->in, call->n_in) && !varies(p, call->out, call->n_out);
    n->runs = !n->constant;
    for (int j = 0; j < call->n_out; j++) {
      Room *r = room_of(p, call->out[j]);
      if (n->constant) r->pinned = r->constant = true;
      else r->varies = true;
    }
  }
}

// ---- places

// What a storage takes up in the arena.
static int64_t size_of(const Room *r) {
  size_t bytes = r->storage->bytes;
  if (r->row) bytes = bytes / (size_t)r->row * (size_t)spaced(r);
  return (int64_t)ln_whole_lines(bytes);
}

// Takes the place of the one it is made over, if that still has it.
static bool take_place(Room *r, Room **live, int64_t n_live) {
  for (int64_t k = 0; k < n_live; k++) {
    if (live[k] != r->over) continue;
    if (live[k]->last != r->first || size_of(live[k]) != size_of(r)) return false;
    r->place = live[k]->place;
    live[k] = r;
    return true;
  }
  return false;
}

// Gives rooms in the order of their first calls a place, first fit over those that are alive at
// the same time (a list sorted by place, in the part of order[] that has been read). Returns the
// bytes that they take.
static int64_t fit(Room **order, int64_t n) {
  int64_t end = 0, n_live = 0;
  Room **live = order;
  for (int64_t i = 0; i < n; i++) {
    Room *r = order[i];
    int64_t size = size_of(r), at = 0, k = 0, kept = 0;
    for (int64_t j = 0; j < n_live; j++)
      if (live[j]->last >= r->first) live[kept++] = live[j];
    n_live = kept;
    if (take_place(r, live, n_live)) continue;
    for (; k < n_live && live[k]->place < at + size; k++)
      if (live[k]->place + size_of(live[k]) > at) at = live[k]->place + size_of(live[k]);
    memmove(live + k + 1, live + k, (size_t)(n_live - k) * sizeof *live);
    live[k] = r;
    n_live++;
    r->place = at;
    if (at + size > end) end = at + size;
  }
  return end;
}

// Puts the tensors of a room into another storage.
static void move(const Plan *p, int64_t tensor, const Room *r, LnStorage *to) {
  LnTensor *x = p->tensor[tensor];
  if (r->planned && r->row) ln_tensor_space(x, r->row, spaced(r));
  ln_tensor_place(x, to, (r->planned ? r->place : 0) + x->offset);
}

static bool plan_dtype(Plan *p, LnArena *arena, int dtype, Room **order) {
  int64_t n = 0;
  for (int64_t i = 0; i < p->storages.n; i++) {
    Room *r = &p->room[i];
    r->planned = r->planned || (r->dtype == dtype && r->used && !r->pinned &&
                                r->storage->refs == r->tensors);
    if (r->planned && r->dtype == dtype) order[n++] = r;
  }
  const int64_t bytes = fit(order, n);
  return bytes == 0 || ln_arena_part(p->tape->context, arena, dtype, (size_t)bytes);
}

// What is pending and not in the arena has memory of its own: it is what others hold.
static LnStorage *own_storage(LnTape *t, const Room *r) {
  const bool wanted = r->used || r->pinned || r->storage->refs != r->tensors;
  if (r->storage->data || r->constant || !wanted) return NULL;
  LnStorage *s = ln_storage_new(t->context, r->storage->bytes);
  if (s) t->bytes += s->bytes;
  return s;
}

static bool give_places(Plan *p, LnArena *arena) {
  LnTape *t = p->tape;
  LnStorage **to = calloc((size_t)p->storages.n + 1, sizeof *to);
  Room **order = malloc((size_t)(p->storages.n + 1) * sizeof *order);
  bool ok = to && order;
  if (!ok) ln_fail(t->context, "out of memory");
  for (int d = 0; ok && d < LN_DTYPES; d++) ok = plan_dtype(p, arena, d, order);
  for (int64_t i = 0; ok && i < p->storages.n; i++) {
    Room *r = &p->room[i];
    if (r->planned) arena->part[r->dtype]->refs++, to[i] = arena->part[r->dtype];
    else to[i] = own_storage(t, r);
    ok = !t->context->err.set;
  }
  for (int64_t i = 0; ok && i < p->known.n; i++) {
    const int64_t k = p->home[i];
    if (to[k]) move(p, i, &p->room[k], to[k]);
  }
  for (int64_t i = 0; to && i < p->storages.n; i++) ln_storage_release(to[i]);
  free(to);
  free(order);
  return ok;
}

// ---- the values of constants

// Whether all elements are the same, to the bit.
static bool is_uniform(const LnStorage *s, size_t width) {
  const char *data = s->data;
  return s->bytes > LN_LINE && memcmp(data, data + width, s->bytes - width) == 0;
}

// What lies in a room goes to another storage; uniform: it is one element there.
static void move_all(const Plan *p, const Room *r, LnStorage *to, bool uniform) {
  for (int64_t i = 0; i < p->known.n; i++) {
    if (&p->room[p->home[i]] != r) continue;
    if (uniform) ln_tensor_spread(p->tensor[i], to);
    else ln_tensor_place(p->tensor[i], to, p->tensor[i]->offset);
  }
}

static bool give_storage(const Plan *p, LnTensor *x) {
  if (!ln_tensor_is_pending(x)) return true;
  LnStorage *s = ln_storage_new(p->tape->context, x->storage->bytes);
  if (s) move_all(p, room_of(p, x), s, false);
  ln_storage_release(s);
  return s != NULL;
}

// A gradient of a mean, say, is one number for all: it needs no more memory than that.
static bool shrink(const Plan *p, LnTensor *x) {
  const size_t width = ln_dtype_size((LnDtype)x->dtype);
  const bool uniform = is_uniform(x->storage, width);
  LnStorage *one = uniform ? ln_storage_new(p->tape->context, width) : x->storage;
  if (!one) return false;
  p->tape->bytes += one->bytes;
  if (!uniform) return true;
  memcpy(one->data, x->storage->data, width);
  move_all(p, room_of(p, x), one, true);
  ln_storage_release(one);
  return true;
}

// Those of a tape that computed as it recorded are there.
static bool compute_constants(const Plan *p) {
  const LnTape *t = p->tape;
  for (int64_t i = 0; i < t->n; i++) {
    const LnTapeNode *n = t->nodes[i];
    bool ok = true;
    if (!n->constant) continue;
    for (int j = 0; ok && j < n->call.n_out; j++) ok = give_storage(p, n->call.out[j]);
    if (!ok || (t->recorder.defers && !ln_tape_compute(n))) return false;
    for (int j = 0; ok && j < n->call.n_out; j++) ok = shrink(p, n->call.out[j]);
    if (!ok) return false;
  }
  return true;
}

// ---- the whole

static bool begin_plan(Plan *p, LnTape *t) {
  const size_t n_tensors = ln_tape_count_tensors(t, t->n);
  *p = (Plan){.tape = t};
  p->room = calloc(n_tensors + 1, sizeof *p->room);
  p->tensor = calloc(n_tensors + 1, sizeof *p->tensor);
  p->uses = calloc(n_tensors + 1, sizeof *p->uses);
  p->home = calloc(n_tensors + 1, sizeof *p->home);
  return (p->room && p->tensor && p->uses && p->home && ln_map_init(&p->storages, n_tensors) &&
          ln_map_init(&p->known, n_tensors)) ||
         ln_fail(t->context, "out of memory");
}

static void end_plan(Plan *p) {
  ln_map_free(&p->storages);
  ln_map_free(&p->known);
  free(p->room);
  free(p->tensor);
  free(p->uses);
  free(p->home);
}

static bool share_memory(LnTape *t, LnArena *arena, LnTensor *const *keep, int n_keep) {
  Plan p;
  bool ok = begin_plan(&p, t);
  if (ok) {
    note_all(&p);
    note_results(&p, keep, n_keep);
    note_owners(&p, keep, n_keep);
    fold_constants(&p);
    note_places_to_take(&p);
    ok = give_places(&p, arena) && compute_constants(&p);
    t->bytes += (size_t)p.known.n * sizeof(LnTensor);
  }
  end_plan(&p);
  return ok;
}

// One scratch for all: only one call runs at a time.
static bool set_scratch_aside(LnTape *t, LnArena *arena) {
  size_t bytes = 0;
  for (int64_t i = 0; i < t->n; i++) {
    LnTapeNode *n = t->nodes[i];
    n->scratch_bytes = n->runs && n->call.op->scratch ? n->call.op->scratch(&n->call) : 0;
    if (n->scratch_bytes > bytes) bytes = n->scratch_bytes;
  }
  if (!bytes) return true;
  LnStorage *s = ln_arena_part(t->context, arena, LN_ARENA_SCRATCH, bytes);
  if (!s) return false;
  s->refs++;
  t->scratch = s;
  for (int64_t i = 0; i < t->n; i++)
    if (t->nodes[i]->scratch_bytes) t->nodes[i]->call.scratch = s->data;
  return true;
}

bool ln_tape_optimize(LnTape *t, LnTensor *const *keep, int n_keep) {
  ln_tape_stop(t);
  ln_tape_forget_values(t);
  return drop_dead(t, keep, n_keep) && ln_tape_fuse(t, keep, n_keep);
}

bool ln_tape_finish(LnTape *t, LnArena *arena, LnTensor *const *keep, int n_keep) {
  t->finished = true;
  if (!ln_tape_optimize(t, keep, n_keep) || !share_memory(t, arena, keep, n_keep) ||
      !set_scratch_aside(t, arena))
    return false;
  t->recorder.defers = false;
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
