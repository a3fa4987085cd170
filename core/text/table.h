// Hash tables from 64-bit keys to 32-bit values, and the hash of bytes: what bpe.c and bpe_train.c
// are made of.
#ifndef LN_TEXT_TABLE_H
#define LN_TEXT_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct LnTable {
  uint64_t *keys;
  int32_t *values;     // < 0: the slot is empty
  size_t n, slots;     // slots: a power of two
} LnTable;

static inline uint64_t ln_scramble(uint64_t x) {
  x ^= x >> 32;
  x *= 0x9fb21c651e98df25;   // odd, of well-spread bits
  return x ^ x >> 28;
}

static inline uint64_t ln_hash_bytes(const char *p, size_t n) {
  uint64_t h = n * 0x9e3779b97f4a7c15, word;
  for (; n >= 8; p += 8, n -= 8) {
    memcpy(&word, p, 8);
    h = ln_scramble(h ^ word) * 0x9e3779b97f4a7c15;
  }
  word = 0;
  memcpy(&word, p, n);
  return ln_scramble(h ^ word);
}

static inline void ln_table_free(LnTable *t) {
  free(t->keys);
  free(t->values);
  *t = (LnTable){0};
}

static inline bool ln_table_init(LnTable *t, size_t slots) {
  *t = (LnTable){.keys = malloc(slots * sizeof *t->keys),
                 .values = malloc(slots * sizeof *t->values), .slots = slots};
  if (!t->keys || !t->values) {
    ln_table_free(t);
    return false;
  }
  memset(t->values, 0xff, slots * sizeof *t->values);
  return true;
}

static inline size_t ln_table_slot(const LnTable *t, uint64_t key) {
  size_t i = ln_scramble(key) & (t->slots - 1);
  while (t->values[i] >= 0 && t->keys[i] != key) i = (i + 1) & (t->slots - 1);
  return i;
}

// -1: it is not there.
static inline int32_t ln_table_get(const LnTable *t, uint64_t key) {
  return t->values[ln_table_slot(t, key)];
}

static inline bool ln_table_put(LnTable *t, uint64_t key, int32_t value) {
  if (2 * (t->n + 1) > t->slots) {
    LnTable grown;
    if (!ln_table_init(&grown, 2 * t->slots)) return false;
    for (size_t i = 0; i < t->slots; i++) {
      if (t->values[i] < 0) continue;
      const size_t k = ln_table_slot(&grown, t->keys[i]);
      grown.keys[k] = t->keys[i], grown.values[k] = t->values[i];
    }
    grown.n = t->n;
    ln_table_free(t);
    *t = grown;
  }
  const size_t i = ln_table_slot(t, key);
  t->n += t->values[i] < 0;
  t->keys[i] = key, t->values[i] = value;
  return true;
}

static inline uint64_t ln_pair_key(int32_t left, int32_t right) {
  return (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
}

#endif
