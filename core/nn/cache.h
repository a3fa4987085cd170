// Keys and values of the steps that a model was called on, for attention of the steps to come: what
// generates one step after another computes each step once.
#ifndef LN_NN_CACHE_H
#define LN_NN_CACHE_H

#include "nn/nn.h"

// Of one layer: keys (batch, max_length, heads, features), values likewise, and which of the steps
// count, (batch, max_length) bool. What lies behind the steps that there are is 0.
typedef struct LnCached {
  const LnLayer *layer;      // compared, never followed
  LnTensor *keys, *values, *mask;
} LnCached;

typedef struct LnCache {
  int64_t max_length;
  LnTensor *place;           // int64 (): how many steps there are
  int64_t steps;             // that the call which runs adds; 0: none yet
  int n, capacity;
  LnCached *of;
} LnCache;

bool ln_cache_init(LnContext *c, LnCache *cache, int64_t max_length);
void ln_cache_free(LnCache *cache);        // of what init gave; may be called again
int64_t ln_cache_length(const LnCache *cache);
// Forgets all but the first steps.
bool ln_cache_reset(LnContext *c, LnCache *cache, int64_t length);

// Writes the keys and values (batch, steps, heads, features) of a layer's call behind those that
// there are, with the mask (batch, steps), NULL: all count. Gives what the cache holds of the layer
// then, borrowed. Layers before the end of the call still find the earlier `place`.
bool ln_cache_extend(LnContext *c, LnCache *cache, const LnLayer *layer, LnTensor *keys,
                     LnTensor *values, LnTensor *mask, LnTensor **all_keys, LnTensor **all_values,
                     LnTensor **all_masks);
// The end of the call that the cache was given to: its steps are there, if it succeeded.
bool ln_cache_leave(LnContext *c, LnCache *cache, bool done);

#endif
