"""What may be set, and what is refused with a sentence that names the setting."""

from __future__ import annotations

import pytest

from shared.errors import Refused
from syncserver.config import KLAVIYO_URL, Config, Mail, Texts, read_config

MAIL = {"TOMBOLA_SMTP_HOST": "mail.example", "TOMBOLA_SMTP_FROM": "Hockey Club <raffle@club.example>"}
TEXTS = {
    "TOMBOLA_SMS_URL": "https://sms.example/2010-04-01/Accounts/AC1/Messages.json",
    "TOMBOLA_SMS_FROM": "+1555",
}


def test_nothing_is_sent_where_nothing_is_set() -> None:
    config = read_config({})
    assert (config.mail, config.texts, config.klaviyo, config.webhooks_private) == (None, None, None, False)
    assert config.public_url == "http://127.0.0.1:8080"


def test_the_public_address_is_what_is_set_or_what_is_listened_on() -> None:
    assert read_config({"TOMBOLA_URL": "https://raffle.example/"}).public_url == "https://raffle.example"
    assert read_config({"TOMBOLA_LISTEN": "[::1]:9000"}).public_url == "http://[::1]:9000"


def test_mail_has_the_port_of_how_it_is_kept_private() -> None:
    assert read_config(MAIL).mail == Mail(
        "mail.example", 587, "starttls", "Hockey Club <raffle@club.example>"
    )
    tls = read_config(MAIL | {"TOMBOLA_SMTP_SECURITY": "tls"}).mail
    other = read_config(MAIL | {"TOMBOLA_SMTP_PORT": "2525"}).mail
    assert tls is not None
    assert other is not None
    assert (tls.port, other.port) == (465, 2525)


def test_text_messages_and_klaviyo_are_read() -> None:
    config = read_config(TEXTS | {"TOMBOLA_KLAVIYO_KEY": "pk_1", "TOMBOLA_WEBHOOKS_PRIVATE": "yes"})
    assert config.texts == Texts(TEXTS["TOMBOLA_SMS_URL"], "+1555")
    assert config.klaviyo is not None
    assert config.klaviyo.url == KLAVIYO_URL
    assert config.webhooks_private


@pytest.mark.parametrize(
    "wrong",
    [
        {"TOMBOLA_URL": "raffle.example"},
        {"TOMBOLA_URL": "https://raffle.example/?a=b"},
        {"TOMBOLA_URL": "https://raffle.example:99999"},
        {"TOMBOLA_URL": "https://"},
        {"TOMBOLA_SMTP_HOST": "mail.example"},
        MAIL | {"TOMBOLA_SMTP_FROM": "nobody"},
        MAIL | {"TOMBOLA_SMTP_FROM": "a@b\nBcc: c@d"},
        MAIL | {"TOMBOLA_SMTP_PORT": "0"},
        MAIL | {"TOMBOLA_SMTP_SECURITY": "ssl"},
        MAIL | {"TOMBOLA_SMTP_USER": "me"},
        {"TOMBOLA_SMS_URL": TEXTS["TOMBOLA_SMS_URL"]},
        TEXTS | {"TOMBOLA_SMS_ACCOUNT": "AC1"},
        {"TOMBOLA_KLAVIYO_KEY": "pk", "TOMBOLA_KLAVIYO_URL": "ftp://x"},
        {"TOMBOLA_WEBHOOKS_PRIVATE": "perhaps"},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Refused):
        read_config(wrong)


def test_no_secret_is_in_what_is_shown_of_the_settings() -> None:
    """Z4: what a log or a traceback shows of the settings holds no password, key or token."""
    config: Config = read_config(
        MAIL
        | TEXTS
        | {
            "TOMBOLA_SMTP_USER": "me",
            "TOMBOLA_SMTP_PASSWORD": "s3cret",
            "TOMBOLA_SMS_TOKEN": "s3cret",
            "TOMBOLA_KLAVIYO_KEY": "s3cret",
            "DATABASE_URL": "postgresql://me:s3cret@h/d",
        }
    )
    assert "s3cret" not in repr(config)


def test_a_card_processor_is_set_whole_or_not_at_all() -> None:
    """O8, Z4: the key and the secret of its calls; neither shows."""
    assert read_config({}).stripe is None
    both = {"TOMBOLA_STRIPE_KEY": "sk_live_1", "TOMBOLA_STRIPE_WEBHOOK_SECRET": "whsec_1"}
    found = read_config(both).stripe
    assert found is not None
    assert (found.key, found.webhook_secret, found.url) == ("sk_live_1", "whsec_1", "https://api.stripe.com")
    assert "sk_live" not in repr(read_config(both))
    assert "whsec" not in repr(read_config(both))
    for name, value in both.items():
        with pytest.raises(Refused):
            read_config({name: value})
    with pytest.raises(Refused):
        read_config(both | {"TOMBOLA_STRIPE_API": "stripe"})
