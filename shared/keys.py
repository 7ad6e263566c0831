"""Keys and what is proved with them: Ed25519 signatures, derived secrets, PIN verifiers.

Every signature names its purpose in the bytes it covers (a *domain*), so that a signature given for one
purpose is worthless for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.clock import Clock

ENTRY = b"tombola-entry-1\n"
TICKET = b"tombola-ticket-1\n"
CATALOG = b"tombola-catalog-1\n"
CERTIFICATE = b"tombola-rsu-1\n"
GRANT = b"tombola-grant-1\n"

PIN_SCRYPT_N = 2**14  # RFC 7914's interactive cost: about 40 ms on a kiosk
PIN_DIGITS_MIN, PIN_DIGITS_MAX = 4, 12


class SigningKey:
    """An Ed25519 private key (RFC 8032)."""

    def __init__(self, seed: bytes) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        self.seed = seed
        self.public: bytes = self.private.public_key().public_bytes_raw()

    @classmethod
    def new(cls, clock: Clock) -> SigningKey:
        """A key nobody has had before."""
        return cls(clock.token(32))

    @staticmethod
    def public_key(raw: bytes) -> Ed25519PublicKey:
        """The public key behind its 32 bytes; ``ValueError`` where they are none."""
        return Ed25519PublicKey.from_public_bytes(raw)

    def sign(self, domain: bytes, data: bytes) -> bytes:
        """The 64-byte signature over ``domain`` and ``data``."""
        return self.private.sign(domain + data)


def verify(public: bytes, domain: bytes, data: bytes, signature: bytes) -> bool:
    """Whether ``signature`` over ``domain`` and ``data`` was made with the key behind ``public``."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, domain + data)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(public: bytes) -> str:
    """A short name of a public key: 80 bits of its SHA-256 in base 32, 16 characters."""
    return base64.b32encode(hashlib.sha256(public).digest()[:10]).decode()


def derive(secret: bytes, *labels: str) -> bytes:
    """32 bytes that follow from ``secret`` and ``labels`` (HMAC-SHA-256; HKDF's expand step, RFC 5869)."""
    return hmac.digest(secret, "\x1f".join(labels).encode() + b"\x01", "sha256")


def pin_base(pin: str, salt: bytes) -> bytes:
    """What the office keeps of an operator's PIN: scrypt (RFC 7914), 32 bytes."""
    return hashlib.scrypt(pin.encode(), salt=salt, n=PIN_SCRYPT_N, r=8, p=1, dklen=32)


def pin_verifier(base: bytes, kiosk_secret: bytes) -> bytes:
    """What one kiosk keeps of it: worthless on another kiosk, and without that kiosk's secret."""
    return hmac.digest(kiosk_secret, b"pin" + base, "sha256")


def pin_matches(pin: str, salt: bytes, verifier: bytes, kiosk_secret: bytes) -> bool:
    """Whether ``pin`` is the one behind ``verifier``; takes the time of one scrypt."""
    return hmac.compare_digest(pin_verifier(pin_base(pin, salt), kiosk_secret), verifier)
