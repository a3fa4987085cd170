// Mean and Sum of values that are given as such: m:update_state(values, sample_weight).
#include "nn/metrics/metrics.h"

// In fit these are called with (y_true, y_pred) like any other: values and their weights.
static bool weights_of(LnContext *c, LnTensor *second, LnTensor **sample_weight) {
  if (!second) return true;
  if (*sample_weight) return ln_fail(c, "it takes (values, sample_weight), got three tensors");
  *sample_weight = second;
  return true;
}

static bool mean(LnContext *c, LnMetric *self, LnTensor *values, LnTensor *second,
                 LnTensor *sample_weight) {
  LnElements v;
  LnMeanUpdate u;
  if (!weights_of(c, second, &sample_weight) || !ln_elements(c, values, &v) ||
      !ln_mean_begin(c, &u, self, sample_weight, values->rank, values->shape))
    return false;
  for (int64_t i = 0; i < v.n; i++) ln_mean_add(&u, i, ln_element(&v, i));
  return ln_mean_end(&u);
}

static bool sum(LnContext *c, LnMetric *self, LnTensor *values, LnTensor *second,
                LnTensor *sample_weight) {
  LnElements v;
  const double *w;
  double total = 0;
  if (!weights_of(c, second, &sample_weight) || !ln_elements(c, values, &v) ||
      !ln_metric_weights(c, sample_weight, values->rank, values->shape, &w))
    return false;
  for (int64_t i = 0; i < v.n; i++) total += (w ? w[i] : 1) * ln_element(&v, i);
  ((LnMeanMetric *)self)->total += total;
  return true;
}

static LnTensor *sum_result(LnContext *c, LnMetric *self) {
  return ln_metric_number(c, ((const LnMeanMetric *)self)->total);
}

static const LnOption mean_options[] = {LN_METRIC_NAME("mean"), {0}};
static const LnOption sum_options[] = {LN_METRIC_NAME("sum"), {0}};

static const LnMetricClass mean_class = {
    .base = {.kind = LN_METRIC, .name = "Mean", .aliases = "mean", .size = sizeof(LnMeanMetric),
             .options = mean_options,
             .doc = "The (weighted) mean of the values it is given: update_state(values,\n"
                    "sample_weight). A sample's value is the mean over all axes but the first.\n"
                    "Example:\n"
                    "  local m = ln.metrics.Mean()\n"
                    "  m:update_state(ln.tensor{1, 3, 5, 7})\n"
                    "  m:result()  --> 4.0"},
    .update = mean,
    .of_values = true,
};
static const LnMetricClass sum_class = {
    .base = {.kind = LN_METRIC, .name = "Sum", .aliases = "sum", .size = sizeof(LnMeanMetric),
             .options = sum_options,
             .doc = "The (weighted) sum of the values it is given: update_state(values,\n"
                    "sample_weight).\n"
                    "Example:\n"
                    "  local m = ln.metrics.Sum()\n"
                    "  m:update_state(ln.tensor{1, 3, 5, 7}, ln.tensor{1, 1, 0, 0})\n"
                    "  m:result()  --> 4.0"},
    .update = sum,
    .result = sum_result,
    .of_values = true,
};

const LnMetricClass *const ln_metrics_mean[] = {&mean_class, &sum_class, NULL};
