#include "UTF8.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

// By the method of Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte":
// whatever is wrong within two bytes that follow one another is found by three tables, of the two
// halves of the first and the upper half of the second. A pair is wrong in each way that all three
// name.
enum {
  short_of = 1 << 0,      // a leading byte, and none that continues
  too_long = 1 << 1,      // ASCII, and one that continues
  overlong_3 = 1 << 2,    // E0 before 80 to 9F
  too_large = 1 << 3,     // F4 and more before 90 to BF
  surrogate = 1 << 4,     // ED before A0 to BF
  overlong_2 = 1 << 5,    // C0 and C1
  too_large_80 = 1 << 6,  // F5 and more before 80 to 8F
  overlong_4 = 1 << 6,    // F0 before 80 to 8F
  continued = 1 << 7,     // two that continue, right only where three or four bytes belong together
  any_low = short_of | too_long | continued,
  second = too_long | overlong_2 | continued,
};

#define TABLE(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)                                     \
  _mm256_broadcastsi128_si256(_mm_setr_epi8((char)(a), (char)(b), (char)(c), (char)(d), (char)(e), \
                                            (char)(f), (char)(g), (char)(h), (char)(i), (char)(j), \
                                            (char)(k), (char)(l), (char)(m), (char)(n), (char)(o), \
                                            (char)(p)))

AVX2 static inline __m256i upper_halves(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

// What is wrong with 32 bytes, with what stands before them.
AVX2 static inline __m256i errors(__m256i bytes, __m256i before) {
  const __m256i middle = _mm256_permute2x128_si256(before, bytes, 0x21);
  const __m256i last = _mm256_alignr_epi8(bytes, middle, 15);
  const __m256i upper = TABLE(too_long, too_long, too_long, too_long, too_long, too_long, too_long,
                              too_long, continued, continued, continued, continued,
                              short_of | overlong_2, short_of, short_of | overlong_3 | surrogate,
                              short_of | too_large | too_large_80 | overlong_4);
  enum { beyond = any_low | too_large | too_large_80 };
  const __m256i lower = TABLE(any_low | overlong_3 | overlong_2 | overlong_4, any_low | overlong_2,
                              any_low, any_low, any_low | too_large, beyond, beyond, beyond, beyond,
                              beyond, beyond, beyond, beyond, beyond | surrogate, beyond, beyond);
  const __m256i next = TABLE(short_of, short_of, short_of, short_of, short_of, short_of, short_of,
                             short_of, second | overlong_3 | too_large_80 | overlong_4,
                             second | overlong_3 | too_large, second | surrogate | too_large,
                             second | surrogate | too_large, short_of, short_of, short_of,
                             short_of);
  const __m256i pairs = _mm256_and_si256(
      _mm256_and_si256(
          _mm256_shuffle_epi8(upper, upper_halves(last)),
          _mm256_shuffle_epi8(lower, _mm256_and_si256(last, _mm256_set1_epi8(0x0F)))),
      _mm256_shuffle_epi8(next, upper_halves(bytes)));
  // Two places behind E0 and more, and three behind F0 and more, a byte must continue what does.
  const __m256i third = _mm256_subs_epu8(_mm256_alignr_epi8(bytes, middle, 14),
                                         _mm256_set1_epi8((char)(0xE0 - 0x80)));
  const __m256i fourth = _mm256_subs_epu8(_mm256_alignr_epi8(bytes, middle, 13),
                                          _mm256_set1_epi8((char)(0xF0 - 0x80)));
  const __m256i asked =
      _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
  return _mm256_xor_si256(asked, pairs);
}

AVX2 bool groove_is_utf8_avx2(const uint8_t *bytes, size_t count) {
  __m256i before = _mm256_setzero_si256(), wrong = before;
  size_t at = 0;
  for (; at + 64 <= count; at += 64) {
    const __m256i first = _mm256_loadu_si256((const __m256i *)(bytes + at));
    const __m256i other = _mm256_loadu_si256((const __m256i *)(bytes + at + 32));
    // What stands before may end within a character.
    if (_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(first, other), before)) != 0) {
      wrong = _mm256_or_si256(wrong, errors(first, before));
      wrong = _mm256_or_si256(wrong, errors(other, first));
    }
    before = other;
  }
  // Zeros behind the end tell a character that is cut off.
  uint8_t rest[96] = {0};
  if (at < count) memcpy(rest, bytes + at, count - at);
  for (size_t i = 0; i <= count - at; i += 32) {
    const __m256i next = _mm256_loadu_si256((const __m256i *)(rest + i));
    wrong = _mm256_or_si256(wrong, errors(next, before));
    before = next;
  }
  return _mm256_testz_si256(wrong, wrong);
}
#endif
