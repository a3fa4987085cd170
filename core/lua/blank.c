// The blank classes under Lua's own: one a kind, whose methods are all in Lua.
#include "lua/blank.h"

#include <string.h>

#include "nn/losses/losses.h"

static const LnOption wrapper_options[] = {
    {"name", LN_OPT_STRING, offsetof(LnObject, name), "metric", .doc = "its name in the logs"},
    {0}};

static LnTensor *function_values(LnContext *c, const LnMetric *self, LnTensor *y_true,
                                 LnTensor *y_pred) {
  LnTensor *out = NULL;
  int n = 0;
  if (!ln_match_ranks(c, &y_true, &y_pred, true)) return NULL;
  LnTensors in = {2, (LnTensor *[]){y_true, y_pred}};
  if (!c->calls->call(c, (LnObject *)(uintptr_t)self, "call", &in, NULL, &out, 1, &n)) return NULL;
  return out;
}

typedef struct LuaOptimizer {
  LnOptimizer base;
  int n;
  char names[LN_MAX_SLOTS][60];
} LuaOptimizer;

static int lua_slots(const LnOptimizer *self, const char **names) {
  const LuaOptimizer *o = (const LuaOptimizer *)self;
  for (int i = 0; i < o->n; i++) names[i] = o->names[i];
  return o->n;
}

bool ln_lua_add_slot(LnObject *o, const char *name) {
  LuaOptimizer *optimizer = (LuaOptimizer *)o;
  if (o->cls != ln_lua_class(LN_OPTIMIZER) || optimizer->n == LN_MAX_SLOTS ||
      strlen(name) >= sizeof optimizer->names[0] || name[0] == '|')
    return false;
  strcpy(optimizer->names[optimizer->n++], name);
  return true;
}

static void no_step(const LnOptimizer *self, const LnStep *s) { (void)self, (void)s; }

static const LnOption optimizer_options[] = {
    {"learning_rate", LN_OPT_SCHEDULE, offsetof(LnOptimizer, learning_rate), "0.001",
     .doc = "a number or a schedule"},
    {0}};

static const LnLayerClass layer_class = {
    .base = {LN_LAYER, "Layer", .size = sizeof(LnLayer),
             .doc = "The base of layers of one's own: init, build(shape) with self:add_weight{...},"
                    "\ncall(x, options), compute_output_shape(shape), get_config()."}};
static const LnLayerClass model_class = {
    .base = {LN_LAYER, "Model", .size = sizeof(LnLayer),
             .doc = "The base of models of one's own: init makes the layers, call(inputs, options) "
                    "computes."},
    .model = true};
static const LnLossClass loss_class = {
    .base = {LN_LOSS, "Loss", .size = sizeof(LnLoss),
             .doc = "The base of losses of one's own: call(y_true, y_pred)."}};
static const LnMetricClass metric_class = {
    .base = {LN_METRIC, "Metric", .size = sizeof(LnMetric),
             .doc = "The base of metrics of one's own: update_state(y_true, y_pred, sample_weight),"
                    "\nresult(), reset_state()."}};
static const LnMetricClass mean_metric_class = {
    .base = {LN_METRIC, "MeanMetricWrapper", .size = sizeof(LnMeanMetric),
             .options = wrapper_options,
             .doc = "The mean of a Lua function of (y_true, y_pred)."},
    .values = function_values};
static const LnOptimizerClass optimizer_class = {
    .base = {LN_OPTIMIZER, "Optimizer", .size = sizeof(LuaOptimizer), .options = optimizer_options,
             .init = ln_optimizer_init, .free = ln_optimizer_free,
             .doc = "The base of optimizers of one's own: update_step(gradient, variable, "
                    "learning_rate, slots)."},
    .slots = lua_slots, .step = no_step, .per_variable = true};
static const LnInitializerClass initializer_class = {
    .base = {LN_INITIALIZER, "Initializer", .size = sizeof(LnInitializer),
             .doc = "The base of initializers of one's own: call(shape, options)."}};
static const LnRegularizerClass regularizer_class = {
    .base = {LN_REGULARIZER, "Regularizer", .size = sizeof(LnObject),
             .doc = "The base of regularizers of one's own: call(x)."}};
static const LnConstraintClass constraint_class = {
    .base = {LN_CONSTRAINT, "Constraint", .size = sizeof(LnObject),
             .doc = "The base of constraints of one's own: call(w)."}};
static const LnScheduleClass schedule_class = {
    .base = {LN_SCHEDULE, "LearningRateSchedule", .size = sizeof(LnObject),
             .doc = "The base of schedules of one's own: call(step), which counts from 0."}};

static const LnClass callback_class = {
    LN_CALLBACK, "Callback", .size = sizeof(LnObject),
    .doc = "The base of callbacks: on_epoch_end(epoch, logs) and the other hooks."};

const LnClass *ln_lua_class(LnKind kind) {
  static const LnClass *const classes[LN_KINDS] = {
      [LN_LAYER] = &layer_class.base, [LN_LOSS] = &loss_class.base,
      [LN_METRIC] = &metric_class.base, [LN_OPTIMIZER] = &optimizer_class.base,
      [LN_INITIALIZER] = &initializer_class.base, [LN_REGULARIZER] = &regularizer_class.base,
      [LN_CONSTRAINT] = &constraint_class.base, [LN_SCHEDULE] = &schedule_class.base,
      [LN_ACTIVATION] = &ln_activation_class,
      [LN_CALLBACK] = &callback_class};
  return classes[kind];
}

const LnClass *ln_lua_model_class(void) { return &model_class.base; }
const LnClass *ln_lua_mean_metric_class(void) { return &mean_metric_class.base; }

bool ln_lua_is_blank(const LnClass *cls) {
  return cls == ln_lua_class(cls->kind) || cls == ln_lua_model_class();
}
