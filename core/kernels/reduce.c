// Reductions. Two ways of going over memory: by rows (what is reduced lies together: one output at
// a time) and by columns (what is kept lies together: up to TILE outputs at a time, row by row).
// A reduction more: its row and column loops, a line in `passes`, its end in finish().
#include "base/simd.h"
#include "kernels/reduce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/copy.h"
#include "kernels/loop.h"
#include "tensor/tensor.h"

#define TILE 256            // columns or short rows at a time
#define AT_ONCE 16384       // bytes of such rows, for those that are read twice
#define BLOCK 512           // elements converted at a time
#define RUN 1024            // elements whose sum, of float32 in float32, joins the others'
#define PARTS 16            // pieces that a long reduction is cut into
#define SPLIT 131072        // elements that make it long

typedef union Acc {
  double f;
  int64_t i;
} Acc;

// Takes `rows` rows of n elements, `step` bytes apart: by rows each into its acc, acc[0 .. rows-1];
// by columns all into acc[0 .. n-1]. aux, of as many: the means, which DEVIATIONS subtracts.
typedef void (*PassFn)(const void *x, int64_t step, int64_t rows, int64_t n, Acc *acc,
                       const double *aux);

// ---- rows

typedef float Vf __attribute__((vector_size(64)));
typedef double Vd __attribute__((vector_size(64)));
typedef float Uf __attribute__((vector_size(64), aligned(4), may_alias));
typedef double Ud __attribute__((vector_size(64), aligned(8), may_alias));

// The last lanes of a vector: those from keep + how many.
typedef int32_t Mf __attribute__((vector_size(64), aligned(4), may_alias));
typedef int64_t Md __attribute__((vector_size(64), aligned(8), may_alias));
static const int32_t keep_float[32] = {[16] = -1, -1, -1, -1, -1, -1, -1, -1,
                                       -1, -1, -1, -1, -1, -1, -1, -1};
static const int64_t keep_double[16] = {[8] = -1, -1, -1, -1, -1, -1, -1, -1};

// The sum of a vector's lanes, in s[0]: its halves are added, then the halves of that.
#define SUM_LANES_float(s)                                                                        \
  s += (Vf){s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15],                                 \
            s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]};                                      \
  s += (Vf){s[4], s[5], s[6], s[7], s[0], s[1], s[2], s[3],                                       \
            s[12], s[13], s[14], s[15], s[8], s[9], s[10], s[11]};                                \
  s += (Vf){s[2], s[3], s[0], s[1], s[6], s[7], s[4], s[5],                                       \
            s[10], s[11], s[8], s[9], s[14], s[15], s[12], s[13]};                                \
  s[0] += s[1];
#define SUM_LANES_double(s)                                                                       \
  s += (Vd){s[4], s[5], s[6], s[7], s[0], s[1], s[2], s[3]};                                      \
  s += (Vd){s[2], s[3], s[0], s[1], s[6], s[7], s[4], s[5]};                                      \
  s[0] += s[1];

// Adds up TERMS, a vector V made of as many elements of type T, for n elements. Four vectors of
// partial sums: the order of additions is fixed, whatever the instruction set.
#define SUM_RUN(name, T, V, M, TERMS)                                                             \
  LN_INLINE double name(const T *x, int64_t n, double mean) {                                     \
    enum { W = sizeof(V) / sizeof(T) };                                                           \
    V s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};                                                     \
    int64_t i = 0;                                                                                \
    (void)mean;                                                                                   \
    for (; i + 4 * W <= n; i += 4 * W) {                                                          \
      s0 += TERMS(x + i);                                                                         \
      s1 += TERMS(x + i + W);                                                                     \
      s2 += TERMS(x + i + 2 * W);                                                                 \
      s3 += TERMS(x + i + 3 * W);                                                                 \
    }                                                                                             \
    for (; i + W <= n; i += W) s0 += TERMS(x + i);                                                \
    if (i < n) {  /* the last W elements again, without those that were taken */                  \
      T padded[W] = {0};                                                                          \
      for (int64_t k = 0; n < W && k < n; k++) padded[W - n + k] = x[k];                          \
      const V last = TERMS(n < W ? padded : x + n - W);                                           \
      s1 += (V)((M)last & *(const M *)(const void *)(keep_##T + (n - i)));                        \
    }                                                                                             \
    V s = (s0 + s1) + (s2 + s3);                                                                  \
    SUM_LANES_##T(s)                                                                              \
    return (double)s[0];                                                                          \
  }
#define FLOATS(x) (*(const Uf *)(const void *)(x))
#define DOUBLES(x) (*(const Ud *)(const void *)(x))
#define SQUARE(x) ((x) * (x))
#define FLOAT_SQUARES(x) SQUARE(FLOATS(x) - (float)mean)
#define DOUBLE_SQUARES(x) SQUARE(DOUBLES(x) - mean)
SUM_RUN(sum_run_float, float, Vf, Mf, FLOATS)
SUM_RUN(sum_run_double, double, Vd, Md, DOUBLES)
SUM_RUN(deviation_run_float, float, Vf, Mf, FLOAT_SQUARES)
SUM_RUN(deviation_run_double, double, Vd, Md, DOUBLE_SQUARES)

#define EACH_ROW(T)                                                                               \
  const T *x = data;                                                                              \
  for (int64_t r = 0; r < rows; r++, x = (const T *)(const void *)((const char *)data + r * step))

#define RUN_ROW(name, T, run)                                                                     \
  LN_CLONES static void name(const void *data, int64_t step, int64_t rows, int64_t n, Acc *acc,   \
                             const double *aux) {                                                 \
    EACH_ROW(T) {                                                                                 \
      double total = acc[r].f;                                                                    \
      for (int64_t i = 0; i < n; i += RUN)                                                        \
        total += run(x + i, n - i < RUN ? n - i : RUN, aux[r]);                                   \
      acc[r].f = total;                                                                           \
    }                                                                                             \
  }
RUN_ROW(sum_row_float, float, sum_run_float)
RUN_ROW(sum_row_double, double, sum_run_double)
RUN_ROW(deviation_row_float, float, deviation_run_float)
RUN_ROW(deviation_row_double, double, deviation_run_double)

// W lanes in an array, which the compiler keeps in vectors. Of two the better one, or the NaN.
#define BETTER_OF(a, b, op) ((b) op (a) || (b) != (b) ? (b) : (a))
#define EXTREME_LANES(T, W, op)                                                                   \
  {                                                                                               \
    _Alignas(64) T lane[W];                                                                       \
    for (int k = 0; k < W; k++) lane[k] = x[n - W + k];  /* the loop may not reach them */        \
    for (int64_t i = 0; i + W <= n; i += W)                                                       \
      for (int k = 0; k < W; k++) lane[k] = BETTER_OF(lane[k], x[i + k], op);                     \
    for (int half = W / 2; half > 0; half /= 2)                                                   \
      for (int k = 0; k < half; k++) lane[k] = BETTER_OF(lane[k], lane[k + half], op);            \
    best = BETTER_OF(best, lane[0], op);                                                          \
  }
#define EXTREME_ROW(name, T, op)                                                                  \
  LN_CLONES static void name##_row_##T(const void *data, int64_t step, int64_t rows, int64_t n,   \
                                       Acc *acc, const double *aux) {                             \
    (void)aux;                                                                                    \
    EACH_ROW(T) {                                                                                 \
      T best = (T)acc[r].f;                                                                       \
      if (n >= 64) EXTREME_LANES(T, 64, op)                                                       \
      else if (n >= 16) EXTREME_LANES(T, 16, op)                                                  \
      else for (int64_t i = 0; i < n; i++) best = BETTER_OF(best, x[i], op);                      \
      acc[r].f = (double)best;                                                                    \
    }                                                                                             \
  }
EXTREME_ROW(max, float, >)
EXTREME_ROW(max, double, >)
EXTREME_ROW(min, float, <)
EXTREME_ROW(min, double, <)

#define PLAIN_ROW(name, T, A, field, expression)                                                  \
  LN_CLONES static void name(const void *data, int64_t step, int64_t rows, int64_t n, Acc *acc,   \
                             const double *aux) {                                                 \
    (void)aux;                                                                                    \
    EACH_ROW(T) {                                                                                 \
      A a = acc[r].field;                                                                         \
      for (int64_t i = 0; i < n; i++) a = (A)(expression);                                        \
      acc[r].field = a;                                                                           \
    }                                                                                             \
  }
PLAIN_ROW(prod_row_float, float, double, f, a * (double)x[i])
PLAIN_ROW(prod_row_double, double, double, f, a * x[i])
PLAIN_ROW(sum_row_int64, int64_t, int64_t, i, (uint64_t)a + (uint64_t)x[i])
PLAIN_ROW(prod_row_int64, int64_t, int64_t, i, (uint64_t)a * (uint64_t)x[i])
PLAIN_ROW(max_row_int64, int64_t, int64_t, i, x[i] > a ? x[i] : a)
PLAIN_ROW(min_row_int64, int64_t, int64_t, i, x[i] < a ? x[i] : a)
PLAIN_ROW(count_row, uint8_t, int64_t, i, a + x[i])

// ---- columns

#define PLAIN_COL(name, T, A, field, expression)                                              \
  LN_CLONES static void name(const void *data, int64_t step, int64_t rows, int64_t m,         \
                             Acc *acc, const double *aux) {                                   \
    A *to = &acc->field;                                                                      \
    (void)aux;                                                                                \
    for (int64_t r = 0; r < rows; r++) {                                                      \
      const T *x = (const T *)(const void *)((const char *)data + r * step);                  \
      LN_INDEPENDENT                                                                          \
      for (int64_t j = 0; j < m; j++) {                                                       \
        const A a = to[j];                                                                    \
        to[j] = (A)(expression);                                                              \
      }                                                                                       \
    }                                                                                         \
  }

// Eight rows at a time, so that the totals are read and written an eighth as often.
#define SUM_COL(T)                                                                            \
  LN_CLONES static void sum_col_##T(const void *data, int64_t step, int64_t rows, int64_t m,  \
                                    Acc *acc, const double *aux) {                            \
    double *to = &acc->f;                                                                     \
    const char *from = data;                                                                  \
    (void)aux;                                                                                \
    for (; rows >= 8; rows -= 8, from += 8 * step) {                                          \
      const T *x0 = (const T *)(const void *)from;                                            \
      const T *x1 = (const T *)(const void *)(from + step);                                   \
      const T *x2 = (const T *)(const void *)(from + 2 * step);                               \
      const T *x3 = (const T *)(const void *)(from + 3 * step);                               \
      const T *x4 = (const T *)(const void *)(from + 4 * step);                               \
      const T *x5 = (const T *)(const void *)(from + 5 * step);                               \
      const T *x6 = (const T *)(const void *)(from + 6 * step);                               \
      const T *x7 = (const T *)(const void *)(from + 7 * step);                               \
      LN_INDEPENDENT                                                                          \
      for (int64_t j = 0; j < m; j++)                                                         \
        to[j] += (double)(((x0[j] + x1[j]) + (x2[j] + x3[j])) +                               \
                          ((x4[j] + x5[j]) + (x6[j] + x7[j])));                               \
    }                                                                                         \
    for (; rows > 0; rows--, from += step) {                                                  \
      const T *x = (const T *)(const void *)from;                                             \
      LN_INDEPENDENT                                                                          \
      for (int64_t j = 0; j < m; j++) to[j] += (double)x[j];                                  \
    }                                                                                         \
  }
SUM_COL(float)
SUM_COL(double)
PLAIN_COL(prod_col_float, float, double, f, a * (double)x[j])
PLAIN_COL(prod_col_double, double, double, f, a * x[j])
PLAIN_COL(max_col_float, float, double, f, (double)x[j] > a || x[j] != x[j] ? (double)x[j] : a)
PLAIN_COL(max_col_double, double, double, f, x[j] > a || x[j] != x[j] ? x[j] : a)
PLAIN_COL(min_col_float, float, double, f, (double)x[j] < a || x[j] != x[j] ? (double)x[j] : a)
PLAIN_COL(min_col_double, double, double, f, x[j] < a || x[j] != x[j] ? x[j] : a)
#define DEVIATION(v, mean) SQUARE((double)(v) - (mean))
PLAIN_COL(deviation_col_float, float, double, f, a + DEVIATION(x[j], aux[j]))
PLAIN_COL(deviation_col_double, double, double, f, a + DEVIATION(x[j], aux[j]))
PLAIN_COL(sum_col_int64, int64_t, int64_t, i, (uint64_t)a + (uint64_t)x[j])
PLAIN_COL(prod_col_int64, int64_t, int64_t, i, (uint64_t)a * (uint64_t)x[j])
PLAIN_COL(max_col_int64, int64_t, int64_t, i, x[j] > a ? x[j] : a)
PLAIN_COL(min_col_int64, int64_t, int64_t, i, x[j] < a ? x[j] : a)
PLAIN_COL(count_col, uint8_t, int64_t, i, a + x[j])

// ---- passes

typedef enum Pass { SUM, PROD, MAX, MIN, DEVIATIONS, PASSES } Pass;
enum { FLOAT, DOUBLE, INT64, TRUTH, COMPUTES };   // what is computed in

typedef struct PassFns {
  PassFn row, col;
} PassFns;

static const PassFns passes[PASSES][COMPUTES] = {
  [SUM] = {{sum_row_float, sum_col_float}, {sum_row_double, sum_col_double},
           {sum_row_int64, sum_col_int64}, {count_row, count_col}},
  [PROD] = {{prod_row_float, prod_col_float}, {prod_row_double, prod_col_double},
            {prod_row_int64, prod_col_int64}, {NULL, NULL}},
  [MAX] = {{max_row_float, max_col_float}, {max_row_double, max_col_double},
           {max_row_int64, max_col_int64}, {NULL, NULL}},
  [MIN] = {{min_row_float, min_col_float}, {min_row_double, min_col_double},
           {min_row_int64, min_col_int64}, {NULL, NULL}},
  [DEVIATIONS] = {{deviation_row_float, deviation_col_float},
                  {deviation_row_double, deviation_col_double}, {NULL, NULL}, {NULL, NULL}},
};

static Acc start(Pass pass, bool integer) {
  Acc a;
  if (integer) a.i = pass == PROD ? 1 : pass == MAX ? INT64_MIN : pass == MIN ? INT64_MAX : 0;
  else a.f = pass == PROD ? 1 : pass == MAX ? -INFINITY : pass == MIN ? INFINITY : 0;
  return a;
}

static void merge(Pass pass, bool integer, Acc *to, Acc b) {
  if (integer) {
    if (pass == PROD) to->i = (int64_t)((uint64_t)to->i * (uint64_t)b.i);
    else if (pass == MAX) to->i = b.i > to->i ? b.i : to->i;
    else if (pass == MIN) to->i = b.i < to->i ? b.i : to->i;
    else to->i = (int64_t)((uint64_t)to->i + (uint64_t)b.i);
  } else {
    if (pass == PROD) to->f *= b.f;
    else if (pass == MAX) to->f = b.f > to->f || b.f != b.f ? b.f : to->f;
    else if (pass == MIN) to->f = b.f < to->f || b.f != b.f ? b.f : to->f;
    else to->f += b.f;
  }
}

// ---- the walk

typedef struct Axis {
  int64_t n, step;   // bytes
} Axis;

typedef struct Plan {
  LnReduce f;
  double ddof;
  int compute;
  bool integer, native;      // accumulates integers; x is in the compute dtype
  LnLoopFn cast;
  size_t width;              // of the compute dtype
  const char *data;
  char *out;
  LnDtype out_dtype;
  Axis kept[LN_MAX_RANK], reduced[LN_MAX_RANK];   // the last kept, the first reduced: innermost
  int n_kept, n_reduced;
  bool columns;
  bool one_run;              // what an output is of lies together, short, in the compute dtype
  int64_t rows;              // outputs at a time then
  int64_t count;             // elements reduced to one
  int64_t chunk, chunks, items;   // the innermost reduced axis in chunks; chunks in all
  int64_t tiles, units;      // columns: tiles a row of outputs; outputs or tiles in all
} Plan;

typedef struct Job {   // one pass over one unit, in parts
  const Plan *plan;
  Pass pass;
  const char *base;
  int64_t m, parts;
  const double *aux;
  Acc *acc;
} Job;

static void take(const Plan *p, Pass pass, const char *base, int64_t m, int64_t begin, int64_t end,
                 Acc *acc, const double *aux) {
  const PassFns *fns = &passes[pass][p->compute];
  const int64_t step = p->reduced[0].step, width = (int64_t)p->width;
  _Alignas(64) char buffer[BLOCK * sizeof(double)];
  for (int64_t item = begin; item < end; item++) {
    int64_t rest = 0, at = 0;
    if (p->items > 1) rest = item / p->chunks, at = item % p->chunks * p->chunk;
    int64_t n = p->reduced[0].n - at < p->chunk ? p->reduced[0].n - at : p->chunk;
    const char *from = base + at * step;
    for (int i = 1; i < p->n_reduced; i++) {
      from += rest % p->reduced[i].n * p->reduced[i].step;
      rest /= p->reduced[i].n;
    }
    if (!p->columns) {
      if (p->native && (step == width || n == 1)) {
        fns->row(from, 0, 1, n, acc, aux);
        continue;
      }
      for (int64_t i = 0; i < n; i += BLOCK) {
        int64_t k = n - i < BLOCK ? n - i : BLOCK;
        char *pair[2] = {buffer, (char *)(uintptr_t)(from + i * step)};
        p->cast(pair, (int64_t[]){width, step}, k, NULL);
        fns->row(buffer, 0, 1, k, acc, aux);
      }
      continue;
    }
    const int64_t across = p->kept[p->n_kept - 1].step;
    if (p->native && (across == width || m == 1)) {
      fns->col(from, step, n, m, acc, aux);
      continue;
    }
    for (int64_t r = 0; r < n; r++) {
      char *pair[2] = {buffer, (char *)(uintptr_t)(from + r * step)};
      p->cast(pair, (int64_t[]){width, across}, m, NULL);
      fns->col(buffer, 0, 1, m, acc, aux);
    }
  }
}

static void take_parts(void *arg, int64_t begin, int64_t end) {
  const Job *job = arg;
  const Plan *p = job->plan;
  for (int64_t part = begin; part < end; part++) {
    Acc *acc = job->acc + part * job->m;
    for (int64_t j = 0; j < job->m; j++) acc[j] = start(job->pass, p->integer);
    take(p, job->pass, job->base, job->m, p->items * part / job->parts,
         p->items * (part + 1) / job->parts, acc, job->aux);
  }
}

// One pass over one unit. A long one is cut into parts that depend on its size alone.
static void run_pass(const Plan *p, Pass pass, const char *base, int64_t m, Acc *acc,
                     const double *aux) {
  if (p->one_run) {
    for (int64_t j = 0; j < m; j++) acc[j] = start(pass, p->integer);
    passes[pass][p->compute].row(base, p->kept[0].step, m, p->reduced[0].n, acc, aux);
    return;
  }
  int64_t parts = p->count * m / (SPLIT / 2);
  if (p->count * m < SPLIT) parts = 1;
  if (parts > PARTS) parts = PARTS;
  if (parts > p->items) parts = p->items;
  Job job = {p, pass, base, m, parts, aux, acc};
  if (parts <= 1) {
    job.parts = 1;
    take_parts(&job, 0, 1);
    return;
  }
  Acc partial[PARTS * TILE];
  job.acc = partial;
  ln_parallel(parts, 1, take_parts, &job);
  for (int64_t j = 0; j < m; j++) {
    acc[j] = partial[j];
    for (int64_t k = 1; k < parts; k++) merge(pass, p->integer, &acc[j], partial[k * m + j]);
  }
}

static void finish(const Plan *p, int64_t index, int64_t m, const Acc *acc) {
  double count = (double)p->count, freedom = count - p->ddof > 0 ? count - p->ddof : 0;
  for (int64_t j = 0; j < m; j++) {
    Acc a = acc[j];
    switch (p->f) {
      case LN_R_MEAN: a.f /= count; break;
      case LN_R_VAR: a.f /= freedom; break;
      case LN_R_STD: a.f = sqrt(a.f / freedom); break;
      case LN_R_ANY: a.i = a.i > 0; break;
      case LN_R_ALL: a.i = a.i == p->count; break;
      default: break;
    }
    void *to = p->out + (index + j) * (int64_t)ln_dtype_size(p->out_dtype);
    switch (p->out_dtype) {
      case LN_FLOAT32: *(float *)to = (float)a.f; break;
      case LN_FLOAT64: *(double *)to = a.f; break;
      case LN_INT64: *(int64_t *)to = a.i; break;
      case LN_INT32: *(int32_t *)to = (int32_t)(uint32_t)a.i; break;
      case LN_UINT8: *(uint8_t *)to = (uint8_t)a.i; break;
      default: *(uint8_t *)to = a.i != 0;
    }
  }
}

static void run_units(void *arg, int64_t begin, int64_t end) {
  const Plan *p = arg;
  Acc acc[TILE];
  double aux[TILE];
  for (int64_t unit = begin, step; unit < end; unit += step) {
    int64_t row = p->columns ? unit / p->tiles : unit, m = 1, index = unit;
    const char *base = p->data;
    int last = p->n_kept - 1;
    if (p->columns) {
      int64_t at = unit % p->tiles * TILE, n = p->kept[last].n;
      m = n - at < TILE ? n - at : TILE;
      base += at * p->kept[last].step;
      index = row * n + at;
      last--;
    }
    for (int i = last; i > 0; i--) {
      base += row % p->kept[i].n * p->kept[i].step;
      row /= p->kept[i].n;
    }
    if (last >= 0) base += row * p->kept[0].step;
    if (p->one_run) m = end - unit < p->rows ? end - unit : p->rows;
    step = p->columns ? 1 : m;
    for (int64_t j = 0; j < m; j++) aux[j] = 0;
    switch (p->f) {
      case LN_R_PROD: run_pass(p, PROD, base, m, acc, aux); break;
      case LN_R_MAX: run_pass(p, MAX, base, m, acc, aux); break;
      case LN_R_MIN: run_pass(p, MIN, base, m, acc, aux); break;
      case LN_R_VAR:
      case LN_R_STD:
        run_pass(p, SUM, base, m, acc, aux);
        for (int64_t j = 0; j < m; j++) aux[j] = acc[j].f / (double)p->count;
        run_pass(p, DEVIATIONS, base, m, acc, aux);
        break;
      default: run_pass(p, SUM, base, m, acc, aux);
    }
    finish(p, index, m, acc);
  }
}

// Axes that can be walked as one become one. order: the innermost first or last.
static int join(Axis *axes, int n, bool innermost_first) {
  int last = 0;
  for (int i = 1; i < n; i++) {
    bool joins = innermost_first ? axes[i].step == axes[last].step * axes[last].n
                                 : axes[last].step == axes[i].step * axes[i].n;
    if (joins) {
      axes[last].n *= axes[i].n;
      if (!innermost_first) axes[last].step = axes[i].step;
    } else {
      axes[++last] = axes[i];
    }
  }
  return n > 0 ? last + 1 : 0;
}

// The usual small case, a batch's loss, for which the preparations would be most of the work.
static bool one_row(LnReduce f, LnTensor *out, const LnTensor *x) {
  if ((f != LN_R_SUM && f != LN_R_MEAN) || out->size != 1 || x->size == 0 || x->size > RUN ||
      x->dtype != LN_FLOAT32 || out->dtype != LN_FLOAT32 || !ln_tensor_is_contiguous(x))
    return false;
  Acc sum = start(SUM, false);
  static const double none = 0;
  sum_row_float(x->data, 0, 1, x->size, &sum, &none);
  *(float *)out->data = (float)(f == LN_R_MEAN ? sum.f / (double)x->size : sum.f);
  return true;
}

void ln_kernel_reduce(LnReduce f, double ddof, LnTensor *out, const LnTensor *x,
                      const bool *reduced) {
  if (out->size == 0 || one_row(f, out, x)) return;
  Plan p = {.f = f, .ddof = ddof, .data = x->data, .out = out->data, .count = 1};
  LnDtype compute = (LnDtype)x->dtype;
  bool counts = f == LN_R_COUNT || f == LN_R_ANY || f == LN_R_ALL;
  if (counts) compute = LN_BOOL;
  else if (compute < LN_FLOAT32) compute = f <= LN_R_MIN ? LN_INT64 : LN_FLOAT64;
  p.compute = counts ? TRUTH
              : compute == LN_INT64 ? INT64
              : compute == LN_FLOAT32 ? FLOAT
                                      : DOUBLE;
  p.integer = p.compute >= INT64;
  p.native = x->dtype == compute;
  p.cast = ln_cast_loop(compute, (LnDtype)x->dtype);
  p.width = ln_dtype_size(compute);
  p.out_dtype = (LnDtype)out->dtype;
  const int64_t width = (int64_t)ln_dtype_size(x->dtype);
  for (int i = 0; i < x->rank; i++) {
    Axis axis = {x->shape[i], x->stride[i] * width};
    if (reduced[i]) p.count *= axis.n;
    if (axis.n == 1) continue;
    if (!reduced[i]) {
      p.kept[p.n_kept++] = axis;
      continue;
    }
    if (axis.step < 0) {   // order does not matter here
      p.data += axis.step * (axis.n - 1);
      axis.step = -axis.step;
    }
    int k = p.n_reduced++;
    for (; k > 0 && p.reduced[k - 1].step > axis.step; k--) p.reduced[k] = p.reduced[k - 1];
    p.reduced[k] = axis;
  }
  p.n_kept = join(p.kept, p.n_kept, false);
  p.n_reduced = p.count > 0 ? join(p.reduced, p.n_reduced, true) : 0;
  if (p.n_reduced == 0) p.reduced[p.n_reduced++] = (Axis){p.count > 0, width};
  if (p.n_kept > 0) {
    const Axis *k = &p.kept[p.n_kept - 1], *r = &p.reduced[0];
    p.columns = llabs(k->step) < r->step;
    if (p.columns ? k->n < 8 && r->n >= 4 * k->n : r->n < 8 && k->n >= 4 * r->n)
      p.columns = !p.columns;
  }
  p.chunk = p.columns ? 128 : 8192;
  p.chunks = (p.reduced[0].n + p.chunk - 1) / p.chunk;
  p.items = p.chunks;
  for (int i = 1; i < p.n_reduced; i++) p.items *= p.reduced[i].n;
  if (p.chunks == 0) p.items = 0, p.chunks = 1;
  p.one_run = !p.columns && p.native && p.items == 1 && p.reduced[0].step == (int64_t)p.width;
  p.rows = p.n_kept == 1 && p.one_run ? AT_ONCE / (p.reduced[0].n * (int64_t)p.width) : 1;
  p.rows = p.rows > TILE ? TILE : p.rows < 1 ? 1 : p.rows;
  p.units = out->size;
  p.tiles = 1;
  if (p.columns) {
    int64_t n = p.kept[p.n_kept - 1].n;
    p.tiles = (n + TILE - 1) / TILE;
    p.units = out->size / n * p.tiles;
  }
  int64_t work = p.count * (p.columns ? TILE : 1) + 1;
  if (p.units < 4) run_units(&p, 0, p.units);
  else ln_parallel(p.units, LN_GRAIN_CHEAP / work + 1, run_units, &p);
}

// ---- positions of extremes

typedef struct Search {
  int64_t n, step, base;    // of the axis searched
  LnLoopFn cast;
  bool smallest, floats;    // computed in float64, or int64
} Search;

#define BETTER(s, v, best) ((s)->smallest ? (v) < (best) : (v) > (best))

// n lines side by side: up to 64 at a time, position by position
static void search_lines(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {
  const Search *s = arg;
  enum { LINES = 64 };
  _Alignas(64) double f[LINES], best_f[LINES];
  _Alignas(64) int64_t v[LINES], best[LINES], at[LINES];
  for (int64_t from = 0; from < n; from += LINES) {
    int64_t m = n - from < LINES ? n - from : LINES;
    char *line = ptrs[1] + from * strides[1];
    for (int64_t k = 0; k < s->n; k++, line += s->step) {
      char *pair[2] = {s->floats ? (char *)f : (char *)v, line};
      s->cast(pair, (int64_t[]){8, strides[1]}, m, NULL);
      if (k == 0) {
        memset(at, 0, sizeof at);
        if (s->floats) memcpy(best_f, f, sizeof f);
        else memcpy(best, v, sizeof v);
      } else if (s->floats) {
        for (int64_t j = 0; j < m; j++)
          if (BETTER(s, f[j], best_f[j]) || (f[j] != f[j] && best_f[j] == best_f[j]))
            best_f[j] = f[j], at[j] = k;
      } else {
        for (int64_t j = 0; j < m; j++)
          if (BETTER(s, v[j], best[j])) best[j] = v[j], at[j] = k;
      }
    }
    for (int64_t j = 0; j < m; j++)
      *(int64_t *)(void *)(ptrs[0] + (from + j) * strides[0]) = at[j] + s->base;
  }
}

// n lines one after the other, each contiguous in memory: blocks of it are converted at once
static void search_runs(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {
  const Search *s = arg;
  _Alignas(64) double f[BLOCK];
  _Alignas(64) int64_t v[BLOCK];
  for (int64_t line = 0; line < n; line++) {
    int64_t at = 0, best = 0;
    double best_f = 0;
    for (int64_t from = 0; from < s->n; from += BLOCK) {
      int64_t m = s->n - from < BLOCK ? s->n - from : BLOCK;
      char *pair[2] = {s->floats ? (char *)f : (char *)v,
                       ptrs[1] + line * strides[1] + from * s->step};
      s->cast(pair, (int64_t[]){8, s->step}, m, NULL);
      if (s->floats) {
        Acc top = start(s->smallest ? MIN : MAX, false);
        (s->smallest ? min_row_double : max_row_double)(f, 0, 1, m, &top, NULL);
        if (from > 0 && !(BETTER(s, top.f, best_f) || (top.f != top.f && best_f == best_f)))
          continue;
        int64_t j = 0;
        while (!(f[j] == top.f || (f[j] != f[j] && top.f != top.f))) j++;
        best_f = top.f;
        at = from + j;
      } else {
        Acc top = start(s->smallest ? MIN : MAX, true);
        (s->smallest ? min_row_int64 : max_row_int64)(v, 0, 1, m, &top, NULL);
        if (from > 0 && !BETTER(s, top.i, best)) continue;
        int64_t j = 0;
        while (v[j] != top.i) j++;
        best = top.i;
        at = from + j;
      }
    }
    *(int64_t *)(void *)(ptrs[0] + line * strides[0]) = at + s->base;
  }
}

// Shape and strides without one axis.
static int drop(const LnTensor *t, int axis, int64_t *shape, int64_t *stride) {
  int n = 0;
  for (int i = 0; i < t->rank; i++) {
    if (i == axis) continue;
    if (shape) shape[n] = t->shape[i];
    stride[n++] = t->stride[i];
  }
  return n;
}

void ln_kernel_argmax(bool smallest, int64_t base, LnTensor *out, const LnTensor *x, int axis) {
  LnDtype compute = x->dtype >= LN_FLOAT32 ? LN_FLOAT64 : LN_INT64;
  const int64_t width = (int64_t)ln_dtype_size(x->dtype);
  Search s = {x->shape[axis], x->stride[axis] * width, base,
              ln_cast_loop(compute, (LnDtype)x->dtype), smallest, compute == LN_FLOAT64};
  int64_t shape[LN_MAX_RANK], to[LN_MAX_RANK], from[LN_MAX_RANK];
  int rank = drop(x, axis, shape, from);
  if (out->rank == x->rank) drop(out, axis, NULL, to);
  else for (int i = 0; i < rank; i++) to[i] = out->stride[i];
  const LnOperand operands[2] = {{out->data, to, sizeof(int64_t)},
                                 {x->data, from, (size_t)width}};
  bool runs = rank == 0 || (s.n >= 32 && llabs(x->stride[axis]) <= llabs(from[rank - 1]));
  ln_loop(rank, shape, 2, operands, runs ? search_runs : search_lines, &s,
          LN_GRAIN_CHEAP / (s.n + 1) + 1);
}

// ---- scans

typedef struct Scan {
  LnScan f;
  bool exclusive, floats;
  int64_t n, step[3];                 // the axis: out, x, a
  LnLoopFn store, load, load_a;
} Scan;

// n lines side by side, up to 64 at a time, each in float64 or int64
static void scan_lines(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {
  const Scan *s = arg;
  enum { LINES = 64 };
  _Alignas(64) Acc x[LINES], y[LINES], a[LINES], total[LINES];
  bool multiplies = s->f == LN_SCAN_RECURRENCE || s->f == LN_SCAN_LAGGED;
  for (int64_t from = 0; from < n; from += LINES) {
    int64_t m = n - from < LINES ? n - from : LINES;
    for (int64_t j = 0; j < m; j++) {
      total[j] = start(s->f == LN_SCAN_PROD ? PROD : SUM, !s->floats);
      a[j].f = 0;
    }
    for (int64_t k = 0; k < s->n; k++) {
      char *load[2] = {(char *)x, ptrs[1] + from * strides[1] + k * s->step[1]};
      s->load(load, (int64_t[]){8, strides[1]}, m, NULL);
      char *load_a[2] = {(char *)a, ptrs[2] + from * strides[2] + k * s->step[2]};
      if (s->f == LN_SCAN_RECURRENCE) s->load_a(load_a, (int64_t[]){8, strides[2]}, m, NULL);
      for (int64_t j = 0; j < m; j++) {
        y[j] = total[j];
        if (s->f == LN_SCAN_SHIFT) total[j] = x[j];
        else if (multiplies) total[j].f = x[j].f + a[j].f * total[j].f;
        else merge(s->f == LN_SCAN_PROD ? PROD : SUM, !s->floats, &total[j], x[j]);
        if (!s->exclusive) y[j] = total[j];
      }
      if (s->f == LN_SCAN_LAGGED) s->load_a(load_a, (int64_t[]){8, strides[2]}, m, NULL);
      char *store[2] = {ptrs[0] + from * strides[0] + k * s->step[0], (char *)y};
      s->store(store, (int64_t[]){strides[0], 8}, m, NULL);
    }
  }
}

void ln_kernel_scan(LnScan f, bool reverse, bool exclusive, LnTensor *out, const LnTensor *x,
                    const LnTensor *a, int axis) {
  LnDtype compute = out->dtype >= LN_FLOAT32 ? LN_FLOAT64 : LN_INT64;
  const LnTensor *tensors[3] = {out, x, a ? a : x};
  Scan s = {.f = f, .exclusive = exclusive || f == LN_SCAN_SHIFT,
            .floats = compute == LN_FLOAT64, .n = out->shape[axis],
            .store = ln_cast_loop((LnDtype)out->dtype, compute),
            .load = ln_cast_loop(compute, (LnDtype)x->dtype),
            .load_a = ln_cast_loop(compute, (LnDtype)tensors[2]->dtype)};
  int64_t shape[LN_MAX_RANK], strides[3][LN_MAX_RANK];
  LnOperand operands[3];
  int rank = 0;
  for (int k = 0; k < 3; k++) {
    const LnTensor *t = tensors[k];
    int64_t width = (int64_t)ln_dtype_size(t->dtype), step = t->stride[axis] * width;
    rank = drop(t, axis, shape, strides[k]);
    s.step[k] = reverse ? -step : step;
    operands[k] = (LnOperand){(char *)t->data + (reverse && s.n > 0 ? (s.n - 1) * step : 0),
                              strides[k], (size_t)width};
  }
  ln_loop(rank, shape, 3, operands, scan_lines, &s, LN_GRAIN_CHEAP / (s.n + 1) + 1);
}
