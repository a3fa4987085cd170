// Bytes in order from a file or a text; gzip is recognized by its first two bytes.
#include "io/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define INPUT (1 << 16)

struct LnStream {
  int fd;                        // -1 over a text
  off_t offset;                  // our own: that of a descriptor is shared after a fork
  const unsigned char *text;
  size_t text_bytes, text_at;
  char *name;
  size_t bytes;                  // of the file or text; SIZE_MAX when unknown
  bool raw, gzip, inflating;     // raw: gzip is left packed
  bool done;                     // the content has ended
  z_stream z;
  unsigned char *input;          // INPUT bytes
  const unsigned char *at;       // what of the input is not used yet
  size_t left;
};

// Up to n bytes of the file; fewer only at its end.
static bool read_file(LnContext *c, LnStream *s, unsigned char *out, size_t n, size_t *got) {
  *got = 0;
  while (*got < n) {
    size_t wanted = n - *got < (size_t)1 << 30 ? n - *got : (size_t)1 << 30;
    ssize_t k = pread(s->fd, out + *got, wanted, s->offset);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0) return ln_fail(c, "cannot read '%s': %s", s->name, strerror(errno));
    if (k == 0) return true;
    s->offset += k;
    *got += (size_t)k;
  }
  return true;
}

// Fills the empty input; left stays 0 at the end.
static bool fill(LnContext *c, LnStream *s) {
  if (s->fd >= 0) {
    s->at = s->input;
    if (!read_file(c, s, s->input, INPUT, &s->left)) return s->left = 0, false;
  } else {
    s->at = s->text + s->text_at;
    s->left = s->text_bytes - s->text_at < INPUT ? s->text_bytes - s->text_at : INPUT;
    s->text_at += s->left;
  }
  return true;
}

// Looks at the first bytes and gets the decompressor ready.
static bool begin(LnContext *c, LnStream *s) {
  s->done = false;
  if (!fill(c, s)) return false;
  s->gzip = !s->raw && s->left >= 2 && s->at[0] == 0x1f && s->at[1] == 0x8b;
  if (!s->gzip) return true;
  if (s->inflating) return inflateReset(&s->z) == Z_OK || ln_fail(c, "zlib cannot be reset");
  s->inflating = inflateInit2(&s->z, 15 + 16) == Z_OK;  // 16: a gzip header
  return s->inflating || ln_fail(c, "not enough memory to read '%s'", s->name);
}

static LnStream *stream_new(LnContext *c, const char *name) {
  LnStream *s = calloc(1, sizeof *s);
  if (s) s->fd = -1, s->name = strdup(name), s->input = malloc(INPUT);
  if (s && s->name && s->input) return s;
  ln_stream_close(s);
  ln_fail(c, "not enough memory to read '%s'", name);
  return NULL;
}

static LnStream *stream_open(LnContext *c, const char *path, bool raw) {
  LnStream *s = stream_new(c, path);
  if (!s) return NULL;
  struct stat info;
  // A pipe without a writer would keep open() waiting, one with a silent writer read(): both are
  // refused below, as whatever else has no end of its own.
  s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  s->raw = raw;
  if (s->fd < 0 || fstat(s->fd, &info) != 0) {
    ln_fail(c, "cannot open '%s': %s", path, strerror(errno));
  } else if (S_ISDIR(info.st_mode)) {
    ln_fail(c, "cannot read '%s': it is a folder", path);
  } else if (!S_ISREG(info.st_mode)) {
    ln_fail(c, "cannot read '%s': it is not a regular file", path);
  } else {
    s->bytes = (size_t)info.st_size;
    if (begin(c, s)) return s;
  }
  ln_stream_close(s);
  return NULL;
}

LnStream *ln_stream_open(LnContext *c, const char *path) { return stream_open(c, path, false); }
LnStream *ln_stream_open_raw(LnContext *c, const char *path) { return stream_open(c, path, true); }

LnStream *ln_stream_text(LnContext *c, const void *text, size_t bytes) {
  LnStream *s = stream_new(c, "text");
  if (!s) return NULL;
  s->text = text;
  s->bytes = s->text_bytes = bytes;
  if (begin(c, s)) return s;
  ln_stream_close(s);
  return NULL;
}

void ln_stream_close(LnStream *s) {
  if (!s) return;
  if (s->fd >= 0) close(s->fd);
  if (s->inflating) inflateEnd(&s->z);
  free(s->name);
  free(s->input);
  free(s);
}

static bool read_plain(LnContext *c, LnStream *s, unsigned char *out, size_t n, size_t *got) {
  while (*got < n) {
    if (!s->left && n - *got >= INPUT && s->fd >= 0) {  // large: past the buffer
      size_t k;
      if (!read_file(c, s, out + *got, n - *got, &k)) return false;
      *got += k;
      return true;
    }
    if (!s->left && !fill(c, s)) return false;
    if (!s->left) return true;
    size_t k = s->left < n - *got ? s->left : n - *got;
    memcpy(out + *got, s->at, k);
    s->at += k, s->left -= k, *got += k;
  }
  return true;
}

static bool read_gzip(LnContext *c, LnStream *s, unsigned char *out, size_t n, size_t *got) {
  while (*got < n && !s->done) {
    if (!s->left && !fill(c, s)) return false;
    if (!s->left) return ln_fail(c, "'%s' is damaged: its gzip data is cut off", s->name);
    size_t room = n - *got < (1u << 30) ? n - *got : 1u << 30;
    s->z.next_in = (unsigned char *)(uintptr_t)s->at;  // zlib does not write there
    s->z.avail_in = (uInt)s->left;
    s->z.next_out = out + *got;
    s->z.avail_out = (uInt)room;
    int status = inflate(&s->z, Z_NO_FLUSH);
    s->at = s->z.next_in, s->left = s->z.avail_in;
    *got += room - s->z.avail_out;
    if (status == Z_STREAM_END) {  // another member may follow, nothing else
      if (!s->left && !fill(c, s)) return false;
      if (!s->left) s->done = true;
      else if (*s->at != 0x1f)
        return ln_fail(c, "'%s' is damaged: there are bytes after its gzip data", s->name);
      else if (inflateReset(&s->z) != Z_OK) return ln_fail(c, "zlib cannot be reset");
    } else if (status == Z_MEM_ERROR) {
      return ln_fail(c, "not enough memory to read '%s'", s->name);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      return ln_fail(c, "'%s' is damaged: %s", s->name, s->z.msg ? s->z.msg : "bad gzip data");
    }
  }
  return true;
}

bool ln_stream_read(LnContext *c, LnStream *s, void *out, size_t n, size_t *got) {
  *got = 0;
  return (s->gzip ? read_gzip : read_plain)(c, s, out, n, got);
}

bool ln_stream_rewind(LnContext *c, LnStream *s) {
  s->offset = 0;
  s->text_at = s->left = 0;
  return begin(c, s);
}

size_t ln_stream_limit(const LnStream *s, bool *exact) {
  *exact = !s->gzip && s->bytes != SIZE_MAX;
  if (!s->gzip || s->bytes == SIZE_MAX) return s->bytes;
  return s->bytes > SIZE_MAX / 1040 ? SIZE_MAX : s->bytes * 1040;  // deflate: at most 1032 to 1
}

const char *ln_stream_name(const LnStream *s) { return s->name; }
