/*
 * What the system itself takes for a request and its answer, however a server is programmed: waits with epoll, reads once,
 * counts the ends of heads and writes as many answers at once. Understands nothing else of HTTP, and ends a connection that
 * takes no whole answer. Linux only; not part of the library; only the comparison runs it.
 *
 * Arguments: the answer; the process that it ends with.
 * Prints: port <number>
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 262144, EVENTS = 1024, CONNECTIONS = 65536, BACKLOG = 4096, BATCH = 64 };

static char input[READ_BYTES];
/* How much of the end of a head each connection has sent last. */
static unsigned char matched[CONNECTIONS];
static char *answers;
static size_t answer_bytes;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int listen_somewhere(void) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t at_bytes = sizeof at;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&at, at_bytes) < 0 || listen(listener, BACKLOG) < 0)
    fail("cannot listen");
  getsockname(listener, (struct sockaddr *)&at, &at_bytes);
  printf("port %d\n", ntohs(at.sin_port));
  fflush(stdout);
  return listener;
}

static void watch(int queue, int socket) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
  if (epoll_ctl(queue, EPOLL_CTL_ADD, socket, &event) < 0) fail("cannot watch a connection");
}

static void take(int queue, int listener) {
  int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  if (socket < 0) return;
  if (socket >= CONNECTIONS) {
    close(socket);
    return;
  }
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  matched[socket] = 0;
  watch(queue, socket);
}

/* Returns how many heads end in these bytes. */
static size_t heads(int socket, size_t length) {
  unsigned char so_far = matched[socket];
  size_t count = 0;
  for (size_t i = 0; i < length; i++) {
    so_far = input[i] == "\r\n\r\n"[so_far] ? so_far + 1 : input[i] == '\r';
    if (so_far < 4) continue;
    so_far = 0;
    count++;
  }
  matched[socket] = so_far;
  return count;
}

static void answer(int socket) {
  ssize_t length = read(socket, input, sizeof input);
  int is_over = length <= 0;
  for (size_t left = is_over ? 0 : heads(socket, length); left > 0 && !is_over;) {
    size_t some = left < BATCH ? left : BATCH;
    is_over = write(socket, answers, some * answer_bytes) != (ssize_t)(some * answer_bytes);
    left -= some;
  }
  if (is_over) close(socket);
}

int main(int count, char **words) {
  if (count != 3) {
    fputs("usage: canned_server ANSWER PARENT\n", stderr);
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != atoi(words[2])) return 0;
  signal(SIGPIPE, SIG_IGN);
  answer_bytes = strlen(words[1]);
  answers = malloc(BATCH * answer_bytes + 1);
  if (answers == NULL) fail("no memory");
  for (int i = 0; i < BATCH; i++) memcpy(answers + i * answer_bytes, words[1], answer_bytes);
  int listener = listen_somewhere();
  int queue = epoll_create1(0);
  watch(queue, listener);
  for (;;) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(queue, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd == listener) take(queue, listener);
      else answer(events[i].data.fd);
    }
  }
}
