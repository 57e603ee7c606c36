/* NAME
 *	policy_cell - what stands in one cell of the table of policies
 * DESCRIPTION
 *	One function a column; the table at the end says which, and which column
 *	of a registry row says the same for one partner.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

#define TEXT_BYTES 256
#define ALL_WAYS                                                              \
	(1u << WAY_BUS | 1u << WAY_NATIONAL | 1u << WAY_HUB | 1u << WAY_FAX | \
	    1u << WAY_PDF)

/* ---- lists of words ---- */

typedef int word_fn(struct policy *p, size_t i, const char *word);

/* Each word of a list; TSK_INVALID if one is not taken, or there is none. */
static int
words(struct policy *p, const char *text, word_fn *take)
{
	char copy[TEXT_BYTES], *rest = copy, *word;
	size_t n = 0;

	if (strlen(text) >= sizeof(copy))
		return TSK_INVALID;
	memcpy(copy, text, strlen(text) + 1);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (word[0] != '\0' && take(p, n++, word) != 0)
			return TSK_INVALID;
	}
	return n > 0 ? 0 : TSK_INVALID;
}

/* A way by its name alone; -1. */
static int
way_of(const char *word)
{
	int way = leg_way_parse(word);

	return strchr(word, ':') == NULL ? way : -1;
}

/* ---- kinds ---- */

#define PLAN       1u
#define RESULT     2u
#define DELETE     4u
#define CAREPLAN   8u
#define BASIC      16u
#define ATTACHMENT 32u
#define OTHER      64u

/* The place in the table is the kind's bit. */
static const struct {
	const char *kind;
	unsigned groups;
} kinds[] = {
    {"", ATTACHMENT},
    {"UPPLAN", PLAN},
    {"UPSIKYU", PLAN},
    {"UPHOSOKU", PLAN},
    {"UPJSK", RESULT},
    {"DLTPLAN", DELETE},
    {"DLTJSK", DELETE},
    {"UP1KYO", CAREPLAN},
    {"UP2KYO", CAREPLAN},
    {"UP3KYO", CAREPLAN},
    {"DLT1KYO", DELETE},
    {"UPYOBO", CAREPLAN},
    {"UPYOBO_SUB", CAREPLAN},
    {"DLTYOBO", DELETE},
    {"UPKIHON", BASIC},
    {"UPKIHON_SUB1", BASIC},
    {"UPKIHON_SUB2", BASIC},
    {"UPKIHON_IMAGE", BASIC},
    {"DLTKIHON", DELETE},
    /* of editions to come */
    {"DLT?", DELETE | OTHER},
    {"?", OTHER},
};
#define KINDS          (sizeof(kinds) / sizeof(kinds[0]))
#define UNKNOWN        (KINDS - 1)
#define UNKNOWN_DELETE (KINDS - 2)

static const struct {
	const char *word;
	unsigned groups;
} groups[] = {
    {"plan", PLAN},
    {"result", RESULT},
    {"delete", DELETE},
    {"careplan", CAREPLAN},
    {"basic", BASIC},
    {"attachment", ATTACHMENT},
    {"other", OTHER},
};

bool
policy_deletes(const char *kind)
{
	return strncmp(kind, "DLT", 3) == 0;
}

uint64_t
policy_kind(const char *kind)
{
	size_t i;

	for (i = 0; i < UNKNOWN_DELETE; i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			return 1ull << i;
	}
	return 1ull << (policy_deletes(kind) ? UNKNOWN_DELETE : UNKNOWN);
}

/* The bits of a word: a group, or a kind by its name; 0: neither. */
static uint64_t
bits_of(const char *word)
{
	uint64_t bits = 0;
	unsigned wanted = 0;
	size_t i;

	if (strcmp(word, "any") == 0)
		return POLICY_ANY;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (strcmp(groups[i].word, word) == 0)
			wanted = groups[i].groups;
	}
	for (i = 0; i < KINDS; i++) {
		if ((kinds[i].groups & wanted) != 0 ||
		    (i > 0 && i < UNKNOWN_DELETE &&
			strcmp(kinds[i].kind, word) == 0))
			bits |= 1ull << i;
	}
	return bits;
}

static int
add_kind(struct policy *p, size_t i, const char *word)
{
	uint64_t bits = bits_of(word);

	(void)i;
	p->kinds |= bits;
	return bits != 0 ? 0 : TSK_INVALID;
}

static int
set_kinds(struct policy *p, const char *text)
{
	p->kinds = 0;
	return words(p, text, add_kind);
}

static int
add_first(struct policy *p, size_t i, const char *word)
{
	uint64_t bits = bits_of(word);

	(void)i;
	p->first |= bits;
	return bits != 0 ? 0 : TSK_INVALID;
}

static int
set_first(struct policy *p, const char *text)
{
	p->first = 0;
	return strcmp(text, "none") == 0 ? 0 : words(p, text, add_first);
}

/* ---- numbers ---- */

static bool
unlimited(const char *text)
{
	return strcmp(text, "any") == 0;
}

/* "20 MiB", "500KiB", "4096": 1 and more. */
static int
bytes_of(const char *text, uint64_t *out)
{
	static const struct {
		const char *unit;
		uint64_t bytes;
	} units[] = {
	    {"", 1}, {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
	unsigned long n;
	char *end;
	size_t i;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || errno != 0 || n < 1 ||
	    n > 1ul << 40)
		return TSK_INVALID;
	end += *end == ' ';
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) == 0 &&
		    n <= (1ull << 50) / units[i].bytes) {
			*out = n * units[i].bytes;
			return 0;
		}
	}
	return TSK_INVALID;
}

static int
set_size(struct policy *p, const char *text)
{
	p->size_bytes = 0;
	return unlimited(text) ? 0 : bytes_of(text, &p->size_bytes);
}

static int
set_quota_bytes(struct policy *p, const char *text)
{
	p->quota_bytes = 0;
	return unlimited(text) ? 0 : bytes_of(text, &p->quota_bytes);
}

static int
set_quota_parcels(struct policy *p, const char *text)
{
	char *end;
	long n;

	p->quota_parcels = 0;
	if (unlimited(text))
		return 0;
	n = strtol(text, &end, 10);
	if (end == text || *end != '\0' || n < 1 || n > 1000000000)
		return TSK_INVALID;
	p->quota_parcels = (uint32_t)n;
	return 0;
}

/* ---- what is delivered, and when ---- */

static const char *const delivers[] = {[POLICY_ELECTRONIC] = "electronic",
    [POLICY_PAPER] = "paper",
    [POLICY_DUAL] = "dual"};

const char *
policy_deliver_name(enum policy_deliver deliver)
{
	return delivers[deliver];
}

static int
set_deliver(struct policy *p, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(delivers) / sizeof(delivers[0]); i++) {
		if (strcmp(text, delivers[i]) == 0) {
			p->deliver = (enum policy_deliver)i;
			return 0;
		}
	}
	return TSK_INVALID;
}

static int
set_fallback(struct policy *p, const char *text)
{
	return lead_parse(text, &p->fallback);
}

static int
set_plan(struct policy *p, const char *text)
{
	return deadline_parse(text, &p->plan);
}

static int
set_result(struct policy *p, const char *text)
{
	return deadline_parse(text, &p->result);
}

static int
set_claim(struct policy *p, const char *text)
{
	return deadline_parse(text, &p->claim);
}

static int
set_grace(struct policy *p, const char *text)
{
	return duration_parse(text, &p->grace_ms);
}

/* A word of "20:00-08:00 holidays fax pdf". */
static int
add_quiet(struct policy *p, size_t i, const char *word)
{
	int h1, m1, h2, m2, end = 0, way;

	if (i == 0) {
		if (sscanf(word, "%2d:%2d-%2d:%2d%n", &h1, &m1, &h2, &m2,
			&end) != 4 ||
		    word[end] != '\0' || end != 11)
			return TSK_INVALID;
		p->quiet.from = h1 * 60 + m1;
		p->quiet.to = h2 * 60 + m2;
		return h1 < 0 || h1 > 24 || h2 < 0 || h2 > 24 || m1 < 0 ||
			       m1 > 59 || m2 < 0 || m2 > 59 ||
			       p->quiet.from > 1440 || p->quiet.to > 1440 ||
			       p->quiet.from == p->quiet.to
			   ? TSK_INVALID
			   : 0;
	}
	if (strcmp(word, "holidays") == 0) {
		p->quiet.holidays = true;
		return 0;
	}
	if ((way = way_of(word)) < 0)
		return TSK_INVALID;
	p->quiet.ways |= 1u << (unsigned)way;
	return 0;
}

static int
set_quiet(struct policy *p, const char *text)
{
	memset(&p->quiet, 0, sizeof(p->quiet));
	if (strcmp(text, "off") == 0)
		return 0;
	if (words(p, text, add_quiet) != 0)
		return TSK_INVALID;
	p->quiet.set = true;
	if (p->quiet.ways == 0)
		p->quiet.ways = ALL_WAYS;
	return 0;
}

/* ---- ways ---- */

static int
set_unverified(struct policy *p, const char *text)
{
	p->hold = strcmp(text, "hold") == 0;
	return p->hold || strcmp(text, "pdf") == 0 ? 0 : TSK_INVALID;
}

static int
add_supersede(struct policy *p, size_t i, const char *word)
{
	int way = way_of(word);

	(void)i;
	if (way > 0)
		p->supersede |= 1u << (unsigned)way;
	return way > 0 ? 0 : TSK_INVALID;
}

static int
set_supersede(struct policy *p, const char *text)
{
	p->supersede = 0;
	return strcmp(text, "none") == 0 ? 0 : words(p, text, add_supersede);
}

static int
add_late(struct policy *p, size_t i, const char *word)
{
	int way = way_of(word);

	(void)i;
	if (way != WAY_BUS && way != WAY_NATIONAL && way != WAY_HUB)
		return TSK_INVALID;
	p->late |= 1u << (unsigned)way;
	return 0;
}

static int
set_late(struct policy *p, const char *text)
{
	p->late = 0;
	return strcmp(text, "none") == 0 ? 0 : words(p, text, add_late);
}

static int
set_needs(struct policy *p, const char *text)
{
	p->needs_listed = strcmp(text, "listed") == 0;
	return p->needs_listed || strcmp(text, "handed-over") == 0
		   ? 0
		   : TSK_INVALID;
}

static int
add_order(struct policy *p, size_t i, const char *word)
{
	int way = way_of(word);

	if (way < 0 || i >= POLICY_WAYS ||
	    memchr(p->order, way, sizeof(p->order)) != NULL)
		return TSK_INVALID;
	p->order[i] = (uint8_t)way;
	return 0;
}

static int
set_order(struct policy *p, const char *text)
{
	memset(p->order, 0, sizeof(p->order));
	return strcmp(text, "row") == 0 ? 0 : words(p, text, add_order);
}

static int
set_other(struct policy *p, const char *text)
{
	p->other_paper = strcmp(text, "paper") == 0;
	return p->other_paper || strcmp(text, "refuse") == 0 ? 0 : TSK_INVALID;
}

#define DEADLINE "Write a deadline as end 17:00, 28 12:00 or 3b 12:00, or off."
#define KINDS_OF                                                         \
	"Name kinds (UPJSK) or groups: plan, result, delete, careplan, " \
	"basic, attachment, other, "

const struct policy_column policy_columns[] = {
    {"deliver", NULL, "electronic", "Use electronic, paper or dual.",
	set_deliver},
    {"fallback", "fallback", "off",
	"Use off, or a time before the deadline: 1b (business days), 4h, "
	"30min.",
	set_fallback},
    {"plan", "plan_deadline", "end 17:00", DEADLINE, set_plan},
    {"result", "result_deadline", "3 12:00", DEADLINE, set_result},
    {"claim", "claim_deadline", "10 17:00", DEADLINE, set_claim},
    {"grace", NULL, "4h", "Use a time: 30min, 4h, 1d.", set_grace},
    {"unverified", "fax_unverified", "pdf", "Use pdf or hold.", set_unverified},
    {"supersede", NULL, "fax pdf",
	"Name ways (bus, national, hub, fax, pdf), or none.", set_supersede},
    {"late", NULL, "bus", "Name ways (bus, national, hub), or none.", set_late},
    {"needs", "fallback_needs", "handed-over", "Use handed-over or listed.",
	set_needs},
    {"order", NULL, "row",
	"Name ways (bus, national, hub, fax, pdf), each once, or row.",
	set_order},
    {"quiet", "quiet_hours", "off",
	"Use off, or 20:00-08:00 and maybe holidays and names of ways.",
	set_quiet},
    {"kinds", "kinds", "any", KINDS_OF "any.", set_kinds},
    {"size", "max_size", "any", "Use any, or bytes: 500 KiB, 20 MiB.",
	set_size},
    {"other", "other_kinds", "refuse", "Use refuse or paper.", set_other},
    {"first", NULL, "result delete", KINDS_OF "or none.", set_first},
    {"quota_parcels", "quota_parcels", "any", "Use any, or a number from 1.",
	set_quota_parcels},
    {"quota_bytes", "quota_bytes", "any",
	"Use any, or bytes: 500 KiB, 20 MiB, 2 GiB.", set_quota_bytes},
    {NULL, NULL, NULL, NULL, NULL},
};
