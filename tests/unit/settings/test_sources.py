"""Every source is read, cleaned and checked alike: environment, `.env`, files of secrets."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.config import Settings, SettingsError, load

DATABASE = "postgresql://relay:pass@db/relay"
SECRETS = {
    "HUBSPOT_ACCESS_TOKEN": "a-token",
    "HUBSPOT_DEVELOPER_KEY": "a-key",
    "SECRET_KEY": "A" * 43 + "=",
    "IDENTITY_SECRET": "a secret of the site and its server",
    "CONSOLE_PASSWORD": "a long pass word",
    "CONSOLE_VIEWER_PASSWORD": "another pass word",
    "API_TOKEN": "a token of 32 characters or more",
    "DATABASE_URL": DATABASE,
}
PRODUCTION = {"PLAYRELAY_HUBSPOT_ACCESS_TOKEN": "a-token", "PLAYRELAY_ALLOWED_ORIGINS": "*"}
UNSEEN = ("\ufeff{}", "{}\u200b\n", '\ufeff"\u2060{} "')
every_secret = pytest.mark.parametrize("name", SECRETS)


def value_of(settings: Settings, name: str) -> str:
    """The value of a setting."""
    value = getattr(settings, name.lower())
    return str(getattr(value, "get_secret_value", lambda: value)())


def lines_of(dotenv: str | None, variables: dict[str, str]) -> list[str]:
    """The lines with which loading ends, or none."""
    try:
        load(dotenv, variables)
    except SettingsError as error:
        return error.faults
    return []


def faults(variables: dict[str, str]) -> list[str]:
    """The lines with which loading ends."""
    with pytest.raises(SettingsError) as raised:
        load(variables=variables)
    return raised.value.faults


@every_secret
@pytest.mark.parametrize("around", ["{}\n", " {}\r\n", '"{}"', "“{}”", "'{}'\n", "\t{} ", *UNSEEN])
def test_the_edges_of_every_secret_are_cleaned(name: str, around: str) -> None:
    """Clipboards, files, platforms add white space, line breaks, quotes and marks of no width."""
    settings = load(variables={**PRODUCTION, f"PLAYRELAY_{name}": around.format(SECRETS[name])})
    assert value_of(settings.settings, name) == SECRETS[name]


@every_secret
def test_every_secret_can_stand_in_a_file(name: str, tmp_path: Path) -> None:
    """`…_FILE` names it; its line break is no part of the secret."""
    (tmp_path / "secret").write_text(SECRETS[name] + "\n")
    variables = {key: value for key, value in PRODUCTION.items() if not key.endswith(name)}
    loaded = load(variables={**variables, f"PLAYRELAY_{name}_FILE": str(tmp_path / "secret")})
    assert value_of(loaded.settings, name) == SECRETS[name]
    assert loaded.unknown == ()


@every_secret
def test_a_secret_and_its_file_exclude_each_other(name: str, tmp_path: Path) -> None:
    """Which one was meant?"""
    (tmp_path / ".env").write_text(f"PLAYRELAY_{name}_FILE=secret\n")
    (line,) = faults({**PRODUCTION, f"PLAYRELAY_{name}": SECRETS[name]})
    assert line == f"PLAYRELAY_{name}_FILE: PLAYRELAY_{name} is set too: remove one of them"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "can't be read (No such file or directory)"),
        (b"", "is empty: write the secret into it"),
        (b" \n", "is empty"),
        (b"\xff\xfea\0", "is not text in UTF-8"),
        (b"a" * 70_000, "is too large for a secret"),
    ],
)
def test_a_file_without_a_secret(content: bytes | None, said: str, tmp_path: Path) -> None:
    """One line, which names the variable and the file."""
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    lines = faults({**PRODUCTION, "PLAYRELAY_CONSOLE_PASSWORD_FILE": "secret"})
    assert len(lines) == 1
    assert lines[0].startswith(f"PLAYRELAY_CONSOLE_PASSWORD_FILE: secret {said}")


def test_a_fault_of_a_secret_names_the_file_that_it_stands_in(tmp_path: Path) -> None:
    """The message names the file that is to be corrected, not a variable that nobody has set."""
    (tmp_path / "secret").write_text("two lines\nof a password")
    (line,) = faults({**PRODUCTION, "PLAYRELAY_CONSOLE_PASSWORD_FILE": "secret"})
    assert line == (
        "PLAYRELAY_CONSOLE_PASSWORD: contains a line break or another control character: copy it "
        "again (in secret)"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDENTITY_SECRET", "tiny!"),
        ("IDENTITY_SECRET", "a" * 32 + ",short"),
        ("IDENTITY_SECRET", ","),
        ("CONSOLE_PASSWORD", "eleven char"),
        ("CONSOLE_PASSWORD", "two lines\nof a password"),
        ("IDENTITY_SECRET", "two lines\nof a secret that is long enough"),
        ("HUBSPOT_ACCESS_TOKEN", "two words"),
    ],
)
def test_a_secret_that_will_not_do(name: str, value: str) -> None:
    """It is named and not shown."""
    (line,) = faults({**PRODUCTION, f"PLAYRELAY_{name}": value})
    assert line.startswith(f"PLAYRELAY_{name}: ")
    assert value == "," or value not in line


def test_an_identity_secret_can_be_replaced() -> None:
    """Several are comma-separated; the first is in force."""
    secrets = f"{'a' * 32}, {'b' * 40}"
    settings = load(variables={**PRODUCTION, "PLAYRELAY_IDENTITY_SECRET": secrets}).settings
    assert settings.identity_secrets == ("a" * 32, "b" * 40)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("PLAYRELAY_PORT=1\n".encode("utf-16"), ".env: is not in UTF-8 (it looks like UTF-16)"),
        ("PLAYRELAY_PORT=1\n".encode("utf-16-le"), ".env: is not text"),
        (b"PLAYRELAY_LOG_LEVEL=\xe9\n", ".env: is not in UTF-8: save it in that encoding"),
        (b"A=1\n\nPLAYRELAY_PORT='1\n", ".env, line 3: is not NAME=value, or lacks a quote"),
    ],
)
def test_a_dotenv_file_that_cannot_be_read(
    content: bytes, said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line that names the file, and no second one from the library that reads it."""
    (tmp_path / ".env").write_bytes(content)
    (line,) = faults({})
    assert line.startswith(said)
    assert not caplog.records


def test_a_dotenv_file_may_have_a_mark_at_its_beginning(tmp_path: Path) -> None:
    """Editors of Windows write one."""
    (tmp_path / ".env").write_bytes("\ufeffPLAYRELAY_PORT=1234\n".encode())
    assert load(variables={}).settings.port == 1234


def test_a_folder_is_no_dotenv_file(tmp_path: Path) -> None:
    """Docker makes one where a file to mount is missing."""
    (tmp_path / ".env").mkdir()
    assert faults({}) == [".env: can't be read (Is a directory): check the file"]


def test_a_misspelt_variable_is_found_in_a_dotenv_file(tmp_path: Path) -> None:
    """A misspelt variable in a file is found as in the environment, with its place."""
    (tmp_path / ".env").write_text("PLAYRELAY_PORTT=1\n")
    (line,) = load(variables={}).unknown
    assert line == "PLAYRELAY_PORTT (in .env) is not a setting: did you mean PLAYRELAY_PORT?"


@pytest.mark.parametrize("name", ["PLAYRELAY-PORT", "“PLAYRELAY_PORT”", "play_relay_port"])
def test_a_name_with_other_joints_is_a_misspelt_one(name: str, tmp_path: Path) -> None:
    """Nothing else would be called so, and the relay would go without the setting."""
    (tmp_path / ".env").write_text(f"{name}=1\nPLAYGROUND_PORT=2\n", "utf-8")
    (line,) = load(variables={}).unknown
    assert line == f"{name} (in .env) is not a setting: did you mean PLAYRELAY_PORT?"


def test_a_variable_with_two_values_is_named(tmp_path: Path) -> None:
    """One of them would count without a word; the same value twice is no matter."""
    (tmp_path / ".env").write_text(
        "PLAYRELAY_PORT=1\nPLAYRELAY_HOST=::\nOTHER=1\nOTHER=2\n\nplayrelay_port=2\n"
        "PLAYRELAY_HOST='::'\n"
    )
    (line,) = load(variables={}).unknown
    assert line == "PLAYRELAY_PORT has several values in .env (lines 1 and 6): keep one of them"


def test_a_part_of_a_value_that_would_be_lost_is_named(tmp_path: Path) -> None:
    """A secret may hold what looks like another variable, and would be a shorter one."""
    (tmp_path / ".env").write_text(
        "FOLDER=data\nPLAYRELAY_CATALOGUE=${FOLDER}/x.csv\nOTHER=${NOWHERE}\n\n"
        "PLAYRELAY_CONSOLE_PASSWORD='a long ${pass} word'\n"
    )
    (line,) = faults({"PLAYRELAY_SANDBOX": "true"})
    assert line.startswith(".env, line 5: ${pass} is no variable, and would become empty")


def test_a_port_of_kubernetes_is_named() -> None:
    """A Service called playrelay puts PLAYRELAY_PORT into every Pod of its namespace."""
    (line,) = faults({"PLAYRELAY_PORT": "tcp://10.0.0.1:8000"})
    assert line.endswith("set enableServiceLinks: false for the Pod")


def test_a_wrong_value_in_a_dotenv_file_says_so(tmp_path: Path) -> None:
    """The message names the `.env` file, so that nobody searches the environment."""
    (tmp_path / ".env").write_text("PLAYRELAY_PORT=x\n")
    assert faults({}) == [
        "PLAYRELAY_PORT: 'x' is not a whole number: give one from 0 to 65535 (in .env)"
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1080"),
        ("https_proxy", "socks5h://proxy:1080"),
        ("HTTP_PROXY", "ftp://proxy"),
        ("HTTPS_PROXY", "http://proxy:99999"),
        ("NO_PROXY", "localhost,[::1]"),
        ("no_proxy", "fd00::/8"),
        ("SSL_CERT_FILE", "nowhere.pem"),
        ("SSL_CERT_FILE", ".env"),
        ("SSL_CERT_DIR", "nowhere"),
    ],
)
def test_what_the_http_client_would_fail_at_is_named(name: str, value: str, tmp_path: Path) -> None:
    """Proxies and certificates stand in the environment for all programs."""
    (tmp_path / ".env").write_text("# no certificates\n")
    (line,) = faults({name: value})
    assert line.startswith(f"{name}: ")


@pytest.mark.parametrize("value", ["*", "localhost,127.0.0.1,::1,.example.com,10.0.0.0/8", ""])
def test_what_the_http_client_understands_is_let_be(value: str) -> None:
    """Hosts, suffixes, addresses of both kinds."""
    load(variables={"NO_PROXY": value, "HTTPS_PROXY": "http://user:password@proxy:3128"})


@pytest.mark.parametrize(
    "host", ["0.0.0.0:8000", "http://0.0.0.0", "[::]:80", "a b", "8000", "*", "localhost:1"]
)
def test_a_host_with_more_than_an_address(host: str) -> None:
    """The variable is named, not the port's."""
    (line,) = faults({"PLAYRELAY_HOST": host})
    assert line.startswith(f"PLAYRELAY_HOST: {host!r} is not an address to listen on")


@pytest.mark.parametrize(("host", "read"), [("::", "::"), ("[::1]", "::1"), ("local", "local")])
def test_hosts(host: str, read: str) -> None:
    """Addresses and names; brackets belong to URLs and are left out."""
    assert load(variables={"PLAYRELAY_HOST": host}).settings.host == read


@given(st.binary(max_size=200))
def test_any_dotenv_file_is_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Any `.env` file gives settings, or lines without a traceback."""
    path = tmp_path_factory.getbasetemp() / "any.env"
    path.write_bytes(content)
    assert all("\n" not in line for line in lines_of(str(path), {}))


@example({"sites": "\0"})
@given(
    st.dictionaries(
        st.sampled_from(sorted(Settings.model_fields)), st.text(max_size=60), max_size=4
    )
)
def test_any_value_is_taken_or_named(values: dict[str, str]) -> None:
    """Each fault is a line, whatever was written."""
    variables = {f"PLAYRELAY_{name.upper()}": value for name, value in values.items()}
    assert all("\n" not in line for line in lines_of(None, variables))
