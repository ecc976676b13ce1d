#ifndef GROOVE_BITS_H
#define GROOVE_BITS_H

#include <stddef.h>
#include <stdint.h>

// How many bits are set in some words. `level` is the CPU level, at least 1.
uint64_t groove_count_bits64(const uint64_t *words, size_t count, int level);

// The same, and clears them.
uint64_t groove_clear_bits64(uint64_t *words, size_t count, int level);

#endif
