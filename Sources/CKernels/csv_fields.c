#include "CSVFields.h"

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t load64(const uint8_t *bytes) {
  uint64_t word;
  __builtin_memcpy(&word, bytes, 8);
  return word;
}

// The first `count` bytes of a word, one to eight, as digits in its highest bytes.
INLINE uint64_t digits(uint64_t word, size_t count) {
  return (word ^ 0x3030303030303030) << (64 - 8 * count);
}

INLINE int are_digits(uint64_t word) {
  return (((word + 0x7676767676767676) | word) & 0x8080808080808080) == 0;
}

// The number of eight digits, the first in the lowest byte.
INLINE uint64_t number(uint64_t digits) {
  const uint64_t pairs = digits * 10 + (digits >> 8);
  const uint64_t first = (pairs & 0x000000FF000000FF) * 0x000F424000000064;
  const uint64_t second = (pairs >> 16 & 0x000000FF000000FF) * 0x0000271000000001;
  return (first + second) >> 32;
}

// Where the numbers of each count of digits begin, as in KeyTable.places.
static const uint32_t places[9] = {0,     0,      10,      110,     1110,
                                   11110, 111110, 1111110, 11111110};

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
