// Files of data for Lua: IDX, CSV, plain bytes, folders. The formats are in core/io; a new one is a
// reader there and a function here.
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "io/idx.h"
#include "lua/state.h"

// A path; Lua strings may hold zeros, paths may not.
static const char *check_path(lua_State *L, int i) {
  size_t n;
  const char *path = luaL_checklstring(L, i, &n);
  luaL_argcheck(L, strlen(path) == n && n > 0, i, "a path expected");
  return path;
}

// read_idx(path) -> tensor
static int read_idx(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  const char *path = check_path(L, 1);
  size_t scope = ln_scope(c);
  LnStream *stream = ln_stream_open(c, path);
  LnTensor *t = stream ? ln_temp(c, ln_idx_read(c, stream)) : NULL;
  ln_stream_close(stream);
  if (!t) return ln_lua_raise(L, s, "read_idx");
  ln_lua_push_tensor(L, s, t);
  ln_scope_end(c, scope);
  return 1;
}

// ---- CSV

// Holds the result while its names become Lua strings.
typedef struct Box {
  LnCsv csv;
  LnStream *stream;
} Box;

static void box_close(Box *box) {
  ln_csv_release(&box->csv);
  ln_stream_close(box->stream);
  box->stream = NULL;
}

static int box_gc(lua_State *L) {
  box_close(lua_touserdata(L, 1));
  return 0;
}

static Box *push_box(lua_State *L) {
  Box *box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = (Box){0};
  if (luaL_newmetatable(L, "lunate.csv")) {
    lua_pushcfunction(L, box_gc);
    lua_setfield(L, -2, "__gc");
    lua_pushliteral(L, "lunate.csv");
    lua_setfield(L, -2, "__metatable");
  }
  lua_setmetatable(L, -2);
  return box;
}

// The columns to keep from the list at i: names, or positions from 1. The array sits in a userdata
// that is pushed; its names are those of the list.
static const LnCsvColumn *check_columns(lua_State *L, int i, int64_t *n) {
  luaL_checktype(L, i, LUA_TTABLE);
  *n = ln_lua_own_list(L, i);
  luaL_argcheck(L, *n > 0, i, "columns must be a list of names or positions");
  LnCsvColumn *columns = lua_newuserdatauv(L, (size_t)*n * sizeof *columns, 0);
  for (int64_t j = 0; j < *n; j++) {
    lua_rawgeti(L, i, (lua_Integer)j + 1);
    columns[j] = (LnCsvColumn){NULL, 0};
    if (lua_type(L, -1) == LUA_TSTRING) {
      columns[j].name = lua_tostring(L, -1);
    } else if (lua_isnumber(L, -1) && lua_tointeger(L, -1) >= 1) {
      columns[j].position = (int64_t)lua_tointeger(L, -1) - 1;
    } else {
      luaL_error(L, "columns: names or positions from 1 expected, got a %s at %d",
                 luaL_typename(L, -1), (int)j + 1);
    }
    lua_pop(L, 1);
  }
  return columns;
}

// (path or text, header or nil, delimiter, skip_rows, dtype, columns or nil) -> tensor, names or
// nil
static int read_table(lua_State *L, const char *what, bool is_text) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  lua_settop(L, 6);
  size_t bytes = 0, n_delimiter;
  const char *source = is_text ? luaL_checklstring(L, 1, &bytes) : check_path(L, 1);
  const char *delimiter = luaL_checklstring(L, 3, &n_delimiter);
  luaL_argcheck(L, n_delimiter == 1 && !strchr("\"\n\r.+-0123456789eE", *delimiter), 3,
                "the delimiter must be one character that is no part of a number");
  LnCsvOptions options = {
      .delimiter = *delimiter,
      .header = lua_isnil(L, 2) ? -1 : lua_toboolean(L, 2),
      .skip_rows = luaL_checkinteger(L, 4),
      .dtype = ln_lua_check_dtype(L, 5, what),
  };
  if (!lua_isnil(L, 6)) options.columns = check_columns(L, 6, &options.n_columns);
  Box *box = push_box(L);
  box->stream = is_text ? ln_stream_text(c, source, bytes) : ln_stream_open(c, source);
  if (!box->stream || !ln_csv_read(c, box->stream, &options, &box->csv)) {
    box_close(box);  // files are few: they do not wait for the collector
    return ln_lua_raise(L, s, what);
  }
  int at = lua_gettop(L);
  ln_lua_push_tensor(L, s, box->csv.values);
  if (box->csv.names) {
    lua_createtable(L, (int)box->csv.n_names, 0);
    for (int64_t i = 0; i < box->csv.n_names; i++) {
      lua_pushstring(L, box->csv.names[i]);
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
  } else {
    lua_pushnil(L);
  }
  box_close(box);
  return lua_gettop(L) - at;
}

static int read_csv(lua_State *L) { return read_table(L, "read_csv", false); }
static int parse_csv(lua_State *L) { return read_table(L, "parse_csv", true); }

// ---- bytes and folders

// read_bytes(path, limit) -> string: the content, unpacked when it is gzip; more is an error
static int read_bytes(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  const char *path = check_path(L, 1);
  lua_Integer limit = luaL_checkinteger(L, 2);
  Box *box = push_box(L);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  box->stream = ln_stream_open(c, path);
  if (!box->stream) return ln_lua_raise(L, s, "read_bytes");
  for (size_t got = 1, total = 0; got > 0; total += got) {
    char *block = luaL_prepbuffsize(&buffer, 1 << 16);
    if (!ln_stream_read(c, box->stream, block, 1 << 16, &got)) {
      box_close(box);
      return ln_lua_raise(L, s, "read_bytes");
    }
    if ((lua_Integer)(total + got) > limit) {
      box_close(box);
      return luaL_error(L, "read_bytes: '%s' has more than %I bytes", path, limit);
    }
    luaL_addsize(&buffer, got);
  }
  luaL_pushresult(&buffer);
  box_close(box);
  return 1;
}

static int close_folder(lua_State *L) {
  DIR **folder = lua_touserdata(L, 1);
  if (*folder) closedir(*folder);
  *folder = NULL;
  return 0;
}

// list_folder(path) -> list of the names in it, in no order
static int list_folder(lua_State *L) {
  const char *path = check_path(L, 1);
  DIR **folder = lua_newuserdatauv(L, sizeof *folder, 0);
  *folder = NULL;
  if (luaL_newmetatable(L, "lunate.folder")) {
    lua_pushcfunction(L, close_folder);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  lua_newtable(L);
  *folder = opendir(path);
  if (!*folder) return luaL_error(L, "list_folder: cannot read '%s': %s", path, strerror(errno));
  lua_Integer n = 0;
  for (struct dirent *entry; (entry = readdir(*folder));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    lua_pushstring(L, entry->d_name);
    lua_rawseti(L, -2, ++n);
  }
  closedir(*folder);
  *folder = NULL;
  return 1;
}

static const luaL_Reg functions[] = {
    {"read_idx", read_idx},     {"read_csv", read_csv},       {"parse_csv", parse_csv},
    {"read_bytes", read_bytes}, {"list_folder", list_folder}, {NULL, NULL}};

void ln_register_files(lua_State *L) { ln_lua_setfuncs(L, functions); }
