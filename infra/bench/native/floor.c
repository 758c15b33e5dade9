/*
 * The floor: the cost of the kernel alone. Accepts WebSocket connections to /?room=N and sends events to them with one
 * send() each, or with one send() for all events of a burst. The first line on stdout is {"port":N}. Then every line
 * on stdin
 *   run <bursts per second> <events per burst> <rooms> <milliseconds> <0|1: coalesce>
 * is answered by {"published":N,"failed":N}.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "websocket.h"

enum { MAX_ROOMS = 10000, MAX_BURST = 100, FRAME_SIZE = 1024 };

struct room {
  int *members;
  int count;
};

struct order {
  double per_second;
  int burst, rooms, milliseconds, coalesces;
};

static struct room rooms[MAX_ROOMS];

static double now_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void join(int fd, int number) {
  struct room *room = &rooms[number % MAX_ROOMS];
  room->members = realloc(room->members, (room->count + 1) * sizeof *room->members);
  room->members[room->count++] = fd;
}

/* The load sends its request in one piece and does not check the accept key. */
static void take_client(int listener) {
  int one = 1, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  char request[4096], *number;
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ssize_t length = recv(fd, request, sizeof request - 1, 0);
  request[length > 0 ? length : 0] = 0;
  number = strstr(request, "room=");
  static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) return (void)close(fd);
  join(fd, number == NULL ? 0 : atoi(number + 5));
}

static size_t write_event(unsigned char *out, int room, unsigned long long number) {
  char text[FRAME_SIZE - WS_MAX_HEADER];
  int length = snprintf(
      text, sizeof text,
      "42/ws,[\"project.updated\",{\"id\":\"0192d3c4-5b6a-7c8d-9e0f-%012llx\",\"type\":\"project.updated\","
      "\"room\":\"project:%d\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"correlationId\":null,\"data\":{"
      "\"projectId\":\"%d\",\"projectName\":\"Apollo\",\"status\":\"active\",\"updatedBy\":\"u1\",\"changes\":{"
      "\"sentAtUs\":%.0f}}},\"k3x9q2ab.%llu\"]",
      number, room, room, now_seconds() * 1e6, number);
  return ws_write_server(out, WS_TEXT, text, length);
}

static unsigned long long failed;

static void send_to(int room, const unsigned char *data, size_t length) {
  for (int i = 0; i < rooms[room].count; i++) {
    if (send(rooms[room].members[i], data, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length) failed++;
  }
}

static void send_burst(const struct order *order, int room, unsigned long long *number) {
  static unsigned char frames[FRAME_SIZE * MAX_BURST];
  size_t length = 0;
  for (int i = 0; i < order->burst; i++) {
    size_t size = write_event(frames + length, room, (*number)++);
    if (order->coalesces) length += size;
    else send_to(room, frames, size);
  }
  if (order->coalesces) send_to(room, frames, length);
}

static void obey(const char *line) {
  struct order order;
  if (sscanf(line, "run %lf %d %d %d %d", &order.per_second, &order.burst, &order.rooms, &order.milliseconds,
             &order.coalesces) != 5 || order.burst > MAX_BURST || order.rooms > MAX_ROOMS) exit(2);
  unsigned long long number = 0;
  double start = now_seconds(), end = start + order.milliseconds / 1e3;
  failed = 0;
  for (long bursts = 0;; bursts++) {
    double due = start + bursts / order.per_second, wait = due - now_seconds();
    if (due >= end) break;
    if (wait > 0) usleep(wait * 1e6);
    send_burst(&order, bursts % order.rooms, &number);
  }
  printf("{\"published\":%llu,\"failed\":%llu}\n", number, failed);
}

static int listen_anywhere(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 4096) < 0) exit(2);
  getsockname(fd, (struct sockaddr *)&address, &size);
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  return fd;
}

static void raise_file_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(void) {
  char line[256];
  raise_file_limit();
  setvbuf(stdout, NULL, _IOLBF, 0);
  setvbuf(stdin, NULL, _IONBF, 0);
  struct pollfd sources[] = {{.fd = listen_anywhere(), .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  while (poll(sources, 2, -1) > 0) {
    if (sources[0].revents & POLLIN) take_client(sources[0].fd);
    if (sources[1].revents == 0) continue;
    if (fgets(line, sizeof line, stdin) == NULL) return 0;
    obey(line);
  }
}
