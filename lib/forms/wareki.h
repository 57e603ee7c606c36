/* NAME
 *	wareki - dates of the Japanese calendar
 * DESCRIPTION
 *	明治 from 1868-01-25 (the first day of its first year by the new
 *	calendar), 大正 from 1912-07-30, 昭和 from 1926-12-25, 平成 from
 *	1989-01-08, 令和 from 2019-05-01.  Where two eras share a day, the day
 *	belongs to the later one.  The first year is 元年.
 * BUGS
 *	Before 1873 Japan had another calendar; dates are taken as Gregorian,
 *	as the files have them.
 */
#ifndef TASUKI_WAREKI_H
#define TASUKI_WAREKI_H

#include <stdbool.h>

enum wareki_era {
	WAREKI_NONE,
	WAREKI_MEIJI,
	WAREKI_TAISHO,
	WAREKI_SHOWA,
	WAREKI_HEISEI,
	WAREKI_REIWA,
};

struct wareki {
	enum wareki_era era;
	int year; /* 1 = 元年 */
	int month, day;
};

#define WAREKI_TEXT_BYTES 64

/* wareki_parse(text, out): "YYYYMMDD" of a day that exists, not before 明治. */
bool wareki_parse(const char *text, struct wareki *out);
/* wareki_date(text, out): "令和8年6月25日"; "" for "" and "00000000"; the text
 * itself (cut) for what is no such date.  Returns out. */
const char *wareki_date(const char *text, char out[WAREKI_TEXT_BYTES]);
/* wareki_month("202612", out): "令和8年12月", by the first day of the month;
 * else as wareki_date().  Returns out. */
const char *wareki_month(const char *text, char out[WAREKI_TEXT_BYTES]);
const char *wareki_era_name(enum wareki_era era); /* "令和"; "" for none */

#endif
