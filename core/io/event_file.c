// Event files: opening under a name of their own, and records in TFRecord framing
// (tensorflow/core/lib/io/record_writer.h): length (8 bytes), masked CRC-32C of the length (4),
// data, masked CRC-32C of the data (4), all little-endian.
#include "io/event_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "io/temporary.h"

enum { HEAD = 12, FOOT = 4, MAX_FILES = 1 << 20 };

struct LnEventFile {
  int fd;
  char *path;
  off_t bytes;              // whole records written so far
  unsigned char *record;    // scratch for one record
  size_t cap;
  uint32_t crc[256];        // of one byte
};

// ---- CRC-32C (Castagnoli), bit-reversed polynomial 0x82f63b78 (RFC 3720, appendix B.4)

static void fill_table(uint32_t *table) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t r = i;
    for (int k = 0; k < 8; k++) r = r & 1 ? r >> 1 ^ 0x82f63b78u : r >> 1;
    table[i] = r;
  }
}

// Masked, since a CRC of data that hold CRCs is a poor check: rotated right by 15, and shifted.
static uint32_t masked_crc(const LnEventFile *f, const unsigned char *data, size_t n) {
  uint32_t r = 0xffffffffu;
  for (size_t i = 0; i < n; i++) r = r >> 8 ^ f->crc[(r ^ data[i]) & 0xff];
  r = ~r;
  return (r >> 15 | r << 17) + 0xa282ead8u;
}

static void put_little_endian(unsigned char *at, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; i++) at[i] = (unsigned char)(value >> 8 * i);
}

// ---- files

LnEventFile *ln_event_file_open(LnContext *c, const char *folder) {
  char host[256] = "localhost";
  LnEventFile *f = calloc(1, sizeof *f);
  size_t room = strlen(folder) + sizeof host + 100;
  if (f) f->fd = -1, f->path = malloc(room);
  if (!f || !f->path) {
    ln_event_file_close(f);
    ln_fail(c, "not enough memory for an event file in '%s'", folder);
    return NULL;
  }
  if (gethostname(host, sizeof host) != 0) strcpy(host, "localhost");
  host[sizeof host - 1] = '\0';
  for (char *p = host; *p; p++)
    if (*p == '/') *p = '_';
  // Names sort by time, and readers follow that order; n tells apart files of one second.
  for (int n = 0; f->fd < 0 && n < MAX_FILES; n++) {
    snprintf(f->path, room, "%s/events.out.tfevents.%.10lld.%s.%ld.%d.v2", folder,
             (long long)time(NULL), host, (long)getpid(), n);
    f->fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (f->fd < 0 && errno != EEXIST) break;
  }
  if (f->fd < 0) {
    ln_fail(c, "cannot make '%s': %s", f->path, strerror(errno));
    ln_event_file_close(f);
    return NULL;
  }
  fill_table(f->crc);
  return f;
}

const char *ln_event_file_path(const LnEventFile *f) { return f->path; }

static bool grow(LnEventFile *f, size_t n) {
  if (n <= f->cap) return true;
  unsigned char *bigger = realloc(f->record, n);
  if (!bigger) return false;
  f->record = bigger;
  f->cap = n;
  return true;
}

bool ln_event_file_write(LnContext *c, LnEventFile *f, const void *data, size_t n) {
  size_t total = n + HEAD + FOOT;
  if (n > SIZE_MAX - HEAD - FOOT || !grow(f, total))
    return ln_fail(c, "not enough memory for a record of %zu bytes", n);
  unsigned char *r = f->record;
  put_little_endian(r, n, 8);
  put_little_endian(r + 8, masked_crc(f, r, 8), 4);
  memcpy(r + HEAD, data, n);
  put_little_endian(r + HEAD + n, masked_crc(f, r + HEAD, n), FOOT);
  LnSizeGuard guard = ln_size_guard();
  bool ok = ln_write_all(f->fd, r, total);
  int reason = errno;
  // Without the torn record, what is there stays readable, and more can be added later.
  bool torn = !ok && ftruncate(f->fd, f->bytes) != 0;
  ln_size_guard_end(&guard);
  if (!ok)
    return ln_fail(c, "cannot write '%s': %s%s", f->path, strerror(reason),
                   torn ? " (its last record is torn)" : "");
  f->bytes += (off_t)total;
  return true;
}

bool ln_event_file_sync(LnContext *c, LnEventFile *f) {
  // What is no file on a disk (EINVAL) needs none of it.
  if (fsync(f->fd) == 0 || errno == EINVAL) return true;
  return ln_fail(c, "cannot write '%s' to the disk: %s", f->path, strerror(errno));
}

void ln_event_file_close(LnEventFile *f) {
  if (!f) return;
  if (f->fd >= 0) close(f->fd);
  free(f->path);
  free(f->record);
  free(f);
}
