// Options: the one description of a parameter, from which come argument checking, configs,
// tostring and documentation. Used by ops (parameters) and by classes (nn/nn.h). What is known of a
// kind of option is one row here (ops/options.c), and one in the binding (lua/options.c): a new
// kind is a name below and those two.
#ifndef LN_OPS_OPTIONS_H
#define LN_OPS_OPTIONS_H

#include "lunate.h"

// Kinds of objects that options hold (nn/nn.h).
typedef enum LnKind {
  LN_LAYER, LN_LOSS, LN_METRIC, LN_OPTIMIZER, LN_INITIALIZER, LN_REGULARIZER, LN_CONSTRAINT,
  LN_SCHEDULE, LN_ACTIVATION, LN_CALLBACK, LN_KINDS
} LnKind;

typedef enum LnOptionKind {   // the C field it fills
  LN_OPT_BOOL = 1,     // bool
  LN_OPT_INTEGER,      // int64_t; None is LN_NONE
  LN_OPT_NUMBER,       // double; None is NaN
  LN_OPT_STRING,       // char *, owned; None is NULL
  LN_OPT_CHOICE,       // int: index into `choices`; None is -1
  LN_OPT_DTYPE,        // int: LnDtype, LN_STRING where `choices` has it; None is -1
  LN_OPT_AXIS,         // int64_t, 0-based or negative; None is LN_NONE
  LN_OPT_AXES,         // LnInts of axes: a number or a list; None is n = -1
  LN_OPT_INTEGERS,     // LnInts: a list (of up to 8); None is n = -1
  LN_OPT_NUMBERS,      // LnNumbers, owned; a lone number is a list of one; None is n = -1
  LN_OPT_SHAPE,        // LnInts: a list, `false` for an unknown dimension (-1)
  LN_OPT_PAIRS,        // LnInts of pairs, one after the other: a list of {before, after}, or of
                       // integers, each a pair of equals; a lone integer is a list of one (n = 1)
  LN_OPT_NAMED,        // LnNumbers of the names in `choices`, NaN where none is given: a table
  LN_OPT_STRINGS,      // LnStrings, owned; a lone string is a list of one; default "{}" or "none"
  LN_OPT_TENSOR,       // LnTensor *, one reference owned; a table of numbers will do
  LN_OPT_WINDOW,       // LnWindow: a name of `choices`, or a tensor of its numbers
  // Objects (nn/nn.h); LnObject *, one reference owned; a name, a Lua function or an object.
  LN_OPT_ACTIVATION, LN_OPT_INITIALIZER, LN_OPT_REGULARIZER, LN_OPT_CONSTRAINT,
  LN_OPT_SCHEDULE,     // or a number: LnRate
  LN_OPT_LAYER,        // a part of the layer that has the option (its child)
  LN_OPT_LAYERS,       // LnObjects, owned: a list of such parts; None is n = -1
  LN_OPT_POLICY,       // LnPolicy: a dtype, "mixed_float16", ..; the default is the one in force
  LN_OPT_KINDS
} LnOptionKind;

typedef struct LnInts {
  int64_t n;   // -1: None
  int64_t v[LN_MAX_RANK];
} LnInts;

typedef struct LnNumbers {
  int64_t n;   // -1: None
  double *v;   // malloc'ed
} LnNumbers;

typedef struct LnStrings {
  int64_t n;   // -1: None
  char **v;    // malloc'ed, and each of them
} LnStrings;

// Begins every object that options hold.
typedef struct LnCounted {
  int32_t refs;
  void (*end)(void *self);   // frees it, when the last reference is gone
} LnCounted;
static inline void *ln_object_retain(void *o) {
  if (o) ((LnCounted *)o)->refs++;
  return o;
}
static inline void ln_object_release(void *o) {
  if (o && --((LnCounted *)o)->refs <= 0) ((LnCounted *)o)->end(o);
}

typedef struct LnObject LnObject;
typedef struct LnObjects {
  int64_t n;       // -1: None
  LnObject **v;    // malloc'ed; one reference each
} LnObjects;
typedef struct LnWindow {
  int name;           // index into `choices` (kernels/window.h); -1: values
  LnTensor *values;   // one reference owned; NULL, too: None
} LnWindow;
typedef struct LnRate {     // a number, or a schedule when not NULL
  double value;
  LnObject *schedule;
} LnRate;

typedef struct LnOption {
  const char *name;        // Keras's; also the key in configs. In order of position.
  LnOptionKind kind;
  size_t offset;           // of the field
  const char *fallback;    // the default in Lua's spelling: "0.01", "true", "relu", "none", "-1",
                           // "{1, 1}"; NULL: required. "none" also makes None (nil, false) legal.
  const char *range;       // of numbers and of list elements: ">= 0", "> 0", "[0, 1)", "[0, 1]"
  const char *choices;     // "sum_over_batch_size sum mean none": words
  bool nullable;           // None is legal although it is not the default
  bool config_only;        // not positional: by name alone
  // How a list of one is told, where it is not as Keras mostly does: AXES as the number, others
  // as a list.
  enum { LN_ONE_BY_KIND, LN_ONE_AS_NUMBER, LN_ONE_AS_LIST } one;
  const char *list_class;  // of LAYER: the class that takes a list of layers, given in its place
  const char *doc;         // a phrase, for the reference page
} LnOption;

#define LN_FIELD(type, field) offsetof(type, field)

// Where copies of what a field points to come from: malloc, or what ends all at once.
typedef struct LnTake {
  void *(*take)(void *from, size_t bytes);   // NULL without memory
  void *from;
} LnTake;

// What a kind of option knows of its field.
typedef struct LnOptionRow {
  const char *name;      // in Class.options of Lua classes: "integer"
  size_t size;           // of the field
  bool list;             // a table of values, {3, 4}
  bool counted;          // it holds references
  bool objects;          // to objects (one, or a list of them) ...
  LnKind object;         // ... of this kind
  // Fills it from the text of a default; NULL: None. False with an error.
  bool (*set)(LnContext *c, const LnOption *o, const char *text, void *field);
  void (*free)(void *field);   // NULL: it owns nothing. Leaves None
  // Of a field copied byte by byte: what it points to, or refers to, becomes its own; NULL: that is
  // all. What could not be copied is None.
  bool (*copy)(void *field, const LnTake *take);
  bool (*equal)(const void *a, const void *b);
} LnOptionRow;
extern const LnOptionRow ln_option_rows[LN_OPT_KINDS];

// Fills a field from the option's default, None where there is none; frees what it owns.
bool ln_option_default(LnContext *c, const LnOption *o, void *self);
void ln_option_none(const LnOption *o, void *self);   // of a field that owns nothing
void ln_option_free(const LnOption *o, void *self);
// Which of a list of words a word is; -1: none.
int ln_choice(const char *choices, const char *word);
// For init(): an option of n integers (one for each axis), of which a lone one stands for all; None
// stays. "pool_size is an integer or a list of 2 of them, got (1, 2, 3)".
bool ln_option_spread(LnContext *c, const char *name, LnInts *list, int n);
// The same of n pairs.
bool ln_option_spread_pairs(LnContext *c, const char *name, LnInts *pairs, int n);
// The object that the field holds, NULL for none; the i-th of a list. NULL beyond the last.
LnObject *ln_option_object(const LnOption *o, const void *self, int64_t i);

// The same for all options of a list (of an op's parameters).
bool ln_options_copy(const LnOption *options, void *self, const LnTake *take);
bool ln_options_equal(const LnOption *options, const void *a, const void *b);
void ln_options_free(const LnOption *options, void *self);
extern const LnTake ln_take_malloc;   // what ln_options_free gives back

#endif
