/* NAME
 *	number - office and insurer numbers and their check digits
 * SUMMARY
 *	see number.h
 */
#include <string.h>

#include "number.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 0-9, A=10 ... Z=32; I, O and Q look like 1 and 0 and are no characters. */
static int
value_of(char c)
{
	static const char letters[] = "ABCDEFGHJKLMNPRSTUVWXYZ";

	if (is_digit(c))
		return c - '0';
	const char *at = c == '\0' ? NULL : strchr(letters, c);
	return at == NULL ? -1 : (int)(at - letters) + 10;
}

char
number_check_digit(const char *s, size_t n)
{
	int sum = 0, weight = 2;

	for (size_t i = n; i > 0; i--) {
		int value = value_of(s[i - 1]);
		if (value < 0)
			return 0;
		int product = value * weight; /* at most 64 */
		sum += product / 10 + product % 10;
		weight = 3 - weight;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

bool
number_office_form(const char *s, size_t n)
{
	if (n != NUMBER_OFFICE_CHARS)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]) && (i != 2 || value_of(s[i]) < 0))
			return false;
	}
	return true;
}

bool
number_office_check(const char *s)
{
	size_t n = strnlen(s, NUMBER_OFFICE_CHARS + 1);

	return number_office_form(s, n) &&
	       number_check_digit(s, n - 1) == s[n - 1];
}

bool
number_insurer_check(const char *s)
{
	if (strnlen(s, 7) != 6)
		return false;
	for (size_t i = 0; i < 6; i++) {
		if (!is_digit(s[i]))
			return false;
	}
	return number_check_digit(s, 5) == s[5];
}

bool
number_type_form(const char *s)
{
	if (strnlen(s, 3) != 2)
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (!is_digit(s[i]) && (s[i] < 'A' || s[i] > 'Z'))
			return false;
	}
	return true;
}
