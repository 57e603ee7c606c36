/* NAME
 *	first - partners to whom nothing was sent yet
 * DESCRIPTION
 *	A wrong receiver is mostly one digit away, in a list of care software,
 *	from the right one; its number is good and nobody notices.  What such a
 *	mistake has in common is that the partner is a new one.  So the first
 *	time an office sends to a number, people are told what that office is
 *	called, or asked, as "partner/first" says.
 *
 *	A partner is known once it has sent something, or the broker accepted a
 *	parcel to it: an empty file .known/<office number>.
 */
#ifndef TASUKI_OFFICE_FIRST_H
#define TASUKI_OFFICE_FIRST_H

#include "office.h"

/* first_open(office): the first time ever, every partner in the folders of sent
 * parcels is known. */
void first_open(struct office *office);
/* first_known(office, number): also true where the folder cannot be read; a
 * notice is not worth a parcel. */
bool first_known(const struct office *office, const char *number);
/* first_met(office, number): it is known from now on. */
void first_met(struct office *office, const char *number);
/* first_asked(office, number): were people asked before?  From now on they
 * were. */
bool first_asked(struct office *office, const char *number);

#endif
