// The strided iterator behind every elementwise kernel (loop.h): reorder and merge axes once, then
// hand runs of the innermost one to the inner loop, split over threads when there is enough to do.
#include "kernels/loop.h"

#include <stdlib.h>

#include "base/threads.h"

// Runs of the innermost axis are cut to this length where another axis is the nearer one for some
// operand (a transposed copy): its cache lines are then used up before they are left.
#define TILE 64

typedef struct Plan {
  int rank, n;
  int64_t shape[LN_MAX_RANK];                 // [0] is the innermost axis
  int64_t stride[LN_MAX_RANK][LN_LOOP_MAX];   // in bytes
  char *base[LN_LOOP_MAX];
  LnLoopFn fn;
  const void *arg;
  int64_t tiles;                              // > 0: the number of tiles along axis 0
} Plan;

// Does axis a go further in than axis b? The first operand that tells them apart decides.
static bool inner(const Plan *p, int a, int b) {
  for (int k = 0; k < p->n; k++) {
    int64_t sa = llabs(p->stride[a][k]), sb = llabs(p->stride[b][k]);
    if (sa != sb && sa != 0 && sb != 0) return sa < sb;
  }
  return false;
}

static void swap_axes(Plan *p, int a, int b) {
  int64_t t = p->shape[a];
  p->shape[a] = p->shape[b];
  p->shape[b] = t;
  for (int k = 0; k < p->n; k++) {
    t = p->stride[a][k];
    p->stride[a][k] = p->stride[b][k];
    p->stride[b][k] = t;
  }
}

static void arrange(Plan *p) {
  // an axis that the output walks backwards is turned round
  for (int i = 0; i < p->rank; i++) {
    if (p->stride[i][0] >= 0) continue;
    for (int k = 0; k < p->n; k++) {
      p->base[k] += p->stride[i][k] * (p->shape[i] - 1);
      p->stride[i][k] = -p->stride[i][k];
    }
  }
  for (int i = 1; i < p->rank; i++)  // insertion: ties keep their order, the last axis innermost
    for (int j = i; j > 0 && inner(p, j, j - 1); j--) swap_axes(p, j, j - 1);
  int last = 0;
  for (int i = 1; i < p->rank; i++) {
    bool joins = true;
    for (int k = 0; k < p->n; k++)
      joins = joins && p->stride[i][k] == p->stride[last][k] * p->shape[last];
    if (joins) {
      p->shape[last] *= p->shape[i];
      continue;
    }
    last++;
    p->shape[last] = p->shape[i];
    for (int k = 0; k < p->n; k++) p->stride[last][k] = p->stride[i][k];
  }
  p->rank = last + 1;
}

// Elements begin .. end of the axes `from` .. rank-1, each standing for a run of length `run`.
static void walk(const Plan *p, int from, int64_t begin, int64_t end, int64_t run,
                 char *const *base) {
  int64_t at[LN_MAX_RANK] = {0};
  char *ptrs[LN_LOOP_MAX], *call[LN_LOOP_MAX];
  for (int k = 0; k < p->n; k++) ptrs[k] = base[k];
  int64_t rest = begin;
  for (int i = from; i < p->rank; i++) {
    at[i] = rest % p->shape[i];
    rest /= p->shape[i];
    for (int k = 0; k < p->n; k++) ptrs[k] += at[i] * p->stride[i][k];
  }
  for (int64_t done = begin;;) {
    for (int k = 0; k < p->n; k++) call[k] = ptrs[k];
    p->fn(call, p->stride[0], run, p->arg);
    if (++done >= end) return;
    for (int i = from; i < p->rank; i++) {
      if (++at[i] < p->shape[i]) {
        for (int k = 0; k < p->n; k++) ptrs[k] += p->stride[i][k];
        break;
      }
      for (int k = 0; k < p->n; k++) ptrs[k] -= (p->shape[i] - 1) * p->stride[i][k];
      at[i] = 0;
    }
  }
}

// A share of one long run.
static void flat_range(void *arg, int64_t begin, int64_t end) {
  const Plan *p = arg;
  char *ptrs[LN_LOOP_MAX];
  for (int k = 0; k < p->n; k++) ptrs[k] = p->base[k] + begin * p->stride[0][k];
  p->fn(ptrs, p->stride[0], end - begin, p->arg);
}

// A share of the rows.
static void row_range(void *arg, int64_t begin, int64_t end) {
  const Plan *p = arg;
  walk(p, 1, begin, end, p->shape[0], p->base);
}

// A share of the (tile, outer position) pairs, position fastest.
static void tile_range(void *arg, int64_t begin, int64_t end) {
  const Plan *p = arg;
  int64_t rows = 1;
  for (int i = 1; i < p->rank; i++) rows *= p->shape[i];
  while (begin < end) {
    int64_t tile = begin / rows, row = begin % rows;
    int64_t stop = rows - row < end - begin ? rows : row + (end - begin);
    int64_t run = p->shape[0] - tile * TILE < TILE ? p->shape[0] - tile * TILE : TILE;
    char *base[LN_LOOP_MAX];
    for (int k = 0; k < p->n; k++) base[k] = p->base[k] + tile * TILE * p->stride[0][k];
    walk(p, 1, row, stop, run, base);
    begin += stop - row;
  }
}

void ln_loop(int rank, const int64_t *shape, int n, const LnOperand *operands, LnLoopFn fn,
             const void *arg, int64_t grain) {
  Plan p;
  p.n = n;
  p.fn = fn;
  p.arg = arg;
  p.rank = 0;
  p.stride[0][0] = 0;
  int64_t total = 1;
  for (int k = 0; k < n; k++) p.base[k] = operands[k].data;
  for (int i = rank - 1; i >= 0; i--) {
    total *= shape[i];
    if (shape[i] == 1) continue;
    for (int k = 0; k < n; k++)
      p.stride[p.rank][k] = operands[k].stride[i] * (int64_t)operands[k].width;
    p.shape[p.rank++] = shape[i];
  }
  if (total <= 0) return;
  if (p.rank == 0) {
    p.rank = 1;
    p.shape[0] = 1;
    for (int k = 0; k < n; k++) p.stride[0][k] = (int64_t)operands[k].width;
  }
  if (p.rank > 1 || p.stride[0][0] < 0) arrange(&p);
  bool split = grain > 0 && total >= 2 * grain;
  if (p.rank == 1) {
    if (split) ln_parallel(total, grain, flat_range, &p);
    else fn(p.base, p.stride[0], total, arg);  // base is ours to lose
    return;
  }
  bool crossing = false;
  for (int k = 1; k < n; k++)
    crossing = crossing || (p.stride[1][k] && llabs(p.stride[1][k]) < llabs(p.stride[0][k]));
  p.tiles = crossing && p.shape[0] > TILE ? (p.shape[0] + TILE - 1) / TILE : 0;
  int64_t run = p.tiles ? TILE : p.shape[0], rows = total / p.shape[0];
  int64_t parts = p.tiles ? p.tiles * rows : rows;
  LnRangeFn range = p.tiles ? tile_range : row_range;
  if (split) ln_parallel(parts, grain / run + 1, range, &p);
  else range(&p, 0, parts);
}
