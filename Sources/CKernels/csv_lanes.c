#include "CSVLanes.h"

#include <string.h>

#include "csv_shared.h"

// MARK: - The plan

#define LANES 8
#define LANE_BYTES 8

void groove_csv_lanes_clear(groove_csv_lanes *plan, uint32_t gap) {
  memset(plan, 0, sizeof *plan);
  memset(plan->limits, 0xFF, sizeof plan->limits);
  memset(plan->pair_limits, 0xFF, sizeof plan->pair_limits);
  plan->gap = gap;
  plan->check_count = LANE_BYTES;
}

// Takes the byte `place` behind a mark, of a field whose part begins `first` behind a mark.
static void set(groove_csv_lanes *plan, int byte, int place_mark, int place, int first_mark,
                int first, uint8_t expected, uint8_t limit) {
  plan->place_marks[byte] = (uint8_t)(4 * place_mark);
  plan->first_marks[byte] = (uint8_t)(4 * first_mark);
  plan->places[byte] = (int8_t)place;
  plan->firsts[byte] = (int8_t)first;
  plan->expected[byte] = expected;
  plan->limits[byte] = limit;
  plan->marks |= 1u << place_mark | 1u << first_mark;
}

// Whether there is room for some more lanes and characters; if so, for the characters.
static int make_room(groove_csv_lanes *plan, int lanes, int characters) {
  const int needs_lane = plan->check_count + characters > LANE_BYTES;
  if (characters > LANE_BYTES || plan->lane_count + lanes + needs_lane > LANES) return 0;
  if (needs_lane) {
    plan->check_lane = plan->lane_count++;
    plan->check_count = 0;
  }
  return 1;
}

// Adds a character that must stand somewhere; returns its bit.
static uint64_t check(groove_csv_lanes *plan, int place_mark, int place, int first_mark, int first,
                      uint8_t character) {
  const int byte = LANE_BYTES * plan->check_lane + plan->check_count++;
  set(plan, byte, place_mark, place, first_mark, first, character, 0);
  plan->required |= (uint64_t)1 << byte;
  return (uint64_t)1 << byte;
}

static const groove_csv_lane no_lane = {-1, 0, 0};

groove_csv_lane groove_csv_lanes_add_digits(groove_csv_lanes *plan, int mark,
                                            const groove_csv_affix *affix, size_t least,
                                            int takes_zeros, int lane_count) {
  const int affix_length = (int)affix->length, gap = (int)plan->gap;
  if (!make_room(plan, lane_count, affix_length)) return no_lane;
  groove_csv_lane added = {plan->lane_count, lane_count, 0};
  plan->lane_count += lane_count;
  for (int i = 0; i < affix_length; i++) {
    added.bytes |=
        check(plan, mark, gap + i, mark, gap + i, (uint8_t)(affix->word >> 8 * i));
  }
  for (int lane = 0; lane < lane_count; lane++) {
    for (int i = 0; i < LANE_BYTES; i++) {
      const int byte = LANE_BYTES * (added.lane + lane) + i;
      const int back = LANE_BYTES * (lane + 1) - i;
      const uint64_t bit = (uint64_t)1 << byte;
      set(plan, byte, mark + 1, -back, mark, gap + affix_length, '0', 9);
      plan->tens[byte] = i & 1 ? 1 : 10;
      plan->hundreds[byte / 2] = i & 2 ? 1 : 100;
      if ((size_t)back <= least) {
        plan->required |= bit;
      } else if (!takes_zeros) {
        plan->optional |= bit;
      }
      if (back == LANE_BYTES * lane_count) plan->leftmost |= bit;
      added.bytes |= bit;
    }
    plan->factors[added.lane + lane] = 10000;
  }
  return added;
}

groove_csv_lane groove_csv_lanes_add_timestamp(groove_csv_lanes *plan, int mark, uint8_t between,
                                               int has_zone) {
  static const int8_t digits[14] = {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18};
  // The year; the month and the day, which are one number of nine bits; hours and minutes.
  static const int16_t hundreds[8] = {100, 1, 32, 1, 60, 1, 1, 0};
  static const uint16_t pair_limits[8] = {99, 99, 12, 31, 23, 59, 59, 0};
  if (!make_room(plan, 2, 5 + has_zone)) return no_lane;
  groove_csv_lane added = {plan->lane_count, 2, 0};
  plan->lane_count += 2;
  const int gap = (int)plan->gap, begin = -19 - has_zone, byte = LANE_BYTES * added.lane;
  const uint8_t characters[5] = {'-', '-', between, ':', ':'};
  for (int i = 0; i < 5; i++) {
    added.bytes |= check(plan, mark + 1, begin + 4 + 3 * i, mark, gap, characters[i]);
  }
  if (has_zone) added.bytes |= check(plan, mark + 1, -1, mark, gap, 'Z');
  for (int i = 0; i < 14; i++) {
    set(plan, byte + i, mark + 1, begin + digits[i], mark, gap, '0', 9);
    plan->tens[byte + i] = i & 1 ? 1 : 10;
    plan->required |= (uint64_t)1 << (byte + i);
  }
  memcpy(&plan->hundreds[byte / 2], hundreds, sizeof hundreds);
  memcpy(&plan->pair_limits[byte / 2], pair_limits, sizeof pair_limits);
  plan->leftmost |= (uint64_t)1 << byte;
  plan->factors[added.lane] = 512;
  plan->factors[added.lane + 1] = 60;
  added.bytes |= (uint64_t)0xFFFF << byte;
  return added;
}

// MARK: - The rows

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET                                                                                 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx2,bmi,bmi2,popcnt")))

// What a row is seen through. Places are signed bytes: a field that ends behind `REACH` is wrong,
// so that no place of an affix or of a gap comes near their end.
#define VIEW 128
#define REACH 111

// PERF: three texts with affixes, a time and a number in 6 ns a row, and 3 to 6 for their columns,
// where one field after the other took 16; both threads of a core busy 9.5 in all and 21 (Zen 4 VM,
// 2026-11-27).
TARGET static uint64_t take(const groove_csv_lanes *plan,
                                             const groove_csv_field *field, uint32_t *numbers,
                                             uint64_t *wrong) {
  const __m512i place_marks = _mm512_loadu_si512(plan->place_marks);
  const __m512i first_marks = _mm512_loadu_si512(plan->first_marks);
  const __m512i places = _mm512_loadu_si512(plan->places);
  const __m512i firsts = _mm512_loadu_si512(plan->firsts);
  const __m512i expected = _mm512_loadu_si512(plan->expected);
  const __m512i limits = _mm512_loadu_si512(plan->limits);
  const __m512i tens = _mm512_loadu_si512(plan->tens);
  const __m512i hundreds = _mm512_loadu_si512(plan->hundreds);
  const __m512i pair_limits = _mm512_loadu_si512(plan->pair_limits);
  const __m512i factors = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const void *)plan->factors));
  const __m512i reach = _mm512_set1_epi32(REACH);
  const uint64_t required = plan->required, leftmost = plan->leftmost, optional = plan->optional;
  const __mmask16 used = (__mmask16)plan->marks;
  const uint8_t *const bytes = field->bytes;
  const size_t stride = field->stride, rows = field->rows;
  const uint32_t *marks = field->marks + field->field;
  uint64_t any = 0;
  for (size_t row = 0; row < rows; row++, marks += stride) {
    const uint32_t start = marks[0] + field->gap;
    const uint8_t *text = bytes + start;
    uint8_t end[VIEW];
    if (__builtin_expect(start + (size_t)VIEW > field->limit, 0)) {
      const size_t count = start < field->limit ? field->limit - start : 0;
      memset(end, 0, VIEW);
      if (count > 0) memcpy(end, text, count);
      text = end;
    }
    const __m512i relative = _mm512_sub_epi32(_mm512_maskz_loadu_epi32(used, marks),
                                              _mm512_set1_epi32((int)start));
    const __m512i place = _mm512_add_epi8(_mm512_permutexvar_epi8(place_marks, relative), places);
    const __m512i first = _mm512_add_epi8(_mm512_permutexvar_epi8(first_marks, relative), firsts);
    const __m512i characters = _mm512_permutex2var_epi8(_mm512_loadu_si512(text), place,
                                                        _mm512_loadu_si512(text + VIEW / 2));
    const uint64_t is_present = _mm512_cmpge_epi8_mask(place, first);
    const uint64_t is_first = _mm512_cmpeq_epi8_mask(place, first);
    const __m512i digits =
        _mm512_maskz_mov_epi8(is_present, _mm512_xor_si512(characters, expected));
    const __m512i pairs = _mm512_maddubs_epi16(digits, tens);
    const __m512i fours = _mm512_madd_epi16(pairs, hundreds);
    const __m512i eights =
        _mm512_add_epi64(_mm512_mul_epu32(fours, factors), _mm512_srli_epi64(fours, 32));
    _mm256_storeu_si256((void *)(numbers + LANES * row), _mm512_cvtepi64_epi32(eights));
    uint64_t is_wrong = _mm512_cmpgt_epu8_mask(digits, limits) | (required & ~is_present) |
                        (leftmost & is_present & ~is_first) |
                        _mm512_mask_testn_epi8_mask(is_first & optional, digits, digits) |
                        _pdep_u64(_mm512_cmpgt_epu16_mask(pairs, pair_limits), 0x5555555555555555);
    if (__builtin_expect(_mm512_mask_cmpgt_epi32_mask(used, relative, reach), 0)) is_wrong = ~0ull;
    wrong[row] = is_wrong;
    any |= is_wrong;
  }
  return any;
}

// MARK: - The columns

// Walks over the rows in blocks of `count` from `first` on, and counts those that are left.
#define EACH_BLOCK                                                                             \
  const uint32_t *const numbers = taken->numbers + lane->lane;                                 \
  const uint64_t *const wrong = taken->wrong;                                                  \
  const uint64_t own = lane->bytes;                                                            \
  const size_t rows = taken->rows;                                                             \
  size_t left = 0;                                                                             \
  for (size_t first = 0, count = rows < BLOCK ? rows : BLOCK; first < rows;                    \
       first += count, count = rows - first < BLOCK ? rows - first : BLOCK)

// The numbers of a lane for a block.
#define COLLECT(values, next)                                                                  \
  for (size_t i = 0; i < count; i++) values[i] = numbers[LANES * (first + i) + (next)]

#define ANY_WRONG(any)                                                                         \
  uint64_t any = 0;                                                                            \
  for (size_t i = 0; i < count; i++) any |= wrong[first + i] & own

#define LEAVE(any, is_other)                                                                   \
  if (__builtin_expect((any) != 0, 0)) {                                                       \
    for (size_t i = 0; i < count; i++) {                                                       \
      others[left] = (uint32_t)(first + i);                                                    \
      left += (is_other);                                                                      \
    }                                                                                          \
  }

TARGET static size_t integers(const groove_csv_taken *taken,
                                              const groove_csv_lane *lane, int64_t *values,
                                              uint32_t *others) {
  uint32_t low[BLOCK], high[BLOCK];
  EACH_BLOCK {
    COLLECT(low, 0);
    if (lane->lane_count == 1) {
      for (size_t i = 0; i < count; i++) values[first + i] = low[i];
    } else {
      COLLECT(high, 1);
      for (size_t i = 0; i < count; i++) {
        values[first + i] = (int64_t)high[i] * 100000000 + low[i];
      }
    }
    ANY_WRONG(any);
    LEAVE(any, (wrong[first + i] & own) != 0);
  }
  return left;
}

TARGET static size_t timestamps(const groove_csv_taken *taken,
                                                const groove_csv_lane *lane, int64_t *values,
                                                uint32_t *others) {
  uint32_t dates[BLOCK], seconds[BLOCK], no_day[BLOCK];
  EACH_BLOCK {
    COLLECT(dates, 0);
    COLLECT(seconds, 1);
    ANY_WRONG(any);
    for (size_t i = 0; i < count; i++) {
      const uint32_t year = dates[i] >> 9, month = dates[i] >> 5 & 15, day = dates[i] & 31;
      no_day[i] =
          (year - 1900 > 255) | (month - 1 > 11) | (day - 1 >= days_in(year, month));
      dates[i] = days_before(year, month, day);
    }
    for (size_t i = 0; i < count; i++) {
      any |= no_day[i];
      values[first + i] = ((int64_t)(int32_t)dates[i] * 86400 + seconds[i]) * 1000000;
    }
    LEAVE(any, ((wrong[first + i] & own) != 0) | (no_day[i] != 0));
  }
  return left;
}

TARGET static size_t numbers(const groove_csv_taken *taken,
                                             const groove_csv_lane *lane,
                                             groove_csv_numbering *numbering, uint32_t *values,
                                             uint32_t *others) {
  const uint64_t base = numbering->base;
  int64_t least = numbering->least, most = numbering->most;
  uint32_t low[BLOCK], high[BLOCK] = {0};
  EACH_BLOCK {
    COLLECT(low, 0);
    if (lane->lane_count > 1) COLLECT(high, 1);
    ANY_WRONG(any);
    for (size_t i = 0; i < count; i++) {
      const int64_t value = (int64_t)high[i] * 100000000 + low[i];
      const int is_wrong = (wrong[first + i] & own) != 0;
      const int64_t low_end = is_wrong ? INT64_MAX : value, high_end = is_wrong ? 0 : value;
      least = low_end < least ? low_end : least;
      most = high_end > most ? high_end : most;
      values[first + i] = (uint32_t)((uint64_t)value - base);
    }
    LEAVE(any, (wrong[first + i] & own) != 0);
  }
  numbering->least = least;
  numbering->most = most;
  return left;
}

TARGET static size_t codes(const groove_csv_taken *taken,
                                           const groove_csv_lane *lane,
                                           const groove_csv_field *field,
                                           const groove_csv_affix *affix,
                                           const groove_csv_numbers *table, uint32_t *values,
                                           uint32_t *others) {
  const uint32_t *const codes = table->codes;
  const size_t size = table->size;
  const uint32_t run_first = table->run_first, run_count = table->run_count;
  const uint32_t run_code = table->run_code;
  const uint32_t before_digits = field->gap + (uint32_t)affix->length;
  // Of the block, and of the one before it: its codes are read while this one's are fetched.
  uint32_t entries[BLOCK], before[BLOCK];
  size_t waiting = 0;
  EACH_BLOCK {
    const uint32_t *const marks = field->marks + first * field->stride + field->field;
    uint32_t outside = 0;
    for (size_t i = 0; i < count; i++) {
      const uint32_t *const mark = marks + i * field->stride;
      const uint32_t digits = mark[1] - mark[0] - before_digits;
      const uint32_t entry = numbers[LANES * (first + i)] + number_places[digits < 9 ? digits : 0];
      entries[i] = wrong[first + i] & own ? UINT32_MAX : entry;
      outside |= entries[i] - run_first >= run_count;
    }
    if (outside) {
      for (size_t i = 0; i < count; i++) {
        __builtin_prefetch(&codes[entries[i] < size ? entries[i] : 0]);
      }
    } else {
      for (size_t i = 0; i < count; i++) values[first + i] = entries[i] - run_first + run_code;
    }
    LOOK_UP(before, first - waiting, waiting);
    waiting = outside ? count : 0;
    memcpy(before, entries, sizeof before);
    if (first + count == rows) LOOK_UP(before, first, waiting);
  }
  return left;
}

const groove_csv_lane_kernels groove_csv_lane_kernels_avx512 = {
    take, integers, timestamps, numbers, codes,
};

#endif
