#include "SelectRows.h"

#include <string.h>

// Each row is written and kept only by moving on, so that no branch depends on a mark; eight rows
// without one are passed at once.
static inline size_t collect_marked(const uint8_t *marks, size_t from, size_t count, uint32_t *rows,
                                    size_t found) {
  size_t i = from;
  for (; i + 8 <= count; i += 8) {
    uint64_t eight;
    memcpy(&eight, marks + i, sizeof eight);
    if (eight == 0) continue;
    for (size_t row = i; row < i + 8; row += 1) {
      rows[found] = (uint32_t)row;
      found += marks[row];
    }
  }
  for (; i < count; i += 1)
    if (marks[i]) rows[found++] = (uint32_t)i;
  return found;
}

size_t groove_marked_rows_baseline(const uint8_t *marks, size_t count, uint32_t *rows) {
  return collect_marked(marks, 0, count, rows, 0);
}

// The same for codes, sixteen at once.
static inline size_t collect_matched(const uint32_t *codes, size_t from, size_t count,
                                     const uint32_t *wanted, size_t wanted_count, uint32_t *rows,
                                     size_t found) {
  for (size_t i = from; i < count; i += 16) {
    size_t end = count - i < 16 ? count - i : 16;
    uint32_t matches[16] = {0}, any = 0;
    for (size_t k = 0; k < wanted_count; k += 1)
      for (size_t lane = 0; lane < end; lane += 1) matches[lane] |= codes[i + lane] == wanted[k];
    for (size_t lane = 0; lane < 16; lane += 1) any |= matches[lane];
    if (!any) continue;
    for (size_t lane = 0; lane < end; lane += 1)
      if (matches[lane]) rows[found++] = (uint32_t)(i + lane);
  }
  return found;
}

size_t groove_matched_rows_baseline(const uint32_t *codes, size_t count, const uint32_t *wanted,
                                    size_t wanted_count, uint32_t *rows) {
  return collect_matched(codes, 0, count, wanted, wanted_count, rows, 0);
}

#if defined(__x86_64__)
#include <immintrin.h>

// Sixteen rows a step are moved together in a register. All sixteen lanes are stored, which no
// later than at row i + 16 lie behind `found` + 16.
__attribute__((target("avx512f,avx512bw,avx512vl"))) static inline size_t keep(
    __mmask16 chosen, size_t i, uint32_t *rows, size_t found) {
  __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32((int)i));
  _mm512_storeu_si512(rows + found, _mm512_maskz_compress_epi32(chosen, numbers));
  return found + (size_t)__builtin_popcount(chosen);
}

__attribute__((target("avx512f,avx512bw,avx512vl"))) size_t groove_marked_rows_avx512(
    const uint8_t *marks, size_t count, uint32_t *rows) {
  size_t found = 0, i = 0;
  for (; i + 16 <= count; i += 16) {
    __m128i mark = _mm_loadu_si128((const __m128i *)(marks + i));
    found = keep(_mm_test_epi8_mask(mark, mark), i, rows, found);
  }
  return collect_marked(marks, i, count, rows, found);
}

__attribute__((target("avx512f,avx512bw,avx512vl"))) size_t groove_matched_rows_avx512(
    const uint32_t *codes, size_t count, const uint32_t *wanted, size_t wanted_count,
    uint32_t *rows) {
  size_t found = 0, i = 0;
  for (; i + 16 <= count; i += 16) {
    __m512i code = _mm512_loadu_si512(codes + i);
    __mmask16 matched = 0;
    for (size_t k = 0; k < wanted_count; k += 1)
      matched |= _mm512_cmpeq_epi32_mask(code, _mm512_set1_epi32((int)wanted[k]));
    found = keep(matched, i, rows, found);
  }
  return collect_matched(codes, i, count, wanted, wanted_count, rows, found);
}
#endif
