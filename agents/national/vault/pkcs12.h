/* NAME
 *	pkcs12 - look into a certificate file before it is sealed
 */
#ifndef TASUKI_NATIONAL_PKCS12_H
#define TASUKI_NATIONAL_PKCS12_H

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

#endif
