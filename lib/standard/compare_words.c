/* NAME
 *	compare_words - texts kept once each
 */
#include <stdlib.h>
#include <string.h>

#include "digest.h"

#include "compare_inside.h"

const char *
words_text(const struct words *words, uint32_t word)
{
	return words->text + words->offsets[word];
}

static size_t
find_slot(const struct words *w, const char *text, size_t n)
{
	size_t i = (size_t)digest_tag(text, n, 0) & (w->slot_count - 1);

	while (w->slots[i] != 0) {
		const char *at = words_text(w, w->slots[i] - 1);

		if (strlen(at) == n && memcmp(at, text, n) == 0)
			break;
		i = (i + 1) & (w->slot_count - 1);
	}
	return i;
}

/* At most half full, so that find_slot() ends. */
static void
grow_slots(struct words *w)
{
	if (2 * ((size_t)w->count + 1) <= w->slot_count)
		return;
	free(w->slots);
	w->slot_count = w->slot_count == 0 ? 256 : 2 * w->slot_count;
	w->slots = mem_new(w->slot_count * sizeof *w->slots);
	for (uint32_t i = 0; i < w->count; i++) {
		const char *text = words_text(w, i);

		w->slots[find_slot(w, text, strlen(text))] = i + 1;
	}
}

static void
append(struct words *w, const char *text, size_t n)
{
	if (w->bytes + n + 1 > w->room) {
		w->room = 2 * w->room + n + 4096;
		w->text = mem_resize(w->text, w->room);
	}
	if (w->count == w->count_room) {
		w->count_room = w->count_room == 0 ? 256 : 2 * w->count_room;
		w->offsets =
		    mem_resize(w->offsets, w->count_room * sizeof *w->offsets);
	}
	w->offsets[w->count++] = w->bytes;
	memcpy(w->text + w->bytes, text, n);
	w->text[w->bytes + n] = '\0';
	w->bytes += n + 1;
}

uint32_t
words_add(struct words *w, const char *text, size_t n)
{
	size_t slot;

	grow_slots(w);
	slot = find_slot(w, text, n);
	if (w->slots[slot] == 0) {
		append(w, text, n);
		w->slots[slot] = w->count;
	}
	return w->slots[slot] - 1;
}

static int
by_text(const void *a, const void *b, void *arg)
{
	const uint32_t *x = a, *y = b;

	return strcmp(words_text(arg, *x), words_text(arg, *y));
}

uint32_t *
words_ranks(const struct words *w)
{
	uint32_t *order = mem_new(((size_t)w->count + 1) * sizeof *order);
	uint32_t *ranks = mem_new(((size_t)w->count + 1) * sizeof *ranks);

	for (uint32_t i = 0; i < w->count; i++)
		order[i] = i;
	qsort_r(order, w->count, sizeof *order, by_text, (void *)w);
	for (uint32_t i = 0; i < w->count; i++)
		ranks[order[i]] = i;
	free(order);
	return ranks;
}

void
words_fini(struct words *w)
{
	free(w->text);
	free(w->offsets);
	free(w->slots);
	memset(w, 0, sizeof *w);
}
