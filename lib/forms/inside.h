/* NAME
 *	inside - what the files of lib/forms share with each other only
 * DESCRIPTION
 *	A job becomes bundles (the records of each set), bundles become units (a
 *	form of a client), and each unit draws its pages.  Everything is drawn
 *	twice: first onto nothing, to know how many pages there are (units[].pages,
 *	pages_all), then onto the target.
 */
#ifndef TASUKI_FORMS_INSIDE_H
#define TASUKI_FORMS_INSIDE_H

#include "layout.h"

#include "draw.h"
#include "form.h"
#include "forms.h"
#include "groups.h"
#include "ledger.h"
#include "page.h"
#include "pivot.h"
#include "records.h"

/* Each is a table of config/forms. */
enum form_id {
	FORM_6,
	FORM_7,
	FORM_1,
	FORM_2,
	FORM_3,
	FORM_PERSON,         /* 利用者基本情報 */
	FORM_PERSON_SECOND,  /* its second page */
	FORM_PREVENT,        /* 介護予防サービス・支援計画書 */
	FORM_PREVENT_SECOND, /* its support plan */
	FORM_NOTICE,         /* 削除のお知らせ */
	FORM_PLAIN,          /* any other table */
	FORM_MORE,           /* 続紙 */
	FORM_COVER_FAX,
	FORM_COVER_POST,
	FORM_COVER_TEST,
	FORM_IMAGE,
	FORM_IDS
};

/* The columns of form 6, as the table of places has them. */
struct form6_places {
	struct form_place time, content, office, side, days, total;
	struct form_place dates, weekdays, grid;
	unsigned rows; /* services a page */
};

struct forms {
	const struct standard *standard;
	struct form *table[FORM_IDS];
	struct form6_places form6_places;
	const struct layout_codes *care_levels; /* lives with standard */
};

/* Kinds that are kept as records. */
enum kind_id {
	KIND_HOSOKU,
	KIND_1,
	KIND_2,
	KIND_3,
	KIND_7,
	KIND_KIHON,
	KIND_KIHON_SUB1,
	KIND_KIHON_SUB2,
	KIND_YOBO,
	KIND_YOBO_SUB,
	KIND_DLT_PLAN1,
	KIND_DLT_PLAN,
	KIND_DLT_RESULT,
	KIND_DLT_KIHON,
	KIND_DLT_YOBO,
	KIND_IDS
};

struct bundle {
	const struct draw_set *set;
	struct pivot pivot;
	struct records records[KIND_IDS];
	struct groups groups[KIND_IDS];
	bool *joined; /* [document]: drawn within a form */
};

struct draw;

struct unit;
typedef void unit_fn(struct draw *d, const struct unit *unit);

struct unit {
	void (*draw)(struct draw *d, const struct unit *unit);
	const struct bundle *bundle; /* NULL: not of a set */
	uint64_t tag;                /* of the client and month or plan */
	uint64_t person;             /* of the client alone; 0: none */
	size_t index;                /* of the client, group, document, image */
	unsigned pages;
};

/* A special value of a form. */
struct value_row {
	const char *name;
	void (*put)(struct draw *d, struct buf *out);
};

struct source {
	const struct records *records;
	size_t row;
};
#define SOURCES_MAX 4

struct note {
	char *label, *text;
};

struct draw {
	const struct forms *forms;
	const struct draw_job *job;
	struct draw_result *result;
	struct page *page;
	struct bundle *bundles;
	struct unit *units;
	size_t unit_count, unit_room;
	unsigned pages_all, form_pages;
	/* the unit being drawn */
	const struct unit *unit;
	const struct draw_set *set; /* NULL: cover, images */
	enum form_id form;
	unsigned page_no;
	const struct value_row *values;
	size_t value_count;
	struct source sources[SOURCES_MAX];
	size_t source_count;
	const struct pivot_client *client; /* form 6 */
	int year, month, days;
	struct note *notes;
	size_t note_count, note_room;
	char mark[32];
	struct buf value;
	char office_number[16];  /* the last one asked for ... */
	const char *office_name; /* ... and its name in the set */
	const struct bundle *office_bundle;
};

/* forms.c */
const struct form *forms_table(const struct forms *forms, enum form_id id);

/* bundle.c */
int bundle_read(struct bundle *bundle, const struct forms *forms,
    struct draw_set *set, struct why *why) TSK_MUST_USE;
void bundle_fini(struct bundle *bundle);
/* bundle_kind(): index in records[], or -1. */
int bundle_kind(const char *kind);
/* bundle_document_kind(forms, document, out): kind as text; "" for none. */
void bundle_document_kind(const struct forms *forms,
    const struct draw_document *document, char out[NAME_KIND_BYTES]);

/* units.c */
struct unit *units_add(struct draw *d, unit_fn *draw,
    const struct bundle *bundle, uint64_t tag, size_t index);
void units_add_set(struct draw *d, struct bundle *bundle);
/* units_person(records, row): a tag of the client alone, never 0. */
uint64_t units_person(const struct records *records, size_t row);

/* sheet.c: pages */
void sheet_begin(struct draw *d, enum form_id form);
void sheet_end(struct draw *d);
/* sheet_more(d): what did not fit, on pages of its own. */
void sheet_more(struct draw *d);
const char *sheet_overflow(void *arg, const char *label, const char *text);
/* sheet_ledger(d, ledger, form): ledger_draw() on pages of a form. */
void sheet_ledger(
    struct draw *d, const struct ledger *ledger, enum form_id form);
const char *sheet_office(struct draw *d, const char *number);

/* values.c */
const char *values_get(void *arg, const char *name, const char *format);
/* values_label(d, name): the Japanese name of a field, or the name. */
const char *values_label(const struct draw *d, const char *name);
/* values_write(d, out, field, text, format): append text as format says. */
void values_write(struct draw *d, struct buf *out,
    const struct layout_field *field, const char *text, const char *format);
void values_date(struct buf *out, const char *date);
void values_number(struct buf *out, const char *text);
/* values_source(d, records, row): one more place to look names up. */
void values_source(struct draw *d, const struct records *records, size_t row);
/* values_hosoku(d, bundle, insurer, insured, plan_date, month): the record of
 * UPHOSOKU as a source, if there is one; NULL: not looked at. */
void values_hosoku(struct draw *d, const struct bundle *bundle,
    const char *insurer, const char *insured, const char *plan_date,
    const char *month);

/* the forms */
int form6_prepare(const struct form *form, struct form6_places *places,
    const char *path, struct why *why) TSK_MUST_USE;
int form6_read(const struct standard *standard, const struct draw_set *set,
    const struct forms *forms, struct pivot *pivot,
    struct why *why) TSK_MUST_USE;
void form6_draw_unit(struct draw *d, const struct unit *unit);
extern const struct value_row form6_values[];
extern const size_t form6_value_count;
void form7_draw_unit(struct draw *d, const struct unit *unit);
void plan1_draw_unit(struct draw *d, const struct unit *unit);
void plan2_draw_unit(struct draw *d, const struct unit *unit);
void week_draw_unit(struct draw *d, const struct unit *unit);
void person_draw_unit(struct draw *d, const struct unit *unit);
void prevent_draw_unit(struct draw *d, const struct unit *unit);
void notice_draw_unit(struct draw *d, const struct unit *unit);
void recall_draw_unit(struct draw *d, const struct unit *unit);
void plain_draw_unit(struct draw *d, const struct unit *unit);
void photo_draw_unit(struct draw *d, const struct unit *unit);
void cover_draw_unit(struct draw *d, const struct unit *unit);
void image_draw_unit(struct draw *d, const struct unit *unit);

#endif
