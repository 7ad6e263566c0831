// The wall before the audience: it exchanges what stands there, counts down, reveals winners calmly, and says when it
// cannot know what is new. It runs for hours without a hand.
"use strict";

(() => {
  const POLL_MS = 2000;
  const REPLY_MS_MAX = 8000;
  const STALE_MS = 10_000;
  const REVEAL_MS = 4000; // between two winners
  const PAGE_MS = 12_000; // how long a page of winners stays
  const PAGE_WINNERS = 6; // more would be too small to read from the last row; pages are filled evenly
  const ROW_TILES = [8, 24, 60, 100, 120]; // up to so many tiles stand in one row, in two, …

  const wall = document.querySelector("[data-wall]"), stale = document.querySelector("[data-stale]");
  let shown = wall.innerHTML, fresh = Date.now(), skew = 0, timer = 0;
  const step = () => wall.querySelector("[data-step]")?.dataset.step;

  // Numbers as large as the screen allows: how wide the widest is, in its own font's size, decides with their count.
  function arrange(place, cards) {
    const ratios = cards.map((card) => {
      const number = card.querySelector(".number");
      return number.getBoundingClientRect().width / parseFloat(getComputedStyle(number).fontSize);
    });
    place.style.setProperty("--ratio", Math.max(...ratios, 0.5).toFixed(3));
  }

  // What was thrown or called stands in rows of the same length, as few as can be read.
  function lay() {
    const tiles = wall.querySelector("[data-tiles]");
    if (!tiles) return;
    const all = [...tiles.children], rows = ROW_TILES.findIndex((most) => all.length <= most) + 1 || ROW_TILES.length;
    tiles.style.setProperty("--per", Math.ceil(all.length / rows));
    tiles.style.setProperty("--chars", Math.max(...all.map((one) => one.textContent.length)));
  }

  // Winners come one by one where the hall sees them for the first time; on a wall opened later all stand there.
  function reveal(live) {
    clearTimeout(timer);
    const cards = [...wall.querySelectorAll("[data-winner]")];
    if (!cards.length) return;
    const place = wall.querySelector("[data-reveal]"), told = wall.querySelector("[data-pages]");
    const pages = Math.ceil(cards.length / PAGE_WINNERS), full = Math.ceil(cards.length / pages);
    arrange(place, cards);
    place.classList.add(`of-${full}`);
    const page = (which, slowly) => {
      cards.forEach((card, i) => {
        card.hidden = Math.floor(i / full) !== which;
        card.classList.toggle("shown", !slowly);
      });
      told.hidden = pages === 1;
      told.textContent = `${which * full + 1}–${Math.min(cards.length, (which + 1) * full)} of ${cards.length} winners`;
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
          lay();
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
  lay();
  reveal(false);
  count();
  setInterval(count, 250);
  setInterval(judge, 1000);
  look();
})();
