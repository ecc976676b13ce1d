#include "CSVTokenizer.h"

// One bit a byte of a group of 64.
typedef struct {
  uint64_t delimiters, newlines, quotes;
} masks;

#define INLINE static inline __attribute__((always_inline))
#define MASKS masks
// The bit of each byte that is within quotes, opening quotes included.
INLINE uint64_t parity_of_shifts(uint64_t quotes) {
  quotes ^= quotes << 1;
  quotes ^= quotes << 2;
  quotes ^= quotes << 4;
  quotes ^= quotes << 8;
  quotes ^= quotes << 16;
  return quotes ^ quotes << 32;
}

#if defined(__x86_64__)
#include <immintrin.h>

// Baseline: four vectors of 16 bytes a mask. Places are written eight at a time, past the last one;
// how many there are is counted in the word.

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
  return m;
}

INLINE uint64_t sum_sse2(uint64_t mask) {
  mask -= mask >> 1 & 0x5555555555555555;
  mask = (mask & 0x3333333333333333) + (mask >> 2 & 0x3333333333333333);
  return ((mask + (mask >> 4)) & 0x0F0F0F0F0F0F0F0F) * 0x0101010101010101 >> 56;
}

// Of record ends there is mostly one in a group, or none.
INLINE uint64_t count_sse2(uint64_t mask) {
  return mask & (mask - 1) ? sum_sse2(mask) : mask != 0;
}

INLINE uint32_t *emit_sse2(uint32_t *mark, uint64_t mask, uint32_t base) {
  // Behind the last bit stands this one, which keeps the search for a bit defined.
  const uint64_t top = (uint64_t)1 << 63;
  uint32_t *end = mark + sum_sse2(mask);
  do {
    for (int i = 0; i < 8; i++) {
      mark[i] = base + (uint32_t)__builtin_ctzll(mask | top);
      mask &= mask - 1;
    }
    mark += 8;
  } while (mask);
  return end;
}

#define parity_sse2 parity_of_shifts

INLINE __m128i no_high_sse2(void) { return _mm_setzero_si128(); }

INLINE __m128i add_high_sse2(__m128i high, const uint8_t *bytes) {
  const __m128i *v = (const __m128i *)bytes;
  return _mm_or_si128(_mm_or_si128(high, _mm_or_si128(_mm_loadu_si128(v), _mm_loadu_si128(v + 1))),
                      _mm_or_si128(_mm_loadu_si128(v + 2), _mm_loadu_si128(v + 3)));
}

INLINE uint64_t high_sse2(__m128i high) { return (uint64_t)_mm_movemask_epi8(high); }

#define HIGH __m128i
#define LEVEL sse2
#define DEFERS 1
#define TARGET
#include "csv_tokenizer.inc"
#undef LEVEL
#undef DEFERS
#undef TARGET
#undef HIGH

// AVX2: two vectors of 32 bytes a mask; places are written eight at a time, past the last one.

#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul")))

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
  return m;
}

// A product without carries by all ones is the running parity.
TARGET_AVX2 INLINE uint64_t parity_avx2(uint64_t quotes) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)quotes), _mm_set1_epi8((char)0xFF), 0);
  return (uint64_t)_mm_cvtsi128_si64(product);
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

TARGET_AVX2 INLINE __m256i no_high_avx2(void) { return _mm256_setzero_si256(); }

TARGET_AVX2 INLINE __m256i add_high_avx2(__m256i high, const uint8_t *bytes) {
  const __m256i *v = (const __m256i *)bytes;
  return _mm256_or_si256(high, _mm256_or_si256(_mm256_loadu_si256(v), _mm256_loadu_si256(v + 1)));
}

TARGET_AVX2 INLINE uint64_t high_avx2(__m256i high) {
  return (uint32_t)_mm256_movemask_epi8(high);
}

#define HIGH __m256i

#define LEVEL avx2
#define DEFERS 1
#define TARGET TARGET_AVX2
#include "csv_tokenizer.inc"
#undef LEVEL
#undef DEFERS
#undef TARGET
#undef HIGH

// AVX-512 with VBMI2: one vector a mask; places are compressed out of a vector of 0 to 63.

#define TARGET_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,bmi,bmi2,popcnt,pclmul")))

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
  return m;
}

TARGET_AVX512 INLINE uint64_t parity_avx512(uint64_t quotes) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)quotes), _mm_set1_epi8((char)0xFF), 0);
  return (uint64_t)_mm_cvtsi128_si64(product);
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
    const __m512i second = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 1));
    _mm512_storeu_si512(mark + 16, _mm512_add_epi32(bases, second));
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

TARGET_AVX512 INLINE __m512i no_high_avx512(void) { return _mm512_setzero_si512(); }

TARGET_AVX512 INLINE __m512i add_high_avx512(__m512i high, const uint8_t *bytes) {
  return _mm512_or_si512(high, _mm512_loadu_si512(bytes));
}

TARGET_AVX512 INLINE uint64_t high_avx512(__m512i high) { return _mm512_movepi8_mask(high); }

#define HIGH __m512i

#define LEVEL avx512
#define DEFERS 0
#define TARGET TARGET_AVX512
#include "csv_tokenizer.inc"
#undef LEVEL
#undef DEFERS
#undef TARGET
#undef HIGH

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

#define parity_neon parity_of_shifts

INLINE uint8x16_t no_high_neon(void) { return vdupq_n_u8(0); }

INLINE uint8x16_t add_high_neon(uint8x16_t high, const uint8_t *bytes) {
  uint8x16_t ab = vorrq_u8(vld1q_u8(bytes), vld1q_u8(bytes + 16));
  uint8x16_t cd = vorrq_u8(vld1q_u8(bytes + 32), vld1q_u8(bytes + 48));
  return vorrq_u8(high, vorrq_u8(ab, cd));
}

INLINE uint64_t high_neon(uint8x16_t high) { return vmaxvq_u8(high) & 0x80; }

#define HIGH uint8x16_t

#define LEVEL neon
#define DEFERS 1
#define TARGET
#include "csv_tokenizer.inc"
#undef LEVEL
#undef DEFERS
#undef TARGET
#undef HIGH
#endif
