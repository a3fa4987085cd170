// Recurrent sequences as one op each.
#ifndef LN_OPS_RECURRENT_H
#define LN_OPS_RECURRENT_H

#include "kernels/recurrent.h"
#include "ops/op.h"

// The params of its ops: activations are LN_DENSE_LINEAR, ...; gate: of gates.
typedef struct LnRecurrence {
  int activation, gate;
  bool reset_after;
} LnRecurrence;

// What a sequence begins with besides z (steps, batch, gates units), its inputs times the kernel:
// kernel is the recurrent one. All but that may be NULL (kernels/recurrent.h).
typedef struct LnRecurrentIn {
  LnTensor *z, *kernel, *bias, *h0, *c0, *mask, *keep;
} LnRecurrentIn;

// y (steps, batch, units), and the last h and c (c of an LSTM). False with an error.
bool ln_recurrent(LnContext *c, LnRecurrentKind kind, const LnRecurrence *p,
                  const LnRecurrentIn *in, LnTensor **y, LnTensor **last_h, LnTensor **last_c);

#endif
