// One bubble: who, reply, file, text, time, reactions, buttons.
import { act, fileUrl } from "./api.js";
import { avatar, botAvatar, copyText, fileSize, h, icon, shortTime } from "./dom.js";
import { renderText } from "./entities.js";
import { showMenu } from "./overlays.js";
import { changed, currentChat, open, store } from "./store.js";
import { QUICK_REACTIONS, TEXTS } from "./texts.js";

export function renderMessage(message, actions) {
  if (message.service) return renderService(message);
  const chat = currentChat();
  const isGroup = chat.type !== "private";
  const classes = ["message", message.is_mine ? "mine" : "theirs"];
  if (message.is_ephemeral) classes.push("ephemeral");
  if (message.file?.kind === "photo") classes.push("with-photo");
  const isInline = endsInline(message);
  const bubble = h(
    "div", { class: "bubble" },
    isGroup && !message.is_mine && h("div", { class: `sender tone-${message.is_bot ? "bot" : message.sender_id % 7}` },
      message.sender, message.is_bot && h("span", { class: "tag" }, TEXTS.bot)),
    message.via && h("div", { class: "via" }, `${TEXTS.via} @${message.via}`),
    message.forwarded_from && h("div", { class: "forwarded" }, `${TEXTS.forwarded} `, h("strong", {}, message.forwarded_from)),
    message.reply && renderReply(message.reply),
    message.file && renderFile(message.file),
    message.text && h("div", { class: "text", dir: "auto" }, renderText(message.text, message.entities, actions.onText),
      isInline && h("span", { class: `gap ${message.is_edited ? "wide" : ""}` })),
    renderFoot(message, isInline),
  );
  const node = h(
    "article",
    {
      class: classes.join(" "), tabindex: "0", data: { key: message.key },
      "aria-label": `${message.sender}, ${shortTime(message.date, store.me.language_code)}`,
      oncontextmenu: (event) => (event.preventDefault(), messageMenu(node, message, actions, event)),
      ondblclick: () => actions.reply(message),
      onkeydown: (event) => {
        if (event.target !== node) return;
        if (event.key === "Enter" || event.key === "ContextMenu") (event.preventDefault(), messageMenu(node, message, actions));
      },
    },
    isGroup && !message.is_mine && (message.is_bot ? botAvatar("small") : avatar(message.sender_id, message.sender, "small")),
    h("div", { class: "stack" },
      message.is_ephemeral && h("div", { class: "only-you" }, icon("eye"), TEXTS.onlyYou),
      bubble,
      message.keyboard.length > 0 && renderKeyboard(message, actions)),
    h("button", { class: "message-more", type: "button", "aria-label": TEXTS.more, tabindex: "-1", onclick: (event) => messageMenu(event.currentTarget, message, actions) }, icon("more")),
  );
  return node;
}

const RTL_FIRST = /^[^A-Za-z\u00C0-\u02B8\u0370-\u058F\u0900-\uD7FF]*[\u0591-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;

// The time sits beside the last words, unless these run the other way or end in a block.
function endsInline(message) {
  if (!message.text || message.reactions.length) return false;
  const last = message.entities.filter((one) => ["pre", "blockquote", "expandable_blockquote"].includes(one.type)).at(-1);
  if (last && last.offset + last.length >= message.text.length) return false;
  return RTL_FIRST.test(message.text) === (document.documentElement.dir === "rtl");
}

function renderService(message) {
  const words = TEXTS.service[message.service.kind];
  return h("div", { class: "service", data: { key: message.key }, dir: "auto" }, words ? words(message.service) : message.service.kind);
}

function renderReply(reply) {
  const go = () => {
    const target = document.querySelector(`[data-key="${reply.key}"]`);
    target?.scrollIntoView({ block: "center", behavior: "smooth" });
    target?.classList.add("flash");
    setTimeout(() => target?.classList.remove("flash"), 1500);
  };
  return h("button", { class: "quote", type: "button", onclick: go }, h("strong", { dir: "auto" }, reply.sender), h("span", { dir: "auto" }, reply.text));
}

function renderFile(file) {
  const url = fileUrl(store.me.id, file.path);
  if (file.kind === "photo") {
    return h("a", { class: "photo", href: url, target: "_blank", rel: "noopener" },
      h("img", { src: url, alt: file.name, width: String(file.width), height: String(file.height) }));
  }
  const ending = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4) : "";
  return h("a", { class: "file", href: url, download: file.name },
    h("span", { class: "file-icon" }, ending ? ending : icon("file")),
    h("span", { class: "file-text" }, h("strong", { dir: "auto" }, file.name), h("small", {}, fileSize(file.size))));
}

function renderFoot(message, isInline) {
  const code = store.me.language_code;
  const reactions = message.reactions.map((one) =>
    h("button", {
      type: "button", class: `reaction ${one.mine ? "own" : ""}`, "aria-pressed": String(one.mine),
      onclick: () => react(message, one.mine ? [] : [one.emoji]),
    }, h("span", { class: "emoji" }, one.emoji), h("span", {}, String(one.count))));
  return h("div", { class: isInline ? "foot inline" : "foot" },
    reactions.length > 0 && h("div", { class: "reactions" }, reactions),
    h("span", { class: "meta" }, message.is_protected && icon("lock"), message.is_edited && `${TEXTS.edited} `, shortTime(message.date, code)));
}

function renderKeyboard(message, actions) {
  return h("div", { class: "keyboard" },
    message.keyboard.map((row, rowNumber) =>
      h("div", { class: "keyboard-row" },
        row.map((button, column) => renderButton(message, button, rowNumber, column, actions)))));
}

function renderButton(message, button, row, column, actions) {
  const mark = button.url ? "link" : button.copy_text ? "copy" : "switch_inline_query" in button ? "share" : null;
  return h("button", {
    type: "button", class: `key ${button.style || ""}`, dir: "auto", disabled: Boolean(button.disabled),
    data: { row, column },
    onclick: (event) => actions.press(message, button, row, column, event.currentTarget),
  }, h("span", {}, button.text), mark && icon(mark));
}

export const react = (message, emoji) => act(store.me.id, "reacts", { chat: message.chat_id, message: message.key, emoji });

function messageMenu(anchor, message, actions, event = null) {
  const chat = currentChat();
  const isPinned = chat.pinned.includes(message.id);
  const mayPin = !message.is_ephemeral && (chat.type === "private" || chat.i_am_admin);
  const on = { chat: message.chat_id, message: message.key };
  const me = store.me.id;
  const head = message.is_ephemeral ? null : h("div", { class: "quick", role: "group", "aria-label": TEXTS.emojiMenu },
    QUICK_REACTIONS.map((emoji) => {
      const mine = message.reactions.some((one) => one.emoji === emoji && one.mine);
      return h("button", { type: "button", class: mine ? "own" : "", onclick: () => react(message, mine ? [] : [emoji]) }, emoji);
    }));
  showMenu(anchor, [
    !message.is_ephemeral && { label: TEXTS.reply, run: () => actions.reply(message) },
    message.text && { label: TEXTS.copy, run: () => copyText(message.text) },
    message.is_mine && !message.is_ephemeral && { label: TEXTS.edit, run: () => actions.edit(message) },
    mayPin && { label: isPinned ? TEXTS.unpin : TEXTS.pin, run: () => act(me, isPinned ? "unpins" : "pins", on) },
    !message.is_ephemeral && !message.is_protected && { label: TEXTS.forward, run: () => forwardMenu(anchor, message) },
    !message.is_ephemeral && (message.is_mine || chat.type === "private" || chat.i_am_admin)
      && { label: TEXTS.remove, isDanger: true, run: () => act(me, "deletes", on) },
  ], { head, point: event ? { x: event.clientX, y: event.clientY } : null });
}

export function pickChat(anchor, run) {
  showMenu(anchor, [...store.chats.values()].map((chat) => ({ label: chat.title || store.bot.name, run: () => run(chat) })));
}

function forwardMenu(anchor, message) {
  pickChat(anchor, async (chat) => {
    await act(store.me.id, "forwards", { chat: message.chat_id, message: message.key, to: chat.id });
    open(chat.id, chat.is_forum ? 1 : null);
    changed("all");
  });
}
