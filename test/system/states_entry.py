"""States in which no probe gets in, rows 1 to 10 of docs/probing.md: nobody
there, no TLS, no Redis, turned away; and those in which it just does."""
import contextlib
import os
import shutil
import socket

import hostile
from certificates import Authority, tls_addr, tls_settings
from servers import Redis, wait_for
from stage import (MASTER, Subject, agents_fault, down, fake, row, setting, shut,
                   write_secret)


# --- 1: trouble of our own ----------------------------------------------------
@agents_fault(".*[Pp]ermission denied.*")
def socket_out_of_reach(stage):
    """For an agent that modes bind: root loses CAP_DAC_OVERRIDE first."""
    redis = stage.redis(unix=True)
    os.chmod(redis.path, 0)
    return Subject(redis.addr, lambda: os.chmod(redis.path, 0o700))


def known_by_file(stage):
    """A server with a password, and the file that holds it."""
    secret = stage.secret()
    redis = stage.redis({"requirepass": secret})
    return redis, stage.secret_file(secret)


@agents_fault(r".*\.password\b.*")
def password_file_open_to_all(stage):
    redis, path = known_by_file(stage)
    return Subject(redis.addr, lambda: os.chmod(path, 0o600),
                   {"password_file": path},
                   then=lambda: os.chmod(path, 0o644))


@agents_fault(r".*\.password\b.*")
def password_file_missing(stage):
    redis, path = known_by_file(stage)
    return Subject(redis.addr, lambda: os.rename(path + ".away", path),
                   {"password_file": path},
                   then=lambda: os.rename(path, path + ".away"))


# --- 2 to 4: nobody there -----------------------------------------------------
@down("refused", "connection refused: nobody listens")
def port_closed(stage):
    port, free = stage.closed_port()

    def undo():
        free()
        stage.redis(port=port)
    return Subject(f"127.0.0.1:{port}", undo)


@down("refused", "the socket does not exist")
def socket_missing(stage):
    path = stage.path("sock")
    return Subject(f"unix:{path}", lambda: stage.redis(path=path))


@down("refused", "connection refused: nobody listens")
def socket_left_behind(stage):
    path = stage.path("sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
    return Subject(f"unix:{path}", lambda: stage.redis(path=path))


@shut("dns")
def name_unknown(stage):
    """.invalid is a promise (RFC 6761): it never resolves."""
    return Subject("redis.invalid:6379")


def full_backlog(stage, path):
    """Nobody accepts and the queue is full, until healed: a master."""
    listener = stage.own(contextlib.ExitStack())
    addr = listener.enter_context(hostile.full_backlog(path))

    def undo():
        listener.close()
        if path is None:
            stage.redis(port=int(addr.rsplit(":", 1)[1]))
        else:
            os.unlink(path)
            stage.redis(path=path)
    return Subject(addr, undo)


@down("backlog")
def backlog_full(stage):
    return full_backlog(stage, None)


@down("backlog")
def socket_backlog_full(stage):
    return full_backlog(stage, stage.path("sock"))


# --- 5: no TLS with it --------------------------------------------------------
def speaks_tls(stage, certificate=None, clients="no"):
    """A server of a certificate for redis.internal, and how to get in."""
    certificate = certificate or stage.authority.issue(stage.name("tls"))
    redis = stage.redis(tls_settings(stage.authority, certificate, clients))
    return redis, {"ca": stage.authority.file, "server_name": "redis.internal"}


def certificate_renewed(stage, redis, **names):
    def undo():
        new = stage.authority.issue(stage.name("renewed"), **names)
        setting(redis, "tls-cert-file", new.certificate,
                "tls-key-file", new.key)()
    return undo


@down("tls", r"the server's certificate is not signed by .*\.ca\.pem")
def authority_unknown(stage):
    """Healed by the right authority under the same name."""
    redis, tls = speaks_tls(stage)
    other = Authority(stage.directory, stage.name("ca"))
    tls["ca"] = other.file
    return Subject(tls_addr(redis), lambda: shutil.copyfile(
        stage.authority.file, other.file), {"tls": tls})


@down("tls", "the server's certificate is not for other.internal")
def name_not_in_certificate(stage):
    redis, tls = speaks_tls(stage)
    tls["server_name"] = "other.internal"
    return Subject(tls_addr(redis), certificate_renewed(
        stage, redis, dns=["other.internal"]), {"tls": tls})


@down("tls", "the server's certificate.* expired")
def certificate_expired(stage):
    redis, tls = speaks_tls(stage, stage.authority.issue(
        stage.name("old"), days=-1))
    return Subject(tls_addr(redis), certificate_renewed(stage, redis),
                   {"tls": tls})


@down("tls", ".*certificate.*")
def certificate_of_ours_missing(stage):
    """Under TLS 1.3 the alert comes after the handshake."""
    redis, tls = speaks_tls(stage, clients="yes")
    return Subject(tls_addr(redis), setting(redis, "tls-auth-clients", "no"),
                   {"tls": tls})


@agents_fault(r".*\.ours\.key\b.*")
def key_file_open_to_all(stage):
    redis, tls = speaks_tls(stage, clients="yes")
    ours = stage.authority.issue(stage.name("ours"))
    tls.update(cert=ours.certificate, key=ours.key)
    return Subject(tls_addr(redis), lambda: os.chmod(ours.key, 0o600),
                   {"tls": tls}, then=lambda: os.chmod(ours.key, 0o644))


@row(*MASTER[:5], detail="")
def master_behind_tls(stage):
    redis, tls = speaks_tls(stage, clients="yes")
    ours = stage.authority.issue(stage.name("ours"))
    tls.update(cert=ours.certificate, key=ours.key)
    return Subject(tls_addr(redis), None, {"tls": tls})


@row(*MASTER[:5], detail="")
def master_behind_tls_and_password(stage):
    redis, tls = speaks_tls(stage)
    secret = stage.secret()
    setting(redis, "requirepass", secret)()
    return Subject(tls_addr(redis), None, {
        "tls": tls, "password_file": stage.secret_file(secret)})


@down("reset")
def tls_not_spoken_to_it(stage):
    redis, _ = speaks_tls(stage)
    return Subject(tls_addr(redis))


# --- 6, 7: no Redis there -----------------------------------------------------
@down("reset")
def resets(stage):
    return fake(stage, hostile.reset_at_once)


@down("protocol")
def http_server(stage):
    return fake(stage, hostile.http_server)


@down("protocol")
def endless_line(stage):
    return fake(stage, hostile.endless_line)


@down("protocol")
def surplus_reply(stage):
    return fake(stage, hostile.surplus_reply)


@down("protocol")
def array_bomb(stage):
    return fake(stage, hostile.array_bomb)


# --- 8 to 10: turned away -----------------------------------------------------
@row("maxclients", "degraded", "unknown", "unknown")
def maxclients(stage):
    redis = stage.redis()
    control = stage.own(redis.connect())
    for _ in range(5):
        stage.own(redis.connect())
    control.sendall(b"CONFIG SET maxclients 5\r\n")
    assert control.recv(100) == b"+OK\r\n"

    def undo():
        control.sendall(b"CONFIG SET maxclients 1000\r\n")
        assert control.recv(100) == b"+OK\r\n"
    return Subject(redis.addr, undo)


def outside_address():
    """An address of this machine that is not loopback, or None. Nothing is
    sent: connecting a datagram socket only chooses a route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            host = probe.getsockname()[0]
        except OSError:
            return None
    return None if host.startswith("127.") else host


@shut("protected")
def protected_mode(stage):
    """Redis listens where it lets nobody in; without such an address a fake
    says its words."""
    host = outside_address()
    if host is None:
        return fake(stage, hostile.protected_mode)
    redis = stage.redis({"bind": f"{host} 127.0.0.1"}, host=host)
    local = Redis(port=redis.port)  # the same server, let in
    stage.own(local)
    return Subject(redis.addr, lambda: local.ask(
        "CONFIG", "SET", "protected-mode", "no"))


@shut("auth", ".*password.*")
def password_wanted(stage):
    secret = stage.secret()
    redis = stage.redis({"requirepass": secret})

    def undo():
        with redis.connect() as peer:
            peer.sendall(f"AUTH {secret}\r\nCONFIG SET requirepass \"\"\r\n"
                         .encode())
            wait_for(lambda: redis.ask("PING") == b"+PONG\r\n")
    return Subject(redis.addr, undo)


@shut("auth", "the user or password was refused.*")
def password_wrong(stage):
    """Healed by the right one in the file: it is read again."""
    secret = stage.secret()
    redis = stage.redis({"requirepass": secret})
    path = stage.secret_file(stage.secret())
    return Subject(redis.addr, lambda: write_secret(path, secret),
                   {"password_file": path})


@shut("auth", "the user or password was refused.*")
def password_changed(stage):
    """It was let in before."""
    redis, path = known_by_file(stage)
    with open(path) as file:
        secret = file.read().strip()
    return Subject(redis.addr, lambda: write_secret(path, secret),
                   {"password_file": path},
                   then=lambda: write_secret(path, stage.secret()))


def acl_user(stage, *rights):
    """A user `probe` with these rights; how to get in as it."""
    secret = stage.secret()
    redis = stage.redis()
    assert redis.ask("ACL", "SETUSER", "probe", "reset", "on", f">{secret}",
                     *rights) == b"+OK\r\n"
    return redis, {"user": "probe", "password_file": stage.secret_file(secret)}


@shut("auth", "the user may run none of PING, ROLE and INFO.*")
def user_without_rights(stage):
    redis, access = acl_user(stage)
    return Subject(redis.addr, lambda: redis.ask(
        "ACL", "SETUSER", "probe", "~*", "+@all"), access)


@row(*MASTER[:5], detail=".*")
def user_without_ping(stage):
    """Another command answers: it is alive."""
    redis, access = acl_user(stage, "+info", "+role", "+setrange",
                             "~sentinel-agent:canary")
    return Subject(redis.addr, None, access)


@row(*MASTER[:5], detail=".*")
def user_with_least_rights(stage):
    redis, access = acl_user(stage, "+ping", "+info", "+role", "+setrange",
                             "+cluster|info", "~sentinel-agent:canary")
    return Subject(redis.addr, None, access)


@row("master", "up", "yes", "unknown", "master",
     detail="writes are not checked.*")
def user_without_writes(stage):
    redis, access = acl_user(stage, "+ping", "+info", "+role")
    return Subject(redis.addr, None, access)


@row("master", "up", "yes", "unknown", "master",
     detail="writes are not checked: the user may not write the key .*")
def user_of_other_keys(stage):
    redis, access = acl_user(stage, "+@all", "~other:*")
    return Subject(redis.addr, None, access)


@row(*MASTER[:5], detail="")
def user_without_info(stage):
    redis, access = acl_user(stage, "+ping", "+role", "+setrange",
                             "~sentinel-agent:canary")
    return Subject(redis.addr, None, access)


@row("other", "degraded", "unknown", "unknown",
     detail=".*neither ROLE nor INFO.*")
def user_with_ping_alone(stage):
    """It lives, and no more is known."""
    redis, access = acl_user(stage, "+ping")
    return Subject(redis.addr, None, access)


@row(*MASTER[:5], detail=".+")
def password_not_needed(stage):
    """A warning, no more."""
    path = stage.secret_file(stage.secret())
    return Subject(stage.redis().addr, None, {"password_file": path})
