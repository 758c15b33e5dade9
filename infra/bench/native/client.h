/* One WebSocket client: it connects, runs the steps of its plan, then counts events. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "histogram.h"
#include "plan.h"

enum client_state { CLIENT_CLOSED, CLIENT_CONNECTING, CLIENT_UPGRADING, CLIENT_STEPPING, CLIENT_READY };

struct client {
  int index;
  int fd;
  enum client_state state;
  int step;
  /* Bytes of an incomplete message. */
  unsigned char *rest;
  size_t rest_length;
  /* What a Socket.IO session resumes with; empty until the server has sent them. */
  char pid[PID_SIZE];
  char offset[OFFSET_SIZE];
};

/* The state and the counters that all clients share. */
struct load {
  struct plan plan;
  int resumes;
  int ready, failed, dropped;
  uint64_t received;
  /* All received bytes. */
  uint64_t bytes;
  struct histogram latency;
};

uint64_t now_us(void);

/* Begins to connect and registers with epoll. Every connection counts as ready, failed or (later) dropped. */
void client_open(struct load *load, struct client *client, int epoll);

/* Call it when epoll reports an event for the client. */
void client_turn(struct load *load, struct client *client, int epoll);

/* Resets the connection, so that no port stays in TIME_WAIT. */
void client_close(struct client *client);

#endif
