"""The console's pages in a real browser: Chromium, without a window, that can
reach nothing but loopback.

What they say is tested over a board made by hand (test/unit/test_page.c);
here is what only a browser can tell: that nothing is loaded and nothing
complains, that a change shows without a reload, and that it fits.
"""
import signal

import pytest

from browser import Browser, CannotStart
from servers import wait_for

PAGES = ["/", "/debug/charts"]


@pytest.fixture(scope="module")
def browser():
    try:
        started = Browser()
    except CannotStart as error:
        pytest.skip(str(error))
    with started:
        yield started


@pytest.fixture
def host(start_redis, make_agent):
    """An agent over two servers, both up, and one of the servers."""
    one, two = start_redis(), start_redis()
    agent = make_agent({"one": one, "two": two}).start()
    agent.wait_state("one", "up")
    agent.wait_state("two", "up")
    return agent, one


def address(agent, path="/"):
    return f"http://127.0.0.1:{agent.port}{path}"


def wait_text(tab, selector, text, seconds=20):
    def said():
        found = tab.text(selector)
        return text in found and found
    return wait_for(said, seconds, f"{text!r} in {selector}")


def smallest_letters(tab):
    """How high the smallest type on the page is, in pixels of the screen; a
    drawing is scaled with all that is written in it."""
    return tab.value("""Math.min(...Array.from(
        document.querySelectorAll('body *')).filter(
            one => one.checkVisibility() && Array.from(one.childNodes).some(
                node => node.nodeType == 3 && node.data.trim())).map(one =>
        parseFloat(getComputedStyle(one).fontSize) *
        (one.getCTM ? one.getCTM().a : 1)))""")


def is_wide(tab):
    """The document is wider than what shows of it."""
    return tab.value("document.documentElement.scrollWidth > "
                     "document.documentElement.clientWidth")


def test_a_page_loads_nothing_and_complains_of_nothing(host, browser):
    agent, _ = host
    for path in PAGES:
        tab = browser.open(address(agent, path))
        wait_for(lambda: tab.value("document.title") != "", what="a title")
        foreign = [url for _, url in tab.requests
                   if not url.startswith((address(agent), "data:"))]
        assert foreign == [], path
        assert tab.complaints == [], path
        assert tab.value("document.querySelectorAll('link[href^=http],"
                         "script[src],img').length") == 0, path


def test_a_killed_redis_shows_without_a_reload(host, browser):
    agent, redis = host
    tab = browser.open(address(agent))
    wait_text(tab, "#banner", "All 2 servers are up.")
    tab.value("window.isSame = true")
    redis.kill()
    said = wait_text(tab, "#banner", "1 of 2 servers is not usable")
    assert "one (down" in said and "What to do" in said
    wait_text(tab, "#events", "refused")
    assert tab.value("document.querySelector('tbody tr').id") == "i-one"
    redis.restart()
    wait_text(tab, "#banner", "All 2 servers are up.")
    assert tab.value("window.isSame") is True
    assert tab.complaints == []


def test_a_page_that_hears_no_more_says_so(host, browser):
    agent, _ = host
    tab = browser.open(address(agent))
    wait_text(tab, "#banner", "All 2 servers are up.")
    assert tab.value("document.getElementById('lost').hidden") is True
    agent.terminate()
    said = wait_text(tab, "#lost", "No news for", 30)
    assert "the console does not answer" in said
    agent.start()
    wait_for(lambda: tab.value("document.getElementById('lost').hidden"), 30,
             "news again")


def test_a_phone_needs_no_scrolling_to_the_side(host, browser):
    agent, redis = host
    redis.kill()
    agent.wait_state("one", "down")
    for path in PAGES:
        tab = browser.open(address(agent, path), width=360, height=740,
                           mobile=True)
        assert not is_wide(tab), path
        assert tab.value("innerWidth") == 360, path
        assert smallest_letters(tab) >= 8.5, path


def test_dark_is_dark_and_light_is_light(host, browser):
    agent, _ = host

    def brightness(**options):
        tab = browser.open(address(agent), **options)
        colour = tab.value("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in colour[4:-1].split(","))
    assert brightness(is_dark=True) < 150
    assert brightness() > 600


def test_without_a_script_the_page_is_whole(host, browser):
    agent, redis = host
    redis.kill()
    agent.wait_state("one", "down")
    tab = browser.open(address(agent), script=False)
    assert "1 of 2 servers is not usable" in tab.text("#banner")
    assert "down" in tab.text("#i-one") and "up" in tab.text("#i-two")
    assert "JavaScript is off" in tab.text("footer")
    loads = tab.happened["Page.loadEventFired"]

    def loaded_again():
        browser.read(0.1)
        return tab.happened["Page.loadEventFired"] > loads
    wait_for(loaded_again, 20, "a load by itself")


def test_charts_are_there_when_they_are_first_opened(host, browser):
    agent, _ = host
    wait_for(lambda: "<path class=\"up\"" in agent.get("/debug/charts"),
             what="a sample")
    tab = browser.open(address(agent, "/debug/charts"))
    assert "2" in tab.text("#states figcaption")
    assert "the agent started" in tab.text("#happened")
    assert tab.value("document.querySelector('#states .up').tagName") != ""
    assert tab.value(
        "document.querySelectorAll('svg[role=img]').length") == 24


def test_a_hop_that_stopped_is_late_in_words(own_zookeeper, start_redis,
                                             make_agent, browser):
    agent = make_agent({"one": start_redis()}, own_zookeeper.servers)
    agent.settings["zookeeper"]["session_timeout"] = "3s"  # missed in two
    agent.start()
    agent.wait_ready()
    tab = browser.open(address(agent))
    wait_text(tab, "#banner", "The one server is up.")
    wait_for(lambda: "LATE" not in tab.text("#hops"), what="all on time")
    own_zookeeper.stop()

    def is_late():
        said = tab.text("#hops")
        return "LATE" in said and "the session is not steady" in said
    wait_for(is_late, 30, "a late ZooKeeper")
    assert "late" in tab.text("#banner")
    own_zookeeper.cont()
    wait_for(lambda: "LATE" not in tab.text("#hops"), 30, "all on time again")


def test_the_history_outlives_its_console(host):
    agent, _ = host

    def charts_tell(words):
        wait_for(lambda: words in agent.get("/debug/charts"),
                 what=f"{words!r} among the marks")
    charts_tell("the agent started")
    good, agent.text = agent.text, "nonsense: 1\n"
    agent.write_config()
    agent.signal(signal.SIGHUP)
    charts_tell("a reload was refused")
    agent.text = good
    agent.write_config()
    agent.signal(signal.SIGHUP)
    charts_tell("a configuration took effect")
    assert "a reload was refused" in agent.get("/debug/charts")
