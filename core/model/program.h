// Programs: what a batch of one shape runs, recorded once and replayed.
#ifndef LN_MODEL_PROGRAM_H
#define LN_MODEL_PROGRAM_H

#include "autograd/tape.h"
#include "model/feed.h"
#include "model/gradients.h"
#include "nn/nn.h"

typedef enum LnMode { LN_TRAIN, LN_TEST, LN_PREDICT } LnMode;

typedef struct LnOutput {
  LnLoss *loss;    // NULL: it is not trained
  double weight;
} LnOutput;

// What programs are made of.
typedef struct LnTask {
  LnLayer *model;
  LnOptimizer *optimizer;
  int n_outputs;
  LnOutput output[LN_MAX_PARTS];
  LnGradientHook *hook;      // NULL: nobody waits for gradients
  uint64_t generation;       // for which the variables are right
  LnVariable **variables;    // to be trained
  int n_variables;
  LnArena arena;             // of all programs
} LnTask;

typedef struct LnProgram {
  struct LnProgram *next;
  LnTape *tape;              // NULL: it has run, and will not again
  LnMode mode;
  uint64_t generation;       // that it holds for; 0: for one batch only
  uint64_t epoch;            // in which its promise was held against Lua last
  int64_t runs;
  bool in_lua;               // Lua was called on the way
  LnFeed feed;
  int n_pred;
  LnTensor *pred[LN_MAX_PARTS];
  LnTensor *loss, *output_loss[LN_MAX_PARTS];
  int n_gradients;
  LnTensor **gradients;      // per trainable variable; NULL where none arrives
  bool *active;              // has a gradient
  bool *left;                // active, and a replay does not take its plain step itself
  int n_stepped;             // the others
  LnVariable **stepped;
  double step_scale;         // minus the learning rate
  LnGradientPieces pieces;   // for the task's hook
} LnProgram;

bool ln_task_refresh(LnContext *c, LnTask *t);   // the variables, if the model has changed
void ln_task_clear(LnTask *t);

// A new program for batches like b, in the task's arena, which has run b. What called Lua may be
// replayed only by promise (replay); otherwise the program is for this batch, as it is when `once`.
LnProgram *ln_program_record(LnContext *c, LnTask *t, LnMode mode, const LnBatch *b, bool replay,
                             bool once);
// b run op by op, with nothing recorded but what gradients need: for this batch only.
LnProgram *ln_program_run(LnContext *c, LnTask *t, LnMode mode, const LnBatch *b);
void ln_program_free(LnProgram *p);
bool ln_program_fits(const LnProgram *p, LnMode mode, const LnBatch *b);
bool ln_program_replay(LnContext *c, LnTask *t, LnProgram *p, const LnBatch *b);
// Whether two programs for batches of one shape do the same; an error tells the first difference.
bool ln_program_same(LnContext *c, const LnTask *t, const LnProgram *p, const LnProgram *q);
size_t ln_program_bytes(const LnProgram *p);     // besides the arena

#endif
