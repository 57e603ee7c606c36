/* NAME
 *	desk_entry - what is written down of a parcel on the desk
 * DESCRIPTION
 *	    OFFICE/.tasuki/2026-11-22/ID-LEG
 *
 *	holds the folder that was given to it, to whom it goes, and name, size
 *	and SHA-256 of what lies there.  It is written before the folder appears
 *	(desk_tree.h) and never changed.
 */
#ifndef TASUKI_NATIONAL_DESK_ENTRY_H
#define TASUKI_NATIONAL_DESK_ENTRY_H

#include "parcel.h"

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

/* desk_day(now, out): "2026-11-22" in Japan. */
const char *desk_day(int64_t now_ms, char out[DESK_DAY_BYTES]);
/* desk_is_day(name): is it such a day? */
bool desk_is_day(const char *name);

/* desk_entry_write(office, entry): durable. */
int desk_entry_write(int office, const struct desk_entry *entry) TSK_MUST_USE;
/* desk_entries(office, day, make): descriptor of the folder of a day's entries;
 * or TSK_*. */
int desk_entries(int office, const char *day, bool make);
/* desk_entry_read(entries, key, out): without what is looked up; the caller
 * frees out->documents. */
int desk_entry_read(
    int entries, const char *key, struct desk_entry *out) TSK_MUST_USE;
/* desk_entry_find(office, key, out): the newest of that key: a parcel may have
 * been laid out before. */
int desk_entry_find(
    int office, const char *key, struct desk_entry *out) TSK_MUST_USE;
int desk_entry_forget(
    int office, const char *day, const char *key) TSK_MUST_USE;
/* desk_entry_days(office, days): days with entries, as of file_list();
 * TSK_NOTFOUND: none yet. */
int desk_entry_days(int office, char ***days);
/* desk_entry_sweep(office, day): all of that day go. */
int desk_entry_sweep(int office, const char *day) TSK_MUST_USE;

#endif
