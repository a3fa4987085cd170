// Circle loss: metric learning on unit embeddings, by all pairs of a batch (Sun et al. 2020).
#include "nn/losses/losses.h"

typedef struct Circle {
  LnLoss base;
  double gamma, margin;
  bool remove_diagonal;
} Circle;

static LnTensor *call(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *y_pred) {
  const Circle *o = (const Circle *)self;
  if (!ln_loss_prepare_sparse(c, self, -1, &y_true, &y_pred)) return NULL;
  if (y_pred->rank != 2) {
    ln_fail(c, "y_pred must be embeddings of shape (batch, n), it has shape %s",
            ln_tensor_shape_text(y_pred));
    return NULL;
  }
  LnDtype d = (LnDtype)y_pred->dtype;
  LnTensor *same = ln_eq(c, ln_expand_dims(c, y_true, 1), ln_expand_dims(c, y_true, 0));
  LnTensor *positive = same, *negative = ln_logical_not(c, same);
  if (o->remove_diagonal) {
    int64_t n = y_pred->shape[0];
    LnTensor *order = ln_temp(c, ln_tensor_new(c, LN_INT64, 1, &n));
    if (!order) return NULL;
    for (int64_t i = 0; i < n; i++) ((int64_t *)order->data)[i] = i;
    LnTensor *other = ln_ne(c, ln_expand_dims(c, order, 1), ln_expand_dims(c, order, 0));
    positive = ln_logical_and(c, same, other);
  }
  LnTensor *cosine = ln_matmul(c, y_pred, ln_transpose(c, y_pred));
  LnTensor *distance = ln_relu(c, ln_number_sub(c, 1, cosine));
  LnTensor *pull = ln_mul(c, ln_add_number(c, distance, o->margin),
                          ln_sub_number(c, distance, o->margin));
  LnTensor *push = ln_mul(c, ln_relu(c, ln_number_sub(c, 1 + o->margin, distance)),
                          ln_number_sub(c, 1 - o->margin, distance));
  // Pairs of the other kind count as nothing: exp(-1e30) is 0, and finite where all are such.
  LnTensor *never = ln_temp(c, ln_tensor_scalar(c, d, -1e30));
  LnTensor *p = ln_where(c, positive, ln_mul_number(c, pull, o->gamma), never);
  LnTensor *q = ln_where(c, negative, ln_mul_number(c, push, o->gamma), never);
  return ln_softplus(c, ln_add(c, ln_logsumexp(c, p, 1, false), ln_logsumexp(c, q, 1, false)));
}

// Samples without a partner have no loss and do not count in the mean.
static LnTensor *mask(LnContext *c, const LnLoss *self, LnTensor *y_true, LnTensor *values) {
  (void)self, (void)y_true;
  return ln_gt_number(c, values, 0);
}

static const LnOption options[] = {
    {"gamma", LN_OPT_NUMBER, offsetof(Circle, gamma), "80", "> 0",
     .doc = "the scale of similarities"},
    {"margin", LN_OPT_NUMBER, offsetof(Circle, margin), "0.4",
     .doc = "the distance at which pairs stop to pull or push"},
    {"remove_diagonal", LN_OPT_BOOL, offsetof(Circle, remove_diagonal), "true",
     .doc = "a sample is no partner of its own"},
    LN_LOSS_NAME("circle"),
    {0}};

static const LnLossClass circle = {
    .base = {.kind = LN_LOSS, .name = "Circle", .aliases = "circle", .size = sizeof(Circle),
             .options = options,
             .doc = "Circle loss: samples of one class are pulled together, others pushed apart.\n"
                    "Shapes: y_true class ids (batch,) or (batch, 1); y_pred unit vectors "
                    "(batch, n);\n"
                    "values (batch,), of which the mean takes those above 0.\n"
                    "Example:\n"
                    "  local unit = ln.tensor{{1, 0}, {1, 0}, {0, 1}}\n"
                    "  ln.losses.Circle()(ln.tensor({3, 3, 5}, {dtype = \"int32\"}), unit):item()"
                    " < 1e-6  --> true"},
    .call = call,
    .mask = mask,
    .sparse_labels = true,
};

const LnLossClass *const ln_losses_circle[] = {&circle, NULL};
