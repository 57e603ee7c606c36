/* NAME
 *	secrets - one PDF password a partner
 * DESCRIPTION
 *	A folder of the administrator's choice, readable by the agent only; in it
 *
 *	    NUMBER	the partner's password, first line
 *	    NUMBER.due	the letter that tells it has not been written yet
 *
 *	A password that a person put there was agreed with the partner and needs
 *	no letter; one we make does.  Remove NUMBER to get a new one, and a new
 *	letter.  Passwords never travel by mail, in logs or on the wire.
 */
#ifndef TASUKI_PDF_SECRETS_H
#define TASUKI_PDF_SECRETS_H

#include <stdbool.h>

#include "err.h"

#define SECRET_BYTES 128u

struct secrets;

/* secrets_open(path, out, why): made if absent; refused if others may look. */
int secrets_open(
    const char *path, struct secrets **out, struct why *why) TSK_MUST_USE;
void secrets_close(struct secrets **secrets);
/* secrets_get(secrets, number, out, why): the password; a new one is durable
 * before it is told. */
int secrets_get(struct secrets *secrets, const char *number,
    char out[SECRET_BYTES], struct why *why) TSK_MUST_USE;
/* secrets_due(secrets, number): a letter must be written. */
bool secrets_due(const struct secrets *secrets, const char *number);
/* secrets_told(secrets, number): the letter is durable. */
int secrets_told(struct secrets *secrets, const char *number) TSK_MUST_USE;

#endif
