#include "Measure.h"

// One loop that the compiler turns into vectors of each kind.
static inline __attribute__((always_inline)) groove_measures measure(
    const int64_t *values, size_t count, int64_t before) {
  int64_t step = (int64_t)((uint64_t)values[0] - (uint64_t)before);
  int64_t least = values[0], greatest = values[0], least_step = step, greatest_step = step;
  uint64_t changes = step != 0;
  for (size_t i = 1; i < count; i += 1) {
    int64_t value = values[i];
    step = (int64_t)((uint64_t)value - (uint64_t)values[i - 1]);
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
    least_step = step < least_step ? step : least_step;
    greatest_step = step > greatest_step ? step : greatest_step;
    changes += step != 0;
  }
  groove_measures measures = {least, greatest, least_step, greatest_step, changes};
  return measures;
}

static inline __attribute__((always_inline)) uint32_t greatest(const uint32_t *values,
                                                               size_t count) {
  uint32_t greatest = 0;
  for (size_t i = 0; i < count; i += 1) greatest = values[i] > greatest ? values[i] : greatest;
  return greatest;
}

uint32_t groove_greatest32_baseline(const uint32_t *values, size_t count) {
  return greatest(values, count);
}

groove_measures groove_measure64_baseline(const int64_t *values, size_t count, int64_t before) {
  return measure(values, count, before);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) uint32_t groove_greatest32_avx2(const uint32_t *values,
                                                                size_t count) {
  return greatest(values, count);
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) uint32_t groove_greatest32_avx512(
    const uint32_t *values, size_t count) {
  return greatest(values, count);
}

__attribute__((target("avx2"))) groove_measures groove_measure64_avx2(
    const int64_t *values, size_t count, int64_t before) {
  return measure(values, count, before);
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) groove_measures
groove_measure64_avx512(const int64_t *values, size_t count, int64_t before) {
  return measure(values, count, before);
}
#endif
