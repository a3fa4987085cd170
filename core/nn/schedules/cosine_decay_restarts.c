// CosineDecayRestarts (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm
// restarts", 2017).
#include "nn/schedules/_schedule.h"

typedef struct CosineDecayRestarts {
  LnObject base;
  double initial_learning_rate, first_decay_steps, t_mul, m_mul, alpha;
} CosineDecayRestarts;

#define NUMBER(...) LN_SCHEDULE_NUMBER(CosineDecayRestarts, __VA_ARGS__)
static const LnOption options[] = {
    NUMBER(initial_learning_rate, NULL, .doc = "the rate at step 0"),
    NUMBER(first_decay_steps, NULL, "> 0", .doc = "steps of the first period"),
    NUMBER(t_mul, "2", "> 0", .doc = "each period is so many times longer than the one before"),
    NUMBER(m_mul, "1", ">= 0", .doc = "each period starts from so many times the rate"),
    NUMBER(alpha, "0", .doc = "share of the rate that is left at the end of a period"),
    LN_SCHEDULE_NAME("SGDRDecay"),
    {0}};

// Periods have lengths 1, q, q^2, ... (in first periods), so `done` first periods lie in period
// i = floor(log_q(1 - done (1 - q))), which begins at (1 - q^i) / (1 - q).
static double value(const LnObject *self, int64_t step) {
  const CosineDecayRestarts *o = (const CosineDecayRestarts *)self;
  float done = (float)step / (float)o->first_decay_steps, q = (float)o->t_mul, period;
  if (q == 1) {
    period = floorf(done);
    done -= period;
  } else {
    // With q < 1 all periods together are finite: past their end the rate stays at its lowest.
    float inside = 1 - done * (1 - q);
    if (!(inside > 0)) return (float)o->initial_learning_rate * (float)o->alpha;
    period = floorf(logf(inside) / logf(q));
    done = (done - (1 - powf(q, period)) / (1 - q)) / powf(q, period);
  }
  float cosine = 0.5f * powf((float)o->m_mul, period) *
                 (1 + cosf((float)3.14159265358979323846 * done));
  float alpha = (float)o->alpha;
  return (float)o->initial_learning_rate * ((1 - alpha) * cosine + alpha);
}

static const LnScheduleClass cosine_decay_restarts = {
    {LN_SCHEDULE, "CosineDecayRestarts", NULL, sizeof(CosineDecayRestarts), options,
     .doc = "Cosine decays one after the other (SGDR, Loshchilov and Hutter, 2017): the first "
            "lasts first_decay_steps, each further one t_mul times as long and from m_mul times"
            " the rate, down to alpha times initial_learning_rate. Steps are batches, counted "
            "from 0.\n"
            "Error: first_decay_steps or t_mul not above 0.\n"
            "Example:\n"
            "  ln.schedules.CosineDecayRestarts{0.5, 10}(10)  --> 0.5\n"},
    value};

const LnScheduleClass *const ln_schedules_cosine_decay_restarts[] = {&cosine_decay_restarts, NULL};
