#include "Measure.h"

#include "levels.h"

INLINE groove_measures measure(const int64_t *values, size_t count, int64_t before) {
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

INLINE uint32_t greatest(const uint32_t *values, size_t count) {
  uint32_t greatest = 0;
  for (size_t i = 0; i < count; i += 1) greatest = values[i] > greatest ? values[i] : greatest;
  return greatest;
}

INLINE uint32_t least_step(const uint32_t *values, size_t count) {
  uint32_t least = UINT32_MAX;
  for (size_t i = 1; i < count; i += 1) {
    const uint32_t step = values[i] - values[i - 1];
    least = step < least ? step : least;
  }
  return least;
}

// A value outside is below zero seen from one end, also where the difference wraps around.
INLINE int are_within(const int64_t *values, size_t count, int64_t low, int64_t high) {
  uint64_t outside = 0;
  for (size_t i = 0; i < count; i += 1)
    outside |= ((uint64_t)values[i] - (uint64_t)low) | ((uint64_t)high - (uint64_t)values[i]);
  return (int64_t)outside >= 0;
}

AT_EVERY_LEVEL(groove_measures, measure, (const int64_t *values, size_t count, int64_t before),
               measure(values, count, before))
AT_EVERY_LEVEL(uint32_t, greatest, (const uint32_t *values, size_t count), greatest(values, count))
AT_EVERY_LEVEL(uint32_t, least_step, (const uint32_t *values, size_t count),
               least_step(values, count))
AT_EVERY_LEVEL(int, are_within, (const int64_t *values, size_t count, int64_t low, int64_t high),
               are_within(values, count, low, high))

groove_measures groove_measure64(const int64_t *values, size_t count, int64_t before, int level) {
  return CHOSEN(measure, level)(values, count, before);
}

uint32_t groove_greatest32(const uint32_t *values, size_t count, int level) {
  return CHOSEN(greatest, level)(values, count);
}

uint32_t groove_least_step32(const uint32_t *values, size_t count, int level) {
  return CHOSEN(least_step, level)(values, count);
}

int groove_are_within64(const int64_t *values, size_t count, int64_t low, int64_t high, int level) {
  return CHOSEN(are_within, level)(values, count, low, high);
}
