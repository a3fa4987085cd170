// Tensor memory: size classes of four steps per power of two, a free list each.
#include "base/memory.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CLASSES = 4 * 64 + 1, PAGE = 2 << 20 };
// Up to SMALL_CACHE bytes are kept as they are: a training loop's working set. Large blocks beyond
// it are kept too, up to a part of the machine's memory, but only lent: the kernel may take their
// pages when it wants some, so that a script that drops a large data set does not starve others.
// Fresh pages for a result of 100 MB cost more than most computations on it (they are zeroed).
static const size_t SMALL_CACHE = (size_t)64 << 20, LARGE = (size_t)4 << 20;
enum { CACHED_PART = 8 };

typedef struct Block {
  struct Block *next;
} Block;

struct LnMemory {
  size_t live, cached, peak;
  size_t blocks;   // alive, to know when a closed account may go
  bool closed;
  Block *free[CLASSES];
  void **taken;    // all blocks that the system gave: a hash table with free places, NULL
  size_t n_taken, places;
};

// ---- what the system gave

static size_t place_of(const LnMemory *m, const void *block) {
  size_t i = (size_t)((uintptr_t)block / LN_LINE * 0x9e3779b97f4a7c15u >> 20) & (m->places - 1);
  while (m->taken[i] && m->taken[i] != block) i = (i + 1) & (m->places - 1);
  return i;
}

static bool note_block(LnMemory *m, void *block) {
  if (2 * (m->n_taken + 1) > m->places) {
    LnMemory wider = {.places = m->places ? 2 * m->places : 256};
    wider.taken = calloc(wider.places, sizeof *wider.taken);
    if (!wider.taken) return false;
    for (size_t i = 0; i < m->places; i++)
      if (m->taken[i]) wider.taken[place_of(&wider, m->taken[i])] = m->taken[i];
    free(m->taken);
    m->taken = wider.taken;
    m->places = wider.places;
  }
  m->taken[place_of(m, block)] = block;
  m->n_taken++;
  return true;
}

// Gives a block back. Those after its place that had to go further move up.
static void give_back(LnMemory *m, void *block) {
  size_t i = place_of(m, block);
  m->taken[i] = NULL;
  m->n_taken--;
  for (size_t k = (i + 1) & (m->places - 1); m->taken[k]; k = (k + 1) & (m->places - 1)) {
    void *moved = m->taken[k];
    m->taken[k] = NULL;
    m->taken[place_of(m, moved)] = moved;
  }
  free(block);
}

static void close_account(LnMemory *m) {
  free(m->taken);
  free(m);
}

// Rounds up to a size class and returns its index: 64, 128, 192, 256, 320, 384, 448, 512, and then
// a line more than 512, 640, 768, ...: a tensor's data lies behind a head, and is often of a round
// size.
static int size_class(size_t bytes, size_t *rounded) {
  if (bytes < LN_LINE) bytes = LN_LINE;
  if (bytes <= 512) {  // the steps of 64: most blocks
    *rounded = ln_whole_lines(bytes);
    return (int)(*rounded / 64);
  }
  bytes -= LN_LINE;
  int log2 = 63 - __builtin_clzll((unsigned long long)bytes);
  size_t step = (size_t)1 << (log2 - 2);
  if (bytes > SIZE_MAX - step) return -1;
  size_t size = (bytes + step - 1) / step * step;
  *rounded = size + LN_LINE;
  log2 = 63 - __builtin_clzll((unsigned long long)size);
  int quarter = (int)((size >> (log2 - 2)) & 3);
  return 4 * (log2 - 7) + quarter + 1;
}

// Large blocks lie in large pages where the kernel has them: a hundredth of the page faults.
static void *fresh(LnMemory *m, size_t size) {
  void *block = NULL;
  if (posix_memalign(&block, size < LARGE ? LN_LINE : PAGE, size) != 0) return NULL;
  if (!note_block(m, block)) {
    free(block);
    return NULL;
  }
#ifdef MADV_HUGEPAGE
  if (size >= LARGE) madvise(block, size / PAGE * PAGE, MADV_HUGEPAGE);
#endif
  return block;
}

static bool keeps(const LnMemory *m, void *block, size_t size) {
  if (m->closed) return false;
  if (m->cached + size <= SMALL_CACHE) return true;
#ifdef MADV_FREE
  const size_t limit =
      (size_t)sysconf(_SC_PHYS_PAGES) / CACHED_PART * (size_t)sysconf(_SC_PAGESIZE);
  return size >= LARGE && m->cached + size <= limit &&
         madvise(block, size / PAGE * PAGE, MADV_FREE) == 0;
#else
  return false;
#endif
}

LnMemory *ln_memory_open(void) { return calloc(1, sizeof(LnMemory)); }

void ln_memory_close(LnMemory *m) {
  if (!m) return;
  ln_memory_trim(m);
  if (m->blocks == 0) close_account(m);
  else m->closed = true;
}

void ln_memory_abandon(LnMemory *m) {
  for (size_t i = 0; i < m->places; i++) free(m->taken[i]);
  close_account(m);
}

LnMemoryStats ln_memory_stats(const LnMemory *m) {
  return (LnMemoryStats){m->live, m->cached, m->peak};
}

void ln_memory_reset_peak(LnMemory *m) { m->peak = m->live; }

void ln_memory_trim(LnMemory *m) {
  for (int k = 0; k < CLASSES; k++) {
    while (m->free[k]) {
      Block *b = m->free[k];
      m->free[k] = b->next;
      give_back(m, b);
    }
  }
  m->cached = 0;
}

void *ln_memory_alloc(LnMemory *m, size_t bytes) {
  size_t size;
  int k = size_class(bytes, &size);
  if (k < 0 || k >= CLASSES) return NULL;
  Block *b = m->free[k];
  if (b) {
    m->free[k] = b->next;
    m->cached -= size;
  } else {
    b = fresh(m, size);
    if (!b && m->cached) {
      ln_memory_trim(m);
      b = fresh(m, size);
    }
    if (!b) return NULL;
  }
  m->live += size;
  m->blocks++;
  if (m->live > m->peak) m->peak = m->live;
  return b;
}

void ln_memory_return(LnMemory *m, void *block, size_t bytes) {
  size_t size;
  size_class(bytes, &size);
  m->live -= size;
  m->blocks--;
  give_back(m, block);
  if (m->closed && m->blocks == 0) close_account(m);
}

void ln_memory_free(LnMemory *m, void *block, size_t bytes) {
  if (!block) return;
  size_t size;
  int k = size_class(bytes, &size);
  if (!keeps(m, block, size)) {
    ln_memory_return(m, block, bytes);
    return;
  }
  m->live -= size;
  m->blocks--;
  Block *b = block;
  b->next = m->free[k];
  m->free[k] = b;
  m->cached += size;
}
