/* NAME
 *	master - the site's secret, from which every office's key is made
 * DESCRIPTION
 *	Said in settings as one of
 *
 *	    PATH		a file of its owner only (mode 0600 or 0400)
 *	    credential:NAME	a file of systemd's LoadCredential
 *	    fd:N		an open descriptor (a pipe from a key service)
 *
 *	Never as an argument or in the environment.  The secret, a random text
 *	or a passphrase of 20 characters or more, goes through scrypt with the
 *	folder's own salt once; an office's key is HKDF of the result with the
 *	container's salt and the office number: who holds one key learns nothing
 *	of another.
 */
#ifndef TASUKI_NATIONAL_MASTER_H
#define TASUKI_NATIONAL_MASTER_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define MASTER_KEY_BYTES  32
#define MASTER_SALT_BYTES 16
#define MASTER_TEXT_MIN   20
#define MASTER_TEXT_MAX   1024

/* master_root(spec, salt, root, why): read the secret, make the root key. */
int master_root(const char *spec, const uint8_t salt[MASTER_SALT_BYTES],
    uint8_t root[MASTER_KEY_BYTES], struct why *why) TSK_MUST_USE;
/* master_derive(root, salt, purpose, number, key): a key for one purpose and
 * one office ("" for none). */
void master_derive(const uint8_t root[MASTER_KEY_BYTES],
    const uint8_t salt[MASTER_SALT_BYTES], const char *purpose,
    const char *number, uint8_t key[MASTER_KEY_BYTES]);
/* master_new(path, why): a new random secret in a new file, mode 0600. */
int master_new(const char *path, struct why *why) TSK_MUST_USE;

#endif
