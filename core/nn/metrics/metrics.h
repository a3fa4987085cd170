// What metrics share: reading tensors of any dtype and layout, weights, means, confusion counts.
// Metrics read data directly, in plain loops: a batch's update costs less than an op or two.
#ifndef LN_NN_METRICS_METRICS_H
#define LN_NN_METRICS_METRICS_H

#include "nn/losses/losses.h"
#include "nn/nn.h"

// The metric has this name unless it is given another (Keras does not number these).
#define LN_METRIC_NAME LN_LOSS_NAME

// ---- reading

// The elements of a tensor in order; valid until the open scope ends.
typedef struct LnElements {
  const void *data;
  LnDtype dtype;
  int64_t n;
} LnElements;
bool ln_elements(LnContext *c, LnTensor *t, LnElements *out);

static inline double ln_element(const LnElements *e, int64_t i) {
  switch (e->dtype) {
    case LN_BOOL: case LN_UINT8: return ((const uint8_t *)e->data)[i];
    case LN_INT32: return ((const int32_t *)e->data)[i];
    case LN_INT64: return (double)((const int64_t *)e->data)[i];
    case LN_FLOAT32: return ((const float *)e->data)[i];
    default: return ((const double *)e->data)[i];
  }
}
// Position of the largest of n elements from `from` on; the first of equals, NaN above all.
int64_t ln_element_argmax(const LnElements *e, int64_t from, int64_t n);

// y_true and y_pred of one shape, ranks made equal as Keras does.
bool ln_metric_pair(LnContext *c, LnTensor **y_true, LnTensor **y_pred);
// y_true of y_pred's shape without its last axis (a last axis of 1 is dropped): class ids.
bool ln_metric_ids(LnContext *c, LnTensor **y_true, const LnTensor *y_pred);

// sample_weight spread over a shape that begins with its own, as doubles; NULL for none.
bool ln_metric_weights(LnContext *c, LnTensor *sample_weight, int rank, const int64_t *shape,
                       const double **weights);

// ---- means

// One update of a mean: a value for each element of a shape (n, ...). A sample's value is the mean
// of its elements.
typedef struct LnMeanUpdate {
  LnMeanMetric *metric;
  const double *weights;
  double total, count, divisor;
} LnMeanUpdate;
bool ln_mean_begin(LnContext *c, LnMeanUpdate *u, LnMetric *metric, LnTensor *sample_weight,
                   int rank, const int64_t *shape);
static inline void ln_mean_add(LnMeanUpdate *u, int64_t i, double value) {
  double w = u->weights ? u->weights[i] : 1;
  u->total += w * value;
  u->count += w;
}
bool ln_mean_end(LnMeanUpdate *u);
// All of it for a tensor of values.
bool ln_metric_update_mean(LnContext *c, LnMetric *m, LnTensor *values, LnTensor *sample_weight);

// ---- results: borrowed tensors of float64

LnTensor *ln_metric_number(LnContext *c, double value);
LnTensor *ln_metric_vector(LnContext *c, int64_t n, const double *values);
static inline double ln_ratio(double a, double b) { return b != 0 ? a / b : 0; }

// ---- counts of true and false positives and negatives at thresholds

// Each is (n, labels) for n thresholds, labels 1 unless every label is counted on its own. What
// lies evenly spread over [0, 1] is counted in buckets, and settled when the counts are read.
typedef struct LnConfusion {
  int64_t n, labels;
  double *thresholds;
  bool even, open_ends;       // the end thresholds lie a little beyond [0, 1]
  double *tp, *fp, *tn, *fn;
  double *yes, *no;           // (n + 1, labels): elements above exactly i thresholds, by label
} LnConfusion;
typedef struct LnConfusionOptions {
  int64_t top_k, class_id;    // LN_NONE
  bool from_logits;
  const LnNumbers *label_weights;   // or NULL
} LnConfusionOptions;
// Takes a copy of the thresholds. Counts start at 0.
bool ln_confusion_open(LnContext *c, LnConfusion *m, int64_t n, const double *thresholds,
                       int64_t labels);
void ln_confusion_close(LnConfusion *m);
LnMetricState ln_confusion_state(LnConfusion *m);
bool ln_confusion_update(LnContext *c, LnConfusion *m, const LnConfusionOptions *o,
                         LnTensor *y_true, LnTensor *y_pred, LnTensor *sample_weight);
void ln_confusion_settle(LnConfusion *m);   // before tp .. fn are read

#endif
