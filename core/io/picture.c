// What is done with pictures between their files and tensors: sizes, channels, other sizes.
#include "io/picture.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ln_picture_fail(char *error, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(error, LN_PICTURE_ERROR, format, args);
  va_end(args);
  return false;
}

bool ln_picture_new(LnPicture *p, int64_t height, int64_t width, int channels, int bytes,
                    int64_t max_pixels, char *error) {
  if (height < 1 || width < 1)
    return ln_picture_fail(error, "a picture of %lld by %lld", (long long)height,
                           (long long)width);
  if (height > max_pixels / width)
    return ln_picture_fail(error, "a picture of %lld by %lld is more than the %lld pixels allowed",
                           (long long)height, (long long)width, (long long)max_pixels);
  size_t n = (size_t)height * (size_t)width * (size_t)channels * (size_t)bytes;
  uint8_t *pixels = malloc(n);
  if (!pixels)
    return ln_picture_fail(error, "out of memory (%zu bytes for a picture of %lld by %lld)", n,
                           (long long)height, (long long)width);
  *p = (LnPicture){height, width, channels, bytes, pixels};
  return true;
}

void ln_picture_free(LnPicture *p) {
  free(p->pixels);
  p->pixels = NULL;
}

// ---- channels

static unsigned gray_of(unsigned r, unsigned g, unsigned b) {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

static unsigned sample(const uint8_t *pixel, int bytes, int i) {
  if (bytes == 1) return pixel[i];
  uint16_t wide;
  memcpy(&wide, pixel + 2 * i, sizeof wide);
  return wide >> 8;
}

bool ln_picture_convert(LnPicture *p, int channels, bool words, char *error) {
  if (channels == 0) channels = p->channels;
  bool gray = p->channels <= 2, keeps_bytes = gray && channels == 1 && (words || p->bytes == 1);
  int bytes = keeps_bytes ? p->bytes : 1;
  if (p->channels == channels && p->bytes == bytes) return true;
  LnPicture to;
  if (!ln_picture_new(&to, p->height, p->width, channels, bytes, INT64_MAX, error)) return false;
  int from_step = p->channels * p->bytes, to_step = channels * bytes;
  const uint8_t *from = p->pixels;
  uint8_t *out = to.pixels;
  for (int64_t n = p->height * p->width; n > 0; n--, from += from_step, out += to_step) {
    if (keeps_bytes) {
      memcpy(out, from, (size_t)bytes);
      continue;
    }
    unsigned r = sample(from, p->bytes, 0), g = gray ? r : sample(from, p->bytes, 1);
    unsigned b = gray ? r : sample(from, p->bytes, 2);
    if (channels <= 2) {
      out[0] = (uint8_t)(gray ? r : gray_of(r, g, b));
    } else {
      out[0] = (uint8_t)r;
      out[1] = (uint8_t)g;
      out[2] = (uint8_t)b;
    }
    if (channels % 2 == 0)
      out[channels - 1] =
        p->channels % 2 == 0 ? (uint8_t)sample(from, p->bytes, p->channels - 1) : 255;
  }
  ln_picture_free(p);
  *p = to;
  return true;
}

bool ln_picture_decode(const LnCodec *const *codecs, const uint8_t *bytes, size_t n,
                       int64_t max_pixels, LnPicture *out, char *error) {
  for (; *codecs; codecs++)
    if ((*codecs)->claims(bytes, n)) return (*codecs)->decode(bytes, n, max_pixels, out, error);
  if (n == 0) return ln_picture_fail(error, "the file is empty");
  return ln_picture_fail(error, "neither a PNG nor a JPEG file, or lunate was built without its "
                         "library (libpng-dev, libjpeg62-turbo-dev, as Debian names them)");
}

// ---- resizing, in whole numbers

enum { FRACTION = 22 };   // bits behind the point of a weight: 32 - 8 - 2 for overshoots

static uint8_t to_byte(int64_t sum) {
  sum >>= FRACTION;
  return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static void bytes_along(const uint8_t *x, int64_t step, int64_t n, const double *weight,
                        uint8_t *y) {
  int64_t sum = (int64_t)1 << (FRACTION - 1);
  for (int64_t k = 0; k < n; k++) sum += x[k * step] * (int64_t)weight[k];
  *y = to_byte(sum);
}

static void words_along(const uint8_t *x, int64_t step, int64_t n, const double *weight,
                        uint8_t *y) {
  double sum = 0;
  for (int64_t k = 0; k < n; k++) {
    uint16_t word;
    memcpy(&word, x + 2 * k * step, sizeof word);
    sum += word * weight[k];
  }
  sum = floor(sum + 0.5);
  uint16_t word = (uint16_t)(sum < 0 ? 0 : sum > 65535 ? 65535 : sum);
  memcpy(y, &word, sizeof word);
}

// One axis: x is (outer, t->n_in, inner) samples, y (outer, t->n_out, inner).
static void along(const uint8_t *x, uint8_t *y, int64_t outer, int64_t inner, int bytes,
                  const LnTaps *t) {
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < t->n_out; i++) {
      const double *weight = t->weight + i * t->most;
      const uint8_t *from = x + (o * t->n_in + t->first[i]) * inner * bytes;
      uint8_t *to = y + (o * t->n_out + i) * inner * bytes;
      for (int64_t j = 0; j < inner; j++)
        (bytes == 1 ? bytes_along : words_along)(from + j * bytes, inner, t->count[i], weight,
                                                 to + j * bytes);
    }
}

// Weights in whole numbers, kept as doubles.
static bool make_taps(LnTaps *t, LnFilter filter, int64_t n_in, int64_t start, int64_t covers,
                      int64_t n_out, bool whole, char *error) {
  LnSampling s = {filter, filter != LN_FILTER_NEAREST, n_in, n_out, (double)start,
                  (double)covers / (double)n_out};
  int64_t n_taps = ln_taps_most(&s);
  void *memory = malloc(ln_taps_bytes(n_out, n_taps));
  if (!memory) return ln_picture_fail(error, "out of memory");
  ln_taps_place(t, n_in, n_out, n_taps, memory);
  ln_taps_fill(&s, t);
  for (int64_t i = 0; i < n_out * n_taps && whole; i++) {
    double weight = i % n_taps < t->count[i / n_taps] ? t->weight[i] : 0;
    t->weight[i] = trunc(weight * (1 << FRACTION) + (weight < 0 ? -0.5 : 0.5));
  }
  return true;
}

static bool resize(LnPicture *p, const LnBox *b, int64_t height, int64_t width, LnFilter filter,
                   char *error) {
  LnPicture wide = {0}, to = {0};
  LnTaps rows = {0}, columns = {0};
  const int64_t max_pixels = 4 * (int64_t)LN_PICTURE_MAX_PIXELS;
  // Colours are averaged as far as they can be seen.
  bool visible = p->channels == 4 && filter != LN_FILTER_NEAREST;
  bool done = make_taps(&columns, filter, p->width, b->left, b->width, width, p->bytes == 1,
                        error) &&
              make_taps(&rows, filter, p->height, b->top, b->height, height, p->bytes == 1,
                        error) &&
              ln_picture_new(&wide, p->height, width, p->channels, p->bytes, max_pixels, error) &&
              ln_picture_new(&to, height, width, p->channels, p->bytes, max_pixels, error);
  if (done) {
    uint8_t *x = p->pixels;
    for (int64_t i = 0; visible && i < p->height * p->width; i++)
      for (int k = 0; k < 3; k++) {
        unsigned product = x[4 * i + k] * (unsigned)x[4 * i + 3] + 128;
        x[4 * i + k] = (uint8_t)((product + (product >> 8)) >> 8);
      }
    along(x, wide.pixels, p->height, p->channels, p->bytes, &columns);
    along(wide.pixels, to.pixels, 1, width * p->channels, p->bytes, &rows);
    uint8_t *y = to.pixels;
    for (int64_t i = 0; visible && i < height * width; i++)
      for (int k = 0; k < 3; k++) {
        unsigned alpha = y[4 * i + 3];
        if (alpha == 0 || alpha == 255) continue;
        unsigned value = y[4 * i + k] * 255u / alpha;
        y[4 * i + k] = (uint8_t)(value > 255 ? 255 : value);
      }
    ln_picture_free(p);
    *p = to;
  } else {
    ln_picture_free(&to);
  }
  ln_picture_free(&wide);
  free(rows.first);
  free(columns.first);
  return done;
}

bool ln_picture_resize(LnPicture *p, const LnBox *box, int64_t height, int64_t width,
                       LnFilter filter, char *error) {
  LnBox all = {0, 0, p->height, p->width};
  if (!box) box = &all;
  return resize(p, box, height, width, filter, error);
}

// ---- resizing, in floats

// The crop, or the padded picture, that has the aspect ratio wanted. *padded is to be freed.
static bool frame(const LnPicture *p, const LnFit *fit, LnBox *box, LnPicture *padded,
                  char *error) {
  *box = (LnBox){0, 0, p->height, p->width};
  if (fit->crop) *box = ln_crop_box(p->height, p->width, fit->height, fit->width);
  if (!fit->pad) return true;
  *box = ln_pad_box(p->height, p->width, fit->height, fit->width);
  if (!ln_picture_new(padded, box->height, box->width, p->channels, 1,
                      4 * (int64_t)LN_PICTURE_MAX_PIXELS, error)) return false;
  size_t c = (size_t)p->channels, line = (size_t)p->width * c;
  memset(padded->pixels, 0, (size_t)box->height * (size_t)box->width * c);
  for (int64_t i = 0; i < p->height; i++)
    memcpy(padded->pixels + ((size_t)(box->top + i) * (size_t)box->width + (size_t)box->left) * c,
           p->pixels + (size_t)i * line, line);
  box->top = box->left = 0;
  return true;
}

static bool place_taps(LnTaps *t, const LnSampling *s, char *error) {
  int64_t n_taps = ln_taps_most(s);
  void *memory = malloc(ln_taps_bytes(s->n_out, n_taps));
  if (!memory) return ln_picture_fail(error, "out of memory");
  ln_taps_place(t, s->n_in, s->n_out, n_taps, memory);
  ln_taps_fill(s, t);
  return true;
}

// Output rows one by one: only what they are made of is turned into floats.
static void fit_rows(const LnPicture *p, const LnBox *box, const LnFit *fit, const LnTaps *rows,
                     const LnTaps *columns, float *from, float *y) {
  int64_t c = p->channels, width = box->width * c, n_taps = rows->most;
  float *line = from + n_taps * width, *out = line + width;
  for (int64_t i = 0; i < fit->height; i++) {
    int64_t first = 0, n = rows->count[i];
    for (int64_t k = 0; k < n; k++) {
      const uint8_t *pixels = p->pixels +
        ((box->top + rows->first[i] + k) * p->width + box->left) * c;
      for (int64_t j = 0; j < width; j++) from[k * width + j] = pixels[j];
    }
    LnTaps one = {n, 1, n, &first, &n, rows->weight + i * n_taps, false};
    float *to = fit->channels_first ? out : y + i * fit->width * c;
    ln_resample(&(LnResample){LN_FLOAT32, from, to, c, &one, columns}, 0, 1, line);
    for (int64_t j = 0; fit->channels_first && j < fit->width * c; j++)
      y[(j % c * fit->height + i) * fit->width + j / c] = out[j];
  }
}

bool ln_picture_fit(const LnPicture *p, const LnFit *fit, float *y, char *error) {
  LnBox box;
  LnPicture padded = {0};
  LnTaps rows = {0}, columns = {0};
  float *from = NULL;
  if (p->height == fit->height && p->width == fit->width && !fit->channels_first) {
    for (int64_t i = 0; i < p->height * p->width * p->channels; i++) y[i] = p->pixels[i];
    return true;
  }
  bool done = frame(p, fit, &box, &padded, error);
  LnSampling down = {fit->filter, false, box.height, fit->height, 0,
                     (double)box.height / (double)fit->height};
  LnSampling across = {fit->filter, false, box.width, fit->width, 0,
                       (double)box.width / (double)fit->width};
  done = done && place_taps(&rows, &down, error) && place_taps(&columns, &across, error);
  size_t lines = (size_t)((rows.most + 1) * box.width + fit->width) * (size_t)p->channels;
  if (done) done = (from = malloc(lines * sizeof *from)) || ln_picture_fail(error, "out of memory");
  if (done) fit_rows(padded.pixels ? &padded : p, &box, fit, &rows, &columns, from, y);
  free(from);
  free(rows.first);
  free(columns.first);
  ln_picture_free(&padded);
  return done;
}
