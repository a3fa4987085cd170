// Attention in blocks of queries and keys, whose scores are on the stack. The work is shared out
// forward by (sample, head, block of queries), backward by (sample, head of the keys, share of the
// keys).
#include "kernels/vmath.h"

#include "kernels/attention.h"

#include <string.h>

#include "base/threads.h"
#include "kernels/gemm.h"

enum {
  QUERIES = 128,  // of a block: as many as make up for packing the keys again
  KEYS = 128,     // not more than one pass of a product sums up at once
  UNITS = 8,      // into so many pieces backward work is cut, where there are not as many heads
};
// Multiplications that a thread does, at least.
#define GRAIN 64000

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

// The columns [low, high) that the query at a place sees, masks aside.
static int64_t row_low(const LnAttention *a, int64_t place) {
  return a->window > 0 ? smaller(larger(place - a->window + 1, 0), a->keys) : 0;
}
static int64_t row_high(const LnAttention *a, int64_t place) {
  int64_t high = a->keys;
  if (a->causal) high = smaller(high, place + 1);
  if (a->window > 0) high = smaller(high, place + a->window);
  return larger(high, 0);
}

static int64_t query_blocks(const LnAttention *a) { return (a->queries + QUERIES - 1) / QUERIES; }
static int64_t key_blocks(const LnAttention *a) { return (a->keys + KEYS - 1) / KEYS; }

// A backward unit's share of the keys depends on sizes alone, so that results do.
static int64_t shares(const LnAttention *a) {
  const int64_t heads = a->batch * a->key_heads;
  return heads >= UNITS || heads == 0 ? 1 : smaller(UNITS / heads, larger(key_blocks(a), 1));
}

// Of backward's scratch: delta, one a query and head; behind it dq of all shares but the first.
static int64_t delta_elements(const LnAttention *a) {
  return (a->batch * a->heads * a->queries + 15) / 16 * 16;
}

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define SIXTEEN_(a, b) a##16##b
#define SIXTEEN(a, b) SIXTEEN_(a, b)

#define T float
#define FARTHEST -2.4e38f
#include "kernels/attention_run.h"
#define T double
#define FARTHEST -1.2e308
#include "kernels/attention_run.h"

void ln_kernel_attention(const LnAttention *a) {
  if (a->dtype == LN_FLOAT32) float_attention(a);
  else double_attention(a);
}

size_t ln_kernel_attention_scratch(const LnAttention *a) {
  const int64_t dq = a->batch * a->queries * a->heads * a->dim;
  const size_t width = a->dtype == LN_FLOAT32 ? sizeof(float) : sizeof(double);
  return (size_t)(delta_elements(a) + (shares(a) - 1) * dq) * width;
}

void ln_kernel_attention_grad(const LnAttentionGrad *g) {
  if (g->a.dtype == LN_FLOAT32) float_attention_grad(g);
  else double_attention_grad(g);
}
