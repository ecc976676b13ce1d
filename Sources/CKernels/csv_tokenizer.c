#include "CSVTokenizer.h"

// One bit a byte of a group of 64; `high_bits` is not 0 where some byte is not ASCII.
typedef struct {
  uint64_t delimiters, newlines, quotes, high_bits;
} masks;

#define MASKS masks
#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#include <immintrin.h>

// Baseline: four vectors of 16 bytes a mask; counting bits would be emulated, so places are written
// one by one.

INLINE uint64_t join_sse2(__m128i a, __m128i b, __m128i c, __m128i d) {
  return (uint64_t)(uint32_t)_mm_movemask_epi8(a) | (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16 |
         (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 |
         (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}

INLINE uint64_t equal_sse2(const uint8_t *bytes, uint8_t byte) {
  const __m128i *v = (const __m128i *)bytes;
  __m128i k = _mm_set1_epi8((char)byte);
  return join_sse2(_mm_cmpeq_epi8(_mm_loadu_si128(v), k), _mm_cmpeq_epi8(_mm_loadu_si128(v + 1), k),
                   _mm_cmpeq_epi8(_mm_loadu_si128(v + 2), k),
                   _mm_cmpeq_epi8(_mm_loadu_si128(v + 3), k));
}

INLINE masks load_sse2(const uint8_t *bytes, uint8_t delimiter, uint8_t newline, uint8_t quote) {
  const __m128i *v = (const __m128i *)bytes;
  __m128i a = _mm_loadu_si128(v), b = _mm_loadu_si128(v + 1);
  __m128i c = _mm_loadu_si128(v + 2), d = _mm_loadu_si128(v + 3);
  __m128i k = _mm_set1_epi8((char)delimiter), n = _mm_set1_epi8((char)newline);
  __m128i q = _mm_set1_epi8((char)quote);
  masks m;
  m.delimiters = join_sse2(_mm_cmpeq_epi8(a, k), _mm_cmpeq_epi8(b, k), _mm_cmpeq_epi8(c, k),
                           _mm_cmpeq_epi8(d, k));
  m.newlines = join_sse2(_mm_cmpeq_epi8(a, n), _mm_cmpeq_epi8(b, n), _mm_cmpeq_epi8(c, n),
                         _mm_cmpeq_epi8(d, n));
  m.quotes = join_sse2(_mm_cmpeq_epi8(a, q), _mm_cmpeq_epi8(b, q), _mm_cmpeq_epi8(c, q),
                       _mm_cmpeq_epi8(d, q));
  m.high_bits = (uint64_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d)));
  return m;
}

INLINE uint64_t count_sse2(uint64_t mask) { return (uint64_t)__builtin_popcountll(mask); }

INLINE uint32_t *emit_sse2(uint32_t *mark, uint64_t mask, uint32_t base) {
  while (mask) {
    *mark++ = base + (uint32_t)__builtin_ctzll(mask);
    mask &= mask - 1;
  }
  return mark;
}

#define LEVEL sse2
#define TARGET
#include "csv_tokenizer.inc"
#undef LEVEL
#undef TARGET

// AVX2: two vectors of 32 bytes a mask; places are written eight at a time, past the last one.

#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

TARGET_AVX2 INLINE uint64_t join_avx2(__m256i a, __m256i b) {
  return (uint64_t)(uint32_t)_mm256_movemask_epi8(a) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

TARGET_AVX2 INLINE uint64_t equal_avx2(const uint8_t *bytes, uint8_t byte) {
  const __m256i *v = (const __m256i *)bytes;
  __m256i k = _mm256_set1_epi8((char)byte);
  return join_avx2(_mm256_cmpeq_epi8(_mm256_loadu_si256(v), k),
                   _mm256_cmpeq_epi8(_mm256_loadu_si256(v + 1), k));
}

TARGET_AVX2 INLINE masks load_avx2(const uint8_t *bytes, uint8_t delimiter, uint8_t newline,
                                   uint8_t quote) {
  const __m256i *v = (const __m256i *)bytes;
  __m256i a = _mm256_loadu_si256(v), b = _mm256_loadu_si256(v + 1);
  __m256i k = _mm256_set1_epi8((char)delimiter), n = _mm256_set1_epi8((char)newline);
  __m256i q = _mm256_set1_epi8((char)quote);
  masks m;
  m.delimiters = join_avx2(_mm256_cmpeq_epi8(a, k), _mm256_cmpeq_epi8(b, k));
  m.newlines = join_avx2(_mm256_cmpeq_epi8(a, n), _mm256_cmpeq_epi8(b, n));
  m.quotes = join_avx2(_mm256_cmpeq_epi8(a, q), _mm256_cmpeq_epi8(b, q));
  m.high_bits = (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_or_si256(a, b));
  return m;
}

TARGET_AVX2 INLINE uint64_t count_avx2(uint64_t mask) { return (uint64_t)_mm_popcnt_u64(mask); }

TARGET_AVX2 INLINE uint32_t *emit_avx2(uint32_t *mark, uint64_t mask, uint32_t base) {
  uint32_t *end = mark + _mm_popcnt_u64(mask);
  do {
    for (int i = 0; i < 8; i++) {
      mark[i] = base + (uint32_t)_tzcnt_u64(mask);
      mask = _blsr_u64(mask);
    }
    mark += 8;
  } while (mask);
  return end;
}

#define LEVEL avx2
#define TARGET TARGET_AVX2
#include "csv_tokenizer.inc"
#undef LEVEL
#undef TARGET

// AVX-512 with VBMI2: one vector a mask; places are compressed out of a vector of 0 to 63.

#define TARGET_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,bmi,bmi2,popcnt")))

TARGET_AVX512 INLINE uint64_t equal_avx512(const uint8_t *bytes, uint8_t byte) {
  return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(bytes), _mm512_set1_epi8((char)byte));
}

TARGET_AVX512 INLINE masks load_avx512(const uint8_t *bytes, uint8_t delimiter, uint8_t newline,
                                       uint8_t quote) {
  __m512i v = _mm512_loadu_si512(bytes);
  masks m;
  m.delimiters = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)delimiter));
  m.newlines = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)newline));
  m.quotes = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)quote));
  m.high_bits = _mm512_movepi8_mask(v);
  return m;
}

TARGET_AVX512 INLINE uint64_t count_avx512(uint64_t mask) { return (uint64_t)_mm_popcnt_u64(mask); }

TARGET_AVX512 INLINE uint32_t *emit_avx512(uint32_t *mark, uint64_t mask, uint32_t base) {
  const __m512i places = _mm512_set_epi8(
      63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
      40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
      17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i bases = _mm512_set1_epi32((int)base);
  uint64_t count = (uint64_t)_mm_popcnt_u64(mask);
  __m512i found = _mm512_maskz_compress_epi8(mask, places);
  _mm512_storeu_si512(
      mark, _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found))));
  if (__builtin_expect(count > 16, 0)) {
    _mm512_storeu_si512(mark + 16, _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(
                                                               _mm512_extracti32x4_epi32(found, 1))));
    if (count > 32) {
      _mm512_storeu_si512(
          mark + 32,
          _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 2))));
      _mm512_storeu_si512(
          mark + 48,
          _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 3))));
    }
  }
  return mark + count;
}

#define LEVEL avx512
#define TARGET TARGET_AVX512
#include "csv_tokenizer.inc"
#undef LEVEL
#undef TARGET

#elif defined(__aarch64__)
#include <arm_neon.h>

// NEON has no movemask: the bits of four vectors are narrowed into one word by pairwise additions.

INLINE uint64_t join_neon(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
  const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t ab = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
  uint8x16_t cd = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
  uint8x16_t all = vpaddq_u8(ab, cd);
  all = vpaddq_u8(all, all);
  return vgetq_lane_u64(vreinterpretq_u64_u8(all), 0);
}

INLINE uint64_t equal_neon(const uint8_t *bytes, uint8_t byte) {
  uint8x16_t k = vdupq_n_u8(byte);
  return join_neon(vceqq_u8(vld1q_u8(bytes), k), vceqq_u8(vld1q_u8(bytes + 16), k),
                   vceqq_u8(vld1q_u8(bytes + 32), k), vceqq_u8(vld1q_u8(bytes + 48), k));
}

INLINE masks load_neon(const uint8_t *bytes, uint8_t delimiter, uint8_t newline, uint8_t quote) {
  uint8x16_t a = vld1q_u8(bytes), b = vld1q_u8(bytes + 16);
  uint8x16_t c = vld1q_u8(bytes + 32), d = vld1q_u8(bytes + 48);
  uint8x16_t k = vdupq_n_u8(delimiter), n = vdupq_n_u8(newline), q = vdupq_n_u8(quote);
  masks m;
  m.delimiters = join_neon(vceqq_u8(a, k), vceqq_u8(b, k), vceqq_u8(c, k), vceqq_u8(d, k));
  m.newlines = join_neon(vceqq_u8(a, n), vceqq_u8(b, n), vceqq_u8(c, n), vceqq_u8(d, n));
  m.quotes = join_neon(vceqq_u8(a, q), vceqq_u8(b, q), vceqq_u8(c, q), vceqq_u8(d, q));
  m.high_bits = vmaxvq_u8(vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d))) & 0x80;
  return m;
}

INLINE uint64_t count_neon(uint64_t mask) { return (uint64_t)__builtin_popcountll(mask); }

INLINE uint32_t *emit_neon(uint32_t *mark, uint64_t mask, uint32_t base) {
  while (mask) {
    *mark++ = base + (uint32_t)__builtin_ctzll(mask);
    mask &= mask - 1;
  }
  return mark;
}

#define LEVEL neon
#define TARGET
#include "csv_tokenizer.inc"
#undef LEVEL
#undef TARGET
#endif
