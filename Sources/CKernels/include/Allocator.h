#ifndef GROOVE_ALLOCATOR_H
#define GROOVE_ALLOCATOR_H

// Blocks below `mmap_threshold` bytes come from memory that the process keeps until it has
// `trim_threshold` bytes free at its end. Threads share `pools` of such memory.
void groove_keep_freed_memory(int mmap_threshold, int trim_threshold, int pools);

#endif
