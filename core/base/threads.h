// The one process-wide thread pool, and the only place that decides on threads. A kernel that wants
// threads calls ln_parallel; nothing else that computes starts a thread (io/ahead.c's only reads
// and copies, and sleeps when it is ahead), and OpenBLAS is kept at one, so that two pools never
// spin against each other.
//
// What decides is what moves between the cores. Measured on two cores without a common cache but
// the last: to hand over a range and wait for it takes 0.4 us, and 14 ns more for every cache line
// that the other core has written. A training step of a small model is therefore not cut by the
// rows of its batch: for the housing model (8-30-100-1, 3471 weights, 32 rows: 6.4 us on one core)
// a half saves 2.5 us, but the weights there and the partial gradients back are 220 lines each,
// 6 us; with each core adding up and stepping half of the weights it is still 3 us and a second
// wait.
#ifndef LN_BASE_THREADS_H
#define LN_BASE_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#define LN_MAX_THREADS 256

// How many threads work is split over: by default the cores of the process's affinity mask, or
// $LUNATE_THREADS when that is a whole number from 1 to LN_MAX_THREADS.
int ln_threads(void);

// Sets that number, clamped to 1..LN_MAX_THREADS. Results are bit-identical for equal numbers.
void ln_set_threads(int n);

typedef void (*LnRangeFn)(void *arg, int64_t begin, int64_t end);

// Runs fn over [0, n) split into at most ln_threads() contiguous ranges, each at least `grain`
// long, and returns when all are done; n <= 0 does nothing. One call fn(arg, 0, n) is made instead
// when n < 2 * grain, inside another ln_parallel, or while another thread of the process uses the
// pool. Where the ranges are cut depends on n, grain and ln_threads() only, so an fn whose elements
// do not depend on each other is deterministic; one that sums across a range is not, since the pool
// may be busy: cut such work into fixed blocks, one element of [0, n) each, and combine them in
// order.
void ln_parallel(int64_t n, int64_t grain, LnRangeFn fn, void *arg);

// Whether this is a range of a job that ln_parallel has cut (or would have, were the pool not
// busy): what runs there has one thread.
bool ln_in_parallel(void);

#endif
