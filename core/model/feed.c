// Feeding: checks of a batch, buffers for its rows, and the copying of rows, which for small models
// is much of a step.
#include "model/feed.h"

#include <string.h>

#include "base/threads.h"
#include "ops/op.h"

enum {
  SHORT_ROW = 256,   // bytes: the next batch's come while one is computed
  WIDE_ROW = 1024,   // each core has its part of every row
  ROWS_AHEAD = 4,
  GRAIN = 32768,     // bytes that a thread copies, at least
};

// ---- rows of the data into a buffer of the same dtype

typedef struct Gather {
  char *to;
  const char *from;
  size_t row;       // bytes
  int64_t step;     // from row to row of the data, in bytes
  const LnBatch *b;
} Gather;

static const char *row_of(const Gather *g, int64_t i) {
  return g->from + (g->b->rows ? g->b->rows[i] : g->b->begin + i) * g->step;
}

// Cache lines [begin, end) of every row.
static void gather_lines(void *arg, int64_t begin, int64_t end) {
  const Gather *g = arg;
  const size_t first = (size_t)begin * LN_LINE, last = (size_t)end * LN_LINE;
  const size_t size = (last < g->row ? last : g->row) - first;
  for (int64_t i = 0; i < g->b->count; i++)
    memcpy(g->to + (size_t)i * g->row + first, row_of(g, i) + first, size);
}

// Split by columns: the first product is split by its terms, and each core then finds its own in
// its cache.
static void gather_wide(const Gather *g) {
  Gather job = *g;
  ln_parallel((int64_t)(ln_whole_lines(g->row) / LN_LINE), 512 / g->b->count + 1, gather_lines,
              &job);
}

static void gather_following(const Gather *g) {
  char *to = g->to;
  if (g->step == (int64_t)g->row) {
    memcpy(to, row_of(g, 0), g->row * (size_t)g->b->count);
    return;
  }
  for (int64_t i = 0; i < g->b->count; i++, to += g->row) memcpy(to, row_of(g, i), g->row);
}

// Rows in any order are in no cache when there are many: they are on their way a few rows before
// they are copied. (Rows of the next batch may be no rows of the data; nothing is read.)
static void gather_rows(void *arg, int64_t begin, int64_t end) {
  const Gather *g = arg;
  const int64_t *rows = g->b->rows, known = g->b->count + g->b->ahead;
  char *to = g->to + (size_t)begin * g->row;
  for (int64_t i = begin; i < end; i++, to += g->row) {
    const int64_t next = i + ROWS_AHEAD < known ? i + ROWS_AHEAD : i;
    const uintptr_t from = (uintptr_t)g->from + (uintptr_t)rows[next] * (uintptr_t)g->step;
    for (size_t k = 0; k < g->row; k += LN_LINE) __builtin_prefetch((const void *)(from + k));
    memcpy(to, row_of(g, i), g->row);
  }
}

static void gather_long(const Gather *g) {
  Gather job = *g;
  ln_parallel(g->b->count, (int64_t)(GRAIN / g->row) + 1, gather_rows, &job);
}

// Short ones of the next batch are on their way while this one is computed. Those of a power of two
// may be known to lie in one cache line each.
static void gather_listed(const Gather *g) {
  const char *from = g->from;
  const int64_t *rows = g->b->rows, step = g->step, count = g->b->count;
  const size_t row = g->row;
  char *to = g->to;
  const int64_t ahead = g->b->ahead;
  const bool power = (row & (row - 1)) == 0 && row <= 64;
  const bool one_line = power && (((uintptr_t)from | (uintptr_t)step) & (row - 1)) == 0;
#define EACH_ROW(COPY)                                                                        \
  for (int64_t i = 0; i < count; i++, to += row) {                                            \
    const char *data = from + rows[i] * step;                                                 \
    COPY;                                                                                     \
    if (i >= ahead) continue;                                                                 \
    uintptr_t next = (uintptr_t)from + (uintptr_t)rows[count + i] * (uintptr_t)step;          \
    __builtin_prefetch((const void *)next);                                                   \
    if (!one_line) __builtin_prefetch((const void *)(next + row - 1));                        \
  }
  // Rows as long as most tables', without a call of memcpy each: as two halves that may overlap.
#define HALVES(size) memcpy(to, data, size), memcpy(to + row - size, data + row - size, size)
  if (row == 4) EACH_ROW(memcpy(to, data, 4))
  else if (row > 4 && row <= 8) EACH_ROW(HALVES(4))
  else if (row > 8 && row <= 16) EACH_ROW(HALVES(8))
  else if (row > 16 && row <= 32) EACH_ROW(HALVES(16))
  else if (row > 32 && row <= 64) EACH_ROW(HALVES(32))
  else EACH_ROW(memcpy(to, data, row))
#undef EACH_ROW
#undef HALVES
}

// Of data whose rows are not dense.
static bool assign_rows(LnContext *c, LnTensor *to, LnTensor *data, const Gather *g) {
  for (int64_t i = 0; i < g->b->count; i++) {
    size_t scope = ln_scope(c);
    LnTensor *from = ln_temp(c, ln_tensor_view(c, data, data->rank - 1, data->shape + 1,
                                               data->stride + 1, row_of(g, i) - g->from));
    LnTensor *row = ln_temp(c, ln_tensor_view(c, to, to->rank - 1, to->shape + 1, to->stride + 1,
                                              i * (int64_t)g->row));
    bool ok = from && row && ln_tensor_assign(c, row, from);
    ln_scope_end(c, scope);
    if (!ok) return false;
  }
  return true;
}

static bool dense_rows(const LnTensor *t) {
  int64_t step = 1;
  for (int i = t->rank - 1; i > 0; i--) {
    if (t->shape[i] != 1 && t->stride[i] != step) return false;
    step *= t->shape[i];
  }
  return true;
}

static bool load(LnContext *c, LnTensor *to, LnTensor *data, const LnBatch *b) {
  const size_t item = ln_dtype_size((LnDtype)data->dtype);
  const Gather g = {to->data, data->data, b->count ? (size_t)(to->size / b->count) * item : 0,
                    data->stride[0] * (int64_t)item, b};
  if (!dense_rows(data)) return assign_rows(c, to, data, &g);
  if (g.row >= WIDE_ROW) gather_wide(&g);
  else if (b->rows && g.row > SHORT_ROW) gather_long(&g);
  else if (b->rows) gather_listed(&g);
  else gather_following(&g);
  return true;
}

// ---- parts

// Where a batch has fewer rows than there are processes, some compute one that does not count.
LnBatch ln_batch_cut(const LnBatch *whole, int rank, int size) {
  LnBatch b = *whole;
  const int64_t n = whole->count, first = n * rank / size, last = n * (rank + 1) / size;
  LnPart p = {first, last > first ? last - first : 1, last - first, n, true};
  if (p.first >= n) p.first = n - 1;
  b.begin += p.first;
  if (b.rows) b.rows += p.first;
  b.ahead = b.rows ? b.ahead + n - p.first - p.rows : 0;
  b.count = p.rows;
  b.part = p;
  return b;
}

// ---- checks

static bool check_parts(LnContext *c, const LnBatch *b, int n, LnTensor *const *parts,
                        const char *what, int64_t low, int64_t high) {
  for (int i = 0; i < n; i++) {
    const LnTensor *t = parts[i];
    if (!t) continue;
    if (t->rank == 0) return ln_fail(c, "%s has no samples: its shape is ()", what);
    if (low >= 0 && high < t->shape[0]) continue;
    if (!b->rows)
      return ln_fail(c, "%s has %lld samples, the batch ends at %lld", what, (long long)t->shape[0],
                     (long long)high + 1);
    return ln_fail(c, "%s has %lld samples, there is no row %lld", what, (long long)t->shape[0],
                   (long long)(low < 0 ? low : high) + 1);
  }
  return true;
}

bool ln_batch_check(LnContext *c, const LnBatch *b) {
  if (b->n_x > LN_MAX_PARTS || b->n_y > LN_MAX_PARTS || b->n_w > LN_MAX_PARTS)
    return ln_fail(c, "a model has at most %d inputs and outputs", LN_MAX_PARTS);
  int64_t low = b->begin, high = b->begin + b->count - 1;
  if (b->rows) low = INT64_MAX, high = INT64_MIN;
  for (int64_t k = 0; b->rows && k < b->count; k++) {
    low = b->rows[k] < low ? b->rows[k] : low;
    high = b->rows[k] > high ? b->rows[k] : high;
  }
  return check_parts(c, b, b->n_x, b->x, "x", low, high) &&
         check_parts(c, b, b->n_y, b->y, "y", low, high) &&
         check_parts(c, b, b->n_w, b->w, "sample_weight", low, high);
}

// ---- buffers

static bool fits(const LnTensor *buffer, const LnTensor *data) {
  if (!buffer || !data) return !buffer && !data;
  return buffer->dtype == data->dtype && buffer->rank == data->rank &&
         ln_shape_equal(buffer->shape + 1, buffer->rank - 1, data->shape + 1, data->rank - 1);
}

bool ln_feed_fits(const LnFeed *f, const LnBatch *b) {
  if (f->count != b->count || f->n_x != b->n_x || f->n_y != b->n_y || f->n_w != b->n_w ||
      f->part.total != b->part.total || f->part.first != b->part.first)
    return false;
  for (int i = 0; i < b->n_x; i++)
    if (!fits(f->x[i], b->x[i])) return false;
  for (int i = 0; i < b->n_y; i++)
    if (!fits(f->y[i], b->y[i])) return false;
  for (int i = 0; i < b->n_w; i++)
    if (!fits(f->w[i], b->w[i])) return false;
  return true;
}

bool ln_feed_load(LnContext *c, const LnFeed *f, const LnBatch *b) {
  for (int i = 0; i < f->n_x; i++)
    if (!load(c, f->x[i], b->x[i], b)) return false;
  for (int i = 0; i < f->n_y; i++)
    if (f->y[i] && !load(c, f->y[i], b->y[i], b)) return false;
  for (int i = 0; i < f->n_w; i++)
    if (f->w[i] && !load(c, f->w[i], b->w[i], b)) return false;
  return true;
}

typedef LnTensor *(*Make)(LnContext *c, LnDtype d, int rank, const int64_t *shape);

static bool add_buffers(LnContext *c, Make make, int n, LnTensor *const *data, int64_t count,
                        LnTensor **out, int *added) {
  for (int i = 0; i < n; i++, (*added)++) {
    int64_t shape[LN_MAX_RANK] = {count};
    if (!data[i]) continue;
    for (int k = 1; k < data[i]->rank; k++) shape[k] = data[i]->shape[k];
    if (!(out[i] = make(c, (LnDtype)data[i]->dtype, data[i]->rank, shape))) return false;
  }
  return true;
}

// Puts the buffers one after the other. Returns the bytes that they take; s NULL: only counts.
static size_t place(const LnFeed *f, LnStorage *s) {
  LnTensor *const *parts[3] = {f->x, f->y, f->w};
  const int n[3] = {f->n_x, f->n_y, f->n_w};
  size_t bytes = 0;
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < n[k]; i++) {
      LnTensor *t = parts[k][i];
      if (!t) continue;
      if (s) ln_tensor_place(t, s, (int64_t)bytes);
      bytes += ln_whole_lines((size_t)t->size * ln_dtype_size((LnDtype)t->dtype));
    }
  return bytes;
}

bool ln_feed_begin(LnContext *c, LnFeed *f, LnArena *arena, const LnBatch *b) {
  const Make make = arena ? ln_tensor_pending : ln_tensor_new;
  f->count = b->count;
  f->part = b->part;
  if (!add_buffers(c, make, b->n_x, b->x, b->count, f->x, &f->n_x) ||
      !add_buffers(c, make, b->n_y, b->y, b->count, f->y, &f->n_y) ||
      !add_buffers(c, make, b->n_w, b->w, b->count, f->w, &f->n_w))
    return false;
  if (arena) {
    LnStorage *s = ln_arena_part(c, arena, LN_ARENA_BATCH, place(f, NULL));
    if (!s) return false;
    place(f, s);
  }
  return ln_feed_load(c, f, b);
}

void ln_feed_end(LnFeed *f) {
  for (int i = 0; i < f->n_x; i++) ln_release(f->x[i]);
  for (int i = 0; i < f->n_y; i++) ln_release(f->y[i]);
  for (int i = 0; i < f->n_w; i++) ln_release(f->w[i]);
  *f = (LnFeed){0};
}
