// Pearson's and Lin's (concordance) correlation of y_true and y_pred, along an axis.
#include "nn/metrics/metrics.h"

typedef struct Correlation {
  LnMeanMetric base;
  LnInts axis;
} Correlation;

// The mean over the axes, which stay as axes of 1.
static LnTensor *mean(LnContext *c, const LnMetric *self, LnTensor *x) {
  const LnInts *axes = &((const Correlation *)self)->axis;
  for (int64_t i = 0; i < axes->n && x; i++) x = ln_mean(c, x, axes->v[i], true);
  return x;
}

// Without these axes again: their sum over axes of 1.
static LnTensor *dropped(LnContext *c, const LnMetric *self, LnTensor *x) {
  return ln_sum_axes(c, x, &((const Correlation *)self)->axis);
}

static bool centered(LnContext *c, const LnMetric *self, LnTensor **y_true, LnTensor **y_pred,
                     LnTensor **shift) {
  LnLoss loss = {{.cls = &ln_mean_squared_error.base}, LN_NO_REDUCTION, self->dtype};
  if (!ln_loss_prepare(c, &loss, y_true, y_pred)) return false;
  LnTensor *a = mean(c, self, *y_true), *b = mean(c, self, *y_pred);
  *y_true = ln_sub(c, *y_true, a);
  *y_pred = ln_sub(c, *y_pred, b);
  return (*shift = ln_squared_difference(c, a, b)) != NULL;
}

static LnTensor *pearson(LnContext *c, const LnMetric *self, LnTensor *y_true, LnTensor *y_pred) {
  LnTensor *shift;
  if (!centered(c, self, &y_true, &y_pred, &shift)) return NULL;
  LnTensor *a = ln_sqrt(c, mean(c, self, ln_square(c, y_true)));
  LnTensor *b = ln_sqrt(c, mean(c, self, ln_square(c, y_pred)));
  LnTensor *product = ln_mul(c, ln_div(c, y_true, a), ln_div(c, y_pred, b));
  return dropped(c, self, mean(c, self, product));
}

// Lin 1989
static LnTensor *concordance(LnContext *c, const LnMetric *self, LnTensor *y_true,
                             LnTensor *y_pred) {
  LnTensor *shift;
  if (!centered(c, self, &y_true, &y_pred, &shift)) return NULL;
  LnTensor *spread = ln_add(c, mean(c, self, ln_square(c, y_true)),
                            mean(c, self, ln_square(c, y_pred)));
  LnTensor *together = ln_mul_number(c, mean(c, self, ln_mul(c, y_true, y_pred)), 2);
  LnTensor *value = ln_div(c, together, ln_add_number(c, ln_add(c, spread, shift), LN_EPSILON));
  return dropped(c, self, value);
}

#define AXIS {"axis", LN_OPT_AXES, offsetof(Correlation, axis), "-1", .config_only = true, \
              .doc = "the axis, or axes, along which values are correlated"}
static const LnOption pearson_options[] = {AXIS, LN_METRIC_NAME("pearson_correlation"), {0}};
static const LnOption concordance_options[] = {AXIS, LN_METRIC_NAME("concordance_correlation"),
                                               {0}};

static const LnMetricClass pearson_class = {
    .base = {.kind = LN_METRIC, .name = "PearsonCorrelation", .aliases = "pearson_correlation",
             .size = sizeof(Correlation), .options = pearson_options,
             .doc = "Mean of Pearson's correlation of y_true and y_pred along `axis`: from -1 to "
                    "1, 0\n"
                    "for values that have no linear relation.\n"
                    "Shapes: y_true and y_pred the same.\n"
                    "Example:\n"
                    "  local m = ln.metrics.PearsonCorrelation()\n"
                    "  m:update_state(ln.tensor{{0, 1, 0.5}}, ln.tensor{{0.1, 0.9, 0.5}})\n"
                    "  string.format(\"%.4f\", m:result())  --> 1.0000"},
    .values = pearson, .direction = LN_UP};
static const LnMetricClass concordance_class = {
    .base = {.kind = LN_METRIC, .name = "ConcordanceCorrelation",
             .aliases = "concordance_correlation", .size = sizeof(Correlation),
             .options = concordance_options,
             .doc = "Mean of Lin's concordance of y_true and y_pred along `axis`: 1 where they "
                    "are\n"
                    "equal, not only in line.\n"
                    "Shapes: y_true and y_pred the same.\n"
                    "Example:\n"
                    "  local m = ln.metrics.ConcordanceCorrelation()\n"
                    "  m:update_state(ln.tensor{{0, 1, 0.5}}, ln.tensor{{0.1, 0.9, 0.5}})\n"
                    "  string.format(\"%.4f\", m:result())  --> 0.9756"},
    .values = concordance, .direction = LN_UP};

const LnMetricClass *const ln_metrics_correlation[] = {&pearson_class, &concordance_class, NULL};
