// A batch: rows of the data, and the buffers that a program reads them from.
#ifndef LN_MODEL_FEED_H
#define LN_MODEL_FEED_H

#include "autograd/arena.h"

enum { LN_MAX_PARTS = 32 };   // inputs or outputs of a model

// One row of the data per sample. rows: which (0-based), or NULL for begin, begin + 1, ...
typedef struct LnBatch {
  int n_x, n_y, n_w;
  LnTensor **x, **y, **w;      // w[i] may be NULL: output i is not weighted
  const int64_t *rows;
  int64_t begin, count;
  int64_t ahead;               // how many more positions follow in rows, of the next batch
  LnPart part;                 // total 0: nobody else has rows of the batch
} LnBatch;

// Buffers of `count` rows for each part of such a batch; NULL where it has none.
typedef struct LnFeed {
  int n_x, n_y, n_w;
  int64_t count;
  LnPart part;
  LnTensor *x[LN_MAX_PARTS], *y[LN_MAX_PARTS], *w[LN_MAX_PARTS];
} LnFeed;

// The rows of a whole batch that process `rank` of `size` has.
LnBatch ln_batch_cut(const LnBatch *whole, int rank, int size);
// Whether every part of the batch has its rows.
bool ln_batch_check(LnContext *c, const LnBatch *b);
// Buffers for batches like b, with the rows of b in them: in the arena, or (NULL) in memory of
// their own.
bool ln_feed_begin(LnContext *c, LnFeed *f, LnArena *arena, const LnBatch *b);
bool ln_feed_fits(const LnFeed *f, const LnBatch *b);
bool ln_feed_load(LnContext *c, const LnFeed *f, const LnBatch *b);   // the rows of another one
void ln_feed_end(LnFeed *f);

#endif
