// What a tape is made of (nodes.c), for the files of this folder: tape.c records, gradient.c
// differentiates, fuse.c rewrites, plan.c gives memory, replay.c runs, compare.c compares.
#ifndef LN_AUTOGRAD_NODES_H
#define LN_AUTOGRAD_NODES_H

#include "autograd/arena.h"
#include "autograd/tape.h"

typedef struct LnChunk LnChunk;

// Done when a call has run.
typedef struct LnTapeJob {
  bool (*run)(void *job);
  void *job;
  struct LnTapeJob *next;
} LnTapeJob;

typedef struct LnTapeNode {
  LnCall call;
  LnTensor **past;   // inputs and outputs with the values they had then, for its gradient; or NULL
  bool runs;         // has something to compute or to check (false: a view, or dropped)
  bool live;         // something kept depends on it
  bool backward;     // recorded while gradients were taken
  bool constant;     // computed once, when the recording ends (plan.c)
  bool no_gradient;  // recorded inside no_grad
  int64_t writes;    // of its inputs' storages, when it was recorded
  size_t scratch_bytes;
  LnTensor *target;      // added to instead of computing the output (ln_tape_add_into)
  const double *scale;
  LnTapeJob *jobs;       // in order
} LnTapeNode;

struct LnTape {
  LnRecorder recorder;   // first: a recorder is its tape
  LnContext *context;
  LnTapeNode **nodes;
  int64_t n, cap;
  LnChunk *chunks, *current;
  const char *unreplayable;
  LnStorage *scratch;
  size_t bytes;          // of what it keeps for itself, its arena not counted
  bool started, finished;
  bool differentiates;   // gradients are being taken
  bool consumed;         // calls are forgotten as gradients pass them
};

void *ln_tape_take(LnTape *t, size_t bytes);      // memory that goes with the calls; may be NULL
void ln_tape_free_memory(LnTape *t);
void ln_tape_drop_call(LnTapeNode *n);            // lets go of its tensors and params
bool ln_tape_preserve(LnRecorder *r, const LnTensor *x);
void ln_tape_forget_values(LnTape *t);             // those kept for gradients
size_t ln_tape_count_tensors(const LnTape *t, int64_t n);   // of the first n calls, repeated ones
bool ln_tensors_overlap(const LnTensor *x, const LnTensor *y);   // of one storage
bool ln_tape_compute(const LnTapeNode *n);   // this one call, with scratch of its own
bool ln_tape_fuse(LnTape *t, LnTensor *const *keep, int n_keep);
bool ln_tape_add_job(LnTape *t, LnTapeNode *n, bool (*run)(void *job), const void *job,
                     size_t bytes);

// Pointers, numbered in the order in which they came.
typedef struct LnMap {
  struct LnMapSlot {
    const void *key;
    int64_t index;
  } *slots;
  size_t cap;
  int64_t n;
} LnMap;

bool ln_map_init(LnMap *m, size_t n);          // room for so many; false without memory
void ln_map_free(LnMap *m);
int64_t ln_map_find(const LnMap *m, const void *key);   // -1: it is not there
int64_t ln_map_put(LnMap *m, const void *key);          // its number, a new one if it is not there

#endif
