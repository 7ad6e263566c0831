// A round of drand's quicknet checked by the browser alone: BLS on BLS12-381, signatures in G1, keys in G2, in plain
// JavaScript. Sources: draft-irtf-cfrg-bls-signature, 2.7; RFC 9380, 5.3.1, 6.6.2, 6.6.3, 8.8.1, appendix E.2 (hash to
// G1); the optimal ate pairing of https://eprint.iacr.org/2010/354. A check takes about a second, and handles no secret.
"use strict";

const Drand = (() => {
  const QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"; // the chain's hash
  const PUBLIC_KEY =
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
  const TAG = new TextEncoder().encode("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"); // RFC 9380's DST
  const P = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn; // the field's prime
  const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n; // the groups' order
  const Z = 0xd201000000010000n; // the curve's parameter is -Z
  const G2 =
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e" +
    "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8";

  class BeaconError extends Error { name = "BeaconError"; }
  const refuse = (words) => { throw new BeaconError(words); };
  const fromHex = (text) => Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
  const sha256 = (...parts) => fromHex(Tombola.sha256Hex(...parts));
  const big = (bytes) => BigInt("0x" + (Tombola.toHex(bytes) || "0"));

  // ------------------------------------------------------------------- the fields of p and p^2 elements (u^2 = -1)

  const mod = (n) => { const rest = n % P; return rest < 0n ? rest + P : rest; };

  function power(n, exponent) {
    let result = 1n;
    for (const bit of exponent.toString(2)) {
      result = (result * result) % P;
      if (bit === "1") result = (result * n) % P;
    }
    return result;
  }

  function inverse(n) { // by Euclid's algorithm
    let [a, b, x, y] = [mod(n), P, 1n, 0n];
    if (a === 0n) throw new RangeError("0 has no inverse");
    while (b) {
      const q = a / b;
      [a, b, x, y] = [b, a - q * b, y, x - q * y];
    }
    return mod(x);
  }

  const root1 = (n) => { const found = power(n, (P + 1n) / 4n); return (found * found) % P === n ? found : null; };

  // A number a + b u of the larger field is [a, b]; one of the smaller field has b = 0.
  const plus = ([a, b], [c, d]) => [mod(a + c), mod(b + d)];
  const minus = ([a, b], [c, d]) => [mod(a - c), mod(b - d)];
  const product = ([a, b], [c, d]) => [mod(a * c - b * d), mod(a * d + b * c)];
  const fold = ([a, b], n) => [mod(a * n), mod(b * n)];
  const quotient = (x, [c, d]) => { const norm = inverse(c * c + d * d); return product(x, [c * norm, -d * norm]); };
  const equal = (x, y) => x[0] === y[0] && x[1] === y[1];
  function power2(x, exponent) {
    let result = [1n, 0n];
    for (const bit of exponent.toString(2)) {
      result = product(result, result);
      if (bit === "1") result = product(result, x);
    }
    return result;
  }

  function root2(x) { // algorithm 9 of https://eprint.iacr.org/2012/685
    const first = power2(x, (P - 3n) / 4n), start = product(first, x), alpha = product(first, start);
    const found = equal(alpha, [P - 1n, 0n]) ? product([0n, 1n], start) : product(power2(plus(alpha, [1n, 0n]), (P - 1n) / 2n), start);
    return equal(product(found, found), x) ? found : null;
  }

  // ----------------------------------------------------- points of y^2 = x^3 + B; null is the point at infinity

  function slope(p, q) { // of the line through p and q, or the tangent; null where it is upright
    if (!equal(p.x, q.x)) return quotient(minus(q.y, p.y), minus(q.x, p.x));
    return equal(p.y, q.y) && !equal(p.y, [0n, 0n]) ? quotient(fold(product(p.x, p.x), 3n), fold(p.y, 2n)) : null;
  }

  function add(p, q) {
    if (!p || !q) return p ?? q;
    const m = slope(p, q);
    if (!m) return null;
    const x = minus(minus(product(m, m), p.x), q.x);
    return { x, y: minus(product(m, minus(p.x, x)), p.y) };
  }

  function multiply(n, p) {
    let result = null;
    for (const bit of n.toString(2)) {
      result = add(result, result);
      if (bit === "1") result = add(result, p);
    }
    return result;
  }

  // From 48 bytes a point of G1, from 96 of G2: only the one compressed encoding of a point of order r, not infinity.
  function readPoint(data, length) {
    if (data.length !== length) refuse(`${data.length} bytes are no compressed point, which has ${length}`);
    if (!(data[0] & 0x80)) refuse("the point is not marked as a compressed one");
    if (data[0] & 0x40) refuse("the point at infinity, which no key and no signature is");
    const whole = Uint8Array.from(data);
    whole[0] &= 0x1f;
    const parts = length === 48 ? [big(whole), 0n] : [big(whole.subarray(48)), big(whole.subarray(0, 48))];
    if (parts.some((part) => part >= P)) refuse("the point's x is not below the field's prime");
    const square = plus(product(product(parts, parts), parts), length === 48 ? [4n, 0n] : [4n, 4n]);
    let y;
    if (length === 48) {
      const found = root1(square[0]);
      y = found === null ? null : [found, 0n];
    } else y = root2(square);
    if (!y) refuse("there is no point with this x on the curve");
    if ((y[1] || y[0]) > P / 2n !== Boolean(data[0] & 0x20)) y = [mod(-y[0]), mod(-y[1])];
    const point = { x: parts, y };
    if (multiply(R, point)) refuse("the point is on the curve, but not in the group of order r");
    return point;
  }

  // ------------------------------------------------------------------------------------ hash to curve (RFC 9380)

  const ISO_A = 0x144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1dn;
  const ISO_B = 0x12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0n;
  const ISO_Z = 11n;
  const COFACTOR = Z + 1n;
  // The isogeny's coefficients of appendix E.2, ascending, a leading 1 left out: of x and of y, above and below.
  const [X_ABOVE, X_BELOW, Y_ABOVE, Y_BELOW] = `
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
  `.split("/").map((part) => part.trim().split(/\s+/).map((hex) => BigInt("0x" + hex)));
  X_BELOW.push(1n);
  Y_BELOW.push(1n);

  function expand(message, length) { // expand_message_xmd with SHA-256
    const suffix = [TAG, Uint8Array.of(TAG.length)];
    const first = sha256(new Uint8Array(64), message, Uint8Array.of(length >> 8, length & 255, 0), ...suffix);
    const blocks = [sha256(first, Uint8Array.of(1), ...suffix)];
    while (32 * blocks.length < length) {
      const last = blocks[blocks.length - 1];
      blocks.push(sha256(first.map((byte, i) => byte ^ last[i]), Uint8Array.of(blocks.length + 1), ...suffix));
    }
    return Uint8Array.from(blocks.flatMap((block) => [...block])).subarray(0, length);
  }

  function hashToG1(message) {
    const data = expand(message, 128);
    return multiply(COFACTOR, add(mapToCurve(big(data.subarray(0, 64)) % P), mapToCurve(big(data.subarray(64)) % P)));
  }

  function mapToCurve(u) { // the simplified SWU map onto the isogenous curve, then the isogeny to G1's
    const t = mod(ISO_Z * u * u), d = mod(t * t + t);
    let x = d ? mod(-ISO_B * inverse(ISO_A) * (1n + inverse(d))) : mod(ISO_B * inverse(ISO_Z * ISO_A));
    let y = root1(isogenous(x));
    if (y === null) {
      x = mod(t * x);
      y = root1(isogenous(x));
    }
    if (y % 2n !== u % 2n) y = mod(-y);
    const below = [polynomial(X_BELOW, x), polynomial(Y_BELOW, x)];
    if (!below[0] || !below[1]) return null;
    return { x: [mod(polynomial(X_ABOVE, x) * inverse(below[0])), 0n], y: [mod(y * polynomial(Y_ABOVE, x) * inverse(below[1])), 0n] };
  }

  const isogenous = (x) => mod(x * x * x + ISO_A * x + ISO_B);
  const polynomial = (coefficients, x) => coefficients.reduceRight((sum, k) => (sum * x + k) % P, 0n);

  // -------------------------------------------------------------------------------------------------- the pairing

  // A number of the field of p^12 elements: a polynomial in w, twelve integers, w^12 = 2 w^6 - 2; u is w^6 - 1.
  const ONE = [1n, ...Array(11).fill(0n)];

  function times(f, g) {
    const sum = Array(23).fill(0n);
    f.forEach((a, i) => { if (a) g.forEach((b, j) => { if (b) sum[i + j] += a * b; }); });
    for (let i = 22; i > 11; i--) {
      sum[i - 6] += 2n * sum[i];
      sum[i - 12] -= 2n * sum[i];
    }
    return sum.slice(0, 12).map(mod);
  }

  // The line through p and q of G2, on the curve of G1 over the large field and times w^3, at a point of G1.
  function line(p, q, at) {
    const m = slope(p, q), value = Array(12).fill(0n);
    for (const [exponent, [a, b]] of [[0, minus(product(m, p.x), p.y)], [2, product(fold(m, -1n), at.x)], [3, at.y]]) {
      value[exponent] = mod(a - b);
      value[exponent + 6] = b;
    }
    return value;
  }

  function miller(p, q) { // the sign of -Z is left out: it inverts all pairings alike
    let f = ONE, here = q;
    for (const bit of Z.toString(2).slice(1)) {
      f = times(line(here, here, p), times(f, f));
      here = add(here, here);
      if (bit === "1") {
        f = times(line(here, q, p), f);
        here = add(here, q);
      }
    }
    return f;
  }

  // Whether the product of the pairings is 1: to the power of (p^6 + 1) / r it then is of the field of p^6 elements.
  function pairingsAreOne(pairs) {
    const all = pairs.reduce((sum, [p, q]) => times(sum, miller(p, q)), ONE);
    let result = ONE;
    for (const bit of ((P ** 6n + 1n) / R).toString(2)) {
      result = times(result, result);
      if (bit === "1") result = times(result, all);
    }
    return result.some((c) => c !== 0n) && result.every((c, i) => i % 2 === 0 || c === 0n);
  }

  // --------------------------------------------------------------------------------------------------- the rounds

  function verify(message, signature) { // e(signature, generator) = e(hash, key)
    const signed = readPoint(signature, 48), key = readPoint(fromHex(PUBLIC_KEY), 96), generator = readPoint(fromHex(G2), 96);
    const hashed = hashToG1(message);
    if (!hashed) refuse("the message hashes to the point at infinity");
    const negative = { x: generator.x, y: [mod(-generator.y[0]), mod(-generator.y[1])] };
    if (!pairingsAreOne([[signed, negative], [hashed, key]])) refuse("the signature is not one of this message by this key");
  }

  // null where `chain:round:signature` is a true round of quicknet, of another chain why it cannot tell; else BeaconError.
  function check(text) {
    const form = /^([0-9a-f]{64}):([1-9][0-9]{0,15}):((?:[0-9a-f]{2})*)$/.exec(text);
    if (!form || !Number.isSafeInteger(Number(form[2]))) refuse("not chain:round:signature, in decimal and lower-case hex");
    const [, chain, round, signature] = form;
    if (chain !== QUICKNET) return `the key of the chain ${chain} is not known here, only that of quicknet (${QUICKNET})`;
    const number = new DataView(new ArrayBuffer(8));
    number.setBigUint64(0, BigInt(round));
    try {
      verify(sha256(new Uint8Array(number.buffer)), fromHex(signature));
    } catch (error) {
      if (error instanceof BeaconError) refuse(`drand's round ${round}: ${error.message}`);
      throw error;
    }
    return null;
  }

  return { BeaconError, check };
})();
