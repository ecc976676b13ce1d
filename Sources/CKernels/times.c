#include "Times.h"

#include "levels.h"

// An hour has 1,024 times 3,515,625 microseconds, so that one division of 32 bits is enough.
INLINE int hours(const int64_t *times, size_t count, int64_t midnight, int64_t *hours) {
  for (size_t i = 0; i < count; i += 1) {
    const uint64_t time = (uint64_t)times[i] - (uint64_t)midnight;
    hours[i] = (int64_t)((uint32_t)(time >> 10) / 3515625);
  }
  return 0;
}

AT_EVERY_LEVEL(int, hours,
               (const int64_t *times, size_t count, int64_t midnight, int64_t *hours_of),
               hours(times, count, midnight, hours_of))

void groove_hours64(const int64_t *times, size_t count, int64_t midnight, int64_t *hours,
                    int level) {
  (void)CHOSEN(hours, level)(times, count, midnight, hours);
}
