/* NAME
 *	curve - CURVE keys in files and on sockets
 * DESCRIPTION
 *	A key is two files: NAME.key (public and secret, mode 0600) and NAME.pub
 *	(public, mode 0644), ZPL as zcert(3) writes them.  A secret key file that
 *	others can read is refused.  The key pair printed in the ZeroMQ manual
 *	is refused everywhere.
 */
#ifndef TASUKI_CURVE_H
#define TASUKI_CURVE_H

#include <stdbool.h>

#include "err.h"

#define CURVE_KEY_BYTES 41 /* Z85 with NUL */

struct curve_key {
	char public_key[CURVE_KEY_BYTES];
	char secret_key[CURVE_KEY_BYTES]; /* "" when loaded from a .pub */
};

void curve_new(struct curve_key *key);
/* curve_save(path, key, why): write path.key and path.pub, never over existing
 * ones (TSK_EXIST); durable. */
int curve_save(const char *path, const struct curve_key *key,
    struct why *why) TSK_MUST_USE;
/* curve_load(file, key, why): a .key or .pub file. */
int curve_load(
    const char *file, struct curve_key *key, struct why *why) TSK_MUST_USE;
/* curve_known(public_key): one of the keys printed in manuals: refuse it. */
bool curve_known(const char *public_key);
bool curve_form(const char *public_key); /* 40 Z85 characters */
/* curve_wipe(key): overwrite the secret. */
void curve_wipe(struct curve_key *key);

#endif
