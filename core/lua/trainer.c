// The training step in Lua (core.trainer), for lua/lunate/model.lua: what a compiled model holds.
#include <stdlib.h>
#include <string.h>

#include "lua/state.h"
#include "model/trainer.h"

static LnTrainer *check_trainer(lua_State *L, LnLua *s, const char *what) {
  LnTrainer **u = ln_lua_test_type(L, s, 1, LN_TYPE_TRAINER);
  if (!u || !*u) luaL_error(L, "bad argument #1 to '%s' (trainer expected)", what);
  return *u;
}

// core.trainer(model)
static int new_trainer(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *model = (LnLayer *)ln_lua_check_object(L, s, 1, LN_LAYER, "trainer");
  LnTrainer **u = lua_newuserdatauv(L, sizeof *u, 0);
  *u = NULL;
  lua_rawgetp(L, LUA_REGISTRYINDEX, s->metatable[LN_TYPE_TRAINER]);
  lua_setmetatable(L, -2);
  *u = ln_trainer_new(&s->context, model);
  return *u ? 1 : ln_lua_raise(L, s, NULL);
}

static int trainer_gc(lua_State *L) {
  LnTrainer **u = lua_touserdata(L, 1);
  ln_trainer_free(*u);
  *u = NULL;
  return 0;
}

static int set_optimizer(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "set_optimizer");
  ln_trainer_set_optimizer(
      t, (LnOptimizer *)ln_lua_check_object(L, s, 2, LN_OPTIMIZER, "set_optimizer"));
  return 0;
}

// trainer:set_replay(boolean)
static int set_replay(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_trainer_set_replay(check_trainer(L, s, "set_replay"), lua_toboolean(L, 2));
  return 0;
}

// core.spoil_replay(what): an effect of Lua's that no replay would have.
static int spoil_replay(lua_State *L) {
  LnLua *s = ln_lua(L);
  (void)luaL_checkstring(L, 1);
  ln_spoil_replay(&s->context, "an effect outside the ops, such as add_metric,");
  return 0;
}

// trainer:add_output(loss or nil, weight)
static int add_output(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "add_output");
  LnLoss *loss =
      lua_toboolean(L, 2) ? (LnLoss *)ln_lua_check_object(L, s, 2, LN_LOSS, "add_output") : NULL;
  return ln_trainer_add_output(&s->context, t, loss, luaL_checknumber(L, 3))
             ? 0
             : ln_lua_raise(L, s, NULL);
}

// trainer:add_metric(output, metric, weighted)
static int add_metric(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "add_metric");
  LnMetric *m = (LnMetric *)ln_lua_check_object(L, s, 3, LN_METRIC, "add_metric");
  return ln_trainer_add_metric(&s->context, t, (int)luaL_checkinteger(L, 2) - 1, m,
                               lua_toboolean(L, 4))
             ? 0
             : ln_lua_raise(L, s, NULL);
}

// A list of tensors at i (false entries: none), anchored by the list.
static int read_parts(lua_State *L, LnLua *s, int i, const char *what, LnTensor **out) {
  if (lua_isnoneornil(L, i)) return 0;
  luaL_checktype(L, i, LUA_TTABLE);
  int n = (int)lua_rawlen(L, i);
  if (n > LN_MAX_PARTS) return luaL_error(L, "%s: at most %d, got %d", what, LN_MAX_PARTS, n);
  for (int k = 0; k < n; k++) {
    lua_rawgeti(L, i, k + 1);
    out[k] = lua_toboolean(L, -1) ? ln_lua_check_tensor(L, s, -1, what) : NULL;
    lua_pop(L, 1);
  }
  return n;
}

static LnMode check_mode(lua_State *L, int i) {
  static const char *const modes[] = {"train", "test", "predict", NULL};
  return (LnMode)luaL_checkoption(L, i, NULL, modes);
}

// The batch of arguments from i on: xs, ys, ws, rows (0-based int64 tensor) or nil, begin
// (1-based), count
static void read_batch(lua_State *L, LnLua *s, int i, LnBatch *b, LnTensor **x, LnTensor **y,
                       LnTensor **w) {
  b->x = x, b->y = y, b->w = w;
  b->n_x = read_parts(L, s, i, "x", x);
  b->n_y = read_parts(L, s, i + 1, "y", y);
  b->n_w = read_parts(L, s, i + 2, "sample_weight", w);
  b->begin = luaL_checkinteger(L, i + 4) - 1;
  b->count = luaL_checkinteger(L, i + 5);
  b->rows = NULL;
  if (b->n_x == 0 || b->count < 1 || b->begin < 0)
    luaL_error(L, "a batch needs inputs and samples");
  if (lua_isnoneornil(L, i + 3)) return;
  LnTensor *rows = ln_lua_check_tensor(L, s, i + 3, "rows");
  if (rows->dtype != LN_INT64 || rows->rank != 1 || !ln_tensor_is_contiguous(rows) ||
      b->begin + b->count > rows->shape[0])
    luaL_error(L, "rows should be a list of int64 positions");
  b->rows = (const int64_t *)rows->data + b->begin;
}

// trainer:run(mode, xs, ys, ws, rows, begin, count)
static int run(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "run");
  LnMode mode = check_mode(L, 2);
  LnTensor *x[LN_MAX_PARTS], *y[LN_MAX_PARTS], *w[LN_MAX_PARTS];
  LnBatch b;
  read_batch(L, s, 3, &b, x, y, w);
  return ln_trainer_run(&s->context, t, mode, &b, NULL, NULL) ? 0 : ln_lua_raise(L, s, NULL);
}

// trainer:predict(outs, total, xs, begin, count): writes rows begin .. of the tensors in outs,
// which are made, total rows each, when the list is empty.
static int predict(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnTrainer *t = check_trainer(L, s, "predict");
  luaL_checktype(L, 2, LUA_TTABLE);
  int64_t total = luaL_checkinteger(L, 3);
  LnTensor *x[LN_MAX_PARTS], *pred[LN_MAX_PARTS];
  LnBatch b = {.x = x, .n_x = read_parts(L, s, 4, "x", x), .begin = luaL_checkinteger(L, 5) - 1,
               .count = luaL_checkinteger(L, 6)};
  int n = 0;
  if (b.n_x == 0 || b.count < 1 || b.begin < 0 || b.begin + b.count > total)
    return luaL_error(L, "a batch needs inputs and samples");
  if (!ln_trainer_run(c, t, LN_PREDICT, &b, pred, &n)) return ln_lua_raise(L, s, NULL);
  if (lua_rawlen(L, 2) == 0) {
    for (int i = 0; i < n; i++) {
      int64_t shape[LN_MAX_RANK];
      memcpy(shape, pred[i]->shape, sizeof shape);
      if (pred[i]->rank == 0 || shape[0] != b.count)
        return luaL_error(L,
                          "predict: output %d has shape %s, which is not one row per sample (%I)",
                          i + 1, ln_tensor_shape_text(pred[i]), (LUAI_UACINT)b.count);
      shape[0] = total;
      LnTensor *out = ln_tensor_new(c, (LnDtype)pred[i]->dtype, pred[i]->rank, shape);
      if (!out) return ln_lua_raise(L, s, "predict");
      ln_lua_push_tensor(L, s, out);
      ln_release(out);
      lua_rawseti(L, 2, i + 1);
    }
  }
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 2, i + 1);
    LnTensor *out = ln_lua_test_tensor(L, s, -1);
    lua_pop(L, 1);
    if (!out || out->rank != pred[i]->rank ||
        !ln_shape_equal(out->shape + 1, out->rank - 1, pred[i]->shape + 1, out->rank - 1) ||
        out->dtype != pred[i]->dtype)
      return luaL_error(L, "predict: output %d changes its shape from batch to batch", i + 1);
    size_t scope = ln_scope(c);
    int64_t at = b.begin * out->stride[0] * (int64_t)ln_dtype_size((LnDtype)out->dtype);
    LnTensor *rows = ln_temp(c, ln_tensor_view(c, out, out->rank, pred[i]->shape, out->stride, at));
    bool ok = rows && ln_tensor_assign(c, rows, pred[i]);
    ln_scope_end(c, scope);
    if (!ok) return ln_lua_raise(L, s, "predict");
  }
  return 0;
}

static int reset(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "reset");
  return ln_trainer_reset(&s->context, t) ? 0 : ln_lua_raise(L, s, NULL);
}

static int forget(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_trainer_forget(check_trainer(L, s, "forget"));
  return 0;
}

// trainer:loss([output])
static int loss(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "loss");
  lua_pushnumber(L, lua_isnoneornil(L, 2)
                        ? ln_trainer_loss(t)
                        : ln_trainer_output_loss(t, (int)luaL_checkinteger(L, 2) - 1));
  return 1;
}

void ln_register_trainer(lua_State *L) {
  LnLua *s = ln_lua(L);
  static const luaL_Reg functions[] = {{"trainer", new_trainer}, {"spoil_replay", spoil_replay}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"set_optimizer", set_optimizer}, {"set_replay", set_replay}, {"add_output", add_output}, {"add_metric", add_metric},
      {"run", run}, {"predict", predict}, {"reset", reset}, {"forget", forget}, {"loss", loss},
      {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
  ln_lua_metatable(L, s, LN_TYPE_TRAINER, "lunate.trainer");
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushcclosure(L, trainer_gc, 1);
  lua_setfield(L, -2, "__gc");
  lua_newtable(L);
  ln_lua_setfuncs(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
