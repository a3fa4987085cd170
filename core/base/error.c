// Errors of the core.
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool ln_fail(LnContext *c, const char *format, ...) {
  if (c->err.set) return false;
  va_list args;
  va_start(args, format);
  vsnprintf(c->err.text, sizeof c->err.text, format, args);
  va_end(args);
  c->err.set = true;
  return false;
}

void ln_fail_within(LnContext *c, const char *format, ...) {
  char prefix[200], text[sizeof c->err.text];
  if (!c->err.set) return;
  va_list args;
  va_start(args, format);
  vsnprintf(prefix, sizeof prefix, format, args);
  va_end(args);
  snprintf(text, sizeof text, "%s: %.*s", prefix, (int)(sizeof text - sizeof prefix - 3),
           c->err.text);
  memcpy(c->err.text, text, sizeof text);
}

void ln_clear_error(LnContext *c) {
  c->err.set = false;
  c->err.text[0] = '\0';
}
