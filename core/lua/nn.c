// Calling losses, metrics, initializers, regularizers, constraints, schedules, activations and
// optimizers from Lua.
#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/blank.h"
#include "lua/class.h"
#include "lua/functions.h"
#include "lua/handle.h"
#include "lua/symbolic.h"
#include "lua/tensor.h"
#include "lua/variable.h"
#include "ops/ops.h"

static int push_scoped(lua_State *L, LnLua *s, size_t scope, LnTensor *t, const char *what) {
  if (!t) {
    ln_scope_end(&s->context, scope);
    return ln_lua_raise(L, s, what);
  }
  ln_lua_push_tensor(L, s, t);
  ln_scope_end(&s->context, scope);
  return 1;
}

static LnTensor *optional_tensor(lua_State *L, LnLua *s, int i, const char *what) {
  return lua_isnoneornil(L, i) ? NULL : ln_lua_to_tensor(L, s, i, LN_DTYPES, what);
}

// ---- losses

// loss(y_true, y_pred[, sample_weight[, mask]]) -> a number's tensor, or values when not reduced
static int loss_call(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnObject *o = ln_lua_check_object(L, s, 1, LN_LOSS, "loss");
  lua_settop(L, 5);
  LnTensor *y = ln_lua_to_tensor(L, s, 2, LN_DTYPES, o->name),
           *p = ln_lua_to_tensor(L, s, 3, LN_DTYPES, o->name);
  LnTensor *w = optional_tensor(L, s, 4, o->name), *mask = optional_tensor(L, s, 5, o->name);
  size_t scope = ln_scope(&s->context);
  return push_scoped(L, s, scope, ln_loss_value(&s->context, (LnLoss *)o, y, p, w, mask), NULL);
}

// loss:values(y_true, y_pred) -> per-sample values
static int loss_values(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnObject *o = ln_lua_check_object(L, s, 1, LN_LOSS, "values");
  lua_settop(L, 3);
  LnTensor *y = ln_lua_to_tensor(L, s, 2, LN_DTYPES, o->name),
           *p = ln_lua_to_tensor(L, s, 3, LN_DTYPES, o->name);
  size_t scope = ln_scope(&s->context);
  return push_scoped(L, s, scope, ln_loss_values(&s->context, (LnLoss *)o, y, p), NULL);
}

// loss:call(y_true, y_pred): the built-in's values, where a Lua subclass calls up
static int loss_builtin(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnObject *o = ln_lua_check_object(L, s, 1, LN_LOSS, "call");
  lua_settop(L, 3);
  LnTensor *y = ln_lua_to_tensor(L, s, 2, LN_DTYPES, o->name);
  LnTensor *p = ln_lua_to_tensor(L, s, 3, LN_DTYPES, o->name);
  size_t scope = ln_scope(&s->context);
  return push_scoped(L, s, scope, ln_loss_values_builtin(&s->context, (LnLoss *)o, y, p), NULL);
}

// ---- metrics

typedef bool (*Update)(LnContext *c, LnMetric *m, LnTensor *y, LnTensor *p, LnTensor *w);

static int update_with(lua_State *L, Update update) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnObject *o = ln_lua_check_object(L, s, 1, LN_METRIC, "update_state");
  lua_settop(L, 4);
  const LnMetricClass *cls = (const LnMetricClass *)o->cls;
  LnTensor *y = ln_lua_to_tensor(L, s, 2, LN_DTYPES, o->name), *p, *w;
  if (cls->of_values) {   // Mean:update_state(values, sample_weight)
    if (!lua_isnil(L, 4))
      luaL_error(L, "'%s': update_state takes (values, sample_weight)", o->name);
    p = NULL;
    w = optional_tensor(L, s, 3, o->name);
  } else {
    p = ln_lua_to_tensor(L, s, 3, LN_DTYPES, o->name);
    w = optional_tensor(L, s, 4, o->name);
  }
  ln_spoil_replay(c, "the update of a metric");
  size_t scope = ln_scope(c);
  c->no_record++;
  bool ok = update(c, (LnMetric *)o, y, p, w);
  c->no_record--;
  ln_scope_end(c, scope);
  return ok ? 0 : ln_lua_raise(L, s, NULL);
}

static int result_with(lua_State *L, LnTensor *(*result)(LnContext *c, LnMetric *m)) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnObject *o = ln_lua_check_object(L, s, 1, LN_METRIC, "result");
  size_t scope = ln_scope(c);
  c->no_record++;
  LnTensor *t = result(c, (LnMetric *)o);
  c->no_record--;
  if (t) ln_lua_push_value(L, s, t);
  ln_scope_end(c, scope);
  return t ? 1 : ln_lua_raise(L, s, NULL);
}

// As methods these are the built-in's: Lua finds a subclass's own before them.
static int metric_update(lua_State *L) { return update_with(L, ln_metric_update_builtin); }

// metric:result() -> a Lua number, or a tensor of several
static int metric_result(lua_State *L) { return result_with(L, ln_metric_result_builtin); }

static int metric_reset(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_metric_reset_builtin((LnMetric *)ln_lua_check_object(L, s, 1, LN_METRIC, "reset_state"));
  ln_spoil_replay(&s->context, "reset_state of a metric");
  return 0;
}

// metric(y_true, y_pred[, sample_weight]): updates and gives the result
static int metric_call(lua_State *L) {
  update_with(L, ln_metric_update);
  lua_settop(L, 1);
  return result_with(L, ln_metric_result);
}

// ---- small parts

// Methods `call` are the built-in's, where a Lua subclass calls up: its own is out of the way.
static LnObject *check_part(lua_State *L, LnLua *s, LnKind kind, bool builtin) {
  LnObject *o = ln_lua_check_object(L, s, 1, kind, ln_kinds[kind].name);
  if (builtin && o->cls == ln_lua_class(kind) && (o->lua || kind != LN_ACTIVATION))
    luaL_error(L, "it does not define call");
  return o;
}

// initializer(shape[, {dtype =}])
static int initialize(lua_State *L, bool builtin) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnObject *o = check_part(L, s, LN_INITIALIZER, builtin);
  LnInts shape;
  ln_lua_check_ints(L, 2, o->cls->name, false, &shape);
  LnDtype d = ln_lua_dtype_option(L, 3, o->cls->name, LN_FLOAT32);
  size_t scope = ln_scope(c);
  LnTensor *t = ln_temp(c, ln_tensor_new(c, d, (int)shape.n, shape.v));
  bool lua = o->lua;
  if (builtin) o->lua = false;
  if (t && !ln_initialize(c, o, t)) t = NULL;
  o->lua = lua;
  return push_scoped(L, s, scope, t, o->cls->name);
}

static int initializer_call(lua_State *L) { return initialize(L, false); }
static int initializer_builtin(lua_State *L) { return initialize(L, true); }

typedef LnTensor *(*OfTensor)(LnContext *c, LnObject *o, LnTensor *x);

static int of_tensor(lua_State *L, LnKind kind, OfTensor f, bool builtin) {
  LnLua *s = ln_lua(L);
  LnObject *o = check_part(L, s, kind, builtin);
  LnTensor *x = ln_lua_to_tensor(L, s, 2, LN_DTYPES, ln_kinds[kind].name);
  size_t scope = ln_scope(&s->context);
  bool lua = o->lua;
  if (builtin) o->lua = false;
  LnTensor *y = f(&s->context, o, x);
  o->lua = lua;
  return push_scoped(L, s, scope, y, o->cls->name);
}

static LnTensor *activate(LnContext *c, LnObject *o, LnTensor *x) {
  if (!ln_dtype_is_float(x->dtype)) x = ln_cast(c, x, LN_FLOAT32);
  return ln_activate(c, (LnActivation *)o, x);
}

static int regularizer_call(lua_State *L) {
  return of_tensor(L, LN_REGULARIZER, ln_regularize, false);
}
static int regularizer_builtin(lua_State *L) {
  return of_tensor(L, LN_REGULARIZER, ln_regularize, true);
}
static int constraint_call(lua_State *L) {
  return of_tensor(L, LN_CONSTRAINT, ln_constrain, false);
}
static int constraint_builtin(lua_State *L) {
  return of_tensor(L, LN_CONSTRAINT, ln_constrain, true);
}
// activation(x, ...): symbolic tensors, and options, are for the op itself, or the Lua function.
static int activation_call(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnActivation *a =
      (const LnActivation *)ln_lua_check_object(L, s, 1, LN_ACTIVATION, "activation");
  while (lua_gettop(L) > 2 && lua_isnil(L, -1)) lua_pop(L, 1);
  if (lua_gettop(L) <= 2 && !ln_lua_is_symbolic(L, s, 2))
    return of_tensor(L, LN_ACTIVATION, activate, false);
  if (!a->base.lua) {
    const LnTensor *x = ln_lua_test_tensor(L, s, 2);
    if (x && !ln_dtype_is_float(x->dtype)) {
      size_t scope = ln_scope(&s->context);
      push_scoped(L, s, scope, ln_cast(&s->context, ln_lua_test_tensor(L, s, 2), LN_FLOAT32),
                  a->base.name);
      lua_replace(L, 2);
    }
    ln_lua_push_op(L, a->op ? a->op : ln_op_find("linear"));
    lua_replace(L, 1);
  } else if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE &&
             ln_lua_push_function(L, lua_gettop(L)) == LUA_TFUNCTION) {
    lua_replace(L, 1);
    lua_pop(L, 1);
  } else {
    lua_getfield(L, 1, "call");
    lua_insert(L, 1);
  }
  ln_lua_call(L, s, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}
static int activation_builtin(lua_State *L) {
  return of_tensor(L, LN_ACTIVATION, activate, true);
}

static int ask_schedule(lua_State *L, bool builtin) {
  LnLua *s = ln_lua(L);
  LnObject *o = check_part(L, s, LN_SCHEDULE, builtin);
  int64_t step = luaL_checkinteger(L, 2);
  double rate;
  bool lua = o->lua;
  if (builtin) o->lua = false;
  bool ok = ln_schedule_value(&s->context, o, step, &rate);
  o->lua = lua;
  if (!ok) return ln_lua_raise(L, s, o->cls->name);
  lua_pushnumber(L, rate);
  return 1;
}

static int schedule_call(lua_State *L) { return ask_schedule(L, false); }
static int schedule_builtin(lua_State *L) { return ask_schedule(L, true); }

// ---- optimizers

static LnOptimizer *check_optimizer(lua_State *L, LnLua *s, const char *what) {
  return (LnOptimizer *)ln_lua_check_object(L, s, 1, LN_OPTIMIZER, what);
}

// A list of variables at i, into a buffer on the stack.
static LnVariable **check_variables(lua_State *L, LnLua *s, int i, const char *what, int *n) {
  luaL_checktype(L, i, LUA_TTABLE);
  *n = ln_lua_own_list(L, i, what);
  LnVariable **v = lua_newuserdatauv(L, (size_t)(*n + 1) * sizeof *v, 0);
  for (int k = 0; k < *n; k++) {
    lua_rawgeti(L, i, k + 1);
    v[k] = ln_lua_test_variable(L, s, -1);
    if (!v[k])
      luaL_error(L, "'%s': a list of variables expected, entry %d is %s", what, k + 1,
                 luaL_typename(L, -1));
    lua_pop(L, 1);
  }
  return v;
}

static int optimizer_build(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnOptimizer *o = check_optimizer(L, s, "build");
  int n;
  LnVariable **v = check_variables(L, s, 2, "build", &n);
  return ln_optimizer_build(&s->context, o, v, n) ? 0 : ln_lua_raise(L, s, "build");
}

// optimizer:apply(gradients, variables): gradients[i] a tensor, or false for none
static int optimizer_apply(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnOptimizer *o = check_optimizer(L, s, "apply");
  ln_spoil_replay(c, "optimizer:apply");
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 3);
  int n;
  LnVariable **v = check_variables(L, s, 3, "apply", &n);
  int given = ln_lua_own_list(L, 2, "apply");
  if (given != n)
    return luaL_error(L, "'apply': %d gradients for %d variables", given, n);
  bool *active = lua_newuserdatauv(L, (size_t)n + 1, 0);
  LnTensor **g = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *g, 0);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 2, i + 1);
    g[i] = ln_lua_test_tensor(L, s, -1);
    active[i] = g[i] != NULL;
    if (!g[i] && lua_toboolean(L, -1))
      return luaL_error(L, "'apply': gradient %d should be a tensor or false, got %s", i + 1,
                        luaL_typename(L, -1));
    if (g[i] && (ln_tensor_closed(g[i]) || !ln_tensor_same_shape(g[i], v[i]->value)))
      return luaL_error(L, "'apply': gradient %d has shape %s, its variable '%s' %s", i + 1,
                        ln_tensor_closed(g[i]) ? "closed" : ln_tensor_shape_text(g[i]), v[i]->name,
                        ln_tensor_shape_text(v[i]->value));
    lua_pop(L, 1);
  }
  size_t scope = ln_scope(c);
  c->no_record++;
  bool ok = ln_optimizer_build(c, o, v, n);
  for (int i = 0; ok && i < n; i++)
    if (g[i]) ok = ln_tensor_assign(c, ln_optimizer_gradient(o, i), g[i]);
  ok = ok && ln_optimizer_step(c, o, active);
  c->no_record--;
  ln_scope_end(c, scope);
  return ok ? 0 : ln_lua_raise(L, s, "apply");
}

// optimizer:update_step(gradient, variable, learning_rate): the built-in's rule for one variable of
// the update that runs, where a Lua subclass calls up
static int optimizer_builtin(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnOptimizer *o = check_optimizer(L, s, "update_step");
  if (o->base.cls == ln_lua_class(LN_OPTIMIZER))
    return luaL_error(L, "it does not define update_step(gradient, variable, learning_rate, "
                         "slots)");
  LnTensor *g = ln_lua_check_tensor(L, s, 2, "update_step");
  LnVariable *v = ln_lua_test_variable(L, s, 3);
  if (!v) return luaL_error(L, "'update_step': variable expected, got %s", luaL_typename(L, 3));
  return ln_optimizer_step_builtin(&s->context, o, v, g, luaL_checknumber(L, 4))
             ? 0
             : ln_lua_raise(L, s, "update_step");
}

static int optimizer_exclude(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnOptimizer *o = check_optimizer(L, s, "exclude_from_weight_decay");
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  if (lua_getfield(L, 2, "var_list") == LUA_TTABLE) {
    int n;
    LnVariable **v = check_variables(L, s, 3, "exclude_from_weight_decay", &n);
    for (int i = 0; i < n; i++)
      if (!ln_optimizer_exclude(&s->context, o, v[i]))
        return ln_lua_raise(L, s, "exclude_from_weight_decay");
  }
  if (lua_getfield(L, 2, "var_names") == LUA_TTABLE) {
    for (int i = 1; i <= (int)lua_rawlen(L, -1); i++) {
      lua_rawgeti(L, -1, i);
      if (!ln_optimizer_exclude_name(&s->context, o, luaL_checkstring(L, -1)))
        return ln_lua_raise(L, s, "exclude_from_weight_decay");
      lua_pop(L, 1);
    }
  }
  return 0;
}

static int optimizer_finalize(lua_State *L) {
  LnLua *s = ln_lua(L);
  return ln_optimizer_finalize_ema(&s->context, check_optimizer(L, s, "finalize_variable_values"))
             ? 0
             : ln_lua_raise(L, s, NULL);
}

static int optimizer_iterations(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_pushinteger(L, ln_optimizer_iterations(check_optimizer(L, s, "iterations")));
  return 1;
}

// optimizer.learning_rate: the number in force; a schedule's value at the current iteration
static int optimizer_rate(lua_State *L) {
  LnLua *s = ln_lua(L);
  double rate;
  if (!ln_optimizer_rate(&s->context, check_optimizer(L, s, "learning_rate"), &rate))
    return ln_lua_raise(L, s, NULL);
  lua_pushnumber(L, rate);
  return 1;
}

// optimizer.variables: its state in Keras's order, {name =, value =} each; of a slot also whose it
// is and its own name, {variable =, slot =}
static int optimizer_variables(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnOptimizer *o = check_optimizer(L, s, "variables");
  char name[300];
  int n = ln_optimizer_state_count(o);
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    LnTensor *t = ln_optimizer_state(&s->context, o, i, name, sizeof name);
    if (!t) return ln_lua_raise(L, s, "variables");
    lua_createtable(L, 0, 4);
    const char *slot;
    LnVariable *v = ln_optimizer_state_of(o, i, &slot);
    if (v) {
      ln_lua_push_variable(L, s, v);
      lua_setfield(L, -2, "variable");
      lua_pushstring(L, slot);
      lua_setfield(L, -2, "slot");
    }
    lua_pushstring(L, name);
    lua_setfield(L, -2, "name");
    ln_lua_give_tensor(L, s, t);
    lua_setfield(L, -2, "value");
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static int optimizer_set_variables(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnOptimizer *o = check_optimizer(L, s, "set_variables");
  luaL_checktype(L, 2, LUA_TTABLE);
  int n = ln_optimizer_state_count(o);
  int given = ln_lua_own_list(L, 2, "set_variables");
  if (given != n)
    return luaL_error(L, "'set_variables': %d values expected, got %d", n, given);
  LnTensor **v = lua_newuserdatauv(L, (size_t)n * sizeof *v, 0);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 2, i + 1);
    v[i] = ln_lua_to_tensor(L, s, lua_gettop(L), LN_DTYPES, "set_variables");
    lua_rawseti(L, 2, i + 1);
  }
  // All or nothing: the second round stores what the first has found to fit.
  for (int store = 0; store < 2; store++)
    for (int i = 0; i < n; i++)
      if (!ln_optimizer_set_state(&s->context, o, i, v[i], store))
        return ln_lua_raise(L, s, "set_variables");
  return 0;
}

// core.class_for("accuracy" | "crossentropy", y, prediction_shape) -> the metric class it stands
// for
static int class_for(lua_State *L) {
  LnLua *s = ln_lua(L);
  bool accuracy = strcmp(luaL_checkstring(L, 1), "accuracy") == 0;
  LnTensor *y = ln_lua_check_tensor(L, s, 2, "class_for");
  LnInts shape;
  ln_lua_check_ints(L, 3, "class_for", true, &shape);
  for (int64_t i = 0; i < shape.n; i++)
    if (shape.v[i] < 0) shape.v[i] = i == 0 && y->rank ? y->shape[0] : 1;
  LnTensor *p = ln_tensor_meta(&s->context, LN_FLOAT32, (int)shape.n, shape.v);
  if (!p) return ln_lua_raise(L, s, NULL);
  const char *name = accuracy ? ln_accuracy_for(y, p) : ln_crossentropy_for(y, p);
  ln_release(p);
  lua_pushstring(L, name);
  return 1;
}

// core.metric_state(metric[, sums]) -> what it counts, a float64 vector (nil: nothing, or nothing
// yet); sums: what it is to count from now on, of the same length.
static int metric_state(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnMetric *m = (LnMetric *)ln_lua_check_object(L, s, 1, LN_METRIC, "metric_state");
  const LnMetricState state = ln_metric_state(m);
  int64_t n = 0, done = 0;
  for (int i = 0; i < 2; i++) n += state.sums[i] ? state.n[i] : 0;
  if (n == 0) return 0;
  const bool set = !lua_isnoneornil(L, 2);
  const size_t scope = ln_scope(c);
  LnTensor *t = set ? ln_lua_check_tensor(L, s, 2, "metric_state")
                    : ln_temp(c, ln_tensor_new(c, LN_FLOAT64, 1, &n));
  if (!t) return ln_lua_raise(L, s, "metric_state");
  if (t->dtype != LN_FLOAT64 || t->size != n || t->meta || !ln_tensor_is_contiguous(t))
    return luaL_error(L, "metric_state: %I float64 numbers expected", (LUAI_UACINT)n);
  for (int i = 0; i < 2; i++) {
    if (!state.sums[i]) continue;
    double *values = (double *)t->data + done;
    const size_t bytes = (size_t)state.n[i] * sizeof(double);
    if (set) memcpy(state.sums[i], values, bytes);
    else memcpy(values, state.sums[i], bytes);
    done += state.n[i];
  }
  if (!set) ln_lua_push_tensor(L, s, t);
  ln_scope_end(c, scope);
  return set ? 0 : 1;
}

// core.metric_direction(metric) -> "up" or "down", where its better values lie, or nil: as the
// built-in class has it
static int metric_direction(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnMetric *m = (LnMetric *)ln_lua_check_object(L, s, 1, LN_METRIC, "metric_direction");
  int way = ((const LnMetricClass *)m->base.cls)->direction;
  lua_pushstring(L, way == LN_UP ? "up" : way == LN_DOWN ? "down" : NULL);
  return 1;
}

// ---- registration

static void add(lua_State *L, LnLua *s, int module, LnKind kind, lua_CFunction call,
                const luaL_Reg *methods, const luaL_Reg *properties) {
  if (call) {
    ln_lua_push_metatable(L, s, LN_TYPE_KINDS + (int)kind);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, call, 1);
    lua_setfield(L, -2, "__call");
  }
  if (methods) {
    lua_getfield(L, module, "class");
    lua_pushstring(L, ln_kinds[kind].name);
    lua_call(L, 1, 1);
    ln_lua_setfuncs(L, methods);
  }
  if (properties) {
    lua_getfield(L, module, "properties");
    lua_getfield(L, -1, ln_kinds[kind].name);
    ln_lua_setfuncs(L, properties);
  }
  lua_settop(L, module);
}

void ln_register_nn(lua_State *L) {
  LnLua *s = ln_lua(L);
  int module = lua_gettop(L);
  static const luaL_Reg loss_methods[] = {
      {"values", loss_values}, {"call", loss_builtin}, {NULL, NULL}};
  static const luaL_Reg metric_methods[] = {
      {"update_state", metric_update}, {"result", metric_result}, {"reset_state", metric_reset},
      {NULL, NULL}};
  static const luaL_Reg optimizer_methods[] = {
      {"build", optimizer_build}, {"apply", optimizer_apply},
      {"update_step", optimizer_builtin},
      {"exclude_from_weight_decay", optimizer_exclude},
      {"finalize_variable_values", optimizer_finalize},
      {"set_variables", optimizer_set_variables}, {NULL, NULL}};
  static const luaL_Reg optimizer_properties[] = {
      {"iterations", optimizer_iterations}, {"learning_rate", optimizer_rate},
      {"variables", optimizer_variables}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"class_for", class_for}, {"metric_direction", metric_direction},
      {"metric_state", metric_state}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
  add(L, s, module, LN_LOSS, loss_call, loss_methods, NULL);
  add(L, s, module, LN_METRIC, metric_call, metric_methods, NULL);
  add(L, s, module, LN_INITIALIZER, initializer_call,
      (luaL_Reg[]){{"call", initializer_builtin}, {NULL, NULL}}, NULL);
  add(L, s, module, LN_REGULARIZER, regularizer_call,
      (luaL_Reg[]){{"call", regularizer_builtin}, {NULL, NULL}}, NULL);
  add(L, s, module, LN_CONSTRAINT, constraint_call,
      (luaL_Reg[]){{"call", constraint_builtin}, {NULL, NULL}}, NULL);
  add(L, s, module, LN_ACTIVATION, activation_call,
      (luaL_Reg[]){{"call", activation_builtin}, {NULL, NULL}}, NULL);
  add(L, s, module, LN_SCHEDULE, schedule_call,
      (luaL_Reg[]){{"call", schedule_builtin}, {NULL, NULL}}, NULL);
  add(L, s, module, LN_OPTIMIZER, NULL, optimizer_methods, optimizer_properties);
}
