// The arena of a trainer's programs.
#include "autograd/arena.h"

// As a block of memory is rounded up anyway: parts that grow a little need not move.
static size_t rounded(size_t bytes) {
  if (bytes <= 512) return 512;
  const size_t step = (size_t)1 << (63 - __builtin_clzll((unsigned long long)bytes) - 2);
  return bytes > SIZE_MAX - step ? bytes : (bytes + step - 1) / step * step;
}

LnStorage *ln_arena_part(LnContext *c, LnArena *a, int part, size_t bytes) {
  LnStorage *s = a->part[part];
  if (!s || s->bytes < bytes) {
    // First let go, then asked for: the old part and the new one are never there together.
    if (s) a->evict(a->owner);
    ln_storage_return(s);
    a->zeroed[part] = 0;
    s = a->part[part] = ln_storage_new(c, rounded(bytes));
  }
  if (!s || bytes <= a->zeroed[part]) return s;
  memset((char *)s->data + a->zeroed[part], 0, bytes - a->zeroed[part]);
  a->zeroed[part] = bytes;
  return s;
}

void ln_arena_clear(LnArena *a) {
  for (int i = 0; i < LN_ARENA_PARTS; i++) {
    ln_storage_return(a->part[i]);
    a->part[i] = NULL;
  }
}
