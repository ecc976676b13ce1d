#ifndef GROOVE_MEASURE_H
#define GROOVE_MEASURE_H

#include <stddef.h>
#include <stdint.h>

// `level` is the CPU level, at least 1, whose vectors are used.

// The extremes of `count` > 0 values and of the steps between neighbours, the first of them from
// `before`, and how many steps are not zero. Steps wrap around.
typedef struct {
  int64_t least, greatest, least_step, greatest_step;
  uint64_t changes;
} groove_measures;

groove_measures groove_measure64(const int64_t *values, size_t count, int64_t before, int level);

// The greatest value; 0 of none.
uint32_t groove_greatest32(const uint32_t *values, size_t count, int level);

// The least step between neighbours, wrapping around; UINT32_MAX where there are no two.
uint32_t groove_least_step32(const uint32_t *values, size_t count, int level);

// Whether all values are from `low` to `high`, which are less than 2^62 apart.
int groove_are_within64(const int64_t *values, size_t count, int64_t low, int64_t high, int level);

#endif
