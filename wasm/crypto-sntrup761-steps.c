/* What takes the time in sntrup761, on vectors: products of polynomials, and one
   step of a division (Bernstein and Yang, "Fast constant-time gcd computation
   and modular inversion", 2019), of which an inverse takes 1,521. TinySSH's code
   calls them (deps/tinyssh/patches). What is done and where in memory depends on
   nothing secret; no operand of a division is.

   Each step is a call of its own: engines compile a function that is called
   often anew, and better, but not in the middle of a loop. */
#include "crypto-sntrup761-steps.h"
#include "crypto-simd.h"
#include <string.h>

#define P 761
#define Q 4591
#define PRODUCT (2 * P - 1)

typedef int8_t bytes __attribute__((vector_size(16)));
typedef int16_t words __attribute__((vector_size(16)));
typedef uint16_t wrapping __attribute__((vector_size(16)));
typedef int32_t sums __attribute__((vector_size(16)));

#ifdef __wasm__
#define HIGH(a, b) ((words)__builtin_wasm_q15mulr_sat_s_i16x8(a, b))
#define DOT(a, b) ((sums)__builtin_wasm_dot_s_i32x4_i16x8(a, b))
#else
static inline words HIGH(words a, words b)
{
    words high;
    int i;
    for(i = 0; i < 8; i++)
        high[i] = (int16_t)((a[i] * b[i] + 0x4000) >> 15);
    return high;
}

static inline sums DOT(words a, words b)
{
    sums dot;
    int i;
    for(i = 0; i < 4; i++)
        dot[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
    return dot;
}
#endif

#define LOAD(to, at) memcpy(&(to), at, 16)
#define STORE(at, from) memcpy(at, &(from), 16)
#define ALL(x) ((words){ x, x, x, x, x, x, x, x })
#define SWAP(a, b, t) (t = (a ^ b) & swap, a ^= t, b ^= t)

/* f * g in Z[x] / (x^761 - x - 1). Of small g no sum is above 2^23. */
SIMD void sntrup761_product(int32_t *h, const int16_t *f, const int8_t *g)
{
    int16_t padded[SNTRUP761_ROOM] = { 0 };
    /* g backwards, so that a coefficient is a sum of neighbours */
    int16_t turned[PRODUCT + SNTRUP761_ROOM] = { 0 };
    int32_t fg[PRODUCT];
    int i, j;
    memcpy(padded, f, P * sizeof(*f));
    for(i = 0; i < P; i++)
        turned[PRODUCT - 1 - i] = g[i];
    for(i = 0; i < PRODUCT; i++) {
        sums sum = { 0 };
        int last = i < P ? i : P - 1;
        for(j = i < P ? 0 : (i - P + 1) & -8; j <= last; j += 8) {
            words a, b;
            LOAD(a, padded + j);
            LOAD(b, turned + PRODUCT - 1 - i + j);
            sum += DOT(a, b);
        }
        fg[i] = sum[0] + sum[1] + sum[2] + sum[3];
    }
    for(i = PRODUCT - 1; i >= P; i--) {
        fg[i - P] += fg[i];
        fg[i - P + 1] += fg[i];
    }
    memcpy(h, fg, P * sizeof(*h));
}

/* a * x - b * y modulo Q, not above 5,500 where x and y are not: each product
   with its quotient by Q, off by no more than one half and a twelfth. */
struct factor {
    words times, quotient;
};

SIMD static inline struct factor factor(int a)
{
    /* 2^15 / Q, times 2^16 */
    int quotient = (a * 467759 + 0x8000) >> 16;
    return (struct factor){ ALL((int16_t)a), ALL((int16_t)quotient) };
}

#define TIMES(a, x) \
    ((words)((wrapping)(x) * (wrapping)(a).times - \
             (wrapping)HIGH(x, (a).quotient) * Q))

SIMD void sntrup761_step_q(int16_t *f, int16_t *g, int16_t *v, int16_t *r,
                      int swapped, int f0, int g0)
{
    struct factor a = factor(f0), b = factor(g0);
    words swap = ALL((int16_t)swapped), x, y, t;
    int i;
    for(i = 0; i < SNTRUP761_ROOM; i += 8) {
        LOAD(x, f + i);
        LOAD(y, g + i);
        SWAP(x, y, t);
        STORE(f + i, x);
        y = TIMES(a, y) - TIMES(b, x);
        STORE(g + i - 1, y);
    }
    for(i = SNTRUP761_ROOM - 8; i >= 0; i -= 8) {
        LOAD(x, v + i - 1);
        LOAD(y, r + i);
        SWAP(x, y, t);
        STORE(v + i, x);
        y = TIMES(a, y) - TIMES(b, x);
        STORE(r + i, y);
    }
}

#define EACH(x) ((bytes){ x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x })
/* y + sign * x, which is -2 to 2, modulo 3 */
#define ADD(y, x) (y += ((x ^ negative) - negative) & there, \
                   y - ((y > EACH(1)) & EACH(3)) + ((y < EACH(-1)) & EACH(3)))

SIMD void sntrup761_step_3(int8_t *f, int8_t *g, int8_t *v, int8_t *r,
                      int swapped, int sign)
{
    bytes swap = EACH((int8_t)swapped), x, y, t;
    bytes negative = EACH((int8_t)(sign >> 1)), there = EACH((int8_t)-(sign & 1));
    int i;
    for(i = 0; i < SNTRUP761_ROOM; i += 16) {
        LOAD(x, f + i);
        LOAD(y, g + i);
        SWAP(x, y, t);
        STORE(f + i, x);
        y = ADD(y, x);
        STORE(g + i - 1, y);
    }
    for(i = SNTRUP761_ROOM - 16; i >= 0; i -= 16) {
        LOAD(x, v + i - 1);
        LOAD(y, r + i);
        SWAP(x, y, t);
        STORE(v + i, x);
        y = ADD(y, x);
        STORE(r + i, y);
    }
}
