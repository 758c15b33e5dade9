/*
 * Thousands of WebSocket clients in one thread. The arguments are the plan (see plan.c). Commands are lines on stdin.
 * Every command is answered with one line of JSON:
 *   connect <count> <at once>   until all clients up to <count> are ready or have failed
 *   disconnect                  resets all connections
 *   port <number>               where clients connect from now on
 *   resume <0|1>                whether clients resume their former session when they connect
 *   rest <milliseconds>         how long to sleep after each look at the connections, unless much is waiting or
 *                               clients are connecting; a command ends the sleep
 *   reset                       clears the latencies
 *   report                      what was received, and the CPU time used since the start
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client.h"

enum { MAX_CLIENTS = 100000, EVENTS_PER_TURN = 512 };

static struct load load;
static struct client *clients;
static int epoll, client_count, rest_ms;

/* The state of the current connect command. */
static struct { int wanted, at_once, next; uint64_t since_us; } connecting;

static double cpu_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void answer_report(void) {
  printf("{\"ready\":%d,\"failed\":%d,\"dropped\":%d,\"received\":%llu,\"bytes\":%llu,\"cpuUs\":%.0f,\"nowUs\":%llu,\"samples\":%llu,"
         "\"p50Us\":%llu,\"p99Us\":%llu,\"maxUs\":%llu}\n",
         load.ready, load.failed, load.dropped, (unsigned long long)load.received,
         (unsigned long long)load.bytes, cpu_us(), (unsigned long long)now_us(), (unsigned long long)load.latency.total,
         (unsigned long long)histogram_quantile(&load.latency, 0.5),
         (unsigned long long)histogram_quantile(&load.latency, 0.99), (unsigned long long)load.latency.max);
}

static void go_on_connecting(void) {
  if (connecting.wanted == 0) return;
  while (connecting.next < connecting.wanted &&
         connecting.next - load.ready - load.failed < connecting.at_once) {
    client_open(&load, &clients[connecting.next++], epoll);
  }
  if (load.ready + load.failed < connecting.wanted) return;
  connecting.wanted = 0;
  printf("{\"ready\":%d,\"failed\":%d,\"elapsedUs\":%llu}\n", load.ready, load.failed,
         (unsigned long long)(now_us() - connecting.since_us));
}

static void connect_clients(int count, int at_once) {
  if (count > MAX_CLIENTS) count = MAX_CLIENTS;
  for (; client_count < count; client_count++) clients[client_count] = (struct client){.index = client_count, .fd = -1};
  connecting.next = load.ready;
  connecting.wanted = count;
  connecting.at_once = at_once;
  connecting.since_us = now_us();
  load.failed = 0;
}

static void disconnect_clients(void) {
  for (int i = 0; i < client_count; i++) client_close(&clients[i]);
  load.ready = load.failed = load.dropped = 0;
  printf("{}\n");
}

static void obey(const char *line) {
  int count = 0, at_once = 0;
  if (sscanf(line, "connect %d %d", &count, &at_once) == 2) return connect_clients(count, at_once);
  if (sscanf(line, "resume %d", &load.resumes) == 1 || sscanf(line, "port %d", &load.plan.port) == 1 ||
      sscanf(line, "rest %d", &rest_ms) == 1) {
    printf("{}\n");
  } else if (strncmp(line, "disconnect", 10) == 0) {
    disconnect_clients();
  } else if (strncmp(line, "reset", 5) == 0) {
    histogram_reset(&load.latency);
    printf("{}\n");
  } else if (strncmp(line, "report", 6) == 0) {
    answer_report();
  } else {
    fprintf(stderr, "unknown command: %s", line);
    exit(2);
  }
}

static void read_commands(void) {
  static char lines[4096];
  static size_t length;
  ssize_t got = read(STDIN_FILENO, lines + length, sizeof lines - 1 - length);
  if (got <= 0) exit(0);
  length += got;
  lines[length] = 0;
  char *start = lines, *end;
  while ((end = strchr(start, '\n')) != NULL) {
    *end = 0;
    obey(start);
    start = end + 1;
  }
  length = lines + length - start;
  memmove(lines, start, length);
}

static void raise_file_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
  plan_parse(&load.plan, argc, argv);
  raise_file_limit();
  setvbuf(stdout, NULL, _IOLBF, 0);
  clients = calloc(MAX_CLIENTS, sizeof *clients);
  epoll = epoll_create1(0);
  struct epoll_event commands = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS_PER_TURN];
  epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &commands);
  for (;;) {
    go_on_connecting();
    int count = epoll_wait(epoll, events, EVENTS_PER_TURN, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == NULL) read_commands();
      else client_turn(&load, events[i].data.ptr, epoll);
    }
    struct pollfd command = {.fd = STDIN_FILENO, .events = POLLIN};
    if (rest_ms > 0 && count < EVENTS_PER_TURN && connecting.wanted == 0) poll(&command, 1, rest_ms);
  }
}
