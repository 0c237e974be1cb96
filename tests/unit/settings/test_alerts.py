"""The settings of messages: what is wrong with them is said in a line that names the variable."""

from pathlib import Path

import pytest

from app.config import PREFIX, Settings, SettingsError, load, variable_name

MAIL = {
    "SMTP_HOST": "mail.example.com",
    "ALERT_MAIL_FROM": "relay@example.com",
    "ALERT_MAIL_TO": "ops@example.com, web@example.com",
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variables and no .env of the machine's."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_name(field), raising=False)
    monkeypatch.chdir(tmp_path)


def loaded(**variables: str) -> Settings:
    """The settings that these variables make."""
    return load(None, {PREFIX + name: value for name, value in variables.items()}).settings


def test_nobody_is_told_unless_it_is_asked_for() -> None:
    """Without a channel in the settings nothing is sent, not even a summary."""
    settings = loaded()
    assert settings.alert_channels == ()
    assert settings.summary_day is None


def test_a_webhook_is_enough() -> None:
    """Its address is a secret; a host of one's own network will do, without encryption too."""
    settings = loaded(ALERT_WEBHOOK_URL="http://10.0.0.7:8065/hooks/hunter2")
    assert settings.alert_channels == ("webhook",)
    assert "hunter2" not in repr(settings)


def test_mail_is_whole() -> None:
    """Mail has several recipients; the case of a word does not matter."""
    settings = loaded(**MAIL, SMTP_SECURITY="TLS", SUMMARY_DAY="Monday")
    assert settings.alert_channels == ("mail",)
    assert settings.alert_mail_to == ("ops@example.com", "web@example.com")
    assert (settings.smtp_security, settings.summary_day) == ("tls", "monday")


def test_a_password_can_stand_in_a_file(tmp_path: Path) -> None:
    """The password and the webhook's address can be read from files."""
    for name, text in (("password", "hunter2"), ("url", "https://hooks.example.com/hunter2")):
        (tmp_path / name).write_text(f"{text}\n")
    settings = loaded(
        **MAIL,
        SMTP_USER="relay",
        SMTP_PASSWORD_FILE=f"{tmp_path}/password",
        ALERT_WEBHOOK_URL_FILE=f"{tmp_path}/url",
    )
    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == "hunter2"
    assert settings.alert_channels == ("webhook", "mail")


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        (
            {"ALERT_WEBHOOK_URL": "hooks.example.com/hunter2"},
            "ALERT_WEBHOOK_URL: is not a URL",
        ),
        (
            {"ALERT_WEBHOOK_URL": "https://a:hunter2@b.example/"},
            "ALERT_WEBHOOK_URL: contains a user",
        ),
        (
            {"ALERT_WEBHOOK_FORMAT": "discord"},
            "ALERT_WEBHOOK_FORMAT: 'discord' is not known: write",
        ),
        ({"ALERT_WEBHOOK_FORMAT": "slack"}, "ALERT_WEBHOOK_URL: set the webhook"),
        ({"ALERT_LEVEL": "good"}, "ALERT_LEVEL: 'good' is not known: write"),
        ({"ALERT_AFTER_SECONDS": "-1"}, "ALERT_AFTER_SECONDS: '-1' is out of range"),
        ({"SUMMARY_DAY": "monday"}, "SUMMARY_DAY: needs a channel"),
        ({"SUMMARY_HOUR": "24"}, "SUMMARY_HOUR: '24' is out of range"),
        ({**MAIL, "SMTP_HOST": ""}, "SMTP_HOST: set the mail server"),
        ({**MAIL, "ALERT_MAIL_FROM": ""}, "ALERT_MAIL_FROM: set the sender address"),
        ({**MAIL, "ALERT_MAIL_TO": ""}, "ALERT_MAIL_TO: set the addresses"),
        ({**MAIL, "ALERT_MAIL_TO": "ops"}, "ALERT_MAIL_TO: 'ops' is not a mail address"),
        ({**MAIL, "ALERT_MAIL_TO": "a@b.example\nBcc: c"}, "ALERT_MAIL_TO: 'a@b.example\\nBcc"),
        ({**MAIL, "ALERT_MAIL_FROM": "Relay <a@b.example>"}, "ALERT_MAIL_FROM: 'Relay <a"),
        ({**MAIL, "SMTP_HOST": "mail.example.com:25"}, "SMTP_HOST: 'mail.example.com:25' is not"),
        ({**MAIL, "SMTP_SECURITY": "ssl"}, "SMTP_SECURITY: 'ssl' is not known"),
        ({**MAIL, "SMTP_PORT": "0"}, "SMTP_PORT: '0' is out of range"),
        ({**MAIL, "SMTP_USER": "relay"}, "SMTP_PASSWORD: set it"),
        ({**MAIL, "SMTP_PASSWORD": "hunter2"}, "SMTP_USER: set it"),
        (
            {**MAIL, "SMTP_USER": "relay", "SMTP_PASSWORD": "hunter2", "SMTP_SECURITY": "none"},
            "SMTP_SECURITY: none sends the password unencrypted",
        ),
    ],
)
def test_what_is_wrong_is_one_line(variables: dict[str, str], fault: str) -> None:
    """It names the variable, says what to write, and repeats no secret."""
    with pytest.raises(SettingsError) as raised:
        loaded(**variables)
    (line,) = raised.value.faults
    assert line.startswith(PREFIX + fault)
    assert "\n" not in line
    assert "hunter2" not in line
