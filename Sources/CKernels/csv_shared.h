// What the conversions of one field and those of several share.
#ifndef GROOVE_CSV_SHARED_H
#define GROOVE_CSV_SHARED_H

#include "CSVFields.h"

#define INLINE static inline __attribute__((always_inline))

// The rows that a kernel takes at a time.
#define BLOCK 64

// Where the numbers of each count of digits begin, as in KeyTable.places.
static const uint32_t number_places[9] = {0,     0,      10,      110,     1110,
                                   11110, 111110, 1111110, 11111110};

// Days from 1970-01-01 to a day of the years from 1900 on. The year begins in March here, so that
// the leap day is its last; divisions are products and shifts.
INLINE uint32_t days_before(uint32_t year, uint32_t month, uint32_t day) {
  const uint32_t is_early = month < 3;
  const uint32_t from_march = month + 12 * is_early - 3;
  const uint32_t years = year - is_early;
  const uint32_t centuries = (years * 5243) >> 19;
  return years * 365 + (years >> 2) - centuries + (centuries >> 2) +
         ((from_march * 979 + 15) >> 5) + day - 719469;
}

INLINE uint32_t days_in(uint32_t year, uint32_t month) {
  const uint32_t is_fourth = (year & 3) == 0, is_century = year % 100 == 0;
  const uint32_t leap = is_fourth & (!is_century | ((year & 15) == 0));
  return month == 2 ? 28 + leap : 30 | ((month ^ (month >> 3)) & 1);
}

// The numbers of some rows become codes, or stay where there is no code.
#define LOOK_UP(entries, start, n)                                                             \
  for (size_t i = 0; i < (n); i++) {                                                           \
    const uint32_t found = entries[i] < size ? codes[entries[i]] : 0;                          \
    values[(start) + i] = found == 0 ? entries[i] : found - 1;                                 \
    others[left] = (uint32_t)((start) + i);                                                    \
    left += found == 0;                                                                        \
  }

#endif
