"""What kiosk and server say to each other: requests, replies, verdicts, the signed catalog.

The protocol's meaning stands in ``PROTOCOL.md`` beside this file; here are its types and limits. A message
tolerates fields that a newer peer adds.
"""

from __future__ import annotations

import zlib
from typing import Literal

import msgspec

from shared import keys

PROTOCOL = 1
PROTOCOLS_ACCEPTED = (1,)
"""N and, from the second version on, N - 1."""

BATCH_ENTRIES_MAX = 1_000
BATCH_BYTES_MAX = 4 * 1024 * 1024
"""Of a batch once unpacked."""
REQUEST_BYTES_MAX = 2 * 1024 * 1024
"""Of a request's body as it travels."""
LOGO_BYTES_MAX = 16 * 1024
"""Of a ticket's logo as PNG, before base 64."""
CUSTOMERS_MAX = 200
"""Records of buyers in one request."""
ALLOCATION_COUNT_MAX = 1_000_000
CATALOG_BYTES_MAX = 16 * 1024 * 1024

Verdict = Literal["accepted", "duplicate", "gap", "fork", "malformed", "revoked"]

JOURNAL_TYPE = "application/vnd.tombola.journal"
CATALOG_SIGNATURE = "Tombola-Catalog-Signature"
PROTOCOL_HEADER = "Tombola-Protocol"
SIGNATURE_TAG = "tombola-rsu-1"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The last entry of a chain that the server holds; ``seq`` 0 and zeros where it holds none."""

    epoch: int
    seq: int
    hash: str


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk's first words: the one-time code and the public key it has just made."""

    code: str
    public_key: str
    device: str
    """What names the machine for good, such as its machine-id or a MAC address."""
    software: str


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """The office's answer: who the kiosk is from now on."""

    rsu: str
    epoch: int
    name: str
    organisation: str
    certificate: str
    """Base 64 of the canonical JSON of a :class:`Certificate`."""
    certificate_signature: str
    kiosk_secret: str
    server_key: str
    server_time: int
    demo: bool = False
    """As the certificate says."""


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What the office signs at enrolment (domain ``tombola-rsu-1``)."""

    rsu: str
    epoch: int
    public_key: str
    organisation: str
    name: str
    device: str
    issued_at: int
    demo: bool = False
    """Issued by a demonstration's office: only such a kiosk takes scripted touches."""


class BatchHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of an upload; the framed entries follow it."""

    rsu: str
    epoch: int
    first: int
    count: int
    signature: str
    """Of the last entry of the batch, hex."""


class JournalReply(msgspec.Struct, frozen=True, kw_only=True):
    """How far the server has this chain, and what it made of the batch."""

    verdict: Verdict
    head: Head
    server_time: int
    detail: str = ""


class AllocationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """More numbers, please. The same ``request`` gets the same blocks again."""

    request: str
    event: str
    count: int


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A block of draw numbers and of validation numbers, for one ``(rsu, epoch)`` for good."""

    allocation: str
    request: str
    rsu: str
    epoch: int
    event: str
    first: int
    last: int
    validation_block: int
    validation_size: int
    validation_expires_at: int | None
    issued_at: int


class SignedGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as the office signed it (domain ``tombola-grant-1``), and the block's secret beside it.

    The secret is outside what is signed because the signed bytes go into the journal.
    """

    grant: str
    signature: str
    secret: str


class AllocationReply(msgspec.Struct, frozen=True, kw_only=True):
    """The blocks that a request got."""

    grants: tuple[SignedGrant, ...]
    server_time: int


class TicketRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is this ticket? ``ticket`` is what was scanned or typed."""

    ticket: str


class PrizeFound(msgspec.Struct, frozen=True, kw_only=True):
    """A prize that a ticket has won, and whether this kiosk may pay it."""

    result: str
    prize: str
    number: int
    amount: int
    currency: str
    state: str
    """``open``, ``paid``, ``expired``, ``held`` or ``given_up``; a kiosk takes any other for ``held``."""
    words: str = ""
    """How the prize stands, for whoever asks: when and where it was paid, or until when it is."""
    can_pay: bool = False
    """This kiosk may pay it."""
    why_not: str = ""
    """Where it may not: what to tell the winner."""
    identity: bool = False
    """The winner's identity has to be checked."""


class TicketReply(msgspec.Struct, frozen=True, kw_only=True):
    """What the office knows of a ticket at this moment."""

    verdict: str
    """``genuine``, ``won``, ``paid``, ``lapsed`` (won, but no longer paid), ``void``, ``unknown``, ``forged``, ``other`` or ``not_a_ticket``."""
    words: str
    server_time: int
    validation: str = ""
    event: str = ""
    prizes: tuple[PrizeFound, ...] = ()


class ClaimRequest(msgspec.Struct, frozen=True, kw_only=True):
    """May this prize be paid here? The same ``request`` gets the same answer again, and pays once."""

    request: str
    ticket: str
    result: str
    operator: str
    identity_checked: bool = False


class ClaimReply(msgspec.Struct, frozen=True, kw_only=True):
    """``paid``: it is noted as paid at this kiosk, by this request; hand the money out. Otherwise do not."""

    verdict: Literal["paid", "already_paid", "refused"]
    words: str
    server_time: int
    hint: str = ""
    number: int = 0
    amount: int = 0
    currency: str = ""
    event: str = ""
    validation: str = ""
    paid_at: int | None = None
    paid_where: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a kiosk is, for the office's board. ``seq`` only ever rises, so an old report changes nothing."""

    seq: int
    at: int
    last_seq: int
    unsynced: int
    oldest_unsynced_at: int | None
    numbers_left: dict[str, int]
    printer: str
    scanner: str
    disk_free_bytes: int
    software: str
    state: str
    catalog: tuple[int, int]
    printer_code: str = ""
    """``ready``, ``none`` (it has no such device), ``unknown``, or what is wrong; empty where the kiosk is older
    than this field. ``printer`` says the same to people.
    """
    scanner_code: str = ""


class TimeReply(msgspec.Struct, frozen=True, kw_only=True):
    """The server's clock, milliseconds."""

    server_time: int


class ErrorReply(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was refused, for a program and for a person."""

    error: str
    message: str
    hint: str = ""


# The catalog ----------------------------------------------------------------------------------------


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """What is sold: so many tickets for so much."""

    id: str
    name: str
    ticket_count: int
    price: int
    currency: str
    order: int = 0
    active: bool = True
    active_from: int | None = None
    active_to: int | None = None
    description: str = ""


class PrizeInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A prize as customers see it."""

    id: str
    name: str
    position: int
    type: str
    value: int = 0
    basis_points: int = 0
    winners: int = 1


class CutInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A moment at which every kiosk cuts its chain for a draw."""

    id: str
    kind: str
    at: int


class ReceiptText(msgspec.Struct, frozen=True, kw_only=True):
    """What the law or the organiser wants on every ticket."""

    heading: str = ""
    contact: str = ""
    results_at: str = ""
    claim_by: str = ""
    notes: tuple[str, ...] = ()
    logo: str = ""
    """A picture in black and white for the head of the ticket: PNG in base 64, at most ``LOGO_BYTES_MAX``."""


class Policies(msgspec.Struct, frozen=True, kw_only=True):
    """How the event may be sold."""

    offline: bool = True
    mode: Literal["attended", "self-service", "both"] = "attended"
    unsynced_max: int = 2_000
    block_size: int = 500
    low_water: int = 100
    void_allowed: bool = True
    claims_at_kiosk_up_to: int | None = None
    """Prizes of at most so much, minor units, are paid at the kiosks too; None: at the claims desk alone."""
    payments: tuple[Literal["cash", "card"], ...] = ("cash", "card")
    """What is taken; a card is charged at a terminal beside the kiosk, and the operator types its reference."""
    age_min: int = 0
    """Buyers must be so old, in years; the operator says that they are. 0: nobody is asked."""
    customer_fields: tuple[Literal["name", "phone", "email"], ...] = ()
    """What the buyer is asked for; empty: nothing."""
    customer_required: bool = False
    """No sale without it; otherwise it may be left out."""
    void_supervisor: bool = False
    """A void needs a supervisor's PIN; a misprint does not."""
    reprint_supervisor: bool = False
    counterfoils: bool = False
    """Each ticket is followed by a counterfoil for each of its numbers: for a draw by hand out of a drum."""


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer told of themselves."""

    name: str = ""
    phone: str = ""
    """E.164: ``+`` and 8 to 15 digits."""
    email: str = ""
    language: str = ""


class CustomerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer's data on its way to the office, beside the journal, whose sale holds only a commitment to it."""

    sale: str
    salt: str
    """Hex."""
    data: str
    """The canonical JSON of :class:`Customer`, byte for byte what was committed to."""


class CustomersRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``POST /rsu/v1/customers``."""

    records: tuple[CustomerRecord, ...]


class CustomersReply(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each: the kiosk forgets what is ``kept`` or ``refused``, and sends ``waiting`` again."""

    kept: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """The sale has not come yet."""
    refused: tuple[str, ...] = ()
    """It does not fit the sale's commitment, or the sale has none."""
    server_time: int = 0


class ShiftRules(msgspec.Struct, frozen=True, kw_only=True):
    """How the organisation has its kiosks' cash looked after."""

    required: bool = False
    """Nothing is sold by an operator before a shift was opened with its float."""
    blind: bool = True
    """The drawer is counted before the screen says what should be in it."""
    denominations: dict[str, tuple[int, ...]] = {}
    """Notes and coins by currency, minor units, the largest first; what is missing here the kiosk knows itself."""


class ResultInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An official result."""

    prize: str
    prize_name: str
    position: int
    number: int
    amount: int
    currency: str
    state: Literal["open", "paid", "given_up"]
    claim_until: int | None = None
    """From this moment on it is no longer paid; None: there is no end."""


class EventInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An event as one kiosk needs it."""

    id: str
    number: int
    name: str
    state: str
    organisation: str
    venue: str
    timezone: str
    licence: str
    currency: str
    locale: str = "en"
    game: str = "raffle"
    opens_at: int
    closes_at: int
    draw_at: int | None = None
    packages: tuple[Package, ...] = ()
    prizes: tuple[PrizeInfo, ...] = ()
    cuts: tuple[CutInfo, ...] = ()
    policies: Policies = Policies()
    receipt: ReceiptText = ReceiptText()
    grants: tuple[SignedGrant, ...] = ()
    switched_off: tuple[str, ...] = ()
    """Allocations whose validation numbers the office has switched off: nothing more is sold out of them."""
    results: tuple[ResultInfo, ...] = ()
    voids: tuple[str, ...] = ()
    """Validation numbers of this event that are void, as far as the office knows."""
    settled: bool = False
    """The office holds this kiosk's chain whole to the event's close."""
    manifests: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()


class OperatorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Who may work at this kiosk; the verifier is worthless elsewhere."""

    id: str
    name: str
    supervisor: bool
    pin_salt: str
    pin_verifier: str


class PeerKey(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk's public key, so that any kiosk can tell a genuine ticket off line."""

    rsu: str
    epoch: int
    name: str
    public_key: str


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What the office wants of the kiosk."""

    id: str
    kind: Literal["message", "suspend", "resume"]
    text: str = ""


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """All that a kiosk needs to sell alone. A lower ``(generation, serial)`` is refused by the kiosk."""

    generation: int
    serial: int
    rsu: str
    epoch: int
    rsu_state: str
    """``enabled``, or why it is not."""
    server_time: int
    events: tuple[EventInfo, ...] = ()
    operators: tuple[OperatorInfo, ...] = ()
    peers: tuple[PeerKey, ...] = ()
    commands: tuple[Command, ...] = ()
    shifts: ShiftRules = ShiftRules()


class BadBatch(ValueError):  # noqa: N818 - says what it is
    """The bytes are not a batch."""


def canonical(message: msgspec.Struct) -> bytes:
    """The message's JSON with sorted keys and no white space: what is signed."""
    return msgspec.json.encode(message, order="sorted")


def sign(key: keys.SigningKey, domain: bytes, message: msgspec.Struct) -> tuple[bytes, bytes]:
    """The canonical bytes of a message and the signature over them."""
    data = canonical(message)
    return data, key.sign(domain, data)


def pack_batch(header: BatchHeader, frames: bytes) -> bytes:
    """The body of an upload: header, LF, frames, in gzip (RFC 1952)."""
    packer = zlib.compressobj(level=1, wbits=31)
    return packer.compress(canonical(header) + b"\n" + frames) + packer.flush()


def unpack_batch(body: bytes) -> tuple[BatchHeader, bytes]:
    """The header and frames behind :func:`pack_batch`; ``BadBatch`` says what is wrong, however large it claims to be."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, BATCH_BYTES_MAX + 1)
    except zlib.error as e:
        raise BadBatch(f"the body is not gzip: {e}") from e
    if len(plain) > BATCH_BYTES_MAX:
        raise BadBatch(f"a batch unpacks to at most {BATCH_BYTES_MAX} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise BadBatch("the body is cut off, or something follows it")
    line, found, frames = plain.partition(b"\n")
    if not found:
        raise BadBatch("no line feed ends the batch's header")
    try:
        header = msgspec.json.decode(line, type=BatchHeader)
    except (msgspec.MsgspecError, UnicodeDecodeError) as e:
        raise BadBatch(f"the batch's header cannot be read: {e}") from e
    return header, frames
