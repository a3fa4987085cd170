// The training step: what fit, evaluate and predict do with one batch.
//
// The first batch of each shape records the model, the loss and the backward pass (program.c); that
// one and later ones copy their rows into the program's buffers and replay it. What calls into Lua
// on the way is run anew for every batch, on a gradient tape. Whatever changes the graph or the
// place of its variables (ln_generation) makes the next batch record anew.
#ifndef LN_MODEL_TRAINER_H
#define LN_MODEL_TRAINER_H

#include "model/program.h"

typedef struct LnTrainer LnTrainer;

LnTrainer *ln_trainer_new(LnContext *c, LnLayer *model);   // holds a reference of the model
void ln_trainer_free(LnTrainer *t);
void ln_trainer_set_optimizer(LnTrainer *t, LnOptimizer *o);
// The promise that what Lua computes does the same ops each time: it is recorded and replayed too,
// and compared with the record at its second batch and at the first after every reset.
// eager: nothing is recorded, every batch runs op by op.
void ln_trainer_set_replay(LnTrainer *t, bool replay, bool eager);
// Who is told of gradients before they are used (taken over: malloc'ed, and freed); NULL: nobody.
// Not while a batch is running.
bool ln_trainer_set_gradient_hook(LnContext *c, LnTrainer *t, LnGradientHook *hook);
// The context's peers train on the same batches: each runs its rows of every batch (but of those
// that are predicted), and gradients are added up. Not while a batch is running.
bool ln_trainer_set_peers(LnContext *c, LnTrainer *t, bool shares, int64_t piece_bytes);
// What logs are made of becomes that of all peers, until it is put back: all of them call this at
// one time.
bool ln_trainer_share(LnContext *c, LnTrainer *t);
void ln_trainer_unshare(LnTrainer *t);
// One a output, in order; loss may be NULL (an output that is not trained).
bool ln_trainer_add_output(LnContext *c, LnTrainer *t, LnLoss *loss, double weight);
int ln_trainer_outputs(const LnTrainer *t);
bool ln_trainer_has_loss(const LnTrainer *t, int output);
int ln_trainer_metrics(const LnTrainer *t);
LnMetric *ln_trainer_metric(const LnTrainer *t, int i);
bool ln_trainer_add_metric(LnContext *c, LnTrainer *t, int output, LnMetric *m, bool weighted);

// Runs one batch and updates what logs are made of. Of a batch that peers share, b is the whole
// unless b->part says which rows it has. predictions: LN_MAX_PARTS of them, borrowed
// until the next batch; may be NULL.
bool ln_trainer_run(LnContext *c, LnTrainer *t, LnMode mode, const LnBatch *b,
                    LnTensor **predictions, int *n_predictions);
// Whether a batch like this was recorded and only has to be replayed.
bool ln_trainer_replays(const LnTrainer *t, LnMode mode, const LnBatch *b);
// The record that was replayed last, or NULL: for a look at what a step computes.
const LnTape *ln_trainer_recorded(const LnTrainer *t);
bool ln_trainer_reset(LnContext *c, LnTrainer *t);  // the running means, before an epoch
double ln_trainer_loss(const LnTrainer *t);     // since the last reset
double ln_trainer_output_loss(const LnTrainer *t, int output);
void ln_trainer_forget(LnTrainer *t);           // all tapes: gives their memory back

#endif
