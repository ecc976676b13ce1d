#ifndef GROOVE_TIMES_H
#define GROOVE_TIMES_H

#include <stddef.h>
#include <stdint.h>

// The hours of times in microseconds, all of the day that begins at `midnight`. `level` is the CPU
// level, at least 1.
void groove_hours64(const int64_t *times, size_t count, int64_t midnight, int64_t *hours,
                    int level);

#endif
