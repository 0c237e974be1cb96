"""A play's state is a semilattice: its pings may come in any order, twice, and in any grouping."""

from functools import reduce

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.media import Medium
from app.domain.page import Page
from app.domain.play import Play, merge, play_id
from tests.unit.domain.setting import NOW, observations, play

handed_on = st.frozensets(st.sampled_from(["media-played:STARTED", "media-played-percent:25"]))
plays = st.builds(
    lambda seen, keys, at: msgspec.structs.replace(seen.play, handed_on=keys, earned_at=at),
    observations(),
    handed_on,
    st.integers(NOW, NOW + 9),
)


@given(plays, plays)
def test_commutative(one: Play, other: Play) -> None:
    """Which of two arrives first makes no difference."""
    assert merge(one, other) == merge(other, one)


@given(plays, plays, plays)
def test_associative(one: Play, other: Play, third: Play) -> None:
    """The grouping of merges makes no difference."""
    assert merge(merge(one, other), third) == merge(one, merge(other, third))


@given(plays, plays)
def test_idempotent(one: Play, other: Play) -> None:
    """Repeating what is known already changes nothing."""
    merged = merge(one, other)
    assert merge(one, one) == one
    assert merge(merged, one) == merged == merge(merged, other)


@given(plays, plays)
def test_monotone(one: Play, other: Play) -> None:
    """The percentage never falls, and neither an end nor a milestone handed on is taken back."""
    merged = merge(one, other)
    assert merged.covered >= max(one.covered, other.covered)
    assert merged.ended == (one.ended or other.ended)
    assert merged.handed_on == one.handed_on | other.handed_on
    assert merged.started_at == min(one.started_at, other.started_at)


def test_no_field_is_left_out_of_the_merge() -> None:
    """A play that has every field is what it was when merged with itself or with less.

    Only `short_of` goes: the fold finds it afresh.
    """
    whole = play(
        20,
        *(1, 1, 0, 2),
        ended=True,
        furthest=(75.0, 4, NOW),
        utk=(NOW, "0123456789abcdef0123456789abcdef"),
        hsenc=(NOW, "p2ANqtz-token"),
        contact_id=(NOW, 7),
        handed_on=frozenset({"media-played:STARTED"}),
        earned_at=NOW,
        refused=frozenset({"contact:7"}),
        site="shop",
        second_utk=(NOW, "f00d"),
        held=((NOW, 0, "media-played:STARTED"),),
        short_of="25 %",
    )
    for field in msgspec.structs.fields(Play):
        assert getattr(whole, field.name) != field.default, f"give {field.name} a value here"
    less = msgspec.structs.replace(play(), site="shop")
    kept = msgspec.structs.replace(whole, short_of="")
    assert merge(whole, whole) == merge(whole, less) == merge(less, whole) == kept


@given(plays)
def test_the_state_survives_being_stored(one: Play) -> None:
    """A play that is encoded as JSON decodes to the same play."""
    assert msgspec.json.decode(msgspec.json.encode(one), type=Play) == one


@pytest.mark.parametrize(
    ("known", "covered"),
    [
        pytest.param(play(), 0, id="nothing"),
        pytest.param(play(40), 40, id="reported"),
        pytest.param(play(0, 1, 0, 0, 2), 50, id="from the map"),
        pytest.param(play(40, 1, 1, 1, 0), 75, id="the map says more"),
        pytest.param(play(80, 1, 0), 80, id="the report says more"),
        pytest.param(play(0, maps=((1, 1), (1, 0, 0, 0))), 100, id="the coarser map says more"),
    ],
)
def test_coverage(known: Play, covered: float) -> None:
    """The larger of what the player reports and what any of its maps shows."""
    assert known.covered == covered


def test_the_finest_map_is_the_attention_span() -> None:
    """The finest of several resolutions is the attention span; without a map there is none."""
    assert play(0, maps=((1, 1), (1, 0, 0, 0))).spans == (1, 0, 0, 0)
    assert play(40).spans == ()


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abc")), max_size=4), st.data())
def test_a_second_usertoken_is_noted_whatever_the_order(
    tokens: list[tuple[int, str]], data: st.DataObject
) -> None:
    """The first two tokens of a session are known, however its pings are grouped and ordered."""
    said = [play(utk=each) for each in tokens] or [play()]
    forwards = reduce(merge, said)
    cut = data.draw(st.integers(1, len(said)))
    shuffled = data.draw(st.permutations(said))
    parts = [reduce(merge, part) for part in (shuffled[:cut], shuffled[cut:]) if part]
    assert reduce(merge, parts) == forwards
    assert (forwards.second_utk is None) == (len({token for _, token in tokens}) < 2)
    if forwards.second_utk is not None and forwards.utk is not None:
        assert forwards.utk[0] <= forwards.second_utk[0]


NAMED = (0, NOW + 5, Page(page_id=5))
GUESSED = (1, NOW, Page(url="https://www.example.com/"))
LATER = (0, NOW + 9, Page(page_id=6))
SHORT = Medium(type="VIDEO", bridge_id=42, name="Film", duration=20)


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        pytest.param(play(page=GUESSED), play(page=NAMED), {"page": NAMED}, id="named page"),
        pytest.param(play(page=LATER), play(page=NAMED), {"page": NAMED}, id="first page"),
        pytest.param(play(utk=None), play(utk=(5, "a")), {"utk": (5, "a")}, id="a utk at last"),
        pytest.param(play(utk=(9, "a")), play(utk=(5, "b")), {"utk": (5, "b")}, id="first utk"),
        pytest.param(
            play(hsenc=(9, "a")), play(hsenc=(5, "b")), {"hsenc": (5, "b")}, id="first mail"
        ),
        pytest.param(
            play(contact_id=(5, 7)), play(contact_id=(9, 8)), {"contact_id": (5, 7)}, id="contact"
        ),
        pytest.param(
            play(medium=SHORT), play(), {"medium": SHORT}, id="the description that says more"
        ),
        pytest.param(
            play(medium=SHORT),
            play(medium=msgspec.structs.replace(SHORT, duration=60)),
            {"medium": msgspec.structs.replace(SHORT, duration=60)},
            id="the duration of a medium that grew",
        ),
    ],
)
def test_which_word_is_kept(one: Play, other: Play, kept: dict[str, object]) -> None:
    """A page that was named beats a guessed one, then the earliest word; the fuller medium wins."""
    for merged in (merge(one, other), merge(other, one)):
        assert {field: getattr(merged, field) for field in kept} == kept


def test_a_view_is_a_session_with_a_medium() -> None:
    """The same two give the same sixteen bytes; another of either gives others."""
    view = play_id("session", "bridge:42")
    assert view == play_id("session", "bridge:42")
    assert len(view) == 16
    others = {play_id("session", "bridge:43"), play_id("session2", "bridge:42")}
    assert view not in others
    assert play_id("session2", "") != play_id("session", "2")
    assert play_id("session", "bridge:42", "shop") not in {
        view,
        play_id("session", "bridge:42", ""),
    }
    assert len(others) == 2
