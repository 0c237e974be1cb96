"""All settings: those of the process, of an account and of a site."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Self, get_args

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.config.account import AccountFields
from app.config.alerts import AlertFields
from app.config.server import ServerFields
from app.config.site import SiteFields
from app.config.sitesfile import NEEDS_KEY, SitesFile, Vocabulary, read_sites
from app.config.sources import PREFIX, environment, variable_name
from app.domain.destination import CUSTOM_EVENTS

_CREDENTIALS = frozenset({"access_token", "client_id", "refresh_token"})


class Settings(AlertFields, ServerFields, SiteFields, AccountFields, BaseSettings):
    """All settings, checked."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", validate_default=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature, as below
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values only as arguments: `config.sources` has read and cleaned them."""
        return (init_settings,)

    @model_validator(mode="after")
    def _credentials(self) -> Self:
        if self.sites is not None:
            return self._expect_all_in_the_file()
        app = {
            "CLIENT_ID": self.hubspot_client_id,
            "CLIENT_SECRET": self.hubspot_client_secret,
        }
        missing = [f"{PREFIX}HUBSPOT_{name}" for name, value in app.items() if not value]
        oauth = len(missing) < len(app) or self.hubspot_refresh_token is not None
        if oauth and missing:
            raise ValueError(f"{missing[0]}: OAuth needs both the client id and the client secret")
        if self.hubspot_access_token and oauth:
            raise ValueError(
                f"{PREFIX}HUBSPOT_ACCESS_TOKEN: set either a token or an OAuth app, not both"
            )
        if self.connectable and self.secret_key is None and self.role != "collect":
            raise ValueError(
                f"{PREFIX}SECRET_KEY: must encrypt the tokens that playrelay connect gets: make "
                f"one with openssl rand -base64 32 (or set {PREFIX}HUBSPOT_REFRESH_TOKEN)"
            )
        serves_pages = self.role == "collect" or (self.role == "all" and self.has_credentials)
        if serves_pages and not self.sandboxed and not self.allowed_origins:
            raise ValueError(
                f"{PREFIX}ALLOWED_ORIGINS: list the sites that embed the player, for example "
                "https://www.example.com (or * to allow every site)"
            )
        return self

    @model_validator(mode="after")
    def _single_sign_on(self) -> Self:
        known = bool(self.trusted_proxies) and "*" not in self.trusted_proxies
        if self.console_user_header and not known:
            raise ValueError(
                f"{PREFIX}CONSOLE_USER_HEADER: list the proxies that set it in "
                f"{PREFIX}TRUSTED_PROXIES (not *): otherwise anybody could set it"
            )
        return self

    @model_validator(mode="after")
    def _linked_plays(self) -> Self:
        if self.play_links and self.public_url is None:
            raise ValueError(
                f"{PREFIX}PLAY_LINKS: set the address of the console in {PREFIX}PUBLIC_URL"
            )
        return self

    @model_validator(mode="after")
    def _names(self) -> Self:
        if self.console_names and self.secret_key is None and self.sites is None:
            raise ValueError(
                f"{PREFIX}CONSOLE_NAMES: names are stored encrypted: set {PREFIX}SECRET_KEY to the "
                "output of openssl rand -base64 32"
            )
        return self

    @model_validator(mode="after")
    def _groups(self) -> Self:
        groups = self.console_operator_groups or self.console_viewer_groups
        if groups and not self.console_groups_header:
            raise ValueError(
                f"{PREFIX}CONSOLE_GROUPS_HEADER: set the header in which the proxy lists groups, "
                "such as X-Forwarded-Groups"
            )
        if self.console_groups_header and not self.console_user_header:
            raise ValueError(
                f"{PREFIX}CONSOLE_USER_HEADER: set the header that names the signed-in user, too, "
                "such as X-Forwarded-User"
            )
        if self.console_groups_header and not self.console_operator_groups:
            raise ValueError(
                f"{PREFIX}CONSOLE_OPERATOR_GROUPS: list the groups whose members may do everything"
            )
        return self

    @model_validator(mode="after")
    def _two_passwords(self) -> Self:
        if self.console_viewer_password and self.console_viewer_password == self.console_password:
            raise ValueError(
                f"{PREFIX}CONSOLE_VIEWER_PASSWORD: is the same as {PREFIX}CONSOLE_PASSWORD: "
                "choose a different one"
            )
        return self

    @model_validator(mode="after")
    def _two_ports(self) -> Self:
        if self.internal_port == self.port:  # the system would let both listen there
            raise ValueError(
                f"{PREFIX}INTERNAL_PORT: is the same as {PREFIX}PORT, where everybody could read "
                "/metrics: choose a different one"
            )
        return self

    def _expect_all_in_the_file(self) -> Self:
        for field in ("hubspot_access_token", "hubspot_refresh_token", "allowed_origins"):
            if getattr(self, field):
                raise ValueError(
                    f"{variable_name(field)}: belongs to one account: move it into the file of "
                    f"{PREFIX}SITES"
                )
        return self

    @property
    def sandboxed(self) -> bool:
        """Whether events go to the built-in HubSpot sandbox.

        A process that only collects needs no credentials: without them it is not in sandbox mode.
        """
        if self.sandbox is not None:
            return self.sandbox
        if self.file is not None and self.file.says(_CREDENTIALS):
            return False
        return not self.has_credentials and self.role != "collect"

    @property
    def lacks_definition(self) -> bool:
        """Whether custom events are to be sent, but their full name is not set."""
        wanted = CUSTOM_EVENTS in self.destinations and not self.sandboxed
        return wanted and self.hubspot_event_name is None

    @property
    def reaches_hubspot(self) -> bool:
        """Whether there are credentials, here or in the file of sites."""
        return self.has_credentials or (self.file is not None and self.file.says(_CREDENTIALS))

    @cached_property
    def file(self) -> SitesFile | None:
        """The file of accounts and sites, as far as it can be read. Its values are unchecked."""
        if self.sites is None:
            return None
        return read_sites(self.sites, vocabulary(), environment())


ACCOUNT_FIELDS = tuple(AccountFields.model_fields)
SITE_FIELDS = tuple(SiteFields.model_fields)


def key_name(field: str) -> str:
    """The key of a setting in the file of sites."""
    return field.removeprefix("hubspot_")


def secret_fields() -> list[str]:
    """The settings that hold secrets."""
    fields = Settings.model_fields
    return [name for name in fields if SecretStr in _types(fields[name].annotation)]


def vocabulary() -> Vocabulary:
    """The keys that the file of sites may contain."""
    return Vocabulary(
        account=frozenset(map(key_name, ACCOUNT_FIELDS)),
        site=frozenset({*map(key_name, SITE_FIELDS), NEEDS_KEY}),
        secret=frozenset(map(key_name, secret_fields())),
    )


def _types(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inner in get_args(annotation):
        yield from _types(inner)
