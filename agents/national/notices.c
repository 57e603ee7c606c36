/* NAME
 *	notices - what people should know, until it is over
 * SUMMARY
 *	see notices.h
 */
#include <stdio.h>
#include <stdlib.h>

#include <czmq.h>

#include "err.h"
#include "log.h"

#include "notices.h"

#define KEY_BYTES 64

struct notices {
	zhashx_t *all; /* "office/code" -> struct notice */
};

static void
notice_free(void **notice)
{
	free(*notice);
	*notice = NULL;
}

struct notices *
notices_new(void)
{
	struct notices *n = mem_new(sizeof(*n));

	n->all = zhashx_new();
	zhashx_set_destructor(n->all, notice_free);
	return n;
}

void
notices_free(struct notices **notices_p)
{
	struct notices *n = *notices_p;

	if (n == NULL)
		return;
	zhashx_destroy(&n->all);
	free(n);
	*notices_p = NULL;
}

static const char *
key_of(const char *office, const char *code, char out[KEY_BYTES])
{
	snprintf(out, KEY_BYTES, "%.16s/%.32s", office, code);
	return out;
}

void
notices_add(struct notices *n, const char *office, const char *code,
    const char *text, int64_t now)
{
	char key[KEY_BYTES];
	struct notice *one = zhashx_lookup(n->all, key_of(office, code, key));

	if (one == NULL) {
		log_warn(
		    "notice: office=%s code=%s why=\"%s\"", office, code, text);
		if (zhashx_size(n->all) >= NOTICES_MAX)
			return; /* it is in the log */
		one = mem_new(sizeof(*one));
		snprintf(one->office, sizeof(one->office), "%s", office);
		snprintf(one->code, sizeof(one->code), "%s", code);
		one->first_ms = now;
		zhashx_insert(n->all, key, one);
	}
	snprintf(one->text, sizeof(one->text), "%s", text);
	one->times++;
	one->last_ms = now;
}

void
notices_clear(struct notices *n, const char *office, const char *code)
{
	char key[KEY_BYTES];

	if (zhashx_lookup(n->all, key_of(office, code, key)) == NULL)
		return;
	log_info("notice: office=%s code=%s result=over", office, code);
	zhashx_delete(n->all, key);
}

const struct notice *
notices_first(struct notices *n)
{
	return zhashx_first(n->all);
}

const struct notice *
notices_next(struct notices *n)
{
	return zhashx_next(n->all);
}
