/* NAME
 *	tables - the inside of struct standard (this folder only)
 */
#ifndef TASUKI_TABLES_H
#define TASUKI_TABLES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "charset.h"
#include "layout.h"
#include "name.h"
#include "table.h"

#define KINDS_MAX    32
#define PATTERNS_MAX 4 /* V4.1, V4.0, V3, odd */
#define PARTS_MAX    8
#define CODES_MAX    64
#define BUNDLE_MAX   10 /* members of a set */
#define TABLES_MAX   128

enum part_kind {
	PART_MONTH,
	PART_FROM,
	PART_FROM_TYPE,
	PART_FROM_CODE,
	PART_TO,
	PART_TO_TYPE,
	PART_TO_CODE,
	PART_STAMP,
	PART_BRANCH,
	PART_LITERAL, /* odd patterns: a part that should not be there */
};

struct part {
	enum part_kind kind;
	size_t chars;
	char literal[8];
};

struct pattern {
	enum name_form form;
	bool odd;
	size_t count;
	struct part parts[PARTS_MAX];
};

#define LINK_FIELDS_MAX 8
#define KIND_KEYS_MAX   4

/* Fields that join a record to others; of some only the beginning. */
struct link_key {
	size_t count;
	struct {
		unsigned no, chars; /* chars 0: all of it */
	} fields[LINK_FIELDS_MAX];
};

/* Who exchanges files: care-management offices, support centers, service
 * offices. */
enum party { PARTY_CM, PARTY_SC, PARTY_SP, PARTIES };

struct file_kind {
	const char *kind, *name_ja, *name_en;
	size_t kind_length;
	bool image, in_v3, in_v4, month_may_be_zero;
	bool goes[PARTIES][PARTIES]; /* from, to */
	size_t pattern_count;
	struct pattern patterns[PATTERNS_MAX];
	struct layout layout; /* count 0: none */
	struct link_key keys[KIND_KEYS_MAX];
	size_t key_count;
};

enum link_need { LINK_MAY, LINK_SHOULD, LINK_MUST };

/* A row of links.tsv. */
struct link {
	const struct file_kind *parent, *child;
	size_t parent_key, child_key; /* of their keys */
	enum link_need need;          /* a parent without a child */
	bool deletes, image;
};

struct bundle {
	bool v3, v4;
	size_t count;
	struct {
		const char *kind;
		bool optional;
	} members[BUNDLE_MAX];
};

#define PROFILES_MAX 8

enum text_level { LEVEL_IGNORE, LEVEL_WARNING, LEVEL_ERROR };

/* A column of profiles.tsv; the first is "exchange". */
struct profile {
	const char *name;
	unsigned no;
};

/* Rows of tolerances.tsv. */
enum tolerance {
	TOLERANCE_COST,
	TOLERANCE_DISCOUNT,
	TOLERANCE_PRICE_MIN,
	TOLERANCE_PRICE_MAX,
	TOLERANCE_RATE,
	TOLERANCE_BIRTH_AGE,
	TOLERANCES,
};

struct finding_text {
	const char *code, *ja, *en;
	bool error; /* by its nature; what a profile makes of it: level */
	uint8_t level[PROFILES_MAX];
};

/* A row of replacements.tsv. */
struct replacement {
	uint32_t first, last, second; /* second 0: a character alone */
	const char *to;
};

enum writing_quote { QUOTE_TEXT, QUOTE_ALL, QUOTE_NONE };

/* writing.tsv: what the standard leaves open, as we write it. */
struct writing {
	enum writing_quote quote;
	bool quote_empty, last_line_end;
	const char *line_end;
};

struct standard {
	struct table *tables[TABLES_MAX]; /* owned: the cells live here */
	size_t table_count;
	struct charset *charset;
	struct file_kind kinds[KINDS_MAX]; /* longest name first */
	size_t kind_count;
	struct layout_codes codes[CODES_MAX];
	size_t code_count;
	const char *shapes[LAYOUT_SHAPES_MAX]; /* "v3", "v4", ... */
	size_t shape_count;
	struct layout_edition *editions;
	size_t edition_count;
	struct bundle *bundles;
	size_t bundle_count;
	struct finding_text *findings; /* sorted by code */
	size_t finding_count;
	struct profile profiles[PROFILES_MAX];
	size_t profile_count;
	long tolerances[TOLERANCES];
	struct link *links;
	size_t link_count;
	const struct layout_codes *service_types, *total_rows;
	/* rows of service_types + 1 by the two characters (base 36); 0: none */
	uint16_t type_row[36 * 36];
	bool type_home[36 * 36]; /* of the home domain, not of prevention */
	struct table *services, *insurers, *holidays; /* masters; may be NULL */
	struct table *monthly;                        /* may be NULL */
	struct {
		int code, name, units, unit_kind, from, to, insurer;
	} service_columns;
	size_t *service_index; /* rows sorted by code */
	struct replacement *replacements;
	size_t replacement_count;
	struct writing writing;
	struct quirk *quirks; /* quirk.h */
	size_t quirk_count;
	struct table *reads; /* reads.tsv */
};

/* kind_find(standard, kind): NULL if unknown. */
const struct file_kind *kind_find(
    const struct standard *standard, const char *kind);
/* kind_of_name(standard, file_name): the kind a name begins with, longest
 * first; NULL if none. */
const struct file_kind *kind_of_name(
    const struct standard *standard, const char *file_name);
/* service_type(standard, code, column): cell of the service type that a code
 * begins with ("111211" -> 11); NULL if there is none. */
const char *service_type(
    const struct standard *standard, const char *code, const char *column);
/* service_home(standard, code): its type is one of the home domain. */
bool service_home(const struct standard *standard, const char *code);
/* standard_tolerance(standard, which): a figure of tolerances.tsv. */
long standard_tolerance(const struct standard *standard, enum tolerance which);
/* finding_find(standard, code): its texts; NULL if the table lacks it. */
const struct finding_text *finding_find(
    const struct standard *standard, const char *code);

/* pattern_parse(text, out): a cell like "UPPLAN_{month:6}_{to_office:10}.CSV"
 * of the kind; false if it breaks the notation. */
bool pattern_parse(const char *kind, const char *text, struct pattern *out);

struct loader {
	const char *dir;
	struct standard *standard;
	struct why *why;
};

/* table_text(table, row, column): the cell of a column by its name. */
const char *table_text(
    const struct table *table, size_t row, const char *column);
/* load_path(out, dir, name): "dir/name"; TSK_TOOBIG. */
int load_path(
    char out[PATH_MAX], const char *dir, const char *name) TSK_MUST_USE;
/* load_table(loader, name, columns, out): the table must have these columns
 * (NULL-terminated); its line numbers are used in later messages. */
int load_table(struct loader *loader, const char *name,
    const char *const *columns, struct table **out);
int load_bad(struct loader *loader, const char *name, const struct table *table,
    size_t row, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* codes_load(loader, layout): the code tables that a layout's table names. */
int codes_load(struct loader *loader, const struct table *layout);
/* codes_need(loader, path, out): a code table that the checks need whether a
 * layout names it or not. */
int codes_need(
    struct loader *loader, const char *path, const struct layout_codes **out);
int codes_index_types(struct loader *loader);
int layout_load(struct loader *loader, struct file_kind *kind);
int layout_load_v3(struct loader *loader);
int layout_load_special(struct loader *loader);
/* One table each, in the order of standard.c. */
int findings_load(struct loader *loader);
int profiles_load(struct loader *loader);
int tolerances_load(struct loader *loader);
int links_load(struct loader *loader);
int roles_load(struct loader *loader);
int kinds_load(struct loader *loader);
int editions_load(struct loader *loader);
int editions_check(struct loader *loader); /* after the code tables */
/* shape_find(standard, name): -1: editions.tsv names no such layout. */
int shape_find(const struct standard *standard, const char *name);
int bundles_load(struct loader *loader);
int masters_load(struct loader *loader);
int rule_load(struct loader *loader);
int replacements_load(struct loader *loader);
int writing_load(struct loader *loader);
int quirks_load(struct loader *loader);
int reads_load(struct loader *loader);
/* cell_uncertain(cell, out, size): copy without a final '?'; true if it had
 * one. */
bool cell_uncertain(const char *cell, char *out, size_t size);
/* cell_number(text, max, out): a plain decimal number 1..max. */
bool cell_number(const char *text, unsigned max, unsigned *out);
/* layout_codes_of(standard, path): a loaded code table or NULL. */
const struct layout_codes *layout_codes_of(
    const struct standard *standard, const char *path);

#endif
