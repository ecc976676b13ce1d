#ifndef GROOVE_SELECT_ROWS_H
#define GROOVE_SELECT_ROWS_H

#include <stddef.h>
#include <stdint.h>

// They write rows in ascending order and return how many they are. There must be room for `count`,
// which is less than 2^32.

// The rows of `count` marks that are 1 and not 0.
size_t groove_marked_rows_baseline(const uint8_t *marks, size_t count, uint32_t *rows);
// Needs CPU level 3.
size_t groove_marked_rows_avx512(const uint8_t *marks, size_t count, uint32_t *rows);

// The rows of `count` codes that are one of those wanted.
size_t groove_matched_rows_baseline(const uint32_t *codes, size_t count, const uint32_t *wanted,
                                    size_t wanted_count, uint32_t *rows);
// Needs CPU level 3.
size_t groove_matched_rows_avx512(const uint32_t *codes, size_t count, const uint32_t *wanted,
                                  size_t wanted_count, uint32_t *rows);

#endif
