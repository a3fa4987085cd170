// Pieces of the flat gradient buffer, for who waits for them.
#include "model/gradients.h"

#include <stdlib.h>
#include <string.h>

void ln_gradient_hook_free(LnGradientHook *hook) {
  if (hook && hook->free) hook->free(hook->self);
  free(hook);
}

static bool peers_ready(LnContext *c, void *self, LnTensor *piece) {
  (void)self;
  return c->peers->sum_later(c, c->peers->self, piece);
}

static bool peers_wait(LnContext *c, void *self) {
  (void)self;
  return c->peers->end(c, c->peers->self);
}

LnGradientHook *ln_gradient_peers(LnContext *c, int64_t piece_bytes) {
  LnGradientHook *hook = malloc(sizeof *hook);
  if (!hook) ln_fail(c, "out of memory");
  else *hook = (LnGradientHook){NULL, piece_bytes, peers_ready, peers_wait, NULL};
  return hook;
}

static int64_t bytes_of(const LnTensor *t) {
  return t->size * (int64_t)ln_dtype_size((LnDtype)t->dtype);
}

static bool follows(const LnTensor *a, const LnTensor *b) {
  return a->storage == b->storage && a->dtype == b->dtype &&
         b->offset == a->offset + (int64_t)ln_whole_lines((size_t)bytes_of(a));
}

// The numbers of the variables that have gradients, as these lie in the buffer. Returns how many.
static int sort(LnOptimizer *o, LnTensor *const *gradients, int n, int *order) {
  int found = 0;
  for (int i = 0; i < n; i++) {
    if (!gradients[i] || gradients[i]->size == 0) continue;
    int k = found++;
    // They mostly come in order.
    for (; k > 0 && ln_optimizer_gradient(o, order[k - 1])->offset >
                        ln_optimizer_gradient(o, i)->offset; k--)
      order[k] = order[k - 1];
    order[k] = i;
  }
  return found;
}

static LnTensor *vector(LnContext *c, LnTensor *first, const LnTensor *last) {
  const int64_t width = (int64_t)ln_dtype_size((LnDtype)first->dtype), one = 1;
  const int64_t n = (last->offset + bytes_of(last) - first->offset) / width;
  return ln_tensor_view(c, first, 1, &n, &one, 0);
}

bool ln_gradient_cut(LnContext *c, LnGradientPieces *pieces, const LnGradientHook *hook,
                     LnOptimizer *o, LnTensor *const *gradients, int n) {
  *pieces = (LnGradientPieces){0};
  pieces->order = malloc((size_t)(n + 1) * sizeof *pieces->order);
  pieces->piece = calloc((size_t)n + 1, sizeof *pieces->piece);
  if (!pieces->order || !pieces->piece) return ln_fail(c, "out of memory");
  const int found = sort(o, gradients, n, pieces->order);
  for (int first = 0, last; first < found; first = last + 1) {
    LnTensor *begin = ln_optimizer_gradient(o, pieces->order[first]), *end = begin, *next;
    for (last = first; last + 1 < found; last++, end = next) {
      next = ln_optimizer_gradient(o, pieces->order[last + 1]);
      if (!follows(end, next) || end->offset + bytes_of(end) - begin->offset >= hook->piece_bytes)
        break;
    }
    LnTensor *values = vector(c, begin, end);
    if (!values) return false;
    pieces->piece[pieces->n++] = (LnGradientPiece){c, hook, values, first, last};
  }
  return true;
}

void ln_gradient_pieces_free(LnGradientPieces *pieces) {
  for (int i = 0; i < pieces->n; i++) ln_release(pieces->piece[i].values);
  free(pieces->piece);
  free(pieces->order);
  *pieces = (LnGradientPieces){0};
}

static bool tell(void *job) {
  const LnGradientPiece *p = job;
  return p->hook->ready(p->context, p->hook->self, p->values);
}

bool ln_gradient_tell(const LnGradientPieces *pieces) {
  for (int i = pieces->n - 1; i >= 0; i--)
    if (!tell(&pieces->piece[i])) return false;
  return true;
}

// In the order of ln_gradient_tell, whatever the tape does first: on every machine it is the same.
bool ln_gradient_follow(LnTape *t, const LnGradientPieces *pieces, LnTensor *const *gradients) {
  const LnTensor *latest = NULL;
  for (int i = pieces->n - 1; i >= 0; i--) {
    const LnGradientPiece *p = &pieces->piece[i];
    for (int k = p->first; k <= p->last; k++) {
      const LnTensor *g = gradients[pieces->order[k]];
      if (!latest || ln_tape_position(t, g) > ln_tape_position(t, latest)) latest = g;
    }
    if (!ln_tape_then(t, latest, tell, p, sizeof *p)) return false;
  }
  return true;
}
