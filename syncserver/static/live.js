// The dashboard keeps itself up to date: by a stream of events, or by asking, where no stream is to be had.
"use strict";

{
const ASK_MS = 5000;
const STREAM_AGAIN_MS = 30000;
const SILENT_MS = 40000; // the server speaks at least every 15 seconds

const board = document.getElementById("live");
const liveState = document.querySelector("[data-live-state]");
const clockText = () => new Date().toLocaleTimeString([], { hour12: false });
let since = clockText(), heardAt = performance.now(), asking = 0, asked = false, source = null, well = false;

const sayLive = (text, kind = "") => {
  if (liveState.textContent !== text) liveState.textContent = text;
  liveState.className = kind;
};
const fine = () => {
  heardAt = performance.now();
  since = clockText();
  if (!well) sayLive("Live: what changes shows by itself.", "ok");
  well = true;
};
const broken = (words) => {
  if (well) sayLive(`Not live since ${since}: ${words} Trying again…`, "warn-text");
  else if (!liveState.classList.contains("warn-text")) sayLive(`Not live: ${words} Trying again…`, "warn-text");
  well = false;
};

function show(pieces) {
  for (const [name, html] of Object.entries(pieces)) {
    const piece = document.querySelector(`[data-piece="${name}"]`);
    if (piece) exchange(piece, html);
  }
  turn();
  tick();
}

// Somebody else may have called everybody home, or let them sell again; a form that is filled in stays meanwhile.
function turn() {
  const called = Boolean(document.querySelector("[data-piece=home] [data-called]"));
  for (const form of document.querySelectorAll("[data-when-called]")) {
    const wanted = (form.dataset.whenCalled === "yes") === called;
    if (wanted || !inUse(form)) form.hidden = !wanted;
  }
}

async function ask() {
  // A server that takes longer than from one question to the next is not asked a second one meanwhile.
  if (asked) return;
  asked = true;
  try {
    const reply = await fetch(board.dataset.pieces, { headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(SILENT_MS) });
    if (reply.status === 401 || reply.status === 403 || reply.redirected) { location.reload(); return; }
    if (!reply.ok) { broken("the server answers with an error."); return; }
    show(await reply.json());
    heardAt = performance.now();
    since = clockText();
    well = true;
    sayLive(`As of ${since}; asked for every ${ASK_MS / 1000} seconds.`);
  } catch (error) { broken(error.name === "TimeoutError" ? "the server does not answer." : "the server cannot be reached."); }
  finally { asked = false; }
}
function startAsking() {
  if (asking) return;
  ask();
  asking = setInterval(() => { if (!document.hidden) ask(); }, ASK_MS);
}
function stopAsking() {
  clearInterval(asking);
  asking = 0;
}

function connect() {
  if (source) source.close();
  source = new EventSource(board.dataset.stream);
  source.addEventListener("pieces", (event) => { stopAsking(); show(JSON.parse(event.data)); fine(); });
  source.addEventListener("alive", () => { stopAsking(); fine(); });
  source.addEventListener("trouble", () => { heardAt = performance.now(); broken("the server’s database does not answer."); });
  source.addEventListener("ended", () => { source.close(); location.reload(); });
  source.addEventListener("error", () => {
    broken("the connection broke.");
    // The browser tries again by itself, unless the server refused: then the page asks, and tries a stream later.
    if (source.readyState === EventSource.CLOSED) { startAsking(); setTimeout(connect, STREAM_AGAIN_MS); }
  });
}
setInterval(() => {
  turn();
  if (!asking && performance.now() - heardAt > SILENT_MS) { broken("nothing is heard of the server."); connect(); heardAt = performance.now(); }
}, 5000);
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
connect();
}
