// Recurrent sequences. A step is a product of h with the recurrent kernel, which was packed once,
// and a pass over its rows with all that is left to do, while they are in the cache.
#include "kernels/vmath.h"

#include "kernels/recurrent.h"

#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "kernels/gemm.h"

static int64_t gates_of(const LnRecurrent *r) {
  return r->kind == LN_RECURRENT_LSTM ? 4 : r->kind == LN_RECURRENT_GRU ? 3 : 1;
}

// A GRU whose reset gate comes before the product has two: of the gates, and of the candidate.
static bool has_two_products(const LnRecurrent *r) {
  return r->kind == LN_RECURRENT_GRU && !r->reset_after;
}

// Where things lie in scratch. A row of the batch has its own part of each, by its number.
typedef struct Room {
  void *packed, *packed_candidate;   // the kernel, and that of the candidate alone; NULL: as it is
  char *sums;       // (batch, gates units)
  char *h;          // (batch, units): what the product takes
  char *dh, *dc;    // (batch, units): gradients of the states, from step to step
  char *bias;       // (batch, gates units + units): sums over the steps
  char *dcandidate; // (steps, batch, units) of a GRU with reset_after
  char *kept;       // (steps, batch, units): h times keep
  char *zeros;      // (units)
  int64_t *rows;    // (batch): which are not masked
} Room;

// Products of so few rows do not win back what packing costs.
enum { PACK_ROWS = 24 };

static size_t take(char **memory, bool wanted, int64_t n, size_t width) {
  const size_t bytes = wanted ? ln_whole_lines((size_t)n * width) : 0;
  *memory += bytes;
  return bytes;
}

static LnGemm product(const LnRecurrent *r, bool transposed, int64_t first, int64_t columns) {
  const size_t width = r->dtype == LN_FLOAT32 ? sizeof(float) : sizeof(double);
  const int64_t wide = gates_of(r) * r->units;
  const LnMatrix b = {(const char *)r->kernel + (size_t)first * width, wide, 1};
  return (LnGemm){.dtype = r->dtype, .n = transposed ? r->units : columns,
                  .k = transposed ? columns : r->units,
                  .b = transposed ? ln_matrix_transposed(b) : b, .alpha = 1};
}

// Lays out what forward (or the way back) wants from `memory` on; the bytes that it takes.
static size_t lay_out(const LnRecurrent *r, bool back, char *memory, Room *room) {
  const size_t width = r->dtype == LN_FLOAT32 ? sizeof(float) : sizeof(double);
  const int64_t wide = gates_of(r) * r->units, rows = r->batch, all = r->steps * r->batch;
  const bool packs = all >= PACK_ROWS, two = has_two_products(r);
  char *p = memory;
  const LnGemm of_all = product(r, back, 0, two ? 2 * r->units : wide);
  const LnGemm of_candidate = product(r, back, 2 * r->units, r->units);
  *room = (Room){0};
  if (packs) room->packed = p, take(&p, true, (int64_t)ln_gemm_packed_size(&of_all), 1);
  if (packs && two)
    room->packed_candidate = p, take(&p, true, (int64_t)ln_gemm_packed_size(&of_candidate), 1);
  room->sums = p, take(&p, true, rows * wide, width);
  room->h = p, take(&p, true, rows * r->units, width);
  room->zeros = p, take(&p, true, r->units, width);
  room->rows = (int64_t *)(void *)p, take(&p, true, rows, sizeof(int64_t));
  room->dh = p, take(&p, back, rows * r->units, width);
  room->dc = p, take(&p, back, rows * r->units, width);
  room->bias = p, take(&p, back, rows * (wide + r->units), width);
  room->dcandidate = p, take(&p, back && r->reset_after, all * r->units, width);
  room->kept = p, take(&p, back && r->keep, all * r->units, width);
  return (size_t)(p - memory);
}

static void pack(const LnRecurrent *r, bool back, const Room *room) {
  const bool two = has_two_products(r);
  LnGemm g = product(r, back, 0, two ? 2 * r->units : gates_of(r) * r->units);
  if (room->packed) ln_gemm_pack(&g, room->packed);
  g = product(r, back, 2 * r->units, r->units);
  if (room->packed_candidate) ln_gemm_pack(&g, room->packed_candidate);
}

typedef struct Run {
  const LnRecurrent *r;
  const LnRecurrentGrad *g;
  Room room;
  const void *z;
} Run;

// The rows [begin, end) that are not masked at step t; their number.
static int64_t rows_at(const LnRecurrent *r, int64_t t, int64_t begin, int64_t end,
                       int64_t *rows) {
  const uint8_t *mask = r->mask ? r->mask + t * r->batch : NULL;
  int64_t n = 0;
  for (int64_t i = begin; i < end; i++)
    if (!mask || mask[i]) rows[n++] = i;
  return n;
}

#define T float
#include "kernels/recurrent_run.h"
#define T double
#include "kernels/recurrent_run.h"

// A thread's least share, in multiplications of all steps.
#define GRAIN 200000

static int64_t grain_of(const LnRecurrent *r) {
  const double work = (double)r->steps * (double)r->units * (double)(gates_of(r) * r->units + 16);
  return work >= GRAIN ? 1 : (int64_t)(GRAIN / (work + 1)) + 1;
}

size_t ln_kernel_recurrent_scratch(const LnRecurrent *r) {
  Room room;
  return lay_out(r, false, NULL, &room);
}

size_t ln_kernel_recurrent_grad_scratch(const LnRecurrent *r) {
  Room room;
  return lay_out(r, true, NULL, &room);
}

void ln_kernel_recurrent(const LnRecurrent *r, const void *z, void *last_h, void *last_c,
                         void *scratch) {
  const size_t width = r->dtype == LN_FLOAT32 ? sizeof(float) : sizeof(double);
  const size_t bytes = (size_t)(r->batch * r->units) * width, last = (size_t)(r->steps - 1) * bytes;
  Run run = {.r = r, .z = z};
  if (bytes == 0) return;
  lay_out(r, false, scratch, &run.room);
  memset(run.room.zeros, 0, (size_t)r->units * width);
  pack(r, false, &run.room);
  ln_parallel(r->batch, grain_of(r), r->dtype == LN_FLOAT32 ? float_forward : double_forward, &run);
  memcpy(last_h, (char *)r->y + last, bytes);
  if (last_c) memcpy(last_c, (char *)r->cells + last, bytes);
}

void ln_kernel_recurrent_grad(const LnRecurrent *r, const LnRecurrentGrad *g, void *scratch) {
  const size_t width = r->dtype == LN_FLOAT32 ? sizeof(float) : sizeof(double);
  const int64_t wide = gates_of(r) * r->units;
  Run run = {.r = r, .g = g};
  if (r->batch * r->units == 0) {
    memset(g->dkernel, 0, (size_t)(r->units * wide) * width);
    if (g->dbias) memset(g->dbias, 0, (size_t)(wide * (r->reset_after ? 2 : 1)) * width);
    return;
  }
  lay_out(r, true, scratch, &run.room);
  memset(run.room.zeros, 0, (size_t)r->units * width);
  pack(r, true, &run.room);
  ln_parallel(r->batch, grain_of(r), r->dtype == LN_FLOAT32 ? float_back : double_back, &run);
  (r->dtype == LN_FLOAT32 ? float_weights : double_weights)(&run);
}
