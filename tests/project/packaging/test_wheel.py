"""The wheel, installed with the locked requirements, runs from an empty folder."""

import ast
import json
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.documents import see
from app.web.tracker.build import read_build
from tests.places import ROOT
from tests.system.cli.process import Server, environment, run, serving

LOCK = ROOT / "requirements" / "runtime.txt"
UV = (Path(sys.executable).parent / "uv", "--quiet")

pytestmark = pytest.mark.timeout(400)  # the locked requirements may have to be downloaded


def _do(*command: str | Path) -> None:
    subprocess.run(command, check=True, timeout=300, cwd=ROOT)  # noqa: S603 - our own command


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _do(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    (built,) = folder.glob("playrelay-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `playrelay` of a fresh environment: locked requirements, the wheel, nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    _do(*UV, "venv", "--python", sys.executable, folder)
    into = (*UV, "pip", "install", "--compile-bytecode", "--python", folder / "bin" / "python")
    _do(*into, "--require-hashes", "--only-binary", ":all:", "-r", LOCK)
    _do(*into, "--no-deps", "--no-index", wheel)
    return folder / "bin" / "playrelay"


@pytest.fixture(scope="module")
def relay(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The installed relay, started in an empty folder far from the checkout."""
    folder = tmp_path_factory.mktemp("empty")
    with serving(folder=folder, command=[str(installed)]) as server:
        yield server


def test_the_wheel_holds_what_the_relay_needs(wheel: Path) -> None:
    """Script, builds, stub, demo, console, migrations, documents and the type marker are in it."""
    held = set(zipfile.ZipFile(wheel).namelist())
    migrations = [*(ROOT / "app" / "store" / "migrations").glob("*.sql")]
    assert migrations
    demo = ROOT / "app" / "demo"
    console = ROOT / "app" / "console"
    pages = [*console.glob("templates/*"), *console.glob("static/**/*")]
    static = ROOT / "static"
    scripts = [*read_build(static).files, "stub.js"]
    kept = [path for path in static.glob("builds/**/*") if path.is_file()]
    assert held >= {
        "app/py.typed",
        *(f"app/store/migrations/{path.name}" for path in migrations),
        *(f"app/demo/{path.name}" for path in demo.iterdir() if path.is_file()),
        *(path.relative_to(ROOT).as_posix() for path in pages if path.is_file()),
        *(f"app/_docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
        *(f"app/_static/{path}" for path in scripts),
        *(f"app/_static/{path.relative_to(static).as_posix()}" for path in kept),
    }


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    """Sources of the script, its tools, the tests and the pictures stay at home."""
    for name in zipfile.ZipFile(wheel).namelist():
        assert name.startswith(("app/", "playrelay-")), name
        assert "node_modules" not in name
        assert not name.startswith("app/_docs/") or name.endswith(".md")
        if name.startswith("app/_static/"):
            path = r"app/_static/(stub|(builds/\w+/)?(playrelay|adapters/[\w-]+))\.js(\.map)?"
            assert re.fullmatch(path, name), name


@pytest.mark.parametrize("path", ["/playrelay.js", "/demo", "/demo/clip.mp4", "/readyz"])
def test_the_installed_relay_answers(relay: Server, path: str) -> None:
    """The installed relay serves the files in the wheel."""
    answer = httpx.get(relay.address + path)
    assert answer.status_code == 200
    assert answer.content


def test_the_script_is_served_as_it_is_built(relay: Server) -> None:
    """`/playrelay.js` is the file of the checkout, byte for byte."""
    assert (
        httpx.get(f"{relay.address}/playrelay.js").content
        == (ROOT / "static" / "playrelay.js").read_bytes()
    )


def test_a_pinned_script_is_served_as_it_is_built(installed: Path, relay: Server) -> None:
    """The installed `embed` names the build that the installed relay has, stub and all."""
    done = run(
        *("embed", "--pinned", "--stub", "--url", relay.address),
        folder=installed.parent,
        command=[str(installed)],
    )
    (address,) = re.findall(r'src="(\S+)"', done.stdout)
    assert f"/builds/{read_build(ROOT / 'static').name}/" in address
    assert httpx.get(address).content == (ROOT / "static" / "playrelay.js").read_bytes()
    assert done.stdout.startswith("<script>(function")


SEARCHED = """
import asyncio, sys, httpx

class Searches(list):
    def find_spec(self, name, path=None, target=None):
        self.append(name)

async def ask(address, searches=Searches()):
    async with httpx.AsyncClient() as http:
        await http.get(address)
        sys.meta_path.insert(0, searches)
        await http.get(address)
    print(*searches)

asyncio.run(ask(sys.argv[1]))
"""
"""Prints the modules that a second request imports."""


def test_a_request_to_hubspot_searches_for_no_module(installed: Path, relay: Server) -> None:
    """The client's optional modules are there: Python searches anew for one that is missing."""
    python = installed.parent / "python"
    command = [str(python), "-c", SEARCHED, f"{relay.address}/healthz"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)  # noqa: S603 - our own
    assert done.stdout.split() == []


def test_the_installed_verbs_run(installed: Path, tmp_path: Path) -> None:
    """The console script finds everything the verbs import, without the development tools."""
    assert run("doctor", folder=tmp_path, command=[str(installed)]).returncode == 0


def test_every_message_that_names_a_document_leads_to_one(
    installed: Path, wheel: Path, tmp_path: Path
) -> None:
    """Every document that a message names is there in an empty folder, without a checkout."""
    held = zipfile.ZipFile(wheel)
    code = [ast.parse(held.read(name)) for name in held.namelist() if name.endswith(".py")]
    texts = [text for module in code for text in _texts(module)]
    texts += [held.read(name).decode() for name in held.namelist() if name.endswith(".html")]
    assert [text for text in texts if re.search(r"\b(docs/[A-Z]|[A-Z]{3,}\.md)", text)] == []
    named = {words for module in code for words in _documents_named(module)}
    assert len(named) > 5
    for words in named:
        command = see(*words).split()
        printed = run(*command[1:], folder=tmp_path, command=[str(installed)])
        assert printed.stdout.startswith("#"), (command, printed.stderr)


def _texts(module: ast.Module) -> Iterator[str]:
    """All texts of a module but those that stand for themselves: documentation of the code."""
    own = {id(each.value) for each in ast.walk(module) if isinstance(each, ast.Expr)}
    for each in ast.walk(module):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in own:
            yield each.value


def _documents_named(module: ast.Module) -> Iterator[tuple[str, ...]]:
    """The documents that a module names in its calls of `see`."""
    for each in ast.walk(module):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "see":
            yield tuple(ast.literal_eval(word) for word in each.args)


def test_the_wheel_runs_without_being_installed(wheel: Path, tmp_path: Path) -> None:
    """`uvx --from WHEEL playrelay serve` in an empty folder takes a ping, and SIGTERM ends it."""
    # The lock only keeps the test from trying tomorrow's releases of the dependencies.
    uvx = [*UV, "tool", "run", "--python", sys.executable, "--constraints", LOCK, "--from", wheel]
    with serving(folder=tmp_path, command=[*map(str, uvx), "playrelay"]) as server:
        play = {"sessionId": "a", "externalId": "film", "pageUrl": "https://www.example.com/"}
        answer = httpx.post(f"{server.address}/v1/progress", json=play)
        stopped = server.stop()
    assert answer.json() == {"accepted": 1, "rejected": []}
    assert stopped in {0, 128 + signal.SIGTERM}  # uvicorn hands the signal on when all is done
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_the_images_health_check(relay: Server) -> None:
    """The Dockerfile's check exits with 0 for a relay that is ready, and with another else."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    (command,) = re.findall(r"HEALTHCHECK[^\n]*\\\n\s+CMD (\[.*\])", dockerfile)
    python, *arguments = json.loads(command)
    assert python == "python"
    codes = {
        port: subprocess.run(  # noqa: S603 - our own command
            [sys.executable, *arguments],
            env=environment(PLAYRELAY_PORT=port),
            capture_output=True,
            timeout=60,
            check=False,
        ).returncode
        for port in (relay.address.rpartition(":")[2], "1")
    }
    assert list(codes.values()) == [0, 1]


def test_the_images_context_holds_what_it_copies() -> None:
    """Each file that the Dockerfile copies from the checkout is allowed by .dockerignore."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    kept = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    for source in " ".join(copied).split():
        assert any(each == source or each.startswith(f"{source}/") for each in kept), source


@pytest.mark.parametrize("name", ["runtime.txt", "build.txt", "dev.txt", "site.txt"])
def test_every_locked_requirement_has_its_hash(name: str) -> None:
    """Each requirement is pinned with hashes, and no address of an index stands in the lock."""
    lock = (ROOT / "requirements" / name).read_text()
    pinned = re.findall(r"^[\w.-]+==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^\w", lock, re.MULTILINE)) > 0
    assert "://" not in lock
