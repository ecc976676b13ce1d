#ifndef GROOVE_FOLLOW_H
#define GROOVE_FOLLOW_H

#include <stddef.h>
#include <stdint.h>

// The value of key `first_key + i` is `base + offsets[i]`, wrapping around; an offset of all ones
// is none. There is at least one.
typedef struct {
  const uint32_t *offsets;
  size_t count;
  int64_t first_key, base;
} groove_follow_map;

// Writes the place and the value of each of `count` rows whose value is not its key's, and returns
// how many they are. There must be room for `count`.
size_t groove_follow_baseline(const groove_follow_map *map, const int64_t *keys,
                              const int64_t *values, size_t count, int64_t *places, int64_t *kept);
// Needs CPU level 3.
size_t groove_follow_avx512(const groove_follow_map *map, const int64_t *keys,
                            const int64_t *values, size_t count, int64_t *places, int64_t *kept);

#endif
