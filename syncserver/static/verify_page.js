// The page on which a browser verifies draws and ticket holders' proofs: it takes files, and shows what verify.js says.
// Nothing that is dropped here leaves the browser.
"use strict";

(() => {
  const POOL_BYTES_MAX = 4 * 2 ** 31;
  const WINNERS_SHOWN_MAX = 1000;

  const make = (tag, kind, ...parts) => {
    const element = document.createElement(tag);
    if (kind) element.className = kind;
    element.append(...parts);
    return element;
  };
  const groups = (hex) => hex.replace(/(.{4})(?=.)/g, "$1 ");
  const counted = (number) => number.toLocaleString("en");
  const list = (kind, mark, lines) => {
    const all = make("ul", `said ${kind}`);
    for (const line of lines) all.append(make("li", "", make("span", "sign", mark), make("span", "", line)));
    return all;
  };
  const section = (title, ...parts) => make("section", "card", make("h2", "", title), ...parts);
  const fact = (name, hex) => [make("dt", "", name), make("dd", "mono hash", groups(hex))];

  function verdict(ok, title, words) {
    return make("section", `verdict ${ok ? "good" : "bad"}`, make("h2", "", title), make("p", "", words));
  }

  function shown(report) {
    const parts = [];
    if (report.ok) parts.push(verdict(true, "The draw verifies.", "Its winners follow from the sealed pools, the seed and the public chance, and from nothing else."));
    else parts.push(verdict(false, "This is not a valid record of a draw. Do not rely on it.", report.problems[0]));
    if (report.ok && report.manifest.entropy.source === "manual") parts[0].lastChild.textContent = "The numbers drawn by hand are in the sealed pools, in the prizes’ order.";
    if (report.problems.length) parts.push(section("What is wrong", list("bad", "✗", report.problems)));
    if (report.manifest) {
      const facts = make("dl", "facts", ...fact("Manifest (SHA-256)", report.manifestSha256));
      if (report.seedSha256) facts.append(...fact("Seed’s hash (SHA-256)", report.seedSha256));
      facts.append(make("dt", "", "Draw"), make("dd", "mono hash", report.manifest.draw), make("dt", "", "Attempt"), make("dd", "", String(report.manifest.attempt)));
      parts.push(section("Compare these with what you noted before the draw", facts));
    }
    if (report.ok) parts.push(section("The winners", winners(report)));
    if (report.checked.length) parts.push(section("Checked", list("good", "✓", report.checked)));
    if (report.notChecked.length) parts.push(section("Not checked", list("", "–", report.notChecked)));
    return parts;
  }

  function winners(report) {
    const several = report.manifest.pools.size > 1, linked = report.manifest.links.length > 0;
    const heads = ["Prize", "Number", ...(linked ? ["On the ticket"] : []), ...(several ? ["Pool"] : [])];
    const body = make("tbody");
    for (const won of report.winners.slice(0, WINNERS_SHOWN_MAX)) {
      const card = report.manifest.progressive && won.pool === report.manifest.progressive.deck;
      const prize = report.winners.some((other) => other.prize === won.prize && other.winner > 1) ? `${won.position}, winner ${won.winner}` : String(won.position);
      const row = make("tr", "", make("td", "", prize), make("td", "", make("strong", "num", card ? `card ${won.drawNumber - Tombola.CARD_BASE}` : String(won.drawNumber)), won.void ? " void, after the ace" : ""));
      if (won.void) row.className = "gone";
      if (won === report.jackpot) row.firstChild.append(" (wins the jackpot)");
      if (linked) row.append(make("td", "", card ? "" : String(won.ticketNumber)));
      if (several) row.append(make("td", "soft", won.pool));
      body.append(row);
    }
    const table = make("table", "", make("thead", "", make("tr", "", ...heads.map((head) => make("th", "", head)))), body);
    const more = report.winners.length - WINNERS_SHOWN_MAX;
    return make("div", "scroll", table, ...(more > 0 ? [make("p", "soft", `And ${counted(more)} more.`)] : []));
  }

  function proven(report) {
    if (!report.ok) return [verdict(false, "This proof does not hold.", report.problems[0])];
    const facts = make("dl", "facts", ...fact("Manifest (SHA-256)", report.manifestSha256), make("dt", "", "Event"), make("dd", "mono hash", report.event), make("dt", "", "Draw"), make("dd", "mono hash", report.manifest.draw));
    return [
      verdict(true, `Ticket ${report.number} takes part.`, `In the pool “${report.pool}” its number stands at position ${counted(report.index)} of ${counted(report.size)}, counted from 0.`),
      section("Compare these with what you noted before the draw", facts),
      section("Checked", list("good", "✓", report.checked)), section("Not checked", list("", "–", report.notChecked)),
    ];
  }

  // Reads what was given, a bundle with or without its pools, or proofs; what it is shows from its contents.
  function judge(files) {
    const pools = [], problems = [], shownParts = [];
    let bundle = null;
    for (const { name, data } of files) {
      const kind = Tombola.kindOf(data);
      if (kind === "proof") shownParts.push(...proven(Tombola.verifyProof(data)));
      else if (kind === "bundle") bundle = data;
      else {
        try {
          pools.push(kind === "csv" ? Tombola.poolOfCsv(data) : Tombola.pool(data));
        } catch (error) {
          if (!(error instanceof Tombola.DrawError)) throw error;
          problems.push(`${name}: ${error.message}`);
        }
      }
    }
    if (!bundle) {
      if (!shownParts.length) shownParts.push(verdict(false, "There is no bundle among these files.", "Choose the draw’s bundle, a .json file, and its pools with it if you have them."));
      return shownParts;
    }
    const report = Tombola.verify(bundle, pools, Drand.check);
    report.problems.push(...problems);
    report.ok = report.problems.length === 0;
    return [...shownParts, ...shown(report)];
  }

  for (const place of document.querySelectorAll("[data-verifier]")) {
    const result = place.querySelector("[data-result]"), choose = place.querySelector("input[type=file]"), drop = place.querySelector("[data-drop]");
    const kept = new Map(); // files given so far, so that pools can follow their bundle
    const show = (...parts) => { result.replaceChildren(...parts); };
    const say = (words) => show(make("p", "flash", words));
    const work = async (files) => {
      say("Checking…");
      await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
      if (files.some((file) => Tombola.kindOf(file.data) === "bundle")) kept.clear();
      for (const file of files) kept.set(file.name, file);
      try {
        show(...judge([...kept.values()]));
      } catch (error) {
        show(verdict(false, "This browser could not check it.", `${error.message}. Try another browser, or the program draw.py.`));
        throw error;
      }
      result.focus();
    };
    const take = async (given) => {
      const files = [];
      for (const file of given) {
        if (file.size > POOL_BYTES_MAX) { show(verdict(false, `${file.name} is too large to be a file of a draw.`, "")); return; }
        files.push({ name: file.name, data: new Uint8Array(await file.arrayBuffer()) });
      }
      if (files.length) await work(files);
    };
    choose.addEventListener("change", async () => {
      const given = [...choose.files]; // emptied at once, so that files chosen while these are read are not lost
      choose.value = "";
      await take(given);
    });
    for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
    for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files); });

    const fetched = async (address) => {
      const reply = await fetch(address);
      if (!reply.ok) throw new Error(reply.status === 404 ? "it is not published yet" : `the server answers ${reply.status}`);
      return { name: address, data: new Uint8Array(await reply.arrayBuffer()) };
    };
    const load = async (addresses) => {
      say("Loading…");
      let files;
      try {
        files = await Promise.all(addresses.map(fetched));
      } catch (error) {
        if (error instanceof TypeError) say("The server cannot be reached. Choose a bundle that you have saved.");
        else show(verdict(false, "The bundle cannot be loaded.", `${error.message}.`));
        return;
      }
      await work(files);
    };
    if (place.dataset.bundle) load([place.dataset.bundle]);
    for (const button of place.querySelectorAll("[data-load]")) button.addEventListener("click", () => load(button.dataset.load.split(" ")));
  }
})();
