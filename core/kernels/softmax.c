// Softmax and cross-entropies, lane by lane. Lanes of neighbours, the usual ones, run in vectors.
#include "kernels/vmath.h"

#include "kernels/softmax.h"

#include "base/threads.h"
#include "kernels/lanes.h"
#include "kernels/sort.h"

typedef struct Work Work;
struct Work {
  const LnTensor *a, *b;
  LnTensor *y;
  LnLanes la, lb, ly;
  void (*lane)(const Work *w, int64_t i);
  const LnCrossentropy *e;
  const LnTensor *labels;
  LnTensor *loss;
  LnLanes lt, ll;
};

static void run(void *arg, int64_t begin, int64_t end) {
  const Work *w = arg;
  for (int64_t i = begin; i < end; i++) w->lane(w, i);
}

static void each_lane(Work *w) {
  int64_t n = w->la.length > 0 ? w->la.length : 1;
  ln_parallel(w->la.count, 4096 / n + 1, run, w);
}

#define AT(T, tensor, lanes, i) ((T *)(tensor)->data + ln_lane(&(lanes), i))

// Sixteen results side by side, put together in halves at the end: written with vectors, since the
// compiler will not reorder what a loop says.
#define LARGER(x, y) ((y) > (x) ? (y) : (x))

#define MAX_OF(T)                                                                                  \
  LN_INLINE T fold_sum_##T(T##16 v) {                                                              \
    T s[16];                                                                                       \
    *(T##16 *)s = v;                                                                               \
    return (((s[0] + s[8]) + (s[4] + s[12])) + ((s[2] + s[10]) + (s[6] + s[14]))) +                \
           (((s[1] + s[9]) + (s[5] + s[13])) + ((s[3] + s[11]) + (s[7] + s[15])));                 \
  }                                                                                                \
  LN_INLINE T max_##T(const T *x, int64_t n) {                                                     \
    T top = -(T)INFINITY;                                                                          \
    int64_t i = 0;                                                                                 \
    if (n >= 16) {                                                                                 \
      T##16 m = *(const T##16 *)x;                                                                 \
      for (i = 16; i + 16 <= n; i += 16) {                                                         \
        T##16 v = *(const T##16 *)(x + i);                                                         \
        T##16_mask larger = v > m;                                                                 \
        m = (T##16)((larger & (T##16_mask)v) | (~larger & (T##16_mask)m));                         \
      }                                                                                            \
      T s[16];                                                                                     \
      *(T##16 *)s = m;                                                                             \
      for (int j = 0; j < 4; j++)                                                                  \
        s[j] = LARGER(LARGER(s[j], s[j + 4]), LARGER(s[j + 8], s[j + 12]));                        \
      top = LARGER(LARGER(s[0], s[1]), LARGER(s[2], s[3]));                                        \
    }                                                                                              \
    for (; i < n; i++) top = LARGER(top, x[i]);                                                    \
    return top;                                                                                    \
  }                                                                                                \
  LN_INLINE T dot_##T(const T *x, const T *y, int64_t n) {                                         \
    T##16 s = {0};                                                                                 \
    int64_t i = 0;                                                                                 \
    for (; i + 16 <= n; i += 16) s += *(const T##16 *)(x + i) * *(const T##16 *)(y + i);           \
    T all = fold_sum_##T(s);                                                                       \
    for (; i < n; i++) all += x[i] * y[i];                                                         \
    return all;                                                                                    \
  }                                                                                                \
  /* y = exp(x - max), x and y may be the same; returns the sum, the largest in top. A lane that  \
     is all -inf has no largest to take away: its exponentials are NaN, as numpy's. What is left   \
     at the end is filled up to a whole vector: taken one by one it costs as much as the others. */\
  LN_INLINE T exps_##T(const T *x, int64_t n, T *y, T *top) {                                      \
    const T m = *top = max_##T(x, n);                                                              \
    const int64_t whole = n / 16 * 16, left = n - whole, filled = (left + 15) / 16 * 16;           \
    T rest[16];                                                                                    \
    T##16 s = {0};                                                                                 \
    for (int64_t i = 0; i < whole; i++) y[i] = VM_EXP(x[i] - m);                                   \
    for (int64_t i = 0; i < whole; i += 16) s += *(const T##16 *)(y + i);                          \
    if (left == 0) return fold_sum_##T(s);                                                         \
    for (int64_t i = 0; i < 16; i++) rest[i] = i < left ? x[whole + i] : -(T)INFINITY;             \
    for (int64_t i = 0; i < filled; i++) rest[i] = VM_EXP(rest[i] - m);                            \
    for (int64_t i = 0; i < left; i++) y[whole + i] = rest[i];                                     \
    return fold_sum_##T(s + *(const T##16 *)rest);                                                 \
  }
MAX_OF(float)
MAX_OF(double)

// ---- softmax, log_softmax, logsumexp

#define SOFTMAX(T)                                                                                 \
  LN_CLONES static void softmax_##T(const Work *w, int64_t i) {                                    \
    const T *x = AT(const T, w->a, w->la, i);                                                      \
    T *y = AT(T, w->y, w->ly, i), top;                                                             \
    int64_t n = w->la.length, a = w->la.step, b = w->ly.step;                                      \
    if (a == 1 && b == 1) {                                                                        \
      T scale = 1 / exps_##T(x, n, y, &top);                                                       \
      for (int64_t j = 0; j < n; j++) y[j] *= scale;                                               \
      return;                                                                                      \
    }                                                                                              \
    T m = -(T)INFINITY, sum = 0;                                                                   \
    for (int64_t j = 0; j < n; j++) m = x[j * a] > m ? x[j * a] : m;                               \
    for (int64_t j = 0; j < n; j++) sum += y[j * b] = VM_EXP(x[j * a] - m);                        \
    for (int64_t j = 0; j < n; j++) y[j * b] *= 1 / sum;                                           \
  }                                                                                                \
  LN_CLONES static T lse_##T(const T *x, int64_t n, int64_t step) {                                \
    T m = -(T)INFINITY, s[16] = {0}, sum = 0;                                                      \
    int64_t j = 0;                                                                                 \
    for (; j < n; j++) m = x[j * step] > m ? x[j * step] : m;                                      \
    T base = m - m == 0 ? m : 0; /* infinite: nothing to take away */                              \
    j = 0;                                                                                         \
    if (step == 1)                                                                                 \
      for (; j + 16 <= n; j += 16)                                                                 \
        for (int k = 0; k < 16; k++) s[k] += VM_EXP(x[j + k] - base);                              \
    for (int k = 0; k < 16; k++) sum += s[k];                                                      \
    for (; j < n; j++) sum += VM_EXP(x[j * step] - base);                                          \
    return VM_LOG(sum) + base;                                                                     \
  }                                                                                                \
  LN_CLONES static void log_softmax_##T(const Work *w, int64_t i) {                                \
    const T *x = AT(const T, w->a, w->la, i);                                                      \
    T *y = AT(T, w->y, w->ly, i);                                                                  \
    int64_t n = w->la.length, a = w->la.step, b = w->ly.step;                                      \
    T m = -(T)INFINITY, sum = 0;                                                                   \
    if (a == 1 && b == 1) { /* x - max first: what is small beside it keeps its digits */          \
      sum = VM_LOG(exps_##T(x, n, y, &m));                                                         \
      for (int64_t j = 0; j < n; j++) y[j] = (x[j] - m) - sum;                                     \
      return;                                                                                      \
    }                                                                                              \
    for (int64_t j = 0; j < n; j++) m = x[j * a] > m ? x[j * a] : m;                               \
    for (int64_t j = 0; j < n; j++) sum += VM_EXP(x[j * a] - m);                                   \
    sum = VM_LOG(sum);                                                                             \
    for (int64_t j = 0; j < n; j++) y[j * b] = (x[j * a] - m) - sum;                               \
  }                                                                                                \
  static void logsumexp_##T(const Work *w, int64_t i) {                                            \
    ((T *)w->y->data)[i] = lse_##T(AT(const T, w->a, w->la, i), w->la.length, w->la.step);         \
  }                                                                                                \
  LN_CLONES static void softmax_grad_##T(const Work *w, int64_t i) {                               \
    const T *y = AT(const T, w->a, w->la, i), *dy = AT(const T, w->b, w->lb, i);                   \
    T *dx = AT(T, w->y, w->ly, i), sum = 0;                                                        \
    int64_t n = w->la.length, a = w->la.step, b = w->lb.step, d = w->ly.step;                      \
    if (a == 1 && b == 1) sum = dot_##T(y, dy, n);                                                 \
    else                                                                                           \
      for (int64_t j = 0; j < n; j++) sum += y[j * a] * dy[j * b];                                 \
    if (a == 1 && b == 1 && d == 1)                                                                \
      for (int64_t j = 0; j < n; j++) dx[j] = y[j] * (dy[j] - sum);                                \
    else                                                                                           \
      for (int64_t j = 0; j < n; j++) dx[j * d] = y[j * a] * (dy[j * b] - sum);                    \
  }
SOFTMAX(float)
SOFTMAX(double)

static void work(const LnTensor *a, const LnTensor *b, int axis, LnTensor *y,
                 void (*f32)(const Work *, int64_t), void (*f64)(const Work *, int64_t)) {
  Work w = {.a = a, .b = b, .y = y, .la = ln_lanes(a, axis), .lane = f32};
  if (a->dtype == LN_FLOAT64) w.lane = f64;
  if (b) w.lb = ln_lanes(b, axis);
  if (y->rank == a->rank) w.ly = ln_lanes(y, axis);
  each_lane(&w);
}

void ln_kernel_softmax(const LnTensor *x, int axis, LnTensor *y) {
  work(x, NULL, axis, y, softmax_float, softmax_double);
}

void ln_kernel_log_softmax(const LnTensor *x, int axis, LnTensor *y) {
  work(x, NULL, axis, y, log_softmax_float, log_softmax_double);
}

void ln_kernel_softmax_grad(const LnTensor *y, const LnTensor *dy, int axis, LnTensor *dx) {
  work(y, dy, axis, dx, softmax_grad_float, softmax_grad_double);
}

void ln_kernel_logsumexp(const LnTensor *x, int axis, LnTensor *y) {
  work(x, NULL, axis, y, logsumexp_float, logsumexp_double);
}

// ---- sparsemax: the projection onto the simplex (Martins and Astudillo, "From softmax to
// sparsemax", 2016, algorithm 1): k largest with 1 + k z_k > sum, threshold (sum - 1) / k.

#define SPARSEMAX(T)                                                                               \
  static void sparsemax_##T(const T *x, int64_t n, int64_t step, T *y, int64_t y_step,             \
                            const T *sorted) {                                                     \
    T sum = 0, threshold = 0;                                                                      \
    for (int64_t k = 0; k < n; k++) {                                                              \
      sum += sorted[k];                                                                            \
      if (!(1 + (T)(k + 1) * sorted[k] > sum)) break;                                              \
      threshold = (sum - 1) / (T)(k + 1);                                                          \
    }                                                                                              \
    for (int64_t j = 0; j < n; j++) {                                                              \
      T v = x[j * step] - threshold;                                                               \
      y[j * y_step] = v < 0 ? 0 : v;                                                               \
    }                                                                                              \
  }
SPARSEMAX(float)
SPARSEMAX(double)

void ln_kernel_sparsemax(const LnTensor *x, int axis, void *memory, LnTensor *y) {
  LnLanes lx = ln_lanes(x, axis), ly = ln_lanes(y, axis);
  LnDtype d = (LnDtype)x->dtype;
  void *sorted = (char *)memory + ln_kernel_sort_memory(lx.length);
  for (int64_t i = 0; i < lx.count; i++) {
    const char *from = (const char *)x->data + ln_lane(&lx, i) * (int64_t)ln_dtype_size(d);
    char *to = (char *)y->data + ln_lane(&ly, i) * (int64_t)ln_dtype_size(d);
    ln_kernel_sort(d, from, lx.step, lx.length, true, lx.length, memory, sorted, 1, NULL, 0);
    if (d == LN_FLOAT32)
      sparsemax_float((const float *)(const void *)from, lx.length, lx.step, (float *)(void *)to,
                      ly.step, sorted);
    else
      sparsemax_double((const double *)(const void *)from, lx.length, lx.step, (double *)(void *)to,
                       ly.step, sorted);
  }
}

// ---- cross-entropy
//
// With p = softmax(x) and target probabilities t, the loss is -sum t log p. Clipped, p is kept in
// [epsilon, 1 - epsilon] and what is outside passes no gradient: d loss / d x = p sum(t m) - t m,
// where m is 1 inside and 0 outside. Exact, m is 1 everywhere and log p = x - logsumexp(x).

static int64_t id_at(const LnTensor *t, int64_t i) {
  switch ((LnDtype)t->dtype) {
    case LN_BOOL: case LN_UINT8: return ((const uint8_t *)t->data)[i];
    case LN_INT32: return ((const int32_t *)t->data)[i];
    case LN_INT64: return ((const int64_t *)t->data)[i];
    case LN_FLOAT32: return (int64_t)((const float *)t->data)[i];
    default: return (int64_t)((const double *)t->data)[i];
  }
}

// The target of class j: sparse targets are 1 at the id; both kinds are smoothed.
#define TARGET(T, j) (on * (e->sparse ? (T)((j) == id) : t[(j) * t_step]) + off)

#define CROSSENTROPY(T)                                                                            \
  LN_CLONES static void crossentropy_##T(const Work *w, int64_t i) {                               \
    const LnCrossentropy *e = w->e;                                                                \
    const T *x = AT(const T, w->a, w->la, i);                                                      \
    T *p = AT(T, w->y, w->ly, i), *loss = (T *)w->loss->data + i, top;                             \
    int64_t n = w->la.length, step = w->la.step, id = 0, t_step = w->lt.step;                      \
    const T low = (T)LN_EPSILON, high = (T)(1 - LN_EPSILON);                                       \
    const T on = (T)(1 - e->smoothing), off = (T)(e->smoothing / (double)n);                       \
    const T *t = NULL;                                                                             \
    if (e->sparse) id = id_at(w->labels, ln_lane(&w->lt, i));                                      \
    else t = AT(const T, w->labels, w->lt, i);                                                     \
    if (step != 1)                                                                                 \
      for (int64_t j = 0; j < n; j++) p[j] = x[j * step];                                          \
    T sum = exps_##T(step == 1 ? x : p, n, p, &top), scale = 1 / sum, log_sum = VM_LOG(sum);       \
    for (int64_t j = 0; j < n; j++) p[j] *= scale;                                                 \
    if (e->sparse && id == e->ignore) {                                                            \
      *loss = 0;                                                                                   \
    } else if (e->sparse && e->smoothing == 0) {                                                   \
      T q = p[id];                                                                                 \
      q = q < low ? low : q > high ? high : q;                                                     \
      *loss = e->clip ? -VM_LOG(q) : log_sum - (x[id * step] - top);                               \
    } else {                                                                                       \
      T all = 0;                                                                                   \
      for (int64_t j = 0; j < n; j++) {                                                            \
        T q = p[j], target = TARGET(T, j);                                                         \
        q = q < low ? low : q > high ? high : q;                                                   \
        T log_p = e->clip ? VM_LOG(q) : (x[j * step] - top) - log_sum;                             \
        if (target != 0) all -= target * log_p;                                                    \
      }                                                                                            \
      *loss = all;                                                                                 \
    }                                                                                              \
  }                                                                                                \
  LN_CLONES static void crossentropy_grad_##T(const Work *w, int64_t i) {                          \
    const LnCrossentropy *e = w->e;                                                                \
    const T *p = AT(const T, w->a, w->la, i);                                                      \
    T *dx = AT(T, w->y, w->ly, i);                                                                 \
    const T g = *AT(const T, w->loss, w->ll, i);                                                   \
    int64_t n = w->la.length, id = 0, t_step = w->lt.step;                                         \
    const T low = e->clip ? (T)LN_EPSILON : -(T)INFINITY;                                          \
    const T high = e->clip ? (T)(1 - LN_EPSILON) : (T)INFINITY;                                    \
    const T on = (T)(1 - e->smoothing), off = (T)(e->smoothing / (double)n);                       \
    const T *t = NULL;                                                                             \
    if (e->sparse) id = id_at(w->labels, ln_lane(&w->lt, i));                                      \
    else t = AT(const T, w->labels, w->lt, i);                                                     \
    if (e->sparse && id == e->ignore) {                                                            \
      for (int64_t j = 0; j < n; j++) dx[j] = 0;                                                   \
    } else if (e->sparse && e->smoothing == 0) {                                                   \
      T in = p[id] >= low && p[id] <= high ? g : p[id] == p[id] ? 0 : p[id];                       \
      for (int64_t j = 0; j < n; j++) dx[j] = p[j] * in;                                           \
      dx[id] -= in;                                                                                \
    } else {                                                                                       \
      T sum = 0;                                                                                   \
      for (int64_t j = 0; j < n; j++) {                                                            \
        T target = TARGET(T, j);                                                                   \
        target = p[j] >= low && p[j] <= high ? target : p[j] == p[j] ? 0 : p[j];                   \
        sum += target;                                                                             \
        dx[j] = target;                                                                            \
      }                                                                                            \
      for (int64_t j = 0; j < n; j++) dx[j] = g * (p[j] * sum - dx[j]);                            \
    }                                                                                              \
  }
CROSSENTROPY(float)
CROSSENTROPY(double)

// Labels as lanes: of a sparse one each element is a lane, so that its axis is one that is not
// there.
static LnLanes label_lanes(const LnCrossentropy *e, const LnTensor *labels) {
  return ln_lanes(labels, e->sparse ? -1 : labels->rank - 1);
}

void ln_kernel_crossentropy(const LnCrossentropy *e, const LnTensor *labels, const LnTensor *x,
                            LnTensor *loss, LnTensor *p) {
  int axis = x->rank - 1;
  Work w = {.a = x, .y = p, .la = ln_lanes(x, axis), .ly = ln_lanes(p, axis), .e = e,
            .labels = labels, .loss = loss, .lt = label_lanes(e, labels),
            .lane = x->dtype == LN_FLOAT32 ? crossentropy_float : crossentropy_double};
  each_lane(&w);
}

void ln_kernel_crossentropy_grad(const LnCrossentropy *e, const LnTensor *labels, const LnTensor *p,
                                 const LnTensor *dloss, LnTensor *dx) {
  int axis = p->rank - 1;
  LnTensor g = *dloss;
  Work w = {.a = p, .y = dx, .la = ln_lanes(p, axis), .ly = ln_lanes(dx, axis), .e = e,
            .labels = labels, .loss = &g, .lt = label_lanes(e, labels), .ll = ln_lanes(dloss, -1),
            .lane = p->dtype == LN_FLOAT32 ? crossentropy_grad_float : crossentropy_grad_double};
  each_lane(&w);
}
