/* NAME
 *	machine - a FAX machine in memory (spandsp)
 * SUMMARY
 *	see machine.h
 */
#include <stdio.h>
#include <string.h>

/* spandsp leaves these to its users */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <tiffio.h>

#define SPANDSP_EXPOSE_INTERNAL_STRUCTURES
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <spandsp.h>
#pragma GCC diagnostic pop

#include "machine.h"

static int
on_page(t30_state_t *t30, void *arg, int result)
{
	struct machine *m = arg;
	t30_stats_t stats;

	(void)result;
	t30_get_transfer_statistics(t30, &stats);
	m->bad_rows += stats.bad_rows;
	return T30_ERR_OK;
}

static void
on_end(t30_state_t *t30, void *arg, int result)
{
	struct machine *m = arg;
	const char *remote = t30_get_rx_ident(t30);
	t30_stats_t stats;

	t30_get_transfer_statistics(t30, &stats);
	m->over = true;
	m->status = result;
	m->pages =
	    stats.pages_tx > stats.pages_rx ? stats.pages_tx : stats.pages_rx;
	m->retries = stats.error_correcting_mode_retries;
	m->rate = stats.bit_rate;
	m->corrected = stats.error_correcting_mode != 0;
	snprintf(
	    m->remote, sizeof(m->remote), "%s", remote != NULL ? remote : "");
}

void
machine_init(struct machine *m, bool calling, const char *ident,
    const char *file, bool ecm)
{
	memset(m, 0, sizeof(*m));
	m->fax = fax_init(NULL, calling);
	t30_state_t *t30 = fax_get_t30_state(m->fax);
	fax_set_transmit_on_idle(m->fax, 1);
	t30_set_tx_ident(t30, ident);
	t30_set_phase_d_handler(t30, on_page, m);
	t30_set_phase_e_handler(t30, on_end, m);
	t30_set_ecm_capability(t30, ecm);
	t30_set_supported_modems(
	    t30, T30_SUPPORT_V27TER | T30_SUPPORT_V29 | T30_SUPPORT_V17);
	t30_set_supported_compressions(
	    t30, T30_SUPPORT_T4_1D_COMPRESSION | T30_SUPPORT_T4_2D_COMPRESSION |
		     (ecm ? T30_SUPPORT_T6_COMPRESSION : 0));
	t30_set_supported_resolutions(t30,
	    T30_SUPPORT_STANDARD_RESOLUTION | T30_SUPPORT_FINE_RESOLUTION |
		T30_SUPPORT_SUPERFINE_RESOLUTION | T30_SUPPORT_R8_RESOLUTION);
	t30_set_supported_image_sizes(t30, T30_SUPPORT_215MM_WIDTH |
					       T30_SUPPORT_A4_LENGTH |
					       T30_SUPPORT_UNLIMITED_LENGTH);
	if (calling)
		t30_set_tx_file(t30, file, -1, -1);
	else
		t30_set_rx_file(t30, file, -1);
}

void
machine_fini(struct machine *m)
{
	if (m->fax == NULL)
		return;
	/* says that the line is gone, so that files are closed */
	t30_terminate(fax_get_t30_state(m->fax));
	fax_release(m->fax);
	fax_free(m->fax);
	m->fax = NULL;
}

void
machine_tx(struct machine *m, int16_t samples[MACHINE_SAMPLES])
{
	int n = fax_tx(m->fax, samples, MACHINE_SAMPLES);

	for (; n < MACHINE_SAMPLES; n++)
		samples[n] = 0;
}

void
machine_rx(struct machine *m, int16_t samples[MACHINE_SAMPLES])
{
	fax_rx(m->fax, samples, MACHINE_SAMPLES);
}

#define PAGE_PIECES (90 * 50) /* a page and a half minute around it */

int
machine_call(const char *out, const char *in, unsigned pages)
{
	int16_t there[MACHINE_SAMPLES], back[MACHINE_SAMPLES];
	struct machine caller, answerer;

	machine_init(&caller, true, "CALLER", out, true);
	machine_init(&answerer, false, "ANSWERER", in, true);
	for (unsigned n = 0;
	     n < (pages + 1) * PAGE_PIECES && !(caller.over && answerer.over);
	     n++) {
		machine_tx(&caller, there);
		machine_tx(&answerer, back);
		machine_rx(&caller, back);
		machine_rx(&answerer, there);
	}
	machine_fini(&caller);
	machine_fini(&answerer);
	if (!caller.over || !answerer.over)
		return -1;
	return caller.status != 0 ? caller.status : answerer.status;
}
