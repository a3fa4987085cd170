// Files of data for Lua: IDX, CSV, plain bytes. The formats are in core/io; a new one is a
// reader there and a function here.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/ahead.h"
#include "io/bytes.h"
#include "io/idx.h"
#include "io/save.h"
#include "lua/arguments.h"
#include "lua/messages.h"
#include "lua/tensor.h"

// read_idx(path) -> tensor
static int read_idx(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  const char *path = ln_lua_check_path(L, 1);
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
  ln_lua_set_class(L, "lunate.csv", box_gc, NULL, true);
  return box;
}

// The columns to keep from the list at i: names, or positions from 1. The array sits in a userdata
// that is pushed; its names are those of the list.
static const LnCsvColumn *check_columns(lua_State *L, int i, int64_t *n) {
  luaL_checktype(L, i, LUA_TTABLE);
  *n = ln_lua_own_list(L, i, "columns");
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

// Arguments 2 .. 6: header or nil, delimiter, skip_rows, dtype, columns or nil. May push.
static void check_csv_options(lua_State *L, const char *what, LnCsvOptions *options) {
  size_t n_delimiter;
  const char *delimiter = luaL_checklstring(L, 3, &n_delimiter);
  luaL_argcheck(L, n_delimiter == 1 && !strchr("\"\n\r.+-0123456789eE", *delimiter), 3,
                "the delimiter must be one character that is no part of a number");
  *options = (LnCsvOptions){
      .delimiter = *delimiter,
      .header = lua_isnil(L, 2) ? -1 : lua_toboolean(L, 2),
      .skip_rows = luaL_checkinteger(L, 4),
      .dtype = ln_lua_check_dtype(L, 5, what),
  };
  if (!lua_isnil(L, 6)) options->columns = check_columns(L, 6, &options->n_columns);
}

// (path or text, header or nil, delimiter, skip_rows, dtype, columns or nil) -> tensor, names or
// nil, {blank_lines =, missing =}
static int read_table(lua_State *L, const char *what, bool is_text) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  lua_settop(L, 6);
  size_t bytes = 0;
  const char *source = is_text ? luaL_checklstring(L, 1, &bytes) : ln_lua_check_path(L, 1);
  LnCsvOptions options;
  check_csv_options(L, what, &options);
  Box *box = push_box(L);
  box->stream = is_text ? ln_stream_text(c, source, bytes) : ln_stream_open(c, source);
  if (!box->stream || !ln_csv_read(c, box->stream, &options, &box->csv)) {
    box_close(box);  // files are few: they do not wait for the collector
    return ln_lua_raise(L, s, what);
  }
  int base = lua_gettop(L);
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
  lua_createtable(L, 0, 2);
  lua_pushinteger(L, box->csv.blank), lua_setfield(L, -2, "blank_lines");
  lua_pushinteger(L, box->csv.missing), lua_setfield(L, -2, "missing");
  box_close(box);
  return lua_gettop(L) - base;
}

static int read_csv(lua_State *L) { return read_table(L, "read_csv", false); }
static int parse_csv(lua_State *L) { return read_table(L, "parse_csv", true); }

// ---- blocks read ahead

static int reader_close(lua_State *L) {
  LnAhead **a = luaL_checkudata(L, 1, "lunate.reader");
  ln_ahead_free(*a);
  *a = NULL;
  return 0;
}

static LnAhead **push_reader(lua_State *L) {
  LnAhead **a = lua_newuserdatauv(L, sizeof *a, 0);
  *a = NULL;
  ln_lua_set_class(L, "lunate.reader", reader_close, NULL, true);
  return a;
}

// open_csv(path, header, delimiter, skip_rows, dtype, columns, block, depth) -> reader, its number
// of columns, their names or nil
static int open_csv(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  lua_settop(L, 8);
  const char *path = ln_lua_check_path(L, 1);
  lua_Integer block = luaL_checkinteger(L, 7), depth = luaL_checkinteger(L, 8);
  luaL_argcheck(L, block >= 1 && block <= 1 << 24, 7, "rows of a block");
  luaL_argcheck(L, depth >= 0 && depth <= 1 << 16, 8, "blocks to read ahead");
  LnCsvOptions options;
  check_csv_options(L, "from_csv", &options);
  LnAhead **a = push_reader(L);
  int base = lua_gettop(L);
  LnStream *stream = ln_stream_open(c, path);
  LnCsvReader *reader = stream ? ln_csv_open(c, stream, &options) : NULL;
  if (!reader) {
    ln_stream_close(stream);
    return ln_lua_raise(L, s, "from_csv");
  }
  *a = ln_ahead_csv(c, stream, reader, options.dtype, block, (int)depth);
  if (!*a) return ln_lua_raise(L, s, "from_csv");
  int64_t n = ln_csv_columns(reader);   // the reader is the thread's now, but these never change
  lua_pushinteger(L, (lua_Integer)n);
  if (ln_csv_name(reader, 0)) {
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
      lua_pushstring(L, ln_csv_name(reader, i));
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
  } else {
    lua_pushnil(L);
  }
  return lua_gettop(L) - base + 1;
}

// open_rows(tensors, rows (int64, from 1) or nil, size, whole, depth) -> reader, or nil when rows
// of a tensor do not lie in one piece
static int open_rows(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnTensor *t[LN_AHEAD_PARTS];
  luaL_checktype(L, 1, LUA_TTABLE);
  int n = (int)lua_rawlen(L, 1);
  luaL_argcheck(L, n >= 1 && n <= LN_AHEAD_PARTS, 1, "1 to 32 tensors expected");
  lua_Integer size = luaL_checkinteger(L, 3), depth = luaL_checkinteger(L, 5);
  luaL_argcheck(L, size >= 1, 3, "rows of a block");
  luaL_argcheck(L, depth >= 0 && depth <= 1 << 16, 5, "blocks to read ahead");
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 1, i + 1);
    t[i] = ln_lua_check_tensor(L, s, -1, "Dataset");
    lua_pop(L, 1);
    if (t[i]->meta || ln_tensor_closed(t[i]) || t[i]->rank == 0)
      return luaL_error(L, "Dataset: a tensor with samples along its first axis expected");
    if (t[i]->shape[0] != t[0]->shape[0])
      return luaL_error(L, "Dataset: tensors of one number of samples expected");
    int64_t dense = 1;
    for (int k = t[i]->rank - 1; k > 0; dense *= t[i]->shape[k--])
      if (t[i]->shape[k] > 1 && t[i]->stride[k] != dense) return lua_pushnil(L), 1;
  }
  int64_t n_rows = t[0]->shape[0], *order = NULL;
  if (!lua_isnoneornil(L, 2)) {
    LnTensor *rows = ln_lua_check_tensor(L, s, 2, "Dataset");
    if (rows->dtype != LN_INT64 || rows->rank != 1 || !ln_tensor_is_contiguous(rows))
      return luaL_error(L, "Dataset: rows should be a list of int64 positions");
    order = lua_newuserdatauv(L, ((size_t)rows->size + 1) * sizeof *order, 0);
    for (int64_t i = 0; i < rows->size; i++) {
      order[i] = ((const int64_t *)rows->data)[i] - 1;
      if (order[i] < 0 || order[i] >= n_rows)
        return luaL_error(L, "Dataset: row %I is out of range", (LUAI_UACINT)order[i] + 1);
    }
    n_rows = rows->size;
  }
  LnAhead **a = push_reader(L);
  *a = ln_ahead_gather(c, t, n, order, n_rows, size, lua_toboolean(L, 4), (int)depth);
  return *a ? 1 : ln_lua_raise(L, s, "Dataset");
}

// next_block(reader) -> list of tensors, or nil after the last
static int next_block(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnAhead **a = luaL_checkudata(L, 1, "lunate.reader");
  LnTensor *out[LN_AHEAD_PARTS];
  int n = 0;
  if (!*a) return lua_pushnil(L), 1;
  if (!ln_ahead_next(c, *a, out, &n)) return ln_lua_raise(L, s, "Dataset");
  if (n == 0) return lua_pushnil(L), 1;
  size_t scope = ln_scope(c);
  bool ok = true;
  for (int i = 0; i < n; i++) ok = ln_temp(c, out[i]) && ok;   // releases what it cannot hold
  if (!ok) return ln_lua_raise(L, s, "Dataset");
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    ln_lua_push_tensor(L, s, out[i]);
    lua_rawseti(L, -2, i + 1);
  }
  ln_scope_end(c, scope);
  return 1;
}

// ---- whole files

// Reads on to the end, whatever size the file is said to have; more than `limit` is an error.
static int read_whole(lua_State *L, const char *what, bool raw, lua_Integer limit) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  const char *path = ln_lua_check_path(L, 1);
  Box *box = push_box(L);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  box->stream = raw ? ln_stream_open_raw(c, path) : ln_stream_open(c, path);
  if (!box->stream) return ln_lua_raise(L, s, what);
  for (size_t got = 1, total = 0; got > 0; total += got) {
    char *block = luaL_prepbuffsize(&buffer, 1 << 16);
    if (!ln_stream_read(c, box->stream, block, 1 << 16, &got)) {
      box_close(box);
      return ln_lua_raise(L, s, what);
    }
    if ((lua_Integer)(total + got) > limit) {
      box_close(box);
      return luaL_error(L, "%s: '%s' has more than %I bytes", what, path, limit);
    }
    luaL_addsize(&buffer, got);
  }
  luaL_pushresult(&buffer);
  box_close(box);
  return 1;
}

// read_bytes(path, limit) -> string: the content, unpacked when it is gzip
static int read_bytes(lua_State *L) {
  return read_whole(L, "read_bytes", false, luaL_checkinteger(L, 2));
}

// read_file(path[, limit]) -> string: the bytes of a regular file as they are
static int read_file(lua_State *L) {
  return read_whole(L, "read_file", true, luaL_optinteger(L, 2, LUA_MAXINTEGER));
}

// write_file(path, string or list of strings): the new content, or the old one and an error
static int write_file(lua_State *L) {
  LnLua *s = ln_lua(L);
  const char *path = ln_lua_check_path(L, 1);
  lua_settop(L, 2);
  if (lua_type(L, 2) == LUA_TSTRING) {
    lua_createtable(L, 1, 0);
    lua_insert(L, 2);
    lua_rawseti(L, 2, 1);
  }
  luaL_argexpected(L, lua_istable(L, 2), 2, "string or list of strings");
  int n = ln_lua_own_list(L, 2, "write_file");
  LnPiece *pieces = lua_newuserdatauv(L, ((size_t)n + 1) * sizeof *pieces, 0);
  for (int i = 0; i < n; i++) {
    if (lua_rawgeti(L, 2, i + 1) != LUA_TSTRING)
      return luaL_error(L, "write_file: a list of strings expected, got %s at %d",
                        ln_lua_describe(L, s, -1), i + 1);
    pieces[i].data = lua_tolstring(L, -1, &pieces[i].bytes);
    lua_pop(L, 1);
  }
  if (!ln_file_write(&s->context, path, pieces, (size_t)n))
    return ln_lua_raise(L, s, "write_file");
  return 0;
}

// append_file(path, string[, anew]): adds it to the end of the file, all of it or nothing
static int append_file(lua_State *L) {
  LnLua *s = ln_lua(L);
  size_t n;
  const char *path = ln_lua_check_path(L, 1), *text = luaL_checklstring(L, 2, &n);
  if (ln_file_append(&s->context, path, text, n, lua_toboolean(L, 3))) return 0;
  return ln_lua_raise(L, s, NULL);
}

// exists(path) -> whether there is a file, a folder or anything else of that name
static int exists(lua_State *L) {
  struct stat info;
  lua_pushboolean(L, stat(ln_lua_check_path(L, 1), &info) == 0);
  return 1;
}

// ---- tensors as bytes

// tensor_bytes(t) -> string: C order, little-endian
static int tensor_bytes(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = ln_lua_check_tensor(L, s, 1, "tensor_bytes");
  if (t->meta) return luaL_error(L, "tensor_bytes: the tensor is symbolic: it has no values yet");
  size_t bytes = (size_t)t->size * ln_dtype_size((LnDtype)t->dtype);
  luaL_Buffer buffer;
  char *out = luaL_buffinitsize(L, &buffer, bytes);
  if (ln_tensor_closed(t)) return luaL_error(L, "tensor_bytes: the tensor is closed");
  ln_tensor_to_bytes(t, out);
  luaL_pushresultsize(&buffer, bytes);
  return 1;
}

static lua_Integer byte_count(lua_State *L, LnLua *s, int i, const char *name, size_t fallback) {
  if (lua_getfield(L, i, name) == LUA_TNIL) return (lua_Integer)fallback;
  int ok;
  lua_Integer n = lua_tointegerx(L, -1, &ok);
  if (!ok || n < 0)
    luaL_error(L, "bad option '%s' of 'tensor_from_bytes' (integer >= 0 expected, got %s)", name,
               ln_lua_describe(L, s, -1));
  return n;
}

// tensor_from_bytes(bytes, dtype, shape[, {offset = 0, length =, big_endian =, fortran_order =}])
// -> tensor. The length (default: what follows the offset) must be that of the shape. The dtype is
// one of the tensors', or int8, int16, uint16, uint32, uint64, float16, bfloat16, which widen.
static int tensor_from_bytes(lua_State *L) {
  static const char *const names[] = {"offset", "length", "big_endian", "fortran_order", NULL};
  const char *what = "tensor_from_bytes";
  LnLua *s = ln_lua(L);
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  const LnElement *e = ln_element_named(luaL_checkstring(L, 2));
  if (!e) return luaL_error(L, "%s: no dtype '%s'", what, lua_tostring(L, 2));
  LnInts shape;
  ln_lua_check_ints(L, 3, what, false, &shape);
  ln_lua_only_options(L, s, 4, what, names);
  LnLayout layout = {0};
  size_t offset = 0, length = n;
  if (lua_istable(L, 4)) {
    lua_Integer from = byte_count(L, s, 4, "offset", 0);
    if ((lua_Unsigned)from > n)
      return luaL_error(L, "%s: offset %I is past the %I bytes that are there", what,
                        (LUAI_UACINT)from, (LUAI_UACINT)n);
    offset = (size_t)from;
    lua_Integer part = byte_count(L, s, 4, "length", n - offset);
    if ((lua_Unsigned)part > n - offset)
      return luaL_error(L, "%s: %I bytes from %I on are more than there are", what,
                        (LUAI_UACINT)part, (LUAI_UACINT)from);
    length = (size_t)part;
    lua_getfield(L, 4, "big_endian");
    layout.big_endian = lua_toboolean(L, -1);
    lua_getfield(L, 4, "fortran_order");
    layout.fortran = lua_toboolean(L, -1);
  }
  LnContext *c = &s->context;
  size_t scope = ln_scope(c);
  LnTensor *t = ln_temp(c, ln_tensor_from_bytes(c, bytes + offset, length, e, (int)shape.n, shape.v,
                                                layout));
  if (!t) return ln_lua_raise(L, s, what);
  ln_lua_push_tensor(L, s, t);
  ln_scope_end(c, scope);
  return 1;
}

// map_file(path, offset, dtype, shape) -> the tensor that begins there in the file, read-only
static int map_file(lua_State *L) {
  LnLua *s = ln_lua(L);
  const char *path = ln_lua_check_path(L, 1), *name = luaL_checkstring(L, 3);
  const lua_Integer offset = luaL_checkinteger(L, 2);
  LnInts shape;
  LnDtype d = LN_DTYPES;
  for (int i = 0; i < LN_DTYPES; i++)
    if (strcmp(ln_dtype_name((LnDtype)i), name) == 0) d = (LnDtype)i;
  if (offset < 0 || d == LN_DTYPES || d == LN_BOOL)
    return luaL_error(L, "map_file: '%s' at %I cannot be mapped", name, (LUAI_UACINT)offset);
  ln_lua_check_ints(L, 4, "map_file", false, &shape);
  LnContext *c = &s->context;
  const size_t scope = ln_scope(c);
  LnTensor *t = ln_temp(c, ln_tensor_map(c, path, (size_t)offset, d, (int)shape.n, shape.v));
  if (!t) return ln_lua_raise(L, s, NULL);
  ln_lua_push_tensor(L, s, t);
  ln_scope_end(c, scope);
  return 1;
}

static const luaL_Reg functions[] = {
    {"read_idx", read_idx},     {"read_csv", read_csv},       {"parse_csv", parse_csv},
    {"read_bytes", read_bytes}, {"open_csv", open_csv},
    {"read_file", read_file},   {"write_file", write_file},   {"append_file", append_file},
    {"exists", exists},         {"tensor_bytes", tensor_bytes},
    {"tensor_from_bytes", tensor_from_bytes}, {"map_file", map_file},
    {"open_rows", open_rows},   {"next_block", next_block},   {"close_reader", reader_close},
    {NULL, NULL}};

void ln_register_files(lua_State *L) { ln_lua_setfuncs(L, functions); }
