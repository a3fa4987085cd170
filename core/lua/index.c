// t[index]: reading a tensor's parts, and assigning to them. A range is {first, last, step}; a list
// goes axis by axis; masks and positions are tensors.
#include "lua/index.h"

#include <string.h>

#include "lua/arguments.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/tensor.h"
#include "ops/index.h"
#include "ops/ops.h"

// ---- reading an index

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

// {first, last, step} from 0, resolved; empty: {n + 1, n}, or {k + 1, k}.
typedef struct Range {
  int64_t first, last, step;
  bool empty;
} Range;

static int64_t read_step(lua_State *L, const char *what) {
  int ok;
  lua_rawgeti(L, -1, 3);
  int64_t step = lua_tointegerx(L, -1, &ok);
  if (!ok || step == 0)
    luaL_error(L, "%s: a step is an integer other than 0, got %s", what,
               ln_lua_describe(L, ln_lua(L), -1));
  lua_pop(L, 1);
  return step;
}

// The list of m numbers at the top as a range of the axis. {n + 1, n} is the empty range at the
// end; every other position must exist.
static Range read_range(lua_State *L, const LnTensor *t, int axis, int m, const char *what) {
  int64_t n = t->shape[axis];
  int ok;
  Range r = {.step = m == 3 ? read_step(L, what) : 1};
  lua_rawgeti(L, -1, 1);
  int64_t raw = lua_tointegerx(L, -1, &ok);
  bool at_end = ok && m > 1 && n >= 0 && raw == n + 1;
  r.first = at_end ? n : position(L, -1, t, axis, what);
  r.last = r.first;
  lua_pop(L, 1);
  if (m > 1) {
    lua_rawgeti(L, -1, 2);
    int64_t raw_last = lua_tointegerx(L, -1, &ok);
    r.empty = ok && r.step > 0 && r.first >= 0 && raw_last == r.first;
    r.last = r.empty ? r.first - 1 : position(L, -1, t, axis, what);
    lua_pop(L, 1);
  }
  if (at_end && r.last != n - 1)
    luaL_error(L, "%s: index %I is out of range for axis %d of shape %s", what, (LUAI_UACINT)raw,
               axis + 1, ln_tensor_shape_text(t));
  return r;
}

static void refuse_backwards(lua_State *L, const Range *r, int from, const char *what) {
  luaL_error(L, "%s: the range {%I, %I, %I} runs backwards", what, (LUAI_UACINT)(r->first + from),
             (LUAI_UACINT)(r->last + from), (LUAI_UACINT)r->step);
}

static void set_range(lua_State *L, LnSlice *p, int axis, int64_t n, const Range *r,
                      const char *what) {
  bool up = r->step > 0;
  p->start[axis] = r->first;
  p->step[axis] = r->step;
  // Of an axis of unknown size positions from the end stay as they are.
  if (n < 0 && !r->empty && (r->first < 0 || r->last < 0)) {
    bool same_end = (r->first < 0) == (r->last < 0);
    if (same_end && (up ? r->last < r->first : r->last > r->first)) refuse_backwards(L, r, 0, what);
    p->count[axis] = r->last;
    p->open[axis] = true;
    return;
  }
  if (up ? r->last < r->first - 1 : r->last > r->first) refuse_backwards(L, r, 1, what);
  bool nothing = r->empty || (r->last == r->first - 1 && up);
  p->count[axis] = nothing ? 0 : (r->last - r->first) / r->step + 1;
  p->open[axis] = false;
}

// One entry of an index list at the top of the stack: {} {first, last[, step]} or a number.
static void read_entry(lua_State *L, const LnTensor *t, int axis, LnSlice *p) {
  const char *what = "tensor index";
  int64_t n = t->shape[axis];
  p->start[axis] = 0;
  p->count[axis] = n;   // of an unknown size: -1, up to the last
  p->step[axis] = 1;
  p->drop[axis] = lua_type(L, -1) == LUA_TNUMBER;
  p->open[axis] = n < 0;
  if (p->drop[axis]) {
    p->start[axis] = position(L, -1, t, axis, what);
    p->open[axis] = p->start[axis] < 0;
    p->count[axis] = p->open[axis] ? p->start[axis] : 1;
    return;
  }
  if (!lua_istable(L, -1))
    luaL_error(L, "%s: a number or a range {first, last, step} expected for axis %d, got %s", what,
               axis + 1, ln_lua_describe(L, ln_lua(L), -1));
  lua_Integer m = ln_lua_list_length(L, -1, what);
  if (m > 3) luaL_error(L, "%s: a range is {first, last, step}, got %d entries", what, (int)m);
  if (m == 0) {
    no_names(L, -1);
    return;
  }
  const Range r = read_range(L, t, axis, (int)m, what);
  set_range(L, p, axis, n, &r, what);
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
    read_entry(L, t, 0, p);
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
    read_entry(L, t, (int)a, p);
    lua_pop(L, 1);
  }
}

// ---- reading

// t[mask] and t[positions] are masked_select and take, along the first axis.
static int get_by_tensor(lua_State *L, LnLua *s, LnTensor *t, LnTensor *key) {
  LnContext *c = &s->context;
  if (ln_dtype_is_float(key->dtype))
    return luaL_error(L, "tensor index: positions should be integers, got %s",
                      ln_dtype_name(key->dtype));
  size_t scope = ln_scope(c);
  LnTensor *y = key->dtype == LN_BOOL ? ln_masked_select(c, t, key) : ln_take_rows(c, t, key);
  return ln_lua_push_result(L, s, scope, y, false);
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
    ln_lua_push_element(L, t, &k);
    return 1;
  }
  if (lua_type(L, 2) != LUA_TNUMBER && !lua_istable(L, 2))
    return luaL_error(L, "tensor index: a number, a list of ranges, a mask or positions expected, "
                         "got %s", ln_lua_describe(L, ln_lua(L), 2));
  LnSlice p;
  ln_lua_read_index(L, 2, t, &p);
  size_t scope = ln_scope(&s->context);
  return ln_lua_push_result(L, s, scope, LN_APPLY1(&s->context, ln_op_slice, &p, t), true);
}

// ---- assigning

static void check_key(lua_State *L, const LnTensor *t, const LnTensor *key) {
  bool mask = key->dtype == LN_BOOL;
  if (mask && (key->rank > t->rank || key->rank == 0 ||
               !ln_shape_equal(key->shape, key->rank, t->shape, key->rank)))
    luaL_error(L, "tensor assignment: a mask of shape %s does not fit a tensor of shape %s",
               ln_tensor_shape_text(key), ln_tensor_shape_text(t));
  if (!mask && (ln_dtype_is_float(key->dtype) || key->rank != 1 || t->rank == 0))
    luaL_error(L, "tensor assignment: positions should be a list of integers, got %s %s",
               ln_dtype_name(key->dtype), ln_tensor_shape_text(key));
}

static void step_on(const LnTensor *key, int64_t *index) {
  for (int a = key->rank - 1; a >= 0 && ++index[a] == key->shape[a]; a--) index[a] = 0;
}

// How many places of t the key chooses. Raises for a position that there is not.
static int64_t count_chosen(lua_State *L, const LnTensor *t, const LnTensor *key) {
  int64_t chosen = 0, index[LN_MAX_RANK] = {0};
  for (int64_t n = 0; n < key->size; n++, step_on(key, index)) {
    int64_t k = ln_tensor_get_int(key, index);
    bool out = key->dtype != LN_BOOL && (k == 0 || k > t->shape[0] || k < -t->shape[0]);
    if (out)
      luaL_error(L, "tensor assignment: position %I is out of range for shape %s", (LUAI_UACINT)k,
                 ln_tensor_shape_text(t));
    chosen += key->dtype != LN_BOOL || k != 0;
  }
  return chosen;
}

// Whether the key's element at the index chooses a place of t, and at which offset in elements.
static bool find_place(const LnTensor *t, const LnTensor *key, const int64_t *index,
                       int64_t *offset) {
  int64_t k = ln_tensor_get_int(key, index);
  *offset = 0;
  if (key->dtype != LN_BOOL) {
    *offset = (k < 0 ? k + t->shape[0] : k - 1) * t->stride[0];
    return true;
  }
  for (int a = 0; a < key->rank; a++) *offset += index[a] * t->stride[a];
  return k != 0;
}

// Each place that the key chooses gets the value, or its own row of it where `each` is set.
static bool assign_places(LnContext *c, LnTensor *t, const LnTensor *key, LnTensor *value,
                          bool each) {
  int axes = key->dtype == LN_BOOL ? key->rank : 1;
  int64_t item = (int64_t)ln_dtype_size(t->dtype), offset, index[LN_MAX_RANK] = {0}, rows = 0;
  int64_t row_bytes = each ? value->stride[0] * (int64_t)ln_dtype_size(value->dtype) : 0;
  bool done = true;
  for (int64_t n = 0; done && n < key->size; n++, step_on(key, index)) {
    if (!find_place(t, key, index, &offset)) continue;
    size_t scope = ln_scope(c);
    LnTensor *place = ln_temp(c, ln_tensor_view(c, t, t->rank - axes, t->shape + axes,
                                                t->stride + axes, offset * item));
    LnTensor *row = value;
    if (each)
      row = ln_temp(c, ln_tensor_view(c, value, value->rank - 1, value->shape + 1,
                                      value->stride + 1, rows++ * row_bytes));
    done = place && row && ln_tensor_assign(c, place, row);
    ln_scope_end(c, scope);
  }
  return done;
}

// The value at 3 for an assignment to t: numbers lose nothing on the way.
static LnTensor *value_for(lua_State *L, LnLua *s, const LnTensor *t) {
  LnDtype dtype = ln_lua_test_tensor(L, s, 3) ? LN_DTYPES : (LnDtype)t->dtype;
  return ln_lua_to_tensor(L, s, 3, dtype, "tensor assignment");
}

// Assignment through masks and positions: row by row, or element by element for a full mask.
static int set_by_tensor(lua_State *L, LnLua *s, LnTensor *t, LnTensor *key) {
  LnContext *c = &s->context;
  check_key(L, t, key);
  LnTensor *value = value_for(L, s, t);
  int axes = key->dtype == LN_BOOL ? key->rank : 1;
  int64_t chosen = count_chosen(L, t, key);
  bool each = value->rank == t->rank - axes + 1 && value->shape[0] != 1;
  if (each && value->shape[0] != chosen)
    return luaL_error(L, "tensor assignment: %I places chosen, but the value has shape %s",
                      (LUAI_UACINT)chosen, ln_tensor_shape_text(value));
  size_t scope = ln_scope(c);
  if (value->storage == t->storage) value = ln_temp(c, ln_tensor_copy(c, value));
  bool done = value && assign_places(c, t, key, value, each);
  ln_scope_end(c, scope);
  return done ? 0 : ln_lua_raise(L, s, "tensor assignment");
}

static int tensor_newindex(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  if (lua_type(L, 2) == LUA_TSTRING)
    return luaL_error(L, "a tensor's field '%s' cannot be assigned", lua_tostring(L, 2));
  LnTensor *t = ln_lua_check_values(L, s, 1, "tensor assignment");
  if (t->storage->mapped)
    return luaL_error(L, "tensor assignment: the tensor is read-only, a file that was loaded with "
                         "mmap (assign to t:copy())");
  if (t->tracked && ln_recording_gradients(c))
    return luaL_error(L, "tensor assignment: an active gradient tape has seen this tensor; writing "
                         "into it would make the gradient wrong (assign to t:copy())");
  ln_spoil_replay(c, "an assignment to a tensor");
  LnTensor *key = ln_lua_test_tensor(L, s, 2);
  if (key) return set_by_tensor(L, s, t, ln_lua_check_values(L, s, 2, "tensor assignment"));
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
  LnTensor *value = value_for(L, s, t);
  size_t scope = ln_scope(c);
  LnTensor *to = ln_temp(c, ln_tensor_view(c, t, rank, shape, stride,
                                           offset * (int64_t)ln_dtype_size(t->dtype)));
  bool ok = to && ln_tensor_assign(c, to, value);
  ln_scope_end(c, scope);
  return ok ? 0 : ln_lua_raise(L, s, "tensor assignment");
}

// After ln_register_tensor.
void ln_register_index(lua_State *L) {
  static const luaL_Reg metamethods[] = {{"__newindex", tensor_newindex}, {NULL, NULL}};
  int module = lua_gettop(L);
  lua_getfield(L, module, "tensor_metatable");
  ln_lua_setfuncs(L, metamethods);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_getfield(L, module, "tensor_methods");
  lua_pushcclosure(L, tensor_index, 2);
  lua_setfield(L, -2, "__index");
  lua_settop(L, module);
}
