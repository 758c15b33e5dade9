/*
 * One call from JavaScript for many sockets. When the same bytes go to thousands of clients, the way from JavaScript
 * to the system call and back costs most after the kernel's own work.
 */
#include <errno.h>
#include <node_api.h>
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS; Node ignores SIGPIPE. */
#endif

static napi_value refuse(napi_env env, const char *message) {
  napi_throw_type_error(env, NULL, message);
  return NULL;
}

/*
 * sendAll(fds: Int32Array, count: number, bytes: Uint8Array): number
 * Sends `bytes` to the first `count` sockets without waiting. Replaces each descriptor by the number of bytes that
 * send(2) took, or by -errno. Returns how many took all.
 */
static napi_value send_all(napi_env env, napi_callback_info info) {
  size_t argc = 3, places = 0, length = 0;
  napi_value argv[3], result;
  napi_typedarray_type type;
  uint32_t count = 0, whole = 0;
  int32_t *fds = NULL;
  void *bytes = NULL;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 3) return refuse(env, "three arguments");
  if (napi_get_typedarray_info(env, argv[0], &type, &places, (void **)&fds, NULL, NULL) != napi_ok || type != napi_int32_array)
    return refuse(env, "fds must be an Int32Array");
  if (napi_get_value_uint32(env, argv[1], &count) != napi_ok || count > places)
    return refuse(env, "count must be at most the length of fds");
  if (napi_get_typedarray_info(env, argv[2], &type, &length, &bytes, NULL, NULL) != napi_ok || type != napi_uint8_array)
    return refuse(env, "bytes must be a Uint8Array");
  for (uint32_t i = 0; i < count; i++) {
    ssize_t taken = send(fds[i], bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    fds[i] = taken < 0 ? -errno : (int32_t)taken;
    whole += taken == (ssize_t)length;
  }
  return napi_create_uint32(env, whole, &result) == napi_ok ? result : NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "sendAll", NAPI_AUTO_LENGTH, send_all, NULL, &function) != napi_ok) return NULL;
  if (napi_set_named_property(env, exports, "sendAll", function) != napi_ok) return NULL;
  return exports;
}
