"""`make keep-build`: keep the built script for pages that pin it, whatever is built next."""

import sys
from pathlib import Path

from app.web.tracker.build import STATIC, read_build


def main(folder: Path = STATIC) -> int:
    """Copy it to `builds/<name>/`, to be committed with the release. Again: nothing changes."""
    build = read_build(folder)
    for path, content in build.files.items():
        kept = folder / "builds" / build.name / path
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(content)
    print(f"kept as {folder / 'builds' / build.name}: commit it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
