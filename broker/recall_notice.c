/* NAME
 *	recall_notice - paper that is out already is taken back on paper
 * DIAGNOSTICS
 *	info: a notice is on its way.  warn: an office of the parcel is not in the
 *	registry any more.
 * BUGS
 *	A broker that is killed between the delivery of what was asked back and
 *	the notice sends it only when it is asked to take the parcel back again,
 *	as office agents do until they hear what became of it.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "digest.h"
#include "log.h"

#include "legs.h"
#include "recall_notice.h"
#include "text_parcel.h"

#define NAME             "取り消しのお知らせ.txt"
#define REFERENCE_DIGITS 12 /* as at the foot of each page */
#define RANDOM_AT        6  /* of an id: behind its milliseconds */

/* Made of the parcel's and the leg, so that the store refuses a second one. */
static struct id
id_of(const struct id *parcel, unsigned leg)
{
	uint8_t seed[ID_BYTES + 1], digest[DIGEST_BYTES];
	struct id id = *parcel;

	memcpy(seed, parcel->bytes, ID_BYTES);
	seed[ID_BYTES] = (uint8_t)leg;
	digest_sha256(seed, sizeof(seed), digest);
	memcpy(id.bytes + RANDOM_AT, digest, ID_BYTES - RANDOM_AT);
	id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0f));
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
	return id;
}

static void
write_text(char text[2048], const struct store_parcel *p,
    const struct store_leg *leg, const struct desk *from)
{
	char id[ID_TEXT_BYTES], time[CLOCK_TEXT_BYTES], month[32] = "";

	id_text(&p->id, id);
	id[REFERENCE_DIGITS] = '\0';
	if (p->month[0] != '\0')
		snprintf(month, sizeof(month), "%.4s年%.2s月", p->month,
		    p->month + 4);
	snprintf(text, 2048,
	    "取り消しのお知らせ\r\n\r\n"
	    "先にお送りした次の書類を取り消します。"
	    "お手元の書類は破棄してください。\r\n\r\n"
	    "整理番号　%s（各ページの下にあります）\r\n"
	    "対象月　　%s\r\n"
	    "お届け　　%s（%s）\r\n"
	    "送信元　　%s（事業所番号 %s）\r\n\r\n"
	    "お心当たりのない場合や、ご不明な点は、送信元にお問い合わせ"
	    "ください。\r\n",
	    id, month[0] != '\0' ? month : "―",
	    clock_people(leg->state_ms, time), leg_way_ja(leg->way),
	    from->name[0] != '\0' ? from->name : from->number, from->number);
}

static void
put(struct broker *b, const struct store_parcel *p, const struct store_leg *leg)
{
	struct route route = {.leg_count = 1,
	    .legs = {{.way = leg->way,
		.state = LEG_READY,
		.code = "recall-notice"}},
	    .note = "recall notice"};
	char text[2048], id_said[ID_TEXT_BYTES];
	int day = deadline_day(p->accepted_ms);
	struct text_parcel notice = {.from = registry_match(b->registry,
					 p->from, p->from_type, day, NULL),
	    .to = registry_match(b->registry, p->to, p->to_type, day, NULL),
	    .name = NAME,
	    .text = text,
	    .route = &route};
	struct id id = id_of(&p->id, leg->index);

	if (notice.from == NULL || notice.to == NULL) {
		log_warn("recall: parcel=%s leg=%u notice=none why=\"An office "
			 "is not in the registry any more.\"",
		    id_text(&p->id, id_said), leg->index);
		return;
	}
	memcpy(route.legs[0].queue, leg->queue, sizeof(route.legs[0].queue));
	write_text(text, p, leg, notice.from);
	log_info("recall: parcel=%s leg=%u notice=sent",
	    id_text(&p->id, id_said), leg->index);
	notice.same = &id;
	text_parcel_put(b, &notice, &id);
}

static bool
on_paper(const struct store_leg *leg)
{
	return (leg->way == WAY_FAX || leg->way == WAY_PDF) &&
	       (leg->state == LEG_DELIVERED || leg->state == LEG_ANSWERED) &&
	       !(leg->flags & STORE_LEG_TEST);
}

void
recall_notice_put(struct broker *b, const struct store_parcel *p)
{
	for (size_t i = 0; i < p->leg_count; i++) {
		if (on_paper(&p->legs[i]))
			put(b, p, &p->legs[i]);
	}
}

/* Not what the broker asked for by itself: a newer version, the data first. */
static bool
taken_back(const struct store_parcel *p, unsigned leg)
{
	for (size_t i = 0; i < p->step_count; i++) {
		if (p->steps[i].leg == leg && p->steps[i].state == LEG_READY &&
		    strcmp(p->steps[i].code, "recalled") == 0)
			return true;
	}
	return false;
}

void
recall_notice_late(
    struct broker *b, const struct id *id, const struct store_leg *leg)
{
	struct store_parcel *p = NULL;

	if (!(leg->flags & STORE_LEG_RECALL) || !on_paper(leg) ||
	    store_parcel_get(b->store, id, &p) != 0)
		return;
	if (taken_back(p, leg->index))
		put(b, p, leg);
	store_parcel_free(&p);
}
