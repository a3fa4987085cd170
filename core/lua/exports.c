// What the optional modules may call (exports.h).
#include "lua/exports.h"

#include "kernels/assign.h"
#include "lua/handle.h"
#include "lua/interrupt.h"
#include "lua/tensor.h"

// What ln_lua does for the core's own functions.
static LnLua *enter(const LnExports *e, lua_State *L) {
  if (e->state->refuses) luaL_error(L, "lunate: %s", e->state->refuses);
  uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
  if (ln_scope_passed(&e->state->context, frame) || e->state->context.err.set)
    ln_lua_recover(e->state, frame);
  e->state->context.host = L;
  return e->state;
}

static const LnTensor *test_tensor(const LnExports *e, lua_State *L, int i, const char *what) {
  LnLua *s = enter(e, L);
  LnTensor *t = ln_lua_test_tensor(L, s, i);
  if (!t) return NULL;
  if (t->meta || ln_tensor_closed(t))
    luaL_error(L, "%s: the tensor is %s", what, t->meta ? "symbolic: it has no values" : "closed");
  if (ln_tensor_is_contiguous(t)) return t;
  i = lua_absindex(L, i);
  LnTensor *copy = ln_tensor_copy(&s->context, t);
  if (!copy) ln_lua_raise(L, s, what);
  ln_lua_give_tensor(L, s, copy);
  lua_replace(L, i);
  return copy;
}

static LnTensor *push_tensor(const LnExports *e, lua_State *L, LnDtype d, int rank,
                             const int64_t *shape, const char *what) {
  LnLua *s = enter(e, L);
  LnTensor *t = ln_tensor_new(&s->context, d, rank, shape);
  if (!t) ln_lua_raise(L, s, what);
  ln_lua_give_tensor(L, s, t);
  return t;
}

void ln_register_exports(lua_State *L) {
  LnExports *e = lua_newuserdatauv(L, sizeof *e, 1);
  *e = (LnExports){.size = sizeof *e,
                   .state = ln_lua(L),
                   .dtype_size = ln_dtype_size,
                   .test_tensor = test_tensor,
                   .push_tensor = push_tensor,
                   .context = &ln_lua(L)->context,
                   .fail = ln_fail,
                   .release = ln_release,
                   .interrupts_here = ln_interrupts_here,
                   .interrupts_agreed = ln_interrupts_agreed,
                   .interrupt = ln_interrupt};
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_setiuservalue(L, -2, 1);   // the state lives as long as its functions can be called
  lua_setfield(L, LUA_REGISTRYINDEX, LN_EXPORTS);
}
