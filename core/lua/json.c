// JSON to Lua values and back, on the Lua stack, with no tree in between.
//
// Objects are tables, arrays are lists; null is `false`, since an absent field would take a default
// and Keras's null means None, or core.null where it must be told from false. Integers stay
// integers and floats floats both ways (1 and 1.0 are two things to Keras). An empty table is {};
// core.list() marks a table as a list, so that it is [] even when it is empty; decoded empty lists
// are marked. Fields come in alphabetical order and text as ASCII: one value has one text.
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/state.h"

enum { MAX_DEPTH = 200 };

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

// ---- reading (RFC 8259; NaN and Infinity too, which Python's json writes)

typedef struct Text {
  lua_State *L;
  const char *start, *at, *end;
  bool nulls;   // null is core.null
} Text;

static int fail(const Text *t, const char *what) {
  return luaL_error(t->L, "json: not valid JSON near byte %I: %s",
                    (LUAI_UACINT)(t->at - t->start) + 1, what);
}

static void skip_space(Text *t) {
  while (t->at < t->end && strchr(" \t\r\n", *t->at) && *t->at) t->at++;
}

static char peek(const Text *t) { return t->at < t->end ? *t->at : '\0'; }

static bool take_word(Text *t, const char *word) {
  size_t n = strlen(word);
  if ((size_t)(t->end - t->at) < n || memcmp(t->at, word, n) != 0) return false;
  t->at += n;
  return true;
}

static int digits(Text *t) {
  int n = 0;
  for (; peek(t) >= '0' && peek(t) <= '9'; t->at++) n++;
  return n;
}

static void read_number(Text *t) {
  const char *from = t->at;
  char copy[64];
  bool whole = true;
  if (peek(t) == '-') t->at++;
  if (take_word(t, "Infinity")) {
    lua_pushnumber(t->L, *from == '-' ? -HUGE_VAL : HUGE_VAL);
    return;
  }
  bool zero = peek(t) == '0';
  int n = digits(t);
  if (n == 0 || (zero && n > 1)) fail(t, "a value expected");
  if (peek(t) == '.') {
    t->at++, whole = false;
    if (digits(t) == 0) fail(t, "digits expected");
  }
  if (peek(t) == 'e' || peek(t) == 'E') {
    t->at++, whole = false;
    if (peek(t) == '+' || peek(t) == '-') t->at++;
    if (digits(t) == 0) fail(t, "digits expected");
  }
  // lua_stringtonumber knows the locale's decimal point; a long one takes a way of its
  // own.
  size_t size = (size_t)(t->at - from);
  if (size >= sizeof copy) {
    lua_pushlstring(t->L, from, size);
    if (lua_stringtonumber(t->L, lua_tostring(t->L, -1)) == 0) fail(t, "a number");
    lua_remove(t->L, -2);
  } else {
    memcpy(copy, from, size);
    copy[size] = '\0';
    if (lua_stringtonumber(t->L, copy) == 0) fail(t, "a number");
  }
  if (!isfinite(lua_tonumber(t->L, -1))) fail(t, "a number too large for a float");
  if (!whole && lua_isinteger(t->L, -1)) {
    lua_pushnumber(t->L, lua_tonumber(t->L, -1));
    lua_remove(t->L, -2);
  }
}

static unsigned long read_hex(Text *t) {
  unsigned long code = 0;
  for (int i = 0; i < 4; i++, t->at++) {
    char c = peek(t);
    const char *all = "0123456789abcdef0123456789ABCDEF", *p = c ? strchr(all, c) : NULL;
    if (!p) fail(t, "four hexadecimal digits expected");
    code = code * 16 + (unsigned long)((p - all) % 16);
  }
  return code;
}

static void add_utf8(luaL_Buffer *b, unsigned long code) {
  char out[4];
  int n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (int i = n - 1; i > 0; i--, code >>= 6) out[i] = (char)(0x80 | (code & 0x3F));
  out[0] = (char)(lead[n] | code);
  luaL_addlstring(b, out, (size_t)n);
}

static void read_string(Text *t) {
  luaL_Buffer b;
  t->at++;
  const char *from = t->at;
  while (t->at < t->end && *t->at != '"' && *t->at != '\\' && (unsigned char)*t->at >= 0x20)
    t->at++;
  if (peek(t) == '"') {   // as it stands
    lua_pushlstring(t->L, from, (size_t)(t->at++ - from));
    return;
  }
  luaL_buffinit(t->L, &b);
  luaL_addlstring(&b, from, (size_t)(t->at - from));
  for (;;) {
    if (t->at >= t->end) fail(t, "a text that does not end");
    char c = *t->at++;
    if (c == '"') break;
    if ((unsigned char)c < 0x20) t->at--, fail(t, "a control character in a text");
    if (c != '\\') {
      luaL_addchar(&b, c);
      continue;
    }
    c = peek(t);
    static const char from_letter[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    const char *p = c && c != 'u' ? from_letter : NULL;
    while (p && *p && *p != c) p += 2;
    if (p && *p) {
      t->at++;
      luaL_addchar(&b, p[1]);
      continue;
    }
    if (c != 'u') fail(t, "an unknown escape in a text");
    t->at++;
    unsigned long code = read_hex(t);
    if (code >= 0xD800 && code < 0xDC00 && take_word(t, "\\u")) {
      unsigned long low = read_hex(t);
      code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                                           : 0xD800;
    }
    if (code >= 0xD800 && code < 0xE000) fail(t, "half of a surrogate pair");
    add_utf8(&b, code);
  }
  luaL_pushresult(&b);
}

static void read_value(Text *t, int depth) {
  lua_State *L = t->L;
  if (depth > MAX_DEPTH) luaL_error(L, "json: nested deeper than %d", MAX_DEPTH);
  luaL_checkstack(L, 6, "nested JSON");
  skip_space(t);
  char open = peek(t);
  if (open == '"') read_string(t);
  else if (take_word(t, "null")) {
    if (t->nulls) ln_lua_push_null(L);
    else lua_pushboolean(L, 0);
  } else if (take_word(t, "true")) lua_pushboolean(L, 1);
  else if (take_word(t, "false")) lua_pushboolean(L, 0);
  else if (take_word(t, "NaN")) lua_pushnumber(L, NAN);
  else if (open != '{' && open != '[') {
    if (t->at >= t->end) fail(t, "it ends too early");
    read_number(t);
  } else {
    char close = open == '{' ? '}' : ']';
    lua_Integer n = 0;
    lua_newtable(L);
    t->at++;
    skip_space(t);
    if (peek(t) == close) {
      t->at++;
      if (open == '[') ln_lua_mark_list(L);
      return;
    }
    for (;;) {
      if (open == '{') {
        skip_space(t);
        if (peek(t) != '"') fail(t, "a name in quotes expected");
        read_string(t);
        skip_space(t);
        if (peek(t) != ':') fail(t, "':' expected");
        t->at++;
        read_value(t, depth + 1);
        lua_rawset(L, -3);
      } else {
        read_value(t, depth + 1);
        lua_rawseti(L, -2, ++n);
      }
      skip_space(t);
      char c = peek(t);
      if (c != ',' && c != close)
        fail(t, open == '{' ? "',' or '}' expected" : "',' or ']' expected");
      t->at++;
      if (c == close) return;
    }
  }
}

// core.json_decode(text[, nulls]): null is false, or core.null
static int decode(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  Text t = {L, text, text, text + n, lua_toboolean(L, 2)};
  lua_settop(L, 1);
  read_value(&t, 0);
  skip_space(&t);
  if (t.at < t.end) fail(&t, "the text goes on after the value");
  return 1;
}

// ---- writing

typedef struct Out {
  char *text;   // malloc'ed
  size_t n, size;
  bool indented;
} Out;

static int free_out(lua_State *L) {
  Out *out = lua_touserdata(L, 1);
  free(out->text);
  *out = (Out){0};
  return 0;
}

static void put(lua_State *L, Out *out, const char *text, size_t n) {
  if (n > out->size - out->n) {
    size_t size = 2 * (out->size + n);
    char *more = realloc(out->text, size);
    if (!more) luaL_error(L, "json: out of memory");
    out->text = more;
    out->size = size;
  }
  memcpy(out->text + out->n, text, n);
  out->n += n;
}

static void put_text(lua_State *L, Out *out, const char *text) { put(L, out, text, strlen(text)); }

static void put_break(lua_State *L, Out *out, int depth) {
  if (!out->indented) return;
  put(L, out, "\n", 1);
  for (int i = 0; i < depth; i++) put(L, out, "  ", 2);
}

// The code point at s, whose length is stored; length 0 for what is not UTF-8.
static unsigned long code_point(const unsigned char *s, size_t n, int *length) {
  static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned lead = s[0];
  int k = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned long code = k == 1 ? lead : lead & (0x7Fu >> k);
  *length = 0;
  if ((lead >= 0x80 && lead < 0xC0) || lead >= 0xF8 || (size_t)k > n) return 0;
  for (int i = 1; i < k; i++) {
    if ((s[i] & 0xC0) != 0x80) return 0;
    code = code << 6 | (s[i] & 0x3F);
  }
  if (code < least[k] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return 0;
  *length = k;
  return code;
}

static void put_string(lua_State *L, Out *out, const char *text, size_t n) {
  static const char escaped[] = "\"\"\\\\\bb\ff\nn\rr\tt";
  char code[16];
  put(L, out, "\"", 1);
  for (size_t i = 0; i < n;) {
    size_t from = i;
    while (i < n && (unsigned char)text[i] >= 0x20 && (unsigned char)text[i] < 0x7F &&
           text[i] != '"' && text[i] != '\\')
      i++;
    put(L, out, text + from, i - from);
    if (i == n) break;
    const char *p = text[i] ? escaped : "";
    while (*p && *p != text[i]) p += 2;
    int length;
    unsigned long c = code_point((const unsigned char *)text + i, n - i, &length);
    if (length == 0) luaL_error(L, "json: a text that is not UTF-8 has no JSON form");
    if (*p) snprintf(code, sizeof code, "\\%c", p[1]);
    else if (c < 0x10000) snprintf(code, sizeof code, "\\u%04lx", c);
    else
      snprintf(code, sizeof code, "\\u%04lx\\u%04lx", 0xD800 + ((c - 0x10000) >> 10),
               0xDC00 + ((c - 0x10000) & 0x3FF));
    put_text(L, out, code);
    i += (size_t)length;
  }
  put(L, out, "\"", 1);
}

// The shortest text that reads back as the same number; a float shows that it is one.
static void put_number(lua_State *L, Out *out, int i) {
  char text[48];
  if (lua_isinteger(L, i)) {
    snprintf(text, sizeof text, LUA_INTEGER_FMT, lua_tointeger(L, i));
    put_text(L, out, text);
    return;
  }
  double v = lua_tonumber(L, i);
  if (!isfinite(v)) luaL_error(L, "json: %f has no JSON form", v);
  for (int digits_wanted = 15; digits_wanted <= 17; digits_wanted++) {
    snprintf(text, sizeof text, "%.*g", digits_wanted, v);
    if (strtod(text, NULL) == v) break;
  }
  for (char *p = text; *p; p++)   // the locale's decimal point
    if (!strchr("0123456789-+e", *p)) *p = '.';
  if (!strpbrk(text, ".e")) strcat(text, ".0");
  put_text(L, out, text);
}

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

typedef struct Field {
  const char *name;
  size_t size;
  int at;           // its key in the list of keys
} Field;

static int by_name(const void *a, const void *b) {
  const Field *x = a, *y = b;
  size_t n = x->size < y->size ? x->size : y->size;
  int order = memcmp(x->name, y->name, n);
  return order != 0 ? order : (x->size > y->size) - (x->size < y->size);
}

static void put_value(lua_State *L, Out *out, int depth);

static void put_fields(lua_State *L, Out *out, int depth) {
  int table = lua_gettop(L), n = 0, count = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) n++;
  Field *fields = lua_newuserdatauv(L, (size_t)n * sizeof *fields, 0);
  lua_createtable(L, n, 0);   // table + 2: the keys as they are
  lua_createtable(L, n, 0);   // table + 3: their texts
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER)
      luaL_error(L, "json: keys should be strings, got a %s", luaL_typename(L, -1));
    if (count == n) luaL_error(L, "json: the table changed meanwhile");
    lua_pushvalue(L, -1);
    lua_rawseti(L, table + 2, ++count);
    lua_pushvalue(L, -1);
    Field *f = &fields[count - 1];
    f->name = lua_tolstring(L, -1, &f->size);
    f->at = count;
    lua_rawseti(L, table + 3, count);
  }
  qsort(fields, (size_t)count, sizeof *fields, by_name);
  put(L, out, "{", 1);
  for (int i = 0; i < count; i++) {
    if (i > 0) put(L, out, ",", 1);
    put_break(L, out, depth + 1);
    put_string(L, out, fields[i].name, fields[i].size);
    put_text(L, out, out->indented ? ": " : ":");
    lua_rawgeti(L, table + 2, fields[i].at);
    lua_rawget(L, table);
    put_value(L, out, depth + 1);
    lua_settop(L, table + 3);
  }
  if (count > 0) put_break(L, out, depth);
  put(L, out, "}", 1);
  lua_settop(L, table);
}

// The value at the top, which stays.
static void put_value(lua_State *L, Out *out, int depth) {
  if (depth > MAX_DEPTH) luaL_error(L, "json: nested deeper than %d (a cycle?)", MAX_DEPTH);
  luaL_checkstack(L, 10, "nested JSON");
  switch (lua_type(L, -1)) {
    case LUA_TNIL: put_text(L, out, "null"); return;
    case LUA_TBOOLEAN: put_text(L, out, lua_toboolean(L, -1) ? "true" : "false"); return;
    case LUA_TNUMBER: put_number(L, out, -1); return;
    case LUA_TSTRING: {
      size_t n;
      const char *text = lua_tolstring(L, -1, &n);
      put_string(L, out, text, n);
      return;
    }
    case LUA_TTABLE: break;
    default:
      if (ln_lua_is_null(L, -1)) {
        put_text(L, out, "null");
        return;
      }
      luaL_tolstring(L, -1, NULL);
      luaL_error(L, "json: a %s has no JSON form: %s", luaL_typename(L, -2), lua_tostring(L, -1));
  }
  if (!is_list(L)) {
    put_fields(L, out, depth);
    return;
  }
  lua_Integer n = (lua_Integer)lua_rawlen(L, -1);
  put(L, out, "[", 1);
  for (lua_Integer i = 1; i <= n; i++) {
    if (i > 1) put(L, out, ",", 1);
    put_break(L, out, depth + 1);
    lua_rawgeti(L, -1, i);
    put_value(L, out, depth + 1);
    lua_pop(L, 1);
  }
  if (n > 0) put_break(L, out, depth);
  put(L, out, "]", 1);
}

// core.json_encode(value[, indented])
static int encode(lua_State *L) {
  bool indented = lua_toboolean(L, 2);
  lua_settop(L, 1);
  Out *out = lua_newuserdatauv(L, sizeof *out, 0);
  *out = (Out){.indented = indented};
  if (luaL_newmetatable(L, "lunate.json")) {
    lua_pushcfunction(L, free_out);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  lua_insert(L, 1);
  put_value(L, out, 0);
  lua_pushlstring(L, out->text, out->n);
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
