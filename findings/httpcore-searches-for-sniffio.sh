#!/usr/bin/env bash
# httpcore 1.0.9 imports sniffio inside the function that each of its locks and events calls. Python
# remembers modules that are there, not those that are missing: since anyio no longer depends on sniffio,
# an environment that has httpx 0.28.1 alone searches the whole path for it many times a request. In a
# program that sends one small POST after the other this was a fifth of the processor time; installing
# sniffio ends it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip=("$folder/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" httpx==0.28.1 httpcore==1.0.9 anyio==4.12.1 2>/dev/null
cat >"$folder/count.py" <<'PY'
import asyncio
import sys

import httpcore
import httpx

REQUESTS = 10
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
searches = 0


class Counter:
    """Counts the searches for a module, and finds none."""

    def find_spec(self, name, path=None, target=None):
        global searches
        searches += name == "sniffio"


async def answer(reader, writer):
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER)
    except asyncio.IncompleteReadError:
        writer.close()


async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"http://{host}:{port}/"
        await client.get(url)  # connected
        sys.meta_path.insert(0, Counter())
        for _ in range(REQUESTS):
            await client.get(url)
        counted = searches / REQUESTS
    there = "installed" if "sniffio" in sys.modules else "missing"
    print(f"httpcore {httpcore.__version__}, sniffio {there}: {counted:g} searches a request")


asyncio.run(main())
PY
said=$("$folder/venv/bin/python" "$folder/count.py")
"${pip[@]}" sniffio==1.3.1 2>/dev/null
said+=$'\n'$("$folder/venv/bin/python" "$folder/count.py")
expected="httpcore 1.0.9, sniffio missing: 4 searches a request
httpcore 1.0.9, sniffio installed: 0 searches a request"
echo "$said"
[ "$said" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
