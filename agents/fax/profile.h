/* NAME
 *	profile - what is to be known of a provider, as data
 * DESCRIPTION
 *	A file of config/fax says which driver talks to a provider and how:
 *	addresses, limits, what its answers mean.  What belongs to the site (user,
 *	password, sender's address) stands in tasuki-fax.conf and is put in from
 *	there, so that a profile can be handed on.
 *
 *	Templates are texts with {names}:
 *
 *	    {number} 0312345678   {e164} +81312345678   {intl} 81312345678
 *	    {tag} our name of the job   {ref} the provider's   {pages}
 *	    {user} {from} (sender's mail address)   {office} (sender's number)
 */
#ifndef TASUKI_FAX_PROFILE_H
#define TASUKI_FAX_PROFILE_H

#include "buf.h"
#include "conf.h"
#include "err.h"

#define PROFILE_SECRET_MAX 256u

/* Words for the states of a provider. */
struct fax_profile {
	char *driver, *name;
	int64_t pages_max, bytes_max;
	int64_t timeout_ms;
	char *confirmed, *failed, *busy, *pending; /* patterns, see drivers */
	struct {
		char *server, *to, *subject, *body, *file;
		char *result_from, *maildir, *imap;
		bool tls;
		char *ca;
	} mail;
	struct {
		char *submit, *method, *type, *ref, *status, *state, *code;
		char *pages, *yen, *remote, *cancel, *cancel_method, *find;
		char *find_ref, *find_tag;
		char *ca;
	} http;
	struct {
		char *host;
		int64_t port, dials, tries;
		char *dial, *modem;
	} hylafax;
	struct {
		char *path;
	} folder;
	/* from the site's settings; "" = not given */
	char *user, *secret, *from;
};

extern const struct conf_row profile_rows[];

/* profile_load(path, user, secret_file, from, out, why): everything checked
 * that needs no line to the provider. */
int profile_load(const char *path, const char *user, const char *secret_file,
    const char *from, struct fax_profile *out, struct why *why) TSK_MUST_USE;
void profile_fini(struct fax_profile *profile);

#endif
