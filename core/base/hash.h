// Hashes of texts whose values files and other programs know: FarmHash's 64-bit fingerprint and
// SipHash-2-4.
#ifndef LN_BASE_HASH_H
#define LN_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

// FarmHash's Fingerprint64 (Geoff Pike, 2014), the same on every machine.
uint64_t ln_fingerprint(const void *text, size_t n);
// One fingerprint of two, in this order (as TensorFlow's crossed columns join theirs).
uint64_t ln_fingerprint_join(uint64_t first, uint64_t second);
// SipHash-2-4 (Aumasson and Bernstein, 2012) under a key of 128 bits.
uint64_t ln_siphash(uint64_t key0, uint64_t key1, const void *text, size_t n);

#endif
