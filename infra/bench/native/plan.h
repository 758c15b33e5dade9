/* What every client of a load does, as the command line says it. */
#ifndef PLAN_H
#define PLAN_H

#include <stddef.h>

enum { MAX_STEPS = 32, PID_SIZE = 64, OFFSET_SIZE = 128 };

/* A text to send, or the beginning of one to wait for. */
struct step {
  const char *text;
  int is_send;
  /* Left out by a client that resumes. */
  int is_fresh_only;
};

struct plan {
  int port;
  int rooms;
  const char *path;
  struct step steps[MAX_STEPS];
  int step_count;
  /* A message that begins like this is an event. */
  const char *event_prefix;
  /* Or: every occurrence of this within a message is one. */
  const char *event_mark;
  /* Whether to offer permessage-deflate and, as browsers do, to use it for all that is sent. Events come deflated then. */
  int deflates;
  /* Whether to read the time an event was sent. */
  int measures_latency;
  char **tokens;
  int token_count;
};

/* Reads the command line; ends the process with a message if it is wrong. */
void plan_parse(struct plan *plan, int argc, char **argv);

/* Writes a template for a client: %i is its number, %r its room, %t its token, %a what it resumes with. */
size_t plan_expand(const struct plan *plan, const char *text, int client, const char *resume, char *out, size_t size);

#endif
