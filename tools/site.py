"""Gather what the docs site is made of: `python -m tools.site FOLDER` (or make site).

The site is made of the same files that GitHub shows. README.md is its first page, docs/ lies beside
it, and what a document links to elsewhere in the repository comes below project/: a Markdown file
as a page, any other file as it is. Links are rewritten to match.
"""

import posixpath
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)((?:#[^)\s]*)?)\)")


def site_path(path: str) -> str:
    """Where a file of the repository lies in the site."""
    if path == "README.md":
        return "index.md"
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return f"project/{path.lstrip('.')}"  # MkDocs leaves out what begins with a dot


def targets(text: str, path: str) -> Iterator[str]:
    """The files that the document at `path` links to, as paths of the repository."""
    for link in _LINK.finditer(text):
        yield _resolved(link[1], path)


def rewritten(text: str, path: str) -> str:
    """The document at `path`, with its links as the site needs them."""
    folder = posixpath.dirname(site_path(path)) or "."

    def moved(link: re.Match[str]) -> str:
        target = posixpath.relpath(site_path(_resolved(link[1], path)), folder)
        return f"]({target}{link[2]})"

    return _LINK.sub(moved, text)


def gather(root: Path, into: Path) -> None:
    """Copy the documents and all that they link to. A link to nothing is left to MkDocs."""
    shutil.rmtree(into, ignore_errors=True)
    left = ["README.md", *(f"docs/{path.name}" for path in root.glob("docs/*.md"))]
    done: set[str] = set()
    while left:
        path = left.pop()
        if path in done or not (root / path).is_file():
            continue
        done.add(path)
        place = into / site_path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".md"):
            text = (root / path).read_text("utf-8")
            place.write_text(rewritten(text, path), "utf-8")
            left += targets(text, path)
        else:
            shutil.copyfile(root / path, place)


def _resolved(link: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), link))


if __name__ == "__main__":
    gather(ROOT, Path(sys.argv[1]))
