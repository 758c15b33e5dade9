#define _GNU_SOURCE
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *detail) {
  fprintf(stderr, "%s: %s\n", what, detail);
  exit(2);
}

static void read_tokens(struct plan *plan, const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) fail("cannot read", path);
  char *line = NULL;
  size_t size = 0;
  ssize_t length;
  while ((length = getline(&line, &size, file)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    plan->tokens = realloc(plan->tokens, (plan->token_count + 1) * sizeof *plan->tokens);
    plan->tokens[plan->token_count++] = strdup(line);
  }
  free(line);
  fclose(file);
}

static void add_step(struct plan *plan, const char *option, const char *text) {
  if (plan->step_count == MAX_STEPS) fail("too many steps", text);
  struct step *step = &plan->steps[plan->step_count++];
  step->is_fresh_only = strncmp(option, "--fresh-", 8) == 0;
  step->is_send = strstr(option, "send") != NULL;
  step->text = text;
}

void plan_parse(struct plan *plan, int argc, char **argv) {
  *plan = (struct plan){.rooms = 1, .path = "/"};
  for (int i = 1; i + 1 < argc; i += 2) {
    const char *option = argv[i], *value = argv[i + 1];
    if (strcmp(option, "--port") == 0) plan->port = atoi(value);
    else if (strcmp(option, "--rooms") == 0) plan->rooms = atoi(value);
    else if (strcmp(option, "--path") == 0) plan->path = value;
    else if (strcmp(option, "--tokens") == 0) read_tokens(plan, value);
    else if (strcmp(option, "--event-prefix") == 0) plan->event_prefix = value;
    else if (strcmp(option, "--event-mark") == 0) plan->event_mark = value;
    else if (strcmp(option, "--deflate") == 0) plan->deflates = atoi(value);
    else if (strcmp(option, "--latency") == 0) plan->measures_latency = atoi(value);
    else if (strstr(option, "send") || strstr(option, "expect")) add_step(plan, option, value);
    else fail("unknown option", option);
  }
  if (plan->port == 0) fail("missing option", "--port");
}

size_t plan_expand(const struct plan *plan, const char *text, int client, const char *resume, char *out, size_t size) {
  size_t length = 0;
  for (const char *at = text; *at != 0 && length + 1 < size; at++) {
    if (*at != '%' || at[1] == 0) {
      out[length++] = *at;
      continue;
    }
    int written = 0;
    switch (*++at) {
      case 'i': written = snprintf(out + length, size - length, "%d", client); break;
      case 'r': written = snprintf(out + length, size - length, "%d", client % plan->rooms); break;
      case 'a': written = snprintf(out + length, size - length, "%s", resume); break;
      case 't':
        if (client >= plan->token_count) fail("too few tokens", text);
        written = snprintf(out + length, size - length, "%s", plan->tokens[client]);
        break;
      default: fail("unknown placeholder", at);
    }
    if (written < 0 || (size_t)written >= size - length) fail("too long", text);
    length += written;
  }
  out[length] = 0;
  return length;
}
