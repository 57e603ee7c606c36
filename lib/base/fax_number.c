/* NAME
 *	fax_number - what a FAX number in Japan looks like
 * DESCRIPTION
 *	see fax_number.h.  The table of area codes says for each second and third
 *	digit which fourth digits exist: area codes of two to five digits all
 *	begin so, and a national number of a fixed line has ten digits whatever
 *	the length of its area code.
 * BUGS
 *	A new area code needs a new row.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fax_number.h"

#define FIXED_DIGITS 10
#define LONG_DIGITS  11
#define JAPAN        "81"

/* 電気通信番号計画, geographic numbers: "0ab" and the digits c that exist. */
static const struct area {
	char ab[3];
	const char *c;
} areas[] = {
    {"11", "235678"},
    {"12", "3456"},
    {"13", "3456789"},
    {"14", "23456"},
    {"15", "2345678"},
    {"16", "234567"},
    {"17", "23456789"},
    {"18", "2345678"},
    {"19", "123456789"},
    {"46", "02345678"},
    {"49", "23456789"},
    {"56", "123456789"},
    {"57", "2345678"},
    {"73", "456789"},
    {"74", "023456789"},
    {"83", "23456789"},
    {"84", "56789"},
    {"85", "123456789"},
    {"88", "03456789"},
    {"96", "123456789"},
    {"97", "123456789"},
    {"99", "123456789"},
    /* every c */
    {"22", NULL},
    {"23", NULL},
    {"24", NULL},
    {"25", NULL},
    {"26", NULL},
    {"27", NULL},
    {"28", NULL},
    {"29", NULL},
    {"31", NULL},
    {"32", NULL},
    {"33", NULL},
    {"34", NULL},
    {"35", NULL},
    {"36", NULL},
    {"37", NULL},
    {"38", NULL},
    {"39", NULL},
    {"42", NULL},
    {"43", NULL},
    {"44", NULL},
    {"45", NULL},
    {"47", NULL},
    {"48", NULL},
    {"52", NULL},
    {"53", NULL},
    {"54", NULL},
    {"55", NULL},
    {"58", NULL},
    {"59", NULL},
    {"61", NULL},
    {"62", NULL},
    {"63", NULL},
    {"64", NULL},
    {"65", NULL},
    {"66", NULL},
    {"67", NULL},
    {"68", NULL},
    {"69", NULL},
    {"72", NULL},
    {"75", NULL},
    {"76", NULL},
    {"77", NULL},
    {"78", NULL},
    {"79", NULL},
    {"82", NULL},
    {"86", NULL},
    {"87", NULL},
    {"89", NULL},
    {"92", NULL},
    {"93", NULL},
    {"94", NULL},
    {"95", NULL},
    {"98", NULL},
};

/* Numbers that belong to no place, by how they begin; the longer ones first. */
static const struct special {
	const char *begins;
	size_t digits; /* 0: never a FAX we may dial */
} specials[] = {
    {"0120", FIXED_DIGITS},
    {"0800", LONG_DIGITS},
    {"050", LONG_DIGITS},
    {"0180", 0},
    {"0570", 0},
    {"0990", 0},
    {"020", 0},
    {"060", 0},
    {"070", 0},
    {"080", 0},
    {"090", 0},
};

enum { COUNT_AREAS = sizeof(areas) / sizeof(areas[0]) };
enum { COUNT_SPECIALS = sizeof(specials) / sizeof(specials[0]) };

static int
refuse(struct why *why, const char *code, const char *sentence)
{
	why_set(why, WHY_NEVER, code, "%s", sentence);
	return TSK_INVALID;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A hyphen stands between two groups: after a digit or ')', before a digit or
 * '('. */
static bool
hyphen_right(const char *text, size_t at)
{
	return at > 0 && (is_digit(text[at - 1]) || text[at - 1] == ')') &&
	       (is_digit(text[at + 1]) || text[at + 1] == '(');
}

/* Digits only, into ${out}; the '+' is the caller's. */
static int
squeeze(const char *text, char out[FAX_TEXT_MAX + 1], struct why *why)
{
	unsigned opened = 0, closed = 0;
	size_t n = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		bool right = false;
		if (i >= FAX_TEXT_MAX)
			return refuse(
			    why, "fax-length", "The FAX number is too long.");
		if (is_digit(text[i])) {
			out[n++] = text[i];
			continue;
		}
		if (text[i] == '-')
			right = hyphen_right(text, i);
		else if (text[i] == '(')
			right = opened++ == 0 && is_digit(text[i + 1]);
		else if (text[i] == ')')
			right = closed++ == 0 && opened == 1 &&
				is_digit(text[i - 1]);
		if (!right)
			return refuse(why, "fax-character",
			    "A FAX number is written with digits 0-9 and "
			    "single hyphens only.");
	}
	out[n] = '\0';
	if (opened != closed)
		return refuse(why, "fax-character",
		    "A parenthesis of the FAX number is not closed.");
	return 0;
}

/* "+81312345678" and "+810312345678" (a common slip) are not the same thing:
 * only the first is right. */
static int
from_abroad(const char *digits, char out[FAX_TEXT_MAX + 2], struct why *why)
{
	if (strncmp(digits, JAPAN, 2) != 0)
		return refuse(why, "fax-abroad",
		    "The FAX number is not one of Japan (+81).");
	if (digits[2] == '0')
		return refuse(why, "fax-area",
		    "After +81 the FAX number goes on without a 0.");
	snprintf(out, FAX_TEXT_MAX + 2, "0%s", digits + 2);
	return 0;
}

static bool
area_exists(const char *digits)
{
	for (size_t i = 0; i < COUNT_AREAS; i++) {
		if (strncmp(areas[i].ab, digits + 1, 2) == 0)
			return areas[i].c == NULL ||
			       strchr(areas[i].c, digits[3]) != NULL;
	}
	return false;
}

static int
judge_length(const char *digits, size_t wanted, struct why *why)
{
	if (strlen(digits) != wanted)
		return refuse(why, "fax-length",
		    "The FAX number has too few or too many digits.");
	return 0;
}

static int
judge(const char *digits, struct why *why)
{
	if (digits[0] == '\0')
		return refuse(why, "fax-empty", "There is no FAX number.");
	if (strncmp(digits, "184", 3) == 0 || strncmp(digits, "186", 3) == 0)
		return refuse(why, "fax-prefix",
		    "The FAX number begins with 184 or 186: leave that out.");
	if (strncmp(digits, "00", 2) == 0 || strncmp(digits, "010", 3) == 0)
		return refuse(why, "fax-abroad",
		    "The FAX number begins with a prefix for calls abroad or "
		    "of a carrier.");
	if (digits[0] != '0')
		return refuse(why, "fax-area",
		    "The FAX number does not begin with an area code.");
	for (size_t i = 0; i < COUNT_SPECIALS; i++) {
		const struct special *s = &specials[i];
		if (strncmp(digits, s->begins, strlen(s->begins)) != 0)
			continue;
		if (s->digits == 0)
			return refuse(why, "fax-kind",
			    "No FAX is sent to mobile phones or to numbers "
			    "with a charge of their own.");
		return judge_length(digits, s->digits, why);
	}
	if (strlen(digits) < 4 || !area_exists(digits))
		return refuse(
		    why, "fax-area", "There is no such area code in Japan.");
	return judge_length(digits, FIXED_DIGITS, why);
}

int
fax_number_parse(const char *text, char out[FAX_NUMBER_BYTES], struct why *why)
{
	char digits[FAX_TEXT_MAX + 1] = "", national[FAX_TEXT_MAX + 2] = "";
	bool abroad = text[0] == '+';

	out[0] = '\0';
	int rc = squeeze(text + (abroad ? 1 : 0), digits, why);
	if (rc == 0 && abroad)
		rc = from_abroad(digits, national, why);
	else if (rc == 0)
		snprintf(national, sizeof(national), "%s", digits);
	if (rc == 0)
		rc = judge(national, why);
	if (rc == 0) /* judged: at most LONG_DIGITS */
		memcpy(out, national, strlen(national) + 1);
	return rc;
}

const char *
fax_number_e164(const char *number, char out[FAX_E164_BYTES])
{
	snprintf(out, FAX_E164_BYTES, "+" JAPAN "%s", number + 1);
	return out;
}

bool
fax_number_same(const char *a, const char *b)
{
	char x[FAX_NUMBER_BYTES], y[FAX_NUMBER_BYTES];

	return fax_number_parse(a, x, NULL) == 0 &&
	       fax_number_parse(b, y, NULL) == 0 && strcmp(x, y) == 0;
}

const char *
fax_number_mask(const char *number, char out[FAX_TEXT_MAX + 1])
{
	size_t n = strnlen(number, FAX_TEXT_MAX);

	for (size_t i = 0; i < n; i++)
		out[i] = i + 4 < n ? '*' : number[i];
	out[n] = '\0';
	return out;
}
