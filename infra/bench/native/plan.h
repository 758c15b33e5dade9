/* What every client of a load does, as read from the command line. */
#ifndef PLAN_H
#define PLAN_H

#include <stddef.h>

enum { MAX_STEPS = 32, PID_SIZE = 64, OFFSET_SIZE = 128 };

/* A text to send, or the beginning of one to wait for. */
struct step {
  const char *text;
  int is_send;
  /* A client that resumes skips this step. */
  int is_fresh_only;
};

struct plan {
  int port;
  int rooms;
  const char *path;
  struct step steps[MAX_STEPS];
  int step_count;
  /* A message with this beginning is an event. */
  const char *event_prefix;
  /* Or: every occurrence of this text in a message is an event. */
  const char *event_mark;
  /* Whether to offer permessage-deflate and, like browsers, to deflate everything. The server then deflates events. */
  int deflates;
  /* Whether to read the time at which an event was sent. */
  int measures_latency;
  char **tokens;
  int token_count;
};

/* Reads the command line. Ends the process with a message if it is wrong. */
void plan_parse(struct plan *plan, int argc, char **argv);

/* Expands a template for a client: %i is its number, %r its room, %t its token, %a what it resumes with. */
size_t plan_expand(const struct plan *plan, const char *text, int client, const char *resume, char *out, size_t size);

#endif
