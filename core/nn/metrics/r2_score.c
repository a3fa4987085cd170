// R2Score, the coefficient of determination, from sums over everything seen.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/metrics/metrics.h"

typedef struct R2 {
  LnMetric base;
  int class_aggregation;
  int64_t num_regressors;
  int64_t outputs;                            // 0 before the first update
  double samples;                             // rows with a weight other than 0
  double *sum, *squares, *residual, *count;   // by output, in one block
} R2;

enum { UNIFORM, VARIANCE };   // class_aggregation; -1 for none

static void close_sums(void *self) { free(((R2 *)self)->sum); }

static LnMetricState state(LnMetric *self) {
  R2 *m = (R2 *)self;
  return (LnMetricState){{m->sum, &m->samples}, {4 * m->outputs, 1}};
}

static bool update(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                   LnTensor *sample_weight) {
  R2 *m = (R2 *)self;
  LnElements t, p;
  const double *w;
  if (!ln_metric_pair(c, &y_true, &y_pred)) return false;
  if (y_pred->rank != 2 || y_pred->shape[1] == 0 || (m->sum && y_pred->shape[1] != m->outputs))
    return ln_fail(c, "y_true and y_pred have shape (batch, outputs)%s, got %s",
                   m->sum ? ", as many as before" : "", ln_tensor_shape_text(y_pred));
  int64_t n = y_pred->shape[1];
  if (!ln_elements(c, y_true, &t) || !ln_elements(c, y_pred, &p) ||
      !ln_metric_weights(c, sample_weight, 2, y_pred->shape, &w))
    return false;
  if (!m->sum) {
    if (!(m->sum = calloc(4 * (size_t)n, sizeof *m->sum))) return ln_fail(c, "out of memory");
    m->squares = m->sum + n;
    m->residual = m->squares + n;
    m->count = m->residual + n;
    m->outputs = n;
  }
  for (int64_t i = 0; i < p.n; i += n) {   // a row counts unless nothing of it does
    bool counts = !w;
    for (int64_t j = 0; w && j < n; j++) counts = counts || w[i + j] != 0;
    m->samples += counts;
  }
  for (int64_t i = 0; i < p.n; i++) {
    double y = ln_element(&t, i), e = y - ln_element(&p, i), weight = w ? w[i] : 1;
    int64_t j = i % n;
    m->sum[j] += weight * y;
    m->squares[j] += weight * y * y;
    m->residual[j] += weight * e * e;
    m->count[j] += weight;
  }
  return true;
}

static LnTensor *result(LnContext *c, LnMetric *self) {
  const R2 *m = (const R2 *)self;
  double sum = 0, weights = 0;
  LnTensor *out = m->class_aggregation < 0 ? ln_metric_vector(c, m->outputs, m->sum)
                                           : ln_metric_number(c, 0);
  if (!out) return NULL;
  double *value = out->data;
  for (int64_t j = 0; j < m->outputs; j++) {
    double total = m->squares[j] - m->sum[j] * (m->sum[j] / m->count[j]);
    double score = 1 - m->residual[j] / total;
    if (isinf(score)) score = 0;   // labels that do not vary
    if (m->class_aggregation < 0) value[j] = score;
    sum += m->class_aggregation == VARIANCE ? total * score : score;
    weights += m->class_aggregation == VARIANCE ? total : 1;
  }
  if (m->class_aggregation >= 0 && m->outputs) value[0] = sum / weights;
  // Adjusted for the number of regressors, where there are samples enough
  double n = m->samples, p = (double)m->num_regressors;
  if (p > 0 && p < n - 1)
    for (int64_t j = 0; j < out->size; j++) value[j] = 1 - (1 - value[j]) * (n - 1) / (n - p - 1);
  return out;
}

static const LnOption options[] = {
    {"class_aggregation", LN_OPT_CHOICE, offsetof(R2, class_aggregation), "uniform_average",
     .choices = "uniform_average variance_weighted_average", .nullable = true,
     .doc = "how the scores of several outputs become one; None: they do not"},
    {"num_regressors", LN_OPT_INTEGER, offsetof(R2, num_regressors), "0", ">= 0",
     .doc = "above 0 for the adjusted score; ignored while there are no more samples than that"},
    LN_METRIC_NAME("r2_score"),
    {0}};

static const LnMetricClass r2 = {
    .base = {.kind = LN_METRIC, .name = "R2Score", .aliases = "r2_score", .size = sizeof(R2),
             .options = options, .free = close_sums,
             .doc = "1 - sum((y_true - y_pred)^2) / sum((y_true - mean)^2): 1 for perfect "
                    "predictions,\n"
                    "0 for the mean, below for worse.\n"
                    "Shapes: y_true and y_pred (batch, outputs); sample_weight (batch,) or the "
                    "same.\n"
                    "Example:\n"
                    "  local m = ln.metrics.R2Score()\n"
                    "  m:update_state(ln.tensor{{1}, {4}, {3}}, ln.tensor{{2}, {4}, {4}})\n"
                    "  string.format(\"%.4f\", m:result())  --> 0.5714"},
    .update = update, .result = result, .state = state, .direction = LN_UP};

const LnMetricClass *const ln_metrics_r2_score[] = {&r2, NULL};
