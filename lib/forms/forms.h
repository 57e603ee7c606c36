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

/* forms_load_tables(standard_from, forms_from, standard, forms, why): both, as
 * a program's settings name them: standard_from "" means standard_dir(),
 * forms_from "" the folder "forms" beside it.  Free forms first, then standard;
 * after a failure both are NULL. */
int forms_load_tables(const char *standard_from, const char *forms_from,
    struct standard **standard, struct forms **forms,
    struct why *why) TSK_MUST_USE;

#endif
