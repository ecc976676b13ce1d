#ifndef GROOVE_PAUSE_H
#define GROOVE_PAUSE_H

// Tells the processor that a loop waits.
static inline void groove_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
