// A few blocks of the whole process, each in a slot until someone takes it.
#include "base/workspace.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"

enum { SLOTS = 16, LARGEST = 16 << 20 };   // what is larger is not kept

// Before what the caller gets: its size, in a line of its own.
typedef struct Block {
  _Alignas(LN_LINE) size_t size;
} Block;

static _Atomic(Block *) slots[SLOTS];

// Where this thread looks first, so that what is in its core's cache comes back to it. Threads'
// descriptors lie whole pages apart.
static size_t first_slot(void) { return (size_t)((uintptr_t)pthread_self() >> 12); }

void *ln_workspace_take(size_t bytes) {
  const size_t first = first_slot();
  if (bytes > SIZE_MAX / 2) return NULL;
  for (size_t i = 0; i < SLOTS && bytes <= LARGEST; i++) {
    Block *b = atomic_exchange(&slots[(first + i) % SLOTS], NULL);
    if (!b) continue;
    if (b->size >= bytes) return b + 1;
    free(b);   // the larger one that comes will do for both
    break;
  }
  const size_t size = ln_whole_lines(bytes);
  Block *b = aligned_alloc(LN_LINE, sizeof *b + size);
  if (!b) return NULL;
  b->size = size;
  return b + 1;
}

void ln_workspace_give(void *block) {
  if (!block) return;
  Block *b = (Block *)block - 1;
  const size_t first = first_slot();
  for (size_t i = 0; i < SLOTS && b->size <= LARGEST; i++) {
    Block *none = NULL;
    if (atomic_compare_exchange_strong(&slots[(first + i) % SLOTS], &none, b)) return;
  }
  free(b);
}

__attribute__((destructor)) static void free_all(void) {
  for (size_t i = 0; i < SLOTS; i++) free(atomic_exchange(&slots[i], NULL));
}
