// A whole SimpleRNN, LSTM or GRU as one op: all steps forward, and all of them back in another. The
// inputs' part of the sums comes as z, one product of all steps. What the way back needs of the way
// forward is among the outputs: gates, cells, inner (kernels/recurrent.h).
#include "ops/recurrent.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/copy.h"
#include "ops/dense.h"
#include "ops/join.h"
#include "ops/ops.h"
#include "ops/slice.h"

enum { GRAD = 3 };   // after the three kinds
static const LnOp *op_of(int which);

enum { Z, KERNEL, BIAS, H0, MASK, KEEP, C0, INPUTS };
// Of a SimpleRNN the first two are y and its last step.
enum { GATES, Y, LAST_H, CELLS, LAST_C, INNER = CELLS };

static LnRecurrentKind kind_of(const LnCall *call) {
  return (LnRecurrentKind)(call->op->variant % GRAD);
}

static int64_t gates_of(LnRecurrentKind kind) {
  return kind == LN_RECURRENT_LSTM ? 4 : kind == LN_RECURRENT_GRU ? 3 : 1;
}

static LnTensor *input(const LnCall *call, int i) { return i < call->n_in ? call->in[i] : NULL; }

// Whether input i, NULL allowed, is of this shape and dtype.
static bool fits(const LnCall *call, int i, LnDtype d, int rank, const int64_t *shape) {
  static const char *const names[] = {"z", "kernel", "bias", "h0", "mask", "keep", "c0"};
  const LnTensor *t = input(call, i);
  if (!t) return true;
  if (ln_shape_unify(t->shape, t->rank, shape, rank, NULL) && t->dtype == d) return true;
  return ln_fail(call->context, "%s: %s of shape %s and dtype %s expected, got %s %s",
                 call->op->name, names[i], ln_shape_text(shape, rank), ln_dtype_name(d),
                 ln_tensor_shape_text(t), ln_dtype_name((LnDtype)t->dtype));
}

static bool forward_shape(const LnCall *call, LnSpec *out) {
  const LnRecurrence *p = call->params;
  const LnRecurrentKind kind = kind_of(call);
  const LnTensor *z = call->in[Z];
  const LnDtype d = (LnDtype)z->dtype;
  const int64_t gates = gates_of(kind), units = call->in[KERNEL]->shape[0];
  if (z->rank != 3 || call->in[KERNEL]->rank != 2 || z->shape[0] == 0 || !ln_dtype_is_float(d))
    return ln_fail(call->context, "%s: floats (steps, batch, units), one step at least, and a "
                   "kernel (units, units) expected, got %s and %s", call->op->name,
                   ln_tensor_shape_text(z), ln_tensor_shape_text(call->in[KERNEL]));
  const int64_t wide = units < 0 ? -1 : gates * units;
  const int64_t y[3] = {z->shape[0], z->shape[1], units}, bias[2] = {2, wide};
  const int64_t all[3] = {y[0], y[1], wide}, kernel[2] = {units, wide};
  const bool two = kind == LN_RECURRENT_GRU && p->reset_after;
  if (!fits(call, Z, d, 3, all) || !fits(call, KERNEL, d, 2, kernel) ||
      !fits(call, BIAS, d, two ? 2 : 1, two ? bias : bias + 1) ||
      !fits(call, H0, d, 2, y + 1) || !fits(call, KEEP, d, 2, y + 1) ||
      !fits(call, C0, d, 2, y + 1) || !fits(call, MASK, LN_BOOL, 2, y))
    return false;
  if (kind == LN_RECURRENT_SIMPLE)
    return ln_spec(call, &out[0], d, 3, y) && ln_spec(call, &out[1], d, 2, y + 1);
  return ln_spec(call, &out[GATES], d, 3, all) && ln_spec(call, &out[Y], d, 3, y) &&
         ln_spec(call, &out[LAST_H], d, 2, y + 1) && ln_spec(call, &out[CELLS], d, 3, y) &&
         (kind != LN_RECURRENT_LSTM || ln_spec(call, &out[LAST_C], d, 2, y + 1));
}

// Operands that do not lie dense are packed into scratch first, what the kernel wants comes after.
static LnRecurrent recurrent_of(const LnCall *call, const LnTensor *z, const LnTensor *kernel) {
  const LnRecurrence *p = call->params;
  const LnRecurrentKind kind = kind_of(call);
  return (LnRecurrent){.kind = kind, .dtype = (LnDtype)z->dtype, .activation = p->activation,
                       .gate = p->gate, .reset_after = kind == LN_RECURRENT_GRU && p->reset_after,
                       .steps = z->shape[0], .batch = z->shape[1], .units = kernel->shape[0]};
}

static size_t packed_bytes(const LnCall *call) {
  size_t bytes = 0;
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i]) bytes += ln_packed_bytes(call->in[i], (LnDtype)call->in[i]->dtype);
  return bytes;
}

static const void *dense(const LnCall *call, int i, char **memory) {
  const LnTensor *t = input(call, i);
  return t ? ln_packed(t, (LnDtype)t->dtype, memory) : NULL;
}

static size_t forward_scratch(const LnCall *call) {
  LnRecurrent r = recurrent_of(call, call->in[Z], call->in[KERNEL]);
  return packed_bytes(call) + ln_kernel_recurrent_scratch(&r);
}

static void forward(const LnCall *call) {
  LnRecurrent r = recurrent_of(call, call->in[Z], call->in[KERNEL]);
  char *memory = call->scratch;
  const bool simple = r.kind == LN_RECURRENT_SIMPLE, lstm = r.kind == LN_RECURRENT_LSTM;
  const void *z = dense(call, Z, &memory);
  r.kernel = dense(call, KERNEL, &memory), r.bias = dense(call, BIAS, &memory);
  r.h0 = dense(call, H0, &memory), r.c0 = dense(call, C0, &memory);
  r.mask = dense(call, MASK, &memory), r.keep = dense(call, KEEP, &memory);
  r.gates = call->out[GATES]->data, r.y = call->out[simple ? GATES : Y]->data;
  if (lstm) r.cells = call->out[CELLS]->data;
  else if (!simple) r.inner = call->out[INNER]->data;
  ln_kernel_recurrent(&r, z, call->out[simple ? 1 : LAST_H]->data,
                      lstm ? call->out[LAST_C]->data : NULL, memory);
}

// Gates take the place of z.
static int in_place(const LnCall *call) { return ln_tensor_is_contiguous(call->in[Z]) ? Z : -1; }

// ---- back, in one op

enum { G_KERNEL, G_GATES, G_Y, G_CELLS, G_INNER, G_H0, G_C0, G_MASK, G_KEEP, G_BIAS, G_DY, G_DH,
       G_DC, G_INPUTS };
enum { G_DZ, G_DKERNEL, G_DBIAS, G_DH0, G_DC0 };

// Of what there is no input there is no gradient: it is empty.
static bool grad_spec(const LnCall *call, LnSpec *out, const LnTensor *like) {
  const int64_t none = 0;
  const LnDtype d = (LnDtype)call->in[G_GATES]->dtype;
  return like ? ln_spec_like(call, out, d, like) : ln_spec(call, out, d, 1, &none);
}

static bool grad_shape(const LnCall *call, LnSpec *out) {
  LnTensor *const *in = call->in;
  const LnRecurrentKind kind = kind_of(call);
  const LnTensor *gates = in[G_GATES], *y = in[G_Y], *kernel = in[G_KERNEL], *bias = in[G_BIAS];
  const LnDtype d = (LnDtype)gates->dtype;
  const bool two = kind == LN_RECURRENT_GRU && ((const LnRecurrence *)call->params)->reset_after;
  bool fit = gates->rank == 3 && y->rank == 3 && kernel->rank == 2 && ln_dtype_is_float(d) &&
             gates->shape[0] != 0 && kernel->dtype == d && (!bias || bias->dtype == d) &&
             (kind != LN_RECURRENT_LSTM || in[G_CELLS]) &&
             (kind != LN_RECURRENT_GRU || in[G_INNER]);
  if (fit) {
    const int64_t units = kernel->shape[0], wide = units < 0 ? -1 : gates_of(kind) * units;
    const int64_t of_y[3] = {gates->shape[0], gates->shape[1], units}, of_bias[2] = {2, wide};
    fit = ln_dims_fit(gates->shape[2], wide) && ln_dims_fit(kernel->shape[1], wide) &&
          (!bias || ln_shape_unify(bias->shape, bias->rank, two ? of_bias : of_bias + 1, 1 + two,
                                   NULL));
    for (int i = 0; fit && i < G_INPUTS; i++) {
      const LnTensor *t = in[i];
      if (!t || i == G_KERNEL || i == G_GATES || i == G_BIAS) continue;
      const bool row = i == G_H0 || i == G_C0 || i == G_KEEP || i == G_DH || i == G_DC;
      fit = ln_shape_unify(t->shape, t->rank, of_y + row, row || i == G_MASK ? 2 : 3, NULL) &&
            t->dtype == (i == G_MASK ? LN_BOOL : d);
    }
  }
  if (!fit) return ln_fail(call->context, "%s: shapes or dtypes do not align", call->op->name);
  return grad_spec(call, &out[G_DZ], gates) && grad_spec(call, &out[G_DKERNEL], kernel) &&
         grad_spec(call, &out[G_DBIAS], in[G_BIAS]) && grad_spec(call, &out[G_DH0], in[G_H0]) &&
         grad_spec(call, &out[G_DC0], in[G_C0]);
}

static size_t grad_scratch(const LnCall *call) {
  LnRecurrent r = recurrent_of(call, call->in[G_GATES], call->in[G_KERNEL]);
  r.keep = call->in[G_KEEP];   // there or not
  return packed_bytes(call) + ln_kernel_recurrent_grad_scratch(&r);
}

static void grad_forward(const LnCall *call) {
  LnRecurrent r = recurrent_of(call, call->in[G_GATES], call->in[G_KERNEL]);
  LnRecurrentGrad g = {0};
  char *memory = call->scratch;
  LnTensor *const *in = call->in;
#define OPERAND(i) (void *)(uintptr_t)dense(call, i, &memory)
  r.kernel = OPERAND(G_KERNEL), r.gates = OPERAND(G_GATES), r.y = OPERAND(G_Y);
  r.cells = OPERAND(G_CELLS), r.inner = OPERAND(G_INNER);
  r.h0 = OPERAND(G_H0), r.c0 = OPERAND(G_C0), r.mask = OPERAND(G_MASK), r.keep = OPERAND(G_KEEP);
  r.bias = OPERAND(G_BIAS);
  g.dy = OPERAND(G_DY), g.dlast_h = OPERAND(G_DH), g.dlast_c = OPERAND(G_DC);
#undef OPERAND
  g.dz = call->out[G_DZ]->data, g.dkernel = call->out[G_DKERNEL]->data;
  g.dbias = in[G_BIAS] ? call->out[G_DBIAS]->data : NULL;
  g.dh0 = in[G_H0] ? call->out[G_DH0]->data : NULL;
  g.dc0 = in[G_C0] ? call->out[G_DC0]->data : NULL;
  ln_kernel_recurrent_grad(&r, &g, memory);
}

// ---- back, in ops, for what is differentiated again: a step in `Back` after another

typedef struct Back {
  LnContext *c;
  const LnRecurrence *p;
  LnRecurrentKind kind;
  int64_t units;
  LnTensor *kernel, *keep;
  LnTensor *gates, *inner, *c1, *c0, *h0, *operand;   // of the step; operand: h0 times keep
  LnTensor *dgates, *dinner;                          // what came for these outputs, or NULL
  LnTensor *dh, *dc;                                  // of the step's h and c; then of those before
  LnTensor *dz, *dsums;                               // of z, and of the recurrent product
  LnTensor *doperand;
} Back;

static LnTensor *part(LnContext *c, LnTensor *x, int64_t i, int64_t units) {
  return x ? ln_narrow(c, x, -1, i * units, units) : NULL;
}

static LnTensor *step_of(LnContext *c, LnTensor *x, int64_t t) {
  if (!x) return NULL;
  return ln_slice(c, x, &(LnSlice){.n = 1, .start = {t}, .count = {1}, .step = {1},
                                   .drop = {true}});
}

static LnTensor *plus(LnContext *c, LnTensor *a, LnTensor *b) {
  return a && b ? ln_add(c, a, b) : a ? a : b;
}

static LnTensor *activated(LnContext *c, int activation, LnTensor *x) {
  switch (activation) {
    case LN_DENSE_RELU: return ln_relu(c, x);
    case LN_DENSE_SIGMOID: return ln_sigmoid(c, x);
    case LN_DENSE_TANH: return ln_tanh(c, x);
    default: return x;
  }
}

static LnTensor *through(const Back *b, int activation, LnTensor *dy, LnTensor *y) {
  return dy && y ? ln_dense_through(b->c, dy, y, activation, NULL) : NULL;
}

static LnTensor *beside(LnContext *c, LnTensor *const *x, int n) {
  for (int i = 0; i < n; i++)
    if (!x[i]) return NULL;
  return ln_concatenate(c, x, n, -1);
}

static LnTensor *times_kernel(const Back *b, LnTensor *d, int64_t first, int64_t gates) {
  LnContext *c = b->c;
  return ln_matmul(c, d, ln_transpose(c, ln_narrow(c, b->kernel, -1, first * b->units,
                                                   gates * b->units)));
}

static void lstm_back(Back *b) {
  LnContext *c = b->c;
  const int64_t n = b->units;
  LnTensor *gate[4], *d[4];
  for (int i = 0; i < 4; i++) gate[i] = part(c, b->gates, i, n);
  LnTensor *seen = activated(c, b->p->activation, b->c1);
  LnTensor *dc = plus(c, b->dc, through(b, b->p->activation, ln_mul(c, b->dh, gate[3]), seen));
  d[0] = ln_mul(c, dc, gate[2]);
  d[1] = ln_mul(c, dc, b->c0);
  d[2] = ln_mul(c, dc, gate[0]);
  d[3] = ln_mul(c, b->dh, seen);
  for (int i = 0; i < 4; i++) {
    d[i] = plus(c, d[i], part(c, b->dgates, i, n));
    d[i] = through(b, i == 2 ? b->p->activation : b->p->gate, d[i], gate[i]);
  }
  b->dz = b->dsums = beside(c, d, 4);
  b->dc = ln_mul(c, dc, gate[1]);
  b->doperand = times_kernel(b, b->dz, 0, 4);
  b->dh = NULL;
}

static void gru_back(Back *b) {
  LnContext *c = b->c;
  const int64_t n = b->units;
  LnTensor *update = part(c, b->gates, 0, n), *reset = part(c, b->gates, 1, n), *d[3], *dinner;
  LnTensor *candidate = part(c, b->gates, 2, n), *dreset;
  d[0] = plus(c, ln_mul(c, b->dh, ln_sub(c, b->h0, candidate)), part(c, b->dgates, 0, n));
  d[2] = plus(c, ln_mul(c, b->dh, ln_number_sub(c, 1, update)), part(c, b->dgates, 2, n));
  d[0] = through(b, b->p->gate, d[0], update);
  d[2] = through(b, b->p->activation, d[2], candidate);
  if (b->p->reset_after) {
    dinner = plus(c, ln_mul(c, d[2], reset), b->dinner);
    dreset = ln_mul(c, d[2], b->inner);
  } else {
    dinner = plus(c, times_kernel(b, d[2], 2, 1), b->dinner);
    dreset = ln_mul(c, dinner, b->operand);
  }
  d[1] = through(b, b->p->gate, plus(c, dreset, part(c, b->dgates, 1, n)), reset);
  b->dz = beside(c, d, 3);
  b->dh = ln_mul(c, b->dh, update);
  if (b->p->reset_after) {
    d[2] = dinner;
    b->dsums = beside(c, d, 3);
    b->doperand = times_kernel(b, b->dsums, 0, 3);
  } else {
    b->dsums = b->dz;
    b->doperand = plus(c, times_kernel(b, beside(c, d, 2), 0, 2), ln_mul(c, dinner, reset));
  }
}

static void simple_back(Back *b) {
  b->dz = b->dsums = through(b, b->p->activation, b->dh, b->gates);
  b->doperand = times_kernel(b, b->dz, 0, 1);
  b->dh = NULL;
}

static LnTensor *as_rows(LnContext *c, LnTensor *x) {
  return x ? ln_reshape(c, x, 2, (int64_t[]){x->shape[0] * x->shape[1], x->shape[2]}) : NULL;
}

static LnTensor *product_of(LnContext *c, LnTensor *a, LnTensor *b) {
  return ln_matmul(c, ln_transpose(c, as_rows(c, a)), as_rows(c, b));
}

static LnTensor *dkernel_of(const Back *b, LnTensor *operand, LnTensor *dz, LnTensor *dsums,
                            LnTensor *inner) {
  LnContext *c = b->c;
  if (b->kind != LN_RECURRENT_GRU || b->p->reset_after) return product_of(c, operand, dsums);
  LnTensor *parts[2] = {product_of(c, operand, part(c, dz, 0, 2 * b->units)),
                        product_of(c, inner, part(c, dz, 2, b->units))};
  return beside(c, parts, 2);
}

static LnTensor *where_seen(LnContext *c, LnTensor *mask, LnTensor *a, LnTensor *other) {
  return mask ? ln_where(c, ln_expand_dims(c, mask, -1), a, other) : a;
}

// steps: room for three tensors a step.
static bool back_in_ops(const LnCall *call, LnTensor *const *dy, const bool *want, LnTensor **dx,
                        LnTensor **steps) {
  LnContext *c = call->context;
  const LnRecurrentKind kind = kind_of(call);
  const bool simple = kind == LN_RECURRENT_SIMPLE, lstm = kind == LN_RECURRENT_LSTM;
  const LnTensor *z = call->in[Z];
  LnTensor *y = call->out[simple ? GATES : Y], *mask = input(call, MASK);
  LnTensor *inner = kind == LN_RECURRENT_GRU ? call->out[INNER] : NULL;
  const int64_t n = z->shape[0], size[2] = {z->shape[1], y->shape[2]};
  LnTensor *zero = ln_temp(c, ln_tensor_zeros(c, (LnDtype)z->dtype, 2, size));
  LnTensor *dlast = dy[simple ? 1 : LAST_H], *dkeep = NULL, *d_y = dy[simple ? GATES : Y];
  LnTensor *h0 = input(call, H0), *c0 = input(call, C0), *no_z = NULL;
  Back b = {.c = c, .p = call->params, .kind = kind, .units = size[1], .kernel = call->in[KERNEL],
            .keep = input(call, KEEP), .dh = plus(c, zero, dlast),
            .dc = lstm ? plus(c, zero, dy[LAST_C]) : NULL};
  for (int64_t t = n - 1; t >= 0 && !c->err.set; t--) {
    LnTensor *seen = step_of(c, mask, t);
    b.gates = step_of(c, call->out[GATES], t);
    b.h0 = t > 0 ? step_of(c, y, t - 1) : h0 ? h0 : zero;
    b.operand = b.keep ? ln_mul(c, b.h0, b.keep) : b.h0;
    b.inner = step_of(c, inner, t);
    b.dgates = simple ? NULL : step_of(c, dy[GATES], t);
    b.dinner = kind == LN_RECURRENT_GRU ? step_of(c, dy[INNER], t) : NULL;
    if (lstm) {
      b.c1 = step_of(c, call->out[CELLS], t);
      b.c0 = t > 0 ? step_of(c, call->out[CELLS], t - 1) : c0 ? c0 : zero;
      b.dc = plus(c, b.dc, step_of(c, dy[CELLS], t));
    }
    b.dh = plus(c, b.dh, step_of(c, d_y, t));
    LnTensor *dh = b.dh, *dc = b.dc;
    (lstm ? lstm_back : simple ? simple_back : gru_back)(&b);
    if (mask && !no_z) no_z = ln_mul_number(c, ln_stop_gradient(c, b.dz), 0);
    steps[t] = where_seen(c, seen, b.dz, no_z);
    steps[n + t] = where_seen(c, seen, b.dsums, no_z);
    steps[2 * n + t] = b.operand;
    b.doperand = where_seen(c, seen, b.doperand, zero);
    if (b.keep) dkeep = plus(c, dkeep, ln_mul(c, b.doperand, b.h0));
    if (b.keep && b.doperand) b.doperand = ln_mul(c, b.doperand, b.keep);
    b.dh = plus(c, b.dh ? where_seen(c, seen, b.dh, dh) : mask ? where_seen(c, seen, zero, dh)
                        : NULL, b.doperand);
    if (lstm) b.dc = where_seen(c, seen, b.dc, dc);
  }
  if (c->err.set) return false;
  LnTensor *dz = ln_stack(c, steps, (int)n, 0), *dsums = ln_stack(c, steps + n, (int)n, 0);
  LnTensor *operand = ln_stack(c, steps + 2 * n, (int)n, 0);
  dx[Z] = dz;
  if (want[KERNEL]) dx[KERNEL] = dkernel_of(&b, operand, dz, dsums, inner);
  if (input(call, BIAS) && want[BIAS]) {
    LnTensor *sums[2] = {ln_sum(c, as_rows(c, dz), 0, false),
                         ln_sum(c, as_rows(c, dsums), 0, false)};
    dx[BIAS] = call->in[BIAS]->rank == 2 ? ln_stack(c, sums, 2, 0) : sums[0];
  }
  if (h0 && want[H0]) dx[H0] = b.dh;
  if (c0 && want[C0]) dx[C0] = b.dc;
  if (b.keep && want[KEEP]) dx[KEEP] = dkeep;
  return !c->err.set;
}

static bool backward(const LnCall *call, LnTensor *const *dy, const bool *want, LnTensor **dx) {
  LnContext *c = call->context;
  const LnRecurrentKind kind = kind_of(call);
  const bool simple = kind == LN_RECURRENT_SIMPLE, lstm = kind == LN_RECURRENT_LSTM;
  const bool inside = !simple && (dy[GATES] || dy[CELLS]);
  if (ln_recording_gradients(c) || inside || (input(call, KEEP) && want[KEEP])) {
    LnTensor **steps = malloc((size_t)call->in[Z]->shape[0] * 3 * sizeof *steps);
    const bool done = steps ? back_in_ops(call, dy, want, dx, steps) : ln_fail(c, "out of memory");
    free(steps);
    return done;
  }
  LnTensor *in[G_INPUTS] = {
      [G_KERNEL] = call->in[KERNEL], [G_GATES] = call->out[GATES],
      [G_Y] = call->out[simple ? GATES : Y], [G_CELLS] = lstm ? call->out[CELLS] : NULL,
      [G_INNER] = kind == LN_RECURRENT_GRU ? call->out[INNER] : NULL, [G_H0] = input(call, H0),
      [G_C0] = input(call, C0), [G_MASK] = input(call, MASK), [G_KEEP] = input(call, KEEP),
      [G_BIAS] = input(call, BIAS), [G_DY] = dy[simple ? GATES : Y],
      [G_DH] = dy[simple ? 1 : LAST_H], [G_DC] = lstm ? dy[LAST_C] : NULL};
  LnTensor *out[5];
  for (int i = G_DY; i <= G_DC; i++) {   // they may have the shape before it was broadcast
    if (!in[i]) continue;
    const int last = simple ? 1 : i == G_DH ? LAST_H : LAST_C;
    const LnTensor *like = i == G_DY ? in[G_Y] : call->out[last];
    in[i] = ln_cast(c, ln_broadcast_to(c, in[i], like->rank, like->shape), (LnDtype)like->dtype);
    if (!in[i]) return false;
  }
  if (!ln_apply_all(c, op_of(GRAD + (int)kind), in, G_INPUTS, call->params, out)) return false;
  dx[Z] = out[G_DZ], dx[KERNEL] = out[G_DKERNEL];
  if (in[G_BIAS]) dx[BIAS] = out[G_DBIAS];
  if (in[G_H0]) dx[H0] = out[G_DH0];
  if (in[G_C0]) dx[C0] = out[G_DC0];
  return true;
}

bool ln_recurrent(LnContext *c, LnRecurrentKind kind, const LnRecurrence *p,
                  const LnRecurrentIn *in, LnTensor **y, LnTensor **last_h, LnTensor **last_c) {
  LnTensor *inputs[INPUTS] = {in->z, in->kernel, in->bias, in->h0, in->mask, in->keep, in->c0};
  LnTensor *out[LN_MAX_OUTPUTS] = {NULL};
  const bool simple = kind == LN_RECURRENT_SIMPLE;
  if (!ln_apply_all(c, op_of(kind), inputs, kind == LN_RECURRENT_LSTM ? INPUTS : INPUTS - 1, p,
                    out))
    return false;
  *y = out[simple ? GATES : Y];
  *last_h = out[simple ? 1 : LAST_H];
  *last_c = kind == LN_RECURRENT_LSTM ? out[LAST_C] : NULL;
  return true;
}

#define ACTIVATIONS                                                                             \
  {"activation", LN_OPT_CHOICE, offsetof(LnRecurrence, activation), .fallback = "tanh",         \
   .choices = "linear relu sigmoid tanh", .doc = "of candidates and states"}
#define GATE                                                                                    \
  {"recurrent_activation", LN_OPT_CHOICE, offsetof(LnRecurrence, gate), .fallback = "sigmoid",  \
   .choices = "linear relu sigmoid tanh", .doc = "of gates"}
static const LnOption simple_options[] = {ACTIVATIONS, {0}};
static const LnOption lstm_options[] = {ACTIVATIONS, GATE, {0}};
static const LnOption gru_options[] = {
    ACTIVATIONS, GATE,
    {"reset_after", LN_OPT_BOOL, offsetof(LnRecurrence, reset_after), .fallback = "true",
     .doc = "whether the reset gate comes after the product"}, {0}};
static const LnField simple_fields[] = {LN_BYTES(LnRecurrence, gate),
                                        LN_BYTES(LnRecurrence, reset_after), {0}};
static const LnField lstm_fields[] = {LN_BYTES(LnRecurrence, reset_after), {0}};

#define FORWARD(title, which, inputs, outputs, opts, more, calls, text)                         \
  {.name = title, .variant = which, .n_in = inputs, .n_optional = inputs - 2,                   \
   .n_out = outputs, .flags = LN_OP_HIDDEN, .options = opts, .fields = more,                    \
   .params_size = sizeof(LnRecurrence), .shape = forward_shape, .scratch = forward_scratch,     \
   .forward = forward, .in_place = in_place, .backward = backward, .samples = calls, .doc = text}
#define BACK(title, which, opts, more)                                                          \
  {.name = title, .variant = GRAD + which, .n_in = G_INPUTS, .n_optional = G_INPUTS - 3,        \
   .n_out = 5, .flags = LN_OP_HIDDEN | LN_OP_NO_GRADIENT, .options = opts, .fields = more,      \
   .params_size = sizeof(LnRecurrence), .shape = grad_shape, .scratch = grad_scratch,           \
   .forward = grad_forward,                                                                     \
   .doc = "(kernel, gates, y, cells, inner, h0, c0, mask, keep, bias, dy, dlast_h, dlast_c): "  \
          "the gradients of z, kernel, bias, h0 and c0."}

const LnOp ln_ops_recurrent[] = {
  FORWARD("simple_rnn", LN_RECURRENT_SIMPLE, 6, 2, simple_options, simple_fields,
          "x(3,2,4), x(4,4), x(4), x(2,4), b(3,2), x(2,4)\n"
          "x(2,2,3), x(3,3), nil, nil, nil, nil, \"relu\"",
          "(z, kernel, bias, h0, mask, keep): y and its last step."),
  FORWARD("lstm", LN_RECURRENT_LSTM, 7, 5, lstm_options, lstm_fields,
          "x(3,2,8), x(2,8), x(8), x(2,2), b(3,2), x(2,2), x(2,2)\n"
          "x(2,2,8), x(2,8), nil, nil, nil, nil, nil\n"
          "x(2,1,8), x(2,8), x(8), nil, nil, nil, x(1,2), \"sigmoid\", \"tanh\"",
          "(z, kernel, bias, h0, mask, keep, c0): gates, y, its last step, cells, their last."),
  FORWARD("gru", LN_RECURRENT_GRU, 6, 4, gru_options, ((const LnField[]){{0}}),
          "x(3,2,6), x(2,6), x(2,6), x(2,2), b(3,2), x(2,2)\n"
          "x(2,2,6), x(2,6), nil, nil, nil, nil\n"
          "x(3,2,6), x(2,6), x(6), x(2,2), b(3,2), x(2,2), \"sigmoid\", \"tanh\", false\n"
          "x(2,1,6), x(2,6), nil, nil, nil, nil, \"tanh\", \"sigmoid\", false",
          "(z, kernel, bias, h0, mask, keep): gates, y, its last step, inner."),
  BACK("simple_rnn_grad", LN_RECURRENT_SIMPLE, simple_options, simple_fields),
  BACK("lstm_grad", LN_RECURRENT_LSTM, lstm_options, lstm_fields),
  BACK("gru_grad", LN_RECURRENT_GRU, gru_options, ((const LnField[]){{0}})),
  {0}};

static const LnOp *op_of(int which) { return &ln_ops_recurrent[which]; }
