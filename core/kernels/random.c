// Random floats in bulk: 32-bit numbers by the hundred become floats in a loop that vectorizes. A
// new distribution is one such loop.
#include "base/simd.h"

#include "kernels/random.h"

#include "base/memory.h"
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
  int64_t skip, n;  // of the first range: numbers that are not wanted
};

// Which numbers of range i, of `length` each, are wanted; `skip` of the first are not. at: where
// the first of them goes.
typedef struct Wanted {
  int64_t from, n, at;
} Wanted;

static Wanted wanted(int64_t i, int64_t length, int64_t skip, int64_t n) {
  const int64_t begin = i * length - skip, from = begin < 0 ? -begin : 0;
  const int64_t left = n - (begin + from), room = length - from;
  return (Wanted){from, left < room ? left : room, begin + from};
}

// Ranges of MANY numbers, each a quarter as many counters.
static void fill_range(void *arg, int64_t begin, int64_t end) {
  const Fill *f = arg;
  uint32_t bits[MANY];
  float rest[MANY];
  for (int64_t i = begin; i < end; i++) {
    ln_random_many(f->key, f->counter + (uint64_t)i * (MANY / 4), bits);
    const Wanted w = wanted(i, MANY, f->skip, f->n);
    float *out = f->out + w.at;
    f->convert(f, bits, w.n == MANY ? out : rest);
    if (w.n < MANY) memcpy(out, rest + w.from, (size_t)w.n * sizeof *out);
  }
}

static void fill(LnRandom *r, int64_t grain, LnDrawn drawn, Fill f) {
  f.key = r->key;
  f.counter = r->counter + (uint64_t)(drawn.first / MANY) * (MANY / 4);
  f.skip = drawn.first % MANY, f.n = drawn.n;
  r->counter += (uint64_t)(drawn.whole + 3) / 4;
  if (f.n > 0) ln_parallel((f.skip + f.n + MANY - 1) / MANY, grain, fill_range, &f);
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
  fill(r, 64, ln_drawn_all(n), (Fill){.convert = to_uniform, .out = out});
}

void ln_random_fill_normal(LnRandom *r, float mean, float deviation, float *out, LnDrawn drawn) {
  fill(r, 16, drawn, (Fill){.convert = to_normal, .a = mean, .b = deviation, .out = out});
}

// What dropout keeps needs many numbers and none that are fine: streams of xoshiro128+ (Blackman
// and Vigna, "Scrambled linear pseudorandom number generators", 2018) side by side in vectors,
// begun anew from MANY numbers for every RUN elements, so that any run can be had by itself. Two
// vectors of them are as many as hide each other's latency and fit the registers of every
// x86-64-v3.
enum { GROUPS = 2, LANES = 8, STREAMS = GROUPS * LANES, RUN = 128 * STREAMS, BLOCKS = MANY / 4 };
typedef uint32_t Words __attribute__((vector_size(4 * LANES)));
typedef int32_t Signed __attribute__((vector_size(4 * LANES)));
typedef float Floats __attribute__((vector_size(4 * LANES)));
typedef uint8_t Bytes __attribute__((vector_size(LANES)));

typedef struct Keep {
  uint64_t key, counter;
  uint32_t dropped;  // numbers of 31 bits below it
  float kept;
  const float *x;    // NULL: the factors are the result
  float *out;
  uint8_t *keeps;    // where they are not 0
  int64_t skip, n;   // as a Fill's
} Keep;

// A run of factors; or, where x is given, of x times them, and where they are not 0.
LN_INLINE void keep_run(const Keep *k, int64_t run, const float *x, float *out, uint8_t *keeps) {
  uint32_t numbers[MANY];
  ln_random_many(k->key, k->counter + (uint64_t)run * BLOCKS, numbers);
  Words a[GROUPS], b[GROUPS], c[GROUPS], d[GROUPS];
  memcpy(a, numbers, sizeof a), memcpy(b, numbers + STREAMS, sizeof b);
  memcpy(c, numbers + 2 * STREAMS, sizeof c), memcpy(d, numbers + 3 * STREAMS, sizeof d);
  const uint32_t last = k->dropped - 1, kept = ln_float_bits(k->kept);
  for (int i = 0; i < RUN; i += STREAMS) {
    for (int g = 0; g < GROUPS; g++) {
      // All ones where the difference is negative: the number is not below.
      const Words number = (a[g] + d[g]) >> 1, mask = (Words)((Signed)(last - number) >> 31);
      const int first = i + g * LANES;
      Words result = mask & kept;
      if (x) {
        Floats value;
        memcpy(&value, x + first, sizeof value);
        result = (Words)(value * (Floats)result);
        const Bytes keep = __builtin_convertvector(mask & 1, Bytes);
        memcpy(keeps + first, &keep, sizeof keep);
      }
      memcpy(out + first, &result, sizeof result);
      const Words shifted = b[g] << 9;
      c[g] ^= a[g], d[g] ^= b[g], b[g] ^= c[g], a[g] ^= d[g], c[g] ^= shifted;
      d[g] = d[g] << 11 | d[g] >> 21;
    }
  }
}

LN_CLONES static void factors_run(const Keep *k, int64_t run, float *out) {
  keep_run(k, run, NULL, out, NULL);
}

LN_CLONES static void dropout_run(const Keep *k, int64_t run, int64_t at) {
  keep_run(k, run, k->x + at, k->out + at, k->keeps + at);
}

static void keep_range(void *arg, int64_t begin, int64_t end) {
  const Keep *k = arg;
  float factors[RUN];
  for (int64_t i = begin; i < end; i++) {
    const Wanted w = wanted(i, RUN, k->skip, k->n);
    if (w.n == RUN) {
      if (k->x) dropout_run(k, i, w.at);
      else factors_run(k, i, k->out + w.at);
      continue;
    }
    factors_run(k, i, factors);
    for (int64_t j = 0; j < w.n; j++) {
      const float factor = factors[w.from + j];
      k->out[w.at + j] = k->x ? k->x[w.at + j] * factor : factor;
      if (k->x) k->keeps[w.at + j] = factor != 0;
    }
  }
}

static void keep(LnRandom *r, float rate, LnDrawn drawn, Keep k) {
  k.key = r->key;
  k.counter = r->counter + (uint64_t)(drawn.first / RUN) * BLOCKS;
  k.skip = drawn.first % RUN, k.n = drawn.n;
  k.dropped = (uint32_t)(rate * 0x1p31f);
  r->counter += (uint64_t)((drawn.whole + RUN - 1) / RUN) * BLOCKS;
  if (k.n > 0) ln_parallel((k.skip + k.n + RUN - 1) / RUN, 16, keep_range, &k);
}

void ln_random_fill_keep(LnRandom *r, float rate, float kept, float *out, LnDrawn drawn) {
  keep(r, rate, drawn, (Keep){.kept = kept, .out = out});
}

void ln_random_dropout(LnRandom *r, float rate, float kept, const float *x, float *y,
                       uint8_t *keeps, LnDrawn drawn) {
  keep(r, rate, drawn, (Keep){.kept = kept, .x = x, .out = y, .keeps = keeps});
}

typedef struct Kept {
  const uint8_t *keeps;
  float kept;
  const float *x;
  float *y;
} Kept;

LN_CLONES static void kept_range(void *arg, int64_t begin, int64_t end) {
  const Kept *k = arg;
  const float kept = k->kept;
  for (int64_t i = begin; i < end; i++) k->y[i] = k->x[i] * (k->keeps[i] ? kept : 0.0f);
}

void ln_kernel_keep(const uint8_t *keeps, float kept, const float *x, float *y, int64_t n) {
  ln_parallel(n, 32768, kept_range, &(Kept){keeps, kept, x, y});
}
