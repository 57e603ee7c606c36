/* NAME
 *	name - the file-name grammar of the standard, 18 kinds, V3 and V4.x
 */
#ifndef TASUKI_NAME_H
#define TASUKI_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "number.h"
#include "standard.h"

#define NAME_KIND_BYTES 16
#define NAME_TEXT_BYTES 128

enum name_form { NAME_V3, NAME_V4_0, NAME_V4_1 }; /* parts of the name */

struct name {
	char kind[NAME_KIND_BYTES]; /* "UPPLAN" */
	enum name_form form;
	char month[7]; /* "202611", "000000", "" when the kind has none */
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	/* NAME_V4_0 only: the 3-digit service codes; the types are then "",
	 * since the standard does not say how a code becomes a type */
	char from_code[4], to_code[4];
	char stamp[15]; /* 連番 */
	char branch[5]; /* images: "0001"; else "" */
	bool image;
	bool odd; /* taken with a warning (month where none belongs...); printed
		   * strictly, an odd name comes out without its oddity */
};

/* name_parse(standard, file_name, out, why): TSK_NOTFOUND: not a name of the
 * standard at all (an attachment); TSK_INVALID: begins like one but breaks the
 * grammar, why says where.  Extension without regard to case. */
int name_parse(const struct standard *standard, const char *file_name,
    struct name *out, struct why *why) TSK_MUST_USE;
/* name_print(name, out): the strict name; parse(print(x)) == x
 * unless x is odd. */
const char *name_print(const struct name *name, char out[NAME_TEXT_BYTES]);

#endif
