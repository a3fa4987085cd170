// What errors say of values and of names that were not found: what came, and what was meant. A
// name that other libraries have for something is one row of `synonyms` below.
#include "lua/messages.h"

#include <ctype.h>
#include <string.h>

#include "lua/handle.h"
#include "lua/text.h"

// ---- values and names in messages

const char *ln_lua_cut(lua_State *L, const char *text) {
  enum { LIMIT = 60 };
  size_t n = LIMIT;
  if (strlen(text) <= LIMIT) return lua_pushstring(L, text);
  while (n > 0 && ln_lua_is_continuation(text[n])) n--;
  lua_pushlstring(L, text, n);
  lua_pushliteral(L, "...");
  lua_concat(L, 2);
  return lua_tostring(L, -1);
}

const char *ln_lua_describe(lua_State *L, LnLua *s, int i) {
  i = lua_absindex(L, i);
  LnTensor *t = ln_lua_test_tensor(L, s, i);
  if (t && ln_tensor_closed(t)) return lua_pushliteral(L, "a closed tensor");
  if (t) return lua_pushfstring(L, "a tensor of shape %s", ln_tensor_shape_text(t));
  switch (lua_type(L, i)) {
    case LUA_TNONE: return lua_pushliteral(L, "no value");
    case LUA_TSTRING: return lua_pushfstring(L, "'%s'", ln_lua_cut(L, lua_tostring(L, i)));
    case LUA_TTABLE:
      if (luaL_getmetafield(L, i, "__tostring") == LUA_TNIL) return lua_pushliteral(L, "a table");
      break;
    case LUA_TFUNCTION: return lua_pushliteral(L, "a function");
    case LUA_TTHREAD: return lua_pushliteral(L, "a coroutine");
    default: break;
  }
  return ln_lua_cut(L, luaL_tolstring(L, i, NULL));
}

int ln_lua_bad_self(lua_State *L, LnLua *s, const char *receiver, const char *what) {
  return ln_lua_error(L, "bad argument #1 to '%s' (%s expected, got %s); call it with a colon: "
                      "%s:%s(...)", what, receiver, ln_lua_describe(L, s, 1),
                      strcmp(receiver, "tensor") == 0 ? "t" : receiver, what);
}

// ---- names that were meant

// What Keras, PyTorch, NumPy and scikit-learn call what is called otherwise here. Of several rows
// for a name that counts whose other name, up to a dot, is among those that could be meant.
static const struct {
  const char *theirs, *ours;
} synonyms[] = {
    {"lr", "learning_rate"}, {"eta", "learning_rate"}, {"learn_rate", "learning_rate"},
    {"alpha", "negative_slope"}, {"p", "rate"}, {"dropout", "rate"}, {"betas", "beta_1"},
    {"eps", "epsilon"}, {"wd", "weight_decay"}, {"decay", "weight_decay"},
    {"out_features", "units"}, {"neurons", "units"}, {"n_units", "units"}, {"num_units", "units"},
    {"output_dim", "units"}, {"in_features", "input_shape"}, {"input_dim", "input_shape"},
    {"bias", "use_bias"}, {"act", "activation"}, {"nonlinearity", "activation"},
    {"init", "kernel_initializer"}, {"weights", "get_weights"}, {"criterion", "loss"},
    {"optim", "optimizer"}, {"n_epochs", "epochs"}, {"num_epochs", "epochs"},
    {"nb_epoch", "epochs"}, {"epoch", "epochs"}, {"bs", "batch_size"},
    {"val_data", "validation_data"}, {"valid_data", "validation_data"},
    {"val_split", "validation_split"}, {"sample_weights", "sample_weight"},
    {"class_weights", "class_weight"}, {"dim", "axis"}, {"keepdim", "keepdims"},
    {"size", "shape"}, {"dims", "shape"}, {"type", "dtype"}, {"file", "path"},
    {"seed", "random_state"},
    // layers, losses, metrics, optimizers
    {"Linear", "Dense"}, {"Input", "InputLayer"}, {"Cat", "Concatenate"},
    {"Concat", "Concatenate"}, {"View", "Reshape"}, {"Module", "Model"},
    {"MSELoss", "MeanSquaredError"}, {"L1Loss", "MeanAbsoluteError"},
    {"SmoothL1Loss", "Huber"}, {"HuberLoss", "Huber"}, {"BCELoss", "BinaryCrossentropy"},
    {"BCEWithLogitsLoss", "BinaryCrossentropy"},
    {"CrossEntropyLoss", "SparseCategoricalCrossentropy"},
    {"NLLLoss", "SparseCategoricalCrossentropy"}, {"KLDivLoss", "KLDivergence"},
    {"cross_entropy", "sparse_categorical_crossentropy"},
    {"crossentropy", "sparse_categorical_crossentropy"},
    {"nll_loss", "sparse_categorical_crossentropy"}, {"mse_loss", "mse"}, {"l1_loss", "mae"},
    {"bce_loss", "binary_crossentropy"}, {"acc", "accuracy"}, {"Acc", "Accuracy"},
    {"xavier", "glorot_uniform"},
    {"xavier_uniform", "glorot_uniform"}, {"xavier_normal", "glorot_normal"},
    {"kaiming_uniform", "he_uniform"}, {"kaiming_normal", "he_normal"}, {"kaiming", "he_normal"},
    {"swish", "silu"}, {"logistic", "sigmoid"}, {"LogSoftmax", "log_softmax"},
    // parts of the library
    {"nn", "layers"}, {"optim", "optimizers"}, {"keras", "layers"}, {"array", "tensor"},
    {"Tensor", "tensor"}, {"asarray", "tensor"}, {"from_numpy", "tensor"},
    {"DataLoader", "data.batches"}, {"TensorDataset", "data.Dataset"}, {"manual_seed", "set_seed"},
    {"seed", "set_seed"}, {"set_random_seed", "set_seed"}, {"randn", "random.normal"},
    {"rand", "random.uniform"}, {"randint", "random.randint"}, {"randperm", "random.permutation"},
    {"scheduler", "schedules"}, {"Parameter", "Variable"}, {"tape", "GradientTape"},
    {"read_csv", "data.read_csv"}, {"train_test_split", "preprocessing.train_test_split"},
    {"to_categorical", "utils.to_categorical"}, {"plot_model", "utils.plot_model"},
    // functions and methods of tensors
    {"view", "reshape"}, {"resize", "reshape"}, {"ravel", "flatten"}, {"numpy", "totable"},
    {"tolist", "totable"}, {"to_list", "totable"}, {"to_table", "totable"}, {"detach", "copy"},
    {"clone", "copy"}, {"cat", "concatenate"}, {"concat", "concatenate"},
    {"unsqueeze", "expand_dims"}, {"clamp", "clip"}, {"mm", "matmul"}, {"bmm", "matmul"},
    {"T", "transpose"}, {"t", "transpose"}, {"ndim", "rank"}, {"dim", "rank"}, {"numel", "size"},
    {"nelement", "size"}, {"nElement", "size"}, {"repeat", "repeat_"}, {"to", "astype"},
    {"type", "astype"}, {"float", "astype"}, {"double", "astype"}, {"long", "astype"},
    {"int", "astype"}, {"amax", "max"}, {"amin", "min"}, {"pow", "power"}, {"mul", "multiply"},
    {"sub", "subtract"}, {"div", "divide"}, {"swapaxes", "transpose"},
    {"equal", "eq"}, {"not_equal", "ne"}, {"greater", "gt"}, {"greater_equal", "ge"},
    {"less", "lt"}, {"less_equal", "le"}, {"true_divide", "divide"}, {"floordiv", "floor_divide"},
    {"remainder", "mod"}, {"fmod", "mod"}, {"absolute", "abs"}, {"fabs", "abs"},
    {"fmax", "maximum"}, {"fmin", "minimum"}, {"fliplr", "flip"}, {"flipud", "flip"},
    {"inner", "dot"}, {"vdot", "dot"}, {"percentile", "quantile"}, {"identity", "eye"},
    {"empty", "zeros"}, {"empty_like", "zeros_like"}, {"convert_to_tensor", "tensor"},
    {"convert_to_numpy", "totable"}, {"saturate_cast", "cast"},
    {"binary_crossentropy", "losses.binary_crossentropy"},
    {"categorical_crossentropy", "losses.categorical_crossentropy"},
    {"sparse_categorical_crossentropy", "losses.sparse_categorical_crossentropy"},
    {"index_select", "take"}, {"gather", "take"}, {"len", "size"},
    // models, layers, optimizers, metrics, transformers
    {"train", "fit"}, {"forward", "call"}, {"eval", "evaluate"}, {"test", "evaluate"},
    {"score", "evaluate"}, {"parameters", "trainable_variables"}, {"params", "trainable_variables"},
    {"state_dict", "get_weights"}, {"load_state_dict", "set_weights"},
    {"apply_gradients", "apply"}, {"step", "apply"}, {"minimize", "apply"},
    {"predict_proba", "predict"}, {"print", "summary"}, {"info", "summary"},
    {"update", "update_state"}, {"reset", "reset_state"}, {"reset_states", "reset_state"},
    {"compute", "result"}, {"value", "result"}, {"fit_predict", "fit"},
};

// What there is instead of a method that has no counterpart.
static const struct {
  const char *theirs, *advice;
} advice[] = {
    {"backward", "gradients come from a tape: tape:gradient(loss, variables)"},
    {"grad", "gradients come from a tape: tape:gradient(loss, variables)"},
    {"zero_grad", "gradients are new each time: tape:gradient(loss, variables)"},
    {"requires_grad", "ln.Variable(t) is watched by tapes, and tape:watch(t) watches a tensor"},
    {"shape", "a tensor has its shape as t.shape"},
    {"ndim", "a tensor has its number of axes as t.rank"},
    {"size", "a tensor has its number of elements as t.size"},
    {"slice", "tensors are sliced by t[{{1, 3}, {}}]"},
    {"cuda", "there is no device to choose: everything runs on the CPU"},
    {"cpu", "there is no device to choose: everything runs on the CPU"},
    {"device", "there is no device to choose: everything runs on the CPU"},
    {"train", "fit trains; a call does as in training with model(x, {training = true})"},
    {"eval", "evaluate measures; calls do as in inference unless training = true is given"},
};

// Edits from a to b, letters of either case alike; a transposition is one (optimal string
// alignment). Long names are far from everything.
enum { FAR = 99 };
static int distance(const char *a, const char *b) {
  enum { LONGEST = 62 };
  int n = (int)strlen(b), rows[3][LONGEST + 2], *last = rows[0], *row = rows[1], *next = rows[2];
  if (n > LONGEST || strlen(a) > LONGEST) return FAR;
  for (int j = 0; j <= n; j++) row[j] = j;
  for (int i = 0; a[i]; i++) {
    next[0] = i + 1;
    for (int j = 0; j < n; j++) {
      bool same = tolower((unsigned char)a[i]) == tolower((unsigned char)b[j]);
      int best = row[j] + !same;
      if (row[j + 1] + 1 < best) best = row[j + 1] + 1;
      if (next[j] + 1 < best) best = next[j] + 1;
      bool swapped = i > 0 && j > 0 &&
                     tolower((unsigned char)a[i]) == tolower((unsigned char)b[j - 1]) &&
                     tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j]);
      if (swapped && last[j - 1] + 1 < best) best = last[j - 1] + 1;
      next[j + 1] = best;
    }
    int *spare = last;
    last = row, row = next, next = spare;
  }
  return row[n];
}

// The row of `synonyms` for a name whose other name is in the list at the index, or NULL.
static const char *synonym(lua_State *L, const char *name, int list) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, list);
  for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++) {
    if (strcmp(synonyms[i].theirs, name) != 0) continue;
    size_t length = strcspn(synonyms[i].ours, ".");
    for (lua_Integer k = 1; k <= n; k++) {
      lua_rawgeti(L, list, k);
      const char *known = lua_tostring(L, -1);
      bool same = strlen(known) == length && strncmp(known, synonyms[i].ours, length) == 0;
      lua_pop(L, 1);
      if (same) return synonyms[i].ours;
    }
  }
  return NULL;
}

const char *ln_lua_nearest(lua_State *L, const char *name) {
  int list = lua_gettop(L), length = (int)strlen(name), best = INT32_MAX;
  int limit = length < 6 ? 1 : length / 3;
  const char *other = synonym(L, name, list);
  if (other) return lua_pushstring(L, other);
  lua_pushnil(L);   // the nearest
  lua_Integer n = (lua_Integer)lua_rawlen(L, list);
  for (lua_Integer k = 1; k <= n; k++) {
    lua_rawgeti(L, list, k);
    const char *known = lua_tostring(L, -1);
    int d = distance(name, known), more = (int)strlen(known) - length;
    // A name that stops short is near, and one that goes on for no more than it has.
    bool begins = strncmp(name, known, more > 0 ? (size_t)length : strlen(known)) == 0;
    if (begins && d > 1 && length > 2 && -more <= (int)strlen(known)) d = 1;
    int alike = 0;   // letters in front
    while (alike < 20 && name[alike] &&
           tolower((unsigned char)name[alike]) == tolower((unsigned char)known[alike]))
      alike++;
    int score = d * 1000 - 4 * alike + (more > 0 ? more : -more) * 2;
    if (d <= limit && d < FAR && score < best) best = score, lua_replace(L, list + 1);
    else lua_pop(L, 1);
  }
  return lua_tostring(L, list + 1);
}

const char *ln_lua_suggestion(lua_State *L, const char *name) {
  int list = lua_gettop(L);
  const char *near = ln_lua_nearest(L, name);
  if (near) lua_pushfstring(L, "; did you mean '%s'?", near);
  else lua_pushliteral(L, "");
  for (size_t i = 0; !near && i < sizeof advice / sizeof *advice; i++)
    if (strcmp(advice[i].theirs, name) == 0) lua_pushfstring(L, "; %s", advice[i].advice);
  lua_replace(L, list + 1);
  lua_settop(L, list + 1);
  return lua_tostring(L, -1);
}

const char *ln_lua_slip(lua_State *L, const char *name) {
  int list = lua_gettop(L), length = (int)strlen(name);
  const char *near = NULL;
  lua_Integer n = (lua_Integer)lua_rawlen(L, list);
  for (size_t i = 0; i < sizeof advice / sizeof *advice; i++)
    if (strcmp(advice[i].theirs, name) == 0) return lua_pushfstring(L, "; %s", advice[i].advice);
  for (lua_Integer k = 1, best = length < 9 ? 2 : 3; length >= 4 && k <= n; k++) {
    lua_rawgeti(L, list, k);
    const char *known = lua_tostring(L, -1);
    bool goes_on = strncmp(name, known, strlen(known)) == 0;   // "saved" is not "save"
    int d = distance(name, known);
    if (!goes_on && d < best) best = d, near = known;
    lua_pop(L, 1);
  }
  if (!near && length >= 7) near = synonym(L, name, list);
  if (strpbrk(name, "0123456789") || name[0] == '_') near = NULL;
  return near ? lua_pushfstring(L, "; did you mean '%s'?", near) : NULL;
}

int ln_lua_unknown(lua_State *L, const char *kind, const char *name, const char *what) {
  int list = lua_gettop(L);
  lua_Integer n = (lua_Integer)lua_rawlen(L, list);
  const char *meant = ln_lua_suggestion(L, name);
  const char *quote = strchr(what, '\'') ? "" : "'";
  name = ln_lua_cut(L, name);
  if (*meant)
    return ln_lua_error(L, "unknown %s '%s' of %s%s%s%s", kind, name, quote, what, quote, meant);
  if (n == 0)
    return ln_lua_error(L, "unknown %s '%s' of %s%s%s, which has none", kind, name, quote, what,
                        quote);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (lua_Integer k = 1; k <= n; k++) {
    lua_rawgeti(L, list, k);
    luaL_addvalue(&b);
    if (k < n) luaL_addstring(&b, ", ");
  }
  luaL_pushresult(&b);
  return ln_lua_error(L, "unknown %s '%s' of %s%s%s; it knows: %s", kind, name, quote, what, quote,
                      lua_tostring(L, -1));
}

// core.suggestion(name, names) -> "; did you mean 'units'?", or ""
static int suggestion(lua_State *L) {
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  if (lua_type(L, 1) == LUA_TSTRING) ln_lua_suggestion(L, lua_tostring(L, 1));
  else lua_pushliteral(L, "");
  return 1;
}

// core.slip(name, names) -> the same for a slip of a letter or two alone, or nil
static int slip(lua_State *L) {
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  if (lua_type(L, 1) != LUA_TSTRING || !ln_lua_slip(L, lua_tostring(L, 1))) lua_pushnil(L);
  return 1;
}
// core.cut(text) -> the text, or the beginning of a long one
static int cut(lua_State *L) {
  ln_lua_cut(L, luaL_checkstring(L, 1));
  return 1;
}

// core.describe_value(value) -> what it is, for messages: "a tensor of shape (2, 3)"
static int describe_value(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_settop(L, 1);
  ln_lua_describe(L, s, 1);
  return 1;
}

void ln_lua_check_name(lua_State *L, int i, const char *what, bool path) {
  if (lua_type(L, i) != LUA_TSTRING)
    ln_lua_error(L, "%s: a name is a string, got a %s", what, luaL_typename(L, i));
  if (!ln_lua_is_text(L, i, false)) {
    ln_lua_printable(L, i, false);
    ln_lua_error(L, "%s: a name is UTF-8 text without NUL, got '%s'", what, lua_tostring(L, -1));
  }
  if (!path && strchr(lua_tostring(L, i), '/'))
    ln_lua_error(L, "%s: the name '%s' has a '/', which separates names in paths", what,
                 lua_tostring(L, i));
}

// core.printable(text[, lines]): the text with control characters and what is no UTF-8 as \xNN;
// lines: line ends and tabs stay.
static int printable(lua_State *L) {
  lua_settop(L, 2);
  luaL_tolstring(L, 1, NULL);
  ln_lua_printable(L, -1, lua_toboolean(L, 2));
  return 1;
}

void ln_register_messages(lua_State *L) {
  static const luaL_Reg functions[] = {{"suggestion", suggestion},
                                       {"slip", slip},
                                       {"cut", cut},
                                       {"describe_value", describe_value},
                                       {"printable", printable},
                                       {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
