// F1Score and FBetaScore: the weighted harmonic mean of precision and recall, by class.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/metrics/metrics.h"

typedef struct FScore {
  LnMetric base;
  int average;
  double beta, threshold;   // threshold NaN: the largest prediction of a sample is the positive one
  int64_t classes;          // 0 before the first update
  double *tp, *fp, *fn, *support;   // by class, in one block
} FScore;

enum { MICRO, MACRO, WEIGHTED };   // average; -1 for none

static bool init(LnContext *c, void *self) {
  FScore *m = self;
  if (m->threshold == m->threshold && !(m->threshold > 0 && m->threshold <= 1))
    return ln_fail(c, "threshold must be above 0 and at most 1, got %g", m->threshold);
  return true;
}

static bool init_f1(LnContext *c, void *self) {
  ((FScore *)self)->beta = 1;
  return init(c, self);
}

static void close_counts(void *self) { free(((FScore *)self)->tp); }

static LnMetricState state(LnMetric *self) {
  FScore *m = (FScore *)self;
  return (LnMetricState){{m->tp}, {4 * m->classes}};
}

static bool update(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                   LnTensor *sample_weight) {
  FScore *m = (FScore *)self;
  LnElements t, p;
  const double *w;
  if (y_pred->rank != 2 || !ln_tensor_same_shape(y_true, y_pred) || y_pred->shape[1] == 0)
    return ln_fail(c, "y_true and y_pred have shape (batch, classes), got %s and %s",
                   ln_tensor_shape_text(y_true), ln_tensor_shape_text(y_pred));
  int64_t n = y_pred->shape[1];
  if (m->tp && n != m->classes)
    return ln_fail(c, "y_pred of shape %s after updates with %lld classes",
                   ln_tensor_shape_text(y_pred), (long long)m->classes);
  if (!ln_elements(c, y_true, &t) || !ln_elements(c, y_pred, &p) ||
      !ln_metric_weights(c, sample_weight, 2, y_pred->shape, &w))
    return false;
  if (!m->tp) {
    if (!(m->tp = calloc(4 * (size_t)n, sizeof *m->tp))) return ln_fail(c, "out of memory");
    m->fp = m->tp + n;
    m->fn = m->fp + n;
    m->support = m->fn + n;
    m->classes = n;
  }
  bool by_max = m->threshold != m->threshold;
  for (int64_t i = 0; i < p.n; i += n) {
    double highest = ln_element(&p, i + ln_element_argmax(&p, i, n));
    for (int64_t j = 0; j < n; j++) {
      double x = ln_element(&p, i + j), y = ln_element(&t, i + j), weight = w ? w[i + j] : 1;
      // A row of zeros has no largest one.
      bool yes = by_max ? x >= highest && fabs(x) > 1e-9 : (float)x > (float)m->threshold;
      if (yes) {
        m->tp[j] += weight * y;
        m->fp[j] += weight * (1 - y);
      } else {
        m->fn[j] += weight * y;
      }
      m->support[j] += weight * y;
    }
  }
  return true;
}

// With Keras's epsilons, which keep an empty class at 0.
static double score(const FScore *m, double tp, double fp, double fn) {
  double precision = tp / (tp + fp + LN_EPSILON), recall = tp / (tp + fn + LN_EPSILON);
  double square = m->beta * m->beta;
  return (1 + square) * precision * recall / (square * precision + recall + LN_EPSILON);
}

static LnTensor *result(LnContext *c, LnMetric *self) {
  const FScore *m = (const FScore *)self;
  double sum = 0, tp = 0, fp = 0, fn = 0, support = 0;
  LnTensor *each = m->average < 0 ? ln_metric_vector(c, m->classes, m->support) : NULL;
  if (m->average < 0 && !each) return NULL;
  for (int64_t j = 0; j < m->classes; j++) {
    double f = score(m, m->tp[j], m->fp[j], m->fn[j]);
    if (each) ((double *)each->data)[j] = f;
    sum += m->average == WEIGHTED ? f * m->support[j] : f;
    tp += m->tp[j];
    fp += m->fp[j];
    fn += m->fn[j];
    support += m->support[j];
  }
  if (each) return each;
  if (m->average == MICRO) return ln_metric_number(c, score(m, tp, fp, fn));
  if (m->average == WEIGHTED) return ln_metric_number(c, sum / (support + LN_EPSILON));
  return ln_metric_number(c, ln_ratio(sum, (double)m->classes));
}

#define AVERAGE                                                                    \
  {"average", LN_OPT_CHOICE, offsetof(FScore, average), "none",                           \
   .choices = "micro macro weighted",                                                     \
   .doc = "None: a score for each class; micro: of all counts together; macro: the mean " \
          "of the classes; weighted: their mean by number of true labels"}
#define THRESHOLD                                                                         \
  {"threshold", LN_OPT_NUMBER, offsetof(FScore, threshold), "none",                       \
   .doc = "predictions above it are positive; None: the largest of a sample is"}

static const LnOption f1_options[] = {AVERAGE, THRESHOLD, LN_METRIC_NAME("f1_score"), {0}};
static const LnOption beta_options[] = {
    AVERAGE,
    {"beta", LN_OPT_NUMBER, offsetof(FScore, beta), "1", "> 0",
     .doc = "how many times as much recall counts as precision"},
    THRESHOLD, LN_METRIC_NAME("fbeta_score"), {0}};

#define SHAPES "Shapes: y_true (0 and 1) and y_pred (batch, classes); sample_weight (batch,).\n"

static const LnMetricClass f1 = {
    .base = {.kind = LN_METRIC, .name = "F1Score", .aliases = "f1_score", .size = sizeof(FScore),
             .options = f1_options, .init = init_f1, .free = close_counts,
             .doc = "2 * precision * recall / (precision + recall), by class or averaged.\n" SHAPES
                    "Example:\n"
                    "  local m = ln.metrics.F1Score{average = \"micro\", threshold = 0.5}\n"
                    "  m:update_state(ln.tensor{{1, 1}, {1, 0}}, ln.tensor{{0.2, 0.6}, {0.7, "
                    "0.6}})\n"
                    "  string.format(\"%.4f\", m:result())  --> 0.6667"},
    .update = update, .result = result, .state = state, .direction = LN_UP};
static const LnMetricClass f_beta = {
    .base = {.kind = LN_METRIC, .name = "FBetaScore", .aliases = "f_beta_score",
             .size = sizeof(FScore), .options = beta_options, .init = init, .free = close_counts,
             .doc = "(1 + beta^2) * precision * recall / (beta^2 * precision + recall), by class "
                    "or\n"
                    "averaged.\n" SHAPES
                    "Example:\n"
                    "  local m = ln.metrics.FBetaScore{average = \"macro\", beta = 2, threshold "
                    "= 0.5}\n"
                    "  m:update_state(ln.tensor{{1, 1}, {1, 0}}, ln.tensor{{0.2, 0.6}, {0.7, "
                    "0.6}})\n"
                    "  string.format(\"%.4f\", m:result())  --> 0.6944"},
    .update = update, .result = result, .state = state, .direction = LN_UP};

const LnMetricClass *const ln_metrics_f_score[] = {&f1, &f_beta, NULL};
