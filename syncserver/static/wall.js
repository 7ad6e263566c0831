// The wall before the audience: it exchanges what stands there, counts down, reveals winners calmly, and says when it
// cannot know what is new. It runs for hours without a hand.
"use strict";

(() => {
  const POLL_MS = 2000;
  const REPLY_MS_MAX = 8000;
  const STALE_MS = 10_000;
  const REVEAL_MS = 4000; // between two winners
  const PAGE_MS = 12_000; // how long a page of winners stays
  const PAGE_WINNERS = 6;

  const wall = document.querySelector("[data-wall]"), stale = document.querySelector("[data-stale]");
  let shown = wall.innerHTML, fresh = Date.now(), skew = 0, timer = 0;
  const step = () => wall.querySelector("[data-step]")?.dataset.step;

  // Winners come one by one where the hall sees them for the first time; on a wall opened later all stand there.
  function reveal(live) {
    clearTimeout(timer);
    const cards = [...wall.querySelectorAll("[data-winner]")];
    if (!cards.length) return;
    const place = wall.querySelector("[data-reveal]"), pages = Math.ceil(cards.length / PAGE_WINNERS);
    place.classList.add(cards.length === 1 ? "one" : cards.length <= 2 ? "few" : "many");
    const page = (which, slowly) => {
      cards.forEach((card, i) => {
        card.hidden = Math.floor(i / PAGE_WINNERS) !== which;
        card.classList.toggle("shown", !slowly);
      });
      const these = cards.filter((card) => !card.hidden);
      const next = () => {
        if (pages > 1) timer = setTimeout(() => page((which + 1) % pages, slowly && which + 1 < pages), PAGE_MS);
      };
      const one = (i) => {
        if (i === these.length) { next(); return; }
        these[i].classList.add("shown");
        timer = setTimeout(() => one(i + 1), REVEAL_MS);
      };
      if (slowly) timer = setTimeout(() => one(0), REVEAL_MS / 2);
      else next();
    };
    page(0, live);
  }

  function count() {
    const due = wall.querySelector("[data-due]");
    if (!due) return;
    const left = Math.max(0, Math.ceil((Number(due.dataset.due) - Date.now() - skew) / 1000));
    const words = left ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "Any moment";
    if (due.textContent !== words) due.textContent = words;
  }

  function judge() {
    const late = Date.now() - fresh > STALE_MS;
    stale.hidden = !late;
    if (late) stale.textContent = `Not up to date since ${new Date(fresh).toTimeString().slice(0, 8)}: the server cannot be reached`;
  }

  async function look() {
    const ended = new AbortController(), limit = setTimeout(() => ended.abort(), REPLY_MS_MAX);
    try {
      const reply = await fetch(wall.dataset.wall, { cache: "no-store", signal: ended.signal, headers: { "X-Fragment": "1" } });
      if (reply.ok) {
        const text = await reply.text(), before = step();
        fresh = Date.now();
        const told = Date.parse(reply.headers.get("Date"));
        if (told) skew = told - fresh;
        if (text.trim() !== shown.trim()) {
          shown = text;
          wall.innerHTML = text;
          reveal(step() === "official" && before !== "official");
          count();
        }
      }
    } catch (error) {
      if (!(error instanceof TypeError || error.name === "AbortError")) throw error; // no network: `judge` tells the hall
    } finally {
      clearTimeout(limit);
      setTimeout(look, POLL_MS);
    }
  }

  // A projector's computer must not fall asleep; where the browser cannot promise it, its owner has set it so.
  const wake = () => { if (navigator.wakeLock && !document.hidden) navigator.wakeLock.request("screen").catch(() => {}); };
  document.addEventListener("visibilitychange", wake);
  wake();
  reveal(false);
  count();
  setInterval(count, 250);
  setInterval(judge, 1000);
  look();
})();
