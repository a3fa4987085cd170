// Tensor memory: accounted per Lua state, freed blocks cached by size class.
// An account outlives its state while storages still point at it (ln_memory_close).
#ifndef LN_BASE_MEMORY_H
#define LN_BASE_MEMORY_H

#include <string.h>

#include "lunate.h"

typedef struct LnMemoryStats {
  size_t live, cached, peak;  // bytes; peak is of live
} LnMemoryStats;

LnMemory *ln_memory_open(void);
// Frees the cache; the account itself goes with its last block.
void ln_memory_close(LnMemory *m);
// Ends the account with all blocks that are still alive: nobody will look at them again.
void ln_memory_abandon(LnMemory *m);
LnMemoryStats ln_memory_stats(const LnMemory *m);
void ln_memory_trim(LnMemory *m);        // gives cached blocks back to the system
void ln_memory_reset_peak(LnMemory *m);

enum { LN_LINE = 64 };  // bytes of a cache line, where blocks begin
static inline size_t ln_whole_lines(size_t bytes) {
  return (bytes + LN_LINE - 1) / LN_LINE * LN_LINE;
}

// memcpy, but that nothing may come from nowhere: a shape of rank 0 is NULL in many places.
static inline void ln_copy_bytes(void *to, const void *from, size_t bytes) {
  if (bytes) memcpy(to, from, bytes);
}

// Aligned to a line, uninitialized; NULL when the system has none. bytes may be 0.
void *ln_memory_alloc(LnMemory *m, size_t bytes);
void ln_memory_free(LnMemory *m, void *block, size_t bytes);  // the same bytes as asked for
// The same for a block that will not be asked for again: the system has it back at once.
void ln_memory_return(LnMemory *m, void *block, size_t bytes);

#endif
