/* NAME
 *	forms - the definitions of the forms, loaded once
 * DESCRIPTION
 *	Immutable after loading.  Pango isn't asked to be thread safe here: draw
 *	in one thread.
 */
#ifndef TASUKI_FORMS_H
#define TASUKI_FORMS_H

#include "err.h"
#include "standard.h"

struct forms;

/* forms_load(dir, standard, out, why): dir = .../config/forms; standard is
 * borrowed until forms_free(). */
int forms_load(const char *dir, const struct standard *standard,
    struct forms **out, struct why *why) TSK_MUST_USE;
void forms_free(struct forms **forms);

#endif
