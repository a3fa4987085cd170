// Normalization: of channels by moments of the batch or by given ones (batch_normalization), and of
// each sample by its own (layer_normalization, rms_normalization).
//
// What is made of channels has a gradient of the same kind: one pass for sums (channel_slopes), one
// for the result (channel_affine), which are differentiated like anything else. Rows have a fused
// gradient, and one in ops where it is differentiated itself.
#include "ops/normalize.h"

#include <math.h>

#include "kernels/copy.h"
#include "kernels/normalize.h"
#include "ops/ops.h"

enum {
  BATCH, BATCH_MOMENTS, SLOPES, AFFINE, LAYER, RMS, ROWS, ROWS_GRAD
};
extern const LnOp ln_ops_normalize[];

// ---- channels

typedef struct Channels {
  int64_t axis;
  double epsilon;
} Channels;

static bool axis_of(const LnCall *call, int *axis) {
  return ln_axis(call->context, call->op->name, ((const Channels *)call->params)->axis,
                 call->in[0]->rank, axis);
}

// x's shape, with the size along the axis that inputs first .. last have: one number a channel.
static bool channels_shape(const LnCall *call, int first, int last, int64_t *shape, int *axis) {
  const LnTensor *x = call->in[0];
  if (!axis_of(call, axis)) return false;
  for (int i = 0; i < x->rank; i++) shape[i] = x->shape[i];
  for (int i = first; i <= last; i++) {
    const LnTensor *t = call->in[i];
    if (!t) continue;
    if (t->rank != 1 || !ln_dims_fit(t->shape[0], shape[*axis]))
      return ln_fail(call->context, "%s: input %d has shape %s, expected one number for each "
                     "position of axis %d of %s", call->op->name, i + 1, ln_tensor_shape_text(t),
                     *axis + 1, ln_tensor_shape_text(x));
    shape[*axis] = ln_dim_known(shape[*axis], t->shape[0]);
  }
  return true;
}

static LnChannels layout(const LnCall *call) {
  const LnTensor *x = call->in[0];
  LnChannels s = {1, 1, 1};
  int axis = 0;
  axis_of(call, &axis);
  for (int i = 0; i < x->rank; i++)
    *(i < axis ? &s.outer : i == axis ? &s.channels : &s.inner) *= x->shape[i];
  return s;
}

static LnDtype dtype_of(const LnCall *call) { return (LnDtype)call->out[0]->dtype; }

// The axes but one, and x's shape where a number for each of its positions stands: (1, n, 1, 1).
static LnInts others(const LnTensor *x, int axis) {
  LnInts axes = {.n = 0};
  for (int i = 0; i < x->rank; i++)
    if (i != axis) axes.v[axes.n++] = i;
  return axes;
}

static LnTensor *spread(LnContext *c, LnTensor *t, const LnTensor *x, int axis) {
  int64_t shape[LN_MAX_RANK];
  if (!t) return NULL;
  for (int i = 0; i < x->rank; i++) shape[i] = i == axis ? t->shape[0] : 1;
  return ln_reshape(c, t, x->rank, shape);
}

static size_t inputs_bytes(const LnCall *call) {
  size_t bytes = 0;
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i]) bytes += ln_packed_bytes(call->in[i], dtype_of(call));
  return bytes;
}

static size_t list_bytes(const LnCall *call) {
  return ln_whole_lines((size_t)layout(call).channels * ln_dtype_size(dtype_of(call)));
}

static const void *input(const LnCall *call, int i, char **memory) {
  return i < call->n_in && call->in[i] ? ln_packed(call->in[i], dtype_of(call), memory) : NULL;
}

// y of x and its moments; `memory` has room for two lists.
static void normalize(const LnCall *call, const LnChannels *s, const void *x, const void *mean,
                      const void *variance, const void *scale, const void *offset, char *memory) {
  const LnDtype d = dtype_of(call);
  const double epsilon = ((const Channels *)call->params)->epsilon;
  void *factor = memory, *shift = memory + list_bytes(call);
  ln_kernel_channel_factors(d, s->channels, variance, epsilon, scale, factor);
  if (!offset) memset(shift, 0, list_bytes(call));
  ln_kernel_affine(d, s, x, mean, factor, offset ? offset : shift, call->out[0]->data);
}

// ---- batch_normalization: (x, mean, variance, offset, scale)

static bool batch_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK];
  int axis;
  return channels_shape(call, 1, call->n_in - 1, shape, &axis) &&
         ln_spec(call, out, ln_dtype_float((LnDtype)x->dtype), x->rank, shape);
}

static size_t batch_scratch(const LnCall *call) {
  return inputs_bytes(call) + 2 * list_bytes(call);
}

static void batch_forward(const LnCall *call) {
  const LnChannels s = layout(call);
  char *memory = call->scratch;
  if (call->out[0]->size == 0) return;
  const void *in[5];
  for (int i = 0; i < 5; i++) in[i] = input(call, i, &memory);
  normalize(call, &s, in[0], in[1], in[2], in[4], in[3], memory);
}

static bool batch_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                           LnTensor **dx) {
  LnContext *c = call->context;
  const Channels *p = call->params;
  LnTensor *x = call->in[0], *mean = call->in[1], *scale = call->n_in > 4 ? call->in[4] : NULL;
  const LnTensor *y = call->out[0];
  bool sums = want[1] || want[2];
  int axis;
  if (!axis_of(call, &axis)) return false;
  for (int i = 3; i < call->n_in; i++) sums = sums || (call->in[i] && want[i]);
  LnTensor *whole = ln_broadcast_to(c, dy[0], y->rank, y->shape), *sum[2] = {NULL, NULL};
  LnTensor *in[3] = {x, mean, whole};
  LnTensor *root = ln_rsqrt(c, ln_add_number(c, call->in[2], p->epsilon));
  LnTensor *factor = scale ? ln_mul(c, scale, root) : root;
  if (sums && !ln_apply_all(c, &ln_ops_normalize[SLOPES], in, 3, p, sum)) return false;
  if (want[0]) dx[0] = ln_mul(c, whole, spread(c, factor, x, axis));
  if (want[1]) dx[1] = ln_neg(c, ln_mul(c, factor, sum[0]));
  if (want[2])   // d/dv (v + e)^(-1/2) = -1/2 (v + e)^(-3/2)
    dx[2] = ln_mul_number(c, ln_mul(c, ln_mul(c, factor, ln_square(c, root)), sum[1]), -0.5);
  if (call->n_in > 3 && call->in[3] && want[3]) dx[3] = sum[0];
  if (scale && want[4]) dx[4] = ln_mul(c, root, sum[1]);
  return !c->err.set;
}

// ---- by the batch's own moments: (x, scale, offset) -> y, mean, variance

static bool moments_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0];
  int64_t shape[LN_MAX_RANK];
  int axis;
  if (!ln_dtype_is_float((LnDtype)x->dtype))
    return ln_fail(call->context, "%s: floats are wanted, got %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype));
  return channels_shape(call, 1, call->n_in - 1, shape, &axis) &&
         ln_spec(call, &out[0], (LnDtype)x->dtype, x->rank, shape) &&
         ln_spec(call, &out[1], (LnDtype)x->dtype, 1, &shape[axis]) &&
         ln_spec(call, &out[2], (LnDtype)x->dtype, 1, &shape[axis]);
}

static size_t moments_scratch(const LnCall *call) {
  const LnChannels s = layout(call);
  return batch_scratch(call) + ln_kernel_channels_memory(&s);
}

static void moments_forward(const LnCall *call) {
  const LnChannels s = layout(call);
  char *memory = call->scratch;
  const void *in[3];
  for (int i = 0; i < 3; i++) in[i] = input(call, i, &memory);
  void *mean = call->out[1]->data, *variance = call->out[2]->data;
  ln_kernel_moments(dtype_of(call), &s, in[0], memory + 2 * list_bytes(call), mean, variance);
  if (call->out[0]->size > 0) normalize(call, &s, in[0], mean, variance, in[1], in[2], memory);
}

// With n elements a channel, r = 1 / sqrt(variance + epsilon), f = scale r and h = x - mean:
// dx = f (dy - sum(dy) / n - h r^2 sum(dy h) / n) + dmean / n + 2 h dvariance / n.
static bool moments_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  LnContext *c = call->context;
  const Channels *p = call->params;
  const LnChannels s = layout(call);
  const double n = (double)(s.outer * s.inner);
  LnTensor *x = call->in[0], *scale = call->n_in > 1 ? call->in[1] : NULL, *sum[2];
  LnTensor *y = call->out[0], *mean = call->out[1];
  LnTensor *root = ln_rsqrt(c, ln_add_number(c, call->out[2], p->epsilon));
  LnTensor *factor = scale ? ln_mul(c, scale, root) : root;
  LnTensor *zero = ln_temp(c, ln_tensor_zeros(c, (LnDtype)y->dtype, 0, NULL));
  LnTensor *whole = ln_broadcast_to(c, dy[0] ? dy[0] : zero, y->rank, y->shape);
  if (!ln_apply_all(c, &ln_ops_normalize[SLOPES], (LnTensor *[]){x, mean, whole}, 3, p, sum))
    return false;
  if (want[0]) {
    LnTensor *by_mean = ln_mul_number(c, ln_mul(c, factor, sum[0]), -1 / n);
    LnTensor *slope =
        ln_mul_number(c, ln_mul(c, ln_mul(c, factor, ln_square(c, root)), sum[1]), -1 / n);
    if (dy[1]) by_mean = ln_add(c, by_mean, ln_mul_number(c, dy[1], 1 / n));
    if (dy[2]) slope = ln_add(c, slope, ln_mul_number(c, dy[2], 2 / n));
    LnTensor *in[6] = {x, mean, whole, factor, slope, by_mean};
    dx[0] = ln_apply(c, &ln_ops_normalize[AFFINE], in, 6, p);
  }
  if (scale && want[1]) dx[1] = ln_mul(c, root, sum[1]);
  if (call->n_in > 2 && call->in[2] && want[2]) dx[2] = sum[0];
  return !c->err.set;
}

// ---- channel_slopes: (x, mean, dy) -> sums of dy and of dy (x - mean)

static bool same_float(const LnCall *call) {
  for (int i = 0; i < call->n_in; i++)
    if (!ln_dtype_is_float((LnDtype)call->in[i]->dtype))
      return ln_fail(call->context, "%s: floats are wanted, got %s", call->op->name,
                     ln_dtype_name((LnDtype)call->in[i]->dtype));
  return true;
}

static bool pair_shape(const LnCall *call, int64_t *shape, int *axis) {
  const LnTensor *x = call->in[0], *dy = call->in[2];
  if (!same_float(call) || !channels_shape(call, 1, 1, shape, axis)) return false;
  return ln_shape_unify(shape, x->rank, dy->shape, dy->rank, shape) ||
         ln_fail(call->context, "%s: shapes do not align: %s and %s", call->op->name,
                 ln_tensor_shape_text(x), ln_tensor_shape_text(dy));
}

static bool slopes_shape(const LnCall *call, LnSpec *out) {
  int64_t shape[LN_MAX_RANK];
  int axis;
  if (!pair_shape(call, shape, &axis)) return false;
  return ln_spec(call, &out[0], (LnDtype)call->in[2]->dtype, 1, &shape[axis]) &&
         ln_spec(call, &out[1], (LnDtype)call->in[2]->dtype, 1, &shape[axis]);
}

static size_t slopes_scratch(const LnCall *call) {
  const LnChannels s = layout(call);
  return inputs_bytes(call) + ln_kernel_channels_memory(&s);
}

static void slopes_forward(const LnCall *call) {
  const LnChannels s = layout(call);
  char *memory = call->scratch;
  const void *in[3];
  for (int i = 0; i < 3; i++) in[i] = input(call, i, &memory);
  ln_kernel_slopes(dtype_of(call), &s, in[0], in[1], in[2], memory, call->out[0]->data,
                   call->out[1]->data);
}

static bool slopes_backward(const LnCall *call, LnTensor *const *g, const bool *want,
                            LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *mean = call->in[1], *dy = call->in[2];
  int axis;
  if (!axis_of(call, &axis)) return false;
  LnTensor *one = spread(c, g[0], x, axis), *two = spread(c, g[1], x, axis);
  if (want[0] && two) dx[0] = ln_mul(c, two, dy);
  if (want[1] && two) dx[1] = ln_neg(c, ln_mul(c, g[1], call->out[0]));
  if (want[2] && two) dx[2] = ln_mul(c, two, ln_sub(c, x, spread(c, mean, x, axis)));
  if (want[2] && one) dx[2] = dx[2] ? ln_add(c, dx[2], one) : ln_broadcast_to(c, one, x->rank,
                                                                                x->shape);
  return !c->err.set;
}

// ---- channel_affine: (x, mean, dy, a, b, c) -> a dy + b (x - mean) + c

static bool affine_shape(const LnCall *call, LnSpec *out) {
  int64_t shape[LN_MAX_RANK];
  int axis;
  return channels_shape(call, 3, 5, shape, &axis) && pair_shape(call, shape, &axis) &&
         ln_spec(call, out, (LnDtype)call->in[2]->dtype, call->in[0]->rank, shape);
}

static void affine_forward(const LnCall *call) {
  const LnChannels s = layout(call);
  char *memory = call->scratch;
  const void *in[6];
  if (call->out[0]->size == 0) return;
  for (int i = 0; i < 6; i++) in[i] = input(call, i, &memory);
  ln_kernel_affine_grad(dtype_of(call), &s, in[0], in[1], in[2], in[3], in[4], in[5],
                        call->out[0]->data);
}

static bool affine_backward(const LnCall *call, LnTensor *const *g, const bool *want,
                            LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *x = call->in[0], *mean = call->in[1], *dy = call->in[2];
  LnTensor *whole = ln_broadcast_to(c, g[0], x->rank, x->shape), *sum[2];
  int axis;
  if (!axis_of(call, &axis)) return false;
  const LnInts rest = others(x, axis);
  if (!ln_apply_all(c, &ln_ops_normalize[SLOPES], (LnTensor *[]){x, mean, whole}, 3, call->params,
                    sum))
    return false;
  if (want[0]) dx[0] = ln_mul(c, whole, spread(c, call->in[4], x, axis));
  if (want[1]) dx[1] = ln_neg(c, ln_mul(c, call->in[4], sum[0]));
  if (want[2]) dx[2] = ln_mul(c, whole, spread(c, call->in[3], x, axis));
  if (want[3]) dx[3] = ln_sum_over(c, ln_mul(c, whole, dy), &rest, false);
  if (want[4]) dx[4] = sum[1];
  if (want[5]) dx[5] = sum[0];
  return !c->err.set;
}

// ---- rows: (x, scale, offset), the last axes of x making one row

typedef struct Rows {
  int64_t axes;    // how many
  double epsilon;
  bool centered;
} Rows;

static LnRows rows_of(const LnCall *call) {
  const Rows *p = call->params;
  const LnTensor *x = call->in[0];
  LnRows s = {1, 1, p->centered, p->epsilon};
  for (int i = 0; i < x->rank; i++) *(i < x->rank - p->axes ? &s.rows : &s.n) *= x->shape[i];
  return s;
}

// t, of one number for each element of a row, against x; what is known of both in `shape`.
static bool fits_row(const LnCall *call, const LnTensor *t, int64_t *shape) {
  const LnTensor *x = call->in[0];
  const int64_t axes = ((const Rows *)call->params)->axes;
  int64_t *row = shape + x->rank - axes;
  return !t || ln_shape_unify(row, (int)axes, t->shape, t->rank, row) ||
         ln_fail(call->context, "%s: %s is not the shape of the axes of %s that are normalized",
                 call->op->name, ln_tensor_shape_text(t), ln_tensor_shape_text(x));
}

static bool rows_start(const LnCall *call, int64_t *shape) {
  const LnTensor *x = call->in[0];
  const Rows *p = call->params;
  if (p->axes < 1 || p->axes > x->rank)
    return ln_fail(call->context, "%s: %lld axes of shape %s", call->op->name, (long long)p->axes,
                   ln_tensor_shape_text(x));
  for (int i = 0; i < x->rank; i++) shape[i] = x->shape[i];
  return true;
}

static bool rows_shape(const LnCall *call, LnSpec *out) {
  int64_t shape[LN_MAX_RANK];
  const LnTensor *x = call->in[0];
  if (!rows_start(call, shape)) return false;
  for (int i = 1; i < call->n_in; i++)
    if (!fits_row(call, call->in[i], shape)) return false;
  return ln_spec(call, out, ln_dtype_float((LnDtype)x->dtype), x->rank, shape);
}

static void rows_forward(const LnCall *call) {
  const LnRows s = rows_of(call);
  char *memory = call->scratch;
  const void *in[3];
  if (call->out[0]->size == 0) return;
  for (int i = 0; i < 3; i++) in[i] = input(call, i, &memory);
  ln_kernel_normalize_rows(dtype_of(call), &s, in[0], in[1], in[2], call->out[0]->data);
}

// In ops: with f = 1 / sqrt(mean(h^2) + epsilon), h = x - mean(x) or x, and g = scale dy,
// dx = f (g - mean(g) - h f^2 mean(g h)).
static LnTensor *rows_slope(LnContext *c, const LnCall *call, LnTensor *dy, LnTensor **normal) {
  const Rows *p = call->params;
  LnTensor *x = call->in[0], *scale = call->n_in > 1 ? call->in[1] : NULL;
  LnInts axes = {.n = p->axes};
  for (int i = 0; i < p->axes; i++) axes.v[i] = x->rank - p->axes + i;
  LnTensor *h = p->centered ? ln_sub(c, x, ln_mean_over(c, x, &axes, true)) : x;
  LnTensor *f = ln_rsqrt(c, ln_add_number(c, ln_mean_over(c, ln_square(c, h), &axes, true),
                                          p->epsilon));
  LnTensor *g = scale ? ln_mul(c, dy, scale) : dy;
  *normal = ln_mul(c, h, f);
  LnTensor *along = ln_mul(c, *normal, ln_mean_over(c, ln_mul(c, g, *normal), &axes, true));
  if (p->centered) g = ln_sub(c, g, ln_mean_over(c, g, &axes, true));
  return ln_mul(c, f, ln_sub(c, g, along));
}

static bool rows_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  LnContext *c = call->context;
  const Rows *p = call->params;
  LnTensor *x = call->in[0], *scale = call->n_in > 1 ? call->in[1] : NULL;
  const LnTensor *y = call->out[0];
  LnTensor *whole = ln_broadcast_to(c, dy[0], y->rank, y->shape), *out[3];
  if (!ln_recording_gradients(c) && ln_dtype_is_float((LnDtype)x->dtype)) {
    if (!ln_apply_all(c, &ln_ops_normalize[ROWS_GRAD], (LnTensor *[]){x, whole, scale}, 3, p, out))
      return false;
  } else {
    LnTensor *normal;
    out[0] = rows_slope(c, call, whole, &normal);
    out[1] = ln_mul(c, whole, normal);
    out[2] = whole;
  }
  LnInts leading = {.n = x->rank - p->axes};
  for (int i = 0; i < leading.n; i++) leading.v[i] = i;
  for (int i = 1; i < 3; i++)
    if (out[i] && out[i]->rank == x->rank && i < call->n_in && call->in[i] && want[i] &&
        leading.n > 0)
      out[i] = ln_sum_over(c, out[i], &leading, false);
  dx[0] = out[0];
  if (scale && want[1]) dx[1] = out[1];
  if (call->n_in > 2 && call->in[2] && want[2]) dx[2] = out[2];
  return !c->err.set;
}

// (x, dy, scale) -> dx, dscale, doffset
static bool rows_grad_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[0], *dy = call->in[1];
  const Rows *p = call->params;
  int64_t shape[LN_MAX_RANK];
  const LnDtype d = (LnDtype)dy->dtype;
  if (!rows_start(call, shape) || !fits_row(call, call->in[2], shape)) return false;
  if (!ln_dtype_is_float(d) || !ln_shape_unify(shape, x->rank, dy->shape, dy->rank, shape))
    return ln_fail(call->context, "%s: %s %s is no gradient for shape %s", call->op->name,
                   ln_dtype_name(d), ln_tensor_shape_text(dy), ln_tensor_shape_text(x));
  const int64_t *row = shape + x->rank - p->axes;
  return ln_spec(call, &out[0], d, x->rank, shape) &&
         ln_spec(call, &out[1], d, (int)p->axes, row) &&
         ln_spec(call, &out[2], d, (int)p->axes, row);
}

static size_t rows_grad_scratch(const LnCall *call) {
  const LnRows s = rows_of(call);
  return inputs_bytes(call) + ln_kernel_rows_memory(&s);
}

static void rows_grad_forward(const LnCall *call) {
  const LnRows s = rows_of(call);
  char *memory = call->scratch;
  const void *in[3];
  for (int i = 0; i < 3; i++) in[i] = input(call, i, &memory);
  ln_kernel_normalize_rows_grad(dtype_of(call), &s, in[0], in[2], in[1], memory,
                                call->out[0]->data, call->out[1]->data, call->out[2]->data);
}

// ---- layer_normalization, rms_normalization

typedef struct Layer {
  LnInts axis;
  double epsilon;
} Layer;

static bool layer_compose(const LnCall *call, LnTensor **out) {
  LnContext *c = call->context;
  const Layer *p = call->params;
  LnTensor *x = call->in[0], *part[2] = {NULL, NULL};
  const bool centered = call->op->variant == LAYER;
  bool marked[LN_MAX_RANK] = {false}, trailing = true;
  LnInts axes = {.n = 0};
  int64_t shape[LN_MAX_RANK], sizes[LN_MAX_RANK];
  for (int i = 0; i < p->axis.n; i++) {
    int axis;
    if (!ln_axis(c, call->op->name, p->axis.v[i], x->rank, &axis)) return false;
    if (marked[axis]) return ln_fail(c, "%s: axis %d is named twice", call->op->name, axis + 1);
    marked[axis] = true;
  }
  if (p->axis.n == 0) return ln_fail(c, "%s: axis is an empty list", call->op->name);
  for (int i = 0; i < x->rank; i++) {
    shape[i] = marked[i] ? x->shape[i] : 1;
    if (!marked[i] && axes.n > 0) trailing = false;
    if (marked[i]) sizes[axes.n] = x->shape[i], axes.v[axes.n++] = i;
  }
  if (trailing) {
    const Rows rows = {axes.n, p->epsilon, centered};
    return (out[0] = ln_apply(c, &ln_ops_normalize[ROWS], call->in, call->n_in, &rows));
  }
  for (int i = 1; i < call->n_in; i++) {
    LnTensor *t = call->in[i];
    if (!t) continue;
    if (!ln_shape_unify(sizes, (int)axes.n, t->shape, t->rank, sizes))
      return ln_fail(c, "%s: %s is not the shape of the axes of %s that are normalized",
                     call->op->name, ln_tensor_shape_text(t), ln_tensor_shape_text(x));
    for (int k = 0; k < axes.n; k++) shape[axes.v[k]] = t->shape[k];
    part[i - 1] = ln_reshape(c, t, x->rank, shape);
  }
  if (!ln_dtype_is_float((LnDtype)x->dtype)) x = ln_cast(c, x, LN_FLOAT32);
  LnTensor *h = centered ? ln_sub(c, x, ln_mean_over(c, x, &axes, true)) : x;
  LnTensor *y = ln_mul(c, h, ln_rsqrt(c, ln_add_number(c, ln_mean_over(c, ln_square(c, h), &axes,
                                                                       true), p->epsilon)));
  if (part[0]) y = ln_mul(c, y, part[0]);
  return (out[0] = part[1] ? ln_add(c, y, part[1]) : y);
}

// ---- the table

#define EPSILON(type, value)                                                                     \
  {"epsilon", LN_OPT_NUMBER, LN_FIELD(type, epsilon), value, ">= 0",                             \
   .doc = "added to the variance, so that nothing is divided by 0"}
static const LnOption channels_options[] = {
  {"axis", LN_OPT_AXIS, LN_FIELD(Channels, axis), "-1", .doc = "that of the channels"},
  EPSILON(Channels, "0.001"), {0}};
static const LnOption rows_options[] = {
  {"axes", LN_OPT_INTEGER, LN_FIELD(Rows, axes), "1", "> 0", .doc = "how many make one row"},
  EPSILON(Rows, "0.001"),
  {"centered", LN_OPT_BOOL, LN_FIELD(Rows, centered), "true", .doc = "the mean is taken off"},
  {0}};
static const LnOption layer_options[] = {
  {"axis", LN_OPT_AXES, LN_FIELD(Layer, axis), "-1", .doc = "one axis or several"},
  EPSILON(Layer, "1e-7"), {0}};

const LnOp ln_ops_normalize[] = {
  [BATCH] = {.name = "batch_normalization", .variant = BATCH, .n_in = 5, .n_optional = 2,
   .n_out = 1, .options = channels_options, .params_size = sizeof(Channels),
   .shape = batch_shape, .scratch = batch_scratch, .forward = batch_forward,
   .backward = batch_backward,
   .samples = "x(4,3), x(3), p(3), x(3), x(3)\nx(2,3,4), x(3), p(3), {axis = 2, epsilon = 0.1}\n"
              "x(2,3,2,2), x(2), p(2), nil, x(2)\nx(2,2,17), x(17), p(17), x(17)",
   .doc = "(x, mean, variance, offset = none, scale = none, axis = -1, epsilon = 0.001):\n"
          "(x - mean) / sqrt(variance + epsilon) * scale + offset; all but x have one number for\n"
          "each position of the axis. Errors: another number of them.\n"
          "Example:\n"
          "local mean, variance = ln.tensor{2, 4}, ln.tensor{4, 1}\n"
          "ln.batch_normalization(ln.tensor{{4, 3}}, mean, variance, {epsilon = 0})  "
          "--> [[ 1. -1.]]\n"},
  [BATCH_MOMENTS] = {.name = "normalize_batch", .n_in = 3, .n_optional = 2, .n_out = 3,
   .flags = LN_OP_HIDDEN, .options = channels_options, .params_size = sizeof(Channels),
   .shape = moments_shape, .scratch = moments_scratch, .forward = moments_forward,
   .backward = moments_backward,
   .samples = "x(4,3), x(3), x(3)\nx(2,3,4), nil, nil, {axis = 2, epsilon = 0.1}\n"
              "x(2,3,2,2), x(2)\nx(3,17), nil, x(17)",
   .doc = "(x, scale, offset): x normalized by its own moments along all axes but one; mean and "
          "variance."},
  [SLOPES] = {.name = "channel_slopes", .n_in = 3, .n_out = 2, .flags = LN_OP_HIDDEN,
   .options = channels_options, .params_size = sizeof(Channels), .shape = slopes_shape,
   .scratch = slopes_scratch, .forward = slopes_forward, .backward = slopes_backward,
   .samples = "x(4,3), x(3), x(4,3)\nx(2,3,2), x(3), x(2,3,2), {axis = 2}",
   .doc = "(x, mean, dy): the sums of dy and of dy (x - mean) for each position of an axis."},
  [AFFINE] = {.name = "channel_affine", .n_in = 6, .n_out = 1, .flags = LN_OP_HIDDEN,
   .options = channels_options, .params_size = sizeof(Channels), .shape = affine_shape,
   .scratch = inputs_bytes, .forward = affine_forward, .backward = affine_backward,
   .samples = "x(4,3), x(3), x(4,3), x(3), x(3), x(3)\n"
              "x(2,3,2), x(3), x(2,3,2), x(3), x(3), x(3), {axis = 2}",
   .doc = "(x, mean, dy, a, b, c): a dy + b (x - mean) + c, for each position of an axis."},
  [LAYER] = {.name = "layer_normalization", .variant = LAYER, .n_in = 3, .n_optional = 2,
   .n_out = 1, .options = layer_options, .params_size = sizeof(Layer), .compose = layer_compose,
   .samples = "x(2,5), x(5), x(5)\nx(2,3,4), nil, nil, {axis = {2, 3}, epsilon = 0.01}\n"
              "x(2,3,4), x(3), x(3), 2\nx(2,3,4), x(2,4), nil, {axis = {3, 1}}\nx(2,37), x(37)",
   .doc = "(x, scale = none, offset = none, axis = -1, epsilon = 1e-7): each sample less its mean\n"
          "over the axes, divided by its deviation there, times scale, plus offset, which have\n"
          "the sizes of these axes.\n"
          "Example:\n"
          "ln.layer_normalization(ln.tensor{{1, 3}}, {epsilon = 0})  --> [[-1.  1.]]\n"},
  [RMS] = {.name = "rms_normalization", .variant = RMS, .n_in = 2, .n_optional = 1, .n_out = 1,
   .options = layer_options, .params_size = sizeof(Layer), .compose = layer_compose,
   .samples = "x(2,5), x(5)\nx(2,3,4), nil, {axis = {2, 3}, epsilon = 0.01}\nx(2,3,4), x(3), 2",
   .doc = "(x, scale = none, axis = -1, epsilon = 1e-7): each sample divided by the root of the\n"
          "mean of its squares over the axes, times scale, which has the sizes of these axes.\n"
          "Example:\n"
          "ln.rms_normalization(ln.tensor{{2, 2}}, {epsilon = 0})  --> [[1. 1.]]\n"},
  [ROWS] = {.name = "normalize_rows", .n_in = 3, .n_optional = 2, .n_out = 1,
   .flags = LN_OP_HIDDEN, .options = rows_options, .params_size = sizeof(Rows),
   .shape = rows_shape, .scratch = inputs_bytes, .forward = rows_forward,
   .backward = rows_backward,
   .samples = "x(3,4), x(4), x(4)\nx(2,2,3), x(2,3), nil, 2\nx(2,3), nil, x(3)\nx(5)\n"
              "x(3,4), x(4), nil, {centered = false}",
   .doc = "(x, scale, offset): rows, made of the last axes, each normalized by itself."},
  [ROWS_GRAD] = {.name = "normalize_rows_grad", .n_in = 3, .n_optional = 1, .n_out = 3,
   .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT, .options = rows_options,
   .params_size = sizeof(Rows), .shape = rows_grad_shape, .scratch = rows_grad_scratch,
   .forward = rows_grad_forward, .samples = "x(3,4), x(3,4), x(4)\nx(2,2,3), x(2,2,3), nil, 2",
   .doc = "(x, dy, scale): the gradients of normalize_rows."},
  {0}};

bool ln_normalize_batch(LnContext *c, LnTensor *x, LnTensor *scale, LnTensor *offset, int64_t axis,
                        double epsilon, LnTensor **out) {
  LnTensor *in[3] = {x, scale, offset};
  const Channels p = {axis, epsilon};
  return x && ln_apply_all(c, &ln_ops_normalize[BATCH_MOMENTS], in, 3, &p, out);
}

LnTensor *ln_batch_normalization(LnContext *c, LnTensor *x, LnTensor *mean, LnTensor *variance,
                                 LnTensor *offset, LnTensor *scale, int64_t axis, double epsilon) {
  LnTensor *in[5] = {x, mean, variance, offset, scale};
  const Channels p = {axis, epsilon};
  return ln_apply(c, &ln_ops_normalize[BATCH], in, 5, &p);
}

LnTensor *ln_layer_normalization(LnContext *c, LnTensor *x, LnTensor *scale, LnTensor *offset,
                                 const LnInts *axes, double epsilon) {
  LnTensor *in[3] = {x, scale, offset};
  const Layer p = {*axes, epsilon};
  return ln_apply(c, &ln_ops_normalize[LAYER], in, 3, &p);
}

LnTensor *ln_rms_normalization(LnContext *c, LnTensor *x, LnTensor *scale, const LnInts *axes,
                               double epsilon) {
  LnTensor *in[2] = {x, scale};
  const Layer p = {*axes, epsilon};
  return ln_apply(c, &ln_ops_normalize[RMS], in, 2, &p);
}
