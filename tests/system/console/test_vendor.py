"""Vendored files are unchanged, and have their licences."""

import hashlib
import re

from app.console.files import FOLDER

VENDOR = FOLDER / "vendor"


def test_each_file_is_the_one_that_was_taken() -> None:
    """Its hash stands in the table, and its licence beside it; no file is without a line."""
    text = (VENDOR / "README.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (\S+\.(?:js|css)) \|.* (\S+\.LICENSE) \| ([0-9a-f]{64}) \|$", text, re.MULTILINE
    )
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir()}
    assert {name: digest for name, _, digest in rows} == {
        name: digest for name, digest in found.items() if name.endswith((".js", ".css"))
    }
    assert all(licence in found for _, licence, _ in rows)
