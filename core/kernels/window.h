// Windows over the samples of a signal, by name.
#ifndef LN_KERNELS_WINDOW_H
#define LN_KERNELS_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

// Those that options name; more may come after boxcar.
#define LN_WINDOW_CHOICES \
  "hann hamming blackman boxcar bartlett cosine blackmanharris nuttall flattop"
enum { LN_HANN, LN_HAMMING, LN_BLACKMAN, LN_BOXCAR, LN_BARTLETT, LN_COSINE, LN_BLACKMAN_HARRIS,
       LN_NUTTALL, LN_FLATTOP, LN_KAISER };

// The i-th of n numbers, symmetric, or one period of a window for spectral analysis. beta is the
// shape of LN_KAISER.
double ln_window_at(int window, double beta, int64_t i, int64_t n, bool periodic);

#endif
