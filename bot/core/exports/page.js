"use strict";
// Shows the conversations and searches them. Everything that people wrote is set as text, never as markup.
(() => {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const words = settings.words;
  const view = document.getElementById("view");
  const status = document.getElementById("status");
  const query = document.getElementById("query");
  const language = document.documentElement.lang;
  const dates = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const numbers = new Intl.NumberFormat(language);
  const ROWS = 50, MESSAGES = 200, SNIPPET = 80, KEPT_FILES = 8;

  // ---------------------------------------------------------------- data: in the page, or in script files beside it
  const loaded = new Map();
  const waiting = new Map();
  window.received = (kind, number, data) => {
    const promise = waiting.get(kind + "-" + number);
    if (promise) promise.resolve(data);
  };

  function load(kind, number) {
    const name = kind + "-" + number;
    if (!loaded.has(name)) loaded.set(name, fetchPart(kind, number, name));
    const part = loaded.get(name);
    loaded.delete(name); // the youngest stands last; the oldest goes, so that memory does not grow with the account
    loaded.set(name, part);
    if (loaded.size > KEPT_FILES) loaded.delete(loaded.keys().next().value);
    return part;
  }

  function fetchPart(kind, number, name) {
    const inside = document.getElementById(name);
    if (inside) return Promise.resolve(JSON.parse(inside.textContent));
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const done = (action) => (value) => { waiting.delete(name); script.remove(); action(value); };
      waiting.set(name, { resolve: done(resolve) });
      script.onerror = done(() => { loaded.delete(name); reject(new Error(name)); });
      script.src = "page/" + kind + "-" + String(number).padStart(4, "0") + ".js";
      document.body.append(script);
    });
  }

  async function header(index) {
    const part = await load("list", Math.floor(index / settings.list_length) + 1);
    const [title, started, messages, kept, file] = part[index % settings.list_length];
    return { index, title: title || words.untitled, started, messages, kept, file };
  }

  async function* headers() {
    for (let file = 1; file <= settings.files.list; file++) {
      const length = (await load("list", file)).length;
      const first = (file - 1) * settings.list_length;
      for (let index = first; index < first + length; index++) yield await header(index);
    }
  }

  async function* messagesOf(chat, from) {
    for (let file = chat.file; file <= settings.files.text; file++) {
      const pieces = await load("text", file);
      for (const [index, first, messages] of pieces) {
        if (index > chat.index) return;
        if (index < chat.index || first + messages.length <= from) continue;
        for (let i = Math.max(0, from - first); i < messages.length; i++) yield [first + i, ...messages[i]];
      }
    }
  }

  // ---------------------------------------------------------------- small parts of the page
  function element(tag, name, ...children) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.append(...children);
    return made;
  }
  const apart = (text) => element("bdi", "", text);
  const time = (at) => { const made = element("time", "", dates.format(at)); made.dateTime = new Date(at).toISOString(); return made; };
  function button(name, text, action) {
    const made = element("button", name, text);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }
  function say(text) { status.textContent = text; }
  const failed = () => say(words.missing_file);

  // One thing is shown at a time: whatever still runs for an older one notices that its turn is over.
  let turn = 0;
  function begin() { turn += 1; view.replaceChildren(); say(""); return turn; }

  async function fill(mine, source, count, draw) {
    const more = button("more", words.more, () => next().catch(failed));
    let shown = 0;
    async function next() {
      more.remove();
      for (let i = 0; i < count; i++) {
        const { value, done } = await source.next();
        if (mine !== turn) return;
        if (done) return;
        shown += 1;
        view.append(draw(value));
      }
      view.append(more);
    }
    await next();
    return shown;
  }

  // ---------------------------------------------------------------- list, conversation, search
  function row(chat, note, open) {
    const made = button("row", "", open);
    const about = element("span", "quiet", time(chat.started), " · ", words.messages, " ", numbers.format(chat.messages));
    if (chat.kept) about.append(" · ", words.saved);
    made.append(element("strong", "", apart(chat.title)), about);
    if (note) made.append(note);
    return made;
  }

  async function showList() {
    const mine = begin();
    const shown = await fill(mine, headers(), ROWS, (chat) => row(chat, null, () => showChat(chat, 0).catch(failed)));
    if (mine === turn && shown === 0) say(words.no_conversations);
  }

  async function showChat(chat, from) {
    const mine = begin();
    const back = button("", words.back, () => (query.value.trim() ? search() : showList()).catch(failed));
    const bar = element("nav", "", back);
    const start = Math.max(0, from - 5);
    if (start > 0) bar.append(button("", "1 …", () => showChat(chat, 0).catch(failed)));
    view.append(bar, element("h3", "", apart(chat.title)));
    back.focus();
    await fill(mine, messagesOf(chat, start), MESSAGES, ([number, role, at, text]) => {
      const who = role === 0 ? words.you : role === 1 ? words.assistant : role;
      const body = element("div", "text", text);
      body.dir = "auto";
      const name = "message" + (role === 0 ? " mine" : "") + (from && number === from ? " hit" : "");
      const made = element("div", name, element("div", "quiet", apart(who), " · ", time(at)), body);
      if (from && number === from) setTimeout(() => made.scrollIntoView({ block: "center" }));
      return made;
    });
  }

  const folded = (text) => text.normalize("NFC").toLowerCase();

  function snippet(text, wanted) {
    const whole = text.normalize("NFC");
    const at = whole.toLowerCase().indexOf(wanted);
    const made = element("bdi", "quiet");
    if (at < 0) { made.append(whole.slice(0, 2 * SNIPPET)); return made; }
    const start = Math.max(0, at - SNIPPET), end = at + wanted.length;
    made.append((start ? "… " : "") + whole.slice(start, at), element("mark", "", whole.slice(at, end)));
    made.append(whole.slice(end, end + SNIPPET) + (end + SNIPPET < whole.length ? " …" : ""));
    return made;
  }

  async function* hits(wanted, mine) {
    for await (const chat of headers()) {
      if (mine !== turn) return;
      if (folded(chat.title).includes(wanted)) yield { chat, from: 0, text: null };
    }
    for (let file = 1; file <= settings.files.text; file++) {
      const pieces = await load("text", file);
      await new Promise((resolve) => setTimeout(resolve)); // lets the page breathe between files
      for (const [index, first, messages] of pieces) {
        for (let i = 0; i < messages.length; i++) {
          if (mine !== turn) return;
          if (folded(messages[i][2]).includes(wanted)) yield { chat: await header(index), from: first + i, text: messages[i][2] };
        }
      }
    }
  }

  async function search() {
    const wanted = folded(query.value.trim());
    if (!wanted) return showList();
    const mine = begin();
    say(words.searching);
    let shown = 0;
    await fill(mine, hits(wanted, mine), ROWS, (hit) => {
      shown += 1;
      say(words.found.replace("{n}", numbers.format(shown)));
      return row(hit.chat, hit.text === null ? null : snippet(hit.text, wanted), () => showChat(hit.chat, hit.from).catch(failed));
    });
    if (mine === turn && shown === 0) say(words.nothing_found);
  }

  // ---------------------------------------------------------------- start
  for (const made of document.querySelectorAll("time")) made.textContent = dates.format(new Date(made.dateTime));
  const form = document.querySelector("form");
  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); search().catch(failed); });
  let pause = 0;
  query.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(() => search().catch(failed), 250); });
  showList().catch(failed);
})();
