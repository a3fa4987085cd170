// Cosine similarity, negated: -1 where y_true and y_pred point the same way.
#include "nn/losses/losses.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  int64_t axis = ((const LnCosineLoss *)self)->axis;
  LnTensor *product = ln_mul(c, ln_unit_norm(c, y_true, axis), ln_unit_norm(c, y_pred, axis));
  return ln_neg(c, ln_sum(c, product, axis, false));
}

static const LnOption options[] = {
    {"axis", LN_OPT_AXIS, offsetof(LnCosineLoss, axis), "-1",
     .doc = "the axis along which the vectors lie"},
    LN_LOSS_NAME("cosine_similarity"),
    {0}};

const LnLossClass ln_cosine_similarity_loss = {
    .base = {.kind = LN_LOSS, .name = "CosineSimilarity", .aliases = "cosine_similarity",
             .size = sizeof(LnCosineLoss), .options = options,
             .doc = "-sum(y_true / |y_true| * y_pred / |y_pred|) along `axis` (the last): -1 for "
                    "the\n"
                    "same direction, 0 for orthogonal or zero vectors, 1 for opposite ones.\n"
                    "Shapes: y_true and y_pred the same; values without that axis.\n"
                    "Example:\n"
                    "  ln.losses.CosineSimilarity()(ln.tensor{{0, 1}}, ln.tensor{{0, 2}}):item()"
                    "  --> -1.0"},
    .call = call,
};

const LnLossClass *const ln_losses_cosine_similarity[] = {&ln_cosine_similarity_loss, NULL};
