// Loops that the compiler turns into vectors of each kind: AT_EVERY_LEVEL compiles one for all CPU
// levels, CHOSEN names the one of a level.
#ifndef GROOVE_LEVELS_H
#define GROOVE_LEVELS_H

#define INLINE static inline __attribute__((always_inline))

#define BASELINE(type, name, parameters, call) \
  static type name##_baseline parameters { return call; }
#if defined(__x86_64__)
#define AT_EVERY_LEVEL(type, name, parameters, call)                                          \
  BASELINE(type, name, parameters, call)                                                      \
  __attribute__((target("avx2,popcnt"))) static type name##_avx2 parameters { return call; }  \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,popcnt"))) static type            \
      name##_avx512 parameters {                                                              \
    return call;                                                                              \
  }
#define CHOSEN(name, level) \
  ((level) >= 3 ? name##_avx512 : (level) == 2 ? name##_avx2 : name##_baseline)
#else
#define AT_EVERY_LEVEL BASELINE
#define CHOSEN(name, level) ((void)(level), name##_baseline)
#endif

#endif
