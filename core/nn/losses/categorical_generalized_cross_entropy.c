// Generalized cross-entropy, robust to wrong labels (Zhang & Sabuncu 2018).
#include "nn/losses/losses.h"
#include "ops/index.h"

typedef struct Generalized {
  LnLoss base;
  double q;
} Generalized;

static bool init(LnContext *c, void *self) {
  double q = ((Generalized *)self)->q;
  return (q > 0 && q < 1) || ln_fail(c, "q must lie between 0 and 1, got %g", q);
}

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  double q = ((const Generalized *)self)->q;
  if (!ln_loss_prepare_sparse(c, self, -1, &y_true, &y_pred)) return NULL;
  LnTensor *ids = ln_check_classes(c, y_true, y_pred);
  if (!ids) {
    ln_fail_within(c, "y_true of shape %s, y_pred of shape %s", ln_tensor_shape_text(y_true),
                   ln_tensor_shape_text(y_pred));
    return NULL;
  }
  LnTensor *p = ln_squeeze(c, ln_gather(c, y_pred, ln_expand_dims(c, ids, -1), -1), -1);
  return ln_div_number(c, ln_number_sub(c, 1, ln_pow_number(c, p, q)), q);
}

static const LnOption options[] = {
    {"q", LN_OPT_NUMBER, offsetof(Generalized, q), "0.5",
     .doc = "between cross-entropy (towards 0) and absolute error (towards 1), both excluded"},
    LN_LOSS_NAME("categorical_generalized_cross_entropy"),
    {0}};

static const LnLossClass generalized = {
    .base = {.kind = LN_LOSS, .name = "CategoricalGeneralizedCrossEntropy",
             .aliases = "categorical_generalized_cross_entropy", .size = sizeof(Generalized),
             .options = options, .init = init,
             .doc = "(1 - p^q) / q, where p is the probability of the true class.\n"
                    "Shapes: y_true class ids (batch, ...), y_pred probabilities (batch, ..., "
                    "classes);\n"
                    "values (batch, ...). A label that is no class is an error.\n"
                    "Example:\n"
                    "  local y = ln.tensor({1}, {dtype = \"int32\"})\n"
                    "  ln.losses.CategoricalGeneralizedCrossEntropy()(y, ln.tensor{{0.75, "
                    "0.25}}):item()"
                    "  --> 1.0"},
    .call = call,
    .sparse_labels = true,
};

const LnLossClass *const ln_losses_categorical_generalized_cross_entropy[] = {&generalized, NULL};
