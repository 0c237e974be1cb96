"""The forms of a file are made of what is served, so that no form can be stale."""

import gzip

import brotli
import pytest

from app.web.tracker.assets import assets_of
from app.web.tracker.build import Build, kept_builds, read_build

OLD = Build({"playrelay.js": b"old();" * 50, "adapters/view.js": b"export default 0"})
NEW = Build({"playrelay.js": b"new();" * 50, "adapters/view.js": b"export default 0"})


@pytest.mark.parametrize(
    "builds", [(NEW, [OLD]), (read_build(), kept_builds())], ids=["made up", "shipped"]
)
def test_every_form_unpacks_to_the_file_itself(builds: tuple[Build, list[Build]]) -> None:
    """Brotli and gzip of every asset are the file's own content."""
    current, kept = builds
    assets = assets_of(current, kept)
    expected = dict(current.files)
    for build in (current, *kept):
        expected |= {f"builds/{build.name}/{path}": body for path, body in build.files.items()}
    assert {path: asset.form("identity") for path, asset in assets.items()} == expected
    for path, asset in assets.items():
        assert gzip.decompress(asset.form("gzip")) == expected[path]
        if path.endswith(".js"):
            assert brotli.decompress(asset.form("br")) == expected[path]


def test_each_form_has_a_tag_of_its_own() -> None:
    """Strong tags of different bytes differ; the same content has the same ones everywhere."""
    assets = assets_of(NEW, [OLD])
    script = assets["playrelay.js"]
    assert len({script.etag(coding) for coding in script.codings}) == 3
    assert assets[f"builds/{NEW.name}/playrelay.js"].etag("br") == script.etag("br")
    assert assets[f"builds/{OLD.name}/playrelay.js"].etag("br") != script.etag("br")
    assert assets[f"builds/{OLD.name}/adapters/view.js"].etag("br") == assets[
        "adapters/view.js"
    ].etag("br")


def test_a_map_is_named_only_where_there_is_one() -> None:
    """A browser is not sent to look for a map that was not built."""
    with_map = Build({"playrelay.js": b"", "adapters/a.js": b"", "adapters/a.js.map": b"{}"})
    assets = assets_of(with_map)
    assert assets["adapters/a.js"].source_map == "a.js.map"
    assert assets["playrelay.js"].source_map is None
