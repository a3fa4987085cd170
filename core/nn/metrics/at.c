// The best of one rate where another is at least a given value: SensitivityAtSpecificity and its
// like, over evenly spread thresholds.
#include <stdlib.h>

#include "nn/metrics/metrics.h"

typedef struct At {
  LnMetric base;
  double value;             // what the other rate must reach
  int64_t num_thresholds, class_id;
  LnConfusion counts;
} At;

static bool init(LnContext *c, void *self) {
  At *m = self;
  int64_t n = m->num_thresholds;
  double *thresholds = n <= INT32_MAX ? malloc((size_t)n * sizeof *thresholds) : NULL;
  if (!thresholds) return ln_fail(c, "out of memory for %lld thresholds", (long long)n);
  for (int64_t i = 0; i < n; i++) thresholds[i] = n == 1 ? 0.5 : (double)i / (double)(n - 1);
  bool done = ln_confusion_open(c, &m->counts, n, thresholds, 1);
  free(thresholds);
  return done;
}

static void close_counts(void *self) { ln_confusion_close(&((At *)self)->counts); }
static LnMetricState state(LnMetric *self) { return ln_confusion_state(&((At *)self)->counts); }

static bool update(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                   LnTensor *sample_weight) {
  At *m = (At *)self;
  LnConfusionOptions o = {LN_NONE, m->class_id, false, NULL};
  return ln_confusion_update(c, &m->counts, &o, y_true, y_pred, sample_weight);
}

typedef double (*Rate)(const LnConfusion *m, int64_t i);
static double recall(const LnConfusion *m, int64_t i) {
  return ln_ratio(m->tp[i], m->tp[i] + m->fn[i]);
}
static double specificity(const LnConfusion *m, int64_t i) {
  return ln_ratio(m->tn[i], m->tn[i] + m->fp[i]);
}
static double precision(const LnConfusion *m, int64_t i) {
  return ln_ratio(m->tp[i], m->tp[i] + m->fp[i]);
}

// 0 where no threshold satisfies the constraint. Compared in float32, as the rates are in Keras.
static LnTensor *best(LnContext *c, LnMetric *self, Rate wanted, Rate constrained) {
  At *m = (At *)self;
  double result = 0;
  ln_confusion_settle(&m->counts);
  for (int64_t i = 0; i < m->counts.n; i++) {
    double x = wanted(&m->counts, i);
    if (x > result && (float)constrained(&m->counts, i) >= (float)m->value) result = x;
  }
  return ln_metric_number(c, result);
}

#define RESULT(name, wanted, constrained)                 \
  static LnTensor *name(LnContext *c, LnMetric *self) {   \
    return best(c, self, wanted, constrained);            \
  }
RESULT(sensitivity_at_specificity, recall, specificity)
RESULT(specificity_at_sensitivity, specificity, recall)
RESULT(precision_at_recall, precision, recall)
RESULT(recall_at_precision, recall, precision)

#define OPTIONS(option)                                                                           \
  {{option, LN_OPT_NUMBER, offsetof(At, value), NULL, "[0, 1]", .doc = "what " option             \
    " must reach"},                                                                               \
   {"num_thresholds", LN_OPT_INTEGER, offsetof(At, num_thresholds), "200", ">= 1",                \
    .doc = "how many thresholds are tried, evenly spread over [0, 1]"},                           \
   {"class_id", LN_OPT_INTEGER, offsetof(At, class_id), "none", ">= 0",                           \
    .doc = "look at this class alone (0, 1, ...)"},                                               \
   {0}}

#define CLASS(id, class_name, option, text, arguments, value)                                     \
  static const LnOption id##_options[] = OPTIONS(option);                                         \
  static const LnMetricClass id##_class = {                                                       \
      .base = {.kind = LN_METRIC, .name = class_name, .aliases = #id, .size = sizeof(At),         \
               .options = id##_options, .init = init, .free = close_counts,                       \
               .doc = text "\nShapes: y_true (0 and 1) and y_pred (probabilities) the same.\n"    \
                      "Example:\n"                                                                \
                      "  local m = ln.metrics." class_name "(" arguments ")\n"                    \
                      "  m:update_state(ln.tensor{0, 0, 0, 1, 1}, "                               \
                      "ln.tensor{0, 0.3, 0.8, 0.3, 0.8})\n"                                       \
                      "  m:result()  --> " value},                                                \
      .update = update, .result = id, .state = state, .direction = LN_UP}

CLASS(sensitivity_at_specificity, "SensitivityAtSpecificity", "specificity",
      "The best sensitivity, tp / (tp + fn), of all thresholds at which the specificity,\n"
      "tn / (tn + fp), is at least the given one.", "0.5", "0.5");
CLASS(specificity_at_sensitivity, "SpecificityAtSensitivity", "sensitivity",
      "The best specificity, tn / (tn + fp), of all thresholds at which the sensitivity,\n"
      "tp / (tp + fn), is at least the given one.", "0.5", "0.66666666666667");
CLASS(precision_at_recall, "PrecisionAtRecall", "recall",
      "The best precision, tp / (tp + fp), of all thresholds at which the recall,\n"
      "tp / (tp + fn), is at least the given one.", "0.5", "0.5");
CLASS(recall_at_precision, "RecallAtPrecision", "precision",
      "The best recall, tp / (tp + fn), of all thresholds at which the precision,\n"
      "tp / (tp + fp), is at least the given one; 0 when it never is.", "0.5", "1.0");

const LnMetricClass *const ln_metrics_at[] = {&sensitivity_at_specificity_class,
                                              &specificity_at_sensitivity_class,
                                              &precision_at_recall_class,
                                              &recall_at_precision_class, NULL};
