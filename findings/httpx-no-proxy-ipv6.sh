#!/usr/bin/env bash
# httpx 0.28.1 reads NO_PROXY when a client is made. An IPv6 address in brackets, or an IPv6 network,
# which curl and other tools take there, makes the client itself fail with InvalidURL; the bare
# address is fine. So one entry that is meant for another program stops every request.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check httpx==0.28.1 2>/dev/null
said=$("$folder/venv/bin/python" - <<'PY'
import os

import httpx

print("httpx", httpx.__version__)
os.environ["HTTPS_PROXY"] = "http://127.0.0.1:9"
for entry in ("::1", "[::1]", "fd00::/8"):
    os.environ["NO_PROXY"] = entry
    try:
        httpx.Client().close()
    except Exception as error:
        print(f"NO_PROXY={entry}: {type(error).__name__}")
    else:
        print(f"NO_PROXY={entry}: a client")
PY
)
expected="httpx 0.28.1
NO_PROXY=::1: a client
NO_PROXY=[::1]: InvalidURL
NO_PROXY=fd00::/8: InvalidURL"
echo "$said"
[ "$said" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
