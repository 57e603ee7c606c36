/* NAME
 *	agent - verbs agent and key: who may connect, and keys
 * DESCRIPTION
 *	Only public keys travel.  "agent add" takes a .pub file; a .key file
 *	works as well (the broker's administrator may have made the pair), its
 *	secret half is wiped at once.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "curve.h"
#include "err.h"

#include "ctl.h"
#include "show.h"

static const struct show_column agent_columns[] = {
    {"name", SHOW_TEXT, "agent", "エージェント"},
    {"role", SHOW_TEXT, "role", "役割"},
    {"public_key", SHOW_TEXT, "public key", "公開鍵"},
    {"connected", SHOW_FLAG, "connected", "接続中"},
    {"revoked", SHOW_ALARM, "revoked", "取消"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words no_agents = {
    "No agent is registered.", "エージェントが登録されていません。"};

static int
load_public(struct ctl *ctl, const char *file, struct curve_key *key)
{
	struct why why = {0};

	if (curve_load(file, key, &why) != 0)
		return ctl_fail(ctl, &why);
	curve_wipe(key);
	if (curve_known(key->public_key)) {
		why_set(&why, WHY_NEVER, "known-key",
		    "%s is a key printed in a manual: everybody has it. Make "
		    "one with tasukictl key new.",
		    file);
		return ctl_fail(ctl, &why);
	}
	return CTL_OK;
}

static int
add(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"key", required_argument, NULL, 'k'},
	    {"role", required_argument, NULL, 'r'},
	    {NULL, 0, NULL, 0},
	};
	const char *file = NULL, *role = NULL;
	struct curve_key key;
	json_t *answer;
	int option, rc;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return CTL_USAGE;
		*(option == 'k' ? &file : &role) = optarg;
	}
	if (argc - optind != 1 || file == NULL || role == NULL)
		return ctl_usage("agent add NAME --key FILE.pub --role ROLE");
	rc = load_public(ctl, file, &key);
	if (rc != CTL_OK)
		return rc;
	rc = ctl_ask(ctl,
	    json_pack("{ssssssss}", "command", "agent.add", "name",
		argv[optind], "public_key", key.public_key, "role", role),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	(void)ctl_json(ctl, answer);
	json_decref(answer);
	return CTL_OK;
}

static int
list(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer;
	int rc;

	(void)argv;
	if (argc != 1)
		return ctl_usage("agent list takes no argument");
	rc = ctl_ask(ctl, json_pack("{ss}", "command", "agent.list"), &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_list(ctl, json_object_get(answer, "agents"), agent_columns,
		    &no_agents);
	json_decref(answer);
	return CTL_OK;
}

static int
revoke(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer;
	int rc;

	if (argc != 2)
		return ctl_usage("agent revoke takes the name of one agent");
	rc = ctl_ask(ctl,
	    json_pack("{ssss}", "command", "agent.revoke", "name", argv[1]),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	(void)ctl_json(ctl, answer);
	json_decref(answer);
	return CTL_OK;
}

int
agent_verb(struct ctl *ctl, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "list";

	if (strcmp(name, "add") == 0)
		return add(ctl, argc - 1, argv + 1);
	if (strcmp(name, "revoke") == 0)
		return revoke(ctl, argc - 1, argv + 1);
	if (strcmp(name, "list") == 0)
		return list(ctl, argc > 1 ? argc - 1 : 1, argv + 1);
	return ctl_usage("agent add, list or revoke, not \"%s\"", name);
}

static int
print_key(struct ctl *ctl, const char *path, const struct curve_key *key)
{
	json_t *answer = json_pack(
	    "{sbssss}", "ok", 1, "file", path, "public_key", key->public_key);

	if (!ctl_json(ctl, answer))
		fprintf(ctl->term.out, "%s\n", key->public_key);
	json_decref(answer);
	return CTL_OK;
}

static int
key_new(struct ctl *ctl, const char *path)
{
	struct curve_key key;
	struct why why = {0};
	int rc;

	curve_new(&key);
	rc = curve_save(path, &key, &why);
	curve_wipe(&key);
	return rc != 0 ? ctl_fail(ctl, &why) : print_key(ctl, path, &key);
}

static int
key_show(struct ctl *ctl, const char *path)
{
	struct curve_key key;
	struct why why = {0};
	int rc = curve_load(path, &key, &why);

	if (rc != 0)
		return ctl_fail(ctl, &why);
	curve_wipe(&key);
	return print_key(ctl, path, &key);
}

int
key_verb(struct ctl *ctl, int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "new") == 0)
		return key_new(ctl, argv[2]);
	if (argc == 3 && strcmp(argv[1], "show") == 0)
		return key_show(ctl, argv[2]);
	return ctl_usage("key new PATH, or key show FILE");
}
