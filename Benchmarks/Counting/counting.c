// Takes the place of the allocator's entry points in `bench`, counts, and passes on to the C
// library's own. The counters are spread over lines of the cache by thread, so that threads which
// allocate side by side are not held up.
#include "CCounting.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GLIBC__)

enum { lanes = 32 };

static struct {
  _Alignas(128) atomic_ulong count;
} counters[lanes];

static void count(void) {
  uintptr_t thread = (uintptr_t)__builtin_thread_pointer();
  atomic_fetch_add_explicit(&counters[(thread >> 12) % lanes].count, 1, memory_order_relaxed);
}

unsigned long groove_allocations(void) {
  unsigned long sum = 0;
  for (int lane = 0; lane < lanes; lane++) {
    sum += atomic_load_explicit(&counters[lane].count, memory_order_relaxed);
  }
  return sum;
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count();
  return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
  count();
  return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  count();
  void *made = __libc_memalign(alignment, size);
  if (made == NULL) return ENOMEM;
  *block = made;
  return 0;
}

#else

unsigned long groove_allocations(void) { return 0; }

#endif
