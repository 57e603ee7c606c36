/* NAME
 *	check_late - what only a second occurrence or the end of a file shows
 * SUMMARY
 *	check_once() says a record that is there already, check_client() gives
 *	what is remembered of a client, check_late_*() say the rest at the end.
 * DESCRIPTION
 *	The first KEYS_MAX records and clients are kept in memory, and repeats
 *	are said at once.  Beyond that they are spilled, and said at the end, in
 *	the order of their records.  No file
 *	of care software comes near it; but memory stays the same for any file.
 * DIAGNOSTICS
 *	Without room for the temporary file the check goes on and says what it
 *	could not look into: "too-many-records", "too-many-clients".
 */
#include <stdlib.h>
#include <string.h>

#include "check_run.h"

/* A spilled place: what (a rule, or what a client has shown), the record, and
 * how many lines there are more than records before it. */
#define PLACE_BITS 28
#define PLACE_MAX  ((UINT64_C(1) << PLACE_BITS) - 1)

static uint64_t
place_pack(unsigned what, uint64_t record, uint64_t line)
{
	uint64_t more = line > record ? line - record : 0;

	return (uint64_t)what << (2 * PLACE_BITS) | record << PLACE_BITS |
	       (more < PLACE_MAX ? more : PLACE_MAX);
}

static unsigned
place_what(uint64_t note)
{
	return (unsigned)(note >> (2 * PLACE_BITS));
}

static uint64_t
place_record(uint64_t note)
{
	return note >> PLACE_BITS & PLACE_MAX;
}

static uint64_t
place_line(uint64_t note)
{
	return place_record(note) + (note & PLACE_MAX);
}

/* From the first one that finds no room on nothing is remembered. */
static void
remember(struct check_spill *spill, uint64_t digest, unsigned what,
    uint64_t record, uint64_t line)
{
	if (!spill->lost &&
	    (record > PLACE_MAX || spill_add(&spill->list, digest,
				       place_pack(what, record, line)) != 0))
		spill->lost = true;
}

/* -- the first of many -------------------------------------------------- */

/* The notes with the lowest records; of the others only what fn() counts. */
struct lowest {
	struct check_run *run;
	void (*say)(struct check_run *run, uint64_t note);
	uint64_t notes[2 * CHECK_FINDINGS_MAX];
	size_t count;
};

static int
by_record(const void *a, const void *b)
{
	uint64_t x = place_record(*(const uint64_t *)a);
	uint64_t y = place_record(*(const uint64_t *)b);

	return (x > y) - (x < y);
}

/* It counts as if it came after the last finding that is handed on. */
static void
count_only(struct lowest *lowest, uint64_t note)
{
	uint64_t said = lowest->run->said;

	lowest->run->said = CHECK_FINDINGS_MAX;
	lowest->say(lowest->run, note);
	lowest->run->said = said;
}

static void
lowest_add(struct lowest *lowest, uint64_t note)
{
	lowest->notes[lowest->count++] = note;
	if (lowest->count < 2 * CHECK_FINDINGS_MAX)
		return;
	qsort(lowest->notes, lowest->count, sizeof lowest->notes[0], by_record);
	while (lowest->count > CHECK_FINDINGS_MAX)
		count_only(lowest, lowest->notes[--lowest->count]);
}

static void
lowest_say(struct lowest *lowest)
{
	qsort(lowest->notes, lowest->count, sizeof lowest->notes[0], by_record);
	for (size_t i = 0; i < lowest->count; i++)
		lowest->say(lowest->run, lowest->notes[i]);
}

static void
finish(struct check_spill *spill, const struct spill_walk *walk,
    struct lowest *lowest, const char *code)
{
	if (!spill->lost && spill_walk(spill->list, walk) != 0)
		spill->lost = true;
	lowest_say(lowest);
	lowest->run->record = lowest->run->line = 0;
	if (spill->lost)
		check_say(lowest->run, code, 0, NULL, 0, NULL);
	free(lowest);
}

static struct lowest *
lowest_new(
    struct check_run *run, void (*say)(struct check_run *run, uint64_t note))
{
	struct lowest *lowest = mem_new(sizeof *lowest);

	lowest->run = run;
	lowest->say = say;
	return lowest;
}

/* -- records ------------------------------------------------------------ */

static void
say_repeat(struct check_run *run, const struct layout_rule *rule)
{
	check_say(run, rule->code,
	    rule->kind == RULE_REPEATED ? 0 : rule->field, NULL, 0, NULL);
}

/* The table is full: from now on it would only be searched in vain.  What it
 * holds comes first, so that it is never taken for the repeat. */
static void
spill_keys(struct check_run *run)
{
	for (size_t i = 0; i < run->record_keys.count; i++)
		remember(
		    &run->record_spill, run->record_keys.digests[i], 0, 0, 0);
	keys_fini(&run->record_keys);
}

void
check_once(
    struct check_run *run, const struct layout_rule *rule, uint64_t digest)
{
	size_t no = (size_t)(rule - run->kind->layout.rules);
	bool fresh;

	if (run->record_spill.list == NULL) {
		if (keys_add(&run->record_keys, digest, &fresh) != KEYS_FULL) {
			if (!fresh)
				say_repeat(run, rule);
			return;
		}
		spill_keys(run);
	}
	remember(
	    &run->record_spill, digest, (unsigned)no, run->record, run->line);
}

static void
say_late(struct check_run *run, uint64_t note)
{
	run->record = place_record(note);
	run->line = place_line(note);
	say_repeat(run, &run->kind->layout.rules[place_what(note)]);
}

static void
late_repeat(
    struct spill_entry *first, const struct spill_entry *entry, void *arg)
{
	(void)first;
	lowest_add(arg, entry->note);
}

void
check_late_repeats(struct check_run *run)
{
	struct lowest *lowest = lowest_new(run, say_late);
	struct spill_walk walk = {.again = late_repeat, .arg = lowest};

	finish(&run->record_spill, &walk, lowest, "too-many-records");
}

/* -- clients ------------------------------------------------------------ */

/* What the rows of the client at hand have shown goes out with the first row
 * of another one. */
static void
put_away(struct check_run *run)
{
	const struct client *client = &run->late_client;

	if (client->record > 0)
		remember(&run->client_spill, run->late_digest, client->seen,
		    client->record, client->line);
	run->late_client.record = 0;
}

static struct client *
late_client(struct check_run *run, uint64_t digest)
{
	if (run->late_client.record == 0 || run->late_digest != digest) {
		put_away(run);
		run->late_digest = digest;
		run->late_client =
		    (struct client){.record = run->record, .line = run->line};
	}
	return &run->late_client;
}

struct client *
check_client(struct check_run *run, uint64_t digest)
{
	bool fresh;
	size_t at = keys_add(&run->client_keys, digest, &fresh);

	if (at == KEYS_FULL)
		return late_client(run, digest);
	if (at >= run->clients_cap) {
		run->clients_cap =
		    run->clients_cap == 0 ? 64 : run->clients_cap * 2;
		run->clients = mem_resize(
		    run->clients, run->clients_cap * sizeof *run->clients);
	}
	if (fresh)
		run->clients[at] =
		    (struct client){.record = run->record, .line = run->line};
	return &run->clients[at];
}

static struct client
client_of_note(uint64_t note)
{
	return (struct client){.record = place_record(note),
	    .line = place_line(note),
	    .seen = place_what(note)};
}

static void
say_client(struct check_run *run, uint64_t note)
{
	struct client client = client_of_note(note);

	run->judge(run, &client, true);
}

/* Of one client: the first row, and what all rows have shown. */
static void
join_client(
    struct spill_entry *first, const struct spill_entry *entry, void *arg)
{
	(void)arg;
	first->note |= (uint64_t)place_what(entry->note) << (2 * PLACE_BITS);
}

static void
each_client(const struct spill_entry *entry, void *arg)
{
	struct lowest *lowest = arg;
	struct client client = client_of_note(entry->note);

	lowest->run->result->clients++;
	if (lowest->run->judge != NULL &&
	    lowest->run->judge(lowest->run, &client, false))
		lowest_add(lowest, entry->note);
}

void
check_late_clients(struct check_run *run, check_judge_fn *judge)
{
	struct lowest *lowest = lowest_new(run, say_client);
	struct spill_walk walk = {
	    .again = join_client, .each = each_client, .arg = lowest};

	put_away(run);
	run->judge = judge;
	run->result->clients = (uint32_t)run->client_keys.count;
	for (size_t i = 0; judge != NULL && i < run->client_keys.count; i++)
		(void)judge(run, &run->clients[i], true);
	finish(&run->client_spill, &walk, lowest, "too-many-clients");
}

void
check_late_fini(struct check_run *run)
{
	keys_fini(&run->client_keys);
	keys_fini(&run->record_keys);
	spill_free(&run->client_spill.list);
	spill_free(&run->record_spill.list);
	free(run->clients);
}
