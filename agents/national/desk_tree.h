/* NAME
 *	desk_tree - the folders in which people find what to do
 * DESCRIPTION
 *	    DESK/1370100018 ひまわり居宅/
 *		2026-11-22/
 *		    一覧.html			what to send where
 *		    送る/01 1370200021 きぼう訪問介護/	exact names and bytes
 *		    済/...			sent: a person moved it here
 *		    問題/...			could not be sent; 理由.txt
 *		    担当者.txt			who did it (may be missing)
 *		受け取り/			what people downloaded
 *		受け取り/1370200021 .../	... of that office: attachments
 *		受け取り済/2026-11-22/		taken
 *		.tasuki/2026-11-22/ID-LEG	which folder holds what
 *	    DESK/受け取り/			for all offices
 *
 *	Folders of offices are known by the first ten characters: people may
 *	change the rest.  Nothing of this is the truth about a parcel but one
 *	thing: in which folder a person put it.
 */
#ifndef TASUKI_NATIONAL_DESK_TREE_H
#define TASUKI_NATIONAL_DESK_TREE_H

#include "parcel.h"

#define DESK_PLACE_TO_SEND "送る"
#define DESK_PLACE_SENT    "済"
#define DESK_PLACE_PROBLEM "問題"

#define DESK_NAME_BYTES 256
#define DESK_DAY_BYTES  11

enum desk_place {
	DESK_GONE,    /* nowhere */
	DESK_TO_SEND, /* 送る */
	DESK_SENT,    /* 済 */
	DESK_PROBLEM, /* 問題 */
};

/* A parcel on the desk. */
struct desk_entry {
	char key[PARCEL_KEY_BYTES];
	char day[DESK_DAY_BYTES];
	char folder[DESK_NAME_BYTES]; /* "01 1370200021 きぼう" */
	char to[NUMBER_OFFICE_BYTES], to_name[DESK_NAME_BYTES];
	struct parcel *documents; /* count and documents only */
	/* looked up */
	enum desk_place place;
	int64_t at_ms;
	char by[PARCEL_BY_BYTES];
	char reason[PARCEL_TEXT_BYTES];
};

struct desk_list {
	struct desk_entry *entries; /* by day and folder */
	size_t count;
};

/* desk_office(root, number, name, make): descriptor of an office's folder, made
 * if absent and wanted; or TSK_*. */
int desk_office(int root, const char *number, const char *name, bool make);
/* desk_day(now, out): "2026-11-22" in Japan. */
const char *desk_day(int64_t now_ms, char out[DESK_DAY_BYTES]);

/* desk_lay(office, parcel, source, now, entry): lay out the documents that are
 * not there yet; the folder appears at once and whole. */
int desk_lay(int office, const struct parcel *parcel, const char *source,
    int64_t now_ms) TSK_MUST_USE;
/* desk_withdraw(office, key): 0: nobody sent it, it is gone; TSK_DENIED: too
 * late. */
int desk_withdraw(int office, const char *key) TSK_MUST_USE;
/* desk_read(office, since, out): every parcel laid out on that day or later, and
 * where it is now; "" = all. */
int desk_read(
    int office, const char *since, struct desk_list *out) TSK_MUST_USE;
void desk_list_fini(struct desk_list *list);
/* desk_sweep(office, keep_ms, now): days on which nothing is left to do go after
 * that time. */
void desk_sweep(int office, int64_t keep_ms, int64_t now_ms);

#endif
