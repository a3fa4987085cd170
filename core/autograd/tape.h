// The tape: records calls of ops, takes gradients by calling more ops, and replays what it kept.
//
// A gradient tape records what involves tracked tensors. A kept tape records everything, the
// backward pass included, and can run it all again over the same buffers: no allocation, no shape
// checks, no Lua. Both are one list of calls; tensors in it are referenced by the tape.
#ifndef LN_AUTOGRAD_TAPE_H
#define LN_AUTOGRAD_TAPE_H

#include "autograd/arena.h"
#include "ops/ops.h"

typedef struct LnTape LnTape;
enum { LN_TAPE_BYTES = 16 << 10 };   // what a short one takes

LnTape *ln_tape_new(LnContext *c, bool kept);   // not started; NULL without memory
void ln_tape_free(LnTape *t);                   // stops it first; NULL is fine
void ln_tape_start(LnTape *t);                  // becomes the innermost recorder
void ln_tape_stop(LnTape *t);                   // leaves the chain, wherever it stands
bool ln_tape_pause(LnTape *t, bool paused);     // what it was before
void ln_tape_clear(LnTape *t);                  // forgets all calls
int64_t ln_tape_length(const LnTape *t);
// The name of the op of call i; NULL when a replay has nothing to do for it.
const char *ln_tape_name(const LnTape *t, int64_t i);
void ln_tape_watch(LnTape *t, LnTensor *x);     // x becomes tracked
void ln_tape_consume(LnTape *t);                // calls are let go as gradients pass them

// Gradients of sum_i sum(targets[i] * seeds[i]) with respect to the sources: grads[i] borrowed, of
// the source's shape and dtype, or NULL where nothing connects. seeds NULL: ones. Calls made here
// are recorded by outer tapes, and by t itself when it is kept.
bool ln_tape_gradient(LnTape *t, LnTensor *const *targets, LnTensor *const *seeds, int n_targets,
                      LnTensor *const *sources, int n_sources, LnTensor **grads);

// The call that made x, or NULL.
const LnCall *ln_tape_producer(const LnTape *t, const LnTensor *x);
// What a loss of probabilities can be computed from instead: what went into the op of this name
// over the last axis that made y_pred; NULL when none did (fuse.c). activation may be NULL.
LnTensor *ln_tape_logits(const LnTape *t, const LnTensor *y_pred, const char *activation);

// ---- programs: what a kept tape recorded

// Ops are recorded from now on and not computed: their results are pending (ln_tensor_pending)
// until the tape is finished and replayed. Where a value is wanted before (ln_settle), all is
// computed that was recorded, and what follows as it comes.
void ln_tape_defer(LnTape *t);
bool ln_tape_defers(const LnTape *t);
bool ln_tape_settle(LnTape *t);
// Ends the recording: drops calls that nothing in keep[] depends on and fuses others.
bool ln_tape_optimize(LnTape *t, LnTensor *const *keep, int n_keep);
// The same, and then lets buffers that are not alive at the same time share the arena's memory
// (rows of matrices begin in cache lines of their own where all calls take that: LN_OP_SPACED).
// Tensors in keep[] have their values until the arena is used again; what someone outside holds
// stays as it is. Not before the next replay are there values of a tape that defers.
bool ln_tape_finish(LnTape *t, LnArena *arena, LnTensor *const *keep, int n_keep);
// Places x, which a call of the tape computes, at `offset` bytes of `s` from now on. False (and
// nothing done) when x shares its memory with other tensors or is not dense.
bool ln_tape_place(LnTape *t, LnTensor *x, LnStorage *s, int64_t offset);
// From now on a replay adds *scale * x to `target` (borrowed, dense, of x's shape; it has to stay)
// as soon as x is there and no call will read target, or instead of computing x, as an optimizer's
// plain step does. After ln_tape_finish. False (and nothing done) when a value is checked after x.
bool ln_tape_add_into(LnTape *t, const LnTensor *x, LnTensor *target, const double *scale);
// From now on a replay calls run on a copy of job (bytes long) as soon as x is there; false of it
// ends the replay. False with an error when no call makes x.
bool ln_tape_then(LnTape *t, const LnTensor *x, bool (*run)(void *job), const void *job,
                  size_t bytes);
// Where x is made: its call's number, or -1.
int64_t ln_tape_position(const LnTape *t, const LnTensor *x);
bool ln_tape_replay(LnTape *t);                 // false with an error: a value check failed
size_t ln_tape_bytes(const LnTape *t);          // that it holds besides the arena
// Why the tape cannot be replayed, or NULL when it can.
const char *ln_tape_unreplayable(const LnTape *t);
// What goes into a recorded program, and may differ (the data), and what comes out of it.
typedef struct LnTapeEnds {
  LnTensor *const *in, *const *out;   // each may be NULL in its place
  int n_in, n_out;
} LnTapeEnds;
// Whether two kept tapes did the same: calls, parameters, wiring, variables, constants to the bit,
// results. An error tells the first difference.
bool ln_tape_same(LnContext *c, const LnTape *a, const LnTape *b, const LnTapeEnds *of_a,
                  const LnTapeEnds *of_b);

#endif
