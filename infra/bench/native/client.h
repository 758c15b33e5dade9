/* One WebSocket client: connects, goes through the steps of its plan, then counts events. */
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
  /* Bytes of a message that has not come as a whole. */
  unsigned char *rest;
  size_t rest_length;
  /* What a Socket.IO session is resumed with; empty until the server has named them. */
  char pid[PID_SIZE];
  char offset[OFFSET_SIZE];
};

/* What all clients share and count together. */
struct load {
  struct plan plan;
  int resumes;
  int ready, failed, dropped;
  uint64_t received;
  /* Bytes that came, of whatever. */
  uint64_t bytes;
  struct histogram latency;
};

uint64_t now_us(void);

/* Begins to connect and registers with epoll; every connection counts as ready, failed or (later) dropped. */
void client_open(struct load *load, struct client *client, int epoll);

/* To be called when epoll says that the client has something. */
void client_turn(struct load *load, struct client *client, int epoll);

/* Resets the connection, so that no port stays in TIME_WAIT. */
void client_close(struct client *client);

#endif
