/* NAME
 *	store_worker - run the load until told, killed, or the store fails
 * SYNOPSIS
 *	store_worker STORE ACKS BATCHES [BACKUP]
 * DESCRIPTION
 *	Continues where the store stands.  After each batch that store_apply()
 *	acknowledged one byte is appended to ACKS, with write(2): it outlives a
 *	kill -9.  With BACKUP a backup is made after every fifth batch.
 *	Exit: 0 done, 3 store_open() failed, 4 TSK_FULL, 5 TSK_BROKEN and every
 *	later apply refused too, 6 the store went on after TSK_BROKEN.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

#include "load.h"
#include "rig.h"

static int
failed(struct store *store, uint64_t b, int rc, struct why *why)
{
	if (rc == TSK_FULL)
		return 4;
	return load_batch(store, b, why) == TSK_BROKEN ? 5 : 6;
}

static int
run(struct store *store, int acks, uint64_t batches, const char *backup)
{
	struct store_stats stats;
	struct why why;
	uint64_t b;
	int rc;

	if (store_stats(store, &stats) != 0)
		return 3;
	for (b = stats.parcels / LOAD_PARCELS; b < batches; b++) {
		if ((rc = load_batch(store, b, &why)) != 0)
			return failed(store, b, rc, &why);
		if (write(acks, "a", 1) != 1)
			return 3;
		if (backup == NULL || b % 5 != 4)
			continue;
		rig_remove(backup);
		if (store_backup(store, backup, &why) != 0) {
			fprintf(stderr, "%s\n", why.text);
			return 3;
		}
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct store_settings settings = {.backend = STORE_LMDB,
	    .map_bytes = 1024 * 1024, /* grows under way */
	    .map_limit_bytes = 1024 * 1024 * 1024};
	struct store *store;
	struct why why;
	int acks, code;

	if (argc < 4)
		return 2;
	settings.path = argv[1];
	acks = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (acks < 0 || store_open(&settings, &store, &why) != 0) {
		fprintf(stderr, "%s\n", why.text);
		return 3;
	}
	code = run(store, acks, strtoull(argv[3], NULL, 10),
	    argc > 4 && argv[4][0] != '\0' ? argv[4] : NULL);
	store_close(&store);
	return code;
}
