/* NAME
 *	bundle - the documents of one set, read into records
 * DESCRIPTION
 *	What every document becomes is decided here, by its kind and, for what
 *	is not of the standard, by its content.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "inside.h"
#include "reader.h"

#define KEY_FIELDS 3

/* A kind that is kept as records, and what makes its records one group. */
static const struct {
	const char *kind, *key[KEY_FIELDS];
} kinds[KIND_IDS] = {
    [KIND_HOSOKU] = {"UPHOSOKU",
	{"insurer_number", "insured_number", "plan_date"}},
    [KIND_1] = {"UP1KYO", {"insurer_number", "insured_number", "plan_date"}},
    [KIND_2] = {"UP2KYO", {"insurer_number", "insured_number", "plan_date"}},
    [KIND_3] = {"UP3KYO", {"insurer_number", "insured_number", "plan_date"}},
    [KIND_7] = {"UPSIKYU",
	{"insurer_number", "insured_number", "target_month"}},
    [KIND_KIHON] = {"UPKIHON",
	{"insurer_number", "insured_number", "consultation_date"}},
    [KIND_KIHON_SUB1] = {"UPKIHON_SUB1",
	{"insurer_number", "insured_number", "consultation_date"}},
    [KIND_KIHON_SUB2] = {"UPKIHON_SUB2",
	{"insurer_number", "insured_number", "consultation_date"}},
    [KIND_YOBO] = {"UPYOBO", {"insurer_number", "insured_number", "plan_date"}},
    [KIND_YOBO_SUB] = {"UPYOBO_SUB",
	{"insurer_number", "insured_number", "plan_date"}},
    [KIND_DLT_PLAN1] = {"DLT1KYO",
	{"insurer_number", "insured_number", "plan_date"}},
    [KIND_DLT_PLAN] = {"DLTPLAN",
	{"insurer_number", "insured_number", "delete_month"}},
    [KIND_DLT_RESULT] = {"DLTJSK",
	{"insurer_number", "insured_number", "delete_month"}},
    [KIND_DLT_KIHON] = {"DLTKIHON",
	{"insurer_number", "insured_number", "consultation_date"}},
    [KIND_DLT_YOBO] = {"DLTYOBO",
	{"insurer_number", "insured_number", "plan_date"}},
};

int
bundle_kind(const char *kind)
{
	for (int i = 0; i < KIND_IDS; i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			return i;
	}
	return -1;
}

bool
draw_wanted(const char *kind)
{
	return strcmp(kind, "UPPLAN") == 0 || strcmp(kind, "UPJSK") == 0 ||
	       strcmp(kind, "UPKIHON_IMAGE") == 0 || bundle_kind(kind) >= 0;
}

void
bundle_document_kind(const struct forms *forms,
    const struct draw_document *document, char out[NAME_KIND_BYTES])
{
	const char *kind = document->kind;
	struct name name;

	out[0] = '\0';
	if ((kind == NULL || kind[0] == '\0') && document->name != NULL &&
	    name_parse(forms->standard, document->name, &name, NULL) == 0)
		kind = name.kind;
	if (kind != NULL && strlen(kind) < NAME_KIND_BYTES && draw_wanted(kind))
		memcpy(out, kind, strlen(kind) + 1);
}

static int
read_document(struct bundle *bundle, const struct forms *forms,
    const struct draw_document *document, struct why *why)
{
	char kind[NAME_KIND_BYTES];

	bundle_document_kind(forms, document, kind);
	int id = bundle_kind(kind);
	if (id < 0)
		return 0;
	return records_read(&bundle->records[id], forms->standard, kind,
	    document->name != NULL ? document->name : kind, document->data,
	    document->bytes, why);
}

int
bundle_read(struct bundle *bundle, const struct forms *forms,
    struct draw_set *set, struct why *why)
{
	memset(bundle, 0, sizeof(*bundle));
	bundle->set = set;
	bundle->joined = mem_new(set->count + 1);
	pivot_init(&bundle->pivot);
	int rc = form6_read(forms->standard, set, forms, &bundle->pivot, why);
	for (size_t i = 0; i < set->count && rc == 0; i++)
		rc = read_document(bundle, forms, &set->documents[i], why);
	for (size_t i = 0; i < KIND_IDS && rc == 0; i++)
		groups_make(&bundle->groups[i], &bundle->records[i],
		    kinds[i].key, KEY_FIELDS);
	return rc;
}

void
bundle_fini(struct bundle *bundle)
{
	pivot_fini(&bundle->pivot);
	for (size_t i = 0; i < KIND_IDS; i++) {
		groups_fini(&bundle->groups[i]);
		records_fini(&bundle->records[i]);
	}
	free(bundle->joined);
	memset(bundle, 0, sizeof(*bundle));
}
