// An official draw held once more, step by step, out of its bundle: verify.js computes, this shows.
"use strict";

(async () => {
  const SLOW_MS = 4500;
  const FAST_MS = 2200;

  const place = document.querySelector("[data-replay]");
  if (!place) return;
  const stage = place.querySelector("[data-stage]"), bar = place.querySelector("[data-progress]");
  const play = place.querySelector("[data-play]"), fast = place.querySelector("[data-fast]");
  const names = new Map([...document.querySelectorAll("[data-prize]")].map((one) => [one.dataset.prize, one.textContent]));
  const make = (tag, kind, ...parts) => {
    const element = document.createElement(tag);
    if (kind) element.className = kind;
    element.append(...parts);
    return element;
  };
  const groups = (hex) => hex.replace(/(.{4})(?=.)/g, "$1 ");
  const counted = (number) => number.toLocaleString("en");
  const sum = (...rows) => make("dl", "sum", ...rows.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));

  let data;
  try {
    const reply = await fetch(place.dataset.replay);
    if (!reply.ok) throw new TypeError("no record");
    data = new Uint8Array(await reply.arrayBuffer());
  } catch {
    stage.replaceChildren(make("p", "", "The record cannot be loaded. Load the page again."));
    return;
  }
  const report = Tombola.verify(data);
  if (!report.ok) {
    stage.replaceChildren(make("h2", "", "This is not a valid record of a draw. Do not rely on it."), make("p", "", report.problems[0]));
    return;
  }

  const plan = report.manifest, source = plan.entropy;
  const prizeOf = (won) => {
    const several = report.winners.filter((other) => other.prize === won.prize).length;
    return `${names.get(won.prize) ?? `Prize ${won.position}`}${several > 1 ? `, winner ${won.winner} of ${several}` : ""}`;
  };
  const shown = (won, number) => (plan.progressive && won.pool === plan.progressive.deck ? `Card ${number - Tombola.CARD_BASE}` : String(number));
  const yours = (won) => (won.ticketNumber !== won.drawNumber ? `On the ticket: ${won.ticketNumber}` : "");

  function wonPanel(won) {
    const parts = [make("h2", "", prizeOf(won)), make("div", "number", shown(won, won.drawNumber))];
    if (yours(won)) parts.push(make("p", "", yours(won)));
    if (won.void) parts.push(make("p", "", "Void: drawn after the ace."));
    if (won === report.jackpot) parts.push(make("p", "yes", "With it comes the ace: the jackpot is won."));
    return parts;
  }

  function drawnPanel(step) {
    const won = report.winners[step.result], { size } = plan.pools.get(won.pool), x = BigInt("0x" + step.output);
    const rows = [["Output of the generator", groups(step.output)], ["as a number", x.toString().replace(/\B(?=(\d{3})+$)/g, " ")]];
    if (step.index === null) {
      return [make("h2", "", prizeOf(won)), sum(...rows), make("p", "", "Refused: beyond the last whole multiple of the pool’s size, so that every ticket keeps the same chance.")];
    }
    rows.push([`its remainder by ${counted(size)}`, counted(step.index)], ["At that position stands", shown(won, step.number)]);
    if (step.taken) return [...wonPanel(won), sum(...rows)];
    return [make("h2", "", prizeOf(won)), make("div", "number refused", shown(won, step.number)), sum(...rows), make("p", "", "Refused: this number has already won.")];
  }

  const scenes = [];
  const add = (main, ...parts) => scenes.push({ main, parts });
  const sizes = [...plan.pools.values()].map((pool) => `${counted(pool.size)} ${plan.pools.size > 1 ? `in “${pool.pool}”` : "tickets"}`).join(", ");
  add(true, make("h2", "", "Sealed before the draw"), make("p", "", sizes), make("div", "value", groups(report.manifestSha256)), make("p", "", "SHA-256 of the manifest, as published"));
  if (source.source === "manual") {
    add(true, make("h2", "", "Drawn by hand"), make("p", "", "The numbers came out of a drum, were keyed by two people, and each is proven to be in the sealed pool."));
    for (const won of report.winners) add(true, ...wonPanel(won));
  } else {
    add(true, make("h2", "", "The secret seed, opened"), make("div", "value", groups(report.seed)), sum(["Its SHA-256", groups(report.seedSha256)]), make("p", "yes", "✓ the hash that was published before the public chance"));
    const words = { none: "No public chance took part", dice: `Dice, ${source.form}`, digits: "Digits from the audience", drand: `drand, round ${source.round}`, nist: `NIST’s beacon, ${source.time}` };
    add(true, make("h2", "", "The public chance"), make("p", "", words[source.source]), make("div", "value", report.entropy));
    for (const step of report.steps) add(step.taken, ...drawnPanel(step));
  }
  const all = make("div", "all", ...report.winners.filter((won) => !won.void).map((won) => make("div", "", make("span", "", prizeOf(won)), make("b", "", shown(won, won.drawNumber)))));
  add(true, make("h2", "", "The same numbers, computed by your own browser"), all, make("p", "yes", "✓ This draw verifies."));

  let at = 0, timer = 0;
  const running = () => timer !== 0;
  function show(index) {
    at = Math.max(0, Math.min(index, scenes.length - 1));
    stage.replaceChildren(...scenes[at].parts);
    bar.max = scenes.length - 1;
    bar.value = at;
    if (!running()) play.textContent = at === scenes.length - 1 ? "Play again" : "Play";
  }
  function move(by) {
    let next = at + by;
    while (fast.checked && scenes[next] && !scenes[next].main) next += by;
    if (scenes[next]) show(next);
    return Boolean(scenes[next]);
  }
  function stop() {
    clearTimeout(timer);
    timer = 0;
    show(at);
  }
  function go() {
    play.textContent = "Pause";
    timer = setTimeout(() => { if (move(1) && at < scenes.length - 1) go(); else stop(); }, fast.checked ? FAST_MS : SLOW_MS);
  }
  play.addEventListener("click", () => {
    if (running()) { stop(); return; }
    go();
    if (at === scenes.length - 1) show(0);
  });
  place.querySelector("[data-next]").addEventListener("click", () => { stop(); move(1); });
  place.querySelector("[data-back]").addEventListener("click", () => { stop(); move(-1); });
  place.querySelector("[data-full]").addEventListener("click", () => stage.requestFullscreen());
  show(0);
  if (new URLSearchParams(location.search).has("play")) go();
})();
