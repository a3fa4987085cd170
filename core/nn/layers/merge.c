// Layers that join several inputs: Concatenate, Add, Subtract, Multiply, Average, Maximum, Minimum,
// Dot. An elementwise one is a line of the table `MERGE` below; shapes broadcast as in Keras.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"
#include "ops/ops.h"

// ---- elementwise

// As in Keras, an input of lower rank gets axes of one after the batch axis.
static LnTensor *widen(LnContext *c, LnTensor *x, int rank) {
  while (x && x->rank < rank) x = ln_expand_dims(c, x, x->rank > 0 ? 1 : 0);
  return x;
}

// A step counts where it does in one of the inputs; all of them have masks, or the result has none.
static bool any_of(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  (void)self;
  for (int i = 0; i < in->n; i++)
    if (!in->v[i]->mask) return true;
  LnTensor *all = in->v[0]->mask;
  for (int i = 1; i < in->n; i++) all = ln_logical_or(c, all, in->v[i]->mask);
  return (*mask = all) != NULL;
}

// The mask of x over its features, too.
static LnTensor *of_elements(LnContext *c, LnTensor *x) {
  LnTensor *mask = ln_expand_dims(c, x->mask, -1);
  return mask ? ln_broadcast_to(c, mask, x->rank, x->shape) : NULL;
}

// Of two inputs the extreme; where one of them is masked, the other. What is widened has no mask
// any more, as in Keras.
static LnTensor *extreme(LnContext *c, const LnTensors *in, LnTensor *(*f)(LnContext *, LnTensor *,
                                                                           LnTensor *)) {
  int rank = 0;
  for (int i = 0; i < in->n; i++)
    if (in->v[i]->rank > rank) rank = in->v[i]->rank;
  LnTensor *y = widen(c, in->v[0], rank), *counts = y && y->mask ? of_elements(c, y) : NULL;
  for (int i = 1; i < in->n && y && !c->err.set; i++) {
    LnTensor *x = widen(c, in->v[i], rank), *mask = x && x->mask ? of_elements(c, x) : NULL;
    if (mask) x = ln_where(c, mask, x, y);
    if (counts) y = ln_where(c, counts, y, x);
    counts = counts && mask ? ln_logical_or(c, counts, mask) : NULL;
    y = f(c, y, x);
  }
  return c->err.set ? NULL : y;
}

typedef LnTensor *(*Join)(LnContext *c, LnTensor *a, LnTensor *b);

static LnTensor *join(LnContext *c, const LnTensors *in, Join f) {
  int rank = 0;
  for (int i = 0; i < in->n; i++)
    if (in->v[i]->rank > rank) rank = in->v[i]->rank;
  LnTensor *y = widen(c, in->v[0], rank);
  for (int i = 1; i < in->n && y; i++) {
    LnTensor *x = widen(c, in->v[i], rank);
    if (!x) return NULL;
    int64_t both[LN_MAX_RANK];
    if (ln_shape_broadcast(y->shape, y->rank, x->shape, x->rank, both) < 0) {
      ln_fail(c, "shapes do not merge: input 1 has %s, input %d has %s",
              ln_tensor_shape_text(in->v[0]), i + 1, ln_tensor_shape_text(in->v[i]));
      return NULL;
    }
    y = f(c, y, x);
  }
  return y;
}

static LnTensor *average(LnContext *c, const LnTensors *in) {
  return ln_div_number(c, join(c, in, ln_add), in->n);
}

static LnTensor *add(LnContext *c, const LnTensors *in) { return join(c, in, ln_add); }
static LnTensor *subtract(LnContext *c, const LnTensors *in) { return join(c, in, ln_sub); }

static bool masked(const LnTensors *in) {
  for (int i = 0; i < in->n; i++)
    if (in->v[i]->mask) return true;
  return false;
}

// The product, without what is masked; 0 where all inputs are.
static LnTensor *masked_product(LnContext *c, const LnTensors *in) {
  LnTensor *y = NULL, *counts = NULL;
  bool all = true;
  int rank = 0;
  for (int i = 0; i < in->n; i++)
    if (in->v[i]->rank > rank) rank = in->v[i]->rank;
  for (int i = 0; i < in->n; i++) {
    LnTensor *x = widen(c, in->v[i], rank), *mask = x && x->mask ? of_elements(c, x) : NULL;
    if (mask) x = ln_where(c, mask, x, ln_temp(c, ln_tensor_scalar(c, (LnDtype)x->dtype, 1)));
    all = all && mask;
    if (all) counts = counts ? ln_logical_or(c, counts, mask) : mask;
    y = i ? ln_mul(c, y, x) : x;
    if (!y || c->err.set) return NULL;
  }
  return all ? ln_where(c, counts, y, ln_temp(c, ln_tensor_scalar(c, (LnDtype)y->dtype, 0))) : y;
}

static LnTensor *multiply(LnContext *c, const LnTensors *in) {
  return masked(in) ? masked_product(c, in) : join(c, in, ln_mul);
}

static LnTensor *maximum(LnContext *c, const LnTensors *in) {
  return masked(in) ? extreme(c, in, ln_maximum) : join(c, in, ln_maximum);
}

static LnTensor *minimum(LnContext *c, const LnTensors *in) {
  return masked(in) ? extreme(c, in, ln_minimum) : join(c, in, ln_minimum);
}

#define MERGE(Class, function, min_inputs, max_inputs, what, example)                          \
  static LnTensor *call_##function(LnContext *c, LnLayer *self, const LnTensors *in,            \
                                   const LnCallArgs *args) {                                    \
    (void)self, (void)args;                                                                     \
    return function(c, in);                                                                     \
  }                                                                                             \
  static const LnLayerClass class_##function = {                                                \
      .base = {LN_LAYER, #Class, .size = sizeof(LnLayer),                                       \
               .doc = what                                                                      \
               "\nThe inputs are a list; shapes broadcast, an input of lower rank gets axes of\n"  \
               "one after the batch axis. ln.layers." #function "{a, b} is the same at once.\n"   \
               "Errors: shapes that do not broadcast (both named).\n"                           \
               "Example:\n"                                                                     \
               "  ln.layers." #Class "(){ln.tensor{{1, 4}}, ln.tensor{{3, 2}}}  --> " example   \
               "\n"},                                                                           \
      .call = call_##function, .compute_mask = any_of, .min_in = min_inputs,         \
      .max_in = max_inputs,                                                                    \
      .keeps_dtype = true};

MERGE(Add, add, 1, -1, "The sum of its inputs, element by element.", "[[4. 6.]]")
MERGE(Subtract, subtract, 2, 2, "Its first input minus its second, element by element.",
      "[[-2.  2.]]")
MERGE(Multiply, multiply, 1, -1, "The product of its inputs, element by element.", "[[3. 8.]]")
MERGE(Average, average, 1, -1, "The mean of its inputs, element by element.", "[[2. 3.]]")
MERGE(Maximum, maximum, 1, -1, "The largest of its inputs, element by element.", "[[3. 4.]]")
MERGE(Minimum, minimum, 1, -1, "The smallest of its inputs, element by element.", "[[1. 2.]]")

// ---- Concatenate

typedef struct Concatenate {
  LnLayer layer;
  int64_t axis;
} Concatenate;

static LnTensor *concatenate(LnContext *c, LnLayer *self, const LnTensors *in,
                             const LnCallArgs *args) {
  (void)args;
  int axis;
  const LnTensor *a = in->v[0];
  if (!ln_axis(c, "Concatenate", ((const Concatenate *)self)->axis, a->rank, &axis)) return NULL;
  for (int i = 1; i < in->n; i++) {
    const LnTensor *b = in->v[i];
    bool fits = a->rank == b->rank;
    for (int k = 0; fits && k < a->rank; k++)
      fits = k == axis || ln_dims_fit(a->shape[k], b->shape[k]);
    if (fits) continue;
    ln_fail(c, "shapes must agree but along axis %d: input 1 has %s, input %d has %s", axis + 1,
            ln_tensor_shape_text(a), i + 1, ln_tensor_shape_text(b));
    return NULL;
  }
  return ln_concatenate(c, in->v, in->n, axis);
}

// The masks joined as their inputs are, over features too; a step counts where any of it does.
static bool concatenate_masks(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  if (!masked(in)) return true;
  LnTensor **all = malloc((size_t)in->n * sizeof *all);
  if (!all) return ln_fail(c, "out of memory");
  bool done = true;
  for (int i = 0; done && i < in->n; i++) {
    LnTensor *x = in->v[i];
    if (!x->mask) {   // all of it counts
      LnTensor *some = ln_isnan(c, x);
      all[i] = ln_logical_or(c, some, ln_logical_not(c, some));
    } else {
      all[i] = x->mask->rank < x->rank ? of_elements(c, x) : x->mask;
    }
    done = all[i] != NULL;
  }
  if (done) *mask = ln_any(c, ln_concatenate(c, all, in->n, ((const Concatenate *)self)->axis), -1,
                           false);
  free(all);
  return done && *mask;
}

static const LnOption concatenate_options[] = {
    {"axis", LN_OPT_AXIS, LN_FIELD(Concatenate, axis), "-1", .doc = "along which they are joined"},
    {0}};

static const LnLayerClass class_concatenate = {
    .base = {LN_LAYER, "Concatenate", .size = sizeof(Concatenate),
             .options = concatenate_options,
             .doc = "Its inputs, a list, one after the other along an axis (the last).\n"
                    "ln.layers.concatenate{a, b} is the same in one call.\n"
                    "Errors: shapes that differ elsewhere (both named).\n"
                    "Example:\n"
                    "  ln.layers.Concatenate(){ln.zeros{32, 5}, ln.zeros{32, 30}}.shape  --> "
                    "(32, 35)\n"},
    .call = concatenate, .compute_mask = concatenate_masks, .min_in = 1, .max_in = -1,
    .keeps_dtype = true, .min_rank = 1};

// ---- Dot

typedef struct Dot {
  LnLayer layer;
  LnInts axes;
  bool normalize;
} Dot;

static bool init_dot(LnContext *c, void *self) {
  const LnInts *axes = &((const Dot *)self)->axes;
  if (axes->n != 1 && axes->n != 2)
    return ln_fail(c, "Dot: axes should be one axis or two, got %d", (int)axes->n);
  for (int i = 0; i < axes->n; i++)
    if (axes->v[i] == 0) return ln_fail(c, "Dot: the batch axis cannot be multiplied over");
  return true;
}

// x / max(|x|, epsilon) along an axis, as keras.ops.normalize.
static LnTensor *unit(LnContext *c, LnTensor *x, int axis) {
  LnTensor *inverse = ln_rsqrt(c, ln_sum(c, ln_square(c, x), axis, true));
  return ln_mul(c, x, ln_clip(c, inverse, 0, 1e7));
}

// The axis last (or, for the second factor, first behind the batch): (batch, rest, k) of x.
static LnTensor *flat(LnContext *c, LnTensor *x, int axis, bool last, int64_t *rest, int *n_rest) {
  int axes[LN_MAX_RANK] = {0}, n = 1;
  int64_t size = 1, shape[3];
  if (!last) axes[n++] = axis;
  for (int i = 1; i < x->rank; i++) {
    if (i == axis) continue;
    axes[n++] = i;
    rest[(*n_rest)++] = x->shape[i];
    size = ln_dim_times(size, x->shape[i]);
  }
  if (last) axes[n++] = axis;
  shape[0] = x->shape[0];
  shape[last ? 1 : 2] = size;
  shape[last ? 2 : 1] = x->shape[axis];
  return ln_reshape(c, ln_permute(c, x, x->rank, axes), 3, shape);
}

static LnTensor *dot(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  const Dot *o = (const Dot *)self;
  LnTensor *a = in->v[0], *b = in->v[1];
  int axis[2], n = 1;
  int64_t shape[2 * LN_MAX_RANK];
  (void)args;
  if (a->rank < 2 || b->rank < 2 || a->rank + b->rank - 3 > LN_MAX_RANK) {
    ln_fail(c, "expected inputs of rank 2 or more (together at most %d), got shapes %s and %s",
            LN_MAX_RANK + 3, ln_tensor_shape_text(a), ln_tensor_shape_text(b));
    return NULL;
  }
  if (!ln_axis(c, "Dot", o->axes.v[0], a->rank, &axis[0]) ||
      !ln_axis(c, "Dot", o->axes.v[o->axes.n - 1], b->rank, &axis[1]))
    return NULL;
  if (!ln_dims_fit(a->shape[0], b->shape[0]) ||
      !ln_dims_fit(a->shape[axis[0]], b->shape[axis[1]])) {
    ln_fail(c, "shapes do not multiply over axes %d and %d: %s and %s", axis[0] + 1, axis[1] + 1,
            ln_tensor_shape_text(a), ln_tensor_shape_text(b));
    return NULL;
  }
  if (o->normalize) a = unit(c, a, axis[0]), b = unit(c, b, axis[1]);
  if (!a || !b) return NULL;
  shape[0] = ln_dim_known(a->shape[0], b->shape[0]);
  a = flat(c, a, axis[0], true, shape, &n);
  b = flat(c, b, axis[1], false, shape, &n);
  if (n == 1) shape[n++] = 1;   // vectors: (batch, 1), as in Keras
  return ln_reshape(c, ln_matmul(c, a, b), n, shape);
}

static bool no_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  (void)c, (void)self, (void)in;
  *mask = NULL;
  return true;
}

static const LnOption dot_options[] = {
    {"axes", LN_OPT_AXES, LN_FIELD(Dot, axes), NULL,
     .doc = "what is multiplied over: an axis of both, or {of the first, of the second}; from 1, "
            "the batch axis"},
    {"normalize", LN_OPT_BOOL, LN_FIELD(Dot, normalize), "false",
     .doc = "to unit length along these axes first: cosine proximity"},
    {0}};

static const LnLayerClass class_dot = {
    .base = {LN_LAYER, "Dot", .size = sizeof(Dot), .options = dot_options, .init = init_dot,
             .doc = "Sums of products of two inputs over an axis of each, sample by sample.\n"
                    "axes (required), normalize (false). (batch, k) and (batch, k) give\n"
                    "(batch, 1); "
                    "(batch, n, k) and (batch, m, k) with axes = 3 give (batch, n, m).\n"
                    "ln.layers.dot({a, b}, {axes = 2}) is the same in one call.\n"
                    "Errors: axes of different sizes; the batch axis.\n"
                    "Example:\n"
                    "  ln.layers.Dot(2){ln.tensor{{1, 2}}, ln.tensor{{3, 4}}}  --> [[11.]]\n"},
    .call = dot, .compute_mask = no_mask, .min_in = 2, .max_in = 2, .keeps_dtype = true};

const LnLayerClass *const ln_layers_merge[] = {
    &class_concatenate, &class_add,     &class_subtract, &class_multiply, &class_average,
    &class_maximum,     &class_minimum, &class_dot,      NULL};
