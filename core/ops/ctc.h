// Connectionist temporal classification: the loss of a label sequence without an alignment.
#ifndef LN_OPS_CTC_H
#define LN_OPS_CTC_H

#include "ops/op.h"

// -log of the probability that logits (batch, steps, classes) spell the labels (batch, length), by
// any alignment: (batch,). Class 0 is the blank; zeros among the labels are padding. Infinite, with
// no gradient, where there are too few steps. Labels that are no class are an error.
LnTensor *ln_ctc(LnContext *c, LnTensor *labels, LnTensor *logits);

#endif
