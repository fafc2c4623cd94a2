/*
 * world.h - a host in virtual time: simulated Redis servers, prober processes
 * and a ZooKeeper around the real engine, board and publisher's desk.
 *
 * Everything that happens is an event in one queue; events of one instant
 * come in random order. All randomness comes from the seed, so a failing seed
 * replays exactly. Nothing here sleeps, forks or opens a socket.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "model/board.h"
#include "publisher/desk.h"

#define WORLD_INSTANCES_MOST 640
#define WORLD_START_MS 1000000u
#define WORLD_WALL_MS 1763742000000u
#define WORLD_NEVER UINT64_MAX
#define WORLD_PROBERS_MOST 160
#define WORLD_SPANS_MOST 24
#define SIM_PID_BASE 10000
#define SESSIONS_MOST 256
#define WORLD_AGENT_ID "0123456789abcdef"

/* --- what may be the matter ------------------------------------------- */

enum scenario {
    SCENARIO_CALM,       /* Redis comes and goes; nobody of us fails */
    SCENARIO_CULPRIT,    /* one instance crashes or hangs its prober */
    SCENARIO_PROBER,     /* a prober is killed, stopped, mute, repeats itself */
    SCENARIO_SUPERVISOR, /* it dies and is adopted, or stands still */
    SCENARIO_PUBLISHER,  /* it dies, freezes, loses connection or session */
    SCENARIO_SPAWNING,   /* probers that do not start, or do not die */
    SCENARIO_STRANGER,   /* somebody else writes to or deletes our nodes */
    SCENARIO_CHAOS,      /* all of it at once; bounds do not hold here */
    SCENARIO_EPIDEMIC,   /* several instances crash or hang their probers */
    SCENARIO_FLEET,      /* several shards, and a culprit */
    SCENARIO_COUNT
};

const char *scenario_name(enum scenario scenario);

enum redis_mode {
    REDIS_ANSWERS,
    REDIS_SLOW,
    REDIS_LOADS,
    REDIS_HANGS,
    REDIS_REFUSES
};

struct redis_span {
    uint64_t from_ms;
    enum redis_mode mode;
    uint32_t delay_ms; /* REDIS_SLOW: at most half the timeout */
    uint32_t life;     /* its run_id */
};

enum poison { POISON_NONE, POISON_CRASH, POISON_HANG };

struct redis {
    struct redis_span spans[WORLD_SPANS_MOST]; /* by time; the last stays */
    uint32_t span_count;
    enum poison poison; /* what its replies do to a prober */
    uint64_t poison_from_ms;
    uint64_t poison_until_ms;
};

/* --- the event queue --------------------------------------------------- */

struct world;
typedef void (*world_cb)(struct world *world, void *data);

struct world_event {
    uint64_t at_ms;
    uint64_t shuffle; /* orders events of one instant */
    uint64_t number;
    world_cb callback;
    void *data; /* owned by the event; may be NULL */
};

/* --- the actors -------------------------------------------------------- */

enum process_state {
    PROCESS_NONE,
    PROCESS_STARTING,
    PROCESS_RUNS,
    PROCESS_STANDS,
    PROCESS_DEAD
};

struct sim_prober {
    enum process_state state;
    uint32_t number;
    bool is_ready; /* its hello was sent */
    bool is_retiring;
    bool is_condemned; /* the engine asked for its death */
    bool is_deaf;      /* ignores RETIRE */
    bool has_ended;    /* ENDED was, or is about to be, told */
    bool is_mute;      /* sends no more results */
    bool is_unkillable;
    bool is_frozen;  /* signals reach it when it thaws */
    uint64_t inside; /* its progress page */
    enum step step;
    const char *why;
    uint32_t pending; /* probes it has not answered */
};

struct sim_supervisor {
    bool is_alive;
    struct engine *engine;
    struct tasks tasks;
    struct board *board;
    uint32_t life; /* grows with every crash */
    uint64_t wake; /* number of the wake-up in force */
    uint64_t wake_ms;
    uint64_t stalled_until_ms;
    uint32_t last_number; /* of probers, over all lives */
};

struct sim_publisher {
    bool is_alive;
    bool is_frozen;
    bool is_connected;
    uint32_t life;
    uint32_t connection; /* grows with each one made or lost */
    uint64_t wake;
    uint64_t session;  /* as saved in the session file; 0 = none */
    uint64_t order_ms; /* the last request's arrival: they stay in order */
    struct board *board;
    struct desk desk;
};

struct sim_node {
    bool exists;
    bool is_watched;
    char path[192];
    char bytes[PAYLOAD_BYTES_MOST];
    size_t length;
    int32_t version;
    uint64_t czxid;
    uint64_t owner;
};

struct sim_zookeeper {
    struct sim_node *nodes; /* owned */
    uint32_t node_count;
    uint64_t zxid;
    uint64_t last_session;
    bool sessions[SESSIONS_MOST]; /* by number: is it alive? */
    uint64_t writes;
    bool is_reachable;
};

/* What happens beside the normal course, and what it may cost. */
struct plan {
    enum scenario scenario;
    uint32_t culprit; /* index; UINT32_MAX = nobody */
    uint32_t witness; /* another, whose update the culprit may not delay */
    bool is_steady;   /* every Redis answers all the time */
    bool may_expire;  /* sessions and leases may come to their end */
    uint64_t faults_end_ms; /* all is well afterwards */
    uint64_t end_ms;
    uint32_t lose_percent;  /* of results never sent */
    uint32_t late_percent;  /* of results sent past their time */
    uint32_t twice_percent; /* of results sent twice */
    uint32_t spawn_fails_percent;
    uint32_t spawn_slow_percent;
    uint32_t spawn_mute_percent;
    uint32_t unkillable_percent;
    uint32_t deaf_percent;
    bool has_probe_now;
    bool is_bounded; /* one fault at a time: the promises hold */
    bool is_quiet;   /* no fault of ours at all */
};

#define PROPERTY_TABLE(X)                                                     \
    X(PROPERTY_OUTCOME, "every round gives every instance exactly one "       \
                        "outcome")                                            \
    X(PROPERTY_ONE_TASK, "an instance has at most one task")                  \
    X(PROPERTY_COUNTS, "started is finished, reaped and live at every step")  \
    X(PROPERTY_STALENESS, "no node says up beyond the bound")                 \
    X(PROPERTY_PROMPT, "without faults of ours a node follows Redis within "  \
                       "its round")                                           \
    X(PROPERTY_ISOLATION, "a faulty instance moves no other instance's node") \
    X(PROPERTY_DELAY, "a faulty instance delays no other's update beyond "    \
                      "the isolation bound")                                  \
    X(PROPERTY_TOLD_APART, "several culprits are told apart and the others "  \
                           "left alone")                                      \
    X(PROPERTY_EVIDENCE, "down needs a Redis that did not answer")            \
    X(PROPERTY_BLAME, "only a culprit or trouble of ours makes a node "       \
                      "unknown")                                              \
    X(PROPERTY_FLICKER, "one death of ours moves no node of a steady fleet")  \
    X(PROPERTY_ORDERS, "a prober is asked only while it is ready")            \
    X(PROPERTY_BASELINE, "everything returns to its baseline when quiet")     \
    X(PROPERTY_CONVERGES, "every node tells the truth when quiet")            \
    X(PROPERTY_STEADY, "a steady fleet writes nothing to ZooKeeper")

#define PROPERTY_ENUM(constant, text) constant,
enum property { PROPERTY_TABLE(PROPERTY_ENUM) PROPERTY_COUNT };
#undef PROPERTY_ENUM

const char *property_name(enum property property);

/* What the oracle noted of one instance: bytes and times, no beliefs. */
struct witness {
    enum state said; /* by its node now; STATE_NONE = no node */
    uint64_t said_ms;
    uint64_t moves; /* changes of the state said, deletions too */
    uint64_t round; /* last seen of the engine's counters */
    uint64_t round_ms;
    uint64_t offset; /* rounds that a crash left without an outcome */
    uint64_t outcomes;
};

struct oracle {
    struct witness witnesses[WORLD_INSTANCES_MOST];
    uint64_t steady_writes; /* writes when quiet began: no more come */
    uint64_t checks[PROPERTY_COUNT];
    bool has_failed;
    enum property property; /* the first that failed */
    char what[256];
};

struct world {
    uint64_t seed;
    uint64_t random;
    uint64_t now_ms;
    struct world_event *events; /* owned; a heap */
    uint32_t event_count;
    uint32_t event_room;
    uint64_t event_number;
    bool is_verbose;

    struct settings settings;
    struct redis *redis; /* owned; one per instance */
    struct plan plan;
    struct sim_prober probers[WORLD_PROBERS_MOST];
    struct sim_supervisor supervisor;
    struct sim_publisher publisher;
    struct sim_zookeeper zookeeper;
    struct oracle oracle;
};

/* --- world.c ------------------------------------------------------------ */

/* 0 .. below - 1. */
uint64_t world_random(struct world *world, uint64_t below);
uint64_t world_between(struct world *world, uint64_t least, uint64_t most);
bool world_chance(struct world *world, uint32_t percent);
/* `data` is freed after the callback. */
void world_at(struct world *world, uint64_t at_ms, world_cb callback,
              void *data);
void *world_copy(const void *data, size_t size);
void world_note(const struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Runs one seed from beginning to end. */
void world_init(struct world *world, uint64_t seed, bool is_verbose);
void world_run(struct world *world);
void world_finish(struct world *world);

/* --- plan.c ------------------------------------------------------------- */
void plan_make(struct world *world);

/* --- redis.c ------------------------------------------------------------ */
const struct redis_span *redis_at(const struct redis *redis, uint64_t at_ms);
bool redis_answers(enum redis_mode mode);
/* True if it could answer at some moment of [from_ms, until_ms]. */
bool redis_could_answer(const struct redis *redis, uint64_t from_ms,
                        uint64_t until_ms);
bool redis_always_answered(const struct redis *redis, uint64_t from_ms,
                           uint64_t until_ms);
/* What a probe begun now comes to, and when. */
uint64_t redis_probe(struct world *world, uint32_t index, uint32_t timeout_ms,
                     bool is_deep, struct verdict *verdict);

/* --- probers.c ---------------------------------------------------------- */
void sim_prober_spawn(struct world *world, uint32_t number);
void sim_prober_probe(struct world *world, const struct engine_action *action);
void sim_prober_retire(struct world *world, uint32_t number);
void sim_prober_kill(struct world *world, uint32_t number);
/* A fault: some ready prober dies, stands still or falls mute. */
void sim_prober_hurt(struct world *world);
/* The supervisor died: so do they, unheard. */
void sim_probers_vanish(struct world *world);
uint32_t sim_probers_count(const struct world *world);

/* --- supervisor.c ------------------------------------------------------- */
void sim_supervisor_start(struct world *world);
void sim_supervisor_crash(struct world *world, uint64_t away_ms);
void sim_supervisor_stall(struct world *world, uint64_t for_ms);
/* An event reaches it, now or when it stands no more. `life`: of the
 * supervisor that it is meant for. `result` may be NULL; copied. */
void sim_supervisor_tell(struct world *world, uint32_t life,
                         const struct engine_event *event);

/* --- publisher.c -------------------------------------------------------- */
void sim_publisher_start(struct world *world);
void sim_publisher_die(struct world *world);
void sim_publisher_freeze(struct world *world, uint64_t for_ms);
void sim_publisher_cut(struct world *world, uint64_t for_ms);
void sim_publisher_look(struct world *world);
/* An answer was handed to the tree: what next? */
void sim_publisher_answered(struct world *world);
/* It dies, and the session file is lost with it. */
void sim_publisher_forget(struct world *world);
void sim_publisher_watch(struct world *world, const char *path);
/* The session ended: the publisher hears it if it can. */
void sim_publisher_expired(struct world *world);
void sim_publisher_finish(struct world *world);

/* --- zookeeper.c -------------------------------------------------------- */
void sim_zookeeper_connect(struct world *world);
void sim_zookeeper_lost(struct world *world);
void sim_zookeeper_submit(struct world *world,
                          const struct tree_request *request);
/* Its nodes go; if the publisher stands on it, it hears so. */
void sim_zookeeper_expire(struct world *world, uint64_t session);
bool sim_zookeeper_is_alive(const struct world *world, uint64_t session);
/* A stranger's hand. */
void sim_zookeeper_delete(struct world *world, uint32_t instance);
void sim_zookeeper_overwrite(struct world *world, uint32_t instance);
const struct sim_node *sim_zookeeper_node(const struct world *world,
                                          uint32_t instance);
void sim_zookeeper_finish(struct world *world);

/* --- oracle.c ----------------------------------------------------------- */
void oracle_start(struct world *world);
void oracle_fail(struct world *world, enum property property,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));
/* After every event that the engine handled. */
void oracle_step(struct world *world);
void oracle_adopted(struct world *world);
void oracle_order(struct world *world, const struct engine_action *action);
/* A node changed or went (`bytes` NULL). */
void oracle_node(struct world *world, const char *path, const char *bytes,
                 size_t length);
void oracle_finish(struct world *world);

#endif
