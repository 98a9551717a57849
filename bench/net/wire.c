// wire: the wire between a few network namespaces, in user space, with a delay, jitter, loss, rate and cut for each direction
// between each two of them. For measuring on kernels without netem, and because a cut here is silent: no link goes down, no
// route changes, no browser is told. That is what a cut far away in the network looks like from a desk.
//
//   wire NAMESPACE...    makes a TAP device "eth0" with the address 02:00:00:00:00:0N in each, N from 1
//
// Standard input, a line each, answered by one line on standard output, "ok" or "error ...":
//
//   set FROM TO DELAY_US JITTER_US LOSS_PPM RATE_KBPS CUT    FROM and TO are places from 1, or 0 for all; RATE 0 is no limit
//   stats                                                    answered by "stats carried=N lost=N"
//   record PATH                                              writes every frame from now on to a pcap file, as it is delivered
//   record                                                   closes it
//
// Jitter and rate never reorder frames of one direction. End of standard input ends the program, and with it the devices.
// One thread, one loop: frames wait in a queue per direction until they are due.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 8, FRAME = 1600, QUEUE = 4096 };

// A rate limit keeps this much in its queue, then drops new frames: a modest router's buffer.
static const int64_t most_waiting_ns = 300 * 1000 * 1000;

struct frame {
  int64_t due;
  int length;
  unsigned char bytes[FRAME];
};

struct way {
  int64_t delay, jitter; // ns
  uint32_t loss_ppm;
  int64_t rate_kbps;
  int cut;
  int64_t line_free; // when the rate-limited line has sent all it took
  int64_t last_due;
  struct frame *queue; // ring of QUEUE frames
  unsigned head, tail;
};

static int places;
static int tap[MOST];
static struct way ways[MOST][MOST];
static uint64_t carried, lost;
static FILE *recording;
static uint64_t dice = 0x9e3779b97f4a7c15; // the same losses in every run of the same traffic

static uint64_t roll(void) {
  dice ^= dice << 13;
  dice ^= dice >> 7;
  dice ^= dice << 17;
  return dice;
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what, const char *which) {
  fprintf(stderr, "wire: %s %s: %s\n", what, which, strerror(errno));
  exit(1);
}

// The classic pcap format with nanoseconds: a header, then each frame with its time and its length twice.
static int start_recording(const char *path) {
  const uint32_t header[6] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, FRAME, 1 /* Ethernet */};
  recording = fopen(path, "wb");
  return recording != NULL && fwrite(header, sizeof header, 1, recording) == 1;
}

static void stop_recording(void) {
  if (recording) fclose(recording);
  recording = NULL;
}

static void record(const struct frame *f) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  const uint32_t header[4] = {(uint32_t)t.tv_sec, (uint32_t)t.tv_nsec, (uint32_t)f->length, (uint32_t)f->length};
  fwrite(header, sizeof header, 1, recording);
  fwrite(f->bytes, (size_t)f->length, 1, recording);
}

static int open_tap(const char *namespace, int place) {
  char path[256];
  snprintf(path, sizeof path, "/var/run/netns/%s", namespace);
  int ns = open(path, O_RDONLY | O_CLOEXEC);
  if (ns < 0 || setns(ns, CLONE_NEWNET) < 0) die("cannot enter namespace", namespace);
  close(ns);
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) die("cannot open /dev/net/tun for", namespace);
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  strcpy(request.ifr_name, "eth0");
  if (ioctl(fd, TUNSETIFF, &request) < 0) die("cannot make a TAP device in", namespace);
  request.ifr_hwaddr = (struct sockaddr){.sa_family = ARPHRD_ETHER, .sa_data = {2, 0, 0, 0, 0, (char)place}};
  if (ioctl(fd, SIOCSIFHWADDR, &request) < 0) die("cannot set the address in", namespace);
  return fd;
}

static void send_on(int from, int to, const unsigned char *bytes, int length) {
  struct way *w = &ways[from][to];
  int64_t now = now_ns(), start = now;
  if (w->cut || (w->loss_ppm && roll() % 1000000 < w->loss_ppm) || w->head - w->tail == QUEUE) {
    lost++;
    return;
  }
  if (w->rate_kbps) {
    if (w->line_free - now > most_waiting_ns) {
      lost++;
      return;
    }
    if (w->line_free > start) start = w->line_free;
    start += (int64_t)length * 8 * 1000000 / w->rate_kbps;
    w->line_free = start;
  }
  int64_t due = start + w->delay + (w->jitter ? (int64_t)(roll() % (uint64_t)w->jitter) : 0);
  if (due < w->last_due) due = w->last_due;
  w->last_due = due;
  struct frame *f = &w->queue[w->head++ % QUEUE];
  f->due = due;
  f->length = length;
  memcpy(f->bytes, bytes, (size_t)length);
}

static void take_frames(int from) {
  unsigned char bytes[FRAME];
  ssize_t length;
  while ((length = read(tap[from], bytes, sizeof bytes)) > 0) {
    if (length < 14) continue;
    for (int to = 0; to < places; to++) {
      int group = bytes[0] & 1, mine = bytes[0] == 2 && bytes[5] == to + 1;
      if (to != from && (group || mine)) send_on(from, to, bytes, (int)length);
    }
  }
}

// Delivers what is due and returns when the next frame will be, or -1 when none waits.
static int64_t deliver(int64_t now) {
  int64_t next = -1;
  for (int from = 0; from < places; from++)
    for (int to = 0; to < places; to++) {
      struct way *w = &ways[from][to];
      for (; w->tail != w->head; w->tail++) {
        struct frame *f = &w->queue[w->tail % QUEUE];
        if (f->due > now) {
          if (next < 0 || f->due < next) next = f->due;
          break;
        }
        if (recording) record(f);
        if (write(tap[to], f->bytes, (size_t)f->length) == f->length) carried++;
        else lost++; // the device is not up yet, or its queue is full
      }
    }
  return next;
}

static void obey(const char *line) {
  int from, to, cut;
  long delay, jitter, loss, rate;
  if (strncmp(line, "record ", 7) == 0) {
    stop_recording();
    printf(start_recording(line + 7) ? "ok\n" : "error cannot write there\n");
  } else if (strcmp(line, "record") == 0) {
    stop_recording();
    printf("ok\n");
  } else if (strncmp(line, "stats", 5) == 0) {
    printf("stats carried=%llu lost=%llu\n", (unsigned long long)carried, (unsigned long long)lost);
  } else if (sscanf(line, "set %d %d %ld %ld %ld %ld %d", &from, &to, &delay, &jitter, &loss, &rate, &cut) == 7 &&
             from >= 0 && from <= places && to >= 0 && to <= places && delay >= 0 && jitter >= 0 && loss >= 0 &&
             rate >= 0) {
    for (int a = 0; a < places; a++)
      for (int b = 0; b < places; b++) {
        if ((from && from != a + 1) || (to && to != b + 1)) continue;
        struct way *w = &ways[a][b];
        w->delay = delay * 1000;
        w->jitter = jitter * 1000;
        w->loss_ppm = (uint32_t)loss;
        w->rate_kbps = rate;
        w->cut = cut;
      }
    printf("ok\n");
  } else {
    printf("error not understood\n");
  }
  fflush(stdout);
}

// Reads what is there of standard input and obeys whole lines; returns 0 at its end.
static int take_orders(void) {
  static char text[4096];
  static size_t held;
  ssize_t got = read(0, text + held, sizeof text - 1 - held);
  if (got <= 0) return got < 0 && errno == EINTR;
  held += (size_t)got;
  text[held] = 0;
  for (char *end; (end = strchr(text, '\n')) != NULL;) {
    *end = 0;
    obey(text);
    held -= (size_t)(end + 1 - text);
    memmove(text, end + 1, held + 1);
  }
  if (held == sizeof text - 1) held = 0;
  return 1;
}

int main(int count, char **names) {
  places = count - 1;
  if (places < 2 || places > MOST) {
    fprintf(stderr, "usage: wire NAMESPACE NAMESPACE [NAMESPACE...], %d at most\n", MOST);
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1000); // wake within a microsecond of due, not fifty
  for (int i = 0; i < places; i++) tap[i] = open_tap(names[i + 1], i + 1);
  for (int a = 0; a < places; a++)
    for (int b = 0; b < places; b++)
      if (a != b && (ways[a][b].queue = malloc(sizeof(struct frame) * QUEUE)) == NULL) die("no memory for", "a queue");
  printf("ready\n");
  fflush(stdout);
  struct pollfd wait[MOST + 1] = {{.fd = 0, .events = POLLIN}};
  for (int i = 0; i < places; i++) wait[i + 1] = (struct pollfd){.fd = tap[i], .events = POLLIN};
  for (;;) {
    int64_t next = deliver(now_ns());
    int64_t left = next < 0 ? 0 : next - now_ns();
    if (left < 0) left = 0;
    struct timespec until = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    if (ppoll(wait, (nfds_t)places + 1, next < 0 ? NULL : &until, NULL) < 0 && errno != EINTR) die("cannot wait", "");
    if (wait[0].revents && !take_orders()) return 0;
    for (int i = 0; i < places; i++)
      if (wait[i + 1].revents) take_frames(i);
  }
}
