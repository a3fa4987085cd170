// Constraints on norms: MaxNorm, UnitNorm, MinMaxNorm. All give w * (desired norm / norm).
#include "nn/nn.h"
#include "ops/ops.h"

typedef struct Norm {
  LnObject base;
  double low, high, rate;
  LnInts axes;
} Norm;

static const double epsilon = 1e-7;   // Keras's

// The L2 norm over the axes (none: over everything), which are kept with size 1.
static LnTensor *norms(LnContext *c, const Norm *o, LnTensor *w) {
  LnTensor *squares = ln_square(c, w);
  for (int i = 0; o->axes.n < 0 && i < w->rank; i++) squares = ln_sum(c, squares, i, true);
  for (int i = 0; i < o->axes.n; i++) squares = ln_sum(c, squares, o->axes.v[i], true);
  return ln_sqrt(c, squares);
}

static LnTensor *scaled(LnContext *c, LnTensor *w, LnTensor *desired, LnTensor *norm) {
  return ln_mul(c, w, ln_div(c, desired, ln_add_number(c, norm, epsilon)));
}

static LnTensor *max_norm(LnContext *c, const LnObject *self, LnTensor *w) {
  const Norm *o = (const Norm *)self;
  LnTensor *norm = norms(c, o, w);
  return scaled(c, w, ln_clip(c, norm, 0, o->high), norm);
}

static LnTensor *unit_norm(LnContext *c, const LnObject *self, LnTensor *w) {
  return ln_div(c, w, ln_add_number(c, norms(c, (const Norm *)self, w), epsilon));
}

static LnTensor *min_max_norm(LnContext *c, const LnObject *self, LnTensor *w) {
  const Norm *o = (const Norm *)self;
  LnTensor *norm = norms(c, o, w);
  LnTensor *desired = ln_mul_number(c, ln_clip(c, norm, o->low, o->high), o->rate);
  if (o->rate != 1) desired = ln_add(c, desired, ln_mul_number(c, norm, 1 - o->rate));
  return scaled(c, w, desired, norm);
}

static bool init_min_max(LnContext *c, void *self) {
  const Norm *o = self;
  return o->low <= o->high ||
         ln_fail(c, "MinMaxNorm: min_value %g is above max_value %g", o->low, o->high);
}

#define AXIS                                                                          \
  {"axis", LN_OPT_AXES, LN_FIELD(Norm, axes), "1", .nullable = true,                  \
   .doc = "along which norms are taken: 1 for a Dense kernel, {1, 2, 3} for a Conv2D kernel"}

static const LnOption max_options[] = {
    {"max_value", LN_OPT_NUMBER, LN_FIELD(Norm, high), "2", ">= 0", .doc = "the largest norm"},
    AXIS, {0}};
static const LnOption unit_options[] = {AXIS, {0}};
static const LnOption min_max_options[] = {
    {"min_value", LN_OPT_NUMBER, LN_FIELD(Norm, low), "0", ">= 0", .doc = "the smallest norm"},
    {"max_value", LN_OPT_NUMBER, LN_FIELD(Norm, high), "1", ">= 0", .doc = "the largest norm"},
    {"rate", LN_OPT_NUMBER, LN_FIELD(Norm, rate), "1", "[0, 1]",
     .doc = "how much of the way is gone at once"},
    AXIS, {0}};

static const LnConstraintClass max = {
    .base = {.kind = LN_CONSTRAINT, .name = "MaxNorm", .aliases = "max_norm",
             .size = sizeof(Norm), .options = max_options,
             .doc = "Weights whose norm along axis is above max_value are scaled down to it.\n"
                    "max_value (2), axis (1: the incoming weights of each Dense unit).\n"
                    "Example:\n"
                    "  ln.constraints.MaxNorm(1)(ln.tensor{{3}, {4}})  --> [[0.6] [0.8]]\n"},
    .call = max_norm};
static const LnConstraintClass unit = {
    .base = {.kind = LN_CONSTRAINT, .name = "UnitNorm", .aliases = "unit_norm",
             .size = sizeof(Norm), .options = unit_options,
             .doc = "Weights are scaled to norm 1 along axis.\naxis (1).\n"
                    "Example:\n"
                    "  ln.constraints.UnitNorm()(ln.tensor{{3}, {4}})  --> [[0.6] [0.8]]\n"},
    .call = unit_norm};
static const LnConstraintClass min_max = {
    .base = {.kind = LN_CONSTRAINT, .name = "MinMaxNorm", .aliases = "min_max_norm",
             .size = sizeof(Norm), .options = min_max_options, .init = init_min_max,
             .doc = "Norms along axis are brought between min_value and max_value.\n"
                    "min_value (0), max_value (1), rate (1: at once; 0.5: half of the way each "
                    "step), axis (1).\nmin_value above max_value is an error.\n"
                    "Example:\n"
                    "  ln.constraints.MinMaxNorm{0, 1}(ln.tensor{{3}, {4}})  --> [[0.6] [0.8]]\n"},
    .call = min_max_norm};

const LnConstraintClass *const ln_constraints_norm[] = {&max, &unit, &min_max, NULL};
