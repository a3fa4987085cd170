// Event files for Lua (io/event_file.h): a handle with write, sync, close and path. What is written
// into them is encoded in lua/lunate/summary.
#include <string.h>
#include <time.h>

#include "io/event_file.h"
#include "lua/state.h"

#define TYPE "lunate.event_file"

static LnEventFile *check_open(lua_State *L) {
  LnEventFile **f = luaL_checkudata(L, 1, TYPE);
  if (!*f) luaL_error(L, "the event file is closed");
  return *f;
}

// file:write(bytes): one record, which is on its way to readers when this returns
static int file_write(lua_State *L) {
  LnLua *s = ln_lua(L);
  size_t n;
  LnEventFile *f = check_open(L);
  const char *data = luaL_checklstring(L, 2, &n);
  return ln_event_file_write(&s->context, f, data, n) ? 0 : ln_lua_raise(L, s, NULL);
}

static int file_sync(lua_State *L) {
  LnLua *s = ln_lua(L);
  return ln_event_file_sync(&s->context, check_open(L)) ? 0 : ln_lua_raise(L, s, NULL);
}

static int file_path(lua_State *L) {
  lua_pushstring(L, ln_event_file_path(check_open(L)));
  return 1;
}

// Needs no state: it runs at the end of one, too.
static int file_close(lua_State *L) {
  LnEventFile **f = luaL_checkudata(L, 1, TYPE);
  ln_event_file_close(*f);
  *f = NULL;
  return 0;
}

static const luaL_Reg methods[] = {{"write", file_write}, {"sync", file_sync},
                                   {"path", file_path},   {"close", file_close},
                                   {NULL, NULL}};

// open_event_file(folder) -> handle
static int open_event_file(lua_State *L) {
  LnLua *s = ln_lua(L);
  size_t n;
  const char *folder = luaL_checklstring(L, 1, &n);
  luaL_argcheck(L, strlen(folder) == n && n > 0, 1, "a path expected");
  LnEventFile **f = lua_newuserdatauv(L, sizeof *f, 0);
  *f = NULL;
  ln_lua_set_class(L, TYPE, file_close, methods, true);
  *f = ln_event_file_open(&s->context, folder);
  return *f ? 1 : ln_lua_raise(L, s, NULL);
}

// wall_clock() -> seconds since 1970
static int wall_clock(lua_State *L) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  lua_pushnumber(L, (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
  return 1;
}

static const luaL_Reg functions[] = {
    {"open_event_file", open_event_file}, {"wall_clock", wall_clock}, {NULL, NULL}};

void ln_register_event_file(lua_State *L) { ln_lua_setfuncs(L, functions); }
