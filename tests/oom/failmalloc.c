// Fails chosen allocations of this process: preloaded it takes the place of malloc and its kin, and
// as the Lua module `oom.failmalloc` it is told which. For tests alone (`make oom`). glibc only.
//   local fail = require "oom.failmalloc"
//   fail.arm(n, length)       the n-th allocation from now on fails, and the length - 1 after it;
//                             where Lua has no memory to call a finalizer, what its object holds is
//                             lost: for more than one in a row the collector is stopped meanwhile
//   local count = fail.disarm()   how many there were
//   fail.live()               blocks that the C side holds: Lua's own are not counted
//   fail.state(before, code, n, length)   runs `before`, then code twice in a new Lua state,
// the first
//                             time armed: the two errors (false: none), how many allocations, and
//                             how many blocks are left when the state is closed
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t n, size_t bytes);
extern void *__libc_realloc(void *block, size_t bytes);
extern void *__libc_memalign(size_t line, size_t bytes);
extern void __libc_free(void *block);

static long count, first, length, live;
static bool armed;

static bool fails(void) {
  if (!armed) return false;
  long k = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
  if (k < first || k - first >= length) return false;
  errno = ENOMEM;
  return true;
}

static void *counted(void *block) {
  if (block) __atomic_add_fetch(&live, 1, __ATOMIC_RELAXED);
  return block;
}

void *malloc(size_t bytes) { return fails() ? NULL : counted(__libc_malloc(bytes)); }
void *calloc(size_t n, size_t bytes) { return fails() ? NULL : counted(__libc_calloc(n, bytes)); }

void *realloc(void *block, size_t bytes) {
  if (!block) return malloc(bytes);
  if (bytes == 0) return free(block), NULL;
  return fails() ? NULL : __libc_realloc(block, bytes);
}

void *memalign(size_t line, size_t bytes);
void *memalign(size_t line, size_t bytes) {
  return fails() ? NULL : counted(__libc_memalign(line, bytes));
}

void *aligned_alloc(size_t line, size_t bytes) { return memalign(line, bytes); }

int posix_memalign(void **out, size_t line, size_t bytes);
int posix_memalign(void **out, size_t line, size_t bytes) {
  void *block = memalign(line, bytes);
  if (!block) return ENOMEM;
  *out = block;
  return 0;
}

void free(void *block) {
  if (block) __atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED);
  __libc_free(block);
}

// ---- the module

static void arm_at(lua_State *L, long n, long many) {
  if (many > 1) lua_gc(L, LUA_GCSTOP);
  count = 0;
  first = n;
  length = many;
  armed = true;
}

static long disarm_now(lua_State *L) {
  armed = false;
  lua_gc(L, LUA_GCRESTART);
  return count;
}

static int arm(lua_State *L) {
  long n = (long)luaL_checkinteger(L, 1), many = (long)luaL_optinteger(L, 2, 1);
  arm_at(L, n, many);
  return 0;
}

static int disarm(lua_State *L) {
  long n = disarm_now(L);
  lua_pushinteger(L, n);
  return 1;
}

static int live_blocks(lua_State *L) {
  lua_pushinteger(L, live);
  return 1;
}

// What Lua allocates is not counted among the blocks of C.
static void *lua_allocator(void *data, void *block, size_t old, size_t bytes) {
  (void)data, (void)old;
  if (bytes == 0) {
    __libc_free(block);
    return NULL;
  }
  return fails() ? NULL : __libc_realloc(block, bytes);
}

// Runs the chunk at the top of M (popped); its error, or NULL, on M's stack.
static const char *run(lua_State *M) {
  lua_pushvalue(M, -1);
  if (lua_pcall(M, 0, 0, 0) == LUA_OK) return NULL;
  const char *message = lua_tostring(M, -1);
  return message ? message : "an error without a text";
}

static int state(lua_State *L) {
  const char *before = luaL_checkstring(L, 1), *code = luaL_checkstring(L, 2);
  long n = (long)luaL_checkinteger(L, 3), many = (long)luaL_checkinteger(L, 4), blocks = live;
  lua_State *M = lua_newstate(lua_allocator, NULL);
  if (!M) return luaL_error(L, "no new state");
  luaL_openlibs(M);
  if (luaL_dostring(M, before) != LUA_OK || luaL_loadstring(M, code) != LUA_OK) {
    lua_pushstring(L, lua_tostring(M, -1));
    lua_close(M);
    return lua_error(L);
  }
  arm_at(M, n, many);
  const char *failure = run(M);
  long allocations = disarm_now(M);
  if (failure) lua_pushstring(L, failure), lua_pop(M, 1);
  else lua_pushboolean(L, 0);
  failure = run(M);
  if (failure) lua_pushstring(L, failure), lua_pop(M, 1);
  else lua_pushboolean(L, 0);
  lua_close(M);
  lua_pushinteger(L, allocations);
  lua_pushinteger(L, live - blocks);
  return 4;
}

int luaopen_oom_failmalloc(lua_State *L);
int luaopen_oom_failmalloc(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"arm", arm}, {"disarm", disarm}, {"live", live_blocks}, {"state", state}, {NULL, NULL}};
  void *data;
  lua_getallocf(L, &data);
  lua_setallocf(L, lua_allocator, data);
  luaL_newlib(L, functions);
  return 1;
}
