// Initializers without chance: Zeros, Ones, Constant, Identity.
#include "nn/nn.h"

typedef struct Constant {
  LnInitializer base;
  LnNumbers value;
} Constant;
typedef struct Identity {
  LnInitializer base;
  double gain;
} Identity;

static bool fill_zeros(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t) {
  (void)c, (void)self, (void)random;
  ln_tensor_fill(t, 0);
  return true;
}

static bool fill_ones(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t) {
  (void)c, (void)self, (void)random;
  ln_tensor_fill(t, 1);
  return true;
}

static bool fill_constant(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t) {
  (void)random;
  const LnNumbers *value = &((const Constant *)self)->value;
  if (value->n == 1) {
    ln_tensor_fill(t, value->v[0]);
    return true;
  }
  int64_t index[LN_MAX_RANK] = {0};
  if (t->rank == 0 || t->shape[t->rank - 1] != value->n)
    return ln_fail(c, "Constant of %lld numbers does not go with shape %s", (long long)value->n,
                   ln_tensor_shape_text(t));
  for (int64_t i = 0; i < t->size; i++) {
    ln_tensor_set(t, index, value->v[i % value->n]);
    for (int a = t->rank - 1; a >= 0 && ++index[a] == t->shape[a]; a--) index[a] = 0;
  }
  return true;
}

static bool fill_identity(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t) {
  (void)random;
  if (t->rank != 2)
    return ln_fail(c, "Identity makes matrices, not shape %s", ln_tensor_shape_text(t));
  ln_tensor_fill(t, 0);
  for (int64_t i = 0; i < t->shape[0] && i < t->shape[1]; i++)
    ln_tensor_set(t, (int64_t[]){i, i}, ((const Identity *)self)->gain);
  return true;
}

static const LnInitializerClass zeros = {
    .base = {.kind = LN_INITIALIZER, .name = "Zeros", .aliases = "zeros zero",
             .size = sizeof(LnInitializer),
             .doc = "All zeros, in any dtype.\n"
                    "Example:\n"
                    "  ln.layers.Dense{3, kernel_initializer = ln.initializers.Zeros()}\n"},
    .fill = fill_zeros, .any_dtype = true};

static const LnInitializerClass ones = {
    .base = {.kind = LN_INITIALIZER, .name = "Ones", .aliases = "ones one",
             .size = sizeof(LnInitializer),
             .doc = "All ones, in any dtype.\n"
                    "Example:\n"
                    "  ln.layers.Dense{3, bias_initializer = \"ones\"}\n"},
    .fill = fill_ones, .any_dtype = true};

static const LnOption constant_options[] = {
    {"value", LN_OPT_NUMBERS, LN_FIELD(Constant, value), "0", .one = LN_ONE_AS_NUMBER,
     .doc = "of every element, or one for each position of the last axis"}, {0}};

static const LnInitializerClass constant = {
    .base = {.kind = LN_INITIALIZER, .name = "Constant", .aliases = "constant",
             .size = sizeof(Constant), .options = constant_options,
             .doc = "One number everywhere, or a list along the last axis, in any dtype.\n"
                    "value (0): the number or the list.\n"
                    "Example:\n"
                    "  ln.layers.Dense{3, bias_initializer = ln.initializers.Constant(0.1)}\n"},
    .fill = fill_constant, .any_dtype = true};

static const LnOption identity_options[] = {
    {"gain", LN_OPT_NUMBER, LN_FIELD(Identity, gain), "1", .doc = "on the diagonal"}, {0}};

static const LnInitializerClass identity = {
    .base = {.kind = LN_INITIALIZER, .name = "Identity", .aliases = "identity IdentityInitializer",
             .size = sizeof(Identity), .options = identity_options,
             .doc = "gain times the identity matrix, of rank 2 only (it need not be square).\n"
                    "gain (1): what stands on the diagonal.\n"
                    "Example:\n"
                    "  ln.layers.Dense{3, kernel_initializer = ln.initializers.Identity(2)}\n"},
    .fill = fill_identity, .any_dtype = true};

const LnInitializerClass *const ln_initializers_constant[] = {&zeros, &ones, &constant, &identity,
                                                              NULL};
