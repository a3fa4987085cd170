// What is computed of a whole batch whose rows several processes have (c->part, c->peers). Where
// there is one process, nothing is done and no op applied.
#ifndef LN_OPS_PEERS_H
#define LN_OPS_PEERS_H

#include "ops/op.h"

// Whether other processes have rows of this batch.
static inline bool ln_shares_batch(const LnContext *c) { return c->part.total != 0 && c->peers; }

// The sum over all processes. What rows that do not count add is left out.
LnTensor *ln_peers_sum(LnContext *c, LnTensor *x);
// The rows of all processes; x has the batch's rows along its first axis.
LnTensor *ln_peers_rows(LnContext *c, LnTensor *x);

#endif
