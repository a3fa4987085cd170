// Preloaded by hdf5_child_spec: a process that sets an interval timer, as the one in which libhdf5
// runs does first of all, ends at once or has no memory any more, if the folder $ENDINGS has a file
// that says so: kill, abort, fault, exit or memory (glibc's; a sanitizer has its own).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t n, size_t bytes);
extern void *__libc_realloc(void *block, size_t bytes);

static int empty;

void *malloc(size_t bytes) { return empty ? NULL : __libc_malloc(bytes); }
void *calloc(size_t n, size_t bytes) { return empty ? NULL : __libc_calloc(n, bytes); }
void *realloc(void *block, size_t bytes) { return empty ? NULL : __libc_realloc(block, bytes); }

static int wanted(const char *ending) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("ENDINGS"), ending);
  return access(path, F_OK) == 0;
}

int setitimer(__itimer_which_t which, const struct itimerval *value, struct itimerval *old) {
  if (wanted("kill")) raise(SIGKILL);
  if (wanted("abort")) abort();
  if (wanted("fault")) *(volatile int *)(void *)16 = 0;   // raise would be blocked
  if (wanted("exit")) _exit(3);
  if (wanted("memory")) empty = 1;
  int (*next)(__itimer_which_t, const struct itimerval *, struct itimerval *);
  *(void **)&next = dlsym(RTLD_NEXT, "setitimer");
  return next(which, value, old);
}
