// Losses of overlap between regions, for segmentation: Dice and Tversky.
#include "nn/losses/losses.h"

typedef struct Overlap {
  LnLoss base;
  LnInts axis;
  double alpha, beta;   // Tversky's
} Overlap;

static LnTensor *dice(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  const LnInts *axes = &((const Overlap *)self)->axis;
  LnTensor *both = ln_sum_axes(c, ln_mul(c, y_true, y_pred), axes);
  LnTensor *all = ln_add(c, ln_sum_axes(c, y_true, axes), ln_sum_axes(c, y_pred, axes));
  LnTensor *score = ln_div(c, ln_mul_number(c, both, 2), ln_add_number(c, all, LN_EPSILON));
  return ln_number_sub(c, 1, score);
}

// Salehi et al. 2017.
static LnTensor *tversky(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  const Overlap *o = (const Overlap *)self;
  LnTensor *both = ln_mul(c, y_true, y_pred);
  LnTensor *missed = ln_sum_axes(c, ln_sub(c, y_true, both), &o->axis);
  LnTensor *extra = ln_sum_axes(c, ln_sub(c, y_pred, both), &o->axis);
  LnTensor *shared = ln_sum_axes(c, both, &o->axis);
  LnTensor *all = ln_add(c, shared, ln_add(c, ln_mul_number(c, extra, o->alpha),
                                           ln_mul_number(c, missed, o->beta)));
  return ln_number_sub(c, 1, ln_div(c, shared, ln_add_number(c, all, LN_EPSILON)));
}

#define AXIS {"axis", LN_OPT_AXES, offsetof(Overlap, axis), "none", \
              .doc = "the axes a region spans; all when None, for one value in all"}

static const LnOption dice_options[] = {AXIS, LN_LOSS_NAME("dice"), {0}};
static const LnOption tversky_options[] = {
    {"alpha", LN_OPT_NUMBER, offsetof(Overlap, alpha), "0.5", ">= 0",
     .doc = "weight of what y_pred has too much, y_pred * (1 - y_true)"},
    {"beta", LN_OPT_NUMBER, offsetof(Overlap, beta), "0.5", ">= 0",
     .doc = "weight of what y_pred misses, (1 - y_pred) * y_true"},
    AXIS,
    LN_LOSS_NAME("tversky"),
    {0}};

static const LnLossClass dice_class = {
    .base = {.kind = LN_LOSS, .name = "Dice", .aliases = "dice", .size = sizeof(Overlap),
             .options = dice_options,
             .doc = "1 - 2 sum(y_true * y_pred) / (sum(y_true) + sum(y_pred) + 1e-7), the sums "
                    "over\n"
                    "`axis`.\n"
                    "Shapes: y_true and y_pred the same; values without these axes.\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", ln.losses.Dice()(ln.tensor{{1, 0}}, ln.tensor{{1, "
                    "1}}):item())"
                    "  --> 0.3333"},
    .call = dice,
};
static const LnLossClass tversky_class = {
    .base = {.kind = LN_LOSS, .name = "Tversky", .aliases = "tversky", .size = sizeof(Overlap),
             .options = tversky_options,
             .doc = "1 - both / (both + alpha * extra + beta * missed + 1e-7), where both, "
                    "extra and\n"
                    "missed are sums over `axis` of y_true * y_pred, y_pred * (1 - y_true) and\n"
                    "(1 - y_pred) * y_true. With alpha = beta = 0.5 it is Dice.\n"
                    "Shapes: y_true and y_pred the same; values without these axes.\n"
                    "Example:\n"
                    "  string.format(\"%.4f\", ln.losses.Tversky{alpha = 0.3, beta = "
                    "1}(ln.tensor{{1, "
                    "0}},\n"
                    "    ln.tensor{{1, 1}}):item())  --> 0.2308"},
    .call = tversky,
};

const LnLossClass *const ln_losses_overlap[] = {&dice_class, &tversky_class, NULL};
