// Learning rate schedules: asking one for its value.
#include "nn/nn.h"

// A schedule in Lua is called with the step as an int64 scalar and gives a scalar.
static bool ask_lua(LnContext *c, LnObject *schedule, int64_t step, double *out) {
  LnTensor *in = ln_tensor_new(c, LN_INT64, 0, NULL), *value = NULL;
  if (!in) return false;
  ln_tensor_set_int(in, NULL, step);
  size_t scope = ln_scope(c);
  int n = 0;
  bool ok = c->calls->call(c, schedule, "call", &(LnTensors){1, &in},
                           &(LnCallArgs){.training = false}, &value, 1, &n);
  if (ok && (n < 1 || !value || value->size != 1))
    ok = ln_fail(c, "%s: call must return one number", schedule->cls->name);
  if (ok) {
    int64_t first[LN_MAX_RANK] = {0};
    *out = ln_tensor_get(value, first);
  }
  ln_scope_end(c, scope);
  ln_release(in);
  return ok;
}

bool ln_schedule_value(LnContext *c, LnObject *schedule, int64_t step, double *out) {
  if (schedule->lua) return ask_lua(c, schedule, step, out);
  *out = ((const LnScheduleClass *)schedule->cls)->value(schedule, step);
  return true;
}
