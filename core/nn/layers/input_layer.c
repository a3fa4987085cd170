// InputLayer: says what goes into a model, and hands it on.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/ops.h"

typedef struct InputLayer {
  LnLayer layer;
  LnInts shape, batch_shape;
  int64_t batch_size;
  int dtype;
  bool sparse, ragged, optional;
} InputLayer;

static bool init(LnContext *c, void *self) {
  InputLayer *o = self;
  if (o->sparse || o->ragged || o->optional)
    return ln_fail(c, "InputLayer: %s inputs do not exist here, only false is taken",
                   o->sparse ? "sparse" : o->ragged ? "ragged" : "optional");
  if (o->dtype != LN_STRING) o->layer.dtype = (LnPolicy){o->dtype, o->dtype};
  if (o->shape.n < 0 && o->batch_shape.n < 0) o->shape = o->layer.input_shape;
  if (o->shape.n >= 0 && o->batch_shape.n >= 0)
    return ln_fail(c, "InputLayer: give shape or batch_shape, not both");
  if (o->shape.n < 0 && o->batch_shape.n < 0)
    return ln_fail(c, "InputLayer: shape is missing, the shape of one sample: {784}");
  if (o->shape.n >= 0) {
    if (o->shape.n >= LN_MAX_RANK)
      return ln_fail(c, "InputLayer: at most %d axes with the batch axis", LN_MAX_RANK);
    o->batch_shape.n = o->shape.n + 1;
    o->batch_shape.v[0] = o->batch_size == LN_NONE ? -1 : o->batch_size;
    for (int i = 0; i < o->shape.n; i++) o->batch_shape.v[i + 1] = o->shape.v[i];
    o->shape.n = -1;   // the config has Keras's one form: batch_shape
    o->batch_size = LN_NONE;
  } else if (o->batch_shape.n == 0) {
    return ln_fail(c, "InputLayer: batch_shape begins with the batch axis");
  }
  o->layer.input_shape.n = o->batch_shape.n - 1;
  for (int i = 0; i < o->layer.input_shape.n; i++)
    o->layer.input_shape.v[i] = o->batch_shape.v[i + 1];
  return true;
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const LnInts *want = &((const InputLayer *)self)->batch_shape;
  LnTensor *x = in->v[0];
  if (((const InputLayer *)self)->dtype == LN_STRING) {
    ln_fail(c, "expected strings, got a tensor of %s", ln_dtype_name((LnDtype)x->dtype));
    return NULL;
  }
  bool fits = x->rank == want->n;
  for (int i = 0; fits && i < x->rank; i++)
    fits = want->v[i] < 0 || x->shape[i] < 0 || x->shape[i] == want->v[i];
  if (!fits) {
    ln_fail(c, "expected an input of shape %s, got %s", ln_shape_text(want->v, (int)want->n),
            ln_tensor_shape_text(x));
    return NULL;
  }
  return ln_cast(c, x, (LnDtype)self->dtype.compute);
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const LnInts *b = &((const InputLayer *)self)->batch_shape;
  snprintf(out, size, "%s", ln_shape_text(b->v, (int)b->n));
}

static const LnOption options[] = {
    {"shape", LN_OPT_SHAPE, LN_FIELD(InputLayer, shape), "none", ">= 0",
     .doc = "of one sample, false for an unknown size"},
    {"batch_size", LN_OPT_INTEGER, LN_FIELD(InputLayer, batch_size), "none", "> 0",
     .doc = "when it is always the same"},
    {"dtype", LN_OPT_DTYPE, LN_FIELD(InputLayer, dtype), "float32", .choices = "string",
     .doc = "of what comes in; data of another dtype is cast; \"string\": Lua strings"},
    {"sparse", LN_OPT_BOOL, LN_FIELD(InputLayer, sparse), "false", .nullable = true,
     .doc = "false"},
    {"ragged", LN_OPT_BOOL, LN_FIELD(InputLayer, ragged), "false", .nullable = true,
     .config_only = true, .doc = "false"},
    {"batch_shape", LN_OPT_SHAPE, LN_FIELD(InputLayer, batch_shape), "none",
     ">= 0", .doc = "instead of shape: with the batch axis"},
    {"optional", LN_OPT_BOOL, LN_FIELD(InputLayer, optional), "false", .nullable = true,
     .config_only = true, .doc = "false"},
    {0}};

static const LnLayerClass input_layer = {
    .base = {.kind = LN_LAYER, .name = "InputLayer", .size = sizeof(InputLayer),
             .options = options, .init = init, .unsaid = "shape batch_size trainable",
             .doc = "The beginning of a model: what shape and dtype its input has.\n"
                    "shape: of one sample; or batch_shape, with the batch axis. batch_size (none), "
                    "dtype (\"float32\"; \"string\" before a layer\nthat takes strings).\n"
                    "sparse, ragged and optional are Keras's; only false is taken.\n"
                    "An input of another shape is an error.\n"
                    "Example:\n"
                    "  ln.Sequential{ln.layers.InputLayer{{784}}, ln.layers.Dense(10)}\n"},
    .built_at_once = true, .call = call, .masks = true, .keeps_dtype = true, .describe = describe};

const LnLayerClass *const ln_layers_input_layer[] = {&input_layer, NULL};
