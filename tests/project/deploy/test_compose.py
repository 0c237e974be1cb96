"""The compose files: sound by the specification's schema, and as the relay needs it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.project.deploy.files import DEPLOY, INTERNAL, documents

SCHEMA = Path(__file__).parent / "vendor" / "compose-spec.json"
FILES = sorted(DEPLOY.glob("compose*.yaml"))

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def services(path: Path) -> dict[str, Any]:
    """By name."""
    (file,) = documents(path)
    found: dict[str, Any] = file["services"]
    return found


@every_file
def test_it_is_sound(path: Path) -> None:
    """Nothing that the specification does not know, nothing of the wrong type."""
    (file,) = documents(path)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(file)] == []


def test_the_schema_finds_faults() -> None:
    """A misspelt key is one."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    wrong = {"services": {"relay": {"image": "playrelay", "read_onyl": True}}}
    assert list(Draft7Validator(schema).iter_errors(wrong))


@every_file
def test_what_it_names_is_there(path: Path) -> None:
    """Networks, volumes, secrets and services that it declares; files that lie beside it."""
    (file,) = documents(path)
    for service in services(path).values():
        assert {*service.get("networks", [])} <= file.get("networks", {}).keys()
        assert {*service.get("secrets", [])} <= file.get("secrets", {}).keys()
        assert {*service.get("depends_on", [])} <= services(path).keys()
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            there = (path.parent / source).exists() if "/" in source else source in file["volumes"]
            assert there, volume
        if "env_file" in service:
            assert (DEPLOY / f"{service['env_file']}.example").exists()


@every_file
def test_relays_are_confined_and_may_finish(path: Path) -> None:
    """No capability, nothing written but where it belongs, and time for what is in flight."""
    relays = [each for each in services(path).values() if each["image"] == "playrelay"]
    assert relays
    for relay in relays:
        assert relay["read_only"]
        assert relay["cap_drop"] == ["ALL"]
        assert relay["stop_grace_period"] == "45s"


@every_file
def test_what_is_for_operators_is_not_published(path: Path) -> None:
    """It has a port of its own, which at most this machine reaches, unless told otherwise."""
    relays = [each for each in services(path).values() if each["image"] == "playrelay"]
    for relay in relays:
        assert relay["environment"]["PLAYRELAY_INTERNAL_PORT"] == str(INTERNAL)
        published = [port for port in relay.get("ports", []) if port.endswith(f":{INTERNAL}")]
        closed = ("127.0.0.1:", "${RELAY_CONSOLE_ADDRESS:-127.0.0.1}:")
        assert all(port.startswith(closed) for port in published)


def test_the_large_one_has_two_of_each_role() -> None:
    """Only the proxy is reached from outside; only those that deliver reach out."""
    found = services(DEPLOY / "compose.scale.yaml")
    for role in ("collect", "deliver"):
        assert found[role]["environment"]["PLAYRELAY_ROLE"] == role
        assert found[role]["deploy"]["replicas"] == 2
    assert [name for name, each in found.items() if "ports" in each] == ["proxy"]
    outside = [name for name, each in found.items() if "outside" in each["networks"]]
    assert outside == ["proxy", "deliver"]
