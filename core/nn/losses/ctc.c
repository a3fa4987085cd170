// CTC loss: sequences whose alignment with the labels is not known (speech, handwriting).
#include "nn/losses/losses.h"
#include "ops/ctc.h"

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  if (!ln_dtype_is_float((LnDtype)y_pred->dtype)) y_pred = ln_cast(c, y_pred, LN_FLOAT32);
  (void)self;
  if (y_true->rank != 2 || !y_pred || y_pred->rank != 3) {
    ln_fail(c, "y_true has shape (batch, length) and y_pred (batch, steps, classes), got %s and %s",
            ln_tensor_shape_text(y_true), y_pred ? ln_tensor_shape_text(y_pred) : "none");
    return NULL;
  }
  LnTensor *out = ln_ctc(c, y_true, y_pred);
  if (!out)
    ln_fail_within(c, "y_true of shape %s, y_pred of shape %s", ln_tensor_shape_text(y_true),
                   ln_tensor_shape_text(y_pred));
  return out;
}

static const LnOption options[] = {LN_LOSS_NAME("ctc"), {0}};

static const LnLossClass ctc = {
    .base = {.kind = LN_LOSS, .name = "CTC", .aliases = "ctc", .size = sizeof(LnLoss),
             .options = options,
             .doc = "-log of the probability that y_pred spells the labels, summed over all\n"
                    "alignments. Class 0 is the blank; labels are padded with zeros. Infinite, "
                    "with\n"
                    "no gradient, where there are too few steps for the labels.\n"
                    "Shapes: y_true class ids (batch, length), y_pred logits (batch, steps, "
                    "classes);\n"
                    "values (batch,). A label that is no class is an error.\n"
                    "Example:\n"
                    "  local y = ln.tensor({{1}}, {dtype = \"int32\"})\n"
                    "  string.format(\"%.4f\", ln.losses.CTC()(y, ln.zeros{1, 2, 2}):item())"
                    "  --> 0.2877"},
    .call = call,
    .sparse_labels = true,
};

const LnLossClass *const ln_losses_ctc[] = {&ctc, NULL};
