/* NAME
 *	fuzz_policy - fuzz the table of policies, and ask what it then says
 */
#include <string.h>

#include "bytes_file.h"
#include "policy.h"

#define NOW 1795305600000LL

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct policies *p, const struct policy *row)
{
	static const char *const months[] = {
	    "", "202612", "202701", "000000", "999999"};
	static const enum policy_cycle cycles[] = {
	    POLICY_NO_CYCLE, POLICY_PLAN, POLICY_RESULT};
	size_t m, c, way;

	for (m = 0; m < 5; m++) {
		for (c = 0; c < 3; c++) {
			int64_t at = policy_fallback(
			    row, &p->holidays, cycles[c], months[m], NOW);

			if (at != 0 && at < NOW)
				abort();
			if (policy_priority(row, &p->holidays, cycles[c],
				months[m],
				false) <= policy_priority(row, &p->holidays,
					      cycles[c], months[m], true))
				abort();
			for (way = WAY_BUS; way <= WAY_PDF; way++) {
				at = policy_quiet(row, &p->holidays,
				    (enum leg_way)way, cycles[c], months[m],
				    NOW);
				if (at != 0 && at <= NOW)
					abort();
			}
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policies p;
	struct why why = {0};
	char path[BYTES_FILE_PATH];
	int fd = bytes_file(data, size, path);
	size_t i;

	policies_init(&p);
	if (policies_load(&p, path, &why) == 0) {
		if (json_array_size(p.texts) != p.count)
			abort();
		for (i = 0; i < p.count; i++) {
			if (policy_find(&p, p.rows[i].name) == NULL)
				abort();
			ask(&p, &p.rows[i]);
		}
	} else if (p.count != 4 || why.text[0] == '\0') {
		abort(); /* what was there stays, and it is said why */
	}
	policies_fini(&p);
	(void)close(fd);
	return 0;
}
