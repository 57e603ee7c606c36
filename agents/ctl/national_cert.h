/* NAME
 *	national_cert - verb national, its part about certificates
 */
#ifndef TASUKI_NATIONAL_CERT_H
#define TASUKI_NATIONAL_CERT_H

#include "ctl.h"

/* argv[0] is "cert" or "secret". */
int national_cert(struct ctl *ctl, int argc, char **argv);
int national_secret(struct ctl *ctl, int argc, char **argv);

#endif
