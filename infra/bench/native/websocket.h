/* The few parts of RFC 6455 that a load generator and a send() loop need. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stddef.h>
#include <stdint.h>

enum { WS_TEXT = 1, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10, WS_DEFLATED = 0x40, WS_MAX_HEADER = 14, WS_STORED = 6 };

/* One frame as it lies in a receive buffer. */
struct ws_frame {
  int opcode;
  int is_deflated;
  unsigned char *payload;
  size_t length;
};

/* Reads the frame at `data`. Returns the bytes it takes, or 0 if it is not there as a whole. */
size_t ws_read(unsigned char *data, size_t available, struct ws_frame *frame);

/* Writes a final frame as a server sends it into `out`, which has room for it. Returns its length. */
size_t ws_write_server(unsigned char *out, int opcode, const char *payload, size_t length);

/* The same as a client sends it. The mask is zero, which the RFC allows a test and which leaves the text as it is. */
size_t ws_write_client(unsigned char *out, int opcode, const char *payload, size_t length);

/*
 * Writes a text as permessage-deflate may (RFC 7692, section 7.2.3.3), in a block that is stored as it is. `out` has room
 * for WS_STORED bytes more. Returns the length.
 */
size_t ws_store(unsigned char *out, const char *text, size_t length);

#endif
