// What the STFT initializer is made of, for the layer that has kernels of it.
#ifndef LN_NN_INITIALIZERS_STFT_H
#define LN_NN_INITIALIZERS_STFT_H

#include "nn/nn.h"
#include "ops/fft.h"

enum { LN_STFT_REAL, LN_STFT_IMAG };
enum { LN_STFT_DENSITY, LN_STFT_SPECTRUM, LN_STFT_UNSCALED };
#define LN_STFT_SCALINGS "density spectrum none"

typedef struct LnStftInitializer {
  LnInitializer base;
  int side, scaling;   // of those above
  LnWindow window;     // a name of LN_WINDOW_CHOICES
  bool periodic;
} LnStftInitializer;

#endif
