/* NAME
 *	reads - which editions of the standard a desk reads, by its row
 * SUMMARY
 *	See reads.h.
 * BUGS
 *	The row is read anew for each question: agents ask once a partner and
 *	while, not once a parcel.
 */
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "post.h"
#include "reads.h"
#include "registry_row.h"
#include "route.h"
#include "utf8.h"

#define WORD_BYTES 64

struct word {
	char edition[17];
	int from, to; /* YYYYMMDD; 0 = open */
};

static bool
take_word(const char *text, size_t n, struct word *out)
{
	char copy[WORD_BYTES], *days;
	size_t length;

	*out = (struct word){.edition = ""};
	if (n >= sizeof(copy))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	days = strchr(copy, ':');
	if (days != NULL)
		*days++ = '\0';
	length = strlen(copy);
	if (length == 0 || length >= sizeof(out->edition) ||
	    strspn(copy, "0123456789abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-") != length)
		return false;
	memcpy(out->edition, copy, length + 1);
	return days == NULL || row_days(days, &out->from, &out->to);
}

/* The next word of ${*at}; false at the end. */
static bool
next_word(const char **at, size_t *n)
{
	*at += strspn(*at, " ,");
	*n = strcspn(*at, " ,");
	return *n > 0;
}

bool
reads_good(const char *text)
{
	struct word word;
	size_t n;

	if (strlen(text) >= READS_BYTES)
		return false;
	for (const char *at = text; next_word(&at, &n); at += n) {
		if (!take_word(at, n, &word))
			return false;
	}
	return true;
}

const char *
reads_of(const char *text, int day, char out[READS_BYTES])
{
	size_t used = 0, n;
	struct word word;

	out[0] = '\0';
	for (const char *at = text; next_word(&at, &n); at += n) {
		size_t length;

		if (!take_word(at, n, &word) ||
		    (word.from != 0 && day < word.from) ||
		    (word.to != 0 && day > word.to))
			continue;
		length = strlen(word.edition);
		if (used + length + 2 > READS_BYTES)
			break;
		if (used > 0)
			out[used++] = ' ';
		memcpy(out + used, word.edition, length + 1);
		used += length;
	}
	return out;
}

const char *
reads_today(
    const struct broker *b, const struct desk *desk, char out[READS_BYTES])
{
	char scratch[ROW_SCRATCH_BYTES], queue[STORE_QUEUE_BYTES];
	int day = deadline_day(b->wall_ms);
	json_t *row;

	out[0] = '\0';
	if (!desk->inside && route_data(desk, b->ways, day, queue) == 0)
		return out; /* paper: any person reads it */
	row = json_loads(desk->json, 0, NULL);
	if (row != NULL)
		reads_of(row_text(row, "editions", scratch), day, out);
	json_decref(row);
	return out;
}

/* For a person's eye: what makes a text look like another one is left out. */
static void
name_of(const struct desk *desk, char out[WIRE_CALLED_BYTES_MAX + 1])
{
	char scratch[ROW_SCRATCH_BYTES];
	json_t *row = json_loads(desk->json, 0, NULL);
	const char *name = row != NULL ? row_text(row, "name", scratch) : "";
	size_t n = utf8_cut(name, strnlen(name, WIRE_CALLED_BYTES_MAX)), at = 0;
	size_t used;

	for (size_t i = 0; i < n; i += used) {
		if (utf8_hidden(utf8_next(name + i, n - i, &used)))
			continue;
		memcpy(out + at, name + i, used);
		at += used;
	}
	out[at] = '\0';
	json_decref(row);
}

void
reads_message(
    struct broker *b, struct session *s, const struct wire_reads *reads)
{
	const struct desk *desk = registry_match(b->registry, reads->number,
	    reads->type, deadline_day(b->wall_ms), NULL);
	struct wire_msg msg = {.type = WIRE_READS, .reads = *reads};
	char out[READS_BYTES] = "", name[WIRE_CALLED_BYTES_MAX + 1] = "";

	if (s->protocol < 4)
		return;
	if (desk != NULL && s->agent->role == ROLE_OFFICE) {
		(void)reads_today(b, desk, out);
		name_of(desk, name);
	}
	msg.reads.editions = out;
	msg.reads.name = name;
	post_message(b, s, &msg);
}
