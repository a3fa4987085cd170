// Random floats in bulk: 32-bit numbers by the hundred become floats in a loop that vectorizes. A
// new distribution is one such loop.
#include "base/simd.h"

#include "kernels/random.h"

#include "base/random.h"
#include "base/threads.h"
#include "kernels/vmath.h"

enum { MANY = LN_RANDOM_MANY };

typedef struct Fill Fill;
typedef void Convert(const Fill *fill, const uint32_t *bits, float *out);
struct Fill {
  Convert *convert;  // MANY numbers
  uint64_t key, counter;
  float a, b;  // what the distribution has
  float *out;
  int64_t n;
};

// Ranges of MANY numbers, each a quarter as many counters.
static void fill_range(void *arg, int64_t begin, int64_t end) {
  const Fill *f = arg;
  uint32_t bits[MANY];
  float rest[MANY];
  for (int64_t i = begin; i < end; i++) {
    ln_random_many(f->key, f->counter + (uint64_t)i * (MANY / 4), bits);
    const int64_t left = f->n - i * MANY;
    float *out = f->out + i * MANY;
    f->convert(f, bits, left >= MANY ? out : rest);
    if (left < MANY) memcpy(out, rest, (size_t)left * sizeof *out);
  }
}

static void fill(LnRandom *r, int64_t grain, Fill f) {
  f.key = r->key, f.counter = r->counter;
  r->counter += (uint64_t)(f.n + 3) / 4;
  ln_parallel((f.n + MANY - 1) / MANY, grain, fill_range, &f);
}

LN_INLINE float unit(uint32_t bits) { return (float)(int32_t)(bits >> 8) * 0x1p-24f; }

LN_CLONES static void to_uniform(const Fill *f, const uint32_t *bits, float *out) {
  (void)f;
  for (int i = 0; i < MANY; i++) out[i] = unit(bits[i]);
}

// Box and Muller ("A note on the generation of random normal deviates", 1958): pairs of numbers are
// a radius, from u1 in (0, 1] so that its logarithm is finite, and an angle, u2 of a turn. Sine and
// cosine are Taylor's within an eighth of a turn, where they are right to half an ulp.
LN_CLONES static void to_normal(const Fill *f, const uint32_t *bits, float *out) {
  const float mean = f->a, deviation = f->b;
  for (int i = 0; i < MANY; i += 2) {
    const float u1 = unit(bits[i]) + 0x1p-24f, quarters = 4.0f * unit(bits[i + 1]);
    const float radius = VM_SQRT(-2.0f * ln_logf(u1));
    const float shifted = quarters + LN_ROUNDER;
    const uint32_t quarter = ln_float_bits(shifted) & 3;
    const float x = (quarters - (shifted - LN_ROUNDER)) * 1.57079633f, square = x * x;
    float s = 2.75573192e-6f, c = -2.75573192e-7f;
    s = s * square - 1.98412698e-4f;
    s = s * square + 8.33333333e-3f;
    s = s * square - 1.66666667e-1f;
    s = x + x * square * s;
    c = c * square + 2.48015873e-5f;
    c = c * square - 1.38888889e-3f;
    c = c * square + 4.16666667e-2f;
    c = c * square - 0.5f;
    c = 1.0f + square * c;
    const float cosine = quarter & 1 ? s : c, sine = quarter & 1 ? c : s;
    out[i] = mean + deviation * (radius * (quarter == 1 || quarter == 2 ? -cosine : cosine));
    out[i + 1] = mean + deviation * (radius * (quarter >= 2 ? -sine : sine));
  }
}

void ln_random_fill_uniform(LnRandom *r, float *out, int64_t n) {
  fill(r, 64, (Fill){.convert = to_uniform, .out = out, .n = n});
}

void ln_random_fill_normal(LnRandom *r, float mean, float deviation, float *out, int64_t n) {
  fill(r, 16, (Fill){.convert = to_normal, .a = mean, .b = deviation, .out = out, .n = n});
}

// What dropout keeps needs many numbers and none that are fine: streams of xoshiro128+ (Blackman and
// Vigna, "Scrambled linear pseudorandom number generators", 2018) side by side in vectors, begun
// anew from MANY numbers for every RUN elements, so that any run can be had by itself.
enum { STREAMS = MANY / 4, RUN = 64 * STREAMS };
typedef uint32_t Words __attribute__((vector_size(4 * STREAMS)));
typedef int32_t Signed __attribute__((vector_size(4 * STREAMS)));

typedef struct Keep {
  uint64_t key, counter;
  uint32_t dropped;  // numbers of 31 bits below it
  float kept;
  float *out;
  int64_t n;
} Keep;

LN_CLONES static void keep_run(const Keep *k, int64_t run, float *out) {
  uint32_t seeds[4][STREAMS];
  ln_random_many(k->key, k->counter + (uint64_t)run * STREAMS, seeds[0]);
  Words a, b, c, d;
  memcpy(&a, seeds[0], sizeof a), memcpy(&b, seeds[1], sizeof b);
  memcpy(&c, seeds[2], sizeof c), memcpy(&d, seeds[3], sizeof d);
  const uint32_t last = k->dropped - 1, kept = ln_float_bits(k->kept);
  for (int step = 0; step < RUN / STREAMS; step++, out += STREAMS) {
    // All ones where the difference is negative: the number is not below.
    const Words number = a + d, mask = (Words)((Signed)(last - (number >> 1)) >> 31);
    const Words values = mask & kept, shifted = b << 9;
    memcpy(out, &values, sizeof values);
    c ^= a, d ^= b, b ^= c, a ^= d, c ^= shifted;
    d = d << 11 | d >> 21;
  }
}

static void keep_range(void *arg, int64_t begin, int64_t end) {
  const Keep *k = arg;
  float rest[RUN];
  for (int64_t i = begin; i < end; i++) {
    const int64_t left = k->n - i * RUN;
    keep_run(k, i, left >= RUN ? k->out + i * RUN : rest);
    if (left < RUN) memcpy(k->out + i * RUN, rest, (size_t)left * sizeof *rest);
  }
}

void ln_random_fill_keep(LnRandom *r, float rate, float kept, float *out, int64_t n) {
  const int64_t runs = (n + RUN - 1) / RUN;
  Keep k = {r->key, r->counter, 0, kept, out, n};
  k.dropped = (uint32_t)(rate * 0x1p31f);
  r->counter += (uint64_t)runs * STREAMS;
  ln_parallel(runs, 16, keep_range, &k);
}
