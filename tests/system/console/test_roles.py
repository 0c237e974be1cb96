"""Each route of the console is tried with each role: outsider, viewer, operator."""

from collections.abc import Iterator

import httpx
import pytest

from tests.system.console.setting import HTML, PASSWORD, VIEWERS_PASSWORD, relay, sign_in
from tests.system.console.test_outsiders import Door, doors
from tests.system.live.relay import Live

ANYBODY = {
    Door("GET", "/console/sign-in"),
    Door("POST", "/console/sign-in"),
    Door("GET", "/console/shared/1"),
}
VIEWERS = {
    Door("GET", "/console"),
    Door("GET", "/console/now"),
    Door("GET", "/console/live"),
    Door("GET", "/console/live/events"),
    Door("GET", "/console/media"),
    Door("GET", "/console/media.csv"),
    Door("GET", "/console/media/1"),
    Door("GET", "/console/media/compare"),
    Door("GET", "/console/media/1/1.csv"),
    Door("GET", "/console/people"),
    Door("GET", "/console/people.csv"),
    Door("GET", "/console/people/1"),
    Door("GET", "/console/play"),
    Door("POST", "/console/play"),
    Door("POST", "/console/why"),
    Door("GET", "/console/rejected"),
    Door("GET", "/console/rejected/kind"),
    Door("GET", "/console/embed"),
    Door("GET", "/console/embed/check"),
    Door("POST", "/console/sign-out"),
}
OPERATORS = {
    Door("POST", "/console/rejected/1"),
    Door("POST", "/console/sample"),
    Door("GET", "/console/jobs/1"),
    Door("GET", "/console/connect"),
    Door("GET", "/console/connect/callback"),
    Door("POST", "/console/connect/provider"),
    Door("GET", "/console/doctor"),
    Door("POST", "/console/doctor"),
    Door("GET", "/console/audit"),
    Door("GET", "/console/shared"),
    Door("POST", "/console/shared"),
    Door("POST", "/console/media/1/share"),
}


@pytest.fixture
def viewer(client: httpx.Client) -> httpx.Client:
    """A browser that is signed in with the viewers' password."""
    assert sign_in(client, VIEWERS_PASSWORD).status_code == 303
    return client


def status(client: httpx.Client, door: Door) -> int:
    """The status of the answer; a stream is not read to its end. Requests have no body."""
    content = {"who": "x"} if door.path == "/console/why" else None
    with client.stream(door.method, door.path, json=content, headers={"accept": "*/*"}) as answer:
        return answer.status_code


def test_every_route_says_whose_it_is() -> None:
    """A new one is put on purpose into one of the sets above."""
    assert set(doors()) == ANYBODY | VIEWERS | OPERATORS


def test_each_role_gets_what_is_its_own(viewer: httpx.Client, guarded: Live) -> None:
    """An outsider nothing, a viewer what is theirs, an operator everything."""
    address = guarded.client.base_url
    with (
        httpx.Client(base_url=address, headers=HTML) as outsider,
        httpx.Client(base_url=address, headers=HTML) as operator,
    ):
        sign_in(operator)
        for door in sorted(VIEWERS | OPERATORS):
            assert status(outsider, door) == 401, door
            assert (status(viewer, door) == 403) == (door in OPERATORS), door
            assert status(viewer, door) != 401, door
            assert status(operator, door) not in {401, 403}, door


def test_a_viewer_is_shown_no_way_to_what_is_not_theirs(viewer: httpx.Client) -> None:
    """No place in the navigation, no button that ends the sign-ins of others."""
    page = viewer.get("/console").text
    for door in OPERATORS:
        assert f'href="{door.path}"' not in page
    assert '<p class="who">viewer</p>' in page
    assert "everywhere" not in page
    assert "viewers may look, and change nothing" in viewer.get("/console/audit").text


def test_a_viewer_signs_out_alone(viewer: httpx.Client, guarded: Live) -> None:
    """Nobody else is signed out with them, whatever they send."""
    with httpx.Client(base_url=guarded.client.base_url, headers=HTML) as operator:
        sign_in(operator)
        everywhere = viewer.post("/console/sign-out", data={"everywhere": "yes"})
        assert everywhere.status_code == 403
        assert viewer.post("/console/sign-out", data={"x": ""}).status_code == 303
        assert viewer.get("/console").status_code == 303
        assert operator.get("/console").status_code == 200


def test_a_program_may_ask_with_the_viewers_password(client: httpx.Client) -> None:
    """Viewers may read the explanation of a play, but change nothing."""
    for password, expected in ((VIEWERS_PASSWORD, 200), ("a guess", 401)):
        answer = client.post(
            "/console/why",
            json={"who": "x"},
            auth=("", password),
            headers={"accept": "application/json"},
        )
        assert answer.status_code == expected


@pytest.fixture(scope="module")
def viewers_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A relay on which nobody may change anything through the console."""
    folder = tmp_path_factory.mktemp("viewers")
    with relay(folder, console_viewer_password=VIEWERS_PASSWORD) as live:
        yield live


def test_viewers_alone(viewers_only: Live) -> None:
    """Without an operator's password there are no operators."""
    client = viewers_only.client
    assert sign_in(client, PASSWORD).status_code == 401
    assert sign_in(client, VIEWERS_PASSWORD).status_code == 303
    assert (client.get("/console").status_code, client.get("/console/audit").status_code) == (
        200,
        403,
    )
