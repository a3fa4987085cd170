// Recurrent sequences: all steps of a SimpleRNN, LSTM or GRU, forward and back. Rows of the batch
// do not depend on each other, so each thread takes some of them through all steps.
#ifndef LN_KERNELS_RECURRENT_H
#define LN_KERNELS_RECURRENT_H

#include "kernels/dense.h"

typedef enum LnRecurrentKind { LN_RECURRENT_SIMPLE, LN_RECURRENT_LSTM, LN_RECURRENT_GRU }
    LnRecurrentKind;

// All tensors dense, time first; gates: 1, 4 (input, forget, candidate, output) or 3 (update,
// reset, candidate) side by side. What may be NULL says so.
typedef struct LnRecurrent {
  LnRecurrentKind kind;
  LnDtype dtype;                // LN_FLOAT32 or LN_FLOAT64
  int activation, gate;         // LN_DENSE_LINEAR, ...: of candidates and states, of gates
  bool reset_after;             // of a GRU
  int64_t steps, batch, units;
  const void *kernel;           // (units, gates units), the recurrent one
  const void *bias;             // (gates units), of a GRU with reset_after (2, gates units); NULL
  const void *h0, *c0;          // (batch, units); NULL: zeros
  const uint8_t *mask;          // (steps, batch); NULL: all true. Where it is false states stay
  const void *keep;             // (batch, units): what h is multiplied with in products; or NULL
  void *gates;                  // (steps, batch, gates units), after their activations
  void *y;                      // (steps, batch, units): h of each step; of a SimpleRNN `gates`
  void *cells;                  // the same of c, of an LSTM
  void *inner;                  // (steps, batch, units) of a GRU: h in the candidate, as it goes in
                                // to the reset gate (reset_after) or comes out of it
} LnRecurrent;

// z (steps, batch, gates units): the inputs' part of the sums; may be `gates`. last_h, last_c:
// (batch, units). Scratch is 64-byte aligned.
size_t ln_kernel_recurrent_scratch(const LnRecurrent *r);
void ln_kernel_recurrent(const LnRecurrent *r, const void *z, void *last_h, void *last_c,
                         void *scratch);

// Gradients of y, last_h and last_c (NULL: none) give those of z, kernel, bias, h0 and c0 (the
// last three NULL where they are not wanted).
typedef struct LnRecurrentGrad {
  const void *dy, *dlast_h, *dlast_c;
  void *dz, *dkernel, *dbias, *dh0, *dc0;
} LnRecurrentGrad;
size_t ln_kernel_recurrent_grad_scratch(const LnRecurrent *r);
void ln_kernel_recurrent_grad(const LnRecurrent *r, const LnRecurrentGrad *g, void *scratch);

#endif
