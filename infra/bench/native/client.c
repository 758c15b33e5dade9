#define _GNU_SOURCE
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "websocket.h"

enum { BUFFER_SIZE = 1 << 20, TEXT_SIZE = 8192, CLIENTS_PER_ADDRESS = 20000 };

static unsigned char buffer[BUFFER_SIZE];

uint64_t now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void lose(struct load *load, struct client *client, const char *why) {
  if (client->state == CLIENT_READY) load->dropped++, load->ready--;
  else load->failed++;
  if (load->failed + load->dropped <= 3) fprintf(stderr, "client %d: %s\n", client->index, why);
  client_close(client);
}

static void send_all(struct load *load, struct client *client, const void *data, size_t length) {
  if (send(client->fd, data, length, MSG_NOSIGNAL) != (ssize_t)length) lose(load, client, "cannot send");
}

static void send_text(struct load *load, struct client *client, int opcode, const char *text, size_t length) {
  unsigned char frame[TEXT_SIZE + WS_STORED + WS_MAX_HEADER], stored[TEXT_SIZE + WS_STORED];
  if (load->plan.deflates && opcode == WS_TEXT) {
    length = ws_store(stored, text, length);
    text = (char *)stored;
    opcode |= WS_DEFLATED;
  }
  send_all(load, client, frame, ws_write_client(frame, opcode, text, length));
}

void client_open(struct load *load, struct client *client, int epoll) {
  int one = 1;
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  struct sockaddr_in source = {.sin_family = AF_INET}, server = source;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + client->index / CLIENTS_PER_ADDRESS);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.sin_port = htons(load->plan.port);
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  client->state = CLIENT_CONNECTING;
  client->step = 0;
  if (client->fd < 0) return lose(load, client, strerror(errno));
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  setsockopt(client->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (bind(client->fd, (struct sockaddr *)&source, sizeof source) < 0) return lose(load, client, strerror(errno));
  if (connect(client->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS)
    return lose(load, client, strerror(errno));
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = client};
  epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event);
}

void client_close(struct client *client) {
  if (client->fd >= 0) close(client->fd);
  client->fd = -1;
  client->state = CLIENT_CLOSED;
  free(client->rest);
  client->rest = NULL;
  client->rest_length = 0;
}

static void connected(struct load *load, struct client *client, int epoll) {
  char path[TEXT_SIZE], request[TEXT_SIZE + 256];
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return lose(load, client, strerror(error));
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  epoll_ctl(epoll, EPOLL_CTL_MOD, client->fd, &event);
  client->state = CLIENT_UPGRADING;
  plan_expand(&load->plan, load->plan.path, client->index, "", path, sizeof path);
  int length = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
                        path, load->plan.port,
                        load->plan.deflates ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
  send_all(load, client, request, length);
}

static void resume_part(const struct load *load, const struct client *client, char *out, size_t size) {
  out[0] = 0;
  if (load->resumes && client->pid[0] != 0)
    snprintf(out, size, ",\"pid\":\"%s\",\"offset\":\"%s\"", client->pid, client->offset);
}

/* Sends the next texts of the plan. The client is ready when no step is left. */
static void advance(struct load *load, struct client *client) {
  const struct plan *plan = &load->plan;
  char text[TEXT_SIZE], resume[PID_SIZE + OFFSET_SIZE + 32];
  for (; client->state == CLIENT_STEPPING && client->step < plan->step_count; client->step++) {
    const struct step *step = &plan->steps[client->step];
    if (step->is_fresh_only && load->resumes) continue;
    if (!step->is_send) return;
    resume_part(load, client, resume, sizeof resume);
    size_t length = plan_expand(plan, step->text, client->index, resume, text, sizeof text);
    send_text(load, client, WS_TEXT, text, length);
  }
  if (client->state != CLIENT_STEPPING) return;
  client->state = CLIENT_READY;
  load->ready++;
}

static int begins_with(const struct ws_frame *frame, const char *prefix) {
  size_t length = strlen(prefix);
  return frame->length >= length && memcmp(frame->payload, prefix, length) == 0;
}

static void copy_text(char *out, size_t size, const unsigned char *from, const unsigned char *end) {
  size_t length = end - from < (ptrdiff_t)size - 1 ? (size_t)(end - from) : size - 1;
  memcpy(out, from, length);
  out[length] = 0;
}

/* Stores what a stock client resumes with: the session id and the last string of `connection.established`. */
static void remember(struct client *client, const struct ws_frame *frame) {
  static const char pid[] = "\"pid\":\"", established[] = "42/ws,[\"connection.established\"";
  unsigned char *end = frame->payload + frame->length;
  if (begins_with(frame, "40/ws")) {
    unsigned char *from = memmem(frame->payload, frame->length, pid, sizeof pid - 1);
    if (from == NULL) return;
    from += sizeof pid - 1;
    unsigned char *quote = memchr(from, '"', end - from);
    if (quote != NULL) copy_text(client->pid, sizeof client->pid, from, quote);
  } else if (begins_with(frame, established) && frame->length > 2 && end[-2] == '"') {
    unsigned char *from = memrchr(frame->payload, '"', frame->length - 2);
    copy_text(client->offset, sizeof client->offset, from + 1, end - 2);
  }
}

static void measure(struct load *load, const unsigned char *from, const unsigned char *end) {
  static const char mark[] = "\"sentAtUs\":";
  unsigned char *found = memmem(from, end - from, mark, sizeof mark - 1);
  if (found == NULL) return;
  uint64_t sent = strtoull((char *)found + sizeof mark - 1, NULL, 10), now = now_us();
  histogram_add(&load->latency, now > sent ? now - sent : 0);
}

static void count_marks(struct load *load, const struct ws_frame *frame) {
  size_t length = strlen(load->plan.event_mark);
  unsigned char *at = frame->payload, *end = at + frame->length;
  while ((at = memmem(at, end - at, load->plan.event_mark, length)) != NULL) {
    load->received++;
    at += length;
    if (load->plan.measures_latency) measure(load, at, end);
  }
}

static void take_frame(struct load *load, struct client *client, const struct ws_frame *frame) {
  const struct plan *plan = &load->plan;
  if (frame->opcode == WS_CLOSE) return lose(load, client, "closed by the server");
  if (frame->opcode == WS_PING) return send_text(load, client, WS_PONG, (char *)frame->payload, frame->length);
  if (plan->deflates && frame->is_deflated) {
    load->received++;
    return;
  }
  if (client->state == CLIENT_READY && plan->event_mark != NULL) return count_marks(load, frame);
  if (plan->event_prefix != NULL && begins_with(frame, plan->event_prefix)) {
    load->received++;
    if (plan->measures_latency) measure(load, frame->payload, frame->payload + frame->length);
    return;
  }
  /* Engine.IO's ping. */
  if (frame->length == 1 && frame->payload[0] == '2') return send_text(load, client, WS_TEXT, "3", 1);
  if (begins_with(frame, "44")) return lose(load, client, "refused by the server");
  remember(client, frame);
  if (client->state != CLIENT_STEPPING || !begins_with(frame, plan->steps[client->step].text)) return;
  client->step++;
  advance(load, client);
}

/* Reads the upgrade response. Returns its length, or 0 if it is incomplete or the client is lost. */
static size_t take_upgrade(struct load *load, struct client *client, size_t length) {
  unsigned char *end = memmem(buffer, length, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  if (memcmp(buffer, "HTTP/1.1 101", 12) != 0) {
    lose(load, client, "not upgraded");
    return 0;
  }
  client->state = CLIENT_STEPPING;
  advance(load, client);
  return end + 4 - buffer;
}

static void keep_rest(struct client *client, const unsigned char *from, size_t length) {
  if (client->rest_length < length) client->rest = realloc(client->rest, length);
  memmove(client->rest, from, length);
  client->rest_length = length;
}

void client_turn(struct load *load, struct client *client, int epoll) {
  if (client->state == CLIENT_CLOSED) return;
  if (client->state == CLIENT_CONNECTING) return connected(load, client, epoll);
  size_t length = client->rest_length, taken = 0, size;
  memcpy(buffer, client->rest, length);
  ssize_t got = recv(client->fd, buffer + length, BUFFER_SIZE - 1 - length, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return lose(load, client, got == 0 ? "ended by the server" : strerror(errno));
  load->bytes += got;
  length += got;
  buffer[length] = 0;
  if (client->state == CLIENT_UPGRADING) taken = take_upgrade(load, client, length);
  struct ws_frame frame;
  while (client->state >= CLIENT_STEPPING && (size = ws_read(buffer + taken, length - taken, &frame)) > 0) {
    taken += size;
    take_frame(load, client, &frame);
  }
  if (client->state == CLIENT_CLOSED) return;
  if (taken < length) return keep_rest(client, buffer + taken, length - taken);
  client->rest_length = 0;
}
