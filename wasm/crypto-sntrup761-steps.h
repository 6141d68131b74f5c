#ifndef CRYPTO_SNTRUP761_STEPS_H
#define CRYPTO_SNTRUP761_STEPS_H
/* The inner loops of sntrup761, which TinySSH's code calls. */
#include <stdint.h>

/* Coefficients of an array: 762 and zeros. */
#define SNTRUP761_ROOM 768

/* h = f * g in Z[x] / (x^761 - x - 1), of 761 coefficients each, not reduced. */
void sntrup761_product(int32_t *h, const int16_t *f, const int8_t *g);

/* One step of an inversion: v is multiplied by x, f and g, v and r change places
   where `swapped` is -1 and not where it is 0, and g = (f0 g - g0 f) / x and
   r = f0 r - g0 v modulo 4591; f0 and g0 are the constant terms, reduced, as they
   are then. Modulo 3 g = (g + sign f) / x. In front of g and v there is room for
   one more coefficient, 0 in front of v. */
void sntrup761_step_q(int16_t *f, int16_t *g, int16_t *v, int16_t *r,
                      int swapped, int f0, int g0);
void sntrup761_step_3(int8_t *f, int8_t *g, int8_t *v, int8_t *r,
                      int swapped, int sign);

#endif
