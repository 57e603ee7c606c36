/* NAME
 *	national_jobs - what the national gateway has to do, what people decide
 */
#ifndef TASUKI_CTL_NATIONAL_JOBS_H
#define TASUKI_CTL_NATIONAL_JOBS_H

#include "ctl.h"

/* national_jobs(ctl, argc, argv): argv[0] is the verb's word ("jobs"...). */
int national_jobs(struct ctl *ctl, int argc, char **argv);

#endif
