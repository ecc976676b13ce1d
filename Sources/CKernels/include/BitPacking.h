#ifndef GROOVE_BITPACKING_H
#define GROOVE_BITPACKING_H

#include <stddef.h>
#include <stdint.h>

// Value i of `count` stands in bits i*width ..< (i+1)*width of the input, low bits first, and comes
// out as base + scale * value, modulo the output's width. The input holds at least
// ceil(count * width / 8) bytes; no byte behind `in + size` is read.
//
// `_baseline` runs everywhere, `_avx2` needs CPU level 2, `_avx512` level 3.
// `width` is at most 32 in the 32-bit forms and at most 64 in the others.
void groove_unpack32_baseline(const uint8_t *in, size_t size, uint32_t *out, size_t count,
                              unsigned width, uint32_t base);
void groove_unpack32_avx2(const uint8_t *in, size_t size, uint32_t *out, size_t count,
                          unsigned width, uint32_t base);
void groove_unpack32_avx512(const uint8_t *in, size_t size, uint32_t *out, size_t count,
                            unsigned width, uint32_t base);
void groove_unpack64_baseline(const uint8_t *in, size_t size, uint64_t *out, size_t count,
                              unsigned width, uint64_t base, uint64_t scale);
void groove_unpack64_avx2(const uint8_t *in, size_t size, uint64_t *out, size_t count,
                          unsigned width, uint64_t base, uint64_t scale);
void groove_unpack64_avx512(const uint8_t *in, size_t size, uint64_t *out, size_t count,
                            unsigned width, uint64_t base, uint64_t scale);

// Packs (value - base) >> shift times `inverse`, cut to `width` bits. Writes
// ceil(count * width / 8) bytes and no more. `_avx512` needs CPU level 3.
void groove_pack64_baseline(const int64_t *values, size_t count, int64_t base, unsigned shift,
                            uint64_t inverse, unsigned width, uint8_t *out);
void groove_pack64_avx512(const int64_t *values, size_t count, int64_t base, unsigned shift,
                          uint64_t inverse, unsigned width, uint8_t *out);

#endif
