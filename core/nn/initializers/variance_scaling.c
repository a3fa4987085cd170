// VarianceScaling and the names that are settings of it: Glorot, He, LeCun. Keras's rule: the
// variance is scale / n, n being the fan-in, the fan-out or their mean.
#include "nn/initializers/_random.h"

enum { FAN_IN, FAN_OUT, FAN_AVG };
enum { TRUNCATED, UNTRUNCATED, UNIFORM, NORMAL };   // "normal" is another word for truncated

typedef struct Scaling {
  LnInitializer base;
  double scale;
  int mode, distribution;
  int64_t seed;
  LnInts input_axes, output_axes;
} Scaling;

static bool product(LnContext *c, const char *option, const LnInts *axes, const LnTensor *t,
                    double *out) {
  *out = 1;
  for (int64_t i = 0; i < axes->n; i++) {
    int axis;
    if (!ln_axis(c, option, axes->v[i], t->rank, &axis)) return false;
    *out *= (double)t->shape[axis];
  }
  return true;
}

static bool fill(LnContext *c, const LnObject *self, LnRandom *random, LnTensor *t) {
  const Scaling *o = (const Scaling *)self;
  double in, out;
  ln_fans(t, &in, &out);
  // As in Keras, one of them alone changes nothing.
  if (o->input_axes.n >= 0 && o->output_axes.n >= 0 &&
      (!product(c, "input_axes", &o->input_axes, t, &in) ||
       !product(c, "output_axes", &o->output_axes, t, &out)))
    return false;
  double n = o->mode == FAN_IN ? in : o->mode == FAN_OUT ? out : (in + out) / 2;
  double variance = o->scale / (n > 1 ? n : 1);
  LnRandom seeded, *r = ln_seeded(&seeded, o->seed, random);
  if (o->distribution == UNIFORM) {
    double limit = sqrt(3 * variance);
    ln_fill_uniform(r, t, -limit, limit);
  } else {
    // The deviation of a standard normal cut at +-2 is 0.8796: what is cut off is made up for.
    bool cut = o->distribution != UNTRUNCATED;
    ln_fill_normal(r, t, 0, sqrt(variance) / (cut ? 0.87962566103423978 : 1), cut);
  }
  return true;
}

#define AXES                                                                                  \
  {"input_axes", LN_OPT_AXES, LN_FIELD(Scaling, input_axes), "none", .one = LN_ONE_AS_LIST,   \
   .doc = "the axes of a unit's inputs, for fan_in; counts when output_axes are given too"},  \
  {"output_axes", LN_OPT_AXES, LN_FIELD(Scaling, output_axes), "none", .one = LN_ONE_AS_LIST, \
   .doc = "the axes of the units, for fan_out; counts when input_axes are given too"}

static const LnOption scaling_options[] = {
    {"scale", LN_OPT_NUMBER, LN_FIELD(Scaling, scale), "1", "> 0", .doc = "factor of the variance"},
    {"mode", LN_OPT_CHOICE, LN_FIELD(Scaling, mode), "fan_in", .choices = "fan_in fan_out fan_avg",
     .doc = "what the variance is divided by"},
    {"distribution", LN_OPT_CHOICE, LN_FIELD(Scaling, distribution), "truncated_normal",
     .choices = "truncated_normal untruncated_normal uniform normal",
     .doc = "normal is another word for truncated_normal"},
    LN_SEED_OPTION(Scaling), AXES, {0}};

static bool init_scaling(LnContext *c, void *self) {
  (void)c;
  Scaling *o = self;
  if (o->distribution == NORMAL) o->distribution = TRUNCATED;
  return true;
}

static const LnOption named_options[] = {LN_SEED_OPTION(Scaling), AXES, {0}};

static const LnInitializerClass variance_scaling = {
    .base = {.kind = LN_INITIALIZER, .name = "VarianceScaling", .aliases = "variance_scaling",
             .size = sizeof(Scaling), .options = scaling_options, .init = init_scaling,
             .doc = "Random values whose variance is scale / n, n being the number of inputs of a "
                    "unit (fan_in),\nof outputs (fan_out) or their mean (fan_avg).\n"
                    "scale (1), mode (\"fan_in\"), distribution "
                    "(\"truncated_normal\"), seed (none),"
                    "\ninput_axes and output_axes (none): the fans are the "
                    "products of their sizes, "
                    "not what\nthe last two axes say.\n"
                    "Example:\n"
                    "  ln.layers.Dense{3, kernel_initializer =\n"
                    "    ln.initializers.VarianceScaling{2, \"fan_avg\", \"uniform\"}}\n"},
    .fill = fill};

#define NAMED(id, class_name, alias, scale_, mode_, distribution_, formula, cite)               \
  static bool init_##id(LnContext *c, void *self) {                                             \
    (void)c;                                                                                    \
    Scaling *o = self;                                                                          \
    o->scale = scale_;                                                                          \
    o->mode = mode_;                                                                            \
    o->distribution = distribution_;                                                            \
    return true;                                                                                \
  }                                                                                             \
  static const LnInitializerClass id = {                                                        \
      .base = {.kind = LN_INITIALIZER, .name = class_name, .aliases = alias,                    \
               .size = sizeof(Scaling), .options = named_options, .init = init_##id, \
                .doc = formula " (" cite ").\nseed (none): the same values at every use; " \
                       "input_axes and\n" \
                      "output_axes (none): as of VarianceScaling.\n"                             \
                      "Example:\n  ln.layers.Dense{3, kernel_initializer = \"" alias "\"}\n"},  \
      .fill = fill}

#define GLOROT "Glorot and Bengio 2010"
#define HE "He et al. 2015"
#define LECUN "LeCun et al. 1998"
NAMED(glorot_uniform, "GlorotUniform", "glorot_uniform", 1, FAN_AVG, UNIFORM,
      "Uniform within +-sqrt(6 / (fan_in + fan_out))", GLOROT);
NAMED(glorot_normal, "GlorotNormal", "glorot_normal", 1, FAN_AVG, TRUNCATED,
      "Truncated normal of deviation sqrt(2 / (fan_in + fan_out))", GLOROT);
NAMED(he_uniform, "HeUniform", "he_uniform", 2, FAN_IN, UNIFORM,
      "Uniform within +-sqrt(6 / fan_in), for relu layers", HE);
NAMED(he_normal, "HeNormal", "he_normal", 2, FAN_IN, TRUNCATED,
      "Truncated normal of deviation sqrt(2 / fan_in), for relu layers", HE);
NAMED(lecun_uniform, "LecunUniform", "lecun_uniform", 1, FAN_IN, UNIFORM,
      "Uniform within +-sqrt(3 / fan_in)", LECUN);
NAMED(lecun_normal, "LecunNormal", "lecun_normal", 1, FAN_IN, TRUNCATED,
      "Truncated normal of deviation sqrt(1 / fan_in), for selu layers", LECUN);

const LnInitializerClass *const ln_initializers_variance_scaling[] = {
    &variance_scaling, &glorot_uniform, &glorot_normal, &he_uniform,
    &he_normal, &lecun_uniform, &lecun_normal, NULL};
