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

// What a kind of option knows of Lua values (of its C field: ops/options.c).
typedef struct Row {
  const char *text;    // in messages and the reference
  // Pushes the value at i as it is stored; false when it is none of this kind.
  bool (*check)(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i, bool config);
  // Stores what check pushed (at the top) into the field, which owns nothing; false without memory.
  bool (*store)(lua_State *L, LnLua *s, const LnOption *o, void *field);
  // Pushes the field's value, for scripts or for a config.
  void (*push)(lua_State *L, LnLua *s, const LnOption *o, const void *field, bool config);
} Row;
static const Row rows[LN_OPT_KINDS];

// A default of "none" is None, unless it is the name of a choice.
bool ln_lua_option_is_optional(const LnOption *o) {
  return o->nullable || (o->fallback && strcmp(o->fallback, "none") == 0 &&
                         !(o->kind == LN_OPT_CHOICE && ln_choice(o->choices, "none") >= 0));
}

void ln_lua_push_kind_text(lua_State *L, const LnOption *o) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addstring(&b, rows[o->kind].text);
  if (o->kind == LN_OPT_CHOICE || o->kind == LN_OPT_NAMED || o->kind == LN_OPT_WINDOW) {
    luaL_addchar(&b, ' ');
    for (const char *p = o->choices; p && *p; p++) {
      if (*p == ' ') luaL_addstring(&b, ", ");
      else luaL_addchar(&b, *p);
    }
  } else if (o->kind == LN_OPT_DTYPE || o->kind == LN_OPT_POLICY) {
    luaL_addstring(&b, ": ");
    luaL_addstring(&b, ln_lua_dtype_names);
    if (o->kind == LN_OPT_POLICY) luaL_addstring(&b, ", mixed_float16, mixed_bfloat16");
  }
  if (o->range) {
    luaL_addstring(&b, o->range[0] == '[' || o->range[0] == '(' ? " in " : " ");
    luaL_addstring(&b, o->range);
  }
  if (ln_lua_option_is_optional(o)) luaL_addstring(&b, " or none");
  luaL_pushresult(&b);
}

// The field of the table at the top, pushed.
static int raw_field(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  return lua_rawget(L, -2);
}

// The name of the policy at i: an ln.DTypePolicy, or as Keras writes one, {class_name =
// "DTypePolicy", config = {name = "float32"}}. False and nothing pushed when it is none.
static bool push_policy_name(lua_State *L, int i) {
  int top = lua_gettop(L);
  if (!lua_istable(L, i)) return false;
  lua_pushvalue(L, i);
  bool is_policy = raw_field(L, "compute_dtype") == LUA_TSTRING;
  lua_settop(L, top + 1);
  bool found = (is_policy || raw_field(L, "config") == LUA_TTABLE) &&
               raw_field(L, "name") == LUA_TSTRING;
  if (found) lua_replace(L, top + 1);
  lua_settop(L, found ? top + 1 : top);
  return found;
}

static int bad_value(lua_State *L, const char *what, const LnOption *o, int i) {
  i = lua_absindex(L, i);
  ln_lua_push_kind_text(L, o);
  const char *kind = lua_tostring(L, -1);
  const char *got = ln_lua_describe(L, ln_lua(L), i);
  // A policy of Keras that means more than these dtypes.
  if ((o->kind == LN_OPT_DTYPE || o->kind == LN_OPT_POLICY) && push_policy_name(L, i))
    got = lua_pushfstring(L, "the policy '%s'", ln_lua_cut(L, lua_tostring(L, -1)));
  lua_Integer before, last;
  if (lua_istable(L, i) && ln_lua_find_hole(L, i, &before, &last))
    got = lua_pushfstring(L, "a list with a hole: an entry %I after %I", (LUAI_UACINT)last,
                          (LUAI_UACINT)before);
  return luaL_error(L, "bad option '%s' of '%s' (%s expected, got %s)", o->name, what, kind, got);
}

// ---- helpers

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

// None: false, or core.null in a config for a file.
static void push_none(lua_State *L, const LnLua *s, bool config) {
  if (config) ln_lua_push_none(L, s);
  else lua_pushboolean(L, 0);
}

static void new_list(lua_State *L, int64_t n, bool config) {
  lua_createtable(L, (int)n, 0);
  if (config && n == 0) ln_lua_mark_list(L);
}

// The value at i as a list of n entries: itself, or one that is alone (then `lone` is set). -1: it
// is no list.
static lua_Integer list_of(lua_State *L, int i, int type, bool *lone) {
  *lone = lua_type(L, i) == type;
  if (*lone) return 1;
  return lua_istable(L, i) ? (lua_Integer)lua_rawlen(L, i) : -1;
}

static void push_entry(lua_State *L, int i, lua_Integer k, bool lone) {
  if (lone) lua_pushvalue(L, i);
  else lua_rawgeti(L, i, k);
}

// Whether the table at i is a list of n entries and nothing else: a named field is a slip, and so
// is a hole.
static bool is_list(lua_State *L, int i, lua_Integer n) {
  lua_Integer count = 0;
  lua_pushnil(L);
  while (lua_next(L, i)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TNUMBER || ++count > n) {
      lua_pop(L, 1);
      return false;
    }
  }
  return true;
}

// ---- booleans, numbers, words

// Python's None is false.
static bool check_bool(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                       bool config) {
  (void)s, (void)what, (void)o;
  if (!lua_isboolean(L, i) && !(config && ln_lua_is_null(L, i))) return false;
  lua_pushboolean(L, lua_isboolean(L, i) && lua_toboolean(L, i));
  return true;
}

static bool store_bool(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)s, (void)o;
  *(bool *)field = lua_toboolean(L, -1);
  return true;
}

static void push_bool(lua_State *L, LnLua *s, const LnOption *o, const void *field, bool config) {
  (void)s, (void)o, (void)config;
  lua_pushboolean(L, *(const bool *)field);
}

static bool check_integer(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                          bool config) {
  (void)s, (void)what, (void)config;
  lua_Integer v;
  if (!whole(L, i, &v) || !in_range(o->range, (double)v)) return false;
  lua_pushinteger(L, v);
  return true;
}

static bool store_integer(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)s, (void)o;
  *(int64_t *)field = lua_tointeger(L, -1);
  return true;
}

static void push_integer(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                         bool config) {
  (void)o;
  if (*(const int64_t *)field == LN_NONE) push_none(L, s, config);
  else lua_pushinteger(L, *(const int64_t *)field);
}

static bool check_number(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config) {
  (void)s, (void)what, (void)config;
  double v = lua_tonumber(L, i);
  if (lua_type(L, i) != LUA_TNUMBER || isnan(v) || !in_range(o->range, v)) return false;
  lua_pushnumber(L, v);
  return true;
}

static bool store_number(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)s, (void)o;
  *(double *)field = lua_tonumber(L, -1);
  return true;
}

static void push_number(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                        bool config) {
  (void)o;
  if (isnan(*(const double *)field)) push_none(L, s, config);
  else lua_pushnumber(L, *(const double *)field);
}

static bool check_choice(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config) {
  (void)s, (void)what, (void)config;
  if (lua_type(L, i) != LUA_TSTRING || ln_choice(o->choices, lua_tostring(L, i)) < 0) return false;
  lua_pushvalue(L, i);
  return true;
}

static bool store_choice(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  return ln_option_rows[o->kind].set(&s->context, o, lua_tostring(L, -1), field);
}

static void push_choice(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                        bool config) {
  const char *word = o->choices;
  int k = *(const int *)field;
  for (; word && k > 0; k--) word = strchr(word, ' ') ? strchr(word, ' ') + 1 : NULL;
  if (!word || k < 0) push_none(L, s, config);
  else lua_pushlstring(L, word, strcspn(word, " "));
}

// Keras writes {class_name = "DTypePolicy", config = {name = "float32"}}.
// A policy of one dtype is that dtype.
static bool check_dtype(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                        bool config) {
  (void)s, (void)what, (void)config;
  LnDtype d;
  if (!push_policy_name(L, i)) lua_pushvalue(L, i);
  const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  return name && (ln_dtype_from_name(name, &d) || ln_choice(o->choices, name) >= 0);
}

static bool check_policy(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config) {
  (void)s, (void)what, (void)o, (void)config;
  LnPolicy policy;
  if (!push_policy_name(L, i)) lua_pushvalue(L, i);
  return lua_type(L, -1) == LUA_TSTRING && ln_policy_from_name(lua_tostring(L, -1), &policy);
}

// A layer's dtype is its variables', as in Keras.
static void push_policy(lua_State *L, LnLua *s, const LnOption *o, const void *field, bool config) {
  (void)s, (void)o;
  const LnPolicy *policy = field;
  lua_pushstring(L, config ? ln_policy_name(*policy) : ln_dtype_name((LnDtype)policy->variable));
}

static bool store_dtype(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  return ln_option_rows[o->kind].set(&s->context, o, lua_tostring(L, -1), field);
}

static void push_dtype(lua_State *L, LnLua *s, const LnOption *o, const void *field, bool config) {
  (void)o;
  if (*(const int *)field < 0) push_none(L, s, config);
  else lua_pushstring(L, ln_dtype_name((LnDtype)*(const int *)field));
}

static bool check_axis(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                       bool config) {
  (void)s, (void)what, (void)o;
  return push_axis(L, i, config);
}

static bool store_axis(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)s, (void)o;
  lua_Integer v = lua_tointeger(L, -1);
  *(int64_t *)field = v > 0 ? v - 1 : v;
  return true;
}

static void push_axis_value(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                            bool config) {
  (void)o;
  int64_t v = *(const int64_t *)field;
  if (v == LN_NONE) push_none(L, s, config);
  else lua_pushinteger(L, v >= 0 && !config ? v + 1 : v);
}

// ---- texts

static bool check_string(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config) {
  (void)s, (void)what, (void)o, (void)config;
  if (lua_type(L, i) != LUA_TSTRING) return false;
  lua_pushvalue(L, i);
  return true;
}

static bool store_text(lua_State *L, char **text) {
  size_t n;
  const char *given = lua_tolstring(L, -1, &n);
  *text = malloc(n + 1);
  if (*text) memcpy(*text, given, n + 1);
  return *text != NULL;
}

static bool store_string(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)s, (void)o;
  return store_text(L, field);
}

static void push_string(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                        bool config) {
  (void)o;
  if (*(char *const *)field) lua_pushstring(L, *(char *const *)field);
  else push_none(L, s, config);
}

static bool check_strings(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                          bool config) {
  (void)s, (void)what, (void)o, (void)config;
  bool lone;
  lua_Integer n = list_of(L, i, LUA_TSTRING, &lone), before, last;
  if (n < 0) return false;
  lua_createtable(L, (int)n, 0);
  for (lua_Integer k = 1; k <= n; k++) {
    push_entry(L, i, k, lone);
    if (lua_type(L, -1) != LUA_TSTRING) return false;
    lua_rawseti(L, -2, k);
  }
  return lone || !ln_lua_find_hole(L, i, &before, &last);
}

static bool store_strings(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)s, (void)o;
  LnStrings *list = field;
  int64_t n = (int64_t)lua_rawlen(L, -1);
  *list = (LnStrings){0, calloc((size_t)n + 1, sizeof *list->v)};
  bool done = list->v != NULL;
  for (int64_t k = 1; k <= n && done; k++) {
    lua_rawgeti(L, -1, k);
    done = store_text(L, &list->v[list->n]);
    list->n += done;
    lua_pop(L, 1);
  }
  return done;
}

static void push_strings(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                         bool config) {
  (void)o;
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
}

// ---- lists of numbers

// The entry at the top as a list of this kind holds it, in its place; false when it cannot.
static bool check_entry(lua_State *L, const LnOption *o, bool config) {
  lua_Integer v;
  if (o->kind == LN_OPT_AXES) {
    if (!push_axis(L, -1, config)) return false;
    lua_remove(L, -2);
    return true;
  }
  if (o->kind == LN_OPT_SHAPE) {   // None: unknown
    if (lua_isboolean(L, -1) && !lua_toboolean(L, -1)) return true;
    if (ln_lua_is_null(L, -1)) return lua_pop(L, 1), lua_pushboolean(L, 0), true;
  }
  if (!whole(L, -1, &v) || !in_range(o->range, (double)v)) return false;
  lua_pop(L, 1);
  lua_pushinteger(L, v);
  return true;
}

static bool check_ints(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                       bool config) {
  (void)s, (void)what;
  bool lone;
  lua_Integer n = list_of(L, i, LUA_TNUMBER, &lone);
  if (n < 0 || n > LN_MAX_RANK) return false;
  lua_createtable(L, (int)n, 0);
  for (lua_Integer k = 1; k <= n; k++) {
    push_entry(L, i, k, lone);
    if (!check_entry(L, o, config)) return false;
    lua_rawseti(L, -2, k);
  }
  return lone || is_list(L, i, n);
}

static bool store_ints(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)s;
  LnInts *list = field;
  list->n = (int64_t)lua_rawlen(L, -1);
  for (int64_t k = 0; k < list->n; k++) {
    lua_rawgeti(L, -1, k + 1);
    lua_Integer v = lua_isboolean(L, -1) ? -1 : lua_tointeger(L, -1);
    list->v[k] = o->kind == LN_OPT_AXES && v > 0 ? v - 1 : v;
    lua_pop(L, 1);
  }
  return true;
}

static void push_integers(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                          bool config) {
  const LnInts *list = field;
  if (list->n < 0) {
    push_none(L, s, config);
    return;
  }
  new_list(L, list->n, config);
  for (int64_t k = 0; k < list->n; k++) {
    lua_pushinteger(L, list->v[k]);
    lua_rawseti(L, -2, k + 1);
  }
  if (!config && strstr(o->name, "shape")) luaL_setmetatable(L, "lunate.shape");
}

static void push_axes(lua_State *L, LnLua *s, const LnOption *o, const void *field, bool config) {
  const LnInts *list = field;
  LnInts from_one = *list;
  for (int64_t k = 0; k < list->n; k++) from_one.v[k] += list->v[k] >= 0 && !config;
  if (list->n == 1 && o->one != LN_ONE_AS_LIST) lua_pushinteger(L, from_one.v[0]);
  else push_integers(L, s, o, &from_one, config);
}

static void push_shape(lua_State *L, LnLua *s, const LnOption *o, const void *field, bool config) {
  const LnInts *list = field;
  if (list->n >= 0 && !config) {
    ln_lua_push_shape(L, list->v, (int)list->n);
    return;
  }
  push_integers(L, s, o, field, config);
  for (int64_t k = 0; k < list->n; k++) {
    if (list->v[k] >= 0) continue;
    push_none(L, s, config);
    lua_rawseti(L, -2, k + 1);
  }
}

// Pushed as one list, {before, after, before, after}.
static bool check_pairs(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                        bool config) {
  (void)s, (void)what;
  bool lone, alone;
  lua_Integer n = list_of(L, i, LUA_TNUMBER, &lone);
  if (n < 0 || 2 * n > LN_MAX_RANK) return false;
  lua_createtable(L, 2 * (int)n, 0);
  const int list = lua_gettop(L);
  for (lua_Integer k = 1; k <= n; k++) {
    push_entry(L, i, k, lone);
    const lua_Integer m = list_of(L, list + 1, LUA_TNUMBER, &alone);
    if (!alone && (m != 2 || !is_list(L, list + 1, 2))) return false;
    for (lua_Integer side = 1; side <= (lone ? 1 : 2); side++) {
      push_entry(L, list + 1, side, alone);
      if (!check_entry(L, o, config)) return false;
      lua_rawseti(L, list, 2 * (k - 1) + side);
    }
    lua_settop(L, list);
  }
  return lone || is_list(L, i, n);
}

static void push_pairs(lua_State *L, LnLua *s, const LnOption *o, const void *field, bool config) {
  const LnInts *list = field;
  (void)o;
  if (list->n < 0) push_none(L, s, config);
  else if (list->n == 1) lua_pushinteger(L, list->v[0]);
  else {
    new_list(L, list->n / 2, config);
    for (int64_t k = 0; k < list->n; k += 2) {
      lua_createtable(L, 2, 0);
      for (int side = 0; side < 2; side++) {
        lua_pushinteger(L, list->v[k + side]);
        lua_rawseti(L, -2, side + 1);
      }
      lua_rawseti(L, -2, k / 2 + 1);
    }
  }
}

// A tensor of one axis or none does as well.
static bool check_tensor_numbers(lua_State *L, const LnOption *o, const LnTensor *t) {
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

static bool check_numbers(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                          bool config) {
  (void)what, (void)config;
  const LnTensor *t = ln_lua_test_tensor(L, s, i);
  if (t) return check_tensor_numbers(L, o, t);
  bool lone;
  lua_Integer n = list_of(L, i, LUA_TNUMBER, &lone);
  if (n < 0) return false;
  lua_createtable(L, (int)n, 0);
  for (lua_Integer k = 1; k <= n; k++) {
    push_entry(L, i, k, lone);
    if (lua_type(L, -1) != LUA_TNUMBER || !in_range(o->range, lua_tonumber(L, -1))) return false;
    lua_rawseti(L, -2, k);
  }
  return lone || is_list(L, i, n);
}

static bool store_numbers(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)s, (void)o;
  LnNumbers *list = field;
  int64_t n = (int64_t)lua_rawlen(L, -1);
  list->v = malloc((size_t)(n + 1) * sizeof *list->v);
  if (!list->v) return false;
  list->n = n;
  for (int64_t k = 0; k < n; k++) {
    lua_rawgeti(L, -1, k + 1);
    list->v[k] = lua_tonumber(L, -1);
    lua_pop(L, 1);
  }
  return true;
}

static void push_numbers(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                         bool config) {
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
}

// ---- tensors and objects

static bool check_tensor(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config) {
  (void)o, (void)config;
  if (!ln_lua_test_tensor(L, s, i) && lua_type(L, i) != LUA_TTABLE &&
      lua_type(L, i) != LUA_TNUMBER)
    return false;
  lua_pushvalue(L, i);
  if (ln_lua_is_plain_table(L, -1) && lua_rawlen(L, -1) == 1) {   // a list of one tensor will do
    lua_rawgeti(L, -1, 1);
    lua_remove(L, ln_lua_test_tensor(L, s, -1) ? -2 : -1);
  }
  ln_lua_to_tensor(L, s, lua_gettop(L), LN_DTYPES, what);
  return true;
}

static bool store_tensor(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)o;
  *(LnTensor **)field = ln_retain(ln_lua_test_tensor(L, s, -1));
  return true;
}

static void push_tensor(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                        bool config) {
  (void)o;
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
}

// A name, or what a tensor is made of.
static bool check_window(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config) {
  return lua_type(L, i) == LUA_TSTRING ? check_choice(L, s, what, o, i, config)
                                       : check_tensor(L, s, what, o, i, config);
}

static bool store_window(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  LnWindow *window = field;
  if (lua_type(L, -1) == LUA_TSTRING) return store_choice(L, s, o, field);
  window->name = -1;
  return store_tensor(L, s, o, &window->values);
}

static void push_window(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                        bool config) {
  const LnWindow *window = field;
  if (window->values) push_tensor(L, s, o, &window->values, config);
  else push_choice(L, s, o, &window->name, config);
}

// Names, configs, classes, functions: what the floors above make objects of.
static bool check_object(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config) {
  (void)config;
  int type = lua_type(L, i);
  if (type != LUA_TSTRING && type != LUA_TTABLE && type != LUA_TUSERDATA && type != LUA_TFUNCTION)
    return false;
  lua_pushfstring(L, "option '%s' of '%s'", o->name, what);
  const char *name = lua_tostring(L, -1);
  if (o->list_class && ln_lua_is_plain_table(L, i) && lua_rawlen(L, i) > 0) {
    lua_createtable(L, 0, 2);   // as a config would have it
    lua_pushstring(L, o->list_class), lua_setfield(L, -2, "class_name");
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, i), lua_rawseti(L, -2, 1);
    lua_setfield(L, -2, "config");
    i = lua_gettop(L);
  }
  s->objects->find(L, s, i, ln_option_rows[o->kind].object, name);
  return true;
}

static bool store_object(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  LnKind kind = ln_option_rows[o->kind].object;
  *(LnObject **)field = ln_object_retain(ln_lua_test_object(L, s, -1, kind));
  return true;
}

static void push_one(lua_State *L, LnLua *s, LnObject *o, bool config) {
  if (!o) push_none(L, s, config);
  else if (config) s->objects->serialize(L, s, o);
  else s->objects->push(L, s, o);
}

static void push_object(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                        bool config) {
  (void)o;
  push_one(L, s, *(LnObject *const *)field, config);
}

static bool check_schedule(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                           bool config) {
  if (lua_type(L, i) != LUA_TNUMBER) return check_object(L, s, what, o, i, config);
  if (lua_tonumber(L, i) < 0) return false;
  return check_number(L, s, what, o, i, config);
}

static bool store_schedule(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  LnRate *rate = field;
  *rate = (LnRate){lua_tonumber(L, -1), NULL};
  if (lua_type(L, -1) == LUA_TNUMBER) return true;
  rate->value = NAN;
  return store_object(L, s, o, &rate->schedule);
}

static void push_schedule(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                          bool config) {
  (void)o;
  const LnRate *rate = field;
  if (rate->schedule) push_one(L, s, rate->schedule, config);
  else lua_pushnumber(L, rate->value);
}

// A layer alone is a list of one.
static bool check_objects(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                          bool config) {
  (void)config;
  bool lone;
  lua_Integer n = list_of(L, i, LUA_TUSERDATA, &lone), before, last;
  if (n < 0 || (!lone && (!is_list(L, i, n) || ln_lua_find_hole(L, i, &before, &last))))
    return false;
  lua_createtable(L, (int)n, 0);
  int list = lua_gettop(L);
  for (lua_Integer k = 1; k <= n; k++) {
    push_entry(L, i, k, lone);
    lua_pushfstring(L, "option '%s' of '%s'", o->name, what);
    s->objects->find(L, s, list + 1, ln_option_rows[o->kind].object, lua_tostring(L, -1));
    lua_rawseti(L, list, k);
    lua_settop(L, list);
  }
  return true;
}

static bool store_objects(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  LnObjects *list = field;
  int64_t n = (int64_t)lua_rawlen(L, -1);
  *list = (LnObjects){0, calloc((size_t)n + 1, sizeof *list->v)};
  for (int64_t k = 1; k <= n && list->v; k++) {
    lua_rawgeti(L, -1, k);
    store_object(L, s, o, &list->v[list->n++]);
    lua_pop(L, 1);
  }
  return list->v != NULL;
}

static void push_objects(lua_State *L, LnLua *s, const LnOption *o, const void *field,
                         bool config) {
  (void)o;
  const LnObjects *list = field;
  if (list->n < 0) {
    push_none(L, s, config);
    return;
  }
  new_list(L, list->n, config);
  for (int64_t k = 0; k < list->n; k++) {
    push_one(L, s, list->v[k], config);
    lua_rawseti(L, -2, k + 1);
  }
}

// ---- numbers by name

static bool check_named(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                        bool config) {
  (void)s, (void)what;
  if (!lua_istable(L, i)) return false;
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, i)) {
    const bool none = config && ln_lua_is_null(L, -1);
    if (lua_type(L, -2) != LUA_TSTRING || ln_choice(o->choices, lua_tostring(L, -2)) < 0 ||
        (!none && (lua_type(L, -1) != LUA_TNUMBER || !in_range(o->range, lua_tonumber(L, -1)))))
      return false;
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    if (none) lua_pop(L, 1), lua_pushnil(L);
    lua_rawset(L, -4);
  }
  return true;
}

static bool store_named(lua_State *L, LnLua *s, const LnOption *o, void *field) {
  (void)s;
  LnNumbers *list = field;
  int64_t n = 1;
  for (const char *p = o->choices; *p; p++) n += *p == ' ';
  list->v = malloc((size_t)n * sizeof *list->v);
  if (!list->v) return false;
  list->n = n;
  const char *p = o->choices;
  for (int64_t k = 0; k < n; k++, p += strcspn(p, " "), p += *p == ' ') {
    lua_pushlstring(L, p, strcspn(p, " "));
    list->v[k] = lua_rawget(L, -2) == LUA_TNUMBER ? lua_tonumber(L, -1) : NAN;
    lua_pop(L, 1);
  }
  return true;
}

static void push_named(lua_State *L, LnLua *s, const LnOption *o, const void *field, bool config) {
  const LnNumbers *list = field;
  const char *p = o->choices;
  if (list->n < 0) {
    push_none(L, s, config);
    return;
  }
  lua_newtable(L);
  for (int64_t k = 0; k < list->n; k++, p += strcspn(p, " "), p += *p == ' ') {
    if (isnan(list->v[k])) continue;
    lua_pushlstring(L, p, strcspn(p, " "));
    lua_pushnumber(L, list->v[k]);
    lua_rawset(L, -3);
  }
}

// ---- the table

static const Row rows[LN_OPT_KINDS] = {
    [LN_OPT_BOOL] = {"boolean", check_bool, store_bool, push_bool},
    [LN_OPT_INTEGER] = {"integer", check_integer, store_integer, push_integer},
    [LN_OPT_NUMBER] = {"number", check_number, store_number, push_number},
    [LN_OPT_STRING] = {"string", check_string, store_string, push_string},
    [LN_OPT_CHOICE] = {"one of", check_choice, store_choice, push_choice},
    [LN_OPT_DTYPE] = {"dtype", check_dtype, store_dtype, push_dtype},
    [LN_OPT_POLICY] = {"dtype", check_policy, store_dtype, push_policy},
    [LN_OPT_AXIS] = {"axis (1-based, or negative from the end)", check_axis, store_axis,
                     push_axis_value},
    [LN_OPT_AXES] = {"axis or list of axes (1-based, or negative from the end)", check_ints,
                     store_ints, push_axes},
    [LN_OPT_INTEGERS] = {"list of integers", check_ints, store_ints, push_integers},
    [LN_OPT_NUMBERS] = {"number or list of numbers", check_numbers, store_numbers, push_numbers},
    [LN_OPT_SHAPE] = {"shape (a list of integers)", check_ints, store_ints, push_shape},
    [LN_OPT_PAIRS] = {"integer, or list of integers or pairs of them", check_pairs, store_ints,
                      push_pairs},
    [LN_OPT_NAMED] = {"table of numbers by name:", check_named, store_named, push_named},
    [LN_OPT_STRINGS] = {"string or list of strings", check_strings, store_strings, push_strings},
    [LN_OPT_TENSOR] = {"tensor or table of numbers", check_tensor, store_tensor, push_tensor},
    [LN_OPT_WINDOW] = {"tensor, table of numbers or one of", check_window, store_window,
                       push_window},
    [LN_OPT_ACTIVATION] = {"activation", check_object, store_object, push_object},
    [LN_OPT_INITIALIZER] = {"initializer", check_object, store_object, push_object},
    [LN_OPT_REGULARIZER] = {"regularizer", check_object, store_object, push_object},
    [LN_OPT_CONSTRAINT] = {"constraint", check_object, store_object, push_object},
    [LN_OPT_SCHEDULE] = {"number or learning-rate schedule", check_schedule, store_schedule,
                         push_schedule},
    [LN_OPT_LAYER] = {"layer", check_object, store_object, push_object},
    [LN_OPT_LAYERS] = {"list of layers", check_objects, store_objects, push_objects},
};

// ---- one option

// What None becomes, pushed; false when the value at i says something else. Raises where an option
// has none.
static bool check_none(lua_State *L, const char *what, const LnOption *o, int i, bool config) {
  bool none = (lua_isboolean(L, i) && !lua_toboolean(L, i)) || ln_lua_is_null(L, i);
  if (lua_isnil(L, i) || (none && o->kind != LN_OPT_BOOL)) {
    if (o->kind == LN_OPT_CHOICE && ln_choice(o->choices, "none") >= 0) {
      lua_pushliteral(L, "none");
      return true;
    }
    if (!ln_lua_option_is_optional(o)) bad_value(L, what, o, i);
    lua_pushboolean(L, 0);
    return true;
  }
  bool word = !config && lua_type(L, i) == LUA_TSTRING && strcmp(lua_tostring(L, i), "none") == 0;
  if (!word || !ln_lua_option_is_optional(o) || o->kind == LN_OPT_STRING ||
      o->kind == LN_OPT_CHOICE)
    return false;
  lua_pushboolean(L, 0);
  return true;
}

void ln_lua_check_option(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config) {
  i = lua_absindex(L, i);
  luaL_checkstack(L, 10, NULL);
  if (check_none(L, what, o, i, config)) return;
  int top = lua_gettop(L);
  if (!rows[o->kind].check(L, s, what, o, i, config)) bad_value(L, what, o, i);
  lua_copy(L, -1, top + 1);   // not replace: the value may be there already
  lua_settop(L, top + 1);
}

void ln_lua_store_option(lua_State *L, LnLua *s, const LnOption *o, void *self) {
  ln_option_free(o, self);
  bool none = lua_isboolean(L, -1) && !lua_toboolean(L, -1) && o->kind != LN_OPT_BOOL, done = true;
  if (none) ln_option_none(o, self);
  else done = rows[o->kind].store(L, s, o, (char *)self + o->offset);
  lua_pop(L, 1);
  if (!done) luaL_error(L, "out of memory");
}

void ln_lua_push_option(lua_State *L, LnLua *s, const LnOption *o, const void *self, bool config) {
  luaL_checkstack(L, 8, NULL);
  rows[o->kind].push(L, s, o, (const char *)self + o->offset, config);
}
