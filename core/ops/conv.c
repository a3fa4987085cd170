// Convolutions. conv, depthwise_conv, separable_conv and conv_transpose work out the geometry
// (padding, groups, sizes), then apply one of three hidden ops, which are each other's gradients:
//   convolution            x, k -> y
//   convolution_transpose  y, k -> x     (what a gradient with respect to x is, too)
//   convolution_kernel     x, y -> k
// Channels come last in these; where they come first, axes are exchanged around them.
#include "ops/conv.h"

#include <string.h>

#include "kernels/conv.h"
#include "kernels/copy.h"
#include "kernels/normalize.h"
#include "ops/dense.h"
#include "ops/ops.h"

enum { FORWARD, TRANSPOSE, KERNEL, NORMALIZED };
extern const LnOp ln_ops_conv[];

// What a hidden op knows: `size` is what its inputs do not tell, the result's lengths along the
// axes between batch and channels, or the kernel's.
typedef struct Geometry {
  LnInts strides, dilation, before, size;
  int64_t groups;
  bool depthwise;
  int activation;
} Geometry;

// ---- the hidden ops

// Of a kernel, channels of x in a group and filters in all.
static int64_t group_channels(const Geometry *g, const LnTensor *k) {
  return g->depthwise ? 1 : k->shape[k->rank - 2];
}
static int64_t filters_of(const Geometry *g, const LnTensor *k) {
  const int64_t last = k->shape[k->rank - 1];
  return g->depthwise ? ln_dim_times(k->shape[k->rank - 2], last) : last;
}

// The result's shape, and checks of what does not depend on who calls.
static bool result_shape(const LnCall *call, int64_t *shape) {
  LnContext *c = call->context;
  const Geometry *g = call->params;
  const LnTensor *a = call->in[0], *b = call->in[1];
  const LnTensor *bias = call->n_in > 2 ? call->in[2] : NULL;
  const int axes = a->rank - 2, which = call->op->variant;
  const int64_t last = axes > 0 ? a->shape[a->rank - 1] : 0;
  if (axes < 1 || axes > 3 || b->rank != a->rank || g->size.n != axes || g->strides.n != axes ||
      g->dilation.n != axes || g->before.n != axes)
    return ln_fail(c, "%s: shapes do not align: %s and %s", call->op->name,
                   ln_tensor_shape_text(a), ln_tensor_shape_text(b));
  shape[0] = a->shape[0];
  for (int i = 0; i < axes; i++) shape[1 + i] = g->size.v[i];
  bool fits = true;
  if (which == FORWARD) {
    const int64_t each = group_channels(g, b);
    shape[axes + 1] = filters_of(g, b);
    fits = ln_dims_fit(last, ln_dim_times(each, g->groups)) &&
           (!g->depthwise || ln_dims_fit(last, b->shape[axes]));
  } else if (which == TRANSPOSE) {
    const int64_t each = group_channels(g, b);
    shape[axes + 1] = g->depthwise ? b->shape[axes] : ln_dim_times(each, g->groups);
    fits = ln_dims_fit(last, filters_of(g, b));
  } else {
    const int64_t filters = b->shape[axes + 1];
    for (int i = 0; i < axes; i++) shape[i] = g->size.v[i];
    shape[axes] = g->depthwise || last < 0 ? last : last / g->groups;
    shape[axes + 1] = !g->depthwise || filters < 0 ? filters : last > 0 ? filters / last : -1;
    fits = ln_dims_fit(a->shape[0], b->shape[0]) && (last < 0 || last % g->groups == 0) &&
           (filters < 0 || filters % g->groups == 0);
  }
  const int64_t filters = which == KERNEL ? b->shape[axes + 1] : filters_of(g, b);
  const int64_t channels = which == TRANSPOSE ? shape[axes + 1] : last;
  fits = fits && (!g->depthwise || ln_dims_fit(channels, g->groups));
  if (!fits || (filters >= 0 && filters % g->groups != 0) ||
      (bias && (bias->rank != 1 || !ln_dims_fit(bias->shape[0], shape[axes + 1]))))
    return ln_fail(c, "%s: shapes do not align: %s, %s%s%s in %lld group%s", call->op->name,
                   ln_tensor_shape_text(a), ln_tensor_shape_text(b), bias ? ", bias " : "",
                   bias ? ln_tensor_shape_text(bias) : "", (long long)g->groups,
                   g->groups == 1 ? "" : "s");
  return true;
}

static bool hidden_shape(const LnCall *call, LnSpec *out) {
  int64_t shape[LN_MAX_RANK];
  LnDtype d = (LnDtype)call->in[0]->dtype;
  d = ln_dtype_float(ln_dtype_promote(d, (LnDtype)call->in[1]->dtype));
  return result_shape(call, shape) && ln_spec(call, out, d, call->in[0]->rank, shape);
}

// The kernel's view of a call: image x, (batch, in, channels), and grid y, (batch, out, filters).
static LnConv view(const LnCall *call) {
  const Geometry *g = call->params;
  const int which = call->op->variant;
  const LnTensor *x = which == TRANSPOSE ? call->out[0] : call->in[0];
  const LnTensor *y = which == FORWARD ? call->out[0] : which == TRANSPOSE ? call->in[0]
                                                                           : call->in[1];
  const LnTensor *k = which == KERNEL ? call->out[0] : call->in[1];
  const int axes = x->rank - 2;
  LnConv v = {.dtype = (LnDtype)call->out[0]->dtype, .batch = x->shape[0],
              .channels = x->shape[axes + 1], .filters = y->shape[axes + 1],
              .groups = g->groups, .in = {1, 1, 1}, .out = {1, 1, 1}, .taps = {1, 1, 1},
              .stride = {1, 1, 1}, .dilation = {1, 1, 1}};
  for (int i = 0; i < axes; i++) {
    const int axis = 3 - axes + i;
    v.in[axis] = x->shape[1 + i], v.out[axis] = y->shape[1 + i], v.taps[axis] = k->shape[i];
    v.stride[axis] = g->strides.v[i], v.dilation[axis] = g->dilation.v[i];
    v.before[axis] = g->before.v[i];
  }
  return v;
}

static size_t hidden_scratch(const LnCall *call) {
  const LnDtype d = (LnDtype)call->out[0]->dtype;
  size_t bytes = 0;
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i]) bytes += ln_packed_bytes(call->in[i], d);
  if (call->op->variant == TRANSPOSE) {
    const LnConv v = view(call);
    bytes += ln_kernel_conv_transpose_memory(&v);
  }
  return bytes;
}

static void hidden_forward(const LnCall *call) {
  LnTensor *out = call->out[0];
  const LnDtype d = (LnDtype)out->dtype;
  const int activation = ((const Geometry *)call->params)->activation;
  if (out->size == 0) return;
  const LnConv v = view(call);
  char *memory = call->scratch;
  const void *a = ln_packed(call->in[0], d, &memory), *b = ln_packed(call->in[1], d, &memory);
  const void *bias = call->n_in > 2 && call->in[2] ? ln_packed(call->in[2], d, &memory) : NULL;
  const LnConvEnd end = {.bias = bias,
                         .act = activation == LN_DENSE_RELU ? LN_ACT_RELU : LN_ACT_LINEAR};
  if (call->op->variant == FORWARD) ln_kernel_conv(&v, a, b, &end, out->data);
  else if (call->op->variant == TRANSPOSE)
    ln_kernel_conv_transpose(&v, a, b, &end, out->data, memory);
  else ln_kernel_conv_kernel(&v, a, b, out->data);
  const int64_t n = out->shape[out->rank - 1];
  if (activation > LN_DENSE_RELU)
    ln_kernel_dense_finish(d, activation, out->size / n, n, out->data, n);
}

// ---- normalized_convolution: (x, kernel, mean, variance, bias, offset, scale)

// Batch normalization by moments that are given, of what a convolution gives: see
// autograd/fuse.c, which alone asks for it.
typedef struct Normalized {
  Geometry g;
  double epsilon;
} Normalized;

static const LnEpilogue normalized_acts[] = {LN_ACT_LINEAR, LN_ACT_RELU, LN_ACT_RELU6};

static bool normalized_shape(const LnCall *call, LnSpec *out) {
  if (!hidden_shape(call, out)) return false;
  for (int i = 3; i < call->n_in; i++)
    if (call->in[i] && (call->in[i]->rank != 1 ||
                        !ln_dims_fit(call->in[i]->shape[0], out->shape[out->rank - 1])))
      return ln_fail(call->context, "%s: shapes do not align: %s and %s", call->op->name,
                     ln_shape_text(out->shape, out->rank), ln_tensor_shape_text(call->in[i]));
  return true;
}

static size_t list_bytes(const LnTensor *y) {
  return ln_whole_lines((size_t)y->shape[y->rank - 1] * ln_dtype_size((LnDtype)y->dtype));
}

static size_t normalized_scratch(const LnCall *call) {
  return hidden_scratch(call) + 2 * list_bytes(call->out[0]);
}

static void normalized_forward(const LnCall *call) {
  LnTensor *out = call->out[0];
  const LnDtype d = (LnDtype)out->dtype;
  const Normalized *p = call->params;
  char *memory = call->scratch;
  const void *in[LN_MAX_OPERANDS] = {NULL};
  if (out->size == 0) return;
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i]) in[i] = ln_packed(call->in[i], d, &memory);
  const LnConv v = view(call);
  void *factor = memory, *zero = memory + list_bytes(out);
  ln_kernel_channel_factors(d, v.filters, in[3], p->epsilon, in[6], factor);
  if (!in[5]) memset(zero, 0, list_bytes(out));
  const LnConvEnd end = {in[4], in[2], factor, in[5] ? in[5] : zero,
                         normalized_acts[p->g.activation]};
  ln_kernel_conv(&v, in[0], in[1], &end, out->data);
}

static LnInts between(const LnTensor *t, int first) {
  LnInts n = {.n = t->rank - 2};
  for (int i = 0; i < n.n; i++) n.v[i] = t->shape[first + i];
  return n;
}

static LnTensor *apply(LnContext *c, int which, const Geometry *g, LnTensor *a, LnTensor *b) {
  return ln_apply(c, &ln_ops_conv[which], (LnTensor *[]){a, b, NULL}, which == KERNEL ? 2 : 3, g);
}

static bool hidden_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                            LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1], *y = call->out[0];
  const int which = call->op->variant;
  Geometry g = *(const Geometry *)call->params;
  LnTensor *whole = ln_broadcast_to(c, dy[0], y->rank, y->shape), *bias = NULL;
  const bool wants_bias = call->n_in > 2 && call->in[2] && want[2];
  LnTensor *dz = ln_dense_through(c, whole, y, g.activation, wants_bias ? &bias : NULL);
  if (wants_bias) dx[2] = bias;
  g.activation = LN_DENSE_LINEAR;
  if (!dz) return false;
  if (want[0]) {
    g.size = between(a, 1);
    dx[0] = which == KERNEL ? apply(c, TRANSPOSE, &g, b, dz)
                            : apply(c, which == FORWARD ? TRANSPOSE : FORWARD, &g, dz, b);
  }
  if (want[1]) {
    g.size = between(b, which == KERNEL ? 1 : 0);
    dx[1] = which == KERNEL    ? apply(c, FORWARD, &g, a, dz)
            : which == FORWARD ? apply(c, KERNEL, &g, a, dz)
                               : apply(c, KERNEL, &g, dz, a);
  }
  return !c->err.set;
}

// ---- geometry

static int64_t spread_at(const LnInts *list, int axis) {
  return list->n == 1 ? list->v[0] : list->v[axis];
}

// strides = {1, 2} for as many axes as x has.
static bool spread(const LnCall *call, const char *name, const LnInts *from, int axes, LnInts *to) {
  if (from->n != 1 && from->n != axes)
    return ln_fail(call->context, "%s: %s is an integer or a list of %d, got %s", call->op->name,
                   name, axes, ln_shape_text(from->v, (int)from->n));
  to->n = axes;
  for (int i = 0; i < axes; i++) {
    to->v[i] = spread_at(from, i);
    if (to->v[i] > INT32_MAX)
      return ln_fail(call->context, "%s: %s of %lld is too large", call->op->name, name,
                     (long long)to->v[i]);
  }
  return true;
}

static bool ranks(const LnCall *call, const LnTensor *x, const LnTensor *k) {
  if (x->rank >= 3 && x->rank <= 5 && k->rank == x->rank) return true;
  return ln_fail(call->context, "%s: expected a tensor of rank 3 to 5 (batch, one to three axes, "
                 "channels) and a kernel of the same rank, got shapes %s and %s", call->op->name,
                 ln_tensor_shape_text(x), ln_tensor_shape_text(k));
}

// With `to_last`, (batch, channels, ...) becomes (batch, ..., channels); else the other way round.
static LnTensor *exchange(LnContext *c, LnTensor *x, bool to_last) {
  int order[LN_MAX_RANK] = {0};
  if (!x) return NULL;
  for (int i = 1; i < x->rank - 1; i++) order[to_last ? i : i + 1] = to_last ? i + 1 : i;
  order[to_last ? x->rank - 1 : 1] = to_last ? 1 : x->rank - 1;
  return ln_permute(c, x, x->rank, order);
}

// Along one axis: how many results of k taps there are, and the padding before; -2: none fit.
static int64_t results(int padding, int64_t n, int64_t k, int64_t stride, int64_t dilation,
                       int64_t *before) {
  *before = 0;
  if (n < 0 || (k < 0 && padding == LN_VALID)) return -1;
  const int64_t n_same = n == 0 ? 0 : (n - 1) / stride + 1;
  if (k < 0) return n_same;
  const int64_t reach = k > 0 ? (k - 1) * dilation + 1 : 0;
  if (padding == LN_VALID) return k == 0 || n < reach ? -2 : (n - reach) / stride + 1;
  if (k == 0) return -2;
  const int64_t all = (n_same - 1) * stride + reach - n;
  if (padding == LN_CAUSAL) *before = reach - 1;
  else if (n_same > 0 && all > 0) *before = all / 2;
  return n_same;
}

static LnTensor *convolve(const LnCall *call, LnTensor *x, LnTensor *k, LnTensor *bias,
                          const LnConvolution *p) {
  LnContext *c = call->context;
  Geometry g = {.groups = p->groups, .depthwise = p->depthwise, .activation = p->activation};
  if (!x || !k || !ranks(call, x, k)) return NULL;
  const int axes = x->rank - 2;
  const bool first = p->channels_first == 1;
  const int64_t channels = x->shape[first ? 1 : x->rank - 1], each = k->shape[axes];
  if (!spread(call, "strides", &p->strides, axes, &g.strides) ||
      !spread(call, "dilation_rate", &p->dilation, axes, &g.dilation))
    return NULL;
  if (p->padding == LN_CAUSAL && axes > 1) {
    ln_fail(c, "%s: padding \"causal\" is for one axis, got shape %s", call->op->name,
            ln_tensor_shape_text(x));
    return NULL;
  }
  if (p->depthwise) g.groups = channels > 0 ? channels : each > 0 ? each : 1;
  else if (g.groups == LN_NONE) g.groups = channels > 0 && each > 0 ? channels / each : 1;
  if (g.groups < 1) g.groups = 1;
  const int64_t wanted = p->depthwise ? each : ln_dim_times(each, g.groups);
  const int64_t filters = k->shape[axes + 1];
  if (!ln_dims_fit(channels, wanted)) {
    ln_fail(c, "%s: a kernel of shape %s is for %lld channel%s%s, got an input of shape %s",
            call->op->name, ln_tensor_shape_text(k), (long long)each, each == 1 ? "" : "s",
            g.groups > 1 && !p->depthwise ? " in each group" : "", ln_tensor_shape_text(x));
    return NULL;
  }
  if (!p->depthwise && filters >= 0 && filters % g.groups != 0) {
    ln_fail(c, "%s: %lld filters are not divisible by %lld groups", call->op->name,
            (long long)filters, (long long)g.groups);
    return NULL;
  }
  g.before.n = g.size.n = axes;
  for (int i = 0; i < axes; i++) {
    g.size.v[i] = results(p->padding, x->shape[(first ? 2 : 1) + i], k->shape[i],
                          g.strides.v[i], g.dilation.v[i], &g.before.v[i]);
    if (g.size.v[i] >= -1) continue;
    ln_fail(c, "%s: a kernel of shape %s does not fit an input of shape %s", call->op->name,
            ln_tensor_shape_text(k), ln_tensor_shape_text(x));
    return NULL;
  }
  if (first) x = exchange(c, x, true);
  LnTensor *y = ln_apply(c, &ln_ops_conv[FORWARD], (LnTensor *[]){x, k, bias}, 3, &g);
  return first ? exchange(c, y, false) : y;
}

// Along one axis of a transpose: the result's length, and what is cut off before it, as Keras has
// it. -2: too long for any memory.
static int64_t spread_out(const LnConvolution *p, int axis, int64_t n, int64_t k, int64_t stride,
                          int64_t dilation, int64_t *before) {
  const bool given = p->output_padding.n >= 0;
  const int64_t more = given ? spread_at(&p->output_padding, axis) : 0;
  const int64_t reach = k > 0 ? (k - 1) * dilation + 1 : 0;
  *before = 0;
  if (k < 0 || n < 0) return p->padding == LN_SAME && !given && n >= 0 ? n * stride : -1;
  if ((double)n * (double)stride > 1e15 || (double)k * (double)dilation > 1e15) return -2;
  if (p->padding == LN_VALID) {
    const int64_t size = (n - 1) * stride + reach +
                         (given ? more : (stride > reach ? stride - reach : 0));
    return n == 0 || size < 0 ? 0 : size;
  }
  const int64_t pad = given ? reach + reach % 2 - 2 + more : stride + reach - 2;
  const int64_t half = pad / 2 + pad % 2, left = half < reach - 1 ? half : reach - 1;
  *before = reach - 1 - left;
  const int64_t size = given ? (n - 1) * stride + reach % 2 + more : n * stride;
  return n == 0 || size < 0 ? 0 : size;
}

static LnTensor *transpose(const LnCall *call, LnTensor *x, LnTensor *k, LnTensor *bias,
                           const LnConvolution *p) {
  LnContext *c = call->context;
  Geometry g = {.groups = 1, .activation = p->activation};
  LnInts padding;
  if (!x || !k || !ranks(call, x, k)) return NULL;
  const int axes = x->rank - 2;
  const bool first = p->channels_first == 1;
  const int64_t channels = x->shape[first ? 1 : x->rank - 1];
  if (!spread(call, "strides", &p->strides, axes, &g.strides) ||
      !spread(call, "dilation_rate", &p->dilation, axes, &g.dilation) ||
      (p->output_padding.n >= 0 &&
       !spread(call, "output_padding", &p->output_padding, axes, &padding)))
    return NULL;
  for (int i = 0; i < axes && p->output_padding.n >= 0; i++)
    if (padding.v[i] >= g.strides.v[i]) {
      ln_fail(c, "%s: output_padding is less than strides, got %lld and %lld", call->op->name,
              (long long)padding.v[i], (long long)g.strides.v[i]);
      return NULL;
    }
  if (!ln_dims_fit(channels, k->shape[axes + 1])) {
    ln_fail(c, "%s: a kernel of shape %s is for %lld channels, got an input of shape %s",
            call->op->name, ln_tensor_shape_text(k), (long long)k->shape[axes + 1],
            ln_tensor_shape_text(x));
    return NULL;
  }
  g.before.n = g.size.n = axes;
  for (int i = 0; i < axes; i++) {
    g.size.v[i] = k->shape[i] == 0 ? -2
                                   : spread_out(p, i, x->shape[(first ? 2 : 1) + i], k->shape[i],
                                                g.strides.v[i], g.dilation.v[i], &g.before.v[i]);
    if (g.size.v[i] >= -1) continue;
    ln_fail(c, "%s: a kernel of shape %s does not fit an input of shape %s", call->op->name,
            ln_tensor_shape_text(k), ln_tensor_shape_text(x));
    return NULL;
  }
  if (first) x = exchange(c, x, true);
  LnTensor *y = ln_apply(c, &ln_ops_conv[TRANSPOSE], (LnTensor *[]){x, k, bias}, 3, &g);
  return first ? exchange(c, y, false) : y;
}

// ---- the public ops

static bool conv_compose(const LnCall *call, LnTensor **out) {
  return (out[0] = convolve(call, call->in[0], call->in[1], NULL, call->params));
}

static bool depthwise_compose(const LnCall *call, LnTensor **out) {
  LnConvolution p = *(const LnConvolution *)call->params;
  p.depthwise = true;
  return (out[0] = convolve(call, call->in[0], call->in[1], NULL, &p));
}

static bool separable_compose(const LnCall *call, LnTensor **out) {
  LnConvolution p = *(const LnConvolution *)call->params;
  const LnTensor *point = call->in[2];
  for (int i = 0; i < point->rank - 2; i++)
    if (!ln_dims_fit(point->shape[i], 1))
      return ln_fail(call->context, "%s: the pointwise kernel has one tap, got shape %s",
                     call->op->name, ln_tensor_shape_text(point));
  p.depthwise = true;
  LnTensor *y = convolve(call, call->in[0], call->in[1], NULL, &p);
  const LnConvolution one = {.strides = {1, {1}}, .dilation = {1, {1}}, .groups = 1,
                             .channels_first = p.channels_first};
  return (out[0] = convolve(call, y, call->in[2], NULL, &one));
}

static bool transpose_compose(const LnCall *call, LnTensor **out) {
  return (out[0] = transpose(call, call->in[0], call->in[1], NULL, call->params));
}

#define STRIDES(choices_, doc_)                                                                  \
  {"strides", LN_OPT_INTEGERS, LN_FIELD(LnConvolution, strides), "1", ">= 1",                    \
   .doc = "from place to place: an integer, or one for each axis"},                              \
  {"padding", LN_OPT_CHOICE, LN_FIELD(LnConvolution, padding), "valid", .choices = choices_,     \
   .doc = doc_}
#define FORMAT_AND_DILATION                                                                      \
  {"data_format", LN_OPT_CHOICE, LN_FIELD(LnConvolution, channels_first), "channels_last",       \
   .choices = "channels_last channels_first", .nullable = true,                                  \
   .doc = "whether the axis of channels is the last one or follows that of the batch"},          \
  {"dilation_rate", LN_OPT_INTEGERS, LN_FIELD(LnConvolution, dilation), "1", ">= 1",             \
   .doc = "from tap to tap: an integer, or one for each axis"}
#define SAME_DOC "same: zeros around it, so that size / strides results come out"

static const LnOption conv_options[] = {
  STRIDES("valid same causal", SAME_DOC "; causal: all of them before, along one axis"),
  FORMAT_AND_DILATION,
  {"groups", LN_OPT_INTEGER, LN_FIELD(LnConvolution, groups), "none", ">= 1",
   .doc = "into which channels and filters are split; none: what the shapes say"},
  {0}};
static const LnOption depthwise_options[] = {STRIDES("valid same", SAME_DOC), FORMAT_AND_DILATION,
                                             {0}};
static const LnOption transpose_options[] = {
  STRIDES("valid same", "same: size * strides results"),
  {"output_padding", LN_OPT_INTEGERS, LN_FIELD(LnConvolution, output_padding), "none", ">= 0",
   .doc = "results more than the fewest, less than strides: an integer, or one for each axis"},
  FORMAT_AND_DILATION,
  {0}};
static const LnField conv_fields[] = {LN_BYTES(LnConvolution, output_padding),
                                      LN_BYTES(LnConvolution, depthwise),
                                      LN_BYTES(LnConvolution, activation), {0}};
static const LnField depthwise_fields[] = {LN_BYTES(LnConvolution, output_padding),
                                           LN_BYTES(LnConvolution, groups),
                                           LN_BYTES(LnConvolution, depthwise),
                                           LN_BYTES(LnConvolution, activation), {0}};
static const LnField transpose_fields[] = {LN_BYTES(LnConvolution, groups),
                                           LN_BYTES(LnConvolution, depthwise),
                                           LN_BYTES(LnConvolution, activation), {0}};

#define GEOMETRY                                                                                  \
  {"strides", LN_OPT_INTEGERS, LN_FIELD(Geometry, strides), NULL, ">= 1", .doc = "one an axis"}, \
  {"dilation", LN_OPT_INTEGERS, LN_FIELD(Geometry, dilation), NULL, ">= 1",                      \
   .doc = "one an axis"},                                                                        \
  {"before", LN_OPT_INTEGERS, LN_FIELD(Geometry, before), NULL, .doc = "padding, one an axis"},  \
  {"size", LN_OPT_SHAPE, LN_FIELD(Geometry, size), NULL, .doc = "of the result, one an axis"},   \
  {"groups", LN_OPT_INTEGER, LN_FIELD(Geometry, groups), "1", ">= 1", .doc = "of channels"},     \
  {"depthwise", LN_OPT_BOOL, LN_FIELD(Geometry, depthwise), "false",                             \
   .doc = "the kernel is (.., channels, multiplier)"}

static const LnOption hidden_options[] = {
  GEOMETRY,
  {"activation", LN_OPT_CHOICE, LN_FIELD(Geometry, activation), "linear",
   .choices = "linear relu sigmoid tanh", .doc = "what is applied to the sum"},
  {0}};

static const LnOption normalized_options[] = {
  GEOMETRY,
  {"activation", LN_OPT_CHOICE, LN_FIELD(Normalized, g.activation), "linear",
   .choices = "linear relu relu6", .doc = "what is applied to the result"},
  {"epsilon", LN_OPT_NUMBER, LN_FIELD(Normalized, epsilon), "0.001", ">= 0",
   .doc = "added to the variance"},
  {0}};

#define HIDDEN(name_, which, inputs, optional, samples_, doc_)                                   \
  [which] = {.name = name_, .variant = which, .n_in = inputs, .n_optional = optional, .n_out = 1, \
             .flags = LN_OP_HIDDEN, .options = hidden_options, .params_size = sizeof(Geometry),  \
             .shape = hidden_shape, .scratch = hidden_scratch, .forward = hidden_forward,        \
             .backward = hidden_backward, .samples = samples_, .doc = doc_}

const LnOp ln_ops_conv[] = {
  HIDDEN("convolution", FORWARD, 3, 1,
         "x(2,5,2), x(3,2,3), x(3), {2}, {1}, {1}, {3}\n"
         "x(1,4,5,2), x(2,2,1,4), nil, {1, 2}, {2, 1}, {0, 1}, {2, 3}, 2, false, \"tanh\"\n"
         "x(2,5,2), x(3,2,2), x(4), {2}, {1}, {1}, {3}, 2, true",
         "(x, kernel, bias): act(convolution + bias)."),
  HIDDEN("convolution_transpose", TRANSPOSE, 3, 1,
         "x(2,3,3), x(3,2,3), x(2), {2}, {1}, {1}, {5}\n"
         "x(1,2,3,4), x(2,2,1,4), nil, {1, 2}, {2, 1}, {0, 1}, {4, 5}, 2, false, \"tanh\"\n"
         "x(2,3,4), x(3,2,2), x(2), {2}, {1}, {1}, {5}, 2, true",
         "(y, kernel, bias): act(what convolution's gradient with respect to x is + bias)."),
  HIDDEN("convolution_kernel", KERNEL, 2, 0,
         "x(2,5,2), x(2,3,3), {2}, {1}, {1}, {3}\n"
         "x(1,4,5,2), x(1,2,3,4), {1, 2}, {2, 1}, {0, 1}, {2, 2}, 2\n"
         "x(2,5,2), x(2,3,4), {2}, {1}, {1}, {3}, 2, true",
         "(x, y): what convolution's gradient with respect to the kernel is."),
  [NORMALIZED] = {.name = "normalized_convolution", .variant = FORWARD, .n_in = 7, .n_optional = 3,
   .n_out = 1, .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT, .options = normalized_options,
   .params_size = sizeof(Normalized), .shape = normalized_shape, .scratch = normalized_scratch,
   .forward = normalized_forward,
   .samples = "x(2,5,2), x(3,2,3), x(3), p(3), x(3), x(3), x(3), {2}, {1}, {1}, {3}, 1, false, "
              "\"relu\"\n"
              "x(1,4,5,4), x(2,2,4,1), x(4), p(4), nil, x(4), nil, {1, 2}, {2, 1}, {0, 1}, {2, 3}, "
              "4, true, \"relu6\", 0.1",
   .doc = "(x, kernel, mean, variance, bias, offset, scale): act(batch_normalization of "
          "convolution)."},
  {.name = "conv", .n_in = 2, .n_out = 1, .options = conv_options, .fields = conv_fields,
   .params_size = sizeof(LnConvolution), .compose = conv_compose,
   .samples = "x(2,6,2), x(3,2,3)\nx(2,6,2), x(3,2,3), 2, \"same\"\n"
              "x(2,6,2), x(3,2,3), {padding = \"causal\", dilation_rate = 2}\n"
              "x(1,4,5,4), x(2,3,2,4), {padding = \"same\", strides = {1, 2}}\n"
              "x(1,2,4,3), x(2,2,2,3), {data_format = \"channels_first\"}\n"
              "x(1,3,2,3,1), x(2,2,2,1,2), {padding = \"same\"}",
   .doc = "(x, kernel, strides = 1, padding = \"valid\", data_format = \"channels_last\",\n"
          "dilation_rate = 1, groups = none): the kernel at every place of x, summed over its taps "
          "and\nthe channels (cross-correlation, as is usual). x (batch, one to three axes, "
          "channels), kernel\n(one to three axes, channels / groups, filters); the result has "
          "filters for channels. With padding\n\"valid\" the kernel stays inside; \"same\" gives "
          "as many results as strides fit into an axis, zeros\nbeing around it; \"causal\" (one "
          "axis) has all of these before.\n"
          "Errors: channels that do not fit the kernel and groups; a kernel longer than x "
          "(\"valid\").\n"
          "Example:\n"
          "ln.conv(ln.tensor{{{1}, {2}, {4}, {8}}}, ln.tensor{{{-1}}, {{1}}}):flatten()"
          "  --> [1. 2. 4.]\n"},
  {.name = "depthwise_conv", .n_in = 2, .n_out = 1, .options = depthwise_options,
   .fields = depthwise_fields, .params_size = sizeof(LnConvolution), .compose = depthwise_compose,
   .samples = "x(2,6,2), x(3,2,1)\nx(2,6,2), x(3,2,1), 2, \"same\"\n"
              "x(1,4,5,2), x(2,3,2,3), {padding = \"same\", dilation_rate = {2, 1}}\n"
              "x(1,2,4,3), x(2,2,2,1), {data_format = \"channels_first\"}",
   .doc = "(x, kernel, strides = 1, padding = \"valid\", data_format = \"channels_last\",\n"
          "dilation_rate = 1): conv with a kernel for each channel of its own: (one to three axes, "
          "channels,\nmultiplier), which gives channels * multiplier of them.\n"
          "Example:\n"
          "ln.depthwise_conv(ln.ones{1, 4, 2}, ln.tensor{{{1}, {2}}, {{3}, {4}}})[1][1]"
          "  --> [4. 6.]\n"},
  {.name = "separable_conv", .n_in = 3, .n_out = 1, .options = depthwise_options,
   .fields = depthwise_fields, .params_size = sizeof(LnConvolution), .compose = separable_compose,
   .samples = "x(2,6,2), x(3,2,1), x(1,2,3)\n"
              "x(1,4,5,2), x(2,3,2,2), x(1,1,4,2), {padding = \"same\", strides = 2}\n"
              "x(1,2,5,4), x(3,2,2,1), x(1,1,2,2), {data_format = \"channels_first\"}",
   .doc = "(x, depthwise_kernel, pointwise_kernel, strides = 1, padding = \"valid\",\n"
          "data_format = \"channels_last\", dilation_rate = 1): depthwise_conv, then conv with a "
          "kernel of one\ntap, (1, .., channels * multiplier, filters).\n"
          "Example:\n"
          "ln.separable_conv(ln.ones{1, 4, 2}, ln.ones{3, 2, 1}, ln.ones{1, 2, 5}).shape"
          "  --> (1, 2, 5)\n"},
  {.name = "conv_transpose", .n_in = 2, .n_out = 1, .options = transpose_options,
   .fields = transpose_fields, .params_size = sizeof(LnConvolution), .compose = transpose_compose,
   .samples = "x(2,3,2), x(3,3,2)\nx(2,3,2), x(3,3,2), 2, \"same\"\n"
              "x(1,3,2,2), x(2,3,3,2), {strides = {1, 3}, output_padding = {0, 2}}\n"
              "x(1,2,3,3), x(2,2,1,2), {data_format = \"channels_first\", dilation_rate = 2}",
   .doc = "(x, kernel, strides = 1, padding = \"valid\", output_padding = none,\n"
          "data_format = \"channels_last\", dilation_rate = 1): the transpose of conv, by which "
          "images grow:\neach element of x adds the kernel, (one to three axes, filters, "
          "channels), to the result at its\nplace, strides apart. \"valid\" leaves all of it, "
          "\"same\" gives size * strides.\n"
          "Errors: channels that do not fit the kernel; output_padding not less than strides.\n"
          "Example:\n"
          "local x, kernel = ln.tensor{{{1}, {10}}}, ln.tensor{{{1}}, {{2}}, {{3}}}\n"
          "ln.conv_transpose(x, kernel, 2):flatten()  --> [ 1.  2. 13. 20. 30.]\n"},
  {0}};

enum { CONV = NORMALIZED + 1, CONV_TRANSPOSE = CONV + 3 };

LnTensor *ln_conv(LnContext *c, LnTensor *x, LnTensor *kernel, LnTensor *bias,
                  const LnConvolution *p) {
  return convolve(&(LnCall){.op = &ln_ops_conv[CONV], .context = c}, x, kernel, bias, p);
}

LnTensor *ln_conv_transpose(LnContext *c, LnTensor *x, LnTensor *kernel, LnTensor *bias,
                            const LnConvolution *p) {
  return transpose(&(LnCall){.op = &ln_ops_conv[CONV_TRANSPOSE], .context = c}, x, kernel, bias, p);
}
