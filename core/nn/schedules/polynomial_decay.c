// PolynomialDecay: from one rate to another along a power of the time left, once or in cycles.
#include "nn/schedules/_schedule.h"

typedef struct PolynomialDecay {
  LnObject base;
  double initial_learning_rate, decay_steps, end_learning_rate, power;
  bool cycle;
} PolynomialDecay;

#define NUMBER(...) LN_SCHEDULE_NUMBER(PolynomialDecay, __VA_ARGS__)
static const LnOption options[] = {
    NUMBER(initial_learning_rate, NULL, .doc = "the rate at step 0"),
    NUMBER(decay_steps, NULL, "> 0", .doc = "steps until end_learning_rate is reached"),
    NUMBER(end_learning_rate, "0.0001", .doc = "the rate from then on"),
    NUMBER(power, "1", .doc = "of the time left; 1 is a straight line"),
    {"cycle", LN_OPT_BOOL, LN_FIELD(PolynomialDecay, cycle), "false",
     .doc = "start over, each time over a longer stretch, instead of staying at the end"},
    LN_SCHEDULE_NAME("PolynomialDecay"),
    {0}};

static double value(const LnObject *self, int64_t step) {
  const PolynomialDecay *o = (const PolynomialDecay *)self;
  float at = (float)step, over = (float)o->decay_steps, end = (float)o->end_learning_rate;
  if (o->cycle) over *= step == 0 ? 1 : ceilf(at / over);
  else if (at > over) at = over;
  float drop = (float)o->initial_learning_rate - end;
  return drop * powf(1 - at / over, (float)o->power) + end;
}

static const LnScheduleClass polynomial_decay = {
    {LN_SCHEDULE, "PolynomialDecay", NULL, sizeof(PolynomialDecay), options,
     .doc = "(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ^ power + "
            "end_learning_rate until decay_steps, then end_learning_rate; with cycle it starts "
            "over, over the first multiple of decay_steps that is not below step. Steps are "
            "batches, counted from 0.\n"
            "Error: decay_steps not above 0.\n"
            "Example:\n"
            "  ln.schedules.PolynomialDecay{0.5, 10, end_learning_rate = 0}(5)  --> 0.25\n"},
    value};

const LnScheduleClass *const ln_schedules_polynomial_decay[] = {&polynomial_decay, NULL};
