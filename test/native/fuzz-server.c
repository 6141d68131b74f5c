/* The server's side of fuzz-session: bytes, packets, and a key exchange that
   succeeds, since fuzz-host.c takes every signature. */
#include <stdlib.h>
#include <string.h>
#include "fuzz-session.h"

void server_bytes(const void *data, size_t length)
{
    if(fuzz.wire_len + length > fuzz.wire_size) {
        fuzz.wire_size = (fuzz.wire_len + length) * 2;
        fuzz.wire = realloc(fuzz.wire, fuzz.wire_size);
    }
    if(length)
        memcpy(fuzz.wire + fuzz.wire_len, data, length);
    fuzz.wire_len += length;
    server_moved();
}

void server_moved(void)
{
    if(fuzz.session)
        *glue_session_arrived(fuzz.session) = 1;
}

void server_packet(const unsigned char *payload, size_t length)
{
    static const unsigned char zeros[64];
    unsigned char head[5];
    size_t unit = fuzz.packets ? 16 : 8;
    size_t clear = fuzz.packets && fuzz.shape != MAC_AFTER ? 4 : 0;
    size_t padding = unit - (5 - clear + length) % unit;
    if(padding < 4)
        padding += unit;
    _libssh2_htonu32(head, (uint32_t)(1 + length + padding));
    head[4] = (unsigned char)padding;
    server_bytes(head, 5);
    server_bytes(payload, length);
    server_bytes(zeros, padding + (fuzz.packets ? 16 : 0));
    if(length && payload[0] == SSH_MSG_NEWKEYS)
        fuzz.packets = 1;
}

void server_identification(void)
{
    static const char line[] = "SSH-2.0-fuzz\r\n";
    server_bytes(line, sizeof(line) - 1);
}

static unsigned char *name_list(unsigned char *at, const char *names)
{
    _libssh2_store_str(&at, names, strlen(names));
    return at;
}

/* Of a key exchange: its name, what of its reply comes before the point on
   the curve, and the size of that point. */
static const struct exchange {
    const char *name;
    size_t ciphertext, point;
} exchanges[] = {
    { "curve25519-sha256", 0, 32 },
    { "ecdh-sha2-nistp256", 0, 32 },
    { "mlkem768x25519-sha256", 1088, 32 },
    { "diffie-hellman-group-exchange-sha256", 0, 32 },
    { "ecdh-sha2-nistp521", 0, 32 },
    { "sntrup761x25519-sha512", 1039, 32 },
    { "mlkem768nistp256-sha256", 1088, 65 },
    { "sntrup761x25519-sha512@openssh.com", 1039, 32 },
};
static const char *const hostkeys[] = { "ssh-ed25519", "rsa-sha2-512",
    "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
    "ssh-mldsa44-ed25519@openssh.com",
    "ssh-mldsa44-ed25519-cert-v01@openssh.com" };
/* Choices from here on have the exchanges and host keys that came later, and
   a server that takes EXT_INFO during the login. */
#define LATER 175

void server_kexinit(unsigned choice)
{
    static const char *const ciphers[SHAPES] = {
        "aes128-ctr", "aes128-ctr", "aes128-gcm@openssh.com" };
    static const char *const macs[SHAPES] = {
        "hmac-sha2-256", "hmac-sha2-256-etm@openssh.com", "" };
    unsigned char packet[700] = { SSH_MSG_KEXINIT };
    unsigned char *at = packet + 17;
    char names[100];
    unsigned later = choice >= LATER;
    if(later)
        choice -= LATER;
    fuzz.exchange = later ? 5 + choice % 3 : choice % 5;
    strcpy(names, exchanges[fuzz.exchange].name);
    strcat(names, ",kex-strict-s-v00@openssh.com");
    if(later)
        strcat(names, ",ext-info-s");
    at = name_list(at, names);
    at = name_list(at, hostkeys[later ? choice / 3 % 9 : choice / 5 % 7]);
    at = name_list(at, ciphers[fuzz.shape]);
    at = name_list(at, ciphers[fuzz.shape]);
    at = name_list(at, macs[fuzz.shape]);
    at = name_list(at, macs[fuzz.shape]);
    at = name_list(at, "zlib@openssh.com,none");
    at = name_list(at, "zlib@openssh.com,none");
    at = name_list(at, "");
    at = name_list(at, "");
    *at = 0;
    server_packet(packet, (size_t)(at + 5 - packet));
}

void server_kex_reply(void)
{
    /* of X25519, and the base point of P-256 */
    static const unsigned char x25519[32] = { 9 }, p256[65] =
        "\4\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40"
        "\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2"
        "\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e"
        "\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51"
        "\xf5";
    static const unsigned char newkeys = SSH_MSG_NEWKEYS;
    const struct exchange *exchange = &exchanges[fuzz.exchange];
    size_t size = exchange->ciphertext + exchange->point;
    unsigned char packet[1500] = { SSH_MSG_KEXDH_REPLY }, blob[64], *b = blob;
    unsigned char signature[96], *s = signature, ones[64];
    unsigned char value[1200] = { 0 };
    unsigned char *at = packet + 1;
    memcpy(value + exchange->ciphertext, exchange->point == 65 ? p256 : x25519,
           exchange->point);
    _libssh2_store_str(&b, "ssh-ed25519", 11);
    _libssh2_store_str(&b, (const char *)x25519, 32);
    _libssh2_store_str(&s, "ssh-ed25519", 11);
    memset(ones, 1, 64);
    _libssh2_store_str(&s, (char *)ones, 64);
    _libssh2_store_str(&at, (char *)blob, (size_t)(b - blob));
    _libssh2_store_str(&at, (char *)value, size);
    _libssh2_store_str(&at, (char *)signature, (size_t)(s - signature));
    server_packet(packet, (size_t)(at - packet));
    server_packet(&newkeys, 1);
}
