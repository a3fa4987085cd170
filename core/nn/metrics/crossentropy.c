// The cross-entropies as metrics: the mean of the losses' values.
#include <string.h>

#include "nn/metrics/metrics.h"

typedef struct Crossentropy {
  LnMeanMetric base;
  bool from_logits;
  double label_smoothing;
  int64_t axis, ignore_class;
} Crossentropy;

static LnTensor *values_of(LnContext *c, const LnMetric *self, const LnLossClass *cls,
                           LnTensor *y_true, LnTensor *y_pred) {
  const Crossentropy *m = (const Crossentropy *)self;
  LnCrossentropyLoss loss = {{{.cls = &cls->base}, LN_NO_REDUCTION, self->dtype}, m->from_logits,
                         m->label_smoothing, m->axis, m->ignore_class};
  if (!cls->sparse_labels && !ln_loss_prepare(c, &loss.base, &y_true, &y_pred)) return NULL;
  return cls->call(c, &loss.base, y_true, y_pred);
}

#define VALUES(which)                                                                            \
  static LnTensor *which##_values(LnContext *c, const LnMetric *self, LnTensor *t, LnTensor *p) { \
    return values_of(c, self, &ln_##which##_crossentropy, t, p);                                 \
  }
VALUES(binary)
VALUES(categorical)
VALUES(sparse_categorical)

// With ignore_class only sample weights leave entries out; unweighted they count as 0, as in Keras.
static bool update_sparse(LnContext *c, LnMetric *self, LnTensor *y_true, LnTensor *y_pred,
                          LnTensor *sample_weight) {
  const Crossentropy *m = (const Crossentropy *)self;
  LnTensor *values = sparse_categorical_values(c, self, y_true, y_pred);
  if (!values) return false;
  if (sample_weight && m->ignore_class != LN_NONE) {
    const double *w;
    LnTensor *ids = ln_reshape(c, ln_cast(c, y_true, LN_INT64), values->rank, values->shape);
    LnTensor *weights = ln_temp(c, ln_tensor_new(c, LN_FLOAT64, values->rank, values->shape));
    if (!ids || !weights ||
        !ln_metric_weights(c, sample_weight, values->rank, values->shape, &w))
      return false;
    memcpy(weights->data, w, (size_t)weights->size * sizeof *w);
    LnTensor *ignored = ln_eq_number(c, ids, (double)m->ignore_class);
    LnTensor *none = ln_temp(c, ln_tensor_scalar(c, LN_FLOAT64, 0));
    if (!(sample_weight = ln_where(c, ignored, none, weights))) return false;
  }
  return ln_metric_update_mean(c, self, values, sample_weight);
}

#define FIELD(field) offsetof(Crossentropy, field)
#define FROM_LOGITS {"from_logits", LN_OPT_BOOL, FIELD(from_logits), "false", .config_only = true, \
                     .doc = "y_pred are logits, not probabilities"}
#define SMOOTHING {"label_smoothing", LN_OPT_NUMBER, FIELD(label_smoothing), "0", "[0, 1]", \
                   .config_only = true, .doc = "how far labels are moved towards all being equal"}
#define AXIS(text) {"axis", LN_OPT_AXIS, FIELD(axis), "-1", .config_only = true, .doc = text}

static const LnOption binary_options[] = {FROM_LOGITS, SMOOTHING,
                                          LN_METRIC_NAME("binary_crossentropy"), {0}};
static const LnOption categorical_options[] = {FROM_LOGITS, SMOOTHING,
                                               AXIS("the axis of the classes"),
                                               LN_METRIC_NAME("categorical_crossentropy"), {0}};
static const LnOption sparse_options[] = {
    FROM_LOGITS,
    {"ignore_class", LN_OPT_INTEGER, FIELD(ignore_class), "none", .config_only = true,
     .doc = "entries with this label have no loss; they count all the same unless there are "
            "sample weights"},
    AXIS("the axis of the classes"),
                                          LN_METRIC_NAME("sparse_categorical_crossentropy"), {0}};

static bool last_axis(LnContext *c, void *self) {
  (void)c;
  ((Crossentropy *)self)->axis = -1;
  ((Crossentropy *)self)->ignore_class = LN_NONE;
  return true;
}

static bool ignore_none(LnContext *c, void *self) {
  (void)c;
  ((Crossentropy *)self)->ignore_class = LN_NONE;
  return true;
}

static const LnMetricClass binary_class = {
    .base = {.kind = LN_METRIC, .name = "BinaryCrossentropy",
             .aliases = "binary_crossentropy bce BCE", .size = sizeof(Crossentropy),
             .options = binary_options, .init = last_axis,
             .doc = "Mean cross-entropy of labels 0 and 1 with y_pred.\n"
                    "Shapes: y_true and y_pred (batch, ..., n).\n"
                    "Example:\n"
                    "  local m = ln.metrics.BinaryCrossentropy()\n"
                    "  m:update_state(ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{0.6, 0.4}, {0.4, "
                    "0.6}})\n"
                    "  string.format(\"%.4f\", m:result())  --> 0.8149"},
    .values = binary_values, .direction = LN_DOWN,
};
static const LnMetricClass categorical_class = {
    .base = {.kind = LN_METRIC, .name = "CategoricalCrossentropy",
             .aliases = "categorical_crossentropy", .size = sizeof(Crossentropy),
             .options = categorical_options, .init = ignore_none,
             .doc = "Mean cross-entropy of one-hot labels with y_pred.\n"
                    "Shapes: y_true and y_pred (batch, ..., classes).\n"
                    "Example:\n"
                    "  local m = ln.metrics.CategoricalCrossentropy()\n"
                    "  m:update_state(ln.tensor{{0, 1, 0}}, ln.tensor{{0.05, 0.95, 0}})\n"
                    "  string.format(\"%.4f\", m:result())  --> 0.0513"},
    .values = categorical_values, .direction = LN_DOWN,
};
static const LnMetricClass sparse_class = {
    .base = {.kind = LN_METRIC, .name = "SparseCategoricalCrossentropy",
             .aliases = "sparse_categorical_crossentropy", .size = sizeof(Crossentropy),
             .options = sparse_options,
             .doc = "Mean cross-entropy of class ids (0, 1, ...) with y_pred.\n"
                    "Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., "
                    "classes).\n"
                    "Example:\n"
                    "  local m = ln.metrics.SparseCategoricalCrossentropy()\n"
                    "  m:update_state(ln.tensor{1}, ln.tensor{{0.05, 0.95, 0}})\n"
                    "  string.format(\"%.4f\", m:result())  --> 0.0513"},
    .update = update_sparse, .direction = LN_DOWN,
};

const LnMetricClass *const ln_metrics_crossentropy[] = {&binary_class, &categorical_class,
                                                        &sparse_class, NULL};
