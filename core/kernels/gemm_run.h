// ln_gemm and ln_dense for one element type T: which kernel, which pieces. gemm.c includes this
// with T, GEMM, DENSE and CBLAS defined; no include guard.

#define F(f) JOIN(T, f)
#define Job F(Job)
#define Split F(Split)

// The ranges of ln_parallel count pieces of `unit` rows or columns of C.
typedef struct {
  const Job *job;
  bool by_columns;
  int64_t unit;
} Split;

static void F(own)(void *arg, int64_t begin, int64_t end) {
  const Split *s = arg;
  const Job *j = s->job;
  const int64_t size = s->by_columns ? j->n : j->m;
  const int64_t from = begin * s->unit, to = end * s->unit < size ? end * s->unit : size;
  if (s->by_columns) F(block)(j, 0, j->m, from, to);
  else F(block)(j, from, to, 0, j->n);
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

static bool F(large)(const Job *j) {
  const int64_t most = INT32_MAX;  // what a blasint holds
  return j->m >= LARGE_SIDE && j->n >= LARGE_SIDE &&
         (double)j->m * (double)j->n * (double)j->k >= LARGE && j->m <= most && j->n <= most &&
         j->k <= most && j->lda <= most && j->ldb <= most && j->ldc <= most;
}

static void F(run)(const Job *job) {
  if (job->m <= 0 || job->n <= 0) return;
  Job j = *job;
  Split s = {.job = &j};
  const int64_t threads = ln_threads();
  if (F(large)(&j)) {
    s.by_columns = j.n > j.m;
    const int64_t size = s.by_columns ? j.n : j.m;
    s.unit = (size + threads - 1) / threads;
    ln_parallel((size + s.unit - 1) / s.unit, 1, F(blas), &s);
    return;
  }
  if (j.n == 1 && j.ldc == 1) {  // a column is computed as a row: c' = op(b)' op(a)'
    j.m = 1, j.n = job->m, j.ldc = job->m;
    j.a = job->b, j.a_col = job->tb ? 1 : job->ldb, j.a_row = 0;
    j.b = job->a, j.ldb = job->lda, j.tb = !job->ta;
  }
  if (j.k == 1 && j.tb && j.ldb == 1) j.tb = false, j.ldb = j.n;  // one column is one row
  // By columns where that divides well, so that each core keeps its columns of the weights in its
  // cache from the forward pass to the update, and where panels of B are to be transposed.
  const int64_t lanes = vector_bytes / (int64_t)sizeof(T), vectors = (j.n + lanes - 1) / lanes;
  s.by_columns = j.m < 16 || vectors >= 4 * threads || (j.tb && vectors >= 2 * threads);
  s.unit = s.by_columns ? lanes : 8;
  const int64_t size = s.by_columns ? j.n : j.m;
  const double work = (double)s.unit * (double)(s.by_columns ? j.m : j.n) * (double)j.k;
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
  Job j = {.m = m, .n = n, .k = k, .alpha = 1, .bias = bias, .relu = act == LN_ACT_RELU,
           .a = x, .lda = ldx, .a_row = ldx, .a_col = 1, .b = w, .ldb = ldw, .c = y, .ldc = ldy};
  // What the product cannot do on its way: OpenBLAS nothing, a column computed as a row no bias.
  const bool large = F(large)(&j);
  if (bias && (large || (n == 1 && ldy == 1))) {
    for (int64_t i = 0; i < m; i++) memcpy(y + i * ldy, bias, (size_t)n * sizeof(T));
    j.bias = NULL, j.beta = 1;
  }
  F(run)(&j);
  if (!large || !j.relu) return;
  for (int64_t i = 0; i < m; i++)
    for (int64_t col = 0; col < n; col++)
      if (y[i * ldy + col] < 0) y[i * ldy + col] = 0;
}

#undef F
#undef Job
#undef Split
#undef T
#undef GEMM
#undef DENSE
#undef CBLAS
