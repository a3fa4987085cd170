// lunate.core: opens the module and owns what belongs to one Lua state.
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "base/threads.h"
#include "io/ahead.h"
#include "kernels/gemm.h"
#include "lua/class.h"
#include "lua/host.h"
#include "lua/messages.h"

// The one place where the version is said: the Makefile and the specs read it here.
#define LN_VERSION "0.2.0"

#if LUA_VERSION_NUM != 504
#error "lunate is for Lua 5.4"
#endif

// Runs in the middle of a computation, on whose tensors finalizers must not lay hands.
static size_t collect(LnContext *c) {
  LnLua *s = (LnLua *)c;
  if (!ln_lua_can_finalize(c->host)) return 0;
  s->refuses = "a finalizer cannot call it while memory is being freed";
  lua_gc(c->host, LUA_GCCOLLECT);
  lua_gc(c->host, LUA_GCCOLLECT);   // what finalizers let go
  s->refuses = NULL;
  ln_memory_trim(c->memory);
  return 1;
}

static void let_go(void *held, int kind) {
  if (kind == LN_HELD_OBJECT) ln_object_release(held);
  else ln_variable_release(held);
}

static int close_state(lua_State *L) {
  LnLua *s = lua_touserdata(L, 1);
  LnContext *c = &s->context;
  s->refuses = "the Lua state is closing";   // older finalizers run after this one
  ln_scope_end(c, 0);
  c->scope_frame = 0;
  free(c->temps);
  ln_losses_clear(c);
  free(c->built);
  c->built = NULL;
  c->cap_built = 0;
  // What finalizers made while the state was closing has no finalizer of its own.
  if (ln_ahead_uses(c->memory)) ln_memory_close(c->memory);
  else if (c->memory) ln_memory_abandon(c->memory);
  c->memory = NULL;
  c->temps = NULL;
  c->cap_temps = 0;
  return 0;
}

// ---- runtime

static int set_seed(lua_State *L) {
  LnLua *s = ln_lua(L);
  int whole;
  lua_Integer seed = lua_tointegerx(L, 1, &whole);
  if (!whole || lua_type(L, 1) != LUA_TNUMBER)
    return luaL_error(L, "bad argument #1 to 'set_seed' (integer expected, got %s)",
                      ln_lua_describe(L, s, 1));
  ln_random_seed(&s->context.random, (uint64_t)seed);
  ln_spoil_replay(&s->context, "set_seed");
  s->seeds++;
  return 0;
}

// The global generator, or that of the layer at 1, which is NULL where it has none of its own.
static LnRandom *generator_of(lua_State *L, LnLua *s, const char *what) {
  if (lua_isnoneornil(L, 1)) return &s->context.random;
  LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, 1, LN_LAYER, what);
  const LnLayerClass *cls = (const LnLayerClass *)l->base.cls;
  LnTensor *state = cls->generator ? cls->generator(l) : NULL;
  return state ? state->data : NULL;
}

// core.generator([layer]) -> key, counter: where the global generator, or a layer's own, stands,
// and how often the global one was seeded; nil for a layer without one
static int generator(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnRandom *r = generator_of(L, s, "generator");
  if (!r) return lua_pushnil(L), 1;
  lua_pushinteger(L, (lua_Integer)r->key);
  lua_pushinteger(L, (lua_Integer)r->counter);
  lua_pushinteger(L, s->seeds);
  return 3;
}

// core.set_generator(layer or nil, key, counter)
static int set_generator(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnRandom *r = generator_of(L, s, "set_generator");
  if (!r) return luaL_error(L, "set_generator: the layer has no generator of its own");
  ln_spoil_replay(&s->context, "set_generator");
  *r = (LnRandom){(uint64_t)luaL_checkinteger(L, 2), (uint64_t)luaL_checkinteger(L, 3)};
  return 0;
}

static int threads(lua_State *L) {
  if (!lua_isnoneornil(L, 1)) {
    lua_Integer n = luaL_checkinteger(L, 1);
    if (n < 1 || n > LN_MAX_THREADS)
      return luaL_error(L, "'threads': a number from 1 to %d expected, got %I", LN_MAX_THREADS,
                        (LUAI_UACINT)n);
    ln_set_threads((int)n);
  }
  lua_pushinteger(L, ln_threads());
  return 1;
}

static int memory(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnMemoryStats m = ln_memory_stats(s->context.memory);
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, (lua_Integer)m.live);
  lua_setfield(L, -2, "live");
  lua_pushinteger(L, (lua_Integer)m.cached);
  lua_setfield(L, -2, "cached");
  lua_pushinteger(L, (lua_Integer)m.peak);
  lua_setfield(L, -2, "peak");
  return 1;
}

static int config(lua_State *L) {
  lua_createtable(L, 0, 6);
  lua_pushstring(L, ln_blas_name());
  lua_setfield(L, -2, "blas");
  lua_pushstring(L, ln_blas_kernels());
  lua_setfield(L, -2, "blas_kernels");
  lua_pushstring(L, ln_blas_warning());
  lua_setfield(L, -2, "blas_warning");
  lua_pushstring(L, ln_gemm_isa());
  lua_setfield(L, -2, "instruction_set");
  lua_pushinteger(L, ln_threads());
  lua_setfield(L, -2, "threads");
  lua_pushstring(L, __VERSION__);
  lua_setfield(L, -2, "compiler");
  return 1;
}

static int monotonic_clock(lua_State *L) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  lua_pushnumber(L, (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
  return 1;
}

static int is_terminal(lua_State *L) {
  lua_pushboolean(L, isatty(STDOUT_FILENO));
  return 1;
}

static const luaL_Reg functions[] = {
    {"set_seed", set_seed}, {"generator", generator}, {"set_generator", set_generator},
    {"threads", threads}, {"memory", memory}, {"config", config},
    {"clock", monotonic_clock}, {"is_terminal", is_terminal}, {NULL, NULL}};

// Runs as a closure over the state, so that the parts' functions become such closures too.
static int open_parts(lua_State *L) {
  static void (*const parts[])(lua_State *) = {
      ln_register_state, ln_register_messages, ln_register_arguments, ln_register_json,
      ln_register_tensor, ln_register_index, ln_register_create, ln_register_functions,
      ln_register_variable, ln_register_specs, ln_register_construct, ln_register_class,
      ln_register_tracking, ln_register_get, ln_register_config, ln_register_fields,
      ln_register_layer, ln_register_weights, ln_register_symbolic, ln_register_hashing,
      ln_register_nn, ln_register_tape, ln_register_custom_gradient, ln_register_trainer,
      ln_register_files, ln_register_folders, ln_register_event_file, ln_register_interrupt,
      ln_register_exports, ln_register_system, ln_register_repl, ln_register_cache};
  lua_newtable(L);
  lua_pushliteral(L, LN_VERSION);
  lua_setfield(L, -2, "version");
  ln_lua_setfuncs(L, functions);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) parts[i](L);
  lua_pushnil(L);
  lua_setfield(L, -2, "tensor_metatable");   // for the parts alone
  return 1;
}

int luaopen_lunate_core(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_core(lua_State *L) {
  luaL_checkversion(L);
  LnLua *s = lua_newuserdatauv(L, sizeof *s, 0);
  memset(s, 0, sizeof *s);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, close_state);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  s->context.memory = ln_memory_open();
  if (!s->context.memory) return luaL_error(L, "out of memory");
  s->context.policy = (LnPolicy){LN_FLOAT32, LN_FLOAT32};
  s->context.collect = collect;
  s->context.let_go = let_go;
  s->context.make = ln_object_by_name;
  s->context.calls = &ln_lua_host;
  s->context.host = L;
  // Without ln.set_seed every run differs.
  ln_random_seed(&s->context.random, (uint64_t)time(NULL) ^ (uint64_t)(uintptr_t)s);
  lua_pushcclosure(L, open_parts, 1);
  lua_call(L, 0, 1);
  return 1;
}
