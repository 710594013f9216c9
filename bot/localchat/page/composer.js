// Where one writes: Start button, text field, file, command menu, inline results, reply keyboard.
import { act, upload } from "./api.js";
import { $, h, icon, toast } from "./dom.js";
import { changed, currentChat, GENERAL, store } from "./store.js";
import { TEXTS } from "./texts.js";

const drafts = new Map();
let shownFor = "";

const place = () => `${store.me.id}/${store.chatId}/${store.threadId}`;
const threadId = () => (currentChat().is_forum && store.threadId !== GENERAL ? store.threadId : null);

export function renderComposer() {
  const chat = currentChat();
  const footer = $("composer");
  const topic = chat?.topics.find((one) => one.id === store.threadId);
  if (!chat || (chat.is_forum && !topic)) return void ((footer.replaceChildren()), (shownFor = ""));
  const isBlocked = chat.type === "private" && chat.bot_status === "kicked";
  if (chat.type === "private" && (isBlocked || !chat.has_started)) {
    shownFor = "";
    const run = () => act(store.me.id, isBlocked ? "unblocks_bot" : "presses_start").then(() => isBlocked && act(store.me.id, "presses_start"));
    return footer.replaceChildren(h("button", { class: "start", type: "button", onclick: run }, isBlocked ? TEXTS.restart : TEXTS.start));
  }
  if (topic?.is_closed && !chat.i_am_admin) {
    shownFor = "";
    return footer.replaceChildren(h("div", { class: "closed" }, TEXTS.topicClosed));
  }
  const kind = `${place()}/${store.replyTo?.key}/${store.editing?.key}/${JSON.stringify(chat.reply_markup)}/${chat.commands.length > 0}`;
  if (kind !== shownFor) {
    shownFor = kind;
    footer.replaceChildren(...build(chat));
    if (matchMedia("(hover: hover)").matches || store.replyTo || store.editing) footer.querySelector("textarea").focus({ preventScroll: true });
  }
}

function build(chat) {
  const field = h("textarea", { rows: "1", dir: "auto", placeholder: chat.reply_markup?.input_field_placeholder || TEXTS.message, "aria-label": TEXTS.message });
  field.value = store.editing ? store.editing.text : drafts.get(place()) || "";
  const suggestions = h("div", { class: "suggestions", role: "listbox" });
  const send = h("button", { class: "round send", type: "button", "aria-label": TEXTS.send, onclick: () => submit(field, suggestions) }, icon("send"));
  const picker = h("input", { type: "file", hidden: true, onchange: () => sendFiles(picker) });
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
    send.classList.toggle("ready", field.value.trim() !== "");
  };
  field.addEventListener("input", () => {
    if (!store.editing) drafts.set(place(), field.value);
    grow();
    suggest(field, suggestions);
  });
  field.addEventListener("keydown", (event) => onKey(event, field, suggestions));
  setTimeout(grow);
  const about = store.editing || store.replyTo;
  return [
    suggestions,
    about && h("div", { class: "about" },
      h("div", {}, h("strong", {}, store.editing ? TEXTS.edit : about.sender), h("span", { dir: "auto" }, about.text || about.file?.name || "")),
      h("button", { class: "round", type: "button", "aria-label": TEXTS.cancel, onclick: letGo }, icon("close"))),
    h("div", { class: "line" },
      chat.commands.length > 0 && h("button", {
        class: "round menu-button", type: "button", "aria-label": TEXTS.menu,
        onclick: () => (suggestions.childElementCount ? suggestions.replaceChildren() : showCommands(field, suggestions, "")),
      }, icon("menu")),
      field,
      picker,
      h("button", { class: "round", type: "button", "aria-label": TEXTS.attach, onclick: () => picker.click() }, icon("attach")),
      send),
    chat.reply_markup?.keyboard && h("div", { class: "reply-keyboard" },
      chat.reply_markup.keyboard.map((row) => h("div", { class: "keyboard-row" },
        row.map((key) => {
          const label = typeof key === "string" ? key : key.text;
          return h("button", { class: "key flat", type: "button", dir: "auto", onclick: () => says(label) }, label);
        })))),
  ].filter(Boolean);
}

function letGo() {
  store.replyTo = store.editing = null;
  changed("composer");
}

const says = (text) => act(store.me.id, "says", { chat: store.chatId, thread: threadId(), text, reply_to: store.replyTo?.key });

export async function sayCommand(text) {
  await says(text);
}

async function submit(field, suggestions) {
  const text = field.value.trim();
  if (!text) return;
  suggestions.replaceChildren();
  if (store.editing) {
    const edited = store.editing;
    if (await act(store.me.id, "edits", { chat: edited.chat_id, message: edited.key, text })) letGo();
    return;
  }
  field.value = "";
  field.dispatchEvent(new Event("input"));
  if (await says(text)) {
    if (store.replyTo) letGo();
  } else {
    field.value = text;
  }
}

function onKey(event, field, suggestions) {
  const options = [...suggestions.querySelectorAll("button")];
  const at = options.findIndex((one) => one.classList.contains("picked"));
  if (options.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    options[at]?.classList.remove("picked");
    const next = options[(at + (event.key === "ArrowDown" ? 1 : options.length - (at < 0 ? 0 : 1))) % options.length];
    next.classList.add("picked");
    next.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (at >= 0) options[at].click();
    else submit(field, suggestions);
  } else if (event.key === "Escape") {
    if (options.length) suggestions.replaceChildren();
    else letGo();
  } else if (event.key === "ArrowUp" && !field.value) {
    const mine = [...currentChat().messages.values()].filter((one) => one.is_mine && one.has_text && !one.is_ephemeral).pop();
    if (mine) (event.preventDefault(), (store.editing = mine), changed("composer"));
  }
}

// "/" lists commands, "@bot words" asks the bot inline.
let asking = null;
function suggest(field, suggestions) {
  const command = field.value.match(/^\/(\w*)$/);
  const inline = field.value.match(new RegExp(`^@${store.bot.username}\\s(.*)$`, "is"));
  clearTimeout(asking);
  if (command) return showCommands(field, suggestions, command[1].toLowerCase());
  suggestions.replaceChildren();
  store.inline = null;
  if (!inline) return;
  asking = setTimeout(async () => {
    const asked = await act(store.me.id, "asks_inline", { chat: store.chatId, text: inline[1] });
    store.inline = asked && { query: asked.query_id, field, suggestions };
  }, 350);
}

function showCommands(field, suggestions, start) {
  const found = currentChat().commands.filter((one) => one.command.startsWith(start));
  suggestions.replaceChildren(...found.map((one) =>
    h("button", {
      type: "button", role: "option", class: "command",
      onclick: () => ((field.value = ""), drafts.delete(place()), suggestions.replaceChildren(), says(`/${one.command}`)),
    }, h("strong", { dir: "ltr" }, `/${one.command}`), h("span", { dir: "auto" }, one.description))));
}

export function showInline(event, attempts = 10) {
  // The answer may overtake the reply to our own question; then it waits a moment.
  if (!store.inline || store.inline.query !== event.query_id) {
    if (attempts) setTimeout(() => showInline(event, attempts - 1), 30);
    return;
  }
  const { field, suggestions } = store.inline;
  const choose = async (result) => {
    field.value = "";
    drafts.delete(place());
    suggestions.replaceChildren();
    await act(store.me.id, "chooses", { query_id: event.query_id, result_id: result.id, thread: threadId() });
  };
  suggestions.replaceChildren(
    ...(event.button?.start_parameter ? [h("button", { type: "button", class: "result", onclick: () => act(store.me.id, "presses_start", { payload: event.button.start_parameter }) }, h("strong", {}, event.button.text))] : []),
    ...event.results.map((result) => h("button", { type: "button", role: "option", class: "result", onclick: () => choose(result) },
      h("strong", { dir: "auto" }, result.title), h("span", { dir: "auto" }, result.description))));
}

export function writeInField(text) {
  const field = $("composer").querySelector("textarea");
  if (!field) return;
  field.value = text;
  field.focus();
  field.dispatchEvent(new Event("input"));
}

async function sendFiles(picker) {
  for (const file of picker.files) await sendFile(file);
  picker.value = "";
}

export async function sendFile(file) {
  if (!currentChat()) return;
  if (file.size > 50 * 1024 * 1024) return toast("50 MB");
  const kind = /^image\/(png|jpeg|gif)$/.test(file.type) ? "photo" : "document";
  await upload(store.me.id, file, { chat: store.chatId, thread: threadId(), kind, reply_to: store.replyTo?.key });
  if (store.replyTo) letGo();
}
