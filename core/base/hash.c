// FarmHash's Fingerprint64 and SipHash-2-4, from their published descriptions.
#include "base/hash.h"

#include <string.h>

static uint64_t rotate_right(uint64_t x, int n) { return x >> n | x << (64 - n); }
static uint64_t rotate_left(uint64_t x, int n) { return x << n | x >> (64 - n); }

static uint64_t read_bytes(const uint8_t *p, int n) {   // little-endian
  uint64_t x = 0;
  for (int i = n; i-- > 0;) x = x << 8 | p[i];
  return x;
}
static uint64_t word(const uint8_t *p) { return read_bytes(p, 8); }

// ---- FarmHash

static const uint64_t prime0 = 0xc3a5c85c97cb3127, prime1 = 0xb492b66fbe98f273,
                      prime2 = 0x9ae16a3b2f90404f;

static uint64_t mix(uint64_t x) { return x ^ x >> 47; }

static uint64_t join(uint64_t u, uint64_t v, uint64_t factor) {
  const uint64_t a = mix((u ^ v) * factor);
  return mix((v ^ a) * factor) * factor;
}

static uint64_t up_to_16(const uint8_t *p, size_t n) {
  const uint64_t factor = prime2 + n * 2;
  if (n >= 8) {
    const uint64_t a = word(p) + prime2, b = word(p + n - 8);
    return join(rotate_right(b, 37) * factor + a, (rotate_right(a, 25) + b) * factor, factor);
  }
  if (n >= 4) return join(n + (read_bytes(p, 4) << 3), read_bytes(p + n - 4, 4), factor);
  if (n == 0) return prime2;
  const uint64_t y = p[0] + ((uint64_t)p[n / 2] << 8), z = n + ((uint64_t)p[n - 1] << 2);
  return mix(y * prime2 ^ z * prime0) * prime2;
}

// Of 17 to 64 bytes: the first and last 16, and of more than 32 also those next to them.
static uint64_t up_to_64(const uint8_t *p, size_t n) {
  const uint64_t factor = prime2 + n * 2, a = word(p) * (n <= 32 ? prime1 : prime2),
                 b = word(p + 8), c = word(p + n - 8) * factor, d = word(p + n - 16) * prime2;
  const uint64_t y = rotate_right(a + b, 43) + rotate_right(c, 30) + d;
  const uint64_t z = join(y, a + rotate_right(b + prime2, 18) + c, factor);
  if (n <= 32) return z;
  const uint64_t e = word(p + 16) * factor, f = word(p + 24), g = (y + word(p + n - 32)) * factor,
                 h = (z + word(p + n - 24)) * factor;
  return join(rotate_right(e + f, 43) + rotate_right(g, 30) + h,
              e + rotate_right(f + a, 18) + g, factor);
}

typedef struct Pair {
  uint64_t first, second;
} Pair;

// Two words from 32 bytes and two seeds.
static Pair weak(const uint8_t *p, uint64_t a, uint64_t b) {
  const uint64_t z = word(p + 24);
  a += word(p);
  b = rotate_right(b + a + z, 21);
  const uint64_t start = a;
  a += word(p + 8) + word(p + 16);
  return (Pair){a + z, b + rotate_right(a, 44) + start};
}

typedef struct State {
  uint64_t x, y, z;
  Pair v, w;
} State;

// One block of 64 bytes; of the last one some words weigh `times` as much.
static void block(State *s, const uint8_t *p, uint64_t factor, uint64_t times) {
  s->x = rotate_right(s->x + s->y + s->v.first + word(p + 8), 37) * factor;
  s->y = rotate_right(s->y + s->v.second + word(p + 48), 42) * factor;
  s->x ^= s->w.second * times;
  s->y += s->v.first * times + word(p + 40);
  s->z = rotate_right(s->z + s->w.first, 33) * factor;
  s->v = weak(p, s->v.second * factor, s->x + s->w.first);
  s->w = weak(p + 32, s->z + s->w.second, s->y + word(p + 16));
  const uint64_t x = s->x;
  s->x = s->z, s->z = x;
}

uint64_t ln_fingerprint(const void *text, size_t n) {
  enum { SEED = 81 };
  const uint8_t *p = text;
  if (n <= 16) return up_to_16(p, n);
  if (n <= 64) return up_to_64(p, n);
  State s = {.x = SEED, .y = SEED * prime1 + 113};
  s.z = mix(s.y * prime2 + 113) * prime2;
  s.x = s.x * prime2 + word(p);
  const uint8_t *last = p + n - 64;
  for (size_t left = n; left > 64; left -= 64, p += 64) block(&s, p, prime1, 1);
  const uint64_t factor = prime1 + ((s.z & 0xff) << 1);
  s.w.first += (n - 1) & 63;
  s.v.first += s.w.first;
  s.w.first += s.v.first;
  block(&s, last, factor, 9);
  return join(join(s.v.first, s.w.first, factor) + mix(s.y) * prime0 + s.z,
              join(s.v.second, s.w.second, factor) + s.x, factor);
}

uint64_t ln_fingerprint_join(uint64_t first, uint64_t second) {
  static const uint64_t factor = 0xc6a4a7935bd1e995;
  uint64_t result = first ^ factor;
  result ^= mix(second * factor) * factor;
  result *= factor;
  return mix(mix(result) * factor);
}

// ---- SipHash

static void sip_round(uint64_t v[4]) {
  v[0] += v[1], v[2] += v[3];
  v[1] = rotate_left(v[1], 13) ^ v[0], v[3] = rotate_left(v[3], 16) ^ v[2];
  v[0] = rotate_left(v[0], 32);
  v[2] += v[1], v[0] += v[3];
  v[1] = rotate_left(v[1], 17) ^ v[2], v[3] = rotate_left(v[3], 21) ^ v[0];
  v[2] = rotate_left(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t m) {
  v[3] ^= m;
  for (int i = 0; i < 2; i++) sip_round(v);
  v[0] ^= m;
}

uint64_t ln_siphash(uint64_t key0, uint64_t key1, const void *text, size_t n) {
  const uint8_t *p = text;
  uint64_t v[4] = {key0 ^ 0x736f6d6570736575, key1 ^ 0x646f72616e646f6d,
                   key0 ^ 0x6c7967656e657261, key1 ^ 0x7465646279746573};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) sip_word(v, word(p + i));
  sip_word(v, read_bytes(p + i, (int)(n - i)) | (uint64_t)n << 56);
  v[2] ^= 0xff;
  for (int k = 0; k < 4; k++) sip_round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
