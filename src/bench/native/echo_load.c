/*
 * Load of WebSocket messages that are to be echoed: what it sends was made ready by whoever starts it, and of what comes
 * back it looks at frame headers only, from which follows where the next frame stands. Of the first batch on a connection
 * it compares every byte. Pings are passed over. Linux only; not part of the library; only the comparison runs it.
 *
 * Arguments: port, connections, messages of a batch, milliseconds; bytes of the greeting, of a batch as it is sent, of
 * its echo, of one echoed frame, of that frame's header. Greeting, batch and echo come on standard input.
 * Prints: SUMS answers microseconds median-latency errors cpu-microseconds
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 262144, EVENTS = 64, PAGE = 4096, PING = 0x89, MOST_HEAD_BYTES = 16384, MOST_LATENCIES = 1 << 20 };
enum { GRACE_MICROS = 1000000 };

struct connection {
  int socket;
  int is_greeted, is_checked, waits_for_room;
  const char *unsent;
  size_t unsent_bytes;
  size_t place;       /* in the echo of the batch */
  int ping;           /* bytes of a Ping still to come; -1 when its length is */
  char tail[4];       /* the last bytes of the answer to the greeting */
  size_t head_bytes;  /* of that answer, so far */
  uint64_t sent_at;
};

static char *greeting, *batch, *echoed;
static size_t greeting_bytes, batch_bytes, echoed_bytes, frame_bytes, header_bytes;
static unsigned depth;
static uint64_t until, answers, errors;
static uint32_t *latencies;
static size_t latency_count;
static unsigned open_connections;
static int poller;

static uint64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000 + (uint64_t)at.tv_nsec / 1000;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* The kernel's side of a copy lies near a page start: copying is slow when ours does too, so it begins mid-page. */
static char *mid_page(size_t bytes) {
  char *pages = aligned_alloc(PAGE, (bytes + 2 * PAGE) / PAGE * PAGE);
  if (pages == NULL) fail("memory");
  return pages + PAGE / 2;
}

static char *take_input(size_t bytes) {
  char *into = mid_page(bytes);
  if (fread(into, 1, bytes, stdin) != bytes) fail("input");
  return into;
}

static void end(struct connection *one) {
  close(one->socket);
  one->socket = -1;
  open_connections--;
}

static void wait_for(struct connection *one, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = one};
  if (epoll_ctl(poller, operation, one->socket, &event) != 0) fail("epoll_ctl");
}

/* Sends what is unsent, as far as there is room. A broken connection tells so when it is read. */
static void push(struct connection *one) {
  while (one->unsent_bytes > 0) {
    ssize_t sent = send(one->socket, one->unsent, one->unsent_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (one->waits_for_room) return;
      one->waits_for_room = 1;
      wait_for(one, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
      return;
    }
    one->unsent += sent;
    one->unsent_bytes -= (size_t)sent;
  }
  if (one->waits_for_room) wait_for(one, EPOLL_CTL_MOD, EPOLLIN);
  one->waits_for_room = 0;
}

static void send_batch(struct connection *one) {
  one->sent_at = now();
  if (one->sent_at >= until) {
    end(one);
    return;
  }
  one->unsent = batch;
  one->unsent_bytes = batch_bytes;
  push(one);
}

/* Reads the answer to the greeting. Returns 1 when it is complete, 0 when more is to come, -1 when it is wrong. */
static int read_head(struct connection *one, const char *bytes, size_t length) {
  static const char RIGHT[] = "HTTP/1.1 101 ";
  for (size_t at = 0; at < length; at++, one->head_bytes++) {
    if (one->head_bytes < sizeof RIGHT - 1 && bytes[at] != RIGHT[one->head_bytes]) return -1;
    memmove(one->tail, one->tail + 1, 3);
    one->tail[3] = bytes[at];
    if (memcmp(one->tail, "\r\n\r\n", 4) == 0) return at + 1 == length ? 1 : -1;
  }
  return one->head_bytes > MOST_HEAD_BYTES ? -1 : 0;
}

/* Reads echoes. Returns 1 when a batch is complete, 0 when more is to come, -1 when something is wrong. */
static int read_echoes(struct connection *one, const char *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    size_t in_frame = one->place % frame_bytes;
    size_t left = length - at;
    if (one->ping < 0) {
      one->ping = (unsigned char)bytes[at++];
    } else if (one->ping > 0) {
      size_t passed = (size_t)one->ping < left ? (size_t)one->ping : left;
      one->ping -= (int)passed;
      at += passed;
    } else if (in_frame == 0 && (unsigned char)bytes[at] == PING) {
      one->ping = -1;
      at++;
    } else if (one->place == echoed_bytes) {
      return -1;
    } else if (in_frame < header_bytes) {
      if (bytes[at++] != echoed[one->place++]) return -1;
    } else {
      size_t run = frame_bytes - in_frame < left ? frame_bytes - in_frame : left;
      if (!one->is_checked && memcmp(bytes + at, echoed + one->place, run) != 0) return -1;
      at += run;
      one->place += run;
    }
  }
  if (one->place < echoed_bytes) return 0;
  one->place = 0;
  one->is_checked = 1;
  return 1;
}

static void pull(struct connection *one, char *buffer) {
  ssize_t length = recv(one->socket, buffer, READ_BYTES, MSG_DONTWAIT);
  int found = length <= 0 ? -1
              : one->is_greeted ? read_echoes(one, buffer, (size_t)length)
                                : read_head(one, buffer, (size_t)length);
  if (found < 0) {
    errors++;
    end(one);
    return;
  }
  if (found == 0) return;
  if (one->is_greeted) {
    answers += depth;
    if (latency_count < MOST_LATENCIES) latencies[latency_count++] = (uint32_t)(now() - one->sent_at);
  }
  one->is_greeted = 1;
  send_batch(one);
}

static void begin(struct connection *one, uint16_t port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int yes = 1;
  one->socket = socket(AF_INET, SOCK_STREAM, 0);
  if (one->socket < 0) fail("socket");
  if (connect(one->socket, (struct sockaddr *)&to, sizeof to) != 0) fail("connect");
  setsockopt(one->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  open_connections++;
  wait_for(one, EPOLL_CTL_ADD, EPOLLIN);
  one->unsent = greeting;
  one->unsent_bytes = greeting_bytes;
  push(one);
}

static int compare(const void *one, const void *other) {
  uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
  return (a > b) - (a < b);
}

static uint64_t cpu_micros(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
         (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

int main(int count, char **words) {
  if (count != 10) {
    fprintf(stderr, "echo_load takes nine numbers\n");
    return 2;
  }
  uint64_t numbers[9];
  for (int at = 0; at < 9; at++) numbers[at] = strtoull(words[at + 1], NULL, 10);
  unsigned connections = (unsigned)numbers[1];
  depth = (unsigned)numbers[2];
  greeting_bytes = numbers[4], batch_bytes = numbers[5], echoed_bytes = numbers[6];
  frame_bytes = numbers[7], header_bytes = numbers[8];
  greeting = take_input(greeting_bytes);
  batch = take_input(batch_bytes);
  echoed = take_input(echoed_bytes);
  char *buffer = mid_page(READ_BYTES);
  struct connection *all = calloc(connections, sizeof *all);
  latencies = malloc(MOST_LATENCIES * sizeof *latencies);
  poller = epoll_create1(0);
  if (all == NULL || latencies == NULL || poller < 0) fail("start");

  uint64_t cpu_before = cpu_micros(), begun = now();
  until = begun + numbers[3] * 1000;
  for (unsigned at = 0; at < connections; at++) begin(&all[at], (uint16_t)numbers[0]);
  while (open_connections > 0 && now() < until + GRACE_MICROS) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(poller, events, EVENTS, 100);
    for (int at = 0; at < ready; at++) {
      struct connection *one = events[at].data.ptr;
      if (events[at].events & EPOLLOUT) push(one);
      if (events[at].events & ~(uint32_t)EPOLLOUT) pull(one, buffer);
    }
  }
  uint64_t micros = now() - begun, cpu = cpu_micros() - cpu_before;
  qsort(latencies, latency_count, sizeof *latencies, compare);
  printf("SUMS %llu %llu %u %llu %llu\n", (unsigned long long)answers, (unsigned long long)micros,
         latency_count > 0 ? latencies[latency_count / 2] : 0, (unsigned long long)errors, (unsigned long long)cpu);
  return 0;
}
