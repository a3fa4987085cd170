// Ctrl-C.
#ifndef LN_LUA_INTERRUPT_H
#define LN_LUA_INTERRUPT_H

#include <stdbool.h>

// How many came since the outermost call of fit, evaluate or predict began: 0, 1 or 2 (and more).
// Of data-parallel training what its processes have agreed on.
int ln_interrupts(void);

int ln_interrupts_here(void);       // what came to this process
void ln_interrupts_agreed(int n);   // -1: this process is alone
// One came by another way; false where nothing runs that would end. Safe in a signal handler.
bool ln_interrupt(void);

#endif
