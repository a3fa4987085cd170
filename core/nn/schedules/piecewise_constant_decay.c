// PiecewiseConstantDecay: a table of rates and of the steps where one gives way to the next.
#include "nn/schedules/_schedule.h"

typedef struct PiecewiseConstantDecay {
  LnObject base;
  LnNumbers boundaries, values;
} PiecewiseConstantDecay;

static const LnOption options[] = {
    {"boundaries", LN_OPT_NUMBERS, LN_FIELD(PiecewiseConstantDecay, boundaries),
     .doc = "the last step of each rate but the last one"},
    {"values", LN_OPT_NUMBERS, LN_FIELD(PiecewiseConstantDecay, values),
     .doc = "the rates: one more than boundaries"},
    LN_SCHEDULE_NAME("PiecewiseConstant"),
    {0}};

static bool init(LnContext *c, void *self) {
  const PiecewiseConstantDecay *o = self;
  if (o->values.n != o->boundaries.n + 1)
    return ln_fail(c, "PiecewiseConstantDecay: %lld boundaries need %lld values, got %lld",
                   (long long)o->boundaries.n, (long long)o->boundaries.n + 1,
                   (long long)o->values.n);
  for (int64_t i = 1; i < o->boundaries.n; i++)
    if (!(o->boundaries.v[i] > o->boundaries.v[i - 1]))
      return ln_fail(c, "PiecewiseConstantDecay: boundaries must increase, but %g follows %g",
                     o->boundaries.v[i], o->boundaries.v[i - 1]);
  return true;
}

// Keras casts the boundaries to the step's type, so a fraction is cut off.
static double value(const LnObject *self, int64_t step) {
  const PiecewiseConstantDecay *o = (const PiecewiseConstantDecay *)self;
  int64_t i = 0;
  while (i < o->boundaries.n && (double)step > trunc(o->boundaries.v[i])) i++;
  return (float)o->values.v[i];
}

static const LnScheduleClass piecewise_constant_decay = {
    {LN_SCHEDULE, "PiecewiseConstantDecay", NULL, sizeof(PiecewiseConstantDecay), options, init,
     .doc = "values[1] up to and including step boundaries[1], values[2] up to and including "
            "boundaries[2], ..., the last of values from there on. Steps are batches, counted "
            "from 0.\n"
            "Error: boundaries that do not increase, values that are not one more than "
            "boundaries.\n"
            "Example:\n"
            "  ln.schedules.PiecewiseConstantDecay{{10, 20}, {0.5, 0.25, 0.125}}(11)  --> 0.25\n"},
    value};

const LnScheduleClass *const ln_schedules_piecewise_constant_decay[] = {&piecewise_constant_decay,
                                                                        NULL};
