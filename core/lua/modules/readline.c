// lunate.readline: lines from the keyboard with editing, history and completion, by GNU readline.
// Ctrl-C gives up the line, as in a shell. What is completed is for a Lua function to say.
// pkg-config: readline
// debian: libreadline-dev
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <readline/history.h>
#include <readline/readline.h>

// readline has one line at a time, and calls back without saying for whom.
static struct {
  lua_State *L;          // NULL: nothing is being read
  int complete;          // where the function that completes is on its stack
  char *line;            // what was read
  bool done, eof;
} reading;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
  (void)number;
  interrupted = 1;
}

static void on_resize(int number) { (void)number; }   // it ends the wait

static void on_line(char *line) {
  rl_callback_handler_remove();
  reading.line = line;
  reading.eof = line == NULL;
  reading.done = true;
}

// ---- completion

// complete(text before the cursor) -> list of what the last word may become
static int ask(lua_State *L) {
  const char *before = lua_touserdata(L, 1);
  lua_settop(L, 2);
  lua_pushstring(L, before);
  lua_call(L, 1, 1);
  if (!lua_istable(L, -1)) return luaL_error(L, "a list expected");
  return 1;
}

// The i-th entry of the list at the top of the stack, or NULL.
static char *next_match(const char *text, int state) {
  static lua_Integer i;
  lua_State *L = reading.L;
  if (state == 0) i = 0;
  for (;;) {
    if (lua_rawgeti(L, -1, ++i) != LUA_TSTRING) {
      lua_pop(L, 1);
      return NULL;
    }
    const char *match = lua_tostring(L, -1);
    char *copy = strncmp(match, text, strlen(text)) == 0 ? strdup(match) : NULL;
    lua_pop(L, 1);
    if (copy) return copy;
  }
}

static char **complete(const char *text, int start, int end) {
  lua_State *L = reading.L;
  (void)start;
  rl_attempted_completion_over = 1;
  rl_completion_append_character = '\0';
  char *before = strndup(rl_line_buffer, (size_t)end);
  if (!before || !L || !lua_checkstack(L, 8)) {
    free(before);
    return NULL;
  }
  int top = lua_gettop(L);
  lua_pushcfunction(L, ask);
  lua_pushlightuserdata(L, before);
  lua_pushvalue(L, reading.complete);
  char **matches = NULL;
  if (lua_pcall(L, 2, 1, 0) == LUA_OK) matches = rl_completion_matches(text, next_match);
  lua_settop(L, top);
  free(before);
  return matches;
}

// Tab: indents where nothing is written yet.
static int on_tab(int count, int key) {
  for (int i = 0; i < rl_point; i++)
    if (rl_line_buffer[i] != ' ') return rl_complete(count, key);
  return rl_insert_text("  ");
}

// ---- reading

// read(prompt, complete) -> a line; false when it was given up by Ctrl-C; nil at the end of input.
// complete(text before the cursor) gives the list of what the word there may become: all begin with
// it, a word being letters, digits and _.
static int read_line(lua_State *L) {
  struct sigaction interrupt = {.sa_handler = on_interrupt}, resize = {.sa_handler = on_resize};
  struct sigaction old_interrupt, old_resize;
  sigset_t blocked, old_mask, wait_mask;
  const char *prompt = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  if (reading.L) return luaL_error(L, "a line is being read already");
  reading.L = L;
  reading.complete = 2;
  reading.line = NULL;
  reading.done = reading.eof = false;
  interrupted = 0;

  // Signals come only while this waits: none is lost, and none comes in readline's middle.
  sigemptyset(&interrupt.sa_mask);
  sigemptyset(&resize.sa_mask);
  sigaction(SIGINT, &interrupt, &old_interrupt);
  sigaction(SIGWINCH, &resize, &old_resize);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  sigaddset(&blocked, SIGWINCH);
  sigprocmask(SIG_BLOCK, &blocked, &old_mask);
  wait_mask = old_mask;
  sigdelset(&wait_mask, SIGINT);
  sigdelset(&wait_mask, SIGWINCH);

  int fd = fileno(rl_instream ? rl_instream : stdin);
  rl_callback_handler_install(prompt, on_line);
  while (!reading.done && !interrupted) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    if (pselect(fd + 1, &set, NULL, NULL, NULL, &wait_mask) >= 0) rl_callback_read_char();
    else if (errno != EINTR) on_line(NULL);
    else if (!interrupted) rl_resize_terminal();
  }
  if (!reading.done) {
    rl_point = rl_end;
    rl_redisplay();
    fputs("^C", rl_outstream ? rl_outstream : stdout);
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_callback_handler_remove();
    fputc('\n', rl_outstream ? rl_outstream : stdout);
  }
  sigprocmask(SIG_SETMASK, &old_mask, NULL);
  sigaction(SIGWINCH, &old_resize, NULL);
  sigaction(SIGINT, &old_interrupt, NULL);
  reading.L = NULL;
  if (!reading.done) return lua_pushboolean(L, 0), 1;
  if (reading.eof) return lua_pushnil(L), 1;
  lua_pushstring(L, reading.line);
  free(reading.line);
  return 1;
}

// ---- history

// add_history(text): what the arrow keys bring back; the oldest go when there are too many.
static int remember(lua_State *L) {
  add_history(luaL_checkstring(L, 1));
  return 0;
}

// append_private(path, text) -> true, or nil and why not: at the end of a file that only its owner
// reads (mode 0600), made when it is missing.
static int append_private(lua_State *L) {
  size_t n;
  const char *path = luaL_checkstring(L, 1), *text = luaL_checklstring(L, 2, &n);
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && write(fd, text, n) == (ssize_t)n;
  int reason = errno;
  if (fd >= 0) ok = close(fd) == 0 && ok;
  if (ok) return lua_pushboolean(L, 1), 1;
  lua_pushnil(L);
  lua_pushstring(L, strerror(reason));
  return 2;
}

static const luaL_Reg functions[] = {
    {"read", read_line}, {"add_history", remember}, {"append_private", append_private},
    {NULL, NULL}};

int luaopen_lunate_readline(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_readline(lua_State *L) {
  rl_readline_name = "lunate";   // for conditionals in the user's .inputrc
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_attempted_completion_function = complete;
  rl_completer_word_break_characters = " \t\n\"\\'`@$><=;:|&{}()[].,+-*/%^~#!?";
  rl_basic_word_break_characters = rl_completer_word_break_characters;
  rl_completer_quote_characters = "";
  rl_initialize();   // reads .inputrc
  rl_bind_key('\t', on_tab);
  rl_variable_bind("show-all-if-ambiguous", "on");   // behind on_tab a second Tab is not seen
  stifle_history(2000);
  luaL_newlib(L, functions);
  return 1;
}
