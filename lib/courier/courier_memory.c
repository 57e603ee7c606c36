/* NAME
 *	courier_memory - what a courier remembers between two runs
 * DESCRIPTION
 *	The lock, the last numbers (courier/state) and the notes about single
 *	parcels.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "digest.h"
#include "file.h"

#include "courier_inside.h"

#define STATE_FILE    "state"
#define STATE_MAX     (64u * 1024)
#define LOCK_PAUSE_NS (20 * 1000 * 1000)
#define LOCK_PAUSES   500
#define NOTE_MAX      256u

/* ---- memory ---- */

static bool
memory_line(struct memory *m, const char *line)
{
	char hex[2 * SEAL_SERIAL_BYTES + 1];
	struct remembered *r = &m->have[m->count];

	if (sscanf(line, "sent %" SCNu64, &m->sent) == 1 ||
	    sscanf(line, "highest %" SCNu64, &m->highest) == 1)
		return true;
	if (m->count == HAVE_MAX ||
	    sscanf(line, "have %" SCNu64 " %32[0-9a-f]", &r->number, hex) !=
		2 ||
	    digest_unhex(hex, r->serial, SEAL_SERIAL_BYTES) != 0)
		return false;
	m->count++;
	return true;
}

static int
recall(struct courier *c)
{
	struct buf text;
	char *line, *rest;
	bool end = false, good = true;
	int rc;

	memset(&c->memory, 0, sizeof(c->memory));
	buf_init(&text, STATE_MAX);
	rc = file_read(c->fds[COURIER_ROOT], STATE_FILE, STATE_MAX - 1, &text);
	if (rc == TSK_NOTFOUND) {
		buf_fini(&text);
		return 0;
	}
	for (rest = text.data; rc == 0 && good && !end && rest != NULL;) {
		line = strsep(&rest, "\n");
		end = strcmp(line, "end") == 0;
		good = end || memory_line(&c->memory, line);
	}
	buf_fini(&text);
	return rc < 0 ? rc : good && end ? 0 : TSK_DAMAGED;
}

int
courier_remember(struct courier *c)
{
	const struct memory *m = &c->memory;
	char hex[2 * SEAL_SERIAL_BYTES + 1];
	struct buf text;
	int rc;

	buf_init(&text, STATE_MAX);
	buf_printf(&text, "sent %" PRIu64 "\nhighest %" PRIu64 "\n", m->sent,
	    m->highest);
	for (size_t i = 0; i < m->count; i++)
		buf_printf(&text, "have %" PRIu64 " %s\n", m->have[i].number,
		    digest_hex(m->have[i].serial, SEAL_SERIAL_BYTES, hex));
	buf_text(&text, "end\n");
	rc = buf_ok(&text) ? file_write(c->fds[COURIER_ROOT], STATE_FILE,
				 text.data, text.len, FILE_MODE)
			   : TSK_TOOBIG;
	buf_fini(&text);
	return rc;
}

/* A person's command waits for the agent, which holds the lock for moments;
 * the agent (no why) comes again by itself. */
static bool
lock(struct courier *c, bool patient)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};

	for (int i = 0; flock(c->lock, LOCK_EX | LOCK_NB) != 0; i++) {
		if (!patient || i == LOCK_PAUSES)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

int
courier_lock(struct courier *c, struct why *why)
{
	if (!lock(c, why != NULL)) {
		why_set(why, WHY_LATER, "courier-busy",
		    "Another export or import is running.");
		return TSK_LATER;
	}
	int rc = recall(c);
	if (rc < 0) {
		courier_unlock(c);
		courier_fail(rc, why, "its memory (courier/state)");
	}
	return rc;
}

void
courier_unlock(struct courier *c)
{
	(void)flock(c->lock, LOCK_UN);
}

/* Only numbers younger than the oldest one remembered can be told. */
unsigned
courier_missing(const struct memory *m, uint64_t list[COURIER_MISSING])
{
	uint64_t from = 1;
	unsigned n = 0;

	if (m->count == HAVE_MAX) {
		from = m->highest;
		for (size_t i = 0; i < m->count; i++)
			from =
			    m->have[i].number < from ? m->have[i].number : from;
	}
	if (m->highest - from > 2 * HAVE_MAX)
		from = m->highest - 2 * HAVE_MAX;
	for (uint64_t number = from; number < m->highest; number++) {
		bool there = false;

		for (size_t i = 0; i < m->count && !there; i++)
			there = m->have[i].number == number;
		if (!there && n < COURIER_MISSING)
			list[n] = number;
		n += there ? 0 : 1;
	}
	return n;
}

/* ---- notes ---- */

int
courier_note_read(struct courier *c, enum courier_folder folder,
    const char *key, struct cargo_receipt *out)
{
	struct buf text;
	int rc;

	buf_init(&text, NOTE_MAX);
	rc = file_read(c->fds[folder], key, NOTE_MAX - 1, &text);
	if (rc == 0)
		rc = text.len == 0
			 ? TSK_DAMAGED
			 : cargo_receipt_parse(text.data, text.len, out);
	buf_fini(&text);
	return rc;
}

int
courier_note(struct courier *c, enum courier_folder folder,
    const struct cargo_receipt *receipt)
{
	struct cargo_receipt old;
	struct buf text;
	int rc = courier_note_read(c, folder, receipt->key, &old);

	/* delivered and refused are ends */
	if (rc == 0 && old.state >= receipt->state)
		return 0;
	buf_init(&text, NOTE_MAX);
	cargo_receipt_print(receipt, &text);
	rc = file_write(
	    c->fds[folder], receipt->key, text.data, text.len, FILE_MODE);
	buf_fini(&text);
	return rc;
}
