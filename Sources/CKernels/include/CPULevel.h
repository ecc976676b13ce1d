#ifndef GROOVE_CPULEVEL_H
#define GROOVE_CPULEVEL_H

// The kernels this processor can run: 1 baseline, 2 AVX2 with BMI2, 3 AVX-512 with VBMI and VBMI2.
int groove_cpu_level(void);

#endif
