"""Probes over TLS against real servers: up with what the certificate tells,
and each way it can fail in a sentence of its own, the same each time."""
import os
import shutil
import ssl
import subprocess

import pytest

from agent import BUILD, HELPERS
from certificates import Authority, tls_addr, tls_settings
from driver import DEEP, drive, probe, row
from hostile import Hostile
from servers import wait_for

TLS_DOWN = ("tls", "down", "no", "no")
OURS = ("agent", "unknown", "unknown", "unknown")
UP = ("master", "up", "yes", "yes")


@pytest.fixture
def authority(workspace):
    return Authority(workspace)


@pytest.fixture
def right(authority):
    return authority.issue("right")


def options(authority=None, name="redis.internal", own=None, verify=True):
    """Of the driver, for a deep probe over TLS."""
    words = [*DEEP, "--tls"]
    words += ["--tls-ca", authority.file] if authority else []
    words += ["--tls-server-name", name] if name else []
    words += ["--tls-cert", own.certificate, "--tls-key", own.key] \
        if own else []
    words += [] if verify else ["--tls-no-verify"]
    return words


def end_of(certificate):
    """notAfter in seconds of the epoch, as openssl reads it."""
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-in",
         certificate.certificate], check=True, capture_output=True,
        text=True).stdout
    return ssl.cert_time_to_seconds(text.strip().split("=", 1)[1])


def twice(addr, words, expected, detail):
    """Fails so, and in the same words when it is probed again."""
    first = probe(addr, *words)
    again = probe(addr, *words)
    assert row(first) == expected, first
    assert first["detail"] == again["detail"]
    assert row(again) == expected
    assert detail in first["detail"]
    assert len(first["detail"]) <= 160
    return first


# --- it works -----------------------------------------------------------------
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("kind", ["p256", "rsa2048"])
def test_master_is_known_whole_over_tls(start_redis, authority, version, kind):
    certificate = authority.issue("server", kind=kind, days=30)
    redis = start_redis(tls_settings(authority, certificate,
                                     protocols=version))
    result = probe(tls_addr(redis), *options(authority))
    assert row(result) == UP
    assert result["detail"] == ""
    assert result["redis_pid"] == redis.pid
    assert result["facts"]["certificate_expires_at_s"] == end_of(certificate)
    assert result["stage_us"]["tls"] > 0


def test_address_is_found_in_the_certificate(start_redis, authority, right):
    redis = start_redis(tls_settings(authority, right))
    assert row(probe(tls_addr(redis),
                     *options(authority, name="127.0.0.1"))) == UP


def test_hundred_probes_share_a_context(start_redis, authority, right):
    redis = start_redis(tls_settings(authority, right))
    results, end, code = drive("--timeout-ms", 5000, "--repeat", 25,
                               *options(authority), *[tls_addr(redis)] * 4)
    assert (code, end["end"]) == (0, "exit")
    assert [row(result) for result in results] == [UP] * 100


def test_reply_of_several_records_comes_through(start_redis, authority,
                                                right):
    """A line of INFO for each of a thousand data bases: 35 KB."""
    redis = start_redis({**tls_settings(authority, right), "databases": 1000})
    redis.ask("EVAL", "for i = 0, 999 do redis.call('select', i) "
              "redis.call('set', 'k', 1) end", 0)
    assert row(probe(tls_addr(redis), *options(authority))) == UP


def test_mutual_tls(start_redis, authority, right):
    ours = authority.issue("ours", dns=(), addresses=())
    redis = start_redis(tls_settings(authority, right, clients="yes"))
    assert row(probe(tls_addr(redis), *options(authority, own=ours))) == UP


def test_unverified_server_still_tells_when_its_certificate_ends(
        start_redis, workspace, authority):
    stranger = Authority(workspace, "stranger")
    expired = stranger.issue("expired", dns=["other"], days=-1)
    redis = start_redis(tls_settings(stranger, expired))
    result = probe(tls_addr(redis), *options(authority, verify=False))
    assert row(result) == UP
    assert result["facts"]["certificate_expires_at_s"] == end_of(expired)


# --- the server's certificate -------------------------------------------------
def test_authority_that_is_not_ours(start_redis, workspace, authority):
    stranger = Authority(workspace, "stranger")
    redis = start_redis(tls_settings(stranger, stranger.issue("other")))
    twice(tls_addr(redis), options(authority), TLS_DOWN,
          "the server's certificate is not signed by an authority in ")


def test_system_does_not_know_the_authority(start_redis, authority, right):
    redis = start_redis(tls_settings(authority, right))
    twice(tls_addr(redis), options(), TLS_DOWN,
          "not signed by an authority this host trusts")


def test_certificate_of_another_name(start_redis, authority):
    other = authority.issue("other", dns=["other.internal"], addresses=())
    redis = start_redis(tls_settings(authority, other))
    twice(tls_addr(redis), options(authority), TLS_DOWN,
          "the server's certificate is not for redis.internal")
    twice(tls_addr(redis), options(authority, name="127.0.0.1"), TLS_DOWN,
          "the server's certificate is not for 127.0.0.1")
    assert row(probe(tls_addr(redis), *options(authority, name=None))) == UP


def test_expired_certificate(start_redis, authority):
    expired = authority.issue("expired", days=-1)
    redis = start_redis(tls_settings(authority, expired))
    result = twice(tls_addr(redis), options(authority), TLS_DOWN, "has expired")
    if result["has_facts"]:
        assert result["facts"]["certificate_expires_at_s"] == end_of(expired)


def test_certificate_that_is_not_for_servers(start_redis, authority):
    wrong = authority.issue("wrong", usage="clientAuth")
    redis = start_redis(tls_settings(authority, wrong))
    twice(tls_addr(redis), options(authority), TLS_DOWN,
          "the server's certificate is not one for servers")


# --- ours ---------------------------------------------------------------------
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_server_misses_our_certificate(start_redis, authority, right, version):
    redis = start_redis(tls_settings(authority, right, clients="yes",
                                     protocols=version))
    twice(tls_addr(redis), options(authority), TLS_DOWN,
          "the server asks for a client certificate")


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_server_does_not_know_our_authority(start_redis, workspace, authority,
                                            right, version):
    ours = Authority(workspace, "stranger").issue("ours")
    redis = start_redis(tls_settings(authority, right, clients="yes",
                                     protocols=version))
    twice(tls_addr(redis), options(authority, own=ours), TLS_DOWN,
          f"the server says our certificate {ours.certificate} is of an "
          "authority it does not know")


def test_key_that_others_can_read(start_redis, authority, right):
    ours = authority.issue("ours")
    redis = start_redis(tls_settings(authority, right))
    os.chmod(ours.key, 0o640)
    twice(tls_addr(redis), options(authority, own=ours), OURS,
          f"key {ours.key} is open to others: chmod 600 it")


def test_missing_files_are_named(start_redis, authority, right):
    ours = authority.issue("ours")
    redis = start_redis(tls_settings(authority, right))
    words = options(authority, own=ours)
    os.unlink(ours.key)
    twice(tls_addr(redis), words, OURS, f"key {ours.key} does not exist")
    os.unlink(ours.certificate)
    twice(tls_addr(redis), words, OURS,
          f"certificate {ours.certificate} does not exist")
    moved = authority.file + ".away"
    os.rename(authority.file, moved)
    twice(tls_addr(redis), words, OURS,
          f"authorities file {authority.file} does not exist")


def test_key_of_another_certificate(start_redis, authority, right):
    ours = authority.issue("ours")
    os.replace(authority.issue("another").key, ours.key)
    redis = start_redis(tls_settings(authority, right))
    twice(tls_addr(redis), options(authority, own=ours), OURS,
          f"key {ours.key} does not belong to the certificate beside it")


def test_encrypted_key_asks_nobody(start_redis, authority, right):
    ours = authority.issue("ours")
    plain = ours.key + ".plain"
    os.rename(ours.key, plain)
    subprocess.run(["openssl", "pkey", "-in", plain, "-aes128", "-passout",
                    "pass:secret", "-out", ours.key], check=True,
                   capture_output=True)
    os.chmod(ours.key, 0o600)
    redis = start_redis(tls_settings(authority, right))
    twice(tls_addr(redis), options(authority, own=ours), OURS,
          f"key {ours.key} is encrypted: give one without a passphrase")


# --- no TLS between them ------------------------------------------------------
def test_tls_to_a_plain_port_is_silence(start_redis, authority):
    """What Redis reads of a ClientHello is no line, so it waits for more."""
    redis = start_redis()
    result = twice(redis.addr, options(authority),
                   ("timeout", "down", "no", "no"), "TLS")
    assert result["stage_us"]["tls"] > 0


def test_plain_words_to_a_tls_port_are_reset(start_redis, authority, right):
    redis = start_redis(tls_settings(authority, right))
    assert row(probe(tls_addr(redis))) == ("reset", "down", "no", "no")


@pytest.mark.parametrize("words, detail", [
    (b"HTTP/1.1 400 Bad Request\r\n\r\n",
     "the server is an HTTP server without TLS"),
    (b"-ERR max number of clients reached\r\n",
     "the server answers in plain text: its port is not one for TLS"),
    (b"\x00" * 64, "the server speaks something else than TLS"),
    (b"\x15\x03\x01\x00\x02\x02\x46",
     "the server speaks no TLS 1.2 or newer"),
    (b"\x16\x03\x03\x00\x04\x16\x00\x00\x00",
     "the server breaks the rules of TLS")],
    ids=["http", "redis", "zeroes", "alert", "nonsense"])
def test_other_protocols(authority, words, detail):
    def serve(fake, peer):
        peer.recv(4096)
        peer.sendall(words)
        fake.hold(peer)

    with Hostile(serve) as fake:
        twice(fake.addr, options(authority), TLS_DOWN, detail)


def test_endless_handshake_is_cut(authority):
    """Neighbours are not moved, the deadline is not waited for."""
    record = b"\x16\x03\x03\x40\x00" + b"\x0b\xff\xff\xff" + b"\x00" * 16380

    def serve(fake, peer):
        peer.recv(4096)
        fake.flood(peer, record)

    with Hostile(serve) as fake:
        result = probe(fake.addr, *options(authority))
        assert row(result) == TLS_DOWN


def test_server_of_old_versions_only(start_redis, authority, right):
    """Debian's OpenSSL lets a server speak TLS 1.1 at security level 0."""
    redis = start_redis(tls_settings(
        authority, right, protocols="TLSv1.1",
        ciphers="DEFAULT:@SECLEVEL=0"))
    twice(tls_addr(redis), options(authority), TLS_DOWN,
          "the server speaks no TLS 1.2 or newer")


# --- under an agent -----------------------------------------------------------
def instance(redis, authority, **more):
    return {"addr": tls_addr(redis),
            "tls": {"ca": authority.file, "server_name": "redis.internal",
                    **more}}


def reached(agent, name, state):
    """What /status tells of the instance once it is in this state."""
    agent.wait_state(name, state)
    return agent.instance(name)


def test_certificate_renewed_on_the_way(start_redis, make_agent, workspace,
                                        authority, right):
    """A key that may be read by others, then repaired; then a certificate of
    a stranger, then a good one: each seen by the next probe, in a prober that
    goes on."""
    ours = authority.issue("ours")
    redis = start_redis(tls_settings(authority, right, clients="yes"))
    agent = make_agent({"one": instance(redis, authority, cert=ours.certificate,
                                        key=ours.key)}).start()
    found = reached(agent, "one", "up")
    assert found["facts"]["certificate_expires_at_s"] == end_of(right)
    assert found["certificate_days_left"] in (1, 2)
    probers = {helper.pid for helper in agent.helpers("sentinel-prober")}

    os.chmod(ours.key, 0o644)
    assert f"key {ours.key}" in reached(agent, "one", "unknown")["detail"]
    os.chmod(ours.key, 0o600)
    reached(agent, "one", "up")

    ours.replace_with(Authority(workspace, "stranger").issue("theirs"))
    found = reached(agent, "one", "down")
    assert found["reason"] == "tls"
    ours.replace_with(authority.issue("ours-again"))
    reached(agent, "one", "up")
    assert probers == {helper.pid
                       for helper in agent.helpers("sentinel-prober")}


def test_authorities_replaced_on_the_way(start_redis, make_agent, workspace,
                                         authority, right):
    redis = start_redis(tls_settings(authority, right))
    agent = make_agent({"one": instance(redis, authority)}).start()
    reached(agent, "one", "up")
    stranger = Authority(workspace, "stranger")
    good = authority.file + ".good"
    os.rename(authority.file, good)
    os.replace(stranger.file, authority.file)
    found = reached(agent, "one", "down")
    assert "not signed by an authority in" in found["detail"]
    os.replace(good, authority.file)
    reached(agent, "one", "up")


def test_agent_says_which_server_is_wrong_and_leaves_the_other(
        start_redis, make_agent, workspace, authority, right):
    stranger = Authority(workspace, "stranger")
    good = start_redis(tls_settings(authority, right))
    bad = start_redis(tls_settings(stranger, stranger.issue("bad")))
    agent = make_agent({"good": instance(good, authority),
                        "bad": instance(bad, authority)}).start()
    reached(agent, "good", "up")
    assert reached(agent, "bad", "down")["reason"] == "tls"
    first = agent.instance("bad")
    probes = first["counters"]["attempts"]
    wait_for(lambda: agent.instance("bad")["counters"]["attempts"] > probes + 3)
    again = agent.instance("bad")
    assert (again["detail"], again["since"]) == \
        (first["detail"], first["since"])
    assert agent.state("good") == "up"


def place_library(directory, text):
    """By rename: it is there whole or not at all."""
    path = os.path.join(directory, "sentinel-prober-tls.so")
    with open(path + ".new", "wb") as file:
        file.write(text)
    os.rename(path + ".new", path)


def library_text():
    with open(os.path.join(BUILD, "sentinel-prober-tls.so"), "rb") as file:
        return file.read()


def test_prober_without_its_tls_library_says_so_and_probes_the_others(
        start_redis, make_agent, workspace, authority, right):
    """OpenSSL is loaded from beside the program; then it is there again, and
    the same prober finds it."""
    for name in HELPERS:
        shutil.copy(os.path.join(BUILD, name), workspace)
    agent = make_agent(
        {"plain": start_redis(),
         "sealed": instance(start_redis(tls_settings(authority, right)),
                            authority)}, libexec=workspace).start()
    found = reached(agent, "sealed", "unknown")
    assert (found["reason"], found["detail"]) == (
        "agent", "cannot load sentinel-prober-tls.so, which stands beside "
        "sentinel-prober, or the OpenSSL it needs")
    agent.wait_state("plain", "up")
    place_library(workspace, library_text())
    reached(agent, "sealed", "up")


def test_a_tls_library_of_another_version_is_not_used(
        start_redis, make_agent, workspace, authority, right):
    """An upgrade put it on the disk, and the agent was not restarted."""
    for name in HELPERS:
        shutil.copy(os.path.join(BUILD, name), workspace)
    version = subprocess.run(
        [os.path.join(BUILD, "sentinel-agent"), "--version"], check=True,
        capture_output=True).stdout.split()[1].ljust(16, b"\0")
    assert library_text().count(version) == 1
    place_library(workspace, library_text().replace(version,
                                                    b"9.9".ljust(16, b"\0")))
    agent = make_agent(
        {"sealed": instance(start_redis(tls_settings(authority, right)),
                            authority)}, libexec=workspace).start()
    found = reached(agent, "sealed", "unknown")
    assert (found["reason"], found["detail"]) == (
        "agent", "sentinel-prober-tls.so is of another build than the agent "
        "that runs: restart it")
    place_library(workspace, library_text())
    reached(agent, "sealed", "up")
