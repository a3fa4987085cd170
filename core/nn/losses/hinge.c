// The hinge family: margins between classes.
#include "nn/losses/losses.h"

// max(1 - y_true * y_pred, 0), labels as -1 and 1.
static LnTensor *margins(LnContext *c, LnTensor *y_true, LnTensor *y_pred) {
  return ln_relu(c, ln_number_sub(c, 1, ln_mul(c, ln_hinge_labels(c, y_true), y_pred)));
}

static LnTensor *hinge(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  (void)self;
  return ln_mean(c, margins(c, y_true, y_pred), -1, false);
}

static LnTensor *squared(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  (void)self;
  return ln_mean(c, ln_square(c, margins(c, y_true, y_pred)), -1, false);
}

static LnTensor *categorical(LnContext *c, const LnLoss *self, LnTensor *y_true,
                             LnTensor *y_pred) {
  (void)self;
  LnTensor *true_score = ln_sum(c, ln_mul(c, y_true, y_pred), -1, false);
  LnTensor *best = ln_max(c, ln_mul(c, ln_number_sub(c, 1, y_true), y_pred), -1, false);
  return ln_relu(c, ln_add_number(c, ln_sub(c, best, true_score), 1));
}

static const LnOption hinge_options[] = {LN_LOSS_NAME("hinge"), {0}};
static const LnOption squared_options[] = {LN_LOSS_NAME("squared_hinge"), {0}};
static const LnOption categorical_options[] = {LN_LOSS_NAME("categorical_hinge"), {0}};

#define SHAPES "Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).\n"

const LnLossClass ln_hinge = {
    .base = {.kind = LN_LOSS, .name = "Hinge", .aliases = "hinge", .size = sizeof(LnLoss),
             .options = hinge_options,
             .doc = "Mean of max(1 - y_true * y_pred, 0) over the last axis. Labels are -1 and 1;\n"
                    "when all of them are 0 or 1, 0 counts as -1.\n" SHAPES
                    "Example:\n"
                    "  ln.losses.Hinge()(ln.tensor{{0, 1}}, ln.tensor{{0.5, 0.5}}):item()  --> "
                    "1.0"},
    .call = hinge,
};
const LnLossClass ln_squared_hinge = {
    .base = {.kind = LN_LOSS, .name = "SquaredHinge", .aliases = "squared_hinge",
             .size = sizeof(LnLoss), .options = squared_options,
             .doc = "Mean of max(1 - y_true * y_pred, 0)^2 over the last axis. Labels are -1 and "
                    "1;\n"
                    "when all of them are 0 or 1, 0 counts as -1.\n" SHAPES
                    "Example:\n"
                    "  ln.losses.SquaredHinge()(ln.tensor{{0, 1}}, ln.tensor{{0.5, 0.5}}):item()"
                    "  --> 1.25"},
    .call = squared,
};
const LnLossClass ln_categorical_hinge = {
    .base = {.kind = LN_LOSS, .name = "CategoricalHinge", .aliases = "categorical_hinge",
             .size = sizeof(LnLoss), .options = categorical_options,
             .doc = "max(neg - pos + 1, 0) with pos = sum(y_true * y_pred) and\n"
                    "neg = max((1 - y_true) * y_pred) over the last axis; y_true is "
                    "one-hot.\n" SHAPES
                    "Example:\n"
                    "  ln.losses.CategoricalHinge()(ln.tensor{{0, 1}}, ln.tensor{{0.5, "
                    "0.25}}):item()"
                    "  --> 1.25"},
    .call = categorical,
};

const LnLossClass *const ln_losses_hinge[] = {&ln_hinge, &ln_squared_hinge, &ln_categorical_hinge,
                                              NULL};
