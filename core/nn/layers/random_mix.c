// Augmentation that mixes pictures, and chains of layers: MixUp, CutMix, RandAugment, AugMix,
// Pipeline.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/augmentation.h"
#include "ops/peers.h"
#include "ops/slice.h"

typedef struct Mix {
  LnAugmentation a;
  double alpha;
} Mix;

// What is mixed with what: rows of the whole batch in another order.
static LnTensor *other_rows(LnContext *c, LnTensor *t, LnTensor *order) {
  LnTensor *all = ln_peers_rows(c, t);
  return all && order ? ln_take(c, all, order, 0) : NULL;
}

// weight * t + (1 - weight) * other; weight has n numbers.
static LnTensor *mixed(LnContext *c, LnTensor *t, LnTensor *order, LnTensor *weight) {
  int64_t shape[LN_MAX_RANK];
  for (int i = 0; i < t->rank; i++) shape[i] = i == 0 ? t->shape[0] : 1;
  weight = weight ? ln_reshape(c, weight, t->rank, shape) : NULL;
  LnTensor *other = other_rows(c, t, order);
  return ln_add(c, ln_mul(c, weight, t), ln_mul(c, ln_number_sub(c, 1, weight), other));
}

static bool check_inputs(LnContext *c, const LnTensors *in) {
  if (in->n == 2 && (in->v[1]->rank < 1 || !ln_dims_fit(in->v[1]->shape[0], in->v[0]->shape[0])))
    return ln_fail(c, "labels of shape %s do not fit pictures of shape %s",
                   ln_tensor_shape_text(in->v[1]), ln_tensor_shape_text(in->v[0]));
  return true;
}

typedef bool MixFn(LnContext *c, const Mix *o, LnPictures *p, LnTensor *labels, LnTensor **out);

static bool mix(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                LnTensor **out, int *n_out, MixFn *formula) {
  const Mix *o = (const Mix *)self;
  LnPictures p;
  if (!check_inputs(c, in) || !ln_pictures(c, &o->a, in->v[0], &p)) return false;
  LnTensor *labels = in->n == 2 ? ln_cast(c, in->v[1], (LnDtype)self->dtype.compute) : NULL;
  if (in->n == 2 && !labels) return false;
  *n_out = in->n;
  out[0] = p.x;
  if (in->n == 2) out[1] = labels;
  if (args->training && p.n >= 0 && p.h >= 0 && p.w >= 0 && p.rank == 4 &&
      !formula(c, o, &p, labels, out)) return false;
  return (out[0] = ln_pictures_back(c, &p, out[0])) != NULL && !c->err.set;
}

// ---- MixUp

static bool mix_up(LnContext *c, const Mix *o, LnPictures *p, LnTensor *labels, LnTensor **out) {
  LnTensor *order = ln_draw_order(c, p->x, o->a.state);
  LnTensor *both = ln_draw_dirichlet(c, p->x, o->a.state, false, 2, o->alpha, o->alpha);
  LnTensor *weight = both && order ? ln_narrow(c, both, 1, 0, 1) : NULL;
  if (!weight || !(out[0] = mixed(c, p->x, order, weight))) return false;
  return !labels || (out[1] = mixed(c, labels, order, weight)) != NULL;
}

static bool mix_up_call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                        LnTensor **out, int max_out, int *n_out) {
  (void)max_out;
  return mix(c, self, in, args, out, n_out, mix_up);
}

// ---- CutMix

static bool cut_mix(LnContext *c, const Mix *o, LnPictures *p, LnTensor *labels, LnTensor **out) {
  LnTensor *both = ln_draw_dirichlet(c, p->x, o->a.state, false, 2, o->a.low + 1e-6,
                                     o->a.high + 1e-6);
  LnTensor *order = ln_draw_order(c, p->x, o->a.state), *inside[2], *length[2];
  // The part that comes from elsewhere is 1 - weight, as is the second of two shares.
  LnTensor *share = both ? ln_narrow(c, both, 1, 1, 1) : NULL;
  share = share ? ln_sqrt(c, ln_reshape(c, share, 4, (int64_t[]){p->n, 1, 1, 1})) : NULL;
  for (int axis = 2; axis >= 1; axis--)
    if (!(inside[axis - 1] = ln_random_box(c, &o->a, p, share, axis, &length[axis - 1])))
      return false;
  LnTensor *part = ln_logical_and(c, inside[0], inside[1]);
  LnTensor *other = other_rows(c, p->x, order);
  if (!part || !other || !(out[0] = ln_where(c, part, other, p->x))) return false;
  LnTensor *area = ln_div_number(c, ln_mul(c, length[0], length[1]), (double)(p->h * p->w));
  LnTensor *weight = ln_number_sub(c, 1, area);
  weight = weight ? ln_reshape(c, weight, 1, &p->n) : NULL;
  return !labels || (out[1] = mixed(c, labels, order, weight)) != NULL;
}

static bool cut_mix_call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                         LnTensor **out, int max_out, int *n_out) {
  (void)max_out;
  return mix(c, self, in, args, out, n_out, cut_mix);
}

static bool init_mix(LnContext *c, void *self) { return ln_augmentation_init(c, self); }

static bool init_cut(LnContext *c, void *self) {
  LnAugmentation *a = self;
  return ln_factor_pair(c, "factor", &a->factor, 0, 1, true, &a->low, &a->high) &&
         ln_augmentation_init(c, a);
}

static const LnOption mix_up_options[] = {
  {"alpha", LN_OPT_NUMBER, LN_FIELD(Mix, alpha), "0.2", "> 0",
   .doc = "of the Beta distribution: the larger, the nearer to halves"},
  LN_DATA_FORMAT, LN_SEED, {0}};
static const LnOption cut_mix_options[] = {
  {"factor", LN_OPT_NUMBERS, LN_FIELD(Mix, a.factor), "1", .one = LN_ONE_AS_NUMBER,
   .doc = "0 to 1, of the Beta distribution"},
  LN_SEED, LN_DATA_FORMAT, {0}};

#define MIXES                                                                                      \
  "Called with pictures (batch, height, width, channels), or with pictures and labels (batch, "   \
  "classes), {x, y}: they are mixed alike.\n"
#define MIX(id, name_, table, init_, text, args_)                                                 \
  static const LnLayerClass id##_class = {                                                        \
    .base = {.kind = LN_LAYER, .name = name_, .size = sizeof(Mix), .options = table,              \
             .init = init_, .free = ln_augmentation_free,                                         \
             .doc = text "\n" MIXES                                                               \
                    "Example:\n"                                                                  \
                    "  local mix = ln.layers." name_ args_ "\n"                                   \
                    "  local x, y = mix({ln.ones{2, 4, 4, 3}, ln.eye(2)}, {training = true})\n"   \
                    "  x.shape  --> (2, 4, 4, 3)\n"                                               \
                    "  y.shape  --> (2, 2)\n"},                                                   \
    .call_all = id##_call, .keeps_dtype = true, .min_in = 1, .max_in = 2, .min_rank = 3,          \
    .max_rank = 4, .generator = ln_augmentation_generator};
MIX(mix_up, "MixUp", mix_up_options, init_mix,
    "In training, each picture becomes a weighted mean of itself and another of the batch (Zhang "
    "et al. 2018).", "{seed = 1}")
MIX(cut_mix, "CutMix", cut_mix_options, init_cut,
    "In training, a rectangle of each picture comes from another of the batch (Yun et al. 2019).",
    "{seed = 1}")

// ---- RandAugment, AugMix: layers that are chosen anew for each batch

// What is chosen from; the last four change colours that AugMix may leave alone.
static const char *const choices[] = {
  "RandomShear", "RandomTranslation", "RandomRotation", "RandomPosterization", "Solarization",
  "AutoContrast", "Equalization", "RandomBrightness", "RandomColorDegeneration", "RandomContrast",
  "RandomSharpness"};
enum { CHOICES = 11, WITHOUT_COLOURS = 7 };

typedef struct Choosing {
  LnAugmentation a;
  int64_t num_ops, num_chains, chain_depth;
  double alpha;
  bool all_ops;
  int nearest;
  LnObject *layers[CHOICES];
} Choosing;

// Sets an option that is a factor, when the class has it.
static bool set_factor(LnContext *c, LnObject *layer, const char *name, double low, double high) {
  const LnOption *option = ln_class_option(layer->cls, name);
  if (!option) return true;
  LnNumbers *field = (LnNumbers *)((char *)layer + option->offset);
  double *pair = realloc(field->v, 2 * sizeof *pair);
  if (!pair) return ln_fail(c, "out of memory");
  pair[0] = low;
  pair[1] = high;
  *field = (LnNumbers){2, pair};
  return true;
}

// One of the choices with this layer's factor, range and generator.
static LnObject *make_choice(LnContext *c, Choosing *o, const char *name) {
  static const char *const factors[] = {"factor", "x_factor", "y_factor", "height_factor",
                                        "width_factor", "addition_factor", "threshold_factor"};
  const LnClass *cls = ln_class_find(LN_LAYER, name);
  LnObject *layer = cls ? ln_object_new(c, cls) : NULL;
  bool done = layer || ln_fail(c, "there is no layer %s", name), bits = false;
  bits = done && strcmp(name, "RandomPosterization") == 0;
  double max_bits = floor(8 * o->a.high);
  for (size_t i = 0; done && i < sizeof factors / sizeof *factors; i++)
    done = set_factor(c, layer, factors[i], bits ? 1 : o->a.low,
                      bits ? (max_bits < 1 ? 1 : max_bits) : o->a.high);
  done = done && set_factor(c, layer, "value_range", o->a.darkest, o->a.lightest);
  const LnOption *nearest = done ? ln_class_option(cls, "interpolation") : NULL;
  if (nearest) *(int *)((char *)layer + nearest->offset) = o->nearest;
  if (done && ln_object_init(c, layer)) {
    LnAugmentation *choice = (LnAugmentation *)layer;
    ln_release(choice->state);
    choice->state = ln_retain(o->a.state);
    choice->layer.dtype = o->a.layer.dtype;
    return layer;
  }
  ln_object_release(layer);
  return NULL;
}

static bool init_choosing(LnContext *c, void *self) {
  Choosing *o = self;
  if (!ln_factor_pair(c, "factor", &o->a.factor, 0, 1, true, &o->a.low, &o->a.high) ||
      !ln_augmentation_init(c, &o->a)) return false;
  for (int i = 0; i < CHOICES; i++)
    if (!(o->layers[i] = make_choice(c, o, choices[i]))) return false;
  return true;
}

static void free_choosing(void *self) {
  Choosing *o = self;
  for (int i = 0; i < CHOICES; i++) ln_object_release(o->layers[i]);
  ln_augmentation_free(self);
}

// Which of n, `count` times: values, so that no replay would choose again.
static LnTensor *chosen_from(LnContext *c, const Choosing *o, LnTensor *x, int n, int64_t count) {
  ln_spoil_replay(c, "the choice of an augmentation");
  LnTensor *drawn = ln_draw_uniform(c, x, o->a.state, true, count, 0, n);
  return drawn && ln_settle(c) ? drawn : NULL;
}

static LnTensor *chosen(LnContext *c, const Choosing *o, LnTensor *x, LnTensor *drawn, int64_t i,
                        const LnCallArgs *args) {
  int which = (int)ln_tensor_get(drawn, (int64_t[]){0, i});
  if (which >= CHOICES) return x;   // none
  LnLayer *layer = (LnLayer *)o->layers[which];
  return ((const LnLayerClass *)layer->base.cls)->call(c, layer, &(LnTensors){1, &x}, args);
}

static LnTensor *rand_augment(LnContext *c, LnLayer *self, const LnTensors *in,
                              const LnCallArgs *args) {
  const Choosing *o = (const Choosing *)self;
  LnPictures p;
  if (!ln_pictures(c, &o->a, in->v[0], &p)) return NULL;
  LnTensor *x = p.x, *drawn = NULL;
  if (args->training && !x->meta &&
      !(drawn = chosen_from(c, o, x, CHOICES, o->num_ops))) return NULL;
  for (int64_t i = 0; drawn && x && i < o->num_ops; i++) x = chosen(c, o, x, drawn, i, args);
  return x ? ln_pictures_back(c, &p, x) : NULL;
}

static LnTensor *aug_mix(LnContext *c, LnLayer *self, const LnTensors *in,
                         const LnCallArgs *args) {
  const Choosing *o = (const Choosing *)self;
  LnPictures p;
  if (!ln_pictures(c, &o->a, in->v[0], &p)) return NULL;
  LnTensor *x = p.x, *sum = NULL;
  if (!args->training || x->meta) return ln_pictures_back(c, &p, x);
  int n = o->all_ops ? CHOICES : WITHOUT_COLOURS;
  LnTensor *weights = ln_draw_dirichlet(c, x, o->a.state, true, o->num_chains, o->alpha,
                                        o->alpha);
  LnTensor *both = ln_draw_dirichlet(c, x, o->a.state, true, 2, o->alpha, o->alpha);
  LnTensor *drawn = chosen_from(c, o, x, n + 1, o->num_chains * o->chain_depth);
  if (!weights || !both || !drawn) return NULL;
  for (int64_t chain = 0; chain < o->num_chains; chain++) {
    LnTensor *y = x, *weight = ln_narrow(c, weights, 1, chain, 1);
    for (int64_t i = 0; y && i < o->chain_depth; i++) {
      int64_t place = chain * o->chain_depth + i;
      bool none = (int)ln_tensor_get(drawn, (int64_t[]){0, place}) >= n;
      if (!none) y = chosen(c, o, y, drawn, place, args);
    }
    y = y && weight ? ln_mul(c, y, ln_reshape(c, weight, 4, (int64_t[]){1, 1, 1, 1})) : NULL;
    if (!(sum = sum ? ln_add(c, sum, y) : y)) return NULL;
  }
  LnTensor *weight = ln_narrow(c, both, 1, 0, 1);
  weight = weight ? ln_reshape(c, weight, 4, (int64_t[]){1, 1, 1, 1}) : NULL;
  LnTensor *y = ln_add(c, ln_mul(c, weight, x), ln_mul(c, ln_number_sub(c, 1, weight), sum));
  return ln_pictures_back(c, &p, ln_clip(c, y, o->a.darkest, o->a.lightest));
}

#define CHOOSING_FACTOR(fallback)                                                                  \
  {"factor", LN_OPT_NUMBERS, LN_FIELD(Choosing, a.factor), fallback, .one = LN_ONE_AS_NUMBER,     \
   .doc = "0 to 1: how strong the changes are"}
#define CHOOSING_INTERPOLATION                                                                     \
  {"interpolation", LN_OPT_CHOICE, LN_FIELD(Choosing, nearest), "bilinear",                       \
   .choices = LN_WARP_CHOICES, .doc = "how values between pixels are made"}

static const LnOption rand_augment_options[] = {
  LN_VALUE_RANGE,
  {"num_ops", LN_OPT_INTEGER, LN_FIELD(Choosing, num_ops), "2", "[0, 64]",
   .doc = "how many changes one after another"},
  CHOOSING_FACTOR("0.5"), CHOOSING_INTERPOLATION, LN_SEED, LN_DATA_FORMAT, {0}};
static const LnOption aug_mix_options[] = {
  LN_VALUE_RANGE,
  {"num_chains", LN_OPT_INTEGER, LN_FIELD(Choosing, num_chains), "3", "[1, 64]",
   .doc = "how many chains are mixed"},
  {"chain_depth", LN_OPT_INTEGER, LN_FIELD(Choosing, chain_depth), "3", "[1, 64]",
   .doc = "how many changes a chain has at most"},
  CHOOSING_FACTOR("0.3"),
  {"alpha", LN_OPT_NUMBER, LN_FIELD(Choosing, alpha), "1", "> 0",
   .doc = "of the weights' distributions"},
  {"all_ops", LN_OPT_BOOL, LN_FIELD(Choosing, all_ops), "true",
   .doc = "also brightness, contrast, sharpness and degeneration"},
  CHOOSING_INTERPOLATION, LN_SEED, LN_DATA_FORMAT, {0}};

#define CHOOSING(id, name_, text)                                                                 \
  static const LnLayerClass id##_class = {                                                        \
    .base = {.kind = LN_LAYER, .name = name_, .size = sizeof(Choosing),                           \
             .options = id##_options, .init = init_choosing, .free = free_choosing,               \
             .doc = text "\nPictures (batch, height, width, channels), or one without the "       \
                    "batch axis; they become floats.\nWhat is chosen differs from batch to "      \
                    "batch, so that a model that has it is not replayed: it is best in a\n"       \
                    "Dataset's map.\n"                                                            \
                    "Example:\n"                                                                  \
                    "  local augment = ln.layers." name_ "{seed = 1}\n"                           \
                    "  augment(ln.ones{2, 4, 4, 3}, {training = true}).shape  "                   \
                    "--> (2, 4, 4, 3)\n"},                                                        \
    .call = id, .keeps_dtype = true, .min_rank = 3, .max_rank = 4,                                \
    .generator = ln_augmentation_generator};
CHOOSING(rand_augment, "RandAugment",
         "In training, num_ops changes of a batch, chosen from eleven (Cubuk et al. 2020).")
CHOOSING(aug_mix, "AugMix",
         "In training, chains of changes, chosen from eleven, mixed with each other and the "
         "picture (Hendrycks et al. 2020).")

// ---- Pipeline

typedef struct Pipeline {
  LnLayer layer;
  LnObjects layers;
} Pipeline;

static LnTensor *pipeline(LnContext *c, LnLayer *self, const LnTensors *in,
                          const LnCallArgs *args) {
  const Pipeline *o = (const Pipeline *)self;
  LnTensor *x = in->v[0];
  LnCallArgs passed = *args;
  for (int64_t i = 0; x && i < o->layers.n; i++) {
    x = ln_layer_call1(c, (LnLayer *)o->layers.v[i], x, &passed);
    passed.mask = x ? x->mask : NULL;
  }
  return x;
}

static const LnOption pipeline_options[] = {
  {"layers", LN_OPT_LAYERS, LN_FIELD(Pipeline, layers), NULL, .doc = "called one after another"},
  {0}};

static const LnLayerClass pipeline_class = {
  .base = {.kind = LN_LAYER, .name = "Pipeline", .size = sizeof(Pipeline),
           .options = pipeline_options,
           .doc = "Layers one after another as one layer, for a chain of augmentations. "
                  "The shape is what they make of it.\n"
                  "Example:\n"
                  "  local chain = ln.layers.Pipeline{{ln.layers.AutoContrast(), "
                  "ln.layers.RandomFlip()}}\n"
                  "  chain(ln.ones{2, 4, 4, 3}, {training = true}).shape  --> (2, 4, 4, 3)\n"},
  .call = pipeline, .keeps_dtype = true, .masks = true};

const LnLayerClass *const ln_layers_random_mix[] = {
  &mix_up_class, &cut_mix_class, &rand_augment_class, &aug_mix_class, &pipeline_class, NULL};
