// STFT: convolution kernels that compute a short-time Fourier transform.
#include <math.h>

#include "nn/initializers/_stft.h"

static const double PI = 3.14159265358979323846;

// t is (frame, 1, bins): row n, column k is w(n) cos or sin(-2 pi n k / (2 (bins - 1))).
static bool fill(LnContext *c, const LnObject *object, LnRandom *random, LnTensor *t) {
  const LnStftInitializer *self = (const LnStftInitializer *)object;
  (void)random;
  if (t->rank != 3 || t->shape[1] != 1 || t->shape[2] < 2)
    return ln_fail(c, "STFT makes kernels of shape (frame, 1, bins) with 2 bins or more, not %s",
                   ln_tensor_shape_text(t));
  int64_t frame = t->shape[0], bins = t->shape[2];
  double squares = 0, sum = 0, scale = 1;
  LnTensor *window;
  if (!ln_window(c, "STFT", &self->window, frame, self->periodic, LN_FLOAT64, &window))
    return false;
  for (int64_t n = 0; window && n < frame; n++) {
    double w = ln_tensor_get(window, &n);
    squares += w * w;
    sum += fabs(w);
  }
  if (window && self->scaling == LN_STFT_DENSITY) scale = sqrt(1 / squares);
  if (window && self->scaling == LN_STFT_SPECTRUM) scale = 1 / sum;
  for (int64_t n = 0; n < frame; n++) {
    double w = window ? ln_tensor_get(window, &n) : 1;
    for (int64_t k = 0; k < bins; k++) {
      // Whole turns are taken off first: the angle stays small and exact.
      double turn =
          fmod((double)n * (double)k, 2.0 * (double)(bins - 1)) / (2.0 * (double)(bins - 1));
      double wave = self->side == LN_STFT_REAL ? cos(-2 * PI * turn) : sin(-2 * PI * turn);
      ln_tensor_set(t, (int64_t[]){n, 0, k}, scale * w * wave);
    }
  }
  return true;
}

static const LnOption options[] = {
    {"side", LN_OPT_CHOICE, LN_FIELD(LnStftInitializer, side), "real", .choices = "real imag",
     .doc = "the part of the complex transform"},
    {"window", LN_OPT_WINDOW, LN_FIELD(LnStftInitializer, window), "hann",
     .choices = LN_WINDOW_CHOICES, .nullable = true, .doc = "over the time axis"},
    {"scaling", LN_OPT_CHOICE, LN_FIELD(LnStftInitializer, scaling), "density",
     .choices = LN_STFT_SCALINGS, .doc = "by the window's power or by its amplitude"},
    {"periodic", LN_OPT_BOOL, LN_FIELD(LnStftInitializer, periodic), "false",
     .doc = "a window for spectral analysis rather than a symmetric one"},
    {0}};

static const LnInitializerClass stft = {
    .base = {.kind = LN_INITIALIZER, .name = "STFT", .aliases = "stft STFTInitializer",
    .size = sizeof(LnStftInitializer),
             .options = options,
             .doc = "Kernels (frame, 1, bins) whose convolution with a signal is the real or the\n"
                    "imaginary side of its short-time Fourier transform of 2 (bins - 1) points.\n"
                    "window and scaling none: neither is applied. Errors: another shape.\n"
                    "Example:\n"
                    "  ln.initializers.STFT{\"imag\"}({4, 1, 3}).shape  --> (4, 1, 3)"},
    .fill = fill};

const LnInitializerClass *const ln_initializers_stft[] = {&stft, NULL};
