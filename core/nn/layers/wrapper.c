// Layers around a layer: Wrapper, which others extend, and TimeDistributed. The layer inside is an
// option, and so a part of the one around it: trained, saved and summarized with it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"
#include "ops/join.h"
#include "ops/ops.h"
#include "ops/slice.h"

typedef struct Wrapper {
  LnLayer base;
  LnLayer *layer;
} Wrapper;

static LnLayer *inside(const LnLayer *self) { return ((const Wrapper *)self)->layer; }

static void describe(const LnLayer *self, char *out, size_t size) {
  const LnLayer *layer = inside(self);
  snprintf(out, size, "%s", layer->base.name ? layer->base.name : layer->base.cls->name);
}

static const LnOption options[] = {
    {"layer", LN_OPT_LAYER, LN_FIELD(Wrapper, layer), NULL, .doc = "the layer inside"}, {0}};

// ---- Wrapper

static bool build(LnContext *c, LnLayer *self, const LnTensors *in) {
  LnLayer *layer = inside(self);
  return layer->built || ln_layer_build(c, layer, in);
}

static bool call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args,
                 LnTensor **out, int max_out, int *n_out) {
  return ln_layer_call(c, inside(self), in, args, out, max_out, n_out);
}

static const LnLayerClass wrapper = {
    .base = {.kind = LN_LAYER, .name = "Wrapper", .size = sizeof(Wrapper), .options = options,
             .doc = "The base of layers around a layer, which is their `layer`: it is built for "
                    "their input, trained,\nsaved and summarized with them. By itself it calls the "
                    "layer and nothing else.\n"
                    "layer. Shapes are the layer's.\n"
                    "Example:\n"
                    "  local Residual = ln.layers.Wrapper:extend(\"Residual\")\n"
                    "  function Residual:call(x, options) return x + self.layer(x, options) end\n"
                    "  local block = Residual(ln.layers.Dense{2, kernel_initializer = \"ones\"})\n"
                    "  block(ln.ones{1, 2})  --> [[3. 3.]]\n"},
    .build = build, .call_all = call, .max_in = -1, .keeps_dtype = true, .describe = describe};

// ---- TimeDistributed

// Step t of x, (batch, steps, ..) -> (batch, ..).
static LnTensor *step_of(LnContext *c, LnTensor *x, int64_t t) {
  int64_t shape[LN_MAX_RANK];
  if (x->meta) {
    shape[0] = x->shape[0];
    for (int a = 2; a < x->rank; a++) shape[a - 1] = x->shape[a];
    return ln_temp(c, ln_tensor_meta(c, (LnDtype)x->dtype, x->rank - 1, shape));
  }
  LnSlice p = {.n = x->rank};
  for (int a = 0; a < x->rank; a++) p.count[a] = x->shape[a], p.step[a] = 1;
  p.start[1] = t;
  p.count[1] = 1;
  p.drop[1] = true;
  return ln_slice(c, x, &p);
}

static bool check_mask(LnContext *c, const LnTensor *x) {
  const LnTensor *mask = x->mask;
  bool fits = mask->rank >= 2 && ln_dims_fit(mask->shape[0], x->shape[0]) &&
              ln_dims_fit(mask->shape[1], x->shape[1]);
  return fits || ln_fail(c, "the mask should begin with the batch and the steps of the input, "
                            "%s, it has shape %s", ln_tensor_shape_text(x),
                         ln_tensor_shape_text(mask));
}

// The layer's output for one step, with the step's mask where the layer knows what to do with it.
static LnTensor *call_step(LnContext *c, LnLayer *layer, LnTensor *x, int64_t t,
                           const LnCallArgs *args) {
  LnTensor *step = step_of(c, x, t), *mask;
  if (step && x->mask && layer->supports_masking) {
    if (!(mask = step_of(c, x->mask, t))) return NULL;
    ln_tensor_set_mask(step, mask);
  }
  return ln_layer_call1(c, layer, step, &(LnCallArgs){.training = args->training});
}

// Whether all steps may be rows of one call: the layer computes each row by itself, in training
// too, and adds no loss by its output.
static bool takes_rows(const LnLayer *layer) {
  const LnOption *o;
  if (!((const LnLayerClass *)layer->base.cls)->rows_apart || layer->base.lua) return false;
  for (int i = 0; (o = ln_class_option_at(layer->base.cls, i)); i++) {
    const LnObject *part = ln_option_object(o, layer, 0);
    if (part && (part->lua || strcmp(o->name, "activity_regularizer") == 0)) return false;
  }
  return true;
}

// (batch, steps, ..) -> (batch * steps, ..), and back.
static LnTensor *call_rows(LnContext *c, LnLayer *layer, LnTensor *x, const LnCallArgs *args) {
  int64_t shape[LN_MAX_RANK];
  shape[0] = x->shape[0] * x->shape[1];
  for (int a = 2; a < x->rank; a++) shape[a - 1] = x->shape[a];
  LnTensor *y = ln_layer_call1(c, layer, ln_reshape(c, x, x->rank - 1, shape),
                               &(LnCallArgs){.training = args->training});
  if (!y) return NULL;
  shape[0] = x->shape[0];
  shape[1] = x->shape[1];
  for (int a = 1; a < y->rank; a++) shape[a + 1] = y->shape[a];
  return ln_reshape(c, y, y->rank + 1, shape);
}

// Nothing is computed of an input without values: the shape is that of any step, with an axis.
static LnTensor *call_shape(LnContext *c, LnLayer *layer, LnTensor *x, const LnCallArgs *args) {
  int64_t shape[LN_MAX_RANK];
  const LnTensor *y = call_step(c, layer, x, 0, args);
  if (!y) return NULL;
  if (y->rank < 1 || y->rank >= LN_MAX_RANK) {
    ln_fail(c, "a step's output has shape %s, which cannot be stacked", ln_tensor_shape_text(y));
    return NULL;
  }
  shape[0] = y->shape[0];
  shape[1] = x->shape[1];
  for (int a = 1; a < y->rank; a++) shape[a + 1] = y->shape[a];
  return ln_temp(c, ln_tensor_meta(c, (LnDtype)y->dtype, y->rank + 1, shape));
}

static LnTensor *call_steps(LnContext *c, LnLayer *layer, LnTensor *x, const LnCallArgs *args) {
  int64_t n = x->shape[1], t = 0;
  LnTensor **steps = malloc((size_t)n * sizeof *steps), *y = NULL;
  if (!steps) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  for (; t < n && (steps[t] = call_step(c, layer, x, t, args)); t++) continue;
  if (t == n) y = ln_stack(c, steps, (int)n, 1);
  free(steps);
  return y;
}

static LnTensor *call_distributed(LnContext *c, LnLayer *self, const LnTensors *in,
                                  const LnCallArgs *args) {
  LnTensor *x = in->v[0];
  if (x->mask && !check_mask(c, x)) return NULL;
  if (x->meta) return call_shape(c, inside(self), x, args);
  if (x->shape[1] == 0 || x->shape[1] > INT32_MAX) {
    ln_fail(c, "the input has no steps to call the layer on: %s", ln_tensor_shape_text(x));
    return NULL;
  }
  if (takes_rows(inside(self))) return call_rows(c, inside(self), x, args);
  return call_steps(c, inside(self), x, args);
}

static bool build_distributed(LnContext *c, LnLayer *self, const LnTensors *in) {
  int64_t shape[LN_MAX_RANK];
  const LnTensor *x = in->v[0];
  LnLayer *layer = inside(self);
  if (layer->built) return true;
  shape[0] = x->shape[0];
  for (int a = 2; a < x->rank; a++) shape[a - 1] = x->shape[a];
  LnTensor *step = ln_temp(c, ln_tensor_meta(c, (LnDtype)x->dtype, x->rank - 1, shape));
  return step && ln_layer_build(c, layer, &(LnTensors){1, &step});
}

static const LnLayerClass distributed = {
    .base = {.kind = LN_LAYER, .name = "TimeDistributed", .size = sizeof(Wrapper),
             .options = options,
             .doc = "Calls a layer on every step of (batch, steps, ..), with the same weights: "
                    "(batch, steps, ..).\n"
                    "layer: takes (batch, ..). A mask (batch, steps, ..) goes to it step by step; "
                    "the output has none.\nAn input of fewer than 3 axes, one without steps, and a "
                    "mask that does not fit are errors.\n"
                    "Example:\n"
                    "  local layer = ln.layers.TimeDistributed(ln.layers.Dense(4))\n"
                    "  layer(ln.zeros{2, 5, 3}).shape  --> (2, 5, 4)\n"},
    .build = build_distributed, .call = call_distributed, .keeps_dtype = true, .min_rank = 3,
    .describe = describe};

const LnLayerClass *const ln_layers_wrapper[] = {&wrapper, &distributed, NULL};
