// Classes: what each kind of object has in common, the registries of the directory listing, and the
// options of a class.
#include <string.h>
#include <strings.h>

#include "nn/nn.h"

// ---- kinds

#define NAME {"name", LN_OPT_STRING, offsetof(LnObject, name), .fallback = "none", \
              .config_only = true, .doc = "a name; made from the class's when not given"}

static const LnOption layer_options[] = {
    NAME,
    {"trainable", LN_OPT_BOOL, offsetof(LnLayer, trainable), "true", .config_only = true,
     .doc = "whether training changes its variables"},
    {"dtype", LN_OPT_POLICY, offsetof(LnLayer, dtype), "float32", .config_only = true,
     .doc = "of its variables and of what it computes: a dtype, or of two \"mixed_bfloat16\", "
            "\"mixed_float16\""},
    {"input_shape", LN_OPT_SHAPE, offsetof(LnLayer, input_shape), "none", .config_only = true,
     .doc = "of one sample, for the first layer of a Sequential"},
    {0}};
static const LnOption loss_options[] = {
    {"reduction", LN_OPT_CHOICE, offsetof(LnLoss, reduction), "sum_over_batch_size",
     .choices = "sum_over_batch_size sum mean mean_with_sample_weight none", .config_only = true,
     .doc = "how per-sample values become one number"},
    NAME,
    {"dtype", LN_OPT_DTYPE, offsetof(LnLoss, dtype), "float32", .config_only = true,
     .doc = "what it computes in, for integer predictions"},
    {0}};
static const LnOption metric_options[] = {
    NAME,
    {"dtype", LN_OPT_DTYPE, offsetof(LnMetric, dtype), "float32", .config_only = true,
     .doc = "what it computes in, for integer predictions"},
    {0}};
#define OPT(f) offsetof(LnOptimizer, f)
static const LnOption optimizer_options[] = {
    {"weight_decay", LN_OPT_NUMBER, OPT(weight_decay), "none", ">= 0", .config_only = true,
     .doc = "decoupled: w -= w * weight_decay * rate before the step"},
    {"clipnorm", LN_OPT_NUMBER, OPT(clipnorm), "none", ">= 0", .config_only = true,
     .doc = "the largest norm of one variable's gradient; 0: no clipping"},
    {"clipvalue", LN_OPT_NUMBER, OPT(clipvalue), "none", ">= 0", .config_only = true,
     .doc = "the largest absolute value of a gradient's element; 0: no clipping"},
    {"global_clipnorm", LN_OPT_NUMBER, OPT(global_clipnorm), "none", ">= 0", .config_only = true,
     .doc = "the largest norm of all gradients together; 0: no clipping"},
    {"use_ema", LN_OPT_BOOL, OPT(use_ema), "false", .config_only = true,
     .doc = "keep an exponential moving average of the weights"},
    {"ema_momentum", LN_OPT_NUMBER, OPT(ema_momentum), "0.99", "[0, 1]", .config_only = true,
     .doc = "of that average"},
    {"ema_overwrite_frequency", LN_OPT_INTEGER, OPT(ema_overwrite_frequency), "none", ">= 0",
     .config_only = true, .doc = "every so many steps the average becomes the weights; 0: never"},
    {"loss_scale_factor", LN_OPT_NUMBER, OPT(loss_scale_factor), "none", "> 0",
     .config_only = true, .doc = "gradients are of the loss times this and are divided by it"},
    {"gradient_accumulation_steps", LN_OPT_INTEGER, OPT(gradient_accumulation_steps), "none",
     ">= 0", .config_only = true,
     .doc = "batches whose gradients are averaged for one step: 2 or more; 0: as none"},
    NAME,
    {0}};
static const LnOption schedule_options[] = {NAME, {0}};
static const LnOption no_options[] = {{0}};

const LnKindInfo ln_kinds[LN_KINDS] = {
    [LN_LAYER] = {"layer", "layers", "keras.layers", sizeof(LnLayer), layer_options},
    [LN_LOSS] = {"loss", "losses", "keras.losses", sizeof(LnLoss), loss_options},
    [LN_METRIC] = {"metric", "metrics", "keras.metrics", sizeof(LnMetric), metric_options},
    [LN_OPTIMIZER] = {"optimizer", "optimizers", "keras.optimizers", sizeof(LnOptimizer),
                      optimizer_options},
    [LN_INITIALIZER] = {"initializer", "initializers", "keras.initializers",
                        sizeof(LnInitializer), no_options},
    [LN_REGULARIZER] = {"regularizer", "regularizers", "keras.regularizers", sizeof(LnObject),
                        no_options},
    [LN_CONSTRAINT] = {"constraint", "constraints", "keras.constraints", sizeof(LnObject),
                       no_options},
    [LN_SCHEDULE] = {"schedule", "schedules", "keras.optimizers.schedules", sizeof(LnObject),
                     schedule_options},
    [LN_ACTIVATION] = {"activation", "activations", "keras.activations", sizeof(LnActivation),
                       no_options},
    [LN_CALLBACK] = {"callback", "callbacks", "keras.callbacks", sizeof(LnObject), no_options},
};

// ---- registries (generated from the directory listing)

extern const LnLayerClass *const *const ln_layer_families[];
extern const LnLossClass *const *const ln_loss_families[];
extern const LnMetricClass *const *const ln_metric_families[];
extern const LnOptimizerClass *const *const ln_optimizer_families[];
extern const LnInitializerClass *const *const ln_initializer_families[];
extern const LnRegularizerClass *const *const ln_regularizer_families[];
extern const LnConstraintClass *const *const ln_constraint_families[];
extern const LnScheduleClass *const *const ln_schedule_families[];

#define NTH(families)                                       \
  for (int f = 0; (families)[f]; f++)                       \
    for (int k = 0; (families)[f][k]; k++)                  \
      if (i-- == 0) return &(families)[f][k]->base;         \
  return NULL

const LnClass *ln_class_at(LnKind kind, int i) {
  switch (kind) {
    case LN_LAYER: NTH(ln_layer_families);
    case LN_LOSS: NTH(ln_loss_families);
    case LN_METRIC: NTH(ln_metric_families);
    case LN_OPTIMIZER: NTH(ln_optimizer_families);
    case LN_INITIALIZER: NTH(ln_initializer_families);
    case LN_REGULARIZER: NTH(ln_regularizer_families);
    case LN_CONSTRAINT: NTH(ln_constraint_families);
    case LN_SCHEDULE: NTH(ln_schedule_families);
    default: return NULL;
  }
}

static bool has_word(const char *words, const char *word) {
  size_t n = strlen(word);
  if (!n) return false;
  for (const char *p = words; p && (p = strstr(p, word)); p += n)
    if ((p == words || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' ')) return true;
  return false;
}

const LnClass *ln_class_find(LnKind kind, const char *name) {
  const LnClass *cls;
  // Keras knows optimizers by their names in any case.
  if (kind == LN_OPTIMIZER)
    for (int i = 0; (cls = ln_class_at(kind, i)); i++)
      if (strcasecmp(cls->name, name) == 0) return cls;
  for (int i = 0; (cls = ln_class_at(kind, i)); i++)
    if (strcmp(cls->name, name) == 0 || (cls->aliases && has_word(cls->aliases, name))) return cls;
  return NULL;
}

// ---- options of a class: its own, then its kind's

static const LnOption *own_option(const LnClass *cls, const char *name) {
  for (const LnOption *o = cls->options; o && o->name; o++)
    if (strcmp(o->name, name) == 0) return o;
  return NULL;
}

const LnOption *ln_class_option_at(const LnClass *cls, int i) {
  for (const LnOption *o = cls->options; o && o->name; o++)
    if (i-- == 0) return o;
  for (const LnOption *o = ln_kinds[cls->kind].options; o->name; o++)
    if (!own_option(cls, o->name) && i-- == 0) return o;
  return NULL;
}

const LnOption *ln_class_option(const LnClass *cls, const char *name) {
  const LnOption *o = own_option(cls, name);
  for (int i = 0; !o && ln_kinds[cls->kind].options[i].name; i++)
    if (strcmp(ln_kinds[cls->kind].options[i].name, name) == 0) o = &ln_kinds[cls->kind].options[i];
  return o;
}
