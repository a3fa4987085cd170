// Weights of layers in Lua: the variables of a layer and of those below it, their values,
// add_weight.
#include <string.h>

#include "lua/arguments.h"
#include "lua/class.h"
#include "lua/get.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/tensor.h"
#include "lua/tracking.h"
#include "lua/variable.h"

enum Which { ALL, TRAINABLE, OTHERS };

// The variables, held by a userdata that is pushed: layers may go while a list of them is made.
typedef struct Held {
  int n;
  LnVariable *v[];
} Held;

static int release_held(lua_State *L) {
  Held *h = lua_touserdata(L, 1);
  while (h->n > 0) ln_variable_release(h->v[--h->n]);
  return 0;
}

static LnVariable **variables_of(lua_State *L, LnLayer *l, enum Which which, int *n) {
  int all = ln_layer_variables(l, NULL, 0);
  Held *h = lua_newuserdatauv(L, sizeof *h + 2 * (size_t)all * sizeof *h->v, 0);
  h->n = 0;
  ln_lua_set_class(L, "lunate.held_variables", release_held, NULL, false);
  // From here on nothing runs but this: the list is what it is now, cut to the room there is.
  LnVariable **v = h->v, **trainable = v + all;
  int found = which == TRAINABLE ? ln_layer_trainable_variables(l, v, all)
                                 : ln_layer_variables(l, v, all);
  int n_trainable = which == OTHERS ? ln_layer_trainable_variables(l, trainable, all) : 0;
  if (found > all) found = all;
  if (n_trainable > all) n_trainable = all;
  for (int i = 0; i < found; i++) {
    bool skip = false;
    for (int k = 0; k < n_trainable; k++) skip = skip || trainable[k] == v[i];
    if (skip) continue;
    v[h->n++] = v[i];
    v[h->n - 1]->refs++;
  }
  *n = h->n;
  return v;
}

static int push_variables(lua_State *L, enum Which which) {
  LnLua *s = ln_lua(L);
  int n;
  LnVariable **v = variables_of(L, ln_lua_check_synced(L, s, "variables"), which, &n);
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    ln_lua_push_variable(L, s, v[i]);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static int weights(lua_State *L) { return push_variables(L, ALL); }
static int trainable_weights(lua_State *L) { return push_variables(L, TRAINABLE); }
static int other_weights(lua_State *L) { return push_variables(L, OTHERS); }

// layer:get_weights() -> list of tensors (copies)
static int get_weights(lua_State *L) {
  LnLua *s = ln_lua(L);
  int n;
  LnVariable **v = variables_of(L, ln_lua_check_synced(L, s, "get_weights"), ALL, &n);
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    LnTensor *t = ln_tensor_copy(&s->context, v[i]->value);
    if (!t) return ln_lua_raise(L, s, "get_weights");
    t->tracked = false;
    ln_lua_give_tensor(L, s, t);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

// layer:set_weights(list): all or nothing.
static int set_weights(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = ln_lua_check_synced(L, s, "set_weights");
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  int n;
  LnVariable **v = variables_of(L, l, ALL, &n);
  int given = (int)ln_lua_list_length(L, 2, "set_weights");
  if (given != n)
    return luaL_error(L, "'set_weights' of '%s': %d weights expected%s, got %d", l->base.name, n,
                      l->built ? "" : " (it is not built yet)", given);
  lua_createtable(L, n, 0);   // 4: the tensors
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 2, i + 1);
    LnTensor *t = ln_lua_to_tensor(L, s, lua_gettop(L), LN_DTYPES, "set_weights");
    if (!ln_tensor_same_shape(t, v[i]->value))
      return luaL_error(L, "'set_weights' of '%s': weight %d ('%s') has shape %s, got %s",
                        l->base.name, i + 1, v[i]->name, ln_tensor_shape_text(v[i]->value),
                        ln_tensor_shape_text(t));
    lua_rawseti(L, 4, i + 1);
  }
  ln_spoil_replay(&s->context, "set_weights");
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 4, i + 1);
    if (!ln_tensor_assign(&s->context, v[i]->value, ln_lua_test_tensor(L, s, -1)))
      return ln_lua_raise(L, s, "set_weights");
    v[i]->value->storage->writes++;
    lua_pop(L, 1);
  }
  return 0;
}

static int count_params(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = ln_lua_check_synced(L, s, "count_params");
  int n;
  LnVariable **v = variables_of(L, l, ALL, &n);
  int64_t total = 0;
  if (!l->built)
    return luaL_error(L, "'count_params': '%s' is not built yet, so its weights cannot be counted",
                      l->base.name);
  for (int i = 0; i < n; i++) total += v[i]->value->size;
  lua_pushinteger(L, total);
  return 1;
}

// A part of a weight's (regularizer, constraint, initializer) at field `name` of the table at 2,
// whose handle the layer's instance table keeps; NULL when it is not given.
static LnObject *weight_part(lua_State *L, LnLua *s, const char *name, LnKind kind) {
  lua_settop(L, 2);
  lua_getfield(L, 2, name);
  if (!lua_toboolean(L, 3)) return NULL;
  lua_pushfstring(L, "'add_weight': %s", name);
  LnObject *o = ln_lua_to_object(L, s, 3, kind, lua_tostring(L, 4));
  lua_getiuservalue(L, 1, 1);
  lua_pushvalue(L, 5);
  lua_rawsetp(L, 6, o);
  lua_settop(L, 2);
  return o;
}

// layer:add_weight{name =, shape =, initializer =, regularizer =, constraint =, trainable = true,
// dtype =, autocast = true} -> a variable of the layer
static int add_weight(lua_State *L) {
  enum { KNOWN = 8 };
  static const char *const known[KNOWN] = {"name", "shape", "initializer", "regularizer",
                                           "constraint", "trainable", "dtype", "autocast"};
  LnLua *s = ln_lua(L);
  LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, 1, LN_LAYER, "add_weight");
  lua_settop(L, 2);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, 2)) {
    bool found = false;
    for (int i = 0; i < KNOWN && lua_type(L, 3) == LUA_TSTRING; i++)
      found = found || strcmp(lua_tostring(L, 3), known[i]) == 0;
    if (!found) {
      luaL_tolstring(L, 3, NULL);
      lua_newtable(L);
      for (int i = 0; i < KNOWN; i++) lua_pushstring(L, known[i]), lua_rawseti(L, -2, i + 1);
      return ln_lua_unknown(L, "option", lua_tostring(L, 5), "add_weight");
    }
    lua_settop(L, 3);
  }
  LnInts shape = {0};
  if (lua_getfield(L, 2, "shape") != LUA_TNIL)
    ln_lua_check_ints(L, 3, "add_weight", true, &shape);
  lua_settop(L, 2);
  LnWeight w = {.rank = (int)shape.n, .shape = shape.v};
  w.dtype = ln_dtype_name(ln_lua_dtype_option(L, 2, "add_weight", (LnDtype)l->dtype.variable));
  w.initializer = weight_part(L, s, "initializer", LN_INITIALIZER);
  w.regularizer = weight_part(L, s, "regularizer", LN_REGULARIZER);
  w.constraint = weight_part(L, s, "constraint", LN_CONSTRAINT);
  lua_settop(L, 2);
  lua_getfield(L, 2, "name");
  if (!lua_isnil(L, 3)) ln_lua_check_name(L, 3, "add_weight", false);
  w.name = lua_isnil(L, 3) ? "variable" : lua_tostring(L, 3);
  w.trainable = lua_getfield(L, 2, "trainable") == LUA_TNIL || lua_toboolean(L, -1);
  w.as_it_is = lua_getfield(L, 2, "autocast") != LUA_TNIL && !lua_toboolean(L, -1);
  LnVariable *v = ln_layer_add_weight(&s->context, l, &w);
  if (!v) return ln_lua_raise(L, s, "add_weight");
  ln_lua_push_variable(L, s, v);
  return 1;
}

void ln_register_weights(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"get_weights", get_weights}, {"set_weights", set_weights}, {"count_params", count_params},
      {"add_weight", add_weight}, {NULL, NULL}};
  static const luaL_Reg properties[] = {
      {"weights", weights}, {"variables", weights}, {"trainable_weights", trainable_weights},
      {"trainable_variables", trainable_weights}, {"non_trainable_weights", other_weights},
      {"non_trainable_variables", other_weights}, {NULL, NULL}};
  LnLua *s = ln_lua(L);
  int module = lua_gettop(L);
  ln_lua_push_base(L, s, LN_LAYER);
  ln_lua_setfuncs(L, methods);
  lua_getfield(L, module, "properties");
  lua_getfield(L, -1, "layer");
  ln_lua_setfuncs(L, properties);
  lua_settop(L, module);
}
