/* Exponentiation with windows of four bits, in Montgomery form, built on
   mbedTLS's functions: neither time nor addresses reveal which entry of the
   table is multiplied. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include "crypto-power.h"
#include <bignum_core.h>
#include <constant_time_internal.h>

#define WINDOW 4
#define ENTRIES (1u << WINDOW)
/* Products of two limbs per slice: about 3 ms when WebAssembly is optimised,
   four times as much in its first moments. */
#define SLICE_PRODUCTS (1u << 20)

struct power {
    const mbedtls_mpi *base, *exponent, *p;
    size_t limbs;
    mbedtls_mpi_uint inverse; /* of -p, as montmul asks for it */
    size_t entries;           /* of the table that are there */
    size_t windows;           /* of the exponent that are left */
    int squarings;            /* of this window that are done */
    mbedtls_mpi_uint *table, *value, *chosen, *scratch;
    size_t size;
    mbedtls_mpi_uint memory[];
};

struct power *power_new(LIBSSH2_SESSION *session, const mbedtls_mpi *base,
                        const mbedtls_mpi *exponent, const mbedtls_mpi *p)
{
    size_t limbs = p->n;
    size_t size = sizeof(struct power) +
        ((ENTRIES + 4) * limbs + 1) * sizeof(mbedtls_mpi_uint);
    struct power *power = LIBSSH2_CALLOC(session, size);
    if(!power)
        return NULL;
    power->base = base;
    power->exponent = exponent;
    power->p = p;
    power->limbs = limbs;
    power->size = size;
    power->inverse = mbedtls_mpi_core_montmul_init(p->p);
    power->windows = exponent->n * sizeof(mbedtls_mpi_uint) * 8 / WINDOW;
    power->table = power->memory;
    power->value = power->table + ENTRIES * limbs;
    power->chosen = power->value + limbs;
    power->scratch = power->chosen + limbs;
    return power;
}

void power_free(LIBSSH2_SESSION *session, struct power **power)
{
    if(*power) {
        _libssh2_explicit_zero(*power, (*power)->size);
        LIBSSH2_FREE(session, *power);
        *power = NULL;
    }
}

static void multiply(struct power *power, mbedtls_mpi_uint *out,
                     const mbedtls_mpi_uint *a, const mbedtls_mpi_uint *b)
{
    mbedtls_mpi_core_montmul(out, a, b, power->limbs, power->p->p,
                             power->limbs, power->inverse, power->scratch);
}

/* The first two entries, 1 and the base; and 1 as the initial value. */
static int first_entries(struct power *power)
{
    size_t limbs = power->limbs, given = LIBSSH2_MIN(power->base->n, limbs);
    mbedtls_mpi_uint *one = power->table, *base = one + limbs;
    mbedtls_mpi square; /* of Montgomery's radix */
    int rc;
    mbedtls_mpi_init(&square);
    rc = mbedtls_mpi_core_get_mont_r2_unsafe(&square, power->p);
    if(!rc) {
        one[0] = 1;
        memcpy(base, power->base->p, given * sizeof(*base));
        multiply(power, one, one, square.p);
        multiply(power, base, base, square.p);
        memcpy(power->value, one, limbs * sizeof(*one));
        power->entries = 2;
    }
    mbedtls_mpi_free(&square);
    return rc;
}

/* One multiplication. */
static void step(struct power *power)
{
    size_t limbs = power->limbs, bit = power->windows * WINDOW;
    mbedtls_mpi_uint *value = power->value, *table = power->table;
    mbedtls_mpi_uint window = 0, entry;
    if(power->entries < ENTRIES) {
        multiply(power, table + power->entries * limbs,
                 table + (power->entries - 1) * limbs, table + limbs);
        power->entries++;
    }
    else if(power->squarings < WINDOW) {
        multiply(power, value, value, value);
        power->squarings++;
    }
    else {
        while(bit-- > (power->windows - 1) * WINDOW)
            window = window << 1 | mbedtls_mpi_get_bit(power->exponent, bit);
        for(entry = 0; entry < ENTRIES; entry++)
            mbedtls_mpi_core_cond_assign(power->chosen, table + entry * limbs,
                                         limbs,
                                         mbedtls_ct_uint_eq(entry, window));
        multiply(power, value, value, power->chosen);
        power->squarings = 0;
        power->windows--;
    }
}

int power_slice(struct power *power, mbedtls_mpi *result)
{
    size_t limbs = power->limbs;
    size_t count = SLICE_PRODUCTS / (2 * limbs * limbs) + 1;
    mbedtls_mpi_uint one = 1;
    if(!power->entries)
        return first_entries(power) ? -1 : LIBSSH2_ERROR_EAGAIN;
    while(power->windows && count--)
        step(power);
    if(power->windows)
        return LIBSSH2_ERROR_EAGAIN;
    mbedtls_mpi_core_montmul(power->value, power->value, &one, 1, power->p->p,
                             limbs, power->inverse, power->scratch);
    if(mbedtls_mpi_lset(result, 0) || mbedtls_mpi_grow(result, limbs))
        return -1;
    memcpy(result->p, power->value, limbs * sizeof(*power->value));
    return 0;
}
