/* NAME
 *	outlet - how the papers of one partner leave the house
 * SUMMARY
 *	see outlet.h
 */
#include <string.h>

#include "mail.h"
#include "print.h"

#include "outlet.h"

static const char *const kinds[] = {
    [OUTLET_FOLDER] = "folder",
    [OUTLET_PRINTER] = "printer",
    [OUTLET_MAIL] = "mail",
    [OUTLET_HANDOVER] = "handover",
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

int
outlet_parse(const char *name)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i], name) == 0)
			return (int)i;
	}
	return -1;
}

const char *
outlet_name(enum outlet_kind kind)
{
	return kinds[kind];
}

static const struct pdf_partner *
section_of(const struct pdf_settings *settings, const char *to)
{
	const struct pdf_partner *items = settings->partners.items;

	for (size_t i = 0; i < settings->partners.count; i++) {
		if (strcmp(items[i].number, to) == 0)
			return &items[i];
	}
	return NULL;
}

static const char *
note(const struct wire_paper *paper, const char *name)
{
	for (size_t i = 0; paper != NULL && i < paper->partner_count; i++) {
		if (strcmp(paper->partner[i].name, name) == 0)
			return paper->partner[i].value;
	}
	return "";
}

/* The first of the three that says something. */
static const char *
choose(const char *first, const char *second, const char *third)
{
	if (first[0] != '\0')
		return first;
	return second[0] != '\0' ? second : third;
}

static bool
yes(const char *value)
{
	return strcmp(value, "1") == 0 || strcmp(value, "yes") == 0 ||
	       strcmp(value, "true") == 0;
}

static int
bad(struct why *why, const char *to, const char *what)
{
	why_set(why, WHY_NEVER, "bad-policy",
	    "How the papers of %s leave the house cannot be followed: %s.", to,
	    what);
	return TSK_INVALID;
}

static int
usable(const struct pdf_settings *settings, const char *to,
    const struct outlet *outlet, struct why *why)
{
	if (outlet->kind == OUTLET_PRINTER && outlet->printer[0] != '\0' &&
	    !print_name_ok(outlet->printer))
		return bad(why, to, "this is no name of a printer");
	if (outlet->kind != OUTLET_MAIL)
		return 0;
	if (settings->mail.server[0] == '\0' || settings->passwords[0] == '\0')
		return bad(
		    why, to, "mail/server and mail/passwords are not set here");
	if (!mail_address_ok(outlet->email))
		return bad(why, to, "there is no good e-mail address");
	return 0;
}

int
outlet_of(const struct pdf_settings *settings, const char *to,
    const struct wire_paper *paper, struct outlet *out, struct why *why)
{
	static const struct pdf_partner none = {
	    .number = (char *)"",
	    .out = (char *)"",
	    .email = (char *)"",
	    .printer = (char *)"",
	    .qr = (char *)"",
	};
	const struct pdf_partner *own = section_of(settings, to);

	if (own == NULL)
		own = &none;
	int kind = outlet_parse(
	    choose(own->out, note(paper, "pdf_out"), settings->out));
	if (kind < 0)
		return bad(why, to, "there is no such way out");
	out->kind = (enum outlet_kind)kind;
	out->printer =
	    choose(own->printer, note(paper, "pdf_printer"), settings->printer);
	out->email = choose(own->email, note(paper, "email"), "");
	out->contact = note(paper, "contact");
	out->qr = yes(choose(own->qr, note(paper, "qr"), ""));
	return usable(settings, to, out, why);
}
