/*
 * advice.c - see advice.h. One row a reason; a test holds the table whole.
 *
 * The commands are those of Redis 5 to 8 and of Valkey; where one came later
 * than 5, the sentence says since when.
 */
#include "model/advice.h"

struct advice {
    const char *meaning;
    const char *action;
};

#define NOTHING "nothing to do"

static const struct advice table[REASON_COUNT] = {
    [REASON_NONE] = {"", ""},
    [REASON_AGENT] =
        {"the trouble is the agent's own, and nothing is known of the server",
         "follow the detail: let the agent's user reach the socket or "
         "file it names, raise LimitNOFILE= when descriptors ran out, else "
         "read the agent's log"},
    [REASON_REFUSED] =
        {"nothing listens at this address, so no client can connect",
         "start the server (systemctl start redis-server); if it runs "
         "already, compare `addr` with port, bind and unixsocket in its "
         "redis.conf"},
    [REASON_DNS] =
        {"the name in `addr` has no address, so the server was not asked",
         "try `getent hosts NAME` on this host, then correct the name in "
         "`addr` or the name servers in /etc/resolv.conf"},
    [REASON_BACKLOG] =
        {"the server does not take in connections any more, so new clients "
         "hang",
         "look whether its process is stopped or busy (`ps -o stat,pcpu -p "
         "PID`); if clients come in bursts, raise tcp-backlog and "
         "net.core.somaxconn"},
    [REASON_TLS] =
        {"no TLS connection came about, so clients with the same certificates "
         "cannot connect either",
         "compare `ca`, `cert`, `key` and `server_name` under `tls` with the "
         "server's tls-cert-file, tls-ca-cert-file and tls-auth-clients; "
         "`openssl s_client -connect HOST:PORT` shows what it sends"},
    [REASON_RESET] =
        {"the server ends connections before it answers, so clients get "
         "errors",
         "look whether the port speaks TLS (tls-port in redis.conf) or is a "
         "proxy's whose server is gone, and read the server's log"},
    [REASON_PROTOCOL] =
        {"what listens at this address does not speak as Redis does",
         "find the program behind the address with `ss -lntp`, then correct "
         "`addr` or move that program"},
    [REASON_MAXCLIENTS] =
        {"the server takes no more clients: new ones are turned away, those "
         "connected go on",
         "end clients that leak connections (`ss -tnp` shows them); as soon "
         "as redis-cli gets in, CLIENT LIST shows the others and `CONFIG SET "
         "maxclients N` lets more in"},
    [REASON_PROTECTED] =
        {"the server is in protected mode and serves clients on loopback only",
         "let `addr` name a loopback address, or set requirepass on the "
         "server and `password_file` here"},
    [REASON_AUTH] =
        {"the server did not let the agent in, so its health is unknown; "
         "others may well be served",
         "compare `user` and the file in `password_file` with requirepass or, "
         "since Redis 6, ACL GETUSER; it needs +ping +info +role "
         "+cluster|info +setrange ~sentinel-agent:canary"},
    [REASON_LOADING] =
        {"the server reads its data from disk and serves nobody until that is "
         "done",
         "wait; loading_loaded_perc in `INFO persistence` shows how far it is"},
    [REASON_TIMEOUT] =
        {"the server does not answer in time, so its clients hang",
         "look at its process as the detail hints: `kill -CONT PID` when it "
         "is stopped, SLOWLOG GET and LATENCY DOCTOR when it was busy, "
         "`iostat -x 1` when it waits for the disk"},
    [REASON_BUSY] =
        {"a script holds the server, and everybody else is refused",
         "end it with SCRIPT KILL, a function since Redis 7 with FUNCTION "
         "KILL; one that has written ends by itself or with SHUTDOWN NOSAVE, "
         "which loses what was not saved"},
    [REASON_MASTERDOWN] =
        {"the replica lost its master and, as replica-serve-stale-data is no, "
         "serves nobody",
         "bring back the master that `INFO replication` names, or the way to "
         "it; `CONFIG SET replica-serve-stale-data yes` if old data will do"},
    [REASON_CLUSTERDOWN] =
        {"the cluster is not whole, so this node refuses commands on keys",
         "`redis-cli --cluster check HOST:PORT` names the slots and nodes "
         "that are missing: bring those nodes back"},
    [REASON_SHUTDOWN] =
        {"the server is about to end and holds back writes until its replicas "
         "have everything",
         "wait for its end, or keep it running with SHUTDOWN ABORT"},
    [REASON_MISCONF] =
        {"the server cannot save its data, and as a rule refuses writes for "
         "that",
         "make room and rights in the directory of `CONFIG GET dir` (the "
         "server's log names the error), then BGSAVE shows whether it can "
         "save again"},
    [REASON_OOM] =
        {"the memory limit is reached, so writes are refused; reads go on",
         "raise it with `CONFIG SET maxmemory`, remove keys, or have it evict "
         "by `CONFIG SET maxmemory-policy`"},
    [REASON_NOREPLICAS] =
        {"too few replicas are connected and up to date, so writes are "
         "refused; reads go on",
         "bring back the replicas (`INFO replication` lists those that are "
         "there, with their lag), or lower min-replicas-to-write"},
    [REASON_PAUSED] =
        {"writes are held back: clients that write hang, reads go on",
         "wait if a failover is under way (master_failover_state in `INFO "
         "replication`); else CLIENT UNPAUSE, since Redis 6.2, ends a "
         "forgotten CLIENT PAUSE"},
    [REASON_SYNCING] =
        {"the replica never had a whole copy of its master's data, so reads "
         "find little or nothing",
         "wait while master_sync_in_progress in `INFO replication` is 1; if "
         "it never ends, read both servers' logs for masterauth, repl-timeout "
         "and client-output-buffer-limit"},
    [REASON_LINK_DOWN] =
        {"the replica lost its master and serves data that grows old",
         "bring back the master that `INFO replication` names, or the way to "
         "it; when both are fine, compare masterauth and masteruser with the "
         "master's password"},
    [REASON_LAG] =
        {"the replica is further behind its master than it may be, so reads "
         "are old",
         "look for a slow network, or for slow commands on either side with "
         "SLOWLOG GET; or allow more with `max_lag` and `max_gap`"},
    [REASON_REPLICA] = {"the replica follows its master and serves reads",
                        NOTHING},
    [REASON_MASTER] = {"the master serves its clients", NOTHING},
    [REASON_OTHER] =
        {"the server answers, but not so that its health can be told",
         "read the answer in the detail, then try `redis-cli -h HOST -p PORT "
         "INFO` and the server's log"},
};

const char *advice_meaning(enum reason reason)
{
    return (unsigned)reason < REASON_COUNT ? table[reason].meaning : "";
}

const char *advice_action(enum reason reason)
{
    return (unsigned)reason < REASON_COUNT ? table[reason].action : "";
}
