/* What the kernels of a network's program stand on: vectors of the machine's width by the vector
   extensions of gcc and clang (AVX-512, AVX, SSE, NEON), and functions that vectors can take.
   `real` is the program's number type. No flag may assume finite numbers: NaN must stay visible. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tgmath.h>

#if defined __AVX512F__
#define BYTES 64
#elif defined __AVX__
#define BYTES 32
#else
#define BYTES 16
#endif
#define LANES ((int)(BYTES / sizeof(real)))
#define PADDED(n) (((n) + LANES - 1) / LANES * LANES)
#define ALIGNED __attribute__((aligned(64)))

typedef real vec __attribute__((vector_size(BYTES)));
/* The same at any address. */
typedef real loose __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));

static inline vec at(const real *place) { return *(const loose *)place; }

static inline real lanes_sum(vec v) {
    real total = 0;
    for (int lane = 0; lane < LANES; lane++) total += v[lane];
    return total;
}

static inline real square(real x) { return x * x; }

/* As NumPy has them: NaN comes through. */
static inline real maximum(real a, real b) { return a > b || a != a ? a : b; }
static inline real minimum(real a, real b) { return a < b || a != a ? a : b; }
static inline real sign(real x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
static inline double least(double a, double b) { return b < a ? b : a; }

/* e^x without branches, so that a compiler can take many at once: x = n ln 2 + r, e^r by its
   series, and 2^n by the bits of its exponent, in two halves so that it ends in 0 or infinity. */
static inline float exp_float(float x) {
    float bound = x < -104 ? -104 : x > 89 ? 89 : x;
    bound = x == x ? bound : 0;
    const float n = rintf(bound * 1.44269504f);
    const float r = (bound - n * 0.693359375f) + n * 2.12194440e-4f;
    const float p = 1 + r * (1 + r * (1.f / 2 + r * (1.f / 6 + r * (1.f / 24 + r * (1.f / 120
        + r * (1.f / 720 + r * (1.f / 5040)))))));
    const int32_t whole = (int32_t)n, half = whole / 2;
    union { int32_t bits; float value; } a = {(half + 127) * (1 << 23)},
                                         b = {(whole - half + 127) * (1 << 23)};
    return x == x ? p * a.value * b.value : x;
}

static inline double exp_double(double x) {
    double bound = x < -746 ? -746 : x > 710 ? 710 : x;
    bound = x == x ? bound : 0;
    const double n = rint(bound * 1.4426950408889634);
    const double r = (bound - n * 0.6931471803691238) - n * 1.9082149292705877e-10;
    const double p = 1 + r * (1 + r * (1. / 2 + r * (1. / 6 + r * (1. / 24 + r * (1. / 120
        + r * (1. / 720 + r * (1. / 5040 + r * (1. / 40320 + r * (1. / 362880 + r * (1. / 3628800
        + r * (1. / 39916800 + r * (1. / 479001600 + r * (1. / 6227020800.)))))))))))));
    const int64_t whole = (int32_t)n, half = whole / 2;
    union { int64_t bits; double value; } a = {(half + 1023) * (1LL << 52)},
                                          b = {(whole - half + 1023) * (1LL << 52)};
    return x == x ? p * a.value * b.value : x;
}

#define fast_exp(x) (sizeof(real) == 4 ? (real)exp_float((float)(x)) : (real)exp_double((double)(x)))

/* Random numbers by their place, the same bits as in every language: see program/randoms.py. */
static inline uint32_t scrambled(uint32_t bits) {
    bits = (bits ^ bits >> 16) * 0x7FEB352Du;
    bits = (bits ^ bits >> 15) * 0x846CA68Bu;
    return bits ^ bits >> 16;
}

static inline uint32_t key_of(double seed, double stream, double step) {
    return scrambled(scrambled(scrambled((uint32_t)seed) + (uint32_t)stream) + (uint32_t)step);
}

static inline double uniform_at(uint32_t key, int place) {
    return (scrambled(scrambled((uint32_t)place) + key) >> 8) / 16777216.0;
}

static inline double normal_at(uint32_t key, uint32_t other, int place) {
    const double even = uniform_at(key, place), angle = uniform_at(other, place);
    return sqrt(-2 * log(1 - even)) * cos(2 * 3.141592653589793 * angle);
}
