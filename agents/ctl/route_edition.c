/* NAME
 *	route_edition - in which edition a file would be delivered, and why
 * SUMMARY
 *	See route_edition.h.
 * DIAGNOSTICS
 *	An edition that editions.tsv does not know is a usage mistake.  Without
 *	tables nothing is said, unless --edition was given.
 */
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "convert.h"
#include "err.h"
#include "partner_edition.h"
#include "standard.h"

#include "route_edition.h"

#define TEXT_MAX 1024

/* How it ends, in both languages; $1 the edition of the file, $2 of copies, $3
 * what the registry lists. */
enum how {
	AS_IT_IS,
	AS_COPY,
	NOT_AT_ALL,
	NOBODY_SAYS,
	NOTHING_KNOWN,
	ON_PAPER
};
static const struct {
	const char *en, *ja;
} texts[] = {
    [AS_IT_IS] =
	{"V$1 goes as it is handed in: the registry says that the receiver reads "
	 "$3.",
	    "V$1のまま届きます。台帳では、相手が読めるのは $3 です。"},
    [AS_COPY] =
	{"V$2: the registry says that the receiver reads $3. The sender's agent "
	 "does not hand in V$1, it makes copies in V$2 if nothing is lost in "
	 "them, and a person sends those.",
	    "V$2で届きます。台帳では、相手が読めるのは $3 です。V$1は送らず、"
	    "失われる項目がなければV$2の写しを作り、職員がそれを送ります。"},
    [NOT_AT_ALL] =
	{"Not as data: the registry says that the receiver reads $3. The sender's "
	 "agent does not hand in V$1, and no copies can be made: send it on "
	 "paper, or correct the registry.",
	    "データでは届きません。台帳では、相手が読めるのは $3 です。V$1は"
	    "送らず、写しも作れません。紙で送るか、台帳を直してください。"},
    [NOBODY_SAYS] =
	{"V$1 goes as it is handed in: the registry says nothing. The sender's "
	 "agent tells if what came from the receiver shows another edition.",
	    "V$1のまま届きます。台帳に「読める版」がありません。受け取った"
	    "ファイルから別の版と分かるときは、送信側で知らせます。"},
    [NOTHING_KNOWN] =
	{"V$1 goes as it is handed in: the registry says $3, which is no "
	 "edition known here.",
	    "V$1のまま届きます。台帳の「読める版」$3 は、ここで知られた版では"
	    "ありません。"},
    [ON_PAPER] = {"Paper: drawn from whatever edition is handed in.",
	"紙で届くため、版は問いません。"},
};

static void
fill(struct buf *out, const char *text, const char *const args[3])
{
	for (; *text != '\0'; text++) {
		if (text[0] == '$' && text[1] >= '1' && text[1] <= '3')
			buf_text(out, args[*++text - '1']);
		else
			buf_char(out, *text);
	}
}

/* A leg that carries data. */
static bool
by_data(const json_t *legs)
{
	const char *way;
	json_t *leg;
	size_t i;

	json_array_foreach(legs, i, leg)
	{
		way = json_string_value(json_object_get(leg, "way"));
		if (way != NULL && strcmp(way, "fax") != 0 &&
		    strcmp(way, "pdf") != 0)
			return true;
	}
	return false;
}

static enum how
outcome(const struct standard *standard, const struct partner_verdict *v,
    const char *kind, const char *reads)
{
	if (v->source != PARTNER_BY_REGISTRY)
		return *reads == '\0' ? NOBODY_SAYS : NOTHING_KNOWN;
	if (v->reads != PARTNER_NOT)
		return AS_IT_IS;
	return v->copy != NULL && layout_in_edition(standard, kind, v->copy)
		   ? AS_COPY
		   : NOT_AT_ALL;
}

static void
tell(const struct ctl *ctl, json_t *answer, enum how how, const char *sent,
    const char *copy, const char *reads)
{
	static const char *const by[] = {
	    "registry", "registry", "registry", "nothing", "nothing", "paper"};
	const char *const args[] = {sent, copy, reads};
	const char *delivered = how == AS_COPY      ? copy
				: how == NOT_AT_ALL ? ""
						    : sent;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	fill(&text, ctl->ja ? texts[how].ja : texts[how].en, args);
	json_array_append_new(json_object_get(answer, "steps"),
	    json_pack("{s:s,s:s}", "step", "edition", "text", text.data));
	json_object_set_new(answer, "edition",
	    json_pack("{s:s,s:s,s:s,s:s}", "sent", sent, "delivered", delivered,
		"by", by[how], "reads", reads));
	buf_fini(&text);
}

/* A kind that nobody sends would be answered as if it were an attachment. */
static bool
known(const struct standard *standard, const char *kind)
{
	const struct layout_edition *now = convert_current(standard);
	const struct layout_edition *v3 = convert_edition(standard, "V3");

	return *kind == '\0' || layout_in_edition(standard, kind, now) ||
	       (v3 != NULL && layout_in_edition(standard, kind, v3));
}

static int
judge(const struct ctl *ctl, const struct standard *standard, json_t *answer,
    const char *kind, const char *edition)
{
	const char *reads = json_string_value(json_object_get(answer, "reads"));
	const struct layout_edition *sent =
	    *edition == '\0' ? convert_current(standard)
			     : convert_edition(standard, edition);
	struct partner_edition none = {.count = 0};
	struct partner_verdict v;
	enum how how;

	if (sent == NULL)
		return ctl_usage("there is no edition %s", edition);
	if (!known(standard, kind))
		return ctl_usage("there is no kind %s: tasukictl standard list "
				 "names them, \"\" is an attachment",
		    kind);
	if (reads == NULL) /* a broker that does not say */
		return CTL_OK;
	partner_edition_judge(standard, reads, &none, sent, &v);
	how = by_data(json_object_get(answer, "legs"))
		  ? outcome(standard, &v, kind, reads)
		  : ON_PAPER;
	tell(ctl, answer, how, sent->edition,
	    v.copy != NULL ? v.copy->edition : "", reads);
	return CTL_OK;
}

int
route_edition(const struct ctl *ctl, json_t *answer, const char *kind,
    const char *edition)
{
	struct standard *standard = NULL;
	struct why why = {0};
	int rc = CTL_OK;

	if (json_array_size(json_object_get(answer, "legs")) == 0)
		return CTL_OK; /* refused */
	if (standard_load(standard_dir(), &standard, &why) == 0)
		rc = judge(ctl, standard, answer, kind, edition);
	else if (*edition != '\0')
		rc = ctl_usage("%s", why.text);
	standard_free(&standard);
	return rc;
}
