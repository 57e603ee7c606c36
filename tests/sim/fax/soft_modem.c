/* NAME
 *	soft_modem - a FAX modem on a pty with a FAX machine at the other end
 * SUMMARY
 *	soft_modem FOLDER SPEED
 * DESCRIPTION
 *	Makes a pty that anybody may open and answers AT commands there as a
 *	class 1 modem (spandsp).  A dialled number decides what happens:
 *
 *	    ...0000	busy
 *	    ...9999	nobody answers
 *	    others	a FAX machine answers and receives into
 *			FOLDER/NUMBER-N.tif; when the call is over there is
 *			FOLDER/NUMBER-N.txt: "STATUS PAGES IDENT"
 *
 *	SPEED times real time: a page takes about 25 s else.  Prints the path of
 *	its pty when it is ready, ends when its input is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <tiffio.h>
#include <unistd.h>

#define SPANDSP_EXPOSE_INTERNAL_STRUCTURES
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <spandsp.h>
#pragma GCC diagnostic pop

#include "machine.h"

#define PIECE_NS      20000000L
#define ANSWER_PIECES 50 /* it rings for a second */
#define HANGUP_PIECES 100

struct modem {
	int fd;
	t31_state_t *t31;
	const char *folder;
	struct machine machine;
	bool calling, connected;
	unsigned pieces, calls, silent;
	char number[64], path[512];
};

static int
on_bytes(at_state_t *at, void *arg, const uint8_t *p, size_t n)
{
	struct modem *m = arg;

	(void)at;
	while (n > 0) {
		ssize_t done = write(m->fd, p, n);
		if (done < 0 && (errno == EAGAIN || errno == EINTR)) {
			poll(&(struct pollfd){.fd = m->fd, .events = POLLOUT},
			    1, 100);
			continue;
		}
		if (done <= 0)
			break;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && strcmp(text + a - b, end) == 0;
}

static void
hang_up(struct modem *m)
{
	char result[600];

	if (m->connected) {
		snprintf(result, sizeof(result), "%s.tmp", m->path);
		machine_fini(&m->machine);
		FILE *f = fopen(result, "w");
		if (f != NULL) {
			fprintf(f, "%d %d %s\n", m->machine.status,
			    m->machine.pages, m->machine.remote);
			fclose(f);
			char text[600];
			snprintf(text, sizeof(text), "%.*s.txt",
			    (int)strlen(m->path) - 4, m->path);
			rename(result, text);
		}
	}
	m->calling = m->connected = false;
}

static void
dial(struct modem *m, const char *number)
{
	size_t n = 0;

	hang_up(m);
	for (; *number != '\0' && n + 1 < sizeof(m->number); number++) {
		if (*number >= '0' && *number <= '9')
			m->number[n++] = *number;
	}
	m->number[n] = '\0';
	m->calling = true;
	m->pieces = m->silent = 0;
	snprintf(m->path, sizeof(m->path), "%s/%s-%u.tif", m->folder, m->number,
	    ++m->calls);
}

static int
on_control(t31_state_t *t31, void *arg, int op, const char *text)
{
	struct modem *m = arg;

	(void)t31;
	if (op == AT_MODEM_CONTROL_CALL)
		dial(m, text);
	else if (op == AT_MODEM_CONTROL_HANGUP || op == AT_MODEM_CONTROL_ONHOOK)
		hang_up(m);
	return 0;
}

static int
on_packet(t38_core_state_t *t38, void *arg, const uint8_t *p, int n, int count)
{
	(void)t38;
	(void)arg;
	(void)p;
	(void)n;
	(void)count;
	return 0;
}

static void
answer(struct modem *m)
{
	if (ends_in(m->number, "0000")) {
		t31_call_event(m->t31, AT_CALL_EVENT_BUSY);
		m->calling = false;
	} else if (ends_in(m->number, "9999")) {
		t31_call_event(m->t31, AT_CALL_EVENT_NO_ANSWER);
		m->calling = false;
	} else {
		machine_init(&m->machine, false, "ANSWERER 1", m->path, true);
		m->connected = true;
		t31_call_event(m->t31, AT_CALL_EVENT_CONNECTED);
	}
}

/* 20 ms of the telephone line. */
static void
piece(struct modem *m)
{
	int16_t there[MACHINE_SAMPLES], back[MACHINE_SAMPLES];
	int n = t31_tx(m->t31, there, MACHINE_SAMPLES);

	for (; n < MACHINE_SAMPLES; n++)
		there[n] = 0;
	if (m->calling && !m->connected && ++m->pieces == ANSWER_PIECES)
		answer(m);
	memset(back, 0, sizeof(back));
	if (m->connected) {
		machine_tx(&m->machine, back);
		machine_rx(&m->machine, there);
		if (m->machine.over && ++m->silent > HANGUP_PIECES)
			hang_up(m);
	}
	t31_rx(m->t31, back, MACHINE_SAMPLES);
}

static int
open_pty(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	struct termios t;

	if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0)
		return -1;
	/* no echo before the other side has set the line */
	int slave = open(ptsname(fd), O_RDWR | O_NOCTTY);
	if (slave < 0 || tcgetattr(slave, &t) < 0)
		return -1;
	cfmakeraw(&t);
	tcsetattr(slave, TCSANOW, &t);
	/* the slave stays open: the pty lives on between two users of it; who
	 * sends is another user */
	return chmod(ptsname(fd), 0666) == 0 ? fd : -1;
}

/* False when our input is closed. */
static bool
take_commands(struct modem *m)
{
	struct pollfd p[2] = {
	    {.fd = m->fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
	char text[256];

	/* a modem with a full buffer takes nothing: the pty makes its user
	 * wait */
	poll(p, 2, 0);
	if ((p[0].revents & POLLIN) && !m->t31->tx.holding) {
		ssize_t n = read(m->fd, text, sizeof(text));
		if (n > 0)
			t31_at_rx(m->t31, text, (int)n);
	}
	return !(p[1].revents & (POLLIN | POLLHUP)) ||
	       read(0, text, sizeof(text)) > 0;
}

static void
pass_on(struct timespec *t, long ns)
{
	t->tv_nsec += ns;
	while (t->tv_nsec >= 1000000000L) {
		t->tv_nsec -= 1000000000L;
		t->tv_sec++;
	}
	while (
	    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, t, NULL) == EINTR)
		;
}

int
main(int argc, char **argv)
{
	struct modem m = {0};
	struct timespec t;

	if (argc != 3 || atoi(argv[2]) < 1 || (m.fd = open_pty()) < 0) {
		fputs("usage: soft_modem FOLDER SPEED\n", stderr);
		return 2;
	}
	m.folder = argv[1];
	m.t31 = t31_init(NULL, on_bytes, &m, on_control, &m, on_packet, &m);
	puts(ptsname(m.fd));
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &t);
	while (take_commands(&m)) {
		piece(&m);
		pass_on(&t, PIECE_NS / atoi(argv[2]));
	}
	hang_up(&m);
	t31_free(m.t31);
	return 0;
}
