// Layers that make training harder on purpose: Dropout, GaussianNoise, GaussianDropout,
// ActivityRegularization. At inference they hand their input on.
#include <stdio.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "nn/nn.h"
#include "ops/noise.h"
#include "ops/ops.h"

typedef struct Noise {
  LnLayer layer;
  double rate;        // or stddev
  LnInts noise_shape;
  int64_t seed;
  LnTensor *state;    // of its own generator; NULL: the context's
} Noise;

static bool init_noise(LnContext *c, void *self) {
  Noise *o = self;
  if (o->seed == LN_NONE) return true;
  LnRandom r;
  ln_random_seed(&r, (uint64_t)o->seed);
  o->state = ln_random_state(c, &r);
  return o->state != NULL;
}

static void free_noise(void *self) { ln_release(((Noise *)self)->state); }

static LnTensor *noise_generator(const LnLayer *self) { return ((const Noise *)self)->state; }

static void describe_noise(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%g", ((const Noise *)self)->rate);
}

#define SEED {"seed", LN_OPT_INTEGER, LN_FIELD(Noise, seed), "none", \
              .doc = "of a generator of its own; none: the one of set_seed"}

// ---- Dropout

static LnTensor *dropout(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  const Noise *o = (const Noise *)self;
  LnTensor *x = in->v[0];
  if (!args->training || o->rate == 0) return x;
  LnInts shape = {x->rank, {0}};
  if (o->noise_shape.n >= 0 && o->noise_shape.n != x->rank) {
    ln_fail(c, "noise_shape %s does not fit an input of shape %s",
            ln_shape_text(o->noise_shape.v, (int)o->noise_shape.n), ln_tensor_shape_text(x));
    return NULL;
  }
  for (int i = 0; i < x->rank; i++) {
    int64_t n = o->noise_shape.n < 0 || o->noise_shape.v[i] < 0 ? x->shape[i] : o->noise_shape.v[i];
    if (n != 1 && !ln_dims_fit(n, x->shape[i])) {
      ln_fail(c, "noise_shape %s does not fit an input of shape %s",
              ln_shape_text(o->noise_shape.v, (int)o->noise_shape.n), ln_tensor_shape_text(x));
      return NULL;
    }
    shape.v[i] = n;
  }
  return ln_mul(c, x, ln_random_keep(c, x, o->state, o->rate, &shape));
}

static const LnOption dropout_options[] = {
    {"rate", LN_OPT_NUMBER, LN_FIELD(Noise, rate), NULL, "[0, 1]",
     .doc = "the share of the inputs that is dropped"},
    {"noise_shape", LN_OPT_SHAPE, LN_FIELD(Noise, noise_shape), "none", ">= 1",
     .doc = "with the batch axis; 1 where all positions are dropped together, false: the input's"},
    SEED, {0}};

static const LnLayerClass dropout_class = {
    .base = {.kind = LN_LAYER, .name = "Dropout", .size = sizeof(Noise),
             .options = dropout_options, .init = init_noise, .free = free_noise,
             .doc = "In training, sets a share of its inputs to zero and scales the others by "
                    "1 / (1 - rate)\n(Srivastava et al. 2014). At inference it does nothing.\n"
                    "rate; noise_shape (none: each element for itself); seed (none).\n"
                    "Example:\n"
                    "  ln.layers.Dropout(0.5)(ln.ones{2, 3}, {training = true})\n"},
    .masks = true, .call = dropout, .describe = describe_noise, .generator = noise_generator};

// ---- GaussianNoise, GaussianDropout

static LnTensor *add_noise(LnContext *c, LnLayer *self, const LnTensors *in,
                           const LnCallArgs *args) {
  const Noise *o = (const Noise *)self;
  LnTensor *x = in->v[0];
  if (!args->training || o->rate == 0) return x;
  return ln_add(c, x, ln_random_normal_like(c, x, o->state, 0, o->rate));
}

static LnTensor *multiply_noise(LnContext *c, LnLayer *self, const LnTensors *in,
                                const LnCallArgs *args) {
  const Noise *o = (const Noise *)self;
  LnTensor *x = in->v[0];
  if (!args->training || o->rate == 0) return x;
  return ln_mul(c, x, ln_random_normal_like(c, x, o->state, 1, sqrt(o->rate / (1 - o->rate))));
}

static const LnOption gaussian_noise_options[] = {
    {"stddev", LN_OPT_NUMBER, LN_FIELD(Noise, rate), NULL, ">= 0",
     .doc = "standard deviation of what is added"},
    SEED, {0}};
static const LnOption gaussian_dropout_options[] = {
    {"rate", LN_OPT_NUMBER, LN_FIELD(Noise, rate), NULL, "[0, 1)",
     .doc = "the factors have standard deviation sqrt(rate / (1 - rate))"},
    SEED, {0}};

static const LnLayerClass gaussian_noise_class = {
    .base = {.kind = LN_LAYER, .name = "GaussianNoise", .size = sizeof(Noise),
             .options = gaussian_noise_options, .init = init_noise, .free = free_noise,
             .doc = "In training, adds normal noise of mean 0. At inference it does nothing.\n"
                    "The shape stays. stddev; seed (none).\n"
                    "Example:\n"
                    "  ln.layers.GaussianNoise(0.1)(ln.zeros{2, 3}, {training = true})\n"},
    .masks = true, .call = add_noise, .describe = describe_noise, .generator = noise_generator};

static const LnLayerClass gaussian_dropout_class = {
    .base = {.kind = LN_LAYER, .name = "GaussianDropout", .size = sizeof(Noise),
             .options = gaussian_dropout_options, .init = init_noise, .free = free_noise,
             .doc = "In training, multiplies by normal noise of mean 1 and deviation "
                    "sqrt(rate / (1 - rate)).\nAt inference it does nothing. The shape stays. "
                    "rate; seed (none).\n"
                    "Example:\n"
                    "  ln.layers.GaussianDropout(0.1)(ln.ones{2, 3}, {training = true})\n"},
    .masks = true, .call = multiply_noise, .describe = describe_noise,
    .generator = noise_generator};

// ---- ActivityRegularization

typedef struct Activity {
  LnLayer layer;
  double l1, l2;
} Activity;

static LnTensor *activity(LnContext *c, LnLayer *self, const LnTensors *in,
                          const LnCallArgs *args) {
  (void)args;
  const Activity *o = (const Activity *)self;
  LnTensor *x = in->v[0];
  double batch = x->rank > 0 && x->shape[0] > 0 ? (double)x->shape[0] : 1;
  LnTensor *one = ln_mul_number(c, ln_sum(c, ln_abs(c, x), LN_NONE, false), o->l1 / batch);
  LnTensor *two = ln_mul_number(c, ln_sum(c, ln_square(c, x), LN_NONE, false), o->l2 / batch);
  return ln_add_loss(c, ln_add(c, one, two)) ? x : NULL;
}

static void describe_activity(const LnLayer *self, char *out, size_t size) {
  const Activity *o = (const Activity *)self;
  snprintf(out, size, "l1=%g, l2=%g", o->l1, o->l2);
}

static const LnOption activity_options[] = {
    {"l1", LN_OPT_NUMBER, LN_FIELD(Activity, l1), "0", "[0, inf)", .doc = "factor of sum(|x|)"},
    {"l2", LN_OPT_NUMBER, LN_FIELD(Activity, l2), "0", "[0, inf)", .doc = "factor of sum(x ^ 2)"},
    {0}};

static const LnLayerClass activity_class = {
    .base = {.kind = LN_LAYER, .name = "ActivityRegularization", .size = sizeof(Activity),
             .options = activity_options,
             .doc = "Hands its input on and adds (l1 * sum(|x|) + l2 * sum(x ^ 2)) / batch size to "
                    "the loss.\nThe shape stays. l1 (0), l2 (0).\n"
                    "Example:\n"
                    "  ln.layers.ActivityRegularization{l2 = 0.01}(ln.ones{2, 3})\n"},
    .masks = true, .call = activity, .describe = describe_activity};

const LnLayerClass *const ln_layers_regularization[] = {
    &dropout_class, &gaussian_noise_class, &gaussian_dropout_class, &activity_class, NULL};
