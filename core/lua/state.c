// What belongs to one Lua state, and what every file of the binding rests on: errors that name the
// script's line, functions with the state as upvalue, metatables of types.
#include "lua/state.h"

#include <stdarg.h>
#include <string.h>

#include "lua/text.h"

// ---- raising

// Key in the registry: how the sources of lunate's own Lua begin, "@/usr/share/lua/5.4/lunate/".
static const char library_key;
static const char pcall_key;   // likewise: the function

// Pushes "script.lua:5: " as luaL_where does; where lunate's own Lua called, the line of the script
// that called that. A protected call of the core gives a message without a place.
static void push_place(lua_State *L) {
  lua_Debug info;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &library_key);
  size_t n = 0;
  const char *library = lua_tolstring(L, -1, &n);
  for (int level = 1; lua_getstack(L, level, &info); level++) {
    lua_getinfo(L, "Sl", &info);
    bool ours = n > 0 && strncmp(info.source, library, n) == 0;
    if (info.currentline > 0 && !ours) {
      lua_pushfstring(L, "%s:%d: ", info.short_src, info.currentline);
      lua_remove(L, -2);
      return;
    }
    if (level == 1 && info.currentline <= 0) break;
  }
  lua_pop(L, 1);
  lua_pushliteral(L, "");
}

// A text at the top that is too long to be read loses its middle; characters stay whole.
static void shorten(lua_State *L) {
  enum { LIMIT = 2000, HEAD = 1400, TAIL = 500 };
  size_t n, head = HEAD, tail;
  const char *text = lua_tolstring(L, -1, &n);
  if (n <= LIMIT) return;
  tail = n - TAIL;
  while (head > 0 && ln_lua_is_continuation(text[head])) head--;
  while (tail < n && ln_lua_is_continuation(text[tail])) tail++;
  lua_pushlstring(L, text, head);
  lua_pushliteral(L, " ... ");
  lua_pushlstring(L, text + tail, n - tail);
  lua_concat(L, 3);
  lua_remove(L, -2);
}

static bool is_ours(lua_State *L, lua_Debug *info, const char *library) {
  lua_getinfo(L, "S", info);
  return library && strncmp(info->source, library, strlen(library)) == 0;
}

// Whether a script called pcall around all this: nobody prints a second traceback then.
static bool is_caught(lua_State *L) {
  int top = lua_gettop(L);
  lua_Debug info;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &library_key);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &pcall_key);
  for (int level = 1; lua_getstack(L, level, &info); level++) {
    lua_getinfo(L, "f", &info);
    bool protected_call = lua_rawequal(L, -1, top + 2);
    lua_settop(L, top + 2);
    if (protected_call && lua_getstack(L, level + 1, &info) &&
        !is_ours(L, &info, lua_tostring(L, top + 1))) {
      lua_settop(L, top);
      return true;
    }
  }
  lua_settop(L, top);
  return false;
}

// A message at the top that brings the traceback of a call in Lua (host.c), raised where the
// message is printed with another: of the first are left the lines inside of that call.
static void join_tracebacks(lua_State *L) {
  static const char title[] = "\nstack traceback:";
  const char *message = lua_tostring(L, -1), *trace = strstr(message, title);
  if (!trace || is_caught(L)) return;
  const char *lines = trace + sizeof title - 1, *end = strstr(lines, "\n\t[C]: in ?");
  bool deep = end && memchr(lines + 1, '\n', (size_t)(end - lines - 1));
  lua_pushlstring(L, message, (size_t)(trace - message));
  lua_pushlstring(L, lines, deep ? (size_t)(end - lines) : 0);
  lua_concat(L, 2);
  lua_remove(L, -2);
}

static int raise_text(lua_State *L) {   // the text is at the top
  if (strstr(lua_tostring(L, -1), "\nstack traceback:")) join_tracebacks(L);
  else shorten(L);
  push_place(L);
  lua_insert(L, -2);
  lua_concat(L, 2);
  ln_lua_printable(L, -1, true);
  return lua_error(L);
}

int ln_lua_error(lua_State *L, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  return raise_text(L);
}

// The name of the function that runs, pushed: as it was called, else as the module has it.
static const char *push_running(lua_State *L, lua_Debug *info) {
  lua_getinfo(L, "nf", info);
  int function = lua_gettop(L);
  if (info->name) return lua_pushstring(L, info->name);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, "lunate.core");
  for (lua_pushnil(L); lua_istable(L, function + 2) && lua_next(L, function + 2); lua_pop(L, 1))
    if (lua_rawequal(L, -1, function) && lua_type(L, -2) == LUA_TSTRING)
      return lua_tostring(L, -2);
  return "?";
}

int ln_lua_bad_argument(lua_State *L, int i, const char *text) {
  lua_Debug info = {0};
  const char *name = lua_getstack(L, 0, &info) ? push_running(L, &info) : "?";
  bool method = info.namewhat && strcmp(info.namewhat, "method") == 0;
  if (method && i == 1) return ln_lua_error(L, "calling '%s' on bad self (%s)", name, text);
  return ln_lua_error(L, "bad argument #%d to '%s' (%s)", method ? i - 1 : i, name, text);
}

int ln_lua_raise(lua_State *L, LnLua *s, const char *what) {
  // Cleared first: what makes the message may itself fail for want of memory.
  char text[sizeof s->context.err.text];
  strcpy(text, s->context.err.set ? s->context.err.text : "out of memory");   // of malloc's
  ln_clear_error(&s->context);
  size_t n = what ? strlen(what) : 0;
  bool named = n > 0 && strncmp(text, what, n) == 0 && text[n] == ':';
  if (what && !named) lua_pushfstring(L, "%s: %s", what, text);
  else lua_pushstring(L, text);
  return raise_text(L);
}

// core.set_library(prefix): how the sources of lunate's own Lua begin
static int set_library(lua_State *L) {
  luaL_checkstring(L, 1);
  lua_settop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &library_key);
  lua_getglobal(L, "pcall");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &pcall_key);
  return 0;
}

// core.shortened(text) -> the text, or its beginning and end
static int shortened(lua_State *L) {
  luaL_checkstring(L, 1);
  lua_settop(L, 1);
  shorten(L);
  return 1;
}

// ---- order after an error that jumped

void ln_lua_recover(LnLua *s, uintptr_t frame) {
  LnContext *c = &s->context;
  if (ln_scope_jumped(c, frame)) {
    ln_scope_end(c, 0);
    c->scope_frame = 0;
    c->cache = NULL;
  }
  if (!c->scope_frame) ln_clear_error(c);
}

// ---- functions and types

void ln_lua_setfuncs(lua_State *L, const luaL_Reg *functions) {
  lua_pushvalue(L, lua_upvalueindex(1));
  luaL_setfuncs(L, functions, 1);
}

void ln_lua_metatable(lua_State *L, LnLua *s, int type, const char *name) {
  lua_newtable(L);
  s->metatable[type] = lua_topointer(L, -1);
  lua_pushstring(L, name);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__name");
  lua_setfield(L, -2, "__metatable");
  // The registry keeps it alive: type checks compare addresses. Its list part is the fastest there.
  lua_pushvalue(L, -1);
  s->metatable_place[type] = luaL_ref(L, LUA_REGISTRYINDEX);
}

void *ln_lua_test_type(lua_State *L, LnLua *s, int i, int type) {
  if (lua_type(L, i) != LUA_TUSERDATA || !lua_getmetatable(L, i)) return NULL;
  const void *found = lua_topointer(L, -1);
  lua_pop(L, 1);
  return found == s->metatable[type] ? lua_touserdata(L, i) : NULL;
}

// ---- memory

static int nothing(lua_State *L) {
  (void)L;
  return 0;
}

bool ln_lua_can_finalize(lua_State *L) {
  if (!lua_checkstack(L, 2 * LUA_MINSTACK)) return false;
  lua_pushcfunction(L, nothing);
  if (lua_pcall(L, 0, 0, 0) == LUA_OK) return true;
  lua_pop(L, 1);
  return false;
}

void ln_lua_charge(lua_State *L, LnLua *s, size_t bytes) {
  s->debt += bytes;
  if (s->debt < (size_t)1 << 20) return;
  size_t kb = s->debt >> 10;
  s->debt = 0;
  if (!ln_lua_can_finalize(L)) return;
  // lua5.4 collects by generations: what outlives two young collections waits for a full one,
  // which only Lua's own, small memory would bring about.
  if (ln_memory_stats(s->context.memory).live > 2 * s->live + ((size_t)16 << 20)) {
    lua_gc(L, LUA_GCCOLLECT);
    s->live = ln_memory_stats(s->context.memory).live;
  } else {
    lua_gc(L, LUA_GCSTEP, kb > 1 << 20 ? 1 << 20 : (int)kb);
  }
}

void ln_register_state(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"set_library", set_library}, {"shortened", shortened}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
