/* NAME
 *	courier - verb courier: parcels on a medium, where there is no line
 * DESCRIPTION
 *	Works on the folder of a tasuki-hub with driver courier; no broker
 *	needed.  docs/courier.md tells the whole way.
 *
 *	    init SPOOL --name NAME [--peer FILE]	keys; the peer's
 *	    export SPOOL MEDIUM		what the peer does not have yet
 *	    import SPOOL MEDIUM		what lies there for us
 *	    status SPOOL		numbers, gaps, what is on its way
 * DIAGNOSTICS
 *	Exit code 1 also when something on the medium was damaged, or a bundle is
 *	missing: what could be taken has been.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "courier.h"
#include "err.h"

#include "ctl.h"
#include "show.h"

static const struct show_column report_columns[] = {
    {"first", SHOW_COUNT, "bundles from", "束番号（最初）"},
    {"last", SHOW_COUNT, "to", "束番号（最後）"},
    {"bundles", SHOW_COUNT, "bundles", "束の数"},
    {"parcels", SHOW_COUNT, "parcels", "送信単位"},
    {"receipts", SHOW_COUNT, "receipts", "受領"},
    {"known", SHOW_COUNT, "parcels known already", "受領済みの送信単位"},
    {"already", SHOW_COUNT, "bundles imported before", "取込済みの束"},
    {"foreign", SHOW_COUNT, "of others", "他の相手の束"},
    {"old", SHOW_COUNT, "too old", "古すぎる束"},
    {"left", SHOW_COUNT, "not readable here", "読めない送信単位"},
    {"damaged", SHOW_COUNT, "damaged", "壊れた束"},
    {"missing", SHOW_COUNT, "missing bundles", "届いていない束"},
    {"missing_numbers", SHOW_LIST, "missing", "届いていない番号"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column state_columns[] = {
    {"sent", SHOW_COUNT, "last bundle sent", "最後に出した束"},
    {"highest", SHOW_COUNT, "last bundle received", "最後に受けた束"},
    {"waiting", SHOW_COUNT, "parcels waiting", "持ち出し待ち"},
    {"under_way", SHOW_COUNT, "on the way", "運搬中"},
    {"carried", SHOW_COUNT, "at the peer", "相手に届いた"},
    {"in", SHOW_COUNT, "received, not taken yet", "受け取り処理待ち"},
    {"owed", SHOW_COUNT, "receipts to return", "返す受領"},
    {"missing", SHOW_COUNT, "missing bundles", "届いていない束"},
    {"missing_numbers", SHOW_LIST, "missing", "届いていない番号"},
    {"us", SHOW_TEXT, "our keys", "当方の鍵"},
    {"peer", SHOW_TEXT, "the peer's keys", "相手の鍵"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column key_columns[] = {
    {"file", SHOW_TEXT, "give this file to the peer", "相手に渡すファイル"},
    {"us", SHOW_TEXT, "our keys, to compare", "当方の鍵（照合用）"},
    {"peer", SHOW_TEXT, "the peer's keys", "相手の鍵（照合用）"},
    {NULL, SHOW_TEXT, NULL, NULL},
};

static json_t *
numbers(const uint64_t *list, unsigned count)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < count && i < COURIER_MISSING; i++)
		json_array_append_new(out, json_integer((json_int_t)list[i]));
	return out;
}

static void
show(struct ctl *ctl, json_t *object, const struct show_column *columns)
{
	if (!ctl_json(ctl, object))
		show_record(ctl, object, columns);
	json_decref(object);
}

static int
tell(struct ctl *ctl, const struct courier_report *r)
{
	show(ctl,
	    json_pack("{sb sI sI si si si si si si si si si si so}", "ok", 1,
		"first", (json_int_t)r->first, "last", (json_int_t)r->last,
		"bundles", (int)r->bundles, "parcels", (int)r->parcels,
		"receipts", (int)r->receipts, "known", (int)r->known, "already",
		(int)r->already, "foreign", (int)r->foreign, "old", (int)r->old,
		"left", (int)r->left, "damaged", (int)r->damaged, "missing",
		(int)r->missing, "missing_numbers",
		numbers(r->missing_first, r->missing)),
	    report_columns);
	return r->damaged > 0 || r->missing > 0 || r->left > 0 ? CTL_TROUBLE
							       : CTL_OK;
}

static int
carry(struct ctl *ctl, struct courier *courier, const char *medium, bool out)
{
	struct courier_report report;
	struct why why = {0};
	int rc = out ? courier_export(
			   courier, medium, clock_wall_ms(), &report, &why)
		     : courier_import(
			   courier, medium, clock_wall_ms(), &report, &why);

	return rc < 0 ? ctl_fail(ctl, &why) : tell(ctl, &report);
}

static int
state(struct ctl *ctl, struct courier *courier)
{
	struct courier_state s;
	struct why why = {0};

	if (courier_status(courier, &s, &why) < 0)
		return ctl_fail(ctl, &why);
	show(ctl,
	    json_pack("{sb sI sI si si si si si si so ss ss}", "ok", 1, "sent",
		(json_int_t)s.sent, "highest", (json_int_t)s.highest, "waiting",
		(int)s.waiting, "under_way", (int)s.under_way, "carried",
		(int)s.carried, "in", (int)s.in, "owed", (int)s.owed, "missing",
		(int)s.missing, "missing_numbers",
		numbers(s.missing_first, s.missing), "us", s.us_print, "peer",
		s.peer_print),
	    state_columns);
	return CTL_OK;
}

static int
init(struct ctl *ctl, const char *spool, const char *name, const char *peer)
{
	char us[SEAL_PRINT_BYTES], other[SEAL_PRINT_BYTES], file[4096];
	struct why why = {0};

	if (name == NULL)
		return ctl_usage("courier init: a --name for the peer to see");
	if (courier_init(spool, name, peer, us, other, &why) < 0)
		return ctl_fail(ctl, &why);
	snprintf(file, sizeof(file), "%s/courier/us.pub", spool);
	show(ctl,
	    json_pack("{sb ss ss ss}", "ok", 1, "file", file, "us", us, "peer",
		other),
	    key_columns);
	return CTL_OK;
}

static int
with_folder(
    struct ctl *ctl, const char *verb, const char *spool, const char *medium)
{
	struct courier *courier = NULL;
	struct why why = {0};
	int rc;

	if (courier_open(spool, &courier, &why) < 0)
		return ctl_fail(ctl, &why);
	rc = medium == NULL
		 ? state(ctl, courier)
		 : carry(ctl, courier, medium, strcmp(verb, "export") == 0);
	courier_close(&courier);
	return rc;
}

int
courier_verb(struct ctl *ctl, int argc, char **argv)
{
	const char *name = NULL, *peer = NULL;
	char *words[3] = {NULL, NULL, NULL};
	int count = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--name") == 0 && i + 1 < argc)
			name = argv[++i];
		else if (strcmp(argv[i], "--peer") == 0 && i + 1 < argc)
			peer = argv[++i];
		else if (argv[i][0] == '-' || count == 3)
			return ctl_usage("courier: what is \"%s\"?", argv[i]);
		else
			words[count++] = argv[i];
	}
	if (count < 2)
		return ctl_usage("courier init, export, import or status, and "
				 "the folder of the agent");
	if (strcmp(words[0], "init") == 0 && count == 2)
		return init(ctl, words[1], name, peer);
	if (strcmp(words[0], "status") == 0 && count == 2)
		return with_folder(ctl, words[0], words[1], NULL);
	if ((strcmp(words[0], "export") == 0 ||
		strcmp(words[0], "import") == 0) &&
	    count == 3)
		return with_folder(ctl, words[0], words[1], words[2]);
	return ctl_usage(
	    "courier init SPOOL, export SPOOL MEDIUM, import SPOOL "
	    "MEDIUM or status SPOOL");
}
