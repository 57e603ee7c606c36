/* NAME
 *	settings - the settings of tasuki-pdf
 * DESCRIPTION
 *	config/tasuki-pdf.conf explains the same rows; a test compares.
 */
#include "settings.h"

const struct conf_row pdf_settings_rows[] = {
    AGENT_ROWS(struct pdf_settings, common),
    {"folder", CONF_TEXT, offsetof(struct pdf_settings, folder), NULL, 0, 0,
	"Folder that gets one folder a partner; made if absent.", NULL, 0},
    {"standard", CONF_TEXT, offsetof(struct pdf_settings, standard), "", 0, 0,
	"Folder of the tables of the standard; empty = the installed ones.",
	NULL, 0},
    {"forms", CONF_TEXT, offsetof(struct pdf_settings, forms), "", 0, 0,
	"Folder of the tables of the forms; empty = beside the standard.", NULL,
	0},
    {0},
};
