// Caches of keys and values. All that changes from call to call are tensors with a state, changed
// by effects, so that a replay extends a cache as a call does.
#include "nn/cache.h"

#include <stdlib.h>
#include <string.h>

#include "ops/ops.h"

// Zeros that live from call to call.
static LnTensor *new_state(LnContext *c, LnDtype d, int rank, const int64_t *shape) {
  LnTensor *t = ln_tensor_new(c, d, rank, shape);
  if (!t) return NULL;
  ln_tensor_fill(t, 0);
  t->state = LN_STATE_AS_IS;
  return t;
}

bool ln_cache_init(LnContext *c, LnCache *cache, int64_t max_length) {
  *cache = (LnCache){.max_length = max_length};
  return (cache->place = new_state(c, LN_INT64, 0, NULL)) != NULL;
}

void ln_cache_free(LnCache *cache) {
  for (int i = 0; i < cache->n; i++) {
    ln_release(cache->of[i].keys);
    ln_release(cache->of[i].values);
    ln_release(cache->of[i].mask);
  }
  free(cache->of);
  ln_release(cache->place);
  *cache = (LnCache){0};
}

int64_t ln_cache_length(const LnCache *cache) { return *(const int64_t *)cache->place->data; }

bool ln_cache_reset(LnContext *c, LnCache *cache, int64_t length) {
  if (!ln_settle(c)) return false;
  if (length < 0 || length > ln_cache_length(cache))
    return ln_fail(c, "a length up to the cache's, %lld, expected, got %lld",
                   (long long)ln_cache_length(cache), (long long)length);
  ln_spoil_replay(c, "a cache is reset");
  *(int64_t *)cache->place->data = length;
  return true;
}

static LnCached *find(LnCache *cache, const LnLayer *layer) {
  for (int i = 0; i < cache->n; i++)
    if (cache->of[i].layer == layer) return &cache->of[i];
  return NULL;
}

static LnTensor *room_for(LnContext *c, const LnCache *cache, const LnTensor *x) {
  const int64_t shape[4] = {x->shape[0], cache->max_length, x->shape[2], x->shape[3]};
  return new_state(c, (LnDtype)x->dtype, 4, shape);
}

static LnCached *add(LnContext *c, LnCache *cache, const LnLayer *layer, const LnTensor *keys,
                     const LnTensor *values) {
  if (cache->n == cache->capacity) {
    const int capacity = cache->capacity ? 2 * cache->capacity : 8;
    LnCached *grown = realloc(cache->of, (size_t)capacity * sizeof *grown);
    if (!grown) {
      ln_fail(c, "out of memory");
      return NULL;
    }
    cache->of = grown, cache->capacity = capacity;
  }
  const int64_t shape[2] = {keys->shape[0], cache->max_length};
  LnCached made = {layer, room_for(c, cache, keys), NULL, NULL};
  if (made.keys) made.values = room_for(c, cache, values);
  if (made.values) made.mask = new_state(c, LN_BOOL, 2, shape);
  if (!made.mask) {
    ln_release(made.keys);
    ln_release(made.values);
    return NULL;
  }
  cache->of[cache->n] = made;
  return &cache->of[cache->n++];
}

bool ln_cache_extend(LnContext *c, LnCache *cache, const LnLayer *layer, LnTensor *keys,
                     LnTensor *values, LnTensor *mask, LnTensor **all_keys, LnTensor **all_values,
                     LnTensor **all_masks) {
  const int64_t steps = keys->shape[1];
  LnCached *of = find(cache, layer);
  if (cache->steps > 0 && cache->steps != steps)
    return ln_fail(c, "a call with a cache has as many steps in each of its layers, got %lld and "
                   "%lld", (long long)cache->steps, (long long)steps);
  if (!of && !(of = add(c, cache, layer, keys, values))) return false;
  if (of->keys->shape[0] != keys->shape[0])
    return ln_fail(c, "the cache holds a batch of %lld sequences, got one of %lld",
                   (long long)of->keys->shape[0], (long long)keys->shape[0]);
  if (!mask) {
    const int64_t shape[2] = {keys->shape[0], steps};
    mask = ln_broadcast_to(c, ln_temp(c, ln_tensor_scalar(c, LN_BOOL, 1)), 2, shape);
  }
  cache->steps = steps;
  *all_keys = of->keys, *all_values = of->values, *all_masks = of->mask;
  return ln_assign_steps(c, of->keys, keys, cache->place) &&
         ln_assign_steps(c, of->values, values, cache->place) &&
         ln_assign_steps(c, of->mask, mask, cache->place);
}

bool ln_cache_leave(LnContext *c, LnCache *cache, bool done) {
  const int64_t steps = cache->steps;
  cache->steps = 0;
  if (!done || steps == 0) return done;
  return ln_assign(c, cache->place, ln_add_number(c, cache->place, (double)steps));
}
