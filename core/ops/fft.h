// Fourier transforms and what surrounds them, for C callers. Complex numbers are two tensors.
#ifndef LN_OPS_FFT_H
#define LN_OPS_FFT_H

#include "kernels/window.h"
#include "ops/op.h"

typedef struct LnStft {
  int64_t sequence_length, sequence_stride, fft_length;
  LnWindow window;     // a name of LN_STFT_WINDOWS
  bool center;
  int64_t length;      // of the inverse's result; LN_NONE: what there is
} LnStft;
#define LN_STFT_WINDOWS "hann hamming"

// x (.., n) to out[0], out[1] (.., frames, fft_length / 2 + 1).
bool ln_stft(LnContext *c, LnTensor *x, const LnStft *o, LnTensor **out);
// x (.., n) to (.., count, length): the sequences that begin every `stride` numbers.
LnTensor *ln_extract_sequences(LnContext *c, LnTensor *x, int64_t length, int64_t stride);
// The window of n numbers, (n,), in *out: NULL when it is none. False with an error.
bool ln_window(LnContext *c, const char *what, const LnWindow *window, int64_t n, bool periodic,
               LnDtype d, LnTensor **out);

#endif
