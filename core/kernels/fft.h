// Discrete Fourier transforms of the lanes of tensors, float32 or float64, of any length: mixed
// radices for lengths of small factors, Bluestein's algorithm for the others. Complex numbers are
// two arrays, of real and of imaginary parts.
#ifndef LN_KERNELS_FFT_H
#define LN_KERNELS_FFT_H

#include "tensor/tensor.h"

typedef enum LnFftKind {
  LN_FFT_COMPLEX,     // n to n
  LN_FFT_FROM_REAL,   // n real numbers to the first n / 2 + 1 of the transform
  LN_FFT_TO_REAL,     // its reverse: what these n / 2 + 1 and their conjugates are made of
} LnFftKind;

typedef struct LnFft {
  LnFftKind kind;
  int64_t n;         // points of one transform, 1 or more
  int axis;          // along which, not negative
  bool inverse;      // of LN_FFT_COMPLEX: exp(+2 pi i j k / n); TO_REAL is always so
  double scale;      // factor of the result
  double interior;   // factor of all bins but 0 and n / 2, of the half spectrum (in or out)
} LnFft;

// Bytes of memory that ln_kernel_fft works in, for `count` lanes of dtype d.
size_t ln_kernel_fft_memory(const LnFft *fft, LnDtype d, int64_t count);
// in[0], in[1] to out[0], out[1]: real and imaginary parts, of any strides; NULL where there are
// none (in[1] of FROM_REAL, out[1] of TO_REAL). All are of one float dtype. Lanes of real
// transforms may be of any length: what is missing is read, or written, as zeros, the rest left.
void ln_kernel_fft(const LnFft *fft, const LnTensor *const *in, LnTensor *const *out, void *memory);

#endif
