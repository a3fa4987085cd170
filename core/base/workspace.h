// Workspaces: memory in which a kernel packs its operands while it runs. Blocks are kept from call
// to call: the system would zero fresh pages each time, which takes as long as a small product.
#ifndef LN_BASE_WORKSPACE_H
#define LN_BASE_WORKSPACE_H

#include <stddef.h>

// Aligned to a cache line, uninitialized; NULL for want of memory. Any thread may call these, and
// gets what it had last if that is free and large enough.
void *ln_workspace_take(size_t bytes);
void ln_workspace_give(void *block);  // NULL is let pass

#endif
