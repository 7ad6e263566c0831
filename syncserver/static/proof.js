// A ticket holder's proof, checked by the holder's own browser: the file is computed again, and compared with the page.
"use strict";

(async () => {
  const card = document.querySelector("[data-proof]"), verdict = card.querySelector("[data-verdict]");
  const say = (kind, words) => { verdict.className = `flash ${kind}`; verdict.textContent = words; };
  const plain = (element) => element.textContent.replace(/\s/g, "");
  let data;
  try {
    const reply = await fetch(card.dataset.proof);
    if (!reply.ok) { say("warn", "The proof could not be loaded, so your browser has not checked it."); return; }
    data = new Uint8Array(await reply.arrayBuffer());
  } catch {
    say("warn", "The server cannot be reached, so your browser has not checked it. Save the proof later and check it then.");
    return;
  }
  const report = Tombola.verifyProof(data);
  let fits = report.ok && Tombola.toHex(report.path[report.path.length - 1].hash) === plain(card.querySelector("[data-root]"));
  for (const tick of document.querySelectorAll("[data-step]")) {
    const step = report.path[Number(tick.dataset.step)];
    const right = Boolean(step) && Tombola.toHex(step.hash) === plain(tick.closest(".knot").querySelector("code"));
    tick.textContent = right ? "✓" : "✗";
    tick.classList.toggle("bad", !right);
    fits = fits && right;
  }
  if (fits) say("good", "✓ Your browser has computed every hash on this page again, and it fits. Compare the manifest’s hash with what you noted before the draw.");
  else say("bad", `This proof does not hold: ${report.problems[0] ?? "the page shows other hashes than the proof"}.`);
})();
