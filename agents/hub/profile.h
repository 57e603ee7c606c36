/* NAME
 *	profile - what is to be known of a hub, as data
 * DESCRIPTION
 *	A file of config/hub says how files are laid at a hub and found there,
 *	what it takes, and what can be known of them afterwards.  What belongs to
 *	the site (server, user, key, path) stands in tasuki-hub.conf, so that a
 *	profile can be handed on.
 *
 *	Templates (send/folder, send/name) are texts with {names}:
 *
 *	    {from} {to} {from_type} {to_type} {month} {stamp} {id} {name}
 *
 *	Only send/folder may hold slashes.  What is empty in a parcel ({to_type}
 *	of the old names, {month}) becomes "-".
 */
#ifndef TASUKI_HUB_PROFILE_H
#define TASUKI_HUB_PROFILE_H

#include "buf.h"
#include "conf.h"
#include "err.h"
#include "wire.h"

struct hub_profile {
	char *driver, *name;
	struct {
		char *folder, *name, *ready;
		char **editions, **kinds;
		bool attachments;
		int64_t bytes;
	} send;
	struct {
		char *delivered, *seen, *folder;
		int64_t wait_ms;
	} status;
	struct {
		char *folder, *taken, *attachment;
		char **patterns;
		int64_t stable_ms, wait_ms, bytes;
	} fetch;
};

extern const struct conf_row profile_rows[];

/* profile_load(path, out, why): read and checked. */
int profile_load(
    const char *path, struct hub_profile *out, struct why *why) TSK_MUST_USE;
void profile_fini(struct hub_profile *profile);

bool profile_courier(const struct hub_profile *profile);
/* Delivered means: a person saw it (else: it was handed over). */
bool profile_waits(const struct hub_profile *profile);
/* The hub can tell whether somebody saw it: by taking the files away or by
 * moving them.  Without that only a person says so. */
bool profile_watches(const struct hub_profile *profile);

/* profile_takes(profile, standard's form of each name..., why): may this parcel
 * go there?  hub-kind, hub-edition, hub-size, hub-attachment. */
struct standard;
int profile_takes(const struct hub_profile *profile,
    const struct standard *standard, const struct wire_parcel *parcel,
    struct why *why) TSK_MUST_USE;

/* profile_folder(profile, parcel, out), profile_file(profile, parcel, name,
 * out): where and under which name it is laid; TSK_INVALID: not a name that can
 * be laid. */
int profile_folder(const struct hub_profile *profile,
    const struct wire_parcel *parcel, struct buf *out) TSK_MUST_USE;
int profile_file(const struct hub_profile *profile,
    const struct wire_parcel *parcel, const char *name,
    struct buf *out) TSK_MUST_USE;
/* profile_ready(profile, parcel, out): of the empty file that says that all are
 * there; "" = none. */
int profile_ready(const struct hub_profile *profile,
    const struct wire_parcel *parcel, struct buf *out) TSK_MUST_USE;

#endif
