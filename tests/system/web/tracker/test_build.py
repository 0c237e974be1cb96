"""A build's name is its content's."""

import base64
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from app.web.tracker.build import STATIC, Build, kept_builds, read_build
from tests.places import ROOT
from tools import keep

FILES = {
    "playrelay.js": b"start()",
    "playrelay.js.map": b"{}",
    "adapters/view.js": b"export default 1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a build, and with sources beside it."""
    for path, content in {**FILES, "src/main.js": b"// source", "stub.js": b"q()"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def misnamed(folder: Path) -> list[str]:
    """Kept builds whose folder is not called what their content says."""
    folders = sorted(each for each in (folder / "builds").glob("*") if each.is_dir())
    return [each.name for each in folders if read_build(each).name != each.name]


def test_a_build_is_what_was_built(folder: Path) -> None:
    """Script, adapters and maps; neither sources nor the stub."""
    assert read_build(folder).files == FILES


def test_a_folder_without_a_script_says_what_to_do(tmp_path: Path) -> None:
    """The error names the file and the remedy."""
    with pytest.raises(FileNotFoundError, match=r"playrelay\.js is not there: run npm run build"):
        read_build(tmp_path)


@pytest.mark.parametrize("path", FILES)
def test_each_file_has_a_say_in_the_name(path: str) -> None:
    """A byte more in any file, an adapter's too, and the build is another one."""
    assert Build({**FILES, path: FILES[path] + b" "}).name != Build(FILES).name


def test_a_files_path_has_a_say_in_the_name() -> None:
    """The same contents under other paths are another build."""
    swapped = {**FILES, "adapters/view.js": b"{}", "playrelay.js.map": b"export default 1"}
    renamed = {path.replace("view", "sound"): content for path, content in FILES.items()}
    assert len({Build(files).name for files in (FILES, swapped, renamed)}) == 3


def test_the_order_of_files_has_no_say_in_the_name() -> None:
    """A file system may list them as it likes."""
    assert Build(dict(reversed(FILES.items()))).name == Build(FILES).name


def test_the_name_can_be_worked_out_with_sha256sum(folder: Path) -> None:
    """The name can be worked out as the embed page shows it."""
    command = (
        "sha256sum $(find playrelay.js* adapters -type f | LC_ALL=C sort) | sha256sum | head -c 16"
    )
    assert command in (ROOT / "docs" / "EMBED.md").read_text("utf-8")
    shell = shutil.which("bash")
    if shell is None or shutil.which("sha256sum") is None:
        pytest.skip("bash or sha256sum is not installed here")
    said = subprocess.run(  # noqa: S603 - the command of our own page
        [shell, "-c", command], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout == read_build(folder).name


def test_the_integrity_is_the_scripts_hash() -> None:
    """SHA-384 in base64, as browsers check it; adapters have no part in it."""
    expected = base64.b64encode(hashlib.sha384(b"start()").digest()).decode()
    assert Build(FILES).integrity() == f"sha384-{expected}"


def test_a_kept_build_outlives_the_next(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`make keep-build` keeps all files under the build's name; twice is once."""
    first = read_build(folder)
    assert keep.main(folder) == keep.main(folder) == 0
    assert first.name in capsys.readouterr().out
    (folder / "playrelay.js").write_text("changed()")
    assert kept_builds(folder) == [first]
    assert misnamed(folder) == []


def test_a_kept_build_that_was_touched_is_found(folder: Path) -> None:
    """One changed byte, and the folder's name is no longer the content's."""
    keep.main(folder)
    (kept,) = (folder / "builds").iterdir()
    (kept / "adapters" / "view.js").write_text("export default 2")
    assert misnamed(folder) == [kept.name]


def test_every_kept_build_of_this_checkout_is_untouched() -> None:
    """The files of every kept build are unchanged, so pinned pages get what they pinned."""
    assert misnamed(STATIC) == []
