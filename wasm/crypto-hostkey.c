/* Host keys: the required form of a server's signature over the exchange
   hash (RFC 4253 section 8), for each method that may be negotiated. */
#include "crypto-internal.h"

/* TypeScript checks a certificate's own fields, from the whole blob of
   libssh2_session_hostkey(); here only its key verifies. */
#define CERT "-cert-v01@openssh.com"
#define RSA_LEAST_BITS 2048
#define RSA_LEAST_BITS_LEGACY 1024

struct part {
    unsigned char *at;
    size_t length;
};

static int get(struct string_buf *buf, struct part *part)
{
    return _libssh2_get_string(buf, &part->at, &part->length);
}

static struct string_buf reader(const unsigned char *data, size_t length)
{
    struct string_buf buf;
    buf.data = buf.dataptr = (unsigned char *)data;
    buf.len = length;
    return buf;
}

static int is(const struct part *part, const char *text)
{
    return part->length == strlen(text) &&
           !memcmp(part->at, text, part->length);
}

/* The message that a security key signs: SHA256(application) || flags ||
   counter || SHA256(message). `trailer` is the flags and the counter. */
static int security_key_message(const struct part *application,
                                const unsigned char *trailer,
                                const unsigned char *message,
                                size_t message_len,
                                unsigned char signed_data[69])
{
    const mbedtls_md_info_t *sha256 =
        mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
    memcpy(signed_data + 32, trailer, 5);
    return mbedtls_md(sha256, application->at, application->length,
                      signed_data) ||
           mbedtls_md(sha256, message, message_len, signed_data + 37);
}

static const char
    bad_key[] = "the host key is not of the type that was agreed on",
    bad_signature[] = "the host key's signature is malformed",
    other_algorithm[] = "the host key's signature is of another algorithm than "
                        "the one that was agreed on",
    wrong_signature[] = "the host key's signature does not verify, or the key "
                        "is too short",
    unfinished[] = "";

/* Short RSA keys only with the legacy signature, which callers request by
   name: a server that supports better ones has no old key either. */
static size_t rsa_least_bits(const struct hostkey_method *m)
{
    return m->rsa_hash == MBEDTLS_MD_SHA1 ? RSA_LEAST_BITS_LEGACY :
        RSA_LEAST_BITS;
}

/* NULL, a description of the fault, or `unfinished`. */
static const char *verify(LIBSSH2_SESSION *session,
                          const struct hostkey_method *m,
                          struct string_buf *key, struct string_buf *signature,
                          const unsigned char *message, size_t message_len,
                          void **state)
{
    struct part type, first, second, r, s, value, application;
    unsigned char security_data[69];
    struct string_buf pair;
    int rc;
    /* nonce of a certificate; the key's own fields follow, as in a plain key
 */
    if(get(key, &type) || !is(&type, m->blob_type) ||
       (m->certificate && get(key, &first)) ||
       get(key, &first) || (m->kind < ED25519 && get(key, &second)) ||
       (m->security_key && get(key, &application)) ||
       (!m->certificate && !_libssh2_eob(key)) ||
       (m->kind == ECDSA && !is(&first, m->curve)))
        return bad_key;
    if(get(signature, &type))
        return bad_signature;
    /* AsyncSSH 2.10 lets a server's connections share this choice. */
    if(!is(&type, m->signature_type))
        return other_algorithm;
    if(get(signature, &value) || !value.length)
        return bad_signature;
    if(m->security_key) {
        if(!_libssh2_check_length(signature, 5) ||
           security_key_message(&application, signature->dataptr, message,
                                message_len, security_data))
            return bad_signature;
        signature->dataptr += 5;
        message = security_data;
        message_len = sizeof(security_data);
    }
    if(!_libssh2_eob(signature))
        return bad_signature;
    switch(m->kind) {
    case RSA:
        rc = crypto_rsa_verify(m->rsa_hash, rsa_least_bits(m), first.at,
                               first.length, second.at, second.length,
                               value.at, value.length, message, message_len);
        break;
    case MLDSA44_ED25519:
        rc = host_verify(glue_host_id(&session->abstract), first.at,
                         first.length, value.at, value.length, message,
                         message_len);
        if(rc == HOST_PENDING)
            return unfinished;
        break;
    case ED25519:
        rc = crypto_ed25519_verify(first.at, first.length, value.at,
                                   value.length, message, message_len);
        break;
    default: /* ECDSA */
        pair = reader(value.at, value.length);
        if(get(&pair, &r) || get(&pair, &s) || !_libssh2_eob(&pair))
            return bad_signature;
        rc = crypto_ecdsa_verify(crypto_ec_group(m->curve), second.at,
                                 second.length, r.at, r.length, s.at, s.length,
                                 message, message_len, state);
    }
    if(rc == LIBSSH2_ERROR_EAGAIN)
        return unfinished;
    return rc ? wrong_signature : NULL;
}

/* May return LIBSSH2_ERROR_EAGAIN, and is then called again; `abstract`
   keeps its progress (crypto_ecdsa_forget). */
static int sig_verify(LIBSSH2_SESSION *session, const unsigned char *sig,
                      size_t sig_len, const unsigned char *m, size_t m_len,
                      void **abstract)
{
    struct string_buf key = reader(session->server_hostkey,
                                   session->server_hostkey_len);
    struct string_buf signature = reader(sig, sig_len);
    const struct hostkey_method *method =
        (const struct hostkey_method *)session->hostkey;
    const char *reason = verify(session, method, &key, &signature, m, m_len,
                                abstract);
    if(reason == unfinished)
        return LIBSSH2_ERROR_EAGAIN;
    return reason ? _libssh2_error(session, LIBSSH2_ERROR_HOSTKEY_SIGN, reason)
        : 0;
}

#define METHOD(id, type, blob, signature, ...) \
    const struct hostkey_method id = { \
        .method = { .name = type, .sig_verify = sig_verify }, \
        .blob_type = blob, .signature_type = signature, __VA_ARGS__ }

/* A method and its certificate variant. */
#define METHODS(id, type, blob, ...) \
    METHOD(id, type, blob, type, __VA_ARGS__); \
    METHOD(id##_cert, type CERT, blob CERT, type, .certificate = 1, \
           __VA_ARGS__)
#define ECDSA_METHODS(curve_name) \
    METHODS(hostkey_ecdsa_##curve_name, "ecdsa-sha2-" #curve_name, \
            "ecdsa-sha2-" #curve_name, .kind = ECDSA, .curve = #curve_name)

METHODS(hostkey_ed25519, "ssh-ed25519", "ssh-ed25519", .kind = ED25519);
ECDSA_METHODS(nistp256);
ECDSA_METHODS(nistp384);
ECDSA_METHODS(nistp521);
METHODS(hostkey_rsa_sha512, "rsa-sha2-512", "ssh-rsa", .kind = RSA,
        .rsa_hash = MBEDTLS_MD_SHA512);
METHODS(hostkey_rsa_sha256, "rsa-sha2-256", "ssh-rsa", .kind = RSA,
        .rsa_hash = MBEDTLS_MD_SHA256);
METHODS(hostkey_rsa_sha1, "ssh-rsa", "ssh-rsa", .kind = RSA,
        .rsa_hash = MBEDTLS_MD_SHA1);

#define SK_METHODS(id, stem, ...) \
    METHOD(id, stem "@openssh.com", stem "@openssh.com", stem "@openssh.com", \
           .security_key = 1, __VA_ARGS__); \
    METHOD(id##_cert, stem CERT, stem CERT, stem "@openssh.com", \
           .certificate = 1, .security_key = 1, __VA_ARGS__)

SK_METHODS(hostkey_sk_ed25519, "sk-ssh-ed25519", .kind = ED25519);
SK_METHODS(hostkey_sk_ecdsa, "sk-ecdsa-sha2-nistp256", .kind = ECDSA,
           .curve = "nistp256");

/* Both names: since OpenSSH 10.6, and of 10.4 and 10.5. */
#define MLDSA44 "ssh-mldsa44-ed25519"
#define MLDSA44_METHOD(id, type, signature, ...) \
    METHOD(id, type, type, signature, .kind = MLDSA44_ED25519, __VA_ARGS__)

MLDSA44_METHOD(hostkey_mldsa44, MLDSA44, MLDSA44, .certificate = 0);
MLDSA44_METHOD(hostkey_mldsa44_cert, MLDSA44 "-cert", MLDSA44,
               .certificate = 1);
MLDSA44_METHOD(hostkey_mldsa44_openssh, MLDSA44 "@openssh.com",
               MLDSA44 "@openssh.com", .certificate = 0);
MLDSA44_METHOD(hostkey_mldsa44_openssh_cert, MLDSA44 CERT,
               MLDSA44 "@openssh.com", .certificate = 1);

/* The whole blob of the last key exchange, also of a certificate. `type` is
   one of LIBSSH2_HOSTKEY_TYPE_*: unknown for certificates and security keys. */
const char *libssh2_session_hostkey(LIBSSH2_SESSION *session, size_t *len,
                                    int *type)
{
    static const struct {
        const char *name;
        int type;
    } types[] = {
        { "ssh-rsa", LIBSSH2_HOSTKEY_TYPE_RSA },
        { "ssh-ed25519", LIBSSH2_HOSTKEY_TYPE_ED25519 },
        { "ecdsa-sha2-nistp256", LIBSSH2_HOSTKEY_TYPE_ECDSA_256 },
        { "ecdsa-sha2-nistp384", LIBSSH2_HOSTKEY_TYPE_ECDSA_384 },
        { "ecdsa-sha2-nistp521", LIBSSH2_HOSTKEY_TYPE_ECDSA_521 },
    };
    struct string_buf buf = reader(session->server_hostkey,
                                   session->server_hostkey_len);
    struct part name;
    size_t i;
    if(len)
        *len = session->server_hostkey_len;
    if(!session->server_hostkey_len)
        return NULL;
    if(type) {
        *type = LIBSSH2_HOSTKEY_TYPE_UNKNOWN;
        if(!get(&buf, &name))
            for(i = 0; i < sizeof(types) / sizeof(types[0]); i++)
                if(is(&name, types[i].name))
                    *type = types[i].type;
    }
    return (const char *)session->server_hostkey;
}

/* The hash of the same blob; MD5 is not compiled in. The session owns the
   result. */
const char *libssh2_hostkey_hash(LIBSSH2_SESSION *session, int hash_type)
{
    unsigned char *hash;
    mbedtls_md_type_t type;
    if(hash_type == LIBSSH2_HOSTKEY_HASH_SHA1) {
        hash = session->server_hostkey_sha1;
        type = MBEDTLS_MD_SHA1;
    }
    else if(hash_type == LIBSSH2_HOSTKEY_HASH_SHA256) {
        hash = session->server_hostkey_sha256;
        type = MBEDTLS_MD_SHA256;
    }
    else
        return NULL;
    if(!session->server_hostkey_len ||
       mbedtls_md(mbedtls_md_info_from_type(type), session->server_hostkey,
                  session->server_hostkey_len, hash))
        return NULL;
    return (const char *)hash;
}
