/* SPDX-License-Identifier: ISC */
/* relay/control_socket.h - the socket in the file system, and who stands at its other end */
#ifndef BATON_RELAY_CONTROL_SOCKET_H
#define BATON_RELAY_CONTROL_SOCKET_H
#include "base/err.h"
#include <sys/types.h>

struct control_owner {
    uid_t user;
    gid_t group;
    bool shared; /* members of the group may speak to it as well */
};
/* It listens, and does not block. The directory is made where it is not there; a socket that nobody answers at is
 * replaced. -1: e says why. */
int control_socket_listen(const char *path, const struct control_owner *owner,
                          struct err *e) MUST_CHECK;
/* May the peer of this connection give orders? */
bool control_socket_may(int fd, const struct control_owner *owner);
#endif
