/* NAME
 *	bench - a link and a small peer, and what happened between them
 * DESCRIPTION
 *	The peer is a function that the case gives; the link's events count and
 *	look whether what is delivered is what the case expects.
 */
#ifndef TASUKI_TEST_BENCH_H
#define TASUKI_TEST_BENCH_H

#include "peer.h"

/* One case: a peer, a link, and what happened to it. */
struct bench {
	zloop_t *loop;
	struct peer peer;
	struct link *link;
	bool done;
	/* events of the link */
	unsigned welcomes, downs, accepted, refused, rooms, delivered, settled,
	    answers, receipts;
	struct why down;
	enum refusal refusal;
	struct buf order; /* parcels delivered, a letter each */
	/* what the case gives */
	struct link_body expect[4];
	size_t expect_count;
	enum wire_outcome outcome;
	/* what the peer heard */
	struct wire_settle_item settle;
	char code[32];
	uint32_t settle_parcels;
	uint64_t settle_bytes;
	char *upload;
	size_t upload_bytes, upload_total;
	unsigned ahead, ahead_max;
	unsigned ignore;                   /* that many fetches */
	struct id gone;                    /* its leg ended: fetched in vain */
	struct id had;                     /* the owner has this one already */
	unsigned offers;                   /* asked about */
	const struct wire_parcel *between; /* delivered after the first chunk */
	const struct link_body *between_body;
};

extern const struct link_events bench_events;

/* bench_new(fn): hurried: with another patience for what is fetched. */
struct bench *bench_new(peer_fn *fn);
struct bench *bench_hurried(peer_fn *fn, int64_t fetch_timeout_ms);
void bench_free(struct bench *b);
/* bench_run(b): until bench_done(b) is said, or the counter is as wanted; it
 * must come to that. */
void bench_run(struct bench *b);
void bench_run_until(struct bench *b, const unsigned *counter, unsigned wanted);
void bench_done(struct bench *b);

/* A parcel of one document with these bytes. */
void parcel_make(struct wire_parcel *p, struct wire_document *d,
    const char *name, const struct link_body *raw, struct link_body *body);
void body_free(const struct wire_document *d, struct link_body *body);
/* Bytes that can be compressed, or not; the caller frees them. */
struct link_body text_body(size_t bytes);
struct link_body random_body(size_t bytes);

#endif
