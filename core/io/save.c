// Atomic writing: see save.h. What a full disk, a size limit or a kill can interrupt is done to the
// temporary file; the file itself changes only by rename(), which is all or nothing.
#include "io/save.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/temporary.h"

enum { MAX_LINKS = 40 };

// Follows links to what they name in the end, which need not exist.
static bool resolve(LnContext *c, const char *path, char out[PATH_MAX]) {
  char link[PATH_MAX];
  struct stat info;
  size_t length = strlen(path);
  if (length >= PATH_MAX)
    return ln_fail(c, "cannot write '%s': %s", path, strerror(ENAMETOOLONG));
  memcpy(out, path, length + 1);
  for (int i = 0; lstat(out, &info) == 0 && S_ISLNK(info.st_mode); i++) {
    ssize_t n = readlink(out, link, PATH_MAX - 1);
    if (n < 0 || i == MAX_LINKS)
      return ln_fail(c, "cannot write '%s': %s", path, strerror(n < 0 ? errno : ELOOP));
    char *slash = *link == '/' ? NULL : strrchr(out, '/');
    size_t before = slash ? (size_t)(slash - out) + 1 : 0;   // a relative link starts where it lies
    if (before + (size_t)n >= PATH_MAX)
      return ln_fail(c, "cannot write '%s': %s", path, strerror(ENAMETOOLONG));
    memcpy(out + before, link, (size_t)n);
    out[before + (size_t)n] = 0;
  }
  return true;
}

static bool write_pieces(int fd, const LnPiece *pieces, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!ln_write_all(fd, pieces[i].data, pieces[i].bytes)) return false;
  return true;
}

// The name in the folder is on the disk too. A file system that cannot sync folders is let be.
static bool sync_folder(const char *path, size_t folder) {
  char name[PATH_MAX];
  snprintf(name, sizeof name, "%.*s", folder ? (int)folder : 1, folder ? path : ".");
  int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return true;
  bool ok = fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP;
  int error = errno;
  close(fd);
  errno = error;
  return ok;
}

// False with errno set. old: of the file that is replaced, or NULL.
static bool replace(const char *path, const LnPiece *pieces, size_t n, const struct stat *old) {
  char temporary[PATH_MAX];
  const char *slash = strrchr(path, '/');
  size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
  int fd = ln_make_temporary(path, folder, temporary, old ? 0600 : 0666);
  if (fd < 0) return false;
  bool ok = true;
  if (old) {   // another's file stays his where that is allowed
    bool kept = old->st_uid == geteuid() || fchown(fd, old->st_uid, old->st_gid) == 0;
    ok = fchmod(fd, old->st_mode & (kept ? 07777 : 0777)) == 0;
  }
  ok = ok && write_pieces(fd, pieces, n) && fsync(fd) == 0;
  int error = errno;
  if (close(fd) != 0 && ok) ok = false, error = errno;
  if (ok && rename(temporary, path) != 0) ok = false, error = errno;
  if (!ok) unlink(temporary);
  errno = error;
  return ok && sync_folder(path, folder);
}

bool ln_file_write(LnContext *c, const char *path, const LnPiece *pieces, size_t n) {
  char target[PATH_MAX];
  if (!resolve(c, path, target)) return false;
  struct stat old;
  bool exists = stat(target, &old) == 0;
  if (!exists && errno != ENOENT)
    return ln_fail(c, "cannot write '%s': %s", path, strerror(errno));
  if (exists && !S_ISREG(old.st_mode))
    return ln_fail(c, "cannot write '%s': it is %s", path,
                   S_ISDIR(old.st_mode) ? "a folder" : "not a regular file");
  if (exists && access(target, W_OK) != 0)   // rename() would not ask
    return ln_fail(c, "cannot write '%s': %s", path, strerror(errno));
  LnSizeGuard guard = ln_size_guard();
  bool ok = replace(target, pieces, n, exists ? &old : NULL);
  ln_size_guard_end(&guard);
  return ok || ln_fail(c, "cannot write '%s': %s", path, strerror(errno));
}

bool ln_file_append(LnContext *c, const char *path, const void *data, size_t bytes, bool anew) {
  struct stat info;
  int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | (anew ? O_TRUNC : 0);
  int fd = open(path, flags, 0666);
  if (fd < 0) return ln_fail(c, "cannot write '%s': %s", path, strerror(errno));
  LnSizeGuard guard = ln_size_guard();
  bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  bool ok = ln_write_all(fd, data, bytes);
  int error = errno;
  // Without the torn end, what is there stays readable, and more can be added later.
  if (!ok && regular && ftruncate(fd, info.st_size) != 0) error = errno;
  if (close(fd) != 0 && ok) ok = false, error = errno;
  ln_size_guard_end(&guard);
  return ok || ln_fail(c, "cannot write '%s': %s", path, strerror(error));
}
