// ExponentialDecay: the rate falls by the same factor every decay_steps.
#include "nn/schedules/_schedule.h"

typedef struct ExponentialDecay {
  LnObject base;
  double initial_learning_rate, decay_steps, decay_rate;
  bool staircase;
} ExponentialDecay;

#define NUMBER(field, ...) LN_SCHEDULE_NUMBER(ExponentialDecay, field, NULL, __VA_ARGS__)
static const LnOption options[] = {
    NUMBER(initial_learning_rate, .doc = "the rate at step 0"),
    NUMBER(decay_steps, "> 0", .doc = "steps in which the rate is multiplied by decay_rate"),
    NUMBER(decay_rate, ">= 0", .doc = "that factor"),
    {"staircase", LN_OPT_BOOL, LN_FIELD(ExponentialDecay, staircase), "false",
     .doc = "fall at multiples of decay_steps only"},
    LN_SCHEDULE_NAME("ExponentialDecay"),
    {0}};

static double value(const LnObject *self, int64_t step) {
  const ExponentialDecay *o = (const ExponentialDecay *)self;
  float p = (float)step / (float)o->decay_steps;
  if (o->staircase) p = floorf(p);
  return (float)o->initial_learning_rate * powf((float)o->decay_rate, p);
}

static const LnScheduleClass exponential_decay = {
    {LN_SCHEDULE, "ExponentialDecay", NULL, sizeof(ExponentialDecay), options,
     .doc = "initial_learning_rate * decay_rate ^ (step / decay_steps); with staircase the "
            "exponent is rounded down. Steps are batches, counted from 0.\n"
            "Error: decay_steps not above 0.\n"
            "Example:\n"
            "  ln.schedules.ExponentialDecay{0.5, 10, 0.25}(10)  --> 0.125\n"}, value};

const LnScheduleClass *const ln_schedules_exponential_decay[] = {&exponential_decay, NULL};
