// Pictures in memory, and what reads them: a codec is a table that an optional module gives
// (core/lua/modules/png.c, jpeg.c). Nothing here knows tensors, so that threads may use it.
#ifndef LN_IO_PICTURE_H
#define LN_IO_PICTURE_H

#include "kernels/resample.h"
#include "lunate.h"

typedef struct LnPicture {
  int64_t height, width;
  int channels;     // 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha
  int bytes;        // of a sample: 1, or 2 in the machine's order
  uint8_t *pixels;  // (height, width, channels), malloc'ed
} LnPicture;

enum { LN_PICTURE_ERROR = 256 };   // room for a message

// What one picture may have: as many as Pillow allows.
#define LN_PICTURE_MAX_PIXELS 178956970

typedef struct LnCodec {
  size_t size;      // of this struct: both sides know the same one
  const char *name;
  bool (*claims)(const uint8_t *bytes, size_t n);   // by the first bytes
  // False with a message, and *out untouched.
  bool (*decode)(const uint8_t *bytes, size_t n, int64_t max_pixels, LnPicture *out, char *error);
} LnCodec;

// Where a module leaves its codec (light userdata), in the registry.
#define LN_CODEC_KEY "lunate.codec."

// Checks a claimed size, then allocates; false with a message.
bool ln_picture_new(LnPicture *p, int64_t height, int64_t width, int channels, int bytes,
                    int64_t max_pixels, char *error);
void ln_picture_free(LnPicture *p);
bool ln_picture_fail(char *error, const char *format, ...) LN_PRINTF(2, 3);

// To 1, 3 or 4 channels (0: as it is). Gray is (19595 R + 38470 G + 7471 B) / 2^16; alpha is
// dropped, or 255. 16 bits become 8, but with `words` for gray that stays gray.
bool ln_picture_convert(LnPicture *p, int channels, bool words, char *error);
// Decoded by the codec that claims it (a list ended by NULL).
bool ln_picture_decode(const LnCodec *const *codecs, const uint8_t *bytes, size_t n,
                       int64_t max_pixels, LnPicture *out, char *error);
// The part `box` (NULL: all of it) in another size, as Pillow computes it in whole numbers:
// filters other than nearest are antialiased.
bool ln_picture_resize(LnPicture *p, const LnBox *box, int64_t height, int64_t width,
                       LnFilter filter, char *error);

// y (height, width, channels) or, channels_first, (channels, height, width): the 8-bit picture in
// this size as floats, as ln.image.resize computes them (no antialias).
typedef struct LnFit {
  int64_t height, width;
  LnFilter filter;
  bool crop, pad;    // keeps the aspect ratio: a crop from the middle, or 0 around it
  bool channels_first;
} LnFit;
bool ln_picture_fit(const LnPicture *p, const LnFit *fit, float *y, char *error);

#endif
