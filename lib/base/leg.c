/* NAME
 *	leg - the words for states and ways
 * SUMMARY
 *	see leg.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leg.h"

struct word {
	const char *en, *ja;
};

static const struct word states[] = {
    [LEG_READY] = {"ready", "配送待ち"},
    [LEG_WAITING] = {"waiting", "再送待ち"},
    [LEG_DELIVERED] = {"delivered", "配送済"},
    [LEG_PICKED_UP] = {"picked-up", "取込済"},
    [LEG_ANSWERED] = {"answered", "回答済"},
    [LEG_PARKED] = {"parked", "保留"},
    [LEG_SUPERSEDED] = {"superseded", "差替済"},
    [LEG_RECALLED] = {"recalled", "取消済"},
    [LEG_CLOSED] = {"closed", "終了"},
    [LEG_WORKING] = {"working", "処理中"},
};

/* codes of outcome working; the same words at every agent */
static const struct word steps[] = {
    {"queued", "送信待ち"},
    {"waits-hours", "営業時間待ち"},
    {"waits-limit", "翌営業日待ち"},
    {"held", "送信前の確認待ち"},
    {"sending", "送信中"},
    {"printing", "印刷中"},
    {"handing-over", "引渡中"},
    {"laid-out", "担当者の送信待ち"},
    {"handed-over", "引渡済"},
    {"listed", "送信一覧に掲載"},
    {"seen", "相手先が確認"},
    {"mandate-revoked", "委任の取消により中止を依頼"},
    /* of one that waits */
    {"quiet-hours", "相手先の希望時間待ち"},
    {"agent-away", "送り先側が未接続のため待機中"},
};

static const struct word ways[] = {
    [WAY_BUS] = {"bus", "データ連携"},
    [WAY_NATIONAL] = {"national", "国のシステム"},
    [WAY_HUB] = {"hub", "他社ハブ"},
    [WAY_FAX] = {"fax", "FAX"},
    [WAY_PDF] = {"pdf", "PDF"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct word *
word_at(const struct word *table, size_t count, int at)
{
	static const struct word unknown = {"?", "?"};

	if (at < 1 || (size_t)at >= count)
		return &unknown;
	return &table[at];
}

const char *
leg_state_name(enum leg_state state)
{
	return word_at(states, COUNT(states), (int)state)->en;
}

const char *
leg_state_ja(enum leg_state state)
{
	return word_at(states, COUNT(states), (int)state)->ja;
}

const char *
leg_way_name(enum leg_way way)
{
	return word_at(ways, COUNT(ways), (int)way)->en;
}

const char *
leg_way_ja(enum leg_way way)
{
	return word_at(ways, COUNT(ways), (int)way)->ja;
}

int
leg_way_parse(const char *name)
{
	for (size_t i = 1; i < COUNT(ways); i++) {
		if (strcmp(name, ways[i].en) == 0)
			return (int)i;
	}
	/* "hub:" alone names no hub */
	if (strncmp(name, "hub:", 4) == 0 && name[4] != '\0')
		return WAY_HUB;
	return -1;
}

const char *
leg_step_ja(const char *code)
{
	for (size_t i = 0; i < COUNT(steps); i++) {
		if (strcmp(code, steps[i].en) == 0)
			return steps[i].ja;
	}
	return leg_state_ja(LEG_WORKING);
}

bool
leg_state_open(enum leg_state state)
{
	return state == LEG_READY || state == LEG_WAITING ||
	       state == LEG_PARKED || state == LEG_WORKING;
}

const char *
leg_key(const struct id *id, unsigned leg, char out[LEG_KEY_BYTES])
{
	char text[ID_TEXT_BYTES];

	(void)snprintf(
	    out, LEG_KEY_BYTES, "%s-%u", id_text(id, text), leg & 0xff);
	return out;
}

int
leg_key_parse(const char *text, struct id *id, unsigned *leg)
{
	char head[ID_TEXT_BYTES], again[LEG_KEY_BYTES];
	size_t n = strnlen(text, LEG_KEY_BYTES);

	if (n <= ID_TEXT_BYTES || n == LEG_KEY_BYTES)
		return TSK_INVALID;
	memcpy(head, text, ID_TEXT_BYTES - 1);
	head[ID_TEXT_BYTES - 1] = '\0';
	*leg = (unsigned)strtoul(text + ID_TEXT_BYTES, NULL, 10);
	if (id_parse(head, id) != 0)
		return TSK_INVALID;
	return strcmp(leg_key(id, *leg, again), text) == 0 ? 0 : TSK_INVALID;
}
