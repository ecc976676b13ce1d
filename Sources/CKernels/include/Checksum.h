#ifndef GROOVE_CHECKSUM_H
#define GROOVE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

// CRC32C of `count` bytes, going on from `crc`; both ends inverted as the standard has it.
// Needs CPU level 2: SSE4.2 and PCLMUL.
uint32_t groove_crc32c_clmul(uint32_t crc, const uint8_t *bytes, size_t count);

#endif
