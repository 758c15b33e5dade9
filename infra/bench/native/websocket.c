#include "websocket.h"

#include <string.h>

enum { MASKED = 0x80, FINAL = 0x80, LENGTH_16 = 126, LENGTH_64 = 127 };

size_t ws_read(unsigned char *data, size_t available, struct ws_frame *frame) {
  if (available < 2) return 0;
  size_t header = 2;
  uint64_t length = data[1] & 0x7f;
  size_t extra = length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0;
  if (available < header + extra) return 0;
  if (extra > 0) {
    length = 0;
    for (size_t i = 0; i < extra; i++) length = length << 8 | data[header + i];
    header += extra;
  }
  if (data[1] & MASKED) header += 4;
  if (available < header || available - header < length) return 0;
  frame->opcode = data[0] & 0x0f;
  frame->is_deflated = data[0] & WS_DEFLATED;
  frame->payload = data + header;
  frame->length = length;
  return header + length;
}

static size_t write_header(unsigned char *out, int opcode, size_t length, int masked) {
  out[0] = FINAL | opcode;
  if (length < LENGTH_16) {
    out[1] = masked | length;
    return 2;
  }
  size_t extra = length < 65536 ? 2 : 8;
  out[1] = masked | (extra == 2 ? LENGTH_16 : LENGTH_64);
  for (size_t i = 0; i < extra; i++) out[2 + i] = (uint64_t)length >> 8 * (extra - 1 - i);
  return 2 + extra;
}

size_t ws_write_server(unsigned char *out, int opcode, const char *payload, size_t length) {
  size_t header = write_header(out, opcode, length, 0);
  memcpy(out + header, payload, length);
  return header + length;
}

size_t ws_write_client(unsigned char *out, int opcode, const char *payload, size_t length) {
  size_t header = write_header(out, opcode, length, MASKED);
  memset(out + header, 0, 4);
  memcpy(out + header + 4, payload, length);
  return header + 4 + length;
}

size_t ws_store(unsigned char *out, const char *text, size_t length) {
  out[0] = 0;
  out[1] = length;
  out[2] = length >> 8;
  out[3] = ~length;
  out[4] = ~length >> 8;
  memcpy(out + 5, text, length);
  out[length + 5] = 0;
  return length + WS_STORED;
}
