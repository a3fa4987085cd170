// What every writer of files shares, lunate.download too, which is a module of its own: names of
// unfinished files, sweeping up those of processes that were killed, and writing past the limit on
// file sizes as an error instead of a death. All of it is inline and needs nothing of the core.
//
// An unfinished file lies beside the file that it becomes:
//   .<name>.<32 digits: 8 the machine, 8 the process, 16 any>.lunate-tmp
#ifndef LN_IO_TEMPORARY_H
#define LN_IO_TEMPORARY_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LN_TEMPORARY_SUFFIX ".lunate-tmp"

// ---- the limit on file sizes

// Past it (ulimit -f) the system sends SIGXFSZ, which kills, beside the error EFBIG.
typedef struct LnSizeGuard {
  sigset_t before;
  bool pending;   // one was there already, and is not ours to take
} LnSizeGuard;

static inline LnSizeGuard ln_size_guard(void) {
  LnSizeGuard g;
  sigset_t limit, pending;
  sigemptyset(&limit);
  sigaddset(&limit, SIGXFSZ);
  sigpending(&pending);
  g.pending = sigismember(&pending, SIGXFSZ) == 1;
  pthread_sigmask(SIG_BLOCK, &limit, &g.before);
  return g;
}

// Keeps errno.
static inline void ln_size_guard_end(const LnSizeGuard *g) {
  int error = errno, taken;
  sigset_t limit, pending;
  sigemptyset(&limit);
  sigaddset(&limit, SIGXFSZ);
  sigpending(&pending);
  if (!g->pending && sigismember(&pending, SIGXFSZ) == 1) sigwait(&limit, &taken);
  pthread_sigmask(SIG_SETMASK, &g->before, NULL);
  errno = error;
}

// False with errno set. To be called between ln_size_guard and its end.
static inline bool ln_write_all(int fd, const void *data, size_t bytes) {
  const char *at = data;
  while (bytes > 0) {
    ssize_t k = write(fd, at, bytes < (size_t)1 << 30 ? bytes : (size_t)1 << 30);
    if (k > 0) at += k, bytes -= (size_t)k;
    else if (k == 0) return errno = ENOSPC, false;
    else if (errno != EINTR) return false;
  }
  return true;
}

// ---- unfinished files

// A machine by its name: a process is looked for on its own machine alone.
static inline uint32_t ln_host_key(void) {
  char host[256] = "";
  uint32_t key = 2166136261u;   // FNV-1a
  gethostname(host, sizeof host - 1);
  for (const char *p = host; *p; p++) key = (key ^ (unsigned char)*p) * 16777619u;
  return key;
}

// Whether a name in a folder is that of an unfinished file whose process is gone.
static inline bool ln_is_left_over(const char *name) {
  enum { DIGITS = 32, SUFFIX = sizeof LN_TEMPORARY_SUFFIX - 1 };
  size_t n = strlen(name);
  if (*name != '.' || n < DIGITS + SUFFIX + 2) return false;
  const char *digits = name + n - SUFFIX - DIGITS;
  if (digits[-1] != '.' || strspn(digits, "0123456789abcdef") != DIGITS ||
      strcmp(digits + DIGITS, LN_TEMPORARY_SUFFIX) != 0)
    return false;
  unsigned host, process;
  if (sscanf(digits, "%8x%8x", &host, &process) != 2) return false;
  return host == ln_host_key() && process > 0 && process <= INT_MAX &&
         kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

// Takes away what killed processes left in the folder, the first `folder` bytes of the path.
static inline void ln_sweep_left_overs(const char *path, size_t folder) {
  char name[PATH_MAX];
  int n = snprintf(name, sizeof name, "%.*s", folder ? (int)folder : 1, folder ? path : ".");
  DIR *entries = n > 0 && n < PATH_MAX ? opendir(name) : NULL;
  if (!entries) return;
  for (struct dirent *entry; (entry = readdir(entries));)
    if (ln_is_left_over(entry->d_name)) unlinkat(dirfd(entries), entry->d_name, 0);
  closedir(entries);
}

// Makes an unfinished file for `path` (whose folder is its first `folder` bytes), after sweeping up
// what others left: its descriptor and its path in `out`, or -1 with errno set.
static inline int ln_make_temporary(const char *path, size_t folder, char out[PATH_MAX],
                                    mode_t mode) {
  enum { MAX_NAME = 180 };   // of the name, what goes into the temporary one
  static _Atomic unsigned count;   // spreads the names
  const char *name = path + folder;
  ln_sweep_left_overs(path, folder);
  for (int i = 0; i < 100; i++) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t key = (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec;
    key = (key ^ (uint64_t)getpid() << 40 ^ (uint64_t)++count << 24) * 0x9e3779b97f4a7c15u;
    int n = snprintf(out, PATH_MAX, "%.*s.%.*s.%08x%08x%016llx" LN_TEMPORARY_SUFFIX, (int)folder,
                     path, (int)strnlen(name, MAX_NAME), name, (unsigned)ln_host_key(),
                     (unsigned)getpid(), (unsigned long long)key);
    if (n < 0 || n >= PATH_MAX) return errno = ENAMETOOLONG, -1;
    int fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

#endif
