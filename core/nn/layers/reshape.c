// Layers that only move elements: Flatten, Reshape, Permute, RepeatVector. The batch axis stays.
#include <stdio.h>

#include "nn/nn.h"
#include "ops/ops.h"

// ---- Flatten

typedef struct Flatten {
  LnLayer layer;
  int channels_first;
} Flatten;

static bool init_flatten(LnContext *c, void *self) {
  (void)c;
  Flatten *o = self;
  if (o->channels_first < 0) o->channels_first = 0;
  return true;
}

static LnTensor *flatten(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  LnTensor *x = in->v[0];
  if (((const Flatten *)self)->channels_first && x->rank > 2) {
    int axes[LN_MAX_RANK] = {0};
    for (int i = 1; i < x->rank - 1; i++) axes[i] = i + 1;
    axes[x->rank - 1] = 1;
    if (!(x = ln_permute(c, x, x->rank, axes))) return NULL;
  }
  int64_t shape[2] = {x->shape[0], 1};
  for (int i = 1; i < x->rank; i++) shape[1] = ln_dim_times(shape[1], x->shape[i]);
  return ln_reshape(c, x, 2, shape);
}

static const LnOption flatten_options[] = {
    {"data_format", LN_OPT_CHOICE, LN_FIELD(Flatten, channels_first), "channels_last",
     .choices = "channels_last channels_first", .nullable = true,
     .doc = "channels_first: channels become the fastest axis, as if they had been last"},
    {0}};

static const LnLayerClass flatten_class = {
    .base = {.kind = LN_LAYER, .name = "Flatten", .size = sizeof(Flatten),
             .options = flatten_options, .init = init_flatten,
             .doc = "(batch, ...) -> (batch, product of the rest); (batch,) -> (batch, 1).\n"
                    "data_format (\"channels_last\").\n"
                    "Example:\n"
                    "  ln.layers.Flatten()(ln.zeros{32, 28, 28}).shape  --> (32, 784)\n"},
    .call = flatten, .keeps_dtype = true, .min_rank = 1};

// ---- Reshape

typedef struct Reshape {
  LnLayer layer;
  LnInts target;
} Reshape;

// The target as it was given, "(2, -1)": here -1 is not an unknown size, but one that follows.
static void target_text(const LnInts *t, char *out, size_t size) {
  int at = snprintf(out, size, "(");
  for (int i = 0; i < t->n && at < (int)size; i++)
    at += snprintf(out + at, size - (size_t)at, i ? ", %lld" : "%lld", (long long)t->v[i]);
  if (at < (int)size) snprintf(out + at, size - (size_t)at, t->n == 1 ? ",)" : ")");
}

static bool init_reshape(LnContext *c, void *self) {
  const LnInts *t = &((const Reshape *)self)->target;
  int unknown = 0;
  for (int i = 0; i < t->n; i++) unknown += t->v[i] == -1;
  if (unknown > 1) return ln_fail(c, "Reshape: target_shape may have one -1, not %d", unknown);
  return t->n < LN_MAX_RANK ||
         ln_fail(c, "Reshape: at most %d axes with the batch axis", LN_MAX_RANK);
}

static LnTensor *reshape(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const LnInts *t = &((const Reshape *)self)->target;
  LnTensor *x = in->v[0];
  int64_t size = 1, known = 1, shape[LN_MAX_RANK] = {x->shape[0]};
  for (int i = 1; i < x->rank; i++) size = ln_dim_times(size, x->shape[i]);
  for (int i = 0; i < t->n; i++)
    if (t->v[i] >= 0) known *= t->v[i];
  bool fits = ln_dims_fit(size, known);
  for (int i = 0; i < t->n; i++) {
    shape[i + 1] = t->v[i];
    if (t->v[i] >= 0 || size < 0) continue;
    fits = known > 0 && size % known == 0;
    if (fits) shape[i + 1] = size / known;
  }
  if (!fits) {
    char text[200];
    target_text(t, text, sizeof text);
    ln_fail(c, "samples of shape %s do not fit into %s", ln_shape_text(x->shape + 1, x->rank - 1),
            text);
    return NULL;
  }
  return ln_reshape(c, x, (int)t->n + 1, shape);
}

static const LnOption reshape_options[] = {
    {"target_shape", LN_OPT_INTEGERS, LN_FIELD(Reshape, target), NULL, ">= -1",
     .doc = "of one sample; one size may be -1 and follows from the others"},
    {0}};

static void describe_reshape(const LnLayer *self, char *out, size_t size) {
  target_text(&((const Reshape *)self)->target, out, size);
}

static const LnLayerClass reshape_class = {
    .base = {.kind = LN_LAYER, .name = "Reshape", .size = sizeof(Reshape),
             .options = reshape_options, .init = init_reshape,
             .doc = "(batch, ...) -> (batch, target_shape...).\n"
                    "target_shape: a list; one size may be -1. Samples that do not fit are an "
                    "error.\n"
                    "Example:\n"
                    "  ln.layers.Reshape{{3, 4}}(ln.zeros{2, 12}).shape  --> (2, 3, 4)\n"},
    .call = reshape, .keeps_dtype = true, .min_rank = 1, .describe = describe_reshape};

// ---- Permute

typedef struct Permute {
  LnLayer layer;
  LnInts dims;   // 1-based, as in Keras: axis 1 is the first after the batch axis
} Permute;

static bool init_permute(LnContext *c, void *self) {
  const LnInts *d = &((const Permute *)self)->dims;
  bool seen[LN_MAX_RANK + 1] = {false}, fine = d->n > 0 && d->n < LN_MAX_RANK;
  for (int i = 0; fine && i < d->n; i++) {
    fine = d->v[i] >= 1 && d->v[i] <= d->n && !seen[d->v[i]];
    if (fine) seen[d->v[i]] = true;
  }
  return fine || ln_fail(c, "Permute: dims names each of the axes 1..n once, got %s",
                         ln_shape_text(d->v, (int)d->n));
}

static LnTensor *permute(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  const LnInts *d = &((const Permute *)self)->dims;
  LnTensor *x = in->v[0];
  if (x->rank != d->n + 1) {
    ln_fail(c, "expected an input of rank %d, got shape %s", (int)d->n + 1,
            ln_tensor_shape_text(x));
    return NULL;
  }
  int axes[LN_MAX_RANK] = {0};
  for (int i = 0; i < d->n; i++) axes[i + 1] = (int)d->v[i];
  return ln_permute(c, x, x->rank, axes);
}

static void describe_permute(const LnLayer *self, char *out, size_t size) {
  const LnInts *d = &((const Permute *)self)->dims;
  snprintf(out, size, "%s", ln_shape_text(d->v, (int)d->n));
}

static const LnOption permute_options[] = {
    {"dims", LN_OPT_INTEGERS, LN_FIELD(Permute, dims), NULL, ">= 1",
     .doc = "where each axis of a sample comes from; 1 is the first after the batch axis"},
    {0}};

static const LnLayerClass permute_class = {
    .base = {.kind = LN_LAYER, .name = "Permute", .size = sizeof(Permute),
             .options = permute_options, .init = init_permute,
             .doc = "Reorders the axes of a sample: dims = {2, 1} swaps the two after the batch "
                    "axis.\nExample:\n"
                    "  ln.layers.Permute{{2, 1}}(ln.zeros{5, 2, 3}).shape  --> (5, 3, 2)\n"},
    .call = permute, .keeps_dtype = true, .describe = describe_permute};

// ---- RepeatVector

typedef struct RepeatVector {
  LnLayer layer;
  int64_t n;
} RepeatVector;

static LnTensor *repeat(LnContext *c, LnLayer *self, const LnTensors *in, const LnCallArgs *args) {
  (void)args;
  LnTensor *x = in->v[0];
  int64_t shape[3] = {x->shape[0], ((const RepeatVector *)self)->n, x->shape[1]};
  return ln_broadcast_to(c, ln_expand_dims(c, x, 1), 3, shape);
}

static void describe_repeat(const LnLayer *self, char *out, size_t size) {
  snprintf(out, size, "%lld", (long long)((const RepeatVector *)self)->n);
}

static const LnOption repeat_options[] = {
    {"n", LN_OPT_INTEGER, LN_FIELD(RepeatVector, n), NULL, "> 0", .doc = "how many times"}, {0}};

static const LnLayerClass repeat_class = {
    .base = {.kind = LN_LAYER, .name = "RepeatVector", .size = sizeof(RepeatVector),
             .options = repeat_options,
             .doc = "(batch, features) -> (batch, n, features): the same vector n times.\n"
                    "Example:\n"
                    "  ln.layers.RepeatVector(3)(ln.zeros{2, 8}).shape  --> (2, 3, 8)\n"},
    .call = repeat, .keeps_dtype = true, .min_rank = 2, .max_rank = 2,
    .describe = describe_repeat};

const LnLayerClass *const ln_layers_reshape[] = {&flatten_class, &reshape_class, &permute_class,
                                                 &repeat_class, NULL};
