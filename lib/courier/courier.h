/* NAME
 *	courier - bundles between two sites without a line, on a medium
 * DESCRIPTION
 *	A courier folder belongs to one peer.  Below the spool of tasuki-hub:
 *
 *	    courier/key		our secret keys, 0600
 *	    courier/us.pub	our public ones, for the peer
 *	    courier/peer.pub	the peer's
 *	    courier/state	last number given out; bundles imported of late
 *	    courier/out/KEY	jobs/KEY may go; holds the number of the first
 *				bundle it went in, empty: in none yet
 *	    courier/sent/N	what bundle N carries, and its serial; until the
 *				peer says that it has it
 *	    courier/carried/KEY	the peer has it
 *	    courier/in/KEY/	a parcel of theirs: .parcel and documents
 *	    courier/known/2026-11/KEY	it came before
 *	    courier/got/KEY	what the peer says of our parcel
 *	    courier/owed/KEY	what we say of theirs
 *
 *	Each export holds everything the peer is not known to have: what was
 *	lost with a medium comes again by itself, and what comes twice is known
 *	by its key.  So any medium may be lost, copied, mixed up or imported
 *	again.  The order on the disk is always: intent, then medium; content,
 *	then state.
 *
 *	Two processes work here: the agent and tasukictl.  tasukictl holds
 *	courier/.lock while it exports or imports; the agent holds it for what
 *	must not happen meanwhile.
 * DIAGNOSTICS
 *	why: "no-keys", "no-peer", "courier-busy", "medium", "disk-full",
 *	"folder".
 */
#ifndef TASUKI_COURIER_H
#define TASUKI_COURIER_H

#include "cargo.h"
#include "seal.h"

#define COURIER_PARCEL   ".parcel"
#define COURIER_MISSING  16
#define COURIER_NAME_MAX 64

struct courier;

/* courier_init(spool, name, peer, fingerprint, peer_print, why): makes folder
 * and keys if there are none; with ${peer} (a file, or NULL) takes the peer's
 * public keys, TSK_EXIST if there are others already.  The prints are for the
 * telephone; "" if there is no peer. */
int courier_init(const char *spool, const char *name, const char *peer,
    char us_print[SEAL_PRINT_BYTES], char peer_print[SEAL_PRINT_BYTES],
    struct why *why) TSK_MUST_USE;

/* courier_open(spool, out, why): keys of both sides must be there. */
int courier_open(
    const char *spool, struct courier **out, struct why *why) TSK_MUST_USE;
void courier_close(struct courier **courier);

/* ---- tasukictl ---- */

struct courier_report {
	uint64_t first, last; /* bundles written or imported; 0 = none */
	unsigned bundles;
	unsigned parcels, receipts;
	unsigned known;   /* parcels that came before */
	unsigned already; /* bundles imported before */
	unsigned foreign; /* for or from others */
	unsigned damaged; /* cut, changed, not signed by the peer */
	unsigned old;     /* older than what we remember */
	unsigned left;    /* parcels that could not be read here */
	/* numbers below the highest that never came */
	unsigned missing;
	uint64_t missing_first[COURIER_MISSING];
};
/* courier_export(courier, medium, now, report, why): everything the peer does
 * not have, in one or several bundles, into the folder ${medium}. */
int courier_export(struct courier *courier, const char *medium, int64_t now_ms,
    struct courier_report *report, struct why *why) TSK_MUST_USE;
/* courier_import(courier, medium, now, report, why): every bundle for us that
 * lies there.  0 also when some were damaged: see the report. */
int courier_import(struct courier *courier, const char *medium, int64_t now_ms,
    struct courier_report *report, struct why *why) TSK_MUST_USE;

struct courier_state {
	uint64_t sent, highest;
	unsigned waiting, under_way, carried; /* our parcels */
	unsigned in, owed;                    /* theirs */
	unsigned missing;
	uint64_t missing_first[COURIER_MISSING];
	char us_print[SEAL_PRINT_BYTES], peer_print[SEAL_PRINT_BYTES];
};
int courier_status(struct courier *courier, struct courier_state *out,
    struct why *why) TSK_MUST_USE;

/* ---- the agent ---- */

/* courier_offer(courier, key): jobs/${key} may go; again is fine. */
int courier_offer(struct courier *courier, const char *key) TSK_MUST_USE;
/* courier_withdraw(courier, key): 0: it is in no bundle and will be in none.
 * TSK_DENIED: too late.  TSK_LATER: an export is running. */
int courier_withdraw(struct courier *courier, const char *key) TSK_MUST_USE;
/* courier_carried(courier, key): the peer has it. */
bool courier_carried(struct courier *courier, const char *key);
/* courier_got(courier, key, out): what the peer says: TSK_NOTFOUND. */
int courier_got(struct courier *courier, const char *key,
    struct cargo_receipt *out) TSK_MUST_USE;
/* courier_forget(courier, key): our parcel is over. */
void courier_forget(struct courier *courier, const char *key);

/* courier_in(courier, names): keys of parcels of theirs, oldest first;
 * file_list_free().  courier_in_open(): its folder, close() it. */
int courier_in(struct courier *courier, char ***names);
int courier_in_open(struct courier *courier, const char *key);
/* courier_taken(courier, key): it is safe elsewhere. */
int courier_taken(struct courier *courier, const char *key) TSK_MUST_USE;
/* courier_unknown(courier, key): it was refused here, and may come again. */
int courier_unknown(struct courier *courier, const char *key) TSK_MUST_USE;
/* courier_tidy(courier): what a crash left; at the start. */
void courier_tidy(struct courier *courier);
/* courier_owe(courier, receipt): the next bundle says so.  A later word takes
 * the place of an earlier one, never the other way round.  TSK_LATER: an export
 * or import is running. */
int courier_owe(
    struct courier *courier, const struct cargo_receipt *receipt) TSK_MUST_USE;

#endif
