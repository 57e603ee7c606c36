/* NAME
 *	courier_export - everything the peer does not have, onto a medium
 * DESCRIPTION
 *	For each bundle: the records in memory; what it carries and its serial
 *	into courier/sent/N; the number into courier/state; only then the file
 *	on the medium (aside, synced, renamed).  A crash in between gives a
 *	number that never arrives: the peer reports a gap, and the parcels are
 *	in the next bundle.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "digest.h"
#include "file.h"

#include "courier_inside.h"

#define TARGET_BYTES (32u << 20) /* a bundle is closed when it has this */
#define PLAIN_MAX    (TARGET_BYTES + (130u << 20))
#define LISTING_MAX  (16u << 20)

/* One bundle being filled. */
struct packing {
	struct courier *c;
	struct courier_report *report;
	int medium; /* its folder of our direction */
	int64_t now_ms;
	struct buf plain, listing;
	char **fresh; /* keys that were in no bundle before */
	size_t fresh_count;
	unsigned parcels, receipts;
};

static void
begin(struct packing *p)
{
	const struct memory *m = &p->c->memory;
	struct cargo_head *head = mem_new(sizeof(*head));

	head->highest = m->highest;
	head->count = m->count;
	for (size_t i = 0; i < m->count; i++)
		memcpy(head->have[i], m->have[i].serial, SEAL_SERIAL_BYTES);
	buf_init(&p->plain, PLAIN_MAX);
	buf_init(&p->listing, LISTING_MAX);
	cargo_head(&p->plain, head);
	p->fresh = NULL;
	p->fresh_count = 0;
	p->parcels = p->receipts = 0;
	free(head);
}

static void
finish(struct packing *p)
{
	for (size_t i = 0; i < p->fresh_count; i++)
		free(p->fresh[i]);
	free(p->fresh);
	buf_fini(&p->plain);
	buf_fini(&p->listing);
}

/* ---- closing one ---- */

/* What is on its way cannot be taken back any more. */
static int
mark_fresh(struct packing *p, uint64_t number)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%" PRIu64 "\n", number), rc = 0;

	for (size_t i = 0; rc == 0 && i < p->fresh_count; i++)
		rc = file_write(p->c->fds[COURIER_OUT], p->fresh[i], text,
		    (size_t)n, FILE_MODE);
	return rc;
}

static int
write_intent(struct packing *p, const struct seal_head *head)
{
	char name[MEDIUM_NAME_BYTES], hex[2 * SEAL_SERIAL_BYTES + 1];
	struct buf text;
	int rc;

	buf_init(&text, LISTING_MAX + 128);
	buf_printf(&text, "serial %s\n",
	    digest_hex(head->serial, SEAL_SERIAL_BYTES, hex));
	if (p->listing.len > 0)
		buf_add(&text, p->listing.data, p->listing.len);
	buf_text(&text, "end\n");
	snprintf(name, sizeof(name), "%" PRIu64, head->number);
	rc = buf_ok(&text) && buf_ok(&p->listing)
		 ? file_write(p->c->fds[COURIER_SENT], name, text.data,
		       text.len, FILE_MODE)
		 : TSK_TOOBIG;
	buf_fini(&text);
	CRASH_POINT("courier-listed");
	if (rc == 0)
		rc = mark_fresh(p, head->number);
	if (rc == 0) {
		p->c->memory.sent = head->number;
		rc = courier_remember(p->c);
	}
	CRASH_POINT("courier-numbered");
	return rc;
}

static int
write_medium(struct packing *p, const struct seal_head *head,
    const struct buf *file, struct why *why)
{
	char name[MEDIUM_NAME_BYTES];
	int rc;

	snprintf(name, sizeof(name), "%08" PRIu64 MEDIUM_END, head->number);
	rc = file_write(p->medium, name, file->data, file->len, FILE_MODE);
	CRASH_POINT("courier-written");
	if (rc < 0)
		why_set(why, WHY_LATER, rc == TSK_FULL ? "disk-full" : "medium",
		    "Bundle %" PRIu64 " could not be written to the medium: "
		    "%s.",
		    head->number,
		    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

static int
close_bundle(struct packing *p, struct why *why)
{
	struct seal_head head = {
	    .number = p->c->memory.sent + 1, .made_ms = p->now_ms};
	struct buf file;
	int rc;

	cargo_end(&p->plain);
	digest_random(head.serial, sizeof(head.serial));
	buf_init(&file, SEAL_FILE_MAX);
	rc = buf_ok(&p->plain) ? seal_close(&p->c->us, &p->c->peer, &head,
				     p->plain.data, p->plain.len, &file)
			       : TSK_TOOBIG;
	if (rc == 0)
		rc = write_intent(p, &head);
	if (rc < 0)
		courier_fail(rc, why, "writing down a bundle");
	else
		rc = write_medium(p, &head, &file, why);
	buf_fini(&file);
	if (rc < 0)
		return rc;
	p->report->first =
	    p->report->first == 0 ? head.number : p->report->first;
	p->report->last = head.number;
	p->report->bundles++;
	p->report->parcels += p->parcels;
	p->report->receipts += p->receipts;
	return 0;
}

/* ---- filling ---- */

static int
add_documents(struct packing *p, int job)
{
	int dir = file_dir_open(job, "documents"), n, rc = 0;
	char **names;

	if (dir < 0)
		return dir;
	n = file_list(dir, &names);
	for (int i = 0; i < n && rc == 0; i++) {
		struct buf bytes;

		buf_init(&bytes, CARGO_DOCUMENT_MAX + 1u);
		rc = file_read(dir, names[i], CARGO_DOCUMENT_MAX, &bytes);
		if (rc == 0)
			cargo_document(
			    &p->plain, names[i], bytes.data, bytes.len);
		buf_fini(&bytes);
	}
	if (n >= 0)
		file_list_free(&names);
	close(dir);
	return n < 0 ? n : rc;
}

static int
add_job(struct packing *p, int job, const char *key)
{
	struct buf manifest;
	int rc;

	buf_init(&manifest, CARGO_MANIFEST_MAX);
	rc = file_read(job, COURIER_PARCEL, CARGO_MANIFEST_MAX - 64, &manifest);
	if (rc == 0)
		cargo_parcel(&p->plain, key, manifest.data, manifest.len);
	buf_fini(&manifest);
	return rc == 0 ? add_documents(p, job) : rc;
}

static bool
is_fresh(struct courier *c, const char *key)
{
	struct buf text;
	bool fresh;

	buf_init(&text, 64);
	fresh = file_read(c->fds[COURIER_OUT], key, 63, &text) == 0 &&
		text.len == 0;
	buf_fini(&text);
	return fresh;
}

/* A parcel is in a bundle whole or not at all. */
static void
add_parcel(struct packing *p, int jobs, const char *key)
{
	size_t before = p->plain.len;
	int job = file_dir_open(jobs, key);
	int rc = job < 0 ? job : add_job(p, job, key);

	if (job >= 0)
		close(job);
	if (rc < 0 || !buf_ok(&p->plain)) {
		p->plain.len = before;
		p->plain.full = false;
		p->report->left++;
		return;
	}
	buf_printf(&p->listing, "parcel %s\n", key);
	if (is_fresh(p->c, key)) {
		p->fresh = mem_resize(
		    p->fresh, (p->fresh_count + 1) * sizeof(*p->fresh));
		p->fresh[p->fresh_count++] = mem_text(key);
	}
	p->parcels++;
}

static void
add_receipts(struct packing *p)
{
	char **names;
	int n = file_list(p->c->fds[COURIER_OWED], &names);

	for (int i = 0; i < n; i++) {
		struct cargo_receipt receipt;

		if (courier_note_read(p->c, COURIER_OWED, names[i], &receipt) !=
		    0)
			continue;
		cargo_receipt(&p->plain, &receipt);
		buf_printf(&p->listing, "receipt %s %d\n", names[i],
		    (int)receipt.state);
		p->receipts++;
	}
	if (n >= 0)
		file_list_free(&names);
}

static int
pack(struct packing *p, int jobs, struct why *why)
{
	char **keys;
	int n = file_list(p->c->fds[COURIER_OUT], &keys), rc = 0;

	if (n < 0)
		return courier_fail(n, why, "reading it");
	begin(p);
	add_receipts(p);
	for (int i = 0; i < n && rc == 0; i++) {
		if (!cargo_key_ok(keys[i]) ||
		    courier_has(p->c, COURIER_CARRIED, keys[i]))
			continue;
		if (p->plain.len >= TARGET_BYTES) {
			rc = close_bundle(p, why);
			finish(p);
			begin(p);
		}
		if (rc == 0)
			add_parcel(p, jobs, keys[i]);
	}
	file_list_free(&keys);
	/* the last may carry nothing but what we have */
	if (rc == 0)
		rc = close_bundle(p, why);
	finish(p);
	return rc;
}

/* ---- the medium ---- */

/* What the peer has lies there for nothing. */
static void
tidy(struct courier *c, int dir)
{
	char **names, sent[MEDIUM_NAME_BYTES];
	int n = file_list(dir, &names);

	for (int i = 0; i < n; i++) {
		char *end;
		unsigned long long number = strtoull(names[i], &end, 10);

		if (end != names[i] + 8 || strcmp(end, MEDIUM_END) != 0)
			continue;
		snprintf(sent, sizeof(sent), "%llu", number);
		if (number <= c->memory.sent &&
		    !courier_has(c, COURIER_SENT, sent))
			(void)!file_remove_tree(dir, names[i]);
	}
	if (n >= 0)
		file_list_free(&names);
}

static int
open_direction(struct courier *c, int medium, struct why *why)
{
	uint8_t us[SEAL_ID_BYTES], peer[SEAL_ID_BYTES];
	char path[sizeof(MEDIUM_FOLDER) + 16], name[9];
	int rc;

	seal_id(&c->us.public, us);
	seal_id(&c->peer, peer);
	courier_direction(us, peer, name);
	snprintf(path, sizeof(path), MEDIUM_FOLDER "/%s", name);
	rc = file_dir_below(medium, path, 0755);
	if (rc < 0)
		why_set(why, WHY_LATER, "medium",
		    "The medium cannot be written to: %s.",
		    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

static int
export_locked(struct packing *p, struct why *why)
{
	int jobs = file_dir_below(p->c->spool, "jobs", FOLDER_MODE), rc;

	(void)!file_tidy(p->c->fds[COURIER_ROOT]);
	(void)!file_tidy(p->c->fds[COURIER_SENT]);
	if (jobs < 0)
		return courier_fail(jobs, why, "opening the jobs");
	(void)!file_tidy(p->medium);
	rc = pack(p, jobs, why);
	close(jobs);
	if (rc == 0)
		tidy(p->c, p->medium);
	return rc;
}

int
courier_export(struct courier *c, const char *medium, int64_t now_ms,
    struct courier_report *report, struct why *why)
{
	struct packing p = {.c = c, .report = report, .now_ms = now_ms};
	int dir = courier_open_medium(medium, why), rc;

	memset(report, 0, sizeof(*report));
	if (dir < 0)
		return dir;
	rc = courier_lock(c, why);
	if (rc == 0) {
		p.medium = rc = open_direction(c, dir, why);
		if (rc >= 0) {
			rc = export_locked(&p, why);
			close(p.medium);
		}
		courier_unlock(c);
	}
	close(dir);
	return rc;
}
