/* NAME
 *	testpage - a FAX page whose code the partner reads back
 * DESCRIPTION
 *	A parcel like any other, with one text document, so that crashes,
 *	repeats and receipts are the same as for all; its leg carries the flag
 *	"test".
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "digest.h"
#include "log.h"

#include "testpage.h"
#include "writer.h"

#define NAME "FAX番号の確認.txt"

struct page {
	struct work work;
	struct store_parcel parcel;
	struct store_piece piece;
	struct buf header;
	char text[1024];
	settle_fn *told;
	void *arg;
};

static void
page_done(struct broker *b, struct work *work)
{
	struct page *page = (struct page *)(void *)work;
	const struct store_parcel *p = &page->parcel;
	struct queue_new new = {.leg = &p->legs[0],
	    .id = &p->id,
	    .from = p->from,
	    .from_type = p->from_type,
	    .to = p->to,
	    .to_type = p->to_type,
	    .stamp = p->stamp,
	    .accepted_ms = p->accepted_ms,
	    .bytes = p->encoded_bytes,
	    .due_ms = b->now_ms,
	    .expires_ms = b->now_ms + b->settings->schedule.expiry_ms};

	CRASH_POINT("testpage-after-commit");
	if (work->op.rc == 0)
		queue_add(&b->queues, &new);
	page->told(b, work->op.rc, page->arg);
	buf_fini(&page->header);
	explicit_bzero(page->text, sizeof(page->text));
	free(page);
}

static void
write_text(struct page *page, const struct desk *from, const char *code)
{
	snprintf(page->text, sizeof(page->text),
	    "ＦＡＸ番号の確認\r\n\r\n"
	    "このＦＡＸは、送信先の番号が正しいことを確かめるためのものです。"
	    "\r\n\r\n"
	    "確認番号　%s\r\n\r\n"
	    "お手数ですが、%s（事業所番号 %s）へお電話で、この確認番号を"
	    "お知らせください。\r\n"
	    "お心当たりのない場合は、その旨をお知らせのうえ、破棄して"
	    "ください。\r\n",
	    code, from->name[0] != '\0' ? from->name : "送信元", from->number);
}

static void
fill_header(struct page *page, const struct desk *from, const struct desk *to)
{
	struct wire_document d = {.name = NAME, .kind = ""};
	struct wire_parcel w = {.document_count = 1, .documents = &d};

	w.id = page->parcel.id;
	memcpy(w.from, from->number, sizeof(w.from));
	memcpy(w.from_type, from->type, sizeof(w.from_type));
	memcpy(w.to, to->number, sizeof(w.to));
	memcpy(w.to_type, to->type, sizeof(w.to_type));
	d.bytes = d.encoded_bytes = strlen(page->text);
	digest_sha256(page->text, d.bytes, d.sha256);
	buf_init(&page->header, WIRE_BUF_MAX);
	wire_parcel_pack(&w, &page->header);
}

static void
fill_parcel(struct broker *b, struct page *page, const struct desk *from,
    const struct desk *to)
{
	struct store_parcel *p = &page->parcel;
	struct store_leg *leg = &p->legs[0];

	memcpy(p->from, from->number, sizeof(p->from));
	memcpy(p->from_type, from->type, sizeof(p->from_type));
	memcpy(p->to, to->number, sizeof(p->to));
	memcpy(p->to_type, to->type, sizeof(p->to_type));
	snprintf(p->agent, sizeof(p->agent), "broker");
	p->accepted_ms = b->wall_ms;
	p->encoded_bytes = strlen(page->text);
	p->header = page->header.data;
	p->header_bytes = page->header.len;
	p->leg_count = 1;
	leg->state = LEG_READY;
	leg->way = WAY_FAX;
	leg->flags = STORE_LEG_TEST;
	snprintf(leg->queue, sizeof(leg->queue), "fax");
	leg->due_ms = leg->state_ms = b->wall_ms;
	leg->expires_ms = b->wall_ms + b->settings->schedule.expiry_ms;
}

void
testpage_put(struct broker *b, const struct desk *from, const struct desk *to,
    const char *code, struct id *id, settle_fn *told, void *arg)
{
	struct page *page = mem_new(sizeof(*page));
	struct store_op *op = &page->work.op;

	page->told = told;
	page->arg = arg;
	*id = page->parcel.id = id_new(b->wall_ms);
	write_text(page, from, code);
	fill_header(page, from, to);
	fill_parcel(b, page, from, to);
	page->piece.data = page->text;
	page->piece.bytes = strlen(page->text);
	page->work.done = page_done;
	page->work.bytes = sizeof(*page);
	op->type = STORE_ACCEPT;
	op->actor = "broker";
	op->at_ms = b->wall_ms;
	op->accept.parcel = &page->parcel;
	op->accept.pieces = &page->piece;
	op->accept.piece_count = 1;
	op->accept.note = "FAX test page";
	writer_put(b->writer, &page->work);
}
