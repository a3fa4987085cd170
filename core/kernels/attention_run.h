// Attention for one element type T; attention.c includes this with T and FARTHEST, the score of
// what is masked, defined; no include guard.

#define F(f) JOIN(T, f)
#define Tile F(Tile)
#define Vector F(Vector)
#define Mask F(Mask)

// Scores of some queries and keys of one sample and head; rows are KEYS apart.
typedef struct Tile {
  const LnAttention *a;
  int64_t rows, columns;    // of the tile
  int64_t row, column;      // where it begins among queries and keys
  const T *bias;            // at its first element, or NULL
  const uint8_t *mask;
} Tile;

typedef SIXTEEN(T, ) Vector;
typedef SIXTEEN(T, _mask) Mask;

static const T *F(vectors)(const LnSteps *s, int64_t batch, int64_t step, int64_t head) {
  return (const T *)s->data + batch * s->batch + step * s->step + head * s->head;
}

static void F(aim)(Tile *t, int64_t batch, int64_t head) {
  const LnScores *bias = &t->a->bias, *mask = &t->a->mask;
  const int64_t at[4] = {batch, head, t->row, t->column};
  t->bias = bias->data, t->mask = mask->data;
  for (int i = 0; i < 4; i++) {
    if (t->bias) t->bias += at[i] * bias->stride[i];
    if (t->mask) t->mask += at[i] * mask->stride[i];
  }
}

// scores = scale q k'
static void F(products)(const Tile *t, double scale, const T *q, int64_t q_step, const T *k,
                        int64_t k_step, int64_t dim, T *scores) {
  ln_gemm(&(LnGemm){.dtype = t->a->dtype, .m = t->rows, .n = t->columns, .k = dim, .alpha = scale,
                    .a = {q, q_step, 1}, .b = {k, 1, k_step}, .c = scores, .ldc = KEYS,
                    .rows_alike = true});
}

// The bias, and FARTHEST for what row r does not see.
LN_INLINE void F(mask_row)(const Tile *t, int64_t r, T *s) {
  const int64_t place = t->a->first + t->row + r, n = t->columns;
  const int64_t low = row_low(t->a, place) - t->column, high = row_high(t->a, place) - t->column;
  if (t->bias) {
    const T *bias = t->bias + r * t->a->bias.stride[2];
    const int64_t step = t->a->bias.stride[3];
    for (int64_t j = 0; j < n; j++) s[j] += bias[j * step];
  }
  if (t->mask) {
    const uint8_t *mask = t->mask + r * t->a->mask.stride[2];
    const int64_t step = t->a->mask.stride[3];
    for (int64_t j = 0; j < n; j++) s[j] = mask[j * step] ? s[j] : FARTHEST;
  }
  for (int64_t j = 0; j < low && j < n; j++) s[j] = FARTHEST;
  for (int64_t j = high > 0 ? high : 0; j < n; j++) s[j] = FARTHEST;
}

LN_INLINE T F(fold)(Vector v) {
  T s[16];
  *(Vector *)s = v;
  return (((s[0] + s[8]) + (s[4] + s[12])) + ((s[2] + s[10]) + (s[6] + s[14]))) +
         (((s[1] + s[9]) + (s[5] + s[13])) + ((s[3] + s[11]) + (s[7] + s[15])));
}

// Scores become exponentials of what they are below the largest of their row so far, top; sum is
// brought up to date, and shrink is by what the row's results so far are to be multiplied.
LN_CLONES static void F(exponentials)(const Tile *t, T *scores, T *top, T *sum, T *shrink) {
  const int64_t whole = (t->columns + 15) / 16 * 16;
  for (int64_t r = 0; r < t->rows; r++) {
    T *s = scores + r * KEYS, largest = top[r];
    F(mask_row)(t, r, s);
    for (int64_t j = t->columns; j < whole; j++) s[j] = -(T)INFINITY;
    Vector most = *(const Vector *)s, total = {0};
    for (int64_t j = 16; j < whole; j += 16) {
      Vector x = *(const Vector *)(s + j);
      Mask more = x > most;
      most = (Vector)((more & (Mask)x) | (~more & (Mask)most));
    }
    T lane[16];
    *(Vector *)lane = most;
    for (int j = 0; j < 16; j++) largest = lane[j] > largest ? lane[j] : largest;
    // Nothing but -inf so far: there is nothing to take away.
    const T base = largest > -(T)INFINITY ? largest : 0;
    for (int64_t j = 0; j < whole; j++) s[j] = VM_EXP(s[j] - base);
    for (int64_t j = 0; j < whole; j += 16) total += *(const Vector *)(s + j);
    shrink[r] = VM_EXP(top[r] - base);
    sum[r] = sum[r] * shrink[r] + F(fold)(total);
    top[r] = largest;
  }
}

LN_CLONES static void F(scale_rows)(T *y, int64_t step, int64_t rows, int64_t n, const T *by) {
  for (int64_t r = 0; r < rows; r++, y += step) {
    if (by[r] == 1) continue;
    for (int64_t j = 0; j < n; j++) y[j] *= by[r];
  }
}

// Of one sample and head, queries [row, row + rows) over keys [begin, end).
static void F(queries)(const LnAttention *a, int64_t batch, int64_t head, int64_t row, int64_t rows,
                       int64_t begin, int64_t end, T *top, T *sum) {
  _Alignas(64) T scores[QUERIES * KEYS], shrink[QUERIES];
  const int64_t from = head / (a->heads / a->key_heads);
  const T *q = F(vectors)(&a->q, batch, row, head);
  T *y = (T *)F(vectors)(&a->y, batch, row, head);
  for (int64_t r = 0; r < rows; r++) top[r] = -(T)INFINITY, sum[r] = 0;
  for (int64_t column = begin; column < end; column += KEYS) {
    Tile t = {.a = a, .rows = rows, .columns = smaller(KEYS, end - column), .row = row,
              .column = column};
    F(aim)(&t, batch, head);
    F(products)(&t, a->scale, q, a->q.step, F(vectors)(&a->k, batch, column, from), a->k.step,
                a->dim, scores);
    F(exponentials)(&t, scores, top, sum, shrink);
    if (column > begin) F(scale_rows)(y, a->y.step, rows, a->value_dim, shrink);
    ln_gemm(&(LnGemm){.dtype = a->dtype, .m = rows, .n = a->value_dim, .k = t.columns, .alpha = 1,
                      .a = {scores, KEYS, 1},
                      .b = {F(vectors)(&a->v, batch, column, from), a->v.step, 1},
                      .beta = column > begin, .c = y, .ldc = a->y.step, .rows_alike = true});
  }
}

static bool F(blind)(const T *top, int64_t rows, int64_t step) {
  for (int64_t r = 0; r < rows; r++)
    if (top[r * step] <= FARTHEST) return true;
  return false;
}

static void F(forward_units)(void *arg, int64_t begin, int64_t end) {
  const LnAttention *a = arg;
  const int64_t blocks = query_blocks(a);
  T top[QUERIES], sum[QUERIES];
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t row = unit % blocks * QUERIES, head = unit / blocks % a->heads;
    const int64_t batch = unit / blocks / a->heads, rows = smaller(QUERIES, a->queries - row);
    const int64_t low = row_low(a, a->first + row) / KEYS * KEYS;
    const int64_t high = row_high(a, a->first + row + rows - 1);
    F(queries)(a, batch, head, row, rows, low, high, top, sum);
    // Who sees nothing sees all alike, what was left out too.
    if ((low > 0 || high < a->keys) && F(blind)(top, rows, 1))
      F(queries)(a, batch, head, row, rows, 0, a->keys, top, sum);
    for (int64_t r = 0; r < rows; r++) sum[r] = 1 / sum[r];
    F(scale_rows)((T *)F(vectors)(&a->y, batch, row, head), a->y.step, rows, a->value_dim, sum);
    T *stats = (T *)a->stats + ((batch * a->heads + head) * a->queries + row) * 2;
    for (int64_t r = 0; a->stats && r < rows; r++) stats[2 * r] = top[r], stats[2 * r + 1] = sum[r];
  }
}

static int64_t F(grain)(int64_t units, double work) {
  const double each = work / (double)units;
  return each >= GRAIN ? 1 : (int64_t)(GRAIN / (each + 1)) + 1;
}

static void F(attention)(const LnAttention *a) {
  const int64_t units = a->batch * a->heads * query_blocks(a);
  const double work = (double)a->batch * (double)a->heads * (double)a->queries * (double)a->keys *
                      (double)(a->dim + a->value_dim);
  ln_parallel(units, F(grain)(units, work), F(forward_units), (void *)(uintptr_t)a);
}

// ---- backward

// delta = sum(y dy), of each query and head: what the softmax takes away from every gradient.
LN_CLONES static void F(delta_units)(void *arg, int64_t begin, int64_t end) {
  const LnAttentionGrad *g = arg;
  const LnAttention *a = &g->a;
  T *delta = g->scratch;
  for (int64_t i = begin; i < end; i++) {
    const int64_t step = i % a->queries, head = i / a->queries % a->heads;
    const int64_t batch = i / a->queries / a->heads;
    const T *y = F(vectors)(&a->y, batch, step, head), *dy = F(vectors)(&g->dy, batch, step, head);
    Vector sums = {0};
    int64_t j = 0;
    for (; j + 16 <= a->value_dim; j += 16)
      sums += *(const Vector *)(y + j) * *(const Vector *)(dy + j);
    T sum = F(fold)(sums);
    for (; j < a->value_dim; j++) sum += y[j] * dy[j];
    delta[i] = sum;
  }
}

// Scores become probabilities p, and the gradients of probabilities those of scores,
// p (dp - delta), 0 where a score was masked.
LN_CLONES static void F(score_grads)(const Tile *t, const T *stats, const T *delta, T *scores,
                                     T *dp) {
  for (int64_t r = 0; r < t->rows; r++) {
    T *s = scores + r * KEYS, *d = dp + r * KEYS;
    const T top = stats[2 * r], scale = stats[2 * r + 1], less = delta[r];
    F(mask_row)(t, r, s);
    for (int64_t j = 0; j < t->columns; j++) {
      const T p = VM_EXP(s[j] - top) * scale;
      d[j] = s[j] > FARTHEST ? p * (d[j] - less) : s[j] <= FARTHEST ? 0 : p;
      s[j] = p;
    }
  }
}

static void F(store_bias)(const Tile *t, int64_t batch, int64_t head, const T *ds, T *dbias) {
  const LnAttention *a = t->a;
  dbias += ((batch * a->heads + head) * a->queries + t->row) * a->keys + t->column;
  for (int64_t r = 0; r < t->rows; r++)
    memcpy(dbias + r * a->keys, ds + r * KEYS, (size_t)t->columns * sizeof(T));
}

// What a block of queries and one of keys add to the gradients of all three.
static void F(add_grads)(const LnAttentionGrad *g, const Tile *t, int64_t batch, int64_t head,
                         T *dq) {
  _Alignas(64) T p[QUERIES * KEYS], ds[QUERIES * KEYS];
  const LnAttention *a = &g->a;
  const int64_t from = head / (a->heads / a->key_heads), stat = (batch * a->heads + head) *
                       a->queries + t->row;
  const int64_t q_step = a->heads * a->dim, k_step = a->key_heads * a->dim;
  const int64_t v_step = a->key_heads * a->value_dim, key = batch * a->keys + t->column;
  const T *q = F(vectors)(&a->q, batch, t->row, head);
  const T *dy = F(vectors)(&g->dy, batch, t->row, head);
  const T *k = F(vectors)(&a->k, batch, t->column, from);
  const T *v = F(vectors)(&a->v, batch, t->column, from);
  T *dk = (T *)g->dk + key * k_step + from * a->dim;
  T *dv = (T *)g->dv + key * v_step + from * a->value_dim;
  dq += (batch * a->queries + t->row) * q_step + head * a->dim;
  F(products)(t, a->scale, q, a->q.step, k, a->k.step, a->dim, p);
  F(products)(t, 1, dy, g->dy.step, v, a->v.step, a->value_dim, ds);
  F(score_grads)(t, (const T *)a->stats + 2 * stat, (const T *)g->scratch + stat, p, ds);
  if (g->dbias) F(store_bias)(t, batch, head, ds, g->dbias);
  LnGemm product = {.dtype = a->dtype, .m = t->columns, .n = a->value_dim, .k = t->rows, .alpha = 1,
                    .beta = 1, .a = {p, 1, KEYS}, .b = {dy, g->dy.step, 1}, .c = dv,
                    .ldc = v_step, .rows_alike = true};
  ln_gemm(&product);
  product.a.data = ds, product.b = (LnMatrix){q, a->q.step, 1};
  product.n = a->dim, product.c = dk, product.ldc = k_step, product.alpha = a->scale;
  ln_gemm(&product);
  product.m = t->rows, product.k = t->columns, product.a = (LnMatrix){ds, KEYS, 1};
  product.b = (LnMatrix){k, a->k.step, 1}, product.c = dq, product.ldc = q_step;
  ln_gemm(&product);
}

static void F(clear)(T *x, int64_t rows, int64_t step, int64_t n) {
  for (int64_t r = 0; r < rows; r++) memset(x + r * step, 0, (size_t)n * sizeof(T));
}

static T *F(dq_of)(const LnAttentionGrad *g, int64_t share) {
  const LnAttention *a = &g->a;
  if (share == 0) return g->dq;
  return (T *)g->scratch + delta_elements(a) +
         (share - 1) * a->batch * a->queries * a->heads * a->dim;
}

static void F(backward_units)(void *arg, int64_t begin, int64_t end) {
  const LnAttentionGrad *g = arg;
  const LnAttention *a = &g->a;
  const int64_t parts = shares(a), blocks = (key_blocks(a) + parts - 1) / parts;
  const int64_t group = a->heads / a->key_heads;
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t share = unit % parts, from = unit / parts % a->key_heads;
    const int64_t batch = unit / parts / a->key_heads;
    const int64_t first = smaller(share * blocks * KEYS, a->keys);
    const int64_t last = smaller(first + blocks * KEYS, a->keys);
    const int64_t k_step = a->key_heads * a->dim, v_step = a->key_heads * a->value_dim;
    T *dq = F(dq_of)(g, share);
    F(clear)((T *)g->dk + (batch * a->keys + first) * k_step + from * a->dim, last - first, k_step,
             a->dim);
    F(clear)((T *)g->dv + (batch * a->keys + first) * v_step + from * a->value_dim, last - first,
             v_step, a->value_dim);
    F(clear)(dq + (batch * a->queries * a->heads + from * group) * a->dim, a->queries,
             a->heads * a->dim, group * a->dim);
    for (int64_t column = first; column < last; column += KEYS)
      for (int64_t head = from * group; head < (from + 1) * group; head++)
        for (int64_t row = 0; row < a->queries; row += QUERIES) {
          Tile t = {.a = a, .rows = smaller(QUERIES, a->queries - row),
                    .columns = smaller(KEYS, last - column), .row = row, .column = column};
          const T *stats = (const T *)a->stats + 2 * ((batch * a->heads + head) * a->queries + row);
          const bool seen = row_low(a, a->first + row) < column + t.columns &&
                            row_high(a, a->first + row + t.rows - 1) > column;
          if (!seen && !F(blind)(stats, t.rows, 2)) {
            for (int64_t r = row; g->dbias && r < row + t.rows; r++)
              F(clear)((T *)g->dbias + ((batch * a->heads + head) * a->queries + r) * a->keys +
                       column, 1, 0, t.columns);
            continue;
          }
          F(aim)(&t, batch, head);
          F(add_grads)(g, &t, batch, head, dq);
        }
  }
}

LN_CLONES static void F(add_shares)(void *arg, int64_t begin, int64_t end) {
  const LnAttentionGrad *g = arg;
  T *dq = g->dq;
  for (int64_t share = 1; share < shares(&g->a); share++) {
    const T *more = F(dq_of)(g, share);
    for (int64_t i = begin; i < end; i++) dq[i] += more[i];
  }
}

static void F(attention_grad)(const LnAttentionGrad *g) {
  const LnAttention *a = &g->a;
  const int64_t units = a->batch * a->key_heads * shares(a);
  const int64_t rows = a->batch * a->heads * a->queries;
  const double work = (double)rows * (double)a->keys * (double)(3 * a->dim + 2 * a->value_dim);
  void *arg = (void *)(uintptr_t)g;
  ln_parallel(rows, GRAIN / (a->value_dim + 1) + 1, F(delta_units), arg);
  ln_parallel(units, F(grain)(units, work), F(backward_units), arg);
  if (shares(a) > 1) ln_parallel(rows * a->dim, GRAIN, F(add_shares), arg);
}

#undef F
#undef Tile
#undef Vector
#undef Mask
#undef T
#undef FARTHEST
