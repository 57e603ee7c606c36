/* NAME
 *	reject - files that cannot be sent, and why, in the staff's language
 * DESCRIPTION
 *	The explanation is written before the file moves: a file in the folder
 *	of rejected files is never without its reason.  After a crash between
 *	the two the file is judged again, and the explanation written again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "file.h"
#include "log.h"

#include "reject.h"

#define TEXT_MAX (256 * 1024)

/* A name free for the file and for its explanation. */
static void
choose_name(
    struct office *office, const char *name, char file[256], char note[260])
{
	enum language language = office->app->language;
	int dir = office->folders.rejected;
	char wanted[256], probe[256];

	folders_safe_name(name, text_of(language, TEXT_NAMELESS), 16, wanted);
	folders_free_name(dir, wanted, file);
	for (unsigned n = 0; n < 100; n++) {
		snprintf(note, 260, "%s.txt", file);
		if (faccessat(dir, note, F_OK, AT_SYMLINK_NOFOLLOW) == -1)
			return;
		/* an explanation without its file: written over */
		snprintf(probe, sizeof(probe), "%s", file);
		if (faccessat(dir, probe, F_OK, AT_SYMLINK_NOFOLLOW) == -1)
			return;
	}
}

int
reject_file(struct office *office, int dir, const char *name, const char *text)
{
	char file[256], note[260];
	struct buf out;
	int rc;

	choose_name(office, name, file, note);
	buf_init(&out, TEXT_MAX);
	text_add(&out, office->app->language, TEXT_REJECTED, file, NULL, NULL);
	buf_text(&out, text);
	rc = folders_notice(office->folders.rejected, note, out.data, out.len);
	buf_fini(&out);
	if (rc != 0)
		return rc;
	CRASH_POINT("office-reject-noted");
	rc = file_move(dir, name, office->folders.rejected, file);
	/* a name file_move() does not take: it is not one we made */
	if (rc == TSK_INVALID && renameat2(dir, name, office->folders.rejected,
				     file, RENAME_NOREPLACE) == 0)
		rc = 0;
	CRASH_POINT("office-rejected");
	return rc;
}

void
reject_notice(struct office *office, const char *about, const char *text)
{
	enum language language = office->app->language;
	char name[256], note[320];

	folders_safe_name(about, text_of(language, TEXT_NAMELESS), 64, name);
	snprintf(note, sizeof(note), "%s%s.txt",
	    text_of(language, TEXT_PREFIX_NOTICE), name);
	if (faccessat(
		office->folders.rejected, note, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	if (folders_notice(
		office->folders.rejected, note, text, strlen(text)) != 0)
		log_warn("office: office=%s notice not written: %s",
		    office->label, strerror(errno));
}
