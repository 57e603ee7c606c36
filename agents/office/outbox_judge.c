/* NAME
 *	outbox_judge - the files of a parcel's folder: good or not?
 * DESCRIPTION
 *	One bad member rejects a whole set: half a set is worse than none.
 *	Attachments stand for themselves: the bad ones are rejected, the others
 *	go.  What is good gets its manifest; that is what makes the folder a
 *	parcel.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "file.h"
#include "log.h"

#include "inspect.h"
#include "manifest.h"
#include "mend.h"
#include "outbox_inside.h"
#include "people.h"
#include "receipts.h"
#include "reject.h"
#include "status.h"

static int
inspect_all(struct outbox *box, const struct collect_due *due, int dir,
    struct inspected *all, size_t *culprit)
{
	struct office *office = box->office;
	bool attach = due->action == COLLECT_ATTACH;
	struct check_with with = {.profile = office->app->profile};
	int rc = 0;

	with.set = set_check_new(office->app->standard, with.profile);
	for (size_t i = 0; i < due->count && rc == 0; i++) {
		with.member = (unsigned)i;
		rc = inspect_file(office, dir, outbox_base(due->files[i]),
		    attach, &with, &all[i]);
	}
	if (rc == 0 && !attach)
		inspect_set(office, with.set, all, due->count);
	set_check_free(&with.set);
	for (*culprit = 0; *culprit < due->count; ++*culprit) {
		if (!all[*culprit].good)
			break;
	}
	return rc;
}

/* Copies of the whole unit, if its faults are known habits. */
static void
mend_unit(struct outbox *box, const struct collect_due *due, int dir,
    const struct inspected *all, struct buf *text)
{
	struct mend_file *files = mem_new(due->count * sizeof(*files));

	for (size_t i = 0; i < due->count; i++)
		files[i] =
		    (struct mend_file){outbox_base(due->files[i]), all[i].good};
	mend_outgoing(box->office, dir, files, due->count, text);
	free(files);
}

static int
reject_unit(struct outbox *box, const struct collect_due *due, int dir,
    const struct inspected *all, size_t culprit)
{
	enum language language = box->office->app->language;
	struct buf text, mended;
	int rc = 0;

	buf_init(&text, 200 * 1024);
	buf_init(&mended, 64 * 1024);
	if (due->action != COLLECT_ATTACH)
		mend_unit(box, due, dir, all, &mended);
	for (size_t i = 0; i < due->count && rc == 0; i++) {
		buf_clear(&text);
		if (all[i].good)
			text_add(&text, language, TEXT_CULPRIT,
			    outbox_base(due->files[culprit]), NULL, NULL);
		else
			buf_text(&text, all[i].text.data);
		buf_add(&text, mended.data, mended.len);
		rc = reject_file(
		    box->office, dir, outbox_base(due->files[i]), text.data);
	}
	buf_fini(&text);
	buf_fini(&mended);
	return rc;
}

static void
describe(struct outbox *box, const struct collect_due *due,
    const struct inspected *all, struct wire_parcel *p)
{
	struct office *office = box->office;
	const struct name *n = &due->files[0]->parsed;
	const struct partner *partner = outbox_partner(box, due->files[0]);
	uint8_t people[WIRE_DOCUMENTS_MAX][DIGEST_BYTES];

	memcpy(p->from, office->number, sizeof(p->from));
	if (partner != NULL) {
		memcpy(p->from_type, office->type, sizeof(p->from_type));
		memcpy(p->to, partner->number, sizeof(p->to));
		memcpy(p->to_type, partner->type, sizeof(p->to_type));
	} else {
		/* a name of the old form: the folder knows */
		memcpy(p->from_type,
		    n->from_type[0] != '\0' ? n->from_type : office->type,
		    sizeof(p->from_type));
		memcpy(p->to, n->to, sizeof(p->to));
		memcpy(p->to_type, n->to_type, sizeof(p->to_type));
		memcpy(p->stamp, n->stamp, sizeof(p->stamp));
		for (size_t i = 0; i < due->count; i++)
			if (due->files[i]->parsed.month[0] != '\0')
				memcpy(p->month, due->files[i]->parsed.month,
				    sizeof(p->month));
	}
	for (size_t i = 0; i < due->count; i++) {
		manifest_document(p, i, outbox_base(due->files[i]),
		    partner == NULL ? due->files[i]->parsed.kind : "");
		p->documents[i].bytes = all[i].bytes;
		p->documents[i].encoded_bytes = all[i].bytes;
		memcpy(p->documents[i].sha256, all[i].sha256, DIGEST_BYTES);
		if (all[i].clients > p->clients)
			p->clients = all[i].clients;
		if (i < WIRE_DOCUMENTS_MAX)
			memcpy(people[i], all[i].people, DIGEST_BYTES);
	}
	if (office->app->agent != NULL && due->count <= WIRE_DOCUMENTS_MAX)
		people_mark(office->app->agent->link.secret_key, p, people);
}

static void
mark_repeat(struct outbox *box, struct wire_parcel *p)
{
	char content[MANIFEST_CONTENT_BYTES];

	manifest_content(p, content);
	if (!receipts_repeat(box->office, content, &p->repeat_of))
		memset(&p->repeat_of, 0, sizeof(p->repeat_of));
}

/* Attachments stand for themselves: the bad ones go, the others are sent.  The
 * good ones move to the front of both lists. */
static int
drop_bad(
    struct outbox *box, struct collect_due *due, int dir, struct inspected *all)
{
	struct inspected other;
	size_t good = 0;
	int rc = 0;

	for (size_t i = 0; i < due->count && rc == 0; i++) {
		struct collect_file *f = due->files[i];

		if (!all[i].good) {
			rc = reject_file(
			    box->office, dir, outbox_base(f), all[i].text.data);
			continue;
		}
		other = all[good];
		all[good] = all[i];
		all[i] = other;
		due->files[i] = due->files[good];
		due->files[good++] = f;
	}
	log_info("office: office=%s result=rejected files=%zu",
	    box->office->label, due->count - good);
	due->count = good;
	return rc;
}

/* Reject all of it; the status file tells it as one line. */
static int
refuse_unit(struct outbox *box, const struct collect_due *due,
    struct wire_parcel *p, int dir, const struct inspected *all, size_t culprit)
{
	char name[ID_TEXT_BYTES];
	int rc = reject_unit(box, due, dir, all, culprit);

	log_info("office: parcel=%s office=%s result=rejected documents=%zu",
	    id_text(&p->id, name), box->office->label, due->count);
	status_rejected(box->office->status, p);
	return rc != 0 ? rc : outbox_drop_folder(box, dir, name);
}

/* It is good: the manifest makes the folder a parcel of the batch. */
static int
make_parcel(struct outbox *box, struct wire_parcel **p, int dir)
{
	int rc;

	mark_repeat(box, *p);
	rc = manifest_write(dir, *p);
	CRASH_POINT("office-manifest");
	if (rc != 0)
		return rc;
	box->ready[box->ready_count++] = *p;
	*p = NULL;
	return 0;
}

/* The unit lies in its folder: send it or reject it. */
int
outbox_judge(
    struct outbox *box, const struct collect_due *whole, struct id id, int dir)
{
	struct inspected *all = mem_new(whole->count * sizeof(*all));
	struct collect_due due = *whole;
	struct wire_parcel *p = NULL;
	char name[ID_TEXT_BYTES];
	size_t culprit;
	int rc = inspect_all(box, &due, dir, all, &culprit);

	if (rc == 0 && culprit < due.count && due.action == COLLECT_ATTACH &&
	    due.count > 1) {
		rc = drop_bad(box, &due, dir, all);
		culprit = due.count;
	}
	if (rc == 0 && due.count > 0) {
		p = manifest_new(due.count);
		p->id = id;
		describe(box, &due, all, p);
		rc = culprit < due.count
			 ? refuse_unit(box, &due, p, dir, all, culprit)
			 : make_parcel(box, &p, dir);
	} else if (rc == 0) {
		rc = outbox_drop_folder(box, dir, id_text(&id, name));
	}
	for (size_t i = 0; i < whole->count; i++)
		inspect_fini(&all[i]);
	free(all);
	manifest_free(&p);
	return rc;
}
