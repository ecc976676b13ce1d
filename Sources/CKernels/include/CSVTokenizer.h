// Finds the separators of CSV and checks every quote. See Sources/Bytes/CSVTokenizer.swift for what
// the fields mean; that file holds the Swift twin.
#ifndef GROOVE_CSV_TOKENIZER_H
#define GROOVE_CSV_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint8_t delimiter;
  uint8_t newline;
  uint8_t quote;
  uint8_t escape;
  // 1 where the byte above means something, else 0.
  uint8_t has_quote;
  uint8_t has_escape;
  // Whether a carriage return may stand between a closing quote and the newline.
  uint8_t takes_return;
} groove_csv_dialect;

// What a scan that begins where a record begins has found.
typedef struct {
  uint64_t newlines;
  // Those within quotes.
  uint64_t inner_newlines;
  // Not 0 where some byte is not ASCII.
  uint64_t high_bits;
  uint64_t is_broken;
  // The bytes that were taken.
  uint64_t taken;
} groove_csv_state;

// Writes the places of the separators among `count` bytes, plus `base`, to `marks`, and returns how
// many there are. Stops before the group of 64 bytes in which a quote breaks the rule. `marks` has
// room for `count` places and 64 more.
#define GROOVE_CSV_DECLARE(level)                                                                \
  size_t groove_csv_tokenize_##level(const uint8_t *bytes, size_t count, uint32_t base,          \
                                     const groove_csv_dialect *dialect, groove_csv_state *state, \
                                     uint32_t *marks);                                           \
  size_t groove_csv_count_##level(const uint8_t *bytes, size_t count, uint8_t byte);

#if defined(__x86_64__)
GROOVE_CSV_DECLARE(sse2)
GROOVE_CSV_DECLARE(avx2)
GROOVE_CSV_DECLARE(avx512)
#elif defined(__aarch64__)
GROOVE_CSV_DECLARE(neon)
#endif

#endif
