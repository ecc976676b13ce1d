#include "csv_shared.h"

INLINE uint64_t load64(const uint8_t *bytes) {
  uint64_t word;
  __builtin_memcpy(&word, bytes, 8);
  return word;
}

// Where the fields of a block begin, and how long they are; one that begins behind the limit has no
// length, at the limit.
INLINE void locate(const groove_csv_field *field, size_t first, size_t count, uint32_t *begins,
                   uint32_t *lengths) {
  uint64_t pairs[BLOCK];
  const size_t stride = field->stride;
  const uint32_t *const marks = field->marks + first * stride + field->field;
  const uint32_t gap = field->gap;
  const uint32_t limit = field->limit < UINT32_MAX ? (uint32_t)field->limit : UINT32_MAX;
  for (size_t i = 0; i < count; i++) __builtin_memcpy(&pairs[i], marks + i * stride, 8);
  for (size_t i = 0; i < count; i++) {
    const uint32_t begin = (uint32_t)pairs[i] + gap;
    const uint32_t length = (uint32_t)(pairs[i] >> 32) - begin;
    begins[i] = begin <= limit ? begin : limit;
    lengths[i] = begin <= limit ? length : 0;
  }
}

INLINE void gather(const uint8_t *bytes, const uint32_t *places, size_t count, uint64_t *words) {
  for (size_t i = 0; i < count; i++) words[i] = load64(bytes + places[i]);
}

// The first `count` bytes of a word, one to eight, as digits in its highest bytes.
INLINE uint64_t digits(uint64_t word, uint32_t count) {
  return (word ^ 0x3030303030303030) << (64 - 8 * count & 63);
}

// The last digits, up to eight, of texts of one to sixteen bytes; for others something else.
INLINE void last_digits(const uint8_t *bytes, const uint32_t *begins, const uint32_t *lengths,
                        size_t count, uint64_t *words) {
  uint32_t places[BLOCK], counts[BLOCK];
  for (size_t i = 0; i < count; i++) {
    const uint32_t length = lengths[i] - 1 < 16 ? lengths[i] : 8;
    counts[i] = length < 8 ? length : 8;
    places[i] = begins[i] + length - counts[i];
  }
  gather(bytes, places, count, words);
  for (size_t i = 0; i < count; i++) {
    words[i] = digits(words[i], counts[i]) | (lengths[i] - 1 < 16 ? 0 : ~(uint64_t)0);
  }
}

// The digits before those, from words of the texts' first eight bytes; zeros where there are none.
INLINE void first_digits(const uint32_t *lengths, size_t count, uint64_t *words) {
  for (size_t i = 0; i < count; i++) {
    words[i] = lengths[i] - 9 < 8 ? digits(words[i], lengths[i] - 8) : 0;
  }
}

// Not zero if some byte is more than 9.
INLINE uint64_t other_than_digits(uint64_t word) {
  return ((word + 0x7676767676767676) | word) & 0x8080808080808080;
}

// The number of eight digits, the first in the lowest byte: by shifts and one product of 32 bits,
// for which there are vectors.
INLINE uint64_t number(uint64_t digits) {
  const uint64_t pairs = ((digits << 3) + (digits << 1) + (digits >> 8)) & 0x00FF00FF00FF00FF;
  const uint64_t fours =
      ((pairs << 6) + (pairs << 5) + (pairs << 2) + (pairs >> 16)) & 0x0000FFFF0000FFFF;
  return (fours & 0xFFFFFFFF) * 10000 + (fours >> 32);
}

INLINE uint64_t hash(groove_csv_key key) {
  const unsigned __int128 product =
      (unsigned __int128)(key.x ^ 0x9E3779B97F4A7C15) *
      (key.y ^ (key.z * 0xC2B2AE3D27D4EB4F) ^ 0x165667B19E3779F9);
  const uint64_t mixed = (uint64_t)(product >> 64) ^ (uint64_t)product;
  return ((mixed ^ mixed >> 32) * 0xD6E8FEB86659FD93) >> 24;
}

// All ones in the first bytes of three words, for each length.
INLINE groove_csv_key key_of_words(const uint8_t *bytes, size_t length) {
  static const uint8_t ones[48] = {
      0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
      0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
  };
  const uint8_t *const mask = ones + 24 - length;
  const groove_csv_key key = {
      load64(bytes) & load64(mask), load64(bytes + 8) & load64(mask + 8),
      (load64(bytes + 16) & load64(mask + 16)) | (uint64_t)length << 56, 0};
  return key;
}

#if defined(__x86_64__)

#define LEVEL sse2
#define TARGET
#define key_sse2 key_of_words
#include "csv_fields.inc"
#undef LEVEL
#undef TARGET

#define LEVEL avx2
#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define key_avx2 key_of_words
#include "csv_fields.inc"
#undef LEVEL
#undef TARGET

#define LEVEL avx512
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,bmi,bmi2,popcnt")))
#define key_avx512 key_of_words
#include "csv_fields.inc"
#undef LEVEL
#undef TARGET

#elif defined(__aarch64__)

#define LEVEL neon
#define TARGET
#define key_neon key_of_words
#include "csv_fields.inc"
#undef LEVEL
#undef TARGET

#endif
