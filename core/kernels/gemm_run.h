// ln_gemm and ln_dense for one element type T: which kernel, which pieces. gemm.c includes this
// with T, GEMM, DENSE, RELU_GRAD and CBLAS defined; no include guard.

#define F(f) JOIN(T, f)
#define Job F(Job)
#define Split F(Split)

// The ranges of ln_parallel count pieces of `unit` rows or columns of C, or of terms of its sums.
typedef struct {
  const Job *job;
  bool by_columns;
  int64_t unit;
  T *partial;  // of the sums but for the first piece's, which C holds: (m, n) each
  int64_t pieces, first;  // how many; how many terms the first one has, the others have `unit`
} Split;

static void F(own)(void *arg, int64_t begin, int64_t end) {
  const Split *s = arg;
  const Job *j = s->job;
  const int64_t size = s->by_columns ? j->n : j->m;
  const int64_t from = begin * s->unit, to = end * s->unit < size ? end * s->unit : size;
  if (s->by_columns) F(block)(j, 0, j->m, from, to);
  else F(block)(j, from, to, 0, j->n);
}

// Pieces of k: sums that add up to C.
static void F(terms)(void *arg, int64_t begin, int64_t end) {
  const Split *s = arg;
  for (; begin < end; begin++) {
    Job j = *s->job;
    const int64_t from = begin > 0 ? s->first + (begin - 1) * s->unit : 0;
    const int64_t most = begin > 0 ? s->unit : s->first;
    j.k = j.k - from < most ? j.k - from : most;
    j.a += from * j.a_col, j.b += from * j.ldb, j.relu = false;
    if (begin > 0) {
      j.c = s->partial + (begin - 1) * j.m * j.n, j.ldc = j.n;
      j.beta = 0, j.bias = NULL;
    }
    F(block)(&j, 0, j.m, 0, j.n);
  }
}

// Rows of C; the first piece's sums are in them.
LN_CLONES static void F(add_up)(void *arg, int64_t begin, int64_t end) {
  const Split *s = arg;
  const Job *j = s->job;
  for (int64_t i = begin; i < end; i++) {
    T *c = j->c + i * j->ldc;
    for (int64_t p = 0; p < s->pieces - 1; p++) {
      const T *from = s->partial + (p * j->m + i) * j->n;
      for (int64_t col = 0; col < j->n; col++) c[col] += from[col];
    }
    if (j->relu)
      for (int64_t col = 0; col < j->n; col++) c[col] = c[col] < 0 ? 0 : c[col];
  }
}

// A batch times weights is cut along k, each core summing over its own rows of the weights: these
// then stay in its cache, since their gradient and update are cut by the same rows. (Measured on
// the forward product of 784-300 at batch 32 and the update of its weights: 213 us with one thread,
// 124 so, but 222 to 269 with either cut otherwise, when half of the weights change caches twice.)
static bool F(by_terms)(const Job *j, int64_t threads) {
  const double work = (double)j->m * (double)j->n * (double)j->k;
  if (j->ta || j->tb || j->k < 128 || j->k < j->m || work < 2 * GRAIN) return false;
  const int64_t most = (int64_t)(work / GRAIN), wanted = threads < most ? threads : most;
  const int64_t head = (int64_t)(HEAD_START / (work / (double)j->k)) / 8 * 8;
  Split s = {.job = j, .unit = ((j->k - head + 7) / 8 + wanted - 1) / wanted * 8};
  s.first = s.unit + head;
  s.pieces = 1 + (j->k - s.first + s.unit - 1) / s.unit;
  if (s.pieces < 2) return false;
  _Alignas(64) T few[PARTIAL / sizeof(T)];
  const size_t bytes = (size_t)((s.pieces - 1) * j->m * j->n) * sizeof(T);
  s.partial = bytes <= sizeof few ? few : malloc(bytes);
  if (!s.partial) return false;
  ln_parallel(s.pieces, 1, F(terms), &s);
  ln_parallel(j->m, ADD_GRAIN / j->n + 1, F(add_up), &s);
  if (s.partial != few) free(s.partial);
  return true;
}

// OpenBLAS's results depend on the shape it is called with, so every piece is a call of its own.
static void F(blas)(void *arg, int64_t begin, int64_t end) {
  const Split *s = arg;
  const Job *j = s->job;
  for (; begin < end; begin++) {
    const int64_t size = s->by_columns ? j->n : j->m, from = begin * s->unit;
    const int64_t part = size - from < s->unit ? size - from : s->unit;
    const int64_t row = s->by_columns ? 0 : from, col = s->by_columns ? from : 0;
    const int64_t m = s->by_columns ? j->m : part, n = s->by_columns ? part : j->n;
    CBLAS(CblasRowMajor, j->ta ? CblasTrans : CblasNoTrans, j->tb ? CblasTrans : CblasNoTrans,
          (blasint)m, (blasint)n, (blasint)j->k, j->alpha, j->a + row * j->a_row, (blasint)j->lda,
          j->b + (j->tb ? col * j->ldb : col), (blasint)j->ldb, j->beta, j->c + row * j->ldc + col,
          (blasint)j->ldc);
  }
}

// Whether the product is cut to fit the caches, or goes to OpenBLAS where it is faster.
static bool F(large)(const Job *j) {
  if (F(blocked))
    return j->m >= 256 && j->n >= 16 && j->k >= 16 && !j->y &&
           (j->m > LARGE_SIDE || j->m * j->n > LARGE_SIDE * LARGE_SIDE);
  const int64_t most = INT32_MAX;  // what a blasint holds
  return j->m >= BLAS_SIDE && j->n >= BLAS_SIDE &&
         (double)j->m * (double)j->n * (double)j->k >= BLAS_WORK && j->m <= most &&
         j->n <= most && j->k <= most && j->lda <= most && j->ldb <= most && j->ldc <= most;
}

static void F(in_blocks)(void *arg, int64_t begin, int64_t end) {
  const Split *s = arg;
  const Job *j = s->job;
  const int64_t size = s->by_columns ? j->n : j->m;
  const int64_t from = begin * s->unit, to = end * s->unit < size ? end * s->unit : size;
  const int64_t i0 = s->by_columns ? 0 : from, i1 = s->by_columns ? j->m : to;
  const int64_t j0 = s->by_columns ? from : 0, j1 = s->by_columns ? to : j->n;
  T *room = aligned_alloc(64, BLOCKED_ROOM);
  if (room) F(blocked)(j, i0, i1, j0, j1, room);
  else F(block)(j, i0, i1, j0, j1);
  free(room);
}

// Changes *j: a copy of what was just written would have to wait for it.
static void F(run)(Job *j) {
  if (j->m <= 0 || j->n <= 0) return;
  Split s = {.job = j};
  const int64_t threads = ln_threads();
  if (F(large)(j)) {
    s.by_columns = j->n > j->m;
    const int64_t size = s.by_columns ? j->n : j->m;
    s.unit = ((size + threads - 1) / threads + 7) / 8 * 8;
    ln_parallel((size + s.unit - 1) / s.unit, 1, F(blocked) ? F(in_blocks) : F(blas), &s);
    return;
  }
  if (j->n == 1 && j->ldc == 1) {  // a column is computed as a row: c' = op(b)' op(a)'
    const T *a = j->a;
    j->a = j->b, j->a_col = j->tb ? 1 : j->ldb, j->a_row = 0;
    j->b = a, j->ldb = j->lda, j->tb = !j->ta;
    j->n = j->ldc = j->m, j->m = 1;
  }
  if (j->k == 1 && j->tb && j->ldb == 1) j->tb = false, j->ldb = j->n;  // one column is one row
  if (threads == 1) {
    F(block)(j, 0, j->m, 0, j->n);
    return;
  }
  if (F(by_terms)(j, threads)) return;
  // Else by rows, for cores that write parts of the same row meet in a cache line; by columns where
  // there are few rows, or where panels of B are to be transposed.
  const int64_t lanes = vector_bytes / (int64_t)sizeof(T), vectors = (j->n + lanes - 1) / lanes;
  s.by_columns = j->m < 16 || j->y || (j->tb && vectors >= 2 * threads);
  s.unit = s.by_columns ? lanes : 8;
  const int64_t size = s.by_columns ? j->n : j->m;
  const double work = (double)s.unit * (double)(s.by_columns ? j->m : j->n) * (double)j->k;
  const int64_t grain = work >= GRAIN ? 1 : (int64_t)(GRAIN / (work + 1)) + 1;
  ln_parallel((size + s.unit - 1) / s.unit, grain, F(own), &s);
}

void GEMM(bool ta, bool tb, int64_t m, int64_t n, int64_t k, T alpha, const T *a, int64_t lda,
          const T *b, int64_t ldb, T beta, T *c, int64_t ldc) {
  F(run)(&(Job){.m = m, .n = n, .k = k, .alpha = alpha, .beta = beta, .ta = ta, .tb = tb,
                .a = a, .lda = lda, .a_row = ta ? 1 : lda, .a_col = ta ? lda : 1,
                .b = b, .ldb = ldb, .c = c, .ldc = ldc});
}

void DENSE(int64_t m, int64_t n, int64_t k, const T *x, int64_t ldx, const T *w, int64_t ldw,
           const T *bias, LnEpilogue act, T *y, int64_t ldy) {
  Job j = {.m = m, .n = n, .k = k, .alpha = 1, .bias = bias, .bias_step = 1,
           .relu = act == LN_ACT_RELU,
           .a = x, .lda = ldx, .a_row = ldx, .a_col = 1, .b = w, .ldb = ldw, .c = y, .ldc = ldy};
  // What the product cannot do on its way: OpenBLAS nothing; a column computed as a row has but one
  // bias, which only dots know.
  const bool blas = !F(blocked) && F(large)(&j);
  const bool column = n == 1 && ldy == 1, dots = ldw == 1 && k != 1;
  if (column && dots) j.bias_step = 0;
  if (bias && (blas || (column && !dots))) {
    for (int64_t i = 0; i < m; i++)
      for (int64_t col = 0; col < n; col++) y[i * ldy + col] = bias[col];
    j.bias = NULL, j.beta = 1;
  }
  F(run)(&j);
  if (!blas || !j.relu) return;
  for (int64_t i = 0; i < m; i++)
    for (int64_t col = 0; col < n; col++)
      if (y[i * ldy + col] < 0) y[i * ldy + col] = 0;
}

void RELU_GRAD(int64_t m, int64_t n, int64_t k, const T *dz, int64_t lddz, const T *w, int64_t ldw,
               const T *y, int64_t ldy, T *dx, int64_t lddx, T *sums) {
  F(run)(&(Job){.m = m, .n = n, .k = k, .alpha = 1, .tb = true, .a = dz, .lda = lddz,
                .a_row = lddz, .a_col = 1, .b = w, .ldb = ldw, .c = dx, .ldc = lddx, .y = y,
                .ldy = ldy, .sums = sums});
}

#undef F
#undef Job
#undef Split
#undef T
#undef GEMM
#undef DENSE
#undef RELU_GRAD
#undef CBLAS
