/* NAME
 *	layout - what the tables say about kinds, fields, codes and rules
 * SUMMARY
 *	The inside of struct standard, read-only for everybody after loading.
 * DESCRIPTION
 *	Numbers of fields are those of edition 4.1.  V3 files have fewer fields;
 *	layout_position() says where a field stands in a file of the other
 *	layout, so that a reader names a field once ("service_date") and works
 *	on every edition.
 *
 *	Layouts are called v3 and v4; the column "layout" of editions.tsv may
 *	name later ones (v5, ...), in their order.  A field of layouts/KIND.tsv
 *	belongs to v4 and what comes after it, unless the columns "since" and
 *	"until" say otherwise: so a table holds the fields of all of them, and a
 *	later edition is rows, not code.
 *
 *	A cell of a table that ends in '?' is a fact the printed standard leaves
 *	open.  It is kept with a flag; who breaks it gets a warning, not an error.
 */
#ifndef TASUKI_LAYOUT_H
#define TASUKI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "charset.h"
#include "name.h"
#include "standard.h"

#define LAYOUT_FIELDS_MAX 128 /* more in a table is refused at loading */

enum layout_shape {
	LAYOUT_V3,
	LAYOUT_V4,
	LAYOUT_LATER, /* and on: what editions.tsv names besides v3 and v4 */
	LAYOUT_SHAPES_MAX = 8,
};

enum layout_type {
	TYPE_NUMERIC,
	TYPE_ALNUM,
	TYPE_TEXT,
	TYPE_KANA,
	TYPE_DATE8,
	TYPE_MONTH6,
	TYPE_TIME4,
	TYPE_CODE,
	TYPE_FLAG,
};

enum layout_need { NEED_REQUIRED, NEED_OPTIONAL, NEED_CONDITIONAL };

/* The column format_or_codes, as far as it asks for more than the type. */
enum layout_format {
	FORMAT_NONE,
	FORMAT_CODES,    /* a code table: codes is set */
	FORMAT_INSURER,  /* 6 digits */
	FORMAT_INSURED,  /* 10 digits, or H + 9 digits */
	FORMAT_OFFICE,   /* office number, 10 characters */
	FORMAT_POSTAL,   /* NNN-NNNN */
	FORMAT_TAIS,     /* NNNNN-NNNNNN */
	FORMAT_DAYS,     /* 31 characters of 0/1 */
	FORMAT_DECIMAL,  /* 99.99 */
	FORMAT_INTEGER,  /* integer */
	FORMAT_SERIAL,   /* 1,2,3,... */
	FORMAT_SERIAL99, /* 1-99 */
	FORMAT_SERVICE,  /* service type (2) + item (4) */
	FORMAT_ROW,      /* the same, or a total row */
	FORMAT_FIXED,    /* the value itself, e.g. 9999999999 */
	FORMAT_UNUSED,   /* not used */
	FORMAT_IMAGE,    /* file name of an image */
	FORMAT_ANY,      /* no format stated */
};

struct layout_codes {
	const char *path; /* "codes/sex.tsv" */
	struct table *table;
	int code; /* the column */
};

struct layout_field {
	unsigned no, v3_no; /* 1..; v3_no 0: not in V3 */
	const char *name_ja, *name_en;
	enum layout_type type;
	unsigned max, max_hard; /* 0: no limit; over max_hard is an error */
	unsigned v3_max;        /* in V3, where it differs; else 0 */
	enum layout_need need;
	enum layout_format format;
	const char *format_text;
	const struct layout_codes *codes;
	const char *special; /* value allowed besides the format, or "" */
	bool type_uncertain, max_uncertain, need_uncertain;
	unsigned since, until; /* first and last shape after V3 */
	const char *note;      /* of the table, English; or "" */
};

/* A row of rules.tsv: a rule that looks at more than one field alone. */
enum layout_rule_kind {
	RULE_NAME_MONTH,    /* field = month of the name */
	RULE_NAME_FROM,     /* field = sending office, where it must be */
	RULE_NAME_FROM_ODD, /* the same, but only odd if not */
	RULE_NAME_TYPE,     /* service type of field = sending type */
	RULE_RECEIVER,      /* receiving office occurs here for each client */
	RULE_RECEIVER_PLAN, /* the same where the plan's office receives */
	RULE_WITHIN_MONTH,  /* date field within month field other */
	RULE_DAYS_MONTH,    /* days string fits month field other */
	RULE_NEEDED,        /* should be filled */
	RULE_NEEDED_IF,     /* should be filled if field other = value */
	RULE_EITHER,        /* field or other, for service types in value */
	RULE_NOT_BEFORE,    /* date not before date field other */
	RULE_TIME_PAIR,     /* both or none are the special value */
	RULE_PLAN_OR_MONTH, /* plan date (field) or month (other), not both */
	RULE_TOTAL_ROW,     /* office (field) and row code (other) */
	RULE_TOTAL_EMPTY,   /* empty on total rows; other = row code */
	RULE_TOTAL_ZERO,    /* zero on total rows; other = row code */
	RULE_SLOTS,         /* slots of 4 fields from field to other */
	RULE_UNIQUE,        /* key fields of value occur once a file */
	RULE_REPEATED,      /* the whole record occurs once a file */
	RULE_MAY_BE_RATE,   /* empty allowed if field other is a rate code */
	RULE_NEGATIVE,      /* below zero is ordinary here */
	RULE_MAX_LENGTH,    /* value: the length that is surely too long */
	RULE_V3_LENGTH,     /* value: the maximum in V3 */
	RULE_BENEFIT,       /* form 7 is recomputed */
	RULE_OUTSIDE,       /* types of value are outside the category limit */
	RULE_RANGE,         /* number within value; other: not of rate codes */
	RULE_ONLY_FOR,      /* filled only for service types (other) in value */
	RULE_NOT_BOTH,      /* not both field and other */
	RULE_NOT_LESS,      /* number not below number field other */
	RULE_BIRTH,         /* a client is of an age to be insured */
	RULE_DAYS_ANY,      /* days string marks a day */
	RULE_SLOT_OVER,     /* slots of 4: over = total - limit */
	RULE_SLOT_TYPE,     /* slots of 4: no type of value, none twice */
	RULE_ONE_OF,        /* one of the groups of fields in value */
	RULE_IN_ORDER,      /* numbers of value do not go down */
	RULE_REPEAT_EMPTY,  /* fields of value only on a key's first row */
	RULE_LIMIT,         /* a client's limit, compared within a set */
	RULE_LIMIT_PART,    /* ... with field where field other = value */
	RULE_DETAIL,        /* key of value once, for some service types */
	RULE_KINDS,
};

#define LAYOUT_KEY_MAX 8

struct layout_rule {
	enum layout_rule_kind kind;
	unsigned field, other;        /* 4.1 numbers; 0: none */
	unsigned key[LAYOUT_KEY_MAX]; /* RULE_UNIQUE; ends with 0 */
	const char *value, *code;     /* code: of findings.tsv */
};

struct layout {
	const char *kind;
	unsigned count;    /* of all shapes together; see layout_columns() */
	unsigned v3_count; /* 0: not in V3 */
	struct layout_field *fields; /* [0] is field 1 */
	/* [shape][field], [shape][0]: how many; V3 is not in here */
	uint8_t at[LAYOUT_SHAPES_MAX][LAYOUT_FIELDS_MAX + 1];
	uint8_t v3[LAYOUT_FIELDS_MAX + 1]; /* V3 number -> 4.1 number */
	unsigned service, units; /* fields "service_code", "units"; 0: none */
	struct layout_rule *rules;
	size_t rule_count;
};

enum edition_state { EDITION_CURRENT, EDITION_OLD };

struct layout_edition {
	const char *code, *edition, *applies_from;
	enum layout_shape shape;
	enum name_form form;
	enum edition_state state;
};

/* layout_find(standard, kind): NULL if the kind has none (images, unknown). */
const struct layout *layout_find(
    const struct standard *standard, const char *kind);
/* layout_edition(standard, version): by the CSV version value; NULL if unknown. */
const struct layout_edition *layout_edition(
    const struct standard *standard, const char *version);
/* layout_in_edition(standard, kind, edition): does the kind exist there? */
bool layout_in_edition(const struct standard *standard, const char *kind,
    const struct layout_edition *edition);
/* layout_columns(layout, shape): how many; 0 if the kind is not there. */
unsigned layout_columns(const struct layout *layout, enum layout_shape shape);
/* layout_by_columns(layout, columns, out): the shape with so many columns: 4.1
 * if it fits, else the latest that does; false if none does. */
bool layout_by_columns(
    const struct layout *layout, unsigned columns, enum layout_shape *out);
/* layout_shape_name(standard, shape): "v3", "v4", ...; NULL: no such shape. */
const char *layout_shape_name(
    const struct standard *standard, enum layout_shape shape);
/* layout_field(layout, name_en): 4.1 number 1.., or 0. */
unsigned layout_field(const struct layout *layout, const char *name_en);
/* layout_position(layout, shape, no): where field ${no} stands in a record of
 * that shape, 1..; 0 if it is not there. */
unsigned layout_position(
    const struct layout *layout, enum layout_shape shape, unsigned no);
/* layout_code_name(codes, code): name_ja of a code, or NULL. */
const char *layout_code_name(
    const struct layout_codes *codes, const char *code);

/* The masters (names only; never guessed).  NULL when not found. */
/* standard_service_type_name: "11" -> 訪問介護. */
const char *standard_service_type_name(
    const struct standard *standard, const char *type);
/* standard_service_name(standard, code, month): name of a service code in a
 * service month ("202611"), valid until standard_free(). */
const char *standard_service_name(
    const struct standard *standard, const char *code, const char *month);
/* A row of the service codes; texts valid until standard_free(). */
struct standard_service {
	const char *name, *unit_kind; /* "visit", "day", "month", ...; or "" */
	const char *insurer;          /* "": the national table */
	long units;                   /* -1: unknown or none */
};
/* standard_service_find(standard, code, month, insurer, out): the row of a
 * service code in a service month; the insurer's own row (総合事業) before the
 * national one, never another insurer's.  False if no master has it. */
bool standard_service_find(const struct standard *standard, const char *code,
    const char *month, const char *insurer, struct standard_service *out);
/* standard_service_monthly(...): its units are those of a month; for a code
 * that no master has, as monthly_types.tsv says of its service type. */
bool standard_service_monthly(const struct standard *standard, const char *code,
    const char *month, const char *insurer);
/* standard_service_rate(standard, code): a percentage of the month's units. */
bool standard_service_rate(const struct standard *standard, const char *code);
const char *standard_insurer_name(
    const struct standard *standard, const char *insurer);
/* standard_holiday(standard, "2026-11-23"): its name or NULL. */
const char *standard_holiday(const struct standard *standard, const char *date);
/* standard_charset(standard): the tables of MS932; lives with ${standard}. */
const struct charset *standard_charset(const struct standard *standard);

#endif
