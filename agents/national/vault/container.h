/* NAME
 *	container - one office's certificate and login, sealed
 * DESCRIPTION
 *	Format, all numbers big-endian:
 *
 *	    8	"TSKNATC1": magic and version
 *	    4	bytes of the facts
 *	    n	the facts: JSON, no secret: number, subject, serial, dates
 *	    32	HMAC-SHA256 over all before, by the key of the facts
 *	    12	nonce
 *	    m	AES-256-GCM of the secrets, by the office's own key;
 *		associated data: all before
 *	    16	its tag
 *
 *	The facts can be believed without opening the secrets; the secrets
 *	cannot be put under other facts, or under another office's number.
 *
 *	Secrets lie in one locked mapping that no core and no child gets, wiped
 *	when it is released.
 */
#ifndef TASUKI_NATIONAL_CONTAINER_H
#define TASUKI_NATIONAL_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "number.h"

#include "master.h"

#define CONTAINER_MAX      (256u << 10)
#define CONTAINER_P12_MAX  (64u << 10)
#define CONTAINER_WORD_MAX 256u /* password, user id: bytes */
#define CONTAINER_ID_BYTES 33

/* What anybody may see. */
struct container_facts {
	char number[NUMBER_OFFICE_BYTES];
	char id[CONTAINER_ID_BYTES]; /* this container; new with each put */
	char subject[256], issuer[256], serial[64];
	int64_t not_before_ms, not_after_ms, added_ms;
	uint8_t salt[MASTER_SALT_BYTES]; /* of the office's key */
	bool authentic; /* the HMAC was looked at and is right */
};

/* What only the office's worker may see; texts end in NUL. */
struct secrets {
	void *mapping;
	size_t mapped;
	const uint8_t *p12;
	size_t p12_bytes;
	const char *p12_password, *user, *password;
};

/* secrets_make(p12, n, p12_password, user, password, out): copies. */
int secrets_make(const void *p12, size_t n, const char *p12_password,
    const char *user, const char *password, struct secrets *out) TSK_MUST_USE;
/* secrets_fini(secrets): wiped and gone; an empty one is fine. */
void secrets_fini(struct secrets *secrets);

/* container_seal(facts, secrets, facts_key, key, out): into a buf. */
void container_seal(const struct container_facts *facts,
    const struct secrets *secrets, const uint8_t facts_key[MASTER_KEY_BYTES],
    const uint8_t key[MASTER_KEY_BYTES], struct buf *out);
/* container_facts(p, n, facts_key, out): the part in clear.  With ${facts_key}
 * NULL it is only read, not believed (->authentic).  TSK_VERSION, TSK_DAMAGED
 * (also a wrong key). */
int container_facts(const void *p, size_t n,
    const uint8_t facts_key[MASTER_KEY_BYTES],
    struct container_facts *out) TSK_MUST_USE;
/* container_open(p, n, number, key, out): TSK_DAMAGED: not by this key, not of
 * this office, or changed. */
int container_open(const void *p, size_t n, const char *number,
    const uint8_t key[MASTER_KEY_BYTES], struct secrets *out) TSK_MUST_USE;

#endif
