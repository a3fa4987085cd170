// Options: the one description of a parameter, from which come argument checking, configs,
// tostring and documentation. Used by ops (parameters) and by classes (nn/nn.h).
#ifndef LN_OPS_OPTIONS_H
#define LN_OPS_OPTIONS_H

#include "lunate.h"

typedef enum LnOptionKind {   // the C field it fills
  LN_OPT_BOOL = 1,     // bool
  LN_OPT_INTEGER,      // int64_t; None is LN_NONE
  LN_OPT_NUMBER,       // double; None is NaN
  LN_OPT_STRING,       // char *, owned; None is NULL
  LN_OPT_CHOICE,       // int: index into `choices`; None is -1
  LN_OPT_DTYPE,        // int: LnDtype; None is -1
  LN_OPT_AXIS,         // int64_t, 0-based or negative; None is LN_NONE
  LN_OPT_AXES,         // LnInts of axes: a number or a list; None is n = -1
  LN_OPT_INTEGERS,     // LnInts: a list (of up to 8); None is n = -1
  LN_OPT_NUMBERS,      // LnNumbers, owned; a lone number is a list of one; None is n = -1
  LN_OPT_SHAPE,        // LnInts: a list, `false` for an unknown dimension (-1)
  // Objects (nn/nn.h); LnObject *, one reference owned; a name, a Lua function or an object.
  LN_OPT_ACTIVATION, LN_OPT_INITIALIZER, LN_OPT_REGULARIZER, LN_OPT_CONSTRAINT,
  LN_OPT_SCHEDULE,     // or a number: LnRate (nn/nn.h)
  LN_OPT_TENSOR,       // LnTensor *, one reference owned; a table of numbers will do
  LN_OPT_STRINGS,      // LnStrings, owned; a lone string is a list of one; default "{}" or "none"
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
  const char *doc;         // a phrase, for the reference page
} LnOption;

#define LN_FIELD(type, field) offsetof(type, field)

#endif
