// Assignment to what lives from call to call, such as a variable: an effect, that replays have too.
#include "kernels/assign.h"

#include <string.h>

#include "kernels/copy.h"
#include "ops/ops.h"

enum { ASSIGN, COPY };

static bool assign_shape(const LnCall *call, LnSpec *out) {
  LnTensor *place = call->in[0];
  const LnTensor *value = call->in[1];
  int64_t shape[LN_MAX_RANK];
  int rank = ln_shape_broadcast(place->shape, place->rank, value->shape, value->rank, shape);
  if (rank < 0 || !ln_shape_equal(shape, rank, place->shape, place->rank))
    return ln_fail(call->context, "assign: a value of shape %s does not fit a place of shape %s",
                   ln_tensor_shape_text(value), ln_tensor_shape_text(place));
  if (!ln_spec_like(call, out, (LnDtype)place->dtype, place)) return false;
  out->view_of = place;
  memcpy(out->stride, place->stride, sizeof out->stride);
  out->offset = 0;
  return true;
}

// A value in the memory that it goes to is read as a whole first.
static size_t assign_scratch(const LnCall *call) {
  const LnTensor *place = call->in[0], *value = call->in[1];
  bool shared = place->storage == value->storage;
  return shared ? (size_t)value->size * ln_dtype_size((LnDtype)value->dtype) : 0;
}

static void assign_forward(const LnCall *call) {
  LnTensor *place = call->in[0];
  const LnTensor *value = call->in[1];
  const void *data = value->data;
  int64_t from[LN_MAX_RANK], stride[LN_MAX_RANK];
  memcpy(from, value->stride, sizeof from);
  if (call->scratch && value->size > 0) {
    ln_kernel_pack(value, (LnDtype)value->dtype, call->scratch);
    ln_contiguous_strides(value->shape, value->rank, from);
    data = call->scratch;
  }
  for (int i = 0; i < place->rank; i++) {
    int k = i - place->rank + value->rank;
    stride[i] = k < 0 || value->shape[k] == 1 ? 0 : from[k];
  }
  ln_kernel_copy(place->rank, place->shape, (LnDtype)place->dtype, place->data, place->stride,
                 (LnDtype)value->dtype, data, stride);
}

static bool copy_shape(const LnCall *call, LnSpec *out) {
  return ln_spec_like(call, out, (LnDtype)call->in[0]->dtype, call->in[0]);
}

static void copy_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  LnTensor *y = call->out[0];
  ln_kernel_copy(x->rank, x->shape, (LnDtype)y->dtype, y->data, y->stride, (LnDtype)x->dtype,
                 x->data, x->stride);
}

const LnOp ln_ops_assign[] = {
  [ASSIGN] = {.name = "assign", .n_in = 2, .n_out = 1,
              .flags = LN_OP_HALVES | LN_OP_HIDDEN | LN_OP_NO_GRADIENT | LN_OP_EFFECT |
                       LN_OP_IN_PLACE,
              .shape = assign_shape, .scratch = assign_scratch, .forward = assign_forward,
              .doc = "(place, value): the value goes into the place (ln_assign)."},
  [COPY] = {.name = "copy_of", .n_in = 1, .n_out = 1,
            .flags = LN_OP_HALVES | LN_OP_HIDDEN | LN_OP_NO_GRADIENT,
            .shape = copy_shape, .forward = copy_forward,
            .doc = "(x): the values of x as they are now, in memory of their own."},
  {0}};

bool ln_assign(LnContext *c, LnTensor *place, LnTensor *value) {
  if (!place || !value || c->err.set) return false;
  c->no_record++;   // a gradient tape has no use for it
  bool done = true;
  for (LnRecorder *r = c->recorders; r && done && !value->meta; r = r->next)
    done = r->preserve(r, place);
  done = done && LN_APPLY2(c, &ln_ops_assign[ASSIGN], NULL, place, value);
  c->no_record--;
  return done;
}

LnTensor *ln_copy(LnContext *c, LnTensor *x) { return LN_APPLY1(c, &ln_ops_assign[COPY], NULL, x); }
