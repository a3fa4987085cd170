// OrthogonalRegularizer: rows (or columns) of a matrix are pushed to be orthogonal to each other.
#include <math.h>

#include "nn/nn.h"
#include "ops/ops.h"

typedef struct Orthogonal {
  LnObject base;
  double factor;
  int columns;   // mode: 0 rows, 1 columns
} Orthogonal;

// factor * the mean of |cosine| over pairs of rows, as Keras weighs it.
static LnTensor *call(LnContext *c, const LnObject *self, LnTensor *x) {
  const Orthogonal *o = (const Orthogonal *)self;
  if (x->rank != 2) {
    ln_fail(c, "OrthogonalRegularizer: expected a matrix, got shape %s", ln_tensor_shape_text(x));
    return NULL;
  }
  if (o->columns) x = ln_transpose(c, x);
  if (!x) return NULL;
  double n = (double)x->shape[0], pairs = n * (n - 1) / 2;
  LnTensor *squares = ln_sum(c, ln_square(c, x), 1, true);
  x = ln_mul(c, x, ln_rsqrt(c, ln_clip(c, squares, 1e-12, INFINITY)));
  LnTensor *cosines = ln_abs(c, ln_matmul(c, x, ln_transpose(c, x)));
  // The diagonal is what each row has with itself; taken off where the sum is done.
  LnTensor *diagonal = ln_sum(c, ln_square(c, x), LN_NONE, false);
  LnTensor *sum = ln_sub(c, ln_sum(c, cosines, LN_NONE, false), diagonal);
  return ln_mul_number(c, sum, pairs > 0 ? 0.5 * o->factor / pairs : 0);
}

static const LnOption options[] = {
    {"factor", LN_OPT_NUMBER, LN_FIELD(Orthogonal, factor), "0.01", "[0, inf)",
    .doc = "its strength"},
    {"mode", LN_OPT_CHOICE, LN_FIELD(Orthogonal, columns), "rows", .choices = "rows columns",
     .doc = "what is to be orthogonal"},
    {0}};

static const LnRegularizerClass orthogonal = {
    .base = {.kind = LN_REGULARIZER, .name = "OrthogonalRegularizer",
             .aliases = "orthogonal_regularizer", .size = sizeof(Orthogonal), .options = options,
             .doc = "Adds factor * the mean of |cosine| over all pairs of rows (or columns) of a "
                    "matrix.\nfactor (0.01), mode (\"rows\" or \"columns\"). Anything but a matrix "
                    "is an error.\n"
                    "Example:\n"
                    "  ln.regularizers.OrthogonalRegularizer(0.5)(ln.eye(3)):item()  --> 0.0\n"},
    .call = call};

const LnRegularizerClass *const ln_regularizers_orthogonal[] = {&orthogonal, NULL};
