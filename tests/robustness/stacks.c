// One Lua state on two stacks: stacks fiber|thread SCRIPT. The script runs on a stack of its own;
// whenever it calls leave(), the global function `other` runs in a coroutine of the same state, on a
// stack further out: the process's own (fiber), or that of another thread. Prints what the script
// returned.
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { BYTES = 4 << 20 };

static ucontext_t outside, inside;
static lua_State *state;
static const char *script;
static char *stacks;   // two, one above the other
static int finished;

static void check(lua_State *L, int failed) {
  if (!failed) return;
  printf("error: %s\n", lua_tostring(L, -1));
  exit(0);
}

static void *run_script(void *arg) {
  check(state, luaL_loadfile(state, script) || lua_pcall(state, 0, 1, 0));
  printf("%s\n", lua_tostring(state, -1));
  return arg;
}

static void *run_other(void *arg) {
  lua_State *L = arg;
  lua_getglobal(L, "other");
  check(L, lua_pcall(L, 0, 0, 0));
  return arg;
}

static void join(void *(*run)(void *), void *arg, char *stack) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (pthread_attr_setstack(&attributes, stack, BYTES) ||
      pthread_create(&thread, &attributes, run, arg))
    exit(1);
  pthread_join(thread, NULL);
  pthread_attr_destroy(&attributes);
}

static void run_fiber(void) {
  run_script(NULL);
  finished = 1;
}

static int leave_fiber(lua_State *L) {
  return swapcontext(&inside, &outside) ? luaL_error(L, "no way back") : 0;
}

static int leave_thread(lua_State *L) {
  join(run_other, lua_newthread(L), stacks + BYTES);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3) return 1;
  int fiber = strcmp(argv[1], "fiber") == 0;
  script = argv[2];
  stacks = aligned_alloc(4096, 2 * (size_t)BYTES);
  state = luaL_newstate();
  if (!stacks || !state) return 1;
  luaL_openlibs(state);
  lua_register(state, "leave", fiber ? leave_fiber : leave_thread);
  if (fiber) {
    lua_State *L = lua_newthread(state);
    getcontext(&inside);
    inside.uc_stack.ss_sp = stacks;
    inside.uc_stack.ss_size = BYTES;
    inside.uc_link = &outside;
    makecontext(&inside, run_fiber, 0);
    while (swapcontext(&outside, &inside) == 0 && !finished) run_other(L);
  } else {
    join(run_script, NULL, stacks);
  }
  lua_close(state);
  free(stacks);
  return 0;
}
