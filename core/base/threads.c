// The thread pool behind ln_parallel. Range i of a job belongs to worker i, so that a worker finds
// its share of the data in its own cache call after call; but a range that its worker has not begun
// (it sleeps, or the kernel runs something else on its core) is taken back by the caller, so that a
// job never waits for a thread to wake. To change how long idle workers spin, see SPIN_NS.
#define _GNU_SOURCE  // sched_getaffinity
#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

// An idle worker spins this long before it sleeps: longer than the gaps between the kernels of a
// training step (a dispatch then costs well under a microsecond), short enough to leave the core to
// others as soon as a script does something else.
#define SPIN_NS 50000

// Declared here rather than through cblas.h: a BLAS that is not OpenBLAS lacks it (and is then left
// alone), hence weak.
extern void openblas_set_num_threads(int n) __attribute__((weak));
extern int blas_thread_shutdown_(void) __attribute__((weak));

// A worker's slot goes FREE -> POSTED (by the caller) -> RUNNING -> FREE (by the worker), or POSTED
// -> FREE when the caller takes the range back.
enum { FREE, POSTED, RUNNING };

typedef struct {
  // All that is handed over, in a cache line (pair) of its own: to fetch one takes 0.1 us.
  _Alignas(128) atomic_int state;
  LnRangeFn fn;
  void *arg;
  int64_t begin, end;
  _Alignas(128) atomic_bool asleep;
  pthread_mutex_t lock;  // guards the sleep only
  pthread_cond_t wake;
  pthread_t thread;
} Worker;

static Worker workers[LN_MAX_THREADS];  // workers[0] is never used: range 0 is the caller's
static int started = 1;  // workers 1 .. started - 1 exist; guarded by `busy`
static atomic_bool stopping;
static atomic_bool busy;  // held during a job: a second caller, nested or not, runs serially
static atomic_int thread_count;
// Inside of a range of a job that is cut. Every product reads it: no call is to be in the way.
static _Thread_local bool in_range __attribute__((tls_model("initial-exec")));

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool wanted(Worker *w) {
  return atomic_load(&w->state) == POSTED || atomic_load(&stopping);
}

// Waits for a posted range: first spinning, then asleep.
static void wait_for_work(Worker *w) {
  int64_t start = now_ns();
  do {
    for (int i = 0; i < 32; i++) {
      if (wanted(w)) return;
      relax();
    }
  } while (now_ns() - start < SPIN_NS);
  pthread_mutex_lock(&w->lock);
  atomic_store(&w->asleep, true);  // before `wanted` looks: ln_parallel posts, then looks here
  while (!wanted(w)) pthread_cond_wait(&w->wake, &w->lock);
  atomic_store(&w->asleep, false);
  pthread_mutex_unlock(&w->lock);
}

static void rouse(Worker *w) {
  pthread_mutex_lock(&w->lock);
  pthread_cond_signal(&w->wake);
  pthread_mutex_unlock(&w->lock);
}

static void *worker_main(void *arg) {
  Worker *w = arg;
  in_range = true;
  for (;;) {
    wait_for_work(w);
    if (atomic_load(&stopping)) return NULL;
    int posted = POSTED;
    if (atomic_compare_exchange_strong(&w->state, &posted, RUNNING)) {
      w->fn(w->arg, w->begin, w->end);
      atomic_store_explicit(&w->state, FREE, memory_order_release);
    }
  }
}

// Starts workers up to `count`. One that cannot be started costs speed only: its ranges are posted
// like any other and taken back by the caller. Signals stay with the threads of the program.
static void start_workers(int count) {
  if (started >= count || atomic_load(&stopping)) return;
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  for (; started < count; started++) {
    Worker *w = &workers[started];
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    if (pthread_create(&w->thread, NULL, worker_main, w) != 0) break;
  }
  pthread_sigmask(SIG_SETMASK, &old, NULL);
}

// Runs worker w's range here if the worker has not begun it, else waits for its end.
static void finish(Worker *w) {
  int posted = POSTED;
  if (atomic_load_explicit(&w->state, memory_order_relaxed) == POSTED &&
      atomic_compare_exchange_strong(&w->state, &posted, FREE)) {
    w->fn(w->arg, w->begin, w->end);
    return;
  }
  for (int spins = 0; atomic_load_explicit(&w->state, memory_order_acquire) != FREE; spins++) {
    if (spins < 4096) relax();
    else sched_yield();  // its core may be running something else
  }
}

// [0, n) in so many ranges, the first of them here; the pool is the caller's, and is let go.
static void in_pieces(int64_t n, int64_t parts, LnRangeFn fn, void *arg) {
  start_workers((int)parts);
  int64_t size = n / parts, longer = n % parts;  // the first `longer` ranges have one element more
  int64_t first = size + (longer > 0), begin = first;
  for (int i = 1; i < parts; i++) {
    Worker *w = &workers[i];
    w->fn = fn;
    w->arg = arg;
    w->begin = begin;
    w->end = begin += size + (i < longer);
    atomic_store_explicit(&w->state, POSTED, memory_order_release);
    // Not in step with the post: a worker that misses both sleeps on, and its range is taken back.
    if (atomic_load_explicit(&w->asleep, memory_order_relaxed)) rouse(w);
  }
  fn(arg, 0, first);
  for (int i = 1; i < parts; i++) finish(&workers[i]);
  atomic_store_explicit(&busy, false, memory_order_release);
}

void ln_parallel(int64_t n, int64_t grain, LnRangeFn fn, void *arg) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  const int count = ln_threads();
  if (count < 2 || n - grain < grain || in_range) {
    fn(arg, 0, n);
    return;
  }
  in_range = true;
  if (atomic_exchange(&busy, true)) fn(arg, 0, n);
  else in_pieces(n, n / grain < count ? n / grain : count, fn, arg);
  in_range = false;
}

bool ln_in_parallel(void) { return in_range; }

int ln_threads(void) {
  return atomic_load_explicit(&thread_count, memory_order_relaxed);
}

void ln_set_threads(int n) {
  atomic_store(&thread_count, n < 1 ? 1 : n > LN_MAX_THREADS ? LN_MAX_THREADS : n);
}

static int default_threads(void) {
  const char *text = getenv("LUNATE_THREADS");
  if (text && *text) {
    char *end;
    long n = strtol(text, &end, 10);
    if (*end == '\0' && n >= 1 && n <= LN_MAX_THREADS) return (int)n;
  }
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores > 0 ? (int)cores : 1;
}

// In the child of a fork there is no worker: back to the beginning.
static void forget_workers(void) {
  for (int i = 1; i < started; i++) {
    atomic_store(&workers[i].state, FREE);
    atomic_store(&workers[i].asleep, false);
  }
  started = 1;
  atomic_store(&busy, false);
}

__attribute__((constructor)) static void start(void) {
  ln_set_threads(default_threads());
  pthread_atfork(NULL, NULL, forget_workers);
  // OpenBLAS has started its threads when it was loaded, and they spin for 36 ms before they sleep.
  if (openblas_set_num_threads) openblas_set_num_threads(1);
  if (openblas_set_num_threads && blas_thread_shutdown_) blas_thread_shutdown_();
}

// Runs at exit and when the module is unloaded (lua_close), whose code must not vanish under a
// running worker.
__attribute__((destructor)) static void stop(void) {
  atomic_store(&stopping, true);
  for (int i = 1; i < started; i++) {
    rouse(&workers[i]);
    pthread_join(workers[i].thread, NULL);
  }
  started = 1;
}
