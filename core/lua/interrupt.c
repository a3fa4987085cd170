// Ctrl-C: the library's own SIGINT handler, there only while a guard is open (fit, evaluate and
// predict hold one each), and what it has counted. Whoever runs batches looks at the count between
// them; nothing is ever cut off in the middle.
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "lua/interrupt.h"
#include "lua/state.h"

// A process has one SIGINT handler, whatever number of Lua states and threads it has: this is one
// of the few things that cannot belong to a state. A Ctrl-C reaches every training under way.
static _Atomic int count;
static struct timespec ended;            // when the guards closed that a Ctrl-C had ended; 0: never
enum { AGAIN = 2 };                      // seconds for which the next Ctrl-C is the second one
static struct sigaction before;          // what was there; written only while ours is not
static bool installed;
static _Atomic int guards;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// clock_gettime is safe in handlers as well; `ended` is written while the handler is not there.
static bool just_ended(void) {
  struct timespec now;
  if (ended.tv_sec == 0 && ended.tv_nsec == 0) return false;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double past = (double)ended.tv_sec + 1e-9 * (double)ended.tv_nsec;
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec - past < AGAIN;
}

// The second one gives way: whatever was there before gets the third. sigaction may be called here
// (POSIX's list of functions that are safe in handlers).
static void on_interrupt(int signal) {
  if (count == 0 && just_ended()) count = 1;
  if (count < 2) count++;
  if (count == 2) sigaction(signal, &before, NULL);
}

// What the processes of data-parallel training have agreed on, so that all end after one batch;
// -1: there is one process.
static _Atomic int agreed = -1;

int ln_interrupts_here(void) { return count; }
int ln_interrupts(void) { return agreed < 0 ? count : agreed; }
void ln_interrupts_agreed(int n) { agreed = n; }

bool ln_interrupt(void) {
  if (guards > 0 && count < 2) return ++count > 0;
  return false;
}

static void open_guard(void) {
  pthread_mutex_lock(&lock);
  if (guards++ == 0) {
    struct sigaction ours = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    sigemptyset(&ours.sa_mask);
    count = 0;
    if (agreed > 0) agreed = 0;
    installed = sigaction(SIGINT, &ours, &before) == 0;
    // Who ignores SIGINT (nohup, a background job) goes on doing so.
    if (installed && before.sa_handler == SIG_IGN)
      installed = sigaction(SIGINT, &before, NULL) != 0;
  }
  pthread_mutex_unlock(&lock);
}

static void close_guard(void) {
  pthread_mutex_lock(&lock);
  if (--guards == 0 && installed) {
    struct sigaction now;
    // A handler that came meanwhile, a script's own, stays.
    if (sigaction(SIGINT, &before, &now) == 0 && now.sa_handler != on_interrupt)
      sigaction(SIGINT, &now, NULL);
    installed = false;
    if (count == 1) clock_gettime(CLOCK_MONOTONIC, &ended);
    else if (count == 2) ended = (struct timespec){0, 0};
    count = 0;
    if (agreed > 0) agreed = 0;
  }
  pthread_mutex_unlock(&lock);
}

// ---- guards in Lua

typedef struct Guard {
  bool open, outermost;
} Guard;

// Without ln_lua: the collector may close a guard while the core takes no calls.
static int guard_close(lua_State *L) {
  LnLua *s = lua_touserdata(L, lua_upvalueindex(1));
  Guard *g = luaL_checkudata(L, 1, "lunate.interrupt");
  if (g->open) {
    s->guards--;
    close_guard();
  }
  g->open = false;
  return 0;
}

// guard:count(here) -> 0, 1 or 2 interrupts since the outermost guard was opened; here: of this
// process, whatever others say
static int guard_count(lua_State *L) {
  luaL_checkudata(L, 1, "lunate.interrupt");
  lua_pushinteger(L, lua_toboolean(L, 2) ? ln_interrupts_here() : ln_interrupts());
  return 1;
}

// guard:outermost() -> whether none was open in this Lua state before it
static int guard_outermost(lua_State *L) {
  const Guard *g = luaL_checkudata(L, 1, "lunate.interrupt");
  lua_pushboolean(L, g->outermost);
  return 1;
}

// core.interrupt() -> guard, for `local guard <close> = core.interrupt()`
static int new_guard(lua_State *L) {
  LnLua *s = ln_lua(L);
  Guard *g = lua_newuserdatauv(L, sizeof *g, 0);
  *g = (Guard){0};
  static const luaL_Reg methods[] = {
      {"count", guard_count}, {"outermost", guard_outermost}, {NULL, NULL}};
  ln_lua_set_class(L, "lunate.interrupt", guard_close, methods, true);
  g->outermost = s->guards++ == 0;
  open_guard();
  g->open = true;
  return 1;
}

void ln_register_interrupt(lua_State *L) {
  static const luaL_Reg functions[] = {{"interrupt", new_guard}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
