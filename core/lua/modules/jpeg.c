// lunate.jpeg: pictures to and from JPEG, between uint8 tensors (h, w), (h, w, c) and strings.
// A module of its own, loaded with the first picture.
// pkg-config: libjpeg
// debian: libjpeg62-turbo-dev
// with: core/io/picture.c core/kernels/resample.c
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "lua/modules/codec.h"

typedef struct Failure {
  struct jpeg_error_mgr manager;   // first: libjpeg knows it by this address
  jmp_buf failed;
  char *error;
} Failure;

static void on_error(j_common_ptr info) {
  Failure *f = (Failure *)info->err;
  char text[JMSG_LENGTH_MAX];
  f->manager.format_message(info, text);
  ln_picture_fail(f->error, "%s", text);
  longjmp(f->failed, 1);
}

// Warnings that are told by level -1. What concerns no pixel is let pass; damaged data is an error.
static void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
  case JWRN_EXTRANEOUS_DATA: case JWRN_ADOBE_XFORM: case JWRN_JFIF_MAJOR: case JWRN_BOGUS_ICC:
    return;
  default:
    on_error(info);
  }
}

static void set_failure(Failure *f, char *error) {
  jpeg_std_error(&f->manager);
  f->manager.error_exit = on_error;
  f->manager.emit_message = on_message;
  f->error = error;
}

// ---- decoding: no Lua here, since it may be a thread's

typedef struct Reading {
  Failure failure;
  struct jpeg_decompress_struct info;
  struct jpeg_progress_mgr progress;
  struct jpeg_source_mgr source;
  LnPicture picture;
  uint8_t *line;      // of CMYK
} Reading;

static void ignore(j_decompress_ptr info) { (void)info; }

static boolean fill(j_decompress_ptr info) {
  Failure *f = (Failure *)info->err;
  ln_picture_fail(f->error, "the file ends early");
  longjmp(f->failed, 1);
}

static void skip(j_decompress_ptr info, long n) {
  if (n <= 0) return;
  if ((size_t)n > info->src->bytes_in_buffer) fill(info);
  info->src->next_input_byte += n;
  info->src->bytes_in_buffer -= (size_t)n;
}

// A progressive picture may ask for its whole area again and again, in a few bytes.
enum { MAX_SCANS = 200 };
static void watch_scans(j_common_ptr info) {
  Failure *f = (Failure *)info->err;
  if (((j_decompress_ptr)info)->input_scan_number <= MAX_SCANS) return;
  ln_picture_fail(f->error, "more than %d scans", MAX_SCANS);
  longjmp(f->failed, 1);
}

// Four inks, stored inverted as Adobe does.
static void to_rgb(const uint8_t *cmyk, uint8_t *rgb, int64_t n) {
  for (; n > 0; n--, cmyk += 4, rgb += 3)
    for (int k = 0; k < 3; k++) {
      unsigned product = cmyk[k] * (unsigned)cmyk[3] + 128;
      rgb[k] = (uint8_t)((product + (product >> 8)) >> 8);
    }
}

static void read_picture(Reading *r, const uint8_t *bytes, size_t n, int64_t max_pixels) {
  j_decompress_ptr info = &r->info;
  r->source = (struct jpeg_source_mgr){
    .next_input_byte = bytes, .bytes_in_buffer = n, .init_source = ignore,
    .fill_input_buffer = fill, .skip_input_data = skip, .resync_to_restart = jpeg_resync_to_restart,
    .term_source = ignore};
  info->src = &r->source;
  r->progress.progress_monitor = watch_scans;
  info->progress = &r->progress;
  jpeg_read_header(info, TRUE);
  // A block of at most 32 by 32 pixels takes a bit at least.
  if ((uint64_t)info->image_width * info->image_height / 8192 > n) {
    ln_picture_fail(r->failure.error, "%zu bytes cannot hold a picture of %u by %u", n,
                    info->image_height, info->image_width);
    longjmp(r->failure.failed, 1);
  }
  bool inks = info->num_components == 4;
  info->out_color_space = inks ? JCS_CMYK : info->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  int channels = info->num_components == 1 ? 1 : 3;
  if (!ln_picture_new(&r->picture, info->image_height, info->image_width, channels, 1, max_pixels,
                      r->failure.error))
    longjmp(r->failure.failed, 1);
  if (inks && !(r->line = malloc((size_t)info->image_width * 4)))
    ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  jpeg_start_decompress(info);
  while (info->output_scanline < info->output_height) {
    uint8_t *to = r->picture.pixels +
                  (size_t)info->output_scanline * info->image_width * (size_t)channels;
    JSAMPROW row = inks ? r->line : to;
    jpeg_read_scanlines(info, &row, 1);
    if (inks) to_rgb(r->line, to, info->image_width);
  }
  jpeg_finish_decompress(info);
}

static bool decode_jpeg(const uint8_t *bytes, size_t n, int64_t max_pixels, LnPicture *out,
                        char *error) {
  Reading r = {0};
  set_failure(&r.failure, error);
  r.info.err = &r.failure.manager;
  bool done = false;
  if (setjmp(r.failure.failed) == 0) {
    jpeg_create_decompress(&r.info);
    read_picture(&r, bytes, n, max_pixels);
    *out = r.picture;
    done = true;
  } else {
    ln_picture_free(&r.picture);
  }
  jpeg_destroy_decompress(&r.info);
  free(r.line);
  return done;
}

static bool claims_jpeg(const uint8_t *bytes, size_t n) {
  return n >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0;
}

static const LnCodec codec = {sizeof codec, "JPEG", claims_jpeg, decode_jpeg};

// ---- for Lua

typedef struct Writing {
  Failure failure;
  struct jpeg_compress_struct info;
  unsigned char *out;     // malloc'ed by libjpeg
  unsigned long n;
} Writing;

static int free_writing(lua_State *L) {
  Writing *w = lua_touserdata(L, 1);
  jpeg_destroy_compress(&w->info);
  free(w->out);
  w->out = NULL;
  return 0;
}

static bool write_picture(Writing *w, const LnTensor *t, int channels, int quality) {
  j_compress_ptr info = &w->info;
  if (setjmp(w->failure.failed) != 0) return false;
  jpeg_create_compress(info);
  jpeg_mem_dest(info, &w->out, &w->n);
  info->image_height = (JDIMENSION)t->shape[0];
  info->image_width = (JDIMENSION)t->shape[1];
  info->input_components = channels;
  info->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(info);
  jpeg_set_quality(info, quality, TRUE);
  jpeg_start_compress(info, TRUE);
  while (info->next_scanline < info->image_height) {
    JSAMPROW row = (uint8_t *)t->data + (int64_t)info->next_scanline * t->shape[1] * channels;
    jpeg_write_scanlines(info, &row, 1);
  }
  jpeg_finish_compress(info);
  return true;
}

// encode(t[, quality = 75]) -> string: t is uint8, (h, w) or (h, w, c) with c = 1 gray or 3 RGB;
// quality from 1 to 100.
//   local jpeg = require "lunate.jpeg"
//   print(#jpeg.encode(ln.full({28, 28}, 127, {dtype = "uint8"})) > 100)          --> true
static int encode(lua_State *L) {
  const LnExports *e = ln_exports(L);
  char error[LN_PICTURE_ERROR];
  const LnTensor *t = e->test_tensor(e, L, 1, "jpeg.encode");
  luaL_argcheck(L, t, 1, "a uint8 tensor expected");
  lua_Integer quality = luaL_optinteger(L, 2, 75);
  luaL_argcheck(L, quality >= 1 && quality <= 100, 2, "a quality from 1 to 100 expected");
  int64_t channels = t->rank == 3 ? t->shape[2] : 1;
  if (t->dtype != LN_UINT8 || t->rank < 2 || t->rank > 3 || (channels != 1 && channels != 3))
    return luaL_error(L, "jpeg.encode: a uint8 tensor (h, w) or (h, w, 1 or 3) expected");
  if (t->size == 0 || t->shape[0] > JPEG_MAX_DIMENSION || t->shape[1] > JPEG_MAX_DIMENSION)
    return luaL_error(L, "jpeg.encode: a picture of %I by %I has no JPEG form",
                      (LUAI_UACINT)t->shape[0], (LUAI_UACINT)t->shape[1]);
  Writing *w = lua_newuserdatauv(L, sizeof *w, 0);
  memset(w, 0, sizeof *w);
  set_failure(&w->failure, error);
  w->info.err = &w->failure.manager;
  ln_lua_set_class(L, "lunate.jpeg", free_writing, NULL, false);
  lua_toclose(L, -1);
  if (!write_picture(w, t, (int)channels, (int)quality))
    return luaL_error(L, "jpeg.encode: %s", error);
  lua_pushlstring(L, (const char *)w->out, w->n);
  return 1;
}

// decode(bytes) -> uint8 tensor (h, w, c): c = 1 gray, 3 RGB (CMYK becomes RGB). An orientation in
// its Exif data is left alone. Raises for what is no JPEG, is damaged, or claims more pixels than
// its bytes can hold.
//   local jpeg = require "lunate.jpeg"
//   print(jpeg.decode(jpeg.encode(ln.zeros({2, 3}, {dtype = "uint8"}))).shape)   --> (2, 3, 1)
static int decode(lua_State *L) { return ln_lua_decode(L, &codec, "jpeg.decode"); }

static const luaL_Reg functions[] = {{"encode", encode}, {"decode", decode}, {NULL, NULL}};

int luaopen_lunate_jpeg(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_jpeg(lua_State *L) {
  ln_exports(L);   // a core of another build shows now
  lua_pushlightuserdata(L, (void *)&codec);
  lua_setfield(L, LUA_REGISTRYINDEX, LN_CODEC_KEY "jpeg");
  luaL_newlib(L, functions);
  return 1;
}
