// Calls of layers: inputs and arguments as a script gives them, by position or by name, tensors or
// symbolic ones, and what comes back.
#include "lua/call.h"

#include <string.h>

#include "lua/arguments.h"
#include "lua/cache.h"
#include "lua/class.h"
#include "lua/handle.h"
#include "lua/host.h"
#include "lua/messages.h"
#include "lua/symbolic.h"
#include "lua/tensor.h"
#include "ops/ops.h"

enum { MAX_OUT = LN_LUA_MAX_SHAPES, MAX_TENSORS = 256 };

// The stack of a call: the layer, its inputs, its table of options or nil.
enum { LAYER = 1, INPUTS, OPTIONS };

// Tensors at i: one, or a list of them. Tables of numbers become tensors (in place).
static int read_inputs(lua_State *L, LnLua *s, int i, const char *what, LnTensor **in) {
  if (lua_istable(L, i)) {
    lua_rawgeti(L, i, 1);
    bool list = ln_lua_test_tensor(L, s, -1) != NULL;
    lua_pop(L, 1);
    if (list) {
      lua_Unsigned n = (lua_Unsigned)ln_lua_list_length(L, i, what);
      if (n > MAX_TENSORS)
        luaL_error(L, "'%s': at most %d inputs, got %d", what, MAX_TENSORS, (int)n);
      ln_lua_own_list(L, i, what);   // anchors them
      for (int k = 0; k < (int)n; k++) {
        lua_rawgeti(L, i, k + 1);
        in[k] = ln_lua_test_tensor(L, s, -1);
        if (!in[k])
          luaL_error(L, "'%s': a list of tensors expected, entry %d is %s", what, k + 1,
                     luaL_typename(L, -1));
        if (ln_tensor_closed(in[k])) luaL_error(L, "'%s': input %d is closed", what, k + 1);
        lua_pop(L, 1);
      }
      return (int)n;
    }
  }
  in[0] = ln_lua_to_tensor(L, s, i, LN_DTYPES, what);
  return 1;
}

// The n results at the top as they are, or in a table by name.
static int give(lua_State *L, LnLua *s, const LnLayer *l, int n) {
  int first = lua_gettop(L) - n + 1, names = lua_gettop(L) + 1;
  luaL_checkstack(L, 6, NULL);
  if (!ln_lua_push_output_names(L, s, l) || (int)lua_rawlen(L, names) != n) {
    lua_settop(L, names - 1);
    return n;
  }
  lua_createtable(L, 0, n);
  for (int k = 0; k < n; k++) {
    lua_rawgeti(L, names, k + 1);
    lua_pushvalue(L, first + k);
    lua_rawset(L, names + 1);
  }
  return 1;
}

// ---- what is given by position, or by the name of an input

static const LnLayerClass *class_of(const LnLayer *l) { return (const LnLayerClass *)l->base.cls; }

// How many inputs it takes by position; -1: any number.
static int max_inputs(const LnLayer *l) {
  const LnLayerClass *cls = class_of(l);
  if (!cls->call && !cls->call_all) return l->lua_arguments ? 1 : -1;
  return cls->min_in == 0 && cls->max_in == 0 ? 1 : cls->max_in;
}

// A table that is no list: of options, or of inputs by name.
static bool is_named(lua_State *L, int i) {
  if (!ln_lua_is_plain_table(L, i)) return false;
  bool named = lua_rawgeti(L, i, 1) == LUA_TNIL;
  lua_pop(L, 1);
  return named;
}

static void copy_table(lua_State *L, int from, int to) {
  for (lua_pushnil(L); lua_next(L, from); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, to);
  }
}

// The input on top (popped) is the next of the list at `list`, which there may be `n` of yet.
static void add_input(lua_State *L, const LnLayer *l, int list, int n, const char *name) {
  if ((int)lua_rawlen(L, list) >= n)
    luaL_error(L, "layer '%s': input %d%s%s%s is given twice", l->base.name, n, name ? " ('" : "",
               name ? name : "", name ? "')" : "");
  if ((int)lua_rawlen(L, list) < n - 1)
    luaL_error(L, "layer '%s': input %d is missing before another", l->base.name, n - 1);
  lua_rawseti(L, list, n);
}

// The value on top is argument k, given at this position of the stack.
static void add_argument(lua_State *L, LnLua *s, const LnLayer *l, int options, int k,
                         int position) {
  const LnArgument *list = ln_layer_arguments(l);
  int n = 0;
  while (list && list[n].name) n++;
  if (k >= n && n == 0 && position == OPTIONS)
    luaL_error(L, "layer '%s': a table of options expected after the inputs, got %s", l->base.name,
               ln_lua_describe(L, s, -1));
  if (k >= n)
    luaL_error(L, "layer '%s': at most %d arguments by position, then a table of options",
               l->base.name, position - 2);
  if (lua_getfield(L, options, list[k].name) != LUA_TNIL)
    luaL_error(L, "layer '%s': argument '%s' is given twice, by position and by name",
               l->base.name, list[k].name);
  lua_pop(L, 1);
  lua_setfield(L, options, list[k].name);
}

// What comes by position after the first input: further inputs, then arguments.
static void take_positions(lua_State *L, LnLua *s, const LnLayer *l) {
  int last = lua_gettop(L), max = max_inputs(l);
  const bool list = lua_istable(L, INPUTS);
  while (last > OPTIONS && lua_isnil(L, last)) last--;
  const int end = last >= OPTIONS && is_named(L, last) ? last : last + 1;
  if (list) ln_lua_own_list(L, INPUTS, l->base.name);
  luaL_checkstack(L, 8, NULL);
  lua_newtable(L);
  const int options = lua_gettop(L);
  if (end == last) copy_table(L, last, options);
  lua_newtable(L);
  const int inputs = options + 1;
  lua_pushvalue(L, INPUTS);
  if (list) lua_replace(L, inputs);
  else lua_rawseti(L, inputs, 1);
  for (int i = OPTIONS; i < end; i++) {
    bool is_input = !list && (max < 0 || i - 1 <= max);
    if (lua_isnil(L, i)) continue;
    lua_pushvalue(L, i);
    if (is_input) add_input(L, l, inputs, i - 1, NULL);
    else add_argument(L, s, l, options, list ? i - OPTIONS : i - 2 - max, i);
  }
  if (list || lua_rawlen(L, inputs) > 1) lua_replace(L, INPUTS);
  lua_settop(L, options);
  lua_replace(L, OPTIONS);
  lua_settop(L, OPTIONS);
}

// The next word of a list of them, pushed; NULL at its end.
static const char *push_word(lua_State *L, const char **words) {
  size_t n = strcspn(*words, " ");
  if (n == 0) return NULL;
  const char *word = lua_pushlstring(L, *words, n);
  *words += n + ((*words)[n] == ' ');
  return word;
}

static bool names_input(lua_State *L, const LnLayer *l) {
  bool found = false;
  const char *words = class_of(l)->inputs;
  for (int k = 0; push_word(L, &words); k++) {
    found = found || (k > 0 && lua_getfield(L, OPTIONS, lua_tostring(L, -1)) != LUA_TNIL);
    lua_settop(L, OPTIONS);
  }
  lua_settop(L, OPTIONS);
  return found;
}

// Inputs among the options go behind the first ones.
static void take_named_inputs(lua_State *L, const LnLayer *l) {
  if (!class_of(l)->inputs || !names_input(L, l)) return;
  lua_newtable(L);
  copy_table(L, OPTIONS, OPTIONS + 1);
  lua_replace(L, OPTIONS);
  if (lua_istable(L, INPUTS)) {
    ln_lua_own_list(L, INPUTS, l->base.name);
  } else {
    lua_newtable(L);
    lua_pushvalue(L, INPUTS);
    lua_rawseti(L, -2, 1);
    lua_replace(L, INPUTS);
  }
  const char *words = class_of(l)->inputs, *name;
  for (int k = 1; (name = push_word(L, &words)) != NULL; k++) {
    if (k > 1 && lua_getfield(L, OPTIONS, name) != LUA_TNIL) {
      add_input(L, l, INPUTS, k, name);
      lua_pushnil(L);
      lua_setfield(L, OPTIONS, name);
    }
    lua_settop(L, OPTIONS);
  }
}

// ---- the table of options

static const LnArgument *find_argument(const LnLayer *l, const char *name) {
  const LnArgument *a = ln_layer_arguments(l);
  while (a && a->name && strcmp(a->name, name) != 0) a++;
  return a && a->name ? a : NULL;
}

static int unknown_argument(lua_State *L, const LnLayer *l, const char *name) {
  int n = 0;
  lua_pushfstring(L, "a call of '%s'", l->base.name);
  const char *what = lua_tostring(L, -1), *words = class_of(l)->inputs;
  lua_newtable(L);
  int list = lua_gettop(L);
  for (int k = 0; words && push_word(L, &words); k++)
    if (k > 0) lua_rawseti(L, list, ++n);
    else lua_pop(L, 1);
  for (const LnArgument *a = ln_layer_arguments(l); a && a->name; a++)
    lua_pushstring(L, a->name), lua_rawseti(L, list, ++n);
  lua_pushliteral(L, "training"), lua_rawseti(L, list, ++n);
  lua_pushliteral(L, "mask"), lua_rawseti(L, list, ++n);
  lua_pushliteral(L, "cache"), lua_rawseti(L, list, ++n);
  lua_settop(L, list);
  return ln_lua_unknown(L, "argument", name, what);
}

// Raises for what the table of options should not hold.
static void check_options(lua_State *L, const LnLayer *l) {
  if (lua_isnil(L, OPTIONS)) return;
  for (lua_pushnil(L); lua_next(L, OPTIONS); lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    if (strcmp(name, "training") == 0 || strcmp(name, "mask") == 0 || strcmp(name, "cache") == 0)
      continue;
    const LnArgument *a = find_argument(l, name);
    if (!a) unknown_argument(L, l, name);
    if (a->kind == LN_ARG_FLAG && !lua_isboolean(L, -1))
      luaL_error(L, "layer '%s': argument '%s' of its call: boolean expected, got %s",
                 l->base.name, name, luaL_typename(L, -1));
  }
}

// The masks of a call's n inputs, from the option at the top: tensors, false for none; how many
// there are. Inputs that may be left out may have none.
static int read_masks(lua_State *L, LnLua *s, const LnLayer *l, int n, LnTensor **masks) {
  const LnLayerClass *cls = class_of(l);
  if (!lua_toboolean(L, -1) || n == 0) return 0;
  if (!lua_istable(L, -1)) {
    masks[0] = ln_lua_check_tensor(L, s, -1, "mask");
    return 1;
  }
  const int given = (int)lua_rawlen(L, -1);
  const int least = cls->max_in > cls->min_in && cls->min_in > 0 ? cls->min_in : n;
  if (given > n || given < least)
    luaL_error(L, "layer '%s': %d inputs have as many masks, got %d", l->base.name, n, given);
  for (int i = 0; i < given; i++) {
    lua_rawgeti(L, -1, i + 1);
    masks[i] = lua_toboolean(L, -1) ? ln_lua_check_tensor(L, s, -1, "mask") : NULL;
    lua_pop(L, 1);
  }
  return given;
}

static LnTensor *read_tensor(lua_State *L, LnLua *s, const LnLayer *l, const LnArgument *a) {
  if (ln_lua_is_symbolic(L, s, -1))
    luaL_error(L, "layer '%s': inputs and arguments are either all symbolic or all tensors; "
               "argument '%s' is symbolic", l->base.name, a->name);
  if (!ln_lua_test_tensor(L, s, -1) && (a->kind == LN_ARG_TENSORS || !lua_istable(L, -1)))
    luaL_error(L, "layer '%s': argument '%s' of its call: %s expected, got %s", l->base.name,
               a->name, a->kind == LN_ARG_TENSORS ? "a list of tensors" : "a tensor",
               ln_lua_describe(L, s, -1));
  return ln_lua_to_tensor(L, s, lua_gettop(L), LN_DTYPES, a->name);
}

// What the options hold for the arguments; the tensors stay on the stack. False: nothing.
static bool read_given(lua_State *L, LnLua *s, const LnLayer *l, LnGiven *given, LnTensor **v) {
  const LnArgument *list = ln_layer_arguments(l);
  bool any = false;
  memset(given, 0, sizeof *given);
  given->tensors.v = v;
  for (int i = 0; list[i].name; i++) {
    luaL_checkstack(L, 8, NULL);
    lua_getfield(L, OPTIONS, list[i].name);
    if (!lua_toboolean(L, -1)) {
      lua_pop(L, 1);
      continue;
    }
    any = true;
    int n = 1, value = lua_gettop(L);
    bool several = list[i].kind == LN_ARG_TENSORS && lua_istable(L, value);
    if (several) n = ln_lua_own_list(L, value, list[i].name);
    if (list[i].kind == LN_ARG_FLAG) {
      given->flag[i] = true;
      continue;
    }
    if (given->tensors.n + n > MAX_TENSORS)
      luaL_error(L, "layer '%s': at most %d tensors for its arguments", l->base.name, MAX_TENSORS);
    for (int k = 0; k < n; k++) {
      luaL_checkstack(L, 8, NULL);
      if (several) lua_rawgeti(L, value, k + 1);
      v[given->tensors.n++] = read_tensor(L, s, l, &list[i]);
    }
    given->n[i] = (uint16_t)n;
  }
  return any;
}

// ---- calling

// On symbolic inputs: a node of a graph.
static int call_symbolic(lua_State *L, LnLua *s, bool list) {
  LnSymbolicCall call = {.layer = LAYER, .inputs = INPUTS, .list = list, .training = -1};
  if (!lua_istable(L, INPUTS)) {
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, INPUTS);
    lua_rawseti(L, -2, 1);
    lua_replace(L, INPUTS);
  }
  if (lua_istable(L, OPTIONS)) {
    call.options = OPTIONS;
    if (lua_getfield(L, OPTIONS, "training") != LUA_TNIL) call.training = lua_toboolean(L, -1);
    if (lua_getfield(L, OPTIONS, "cache") != LUA_TNIL)
      return luaL_error(L, "a cache is of steps that are computed, and these are symbolic");
    lua_settop(L, OPTIONS);
  }
  return ln_lua_call_symbolic(L, s, &call);
}

// Gives the inputs these masks: views, since the tensors of a caller stay as they are.
static bool set_masks(LnContext *c, int n, LnTensor **in, LnTensor *const *masks) {
  for (int i = 0; i < n; i++)
    if (masks[i] && !(in[i] = ln_masked(c, in[i], masks[i]))) return false;
  return true;
}

typedef bool (*Calling)(LnContext *c, LnLayer *l, const LnTensors *in, const LnCallArgs *args,
                        LnTensor **out, int max_out, int *n_out);

static int call_tensors(lua_State *L, LnLua *s, LnLayer *l, Calling calling) {
  LnContext *c = &s->context;
  LnTensor *in[MAX_TENSORS], *masks[MAX_TENSORS], *v[MAX_TENSORS], *out[MAX_OUT];
  LnGiven given;
  LnCallArgs args = {.training = s->training};
  // One that the call around this one was given is this one's as well.
  LnCache *outer = c->layer ? c->cache : NULL, *cache = outer;
  int n = read_inputs(L, s, INPUTS, l->base.name, in), n_masks = 0, n_out = 0;
  if (lua_istable(L, OPTIONS)) {
    if (lua_getfield(L, OPTIONS, "training") != LUA_TNIL) args.training = lua_toboolean(L, -1);
    if (ln_layer_arguments(l) && read_given(L, s, l, &given, v)) args.given = &given;
    lua_getfield(L, OPTIONS, "mask");
    n_masks = read_masks(L, s, l, n, masks);
    if (lua_getfield(L, OPTIONS, "cache") != LUA_TNIL) cache = ln_lua_check_cache(L, -1);
  }
  size_t scope = ln_scope(c);
  c->cache = cache;
  bool done = set_masks(c, n_masks, in, masks) &&
              calling(c, l, &(LnTensors){n, in}, &args, out, MAX_OUT, &n_out);
  c->cache = outer;
  if (cache && cache != outer) done = ln_cache_leave(c, cache, done);
  if (!done) {
    ln_scope_end(c, scope);
    return ln_lua_raise(L, s, NULL);
  }
  luaL_checkstack(L, n_out, NULL);
  for (int i = 0; i < n_out; i++) ln_lua_push_tensor(L, s, out[i]);
  ln_scope_end(c, scope);
  return give(L, s, l, n_out);
}

// What a layer or model that begins in Lua gives for strings, ids or tensors.
static int call_preprocessing(lua_State *L, LnLua *s) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lunate.model.preprocess");
  ln_lua_call(L, s, 1, 1);
  lua_getfield(L, -1, "call");
  lua_replace(L, -2);
  lua_insert(L, 1);
  ln_lua_call(L, s, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

static int call_with(lua_State *L, Calling calling, bool preprocess) {
  LnLua *s = ln_lua(L);
  LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, LAYER, LN_LAYER, "call");
  if (lua_isnoneornil(L, INPUTS))
    return luaL_error(L, "layer '%s' is called with a tensor or a list of tensors", l->base.name);
  if (preprocess && l->preprocesses && !ln_lua_has_symbolic(L, s, INPUTS))
    return call_preprocessing(L, s);
  const bool list = lua_istable(L, INPUTS);
  if (lua_gettop(L) > OPTIONS || !(lua_isnoneornil(L, OPTIONS) || is_named(L, OPTIONS)))
    take_positions(L, s, l);
  lua_settop(L, OPTIONS);
  ln_lua_inputs_by_name(L, s, l, INPUTS);
  if (lua_istable(L, OPTIONS)) {
    take_named_inputs(L, l);
    check_options(L, l);
  }
  if (ln_lua_has_symbolic(L, s, INPUTS)) return give(L, s, l, call_symbolic(L, s, list));
  return call_tensors(L, s, l, calling);
}

int ln_lua_layer_compute_mask(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, LAYER, LN_LAYER, "compute_mask");
  LnTensor *in[MAX_TENSORS], *masks[MAX_TENSORS], *mask = NULL;
  lua_settop(L, 3);
  int n = read_inputs(L, s, INPUTS, "compute_mask", in);
  lua_pushvalue(L, 3);
  int n_masks = read_masks(L, s, l, n, masks);
  size_t scope = ln_scope(c);
  if (!set_masks(c, n_masks, in, masks) ||
      !ln_layer_compute_mask(c, l, &(LnTensors){n, in}, &mask)) {
    ln_scope_end(c, scope);
    return ln_lua_raise(L, s, "compute_mask");
  }
  if (mask) ln_lua_push_tensor(L, s, mask);
  else lua_pushnil(L);
  ln_scope_end(c, scope);
  return 1;
}

int ln_lua_layer_call(lua_State *L) { return call_with(L, ln_layer_call, true); }

int ln_lua_layer_call_builtin(lua_State *L) {
  return call_with(L, ln_layer_call_builtin, false);
}

int ln_lua_call_graph(lua_State *L) { return call_with(L, ln_layer_call, false); }
