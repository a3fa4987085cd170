// Intersection over union of classes, from a confusion matrix: IoU, BinaryIoU, MeanIoU, OneHotIoU,
// OneHotMeanIoU.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/metrics/metrics.h"

typedef struct Iou {
  LnMetric base;
  int64_t num_classes, ignore_class, axis;
  LnInts target_class_ids;     // n = -1: all
  bool sparse_y_true, sparse_y_pred;
  double threshold;            // BinaryIoU's, NaN elsewhere
  double *matrix;              // (num_classes, num_classes): true class, predicted class
} Iou;

static bool init(LnContext *c, void *self) {
  Iou *m = self;
  for (int64_t i = 0; i < m->target_class_ids.n; i++)
    if (m->target_class_ids.v[i] < 0 || m->target_class_ids.v[i] >= m->num_classes)
      return ln_fail(c, "target_class_ids: %lld is no class, they are 0 to %lld",
                     (long long)m->target_class_ids.v[i], (long long)m->num_classes - 1);
  if (m->target_class_ids.n == 0) return ln_fail(c, "target_class_ids is an empty list");
  size_t n = (size_t)m->num_classes;
  m->matrix = n < 1 << 20 ? calloc(n * n, sizeof *m->matrix) : NULL;
  return m->matrix || ln_fail(c, "out of memory for %zu x %zu classes", n, n);
}

static bool init_iou(LnContext *c, void *self) {
  ((Iou *)self)->threshold = NAN;
  return init(c, self);
}

static bool init_mean(LnContext *c, void *self) {
  ((Iou *)self)->target_class_ids.n = -1;
  return init_iou(c, self);
}

static bool init_one_hot(LnContext *c, void *self) {
  ((Iou *)self)->sparse_y_true = false;
  return init_iou(c, self);
}

static bool init_one_hot_mean(LnContext *c, void *self) {
  ((Iou *)self)->sparse_y_true = false;
  return init_mean(c, self);
}

static bool init_binary(LnContext *c, void *self) {
  Iou *m = self;
  m->num_classes = 2;
  m->ignore_class = LN_NONE;
  m->axis = -1;
  m->sparse_y_true = m->sparse_y_pred = true;
  return init(c, self);
}

static void close_matrix(void *self) { free(((Iou *)self)->matrix); }

static LnMetricState state(LnMetric *self) {
  Iou *m = (Iou *)self;
  return (LnMetricState){{m->matrix}, {m->num_classes * m->num_classes}};
}

// A class id, or -1 with an error.
static int64_t class_id(LnContext *c, const Iou *m, const char *what, double x) {
  if (x > -1 && x < (double)m->num_classes) return (int64_t)x;
  ln_fail(c, "%s: %g is no class, they are 0 to %lld", what, x, (long long)m->num_classes - 1);
  return -1;
}

static bool update(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                   LnTensor *sample_weight) {
  Iou *m = (Iou *)self;
  LnElements t, p, w = {NULL, LN_FLOAT64, 0};
  if (!m->sparse_y_true && !(y_true = ln_argmax(c, y_true, m->axis))) return false;
  if (!m->sparse_y_pred && !(y_pred = ln_argmax(c, y_pred, m->axis))) return false;
  if (y_true->size != y_pred->size)
    return ln_fail(c, "y_true of shape %s and y_pred of shape %s have different numbers of labels",
                   ln_tensor_shape_text(y_true), ln_tensor_shape_text(y_pred));
  if (sample_weight && sample_weight->size != 1 && sample_weight->size != y_true->size)
    return ln_fail(c, "sample_weight of shape %s does not go with labels of shape %s",
                   ln_tensor_shape_text(sample_weight), ln_tensor_shape_text(y_true));
  if (!ln_elements(c, y_true, &t) || !ln_elements(c, y_pred, &p) ||
      (sample_weight && !ln_elements(c, sample_weight, &w)))
    return false;
  // All labels are looked at before anything is counted.
  for (int pass = 0; pass < 2; pass++)
    for (int64_t i = 0; i < t.n; i++) {
      double truth = ln_element(&t, i), said = ln_element(&p, i);
      if (m->ignore_class != LN_NONE && truth == (double)m->ignore_class) continue;
      if (m->threshold == m->threshold) said = (float)said >= (float)m->threshold;
      if (pass == 0) {
        if (class_id(c, m, "y_true", truth) < 0 || class_id(c, m, "y_pred", said) < 0) return false;
        continue;
      }
      double weight = sample_weight ? ln_element(&w, w.n == 1 ? 0 : i) : 1;
      if (!ln_dtype_is_float((LnDtype)m->base.dtype)) weight = trunc(weight);
      m->matrix[(int64_t)truth * m->num_classes + (int64_t)said] += weight;
    }
  return true;
}

static LnTensor *result(LnContext *c, LnMetric *self) {
  const Iou *m = (const Iou *)self;
  int64_t n = m->num_classes, targets = m->target_class_ids.n < 0 ? n : m->target_class_ids.n;
  double sum = 0, seen = 0;
  for (int64_t i = 0; i < targets; i++) {
    int64_t k = m->target_class_ids.n < 0 ? i : m->target_class_ids.v[i];
    double both = m->matrix[k * n + k], any = -both;
    for (int64_t j = 0; j < n; j++) any += m->matrix[k * n + j] + m->matrix[j * n + k];
    sum += both / (any + LN_EPSILON);
    seen += any > 1e-9;
  }
  return ln_metric_number(c, sum / (seen + LN_EPSILON));
}

#define FIELD(field) offsetof(Iou, field)
#define CLASSES {"num_classes", LN_OPT_INTEGER, FIELD(num_classes), NULL, ">= 1", \
                 .doc = "labels are 0 to num_classes - 1"}
#define TARGETS(fallback_text) {"target_class_ids", LN_OPT_INTEGERS, FIELD(target_class_ids), \
                                fallback_text, ">= 0", .doc = "the classes whose mean is taken"}
#define IGNORE {"ignore_class", LN_OPT_INTEGER, FIELD(ignore_class), "none", .config_only = true, \
                .doc = "entries with this label do not count"}
#define SPARSE_TRUE {"sparse_y_true", LN_OPT_BOOL, FIELD(sparse_y_true), "true", \
                     .config_only = true, .doc = "y_true are class ids, else one-hot"}
#define SPARSE_PRED(fallback_text) {"sparse_y_pred", LN_OPT_BOOL, FIELD(sparse_y_pred),       \
                                    fallback_text, .config_only = true,                       \
                                    .doc = "y_pred are class ids, else a value for each class"}
#define AXIS {"axis", LN_OPT_AXIS, FIELD(axis), "-1", .config_only = true, \
              .doc = "the axis of the classes where they are not ids"}
// Keras counts in integers unless another dtype is named: weights lose their fractions.
#define DTYPE {"dtype", LN_OPT_DTYPE, offsetof(LnMetric, dtype), "int32", .config_only = true, \
               .doc = "what is counted in; with an integer type sample weights lose their " \
                      "fractions, as in Keras"}

static const LnOption iou_options[] = {CLASSES, TARGETS(NULL), IGNORE, SPARSE_TRUE,
                                       SPARSE_PRED("true"), AXIS, DTYPE, {0}};
static const LnOption mean_options[] = {CLASSES, IGNORE, SPARSE_TRUE, SPARSE_PRED("true"), AXIS,
                                        DTYPE, {0}};
static const LnOption one_hot_options[] = {CLASSES, TARGETS(NULL), IGNORE, SPARSE_PRED("false"),
                                           AXIS, DTYPE, {0}};
static const LnOption one_hot_mean_options[] = {CLASSES, IGNORE, SPARSE_PRED("false"), AXIS, DTYPE,
                                                {0}};
static const LnOption binary_options[] = {
    TARGETS("{0, 1}"),
    {"threshold", LN_OPT_NUMBER, FIELD(threshold), "0.5",
     .doc = "predictions from it on are class 1"},
    DTYPE,
    {0}};

#define CLASS(id, class_name, alias, option_table, init_function, text)                          \
  static const LnMetricClass id = {                                                              \
      .base = {.kind = LN_METRIC, .name = class_name, .aliases = alias, .size = sizeof(Iou),     \
               .options = option_table, .init = init_function, .free = close_matrix,             \
               .doc = text},                                                                     \
      .update = update, .result = result, .state = state, .direction = LN_UP}

CLASS(iou, "IoU", "io_u", iou_options, init_iou,
      "Mean over target_class_ids of tp / (tp + fp + fn), from the confusion matrix of everything\n"
      "seen; classes that never occurred do not count. A label that is no class is an error.\n"
      "Shapes: y_true and y_pred of as many labels, any shape.\n"
      "Example:\n"
      "  local m = ln.metrics.IoU{num_classes = 2, target_class_ids = {0}}\n"
      "  m:update_state(ln.tensor{0, 0, 1, 1}, ln.tensor{0, 1, 0, 1})\n"
      "  string.format(\"%.4f\", m:result())  --> 0.3333");
CLASS(mean_iou, "MeanIoU", "mean_io_u", mean_options, init_mean,
      "Mean over all classes of tp / (tp + fp + fn), from the confusion matrix of everything "
      "seen;\n"
      "classes that never occurred do not count.\n"
      "Shapes: y_true and y_pred of as many labels, any shape.\n"
      "Example:\n"
      "  local m = ln.metrics.MeanIoU{num_classes = 2}\n"
      "  m:update_state(ln.tensor{0, 0, 1, 1}, ln.tensor{0, 1, 0, 1})\n"
      "  string.format(\"%.4f\", m:result())  --> 0.3333");
CLASS(one_hot_iou, "OneHotIoU", "one_hot_io_u", one_hot_options, init_one_hot,
      "IoU of labels that are one-hot, and predictions with a value for each class.\n"
      "Shapes: y_true and y_pred (batch, ..., classes).\n"
      "Example:\n"
      "  local m = ln.metrics.OneHotIoU{num_classes = 2, target_class_ids = {1}}\n"
      "  m:update_state(ln.tensor{{0, 1}, {1, 0}}, ln.tensor{{0.2, 0.8}, {0.1, 0.9}})\n"
      "  string.format(\"%.4f\", m:result())  --> 0.5000");
CLASS(one_hot_mean_iou, "OneHotMeanIoU", "one_hot_mean_io_u", one_hot_mean_options,
      init_one_hot_mean,
      "MeanIoU of labels that are one-hot, and predictions with a value for each class.\n"
      "Shapes: y_true and y_pred (batch, ..., classes).\n"
      "Example:\n"
      "  local m = ln.metrics.OneHotMeanIoU{num_classes = 2}\n"
      "  m:update_state(ln.tensor{{0, 1}, {1, 0}}, ln.tensor{{0.2, 0.8}, {0.1, 0.9}})\n"
      "  string.format(\"%.4f\", m:result())  --> 0.2500");
CLASS(binary_iou, "BinaryIoU", "binary_io_u", binary_options, init_binary,
      "IoU of classes 0 and 1, predictions being class 1 from `threshold` on.\n"
      "Shapes: y_true (0 and 1) and y_pred of as many elements, any shape.\n"
      "Example:\n"
      "  local m = ln.metrics.BinaryIoU{target_class_ids = {0, 1}, threshold = 0.3}\n"
      "  m:update_state(ln.tensor{0, 1, 0, 1}, ln.tensor{0.1, 0.2, 0.4, 0.7})\n"
      "  string.format(\"%.4f\", m:result())  --> 0.3333");

const LnMetricClass *const ln_metrics_iou[] = {&iou, &mean_iou, &one_hot_iou, &one_hot_mean_iou,
                                               &binary_iou, NULL};
