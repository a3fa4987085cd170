// For the files of this folder. A schedule is its option table and value(self, step), computed in
// float32, operation by operation, as Keras does.
#ifndef LN_NN_SCHEDULES_SCHEDULE_H
#define LN_NN_SCHEDULES_SCHEDULE_H

#include <math.h>

#include "nn/nn.h"

#define LN_SCHEDULE_NUMBER(Class, field, fallback_text, ...) \
  {#field, LN_OPT_NUMBER, LN_FIELD(Class, field), fallback_text, __VA_ARGS__}
// The name that Keras gives, which is not made from the class's.
#define LN_SCHEDULE_NAME(fallback_text)                                                   \
  {"name", LN_OPT_STRING, LN_FIELD(LnObject, name), fallback_text, .nullable = true,    \
   .config_only = true,                                                                  \
   .doc = "a name"}

#endif
