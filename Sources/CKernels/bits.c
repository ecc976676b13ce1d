#include "Bits.h"

#include "levels.h"

INLINE uint64_t count_bits(const uint64_t *words, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; i += 1) bits += (uint64_t)__builtin_popcountll(words[i]);
  return bits;
}

INLINE uint64_t clear_bits(uint64_t *words, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; i += 1) {
    bits += (uint64_t)__builtin_popcountll(words[i]);
    words[i] = 0;
  }
  return bits;
}

AT_EVERY_LEVEL(uint64_t, count_bits, (const uint64_t *words, size_t count),
               count_bits(words, count))
AT_EVERY_LEVEL(uint64_t, clear_bits, (uint64_t *words, size_t count), clear_bits(words, count))

uint64_t groove_count_bits64(const uint64_t *words, size_t count, int level) {
  return CHOSEN(count_bits, level)(words, count);
}

uint64_t groove_clear_bits64(uint64_t *words, size_t count, int level) {
  return CHOSEN(clear_bits, level)(words, count);
}
