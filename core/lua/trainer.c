// The training step in Lua (core.trainer), for lua/lunate/model: what a compiled model holds.
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "lua/class.h"
#include "lua/handle.h"
#include "lua/host.h"
#include "lua/interrupt.h"
#include "lua/messages.h"
#include "lua/tensor.h"
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
  LnTrainer **u = lua_newuserdatauv(L, sizeof *u, 1);   // user value: what its hook calls
  *u = NULL;
  ln_lua_push_metatable(L, s, LN_TYPE_TRAINER);
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

// trainer:set_replay(replay, eager)
static int set_replay(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_trainer_set_replay(check_trainer(L, s, "set_replay"), lua_toboolean(L, 2),
                        lua_toboolean(L, 3));
  return 0;
}

// ---- gradients, before they are used

enum { LUA_READY = 1, LUA_WAIT };   // places of the hook's functions in the user value

typedef struct LuaHook {
  LnLua *state;
  const LnTrainer *trainer;   // whose userdata is among the handles
} LuaHook;

typedef struct HookJob {
  const LuaHook *hook;
  LnTensor *piece;
  int which;
} HookJob;

static int call_hook(lua_State *L) {
  const HookJob *j = lua_touserdata(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &j->hook->state->key.handles);
  lua_rawgetp(L, -1, j->hook->trainer);
  if (lua_getiuservalue(L, -1, 1) != LUA_TTABLE || lua_rawgeti(L, -1, j->which) == LUA_TNIL)
    return 0;
  if (j->piece) ln_lua_push_tensor(L, j->hook->state, j->piece);
  lua_call(L, j->piece ? 1 : 0, 0);
  return 0;
}

static bool hook_ready(LnContext *c, void *self, LnTensor *piece) {
  return ln_lua_protected(c, call_hook, &(HookJob){self, piece, LUA_READY});
}

static bool hook_wait(LnContext *c, void *self) {
  return ln_lua_protected(c, call_hook, &(HookJob){self, NULL, LUA_WAIT});
}

static bool push_hook(lua_State *L, LnLua *s, LnTrainer *t, int64_t piece_bytes) {
  LnGradientHook *hook = calloc(1, sizeof *hook);
  LuaHook *self = hook ? calloc(1, sizeof *self) : NULL;
  if (!self) {
    free(hook);
    return ln_fail(&s->context, "out of memory");
  }
  *self = (LuaHook){s, t};
  *hook = (LnGradientHook){self, piece_bytes, hook_ready, hook_wait, free};
  lua_rawgetp(L, LUA_REGISTRYINDEX, &s->key.handles);
  lua_pushvalue(L, 1);
  lua_rawsetp(L, -2, t);
  return ln_trainer_set_gradient_hook(&s->context, t, hook);
}

// trainer:set_gradient_hook(ready[, wait[, piece_bytes]]): ready(piece) is called for each piece of
// the gradients, a vector that it may change in place, as soon as it is final, while the backward
// pass goes on; wait() before the weights are updated. Neighbours make one piece until it has
// piece_bytes (1 MiB). nil: no hook.
static int set_gradient_hook(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "set_gradient_hook");
  lua_settop(L, 4);
  for (int i = 2; i <= 3; i++)
    if (!lua_isnil(L, i) && !lua_isfunction(L, i))
      return luaL_error(L, "'set_gradient_hook': a function expected, got %s",
                        luaL_typename(L, i));
  const lua_Integer bytes = luaL_optinteger(L, 4, 1 << 20);
  if (bytes < 1) return luaL_error(L, "'set_gradient_hook': a number of bytes expected, got %I",
                                   (LUAI_UACINT)bytes);
  lua_createtable(L, LUA_WAIT, 0);
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, LUA_READY);
  lua_pushvalue(L, 3);
  lua_rawseti(L, -2, LUA_WAIT);
  const bool done = lua_isnil(L, 2) ? ln_trainer_set_gradient_hook(&s->context, t, NULL)
                                    : push_hook(L, s, t, bytes);
  if (!done) return ln_lua_raise(L, s, "set_gradient_hook");
  lua_settop(L, 5);
  lua_setiuservalue(L, 1, 1);
  return 0;
}

// trainer:set_peers(shares[, piece_bytes]): batches are shared with the other processes of
// ln.distribution; gradients are added up in pieces of so many bytes (256 KiB).
static int set_peers(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "set_peers");
  const lua_Integer bytes = luaL_optinteger(L, 3, 1 << 18);
  luaL_argcheck(L, bytes >= 1, 3, "a number of bytes expected");
  const bool shares = lua_toboolean(L, 2) && s->context.peers;
  return ln_trainer_set_peers(&s->context, t, shares, bytes) ? 0 : ln_lua_raise(L, s, NULL);
}

// trainer:share(): what is counted is that of all processes, until trainer:unshare().
static int share(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "share");
  return !s->context.peers || ln_trainer_share(&s->context, t) ? 0 : ln_lua_raise(L, s, NULL);
}

static int unshare(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_trainer_unshare(check_trainer(L, s, "unshare"));
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

// The number of an output at i, as C counts.
static int check_output(lua_State *L, const LnTrainer *t, int i, const char *what) {
  lua_Integer k = luaL_checkinteger(L, i);
  if (k < 1 || k > ln_trainer_outputs(t))
    luaL_error(L, "'%s': there is no output %I, there are %d", what, (LUAI_UACINT)k,
               ln_trainer_outputs(t));
  return (int)k - 1;
}

// trainer:add_metric(output, metric, weighted)
static int add_metric(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "add_metric");
  LnMetric *m = (LnMetric *)ln_lua_check_object(L, s, 3, LN_METRIC, "add_metric");
  return ln_trainer_add_metric(&s->context, t, check_output(L, t, 2, "add_metric"), m,
                               lua_toboolean(L, 4))
             ? 0
             : ln_lua_raise(L, s, NULL);
}

// A list of tensors at i, anchored by the list; false entries, where they are optional, mean none.
static int read_parts(lua_State *L, LnLua *s, int i, const char *what, bool optional,
                      LnTensor **out) {
  if (lua_isnoneornil(L, i)) return 0;
  luaL_checktype(L, i, LUA_TTABLE);
  int n = lua_rawlen(L, i) > LN_MAX_PARTS ? LN_MAX_PARTS + 1 : (int)lua_rawlen(L, i);
  if (n > LN_MAX_PARTS) return luaL_error(L, "%s: at most %d parts", what, LN_MAX_PARTS);
  for (int k = 0; k < n; k++) {
    lua_rawgeti(L, i, k + 1);
    bool none = optional && !lua_toboolean(L, -1);
    out[k] = none ? NULL : ln_lua_test_tensor(L, s, -1);
    if (!none && (!out[k] || out[k]->meta || ln_tensor_closed(out[k])))
      return luaL_error(L, "%s: part %d should be a tensor with values, got %s", what, k + 1,
                        ln_lua_describe(L, s, -1));
    lua_pop(L, 1);
  }
  return n;
}

static LnMode check_mode(lua_State *L, int i) {
  static const char *const modes[] = {"train", "test", "predict", NULL};
  return (LnMode)luaL_checkoption(L, i, NULL, modes);
}

// The first sample (from 1) and their number.
static void read_range(lua_State *L, int i, LnBatch *b) {
  lua_Integer first = luaL_checkinteger(L, i);
  b->count = luaL_checkinteger(L, i + 1);
  if (b->n_x == 0 || b->count < 1 || first < 1 || b->count > INT64_MAX - first)
    luaL_error(L, "a batch needs inputs and samples");
  b->begin = first - 1;
  b->ahead = 0;
  b->part = (LnPart){0};
}

// The batch of arguments from i on: xs, ys, ws, rows (0-based int64 tensor) or nil, begin
// (1-based), count
static void read_batch(lua_State *L, LnLua *s, int i, LnBatch *b, LnTensor **x, LnTensor **y,
                       LnTensor **w) {
  b->x = x, b->y = y, b->w = w;
  b->n_x = read_parts(L, s, i, "x", false, x);
  b->n_y = read_parts(L, s, i + 1, "y", true, y);
  b->n_w = read_parts(L, s, i + 2, "sample_weight", true, w);
  read_range(L, i + 4, b);
  b->rows = NULL;
  if (lua_isnoneornil(L, i + 3)) return;
  LnTensor *rows = ln_lua_check_tensor(L, s, i + 3, "rows");
  if (rows->dtype != LN_INT64 || rows->rank != 1 || rows->meta || !ln_tensor_is_contiguous(rows) ||
      b->begin + b->count > rows->shape[0])
    luaL_error(L, "rows should be a list of int64 positions");
  b->rows = (const int64_t *)rows->data + b->begin;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// trainer:run(mode, xs, ys, ws, rows, begin, count[, size[, seconds[, first, total]]]) -> samples
// done: in batches of `size` (count), all of them or as many as begin within that time and before a
// Ctrl-C. first, total: the samples are rows first .. (from 0) of a batch of which other processes
// have the others; without them it is whole, and cut here where they share it.
static int run(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnTrainer *t = check_trainer(L, s, "run");
  LnMode mode = check_mode(L, 2);
  LnTensor *x[LN_MAX_PARTS], *y[LN_MAX_PARTS], *w[LN_MAX_PARTS];
  LnBatch b;
  read_batch(L, s, 3, &b, x, y, w);
  int64_t left = b.count, size = luaL_optinteger(L, 9, left), done = 0;
  luaL_argcheck(L, size >= 1, 9, "a batch size of 1 or more expected");
  if (!lua_isnoneornil(L, 11))
    b.part = (LnPart){luaL_checkinteger(L, 11), b.count, b.count, luaL_checkinteger(L, 12), true};
  double end = lua_isnoneornil(L, 10) ? 0 : now() + luaL_checknumber(L, 10), seen = now();
  int64_t looked = 0, stride = 1;   // batches since the clock was looked at, and until it is
  for (;;) {
    b.count = left < size ? left : size;
    b.ahead = !b.rows ? 0 : left - b.count < size ? left - b.count : size;
    if (!ln_trainer_run(&s->context, t, mode, &b, NULL, NULL)) return ln_lua_raise(L, s, NULL);
    if (b.rows) b.rows += b.count;
    b.begin += b.count;
    done += b.count;
    left -= b.count;
    if (left == 0 || ln_interrupts()) break;
    if (end == 0 || ++looked < stride) continue;
    double time = now();
    if (time >= end) break;
    stride = time - seen < 0.0005 ? 2 * stride : 1;
    seen = time, looked = 0;
  }
  lua_pushinteger(L, done);
  return 1;
}

// core.batch_share() -> the share of the whole batch's rows that is computed here; nil where no
// other process has any.
static int batch_share(lua_State *L) {
  const LnPart *p = &ln_lua(L)->context.part;
  if (p->total == 0) return 0;
  lua_pushnumber(L, (double)p->count / (double)p->total);
  return 1;
}

// core.row_order(n): the rows 0 .. n-1 of data in a random order, as trainer:run takes them.
static int row_order(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  int64_t n = luaL_checkinteger(L, 1);
  luaL_argcheck(L, n >= 0, 1, "a number of rows expected");
  size_t scope = ln_scope(c);
  LnTensor *rows = ln_temp(c, ln_tensor_new(c, LN_INT64, 1, &n));
  if (!rows) return ln_lua_raise(L, s, "row_order");
  ln_random_permutation(&c->random, rows->data, n, 0);
  ln_lua_push_tensor(L, s, rows);
  ln_scope_end(c, scope);
  return 1;
}

// The tensors in the list at i, for rows of predictions: total rows of the same shape each.
static bool read_outs(lua_State *L, LnLua *s, int i, int n, LnTensor *const *pred, int64_t total,
                      LnTensor **out) {
  for (int k = 0; k < n; k++) {
    lua_rawgeti(L, i, k + 1);
    out[k] = ln_lua_test_tensor(L, s, -1);
    lua_pop(L, 1);
    if (!out[k] || ln_tensor_closed(out[k]) || out[k]->meta || out[k]->rank != pred[k]->rank ||
        out[k]->shape[0] != total || out[k]->dtype != pred[k]->dtype ||
        !ln_shape_equal(out[k]->shape + 1, out[k]->rank - 1, pred[k]->shape + 1,
                        out[k]->rank - 1))
      return ln_fail(&s->context, "output %d changes its shape from batch to batch", k + 1);
  }
  return true;
}

static bool make_outs(LnContext *c, int n, LnTensor *const *pred, int64_t total, LnTensor **out) {
  for (int k = 0; k < n; k++) {
    int64_t shape[LN_MAX_RANK];
    memcpy(shape, pred[k]->shape, sizeof shape);
    shape[0] = total;
    out[k] = ln_temp(c, ln_tensor_new(c, (LnDtype)pred[k]->dtype, pred[k]->rank, shape));
    if (!out[k]) return false;
  }
  return true;
}

static bool copy_rows(LnContext *c, LnTensor *out, LnTensor *rows, int64_t begin) {
  const int64_t offset = begin * out->stride[0] * (int64_t)ln_dtype_size((LnDtype)out->dtype);
  LnTensor *to = ln_temp(c, ln_tensor_view(c, out, out->rank, rows->shape, out->stride, offset));
  return to && ln_tensor_assign(c, to, rows);
}

// trainer:predict(outs, total, xs, begin, count): writes rows begin .. of the tensors in outs,
// which are made, total rows each, when the list is empty. Predictions are copied before Lua
// allocates anything: a finalizer may run another batch.
static int predict(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnTrainer *t = check_trainer(L, s, "predict");
  luaL_checktype(L, 2, LUA_TTABLE);
  int64_t total = luaL_checkinteger(L, 3);
  LnTensor *x[LN_MAX_PARTS], *pred[LN_MAX_PARTS], *out[LN_MAX_PARTS];
  LnBatch b = {.x = x, .n_x = read_parts(L, s, 4, "x", false, x)};   // no peers have a part
  int n = 0;
  read_range(L, 5, &b);
  if (b.begin + b.count > total) return luaL_error(L, "the batch ends after the last row");
  if (!ln_trainer_run(c, t, LN_PREDICT, &b, pred, &n)) return ln_lua_raise(L, s, NULL);
  size_t scope = ln_scope(c);
  bool ok = true, make = lua_rawlen(L, 2) == 0;
  for (int i = 0; ok && i < n; i++)
    if (pred[i]->rank == 0 || pred[i]->shape[0] != b.count)
      ok = ln_fail(c, "output %d has shape %s, which is not one row per sample (%lld)", i + 1,
                   ln_tensor_shape_text(pred[i]), (long long)b.count);
  ok = ok && (make ? make_outs(c, n, pred, total, out)
                   : read_outs(L, s, 2, n, pred, total, out));
  for (int i = 0; ok && i < n; i++) ok = copy_rows(c, out[i], pred[i], b.begin);
  for (int i = 0; ok && make && i < n; i++) {
    ln_lua_push_tensor(L, s, out[i]);
    lua_rawseti(L, 2, i + 1);
  }
  ln_scope_end(c, scope);
  return ok ? 0 : ln_lua_raise(L, s, "predict");
}

// The tensors at i, one or a list, each a batch of b->count rows (which the first says). Returns
// how many; 0 when they are anything else.
static int read_simple(lua_State *L, LnLua *s, int i, LnBatch *b, LnTensor **out) {
  int n = 1;
  if ((out[0] = ln_lua_test_tensor(L, s, i)) == NULL) {
    if (lua_type(L, i) != LUA_TTABLE || lua_rawlen(L, i) > LN_MAX_PARTS) return 0;
    n = (int)lua_rawlen(L, i);
    for (int k = 0; k < n; k++, lua_pop(L, 1)) {
      lua_rawgeti(L, i, k + 1);
      if (!(out[k] = ln_lua_test_tensor(L, s, -1))) return 0;
    }
  }
  for (int k = 0; k < n; k++) {
    if (out[k]->meta || ln_tensor_closed(out[k]) || out[k]->rank == 0) return 0;
    if (b->count == 0) b->count = out[k]->shape[0];
    if (out[k]->shape[0] != b->count) return 0;
  }
  return n;
}

static int push_results(lua_State *L, LnLua *s, LnTrainer *t) {
  int n = 0, losses = 0, outputs = ln_trainer_outputs(t);
  ln_lua_push_number(L, ln_trainer_loss(t)), n++;
  for (int i = 0; i < outputs; i++) losses += ln_trainer_has_loss(t, i);
  for (int i = 0; losses > 1 && i < outputs; i++)
    if (ln_trainer_has_loss(t, i)) ln_lua_push_number(L, ln_trainer_output_loss(t, i)), n++;
  for (int i = 0; i < ln_trainer_metrics(t); i++, n++) {
    LnTensor *value = ln_metric_result(&s->context, ln_trainer_metric(t, i));
    if (!value) return ln_lua_raise(L, s, "result");
    ln_lua_push_value(L, s, value);
  }
  return n;
}

// trainer:answer(mode, x[, y[, most]]): what predict gives, or the results after a step, for one
// batch of a shape that was recorded before: nothing is left to check or to loop over. Nothing when
// it is not, or has more rows than `most`.
static int answer(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnTrainer *t = check_trainer(L, s, "answer");
  LnMode mode = check_mode(L, 2);
  LnTensor *x[LN_MAX_PARTS], *y[LN_MAX_PARTS], *pred[LN_MAX_PARTS];
  LnBatch b = {.x = x, .y = y};
  int n = 0;
  luaL_checkstack(L, LN_MAX_PARTS + 8, "answer");
  if ((b.n_x = read_simple(L, s, 3, &b, x)) == 0 || b.count == 0) return 0;
  if (mode != LN_PREDICT && (b.n_y = read_simple(L, s, 4, &b, y)) == 0) return 0;
  if (b.count > luaL_optinteger(L, 5, INT64_MAX) || !ln_trainer_replays(t, mode, &b)) return 0;
  size_t scope = ln_scope(c);
  bool ok = ln_trainer_run(c, t, mode, &b, pred, &n);
  if (ok && mode != LN_PREDICT) {
    ln_scope_end(c, scope);
    return push_results(L, s, t);
  }
  for (int i = 0; ok && i < n; i++) ok = (pred[i] = ln_temp(c, ln_tensor_copy(c, pred[i]))) != NULL;
  for (int i = 0; ok && i < n; i++) ln_lua_push_tensor(L, s, pred[i]);
  ln_scope_end(c, scope);
  return ok ? n : ln_lua_raise(L, s, NULL);
}

// trainer:outputs() -> how many outputs it was given
static int outputs(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_pushinteger(L, ln_trainer_outputs(check_trainer(L, s, "outputs")));
  return 1;
}

// trainer:calls() -> the names of the ops that the program used last computes, in order
static int calls(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnTape *tape = ln_trainer_recorded(check_trainer(L, s, "calls"));
  lua_newtable(L);
  lua_Integer n = 0;
  for (int64_t i = 0; tape && i < ln_tape_length(tape); i++) {
    const char *name = ln_tape_name(tape, i);
    if (!name) continue;
    lua_pushstring(L, name);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
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
  ln_lua_push_number(L, lua_isnoneornil(L, 2)
                            ? ln_trainer_loss(t)
                            : ln_trainer_output_loss(t, check_output(L, t, 2, "loss")));
  return 1;
}

void ln_register_trainer(lua_State *L) {
  LnLua *s = ln_lua(L);
  static const luaL_Reg functions[] = {
      {"trainer", new_trainer}, {"spoil_replay", spoil_replay}, {"row_order", row_order},
      {"batch_share", batch_share}, {NULL, NULL}};
  static const luaL_Reg methods[] = {
      {"set_optimizer", set_optimizer}, {"set_replay", set_replay},
      {"set_gradient_hook", set_gradient_hook}, {"set_peers", set_peers}, {"share", share},
      {"unshare", unshare}, {"add_output", add_output},
      {"add_metric", add_metric},
      {"run", run}, {"predict", predict}, {"answer", answer}, {"outputs", outputs},
      {"calls", calls}, {"reset", reset}, {"forget", forget}, {"loss", loss},
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
