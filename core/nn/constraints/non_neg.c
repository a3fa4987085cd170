// NonNeg: no weight below zero.
#include <math.h>

#include "nn/nn.h"
#include "ops/ops.h"

static LnTensor *call(LnContext *c, const LnObject *self, LnTensor *w) {
  (void)self;
  return ln_clip(c, w, 0, INFINITY);
}

static const LnConstraintClass non_neg = {
    .base = {.kind = LN_CONSTRAINT, .name = "NonNeg", .aliases = "non_neg nonneg",
             .size = sizeof(LnObject),
             .doc = "Weights below zero become zero.\n"
                    "Example:\n"
                    "  ln.constraints.NonNeg()(ln.tensor{-1, 2})  --> [0. 2.]\n"},
    .call = call};

const LnConstraintClass *const ln_constraints_non_neg[] = {&non_neg, NULL};
