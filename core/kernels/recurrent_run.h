// Recurrent sequences of one element type T. recurrent.c includes this with T defined; no include
// guard.

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define F(f) JOIN(T, f)

LN_INLINE void F(activate)(int activation, T *restrict x, int64_t n) {
  switch (activation) {
    case LN_DENSE_RELU:
      for (int64_t i = 0; i < n; i++) x[i] = x[i] < 0 ? 0 : x[i];
      break;
    case LN_DENSE_SIGMOID:
      for (int64_t i = 0; i < n; i++) x[i] = VM_SIGMOID(x[i]);
      break;
    case LN_DENSE_TANH:
      for (int64_t i = 0; i < n; i++) x[i] = VM_TANH(x[i]);
      break;
    default: break;
  }
}

// dx *= f'(x) by y = f(x).
LN_INLINE void F(activate_back)(int activation, const T *restrict y, T *restrict dx, int64_t n) {
  switch (activation) {
    case LN_DENSE_RELU:
      for (int64_t i = 0; i < n; i++) dx[i] = y[i] > 0 ? dx[i] : 0;
      break;
    case LN_DENSE_SIGMOID:
      for (int64_t i = 0; i < n; i++) dx[i] *= y[i] * (1 - y[i]);
      break;
    case LN_DENSE_TANH:
      for (int64_t i = 0; i < n; i++) dx[i] *= 1 - y[i] * y[i];
      break;
    default: break;
  }
}

// y may be a.
LN_INLINE void F(sum)(const T *a, const T *b, T *y, int64_t n) {
  LN_INDEPENDENT for (int64_t i = 0; i < n; i++) y[i] = a[i] + b[i];
}

LN_INLINE void F(add)(const T *restrict x, T *restrict y, int64_t n) {
  for (int64_t i = 0; i < n; i++) y[i] += x[i];
}

// ---- forward

// One row of a step: sums are those of the product, the bias among them.
LN_INLINE void F(lstm_row)(const LnRecurrent *r, const T *z, const T *sums, const T *c0, T *gates,
                           T *c, T *h) {
  const int64_t n = r->units;
  const T *in = gates, *forget = gates + n, *candidate = gates + 2 * n, *out = gates + 3 * n;
  F(sum)(z, sums, gates, 4 * n);
  F(activate)(r->gate, gates, 2 * n);
  F(activate)(r->activation, gates + 2 * n, n);
  F(activate)(r->gate, gates + 3 * n, n);
  LN_INDEPENDENT for (int64_t i = 0; i < n; i++)
    h[i] = c[i] = forget[i] * c0[i] + in[i] * candidate[i];
  F(activate)(r->activation, h, n);
  for (int64_t i = 0; i < n; i++) h[i] *= out[i];
}

LN_INLINE void F(gru_gates)(const LnRecurrent *r, const T *sums, T *gates) {
  F(add)(sums, gates, 2 * r->units);
  F(activate)(r->gate, gates, 2 * r->units);
}

LN_INLINE void F(gru_row)(const LnRecurrent *r, const T *sums, const T *h0, T *gates, T *inner,
                          T *h) {
  const int64_t n = r->units;
  const T *update = gates, *reset = gates + n;
  T *candidate = gates + 2 * n;
  if (r->reset_after) {
    for (int64_t i = 0; i < n; i++) {
      inner[i] = sums[2 * n + i];
      candidate[i] += reset[i] * inner[i];
    }
  } else {
    F(add)(sums + 2 * n, candidate, n);
  }
  F(activate)(r->activation, candidate, n);
  LN_INDEPENDENT for (int64_t i = 0; i < n; i++)
    h[i] = update[i] * h0[i] + (1 - update[i]) * candidate[i];
}

// What the product takes of h, row after row: h0 itself where it may.
LN_CLONES static const T *F(operand)(const Run *run, const T *h0, const int64_t *rows, int64_t n,
                                     int64_t begin, int64_t end) {
  const LnRecurrent *r = run->r;
  const T *keep = r->keep;
  T *to = (T *)(void *)run->room.h + begin * r->units, *at = to;
  if (!keep && n == end - begin) return h0 + begin * r->units;
  for (int64_t k = 0; k < n; k++, at += r->units) {
    const T *from = h0 + rows[k] * r->units;
    if (!keep) memcpy(at, from, (size_t)r->units * sizeof(T));
    else
      for (int64_t i = 0; i < r->units; i++) at[i] = from[i] * keep[rows[k] * r->units + i];
  }
  return to;
}

// sums = h kernel + bias, columns [first, first + columns) of the kernel.
static void F(multiply)(const Run *run, const T *h, const T *bias, int64_t n, int64_t first,
                        int64_t columns, const void *packed, T *sums) {
  const LnRecurrent *r = run->r;
  const int64_t wide = gates_of(r) * r->units;
  LnGemm g = product(r, false, first, columns);
  g.m = n;
  g.a = (LnMatrix){h, r->units, 1};
  g.packed = packed;
  g.c = sums + first, g.ldc = wide;
  g.bias = bias ? bias + first : NULL;
  ln_gemm(&g);
}

// Without an h: the bias alone.
LN_CLONES static void F(biases)(const T *bias, int64_t n, int64_t wide, T *sums) {
  for (int64_t k = 0; k < n; k++, sums += wide) {
    if (bias) memcpy(sums, bias, (size_t)wide * sizeof(T));
    else memset(sums, 0, (size_t)wide * sizeof(T));
  }
}

LN_CLONES static void F(finish_rows)(const Run *run, int64_t t, const T *h0, const T *c0,
                                     const int64_t *rows, int64_t n, const T *sums) {
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units;
  const T *zeros = (const T *)(void *)run->room.zeros;
  for (int64_t k = 0; k < n; k++, sums += wide) {
    const int64_t at = t * r->batch + rows[k];
    T *gates = (T *)r->gates + at * wide, *h = (T *)r->y + at * units;
    const T *h_row = h0 ? h0 + rows[k] * units : zeros, *z = (const T *)run->z + at * wide;
    if (r->kind == LN_RECURRENT_LSTM) {
      F(lstm_row)(r, z, sums, c0 ? c0 + rows[k] * units : zeros, gates,
                  (T *)r->cells + at * units, h);
    } else if (r->kind == LN_RECURRENT_GRU) {
      F(gru_row)(r, sums, h_row, gates, (T *)r->inner + at * units, h);
    } else {
      F(sum)(z, sums, h, units);
      F(activate)(r->activation, h, units);
    }
  }
}

// Of a GRU, the sums of the inputs, with the bias that is theirs alone, go where the gates will be.
LN_CLONES static void F(begin_rows)(const Run *run, int64_t t, const int64_t *rows, int64_t n) {
  const LnRecurrent *r = run->r;
  const int64_t wide = gates_of(r) * r->units;
  const T *bias = r->reset_after ? r->bias : NULL;
  for (int64_t k = 0; k < n; k++) {
    const int64_t at = (t * r->batch + rows[k]) * wide;
    const T *z = (const T *)run->z + at;
    T *gates = (T *)r->gates + at;
    if (bias) {
      LN_INDEPENDENT for (int64_t i = 0; i < wide; i++) gates[i] = z[i] + bias[i];
    } else if (z != gates) {
      memcpy(gates, z, (size_t)wide * sizeof(T));
    }
  }
}

// The gates of a GRU, and r h for the candidate's product, in `to` and in `inner`.
LN_CLONES static void F(reset_rows)(const Run *run, int64_t t, const T *h0, const int64_t *rows,
                                    int64_t n, const T *sums, T *to) {
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units;
  const T *zeros = (const T *)(void *)run->room.zeros, *keep = r->keep;
  for (int64_t k = 0; k < n; k++, sums += wide, to += units) {
    const int64_t at = t * r->batch + rows[k];
    T *gates = (T *)r->gates + at * wide, *inner = (T *)r->inner + at * units;
    F(gru_gates)(r, sums, gates);
    if (r->reset_after) continue;
    const T *h = h0 ? h0 + rows[k] * units : zeros, *reset = gates + units;
    for (int64_t i = 0; i < units; i++)
      inner[i] = to[i] = reset[i] * (keep ? h[i] * keep[rows[k] * units + i] : h[i]);
  }
}

// Rows [begin, end) that are masked at step t stay as they were.
static void F(hold_rows)(const Run *run, int64_t t, const T *h0, const T *c0, int64_t begin,
                         int64_t end) {
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units;
  const size_t bytes = (size_t)units * sizeof(T);
  const T *zeros = (const T *)(void *)run->room.zeros;
  for (int64_t i = begin; i < end; i++) {
    const int64_t at = t * r->batch + i;
    if (r->mask[at]) continue;
    memset((T *)r->gates + at * wide, 0, (size_t)wide * sizeof(T));
    memcpy((T *)r->y + at * units, h0 ? h0 + i * units : zeros, bytes);
    if (r->cells) memcpy((T *)r->cells + at * units, c0 ? c0 + i * units : zeros, bytes);
    if (r->inner) memset((T *)r->inner + at * units, 0, bytes);
  }
}

// Rows [begin, end) of the batch through all steps.
static void F(forward)(void *arg, int64_t begin, int64_t end) {
  const Run *run = arg;
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units, step = r->batch * units;
  const bool two = has_two_products(r);
  // What is added with the product: of a GRU with reset_after the second bias.
  const T *bias = r->bias && r->reset_after ? (const T *)r->bias + wide : r->bias;
  T *sums = (T *)(void *)run->room.sums + begin * wide;
  T *operand = (T *)(void *)run->room.h + begin * units;
  int64_t *rows = run->room.rows + begin;
  for (int64_t t = 0; t < r->steps; t++) {
    const T *h0 = t > 0 ? (const T *)r->y + (t - 1) * step : r->h0;
    const T *c0 = t == 0 || !r->cells ? r->c0 : (const T *)r->cells + (t - 1) * step;
    const int64_t n = rows_at(r, t, begin, end, rows);
    if (r->kind == LN_RECURRENT_GRU) F(begin_rows)(run, t, rows, n);
    if (!h0)
      F(biases)(bias, n, wide, sums);
    else
      F(multiply)(run, F(operand)(run, h0, rows, n, begin, end), bias, n, 0,
                  two ? 2 * units : wide, run->room.packed, sums);
    if (r->kind == LN_RECURRENT_GRU) F(reset_rows)(run, t, h0, rows, n, sums, operand);
    if (two && h0)
      F(multiply)(run, operand, bias, n, 2 * units, units, run->room.packed_candidate, sums);
    F(finish_rows)(run, t, h0, c0, rows, n, sums);
    if (n < end - begin) F(hold_rows)(run, t, h0, c0, begin, end);
  }
}

// ---- back

// One row of a step: dh and dc are the gradients of its h and c; those of the sums go to dz, and dc
// becomes that of the c before. tanh_c: room for a row.
LN_INLINE void F(lstm_row_back)(const LnRecurrent *r, const T *gates, const T *c, const T *c0,
                                const T *dh, T *dc, T *dz, T *tanh_c) {
  const int64_t n = r->units;
  const T *in = gates, *forget = gates + n, *candidate = gates + 2 * n, *out = gates + 3 * n;
  T *d_in = dz, *d_forget = dz + n, *d_candidate = dz + 2 * n, *d_out = dz + 3 * n;
  memcpy(tanh_c, c, (size_t)n * sizeof(T));
  F(activate)(r->activation, tanh_c, n);
  for (int64_t i = 0; i < n; i++) {
    d_out[i] = dh[i] * tanh_c[i];
    d_in[i] = dh[i] * out[i];   // for a moment: what reaches c through h
  }
  F(activate_back)(r->activation, tanh_c, d_in, n);
  LN_INDEPENDENT for (int64_t i = 0; i < n; i++) {
    const T d = dc[i] + d_in[i];
    d_in[i] = d * candidate[i];
    d_candidate[i] = d * in[i];
    d_forget[i] = d * c0[i];
    dc[i] = d * forget[i];
  }
  F(activate_back)(r->gate, in, dz, 2 * n);
  F(activate_back)(r->activation, candidate, d_candidate, n);
  F(activate_back)(r->gate, out, d_out, n);
}

// dh becomes the part of the gradient of the h before that goes past the gates. With reset_after dz
// is whole, else but for the reset gate's.
LN_INLINE void F(gru_row_back)(const LnRecurrent *r, const T *gates, const T *inner, const T *h0,
                               T *dh, T *dz) {
  const int64_t n = r->units;
  const T *update = gates, *reset = gates + n, *candidate = gates + 2 * n;
  T *d_update = dz, *d_reset = dz + n, *d_candidate = dz + 2 * n;
  LN_INDEPENDENT for (int64_t i = 0; i < n; i++) {
    d_update[i] = dh[i] * (h0[i] - candidate[i]);
    d_candidate[i] = dh[i] * (1 - update[i]);
    dh[i] *= update[i];
  }
  F(activate_back)(r->gate, update, d_update, n);
  F(activate_back)(r->activation, candidate, d_candidate, n);
  if (!r->reset_after) return;
  LN_INDEPENDENT for (int64_t i = 0; i < n; i++) d_reset[i] = d_candidate[i] * inner[i];
  F(activate_back)(r->gate, reset, d_reset, n);
}

// The gradient of h at step t, of all rows; dz of those that are masked is 0.
LN_CLONES static void F(add_dy)(const Run *run, int64_t t, int64_t begin, int64_t end) {
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units;
  const T *dy = run->g->dy;
  T *dh = (T *)(void *)run->room.dh;
  for (int64_t i = begin; i < end; i++) {
    const int64_t at = t * r->batch + i;
    if (dy) F(add)(dy + at * units, dh + i * units, units);
    if (!r->mask || r->mask[at]) continue;
    memset((T *)run->g->dz + at * wide, 0, (size_t)wide * sizeof(T));
    if (r->reset_after)
      memset((T *)(void *)run->room.dcandidate + at * units, 0, (size_t)units * sizeof(T));
  }
}

// Gradients of the sums of n rows: to dz, and row after row to `to` (NULL: not wanted), as the
// product takes them.
LN_CLONES static void F(rows_back)(const Run *run, int64_t t, const T *h0, const T *c0,
                                   const int64_t *rows, int64_t n, T *to) {
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units;
  const T *zeros = (const T *)(void *)run->room.zeros;
  for (int64_t k = 0; k < n; k++) {
    const int64_t row = rows[k], at = t * r->batch + row;
    const T *gates = (const T *)r->gates + at * wide;
    T *dz = (T *)run->g->dz + at * wide, *dh = (T *)(void *)run->room.dh + row * units;
    if (r->kind == LN_RECURRENT_LSTM) {
      F(lstm_row_back)(r, gates, (const T *)r->cells + at * units, c0 ? c0 + row * units : zeros,
                       dh, (T *)(void *)run->room.dc + row * units, dz,
                       (T *)(void *)run->room.h + row * units);
    } else if (r->kind == LN_RECURRENT_GRU) {
      F(gru_row_back)(r, gates, (const T *)r->inner + at * units, h0 ? h0 + row * units : zeros,
                      dh, dz);
    } else {
      memcpy(dz, dh, (size_t)units * sizeof(T));
      F(activate_back)(r->activation, gates, dz, units);
    }
    if (!to) continue;
    T *of_row = to + k * wide;
    memcpy(of_row, dz, (size_t)wide * sizeof(T));
    if (!r->reset_after) continue;
    const T *reset = gates + units, *d = dz + 2 * units;
    T *dcandidate = (T *)(void *)run->room.dcandidate + at * units;
    for (int64_t i = 0; i < units; i++) of_row[2 * units + i] = dcandidate[i] = d[i] * reset[i];
  }
}

// d kernel' of n rows, in `to` or (more) added to it: gradients of what the product took.
static void F(multiply_back)(const Run *run, const T *d, int64_t n, int64_t first, int64_t columns,
                             const void *packed, bool more, T *to) {
  const LnRecurrent *r = run->r;
  LnGemm g = product(r, true, first, columns);
  g.m = n;
  g.a = (LnMatrix){d + first, gates_of(r) * r->units, 1};
  g.packed = packed;
  g.beta = more;
  g.c = to, g.ldc = r->units;
  ln_gemm(&g);
}

// A reset gate before the product: dr from d(r h), in dz and in `to`; what goes on to h is left in
// d_inner.
LN_CLONES static void F(reset_rows_back)(const Run *run, int64_t t, const T *h0,
                                         const int64_t *rows, int64_t n, T *to, T *d_inner) {
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units;
  const T *zeros = (const T *)(void *)run->room.zeros, *keep = r->keep;
  for (int64_t k = 0; k < n; k++, to += wide, d_inner += units) {
    const int64_t row = rows[k], at = t * r->batch + row;
    const T *reset = (const T *)r->gates + at * wide + units;
    const T *h = h0 ? h0 + row * units : zeros;
    T *d_reset = (T *)run->g->dz + at * wide + units;
    for (int64_t i = 0; i < units; i++) {
      d_reset[i] = d_inner[i] * (keep ? h[i] * keep[row * units + i] : h[i]);
      d_inner[i] *= reset[i];
    }
    F(activate_back)(r->gate, reset, d_reset, units);
    memcpy(to + units, d_reset, (size_t)units * sizeof(T));
  }
}

// dh of n rows: what came past the gates (of a GRU) and d, that of the product's operand.
LN_CLONES static void F(carry)(const Run *run, const int64_t *rows, int64_t n, const T *d) {
  const LnRecurrent *r = run->r;
  const T *keep = r->keep;
  for (int64_t k = 0; k < n; k++, d += r->units) {
    T *dh = (T *)(void *)run->room.dh + rows[k] * r->units;
    if (r->kind != LN_RECURRENT_GRU) memset(dh, 0, (size_t)r->units * sizeof(T));
    if (!keep) F(add)(d, dh, r->units);
    else
      for (int64_t i = 0; i < r->units; i++) dh[i] += d[i] * keep[rows[k] * r->units + i];
  }
}

LN_CLONES static void F(add_bias)(const Run *run, int64_t t, const int64_t *rows, int64_t n) {
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units;
  for (int64_t k = 0; k < n; k++) {
    const int64_t at = t * r->batch + rows[k];
    T *sum = (T *)(void *)run->room.bias + rows[k] * (wide + units);
    F(add)((const T *)run->g->dz + at * wide, sum, wide);
    if (r->reset_after)
      F(add)((const T *)(void *)run->room.dcandidate + at * units, sum + wide, units);
  }
}

static void F(start)(const void *from, T *to, int64_t n) {
  if (from) memcpy(to, from, (size_t)n * sizeof(T));
  else memset(to, 0, (size_t)n * sizeof(T));
}

// Rows [begin, end) of the batch back through all steps.
static void F(back)(void *arg, int64_t begin, int64_t end) {
  const Run *run = arg;
  const LnRecurrent *r = run->r;
  const LnRecurrentGrad *g = run->g;
  const int64_t units = r->units, wide = gates_of(r) * units, step = r->batch * units;
  const int64_t offset = begin * units, size = (end - begin) * units;
  const bool two = has_two_products(r);
  T *sums = (T *)(void *)run->room.sums + begin * wide;
  T *operand = (T *)(void *)run->room.h + offset;
  T *dh = (T *)(void *)run->room.dh + offset, *dc = (T *)(void *)run->room.dc + offset;
  int64_t *rows = run->room.rows + begin;
  F(start)(g->dlast_h ? (const T *)g->dlast_h + offset : NULL, dh, size);
  F(start)(g->dlast_c ? (const T *)g->dlast_c + offset : NULL, dc, size);
  F(start)(NULL, (T *)(void *)run->room.bias + begin * (wide + units),
           (end - begin) * (wide + units));
  for (int64_t t = r->steps - 1; t >= 0; t--) {
    const T *h0 = t > 0 ? (const T *)r->y + (t - 1) * step : r->h0;
    const T *c0 = t == 0 || !r->cells ? r->c0 : (const T *)r->cells + (t - 1) * step;
    const int64_t n = rows_at(r, t, begin, end, rows);
    F(add_dy)(run, t, begin, end);
    // Rows of dz that lie one behind the other are taken where they are.
    const bool apart = r->kind == LN_RECURRENT_GRU || n < end - begin;
    const T *d = apart ? sums : (const T *)g->dz + (t * r->batch + begin) * wide;
    F(rows_back)(run, t, h0, c0, rows, n, apart ? sums : NULL);
    if (two) {
      F(multiply_back)(run, sums, n, 2 * units, units, run->room.packed_candidate, false, operand);
      F(reset_rows_back)(run, t, h0, rows, n, sums, operand);
    }
    if (g->dbias) F(add_bias)(run, t, rows, n);
    if (t == 0 && !g->dh0) break;
    F(multiply_back)(run, d, n, 0, two ? 2 * units : wide, run->room.packed, two, operand);
    F(carry)(run, rows, n, operand);
  }
  if (g->dh0) memcpy((T *)g->dh0 + offset, dh, (size_t)size * sizeof(T));
  if (g->dc0) memcpy((T *)g->dc0 + offset, dc, (size_t)size * sizeof(T));
}

// ---- weights

// Columns [first, first + columns) of dkernel: h' d, over k rows; `more` adds.
static void F(weight_product)(const Run *run, const T *h, int64_t k, const T *d, int64_t ldd,
                              int64_t first, int64_t columns, bool more) {
  const LnRecurrent *r = run->r;
  ln_gemm(&(LnGemm){.dtype = r->dtype, .m = r->units, .n = columns, .k = k, .alpha = 1,
                    .beta = more, .a = {h, 1, r->units}, .b = {d, ldd, 1},
                    .c = (T *)run->g->dkernel + first, .ldc = gates_of(r) * r->units});
}

// The same of the h that a step begins with, over all steps; of d, ldd is the width.
static void F(weight_steps)(const Run *run, const T *d, int64_t ldd, int64_t first,
                            int64_t columns) {
  const LnRecurrent *r = run->r;
  const int64_t batch = r->batch, steps = r->steps;
  if (r->keep) {
    F(weight_product)(run, (const T *)(void *)run->room.kept, steps * batch, d, ldd, first, columns,
                      false);
    return;
  }
  F(weight_product)(run, r->y, (steps - 1) * batch, d + batch * ldd, ldd, first, columns, false);
  if (r->h0) F(weight_product)(run, r->h0, batch, d, ldd, first, columns, true);
}

LN_CLONES static void F(keep_all)(const Run *run) {
  const LnRecurrent *r = run->r;
  const int64_t size = r->batch * r->units;
  const T *keep = r->keep;
  T *to = (T *)(void *)run->room.kept;
  for (int64_t t = 0; t < r->steps; t++, to += size) {
    const T *h = t > 0 ? (const T *)r->y + (t - 1) * size : r->h0;
    for (int64_t i = 0; i < size; i++) to[i] = h ? h[i] * keep[i] : 0;
  }
}

LN_CLONES static void F(bias_rows)(const Run *run) {
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units;
  T *to = run->g->dbias;
  const T *from = (const T *)(void *)run->room.bias;
  memset(to, 0, (size_t)(wide * (r->reset_after ? 2 : 1)) * sizeof(T));
  for (int64_t i = 0; i < r->batch; i++, from += wide + units) {
    F(add)(from, to, wide);
    if (r->reset_after) F(add)(from + wide, to + wide + 2 * units, units);
  }
  if (r->reset_after) memcpy(to + wide, to, (size_t)(2 * units) * sizeof(T));
}

static void F(weights)(const Run *run) {
  const LnRecurrent *r = run->r;
  const int64_t units = r->units, wide = gates_of(r) * units, all = r->steps * r->batch;
  const T *dz = run->g->dz;
  if (r->keep) F(keep_all)(run);
  if (r->kind != LN_RECURRENT_GRU) {
    F(weight_steps)(run, dz, wide, 0, wide);
  } else {
    F(weight_steps)(run, dz, wide, 0, 2 * units);
    if (r->reset_after)
      F(weight_steps)(run, (const T *)(void *)run->room.dcandidate, units, 2 * units, units);
    else
      F(weight_product)(run, r->inner, all, dz + 2 * units, wide, 2 * units, units, false);
  }
  if (run->g->dbias) F(bias_rows)(run);
}

#undef F
#undef JOIN
#undef JOIN_
#undef T
