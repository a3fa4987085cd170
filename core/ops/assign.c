// Assignment to what lives from call to call, such as a variable: an effect, that replays have too.
#include "kernels/assign.h"

#include <string.h>

#include "kernels/copy.h"
#include "ops/ops.h"

enum { ASSIGN, ASSIGN_STEPS, COPY };

// The result is the place itself, which may be written to.
static bool in_place(const LnCall *call, LnSpec *out) {
  LnTensor *place = call->in[0];
  if (place->storage && place->storage->mapped)
    return ln_fail(call->context, "the tensor is read-only: it is a file (ln.load{mmap = true})");
  if (!ln_spec_like(call, out, (LnDtype)place->dtype, place)) return false;
  out->view_of = place;
  memcpy(out->stride, place->stride, sizeof out->stride);
  out->offset = 0;
  return true;
}

static bool assign_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *place = call->in[0];
  const LnTensor *value = call->in[1];
  int64_t shape[LN_MAX_RANK];
  if (!in_place(call, out)) return false;
  int rank = ln_shape_broadcast(place->shape, place->rank, value->shape, value->rank, shape);
  if (rank < 0 || !ln_shape_equal(shape, rank, place->shape, place->rank))
    return ln_fail(call->context, "assign: a value of shape %s does not fit a place of shape %s",
                   ln_tensor_shape_text(value), ln_tensor_shape_text(place));
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

// ---- assign_steps: (place, value, at), place[:, at : at + n] = value

static bool steps_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *place = call->in[0];
  const LnTensor *value = call->in[1], *at = call->in[2];
  if (!in_place(call, out)) return false;
  bool fits = place->rank >= 2 && value->rank == place->rank &&
              value->shape[1] <= place->shape[1] && at->rank == 0 && at->dtype == LN_INT64;
  for (int i = 0; fits && i < place->rank; i++)
    fits = i == 1 || value->shape[i] == place->shape[i];
  if (!fits)
    return ln_fail(call->context, "assign_steps: steps of shape %s do not fit a place of shape %s",
                   ln_tensor_shape_text(value), ln_tensor_shape_text(place));
  return true;
}

static bool steps_check(const LnCall *call) {
  const int64_t at = *(const int64_t *)call->in[2]->data, n = call->in[1]->shape[1];
  const int64_t room = call->in[0]->shape[1];
  return (at >= 0 && at <= room - n) ||
         ln_fail(call->context, "there is room for %lld steps, of which %lld are taken: %lld more "
                 "do not fit", (long long)room, (long long)at, (long long)n);
}

static void steps_forward(const LnCall *call) {
  const LnTensor *place = call->in[0], *value = call->in[1];
  const int64_t at = *(const int64_t *)call->in[2]->data;
  char *to = (char *)place->data +
             at * place->stride[1] * (int64_t)ln_dtype_size((LnDtype)place->dtype);
  ln_kernel_copy(value->rank, value->shape, (LnDtype)place->dtype, to, place->stride,
                 (LnDtype)value->dtype, value->data, value->stride);
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
  [ASSIGN_STEPS] = {.name = "assign_steps", .n_in = 3, .n_out = 1,
              .flags = LN_OP_HALVES | LN_OP_HIDDEN | LN_OP_NO_GRADIENT | LN_OP_EFFECT |
                       LN_OP_IN_PLACE,
              .shape = steps_shape, .check = steps_check, .forward = steps_forward,
              .doc = "(place, value, at): the value goes into the place from step `at` on."},
  [COPY] = {.name = "copy_of", .n_in = 1, .n_out = 1,
            .flags = LN_OP_HALVES | LN_OP_HIDDEN | LN_OP_NO_GRADIENT,
            .shape = copy_shape, .forward = copy_forward,
            .doc = "(x): the values of x as they are now, in memory of their own."},
  {0}};

static bool assign(LnContext *c, int which, LnTensor *place, LnTensor *value, LnTensor *at) {
  LnTensor *in[3] = {place, value, at};
  if (!place || !value || c->err.set) return false;
  c->no_record++;   // a gradient tape has no use for it
  bool done = true;
  for (LnRecorder *r = c->recorders; r && done && !value->meta; r = r->next)
    done = r->preserve(r, place);
  done = done && ln_apply(c, &ln_ops_assign[which], in, at ? 3 : 2, NULL);
  c->no_record--;
  return done;
}

bool ln_assign(LnContext *c, LnTensor *place, LnTensor *value) {
  return assign(c, ASSIGN, place, value, NULL);
}

bool ln_assign_steps(LnContext *c, LnTensor *place, LnTensor *value, LnTensor *at) {
  return assign(c, ASSIGN_STEPS, place, value, at);
}

LnTensor *ln_copy(LnContext *c, LnTensor *x) { return LN_APPLY1(c, &ln_ops_assign[COPY], NULL, x); }
