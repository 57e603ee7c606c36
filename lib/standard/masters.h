/* NAME
 *	masters - bringing the tables of names up to date
 * DESCRIPTION
 *	The masters (service codes, insurers, holidays) only give names: a site
 *	without them works the same and shows codes.  Looking up is in layout.h
 *	(standard_service_find() and its like); this is how a file from outside
 *	becomes a master.
 */
#ifndef TASUKI_MASTERS_H
#define TASUKI_MASTERS_H

/* masters_site(): the site's own folder ($TASUKI_MASTERS) or NULL. */
const char *masters_site(void);

#endif
