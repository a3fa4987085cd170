// Histogram equalization: values spread so that each range of them has as many pixels.
#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/copy.h"
#include "kernels/loop.h"
#include "ops/image.h"

typedef struct Equalize {
  int64_t bins;
} Equalize;

static const LnField fields[] = {LN_BYTES(Equalize, bins), {0}};

static bool shape(const LnCall *call, LnSpec *out) {
  const Equalize *p = call->params;
  const LnTensor *x = call->in[0];
  if (x->rank != 4 || !ln_dtype_is_float((LnDtype)x->dtype))
    return ln_fail(call->context, "%s: float pictures (batch, height, width, channels) are wanted, "
                   "got %s of shape %s", call->op->name, ln_dtype_name((LnDtype)x->dtype),
                   ln_tensor_shape_text(x));
  if (p->bins < 1 || p->bins > 1 << 20)
    return ln_fail(call->context, "%s: 1 to 2^20 bins, got %lld", call->op->name,
                   (long long)p->bins);
  return ln_spec_like(call, out, (LnDtype)call->in[0]->dtype, call->in[0]);
}

// A lookup table and counts of each channel, then a copy of what is not contiguous.
static size_t table_bytes(const LnCall *call) {
  const Equalize *p = call->params;
  return ln_whole_lines((size_t)(call->in[0]->shape[3] * p->bins) *
                        (sizeof(double) + sizeof(int64_t)));
}

static size_t scratch(const LnCall *call) {
  const LnTensor *x = call->in[0];
  size_t copy = ln_tensor_is_contiguous(x) ? 0 : (size_t)x->size * ln_dtype_size(x->dtype);
  return table_bytes(call) + copy + 1;
}

static double value_at(const void *x, LnDtype d, int64_t i) {
  return d == LN_FLOAT64 ? ((const double *)x)[i] : (double)((const float *)x)[i];
}

// Numbers are cut toward zero, as Keras does.
static int64_t bin_of(double value, int64_t bins) {
  double at = value / 255 * (double)(bins - 1);
  return at > 0 ? at < (double)bins - 1 ? (int64_t)at : bins - 1 : 0;
}

// False: all values of the channel are in one bin and stay.
static bool fill_table(const int64_t *counts, int64_t bins, double *table) {
  int64_t sum = 0, least = 0, used = 0, all = 0;
  for (int64_t i = 0; i < bins; i++) {
    all += counts[i];
    if (counts[i] > 0 && used++ == 0) least = counts[i];
  }
  double divisor = all == least ? 1 : (double)(all - least);
  for (int64_t i = 0; i < bins; i++) {
    sum += counts[i];
    double to = rint((double)(sum - least) * 255 / divisor);
    table[i] = to < 0 ? 0 : to > 255 ? 255 : to;
  }
  return used > 1;
}

typedef struct Job {
  const void *x;
  void *y;
  LnDtype dtype;
  int64_t pixels, channels, bins;
  int64_t *counts;
  double *table;
} Job;

static void equalize_channels(void *arg, int64_t begin, int64_t end) {
  const Job *j = arg;
  for (int64_t k = begin; k < end; k++) {
    int64_t *counts = j->counts + k * j->bins;
    double *table = j->table + k * j->bins;
    memset(counts, 0, (size_t)j->bins * sizeof *counts);
    for (int64_t i = 0; i < j->pixels; i++)
      counts[bin_of(value_at(j->x, j->dtype, i * j->channels + k), j->bins)]++;
    bool spread = fill_table(counts, j->bins, table);
    for (int64_t i = 0; i < j->pixels; i++) {
      int64_t at = i * j->channels + k;
      double value = value_at(j->x, j->dtype, at);
      if (spread) value = table[bin_of(value, j->bins)];
      if (j->dtype == LN_FLOAT64) ((double *)j->y)[at] = value;
      else ((float *)j->y)[at] = (float)value;
    }
  }
}

static void forward(const LnCall *call) {
  const Equalize *p = call->params;
  const LnTensor *x = call->in[0];
  LnTensor *y = call->out[0];
  if (y->size == 0) return;
  Job j = {.x = x->data, .y = y->data, .dtype = (LnDtype)x->dtype, .channels = x->shape[3],
           .pixels = x->size / x->shape[3], .bins = p->bins, .table = call->scratch};
  j.counts = (int64_t *)(j.table + j.channels * j.bins);
  if (!ln_tensor_is_contiguous(x)) {
    char *copy = (char *)call->scratch + table_bytes(call);
    ln_kernel_pack(x, (LnDtype)x->dtype, copy);
    j.x = copy;
  }
  ln_parallel(j.channels, LN_GRAIN_MATH / (j.pixels + 1) + 1, equalize_channels, &j);
}

const LnOp ln_ops_equalize[] = {
  {.name = "equalize", .n_in = 1, .n_out = 1, .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT,
   .fields = fields, .params_size = sizeof(Equalize), .shape = shape, .scratch = scratch,
   .forward = forward, .doc = "Pictures with their histograms made even."},
  {0}};

LnTensor *ln_equalize(LnContext *c, LnTensor *x, int64_t bins) {
  return LN_APPLY1(c, &ln_ops_equalize[0], &(Equalize){bins}, x);
}
