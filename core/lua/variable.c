// Variables in Lua: a name, a value that assignments change, and whatever a tensor can do.
#include "lua/variable.h"

#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/tensor.h"
#include "lua/text.h"
#include "ops/ops.h"

// ---- handles

static int variable_gc(lua_State *L) {
  LnVariable **u = lua_touserdata(L, 1);
  ln_variable_release(*u);
  *u = NULL;
  return 0;
}

void ln_lua_push_variable(lua_State *L, LnLua *s, LnVariable *v) {
  // One handle per variable as well: variables are compared and used as keys.
  lua_rawgetp(L, LUA_REGISTRYINDEX, &s->key.handles);
  if (lua_rawgetp(L, -1, v) != LUA_TNIL) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  LnVariable **u = lua_newuserdatauv(L, sizeof *u, 0);
  *u = NULL;
  ln_lua_push_metatable(L, s, LN_TYPE_VARIABLE);
  lua_setmetatable(L, -2);
  v->refs++;
  *u = v;
  lua_pushvalue(L, -1);
  lua_rawsetp(L, -3, v);
  lua_remove(L, -2);
}

void ln_lua_give_variable(lua_State *L, LnLua *s, LnVariable *v) {
  size_t scope = ln_scope(&s->context);
  if (!ln_hold(&s->context, v, LN_HELD_VARIABLE)) ln_lua_raise(L, s, NULL);
  ln_lua_push_variable(L, s, v);
  ln_scope_end(&s->context, scope);
}

// A new variable over the tensor of an optimizer's slot.
void ln_lua_push_slot(lua_State *L, LnLua *s, LnTensor *t, const char *name) {
  LnVariable *v = calloc(1, sizeof *v);
  if (v) v->name = malloc(strlen(name) + 1);
  if (!v || !v->name) {
    free(v);
    luaL_error(L, "out of memory");
    return;
  }
  strcpy(v->name, name);
  v->refs = 1;
  v->value = ln_retain(t);
  ln_lua_give_variable(L, s, v);
}

static LnVariable *check_variable(lua_State *L, LnLua *s, int i) {
  LnVariable *v = ln_lua_test_variable(L, s, i);
  if (!v && i == 1) luaL_error(L, "variable expected, got %s; call it with a colon: "
                               "variable:assign(...)", ln_lua_describe(L, s, i));
  if (!v) luaL_error(L, "variable expected, got %s", ln_lua_describe(L, s, i));
  return v;
}

// ---- making and assigning

// ln.Variable(value, {name =, trainable =, dtype =})
static int new_variable(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnDtype d = ln_lua_dtype_option(L, 2, "Variable", LN_DTYPES);
  const char *name = "variable";
  bool trainable = true;
  lua_settop(L, 2);
  if (lua_istable(L, 2)) {
    if (lua_getfield(L, 2, "name") != LUA_TNIL) {
      ln_lua_check_name(L, -1, "Variable", false);
      name = lua_tostring(L, -1);
    }
    lua_getfield(L, 2, "trainable");
    if (!lua_isnil(L, -1)) trainable = lua_toboolean(L, -1);
  }
  LnTensor *t = ln_lua_to_tensor(L, s, 1, d, "Variable");
  LnVariable *v = calloc(1, sizeof *v);
  if (!v) return luaL_error(L, "out of memory");
  v->refs = 1;
  v->trainable = trainable;
  v->name = malloc(strlen(name) + 1);
  v->value = v->name ? ln_tensor_copy(&s->context, t) : NULL;
  if (v->name) strcpy(v->name, name);
  if (!v->value) {
    ln_variable_release(v);
    return ln_lua_raise(L, s, "Variable");
  }
  v->value->tracked = trainable && ln_dtype_is_float(v->value->dtype);
  v->value->state = LN_STATE;
  ln_lua_give_variable(L, s, v);
  return 1;
}

// v becomes what f makes of it and the value at 2; NULL: that value. An op, so that replays assign.
static int assign(lua_State *L, const char *what,
                  LnTensor *(*f)(LnContext *c, LnTensor *v, LnTensor *value)) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnVariable *v = check_variable(L, s, 1);
  LnTensor *t = ln_lua_to_tensor(L, s, 2, LN_DTYPES, what);
  size_t scope = ln_scope(c);
  if (f) {
    c->no_record++;
    t = f(c, v->value, ln_cast(c, t, (LnDtype)v->value->dtype));
    c->no_record--;
  }
  bool fits = t && ln_tensor_same_shape(t, v->value);
  if (t && !fits)
    ln_fail(c, "cannot assign a value of shape %s to variable '%s' of shape %s",
            ln_tensor_shape_text(t), v->name, ln_tensor_shape_text(v->value));
  bool done = fits && ln_assign(c, v->value, t);
  ln_scope_end(c, scope);
  if (!done) return ln_lua_raise(L, s, t && !fits ? NULL : what);
  lua_settop(L, 1);
  return 1;
}

static int variable_assign(lua_State *L) { return assign(L, "assign", NULL); }
static int variable_assign_add(lua_State *L) { return assign(L, "assign_add", ln_add); }
static int variable_assign_sub(lua_State *L) { return assign(L, "assign_sub", ln_sub); }

static int variable_value(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  size_t scope = ln_scope(&s->context);
  LnTensor *t = ln_copy(&s->context, v->value);
  if (!t) return ln_lua_raise(L, s, "value");
  ln_lua_push_tensor(L, s, t);
  ln_scope_end(&s->context, scope);
  return 1;
}

// upvalues: state, methods of variables, the tensor metatable's __index
static int variable_index(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  if (lua_type(L, 2) == LUA_TSTRING) {
    const char *key = lua_tostring(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) return 1;
    if (strcmp(key, "name") == 0) return lua_pushstring(L, v->name), 1;
    if (strcmp(key, "path") == 0) return lua_pushstring(L, v->path ? v->path : v->name), 1;
    if (strcmp(key, "trainable") == 0) return lua_pushboolean(L, v->trainable), 1;
  }
  lua_pushvalue(L, lua_upvalueindex(3));
  ln_lua_push_tensor(L, s, v->value);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return 1;
}

static int variable_newindex(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  if (strcmp(key, "trainable") != 0)
    return luaL_error(L, "only 'trainable' of a variable can be assigned; use v:assign(value)");
  luaL_checktype(L, 3, LUA_TBOOLEAN);
  v->trainable = lua_toboolean(L, 3);
  v->value->tracked = v->trainable && ln_dtype_is_float(v->value->dtype);
  ln_generation++;
  return 0;
}

static int variable_tostring(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  char *text = ln_tensor_text(v->value, 8, 20), *to = text;
  if (!text) return luaL_error(L, "out of memory");
  enum { MOST = 60 };
  for (const char *p = text; *p; p++) {   // its beginning, in one line
    bool space = *p == ' ' || *p == '\n';
    if (!space || (to > text && to[-1] != ' ')) *to++ = space ? ' ' : *p;
  }
  *to = '\0';
  if (to - text > MOST) strcpy(text + MOST - 3, "...");
  lua_pushfstring(L, "<variable '%s' of shape %s, %s, %s>", v->path ? v->path : v->name,
                  ln_tensor_shape_text(v->value), ln_dtype_name(v->value->dtype), text);
  free(text);
  ln_lua_printable(L, -1, false);
  return 1;
}

static int variable_len(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  if (v->value->rank == 0) return luaL_error(L, "a variable of rank 0 has no length");
  lua_pushinteger(L, v->value->shape[0]);
  return 1;
}

// ---- registration

// After the arithmetic of tensors, which variables share (functions.c).
void ln_register_variable(lua_State *L) {
  LnLua *s = ln_lua(L);
  int module = lua_gettop(L);
  static const luaL_Reg methods[] = {
      {"assign", variable_assign}, {"assign_add", variable_assign_add},
      {"assign_sub", variable_assign_sub}, {"value", variable_value}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", variable_gc}, {"__newindex", variable_newindex}, {"__tostring", variable_tostring},
      {"__len", variable_len}, {NULL, NULL}};
  ln_lua_metatable(L, s, LN_TYPE_VARIABLE, "lunate.variable");
  ln_lua_setfuncs(L, metamethods);
  lua_getfield(L, module, "tensor_metatable");
  static const char *const arithmetic[] = {"__add", "__sub", "__mul", "__div", "__idiv", "__mod",
                                           "__pow", "__unm", "__lt", "__le"};
  for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++) {
    lua_getfield(L, -1, arithmetic[i]);
    lua_setfield(L, -3, arithmetic[i]);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_newtable(L);
  ln_lua_setfuncs(L, methods);
  lua_getfield(L, -3, "__index");
  lua_pushcclosure(L, variable_index, 3);
  lua_setfield(L, -3, "__index");
  lua_settop(L, module);
  static const luaL_Reg functions[] = {{"Variable", new_variable}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
