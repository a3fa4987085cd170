// From C into Lua: how the core calls methods and functions of objects that Lua defines (LnHost).
// Everything runs inside lua_pcall; what fails there becomes the core's error, with Lua's
// traceback, and the context is as it was before the call.
#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/cache.h"
#include "lua/handle.h"
#include "lua/host.h"
#include "lua/options.h"
#include "lua/tensor.h"
#include "lua/tracking.h"
#include "lua/variable.h"
#include "nn/losses/losses.h"

enum { MAX_ARGS = 256 };

// ---- protected calls

static int traceback(lua_State *L) {
  const char *message = lua_tostring(L, 1);
  if (!message) message = luaL_tolstring(L, 1, NULL);
  // An error that comes from a call inside this one brought its own.
  if (strstr(message, "\nstack traceback:")) lua_pushstring(L, message);
  else luaL_traceback(L, L, message, 1);
  return 1;
}

// "script.lua:5: in layer 'inner': ..." goes on as a path: "in layer 'inner' of 'outer': ...".
static const char *without_place(const char *message) {
  const char *path = strstr(message, "in layer '");
  if (!path || path == message || path - message > 300) return message;
  return path[-1] == ' ' && path[-2] == ':' && !memchr(message, '\n', (size_t)(path - message))
             ? path
             : message;
}

bool ln_lua_protected(LnContext *c, lua_CFunction body, void *job) {
  lua_State *L = c->host;
  size_t scope = ln_scope(c);
  int32_t no_record = c->no_record;
  const void *layer = c->layer;
  if (c->err.set || !ln_settle(c)) return false;
  if (!lua_checkstack(L, LUA_MINSTACK))
    return ln_fail(c, "calls are nested too deeply, or memory ran out");
  int top = lua_gettop(L);
  lua_pushcfunction(L, traceback);
  lua_pushcfunction(L, body);
  lua_pushlightuserdata(L, job);
  c->host_calls++;
  int status = lua_pcall(L, 1, 0, top + 1);
  c->host = L;   // a coroutine inside had been it
  if (status != LUA_OK) {
    c->no_record = no_record;
    c->layer = layer;
    ln_scope_end(c, scope);
    const char *message = lua_tostring(L, -1);
    ln_clear_error(c);
    ln_fail(c, "%s", message ? without_place(message) : "an error without a message");
  }
  lua_settop(L, top);
  return status == LUA_OK;
}

// ---- methods

typedef struct Job {
  LnContext *c;
  LnObject *object;
  const char *method;
  const LnTensors *in;
  const LnCallArgs *args;
  LnTensor **out;
  int max_out, *n_out;
} Job;

// Pushes the function to call (and self, when it is a method). Returns how many were pushed
// besides the function.
static int push_callee(lua_State *L, LnLua *s, LnObject *o, const char *method) {
  if (!ln_lua_find_object(L, s, o))
    luaL_error(L, "the Lua part of this %s is gone", ln_kinds[o->cls->kind].name);
  int self = lua_gettop(L);
  lua_getiuservalue(L, self, 1);
  if (ln_lua_push_function(L, lua_gettop(L)) == LUA_TFUNCTION) {
    lua_replace(L, self);
    lua_settop(L, self);
    return 0;
  }
  lua_settop(L, self);
  if (lua_getfield(L, self, method) != LUA_TFUNCTION)
    luaL_error(L, "it does not define %s", method);
  lua_insert(L, self);
  return 1;
}

// The mask of the input, or a list of those of the inputs (false: none); nil when there is none.
static void push_masks(lua_State *L, LnLua *s, const LnTensors *in) {
  bool any = false;
  for (int i = 0; i < in->n; i++) any = any || in->v[i]->mask;
  if (!any || in->n == 1) {
    if (any) ln_lua_push_tensor(L, s, in->v[0]->mask);
    else lua_pushnil(L);
    return;
  }
  lua_createtable(L, in->n, 0);
  for (int i = 0; i < in->n; i++) {
    if (in->v[i]->mask) ln_lua_push_tensor(L, s, in->v[i]->mask);
    else lua_pushboolean(L, 0);
    lua_rawseti(L, -2, i + 1);
  }
}

// What came for the arguments of a layer's call, into the table of options on top.
static void push_given(lua_State *L, LnLua *s, const LnLayer *l, const LnCallArgs *args) {
  const LnArgument *list = ln_layer_arguments(l);
  for (int i = 0; list && list[i].name; i++) {
    LnTensors tensors = ln_call_tensors(args, i);
    if (list[i].kind == LN_ARG_FLAG) {
      lua_pushboolean(L, ln_call_flag(args, i));
    } else if (tensors.n == 0) {
      continue;
    } else if (list[i].kind == LN_ARG_TENSOR) {
      ln_lua_push_tensor(L, s, tensors.v[0]);
    } else {
      lua_createtable(L, tensors.n, 0);
      for (int k = 0; k < tensors.n; k++) {
        ln_lua_push_tensor(L, s, tensors.v[k]);
        lua_rawseti(L, -2, k + 1);
      }
    }
    lua_setfield(L, -2, list[i].name);
  }
}

static void push_call_options(lua_State *L, LnLua *s, const Job *j) {
  const LnCallArgs *args = j->args;
  lua_createtable(L, 0, 2);
  lua_pushboolean(L, args && args->training);
  lua_setfield(L, -2, "training");
  push_masks(L, s, j->in);
  lua_setfield(L, -2, "mask");
  if (s->context.cache) {
    ln_lua_push_cache(L, s->context.cache);
    lua_setfield(L, -2, "cache");
  }
  if (args && args->given) push_given(L, s, (const LnLayer *)j->object, args);
}

static void push_inputs(lua_State *L, LnLua *s, const LnTensors *in) {
  luaL_checkstack(L, 4, NULL);
  if (in->n == 1) {
    ln_lua_push_tensor(L, s, in->v[0]);
    return;
  }
  lua_createtable(L, in->n, 0);
  for (int i = 0; i < in->n; i++) {
    ln_lua_push_tensor(L, s, in->v[i]);
    lua_rawseti(L, -2, i + 1);
  }
}

static void push_layer_shapes(lua_State *L, const LnTensors *in) {
  bool list = in->n != 1;
  if (list) lua_createtable(L, in->n, 0);
  for (int i = 0; i < in->n; i++) {
    int64_t shape[LN_MAX_RANK];
    for (int k = 0; k < in->v[i]->rank; k++) shape[k] = k ? in->v[i]->shape[k] : -1;
    ln_lua_push_shape(L, shape, in->v[i]->rank);
    if (list) lua_rawseti(L, -2, i + 1);
  }
}

static int push_arguments(lua_State *L, LnLua *s, const Job *j) {
  const LnTensors *in = j->in;
  int64_t zero[LN_MAX_RANK] = {0};
  luaL_checkstack(L, in->n + 8, NULL);
  switch (j->object->cls->kind) {
    case LN_LAYER:
      push_inputs(L, s, in);
      push_call_options(L, s, j);
      return 2;
    case LN_INITIALIZER:
      ln_lua_push_shape(L, in->v[0]->shape, in->v[0]->rank);
      lua_createtable(L, 0, 1);
      lua_pushstring(L, ln_dtype_name((LnDtype)in->v[0]->dtype));
      lua_setfield(L, -2, "dtype");
      return 2;
    case LN_SCHEDULE:
      lua_pushinteger(L, ln_tensor_get_int(in->v[0], zero));
      return 1;
    default:
      for (int i = 0; i < in->n; i++) ln_lua_push_tensor(L, s, in->v[i]);
      return in->n;
  }
}

static void add_result(lua_State *L, LnLua *s, Job *j, int i) {
  LnContext *c = j->c;
  LnKind kind = j->object->cls->kind;
  LnTensor *t = ln_lua_test_tensor(L, s, i);
  if (*j->n_out >= j->max_out)
    luaL_error(L, "%s returned more than %d results", j->method, j->max_out);
  if (t) {
    if (ln_tensor_closed(t)) luaL_error(L, "%s returned a closed tensor", j->method);
    t = ln_retain(t);
  } else if ((lua_type(L, i) == LUA_TNUMBER && kind != LN_LAYER && kind != LN_ACTIVATION) ||
             (lua_isboolean(L, i) && (kind == LN_METRIC || kind == LN_LOSS))) {
    bool wide = kind == LN_METRIC || kind == LN_SCHEDULE;
    double v = lua_isboolean(L, i) ? lua_toboolean(L, i) : lua_tonumber(L, i);
    t = ln_tensor_scalar(c, wide ? LN_FLOAT64 : LN_FLOAT32, v);
  } else if (lua_istable(L, i) && kind == LN_INITIALIZER) {
    t = ln_retain(ln_lua_to_tensor(L, s, i, LN_DTYPES, j->method));
  } else {
    luaL_error(L, "%s must return a tensor, it returned %s", j->method,
               lua_isnoneornil(L, i) ? "nothing" : luaL_typename(L, i));
  }
  if (!ln_temp(c, t)) ln_lua_raise(L, s, NULL);
  j->out[(*j->n_out)++] = t;
}

// ---- outputs by name

static const char output_names_key;   // its address: where an instance keeps their names, a list

void ln_lua_set_output_names(lua_State *L, LnLua *s, LnLayer *l) {
  int names = lua_gettop(L);
  if (ln_lua_find_object(L, s, &l->base) && lua_getiuservalue(L, -1, 1) == LUA_TTABLE) {
    lua_pushvalue(L, names);
    lua_rawsetp(L, -2, &output_names_key);
    l->names_outputs = lua_istable(L, names);
  }
  lua_settop(L, names - 1);
}

bool ln_lua_push_output_names(lua_State *L, LnLua *s, const LnLayer *l) {
  int top = lua_gettop(L);
  if (l->names_outputs && ln_lua_find_object(L, s, &l->base) &&
      lua_getiuservalue(L, -1, 1) == LUA_TTABLE &&
      lua_rawgetp(L, -1, &output_names_key) == LUA_TTABLE) {
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
    return true;
  }
  lua_settop(L, top);
  return false;
}

// A layer's call gave a table by name, at `first`.
static void read_named(lua_State *L, LnLua *s, Job *j, int first) {
  int count = 0;
  lua_pushnil(L);
  while (lua_next(L, first)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      luaL_error(L, "%s returned a table that is neither a list nor all by name", j->method);
    lua_pop(L, 1);
    count++;
  }
  ln_lua_push_names(L, first);   // first + 1
  for (int k = 1; k <= count; k++) {
    lua_rawgeti(L, first + 1, k);
    lua_rawget(L, first);
    add_result(L, s, j, first + 2);
    lua_settop(L, first + 1);
  }
  ln_lua_set_output_names(L, s, (LnLayer *)j->object);
}

static void read_results(lua_State *L, LnLua *s, Job *j, int first) {
  int last = lua_gettop(L);
  bool layer = j->object->cls->kind == LN_LAYER;
  if (layer) ((LnLayer *)j->object)->names_outputs = false;
  if (layer && last == first && lua_istable(L, first) && lua_rawlen(L, first) == 0 &&
      luaL_getmetafield(L, first, "__metatable") == LUA_TNIL) {
    lua_pushnil(L);
    if (lua_next(L, first)) {
      lua_settop(L, first);
      read_named(L, s, j, first);
      return;
    }
  }
  lua_settop(L, last);
  // A list of tensors is the same as several results.
  if (layer && last == first && lua_istable(L, first) && lua_rawlen(L, first) > 0) {
    int n = (int)ln_lua_list_length(L, first, j->method);
    luaL_checkstack(L, 4, NULL);
    for (int k = 1; k <= n; k++) {
      lua_rawgeti(L, first, k);
      add_result(L, s, j, first + 1);
      lua_settop(L, first);
    }
    return;
  }
  if (last < first) luaL_error(L, "%s must return a tensor, it returned nothing", j->method);
  for (int i = first; i <= last; i++) add_result(L, s, j, i);
}

static int call_method(lua_State *L) {
  Job *j = lua_touserdata(L, 1);
  LnLua *s = (LnLua *)j->c;
  bool results = j->max_out > 0;
  if (strcmp(j->method, "build") == 0) {
    LnObject *o = j->object;
    if (!ln_lua_find_object(L, s, o)) return luaL_error(L, "the Lua part of this layer is gone");
    ln_lua_sync(L, s, 2);
    if (!o->lua_build) return 0;
    lua_getfield(L, 2, "build");
    lua_pushvalue(L, 2);
    push_layer_shapes(L, j->in);
    lua_call(L, 2, 0);
    ln_lua_sync(L, s, 2);
    return 0;
  }
  int self = push_callee(L, s, j->object, j->method);
  int first = 2, n = self + push_arguments(L, s, j);
  lua_call(L, n, LUA_MULTRET);
  if (results && strcmp(j->method, "update_state") != 0 && strcmp(j->method, "reset_state") != 0)
    read_results(L, s, j, first);
  return 0;
}

static bool call(LnContext *c, LnObject *o, const char *method, const LnTensors *in,
                 const LnCallArgs *args, LnTensor **out, int max_out, int *n_out) {
  *n_out = 0;
  Job j = {c, o, method, in, args, out, max_out, n_out};
  LnLua *s = (LnLua *)c;
  const bool outside = s->training;
  if (o->cls->kind == LN_LAYER) s->training = args && args->training;
  bool ok = ln_lua_protected(c, call_method, &j);
  s->training = outside;
  return ok;
}

// ---- shapes

typedef struct ShapeJob {
  LnContext *c;
  LnLayer *layer;
  int n_in, max_out, *n_out;
  const LnInts *in;
  LnInts *out;
} ShapeJob;

static int call_shape(lua_State *L) {
  ShapeJob *j = lua_touserdata(L, 1);
  LnLua *s = (LnLua *)j->c;
  int self = push_callee(L, s, &j->layer->base, "compute_output_shape");
  if (j->n_in != 1) lua_createtable(L, j->n_in, 0);
  for (int i = 0; i < j->n_in; i++) {
    ln_lua_push_shape(L, j->in[i].v, (int)j->in[i].n);
    if (j->n_in != 1) lua_rawseti(L, -2, i + 1);
  }
  lua_call(L, self + 1, LUA_MULTRET);
  int last = lua_gettop(L);
  if (last < 2) return luaL_error(L, "compute_output_shape must return a shape");
  // Several shapes: several results, or a list of them.
  if (last == 2 && lua_istable(L, 2) && (lua_rawgeti(L, 2, 1), lua_istable(L, -1))) {
    int n = (int)ln_lua_list_length(L, 2, "compute_output_shape");
    lua_pop(L, 1);
    luaL_checkstack(L, n, NULL);
    for (int i = 1; i <= n; i++) lua_rawgeti(L, 2, i);
    lua_remove(L, 2);
    last = lua_gettop(L);
  } else {
    lua_settop(L, last);
  }
  for (int i = 2; i <= last; i++) {
    if (*j->n_out == j->max_out) return luaL_error(L, "at most %d outputs", j->max_out);
    ln_lua_check_ints(L, i, "compute_output_shape", true, &j->out[(*j->n_out)++]);
  }
  return 0;
}

static bool shape(LnContext *c, LnLayer *l, int n_in, const LnInts *in, LnInts *out, int max_out,
                  int *n_out) {
  *n_out = 0;
  ShapeJob j = {c, l, n_in, max_out, n_out, in, out};
  return ln_lua_protected(c, call_shape, &j);
}

// ---- masks

typedef struct MaskJob {
  LnContext *c;
  LnLayer *layer;
  const LnTensors *in;
  LnTensor **masks;
  int n;
} MaskJob;

// compute_mask(self, x, mask) -> a mask, or a list of them, or nil
static int call_mask(lua_State *L) {
  MaskJob *j = lua_touserdata(L, 1);
  LnLua *s = (LnLua *)j->c;
  int self = push_callee(L, s, &j->layer->base, "compute_mask");
  push_inputs(L, s, j->in);
  push_masks(L, s, j->in);
  lua_call(L, self + 2, 1);
  bool list = lua_istable(L, 2);
  for (int i = 0; i < j->n; i++) {
    if (list) lua_rawgeti(L, 2, i + 1);
    else if (i == 0) lua_pushvalue(L, 2);
    else lua_pushnil(L);
    LnTensor *t = ln_lua_test_tensor(L, s, 3);
    if (!t && lua_toboolean(L, 3))
      return luaL_error(L, "compute_mask returns a mask, a list of them or nil, got %s",
                        luaL_typename(L, 3));
    if (t && !ln_temp(j->c, ln_retain(t))) return ln_lua_raise(L, s, NULL);
    j->masks[i] = t;
    lua_settop(L, 2);
  }
  return 0;
}

static bool compute_mask(LnContext *c, LnLayer *l, const LnTensors *in, LnTensor **masks,
                         int max_out) {
  MaskJob j = {c, l, in, masks, max_out};
  return ln_lua_protected(c, call_mask, &j);
}

static int call_warn(lua_State *L) {
  const char *text = lua_touserdata(L, 1);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lunate.warn");
  lua_call(L, 1, 1);
  lua_pushliteral(L, "%s");
  lua_pushstring(L, text);
  lua_call(L, 2, 0);
  return 0;
}

// Computes nothing that a replay would miss.
static void warn(LnContext *c, const char *text) {
  const uint64_t calls = c->host_calls;
  LnRecorder *recorder = c->recorder;
  c->recorder = NULL;
  ln_lua_protected(c, call_warn, (void *)(uintptr_t)text);
  c->recorder = recorder;
  c->host_calls = calls;
}

// ---- optimizers

typedef struct StepJob {
  LnContext *c;
  LnObject *object;
  LnVariable *variable;
  LnTensor *gradient;
  double rate;
  int n;
  LnTensor *const *slots;
  const char *const *names;
} StepJob;

// update_step(self, gradient, variable, learning_rate, slots): slots are variables too.
static int call_step(lua_State *L) {
  StepJob *j = lua_touserdata(L, 1);
  LnLua *s = (LnLua *)j->c;
  int self = push_callee(L, s, j->object, "update_step");
  ln_lua_push_tensor(L, s, j->gradient);
  ln_lua_push_variable(L, s, j->variable);
  lua_pushnumber(L, j->rate);
  lua_createtable(L, 0, j->n);
  for (int i = 0; i < j->n; i++) {
    if (!j->slots[i]) continue;
    ln_lua_push_slot(L, s, j->slots[i], j->names[i]);
    lua_setfield(L, -2, j->names[i]);
  }
  lua_call(L, self + 4, 0);
  return 0;
}

static bool step(LnContext *c, LnObject *o, LnVariable *v, LnTensor *gradient, double rate, int n,
                 LnTensor *const *slots, const char *const *names) {
  StepJob j = {c, o, v, gradient, rate, n, slots, names};
  return ln_lua_protected(c, call_step, &j);
}

// ---- cells

typedef struct StatesJob {
  LnContext *c;
  const LnLayer *layer;
  LnInts *shapes;
  int max, n;
} StatesJob;

static int refuse_states(lua_State *L, const LnLayer *l) {
  return luaL_error(L, "the state_size of cell '%s' is a number, or a list of one number or shape "
                    "for each state", l->base.name ? l->base.name : l->base.cls->name);
}

// One state's at the top (popped): the sizes of its axes but for the batch.
static void read_state(lua_State *L, StatesJob *j) {
  if (j->n == j->max) luaL_error(L, "a cell has at most %d states", j->max);
  LnInts *shape = &j->shapes[j->n++];
  if (lua_istable(L, -1)) {
    if (ln_lua_list_length(L, lua_gettop(L), "state_size") >= LN_MAX_RANK)
      refuse_states(L, j->layer);
    ln_lua_check_ints(L, lua_gettop(L), "state_size", false, shape);
  } else if (lua_isinteger(L, -1) || lua_isnumber(L, -1)) {
    *shape = (LnInts){1, {luaL_checkinteger(L, -1)}};
  } else {
    refuse_states(L, j->layer);
  }
  for (int i = 0; i < shape->n; i++)
    if (shape->v[i] < 1) refuse_states(L, j->layer);
  lua_pop(L, 1);
}

static int call_states(lua_State *L) {
  StatesJob *j = lua_touserdata(L, 1);
  LnLua *s = (LnLua *)j->c;
  if (!ln_lua_find_object(L, s, &j->layer->base))
    return luaL_error(L, "the Lua part of this layer is gone");
  if (lua_getfield(L, 2, "state_size") != LUA_TTABLE) {
    read_state(L, j);
    return 0;
  }
  const int n = (int)ln_lua_list_length(L, 3, "state_size");
  for (int i = 1; i <= n; i++) {
    lua_rawgeti(L, 3, i);
    read_state(L, j);
  }
  return 0;
}

static int states(LnContext *c, const LnLayer *l, LnInts *shapes, int max) {
  StatesJob j = {c, l, shapes, max, 0};
  return ln_lua_protected(c, call_states, &j) ? j.n : -1;
}

typedef struct CopyJob {
  LnContext *c;
  LnLayer *owner, *layer, *copy;
  const char *name;
  bool go_backwards;
} CopyJob;

static int call_copy(lua_State *L) {
  CopyJob *j = lua_touserdata(L, 1);
  LnLua *s = (LnLua *)j->c;
  s->objects->serialize(L, s, &j->layer->base);   // 2
  lua_pushnil(L), lua_setfield(L, 2, "build_config");   // it is built anew
  lua_getfield(L, 2, "config");                   // 3
  lua_pushstring(L, j->name), lua_setfield(L, 3, "name");
  if (j->go_backwards) lua_pushboolean(L, true), lua_setfield(L, 3, "go_backwards");
  s->objects->find(L, s, 2, LN_LAYER, j->name);
  const LnObject *copy = ln_lua_test_object(L, s, -1, LN_LAYER);
  // What Lua has of it lives in the owner's instance table.
  if (ln_lua_find_object(L, s, &j->owner->base) && lua_getiuservalue(L, -1, 1) == LUA_TTABLE) {
    lua_pushvalue(L, -3);
    lua_rawsetp(L, -2, copy);
  }
  j->copy = ln_object_retain((void *)(uintptr_t)copy);
  return 0;
}

static LnLayer *copy(LnContext *c, LnLayer *owner, LnLayer *l, const char *name,
                     bool go_backwards) {
  CopyJob j = {c, owner, l, NULL, name, go_backwards};
  return ln_lua_protected(c, call_copy, &j) ? j.copy : NULL;
}

const struct LnHost ln_lua_host = {
    .call = call, .shape = shape, .mask = compute_mask, .warn = warn, .states = states,
    .copy = copy, .step = step};
