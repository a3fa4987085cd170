// L1, L2 and L1L2: sums of absolute values and of squares.
#include "nn/nn.h"
#include "ops/ops.h"

typedef struct L1L2 {
  LnObject base;
  double l1, l2;
} L1L2;

static LnTensor *call(LnContext *c, const LnObject *self, LnTensor *x) {
  const L1L2 *o = (const L1L2 *)self;
  LnTensor *one = o->l1 == 0 ? NULL : ln_mul_number(c, ln_sum(c, ln_abs(c, x), LN_NONE, false),
                                                    o->l1);
  LnTensor *two = o->l2 == 0 ? NULL : ln_mul_number(c, ln_sum(c, ln_square(c, x), LN_NONE, false),
                                                    o->l2);
  if (c->err.set) return NULL;
  if (one && two) return ln_add(c, one, two);
  if (one || two) return one ? one : two;
  return ln_temp(c, ln_tensor_scalar(c, ln_dtype_float((LnDtype)x->dtype), 0));
}

static const LnOption l1_options[] = {
    {"l1", LN_OPT_NUMBER, LN_FIELD(L1L2, l1), "0.01", "[0, inf)", .doc = "factor of the sum"}, {0}};
static const LnOption l2_options[] = {
    {"l2", LN_OPT_NUMBER, LN_FIELD(L1L2, l2), "0.01", "[0, inf)", .doc = "factor of the sum"}, {0}};
static const LnOption l1l2_options[] = {
    {"l1", LN_OPT_NUMBER, LN_FIELD(L1L2, l1), "0", "[0, inf)",
    .doc = "factor of the absolute values"},
    {"l2", LN_OPT_NUMBER, LN_FIELD(L1L2, l2), "0", "[0, inf)",
    .doc = "factor of the squares"}, {0}};

static const LnRegularizerClass l1 = {
    .base = {.kind = LN_REGULARIZER, .name = "L1", .aliases = "l1", .size = sizeof(L1L2),
             .options = l1_options,
             .doc = "Adds l1 * sum(|w|) to the loss.\nl1 (0.01).\n"
                    "Example:\n"
                    "  ln.regularizers.L1(0.1)(ln.tensor{1, -2})  --> 0.3\n"},
    .call = call};
static const LnRegularizerClass l2 = {
    .base = {.kind = LN_REGULARIZER, .name = "L2", .aliases = "l2", .size = sizeof(L1L2),
             .options = l2_options,
             .doc = "Adds l2 * sum(w ^ 2) to the loss.\nl2 (0.01).\n"
                    "Example:\n"
                    "  ln.regularizers.L2(0.1)(ln.tensor{1, -2})  --> 0.5\n"},
    .call = call};
static const LnRegularizerClass l1l2 = {
    .base = {.kind = LN_REGULARIZER, .name = "L1L2", .aliases = "l1l2 l1_l2", .size = sizeof(L1L2),
             .options = l1l2_options,
             .doc = "Adds l1 * sum(|w|) + l2 * sum(w ^ 2) to the loss.\nl1 (0), l2 (0).\n"
                    "Example:\n"
                    "  ln.regularizers.L1L2{0.1, 0.1}(ln.tensor{1, -2})  --> 0.8\n"},
    .call = call};

const LnRegularizerClass *const ln_regularizers_l1l2[] = {&l1, &l2, &l1l2, NULL};
