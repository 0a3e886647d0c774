/* What the kernels of a network's program stand on: vectors of the machine's width by the vector
   extensions of gcc and clang (AVX-512, AVX, SSE, NEON), the layout of arrays, functions that
   vectors can take, and threads. No flag may assume finite numbers: NaN must stay visible. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef SINGLE
typedef float real;
typedef int32_t whole;
#define REAL_BYTES 4
#else
typedef double real;
typedef int64_t whole;
#define REAL_BYTES 8
#endif

#if defined __AVX512F__
#define BYTES 64
#elif defined __AVX__
#define BYTES 32
#else
#define BYTES 16
#endif
#define LANES (BYTES / REAL_BYTES)

/* A tile of a product is some rows by two vectors, as many as the registers hold. */
#define PANEL (2 * LANES)
#if (defined __AVX512F__ || defined __aarch64__) && PANEL >= 8
#define TALL 8
#else
#define TALL 4
#endif
#define HEIGHT(rows) ((rows) < TALL ? (rows) : TALL)
#define TILES(rows, height) (((rows) + (height) - 1) / (height))

/* An array of more columns than a few lies in panels of PANEL columns, [panel][row][column in it];
   one of few columns stands upright, [column][row]. Both have room for whole vectors: what lies
   between is never read as a value. */
#define VECTORS(columns) (((columns) + LANES - 1) / LANES)
#define PANELS(columns) (((columns) + PANEL - 1) / PANEL)
#define PADDED(columns) (PANELS(columns) * PANEL)
/* Tiles of two vectors; an odd vector makes the last tile one of three. */
#define LAST(columns) (VECTORS(columns) % 2 ? VECTORS(columns) < 3 ? VECTORS(columns) : 3 : 0)
#define PAIRS(columns) ((VECTORS(columns) - LAST(columns)) / 2)
/* What threads share of an array by its columns is these tiles. */
#define SHARES(columns) (PAIRS(columns) + (LAST(columns) > 0))
#define LEFT(columns) (FROM(SHARES(columns)) < SHARES(columns) ? FROM(SHARES(columns)) : PANELS(columns))
#define RIGHT(columns) (TO(SHARES(columns)) < SHARES(columns) ? TO(SHARES(columns)) : PANELS(columns))
#define OWN_PAIRS(columns) (TO(SHARES(columns)) < PAIRS(columns) ? TO(SHARES(columns)) : PAIRS(columns))
#define OWN_LAST(columns) (LAST(columns) && LEFT(columns) <= PAIRS(columns) && RIGHT(columns) == PANELS(columns))
#define WIDTH(panel, columns) ((columns) - (panel) * PANEL < PANEL ? (columns) - (panel) * PANEL : PANEL)
/* The part of a thread: of some things in a row, and of the rows of a step, shared in units. */
#define FROM(count) ((int)(((int64_t)(count) * thread + threads - 1) / threads))
#define TO(count) ((int)(((int64_t)(count) * (thread + 1) + threads - 1) / threads))
#define UNIT (LANES > TALL ? LANES : TALL)
#define UNITS(rows) (((rows) + UNIT - 1) / UNIT)

#define ALIGNED __attribute__((aligned(64)))
#define PRAGMA(words) _Pragma(#words)
#define VECTORIZED PRAGMA(omp simd)
#define UNROLLED PRAGMA(GCC unroll 16)

typedef real vec __attribute__((vector_size(BYTES)));
/* The same at any address. */
typedef real loose __attribute__((vector_size(BYTES), aligned(REAL_BYTES), may_alias));

static inline vec at(const real *place) { return *(const loose *)place; }
static inline void put(real *place, vec v) { *(loose *)place = v; }

/* The first `count` numbers from a place on, and zeros. */
static inline vec some(const real *place, int count) {
    if (count >= LANES) return at(place);
    real numbers[LANES] = {0};
    for (int lane = 0; lane < count; lane++) numbers[lane] = place[lane];
    return at(numbers);
}

/* Ask for a row ahead of its step; the processor itself goes on along long ones. */
static inline void fetch(const real *row, int columns) {
    for (int j = 0; j < columns && j < 256 / REAL_BYTES; j += 64 / REAL_BYTES) __builtin_prefetch(row + j);
}

/* A sum of few products takes the lanes of ACROSS columns by DOWN rows at once. */
#define ACROSS(columns) ((columns) < LANES ? (columns) : LANES)
#define DOWN(columns) (LANES / ACROSS(columns))

/* The sums of the lanes of LANES vectors, side by side: each round adds pairs of lanes of two
   vectors into one. */
static inline vec lane_sums(const vec *vectors) {
#ifdef __clang__
    real sums[LANES] = {0};
    for (int r = 0; r < LANES; r++)
        for (int lane = 0; lane < LANES; lane++) sums[r] += vectors[r][lane];
    return at(sums);
#else
    typedef whole places __attribute__((vector_size(BYTES)));
#if LANES == 16
    const places lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif LANES == 8
    const places lane = {0, 1, 2, 3, 4, 5, 6, 7};
#elif LANES == 4
    const places lane = {0, 1, 2, 3};
#else
    const places lane = {0, 1};
#endif
    vec left[LANES];
    UNROLLED
    for (int r = 0; r < LANES; r++) left[r] = vectors[r];
    UNROLLED
    for (int half = 1; half < LANES; half *= 2) {
        const places other = ((lane & half) != 0) & (LANES - half);
        UNROLLED
        for (int r = 0; r < LANES / (2 * half); r++)
            left[r] = __builtin_shuffle(left[2 * r], left[2 * r + 1], lane + other)
                + __builtin_shuffle(left[2 * r], left[2 * r + 1], lane + half + other);
    }
    return left[0];
#endif
}

/* Four by four numbers, transposed. */
static inline void turn_block(const real *from, int from_row, real *to, int to_row) {
    typedef real four __attribute__((vector_size(4 * REAL_BYTES), aligned(REAL_BYTES), may_alias));
#ifdef __clang__
    for (int r = 0; r < 4; r++)
        for (int c = 0; c < 4; c++) to[c * to_row + r] = from[r * from_row + c];
#else
    typedef whole places __attribute__((vector_size(4 * REAL_BYTES)));
    const places low = {0, 4, 1, 5}, high = {2, 6, 3, 7}, first = {0, 1, 4, 5}, last = {2, 3, 6, 7};
    four row[4];
    for (int r = 0; r < 4; r++) row[r] = *(const four *)(from + r * from_row);
    const four a = __builtin_shuffle(row[0], row[1], low), b = __builtin_shuffle(row[2], row[3], low);
    const four c = __builtin_shuffle(row[0], row[1], high), d = __builtin_shuffle(row[2], row[3], high);
    *(four *)to = __builtin_shuffle(a, b, first);
    *(four *)(to + to_row) = __builtin_shuffle(a, b, last);
    *(four *)(to + 2 * to_row) = __builtin_shuffle(c, d, first);
    *(four *)(to + 3 * to_row) = __builtin_shuffle(c, d, last);
#endif
}

/* A transposed copy of an array in panels: panels `from` to `to` of it. */
static inline void turn(const real *array, int rows, int columns, real *turned, int from, int to) {
    for (int p = from; p < to; p++)
        for (int j = 0; j < columns; j += 4) {
            const real *column = array + (j / PANEL * rows + p * PANEL) * PANEL + j % PANEL;
            real *row = turned + (p * columns + j) * PANEL;
            const int high = WIDTH(p, rows), wide = columns - j < 4 ? columns - j : 4;
            int i = 0;
            for (; wide == 4 && i + 4 <= high; i += 4) turn_block(column + i * PANEL, PANEL, row + i, PANEL);
            for (; i < high; i++)
                for (int c = 0; c < wide; c++) row[c * PANEL + i] = column[i * PANEL + c];
        }
}

/* Between the caller's rows and an array here: of panels `high` apart, or upright with `high` to a
   column; `into` says which way. */
__attribute__((noinline, unused))
static void panels(real *array, int high, real *rows, int count, int columns, int into) {
    for (int i = 0; i < count; i++)
        for (int j = 0; j < columns; j++) {
            real *here = array + (j / PANEL * high + i) * PANEL + j % PANEL, *there = rows + (int64_t)i * columns + j;
            if (into) *here = *there; else *there = *here;
        }
}

__attribute__((noinline, unused))
static void upright(real *array, int high, real *rows, int count, int columns, int into) {
    for (int i = 0; i < count; i++)
        for (int j = 0; j < columns; j++) {
            real *here = array + j * high + i, *there = rows + (int64_t)i * columns + j;
            if (into) *here = *there; else *there = *here;
        }
}

/* Functions of one number, without branches, so that a compiler can take many at once. */

static inline real square(real x) { return x * x; }

/* As NumPy has them: NaN comes through. */
static inline real maximum(real a, real b) { return a > b || a != a ? a : b; }
static inline real minimum(real a, real b) { return a < b || a != a ? a : b; }
static inline real sign(real x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
static inline double least(double a, double b) { return b < a ? b : a; }

#ifdef SINGLE
#define BITS 23
#define BIAS 127
#define LOWEST -86.5f
#define HIGHEST 89
#define LN2_HIGH 0.693359375f
#define LN2_LOW -2.12194440e-4f
#define ROOT sqrtf
#define ABSOLUTE fabsf
#else
#define BITS 52
#define BIAS 1023
#define LOWEST -707.5
#define HIGHEST 710
#define LN2_HIGH 0.6931471803691238
#define LN2_LOW 1.9082149292705877e-10
#define ROOT sqrt
#define ABSOLUTE fabs
#endif

typedef union { whole bits; real value; } pattern;

/* Two to a whole number, as long as that is a normal number. */
static inline real power_of_two(whole n) {
    const pattern result = {(whole)((uint64_t)(n + BIAS) << BITS)};
    return result.value;
}

/* The whole number next to x, in the lowest bits of a sum that has no room for the rest. */
static inline whole nearest(real x, real *rounded) {
    const pattern magic = {.value = (real)1.5 * ((whole)1 << BITS)}, sum = {.value = x + magic.value};
    *rounded = sum.value - magic.value;
    return sum.bits - magic.bits;
}

/* e^r - 1 for r of at most half of ln 2, by its series, in pairs that do not wait for each other. */
static inline real small_expm1(real r) {
    const real r2 = r * r, r4 = r2 * r2;
#ifdef SINGLE
    const real low = (1 + r * (1.f / 2)) + r2 * (1.f / 6 + r * (1.f / 24));
    const real high = (1.f / 120 + r * (1.f / 720)) + r2 * (1.f / 5040);
    return r * (low + r4 * high);
#else
    const real low = (1 + r * (1. / 2)) + r2 * (1. / 6 + r * (1. / 24));
    const real middle = (1. / 120 + r * (1. / 720)) + r2 * (1. / 5040 + r * (1. / 40320));
    const real high = (1. / 362880 + r * (1. / 3628800)) + r2 * (1. / 39916800 + r * (1. / 479001600));
    const real last = 1. / 6227020800.;
    return r * (low + r4 * (middle + r4 * (high + r4 * last)));
#endif
}

/* x = n ln 2 + r: e^x is 2^n times e^r. What is too small to be normal is 0. */
static inline real fast_exp(real x) {
    const real bound = x < LOWEST ? LOWEST : x > HIGHEST ? HIGHEST : x;
    real n;
    const whole exponent = nearest(bound * (real)1.4426950408889634, &n);
    const real p = 1 + small_expm1((bound - n * LN2_HIGH) - n * LN2_LOW);
    const real result = p * power_of_two(exponent - 1) * 2;
    return x < LOWEST ? 0 : result;
}

/* The same less 1, exact near 0: 2^n (e^r - 1) + (2^n - 1). */
static inline real fast_expm1(real x) {
    const real bound = x < -50 ? -50 : x > HIGHEST / 2 ? HIGHEST / 2 : x;
    real n;
    const real scale = power_of_two(nearest(bound * (real)1.4426950408889634, &n));
    const real near = scale * small_expm1((bound - n * LN2_HIGH) - n * LN2_LOW) + (scale - 1);
    return x > HIGHEST / 2 ? fast_exp(x) : near;
}

static inline real fast_tanh(real x) {
    const real size = ABSOLUTE(x), bound = size < 20 ? size : 20;
    const real twice = fast_expm1(2 * bound), result = twice / (twice + 2);
    return x == x ? x < 0 ? -result : result : x;
}

/* log x = e ln 2 + log m, with m between the root of a half and that of 2, by the series of
   2 artanh((m - 1) / (m + 1)); numbers without a logarithm, 0 and infinity as in C. */
static inline real fast_log(real x) {
    const int normal = x > 0 && x < INFINITY, tiny = normal && x < power_of_two(1 - BIAS);
    const pattern given = {.value = !normal ? 1 : tiny ? x * power_of_two(BITS) : x};
    const whole root = (whole)(0.7071067811865476 * ((whole)1 << BITS) * 2) - ((whole)1 << BITS);
    const whole shifted = given.bits - (((whole)(BIAS - 1) << BITS) + root);
    const whole e = shifted >> BITS;
    const pattern mantissa = {given.bits - e * ((whole)1 << BITS)};
    const real s = (mantissa.value - 1) / (mantissa.value + 1), q = s * s;
#ifdef SINGLE
    const real series = q * (1.f / 3 + q * (1.f / 5 + q * (1.f / 7 + q * (1.f / 9))));
#else
    const real series = q * (1. / 3 + q * (1. / 5 + q * (1. / 7 + q * (1. / 9 + q * (1. / 11
        + q * (1. / 13 + q * (1. / 15 + q * (1. / 17 + q * (1. / 19 + q * (1. / 21))))))))));
#endif
    const real exponent = (real)((int32_t)e - (tiny ? BITS : 0));
    const real result = exponent * LN2_HIGH + (2 * s + (2 * s * series + exponent * LN2_LOW));
    return normal ? result : x > 0 ? x : x == 0 ? -INFINITY : NAN;
}

/* log(1 + x), exact near 0 by the part of x that 1 + x rounds away. */
static inline real fast_log1p(real x) {
    const real sum = 1 + x, lost = x - (sum - 1);
    const real result = fast_log(sum);
    return sum > 0 && sum < INFINITY ? result + lost / sum : result;
}

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

/* Numbers too small to be normal count as 0, as long as a call takes: what an optimizer remembers of
   units that are off decays into them, and arithmetic there takes a hundred times longer. */
static inline uint64_t small_numbers_as_zero(void) {
#if defined __x86_64__
    const unsigned before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before | 0x8040);
    return before;
#elif defined __aarch64__
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | 1 << 24));
    return before;
#else
    return 0;
#endif
}

static inline void small_numbers_as_before(uint64_t before) {
#if defined __x86_64__
    __builtin_ia32_ldmxcsr((unsigned)before);
#elif defined __aarch64__
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
#else
    (void)before;
#endif
}

/* Threads: each runs all steps on its part, and they meet where one reads what another wrote. */

/* Another process may have the other's core: who has waited so many turns gives its own away. */
#ifndef TURNS
#define TURNS 20000
#endif

struct Meeting { ALIGNED int waiting; ALIGNED int round; int threads; };

static inline void meet(struct Meeting *meeting) {
    if (meeting->threads == 1) return;
    const int round = __atomic_load_n(&meeting->round, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&meeting->waiting, 1, __ATOMIC_ACQ_REL) == meeting->threads) {
        meeting->waiting = 0;
        __atomic_store_n(&meeting->round, round + 1, __ATOMIC_RELEASE);
        return;
    }
    for (int turns = 0; __atomic_load_n(&meeting->round, __ATOMIC_ACQUIRE) == round; turns++)
        if (turns > TURNS) sched_yield();
}

/* A new thread often starts on its caller's processor, and the two would wait for each other there:
   it goes to any of the others. */
static inline int processor(void) {
#ifdef __linux__
    return sched_getcpu();
#else
    return -1;
#endif
}

static inline void leave(int taken) {
#ifdef __linux__
    cpu_set_t others;
    if (taken < 0 || pthread_getaffinity_np(pthread_self(), sizeof others, &others)) return;
    CPU_CLR(taken, &others);
    if (CPU_COUNT(&others)) pthread_setaffinity_np(pthread_self(), sizeof others, &others);
#else
    (void)taken;
#endif
}

/* Workers wait for their number, which is known when all that can start have started. */
static inline void open_meeting(struct Meeting *meeting, int threads) {
    __atomic_store_n(&meeting->threads, threads, __ATOMIC_RELEASE);
}

static inline int joined(struct Meeting *meeting) {
    int threads;
    while (!(threads = __atomic_load_n(&meeting->threads, __ATOMIC_ACQUIRE))) sched_yield();
    return threads;
}

static inline int within(int x, int most) { return x < 0 ? 0 : x > most ? most : x; }
