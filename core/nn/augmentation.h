// What augmentation layers share: options, pictures in one layout, formulas. A layer is a class in
// nn/layers/random_*.c and begins with LnAugmentation.
#ifndef LN_NN_AUGMENTATION_H
#define LN_NN_AUGMENTATION_H

#include "nn/nn.h"
#include "ops/draw.h"
#include "ops/image.h"
#include "ops/ops.h"

typedef struct LnAugmentation {
  LnLayer layer;
  LnNumbers factor;        // one number or two; NaN-free
  double low, high;        // that factors are drawn from
  LnNumbers value_range;
  double darkest, lightest;
  int channels_first;
  int64_t seed;
  LnTensor *state;         // of its own generator; NULL: the context's
} LnAugmentation;

// x as (n, h, w, c) in the layer's dtype.
typedef struct LnPictures {
  LnTensor *x;
  int rank;
  bool channels_first;
  int64_t n, h, w, c;
} LnPictures;
// False with an error. *as_is: where h or w is not known, or nothing is to be done.
bool ln_pictures(LnContext *c, const LnAugmentation *a, LnTensor *x, LnPictures *p);
LnTensor *ln_pictures_back(LnContext *c, const LnPictures *p, LnTensor *y);

// Fills low and high from the option: of one number, -number (but no less than least) and number.
bool ln_factor(LnContext *c, const char *name, const LnNumbers *given, double min, double max,
               bool symmetric, double *low, double *high);
// The same, and the option becomes the two.
bool ln_factor_pair(LnContext *c, const char *name, LnNumbers *given, double min, double max,
                    bool symmetric, double *low, double *high);
bool ln_augmentation_init(LnContext *c, LnAugmentation *a);   // generator, value_range
void ln_augmentation_free(void *self);
LnTensor *ln_augmentation_generator(const LnLayer *self);

// One number a picture, (n, 1, 1, 1) as it broadcasts: [low, high) or the one number they are.
LnTensor *ln_augmentation_draw(LnContext *c, const LnAugmentation *a, const LnPictures *p,
                               double low, double high);
// True for as many pictures as the factor says, (n, 1, 1, 1).
LnTensor *ln_augmentation_chosen(LnContext *c, const LnAugmentation *a, const LnPictures *p);
// Where along an axis (1 or 2) a part lies, a share (n, 1, 1, 1) of it long at a random place:
// bool, as it broadcasts; and its length (nn/layers/random_color.c).
LnTensor *ln_random_box(LnContext *c, const LnAugmentation *a, const LnPictures *p,
                        LnTensor *share, int axis, LnTensor **length);
// The sum of x's neighbours along an axis, `weights` (n,) times; zeros beyond the edges.
LnTensor *ln_smoothed(LnContext *c, LnTensor *x, int axis, LnTensor *weights);
LnTensor *ln_numbers_of(LnContext *c, LnDtype d, int rank, const int64_t *shape,
                        const double *values);
LnTensor *ln_filled(LnContext *c, LnDtype d, int rank, const int64_t *shape, double value);

#define LN_SEED {"seed", LN_OPT_INTEGER, LN_FIELD(LnAugmentation, seed), "none", \
                 .doc = "of a generator of its own; none: the one of set_seed"}
#define LN_DATA_FORMAT {"data_format", LN_OPT_CHOICE, LN_FIELD(LnAugmentation, channels_first), \
                        "channels_last", .choices = LN_DATA_FORMATS, .nullable = true, \
                        .doc = "where the channels are"}
#define LN_VALUE_RANGE {"value_range", LN_OPT_NUMBERS, LN_FIELD(LnAugmentation, value_range), \
                        "{0, 255}", .doc = "the darkest and the lightest value"}

#endif
