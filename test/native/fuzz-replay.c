/* The inputs of a fuzz target once more, without a fuzzer: standard input is a
   sequence of lengths (4 bytes, big-endian) and inputs. Whatever is wrong ends
   the program: a sanitizer, an abort. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(void)
{
    unsigned char head[4];
    unsigned long count = 0;
    while(fread(head, 1, 4, stdin) == 4) {
        size_t size = (size_t)head[0] << 24 | (size_t)head[1] << 16 |
            (size_t)head[2] << 8 | head[3];
        uint8_t *data = malloc(size ? size : 1);
        if(!data || fread(data, 1, size, stdin) != size)
            return 1;
        fprintf(stderr, "input %lu\n", count);
        LLVMFuzzerTestOneInput(data, size);
        free(data);
        count++;
    }
    printf("%lu\n", count);
    return 0;
}
