/* NAME
 *	registry_fax - registry verbs about FAX numbers
 */
#ifndef TASUKI_REGISTRY_FAX_H
#define TASUKI_REGISTRY_FAX_H

#include <stdbool.h>

struct ctl;

/* registry_fax_known(name): "verify-fax" and its like. */
bool registry_fax_known(const char *name);
/* registry_fax(ctl, argc, argv): argv[0] is known. */
int registry_fax(struct ctl *ctl, int argc, char **argv);

#endif
