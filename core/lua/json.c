// JSON to Lua values and back, over cJSON. null is `false` (an absent field would take a default,
// and Keras's null means None); objects are tables; arrays are lists.
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lua/state.h"

enum { MAX_DEPTH = 200 };

static int free_json(lua_State *L) {
  cJSON **box = lua_touserdata(L, 1);
  cJSON_Delete(*box);
  *box = NULL;
  return 0;
}

// A box that frees what it holds, whatever Lua raises meanwhile.
static cJSON **push_box(lua_State *L) {
  cJSON **box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = NULL;
  if (luaL_newmetatable(L, "lunate.json")) {
    lua_pushcfunction(L, free_json);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return box;
}

static void push(lua_State *L, const cJSON *v, int depth) {
  if (depth > MAX_DEPTH) luaL_error(L, "json: nested deeper than %d", MAX_DEPTH);
  luaL_checkstack(L, 4, "nested JSON");
  if (cJSON_IsBool(v)) lua_pushboolean(L, cJSON_IsTrue(v));
  else if (cJSON_IsNumber(v)) {
    double d = v->valuedouble;
    if (d == floor(d) && fabs(d) < 0x1p53) lua_pushinteger(L, (lua_Integer)d);
    else lua_pushnumber(L, d);
  } else if (cJSON_IsString(v)) lua_pushstring(L, v->valuestring);
  else if (cJSON_IsArray(v) || cJSON_IsObject(v)) {
    lua_Integer n = 0;
    lua_newtable(L);
    for (const cJSON *e = v->child; e; e = e->next) {
      push(L, e, depth + 1);
      if (cJSON_IsObject(v)) lua_setfield(L, -2, e->string);
      else lua_rawseti(L, -2, ++n);
    }
  } else lua_pushboolean(L, 0);
}

// core.json_decode(text)
static int decode(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n), *end = NULL;
  cJSON **box = push_box(L);
  *box = cJSON_ParseWithLengthOpts(text, n + 1, &end, 1);
  if (!*box)
    return luaL_error(L, "json: not valid JSON near byte %d", end ? (int)(end - text) + 1 : 1);
  push(L, *box, 0);
  return 1;
}

static cJSON *build(lua_State *L, int depth);

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
  return k == n;
}

static cJSON *need(lua_State *L, cJSON *v) {
  if (!v) luaL_error(L, "json: out of memory");
  return v;
}

typedef struct Field {
  const char *name;
  int at;           // its key in the list of keys
} Field;

static int by_name(const void *a, const void *b) {
  return strcmp(((const Field *)a)->name, ((const Field *)b)->name);
}

// A table's fields in alphabetical order, so that the same value gives the same text.
static void add_fields(lua_State *L, cJSON *object, int depth) {
  int table = lua_gettop(L), n = 0, count = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) n++;
  Field *fields = lua_newuserdatauv(L, (size_t)n * sizeof *fields, 0);
  lua_createtable(L, n, 0);   // table + 2: the keys as they are
  lua_createtable(L, n, 0);   // table + 3: their texts
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER)
      luaL_error(L, "json: keys should be strings");
    if (count == n) luaL_error(L, "json: the table changed meanwhile");
    lua_pushvalue(L, -1);
    lua_rawseti(L, table + 2, ++count);
    lua_pushvalue(L, -1);
    fields[count - 1] = (Field){lua_tostring(L, -1), count};
    lua_rawseti(L, table + 3, count);
  }
  qsort(fields, (size_t)count, sizeof *fields, by_name);
  for (int i = 0; i < count; i++) {
    lua_rawgeti(L, table + 2, fields[i].at);
    lua_rawget(L, table);
    cJSON_AddItemToObject(object, fields[i].name, build(L, depth + 1));
    lua_settop(L, table + 3);
  }
  lua_settop(L, table);
}

static cJSON *build(lua_State *L, int depth) {
  if (depth > MAX_DEPTH) luaL_error(L, "json: nested deeper than %d (a cycle?)", MAX_DEPTH);
  luaL_checkstack(L, 8, "nested JSON");
  switch (lua_type(L, -1)) {
    case LUA_TNIL: return need(L, cJSON_CreateNull());
    case LUA_TBOOLEAN: return need(L, cJSON_CreateBool(lua_toboolean(L, -1)));
    case LUA_TNUMBER:
      if (!isfinite(lua_tonumber(L, -1)))
        luaL_error(L, "json: %f has no JSON form", lua_tonumber(L, -1));
      return need(L, cJSON_CreateNumber(lua_tonumber(L, -1)));
    case LUA_TSTRING: return need(L, cJSON_CreateString(lua_tostring(L, -1)));
    case LUA_TTABLE: break;
    default: luaL_error(L, "json: a %s has no JSON form", luaL_typename(L, -1));
  }
  bool list = is_list(L);
  // Held by a box of its own until its parent takes it: an error in a child frees it.
  cJSON **box = push_box(L);
  *box = need(L, list ? cJSON_CreateArray() : cJSON_CreateObject());
  lua_insert(L, -2);
  if (list) {
    for (lua_Integer i = 1, n = (lua_Integer)lua_rawlen(L, -1); i <= n; i++) {
      lua_rawgeti(L, -1, i);
      cJSON_AddItemToArray(*box, build(L, depth + 1));
      lua_pop(L, 1);
    }
  } else {
    add_fields(L, *box, depth);
  }
  lua_remove(L, -2);
  cJSON *made = *box;
  *box = NULL;
  return made;
}

// core.json_encode(value[, indented])
static int encode(lua_State *L) {
  bool pretty = lua_toboolean(L, 2);
  lua_settop(L, 1);
  cJSON **box = push_box(L);
  lua_insert(L, 1);
  *box = build(L, 0);
  char *text = pretty ? cJSON_Print(*box) : cJSON_PrintUnformatted(*box);
  if (!text) return luaL_error(L, "json: out of memory");
  lua_pushstring(L, text);
  cJSON_free(text);
  return 1;
}

void ln_register_json(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"json_decode", decode}, {"json_encode", encode}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
