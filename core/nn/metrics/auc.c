// Area under the ROC, precision-recall or precision-recall-gain curve, over fixed thresholds.
#include <math.h>
#include <stdlib.h>

#include "nn/metrics/metrics.h"

typedef struct Auc {
  LnMetric base;
  int64_t num_thresholds, num_labels;
  int curve, summation_method;
  LnNumbers thresholds, label_weights;
  bool multi_label, from_logits;
  LnConfusion counts;        // opened at the first update when the number of labels is not known
} Auc;

enum { ROC, PR, PRGAIN, CURVES };
enum { INTERPOLATION, MAJORING, MINORING, METHODS };

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// The inner thresholds, and ends a little beyond 0 and 1.
static bool open_counts(LnContext *c, Auc *m, int64_t labels) {
  bool given = m->thresholds.n >= 0;
  int64_t n = given ? m->thresholds.n + 2 : m->num_thresholds;
  double *t = n <= INT32_MAX ? malloc((size_t)n * sizeof *t) : NULL;
  if (!t) return ln_fail(c, "out of memory for %lld thresholds", (long long)n);
  for (int64_t i = 1; i < n - 1; i++)
    t[i] = given ? m->thresholds.v[i - 1] : (double)i / (double)(n - 1);
  qsort(t + 1, (size_t)n - 2, sizeof *t, ascending);
  t[0] = -LN_EPSILON;
  t[n - 1] = 1 + LN_EPSILON;
  bool done = ln_confusion_open(c, &m->counts, n, t, labels);
  free(t);
  return done;
}

static bool init(LnContext *c, void *self) {
  Auc *m = self;
  if (m->num_labels != LN_NONE && !m->multi_label)
    return ln_fail(c, "num_labels is for multi_label = true alone");
  if (m->multi_label && m->num_labels == LN_NONE) return true;
  return open_counts(c, m, m->multi_label ? m->num_labels : 1);
}

static void close_counts(void *self) { ln_confusion_close(&((Auc *)self)->counts); }
static LnMetricState state(LnMetric *self) { return ln_confusion_state(&((Auc *)self)->counts); }

static bool update(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                   LnTensor *sample_weight) {
  Auc *m = (Auc *)self;
  const LnNumbers *lw = m->label_weights.n >= 0 ? &m->label_weights : NULL;
  if (m->multi_label) {
    if (y_pred->rank != 2 || (m->counts.n && y_pred->shape[1] != m->counts.labels) ||
        (lw && y_pred->shape[1] != lw->n))
      return ln_fail(c, "with multi_label y_pred has shape (batch, %s), not %s",
                     m->counts.n ? "num_labels" : "labels", ln_tensor_shape_text(y_pred));
    if (!m->counts.n && !open_counts(c, m, y_pred->shape[1])) return false;
  }
  LnConfusionOptions o = {LN_NONE, LN_NONE, m->from_logits, m->multi_label ? NULL : lw};
  return ln_confusion_update(c, &m->counts, &o, y_true, y_pred, sample_weight);
}

typedef struct Point {
  double x, y;
} Point;

static Point point(const LnConfusion *m, int64_t i, int curve) {
  double tp = m->tp[i], fp = m->fp[i], tn = m->tn[i], fn = m->fn[i];
  if (curve == ROC) return (Point){ln_ratio(fp, fp + tn), ln_ratio(tp, tp + fn)};
  if (curve == PR) return (Point){ln_ratio(tp, tp + fn), ln_ratio(tp, tp + fp)};
  // Flach & Kull 2015: gains over always saying yes; none below 0, and none without positives
  double scale = ln_ratio(tp + fn, tn + fp);
  if (tp == 0) return (Point){0, 1};
  return (Point){fmax(1 - scale * fn / tp, 0), 1 - scale * fp / tp};
}

// Davis & Goadrich 2006: between thresholds tp and fp vary linearly, precision does not.
static double pr_step(const LnConfusion *m, int64_t i, int64_t next) {
  double tp = m->tp[next], dtp = m->tp[i] - tp;
  double positives = m->tp[i] + m->fp[i], next_positives = tp + m->fp[next];
  double slope = ln_ratio(dtp, fmax(positives - next_positives, 0));
  double intercept = tp - slope * next_positives;
  double ratio = positives > 0 && next_positives > 0 ? positives / next_positives : 1;
  return ln_ratio(slope * (dtp + intercept * log(ratio)), fmax(tp + m->fn[next], 0));
}

static double area(const Auc *m, int64_t column) {
  const LnConfusion *counts = &m->counts;
  int curve = m->curve % CURVES, method = m->summation_method % METHODS;
  double sum = 0;
  for (int64_t k = 0; k + 1 < counts->n; k++) {
    int64_t i = k * counts->labels + column, next = i + counts->labels;
    if (curve == PR && method == INTERPOLATION) {
      sum += pr_step(counts, i, next);
      continue;
    }
    Point a = point(counts, i, curve), b = point(counts, next, curve);
    double height = method == INTERPOLATION ? (a.y + b.y) / 2
                    : method == MINORING    ? fmin(a.y, b.y)
                                            : fmax(a.y, b.y);
    sum += (a.x - b.x) * height;
  }
  return sum;
}

static LnTensor *result(LnContext *c, LnMetric *self) {
  Auc *m = (Auc *)self;
  double sum = 0, weights = 0;
  ln_confusion_settle(&m->counts);
  for (int64_t j = 0; j < m->counts.labels; j++) {
    double w = m->multi_label && m->label_weights.n >= 0 ? m->label_weights.v[j] : 1;
    sum += w * area(m, j);
    weights += w;
  }
  return ln_metric_number(c, ln_ratio(sum, weights));
}

#define FIELD(field) offsetof(Auc, field)
static const LnOption options[] = {
    {"num_thresholds", LN_OPT_INTEGER, FIELD(num_thresholds), "200", ">= 2",
     .doc = "how many points the curve has"},
    {"curve", LN_OPT_CHOICE, FIELD(curve), "ROC", .choices = "ROC PR PRGAIN roc pr prgain",
     .doc = "which curve"},
    {"summation_method", LN_OPT_CHOICE, FIELD(summation_method), "interpolation",
     .choices = "interpolation majoring minoring Interpolation Majoring Minoring",
     .doc = "how the area between two points is taken: between, above or below them"},
    {"thresholds", LN_OPT_NUMBERS, FIELD(thresholds), "none", "[0, 1]", .config_only = true,
     .doc = "the points, instead of evenly spread ones"},
    {"multi_label", LN_OPT_BOOL, FIELD(multi_label), "false", .config_only = true,
     .doc = "an area for each label of the last axis, then their mean"},
    {"num_labels", LN_OPT_INTEGER, FIELD(num_labels), "none", ">= 1", .config_only = true,
     .doc = "with multi_label, when it is to be checked"},
    {"label_weights", LN_OPT_NUMBERS, FIELD(label_weights), "none", ">= 0", .config_only = true,
     .doc = "the weight of each label of the last axis"},
    {"from_logits", LN_OPT_BOOL, FIELD(from_logits), "false", .config_only = true,
     .doc = "y_pred has not gone through a sigmoid"},
    {0}};

static const LnMetricClass auc = {
    .base = {.kind = LN_METRIC, .name = "AUC", .aliases = "auc", .size = sizeof(Auc),
             .options = options, .init = init, .free = close_counts,
             .doc = "The area under the ROC curve (true over false positive rate), or another "
                    "curve,\n"
                    "through num_thresholds points.\n"
                    "Shapes: y_true (0 and 1) and y_pred (probabilities) the same.\n"
                    "Example:\n"
                    "  local m = ln.metrics.AUC{num_thresholds = 3}\n"
                    "  m:update_state(ln.tensor{0, 0, 1, 1}, ln.tensor{0, 0.5, 0.3, 0.9})\n"
                    "  m:result()  --> 0.75"},
    .update = update, .result = result, .state = state, .direction = LN_UP};

const LnMetricClass *const ln_metrics_auc[] = {&auc, NULL};
