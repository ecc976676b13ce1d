#ifndef GROOVE_MEASURE_H
#define GROOVE_MEASURE_H

#include <stddef.h>
#include <stdint.h>

// The extremes of `count` > 0 values and of the steps between neighbours, the first of them from
// `before`, and how many steps are not zero. Steps wrap around.
typedef struct {
  int64_t least, greatest, least_step, greatest_step;
  uint64_t changes;
} groove_measures;

// The greatest of some values; 0 of none.
uint32_t groove_greatest32_baseline(const uint32_t *values, size_t count);
groove_measures groove_measure64_baseline(const int64_t *values, size_t count, int64_t before);
// Need CPU level 2.
uint32_t groove_greatest32_avx2(const uint32_t *values, size_t count);
groove_measures groove_measure64_avx2(const int64_t *values, size_t count, int64_t before);
// Need CPU level 3.
uint32_t groove_greatest32_avx512(const uint32_t *values, size_t count);
groove_measures groove_measure64_avx512(const int64_t *values, size_t count, int64_t before);

#endif
