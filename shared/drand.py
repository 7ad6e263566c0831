"""A round of drand's quicknet checked off line: whoever has this file can tell a true signature from any other.

It needs Python 3.11 or later and nothing else, and imports nothing of Tombola:

    python drand.py CHAIN:ROUND:SIGNATURE

quicknet is the public randomness beacon of the League of Entropy: every three seconds some twenty organisations
together sign the number of the round, and nobody, not even they, can choose the signature (BLS: one key, one
message, one signature). So a draw that names a round still to come takes in chance that nobody has chosen.

The signature is a point of G1 of BLS12-381 (48 bytes), the key a point of G2; sources:
scheme `bls-unchained-g1-rfc9380`, https://docs.drand.love; draft-irtf-cfrg-bls-signature, 2.7 (CoreVerify);
RFC 9380, 5.3.1, 6.6.2, 6.6.3, 8.8.1 and appendix E.2 (hash to G1); the points' encoding as in ZCash and the draft's
appendix A; the optimal ate pairing as in Beuchat et al., https://eprint.iacr.org/2010/354.

Why no library: of those on PyPI drand-verify does just this, in five megabytes of compiled Rust by one person, last
released in 2023 and not for Python 3.13; blspy and py-arkworks-bls12381 lack the scheme or are made for test vectors;
py_ecc is for research, and brings further packages. Here a check takes half a second, runs once a draw and handles
no secret, so it needs neither speed nor constant time; and it is small enough to be read by an auditor.

Read it from top to bottom: the field, the curves, points as bytes, hash to curve, the pairing, signatures, rounds.
"""

import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

QUICKNET: Final = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"  # the chain's hash
GENESIS_S: Final = 1_692_803_367  # Unix time of round 1
PERIOD_S: Final = 3
PUBLIC_KEY: Final = bytes.fromhex(
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
GROUP_HASH: Final = bytes.fromhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e")
BEACON_ID: Final = b"quicknet"
SIGNATURE_TAG: Final = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"  # RFC 9380's DST

G1_BYTES: Final = 48
G2_BYTES: Final = 96
ROUND_MAX: Final = 2**53 - 1  # as in a manifest

# BLS12-381 (draft-irtf-cfrg-pairing-friendly-curves, 4.2.1): the field's prime p, the groups' order r, and the
# parameter -Z of which both are polynomials.
P: Final = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
R: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
Z: Final = 0xD201000000010000


class BeaconError(ValueError):
    """The text is not a true signature of its round; the words say why."""


# ----------------------------------------------------------------------------------------------- the field


@dataclass(frozen=True, slots=True)
class Fp2:
    """a + b u with u^2 = -1, a and b integers modulo p. With b = 0 it is a number of the field of G1."""

    a: int
    b: int = 0

    def __add__(self, other: "Fp2") -> "Fp2":
        return Fp2((self.a + other.a) % P, (self.b + other.b) % P)

    def __sub__(self, other: "Fp2") -> "Fp2":
        return Fp2((self.a - other.a) % P, (self.b - other.b) % P)

    def __neg__(self) -> "Fp2":
        return Fp2(-self.a % P, -self.b % P)

    def __mul__(self, other: "Fp2") -> "Fp2":
        return Fp2(
            (self.a * other.a - self.b * other.b) % P,
            (self.a * other.b + self.b * other.a) % P,
        )

    def times(self, n: int) -> "Fp2":
        """The n-fold."""
        return Fp2(self.a * n % P, self.b * n % P)

    def __truediv__(self, other: "Fp2") -> "Fp2":
        inverse = pow(other.a * other.a + other.b * other.b, -1, P)
        return self * Fp2(other.a * inverse % P, -other.b * inverse % P)

    def power(self, n: int) -> "Fp2":
        """self^n."""
        result = Fp2(1)
        for bit in f"{n:b}":
            result *= result
            if bit == "1":
                result *= self
        return result

    def root(self) -> "Fp2 | None":
        """A square root, or None where there is none (algorithm 9 of https://eprint.iacr.org/2012/685)."""
        if self.b == 0:
            # A number of the smaller field: itself or its negative is a square there, and u^2 = -1.
            root = pow(self.a, (P + 1) // 4, P)
            found = Fp2(root) if root * root % P == self.a else Fp2(0, root)
        else:
            first = self.power((P - 3) // 4)
            start = first * self
            alpha = first * start
            minus_one = alpha == Fp2(P - 1)
            found = Fp2(0, 1) * start if minus_one else (alpha + Fp2(1)).power((P - 1) // 2) * start
        return found if found * found == self else None


# ------------------------------------------------------------------------------------------------- the curves


@dataclass(frozen=True, slots=True)
class Point:
    """A point of y^2 = x^3 + B; the point at infinity is None."""

    x: Fp2
    y: Fp2


B1: Final = Fp2(4)  # G1's curve, over the integers modulo p
B2: Final = Fp2(4, 4)  # G2's curve, the twist, over Fp2
G2_GENERATOR: Final = bytes.fromhex(
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
    "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
)


def slope(p: Point, q: Point) -> Fp2 | None:
    """Of the line through p and q (the tangent where they are one), or None where it is upright."""
    if p.x != q.x:
        return (q.y - p.y) / (q.x - p.x)
    return (p.x * p.x).times(3) / p.y.times(2) if p == q and p.y != Fp2(0) else None


def add(p: Point | None, q: Point | None) -> Point | None:
    """The sum of two points of one curve; it does not depend on B."""
    if p is None or q is None:
        return p or q
    m = slope(p, q)
    if m is None:
        return None
    x = m * m - p.x - q.x
    return Point(x, m * (p.x - x) - p.y)


def multiply(n: int, p: Point | None) -> Point | None:
    """The sum of n times p."""
    result = None
    for bit in f"{n:b}":
        result = add(result, result)
        if bit == "1":
            result = add(result, p)
    return result


def read_point(data: bytes, length: int) -> Point:
    """From 48 bytes a point of G1, from 96 of G2: only the one encoding of a point of order r, never infinity.

    The three top bits say: compressed; infinity; y is the larger of the two roots. The rest is x, big-endian,
    for G2 its part b first.
    """
    if len(data) != length:
        raise BeaconError(f"{len(data)} bytes are no compressed point, which has {length}")
    compressed, infinity, larger = (bool(data[0] & bit) for bit in (0x80, 0x40, 0x20))
    if not compressed:
        raise BeaconError("the point is not marked as a compressed one")
    if infinity:
        raise BeaconError("the point at infinity, which no key and no signature is")
    whole = bytes([data[0] & 0x1F]) + data[1:]
    parts = [int.from_bytes(whole[at : at + G1_BYTES], "big") for at in range(0, length, G1_BYTES)]
    if any(part >= P for part in parts):
        raise BeaconError("the point's x is not below the field's prime")
    x = Fp2(*reversed(parts))
    y = (x * x * x + (B1 if length == G1_BYTES else B2)).root()
    if y is None or (length == G1_BYTES and y.b):
        raise BeaconError("there is no point with this x on the curve")
    if ((y.b or y.a) > P // 2) != larger:
        y = -y
    point = Point(x, y)
    if multiply(R, point) is not None:
        raise BeaconError("the point is on the curve, but not in the group of order r")
    return point


# -------------------------------------------------------------------------------------- hash to curve (RFC 9380)

# The curve y^2 = x^3 + A x + B that is 11-isogenous to G1's, and the non-square of its map (8.8.1).
ISO_A: Final = (
    0x144698A3B8E9433D693A02C96D4982B0EA985383EE66A8D8E8981AEFD881AC98936F8DA0E0F97F5CF428082D584C1D
)
ISO_B: Final = (
    0x12E2908D11688030018B12E8753EEE3B2016C1F0F24F4070A0B9C14FCEF35EF55A23215A316CEAA5D1CC48E98E172BE0
)
ISO_Z: Final = 11
COFACTOR_G1: Final = Z + 1  # h_eff (8.8.1)
FIELD_ELEMENT_BYTES: Final = 64  # L (8.8.1)

# The isogeny's coefficients k_(1,i), k_(2,i), k_(3,i), k_(4,i) of appendix E.2, ascending, a leading 1 left out.
ISOGENY: Final = """
    11a05f2b1e833340b809101dd99815856b303e88a2d7005ff2627b56cdb4e2c85610c2d5f2e62d6eaeac1662734649b7
    17294ed3e943ab2f0588bab22147a81c7c17e75b2f6a8417f565e33c70d1e86b4838f2a6f318c356e834eef1b3cb83bb
    0d54005db97678ec1d1048c5d10a9a1bce032473295983e56878e501ec68e25c958c3e3d2a09729fe0179f9dac9edcb0
    1778e7166fcc6db74e0609d307e55412d7f5e4656a8dbf25f1b33289f1b330835336e25ce3107193c5b388641d9b6861
    0e99726a3199f4436642b4b3e4118e5499db995a1257fb3f086eeb65982fac18985a286f301e77c451154ce9ac8895d9
    1630c3250d7313ff01d1201bf7a74ab5db3cb17dd952799b9ed3ab9097e68f90a0870d2dcae73d19cd13c1c66f652983
    0d6ed6553fe44d296a3726c38ae652bfb11586264f0f8ce19008e218f9c86b2a8da25128c1052ecaddd7f225a139ed84
    17b81e7701abdbe2e8743884d1117e53356de5ab275b4db1a682c62ef0f2753339b7c8f8c8f475af9ccb5618e3f0c88e
    080d3cf1f9a78fc47b90b33563be990dc43b756ce79f5574a2c596c928c5d1de4fa295f296b74e956d71986a8497e317
    169b1f8e1bcfa7c42e0c37515d138f22dd2ecb803a0c5c99676314baf4bb1b7fa3190b2edc0327797f241067be390c9e
    10321da079ce07e272d8ec09d2565b0dfa7dccdde6787f96d50af36003b14866f69b771f8c285decca67df3f1605fb7b
    06e08c248e260e70bd1e962381edee3d31d79d7e22c837bc23c0bf1bc24c6b68c24b1b80b64d391fa9c8ba2e8ba2d229
    /
    08ca8d548cff19ae18b2e62f4bd3fa6f01d5ef4ba35b48ba9c9588617fc8ac62b558d681be343df8993cf9fa40d21b1c
    12561a5deb559c4348b4711298e536367041e8ca0cf0800c0126c2588c48bf5713daa8846cb026e9e5c8276ec82b3bff
    0b2962fe57a3225e8137e629bff2991f6f89416f5a718cd1fca64e00b11aceacd6a3d0967c94fedcfcc239ba5cb83e19
    03425581a58ae2fec83aafef7c40eb545b08243f16b1655154cca8abc28d6fd04976d5243eecf5c4130de8938dc62cd8
    13a8e162022914a80a6f1d5f43e7a07dffdfc759a12062bb8d6b44e833b306da9bd29ba81f35781d539d395b3532a21e
    0e7355f8e4e667b955390f7f0506c6e9395735e9ce9cad4d0a43bcef24b8982f7400d24bc4228f11c02df9a29f6304a5
    0772caacf16936190f3e0c63e0596721570f5799af53a1894e2e073062aede9cea73b3538f0de06cec2574496ee84a3a
    14a7ac2a9d64a8b230b3f5b074cf01996e7f63c21bca68a81996e1cdf9822c580fa5b9489d11e2d311f7d99bbdcc5a5e
    0a10ecf6ada54f825e920b3dafc7a3cce07f8d1d7161366b74100da67f39883503826692abba43704776ec3a79a1d641
    095fc13ab9e92ad4476d6e3eb3a56680f682b4ee96f7d03776df533978f31c1593174e4b4b7865002d6384d168ecdd0a
    /
    090d97c81ba24ee0259d1f094980dcfa11ad138e48a869522b52af6c956543d3cd0c7aee9b3ba3c2be9845719707bb33
    134996a104ee5811d51036d776fb46831223e96c254f383d0f906343eb67ad34d6c56711962fa8bfe097e75a2e41c696
    00cc786baa966e66f4a384c86a3b49942552e2d658a31ce2c344be4b91400da7d26d521628b00523b8dfe240c72de1f6
    01f86376e8981c217898751ad8746757d42aa7b90eeb791c09e4a3ec03251cf9de405aba9ec61deca6355c77b0e5f4cb
    08cc03fdefe0ff135caf4fe2a21529c4195536fbe3ce50b879833fd221351adc2ee7f8dc099040a841b6daecf2e8fedb
    16603fca40634b6a2211e11db8f0a6a074a7d0d4afadb7bd76505c3d3ad5544e203f6326c95a807299b23ab13633a5f0
    04ab0b9bcfac1bbcb2c977d027796b3ce75bb8ca2be184cb5231413c4d634f3747a87ac2460f415ec961f8855fe9d6f2
    0987c8d5333ab86fde9926bd2ca6c674170a05bfe3bdd81ffd038da6c26c842642f64550fedfe935a15e4ca31870fb29
    09fc4018bd96684be88c9e221e4da1bb8f3abd16679dc26c1e8b6e6a1f20cabe69d65201c78607a360370e577bdba587
    0e1bba7a1186bdb5223abde7ada14a23c42a0ca7915af6fe06985e7ed1e4d43b9b3f7055dd4eba6f2bafaaebca731c30
    19713e47937cd1be0dfd0b8f1d43fb93cd2fcbcb6caf493fd1183e416389e61031bf3a5cce3fbafce813711ad011c132
    18b46a908f36f6deb918c143fed2edcc523559b8aaf0c2462e6bfe7f911f643249d9cdf41b44d606ce07c8a4d0074d8e
    0b182cac101b9399d155096004f53f447aa7b12a3426b08ec02710e807b4633f06c851c1919211f20d4c04f00b971ef8
    0245a394ad1eca9b72fc00ae7be315dc757b3b080d4c158013e6632d3c40659cc6cf90ad1c232a6442d9d3f5db980133
    05c129645e44cf1102a159f748c4a3fc5e673d81d7e86568d9ab0f5d396a7ce46ba1049b6579afb7866b1e715475224b
    15e6be4e990f03ce4ea50b3b42df2eb5cb181d8f84965a3957add4fa95af01b2b665027efec01c7704b456be69c8b604
    /
    16112c4c3a9c98b252181140fad0eae9601a6de578980be6eec3232b5be72e7a07f3688ef60c206d01479253b03663c1
    1962d75c2381201e1a0cbd6c43c348b885c84ff731c4d59ca4a10356f453e01f78a4260763529e3532f6102c2e49a03d
    058df3306640da276faaae7d6e8eb15778c4855551ae7f310c35a5dd279cd2eca6757cd636f96f891e2538b53dbf67f2
    16b7d288798e5395f20d23bf89edb4d1d115c5dbddbcd30e123da489e726af41727364f2c28297ada8d26d98445f5416
    0be0e079545f43e4b00cc912f8228ddcc6d19c9f0f69bbb0542eda0fc9dec916a20b15dc0fd2ededda39142311a5001d
    08d9e5297186db2d9fb266eaac783182b70152c65550d881c5ecd87b6f0f5a6449f38db9dfa9cce202c6477faaf9b7ac
    166007c08a99db2fc3ba8734ace9824b5eecfdfa8d0cf8ef5dd365bc400a0051d5fa9c01a58b1fb93d1a1399126a775c
    16a3ef08be3ea7ea03bcddfabba6ff6ee5a4375efa1f4fd7feb34fd206357132b920f5b00801dee460ee415a15812ed9
    1866c8ed336c61231a1be54fd1d74cc4f9fb0ce4c6af5920abc5750c4bf39b4852cfe2f7bb9248836b233d9d55535d4a
    167a55cda70a6e1cea820597d94a84903216f763e13d87bb5308592e7ea7d4fbc7385ea3d529b35e346ef48bb8913f55
    04d2f259eea405bd48f010a01ad2911d9c6dd039bb61a6290e591b36e636a5c871a5c29f4f83060400f8b49cba8f6aa8
    0accbb67481d033ff5852c1e48c50c477f94ff8aefce42d28c0f9a88cea7913516f968986f7ebbea9684b529e2561092
    0ad6b9514c767fe3c3613144b45f1496543346d98adf02267d5ceef9a00d9b8693000763e3b90ac11e99b138573345cc
    02660400eb2e4f3b628bdd0d53cd76f2bf565b94e72927c1cb748df27942480e420517bd8714cc80d1fadc1326ed06f7
    0e0fa1d816ddc03e6b24255e0d7819c171c40f65e273b853324efcd6356caa205ca2f570f13497804415473a1d634b8f
"""


def expand_message(message: bytes, tag: bytes, length: int) -> bytes:
    """expand_message_xmd with SHA-256 (5.3.1)."""
    suffix = tag + bytes([len(tag)])
    first = hashlib.sha256(bytes(64) + message + length.to_bytes(2, "big") + b"\0" + suffix).digest()
    blocks = [hashlib.sha256(first + b"\1" + suffix).digest()]
    while 32 * len(blocks) < length:
        mixed = bytes(a ^ b for a, b in zip(first, blocks[-1], strict=True))
        blocks.append(hashlib.sha256(mixed + bytes([len(blocks) + 1]) + suffix).digest())
    return b"".join(blocks)[:length]


def hash_to_g1(message: bytes, tag: bytes = SIGNATURE_TAG) -> Point | None:
    """hash_to_curve of the suite BLS12381G1_XMD:SHA-256_SSWU_RO_ (8.8.1)."""
    data = expand_message(message, tag, 2 * FIELD_ELEMENT_BYTES)
    first, second = (int.from_bytes(half, "big") % P for half in (data[:64], data[64:]))
    return multiply(COFACTOR_G1, add(map_to_curve(first), map_to_curve(second)))


def map_to_curve(u: int) -> Point | None:
    """The simplified SWU map onto the isogenous curve (6.6.2), then the isogeny to G1's (6.6.3)."""
    t = ISO_Z * u * u % P
    d = (t * t + t) % P
    x = -ISO_B * pow(ISO_A, -1, P) * (1 + pow(d, -1, P)) if d else ISO_B * pow(ISO_Z * ISO_A, -1, P)
    y = _square_root(_isogenous(x))
    if y is None:
        x = t * x
        y = _square_root(_isogenous(x))
    if y is None:
        raise AssertionError("of the two, one is a square")
    if y % 2 != u % 2:
        y = -y
    x_num, x_den, y_num, y_den = (_polynomial(k, x) for k in _COEFFICIENTS)
    if x_den == 0 or y_den == 0:
        return None
    return Point(Fp2(x_num * pow(x_den, -1, P) % P), Fp2(y * y_num * pow(y_den, -1, P) % P))


def _isogenous(x: int) -> int:
    return (x * x * x + ISO_A * x + ISO_B) % P


def _square_root(n: int) -> int | None:
    root = pow(n, (P + 1) // 4, P)
    return root if root * root % P == n else None


def _coefficients() -> list[list[int]]:
    x_num, x_den, y_num, y_den = ([int(k, 16) for k in part.split()] for part in ISOGENY.split("/"))
    return [x_num, [*x_den, 1], y_num, [*y_den, 1]]


_COEFFICIENTS: Final = _coefficients()


def _polynomial(coefficients: Sequence[int], x: int) -> int:
    result = 0
    for k in reversed(coefficients):
        result = (result * x + k) % P
    return result


# ------------------------------------------------------------------------------------------------ the pairing

# A number of the field of p^12 elements is a polynomial in w, twelve integers modulo p, ascending, with
# w^12 = 2 w^6 - 2. There u is w^6 - 1, since w^6 = 1 + u.
Fp12: TypeAlias = list[int]
ONE: Final[Fp12] = [1] + [0] * 11
T = TypeVar("T")


def times(f: Fp12, g: Fp12) -> Fp12:
    """The product."""
    product = [0] * 23
    for i, a in enumerate(f):
        if a:
            for j, b in enumerate(g):
                product[i + j] += a * b
    for i in range(22, 11, -1):
        product[i - 6] += 2 * product[i]
        product[i - 12] -= 2 * product[i]
    return [c % P for c in product[:12]]


def finite(value: T | None) -> T:
    """What cannot be at infinity: no multiple below r of a point of order r is infinity, or its own negative."""
    if value is None:
        raise AssertionError("a point of the group has another order than r")
    return value


def line(p: Point, q: Point, at: Point) -> Fp12:
    """The line through p and q of G2, brought to the curve of G1 over the large field, at a point of G1.

    (x, y) of the twist is (x / w^2, y / w^3) there. The value is multiplied by w^3, which, as every number of
    a smaller field, the final exponentiation makes 1.
    """
    m = finite(slope(p, q))
    value = [0] * 12
    for power, c in ((0, m * p.x - p.y), (2, -(m * at.x)), (3, at.y)):
        value[power] = c.a - c.b
        value[power + 6] = c.b
    return value


def miller(p: Point, q: Point) -> Fp12:
    """Miller's loop of the optimal ate pairing of p of G1 and q of G2, before the final exponentiation.

    The curve's parameter is -Z; leaving out the sign inverts the pairing, which no product of pairings that
    is compared with 1 notices.
    """
    f, here = ONE, q
    for bit in f"{Z:b}"[1:]:
        f = times(line(here, here, p), times(f, f))
        here = finite(add(here, here))
        if bit == "1":
            f = times(line(here, q, p), f)
            here = finite(add(here, q))
    return f


def pairings_are_one(pairs: Iterable[tuple[Point, Point]]) -> bool:
    """Whether the product of the pairings of these points of G1 and G2 is 1.

    The final exponent (p^12 - 1) / r is (p^6 + 1) / r times p^6 - 1. A number other than 0, to the power of p^6 - 1,
    is 1 exactly where it is of the field of p^6 elements, that is, where its odd powers of w have the coefficient 0.
    """
    product = ONE
    for p, q in pairs:
        product = times(product, miller(p, q))
    result = ONE
    for bit in f"{(P**6 + 1) // R:b}":
        result = times(result, result)
        if bit == "1":
            result = times(result, product)
    return any(result) and not any(result[1::2])


# ---------------------------------------------------------------------------------------- signatures and rounds


def verify(public_key: bytes, message: bytes, signature: bytes, tag: bytes = SIGNATURE_TAG) -> None:
    """Raises BeaconError unless it is the signature of the message: e(signature, G2) = e(H(message), key)."""
    signed, key = read_point(signature, G1_BYTES), read_point(public_key, G2_BYTES)
    hashed = hash_to_g1(message, tag)
    if hashed is None:
        raise BeaconError("the message hashes to the point at infinity")
    generator = read_point(G2_GENERATOR, G2_BYTES)
    minus = Point(generator.x, -generator.y)
    if not pairings_are_one([(signed, minus), (hashed, key)]):
        raise BeaconError("the signature is not one of this message by this key")


def check(text: str) -> str | None:
    """None where `chain:round:signature` is a true round of quicknet; BeaconError where it is none.

    Of another chain it says that it cannot tell.
    """
    form = re.fullmatch(r"([0-9a-f]{64}):([1-9][0-9]{0,15}):((?:[0-9a-f]{2})*)", text)
    if not form or int(form[2]) > ROUND_MAX:
        raise BeaconError("not chain:round:signature, in decimal and lower-case hex")
    if form[1] != QUICKNET:
        return f"the key of the chain {form[1]} is not known here, only that of quicknet ({QUICKNET})"
    try:
        verify(PUBLIC_KEY, hashlib.sha256(int(form[2]).to_bytes(8, "big")).digest(), bytes.fromhex(form[3]))
    except BeaconError as error:
        raise BeaconError(f"drand's round {form[2]}: {error}") from error
    return None


def time_of(round_: int) -> int:
    """The Unix time, in seconds, at which a round comes out."""
    return GENESIS_S + (round_ - 1) * PERIOD_S


def round_at(unix_s: float) -> int:
    """The first round that comes out at that time or after it."""
    return max(1, 1 - int((GENESIS_S - unix_s) // PERIOD_S))


def chain_hash() -> str:
    """The chain's hash, which binds its key: SHA-256 of period, genesis, key, group and name, as drand makes it."""
    start = PERIOD_S.to_bytes(4, "big") + GENESIS_S.to_bytes(8, "big")
    return hashlib.sha256(start + PUBLIC_KEY + GROUP_HASH + BEACON_ID).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """The program: 0 where the signature holds, 1 where it does not or cannot be checked, 2 for wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 1:
        print("usage: python drand.py CHAIN:ROUND:SIGNATURE", file=sys.stderr)
        return 2
    try:
        unknown = check(given[0])
    except BeaconError as error:
        print(f"This is not a true round of drand: {error}.")
        return 1
    if unknown is not None:
        print(f"Not checked: {unknown}.")
        return 1
    print(f"The signature of round {given[0].split(':')[1]} of drand's quicknet is true.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
