// The training step: what fit, evaluate and predict do with one batch.
//
// The first batch of each shape runs the model, the loss and the backward pass on a kept tape;
// later ones copy their rows into the tape's inputs and replay it. What calls into Lua on the way
// is run anew for every batch, on a gradient tape. Whatever changes the graph or
// the place of its variables (ln_generation) makes the next batch record anew.
#ifndef LN_MODEL_TRAINER_H
#define LN_MODEL_TRAINER_H

#include "nn/nn.h"

typedef struct LnTrainer LnTrainer;
typedef enum LnMode { LN_TRAIN, LN_TEST, LN_PREDICT } LnMode;

enum { LN_MAX_PARTS = 32 };   // inputs or outputs of a model

// One row of the data per sample. rows: which (0-based), or NULL for begin, begin + 1, ...
typedef struct LnBatch {
  int n_x, n_y, n_w;
  LnTensor **x, **y, **w;      // w[i] may be NULL: output i is not weighted
  const int64_t *rows;
  int64_t begin, count;
  int64_t ahead;               // how many more positions follow in rows, of the next batch
} LnBatch;

LnTrainer *ln_trainer_new(LnContext *c, LnLayer *model);   // holds a reference of the model
void ln_trainer_free(LnTrainer *t);
void ln_trainer_set_optimizer(LnTrainer *t, LnOptimizer *o);
// The promise that what Lua computes does the same ops each time: it is recorded and replayed too,
// and compared with the record at its second batch and at the first after every reset.
// eager: nothing is recorded, every batch runs op by op.
void ln_trainer_set_replay(LnTrainer *t, bool replay, bool eager);
// One a output, in order; loss may be NULL (an output that is not trained).
bool ln_trainer_add_output(LnContext *c, LnTrainer *t, LnLoss *loss, double weight);
int ln_trainer_outputs(const LnTrainer *t);
bool ln_trainer_has_loss(const LnTrainer *t, int output);
int ln_trainer_metrics(const LnTrainer *t);
LnMetric *ln_trainer_metric(const LnTrainer *t, int i);
bool ln_trainer_add_metric(LnContext *c, LnTrainer *t, int output, LnMetric *m, bool weighted);

// Runs one batch and updates what logs are made of. predictions: LN_MAX_PARTS of them, borrowed
// until the next batch; may be NULL.
bool ln_trainer_run(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b,
                    LnTensor **predictions, int *n_predictions);
// Whether a batch like this was recorded and only has to be replayed.
bool ln_trainer_replays(const LnTrainer *t, LnMode mode, const LnBatch *b);
bool ln_trainer_reset(LnContext *c, LnTrainer *t);  // the running means, before an epoch
double ln_trainer_loss(const LnTrainer *t);     // since the last reset
double ln_trainer_output_loss(const LnTrainer *t, int output);
void ln_trainer_forget(LnTrainer *t);           // all tapes: gives their memory back

#endif
