// Symbolic tensors: a shape with unknown sizes, a dtype, and the node that made them. Calling
// layers and ops on them makes nodes, which lua/lunate/functional turns into models.
//
// A node is a table: layer, inputs and outputs (lists of symbolic tensors), list (how the inputs
// were given), index (which call of its layer it is); when the call had them training, masks (a
// list, false for an input without one) and arguments (a list of {name =, value =}, in the order of
// their declaration; a value is a symbolic tensor, a list of them or true).
// A symbolic tensor has its node as user value, so that what made it lives as long as it does.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/class.h"
#include "lua/handle.h"
#include "lua/index.h"
#include "lua/messages.h"
#include "lua/options.h"
#include "lua/symbolic.h"
#include "lua/tensor.h"
#include "lua/text.h"
#include "nn/graph.h"
#include "nn/operation.h"

enum { MAX_OUT = 64, MAX_IN = 256 };

typedef struct Symbolic {
  LnSymbol of;
  int position;   // which output of its node, from 1
} Symbolic;

static Symbolic *test(lua_State *L, LnLua *s, int i) {
  return ln_lua_test_type(L, s, i, LN_TYPE_SYMBOLIC);
}

static Symbolic *check(lua_State *L, LnLua *s, int i, const char *what) {
  Symbolic *t = test(L, s, i);
  if (!t)
    luaL_error(L, "bad argument #%d to '%s' (symbolic tensor expected, got %s)", i, what,
               luaL_typename(L, i));
  return t;
}

bool ln_lua_is_symbolic(lua_State *L, LnLua *s, int i) { return test(L, s, i) != NULL; }

LnDtype ln_lua_symbolic_dtype(lua_State *L, int i) {
  return (LnDtype)((const Symbolic *)lua_touserdata(L, i))->of.dtype;
}

bool ln_lua_has_symbolic(lua_State *L, LnLua *s, int i) {
  i = lua_absindex(L, i);
  if (test(L, s, i)) return true;
  if (!lua_istable(L, i)) return false;
  lua_pushnil(L);
  while (lua_next(L, i)) {
    bool found = test(L, s, -1) != NULL;
    bool numbers = lua_type(L, -1) == LUA_TNUMBER;   // data: no need to look at all of it
    lua_pop(L, 1);
    if (found || numbers) {
      lua_pop(L, 1);
      return found;
    }
  }
  return false;
}

// ---- nodes

// The list of a layer's nodes (its handle is at i), made when it is not there.
static void push_nodes(lua_State *L, LnLua *s, int i) {
  i = lua_absindex(L, i);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &s->key.nodes);
  lua_pushvalue(L, i);
  if (lua_rawget(L, -2) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, i);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
  }
  lua_remove(L, -2);
}

// A new node of the layer at `layer` with the inputs at `inputs`, pushed. It is not listed yet.
static void push_node(lua_State *L, LnLua *s, int layer, int inputs, bool list) {
  lua_createtable(L, 0, 8);
  lua_pushvalue(L, layer);
  lua_setfield(L, -2, "layer");
  lua_pushvalue(L, inputs);
  lua_setfield(L, -2, "inputs");
  lua_pushboolean(L, list);
  lua_setfield(L, -2, "list");
  push_nodes(L, s, layer);
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1) + 1);
  lua_setfield(L, -3, "index");
  lua_pop(L, 1);
  lua_newtable(L);
  lua_setfield(L, -2, "outputs");
}

static void push_symbolic(lua_State *L, LnLua *s, const LnSymbol *of, int position, int node) {
  Symbolic *t = lua_newuserdatauv(L, sizeof *t, 1);
  *t = (Symbolic){*of, position};
  ln_lua_push_metatable(L, s, LN_TYPE_SYMBOLIC);
  lua_setmetatable(L, -2);
  lua_pushvalue(L, node);
  lua_setiuservalue(L, -2, 1);
  lua_getfield(L, node, "outputs");
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, position);
  lua_pop(L, 1);
}

static void list_node(lua_State *L, LnLua *s, int layer, int node) {
  push_nodes(L, s, layer);
  lua_pushvalue(L, node);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 1);
}

static int check_symbol_dtype(lua_State *L, int i, const char *what) {
  if (lua_type(L, i) == LUA_TSTRING && strcmp(lua_tostring(L, i), "string") == 0) return LN_STRING;
  return (int)ln_lua_check_dtype(L, i, what);
}

// The symbolic tensor at the top, popped.
static LnSymbol pop_symbol(lua_State *L, LnLua *s, const LnLayer *l, const char *what) {
  const Symbolic *t = test(L, s, -1);
  if (!t)
    luaL_error(L, "layer '%s': inputs and arguments are either all symbolic or all tensors; %s is "
               "%s", l->base.name, what, ln_lua_describe(L, s, -1));
  lua_pop(L, 1);
  return t->of;
}

// Masks of the n inputs in the option "mask": into the symbols, and as a list into the node.
static void read_masks(lua_State *L, LnLua *s, const LnLayer *l, int options, int node, int n,
                       LnSymbol *in) {
  if (lua_getfield(L, options, "mask"), !lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    return;
  }
  const int mask = lua_gettop(L), given = lua_istable(L, mask) ? (int)lua_rawlen(L, mask) : 1;
  if (given > n)
    luaL_error(L, "layer '%s': %d inputs have as many masks, got %d", l->base.name, n, given);
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    if (!lua_istable(L, mask) && i == 0) lua_pushvalue(L, mask);
    else if (lua_istable(L, mask)) lua_rawgeti(L, mask, i + 1);
    else lua_pushnil(L);
    if (!lua_toboolean(L, -1)) {
      lua_pushboolean(L, 0), lua_rawseti(L, mask + 1, i + 1);
      lua_pop(L, 1);
      continue;
    }
    if (!test(L, s, -1))
      luaL_error(L, "layer '%s': the mask of a symbolic call is symbolic, got %s", l->base.name,
                 luaL_typename(L, -1));
    in[i].mask = test(L, s, -1)->of.shape;
    lua_rawseti(L, mask + 1, i + 1);
  }
  lua_setfield(L, node, "masks");
  lua_pop(L, 1);
}

// What the options hold for the layer's arguments: into the symbols behind the inputs', and into
// the node. False: nothing.
static bool read_given(lua_State *L, LnLua *s, const LnLayer *l, int options, int node,
                       LnGiven *given, LnSymbol *symbols, int max) {
  const LnArgument *list = ln_layer_arguments(l);
  bool any = false;
  memset(given, 0, sizeof *given);
  lua_newtable(L);
  const int arguments = lua_gettop(L);
  for (int i = 0; list && list[i].name; i++) {
    lua_getfield(L, options, list[i].name);
    if (lua_toboolean(L, -1)) {
      const int value = arguments + 1;
      bool several = list[i].kind == LN_ARG_TENSORS && lua_istable(L, value);
      int n = several ? ln_lua_own_list(L, value, list[i].name) : 1;
      any = true;
      given->flag[i] = list[i].kind == LN_ARG_FLAG;
      if (given->flag[i]) n = 0;
      if (given->tensors.n + n > max)
        luaL_error(L, "layer '%s': at most %d tensors for its arguments", l->base.name, max);
      const char *what = lua_pushfstring(L, "argument '%s'", list[i].name);
      for (int k = 0; k < n; k++) {
        if (several) lua_rawgeti(L, value, k + 1);
        else lua_pushvalue(L, value);
        symbols[given->tensors.n++] = pop_symbol(L, s, l, what);
      }
      given->n[i] = (uint16_t)n;
      lua_createtable(L, 0, 2);
      lua_pushstring(L, list[i].name), lua_setfield(L, -2, "name");
      lua_pushvalue(L, value), lua_setfield(L, -2, "value");
      lua_rawseti(L, arguments, (lua_Integer)lua_rawlen(L, arguments) + 1);
    }
    lua_settop(L, arguments);
  }
  if (any) lua_setfield(L, node, "arguments");
  lua_settop(L, arguments - 1);
  return any;
}

// What a layer that Lua computes gives for the symbolic inputs at `inputs`.
static int infer_in_lua(lua_State *L, LnLua *s, const LnSymbolicCall *call, LnSymbol *out) {
  const int top = lua_gettop(L), list = top + 1;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lunate.model.preprocess");
  ln_lua_call(L, s, 1, 1);
  lua_getfield(L, -1, "infer");
  lua_replace(L, -2);
  lua_pushvalue(L, call->layer);
  lua_pushvalue(L, call->inputs);
  ln_lua_call(L, s, 2, 1);
  const int n = (int)lua_rawlen(L, list);
  if (n > MAX_OUT) luaL_error(L, "a layer gives at most %d tensors", MAX_OUT);
  for (int i = 0; i < n; i++) {
    out[i] = (LnSymbol){.mask = {.n = -1}};
    lua_rawgeti(L, list, i + 1);
    lua_getfield(L, list + 1, "shape");
    ln_lua_check_ints(L, -1, "compute_output_shape", true, &out[i].shape);
    lua_getfield(L, list + 1, "dtype");
    out[i].dtype = check_symbol_dtype(L, lua_gettop(L), "_compute_output_dtype");
    lua_settop(L, list);
  }
  lua_settop(L, top);
  return n;
}

int ln_lua_call_symbolic(lua_State *L, LnLua *s, const LnSymbolicCall *call) {
  LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, call->layer, LN_LAYER, "call");
  int n = (int)lua_rawlen(L, call->inputs), n_out = 0;
  LnSymbol in[2 * MAX_IN], out[MAX_OUT];
  LnGiven given;
  bool has_given = false;
  if (n > MAX_IN)
    return luaL_error(L, "'%s': at most %d inputs, got %d", l->base.name, MAX_IN, n);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, call->inputs, i + 1);
    char what[32];
    snprintf(what, sizeof what, "input %d", i + 1);
    in[i] = pop_symbol(L, s, l, what);
  }
  luaL_checkstack(L, MAX_OUT + 12, NULL);
  push_node(L, s, call->layer, call->inputs, call->list);
  int node = lua_gettop(L);
  if (call->training >= 0) lua_pushboolean(L, call->training), lua_setfield(L, node, "training");
  if (call->options) {
    read_masks(L, s, l, call->options, node, n, in);
    has_given = read_given(L, s, l, call->options, node, &given, in + n, MAX_IN);
  }
  if (l->preprocesses)
    n_out = infer_in_lua(L, s, call, out);
  else if (!ln_layer_infer(&s->context, l, n, in, has_given ? &given : NULL, out, MAX_OUT, &n_out))
    return ln_lua_raise(L, s, NULL);
  for (int i = 0; i < n_out; i++) push_symbolic(L, s, &out[i], i + 1, node);
  list_node(L, s, call->layer, node);
  lua_remove(L, node);
  return n_out;
}

void ln_lua_inputs_by_name(lua_State *L, LnLua *s, const LnLayer *l, int i) {
  (void)s;
  if (!ln_is_graph(l) || !lua_istable(L, i) || lua_rawlen(L, i) > 0) return;
  const LnGraphModel *m = (const LnGraphModel *)l;
  int top = lua_gettop(L);
  lua_createtable(L, m->n_in, 0);
  for (int k = 0; k < m->n_in; k++) {
    if (lua_getfield(L, i, m->inputs[k].name) == LUA_TNIL)
      luaL_error(L, "model '%s': input '%s' is missing", l->base.name, m->inputs[k].name);
    lua_rawseti(L, -2, k + 1);
  }
  lua_pushnil(L);
  while (lua_next(L, i)) {
    bool known = false;
    luaL_tolstring(L, top + 2, NULL);
    const char *given = lua_tostring(L, -1);
    for (int k = 0; k < m->n_in; k++) known = known || strcmp(given, m->inputs[k].name) == 0;
    if (!known) luaL_error(L, "model '%s': there is no input '%s'", l->base.name, given);
    lua_settop(L, top + 2);
  }
  lua_replace(L, i);
}

// ---- operations

// "floor_divide" -> "FloorDivide": what Keras calls the op's class.
static void class_name_of(const char *op, char *out, size_t size) {
  size_t n = 0;
  bool upper = true;
  for (; *op && n + 1 < size; op++) {
    if (*op == '_') {
      upper = true;
      continue;
    }
    out[n++] = upper && *op >= 'a' && *op <= 'z' ? (char)(*op - 32) : *op;
    upper = false;
  }
  out[n] = '\0';
}

// Pushes the operation's handle, named after its op: add, add_1, ...
static void push_operation(lua_State *L, LnLua *s, LnLayer *l) {
  char name[80];
  ln_lua_give_object(L, s, &l->base);
  class_name_of(((LnOperation *)l)->op->name, name, sizeof name);
  ln_lua_default_name(L, s, &l->base, name);
}

int ln_lua_operation(lua_State *L, LnLua *s, LnLayer *operation, int inputs) {
  inputs = lua_absindex(L, inputs);
  push_operation(L, s, operation);
  return ln_lua_call_symbolic(L, s, &(LnSymbolicCall){.layer = lua_gettop(L), .inputs = inputs,
                                                      .training = -1, .list = true});
}

// t[index]
static int slice(lua_State *L, LnLua *s, const Symbolic *t) {
  LnTensor like = {.meta = true, .rank = (uint8_t)t->of.shape.n, .dtype = (uint8_t)t->of.dtype};
  LnSlice p;
  bool missing = false;
  LnTensor *constant = NULL;
  for (int a = 0; a < t->of.shape.n; a++) like.shape[a] = t->of.shape.v[a];
  if (lua_type(L, 2) != LUA_TNUMBER && !lua_istable(L, 2))
    return luaL_error(L, "symbolic tensor index: a number or a list of ranges expected, got %s",
                      luaL_typename(L, 2));
  ln_lua_read_index(L, 2, &like, &p);
  LnLayer *l = ln_operation_new(&s->context, ln_op_slice, 1, &constant, &missing, &p);
  if (!l) return ln_lua_raise(L, s, NULL);
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, 1);
  return ln_lua_operation(L, s, l, -1);
}

static void push_ints(lua_State *L, const int64_t *v, int n) {
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    lua_pushinteger(L, v[i]);
    lua_rawseti(L, -2, i + 1);
  }
}

// Flags of an axis of a slice in configs; WHOLE was written before there was OPEN.
enum { DROP = 1, WHOLE = 2, OPEN = 4 };

// core.operation_config(layer): nil unless it is an operation; else what it applies:
// {op =, operands = {"input" | false | {value =, dtype =}}, options = {...}} or {slice = {...}}.
// What its operands are: a constant, false where one is missing, else "input".
static void push_operands(lua_State *L, LnLua *s, const LnOperation *o) {
  lua_createtable(L, o->n_slots, 0);
  for (int i = 0; i < o->n_slots; i++) {
    if (o->constants[i]) {
      lua_createtable(L, 0, 2);
      ln_lua_push_tensor(L, s, o->constants[i]), lua_setfield(L, -2, "value");
      lua_pushstring(L, ln_dtype_name(o->constants[i]->dtype)), lua_setfield(L, -2, "dtype");
    } else if (o->missing[i]) {
      lua_pushboolean(L, 0);
    } else {
      lua_pushliteral(L, "input");
    }
    lua_rawseti(L, -2, i + 1);
  }
}

static void push_slice(lua_State *L, const LnSlice *p) {
  int64_t flags[LN_MAX_RANK];
  lua_createtable(L, 0, 5);
  push_ints(L, p->start, p->n), lua_setfield(L, -2, "start");
  push_ints(L, p->count, p->n), lua_setfield(L, -2, "count");
  push_ints(L, p->step, p->n), lua_setfield(L, -2, "step");
  for (int i = 0; i < p->n; i++) flags[i] = (p->drop[i] ? DROP : 0) + (p->open[i] ? OPEN : 0);
  push_ints(L, flags, p->n), lua_setfield(L, -2, "flags");
}

static int operation_config(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnObject *object = ln_lua_check_object(L, s, 1, LN_LAYER, "operation_config");
  if (!ln_is_operation(object)) return 0;
  const LnOperation *o = (const LnOperation *)object;
  char name[80];
  lua_settop(L, 1);
  lua_createtable(L, 0, 6);   // 2
  lua_pushstring(L, o->op->name), lua_setfield(L, 2, "op");
  class_name_of(o->op->name, name, sizeof name);
  lua_pushstring(L, o->op == ln_op_slice ? "GetItem" : name), lua_setfield(L, 2, "class_name");
  push_operands(L, s, o), lua_setfield(L, 2, "operands");
  if (o->op == ln_op_slice) {
    push_slice(L, o->params), lua_setfield(L, 2, "slice");
    return 1;
  }
  lua_newtable(L);
  for (const LnOption *option = o->op->options; option && option->name; option++) {
    ln_lua_push_option(L, s, option, o->params, true);
    lua_setfield(L, -2, option->name);
  }
  lua_setfield(L, 2, "options");
  return 1;
}

static void read_ints(lua_State *L, int i, const char *key, int64_t *v, int *n) {
  LnInts list = {0};
  lua_getfield(L, i, key);
  ln_lua_check_ints(L, -1, key, false, &list);
  lua_pop(L, 1);
  *n = (int)list.n;
  for (int k = 0; k < list.n; k++) v[k] = list.v[k];
}

static const LnOp *check_graph_op(lua_State *L, const char *name) {
  const LnOp *op = ln_op_find(name);
  // A file cannot name what writes into its operands.
  if (!op || op->flags & (LN_OP_EFFECT | LN_OP_IN_PLACE))
    luaL_error(L, "there is no op '%s' for graphs", name);
  return op;
}

// The list at the top as operands of an op: constants, and which are missing. Pushes a table that
// holds the constants; returns how many operands there are.
static int read_operands(lua_State *L, LnLua *s, const LnOp *op, LnTensor **constants,
                         bool *missing) {
  const int list = lua_gettop(L), anchors = list + 1, operand = list + 2;
  luaL_checktype(L, list, LUA_TTABLE);
  const int n = (int)lua_rawlen(L, list);
  if (n > MAX_IN || (op->flags & LN_OP_LIST ? n < 1 : n != op->n_in))
    luaL_error(L, "an operation '%s' does not have %d operands", op->name, n);
  lua_newtable(L);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, list, i + 1);
    missing[i] = lua_isboolean(L, operand);
    if (lua_istable(L, operand)) {
      LnDtype d = ln_lua_dtype_option(L, operand, op->name, LN_FLOAT32);
      lua_getfield(L, operand, "value");
      constants[i] = ln_lua_to_tensor(L, s, operand + 1, d, op->name);
      lua_pushvalue(L, operand + 1);
      lua_rawseti(L, anchors, i + 1);
    }
    lua_settop(L, anchors);
  }
  return n;
}

// The table at index i as the parameters of a slice.
static void read_slice(lua_State *L, int i, LnSlice *p) {
  int64_t flags[LN_MAX_RANK];
  int sizes[4];
  luaL_checktype(L, i, LUA_TTABLE);
  memset(p, 0, sizeof *p);
  read_ints(L, i, "start", p->start, &sizes[0]);
  read_ints(L, i, "count", p->count, &sizes[1]);
  read_ints(L, i, "step", p->step, &sizes[2]);
  read_ints(L, i, "flags", flags, &sizes[3]);
  p->n = sizes[0];
  for (int k = 1; k < 4; k++)
    if (sizes[k] != p->n) luaL_error(L, "the slice of an operation is incomplete");
  for (int k = 0; k < p->n; k++) {
    p->drop[k] = flags[k] & DROP;
    p->open[k] = flags[k] & (OPEN | WHOLE);
    if (flags[k] & WHOLE) p->start[k] = 0, p->count[k] = -1, p->step[k] = 1;
  }
}

// The options in the table at index i, if it is one.
static void read_operation_options(lua_State *L, LnLua *s, int i, LnOperation *operation) {
  const LnOp *op = operation->op;
  for (const LnOption *o = op->options; o && o->name && lua_istable(L, i); o++) {
    if (lua_getfield(L, i, o->name) != LUA_TNIL) {
      ln_lua_check_option(L, s, op->name, o, i + 1, true);
      ln_option_free(o, operation->params);
      ln_lua_store_option(L, s, o, operation->params);
    }
    lua_settop(L, i);
  }
}

// core.operation(config, name): the operation that operation_config describes.
static int operation_from_config(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTensor *constants[MAX_IN] = {NULL};
  bool missing[MAX_IN] = {false};
  _Alignas(max_align_t) char params[LN_MAX_PARAMS];
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkstring(L, 2);
  lua_settop(L, 2);
  lua_getfield(L, 1, "op");
  const LnOp *op = check_graph_op(L, luaL_checkstring(L, 3));
  lua_getfield(L, 1, "operands");   // 4
  const int n = read_operands(L, s, op, constants, missing);   // 5
  ln_op_default_params(&s->context, op, params);
  if (op == ln_op_slice) {
    lua_getfield(L, 1, "slice");    // 6
    read_slice(L, 6, (LnSlice *)(void *)params);
  }
  LnLayer *l = ln_operation_new(&s->context, op, n, constants, missing, params);
  if (!l) return ln_lua_raise(L, s, op->name);
  lua_settop(L, 3);
  push_operation(L, s, l);          // 4
  lua_getfield(L, 1, "options");    // 5
  read_operation_options(L, s, 5, (LnOperation *)l);
  lua_settop(L, 4);
  lua_pushvalue(L, 2);
  lua_setfield(L, 4, "name");
  return 1;
}

// ---- the module's functions

// core.symbolic_input(layer, shape, dtype): what goes into a model at an InputLayer
static int symbolic_input(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnSymbol of = {.mask = {.n = -1}};
  ln_lua_check_object(L, s, 1, LN_LAYER, "Input");
  ln_lua_check_ints(L, 2, "Input", true, &of.shape);
  of.dtype = check_symbol_dtype(L, 3, "Input");
  lua_settop(L, 3);
  lua_newtable(L);   // 4
  push_node(L, s, 1, 4, false);
  push_symbolic(L, s, &of, 1, 5);
  list_node(L, s, 1, 5);
  return 1;
}

// core.symbolic_node(t) -> node, position
static int symbolic_node(lua_State *L) {
  LnLua *s = ln_lua(L);
  const Symbolic *t = check(L, s, 1, "symbolic_node");
  lua_getiuservalue(L, 1, 1);
  lua_pushinteger(L, t->position);
  return 2;
}

// core.layer_nodes(layer): its nodes in order of their calls
static int layer_nodes(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_lua_check_object(L, s, 1, LN_LAYER, "layer_nodes");
  push_nodes(L, s, 1);
  return 1;
}

// The slots of a list of integers (from 1) at the top, which is popped, into `out`.
static int read_slots(lua_State *L, int *out, int max) {
  int n = (int)lua_rawlen(L, -1);
  if (n > max) luaL_error(L, "a node has at most %d inputs, got %d", max, n);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, -1, i + 1);
    out[i] = (int)lua_tointeger(L, -1) - 1;
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return n;
}

static void *scratch(lua_State *L, int n, size_t size) {
  return lua_newuserdatauv(L, (size_t)(n + 1) * size, 0);
}

// The input that the table at i describes: {name =, shape =, dtype = or nil}. Its name is the
// table's.
static LnInput read_input(lua_State *L, int i) {
  LnInput input = {.dtype = -1};
  lua_getfield(L, i, "name");
  input.name = luaL_checkstring(L, -1);
  lua_getfield(L, i, "shape");
  ln_lua_check_ints(L, -1, "Model", true, &input.shape);
  lua_pop(L, 2);
  if (lua_getfield(L, i, "dtype") != LUA_TNIL)
    input.dtype = (int)ln_lua_check_dtype(L, -1, "Model");
  lua_pop(L, 1);
  return input;
}

// core.declare_input(model, input or nil): what goes into a Sequential, which is to be built anew.
static int declare_input(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *model = (LnLayer *)ln_lua_check_object(L, s, 1, LN_LAYER, "declare_input");
  LnInput input;
  if (model->base.cls != &ln_sequential_class->base)
    return luaL_error(L, "'%s' is not a Sequential", model->base.name);
  lua_settop(L, 2);
  bool known = lua_istable(L, 2);
  if (known) input = read_input(L, 2), input.sizes = LN_SIZES_LAST;
  if (!ln_sequential_declare(&s->context, model, known ? &input : NULL))
    return ln_lua_raise(L, s, "Sequential");
  return 0;
}

// The slots that a node reads besides its inputs' (which are in node->in): those of its arguments
// and masks in the table at `table`.
static void read_node_slots(lua_State *L, int table, LnNode *node) {
  const LnArgument *list = ln_layer_arguments(node->layer);
  int n = node->n_in;
  node->has_given = lua_getfield(L, table, "arguments") == LUA_TTABLE;
  const int arguments = lua_gettop(L);
  for (int i = 0; node->has_given && list && list[i].name; i++) {
    int first = n;
    if (lua_getfield(L, arguments, list[i].name) == LUA_TTABLE) {
      n += read_slots(L, node->in + n, 2 * MAX_IN - n);
    } else if (lua_isinteger(L, -1)) {
      if (n == 2 * MAX_IN) luaL_error(L, "a node has at most %d arguments", MAX_IN);
      node->in[n++] = (int)lua_tointeger(L, -1) - 1;
    }
    node->given.flag[i] = lua_isboolean(L, -1) && lua_toboolean(L, -1);
    node->given.n[i] = (uint16_t)(n - first);
    lua_settop(L, arguments);
  }
  node->given.tensors.n = n - node->n_in;
  if (lua_getfield(L, table, "masks") == LUA_TTABLE) {
    node->n_masks = node->n_in;
    for (int i = 0; i < node->n_in; i++) {
      lua_rawgeti(L, -1, i + 1);
      node->in[n + i] = lua_isinteger(L, -1) ? (int)lua_tointeger(L, -1) - 1 : -1;
      lua_pop(L, 1);
    }
  }
  lua_settop(L, arguments - 1);
}

// Handles live as long as the model's, as a container's do.
static void hold_layers(lua_State *L, int list, int n, LnLayer *const *layers) {
  lua_getiuservalue(L, 1, 1);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, list, i + 1);
    lua_rawsetp(L, -2, layers[i]);
  }
}

// The table at the top as a node of a graph; it is popped. `anchors` gets its slots as element i.
static LnNode read_node(lua_State *L, LnLua *s, int anchors, int i) {
  const int table = lua_gettop(L);
  lua_getfield(L, table, "layer");
  LnNode node = {.layer = (LnLayer *)ln_lua_check_object(L, s, -1, LN_LAYER, "Model")};
  lua_getfield(L, table, "training");
  node.training = lua_isnil(L, -1) ? -1 : lua_toboolean(L, -1);
  lua_getfield(L, table, "first");
  node.first_out = (int)lua_tointeger(L, -1) - 1;
  lua_getfield(L, table, "n_out");
  node.n_out = (int)lua_tointeger(L, -1);
  lua_settop(L, table);
  lua_getfield(L, table, "inputs");
  node.in = lua_newuserdatauv(L, 3 * MAX_IN * sizeof(int), 0);
  lua_rawseti(L, anchors, i);
  node.n_in = read_slots(L, node.in, MAX_IN);
  read_node_slots(L, table, &node);
  lua_settop(L, table - 1);
  return node;
}

// core.set_graph(model, {inputs = {{name =, shape =, dtype =}}, nodes = {{layer =, inputs = {slot},
// arguments = {[name] = slot, {slot} or true}, masks = {slot or false}, training =, first =,
// n_out =}}, outputs = {slot}, layers = {layer}}): slots count from 1.
static int set_graph(lua_State *L) {
  enum { MODEL = 1, GRAPH, INPUTS, NODES, OUTPUTS, LAYERS, ANCHORS = 11, TOP };
  LnLua *s = ln_lua(L);
  LnLayer *model = (LnLayer *)ln_lua_check_object(L, s, MODEL, LN_LAYER, "Model");
  if (model->base.cls != &ln_functional_class->base)
    return luaL_error(L, "'%s' is not a functional model", model->base.name);
  lua_settop(L, GRAPH);
  lua_getfield(L, GRAPH, "inputs");
  lua_getfield(L, GRAPH, "nodes");
  lua_getfield(L, GRAPH, "outputs");
  lua_getfield(L, GRAPH, "layers");
  LnGraph g = {.n_in = (int)lua_rawlen(L, INPUTS), .n_nodes = (int)lua_rawlen(L, NODES),
               .n_out = (int)lua_rawlen(L, OUTPUTS)};
  const int n_children = (int)lua_rawlen(L, LAYERS);
  luaL_checkstack(L, 20, NULL);
  LnInput *inputs = scratch(L, g.n_in, sizeof *inputs);
  LnNode *nodes = scratch(L, g.n_nodes, sizeof *nodes);
  int *outputs = scratch(L, g.n_out, sizeof *outputs);
  LnLayer **children = scratch(L, n_children, sizeof *children);
  lua_newtable(L);   // ANCHORS: the nodes' slots
  for (int i = 0; i < g.n_in; i++) {
    lua_rawgeti(L, INPUTS, i + 1);
    inputs[i] = read_input(L, TOP);
    lua_settop(L, ANCHORS);
  }
  for (int i = 0; i < g.n_nodes; i++) {
    lua_rawgeti(L, NODES, i + 1);
    nodes[i] = read_node(L, s, ANCHORS, i + 1);
  }
  lua_pushvalue(L, OUTPUTS);
  read_slots(L, outputs, g.n_out);
  for (int i = 0; i < n_children; i++) {
    lua_rawgeti(L, LAYERS, i + 1);
    children[i] = (LnLayer *)ln_lua_check_object(L, s, TOP, LN_LAYER, "Model");
    lua_settop(L, ANCHORS);
  }
  g.inputs = inputs, g.nodes = nodes, g.outputs = outputs;
  if (!ln_functional_set(&s->context, model, &g, n_children, children))
    return ln_lua_raise(L, s, "Model");
  hold_layers(L, LAYERS, n_children, children);
  return 0;
}

// ---- fields

// upvalues: state, the methods of tensors
static int symbolic_index(lua_State *L) {
  LnLua *s = ln_lua(L);
  const Symbolic *t = check(L, s, 1, "index");
  if (lua_type(L, 2) != LUA_TSTRING) return slice(L, s, t);
  const char *key = lua_tostring(L, 2);
  if (strcmp(key, "shape") == 0) return ln_lua_push_shape(L, t->of.shape.v, (int)t->of.shape.n), 1;
  if (strcmp(key, "dtype") == 0) return lua_pushstring(L, ln_dtype_name((LnDtype)t->of.dtype)), 1;
  if (strcmp(key, "rank") == 0) return lua_pushinteger(L, t->of.shape.n), 1;
  if (strcmp(key, "name") == 0) {
    lua_getiuservalue(L, 1, 1);
    lua_getfield(L, -1, "layer");
    lua_getfield(L, -1, "name");
    return 1;
  }
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) return 1;
  return luaL_error(L, "a symbolic tensor has no field or method '%s'", key);
}

static int symbolic_newindex(lua_State *L) {
  return luaL_error(L, "a symbolic tensor has no values to assign to");
}

static int symbolic_len(lua_State *L) {
  LnLua *s = ln_lua(L);
  const Symbolic *t = check(L, s, 1, "#");
  if (t->of.shape.n == 0) return luaL_error(L, "a symbolic tensor of rank 0 has no length");
  if (t->of.shape.v[0] < 0)
    return luaL_error(L, "the length of a symbolic tensor of shape %s is not known",
                      ln_shape_text(t->of.shape.v, (int)t->of.shape.n));
  lua_pushinteger(L, t->of.shape.v[0]);
  return 1;
}

static int symbolic_tostring(lua_State *L) {
  LnLua *s = ln_lua(L);
  const Symbolic *t = check(L, s, 1, "tostring");
  lua_getfield(L, 1, "name");
  lua_pushfstring(L, "<symbolic tensor '%s' of shape %s, %s>", lua_tostring(L, -1),
                  ln_shape_text(t->of.shape.v, (int)t->of.shape.n),
                  ln_dtype_name((LnDtype)t->of.dtype));
  ln_lua_printable(L, -1, false);
  return 1;
}

void ln_register_symbolic(lua_State *L) {
  LnLua *s = ln_lua(L);
  int module = lua_gettop(L);
  static const luaL_Reg functions[] = {
      {"symbolic_input", symbolic_input}, {"symbolic_node", symbolic_node},
      {"layer_nodes", layer_nodes}, {"set_graph", set_graph}, {"declare_input", declare_input},
      {"operation_config", operation_config}, {"operation", operation_from_config}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__newindex", symbolic_newindex}, {"__len", symbolic_len},
      {"__tostring", symbolic_tostring}, {NULL, NULL}};
  static const char *const arithmetic[] = {"__add", "__sub", "__mul", "__div", "__idiv", "__mod",
                                           "__pow", "__unm", "__lt", "__le"};
  ln_lua_setfuncs(L, functions);
  // Layers to their nodes: an ephemeron table, so that a layer's nodes go with it.
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &s->key.nodes);
  ln_lua_metatable(L, s, LN_TYPE_SYMBOLIC, "lunate.symbolic_tensor");
  ln_lua_setfuncs(L, metamethods);
  lua_getfield(L, module, "tensor_metatable");
  for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++) {
    lua_getfield(L, -1, arithmetic[i]);
    lua_setfield(L, -3, arithmetic[i]);
  }
  lua_pop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_getfield(L, module, "tensor_methods");
  lua_pushcclosure(L, symbolic_index, 2);
  lua_setfield(L, -2, "__index");
  lua_settop(L, module);
}
