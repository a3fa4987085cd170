// Sorting and searching, once for each element type (the macros at the end make them).
#include "kernels/sort.h"

// Comparisons that put NaN last: x != x holds for NaN alone.
#define BEFORE(a, b) ((a) < (b) || ((b) != (b) && (a) == (a)))
#define BEFORE_DOWN(a, b) ((a) > (b) || ((b) != (b) && (a) == (a)))
#define SAME(a, b) ((a) == (b) || ((a) != (a) && (b) != (b)))

enum { RUN = 12 };  // sorted by insertion before merging starts

#define MERGE_SORT(T, NAME, LESS)                                                                  \
  static Pair_##T *NAME(Pair_##T *a, Pair_##T *b, int64_t n) {                                     \
    for (int64_t start = 0; start < n; start += RUN) {                                             \
      int64_t end = start + RUN < n ? start + RUN : n;                                             \
      for (int64_t i = start + 1; i < end; i++) {                                                  \
        Pair_##T x = a[i];                                                                         \
        int64_t j = i;                                                                             \
        for (; j > start && LESS(x.key, a[j - 1].key); j--) a[j] = a[j - 1];                       \
        a[j] = x;                                                                                  \
      }                                                                                            \
    }                                                                                              \
    for (int64_t width = RUN; width < n; width *= 2) {                                             \
      for (int64_t start = 0; start < n; start += 2 * width) {                                     \
        int64_t middle = start + width < n ? start + width : n;                                    \
        int64_t end = start + 2 * width < n ? start + 2 * width : n;                               \
        int64_t i = start, j = middle;                                                             \
        for (int64_t k = start; k < end; k++)                                                      \
          b[k] = j < end && (i >= middle || LESS(a[j].key, a[i].key)) ? a[j++] : a[i++];           \
      }                                                                                            \
      Pair_##T *t = a;                                                                             \
      a = b;                                                                                       \
      b = t;                                                                                       \
    }                                                                                              \
    return a;                                                                                      \
  }                                                                                                \
  /* The first `keep` of the order: what has no place among them by then is passed over. */        \
  static Pair_##T *NAME##_first(const T *x, int64_t step, int64_t n, int64_t keep, Pair_##T *a,    \
                                Pair_##T *b) {                                                     \
    int64_t room = keep < n / 2 ? 2 * keep : n, m = 0;                                             \
    bool full = false;                                                                             \
    for (int64_t i = 0; i < n && keep > 0; i++) {                                                  \
      if (full && !LESS(x[i * step], a[keep - 1].key)) continue;                                   \
      a[m++] = (Pair_##T){x[i * step], i};                                                         \
      if (m < room || i + 1 == n) continue;                                                        \
      Pair_##T *t = NAME(a, b, m);                                                                 \
      if (t == b) b = a, a = t;                                                                    \
      m = keep;                                                                                    \
      full = true;                                                                                 \
    }                                                                                              \
    return NAME(a, b, m);                                                                          \
  }

#define FOR_TYPE(T)                                                                                \
  typedef struct Pair_##T {                                                                        \
    T key;                                                                                         \
    int64_t at;                                                                                    \
  } Pair_##T;                                                                                      \
  MERGE_SORT(T, sort_up_##T, BEFORE)                                                               \
  MERGE_SORT(T, sort_down_##T, BEFORE_DOWN)                                                        \
  static void sort_##T(const T *x, int64_t step, int64_t n, bool descending, int64_t keep,         \
                       void *memory, T *values, int64_t values_step, int64_t *positions,           \
                       int64_t positions_step) {                                                   \
    Pair_##T *a = memory, *b = a + n;                                                              \
    a = descending ? sort_down_##T##_first(x, step, n, keep, a, b)                                 \
                   : sort_up_##T##_first(x, step, n, keep, a, b);                                  \
    for (int64_t i = 0; i < keep && values; i++) values[i * values_step] = a[i].key;               \
    for (int64_t i = 0; i < keep && positions; i++) positions[i * positions_step] = a[i].at;       \
  }                                                                                                \
  static int64_t find_##T(const T *sorted, int64_t n, T v, bool after) {                           \
    int64_t low = 0, high = n;                                                                     \
    while (low < high) {                                                                           \
      int64_t middle = low + (high - low) / 2;                                                     \
      T m = sorted[middle];                                                                        \
      if (after ? !BEFORE(v, m) : BEFORE(m, v)) low = middle + 1;                                  \
      else high = middle;                                                                          \
    }                                                                                              \
    return low;                                                                                    \
  }                                                                                                \
  static void search_##T(const T *sorted, int64_t n, const T *values, int64_t m, bool after,       \
                         int64_t *out) {                                                           \
    for (int64_t i = 0; i < m; i++) out[i] = find_##T(sorted, n, values[i], after);                \
  }                                                                                                \
  static void member_##T(const T *sorted, int64_t n, const T *values, int64_t m, uint8_t *out) {   \
    for (int64_t i = 0; i < m; i++) {                                                              \
      int64_t at = find_##T(sorted, n, values[i], false);                                          \
      out[i] = at < n && sorted[at] == values[i];                                                  \
    }                                                                                              \
  }                                                                                                \
  static int64_t runs_##T(const T *sorted, int64_t n, T *values, int64_t *counts) {                \
    int64_t runs = 0;                                                                              \
    for (int64_t i = 0, start = 0; i < n; i++) {                                                   \
      if (i + 1 < n && SAME(sorted[i + 1], sorted[i])) continue;                                   \
      if (values) values[runs] = sorted[start];                                                    \
      if (counts) counts[runs] = i + 1 - start;                                                    \
      runs++;                                                                                      \
      start = i + 1;                                                                               \
    }                                                                                              \
    return runs;                                                                                   \
  }

FOR_TYPE(uint8_t)
FOR_TYPE(int32_t)
FOR_TYPE(int64_t)
FOR_TYPE(float)
FOR_TYPE(double)

#define DISPATCH(d, CALL)                                                                          \
  switch (d) {                                                                                     \
    case LN_BOOL: case LN_UINT8: CALL(uint8_t); break;                                             \
    case LN_INT32: CALL(int32_t); break;                                                           \
    case LN_INT64: CALL(int64_t); break;                                                           \
    case LN_FLOAT32: CALL(float); break;                                                           \
    default: CALL(double); break;                                                                  \
  }

// Past any memory that there is, the number stops growing, so that sums with it do not overflow.
size_t ln_kernel_sort_memory(int64_t n) {
  return n > (int64_t)1 << 48 ? SIZE_MAX / 8 : 2 * (size_t)n * sizeof(Pair_double);
}

void ln_kernel_sort(LnDtype d, const void *x, int64_t step, int64_t n, bool descending,
                    int64_t keep, void *memory, void *values, int64_t values_step,
                    int64_t *positions, int64_t positions_step) {
#define SORT(T)                                                                                    \
  sort_##T(x, step, n, descending, keep, memory, values, values_step, positions, positions_step)
  DISPATCH(d, SORT)
}

void ln_kernel_search(LnDtype d, const void *sorted, int64_t n, const void *values, int64_t m,
                      bool after, int64_t *out) {
#define SEARCH(T) search_##T(sorted, n, values, m, after, out)
  DISPATCH(d, SEARCH)
}

int64_t ln_kernel_runs(LnDtype d, const void *sorted, int64_t n, void *values, int64_t *counts) {
  int64_t found;
#define RUNS(T) found = runs_##T(sorted, n, values, counts)
  DISPATCH(d, RUNS)
  return found;
}

void ln_kernel_member(LnDtype d, const void *sorted, int64_t n, const void *values, int64_t m,
                      uint8_t *out) {
#define MEMBER(T) member_##T(sorted, n, values, m, out)
  DISPATCH(d, MEMBER)
}
