// Tensors out of nothing: from Lua values, constant, spaced, random.
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "lua/state.h"

// An empty handle on the stack for what comes: handle before resource.
static int push_made(lua_State *L, LnLua *s, LnTensor *t, const char *what) {
  if (!t) return ln_lua_raise(L, s, what);
  ln_lua_push_tensor(L, s, t);
  ln_release(t);
  return 1;
}

static void check_shape(lua_State *L, int i, const char *what, LnInts *shape) {
  ln_lua_check_ints(L, i, what, false, shape);
  for (int64_t k = 0; k < shape->n; k++)
    if (shape->v[k] < 0)
      luaL_error(L, "'%s': dimensions must not be negative, got %s", what,
                 ln_shape_text(shape->v, (int)shape->n));
}

// A shape at 1 and {dtype =} at `options`.
static LnTensor *shaped(lua_State *L, LnLua *s, const char *what, int options) {
  LnInts shape;
  check_shape(L, 1, what, &shape);
  LnDtype d = ln_lua_dtype_option(L, options, what, LN_FLOAT32);
  LnTensor *t = ln_tensor_new(&s->context, d, (int)shape.n, shape.v);
  if (!t) ln_lua_raise(L, s, what);
  return t;
}

static int tensor(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnDtype d = ln_lua_dtype_option(L, 2, "tensor", LN_DTYPES);
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  bool given = ln_lua_test_tensor(L, s, 1) != NULL;
  LnTensor *t = ln_lua_to_tensor(L, s, 1, d, "tensor");
  if (!given || t != ln_lua_test_tensor(L, s, 1)) return 1;
  return push_made(L, s, ln_tensor_copy(&s->context, t), "tensor");
}

static int filled(lua_State *L, const char *what, double value, int options) {
  LnLua *s = ln_lua(L);
  LnTensor *t = shaped(L, s, what, options);
  ln_tensor_fill(t, value);
  return push_made(L, s, t, what);
}

static int zeros(lua_State *L) { return filled(L, "zeros", 0, 2); }
static int ones(lua_State *L) { return filled(L, "ones", 1, 2); }

static int full(lua_State *L) {
  if (lua_isboolean(L, 2)) {
    lua_settop(L, 3);
    if (lua_isnil(L, 3)) lua_pushliteral(L, "bool"), lua_replace(L, 3);
    return filled(L, "full", lua_toboolean(L, 2), 3);
  }
  return filled(L, "full", luaL_checknumber(L, 2), 3);
}

static int like(lua_State *L, const char *what, double value, int options) {
  LnLua *s = ln_lua(L);
  LnTensor *x = ln_lua_check_tensor(L, s, 1, what);
  LnDtype d = ln_lua_dtype_option(L, options, what, x->dtype);
  LnTensor *t = x->meta ? ln_tensor_meta(&s->context, d, x->rank, x->shape)
                        : ln_tensor_new(&s->context, d, x->rank, x->shape);
  if (t && !t->meta) ln_tensor_fill(t, value);
  return push_made(L, s, t, what);
}

static int zeros_like(lua_State *L) { return like(L, "zeros_like", 0, 2); }
static int ones_like(lua_State *L) { return like(L, "ones_like", 1, 2); }
static int full_like(lua_State *L) { return like(L, "full_like", luaL_checknumber(L, 2), 3); }

static int eye(lua_State *L) {
  LnLua *s = ln_lua(L);
  int64_t n = luaL_checkinteger(L, 1), m = n;
  int options = 2;
  if (lua_isnumber(L, 2)) m = luaL_checkinteger(L, 2), options = 3;
  luaL_argcheck(L, n >= 0 && m >= 0, 1, "sizes must not be negative");
  LnDtype d = ln_lua_dtype_option(L, options, "eye", LN_FLOAT32);
  LnTensor *t = ln_tensor_zeros(&s->context, d, 2, (int64_t[]){n, m});
  for (int64_t i = 0; t && i < n && i < m; i++) ln_tensor_set(t, (int64_t[]){i, i}, 1);
  return push_made(L, s, t, "eye");
}

// arange(stop), arange(start, stop[, step]): stop is not part of it, as in numpy. int32 when all
// are integers and dtype does not say otherwise? No: float32 is the default dtype everywhere.
static int arange(lua_State *L) {
  LnLua *s = ln_lua(L);
  int n = 0;
  while (n < 3 && lua_type(L, n + 1) == LUA_TNUMBER) n++;
  luaL_argcheck(L, n > 0, 1, "a number expected");
  double start = n > 1 ? lua_tonumber(L, 1) : 0, stop = lua_tonumber(L, n > 1 ? 2 : 1);
  double step = n > 2 ? lua_tonumber(L, 3) : 1;
  LnDtype d = ln_lua_dtype_option(L, n + 1, "arange", LN_FLOAT32);
  double count = ceil((stop - start) / step);
  if (step == 0 || !(fabs(count) < 0x1p53))
    return luaL_error(L, "'arange': cannot count from %f to %f by %f", start, stop, step);
  int64_t size = count > 0 ? (int64_t)count : 0;
  LnTensor *t = ln_tensor_new(&s->context, d, 1, &size);
  for (int64_t i = 0; t && i < size; i++) ln_tensor_set(t, &i, start + (double)i * step);
  return push_made(L, s, t, "arange");
}

static int linspace(lua_State *L) {
  LnLua *s = ln_lua(L);
  double start = luaL_checknumber(L, 1), stop = luaL_checknumber(L, 2);
  int64_t n = lua_type(L, 3) == LUA_TNUMBER ? luaL_checkinteger(L, 3) : 50;
  luaL_argcheck(L, n >= 0, 3, "a number of points that is not negative expected");
  LnDtype d = ln_lua_dtype_option(L, lua_type(L, 3) == LUA_TNUMBER ? 4 : 3, "linspace", LN_FLOAT32);
  LnTensor *t = ln_tensor_new(&s->context, d, 1, &n);
  for (int64_t i = 0; t && i < n; i++)   // the ends are exact
    ln_tensor_set(t, &i,
                  i == n - 1 && n > 1
                      ? stop
                      : start + (stop - start) * (double)i / (double)(n > 1 ? n - 1 : 1));
  return push_made(L, s, t, "linspace");
}

// ---- random

static double number_option(lua_State *L, int i, const char *what, const char *name,
                            double fallback) {
  if (lua_isnoneornil(L, i)) return fallback;
  luaL_checktype(L, i, LUA_TTABLE);
  lua_getfield(L, i, name);
  double v = fallback;
  if (!lua_isnil(L, -1)) {
    if (lua_type(L, -1) != LUA_TNUMBER)
      luaL_error(L, "'%s': option '%s' should be a number, got %s", what, name,
                 luaL_typename(L, -1));
    v = lua_tonumber(L, -1);
  }
  lua_pop(L, 1);
  return v;
}

// Options of random functions are few: a loop over what is there finds the mistyped ones.
static void only_options(lua_State *L, int i, const char *what, const char *const *names) {
  if (!lua_istable(L, i)) return;
  lua_pushnil(L);
  while (lua_next(L, i)) {
    bool known = false;
    for (int k = 0; names[k] && lua_type(L, -2) == LUA_TSTRING; k++)
      known = known || strcmp(names[k], lua_tostring(L, -2)) == 0;
    if (!known) {
      luaL_tolstring(L, -2, NULL);
      const char *name = lua_tostring(L, -1);
      lua_newtable(L);
      for (int k = 0; names[k]; k++) lua_pushstring(L, names[k]), lua_rawseti(L, -2, k + 1);
      ln_lua_unknown(L, "option", name, what);
    }
    lua_pop(L, 1);
  }
}

// The generator: seed = n has one of its own, else the state's.
static LnRandom *generator(lua_State *L, LnLua *s, int i, const char *what, LnRandom *own) {
  double seed = number_option(L, i, what, "seed", NAN);
  if (isnan(seed)) return &s->context.random;
  ln_random_seed(own, (uint64_t)(int64_t)seed);
  return own;
}

// Draws in float32 through the bulk generators, or one by one in double.
static void draw(LnRandom *r, LnTensor *t, bool normal, double a, double b) {
  if (t->dtype == LN_FLOAT32) {
    float *x = t->data;
    if (normal) ln_random_fill_normal(r, x, t->size);
    else ln_random_fill_uniform(r, x, t->size);
    for (int64_t i = 0; i < t->size; i++) x[i] = (float)a + x[i] * (float)b;
    return;
  }
  int64_t index[LN_MAX_RANK] = {0};
  for (int64_t n = 0; n < t->size; n++) {
    ln_tensor_set(t, index, a + b * (normal ? ln_random_gauss(r) : ln_random_double(r)));
    for (int k = t->rank - 1; k >= 0 && ++index[k] == t->shape[k]; k--) index[k] = 0;
  }
}

static int random_normal(lua_State *L) {
  static const char *const names[] = {"mean", "stddev", "dtype", "seed", NULL};
  LnLua *s = ln_lua(L);
  LnRandom own;
  only_options(L, 2, "random.normal", names);
  double mean = number_option(L, 2, "random.normal", "mean", 0);
  double stddev = number_option(L, 2, "random.normal", "stddev", 1);
  if (!(stddev >= 0))
    return luaL_error(L, "'random.normal': stddev should be >= 0, got %f", stddev);
  LnRandom *r = generator(L, s, 2, "random.normal", &own);
  LnTensor *t = shaped(L, s, "random.normal", 2);
  draw(r, t, true, mean, stddev);
  return push_made(L, s, t, NULL);
}

static int random_uniform(lua_State *L) {
  static const char *const names[] = {"min", "max", "dtype", "seed", NULL};
  LnLua *s = ln_lua(L);
  LnRandom own;
  only_options(L, 2, "random.uniform", names);
  double low = number_option(L, 2, "random.uniform", "min", 0);
  double high = number_option(L, 2, "random.uniform", "max", 1);
  if (!(low <= high))
    return luaL_error(L, "'random.uniform': min should be at most max, got %f and %f", low, high);
  LnRandom *r = generator(L, s, 2, "random.uniform", &own);
  LnTensor *t = shaped(L, s, "random.uniform", 2);
  draw(r, t, false, low, high - low);
  return push_made(L, s, t, NULL);
}

static int random_integers(lua_State *L) {
  static const char *const names[] = {"min", "max", "dtype", "seed", NULL};
  LnLua *s = ln_lua(L);
  LnRandom own;
  only_options(L, 2, "random.randint", names);
  double low = number_option(L, 2, "random.randint", "min", 0);
  double high = number_option(L, 2, "random.randint", "max", NAN);
  if (!(low < high) || low != floor(low) || high != floor(high) || fabs(low) > 0x1p53 ||
      high > 0x1p53)
    return luaL_error(L, "'random.randint': integers min < max expected, got %f and %f", low, high);
  LnRandom *r = generator(L, s, 2, "random.randint", &own);
  LnInts shape;
  check_shape(L, 1, "random.randint", &shape);
  LnDtype d = ln_lua_dtype_option(L, 2, "random.randint", LN_INT32);
  LnTensor *t = ln_tensor_new(&s->context, d, (int)shape.n, shape.v);
  int64_t index[LN_MAX_RANK] = {0};
  for (int64_t n = 0; t && n < t->size; n++) {
    ln_tensor_set_int(t, index, (int64_t)low + ln_random_below(r, (int64_t)(high - low)));
    for (int k = t->rank - 1; k >= 0 && ++index[k] == t->shape[k]; k--) index[k] = 0;
  }
  return push_made(L, s, t, "random.randint");
}

static int random_permutation(lua_State *L) {
  static const char *const names[] = {"seed", NULL};
  LnLua *s = ln_lua(L);
  LnRandom own;
  int64_t n = luaL_checkinteger(L, 1);
  luaL_argcheck(L, n >= 0, 1, "a number that is not negative expected");
  only_options(L, 2, "random.permutation", names);
  LnRandom *r = generator(L, s, 2, "random.permutation", &own);
  LnTensor *t = ln_tensor_new(&s->context, LN_INT64, 1, &n);
  if (t) {
    int64_t *p = t->data;
    ln_random_permutation(r, p, n);
    for (int64_t i = 0; i < n; i++) p[i]++;   // positions count from 1
  }
  return push_made(L, s, t, "random.permutation");
}

void ln_register_create(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"tensor", tensor},         {"zeros", zeros},         {"ones", ones},
      {"full", full},             {"zeros_like", zeros_like}, {"ones_like", ones_like},
      {"full_like", full_like},   {"eye", eye},             {"arange", arange},
      {"linspace", linspace},     {NULL, NULL}};
  static const luaL_Reg random[] = {
      {"normal", random_normal},   {"uniform", random_uniform}, {"randint", random_integers},
      {"permutation", random_permutation}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
  lua_newtable(L);
  ln_lua_setfuncs(L, random);
  lua_setfield(L, -2, "random");
}
