// Starts the page and puts the pieces on the screen whenever the store says that something changed.
import { act } from "./api.js";
import { $, avatar, botAvatar, copyText, dayName, h, icon, RTL, toast } from "./dom.js";
import { renderComposer, sayCommand, sendFile, showInline, writeInField } from "./composer.js";
import { refreshTimes } from "./entities.js";
import { pickChat, renderMessage } from "./message.js";
import { alertBox, ask, showMenu } from "./overlays.js";
import { groupMenu, renderClock, renderPeople, renderSide, topicIcon } from "./side.js";
import { become, changed, currentChat, isOpen, markRead, onChange, open, store } from "./store.js";
import { TEXTS } from "./texts.js";

const log = $("log");
const isWide = matchMedia("(min-width: 760px)");
const drawn = new Map();
let drawnFor = "";
let sticksToEnd = true;

const isBotLink = (url) => {
  const match = url.match(/^(?:https?:\/\/)?(?:t|telegram)\.me\/(\w+)/i) || url.match(/^tg:\/\/resolve\?(?:.*&)?domain=(\w+)/i);
  return match?.[1].toLowerCase() === store.bot.username.toLowerCase();
};

async function openBotLink(url) {
  await act(store.me.id, "opens_link", { url: /^\w+:/.test(url) ? url : `https://${url}` });
  open(store.me.id);
}

const actions = {
  reply: (message) => ((store.replyTo = message), (store.editing = null), changed("composer")),
  edit: (message) => ((store.editing = message), (store.replyTo = null), changed("composer")),
  onText: (kind, value, event) => {
    if (kind === "command") sayCommand(value);
    else if (isBotLink(value)) (event.preventDefault(), openBotLink(value));
  },
  press: async (message, button, row, column, node) => {
    if (button.copy_text) return copyText(button.copy_text.text);
    if (button.url) return isBotLink(button.url) ? openBotLink(button.url) : window.open(button.url, "_blank", "noopener");
    if ("switch_inline_query_current_chat" in button) return writeInField(`@${store.bot.username} ${button.switch_inline_query_current_chat}`);
    if ("switch_inline_query" in button || "switch_inline_query_chosen_chat" in button) {
      const query = button.switch_inline_query ?? button.switch_inline_query_chosen_chat?.query ?? "";
      return pickChat(node, (chat) => (open(chat.id, chat.is_forum ? 1 : null), writeInField(`@${store.bot.username} ${query}`)));
    }
    node.classList.add("waiting");
    setTimeout(() => node.classList.remove("waiting"), 15000);
    const tapped = await act(store.me.id, "presses", { chat: message.chat_id, message: message.key, row, column });
    if (tapped?.callback_query_id) store.waiting.set(tapped.callback_query_id, node);
    else node.classList.remove("waiting");
  },
};

function shownMessages(chat) {
  const all = [...chat.messages.values()];
  return chat.is_forum ? all.filter((one) => one.thread_id === store.threadId) : all;
}

// Bubbles are kept as long as they say the same, so that focus, scroll and revealed spoilers survive.
function renderLog() {
  const chat = currentChat();
  const place = `${store.me.id}/${store.chatId}/${store.threadId}/${store.me.language_code}`;
  const isNewPlace = place !== drawnFor;
  const wasAtEnd = sticksToEnd;
  if (isNewPlace) (drawn.clear(), log.replaceChildren(), (drawnFor = place));
  if (!chat || (chat.is_forum && !store.threadId)) return log.replaceChildren(h("p", { class: "hint" }, TEXTS.pickChat));
  const messages = shownMessages(chat);
  if (!messages.length) return log.replaceChildren(emptyChat(chat));
  log.querySelectorAll(".hint, .welcome").forEach((node) => node.remove());
  let day = "";
  let previous = null;
  let cursor = log.firstElementChild;
  const put = (node) => {
    if (node === cursor) cursor = cursor.nextElementSibling;
    else log.insertBefore(node, cursor);
  };
  for (const node of log.querySelectorAll(".day")) node.remove();
  cursor = nextLive(log.firstElementChild);
  for (const message of messages) {
    const today = dayName(message.date, store.me.language_code);
    if (today !== day) (log.insertBefore(h("div", { class: "day" }, today), cursor), (day = today), (previous = null));
    const isRun = previous && !previous.service && previous.sender_id === message.sender_id && message.date - previous.date < 300;
    const text = JSON.stringify(message);
    let entry = drawn.get(message.key);
    if (entry?.text !== text) {
      const node = renderMessage(message, actions);
      if (entry) {
        if (entry.node === cursor) cursor = node;
        entry.node.replaceWith(node);
      } else if (!isNewPlace) node.classList.add("arriving");
      entry = { text, node };
      drawn.set(message.key, entry);
    }
    entry.node.classList.toggle("run", Boolean(isRun));
    put(entry.node);
    cursor = nextLive(cursor);
    previous = message;
  }
  for (const [key, entry] of drawn) if (!messages.some((one) => one.key === key)) vanish(key, entry.node);
  if (isNewPlace || wasAtEnd) log.scrollTop = log.scrollHeight;
  showEndButton();
}

function nextLive(node) {
  let at = node;
  while (at?.classList.contains("vanishing")) at = at.nextElementSibling;
  return at;
}

function vanish(key, node) {
  drawn.delete(key);
  node.style.height = `${node.offsetHeight}px`;
  node.getBoundingClientRect();
  node.classList.add("vanishing");
  setTimeout(() => node.remove(), 320);
}

function emptyChat(chat) {
  if (chat.type !== "private") return h("p", { class: "hint" }, TEXTS.nothingYet);
  return h("div", { class: "welcome" }, botAvatar("big"), h("strong", { dir: "auto" }, store.bot.name),
    store.bot.description && h("div", { class: "welcome-box" }, h("b", {}, TEXTS.whatCanItDo), h("span", { dir: "auto" }, store.bot.description)));
}

function showEndButton() {
  $("to-end").hidden = log.scrollHeight - log.scrollTop - log.clientHeight < 200;
}

function renderHead() {
  const chat = currentChat();
  const head = $("chat-head");
  document.body.classList.toggle("in-chat", Boolean(chat) && (!chat.is_forum || Boolean(store.threadId)));
  if (!chat || (chat.is_forum && !store.threadId)) return head.replaceChildren();
  const topic = chat.topics.find((one) => one.id === store.threadId);
  const isPrivate = chat.type === "private";
  const action = store.actions.get(chat.id);
  const isBusy = action && action.until > Date.now();
  const doing = isBusy && (action.action.startsWith("upload") ? TEXTS.sendingFile : TEXTS.typing);
  head.replaceChildren(
    h("button", { class: "round back", type: "button", "aria-label": TEXTS.back, onclick: () => open(chat.is_forum ? chat.id : null, null) }, icon("back")),
    isPrivate ? botAvatar() : topic ? topicIcon(topic) : avatar(chat.id, chat.title),
    h("div", { class: "who" },
      h("strong", { dir: "auto" }, isPrivate ? store.bot.name : topic ? topic.name : chat.title),
      h("small", { class: isBusy ? "busy" : "" }, isBusy ? h("span", { class: "dots" }, doing) : isPrivate ? TEXTS.bot : topic ? chat.title : TEXTS.members(chat.members.length))),
    h("button", { class: "round", type: "button", "aria-label": TEXTS.more, onclick: (event) => chatMenu(event.currentTarget, chat, topic) }, icon("more")));
}

function chatMenu(anchor, chat, topic) {
  const me = store.me.id;
  if (chat.type === "private") {
    const isBlocked = chat.bot_status === "kicked";
    return showMenu(anchor, [
      { label: TEXTS.clear, run: () => act(me, "clears_history") },
      { label: isBlocked ? TEXTS.unblock : TEXTS.block, isDanger: !isBlocked, run: () => act(me, isBlocked ? "unblocks_bot" : "blocks_bot") },
    ]);
  }
  if (!topic || topic.id === 1 || !chat.i_am_admin) return groupMenu(anchor, chat);
  const on = { chat: chat.id, thread: topic.id };
  showMenu(anchor, [
    { label: topic.is_closed ? TEXTS.reopenTopic : TEXTS.closeTopic, run: () => act(me, topic.is_closed ? "reopens_topic" : "closes_topic", on) },
    { label: TEXTS.renameTopic, run: async () => { const name = await ask(TEXTS.renameTopic, topic.name); if (name) act(me, "renames_topic", { ...on, name }); } },
    { label: TEXTS.deleteTopic, isDanger: true, run: () => act(me, "deletes_topic", on) },
  ]);
}

function renderPins() {
  const chat = currentChat();
  const pinned = chat && shownMessages(chat).filter((one) => chat.pinned.includes(one.id)).at(-1);
  const go = () => document.querySelector(`[data-key="${pinned.key}"]`)?.scrollIntoView({ block: "center", behavior: "smooth" });
  $("pins").replaceChildren(...(pinned ? [h("button", { type: "button", class: "pinned", onclick: go }, h("strong", {}, TEXTS.pinned), h("span", { dir: "auto" }, pinned.text || pinned.file?.name || ""))] : []));
}

function renderAll() {
  const code = store.me.language_code;
  document.documentElement.dir = RTL.has(code.slice(0, 2)) ? "rtl" : "ltr";
  document.documentElement.lang = code;
  if (!document.hidden) markRead();
  renderPeople();
  renderClock();
  renderSide();
  renderHead();
  renderPins();
  renderComposer();
  renderLog();
}

onChange((what, detail) => {
  if (what === "answer") {
    const { callback_query_id: id, text, show_alert: isAlert, url } = detail;
    document.querySelectorAll(".key.waiting").forEach((node) => node.classList.remove("waiting"));
    store.waiting.delete(id);
    if (url && isBotLink(url)) openBotLink(url);
    else if (text) isAlert ? alertBox(text, store.bot.name) : toast(text);
    return;
  }
  if (what === "inline") return showInline(detail);
  if (what === "lost") return document.body.classList.add("lost");
  if (what === "found") return void become(store.me.id).catch((error) => toast(error.message));
  document.body.classList.remove("lost");
  if (what === "composer") return renderComposer();
  if (what === "clock") return (renderAll(), refreshTimes());
  if (what === "action") return (renderHead(), void setTimeout(renderHead, 5100));
  if (what === "unread") return renderPeople();
  if (what === "person" && !store.chatId && isWide.matches) return open(store.me.id);
  renderAll();
  if (what === "message" && !detail.isUpdate && detail.message.is_mine && isOpen(detail.message)) log.scrollTop = log.scrollHeight;
});

// A log that stood at its end stays there when the keyboard, a picture or the composer changes the room.
log.addEventListener("scroll", () => {
  showEndButton();
  sticksToEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}, { passive: true });
const keepEnd = () => sticksToEnd && (log.scrollTop = log.scrollHeight);
new ResizeObserver(keepEnd).observe(log);
log.addEventListener("load", keepEnd, true);
$("to-end").append(icon("down"));
$("to-end").setAttribute("aria-label", TEXTS.scrollDown);
$("to-end").addEventListener("click", () => log.scrollTo({ top: log.scrollHeight, behavior: "smooth" }));
document.addEventListener("visibilitychange", () => store.me && !document.hidden && renderAll());
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  for (const file of event.dataTransfer.files) sendFile(file);
});
setInterval(() => store.me && (renderClock(), refreshTimes()), 20000);

const wanted = new URLSearchParams(location.search).get("as");
try {
  await become(wanted || "");
} catch (error) {
  document.body.replaceChildren(h("p", { class: "hint fatal" }, error.message));
  throw error;
}
