// lunate.tokenizer: texts in Unicode (case, normal forms, categories) and byte-pair encoding; what
// lua/lunate/text is made of. A module of its own, loaded when a text needs it.
// pkg-config: libutf8proc
// debian: libutf8proc-dev
// with: core/text/words.c core/text/bpe.c core/text/bpe_train.c
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <utf8proc.h>

#include "lua/exports.h"
#include "text/bpe.h"

#define ENCODER "lunate.tokenizer.encoder"
#define TRAINER "lunate.tokenizer.trainer"

// ---- Unicode

static LnCharClass classify(int32_t code) {
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO: return LN_CHAR_LETTER;
    case UTF8PROC_CATEGORY_ND: case UTF8PROC_CATEGORY_NL: case UTF8PROC_CATEGORY_NO:
      return LN_CHAR_NUMBER;
    case UTF8PROC_CATEGORY_ZS: case UTF8PROC_CATEGORY_ZL: case UTF8PROC_CATEGORY_ZP:
      return LN_CHAR_SPACE;
    default: return code == 0x85 ? LN_CHAR_SPACE : LN_CHAR_OTHER;
  }
}

// tokenizer.lower(s): every character in lower case by itself; what is no UTF-8 stays.
static int lower(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (size_t at = 0; at < n;) {
    int width;
    const int32_t code = ln_utf8_char(s, n, at, &width);
    char *out = luaL_prepbuffsize(&b, 4);
    if (code < 0) out[0] = s[at], luaL_addsize(&b, 1);
    else luaL_addsize(&b, (size_t)utf8proc_encode_char(utf8proc_tolower(code),
                                                       (utf8proc_uint8_t *)out));
    at += (size_t)width;
  }
  luaL_pushresult(&b);
  return 1;
}

static int free_text(lua_State *L) {
  void **box = lua_touserdata(L, 1);
  free(*box);
  *box = NULL;
  return 0;
}

// tokenizer.normalize(s, form): "NFC", "NFD", "NFKC" or "NFKD"; nil for what is no UTF-8.
static int normalize(lua_State *L) {
  static const char *const forms[] = {"NFC", "NFD", "NFKC", "NFKD", NULL};
  static const int options[] = {
      UTF8PROC_STABLE | UTF8PROC_COMPOSE, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE,
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT,
      UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT};
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  const int form = luaL_checkoption(L, 2, NULL, forms);
  void **box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = NULL;
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, free_text);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  utf8proc_uint8_t *out = NULL;
  const utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &out,
                                             (utf8proc_option_t)options[form]);
  *box = out;
  if (size == UTF8PROC_ERROR_NOMEM) return luaL_error(L, "normalize: out of memory");
  if (size < 0) return 0;
  lua_pushlstring(L, (const char *)out, (size_t)size);
  return 1;
}

// ---- arguments

static int32_t check_id(lua_State *L, int i, const char *what) {
  int is_integer;
  const lua_Integer id = lua_tointegerx(L, i, &is_integer);
  if (!is_integer || id < 0 || id >= INT32_MAX) luaL_error(L, "%s should be an id", what);
  return (int32_t)id;
}

// The fields `pattern` ("gpt2", "gpt4", "none") and `digits` of the table at i.
static LnPattern read_pattern(lua_State *L, int i) {
  static const char *const kinds[] = {"gpt2", "gpt4", "none", NULL};
  LnPattern p = {.classify = classify};
  lua_getfield(L, i, "pattern");
  p.kind = luaL_checkoption(L, -1, NULL, kinds);
  lua_getfield(L, i, "digits");
  p.digits = (int)luaL_optinteger(L, -1, 3);
  lua_pop(L, 2);
  return p;
}

static bool read_flag(lua_State *L, int i, const char *name) {
  lua_getfield(L, i, name);
  const bool flag = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return flag;
}

static int out_of_memory(lua_State *L, const char *what) {
  return luaL_error(L, "%s: out of memory", what);
}

static void *scratch(lua_State *L, size_t n, size_t size) {
  return lua_newuserdatauv(L, (n + 1) * size, 0);
}

// ---- encoders

typedef struct Encoder {
  LnBpe *bpe;
  LnIds ids;   // of the call that runs
} Encoder;

static int encoder_gc(lua_State *L) {
  Encoder *e = luaL_checkudata(L, 1, ENCODER);
  ln_bpe_free(e->bpe);
  free(e->ids.v);
  *e = (Encoder){0};
  return 0;
}

// The list of merges, {left, right, made, left, ...}, at the top.
static LnMerge *read_merges(lua_State *L, int *n) {
  const int list = lua_gettop(L);
  const size_t size = (size_t)lua_rawlen(L, list) / 3;
  if (size >= INT_MAX / 4) luaL_error(L, "too many merges");
  LnMerge *merges = scratch(L, size, sizeof *merges);
  for (size_t k = 0; k < size; k++) {
    int32_t ids[3];
    for (int j = 0; j < 3; j++) {
      lua_rawgeti(L, list, (lua_Integer)(3 * k) + j + 1);
      ids[j] = check_id(L, -1, "an entry of merges");
      lua_pop(L, 1);
    }
    merges[k] = (LnMerge){ids[0], ids[1], ids[2]};
  }
  *n = (int)size;
  return merges;
}

// The list of special tokens, {{text =, id =, left =, right =}}, at the top. Texts stay its.
static LnSpecial *read_specials(lua_State *L, int *n) {
  const int list = lua_gettop(L), entry = list + 2;
  const size_t size = (size_t)lua_rawlen(L, list);
  if (size >= INT_MAX / 4) luaL_error(L, "too many special tokens");
  LnSpecial *specials = scratch(L, size, sizeof *specials);
  for (size_t k = 0; k < size; k++) {
    lua_rawgeti(L, list, (lua_Integer)k + 1);
    luaL_checktype(L, entry, LUA_TTABLE);
    LnSpecial *s = &specials[k];
    lua_getfield(L, entry, "text");
    s->text = (char *)(uintptr_t)luaL_checklstring(L, -1, &s->n);
    lua_getfield(L, entry, "id");
    s->id = check_id(L, -1, "the id of a special token");
    s->left = read_flag(L, entry, "left");
    s->right = read_flag(L, entry, "right");
    lua_settop(L, entry - 1);
  }
  *n = (int)size;
  return specials;
}

// Texts by id, {[id + 1] = text or false}, at the top.
static void read_tokens(lua_State *L, LnBpeOptions *o) {
  const int list = lua_gettop(L);
  const size_t size = (size_t)lua_rawlen(L, list);
  if (size >= INT_MAX / 4) luaL_error(L, "too many tokens");
  const char **texts = scratch(L, size, sizeof *texts);
  size_t *sizes = scratch(L, size, sizeof *sizes);
  for (size_t k = 0; k < size; k++) {
    lua_rawgeti(L, list, (lua_Integer)k + 1);
    texts[k] = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &sizes[k]) : NULL;
    lua_pop(L, 1);
  }
  o->tokens = texts, o->token_sizes = sizes, o->n_tokens = (int)size;
}

static void read_byte_ids(lua_State *L, int list, int32_t ids[256]) {
  luaL_checktype(L, list, LUA_TTABLE);
  for (int c = 0; c < 256; c++) {
    lua_rawgeti(L, list, c + 1);
    ids[c] = lua_toboolean(L, -1) ? check_id(L, -1, "the id of a byte") : -1;
    lua_pop(L, 1);
  }
}

// tokenizer.encoder{bytes = {id or false, ... 256}, merges =, specials =, tokens =, pattern =,
// digits =, prefix_space =, whole_words =, unknown =}
static int new_encoder(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  luaL_checkstack(L, 20, NULL);
  Encoder *e = lua_newuserdatauv(L, sizeof *e, 0);
  *e = (Encoder){0};
  luaL_setmetatable(L, ENCODER);
  LnBpeOptions o = {.pattern = read_pattern(L, 1), .prefix_space = read_flag(L, 1, "prefix_space"),
                    .whole_words = read_flag(L, 1, "whole_words"), .unknown = -1};
  lua_getfield(L, 1, "unknown");
  if (lua_toboolean(L, -1)) o.unknown = check_id(L, -1, "unknown");
  lua_getfield(L, 1, "bytes");
  read_byte_ids(L, lua_gettop(L), o.byte_ids);
  lua_getfield(L, 1, "merges");
  luaL_checktype(L, -1, LUA_TTABLE);
  o.merges = read_merges(L, &o.n_merges);
  lua_getfield(L, 1, "specials");
  luaL_checktype(L, -1, LUA_TTABLE);
  o.specials = read_specials(L, &o.n_specials);
  lua_getfield(L, 1, "tokens");
  luaL_checktype(L, -1, LUA_TTABLE);
  read_tokens(L, &o);
  e->bpe = ln_bpe_new(&o);
  if (!e->bpe) return out_of_memory(L, "BPE");
  lua_pushvalue(L, 2);
  return 1;
}

// encoder:encode(text, special): an int32 tensor; special: whether tokens are looked for in it.
static int encode(lua_State *L) {
  const LnExports *exports = ln_exports(L);
  Encoder *e = luaL_checkudata(L, 1, ENCODER);
  size_t n;
  const char *text = luaL_checklstring(L, 2, &n);
  e->ids.n = 0;
  if (!ln_bpe_encode(e->bpe, text, n, lua_toboolean(L, 3), &e->ids))
    return out_of_memory(L, "encode");
  const int64_t size = (int64_t)e->ids.n;
  LnTensor *t = exports->push_tensor(exports, L, LN_INT32, 1, &size, "encode");
  if (size > 0) memcpy(t->data, e->ids.v, (size_t)size * sizeof *e->ids.v);
  enum { KEPT = 1 << 20 };   // ids for which there is room from call to call
  if (e->ids.room > KEPT) {
    free(e->ids.v);
    e->ids = (LnIds){0};
  }
  return 1;
}

// ---- trainers

typedef struct Trainer {
  LnBpeTrainer *trainer;
  LnMerge *merges;
} Trainer;

static int trainer_gc(lua_State *L) {
  Trainer *t = luaL_checkudata(L, 1, TRAINER);
  ln_bpe_trainer_free(t->trainer);
  free(t->merges);
  *t = (Trainer){0};
  return 0;
}

// tokenizer.trainer{pattern =, digits =, prefix_space =}
static int new_trainer(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const LnPattern pattern = read_pattern(L, 1);
  Trainer *t = lua_newuserdatauv(L, sizeof *t, 0);
  *t = (Trainer){0};
  luaL_setmetatable(L, TRAINER);
  t->trainer = ln_bpe_trainer_new(&pattern, read_flag(L, 1, "prefix_space"));
  return t->trainer ? 1 : out_of_memory(L, "BPE.train");
}

// trainer:add(text)
static int trainer_add(lua_State *L) {
  Trainer *t = luaL_checkudata(L, 1, TRAINER);
  size_t n;
  const char *text = luaL_checklstring(L, 2, &n);
  return ln_bpe_trainer_add(t->trainer, text, n) ? 0 : out_of_memory(L, "BPE.train");
}

// trainer:run(byte_ids, first_id, most, min_frequency): {left, right, made, left, ...}
static int trainer_run(lua_State *L) {
  Trainer *t = luaL_checkudata(L, 1, TRAINER);
  int32_t byte_ids[256];
  size_t n = 0;
  lua_settop(L, 5);
  read_byte_ids(L, 2, byte_ids);
  const int32_t first = check_id(L, 3, "first_id"), most = check_id(L, 4, "most");
  const lua_Integer frequency = luaL_checkinteger(L, 5);
  free(t->merges);
  t->merges = NULL;
  const bool done =
      ln_bpe_trainer_run(t->trainer, byte_ids, first, most, frequency, &t->merges, &n);
  if (!done) return out_of_memory(L, "BPE.train");
  lua_createtable(L, n < INT_MAX / 3 ? (int)(3 * n) : 0, 0);
  for (size_t i = 0; i < n; i++) {
    const LnMerge m = t->merges[i];
    lua_pushinteger(L, m.left), lua_rawseti(L, -2, (lua_Integer)(3 * i) + 1);
    lua_pushinteger(L, m.right), lua_rawseti(L, -2, (lua_Integer)(3 * i) + 2);
    lua_pushinteger(L, m.made), lua_rawseti(L, -2, (lua_Integer)(3 * i) + 3);
  }
  return 1;
}

// tokenizer.words(s, {pattern =, digits =}): the words of a text, a list.
static int words(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  luaL_checktype(L, 2, LUA_TTABLE);
  const LnPattern pattern = read_pattern(L, 2);
  lua_Integer k = 0;
  lua_newtable(L);
  for (size_t at = 0; at < n;) {
    const size_t end = ln_word_end(&pattern, s, n, at);
    lua_pushlstring(L, s + at, end - at);
    lua_rawseti(L, -2, ++k);
    at = end;
  }
  return 1;
}

static void new_type(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction gc) {
  luaL_newmetatable(L, name);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, gc);
  lua_setfield(L, -2, "__gc");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}

int luaopen_lunate_tokenizer(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_tokenizer(lua_State *L) {
  static const luaL_Reg encoder[] = {{"encode", encode}, {NULL, NULL}};
  static const luaL_Reg trainer[] = {{"add", trainer_add}, {"run", trainer_run}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"lower", lower}, {"normalize", normalize}, {"words", words},
                                       {"encoder", new_encoder}, {"trainer", new_trainer},
                                       {NULL, NULL}};
  ln_exports(L);
  new_type(L, ENCODER, encoder, encoder_gc);
  new_type(L, TRAINER, trainer, trainer_gc);
  luaL_newlib(L, functions);
  return 1;
}
