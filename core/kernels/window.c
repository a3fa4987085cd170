// Most windows are sums of cosines (Harris, "On the use of windows for harmonic analysis with the
// discrete Fourier transform", 1978). To add one: a name in window.h and its row here.
#include "kernels/window.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

// Of 1, -cos(x), cos(2 x), -cos(3 x), ..
static const double cosines[][5] = {
  [LN_HANN] = {0.5, 0.5},
  [LN_HAMMING] = {0.54, 0.46},
  [LN_BLACKMAN] = {0.42, 0.5, 0.08},
  [LN_BOXCAR] = {1},
  [LN_BLACKMAN_HARRIS] = {0.35875, 0.48829, 0.14128, 0.01168},
  [LN_NUTTALL] = {0.3635819, 0.4891775, 0.1365995, 0.0106411},
  [LN_FLATTOP] = {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368},
};

// The modified Bessel function of the first kind, of order 0, by its power series.
static double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; term > sum * 1e-17; k++) {
    term *= x / (2 * k) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

double ln_window_at(int window, double beta, int64_t i, int64_t n, bool periodic) {
  if (n == 1) return 1;
  const double span = (double)(periodic ? n : n - 1), turn = (double)i / span;
  switch (window) {
    case LN_BARTLETT: return 1 - fabs(2 * turn - 1);
    case LN_COSINE: return sin(PI * ((double)i + 0.5) / (span + 1));
    case LN_KAISER: {
      const double z = 2 * turn - 1;
      return bessel_i0(beta * sqrt(fmax(0, 1 - z * z))) / bessel_i0(beta);
    }
    default: break;
  }
  double value = 0, sign = 1;
  for (int k = 0; k < 5; k++, sign = -sign)
    value += sign * cosines[window][k] * cos(2 * PI * k * turn);
  return value;
}
