// C's stack of the running thread.
#ifndef LN_BASE_STACK_H
#define LN_BASE_STACK_H

#include <stdbool.h>
#include <stdint.h>

// Whether the address lies on the stack that the system gave the running thread. Two such addresses
// tell which frame is the outer one; frames on other threads' stacks, or on those that a host made
// itself (fibers), cannot be compared with it. False too where the system does not tell.
bool ln_stack_holds(uintptr_t address);

#endif
