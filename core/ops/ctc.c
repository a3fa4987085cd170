// CTC by the forward-backward algorithm (Graves et al. 2006), in log space and doubles; the value
// and the gradient by the logits come from the same pass, which is why there are two outputs.
#include "ops/ctc.h"

#include <math.h>

#include "kernels/index.h"
#include "ops/ops.h"

static bool shape(const LnCall *call, LnSpec *out) {
  const LnTensor *labels = call->in[0], *x = call->in[1];
  if (labels->rank != 2 || x->rank != 3 || !ln_dims_fit(labels->shape[0], x->shape[0]) ||
      x->shape[2] == 0 ||
      !ln_dtype_is_float((LnDtype)x->dtype))
    return ln_fail(call->context, "%s: labels (batch, length) and float logits (batch, steps, "
                   "classes) expected, got %s and %s of %s", call->op->name,
                   ln_tensor_shape_text(labels), ln_tensor_shape_text(x),
                   ln_dtype_name((LnDtype)x->dtype));
  return ln_spec(call, &out[0], (LnDtype)x->dtype, 1,
                 (int64_t[]){ln_dim_known(x->shape[0], labels->shape[0])}) &&
         ln_spec_like(call, &out[1], (LnDtype)x->dtype, x);
}

static bool check(const LnCall *call) {
  int64_t n = call->in[1]->shape[2];
  LnWhole w = ln_kernel_whole(call->in[0]);
  if (call->in[0]->size == 0) return true;
  if (!w.whole)
    return ln_fail(call->context, "label %g is no class id: these are whole numbers", w.odd);
  return (w.low >= 0 && w.high < n) ||
         ln_fail(call->context, "label %lld is out of range: classes are 0 .. %lld",
                 (long long)(w.low < 0 ? w.low : w.high), (long long)n - 1);
}

// One sample's working memory. The extended sequence is blank, l1, blank, l2, ... blank.
typedef struct Work {
  int64_t steps, classes, states;
  int64_t *state;     // (states): the class that each spells
  double *log_p;      // (steps, classes)
  double *alpha;      // (steps, states): log probability of the steps so far, this state the last
  double *beta;       // (2, states): of the steps to come
} Work;

static size_t sizes(const LnCall *call, Work *w) {
  const LnTensor *labels = call->in[0], *x = call->in[1];
  size_t states = 2 * (size_t)labels->shape[1] + 1, steps = (size_t)x->shape[1];
  size_t classes = (size_t)x->shape[2];
  if (w) {
    w->steps = x->shape[1];
    w->classes = x->shape[2];
    w->log_p = call->scratch;
    w->alpha = w->log_p + steps * classes;
    w->beta = w->alpha + steps * states;
    w->state = (int64_t *)(w->beta + 2 * states);
  }
  return (steps * classes + steps * states + 2 * states) * sizeof(double) +
         states * sizeof(int64_t);
}

static size_t scratch(const LnCall *call) { return sizes(call, NULL); }

static double log_add(double a, double b) {
  if (a < b) {
    double t = a;
    a = b;
    b = t;
  }
  return b == -INFINITY ? a : a + log1p(exp(b - a));
}

static double element(const LnTensor *t, int64_t i, int64_t j, int64_t k) {
  int64_t at = i * t->stride[0] + j * t->stride[1] + k * t->stride[2];
  return t->dtype == LN_FLOAT32 ? ((const float *)t->data)[at] : ((const double *)t->data)[at];
}

static void read_sample(const LnCall *call, Work *w, int64_t i) {
  const LnTensor *labels = call->in[0], *x = call->in[1];
  w->states = 1;
  w->state[0] = 0;
  for (int64_t k = 0; k < labels->shape[1]; k++) {
    int64_t id = (int64_t)ln_tensor_get(labels, (int64_t[]){i, k});
    if (id == 0) continue;
    w->state[w->states++] = id;
    w->state[w->states++] = 0;
  }
  for (int64_t t = 0; t < w->steps; t++) {
    double *row = w->log_p + t * w->classes, highest = -INFINITY, sum = 0;
    for (int64_t k = 0; k < w->classes; k++) highest = fmax(highest, row[k] = element(x, i, t, k));
    for (int64_t k = 0; k < w->classes; k++) sum += exp(row[k] - highest);
    for (int64_t k = 0; k < w->classes; k++) row[k] -= highest + log(sum);
  }
}

// A label may follow the one before it without a blank, unless they are the same.
static bool may_skip(const Work *w, int64_t s) {
  return s >= 2 && w->state[s] != 0 && w->state[s] != w->state[s - 2];
}

static double forward_pass(Work *w) {
  int64_t n = w->states;
  if (w->steps == 0) return n == 1 ? 0 : -INFINITY;
  for (int64_t t = 0; t < w->steps; t++) {
    const double *row = w->log_p + t * w->classes, *before = w->alpha + (t - 1) * n;
    double *now = w->alpha + t * n;
    for (int64_t s = 0; s < n; s++) {
      double p = -INFINITY;
      if (t == 0) {
        p = s < 2 ? 0 : p;
      } else {
        p = before[s];
        if (s >= 1) p = log_add(p, before[s - 1]);
        if (may_skip(w, s)) p = log_add(p, before[s - 2]);
      }
      now[s] = p + row[w->state[s]];
    }
  }
  const double *last = w->alpha + (w->steps - 1) * n;
  return n == 1 ? last[0] : log_add(last[n - 1], last[n - 2]);
}

static void store(LnTensor *t, int64_t at, double value) {
  if (t->dtype == LN_FLOAT32) ((float *)t->data)[at] = (float)value;
  else ((double *)t->data)[at] = value;
}

// softmax - the expected number of times that each step spells each class
static void backward_pass(Work *w, double log_z, LnTensor *grad, int64_t offset) {
  int64_t n = w->states;
  double *next = w->beta, *now = w->beta + n;
  for (int64_t t = w->steps - 1; t >= 0; t--) {
    double *row = w->log_p + t * w->classes;
    const double *after = row + w->classes;
    for (int64_t s = 0; s < n; s++) {
      if (t == w->steps - 1) {
        now[s] = s >= n - 2 ? 0 : -INFINITY;
        continue;
      }
      double p = next[s] + after[w->state[s]];
      if (s + 1 < n) p = log_add(p, next[s + 1] + after[w->state[s + 1]]);
      if (s + 2 < n && may_skip(w, s + 2)) p = log_add(p, next[s + 2] + after[w->state[s + 2]]);
      now[s] = p;
    }
    int64_t at = offset + t * w->classes;
    for (int64_t k = 0; k < w->classes; k++) {
      double g = exp(row[k]);
      for (int64_t s = k ? 1 : 0; s < n; s += 2)
        if (w->state[s] == k) g -= exp(w->alpha[t * n + s] + now[s] - log_z);
      store(grad, at + k, g);
    }
    double *swap = next;
    next = now;
    now = swap;
  }
}

static void forward(const LnCall *call) {
  LnTensor *loss = call->out[0], *grad = call->out[1];
  Work w;
  sizes(call, &w);
  int64_t each = w.steps * w.classes;
  for (int64_t i = 0; i < loss->size; i++) {
    read_sample(call, &w, i);
    double log_z = forward_pass(&w);
    store(loss, i, -log_z);
    if (log_z > -INFINITY) backward_pass(&w, log_z, grad, i * each);
    else
      for (int64_t k = 0; k < each; k++) store(grad, i * each + k, 0);
  }
}

static bool backward(const LnCall *call, LnTensor *const *dy, const bool *want, LnTensor **dx) {
  LnContext *c = call->context;
  if (ln_recording_gradients(c))
    return ln_fail(c, "%s: there is no gradient of its gradient", call->op->name);
  if (!want[1] || !dy[0]) return true;
  LnTensor *each = ln_expand_dims(c, ln_expand_dims(c, dy[0], -1), -1);
  return (dx[1] = ln_mul(c, call->out[1], each)) != NULL;
}

const LnOp ln_ops_ctc[] = {
  {.name = "ctc", .n_in = 2, .n_out = 2, .flags = LN_OP_HIDDEN, .shape = shape, .check = check,
   .scratch = scratch, .forward = forward, .backward = backward,
   .doc = "(labels, logits): the CTC loss of each sample, and its gradient by the logits."},
  {0}};

LnTensor *ln_ctc(LnContext *c, LnTensor *labels, LnTensor *logits) {
  LnTensor *out[2];
  return ln_apply_all(c, ln_ops_ctc, (LnTensor *[]){labels, logits}, 2, NULL, out) ? out[0] : NULL;
}
