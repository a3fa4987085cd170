// lunate.png: pictures to and from PNG, between uint8 tensors (h, w), (h, w, c) and strings.
// A module of its own, loaded with the first picture.
// pkg-config: libpng
// debian: libpng-dev
#include <limits.h>
#include <string.h>

#include <png.h>

#include "lua/exports.h"

// By the number of channels.
static const png_uint_32 formats[] = {0, PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB,
                                      PNG_FORMAT_RGBA};

// encode(t) -> string: t is uint8, (h, w) or (h, w, c) with c = 1 gray, 2 gray and alpha, 3 RGB,
// 4 RGB and alpha.
//   local png = require "lunate.png"
//   io.open("gray.png", "wb"):write(png.encode(ln.full({28, 28}, 127, {dtype = "uint8"}))):close()
static int encode(lua_State *L) {
  const LnExports *e = ln_exports(L);
  const LnTensor *t = e->test_tensor(e, L, 1, "png.encode");
  luaL_argcheck(L, t, 1, "a uint8 tensor expected");
  int64_t channels = t->rank == 3 ? t->shape[2] : 1;
  if (t->dtype != LN_UINT8 || t->rank < 2 || t->rank > 3 || channels < 1 || channels > 4)
    return luaL_error(L, "png.encode: a uint8 tensor (h, w) or (h, w, 1 to 4) expected");
  if (t->size == 0 || t->shape[0] > INT_MAX || t->shape[1] > INT_MAX / 8)
    return luaL_error(L, "png.encode: a picture of %I by %I has no PNG form",
                      (LUAI_UACINT)t->shape[0], (LUAI_UACINT)t->shape[1]);
  png_image image = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)t->shape[1],
                     .height = (png_uint_32)t->shape[0],
                     .format = formats[channels]};
  // What zlib and the chunks around its blocks may at most add (PNG_IMAGE_PNG_SIZE_MAX says the
  // same, in 32 bits).
  uint64_t rows = (uint64_t)t->shape[0] * ((uint64_t)(t->shape[1] * channels) + 1);
  uint64_t bound = rows + rows / 8 + rows / 64 + 4096;
  png_alloc_size_t n = (png_alloc_size_t)bound;
  void *out = lua_newuserdatauv(L, (size_t)bound, 0);
  int ok = png_image_write_to_memory(&image, out, &n, 0, t->data, 0, NULL);
  if (!ok || image.warning_or_error & PNG_IMAGE_ERROR)
    return luaL_error(L, "png.encode: %s", image.message);
  lua_pushlstring(L, out, n);
  return 1;
}

// Frees what libpng holds, whatever Lua raises meanwhile.
static int image_gc(lua_State *L) {
  png_image_free(lua_touserdata(L, 1));
  return 0;
}

// decode(bytes) -> uint8 tensor (h, w, c), c as in encode; palettes become RGB, 16 bits 8.
// Raises for what is no PNG, is damaged, or claims more pixels than its bytes can hold.
//   print(require("lunate.png").decode(io.open("gray.png", "rb"):read("a")).shape)
static int decode(lua_State *L) {
  const LnExports *e = ln_exports(L);
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  png_image *image = lua_newuserdatauv(L, sizeof *image, 0);
  *image = (png_image){.version = PNG_IMAGE_VERSION};
  ln_lua_set_class(L, "lunate.png", image_gc, NULL, false);
  lua_toclose(L, -1);
  if (!png_image_begin_read_from_memory(image, bytes, n))
    return luaL_error(L, "png.decode: %s", image->message);
  image->format &= PNG_FORMAT_FLAG_ALPHA | PNG_FORMAT_FLAG_COLOR;
  int64_t channels = (int64_t)PNG_IMAGE_SAMPLE_CHANNELS(image->format);
  int64_t shape[] = {image->height, image->width, channels};
  // Deflate packs 1032 to 1 at best, and a pixel is one bit at least.
  if ((uint64_t)shape[0] * (uint64_t)shape[1] / 8 > (uint64_t)n * 1032)
    return luaL_error(L, "png.decode: %I bytes cannot hold a picture of %I by %I", (LUAI_UACINT)n,
                      (LUAI_UACINT)shape[0], (LUAI_UACINT)shape[1]);
  LnTensor *t = e->push_tensor(e, L, LN_UINT8, 3, shape, "png.decode");
  if (!png_image_finish_read(image, NULL, t->data, 0, NULL))
    return luaL_error(L, "png.decode: %s", image->message);
  return 1;
}

static const luaL_Reg functions[] = {{"encode", encode}, {"decode", decode}, {NULL, NULL}};

int luaopen_lunate_png(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_png(lua_State *L) {
  ln_exports(L);   // a core of another build shows now
  luaL_newlib(L, functions);
  return 1;
}
