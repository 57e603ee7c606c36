/* NAME
 *	fuzz_draw - fuzz what a delivered file becomes on paper
 * DESCRIPTION
 *	The first byte chooses what the file is; the rest is the file.  It is
 *	read, laid out and counted; nothing is painted.  Whatever comes, it is
 *	drawn, left or refused, and a page count stays within its limit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "standard.h"

#define PAGES_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct standard *standard;
static struct forms *forms;

static const struct {
	const char *kind, *name;
} files[] = {
    {"UPPLAN", "x"},
    {"UPJSK", "x"},
    {"UPSIKYU", "x"},
    {"UP1KYO", "x"},
    {"UP2KYO", "x"},
    {"UP3KYO", "x"},
    {"UPKIHON", "x"},
    {"UPKIHON_SUB1", "x"},
    {"UPKIHON_SUB2", "x"},
    {"UPYOBO", "x"},
    {"UPYOBO_SUB", "x"},
    {"DLTPLAN", "x"},
    {"DLTJSK", "x"},
    {"", "x.csv"},
    {"", "x.txt"},
    {"", "x.jpg"},
    {"", "x.png"},
};
#define FILES (sizeof(files) / sizeof(files[0]))

static void
load(void)
{
	struct why why;
	char dir[4096];

	snprintf(dir, sizeof(dir), "%.4000s/../forms", standard_dir());
	if (standard_load(standard_dir(), &standard, &why) < 0 ||
	    forms_load(dir, standard, &forms, &why) < 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct draw_document documents[2] = {0};
	struct draw_set set = {
	    .documents = documents, .count = 2, .from = "", .to = ""};
	struct draw_job job = {
	    .sets = &set, .set_count = 1, .pages_max = PAGES_MAX};
	struct draw_result result;
	struct why why;

	if (forms == NULL)
		load();
	if (size == 0)
		return 0;
	documents[0].kind = files[data[0] % FILES].kind;
	documents[0].name = files[data[0] % FILES].name;
	/* the same bytes as the supplement, where they are one */
	documents[1].kind = "UPHOSOKU";
	documents[1].name = "y";
	for (int i = 0; i < 2; i++) {
		documents[i].data = data + 1;
		documents[i].bytes = size - 1;
	}
	if (data[0] < 128)
		set.count = 1;
	set.recalled = data[0] % 64 == 63;
	if (draw_count(forms, &job, &result, &why) == 0 &&
	    result.pages > PAGES_MAX)
		abort();
	return 0;
}
