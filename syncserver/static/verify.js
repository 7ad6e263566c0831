// Verifies a draw `tombola-draw-1` in the browser, from nothing but its bundle: an implementation of its own beside
// shared/draw.py, in plain JavaScript, with no library and no network. Read it from top to bottom: SHA-256, HMAC_DRBG,
// canonical JSON, the tree over a pool, public entropy, the manifest, the bundle, a ticket holder's proof.
//
// It has its own SHA-256 because a page that came by plain http, as in a venue's network, is given no WebCrypto.
"use strict";

const Tombola = (() => {
  const FORMAT = "tombola-draw-1";
  const PROOF_FORMAT = "tombola-proof-1";
  const NUMBER_MAX = 2 ** 31 - 1;
  const NUMBER_BYTES = 4;
  const LEAF_NUMBERS = 256;
  const LEAF_BYTES = LEAF_NUMBERS * NUMBER_BYTES;
  const HASH_BYTES = 32;
  const SEED_BYTES = 32;
  const OUTPUT_BYTES = 8;
  const OUTPUT_RANGE = 1n << 64n;
  const BUNDLE_BYTES_MAX = 64 << 20;
  const MANIFEST_BYTES_MAX = 16 << 20;
  const JSON_DEPTH_MAX = 16;
  const NAME_CHARS_MAX = 200;
  const TOLD_CHARS = 80; // of a wrong value in a reason
  const TEXT_CHARS_MAX = 10_000;
  const POOLS_MAX = 10_000;
  const PRIZES_MAX = 10_000;
  const WINNERS_MAX = 10_000;
  const LINKS_MAX = 10_000;
  const DICE_MAX = 1_000;
  const DIGITS_MAX = 1_000;
  const OUTPUTS_PER_WINNER_MAX = 1_000_000;
  const PATH_MAX = 64;
  const CARD_BASE = 2_147_483_000; // card c of a progressive draw's deck is the draw number CARD_BASE + c
  const CARDS_MAX = NUMBER_MAX - CARD_BASE;

  // The draw, or what was shown of it, is not as it must be; the text says what is wrong, and where.
  class DrawError extends Error {}
  const refuse = (words) => { throw new DrawError(words); };
  const within = (where, check) => { // what goes wrong in there is said to be there
    try {
      return check();
    } catch (error) {
      if (error instanceof DrawError) refuse(`${where}: ${error.message}`);
      throw error;
    }
  };
  const quoted = (text) => `'${text}'`;

  // ----------------------------------------------------------------------------------- bytes and SHA-256 (FIPS 180-4)

  const utf8 = (text) => new TextEncoder().encode(text);
  const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  const toHex = (bytes) => { let text = ""; for (const byte of bytes) text += HEX[byte]; return text; };
  const fromHex = (text) => Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
  const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

  const ROUND = new Uint32Array([
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ]);
  const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
  const words = new Int32Array(64);

  // The SHA-256 of some byte strings, one after the other.
  function sha256(...parts) {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const padded = new Uint8Array((Math.floor((length + 8) / 64) + 1) * 64);
    let at = 0;
    for (const part of parts) { padded.set(part, at); at += part.length; }
    padded[length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(length / 0x20000000));
    view.setUint32(padded.length - 4, (length << 3) >>> 0);
    const state = Int32Array.from(START);
    for (let block = 0; block < padded.length; block += 64) compress(state, view, block);
    const result = new Uint8Array(HASH_BYTES);
    const out = new DataView(result.buffer);
    state.forEach((word, i) => out.setInt32(4 * i, word));
    return result;
  }

  function compress(state, view, block) {
    for (let t = 0; t < 16; t++) words[t] = view.getInt32(block + 4 * t);
    for (let t = 16; t < 64; t++) {
      const x = words[t - 15], y = words[t - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[t] = (words[t - 16] + s0 + words[t - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t++) {
      const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + S1 + ((e & f) ^ (~e & g)) + ROUND[t] + words[t]) | 0;
      const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  const sha256Hex = (...parts) => toHex(sha256(...parts));

  // ----------------------------------------------------- the generator HMAC_DRBG (NIST SP 800-90A Rev. 1, 10.1.2)

  function hmac(key, ...parts) { // a key is always a hash here: 32 bytes
    const inner = new Uint8Array(64).fill(0x36), outer = new Uint8Array(64).fill(0x5c);
    key.forEach((byte, i) => { inner[i] ^= byte; outer[i] ^= byte; });
    return sha256(outer, sha256(inner, ...parts));
  }

  class HmacDrbg {
    constructor(...parts) {
      this.key = new Uint8Array(HASH_BYTES);
      this.value = new Uint8Array(HASH_BYTES).fill(1);
      this.update(parts);
    }
    update(parts) {
      for (const step of parts.length ? [0, 1] : [0]) {
        this.key = hmac(this.key, this.value, Uint8Array.of(step), ...parts);
        this.value = hmac(this.key, this.value);
      }
    }
    generate() { // 8 bytes
      this.value = hmac(this.key, this.value);
      const output = this.value.slice(0, OUTPUT_BYTES);
      this.update([]);
      return output;
    }
  }

  const generatorOf = (seed, entropy, manifestBytes) => new HmacDrbg(seed, sha256(utf8(entropy)), sha256(manifestBytes));

  // The position among `size` that an output stands for, null where it must be refused: the last 2^64 mod size outputs.
  function scale(output, size) {
    const x = BigInt("0x" + toHex(output)), m = BigInt(size);
    return x >= OUTPUT_RANGE - (OUTPUT_RANGE % m) ? null : Number(x % m);
  }

  // ------------------------------------------------------------------------------------------------- canonical JSON

  function byCodePoint(a, b) { // the order of the keys' UTF-8 bytes, which is not that of UTF-16
    const left = Array.from(a), right = Array.from(b);
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const difference = left[i].codePointAt(0) - right[i].codePointAt(0);
      if (difference) return difference;
    }
    return left.length - right.length;
  }

  function textOf(text) {
    if (/\p{Cs}/u.test(text)) refuse("JSON: a text holds half a surrogate pair, which is no character");
    return JSON.stringify(text);
  }

  function encode(value, depth) {
    if (depth > JSON_DEPTH_MAX) refuse(`JSON: nested deeper than ${JSON_DEPTH_MAX}`);
    if (value === null || typeof value === "boolean") return String(value);
    if (typeof value === "string") return textOf(value);
    if (typeof value === "number") {
      if (!Number.isInteger(value)) refuse(`JSON: ${quoted(value)} is not an integer`);
      if (!Number.isSafeInteger(value)) refuse("JSON: an integer beyond 2^53 - 1");
      return String(value);
    }
    if (Array.isArray(value)) return `[${value.map((item) => encode(item, depth + 1)).join(",")}]`;
    const keys = Object.keys(value).sort(byCodePoint);
    return `{${keys.map((key) => `${textOf(key)}:${encode(value[key], depth + 1)}`).join(",")}}`;
  }

  const canonical = (value) => utf8(encode(value, 1));

  // A value that is not what it must be, as much of it as says which one is meant.
  function told(value) {
    const cut = (text) => Array.from(text).slice(0, TOLD_CHARS).join("");
    return typeof value === "string" ? quoted(cut(value)) : cut(encode(value, 1));
  }

  // The value whose canonical encoding these bytes are; any other byte string is refused, with the reason.
  function parseCanonical(data, most = BUNDLE_BYTES_MAX) {
    if (data.length > most) refuse(`JSON: ${data.length} bytes are more than the ${most} allowed`);
    let value;
    try {
      value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data));
    } catch (error) {
      refuse(error instanceof TypeError ? "JSON: a byte is not UTF-8" : `JSON: ${error.message}`);
    }
    const again = canonical(value);
    if (!same(again, data)) {
      const at = again.findIndex((byte, i) => byte !== data[i]);
      refuse(`JSON: not in canonical form from byte ${at < 0 ? again.length : at} on`);
    }
    return value;
  }

  function fields(value, where, names, optional = []) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) refuse(`${where}: not an object`);
    const have = Object.keys(value);
    for (const name of [...names].sort()) if (!have.includes(name)) refuse(`${where}: ${quoted(name)} is missing`);
    for (const name of have) if (!names.includes(name) && !optional.includes(name)) refuse(`${where}: ${quoted(name)} has no place there`);
    return value;
  }

  function items(value, where, most) {
    if (!Array.isArray(value) || value.length > most) refuse(`${where}: not a list of at most ${most}`);
    return value;
  }

  function integer(value, where, least, most) {
    if (typeof value !== "number" || value < least || value > most) refuse(`${where}: not an integer from ${least} to ${most}`);
    return value;
  }

  function text(value, where, most = NAME_CHARS_MAX) {
    if (typeof value !== "string" || Array.from(value).length > most) refuse(`${where}: not a text of at most ${most} characters`);
    return value;
  }

  function hex(value, where, least, most = least) {
    const length = least === most ? least : `${least} to ${most}`;
    if (typeof value !== "string" || !/^(?:[0-9a-f]{2})*$/.test(value) || value.length < 2 * least || value.length > 2 * most) {
      refuse(`${where}: not ${length} bytes in lower-case hex`);
    }
    return fromHex(value);
  }

  function uuid(value, where) {
    if (typeof value !== "string" || !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) refuse(`${where}: not a UUID in lower case`);
    return value;
  }

  // --------------------------------------------------------- a pool and its Merkle tree (RFC 6962, section 2.1)

  const leafHash = (leaf) => sha256(Uint8Array.of(0), leaf);
  const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);
  const leafCount = (size) => Math.ceil(size / LEAF_NUMBERS);
  const numberAt = (bytes, place) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(NUMBER_BYTES * place);

  function rootOf(hashes) {
    if (!hashes.length) return sha256();
    let level = hashes;
    while (level.length > 1) {
      const above = [];
      for (let i = 0; i < level.length; i += 2) above.push(i + 1 < level.length ? nodeHash(level[i], level[i + 1]) : level[i]);
      level = above;
    }
    return level[0];
  }

  // Every hash on the way from a leaf to the root: which side the neighbour stands on, and what the two make.
  function climb(leaf, index, leaves, path) {
    if (index < 0 || index >= leaves) refuse(`leaf ${index} is not among ${leaves} leaves`);
    let here = leafHash(leaf), used = 0;
    const steps = [{ side: "leaf", neighbour: null, hash: here }];
    while (leaves > 1) {
      if ((index ^ 1) < leaves) {
        const neighbour = path[used++];
        if (!neighbour) refuse("the audit path is too short");
        here = index % 2 ? nodeHash(neighbour, here) : nodeHash(here, neighbour);
        steps.push({ side: index % 2 ? "left" : "right", neighbour, hash: here });
      }
      index = Math.floor(index / 2);
      leaves = Math.ceil(leaves / 2);
    }
    if (used < path.length) refuse("the audit path is too long");
    return steps;
  }

  // A published pool, four bytes a number: its size and root; refused unless its numbers strictly ascend.
  function pool(bytes) {
    if (bytes.length % NUMBER_BYTES) refuse(`pool: ${bytes.length} bytes are no whole number of ${NUMBER_BYTES}-byte draw numbers`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = bytes.length / NUMBER_BYTES;
    for (let place = 0, last = 0; place < size; place++) {
      const number = view.getUint32(NUMBER_BYTES * place);
      if (number < 1 || number > NUMBER_MAX) refuse(`pool: ${number} at position ${place} is no draw number`);
      if (number <= last) refuse(`pool: ${number} at position ${place} ${number === last ? "stands twice" : `follows ${last}: not ascending`}`);
      last = number;
    }
    const hashes = [];
    for (let start = 0; start < bytes.length; start += LEAF_BYTES) hashes.push(leafHash(bytes.subarray(start, start + LEAF_BYTES)));
    const place = (number) => { // how many numbers of the pool are smaller
      let low = 0, high = size;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (view.getUint32(NUMBER_BYTES * middle) < number) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    return { size, root: rootOf(hashes), count: (first, last) => place(last + 1) - place(first) };
  }

  // A pool as a CSV file with a column `draw_number`; nothing is quoted, and every line has as many cells as the first.
  function poolOfCsv(bytes) {
    const [first, ...lines] = new TextDecoder().decode(bytes).split(/\r?\n/);
    if (lines[lines.length - 1] === "") lines.pop(); // the last line may end as the others do, or not
    const heads = first.split(",");
    if (heads.filter((head) => head === "draw_number").length !== 1) refuse("pool: not one column draw_number");
    const column = heads.indexOf("draw_number");
    const packed = new DataView(new ArrayBuffer(NUMBER_BYTES * lines.length));
    lines.forEach((line, i) => {
      const row = line.split(","), cell = row[column];
      if (row.length !== heads.length || !/^[1-9][0-9]{0,9}$/.test(cell) || Number(cell) > NUMBER_MAX) refuse(`pool, line ${i + 2}: no draw number`);
      packed.setUint32(NUMBER_BYTES * i, Number(cell));
    });
    return pool(new Uint8Array(packed.buffer));
  }

  const INCLUSION = ["draw_number", "index", "leaf", "proof"];

  function readInclusion(value, where) {
    return {
      number: integer(value.draw_number, `${where}, draw number`, 1, NUMBER_MAX),
      index: integer(value.index, `${where}, index`, 0, NUMBER_MAX),
      leaf: hex(value.leaf, `${where}, leaf`, NUMBER_BYTES, LEAF_BYTES),
      path: items(value.proof, `${where}, proof`, PATH_MAX).map((step) => hex(step, `${where}, proof`, HASH_BYTES)),
    };
  }

  // Refuses unless the number stands at that position of the pool with this root and size; the steps to the root.
  function checkInclusion({ number, index, leaf, path }, root, size) {
    if (index >= size) refuse(`position ${index} is not among ${size}`);
    const at = Math.floor(index / LEAF_NUMBERS), place = index % LEAF_NUMBERS;
    if (leaf.length !== NUMBER_BYTES * Math.min(LEAF_NUMBERS, size - at * LEAF_NUMBERS)) {
      refuse(`leaf ${at} has ${leaf.length} bytes, which is not its length in a pool of ${size}`);
    }
    if (numberAt(leaf, place) !== number) refuse(`the leaf does not hold ${number} at position ${index}`);
    for (let i = 0, last = 0; i < leaf.length / NUMBER_BYTES; i++) {
      const one = numberAt(leaf, i);
      if (one <= last || one > NUMBER_MAX) refuse(`the numbers of leaf ${at} do not ascend`);
      last = one;
    }
    const steps = climb(leaf, at, leafCount(size), path);
    if (!same(steps[steps.length - 1].hash, root)) refuse(`leaf ${at} does not lead to the pool's root`);
    return steps;
  }

  // -------------------------------------------------------------------------------------------------- public entropy

  const PULSE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:00Z$/;

  // Whether it is a minute that the Gregorian calendar has, from the year 1 on.
  function isMinute(given) {
    const [year, month, day] = (PULSE.exec(given) ?? [0, 0, 0, 0]).slice(1).map(Number);
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
  }

  function checkSource(source) {
    if (source === null || typeof source !== "object" || Array.isArray(source) || !("source" in source)) refuse("entropy: no source is named");
    if (source.source === "none" || source.source === "manual") return fields(source, "entropy", ["source"]);
    if (source.source === "dice") {
      fields(source, "entropy", ["source", "form"]);
      const form = /^([1-9][0-9]{0,3})d([1-9][0-9]{0,5})$/.exec(text(source.form, "entropy, form"));
      if (!form || Number(form[1]) > DICE_MAX || Number(form[2]) < 2) refuse("entropy, form: not <number of dice>d<sides>, as in 20d6");
    } else if (source.source === "digits") {
      fields(source, "entropy", ["source", "count"]);
      integer(source.count, "entropy, count", 1, DIGITS_MAX);
    } else if (source.source === "drand") {
      fields(source, "entropy", ["source", "chain", "round"]);
      hex(source.chain, "entropy, chain", HASH_BYTES);
      integer(source.round, "entropy, round", 1, Number.MAX_SAFE_INTEGER);
    } else if (source.source === "nist") {
      fields(source, "entropy", ["source", "time"]);
      if (!isMinute(text(source.time, "entropy, time"))) refuse("entropy, time: not YYYY-MM-DDThh:mm:00Z");
    } else {
      refuse(`entropy: the source ${told(source.source)} is none of none, manual, dice, digits, drand, nist`);
    }
    return source;
  }

  function checkEntropy(source, given) {
    const parts = given.split(" ");
    if (source.source === "none" || source.source === "manual") {
      if (given) refuse("public entropy: not empty, though the manifest names no source");
    } else if (source.source === "dice") {
      const [dice, sides] = source.form.split("d").map(Number);
      if (parts.length !== dice || !parts.every((one) => /^[1-9][0-9]{0,5}$/.test(one) && Number(one) <= sides)) {
        refuse(`public entropy: not the results of ${source.form} in order, one space between`);
      }
    } else if (source.source === "digits") {
      if (parts.length !== source.count || !parts.every((one) => /^[0-9]$/.test(one))) {
        refuse(`public entropy: not ${source.count} digits in order, one space between`);
      }
    } else if (source.source === "drand") {
      const start = `${source.chain}:${source.round}:`;
      if (!given.startsWith(start) || !/^(?:[0-9a-f]{96}){1,2}$/.test(given.slice(start.length))) {
        refuse("public entropy: not chain:round:signature of the chain and round in the manifest");
      }
    } else if (!/^[0-9A-F]{128}$/.test(given)) {
      refuse("public entropy: not a NIST pulse's output value, 128 upper-case hex digits");
    }
  }

  // ---------------------------------------------------------------------------------------------------- the manifest

  const MANIFEST = ["attempt", "draw", "entropy", "event", "format", "pools", "previous", "prizes", "repeat", "software"];

  function readManifest(value) {
    const have = fields(value, "manifest", MANIFEST, ["ballots", "links", "progressive"]);
    if (have.format !== FORMAT) refuse(`manifest: the format ${told(have.format)} is not ${FORMAT}`);
    if (typeof have.repeat !== "boolean") refuse("manifest, repeat: neither true nor false");
    const attempt = integer(have.attempt, "manifest, attempt", 1, Number.MAX_SAFE_INTEGER);
    if ((have.previous === null) !== (attempt === 1)) refuse("manifest, previous: names the attempt before, so all but attempt 1 have one");
    if ("ballots" in have) {
      const ballots = fields(have.ballots, "manifest, ballots", ["root", "size"]);
      hex(ballots.root, "manifest, ballots", HASH_BYTES);
      integer(ballots.size, "manifest, ballots", 0, Number.MAX_SAFE_INTEGER);
    }
    uuid(have.event, "manifest, event");
    uuid(have.draw, "manifest, draw");
    if (attempt > 1) hex(have.previous, "manifest, previous", HASH_BYTES);
    const plan = {
      event: have.event, draw: have.draw, attempt, previous: have.previous, repeat: have.repeat, software: have.software,
      ballots: have.ballots ?? null, entropy: checkSource(have.entropy), pools: readPools(have.pools), prizes: readPrizes(have.prizes),
      links: [], progressive: null,
    };
    hex(have.software, "manifest, software", HASH_BYTES);
    if ("links" in have) plan.links = readLinks(have.links);
    if ("progressive" in have) plan.progressive = readProgressive(have.progressive);
    checkEnough(plan);
    checkLinks(plan);
    checkPairs(plan);
    return plan;
  }

  function bytesOfManifest(value) {
    const data = canonical(value);
    if (data.length > MANIFEST_BYTES_MAX) refuse(`manifest: ${data.length} bytes are more than the ${MANIFEST_BYTES_MAX} allowed`);
    return data;
  }

  function readPools(value) {
    const pools = new Map();
    let last = null;
    for (const item of items(value, "manifest, pools", POOLS_MAX)) {
      const have = fields(item, "manifest, pools", ["pool", "root", "size"]);
      const name = text(have.pool, "manifest, pool");
      if (!/^[ -~]+$/.test(name)) refuse(`manifest: ${quoted(name)} is no name of a pool`);
      if (last !== null && byCodePoint(name, last) <= 0) refuse(`manifest: the pool ${quoted(name)} is not in order of names, or stands twice`);
      const where = `pool ${quoted(name)}`;
      if (have.size === 0) refuse(`${where}: it is empty, nothing can be drawn from it`);
      const size = integer(have.size, `${where}, size`, 1, NUMBER_MAX);
      pools.set(name, { pool: name, size, root: hex(have.root, `${where}, root`, HASH_BYTES) });
      last = name;
    }
    if (!pools.size) refuse("manifest: no pool");
    return pools;
  }

  function readPrizes(value) {
    const prizes = [];
    for (const item of items(value, "manifest, prizes", PRIZES_MAX)) {
      const have = fields(item, "manifest, prizes", ["pool", "position", "prize", "winners"]);
      const position = integer(have.position, "prize, position", 1, NUMBER_MAX);
      if (prizes.length && position <= prizes[prizes.length - 1].position) refuse(`prize ${position}: not in order of positions, or the position stands twice`);
      const winners = integer(have.winners, `prize ${position}, winners`, 1, WINNERS_MAX);
      prizes.push({ position, winners, prize: uuid(have.prize, `prize ${position}`), pool: text(have.pool, `prize ${position}, pool`) });
    }
    if (!prizes.length) refuse("manifest: no prize");
    if (new Set(prizes.map((prize) => prize.prize)).size !== prizes.length) refuse("manifest: a prize stands at two positions");
    return prizes;
  }

  function checkEnough(plan) {
    const wanted = new Map();
    let all = 0;
    for (const prize of plan.prizes) {
      if (!plan.pools.has(prize.pool)) refuse(`prize ${prize.position}: there is no pool ${quoted(prize.pool)}`);
      wanted.set(prize.pool, (wanted.get(prize.pool) ?? 0) + prize.winners);
      all += prize.winners;
      const { size } = plan.pools.get(prize.pool);
      if (!plan.repeat && wanted.get(prize.pool) > size) {
        refuse(`prize ${prize.position}: the pool ${quoted(prize.pool)} holds ${size} numbers, which could run out before all its prizes have different winners`);
      }
    }
    if (all > WINNERS_MAX) refuse(`manifest: ${all} winners are more than the ${WINNERS_MAX} allowed`);
  }

  function readLinks(value) {
    const links = [];
    for (const item of items(value, "manifest, links", LINKS_MAX)) {
      const have = fields(item, "manifest, links", ["event", "first", "last", "offset", "pool"]);
      const first = integer(have.first, "manifest, links, first", 1, NUMBER_MAX);
      const last = integer(have.last, "manifest, links, last", first, NUMBER_MAX);
      const offset = integer(have.offset, "manifest, links, offset", 1 - first, NUMBER_MAX - last);
      const link = { first, last, offset, pool: text(have.pool, "manifest, links, pool"), event: uuid(have.event, "manifest, links, event") };
      const before = links[links.length - 1];
      const order = before ? byCodePoint(before.pool, link.pool) : -1;
      if (order > 0 || (order === 0 && before.last + before.offset >= first + offset)) refuse("manifest, links: not in order of pools and numbers, or ranges overlap");
      links.push(link);
    }
    if (!links.length) refuse("manifest, links: an empty list has no place there");
    return links;
  }

  // One ticket has one number, the same in all pools, and one number stands for one ticket.
  function checkLinks(plan) {
    for (const link of plan.links) if (!plan.pools.has(link.pool)) refuse(`manifest, links: there is no pool ${quoted(link.pool)}`);
    const meaning = (link) => `${link.event} ${link.offset}`;
    if (!overlapsAgree(plan.links.map((link) => ["", link.first + link.offset, link.last + link.offset, meaning(link)]))) refuse("manifest, links: a number stands for two tickets");
    if (!overlapsAgree(plan.links.map((link) => [link.event, link.first, link.last, meaning(link)]))) refuse("manifest, links: a ticket has two numbers");
  }

  // Whether, of spans [group, first, last, meaning], those of one group that overlap mean the same.
  function overlapsAgree(spans) {
    let group = null, end = 0, meaning = null;
    for (const [here, first, last, means] of spans.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]))) {
      if (here !== group || first > end) [group, end, meaning] = [here, last, means];
      else if (means !== meaning) return false;
      end = Math.max(end, last);
    }
    return true;
  }

  function readProgressive(value) {
    const have = fields(value, "manifest, progressive", ["ace", "deck"]);
    return { ace: integer(have.ace, "manifest, progressive, ace", 1, CARDS_MAX), deck: text(have.deck, "manifest, progressive, deck") };
  }

  function checkPairs(plan) {
    if (!plan.progressive) return;
    const { deck } = plan.progressive;
    if (!plan.pools.has(deck) || plan.pools.get(deck).size > CARDS_MAX) refuse(`manifest, progressive: there is no pool ${quoted(deck)} of at most ${CARDS_MAX} cards`);
    if (plan.repeat || plan.links.some((link) => link.pool === deck)) refuse("manifest, progressive: a card is drawn once, and is no event's ticket");
    if (plan.prizes.length % 2 || plan.prizes.some((prize, i) => prize.winners !== 1 || (prize.pool === deck) !== (i % 2 === 1))) {
      refuse("manifest, progressive: not pairs of prizes, a ticket's and a card's, one winner each");
    }
  }

  // Refuses a pool that is the manifest's, but holds numbers that cannot be there.
  function checkPool(plan, name, given) {
    const ranges = plan.links.filter((link) => link.pool === name);
    const within = ranges.reduce((sum, link) => sum + given.count(link.first + link.offset, link.last + link.offset), 0);
    if (ranges.length && within !== given.size) refuse(`the pool ${quoted(name)} holds a number that lies in no linked event's range`);
    if (!plan.progressive) return;
    const { ace, deck } = plan.progressive;
    if (given.count(CARD_BASE + 1, NUMBER_MAX) !== (name === deck ? given.size : 0)) refuse(`the pool ${quoted(name)} mixes tickets and cards`);
    if (name === deck && !given.count(CARD_BASE + ace, CARD_BASE + ace)) refuse(`the deck ${quoted(name)} lacks the ace, card ${ace}`);
  }

  // The event and the number on the ticket that a number of a pool stands for.
  function ticketOf(plan, poolName, number) {
    if (plan.progressive && (number > CARD_BASE) !== (poolName === plan.progressive.deck)) refuse(`${number} is no number of the pool ${quoted(poolName)}`);
    const links = plan.links.filter((link) => link.pool === poolName);
    if (!links.length) return { event: plan.event, ticketNumber: number };
    const link = links.find((one) => one.first + one.offset <= number && number <= one.last + one.offset);
    if (!link) refuse(`${number} of the pool ${quoted(poolName)} lies in no linked event's range`);
    return { event: link.event, ticketNumber: number - link.offset };
  }

  // ------------------------------------------------------------------------------------------------------ the bundle

  const BUNDLE = ["bundle_sha256", "manifest", "manifest_sha256", "public_entropy", "results", "seed", "seed_sha256"];
  const RESULT = [...INCLUSION, "outputs", "prize", "refused", "winner"];

  const emptyReport = () => ({ ok: false, checked: [], notChecked: [], problems: [], winners: [], steps: [], jackpot: null, manifest: null, manifestSha256: "", seedSha256: "", seed: "", entropy: "", bundleSha256: "" });

  // Checks a bundle, and each of the published pools given. `beacon` checks the text of the source drand: null where the
  // signature holds, words where it cannot tell, a BeaconError where it does not. `problems` says what is wrong.
  function verify(data, pools = [], beacon = null) {
    const report = emptyReport();
    try {
      verifyBundle(data, pools, beacon, report);
    } catch (error) {
      if (!(error instanceof DrawError)) throw error;
      report.problems.push(error.message);
    }
    report.ok = report.problems.length === 0;
    return report;
  }

  function compare(report, name, claimed, actual, words) {
    if (claimed === actual) report.checked.push(words);
    else report.problems.push(`${name}: ${told(claimed)} is stated, ${actual} is right`);
  }

  function verifyBundle(data, pools, beacon, report) {
    const have = fields(parseCanonical(data), "bundle", BUNDLE);
    const { bundle_sha256: claimed, ...rest } = have;
    report.bundleSha256 = sha256Hex(canonical(rest));
    compare(report, "bundle_sha256", claimed, report.bundleSha256, "the bundle's own hash");
    const manifestBytes = bytesOfManifest(have.manifest);
    const plan = report.manifest = readManifest(have.manifest);
    report.checked.push(`the manifest is a proper one: ${plan.prizes.length} prizes, ${plan.pools.size} pools`);
    report.manifestSha256 = sha256Hex(manifestBytes);
    compare(report, "manifest_sha256", have.manifest_sha256, report.manifestSha256, "the manifest's hash");
    report.entropy = text(have.public_entropy, "public entropy", TEXT_CHARS_MAX);
    checkEntropy(plan.entropy, report.entropy);
    let generator = null;
    if (plan.entropy.source === "manual") {
      if (have.seed !== "" || have.seed_sha256 !== "") refuse("seed: not empty, though the numbers are drawn by hand");
    } else {
      const seed = hex(have.seed, "seed", SEED_BYTES);
      report.seed = have.seed;
      report.seedSha256 = sha256Hex(seed);
      compare(report, "seed_sha256", have.seed_sha256, report.seedSha256, "the seed's hash");
      report.checked.push(`the public entropy has the form of its source, ${plan.entropy.source}`);
      generator = generatorOf(seed, report.entropy, manifestBytes);
    }
    verifyResults(plan, generator, items(have.results, "results", WINNERS_MAX), report);
    verifyPools(plan, pools, report);
    verifySource(plan, report, beacon);
    report.notChecked.push(...beyond(plan));
  }

  function verifyResults(plan, generator, results, report) {
    const due = plan.prizes.flatMap((prize) => Array.from({ length: prize.winners }, (_, i) => [prize, i + 1]));
    if (results.length !== due.length) refuse(`results: ${results.length} winners, the manifest has ${due.length}`);
    const gone = new Set();
    due.forEach(([prize, winner], i) => {
      const where = `prize ${prize.position}, winner ${winner}`;
      const have = fields(results[i], where, RESULT);
      const outputs = items(have.outputs, `${where}, outputs`, OUTPUTS_PER_WINNER_MAX);
      const refused = items(have.refused, `${where}, refused`, OUTPUTS_PER_WINNER_MAX);
      const result = {
        prize: uuid(have.prize, `${where}, prize`), winner: integer(have.winner, `${where}, winner`, 1, WINNERS_MAX), won: readInclusion(have, where),
        outputs: outputs.map((output) => hex(output, `${where}, outputs`, OUTPUT_BYTES)),
        refused: refused.map((one) => readInclusion(fields(one, `${where}, refused`, INCLUSION), `${where}, refused`)),
      };
      if (result.prize !== prize.prize || result.winner !== winner) refuse(`${where}: the result is of prize ${result.prize}, winner ${result.winner}`);
      const frozen = plan.pools.get(prize.pool);
      if (generator) verifyDrawn(result, generator, frozen, plan.repeat ? null : gone, where, report.steps, i);
      else verifyByHand(result, frozen, plan.repeat ? null : gone, where);
      const number = result.won.number;
      gone.add(number);
      const won = {
        position: prize.position, prize: prize.prize, winner, pool: prize.pool, drawNumber: number, index: result.won.index,
        ...within(where, () => ticketOf(plan, prize.pool, number)), void: report.jackpot !== null,
      };
      report.winners.push(won);
      if (plan.progressive && number === CARD_BASE + plan.progressive.ace) report.jackpot = report.winners[report.winners.length - 2]; // the ticket before it
    });
    const again = plan.repeat ? "a number may win again here" : "or its number had already won";
    if (generator) {
      report.checked.push("each output of the generator, computed again from seed, public entropy and manifest");
      report.checked.push(`each of the ${due.length} winners: by the right output, in the right order, at its place in the pool's tree`);
      report.checked.push(`each refused output: out of range${plan.repeat ? ` (${again})` : `, ${again}`}`);
    } else {
      report.checked.push(`each of the ${due.length} winners: at its place in the pool's tree, ${plan.repeat ? again : "none twice"}`);
    }
    if (plan.links.length) report.checked.push("each winner's event and ticket number, by the manifest's links");
    if (plan.progressive) {
      const { jackpot } = report;
      const came = jackpot ? `it came with prize ${jackpot.position}, ${jackpot.drawNumber}; what was drawn after it is void` : "it did not come";
      report.checked.push(`the ace, card ${plan.progressive.ace}: ${came}`);
    }
  }

  function verifyDrawn(result, generator, frozen, gone, where, steps, place) {
    let used = 0;
    result.outputs.forEach((output, i) => {
      const count = i + 1, last = count === result.outputs.length;
      if (!same(generator.generate(), output)) refuse(`${where}: output ${count} is not what the generator gives`);
      const index = scale(output, frozen.size);
      const step = { result: place, output: toHex(output), index, number: null, taken: last };
      if (index === null) {
        if (last) refuse(`${where}: output ${count} is out of range and cannot be taken`);
        steps.push(step);
        return;
      }
      const proof = last ? result.won : result.refused[used++];
      if (!proof || proof.index !== index) refuse(`${where}: output ${count} leads to position ${index}, which is not what is proven`);
      within(`${where}, output ${count}`, () => checkInclusion(proof, frozen.root, frozen.size));
      if (last && gone && gone.has(proof.number)) refuse(`${where}: ${proof.number} had already won`);
      if (!last && !(gone && gone.has(proof.number))) refuse(`${where}: ${proof.number} was refused, and had not won before`);
      steps.push({ ...step, number: proof.number });
    });
    if (!result.outputs.length || used !== result.refused.length) refuse(`${where}: outputs are missing`);
  }

  function verifyByHand(result, frozen, gone, where) {
    if (result.outputs.length || result.refused.length) refuse(`${where}: outputs of a generator, though the numbers are drawn by hand`);
    within(where, () => checkInclusion(result.won, frozen.root, frozen.size));
    if (gone && gone.has(result.won.number)) refuse(`${where}: ${result.won.number} had already won`);
  }

  function verifyPools(plan, pools, report) {
    const seen = new Set();
    for (const one of pools) {
      const names = [...plan.pools.values()].filter((frozen) => frozen.size === one.size && same(frozen.root, one.root)).map((frozen) => frozen.pool);
      if (!names.length) report.problems.push(`pool: ${one.size} numbers with the root ${toHex(one.root)} are no pool of this draw`);
      for (const name of names) {
        checkPool(plan, name, one);
        if (!seen.has(name)) report.checked.push(`the pool ${quoted(name)}: ${one.size} numbers, ascending, none twice, with the root drawn from`);
        seen.add(name);
      }
    }
    for (const frozen of plan.pools.values()) {
      if (!seen.has(frozen.pool)) report.notChecked.push(`that the pool ${quoted(frozen.pool)} is ascending, without doubles, and of ${frozen.size} numbers (give its file too)`);
    }
  }

  // The beacon's signature where it can be checked; for all else, what to ask, and whom.
  function verifySource({ entropy }, report, beacon) {
    const known = {
      none: "that the seed is a random one: no public source took part, one must trust the office",
      dice: "that the dice fell so: those know who were there",
      digits: "that these digits were called or drawn: those know who were there",
      drand: `that the signature is valid (BLS): python drand.py ${report.entropy} checks it, or ask drand for the round`,
      nist: `that the beacon gave this value: ask NIST for its pulse of ${entropy.time}`,
      manual: "that the numbers were drawn by hand as the record states: those know who were there",
    };
    let words = known[entropy.source];
    if (entropy.source === "drand" && beacon) {
      let unknown;
      try {
        unknown = beacon(report.entropy);
      } catch (error) {
        if (error.name !== "BeaconError") throw error;
        refuse(`public entropy: ${error.message}`);
      }
      if (unknown === null) {
        report.checked.push(`drand's signature of round ${entropy.round} is valid (BLS)`);
        return;
      }
      words = `that the signature is valid (BLS): ${unknown}`;
    }
    report.notChecked.push(words);
  }

  // What no bundle can show.
  function beyond(plan) {
    const said = ["that each pool holds exactly the tickets that were sold and may win"];
    said.push(`that ${plan.entropy.source === "manual" ? "manifest and winners" : "manifest, seed's hash, public entropy and seed"} were published in this order`);
    if (plan.previous !== null) said.push(`attempt ${plan.attempt - 1}, whose manifest has the SHA-256 ${plan.previous}`);
    if (plan.ballots !== null) said.push("the ballots");
    for (const name of plan.links.length ? plan.pools.keys() : []) {
      const ticketsOfLinks = plan.links.some((link) => link.pool === name) || name === plan.progressive?.deck;
      if (!ticketsOfLinks) said.push(`that no ticket in the pool ${quoted(name)}, which is not linked, has another number by the links (replay does)`);
    }
    said.push(`the software that drew: the manifest names ${plan.software}, the SHA-256 of its draw.py`);
    return said;
  }

  // --------------------------------------------------------------------------------------- a ticket holder's proof

  const PROOF = ["draw", "event", "format", "manifest", "manifest_sha256", "number", "pool", "proof"];

  // Checks a proof file: that a number is in a pool of the manifest whose hash was published. Never throws for what it holds.
  function verifyProof(data) {
    const report = { ...emptyReport(), number: null, index: null, size: null, pool: "", path: [] };
    try {
      const have = fields(parseCanonical(data), "proof", PROOF);
      if (have.format !== PROOF_FORMAT) refuse(`proof: the format ${told(have.format)} is not ${PROOF_FORMAT}`);
      report.manifestSha256 = sha256Hex(bytesOfManifest(have.manifest));
      const plan = report.manifest = readManifest(have.manifest);
      compare(report, "manifest_sha256", have.manifest_sha256, report.manifestSha256, "the manifest's hash");
      const name = text(have.pool, "proof, pool"), frozen = plan.pools.get(name);
      if (have.draw !== plan.draw || !frozen) refuse("proof: of another draw, or of a pool that the draw does not have");
      const inclusion = readInclusion(fields(have.proof, "proof", INCLUSION), "proof");
      report.path = within("proof", () => checkInclusion(inclusion, frozen.root, frozen.size));
      const event = uuid(have.event, "proof, event"), number = integer(have.number, "proof, number", 1, NUMBER_MAX);
      const ticket = ticketOf(plan, name, inclusion.number);
      if (ticket.event !== event || ticket.ticketNumber !== number) refuse("proof: the number proven stands for another ticket");
      Object.assign(report, { number, event, index: inclusion.index, size: frozen.size, pool: name, drawNumber: inclusion.number });
      report.checked.push(`ticket ${number} of event ${event} was in the draw ${plan.draw}, in the pool ${quoted(name)}`);
      report.checked.push(`there it is the number ${inclusion.number}, at position ${inclusion.index} of ${frozen.size}`);
      report.notChecked.push("that this manifest was published before the draw: compare its hash with what you noted then");
    } catch (error) {
      if (!(error instanceof DrawError)) throw error;
      report.problems.push(error.message);
    }
    report.ok = report.problems.length === 0;
    return report;
  }

  // What a file is, by what it says of itself; a pool's file says nothing.
  function kindOf(data) {
    const start = new TextDecoder().decode(data.subarray(0, 1000));
    if (!start.startsWith("{")) return /^[^\n]*draw_number/.test(start) ? "csv" : "pool"; // no pool's numbers that ascend spell that
    return start.startsWith('{"draw":') ? "proof" : "bundle";
  }

  return { DrawError, HmacDrbg, canonical, CARD_BASE, climb, kindOf, parseCanonical, pool, poolOfCsv, scale, sha256Hex, toHex, verify, verifyProof };
})();
