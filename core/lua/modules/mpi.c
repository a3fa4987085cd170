// lunate.mpi: the processes of data-parallel training, over MPI (the standard:
// https://www.mpi-forum.org/docs/). lua/lunate/distribution.lua is made of it.
// pkg-config: mpi-c
// debian: libopenmpi-dev
//
// Every collective begins with a record of what a process is about to do, a few numbers whose
// largest over all processes are found: where they are not the same, all processes say so instead
// of waiting for each other. No wait is longer than the limit.
#define _GNU_SOURCE  // on_exit, dladdr, sched_setaffinity
#include <dlfcn.h>
#include <mpi.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/half.h"
#include "lua/exports.h"
#include "tensor/tensor.h"

enum { TEXT = 160, VALUES = 4, MAX_PIECES = 4096 };
enum { LUA_KIND = 16 };   // kinds below are those of batches
#define DEFAULT_LIMIT 300.0

// What a process is about to do. Two are alike when all values are.
typedef struct Record {
  int64_t value[VALUES];
  char text[TEXT];
} Record;

typedef struct Peers {
  LnPeers peers;               // first: what the context points to
  MPI_Comm comm, records;      // of what is computed; of who is about to do what
  MPI_Datatype half;
  MPI_Op add_float16, add_bfloat16;
  int local_rank, local_size;
  bool crowded;                // more processes on this machine than cores
  double limit;                // seconds
  Record record;               // of the batch that is under way
  int64_t sent[2 * VALUES + 1], most[2 * VALUES + 1];
  MPI_Request meeting;
  bool meets, broken;
  int interrupts;
  int n_pieces;
  MPI_Request piece[MAX_PIECES];
  LnTensor *tensor[MAX_PIECES];   // what they are of
  int64_t *rows;               // rows + size: where a process's rows of a batch begin
  bool given_rows;
  double waited, bytes;        // seconds in which gradients were waited for; their bytes
  const LnExports *exports;
} Peers;

// MPI is one for the process, however many Lua states it has.
static Peers *world;
static pid_t process;
static struct sigaction term_before;
static volatile sig_atomic_t gives_way;   // it has failed, and waits to be ended by another

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// ---- waiting

// The text of an error code of MPI's.
static bool fail_mpi(Peers *p, LnContext *c, int code) {
  char text[MPI_MAX_ERROR_STRING + 1] = "";
  int n = 0;
  MPI_Error_string(code, text, &n);
  p->broken = true;
  return p->exports->fail(c, "process %d: %s", p->peers.rank, text);
}

static bool fail_late(Peers *p, LnContext *c) {
  p->broken = true;
  return p->exports->fail(c, "process %d waited %g s for the others in %s: one of them is gone, or "
                          "does something else (DataParallel{timeout = seconds} says how long to "
                          "wait)",
                          p->peers.rank, p->limit, p->record.text);
}

static void rest(const Peers *p, int64_t tries) {
  if (p->crowded || tries > 2000) sched_yield();
  if (tries < 20000) return;
  const struct timespec pause = {0, 50000};
  nanosleep(&pause, NULL);
}

static bool wait_for(Peers *p, LnContext *c, MPI_Request *request) {
  double begin = 0;
  for (int64_t tries = 0;; tries++) {
    int done = 0;
    const int code = MPI_Test(request, &done, MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS) return fail_mpi(p, c, code);
    if (done) return true;
    rest(p, tries);
    if (tries % 256 != 255) continue;
    if (begin == 0) begin = now();
    else if (now() - begin > p->limit) return fail_late(p, c);
  }
}

// ---- meeting

static bool ready(Peers *p, LnContext *c) {
  if (p->broken)
    return p->exports->fail(c, "the processes no longer work together, since an earlier call of "
                            "theirs failed");
  return true;
}

// All processes have found that they differ: each tells the others what it was about to do.
static bool fail_apart(Peers *p, LnContext *c) {
  const int size = p->peers.size;
  char *all = calloc((size_t)size, TEXT), told[3000] = "";
  MPI_Request request;
  bool ok = all != NULL;
  p->broken = true;
  if (!ok) return p->exports->fail(c, "out of memory");
  const int code = MPI_Iallgather(p->record.text, TEXT, MPI_CHAR, all, TEXT, MPI_CHAR, p->records,
                                  &request);
  ok = code == MPI_SUCCESS ? wait_for(p, c, &request) : fail_mpi(p, c, code);
  size_t n = 0;
  for (int i = 0; ok && i < size && n < sizeof told - TEXT - 64; i++) {
    all[i * TEXT + TEXT - 1] = '\0';
    n += (size_t)snprintf(told + n, sizeof told - n, "%sprocess %d is in %s", i ? "; " : "", i,
                          all + i * TEXT);
  }
  free(all);
  return ok && p->exports->fail(c, "the processes do not do the same: %s", told);
}

static bool finish_meeting(Peers *p, LnContext *c) {
  if (!p->meets) return !c->err.set;
  p->meets = false;
  if (!wait_for(p, c, &p->meeting)) return false;
  for (int i = 0; i < VALUES; i++)
    if (p->most[2 * i] != ~p->most[2 * i + 1]) return fail_apart(p, c);
  p->interrupts = (int)p->most[2 * VALUES];
  return true;
}

static bool start_meeting(Peers *p, LnContext *c, const Record *record) {
  if (c->err.set || !ready(p, c) || !finish_meeting(p, c)) return false;
  p->record = *record;
  for (int i = 0; i < VALUES; i++) {
    p->sent[2 * i] = record->value[i];
    p->sent[2 * i + 1] = ~record->value[i];   // its smallest is the largest of these
  }
  p->sent[2 * VALUES] = p->exports->interrupts_here();
  const int code = MPI_Iallreduce(p->sent, p->most, 2 * VALUES + 1, MPI_INT64_T, MPI_MAX,
                                  p->records, &p->meeting);
  if (code != MPI_SUCCESS) return fail_mpi(p, c, code);
  p->meets = true;
  return true;
}

// ---- what the context calls

static MPI_Datatype type_of(const Peers *p, int dtype) {
  switch (dtype) {
    case LN_BOOL: case LN_UINT8: return MPI_UINT8_T;
    case LN_INT32: return MPI_INT32_T;
    case LN_INT64: return MPI_INT64_T;
    case LN_FLOAT32: return MPI_FLOAT;
    case LN_FLOAT64: return MPI_DOUBLE;
    default: return p->half;
  }
}

static MPI_Op sum_of(const Peers *p, int dtype) {
  if (dtype == LN_FLOAT16) return p->add_float16;
  return dtype == LN_BFLOAT16 ? p->add_bfloat16 : MPI_SUM;
}

static void add_float16(void *in, void *into, int *n, MPI_Datatype *type) {
  const uint16_t *x = in;
  uint16_t *y = into;
  (void)type;
  for (int i = 0; i < *n; i++)
    y[i] = ln_float16_of_float(ln_float_of_float16(x[i]) + ln_float_of_float16(y[i]));
}

static void add_bfloat16(void *in, void *into, int *n, MPI_Datatype *type) {
  const uint16_t *x = in;
  uint16_t *y = into;
  (void)type;
  for (int i = 0; i < *n; i++)
    y[i] = ln_bfloat16_of_float(ln_float_of_bfloat16(x[i]) + ln_float_of_bfloat16(y[i]));
}

static bool begin(LnContext *c, void *self, int64_t kind, int64_t total, double state) {
  Peers *p = self;
  Record r = {{kind, total, 0, 0}, ""};
  memcpy(&r.value[2], &state, sizeof state);
  snprintf(r.text, sizeof r.text, kind == 0 ? "a step on %lld rows at learning rate %g"
                                            : "a test of %lld rows", (long long)total, state);
  return start_meeting(p, c, &r);
}

static bool too_large(Peers *p, LnContext *c, int64_t n) {
  return n > INT32_MAX && !p->exports->fail(c, "%lld elements are more than one reduction takes",
                                            (long long)n);
}

// At once: whoever is not at this place is found by the meeting before, or waited for in vain.
static bool sum(LnContext *c, void *self, LnTensor *t) {
  Peers *p = self;
  MPI_Request request;
  if (c->err.set || !ready(p, c) || !finish_meeting(p, c) || too_large(p, c, t->size)) return false;
  const int code = MPI_Iallreduce(MPI_IN_PLACE, t->data, (int)t->size, type_of(p, t->dtype),
                                  sum_of(p, t->dtype), p->comm, &request);
  return code == MPI_SUCCESS ? wait_for(p, c, &request) : fail_mpi(p, c, code);
}

static bool sum_later(LnContext *c, void *self, LnTensor *t) {
  Peers *p = self;
  int done = 0;
  if (c->err.set || !ready(p, c) || too_large(p, c, t->size)) return false;
  if (p->n_pieces == MAX_PIECES) return p->exports->fail(c, "too many pieces of gradients");
  const int code = MPI_Iallreduce(MPI_IN_PLACE, t->data, (int)t->size, type_of(p, t->dtype),
                                  sum_of(p, t->dtype), p->comm, &p->piece[p->n_pieces]);
  if (code != MPI_SUCCESS) return fail_mpi(p, c, code);
  p->tensor[p->n_pieces++] = ln_retain(t);
  p->bytes += (double)t->size * (double)p->exports->dtype_size((LnDtype)t->dtype);
  // MPI works when it is called: those that are under way go on.
  if (p->n_pieces > 1) MPI_Testall(p->n_pieces, p->piece, &done, MPI_STATUSES_IGNORE);
  return true;
}

static bool end(LnContext *c, void *self) {
  Peers *p = self;
  const double start = p->n_pieces ? now() : 0;
  bool ok = finish_meeting(p, c);
  for (int i = 0; ok && i < p->n_pieces; i++) ok = wait_for(p, c, &p->piece[i]);
  if (!ok) return false;   // what is under way keeps its tensors
  for (int i = 0; i < p->n_pieces; i++) p->exports->release(p->tensor[i]);
  if (p->n_pieces) p->waited += now() - start;
  p->n_pieces = 0;
  p->exports->interrupts_agreed(p->interrupts);
  return true;
}

// Where the rows of process i begin, of a batch of so many: as ln_batch_cut has it, or as told.
static int64_t first_row(const Peers *p, int64_t total, int i) {
  return p->given_rows ? p->rows[i] : total * i / p->peers.size;
}

static bool gather(LnContext *c, void *self, const LnTensor *t, LnTensor *out) {
  Peers *p = self;
  const int64_t total = out->shape[0], row = total ? out->size / total : 0;
  const int size = p->peers.size;
  if (c->err.set || !ready(p, c) || !finish_meeting(p, c) || too_large(p, c, out->size))
    return false;
  int *counts = calloc(2 * (size_t)size, sizeof *counts);
  if (!counts) return p->exports->fail(c, "out of memory");
  for (int i = 0; i < size; i++) {
    counts[size + i] = (int)(first_row(p, total, i) * row);
    counts[i] = (int)(first_row(p, total, i + 1) * row) - counts[size + i];
  }
  MPI_Request request;
  const int code = MPI_Iallgatherv(t->data, counts[p->peers.rank], type_of(p, t->dtype), out->data,
                                   counts, counts + size, type_of(p, t->dtype), p->comm, &request);
  const bool ok = code == MPI_SUCCESS ? wait_for(p, c, &request) : fail_mpi(p, c, code);
  free(counts);
  return ok;
}

// ---- beginning and end

// A process that fails ends all of them; one that ends well waits for the others to. Here, since
// only now it is known how it ends.
static void at_exit(int status, void *arg) {
  int over = 0;
  (void)arg;
  if (getpid() != process || MPI_Finalized(&over) != MPI_SUCCESS || over) return;
  if (status == 0 && !(world && world->broken)) {
    MPI_Finalize();
    return;
  }
  fflush(NULL);
  signal(SIGALRM, SIG_DFL);
  alarm(5);   // who cannot tell the others still ends
  MPI_Abort(MPI_COMM_WORLD, status ? status : EXIT_FAILURE);
}

// mpirun and batch systems end a job so: like a Ctrl-C while something trains, else as before.
static void on_term(int number) {
  if (!gives_way && world && world->exports->interrupt()) return;
  sigaction(number, &term_before, NULL);
  raise(number);
}

// Handlers must outlive the Lua state, which unloads its modules.
static void stay_loaded(void) {
  static const char here = 0;
  Dl_info info;
  if (dladdr(&here, &info)) (void)dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE);
}

static int cores_of_node(void) {
  const long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n > 0 ? (int)n : 1;
}

// mpirun may have bound the process to one core, of which a process with threads has more: it is
// let onto all that it is allowed.
static int threads_for(const Peers *p) {
  const int share = cores_of_node() / p->local_size;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return share > 1 ? share : 1;
  if (CPU_COUNT(&set) < share) {
    for (int i = 0; i < CPU_SETSIZE; i++) CPU_SET(i, &set);
    sched_setaffinity(0, sizeof set, &set);
    sched_getaffinity(0, sizeof set, &set);
  }
  const int allowed = CPU_COUNT(&set) / (p->crowded ? p->local_size : 1);
  const int n = share < allowed ? share : allowed;
  return n > 1 ? n : 1;
}

static void open_world(lua_State *L, const LnExports *e) {
  int begun = 0, level;
  MPI_Comm node;
  stay_loaded();
  Peers *p = calloc(1, sizeof *p);
  if (!p) luaL_error(L, "out of memory");
  MPI_Initialized(&begun);
  if (!begun && MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) {
    free(p);
    luaL_error(L, "MPI cannot be started");
  }
  process = getpid();
  on_exit(at_exit, NULL);
  *p = (Peers){.peers = {p, 0, 1, begin, sum, sum_later, end, gather}, .limit = DEFAULT_LIMIT,
               .exports = e};
  MPI_Comm_dup(MPI_COMM_WORLD, &p->comm);
  MPI_Comm_dup(MPI_COMM_WORLD, &p->records);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_set_errhandler(p->comm, MPI_ERRORS_RETURN);
  MPI_Comm_set_errhandler(p->records, MPI_ERRORS_RETURN);
  MPI_Comm_rank(p->comm, &p->peers.rank);
  MPI_Comm_size(p->comm, &p->peers.size);
  MPI_Comm_split_type(p->comm, MPI_COMM_TYPE_SHARED, p->peers.rank, MPI_INFO_NULL, &node);
  MPI_Comm_rank(node, &p->local_rank);
  MPI_Comm_size(node, &p->local_size);
  MPI_Comm_free(&node);
  MPI_Type_contiguous(2, MPI_BYTE, &p->half);
  MPI_Type_commit(&p->half);
  MPI_Op_create(add_float16, 1, &p->add_float16);
  MPI_Op_create(add_bfloat16, 1, &p->add_bfloat16);
  p->crowded = p->local_size > cores_of_node();
  p->rows = calloc((size_t)p->peers.size + 1, sizeof *p->rows);
  world = p;
  if (!p->rows) luaL_error(L, "out of memory");
  if (p->peers.size == 1) return;
  struct sigaction ours = {.sa_handler = on_term, .sa_flags = SA_RESTART};
  sigemptyset(&ours.sa_mask);
  sigaction(SIGTERM, &ours, &term_before);
}

// ---- functions

static Peers *check_world(lua_State *L, const char *what) {
  if (!world) luaL_error(L, "%s: connect first", what);
  return world;
}

static int raise_error(lua_State *L, Peers *p, const char *what) {
  LnContext *c = p->exports->context;
  lua_pushfstring(L, "%s%s%s", what ? what : "", what ? ": " : "", c->err.text);
  c->err.set = false;
  return lua_error(L);
}

// Meets the others for a call of Lua's; what it does follows.
static void meet(lua_State *L, Peers *p, const char *text, int64_t a, int64_t b) {
  LnContext *c = p->exports->context;
  uint64_t hash = 14695981039346656037u;   // FNV-1a
  for (const char *s = text; *s; s++) hash = (hash ^ (unsigned char)*s) * 1099511628211u;
  Record r = {{LUA_KIND, (int64_t)hash, a, b}, ""};
  snprintf(r.text, sizeof r.text, "%s", text);
  if (!start_meeting(p, c, &r) || !finish_meeting(p, c)) raise_error(L, p, NULL);
}

// mpi.connect() -> rank, size, local_rank, local_size, threads
static int connect(lua_State *L) {
  const LnExports *e = ln_exports(L);
  if (!world) open_world(L, e);
  world->exports = e;
  if (world->peers.size > 1) {
    e->context->peers = &world->peers;
    e->interrupts_agreed(0);
  }
  lua_pushinteger(L, world->peers.rank);
  lua_pushinteger(L, world->peers.size);
  lua_pushinteger(L, world->local_rank);
  lua_pushinteger(L, world->local_size);
  lua_pushinteger(L, threads_for(world));
  return 5;
}

// mpi.limit(seconds) -> the limit before
static int limit(lua_State *L) {
  Peers *p = check_world(L, "limit");
  lua_pushnumber(L, p->limit);
  if (!lua_isnoneornil(L, 1)) p->limit = luaL_checknumber(L, 1);
  return 1;
}

// mpi.meet(text[, a[, b]]) -> interrupts: all processes are here, with the same text and integers
static int meet_others(lua_State *L) {
  Peers *p = check_world(L, "meet");
  meet(L, p, luaL_checkstring(L, 1), luaL_optinteger(L, 2, 0), luaL_optinteger(L, 3, 0));
  p->exports->interrupts_agreed(p->interrupts);
  lua_pushinteger(L, p->interrupts);
  return 1;
}

static const char *const ops[] = {"sum", "max", "min", "prod", NULL};

static MPI_Op op_of(const Peers *p, int which, int dtype) {
  const MPI_Op of[] = {MPI_SUM, MPI_MAX, MPI_MIN, MPI_PROD};
  return which == 0 ? sum_of(p, dtype) : of[which];
}

static const LnTensor *check_tensor(lua_State *L, Peers *p, int i, const char *what) {
  const LnTensor *t = p->exports->test_tensor(p->exports, L, i, what);
  if (!t) luaL_error(L, "%s: a tensor expected", what);
  if (t->size > INT32_MAX) luaL_error(L, "%s: more than 2^31 - 1 elements", what);
  return t;
}

static void finish(lua_State *L, Peers *p, int code, MPI_Request *request, const char *what) {
  LnContext *c = p->exports->context;
  if (code == MPI_SUCCESS ? !wait_for(p, c, request) : !fail_mpi(p, c, code))
    raise_error(L, p, what);
}

static int64_t shape_hash(const LnTensor *t, int from) {
  uint64_t hash = 14695981039346656037u + t->dtype;
  for (int i = from; i < t->rank; i++) hash = (hash ^ (uint64_t)t->shape[i]) * 1099511628211u;
  return (int64_t)(hash ^ t->rank);
}

static void meet_with(lua_State *L, Peers *p, const char *what, const LnTensor *t, int from) {
  char text[TEXT];
  int n = snprintf(text, sizeof text, "%s of %s(", what, from ? "rows of " : "");
  for (int i = from; i < t->rank && n < TEXT - 24; i++)
    n += snprintf(text + n, sizeof text - (size_t)n, i > from ? ", %lld" : "%lld",
                  (long long)t->shape[i]);
  snprintf(text + n, sizeof text - (size_t)n, ")");
  meet(L, p, text, shape_hash(t, from), 0);
}

// mpi.reduce(what, tensor, op) -> a new tensor
static int reduce(lua_State *L) {
  Peers *p = check_world(L, "reduce");
  const char *what = luaL_checkstring(L, 1);
  const int which = luaL_checkoption(L, 3, "sum", ops);
  const LnTensor *t = check_tensor(L, p, 2, what);
  const bool half = t->dtype == LN_FLOAT16 || t->dtype == LN_BFLOAT16;
  if (half && which != 0) luaL_error(L, "%s: 16-bit floats are only added up", what);
  LnTensor *out = p->exports->push_tensor(p->exports, L, (LnDtype)t->dtype, t->rank, t->shape,
                                          what);
  MPI_Request request;
  meet_with(L, p, what, t, 0);
  finish(L, p, MPI_Iallreduce(t->data, out->data, (int)t->size, type_of(p, t->dtype),
                              op_of(p, which, t->dtype), p->comm, &request), &request, what);
  return 1;
}

// mpi.broadcast(what, tensor, root) -> a new tensor
static int broadcast(lua_State *L) {
  Peers *p = check_world(L, "broadcast");
  const char *what = luaL_checkstring(L, 1);
  const LnTensor *t = check_tensor(L, p, 2, what);
  const lua_Integer root = luaL_checkinteger(L, 3);
  if (root < 0 || root >= p->peers.size)
    luaL_error(L, "%s: there is no process %d of %d", what, (int)root, p->peers.size);
  LnTensor *out = p->exports->push_tensor(p->exports, L, (LnDtype)t->dtype, t->rank, t->shape,
                                          what);
  const size_t bytes = (size_t)t->size * p->exports->dtype_size((LnDtype)t->dtype);
  if (bytes) memcpy(out->data, t->data, bytes);
  MPI_Request request;
  meet_with(L, p, what, t, 0);
  finish(L, p, MPI_Ibcast(out->data, (int)t->size, type_of(p, t->dtype), (int)root, p->comm,
                          &request), &request, what);
  return 1;
}

// mpi.gather(what, tensor) -> the rows of all processes, in their order
static int gather_rows(lua_State *L) {
  Peers *p = check_world(L, "gather");
  const char *what = luaL_checkstring(L, 1);
  const LnTensor *t = check_tensor(L, p, 2, what);
  const int size = p->peers.size;
  if (t->rank == 0) luaL_error(L, "%s: a tensor with rows expected, got one of shape ()", what);
  int64_t *rows = lua_newuserdatauv(L, 2 * (size_t)size * sizeof *rows, 0), shape[LN_MAX_RANK];
  int *counts = (int *)(rows + size);
  MPI_Request request;
  meet_with(L, p, what, t, 1);
  const int64_t own_rows = t->shape[0];
  finish(L, p, MPI_Iallgather(&own_rows, 1, MPI_INT64_T, rows, 1, MPI_INT64_T, p->comm, &request),
         &request, what);
  int64_t total = 0, row = 1;
  for (int i = 1; i < t->rank; i++) row *= t->shape[i];
  for (int i = 0; i < size; i++) {
    if (row && (total + rows[i]) > INT32_MAX / row)
      luaL_error(L, "%s: more than 2^31 - 1 elements", what);
    counts[size + i] = (int)(total * row);
    total += rows[i];
    counts[i] = (int)(rows[i] * row);
  }
  memcpy(shape, t->shape, sizeof shape);
  shape[0] = total;
  LnTensor *out = p->exports->push_tensor(p->exports, L, (LnDtype)t->dtype, t->rank, shape, what);
  finish(L, p, MPI_Iallgatherv(t->data, (int)t->size, type_of(p, t->dtype), out->data, counts,
                               counts + size, type_of(p, t->dtype), p->comm, &request),
         &request, what);
  return 1;
}

// mpi.part(rows) -> first, total: this process has so many rows of the next batch, the others tell
// theirs. mpi.part(first, rows, total[, count]): the same where all is known; mpi.part(): all rows
// are this process's again. What is drawn is drawn for their places.
static int part(lua_State *L) {
  Peers *p = check_world(L, "part");
  LnContext *c = p->exports->context;
  p->given_rows = false;
  c->part = (LnPart){0};
  if (lua_isnoneornil(L, 1)) return 0;
  int64_t first = luaL_checkinteger(L, 1), rows = first, total = 0;
  if (lua_isnoneornil(L, 2)) {
    MPI_Request request;
    meet(L, p, "a batch of its own rows", 0, 0);
    finish(L, p, MPI_Iallgather(&rows, 1, MPI_INT64_T, p->rows, 1, MPI_INT64_T, p->comm, &request),
           &request, "part");
    for (int i = 0; i < p->peers.size; i++) {
      const int64_t n = p->rows[i];
      p->rows[i] = total;
      total += n;
    }
    p->rows[p->peers.size] = total;
    p->given_rows = true;
    first = p->rows[p->peers.rank];
  } else {
    rows = luaL_checkinteger(L, 2);
    total = luaL_checkinteger(L, 3);
    luaL_argcheck(L, rows >= 1 && first >= 0 && first + rows <= total, 2, "rows of a batch");
    c->part = (LnPart){first, rows, luaL_optinteger(L, 4, rows), total, false};
  }
  lua_pushinteger(L, first);
  lua_pushinteger(L, total);
  return 2;
}

// mpi.hash(tensor) -> an integer that follows from its values
static int hash(lua_State *L) {
  Peers *p = check_world(L, "hash");
  const LnTensor *t = p->exports->test_tensor(p->exports, L, 1, "hash");
  if (!t) return luaL_error(L, "hash: a tensor expected");
  const size_t bytes = (size_t)t->size * p->exports->dtype_size((LnDtype)t->dtype);
  uint64_t h = 14695981039346656037u + bytes, word;
  for (size_t i = 0; i < bytes; i += sizeof word) {
    word = 0;
    memcpy(&word, (const char *)t->data + i, bytes - i < sizeof word ? bytes - i : sizeof word);
    h = (h ^ word) * 1099511628211u;
    h ^= h >> 29;
  }
  lua_pushinteger(L, (lua_Integer)h);
  return 1;
}

// mpi.give_way(seconds): this process has failed; another may end it meanwhile, having told why.
static int give_way(lua_State *L) {
  const double seconds = luaL_checknumber(L, 1);
  luaL_argcheck(L, seconds >= 0 && seconds < 1e6, 1, "seconds expected");
  const double rest_of = seconds - (double)(time_t)seconds;
  const struct timespec pause = {(time_t)seconds, (long)(1e9 * rest_of)};
  gives_way = 1;
  nanosleep(&pause, NULL);
  gives_way = 0;
  return 0;
}

// mpi.told() -> seconds in which gradients were waited for, their bytes, since the last call
static int told(lua_State *L) {
  Peers *p = check_world(L, "told");
  lua_pushnumber(L, p->waited);
  lua_pushnumber(L, p->bytes);
  p->waited = p->bytes = 0;
  return 2;
}

// mpi.version() -> what the library says of itself
static int version(lua_State *L) {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int n = 0;
  MPI_Get_library_version(text, &n);
  lua_pushstring(L, text);
  return 1;
}

int luaopen_lunate_mpi(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_mpi(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"connect", connect}, {"limit", limit}, {"meet", meet_others}, {"reduce", reduce},
      {"broadcast", broadcast}, {"gather", gather_rows}, {"part", part}, {"told", told},
      {"hash", hash}, {"give_way", give_way},
      {"version", version}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
