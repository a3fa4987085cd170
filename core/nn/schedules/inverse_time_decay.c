// InverseTimeDecay: the rate falls like 1 / (1 + time).
#include "nn/schedules/_schedule.h"

typedef struct InverseTimeDecay {
  LnObject base;
  double initial_learning_rate, decay_steps, decay_rate;
  bool staircase;
} InverseTimeDecay;

#define NUMBER(field, ...) LN_SCHEDULE_NUMBER(InverseTimeDecay, field, NULL, __VA_ARGS__)
static const LnOption options[] = {
    NUMBER(initial_learning_rate, .doc = "the rate at step 0"),
    NUMBER(decay_steps, "> 0", .doc = "steps in which decay_rate is added to the divisor"),
    NUMBER(decay_rate, ">= 0", .doc = "what is added"),
    {"staircase", LN_OPT_BOOL, LN_FIELD(InverseTimeDecay, staircase), "false",
     .doc = "fall at multiples of decay_steps only"},
    LN_SCHEDULE_NAME("InverseTimeDecay"),
    {0}};

static double value(const LnObject *self, int64_t step) {
  const InverseTimeDecay *o = (const InverseTimeDecay *)self;
  float p = (float)step / (float)o->decay_steps;
  if (o->staircase) p = floorf(p);
  return (float)o->initial_learning_rate / (1 + (float)o->decay_rate * p);
}

static const LnScheduleClass inverse_time_decay = {
    {LN_SCHEDULE, "InverseTimeDecay", NULL, sizeof(InverseTimeDecay), options,
     .doc = "initial_learning_rate / (1 + decay_rate * step / decay_steps); with staircase step"
            " / decay_steps is rounded down. Steps are batches, counted from 0.\n"
            "Error: decay_steps not above 0.\n"
            "Example:\n"
            "  ln.schedules.InverseTimeDecay{0.5, 10, 1}(10)  --> 0.25\n"}, value};

const LnScheduleClass *const ln_schedules_inverse_time_decay[] = {&inverse_time_decay, NULL};
