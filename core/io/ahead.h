// Reading ahead: blocks of rows, from tensors or a CSV file, that a thread of its own prepares
// while the script computes with the ones before. A new source is a Fill function in ahead.c.
#ifndef LN_IO_AHEAD_H
#define LN_IO_AHEAD_H

#include "io/csv.h"

enum { LN_AHEAD_PARTS = 32 };   // tensors in a block
typedef struct LnAhead LnAhead;

// Rows of the tensors, `size` a block: rows[0 .. n_rows-1] (0-based, copied), or all of them in
// order when rows is NULL. `whole` leaves out a last block that is smaller. depth: how many blocks
// are prepared ahead (0: none, everything happens in ln_ahead_next). The tensors are dense but for
// their first axis, and must not be written to meanwhile. NULL with c->err set on failure.
LnAhead *ln_ahead_gather(LnContext *c, LnTensor *const *tensors, int n, const int64_t *rows,
                         int64_t n_rows, int64_t size, bool whole, int depth);
// Blocks of `size` rows of a file. Owns reader and stream, also when it fails.
LnAhead *ln_ahead_csv(LnContext *c, LnStream *stream, LnCsvReader *reader, LnDtype dtype,
                      int64_t size, int depth);
// The next block: new references in out[0 .. *n-1]; *n is 0 after the last.
bool ln_ahead_next(LnContext *c, LnAhead *a, LnTensor **out, int *n);
bool ln_ahead_uses(const LnMemory *m);   // whether a thread still fills blocks of this account
void ln_ahead_free(LnAhead *a);  // waits for the thread; NULL is fine

#endif
