// Who waits for gradients between the backward pass and the update: what averages them over
// machines, or changes them. Gradients lie in the optimizer's flat buffer, and are handed over in
// pieces of it as soon as each is final, while the backward pass goes on.
#ifndef LN_MODEL_GRADIENTS_H
#define LN_MODEL_GRADIENTS_H

#include "autograd/tape.h"
#include "nn/nn.h"

typedef struct LnGradientHook {
  void *self;
  int64_t piece_bytes;   // neighbours make one piece until it has so many
  // The piece, a vector in the flat buffer (neighbours with what is between them, zeros), is final:
  // it may be changed in place until wait() returns. The vector may be kept.
  bool (*ready)(LnContext *c, void *self, LnTensor *piece);
  bool (*wait)(LnContext *c, void *self);   // all pieces are told of, the update comes; or NULL
  void (*free)(void *self);                 // or NULL
} LnGradientHook;

typedef struct LnGradientPiece {
  LnContext *context;
  const LnGradientHook *hook;
  LnTensor *values;
  int first, last;       // in LnGradientPieces.order
} LnGradientPiece;

// A step's gradients, cut into pieces; for a hook that stays as long.
typedef struct LnGradientPieces {
  int n;
  LnGradientPiece *piece;
  int *order;            // numbers of the gradients, as they lie in the buffer
} LnGradientPieces;

// A hook that adds gradients up over the context's peers. NULL with an error.
LnGradientHook *ln_gradient_peers(LnContext *c, int64_t piece_bytes);
void ln_gradient_hook_free(LnGradientHook *hook);   // malloc'ed; NULL is fine
// gradients: of the optimizer's variables, NULL where none arrives.
bool ln_gradient_cut(LnContext *c, LnGradientPieces *pieces, const LnGradientHook *hook,
                     LnOptimizer *o, LnTensor *const *gradients, int n);
void ln_gradient_pieces_free(LnGradientPieces *pieces);
// Tells the hook of all pieces, the last first.
bool ln_gradient_tell(const LnGradientPieces *pieces);
// From now on each replay of the tape does so, of each as soon as its gradients are there.
bool ln_gradient_follow(LnTape *t, const LnGradientPieces *pieces, LnTensor *const *gradients);

#endif
