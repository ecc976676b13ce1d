// Converts the digits of several fields of a row at once. See Sources/Bytes/LanePlan.swift and
// FieldLanes.swift.
#ifndef GROOVE_CSV_LANES_H
#define GROOVE_CSV_LANES_H

#include <stddef.h>
#include <stdint.h>

#include "CSVFields.h"

// A row is seen through 16 marks, from one field's on, and through the bytes behind the first of
// them. Of these bytes 64 are taken, eight lanes of eight: for each of them the plan tells the mark
// from which it is counted, and the first place that belongs to its field; what stands before that
// counts as a zero. The eight bytes of a lane become one number: neighbours by `tens`, those by
// `hundreds`, and the halves by `factors`.
//
// A byte is wrong if it is beyond its limit once `expected` is taken from it, if it is required and
// before its field, if it is the leftmost one and its field begins before it, or if it is optional
// and a zero at the field's beginning.
typedef struct {
  // Four times the mark's index.
  uint8_t place_marks[64], first_marks[64];
  int8_t places[64], firsts[64];
  uint8_t expected[64], limits[64];
  int8_t tens[64];
  int16_t hundreds[32];
  uint16_t pair_limits[32];
  uint32_t factors[8];
  uint64_t required, leftmost, optional;
  // The marks that are looked at.
  uint32_t marks;
  uint32_t gap;
  // The lanes that are taken; the one of single characters, and how many of those it has.
  int lane_count, check_lane, check_count;
} groove_csv_lanes;

// Where a field's number is: its lowest eight digits in `lane`, those before them in the next one.
// `lane` is negative if there was no room for it.
typedef struct {
  int lane;
  int lane_count;
  uint64_t bytes;
} groove_csv_lane;

void groove_csv_lanes_clear(groove_csv_lanes *plan, uint32_t gap);

// Adds a field that begins behind the mark: an affix and at least `least` digits. Zeros before
// those are allowed if `takes_zeros`.
groove_csv_lane groove_csv_lanes_add_digits(groove_csv_lanes *plan, int mark,
                                            const groove_csv_affix *affix, size_t least,
                                            int takes_zeros, int lane_count);

// Adds a field of the form `YYYY-MM-DD HH:MM:SS`, with `between` for the space, and a `Z` behind it
// if `has_zone`: two lanes.
groove_csv_lane groove_csv_lanes_add_timestamp(groove_csv_lanes *plan, int mark, uint8_t between,
                                               int has_zone);

// The numbers and wrong bytes of some rows.
typedef struct {
  const uint32_t *numbers;
  const uint64_t *wrong;
  size_t rows;
} groove_csv_taken;

// The kernels of a CPU level. `take` writes eight numbers and the wrong bytes of each row, and
// returns the bytes that are wrong in any. The others are as the kernels of one field: they handle
// every row, write those that have no common form, or no code, to `others`, and return how many
// those are.
typedef struct {
  uint64_t (*take)(const groove_csv_lanes *plan, const groove_csv_field *field, uint32_t *numbers,
                   uint64_t *wrong);
  size_t (*integers)(const groove_csv_taken *taken, const groove_csv_lane *lane, int64_t *values,
                     uint32_t *others);
  size_t (*timestamps)(const groove_csv_taken *taken, const groove_csv_lane *lane,
                       int64_t *values, uint32_t *others);
  size_t (*numbers)(const groove_csv_taken *taken, const groove_csv_lane *lane,
                    groove_csv_numbering *numbering, uint32_t *values, uint32_t *others);
  size_t (*codes)(const groove_csv_taken *taken, const groove_csv_lane *lane,
                  const groove_csv_field *field, const groove_csv_affix *affix,
                  const groove_csv_numbers *table, uint32_t *values, uint32_t *others);
} groove_csv_lane_kernels;

#if defined(__x86_64__)
extern const groove_csv_lane_kernels groove_csv_lane_kernels_avx512;
#endif

#endif
