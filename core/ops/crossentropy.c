// Cross-entropies from logits (ops/crossentropy.h says what they are). The gradient is one kernel,
// or, where it is to be differentiated again, ordinary ops.
#include "ops/crossentropy.h"

#include <stddef.h>

#include "kernels/elementwise.h"
#include "kernels/index.h"
#include "kernels/loop.h"
#include "kernels/softmax.h"
#include "kernels/vmath.h"
#include "ops/ops.h"

enum { SOFTMAX, SOFTMAX_GRAD, SIGMOID, SIGMOID_GRAD };
static const LnOp *op_of(int which);

// ---- softmax_crossentropy: (labels, logits) -> loss, softmax(logits)

static bool labels_fit(const LnCall *call, const LnTensor *labels, const LnTensor *x) {
  const LnCrossentropy *e = call->params;
  if (!ln_dtype_is_float((LnDtype)x->dtype) || (!e->sparse && labels->dtype != x->dtype))
    return ln_fail(call->context, "%s: predictions are floats, got %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype));
  if (x->rank > 0 && x->shape[x->rank - 1] != 0 &&
      ln_shape_unify(labels->shape, labels->rank, x->shape, x->rank - (e->sparse ? 1 : 0), NULL))
    return true;
  if (x->rank > 0 && x->shape[x->rank - 1] == 0)
    return ln_fail(call->context, "predictions of shape %s have no classes",
                   ln_tensor_shape_text(x));
  return ln_fail(call->context, "labels of shape %s do not go with predictions of shape %s",
                 ln_tensor_shape_text(labels), ln_tensor_shape_text(x));
}

static bool softmax_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *x = call->in[1];
  return labels_fit(call, call->in[0], x) &&
         ln_spec(call, &out[0], (LnDtype)x->dtype, x->rank - 1, x->shape) &&
         ln_spec_like(call, &out[1], (LnDtype)x->dtype, x);
}

static bool softmax_check(const LnCall *call) {
  const LnCrossentropy *e = call->params;
  const LnTensor *labels = call->in[0], *x = call->in[1];
  int64_t n = x->shape[x->rank - 1], index[LN_MAX_RANK] = {0};
  if (!e->sparse) return true;
  LnWhole w = ln_kernel_whole(labels);
  if (w.whole && (labels->size == 0 || (w.low >= 0 && w.high < n))) return true;
  if (!w.whole)
    return ln_fail(call->context, "label %g is no class id: these are whole numbers", w.odd);
  // One of them is out of range; unless that is the class to ignore, say which.
  for (int64_t i = 0; i < labels->size; i++) {
    int64_t id = ln_tensor_get_int(labels, index);
    if ((id < 0 || id >= n) && id != e->ignore)
      return ln_fail(call->context, "label %lld is out of range: classes are 0 .. %lld",
                     (long long)id, (long long)n - 1);
    for (int a = labels->rank - 1; a >= 0 && ++index[a] == labels->shape[a]; a--) index[a] = 0;
  }
  return true;
}

static void softmax_forward(const LnCall *call) {
  if (call->out[1]->size)
    ln_kernel_crossentropy(call->params, call->in[0], call->in[1], call->out[0], call->out[1]);
}

// The gradients in ops that have gradients themselves; what is computed is what the kernel says.
static bool composed_backward(const LnCall *call, LnTensor *dy, const bool *want, LnTensor **dx) {
  LnContext *c = call->context;
  const LnCrossentropy *e = call->params;
  LnTensor *t = call->in[0], *x = call->in[1], *valid = NULL;
  int64_t n = x->shape[x->rank - 1];
  LnDtype d = (LnDtype)x->dtype;
  LnTensor *p = ln_softmax(c, x, -1);
  dy = ln_expand_dims(c, dy, -1);
  if (e->sparse) {
    if (e->ignore != LN_NONE) {
      LnTensor *ignored = ln_eq_number(c, t, (double)e->ignore);
      valid = ln_cast(c, ln_expand_dims(c, ln_logical_not(c, ignored), -1), d);
      t = ln_where(c, ignored, ln_temp(c, ln_tensor_scalar(c, (LnDtype)t->dtype, 0)), t);
    }
    t = ln_one_hot(c, t, n, d);
  }
  LnTensor *smooth = t;
  if (e->smoothing > 0)
    smooth = ln_add_number(c, ln_mul_number(c, t, 1 - e->smoothing), e->smoothing / (double)n);
  if (want[1]) {
    LnTensor *target = smooth;
    if (e->clip) {
      LnTensor *inside = ln_logical_and(c, ln_ge_number(c, p, LN_EPSILON),
                                        ln_le_number(c, p, 1 - LN_EPSILON));
      target = ln_mul(c, target, ln_cast(c, inside, d));
    }
    LnTensor *g = ln_sub(c, ln_mul(c, p, ln_sum(c, target, -1, true)), target);
    if (valid) g = ln_mul(c, g, valid);
    dx[1] = ln_mul(c, dy, g);
  }
  if (want[0] && !e->sparse) {
    LnTensor *log_p = e->clip ? ln_log(c, ln_clip(c, p, LN_EPSILON, 1 - LN_EPSILON))
                              : ln_log_softmax(c, x, -1);
    dx[0] = ln_mul(c, ln_mul(c, dy, log_p), ln_temp(c, ln_tensor_scalar(c, d, e->smoothing - 1)));
  }
  return !c->err.set;
}

static bool softmax_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  if (!dy[0]) return true;
  if (want[0] || ln_recording_gradients(call->context))
    return composed_backward(call, dy[0], want, dx);
  return !want[1] || (dx[1] = LN_APPLY3(call->context, op_of(SOFTMAX_GRAD), call->params,
                                        call->in[0], call->out[1], dy[0]));
}

// ---- softmax_crossentropy_grad: (labels, softmax, dloss) -> dlogits. Has no gradient: it stands
// in only where none will be asked for.

static bool softmax_grad_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *p = call->in[1], *g = call->in[2];
  if (!ln_shape_unify(g->shape, g->rank, p->shape, p->rank - 1, NULL) || g->dtype != p->dtype)
    return ln_fail(call->context, "%s: shapes do not align: %s and %s", call->op->name,
                   ln_tensor_shape_text(p), ln_tensor_shape_text(g));
  return labels_fit(call, call->in[0], p) && ln_spec_like(call, out, (LnDtype)p->dtype, p);
}

static void softmax_grad_forward(const LnCall *call) {
  if (call->out[0]->size)
    ln_kernel_crossentropy_grad(call->params, call->in[0], call->in[1], call->in[2], call->out[0]);
}

LnTensor *ln_softmax_crossentropy(LnContext *c, LnTensor *y_true, LnTensor *logits, bool clip,
                                  double label_smoothing, int64_t ignore_class) {
  LnCrossentropy e = {.clip = clip, .smoothing = label_smoothing, .ignore = ignore_class};
  LnTensor *out[2] = {NULL, NULL};
  if (!y_true || !logits) return NULL;
  int64_t n = logits->rank ? logits->shape[logits->rank - 1] : 0;
  if (y_true->rank == logits->rank && y_true->rank > 0 && n != 1 &&
      y_true->shape[y_true->rank - 1] == 1) {
    e.sparse = true;
    y_true = ln_squeeze(c, y_true, -1);
  } else if (y_true->rank < logits->rank) {
    e.sparse = true;
  } else {
    y_true = ln_cast(c, y_true, (LnDtype)logits->dtype);
  }
  LnTensor *in[2] = {y_true, logits};
  ln_apply_all(c, op_of(SOFTMAX), in, 2, &e, out);
  return out[0];
}

// ---- sigmoid_crossentropy: (labels, logits) -> loss

typedef struct Sigmoid {
  bool clip;
  double smoothing;
} Sigmoid;

#define SIGMOID_LOOPS(T)                                                                           \
  LN_CLONES static void sigmoid_##T(void *out, const void *const *in, int64_t n,                   \
                                    const double *o) {                                             \
    T *y = out;                                                                                    \
    const T *labels = in[0], *logits = in[1], on = (T)(1 - o[1]), off = (T)(o[1] / 2);             \
    if (o[0] != 0) {                                                                               \
      const T low = (T)LN_EPSILON, high = (T)(1 - LN_EPSILON);                                     \
      for (int64_t i = 0; i < n; i++) {                                                            \
        T t = labels[i] * on + off, p = VM_SIGMOID(logits[i]);                                     \
        p = p < low ? low : p;                                                                     \
        p = p > high ? high : p;                                                                   \
        y[i] = -(t * VM_LOG(p) + (1 - t) * VM_LOG(1 - p));                                         \
      }                                                                                            \
      return;                                                                                      \
    }                                                                                              \
    for (int64_t i = 0; i < n; i++) {                                                              \
      T t = labels[i] * on + off, x = logits[i];                                                   \
      y[i] = (x < 0 ? 0 : x) - x * t + VM_LOG1P(VM_EXP(-VM_ABS(x)));                               \
    }                                                                                              \
  }                                                                                                \
  LN_CLONES static void sigmoid_grad_##T(void *out, const void *const *in, int64_t n,              \
                                         const double *o) {                                        \
    T *dx = out;                                                                                   \
    const T *labels = in[0], *logits = in[1], *dy = in[2];                                         \
    const T on = (T)(1 - o[1]), off = (T)(o[1] / 2);                                               \
    const T low = o[0] != 0 ? (T)LN_EPSILON : -(T)INFINITY;                                        \
    const T high = o[0] != 0 ? (T)(1 - LN_EPSILON) : (T)INFINITY;                                  \
    for (int64_t i = 0; i < n; i++) {                                                              \
      T p = VM_SIGMOID(logits[i]), g = dy[i] * (p - (labels[i] * on + off));                       \
      dx[i] = p < low ? 0 : p > high ? 0 : g;                                                      \
    }                                                                                              \
  }
SIGMOID_LOOPS(float)
SIGMOID_LOOPS(double)

static void elementwise(const LnCall *call, LnBlockFn f32, LnBlockFn f64) {
  const Sigmoid *s = call->params;
  const double o[2] = {s->clip, s->smoothing};
  LnTensor *y = call->out[0];
  LnDtype d = (LnDtype)y->dtype, compute[3] = {d, d, d};
  if (y->size)
    ln_elementwise(d == LN_FLOAT32 ? f32 : f64, o, LN_GRAIN_MATH, y, d, call->n_in,
                   (const LnTensor *const *)call->in, compute);
}

static bool sigmoid_shape(const LnCall *call, LnSpec *out) {
  const LnTensor *t = call->in[0], *x = call->in[1];
  if (!ln_dtype_is_float((LnDtype)x->dtype))
    return ln_fail(call->context, "%s: predictions are floats, got %s", call->op->name,
                   ln_dtype_name((LnDtype)x->dtype));
  if (!ln_tensor_shapes_fit(t, x) || (call->n_in > 2 && !ln_tensor_shapes_fit(call->in[2], x)))
    return ln_fail(call->context, "labels of shape %s do not go with predictions of shape %s",
                   ln_tensor_shape_text(t), ln_tensor_shape_text(x));
  return ln_spec_both(call, out, (LnDtype)x->dtype, x, t);
}

static void sigmoid_forward(const LnCall *call) {
  elementwise(call, sigmoid_float, sigmoid_double);
}

static void sigmoid_grad_forward(const LnCall *call) {
  elementwise(call, sigmoid_grad_float, sigmoid_grad_double);
}

static bool sigmoid_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  LnContext *c = call->context;
  const Sigmoid *s = call->params;
  LnTensor *t = call->in[0], *x = call->in[1];
  if (!want[0] && !ln_recording_gradients(c)) {
    LnTensor *whole = ln_broadcast_to(c, dy[0], x->rank, x->shape);
    return (dx[1] = LN_APPLY3(c, op_of(SIGMOID_GRAD), s, t, x, whole));
  }
  LnTensor *p = ln_sigmoid(c, x);
  if (want[1]) {
    LnTensor *target = ln_cast(c, t, (LnDtype)x->dtype);
    if (s->smoothing > 0)
      target = ln_add_number(c, ln_mul_number(c, target, 1 - s->smoothing), s->smoothing / 2);
    LnTensor *g = ln_sub(c, p, target);
    if (s->clip) {
      LnTensor *inside = ln_logical_and(c, ln_ge_number(c, p, LN_EPSILON),
                                        ln_le_number(c, p, 1 - LN_EPSILON));
      g = ln_mul(c, g, ln_cast(c, inside, (LnDtype)x->dtype));
    }
    dx[1] = ln_mul(c, dy[0], g);
  }
  if (want[0]) {  // -(log p - log(1 - p)): the logit itself, or that of the clipped probability
    LnTensor *logit = x;
    if (s->clip) {
      p = ln_clip(c, p, LN_EPSILON, 1 - LN_EPSILON);
      logit = ln_sub(c, ln_log(c, p), ln_log(c, ln_number_sub(c, 1, p)));
    }
    dx[0] = ln_mul_number(c, ln_mul(c, dy[0], logit), s->smoothing - 1);
  }
  return !c->err.set;
}

LnTensor *ln_sigmoid_crossentropy(LnContext *c, LnTensor *y_true, LnTensor *logits, bool clip,
                                  double label_smoothing) {
  return LN_APPLY2(c, op_of(SIGMOID), (&(Sigmoid){clip, label_smoothing}), y_true, logits);
}

static const LnOption softmax_options[] = {
  {"sparse", LN_OPT_BOOL, offsetof(LnCrossentropy, sparse), .fallback = "false",
   .doc = "labels are class ids"},
  {"clip", LN_OPT_BOOL, offsetof(LnCrossentropy, clip), .fallback = "false",
   .doc = "as Keras's losses on probabilities"},
  {"label_smoothing", LN_OPT_NUMBER, offsetof(LnCrossentropy, smoothing), .fallback = "0",
   .doc = "part of the target that is spread over all classes"},
  {"ignore_class", LN_OPT_INTEGER, offsetof(LnCrossentropy, ignore), .fallback = "none",
   .doc = "class id that counts 0"}, {0}};
static const LnOption sigmoid_options[] = {
  {"clip", LN_OPT_BOOL, offsetof(Sigmoid, clip), .fallback = "false",
   .doc = "as Keras's losses on probabilities"},
  {"label_smoothing", LN_OPT_NUMBER, offsetof(Sigmoid, smoothing), .fallback = "0",
   .doc = "part of the target that is spread over both classes"}, {0}};

const LnOp ln_ops_crossentropy[] = {
  {.name = "softmax_crossentropy", .n_in = 2, .n_out = 2, .flags = LN_OP_HIDDEN,
   .options = softmax_options, .params_size = sizeof(LnCrossentropy), .shape = softmax_shape,
   .check = softmax_check, .forward = softmax_forward, .backward = softmax_backward,
   .doc = "(labels, logits): -sum t log softmax(logits) over the last axis, and that softmax."},
  {.name = "softmax_crossentropy_grad", .n_in = 3, .n_out = 1,
   .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT, .options = softmax_options,
   .params_size = sizeof(LnCrossentropy), .shape = softmax_grad_shape, .check = softmax_check,
   .forward = softmax_grad_forward,
   .doc = "(labels, softmax, dloss): the gradient of softmax_crossentropy by the logits."},
  {.name = "sigmoid_crossentropy", .n_in = 2, .n_out = 1, .flags = LN_OP_HIDDEN,
   .options = sigmoid_options, .params_size = sizeof(Sigmoid), .shape = sigmoid_shape,
   .forward = sigmoid_forward, .backward = sigmoid_backward,
   .samples = "p(2,3), x(2,3)\np(2,3), x(2,3), {clip = true, label_smoothing = 0.1}",
   .doc = "(labels, logits): -t log p - (1 - t) log(1 - p) for p = sigmoid(logits)."},
  {.name = "sigmoid_crossentropy_grad", .n_in = 3, .n_out = 1,
   .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT, .options = sigmoid_options,
   .params_size = sizeof(Sigmoid), .shape = sigmoid_shape, .forward = sigmoid_grad_forward,
   .doc = "(labels, logits, dloss): the gradient of sigmoid_crossentropy by the logits."},
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_crossentropy[which]; }
