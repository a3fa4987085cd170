// The accuracy family: how often predictions are right. Plain loops over the data.
#include "nn/metrics/metrics.h"

typedef struct Accuracy {
  LnMeanMetric base;
  double threshold;
  int64_t k;
  bool from_sorted_ids;
} Accuracy;

static bool accuracy(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                     LnTensor *sample_weight) {
  LnElements t, p;
  LnMeanUpdate u;
  if (!ln_metric_pair(c, &y_true, &y_pred) || !ln_elements(c, y_true, &t) ||
      !ln_elements(c, y_pred, &p) ||
      !ln_mean_begin(c, &u, self, sample_weight, y_pred->rank, y_pred->shape))
    return false;
  for (int64_t i = 0; i < p.n; i++) ln_mean_add(&u, i, ln_element(&t, i) == ln_element(&p, i));
  return ln_mean_end(&u);
}

static bool binary(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                   LnTensor *sample_weight) {
  float threshold = (float)((const Accuracy *)self)->threshold;
  LnElements t, p;
  LnMeanUpdate u;
  if (!ln_metric_pair(c, &y_true, &y_pred) || !ln_elements(c, y_true, &t) ||
      !ln_elements(c, y_pred, &p) ||
      !ln_mean_begin(c, &u, self, sample_weight, y_pred->rank, y_pred->shape))
    return false;
  double at = p.dtype == LN_FLOAT64 ? ((const Accuracy *)self)->threshold : threshold;
  for (int64_t i = 0; i < p.n; i++)
    ln_mean_add(&u, i, ln_element(&t, i) == (double)(ln_element(&p, i) > at));
  return ln_mean_end(&u);
}

static bool categorical(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                        LnTensor *sample_weight) {
  LnElements t, p;
  LnMeanUpdate u;
  if (!ln_metric_pair(c, &y_true, &y_pred)) return false;
  int rank = y_pred->rank - 1;
  if (rank < 0 || y_pred->shape[rank] == 0)
    return ln_fail(c, "y_pred needs an axis of classes, it has shape %s",
                   ln_tensor_shape_text(y_pred));
  if (!ln_elements(c, y_true, &t) || !ln_elements(c, y_pred, &p) ||
      !ln_mean_begin(c, &u, self, sample_weight, rank, y_pred->shape))
    return false;
  int64_t classes = y_pred->shape[rank], rows = p.n / classes;
  for (int64_t i = 0; i < rows; i++)
    ln_mean_add(&u, i, ln_element_argmax(&t, i * classes, classes) ==
                           ln_element_argmax(&p, i * classes, classes));
  return ln_mean_end(&u);
}

static bool sparse(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                   LnTensor *sample_weight) {
  LnElements t, p;
  LnMeanUpdate u;
  int rank = y_pred->rank - 1;
  if (!ln_metric_ids(c, &y_true, y_pred) || !ln_elements(c, y_true, &t) ||
      !ln_elements(c, y_pred, &p) ||
      !ln_mean_begin(c, &u, self, sample_weight, rank, y_pred->shape))
    return false;
  int64_t classes = y_pred->shape[rank];
  for (int64_t i = 0; i < t.n; i++)
    ln_mean_add(&u, i, ln_element(&t, i) == (double)ln_element_argmax(&p, i * classes, classes));
  return ln_mean_end(&u);
}

// A class is among the top k when fewer than k others are above it: ties at the border are in.
static bool in_top(const LnElements *p, int64_t from, int64_t classes, double label, int64_t k) {
  if (!(label >= 0 && label < (double)classes)) return false;
  double label_score = ln_element(p, from + (int64_t)label);
  int64_t above = 0;
  for (int64_t j = 0; j < classes; j++) above += !(ln_element(p, from + j) <= label_score);
  return above < k;
}

// Whether the label is one of the first k ids of a row that lists them from the best on.
static bool among_ids(const LnElements *ids, int64_t from, int64_t n, double label, int64_t k) {
  for (int64_t j = 0; j < n && j < k; j++)
    if (ln_element(ids, from + j) == label) return true;
  return false;
}

static bool top_k(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                  LnTensor *sample_weight, bool one_hot) {
  int64_t k = ((const Accuracy *)self)->k;
  bool sorted = ((const Accuracy *)self)->from_sorted_ids;
  LnElements t, p;
  LnMeanUpdate u;
  if (one_hot ? !ln_metric_pair(c, &y_true, &y_pred) : !ln_metric_ids(c, &y_true, y_pred))
    return false;
  int rank = y_pred->rank - 1;
  if (rank < 0 || y_pred->shape[rank] == 0)
    return ln_fail(c, "y_pred needs an axis of classes, it has shape %s",
                   ln_tensor_shape_text(y_pred));
  if (!ln_elements(c, y_true, &t) || !ln_elements(c, y_pred, &p) ||
      !ln_mean_begin(c, &u, self, sample_weight, rank, y_pred->shape))
    return false;
  int64_t classes = y_pred->shape[rank], rows = p.n / classes;
  for (int64_t i = 0; i < rows; i++) {
    double label = one_hot ? (double)ln_element_argmax(&t, i * classes, classes)
                           : ln_element(&t, i);
    ln_mean_add(&u, i, (sorted ? among_ids : in_top)(&p, i * classes, classes, label, k));
  }
  return ln_mean_end(&u);
}

static bool top_k_categorical(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                              LnTensor *sample_weight) {
  return top_k(c, self, y_true, y_pred, sample_weight, true);
}

static bool top_k_sparse(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                         LnTensor *sample_weight) {
  return top_k(c, self, y_true, y_pred, sample_weight, false);
}

#define NAMED(text) LN_METRIC_NAME(text), {0}
#define K {"k", LN_OPT_INTEGER, offsetof(Accuracy, k), "5", ">= 1", \
           .doc = "how many of the largest predictions are looked at"}

static const LnOption accuracy_options[] = {NAMED("accuracy")};
static const LnOption binary_options[] = {
    {"threshold", LN_OPT_NUMBER, offsetof(Accuracy, threshold), "0.5", .config_only = true,
     .doc = "above it a prediction is a 1: 0.5 for probabilities, 0 for logits"},
    NAMED("binary_accuracy")};
static const LnOption categorical_options[] = {NAMED("categorical_accuracy")};
static const LnOption sparse_options[] = {NAMED("sparse_categorical_accuracy")};
static const LnOption top_options[] = {K, NAMED("top_k_categorical_accuracy")};
static const LnOption top_sparse_options[] = {
    K,
    {"from_sorted_ids", LN_OPT_BOOL, offsetof(Accuracy, from_sorted_ids), "false",
     .config_only = true,
     .doc = "y_pred has the ids of classes, the best first, instead of a value for each class"},
    NAMED("sparse_top_k_categorical_accuracy")};

#define CLASS(id, class_name, alias, option_table, init_function, update_function, text)         \
  static const LnMetricClass id = {                                                              \
      .base = {.kind = LN_METRIC, .name = class_name, .aliases = alias, .size = sizeof(Accuracy), \
               .options = option_table, .init = init_function, .doc = text},                     \
      .update = update_function, .direction = LN_UP}

CLASS(accuracy_class, "Accuracy", "accuracy", accuracy_options, NULL, accuracy,
      "How often y_pred equals y_true, element by element.\n"
      "Shapes: y_true and y_pred the same.\n"
      "Example:\n"
      "  local m = ln.metrics.Accuracy()\n"
      "  m:update_state(ln.tensor{1, 2, 3, 4}, ln.tensor{0, 2, 3, 4})\n"
      "  m:result()  --> 0.75");
CLASS(binary_class, "BinaryAccuracy", "binary_accuracy", binary_options, NULL, binary,
      "How often y_pred, 1 above `threshold` and 0 elsewhere, equals y_true.\n"
      "Shapes: y_true and y_pred the same.\n"
      "Example:\n"
      "  local m = ln.metrics.BinaryAccuracy()\n"
      "  m:update_state(ln.tensor{{1}, {1}, {0}, {0}}, ln.tensor{{0.98}, {1}, {0}, {0.6}})\n"
      "  m:result()  --> 0.75");
CLASS(categorical_class, "CategoricalAccuracy", "categorical_accuracy", categorical_options, NULL,
      categorical,
      "How often the largest prediction is that of the one-hot label's class.\n"
      "Shapes: y_true and y_pred (batch, ..., classes).\n"
      "Example:\n"
      "  local m = ln.metrics.CategoricalAccuracy()\n"
      "  m:update_state(ln.tensor{{0, 0, 1}, {0, 1, 0}}, ln.tensor{{0.1, 0.9, 0.8}, {0, 0.9, 0}})\n"
      "  m:result()  --> 0.5");
CLASS(sparse_class, "SparseCategoricalAccuracy", "sparse_categorical_accuracy", sparse_options,
      NULL, sparse,
      "How often the largest prediction is that of the label's class. Labels are class ids\n"
      "(0, 1, ...); one that is no class is never right.\n"
      "Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes).\n"
      "Example:\n"
      "  local m = ln.metrics.SparseCategoricalAccuracy()\n"
      "  m:update_state(ln.tensor{2, 1}, ln.tensor{{0.1, 0.6, 0.3}, {0.05, 0.95, 0}})\n"
      "  m:result()  --> 0.5");
CLASS(top_class, "TopKCategoricalAccuracy", "top_k_categorical_accuracy", top_options, NULL,
      top_k_categorical,
      "How often the one-hot label's class is among the k largest predictions.\n"
      "Shapes: y_true and y_pred (batch, ..., classes).\n"
      "Example:\n"
      "  local m = ln.metrics.TopKCategoricalAccuracy{k = 2}\n"
      "  m:update_state(ln.tensor{{0, 0, 1}, {0, 1, 0}}, ln.tensor{{0.1, 0.9, 0.8}, {0.3, 0, "
      "0.5}})\n"
      "  m:result()  --> 0.5");
CLASS(top_sparse_class, "SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy",
      top_sparse_options, NULL, top_k_sparse,
      "How often the label's class is among the k largest predictions. Labels are class ids\n"
      "(0, 1, ...).\n"
      "Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes), or ids of k\n"
      "classes or more with from_sorted_ids.\n"
      "Example:\n"
      "  local m = ln.metrics.SparseTopKCategoricalAccuracy{k = 2}\n"
      "  m:update_state(ln.tensor{2, 1}, ln.tensor{{0.1, 0.9, 0.8}, {0.3, 0, 0.5}})\n"
      "  m:result()  --> 0.5");

const LnMetricClass *const ln_metrics_accuracy[] = {&accuracy_class, &binary_class,
                                                    &categorical_class, &sparse_class, &top_class,
                                                    &top_sparse_class, NULL};
