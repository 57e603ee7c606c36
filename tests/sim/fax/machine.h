/* NAME
 *	machine - a FAX machine in memory (spandsp)
 * DESCRIPTION
 *	Audio goes in and comes out in pieces of 20 ms; two of them back to back
 *	are a telephone call.  What happened stands in the struct when it is over.
 */
#ifndef TASUKI_TEST_FAX_MACHINE_H
#define TASUKI_TEST_FAX_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_SAMPLES 160 /* 20 ms at 8 kHz */

struct machine {
	void *fax;      /* fax_state_t */
	bool over;      /* phase E */
	int status;     /* T30_ERR_*, 0 = ok */
	int pages;      /* sent or received */
	int retries;    /* of pieces of pages (ECM) */
	int bad_rows;   /* of all pages */
	int rate;       /* bit/s */
	bool corrected; /* ECM was used */
	char remote[64];
};

/* machine_init(machine, calling, ident, file, ecm): a caller sends ${file}, the
 * other receives into it. */
void machine_init(struct machine *machine, bool calling, const char *ident,
    const char *file, bool ecm);
void machine_fini(struct machine *machine);
/* machine_tx(machine, samples): the next 20 ms it says. */
void machine_tx(struct machine *machine, int16_t samples[MACHINE_SAMPLES]);
void machine_rx(struct machine *machine, int16_t samples[MACHINE_SAMPLES]);

/* machine_call(out, in): a whole call over a good line; 0, or what T.30 calls it
 * when it failed; -1 if it does not end within pages' worth of time. */
int machine_call(const char *out, const char *in, unsigned pages);

#endif
