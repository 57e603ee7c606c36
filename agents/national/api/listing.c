/* NAME
 *	listing - a page of a list, as the gateway's items
 * SUMMARY
 *	see listing.h
 * DESCRIPTION
 *	From a list the gateway learns that something is NOT there and may be
 *	sent: a page that cannot be told in full is no page.
 */
#include <stdlib.h>
#include <string.h>

#include "listing.h"
#include "shape.h"

#define WORD_BYTES 64

static enum item_state
state_of(const struct api_list *how, const char *word)
{
	if (shape_match(how->waiting, word))
		return ITEM_WAITING;
	if (shape_match(how->fetched, word))
		return ITEM_FETCHED;
	if (shape_match(how->refused, word))
		return ITEM_REFUSED;
	return ITEM_SENT;
}

static void
take_peer(
    const struct api_list *how, const json_t *item, struct driver_item *out)
{
	shape_word(item, how->peer, out->peer, sizeof(out->peer));
	shape_word(
	    item, how->peer_type, out->peer_type, sizeof(out->peer_type));
	if (!number_office_form(out->peer, strlen(out->peer)))
		out->peer[0] = '\0';
	if (!number_type_form(out->peer_type))
		out->peer_type[0] = '\0';
}

static bool
take_file(
    const struct api_list *how, const json_t *file, struct driver_item *out)
{
	char word[DIGEST_HEX_BYTES + 1];

	shape_word(file, how->name, out->name, sizeof(out->name));
	shape_word(file, how->bytes, word, sizeof(word));
	out->bytes = word[0] == '\0' ? UINT64_MAX : strtoull(word, NULL, 10);
	shape_word(file, how->sha256, word, sizeof(word));
	out->hashed = digest_unhex(word, out->sha256, sizeof(out->sha256)) == 0;
	return out->name[0] != '\0';
}

static int
add_file(struct listing *l, const json_t *file, struct driver_item *item)
{
	if (!take_file(l->how, file, item))
		return TSK_INVALID;
	if (l->count >= l->most) {
		l->cut = true;
		return 0;
	}
	l->count++;
	return l->add(l->arg, item);
}

static int
add_item(struct listing *l, const json_t *json)
{
	const struct api_list *how = l->how;
	struct driver_item item = {0};
	char word[WORD_BYTES];
	int rc = 0;

	shape_word(json, how->ref, item.ref, sizeof(item.ref));
	item.state =
	    state_of(how, shape_word(json, how->state, word, sizeof(word)));
	item.at_ms = shape_time(shape_word(json, how->at, word, sizeof(word)));
	take_peer(how, json, &item);
	if (how->files[0] == '\0')
		return add_file(l, json, &item);
	const json_t *files = shape_at(json, how->files);
	if (!json_is_array(files))
		return TSK_INVALID;
	for (size_t i = 0; rc == 0 && i < json_array_size(files); i++)
		rc = add_file(l, json_array_get(files, i), &item);
	return rc;
}

int
listing_page(
    struct listing *l, const json_t *root, char cursor[LISTING_CURSOR_BYTES])
{
	const json_t *items = shape_at(root, l->how->items);
	int rc = json_is_array(items) ? 0 : TSK_INVALID;

	for (size_t i = 0; rc == 0 && i < json_array_size(items); i++)
		rc = add_item(l, json_array_get(items, i));
	shape_word(root, l->how->next, cursor, LISTING_CURSOR_BYTES);
	return rc;
}
