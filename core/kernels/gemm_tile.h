// The matrix product for one element type T and one instruction set: a gemm_<isa>.c includes this
// once for each type, after what only the instruction set has: BYTES of a vector, the ROWS and the
// vectors (PANEL, WIDEST, LINE) that its registers hold, TARGET, loads, stores and sums of parts of
// vectors; QUADS where it transposes four columns at once. No include guard: that is the point.
//
// C is cut into panels of up to PANEL vectors of columns, a panel into tiles of up to ROWS rows. A
// tile stays in registers while k runs over a block of DEPTH: each step loads a row of B's panel in
// vectors and multiplies it with one element of each row of A. A's elements may stand at any
// strides, so both kinds of A cost the same and nothing is copied, which in a small product is
// dearer than the product. Every element of C sums its products in the order of k whatever the
// tiles, tails and threads, so that none of them changes a bit of the result. (But a row alone may
// be summed in another order, see lines, unless the job wants rows alike.)

#define F(f) JOIN(T, f)
#define Job F(Job)
#define Panel F(Panel)
#define V F(vector)
#define W (BYTES / (int)sizeof(T))
#define EACH                                                  \
  _Pragma("GCC unroll 8") for (int r = 0; r < rows; r++)      \
      _Pragma("GCC unroll 24") for (int v = 0; v < vectors; v++)  // an element of the tile

typedef T V __attribute__((vector_size(BYTES)));
typedef T F(unaligned) __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));

LN_INLINE TARGET V F(load)(const T *p) { return *(const F(unaligned) *)(const void *)p; }
LN_INLINE TARGET void F(store)(T *p, V x) { *(F(unaligned) *)(void *)p = x; }
// x in every lane. (x + 0 would lose the sign of -0.)
LN_INLINE TARGET V F(splat)(T x) { return x - (V){0}; }
LN_INLINE TARGET V F(where_positive)(V y, V x) {
  return (V)((__typeof__(y > y))x & (y > (V){0}));
}
LN_INLINE TARGET V F(at_most)(V x, V most) {
  const __typeof__(x > x) above = x > most;
  return (V)(((__typeof__(x > x))most & above) | ((__typeof__(x > x))x & ~above));
}
// Vector v of a panel: its last one in part.
LN_INLINE TARGET V F(load_of)(const T *p, const int v, const int vectors, const Mask last) {
  if (v < vectors - 1) return F(load)(p + v * W);
  return (V)F(load_part)(p + v * W, last);
}
LN_INLINE TARGET void F(store_of)(T *p, const int v, const int vectors, const Mask last, V x) {
  if (v < vectors - 1) F(store)(p + v * W, x);
  else F(store_part)(p + v * W, last, x);
}

// One panel over one block of k: c = beta c + alpha a b (+ bias), normalized, then relu.
typedef struct {
  int64_t k, a_row, a_col, ldb, ldc, ldy;
  const T *a, *b, *bias;  // bias may be NULL
  const T *mean, *factor, *offset;  // or NULL
  const T *y;             // with it c is kept where y > 0, else 0, and its columns are summed up
  T *sums;                // whole vectors: a part that was just stored takes long to load
  T *c;
  T alpha, beta;
  bool relu, fetch;
  bool ends, relu_after, six;   // what is done when a tile is written: ends where any is
  Mask last;         // which lanes of the panel's last vector exist
  int64_t whole;  // in so many rows of b it may be loaded whole, which is faster
} Panel;

// Normalization and relu6 of a tile of C that is written: what few products have makes the tiles of
// all no larger.
static TARGET __attribute__((noinline)) void F(end_tile)(int rows, int vectors, const Panel *q,
                                                         int64_t i) {
  const Mask last = q->last;
  for (T *c = q->c + i * q->ldc; rows > 0; rows--, c += q->ldc)
    for (int v = 0; v < vectors; v++) {
      V x = F(load_of)(c, v, vectors, last);
      if (q->mean)
        x = (x - F(load_of)(q->mean, v, vectors, last)) * F(load_of)(q->factor, v, vectors, last) +
            F(load_of)(q->offset, v, vectors, last);
      if (q->relu_after) x = F(relu)(x);
      if (q->six) x = F(at_most)(x, F(splat)(6));
      F(store_of)(c, v, vectors, last, x);
    }
}

// What is done with the sums of a tile of C, rows [i, i + rows) of the panel.
LN_INLINE TARGET void F(finish)(const int rows, const int vectors, const Panel *q, int64_t i,
                                   V acc[][LINE]) {
  const Mask last = q->last;
  const T *bias = q->bias;
  const int64_t ldc = q->ldc;
  T *c = q->c + i * ldc;
  const V alpha = F(splat)(q->alpha), beta = F(splat)(q->beta);
  if (q->beta == 1 && !bias) {  // c += alpha a b, rounded as often as an optimizer's step would
    EACH acc[r][v] = alpha * acc[r][v] + F(load_of)(c + r * ldc, v, vectors, last);
  } else {
    if (q->alpha != 1) EACH acc[r][v] *= alpha;
    if (bias) EACH acc[r][v] += F(load_of)(bias, v, vectors, last);
    if (q->beta != 0)
      EACH acc[r][v] = beta * F(load_of)(c + r * ldc, v, vectors, last) + acc[r][v];
  }
  if (q->relu) EACH acc[r][v] = F(relu)(acc[r][v]);
  if (vectors <= WIDEST && q->y) {  // wider ones are never asked
    const T *y = q->y + i * q->ldy;
    EACH acc[r][v] =
        F(where_positive)(F(load_of)(y + r * q->ldy, v, vectors, last), acc[r][v]);
#pragma GCC unroll 24
    for (int v = 0; v < vectors; v++) {
      V sum = i == 0 ? (V){0} : F(load)(q->sums + v * W);
#pragma GCC unroll 8
      for (int r = 0; r < rows; r++) sum += acc[r][v];
      F(store)(q->sums + v * W, sum);
    }
  }
  EACH F(store_of)(c + r * ldc, v, vectors, last, acc[r][v]);
  if (q->ends) F(end_tile)(rows, vectors, q, i);
}

// One term of the sums of a tile: a row of B times an element of each row of A.
LN_INLINE TARGET void F(term)(const int rows, const int vectors, const Panel *q, const T *a,
                                 const T *b, const bool whole, V acc[][LINE]) {
  const Mask last = q->last;
  V row[LINE];
#pragma GCC unroll 24
  for (int v = 0; v < vectors; v++)
    row[v] = whole ? F(load)(b + v * W) : F(load_of)(b, v, vectors, last);
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
    V x = F(splat)(a[r * q->a_row]);
#pragma GCC unroll 24
    for (int v = 0; v < vectors; v++) acc[r][v] = x * row[v] + acc[r][v];
  }
}

// Rows [i, i + rows) of a panel. rows and vectors are constants at every call, so that the loops
// over them unroll and acc becomes registers.
LN_INLINE TARGET void F(tile)(const int rows, const int vectors, const Panel *q, int64_t i) {
  V acc[8][LINE];
  const T *a = q->a + i * q->a_row, *b = q->b;
  const int64_t k = q->k, whole = q->whole, a_col = q->a_col, ldb = q->ldb;
  int64_t p = 0;
  EACH acc[r][v] = (V){0};
  if (q->fetch)  // what is written when all is summed
    EACH __builtin_prefetch(q->c + (i + r) * q->ldc + v * W, 1);
#pragma GCC unroll 1
  for (; vectors <= WIDEST && p < whole; p++, a += a_col, b += ldb)
    F(term)(rows, vectors, q, a, b, true, acc);
#pragma GCC unroll 1
  for (; p < k; p++, a += a_col, b += ldb) F(term)(rows, vectors, q, a, b, false, acc);
  F(finish)(rows, vectors, q, i, acc);
}

// Rows [i, end) of a panel.
LN_INLINE TARGET void F(panel)(const int vectors, const Panel *q, int64_t i, int64_t end) {
#if ROWS == 8
  if (vectors <= PANEL)  // else there are registers for 6
    for (; i + 8 <= end; i += 8) F(tile)(8, vectors, q, i);
  for (; i + 6 <= end; i += 6) F(tile)(6, vectors, q, i);  // 4 and 2 leave the adders idle
#endif
  for (; i + 4 <= end; i += 4) F(tile)(4, vectors, q, i);
  for (; i + 2 <= end; i += 2) F(tile)(2, vectors, q, i);
  for (; i < end; i++) F(tile)(1, vectors, q, i);
}

static TARGET void F(panels)(int64_t vectors, const Panel *q, int64_t i, int64_t end) {
  if (WIDEST > PANEL && vectors == WIDEST) F(panel)(WIDEST, q, i, end);
  else if (vectors == 3) F(panel)(3, q, i, end);
  else if (vectors == 2) F(panel)(2, q, i, end);
  else F(panel)(1, q, i, end);
}

// Of a panel of few rows, which may be as wide as there are registers for.
#define NARROW CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8)
#if LINE > 8
#define WIDE                                                                \
  CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14) CASE(15) CASE(16)    \
  CASE(17) CASE(18) CASE(19) CASE(20) CASE(21) CASE(22) CASE(23) CASE(24)
#else
#define WIDE
#endif

// Rows p, p + step, ... of B, which all begin `from` elements behind the start of a cache line,
// times their elements of a: whole lines, whatever stands before and behind a row in them.
LN_INLINE TARGET void F(lines)(const int vectors, const Panel *q, int64_t p, int64_t step,
                                  int64_t from, T *sums) {
  V acc[LINE];
  const T *line = q->b + p * q->ldb - from;
#pragma GCC unroll 24
  for (int v = 0; v < vectors; v++) acc[v] = F(load)(sums - from + v * W);
#pragma GCC unroll 1
  for (; p < q->k; p += step, line += step * q->ldb) {
    V x = F(splat)(q->a[p * q->a_col]);
#pragma GCC unroll 24
    for (int v = 0; v < vectors; v++) acc[v] = x * F(load)(line + v * W) + acc[v];
  }
#pragma GCC unroll 24
  for (int v = 0; v < vectors; v++) F(store)(sums - from + v * W, acc[v]);
}

// A long B that a single row is multiplied with is read once, so what counts is how fast it comes
// from the second-level cache, and a load across two of its lines, or of a part of one, halves
// that. So rows that begin at the same place of a line, every step-th, are taken together.
static TARGET void F(line)(int64_t vectors, const Panel *q, int64_t n, int64_t step) {
  _Alignas(64) T sums[(LINE + 2) * W] = {0};
  for (int v = 0; v < vectors; v++) __builtin_prefetch(q->c + v * W, 1);
  for (int64_t p = 0; p < step; p++) {
    const int64_t from = (int64_t)((uintptr_t)(q->b + p * q->ldb) % BYTES / sizeof(T));
    switch ((from + n + W - 1) / W) {
#define CASE(v) case v: F(lines)(v, q, p, step, from, sums + W); break;
      NARROW WIDE
#undef CASE
    }
  }
  V acc[1][LINE];
  for (int v = 0; v < vectors; v++) acc[0][v] = F(load)(sums + (v + 1) * W);
  F(finish)(1, (int)vectors, q, 0, acc);
}

static TARGET void F(short_line)(int64_t vectors, const Panel *q) {
  switch (vectors) {
#define CASE(v) case v: F(tile)(1, v, q, 0); break;
    NARROW
#undef CASE
  }
}

// Rows [i, end) of a product of one term, scaled copies of B's only row, where y > 0; their sums.
LN_INLINE TARGET void F(copies)(const int vectors, const Panel *q, int64_t i, int64_t end) {
  const Mask last = q->last;
  const T *y = q->y + i * q->ldy;
  T *c = q->c + i * q->ldc;
  V sum[8];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) sum[v] = (V){0};
#pragma GCC unroll 1
  for (; i < end; i++, c += q->ldc, y += q->ldy) {
    V x = F(splat)(q->a[i * q->a_row]);
#pragma GCC unroll 24
    for (int v = 0; v < vectors; v++) {
      V copy = F(where_positive)(F(load_of)(y, v, vectors, last),
                                 x * F(load_of)(q->b, v, vectors, last));
      sum[v] += copy;
      F(store_of)(c, v, vectors, last, copy);
    }
  }
#pragma GCC unroll 24
  for (int v = 0; v < vectors; v++) F(store)(q->sums + v * W, sum[v]);
}

static TARGET void F(outer)(int64_t vectors, const Panel *q, int64_t i, int64_t end) {
  switch (vectors) {
#define CASE(v) case v: F(copies)(v, q, i, end); break;
    NARROW
#undef CASE
  }
}

// For a transposed B with few rows of A, not worth transposing: c[i][j] = a[i] . b[j], the rows of
// both contiguous. `count` columns at once, a constant at every call.
LN_INLINE TARGET void F(dot)(const int count, const Job *j, int64_t i, int64_t col) {
  const T *a = j->a + i * j->a_row, *b = j->b + col * j->ldb;
  T *c = j->c + i * j->ldc + col;
  const int64_t ldb = j->ldb, whole = j->k / W * W;
  V acc[8];
  T sum[8];
#pragma GCC unroll 8
  for (int r = 0; r < count; r++) acc[r] = (V){0};
#pragma GCC unroll 1
  for (int64_t p = 0; p < whole; p += W) {
    V x = F(load)(a + p);
#pragma GCC unroll 8
    for (int r = 0; r < count; r++) acc[r] = x * F(load)(b + r * ldb + p) + acc[r];
  }
  if (whole < j->k) {
    const Mask last = F(first)(j->k - whole);
    V x = F(load_part)(a + whole, last);
#pragma GCC unroll 8
    for (int r = 0; r < count; r++)
      acc[r] = x * F(load_part)(b + r * ldb + whole, last) + acc[r];
  }
#define EACH_SUM _Pragma("GCC unroll 8") for (int r = 0; r < count; r++)
  if (count == 8) F(eight_sums)(acc, sum);
  else EACH_SUM sum[r] = F(sum)(acc[r]);
  EACH_SUM sum[r] *= j->alpha;
  if (j->bias) EACH_SUM sum[r] += j->bias[(col + r) * j->bias_step];
  if (j->beta != 0) EACH_SUM sum[r] += j->beta * c[r];
  if (j->relu) EACH_SUM sum[r] = sum[r] < 0 ? 0 : sum[r];
  EACH_SUM c[r] = sum[r];
#undef EACH_SUM
}

static TARGET void F(dots)(const Job *j, int64_t i, int64_t col, int64_t end) {
  for (; col + 8 <= end; col += 8) F(dot)(8, j, i, col);
  for (; col + 4 <= end; col += 4) F(dot)(4, j, i, col);
  for (; col < end; col++) F(dot)(1, j, i, col);
}

// The first k elements of n rows of a transposed B become k rows of `width`, a multiple of W.
static TARGET void F(transpose)(const T *b, int64_t ldb, int64_t k, int64_t n, T *to,
                                   int64_t width) {
#if QUADS
  for (int64_t i = 0; k >= 4 && i < n; i += W) {
    const T *rows[W];  // beyond the end: the last one again, into columns that nobody reads
    for (int64_t r = 0; r < W; r++) rows[r] = b + (i + r < n ? i + r : n - 1) * ldb;
    for (int64_t p = 0; p < k; p += 4) {
      const int64_t four = p + 4 <= k ? p : k - 4;  // the last ones may overlap those before
      F(quads)(rows, four, to + four * width + i, width);
    }
  }
  if (k >= 4) return;
#endif
  for (int64_t i = 0; i < n; i++)
    for (int64_t p = 0; p < k; p++) to[p * width + i] = b[i * ldb + p];
  for (int64_t i = n; i < width; i++)
    for (int64_t p = 0; p < k; p++) to[p * width + i] = 0;
}

// Points q at rows of B from p0 on, at most `depth` of them, and at columns of C from `col` to at
// most `end`: as many as make panels of up to `widest` vectors as equal as can be (4 vectors are
// 2 + 2, not 3 + 1). Gives the panel's vectors; where B is, the caller says.
LN_INLINE TARGET int64_t F(aim)(Panel *q, const Job *j, int64_t p0, int64_t depth, int64_t col,
                                   int64_t end, int64_t widest) {
  const int64_t left = (end - col + W - 1) / W;
  const int64_t panels = left <= widest ? 1 : (left + widest - 1) / widest;
  const int64_t vectors = panels == 1 ? left : (left + panels - 1) / panels;
  const int64_t n = end - col < vectors * W ? end - col : vectors * W;
  q->k = j->k - p0 < depth ? j->k - p0 : depth;
  q->a = j->a + p0 * j->a_col;
  q->beta = p0 == 0 ? j->beta : 1;
  const bool whole = p0 + q->k == j->k;   // else more is added
  q->six = j->six && whole;
  q->mean = j->mean && whole ? j->mean + col : NULL;
  q->relu = j->relu && whole && !q->mean, q->relu_after = j->relu && q->mean;
  q->ends = q->mean || q->six;
  if (q->mean) q->factor = j->factor + col, q->offset = j->offset + col;
  q->last = F(first)(n - (vectors - 1) * W);
  q->bias = j->bias && p0 == 0 ? j->bias + col : NULL;
  q->c = j->c + col;
  q->y = j->y && whole ? j->y + col : NULL;
  return vectors;
}

// Rows [p, p + k) and columns [col, col + n) of op(B) as k rows of `width`, a multiple of W.
LN_INLINE TARGET void F(pack)(const Job *j, int64_t p, int64_t k, int64_t col, int64_t n, T *to,
                                 int64_t width) {
  if (j->tb) {
    F(transpose)(j->b + col * j->ldb + p, j->ldb, k, n, to, width);
    return;
  }
  const T *b = j->b + p * j->ldb + col;
  for (; k > 0; k--, b += j->ldb, to += width) {
    memcpy(to, b, (size_t)n * sizeof(T));
    for (int64_t i = n; i < width; i++) to[i] = 0;  // what is left there may be slow to add
  }
}

// Rows [i0, i1) and columns [j0, j1) of C, of a product that fits into the caches.
static TARGET void F(block)(const Job *j, int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
  if (j->tb && j->a_col == 1 && j->m <= 2 && !j->alike) {
    for (int64_t i = i0; i < i1; i++) F(dots)(j, i, j0, j1);
    return;
  }
  const bool line = j->m == 1 && !j->tb;
  // The least with step * ldb % W == 0.
  const int64_t step = line ? W / ((j->ldb | W) & -(j->ldb | W)) : 1;
  const bool long_line = line && j->k >= 8 * step && (step == 1 || !j->alike) &&
                         j->k * j->n * (int64_t)sizeof(T) > 32768;
  const bool outer = j->k == 1 && !j->tb && j->y;
  // A vector more is worth its room in the first-level cache where B is short.
  const int64_t wide = j->k <= 64 ? WIDEST : PANEL;
  const int64_t widest = long_line ? LINE - 1 : line || outer ? 8 : wide;
  const int64_t depth = line && !j->alike ? j->k : DEPTH;
  // Rows of B are copied together where many tiles gain from it, or where their distance would map
  // them all to a few sets of the cache.
  const int64_t rows = line || outer ? 0 : i1 - i0;
  const bool copy = rows >= 130 || (rows >= 16 && j->ldb * (int)sizeof(T) % 1024 == 0);
  _Alignas(64) T packed[DEPTH * PANEL * W], sums[LINE * W];
  Panel q = {.a_row = j->a_row, .a_col = j->a_col, .ldc = j->ldc, .ldy = j->ldy,
             .alpha = j->alpha, .sums = sums};
  q.fetch = line || j->m * j->ldc * (int64_t)sizeof(T) > 32768;  // else C is in the cache
  // What another core has just written takes 0.1 us a cache line, unless several are under way.
  if (line)
    for (int64_t p = 0; p < j->k; p += W) __builtin_prefetch(j->a + p * j->a_col);
  int64_t p0 = 0;
  do {  // once even when k is 0: c = beta c
    for (int64_t col = j0, n; col < j1; col += n) {
      const int64_t vectors = F(aim)(&q, j, p0, depth, col, j1, widest);
      n = j1 - col < vectors * W ? j1 - col : vectors * W;
      q.b = packed, q.ldb = vectors * W;
      if (j->tb || copy) F(pack)(j, p0, q.k, col, n, packed, q.ldb);
      else q.b = j->b + p0 * j->ldb + col, q.ldb = j->ldb;
      q.whole = q.k;
      if (q.b != packed) {  // not beyond the end of B
        const int64_t beyond = col + vectors * W - j->n, more = j->k - p0 - q.k;
        int64_t last = beyond > 0;  // so many rows of B's last; without a division where it is one
        if (beyond > q.ldb) last = q.ldb > 0 ? (beyond + q.ldb - 1) / q.ldb : j->k;
        if (last > more) q.whole = last - more < q.k ? q.k - (last - more) : 0;
      }
      if (long_line) F(line)(vectors, &q, n, step);
      else if (line) F(short_line)(vectors, &q);
      else if (outer) F(outer)(vectors, &q, i0, i1);
      else F(panels)(vectors, &q, i0, i1);
      if (q.y) memcpy(j->sums + col, sums, (size_t)n * sizeof(T));
    }
    p0 += q.k;
  } while (p0 < j->k);
}

// The same of a product that does not, is packed, gathered or written in runs: cut so that what is
// read again and again stays near (Goto and van de Geijn, "Anatomy of high-performance matrix
// multiplication", 2008). A part of B, (kc, nc), is packed once for all rows; mc rows of A meet all
// of it before the next ones come. Of A, blocks of (mc, DEPTH) are copied to where they are read in
// order, when they lie badly in memory or are gathered there. The sums are added up as in `block`,
// to the bit.

// Rows [i, i + rows) of A from column p on, k of them, for q: in place or in `to`.
LN_INLINE TARGET void F(aim_a)(Panel *q, const Job *j, int64_t i, int64_t rows, int64_t p,
                               int64_t k, bool copy, T *to, int64_t mc) {
  const bool by_columns = j->gather ? j->gather->by_columns : j->a_row == 1;
  const int64_t pad = 64 / (int64_t)sizeof(T);  // rows a line apart do not share sets of the cache
  q->a_row = by_columns ? 1 : DEPTH + pad;
  q->a_col = by_columns ? mc + pad : 1;
  q->a = to;
  if (j->gather) {
    j->gather->read(j->gather->from, i, rows, j->first + p, k, to,
                    by_columns ? q->a_col : q->a_row);
    return;
  }
  const T *a = j->a + i * j->a_row + p * j->a_col;
  if (!copy) {
    q->a = a, q->a_row = j->a_row, q->a_col = j->a_col;
  } else if (by_columns) {
    for (int64_t r = 0; r < k; r++)
      memcpy(to + r * q->a_col, a + r * j->a_col, (size_t)rows * sizeof(T));
  } else {
    for (int64_t r = 0; r < rows; r++)
      memcpy(to + r * q->a_row, a + r * j->a_row, (size_t)k * sizeof(T));
  }
}

// A panel for `rows` rows of C from row i on.
static TARGET void F(in_runs)(int64_t vectors, Panel *q, const Job *j, int64_t i, int64_t rows) {
  const T *a = q->a;
  T *c = q->c;
  for (int64_t r = 0, n; r < rows; r += n) {
    const int64_t skip = (i + r) % j->run;
    n = j->run - skip < rows - r ? j->run - skip : rows - r;
    q->a = a + r * q->a_row;
    q->c = c + j->runs[(i + r) / j->run] + skip * j->ldc;
    F(panels)(vectors, q, 0, n);
  }
  q->a = a;
}

static TARGET void F(blocked)(const Job *j, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                              Blocking size, T *room) {
  T *packed_a = room + (j->packed ? 0 : size.kc * size.nc);
  Panel q = {.ldc = j->ldc, .alpha = j->alpha, .fetch = true};
  for (int64_t part = j0; part < j1; part += size.nc) {
    const int64_t end = j1 - part < size.nc ? j1 : part + size.nc;
    const int64_t width = (end - part + W - 1) / W * W;
    // A's rows are copied where their distance maps them to a few sets of the cache, or where each
    // element would be a line of its own.
    const bool copy = end - part >= 2 * PANEL * W &&
                      (j->a_row == 1 || j->a_row * (int64_t)sizeof(T) % 1024 == 0);
    int64_t p0 = 0;
    do {  // once even when k is 0: c = beta c
      const int64_t p1 = j->k - p0 < size.kc ? j->k : p0 + size.kc;
      const T *b = j->packed ? j->packed + part * j->k + p0 * width : room;
      for (int64_t p = p0; p < p1 && !j->packed; p += DEPTH)
        for (int64_t col = part, n; col < end; col += n) {
          n = F(aim)(&q, j, p, DEPTH, col, end, PANEL) * W;
          F(pack)(j, p, q.k, col, end - col < n ? end - col : n,
                  room + (p - p0) * width + q.k * (col - part), n);
        }
      for (int64_t i = i0; i < i1; i += size.mc) {
        const int64_t rows = i1 - i < size.mc ? i1 - i : size.mc;
        int64_t p = p0;
        do {
          const int64_t k = p1 - p < DEPTH ? p1 - p : DEPTH;
          Panel rows_of_a = {0};
          F(aim_a)(&rows_of_a, j, i, rows, p, k, copy, packed_a, size.mc);
          for (int64_t col = part, vectors; col < end; col += vectors * W) {
            vectors = F(aim)(&q, j, p, DEPTH, col, end, PANEL);
            q.a = rows_of_a.a, q.a_row = rows_of_a.a_row, q.a_col = rows_of_a.a_col;
            q.b = b + (p - p0) * width + q.k * (col - part), q.ldb = vectors * W;
            q.whole = q.k;
            if (j->runs) {
              F(in_runs)(vectors, &q, j, i, rows);
            } else {
              q.c += i * j->ldc;
              F(panels)(vectors, &q, 0, rows);
            }
          }
          p += DEPTH;
        } while (p < p1);
      }
      p0 += size.kc;
    } while (p0 < j->k);
  }
}

// All of B as `blocked` packs parts of PACKED_COLUMNS of it.
static TARGET void F(pack_all)(const Job *j, T *to) {
  Panel q = {0};
  for (int64_t part = 0; part < j->n; part += PACKED_COLUMNS) {
    const int64_t end = j->n - part < PACKED_COLUMNS ? j->n : part + PACKED_COLUMNS;
    const int64_t width = (end - part + W - 1) / W * W;
    for (int64_t p = 0; p < j->k; p += DEPTH)
      for (int64_t col = part, n; col < end; col += n) {
        n = F(aim)(&q, j, p, DEPTH, col, end, PANEL) * W;
        F(pack)(j, p, q.k, col, end - col < n ? end - col : n,
                to + part * j->k + p * width + q.k * (col - part), n);
      }
  }
}

#undef F
#undef Job
#undef Panel
#undef V
#undef W
#undef EACH
#undef NARROW
#undef WIDE
#undef QUADS
#undef T
