/* NAME
 *	national - verb national: the gateway to the national system
 * DESCRIPTION
 *	    cert ...	certificates and logins of the offices
 *			(national_cert.c; no gateway needed)
 *	    secret new	what opens them
 *	    jobs, job, done...	parcels under way (national_jobs.c)
 */
#include <string.h>

#include "ctl.h"
#include "national_cert.h"
#include "national_jobs.h"

int
national_verb(struct ctl *ctl, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "cert") == 0)
		return national_cert(ctl, argc - 1, argv + 1);
	if (strcmp(name, "secret") == 0)
		return national_secret(ctl, argc - 1, argv + 1);
	return national_jobs(ctl, argc - 1, argv + 1);
}
