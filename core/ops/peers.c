// Ops between the processes of data-parallel training. An effect each: all processes run them in
// one order.
#include "ops/peers.h"

#include <string.h>

#include "kernels/copy.h"
#include "ops/ops.h"
#include "ops/slice.h"

enum { SUM, ROWS };

static bool same_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  if (x->dtype != LN_FLOAT32 && x->dtype != LN_FLOAT64)
    return ln_fail(call->context, "%s: float32 or float64 is wanted, got %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype));
  return ln_spec_like(call, out, (LnDtype)x->dtype, x);
}

// A failure is the context's error, which whoever runs the step sees.
static void sum(const LnCall *call) {
  LnContext *c = call->context;
  LnTensor *y = call->out[0];
  ln_kernel_pack(call->in[0], (LnDtype)y->dtype, y->data);
  if (!ln_shares_batch(c)) return;
  if (c->part.count == 0) memset(y->data, 0, (size_t)y->size * ln_dtype_size((LnDtype)y->dtype));
  (void)c->peers->sum(c, c->peers->self, y);
}

// A gradient of all processes' losses.
static LnTensor *sum_gradients(LnContext *c, LnTensor *dy) {
  const LnPart *p = &c->part;
  const double share = p->total ? (double)p->rows / (double)p->total : 1;
  if (p->count == 0) dy = ln_mul_number(c, dy, 0);
  if (!p->weighted) dy = ln_mul_number(c, dy, share);
  LnTensor *sum = ln_peers_sum(c, dy);
  if (p->count == 0) return ln_mul_number(c, sum, 0);
  return p->weighted ? sum : ln_div_number(c, sum, share);
}

static bool sum_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  if (!want[0] || !dy[0]) return true;
  dx[0] = sum_gradients(call->context, dy[0]);
  return dx[0] != NULL;
}

static bool rows_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  const LnPart *p = &call->context->part;
  if (x->rank < 1 || (!x->meta && p->total != 0 && x->shape[0] != p->rows))
    return ln_fail(call->context, "%s: the rows of the batch are wanted, got shape %s",
                   call->op->name, ln_tensor_shape_text(x));
  if (!ln_spec_like(call, out, (LnDtype)x->dtype, x)) return false;
  if (p->total != 0) out->shape[0] = p->total;
  return true;
}

static size_t rows_scratch(const LnCall *call) {
  return ln_packed_bytes(call->in[0], (LnDtype)call->in[0]->dtype);
}

static void rows(const LnCall *call) {
  LnContext *c = call->context;
  LnTensor *x = call->in[0], dense = *x;
  char *memory = call->scratch;
  dense.data = (void *)(uintptr_t)ln_packed(x, (LnDtype)x->dtype, &memory);
  dense.contiguous = true;
  if (ln_shares_batch(c)) (void)c->peers->gather(c, c->peers->self, &dense, call->out[0]);
  else memcpy(call->out[0]->data, dense.data, (size_t)x->size * ln_dtype_size((LnDtype)x->dtype));
}

static bool rows_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  const LnPart *p = &call->context->part;
  if (!want[0] || !dy[0]) return true;
  LnTensor *all = sum_gradients(call->context, dy[0]);
  dx[0] = all ? ln_narrow(call->context, all, 0, p->first, p->rows) : NULL;
  return dx[0] != NULL;
}

const LnOp ln_ops_peers[] = {
  [SUM] = {.name = "peers_sum", .variant = SUM, .n_in = 1, .n_out = 1,
    .flags = LN_OP_HIDDEN | LN_OP_EFFECT, .shape = same_shape, .forward = sum,
    .backward = sum_backward, .doc = "The sum over the processes that have rows of the batch."},
  [ROWS] = {.name = "peers_rows", .variant = ROWS, .n_in = 1, .n_out = 1,
    .flags = LN_OP_HIDDEN | LN_OP_EFFECT, .shape = rows_shape, .scratch = rows_scratch,
    .forward = rows, .backward = rows_backward, .doc = "The rows of all processes."},
  {0}};

LnTensor *ln_peers_sum(LnContext *c, LnTensor *x) {
  if (!x || !ln_shares_batch(c)) return x;
  const LnDtype d = (LnDtype)x->dtype;
  if (ln_dtype_is_half(d))
    return ln_cast(c, ln_peers_sum(c, ln_cast(c, x, LN_FLOAT32)), d);
  return LN_APPLY1(c, &ln_ops_peers[SUM], NULL, x);
}

LnTensor *ln_peers_rows(LnContext *c, LnTensor *x) {
  if (!x || !ln_shares_batch(c)) return x;
  return LN_APPLY1(c, &ln_ops_peers[ROWS], NULL, x);
}
