// Layers of categories that are numbers: CategoryEncoding, and Discretization, which makes them.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"
#include "ops/ops.h"
#include "ops/sort.h"

enum { INT, ONE_HOT, MULTI_HOT, COUNT };   // output modes

// Ids (from 0) as an output mode tells them, as Keras's encode_categorical_inputs. weights of a
// count may be NULL.
static LnTensor *encode(LnContext *c, LnTensor *ids, int mode, int64_t depth, LnTensor *weights,
                        LnDtype d) {
  if (mode == INT) return ln_cast(c, ids, LN_INT32);
  if (ids && ids->rank == 0) ids = ln_expand_dims(c, ids, 0);
  if (!ids) return NULL;
  if (mode == ONE_HOT && ids->rank > 1 && ids->shape[ids->rank - 1] == 1)
    ids = ln_squeeze(c, ids, -1);
  LnTensor *hot = ln_one_hot(c, ids, depth, d);
  if (!hot || mode == ONE_HOT) return hot;
  const int axis = hot->rank > 2 ? 1 : 0;
  if (mode == MULTI_HOT) return ln_max(c, hot, axis, false);
  if (weights) hot = ln_mul(c, hot, ln_expand_dims(c, ln_cast(c, weights, d), -1));
  return ln_sum(c, hot, axis, false);
}

// ---- CategoryEncoding

typedef struct CategoryEncoding {
  LnLayer layer;
  int64_t num_tokens;
  int mode;
  bool sparse;
} CategoryEncoding;

enum { WEIGHTS };   // its arguments
static const LnArgument encoding_arguments[] = {{"count_weights", LN_ARG_TENSOR, false}, {0}};

static bool refuse_sparse(LnContext *c, bool sparse, const char *what) {
  return !sparse || ln_fail(c, "%s: tensors are dense, so sparse can only be false", what);
}

static bool init_encoding(LnContext *c, void *self) {
  return refuse_sparse(c, ((const CategoryEncoding *)self)->sparse, "CategoryEncoding");
}

static LnTensor *encode_categories(LnContext *c, LnLayer *self, const LnTensors *in,
                                   const LnCallArgs *args) {
  const CategoryEncoding *o = (const CategoryEncoding *)self;
  static const int modes[] = {ONE_HOT, MULTI_HOT, MULTI_HOT, COUNT};   // of the choices
  const int mode = modes[o->mode];
  LnTensor *weights = ln_call_tensor(args, WEIGHTS);
  if (weights && mode != COUNT) {
    ln_fail(c, "count_weights are for output_mode 'count'");
    return NULL;
  }
  return encode(c, ln_cast(c, in->v[0], LN_INT64), mode, o->num_tokens, weights,
                (LnDtype)self->dtype.compute);
}

static const LnOption encoding_options[] = {
    {"num_tokens", LN_OPT_INTEGER, LN_FIELD(CategoryEncoding, num_tokens), .range = ">= 1",
     .doc = "how many ids there are: 0 .. num_tokens - 1"},
    {"output_mode", LN_OPT_CHOICE, LN_FIELD(CategoryEncoding, mode), "multi_hot",
     .choices = "one_hot multi_hot binary count",
     .doc = "\"multi_hot\" (\"binary\"): which ids are in a sample; \"count\"; \"one_hot\""},
    {"sparse", LN_OPT_BOOL, LN_FIELD(CategoryEncoding, sparse), "false", .doc = "false"},
    {0}};

static const LnLayerClass encoding = {
    .base = {.kind = LN_LAYER, .name = "CategoryEncoding", .size = sizeof(CategoryEncoding),
             .options = encoding_options, .init = init_encoding,
             .doc = "Ids to vectors of num_tokens: which of them are in a sample, or how often.\n"
                    "num_tokens; output_mode (\"multi_hot\"; \"one_hot\": each id by itself; "
                    "\"count\"). sparse: false.\n"
                    "Input (batch, ids), output (batch, num_tokens); with \"one_hot\" (batch, ids, "
                    "num_tokens), (batch,\nnum_tokens) for one id a sample. A single axis is one "
                    "sample. An id below 0 is none.\n"
                    "count_weights (batch, ids): how much each id counts, for \"count\".\n"
                    "Errors: ids of num_tokens and more; count_weights for another mode.\n"
                    "Example:\n"
                    "  ln.layers.CategoryEncoding(4)(ln.tensor{{0, 1}, {2, 2}})"
                    "  --> [[1. 1. 0. 0.] [0. 0. 1. 0.]]\n"},
    .built_at_once = true, .call = encode_categories, .keeps_dtype = true,
    .arguments = encoding_arguments, .min_rank = 1};

// ---- Discretization

// A summary of values: quantiles and how many values each stands for (Keras's, after the
// approximate quantiles of Greenwald and Khanna).
typedef struct Summary {
  int64_t n;
  float *values, *weights;   // malloc'ed
} Summary;

typedef struct Discretization {
  LnLayer layer;
  LnNumbers boundaries;
  int64_t num_bins;          // LN_NONE: boundaries were given
  double epsilon;
  int mode;
  bool sparse;
} Discretization;

static bool init_discretization(LnContext *c, void *self) {
  const Discretization *o = self;
  if (!refuse_sparse(c, o->sparse, "Discretization")) return false;
  if (o->num_bins == LN_NONE && o->boundaries.n < 0)
    return ln_fail(c, "Discretization: either num_bins or bin_boundaries is needed");
  // A config has both once it is adapted.
  if (o->num_bins != LN_NONE && o->boundaries.n >= 0 && o->boundaries.n != o->num_bins - 1)
    return ln_fail(c, "Discretization: num_bins and bin_boundaries are not given together");
  for (int64_t i = 1; i < o->boundaries.n; i++)
    if (!(o->boundaries.v[i - 1] <= o->boundaries.v[i]))
      return ln_fail(c, "Discretization: bin_boundaries should rise");
  return true;
}

static LnTensor *boundaries_of(LnContext *c, const Discretization *o) {
  LnTensor *t = ln_temp(c, ln_tensor_new(c, LN_FLOAT32, 1, &o->boundaries.n));
  for (int64_t i = 0; t && i < o->boundaries.n; i++)
    ((float *)t->data)[i] = (float)o->boundaries.v[i];
  return t;
}

static LnTensor *discretize(LnContext *c, LnLayer *self, const LnTensors *in,
                            const LnCallArgs *args) {
  (void)args;
  const Discretization *o = (const Discretization *)self;
  if (o->boundaries.n < 0) {
    ln_fail(c, "there are no bins yet: give bin_boundaries, or call adapt with data");
    return NULL;
  }
  LnTensor *bins = ln_searchsorted(c, boundaries_of(c, o), in->v[0], true);
  return encode(c, bins, o->mode, o->boundaries.n + 1, NULL, (LnDtype)self->dtype.compute);
}

static void free_summary(Summary *s) {
  free(s->values);
  free(s->weights);
  *s = (Summary){0};
}

static bool new_summary(LnContext *c, int64_t n, Summary *s) {
  *s = (Summary){n, malloc(((size_t)n + 1) * sizeof(float)),
                 malloc(((size_t)n + 1) * sizeof(float))};
  if (s->values && s->weights) return true;
  free_summary(s);
  return ln_fail(c, "out of memory");
}

static int by_value(const void *a, const void *b) {
  const float x = *(const float *)a, y = *(const float *)b;
  return isnan(x) || isnan(y) ? isnan(x) - isnan(y) : (x > y) - (x < y);
}

// numpy.interp: y at x, of a line through points with rising xs.
static double interpolate(double x, int64_t n, const float *xs, const float *ys) {
  if (x >= xs[n - 1]) return ys[n - 1];
  if (x <= xs[0]) return ys[0];
  int64_t low = 0, high = n - 1;
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  const double slope = ((double)ys[high] - ys[low]) / ((double)xs[high] - xs[low]);
  return slope * (x - xs[low]) + ys[low];
}

// At most 1 / epsilon quantiles of a summary, in its place.
static bool compress(LnContext *c, Summary *s, double epsilon) {
  if ((double)s->n * epsilon < 1) return true;
  const int64_t n = (int64_t)ceil(1 / epsilon);
  Summary sums, out;   // cumulated weights: as shares, as they are
  if (!new_summary(c, s->n, &sums)) return false;
  if (!new_summary(c, n, &out)) {
    free_summary(&sums);
    return false;
  }
  float total = 0;
  for (int64_t i = 0; i < s->n; i++) sums.weights[i] = total += s->weights[i];
  for (int64_t i = 0; i < s->n; i++) sums.values[i] = sums.weights[i] / total;
  double before = 0;
  for (int64_t i = 0; i < n; i++) {
    const double share = epsilon + (double)i * epsilon;
    const double sum = interpolate(share, s->n, sums.values, sums.weights);
    out.values[i] = (float)interpolate(share, s->n, sums.values, s->values);
    out.weights[i] = (float)(sum - before);
    before = sum;
  }
  free_summary(&sums);
  free_summary(s);
  *s = out;
  return true;
}

// Every step-th of a batch's values.
static bool summarize(LnContext *c, LnTensor *x, double epsilon, Summary *s) {
  LnTensor *t = ln_cast(c, x, LN_FLOAT32), *flat = t ? ln_tensor_copy(c, t) : NULL;
  if (!flat || !(flat = ln_temp(c, flat))) return false;
  float *values = flat->data;
  qsort(values, (size_t)flat->size, sizeof *values, by_value);
  const double step = fmax((double)flat->size * epsilon, 1);
  const int64_t first = (int64_t)(step - 1), stride = (int64_t)step;
  const int64_t n = first < flat->size ? (flat->size - first + stride - 1) / stride : 0;
  if (!new_summary(c, n, s)) return false;
  for (int64_t i = 0; i < n; i++)
    s->values[i] = values[first + i * stride], s->weights[i] = (float)step;
  return true;
}

// Of two summaries in order of their values, into `into`.
static bool merge(LnContext *c, const Summary *a, Summary *into, double epsilon) {
  Summary all;
  if (!new_summary(c, a->n + into->n, &all)) return false;
  for (int64_t i = 0, j = 0, k = 0; k < all.n; k++) {
    const bool left = j == into->n || (i < a->n && by_value(&a->values[i], &into->values[j]) <= 0);
    all.values[k] = left ? a->values[i] : into->values[j];
    all.weights[k] = left ? a->weights[i++] : into->weights[j++];
  }
  free_summary(into);
  *into = all;
  return compress(c, into, epsilon);
}

static bool add_batch(LnContext *c, const Discretization *o, LnTensor *x, Summary *all) {
  Summary batch = {0};
  const size_t scope = ln_scope(c);
  const bool done = summarize(c, x, o->epsilon, &batch) && merge(c, &batch, all, o->epsilon);
  free_summary(&batch);
  ln_scope_end(c, scope);
  return done;
}

static bool keep_boundaries(LnContext *c, Discretization *o, Summary *all) {
  if (all->n == 0) return ln_fail(c, "there is no data to adapt to");
  if (!compress(c, all, 1 / (double)o->num_bins)) return false;
  double *v = malloc((size_t)all->n * sizeof *v);
  if (!v) return ln_fail(c, "out of memory");
  for (int64_t i = 0; i + 1 < all->n; i++) v[i] = all->values[i];
  free(o->boundaries.v);
  o->boundaries = (LnNumbers){all->n - 1, v};
  ln_generation++;
  return true;
}

static bool adapt(LnContext *c, LnLayer *self, const LnBatches *data) {
  Discretization *o = (Discretization *)self;
  Summary all = {0};
  LnTensor *x;
  if (o->num_bins == LN_NONE)
    return ln_fail(c, "bin_boundaries were given: there is nothing to adapt");
  bool done = true;
  while (done && (done = data->next(c, data->arg, &x)) && x) done = add_batch(c, o, x, &all);
  done = done && keep_boundaries(c, o, &all);
  free_summary(&all);
  return done;
}

static void describe(const LnLayer *self, char *out, size_t size) {
  const Discretization *o = (const Discretization *)self;
  if (o->boundaries.n >= 0) snprintf(out, size, "%lld bins", (long long)o->boundaries.n + 1);
  else snprintf(out, size, "%lld bins, not adapted", (long long)o->num_bins);
}

static const LnOption discretization_options[] = {
    {"bin_boundaries", LN_OPT_NUMBERS, LN_FIELD(Discretization, boundaries), "none",
     .one = LN_ONE_AS_LIST, .doc = "where bins end, rising; a value there is in the next one"},
    {"num_bins", LN_OPT_INTEGER, LN_FIELD(Discretization, num_bins), "none", ">= 1",
     .doc = "instead: how many bins adapt makes, of about as many values each"},
    {"epsilon", LN_OPT_NUMBER, LN_FIELD(Discretization, epsilon), "0.01", "(0, 1]",
     .doc = "how closely adapt keeps count: with 1 / epsilon values"},
    {"output_mode", LN_OPT_CHOICE, LN_FIELD(Discretization, mode), "int",
     .choices = "int one_hot multi_hot count",
     .doc = "\"int\": the bin; the others as of CategoryEncoding"},
    {"sparse", LN_OPT_BOOL, LN_FIELD(Discretization, sparse), "false", .doc = "false"},
    {0}};

static const LnLayerClass discretization = {
    .base = {.kind = LN_LAYER, .name = "Discretization", .size = sizeof(Discretization),
             .options = discretization_options, .init = init_discretization,
             .doc = "Numbers to the bins that they fall into, from 0: bins that are given, or that "
                    "layer:adapt(data)\nfinds, with about as many values each.\n"
                    "bin_boundaries or num_bins; epsilon (0.01), output_mode (\"int\"; "
                    "\"one_hot\", \"multi_hot\", \"count\").\nsparse: false.\n"
                    "Input (...), output int32 (...), or with a last axis of bins, as "
                    "CategoryEncoding's.\n"
                    "Errors: neither or both of bin_boundaries and num_bins; a call before "
                    "adapt.\n"
                    "Example:\n"
                    "  local layer = ln.layers.Discretization{bin_boundaries = {0, 1, 2}}\n"
                    "  layer(ln.tensor{{-1.5, 1}, {3.4, 0.5}})  --> [[0 2] [3 1]]\n"},
    .built_at_once = true, .call = discretize, .adapt = adapt, .describe = describe};

const LnLayerClass *const ln_layers_categories[] = {&encoding, &discretization, NULL};
