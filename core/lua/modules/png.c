// lunate.png: pictures to and from PNG, between uint8 tensors (h, w), (h, w, c) and strings.
// A module of its own, loaded with the first picture.
// pkg-config: libpng
// debian: libpng-dev
// with: core/io/picture.c core/kernels/resample.c
#include <limits.h>
#include <setjmp.h>
#include <string.h>

#include <png.h>

#include "lua/modules/codec.h"

// ---- decoding: no Lua here, since it may be a thread's

typedef struct Reading {
  jmp_buf failed;
  char *error;
  const uint8_t *bytes;
  size_t left;
  LnPicture picture;
} Reading;

static void on_error(png_structp png, png_const_charp message) {
  Reading *r = png_get_error_ptr(png);
  ln_picture_fail(r->error, "%s", message);
  longjmp(r->failed, 1);
}

static void on_warning(png_structp png, png_const_charp message) { (void)png, (void)message; }

static void read_bytes(png_structp png, png_bytep out, size_t n) {
  Reading *r = png_get_io_ptr(png);
  if (n > r->left) png_error(png, "the file ends early");
  memcpy(out, r->bytes, n);
  r->bytes += n;
  r->left -= n;
}

// What the picture is: bits of a sample become 8 or 16, transparent colours alpha. Palettes are
// looked up later: libpng does not check the positions it looks up.
static void set_transformations(png_structp png, png_infop info) {
  png_byte type = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_packing(png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (type != PNG_COLOR_TYPE_PALETTE && png_get_valid(png, info, PNG_INFO_tRNS))
    png_set_tRNS_to_alpha(png);
  if (depth == 16 && (union { uint16_t word; uint8_t first; }){1}.first) png_set_swap(png);
}

// Positions in a palette become RGB, or RGB and alpha.
static void look_up(png_structp png, png_infop info, Reading *r) {
  png_colorp colours;
  png_bytep alphas;
  int n = 0, n_alphas = 0;
  if (!png_get_PLTE(png, info, &colours, &n)) png_error(png, "no palette");
  if (!png_get_tRNS(png, info, &alphas, &n_alphas, NULL)) n_alphas = 0;
  LnPicture *p = &r->picture, to;
  int channels = n_alphas > 0 ? 4 : 3;
  if (!ln_picture_new(&to, p->height, p->width, channels, 1, INT64_MAX, r->error))
    longjmp(r->failed, 1);
  uint8_t *out = to.pixels, *end = p->pixels + p->height * p->width;
  bool known = true;
  for (const uint8_t *at = p->pixels; known && at < end; at++, out += channels) {
    if (!(known = *at < n)) break;
    out[0] = colours[*at].red;
    out[1] = colours[*at].green;
    out[2] = colours[*at].blue;
    if (n_alphas > 0) out[3] = *at < n_alphas ? alphas[*at] : 255;
  }
  ln_picture_free(p);
  *p = to;
  if (!known) png_error(png, "pixels of a colour that is not in the palette");
}

static void read_picture(png_structp png, png_infop info, size_t n, int64_t max_pixels,
                         Reading *r) {
  png_set_read_fn(png, r, read_bytes);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // Texts and profiles are passed over: they may unpack to anything.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  static const png_byte passed[] = "iCCP\0tEXt\0zTXt\0iTXt\0eXIf\0sPLT\0hIST\0sCAL\0pCAL";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, passed, sizeof passed / 5);
  png_read_info(png, info);
  int64_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  // Deflate packs 1032 to 1 at best, and a pixel is one bit at least.
  if ((uint64_t)width * (uint64_t)height / 8 > (uint64_t)n * 1032) {
    ln_picture_fail(r->error, "%zu bytes cannot hold a picture of %lld by %lld", n,
                    (long long)height, (long long)width);
    longjmp(r->failed, 1);
  }
  bool palette = png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE;
  set_transformations(png, info);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (!ln_picture_new(&r->picture, height, width, png_get_channels(png, info),
                      png_get_bit_depth(png, info) / 8, max_pixels, r->error))
    longjmp(r->failed, 1);
  size_t line = (size_t)(width * r->picture.channels * r->picture.bytes);
  if (png_get_rowbytes(png, info) != line) png_error(png, "rows of another length");
  if (passes > 1) memset(r->picture.pixels, 0, line * (size_t)height);
  for (int pass = 0; pass < passes; pass++)
    for (int64_t y = 0; y < height; y++)
      png_read_row(png, r->picture.pixels + (size_t)y * line, NULL);
  png_read_end(png, NULL);
  if (palette) look_up(png, info, r);
}

static bool decode_png(const uint8_t *bytes, size_t n, int64_t max_pixels, LnPicture *out,
                       char *error) {
  Reading r = {.error = error, .bytes = bytes, .left = n};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    return ln_picture_fail(error, "out of memory");
  }
  bool done = false;
  if (setjmp(r.failed) == 0) {
    read_picture(png, info, n, max_pixels, &r);
    *out = r.picture;
    done = true;
  } else {
    ln_picture_free(&r.picture);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return done;
}

static bool claims_png(const uint8_t *bytes, size_t n) {
  return n >= 8 && memcmp(bytes, "\211PNG\r\n\032\n", 8) == 0;
}

static const LnCodec codec = {sizeof codec, "PNG", claims_png, decode_png};

// ---- for Lua

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

// decode(bytes) -> uint8 tensor (h, w, c), c as in encode; palettes become RGB, 16 bits 8. Gamma
// and profiles are left alone. Raises for what is no PNG, is damaged, or claims more pixels than
// its bytes can hold.
//   print(require("lunate.png").decode(io.open("gray.png", "rb"):read("a")).shape)
static int decode(lua_State *L) { return ln_lua_decode(L, &codec, "png.decode"); }

static const luaL_Reg functions[] = {{"encode", encode}, {"decode", decode}, {NULL, NULL}};

int luaopen_lunate_png(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_png(lua_State *L) {
  ln_exports(L);   // a core of another build shows now
  lua_pushlightuserdata(L, (void *)&codec);
  lua_setfield(L, LUA_REGISTRYINDEX, LN_CODEC_KEY "png");
  luaL_newlib(L, functions);
  return 1;
}
