// Memory that programs share which never run at the same time: each has all of it while it runs.
// It has a part for each dtype (read as floats of another one, what a part holds between the rows
// of spaced matrices may be denormal, and slow), one for scratch and one for batches.
#ifndef LN_AUTOGRAD_ARENA_H
#define LN_AUTOGRAD_ARENA_H

#include "tensor/tensor.h"

enum { LN_ARENA_SCRATCH = LN_DTYPES, LN_ARENA_BATCH, LN_ARENA_PARTS };

typedef struct LnArena {
  LnStorage *part[LN_ARENA_PARTS];
  size_t zeroed[LN_ARENA_PARTS];   // bytes that were asked for, and set to zero, so far
  void (*evict)(void *owner);   // a part has to move: whatever lies in the arena is to be let go
  void *owner;
} LnArena;

// The part, of so many bytes at least, borrowed; NULL with an error.
LnStorage *ln_arena_part(LnContext *c, LnArena *a, int part, size_t bytes);
void ln_arena_clear(LnArena *a);   // what lies in it stays as long as it is held

#endif
