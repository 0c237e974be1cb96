"""A relay that serves several HubSpot accounts, as a process of its own."""

from pathlib import Path

from tests.processes.relay import Relay


def town(folder: Path, file: str, **settings: str) -> Relay:
    """Not started yet; `file`: what its sites.toml says."""
    folder.mkdir(exist_ok=True)
    (folder / "sites.toml").write_text(file)
    given = {"hubspot_access_token": "", "allowed_origins": "", "sites": "sites.toml"}
    return Relay(folder, "", **given | settings)


def account(name: str, hubspot: str, token: str, more: str = "") -> str:
    """The table of an account that is its own one site."""
    return (
        f'[accounts.{name}]\nbase_url = "{hubspot}"\naccess_token = "{token}"\n'
        f'allowed_origins = ["https://www.{name}.example"]\n{more}\n'
    )
