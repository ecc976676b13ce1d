// Swift's static Glibc overlay is one object that refers to hypotf, which Debian's C library has
// under the version GLIBC_2.35. With that reference a static build would not load on Amazon Linux
// 2023 (GLIBC_2.34), though nothing in Groove calls it. Defined here it is not looked up there.
#include <math.h>

float hypotf(float x, float y) { return (float)sqrt((double)x * x + (double)y * y); }
