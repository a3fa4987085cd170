// Metrics, the general part: updates, results, and what the classes in metrics/ share for reading
// data and taking weighted means. State is doubles in the metric's struct.
#include <math.h>
#include <string.h>

#include "nn/metrics/metrics.h"

static const LnMetricClass *class_of(const LnMetric *m) {
  return (const LnMetricClass *)m->base.cls;
}

static void fail_within(LnContext *c, const LnMetric *m) {
  ln_fail_within(c, "in metric '%s'", m->base.name ? m->base.name : m->base.cls->name);
}

static bool is_mean(const LnMetric *m) {
  return !class_of(m)->state && m->base.cls->size >= sizeof(LnMeanMetric);
}

// ---- reading

bool ln_elements(LnContext *c, LnTensor *t, LnElements *out) {
  if (!t) return false;
  if (t->meta || ln_tensor_closed(t))
    return ln_fail(c, t->meta ? "it needs values, which are not known yet here"
                              : "the tensor is closed");
  if (!ln_tensor_is_contiguous(t) && !(t = ln_temp(c, ln_tensor_contiguous(c, t)))) return false;
  *out = (LnElements){t->data, (LnDtype)t->dtype, t->size};
  return true;
}

#define ARGMAX(type)                               \
  {                                                \
    const type *x = (const type *)e->data + from;  \
    type best = x[0];                              \
    if (best != best) return 0;                    \
    for (int64_t i = 1; i < n; i++) {              \
      if (x[i] <= best) continue;                  \
      best = x[at = i];                            \
      if (best != best) break;                     \
    }                                              \
    return at;                                     \
  }

int64_t ln_element_argmax(const LnElements *e, int64_t from, int64_t n) {
  int64_t at = 0;
  switch (e->dtype) {
    case LN_BOOL: case LN_UINT8: ARGMAX(uint8_t)
    case LN_INT32: ARGMAX(int32_t)
    case LN_INT64: ARGMAX(int64_t)
    case LN_FLOAT32: ARGMAX(float)
    default: ARGMAX(double)
  }
}

bool ln_metric_pair(LnContext *c, LnTensor **y_true, LnTensor **y_pred) {
  const LnTensor *t = *y_true, *p = *y_pred;
  if (!ln_match_ranks(c, y_true, y_pred, true)) return false;
  return ln_tensor_same_shape(*y_true, *y_pred) ||
         ln_fail(c, "y_true has shape %s and y_pred %s, they must have the same shape",
                 ln_tensor_shape_text(t), ln_tensor_shape_text(p));
}

bool ln_metric_ids(LnContext *c, LnTensor **y_true, const LnTensor *y_pred) {
  const LnTensor *given = *y_true;
  if (y_pred->rank == 0 || y_pred->shape[y_pred->rank - 1] == 0)
    return ln_fail(c, "y_pred needs an axis of classes, it has shape %s",
                   ln_tensor_shape_text(y_pred));
  if (given->rank == y_pred->rank && given->shape[given->rank - 1] == 1 &&
      !(*y_true = ln_squeeze(c, *y_true, -1)))
    return false;
  if (ln_shape_equal((*y_true)->shape, (*y_true)->rank, y_pred->shape, y_pred->rank - 1))
    return true;
  return ln_fail(c, "class ids of shape %s do not go with y_pred of shape %s, for which they must "
                 "have shape %s%s", ln_tensor_shape_text(given), ln_tensor_shape_text(y_pred),
                 ln_shape_text(y_pred->shape, y_pred->rank - 1),
                 ln_tensor_same_shape(given, y_pred) ? " (labels are one-hot, it seems)" : "");
}

bool ln_metric_weights(LnContext *c, LnTensor *sample_weight, int rank, const int64_t *shape,
                       const double **weights) {
  LnTensor *w = sample_weight;
  *weights = NULL;
  if (!w) return true;
  if (w->rank == rank + 1 && w->shape[rank] == 1 && !(w = ln_squeeze(c, w, -1))) return false;
  int64_t spread[LN_MAX_RANK];
  bool fits = w->rank <= rank;
  for (int i = 0; i < rank; i++) {
    spread[i] = i < w->rank ? w->shape[i] : 1;
    fits = fits && (spread[i] == 1 || spread[i] == shape[i]);
  }
  if (!fits)
    return ln_fail(c, "sample_weight of shape %s does not go with values of shape %s",
                   ln_tensor_shape_text(sample_weight), ln_shape_text(shape, rank));
  w = ln_broadcast_to(c, ln_reshape(c, ln_cast(c, w, LN_FLOAT64), rank, spread), rank, shape);
  LnElements e;
  if (!ln_elements(c, w, &e)) return false;
  *weights = e.data;
  return true;
}

// ---- means

bool ln_mean_begin(LnContext *c, LnMeanUpdate *u, LnMetric *metric, LnTensor *sample_weight,
                   int rank, const int64_t *shape) {
  double inner = 1;
  for (int i = 1; i < rank; i++) inner *= (double)shape[i];
  // One weight for the whole batch makes its mean one value, as in Keras.
  if (sample_weight && sample_weight->rank == 0 && rank > 0) inner *= (double)shape[0];
  *u = (LnMeanUpdate){(LnMeanMetric *)metric, NULL, 0, 0, inner};
  return ln_metric_weights(c, sample_weight, rank, shape, &u->weights);
}

bool ln_mean_end(LnMeanUpdate *u) {
  if (u->divisor == 0) return true;   // an empty batch
  u->metric->total += u->total / u->divisor;
  u->metric->count += u->count / u->divisor;
  return true;
}

bool ln_metric_update_mean(LnContext *c, LnMetric *m, LnTensor *values,
                           LnTensor *sample_weight) {
  LnMeanUpdate u;
  LnElements e;
  if (!values || !ln_elements(c, values, &e)) return false;
  if (!ln_mean_begin(c, &u, m, sample_weight, values->rank, values->shape)) return false;
  for (int64_t i = 0; i < e.n; i++) ln_mean_add(&u, i, ln_element(&e, i));
  return ln_mean_end(&u);
}

// ---- results

LnTensor *ln_metric_number(LnContext *c, double value) {
  return ln_temp(c, ln_tensor_scalar(c, LN_FLOAT64, value));
}

LnTensor *ln_metric_vector(LnContext *c, int64_t n, const double *values) {
  LnTensor *t = ln_temp(c, ln_tensor_new(c, LN_FLOAT64, 1, &n));
  if (t && n) memcpy(t->data, values, (size_t)n * sizeof *values);
  return t;
}

// ---- the object

static bool lua_call(LnContext *c, LnMetric *m, const char *method, const LnTensors *in,
                     LnTensor **out) {
  LnCallArgs args = {.training = false};
  int n = 0;
  *out = NULL;
  return c->calls->call(c, &m->base, method, in, &args, out, 1, &n);
}

// Means of values leave out what the predictions' mask does; Keras's others count all.
static LnTensor *masked_weight(LnContext *c, const LnMetric *m, const LnTensor *y_pred,
                               LnTensor *weight) {
  const LnMetricClass *cls = class_of(m);
  if (!y_pred || !y_pred->mask || !is_mean(m) || cls->of_values || cls->result) return weight;
  LnTensor *mask = ln_cast(c, y_pred->mask, LN_FLOAT32);
  if (!weight || !ln_match_ranks(c, &mask, &weight, true)) return mask;
  return ln_mul(c, weight, mask);
}

// Metrics read elements, and keep counts and sums in doubles.
static LnTensor *widened(LnContext *c, LnTensor *t) {
  return t && ln_dtype_is_half((LnDtype)t->dtype) ? ln_cast(c, t, LN_FLOAT32) : t;
}

// Metrics are never part of what a tape records.
bool ln_metric_update_builtin(LnContext *c, LnMetric *m, LnTensor *y_true, LnTensor *y_pred,
                              LnTensor *sample_weight) {
  const LnMetricClass *cls = class_of(m);
  size_t scope = ln_scope(c);
  bool done;
  if (c->err.set) return false;
  c->no_record++;
  sample_weight = masked_weight(c, m, y_pred, sample_weight);
  y_true = widened(c, y_true);
  y_pred = widened(c, y_pred);
  if (!cls->update && !cls->values)
    done = ln_fail(c, "a metric must define update_state");
  else if (!y_true || !(y_pred || cls->of_values))
    done = ln_fail(c, cls->of_values ? "it takes values" : "it takes y_true and y_pred");
  else if (cls->update)
    done = cls->update(c, m, y_true, y_pred, sample_weight);
  else
    done = ln_metric_update_mean(c, m, cls->values(c, m, y_true, y_pred), sample_weight);
  c->no_record--;
  ln_scope_end(c, scope);
  if (!done || c->err.set) fail_within(c, m);
  return done && !c->err.set;
}

LnTensor *ln_metric_result_builtin(LnContext *c, LnMetric *m) {
  const LnMetricClass *cls = class_of(m);
  LnTensor *out = NULL;
  if (c->err.set) return NULL;
  size_t scope = ln_scope(c);
  c->no_record++;
  if (cls->result)
    out = cls->result(c, m);
  else if (is_mean(m))
    out = ln_metric_number(c, ln_ratio(((LnMeanMetric *)m)->total, ((LnMeanMetric *)m)->count));
  else
    ln_fail(c, "a metric must define result");
  c->no_record--;
  if (!out) fail_within(c, m);
  return ln_scope_return(c, scope, out);
}

bool ln_metric_update(LnContext *c, LnMetric *m, LnTensor *y_true, LnTensor *y_pred,
                      LnTensor *sample_weight) {
  if (!m->base.lua || !c->calls)
    return ln_metric_update_builtin(c, m, y_true, y_pred, sample_weight);
  if (c->err.set) return false;
  size_t scope = ln_scope(c);
  c->no_record++;
  // As functions get them.
  if (y_true && y_pred && !ln_match_ranks(c, &y_true, &y_pred, true)) y_pred = NULL;
  LnTensor *in[3] = {y_true, y_pred, sample_weight}, *out;
  bool done = !c->err.set && lua_call(c, m, "update_state",
                       &(LnTensors){sample_weight ? 3 : y_pred ? 2 : 1, in}, &out);
  c->no_record--;
  ln_scope_end(c, scope);
  return done && !c->err.set;
}

LnTensor *ln_metric_result(LnContext *c, LnMetric *m) {
  LnTensor *out = NULL;
  if (!m->base.lua || !c->calls) return ln_metric_result_builtin(c, m);
  if (c->err.set) return NULL;
  size_t scope = ln_scope(c);
  c->no_record++;
  if (!lua_call(c, m, "result", &(LnTensors){0, NULL}, &out)) out = NULL;
  else if (!out)
    ln_fail(c, "in metric '%s': its result must be a tensor or a number", m->base.name);
  c->no_record--;
  return ln_scope_return(c, scope, out);
}

bool ln_metric_reset(LnContext *c, LnMetric *m) {
  if (m->base.lua && c->calls) {
    LnTensor *out;
    return lua_call(c, m, "reset_state", &(LnTensors){0, NULL}, &out);
  }
  ln_metric_reset_builtin(m);
  return true;
}

LnMetricState ln_metric_state(LnMetric *m) {
  LnMeanMetric *mean = (LnMeanMetric *)m;
  if (class_of(m)->state) return class_of(m)->state(m);
  if (is_mean(m)) return (LnMetricState){{&mean->total, &mean->count}, {1, 1}};
  return (LnMetricState){{NULL}, {0}};
}

void ln_metric_reset_builtin(LnMetric *m) {
  const LnMetricState s = ln_metric_state(m);
  for (int i = 0; i < 2; i++)
    if (s.sums[i]) memset(s.sums[i], 0, (size_t)s.n[i] * sizeof(double));
}
