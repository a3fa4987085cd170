// The driver of elementwise kernels: brings operands into contiguous blocks of the dtype that the
// function computes in, so that every function is one plain loop.
#include "kernels/elementwise.h"

#include "kernels/copy.h"
#include "kernels/loop.h"
#include "tensor/tensor.h"

#define BLOCK 512  // elements

typedef struct Call {
  LnBlockFn fn;
  const double *p;
  int n;                           // operands, the output first
  size_t width[4];                 // of the compute dtypes
  LnLoopFn cast[4];                // to (of the output: from) the compute dtype
  bool native[4];                  // is in it already
} Call;

static void blocks(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {
  const Call *call = arg;
  bool direct[4], all = true;
  for (int k = 0; k < call->n; k++) {
    direct[k] = call->native[k] && (strides[k] == (int64_t)call->width[k] || n == 1);
    all = all && direct[k];
  }
  const void *in[3];
  if (all) {
    for (int k = 1; k < call->n; k++) in[k - 1] = ptrs[k];
    call->fn(ptrs[0], in, n, call->p);
    return;
  }
  _Alignas(64) char buffer[4][BLOCK * sizeof(double)];
  for (int64_t at = 0; at < n; at += BLOCK) {
    int64_t m = n - at < BLOCK ? n - at : BLOCK;
    for (int k = 1; k < call->n; k++) {
      char *from = ptrs[k] + at * strides[k];
      in[k - 1] = direct[k] ? from : buffer[k];
      if (direct[k] || (strides[k] == 0 && at > 0)) continue;  // a constant is spread out once
      char *pair[2] = {buffer[k], from};
      const int64_t step[2] = {(int64_t)call->width[k], strides[k]};
      call->cast[k](pair, step, m, NULL);
    }
    char *to = ptrs[0] + at * strides[0];
    call->fn(direct[0] ? to : buffer[0], in, m, call->p);
    if (!direct[0]) {
      char *pair[2] = {to, buffer[0]};
      const int64_t step[2] = {strides[0], (int64_t)call->width[0]};
      call->cast[0](pair, step, m, NULL);
    }
  }
}

// The usual small case, for which the iterator's preparations would be most of the work: everything
// contiguous and in its compute dtype, or a single number.
static bool one_block(LnBlockFn fn, const double *p, LnTensor *out, LnDtype out_compute, int n_in,
                      const LnTensor *const *in, const LnDtype *in_compute) {
  _Alignas(64) char buffer[3][BLOCK * sizeof(double)];
  const void *from[3];
  if (out->size > BLOCK || out->dtype != out_compute || !ln_tensor_is_contiguous(out)) return false;
  for (int k = 0; k < n_in; k++)
    if (in[k]->dtype != in_compute[k] || (in[k]->size != out->size && in[k]->size != 1) ||
        !ln_tensor_is_contiguous(in[k]))
      return false;
  for (int k = 0; k < n_in; k++) {
    const int64_t width = (int64_t)ln_dtype_size(in[k]->dtype);
    from[k] = in[k]->data;
    if (in[k]->size == out->size) continue;
    char *pair[2] = {buffer[k], in[k]->data};
    ln_cast_loop(in_compute[k], in_compute[k])(pair, (int64_t[]){width, 0}, out->size, NULL);
    from[k] = buffer[k];
  }
  if (out->size > 0) fn(out->data, from, out->size, p);
  return true;
}

void ln_elementwise(LnBlockFn fn, const double *p, int64_t grain, LnTensor *out,
                    LnDtype out_compute, int n_in, const LnTensor *const *in,
                    const LnDtype *in_compute) {
  if (one_block(fn, p, out, out_compute, n_in, in, in_compute)) return;
  Call call = {.fn = fn, .p = p, .n = n_in + 1};
  LnOperand operands[4] = {{out->data, out->stride, ln_dtype_size(out->dtype)}};
  int64_t strides[3][LN_MAX_RANK];
  call.native[0] = out->dtype == out_compute;
  call.width[0] = ln_dtype_size(out_compute);
  call.cast[0] = ln_cast_loop((LnDtype)out->dtype, out_compute);
  for (int k = 1; k <= n_in; k++) {
    const LnTensor *t = in[k - 1];
    LnDtype compute = in_compute[k - 1];
    int pad = out->rank - t->rank;
    for (int i = 0; i < out->rank; i++)
      strides[k - 1][i] = i < pad || t->shape[i - pad] == 1 ? 0 : t->stride[i - pad];
    operands[k] = (LnOperand){t->data, strides[k - 1], ln_dtype_size(t->dtype)};
    // a bool holds 0 or 1, which is what an integer computed from it would be
    call.native[k] = t->dtype == compute;
    call.width[k] = ln_dtype_size(compute);
    call.cast[k] = ln_cast_loop(compute, (LnDtype)t->dtype);
  }
  ln_loop(out->rank, out->shape, call.n, operands, blocks, &call, grain);
}
