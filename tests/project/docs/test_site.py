"""The docs site: made of the documents as they are, with no link that leads nowhere."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine.debian import in_ci
from tests.places import ROOT
from tests.project.docs.pages import PAGES
from tools.site import gather, rewritten, site_path


def _build(sources: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Run MkDocs as `make site` does, on the gathered `sources`."""
    if importlib.util.find_spec("mkdocs") is None:
        if in_ci():
            pytest.fail("mkdocs is not installed: `make test` does that")
        pytest.skip("mkdocs is not installed here: make .venv/.site")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    file = sources.with_suffix(".yml")
    file.write_text(re.sub(r"^docs_dir: \S+", f"docs_dir: {sources}", config, flags=re.MULTILINE))
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", file, "--site-dir", site],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly."""
    folder = tmp_path_factory.mktemp("site")
    gather(ROOT, folder / "docs")
    done = _build(folder / "docs", folder / "site")
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_every_document_is_a_page(site: Path) -> None:
    """All of docs/, the README and what is linked beside them are pages of the site."""
    pages = [site_path(path.relative_to(ROOT).as_posix()) for path in PAGES]
    missing = [page for page in pages if not (site / page).with_suffix(".html").is_file()]
    assert missing == ["project/CODE_OF_CONDUCT.md"]  # nothing links to it but GitHub


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    """Scripts, styles, fonts and pictures lie in the site itself: a reader is told to nobody."""
    pages = [*site.rglob("*.html")]
    assert len(pages) >= len(PAGES)
    for page in pages:
        loaded = re.findall(
            r"<(?!a\b)\w+ [^>]*(?:src|href)=\"?([^\s\">]+)", page.read_text("utf-8")
        )
        assert loaded
        assert [link for link in loaded if re.match(r"(https?:)?//", link)] == [], page
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\W?(https?:)?//|@import", style.read_text("utf-8")), style


def test_files_outside_of_docs_are_brought_in(site: Path) -> None:
    """A file of deploy/ that a document links to is in the site, byte for byte."""
    for path in ("deploy/compose.yaml", "deploy/systemd/playrelay.service"):
        assert (site / site_path(path)).read_bytes() == (ROOT / path).read_bytes()


@pytest.mark.parametrize(
    ("path", "link", "moved"),
    [
        ("README.md", "docs/EMBED.md#a-pinned-build", "EMBED.md#a-pinned-build"),
        ("docs/SECURITY.md", "../SECURITY.md", "project/SECURITY.md"),
        ("docs/SITES.md", "SETTINGS.md", "SETTINGS.md"),
        ("CONTRIBUTING.md", ".ci/run", "ci/run"),
        ("CONTRIBUTING.md", "docs/ARCHITECTURE.md", "../ARCHITECTURE.md"),
        ("docs/API.md", "#fields", "#fields"),
        ("docs/API.md", "https://www.example.com/a.md", "https://www.example.com/a.md"),
    ],
)
def test_links_are_moved(path: str, link: str, moved: str) -> None:
    """A link leads to the same file in the site as in the repository."""
    assert rewritten(f"See [it]({link}).", path) == f"See [it]({moved})."


def test_a_link_to_nowhere_ends_the_build(tmp_path: Path) -> None:
    """A link to no file, or to no heading, stops the build and is named."""
    gather(ROOT, tmp_path / "docs")
    links = ["NOWHERE.md", "SETTINGS.md#no-such-heading", "project/deploy/nothing.yaml"]
    with (tmp_path / "docs" / "API.md").open("a", encoding="utf-8") as page:
        page.writelines(f"\n[broken]({link})\n" for link in links)
    done = _build(tmp_path / "docs", tmp_path / "site")
    assert done.returncode != 0
    assert re.findall(r"'API\.md' contains a link '([^']+)'", done.stderr) == [
        "NOWHERE.md",
        "project/deploy/nothing.yaml",
        "SETTINGS.md#no-such-heading",
    ]
