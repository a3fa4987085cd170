// Tensors out of nothing: from Lua values, constant, spaced, random.
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "kernels/random.h"
#include "kernels/window.h"
#include "lua/arguments.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/tensor.h"

// An empty handle on the stack for what comes: handle before resource.
static int push_made(lua_State *L, LnLua *s, LnTensor *t, const char *what) {
  if (!t) return ln_lua_raise(L, s, what);
  ln_lua_give_tensor(L, s, t);
  return 1;
}

// A dimension may be unknown (false) where a layer is called on shapes alone.
static void check_shape(lua_State *L, int i, const char *what, LnInts *shape) {
  const bool inferring = ln_lua(L)->context.inferring > 0;
  if (lua_type(L, i) == LUA_TNUMBER && lua_type(L, i + 1) == LUA_TNUMBER && strcmp(what, "full"))
    luaL_error(L, "'%s': a shape is one list: %s{%s, %s}", what, what,
               luaL_tolstring(L, i, NULL), luaL_tolstring(L, i + 1, NULL));
  ln_lua_check_ints(L, i, what, inferring, shape);
  for (int64_t k = 0; k < shape->n; k++)
    if (shape->v[k] < (inferring ? -1 : 0))
      luaL_error(L, "'%s': dimensions must not be negative, got %I", what,
                 (LUAI_UACINT)shape->v[k]);
}

static LnTensor *tensor_of(LnLua *s, LnDtype d, const LnInts *shape) {
  bool known = true;
  for (int64_t k = 0; k < shape->n; k++) known = known && shape->v[k] >= 0;
  return (known ? ln_tensor_new : ln_tensor_meta)(&s->context, d, (int)shape->n, shape->v);
}

// The last argument of what makes a tensor: a dtype, or {dtype =} and nothing else.
static LnDtype only_dtype(lua_State *L, LnLua *s, int i, const char *what, LnDtype fallback) {
  static const char *const names[] = {"dtype", NULL};
  if (lua_istable(L, i)) ln_lua_only_options(L, s, i, what, names);
  ln_lua_only_arguments(L, s, i, what);
  return ln_lua_dtype_option(L, i, what, fallback);
}

// A shape at 1; the options at `options` are read by now.
static LnTensor *shaped(lua_State *L, LnLua *s, const char *what, int options) {
  LnInts shape;
  check_shape(L, 1, what, &shape);
  LnDtype d = ln_lua_dtype_option(L, options, what, LN_FLOAT32);
  LnTensor *t = tensor_of(s, d, &shape);
  if (!t) ln_lua_raise(L, s, what);
  return t;
}

static int tensor(lua_State *L) {
  LnLua *s = ln_lua(L);
  if (lua_isnone(L, 1))
    return luaL_error(L, "bad argument #1 to 'tensor' (a tensor, a number or a table of numbers "
                         "expected, got no value)");
  if (lua_type(L, 1) == LUA_TNUMBER && lua_type(L, 2) == LUA_TNUMBER)
    return luaL_error(L, "'tensor': several numbers are one table: tensor{%s, %s}",
                      luaL_tolstring(L, 1, NULL), luaL_tolstring(L, 2, NULL));
  LnDtype d = only_dtype(L, s, 2, "tensor", LN_DTYPES);
  if (lua_istable(L, 1) && (lua_pushliteral(L, "dtype"), lua_rawget(L, 1)) != LUA_TNIL)
    return luaL_error(L, "'tensor': options come in a second table: tensor({...}, {dtype = %s})",
                      ln_lua_describe(L, s, -1));
  lua_settop(L, 1);
  bool given = ln_lua_test_tensor(L, s, 1) != NULL;
  LnTensor *t = ln_lua_to_tensor(L, s, 1, d, "tensor");
  if (!given || t != ln_lua_test_tensor(L, s, 1)) return 1;
  return push_made(L, s, ln_tensor_copy(&s->context, t), "tensor");
}

static int filled(lua_State *L, const char *what, double value) {
  LnLua *s = ln_lua(L);
  LnInts shape;
  check_shape(L, 1, what, &shape);
  only_dtype(L, s, 2, what, LN_FLOAT32);
  LnTensor *t = shaped(L, s, what, 2);
  if (!t->meta) ln_tensor_fill(t, value);
  return push_made(L, s, t, what);
}

static int zeros(lua_State *L) { return filled(L, "zeros", 0); }
static int ones(lua_State *L) { return filled(L, "ones", 1); }

// A number or boolean at 2, as a tensor of rank 0: it is checked against the dtype there.
static LnTensor *fill_value(lua_State *L, LnLua *s, LnDtype d, const char *what) {
  int type = lua_type(L, 2);
  if (type != LUA_TNUMBER && type != LUA_TBOOLEAN)
    luaL_error(L, "bad argument #2 to '%s' (the number to fill with expected, got %s)", what,
               ln_lua_describe(L, s, 2));
  return ln_lua_to_tensor(L, s, 2, d, what);
}

static int push_full(lua_State *L, LnLua *s, LnTensor *t, const LnTensor *value,
                     const char *what) {
  if (!t) return ln_lua_raise(L, s, what);
  if (t->meta) return push_made(L, s, t, what);
  if (t->dtype == LN_INT64) {   // a double does not hold them all
    int64_t *x = t->data, v = ln_tensor_get_int(value, NULL);
    for (int64_t i = 0; i < t->size; i++) x[i] = v;
  } else {
    ln_tensor_fill(t, ln_tensor_get(value, NULL));
  }
  return push_made(L, s, t, what);
}

static int full(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnInts shape;
  check_shape(L, 1, "full", &shape);
  LnDtype d = only_dtype(L, s, 3, "full", lua_isboolean(L, 2) ? LN_BOOL : LN_FLOAT32);
  const LnTensor *value = fill_value(L, s, d, "full");
  return push_full(L, s, tensor_of(s, d, &shape), value, "full");
}

static LnTensor *like(lua_State *L, LnLua *s, const char *what, int options, LnDtype *d) {
  LnTensor *x = ln_lua_check_tensor(L, s, 1, what);
  *d = only_dtype(L, s, options, what, (LnDtype)x->dtype);
  return x;
}

static LnTensor *made_like(LnLua *s, const LnTensor *x, LnDtype d) {
  return x->meta ? ln_tensor_meta(&s->context, d, x->rank, x->shape)
                 : ln_tensor_new(&s->context, d, x->rank, x->shape);
}

static int filled_like(lua_State *L, const char *what, double value) {
  LnLua *s = ln_lua(L);
  LnDtype d;
  const LnTensor *x = like(L, s, what, 2, &d);
  LnTensor *t = made_like(s, x, d);
  if (t && !t->meta) ln_tensor_fill(t, value);
  return push_made(L, s, t, what);
}

static int zeros_like(lua_State *L) { return filled_like(L, "zeros_like", 0); }
static int ones_like(lua_State *L) { return filled_like(L, "ones_like", 1); }

static int full_like(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnDtype d;
  const LnTensor *x = like(L, s, "full_like", 3, &d), *value = fill_value(L, s, d, "full_like");
  return push_full(L, s, made_like(s, x, d), value, "full_like");
}

// The integer at i, at least `least`.
static int64_t integer(lua_State *L, LnLua *s, int i, const char *what, int64_t least) {
  int ok;
  int64_t n = lua_tointegerx(L, i, &ok);
  if (!ok || lua_type(L, i) != LUA_TNUMBER || n < least)
    luaL_error(L, "bad argument #%d to '%s' (integer >= %I expected, got %s)", i, what,
               (LUAI_UACINT)least, ln_lua_describe(L, s, i));
  return n;
}

static double number(lua_State *L, LnLua *s, int i, const char *what) {
  if (lua_type(L, i) != LUA_TNUMBER)
    luaL_error(L, "bad argument #%d to '%s' (number expected, got %s)", i, what,
               ln_lua_describe(L, s, i));
  return lua_tonumber(L, i);
}

static int eye(lua_State *L) {
  LnLua *s = ln_lua(L);
  int64_t n = integer(L, s, 1, "eye", 0), m = n, k = 0;
  int options = 2;
  if (lua_type(L, 2) == LUA_TNUMBER) m = integer(L, s, 2, "eye", 0), options = 3;
  if (options == 3 && lua_type(L, 3) == LUA_TNUMBER)
    k = integer(L, s, 3, "eye", -INT32_MAX), options = 4;
  LnDtype d = only_dtype(L, s, options, "eye", LN_FLOAT32);
  LnTensor *t = ln_tensor_zeros(&s->context, d, 2, (int64_t[]){n, m});
  for (int64_t i = k < 0 ? -k : 0; t && i < n && i + k < m; i++)
    ln_tensor_set(t, (int64_t[]){i, i + k}, 1);
  return push_made(L, s, t, "eye");
}

// arange(stop), arange(start, stop[, step]): stop is not part of it, as in numpy; float32 like
// everything whose dtype is not told.
static int arange(lua_State *L) {
  LnLua *s = ln_lua(L);
  int n = 1;
  number(L, s, 1, "arange");
  while (n < 3 && lua_type(L, n + 1) == LUA_TNUMBER) n++;
  double start = n > 1 ? lua_tonumber(L, 1) : 0, stop = lua_tonumber(L, n > 1 ? 2 : 1);
  double step = n > 2 ? lua_tonumber(L, 3) : 1;
  LnDtype d = only_dtype(L, s, n + 1, "arange", LN_FLOAT32);
  double count = ceil((stop - start) / step);
  if (step == 0 || !(fabs(count) < 0x1p53))
    return luaL_error(L, "'arange': cannot count from %f to %f by %f", start, stop, step);
  int64_t size = count > 0 ? (int64_t)count : 0;
  LnTensor *t = ln_tensor_new(&s->context, d, 1, &size);
  for (int64_t i = 0; t && i < size; i++) ln_tensor_set(t, &i, start + (double)i * step);
  return push_made(L, s, t, "arange");
}

// linspace(start, stop[, num = 50][, {num =, endpoint =, dtype =}])
static int linspace(lua_State *L) {
  static const char *const names[] = {"num", "endpoint", "dtype", NULL};
  LnLua *s = ln_lua(L);
  double start = number(L, s, 1, "linspace"), stop = number(L, s, 2, "linspace");
  int64_t n = 50;
  bool endpoint = true;
  int options = 3;
  if (lua_type(L, 3) == LUA_TNUMBER) n = integer(L, s, 3, "linspace", 0), options = 4;
  if (lua_type(L, options) != LUA_TSTRING) ln_lua_only_options(L, s, options, "linspace", names);
  ln_lua_only_arguments(L, s, options, "linspace");
  LnDtype d = ln_lua_dtype_option(L, options, "linspace", LN_FLOAT32);
  if (lua_istable(L, options)) {
    int ok = 1;
    if (lua_getfield(L, options, "num") != LUA_TNIL) n = lua_tointegerx(L, -1, &ok);
    if (!ok || n < 0)
      return luaL_error(L, "bad option 'num' of 'linspace' (integer >= 0 expected, got %s)",
                        ln_lua_describe(L, s, -1));
    if (lua_getfield(L, options, "endpoint") != LUA_TNIL) {
      if (!lua_isboolean(L, -1))
        return luaL_error(L, "bad option 'endpoint' of 'linspace' (boolean expected, got %s)",
                          ln_lua_describe(L, s, -1));
      endpoint = lua_toboolean(L, -1);
    }
  }
  LnTensor *t = ln_tensor_new(&s->context, d, 1, &n);
  double gaps = (double)(endpoint && n > 1 ? n - 1 : n);
  for (int64_t i = 0; t && i < n; i++)   // the ends are exact
    ln_tensor_set(t, &i, endpoint && i == n - 1 && n > 1
                             ? stop
                             : start + (stop - start) * (double)i / gaps);
  return push_made(L, s, t, "linspace");
}

// ---- windows: of n numbers, symmetric

static int push_window(lua_State *L, int window, const char *what) {
  LnLua *s = ln_lua(L);
  int64_t n = integer(L, s, 1, what, 0);
  const bool kaiser = window == LN_KAISER;
  double beta = kaiser ? number(L, s, 2, what) : 0;
  if (!(fabs(beta) <= 700))   // beyond it the Bessel function is no double
    return luaL_error(L, "bad argument #2 to '%s' (a number in [-700, 700] expected, got %f)", what,
                      beta);
  LnDtype d = only_dtype(L, s, kaiser ? 3 : 2, what, LN_FLOAT32);
  LnTensor *t = ln_tensor_new(&s->context, d, 1, &n);
  for (int64_t i = 0; t && i < n; i++)
    ln_tensor_set(t, &i, ln_window_at(window, beta, i, n, false));
  return push_made(L, s, t, what);
}

static int hanning(lua_State *L) { return push_window(L, LN_HANN, "hanning"); }
static int hamming(lua_State *L) { return push_window(L, LN_HAMMING, "hamming"); }
static int blackman(lua_State *L) { return push_window(L, LN_BLACKMAN, "blackman"); }
static int bartlett(lua_State *L) { return push_window(L, LN_BARTLETT, "bartlett"); }
static int kaiser(lua_State *L) { return push_window(L, LN_KAISER, "kaiser"); }

// ---- random

static double number_option(lua_State *L, int i, const char *what, const char *name,
                            double fallback) {
  if (lua_isnoneornil(L, i)) return fallback;
  lua_getfield(L, i, name);
  double v = fallback;
  if (!lua_isnil(L, -1)) {
    if (lua_type(L, -1) != LUA_TNUMBER)
      luaL_error(L, "bad option '%s' of '%s' (number expected, got %s)", name, what,
                 ln_lua_describe(L, ln_lua(L), -1));
    v = lua_tonumber(L, -1);
  }
  lua_pop(L, 1);
  return v;
}

// The generator: seed = n has one of its own, else the state's.
static LnRandom *generator(lua_State *L, LnLua *s, int i, const char *what, LnRandom *seeded) {
  double seed = number_option(L, i, what, "seed", NAN);
  if (isnan(seed)) return &s->context.random;
  if (!(fabs(seed) <= 0x1p53))
    luaL_error(L, "'%s': seed should be an integer of at most 2^53, got %f", what, seed);
  ln_random_seed(seeded, (uint64_t)(int64_t)seed);
  return seeded;
}

// Draws in float32 through the bulk generators, or one by one in double.
static void draw(LnRandom *r, LnTensor *t, bool normal, double a, double b) {
  if (t->meta) return;
  if (t->dtype == LN_FLOAT32) {
    float *x = t->data;
    if (normal) ln_random_fill_normal(r, 0, 1, x, ln_drawn_all(t->size));
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

static int bad_option(lua_State *L, const char *what, const char *name, const char *expected,
                      double got) {
  return luaL_error(L, "bad option '%s' of '%s' (%s expected, got %f)", name, what, expected, got);
}

// Shape and options of what draws numbers: the shape first, since a lone 2, 3 is a slip about it.
static void random_options(lua_State *L, LnLua *s, const char *what, const char *const *names) {
  LnInts shape;
  check_shape(L, 1, what, &shape);
  ln_lua_only_options(L, s, 2, what, names);
}

static int random_normal(lua_State *L) {
  static const char *const names[] = {"mean", "stddev", "dtype", "seed", NULL};
  const char *what = "random.normal";
  LnLua *s = ln_lua(L);
  LnRandom seeded;
  random_options(L, s, what, names);
  double mean = number_option(L, 2, what, "mean", 0);
  double stddev = number_option(L, 2, what, "stddev", 1);
  if (!(stddev >= 0)) return bad_option(L, what, "stddev", "number >= 0", stddev);
  LnRandom *r = generator(L, s, 2, what, &seeded);
  LnTensor *t = shaped(L, s, what, 2);
  draw(r, t, true, mean, stddev);
  return push_made(L, s, t, NULL);
}

static int random_uniform(lua_State *L) {
  static const char *const names[] = {"min", "max", "dtype", "seed", NULL};
  const char *what = "random.uniform";
  LnLua *s = ln_lua(L);
  LnRandom seeded;
  random_options(L, s, what, names);
  double low = number_option(L, 2, what, "min", 0);
  double high = number_option(L, 2, what, "max", 1);
  if (!(low <= high))
    return luaL_error(L, "'%s': min should be at most max, got %f and %f", what, low, high);
  LnRandom *r = generator(L, s, 2, what, &seeded);
  LnTensor *t = shaped(L, s, what, 2);
  draw(r, t, false, low, high - low);
  return push_made(L, s, t, NULL);
}

// ---- distributions whose numbers are drawn one by one, from two parameters p

static double truncated_normal(LnRandom *r, const double *p) {
  double z;
  do z = ln_random_gauss(r);
  while (fabs(z) > 2);   // as Keras: what is over two deviations away is drawn again
  return p[0] + p[1] * z;
}

static double exponential(LnRandom *r, const double *p) {
  return -p[0] * log1p(-ln_random_double(r));
}

// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); below 1 by
// their gamma(a) = gamma(a + 1) u^(1/a).
static double gamma_of(LnRandom *r, double a) {
  double boost = 1;
  if (a < 1) boost = pow(1 - ln_random_double(r), 1 / a), a += 1;
  double d = a - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (;;) {
    double x = ln_random_gauss(r), v = 1 + c * x, u = 1 - ln_random_double(r);
    if (v <= 0) continue;
    v = v * v * v;
    if (log(u) < 0.5 * x * x + d * (1 - v + log(v))) return boost * d * v;
  }
}

static double gamma_number(LnRandom *r, const double *p) { return p[1] * gamma_of(r, p[0]); }

static double beta_of(LnRandom *r, double a, double b) {
  double x = gamma_of(r, a), y = gamma_of(r, b);
  if (x + y > 0) return x / (x + y);
  return ln_random_double(r) * (a + b) < a;   // both too small for a double: one end or the other
}

static double beta_number(LnRandom *r, const double *p) { return beta_of(r, p[0], p[1]); }

// Few trials one by one; many by the middle of their ordered uniforms, which is beta-distributed
// (Devroye, "Non-Uniform Random Variate Generation", 1986, X.4.3).
static double binomial(LnRandom *r, const double *p) {
  double n = p[0], q = p[1], hits = 0;
  while (n > 20 && q > 0 && q < 1) {
    double i = floor((n + 1) / 2), middle = beta_of(r, i, n + 1 - i);
    if (middle <= q) hits += i, n -= i, q = (q - middle) / (1 - middle);
    else n = i - 1, q /= middle;
  }
  if (q >= 1) return hits + n;
  for (; n > 0 && q > 0; n--) hits += ln_random_double(r) < q;
  return hits;
}

static double bernoulli(LnRandom *r, const double *p) { return ln_random_double(r) < p[0]; }

enum { ANY, POSITIVE, NOT_NEGATIVE, PROBABILITY, COUNT };
static const char *const limits[] = {"number", "number > 0", "number >= 0", "number in [0, 1]",
                                     "integer in [0, 2^53]"};
static const struct {
  const char *name, *option[2];
  double fallback[2];
  int limit[2];
  double (*number)(LnRandom *r, const double *p);
} distributions[] = {
    {"random.truncated_normal", {"mean", "stddev"}, {0, 1}, {ANY, NOT_NEGATIVE}, truncated_normal},
    {"random.exponential", {"scale", NULL}, {1, 0}, {NOT_NEGATIVE, ANY}, exponential},
    {"random.gamma", {"alpha", "scale"}, {1, 1}, {POSITIVE, NOT_NEGATIVE}, gamma_number},
    {"random.beta", {"alpha", "beta"}, {1, 1}, {POSITIVE, POSITIVE}, beta_number},
    {"random.binomial", {"counts", "probabilities"}, {1, 0.5}, {COUNT, PROBABILITY}, binomial},
    {"random.bernoulli", {"p", NULL}, {0.5, 0}, {PROBABILITY, ANY}, bernoulli}};

static bool within(double v, int limit) {
  switch (limit) {
    case POSITIVE: return v > 0 && isfinite(v);
    case NOT_NEGATIVE: return v >= 0 && isfinite(v);
    case PROBABILITY: return v >= 0 && v <= 1;
    case COUNT: return v >= 0 && v <= 0x1p53 && v == floor(v);
    default: return isfinite(v);
  }
}

// upvalues: state, index into distributions
static int random_numbers(lua_State *L) {
  LnLua *s = ln_lua(L);
  int k = (int)lua_tointeger(L, lua_upvalueindex(2));
  const char *const *option = distributions[k].option;
  const char *names[] = {"dtype", "seed", option[0], option[1], NULL};
  const char *what = distributions[k].name;
  LnRandom seeded;
  double p[2] = {0, 0};
  random_options(L, s, what, names);
  for (int j = 0; j < 2 && option[j]; j++) {
    p[j] = number_option(L, 2, what, option[j], distributions[k].fallback[j]);
    if (!within(p[j], distributions[k].limit[j]))
      return bad_option(L, what, option[j], limits[distributions[k].limit[j]], p[j]);
  }
  LnRandom *r = generator(L, s, 2, what, &seeded);
  LnTensor *t = shaped(L, s, what, 2);
  int64_t index[LN_MAX_RANK] = {0};
  for (int64_t n = 0; n < t->size; n++) {
    ln_tensor_set(t, index, distributions[k].number(r, p));
    for (int a = t->rank - 1; a >= 0 && ++index[a] == t->shape[a]; a--) index[a] = 0;
  }
  return push_made(L, s, t, NULL);
}

static int random_integers(lua_State *L) {
  static const char *const names[] = {"min", "max", "dtype", "seed", NULL};
  LnLua *s = ln_lua(L);
  LnRandom seeded;
  random_options(L, s, "random.randint", names);
  double low = number_option(L, 2, "random.randint", "min", 0);
  double high = number_option(L, 2, "random.randint", "max", NAN);
  if (!(low < high) || low != floor(low) || high != floor(high) || fabs(low) > 0x1p53 ||
      high > 0x1p53)
    return isnan(high)
               ? luaL_error(L, "'random.randint': option 'max' is required: the numbers are min .. "
                               "max - 1")
               : luaL_error(L, "'random.randint': integers min < max expected, got %f and %f", low,
                            high);
  LnRandom *r = generator(L, s, 2, "random.randint", &seeded);
  LnInts shape;
  check_shape(L, 1, "random.randint", &shape);
  LnDtype d = ln_lua_dtype_option(L, 2, "random.randint", LN_INT32);
  LnTensor *t = tensor_of(s, d, &shape);
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
  LnRandom seeded;
  int64_t n = integer(L, s, 1, "random.permutation", 0);
  ln_lua_only_options(L, s, 2, "random.permutation", names);
  LnRandom *r = generator(L, s, 2, "random.permutation", &seeded);
  LnTensor *t = ln_tensor_new(&s->context, LN_INT64, 1, &n);
  if (t) ln_random_permutation(r, t->data, n, 1);
  return push_made(L, s, t, "random.permutation");
}

void ln_register_create(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"tensor", tensor},         {"zeros", zeros},         {"ones", ones},
      {"full", full},             {"zeros_like", zeros_like}, {"ones_like", ones_like},
      {"full_like", full_like},   {"eye", eye},             {"arange", arange},
      {"linspace", linspace},     {"hanning", hanning},     {"hamming", hamming},
      {"blackman", blackman},     {"bartlett", bartlett},   {"kaiser", kaiser},
      {NULL, NULL}};
  static const luaL_Reg random[] = {
      {"normal", random_normal},   {"uniform", random_uniform}, {"randint", random_integers},
      {"permutation", random_permutation}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{"zeros_like", zeros_like}, {"ones_like", ones_like},
                                     {"full_like", full_like}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
  lua_getfield(L, -1, "tensor_methods");
  ln_lua_setfuncs(L, methods);
  lua_pop(L, 1);
  lua_newtable(L);
  ln_lua_setfuncs(L, random);
  for (size_t k = 0; k < sizeof distributions / sizeof *distributions; k++) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushinteger(L, (lua_Integer)k);
    lua_pushcclosure(L, random_numbers, 2);
    lua_setfield(L, -2, strchr(distributions[k].name, '.') + 1);
  }
  lua_setfield(L, -2, "random");
}
