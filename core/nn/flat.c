// Making the flat layout, moving variables into it, carrying state over to a new one, and finding
// the runs that a step walks.
#include "nn/flat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t align(int64_t bytes) { return (int64_t)ln_whole_lines((size_t)bytes); }

static int64_t value_bytes(const LnVariable *v) {
  return v->value->size * (int64_t)ln_dtype_size(v->value->dtype);
}

void ln_flat_free(LnFlat *f) {
  if (!f) return;
  for (int i = 0; f->gradients && i < f->n; i++) ln_release(f->gradients[i]);
  for (int i = 0; f->slots && i < f->n * f->n_slots; i++) ln_release(f->slots[i]);
  for (int k = 0; k < f->n_slots; k++) ln_storage_release(f->slot[k]);
  ln_storage_release(f->gradient);
  ln_storage_release(f->scratch);
  for (int i = 0; f->variables && i < f->n; i++) ln_variable_release(f->variables[i]);
  for (int i = 0; i < f->n_excluded; i++) ln_variable_release(f->excluded[i]);
  for (int i = 0; i < f->n_words; i++) free(f->words[i]);
  free(f->variables);
  free(f->index);
  free(f->active);
  free(f->at);
  free(f->gradients);
  free(f->slots);
  free(f->runs);
  free(f->sums);
  free(f->block);
  free(f->scratch_at);
  free(f->decays);
  free(f->excluded);
  free(f->words);
  free(f);
}

// ---- exclusion from weight decay

static bool takes_decay(const LnFlat *f, const LnVariable *v) {
  for (int i = 0; i < f->n_excluded; i++)
    if (f->excluded[i] == v) return false;
  for (int i = 0; i < f->n_words; i++)
    if (v->name && strstr(v->name, f->words[i])) return false;
  return true;
}

bool ln_flat_exclude(LnContext *c, LnFlat *f, LnVariable *v, const char *word) {
  int n = v ? f->n_excluded : f->n_words;
  void *now = v ? (void *)f->excluded : (void *)f->words;
  void *list = realloc(now, (size_t)(n + 1) * sizeof(void *));
  if (!list) return ln_fail(c, "out of memory");
  if (v) {
    f->excluded = list;
    f->excluded[f->n_excluded++] = v;
    v->refs++;
  } else {
    f->words = list;
    size_t size = strlen(word) + 1;
    char *copy = malloc(size);
    if (!copy) return ln_fail(c, "out of memory");
    memcpy(copy, word, size);
    f->words[f->n_words++] = copy;
  }
  for (int i = 0; i < f->n; i++) f->decays[i] = takes_decay(f, f->variables[i]);
  return true;
}

// ---- layout

static bool check(LnContext *c, const LnOptimizer *o, LnVariable *const *variables, int n) {
  const LnOptimizerClass *cls = (const LnOptimizerClass *)o->base.cls;
  const char *who = o->base.cls->name;
  for (int i = 0; i < n; i++) {
    const LnTensor *value = variables[i]->value;
    const char *name = variables[i]->name ? variables[i]->name : "variable";
    if (ln_tensor_closed(value)) return ln_fail(c, "%s: variable '%s' is closed", who, name);
    if (!ln_dtype_is_float(value->dtype))
      return ln_fail(c, "%s: variable '%s' is %s; only float variables can be trained", who, name,
                     ln_dtype_name(value->dtype));
    if (ln_dtype_is_half((LnDtype)value->dtype) && cls->per_variable)
      return ln_fail(c, "%s: variable '%s' is %s; it trains float32 and float64 (dtype = "
                     "\"mixed_%s\" keeps variables so, and computes in %s)", who, name,
                     ln_dtype_name(value->dtype), ln_dtype_name(value->dtype),
                     ln_dtype_name(value->dtype));
    if (!ln_tensor_is_contiguous(value))
      return ln_fail(c, "%s: variable '%s' is a strided view and cannot be moved", who, name);
    for (int k = 0; k < i; k++)
      if (variables[k] == variables[i])
        return ln_fail(c, "%s: variable '%s' is listed twice (%d and %d)", who, name, k + 1, i + 1);
  }
  return true;
}

static void name_slots(const LnOptimizer *o, LnFlat *f) {
  const LnOptimizerClass *cls = (const LnOptimizerClass *)o->base.cls;
  f->n_own = f->n_slots = cls->slots ? cls->slots(o, f->names) : 0;
  int group = 0;
  for (int k = 0; k < f->n_own; k++) {
    if (f->names[k][0] == '|') {
      group++;
      f->names[k]++;
    }
    f->group[k] = (int8_t)group;
  }
  f->average = f->accumulator = -1;
  if (o->use_ema) f->names[f->average = f->n_slots++] = "average";
  if (o->gradient_accumulation_steps != LN_NONE)
    f->names[f->accumulator = f->n_slots++] = "gradient_accumulator";
  for (int k = f->n_own; k < f->n_slots; k++) f->group[k] = -1;
}

bool ln_flat_fits(const LnOptimizer *o, const LnFlat *f) {
  LnFlat now = {0};
  name_slots(o, &now);
  if (now.n_slots != f->n_slots) return false;
  for (int k = 0; k < now.n_slots; k++)
    if (strcmp(now.names[k], f->names[k]) != 0) return false;
  return true;
}

// Rank and shape of a slot; -1 when the variable has none.
static int slot_shape(const LnOptimizer *o, const LnFlat *f, int k, const LnVariable *v,
                      int64_t *shape) {
  const LnOptimizerClass *cls = (const LnOptimizerClass *)o->base.cls;
  if (k < f->n_own && cls->slot_shape) return cls->slot_shape(o, k, v, shape);
  memcpy(shape, v->value->shape, v->value->rank * sizeof *shape);
  return v->value->rank;
}

static LnTensor *view(LnContext *c, LnStorage *s, int64_t at, LnDtype d, int rank,
                      const int64_t *shape) {
  LnTensor *t = ln_tensor_meta(c, d, rank, shape);
  if (!t) return NULL;
  t->meta = false;
  ln_tensor_place(t, s, at);
  return t;
}

static LnStorage *zeroed(LnContext *c, int64_t bytes) {
  LnStorage *s = ln_storage_new(c, (size_t)bytes);
  if (s) memset(s->data, 0, (size_t)bytes);
  return s;
}

static void fill(void *data, LnDtype d, int64_t bytes, double value) {
  if (d == LN_FLOAT32)
    for (int64_t i = 0; i < bytes / 4; i++) ((float *)data)[i] = (float)value;
  else if (ln_dtype_is_half(d))
    for (int64_t i = 0; i < bytes / 2; i++) ((uint16_t *)data)[i] = ln_half_bits(d, value);
  else
    for (int64_t i = 0; i < bytes / 8; i++) ((double *)data)[i] = value;
}

static bool make_slots(LnContext *c, const LnOptimizer *o, LnFlat *f) {
  const LnOptimizerClass *cls = (const LnOptimizerClass *)o->base.cls;
  for (int k = 0; k < f->n_slots; k++) {
    if (!(f->slot[k] = zeroed(c, f->at[f->n]))) return false;
    double start = k < f->n_own && cls->slot_start ? cls->slot_start(o, k) : 0;
    for (int i = 0; i < f->n; i++) {
      const LnVariable *v = f->variables[i];
      LnDtype d = v->value->dtype;
      int64_t shape[LN_MAX_RANK];
      int rank = slot_shape(o, f, k, v, shape);
      if (rank < 0) continue;
      if (start != 0 && !isnan(start))
        fill(ln_flat_slot_at(f, k, f->at[i]), d, f->at[i + 1] - f->at[i], start);
      // Keras starts averages at zero and copies at the first step; a variable that joins later
      // has to start from what it is.
      if (k == f->average || isnan(start))
        memcpy(ln_flat_slot_at(f, k, f->at[i]), v->value->data, (size_t)value_bytes(v));
      if (!(f->slots[k * f->n + i] = view(c, f->slot[k], f->at[i], d, rank, shape))) return false;
    }
  }
  return true;
}

// A variable that both layouts have keeps its gradient and every slot that is still called the same
// (two slots of one name, Adafactor's, stand in one order).
static void carry_variable(LnFlat *f, int i, const LnFlat *old, int j) {
  memcpy(ln_flat_gradient_at(f, f->at[i]), ln_flat_gradient_at(old, old->at[j]),
         (size_t)value_bytes(f->variables[i]));
  int64_t bytes = f->at[i + 1] - f->at[i], before = old->at[j + 1] - old->at[j];
  for (int k = 0, from = 0; k < f->n_slots && bytes == before; k++)
    for (int m = from; m < old->n_slots; m++)
      if (strcmp(f->names[k], old->names[m]) == 0) {
        memcpy(ln_flat_slot_at(f, k, f->at[i]), ln_flat_slot_at(old, m, old->at[j]), (size_t)bytes);
        if (f->names[k][0] == '\0') from = m + 1;
        break;
      }
}

// Moves those that are nobody's yet into one buffer, in order.
static bool place(LnContext *c, LnFlat *f) {
  int64_t bytes = 0;
  for (int i = 0; i < f->n; i++)
    if (!f->variables[i]->placed) bytes += align(value_bytes(f->variables[i]));
  if (bytes == 0) return true;
  LnStorage *s = zeroed(c, bytes);
  if (!s) return false;
  int64_t at = 0;
  for (int i = 0; i < f->n; i++) {
    LnVariable *v = f->variables[i];
    if (v->placed) continue;
    memcpy((char *)s->data + at, v->value->data, (size_t)value_bytes(v));
    ln_tensor_place(v->value, s, at);
    v->placed = true;
    at += align(value_bytes(v));
  }
  ln_storage_release(s);
  return true;
}

static bool allocate_lists(LnContext *c, LnFlat *f) {
  const size_t n = (size_t)f->n;
  f->variables = calloc(n + 1, sizeof *f->variables);
  f->index = calloc(n + 1, sizeof *f->index);
  f->active = calloc(n + 1, sizeof *f->active);
  f->at = calloc(n + 1, sizeof *f->at);
  f->gradients = calloc(n + 1, sizeof *f->gradients);
  f->slots = calloc(n * (size_t)f->n_slots + 1, sizeof *f->slots);
  f->runs = calloc(n + 1, sizeof *f->runs);
  f->block = calloc(n + 1, sizeof *f->block);
  f->scratch_at = calloc(n + 1, sizeof *f->scratch_at);
  f->decays = calloc(n + 1, sizeof *f->decays);
  return (f->variables && f->index && f->active && f->at && f->gradients && f->slots && f->runs &&
          f->block && f->scratch_at && f->decays) ||
         ln_fail(c, "out of memory");
}

// Where each variable lies, in all buffers alike: the largest of its value and slots has room.
static bool lay_out(LnContext *c, const LnOptimizer *o, LnFlat *f) {
  const LnOptimizerClass *cls = (const LnOptimizerClass *)o->base.cls;
  for (int i = 0; i < f->n; i++) {
    const LnVariable *v = f->variables[i];
    int64_t width = (int64_t)ln_dtype_size(v->value->dtype), bytes = value_bytes(v);
    for (int k = 0; k < f->n_own; k++) {
      int64_t shape[LN_MAX_RANK], size;
      int rank = slot_shape(o, f, k, v, shape);
      if (rank < 0) continue;
      if (!ln_shape_size(c, shape, rank, &size)) return false;
      if (size * width > bytes) bytes = size * width;
    }
    f->at[i + 1] = f->at[i] + align(bytes);
    size_t scratch = cls->scratch ? cls->scratch(o, v) : 0;
    f->scratch_at[i + 1] = f->scratch_at[i] + align((int64_t)scratch);
    f->block[i + 1] = f->block[i] + (v->value->size + LN_FLAT_BLOCK - 1) / LN_FLAT_BLOCK;
  }
  return true;
}

static bool make(LnContext *c, const LnOptimizer *o, LnVariable *const *variables, LnFlat *f) {
  name_slots(o, f);
  if (!allocate_lists(c, f)) return false;
  for (int i = 0; i < f->n; i++) {
    f->variables[i] = variables[i];
    f->variables[i]->refs++;
  }
  if (!lay_out(c, o, f)) return false;
  f->sums = calloc((size_t)f->block[f->n] + 1, sizeof *f->sums);
  if (!f->sums) return ln_fail(c, "out of memory");
  if (!(f->gradient = zeroed(c, f->at[f->n]))) return false;
  if (f->scratch_at[f->n] && !(f->scratch = ln_storage_new(c, (size_t)f->scratch_at[f->n])))
    return false;
  for (int i = 0; i < f->n; i++) {
    const LnTensor *w = f->variables[i]->value;
    f->gradients[i] = view(c, f->gradient, f->at[i], w->dtype, w->rank, w->shape);
    if (!f->gradients[i]) return false;
  }
  return make_slots(c, o, f);
}

static int find(const LnFlat *f, const LnVariable *v) {
  for (int i = 0; f && i < f->n; i++)
    if (f->variables[i] == v) return i;
  return -1;
}

bool ln_flat_list(LnFlat *f, LnVariable *const *variables, int n) {
  bool known = n <= f->n;
  for (int i = 0; i < f->n; i++) f->active[i] = false;
  for (int i = 0; known && i < n; i++) {
    int at = find(f, variables[i]);
    known = at >= 0 && !f->active[at];
    if (known) f->active[at] = true;
  }
  if (!known) return false;
  for (int i = 0; i < n; i++) f->index[i] = find(f, variables[i]);
  f->listed = n;
  ln_generation++;
  return true;
}

// The list, then what the old layout has besides and someone else still holds.
static LnVariable **all_variables(LnVariable *const *variables, int n, const LnFlat *old,
                                  int *total) {
  LnVariable **all = malloc((size_t)(n + (old ? old->n : 0) + 1) * sizeof *all);
  if (!all) return NULL;
  for (int i = 0; i < n; i++) all[i] = variables[i];
  *total = n;
  for (int i = 0; old && i < old->n; i++) {
    LnVariable *v = old->variables[i];
    bool listed = false;
    for (int k = 0; k < n && !listed; k++) listed = variables[k] == v;
    if (!listed && v->refs > 1 && !ln_tensor_closed(v->value)) all[(*total)++] = v;
  }
  return all;
}

static void take_over(LnFlat *f, LnFlat *old) {
  for (int i = 0; i < f->n; i++) {
    int j = find(old, f->variables[i]);
    if (j >= 0) carry_variable(f, i, old, j);
  }
  f->n_excluded = old->n_excluded;
  f->excluded = old->excluded;
  f->n_words = old->n_words;
  f->words = old->words;
  old->n_excluded = old->n_words = 0;
  old->excluded = NULL;
  old->words = NULL;
  ln_flat_free(old);
}

LnFlat *ln_flat_new(LnContext *c, const LnOptimizer *o, LnVariable *const *variables, int n,
                    LnFlat *old) {
  if (!check(c, o, variables, n)) return NULL;
  int total = n;
  LnFlat *f = calloc(1, sizeof *f);
  LnVariable **all = all_variables(variables, n, old, &total);
  if (!f || !all) {
    free(f);
    free(all);
    ln_fail(c, "out of memory");
    return NULL;
  }
  f->n = total;
  bool ok = make(c, o, all, f) && place(c, f);
  free(all);
  if (!ok) {
    ln_flat_free(f);
    return NULL;
  }
  f->listed = n;
  for (int i = 0; i < n; i++) f->index[i] = i;
  if (old) take_over(f, old);
  for (int i = 0; i < total; i++) f->decays[i] = takes_decay(f, f->variables[i]);
  ln_generation++;
  return f;
}

// ---- runs

static bool follows(const LnFlat *f, const LnRun *r, int i, double decay) {
  const LnTensor *w = f->variables[i]->value, *before = f->variables[i - 1]->value;
  int64_t gap = (char *)w->data - r->w;
  return r->dtype == w->dtype && w->storage == before->storage && gap == f->at[i] - r->at &&
         (r->decay == decay || (isnan(r->decay) && isnan(decay)));
}

// Found anew at every step: a walk over the list costs less than keeping track of what moved.
int ln_flat_runs(LnContext *c, LnFlat *f, const bool *active, bool apart, const double *decay) {
  int n = 0;
  bool joined = false;  // the variable before belongs to the last run
  for (int i = 0; i < f->n; i++) {
    if (active && !active[i]) {
      joined = false;
      continue;
    }
    const LnTensor *w = f->variables[i]->value;
    if (!active && ln_tensor_closed(w)) {
      joined = false;
      continue;
    }
    if (!w->data && w->size) {
      ln_fail(c, "variable '%s' is closed", f->variables[i]->name ? f->variables[i]->name : "?");
      return -1;
    }
    if (w->size == 0) continue;
    double d = decay ? decay[i] : NAN;
    LnRun *r = n ? &f->runs[n - 1] : NULL;
    int64_t width = (int64_t)ln_dtype_size(w->dtype);
    if (joined && !apart && follows(f, r, i, d)) {
      r->n = (f->at[i] - r->at) / width + w->size;
    } else {
      f->runs[n++] = (LnRun){w->dtype, i, w->size, w->data, f->at[i], d};
    }
    joined = true;
  }
  return n;
}
