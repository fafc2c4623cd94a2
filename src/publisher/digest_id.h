/*
 * digest_id.h - who a credential makes us in an ACL: ZooKeeper's digest
 * scheme names "user:password" by the user and a hash.
 *
 * The scheme "auth" would say it shorter, and more than is meant: "whatever
 * this connection is". Through a proxy that speaks TLS for us a connection is
 * the host's certificate, too, and so is everybody else's who reaches that
 * proxy.
 */
#ifndef PUBLISHER_DIGEST_ID_H
#define PUBLISHER_DIGEST_ID_H

#include "base/secret.h"

#define DIGEST_HASH_LENGTH 28 /* 20 bytes in base 64 */

struct digest_id {
    char text[SECRET_BYTES_MOST + 1 + DIGEST_HASH_LENGTH + 1];
};

/* "user:" and the base 64 of the SHA-1 of the whole credential, which is of
 * at most SECRET_BYTES_MOST bytes. */
void digest_id_of(const char *credential, struct digest_id *id);

#endif
