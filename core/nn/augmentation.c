// What augmentation layers share (augmentation.h).
#include "nn/augmentation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "ops/noise.h"

bool ln_factor(LnContext *c, const char *name, const LnNumbers *given, double min, double max,
               bool symmetric, double *low, double *high) {
  double a = given->n > 0 ? given->v[0] : 0, b = given->n == 2 ? given->v[1] : a;
  if (given->n < 1 || given->n > 2 || !(fmin(a, b) >= min) || !(fmax(a, b) <= max))
    return ln_fail(c, "%s is a number or two from %g to %g", name, min, max);
  if (given->n == 1) a = symmetric ? fmax(-fabs(b), min) : fmin(0, b), b = fabs(b);
  *low = fmin(a, b);
  *high = fmax(a, b);
  return true;
}

// Configs tell both ends, as Keras's do.
bool ln_factor_pair(LnContext *c, const char *name, LnNumbers *given, double min, double max,
                    bool symmetric, double *low, double *high) {
  if (!ln_factor(c, name, given, min, max, symmetric, low, high)) return false;
  double *pair = realloc(given->v, 2 * sizeof *pair);
  if (!pair) return ln_fail(c, "out of memory");
  pair[0] = *low;
  pair[1] = *high;
  *given = (LnNumbers){2, pair};
  return true;
}

bool ln_augmentation_init(LnContext *c, LnAugmentation *a) {
  if (a->channels_first < 0) a->channels_first = 0;
  a->darkest = 0;
  a->lightest = 255;
  if (a->value_range.v) {
    if (a->value_range.n != 2 || a->value_range.v[0] == a->value_range.v[1])
      return ln_fail(c, "value_range is two numbers, the darkest and the lightest");
    a->darkest = fmin(a->value_range.v[0], a->value_range.v[1]);
    a->lightest = fmax(a->value_range.v[0], a->value_range.v[1]);
  }
  if (a->seed == LN_NONE) return true;
  LnRandom r;
  ln_random_seed(&r, (uint64_t)a->seed);
  a->state = ln_random_state(c, &r);
  return a->state != NULL;
}

void ln_augmentation_free(void *self) { ln_release(((LnAugmentation *)self)->state); }

LnTensor *ln_augmentation_generator(const LnLayer *self) {
  return ((const LnAugmentation *)self)->state;
}

bool ln_pictures(LnContext *c, const LnAugmentation *a, LnTensor *x, LnPictures *p) {
  *p = (LnPictures){.rank = x->rank, .channels_first = a->channels_first == 1};
  x = ln_cast(c, x, (LnDtype)a->layer.dtype.compute);
  p->x = x ? ln_channels_last(c, x, p->channels_first) : NULL;
  if (!p->x) return false;
  p->n = p->x->shape[0];
  p->h = p->x->shape[1];
  p->w = p->x->shape[2];
  p->c = p->x->shape[3];
  return true;
}

LnTensor *ln_pictures_back(LnContext *c, const LnPictures *p, LnTensor *y) {
  return ln_channels_back(c, y, p->channels_first, p->rank);
}

LnTensor *ln_augmentation_draw(LnContext *c, const LnAugmentation *a, const LnPictures *p,
                               double low, double high) {
  LnTensor *t = ln_draw_uniform(c, p->x, a->state, false, 1, low, high);
  return t ? ln_reshape(c, t, 4, (int64_t[]){p->n, 1, 1, 1}) : NULL;
}

LnTensor *ln_augmentation_chosen(LnContext *c, const LnAugmentation *a, const LnPictures *p) {
  LnTensor *likely = ln_augmentation_draw(c, a, p, a->low, a->high);
  LnTensor *threshold = ln_augmentation_draw(c, a, p, 0, 1);
  return likely && threshold ? ln_lt(c, threshold, likely) : NULL;
}

LnTensor *ln_numbers_of(LnContext *c, LnDtype d, int rank, const int64_t *shape,
                        const double *values) {
  LnTensor *t = ln_temp(c, ln_tensor_new(c, LN_FLOAT64, rank, shape));
  if (!t) return NULL;
  memcpy(t->data, values, (size_t)t->size * sizeof *values);
  return ln_cast(c, t, d);
}

LnTensor *ln_filled(LnContext *c, LnDtype d, int rank, const int64_t *shape, double value) {
  LnTensor *t = ln_numbers_of(c, d, 0, NULL, &value);
  return t ? ln_broadcast_to(c, t, rank, shape) : NULL;
}
