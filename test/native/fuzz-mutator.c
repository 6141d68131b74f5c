/* How fuzz-session's inputs are changed: as lists of records. */
#include <stdlib.h>
#include <string.h>
#include <stddef.h>
#include <stdint.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
                               unsigned int seed);

#define MOST_RECORDS 48

struct record {
    const uint8_t *at; /* kind, length (2), content */
    size_t size;       /* of all of it */
};

static uint32_t state;

static uint32_t draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

static size_t parse(const uint8_t *data, size_t size, struct record *records)
{
    size_t count = 0;
    while(size >= 3 && count < MOST_RECORDS) {
        size_t length = 3 + (data[1] | (size_t)data[2] << 8);
        if(length > size)
            length = size;
        records[count].at = data;
        records[count++].size = length;
        data += length;
        size -= length;
    }
    return count;
}

/* Messages of SSH and SFTP, calls and the rest, which all go on from here. */
#define ZEROS "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define HALF "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"
#define ONES HALF HALF
#define OF(kind, literal) { kind, sizeof(literal) - 1, literal }
static const struct {
    uint8_t kind;
    uint16_t length;
    const char *content;
} samples[] = {
    OF(0, "\133\0\0\0\0\0\0\0\1"),
    OF(0, "\133\0\0\0\1\0\0\0\1\0\1\0\0\0\0\200\0"),
    OF(0, "\134\0\0\0\1\0\0\0\1\0\0\0\1x\0\0\0\0"),
    OF(0, "\135\0\0\0\0\0\0\1\0"),
    OF(0, "\136\0\0\0\0\0\0\0\4data"),
    OF(0, "\137\0\0\0\0\0\0\0\1\0\0\0\4data"),
    OF(0, "\140\0\0\0\0"), OF(0, "\141\0\0\0\0"),
    OF(0, "\142\0\0\0\0\0\0\0\13exit-status\0\0\0\0\1"),
    OF(0, "\142\0\0\0\0\0\0\0\13exit-signal\0\0\0\0\4TERM\0"
             "\0\0\0\1m\0\0\0\0"),
    OF(0, "\143\0\0\0\0"), OF(0, "\144\0\0\0\0"),
    OF(0, "\121"), OF(0, "\121\0\0\20\222"), OF(0, "\122"),
    OF(0, "\120\0\0\0\26keepalive@example.orgx\1"),
    OF(0, "\132\0\0\0\17forwarded-tcpip\0\0\0\7\0\1\0\0\0\0\200\0"
             "\0\0\0\4host\0\0\20\222\0\0\0\1h\0\0\0\1"),
    OF(0, "\132\0\0\0\3x11\0\0\0\7\0\1\0\0\0\0\200\0\0\0\0\4host\0\0\0\1"),
    OF(0, "\132\0\0\0\26auth-agent@openssh.com\0\0\0\7\0\1\0\0\0\0\200\0"),
    OF(0, "\63\0\0\0\10password\0"), OF(0, "\64"),
    OF(0, "\65\0\0\0\2hi\0\0\0\0"),
    OF(0, "\74\0\0\0\1n\0\0\0\1i\0\0\0\0\0\0\0\1\0\0\0\3pw:\0"),
    OF(0, "\74\0\0\0\2pw\0\0\0\0"),
    OF(0, "\74\0\0\0\7ssh-rsa\0\0\0\1\3\0\0\0\1\5"),
    OF(0, "\7\0\0\0\1\0\0\0\17server-sig-algs\0\0\0\7ssh-rsa"),
    OF(0, "\7\0\0\0\2\0\0\0\37publickey-hostbound@openssh.com\0\0\0\1" "0"
             "\0\0\0\20ping@openssh.com\0\0\0\1" "0"),
    OF(0, "\300\0\0\0\5PING!"), OF(0, "\301\0\0\0\5PING!"),
    OF(0, "\120\0\0\0\27hostkeys-00@openssh.com\0\0\0\0\1k"),
    OF(0, "\121\0\0\0\1s"),
    OF(0, "\132\0\0\0\41forwarded-streamlocal@openssh.com\0\0\0\7\0\1\0\0"
             "\0\0\200\0\0\0\0\5/path\0\0\0\0"),
    OF(0, "\142\0\0\0\0\0\0\0\17eow@openssh.com\0"),
    OF(0, "\1\0\0\0\13\0\0\0\2hi\0\0\0\0"),
    OF(0, "\2\0\0\0\2hi"), OF(0, "\4\1\0\0\0\2hi\0\0\0\0"),
    OF(0, "\3\0\0\0\7"), OF(0, "\25"),
    OF(2, "\145\0\0\0\0\0\0\0\0\0\0\0\0"),
    OF(2, "\145\0\0\0\1\0\0\0\0\0\0\0\0"),
    OF(2, "\146\0\0\0\1h"), OF(2, "\147\0\0\0\4data"),
    OF(2, "\150\0\0\0\1\0\0\0\1a\0\0\0\2la\0\0\0\0"),
    OF(2, "\151\0\0\0\17\0\0\0\0\0\0\0\5\0\0\0\1\0\0\0\2\0\0\1\244"
             "\0\0\0\1\0\0\0\2"),
    OF(2, "\151\200\0\0\0\0\0\0\1\0\0\0\0"),
    OF(2, "\311" ZEROS ZEROS ZEROS ZEROS), OF(0x82, "\2\0\0\0\3"),
    OF(3, "\0"), OF(3, "T1 0 2 0\nC0644 5 "), OF(3, "\1scp\n"),
    OF(4, "SSH-2.0-fuzz\r\n"), OF(4, "\0\0\0\14"),
    OF(5, "\0"), OF(5, "\1"), OF(5, "\2"), OF(5, "\3"), OF(5, "\11"),
    OF(5, "\31"), OF(5, "\41"),
    OF(6, "\0"), OF(6, "\1"), OF(6, "\2"), OF(6, ""),
    OF(6, "\0\1"), OF(6, "\1\2"), OF(6, "\0\3"), OF(6, "\0\5"),
    OF(6, "\0\12"), OF(6, "\0\17"), OF(6, "\0\24"), OF(6, "\0\31"),
    OF(6, "\0\36"), OF(6, "\0\257"), OF(6, "\0\260"), OF(6, "\0\261"),
    OF(6, "\0\304"), OF(6, "\0\307"),
    OF(0, "\37\0\0\0\53\0\0\0\37ssh-mldsa44-ed25519@openssh.com\0\0\0\4keys"
          "\0\0\0\40" HALF "\0\0\0\57\0\0\0\37"
          "ssh-mldsa44-ed25519@openssh.com\0\0\0\10" "signedby"),
    OF(0, "\37\0\0\1\33\0\0\0\7ssh-rsa\0\0\0\3\1\0\1\0\0\1\1\0" ONES ONES ONES ONES
          "\0\0\0\40" ZEROS ZEROS "\0\0\1\24\0\0\0\14rsa-sha2-512\0\0\1\0"),
    OF(0, "\37\0\0\0\150\0\0\0\23ecdsa-sha2-nistp256\0\0\0\10nistp256"
          "\0\0\0\101\4" ONES "\0\0\0\101\4" ONES "\0\0\0\153\0\0\0\23"
          "ecdsa-sha2-nistp256\0\0\0\110\0\0\0\40" HALF "\0\0\0\40" HALF),
    OF(0, "\37\0\0\1\1\0" ONES ONES ONES ONES "\0\0\0\1\2"),
    OF(7, "\0"), OF(7, "\1"), OF(7, "\20"),
    OF(7, "\20\0"), OF(7, "\20\1"), OF(7, "\20\2"), OF(7, "\20\3"),
    OF(7, "\20\5"), OF(7, "\20\10"),
};
#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static size_t put_record(uint8_t *out, unsigned kind, const void *content,
                         size_t length)
{
    out[0] = (uint8_t)kind;
    out[1] = (uint8_t)length;
    out[2] = (uint8_t)(length >> 8);
    memcpy(out + 3, content, length);
    return 3 + length;
}

static size_t new_record(uint8_t *out)
{
    uint8_t content[6];
    size_t i;
    if(draw(3)) {
        const size_t which = draw(SAMPLES);
        return put_record(out, samples[which].kind, samples[which].content,
                          samples[which].length);
    }
    /* the client: number and arguments of a call */
    content[0] = (uint8_t)draw(9);
    for(i = 1; i < sizeof(content); i++)
        content[i] = (uint8_t)(draw(2) ? draw(20) : draw(256));
    return put_record(out, 1, content, sizeof(content));
}

/* A number that lengths and counts stumble over. */
static void odd_number(uint8_t *at)
{
    static const uint32_t odd[] = { 0, 1, 3, 4, 255, 32768, 35000, 40000,
        0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffc, 0xffffffff };
    uint32_t value = odd[draw(sizeof(odd) / sizeof(odd[0]))];
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

static size_t changed_record(uint8_t *out, const struct record *record,
                             size_t room)
{
    uint8_t *content = malloc(room);
    size_t length = record->size - 3, size;
    uint8_t kind = record->at[0];
    memcpy(content, record->at + 3, length);
    switch(draw(4)) {
    case 0:
        if(length >= 5) {
            odd_number(content + 1 + draw((uint32_t)length - 4));
            break;
        }
        /* fall through */
    case 1:
        if(draw(8) == 0)
            kind = (uint8_t)draw(8);
        else if(length)
            content[0] = (uint8_t)(draw(2) ? content[0] + draw(5) - 2 :
                                   draw(110));
        break;
    default:
        length = LLVMFuzzerMutate(content, length, room);
    }
    size = put_record(out, kind, content, length);
    free(content);
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
                               unsigned int seed)
{
    struct record records[MOST_RECORDS];
    uint8_t *out, *at;
    size_t count, i, which, other, action;
    state = seed;
    if(size < 2 || most < 64)
        return LLVMFuzzerMutate(data, size, most);
    if(draw(16) == 0) {
        data[draw(2)] = (uint8_t)draw(256);
        return size;
    }
    count = parse(data + 2, size - 2, records);
    out = at = malloc(2 * size + most + 1000);
    *at++ = data[0];
    *at++ = data[1];
    which = count ? draw((uint32_t)count) : 0;
    other = count ? draw((uint32_t)count) : 0;
    action = count ? draw(8) : 0;
    for(i = 0; i < count; i++) {
        const struct record *record = &records[i];
        if(i == which && action == 1)
            continue; /* left out */
        if(i == which && action == 2)
            record = &records[other];
        if(i == which && action >= 4) {
            at += changed_record(at, record, most);
            continue;
        }
        memcpy(at, record->at, record->size);
        at += record->size;
        if(i == which && action == 3) { /* twice */
            memcpy(at, record->at, record->size);
            at += record->size;
        }
        if(i == which && action == 0)
            at += new_record(at);
    }
    if(!count)
        at += new_record(at);
    size = (size_t)(at - out) < most ? (size_t)(at - out) : most;
    memcpy(data, out, size);
    free(out);
    return size;
}
