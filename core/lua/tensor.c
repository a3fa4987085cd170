// The tensor type in Lua: indexing, assignment, properties, conversion. Functions of tensors (sum,
// matmul, ...) are ops and arrive through core/lua/functions.c; constructors are in create.c.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lua/state.h"
#include "ops/index.h"
#include "ops/ops.h"
#include "ops/slice.h"

// ---- handles

// What a userdata holds. Of its size and with this mark there is no other: a look at both tells
// tensors from anything else sooner than their metatable does.
typedef struct Handle {
  const void *mark;   // where the state has its metatables' addresses
  LnTensor *tensor;
} Handle;

// Handle before resource: an error between the two leaks nothing.
static LnTensor **push_empty(lua_State *L, LnLua *s) {
  Handle *h = lua_newuserdatauv(L, sizeof *h, 0);
  *h = (Handle){s->metatable, NULL};
  ln_lua_push_metatable(L, s, LN_TYPE_TENSOR);
  lua_setmetatable(L, -2);
  return &h->tensor;
}

static Handle *test_handle(lua_State *L, const LnLua *s, int i) {
  Handle *h = lua_touserdata(L, i);
  return h && lua_rawlen(L, i) == sizeof *h && h->mark == s->metatable ? h : NULL;
}

void ln_lua_charge(lua_State *L, LnLua *s, size_t bytes) {
  s->debt += bytes;
  if (s->debt < (size_t)1 << 20) return;
  size_t kb = s->debt >> 10;
  s->debt = 0;
  // lua5.4 collects by generations: what outlives two young collections waits for a full one,
  // which only Lua's own, small memory would bring about.
  if (ln_memory_stats(s->context.memory).live > 2 * s->live + ((size_t)16 << 20)) {
    lua_gc(L, LUA_GCCOLLECT);
    s->live = ln_memory_stats(s->context.memory).live;
  } else {
    lua_gc(L, LUA_GCSTEP, kb > 1 << 20 ? 1 << 20 : (int)kb);
  }
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

// NULL too for a handle that was collected: finalizers may still see it.
LnTensor *ln_lua_test_tensor(lua_State *L, LnLua *s, int i) {
  const Handle *h = test_handle(L, s, i);
  if (h) return h->tensor;
  LnVariable *v = ln_lua_test_variable(L, s, i);
  return v ? v->value : NULL;
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

static LnTensor *with_data(lua_State *L, LnLua *s, int i, const char *what) {
  LnTensor *t = ln_lua_check_tensor(L, s, i, what);
  if (t->meta)
    luaL_error(L, "'%s' needs values, and this tensor is symbolic: it has a shape %s but no "
                  "values yet", what, ln_tensor_shape_text(t));
  return t;
}

void ln_lua_push_number(lua_State *L, double v) {
  lua_pushnumber(L, v == v ? v : (double)NAN);
}

static void push_element(lua_State *L, const LnTensor *t, const int64_t *index) {
  if (t->dtype == LN_BOOL) lua_pushboolean(L, ln_tensor_get(t, index) != 0);
  else if (ln_dtype_is_float(t->dtype)) ln_lua_push_number(L, ln_tensor_get(t, index));
  else lua_pushinteger(L, ln_tensor_get_int(t, index));
}

void ln_lua_push_value(lua_State *L, LnLua *s, LnTensor *t) {
  if (t->rank == 0 && !t->meta && t->storage) push_element(L, t, NULL);
  else ln_lua_push_tensor(L, s, t);
}

// ---- shapes and dtypes

void ln_lua_push_shape(lua_State *L, const int64_t *shape, int rank) {
  lua_createtable(L, rank, 0);
  for (int i = 0; i < rank; i++) {
    if (shape[i] < 0) lua_pushboolean(L, 0);
    else lua_pushinteger(L, shape[i]);
    lua_rawseti(L, -2, i + 1);
  }
  luaL_setmetatable(L, "lunate.shape");
}

static int shape_tostring(lua_State *L) {
  luaL_Buffer b;
  lua_Integer n = luaL_len(L, 1);
  luaL_buffinit(L, &b);
  luaL_addchar(&b, '(');
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, 1, i);
    if (lua_isboolean(L, -1)) lua_pop(L, 1), lua_pushliteral(L, "None");
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    luaL_addvalue(&b);
    if (i < n) luaL_addstring(&b, ", ");
    else if (n == 1) luaL_addchar(&b, ',');
  }
  luaL_addchar(&b, ')');
  luaL_pushresult(&b);
  return 1;
}

static int shape_eq(lua_State *L) {
  lua_Integer n = luaL_len(L, 1);
  bool same = lua_istable(L, 2) && luaL_len(L, 2) == n;
  for (lua_Integer i = 1; same && i <= n; i++) {
    lua_geti(L, 1, i);
    lua_geti(L, 2, i);
    same = lua_compare(L, -1, -2, LUA_OPEQ);
    lua_pop(L, 2);
  }
  lua_pushboolean(L, same);
  return 1;
}

static int shape_concat(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  luaL_tolstring(L, 2, NULL);
  lua_concat(L, 2);
  return 1;
}

bool ln_lua_find_hole(lua_State *L, int i, lua_Integer *before, lua_Integer *last) {
  // Long lists are not walked: behind their end come a table's other keys.
  enum { WALKED = 32 };
  lua_Integer n = (lua_Integer)lua_rawlen(L, i), known = n > WALKED ? n : 0, count = known;
  i = lua_absindex(L, i);
  *last = known;
  if (known > 0) lua_pushinteger(L, known);
  else lua_pushnil(L);
  while (lua_next(L, i)) {
    lua_pop(L, 1);
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) <= known) continue;
    count++;
    if (lua_tointeger(L, -1) > *last) *last = lua_tointeger(L, -1);
  }
  if (*last == count) return false;
  for (*before = 0; lua_rawgeti(L, i, *before + 1) != LUA_TNIL; lua_pop(L, 1)) ++*before;
  lua_pop(L, 1);
  return true;
}

lua_Integer ln_lua_list_length(lua_State *L, int i, const char *what) {
  lua_Integer before, last;
  if (ln_lua_find_hole(L, i, &before, &last))
    luaL_error(L, "'%s': a list without holes expected, it has an entry %I after %I", what,
               (LUAI_UACINT)last, (LUAI_UACINT)before);
  return (lua_Integer)lua_rawlen(L, i);
}

void ln_lua_check_ints(lua_State *L, int i, const char *what, bool unknown, LnInts *out) {
  i = lua_absindex(L, i);
  out->n = 0;
  if (lua_isinteger(L, i) || lua_isnumber(L, i)) {
    int ok;
    out->v[out->n++] = lua_tointegerx(L, i, &ok);
    if (!ok) luaL_error(L, "'%s': a list of integers expected, got %f", what, lua_tonumber(L, i));
    return;
  }
  if (!lua_istable(L, i))
    luaL_error(L, "'%s': a list of integers expected, got %s", what,
               ln_lua_describe(L, ln_lua(L), i));
  lua_Integer n = ln_lua_list_length(L, i, what);
  if (n > LN_MAX_RANK) luaL_error(L, "'%s': at most %d entries, got %d", what, LN_MAX_RANK, (int)n);
  for (lua_Integer k = 1; k <= n; k++) {
    lua_rawgeti(L, i, k);
    int ok = 1;
    bool none = unknown && lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    int64_t v = none ? -1 : lua_tointegerx(L, -1, &ok);
    if (!ok || lua_type(L, -1) == LUA_TSTRING)
      luaL_error(L, "'%s': entry %d of the list should be an integer, got %s", what, (int)k,
                 ln_lua_describe(L, ln_lua(L), -1));
    out->v[out->n++] = v;
    lua_pop(L, 1);
  }
}

int ln_lua_own_list(lua_State *L, int i, const char *what) {
  i = lua_absindex(L, i);
  int n = (int)ln_lua_list_length(L, i, what);
  lua_createtable(L, n, 0);
  for (int k = 1; k <= n; k++) {
    lua_rawgeti(L, i, k);
    lua_rawseti(L, -2, k);
  }
  lua_replace(L, i);
  return n;
}

LnDtype ln_lua_check_dtype(lua_State *L, int i, const char *what) {
  LnDtype d = LN_FLOAT32;
  const char *name = lua_type(L, i) == LUA_TSTRING ? lua_tostring(L, i) : NULL;
  if (!name || !ln_dtype_from_name(name, &d))
    luaL_error(L,
               "'%s': dtype should be one of bool, uint8, int32, int64, float32, float64, got %s",
               what, ln_lua_describe(L, ln_lua(L), i));
  return d;
}

LnDtype ln_lua_dtype_option(lua_State *L, int i, const char *what, LnDtype fallback) {
  if (lua_isnoneornil(L, i)) return fallback;
  if (lua_type(L, i) == LUA_TSTRING) return ln_lua_check_dtype(L, i, what);
  if (lua_type(L, i) != LUA_TTABLE)
    luaL_error(L, "bad argument #%d to '%s' (a dtype or a table of options expected, got %s)", i,
               what, ln_lua_describe(L, ln_lua(L), i));
  lua_getfield(L, i, "dtype");
  LnDtype d = lua_isnil(L, -1) ? fallback : ln_lua_check_dtype(L, -1, what);
  lua_pop(L, 1);
  return d;
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
  LnTensor **made = push_empty(L, s);
  *made = ln_tensor_new(c, d, rank, shape);
  if (!*made) ln_lua_raise(L, s, what);
  Filler f = {*made, what, guessed};
  lua_pushvalue(L, i);
  fill(L, &f, 0, index);
  lua_pop(L, 1);
  lua_replace(L, i);
  return *made;
}

// ---- indexing

// Resolves a 1-based, possibly negative index; raises outside 1 .. n. Of an axis of unknown size,
// negative ones stay as they are.
static int64_t position(lua_State *L, int i, const LnTensor *t, int axis, const char *what) {
  int ok;
  int64_t n = t->shape[axis], k = lua_tointegerx(L, i, &ok);
  if (!ok || lua_type(L, i) == LUA_TSTRING)
    luaL_error(L, "%s: an integer index expected, got %s", what, ln_lua_describe(L, ln_lua(L), i));
  if (n < 0 ? k == 0 : k < -n || k > n || k == 0)
    luaL_error(L, "%s: index %I is out of range for axis %d of shape %s", what, (LUAI_UACINT)k,
               axis + 1, ln_tensor_shape_text(t));
  return k > 0 ? k - 1 : n < 0 ? k : k + n;
}

// {x = 1} is no {}: the whole axis.
static void no_names(lua_State *L, int i) {
  i = lua_absindex(L, i);
  lua_pushnil(L);
  if (lua_next(L, i))
    luaL_error(L, "tensor index: a list expected, got a table with the field '%s'",
               luaL_tolstring(L, -2, NULL));
}

// One entry of an index list at the top of the stack: {} {first, last[, step]} or a number.
static void read_range(lua_State *L, const LnTensor *t, int axis, LnSlice *p) {
  const char *what = "tensor index";
  int64_t n = t->shape[axis];
  p->start[axis] = 0;
  p->count[axis] = n;   // of an unknown size: -1, up to the last
  p->step[axis] = 1;
  p->drop[axis] = false;
  p->open[axis] = n < 0;
  if (lua_type(L, -1) == LUA_TNUMBER) {
    p->start[axis] = position(L, -1, t, axis, what);
    p->count[axis] = 1;
    p->open[axis] = false;
    p->drop[axis] = true;
    if (p->start[axis] < 0) p->open[axis] = true, p->count[axis] = p->start[axis];
    return;
  }
  if (!lua_istable(L, -1))
    luaL_error(L, "%s: a number or a range {first, last, step} expected for axis %d, got %s", what,
               axis + 1, ln_lua_describe(L, ln_lua(L), -1));
  lua_Integer m = ln_lua_list_length(L, -1, what);
  if (m == 0) {
    no_names(L, -1);
    return;
  }
  if (m > 3) luaL_error(L, "%s: a range is {first, last, step}, got %d entries", what, (int)m);
  int64_t step = 1;
  if (m == 3) {
    lua_rawgeti(L, -1, 3);
    int ok;
    step = lua_tointegerx(L, -1, &ok);
    if (!ok || step == 0)
      luaL_error(L, "%s: a step is an integer other than 0, got %s", what,
                 ln_lua_describe(L, ln_lua(L), -1));
    lua_pop(L, 1);
  }
  p->open[axis] = false;
  lua_rawgeti(L, -1, 1);
  int ok;
  int64_t raw = lua_tointegerx(L, -1, &ok);
  // {n + 1, n} is the empty range at the end; every other position must exist.
  bool at_end = ok && m > 1 && n >= 0 && raw == n + 1, empty = false;
  int64_t first = at_end ? n : position(L, -1, t, axis, what), last = first;
  lua_pop(L, 1);
  if (m > 1) {
    lua_rawgeti(L, -1, 2);
    int64_t raw_last = lua_tointegerx(L, -1, &ok);
    empty = ok && step > 0 && first >= 0 && raw_last == first;
    last = empty ? first - 1 : position(L, -1, t, axis, what);
    lua_pop(L, 1);
  }
  if (at_end && last != n - 1)
    luaL_error(L, "%s: index %I is out of range for axis %d of shape %s", what, (LUAI_UACINT)raw,
               axis + 1, ln_tensor_shape_text(t));
  if (n < 0 && !empty && (first < 0 || last < 0)) {
    if ((first < 0) == (last < 0) && (step > 0 ? last < first : last > first))
      luaL_error(L, "%s: the range {%I, %I, %I} runs backwards", what, (LUAI_UACINT)first,
                 (LUAI_UACINT)last, (LUAI_UACINT)step);
    p->start[axis] = first;
    p->step[axis] = step;
    p->count[axis] = last;
    p->open[axis] = true;
    return;
  }
  if ((step > 0 && last < first - 1) || (step < 0 && last > first))
    luaL_error(L, "%s: the range {%I, %I, %I} runs backwards", what, (LUAI_UACINT)(first + 1),
               (LUAI_UACINT)(last + 1), (LUAI_UACINT)step);
  p->start[axis] = first;
  p->step[axis] = step;
  p->count[axis] = empty || (last == first - 1 && step > 0) ? 0 : (last - first) / step + 1;
}

// The index at i as a slice of t. Numbers index the first axis; a list goes axis by axis.
void ln_lua_read_index(lua_State *L, int i, const LnTensor *t, LnSlice *p) {
  memset(p, 0, sizeof *p);
  p->n = t->rank;
  if (t->rank == 0) luaL_error(L, "tensor index: a tensor of rank 0 has no rows; use t:item()");
  for (int a = 0; a < t->rank; a++)
    p->count[a] = t->shape[a], p->step[a] = 1, p->open[a] = t->shape[a] < 0;
  if (lua_type(L, i) == LUA_TNUMBER) {
    lua_pushvalue(L, i);
    read_range(L, t, 0, p);
    lua_pop(L, 1);
    return;
  }
  lua_Integer n = ln_lua_list_length(L, i, "tensor index");
  if (n == 0) no_names(L, i);
  if (n > t->rank)
    luaL_error(L, "tensor index: %d indices for a tensor of shape %s", (int)n,
               ln_tensor_shape_text(t));
  for (lua_Integer a = 0; a < n; a++) {
    lua_rawgeti(L, i, a + 1);
    read_range(L, t, (int)a, p);
    lua_pop(L, 1);
  }
}

static int push_result(lua_State *L, LnLua *s, size_t scope, LnTensor *t, bool number) {
  if (!t) {
    ln_scope_end(&s->context, scope);
    return ln_lua_raise(L, s, NULL);
  }
  if (number) ln_lua_push_value(L, s, t);
  else ln_lua_push_tensor(L, s, t);
  ln_scope_end(&s->context, scope);
  return 1;
}

// t[mask] and t[positions] are masked_select and take, along the first axis.
static int get_by_tensor(lua_State *L, LnLua *s, LnTensor *t, LnTensor *key) {
  LnContext *c = &s->context;
  if (ln_dtype_is_float(key->dtype))
    return luaL_error(L, "tensor index: positions should be integers, got %s",
                      ln_dtype_name(key->dtype));
  size_t scope = ln_scope(c);
  LnTensor *y = key->dtype == LN_BOOL ? ln_masked_select(c, t, key) : ln_take_rows(c, t, key);
  return push_result(L, s, scope, y, false);
}

// upvalue 2: the methods
static int unknown_field(lua_State *L, const char *key) {
  static const char *const properties[] = {"shape", "dtype", "rank", "size"};
  int n = 0;
  lua_newtable(L);
  int list = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, lua_upvalueindex(2))) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, list, ++n);
  }
  for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
    lua_pushstring(L, properties[i]), lua_rawseti(L, list, ++n);
  const char *meant = ln_lua_suggestion(L, key);
  return luaL_error(L, "a tensor has no field or method '%s'%s", ln_lua_cut(L, key), meant);
}

static int property(lua_State *L, const LnTensor *t, const char *key) {
  if (strcmp(key, "shape") == 0) return ln_lua_push_shape(L, t->shape, t->rank), 1;
  if (strcmp(key, "dtype") == 0) return lua_pushstring(L, ln_dtype_name(t->dtype)), 1;
  if (strcmp(key, "rank") == 0) return lua_pushinteger(L, t->rank), 1;
  if (strcmp(key, "size") == 0) {
    if (t->size < 0) lua_pushboolean(L, 0);   // not known, as dimensions are
    else lua_pushinteger(L, t->size);
    return 1;
  }
  return unknown_field(L, key);
}

// upvalues: state, methods
static int tensor_index(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = ln_lua_test_tensor(L, s, 1);
  if (!t) return luaL_error(L, "tensor index: tensor expected, got %s", luaL_typename(L, 1));
  if (lua_type(L, 2) == LUA_TSTRING) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) return 1;
    return property(L, t, lua_tostring(L, 2));
  }
  ln_lua_check_tensor(L, s, 1, "tensor index");
  LnTensor *key = ln_lua_test_tensor(L, s, 2);
  if (key) return get_by_tensor(L, s, t, ln_lua_check_tensor(L, s, 2, "tensor index"));
  if (lua_type(L, 2) == LUA_TNUMBER && t->rank == 1 && !t->meta) {
    int64_t k = position(L, 2, t, 0, "tensor index");
    push_element(L, t, &k);
    return 1;
  }
  if (lua_type(L, 2) != LUA_TNUMBER && !lua_istable(L, 2))
    return luaL_error(L, "tensor index: a number, a list of ranges, a mask or positions expected, "
                         "got %s", ln_lua_describe(L, ln_lua(L), 2));
  LnSlice p;
  ln_lua_read_index(L, 2, t, &p);
  size_t scope = ln_scope(&s->context);
  return push_result(L, s, scope, LN_APPLY1(&s->context, ln_op_slice, &p, t), true);
}

// Assignment through masks and positions: row by row, or element by element for a full mask.
static int set_by_tensor(lua_State *L, LnLua *s, LnTensor *t, LnTensor *key) {
  LnContext *c = &s->context;
  size_t scope = ln_scope(c);
  if (key->dtype == LN_BOOL) {
    if (key->rank > t->rank || key->rank == 0 ||
        !ln_shape_equal(key->shape, key->rank, t->shape, key->rank))
      return luaL_error(L,
                        "tensor assignment: a mask of shape %s does not fit a tensor of shape %s",
                        ln_tensor_shape_text(key), ln_tensor_shape_text(t));
  } else if (ln_dtype_is_float(key->dtype) || key->rank != 1 || t->rank == 0) {
    return luaL_error(L, "tensor assignment: positions should be a list of integers, got %s %s",
                      ln_dtype_name(key->dtype), ln_tensor_shape_text(key));
  }
  LnDtype own = ln_lua_test_tensor(L, s, 3) ? LN_DTYPES : (LnDtype)t->dtype; // numbers lose nothing
  LnTensor *value = ln_lua_to_tensor(L, s, 3, own, "tensor assignment");
  bool mask = key->dtype == LN_BOOL;
  int axes = mask ? key->rank : 1, inner = t->rank - axes;
  int64_t chosen = 0, index[LN_MAX_RANK] = {0};
  for (int64_t n = 0; n < key->size; n++) {
    int64_t k = ln_tensor_get_int(key, index);
    if (mask) chosen += k != 0;
    else {
      if (k == 0 || k > t->shape[0] || k < -t->shape[0]) {
        return luaL_error(L, "tensor assignment: position %I is out of range for shape %s",
                          (LUAI_UACINT)k, ln_tensor_shape_text(t));
      }
      chosen++;
    }
    for (int a = key->rank - 1; a >= 0 && ++index[a] == key->shape[a]; a--) index[a] = 0;
  }
  bool each = value->rank == inner + 1 && value->shape[0] != 1;
  if (each && value->shape[0] != chosen) {
    return luaL_error(L, "tensor assignment: %I places chosen, but the value has shape %s",
                      (LUAI_UACINT)chosen, ln_tensor_shape_text(value));
  }
  if (value->storage == t->storage) value = ln_temp(c, ln_tensor_copy(c, value));
  size_t item = ln_dtype_size(t->dtype);
  int64_t at = 0;
  bool ok = value != NULL;
  memset(index, 0, sizeof index);
  for (int64_t n = 0; ok && n < key->size; n++) {
    int64_t k = ln_tensor_get_int(key, index), offset = 0;
    if (!mask) offset = (k < 0 ? k + t->shape[0] : k - 1) * t->stride[0];
    else
      for (int a = 0; a < axes; a++) offset += index[a] * t->stride[a];
    if (!mask || k) {
      size_t row = ln_scope(c);
      LnTensor *to = ln_temp(c, ln_tensor_view(c, t, inner, t->shape + axes, t->stride + axes,
                                               offset * (int64_t)item));
      LnTensor *from = value;
      if (each)
        from = ln_temp(c, ln_tensor_view(c, value, value->rank - 1, value->shape + 1,
                                         value->stride + 1, at++ * value->stride[0] *
                                             (int64_t)ln_dtype_size(value->dtype)));
      ok = to && from && ln_tensor_assign(c, to, from);
      ln_scope_end(c, row);
    }
    for (int a = key->rank - 1; a >= 0 && ++index[a] == key->shape[a]; a--) index[a] = 0;
  }
  ln_scope_end(c, scope);
  return ok ? 0 : ln_lua_raise(L, s, "tensor assignment");
}

static int tensor_newindex(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  if (lua_type(L, 2) == LUA_TSTRING)
    return luaL_error(L, "a tensor's field '%s' cannot be assigned", lua_tostring(L, 2));
  LnTensor *t = with_data(L, s, 1, "tensor assignment");
  if (t->tracked && ln_recording_gradients(c))
    return luaL_error(L, "tensor assignment: an active gradient tape has seen this tensor; writing "
                         "into it would make the gradient wrong (assign to t:copy())");
  ln_spoil_replay(c, "an assignment to a tensor");
  LnTensor *key = ln_lua_test_tensor(L, s, 2);
  if (key) return set_by_tensor(L, s, t, with_data(L, s, 2, "tensor assignment"));
  if (lua_type(L, 2) != LUA_TNUMBER && !lua_istable(L, 2))
    return luaL_error(L, "tensor assignment: a number, a list of ranges, a mask or positions "
                         "expected as index, got %s", ln_lua_describe(L, ln_lua(L), 2));
  LnSlice p;
  ln_lua_read_index(L, 2, t, &p);
  int64_t shape[LN_MAX_RANK], stride[LN_MAX_RANK], offset = 0;
  int rank = 0;
  for (int a = 0; a < t->rank; a++) {
    offset += p.start[a] * t->stride[a];
    if (p.drop[a]) continue;
    shape[rank] = p.count[a];
    stride[rank++] = p.step[a] * t->stride[a];
  }
  size_t scope = ln_scope(c);
  LnDtype own = ln_lua_test_tensor(L, s, 3) ? LN_DTYPES : (LnDtype)t->dtype; // numbers lose nothing
  LnTensor *value = ln_lua_to_tensor(L, s, 3, own, "tensor assignment");
  LnTensor *to = ln_temp(c, ln_tensor_view(c, t, rank, shape, stride,
                                           offset * (int64_t)ln_dtype_size(t->dtype)));
  bool ok = to && ln_tensor_assign(c, to, value);
  ln_scope_end(c, scope);
  return ok ? 0 : ln_lua_raise(L, s, "tensor assignment");
}

// ---- metamethods and methods

static int tensor_gc(lua_State *L) {
  Handle *h = lua_touserdata(L, 1);
  ln_release(h->tensor);
  h->tensor = NULL;
  return 0;
}

// Inside a finalizer (where the collector takes no orders) it does nothing: a call that is running
// may be reading the data, and the collector is at work anyway.
static int tensor_close(lua_State *L) {
  LnLua *s = ln_lua(L);
  const Handle *h = test_handle(L, s, 1);
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
  if (t && t->meta) with_data(L, s, i, "a comparison");
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
  LnTensor *t = with_data(L, s, 1, "item");
  ln_lua_only_arguments(L, s, 1, "item");
  if (t->size != 1)
    return luaL_error(L,
                      "bad argument #1 to 'item' (a tensor of one element expected, got shape %s)",
                      ln_tensor_shape_text(t));
  int64_t zeros[LN_MAX_RANK] = {0};
  push_element(L, t, zeros);
  return 1;
}

static void push_table(lua_State *L, const LnTensor *t, int axis, int64_t *index) {
  luaL_checkstack(L, 3, "nested tables");
  if (axis == t->rank) {
    push_element(L, t, index);
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
  LnTensor *t = with_data(L, s, 1, "totable");
  ln_lua_only_arguments(L, s, 1, "totable");
  push_table(L, t, 0, index);
  return 1;
}

static int tensor_copy(lua_State *L) {
  LnLua *s = ln_lua(L);
  size_t scope = ln_scope(&s->context);
  LnTensor *t = with_data(L, s, 1, "copy");
  ln_lua_only_arguments(L, s, 1, "copy");
  return push_result(L, s, scope, ln_copy(&s->context, t), false);
}

// for i, row in pairs(t): a C iterator over positions.
static int next_row(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = with_data(L, s, 1, "pairs");
  int64_t i = lua_isnil(L, 2) ? 0 : lua_tointeger(L, 2);
  if (t->rank == 0 || i < 0 || i >= t->shape[0]) return lua_pushnil(L), 1;
  lua_pushinteger(L, i + 1);
  lua_pushinteger(L, i + 1);
  lua_gettable(L, 1);
  return 2;
}

static int tensor_pairs(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *t = with_data(L, s, 1, "pairs");
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
  LnTensor *t = with_data(L, s, 1, "tostring");
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
    {"__newindex", tensor_newindex}, {"__gc", tensor_gc},   {"__close", tensor_close},
    {"__len", tensor_len},           {"__eq", tensor_eq},   {"__lt", tensor_lt},
    {"__le", tensor_le},              {"__pairs", tensor_pairs},
    {"__tostring", tensor_tostring}, {NULL, NULL}};

static const luaL_Reg shape_metamethods[] = {
    {"__tostring", shape_tostring}, {"__eq", shape_eq}, {"__concat", shape_concat}, {NULL, NULL}};

void ln_register_tensor(lua_State *L) {
  LnLua *s = ln_lua(L);
  luaL_newlib(L, shape_metamethods);
  lua_pushliteral(L, "lunate.shape");
  lua_setfield(L, -2, "__metatable");
  lua_setfield(L, LUA_REGISTRYINDEX, "lunate.shape");
  // core.tensor_methods: where functions.c and Lua modules add t:f().
  lua_newtable(L);
  ln_lua_setfuncs(L, methods);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "tensor_methods");
  ln_lua_metatable(L, s, LN_TYPE_TENSOR, "lunate.tensor");
  ln_lua_setfuncs(L, metamethods);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, -3);
  lua_pushcclosure(L, tensor_index, 2);
  lua_setfield(L, -2, "__index");
  // core.tensor_metatable: for the arithmetic metamethods, which are ops (functions.c).
  lua_setfield(L, -3, "tensor_metatable");
  lua_pop(L, 1);
}
