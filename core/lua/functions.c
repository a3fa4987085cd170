// Ops as Lua functions: every op of the registry becomes ln.f(t, ...) and t:f(...), its arguments
// read by its option table. Arithmetic metamethods are the same functions.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/functions.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/options.h"
#include "lua/symbolic.h"
#include "lua/tensor.h"
#include "nn/operation.h"

enum { MAX_LIST = 1024 };

// ---- parameters

// A table of options by name, as opposed to a list that is itself an argument.
static bool has_names(lua_State *L, int i) {
  i = lua_absindex(L, i);
  lua_pushnil(L);
  while (lua_next(L, i)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING) {
      lua_pop(L, 1);
      return true;
    }
  }
  return false;
}

static bool takes_list(const LnOption *o) {
  return o && (ln_option_rows[o->kind].list || o->kind == LN_OPT_TENSOR ||
               o->kind == LN_OPT_WINDOW);
}

// What an op borrows from its arguments (texts) stays anchored by them while the call runs; lists
// of numbers go into a buffer that the table at `anchor` holds, as it holds tensors.
static void set(lua_State *L, LnLua *s, const LnOp *op, const LnOption *o, void *params, int i,
                int anchor) {
  void *field = (char *)params + o->offset;
  ln_lua_check_option(L, s, op->name, o, i, false);
  if (o->kind == LN_OPT_STRING) {
    ln_lua_check_name(L, -1, op->name, true);
    *(const char **)field = lua_tostring(L, -1);
  } else if (o->kind == LN_OPT_NUMBERS && lua_istable(L, -1)) {
    LnNumbers *list = field;
    list->n = (int64_t)lua_rawlen(L, -1);
    list->v = lua_newuserdatauv(L, (size_t)(list->n + 1) * sizeof *list->v, 0);
    lua_rawsetp(L, anchor, list);
    for (int64_t k = 0; k < list->n; k++) {
      lua_rawgeti(L, -1, k + 1);
      list->v[k] = lua_tonumber(L, -1);
      lua_pop(L, 1);
    }
  } else if (o->kind == LN_OPT_TENSOR) {
    *(LnTensor **)field = ln_lua_test_tensor(L, s, -1);
    lua_rawsetp(L, anchor, field);
    return;
  } else if (o->kind == LN_OPT_WINDOW && ln_lua_test_tensor(L, s, -1)) {
    *(LnWindow *)field = (LnWindow){-1, ln_lua_test_tensor(L, s, -1)};
    lua_rawsetp(L, anchor, field);
    return;
  } else {
    ln_lua_store_option(L, s, o, params);
    return;
  }
  lua_pop(L, 1);
}

static int unknown_option(lua_State *L, const LnOp *op, const char *name) {
  if (!op->options || !op->options->name)
    return luaL_error(L, "'%s' takes no options, got '%s'", op->name, name);
  lua_newtable(L);
  int n = 0;
  for (const LnOption *o = op->options; o && o->name; o++) {
    lua_pushstring(L, o->name);
    lua_rawseti(L, -2, ++n);
  }
  return ln_lua_unknown(L, "option", name, op->name);
}

static const LnOption *op_option(const LnOp *op, const char *name) {
  const LnOption *o = op->options;
  while (o && o->name && strcmp(o->name, name) != 0) o++;
  return o && o->name ? o : NULL;
}

static void read_named(lua_State *L, LnLua *s, const LnOp *op, void *params, int i, int anchor,
                       bool *given) {
  lua_pushnil(L);
  while (lua_next(L, i)) {
    if (lua_type(L, -2) == LUA_TSTRING) {
      const LnOption *o = op_option(op, lua_tostring(L, -2));
      if (!o) unknown_option(L, op, lua_tostring(L, -2));
      set(L, s, op, o, params, lua_gettop(L), anchor);
      given[o - op->options] = true;
    } else if (!lua_isinteger(L, -2)) {
      luaL_error(L, "'%s': options are named by strings, got the name %s", op->name,
                 ln_lua_describe(L, s, -2));
    }
    lua_pop(L, 1);
  }
}

// lone: one argument came, which may be what belongs behind the tensor of a method.
static int required(lua_State *L, const LnOp *op, const LnOption *o, bool lone) {
  bool method = lone && !(op->flags & (LN_OP_FUNCTION_ONLY | LN_OP_LIST));
  ln_lua_push_kind_text(L, o);
  return luaL_error(L, "'%s': option '%s' (%s) is required%s%s%s", op->name, o->name,
                    lua_tostring(L, -1), method ? "; call a method with a colon: t:" : "",
                    method ? op->name : "", method ? "(...)" : "");
}

// Arguments from `first` to `top`: options by position, then a table of options by name.
static void read_params(lua_State *L, LnLua *s, const LnOp *op, int first, int top, void *params) {
  bool given[LN_MAX_OPTIONS] = {false};
  int n = 0, next = 0, anchor = top + 1;
  while (op->options && op->options[n].name) n++;
  if (n == 0 && top < first) return;
  lua_settop(L, top);
  lua_newtable(L);
  for (int i = first; i <= top; i++) {
    bool last_table = i == top && lua_istable(L, i);
    if (last_table && has_names(L, i)) {
      // Positions inside the table come after those before it.
      lua_Integer m = ln_lua_list_length(L, i, op->name);
      for (lua_Integer k = 1; k <= m; k++) {
        if (next >= n)
          luaL_error(L, "'%s' takes at most %d option%s", op->name, n, n == 1 ? "" : "s");
        lua_rawgeti(L, i, k);
        given[next] = true;
        set(L, s, op, &op->options[next++], params, lua_gettop(L), anchor);
        lua_pop(L, 1);
      }
      read_named(L, s, op, params, i, anchor, given);
      break;
    }
    // f(t, {}) has no options, unless an (empty) list is what it needs.
    if (last_table && lua_rawlen(L, i) == 0 &&
        !(next < n && takes_list(&op->options[next]) && !op->options[next].fallback))
      break;
    if (next >= n) {
      if (n == 0)
        luaL_error(L, "'%s' takes no options, got %s", op->name, ln_lua_describe(L, s, i));
      luaL_error(L, "'%s' takes at most %d option%s after its tensors, got %s too%s", op->name, n,
                 n == 1 ? "" : "s", ln_lua_describe(L, s, i),
                 takes_list(&op->options[n - 1]) ? "; a list is written as one, {3, 4}" : "");
    }
    if (!lua_isnil(L, i)) {
      given[next] = true;
      set(L, s, op, &op->options[next], params, i, anchor);
    }
    next++;
  }
  for (int k = 0; k < n; k++)
    if (!given[k] && !op->options[k].fallback) required(L, op, &op->options[k], top < first);
}

// ---- operands

static bool is_operand(lua_State *L, LnLua *s, int i) {
  int type = lua_type(L, i);
  return type == LUA_TNUMBER || type == LUA_TBOOLEAN || ln_lua_test_tensor(L, s, i) != NULL;
}

// The dtype in which a Lua number joins tensors of dtype d: it never widens them.
static LnDtype number_dtype(lua_State *L, const LnOp *op, int i, LnDtype d) {
  if (ln_dtype_is_float(d)) return d;
  int whole;
  lua_Integer k = lua_tointegerx(L, i, &whole);
  if (lua_isboolean(L, i)) return LN_BOOL;
  if (!whole) return LN_FLOAT32;
  if (d == LN_BOOL) return LN_INT32;
  bool fits =
      d == LN_INT64 || (d == LN_UINT8 ? k >= 0 && k <= 255 : k >= INT32_MIN && k <= INT32_MAX);
  if (fits) return d;
  // A quotient is a float anyway, and comparing with a number out of range has an answer.
  if (strcmp(op->name, "divide") == 0 || op->flags & LN_OP_NO_GRADIENT) return LN_FLOAT32;
  luaL_error(L, "'%s': %I does not fit %s; cast the tensor first, with astype", op->name,
             (LUAI_UACINT)k, ln_dtype_name(d));
  return d;
}

static int bad_operand(lua_State *L, LnLua *s, const LnOp *op, int i) {
  bool method = (i == 1 || lua_isnone(L, i)) && !(op->flags & LN_OP_FUNCTION_ONLY);
  return luaL_error(L, "bad argument #%d to '%s' (tensor or number expected, got %s)%s%s%s", i,
                    op->name, ln_lua_describe(L, s, i), method ? "; call it with a colon: t:" : "",
                    method ? op->name : "", method ? "(...)" : "");
}

// einsum(equation, a, b, ...) becomes einsum({a, b, ...}, equation).
static void text_behind(lua_State *L) {
  int n = lua_gettop(L) - 1;
  lua_createtable(L, n, 0);
  for (int i = 1; i <= n; i++) {
    lua_pushvalue(L, i + 1);
    lua_rawseti(L, -2, i);
  }
  lua_replace(L, 2);
  lua_settop(L, 2);
  lua_insert(L, 1);
}

// f(a, b, {mask = m, scale = 2}) becomes f(a, b, nil, m, {scale = 2}).
static void named_behind(lua_State *L, const LnOp *op) {
  const int top = lua_gettop(L), first = op->n_in - op->n_optional;
  if (top <= first || top > op->n_in + 1 || !lua_istable(L, top) || !has_names(L, top)) return;
  const int options = op->n_in + 1;
  lua_createtable(L, 0, 4);   // those of the script stay as they are
  for (lua_pushnil(L); lua_next(L, top);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
  lua_remove(L, top);
  while (lua_gettop(L) < options) lua_pushnil(L), lua_insert(L, top);
  const char *word = op->named;
  for (int i = first + 1; *word; i++) {
    const size_t n = strcspn(word, " ");
    lua_pushlstring(L, word, n);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, options) != LUA_TNIL) {
      if (!lua_isnil(L, i))
        luaL_error(L, "'%s': %s is given twice, by position and by name", op->name,
                   lua_tostring(L, -2));
      lua_replace(L, i);
      lua_pushnil(L);
      lua_rawset(L, options);
    } else {
      lua_pop(L, 2);
    }
    word += n + (word[n] == ' ');
  }
}

// What the readers of operands return when one is symbolic.
enum { SYMBOLIC = -1 };

// The tensors of a list at 1, which anchors them. Returns how many.
static int read_list(lua_State *L, LnLua *s, const LnOp *op, LnTensor **in) {
  if (lua_type(L, 1) == LUA_TSTRING && lua_gettop(L) > 1) text_behind(L);
  if (!lua_istable(L, 1))
    return luaL_error(L, "bad argument #1 to '%s' (%s expected, got %s)", op->name,
                      op_option(op, "equation") ? "an equation and its tensors"
                                                  : "a list of tensors, {a, b},",
                      ln_lua_describe(L, s, 1));
  lua_Unsigned n = (lua_Unsigned)ln_lua_list_length(L, 1, op->name);
  if (n < 1 || n > MAX_LIST)
    return luaL_error(L, "bad argument #1 to '%s' (a list of 1 to %d tensors expected, got %I)",
                      op->name, MAX_LIST, (LUAI_UACINT)n);
  ln_lua_own_list(L, 1, op->name);
  for (int i = 0; i < (int)n; i++) {
    lua_rawgeti(L, 1, i + 1);
    in[i] = ln_lua_test_tensor(L, s, -1);
    if (!in[i] && ln_lua_has_symbolic(L, s, 1)) {
      lua_pop(L, 1);
      return SYMBOLIC;
    }
    if (!in[i])
      return luaL_error(L, "bad argument #1 to '%s' (a list of tensors expected, entry %d is %s)",
                        op->name, i + 1, ln_lua_describe(L, s, -1));
    lua_pop(L, 1);
  }
  return (int)n;
}

// Tensors, and NULL where a number stands, from the first arguments. Returns how many were given.
static int read_operands(lua_State *L, LnLua *s, const LnOp *op, LnTensor **in, LnDtype *d) {
  int n = 0, needed = op->n_in - op->n_optional, top = lua_gettop(L);
  bool tensors = false;
  for (int i = 0; i < op->n_in; i++) in[i] = NULL;
  while (n < op->n_in && n < top) {
    if ((in[n] = ln_lua_test_tensor(L, s, n + 1))) {
      tensors = true, *d = ln_dtype_promote(*d, in[n++]->dtype);
      continue;
    }
    // An optional tensor may be left out: what follows is then an option (or nil in its place).
    if (n >= needed) {
      if (ln_lua_is_symbolic(L, s, n + 1)) return SYMBOLIC;
      if (!lua_isnil(L, n + 1)) break;
      n++;
      continue;
    }
    if (lua_istable(L, n + 1)) {
      if (n == 0 && has_names(L, 1))
        return luaL_error(L, "bad argument #1 to '%s' (tensor expected, got a table of options); "
                             "call it with a colon: t:%s{...}", op->name, op->name);
      ln_lua_to_tensor(L, s, n + 1, LN_DTYPES, op->name);
    }
    if (!is_operand(L, s, n + 1))
      return ln_lua_is_symbolic(L, s, n + 1) ? SYMBOLIC : bad_operand(L, s, op, n + 1);
    in[n] = ln_lua_test_tensor(L, s, n + 1);
    if (in[n]) tensors = true, *d = ln_dtype_promote(*d, in[n]->dtype);
    n++;
  }
  if (n < needed) return bad_operand(L, s, op, n + 1);
  if (!tensors && n > 0) *d = LN_FLOAT32;
  return n;
}

static LnTensor *number_operand(lua_State *L, LnContext *c, int i, LnDtype d) {
  LnTensor *t = ln_temp(c, ln_tensor_new(c, d, 0, NULL));
  if (!t) return NULL;
  if (lua_isboolean(L, i)) ln_tensor_set(t, NULL, lua_toboolean(L, i));
  else if (lua_isinteger(L, i)) ln_tensor_set_int(t, NULL, lua_tointeger(L, i));
  else ln_tensor_set(t, NULL, lua_tonumber(L, i));
  return t;
}

// ---- symbolic operands: the call becomes a layer of a graph

// A constant of the graph; kept in the table at `anchor`, so that a raise leaks nothing.
static LnTensor *constant(lua_State *L, LnLua *s, const LnOp *op, int i, LnDtype d, int anchor) {
  if (ln_lua_test_variable(L, s, i))
    luaL_error(L, "'%s': a variable cannot be a constant of a graph; use it in a layer's call",
               op->name);
  LnTensor *t = ln_lua_test_tensor(L, s, i);
  if (t) return t;
  size_t scope = ln_scope(&s->context);
  t = number_operand(L, &s->context, i, number_dtype(L, op, i, d));
  if (!t) {
    ln_scope_end(&s->context, scope);
    ln_lua_raise(L, s, op->name);
  }
  ln_lua_push_tensor(L, s, t);
  ln_scope_end(&s->context, scope);
  lua_rawsetp(L, anchor, t);
  return t;
}

// What an operation is made of: its symbolic inputs are in the table at index `inputs`, constants
// are held by the one at `anchors`.
typedef struct Operands {
  const LnOp *op;
  int inputs, anchors, n_in, n;
  LnDtype dtype;   // of the numbers among them
  LnTensor *constants[MAX_LIST];
  bool missing[MAX_LIST];
} Operands;

// Takes the value at the top of the stack as the next operand. False where it is none: what follows
// are options.
static bool take_operand(lua_State *L, LnLua *s, Operands *o) {
  const int i = lua_gettop(L), n = o->n;
  LnTensor *t = ln_lua_test_tensor(L, s, i);
  o->constants[n] = NULL;
  if (ln_lua_is_symbolic(L, s, i)) {
    lua_pushvalue(L, i);
    lua_rawseti(L, o->inputs, ++o->n_in);
    return true;
  }
  if (!t && !(o->op->flags & LN_OP_LIST) && n >= o->op->n_in - o->op->n_optional) {
    o->missing[n] = true;
    return lua_isnil(L, i);
  }
  if (lua_istable(L, i)) {
    t = ln_lua_to_tensor(L, s, i, LN_DTYPES, o->op->name);
    lua_pushvalue(L, i);
    lua_rawsetp(L, o->anchors, t);
  } else if (!t && !is_operand(L, s, i)) {
    bad_operand(L, s, o->op, n + 1);
  }
  o->constants[n] = constant(L, s, o->op, i, o->dtype, o->anchors);
  return true;
}

// The dtype of tensors among `given` operands, which numbers take.
static LnDtype operands_dtype(lua_State *L, LnLua *s, bool list, int given) {
  LnDtype d = LN_BOOL;
  for (int k = 1; k <= given; k++) {
    if (list) lua_rawgeti(L, 1, k);
    else lua_pushvalue(L, k);
    const int i = lua_gettop(L);
    LnTensor *t = ln_lua_test_tensor(L, s, i);
    if (t) d = ln_dtype_promote(d, t->dtype);
    else if (ln_lua_is_symbolic(L, s, i)) d = ln_dtype_promote(d, ln_lua_symbolic_dtype(L, i));
    lua_pop(L, 1);
  }
  return d;
}

static int call_symbolic(lua_State *L, LnLua *s, const LnOp *op) {
  _Alignas(max_align_t) char params[LN_MAX_PARAMS];
  const bool list = op->flags & LN_OP_LIST;
  const int top = lua_gettop(L);
  const int given = list ? (int)lua_rawlen(L, 1) : op->n_in < top ? op->n_in : top;
  Operands o = {.op = op, .inputs = top + 1, .anchors = top + 2,
                .dtype = operands_dtype(L, s, list, given)};
  lua_newtable(L);
  lua_newtable(L);
  for (bool more = true; more && o.n < given; o.n += more) {
    if (list) lua_rawgeti(L, 1, o.n + 1);
    else lua_pushvalue(L, o.n + 1);
    more = take_operand(L, s, &o);
    lua_settop(L, o.anchors);
  }
  for (int k = o.n; !list && k < op->n_in; k++) o.constants[k] = NULL, o.missing[k] = true;
  lua_rotate(L, 1, 2);        // 1: the inputs, 2: the anchors, then the arguments
  ln_op_default_params(&s->context, op, params);
  read_params(L, s, op, (list ? 2 : o.n + 1) + 2, top + 2, params);
  LnLayer *l = ln_operation_new(&s->context, op, list ? given : op->n_in, o.constants, o.missing,
                                params);
  if (!l) return ln_lua_raise(L, s, op->name);
  return ln_lua_operation(L, s, l, 1);
}

// The dtype that numbers join in a layer of mixed precision.
static LnDtype seen_dtype(const LnContext *c, LnTensor *const *in, int n, LnDtype d) {
  bool any = false;
  for (int i = 0; i < n; i++) {
    if (!in[i]) continue;
    d = any ? ln_dtype_promote(d, ln_autocast_dtype(c, in[i])) : ln_autocast_dtype(c, in[i]);
    any = true;
  }
  return d;
}

// upvalues: state, op
static int call_op(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  const LnOp *op = lua_touserdata(L, lua_upvalueindex(2));
  _Alignas(max_align_t) char params[LN_MAX_PARAMS];
  LnTensor *in[MAX_LIST], *out[LN_MAX_OUTPUTS];
  LnDtype d = LN_BOOL, number[LN_MAX_OPERANDS] = {0};
  bool list = op->flags & LN_OP_LIST;
  if (op->named) named_behind(L, op);
  int n = list ? read_list(L, s, op, in) : read_operands(L, s, op, in, &d);
  if (n == SYMBOLIC) return call_symbolic(L, s, op);
  const bool casts = ln_autocasts(c);
  if (casts && !list) d = seen_dtype(c, in, n, d);
  ln_op_default_params(c, op, params);
  read_params(L, s, op, list ? 2 : n + 1, lua_gettop(L), params);
  for (int i = 0; !list && i < n; i++)
    if (!in[i] && !lua_isnil(L, i + 1)) number[i] = number_dtype(L, op, i + 1, d);
  // From here on nothing raises before the scope is closed, but for Lua running out of memory.
  size_t scope = ln_scope(c);
  for (int i = 0; !list && i < n; i++)
    if (!in[i] && !lua_isnil(L, i + 1)) in[i] = number_operand(L, c, i + 1, number[i]);
  for (int i = 0; casts && i < n; i++) in[i] = ln_autocast(c, in[i]);
  if (!ln_apply_all(c, op, in, list ? n : op->n_in, params, out)) {
    ln_scope_end(c, scope);
    return ln_lua_raise(L, s, NULL);
  }
  for (int i = 0; i < op->n_out; i++)
    (op->flags & LN_OP_TRUTH ? ln_lua_push_value : ln_lua_push_tensor)(L, s, out[i]);
  ln_scope_end(c, scope);
  return op->n_out;
}

// ---- what the module says of its functions, for help, reference and the registry's tests

static void push_option(lua_State *L, const LnOption *o) {
  lua_createtable(L, 0, 4);
  lua_pushstring(L, o->name);
  lua_setfield(L, -2, "name");
  ln_lua_push_kind_text(L, o);
  lua_setfield(L, -2, "kind");
  if (o->fallback) lua_pushstring(L, o->fallback), lua_setfield(L, -2, "default");
  if (o->doc) lua_pushstring(L, o->doc), lua_setfield(L, -2, "doc");
}

// core.ops() -> list of {name =, doc =, samples =, inputs =, results =, hidden =, gradient =, ...}
static int ops(lua_State *L) {
  lua_newtable(L);
  int k = 0;
  for (int f = 0; ln_op_families[f]; f++) {
    for (const LnOp *op = ln_op_families[f]; op->name; op++) {
      lua_createtable(L, 0, 10);
      lua_pushstring(L, op->name), lua_setfield(L, -2, "name");
      lua_pushstring(L, op->doc), lua_setfield(L, -2, "doc");
      lua_pushstring(L, op->samples), lua_setfield(L, -2, "samples");
      lua_pushinteger(L, op->n_in), lua_setfield(L, -2, "inputs");
      lua_pushinteger(L, op->n_out), lua_setfield(L, -2, "results");
      lua_pushboolean(L, op->flags & LN_OP_HIDDEN), lua_setfield(L, -2, "hidden");
      lua_pushboolean(L, op->flags & LN_OP_LIST), lua_setfield(L, -2, "list");
      lua_pushboolean(L, op->flags & LN_OP_ACTIVATION), lua_setfield(L, -2, "activation");
      lua_pushboolean(L, op->flags & LN_OP_VALUE_SHAPE), lua_setfield(L, -2, "value_shape");
      lua_pushboolean(L, (op->backward || op->compose) && !(op->flags & LN_OP_NO_GRADIENT));
      lua_setfield(L, -2, "gradient");
      lua_newtable(L);
      for (int i = 0; op->options && op->options[i].name; i++) {
        push_option(L, &op->options[i]);
        lua_rawseti(L, -2, i + 1);
      }
      lua_setfield(L, -2, "options");
      lua_rawseti(L, -2, ++k);
    }
  }
  return 1;
}

void ln_lua_push_op(lua_State *L, const LnOp *op) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushlightuserdata(L, (void *)(uintptr_t)op);
  lua_pushcclosure(L, call_op, 2);
}

// core.op(name): any op as a function, hidden ones too (for tests and for Lua compositions).
static int op_function(lua_State *L) {
  const LnOp *op = ln_op_find(luaL_checkstring(L, 1));
  if (!op) return luaL_error(L, "there is no op '%s'", lua_tostring(L, 1));
  ln_lua_push_op(L, op);
  return 1;
}

static const struct {
  const char *event, *op;
} arithmetic[] = {{"__add", "add"},          {"__sub", "subtract"}, {"__mul", "multiply"},
                  {"__div", "divide"},       {"__idiv", "floor_divide"}, {"__mod", "mod"},
                  {"__pow", "power"},        {"__unm", "negative"}};

// __unm gets its operand twice.
static int negative(lua_State *L) {
  lua_settop(L, 1);
  return call_op(L);
}

void ln_register_functions(lua_State *L) {
  static const luaL_Reg functions[] = {{"ops", ops}, {"op", op_function}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
  int module = lua_gettop(L);
  lua_newtable(L);   // core.functions: what ln.f finds
  lua_pushvalue(L, -1);
  lua_setfield(L, module, "functions");
  lua_getfield(L, module, "tensor_methods");
  for (int f = 0; ln_op_families[f]; f++) {
    for (const LnOp *op = ln_op_families[f]; op->name; op++) {
      if (ln_op_defect(op)) luaL_error(L, "op '%s': %s", op->name, ln_op_defect(op));
      if (op->flags & LN_OP_HIDDEN) continue;
      ln_lua_push_op(L, op);
      if (!(op->flags & LN_OP_METHOD_ONLY)) lua_pushvalue(L, -1), lua_setfield(L, -4, op->name);
      if (!(op->flags & (LN_OP_FUNCTION_ONLY | LN_OP_LIST)))
        lua_pushvalue(L, -1), lua_setfield(L, -3, op->name);
      lua_pop(L, 1);
    }
  }
  lua_getfield(L, module, "tensor_metatable");
  for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++) {
    const LnOp *op = ln_op_find(arithmetic[i].op);
    if (!op) luaL_error(L, "op '%s' is missing", arithmetic[i].op);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushlightuserdata(L, (void *)(uintptr_t)op);
    lua_pushcclosure(L, strcmp(op->name, "negative") == 0 ? negative : call_op, 2);
    lua_setfield(L, -2, arithmetic[i].event);
  }
  lua_settop(L, module);
}
