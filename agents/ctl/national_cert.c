/* NAME
 *	national_cert - verb national, its part about certificates
 * DESCRIPTION
 *	Works on the folder of sealed containers itself; no gateway and no
 *	broker needed.  A running gateway sees changes within half a minute.
 *
 *	    cert add NUMBER	seal certificate, its password, user id, password
 *	    cert list		what there is and when it ends (opens no secret)
 *	    cert check NUMBER	open it once, to see that all fits
 *	    cert retry NUMBER	after refused logins: the account was looked at
 *	    cert remove NUMBER
 *	    secret new PATH	a new random secret to open containers with
 *
 *	Passwords come from files of their owner only, descriptors (fd:N) or
 *	the terminal; never from the command line.
 * DIAGNOSTICS
 *	list: exit code 1 if a certificate is damaged, over, or ends within 30
 *	days or before the coming claim days are over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "expiry.h"
#include "file.h"
#include "number.h"
#include "pkcs12.h"
#include "vault.h"

#include "national_cert.h"
#include "national_word.h"
#include "options.h"
#include "show.h"

#define CONTAINERS_DEFAULT "/var/lib/tasuki/national/containers"
#define SECRET_DEFAULT     "/etc/tasuki/national.secret"

struct places {
	const char *containers, *secret, *p12, *password, *login;
};

static const struct show_column cert_columns[] = {
    {"office", SHOW_TEXT, "office", "事業所番号"},
    {"stage", SHOW_TEXT, "state", "状態"},
    {"not_after_ms", SHOW_TIME, "ends", "有効期限"},
    {"days", SHOW_COUNT, "days left", "残り日数"},
    {"subject", SHOW_TEXT, "subject", "名義"},
    {"serial", SHOW_TEXT, "serial", "シリアル番号"},
    {"added_ms", SHOW_TIME, "added", "登録"},
    {"unproven", SHOW_ALARM, "not proven", "未検証"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words no_certs = {
    "There is no certificate.", "証明書が登録されていません。"};

static const struct stage_word {
	const char *name;
	struct show_words words;
} stage_words[] = {
    {"ok", {"ok", "有効"}},
    {"60-days", {"60 days", "60日以内に期限"}},
    {"30-days", {"30 days", "30日以内に期限"}},
    {"7-days", {"7 days", "7日以内に期限"}},
    {"claim-days", {"ends before claims", "次の請求期間前に期限"}},
    {"expired", {"expired", "期限切れ"}},
    {"damaged", {"damaged", "破損"}},
};

/* ---- rows ---- */

static const char *
stage_of(const struct container_facts *f, struct expiry *e)
{
	*e = expiry_of(f->not_after_ms, clock_wall_ms());
	return f->not_after_ms == 0 ? "damaged" : expiry_name(e);
}

static json_t *
row_of(const struct ctl *ctl, const struct container_facts *f, bool proven)
{
	struct expiry e;
	const char *stage = stage_of(f, &e), *shown = stage;

	for (size_t i = 0;
	     !ctl->json && i < sizeof(stage_words) / sizeof(*stage_words);
	     i++) {
		if (strcmp(stage_words[i].name, stage) == 0)
			shown = show_word(ctl, &stage_words[i].words);
	}
	json_t *row = json_pack("{ss ss sI sI ss ss ss sI sI}", "office",
	    f->number, "stage", shown, "not_after_ms",
	    (json_int_t)f->not_after_ms, "days", (json_int_t)e.days, "subject",
	    f->subject, "issuer", f->issuer, "serial", f->serial,
	    "not_before_ms", (json_int_t)f->not_before_ms, "added_ms",
	    (json_int_t)f->added_ms);
	if (!proven || !f->authentic)
		(void)json_object_set_new(row, "unproven", json_true());
	return row;
}

static bool
needs_somebody(const struct container_facts *f)
{
	struct expiry e;

	return strcmp(stage_of(f, &e), "damaged") == 0 || e.claims ||
	       e.stage >= EXPIRY_30;
}

/* ---- list ---- */

static int
list(struct ctl *ctl, const struct places *at)
{
	bool proven = file_private(at->secret) == 0;
	struct container_facts *facts = NULL;
	struct vault *vault = NULL;
	json_t *rows = json_array();
	struct why why = {0};
	size_t count = 0;
	int code = CTL_OK;

	/* without the secret the facts are shown, too, if not proven */
	int rc = vault_open(
	    at->containers, proven ? at->secret : "", false, &vault, &why);
	if (rc == 0)
		rc = vault_list(vault, &facts, &count, &why);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		json_array_append_new(rows, row_of(ctl, &facts[i], proven));
		if (needs_somebody(&facts[i]))
			code = CTL_TROUBLE;
	}
	json_t *answer =
	    json_pack("{sb so}", "ok", rc == 0, "certificates", rows);
	if (rc < 0)
		code = ctl_fail(ctl, &why);
	else if (!ctl_json(ctl, answer))
		show_list(ctl, rows, cert_columns, &no_certs);
	json_decref(answer);
	free(facts);
	vault_close(&vault);
	return code;
}

/* ---- add ---- */

/* The first lines of a text, in place; "" for those that are not there. */
static void
split_lines(struct buf *text, char *lines[2])
{
	static char nothing[1];
	char *at = text->len > 0 ? text->data : nothing;

	for (int i = 0; i < 2; i++) {
		lines[i] = at;
		at += strcspn(at, "\r\n");
		if (*at == '\r')
			*at++ = '\0';
		if (*at == '\n')
			*at++ = '\0';
	}
}

struct entered {
	struct buf p12, password, login, user;
	char *p12_password, *login_user, *login_password;
};

static void
entered_fini(struct entered *in)
{
	national_word_wipe(&in->p12);
	national_word_wipe(&in->password);
	national_word_wipe(&in->login);
	national_word_wipe(&in->user);
}

static int
enter_password(const struct places *at, struct entered *in, struct why *why)
{
	char *lines[2];
	int rc =
	    at->password != NULL
		? national_word_read(at->password, &in->password, why)
		: national_word_ask("Password of the certificate file: ", true,
		      &in->password, why);

	if (rc < 0)
		return rc;
	split_lines(&in->password, lines);
	in->p12_password = lines[0];
	return 0;
}

static int
enter_login(const struct places *at, struct entered *in, struct why *why)
{
	char *lines[2];
	int rc;

	if (at->login != NULL) {
		rc = national_word_read(at->login, &in->login, why);
		split_lines(&in->login, lines);
		in->login_user = lines[0];
		in->login_password = lines[1];
	} else {
		rc = national_word_ask("User id: ", false, &in->user, why);
		split_lines(&in->user, lines);
		in->login_user = lines[0];
		if (rc == 0)
			rc = national_word_ask(
			    "Password of the login: ", true, &in->login, why);
		split_lines(&in->login, lines);
		in->login_password = lines[0];
	}
	if (rc == 0 &&
	    (in->login_user[0] == '\0' || in->login_password[0] == '\0')) {
		why_set(why, WHY_NEVER, "secret",
		    "User id and password are two lines of --login-file.");
		rc = TSK_INVALID;
	}
	return rc;
}

static int
enter(const struct places *at, struct entered *in, struct why *why)
{
	memset(in, 0, sizeof(*in));
	buf_init(&in->p12, CONTAINER_P12_MAX);
	int rc = file_read_path(at->p12, CONTAINER_P12_MAX, &in->p12);
	if (rc < 0) {
		why_set(why, WHY_NEVER, "certificate-form",
		    "%s: it cannot be read.", at->p12);
		return rc;
	}
	rc = enter_password(at, in, why);
	return rc < 0 ? rc : enter_login(at, in, why);
}

/* Look into it, make it modern if it must be, seal it. */
static int
seal(struct vault *vault, struct entered *in, struct container_facts *facts,
    struct why *why)
{
	struct secrets secrets = {0};
	struct buf modern;

	buf_init(&modern, CONTAINER_P12_MAX);
	int rc = pkcs12_look(
	    in->p12.data, in->p12.len, in->p12_password, facts, &modern, why);
	const struct buf *p12 = modern.len > 0 ? &modern : &in->p12;
	facts->added_ms = clock_wall_ms();
	if (rc == 0) {
		rc = secrets_make(p12->data, p12->len, in->p12_password,
		    in->login_user, in->login_password, &secrets);
		if (rc < 0)
			why_set(why, WHY_NEVER, "secret",
			    "A password or user id is too long.");
	}
	if (rc == 0)
		rc = vault_put(vault, facts, &secrets, why);
	secrets_fini(&secrets);
	national_word_wipe(&modern);
	return rc;
}

static int
tell_one(struct ctl *ctl, const struct container_facts *facts)
{
	json_t *row = row_of(ctl, facts, true);
	json_t *answer = json_pack("{sb sO}", "ok", 1, "certificate", row);

	if (!ctl_json(ctl, answer))
		show_record(ctl, row, cert_columns);
	json_decref(answer);
	json_decref(row);
	return CTL_OK;
}

static int
add(struct ctl *ctl, const struct places *at, const char *number)
{
	struct container_facts facts = {0};
	struct vault *vault = NULL;
	struct entered in = {0};
	struct why why = {0};

	if (at->p12 == NULL)
		return ctl_usage("cert add NUMBER needs --p12 FILE");
	if (!number_office_check(number))
		return ctl_usage("%s is no office number", number);
	snprintf(facts.number, sizeof(facts.number), "%s", number);
	int rc = vault_open(at->containers, at->secret, true, &vault, &why);
	if (rc == 0)
		rc = enter(at, &in, &why);
	if (rc == 0)
		rc = seal(vault, &in, &facts, &why);
	entered_fini(&in);
	vault_close(&vault);
	return rc < 0 ? ctl_fail(ctl, &why) : tell_one(ctl, &facts);
}

/* ---- one office ---- */

typedef int act_fn(struct vault *vault, const char *number,
    struct container_facts *facts, struct why *why);

static int
act_check(struct vault *vault, const char *number,
    struct container_facts *facts, struct why *why)
{
	struct container_facts inside = {0};
	struct secrets secrets = {0};
	struct buf modern;
	int rc = vault_facts(vault, number, facts, why);

	if (rc == 0)
		rc = vault_open_office(vault, number, &secrets, why);
	if (rc < 0)
		return rc;
	buf_init(&modern, CONTAINER_P12_MAX);
	rc = pkcs12_look(secrets.p12, secrets.p12_bytes, secrets.p12_password,
	    &inside, &modern, why);
	if (rc == 0 && strcmp(inside.serial, facts->serial) != 0) {
		why_set(why, WHY_NEVER, "certificate-damaged",
		    "The certificate is another one than its facts say.");
		rc = TSK_DAMAGED;
	}
	national_word_wipe(&modern);
	secrets_fini(&secrets);
	return rc;
}

/* The same secrets in a new container: the count of refused logins, which
 * belongs to a container, begins anew. */
static int
act_retry(struct vault *vault, const char *number,
    struct container_facts *facts, struct why *why)
{
	struct secrets secrets = {0};
	int rc = vault_facts(vault, number, facts, why);

	if (rc == 0)
		rc = vault_open_office(vault, number, &secrets, why);
	if (rc < 0)
		return rc;
	rc = vault_put(vault, facts, &secrets, why);
	secrets_fini(&secrets);
	return rc;
}

static int
act_remove(struct vault *vault, const char *number,
    struct container_facts *facts, struct why *why)
{
	int rc = vault_facts(vault, number, facts, why);

	if (rc == TSK_NOTFOUND)
		return rc;
	return vault_remove(vault, number, why); /* a damaged one, too */
}

static int
act(struct ctl *ctl, const struct places *at, const char *number, act_fn *fn)
{
	struct container_facts facts = {0};
	struct vault *vault = NULL;
	struct why why = {0};

	snprintf(facts.number, sizeof(facts.number), "%.10s", number);
	int rc = vault_open(at->containers, at->secret, false, &vault, &why);
	if (rc == 0)
		rc = fn(vault, number, &facts, &why);
	vault_close(&vault);
	return rc < 0 ? ctl_fail(ctl, &why) : tell_one(ctl, &facts);
}

/* ---- words ---- */

int
national_cert(struct ctl *ctl, int argc, char **argv)
{
	static const struct {
		const char *name;
		act_fn *fn;
	} acts[] = {
	    {"check", act_check}, {"retry", act_retry}, {"remove", act_remove}};
	struct places at = {
	    .containers = CONTAINERS_DEFAULT, .secret = SECRET_DEFAULT};
	const struct option options[] = {
	    {"--containers", &at.containers, NULL},
	    {"--secret", &at.secret, NULL},
	    {"--p12", &at.p12, NULL},
	    {"--password-file", &at.password, NULL},
	    {"--login-file", &at.login, NULL},
	    {NULL, NULL, NULL},
	};
	int n = options_take(options, argc, argv);

	if (n < 0)
		return CTL_USAGE;
	if (n == 0 || (n == 1 && strcmp(argv[1], "list") == 0))
		return list(ctl, &at);
	if (n != 2)
		return ctl_usage("national cert %s: which office?", argv[1]);
	if (strcmp(argv[1], "add") == 0)
		return add(ctl, &at, argv[2]);
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		if (strcmp(argv[1], acts[i].name) == 0)
			return act(ctl, &at, argv[2], acts[i].fn);
	}
	return ctl_usage(
	    "national cert add, list, check, retry or remove, not \"%s\"",
	    argv[1]);
}

int
national_secret(struct ctl *ctl, int argc, char **argv)
{
	struct why why = {0};

	if (argc != 3 || strcmp(argv[1], "new") != 0)
		return ctl_usage("national secret new PATH");
	if (master_new(argv[2], &why) < 0)
		return ctl_fail(ctl, &why);
	json_t *answer = json_pack("{sb ss}", "ok", 1, "file", argv[2]);
	(void)ctl_json(ctl, answer);
	json_decref(answer);
	return CTL_OK;
}
