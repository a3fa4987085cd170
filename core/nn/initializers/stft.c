// STFT: convolution kernels that compute a short-time Fourier transform.
#include <math.h>

#include "nn/nn.h"

typedef struct Stft {
  LnInitializer base;
  int side, window, scaling;   // indices into the choices below
  bool periodic;
} Stft;

enum { REAL, IMAG };
enum { HANN, HAMMING, BLACKMAN, BOXCAR, NO_WINDOW };
enum { DENSITY, SPECTRUM, NO_SCALING };

static const double PI = 3.14159265358979323846;

// The n-th of N points of a generalized cosine window (Harris, "On the use of windows for harmonic
// analysis with the discrete Fourier transform", 1978).
static double window_at(int window, int64_t n, int64_t span) {
  double angle = span > 0 ? 2 * PI * (double)n / (double)span : PI;
  switch (window) {
    case HANN: return 0.5 - 0.5 * cos(angle);
    case HAMMING: return 0.54 - 0.46 * cos(angle);
    case BLACKMAN: return 0.42 - 0.5 * cos(angle) + 0.08 * cos(2 * angle);
    default: return 1;
  }
}

// t is (frame, 1, bins): row n, column k is w(n) cos or sin(-2 pi n k / (2 (bins - 1))).
static bool fill(LnContext *c, const LnObject *object, LnRandom *random, LnTensor *t) {
  const Stft *self = (const Stft *)object;
  (void)random;
  if (t->rank != 3 || t->shape[1] != 1 || t->shape[2] < 2)
    return ln_fail(c, "STFT makes kernels of shape (frame, 1, bins) with 2 bins or more, not %s",
                   ln_tensor_shape_text(t));
  int64_t frame = t->shape[0], bins = t->shape[2], span = self->periodic ? frame : frame - 1;
  double squares = 0, sum = 0, scale = 1;
  for (int64_t n = 0; n < frame; n++) {
    double w = window_at(self->window, n, span);
    squares += w * w;
    sum += w;
  }
  if (self->window != NO_WINDOW && self->scaling == DENSITY) scale = sqrt(1 / squares);
  if (self->window != NO_WINDOW && self->scaling == SPECTRUM) scale = fabs(1 / sum);
  for (int64_t n = 0; n < frame; n++)
    for (int64_t k = 0; k < bins; k++) {
      // Whole turns are taken off first: the angle stays small and exact.
      double turn =
          fmod((double)n * (double)k, 2.0 * (double)(bins - 1)) / (2.0 * (double)(bins - 1));
      double wave = self->side == REAL ? cos(-2 * PI * turn) : sin(-2 * PI * turn);
      ln_tensor_set(t, (int64_t[]){n, 0, k}, scale * window_at(self->window, n, span) * wave);
    }
  return true;
}

static const LnOption options[] = {
    {"side", LN_OPT_CHOICE, LN_FIELD(Stft, side), "real", .choices = "real imag",
     .doc = "the part of the complex transform"},
    {"window", LN_OPT_CHOICE, LN_FIELD(Stft, window), "hann",
     .choices = "hann hamming blackman boxcar none", .doc = "over the time axis"},
    {"scaling", LN_OPT_CHOICE, LN_FIELD(Stft, scaling), "density",
     .choices = "density spectrum none", .doc = "by the window's power or by its amplitude"},
    {"periodic", LN_OPT_BOOL, LN_FIELD(Stft, periodic), "false",
     .doc = "a window for spectral analysis rather than a symmetric one"},
    {0}};

static const LnInitializerClass stft = {
    .base = {.kind = LN_INITIALIZER, .name = "STFT", .aliases = "stft STFTInitializer",
    .size = sizeof(Stft),
             .options = options,
             .doc = "Kernels (frame, 1, bins) whose convolution with a signal is the real or the\n"
                    "imaginary side of its short-time Fourier transform of 2 (bins - 1) points.\n"
                    "window and scaling none: neither is applied. Errors: another shape.\n"
                    "Example:\n"
                    "  ln.initializers.STFT{\"imag\"}({4, 1, 3}).shape  --> (4, 1, 3)"},
    .fill = fill};

const LnInitializerClass *const ln_initializers_stft[] = {&stft, NULL};
