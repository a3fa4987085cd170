// ln.GradientTape in Lua: records while it is active, gives gradients, ends with its scope.
#include <stdlib.h>
#include <string.h>

#include "autograd/tape.h"
#include "lua/arguments.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/tensor.h"

typedef struct TapeHandle {
  LnTape *tape;
  bool persistent, used;
} TapeHandle;

static int not_a_tape(lua_State *L, LnLua *s, const char *what) {
  return luaL_error(L, "bad argument #1 to '%s' (gradient tape expected, got %s); call it with a "
                       "colon: tape:%s(...)", what, ln_lua_describe(L, s, 1), what);
}

static TapeHandle *check_tape(lua_State *L, LnLua *s, const char *what) {
  TapeHandle *h = ln_lua_test_type(L, s, 1, LN_TYPE_TAPE);
  if (!h) not_a_tape(L, s, what);
  if (!h->tape) luaL_error(L, "'%s': the tape is closed", what);
  return h;
}

// Raises unless every key of the table of options at i is `name`.
static void check_only(lua_State *L, int i, const char *name, const char *what) {
  luaL_checktype(L, i, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, i)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      luaL_error(L, "'%s': options are named by strings", what);
    if (strcmp(lua_tostring(L, -2), name) != 0) {
      lua_createtable(L, 1, 0);
      lua_pushstring(L, name);
      lua_rawseti(L, -2, 1);
      ln_lua_unknown(L, "option", lua_tostring(L, -3), what);
    }
    lua_pop(L, 1);
  }
}

// ln.GradientTape([{persistent = false}]): starts recording at once.
static int new_tape(lua_State *L) {
  LnLua *s = ln_lua(L);
  bool persistent = false;
  if (!lua_isnoneornil(L, 1)) {
    check_only(L, 1, "persistent", "GradientTape");
    lua_getfield(L, 1, "persistent");
    if (!lua_isboolean(L, -1) && !lua_isnil(L, -1))
      return luaL_error(L, "'GradientTape': option 'persistent' should be a boolean, got %s",
                        luaL_typename(L, -1));
    persistent = lua_toboolean(L, -1);
  }
  TapeHandle *h = lua_newuserdatauv(L, sizeof *h, 0);
  *h = (TapeHandle){NULL, persistent, false};
  ln_lua_push_metatable(L, s, LN_TYPE_TAPE);
  lua_setmetatable(L, -2);
  h->tape = ln_tape_new(&s->context, false);
  if (!h->tape) return ln_lua_raise(L, s, "GradientTape");
  if (!persistent) ln_tape_consume(h->tape);
  ln_tape_start(h->tape);
  ln_lua_charge(L, s, LN_TAPE_BYTES);
  return 1;
}

static int tape_gc(lua_State *L) {
  TapeHandle *h = lua_touserdata(L, 1);
  ln_tape_free(h->tape);
  h->tape = NULL;
  return 0;
}

// tape:close(), also of a closed one.
static int tape_close(lua_State *L) {
  LnLua *s = ln_lua(L);
  if (!ln_lua_test_type(L, s, 1, LN_TYPE_TAPE)) return not_a_tape(L, s, "close");
  return tape_gc(L);
}

// A tensor or a list of them at i, into a buffer on the stack.
static int read_tensors(lua_State *L, LnLua *s, int i, const char *who, const char *what,
                        LnTensor ***out) {
  bool list = lua_istable(L, i);
  int n = list ? ln_lua_own_list(L, i, who) : 1;
  LnTensor **v = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *v, 0);
  for (int k = 0; k < n; k++) {
    if (list) lua_rawgeti(L, i, k + 1);
    else lua_pushvalue(L, i);
    v[k] = ln_lua_test_tensor(L, s, -1);
    if (!v[k])
      return luaL_error(L, "'%s': %s should be %s, got %s", who, what,
                        list ? "a list of tensors and variables"
                             : "a tensor, a variable or a list of them",
                        luaL_typename(L, -1));
    lua_pop(L, 1);
  }
  *out = v;
  return n;
}

// tape:watch(tensor), tape:watch{a, b}
static int watch(lua_State *L) {
  LnLua *s = ln_lua(L);
  TapeHandle *h = check_tape(L, s, "watch");
  LnTensor **v;
  int n = read_tensors(L, s, 2, "watch", "what it watches", &v);
  for (int i = 0; i < n; i++)
    if (!ln_dtype_is_float(v[i]->dtype))
      return luaL_error(L, "'watch': a gradient needs a float tensor, got %s",
                        ln_dtype_name(v[i]->dtype));
  for (int i = 0; i < n; i++) ln_tape_watch(h->tape, v[i]);
  return 0;
}

// output_gradients of the options at index 4, one for each target in its shape, or NULL.
static LnTensor **read_seeds(lua_State *L, LnLua *s, LnTensor *const *targets, int n_targets) {
  LnTensor **seeds = NULL;
  if (!lua_isnil(L, 4)) check_only(L, 4, "output_gradients", "gradient");
  if (!lua_istable(L, 4) || lua_getfield(L, 4, "output_gradients") == LUA_TNIL) return NULL;
  int n = read_tensors(L, s, lua_gettop(L), "gradient", "output_gradients", &seeds);
  if (n != n_targets)
    luaL_error(L, "'gradient': %d output_gradients for %d targets", n, n_targets);
  for (int i = 0; i < n; i++)
    if (!ln_tensor_same_shape(seeds[i], targets[i]))
      luaL_error(L, "'gradient': output_gradients of shape %s for a target of shape %s",
                 ln_tensor_shape_text(seeds[i]), ln_tensor_shape_text(targets[i]));
  return seeds;
}

// tape:gradient(target, sources[, {output_gradients = seed}]) -> a tensor (or false), or for a list
// of sources the list of them. target may be a list, whose elements are summed.
static int gradient(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  TapeHandle *h = check_tape(L, s, "gradient");
  lua_settop(L, 4);
  if (h->used && !h->persistent)
    return luaL_error(L, "'gradient': a tape gives gradients once; make it with "
                         "ln.GradientTape{persistent = true} for more");
  bool list = lua_istable(L, 3);
  LnTensor **targets, **sources;
  int n_targets = read_tensors(L, s, 2, "gradient", "the target", &targets);
  int n_sources = read_tensors(L, s, 3, "gradient", "sources", &sources);
  LnTensor **seeds = read_seeds(L, s, targets, n_targets);
  for (int i = 0; i < n_targets; i++)
    if (!ln_dtype_is_float(targets[i]->dtype))
      return luaL_error(L, "'gradient': the target should be float, got %s",
                        ln_dtype_name(targets[i]->dtype));
  LnTensor **grads = lua_newuserdatauv(L, (size_t)(n_sources + 1) * sizeof *grads, 0);
  size_t scope = ln_scope(c);
  h->used = true;   // what fails on the way has let go of calls
  if (!ln_tape_gradient(h->tape, targets, seeds, n_targets, sources, n_sources, grads)) {
    ln_scope_end(c, scope);
    return ln_lua_raise(L, s, "gradient");
  }
  lua_createtable(L, n_sources, 0);
  for (int i = 0; i < n_sources; i++) {
    if (grads[i]) ln_lua_push_tensor(L, s, grads[i]);
    else lua_pushboolean(L, 0);
    lua_rawseti(L, -2, i + 1);
  }
  ln_scope_end(c, scope);
  if (!h->persistent && h->tape) {   // a finalizer may have closed it
    ln_tape_stop(h->tape);
    ln_tape_clear(h->tape);
  }
  if (!list) lua_rawgeti(L, -1, 1);
  return 1;
}

static int tape_tostring(lua_State *L) {
  TapeHandle *h = lua_touserdata(L, 1);
  if (!h->tape) lua_pushliteral(L, "<gradient tape, closed>");
  else lua_pushfstring(L, "<gradient tape, %d calls>", (int)ln_tape_length(h->tape));
  return 1;
}

// tape:stop_recording(f, ...): calls f with the tape paused.
static int stop_recording(lua_State *L) {
  LnLua *s = ln_lua(L);
  TapeHandle *h = check_tape(L, s, "stop_recording");
  luaL_checktype(L, 2, LUA_TFUNCTION);
  bool before = ln_tape_pause(h->tape, true);
  int status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
  if (h->tape) ln_tape_pause(h->tape, before);
  return status == LUA_OK ? lua_gettop(L) - 1 : lua_error(L);
}

// ln.no_grad(f, ...): calls f while no gradient tape records.
static int no_grad(lua_State *L) {
  LnLua *s = ln_lua(L);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  s->context.no_record++;
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  s->context.no_record--;
  return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

// core.only_shapes(f, ...): calls f for the shapes of what it returns: nothing is recorded, and ops
// with effects (assignments, random numbers) have none.
static int only_shapes(lua_State *L) {
  LnLua *s = ln_lua(L);
  s->context.no_effects++;
  s->context.no_record++;
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  s->context.no_record--;
  s->context.no_effects--;
  return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

// upvalues: state, methods
static int tape_index(lua_State *L) {
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL || lua_type(L, 2) != LUA_TSTRING) return 1;
  const char *key = lua_tostring(L, 2);
  lua_settop(L, 2);
  lua_newtable(L);
  lua_pushnil(L);
  for (lua_Integer n = 1; lua_next(L, lua_upvalueindex(2)); n++) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, 3, n);
  }
  const char *meant = ln_lua_suggestion(L, key);
  return luaL_error(L, "a gradient tape has no method '%s'%s", ln_lua_cut(L, key), meant);
}

void ln_register_tape(lua_State *L) {
  LnLua *s = ln_lua(L);
  static const luaL_Reg functions[] = {
      {"GradientTape", new_tape}, {"no_grad", no_grad}, {"only_shapes", only_shapes},
      {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"watch", watch}, {"gradient", gradient}, {"stop_recording", stop_recording},
      {"close", tape_close}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", tape_gc}, {"__close", tape_gc}, {"__tostring", tape_tostring}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
  ln_lua_metatable(L, s, LN_TYPE_TAPE, "lunate.gradient_tape");
  ln_lua_setfuncs(L, metamethods);
  lua_newtable(L);
  ln_lua_setfuncs(L, methods);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__methods");   // for completion
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, -2);
  lua_pushcclosure(L, tape_index, 2);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
