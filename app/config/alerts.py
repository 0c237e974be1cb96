"""Who is told what is wrong, and of the week: a webhook, mail."""

import re
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from app.config.sources import PREFIX
from app.config.values import CommaSeparated, OptionalSecret, is_address, is_loopback
from app.documents import see
from app.domain.url import parse_url

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class AlertFields(BaseModel):
    """The settings of the messages that the relay sends by itself."""

    alert_webhook_url: OptionalSecret = Field(
        None,
        description="Where messages about what is wrong are posted "
        f"(`{see('console', 'being-told')}`): `https://…`, or `http://…` in a network of your own",
    )
    alert_webhook_format: Literal["json", "slack", "teams"] = Field(
        "json",
        description="What is posted there: the relay's own JSON, or what Slack's incoming webhooks "
        "or the Workflows of Microsoft Teams take",
    )
    alert_mail_to: CommaSeparated = Field(
        (), description="Mail addresses that the same messages go to; needs `PLAYRELAY_SMTP_HOST`"
    )
    alert_mail_from: str | None = Field(None, description="The address that they come from")
    alert_level: Literal["bad", "wait"] = Field(
        "bad",
        description="What messages are about: bad, what somebody has to mend; wait, also what the "
        "console only advises",
    )
    alert_after_seconds: int = Field(
        300,
        ge=0,
        le=86_400,
        description="How long something must be wrong, or good again, before a message says so",
    )
    smtp_host: str | None = Field(None, description="The mail server")
    smtp_port: int | None = Field(
        None, ge=1, le=65_535, description="Its port; none: 587 with starttls, 465 with tls, or 25"
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to it is encrypted"
    )
    smtp_user: str | None = Field(None, description="The name to sign in there with")
    smtp_password: OptionalSecret = Field(None, description="The password to it")
    summary_day: Day | None = Field(
        None,
        description="The day on which a summary of the week is sent by the same ways, in "
        "`PLAYRELAY_TIME_ZONE`; none: never",
    )
    summary_hour: int = Field(8, ge=0, le=23, description="The hour of that day")

    @property
    def alert_channels(self) -> tuple[Literal["webhook", "mail"], ...]:
        """The ways by which messages go."""
        webhook: tuple[Literal["webhook"], ...] = ("webhook",) if self.alert_webhook_url else ()
        return (*webhook, "mail") if self.alert_mail_to else webhook

    @field_validator(
        "alert_webhook_format", "alert_level", "smtp_security", "summary_day", mode="before"
    )
    @classmethod
    def _lower_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("alert_webhook_url")
    @classmethod
    def _webhook(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        url = parse_url(value.get_secret_value())
        if url is None:
            raise ValueError("is not an address such as https://alerts.example.com/playrelay")
        if "@" in value.get_secret_value().split("/")[2]:
            raise ValueError("holds a user name: leave it out, and put the secret into the path")
        return SecretStr(str(url))

    @field_validator("alert_mail_from")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        return None if value is None else _mailbox(value)

    @field_validator("alert_mail_to")
    @classmethod
    def _recipients(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_mailbox, value))

    @field_validator("smtp_host")
    @classmethod
    def _server(cls, value: str | None) -> str | None:
        if value is None:
            return None
        host = value.removeprefix("[").removesuffix("]")
        if is_address(host) or _HOST.fullmatch(host):
            return host
        raise ValueError(
            f"{value[:40]!r} is not a host: write mail.example.com alone, and the port in "
            f"{PREFIX}SMTP_PORT"
        )

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        wanted = {
            "SMTP_HOST: name the mail server": self.smtp_host,
            "ALERT_MAIL_FROM: name the address that mail comes from": self.alert_mail_from,
            "ALERT_MAIL_TO: name the addresses that mail goes to": self.alert_mail_to,
        }
        missing = [todo for todo, value in wanted.items() if not value]
        given = len(missing) < len(wanted) or self.smtp_user or self.smtp_password
        if missing and given:
            raise ValueError(f"{PREFIX}{missing[0]}, or leave out all settings of mail")
        return self

    @model_validator(mode="after")
    def _mail_signs_in(self) -> Self:
        if self.smtp_user and not self.smtp_password:
            raise ValueError(f"{PREFIX}SMTP_PASSWORD: is missing, while {PREFIX}SMTP_USER is set")
        if self.smtp_password and not self.smtp_user:
            raise ValueError(f"{PREFIX}SMTP_USER: is missing, while {PREFIX}SMTP_PASSWORD is set")
        in_clear = self.smtp_security == "none" and not is_loopback(self.smtp_host or "")
        if self.smtp_password and in_clear:
            raise ValueError(
                f"{PREFIX}SMTP_SECURITY: would send the password in clear: write starttls or tls"
            )
        return self

    @model_validator(mode="after")
    def _something_is_sent(self) -> Self:
        if self.alert_webhook_format != "json" and self.alert_webhook_url is None:
            raise ValueError(
                f"{PREFIX}ALERT_WEBHOOK_URL: name the webhook that takes the format of "
                f"{PREFIX}ALERT_WEBHOOK_FORMAT"
            )
        if self.summary_day and not self.alert_channels:
            raise ValueError(
                f"{PREFIX}SUMMARY_DAY: needs a way to send: set {PREFIX}ALERT_WEBHOOK_URL or "
                f"{PREFIX}ALERT_MAIL_TO"
            )
        return self


def _mailbox(text: str) -> str:
    """A mail address; as it gets into headers and SMTP's commands, it is nothing else."""
    if len(text) > 254 or not _MAILBOX.fullmatch(text):  # noqa: PLR2004 - RFC 5321
        raise ValueError(f"{text[:40]!r} is not a mail address: write it as relay@example.com")
    return text
