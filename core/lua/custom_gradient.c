// ln.custom_gradient: an op of one's own in Lua, whose gradient is another Lua function. What the
// first function computes is one node on the tape, a view of its result; tapes that hold the node
// keep the second function alive.
#include <string.h>

#include "lua/handle.h"
#include "lua/host.h"
#include "lua/tensor.h"

enum { MAX_ARGS = 32 };

// A userdata, anchored in the registry by its address while refs > 0; its user value is the
// function.
typedef struct Gradient {
  int32_t refs;
  lua_State *main;
} Gradient;

typedef struct Params {
  Gradient *gradient;
} Params;

static void hold(const void *params, bool more) {
  Gradient *g = ((const Params *)params)->gradient;
  g->refs += more ? 1 : -1;
  if (g->refs > 0) return;
  lua_pushnil(g->main);
  lua_rawsetp(g->main, LUA_REGISTRYINDEX, g);
}

static bool shape(const LnCall *call, LnSpec *out) {
  LnTensor *y = call->in[call->n_in - 1];
  if (!ln_spec_like(call, out, (LnDtype)y->dtype, y)) return false;
  out->view_of = y;
  memcpy(out->stride, y->stride, sizeof out->stride);
  out->offset = 0;
  return true;
}

typedef struct Job {
  const LnCall *call;
  LnTensor *dy;
  const bool *want;
  LnTensor **dx;
} Job;

static int call_gradient(lua_State *L) {
  Job *j = lua_touserdata(L, 1);
  LnContext *c = j->call->context;
  LnLua *s = (LnLua *)c;
  int n = j->call->n_in - 1;
  luaL_checkstack(L, n + 4, NULL);
  const Params *p = j->call->params;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, p->gradient) != LUA_TUSERDATA)
    return luaL_error(L, "its gradient function is gone");
  lua_getiuservalue(L, 2, 1);
  ln_lua_push_tensor(L, s, j->dy);
  lua_call(L, 1, n);   // 3 ..: one for each tensor that went in
  for (int i = 0; i < n; i++) {
    LnTensor *t = ln_lua_test_tensor(L, s, 3 + i);
    if (!t && lua_toboolean(L, 3 + i))
      return luaL_error(L, "gradient %d should be a tensor or false, got %s", i + 1,
                        luaL_typename(L, 3 + i));
    if (!t || !j->want[i]) continue;
    if (!ln_tensor_same_shape(t, j->call->in[i]))
      return luaL_error(L, "gradient %d has shape %s, its input %s", i + 1,
                        ln_tensor_shape_text(t), ln_tensor_shape_text(j->call->in[i]));
    if (!(j->dx[i] = ln_temp(c, ln_retain(t)))) return ln_lua_raise(L, s, NULL);
  }
  return 0;
}

static bool backward(const LnCall *call, LnTensor *const *dy, const bool *want, LnTensor **dx) {
  Job j = {call, dy[0], want, dx};
  return ln_lua_protected(call->context, call_gradient, &j);
}

static const LnOp custom = {.name = "custom_gradient", .n_in = 1, .n_out = 1,
                            .flags = LN_OP_HIDDEN | LN_OP_LIST, .params_size = sizeof(Params),
                            .shape = shape, .backward = backward, .hold = hold};

// upvalues: state, the function
// What holds the function at the top, which it pops, until the last tape lets go of it.
static Gradient *hold_function(lua_State *L) {
  Gradient *g = lua_newuserdatauv(L, sizeof *g, 1);
  lua_insert(L, -2);
  lua_setiuservalue(L, -2, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, g);
  g->refs = 1;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  g->main = lua_tothread(L, -1);
  lua_pop(L, 1);
  return g;
}

static int call(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnTensor *in[MAX_ARGS + 1];
  int top = lua_gettop(L), n = 0;
  luaL_checkstack(L, top + 8, NULL);
  for (int i = 1; i <= top; i++) {
    LnTensor *t = ln_lua_test_tensor(L, s, i);
    if (!t) continue;
    if (n == MAX_ARGS) return luaL_error(L, "'custom_gradient': at most %d tensors", MAX_ARGS);
    in[n++] = t;
  }
  if (n == 0) return luaL_error(L, "'custom_gradient': the function takes tensors, none was given");
  lua_pushvalue(L, lua_upvalueindex(2));
  for (int i = 1; i <= top; i++) lua_pushvalue(L, i);
  c->no_record++;
  int status = lua_pcall(L, top, 2, 0);
  c->no_record--;
  c->host = L;
  if (status != LUA_OK) return lua_error(L);
  in[n] = ln_lua_test_tensor(L, s, top + 1);
  if (!in[n] || !lua_isfunction(L, top + 2))
    return luaL_error(L, "'custom_gradient': the function should return a tensor and a function of "
                         "its gradient, got %s and %s", luaL_typename(L, top + 1),
                      luaL_typename(L, top + 2));
  Params p = {hold_function(L)};
  size_t scope = ln_scope(c);
  LnTensor *y = ln_apply(c, &custom, in, n + 1, &p);
  hold(&p, false);
  if (!y) {
    ln_scope_end(c, scope);
    return ln_lua_raise(L, s, NULL);
  }
  ln_lua_push_tensor(L, s, y);
  ln_scope_end(c, scope);
  return 1;
}

// core.custom_gradient(f): f(x, ...) returns y and a function of dy that returns the gradient of
// each tensor that went in (false for none). The result is called like f.
static int custom_gradient(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_pushcclosure(L, call, 2);
  return 1;
}

void ln_register_custom_gradient(lua_State *L) {
  static const luaL_Reg functions[] = {{"custom_gradient", custom_gradient}, {NULL, NULL}};
  if (ln_op_defect(&custom)) luaL_error(L, "op '%s': %s", custom.name, ln_op_defect(&custom));
  ln_lua_setfuncs(L, functions);
}
