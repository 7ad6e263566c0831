"""What can be against a kiosk or a sale, by its code: how grave it is, its name, and what to do where nothing nearer is known.

What happened is told by whoever saw it. This table sees to it that no screen is ever without a title and a way out.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kiosk.words import phrase

Kind = Literal["wait", "act", "stop"]
"""It passes by itself; somebody here can mend it; nothing may be sold until the office has."""


class Trouble(msgspec.Struct, frozen=True):
    """A code's kind, title and advice."""

    kind: Kind
    title: str
    what_to_do: str


CALL = phrase("Call the office.")
_SAFE = phrase("Do not switch off or delete anything. Call the office, which recovers the sales.")
_AGAIN = phrase("Go back, correct it and try again.")
_OTHER = phrase("Choose another event.")
_SUPERVISOR = phrase("Ask a supervisor.")
_INSTALL = phrase("Have the program installed again.")
_SETTINGS = phrase("A supervisor can change it in the settings.")

TROUBLES: dict[str, Trouble] = {
    # The kiosk as a whole
    "second_process": Trouble(
        "act",
        phrase("The kiosk is already running"),
        phrase("Use the one that runs, or end it and try again."),
    ),
    "newer_data": Trouble(
        "stop", phrase("This program is too old"), phrase("Have the newer program installed again.")
    ),
    "journal_corrupt": Trouble("stop", phrase("The journal is damaged"), _SAFE),
    "journal_missing": Trouble("stop", phrase("The journal is missing"), _SAFE),
    "journal_unreadable": Trouble("stop", phrase("The journal cannot be read"), _SAFE),
    "identity_unreadable": Trouble("stop", phrase("The kiosk's identity cannot be read"), _SAFE),
    "forked": Trouble("stop", phrase("This disk is an old copy"), _SAFE),
    "program_changed": Trouble("stop", phrase("This is not the publisher's program"), CALL),
    "program": Trouble("stop", phrase("The program cannot be read"), _INSTALL),
    "no_screens": Trouble("stop", phrase("The screens cannot be shown"), _INSTALL),
    "worker_dead": Trouble("act", phrase("The program has failed"), phrase("Start the kiosk again.")),
    "disk": Trouble("stop", phrase("The disk fails"), phrase("Call the office; the disk has to be changed.")),
    "disk_full": Trouble("act", phrase("The disk is full"), phrase("Call the office, which makes room.")),
    "disk_reserve": Trouble(
        "act", phrase("The disk is nearly full"), phrase("Call the office, which makes room.")
    ),
    "disk_slow": Trouble("act", phrase("The disk does not answer"), CALL),
    "catalog_corrupt": Trouble(
        "act", phrase("The events cannot be read"), phrase("Connect the kiosk to the office.")
    ),
    "clock_back": Trouble("act", phrase("The clock is wrong"), phrase("Have the clock set right.")),
    "logged_out": Trouble(
        "wait", phrase("This kiosk is logged out"), phrase("Switch it off and on to enrol it anew.")
    ),
    "log_out": Trouble("act", phrase("The kiosk could not be logged out"), CALL),
    "unit_disabled": Trouble(
        "wait", phrase("This kiosk is disabled"), phrase("Ask the office to enable it.")
    ),
    "unit_suspended": Trouble("wait", phrase("This kiosk is suspended"), CALL),
    "unit_revoked": Trouble("stop", phrase("This kiosk was revoked"), CALL),
    "unit_retired": Trouble("stop", phrase("This kiosk is retired"), CALL),
    "unit_created": Trouble(
        "wait", phrase("This kiosk is not enabled yet"), phrase("Ask the office to enable it.")
    ),
    "unit_enrolled": Trouble(
        "wait", phrase("This kiosk is not enabled yet"), phrase("Ask the office to enable it.")
    ),
    "suspended_all": Trouble("wait", phrase("All sales are stopped"), phrase("Wait for the office.")),
    "no_catalog": Trouble("wait", phrase("Nothing to sell yet"), phrase("Connect the kiosk to the office.")),
    "revoked": Trouble("stop", phrase("This kiosk was revoked"), CALL),
    "ahead": Trouble("stop", phrase("This disk is an old copy"), _SAFE),
    "malformed": Trouble("stop", phrase("The office cannot read this journal"), _SAFE),
    # An event
    "no_event": Trouble("act", phrase("This event is not here"), _OTHER),
    "no_package": Trouble("act", phrase("This package is not on offer"), phrase("Choose another package.")),
    "not_active": Trouble("wait", phrase("Not on sale yet"), phrase("The office has to activate it.")),
    "not_open": Trouble("wait", phrase("Not on sale yet"), phrase("Wait for the opening time.")),
    "suspended": Trouble("wait", phrase("Sales are paused"), phrase("Wait for the office.")),
    "cancelled": Trouble("act", phrase("The event was cancelled"), _OTHER),
    "closed": Trouble("act", phrase("Sales are closed"), _OTHER),
    "sold_out": Trouble(
        "act", phrase("No numbers are left"), phrase("Connect the kiosk: it asks the office for more.")
    ),
    "no_numbers": Trouble(
        "wait", phrase("No numbers yet"), phrase("Connect the kiosk: the office hands them out.")
    ),
    "test_over": Trouble(
        "wait", phrase("Tests are over"), phrase("Sell real tickets once the event is on sale.")
    ),
    "wrong_mode": Trouble("act", phrase("Not sold in this way"), _OTHER),
    "offline": Trouble(
        "act", phrase("The office cannot be reached"), phrase("Connect the kiosk to the network.")
    ),
    "unsynced_limit": Trouble(
        "act", phrase("Too much is not uploaded"), phrase("Connect the kiosk to the network.")
    ),
    "validation_expired": Trouble(
        "act", phrase("The numbers have expired"), phrase("Connect the kiosk to the network.")
    ),
    # A sale, a void, a prize
    "age": Trouble("act", phrase("The buyer's age has to be seen"), phrase("Ask for the buyer's age.")),
    "basket_size": Trouble(
        "act", phrase("The basket is too large, or empty"), phrase("Sell it in several sales.")
    ),
    "currencies": Trouble(
        "act", phrase("Two currencies in one sale"), phrase("Sell them one after the other.")
    ),
    "card_amount": Trouble("act", phrase("The card's amount does not fit"), _AGAIN),
    "no_reference": Trouble(
        "act", phrase("The card's reference is missing"), phrase("Type what the terminal printed.")
    ),
    "no_customer": Trouble(
        "act", phrase("The buyer's details are missing"), phrase("Ask the buyer for them.")
    ),
    "payment_method": Trouble(
        "act", phrase("Not paid for in this way"), phrase("Choose another way to pay.")
    ),
    "not_enough": Trouble("act", phrase("Not enough was given"), _AGAIN),
    "print_open": Trouble(
        "act", phrase("A ticket's print has no end yet"), phrase("Say first whether it came out whole.")
    ),
    "already_void": Trouble("act", phrase("Already void"), phrase("Give no money back again.")),
    "void_forbidden": Trouble("act", phrase("Not to be made void"), CALL),
    "unknown_order": Trouble(
        "act", phrase("Not sold here"), phrase("Ask the kiosk that sold it, or the office.")
    ),
    "no_counterfoils": Trouble("act", phrase("No counterfoils to print"), phrase("Nothing is to be done.")),
    "no_ticket": Trouble("act", phrase("No ticket"), phrase("Scan it again.")),
    "no_reason": Trouble("act", phrase("A reason is missing"), phrase("Choose or type one.")),
    "claim_open": Trouble(
        "wait", phrase("A prize is being asked for"), phrase("Wait for the office's answer to it.")
    ),
    # The shift
    "no_operator": Trouble("act", phrase("Nobody is logged on"), phrase("Log on first.")),
    "no_shift": Trouble("act", phrase("No shift is open"), phrase("Count the float and open one.")),
    "other_shift": Trouble(
        "act", phrase("Another operator's shift is open"), phrase("They, or a supervisor, close it.")
    ),
    "shift_open": Trouble("act", phrase("A shift is open"), phrase("Close it first.")),
    "uncounted": Trouble("act", phrase("The drawer is not counted"), phrase("Count it first.")),
    "no_amount": Trouble("act", phrase("No amount"), _AGAIN),
    "needs_supervisor": Trouble("act", phrase("A supervisor has to agree"), _SUPERVISOR),
    # Setting up
    "bad_setting": Trouble(
        "act", phrase("A setting cannot be meant"), phrase("Correct it in the settings' file.")
    ),
    "bad_server": Trouble("act", phrase("Not a server's address"), phrase("Ask the office for it.")),
    "not_safe": Trouble("act", phrase("The server's address is not safe"), phrase("Ask the office for it.")),
    "bad_certificate": Trouble("stop", phrase("Not this kiosk's certificate"), CALL),
    "no_answer": Trouble(
        "act", phrase("The office does not answer"), phrase("Check the address and the network.")
    ),
    "given": Trouble("act", phrase("Set on the command line"), CALL),
    "not_told": Trouble(
        "act", phrase("The kiosk could not be logged out"), phrase("Connect it and try again.")
    ),
    "unsynced": Trouble(
        "act", phrase("The office has not got everything"), phrase("Connect the kiosk, or export.")
    ),
    "no_medium": Trouble("act", phrase("No USB stick"), phrase("Plug one in and try again.")),
    "export": Trouble("act", phrase("The export could not be written"), phrase("Use another USB stick.")),
    "no_data": Trouble("act", phrase("Not a kiosk's data folder"), _SETTINGS),
    "not_enrolled": Trouble(
        "act", phrase("This kiosk is nobody yet"), phrase("Enrol it with a code of the office.")
    ),
    # The second copy
    "mirror": Trouble(
        "act", phrase("The second copy cannot be written"), phrase("Check the USB stick or SD card.")
    ),
    "mirror_foreign": Trouble(
        "act", phrase("Another kiosk's second copy"), phrase("Use a medium of its own.")
    ),
    "mirror_damaged": Trouble(
        "act", phrase("The second copy is damaged"), phrase("Use another USB stick or SD card.")
    ),
    # What the office sends
    "bad_grant": Trouble("act", phrase("Numbers that cannot be used"), CALL),
    "catalog_foreign": Trouble("act", phrase("Another kiosk's events"), CALL),
    "catalog_forged": Trouble("act", phrase("Events that the office did not sign"), CALL),
    "catalog_old": Trouble("act", phrase("Older events than the kiosk has"), CALL),
    "catalog_too_large": Trouble("act", phrase("Too many events"), CALL),
    "catalog_unreadable": Trouble("act", phrase("Events that cannot be read"), CALL),
}

UNKNOWN = Trouble("act", phrase("The kiosk cannot sell"), CALL)


def trouble(code: str) -> Trouble:
    """What is known of a code; the office may send one that this program does not know."""
    return TROUBLES.get(code, UNKNOWN)
