// Scaled dot-product attention, softmax(scale q k' + bias) v, block by block: the scores are never
// in memory as a whole (Dao et al., "FlashAttention", 2022; Milakov and Gimelshein, "Online
// normalizer calculation for softmax", 2018).
#ifndef LN_KERNELS_ATTENTION_H
#define LN_KERNELS_ATTENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lunate.h"

// Vectors, one a step and head: elements from sample to sample, step to step, head to head. A
// vector's own elements are neighbours.
typedef struct LnSteps {
  void *data;
  int64_t batch, step, head;
} LnSteps;

// What is added to the scores or says which of them count, (batch, heads, queries, keys) by its
// strides, 0 along what is broadcast; data NULL: nothing.
typedef struct LnScores {
  void *data;
  int64_t stride[4];
} LnScores;

typedef struct LnAttention {
  LnDtype dtype;             // LN_FLOAT32 or LN_FLOAT64
  int64_t batch, queries, keys, heads, key_heads;   // heads is a multiple of key_heads
  int64_t dim, value_dim;    // of queries and keys; of values and results
  LnSteps q, k, v, y;
  LnScores bias, mask;       // of dtype; of bytes
  double scale;
  bool causal;               // a query sees keys up to its own place
  int64_t window;            // > 0: and those less than so many places away
  int64_t first;             // the place of the first query among the keys
  void *stats;               // (batch, heads, queries, 2): the largest score, 1 / sum of the others
} LnAttention;

// y and stats. What is masked scores far below all numbers: a query that sees nothing sees all keys
// alike, as in Keras. A row of y is the same, to the bit, whatever other queries there are, and
// whatever keys behind those that it sees.
void ln_kernel_attention(const LnAttention *a);

// The gradients, given y, stats and dy. dq, dk and dv are dense, (batch, steps, heads, dim), dbias
// (batch, heads, queries, keys) or NULL; scratch is of ln_kernel_attention_scratch bytes.
typedef struct LnAttentionGrad {
  LnAttention a;
  LnSteps dy;
  void *dq, *dk, *dv, *dbias, *scratch;
} LnAttentionGrad;
size_t ln_kernel_attention_scratch(const LnAttention *a);
void ln_kernel_attention_grad(const LnAttentionGrad *g);

#endif
