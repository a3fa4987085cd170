// Initializers from one distribution, whatever the shape: RandomNormal, RandomUniform,
// TruncatedNormal.
#include "nn/initializers/_random.h"

typedef struct Random {
  LnInitializer base;
  double a, b;   // mean and deviation, or bounds
  int64_t seed;
} Random;

static bool fill_normal(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t) {
  (void)c;
  const Random *o = (const Random *)self;
  LnRandom seeded;
  ln_fill_normal(ln_seeded(&seeded, o->seed, random), t, o->a, o->b, false);
  return true;
}

static bool fill_truncated(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t) {
  (void)c;
  const Random *o = (const Random *)self;
  LnRandom seeded;
  ln_fill_normal(ln_seeded(&seeded, o->seed, random), t, o->a, o->b, true);
  return true;
}

static bool fill_uniform(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t) {
  (void)c;
  const Random *o = (const Random *)self;
  LnRandom seeded;
  ln_fill_uniform(ln_seeded(&seeded, o->seed, random), t, o->a, o->b);
  return true;
}

static bool init_uniform(LnContext *c, void *self) {
  const Random *o = self;
  return o->a <= o->b || ln_fail(c, "RandomUniform: minval %g is above maxval %g", o->a, o->b);
}

static const LnOption normal_options[] = {
    {"mean", LN_OPT_NUMBER, LN_FIELD(Random, a), "0", .doc = "of the distribution"},
    {"stddev", LN_OPT_NUMBER, LN_FIELD(Random, b), "0.05", ">= 0", .doc = "standard deviation"},
    LN_SEED_OPTION(Random), {0}};

static const LnOption uniform_options[] = {
    {"minval", LN_OPT_NUMBER, LN_FIELD(Random, a), "-0.05", .doc = "lower bound, included"},
    {"maxval", LN_OPT_NUMBER, LN_FIELD(Random, b), "0.05", .doc = "upper bound"},
    LN_SEED_OPTION(Random), {0}};

static const LnInitializerClass normal = {
    .base = {.kind = LN_INITIALIZER, .name = "RandomNormal", .aliases = "random_normal normal",
             .size = sizeof(Random), .options = normal_options,
             .doc = "Normally distributed values.\n"
                    "mean (0), stddev (0.05), seed (none).\n"
                    "Example:\n"
                    "  ln.layers.Dense{3, bias_initializer = \"random_normal\"}\n"},
    .fill = fill_normal};

static const LnInitializerClass truncated = {
    .base = {.kind = LN_INITIALIZER, .name = "TruncatedNormal", .aliases = "truncated_normal",
             .size = sizeof(Random), .options = normal_options,
             .doc = "Normally distributed values; those beyond two deviations are drawn again.\n"
                    "mean (0), stddev (0.05; before the truncation), seed (none).\n"
                    "Example:\n"
                    "  ln.layers.Dense{3, kernel_initializer = \"truncated_normal\"}\n"},
    .fill = fill_truncated};

static const LnInitializerClass uniform = {
    .base = {.kind = LN_INITIALIZER, .name = "RandomUniform", .aliases = "random_uniform uniform",
             .size = sizeof(Random), .options = uniform_options, .init = init_uniform,
             .doc = "Uniformly distributed values of [minval, maxval).\n"
                    "minval (-0.05), maxval (0.05), seed (none). minval above maxval is an error.\n"
                    "Example:\n"
                    "  ln.layers.Dense{3, bias_initializer = \"random_uniform\"}\n"},
    .fill = fill_uniform};

const LnInitializerClass *const ln_initializers_random[] = {&normal, &truncated, &uniform, NULL};
