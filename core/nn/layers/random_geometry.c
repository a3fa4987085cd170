// Augmentation that moves pixels: RandomFlip, RandomRotation, RandomTranslation, RandomZoom,
// RandomShear, RandomCrop, RandomPerspective, RandomElasticTransform. In training each picture gets
// numbers of its own; at inference they do nothing, but for RandomCrop. To add one that is affine:
// a function that gives the eight numbers (kernels/warp.h).
#include <math.h>
#include <stdio.h>

#include "kernels/warp.h"
#include "nn/augmentation.h"
#include "ops/noise.h"
#include "ops/slice.h"

typedef struct Geometry {
  LnAugmentation a;
  int mode;                          // of RandomFlip
  LnNumbers first, second;           // factors of two directions
  double low[2], high[2];            // what they say
  LnAffine affine;
  int64_t height, width;             // of RandomCrop
} Geometry;

static LnTensor *start(LnContext *c, const Geometry *o, const LnTensors *in, LnPictures *p) {
  if (!ln_pictures(c, &o->a, in->v[0], p)) return NULL;
  return p->x;
}

static bool init_plain(LnContext *c, void *self) { return ln_augmentation_init(c, self); }

// ---- RandomFlip

enum { HORIZONTAL, VERTICAL, BOTH };

// Numbers (n, 1) of a direction, times a factor.
static LnTensor *drawn(LnContext *c, const Geometry *o, const LnPictures *p, int which, double add,
                       double times) {
  return ln_draw_uniform(c, p->x, o->a.state, false, 1, (add + o->low[which]) * times,
                         (add + o->high[which]) * times);
}

// The eight columns (n, 1) side by side; NULL: 0. Sides as long as `like`.
static LnTensor *columns(LnContext *c, LnTensor *like, LnTensor *const *given) {
  LnTensor *all[8], *zero = ln_mul_number(c, like, 0);
  for (int i = 0; i < 8; i++)
    if (!(all[i] = given[i] ? given[i] : zero)) return NULL;
  return ln_concatenate(c, all, 8, 1);
}

static LnTensor *ones(LnContext *c, LnTensor *like) {
  return ln_add_number(c, ln_mul_number(c, like, 0), 1);
}

static LnTensor *move(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                      bool nearest,
                      LnTensor *(*transforms)(LnContext *, const Geometry *, const LnPictures *)) {
  const Geometry *o = (const Geometry *)self;
  LnPictures p;
  LnTensor *x = start(c, o, in, &p);
  if (!x) return NULL;
  if (!args->training || p.h < 0 || p.w < 0) return ln_pictures_back(c, &p, x);
  LnTensor *t = transforms(c, o, &p);
  LnAffine affine = o->affine;
  affine.channels_first = false;
  affine.nearest = affine.nearest || nearest;
  return t ? ln_pictures_back(c, &p, ln_affine_transform(c, x, t, &affine)) : NULL;
}

// Where it is turned over, column x comes from w - 1 - x.
static LnTensor *flip(LnContext *c, const Geometry *o, const LnPictures *p) {
  LnTensor *number = ln_draw_uniform(c, p->x, o->a.state, false, 1, 0, 1);
  if (!number) return NULL;
  LnTensor *one = ones(c, number), *sign = one ? ln_neg(c, one) : NULL;
  sign = sign ? ln_where(c, ln_le_number(c, number, 0.5), sign, one) : NULL;
  LnTensor *far = ln_div_number(c, ln_number_sub(c, 1, sign), 2);
  if (!far) return NULL;
  bool across = o->mode != VERTICAL, down = o->mode != HORIZONTAL;
  return columns(c, one, (LnTensor *[8]){
    across ? sign : one, NULL, across ? ln_mul_number(c, far, (double)(p->w - 1)) : NULL, NULL,
    down ? sign : one, down ? ln_mul_number(c, far, (double)(p->h - 1)) : NULL});
}

static LnTensor *flip_call(LnContext *c, LnLayer *self, const LnTensors *in,
                           const LnCallArgs *args) {
  return move(c, self, in, args, true, flip);
}

static const LnOption flip_options[] = {
  {"mode", LN_OPT_CHOICE, LN_FIELD(Geometry, mode), "horizontal_and_vertical",
   .choices = "horizontal vertical horizontal_and_vertical", .doc = "which sides change places"},
  LN_SEED, LN_DATA_FORMAT, {0}};

#define SHAPES "Pictures (batch, height, width, channels), or one without the batch axis; "
#define AUGMENTATION(name_, type, table, init_, doc_)                                             \
  .base = {.kind = LN_LAYER, .name = name_, .size = sizeof(type), .options = table,               \
           .init = init_, .free = ln_augmentation_free, .doc = doc_},                             \
  .keeps_dtype = true, .min_rank = 3, .max_rank = 4, .generator = ln_augmentation_generator

static const LnLayerClass flip_class = {
  AUGMENTATION("RandomFlip", Geometry, flip_options, init_plain,
               "In training, turns about half of the pictures over: left and right, top and "
               "bottom, or both at once.\n" SHAPES "they become floats.\n"
               "Example:\n"
               "  local flip = ln.layers.RandomFlip{\"horizontal\", seed = 1}\n"
               "  flip(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 4, 4, 3)\n"),
  .call = flip_call};

// ---- affine ones

static LnTensor *rotation(LnContext *c, const Geometry *o, const LnPictures *p) {
  LnTensor *angle = drawn(c, o, p, 0, 0, 360);
  angle = ln_mul_number(c, angle, acos(-1) / 180);
  LnTensor *cosine = ln_cos(c, angle), *sine = ln_sin(c, angle);
  double x = 0.5 * (double)(p->w - 1), y = 0.5 * (double)(p->h - 1);
  if (!cosine || !sine) return NULL;
  LnTensor *to_x = ln_add(c, ln_number_sub(c, x, ln_mul_number(c, cosine, x)),
                          ln_mul_number(c, sine, y));
  LnTensor *to_y = ln_sub(c, ln_number_sub(c, y, ln_mul_number(c, sine, x)),
                          ln_mul_number(c, cosine, y));
  return columns(c, angle, (LnTensor *[8]){cosine, ln_neg(c, sine), to_x, sine, cosine, to_y});
}

static LnTensor *translation(LnContext *c, const Geometry *o, const LnPictures *p) {
  LnTensor *down = drawn(c, o, p, 0, 0, (double)p->h), *right = drawn(c, o, p, 1, 0, (double)p->w);
  if (!down || !right) return NULL;
  LnTensor *one = ones(c, down);
  return columns(c, down, (LnTensor *[8]){one, NULL, ln_neg(c, right), NULL, one,
                                          ln_neg(c, down)});
}

static LnTensor *zoom(LnContext *c, const Geometry *o, const LnPictures *p) {
  LnTensor *down = drawn(c, o, p, 0, 1, 1), *right = o->second.n < 0 ? down
                                                                     : drawn(c, o, p, 1, 1, 1);
  double x = 0.5 * (double)(p->w - 1), y = 0.5 * (double)(p->h - 1);
  if (!down || !right) return NULL;
  return columns(c, down, (LnTensor *[8]){right, NULL,
                                          ln_mul_number(c, ln_number_sub(c, 1, right), x), NULL,
                                          down, ln_mul_number(c, ln_number_sub(c, 1, down), y)});
}

// One sign for both directions.
static LnTensor *shear(LnContext *c, const Geometry *o, const LnPictures *p) {
  LnTensor *sign = ln_draw_uniform(c, p->x, o->a.state, false, 1, -0.5, 0.5);
  LnTensor *by_y = drawn(c, o, p, 1, 0, 1), *by_x = drawn(c, o, p, 0, 0, 1);
  if (!sign || !by_x || !by_y) return NULL;
  LnTensor *one = ones(c, sign);
  sign = ln_where(c, ln_gt_number(c, sign, 0), ln_neg(c, one), one);
  return columns(c, one, (LnTensor *[8]){one, ln_mul(c, by_x, sign), NULL, ln_mul(c, by_y, sign),
                                         one, NULL});
}

#define MOVE(name)                                                                                \
  static LnTensor *name##_call(LnContext *c, LnLayer *self, const LnTensors *in,                  \
                               const LnCallArgs *args) {                                          \
    return move(c, self, in, args, false, name);                                                  \
  }
MOVE(rotation)
MOVE(translation)
MOVE(zoom)
MOVE(shear)

static bool init_rotation(LnContext *c, void *self) {
  Geometry *o = self;
  return ln_factor_pair(c, "factor", &o->a.factor, -1, 1, true, &o->low[0], &o->high[0]) &&
         ln_augmentation_init(c, self);
}

static bool init_two(LnContext *c, Geometry *o, const char *first, const char *second,
                     double least) {
  return ln_factor(c, first, &o->first, least, 1, least < 0, &o->low[0], &o->high[0]) &&
         (o->second.n < 0 ||
          ln_factor(c, second, &o->second, least, 1, least < 0, &o->low[1], &o->high[1])) &&
         ln_augmentation_init(c, &o->a);
}

static bool init_translation(LnContext *c, void *self) {
  return init_two(c, self, "height_factor", "width_factor", -1);
}

static bool init_zoom(LnContext *c, void *self) {
  const Geometry *o = self;
  for (int64_t i = 0; i < o->first.n + (o->second.n > 0 ? o->second.n : 0); i++)
    if ((i < o->first.n ? o->first.v[i] : o->second.v[i - o->first.n]) == -1)
      return ln_fail(c, "RandomZoom: a factor of -1 leaves no pixel");
  return init_two(c, self, "height_factor", "width_factor", -1);
}

// Of one number: from its negative to it, as Keras takes it.
static bool init_shear(LnContext *c, void *self) {
  Geometry *o = self;
  if (!init_two(c, o, "x_factor", "y_factor", 0)) return false;
  if (o->first.n == 1) o->low[0] = -o->high[0];
  if (o->second.n == 1) o->low[1] = -o->high[1];
  return true;
}

#define FILL                                                                                      \
  {"fill_mode", LN_OPT_CHOICE, LN_FIELD(Geometry, affine.mode), "reflect",                        \
   .choices = LN_FILL_MODES, .doc = "what is beyond the edge"}
#define INTERPOLATION                                                                             \
  {"interpolation", LN_OPT_CHOICE, LN_FIELD(Geometry, affine.nearest), "bilinear",                \
   .choices = LN_WARP_CHOICES, .doc = "how values between pixels are made"}
#define FILL_VALUE                                                                                \
  {"fill_value", LN_OPT_NUMBER, LN_FIELD(Geometry, affine.value), "0",                            \
   .doc = "of fill_mode constant"}

static const LnOption rotation_options[] = {
  {"factor", LN_OPT_NUMBERS, LN_FIELD(Geometry, a.factor), NULL, .one = LN_ONE_AS_NUMBER,
   .doc = "parts of a full turn: from its negative to it, or from one to another"},
  FILL, INTERPOLATION, LN_SEED, FILL_VALUE, LN_DATA_FORMAT, {0}};

#define TWO(name1, name2, default1, default2, text)                                               \
  {name1, LN_OPT_NUMBERS, LN_FIELD(Geometry, first), default1, .one = LN_ONE_AS_NUMBER,           \
   .doc = text},                                                                                  \
  {name2, LN_OPT_NUMBERS, LN_FIELD(Geometry, second), default2, .one = LN_ONE_AS_NUMBER,          \
   .doc = text}

static const LnOption translation_options[] = {
  TWO("height_factor", "width_factor", NULL, NULL,
      "parts of the picture: from its negative to it, or from one to another"),
  FILL, INTERPOLATION, LN_SEED, FILL_VALUE, LN_DATA_FORMAT, {0}};
static const LnOption zoom_options[] = {
  TWO("height_factor", "width_factor", NULL, "none",
      "what is added to 1, from its negative to it, or from one to another; below 0 enlarges"),
  FILL, INTERPOLATION, LN_SEED, FILL_VALUE, LN_DATA_FORMAT, {0}};
static const LnOption shear_options[] = {
  TWO("x_factor", "y_factor", "0", "0", "pixels along one axis for each of the other"),
  INTERPOLATION, FILL, FILL_VALUE, LN_DATA_FORMAT, LN_SEED, {0}};

static const LnLayerClass rotation_class = {
  AUGMENTATION("RandomRotation", Geometry, rotation_options, init_rotation,
               "In training, turns each picture around its middle, by an angle of its own.\n"
               SHAPES "they become floats.\n"
               "Example:\n"
               "  local turn = ln.layers.RandomRotation{0.1, seed = 1}\n"
               "  turn(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 4, 4, 3)\n"),
  .call = rotation_call};
static const LnLayerClass translation_class = {
  AUGMENTATION("RandomTranslation", Geometry, translation_options, init_translation,
               "In training, moves each picture down and to the right, or up and to the left.\n"
               SHAPES "they become floats.\n"
               "Example:\n"
               "  local move = ln.layers.RandomTranslation{0.1, 0.1, seed = 1}\n"
               "  move(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 4, 4, 3)\n"),
  .call = translation_call};
static const LnLayerClass zoom_class = {
  AUGMENTATION("RandomZoom", Geometry, zoom_options, init_zoom,
               "In training, makes each picture smaller or larger around its middle; without a\n"
               "width_factor its aspect ratio stays.\n" SHAPES "they become floats.\n"
               "Example:\n"
               "  local zoom = ln.layers.RandomZoom{0.2, seed = 1}\n"
               "  zoom(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 4, 4, 3)\n"),
  .call = zoom_call};
static const LnLayerClass shear_class = {
  AUGMENTATION("RandomShear", Geometry, shear_options, init_shear,
               "In training, shears each picture along its rows and columns.\n"
               SHAPES "they become floats.\n"
               "Example:\n"
               "  local shear = ln.layers.RandomShear{0.2, 0.1, seed = 1}\n"
               "  shear(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 4, 4, 3)\n"),
  .call = shear_call};

// ---- RandomCrop

// Positions first .. first + count - 1 along an axis, first drawn from 0 .. most.
static LnTensor *window(LnContext *c, const Geometry *o, const LnPictures *p, int axis,
                        int64_t count) {
  int64_t last = p->x->shape[axis] - count;
  LnTensor *first = ln_draw_uniform(c, p->x, o->a.state, true, 1, 0, (double)(last + 1));
  LnTensor *steps = ln_temp(c, ln_tensor_new(c, LN_INT64, 1, &count));
  if (!first || !steps) return NULL;
  for (int64_t i = 0; i < count; i++) ((int64_t *)steps->data)[i] = i;
  first = ln_reshape(c, ln_cast(c, first, LN_INT64), 1, (int64_t[]){1});
  return ln_take(c, p->x, ln_add(c, steps, first), axis);
}

static LnTensor *crop(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  const Geometry *o = (const Geometry *)self;
  LnPictures p;
  LnTensor *x = start(c, o, in, &p);
  if (!x) return NULL;
  if (args->training && p.h > o->height && p.w > o->width) {
    if (!(p.x = window(c, o, &p, 1, o->height))) return NULL;
    return ln_pictures_back(c, &p, window(c, o, &p, 2, o->width));
  }
  LnResize r = {.size = {2, {o->height, o->width}}, .filter = LN_FILTER_BILINEAR, .crop = true};
  return ln_pictures_back(c, &p, ln_resize(c, x, &r));
}

static const LnOption crop_options[] = {
  {"height", LN_OPT_INTEGER, LN_FIELD(Geometry, height), NULL, "[1, 1048576]",
   .doc = "of the output"},
  {"width", LN_OPT_INTEGER, LN_FIELD(Geometry, width), NULL, "[1, 1048576]",
   .doc = "of the output"},
  LN_SEED, LN_DATA_FORMAT, {0}};

static void describe_crop(const LnLayer *self, char *out, size_t size) {
  const Geometry *o = (const Geometry *)self;
  snprintf(out, size, "%lld x %lld", (long long)o->height, (long long)o->width);
}

static const LnLayerClass crop_class = {
  AUGMENTATION("RandomCrop", Geometry, crop_options, init_plain,
               "In training, a part of the pictures, at one place for the whole batch; at "
               "inference, and where they\nare no larger than it, the largest part from the "
               "middle that has its aspect ratio, resized.\n" SHAPES "they become floats.\n"
               "Example:\n"
               "  local crop = ln.layers.RandomCrop{2, 3, seed = 1}\n"
               "  crop(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 2, 3, 3)\n"),
  .call = crop, .describe = describe_crop};

// ---- RandomPerspective

static LnTensor *perspective(LnContext *c, LnLayer *self, const LnTensors *in,
                             const LnCallArgs *args) {
  const Geometry *o = (const Geometry *)self;
  LnPictures p;
  LnTensor *x = start(c, o, in, &p);
  if (!x) return NULL;
  if (!args->training || p.h < 0 || p.w < 0 || p.n < 0) return ln_pictures_back(c, &p, x);
  double right = (double)(p.w - 1), bottom = (double)(p.h - 1);
  LnTensor *chosen = ln_augmentation_chosen(c, &o->a, &p);
  LnTensor *moves = ln_draw_uniform(c, x, o->a.state, false, 8, -0.5 * o->low[0],
                                    0.5 * o->low[0]);
  LnTensor *corners = ln_numbers_of(c, (LnDtype)x->dtype, 2, (int64_t[]){1, 8},
                                    (double[]){0, 0, right, 0, 0, bottom, right, bottom});
  if (!chosen || !moves || !corners) return NULL;
  LnTensor *ends = ln_mul(c, corners, ln_add_number(c, moves, 1));
  const int64_t points[] = {p.n, 4, 2};
  corners = ln_broadcast_to(c, corners, 2, (int64_t[]){p.n, 8});
  ends = ends ? ln_reshape(c, ends, 3, points) : NULL;
  corners = corners ? ln_reshape(c, corners, 3, points) : NULL;
  LnTensor *t = ln_homography(c, corners, ends);
  LnAffine affine = o->affine;
  affine.mode = LN_FILL_CONSTANT;
  affine.channels_first = false;
  LnTensor *y = ln_affine_transform(c, x, t, &affine);
  return y ? ln_pictures_back(c, &p, ln_where(c, chosen, y, x)) : NULL;
}

static bool init_perspective(LnContext *c, void *self) {
  Geometry *o = self;
  return ln_factor_pair(c, "factor", &o->a.factor, 0, 1, true, &o->a.low, &o->a.high) &&
         ln_augmentation_init(c, self);
}

static const LnOption perspective_options[] = {
  {"factor", LN_OPT_NUMBERS, LN_FIELD(Geometry, a.factor), "1", .one = LN_ONE_AS_NUMBER,
   .doc = "how likely a picture is changed"},
  {"scale", LN_OPT_NUMBER, LN_FIELD(Geometry, low), "1", "[0, 1]",
   .doc = "how far corners move at most, in half pictures"},
  INTERPOLATION, FILL_VALUE, LN_SEED, LN_DATA_FORMAT, {0}};

static const LnLayerClass perspective_class = {
  AUGMENTATION("RandomPerspective", Geometry, perspective_options, init_perspective,
               "In training, shows some of the pictures from another side: each corner moves.\n"
               SHAPES "they become floats.\n"
               "Example:\n"
               "  local tilt = ln.layers.RandomPerspective{seed = 1}\n"
               "  tilt(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 4, 4, 3)\n"),
  .call = perspective};

// ---- RandomElasticTransform

// Rows of a matrix (size, size) that smooths along an axis: exp(-((i - j) / sigma)^2 / 2) for
// distances up to half of a kernel of (6 sigma, made odd), whose weights sum to 1. sigma (1, 1).
static LnTensor *smoothing(LnContext *c, LnTensor *sigma, int64_t size, int64_t furthest) {
  LnDtype d = (LnDtype)sigma->dtype;
  LnTensor *wide = ln_floor(c, ln_mul_number(c, sigma, 6));
  LnTensor *half = ln_floor(c, ln_div_number(c, wide, 2)), *parts[2];
  for (int k = 0; k < 2; k++) {   // distances in the matrix, and all that the kernel has
    int64_t shape[] = {k ? 1 : size, k ? 2 * furthest + 1 : size};
    LnTensor *t = ln_temp(c, ln_tensor_new(c, LN_FLOAT64, 2, shape));
    if (!t || !half) return NULL;
    for (int64_t i = 0; i < t->size; i++)
      ((double *)t->data)[i] = k ? fabs((double)(i - furthest))
                                 : fabs((double)(i / size - i % size));
    t = ln_cast(c, t, d);
    LnTensor *weights = ln_exp(c, ln_mul_number(c, ln_square(c, ln_div(c, t, sigma)), -0.5));
    LnTensor *near = ln_le(c, t, half);
    parts[k] = near ? ln_mul(c, weights, ln_cast(c, near, d)) : NULL;
    if (!parts[k]) return NULL;
  }
  return ln_div(c, parts[0], ln_sum(c, parts[1], 1, true));
}

static LnTensor *elastic(LnContext *c, LnLayer *self, const LnTensors *in,
                         const LnCallArgs *args) {
  const Geometry *o = (const Geometry *)self;
  LnPictures p;
  LnTensor *x = start(c, o, in, &p), *places[2];
  if (!x) return NULL;
  if (!args->training || p.h < 0 || p.w < 0 || p.n < 0 || o->high[0] == 0 || o->a.high == 0)
    return ln_pictures_back(c, &p, x);
  int64_t shorter = p.h < p.w ? p.h : p.w, longer = p.h < p.w ? p.w : p.h;
  LnTensor *chosen = ln_augmentation_chosen(c, &o->a, &p);
  LnTensor *factor = ln_draw_uniform(c, x, o->a.state, true, 1, o->low[0], o->high[0]);
  LnTensor *sigma = ln_clip(c, ln_mul_number(c, factor, 0.05 * (double)shorter), 1e-6, INFINITY);
  LnTensor *alpha = ln_mul_number(c, factor, 0.1 * (double)longer);
  if (!chosen || !sigma || !alpha) return NULL;
  int64_t furthest = (int64_t)(0.15 * (double)shorter * o->high[0]) + 2;
  LnTensor *down = smoothing(c, sigma, p.h, furthest);
  LnTensor *across = smoothing(c, sigma, p.w, furthest);
  LnTensor *like = ln_filled(c, (LnDtype)x->dtype, 3, (int64_t[]){p.n, p.h, p.w}, 0);
  for (int axis = 0; axis < 2; axis++) {
    LnTensor *noise = ln_random_normal_like(c, like, o->a.state, 0, 1);
    noise = ln_mul(c, ln_mul(c, noise, sigma), alpha);
    noise = ln_matmul(c, ln_matmul(c, down, noise), across);
    int64_t size = axis ? p.w : p.h;
    LnTensor *steps = ln_temp(c, ln_tensor_new(c, LN_INT64, 1, &size));
    if (!steps || !noise) return NULL;
    for (int64_t i = 0; i < size; i++) ((int64_t *)steps->data)[i] = i;
    steps = ln_reshape(c, ln_cast(c, steps, (LnDtype)x->dtype), 3,
                       (int64_t[]){1, axis ? 1 : p.h, axis ? p.w : 1});
    places[axis] = ln_expand_dims(c, ln_add(c, noise, steps), 3);
    if (!places[axis]) return NULL;
  }
  LnAffine affine = o->affine;
  LnTensor *y = ln_sample_pictures(c, x, ln_concatenate(c, places, 2, 3), &affine);
  y = y ? ln_where(c, chosen, y, x) : NULL;
  return ln_pictures_back(c, &p, ln_clip(c, y, o->a.darkest, o->a.lightest));
}

static bool init_elastic(LnContext *c, void *self) {
  Geometry *o = self;
  return ln_factor_pair(c, "scale", &o->first, 0, 1, true, &o->low[0], &o->high[0]) &&
         init_perspective(c, self);
}

static const LnOption elastic_options[] = {
  {"factor", LN_OPT_NUMBERS, LN_FIELD(Geometry, a.factor), "1", .one = LN_ONE_AS_NUMBER,
   .doc = "how likely a picture is changed"},
  {"scale", LN_OPT_NUMBERS, LN_FIELD(Geometry, first), "1", .one = LN_ONE_AS_NUMBER,
   .doc = "0 to 1: how far and how smoothly pixels move"},
  INTERPOLATION, FILL, FILL_VALUE, LN_VALUE_RANGE, LN_SEED, LN_DATA_FORMAT, {0}};

static const LnLayerClass elastic_class = {
  AUGMENTATION("RandomElasticTransform", Geometry, elastic_options, init_elastic,
               "In training, distorts some of the pictures by smooth random fields.\n"
               SHAPES "they become floats.\n"
               "Example:\n"
               "  local bend = ln.layers.RandomElasticTransform{seed = 1}\n"
               "  bend(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 4, 4, 3)\n"),
  .call = elastic};

const LnLayerClass *const ln_layers_random_geometry[] = {
  &flip_class, &rotation_class, &translation_class, &zoom_class, &shear_class, &crop_class,
  &perspective_class, &elastic_class, NULL};
