/* NAME
 *	reject - files that cannot be sent, and why, in the staff's language
 */
#ifndef TASUKI_OFFICE_REJECT_H
#define TASUKI_OFFICE_REJECT_H

#include "buf.h"
#include "office.h"

/* reject_file(office, dir, name, text): move dir/name into the folder of
 * rejected files under a safe, free name, with "<that name>.txt" beside it
 * that begins with the file's name and goes on with text.  Not synced. */
int reject_file(struct office *office, int dir, const char *name,
    const char *text) TSK_MUST_USE;
/* reject_notice(office, about, text): a notice without a file, once for each
 * ${about} (a name that is made safe). */
void reject_notice(struct office *office, const char *about, const char *text);

#endif
