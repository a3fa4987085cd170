// How products of one element type T are cut: which kernel, which pieces. gemm.c includes this with
// T and CBLAS defined; no include guard.

#define F(f) JOIN(T, f)
#define Job F(Job)
#define Split F(Split)

// The ranges of ln_parallel count pieces of `unit` rows or columns of C, or of terms of its sums.
typedef struct Split {
  const Job *job;
  bool by_columns;
  int64_t unit;
  T *partial;  // of the sums but for the first piece's, which C holds: (m, n) each
  int64_t pieces, first;  // how many; how many terms the first one has, the others have `unit`
} Split;

// What is cut to fit the caches, since it does not, or since its kind asks for it.
static bool F(is_blocked)(const Job *j) {
  if (j->gather || j->packed || j->runs) return true;
  return kernels != &ln_gemm_portable && j->m >= 256 && j->n >= 16 && j->k >= 16 && !j->y &&
         (j->m > LARGE_SIDE || j->m * j->n > LARGE_SIDE * LARGE_SIDE);
}

static Blocking F(blocking)(const Job *j, int64_t rows, int64_t columns) {
  const int64_t lanes = kernels->vector_bytes / (int64_t)sizeof(T);
  // A B that stays near in one piece as a whole lets C be written less often.
  const bool narrow = j->k <= 4 * BLOCK_DEPTH &&
                      j->k * columns * (int64_t)sizeof(T) <= BLOCK_B / 2;
  const int64_t parts = narrow || j->k == 0 ? 1 : (j->k + BLOCK_DEPTH - 1) / BLOCK_DEPTH;
  const int64_t kc = ((j->k + parts - 1) / parts + DEPTH - 1) / DEPTH * DEPTH;
  Blocking s = {.kc = kc > 0 ? kc : DEPTH};
  s.nc = BLOCK_B / (int64_t)sizeof(T) / s.kc / lanes * lanes;
  s.mc = BLOCK_A / (int64_t)sizeof(T) / s.kc / 8 * 8;
  if (s.nc > (columns + lanes - 1) / lanes * lanes) s.nc = (columns + lanes - 1) / lanes * lanes;
  if (s.mc > (rows + 7) / 8 * 8) s.mc = (rows + 7) / 8 * 8;
  if (j->packed) s.nc = PACKED_COLUMNS;
  return s;
}

// Rows [i0, i1) and columns [j0, j1) of C, on this thread.
static void F(piece)(const Job *j, int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
  if (!F(is_blocked)(j)) {
    kernels->F(block)(j, i0, i1, j0, j1);
    return;
  }
  Blocking s = F(blocking)(j, i1 - i0, j1 - j0);
  T *room = ln_workspace_take((size_t)ln_gemm_room(s, j->packed, sizeof(T)) * sizeof(T));
  if (room) {
    kernels->F(blocked)(j, i0, i1, j0, j1, s, room);
    ln_workspace_give(room);
    return;
  }
  enum { PAD = 64 / sizeof(T), COLUMNS = PANEL * 64 / sizeof(T) };
  _Alignas(64) T small[DEPTH * COLUMNS + (FEW_ROWS + PAD) * (DEPTH + PAD)];
  s = (Blocking){DEPTH, j->packed ? PACKED_COLUMNS : PANEL * kernels->vector_bytes / sizeof(T),
                 FEW_ROWS};
  kernels->F(blocked)(j, i0, i1, j0, j1, s, small);
}

static void F(own)(void *arg, int64_t begin, int64_t end) {
  const Split *s = arg;
  const Job *j = s->job;
  const int64_t size = s->by_columns ? j->n : j->m;
  const int64_t from = begin * s->unit, to = end * s->unit < size ? end * s->unit : size;
  if (s->by_columns) F(piece)(j, 0, j->m, from, to);
  else F(piece)(j, from, to, 0, j->n);
}

// Pieces of k: sums that add up to C.
static void F(terms)(void *arg, int64_t begin, int64_t end) {
  const Split *s = arg;
  for (; begin < end; begin++) {
    Job j = *s->job;
    const int64_t from = begin > 0 ? s->first + (begin - 1) * s->unit : 0;
    const int64_t depth = begin > 0 ? s->unit : s->first;
    j.k = j.k - from < depth ? j.k - from : depth;
    j.first += from, j.b += from * j.ldb, j.relu = false;
    if (j.a) j.a += from * j.a_col;
    if (begin > 0) {
      j.c = s->partial + (begin - 1) * j.m * j.n, j.ldc = j.n;
      j.beta = 0, j.bias = NULL;
    }
    F(piece)(&j, 0, j.m, 0, j.n);
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
// So is a product of few sums with very many terms each, such as the gradient of a small kernel.
static bool F(by_terms)(const Job *j, int64_t threads) {
  const double work = (double)j->m * (double)j->n * (double)j->k;
  if (j->tb || j->runs || j->packed || j->alike || j->k < 128 || j->k < j->m || work < 2 * GRAIN)
    return false;
  const bool few_sums = j->m < 16 * threads && j->k > 64 * j->m;
  if (j->gather ? !few_sums : j->a_col != 1) return false;
  const int64_t n_shares = (int64_t)(work / GRAIN);
  const int64_t wanted = threads < n_shares ? threads : n_shares;
  const int64_t head = (int64_t)(HEAD_START / (work / (double)j->k)) / 8 * 8;
  Split s = {.job = j, .unit = ((j->k - head + 7) / 8 + wanted - 1) / wanted * 8};
  s.first = s.unit + head;
  s.pieces = 1 + (j->k - s.first + s.unit - 1) / s.unit;
  if (s.pieces < 2) return false;
  _Alignas(64) T inline_partial[PARTIAL / sizeof(T)];
  const size_t bytes = (size_t)((s.pieces - 1) * j->m * j->n) * sizeof(T);
  s.partial = bytes <= sizeof inline_partial ? inline_partial : ln_workspace_take(bytes);
  if (!s.partial) return false;
  ln_parallel(s.pieces, 1, F(terms), &s);
  ln_parallel(j->m, ADD_GRAIN / j->n + 1, F(add_up), &s);
  if (s.partial != inline_partial) ln_workspace_give(s.partial);
  return true;
}

// OpenBLAS's results depend on the shape it is called with, so every piece is a call of its own.
static void F(blas)(void *arg, int64_t begin, int64_t end) {
  const Split *s = arg;
  const Job *j = s->job;
  const bool ta = j->a_col != 1;
  for (; begin < end; begin++) {
    const int64_t size = s->by_columns ? j->n : j->m, from = begin * s->unit;
    const int64_t part = size - from < s->unit ? size - from : s->unit;
    const int64_t row = s->by_columns ? 0 : from, col = s->by_columns ? from : 0;
    const int64_t m = s->by_columns ? j->m : part, n = s->by_columns ? part : j->n;
    CBLAS(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, j->tb ? CblasTrans : CblasNoTrans,
          (blasint)m, (blasint)n, (blasint)j->k, j->alpha, j->a + row * j->a_row,
          (blasint)(ta ? j->a_col : j->a_row), j->b + (j->tb ? col * j->ldb : col),
          (blasint)j->ldb, j->beta, j->c + row * j->ldc + col, (blasint)j->ldc);
  }
}

static bool F(by_blas)(const Job *j) {
  const int64_t limit = INT32_MAX, lda = j->a_col != 1 ? j->a_col : j->a_row;  // of a blasint
  return kernels == &ln_gemm_portable && !j->gather && !j->packed && !j->runs && !j->y &&
         !j->alike && j->m >= BLAS_SIDE && j->n >= BLAS_SIDE &&
         (double)j->m * (double)j->n * (double)j->k >= BLAS_WORK && j->m <= limit &&
         j->n <= limit && j->k <= limit && lda <= limit && j->ldb <= limit && j->ldc <= limit;
}

static void F(shared_out)(Split *s, LnRangeFn fn, int64_t grain) {
  const int64_t size = s->by_columns ? s->job->n : s->job->m;
  ln_parallel((size + s->unit - 1) / s->unit, grain, fn, s);
}

// c = beta c + bias, for what cannot add a bias on its way.
static void F(bias_first)(Job *j) {
  for (int64_t i = 0; i < j->m; i++) {
    T *c = j->c + i * j->ldc;
    for (int64_t col = 0; col < j->n; col++)
      c[col] = (j->beta != 0 ? j->beta * c[col] : 0) + j->bias[col];
  }
  j->bias = NULL, j->beta = 1;
}

static void F(run_blas)(Job *j, int64_t threads) {
  Split s = {.job = j, .by_columns = j->n > j->m};
  const int64_t size = s.by_columns ? j->n : j->m;
  s.unit = ((size + threads - 1) / threads + 7) / 8 * 8;
  if (j->bias) F(bias_first)(j);
  F(shared_out)(&s, F(blas), 1);
  for (int64_t i = 0; i < j->m && j->relu; i++)
    for (int64_t col = 0; col < j->n; col++)
      if (j->c[i * j->ldc + col] < 0) j->c[i * j->ldc + col] = 0;
}

// A column of C is computed as a row: c' = op(b)' op(a)'. A row computed so has but one bias, which
// only products of dense rows know.
static void F(column_as_row)(Job *j) {
  const T *a = j->a;
  const bool ta = j->a_col != 1, dots = !ta && (j->tb || j->ldb == 1) && j->k != 1;
  const int64_t lda = ta ? j->a_col : j->a_row;
  if (j->bias && !dots) F(bias_first)(j);
  else j->bias_step = 0;
  j->a = j->b, j->a_col = j->tb ? 1 : j->ldb, j->a_row = 0;
  j->b = a, j->ldb = lda, j->tb = !ta;
  j->n = j->ldc = j->m, j->m = 1;
  j->alike = false;   // each is summed for itself, however many there are
}

// Changes *j: a copy of what was just written would have to wait for it.
static void F(run)(Job *j) {
  const int64_t threads = ln_in_parallel() ? 1 : ln_threads();
  if (F(by_blas)(j)) {
    F(run_blas)(j, threads);
    return;
  }
  const bool blocked = F(is_blocked)(j);
  if (!blocked) {
    if (j->n == 1 && j->ldc == 1) F(column_as_row)(j);
    if (j->k == 1 && j->tb && j->ldb == 1) j->tb = false, j->ldb = j->n;  // one column is one row
  }
  if (threads == 1) {
    F(piece)(j, 0, j->m, 0, j->n);
    return;
  }
  if ((!blocked || j->gather) && F(by_terms)(j, threads)) return;
  Split s = {.job = j};
  if (blocked) {
    s.by_columns = j->n > j->m && !j->packed && !j->gather;
    const double work = (double)j->m * (double)j->n * (double)j->k;
    const int64_t pieces = work >= (double)threads * GRAIN ? threads : (int64_t)(work / GRAIN) + 1;
    const int64_t size = s.by_columns ? j->n : j->m;
    s.unit = ((size + pieces - 1) / pieces + 7) / 8 * 8;
    F(shared_out)(&s, F(own), 1);
    return;
  }
  // Else by rows, for cores that write parts of the same row meet in a cache line; by columns where
  // there are few rows, or where panels of B are to be transposed.
  const int64_t lanes = kernels->vector_bytes / (int64_t)sizeof(T);
  const int64_t vectors = (j->n + lanes - 1) / lanes;
  s.by_columns = j->m < 16 || j->y || (j->tb && vectors >= 2 * threads);
  s.unit = s.by_columns ? lanes : 8;
  const double work = (double)s.unit * (double)(s.by_columns ? j->m : j->n) * (double)j->k;
  F(shared_out)(&s, F(own), work >= GRAIN ? 1 : (int64_t)(GRAIN / (work + 1)) + 1);
}

// Whether a product is to be done before its rows are normalized: where its sums are not those of
// the tiles, in their order, or these round otherwise than a loop does.
static bool F(ends_apart)(const Job *j) {
  return F(by_blas)(j) || !ln_gemm_adds_as_loops() || j->n == 1 || (j->k >= 128 && j->k >= j->m);
}

// Rows of C.
LN_CLONES static void F(normalize)(void *arg, int64_t begin, int64_t end) {
  const Job *j = arg;
  const T least = j->relu ? 0 : -(T)INFINITY, most = j->six ? 6 : (T)INFINITY;
  for (int64_t i = begin; i < end; i++) {
    T *c = j->c + i * j->ldc;
    LN_INDEPENDENT for (int64_t col = 0; col < j->n; col++) {
      const T v = (c[col] - j->mean[col]) * j->factor[col] + j->offset[col];
      const T low = v < least ? least : v;
      c[col] = low > most ? most : low;
    }
  }
}

static __attribute__((noinline)) void F(run_then_normalize)(const Job *j) {
  Job sums = *j;
  sums.mean = NULL, sums.relu = sums.six = false;
  F(run)(&sums);
  ln_parallel(j->m, ADD_GRAIN / j->n + 1, F(normalize), (void *)(uintptr_t)j);
}

static void F(gemm)(const LnGemm *g) {
  const bool tb = g->b.column != 1;
  Job job = {.m = g->m, .n = g->n, .k = g->k, .a = g->a.data, .a_row = g->a.row,
             .a_col = g->a.column, .gather = g->gather, .b = g->b.data, .tb = tb,
             .ldb = tb ? g->b.column : g->b.row, .packed = g->packed, .c = g->c, .ldc = g->ldc,
             .runs = g->runs, .run = g->run, .alpha = (T)g->alpha, .beta = (T)g->beta,
             .bias = g->bias, .bias_step = 1, .mean = g->mean, .factor = g->factor,
             .offset = g->offset, .relu = g->act != LN_ACT_LINEAR,
             .six = g->act == LN_ACT_RELU6, .alike = g->rows_alike, .y = g->y,
             .ldy = g->ldy, .sums = g->sums};
  if (g->mean && F(ends_apart)(&job)) F(run_then_normalize)(&job);
  else F(run)(&job);
}

static void F(pack_b)(const LnGemm *g, void *to) {
  const bool tb = g->b.column != 1;
  kernels->F(pack)(&(Job){.n = g->n, .k = g->k, .b = g->b.data, .tb = tb,
                          .ldb = tb ? g->b.column : g->b.row}, to);
}

#undef F
#undef Job
#undef Split
#undef T
#undef CBLAS
