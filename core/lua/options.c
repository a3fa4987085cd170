// Options at the border: checking Lua values against option tables, storing, and showing them.
// One checker for ops, C classes and Lua classes alike. Objects as values are the business of
// higher floors, which hand down how to find, push and serialize one (LnLuaObjects).
#include "lua/options.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/handle.h"
#include "lua/json.h"
#include "lua/messages.h"
#include "lua/tensor.h"

// ---- kinds

static const char *const kind_names[] = {
    [LN_OPT_BOOL] = "boolean", [LN_OPT_INTEGER] = "integer", [LN_OPT_NUMBER] = "number",
    [LN_OPT_STRING] = "string", [LN_OPT_CHOICE] = "one of", [LN_OPT_DTYPE] = "dtype",
    [LN_OPT_AXIS] = "axis (1-based, or negative from the end)",
    [LN_OPT_AXES] = "axis or list of axes (1-based, or negative from the end)",
    [LN_OPT_INTEGERS] = "list of integers", [LN_OPT_NUMBERS] = "number or list of numbers",
    [LN_OPT_SHAPE] = "shape (a list of integers)", [LN_OPT_ACTIVATION] = "activation",
    [LN_OPT_INITIALIZER] = "initializer", [LN_OPT_REGULARIZER] = "regularizer",
    [LN_OPT_CONSTRAINT] = "constraint", [LN_OPT_SCHEDULE] = "number or learning-rate schedule",
    [LN_OPT_TENSOR] = "tensor or table of numbers", [LN_OPT_STRINGS] = "string or list of strings"};

static bool has_choice(const char *choices, const char *word) {
  size_t n = strlen(word);
  for (const char *p = choices; n && p && *p; p += strcspn(p, " "), p += *p == ' ')
    if (strcspn(p, " ") == n && strncmp(p, word, n) == 0) return true;
  return false;
}

// A default of "none" is None, unless it is the name of a choice.
bool ln_lua_option_is_optional(const LnOption *o) {
  return o->nullable || (o->fallback && strcmp(o->fallback, "none") == 0 &&
                         !(o->kind == LN_OPT_CHOICE && has_choice(o->choices, "none")));
}

void ln_lua_push_kind_text(lua_State *L, const LnOption *o) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addstring(&b, kind_names[o->kind]);
  if (o->kind == LN_OPT_CHOICE) {
    luaL_addchar(&b, ' ');
    for (const char *p = o->choices; p && *p; p++) {
      if (*p == ' ') luaL_addstring(&b, ", ");
      else luaL_addchar(&b, *p);
    }
  } else if (o->kind == LN_OPT_DTYPE) {
    luaL_addstring(&b, ": bool, uint8, int32, int64, float16, bfloat16, float32, float64");
  }
  if (o->range) {
    luaL_addstring(&b, o->range[0] == '[' || o->range[0] == '(' ? " in " : " ");
    luaL_addstring(&b, o->range);
  }
  if (ln_lua_option_is_optional(o)) luaL_addstring(&b, " or none");
  luaL_pushresult(&b);
}

static int bad_value(lua_State *L, const char *what, const LnOption *o, int i) {
  i = lua_absindex(L, i);
  ln_lua_push_kind_text(L, o);
  const char *kind = lua_tostring(L, -1);
  const char *got = ln_lua_describe(L, ln_lua(L), i);
  // A policy of Keras that means more than one of these dtypes.
  if (o->kind == LN_OPT_DTYPE && lua_istable(L, i) && lua_getfield(L, i, "config") == LUA_TTABLE &&
      lua_getfield(L, -1, "name") == LUA_TSTRING)
    got = lua_pushfstring(L, "the policy '%s'", ln_lua_cut(L, lua_tostring(L, -1)));
  lua_Integer before, last;
  if (lua_istable(L, i) && ln_lua_find_hole(L, i, &before, &last))
    got = lua_pushfstring(L, "a list with a hole: an entry %I after %I", (LUAI_UACINT)last,
                          (LUAI_UACINT)before);
  return luaL_error(L, "bad option '%s' of '%s' (%s expected, got %s)", o->name, what, kind, got);
}

// ---- checking

static bool in_range(const char *range, double v) {
  if (!range || !*range) return true;
  if (range[0] == '[' || range[0] == '(') {
    char *end;
    double low = strtod(range + 1, &end), high = strtod(end + strspn(end, ", "), &end);
    return (range[0] == '[' ? v >= low : v > low) && (*end == ']' ? v <= high : v < high);
  }
  bool equal = range[1] == '=';
  double bound = strtod(range + 1 + equal, NULL);
  if (range[0] == '>') return equal ? v >= bound : v > bound;
  return equal ? v <= bound : v < bound;
}

// An integer or integral float at i (not a numeric string).
static bool whole(lua_State *L, int i, lua_Integer *v) {
  int ok;
  *v = lua_tointegerx(L, i, &ok);
  return ok && lua_type(L, i) == LUA_TNUMBER;
}

// Keras's axes are 0-based, Lua's 1-based; both negative from the end. Pushes Lua's.
static bool push_axis(lua_State *L, int i, bool config) {
  lua_Integer v;
  if (!whole(L, i, &v) || (!config && v == 0) || v < -INT32_MAX || v >= INT32_MAX) return false;
  lua_pushinteger(L, config && v >= 0 ? v + 1 : v);
  return true;
}

static bool push_list(lua_State *L, const LnOption *o, int i, bool config) {
  bool axes = o->kind == LN_OPT_AXES, numbers = o->kind == LN_OPT_NUMBERS;
  i = lua_absindex(L, i);
  LnTensor *t = numbers ? ln_lua_test_tensor(L, ln_lua(L), i) : NULL;
  if (t) {   // of one axis or none
    if (t->rank > 1 || t->meta || ln_tensor_closed(t)) return false;
    lua_createtable(L, (int)t->size, 0);
    for (int64_t k = 0; k < t->size; k++) {
      double v = ln_tensor_get(t, &k);
      if (!in_range(o->range, v)) return false;
      lua_pushnumber(L, v);
      lua_rawseti(L, -2, k + 1);
    }
    return true;
  }
  bool lone = lua_type(L, i) == LUA_TNUMBER;
  if (!lone && !lua_istable(L, i)) return false;
  lua_Integer n = lone ? 1 : (lua_Integer)lua_rawlen(L, i), v;
  if (n > LN_MAX_RANK && !numbers) return false;
  lua_createtable(L, (int)n, 0);
  for (lua_Integer k = 1; k <= n; k++) {
    if (lone) lua_pushvalue(L, i);
    else lua_rawgeti(L, i, k);
    if (axes) {
      if (!push_axis(L, -1, config)) return false;
      lua_remove(L, -2);
    } else if (o->kind == LN_OPT_SHAPE && ln_lua_is_null(L, -1)) {
      lua_pop(L, 1);
      lua_pushboolean(L, 0);
    } else if (o->kind == LN_OPT_SHAPE && lua_isboolean(L, -1) && !lua_toboolean(L, -1)) {
      ;   // unknown
    } else if (numbers) {
      if (lua_type(L, -1) != LUA_TNUMBER || !in_range(o->range, lua_tonumber(L, -1))) return false;
    } else {
      if (!whole(L, -1, &v) || !in_range(o->range, (double)v)) return false;
      lua_pop(L, 1);
      lua_pushinteger(L, v);
    }
    lua_rawseti(L, -2, k);
  }
  // Named fields in a list are a slip, and so are holes.
  if (!lone) {
    lua_Integer count = 0;
    lua_pushnil(L);
    while (lua_next(L, i)) {
      lua_pop(L, 1);
      if (lua_type(L, -1) != LUA_TNUMBER || ++count > n) return false;
    }
  }
  return true;
}

static bool push_strings(lua_State *L, int i) {
  bool lone = lua_type(L, i) == LUA_TSTRING;
  if (!lone && !lua_istable(L, i)) return false;
  lua_Integer n = lone ? 1 : (lua_Integer)lua_rawlen(L, i);
  lua_createtable(L, (int)n, 0);
  for (lua_Integer k = 1; k <= n; k++) {
    if (lone) lua_pushvalue(L, i);
    else lua_rawgeti(L, i, k);
    if (lua_type(L, -1) != LUA_TSTRING) return false;
    lua_rawseti(L, -2, k);
  }
  lua_Integer before, last;
  return lone || !ln_lua_find_hole(L, i, &before, &last);
}

static const LnKind object_kind[] = {
    [LN_OPT_ACTIVATION] = LN_ACTIVATION, [LN_OPT_INITIALIZER] = LN_INITIALIZER,
    [LN_OPT_REGULARIZER] = LN_REGULARIZER, [LN_OPT_CONSTRAINT] = LN_CONSTRAINT,
    [LN_OPT_SCHEDULE] = LN_SCHEDULE};

void ln_lua_check_option(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config) {
  lua_Integer v;
  LnDtype d;
  i = lua_absindex(L, i);
  luaL_checkstack(L, 8, NULL);
  bool none = (lua_isboolean(L, i) && !lua_toboolean(L, i)) || ln_lua_is_null(L, i);
  if (lua_isnil(L, i) || (none && o->kind != LN_OPT_BOOL)) {
    if (o->kind == LN_OPT_CHOICE && has_choice(o->choices, "none")) {
      lua_pushliteral(L, "none");
      return;
    }
    if (!ln_lua_option_is_optional(o)) bad_value(L, what, o, i);
    lua_pushboolean(L, 0);
    return;
  }
  if (!config && lua_type(L, i) == LUA_TSTRING && strcmp(lua_tostring(L, i), "none") == 0 &&
      ln_lua_option_is_optional(o) && o->kind != LN_OPT_STRING && o->kind != LN_OPT_CHOICE) {
    lua_pushboolean(L, 0);
    return;
  }
  int top = lua_gettop(L);
  bool ok = false;
  switch (o->kind) {
    case LN_OPT_BOOL:   // Python's None is false
      ok = lua_isboolean(L, i) || (config && ln_lua_is_null(L, i));
      if (ok) lua_pushboolean(L, lua_isboolean(L, i) && lua_toboolean(L, i));
      break;
    case LN_OPT_INTEGER:
      if ((ok = whole(L, i, &v) && in_range(o->range, (double)v))) lua_pushinteger(L, v);
      break;
    case LN_OPT_NUMBER:
      ok = lua_type(L, i) == LUA_TNUMBER && !isnan(lua_tonumber(L, i)) &&
           in_range(o->range, lua_tonumber(L, i));
      if (ok) lua_pushnumber(L, lua_tonumber(L, i));
      break;
    case LN_OPT_STRING:
      if ((ok = lua_type(L, i) == LUA_TSTRING)) lua_pushvalue(L, i);
      break;
    case LN_OPT_CHOICE:
      ok = lua_type(L, i) == LUA_TSTRING && has_choice(o->choices, lua_tostring(L, i));
      if (ok) lua_pushvalue(L, i);
      break;
    case LN_OPT_DTYPE:
      // Keras writes {class_name = "DTypePolicy", config = {name = "float32"}}.
      if (config && lua_istable(L, i)) {
        if (lua_getfield(L, i, "config") == LUA_TTABLE) lua_getfield(L, -1, "name");
      } else {
        lua_pushvalue(L, i);
      }
      ok = lua_type(L, -1) == LUA_TSTRING && ln_dtype_from_name(lua_tostring(L, -1), &d);
      break;
    case LN_OPT_AXIS: ok = push_axis(L, i, config); break;
    case LN_OPT_AXES: case LN_OPT_INTEGERS: case LN_OPT_NUMBERS: case LN_OPT_SHAPE:
      ok = push_list(L, o, i, config);
      break;
    case LN_OPT_STRINGS: ok = push_strings(L, i); break;
    case LN_OPT_SCHEDULE:
      if (lua_type(L, i) == LUA_TNUMBER) {
        if ((ok = lua_tonumber(L, i) >= 0 && in_range(o->range, lua_tonumber(L, i))))
          lua_pushvalue(L, i);
        break;
      }
      // fall through
    case LN_OPT_ACTIVATION:
    case LN_OPT_INITIALIZER:
    case LN_OPT_REGULARIZER:
    case LN_OPT_CONSTRAINT: {
      int type = lua_type(L, i);
      if (type != LUA_TSTRING && type != LUA_TTABLE && type != LUA_TUSERDATA &&
          type != LUA_TFUNCTION)
        break;
      lua_pushfstring(L, "option '%s' of '%s'", o->name, what);
      s->objects->find(L, s, i, object_kind[o->kind], lua_tostring(L, -1));
      ok = true;
      break;
    }
    case LN_OPT_TENSOR:
      if (!ln_lua_test_tensor(L, s, i) && lua_type(L, i) != LUA_TTABLE &&
          lua_type(L, i) != LUA_TNUMBER)
        break;
      lua_pushvalue(L, i);
      ln_lua_to_tensor(L, s, lua_gettop(L), LN_DTYPES, what);
      ok = true;
      break;
  }
  if (!ok) bad_value(L, what, o, i);
  lua_copy(L, -1, top + 1);   // not replace: the value may be there already
  lua_settop(L, top + 1);
}

// ---- storing: cannot fail on what was checked, but for memory

void ln_lua_store_option(lua_State *L, LnLua *s, const LnOption *o, void *self) {
  LnContext *c = &s->context;
  void *field = (char *)self + o->offset;
  bool none = lua_isboolean(L, -1) && !lua_toboolean(L, -1) && o->kind != LN_OPT_BOOL;
  bool failed = false;
  if (none) {
    LnOption blank = *o;
    blank.fallback = "none";
    ln_option_free(o, self);
    ln_option_default(c, &blank, self);
    lua_pop(L, 1);
    return;
  }
  ln_option_free(o, self);
  switch (o->kind) {
    case LN_OPT_BOOL: *(bool *)field = lua_toboolean(L, -1); break;
    case LN_OPT_INTEGER: *(int64_t *)field = lua_tointeger(L, -1); break;
    case LN_OPT_NUMBER: *(double *)field = lua_tonumber(L, -1); break;
    case LN_OPT_STRING: {
      size_t n;
      const char *text = lua_tolstring(L, -1, &n);
      char *copy = malloc(n + 1);
      if (copy) memcpy(copy, text, n + 1);
      else failed = true;
      *(char **)field = copy;
      break;
    }
    case LN_OPT_CHOICE: {
      LnOption chosen = *o;
      chosen.fallback = lua_tostring(L, -1);
      ln_option_default(c, &chosen, self);
      break;
    }
    case LN_OPT_DTYPE: {
      LnDtype d = LN_FLOAT32;
      ln_dtype_from_name(lua_tostring(L, -1), &d);
      *(int *)field = d;
      break;
    }
    case LN_OPT_AXIS: {
      lua_Integer v = lua_tointeger(L, -1);
      *(int64_t *)field = v > 0 ? v - 1 : v;
      break;
    }
    case LN_OPT_AXES: case LN_OPT_INTEGERS: case LN_OPT_SHAPE: {
      LnInts *list = field;
      list->n = (int64_t)lua_rawlen(L, -1);
      for (int64_t k = 0; k < list->n; k++) {
        lua_rawgeti(L, -1, k + 1);
        lua_Integer v = lua_isboolean(L, -1) ? -1 : lua_tointeger(L, -1);
        list->v[k] = o->kind == LN_OPT_AXES && v > 0 ? v - 1 : v;
        lua_pop(L, 1);
      }
      break;
    }
    case LN_OPT_NUMBERS: {
      LnNumbers *list = field;
      int64_t n = (int64_t)lua_rawlen(L, -1);
      list->v = malloc((size_t)(n + 1) * sizeof *list->v);
      if (!list->v) {
        failed = true;
        break;
      }
      list->n = n;
      for (int64_t k = 0; k < n; k++) {
        lua_rawgeti(L, -1, k + 1);
        list->v[k] = lua_tonumber(L, -1);
        lua_pop(L, 1);
      }
      break;
    }
    case LN_OPT_STRINGS: {
      LnStrings *list = field;
      int64_t n = (int64_t)lua_rawlen(L, -1);
      *list = (LnStrings){0, calloc((size_t)n + 1, sizeof *list->v)};
      failed = !list->v;
      for (int64_t k = 1; k <= n && !failed; k++) {
        lua_rawgeti(L, -1, k);
        size_t size;
        const char *text = lua_tolstring(L, -1, &size);
        char *copy = malloc(size + 1);
        if (copy) list->v[list->n++] = memcpy(copy, text, size + 1);
        else failed = true;
        lua_pop(L, 1);
      }
      break;
    }
    case LN_OPT_SCHEDULE:
      if (lua_type(L, -1) == LUA_TNUMBER) *(LnRate *)field = (LnRate){lua_tonumber(L, -1), NULL};
      else
        *(LnRate *)field =
            (LnRate){NAN, ln_object_retain(ln_lua_test_object(L, s, -1, LN_SCHEDULE))};
      break;
    case LN_OPT_ACTIVATION: case LN_OPT_INITIALIZER: case LN_OPT_REGULARIZER:
    case LN_OPT_CONSTRAINT:
      *(LnObject **)field = ln_object_retain(ln_lua_test_object(L, s, -1, object_kind[o->kind]));
      break;
    case LN_OPT_TENSOR: *(LnTensor **)field = ln_retain(ln_lua_test_tensor(L, s, -1)); break;
  }
  lua_pop(L, 1);
  if (failed) luaL_error(L, "out of memory");
}

// ---- showing

// None: false, or core.null in a config for a file.
static void push_none(lua_State *L, const LnLua *s, bool config) {
  if (config) ln_lua_push_none(L, s);
  else lua_pushboolean(L, 0);
}

static void new_list(lua_State *L, int64_t n, bool config) {
  lua_createtable(L, (int)n, 0);
  if (config && n == 0) ln_lua_mark_list(L);
}

static void push_ints(lua_State *L, LnLua *s, const LnInts *list, bool axes, bool config,
                      bool shape) {
  new_list(L, list->n, config);
  for (int64_t k = 0; k < list->n; k++) {
    int64_t v = list->v[k];
    if (shape && v < 0) push_none(L, s, config);
    else lua_pushinteger(L, axes && !config && v >= 0 ? v + 1 : v);
    lua_rawseti(L, -2, k + 1);
  }
}

static void push_child(lua_State *L, LnLua *s, LnObject *o, bool config) {
  if (!o) push_none(L, s, config);
  else if (config) s->objects->serialize(L, s, o);
  else s->objects->push(L, s, o);
}

void ln_lua_push_option(lua_State *L, LnLua *s, const LnOption *o, const void *self, bool config) {
  const void *field = (const char *)self + o->offset;
  luaL_checkstack(L, 6, NULL);
  switch (o->kind) {
    case LN_OPT_BOOL: lua_pushboolean(L, *(const bool *)field); return;
    case LN_OPT_INTEGER:
      if (*(const int64_t *)field == LN_NONE) push_none(L, s, config);
      else lua_pushinteger(L, *(const int64_t *)field);
      return;
    case LN_OPT_NUMBER:
      if (isnan(*(const double *)field)) push_none(L, s, config);
      else lua_pushnumber(L, *(const double *)field);
      return;
    case LN_OPT_STRING:
      if (*(char *const *)field) lua_pushstring(L, *(char *const *)field);
      else push_none(L, s, config);
      return;
    case LN_OPT_CHOICE: {
      const char *p = o->choices;
      int k = *(const int *)field;
      for (; p && k > 0; k--) p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL;
      if (!p || k < 0) push_none(L, s, config);
      else lua_pushlstring(L, p, strcspn(p, " "));
      return;
    }
    case LN_OPT_DTYPE:
      if (*(const int *)field < 0) push_none(L, s, config);
      else lua_pushstring(L, ln_dtype_name((LnDtype)*(const int *)field));
      return;
    case LN_OPT_AXIS: {
      int64_t v = *(const int64_t *)field;
      if (v == LN_NONE) push_none(L, s, config);
      else lua_pushinteger(L, v >= 0 && !config ? v + 1 : v);
      return;
    }
    case LN_OPT_AXES: case LN_OPT_INTEGERS: case LN_OPT_SHAPE: {
      const LnInts *list = field;
      if (list->n < 0) push_none(L, s, config);
      else if (o->kind == LN_OPT_SHAPE && !config) ln_lua_push_shape(L, list->v, (int)list->n);
      else if (list->n == 1 && o->kind == LN_OPT_AXES && o->one != LN_ONE_AS_LIST)
        lua_pushinteger(L, list->v[0] + (list->v[0] >= 0 && !config));
      else {
        push_ints(L, s, list, o->kind == LN_OPT_AXES, config, o->kind == LN_OPT_SHAPE);
        if (!config && strstr(o->name, "shape")) luaL_setmetatable(L, "lunate.shape");
      }
      return;
    }
    case LN_OPT_STRINGS: {
      const LnStrings *list = field;
      if (list->n < 0) {
        push_none(L, s, config);
        return;
      }
      new_list(L, list->n, config);
      for (int64_t k = 0; k < list->n; k++) {
        lua_pushstring(L, list->v[k]);
        lua_rawseti(L, -2, k + 1);
      }
      return;
    }
    case LN_OPT_NUMBERS: {
      const LnNumbers *list = field;
      if (list->n < 0) {
        push_none(L, s, config);
        return;
      }
      if (list->n == 1 && o->one == LN_ONE_AS_NUMBER) {
        lua_pushnumber(L, list->v[0]);
        return;
      }
      new_list(L, list->n, config);
      for (int64_t k = 0; k < list->n; k++) {
        lua_pushnumber(L, list->v[k]);
        lua_rawseti(L, -2, k + 1);
      }
      return;
    }
    case LN_OPT_SCHEDULE: {
      const LnRate *rate = field;
      if (rate->schedule) push_child(L, s, rate->schedule, config);
      else lua_pushnumber(L, rate->value);
      return;
    }
    case LN_OPT_ACTIVATION: case LN_OPT_INITIALIZER: case LN_OPT_REGULARIZER:
    case LN_OPT_CONSTRAINT:
      push_child(L, s, *(LnObject *const *)field, config);
      return;
    case LN_OPT_TENSOR: {
      LnTensor *t = *(LnTensor *const *)field;
      if (!t) {
        push_none(L, s, config);
        return;
      }
      size_t scope = ln_scope(&s->context);
      ln_lua_push_tensor(L, s, ln_temp(&s->context, ln_retain(t))); // it may be replaced meanwhile
      ln_scope_end(&s->context, scope);
      if (config) {   // Keras lists the numbers
        lua_getfield(L, -1, t->rank == 0 ? "item" : "totable");
        lua_insert(L, -2);
        ln_lua_call(L, s, 1, 1);
      }
      return;
    }
  }
}

// ---- options of Lua classes

// Kinds that only Lua classes have: by Lua type.
static const struct {
  const char *name;
  int type;
} lua_kinds[] = {{"any", LUA_TNONE}, {"table", LUA_TTABLE}, {"list", LUA_TTABLE},
                 {"function", LUA_TFUNCTION}, {"userdata", LUA_TUSERDATA}};

static const char *const spec_kinds[] = {
    [LN_OPT_BOOL] = "boolean", [LN_OPT_INTEGER] = "integer", [LN_OPT_NUMBER] = "number",
    [LN_OPT_STRING] = "string", [LN_OPT_CHOICE] = "choice", [LN_OPT_DTYPE] = "dtype",
    [LN_OPT_AXIS] = "axis", [LN_OPT_AXES] = "axes", [LN_OPT_INTEGERS] = "integers",
    [LN_OPT_NUMBERS] = "numbers", [LN_OPT_SHAPE] = "shape", [LN_OPT_ACTIVATION] = "activation",
    [LN_OPT_INITIALIZER] = "initializer", [LN_OPT_REGULARIZER] = "regularizer",
    [LN_OPT_CONSTRAINT] = "constraint", [LN_OPT_SCHEDULE] = "schedule", [LN_OPT_TENSOR] = "tensor"};

// One value (at i) against a spec table (at spec); pushes it normalized.
static void check_spec(lua_State *L, LnLua *s, const char *what, const char *name, int spec,
                       int i) {
  char range[80];
  lua_rawgeti(L, spec, 1);
  const char *kind = luaL_optstring(L, -1, "any");
  LnOption o = {.name = name};
  lua_getfield(L, spec, "optional");
  o.nullable = lua_toboolean(L, -1);
  lua_getfield(L, spec, "choices");
  int list = lua_gettop(L);
  if (lua_istable(L, list)) {
    // A table of words: joined as C's tables have them.
    lua_pushliteral(L, "");
    for (lua_Integer k = 1; k <= (lua_Integer)lua_rawlen(L, list); k++) {
      if (k > 1) lua_pushliteral(L, " "), lua_concat(L, 2);
      lua_rawgeti(L, list, k);
      lua_concat(L, 2);
    }
    o.choices = lua_tostring(L, -1);
  }
  lua_getfield(L, spec, "min");
  lua_getfield(L, spec, "max");
  lua_getfield(L, spec, "range");
  bool has_min = lua_isnumber(L, -3), has_max = lua_isnumber(L, -2);
  if (lua_isstring(L, -1)) o.range = lua_tostring(L, -1);
  else if (has_min && has_max)
    snprintf(range, sizeof range, "[%.14g, %.14g]", lua_tonumber(L, -3), lua_tonumber(L, -2)),
        o.range = range;
  else if (has_min) snprintf(range, sizeof range, ">= %.14g", lua_tonumber(L, -3)), o.range = range;
  else if (has_max) snprintf(range, sizeof range, "<= %.14g", lua_tonumber(L, -2)), o.range = range;
  for (size_t k = 0; k < sizeof lua_kinds / sizeof *lua_kinds; k++) {
    if (strcmp(lua_kinds[k].name, kind) != 0) continue;
    if (lua_kinds[k].type != LUA_TNONE && lua_type(L, i) != lua_kinds[k].type &&
        !(o.nullable && (lua_isnil(L, i) || !lua_toboolean(L, i))))
      luaL_error(L, "bad option '%s' of '%s' (%s expected, got %s)", name, what, kind,
                 ln_lua_describe(L, s, i));
    lua_pushvalue(L, i);
    return;
  }
  for (int k = 1; k <= LN_OPT_TENSOR; k++) {
    if (strcmp(spec_kinds[k], kind) != 0) continue;
    o.kind = (LnOptionKind)k;
    ln_lua_check_option(L, s, what, &o, i, false);
    return;
  }
  luaL_error(L, "class '%s' declares option '%s' of unknown kind '%s'", what, name, kind);
}

// Whether false is none for the option whose spec is at i.
static bool is_none(lua_State *L, int i) {
  int top = lua_gettop(L);
  lua_rawgeti(L, i, 1);
  const char *kind = lua_tostring(L, -1);
  bool flag = !kind || strcmp(kind, "boolean") == 0 || strcmp(kind, "any") == 0;
  lua_getfield(L, i, "optional");
  bool free = lua_toboolean(L, -1) && lua_getfield(L, i, "default") == LUA_TNIL;
  lua_settop(L, top);
  return free && !flag;
}

// core.check_options(what, specs, args[, positional]) -> a new table of checked values, defaults
// filled in. specs: {name = {"kind", default =, min =, max =, range =, choices =, optional =,
// required =}}; positional: names in order.
int ln_lua_check_options(lua_State *L) {
  LnLua *s = ln_lua(L);
  const char *what = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 4);
  lua_newtable(L);   // 5: the result
  lua_Integer n = (lua_Integer)lua_rawlen(L, 3),
              positions = lua_istable(L, 4) ? (lua_Integer)lua_rawlen(L, 4) : 0;
  if (n > positions)
    return luaL_error(L,
                      "'%s' takes at most %d positional argument%s, got %d; a list is written as "
                      "one, {{3, 4}}",
                      what, (int)positions, positions == 1 ? "" : "s", (int)n);
  lua_pushnil(L);
  while (lua_next(L, 3)) {   // 6: key, 7: value
    if (lua_type(L, 6) == LUA_TNUMBER && lua_istable(L, 4)) lua_rawget(L, (lua_pushvalue(L, 6), 4));
    else lua_pushvalue(L, 6);
    if (lua_type(L, 8) != LUA_TSTRING || lua_getfield(L, 2, lua_tostring(L, 8)) != LUA_TTABLE) {
      luaL_tolstring(L, 8, NULL);
      const char *name = lua_tostring(L, -1);
      lua_newtable(L);
      int list = lua_gettop(L), k = 0;
      lua_pushnil(L);
      while (lua_next(L, 2)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING) continue;
        lua_pushvalue(L, -1);
        lua_rawseti(L, list, ++k);
      }
      return ln_lua_unknown(L, "option", name, what);
    }
    if (lua_type(L, 6) == LUA_TNUMBER &&
        (lua_getfield(L, 3, lua_tostring(L, 8)), !lua_isnil(L, -1)))
      return luaL_error(L, "'%s': option '%s' is given twice, by position and by name", what,
                        lua_tostring(L, 8));
    lua_settop(L, 9);
    check_spec(L, s, what, lua_tostring(L, 8), 9, 7);
    // false is none: the same as not to give an option that has no default.
    bool none = lua_type(L, -1) == LUA_TBOOLEAN && !lua_toboolean(L, -1) && is_none(L, 9);
    if (none) lua_pushnil(L), lua_replace(L, -2);
    lua_setfield(L, 5, lua_tostring(L, 8));
    lua_settop(L, 6);
  }
  lua_pushnil(L);
  while (lua_next(L, 2)) {   // 6: name, 7: spec
    lua_pushvalue(L, 6);
    if (lua_rawget(L, 5) == LUA_TNIL) {
      lua_getfield(L, 7, "required");
      if (lua_toboolean(L, -1))
        return luaL_error(L, "'%s': option '%s' is required", what, lua_tostring(L, 6));
      lua_getfield(L, 7, "default");
      lua_setfield(L, 5, lua_tostring(L, 6));
    }
    lua_settop(L, 6);
  }
  return 1;
}

void ln_register_options(lua_State *L) {
  static const luaL_Reg functions[] = {{"check_options", ln_lua_check_options}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
