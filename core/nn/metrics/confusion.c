// Counts of true and false positives and negatives, and the metrics that are these counts or a
// ratio of them: TruePositives .. FalseNegatives, Precision, Recall.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/metrics/metrics.h"

// ---- counting

static bool evenly_spread(const LnConfusion *m) {
  if (m->n < 3) return false;
  for (int64_t i = 0; i < m->n; i++) {
    double t = fmin(fmax(m->thresholds[i], 0), 1), even = (double)i / (double)(m->n - 1);
    if (!(fabs(t - even) <= LN_EPSILON + 1e-5 * even)) return false;
  }
  return true;
}

bool ln_confusion_open(LnContext *c, LnConfusion *m, int64_t n, const double *thresholds,
                       int64_t labels) {
  size_t cells = (size_t)n * (size_t)labels, bucket = cells + (size_t)labels;
  if (n < 1 || labels < 1 || n > INT32_MAX || labels > INT32_MAX ||
      cells > SIZE_MAX / sizeof(double) / 8)
    return ln_fail(c, "%lld thresholds for %lld labels are out of range", (long long)n,
                   (long long)labels);
  double *block = calloc((size_t)n + 4 * cells + 2 * bucket, sizeof *block);
  if (!block) return ln_fail(c, "out of memory");
  *m = (LnConfusion){.n = n, .labels = labels, .thresholds = block, .tp = block + n};
  m->fp = m->tp + cells;
  m->tn = m->fp + cells;
  m->fn = m->tn + cells;
  m->yes = m->fn + cells;
  m->no = m->yes + bucket;
  memcpy(block, thresholds, (size_t)n * sizeof *block);
  m->even = evenly_spread(m);
  m->open_ends = block[0] < 0 || block[n - 1] > 1;
  return true;
}

void ln_confusion_close(LnConfusion *m) {
  free(m->thresholds);
  *m = (LnConfusion){0};
}

LnMetricState ln_confusion_state(LnConfusion *m) {
  return (LnMetricState){{m->tp}, {m->tp ? (6 * m->n + 2) * m->labels : 0}};
}

// How many of evenly spread thresholds p lies above, in float32 as Keras computes it.
static int64_t buckets_below(const LnConfusion *m, double p) {
  float x = (float)p;
  if (!(x == x)) return 0;
  x = fminf(fmaxf(x, 0), 1);
  int64_t below = (int64_t)ceilf(x * (float)(m->n - 1));
  return m->open_ends && below < 1 ? 1 : below;
}

static void count(LnConfusion *m, int64_t column, bool label, double p, double weight) {
  if (m->even) {
    (label ? m->yes : m->no)[buckets_below(m, p) * m->labels + column] += weight;
    return;
  }
  for (int64_t i = 0; i < m->n; i++) {
    bool above = (float)p > (float)m->thresholds[i];
    double *which = label ? (above ? m->tp : m->fn) : (above ? m->fp : m->tn);
    which[i * m->labels + column] += weight;
  }
}

void ln_confusion_settle(LnConfusion *m) {
  if (!m->even) return;
  for (int64_t column = 0; column < m->labels; column++) {
    double yes = 0, no = 0;   // above at least i + 1 thresholds, so above threshold i
    for (int64_t i = m->n; i > 0; i--) {
      int64_t at = i * m->labels + column, to = at - m->labels;
      m->tp[to] += yes += m->yes[at];
      m->fp[to] += no += m->no[at];
    }
    yes = no = 0;
    for (int64_t i = 0; i < m->n; i++) {
      int64_t at = i * m->labels + column;
      m->fn[at] += yes += m->yes[at];
      m->tn[at] += no += m->no[at];
    }
  }
  memset(m->yes, 0, (size_t)(2 * (m->n + 1) * m->labels) * sizeof(double));
}

#define BELOW_ALL (-1e10)   // what stands for predictions that are not among the top k

// Marks the k largest of a row; the first of equals.
static void mark_top(const LnElements *p, int64_t from, int64_t n, int64_t k, bool *top) {
  memset(top, k >= n, (size_t)n);
  for (int64_t found = 0; found < k && k < n; found++) {
    int64_t best = -1;
    for (int64_t j = 0; j < n; j++)
      if (!top[j] && (best < 0 || ln_element(p, from + j) > ln_element(p, from + best))) best = j;
    top[best] = true;
  }
}

bool ln_confusion_update(LnContext *c, LnConfusion *m, const LnConfusionOptions *o,
                         LnTensor *y_true, LnTensor *y_pred, LnTensor *sample_weight) {
  LnElements t, p;
  const double *w;
  bool *top = NULL;
  if (!ln_metric_pair(c, &y_true, &y_pred)) return false;
  int64_t n = y_pred->rank > 0 ? y_pred->shape[y_pred->rank - 1] : 1;
  if (o->class_id != LN_NONE && (y_pred->rank < 2 || o->class_id >= n))
    return ln_fail(c, "class_id %lld is no class of y_pred, which has shape %s",
                   (long long)o->class_id, ln_tensor_shape_text(y_pred));
  if (o->top_k != LN_NONE && y_pred->rank < 2)
    return ln_fail(c, "top_k needs y_pred of shape (batch, classes), it has shape %s",
                   ln_tensor_shape_text(y_pred));
  if (o->label_weights && o->label_weights->n != n)
    return ln_fail(c, "%lld label_weights for y_pred of shape %s", (long long)o->label_weights->n,
                   ln_tensor_shape_text(y_pred));
  if (m->labels > 1 && (y_pred->rank != 2 || n != m->labels))
    return ln_fail(c, "y_pred has shape %s, expected (batch, %lld)", ln_tensor_shape_text(y_pred),
                   (long long)m->labels);
  if (!ln_elements(c, y_true, &t) || !ln_elements(c, y_pred, &p) ||
      !ln_metric_weights(c, sample_weight, y_pred->rank, y_pred->shape, &w))
    return false;
  if (o->top_k != LN_NONE && n > 0 && !(top = malloc((size_t)n)))
    return ln_fail(c, "out of memory");
  for (int64_t i = 0; i < p.n; i += n) {
    if (top) mark_top(&p, i, n, o->top_k, top);
    for (int64_t j = 0; j < n; j++) {
      if (o->class_id != LN_NONE && j != o->class_id) continue;
      double x = ln_element(&p, i + j), weight = w ? w[i + j] : 1;
      if (o->from_logits) x = 1 / (1 + expf(-(float)x));
      if (top && !top[j]) x = BELOW_ALL;
      if (o->label_weights) weight *= o->label_weights->v[j];
      count(m, m->labels > 1 ? j : 0, ln_element(&t, i + j) != 0, x, weight);
    }
  }
  free(top);
  return true;
}

// ---- the counts themselves, Precision and Recall

typedef struct Counts {
  LnMetric base;
  LnNumbers thresholds;
  int64_t top_k, class_id;
  LnConfusion counts;
} Counts;

static bool init(LnContext *c, void *self) {
  Counts *m = self;
  double fallback = m->top_k == LN_NONE ? 0.5 : BELOW_ALL;
  if (m->thresholds.n == 0) return ln_fail(c, "thresholds is an empty list");
  return ln_confusion_open(c, &m->counts, m->thresholds.n > 0 ? m->thresholds.n : 1,
                           m->thresholds.n > 0 ? m->thresholds.v : &fallback, 1);
}

static bool init_plain(LnContext *c, void *self) {
  ((Counts *)self)->top_k = ((Counts *)self)->class_id = LN_NONE;
  return init(c, self);
}

static void close_counts(void *self) { ln_confusion_close(&((Counts *)self)->counts); }
static LnMetricState state(LnMetric *self) { return ln_confusion_state(&((Counts *)self)->counts); }

static bool update(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                   LnTensor *sample_weight) {
  Counts *m = (Counts *)self;
  LnConfusionOptions o = {m->top_k, m->class_id, false, NULL};
  return ln_confusion_update(c, &m->counts, &o, y_true, y_pred, sample_weight);
}

// A number for one threshold, a vector for several. With `others`: values / (values + others).
static LnTensor *result(LnContext *c, Counts *m, const double *values, const double *others) {
  int64_t n = m->counts.n;
  LnTensor *out = n == 1 ? ln_metric_number(c, 0) : ln_metric_vector(c, n, values);
  if (!out) return NULL;
  for (int64_t i = 0; i < n; i++)
    ((double *)out->data)[i] = others ? ln_ratio(values[i], values[i] + others[i]) : values[i];
  return out;
}

#define RESULT(name, values, others)                         \
  static LnTensor *name(LnContext *c, LnMetric *self) {      \
    Counts *m = (Counts *)self;                              \
    ln_confusion_settle(&m->counts);                         \
    return result(c, m, m->counts.values, others);           \
  }
RESULT(true_positives, tp, NULL)
RESULT(true_negatives, tn, NULL)
RESULT(false_positives, fp, NULL)
RESULT(false_negatives, fn, NULL)
RESULT(precision, tp, m->counts.fp)
RESULT(recall, tp, m->counts.fn)

#define THRESHOLDS {"thresholds", LN_OPT_NUMBERS, offsetof(Counts, thresholds), "none", "[0, 1]", \
                    .one = LN_ONE_AS_NUMBER,                                                      \
                    .doc = "predictions above it are positive; a list gives a result for each " \
                           "(0.5 when None)"}
static const LnOption plain_options[] = {THRESHOLDS, {0}};
static const LnOption ratio_options[] = {
    THRESHOLDS,
    {"top_k", LN_OPT_INTEGER, offsetof(Counts, top_k), "none", ">= 1",
     .doc = "only the k largest predictions of a sample can be positive"},
    {"class_id", LN_OPT_INTEGER, offsetof(Counts, class_id), "none", ">= 0",
     .doc = "look at this class alone (0, 1, ...)"},
    {0}};

#define CLASS(id, class_name, alias, option_table, init_function, way, text, value)               \
  static const LnMetricClass id##_class = {                                                       \
      .base = {.kind = LN_METRIC, .name = class_name, .aliases = alias, .size = sizeof(Counts),   \
               .options = option_table, .init = init_function, .free = close_counts,              \
               .doc = text "\nShapes: y_true (0 and 1) and y_pred the same; sample_weight "       \
                      "(batch,) or the same.\nExample:\n"                                        \
                      "  local m = ln.metrics." class_name "()\n"                                 \
                      "  m:update_state(ln.tensor{0, 1, 1, 1}, ln.tensor{1, 0, 1, 1})\n"          \
                      "  m:result()  --> " value},                                                \
      .update = update, .result = id, .state = state, .direction = way}

CLASS(true_positives, "TruePositives", "true_positives", plain_options, init_plain, LN_UP,
      "How many predictions are above the threshold where the label is 1.", "2.0");
CLASS(true_negatives, "TrueNegatives", "true_negatives", plain_options, init_plain, LN_UP,
      "How many predictions are not above the threshold where the label is 0.", "0.0");
CLASS(false_positives, "FalsePositives", "false_positives", plain_options, init_plain, LN_DOWN,
      "How many predictions are above the threshold where the label is 0.", "1.0");
CLASS(false_negatives, "FalseNegatives", "false_negatives", plain_options, init_plain, LN_DOWN,
      "How many predictions are not above the threshold where the label is 1.", "1.0");
CLASS(recall, "Recall", "recall", ratio_options, init, LN_UP,
      "True positives / (true positives + false negatives): how much of the class is found.",
      "0.66666666666667");

static const LnMetricClass precision_class = {
    .base = {.kind = LN_METRIC, .name = "Precision", .aliases = "precision",
             .size = sizeof(Counts), .options = ratio_options, .init = init, .free = close_counts,
             .doc = "True positives / (true positives + false positives): how much of what is\n"
                    "predicted as the class is right.\n"
                    "Shapes: y_true (0 and 1) and y_pred the same; sample_weight (batch,) or the "
                    "same.\n"
                    "Example:\n"
                    "  local m = ln.metrics.Precision()\n"
                    "  m:update_state(ln.tensor{0, 1, 1, 0}, ln.tensor{1, 0, 1, 0})\n"
                    "  m:result()  --> 0.5"},
    .update = update, .result = precision, .state = state, .direction = LN_UP};

const LnMetricClass *const ln_metrics_confusion[] = {
    &true_positives_class, &true_negatives_class, &false_positives_class, &false_negatives_class,
    &precision_class, &recall_class, NULL};
