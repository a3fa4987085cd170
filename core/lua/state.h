// What the binding's files share: the state behind a Lua state, and how values cross the border.
// Every C function of the binding has the LnLua as its first upvalue: `LnLua *s = ln_lua(L)`.
// Core failures are raised with ln_lua_raise; nothing of the core is held across a raise but
// what scopes and handles own.
#ifndef LN_LUA_STATE_H
#define LN_LUA_STATE_H

#include <lauxlib.h>
#include <lua.h>

#include "lua/metatable.h"
#include "nn/nn.h"

enum { LN_TYPE_TENSOR, LN_TYPE_VARIABLE, LN_TYPE_TAPE, LN_TYPE_TRAINER, LN_TYPE_MODEL,
       LN_TYPE_SYMBOLIC, LN_TYPE_KINDS, LN_TYPES = LN_TYPE_KINDS + LN_KINDS };

typedef struct LnLua {
  LnContext context;             // first: c and s are the same address
  const void *metatable[LN_TYPES];
  int metatable_place[LN_TYPES];   // in the registry
  struct {
    char handles, classes, counters, nodes;
  } key;                         // their addresses are keys in the registry
  size_t debt;                   // bytes handed to Lua since the collector was last stepped
  size_t live;                   // bytes that were live after the last full collection
  const char *refuses;           // why no call is taken now, or NULL
  lua_Integer seeds;             // how often the generator was seeded: loaded models ask
  bool for_file;                 // configs are being made for a file: None is core.null
  bool training;                 // of the layer whose call Lua runs: calls in it that say nothing
  int guards;                    // calls of fit, evaluate and predict that are under way
  const struct LnLuaObjects *objects;   // what options need to know of objects (options.h)
  lua_CFunction construct, from_config, init;   // what class tables call (construct.c)
} LnLua;

// ---- raising
// Raises the core's error (clearing it and ending scopes); `what` is the function called.
int ln_lua_raise(lua_State *L, LnLua *s, const char *what);
// luaL_error, but for the place (the line of the script, past lunate's own Lua) and the text, which
// is printable and bounded. All of the binding raises so.
int ln_lua_error(lua_State *L, const char *format, ...);
#undef luaL_error
#define luaL_error ln_lua_error
// luaL_argerror likewise; luaL_argcheck calls it.
int ln_lua_bad_argument(lua_State *L, int i, const char *text);
#undef luaL_argerror
#define luaL_argerror ln_lua_bad_argument

// Puts the context in order after an error that jumped out of a function of the binding (Lua itself
// may lack memory in any call of its API): open scopes end, an error that was not raised is
// forgotten. frame: of the function that is called now.
void ln_lua_recover(LnLua *s, uintptr_t frame);
static inline LnLua *ln_lua(lua_State *L) {
  LnLua *s = lua_touserdata(L, lua_upvalueindex(1));
  if (s->refuses) luaL_error(L, "lunate: %s", s->refuses);
  uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
  if (ln_scope_passed(&s->context, frame) || s->context.err.set) ln_lua_recover(s, frame);
  s->context.host = L;
  return s;
}
// Calls the function below n arguments on the stack. What it runs may have been another thread.
static inline void ln_lua_call(lua_State *L, LnLua *s, int n, int results) {
  lua_call(L, n, results);
  s->context.host = L;
}

// ---- functions and types
// luaL_setfuncs with the state as upvalue; the table is at the top.
void ln_lua_setfuncs(lua_State *L, const luaL_Reg *functions);
// A new metatable for a type, locked under its type name, pushed; its address goes to s->metatable.
void ln_lua_metatable(lua_State *L, LnLua *s, int type, const char *name);
void *ln_lua_test_type(lua_State *L, LnLua *s, int i, int type);
static inline void ln_lua_push_metatable(lua_State *L, const LnLua *s, int type) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, s->metatable_place[type]);
}

// ---- memory
// Whether finalizers can be called now: ask before a collection. Lua calls each once, and where it
// has no memory for the call, what its object holds is lost.
bool ln_lua_can_finalize(lua_State *L);
// Tells the collector of memory that it cannot see and a new handle owns: it is stepped once a MiB
// has gathered.
void ln_lua_charge(lua_State *L, LnLua *s, size_t bytes);

// ---- parts of the module: each adds its functions to the table at the top of the stack
void ln_register_state(lua_State *L);
void ln_register_messages(lua_State *L);
void ln_register_arguments(lua_State *L);
void ln_register_json(lua_State *L);
void ln_register_tensor(lua_State *L);
void ln_register_index(lua_State *L);
void ln_register_create(lua_State *L);
void ln_register_functions(lua_State *L);
void ln_register_variable(lua_State *L);
void ln_register_specs(lua_State *L);
void ln_register_construct(lua_State *L);
void ln_register_class(lua_State *L);
void ln_register_tracking(lua_State *L);
void ln_register_get(lua_State *L);
void ln_register_config(lua_State *L);
void ln_register_fields(lua_State *L);
void ln_register_layer(lua_State *L);
void ln_register_weights(lua_State *L);
void ln_register_nn(lua_State *L);
void ln_register_symbolic(lua_State *L);
void ln_register_hashing(lua_State *L);
void ln_register_tape(lua_State *L);
void ln_register_custom_gradient(lua_State *L);
void ln_register_trainer(lua_State *L);
void ln_register_files(lua_State *L);
void ln_register_folders(lua_State *L);
void ln_register_interrupt(lua_State *L);
void ln_register_repl(lua_State *L);
void ln_register_exports(lua_State *L);
void ln_register_system(lua_State *L);
void ln_register_event_file(lua_State *L);
void ln_register_cache(lua_State *L);

#endif
