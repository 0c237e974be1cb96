"""The figures for programs: who may read them, and that they are those of the pages."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from app.console import api
from tests.system.console.setting import PASSWORD, sign_in
from tests.system.live.relay import Live, live_relay, settings_for

TOKEN, EARLIER = "a token of 32 characters or more", "another one that is to be replaced"
BEARER = {"authorization": f"Bearer {TOKEN}"}
ANA = "0" * 32
"""A usertoken that the sandbox takes for a contact's."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A sandboxed relay with a token, in which two media were played, one by a contact."""
    folder = tmp_path_factory.mktemp("api")
    given = {"api_token": f"{TOKEN},{EARLIER}", "console_password": PASSWORD, "sandbox": True}
    with live_relay(settings_for(folder, **given)) as relay:
        play(relay.client, "one", externalId="tour", contactUtk=ANA, watched=[[1, 3], [0, 1]])
        play(relay.client, "two", externalId="story", watched=[[1, 4]])
        for _ in range(20_000):  # each question takes its time, so none is slept
            if items(relay.client, "people", medium=[1, 2]):
                break
        yield relay


@pytest.fixture
def client(live: Live) -> httpx.Client:
    """A program with the token."""
    return live.client


def play(client: httpx.Client, session: str, **fields: Any) -> None:
    """A ping that is acknowledged."""
    ping = {"sessionId": session, "duration": 90, "pageUrl": "https://x.test/launch", **fields}
    assert client.post("/v1/progress", json=ping).status_code == 202


def items(client: httpx.Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """The items of an answer."""
    answer = client.get(f"/api/v1/{path}", params=query, headers=BEARER)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def paths() -> list[str]:
    """The paths of every route, with a value for each parameter."""
    return [
        route.path.format(**dict.fromkeys(route.param_convertors, "1"))
        for route in api.routes().routes
        if isinstance(route, Route)
    ]


def test_without_the_token_nothing_is_told(client: httpx.Client) -> None:
    """No route answers without the token: not to another token, the password or the cookie."""
    assert len(paths()) > 5
    with httpx.Client(base_url=client.base_url, headers={"sec-fetch-site": "same-origin"}) as other:
        sign_in(other)
        for path in paths():
            for headers in (
                {},
                {"authorization": "Bearer x"},
                {"authorization": "Bearer"},
                {"authorization": f"Basic {TOKEN}"},
                {"authorization": f"Bearer {PASSWORD}"},
            ):
                answer = other.get(path, headers=headers)
                assert answer.status_code == 401, path
                assert answer.json()["reason"] == "unauthorized"
                assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_that_is_being_replaced_is_taken(client: httpx.Client) -> None:
    """The token is accepted until it is removed from the setting."""
    headers = {"authorization": f"bearer {EARLIER}"}
    assert client.get("/api/v1/media", headers=headers).status_code == 200


def test_without_a_token_it_is_off(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without a token in the settings the API is off, whatever a request sends."""
    with live_relay(settings_for(tmp_path_factory.mktemp("off"))) as off:
        for path in paths():
            assert off.client.get(path, headers={"authorization": "Bearer"}).status_code == 404


def test_media_with_their_figures(client: httpx.Client) -> None:
    """The API lists media with the figures of the page."""
    found = {each["externalId"]: each for each in items(client, "media")}
    assert found.keys() == {"tour", "story"}
    counted = ("plays", "reached50", "reached75", "completed", "playsEver", "duration")
    assert [found["tour"][name] for name in counted] == [1, 1, 1, 0, 1, 90.0]
    first = client.get("/api/v1/media", params={"limit": 1}, headers=BEARER).json()
    (second,) = items(client, "media", limit=1, after=first["next"])
    assert {first["items"][0]["externalId"], second["externalId"]} == {"tour", "story"}


def test_media_of_a_period(client: httpx.Client) -> None:
    """Sorted, found, and in portions; with what was watched of each."""
    found = items(client, "media", order="average", days=1)
    assert [each["externalId"] for each in found] == ["story", "tour"]
    assert [each["averagePercent"] for each in found] == [100.0, 75.0]
    assert [each["secondsWatched"] for each in found] == [90, 68]
    query: dict[str, Any] = {"order": "name", "limit": 1}
    first = client.get("/api/v1/media", params=query, headers=BEARER).json()
    (second,) = items(client, "media", after=first["next"], **query)
    assert [first["items"][0]["name"], second["name"]] == ["story", "tour"]
    assert [each["name"] for each in items(client, "media", search="TOUR")] == ["tour"]
    assert items(client, "media", order="plays", to="2026-01-01", zone="Europe/Berlin") == []


def test_one_medium(client: httpx.Client) -> None:
    """The API gives a medium's days, and how many plays saw each percent."""
    number = next(each["id"] for each in items(client, "media") if each["externalId"] == "tour")
    (summary,) = items(client, f"media/{number}")
    assert (summary["plays"], summary["viewers"], summary["reached75"]) == (1, 1, 1)
    nothing = items(client, f"media/{number}", utm_campaign="may")[0]
    assert (nothing["plays"], nothing["viewers"]) == (0, 0)
    assert items(client, f"media/{number}/days", page="https://x.test/launch")[0]["plays"] == 1
    assert items(client, f"media/{number}", days=400)[0]["viewers"] is None
    (day,) = items(client, f"media/{number}/days")
    assert (day["plays"], day["completed"]) == (1, 0)
    seen = items(client, f"media/{number}/retention")
    assert [each["plays"] for each in seen] == [1] * 75 + [0] * 25
    assert {each["again"] for each in seen} == {0}
    assert client.get("/api/v1/media/999/days", headers=BEARER).status_code == 404


def test_people(client: httpx.Client) -> None:
    """Those of a medium, of several, and what one of them has watched."""
    number = next(each["id"] for each in items(client, "media") if each["externalId"] == "tour")
    (person,) = items(client, f"media/{number}/people", over=75)
    assert (person["percent"], person["medium"], person["page"]) == (
        75.0,
        "tour",
        "https://x.test/launch",
    )
    assert items(client, f"media/{number}/people", over=76) == []
    assert items(client, "people", medium=[1, 2], match="all") == []
    (watched,) = items(client, f"people/{person['recordId']}")
    assert (watched["externalId"], watched["percent"], watched["plays"]) == ("tour", 75.0, 1)


def test_as_csv(client: httpx.Client) -> None:
    """The CSV has a column for each field."""
    answer = client.get("/api/v1/media", params={"format": "csv", "limit": 1}, headers=BEARER)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert row["plays"] == "1"
    rest = {"format": "csv", "after": answer.headers["x-next"]}
    answer = client.get("/api/v1/media", params=rest, headers=BEARER)
    assert len(answer.text.splitlines()) == 2
    assert "x-next" not in answer.headers


@pytest.mark.parametrize(
    ("full", "empty"),
    [
        ("media?order=plays", "media?order=plays&to=2026-01-01"),
        ("media/1/days", "media/1/days?to=2026-01-01"),
        ("people?medium=1&medium=2", "people?medium=99"),
        ("people/{contact}", "people/99"),
    ],
)
def test_a_csv_file_without_rows_has_its_columns(
    client: httpx.Client, full: str, empty: str
) -> None:
    """Those of a file that has rows, which are the fields of the JSON."""
    (person,) = items(client, "people", medium=[1, 2])
    files = []
    for path in (full.format(contact=person["recordId"]), empty):
        answer = client.get(
            f"/api/v1/{path}{'&' if '?' in path else '?'}format=csv", headers=BEARER
        )
        files.append(list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))))
    question = f"/api/v1/{full.format(contact=person['recordId'])}"
    fields = client.get(question, headers=BEARER).json()["items"][0]
    assert files[0][0] == list(fields)
    assert len(files[0]) > 1
    assert files[1] == [files[0][0]]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("media/1?utm_sorce=x", "utm_sorce: is not a parameter here: did you mean utm_source?"),
        ("media/1/days?day=7", "day: is not a parameter here: did you mean days?"),
        ("media?site=www", "site: is not a parameter here: use one of account, after, days, "),
        ("people/1?limit=3", "limit: is not a parameter here: use one of account, format"),
        ("media?search=a%00b", "search: leave out the control character U+0000"),
        ("media/1?page=a&page=b", "page: is given more than once: give it once"),
        ("media?days=7&days=28", "days: is given more than once"),
        ("media?days=7&from=2026-11-01", "days: leave it out, for from says when"),
    ],
)
def test_a_parameter_that_would_be_ignored_is_refused(
    client: httpx.Client, path: str, said: str
) -> None:
    """A filter that is misspelt or given twice would show the figures of other plays."""
    answer = client.get(f"/api/v1/{path}", headers=BEARER)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(said)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("media?days=0", "days"),
        ("media?format=xml", "format"),
        ("media?from=x", "from"),
        ("media/1/days?to=2026-1-1", "to"),
        ("media/1/retention?zone=x", "zone"),
        ("media?limit=501", "limit"),
        ("media?after=x", "after"),
        ("people", "medium"),
        ("people?medium=0", "medium"),
        ("people/x", "contact"),
    ],
)
def test_a_bad_question_names_its_field(client: httpx.Client, path: str, field: str) -> None:
    """A bad question is answered with a problem that names the field."""
    answer = client.get(f"/api/v1/{path}", headers=BEARER)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(field)
