// What libFuzzer offers to a program that has a `main` of its own; in its runtime library, which
// only a build with GROOVE_FUZZ=1 links.
#ifndef GROOVE_FUZZER_H
#define GROOVE_FUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*body)(const uint8_t *bytes, size_t count));

#endif
