/* The few parts of RFC 6455 that a load generator and a send() loop need. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stddef.h>
#include <stdint.h>

enum { WS_TEXT = 1, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10, WS_DEFLATED = 0x40, WS_MAX_HEADER = 14, WS_STORED = 6 };

/* One frame in a receive buffer. */
struct ws_frame {
  int opcode;
  int is_deflated;
  unsigned char *payload;
  size_t length;
};

/* Reads the frame at `data`. Returns its length in bytes, or 0 if it is incomplete. */
size_t ws_read(unsigned char *data, size_t available, struct ws_frame *frame);

/* Writes a final frame of a server into `out`, which must be large enough. Returns its length. */
size_t ws_write_server(unsigned char *out, int opcode, const char *payload, size_t length);

/* The same for a client. The mask is zero, so the text stays as it is. That is enough for a test. */
size_t ws_write_client(unsigned char *out, int opcode, const char *payload, size_t length);

/*
 * Writes a text for permessage-deflate as a stored block, without compression (RFC 7692, section 7.2.3.3). `out` must
 * have room for WS_STORED more bytes. Returns the length.
 */
size_t ws_store(unsigned char *out, const char *text, size_t length);

#endif
