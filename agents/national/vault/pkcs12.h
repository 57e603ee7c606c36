/* NAME
 *	pkcs12 - certificate files: looked into before they are sealed, and opened
 */
#ifndef TASUKI_NATIONAL_PKCS12_H
#define TASUKI_NATIONAL_PKCS12_H

#include <openssl/types.h>
#include <openssl/x509.h>

#include "buf.h"

#include "container.h"

/* pkcs12_look(p, n, password, facts, modern, why): open it, see that it holds a
 * key and the key's certificate; subject, issuer, serial and dates go into
 * ${facts}.  A file in a form that OpenSSL calls legacy (RC2, as older tools
 * make it) is written anew into ${modern}, by the same password; else that
 * stays empty.  TSK_DENIED: the password is wrong.  TSK_INVALID: no PKCS#12, or
 * not both in it. */
int pkcs12_look(const void *p, size_t n, const char *password,
    struct container_facts *facts, struct buf *modern,
    struct why *why) TSK_MUST_USE;

/* A certificate, its key, and the certificates between it and a known one (NULL:
 * none in the file). */
struct pkcs12_identity {
	EVP_PKEY *key;
	X509 *cert;
	STACK_OF(X509) * chain;
};

/* pkcs12_open(p, n, password, out): in a form of today; pkcs12_close() by the
 * caller.  TSK_INVALID: it cannot be opened, or lacks key or certificate. */
int pkcs12_open(const void *p, size_t n, const char *password,
    struct pkcs12_identity *out) TSK_MUST_USE;
/* pkcs12_close(identity): an empty one is fine. */
void pkcs12_close(struct pkcs12_identity *identity);

#endif
