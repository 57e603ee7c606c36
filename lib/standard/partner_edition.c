/* NAME
 *	partner_edition - what a partner reads
 * SUMMARY
 *	See partner_edition.h.
 * DIAGNOSTICS
 *	At loading TSK_INVALID with file and line: a version that editions.tsv
 *	does not know.
 */
#include <stdio.h>
#include <string.h>

#include "convert.h"
#include "partner_edition.h"
#include "tables.h"

#define LINE_MAX_BYTES 256
#define WORD_BYTES     32

/* -- the text ----------------------------------------------------------- */

static bool
digits(const char *text, size_t n)
{
	return strlen(text) == n && strspn(text, "0123456789") == n;
}

static bool
take_line(const char *line, struct partner_edition *out)
{
	char code[8], first[15], last[15];

	if (out->count == PARTNER_EDITIONS_MAX ||
	    sscanf(line, "edition %7s %14s %14s", code, first, last) != 3 ||
	    !digits(code, 6) || !digits(first, 14) || !digits(last, 14))
		return false;
	memcpy(out->seen[out->count].code, code, sizeof code);
	memcpy(out->seen[out->count].first, first, sizeof first);
	memcpy(out->seen[out->count].last, last, sizeof last);
	out->count++;
	return true;
}

void
partner_edition_parse(const char *text, struct partner_edition *out)
{
	*out = (struct partner_edition){0};
	buf_init(&out->rest, PARTNER_TEXT_MAX);
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		char line[LINE_MAX_BYTES];

		if (n > 0 && n < sizeof line) {
			snprintf(line, sizeof line, "%.*s", (int)n, text);
			if (!take_line(line, out) &&
			    strncmp(line, "edition ", 8) != 0)
				buf_printf(&out->rest, "%s\n", line);
		}
		text += n + (text[n] == '\n');
	}
}

void
partner_edition_print(const struct partner_edition *editions, struct buf *out)
{
	for (size_t i = 0; i < editions->count; i++)
		buf_printf(out, "edition %s %s %s\n", editions->seen[i].code,
		    editions->seen[i].first, editions->seen[i].last);
	buf_add(out, editions->rest.data, editions->rest.len);
}

void
partner_edition_fini(struct partner_edition *editions)
{
	buf_fini(&editions->rest);
}

bool
partner_edition_add(
    struct partner_edition *editions, const char *code, const char *stamp)
{
	size_t i = 0;

	if (!digits(code, 6) || !digits(stamp, 14))
		return false;
	while (i < editions->count && strcmp(editions->seen[i].code, code) != 0)
		i++;
	if (i == PARTNER_EDITIONS_MAX)
		return false;
	if (i == editions->count) {
		memcpy(editions->seen[i].code, code, 7);
		memcpy(editions->seen[i].first, stamp, 15);
		memcpy(editions->seen[i].last, stamp, 15);
		editions->count++;
		return true;
	}
	if (strcmp(stamp, editions->seen[i].last) <= 0)
		return false;
	memcpy(editions->seen[i].last, stamp, 15);
	return true;
}

/* -- the verdict -------------------------------------------------------- */

static enum partner_reads
better(enum partner_reads a, enum partner_reads b)
{
	static const int rank[] = {[PARTNER_UNKNOWN] = 0,
	    [PARTNER_NOT] = 1,
	    [PARTNER_MAY_READ] = 2,
	    [PARTNER_READS] = 3};

	return rank[a] >= rank[b] ? a : b;
}

/* What a row says about who writes ${writes}. */
static enum partner_reads
row_says(
    const struct table *t, size_t row, const char *writes, const char *wanted)
{
	char reads[16];
	bool unsure =
	    cell_uncertain(table_text(t, row, "reads"), reads, sizeof reads);

	if (strcmp(table_text(t, row, "writes"), writes) != 0 ||
	    strcmp(reads, wanted) != 0)
		return PARTNER_NOT;
	return unsure ? PARTNER_MAY_READ : PARTNER_READS;
}

enum partner_reads
partner_edition_reads(const struct standard *standard,
    const struct partner_edition *editions,
    const struct layout_edition *edition)
{
	const struct table *t = standard->reads;
	enum partner_reads found = PARTNER_UNKNOWN;

	for (size_t i = 0; i < editions->count; i++) {
		if (strcmp(editions->seen[i].code, edition->code) == 0)
			return PARTNER_READS;
		for (size_t row = 0; row < table_rows(t); row++)
			found = better(
			    found, row_says(t, row, editions->seen[i].code,
				       edition->code));
	}
	return found;
}

const struct layout_edition *
partner_edition_latest(
    const struct standard *standard, const struct partner_edition *editions)
{
	const char *last = "", *code = NULL;

	for (size_t i = 0; i < editions->count; i++) {
		if (strcmp(editions->seen[i].last, last) > 0) {
			last = editions->seen[i].last;
			code = editions->seen[i].code;
		}
	}
	return code != NULL ? layout_edition(standard, code) : NULL;
}

/* -- the registry, then what came ----------------------------------------- */

/* Copies of it may be made. */
static bool
writable(const struct layout_edition *e)
{
	return e->form != NAME_V4_0;
}

/* V1, V2 and V3 are one form: who reads one of them imports the others. */
static bool
same_form(const struct layout_edition *a, const struct layout_edition *b)
{
	return a->shape == b->shape && a->form == b->form;
}

/* The later of two by the table, one that may be written before one that may
 * not. */
static const struct layout_edition *
rather(const struct layout_edition *a, const struct layout_edition *b)
{
	if (a == NULL || writable(a) != writable(b))
		return a != NULL && writable(a) ? a : b;
	return a > b ? a : b; /* both are rows of one array */
}

/* False: the registry says nothing that means anything here. */
static bool
judge_listed(const struct standard *standard, const char *listed,
    const struct layout_edition *sent, struct partner_verdict *out)
{
	enum partner_reads reads = PARTNER_NOT;

	for (const char *at = listed; *at != '\0';) {
		const struct layout_edition *e;
		size_t n = strcspn(at, " ");
		char word[WORD_BYTES];

		snprintf(word, sizeof word, "%.*s", (int)n, at);
		e = n > 0 && n < sizeof word ? convert_edition(standard, word)
					     : NULL;
		at += n + (at[n] == ' ');
		if (e == NULL)
			continue;
		out->theirs = rather(out->theirs, e);
		reads = better(reads, e == sent            ? PARTNER_READS
				      : same_form(e, sent) ? PARTNER_MAY_READ
							   : PARTNER_NOT);
	}
	out->reads = reads;
	out->source = PARTNER_BY_REGISTRY;
	return out->theirs != NULL;
}

void
partner_edition_judge(const struct standard *standard, const char *listed,
    const struct partner_edition *editions, const struct layout_edition *sent,
    struct partner_verdict *out)
{
	*out = (struct partner_verdict){.reads = PARTNER_UNKNOWN};
	if (!judge_listed(standard, listed, sent, out)) {
		out->reads = partner_edition_reads(standard, editions, sent);
		out->theirs = partner_edition_latest(standard, editions);
		out->source =
		    out->theirs == NULL ? PARTNER_BY_NOTHING : PARTNER_BY_FILES;
	}
	if (out->theirs != NULL && writable(out->theirs))
		out->copy = out->theirs;
}

/* -- the table ---------------------------------------------------------- */

int
reads_load(struct loader *loader)
{
	static const char *const columns[] = {"writes", "reads", NULL};
	struct standard *s = loader->standard;
	int rc = load_table(loader, "reads.tsv", columns, &s->reads);

	for (size_t i = 0; rc == 0 && i < table_rows(s->reads); i++) {
		char reads[16];

		cell_uncertain(
		    table_text(s->reads, i, "reads"), reads, sizeof reads);
		if (layout_edition(s, reads) == NULL ||
		    layout_edition(s, table_text(s->reads, i, "writes")) ==
			NULL)
			rc = load_bad(loader, "reads.tsv", s->reads, i,
			    "editions.tsv does not know one of the versions.");
	}
	return rc;
}
