/* NAME
 *	quota - how much an office may send on one day
 * DESCRIPTION
 *	Columns quota_parcels and quota_bytes of a policy (of the sender's): the
 *	parcels, and the bytes as they travel, that were accepted since midnight
 *	in Japan.  Nothing of it is kept: what the store holds is counted when
 *	the broker starts, so a crash neither forgives nor takes anything.
 *
 *	Deletions count, but are never held back: they undo what has gone out.
 *	What gateways bring in is nobody's quota.
 *	Thread: the net thread's.
 */
#ifndef TASUKI_QUOTA_H
#define TASUKI_QUOTA_H

#include "broker.h"

struct quotas;

struct quota_used {
	uint32_t parcels;
	uint64_t bytes;
};

/* quota_open(b): count what was sent today, if any office has a quota.  Call
 * again when offices or policies have changed. */
void quota_open(struct broker *b);
void quota_free(struct quotas **quotas);
/* quota_check(b, parcel, note): before it is taken in: REFUSAL_NONE, _QUOTA
 * (tomorrow) or _OVER_QUOTA (never), with the sentence. */
enum refusal quota_check(
    struct broker *b, const struct wire_parcel *parcel, char note[192]);
/* quota_sent(b, parcel): it goes to the store; quota_unsent(): and was not kept
 * after all, or was there before; sent_ms: when it was sent. */
void quota_sent(struct broker *b, const struct store_parcel *parcel);
void quota_unsent(
    struct broker *b, const struct store_parcel *parcel, int64_t sent_ms);
/* quota_bytes(parcel): of all its documents, as they travel. */
uint64_t quota_bytes(const struct wire_parcel *parcel);
/* quota_of(b, desk): what it has sent today. */
struct quota_used quota_of(const struct broker *b, const struct desk *desk);

#endif
