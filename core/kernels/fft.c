// Stockham's autosort algorithm on blocks of lanes: element j of all lanes of a block lie side by
// side, so that every loop is one over contiguous memory, whatever the length.
#include "base/simd.h"

#include "kernels/fft.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "kernels/lanes.h"
#include "kernels/loop.h"

static const double PI = 3.14159265358979323846;

enum { MAX_FACTORS = 64, LARGEST_RADIX = 13, LANES = 16, BLOCK_BYTES = 1 << 18, MAX_PARTS = 16,
       MAX_MEMORY = 1 << 26 };

// How the points of one complex transform are computed.
typedef struct Plan {
  int64_t n;              // points that are wanted
  int64_t m;              // points that are transformed: n, or more by Bluestein's algorithm
  bool bluestein;
  int n_factors;
  int factors[MAX_FACTORS];   // of m
} Plan;

// How the work is cut: `parts` run side by side, of `width` lanes at a time.
typedef struct Cut {
  Plan plan;
  bool halved;            // the complex transform of n / 2 points does
  int64_t width, blocks, parts;
  size_t tables, work;    // elements that all share, and of one part
} Cut;

static bool factorize(Plan *p, int64_t m) {
  static const int radices[] = {4, 2, 3, 5, 7, 11, LARGEST_RADIX};
  p->m = m;
  p->n_factors = 0;
  for (size_t i = 0; i < sizeof radices / sizeof *radices; i++)
    for (; m % radices[i] == 0; m /= radices[i]) p->factors[p->n_factors++] = radices[i];
  return m == 1;
}

static void plan_of(Plan *p, int64_t n) {
  p->n = n;
  p->bluestein = !factorize(p, n);
  if (!p->bluestein) return;
  int64_t m = 1;
  while (m < 2 * n - 1) m *= 2;
  factorize(p, m);
}

static Cut cut_of(const LnFft *fft, LnDtype d, int64_t count) {
  Cut c = {.halved = fft->kind != LN_FFT_COMPLEX && fft->n % 2 == 0};
  size_t size = ln_dtype_size(d);
  plan_of(&c.plan, c.halved ? fft->n / 2 : fft->n);
  size_t m = (size_t)c.plan.m;
  c.width = LANES;
  while (c.width > 1 &&
         (c.width / 2 >= count || (size_t)c.width * (m + 1) * 4 * size > BLOCK_BYTES))
    c.width /= 2;
  c.blocks = (count + c.width - 1) / c.width;
  // Roots of m; of Bluestein, the chirp and its transform; of a halved transform, roots of n.
  c.tables = 2 * m + (c.plan.bluestein ? 2 * ((size_t)c.plan.n + m) : 0) +
             (c.halved ? 2 * ((size_t)c.plan.n + 1) : 0);
  c.work = (size_t)c.width * (m + 1) * 4;   // of a half spectrum, one bin more
  c.parts = c.blocks < MAX_PARTS ? c.blocks : MAX_PARTS;
  while (c.parts > 1 && (size_t)c.parts * c.work * size > MAX_MEMORY) c.parts--;
  return c;
}

size_t ln_kernel_fft_memory(const LnFft *fft, LnDtype d, int64_t count) {
  Cut c = cut_of(fft, d, count);
  // The chirp's transform is made in the first part's memory.
  return (c.tables + (size_t)c.parts * c.work) * ln_dtype_size(d);
}

// exp(-2 pi i k / n) for k in [0, n], accurate: by the octant that the angle is in.
static void root_of_one(int64_t k, int64_t n, double *re, double *im) {
  double turn = (double)k / (double)n;   // of a circle
  int quarter = (int)floor(turn * 4 + 0.5);
  double angle = 2 * PI * (turn - quarter / 4.0), c = cos(angle), s = sin(angle);
  static const int cosine[] = {1, 0, -1, 0}, sine[] = {0, 1, 0, -1};
  *re = c * cosine[quarter & 3] - s * sine[quarter & 3];
  *im = -(s * cosine[quarter & 3] + c * sine[quarter & 3]);
}

#define T float
#define NAME(x) x##_f32
#include "kernels/fft_run.h"
#undef T
#undef NAME
#define T double
#define NAME(x) x##_f64
#include "kernels/fft_run.h"

void ln_kernel_fft(const LnFft *fft, const LnTensor *const *in, LnTensor *const *out,
                   void *memory) {
  if (in[0]->dtype == LN_FLOAT32) run_f32(fft, in, out, memory);
  else run_f64(fft, in, out, memory);
}
