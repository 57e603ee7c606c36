/* NAME
 *	conf_value - one value of a settings file
 * DESCRIPTION
 *	Text into a field of its row's type, and amounts back into the words a
 *	person would use.  Private to conf.c.
 */
#ifndef TASUKI_CONF_VALUE_H
#define TASUKI_CONF_VALUE_H

#include "conf.h"

#define CONF_REASON_BYTES 160

/* conf_value(row, text, field, reason): ${text} into the field at ${field};
 * TSK_INVALID and what it must be ("must be yes or no") if it is no such value.
 * What was allocated belongs to the field in both cases.  Not for sections. */
int conf_value(const struct conf_row *row, const char *text, void *field,
    char reason[CONF_REASON_BYTES]) TSK_MUST_USE;
/* conf_has_range(row): do least and most of the row count? */
bool conf_has_range(const struct conf_row *row);
/* conf_print_amount(row, value, out, n): "5 min": the largest unit that says it
 * without a remainder. */
void conf_print_amount(
    const struct conf_row *row, int64_t value, char *out, size_t n);
/* conf_type_name(type): "duration".  Static. */
const char *conf_type_name(enum conf_type type);

#endif
