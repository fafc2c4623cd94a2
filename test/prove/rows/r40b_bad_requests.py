"""Requests that are too long, too many, lies about their length, meant for
another host, or orders: each is refused, and costs nobody else anything."""
from hostile_rows import check_honest, say

NUMBER = "40b"
TITLE = "huge headers, pipelining, bad lengths, rebinding, POST"
LOCAL = b"Host: localhost\r\n"
END = b"Connection: close\r\n\r\n"
GET = b"GET /status HTTP/1.1\r\n"
INNER = b"GET /status HTTP/1.1\r\n" + LOCAL + b"\r\n"
# What is sent, and the codes one of which must come, or else the end.
BAD = {
    "a huge header": (GET + LOCAL + b"X: " + b"y" * 100000 + b"\r\n" + END,
                      {400, 413, 431}),
    "huge many headers": (GET + LOCAL + b"X: y\r\n" * 100000 + END,
                          {400, 413, 431}),
    "a huge target": (b"GET /" + b"a" * 1000000 + b" HTTP/1.1\r\n" + LOCAL
                      + END, {414, 431}),
    "a negative length": (GET + LOCAL + b"Content-Length: -1\r\n\r\n",
                          {400, 413}),
    "a length beyond all": (GET + LOCAL + b"Content-Length: " + b"9" * 40
                            + b"\r\n\r\n", {400, 413}),
    "a length that is none": (GET + LOCAL + b"Content-Length: x\r\n\r\n",
                              {400, 413}),
    "two lengths": (b"POST / HTTP/1.1\r\n" + LOCAL + b"Content-Length: 3\r\n"
                    b"Content-Length: 300\r\n" + END, {400, 405, 413}),
    "an absolute target elsewhere":
        (b"GET http://evil.example/status HTTP/1.1\r\n" + LOCAL + END, {403}),
    "a rebinding Host": (GET + b"Host: evil.example\r\n" + END, {403}),
    "a Host that begins well": (GET + b"Host: localhost.evil.example\r\n"
                                + END, {403}),
    "two Hosts": (GET + LOCAL + b"Host: evil.example\r\n" + END, {400, 403}),
    "no Host": (GET + END, {400, 403}),
    "a POST": (b"POST /status HTTP/1.1\r\n" + LOCAL + b"Content-Length: %d\r\n"
               b"\r\n" % len(INNER) + INNER, {405}),
    "an order to drain": (b"POST /orders HTTP/1.1\r\n" + LOCAL
                          + b"Content-Length: 0\r\n" + END, {403, 404, 405}),
    "a DELETE": (b"DELETE /status HTTP/1.1\r\n" + LOCAL + END, {405}),
    "a CONNECT": (b"CONNECT evil.example:80 HTTP/1.1\r\n" + LOCAL + END,
                  {400, 403, 405}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
            {400}),
    "nothing but newlines": (b"\r\n" * 10000, {400, 414}),
}
PIPELINED_MOST = 16


def inject(world):
    world.quiet()
    console = world.agent.helper("sentinel-console")
    for what, (request, codes) in BAD.items():
        found = say(world, request)
        world.check(f"{what} is refused, found {found}",
                    not found or found[0] in codes and 200 not in found)
    answers = say(world, INNER.replace(b"/status", b"/metrics") * 200)
    world.check(f"of 200 pipelined requests {len(answers)} were answered",
                1 <= len(answers) <= PIPELINED_MOST
                and set(answers) == {200})
    check_honest(world, "all of that")
    world.rounds(2)
    world.check("the console is the same", console.is_alive())
