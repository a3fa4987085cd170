// Writing a file as a whole or not at all.
#ifndef LN_IO_SAVE_H
#define LN_IO_SAVE_H

#include "base/error.h"

typedef struct LnPiece {
  const void *data;
  size_t bytes;
} LnPiece;

// Makes the pieces, one after another, the content of the file at `path`: written beside it under a
// name of its own (io/temporary.h), synced, renamed, and the folder synced. False with c->err set
// when it fails: the earlier file is then whole and the temporary one removed. Only a process that
// is killed meanwhile leaves its temporary file; nothing ever reads those, and the next save to the
// folder takes them away.
// The new file has the mode of the one that it replaces; a link stays, its target is replaced.
bool ln_file_write(LnContext *c, const char *path, const LnPiece *pieces, size_t n);

// Adds bytes to the end of a file, which is made where it is missing and emptied first when
// it is to
// begin anew: all of them, or none with c->err set.
bool ln_file_append(LnContext *c, const char *path, const void *data, size_t bytes, bool anew);

#endif
