// For the files of this folder: the rule of an optimizer, written once for float32 and float64.
// A class is its option table, its slots, and LN_STEP; what all classes share is nn/optimizer.c.
#ifndef LN_NN_OPTIMIZERS_STEP_H
#define LN_NN_OPTIMIZERS_STEP_H

#include "base/simd.h"

#include <math.h>
#include <tgmath.h>

#include "nn/nn.h"

// LN_STEP(name, Class, { for (int64_t i = 0; i < n; i++) w[i] -= lr * g[i]; }) defines
// name(const LnOptimizer *, const LnStep *). The text is compiled twice, with Real as float and as
// double; it sees o (a const Class *), s, n, w, g, lr and t, and math functions fit themselves to
// Real. Hyperparameters are rounded to Real where Keras rounds them: 1 - beta is formed in double
// and then rounded, powers of beta are formed in Real. Slots are s->slot[k].
#define LN_STEP(name, Class, ...)                                                          \
  LN_CLONES static void name##_float32(const Class *o, const LnStep *s) {                  \
    LN_STEP_TEXT(float, __VA_ARGS__)                                                       \
  }                                                                                        \
  LN_CLONES static void name##_float64(const Class *o, const LnStep *s) {                  \
    LN_STEP_TEXT(double, __VA_ARGS__)                                                      \
  }                                                                                        \
  static void name(const LnOptimizer *self, const LnStep *s) {                             \
    const uint64_t mode = ln_flush_denormals();                                            \
    if (s->dtype == LN_FLOAT32) name##_float32((const Class *)self, s);                    \
    else name##_float64((const Class *)self, s);                                           \
    ln_restore_denormals(mode);                                                            \
  }
#define LN_STEP_TEXT(Type, ...)                        \
  typedef Type Real;                                   \
  const int64_t n = s->n;                              \
  Real *restrict w = s->w;                             \
  const Real *restrict g = s->g;                       \
  const Real lr = (Real)s->lr, t = (Real)s->t;         \
  (void)o, (void)t;                                    \
  __VA_ARGS__

// The average of a gradient that stays 0 (a unit that is never active) shrinks to denormal numbers,
// on which a step takes ten times as long: they count as 0, as TensorFlow has it.
static inline uint64_t ln_flush_denormals(void) {
  uint64_t mode = 0;
#if defined(__SSE__)
  mode = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr((unsigned)mode | 0x8040);  // flush to zero, denormals are zeros
#elif defined(__aarch64__)
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | UINT64_C(1) << 24));
#endif
  return mode;
}
static inline void ln_restore_denormals(uint64_t mode) {
#if defined(__SSE__)
  __builtin_ia32_ldmxcsr((unsigned)mode);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
#else
  (void)mode;
#endif
}

// The first lines of every option table.
#define LN_RATE(Class, fallback_text)                                                  \
  {"learning_rate", LN_OPT_SCHEDULE, LN_FIELD(Class, base.learning_rate), fallback_text, \
   .doc = "a number, or a schedule of the batches done"}

#endif
