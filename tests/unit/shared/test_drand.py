"""drand's rounds: true ones hold, all else is refused; the steps agree with the RFCs' own vectors."""

import ast
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import drand
from shared.drand import BeaconError, Fp2, Point

PROGRAM = Path(drand.__file__)
BY_CHANCE = settings(deadline=None, database=None, max_examples=25)

# Rounds of quicknet as its relays give them (https://api.drand.sh/<chain>/public/<round>): signature, randomness.
ROUNDS = {
    1: (
        "b55e7cb2d5c613ee0b2e28d6750aabbb78c39dcc96bd9d38c2c2e12198df95571de8e8e402a0cc48871c7089a2b3af4b",
        "1466a6cd24e327188770752f6134001c64d6efcc590ccc26b721611ad96f165a",
    ),
    2: (
        "b6b6a585449b66eb12e875b64fcbab3799861a00e4dbf092d99e969a5eac57dd3f798acf61e705fe4f093db926626807",
        "5782d6987841c654515a0e72b2d1ebb4e741234042c37cb19608ae50d93fb60c",
    ),
    3: (
        "b3fab6df720b68cc47175f2c777e86d84187caab5770906f515ff1099cb01e4deaa027075d860823e49477b93c72bd64",
        "7ef4621ace1c6da4eb2eee7cd901f81385bca5b189771ec0f08d0d2566dd1a21",
    ),
    1000: (
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
        "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
    ),
    657413: (
        "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
        "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
    ),
}


def text(number: int, signature: str | None = None) -> str:
    return f"{drand.QUICKNET}:{number}:{ROUNDS[number][0] if signature is None else signature}"


@pytest.mark.parametrize("number", sorted(ROUNDS))
def test_a_round_that_drand_gave_holds(number: int) -> None:
    """D3: rounds of quicknet as published; their randomness is the signature's SHA-256."""
    assert drand.check(text(number)) is None
    assert hashlib.sha256(bytes.fromhex(ROUNDS[number][0])).hexdigest() == ROUNDS[number][1]


def test_the_key_is_the_one_that_the_chains_hash_binds() -> None:
    """D3: the hash in the manifest names the key, so nobody can slip another one in."""
    assert drand.chain_hash() == drand.QUICKNET


def test_the_round_of_another_moment_does_not_hold() -> None:
    """D3: a signature is of one round alone."""
    with pytest.raises(BeaconError, match="round 1001: the signature is not one of this message"):
        drand.check(text(1001, ROUNDS[1000][0]))


@given(bit=st.integers(0, 383))
@BY_CHANCE
def test_a_signature_with_any_bit_changed_is_refused(bit: int) -> None:
    """D3: no other bytes are the signature."""
    changed = int(ROUNDS[1000][0], 16) ^ (1 << bit)
    with pytest.raises(BeaconError, match=r"round 1000: "):
        drand.check(text(1000, f"{changed:096x}"))


def in_bytes(point: Point) -> bytes:
    """A point of G1, compressed."""
    flags = 0x80 | (0x20 if point.y.a > drand.P // 2 else 0)
    data = point.x.a.to_bytes(48, "big")
    return bytes([data[0] | flags]) + data[1:]


def of_small_order() -> bytes:
    """A point of G1's curve outside the group of order r."""
    x = 1
    while (y := Fp2(x**3 + 4).root()) is None or y.b or drand.multiply(drand.R, Point(Fp2(x), y)) is None:
        x += 1
    return in_bytes(Point(Fp2(x), y))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bytes(48), "not marked as a compressed"),
        (bytes.fromhex("c0" + "00" * 47), "infinity"),
        (bytes.fromhex("e0" + "00" * 47), "infinity"),
        (
            bytes([0x80 | drand.P >> 376]) + (drand.P % 2**376).to_bytes(47, "big"),
            "not below the field's prime",
        ),
        (b"\x9f" + b"\xff" * 47, "not below the field's prime"),
        (b"\x80" + bytes(46) + b"\x01", "no point with this x"),
        (of_small_order(), "not in the group of order r"),
        (bytes.fromhex(ROUNDS[1][0])[:-1], "47 bytes are no compressed point"),
        (bytes.fromhex(ROUNDS[1][0]) + b"\0", "49 bytes are no compressed point"),
        (bytes.fromhex(ROUNDS[1][0]) * 2, "96 bytes are no compressed point"),
        (b"", "0 bytes"),
    ],
)
def test_what_is_no_point_of_the_group_is_refused(data: bytes, words: str) -> None:
    """D3: one encoding a point, the subgroup alone, and never infinity, which every key would sign."""
    with pytest.raises(BeaconError, match=words):
        drand.check(text(1, data.hex()))


def test_the_negative_of_a_signature_is_refused() -> None:
    """D3: it has the same x, and one bit tells them apart."""
    other = bytes.fromhex(ROUNDS[1][0])
    other = bytes([other[0] ^ 0x20]) + other[1:]
    drand.read_point(other, 48)
    with pytest.raises(BeaconError, match="not one of this message"):
        drand.check(text(1, other.hex()))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "1000",
        text(1000) + " ",
        text(1000) + "\n",
        text(1000).upper(),
        text(1000).replace(":1000:", ":01000:"),
        text(1000).replace(":1000:", ":0:"),
        text(1000).replace(":1000:", ":+1000:"),
        text(1000).replace(":1000:", ":١٠٠٠:"),
        text(1000).replace(":1000:", f":{2**53}:"),
        text(1000)[1:],
        text(1000)[:-1],
    ],
)
def test_a_text_in_any_other_form_is_refused(wrong: str) -> None:
    """D3: nobody may choose among spellings."""
    with pytest.raises(BeaconError, match="not chain:round:signature"):
        drand.check(wrong)


def test_of_another_chain_it_says_that_it_cannot_tell() -> None:
    """D3: what was not checked is said."""
    assert "not known here" in str(drand.check(f"{'0a' * 32}:7:{'00' * 48}"))


def test_another_network_of_drands_holds_under_its_own_key_and_tag_alone() -> None:
    """D3: fastnet's round 5713537, whose tag was that of G2's suite, is one more true signature, and none here."""
    key = bytes.fromhex(
        "a0b862a7527fee3a731bcb59280ab6abd62d5c0b6ea03dc4ddf6612fdfc9d01f01c31542541771903475eb1ec6615f8d"
        "0df0b8b6dce385811d6dcf8cbefb8759e5e616a3dfd054c928940766d9a5b9db91e3b697e5d70a975181e007f87fca5e"
    )
    signature = bytes.fromhex(
        "9391bf57538cf1c0012fabc0d933408d21f785324bcbb4f9850503e5a31e268f6e523e1c1db91ab4bf950752474e1580"
    )
    message = hashlib.sha256((5713537).to_bytes(8, "big")).digest()
    drand.verify(key, message, signature, b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_")
    with pytest.raises(BeaconError, match="not one of this message"):
        drand.verify(key, message, signature)
    with pytest.raises(BeaconError, match="not one of this message"):
        drand.verify(drand.PUBLIC_KEY, message, signature, b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_")


# ---------------------------------------------------------------------------------------- the RFCs' own vectors

HASH_TO_G1 = [  # RFC 9380, J.9.1: message, P.x, P.y
    (
        "",
        "052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4e8cf62d9c09db0fac349612b759e79a1",
        "08ba738453bfed09cb546dbb0783dbb3a5f1f566ed67bb6be0e8c67e2e81a4cc68ee29813bb7994998f3eae0c9c6a265",
    ),
    (
        "abc",
        "03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a7943388a49a3aee664ba5379a7655d3c68900be2f6903",
        "0b9c15f3fe6e5cf4211f346271d7b01c8f3b28be689c8429c85b67af215533311f0b8dfaaa154fa6b88176c229f2885d",
    ),
    (
        "abcdef0123456789",
        "11e0b079dea29a68f0383ee94fed1b940995272407e3bb916bbf268c263ddd57a6a27200a784cbc248e84f357ce82d98",
        "03a87ae2caf14e8ee52e51fa2ed8eefe80f02457004ba4d486d6aa1f517c0889501dc7413753f9599b099ebcbbd2d709",
    ),
    (
        "q128_" + "q" * 128,
        "15f68eaa693b95ccb85215dc65fa81038d69629f70aeee0d0f677cf22285e7bf58d7cb86eefe8f2e9bc3f8cb84fac488",
        "1807a1d50c29f430b8cafc4f8638dfeeadf51211e1602a5f184443076715f91bb90a48ba1e370edce6ae1062f5e6dd38",
    ),
    (
        "a512_" + "a" * 512,
        "082aabae8b7dedb0e78aeb619ad3bfd9277a2f77ba7fad20ef6aabdc6c31d19ba5a6d12283553294c1825c4b3ca2dcfe",
        "05b84ae5a942248eea39e1d91030458c40153f3b654ab7872d779ad1e942856a20c438e8d99bc8abfbf74729ce1f7ac8",
    ),
]


@pytest.mark.parametrize(("message", "x", "y"), HASH_TO_G1, ids=[m[:5] for m, _, _ in HASH_TO_G1])
def test_a_message_hashes_to_the_point_that_the_rfc_says(message: str, x: str, y: str) -> None:
    """D3: RFC 9380, appendix J.9.1."""
    point = drand.hash_to_g1(message.encode(), b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_")
    assert point == Point(Fp2(int(x, 16)), Fp2(int(y, 16)))


@pytest.mark.parametrize("u", [0, 1, 2, drand.P - 1])
def test_the_map_leads_onto_the_curve_also_where_its_denominator_is_zero(u: int) -> None:
    """D3: RFC 9380, 6.6.2, with its exceptional case u = 0."""
    point = some(drand.map_to_curve(u))
    assert point.y * point.y == point.x * point.x * point.x + drand.B1
    assert some(drand.map_to_curve(-u % drand.P)) == (point if u == 0 else Point(point.x, -point.y))


def test_the_key_is_of_its_group_and_seven_times_the_generator_is_what_others_say() -> None:
    """D3: points of G2, read and added; vectors of another implementation (Aptos)."""
    assert drand.multiply(drand.R, drand.read_point(drand.PUBLIC_KEY, 96)) is None
    seven = drand.read_point(
        bytes.fromhex(
            "8d0273f6bf31ed37c3b8d68083ec3d8e20b5f2cc170fa24b9b5be35b34ed013f9a921f1cad1644d4bdb14674247234c8"
            "049cd1dbb2d2c3581e54c088135fef36505a6823d61b859437bfc79b617030dc8b40e32bad1fa85b9c0f368af6d38d3c"
        ),
        96,
    )
    assert seven.y.b == int(
        "05ecf93654b7a1885695aaeeb7caf41b0239dc45e1022be55d37111af2aecef87799638bec572de86a7437898efa7020", 16
    )
    assert drand.multiply(7, drand.read_point(drand.G2_GENERATOR, 96)) == seven


def some(p: Point | None) -> Point:
    assert p is not None
    return p


@given(a=st.integers(1, 2**64), b=st.integers(1, 2**64))
@settings(BY_CHANCE, max_examples=2)
def test_the_pairing_is_bilinear_and_not_one(a: int, b: int) -> None:
    """D3: e(aP, bQ) = e(abP, Q), which fails for all but the pairing; and no pairing of these points is 1."""
    p, q = some(drand.hash_to_g1(b"some message")), drand.read_point(drand.G2_GENERATOR, 96)
    minus = Point(q.x, -q.y)
    left = some(drand.multiply(a, p)), some(drand.multiply(b, q))
    assert drand.pairings_are_one([left, (some(drand.multiply(a * b, p)), minus)])
    assert not drand.pairings_are_one([left, (some(drand.multiply(a * b + 1, p)), minus)])
    assert not drand.pairings_are_one([left])


FIELD = st.builds(Fp2, st.integers(0, drand.P - 1), st.integers(0, drand.P - 1) | st.just(0))


@given(x=FIELD, y=FIELD)
@BY_CHANCE
def test_the_field_keeps_its_laws(x: Fp2, y: Fp2) -> None:
    """D3: quotients, roots and powers of the field of p^2 elements."""
    if y != Fp2(0):
        assert x / y * y == x
    root = (x * x).root()
    assert root in (x, -x)
    if x.root() is None:
        assert x.power((drand.P**2 - 1) // 2) == Fp2(drand.P - 1)


# ----------------------------------------------------------------------------------------- times, and the program


def test_a_round_is_found_by_its_time_and_its_time_by_the_round() -> None:
    """D3: round 1 came out at the genesis, then one every three seconds."""
    assert drand.time_of(1) == drand.GENESIS_S
    assert drand.time_of(1000) == 1692806364
    for unix_s, number in (
        (0, 1),
        (drand.GENESIS_S, 1),
        (drand.GENESIS_S + 0.1, 2),
        (drand.GENESIS_S + 2, 2),
        (drand.GENESIS_S + 3, 2),
        (drand.GENESIS_S + 4, 3),
    ):
        assert drand.round_at(unix_s) == number
        assert drand.time_of(number) >= unix_s


@given(st.integers(1, 10**9))
@BY_CHANCE
def test_the_first_round_at_a_rounds_own_time_is_that_round(number: int) -> None:
    """D3: at or after, and none before."""
    assert drand.round_at(drand.time_of(number)) == number
    assert drand.round_at(drand.time_of(number) + 1) == number + 1


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    alone = folder / "drand.py"
    shutil.copy(PROGRAM, alone)
    return subprocess.run(
        [sys.executable, "-I", "-B", "-W", "error", alone, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        timeout=60,
    )


def test_the_file_runs_alone(tmp_path: Path) -> None:
    """D3: an auditor runs one file with the standard library."""
    tree = ast.parse(PROGRAM.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
    true = run(tmp_path, text(1000))
    assert (true.returncode, true.stderr) == (0, "")
    assert "round 1000 of drand's quicknet is true" in true.stdout
    false = run(tmp_path, text(1001, ROUNDS[1000][0]))
    assert (false.returncode, false.stderr) == (1, "")
    assert "not a true round" in false.stdout
    unknown = run(tmp_path, f"{'0a' * 32}:7:{'00' * 48}")
    assert (unknown.returncode, unknown.stderr) == (1, "")
    assert "Not checked" in unknown.stdout
    assert run(tmp_path).returncode == 2
