/* After NEWKEYS: derives the keys of RFC 4253 section 7.2, and starts the
   agreed methods in both directions. */
#include "comp.h"
#include "crypto-kex.h"

/* Longest key or initial value of any method: chacha20-poly1305's two keys. */
#define MOST_KEY_BYTES 64

struct deriver {
    LIBSSH2_SESSION *session;
    const struct kex *kex;
    const mbedtls_md_info_t *hash;
};

static int derive(const struct deriver *d, char letter,
                  unsigned char key[MOST_KEY_BYTES], size_t length)
{
    size_t done = 0, step = mbedtls_md_get_size(d->hash);
    unsigned char block[SHA512_DIGEST_LENGTH];
    mbedtls_md_context_t md;
    int rc;
    mbedtls_md_init(&md);
    rc = length > MOST_KEY_BYTES || mbedtls_md_setup(&md, d->hash, 0);
    while(!rc && done < length) {
        size_t part = LIBSSH2_MIN(step, length - done);
        rc = mbedtls_md_starts(&md) ||
            mbedtls_md_update(&md, d->kex->secret, d->kex->secret_len) ||
            mbedtls_md_update(&md, d->kex->hash, d->kex->hash_len) ||
            (done ? mbedtls_md_update(&md, key, done) :
             mbedtls_md_update(&md, (unsigned char *)&letter, 1) ||
             mbedtls_md_update(&md, d->session->session_id,
                               d->session->session_id_len)) ||
            mbedtls_md_finish(&md, block);
        if(!rc)
            memcpy(key + done, block, part);
        done += part;
    }
    mbedtls_md_free(&md);
    _libssh2_explicit_zero(block, sizeof(block));
    return rc;
}

static void drop_methods(LIBSSH2_SESSION *session, libssh2_endpoint_data *end,
                         int outgoing)
{
    if(end->crypt && end->crypt->dtor)
        end->crypt->dtor(session, &end->crypt_abstract);
    if(end->mac && end->mac->dtor)
        end->mac->dtor(session, &end->mac_abstract);
    if(end->comp && end->comp->dtor)
        end->comp->dtor(session, outgoing, &end->comp_abstract);
}

/* `letters`: those of the initial value, the cipher key and the MAC key. */
static int use_keys(const struct deriver *d, libssh2_endpoint_data *end,
                    int outgoing, const char *letters)
{
    LIBSSH2_SESSION *session = d->session;
    unsigned char iv[MOST_KEY_BYTES], key[MOST_KEY_BYTES];
    int caller_frees; /* always: the methods copy what they need */
    int rc;
    drop_methods(session, end, outgoing);
    end->crypt = end->crypt_next;
    end->mac = end->mac_next;
    end->comp = end->comp_next;
    rc = derive(d, letters[0], iv, end->crypt->iv_len) ||
        derive(d, letters[1], key, end->crypt->secret_len) ||
        end->crypt->init(session, end->crypt, iv, &caller_frees, key,
                         &caller_frees, outgoing, &end->crypt_abstract);
    if(!rc && end->mac->init)
        rc = derive(d, letters[2], key, end->mac->key_len) ||
            end->mac->init(session, key, &caller_frees, &end->mac_abstract);
    if(!rc && end->comp && end->comp->init)
        rc = end->comp->init(session, outgoing, &end->comp_abstract);
    _libssh2_explicit_zero(iv, sizeof(iv));
    _libssh2_explicit_zero(key, sizeof(key));
    return rc;
}

int kex_use_keys(LIBSSH2_SESSION *session, const struct kex *kex,
                 mbedtls_md_type_t hash)
{
    struct deriver deriver = { session, kex, mbedtls_md_info_from_type(hash) };
    if(!session->session_id) {
        session->session_id = LIBSSH2_ALLOC(session, kex->hash_len);
        if(!session->session_id)
            return LIBSSH2_ERROR_ALLOC;
        memcpy(session->session_id, kex->hash, kex->hash_len);
        session->session_id_len = (uint32_t)kex->hash_len;
    }
    session->state |= LIBSSH2_STATE_NEWKEYS;
    if(use_keys(&deriver, &session->local, 1, "ACE") ||
       use_keys(&deriver, &session->remote, 0, "BDF"))
        return LIBSSH2_ERROR_KEX_FAILURE;
    return 0;
}
