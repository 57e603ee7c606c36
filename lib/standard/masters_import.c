/* NAME
 *	masters_import - from a file of names to a master
 * SUMMARY
 *	See masters.h.
 * DESCRIPTION
 *	MASTERS_OWN: the first line names the columns, in English as our tables
 *	have them or in Japanese as official sheets do (aliases below); others are
 *	passed over.  Type and item of a code may be two columns.
 *
 *	MASTERS_UNITS: 単位数表マスタ of a municipality, read from the left:
 *	insurer, type, item, first month, last month (999999: open), name, units,
 *	unit code (01 a time, 02 a day, 03 a month); what follows differs from
 *	year to year and is not needed.  Rows of 処遇改善加算 and its like hold a
 *	rate where others hold units.
 * DIAGNOSTICS
 *	Faults name the line and what is wrong with it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "calendar.h"
#include "file.h"
#include "masters_inside.h"
#include "number.h"
#include "reader.h"
#include "table.h"

#define SOURCE_COLUMNS_MAX 64

/* -- one row of the file -------------------------------------------------- */

/* Cells of the file by our columns; "" where it has none. */
struct source {
	struct masters *masters;
	size_t line;
	char cells[SOURCE_COLUMNS][CELL_BYTES_MAX];
};

static bool fault(struct source *s, const char *ja, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Always false: the row is left out. */
static bool
fault(struct source *s, const char *ja, const char *format, ...)
{
	struct masters *m = s->masters;
	struct masters_fault *f;
	va_list ap;

	if (m->faults == NULL)
		m->faults = mem_new(MASTERS_FAULTS_MAX * sizeof *m->faults);
	if (m->fault_count < MASTERS_FAULTS_MAX) {
		f = &m->faults[m->fault_count];
		f->line = s->line;
		va_start(ap, format);
		vsnprintf(f->text, sizeof f->text, format, ap);
		va_end(ap);
		snprintf(f->text_ja, sizeof f->text_ja, "%s", ja);
	}
	m->fault_count++;
	return false;
}

static bool
alnum(const char *s, size_t n)
{
	return strlen(s) == n &&
	       strspn(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static void
upper(char *s)
{
	for (; *s != '\0'; s++) {
		if (*s >= 'a' && *s <= 'z')
			*s = (char)(*s - 'a' + 'A');
	}
}

/* Numbers of a spreadsheet lose their zeros. */
static void
pad(char *s, size_t n)
{
	size_t have = strlen(s);

	if (have == 0 || have >= n || strspn(s, "0123456789") != have)
		return;
	memmove(s + n - have, s, have + 1);
	memset(s, '0', n - have);
}

/* "", "999999" and "0": open. */
static bool
check_month(struct source *s, enum service_column column, const char *ja)
{
	char *cell = s->cells[column];

	if (strcmp(cell, "999999") == 0 || strcmp(cell, "0") == 0 ||
	    strcmp(cell, "000000") == 0)
		*cell = '\0';
	if (*cell == '\0' || (strlen(cell) == 6 && calendar_month(cell)))
		return true;
	return fault(s, ja, "\"%.20s\" is no month like 202604", cell);
}

static bool
check_name(struct source *s, size_t column)
{
	char *cell = s->cells[column];

	for (char *p = cell; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' '; /* a tab would end the cell in our table */
	}
	if (*cell != '\0')
		return true;
	return fault(s, "名称がありません", "the name is empty");
}

static bool
check_insurer(struct source *s, char *cell)
{
	pad(cell, 6);
	if (strlen(cell) == 6 && strspn(cell, "0123456789") == 6 &&
	    number_insurer_check(cell))
		return true;
	return fault(s,
	    "保険者番号の桁数またはチェックデジットが正しくありません",
	    "\"%.20s\" is no insurer number (6 digits with a check digit)",
	    cell);
}

static bool
join_code(struct source *s)
{
	char *code = s->cells[CODE];

	if (*s->cells[TYPE] != '\0') {
		pad(s->cells[TYPE], 2);
		pad(s->cells[ITEM], 4);
		snprintf(code, CELL_BYTES_MAX, "%.8s%.8s", s->cells[TYPE],
		    s->cells[ITEM]);
	}
	upper(code);
	if (alnum(code, 6))
		return true;
	return fault(s, "サービスコードが6桁の英数字ではありません",
	    "\"%.20s\" is no service code of 6 characters", code);
}

/* What the official sheets write, and the codes of 単位数表マスタ. */
static bool
take_unit_kind(struct source *s)
{
	static const struct {
		const char *text, *kind;
	} kinds[] = {{"1回につき", "visit"}, {"１回につき", "visit"},
	    {"回", "visit"}, {"01", "visit"}, {"1日につき", "day"},
	    {"１日につき", "day"}, {"日", "day"}, {"02", "day"},
	    {"1月につき", "month"}, {"１月につき", "month"}, {"月", "month"},
	    {"03", "month"}, {"片道につき", "leg"}, {"visit", "visit"},
	    {"day", "day"}, {"month", "month"}, {"leg", "leg"},
	    {"rate", "rate"}, {"price", "price"}, {"", ""}};
	static const char *const rates[] = {
	    "処遇改善加算", "ベースアップ等支援加算", "特定処遇改善"};
	char *cell = s->cells[UNIT_KIND];

	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		if (strstr(s->cells[NAME], rates[i]) != NULL) {
			memcpy(cell, "rate", 5);
			s->cells[UNITS][0] = '\0';
			return true;
		}
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].text, cell) == 0) {
			snprintf(cell, CELL_BYTES_MAX, "%s", kinds[i].kind);
			return true;
		}
	}
	*cell =
	    '\0'; /* unknown is no fault: it costs the check, not the name */
	return true;
}

static bool
check_units(struct source *s)
{
	const char *cell = s->cells[UNITS];
	size_t n = strlen(cell), sign = *cell == '-';

	if (n == 0 || (n - sign > 0 && n <= 9 &&
			  strspn(cell + sign, "0123456789") == n - sign))
		return true;
	return fault(s, "単位数が整数ではありません",
	    "\"%.20s\" is no whole number of units", cell);
}

static bool
check_service(struct source *s)
{
	if (!join_code(s) || !check_name(s, NAME) || !take_unit_kind(s) ||
	    !check_units(s) ||
	    !check_month(s, FROM, "適用開始年月が年月ではありません") ||
	    !check_month(s, TO, "適用終了年月が年月ではありません"))
		return false;
	if (*s->cells[TO] != '\0' && strcmp(s->cells[FROM], s->cells[TO]) > 0)
		return fault(s, "適用終了年月が開始年月より前です",
		    "it ends (%.6s) before it begins (%.6s)", s->cells[TO],
		    s->cells[FROM]);
	return *s->cells[INSURER] == '\0' ||
	       check_insurer(s, s->cells[INSURER]);
}

/* "2026-11-23", "2026/11/23", "2026/1/2", "20261123" */
static bool
check_holiday(struct source *s)
{
	unsigned year = 0, month = 0, day = 0;
	char text[16], *cell = s->cells[0];

	if ((strlen(cell) == 8 &&
		sscanf(cell, "%4u%2u%2u", &year, &month, &day) == 3) ||
	    sscanf(cell, "%4u%*1[-/]%2u%*1[-/]%2u", &year, &month, &day) == 3) {
		snprintf(text, sizeof text, "%04u%02u%02u", year % 10000,
		    month % 100, day % 100);
		if (calendar_date(text)) {
			snprintf(cell, CELL_BYTES_MAX, "%.4s-%.2s-%.2s", text,
			    text + 4, text + 6);
			return check_name(s, 1);
		}
	}
	return fault(s, "日付が正しくありません",
	    "\"%.20s\" is no date like 2026-11-23", cell);
}

static bool
check_row(struct source *s)
{
	switch (s->masters->list) {
	case MASTERS_SERVICES:
		return check_service(s);
	case MASTERS_INSURERS:
		return check_insurer(s, s->cells[0]) && check_name(s, 1);
	case MASTERS_HOLIDAYS:
		return check_holiday(s);
	}
	return false;
}

static void
take_row(struct source *s)
{
	struct masters *m = s->masters;
	struct masters_row *row;

	if (!check_row(s) || m->count == MASTERS_ROWS_MAX)
		return;
	row = masters_row_new(m);
	for (size_t i = 0; i < masters_column_count(m->list); i++)
		row->cells[i] = mem_text(s->cells[i]);
	row->line = s->line;
	m->read++;
}

/* -- lines and cells ------------------------------------------------------ */

/* Where each column of the file goes; -1: nowhere. */
struct map {
	int to[SOURCE_COLUMNS_MAX];
	size_t count;
};

static const struct {
	enum masters_list list;
	const char *name;
	int column;
} aliases[] = {
    {MASTERS_SERVICES, "サービスコード", CODE},
    {MASTERS_SERVICES, "サービス種類コード", TYPE},
    {MASTERS_SERVICES, "種類", TYPE},
    {MASTERS_SERVICES, "サービス項目コード", ITEM},
    {MASTERS_SERVICES, "項目", ITEM},
    {MASTERS_SERVICES, "サービス名称", NAME},
    {MASTERS_SERVICES, "サービス内容略称", NAME},
    {MASTERS_SERVICES, "単位数", UNITS},
    {MASTERS_SERVICES, "合成単位数", UNITS},
    {MASTERS_SERVICES, "算定単位", UNIT_KIND},
    {MASTERS_SERVICES, "適用開始年月", FROM},
    {MASTERS_SERVICES, "適用終了年月", TO},
    {MASTERS_SERVICES, "保険者番号", INSURER},
    {MASTERS_INSURERS, "保険者番号", 0},
    {MASTERS_INSURERS, "保険者名", 1},
    {MASTERS_INSURERS, "保険者名称", 1},
    {MASTERS_INSURERS, "都道府県", 2},
    {MASTERS_INSURERS, "都道府県名", 2},
    {MASTERS_HOLIDAYS, "国民の祝日・休日月日", 0},
    {MASTERS_HOLIDAYS, "日付", 0},
    {MASTERS_HOLIDAYS, "国民の祝日・休日名称", 1},
    {MASTERS_HOLIDAYS, "名称", 1},
};

static int
column_by_name(enum masters_list list, const char *name)
{
	for (size_t i = 0; masters_columns(list)[i] != NULL; i++) {
		if (strcmp(masters_columns(list)[i], name) == 0)
			return (int)i;
	}
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
		if (aliases[i].list == list &&
		    strcmp(aliases[i].name, name) == 0)
			return aliases[i].column;
	}
	return -1;
}

static const struct map units_map = {
    {INSURER, TYPE, ITEM, FROM, TO, NAME, UNITS, UNIT_KIND}, 8};

/* The cells of one line, by the map. */
struct line {
	char *cells[SOURCE_COLUMNS_MAX];
	size_t count, number;
};

struct import {
	struct source source;
	struct map map;
	enum masters_form form;
	bool headed;                   /* the map is known */
	const struct charset *charset; /* NULL: UTF-8 */
	const char *path;
	struct why *why;
};

static void
trim(char *text)
{
	size_t n = strlen(text), begin = strspn(text, " \t");

	while (n > begin && strchr(" \t\r", text[n - 1]) != NULL)
		n--;
	memmove(text, text + begin, n - begin);
	text[n - begin] = '\0';
}

static int
take_head(struct import *in, const struct line *line)
{
	enum masters_list list = in->source.masters->list;
	bool any = false;

	in->headed = true;
	for (size_t i = 0; i < line->count; i++) {
		in->map.to[i] = column_by_name(list, line->cells[i]);
		any = any || in->map.to[i] >= 0;
	}
	in->map.count = line->count;
	if (any)
		return 0;
	why_set(in->why, WHY_NEVER, "master-columns",
	    "%s:%zu: the first line must name the columns, among them %s.",
	    in->path, line->number, masters_columns(list)[0]);
	return TSK_INVALID;
}

/* 単位数表マスタ may have a heading: then the insurer is no number. */
static bool
is_units_head(const struct line *line)
{
	return line->count > 0 &&
	       strspn(line->cells[0], "0123456789") != strlen(line->cells[0]);
}

static int
take_line(struct import *in, const struct line *line)
{
	if (line->count == 0 || (line->count == 1 && *line->cells[0] == '\0'))
		return 0;
	if (!in->headed && in->form == MASTERS_OWN)
		return take_head(in, line);
	if (!in->headed) {
		in->headed = true;
		in->map = units_map;
		if (is_units_head(line))
			return 0;
	}
	in->source.line = line->number;
	for (size_t i = 0; i < SOURCE_COLUMNS; i++)
		in->source.cells[i][0] = '\0';
	for (size_t i = 0; i < line->count && i < in->map.count; i++) {
		if (in->map.to[i] >= 0)
			snprintf(in->source.cells[in->map.to[i]],
			    CELL_BYTES_MAX, "%.*s", CELL_BYTES_MAX - 1,
			    line->cells[i]);
	}
	if (in->form == MASTERS_UNITS && line->count < units_map.count)
		(void)fault(&in->source, "項目が足りません",
		    "%zu columns; 単位数表マスタ has 19 or more", line->count);
	else
		take_row(&in->source);
	return 0;
}

/* A cell in UTF-8, trimmed; NULL: it is not of the file's characters. */
static char *
cell_text(const struct import *in, const char *p, size_t n)
{
	struct buf out;
	size_t at;
	char *text = NULL;

	if (n > READER_FIELD_BYTES_MAX || memchr(p, '\0', n) != NULL)
		return NULL;
	if (in->charset == NULL
		? !charset_is_utf8(p, n)
		: charset_check(in->charset, p, n, &at) != CHARSET_GOOD)
		return NULL;
	buf_init(&out, 3 * READER_FIELD_BYTES_MAX + 1);
	buf_text(&out, "");
	if (in->charset == NULL)
		buf_add(&out, p, n);
	else
		charset_to_utf8(in->charset, p, n, &out);
	text = mem_text(out.len > 0 ? out.data : "");
	trim(text);
	buf_fini(&out);
	return text;
}

/* ${cells} of the file, borrowed. */
static int
take_cells(struct import *in, const struct reader_field *cells, size_t count,
    size_t number)
{
	struct line line = {.number = number};
	bool good = true;
	int rc = 0;

	for (size_t i = 0; i < count && i < SOURCE_COLUMNS_MAX && good; i++) {
		char *text = cell_text(in, cells[i].p, cells[i].n);

		good = text != NULL;
		if (good)
			line.cells[line.count++] = text;
	}
	in->source.line = number;
	if (good)
		rc = take_line(in, &line);
	else
		(void)fault(&in->source, "読み取れない文字があります",
		    "characters that are neither UTF-8 nor MS932");
	for (size_t i = 0; i < line.count; i++)
		free(line.cells[i]);
	return rc;
}

static int
read_tabs(struct import *in, const char *p, size_t n)
{
	const char *end = p + n;
	size_t number = 0;
	int rc = 0;

	while (p < end && rc == 0) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		struct reader_field cells[SOURCE_COLUMNS_MAX];
		size_t count = 0;

		stop = stop == NULL ? end : stop;
		number++;
		for (const char *at = p; at <= stop; at++) {
			const char *tab = at;

			while (tab < stop && *tab != '\t')
				tab++;
			if (count < SOURCE_COLUMNS_MAX)
				cells[count++] = (struct reader_field){
				    at, (size_t)(tab - at)};
			at = tab;
		}
		if (*p != '#')
			rc = take_cells(in, cells, count, number);
		p = stop + 1;
	}
	return rc;
}

static int
read_commas(struct import *in, const char *p, size_t n)
{
	struct reader *reader = reader_bytes(p, n);
	struct reader_record record;
	int rc, taken = 0;

	while ((rc = reader_next(reader, &record)) == 0 && taken == 0) {
		in->source.line = (size_t)record.line;
		if (record.blank)
			continue;
		if (record.faults != 0)
			(void)fault(&in->source, "引用符が正しくありません",
			    "a quote stands where none belongs");
		else
			taken = take_cells(in, record.fields, record.kept,
			    (size_t)record.line);
	}
	reader_close(&reader);
	if (rc == TSK_TOOBIG)
		(void)fault(
		    &in->source, "行が長すぎます", "the line is too long");
	return taken;
}

static int
read_bytes(
    struct import *in, const struct charset *charset, const struct buf *bytes)
{
	const char *p = bytes->data;
	size_t n = bytes->len, line;

	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		p += 3;
		n -= 3;
	} else if (charset_guess(p, n) == CHARSET_UTF16) {
		why_set(in->why, WHY_NEVER, "master-charset",
		    "%s: the file is UTF-16; save it as CSV UTF-8.", in->path);
		return TSK_INVALID;
	} else if (charset_guess(p, n) == CHARSET_MS932) {
		in->charset = charset;
	}
	line = n == 0 ? 0 : strcspn(p, "\r\n");
	return memchr(p, '\t', line < n ? line : n) != NULL
		   ? read_tabs(in, p, n)
		   : read_commas(in, p, n);
}

int
masters_import(struct masters *m, const struct charset *charset,
    enum masters_form form, const char *path, struct why *why)
{
	struct import *in = mem_new(sizeof *in);
	size_t before = m->count;
	struct buf bytes;
	int rc;

	in->source.masters = m;
	in->form = form;
	in->path = path;
	in->why = why;
	buf_init(&bytes, MASTERS_BYTES_MAX + 1u);
	rc = file_read_path(path, MASTERS_BYTES_MAX, &bytes);
	if (rc != 0) {
		why_set(why, WHY_LATER, "master-file", "%s: %s.", path,
		    err_text(rc));
	} else {
		buf_text(&bytes, "");
		rc = read_bytes(in, charset, &bytes);
	}
	if (rc == 0 && m->count == before) {
		why_set(why, WHY_NEVER, "master-empty",
		    "%s: there is not one usable row in it.", path);
		rc = TSK_INVALID;
	}
	buf_fini(&bytes);
	free(in);
	return rc;
}
