/* CPU seconds per gigabyte of wasm/crypto-chachapoly-packet.c in a native
   build: packets of 32 kB, sealed and opened, as bench/ciphers.mjs measures
   the module. Prints {"sealed":S,"opened":S}; the exit status is 1 if a tag
   is wrong. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "crypto-chachapoly-packet.h"

#define BODY 32768
#define BYTES 64e6
#define ROUNDS 7 /* the least counts: other programs can only add to it */

static unsigned char packet[AEAD_LENGTH_FIELD + BODY], sealed[sizeof(packet)],
    tag[POLY1305_TAG], right[POLY1305_TAG];
static const unsigned char key[CHACHA20_KEY] = "a key for measurements only",
                           nonce[CHACHA20_NONCE] = { 0, 0, 0, 0, 0, 0, 0, 7 };

static double used(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int seal(void)
{
    chachapoly_seal(key, nonce, packet, BODY, tag);
    return 0;
}

static int open_sealed(void)
{
    memcpy(packet, sealed, sizeof(packet));
    chachapoly_open(key, nonce, packet, BODY, tag);
    return memcmp(tag, right, sizeof(tag));
}

static double least(int (*work)(void))
{
    double best = 0;
    int round;
    for(round = 0; round < ROUNDS; round++) {
        double start = used(), taken, done;
        for(done = 0; done < BYTES; done += BODY)
            if(work())
                return -1;
        taken = (used() - start) / (done / 1e9);
        if(!round || taken < best)
            best = taken;
    }
    return best;
}

int main(void)
{
    double sealing = least(seal), opening;
    memset(packet, 0x5a, sizeof(packet));
    seal();
    memcpy(sealed, packet, sizeof(packet));
    memcpy(right, tag, sizeof(tag));
    opening = least(open_sealed);
    printf("{\"sealed\":%f,\"opened\":%f}\n", sealing, opening);
    return opening < 0;
}
