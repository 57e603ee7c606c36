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
 *	thing: in which folder a person put it (desk_look.h).
 */
#ifndef TASUKI_NATIONAL_DESK_TREE_H
#define TASUKI_NATIONAL_DESK_TREE_H

#include "desk_entry.h"

/* desk_office(root, number, name, make): descriptor of an office's folder, made
 * if absent and wanted; or TSK_*. */
int desk_office(int root, const char *number, const char *name, bool make);
/* desk_offices(root, each, arg): every folder of an office. */
void desk_offices(int root,
    void (*each)(void *arg, const char *number, const char *folder), void *arg);
/* desk_label(root, number, out): the name of an office's folder, as people
 * changed it; the number if there is none. */
void desk_label(int root, const char *number, char out[DESK_NAME_BYTES]);

/* desk_lay(office, parcel, source, now, entry): lay out the documents that are
 * not there yet; the folder appears at once and whole. */
int desk_lay(int office, const struct parcel *parcel, const char *source,
    int64_t now_ms) TSK_MUST_USE;
/* desk_withdraw(office, key): 0: nobody sent it, it is gone; TSK_DENIED: too
 * late. */
int desk_withdraw(int office, const char *key) TSK_MUST_USE;
/* desk_sweep(office, keep_ms, now): days on which nothing is left to do go after
 * that time. */
void desk_sweep(int office, int64_t keep_ms, int64_t now_ms);

#endif
