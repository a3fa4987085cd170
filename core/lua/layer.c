// Layers in Lua: building, weights, losses; calls of them are in call.c. Models get their training
// methods in Lua (lua/lunate/model), on top of these.
#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/call.h"
#include "lua/class.h"
#include "lua/handle.h"
#include "lua/host.h"
#include "lua/symbolic.h"
#include "lua/tensor.h"
#include "lua/tracking.h"
#include "nn/operation.h"
#include "ops/ops.h"

enum { MAX_OUT = LN_LUA_MAX_SHAPES };

static LnLayer *check_layer(lua_State *L, LnLua *s, int i, const char *what) {
  return (LnLayer *)ln_lua_check_object(L, s, i, LN_LAYER, what);
}

// core.name_outputs(layer, names or nil): what a call of it gives is a table by these names.
static int name_outputs(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = check_layer(L, s, 1, "name_outputs");
  lua_settop(L, 2);
  if (!lua_isnil(L, 2)) luaL_checktype(L, 2, LUA_TTABLE);
  ln_lua_set_output_names(L, s, l);
  return 0;
}

// core.output_names(layer) -> the names of the outputs of a layer whose call gives a table; or nil
static int output_names(lua_State *L) {
  LnLua *s = ln_lua(L);
  return ln_lua_push_output_names(L, s, check_layer(L, s, 1, "output_names")) ? 1 : 0;
}

// layer:compute_output_shape(shape): also builds it.
static int compute_output_shape(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = check_layer(L, s, 1, "compute_output_shape");
  LnInts shapes[MAX_OUT];
  LnSymbol in[MAX_OUT], out[MAX_OUT];
  int n_out = 0, n = ln_lua_check_shapes(L, 2, "compute_output_shape", shapes);
  for (int i = 0; i < n; i++) in[i] = (LnSymbol){shapes[i], {.n = -1}, -1};
  if (!ln_layer_infer(&s->context, l, n, in, NULL, out, MAX_OUT, &n_out))
    return ln_lua_raise(L, s, NULL);
  for (int i = 0; i < n_out; i++) ln_lua_push_shape(L, out[i].shape.v, (int)out[i].shape.n);
  return n_out;
}

// layer:build(shape); inside a Lua subclass's build, the built-in's part of it.
static int build(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = check_layer(L, s, 1, "build");
  if (l->building) {
    LnInts in[MAX_OUT];
    int n = ln_lua_check_shapes(L, 2, "build", in);
    return ln_layer_build_builtin(&s->context, l, n, in) ? 0 : ln_lua_raise(L, s, NULL);
  }
  compute_output_shape(L);
  return 0;
}

static int add_child(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = check_layer(L, s, 1, "add"), *child = check_layer(L, s, 2, "add");
  if (!ln_layer_add_child(&s->context, l, child)) return ln_lua_raise(L, s, "add");
  lua_getiuservalue(L, 1, 1);
  lua_pushvalue(L, 2);
  lua_rawsetp(L, -2, child);   // its handle lives as long as the container's
  return 0;
}

static int pop_child(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = check_layer(L, s, 1, "pop");
  if (l->n_children == 0) return luaL_error(L, "'%s' has no layer to take away", l->base.name);
  LnLayer *child = l->children[l->n_children - 1];
  ln_lua_push_object(L, s, &child->base);
  bool again = false;
  for (int i = 0; i + 1 < l->n_children; i++) again = again || l->children[i] == child;
  lua_getiuservalue(L, 1, 1);
  if (!again) lua_pushnil(L), lua_rawsetp(L, -2, child);
  ln_layer_pop_child(l);
  lua_pop(L, 1);
  return 1;
}

static int layers(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = ln_lua_check_synced(L, s, "layers");
  lua_createtable(L, l->n_children, 0);
  for (int i = 0; i < l->n_children; i++) {
    ln_lua_push_object(L, s, &l->children[i]->base);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

// layer:add_loss(t): adds a scalar to the loss of the call that is running.
static int add_loss(lua_State *L) {
  LnLua *s = ln_lua(L);
  check_layer(L, s, 1, "add_loss");
  LnTensor *t = ln_lua_to_tensor(L, s, 2, LN_DTYPES, "add_loss");
  size_t scope = ln_scope(&s->context);
  bool ok = ln_add_loss(&s->context, t);
  ln_scope_end(&s->context, scope);
  return ok ? 0 : ln_lua_raise(L, s, "add_loss");
}

// core.computes_in_lua(layer): whether Lua defines what it, or a layer below, computes.
static bool in_lua(const LnLayer *l) {
  bool found = l->base.lua;
  for (int i = 0; !found && i < l->n_children; i++) found = in_lua(l->children[i]);
  return found;
}

static int computes_in_lua(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_pushboolean(L, in_lua(ln_lua_check_synced(L, s, "computes_in_lua")));
  return 1;
}

// core.generation() -> a number that changes when layers come or go or begin to compute in Lua.
static int generation(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)ln_generation);
  return 1;
}

// core.keeps_rows(layer): whether a row of what it gives follows from that row of its inputs alone,
// so that rows may be computed in batches of any size. True only where that is plain: nothing on
// the way is Lua's or a bare op, and no axis is named but the last, which is not that of the rows.
static bool keeps_rows(const LnObject *o) {
  if (o->lua || ln_is_operation(o)) return false;
  for (const LnOption *option = o->cls->options; option && option->name; option++) {
    const void *field = (const char *)o + option->offset;
    const LnInts *axes = field;
    const LnObject *activation = NULL;
    switch (option->kind) {
      case LN_OPT_AXIS:
        if (*(const int64_t *)field != -1) return false;
        break;
      case LN_OPT_AXES:
        if (axes->n != 1 || axes->v[0] != -1) return false;
        break;
      case LN_OPT_ACTIVATION:
        activation = *(LnObject *const *)field;
        if (activation && !keeps_rows(activation)) return false;
        break;
      default: break;
    }
  }
  const LnLayer *l = o->cls->kind == LN_LAYER ? (const LnLayer *)o : NULL;
  if (l && l->built_shape.n == 1) return false;
  const LnLayerClass *cls = l ? (const LnLayerClass *)l->base.cls : NULL;
  if (cls && cls->kept && cls->kept(l).n > 0) return false;   // of the batch before
  for (int i = 0; l && i < l->n_children; i++)
    if (!keeps_rows(&l->children[i]->base)) return false;
  return true;
}

static int layer_keeps_rows(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnLayer *l = ln_lua_check_synced(L, s, "keeps_rows");
  lua_pushboolean(L, l->built && keeps_rows(&l->base));
  return 1;
}

// core.calls_in_lua(layer): whether it is Lua that defines its own call.
static int calls_in_lua(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_pushboolean(L, check_layer(L, s, 1, "calls_in_lua")->base.lua);
  return 1;
}

// core.supports_masking(layer[, value]): whether it takes inputs with masks; sets it.
static int supports_masking(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = check_layer(L, s, 1, "supports_masking");
  if (!lua_isnone(L, 2)) {
    luaL_checktype(L, 2, LUA_TBOOLEAN);
    l->supports_masking = lua_toboolean(L, 2);
    ln_generation++;
  }
  lua_pushboolean(L, l->supports_masking);
  return 1;
}

// core.mask_of(t): the mask that a tensor carries, or nil.
static int mask_of(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnTensor *t = ln_lua_check_tensor(L, s, 1, "mask_of");
  if (!t->mask) return 0;
  ln_lua_push_tensor(L, s, t->mask);
  return 1;
}

// core.is_meta(value): a tensor that stands for values which are not there yet
static int is_meta(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnTensor *t = ln_lua_test_tensor(L, s, 1);
  lua_pushboolean(L, t && t->meta);
  return 1;
}

// Data to adapt to: a tensor, or what a Lua function gives until it is nil, whose values a table in
// the registry, under the job's address, keeps alive: {function, latest}.
typedef struct AdaptJob {
  LnLua *s;
  LnTensor *x;        // the next
  bool of_function;
} AdaptJob;

static int next_of_function(lua_State *L) {
  AdaptJob *j = lua_touserdata(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, j);
  lua_rawgeti(L, 2, 1);
  ln_lua_call(L, j->s, 0, 1);
  j->x = lua_isnil(L, 3) ? NULL : ln_lua_to_tensor(L, j->s, 3, LN_DTYPES, "adapt");
  lua_rawseti(L, 2, 2);
  return 0;
}

static bool next_batch(LnContext *c, void *arg, LnTensor **out) {
  AdaptJob *j = arg;
  if (j->of_function && !ln_lua_protected(c, next_of_function, j)) return false;
  *out = j->x;
  j->x = NULL;
  return true;
}

// layer:adapt(x or function): lua/lunate/layers.lua makes functions of what else may be given
static int adapt(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnLayer *l = check_layer(L, s, 1, "adapt");
  const LnLayerClass *cls = (const LnLayerClass *)l->base.cls;
  if (!cls->adapt)
    return luaL_error(L, "'adapt': a %s has nothing to learn from data", cls->base.name);
  ln_spoil_replay(&s->context, "adapt");
  AdaptJob job = {.s = s, .of_function = lua_isfunction(L, 2)};
  if (job.of_function) {
    lua_createtable(L, 2, 0);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &job);
  } else {
    job.x = ln_lua_to_tensor(L, s, 2, LN_DTYPES, "adapt");
  }
  size_t scope = ln_scope(c);
  c->no_record++;
  bool ok = cls->adapt(c, l, &(LnBatches){next_batch, &job});
  c->no_record--;
  ln_scope_end(c, scope);
  if (job.of_function) lua_pushnil(L), lua_rawsetp(L, LUA_REGISTRYINDEX, &job);
  return ok ? 0 : ln_lua_raise(L, s, "adapt");
}

// layer.losses: what its latest call added, and its regularizers; a list of scalar tensors
static int losses(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnLayer *l = ln_lua_check_synced(L, s, "losses");
  int max = (int)c->n_losses + ln_layer_trainable_variables(l, NULL, 0);
  LnTensor **out = lua_newuserdatauv(L, (size_t)(max + 1) * sizeof *out, 0);
  size_t scope = ln_scope(c);
  int n = ln_layer_losses(c, l, out, max);
  // The next call of a layer drops the context's, and a finalizer may call one.
  for (int i = 0; i < n; i++) ln_temp(c, ln_retain(out[i]));
  lua_createtable(L, n > 0 ? n : 0, 0);
  for (int i = 0; i < n; i++) {
    ln_lua_push_tensor(L, s, out[i]);
    lua_rawseti(L, -2, i + 1);
  }
  ln_scope_end(c, scope);
  return n >= 0 ? 1 : ln_lua_raise(L, s, "losses");
}

static int built(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_pushboolean(L, check_layer(L, s, 1, "built")->built);
  return 1;
}

// layer.built_shape: of its first input, None for what is unknown; nil before.
static int built_shape(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = check_layer(L, s, 1, "built_shape");
  if (!l->built || l->built_shape.n < 0) return lua_pushnil(L), 1;
  ln_lua_push_shape(L, l->built_shape.v, (int)l->built_shape.n);
  return 1;
}

// layer.built_shapes: the list of those of all inputs; nil before.
static int built_shapes(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnLayer *l = check_layer(L, s, 1, "built_shapes");
  if (!l->built || l->built_shape.n < 0) return lua_pushnil(L), 1;
  lua_createtable(L, l->n_more + 1, 0);
  for (int i = 0; i <= l->n_more; i++) {
    const LnInts *shape = i ? &l->more_shapes[i - 1] : &l->built_shape;
    ln_lua_push_shape(L, shape->v, (int)shape->n);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static int compute_dtype(lua_State *L) {
  const LnLayer *l = check_layer(L, ln_lua(L), 1, "compute_dtype");
  lua_pushstring(L, ln_dtype_name((LnDtype)l->dtype.compute));
  return 1;
}

static int variable_dtype(lua_State *L) {
  const LnLayer *l = check_layer(L, ln_lua(L), 1, "variable_dtype");
  lua_pushstring(L, ln_dtype_name((LnDtype)l->dtype.variable));
  return 1;
}

// layer.dtype_policy: an ln.DTypePolicy
static int dtype_policy(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnLayer *l = check_layer(L, s, 1, "dtype_policy");
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lunate.dtype_policies");
  ln_lua_call(L, s, 1, 1);
  lua_getfield(L, -1, "DTypePolicy");
  lua_pushstring(L, ln_policy_name(l->dtype));
  ln_lua_call(L, s, 1, 1);
  return 1;
}

// core.dtype_policy([name]): the name of the policy of layers that are not given one; sets it.
static int default_policy(lua_State *L) {
  LnContext *c = &ln_lua(L)->context;
  if (!lua_isnoneornil(L, 1)) ln_policy_from_name(luaL_checkstring(L, 1), &c->policy);
  lua_pushstring(L, ln_policy_name(c->policy));
  return 1;
}

// core.policy_dtypes(name): what a policy computes in and what it keeps variables in; nil when
// there is no such policy.
static int policy_dtypes(lua_State *L) {
  LnPolicy policy;
  if (!ln_policy_from_name(luaL_checkstring(L, 1), &policy)) return 0;
  lua_pushstring(L, ln_dtype_name((LnDtype)policy.compute));
  lua_pushstring(L, ln_dtype_name((LnDtype)policy.variable));
  return 2;
}

// core.preprocesses(layer[, whether]): whether Lua computes it, or what it begins with, before a
// graph runs; with a second argument it is so from now on.
static int preprocesses(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, 1, LN_LAYER, "preprocesses");
  if (!lua_isnoneornil(L, 2)) l->preprocesses = lua_toboolean(L, 2);
  lua_pushboolean(L, l->preprocesses);
  return 1;
}

static int class_name(lua_State *L) {
  if (!ln_lua_test_object(L, ln_lua(L), 1, LN_LAYER))
    return luaL_error(L, "'class_name': layer expected, got %s", luaL_typename(L, 1));
  ln_lua_push_class_name(L, 1);
  return 1;
}

// layer:reset_state(): stateful layers, it and those below, begin their next batch with zeros.
static int reset_state(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = ln_lua_check_synced(L, s, "reset_state");
  ln_spoil_replay(&s->context, "reset_state");
  if (ln_layer_reset_state(l)) return 0;
  return luaL_error(L, "'reset_state': '%s' has no recurrent layer",
                    l->base.name ? l->base.name : l->base.cls->name);
}

// core.kept(layer): a list of the tensors that it keeps from batch to batch: copies; or, given a
// list of tensors of those shapes, sets them. False, and nothing done, when these do not fit.
static int kept(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnLayer *l = check_layer(L, s, 1, "kept");
  const LnLayerClass *cls = (const LnLayerClass *)l->base.cls;
  const LnTensors of = cls->kept ? cls->kept(l) : (LnTensors){0};
  const bool sets = !lua_isnoneornil(L, 2);
  for (int i = 0; sets && i < of.n; i++) {
    lua_rawgeti(L, 2, i + 1);
    const LnTensor *t = ln_lua_test_tensor(L, s, -1);
    if (!t || !ln_tensor_same_shape(t, of.v[i])) return lua_pushboolean(L, false), 1;
  }
  LnContext *c = &s->context;
  size_t scope = ln_scope(c);
  bool done = true;
  lua_createtable(L, of.n, 0);
  for (int i = 0; done && i < of.n; i++) {
    if (sets) {
      ln_spoil_replay(c, "setting a layer's states");
      lua_rawgeti(L, 2, i + 1);
      done = ln_tensor_assign(c, of.v[i], ln_lua_test_tensor(L, s, -1));
    } else {
      LnTensor *copy = ln_copy(c, of.v[i]);
      if ((done = copy != NULL)) ln_lua_push_tensor(L, s, copy), lua_rawseti(L, -2, i + 1);
    }
  }
  ln_scope_end(c, scope);
  if (!done) return ln_lua_raise(L, s, "kept");
  if (sets) lua_pushboolean(L, true);
  return 1;
}

void ln_register_layer(lua_State *L) {
  LnLua *s = ln_lua(L);
  int module = lua_gettop(L);
  static const luaL_Reg methods[] = {
      {"build", build}, {"compute_output_shape", compute_output_shape},
      {"adapt", adapt}, {"call", ln_lua_layer_call_builtin},
      {"compute_mask", ln_lua_layer_compute_mask}, {"add_loss", add_loss},
      {"reset_state", reset_state}, {NULL, NULL}};
  static const luaL_Reg properties[] = {
      {"built", built}, {"built_shape", built_shape}, {"built_shapes", built_shapes},
      {"layers", layers}, {"losses", losses}, {"class_name", class_name},
      {"compute_dtype", compute_dtype}, {"variable_dtype", variable_dtype},
      {"dtype_policy", dtype_policy}, {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"add_child", add_child}, {"pop_child", pop_child},
      {"computes_in_lua", computes_in_lua}, {"generation", generation},
      {"keeps_rows", layer_keeps_rows},
      {"calls_in_lua", calls_in_lua}, {"is_meta", is_meta},
      {"preprocesses", preprocesses}, {"call_graph", ln_lua_call_graph},
      {"name_outputs", name_outputs}, {"output_names", output_names},
      {"supports_masking", supports_masking}, {"mask_of", mask_of},
      {"kept", kept}, {"dtype_policy", default_policy}, {"policy_dtypes", policy_dtypes},
      {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
  lua_getfield(L, module, "class");
  lua_pushliteral(L, "layer");
  lua_call(L, 1, 1);
  ln_lua_setfuncs(L, methods);
  lua_getfield(L, module, "properties");
  lua_getfield(L, -1, "layer");
  ln_lua_setfuncs(L, properties);
  for (int type = 0; type < 2; type++) {
    ln_lua_push_metatable(L, s, type ? LN_TYPE_MODEL : LN_TYPE_KINDS + LN_LAYER);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, ln_lua_layer_call, 1);
    lua_setfield(L, -2, "__call");
    lua_pop(L, 1);
  }
  lua_settop(L, module);
}
