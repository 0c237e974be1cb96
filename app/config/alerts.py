"""Settings of the alerts and the weekly summary: a webhook, mail."""

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from app.config.sources import PREFIX
from app.config.values import CommaSeparated, LowerCase, OptionalSecret, host_of, is_loopback
from app.documents import see
from app.domain.url import parse_url

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class AlertFields(BaseModel):
    """The settings of the messages that the relay sends on its own."""

    alert_webhook_url: OptionalSecret = Field(
        None,
        description="Webhook to which alerts are posted "
        f"(`{see('console', 'being-told')}`): `https://…`, or `http://…` in a private network",
    )
    alert_webhook_format: Annotated[Literal["json", "slack", "teams"], LowerCase] = Field(
        "json",
        description="Format of what is posted: the relay's own JSON, or that of Slack's incoming "
        "webhooks or of Microsoft Teams Workflows",
    )
    alert_mail_to: CommaSeparated = Field(
        (), description="Mail addresses that get the same alerts; needs `PLAYRELAY_SMTP_HOST`"
    )
    alert_mail_from: str | None = Field(None, description="Sender address of these mails")
    alert_level: Annotated[Literal["bad", "wait"], LowerCase] = Field(
        "bad",
        description="bad: alert about what somebody has to fix; wait: also about what the console "
        "only advises",
    )
    alert_after_seconds: int = Field(
        300,
        ge=0,
        le=86_400,
        description="Seconds that a problem must last, or be gone, before a message reports it",
    )
    smtp_host: str | None = Field(None, description="Mail server")
    smtp_port: int | None = Field(
        None,
        ge=1,
        le=65_535,
        description="Port of the mail server; none: 587 with starttls, 465 with tls, or 25",
    )
    smtp_security: Annotated[Literal["starttls", "tls", "none"], LowerCase] = Field(
        "starttls", description="Encryption of the connection to the mail server"
    )
    smtp_user: str | None = Field(None, description="User name at the mail server")
    smtp_password: OptionalSecret = Field(None, description="Password at the mail server")
    summary_day: Annotated[Day | None, LowerCase] = Field(
        None,
        description="Day on which a weekly summary is sent to the same channels, in "
        "`PLAYRELAY_TIME_ZONE`; none: never",
    )
    summary_hour: int = Field(
        8, ge=0, le=23, description="Hour of that day at which the summary is sent"
    )

    @property
    def alert_channels(self) -> tuple[Literal["webhook", "mail"], ...]:
        """The channels to which messages are sent."""
        webhook: tuple[Literal["webhook"], ...] = ("webhook",) if self.alert_webhook_url else ()
        return (*webhook, "mail") if self.alert_mail_to else webhook

    @field_validator("alert_webhook_url")
    @classmethod
    def _webhook(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        url = parse_url(value.get_secret_value())
        if url is None:
            raise ValueError("is not a URL: write one such as https://alerts.example.com/playrelay")
        if "@" in value.get_secret_value().split("/")[2]:
            raise ValueError("contains a user name: remove it, and put the secret into the path")
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
        host = host_of(value)
        if host is not None:
            return host
        raise ValueError(
            f"{value[:40]!r} is not a host: write only the host, such as "
            f"mail.example.com, and the port in {PREFIX}SMTP_PORT"
        )

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        wanted = {
            "SMTP_HOST: set the mail server": self.smtp_host,
            "ALERT_MAIL_FROM: set the sender address": self.alert_mail_from,
            "ALERT_MAIL_TO: set the addresses that get mail": self.alert_mail_to,
        }
        missing = [todo for todo, value in wanted.items() if not value]
        given = len(missing) < len(wanted) or self.smtp_user or self.smtp_password
        if missing and given:
            raise ValueError(f"{PREFIX}{missing[0]}, or remove all mail settings")
        return self

    @model_validator(mode="after")
    def _mail_signs_in(self) -> Self:
        if self.smtp_user and not self.smtp_password:
            raise ValueError(f"{PREFIX}SMTP_PASSWORD: set it, because {PREFIX}SMTP_USER is set")
        if self.smtp_password and not self.smtp_user:
            raise ValueError(f"{PREFIX}SMTP_USER: set it, because {PREFIX}SMTP_PASSWORD is set")
        in_clear = self.smtp_security == "none" and not is_loopback(self.smtp_host or "")
        if self.smtp_password and in_clear:
            raise ValueError(
                f"{PREFIX}SMTP_SECURITY: none sends the password unencrypted: write starttls or tls"
            )
        return self

    @model_validator(mode="after")
    def _something_is_sent(self) -> Self:
        if self.alert_webhook_format != "json" and self.alert_webhook_url is None:
            raise ValueError(
                f"{PREFIX}ALERT_WEBHOOK_URL: set the webhook that takes the format of "
                f"{PREFIX}ALERT_WEBHOOK_FORMAT"
            )
        if self.summary_day and not self.alert_channels:
            raise ValueError(
                f"{PREFIX}SUMMARY_DAY: needs a channel: set {PREFIX}ALERT_WEBHOOK_URL or "
                f"{PREFIX}ALERT_MAIL_TO"
            )
        return self


def _mailbox(text: str) -> str:
    """Check a mail address strictly: it is put into headers and SMTP commands."""
    if len(text) > 254 or not _MAILBOX.fullmatch(text):  # noqa: PLR2004 - RFC 5321
        raise ValueError(f"{text[:40]!r} is not a mail address: write it as relay@example.com")
    return text
