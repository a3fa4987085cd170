// JSON to Lua values and back, by jansson.
//
// Objects are tables, arrays are lists; null is `false`, since an absent field would take a default
// and Keras's null means None, or core.null where it must be told from false. Integers stay
// integers and floats floats both ways (1 and 1.0 are two things to Keras); integers beyond 64 bits
// are errors, and so are NaN and infinities, which JSON does not know. An empty table is {};
// core.list() marks a table as a list, so that it is [] even when it is empty; decoded empty lists
// are marked. Fields come in alphabetical order and text as ASCII: one value has one text.
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/json.h"
#include "lua/text.h"

enum { MAX_DEPTH = 200 };

// jansson tells want of memory as anything that may be wrong with a text.
static _Thread_local bool starved;

static void *take(size_t n) {
  void *p = malloc(n);
  starved = starved || !p;
  return p;
}

static void set_allocator(void) { json_set_alloc_funcs(take, free); }

// Keys in the registry, by address.
static const char null_key, list_key;

void ln_lua_push_null(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &null_key); }

void ln_lua_mark_list(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
  lua_setmetatable(L, -2);
}

bool ln_lua_is_null(lua_State *L, int i) {
  if (lua_type(L, i) != LUA_TUSERDATA) return false;
  i = lua_absindex(L, i);
  ln_lua_push_null(L);
  bool is = lua_rawequal(L, i, -1);
  lua_pop(L, 1);
  return is;
}

static bool is_marked(lua_State *L, int i) {
  if (!lua_getmetatable(L, i)) return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
  bool is = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return is;
}

// What jansson allocates, freed however the function ends.
typedef struct Box {
  json_t *json;
  char *text;
  int digits;   // how many all floats need
} Box;

static int free_box(lua_State *L) {
  Box *box = lua_touserdata(L, 1);
  json_decref(box->json);
  free(box->text);
  *box = (Box){0};
  return 0;
}

static Box *push_box(lua_State *L) {
  Box *box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = (Box){.digits = 15};
  ln_lua_set_class(L, "lunate.json", free_box, NULL, false);
  lua_toclose(L, -1);
  return box;
}

static void check_depth(lua_State *L, int depth) {
  if (depth > MAX_DEPTH) luaL_error(L, "json: nested deeper than %d (a cycle?)", MAX_DEPTH);
  luaL_checkstack(L, 6, "nested JSON");
}

// ---- reading

static void push(lua_State *L, json_t *json, bool nulls, int depth) {
  const char *key;
  json_t *item;
  size_t i;
  if (json_is_array(json) || json_is_object(json)) check_depth(L, depth);
  switch (json_typeof(json)) {
    case JSON_NULL:
      if (nulls) ln_lua_push_null(L);
      else lua_pushboolean(L, 0);
      break;
    case JSON_TRUE:
    case JSON_FALSE: lua_pushboolean(L, json_is_true(json)); break;
    case JSON_INTEGER: lua_pushinteger(L, json_integer_value(json)); break;
    case JSON_REAL: lua_pushnumber(L, json_real_value(json)); break;
    case JSON_STRING:
      lua_pushlstring(L, json_string_value(json), json_string_length(json));
      break;
    case JSON_ARRAY:
      lua_newtable(L);
      if (json_array_size(json) == 0) ln_lua_mark_list(L);
      json_array_foreach(json, i, item) {
        push(L, item, nulls, depth + 1);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
      }
      break;
    case JSON_OBJECT:
      lua_newtable(L);
      json_object_foreach(json, key, item) {
        push(L, item, nulls, depth + 1);
        lua_setfield(L, -2, key);
      }
      break;
  }
}

// core.json_decode(text[, nulls]): null is false, or core.null
static int decode(lua_State *L) {
  size_t n;
  json_error_t e;
  const char *text = luaL_checklstring(L, 1, &n);
  bool nulls = lua_toboolean(L, 2);
  Box *box = push_box(L);
  starved = false;
  box->json = json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
  if (!box->json) {
    if (json_error_code(&e) == json_error_stack_overflow) check_depth(L, MAX_DEPTH + 1);
    if (starved) return luaL_error(L, "json: out of memory");
    return luaL_error(L, "json: not valid JSON near byte %d: %s", e.position, e.text);
  }
  push(L, box->json, nulls, 1);
  return 1;
}

// ---- writing

// Whether the table at the top is a list: its keys are 1 .. n. An empty one is, when it is marked.
static bool is_list(lua_State *L) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, -1), k = 0;
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    lua_pop(L, 1);
    if (!lua_isinteger(L, -1)) {
      lua_pop(L, 1);
      return false;
    }
    k++;
  }
  return k == n && (n > 0 || is_marked(L, -1));
}

// Raises why jansson took no text: that at i is not UTF-8, or memory ran out.
static int refused(lua_State *L, int i) {
  return luaL_error(L, ln_lua_is_text(L, i, true)
                           ? "json: out of memory"
                           : "json: a text that is not UTF-8 has no JSON form");
}

static json_t *make_float(lua_State *L, Box *box, double v) {
  char text[48];
  if (!isfinite(v)) luaL_error(L, "json: %f has no JSON form", v);
  for (; box->digits < 17; box->digits++) {
    snprintf(text, sizeof text, "%.*g", box->digits, v);
    if (strtod(text, NULL) == v) break;
  }
  return json_real(v);
}

// The value at the top, a table still empty. A new reference.
static json_t *make(lua_State *L, Box *box) {
  json_t *json = NULL;
  size_t n;
  const char *text;
  switch (lua_type(L, -1)) {
    case LUA_TNIL: json = json_null(); break;
    case LUA_TBOOLEAN: json = json_boolean(lua_toboolean(L, -1)); break;
    case LUA_TNUMBER:
      json = lua_isinteger(L, -1) ? json_integer(lua_tointeger(L, -1))
                                  : make_float(L, box, lua_tonumber(L, -1));
      break;
    case LUA_TSTRING:
      text = lua_tolstring(L, -1, &n);
      json = json_stringn(text, n);
      if (!json) refused(L, -1);
      break;
    case LUA_TTABLE: json = is_list(L) ? json_array() : json_object(); break;
    default:
      if (!ln_lua_is_null(L, -1)) {
        luaL_tolstring(L, -1, NULL);
        luaL_error(L, "json: a %s has no JSON form: %s", luaL_typename(L, -2),
                   lua_tostring(L, -1));
      }
      json = json_null();
  }
  if (!json) luaL_error(L, "json: out of memory");
  return json;
}

// Fills what make() made of the table at the top. Every item has its owner before it is filled.
static void fill(lua_State *L, Box *box, json_t *json, int depth) {
  check_depth(L, depth);
  lua_Integer n = json_is_array(json) ? (lua_Integer)lua_rawlen(L, -1) : 0;
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, i);
    json_t *item = make(L, box);
    if (json_array_append_new(json, item) != 0) luaL_error(L, "json: out of memory");
    if (lua_istable(L, -1)) fill(L, box, item, depth + 1);
    lua_pop(L, 1);
  }
  if (json_is_array(json)) return;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 2)) {
    if (lua_type(L, -2) != LUA_TSTRING && lua_type(L, -2) != LUA_TNUMBER)
      luaL_error(L, "json: keys should be strings, got a %s", luaL_typename(L, -2));
    lua_pushvalue(L, -2);   // lua_tolstring would change a number that is a key
    lua_insert(L, -2);
    size_t size;
    const char *key = lua_tolstring(L, -2, &size);
    if (strlen(key) != size) luaL_error(L, "json: a key should hold no zero byte");
    if (json_object_get(json, key)) luaL_error(L, "json: two keys are '%s'", key);
    json_t *item = make(L, box);
    if (json_object_set_new(json, key, item) != 0) refused(L, -2);
    if (lua_istable(L, -1)) fill(L, box, item, depth + 1);
  }
}

// core.json_encode(value[, indented])
static int encode(lua_State *L) {
  size_t flags = JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_SORT_KEYS;
  flags |= lua_toboolean(L, 2) ? JSON_INDENT(2) : JSON_COMPACT;
  lua_settop(L, 1);
  Box *box = push_box(L);
  lua_pushvalue(L, 1);
  box->json = make(L, box);
  if (lua_istable(L, -1)) fill(L, box, box->json, 1);
  // Up to 2.14 jansson writes 17 digits where nothing else is asked for, later ones the fewest.
  if (jansson_version_cmp(2, 14, 0) <= 0) flags |= JSON_REAL_PRECISION((size_t)box->digits);
  starved = false;
  box->text = json_dumps(box->json, flags);   // writes on where it had no memory for a key
  if (!box->text || starved) return luaL_error(L, "json: out of memory");
  lua_pushstring(L, box->text);
  return 1;
}

// core.list([table]) -> the table (or a new one), marked as a list
static int list(lua_State *L) {
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) lua_newtable(L), lua_replace(L, 1);
  else luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_getmetatable(L, 1) && !is_marked(L, 1))
    return luaL_error(L, "core.list: a plain table expected");
  lua_settop(L, 1);
  ln_lua_mark_list(L);
  return 1;
}

static int null_text(lua_State *L) {
  lua_pushliteral(L, "null");
  return 1;
}

void ln_register_json(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"json_decode", decode}, {"json_encode", encode}, {"list", list}, {NULL, NULL}};
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_allocator);
  ln_lua_setfuncs(L, functions);
  lua_createtable(L, 0, 1);   // of marked lists: empty but for its name
  lua_pushliteral(L, "lunate.list");
  lua_setfield(L, -2, "__name");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &list_key);
  lua_newuserdatauv(L, 0, 0);
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, null_text);
  lua_setfield(L, -2, "__tostring");
  lua_pushliteral(L, "lunate.null");
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &null_key);
  lua_setfield(L, -2, "null");
}
