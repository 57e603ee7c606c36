/* NAME
 *	outbox_inside - what the files of the outbox share; nobody else includes it
 * DESCRIPTION
 *	outbox.c looks, outbox_due.c says what is done with a unit that is due,
 *	outbox_take.c moves its files into a parcel's folder, outbox_judge.c
 *	makes the parcel of them or rejects them.
 */
#ifndef TASUKI_OFFICE_OUTBOX_INSIDE_H
#define TASUKI_OFFICE_OUTBOX_INSIDE_H

#include <sys/stat.h>

#include "collect.h"
#include "hold.h"
#include "office.h"
#include "wire.h"

#define OUTBOX_BATCH 128 /* units with one barrier */

/* A folder in the outbox that is named with an office number. */
struct partner {
	struct outbox *outbox;
	char name[32];
	char number[NUMBER_OFFICE_BYTES], type[NUMBER_TYPE_BYTES];
	int dir, watch;
	struct partner *next;
};

struct outbox {
	struct office *office;
	struct collect *collect;
	struct hold *hold;
	struct partner *partners;
	int watch;
	int64_t next_pass_ms;
	/* the batch being made */
	struct wire_parcel *ready[OUTBOX_BATCH];
	size_t ready_count;
	bool touched; /* something moved: sync */
	int64_t now_ms;
};

/* ---- outbox.c ---- */
int64_t outbox_mtime_ns(const struct stat *st);
struct partner *outbox_partner_find(struct outbox *box, const char *name);

/* ---- outbox_due.c ---- */
/* outbox_due(due, box): do with a unit what collect says. */
void outbox_due(const struct collect_due *due, void *arg);
/* outbox_release(box): one barrier, then all of the batch may be sent. */
void outbox_release(struct outbox *box);

/* ---- outbox_take.c ---- */
/* where a file lies: partner folder or NULL; its folder's descriptor; its name
 * there */
struct partner *outbox_partner(
    struct outbox *box, const struct collect_file *f);
int outbox_dir(struct outbox *box, const struct collect_file *f);
const char *outbox_base(const struct collect_file *f);
/* outbox_unchanged(box, due): every file is as it was seen, and nobody has it
 * open for writing.  Otherwise collect learns what it is now. */
bool outbox_unchanged(struct outbox *box, const struct collect_due *due);
/* outbox_take(box, due): make a parcel of the unit, or reject it. */
void outbox_take(struct outbox *box, const struct collect_due *due);
void outbox_forget(struct outbox *box, const struct collect_due *due);
void outbox_trouble(struct outbox *box, const struct collect_due *due, int rc);
/* outbox_drop_folder(box, dir, name): our own small files and the folder; never
 * a file of somebody's: a folder that still holds one is taken apart at the
 * next start. */
int outbox_drop_folder(struct outbox *box, int dir, const char *name);

/* ---- outbox_judge.c ---- */
/* outbox_judge(box, due, id, dir): the unit lies in its folder: into the batch,
 * or to the rejected ones. */
int outbox_judge(struct outbox *box, const struct collect_due *due,
    struct id id, int dir) TSK_MUST_USE;

#endif
