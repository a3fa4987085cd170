// Tensor memory: size classes of four steps per power of two, a free list each.
#include "base/memory.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CLASSES = 4 * 64, PAGE = 2 << 20 };
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
};

// Rounds up to a size class and returns its index: 64, 128, 192, 256, 320, 384, 448, 512, 640, ...
static int size_class(size_t bytes, size_t *rounded) {
  if (bytes < LN_LINE) bytes = LN_LINE;
  if (bytes <= 512) {  // the steps of 64: most blocks
    *rounded = ln_whole_lines(bytes);
    return (int)(*rounded / 64);
  }
  int log2 = 63 - __builtin_clzll((unsigned long long)bytes);
  size_t step = (size_t)1 << (log2 - 2);
  if (bytes > SIZE_MAX - step) return -1;
  size_t size = (bytes + step - 1) / step * step;
  *rounded = size;
  log2 = 63 - __builtin_clzll((unsigned long long)size);
  int quarter = (int)((size >> (log2 - 2)) & 3);
  return 4 * (log2 - 7) + quarter;
}

// Large blocks lie in large pages where the kernel has them: a hundredth of the page faults.
static void *fresh(size_t size) {
  void *block = NULL;
  if (posix_memalign(&block, size < LARGE ? LN_LINE : PAGE, size) != 0) return NULL;
#ifdef MADV_HUGEPAGE
  if (size >= LARGE) madvise(block, size / PAGE * PAGE, MADV_HUGEPAGE);
#endif
  return block;
}

static bool keeps(const LnMemory *m, void *block, size_t size) {
  if (m->closed) return false;
  if (m->cached + size <= SMALL_CACHE) return true;
#ifdef MADV_FREE
  static size_t most;   // the same number whoever computes it
  if (!most) most = (size_t)sysconf(_SC_PHYS_PAGES) / CACHED_PART * (size_t)sysconf(_SC_PAGESIZE);
  return size >= LARGE && m->cached + size <= most &&
         madvise(block, size / PAGE * PAGE, MADV_FREE) == 0;
#else
  return false;
#endif
}

LnMemory *ln_memory_open(void) { return calloc(1, sizeof(LnMemory)); }

void ln_memory_close(LnMemory *m) {
  if (!m) return;
  ln_memory_trim(m);
  if (m->blocks == 0) free(m);
  else m->closed = true;
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
      free(b);
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
    b = fresh(size);
    if (!b && m->cached) {
      ln_memory_trim(m);
      b = fresh(size);
    }
    if (!b) return NULL;
  }
  m->live += size;
  m->blocks++;
  if (m->live > m->peak) m->peak = m->live;
  return b;
}

void ln_memory_free(LnMemory *m, void *block, size_t bytes) {
  if (!block) return;
  size_t size;
  int k = size_class(bytes, &size);
  m->live -= size;
  m->blocks--;
  if (!keeps(m, block, size)) {
    free(block);
    if (m->closed && m->blocks == 0) free(m);
    return;
  }
  Block *b = block;
  b->next = m->free[k];
  m->free[k] = b;
  m->cached += size;
}
