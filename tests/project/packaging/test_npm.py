"""The npm package, as `npm pack` makes it: bundlers build with it, servers can import it."""

import json
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from app import __version__
from tests.machine.debian import in_ci
from tests.machine.node import find_node
from tests.machine.npm import install, with_node
from tests.places import ROOT

BUNDLERS = Path(__file__).parent / "bundlers"

PAGE = """
import { playrelay, type Playrelay } from "playrelay";
const tracker: Playrelay = playrelay({ relay: "https://relay.example.com", consent: "manual" });
tracker.consent(true);
"""

BUILDS = {
    "vite": """
        import { build } from "vite";
        await build({ logLevel: "error", build: { outDir: "built" } });
    """,
    "esbuild": """
        import { build } from "esbuild";
        await build({ entryPoints: ["page.ts"], bundle: true, splitting: true, format: "esm",
                      outdir: "built", minify: true, logLevel: "error" });
    """,
    "webpack": """
        import { resolve } from "node:path";
        import webpack from "webpack";
        webpack({ mode: "production", entry: "./page.js", output: { path: resolve("built") } },
                (error, stats) => {
          if (error || stats.hasErrors() || stats.hasWarnings()) {
            console.error(error ?? stats.toString());
            process.exitCode = 1;
          }
        });
    """,
}

SOURCES = ROOT / "static" / "src"

pytestmark = pytest.mark.timeout(300)  # the bundlers may have to be downloaded


def test_the_module_can_load_every_adapter() -> None:
    """Each file of `src/adapters` has its line in the entry for bundlers."""
    listed = re.findall(
        r'(\w+): \(\) => import\("./adapters/\1.js"\)', (SOURCES / "index.js").read_text()
    )
    assert sorted(listed) == sorted(path.stem for path in (SOURCES / "adapters").glob("*.js"))


@pytest.fixture(scope="module")
def npm() -> str:
    """npm; skips without one, but not in CI."""
    found = find_node("npm")
    if found is None:
        assert not in_ci(), "no Node: python -m tests.machine.node"
        pytest.skip("no Node here")
    return found


@pytest.fixture(scope="module")
def package(npm: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tarball that would be published."""
    folder = tmp_path_factory.mktemp("package")
    _run(npm, "pack", "--silent", "--pack-destination", str(folder), folder=ROOT / "static")
    (tarball,) = folder.glob("playrelay-*.tgz")
    return tarball


@pytest.fixture(scope="module")
def project(npm: str, package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has installed the package, and the bundlers beside it."""
    assert install(npm, BUNDLERS)
    folder = tmp_path_factory.mktemp("project")
    modules = folder / "node_modules"
    modules.mkdir()
    for tool in (BUNDLERS / "node_modules").iterdir():
        (modules / tool.name).symlink_to(tool)
    with tarfile.open(package) as tarball:
        tarball.extractall(modules, filter="data")
    (modules / "package").rename(modules / "playrelay")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "index.html").write_text('<script type="module" src="/page.ts"></script>')
    (folder / "page.ts").write_text(PAGE)
    (folder / "page.js").write_text(
        PAGE.replace(", type Playrelay", "").replace(": Playrelay =", " =")
    )
    return folder


def test_the_package_has_the_products_version(package: Path) -> None:
    """One version for all that is released."""
    with tarfile.open(package) as tarball:
        manifest = tarball.extractfile("package/package.json")
        assert manifest is not None
        assert json.load(manifest)["version"] == __version__


@pytest.mark.parametrize("bundler", BUILDS)
def test_a_bundler_builds_a_page_with_it(npm: str, project: Path, bundler: str) -> None:
    """It makes a page without a warning, and the adapters are files of their own."""
    built = project / "built"
    for old in built.rglob("*.js"):
        old.unlink()
    (project / "build.mjs").write_text(BUILDS[bundler])
    said = _run(_node(npm), "build.mjs", folder=project)
    assert "warn" not in said.lower()
    texts = [path.read_text() for path in built.rglob("*.js")]
    assert len(texts) > 1
    assert sum("v1/progress" in text for text in texts) == 1


def test_its_types_are_strict(npm: str, project: Path) -> None:
    """TypeScript knows what a page may call, and refuses what it may not."""
    options = ("--noEmit", "--strict", "--module", "nodenext", "--target", "es2022")
    tsc = "node_modules/typescript/bin/tsc"
    lib = ("--lib", "es2022,dom")
    _run(_node(npm), tsc, *options, *lib, "page.ts", folder=project)
    (project / "wrong.ts").write_text(PAGE.replace('"manual"', '"never"'))
    with pytest.raises(subprocess.CalledProcessError) as failed:
        _run(_node(npm), tsc, *options, *lib, "wrong.ts", folder=project)
    assert "consent" in failed.value.stdout or "never" in failed.value.stdout


def test_a_server_can_import_it(npm: str, project: Path) -> None:
    """Rendering a page on a server imports the package without a window, and starts nothing."""
    said = _run(
        _node(npm),
        "--input-type=module",
        "--eval",
        'import { playrelay } from "playrelay"; console.log(typeof playrelay);',
        folder=project,
    )
    assert said == "function\n"


def _node(npm: str) -> str:
    return str(Path(npm).parent / "node")


def _run(*command: str, folder: Path) -> str:
    """Run it in the folder; returns what it printed. CalledProcessError where it fails."""
    done = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=folder,
        env={**with_node(command[0]), "NODE_OPTIONS": "--preserve-symlinks"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout
