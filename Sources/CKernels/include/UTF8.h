#ifndef GROOVE_UTF8_H
#define GROOVE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether `count` bytes are valid UTF-8. Needs CPU level 2.
bool groove_is_utf8_avx2(const uint8_t *bytes, size_t count);

#endif
