// The system for Lua: programs without a shell between, folders, the terminal. What another part
// needs of the system is a function here.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lua/state.h"

extern char **environ;

// ---- programs

// A program's three streams are files without names: nothing can be left behind, and neither side
// waits for the other to read.
typedef struct Streams {
  FILE *file[3];
} Streams;

static int streams_close(lua_State *L) {
  Streams *streams = lua_touserdata(L, 1);
  for (int i = 0; i < 3; i++) {
    if (streams->file[i]) fclose(streams->file[i]);
    streams->file[i] = NULL;
  }
  return 0;
}

static Streams *push_streams(lua_State *L) {
  Streams *streams = lua_newuserdatauv(L, sizeof *streams, 0);
  *streams = (Streams){{NULL}};
  ln_lua_set_class(L, "lunate.streams", streams_close, NULL, false);
  lua_toclose(L, -1);
  for (int i = 0; i < 3; i++) {
    streams->file[i] = tmpfile();
    if (!streams->file[i] || fcntl(fileno(streams->file[i]), F_SETFD, FD_CLOEXEC) < 0)
      luaL_error(L, "cannot make a temporary file: %s", strerror(errno));
  }
  return streams;
}

static void push_content(lua_State *L, FILE *file) {
  luaL_Buffer b;
  size_t got;
  rewind(file);
  luaL_buffinit(L, &b);
  do {
    got = fread(luaL_prepbuffsize(&b, 1 << 16), 1, 1 << 16, file);
    luaL_addsize(&b, got);
  } while (got > 0);
  luaL_pushresult(&b);
}

// The environment of a program: ours. A sanitizer that is preloaded here is not for others.
static char *const *child_environment(lua_State *L) {
#ifdef __SANITIZE_ADDRESS__
  size_t n = 0, kept = 0;
  while (environ[n]) n++;
  char **list = lua_newuserdatauv(L, (n + 1) * sizeof *list, 0);
  for (size_t i = 0; i < n; i++)
    if (strncmp(environ[i], "LD_PRELOAD=", 11) != 0) list[kept++] = environ[i];
  list[kept] = NULL;
  return list;
#else
  (void)L;
  return environ;
#endif
}

// run_program({name, arguments...}, input) -> exit status, output, errors; or nil when there is no
// such program. Found by PATH, no shell. A signal's number is given as 128 + number.
static int run_program(lua_State *L) {
  size_t n_input;
  luaL_checktype(L, 1, LUA_TTABLE);
  const char *input = luaL_checklstring(L, 2, &n_input);
  lua_settop(L, 2);
  int n = (int)lua_rawlen(L, 1);
  luaL_argcheck(L, n > 0, 1, "a program and its arguments expected");
  char **argv = lua_newuserdatauv(L, ((size_t)n + 1) * sizeof *argv, 0);
  luaL_checkstack(L, n + 8, "too many arguments");
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 1, i + 1);   // stays on the stack, so that it lives
    argv[i] = (char *)luaL_checkstring(L, -1);
  }
  argv[n] = NULL;
  char *const *environment = child_environment(L);
  Streams *s = push_streams(L);
  if (fwrite(input, 1, n_input, s->file[0]) != n_input || fflush(s->file[0]) != 0)
    return luaL_error(L, "cannot write a temporary file: %s", strerror(errno));
  rewind(s->file[0]);

  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return luaL_error(L, "not enough memory");
  pid_t child;
  int failed = 0, status = 0;
  for (int i = 0; i < 3 && !failed; i++)
    failed = posix_spawn_file_actions_adddup2(&actions, fileno(s->file[i]), i);
  if (!failed) failed = posix_spawnp(&child, argv[0], &actions, NULL, argv, environment);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == ENOENT) return lua_pushnil(L), 1;
  if (failed) return luaL_error(L, "cannot run '%s': %s", argv[0], strerror(failed));
  // An interrupt reaches the program as well, so this does not wait longer for it.
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return luaL_error(L, "cannot wait for '%s': %s", argv[0], strerror(errno));
  }
  lua_pushinteger(L, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  push_content(L, s->file[1]);
  push_content(L, s->file[2]);
  return 3;
}

// ---- folders

// make_folders(path): the folders that a file's path goes through, where they are missing
static int make_folders(lua_State *L) {
  size_t n;
  const char *path = luaL_checklstring(L, 1, &n);
  luaL_argcheck(L, strlen(path) == n && n > 0, 1, "a path expected");
  char *part = lua_newuserdatauv(L, n + 1, 0);
  memcpy(part, path, n + 1);
  for (size_t i = 1; i < n; i++) {
    if (part[i] != '/') continue;
    part[i] = '\0';
    if (mkdir(part, 0777) != 0 && errno != EEXIST)
      return luaL_error(L, "cannot make the folder '%s': %s", part, strerror(errno));
    part[i] = '/';
  }
  return 0;
}

// ---- the terminal

// terminal_size() -> columns, rows of the terminal that standard output is; or nil
static int terminal_size(lua_State *L) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return lua_pushnil(L), 1;
  lua_pushinteger(L, size.ws_col);
  lua_pushinteger(L, size.ws_row);
  return 2;
}

// ask_terminal(query, last, milliseconds) -> its answer up to the character `last`, or nil when
// there is no terminal, this process is not in its foreground, or no answer came in time
static int ask_terminal(lua_State *L) {
  char reply[256];
  size_t n_query, n = 0;
  const char *query = luaL_checklstring(L, 1, &n_query), *last = luaL_checkstring(L, 2);
  int patience = (int)luaL_checkinteger(L, 3);
  struct termios before, raw;
  int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  // In the background, a change of the terminal's settings would stop the process.
  if (fd < 0 || tcgetpgrp(fd) != getpgrp() || tcgetattr(fd, &before) != 0) {
    if (fd >= 0) close(fd);
    return lua_pushnil(L), 1;
  }
  raw = before;
  raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
  raw.c_cc[VMIN] = 0, raw.c_cc[VTIME] = 0;
  bool done = false;
  if (tcsetattr(fd, TCSADRAIN, &raw) == 0) {
    bool asked = write(fd, query, n_query) == (ssize_t)n_query;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (asked && !done && n < sizeof reply && poll(&wait, 1, patience) > 0 &&
           read(fd, reply + n, 1) == 1)
      done = reply[n++] == *last;
    tcsetattr(fd, TCSADRAIN, &before);
  }
  close(fd);
  if (!done) return lua_pushnil(L), 1;
  lua_pushlstring(L, reply, n);
  return 1;
}

static const luaL_Reg functions[] = {{"run_program", run_program}, {"make_folders", make_folders},
                                     {"terminal_size", terminal_size},
                                     {"ask_terminal", ask_terminal}, {NULL, NULL}};

void ln_register_system(lua_State *L) { ln_lua_setfuncs(L, functions); }
