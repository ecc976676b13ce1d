#include "BitPacking.h"

#include <string.h>

// Bit streams are linear, so that a block of any length has no padding. Eight values take exactly
// `width` bytes: every group of eight starts on a byte, which is what the vector forms build on.
// They fetch the bytes of each value into its lane with one shuffle, then shift each lane by its
// own distance and mask. The shuffle and the distances depend on the width only and are made once
// a call.

static inline uint64_t load64(const uint8_t *in) {
  uint64_t value;
  memcpy(&value, in, 8);
  return value;
}

static inline uint64_t mask_of(unsigned width) {
  return width >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << width) - 1;
}

// Value `index`, reading no byte behind `size`.
static inline uint64_t value_at(const uint8_t *in, size_t size, size_t index, unsigned width) {
  size_t bit = index * width, byte = bit >> 3;
  unsigned shift = bit & 7;
  uint64_t low;
  if (byte + 8 <= size) {
    low = load64(in + byte);
  } else {
    low = 0;
    for (size_t at = byte; at < size; at += 1) low |= (uint64_t)in[at] << (8 * (at - byte));
  }
  uint64_t value = low >> shift;
  if (shift + width > 64) value |= (uint64_t)in[byte + 8] << (64 - shift);
  return value & mask_of(width);
}

static inline void tail32(const uint8_t *in, size_t size, uint32_t *out, size_t from, size_t count,
                          unsigned width, uint32_t base) {
  for (size_t i = from; i < count; i += 1)
    out[i] = base + (width == 0 ? 0 : (uint32_t)value_at(in, size, i, width));
}

static inline void tail64(const uint8_t *in, size_t size, uint64_t *out, size_t from, size_t count,
                          unsigned width, uint64_t base, uint64_t scale) {
  for (size_t i = from; i < count; i += 1)
    out[i] = base + scale * (width == 0 ? 0 : value_at(in, size, i, width));
}

void groove_unpack32_baseline(const uint8_t *in, size_t size, uint32_t *out, size_t count,
                              unsigned width, uint32_t base) {
  size_t i = 0;
  if (width > 0 && size >= 8) {
    uint32_t mask = (uint32_t)mask_of(width);
    size_t bit = 0, last = (size - 8) * 8 + 7;
    for (; i < count && bit <= last; i += 1, bit += width)
      out[i] = base + ((uint32_t)(load64(in + (bit >> 3)) >> (bit & 7)) & mask);
  }
  tail32(in, size, out, i, count, width, base);
}

void groove_unpack64_baseline(const uint8_t *in, size_t size, uint64_t *out, size_t count,
                              unsigned width, uint64_t base, uint64_t scale) {
  size_t i = 0;
  if (width > 0 && width <= 57 && size >= 8) {
    uint64_t mask = mask_of(width);
    size_t bit = 0, last = (size - 8) * 8 + 7;
    for (; i < count && bit <= last; i += 1, bit += width)
      out[i] = base + scale * ((load64(in + (bit >> 3)) >> (bit & 7)) & mask);
  }
  tail64(in, size, out, i, count, width, base, scale);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))

// Two 16-byte loads a step, four values of 32 bits from each. A lane holds at most
// 4 + 3 * 25 + 25 = 104 bits.
AVX2 void groove_unpack32_avx2(const uint8_t *in, size_t size, uint32_t *out, size_t count,
                               unsigned width, uint32_t base) {
  if (width == 0 || width > 25) {
    groove_unpack32_baseline(in, size, out, count, width, base);
    return;
  }
  uint8_t shuffle[32];
  uint32_t shift[8];
  size_t half = (4 * width) >> 3;
  for (unsigned j = 0; j < 8; j += 1) {
    size_t bit = j * width - (j < 4 ? 0 : half * 8);
    shift[j] = bit & 7;
    for (unsigned b = 0; b < 4; b += 1) shuffle[4 * j + b] = (uint8_t)((bit >> 3) + b);
  }
  __m256i shuffles = _mm256_loadu_si256((const __m256i *)shuffle);
  __m256i shifts = _mm256_loadu_si256((const __m256i *)shift);
  __m256i masks = _mm256_set1_epi32((int)mask_of(width));
  __m256i bases = _mm256_set1_epi32((int)base);
  size_t i = 0, at = 0;
  for (; i + 8 <= count && at + half + 16 <= size; i += 8, at += width) {
    __m256i bytes = _mm256_loadu2_m128i((const __m128i *)(in + at + half),
                                        (const __m128i *)(in + at));
    __m256i values = _mm256_srlv_epi32(_mm256_shuffle_epi8(bytes, shuffles), shifts);
    values = _mm256_add_epi32(_mm256_and_si256(values, masks), bases);
    _mm256_storeu_si256((__m256i *)(out + i), values);
  }
  tail32(in, size, out, i, count, width, base);
}

// Four 16-byte loads a step, two values of 64 bits from each. A lane holds at most
// 7 + 57 + 57 = 121 bits.
AVX2 void groove_unpack64_avx2(const uint8_t *in, size_t size, uint64_t *out, size_t count,
                               unsigned width, uint64_t base, uint64_t scale) {
  if (width == 0 || width > 57) {
    groove_unpack64_baseline(in, size, out, count, width, base, scale);
    return;
  }
  uint8_t shuffle[64];
  uint64_t shift[8];
  size_t start[4];
  for (unsigned j = 0; j < 8; j += 1) {
    if (j % 2 == 0) start[j / 2] = (j * width) >> 3;
    size_t bit = j * width - start[j / 2] * 8;
    // A value may need nine bytes of its lane with the shift; eight from its byte on are enough
    // since 7 + 57 = 64.
    shift[j] = bit & 7;
    for (unsigned b = 0; b < 8; b += 1) {
      size_t from = (bit >> 3) + b;
      shuffle[8 * j + b] = from < 16 ? (uint8_t)from : 0x80;
    }
  }
  __m256i low_shuffles = _mm256_loadu_si256((const __m256i *)shuffle);
  __m256i high_shuffles = _mm256_loadu_si256((const __m256i *)(shuffle + 32));
  __m256i low_shifts = _mm256_loadu_si256((const __m256i *)shift);
  __m256i high_shifts = _mm256_loadu_si256((const __m256i *)(shift + 4));
  __m256i masks = _mm256_set1_epi64x((long long)mask_of(width));
  __m256i bases = _mm256_set1_epi64x((long long)base);
  __m256i scales = _mm256_set1_epi64x((long long)scale);
  int small = width <= 32 && scale <= 0xffffffff;
  size_t i = 0, at = 0;
  for (; i + 8 <= count && at + start[3] + 16 <= size; i += 8, at += width) {
    const uint8_t *from = in + at;
    __m256i low = _mm256_loadu2_m128i((const __m128i *)(from + start[1]), (const __m128i *)from);
    __m256i high = _mm256_loadu2_m128i((const __m128i *)(from + start[3]),
                                       (const __m128i *)(from + start[2]));
    low = _mm256_and_si256(
        _mm256_srlv_epi64(_mm256_shuffle_epi8(low, low_shuffles), low_shifts), masks);
    high = _mm256_and_si256(
        _mm256_srlv_epi64(_mm256_shuffle_epi8(high, high_shuffles), high_shifts), masks);
    if (small) {
      low = _mm256_add_epi64(_mm256_mul_epu32(low, scales), bases);
      high = _mm256_add_epi64(_mm256_mul_epu32(high, scales), bases);
      _mm256_storeu_si256((__m256i *)(out + i), low);
      _mm256_storeu_si256((__m256i *)(out + i + 4), high);
    } else {
      uint64_t values[8];
      _mm256_storeu_si256((__m256i *)values, low);
      _mm256_storeu_si256((__m256i *)(values + 4), high);
      for (unsigned j = 0; j < 8; j += 1) out[i + j] = base + scale * values[j];
    }
  }
  tail64(in, size, out, i, count, width, base, scale);
}

AVX512 void groove_unpack32_avx512(const uint8_t *in, size_t size, uint32_t *out, size_t count,
                                   unsigned width, uint32_t base) {
  if (width == 0) {
    tail32(in, size, out, 0, count, width, base);
    return;
  }
  size_t i = 0, at = 0;
  if (width <= 25) {
    uint8_t shuffle[64];
    uint32_t shift[16];
    for (unsigned j = 0; j < 16; j += 1) {
      shift[j] = (j * width) & 7;
      for (unsigned b = 0; b < 4; b += 1) shuffle[4 * j + b] = (uint8_t)(((j * width) >> 3) + b);
    }
    __m512i shuffles = _mm512_loadu_si512(shuffle), shifts = _mm512_loadu_si512(shift);
    __m512i masks = _mm512_set1_epi32((int)mask_of(width)), bases = _mm512_set1_epi32((int)base);
    for (; i + 16 <= count && at + 64 <= size; i += 16, at += 2 * width) {
      __m512i bytes = _mm512_loadu_si512(in + at);
      __m512i values = _mm512_srlv_epi32(_mm512_permutexvar_epi8(shuffles, bytes), shifts);
      _mm512_storeu_si512(out + i, _mm512_add_epi32(_mm512_and_si512(values, masks), bases));
    }
  } else {
    uint8_t shuffle[64];
    uint64_t shift[8];
    for (unsigned j = 0; j < 8; j += 1) {
      shift[j] = (j * width) & 7;
      for (unsigned b = 0; b < 8; b += 1) shuffle[8 * j + b] = (uint8_t)(((j * width) >> 3) + b);
    }
    __m512i shuffles = _mm512_loadu_si512(shuffle), shifts = _mm512_loadu_si512(shift);
    __m512i masks = _mm512_set1_epi64((long long)mask_of(width));
    __m256i bases = _mm256_set1_epi32((int)base);
    for (; i + 8 <= count && at + 64 <= size; i += 8, at += width) {
      __m512i bytes = _mm512_loadu_si512(in + at);
      __m512i values = _mm512_srlv_epi64(_mm512_permutexvar_epi8(shuffles, bytes), shifts);
      __m256i narrow = _mm512_cvtepi64_epi32(_mm512_and_si512(values, masks));
      _mm256_storeu_si256((__m256i *)(out + i), _mm256_add_epi32(narrow, bases));
    }
  }
  tail32(in, size, out, i, count, width, base);
}

AVX512 void groove_unpack64_avx512(const uint8_t *in, size_t size, uint64_t *out, size_t count,
                                   unsigned width, uint64_t base, uint64_t scale) {
  if (width == 0 || width > 57) {
    groove_unpack64_baseline(in, size, out, count, width, base, scale);
    return;
  }
  uint8_t shuffle[64];
  uint64_t shift[8];
  for (unsigned j = 0; j < 8; j += 1) {
    shift[j] = (j * width) & 7;
    for (unsigned b = 0; b < 8; b += 1) shuffle[8 * j + b] = (uint8_t)(((j * width) >> 3) + b);
  }
  __m512i shuffles = _mm512_loadu_si512(shuffle), shifts = _mm512_loadu_si512(shift);
  __m512i masks = _mm512_set1_epi64((long long)mask_of(width));
  __m512i bases = _mm512_set1_epi64((long long)base);
  __m512i scales = _mm512_set1_epi64((long long)scale);
  size_t i = 0, at = 0;
  if (scale == 1) {
    for (; i + 8 <= count && at + 64 <= size; i += 8, at += width) {
      __m512i bytes = _mm512_loadu_si512(in + at);
      __m512i values = _mm512_srlv_epi64(_mm512_permutexvar_epi8(shuffles, bytes), shifts);
      _mm512_storeu_si512(out + i, _mm512_add_epi64(_mm512_and_si512(values, masks), bases));
    }
  } else {
    for (; i + 8 <= count && at + 64 <= size; i += 8, at += width) {
      __m512i bytes = _mm512_loadu_si512(in + at);
      __m512i values = _mm512_srlv_epi64(_mm512_permutexvar_epi8(shuffles, bytes), shifts);
      values = _mm512_mullo_epi64(_mm512_and_si512(values, masks), scales);
      _mm512_storeu_si512(out + i, _mm512_add_epi64(values, bases));
    }
  }
  tail64(in, size, out, i, count, width, base, scale);
}
#endif

void groove_pack64_baseline(const int64_t *values, size_t count, int64_t base, unsigned shift,
                            uint64_t inverse, unsigned width, uint8_t *out) {
  uint64_t word = 0, mask = mask_of(width);
  unsigned filled = 0;
  if (width == 0) return;
  size_t i = 0;
  // Two narrow values at once halve the work of moving words out.
  for (; width <= 32 && i + 2 <= count; i += 2) {
    uint64_t low = ((((uint64_t)values[i] - (uint64_t)base) >> shift) * inverse) & mask;
    uint64_t high = ((((uint64_t)values[i + 1] - (uint64_t)base) >> shift) * inverse) & mask;
    uint64_t pair = low | high << width;
    word |= pair << filled;
    filled += 2 * width;
    if (filled >= 64) {
      memcpy(out, &word, 8);
      out += 8;
      filled -= 64;
      word = filled == 0 ? 0 : pair >> (2 * width - filled);
    }
  }
  for (; i < count; i += 1) {
    uint64_t value = ((((uint64_t)values[i] - (uint64_t)base) >> shift) * inverse) & mask;
    word |= value << filled;
    filled += width;
    if (filled >= 64) {
      memcpy(out, &word, 8);
      out += 8;
      filled -= 64;
      word = filled == 0 ? 0 : value >> (width - filled);
    }
  }
  for (; filled > 0; filled = filled > 8 ? filled - 8 : 0, word >>= 8) *out++ = (uint8_t)word;
}

#if defined(__x86_64__)
// The bytes of two of the four pairs, at their places among those of eight values; `mask` has a bit
// for each that there is.
static void place_pairs(unsigned first, unsigned width, uint8_t indices[64], uint64_t *mask) {
  *mask = 0;
  for (unsigned pair = first; pair < 4; pair += 2) {
    unsigned bit = 2 * width * pair, bytes = ((bit & 7) + 2 * width + 7) >> 3;
    for (unsigned byte = 0; byte < bytes; byte += 1) {
      indices[(bit >> 3) + byte] = (uint8_t)(16 * pair + byte);
      *mask |= (uint64_t)1 << ((bit >> 3) + byte);
    }
  }
}

// Two values become one of twice the width, in every other lane. Such a pair, shifted to its place
// in a byte, must fit its lane; then pairs that do not touch each other take their places together.
//
// PERF: packing takes 1.3 % of a run over 50 M plays in place of 3.0 (samples, Sapphire Rapids VM,
// 2026-12-01).
AVX512 void groove_pack64_avx512(const int64_t *values, size_t count, int64_t base, unsigned shift,
                                 uint64_t inverse, unsigned width, uint8_t *out) {
  size_t i = 0;
  if (width >= 2 && width <= 29) {
    uint8_t even[64] = {0}, odd[64] = {0};
    uint64_t even_mask, odd_mask;
    place_pairs(0, width, even, &even_mask);
    place_pairs(1, width, odd, &odd_mask);
    __m512i evens = _mm512_loadu_si512(even), odds = _mm512_loadu_si512(odd);
    __m512i bases = _mm512_set1_epi64(base), masks = _mm512_set1_epi64((int64_t)mask_of(width));
    __m512i inverses = _mm512_set1_epi64((int64_t)inverse);
    __m128i scale = _mm_cvtsi32_si128((int)shift);
    int64_t w = width;
    __m512i seconds = _mm512_set_epi64(w, 0, w, 0, w, 0, w, 0);
    __m512i bits = _mm512_set_epi64(0, 6 * w & 7, 0, 4 * w & 7, 0, 2 * w & 7, 0, 0);
    const uint8_t *end = out + count * width / 8;
    for (; i + 8 <= count && end - out >= 32; i += 8, out += width) {
      __m512i group = _mm512_sub_epi64(_mm512_loadu_si512(values + i), bases);
      group = _mm512_srl_epi64(group, scale);
      if (inverse != 1) group = _mm512_mullo_epi64(group, inverses);
      group = _mm512_sllv_epi64(_mm512_and_si512(group, masks), seconds);
      group = _mm512_or_si512(group, _mm512_shuffle_epi32(group, _MM_PERM_BADC));
      group = _mm512_sllv_epi64(group, bits);
      __m512i packed = _mm512_or_si512(
          _mm512_maskz_permutexvar_epi8(even_mask, evens, group),
          _mm512_maskz_permutexvar_epi8(odd_mask, odds, group));
      _mm256_storeu_si256((__m256i *)out, _mm512_castsi512_si256(packed));
    }
  }
  groove_pack64_baseline(values + i, count - i, base, shift, inverse, width, out);
}
#endif
