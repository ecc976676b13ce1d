// Converts one field of many rows at a time. See Sources/Bytes/FieldKernels.swift for what the
// arguments mean; the files named Fast… in Sources/CSV hold the Swift twins.
#ifndef GROOVE_CSV_FIELDS_H
#define GROOVE_CSV_FIELDS_H

#include <stddef.h>
#include <stdint.h>

// One field of some rows. Field `r` begins `gap` behind `marks[r * stride + field]` and ends at the
// mark behind that one. A field that begins behind `limit` is none of the common form; 32 bytes
// from `limit` on can be read.
typedef struct {
  const uint8_t *bytes;
  const uint32_t *marks;
  size_t limit;
  size_t stride;
  size_t field;
  size_t rows;
  uint32_t gap;
} groove_csv_field;

// The bytes before the digits of a text: up to eight, the first lowest.
typedef struct {
  uint64_t word, mask;
  size_t length;
} groove_csv_affix;

// Texts of one affix, at least `digits` digits and no bytes behind them, as their numbers.
typedef struct {
  groove_csv_affix affix;
  size_t digits;
  // What codes are counted from, modulo 2^32.
  uint64_t base;
  // The least and the greatest number that was met: INT64_MAX and 0 at first.
  int64_t least, most;
} groove_csv_numbering;

// One more than the codes of numbers, by their places, and 0 where there is none. `run_count`
// numbers from `run_first` on have codes in a row, from `run_code` on.
typedef struct {
  const uint32_t *codes;
  size_t size;
  uint32_t run_first, run_count, run_code;
} groove_csv_numbers;

// Up to 23 bytes of a text and its length in the highest byte; `w` is one more than its code.
typedef struct {
  uint64_t x, y, z, w;
} groove_csv_key;

// The kernels of one CPU level. Each handles every row, writes the rows that have no common form,
// or no code, to `others`, in their order, and returns how many those are. `others` has room for
// all rows.
typedef struct {
  size_t (*integers)(const groove_csv_field *field, int64_t *values, uint32_t *others);
  size_t (*timestamps)(const groove_csv_field *field, int64_t *values, uint32_t *others);
  size_t (*code_numbers)(const groove_csv_field *field, const groove_csv_affix *affix,
                         const groove_csv_numbers *numbers, uint32_t *values, uint32_t *others);
  size_t (*code_texts)(const groove_csv_field *field, const groove_csv_key *slots, size_t mask,
                       int quote, uint32_t *values, uint32_t *others);
  size_t (*number)(const groove_csv_field *field, groove_csv_numbering *numbering,
                   uint32_t *values, uint32_t *others);
} groove_csv_kernels;

#if defined(__x86_64__)
extern const groove_csv_kernels groove_csv_kernels_sse2;
extern const groove_csv_kernels groove_csv_kernels_avx2;
extern const groove_csv_kernels groove_csv_kernels_avx512;
#elif defined(__aarch64__)
extern const groove_csv_kernels groove_csv_kernels_neon;
#endif

#endif
