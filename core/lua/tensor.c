// The tensor type in Lua: handles, conversion of tables, comparison, printing. Functions of tensors
// (sum, matmul, ...) are ops and arrive through core/lua/functions.c; t[index] is in index.c;
// constructors are in create.c.
#include "lua/tensor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "ops/ops.h"

// ---- handles

// LnTensorHandle before resource: an error between the two leaks nothing.
static LnTensor **push_empty(lua_State *L, LnLua *s) {
  LnTensorHandle *h = lua_newuserdatauv(L, sizeof *h, 0);
  *h = (LnTensorHandle){s->metatable, NULL};
  ln_lua_push_metatable(L, s, LN_TYPE_TENSOR);
  lua_setmetatable(L, -2);
  return &h->tensor;
}

void ln_lua_push_tensor(lua_State *L, LnLua *s, LnTensor *t) {
  LnTensor **u = push_empty(L, s);
  *u = ln_retain(t);
  // What a handle keeps alive: a tensor of one number is mostly its head.
  const bool view = !t->storage || t->storage->refs > 1;
  ln_lua_charge(L, s, sizeof *t + (view ? 0 : sizeof *t->storage + t->storage->bytes));
}

void ln_lua_give_tensor(lua_State *L, LnLua *s, LnTensor *t) {
  size_t scope = ln_scope(&s->context);
  if (!ln_temp(&s->context, t)) ln_lua_raise(L, s, NULL);
  ln_lua_push_tensor(L, s, t);
  ln_scope_end(&s->context, scope);
}

LnTensor *ln_lua_check_tensor(lua_State *L, LnLua *s, int i, const char *what) {
  LnTensor *t = ln_lua_test_tensor(L, s, i);
  if (!t && i == 1) ln_lua_bad_self(L, s, "tensor", what);
  if (!t) luaL_error(L, "bad argument #%d to '%s' (tensor expected, got %s)", i, what,
                     ln_lua_describe(L, s, i));
  if (ln_tensor_closed(t))
    luaL_error(L, "bad argument #%d to '%s' (the tensor is closed)", i, what);
  return t;
}

LnTensor *ln_lua_check_values(lua_State *L, LnLua *s, int i, const char *what) {
  LnTensor *t = ln_lua_check_tensor(L, s, i, what);
  if (t->meta)
    luaL_error(L, "'%s' needs values, and this tensor is symbolic: it has a shape %s but no "
                  "values yet", what, ln_tensor_shape_text(t));
  return t;
}

void ln_lua_push_number(lua_State *L, double v) {
  lua_pushnumber(L, v == v ? v : (double)NAN);
}

void ln_lua_push_element(lua_State *L, const LnTensor *t, const int64_t *index) {
  if (t->dtype == LN_BOOL) lua_pushboolean(L, ln_tensor_get(t, index) != 0);
  else if (ln_dtype_is_float(t->dtype)) ln_lua_push_number(L, ln_tensor_get(t, index));
  else lua_pushinteger(L, ln_tensor_get_int(t, index));
}

void ln_lua_push_value(lua_State *L, LnLua *s, LnTensor *t) {
  if (t->rank == 0 && !t->meta && t->storage) ln_lua_push_element(L, t, NULL);
  else ln_lua_push_tensor(L, s, t);
}

int ln_lua_push_result(lua_State *L, LnLua *s, size_t scope, LnTensor *t, bool number) {
  if (!t) {
    ln_scope_end(&s->context, scope);
    return ln_lua_raise(L, s, NULL);
  }
  if (number) ln_lua_push_value(L, s, t);
  else ln_lua_push_tensor(L, s, t);
  ln_scope_end(&s->context, scope);
  return 1;
}

// ---- tables to tensors

typedef struct Filler {
  LnTensor *t;
  const char *what;
  bool guessed;   // the dtype, from the first element
} Filler;

// Numbers that a dtype cannot hold are errors; fractions are cut off, as numpy does.
static void check_fits(lua_State *L, LnDtype d, const char *what) {
  lua_Integer k;
  bool whole = true;
  if (d == LN_BOOL || ln_dtype_is_float(d)) return;
  if (lua_isinteger(L, -1)) {
    k = lua_tointeger(L, -1);
  } else {
    lua_Number v = lua_tonumber(L, -1);
    whole = v >= -0x1p63 && v < 0x1p63;
    k = whole ? (lua_Integer)v : 0;
  }
  if (whole && (d == LN_INT64 || (d == LN_INT32 && k >= INT32_MIN && k <= INT32_MAX) ||
                (d == LN_UINT8 && k >= 0 && k <= 255)))
    return;
  luaL_error(L, "'%s': %s does not fit %s", what, luaL_tolstring(L, -1, NULL), ln_dtype_name(d));
}

// The shape that the first elements suggest; fill() holds the others to it.
static int guess_shape(lua_State *L, int i, int64_t *shape, const char *what, int *leaf) {
  int rank = 0;
  lua_pushvalue(L, i);
  while (lua_istable(L, -1)) {
    if (rank == LN_MAX_RANK) luaL_error(L, "'%s': tables nested deeper than %d", what, LN_MAX_RANK);
    luaL_checkstack(L, 4, "nested tables");
    shape[rank++] = (int64_t)ln_lua_list_length(L, -1, what);
    if (shape[rank - 1] == 0) {
      lua_pushnil(L);
      if (lua_next(L, -2))
        luaL_error(L, "'%s': a list of numbers expected, got a table with named fields", what);
      break;
    }
    lua_rawgeti(L, -1, 1);
  }
  *leaf = lua_type(L, -1);
  return rank;
}

static void fill(lua_State *L, const Filler *f, int axis, int64_t *index) {
  LnTensor *t = f->t;
  luaL_checkstack(L, 4, "nested tables");
  if (axis == t->rank) {
    switch (lua_type(L, -1)) {
      case LUA_TBOOLEAN: ln_tensor_set(t, index, lua_toboolean(L, -1)); return;
      case LUA_TNUMBER:
        if (f->guessed && t->dtype == LN_BOOL)
          luaL_error(L, "'%s': numbers among booleans: say which dtype is meant, {dtype = ...}",
                     f->what);
        check_fits(L, (LnDtype)t->dtype, f->what);
        if (lua_isinteger(L, -1)) ln_tensor_set_int(t, index, lua_tointeger(L, -1));
        else ln_tensor_set(t, index, lua_tonumber(L, -1));
        return;
      default:
        if (ln_lua_test_tensor(L, ln_lua(L), -1))
          luaL_error(L, "'%s': numbers expected in the table, got a tensor; tensors are joined by "
                        "stack or concatenate", f->what);
        luaL_error(L, "'%s': numbers expected in the table, got %s", f->what,
                   ln_lua_describe(L, ln_lua(L), -1));
    }
  }
  if (!lua_istable(L, -1))
    luaL_error(L, "'%s': ragged table: expected a list of %I at depth %d, got %s", f->what,
               (LUAI_UACINT)t->shape[axis], axis + 1, ln_lua_describe(L, ln_lua(L), -1));
  lua_Integer n = ln_lua_list_length(L, -1, f->what);
  if (n != t->shape[axis])
    luaL_error(L, "'%s': ragged table: expected %I elements at depth %d, got %I", f->what,
               (LUAI_UACINT)t->shape[axis], axis + 1, (LUAI_UACINT)n);
  for (lua_Integer k = 0; k < n; k++) {
    index[axis] = k;
    lua_rawgeti(L, -1, k + 1);
    fill(L, f, axis + 1, index);
    lua_pop(L, 1);
  }
}

LnTensor *ln_lua_to_tensor(lua_State *L, LnLua *s, int i, LnDtype d, const char *what) {
  LnContext *c = &s->context;
  i = lua_absindex(L, i);
  LnTensor *t = ln_lua_test_tensor(L, s, i);
  if (t) {
    if (ln_tensor_closed(t)) luaL_error(L, "'%s': the tensor is closed", what);
    if (d == LN_DTYPES || t->dtype == d) return t;
    LnTensor **cast = push_empty(L, s);
    *cast = ln_tensor_cast(c, t, d);
    if (!*cast) ln_lua_raise(L, s, what);
    lua_replace(L, i);
    return *cast;
  }
  int64_t shape[LN_MAX_RANK], index[LN_MAX_RANK];
  int leaf = lua_type(L, i), rank = 0, top = lua_gettop(L);
  if (leaf == LUA_TTABLE) {
    rank = guess_shape(L, i, shape, what, &leaf);
    lua_settop(L, top);
  } else if (leaf != LUA_TNUMBER && leaf != LUA_TBOOLEAN) {
    luaL_error(L, "'%s': a tensor, a number or a table of numbers expected, got %s", what,
               ln_lua_describe(L, ln_lua(L), i));
  }
  bool guessed = d == LN_DTYPES;
  if (guessed) d = leaf == LUA_TBOOLEAN ? LN_BOOL : LN_FLOAT32;
  LnTensor **tensor = push_empty(L, s);
  *tensor = ln_tensor_new(c, d, rank, shape);
  if (!*tensor) ln_lua_raise(L, s, what);
  Filler f = {*tensor, what, guessed};
  lua_pushvalue(L, i);
  fill(L, &f, 0, index);
  lua_pop(L, 1);
  lua_replace(L, i);
  return *tensor;
}

// ---- metamethods and methods

static int tensor_gc(lua_State *L) {
  LnTensorHandle *h = lua_touserdata(L, 1);
  ln_release(h->tensor);
  h->tensor = NULL;
  return 0;
}

// Inside a finalizer (where the collector takes no orders) it does nothing: a call that is running
// may be reading the data, and the collector is at work anyway.
static int tensor_close(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnTensorHandle *h = ln_lua_tensor_handle(L, s, 1);
  if (!h) return ln_lua_bad_self(L, s, "tensor", "close");
  if (h->tensor && lua_gc(L, LUA_GCCOUNT) >= 0) ln_tensor_close(h->tensor);
  return 0;
}

static int tensor_len(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = ln_lua_check_tensor(L, s, 1, "#");
  if (t->rank == 0) return luaL_error(L, "a tensor of rank 0 has no length");
  if (t->shape[0] < 0)
    return luaL_error(L, "the length of a tensor of shape %s is not known",
                      ln_tensor_shape_text(t));
  lua_pushinteger(L, t->shape[0]);
  return 1;
}

static int tensor_eq(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *a = ln_lua_test_tensor(L, s, 1), *b = ln_lua_test_tensor(L, s, 2);
  bool same = a && b && a->storage && b->storage ? ln_tensor_equal(a, b) : a == b;
  lua_pushboolean(L, same);
  return 1;
}

// Tensors of one element compare like numbers (loss < 0.1); larger ones have no order.
static double single(lua_State *L, LnLua *s, int i) {
  static const int64_t zeros[LN_MAX_RANK];
  if (lua_type(L, i) == LUA_TNUMBER) return lua_tonumber(L, i);
  LnTensor *t = ln_lua_test_tensor(L, s, i);
  if (t && t->meta) ln_lua_check_values(L, s, i, "a comparison");
  if (!t || t->size != 1 || !t->storage)
    return luaL_error(L, "tensors have no order: use a:lt(b), a:le(b), a:gt(b), a:ge(b) to compare "
                         "element by element");
  return ln_tensor_get(t, zeros);
}

static int tensor_lt(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_pushboolean(L, single(L, s, 1) < single(L, s, 2));
  return 1;
}

static int tensor_le(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_pushboolean(L, single(L, s, 1) <= single(L, s, 2));
  return 1;
}

static int tensor_tostring(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = ln_lua_test_tensor(L, s, 1);
  if (!t) return luaL_error(L, "tensor expected");
  if (t->meta) {
    lua_pushfstring(L, "<symbolic tensor of shape %s, %s>", ln_tensor_shape_text(t),
                    ln_dtype_name(t->dtype));
    return 1;
  }
  if (ln_tensor_closed(t)) return lua_pushliteral(L, "<closed tensor>"), 1;
  char *text = ln_tensor_text(t, 8, 1000);
  if (!text) return luaL_error(L, "out of memory");
  lua_pushstring(L, text);
  free(text);
  return 1;
}

static int tensor_item(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = ln_lua_check_values(L, s, 1, "item");
  ln_lua_only_arguments(L, s, 1, "item");
  if (t->size != 1)
    return luaL_error(L,
                      "bad argument #1 to 'item' (a tensor of one element expected, got shape %s)",
                      ln_tensor_shape_text(t));
  int64_t zeros[LN_MAX_RANK] = {0};
  ln_lua_push_element(L, t, zeros);
  return 1;
}

static void push_table(lua_State *L, const LnTensor *t, int axis, int64_t *index) {
  luaL_checkstack(L, 3, "nested tables");
  if (axis == t->rank) {
    ln_lua_push_element(L, t, index);
    return;
  }
  int64_t n = t->shape[axis];
  lua_createtable(L, n < 1 << 30 ? (int)n : 0, 0);
  for (int64_t k = 0; k < n; k++) {
    index[axis] = k;
    push_table(L, t, axis + 1, index);
    lua_rawseti(L, -2, k + 1);
  }
}

static int tensor_totable(lua_State *L) {
  LnLua *s = ln_lua(L);
  int64_t index[LN_MAX_RANK];
  LnTensor *t = ln_lua_check_values(L, s, 1, "totable");
  ln_lua_only_arguments(L, s, 1, "totable");
  push_table(L, t, 0, index);
  return 1;
}

static int tensor_copy(lua_State *L) {
  LnLua *s = ln_lua(L);
  size_t scope = ln_scope(&s->context);
  LnTensor *t = ln_lua_check_values(L, s, 1, "copy");
  ln_lua_only_arguments(L, s, 1, "copy");
  return ln_lua_push_result(L, s, scope, ln_copy(&s->context, t), false);
}

// for i, row in pairs(t): a C iterator over positions.
static int next_row(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = ln_lua_check_values(L, s, 1, "pairs");
  int64_t i = lua_isnil(L, 2) ? 0 : lua_tointeger(L, 2);
  if (t->rank == 0 || i < 0 || i >= t->shape[0]) return lua_pushnil(L), 1;
  lua_pushinteger(L, i + 1);
  lua_pushinteger(L, i + 1);
  lua_gettable(L, 1);
  return 2;
}

static int tensor_pairs(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = ln_lua_check_values(L, s, 1, "pairs");
  if (t->rank == 0) return luaL_error(L, "a tensor of rank 0 has no rows");
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushcclosure(L, next_row, 1);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

// t:tostring{precision = 3, threshold = 100}: print with other settings than the defaults.
static int tensor_text(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = ln_lua_check_values(L, s, 1, "tostring");
  lua_Integer precision = 8, threshold = 1000;
  static const char *const names[] = {"precision", "threshold", NULL};
  ln_lua_only_options(L, s, 2, "tostring", names);
  for (int k = 0; names[k] && lua_istable(L, 2); k++) {
    int ok = 1;
    if (lua_getfield(L, 2, names[k]) == LUA_TNIL) continue;
    lua_Integer v = lua_tointegerx(L, -1, &ok);
    if (!ok || v < 0 || (k == 0 && v > 17))
      return luaL_error(L, "bad option '%s' of 'tostring' (integer %s expected, got %s)", names[k],
                        k ? ">= 0" : "in [0, 17]", ln_lua_describe(L, s, -1));
    *(k ? &threshold : &precision) = v;
  }
  char *text = ln_tensor_text(t, (int)precision, threshold);
  if (!text) return luaL_error(L, "out of memory");
  lua_pushstring(L, text);
  free(text);
  return 1;
}

static const luaL_Reg methods[] = {{"item", tensor_item},       {"totable", tensor_totable},
                                   {"copy", tensor_copy},       {"close", tensor_close},
                                   {"tostring", tensor_text},   {NULL, NULL}};

static const luaL_Reg metamethods[] = {
    {"__gc", tensor_gc}, {"__close", tensor_close}, {"__len", tensor_len}, {"__eq", tensor_eq},
    {"__lt", tensor_lt}, {"__le", tensor_le}, {"__pairs", tensor_pairs},
    {"__tostring", tensor_tostring}, {NULL, NULL}};

void ln_register_tensor(lua_State *L) {
  LnLua *s = ln_lua(L);
  // core.tensor_methods: where functions.c and Lua modules add t:f().
  lua_newtable(L);
  ln_lua_setfuncs(L, methods);
  lua_setfield(L, -2, "tensor_methods");
  // core.tensor_metatable: for index.c, and for arithmetic, which is ops (functions.c).
  ln_lua_metatable(L, s, LN_TYPE_TENSOR, "lunate.tensor");
  ln_lua_setfuncs(L, metamethods);
  lua_setfield(L, -2, "tensor_metatable");
}
