// Two Lua states in two threads run one script at once: states SCRIPT. Prints what each returned.
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>

typedef struct Run {
  const char *script;
  char result[4000];
} Run;

static void *run(void *arg) {
  Run *r = arg;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  int failed = luaL_dofile(L, r->script);
  const char *text = lua_tostring(L, -1);
  snprintf(r->result, sizeof r->result, "%s%s", failed ? "error: " : "", text ? text : "nothing");
  lua_close(L);
  return NULL;
}

int main(int argc, char **argv) {
  enum { STATES = 2 };
  pthread_t thread[STATES];
  Run runs[STATES];
  if (argc != 2) return 1;
  for (int i = 0; i < STATES; i++) {
    runs[i].script = argv[1];
    if (pthread_create(&thread[i], NULL, run, &runs[i])) return 1;
  }
  for (int i = 0; i < STATES; i++) pthread_join(thread[i], NULL);
  for (int i = 0; i < STATES; i++) puts(runs[i].result);
  return 0;
}
