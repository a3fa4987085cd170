// Losses, the general part: making y_true fit y_pred, and reducing per-sample values to a number.
// The classes are in losses/, one a file: per-sample values composed of ops.
#include <math.h>
#include <string.h>

#include "kernels/index.h"
#include "nn/losses/losses.h"
#include "ops/peers.h"

static const char *name_of(const LnLoss *loss) {
  return loss->base.name ? loss->base.name : loss->base.cls->name;
}

static const LnLossClass *class_of(const LnLoss *loss) {
  return (const LnLossClass *)loss->base.cls;
}

// ---- shapes

bool ln_match_ranks(LnContext *c, LnTensor **a, LnTensor **b, bool expand) {
  if (!*a || !*b) return false;
  LnTensor **longer = (*a)->rank > (*b)->rank ? a : b, **other = longer == a ? b : a;
  if ((*longer)->rank != (*other)->rank + 1 || (*longer)->shape[(*longer)->rank - 1] != 1)
    return true;
  if ((*other)->rank == 1 && expand) return (*other = ln_expand_dims(c, *other, -1)) != NULL;
  return (*longer = ln_squeeze(c, *longer, -1)) != NULL;
}

// Halves are as integers: a loss is computed in its own dtype, float32 unless it says otherwise.
static bool float_pred(LnContext *c, const LnLoss *self, LnTensor **y_pred) {
  if (!*y_pred) return false;
  if ((*y_pred)->dtype >= LN_FLOAT32) return true;
  if (self->dtype < 0 || !ln_dtype_is_float((LnDtype)self->dtype))
    return ln_fail(c, "its dtype must be a float type, not %s",
                   self->dtype < 0 ? "None" : ln_dtype_name((LnDtype)self->dtype));
  return (*y_pred = ln_cast(c, *y_pred, (LnDtype)self->dtype)) != NULL;
}

bool ln_loss_prepare(LnContext *c, const LnLoss *self, LnTensor **y_true, LnTensor **y_pred) {
  if (!float_pred(c, self, y_pred) || !*y_true) return false;
  const LnTensor *t = *y_true, *p = *y_pred;
  if (!ln_match_ranks(c, y_true, y_pred, true)) return false;
  if (!ln_tensor_same_shape(*y_true, *y_pred)) {
    bool ids = p->rank > 1 && p->shape[p->rank - 1] > 1 && t->rank >= p->rank - 1 &&
               (t->rank == p->rank - 1 || (t->rank == p->rank && t->shape[t->rank - 1] == 1)) &&
               class_of(self)->fuses;
    return ln_fail(c, "y_true has shape %s and y_pred %s, they must have the same shape%s",
                   ln_tensor_shape_text(t), ln_tensor_shape_text(p),
                   ids ? " (class ids are for sparse_categorical_crossentropy)" : "");
  }
  if ((*y_pred)->rank == 0)
    return ln_fail(c, "y_pred is a single number, it needs an axis at least");
  if ((*y_true)->dtype != (*y_pred)->dtype)
    *y_true = ln_cast(c, *y_true, (LnDtype)(*y_pred)->dtype);
  return *y_true != NULL;
}

bool ln_loss_prepare_sparse(LnContext *c, const LnLoss *self, int64_t axis, LnTensor **y_true,
                            LnTensor **y_pred) {
  if (!float_pred(c, self, y_pred) || !*y_true) return false;
  LnTensor *t = *y_true, *p = *y_pred;
  int at;
  if (p->rank == 0 || !ln_axis(c, "axis", axis, p->rank, &at))
    return ln_fail(c, "y_pred needs an axis of classes, it has shape %s", ln_tensor_shape_text(p));
  int64_t want[LN_MAX_RANK];
  for (int i = 0, k = 0; i < p->rank; i++)
    if (i != at) want[k++] = p->shape[i];
  if (t->rank == p->rank && t->shape[at] == 1) t = ln_squeeze(c, t, at);
  else if (t->rank == p->rank && t->shape[t->rank - 1] == 1) t = ln_squeeze(c, t, -1);
  if (!t) return false;
  if (!ln_shape_equal(t->shape, t->rank, want, p->rank - 1)) {
    bool one_hot = ln_tensor_same_shape(t, p);
    return ln_fail(c, "class ids of shape %s do not go with y_pred of shape %s, for which they "
                   "must have shape %s%s", ln_tensor_shape_text(*y_true), ln_tensor_shape_text(p),
                   ln_shape_text(want, p->rank - 1),
                   one_hot ? " (one-hot labels are for categorical_crossentropy)" : "");
  }
  *y_true = t;
  return true;
}

LnTensor *ln_check_classes(LnContext *c, LnTensor *ids, const LnTensor *y_pred) {
  if (!y_pred) return NULL;
  return ln_class_ids(c, ids, y_pred->shape[y_pred->rank - 1]);
}

// ---- parts of formulas

LnTensor *ln_smooth_labels(LnContext *c, LnTensor *y, double amount, double toward) {
  if (amount == 0) return y;
  return ln_add_number(c, ln_mul_number(c, y, 1 - amount), amount * toward);
}

LnTensor *ln_hinge_labels(LnContext *c, LnTensor *y) {
  if (!y || y->size == 0) return y;
  LnTensor *other = ln_mul(c, y, ln_sub_number(c, y, 1));   // 0 for 0 and 1 alone
  LnTensor *binary = ln_eq_number(c, ln_max(c, ln_abs(c, other), LN_NONE, false), 0);
  return ln_where(c, binary, ln_sub_number(c, ln_mul_number(c, y, 2), 1), y);
}

LnTensor *ln_unit_norm(LnContext *c, LnTensor *x, int64_t axis) {
  LnTensor *square = ln_sum(c, ln_square(c, x), axis, true);
  return ln_mul(c, x, ln_rsqrt(c, ln_clip(c, square, LN_EPSILON * LN_EPSILON, INFINITY)));
}

LnTensor *ln_sum_axes(LnContext *c, LnTensor *x, const LnInts *axes) {
  bool over[LN_MAX_RANK] = {false};
  if (!x) return NULL;
  if (axes->n < 0) return ln_sum(c, x, LN_NONE, false);
  for (int64_t i = 0; i < axes->n; i++) {
    int axis;
    if (!ln_axis(c, "axis", axes->v[i], x->rank, &axis)) return NULL;
    over[axis] = true;
  }
  for (int i = x->rank - 1; i >= 0 && x; i--)
    if (over[i]) x = ln_sum(c, x, i, false);
  return x;
}

// ---- values

static LnTensor *builtin(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *y_pred) {
  const LnLossClass *cls = class_of(loss);
  if (c->err.set || !y_true || !y_pred) return NULL;
  if (!cls->call) {
    ln_fail(c, "a loss must define call(y_true, y_pred)");
    return NULL;
  }
  if (!cls->sparse_labels && !ln_loss_prepare(c, loss, &y_true, &y_pred)) return NULL;
  return cls->call(c, loss, y_true, y_pred);
}

// What a loss in Lua gets: floats (class ids stay what they are) and ranks made equal. Shapes are
// its own affair.
static bool prepare_lua(LnContext *c, const LnLoss *loss, LnTensor **y_true, LnTensor **y_pred) {
  if (!float_pred(c, loss, y_pred)) return false;
  if (class_of(loss)->sparse_labels) return true;
  *y_true = ln_cast(c, *y_true, (LnDtype)(*y_pred)->dtype);
  return ln_match_ranks(c, y_true, y_pred, true);
}

static LnTensor *values_of(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *y_pred) {
  if (c->err.set || !y_true || !y_pred) return NULL;
  if (loss->base.lua && c->calls) {
    LnTensor *out = NULL;
    if (!prepare_lua(c, loss, &y_true, &y_pred)) return NULL;
    int n = 0;
    LnTensors in = {2, (LnTensor *[]){y_true, y_pred}};
    LnCallArgs args = {.training = false};
    if (!c->calls->call(c, &loss->base, "call", &in, &args, &out, 1, &n)) return NULL;
    if (n != 1 || !out) {
      ln_fail(c, "its call must return one tensor, the value of each sample");
      return NULL;
    }
    return ln_dtype_is_float((LnDtype)out->dtype) ? out
                                                  : ln_cast(c, out, (LnDtype)y_pred->dtype);
  }
  return builtin(c, loss, y_true, y_pred);
}

static LnTensor *finish(LnContext *c, LnLoss *loss, size_t scope, LnTensor *result) {
  if (!result || c->err.set) {
    if (!c->err.set) ln_fail(c, "it has no result");
    ln_fail_within(c, "in loss '%s'", name_of(loss));
    result = NULL;
  }
  return ln_scope_return(c, scope, result);
}

LnTensor *ln_loss_values(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *y_pred) {
  size_t scope = ln_scope(c);
  return finish(c, loss, scope, values_of(c, loss, y_true, y_pred));
}

LnTensor *ln_loss_values_builtin(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *y_pred) {
  size_t scope = ln_scope(c);
  return finish(c, loss, scope, builtin(c, loss, y_true, y_pred));
}

static LnTensor *reduced(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *values,
                         LnTensor *sample_weight, LnTensor *mask) {
  if (!values) return NULL;
  const LnLossClass *cls = class_of(loss);
  if (cls->mask && !loss->base.lua) {
    LnTensor *loss_mask = cls->mask(c, loss, y_true, values);
    if (c->err.set) return NULL;
    if (loss_mask && mask) mask = ln_logical_and(c, loss_mask, ln_cast(c, mask, LN_BOOL));
    else if (loss_mask) mask = loss_mask;
  }
  return ln_loss_reduce(c, loss->reduction, values, sample_weight, mask);
}

LnTensor *ln_loss_value(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *y_pred,
                        LnTensor *sample_weight, LnTensor *mask) {
  size_t scope = ln_scope(c);
  if (!mask && y_pred) mask = y_pred->mask;
  LnTensor *values = values_of(c, loss, y_true, y_pred);
  return finish(c, loss, scope, reduced(c, loss, y_true, values, sample_weight, mask));
}

LnTensor *ln_loss_value_logits(LnContext *c, LnLoss *loss, LnTensor *y_true, LnTensor *logits,
                               LnTensor *sample_weight, LnTensor *mask) {
  size_t scope = ln_scope(c);
  LnTensor *values = NULL;
  if (!c->err.set && y_true && logits)
    values = class_of(loss)->call_logits(c, loss, y_true, logits);
  return finish(c, loss, scope, reduced(c, loss, y_true, values, sample_weight, mask));
}

// ---- reduction

// a / b, and 0 where b is 0.
static LnTensor *safe_div(LnContext *c, LnTensor *a, LnTensor *b) {
  if (!a || !b) return NULL;
  LnTensor *zero = ln_cast(c, ln_eq_number(c, b, 0), (LnDtype)a->dtype);
  LnTensor *quotient = ln_div(c, a, ln_add(c, b, zero));
  return ln_mul(c, quotient, ln_number_sub(c, 1, zero));
}

// What is divided by: a sum over the whole batch, as a mean over the rows here has to have it.
static LnTensor *divisor(LnContext *c, LnTensor *sum) {
  if (!sum || !ln_shares_batch(c)) return sum;
  return ln_mul_number(c, ln_peers_sum(c, sum), (double)c->part.rows / (double)c->part.total);
}

// Losses of the processes' rows add up to the batch's when each counts by its share of the rows: a
// mean does so as it is, other reductions are made to. Masks and weights as Keras 3 combines them:
// with a mean over all entries, the mask is scaled so that the divisor is the number of valid ones.
LnTensor *ln_loss_reduce(LnContext *c, int reduction, LnTensor *values, LnTensor *sample_weight,
                         LnTensor *mask) {
  if (!values) return NULL;
  LnDtype d = (LnDtype)values->dtype;
  bool by_count = reduction == LN_SUM_OVER_BATCH_SIZE || reduction == LN_MEAN;
  LnTensor *weight = sample_weight ? ln_cast(c, sample_weight, d) : NULL;
  if (sample_weight && !weight) return NULL;
  if (mask) {
    mask = ln_cast(c, mask, d);
    if (by_count && mask) {
      // 0: the mask is 0 everywhere.
      LnTensor *valid = divisor(c, ln_sum(c, mask, LN_NONE, false));
      valid = ln_add(c, valid, ln_cast(c, ln_eq_number(c, valid, 0), d));
      mask = ln_mul(c, mask, ln_number_div(c, (double)mask->size, valid));
    }
    if (weight) {
      if (!ln_match_ranks(c, &mask, &weight, true)) return NULL;
      weight = ln_mul(c, weight, mask);
    } else {
      weight = mask;
    }
    if (!weight) return NULL;
  }
  if (weight) {
    const LnTensor *given = weight, *from = values;
    int64_t shape[LN_MAX_RANK];
    if (!ln_match_ranks(c, &values, &weight, true)) return NULL;
    int rank = ln_shape_broadcast(values->shape, values->rank, weight->shape, weight->rank, shape);
    if (rank < 0 || (from->rank && !ln_shape_equal(shape, rank, values->shape, values->rank))) {
      bool of_samples = given->rank == 1 && from->rank > 1 && given->shape[0] == from->shape[0];
      ln_fail(c, "%s of shape %s does not go with values of shape %s%s",
              sample_weight ? "sample_weight" : "a mask", ln_tensor_shape_text(given),
              ln_tensor_shape_text(from),
              of_samples ? " (one weight a sample needs an axis of 1 for each other axis)" : "");
      return NULL;
    }
    values = ln_mul(c, values, weight);
  }
  if (reduction == LN_NO_REDUCTION || !values || values->rank == 0) return values;
  if (reduction == LN_SUM || values->size == 0) {
    LnTensor *sum = ln_sum(c, values, LN_NONE, false);
    if (!ln_shares_batch(c)) return sum;
    return ln_mul_number(c, sum, (double)c->part.total / (double)c->part.rows);
  }
  if (reduction == LN_MEAN_WITH_SAMPLE_WEIGHT && weight)
    return safe_div(c, ln_sum(c, values, LN_NONE, false),
                    divisor(c, ln_sum(c, weight, LN_NONE, false)));
  return ln_mean(c, values, LN_NONE, false);
}

static bool binary(const LnTensor *p) { return p->rank > 0 && p->shape[p->rank - 1] == 1; }

static bool sparse(const LnTensor *t, const LnTensor *p) {
  return t->rank < p->rank || (t->rank > 0 && t->shape[t->rank - 1] == 1 && p->rank > 0 &&
                               p->shape[p->rank - 1] > 1);
}

const char *ln_crossentropy_for(const LnTensor *y_true, const LnTensor *y_pred) {
  if (binary(y_pred)) return "BinaryCrossentropy";
  return sparse(y_true, y_pred) ? "SparseCategoricalCrossentropy" : "CategoricalCrossentropy";
}

const char *ln_accuracy_for(const LnTensor *y_true, const LnTensor *y_pred) {
  if (binary(y_pred)) return "BinaryAccuracy";
  return sparse(y_true, y_pred) ? "SparseCategoricalAccuracy" : "CategoricalAccuracy";
}
