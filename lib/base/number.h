/* NAME
 *	number - office and insurer numbers and their check digits
 * DESCRIPTION
 *	介護保険事業所番号: 10 characters: prefecture 2, kind 1 (digit or capital
 *	letter without I, O, Q), district 2, serial 4, check 1.  Check digit:
 *	modulus 10, weights 2-1 from the right, digits of products added, letters
 *	A=10, B=11 ... Z=32 (I, O, Q skipped), 10 - (sum mod 10), 0 if 10.
 *	保険者番号: 6 digits, municipality code 5 + the same check.
 *	Source: notice on 総合事業 office numbers (shared facts, domain §4).
 */
#ifndef TASUKI_NUMBER_H
#define TASUKI_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#define NUMBER_OFFICE_CHARS 10
#define NUMBER_OFFICE_BYTES 11
#define NUMBER_TYPE_BYTES   3 /* service type, 2 characters, or "" */

/* number_office_form(s, n): 10 characters of the right alphabet. */
bool number_office_form(const char *s, size_t n);
/* number_office_check(s): form and check digit are right. */
bool number_office_check(const char *s);
bool number_insurer_check(const char *s);
/* number_check_digit(s, n): the check character '0'..'9' for the first n
 * characters of s, or 0 if one is outside the alphabet. */
char number_check_digit(const char *s, size_t n);
/* number_type_form(s): two characters 0-9 A-Z. */
bool number_type_form(const char *s);

#endif
