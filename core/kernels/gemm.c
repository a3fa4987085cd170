// Which kernels run a product and how it is cut: the instruction set, the thresholds, the batches,
// and (in gemm_run.h) the only cblas calls of the project. A new instruction set is a file
// gemm_<isa>.c and a line in choose().
#include "kernels/gemm_job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/simd.h"
#include "base/threads.h"
#include "base/workspace.h"

static const GemmKernels *kernels = &ln_gemm_portable;
static bool lesser;  // than the processor has

// The best that the processor has, or the lesser one that $LUNATE_ISA names.
__attribute__((constructor)) static void choose(void) {
#ifdef LN_GEMM_X86
  const char *isa = getenv("LUNATE_ISA");
  if (!isa) isa = "";
  lesser = strcmp(isa, "portable") == 0 || strcmp(isa, "avx2") == 0;
  if (strcmp(isa, "portable") == 0) return;
  __builtin_cpu_init();
  if (strcmp(isa, "avx2") != 0 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    kernels = &ln_gemm_avx512;
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    kernels = &ln_gemm_avx2;
#endif
}

const char *ln_gemm_isa(void) { return kernels->isa; }
bool ln_gemm_masks(int64_t m, int64_t n) { return m >= 3 && m <= 64 && n >= 2; }
bool ln_gemm_adds_as_loops(void) {
  return kernels == &ln_gemm_portable ? !lesser : LN_HAS_CLONES;
}

// A thread's least share in multiplications: 64,000 take 1 us, and to hand over work and results
// takes nearly as long.
#define GRAIN 64000
// What the caller of several threads does in the time in which the others are begun and hand back.
#define HEAD_START 24000
// From so many rows, or rows by columns, on what is read again and again leaves the caches.
#define LARGE_SIDE 900
// Bytes of what is packed of B, to stay in the second-level cache, and of A beside it.
#define BLOCK_DEPTH 256
#define BLOCK_B (512 << 10)
#define BLOCK_A (256 << 10)
// Rows of A in a block that the stack holds, for want of memory.
#define FEW_ROWS 16
// Where the portable kernels run, OpenBLAS is faster from so many multiplications on, with no side
// shorter than this. (Elsewhere it is not, at any size, and on a processor that it does not know it
// is eight times slower.)
#define BLAS_WORK 1e8
#define BLAS_SIDE 128
// Bytes of partial sums that the stack holds: a batch of 32 by 300 units.
#define PARTIAL (40 << 10)
#define ADD_GRAIN 4096  // of them that a thread adds up, at least
// Multiplications of a batch's products that one thread does, at least.
#define BATCH_GRAIN 100000

#define T float
#define CBLAS cblas_sgemm
#include "kernels/gemm_run.h"
#define T double
#define CBLAS cblas_dgemm
#include "kernels/gemm_run.h"

void ln_gemm(const LnGemm *g) {
  if (g->m <= 0 || g->n <= 0) return;
  if (g->dtype == LN_FLOAT32) float_gemm(g);
  else double_gemm(g);
}

// ---- batches

typedef struct Batches {
  const LnGemm *g;
  const LnBatch *batch;
} Batches;

static void batch_range(void *arg, int64_t begin, int64_t end) {
  const Batches *s = arg;
  const LnBatch *batch = s->batch;
  const int64_t width = s->g->dtype == LN_FLOAT32 ? sizeof(float) : sizeof(double);
  LnGemm g = *s->g;
  for (int64_t i = begin; i < end; i++) {
    int64_t a = 0, b = 0, c = 0, rest = i;
    for (int x = batch->rank - 1; x >= 0; x--) {
      const int64_t index = rest % batch->shape[x];
      a += index * batch->a[x], b += index * batch->b[x], c += index * batch->c[x];
      rest /= batch->shape[x];
    }
    g.a.data = (const char *)s->g->a.data + a * width;
    g.b.data = (const char *)s->g->b.data + b * width;
    g.c = (char *)s->g->c + c * width;
    ln_gemm(&g);
  }
}

void ln_gemm_batched(const LnGemm *g, const LnBatch *batch) {
  Batches s = {g, batch};
  int64_t batches = 1;
  bool shared = true;
  for (int i = 0; i < batch->rank; i++) {
    batches *= batch->shape[i];
    shared = shared && (batch->b[i] == 0 || batch->shape[i] == 1);
  }
  if (batches == 0) return;
  // One B for all is packed once, where every product would pack it for itself.
  LnGemm packed = *g;
  void *memory = NULL;
  if (shared && batches >= 4 && g->m >= 128 && g->n >= 16 && g->k >= 16 &&
      kernels != &ln_gemm_portable && (memory = ln_workspace_take(ln_gemm_packed_size(g)))) {
    ln_gemm_pack(g, memory);
    packed.packed = memory;
    s.g = &packed;
  }
  const double work = (double)g->m * (double)g->n * (double)(g->k + 1);
  const int64_t grain = work < BATCH_GRAIN && work > 0 ? (int64_t)(BATCH_GRAIN / work) + 1 : 1;
  ln_parallel(batches, grain, batch_range, &s);
  ln_workspace_give(memory);
}

// ---- a B that is packed once

size_t ln_gemm_packed_size(const LnGemm *g) {
  const size_t width = g->dtype == LN_FLOAT32 ? sizeof(float) : sizeof(double);
  const size_t lanes = (size_t)kernels->vector_bytes / width;
  const size_t bytes = ((size_t)g->n + lanes - 1) / lanes * lanes * (size_t)g->k * width;
  return (bytes + 63) / 64 * 64;
}

void ln_gemm_pack(const LnGemm *g, void *to) {
  if (g->dtype == LN_FLOAT32) float_pack_b(g, to);
  else double_pack_b(g, to);
}

// ---- OpenBLAS

const char *ln_blas_name(void) { return openblas_get_config(); }
const char *ln_blas_kernels(void) { return openblas_get_corename(); }

const char *ln_blas_warning(void) {
  // What OpenBLAS falls back to on a processor newer than itself: kernels without AVX2.
  static const char *const oldest[] = {"Prescott", "Core2", "Nehalem", "Penryn", "Dunnington",
                                       "Atom", "Athlon", "Opteron", "Barcelona", "Bobcat"};
  if (kernels == &ln_gemm_portable) return NULL;
  for (size_t i = 0; i < sizeof oldest / sizeof *oldest; i++)
    if (strncmp(openblas_get_corename(), oldest[i], strlen(oldest[i])) == 0)
      return "OpenBLAS does not know this processor and runs its oldest kernels; with "
             "OPENBLAS_CORETYPE=Haswell in the environment (SkylakeX where there is AVX-512) it "
             "is several times faster. Products do not depend on it: they run in lunate's kernels";
  return NULL;
}
