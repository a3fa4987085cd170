// What each kind of option knows of the C field it fills: its default, what it owns, how it is
// copied and compared. One row a kind, at the end.
#include "ops/options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "tensor/tensor.h"

static bool no_memory(LnContext *c) { return ln_fail(c, "out of memory"); }

// ---- numbers and words in place

static bool set_bool(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c, (void)o;
  *(bool *)field = text && strcmp(text, "true") == 0;
  return true;
}

static bool equal_bool(const void *a, const void *b) {
  return *(const bool *)a == *(const bool *)b;
}

static bool set_integer(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c, (void)o;
  *(int64_t *)field = text ? (int64_t)strtod(text, NULL) : LN_NONE;
  return true;
}

static bool equal_integer(const void *a, const void *b) {
  return *(const int64_t *)a == *(const int64_t *)b;
}

static bool set_axis(LnContext *c, const LnOption *o, const char *text, void *field) {
  set_integer(c, o, text, field);
  if (*(int64_t *)field > 0) --*(int64_t *)field;   // defaults are in Lua's spelling, from 1
  return true;
}

static bool set_number(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c, (void)o;
  *(double *)field = text ? strtod(text, NULL) : NAN;
  return true;
}

static bool equal_number(const void *a, const void *b) { return !memcmp(a, b, sizeof(double)); }

int ln_choice(const char *choices, const char *word) {
  int k = 0;
  size_t n = strlen(word);
  for (const char *p = choices; p && *p; k++) {
    size_t m = strcspn(p, " ");
    if (m == n && strncmp(p, word, n) == 0) return k;
    p += m + (p[m] == ' ');
  }
  return -1;
}

static bool set_choice(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c;
  *(int *)field = text ? ln_choice(o->choices, text) : -1;
  return true;
}

static bool set_dtype(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c;
  LnDtype d;
  *(int *)field = text && ln_dtype_from_name(text, &d) ? (int)d : -1;
  if (text && ln_choice(o->choices, text) >= 0) *(int *)field = LN_STRING;
  return true;
}

static bool set_policy(LnContext *c, const LnOption *o, const char *text, void *field) {
  if (text && text != o->fallback) return ln_policy_from_name(text, field);
  *(LnPolicy *)field = c ? c->policy : (LnPolicy){LN_FLOAT32, LN_FLOAT32};
  return true;
}

static bool equal_policy(const void *a, const void *b) { return !memcmp(a, b, sizeof(LnPolicy)); }

static bool equal_int(const void *a, const void *b) { return *(const int *)a == *(const int *)b; }

// ---- texts

static bool copy_text(char **text, const LnTake *take) {
  if (!*text) return true;
  size_t n = strlen(*text) + 1;
  char *copy = take->take(take->from, n);
  if (copy) memcpy(copy, *text, n);
  *text = copy;
  return copy != NULL;
}

static bool set_string(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)o;
  *(const char **)field = text;
  return copy_text(field, &ln_take_malloc) || no_memory(c);
}

static void free_string(void *field) {
  free(*(char **)field);
  *(char **)field = NULL;
}

static bool copy_string(void *field, const LnTake *take) { return copy_text(field, take); }

static bool equal_text(const char *a, const char *b) { return a == b || (a && b && !strcmp(a, b)); }

static bool equal_string(const void *a, const void *b) {
  return equal_text(*(char *const *)a, *(char *const *)b);
}

static bool set_strings(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c, (void)o;
  *(LnStrings *)field = (LnStrings){text ? 0 : -1, NULL};
  return true;
}

static void free_strings(void *field) {
  LnStrings *list = field;
  for (int64_t i = 0; i < list->n; i++) free(list->v[i]);
  free(list->v);
  *list = (LnStrings){-1, NULL};
}

static bool copy_strings(void *field, const LnTake *take) {
  LnStrings *list = field, from = *list;
  *list = (LnStrings){from.n < 0 ? -1 : 0, NULL};
  if (from.n <= 0) return true;
  if (!(list->v = take->take(take->from, (size_t)from.n * sizeof *list->v))) return false;
  for (; list->n < from.n; list->n++) {
    list->v[list->n] = from.v[list->n];
    if (!copy_text(&list->v[list->n], take)) return false;
  }
  return true;
}

static bool equal_strings(const void *a, const void *b) {
  const LnStrings *p = a, *q = b;
  bool same = p->n == q->n;
  for (int64_t i = 0; same && i < p->n; i++) same = equal_text(p->v[i], q->v[i]);
  return same;
}

// ---- lists of numbers

// "{1, 2}" or a lone "1".
static int64_t read_numbers(const char *text, double *out) {
  int64_t n = 0;
  for (const char *p = text + (*text == '{'); *p && *p != '}' && n < LN_MAX_RANK;) {
    char *end;
    double v = strtod(p, &end);
    if (end == p) break;
    out[n++] = v;
    p = end + strspn(end, ", ");
  }
  return n;
}

static bool set_ints(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c;
  double list[LN_MAX_RANK];
  LnInts *v = field;
  v->n = text ? read_numbers(text, list) : -1;
  for (int64_t i = 0; i < v->n; i++)
    v->v[i] = (int64_t)list[i] - (o->kind == LN_OPT_AXES && list[i] > 0);
  return true;
}

static bool equal_ints(const void *a, const void *b) {
  const LnInts *p = a, *q = b;
  bool same = p->n == q->n;
  for (int64_t i = 0; same && i < p->n; i++) same = p->v[i] == q->v[i];
  return same;
}

static bool copy_numbers(void *field, const LnTake *take) {
  LnNumbers *list = field;
  if (list->n <= 0) return true;
  double *v = take->take(take->from, (size_t)list->n * sizeof *v);
  if (v) memcpy(v, list->v, (size_t)list->n * sizeof *v);
  else list->n = -1;
  list->v = v;
  return v != NULL;
}

static bool set_numbers(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)o;
  double list[LN_MAX_RANK];
  *(LnNumbers *)field = (LnNumbers){text ? read_numbers(text, list) : -1, list};
  if (((LnNumbers *)field)->n <= 0) ((LnNumbers *)field)->v = NULL;
  return copy_numbers(field, &ln_take_malloc) || no_memory(c);
}

static void free_numbers(void *field) {
  free(((LnNumbers *)field)->v);
  *(LnNumbers *)field = (LnNumbers){-1, NULL};
}

static bool equal_numbers(const void *a, const void *b) {
  const LnNumbers *p = a, *q = b;
  return p->n == q->n && (p->n <= 0 || !memcmp(p->v, q->v, (size_t)p->n * sizeof *p->v));
}

// ---- references

static bool set_tensor(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c, (void)o, (void)text;
  *(LnTensor **)field = NULL;
  return true;
}

static void free_tensor(void *field) {
  ln_release(*(LnTensor **)field);
  *(LnTensor **)field = NULL;
}

static bool copy_tensor(void *field, const LnTake *take) {
  (void)take;
  ln_retain(*(LnTensor **)field);
  return true;
}

static bool set_window(LnContext *c, const LnOption *o, const char *text, void *field) {
  LnWindow *window = field;
  window->values = NULL;
  return set_choice(c, o, text, &window->name);
}

static void free_window(void *field) {
  free_tensor(&((LnWindow *)field)->values);
  ((LnWindow *)field)->name = -1;
}

static bool copy_window(void *field, const LnTake *take) {
  return copy_tensor(&((LnWindow *)field)->values, take);
}

static bool equal_window(const void *a, const void *b) {
  const LnWindow *p = a, *q = b;
  return p->name == q->name && p->values == q->values;
}

static bool equal_pointer(const void *a, const void *b) {
  return *(void *const *)a == *(void *const *)b;
}

static bool set_object(LnContext *c, const LnOption *o, const char *text, void *field) {
  *(LnObject **)field = NULL;
  if (!text) return true;
  *(LnObject **)field = c->make(c, ln_option_rows[o->kind].object, text);
  return *(LnObject **)field != NULL;
}

static void free_object(void *field) {
  ln_object_release(*(LnObject **)field);
  *(LnObject **)field = NULL;
}

static bool copy_object(void *field, const LnTake *take) {
  (void)take;
  ln_object_retain(*(LnObject **)field);
  return true;
}

static bool set_rate(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c, (void)o;
  *(LnRate *)field = (LnRate){text ? strtod(text, NULL) : NAN, NULL};
  return true;
}

static void free_rate(void *field) { free_object(&((LnRate *)field)->schedule); }

static bool copy_rate(void *field, const LnTake *take) {
  return copy_object(&((LnRate *)field)->schedule, take);
}

static bool equal_rate(const void *a, const void *b) {
  const LnRate *p = a, *q = b;
  return p->schedule == q->schedule && (p->schedule || equal_number(&p->value, &q->value));
}

static bool set_objects(LnContext *c, const LnOption *o, const char *text, void *field) {
  (void)c, (void)o;
  *(LnObjects *)field = (LnObjects){text ? 0 : -1, NULL};
  return true;
}

static void free_objects(void *field) {
  LnObjects *list = field;
  for (int64_t i = 0; i < list->n; i++) ln_object_release(list->v[i]);
  free(list->v);
  *list = (LnObjects){-1, NULL};
}

static bool copy_objects(void *field, const LnTake *take) {
  LnObjects *list = field, from = *list;
  *list = (LnObjects){from.n < 0 ? -1 : 0, NULL};
  if (from.n <= 0) return true;
  if (!(list->v = take->take(take->from, (size_t)from.n * sizeof *list->v))) return false;
  for (; list->n < from.n; list->n++) list->v[list->n] = ln_object_retain(from.v[list->n]);
  return true;
}

static bool equal_objects(const void *a, const void *b) {
  const LnObjects *p = a, *q = b;
  bool same = p->n == q->n;
  for (int64_t i = 0; same && i < p->n; i++) same = p->v[i] == q->v[i];
  return same;
}

// ---- the table

const LnOptionRow ln_option_rows[LN_OPT_KINDS] = {
    [LN_OPT_BOOL] = {"boolean", sizeof(bool), .set = set_bool, .equal = equal_bool},
    [LN_OPT_INTEGER] = {"integer", sizeof(int64_t), .set = set_integer, .equal = equal_integer},
    [LN_OPT_NUMBER] = {"number", sizeof(double), .set = set_number, .equal = equal_number},
    [LN_OPT_STRING] = {"string", sizeof(char *), .set = set_string, .free = free_string,
                       .copy = copy_string, .equal = equal_string},
    [LN_OPT_CHOICE] = {"choice", sizeof(int), .set = set_choice, .equal = equal_int},
    [LN_OPT_POLICY] = {"policy", sizeof(LnPolicy), .set = set_policy, .equal = equal_policy},
    [LN_OPT_DTYPE] = {"dtype", sizeof(int), .set = set_dtype, .equal = equal_int},
    [LN_OPT_AXIS] = {"axis", sizeof(int64_t), .set = set_axis, .equal = equal_integer},
    [LN_OPT_AXES] = {"axes", sizeof(LnInts), .list = true, .set = set_ints, .equal = equal_ints},
    [LN_OPT_INTEGERS] = {"integers", sizeof(LnInts), .list = true, .set = set_ints,
                         .equal = equal_ints},
    [LN_OPT_NUMBERS] = {"numbers", sizeof(LnNumbers), .list = true, .set = set_numbers,
                        .free = free_numbers, .copy = copy_numbers, .equal = equal_numbers},
    [LN_OPT_SHAPE] = {"shape", sizeof(LnInts), .list = true, .set = set_ints,
                      .equal = equal_ints},
    [LN_OPT_PAIRS] = {"pairs", sizeof(LnInts), .list = true, .set = set_ints,
                      .equal = equal_ints},
    [LN_OPT_NAMED] = {"named", sizeof(LnNumbers), .set = set_numbers, .free = free_numbers,
                      .copy = copy_numbers, .equal = equal_numbers},
    [LN_OPT_STRINGS] = {"strings", sizeof(LnStrings), .list = true, .set = set_strings,
                        .free = free_strings, .copy = copy_strings, .equal = equal_strings},
    [LN_OPT_TENSOR] = {"tensor", sizeof(LnTensor *), .counted = true, .set = set_tensor,
                       .free = free_tensor, .copy = copy_tensor, .equal = equal_pointer},
    [LN_OPT_WINDOW] = {"window", sizeof(LnWindow), .counted = true, .set = set_window,
                       .free = free_window, .copy = copy_window, .equal = equal_window},
#define OBJECT .counted = true, .objects = true, .free = free_object, .copy = copy_object, \
               .equal = equal_pointer, .set = set_object
    [LN_OPT_ACTIVATION] = {"activation", sizeof(LnObject *), OBJECT, .object = LN_ACTIVATION},
    [LN_OPT_INITIALIZER] = {"initializer", sizeof(LnObject *), OBJECT, .object = LN_INITIALIZER},
    [LN_OPT_REGULARIZER] = {"regularizer", sizeof(LnObject *), OBJECT, .object = LN_REGULARIZER},
    [LN_OPT_CONSTRAINT] = {"constraint", sizeof(LnObject *), OBJECT, .object = LN_CONSTRAINT},
    [LN_OPT_LAYER] = {"layer", sizeof(LnObject *), OBJECT, .object = LN_LAYER},
#undef OBJECT
    [LN_OPT_SCHEDULE] = {"schedule", sizeof(LnRate), .counted = true, .objects = true,
                         .object = LN_SCHEDULE, .set = set_rate, .free = free_rate,
                         .copy = copy_rate, .equal = equal_rate},
    [LN_OPT_LAYERS] = {"layers", sizeof(LnObjects), .list = true, .counted = true,
                       .objects = true, .object = LN_LAYER, .set = set_objects,
                       .free = free_objects, .copy = copy_objects, .equal = equal_objects},
};

// ---- one option

bool ln_option_default(LnContext *c, const LnOption *o, void *self) {
  const char *text = o->fallback;
  // "none" may be one of the choices.
  if (text && strcmp(text, "none") == 0 && o->kind != LN_OPT_CHOICE) text = NULL;
  return ln_option_rows[o->kind].set(c, o, text, (char *)self + o->offset);
}

void ln_option_none(const LnOption *o, void *self) {
  ln_option_rows[o->kind].set(NULL, o, NULL, (char *)self + o->offset);
}

void ln_option_free(const LnOption *o, void *self) {
  if (ln_option_rows[o->kind].free) ln_option_rows[o->kind].free((char *)self + o->offset);
}

LnObject *ln_option_object(const LnOption *o, const void *self, int64_t i) {
  const void *field = (const char *)self + o->offset;
  if (!ln_option_rows[o->kind].objects) return NULL;
  if (ln_option_rows[o->kind].list) {
    const LnObjects *list = field;
    return i < list->n ? list->v[i] : NULL;
  }
  if (i > 0) return NULL;
  return o->kind == LN_OPT_SCHEDULE ? ((const LnRate *)field)->schedule
                                    : *(LnObject *const *)field;
}

bool ln_option_spread(LnContext *c, const char *name, LnInts *list, int n) {
  if (list->n < 0 || list->n == n) return true;
  if (list->n != 1)
    return ln_fail(c, "%s is an integer or a list of %d of them, got %s", name, n,
                   ln_shape_text(list->v, (int)list->n));
  for (int i = 1; i < n; i++) list->v[i] = list->v[0];
  list->n = n;
  return true;
}

bool ln_option_spread_pairs(LnContext *c, const char *name, LnInts *pairs, int n) {
  if (pairs->n == 2 * n) return true;
  if (pairs->n != 1)
    return ln_fail(c, "%s is an integer or a list of %d integers or pairs of them, got %lld",
                   name, n, (long long)pairs->n / 2);
  for (int i = 1; i < 2 * n; i++) pairs->v[i] = pairs->v[0];
  pairs->n = 2 * n;
  return true;
}

// ---- all options

static void *take_malloc(void *from, size_t bytes) {
  (void)from;
  return malloc(bytes);
}

const LnTake ln_take_malloc = {take_malloc, NULL};

bool ln_options_copy(const LnOption *options, void *self, const LnTake *take) {
  bool done = true;
  for (const LnOption *o = options; o && o->name; o++)
    if (ln_option_rows[o->kind].copy)
      done = ln_option_rows[o->kind].copy((char *)self + o->offset, take) && done;
  return done;
}

bool ln_options_equal(const LnOption *options, const void *a, const void *b) {
  for (const LnOption *o = options; o && o->name; o++)
    if (!ln_option_rows[o->kind].equal((const char *)a + o->offset, (const char *)b + o->offset))
      return false;
  return true;
}

void ln_options_free(const LnOption *options, void *self) {
  for (const LnOption *o = options; o && o->name; o++) ln_option_free(o, self);
}
