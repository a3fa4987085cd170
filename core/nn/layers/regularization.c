// Layers that make training harder on purpose: Dropout, SpatialDropout, AlphaDropout,
// GaussianNoise, GaussianDropout, ActivityRegularization. At inference they hand their input on.
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
  int channels_first; // of SpatialDropout
  int64_t seed;
  LnTensor *state;    // of its own generator; NULL: the context's
} Noise;

static bool init_noise(LnContext *c, void *self) {
  Noise *o = self;
  if (o->channels_first < 0) o->channels_first = 0;
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

// The shape of the noise: x's, but for what noise_shape says.
static bool noise_shape_for(LnContext *c, const Noise *o, const LnTensor *x, LnInts *shape) {
  bool fits = o->noise_shape.n < 0 || o->noise_shape.n == x->rank;
  shape->n = x->rank;
  for (int i = 0; fits && i < x->rank; i++) {
    int64_t n = o->noise_shape.n < 0 || o->noise_shape.v[i] < 0 ? x->shape[i] : o->noise_shape.v[i];
    fits = n == 1 || ln_dims_fit(n, x->shape[i]);
    shape->v[i] = n;
  }
  return fits || ln_fail(c, "noise_shape %s does not fit an input of shape %s",
                         ln_shape_text(o->noise_shape.v, (int)o->noise_shape.n),
                         ln_tensor_shape_text(x));
}

// The same noise for all rows of a batch.
static bool is_shared(const Noise *o) { return o->noise_shape.n > 0 && o->noise_shape.v[0] == 1; }

static LnTensor *dropout(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  const Noise *o = (const Noise *)self;
  LnTensor *x = in->v[0];
  LnInts shape;
  if (!args->training || o->rate == 0) return x;
  if (o->noise_shape.n < 0) return ln_dropout(c, x, o->state, o->rate);
  if (!noise_shape_for(c, o, x, &shape)) return NULL;
  return ln_mul(c, x, ln_random_keep(c, x, o->state, o->rate, &shape, is_shared(o)));
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
    .built_at_once = true, .masks = true, .call = dropout, .describe = describe_noise,
    .generator = noise_generator};

// ---- SpatialDropout: whole channels are dropped

static LnTensor *spatial_dropout(LnContext *c, LnLayer *self, const LnTensors *in,
                                 const LnCallArgs *args) {
  const Noise *o = (const Noise *)self;
  LnTensor *x = in->v[0];
  LnInts shape = ln_shape_of(x);
  if (!args->training || o->rate == 0) return x;
  for (int i = 1; i < x->rank - 1; i++) shape.v[i + o->channels_first] = 1;
  return ln_mul(c, x, ln_random_keep(c, x, o->state, o->rate, &shape, false));
}

#define RATE(what, range)                                              \
  {"rate", LN_OPT_NUMBER, LN_FIELD(Noise, rate), NULL, range, .doc = what}
static const LnOption steps_options[] = {
    RATE("the share of the channels that is dropped", "[0, 1]"), SEED, {0}};
static const LnOption spatial_options[] = {
    RATE("the share of the channels that is dropped", "[0, 1]"),
    {"data_format", LN_OPT_CHOICE, LN_FIELD(Noise, channels_first), "channels_last",
     .choices = "channels_last channels_first", .nullable = true,
     .doc = "whether the axis of channels is the last one or follows that of the batch"},
    SEED, {0}};

#define SPATIAL_DOC(shape, options)                                                            \
  "Dropout of whole channels of " shape ":\nin training a share of them is 0 at all "          \
  "positions of a sample (Tompson et al. 2014).\nrate; " options "seed (none).\nExample:\n"
#define SPATIAL(n, opts, text)                                                                 \
  static const LnLayerClass spatial##n##_class = {                                             \
      .base = {.kind = LN_LAYER, .name = "SpatialDropout" #n "D", .size = sizeof(Noise),       \
               .options = opts, .init = init_noise, .free = free_noise,                        \
               .unsaid = "trainable", .doc = text},                                            \
      .built_at_once = true, .masks = true, .call = spatial_dropout, .describe = describe_noise,\
      .generator = noise_generator, .min_rank = n + 2, .max_rank = n + 2};
SPATIAL(1, steps_options,
        SPATIAL_DOC("(batch, steps, channels)", "")
        "  ln.layers.SpatialDropout1D(0.5)(ln.ones{2, 3, 4}, {training = true})\n")
SPATIAL(2, spatial_options,
        SPATIAL_DOC("(batch, height, width, channels)", "data_format (\"channels_last\"), ")
        "  ln.layers.SpatialDropout2D(0.5)(ln.ones{2, 3, 3, 4}, {training = true})\n")
SPATIAL(3, spatial_options,
        SPATIAL_DOC("(batch, depth, height, width, channels)",
                    "data_format (\"channels_last\"), ")
        "  ln.layers.SpatialDropout3D(0.5)(ln.ones{2, 3, 3, 3, 4}, {training = true})\n")

// ---- AlphaDropout: what is dropped becomes the value that selu tends to, and the result is scaled
// and shifted so that mean and variance stay (Klambauer et al. 2017)

static LnTensor *alpha_dropout(LnContext *c, LnLayer *self, const LnTensors *in,
                               const LnCallArgs *args) {
  const double low = -1.6732632423543772 * 1.0507009873554805;   // of selu: -alpha scale
  const Noise *o = (const Noise *)self;
  LnTensor *x = in->v[0];
  LnInts shape;
  if (!args->training || o->rate == 0) return x;
  if (!noise_shape_for(c, o, x, &shape)) return NULL;
  const double a = 1 / sqrt((1 - o->rate) * (1 + o->rate * low * low)), b = -a * low * o->rate;
  LnTensor *keep = ln_random_keep(c, x, o->state, o->rate, &shape, is_shared(o));
  keep = ln_gt_number(c, keep, 0);
  LnTensor *dropped = ln_temp(c, ln_tensor_scalar(c, (LnDtype)x->dtype, low));
  return ln_add_number(c, ln_mul_number(c, ln_where(c, keep, x, dropped), a), b);
}

static const LnOption alpha_options[] = {
    RATE("the share of the inputs that is dropped", "[0, 1)"),
    {"noise_shape", LN_OPT_SHAPE, LN_FIELD(Noise, noise_shape), "none", ">= 1",
     .doc = "with the batch axis; 1 where all positions are dropped together, false: the input's"},
    SEED, {0}};

static const LnLayerClass alpha_class = {
    .base = {.kind = LN_LAYER, .name = "AlphaDropout", .size = sizeof(Noise),
             .options = alpha_options, .init = init_noise, .free = free_noise,
             .doc = "Dropout for networks of selu: what is dropped becomes the lowest value of "
                    "selu, and the result\nis scaled and shifted so that mean and variance stay "
                    "(Klambauer et al. 2017). At inference\nit does nothing. rate; noise_shape "
                    "(none: each element for itself); seed (none).\n"
                    "Example:\n"
                    "  ln.layers.AlphaDropout(0.5)(ln.ones{2, 3}, {training = true})\n"},
    .built_at_once = true, .masks = true, .call = alpha_dropout, .describe = describe_noise,
    .generator = noise_generator};

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
    .built_at_once = true, .masks = true, .call = add_noise, .describe = describe_noise,
    .generator = noise_generator};

static const LnLayerClass gaussian_dropout_class = {
    .base = {.kind = LN_LAYER, .name = "GaussianDropout", .size = sizeof(Noise),
             .options = gaussian_dropout_options, .init = init_noise, .free = free_noise,
             .doc = "In training, multiplies by normal noise of mean 1 and deviation "
                    "sqrt(rate / (1 - rate)).\nAt inference it does nothing. The shape stays. "
                    "rate; seed (none).\n"
                    "Example:\n"
                    "  ln.layers.GaussianDropout(0.1)(ln.ones{2, 3}, {training = true})\n"},
    .built_at_once = true, .masks = true, .call = multiply_noise, .describe = describe_noise,
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
    .built_at_once = true, .masks = true, .call = activity, .describe = describe_activity};

const LnLayerClass *const ln_layers_regularization[] = {
    &dropout_class, &spatial1_class, &spatial2_class, &spatial3_class, &alpha_class,
    &gaussian_noise_class, &gaussian_dropout_class, &activity_class, NULL};
