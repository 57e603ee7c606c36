/* NAME
 *	compare_scope - which offices have reported
 * DESCRIPTION
 *	A planned use is missing only if its office has told of its month: an
 *	office and service type without any actual use is "unreported", and so
 *	are percentage additions of an office that writes none of them.
 */
#include <stdlib.h>
#include <string.h>

#include "digest.h"

#include "compare_inside.h"

static uint64_t
place(
    const struct compare *c, uint32_t month, uint32_t office, const char *type)
{
	const char *m = words_text(&c->words, month);
	const char *o = words_text(&c->words, office);
	uint64_t tag = digest_tag(m, strlen(m) + 1, 0);

	tag = digest_tag(o, strlen(o) + 1, tag);
	return digest_tag(type, strnlen(type, 2), tag);
}

static void
add(struct compare_scope *s, uint64_t digest)
{
	if (s->count == s->room) {
		s->room = s->room == 0 ? 64 : 2 * s->room;
		s->digests =
		    mem_resize(s->digests, s->room * sizeof *s->digests);
	}
	if (s->count == 0 || s->digests[s->count - 1] != digest)
		s->digests[s->count++] = digest;
}

static int
by_digest(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Percentage additions: another scope of the same place. */
static uint64_t
rate_scope(uint64_t digest)
{
	return digest_tag("%", 1, digest);
}

/* An office that sent a file has reported, whoever is in it. */
void
compare_scope_fill(struct compare *c, struct compare_scope *s)
{
	for (uint32_t i = 0; i < c->file_count; i++) {
		const struct compare_file *f = &c->files[i];

		if (!f->out && f->role == FILE_ACTUAL)
			add(s, place(c,
				   words_add(&c->words, f->name.month,
				       strlen(f->name.month)),
				   words_add(&c->words, f->name.from,
				       strlen(f->name.from)),
				   f->name.from_type));
	}
	for (size_t i = 0; i < c->use_count; i++) {
		const struct use *u = &c->uses[i];
		const char *code = words_text(&c->words, u->code);
		uint64_t digest;

		if (u->side != COMPARE_RIGHT)
			continue;
		digest = place(c, c->clients[u->client].month, u->office, code);
		add(s, digest);
		if (standard_service_rate(c->standard, code))
			add(s, rate_scope(digest));
	}
	if (s->count > 0)
		qsort(s->digests, s->count, sizeof *s->digests, by_digest);
}

static bool
in_scope(const struct compare_scope *s, uint64_t digest)
{
	return s->count > 0 && bsearch(&digest, s->digests, s->count,
				   sizeof digest, by_digest) != NULL;
}

enum compare_state
compare_scope_lone(const struct compare *c, const struct compare_scope *s,
    const struct use *u, bool rate)
{
	uint32_t month = c->clients[u->client].month;

	if (rate && c->mode == COMPARE_PLAN_ACTUAL &&
	    !in_scope(s, rate_scope(place(c, month, u->office,
			     words_text(&c->words, u->code)))))
		return COMPARE_UNREPORTED;

	if (c->mode != COMPARE_PLAN_ACTUAL ||
	    in_scope(s,
		place(c, month, u->office, words_text(&c->words, u->code))) ||
	    in_scope(s, place(c, month, u->office, "")))
		return COMPARE_MISSING;
	return COMPARE_UNREPORTED;
}
