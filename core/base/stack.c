// Where the stack of the running thread lies.
#define _GNU_SOURCE
#include "base/stack.h"

#include <pthread.h>

typedef struct Bounds {
  uintptr_t low, high;   // high: one past the end; 0 until it is known
} Bounds;

static Bounds find_bounds(void) {
  Bounds b = {0, 0};
#ifdef __APPLE__
  b.high = (uintptr_t)pthread_get_stackaddr_np(pthread_self());
  b.low = b.high - pthread_get_stacksize_np(pthread_self());
#elif defined __linux__
  pthread_attr_t attributes;
  void *low;
  size_t size;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return b;
  if (pthread_attr_getstack(&attributes, &low, &size) == 0)
    b = (Bounds){(uintptr_t)low, (uintptr_t)low + size};
  pthread_attr_destroy(&attributes);
#endif
  return b;
}

bool ln_stack_holds(uintptr_t address) {
  static _Thread_local Bounds bounds;
  if (bounds.high == 0) bounds = find_bounds();
  return address >= bounds.low && address < bounds.high;
}
