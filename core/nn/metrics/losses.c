// Metrics that are the mean of a loss's values: the formulas are the losses' own.
// To add one: a line in the list, when the loss has no options.
#include <math.h>

#include "nn/metrics/metrics.h"

#define LIST(X)                                                                                  \
  X(mean_squared_error, "MeanSquaredError", "mean_squared_error mse MSE", "mean_squared_error",  \
    "Mean of (y_true - y_pred)^2.", "ln.tensor{{0, 1}, {0, 0}}", "ln.tensor{{1, 1}, {0, 0}}",    \
    "0.25")                                                                                      \
  X(mean_absolute_error, "MeanAbsoluteError", "mean_absolute_error mae MAE",                     \
    "mean_absolute_error", "Mean of |y_true - y_pred|.", "ln.tensor{{0, 1}, {0, 0}}",            \
    "ln.tensor{{1, 1}, {0, 0}}", "0.25")                                                         \
  X(mean_absolute_percentage_error, "MeanAbsolutePercentageError",                               \
    "mean_absolute_percentage_error mape MAPE", "mean_absolute_percentage_error",                \
    "100 * mean of |y_true - y_pred| / max(|y_true|, 1e-7).", "ln.tensor{{2, 4}}",               \
    "ln.tensor{{1, 4}}", "25.0")                                                                 \
  X(mean_squared_logarithmic_error, "MeanSquaredLogarithmicError",                               \
    "mean_squared_logarithmic_error msle MSLE", "mean_squared_logarithmic_error",                \
    "Mean of (log(y_true + 1) - log(y_pred + 1))^2.", "ln.tensor{{3, 4}}", "ln.tensor{{3, 4}}",  \
    "0.0")                                                                                       \
  X(log_cosh, "LogCoshError", "log_cosh_error", "logcosh",                                       \
    "Mean of log(cosh(y_pred - y_true)).", "ln.tensor{{3, 4}}", "ln.tensor{{3, 4}}", "0.0")      \
  X(kl_divergence, "KLDivergence", "kl_divergence", "kl_divergence",                             \
    "Mean of sum(y_true * log(y_true / y_pred)), both clipped to [1e-7, 1].",                    \
    "ln.tensor{{0.5, 0.5}}", "ln.tensor{{0.5, 0.5}}", "0.0")                                     \
  X(poisson, "Poisson", "poisson", "poisson",                                                    \
    "Mean of y_pred - y_true * log(y_pred + 1e-7).", "ln.tensor{{0, 0}}", "ln.tensor{{1, 2}}",   \
    "1.5")                                                                                       \
  X(hinge, "Hinge", "hinge", "hinge", "Mean of max(1 - y_true * y_pred, 0), labels -1 and 1.",   \
    "ln.tensor{{0, 1}}", "ln.tensor{{0.5, 0.5}}", "1.0")                                         \
  X(squared_hinge, "SquaredHinge", "squared_hinge", "squared_hinge",                             \
    "Mean of max(1 - y_true * y_pred, 0)^2, labels -1 and 1.", "ln.tensor{{0, 1}}",              \
    "ln.tensor{{0.5, 0.5}}", "1.25")                                                             \
  X(categorical_hinge, "CategoricalHinge", "categorical_hinge", "categorical_hinge",             \
    "Mean of max(neg - pos + 1, 0), where pos = sum(y_true * y_pred) and\n"                      \
    "neg = max((1 - y_true) * y_pred).", "ln.tensor{{0, 1}}", "ln.tensor{{0.5, 0.25}}", "1.25")

// A loss that lives for one call: no options, its errors under the metric's name alone.
static LnTensor *values_of(LnContext *c, const LnMetric *self, const LnLossClass *cls,
                           LnTensor *y_true, LnTensor *y_pred) {
  LnLoss loss = {{.cls = &cls->base}, LN_NO_REDUCTION, self->dtype};
  if (!ln_loss_prepare(c, &loss, &y_true, &y_pred)) return NULL;
  return cls->call(c, &loss, y_true, y_pred);
}

#define CLASS(loss, class_name, alias, default_name, text, y_true, y_pred, value)                 \
  static LnTensor *loss##_values(LnContext *c, const LnMetric *self, LnTensor *t, LnTensor *p) {  \
    return values_of(c, self, &ln_##loss, t, p);                                                  \
  }                                                                                               \
  static const LnOption loss##_options[] = {LN_METRIC_NAME(default_name), {0}};                   \
  static const LnMetricClass loss##_class = {                                                     \
      .base = {.kind = LN_METRIC, .name = class_name, .aliases = alias,                           \
               .size = sizeof(LnMeanMetric), .options = loss##_options,                           \
               .doc = text "\nShapes: y_true and y_pred (batch, ..., n).\nExample:\n"             \
                      "  local m = ln.metrics." class_name "()\n"                                 \
                      "  m:update_state(" y_true ", " y_pred ")\n"                                \
                      "  m:result()  --> " value},                                                \
      .values = loss##_values, .direction = LN_DOWN,                                              \
  };
LIST(CLASS)

// ---- root mean squared error: the root comes last, over all batches

// Element by element: a batch of one axis is so many samples.
static LnTensor *squares(LnContext *c, const LnMetric *self, LnTensor *y_true, LnTensor *y_pred) {
  LnLoss loss = {{.cls = &ln_mean_squared_error.base}, LN_NO_REDUCTION, self->dtype};
  if (!ln_loss_prepare(c, &loss, &y_true, &y_pred)) return NULL;
  return ln_squared_difference(c, y_pred, y_true);
}

static LnTensor *root(LnContext *c, LnMetric *self) {
  const LnMeanMetric *m = (const LnMeanMetric *)self;
  return ln_metric_number(c, sqrt(ln_ratio(m->total, m->count)));
}

static const LnOption root_options[] = {LN_METRIC_NAME("root_mean_squared_error"), {0}};
static const LnMetricClass root_class = {
    .base = {.kind = LN_METRIC, .name = "RootMeanSquaredError",
             .aliases = "root_mean_squared_error", .size = sizeof(LnMeanMetric),
             .options = root_options,
             .doc = "The square root of the mean of (y_true - y_pred)^2 over everything seen.\n"
                    "Shapes: y_true and y_pred (batch, ...); sample_weight begins as they do.\n"
                    "Example:\n"
                    "  local m = ln.metrics.RootMeanSquaredError()\n"
                    "  m:update_state(ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{1, 1}, {0, 0}})\n"
                    "  m:result()  --> 0.5"},
    .values = squares,
    .result = root, .direction = LN_DOWN,
};

// ---- cosine similarity: the loss, with its sign

typedef struct Cosine {
  LnMeanMetric base;
  int64_t axis;
} Cosine;

static LnTensor *cosine_values(LnContext *c, const LnMetric *self, LnTensor *y_true,
                               LnTensor *y_pred) {
  LnCosineLoss loss = {{{.cls = &ln_cosine_similarity_loss.base}, LN_NO_REDUCTION, self->dtype},
                       ((const Cosine *)self)->axis};
  if (!ln_loss_prepare(c, &loss.base, &y_true, &y_pred)) return NULL;
  return ln_neg(c, ln_cosine_similarity_loss.call(c, &loss.base, y_true, y_pred));
}

static const LnOption cosine_options[] = {
    {"axis", LN_OPT_AXIS, offsetof(Cosine, axis), "-1", .config_only = true,
     .doc = "the axis along which the vectors lie"},
    LN_METRIC_NAME("cosine_similarity"),
    {0}};
static const LnMetricClass cosine_class = {
    .base = {.kind = LN_METRIC, .name = "CosineSimilarity", .aliases = "cosine_similarity",
             .size = sizeof(Cosine), .options = cosine_options,
             .doc = "Mean of sum(y_true / |y_true| * y_pred / |y_pred|) along `axis`: 1 for the "
                    "same\n"
                    "direction, -1 for opposite ones (the loss of this name has the other sign).\n"
                    "Shapes: y_true and y_pred the same.\n"
                    "Example:\n"
                    "  local m = ln.metrics.CosineSimilarity()\n"
                    "  m:update_state(ln.tensor{{0, 1}, {2, 0}}, ln.tensor{{1, 0}, {1, 0}})\n"
                    "  m:result()  --> 0.5"},
    .values = cosine_values, .direction = LN_UP,
};

#define ENTRY(loss, ...) &loss##_class,
const LnMetricClass *const ln_metrics_losses[] = {LIST(ENTRY) &root_class, &cosine_class, NULL};
