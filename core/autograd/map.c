// A hash table from pointers to numbers, for the passes over a tape's calls.
#include <stdlib.h>

#include "autograd/nodes.h"

bool ln_map_init(LnMap *m, size_t n) {
  m->cap = 64;
  while (m->cap < n * 2) m->cap *= 2;
  m->n = 0;
  m->slots = calloc(m->cap, sizeof *m->slots);
  return m->slots != NULL;
}

void ln_map_free(LnMap *m) {
  free(m->slots);
  m->slots = NULL;
}

static struct LnMapSlot *probe(const LnMap *m, const void *key) {
  size_t i = (size_t)((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15ull >> 20 & (m->cap - 1);
  while (m->slots[i].key && m->slots[i].key != key) i = (i + 1) & (m->cap - 1);
  return &m->slots[i];
}

int64_t ln_map_find(const LnMap *m, const void *key) {
  const struct LnMapSlot *s = probe(m, key);
  return s->key ? s->index : -1;
}

int64_t ln_map_put(LnMap *m, const void *key) {
  struct LnMapSlot *s = probe(m, key);
  if (!s->key) {
    s->key = key;
    s->index = m->n++;
  }
  return s->index;
}
