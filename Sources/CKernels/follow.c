#include "Follow.h"

// Each row is written and kept only by moving on, so that no branch depends on the data.
static inline size_t collect(const groove_follow_map *map, const int64_t *keys,
                             const int64_t *values, size_t from, size_t count, int64_t *places,
                             int64_t *kept, size_t found) {
  uint64_t first = (uint64_t)map->first_key, base = (uint64_t)map->base, limit = map->count;
  for (size_t i = from; i < count; i += 1) {
    uint64_t key = (uint64_t)keys[i] - first;
    uint64_t expected = map->offsets[key < limit ? key : limit - 1];
    uint64_t differs = (expected ^ ((uint64_t)values[i] - base)) | (key >= limit) |
                       (expected == UINT32_MAX);
    places[found] = (int64_t)i;
    kept[found] = values[i];
    found += differs != 0;
  }
  return found;
}

size_t groove_follow_baseline(const groove_follow_map *map, const int64_t *keys,
                              const int64_t *values, size_t count, int64_t *places, int64_t *kept) {
  return collect(map, keys, values, 0, count, places, kept, 0);
}

#if defined(__x86_64__)
#include <immintrin.h>

// Eight rows a step: their offsets are gathered, and the rows that differ are moved together in a
// register. All eight lanes are stored, which no later than at row i + 8 lie behind `found` + 8.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) size_t groove_follow_avx512(
    const groove_follow_map *map, const int64_t *keys, const int64_t *values, size_t count,
    int64_t *places, int64_t *kept) {
  __m512i first = _mm512_set1_epi64(map->first_key), base = _mm512_set1_epi64(map->base);
  __m512i limit = _mm512_set1_epi64((long long)map->count);
  __m512i none = _mm512_set1_epi64(UINT32_MAX), step = _mm512_set1_epi64(8);
  __m512i rows = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
  size_t found = 0, i = 0;
  for (; i + 8 <= count; i += 8, rows = _mm512_add_epi64(rows, step)) {
    __m512i key = _mm512_sub_epi64(_mm512_loadu_si512(keys + i), first);
    __m512i value = _mm512_loadu_si512(values + i);
    __mmask8 known = _mm512_cmplt_epu64_mask(key, limit);
    __m512i expected = _mm512_cvtepu32_epi64(_mm512_mask_i64gather_epi32(
        _mm256_set1_epi32(-1), known, key, map->offsets, 4));
    __mmask8 follows = _mm512_mask_cmpneq_epi64_mask(known, expected, none);
    follows = _mm512_mask_cmpeq_epi64_mask(follows, expected, _mm512_sub_epi64(value, base));
    __mmask8 differs = (__mmask8)~follows;
    _mm512_storeu_si512(places + found, _mm512_maskz_compress_epi64(differs, rows));
    _mm512_storeu_si512(kept + found, _mm512_maskz_compress_epi64(differs, value));
    found += (size_t)__builtin_popcount(differs);
  }
  return collect(map, keys, values, i, count, places, kept, found);
}
#endif
