// CosineDecay (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts",
// 2017), with a linear warmup before it (Goyal et al., "Accurate, large minibatch SGD", 2017).
#include "nn/schedules/_schedule.h"

typedef struct CosineDecay {
  LnObject base;
  double initial_learning_rate, decay_steps, alpha, warmup_target, warmup_steps;
} CosineDecay;

#define NUMBER(...) LN_SCHEDULE_NUMBER(CosineDecay, __VA_ARGS__)
static const LnOption options[] = {
    NUMBER(initial_learning_rate, NULL, .doc = "the rate at step 0"),
    NUMBER(decay_steps, NULL, "> 0", .doc = "steps of the decay, after the warmup"),
    NUMBER(alpha, "0", .doc = "share of the rate that is left at the end"),
    LN_SCHEDULE_NAME("CosineDecay"),
    NUMBER(warmup_target, "none", .doc = "the rate where the warmup ends; none: no warmup"),
    NUMBER(warmup_steps, "0", ">= 0", .doc = "steps of the warmup"),
    {0}};

static double value(const LnObject *self, int64_t step) {
  const CosineDecay *o = (const CosineDecay *)self;
  float at = (float)step, over = (float)o->decay_steps, from = (float)o->initial_learning_rate;
  if (!isnan(o->warmup_target)) {
    float warmup = (float)o->warmup_steps, target = (float)o->warmup_target;
    if (at < warmup) return (target - from) * (at / warmup) + from;
    at -= warmup;
    from = target;
  }
  if (at > over) at = over;
  float cosine = 0.5f * (1 + cosf((float)3.14159265358979323846 * (at / over)));
  return from * ((float)(1 - o->alpha) * cosine + (float)o->alpha);
}

static const LnScheduleClass cosine_decay = {
    {LN_SCHEDULE, "CosineDecay", NULL, sizeof(CosineDecay), options,
     .doc = "Half a cosine wave from initial_learning_rate down to alpha times it over "
            "decay_steps (Loshchilov and Hutter, 2017). With warmup_target the rate first rises"
            " in a straight line from initial_learning_rate to warmup_target, over "
            "warmup_steps, and decays from there (Goyal et al., 2017). Steps are batches, "
            "counted from 0.\n"
            "Error: decay_steps not above 0, warmup_steps below 0.\n"
            "Example:\n"
            "  ln.schedules.CosineDecay{0, 10, warmup_target = 0.5, warmup_steps = 4}(4)  --> "
            "0.5\n"}, value};

const LnScheduleClass *const ln_schedules_cosine_decay[] = {&cosine_decay, NULL};
