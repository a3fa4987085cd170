// One Lua state in two processes: fork BEFORE AFTER runs the chunk BEFORE, forks, and runs AFTER in
// the child and then in the parent. Prints what AFTER returned to each; a child that hangs is
// ended.
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 60 };

static void run(lua_State *L, const char *script) {
  int failed = luaL_loadstring(L, script) || lua_pcall(L, 0, 1, 0);
  const char *text = lua_tostring(L, -1);
  if (failed || text) printf("%s%s\n", failed ? "error: " : "", text ? text : "nothing");
  fflush(stdout);
  lua_settop(L, 0);
}

int main(int argc, char **argv) {
  if (argc != 3) return 1;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  run(L, argv[1]);
  int status = 0;
  pid_t child = fork();
  if (child < 0) return 1;
  alarm(SECONDS);
  if (child == 0) {
    run(L, argv[2]);
    lua_close(L);
    _exit(0);
  }
  waitpid(child, &status, 0);
  if (status != 0) printf("the child ended with %x\n", (unsigned)status);
  run(L, argv[2]);
  lua_close(L);
  return 0;
}
