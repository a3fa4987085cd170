// What the modules of picture formats have in common: a decoder of Lua's around a codec.
#ifndef LN_LUA_MODULES_CODEC_H
#define LN_LUA_MODULES_CODEC_H

#include <string.h>

#include "io/picture.h"
#include "lua/exports.h"

// A picture that Lua's collector frees, whatever is raised meanwhile.
static int ln_lua_free_picture(lua_State *L) {
  ln_picture_free(lua_touserdata(L, 1));
  return 0;
}

static inline LnPicture *ln_lua_push_picture(lua_State *L) {
  LnPicture *p = lua_newuserdatauv(L, sizeof *p, 0);
  *p = (LnPicture){0};
  ln_lua_set_class(L, "lunate.picture", ln_lua_free_picture, NULL, false);
  return p;
}

// Pushes the picture as a tensor (h, w, c): uint8, or int32 for 16 bits.
static inline int ln_lua_push_pixels(lua_State *L, LnPicture *p, const char *what) {
  const LnExports *e = ln_exports(L);
  int64_t shape[] = {p->height, p->width, p->channels};
  LnTensor *t = e->push_tensor(e, L, p->bytes == 1 ? LN_UINT8 : LN_INT32, 3, shape, what);
  if (p->bytes == 1) {
    memcpy(t->data, p->pixels, (size_t)t->size);
  } else {
    uint16_t word;
    for (int64_t i = 0; i < t->size; i++) {
      memcpy(&word, p->pixels + 2 * i, sizeof word);
      ((int32_t *)t->data)[i] = word;
    }
  }
  ln_picture_free(p);
  return 1;
}

// decode(bytes) of one format: 8 bits a sample.
static inline int ln_lua_decode(lua_State *L, const LnCodec *codec, const char *what) {
  size_t n;
  char error[LN_PICTURE_ERROR];
  const char *bytes = luaL_checklstring(L, 1, &n);
  LnPicture *p = ln_lua_push_picture(L);
  if (!codec->claims((const uint8_t *)bytes, n))
    return luaL_error(L, "%s: this is no %s file", what, codec->name);
  if (!codec->decode((const uint8_t *)bytes, n, LN_PICTURE_MAX_PIXELS, p, error))
    return luaL_error(L, "%s: %s", what, error);
  for (int64_t i = 0; p->bytes == 2 && i < p->height * p->width * p->channels; i++) {
    uint16_t word;
    memcpy(&word, p->pixels + 2 * i, sizeof word);
    p->pixels[i] = (uint8_t)(word >> 8);
  }
  p->bytes = 1;
  return ln_lua_push_pixels(L, p, what);
}

#endif
