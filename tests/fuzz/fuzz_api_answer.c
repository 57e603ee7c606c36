/* NAME
 *	fuzz_api_answer - any bytes as an answer of the national system
 * DESCRIPTION
 *	First byte: HTTP status; then the body.  It is judged, and read as a
 *	list and as a fetched item.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "judge.h"
#include "listing.h"
#include "payload.h"

#define NOW        1795500000000
#define TEXT(text) ((char *)(uintptr_t)(text))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct api_profile profile = {
    .payload = TEXT("4.1"),
    .items_max = 50,
    .tries.locked_ms = 1000,
    .http = {.ok = TEXT("200"),
	.token = TEXT("401"),
	.office = TEXT("403"),
	.pause = TEXT("503"),
	.later = TEXT(""),
	.unsure = TEXT("5*"),
	.never = TEXT("400"),
	.gone = TEXT("404"),
	.code = TEXT("error.code"),
	.until = TEXT("error.until"),
	.pause_ms = 1000},
    .codes = {.at = TEXT("result.code"),
	.until = TEXT("until"),
	.ok = TEXT("0000 W*"),
	.token = TEXT("A4"),
	.login = TEXT("A1"),
	.locked = TEXT("A2"),
	.person = TEXT("A3"),
	.pause = TEXT(""),
	.later = TEXT("R*"),
	.gone = TEXT("B8")},
    .fetch = {.files = TEXT("files"),
	.name = TEXT("name"),
	.content = TEXT("content"),
	.sha256 = TEXT("")},
};

static const struct api_list list = {
    .items = TEXT("items"),
    .next = TEXT("next"),
    .ref = TEXT("id"),
    .at = TEXT("at"),
    .peer = TEXT("to.office"),
    .peer_type = TEXT("to.type"),
    .state = TEXT("state"),
    .waiting = TEXT("w"),
    .sent = TEXT("s"),
    .fetched = TEXT("f"),
    .refused = TEXT("r"),
    .files = TEXT("files"),
    .name = TEXT("name"),
    .bytes = TEXT("size"),
    .sha256 = TEXT("sha256"),
};

static int
add(void *arg, const struct driver_item *item)
{
	unsigned *count = arg;

	if (item->name[0] == '\0' ||
	    memchr(item->ref, '\0', sizeof(item->ref)) == NULL ||
	    (item->peer[0] != '\0' && !number_office_form(item->peer, 10)))
		abort();
	return ++*count > 50 ? TSK_TOOBIG : 0;
}

static int
take(void *arg, const char *name, const void *data, size_t bytes)
{
	(void)arg;
	if (!file_name_safe(name) || (bytes > 0 && data == NULL))
		abort();
	return 0;
}

static void
judge(long status, const json_t *root)
{
	struct judgement j = judge_answer(&profile, status, 0, root, NOW);
	struct outcome out;

	judge_outcome(&profile, &j, NOW, &out);
	if (out.retry_ms < 0 || out.retry_ms > NOW + 86400000LL)
		abort();
	if ((out.rc == 0) != (j.verdict == VERDICT_OK) ||
	    (out.rc < 0 && out.why.code[0] == '\0'))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = {200, 302, 400, 401, 403, 404, 500, 503};
	char cursor[LISTING_CURSOR_BYTES];
	unsigned count = 0;

	if (size < 1)
		return 0;
	json_t *root = json_loadb(
	    (const char *)data + 1, size - 1, JSON_REJECT_DUPLICATES, NULL);
	judge(statuses[data[0] % 8], root);
	struct listing l = {
	    .how = &list, .most = 50, .add = add, .arg = &count};
	(void)listing_page(&l, root, cursor);
	(void)payload_find("4.1")->take(&profile, root, take, NULL);
	json_decref(root);
	return 0;
}
