#!/bin/sh
# Java's own client and `curl --http2` offer HTTP/2 (Upgrade: h2c) with any request, also with one that has a body, and
# a server may ignore the offer. httptools hands out no body of such a request: it says that the message is complete
# after its head, and stops in front of the body, as if the other protocol had begun. So a server that passes the
# exception by sees an empty POST. The offset of the rest comes with the exception.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check httptools==0.9.0
cat > try.py <<'PY'
from importlib.metadata import version

import httptools


class Seen:
    def __init__(self):
        self.body = b""
        self.whole = False

    def on_body(self, body):
        self.body += body

    def on_message_complete(self):
        self.whole = True


def parsed(offer):
    head = "POST / HTTP/1.1\r\nHost: localhost\r\n" + offer + "Content-Length: 4\r\n\r\n"
    seen, rest = Seen(), None
    data = head.encode() + b"body"
    try:
        httptools.HttpRequestParser(seen).feed_data(data)
    except httptools.HttpParserUpgrade as upgrade:
        rest = data[upgrade.args[0]:]
    return seen.body, seen.whole, rest


print("httptools", version("httptools"))
for name, offer in (("plain", ""), ("offers h2c", "Connection: Upgrade\r\nUpgrade: h2c\r\n")):
    print(f"{name}: body, whole, rest =", parsed(offer))
assert parsed("") == (b"body", True, None)
assert parsed("Connection: Upgrade\r\nUpgrade: h2c\r\n") == (b"", True, b"body")
PY
venv/bin/python try.py
