// Flat buffers under an optimizer: its variables' values in as few contiguous runs as their owners
// allow, gradients and slots each in one buffer. A new kind of state is one more slot (flat.c).
#ifndef LN_NN_FLAT_H
#define LN_NN_FLAT_H

#include "nn/nn.h"

// The class's slots, then what the common options keep.
enum { LN_FLAT_SLOTS = LN_MAX_SLOTS + 2 };

// A maximal stretch of elements that may be walked as one: same dtype, neighbours in the values'
// buffer and in ours. Padding between its variables is walked too: gradients there stay zero.
typedef struct LnRun {
  LnDtype dtype;
  int first;       // variable
  int64_t n;       // elements
  char *w;
  int64_t at;      // bytes from the start of the gradient buffer and of every slot
  double decay;    // weight decay, NaN: none
} LnRun;

// Callers know variables by their place in the list that they gave last; `index` leads from there
// to the place here. What an earlier list had stays, with its state, as long as someone else holds
// it.
typedef struct LnFlat {
  int n, listed;
  int *index;                 // [n]: of the first `listed`
  LnVariable **variables;     // one reference each
  int64_t *at;                // [n + 1]: where variable i begins in our buffers, in bytes
  LnStorage *gradient;
  LnTensor **gradients;       // [n]: views
  int n_slots, n_own;         // all, and those of the class
  int average, accumulator;   // their slot, or -1
  const char *names[LN_FLAT_SLOTS];   // without the group's mark
  int8_t group[LN_FLAT_SLOTS];        // order of the files (optimizer.c); -1 comes first
  LnStorage *slot[LN_FLAT_SLOTS];
  LnTensor **slots;           // [n_slots * n]: views; NULL where a variable has none
  LnStorage *scratch;         // what steps of single variables need besides, or NULL
  int64_t *scratch_at;        // [n + 1]
  LnRun *runs;                // [n]: scratch of a step
  double *sums;               // scratch of norms, one a block
  int64_t *block;             // [n + 1]: first block of variable i
  bool *decays;               // [n]: not excluded from weight decay
  bool *active;               // [n]: scratch of a step: has a gradient
  int n_excluded, n_words;    // survive a rebuild
  LnVariable **excluded;
  char **words;
} LnFlat;

enum { LN_FLAT_BLOCK = 16384 };  // elements: the unit of work, of sums and of threads

// The layout over these variables, then those of `old` (may be NULL), whose state it takes over.
// `old` is left as it was on failure and is gone on success.
LnFlat *ln_flat_new(LnContext *c, const LnOptimizer *o, LnVariable *const *variables, int n,
                    LnFlat *old);
void ln_flat_free(LnFlat *f);
// Makes this the list without a new layout; false when a variable is unknown or listed twice.
bool ln_flat_list(LnFlat *f, LnVariable *const *variables, int n);
// Whether f has the slots that the current options of o ask for: they may be assigned at any time.
bool ln_flat_fits(const LnOptimizer *o, const LnFlat *f);
// Remembers that a variable, or those whose name contains `word`, take no weight decay.
bool ln_flat_exclude(LnContext *c, LnFlat *f, LnVariable *v, const char *word);
// Fills f->runs: where `active` (NULL: everywhere), not merged when `apart`. decay[i] is that of
// variable i (NULL: none). Returns their number, -1 with an error when an active variable was
// closed.
int ln_flat_runs(LnContext *c, LnFlat *f, const bool *active, bool apart, const double *decay);

static inline char *ln_flat_gradient_at(const LnFlat *f, int64_t at) {
  return (char *)f->gradient->data + at;
}
static inline char *ln_flat_slot_at(const LnFlat *f, int slot, int64_t at) {
  return (char *)f->slot[slot]->data + at;
}

#endif
