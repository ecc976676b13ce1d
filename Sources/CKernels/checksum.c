#include "Checksum.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

// The CRC instruction takes three cycles but can start each cycle, so three streams of 1,024 bytes
// run side by side. To join them a stream's CRC is moved over the bytes behind it: a carry-less
// multiplication by x^(8 * distance - 33) and the instruction itself as the reduction.
enum { stream = 1024 };
static const uint32_t over_one_stream = 0x170076fa;
static const uint32_t over_two_streams = 0xa51b6135;

__attribute__((target("sse4.2,pclmul"))) static inline uint32_t move_over(
    uint64_t crc, uint32_t distance) {
  __m128i product = _mm_clmulepi64_si128(
      _mm_cvtsi64_si128((long long)crc), _mm_cvtsi32_si128((int)distance), 0);
  return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

static inline uint64_t word(const uint8_t *bytes) {
  uint64_t value;
  memcpy(&value, bytes, 8);
  return value;
}

__attribute__((target("sse4.2,pclmul"))) uint32_t groove_crc32c_clmul(
    uint32_t crc, const uint8_t *bytes, size_t count) {
  uint64_t first = (uint32_t)~crc;
  while (count >= 3 * stream) {
    uint64_t second = 0, third = 0;
    for (size_t at = 0; at < stream; at += 8) {
      first = _mm_crc32_u64(first, word(bytes + at));
      second = _mm_crc32_u64(second, word(bytes + stream + at));
      third = _mm_crc32_u64(third, word(bytes + 2 * stream + at));
    }
    first = move_over(first, over_two_streams) ^ move_over(second, over_one_stream) ^ third;
    bytes += 3 * stream;
    count -= 3 * stream;
  }
  for (; count >= 8; count -= 8, bytes += 8) first = _mm_crc32_u64(first, word(bytes));
  for (; count > 0; count -= 1, bytes += 1) first = _mm_crc32_u8((uint32_t)first, *bytes);
  return ~(uint32_t)first;
}
#endif
