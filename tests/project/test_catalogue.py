"""The catalogue's file: all of it is read, or all that is wrong with it is said."""

from pathlib import Path

import pytest

from app.config.catalogue import CatalogueError, load_catalogue
from app.domain.media import Medium, describe_medium

TOML = """
[[media]]
externalId = "launch"
mediaUrl = "https://cdn.example.com/launch.mp4?Signature=f"
mediaBridgeId = 42
mediaName = "Zür Eröffnung"
mediaType = "video"
duration = 93.4

[[media]]
mediaUrl = "https://cdn.example.com/talk.mp3"
duration = 60
"""
CSV = """\
externalId,mediaUrl,mediaBridgeId,mediaName,mediaType,duration
launch,https://cdn.example.com/launch.mp4?Signature=f,42,"Zür Eröffnung",video,93.4

,https://cdn.example.com/talk.mp3,,,,60
"""
LAUNCH = Medium(
    type="VIDEO",
    bridge_id=42,
    external_id="launch",
    name="Zür Eröffnung",
    url="https://cdn.example.com/launch.mp4",
    duration=93.4,
)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a catalogue file."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def faults_of(path: Path) -> list[str]:
    """Load a faulty catalogue; its faults without the name of the file, which each must bear."""
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(path)
    lines = str(caught.value).splitlines()
    assert lines == caught.value.faults
    assert all(line.startswith(str(path)) for line in lines)
    return [line.removeprefix(str(path)).lstrip(",: ") for line in lines]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("media.toml", TOML, id="TOML"),
        pytest.param("media.toml", "\ufeff" + TOML, id="TOML with a byte order mark"),
        pytest.param("media.csv", CSV, id="CSV"),
        pytest.param("MEDIA.CSV", "\ufeff" + CSV.replace("\n", "\r\n"), id="CSV of a spreadsheet"),
        pytest.param("media.csv", CSV.replace(",", ";"), id="CSV with semicolons"),
        pytest.param("media.csv", CSV.replace("\n", ",,\n"), id="CSV with blank columns"),
    ],
)
def test_both_formats_say_the_same(tmp_path: Path, name: str, content: str) -> None:
    """A catalogue fills in the same, whatever format and program it was written with."""
    catalogue = load_catalogue(written(tmp_path, name, content))
    launch, talk = (
        describe_medium(
            media_type=None,
            media_bridge_id=None,
            external_id=external_id,
            media_name=None,
            media_url=url,
            duration=None,
            catalogue=catalogue,
        )
        for external_id, url in (("launch", None), (None, "https://cdn.example.com/talk.mp3?v=2"))
    )
    assert launch == LAUNCH
    assert talk.duration == 60


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("externalId", "42", "externalId 42 is not valid: write some text"),
        ("mediaUrl", '"/a.mp4"', "mediaUrl '/a.mp4' is not valid: write a URL that begins"),
        ("mediaUrl", '"blob:x"', "mediaUrl 'blob:x' is not valid: write a URL that begins"),
        ("mediaBridgeId", "0", "mediaBridgeId 0 is not valid: write HubSpot's number"),
        ("mediaBridgeId", "true", "mediaBridgeId True is not valid: write HubSpot's number"),
        ("mediaBridgeId", '"4x"', "mediaBridgeId '4x' is not valid: write HubSpot's number"),
        ("mediaBridgeId", "9223372036854775808", "mediaBridgeId 9223372036854775808 is not valid"),
        ("mediaBridgeId", f'"{"9" * 5000}"', f"mediaBridgeId '{'9' * 5000}' is not valid: write"),
        ("mediaName", '" "', "mediaName ' ' is not valid: write some text"),
        ("mediaType", '"MOVIE"', "mediaType 'MOVIE' is not valid: write one of AUDIO, DOCUMENT"),
        ("duration", '"1:33"', "duration '1:33' is not valid: write seconds above 0"),
        ("duration", '"93,4"', "duration '93,4' is not valid: write seconds above 0"),
        ("duration", "inf", "duration inf is not valid: write seconds above 0"),
        ("duration", "-1", "duration -1 is not valid: write seconds above 0"),
        ("leastPercent", "101", "leastPercent 101 is not valid: write a whole percentage, from 0"),
        ("leastPercent", "0.5", "leastPercent 0.5 is not valid: write a whole percentage, from 0"),
        ("leastSeconds", "-1", "leastSeconds -1 is not valid: write whole seconds, from 0 to"),
        ("name", '"x"', '"name" is not known: the names are externalId, mediaUrl, mediaBridgeId'),
    ],
)
def test_a_faulty_value_is_named_with_its_remedy(
    tmp_path: Path, name: str, value: str, fault: str
) -> None:
    """Each fault says where it stands, what stands there, and what to write."""
    found_by = "mediaUrl" if name == "externalId" else "externalId"
    text = f'[[media]]\n{found_by} = "https://e.eu/a.mp4"\n{name} = {value}\n'
    (line,) = faults_of(written(tmp_path, "media.toml", text))
    assert line.startswith(f"entry 1: {fault}")


@pytest.mark.parametrize(
    ("name", "content", "faults"),
    [
        pytest.param(
            "media.toml",
            '[[media]]\nexternalId = "a"\n[[media]]\nexternalId = " a "\n',
            ["entry 2: has the same externalId as entry 1: remove one of them"],
            id="an id twice",
        ),
        pytest.param(
            "media.csv",
            "mediaUrl\nhttps://e.eu/a.mp4\nhttps://b.eu\nHTTPS://E.eu:443/a.mp4?gclid=1\n",
            ["line 4: has the same mediaUrl as line 2: remove one of them"],
            id="an address twice, in another spelling",
        ),
        pytest.param(
            "media.csv",
            "mediaName,duration\nThe launch,60\n",
            ["line 2: has neither externalId nor mediaUrl: add one of them"],
            id="neither id nor address",
        ),
        pytest.param(
            "media.csv",
            "externalId,duration\na,1\nb,never\nc,2,3\n,4\n",
            [
                'line 4: has more cells than line 1: put text with "," in quotes',
                "line 3: duration 'never' is not valid: write seconds above 0, for example 93.4",
                "line 5: has neither externalId nor mediaUrl: add one of them",
            ],
            id="all faults at once",
        ),
        pytest.param(
            "media.csv",
            "externalId,externalId\na,b\n",
            ["line 1: names a column twice: remove one of them"],
            id="a column twice",
        ),
        pytest.param(
            "media.csv",
            'externalId\n"a\n',
            ["is not valid CSV: fix this: unexpected end of data"],
            id="an open quote",
        ),
        pytest.param(
            "media.csv", "", ["line 1: has no column names: write them there"], id="an empty CSV"
        ),
        pytest.param(
            "media.toml",
            "[media]\nexternalId = 'a'\n",
            ['"media": is not a list of tables: write [[media]] above each entry'],
            id="a single table",
        ),
        pytest.param(
            "media.toml",
            "version = 1\n[[media]]\nexternalId = 'a'\n",
            ['"version": is not known: write every entry as a [[media]] table'],
            id="something else at the top",
        ),
        pytest.param(
            "media.toml",
            b"# \xe4\n",
            ["is not in UTF-8: save it in that encoding"],
            id="another encoding",
        ),
        pytest.param(
            "media.json", "[]", ["is neither TOML nor CSV: name it .toml or .csv"], id="JSON"
        ),
    ],
)
def test_a_faulty_file_is_not_used(
    tmp_path: Path, name: str, content: str | bytes, faults: list[str]
) -> None:
    """A file with any fault is refused as a whole, with one line for each."""
    assert faults_of(written(tmp_path, name, content)) == faults


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    """A syntax error says where it is."""
    (line,) = faults_of(written(tmp_path, "media.toml", "[[media]]\nexternalId = a\n"))
    assert line.startswith("is not valid TOML: fix this: ")
    assert "line 2" in line


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """A path that leads nowhere is a fault of the catalogue, not a traceback."""
    (line,) = faults_of(tmp_path / "media.toml")
    assert line.startswith("cannot be read (No such file or directory)")
