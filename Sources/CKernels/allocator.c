#include "Allocator.h"

#include <malloc.h>

void groove_keep_freed_memory(int mmap_threshold, int trim_threshold, int pools) {
  mallopt(M_MMAP_THRESHOLD, mmap_threshold);
  mallopt(M_TRIM_THRESHOLD, trim_threshold);
  mallopt(M_ARENA_MAX, pools);
}
