/* NAME
 *	version - are two parcels versions of one thing?
 */
#include <stdlib.h>
#include <string.h>

#include "digest.h"

#include "version.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

uint64_t
version_of(const struct wire_parcel *p)
{
	const char *kinds[WIRE_DOCUMENTS_MAX];
	uint64_t tag = 0;
	size_t i;

	if (p->stamp[0] == '\0' || !wire_marked(p))
		return 0;
	for (i = 0; i < p->document_count; i++) {
		if (p->documents[i].kind[0] == '\0')
			return 0;
		kinds[i] = p->documents[i].kind;
	}
	qsort(kinds, p->document_count, sizeof(kinds[0]), compare);
	tag = digest_tag(p->from, strlen(p->from) + 1, tag);
	tag = digest_tag(p->from_type, strlen(p->from_type) + 1, tag);
	tag = digest_tag(p->to, strlen(p->to) + 1, tag);
	tag = digest_tag(p->to_type, strlen(p->to_type) + 1, tag);
	tag = digest_tag(p->month, strlen(p->month) + 1, tag);
	for (i = 0; i < p->document_count; i++)
		tag = digest_tag(kinds[i], strlen(kinds[i]) + 1, tag);
	tag = digest_tag(p->clients_mark, WIRE_MARK_BYTES, tag);
	return tag != 0 ? tag : 1;
}
