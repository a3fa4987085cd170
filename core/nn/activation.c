// Activations: ops that carry LN_OP_ACTIVATION, by name, with their defaults; or Lua functions. An
// op joins by its flag; here are only the other names that Keras knows some by.
#include <stdlib.h>
#include <string.h>

#include "kernels/dense.h"
#include "nn/nn.h"
#include "ops/ops.h"

static void free_activation(void *self) {
  LnActivation *a = self;
  if (a->params) ln_options_free(a->op->options, a->params);
  free(a->params);
}

const LnClass ln_activation_class = {
    .kind = LN_ACTIVATION,
    .name = "Activation",
    .size = sizeof(LnActivation),
    .free = free_activation,
    .doc = "An elementwise function by name, or a Lua function of one tensor.",
};

static const struct {
  const char *alias, *name;
} aliases[] = {{"swish", "silu"}, {"hard_swish", "hard_silu"}, {NULL, NULL}};

static const char *without_alias(const char *name) {
  for (int i = 0; aliases[i].alias; i++)
    if (strcmp(name, aliases[i].alias) == 0) return aliases[i].name;
  return name;
}

// The activation's op; NULL too for linear, which computes nothing.
static const LnOp *op_of(const char *name) {
  const LnOp *op = strcmp(name, "linear") == 0 ? NULL : ln_op_find(name);
  return op && op->flags & LN_OP_ACTIVATION ? op : NULL;
}

bool ln_activation_exists(const char *name) {
  name = without_alias(name);
  return strcmp(name, "linear") == 0 || op_of(name);
}

LnActivation *ln_activation_new(LnContext *c, const char *name) {
  if (!ln_activation_exists(name)) {
    ln_fail(c, "unknown activation '%s'", name);
    return NULL;
  }
  name = without_alias(name);
  const LnOp *op = op_of(name);
  bool linear = !op;
  LnActivation *a = (LnActivation *)ln_object_new(c, &ln_activation_class);
  if (!a) return NULL;
  size_t length = strlen(name) + 1;
  a->base.name = malloc(length);
  if (a->base.name) memcpy(a->base.name, name, length);
  if (!linear) {
    a->op = op;
    a->params = op->params_size ? calloc(1, op->params_size) : NULL;
  }
  bool done = a->base.name && (linear || !op->params_size || a->params);
  if (!done) ln_fail(c, "out of memory");
  for (const LnOption *o = linear ? NULL : op->options; done && o && o->name; o++)
    done = ln_option_default(c, o, a->params);
  if (done) return a;
  ln_object_release(a);
  return NULL;
}

bool ln_activation_set(LnContext *c, LnActivation *a, const char *option, double value) {
  for (const LnOption *o = a->op ? a->op->options : NULL; o && o->name; o++) {
    if (strcmp(o->name, option) != 0) continue;
    void *field = (char *)a->params + o->offset;
    if (o->kind == LN_OPT_NUMBER) {
      *(double *)field = value;
      return true;
    }
    if (o->kind == LN_OPT_AXIS || o->kind == LN_OPT_INTEGER) {
      *(int64_t *)field = (int64_t)value;
      return true;
    }
  }
  return ln_fail(c, "%s takes no number '%s'", a->base.name, option);
}

int ln_activation_fused(const LnActivation *a) {
  static const char *const names[] = {[LN_DENSE_RELU] = "relu", [LN_DENSE_SIGMOID] = "sigmoid",
                                      [LN_DENSE_TANH] = "tanh"};
  for (int i = LN_DENSE_RELU; i <= LN_DENSE_TANH; i++)
    if (a->op && strcmp(a->op->name, names[i]) == 0) return i;
  return LN_DENSE_LINEAR;
}

LnTensor *ln_activate(LnContext *c, LnActivation *a, LnTensor *x) {
  if (!x) return NULL;
  if (!a) return x;
  if (a->base.lua && c->calls) {
    LnTensor *y = NULL;
    int n = 0;
    if (!c->calls->call(c, &a->base, "call", &(LnTensors){1, &x}, NULL, &y, 1, &n)) return NULL;
    if (n != 1) ln_fail(c, "an activation gives one tensor");
    return n == 1 ? y : NULL;
  }
  return a->op ? LN_APPLY1(c, a->op, a->params, x) : x;
}
