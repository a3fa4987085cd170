// Event files, as TensorBoard reads them: TFRecord framing around what the caller has encoded.
// Every record reaches the system whole and at once, so a reader sees it the next moment, and a
// process that is killed leaves whole records behind.
#ifndef LN_IO_EVENT_FILE_H
#define LN_IO_EVENT_FILE_H

#include "base/error.h"

typedef struct LnEventFile LnEventFile;

// A new file events.out.tfevents.<time>.<host>.<pid>.<n>.v2 in the folder, which must exist.
// NULL with c->err set when it cannot be made. Free with ln_event_file_close.
LnEventFile *ln_event_file_open(LnContext *c, const char *folder);
const char *ln_event_file_path(const LnEventFile *f);
// Adds a record of n bytes; when the disk is full, the file stays as it was before.
bool ln_event_file_write(LnContext *c, LnEventFile *f, const void *data, size_t n);
bool ln_event_file_sync(LnContext *c, LnEventFile *f);   // down to the disk
void ln_event_file_close(LnEventFile *f);                // NULL is fine

#endif
