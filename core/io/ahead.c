// A ring of blocks between one reading thread and one script. The script's side allocates the
// tensors (accounts of memory know no threads), the thread fills them.
#include "io/ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct Block {
  LnTensor *part[LN_AHEAD_PARTS];
  int64_t rows;
} Block;

struct LnAhead {
  // Fills the parts of a block; *rows is how many there were (0: no more).
  bool (*fill)(LnAhead *a, LnContext *c, Block *b);
  int n;                          // parts
  int64_t size;                   // rows of a block
  LnDtype dtype[LN_AHEAD_PARTS];
  int rank[LN_AHEAD_PARTS];
  int64_t shape[LN_AHEAD_PARTS][LN_MAX_RANK];  // of a block
  // gather
  LnTensor *source[LN_AHEAD_PARTS];            // views of our own: closing the tensors is harmless
  int64_t *order, at, n_rows;
  bool whole;
  // csv
  LnStream *stream;
  LnCsvReader *reader;
  // the ring: blocks [first, first + ready) modulo depth are filled
  Block *ring;
  int depth, first, ready;
  bool threaded, stop, ended;
  bool filling, pausing;          // the thread works on a block; it is to begin none
  bool lost;                      // a fork has left the thread behind
  const LnMemory *memory;         // where the blocks come from
  LnAhead *next;                  // in the list of those with a thread
  LnContext own;                  // the thread's errors
  pthread_mutex_t lock;
  pthread_cond_t changed;
  pthread_t thread;
};

// ---- sources

static bool gather(LnAhead *a, LnContext *c, Block *b) {
  (void)c;
  int64_t n = a->n_rows - a->at;
  if (n > a->size) n = a->size;
  if (a->whole && n < a->size) n = 0;
  for (int i = 0; i < a->n; i++) {
    const LnTensor *s = a->source[i];
    size_t item = ln_dtype_size((LnDtype)s->dtype);
    size_t bytes = s->shape[0] ? (size_t)(s->size / s->shape[0]) * item : 0;
    char *to = b->part[i]->data;
    for (int64_t k = 0; k < n; k++, to += bytes) {
      int64_t row = a->order ? a->order[a->at + k] : a->at + k;
      memcpy(to, (const char *)s->data + row * s->stride[0] * (int64_t)item, bytes);
    }
  }
  a->at += n;
  b->rows = n;
  return true;
}

static bool read_csv(LnAhead *a, LnContext *c, Block *b) {
  return ln_csv_rows(c, a->reader, b->part[0]->data, a->size, &b->rows);
}

// ---- the thread

// Fills the next block of the ring; the lock is held, but not meanwhile.
static void fill_next(LnAhead *a) {
  Block *b = &a->ring[(a->first + a->ready) % a->depth];
  a->filling = true;
  pthread_mutex_unlock(&a->lock);
  bool ok = a->fill(a, &a->own, b);
  pthread_mutex_lock(&a->lock);
  a->filling = false;
  if (ok && b->rows > 0) a->ready++;
  else a->ended = true;
  pthread_cond_broadcast(&a->changed);
}

static void *run(void *arg) {
  LnAhead *a = arg;
  pthread_mutex_lock(&a->lock);
  while (!a->stop && !a->ended) {
    if (a->pausing || a->ready == a->depth) pthread_cond_wait(&a->changed, &a->lock);
    else fill_next(a);
  }
  pthread_mutex_unlock(&a->lock);
  return NULL;
}

// ---- forks: the child has the blocks but not the thread, which it starts anew when it asks for
// one

static LnAhead *running;   // guarded by list_lock
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t watching = PTHREAD_ONCE_INIT;

// No block is half filled while the process is copied.
static void before_fork(void) {
  pthread_mutex_lock(&list_lock);
  for (LnAhead *a = running; a; a = a->next) {
    pthread_mutex_lock(&a->lock);
    a->pausing = true;
    while (a->filling) pthread_cond_wait(&a->changed, &a->lock);
  }
}

static void after_fork(void) {
  for (LnAhead *a = running; a; a = a->next) {
    a->pausing = false;
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
  }
  pthread_mutex_unlock(&list_lock);
}

static void in_child(void) {
  for (LnAhead *a = running; a; a = a->next) {
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    a->pausing = false;
    a->lost = true;
  }
  pthread_mutex_init(&list_lock, NULL);
}

static void watch_forks(void) { pthread_atfork(before_fork, after_fork, in_child); }

static bool start_thread(LnAhead *a) {
  sigset_t all, before;   // signals stay with the threads of the program
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&a->thread, NULL, run, a) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

static void enlist(LnAhead *a, bool in) {
  pthread_once(&watching, watch_forks);
  pthread_mutex_lock(&list_lock);
  LnAhead **at = &running;
  while (*at && *at != a) at = &(*at)->next;
  if (in) a->next = running, running = a;
  else if (*at) *at = a->next;
  pthread_mutex_unlock(&list_lock);
}

// ---- the script's side

static bool allocate(LnContext *c, LnAhead *a, Block *b) {
  for (int i = 0; i < a->n; i++)
    if (!b->part[i] &&
        !(b->part[i] = ln_tensor_new(c, a->dtype[i], a->rank[i], a->shape[i]))) return false;
  return true;
}

static LnAhead *new_ahead(LnContext *c, int64_t size, int depth) {
  LnAhead *a = calloc(1, sizeof *a);
  if (a) a->ring = calloc((size_t)depth + 1, sizeof *a->ring);
  if (!a || !a->ring) {
    free(a);
    ln_fail(c, "out of memory");
    return NULL;
  }
  a->size = size;
  a->depth = depth;
  a->memory = c->memory;
  return a;
}

// Allocates the ring and starts the thread; without one every block is read when it is asked for.
static LnAhead *start(LnContext *c, LnAhead *a) {
  for (int i = 0; i < a->depth; i++)
    if (!allocate(c, a, &a->ring[i])) {
      ln_ahead_free(a);
      return NULL;
    }
  if (a->depth == 0) return a;
  pthread_mutex_init(&a->lock, NULL);
  pthread_cond_init(&a->changed, NULL);
  a->threaded = start_thread(a);
  if (a->threaded) enlist(a, true);
  return a;
}

LnAhead *ln_ahead_gather(LnContext *c, LnTensor *const *tensors, int n, const int64_t *rows,
                         int64_t n_rows, int64_t size, bool whole, int depth) {
  LnAhead *a = new_ahead(c, size, depth);
  if (!a) return NULL;
  a->fill = gather;
  a->n_rows = n_rows;
  a->whole = whole;
  bool ok = n <= LN_AHEAD_PARTS || ln_fail(c, "at most %d tensors", LN_AHEAD_PARTS);
  if (ok && rows) {
    ok = (a->order = malloc(((size_t)n_rows + 1) * sizeof *rows)) || ln_fail(c, "out of memory");
    if (ok) memcpy(a->order, rows, (size_t)n_rows * sizeof *rows);
  }
  for (int i = 0; ok && i < n; i++) {
    LnTensor *t = tensors[i];
    ok = (a->source[i] = ln_tensor_view(c, t, t->rank, t->shape, t->stride, 0)) != NULL;
    a->n = i + 1;
    a->dtype[i] = (LnDtype)t->dtype;
    a->rank[i] = t->rank;
    memcpy(a->shape[i], t->shape, sizeof t->shape);
    a->shape[i][0] = size < n_rows ? size : n_rows;
  }
  if (ok) return start(c, a);
  ln_ahead_free(a);
  return NULL;
}

LnAhead *ln_ahead_csv(LnContext *c, LnStream *stream, LnCsvReader *reader, LnDtype dtype,
                      int64_t size, int depth) {
  LnAhead *a = new_ahead(c, size, depth);
  if (!a) {
    ln_csv_close(reader);
    ln_stream_close(stream);
    return NULL;
  }
  a->fill = read_csv;
  a->stream = stream;
  a->reader = reader;
  a->n = 1;
  a->dtype[0] = dtype;
  a->rank[0] = 2;
  a->shape[0][0] = size;
  a->shape[0][1] = ln_csv_columns(reader);
  return start(c, a);
}

// The block's first rows: all of them, or a view of what the end of the data left.
static bool hand_over(LnContext *c, LnAhead *a, Block *b, LnTensor **out, int *n) {
  for (int i = 0; i < a->n; i++) {
    LnTensor *t = b->part[i];
    int64_t shape[LN_MAX_RANK];
    memcpy(shape, t->shape, sizeof shape);
    shape[0] = b->rows;
    out[i] = b->rows == t->shape[0] ? ln_retain(t)
                                    : ln_tensor_view(c, t, t->rank, shape, t->stride, 0);
    if (!out[i]) {
      while (i > 0) ln_release(out[--i]);
      return false;
    }
  }
  for (int i = 0; i < a->n; i++) ln_release(b->part[i]), b->part[i] = NULL;
  *n = a->n;
  return true;
}

bool ln_ahead_next(LnContext *c, LnAhead *a, LnTensor **out, int *n) {
  *n = 0;
  if (!a->threaded) {
    Block *b = &a->ring[0];
    if (a->ended) return true;
    if (!allocate(c, a, b)) return false;
    if (!a->fill(a, c, b)) return a->ended = true, false;
    a->ended = b->rows == 0;
    return a->ended || hand_over(c, a, b, out, n);
  }
  if (a->lost && start_thread(a)) a->lost = false;
  pthread_mutex_lock(&a->lock);
  while (a->ready == 0 && !a->ended) {
    if (a->lost) fill_next(a);
    else pthread_cond_wait(&a->changed, &a->lock);
  }
  bool any = a->ready > 0;
  pthread_mutex_unlock(&a->lock);
  if (!any) {   // the thread has ended: its error is ours to read
    if (!a->own.err.set) return true;
    ln_fail(c, "%s", a->own.err.text);
    a->own.err.set = false;
    return false;
  }
  Block *b = &a->ring[a->first], fresh = {{NULL}, 0};
  bool ok = allocate(c, a, &fresh) && hand_over(c, a, b, out, n);
  for (int i = 0; i < a->n; i++) {
    if (ok) b->part[i] = fresh.part[i];
    else ln_release(fresh.part[i]);
  }
  if (!ok) return false;
  pthread_mutex_lock(&a->lock);
  a->first = (a->first + 1) % a->depth;
  a->ready--;
  pthread_cond_broadcast(&a->changed);
  pthread_mutex_unlock(&a->lock);
  return true;
}

bool ln_ahead_uses(const LnMemory *m) {
  bool uses = false;
  pthread_mutex_lock(&list_lock);
  for (const LnAhead *a = running; a; a = a->next) uses = uses || a->memory == m;
  pthread_mutex_unlock(&list_lock);
  return uses;
}

void ln_ahead_free(LnAhead *a) {
  if (!a) return;
  if (a->threaded) {
    enlist(a, false);
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
    if (!a->lost) pthread_join(a->thread, NULL);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->changed);
  }
  for (int k = 0; k <= a->depth; k++)
    for (int i = 0; i < a->n; i++) ln_release(a->ring[k].part[i]);
  for (int i = 0; i < a->n; i++) ln_release(a->source[i]);
  ln_csv_close(a->reader);
  ln_stream_close(a->stream);
  free(a->ring);
  free(a->order);
  free(a);
}
