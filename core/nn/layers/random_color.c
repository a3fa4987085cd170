// Augmentation that changes values: RandomBrightness, RandomContrast, RandomHue, RandomSaturation,
// RandomGrayscale, RandomColorDegeneration, RandomColorJitter, RandomSharpness,
// RandomGaussianBlur, RandomPosterization, RandomInvert, RandomErasing, AutoContrast, Equalization,
// Solarization. To add one: a function of LnPictures, and its class at the end.
#include <math.h>
#include <stdio.h>

#include "nn/augmentation.h"
#include "ops/join.h"
#include "ops/noise.h"
#include "ops/slice.h"

typedef struct Colour {
  LnAugmentation a;
  LnNumbers first, second, third, fourth;   // factors besides
  double low[4], high[4];                   // what they say
  LnInts kernel_size;
  int64_t bins;
} Colour;

static LnTensor *clipped(LnContext *c, const Colour *o, LnTensor *y) {
  return ln_clip(c, y, o->a.darkest, o->a.lightest);
}

// From value_range to 0 .. most, and back.
static LnTensor *ranged(LnContext *c, const Colour *o, LnTensor *x, double brightest, bool back) {
  double range = o->a.lightest - o->a.darkest;
  if (o->a.darkest == 0 && range == brightest) return x;
  if (back) return ln_add_number(c, ln_mul_number(c, ln_div_number(c, x, brightest), range),
                                 o->a.darkest);
  return ln_mul_number(c, ln_div_number(c, ln_sub_number(c, x, o->a.darkest), range), brightest);
}

// ---- formulas; factors are drawn from low to high

static LnTensor *brighter(LnContext *c, const Colour *o, const LnPictures *p, LnTensor *x,
                          double low, double high) {
  double range = o->a.lightest - o->a.darkest;
  return clipped(c, o, ln_add(c, x, ln_augmentation_draw(c, &o->a, p, low * range, high * range)));
}

static LnTensor *contrasted(LnContext *c, const Colour *o, const LnPictures *p, LnTensor *x,
                            double low, double high) {
  LnTensor *mean = ln_mean(c, ln_mean(c, x, 1, true), 2, true);
  LnTensor *factor = ln_augmentation_draw(c, &o->a, p, 1 - low, 1 + high);
  return clipped(c, o, ln_add(c, ln_mul(c, ln_sub(c, x, mean), factor), mean));
}

static LnTensor *hued(LnContext *c, const Colour *o, const LnPictures *p, LnTensor *x, double low,
                      double high) {
  LnTensor *hsv[3], *sign = ln_augmentation_draw(c, &o->a, p, -0.5, 0.5);
  LnTensor *turn = ln_augmentation_draw(c, &o->a, p, low * 0.5, high * 0.5);
  if (!sign || !turn || !(x = ranged(c, o, x, 1, false)) || !ln_rgb_to_hsv(c, x, 3, hsv))
    return NULL;
  turn = ln_where(c, ln_gt_number(c, sign, 0), ln_neg(c, turn), turn);
  LnTensor *hue = ln_add(c, hsv[0], turn);
  hue = hue ? ln_where(c, ln_gt_number(c, hue, 1), ln_sub_number(c, hue, 1), hue) : NULL;
  hue = hue ? ln_where(c, ln_lt_number(c, hue, 0), ln_add_number(c, hue, 1), hue) : NULL;
  if (!(hsv[0] = hue)) return NULL;
  LnTensor *rgb = ln_clip(c, ln_hsv_to_rgb(c, hsv, 3), 0, 1);
  return rgb ? ranged(c, o, rgb, 1, true) : NULL;
}

static LnTensor *saturated(LnContext *c, const Colour *o, const LnPictures *p, LnTensor *x,
                           double low, double high) {
  LnTensor *hsv[3], *f = ln_augmentation_draw(c, &o->a, p, low, high);
  f = ln_div(c, f, ln_number_sub(c, 1 + 1e-7, f));
  if (!f || !ln_rgb_to_hsv(c, x, 3, hsv)) return NULL;
  hsv[1] = clipped(c, o, ln_mul(c, hsv[1], f));
  return hsv[1] ? ln_hsv_to_rgb(c, hsv, 3) : NULL;
}

static LnTensor *brightness(LnContext *c, const Colour *o, LnPictures *p) {
  return brighter(c, o, p, p->x, o->a.low, o->a.high);
}
static LnTensor *contrast(LnContext *c, const Colour *o, LnPictures *p) {
  return contrasted(c, o, p, p->x, o->a.low, o->a.high);
}
static LnTensor *hue(LnContext *c, const Colour *o, LnPictures *p) {
  return hued(c, o, p, p->x, o->a.low, o->a.high);
}
static LnTensor *saturation(LnContext *c, const Colour *o, LnPictures *p) {
  return saturated(c, o, p, p->x, o->a.low, o->a.high);
}

static LnTensor *jitter(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *x = p->x;
  if (o->first.n > 0) x = brighter(c, o, p, x, o->low[0], o->high[0]);
  if (x && o->second.n > 0) x = contrasted(c, o, p, x, o->low[1], o->high[1]);
  if (x && o->third.n > 0) x = saturated(c, o, p, x, o->low[2], o->high[2]);
  if (x && o->fourth.n > 0) x = hued(c, o, p, x, o->low[3], o->high[3]);
  return x;
}

static LnTensor *grayscale(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *drawn = ln_augmentation_draw(c, &o->a, p, 0, 1);
  LnTensor *gray = ln_rgb_to_grayscale(c, p->x, 3);
  return drawn && gray ? ln_where(c, ln_lt_number(c, drawn, o->a.high), gray, p->x) : NULL;
}

static LnTensor *degeneration(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *factor = ln_augmentation_draw(c, &o->a, p, o->a.low, o->a.high);
  LnTensor *gray = ln_rgb_to_grayscale(c, p->x, 3);
  return clipped(c, o, ln_add(c, p->x, ln_mul(c, factor, ln_sub(c, gray, p->x))));
}

// The sum of x's neighbours along an axis, `weights` (n,) times; zeros beyond the edges.
LnTensor *ln_smoothed(LnContext *c, LnTensor *x, int axis, LnTensor *weights) {
  int64_t before[LN_MAX_RANK] = {0}, size = x ? x->shape[axis] : 0;
  before[axis] = weights ? weights->shape[0] / 2 : 0;
  LnTensor *wide = x && weights ? ln_pad(c, x, before, before, 0) : NULL, *sum = NULL;
  for (int64_t k = 0; wide && k < weights->shape[0]; k++) {
    LnTensor *part = ln_narrow(c, wide, axis, k, size), *weight = ln_narrow(c, weights, 0, k, 1);
    part = ln_mul(c, part, weight);
    if (!(sum = k ? ln_add(c, sum, part) : part)) return NULL;
  }
  return sum;
}

// The middle counts five times as much as each of its eight neighbours.
static LnTensor *sharpness(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *factor = ln_augmentation_draw(c, &o->a, p, 2 * o->a.low, 2 * o->a.high);
  LnTensor *ones = ln_filled(c, (LnDtype)p->x->dtype, 1, (int64_t[]){3}, 1);
  LnTensor *around = ln_smoothed(c, ln_smoothed(c, p->x, 1, ones), 2, ones);
  LnTensor *smooth = ln_div_number(c, ln_add(c, around, ln_mul_number(c, p->x, 4)), 13);
  return clipped(c, o, ln_add(c, p->x, ln_mul(c, ln_number_sub(c, 1, factor),
                                              ln_sub(c, smooth, p->x))));
}

// Weights exp(-(k / sigma)^2 / 2) that sum to 1, sigma (1,).
static LnTensor *gaussian(LnContext *c, LnDtype d, int64_t size, LnTensor *sigma) {
  double squares[64];
  for (int64_t k = 0; k < size; k++) squares[k] = -0.5 * pow((double)(k - size / 2), 2);
  LnTensor *t = ln_numbers_of(c, d, 1, &size, squares);
  LnTensor *weights = ln_exp(c, ln_div(c, t, ln_square(c, sigma)));
  return ln_div(c, weights, ln_sum(c, weights, 0, true));
}

static LnTensor *blur(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *chosen = ln_augmentation_chosen(c, &o->a, p);
  LnTensor *drawn = ln_draw_uniform(c, p->x, o->a.state, true, 2, o->low[0] + 1e-6,
                                    o->high[0] + 1e-6);
  if (!drawn || !chosen) return NULL;
  LnDtype d = (LnDtype)p->x->dtype;
  LnTensor *along[2];
  for (int i = 0; i < 2; i++) {
    LnTensor *sigma = ln_narrow(c, drawn, 1, 1 - i, 1);
    sigma = sigma ? ln_reshape(c, sigma, 1, (int64_t[]){1}) : NULL;
    int64_t size = o->kernel_size.v[o->kernel_size.n == 1 ? 0 : i];
    along[i] = gaussian(c, d, size, sigma);
  }
  LnTensor *y = ln_smoothed(c, ln_smoothed(c, p->x, 1, along[0]), 2, along[1]);
  return y ? clipped(c, o, ln_where(c, chosen, y, p->x)) : NULL;
}

// Of 8 bits as many stay as were drawn; the others become 0.
static LnTensor *posterization(LnContext *c, const Colour *o, LnPictures *p) {
  static const double steps[] = {256, 128, 64, 32, 16, 8, 4, 2, 1};
  LnTensor *bits = ln_augmentation_draw(c, &o->a, p, o->a.low, o->a.high);
  LnTensor *table = ln_numbers_of(c, (LnDtype)p->x->dtype, 1, (int64_t[]){9}, steps);
  bits = bits ? ln_cast(c, bits, LN_INT64) : NULL;
  LnTensor *step = bits && table ? ln_take(c, table, bits, 0) : NULL;
  LnTensor *x = ln_clip(c, ranged(c, o, p->x, 255, false), 0, 255);
  x = ln_floor(c, ln_div(c, ln_floor(c, x), step));
  x = ln_mul(c, x, step);
  return x ? ranged(c, o, x, 255, true) : NULL;
}

static LnTensor *inversion(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *chosen = ln_augmentation_chosen(c, &o->a, p);
  return chosen ? ln_where(c, chosen, ln_number_sub(c, o->a.lightest, p->x), p->x) : NULL;
}

LnTensor *ln_random_box(LnContext *c, const LnAugmentation *a, const LnPictures *p,
                        LnTensor *share, int axis, LnTensor **length) {
  int64_t size = p->x->shape[axis], shape[4] = {1, 1, 1, 1};
  LnTensor *steps = ln_temp(c, ln_tensor_new(c, LN_FLOAT64, 1, &size));
  if (!steps || !share) return NULL;
  for (int64_t i = 0; i < size; i++) ((double *)steps->data)[i] = (double)i;
  shape[axis] = size;
  steps = ln_reshape(c, ln_cast(c, steps, (LnDtype)p->x->dtype), 4, shape);
  *length = ln_mul_number(c, share, (double)size);
  LnTensor *first = ln_mul(c, ln_augmentation_draw(c, a, p, 0, 1),
                           ln_number_sub(c, (double)size, *length));
  if (!first || !steps) return NULL;
  return ln_logical_and(c, ln_ge(c, steps, first), ln_lt(c, steps, ln_add(c, first, *length)));
}

static LnTensor *fill_of(LnContext *c, const Colour *o, const LnPictures *p) {
  LnDtype d = (LnDtype)p->x->dtype;
  const LnNumbers *given = &o->second;
  if (given->n < 0) return ln_mul_number(c, ln_random_normal_like(c, p->x, o->a.state, 0, 1),
                                         o->a.lightest);
  if (given->n != 1 && given->n != p->c) {
    ln_fail(c, "fill_value has %d numbers for %d channels", (int)given->n, (int)p->c);
    return NULL;
  }
  return ln_numbers_of(c, d, 1, &given->n, given->v);
}

static LnTensor *erasing(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *length, *inside = NULL;
  for (int axis = 2; axis >= 1; axis--) {
    LnTensor *share = ln_sqrt(c, ln_augmentation_draw(c, &o->a, p, o->low[0], o->high[0]));
    LnTensor *along = ln_random_box(c, &o->a, p, share, axis, &length);
    inside = axis == 2 ? along : ln_logical_and(c, inside, along);
    if (!inside) return NULL;
  }
  LnTensor *chosen = ln_augmentation_chosen(c, &o->a, p);
  LnTensor *fill = clipped(c, o, fill_of(c, o, p));
  if (!chosen || !fill) return NULL;
  return ln_where(c, ln_logical_and(c, inside, chosen), fill, p->x);
}

static LnTensor *autocontrast(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *x = ranged(c, o, p->x, 255, false);
  LnTensor *low = ln_min(c, ln_min(c, x, 1, true), 2, true);
  LnTensor *high = ln_max(c, ln_max(c, x, 1, true), 2, true);
  LnTensor *range = ln_sub(c, high, low);
  LnTensor *scale = ln_number_div(c, 255, range);
  LnTensor *y = ln_clip(c, ln_sub(c, ln_mul(c, x, scale), ln_mul(c, low, scale)), 0, 255);
  y = y ? ranged(c, o, y, 255, true) : NULL;
  // Channels of one value stay.
  return y && range ? ln_where(c, ln_eq_number(c, range, 0), p->x, y) : NULL;
}

static LnTensor *equalization(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *x = ranged(c, o, p->x, 255, false);
  LnTensor *y = x ? ln_equalize(c, x, o->bins) : NULL;
  return y ? ranged(c, o, y, 255, true) : NULL;
}

static LnTensor *solarization(LnContext *c, const Colour *o, LnPictures *p) {
  LnTensor *more = ln_augmentation_draw(c, &o->a, p, o->low[0], o->high[0] * 255);
  LnTensor *threshold = ln_augmentation_draw(c, &o->a, p, o->low[1], o->high[1] * 255);
  LnTensor *x = ln_clip(c, ln_add(c, ranged(c, o, p->x, 255, false), more), 0, 255);
  if (!x || !threshold) return NULL;
  x = ln_where(c, ln_lt(c, x, threshold), x, ln_number_sub(c, 255, x));
  return x ? ranged(c, o, x, 255, true) : NULL;
}

// ---- classes

static LnTensor *change(LnContext *c, LnLayer *self, const LnTensors *in, bool does,
                        LnTensor *(*formula)(LnContext *, const Colour *, LnPictures *)) {
  const Colour *o = (const Colour *)self;
  LnPictures p;
  if (!ln_pictures(c, &o->a, in->v[0], &p)) return NULL;
  if (!does || p.h < 0 || p.w < 0 || p.n < 0) return ln_pictures_back(c, &p, p.x);
  return ln_pictures_back(c, &p, formula(c, o, &p));
}

#define CHANGE(name, does)                                                                        \
  static LnTensor *name##_call(LnContext *c, LnLayer *self, const LnTensors *in,                  \
                               const LnCallArgs *args) {                                          \
    (void)args;                                                                                   \
    return change(c, self, in, does, name);                                                       \
  }
CHANGE(brightness, args->training)
CHANGE(contrast, args->training)
CHANGE(hue, args->training)
CHANGE(saturation, args->training)
CHANGE(jitter, args->training)
CHANGE(grayscale, args->training)
CHANGE(degeneration, args->training)
CHANGE(sharpness, args->training)
CHANGE(blur, args->training)
CHANGE(posterization, args->training)
CHANGE(inversion, args->training)
CHANGE(erasing, args->training)
CHANGE(autocontrast, true)
CHANGE(equalization, args->training)
CHANGE(solarization, args->training)

static bool init(LnContext *c, void *self) { return ln_augmentation_init(c, self); }

static bool init_signed(LnContext *c, void *self) {
  LnAugmentation *a = self;
  return ln_factor_pair(c, "factor", &a->factor, -1, 1, true, &a->low, &a->high) &&
         ln_augmentation_init(c, a);
}

static bool init_share(LnContext *c, void *self) {
  LnAugmentation *a = self;
  return ln_factor_pair(c, "factor", &a->factor, 0, 1, true, &a->low, &a->high) &&
         ln_augmentation_init(c, a);
}

static bool init_grayscale(LnContext *c, void *self) {
  LnAugmentation *a = self;
  if (a->factor.n != 1) return ln_fail(c, "factor is a number from 0 to 1");
  return ln_factor(c, "factor", &a->factor, 0, 1, true, &a->low, &a->high) &&
         ln_augmentation_init(c, a);
}

static bool init_jitter(LnContext *c, void *self) {
  Colour *o = self;
  const LnNumbers *given[] = {&o->first, &o->second, &o->third, &o->fourth};
  static const char *const names[] = {"brightness_factor", "contrast_factor", "saturation_factor",
                                      "hue_factor"};
  for (int i = 0; i < 4; i++)
    if (given[i]->n >= 0 && !ln_factor(c, names[i], given[i], i == 0 ? -1 : 0, 1, true, &o->low[i],
                                       &o->high[i])) return false;
  return ln_augmentation_init(c, &o->a);
}

static bool init_blur(LnContext *c, void *self) {
  Colour *o = self;
  const LnInts *size = &o->kernel_size;
  if (size->n < 1 || size->n > 2 || size->v[0] % 2 == 0 || (size->n == 2 && size->v[1] % 2 == 0))
    return ln_fail(c, "kernel_size is an odd number or two");
  o->kernel_size = (LnInts){2, {size->v[0], size->v[size->n - 1]}};
  return ln_factor_pair(c, "sigma", &o->first, 0, 1, true, &o->low[0], &o->high[0]) &&
         init_share(c, self);
}

static bool init_posterization(LnContext *c, void *self) {
  LnAugmentation *a = self;
  return ln_factor_pair(c, "factor", &a->factor, 1, 8, true, &a->low, &a->high) &&
         ln_augmentation_init(c, a);
}

static bool init_erasing(LnContext *c, void *self) {
  Colour *o = self;
  return ln_factor_pair(c, "scale", &o->first, 0, 1, true, &o->low[0], &o->high[0]) &&
         init_share(c, self);
}

static bool init_solarization(LnContext *c, void *self) {
  Colour *o = self;
  return ln_factor_pair(c, "addition_factor", &o->first, 0, 1, false, &o->low[0], &o->high[0]) &&
         ln_factor_pair(c, "threshold_factor", &o->second, 0, 1, false, &o->low[1], &o->high[1]) &&
         ln_augmentation_init(c, &o->a);
}

#define FACTOR(fallback, text)                                                                    \
  {"factor", LN_OPT_NUMBERS, LN_FIELD(Colour, a.factor), fallback, .one = LN_ONE_AS_NUMBER,       \
   .doc = text}
#define NUMBERS(name, field, fallback, text)                                                      \
  {name, LN_OPT_NUMBERS, LN_FIELD(Colour, field), fallback, .one = LN_ONE_AS_NUMBER, .doc = text}

static const LnOption brightness_options[] = {
  FACTOR(NULL, "parts of the range: from its negative to it, or from one to another"),
  LN_VALUE_RANGE, LN_SEED, LN_DATA_FORMAT, {0}};
static const LnOption contrast_options[] = {
  FACTOR(NULL, "0 to 1, taken off and added to 1"), LN_VALUE_RANGE, LN_SEED, LN_DATA_FORMAT, {0}};
static const LnOption hue_options[] = {
  FACTOR(NULL, "0 to 1, of half a turn either way"), LN_VALUE_RANGE, LN_DATA_FORMAT, LN_SEED, {0}};
static const LnOption saturation_options[] = {
  FACTOR(NULL, "0 to 1: 0.5 changes nothing, 0 is gray"), LN_VALUE_RANGE, LN_DATA_FORMAT, LN_SEED,
  {0}};
static const LnOption grayscale_options[] = {
  FACTOR("0.5", "how likely a picture becomes gray"), LN_DATA_FORMAT, LN_SEED, {0}};
static const LnOption degeneration_options[] = {
  FACTOR(NULL, "0 to 1: how gray it becomes"), LN_VALUE_RANGE, LN_DATA_FORMAT, LN_SEED, {0}};
static const LnOption jitter_options[] = {
  LN_VALUE_RANGE,
  NUMBERS("brightness_factor", first, "none", "as of RandomBrightness"),
  NUMBERS("contrast_factor", second, "none", "as of RandomContrast"),
  NUMBERS("saturation_factor", third, "none", "as of RandomSaturation"),
  NUMBERS("hue_factor", fourth, "none", "as of RandomHue"), LN_SEED, LN_DATA_FORMAT, {0}};
static const LnOption sharpness_options[] = {
  FACTOR(NULL, "0 to 1: 0 smooths, 0.5 changes nothing, 1 sharpens"), LN_VALUE_RANGE,
  LN_DATA_FORMAT, LN_SEED, {0}};
static const LnOption blur_options[] = {
  FACTOR("1", "how likely a picture is blurred"),
  {"kernel_size", LN_OPT_INTEGERS, LN_FIELD(Colour, kernel_size), "3", "[1, 63]",
   .one = LN_ONE_AS_NUMBER, .doc = "odd numbers, of rows and columns"},
  NUMBERS("sigma", first, "1", "0 to 1, the standard deviation"), LN_VALUE_RANGE, LN_DATA_FORMAT,
  LN_SEED, {0}};
static const LnOption posterization_options[] = {
  FACTOR(NULL, "1 to 8: how many bits stay"), LN_VALUE_RANGE, LN_DATA_FORMAT, LN_SEED, {0}};
static const LnOption inversion_options[] = {
  FACTOR("1", "how likely a picture is inverted"), LN_VALUE_RANGE, LN_SEED, LN_DATA_FORMAT, {0}};
static const LnOption erasing_options[] = {
  FACTOR("1", "how likely a picture loses a part"),
  NUMBERS("scale", first, "{0.02, 0.33}", "the part's share of the picture"),
  NUMBERS("fill_value", second, "none", "of the part, or one a channel; none: noise"),
  LN_VALUE_RANGE, LN_SEED, LN_DATA_FORMAT, {0}};
static const LnOption autocontrast_options[] = {LN_VALUE_RANGE, LN_DATA_FORMAT, {0}};
static const LnOption equalization_options[] = {
  LN_VALUE_RANGE,
  {"bins", LN_OPT_INTEGER, LN_FIELD(Colour, bins), "256", "[2, 65536]",
   .doc = "of the histogram"},
  LN_DATA_FORMAT, {0}};
static const LnOption solarization_options[] = {
  NUMBERS("addition_factor", first, "0", "0 to 1 of 255, from 0 to it: what is added first"),
  NUMBERS("threshold_factor", second, "0",
          "0 to 1 of 255, from 0 to it: values above are inverted"),
  LN_VALUE_RANGE, LN_SEED, LN_DATA_FORMAT, {0}};

#define COLOUR(id, name_, init_, text, args_)                                                     \
  static const LnLayerClass id##_class = {                                                        \
    .base = {.kind = LN_LAYER, .name = name_, .size = sizeof(Colour), .options = id##_options,    \
             .init = init_, .free = ln_augmentation_free,                                         \
             .doc = text "\nPictures (batch, height, width, channels), or one without the "       \
                    "batch axis; they become floats.\n"                                           \
                    "Example:\n"                                                                  \
                    "  local layer = ln.layers." name_ args_ "\n"                                 \
                    "  layer(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 4, 4, 3)\n"}, \
    .call = id##_call, .keeps_dtype = true, .min_rank = 3, .max_rank = 4,                         \
    .generator = ln_augmentation_generator};

COLOUR(brightness, "RandomBrightness", init_signed,
       "In training, adds a number of its own to each picture.", "{0.2, seed = 1}")
COLOUR(contrast, "RandomContrast", init_share,
       "In training, moves the values of each picture's channels away from their mean, or "
       "toward it.", "{0.2, seed = 1}")
COLOUR(hue, "RandomHue", init_share, "In training, turns the hues of each picture.",
       "{0.2, seed = 1}")
COLOUR(saturation, "RandomSaturation", init_share,
       "In training, multiplies the saturation of each picture by factor / (1 - factor).",
       "{0.5, seed = 1}")
COLOUR(grayscale, "RandomGrayscale", init_grayscale,
       "In training, makes some of the pictures gray.", "{0.5, seed = 1}")
COLOUR(degeneration, "RandomColorDegeneration", init_share,
       "In training, moves the colours of each picture toward gray.", "{0.5, seed = 1}")
COLOUR(jitter, "RandomColorJitter", init_jitter,
       "In training, changes brightness, contrast, saturation and hue, as far as they have "
       "factors.", "{brightness_factor = 0.2, seed = 1}")
COLOUR(sharpness, "RandomSharpness", init_share, "In training, sharpens or smooths each picture.",
       "{0.5, seed = 1}")
COLOUR(blur, "RandomGaussianBlur", init_blur,
       "In training, blurs some of the pictures, all by one sigma.", "{seed = 1}")
COLOUR(posterization, "RandomPosterization", init_posterization,
       "In training, keeps a few bits of each value.", "{3, seed = 1}")
COLOUR(inversion, "RandomInvert", init_share, "In training, inverts some of the pictures.",
       "{seed = 1}")
COLOUR(erasing, "RandomErasing", init_erasing,
       "In training, replaces a rectangle of some of the pictures.", "{seed = 1}")
COLOUR(autocontrast, "AutoContrast", init,
       "Stretches the values of each picture's channels to the whole range, at inference, too.",
       "()")
COLOUR(equalization, "Equalization", init,
       "In training, spreads the values of each channel over the range, by their histogram over "
       "the batch.", "()")
COLOUR(solarization, "Solarization", init_solarization,
       "In training, adds a number to each picture, then inverts what is above a threshold.",
       "{threshold_factor = 0.5, seed = 1}")

const LnLayerClass *const ln_layers_random_color[] = {
  &brightness_class, &contrast_class, &hue_class, &saturation_class, &grayscale_class,
  &degeneration_class, &jitter_class, &sharpness_class, &blur_class, &posterization_class,
  &inversion_class, &erasing_class, &autocontrast_class, &equalization_class, &solarization_class,
  NULL};
