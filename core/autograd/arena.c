// The arena of a trainer's programs.
#include "autograd/arena.h"

LnStorage *ln_arena_part(LnContext *c, LnArena *a, int part, size_t bytes) {
  LnStorage *s = a->part[part];
  if (s && s->bytes >= bytes) return s;
  // First let go, then asked for: the old part and the new one are never there together.
  if (s) {
    a->evict(a->owner);
    ln_storage_return(s);
  }
  s = a->part[part] = ln_storage_new(c, bytes);
  if (s) memset(s->data, 0, bytes);
  return s;
}

void ln_arena_clear(LnArena *a) {
  for (int i = 0; i < LN_ARENA_PARTS; i++) {
    ln_storage_return(a->part[i]);
    a->part[i] = NULL;
  }
}
