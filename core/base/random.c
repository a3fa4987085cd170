// Random numbers: Philox4x32-10.
#include "base/simd.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

typedef struct Four {
  uint32_t v[4];
} Four;

// The ten rounds on x0 .. x3, 32-bit words in the low halves of 64-bit numbers or vectors of them.
#define ROUNDS(T)                                                              \
  for (int round = 0; round < 10; round++) {                                   \
    const T a = x0 * UINT64_C(0xD2511F53), b = x2 * UINT64_C(0xCD9E8D57);      \
    x0 = (b >> 32) ^ x1 ^ (uint64_t)k0;                                        \
    x2 = (a >> 32) ^ x3 ^ (uint64_t)k1;                                        \
    x1 = b & UINT32_MAX;                                                       \
    x3 = a & UINT32_MAX;                                                       \
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;                                      \
  }

static Four philox(uint64_t key, uint64_t counter) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  uint64_t x0 = counter & UINT32_MAX, x1 = counter >> 32, x2 = 0, x3 = 0;
  ROUNDS(uint64_t)
  return (Four){{(uint32_t)x0, (uint32_t)x1, (uint32_t)x2, (uint32_t)x3}};
}

// The blocks of many counters at once: several vectors' worth, so that one's products are under way
// while another's are added.
enum { MANY = LN_RANDOM_MANY, BLOCKS = MANY / 4 };
typedef uint64_t Counters __attribute__((vector_size(8 * BLOCKS)));
#define LITTLE_ENDIAN_FIRST (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

LN_CLONES void ln_random_many(uint64_t key, uint64_t counter, uint32_t *out) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  Counters x0, x1, x2 = {0}, x3 = {0};
  for (int i = 0; i < BLOCKS; i++) x0[i] = counter + (uint64_t)i;
  x1 = x0 >> 32;
  x0 &= UINT32_MAX;
  ROUNDS(Counters)
  // Two numbers are one of twice the width, and two of these one block.
  const Counters low = LITTLE_ENDIAN_FIRST ? x0 | x1 << 32 : x1 | x0 << 32;
  const Counters high = LITTLE_ENDIAN_FIRST ? x2 | x3 << 32 : x3 | x2 << 32;
  uint64_t blocks[2 * BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    blocks[2 * i] = low[i];
    blocks[2 * i + 1] = high[i];
  }
  memcpy(out, blocks, sizeof blocks);
}

// Spreads close seeds far apart (the finalizer of MurmurHash3).
static uint64_t mix(uint64_t x) {
  x ^= x >> 33, x *= 0xff51afd7ed558ccdull;
  x ^= x >> 33, x *= 0xc4ceb9fe1a85ec53ull;
  return x ^ (x >> 33);
}

void ln_random_seed(LnRandom *r, uint64_t seed) {
  r->key = mix(seed + 0x9E3779B97F4A7C15ull);
  r->counter = 0;
}

LnRandom ln_random_split(LnRandom *r) {
  LnRandom child;
  ln_random_seed(&child, ln_random_bits(r));
  return child;
}

uint64_t ln_random_bits(LnRandom *r) {
  Four f = philox(r->key, r->counter++);
  return (uint64_t)f.v[0] << 32 | f.v[1];
}

double ln_random_double(LnRandom *r) { return (double)(ln_random_bits(r) >> 11) * 0x1p-53; }

int64_t ln_random_below(LnRandom *r, int64_t n) {
  // Rejection keeps it unbiased: the last, incomplete run of n values is thrown away.
  uint64_t u = (uint64_t)n, limit = UINT64_MAX - UINT64_MAX % u, bits;
  do bits = ln_random_bits(r);
  while (bits >= limit);
  return (int64_t)(bits % u);
}

double ln_random_gauss(LnRandom *r) {
  double u1 = 1.0 - ln_random_double(r), u2 = ln_random_double(r);
  return sqrt(-2.0 * log(u1)) * cos(6.283185307179586477 * u2);
}

// 0 .. n-1 for n < 2^32 from 32 bits: the high half of a product, unbiased by rejection (Lemire,
// "Fast random integer generation in an interval", 2019). Four numbers come from one block, its
// last one first; blocks of which none was taken are given back.
typedef struct Draws {
  uint64_t key, counter;
  int used;
  uint32_t many[MANY];
} Draws;

LN_INLINE uint32_t draw(Draws *d) {
  if (d->used == MANY) {
    ln_random_many(d->key, d->counter, d->many);
    d->counter += BLOCKS;
    d->used = 0;
  }
  return d->many[d->used++ ^ 3];
}

LN_INLINE uint32_t draw_below(Draws *d, uint32_t n) {
  uint64_t product = (uint64_t)draw(d) * n;
  if (__builtin_expect((uint32_t)product < n, 0)) {
    uint32_t floor = -n % n;
    while ((uint32_t)product < floor) product = (uint64_t)draw(d) * n;
  }
  return (uint32_t)(product >> 32);
}

void ln_random_permutation(LnRandom *r, int64_t *out, int64_t n, int64_t first) {
  for (int64_t i = 0; i < n; i++) out[i] = first + i;
  int64_t i = n - 1, j, t;
  for (; i >= UINT32_MAX; i--) {
    j = ln_random_below(r, i + 1);
    t = out[i], out[i] = out[j], out[j] = t;
  }
  Draws d = {.key = r->key, .counter = r->counter, .used = MANY};
  for (; i > 0; i--) {
    j = draw_below(&d, (uint32_t)i + 1);
    t = out[i], out[i] = out[j], out[j] = t;
  }
  r->counter = d.counter - (uint64_t)(MANY - d.used) / 4;
}
