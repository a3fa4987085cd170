// Masking: marks the steps of a sequence that are padding; what comes after leaves them out.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/ops.h"

typedef struct Masking {
  LnLayer layer;
  double mask_value;
} Masking;

static LnTensor *present(LnContext *c, const LnLayer *self, LnTensor *x, bool keepdims) {
  LnTensor *differs = ln_ne(c, x, ln_temp(c, ln_tensor_scalar(c, (LnDtype)self->dtype.compute,
                                                             ((const Masking *)self)->mask_value)));
  return ln_any(c, differs, -1, keepdims);
}

static LnTensor *call(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  LnTensor *x = in->v[0], *zero = ln_temp(c, ln_tensor_scalar(c, (LnDtype)x->dtype, 0));
  return ln_where(c, present(c, self, x, true), x, zero);
}

static bool compute_mask(LnContext *c, LnLayer *self, const LnTensors *in, LnTensor **mask) {
  return (*mask = present(c, self, in->v[0], false)) != NULL;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%g", ((const Masking *)self)->mask_value);
}

static const LnOption options[] = {
    {"mask_value", LN_OPT_NUMBER, LN_FIELD(Masking, mask_value), "0",
     .doc = "a step all of whose features have this value is left out"},
    {0}};

static const LnLayerClass masking = {
    .base = {.kind = LN_LAYER, .name = "Masking", .size = sizeof(Masking), .options = options,
             .doc = "Masks the steps of (batch, steps, features) whose features all are "
                    "mask_value:\nlayers that come after leave them out, and losses and metrics do "
                    "not count them.\n"
                    "mask_value (0). The shape stays; masked steps become 0.\n"
                    "Example:\n"
                    "  ln.layers.Masking(9)(ln.tensor{{{9, 9}, {9, 1}}}):flatten()  --> "
                    "[0. 0. 9. 1.]\n"},
    .built_at_once = true, .call = call, .compute_mask = compute_mask, .min_rank = 1,
    .describe = describe};

const LnLayerClass *const ln_layers_masking[] = {&masking, NULL};
