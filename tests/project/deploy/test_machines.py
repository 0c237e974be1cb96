"""The unit for systemd, and the files for platforms: names, paths and settings that there are."""

import re
import tomllib
from pathlib import Path

import pytest

from app.config import Settings, unknown_variables
from tests.project.deploy.files import DEPLOY, INTERNAL, checked, documents, tool, values

UNIT = DEPLOY / "systemd" / "playrelay.service"
ALL_FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
MOST_EXPOSED = 2.0
"""By systemd's own reckoning, from 0 (nothing is open) to 10."""


@pytest.fixture
def unit(tmp_path: Path) -> str:
    """The unit, with a program that this machine has."""
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text().replace("/opt/playrelay/bin/playrelay serve", "/bin/true"))
    return str(path)


def test_the_unit_is_sound(unit: str) -> None:
    """Each of its words is known to systemd, which has nothing to say."""
    assert checked(tool("systemd-analyze"), "verify", unit) == ""


def test_the_unit_has_an_internal_port() -> None:
    """Operators' endpoints are not on the port that the proxy uses."""
    assert f"Environment=PLAYRELAY_INTERNAL_PORT={INTERNAL}\n" in UNIT.read_text()


def test_the_unit_is_hardened(unit: str) -> None:
    """Little is open to a relay that was broken into."""
    said = checked(tool("systemd-analyze"), "security", "--offline=true", "--no-pager", unit)
    found = re.search(r"Overall exposure level for playrelay\.service: ([\d.]+)", said)
    assert found
    assert float(found[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_variables_are_settings(path: Path) -> None:
    """Each PLAYRELAY_ variable is one that the relay reads."""
    named = re.findall(r"PLAYRELAY_[A-Z_]*[A-Z]", path.read_text("utf-8"))
    assert unknown_variables(dict.fromkeys(named, "")) == []


@pytest.mark.parametrize("role", ["collect", "deliver"])
def test_cloud_run(role: str) -> None:
    """Probes that mean it; who delivers never sleeps and keeps its processor."""
    (service,) = documents(DEPLOY / "cloudrun" / f"{role}.yaml")
    (container,) = service["spec"]["template"]["spec"]["containers"]
    assert {"name": "PLAYRELAY_ROLE", "value": role} in container["env"]
    assert [*values(container, "path")] == ["/readyz", "/healthz"]
    assert {*values(container, "port")} == {INTERNAL}
    assert {"name": "PLAYRELAY_INTERNAL_PORT", "value": str(INTERNAL)} in container["env"]
    notes = service["spec"]["template"]["metadata"]["annotations"]
    assert int(notes["autoscaling.knative.dev/minScale"]) >= 1
    assert (notes.get("run.googleapis.com/cpu-throttling") == "false") == (role == "deliver")
    assert all("valueFrom" in each for each in container["env"] if _is_secret(each["name"]))


def _is_secret(variable: str) -> bool:
    return variable.endswith(("_URL", "_TOKEN", "_SECRET", "_KEY", "_PASSWORD"))


def test_fly() -> None:
    """It never sleeps, it may finish, and its checks ask whether it can store."""
    file = tomllib.loads((DEPLOY / "fly" / "fly.toml").read_text())
    assert (DEPLOY / "fly" / file["build"]["dockerfile"]).resolve().name == "Dockerfile"
    assert (DEPLOY / "fly" / file["build"]["dockerfile"]).resolve().exists()
    service = file["http_service"]
    assert service["auto_stop_machines"] == "off"
    assert service["internal_port"] == Settings.model_fields["port"].default
    assert [each["path"] for each in service["checks"]] == ["/playrelay.js"]
    assert (file["checks"]["ready"]["port"], file["checks"]["ready"]["path"]) == (
        INTERNAL,
        "/readyz",
    )
    assert file["metrics"] == {"port": INTERNAL, "path": "/metrics"}
    assert file["env"]["PLAYRELAY_INTERNAL_PORT"] == str(INTERNAL)
    assert file["kill_timeout"] >= 45
    assert not any(_is_secret(name) for name in file["env"])
