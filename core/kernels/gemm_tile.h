// The matrix product for one element type T and one instruction set: gemm.c includes this once for
// each pair, with the operations on vectors defined. No include guard: that is the point.
//
// C is cut into panels of up to PANEL vectors of columns, a panel into tiles of up to ROWS rows. A
// tile stays in registers while k runs over a block of DEPTH: each step loads a row of B's panel in
// vectors and multiplies it with one element of each row of A. A's elements may stand at any
// strides, so both kinds of A cost the same and nothing is copied, which in a small product is
// dearer than the product. Every element of C sums its products in the order of k whatever the
// tiles, tails and threads, so that none of them changes a bit of the result. (But a row alone may
// be summed in another order: see lines.)

#define NAME(f) JOIN(T, JOIN(ISA, f))
#define Job JOIN(T, Job)
#define Panel NAME(Panel)
#define V JOIN(VEC, T)
#define W (BYTES / (int)sizeof(T))

// One panel over one block of k: c = beta c + alpha a b (+ bias), then relu.
typedef struct {
  int64_t k, a_row, a_col, ldb, ldc, ldy;
  const T *a, *b, *bias;  // bias may be NULL
  const T *y;             // with it c is kept where y > 0, else 0, and its columns are summed up
  T *sums;                // whole vectors: a part that was just stored takes long to load
  T *c;
  T alpha, beta;
  bool relu, fetch;
  M last;         // which lanes of the panel's last vector exist
  int64_t whole;  // in so many rows of b it may be loaded whole, which is faster
} Panel;

#define LOAD_AT(p, v) ((v) < vectors - 1 ? LOAD((p) + (v) * W) : LOAD_PART((p) + (v) * W, last))

// What is done with the sums of a tile of C, rows [i, i + rows) of the panel.
LN_INLINE TARGET void NAME(finish)(const int rows, const int vectors, const Panel *q, int64_t i,
                                   V acc[][LINE]) {
  const M last = q->last;
  const T *bias = q->bias;
  const int64_t ldc = q->ldc;
  T *c = q->c + i * ldc;
  const V alpha = SET(q->alpha), beta = SET(q->beta);
  if (q->beta == 1 && !bias) {  // c += alpha a b, rounded as often as an optimizer's step would
    EACH acc[r][v] = FMA(alpha, acc[r][v], LOAD_AT(c + r * ldc, v));
  } else {
    if (q->alpha != 1) EACH acc[r][v] = MUL(alpha, acc[r][v]);
    if (bias) EACH acc[r][v] = ADD(acc[r][v], LOAD_AT(bias, v));
    if (q->beta != 0) EACH acc[r][v] = FMA(beta, LOAD_AT(c + r * ldc, v), acc[r][v]);
  }
  if (q->relu) EACH acc[r][v] = MAX(SET(0), acc[r][v]);  // in this order NaN stays NaN
  if (vectors <= WIDEST && q->y) {  // wider ones are never asked
    const T *y = q->y + i * q->ldy;
    EACH acc[r][v] = WHERE_POSITIVE(LOAD_AT(y + r * q->ldy, v), acc[r][v]);
#pragma GCC unroll 24
    for (int v = 0; v < vectors; v++) {
      V sum = i == 0 ? SET(0) : LOAD(q->sums + v * W);
#pragma GCC unroll 8
      for (int r = 0; r < rows; r++) sum = ADD(sum, acc[r][v]);
      STORE(q->sums + v * W, sum);
    }
  }
  EACH {
    T *to = c + r * ldc + v * W;
    if (v < vectors - 1) STORE(to, acc[r][v]);
    else STORE_PART(to, last, acc[r][v]);
  }
}

// One term of the sums of a tile: a row of B times an element of each row of A.
LN_INLINE TARGET void NAME(term)(const int rows, const int vectors, const Panel *q, const T *a,
                                 const T *b, const bool whole, V acc[][LINE]) {
  const M last = q->last;
  V row[LINE];
#pragma GCC unroll 24
  for (int v = 0; v < vectors; v++) row[v] = whole ? LOAD(b + v * W) : LOAD_AT(b, v);
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
    V x = SET(a[r * q->a_row]);
#pragma GCC unroll 24
    for (int v = 0; v < vectors; v++) acc[r][v] = FMA(x, row[v], acc[r][v]);
  }
}

// Rows [i, i + rows) of a panel. rows and vectors are constants at every call, so that the loops
// over them unroll and acc becomes registers.
LN_INLINE TARGET void NAME(tile)(const int rows, const int vectors, const Panel *q, int64_t i) {
  V acc[8][LINE];
  const T *a = q->a + i * q->a_row, *b = q->b;
  const int64_t k = q->k, whole = q->whole, a_col = q->a_col, ldb = q->ldb;
  int64_t p = 0;
  EACH acc[r][v] = SET(0);
  if (q->fetch)  // what is written when all is summed
    EACH __builtin_prefetch(q->c + (i + r) * q->ldc + v * W, 1);
#pragma GCC unroll 1
  for (; vectors <= WIDEST && p < whole; p++, a += a_col, b += ldb)
    NAME(term)(rows, vectors, q, a, b, true, acc);
#pragma GCC unroll 1
  for (; p < k; p++, a += a_col, b += ldb) NAME(term)(rows, vectors, q, a, b, false, acc);
  NAME(finish)(rows, vectors, q, i, acc);
}

// Rows [i, end) of a panel.
LN_INLINE TARGET void NAME(panel)(const int vectors, const Panel *q, int64_t i, int64_t end) {
#if ROWS == 8
  if (vectors <= PANEL)  // else there are registers for 6
    for (; i + 8 <= end; i += 8) NAME(tile)(8, vectors, q, i);
  for (; i + 6 <= end; i += 6) NAME(tile)(6, vectors, q, i);  // 4 and 2 leave the adders idle
#endif
  for (; i + 4 <= end; i += 4) NAME(tile)(4, vectors, q, i);
  for (; i + 2 <= end; i += 2) NAME(tile)(2, vectors, q, i);
  for (; i < end; i++) NAME(tile)(1, vectors, q, i);
}

static TARGET void NAME(panels)(int64_t vectors, const Panel *q, int64_t i, int64_t end) {
  if (WIDEST > PANEL && vectors == WIDEST) NAME(panel)(WIDEST, q, i, end);
  else if (vectors == 3) NAME(panel)(3, q, i, end);
  else if (vectors == 2) NAME(panel)(2, q, i, end);
  else NAME(panel)(1, q, i, end);
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

// Rows p, p + step, ... of B, which all begin `at` elements behind the start of a cache line, times
// their elements of a: whole lines, whatever stands before and behind a row in them.
LN_INLINE TARGET void NAME(lines)(const int vectors, const Panel *q, int64_t p, int64_t step,
                                  int64_t at, T *sums) {
  V acc[LINE];
  const T *line = q->b + p * q->ldb - at;
#pragma GCC unroll 24
  for (int v = 0; v < vectors; v++) acc[v] = LOAD(sums - at + v * W);
#pragma GCC unroll 1
  for (; p < q->k; p += step, line += step * q->ldb) {
    V x = SET(q->a[p * q->a_col]);
#pragma GCC unroll 24
    for (int v = 0; v < vectors; v++) acc[v] = FMA(x, LOAD(line + v * W), acc[v]);
  }
#pragma GCC unroll 24
  for (int v = 0; v < vectors; v++) STORE(sums - at + v * W, acc[v]);
}

// A long B that a single row is multiplied with is read once, so what counts is how fast it comes
// from the second-level cache, and a load across two of its lines, or of a part of one, halves
// that. So rows that begin at the same place of a line, every step-th, are taken together.
static TARGET void NAME(line)(int64_t vectors, const Panel *q, int64_t n, int64_t step) {
  _Alignas(64) T sums[(LINE + 2) * W] = {0};
  for (int v = 0; v < vectors; v++) __builtin_prefetch(q->c + v * W, 1);
  for (int64_t p = 0; p < step; p++) {
    const int64_t at = (int64_t)((uintptr_t)(q->b + p * q->ldb) % BYTES / sizeof(T));
    switch ((at + n + W - 1) / W) {
#define CASE(v) case v: NAME(lines)(v, q, p, step, at, sums + W); break;
      NARROW WIDE
#undef CASE
    }
  }
  V acc[1][LINE];
  for (int v = 0; v < vectors; v++) acc[0][v] = LOAD(sums + (v + 1) * W);
  NAME(finish)(1, (int)vectors, q, 0, acc);
}

static TARGET void NAME(short_line)(int64_t vectors, const Panel *q) {
  switch (vectors) {
#define CASE(v) case v: NAME(tile)(1, v, q, 0); break;
    NARROW
#undef CASE
  }
}

// Rows [i, end) of a product of one term, scaled copies of B's only row, where y > 0; their sums.
LN_INLINE TARGET void NAME(copies)(const int vectors, const Panel *q, int64_t i, int64_t end) {
  const M last = q->last;
  const T *y = q->y + i * q->ldy;
  T *c = q->c + i * q->ldc;
  V sum[8];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) sum[v] = SET(0);
#pragma GCC unroll 1
  for (; i < end; i++, c += q->ldc, y += q->ldy) {
    V x = SET(q->a[i * q->a_row]);
#pragma GCC unroll 24
    for (int v = 0; v < vectors; v++) {
      V copy = WHERE_POSITIVE(LOAD_AT(y, v), MUL(x, LOAD_AT(q->b, v)));
      sum[v] = ADD(sum[v], copy);
      if (v < vectors - 1) STORE(c + v * W, copy);
      else STORE_PART(c + v * W, last, copy);
    }
  }
#pragma GCC unroll 24
  for (int v = 0; v < vectors; v++) STORE(q->sums + v * W, sum[v]);
}

static TARGET void NAME(outer)(int64_t vectors, const Panel *q, int64_t i, int64_t end) {
  switch (vectors) {
#define CASE(v) case v: NAME(copies)(v, q, i, end); break;
    NARROW
#undef CASE
  }
}

// For a transposed B with few rows of A, not worth transposing: c[i][j] = a[i] . b[j], the rows of
// both contiguous. `count` columns at once, a constant at every call.
LN_INLINE TARGET void NAME(dot)(const int count, const Job *j, int64_t i, int64_t col) {
  const T *a = j->a + i * j->a_row, *b = j->b + col * j->ldb;
  T *c = j->c + i * j->ldc + col;
  const int64_t ldb = j->ldb, whole = j->k / W * W;
  V acc[8];
  T sum[8];
#pragma GCC unroll 8
  for (int r = 0; r < count; r++) acc[r] = SET(0);
#pragma GCC unroll 1
  for (int64_t p = 0; p < whole; p += W) {
    V x = LOAD(a + p);
#pragma GCC unroll 8
    for (int r = 0; r < count; r++) acc[r] = FMA(x, LOAD(b + r * ldb + p), acc[r]);
  }
  if (whole < j->k) {
    const M last = MASK(j->k - whole);
    V x = LOAD_PART(a + whole, last);
#pragma GCC unroll 8
    for (int r = 0; r < count; r++) acc[r] = FMA(x, LOAD_PART(b + r * ldb + whole, last), acc[r]);
  }
#define EACH_SUM _Pragma("GCC unroll 8") for (int r = 0; r < count; r++)
#ifdef EIGHT_SUMS
  if (count == 8) EIGHT_SUMS(acc, sum);
  else
#endif
    EACH_SUM sum[r] = SUM(acc[r]);
  EACH_SUM sum[r] *= j->alpha;
  if (j->bias) EACH_SUM sum[r] += j->bias[(col + r) * j->bias_step];
  if (j->beta != 0) EACH_SUM sum[r] += j->beta * c[r];
  if (j->relu) EACH_SUM sum[r] = sum[r] < 0 ? 0 : sum[r];
  EACH_SUM c[r] = sum[r];
#undef EACH_SUM
}

static TARGET void NAME(dots)(const Job *j, int64_t i, int64_t col, int64_t end) {
  for (; col + 8 <= end; col += 8) NAME(dot)(8, j, i, col);
  for (; col + 4 <= end; col += 4) NAME(dot)(4, j, i, col);
  for (; col < end; col++) NAME(dot)(1, j, i, col);
}

// The first k elements of n rows of a transposed B become k rows of `width`, a multiple of W.
static TARGET void NAME(transpose)(const T *b, int64_t ldb, int64_t k, int64_t n, T *to,
                                   int64_t width) {
#ifdef QUADS
  for (int64_t i = 0; k >= 4 && i < n; i += W) {
    const T *rows[W];  // beyond the end: the last one again, into columns that nobody reads
    for (int64_t r = 0; r < W; r++) rows[r] = b + (i + r < n ? i + r : n - 1) * ldb;
    for (int64_t p = 0; p < k; p += 4) {
      const int64_t at = p + 4 <= k ? p : k - 4;  // the last four may overlap the four before
      QUADS(rows, at, to + at * width + i, width);
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
LN_INLINE TARGET int64_t NAME(aim)(Panel *q, const Job *j, int64_t p0, int64_t depth, int64_t col,
                                   int64_t end, int64_t widest) {
  const int64_t left = (end - col + W - 1) / W;
  const int64_t panels = left <= widest ? 1 : (left + widest - 1) / widest;
  const int64_t vectors = panels == 1 ? left : (left + panels - 1) / panels;
  const int64_t n = end - col < vectors * W ? end - col : vectors * W;
  q->k = j->k - p0 < depth ? j->k - p0 : depth;
  q->a = j->a + p0 * j->a_col;
  q->beta = p0 == 0 ? j->beta : 1;
  q->relu = j->relu && p0 + q->k == j->k;
  q->last = MASK(n - (vectors - 1) * W);
  q->bias = j->bias && p0 == 0 ? j->bias + col : NULL;
  q->c = j->c + col;
  q->y = j->y && p0 + q->k == j->k ? j->y + col : NULL;
  return vectors;
}

// Rows [p, p + k) and columns [col, col + n) of op(B) as k rows of `width`, a multiple of W.
LN_INLINE TARGET void NAME(pack)(const Job *j, int64_t p, int64_t k, int64_t col, int64_t n, T *to,
                                 int64_t width) {
  if (j->tb) {
    NAME(transpose)(j->b + col * j->ldb + p, j->ldb, k, n, to, width);
    return;
  }
  const T *b = j->b + p * j->ldb + col;
  for (; k > 0; k--, b += j->ldb, to += width) {
    memcpy(to, b, (size_t)n * sizeof(T));
    for (int64_t i = n; i < width; i++) to[i] = 0;  // what is left there may be slow to add
  }
}

// Rows [i0, i1) and columns [j0, j1) of C, of a product that fits into the caches.
static TARGET void NAME(block)(const Job *j, int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
  if (j->tb && j->a_col == 1 && j->m <= 2) {
    for (int64_t i = i0; i < i1; i++) NAME(dots)(j, i, j0, j1);
    return;
  }
  const bool line = j->m == 1 && !j->tb;
  // The least with step * ldb % W == 0.
  const int64_t step = line ? W / ((j->ldb | W) & -(j->ldb | W)) : 1;
  const bool long_line = line && j->k >= 8 * step && j->k * j->n * (int64_t)sizeof(T) > 32768;
  const bool outer = j->k == 1 && !j->tb && j->y;
  // A vector more is worth its room in the first-level cache where B is short.
  const int64_t wide = j->k <= 64 ? WIDEST : PANEL;
  const int64_t widest = long_line ? LINE - 1 : line || outer ? 8 : wide;
  const int64_t depth = line ? j->k : DEPTH;
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
      const int64_t vectors = NAME(aim)(&q, j, p0, depth, col, j1, widest);
      n = j1 - col < vectors * W ? j1 - col : vectors * W;
      q.b = packed, q.ldb = vectors * W;
      if (j->tb || copy) NAME(pack)(j, p0, q.k, col, n, packed, q.ldb);
      else q.b = j->b + p0 * j->ldb + col, q.ldb = j->ldb;
      q.whole = q.k;
      if (q.b != packed) {  // not beyond the end of B
        const int64_t beyond = col + vectors * W - j->n, more = j->k - p0 - q.k;
        int64_t last = beyond > 0;  // so many rows of B's last; without a division where it is one
        if (beyond > q.ldb) last = q.ldb > 0 ? (beyond + q.ldb - 1) / q.ldb : j->k;
        if (last > more) q.whole = last - more < q.k ? q.k - (last - more) : 0;
      }
      if (long_line) NAME(line)(vectors, &q, n, step);
      else if (line) NAME(short_line)(vectors, &q);
      else if (outer) NAME(outer)(vectors, &q, i0, i1);
      else NAME(panels)(vectors, &q, i0, i1);
      if (q.y) memcpy(j->sums + col, sums, (size_t)n * sizeof(T));
    }
    p0 += q.k;
  } while (p0 < j->k);
}

#if BYTES > 16
// The same of a product that does not: cut so that what is read again and again stays near (Goto
// and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). A part of B, (kc,
// nc), is packed once for all rows; mc rows of A meet all of it before the next ones come. `room`
// holds BLOCKED_ROOM bytes. The sums are added up as in `block`, to the bit.
static TARGET void NAME(blocked)(const Job *j, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                                 T *room) {
  // A B that stays near in one piece as a whole lets C be written less often.
  const bool narrow = j->k <= 4 * BLOCK_DEPTH &&
                      j->k * (j1 - j0) * (int64_t)sizeof(T) <= BLOCK_B / 2;
  const int64_t parts = narrow ? 1 : (j->k + BLOCK_DEPTH - 1) / BLOCK_DEPTH;
  const int64_t kc = ((j->k + parts - 1) / parts + DEPTH - 1) / DEPTH * DEPTH;
  const int64_t nc = BLOCK_B / (int64_t)sizeof(T) / kc / W * W;
  const int64_t mc = BLOCK_A / (int64_t)sizeof(T) / kc / ROWS * ROWS;
  T *packed_a = room + BLOCK_B / sizeof(T);
  Panel q = {.ldc = j->ldc, .alpha = j->alpha, .fetch = true};
  for (int64_t part = j0; part < j1; part += nc) {
    const int64_t end = j1 - part < nc ? j1 : part + nc, width = (end - part + W - 1) / W * W;
    // A's rows are copied where their distance maps them to a few sets of the cache, or where each
    // element would be a line of its own.
    const bool copy = end - part >= 2 * PANEL * W &&
                      (j->a_row == 1 || j->a_row * (int64_t)sizeof(T) % 1024 == 0);
    const int64_t lda = j->a_row == 1 ? mc : DEPTH + 64 / (int64_t)sizeof(T);
    for (int64_t p0 = 0; p0 < j->k; p0 += kc) {
      const int64_t p1 = j->k - p0 < kc ? j->k : p0 + kc;
      for (int64_t p = p0; p < p1; p += DEPTH)
        for (int64_t col = part, n; col < end; col += n) {
          n = NAME(aim)(&q, j, p, DEPTH, col, end, PANEL) * W;
          NAME(pack)(j, p, q.k, col, end - col < n ? end - col : n,
                     room + (p - p0) * width + q.k * (col - part), n);
        }
      for (int64_t i = i0; i < i1; i += mc) {
        const int64_t rows = i1 - i < mc ? i1 - i : mc;
        for (int64_t p = p0; p < p1; p += DEPTH) {
          const int64_t k = p1 - p < DEPTH ? p1 - p : DEPTH;
          const T *a = j->a + i * j->a_row + p * j->a_col;
          if (copy && j->a_row == 1)
            for (int64_t r = 0; r < k; r++)
              memcpy(packed_a + r * lda, a + r * j->a_col, (size_t)rows * sizeof(T));
          else if (copy)
            for (int64_t r = 0; r < rows; r++)
              memcpy(packed_a + r * lda, a + r * j->a_row, (size_t)k * sizeof(T));
          for (int64_t col = part, vectors; col < end; col += vectors * W) {
            vectors = NAME(aim)(&q, j, p, DEPTH, col, end, PANEL);
            q.a = copy ? packed_a : a;
            q.a_row = copy && j->a_row != 1 ? lda : j->a_row;
            q.a_col = copy ? (j->a_row == 1 ? lda : 1) : j->a_col;
            q.b = room + (p - p0) * width + q.k * (col - part), q.ldb = vectors * W;
            q.whole = q.k;
            q.c += i * j->ldc;
            NAME(panels)(vectors, &q, 0, rows);
          }
        }
      }
    }
  }
}
#endif

#undef NAME
#undef Job
#undef Panel
#undef V
#undef W
#undef LOAD_AT
#undef NARROW
#undef WIDE
#undef T
