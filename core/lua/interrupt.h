// Ctrl-C.
#ifndef LN_LUA_INTERRUPT_H
#define LN_LUA_INTERRUPT_H

// How many came since the outermost call of fit, evaluate or predict began: 0, 1 or 2 (and more).
int ln_interrupts(void);

#endif
