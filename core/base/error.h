// Errors of the core: set once in the context, raised by the binding.
#ifndef LN_BASE_ERROR_H
#define LN_BASE_ERROR_H

#include "lunate.h"

// Sets c->err unless one is set already; always returns false, so `return ln_fail(c, ...)` works.
bool ln_fail(LnContext *c, const char *format, ...) LN_PRINTF(2, 3);
// Puts "what: " before the message that is set (a container adding its path).
void ln_fail_within(LnContext *c, const char *format, ...) LN_PRINTF(2, 3);
void ln_clear_error(LnContext *c);

#endif
