// Atomic writing: see save.h. What a full disk, a size limit or a kill can interrupt is done to the
// temporary file; the file itself changes only by rename(), which is all or nothing.
#include "io/save.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LINKS = 40, MAX_NAME = 200 };  // of the name, what goes into the temporary one

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

// Makes the temporary file beside `path`: its descriptor, or -1 with errno set.
static int make_temporary(const char *path, size_t folder, char out[PATH_MAX], mode_t mode) {
  static unsigned count;   // only spreads the names: a race costs one more attempt
  const char *name = path + folder;
  for (int i = 0; i < 100; i++) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t key = (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec;
    key = (key ^ (uint64_t)getpid() << 40 ^ (uint64_t)++count << 24) * 0x9e3779b97f4a7c15u;
    int n = snprintf(out, PATH_MAX, "%.*s.%.*s.%016llx.lunate-tmp", (int)folder, path,
                     (int)strnlen(name, MAX_NAME), name, (unsigned long long)key);
    if (n < 0 || n >= PATH_MAX) return errno = ENAMETOOLONG, -1;
    int fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

static bool write_all(int fd, const LnPiece *pieces, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const char *at = pieces[i].data;
    for (size_t left = pieces[i].bytes; left > 0;) {
      ssize_t k = write(fd, at, left < (size_t)1 << 30 ? left : (size_t)1 << 30);
      if (k > 0) at += k, left -= (size_t)k;
      else if (k == 0) return errno = ENOSPC, false;
      else if (errno != EINTR) return false;
    }
  }
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
  int fd = make_temporary(path, folder, temporary, old ? 0600 : 0666);
  if (fd < 0) return false;
  bool ok = true;
  if (old) {   // another's file stays his where that is allowed
    bool kept = old->st_uid == geteuid() || fchown(fd, old->st_uid, old->st_gid) == 0;
    ok = fchmod(fd, old->st_mode & (kept ? 07777 : 0777)) == 0;
  }
  ok = ok && write_all(fd, pieces, n) && fsync(fd) == 0;
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
  bool there = stat(target, &old) == 0;
  if (!there && errno != ENOENT)
    return ln_fail(c, "cannot write '%s': %s", path, strerror(errno));
  if (there && !S_ISREG(old.st_mode))
    return ln_fail(c, "cannot write '%s': it is %s", path,
                   S_ISDIR(old.st_mode) ? "a folder" : "not a regular file");
  if (there && access(target, W_OK) != 0)   // rename() would not ask
    return ln_fail(c, "cannot write '%s': %s", path, strerror(errno));
  // Past the limit on file sizes the system sends SIGXFSZ, which kills, beside the error EFBIG.
  sigset_t limit, pending, before;
  sigemptyset(&limit);
  sigaddset(&limit, SIGXFSZ);
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, &limit, &before);
  bool ok = replace(target, pieces, n, there ? &old : NULL);
  int error = errno;
  if (!sigismember(&pending, SIGXFSZ)) sigtimedwait(&limit, NULL, &(struct timespec){0});
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return ok || ln_fail(c, "cannot write '%s': %s", path, strerror(error));
}
