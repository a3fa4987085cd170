// Objects and their classes: the registries, what each kind has in common, defaults of options.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "nn/nn.h"

_Atomic uint64_t ln_generation = 1;

// ---- kinds

#define NAME {"name", LN_OPT_STRING, offsetof(LnObject, name), .fallback = "none", \
              .config_only = true, .doc = "a name; made from the class's when not given"}

static const LnOption layer_options[] = {
    NAME,
    {"trainable", LN_OPT_BOOL, offsetof(LnLayer, trainable), "true", .config_only = true,
     .doc = "whether training changes its variables"},
    {"dtype", LN_OPT_DTYPE, offsetof(LnLayer, dtype), "float32", .config_only = true,
     .doc = "of its variables and of what it computes"},
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

// ---- instances

typedef bool (*EachOption)(LnContext *c, const LnOption *o, void *self);

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

static bool each_option(LnContext *c, const LnClass *cls, void *self, EachOption visit) {
  for (const LnOption *o = cls->options; o && o->name; o++)
    if (!visit(c, o, self)) return false;
  for (const LnOption *o = ln_kinds[cls->kind].options; o->name; o++)
    if (!own_option(cls, o->name) && !visit(c, o, self)) return false;
  return true;
}

// Required options start as None, so that freeing a half-made object is safe.
static bool start(LnContext *c, const LnOption *o, void *self) {
  if (o->fallback) return ln_option_default(c, o, self);
  LnOption none = *o;
  none.fallback = "none";
  return ln_option_default(c, &none, self);
}

static bool finish(LnContext *c, const LnOption *o, void *self) {
  (void)c;
  ln_option_free(o, self);
  return true;
}

LnObject *ln_object_new(LnContext *c, const LnClass *cls) {
  LnObject *o = calloc(1, cls->size);
  if (!o) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  o->cls = cls;
  o->refs = 1;
  if (cls->kind == LN_LAYER) {
    const LnLayerClass *layer = (const LnLayerClass *)cls;
    ((LnLayer *)o)->supports_masking = layer->masks || layer->compute_mask;
  }
  if (!each_option(c, cls, o, start)) {
    ln_object_release(o);
    return NULL;
  }
  return o;
}

bool ln_object_init(LnContext *c, LnObject *o) { return !o->cls->init || o->cls->init(c, o); }

LnObject *ln_object_by_name(LnContext *c, LnKind kind, const char *name) {
  if (kind == LN_ACTIVATION) return (LnObject *)ln_activation_new(c, name);
  const LnClass *cls = ln_class_find(kind, name);
  if (!cls) {
    ln_fail(c, "unknown %s '%s'", ln_kinds[kind].name, name);
    return NULL;
  }
  LnObject *o = ln_object_new(c, cls);
  if (o && !ln_object_init(c, o)) {
    ln_object_release(o);
    return NULL;
  }
  return o;
}

static void release_layer(LnLayer *l) {
  for (int i = 0; i < l->n_variables; i++) ln_variable_release(l->variables[i]);
  for (int i = 0; i < l->n_children; i++) ln_object_release(l->children[i]);
  free(l->variables);
  free(l->children);
  free(l->more_shapes);
}

void ln_object_release(void *object) {
  LnObject *o = object;
  if (!o || --o->refs > 0) return;
  if (o->cls->free) o->cls->free(o);
  if (o->cls->kind == LN_LAYER) release_layer((LnLayer *)o);
  each_option(NULL, o->cls, o, finish);
  free(o->name);   // of kinds that have no such option; the others' is gone
  free(o);
}

void ln_variable_release(LnVariable *v) {
  if (!v || --v->refs > 0) return;
  ln_release(v->value);
  ln_object_release(v->regularizer);
  ln_object_release(v->constraint);
  free(v->name);
  free(v->path);
  free(v);
}

// ---- options

static char *copy_text(const char *text) {
  size_t n = strlen(text) + 1;
  char *copy = malloc(n);
  if (copy) memcpy(copy, text, n);
  return copy;
}

static int choice(const char *choices, const char *word) {
  int k = 0;
  size_t n = strlen(word);
  for (const char *p = choices; p && *p; k++) {
    size_t m = strcspn(p, " ");
    if (m == n && strncmp(p, word, n) == 0) return k;
    p += m + (p[m] == ' ');
  }
  return -1;
}

// "{1, 2}" or a lone "1".
static int64_t numbers(const char *text, double *out, int64_t max) {
  int64_t n = 0;
  for (const char *p = text + (*text == '{'); *p && *p != '}' && n < max;) {
    char *end;
    double v = strtod(p, &end);
    if (end == p) break;
    out[n++] = v;
    p = end + strspn(end, ", ");
  }
  return n;
}

bool ln_option_default(LnContext *c, const LnOption *o, void *self) {
  void *field = (char *)self + o->offset;
  const char *text = o->fallback;
  bool none = !text || strcmp(text, "none") == 0;
  double list[LN_MAX_RANK];
  switch (o->kind) {
    case LN_OPT_BOOL: *(bool *)field = !none && strcmp(text, "true") == 0; return true;
    case LN_OPT_INTEGER:
      *(int64_t *)field = none ? LN_NONE : (int64_t)strtod(text, NULL);
      return true;
    case LN_OPT_NUMBER: *(double *)field = none ? NAN : strtod(text, NULL); return true;
    case LN_OPT_STRING:
      *(char **)field = none ? NULL : copy_text(text);
      return none || *(char **)field || ln_fail(c, "out of memory");
    case LN_OPT_CHOICE:
      // "none" may be one of the choices.
      *(int *)field = text ? choice(o->choices, text) : -1;
      return true;
    case LN_OPT_DTYPE: {
      LnDtype d;
      *(int *)field = !none && ln_dtype_from_name(text, &d) ? (int)d : -1;
      return true;
    }
    case LN_OPT_AXIS: {
      int64_t axis = none ? LN_NONE : (int64_t)strtod(text, NULL);
      *(int64_t *)field = axis > 0 ? axis - 1 : axis;
      return true;
    }
    case LN_OPT_AXES: case LN_OPT_INTEGERS: case LN_OPT_SHAPE: {
      LnInts *v = field;
      v->n = none ? -1 : numbers(text, list, LN_MAX_RANK);
      for (int64_t i = 0; i < v->n; i++)
        v->v[i] = (int64_t)list[i] - (o->kind == LN_OPT_AXES && list[i] > 0);
      return true;
    }
    case LN_OPT_NUMBERS: {
      LnNumbers *v = field;
      v->v = NULL;
      v->n = none ? -1 : numbers(text, list, LN_MAX_RANK);
      if (v->n <= 0) return true;
      v->v = malloc((size_t)v->n * sizeof *v->v);
      if (!v->v) {
        v->n = -1;
        return ln_fail(c, "out of memory");
      }
      memcpy(v->v, list, (size_t)v->n * sizeof *v->v);
      return true;
    }
    case LN_OPT_STRINGS: *(LnStrings *)field = (LnStrings){none ? -1 : 0, NULL}; return true;
    case LN_OPT_SCHEDULE:
      *(LnRate *)field = (LnRate){none ? NAN : strtod(text, NULL), NULL};
      return true;
    case LN_OPT_ACTIVATION: case LN_OPT_INITIALIZER: case LN_OPT_REGULARIZER:
    case LN_OPT_CONSTRAINT: {
      static const LnKind kind[] = {[LN_OPT_ACTIVATION] = LN_ACTIVATION,
                                    [LN_OPT_INITIALIZER] = LN_INITIALIZER,
                                    [LN_OPT_REGULARIZER] = LN_REGULARIZER,
                                    [LN_OPT_CONSTRAINT] = LN_CONSTRAINT};
      *(LnObject **)field = NULL;
      if (none) return true;
      *(LnObject **)field = ln_object_by_name(c, kind[o->kind], text);
      return *(LnObject **)field != NULL;
    }
    case LN_OPT_TENSOR: *(LnTensor **)field = NULL; return true;
  }
  return ln_fail(c, "option '%s' has an unknown kind", o->name);
}

bool ln_option_spread(LnContext *c, const char *name, LnInts *list, int n) {
  if (list->n < 0 || list->n == n) return true;
  if (list->n != 1)
    return ln_fail(c, "%s is an integer or a list of %d of them, got %s", name, n,
                   ln_shape_text(list->v, (int)list->n));
  for (int i = 1; i < n; i++) list->v[i] = list->v[0];
  list->n = n;
  return true;
}

void ln_option_free(const LnOption *o, void *self) {
  void *field = (char *)self + o->offset;
  switch (o->kind) {
    case LN_OPT_STRING:
      free(*(char **)field);
      *(char **)field = NULL;
      break;
    case LN_OPT_NUMBERS:
      free(((LnNumbers *)field)->v);
      *(LnNumbers *)field = (LnNumbers){-1, NULL};
      break;
    case LN_OPT_STRINGS: {
      LnStrings *list = field;
      for (int64_t i = 0; i < list->n; i++) free(list->v[i]);
      free(list->v);
      *list = (LnStrings){-1, NULL};
      break;
    }
    case LN_OPT_SCHEDULE:
      ln_object_release(((LnRate *)field)->schedule);
      ((LnRate *)field)->schedule = NULL;
      break;
    case LN_OPT_ACTIVATION: case LN_OPT_INITIALIZER: case LN_OPT_REGULARIZER:
    case LN_OPT_CONSTRAINT:
      ln_object_release(*(LnObject **)field);
      *(LnObject **)field = NULL;
      break;
    case LN_OPT_TENSOR:
      ln_release(*(LnTensor **)field);
      *(LnTensor **)field = NULL;
      break;
    default: break;
  }
}
