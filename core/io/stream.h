// Bytes in order from a file or a text, decompressed on the way when they are gzip.
// Every reader of a data file (idx.c, csv.c) goes through here.
#ifndef LN_IO_STREAM_H
#define LN_IO_STREAM_H

#include "base/error.h"

typedef struct LnStream LnStream;

// NULL with c->err set when the file cannot be read. Free with ln_stream_close.
LnStream *ln_stream_open(LnContext *c, const char *path);
// The bytes of a regular file as they are, gzip or not; anything else at `path` is a failure.
LnStream *ln_stream_open_raw(LnContext *c, const char *path);
// Over a text, which must outlive the stream.
LnStream *ln_stream_text(LnContext *c, const void *text, size_t bytes);
void ln_stream_close(LnStream *s);  // NULL is fine

// Reads up to n bytes straight into out; fewer only at the end of the content.
// Damaged or truncated gzip, and bytes after it, are failures.
bool ln_stream_read(LnContext *c, LnStream *s, void *out, size_t n, size_t *got);
bool ln_stream_rewind(LnContext *c, LnStream *s);
// What the content can at most hold: its size when plain, deflate's best ratio when gzip;
// SIZE_MAX when the size is unknown (a pipe). *exact tells which.
size_t ln_stream_limit(const LnStream *s, bool *exact);
const char *ln_stream_name(const LnStream *s);  // for messages: the path, or "text"

#endif
