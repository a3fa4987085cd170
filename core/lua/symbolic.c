// Symbolic tensors: a shape with unknown sizes, a dtype, and the node that made them. Calling
// layers and ops on them makes nodes, which lua/lunate/functional turns into models.
//
// A node is a table: layer, inputs and outputs (lists of symbolic tensors), list (how the inputs
// were given), index (which call of its layer it is), training and mask (when the call had them).
// A symbolic tensor has its node as user value, so that what made it lives as long as it does.
#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/class.h"
#include "lua/handle.h"
#include "lua/index.h"
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

int ln_lua_call_symbolic(lua_State *L, LnLua *s, int layer, int inputs, bool list, int training,
                         int mask) {
  LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, layer, LN_LAYER, "call");
  int n = (int)lua_rawlen(L, inputs), n_out = 0;
  LnSymbol in[MAX_IN], out[MAX_OUT];
  if (n > MAX_IN)
    return luaL_error(L, "'%s': at most %d inputs, got %d", l->base.name, MAX_IN, n);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, inputs, i + 1);
    const Symbolic *t = test(L, s, -1);
    if (!t)
      return luaL_error(L, "layer '%s': inputs are either all symbolic or all tensors; input %d is "
                           "%s", l->base.name, i + 1, luaL_typename(L, -1));
    in[i] = t->of;
    lua_pop(L, 1);
  }
  if (mask && n > 0) in[0].mask = test(L, s, mask)->of.shape;
  if (!ln_layer_infer(&s->context, l, n, in, out, MAX_OUT, &n_out))
    return ln_lua_raise(L, s, NULL);
  luaL_checkstack(L, n_out + 4, NULL);
  push_node(L, s, layer, inputs, list);
  int node = lua_gettop(L);
  if (training >= 0) lua_pushboolean(L, training), lua_setfield(L, node, "training");
  if (mask) lua_pushvalue(L, mask), lua_setfield(L, node, "mask");
  for (int i = 0; i < n_out; i++) push_symbolic(L, s, &out[i], i + 1, node);
  list_node(L, s, layer, node);
  lua_remove(L, node);
  return n_out;
}

int ln_lua_layer_symbolic(lua_State *L, LnLua *s) {
  const LnObject *o = ln_lua_check_object(L, s, 1, LN_LAYER, "call");
  int training = -1, mask = 0;
  bool list = lua_istable(L, 2);
  if (!list) {
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, 1);
    lua_replace(L, 2);
  }
  if (lua_istable(L, 3)) {
    lua_pushnil(L);
    while (lua_next(L, 3)) {
      const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
      if (strcmp(key, "training") == 0) {
        training = lua_toboolean(L, -1);
      } else if (strcmp(key, "mask") == 0) {
        if (lua_toboolean(L, -1)) mask = -1;
      } else {
        return luaL_error(L, "layer '%s': unknown argument '%s' of a call (training, mask)",
                          o->name, key);
      }
      lua_pop(L, 1);
    }
    if (mask) {
      lua_getfield(L, 3, "mask");
      mask = lua_gettop(L);
      if (!test(L, s, mask))
        return luaL_error(L, "layer '%s': the mask of a symbolic call is symbolic, got %s", o->name,
                          luaL_typename(L, mask));
    }
  } else if (!lua_isnil(L, 3)) {
    return luaL_error(L, "layer '%s': a table of options expected after the inputs, got %s",
                      o->name, luaL_typename(L, 3));
  }
  return ln_lua_call_symbolic(L, s, 1, 2, list, training, mask);
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
  return ln_lua_call_symbolic(L, s, lua_gettop(L), inputs, true, -1, 0);
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
  lua_setfield(L, 2, "operands");
  if (o->op == ln_op_slice) {
    const LnSlice *p = o->params;
    lua_createtable(L, 0, 5);
    push_ints(L, p->start, p->n), lua_setfield(L, -2, "start");
    push_ints(L, p->count, p->n), lua_setfield(L, -2, "count");
    push_ints(L, p->step, p->n), lua_setfield(L, -2, "step");
    int64_t flags[LN_MAX_RANK];
    for (int i = 0; i < p->n; i++) flags[i] = (p->drop[i] ? DROP : 0) + (p->open[i] ? OPEN : 0);
    push_ints(L, flags, p->n), lua_setfield(L, -2, "flags");
    lua_setfield(L, 2, "slice");
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
  const char *name = luaL_checkstring(L, 3);
  const LnOp *op = ln_op_find(name);
  // A file cannot name what writes into its operands.
  if (!op || op->flags & (LN_OP_EFFECT | LN_OP_IN_PLACE))
    return luaL_error(L, "there is no op '%s' for graphs", name);
  lua_getfield(L, 1, "operands");   // 4
  luaL_checktype(L, 4, LUA_TTABLE);
  int n = (int)lua_rawlen(L, 4);
  bool list = op->flags & LN_OP_LIST;
  if (n > MAX_IN || (list ? n < 1 : n != op->n_in))
    return luaL_error(L, "an operation '%s' does not have %d operands", name, n);
  lua_newtable(L);                  // 5: anchors
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 4, i + 1);
    missing[i] = lua_isboolean(L, 6);
    if (lua_istable(L, 6)) {
      LnDtype d = ln_lua_dtype_option(L, 6, name, LN_FLOAT32);
      lua_getfield(L, 6, "value");
      constants[i] = ln_lua_to_tensor(L, s, 7, d, name);
      lua_pushvalue(L, 7);
      lua_rawseti(L, 5, i + 1);
    }
    lua_settop(L, 5);
  }
  ln_op_default_params(&s->context, op, params);
  if (op == ln_op_slice) {
    LnSlice *p = (LnSlice *)(void *)params;
    int64_t flags[LN_MAX_RANK];
    int sizes[4];
    memset(p, 0, sizeof *p);
    lua_getfield(L, 1, "slice");
    luaL_checktype(L, 6, LUA_TTABLE);
    read_ints(L, 6, "start", p->start, &sizes[0]);
    read_ints(L, 6, "count", p->count, &sizes[1]);
    read_ints(L, 6, "step", p->step, &sizes[2]);
    read_ints(L, 6, "flags", flags, &sizes[3]);
    p->n = sizes[0];
    for (int k = 1; k < 4; k++)
      if (sizes[k] != p->n) return luaL_error(L, "the slice of an operation is incomplete");
    for (int k = 0; k < p->n; k++) {
      p->drop[k] = flags[k] & DROP;
      p->open[k] = flags[k] & (OPEN | WHOLE);
      if (flags[k] & WHOLE) p->start[k] = 0, p->count[k] = -1, p->step[k] = 1;
    }
  }
  LnLayer *l = ln_operation_new(&s->context, op, n, constants, missing, params);
  if (!l) return ln_lua_raise(L, s, name);
  lua_settop(L, 3);
  push_operation(L, s, l);          // 4
  lua_getfield(L, 1, "options");    // 5
  for (const LnOption *o = op->options; o && o->name && lua_istable(L, 5); o++) {
    if (lua_getfield(L, 5, o->name) != LUA_TNIL) {
      void *own = ((LnOperation *)l)->params;
      ln_lua_check_option(L, s, name, o, 6, true);
      ln_option_free(o, own);
      ln_lua_store_option(L, s, o, own);
    }
    lua_settop(L, 5);
  }
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
  of.dtype = (int)ln_lua_check_dtype(L, 3, "Input");
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

// core.set_graph(model, {inputs = {{name =, shape =, dtype =}}, nodes = {{layer =, inputs = {slot},
// mask =, training =, first =, n_out =}}, outputs = {slot}, layers = {layer}}): slots count from 1.
static int set_graph(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *model = (LnLayer *)ln_lua_check_object(L, s, 1, LN_LAYER, "Model");
  if (model->base.cls != &ln_functional_class->base)
    return luaL_error(L, "'%s' is not a functional model", model->base.name);
  lua_settop(L, 2);
  lua_getfield(L, 2, "inputs");    // 3
  lua_getfield(L, 2, "nodes");     // 4
  lua_getfield(L, 2, "outputs");   // 5
  lua_getfield(L, 2, "layers");    // 6
  LnGraph g = {.n_in = (int)lua_rawlen(L, 3), .n_nodes = (int)lua_rawlen(L, 4),
               .n_out = (int)lua_rawlen(L, 5)};
  int n_children = (int)lua_rawlen(L, 6);
  luaL_checkstack(L, 20, NULL);
  LnInput *inputs = scratch(L, g.n_in, sizeof *inputs);
  LnNode *nodes = scratch(L, g.n_nodes, sizeof *nodes);
  int *outputs = scratch(L, g.n_out, sizeof *outputs);
  LnLayer **children = scratch(L, n_children, sizeof *children);
  lua_newtable(L);                 // 11: anchors of the nodes' inputs
  for (int i = 0; i < g.n_in; i++) {
    lua_rawgeti(L, 3, i + 1);      // 12
    inputs[i] = read_input(L, 12);
    lua_settop(L, 11);
  }
  for (int i = 0; i < g.n_nodes; i++) {
    lua_rawgeti(L, 4, i + 1);      // 12
    lua_getfield(L, 12, "layer");
    nodes[i].layer = (LnLayer *)ln_lua_check_object(L, s, 13, LN_LAYER, "Model");
    lua_getfield(L, 12, "training");
    nodes[i].training = lua_isnil(L, -1) ? -1 : lua_toboolean(L, -1);
    lua_getfield(L, 12, "mask");
    nodes[i].mask = lua_isnil(L, -1) ? -1 : (int)lua_tointeger(L, -1) - 1;
    lua_getfield(L, 12, "first");
    nodes[i].first_out = (int)lua_tointeger(L, -1) - 1;
    lua_getfield(L, 12, "n_out");
    nodes[i].n_out = (int)lua_tointeger(L, -1);
    lua_settop(L, 12);
    lua_getfield(L, 12, "inputs");
    nodes[i].in = lua_newuserdatauv(L, (MAX_IN + 1) * sizeof(int), 0);
    lua_rawseti(L, 11, i + 1);
    nodes[i].n_in = read_slots(L, nodes[i].in, MAX_IN);
    lua_settop(L, 11);
  }
  lua_pushvalue(L, 5);
  read_slots(L, outputs, g.n_out);
  for (int i = 0; i < n_children; i++) {
    lua_rawgeti(L, 6, i + 1);
    children[i] = (LnLayer *)ln_lua_check_object(L, s, 12, LN_LAYER, "Model");
    lua_settop(L, 11);
  }
  g.inputs = inputs, g.nodes = nodes, g.outputs = outputs;
  if (!ln_functional_set(&s->context, model, &g, n_children, children))
    return ln_lua_raise(L, s, "Model");
  // Handles live as long as the model's, as a container's do.
  lua_getiuservalue(L, 1, 1);
  for (int i = 0; i < n_children; i++) {
    lua_rawgeti(L, 6, i + 1);
    lua_rawsetp(L, -2, children[i]);
  }
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
