// Sparse categorical cross-entropy: class ids against a distribution over classes.
#include "nn/losses/losses.h"
#include "ops/crossentropy.h"
#include "ops/index.h"

// Which labels count, when a class is to be ignored; of y_true's shape.
static LnTensor *valid(LnContext *c, const LnCrossentropyLoss *o, LnTensor *y_true) {
  LnTensor *ids = ln_cast(c, y_true, LN_INT64);
  return ln_logical_not(c, ln_eq_number(c, ids, (double)o->ignore_class));
}

static LnTensor *of_probabilities(LnContext *c, const LnCrossentropyLoss *o, LnTensor *y_true,
                                  LnTensor *y_pred) {
  LnTensor *counts = NULL;
  if (o->ignore_class != LN_NONE) {
    counts = valid(c, o, y_true);
    y_true = ln_mul(c, y_true, ln_cast(c, counts, (LnDtype)y_true->dtype));
    // What is ignored has no gradient, even where its values are NaN or sum to 0.
    LnTensor *one = ln_temp(c, ln_tensor_scalar(c, (LnDtype)y_pred->dtype, 1));
    y_pred = ln_where(c, ln_expand_dims(c, counts, -1), y_pred, one);
  }
  LnTensor *ids = ln_expand_dims(c, ln_check_classes(c, y_true, y_pred), -1);
  LnTensor *p = ln_div(c, ln_gather(c, y_pred, ids, -1), ln_sum(c, y_pred, -1, true));
  LnTensor *log_p = ln_log(c, ln_clip(c, ln_squeeze(c, p, -1), LN_EPSILON, 1 - LN_EPSILON));
  LnTensor *value = ln_neg(c, log_p);
  if (!counts || !value) return value;
  return ln_where(c, counts, value, ln_temp(c, ln_tensor_scalar(c, (LnDtype)value->dtype, 0)));
}

// y_pred are logits, of which `clip` makes probabilities as Keras clips them.
static LnTensor *of_logits(LnContext *c, const LnCrossentropyLoss *o, LnTensor *y_true,
                           LnTensor *y_pred, bool clip) {
  return ln_softmax_crossentropy(c, y_true, y_pred, clip, 0, o->ignore_class);
}

static LnTensor *values(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred,
                        bool from_logits, bool clip) {
  const LnCrossentropyLoss *o = (const LnCrossentropyLoss *)self;
  const LnTensor *given = y_true;
  if (!ln_loss_prepare_sparse(c, self, o->axis, &y_true, &y_pred)) return NULL;
  if (o->axis != -1 && o->axis != y_pred->rank - 1) {   // the classes last
    int order[LN_MAX_RANK], at, n = 0;
    if (!ln_axis(c, "axis", o->axis, y_pred->rank, &at)) return NULL;
    for (int i = 0; i < y_pred->rank; i++)
      if (i != at) order[n++] = i;
    order[n] = at;
    if (!(y_pred = ln_permute(c, y_pred, y_pred->rank, order))) return NULL;
  }
  LnTensor *out = from_logits ? of_logits(c, o, y_true, y_pred, clip)
                              : of_probabilities(c, o, y_true, y_pred);
  if (!out)
    ln_fail_within(c, "y_true of shape %s, y_pred of shape %s", ln_tensor_shape_text(given),
                   ln_tensor_shape_text(y_pred));
  return out;
}

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  bool logits = ((const LnCrossentropyLoss *)self)->from_logits;
  return values(c, self, y_true, y_pred, logits, false);
}

static LnTensor *call_logits(LnContext *c, const LnLoss *self, LnTensor *y_true,
                             LnTensor *logits) {
  const LnCrossentropyLoss *o = (const LnCrossentropyLoss *)self;
  bool last = o->axis == -1 || o->axis == logits->rank - 1;
  if (o->from_logits || !last) {
    LnTensor *p = ln_softmax(c, logits, -1);
    return p ? call(c, self, y_true, p) : NULL;
  }
  return values(c, self, y_true, logits, true, true);
}

static LnTensor *mask(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *v) {
  const LnCrossentropyLoss *o = (const LnCrossentropyLoss *)self;
  if (o->ignore_class == LN_NONE) return NULL;
  return ln_reshape(c, valid(c, o, y_true), v->rank, v->shape);
}

static const LnOption options[] = {
    {"from_logits", LN_OPT_BOOL, offsetof(LnCrossentropyLoss, from_logits), "false",
     .doc = "y_pred has not gone through a softmax"},
    {"ignore_class", LN_OPT_INTEGER, offsetof(LnCrossentropyLoss, ignore_class), "none",
     .doc = "entries with this label have no loss and do not count in the mean"},
    {"axis", LN_OPT_AXIS, offsetof(LnCrossentropyLoss, axis), "-1", .config_only = true,
     .doc = "the axis of y_pred's classes"},
    LN_LOSS_NAME("sparse_categorical_crossentropy"),
    {0}};

const LnLossClass ln_sparse_categorical_crossentropy = {
    .base = {.kind = LN_LOSS, .name = "SparseCategoricalCrossentropy",
             .aliases = "sparse_categorical_crossentropy", .size = sizeof(LnCrossentropyLoss),
             .options = options,
             .doc = "-log p of the label's class, over `axis` (the last); p is "
                      "y_pred divided by its "
                    "sum\n"
                    "and clipped to [1e-7, 1 - 1e-7], or with from_logits its softmax. Labels are\n"
                    "class ids (0, 1, ...) of any dtype; one that is no class is an error.\n"
                    "Shapes: y_pred (batch, ..., classes); y_true the same with 1 for the classes, "
                    "or\n"
                    "without them; values (batch, ...).\n"
                    "Example:\n"
                    "  local y = ln.tensor({1, 2}, {dtype = \"int32\"})\n"
                    "  string.format(\"%.4f\", ln.losses.SparseCategoricalCrossentropy()(y,\n"
                    "    ln.tensor{{0.05, 0.95, 0}, {0.1, 0.8, 0.1}}):item())  --> 1.1769"},
    .call = call,
    .fuses = "softmax",
    .call_logits = call_logits,
    .sparse_labels = true,
    .mask = mask,
};

const LnLossClass *const ln_losses_sparse_categorical_crossentropy[] = {
    &ln_sparse_categorical_crossentropy, NULL};
