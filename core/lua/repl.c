// What a session at the keyboard needs of C: a call that Ctrl-C ends and that keeps the locals of a
// chunk, and whether anyone is typing at all. The rest is lua/lunate/repl/.
#include <signal.h>
#include <unistd.h>

#include "lua/state.h"

// A process has one SIGINT handler; while a call is under way it is ours.
static lua_State *volatile running;
static volatile sig_atomic_t unanswered;

enum { PATIENCE = 3 };   // interrupts without an answer after which the next one ends the process

// Key in the registry: the chunk that runs and the table for its locals.
static const char chunk_key, locals_key;

static void stop(lua_State *L, lua_Debug *ar) {
  (void)ar;
  lua_sethook(L, NULL, 0, 0);
  unanswered = 0;
  luaL_error(L, "interrupted!");
}

// lua_sethook may be called here (Lua manual, lua_sethook: it is how lua.c does it too). It takes
// effect when Lua runs again; a computation in C ends first.
static void on_interrupt(int number) {
  if (++unanswered >= PATIENCE) signal(number, SIG_DFL);
  if (running)
    lua_sethook(running, stop, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

// When the chunk returns, its locals that are in scope go into the table.
static void on_return(lua_State *L, lua_Debug *ar) {
  if (!lua_checkstack(L, 6)) return;
  lua_getinfo(L, "f", ar);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &chunk_key);
  bool ours = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  if (!ours) return;
  const char *name;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &locals_key);
  int table = lua_gettop(L);
  for (int i = 1; (name = lua_getlocal(L, ar, i)); i++) {
    if (*name == '(') lua_pop(L, 1);   // Lua's own
    else lua_setfield(L, table, name);
  }
  lua_settop(L, table - 1);
}

// call_interruptible(f, handler, locals) -> as xpcall(f, handler). Ctrl-C raises "interrupted!" in
// f; when f is a Lua function and locals a table, the locals that f has when it returns go there.
// A loop in a coroutine ends when the coroutine next yields.
static int call_interruptible(lua_State *L) {
  struct sigaction ours = {.sa_handler = on_interrupt}, before;
  lua_State *outer = running;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 3);
  bool keep = lua_istable(L, 3) && !lua_iscfunction(L, 1);
  if (keep) {
    lua_pushvalue(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &chunk_key);
    lua_pushvalue(L, 3);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &locals_key);
  }
  lua_pushvalue(L, 1);
  sigemptyset(&ours.sa_mask);
  unanswered = 0;
  running = L;
  sigaction(SIGINT, &ours, &before);
  if (keep) lua_sethook(L, on_return, LUA_MASKRET, 0);
  int status = lua_pcall(L, 0, LUA_MULTRET, 2);
  sigaction(SIGINT, &before, NULL);
  lua_sethook(L, NULL, 0, 0);
  running = outer;
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &chunk_key);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &locals_key);
  lua_pushboolean(L, status == LUA_OK);
  lua_replace(L, 3);
  return lua_gettop(L) - 2;
}

static int stdin_is_terminal(lua_State *L) {
  lua_pushboolean(L, isatty(STDIN_FILENO));
  return 1;
}

void ln_register_repl(lua_State *L) {
  static const luaL_Reg functions[] = {{"call_interruptible", call_interruptible},
                                       {"stdin_is_terminal", stdin_is_terminal},
                                       {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
