// The top bar (people, clock) and the column of chats and topics.
import { act, post } from "./api.js";
import { $, avatar, botAvatar, h, icon, listTime, locale, toast } from "./dom.js";
import { refreshTimes } from "./entities.js";
import { ask, showMenu } from "./overlays.js";
import { become, currentChat, GENERAL, open, simulatedNow, store, unreadOf } from "./store.js";
import { LANGUAGES, TEXTS } from "./texts.js";

const badge = (count) => (count ? h("span", { class: "badge" }, count > 99 ? "99+" : String(count)) : null);

export function renderPeople() {
  $("people").setAttribute("aria-label", TEXTS.people);
  $("people").replaceChildren(...store.people.map((person) => {
    const isMe = person.id === store.me.id;
    const news = isMe ? 0 : unreadOf(person.id, person.id);
    return h("button", {
      type: "button", class: `person ${isMe ? "me" : ""}`, "aria-pressed": String(isMe), title: [person.name, person.note].filter(Boolean).join(" · "),
      "aria-label": [person.name, person.note].filter(Boolean).join(", "), onclick: () => !isMe && become(person.id),
    }, avatar(person.id, person.name, "tiny"), h("span", { class: "person-name" }, person.name.split(" ")[0], person.note && h("small", {}, person.note)), badge(news));
  }));
  $("people").querySelector(".me")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

export function renderClock() {
  const code = locale(store.me.language_code);
  const moment = simulatedNow() * 1000;
  const date = new Intl.DateTimeFormat(code, { weekday: "short", day: "numeric", month: "short" }).format(moment);
  const time = new Intl.DateTimeFormat(code, { hour: "2-digit", minute: "2-digit" }).format(moment);
  const steps = TEXTS.steps.map(([label, hours]) => ({ label, run: () => move(hours) }));
  $("clock").setAttribute("aria-label", TEXTS.clock);
  $("clock").replaceChildren(
    h("button", { type: "button", class: "now", title: TEXTS.moveClock, onclick: (event) => showMenu(event.currentTarget, steps) }, icon("clock"), h("time", {}, h("span", {}, date), h("span", {}, time))),
    h("div", { class: "steps" }, steps.map((step) => h("button", { type: "button", dir: "ltr", onclick: step.run }, step.label))),
  );
}

async function move(hours) {
  $("clock").classList.add("busy");
  try {
    await post("clock", { hours });
  } catch (error) {
    toast(error.message);
  }
  $("clock").classList.remove("busy");
  refreshTimes();
}

export function renderSide() {
  const chat = currentChat();
  $("side").replaceChildren(...(chat?.is_forum && store.showsTopics ? topicList(chat) : chatList()));
}

function languagePicker() {
  const select = h("select", { "aria-label": TEXTS.language, onchange: () => act(store.me.id, "sets_language", { language_code: select.value }) },
    LANGUAGES.map(([code, name]) => h("option", { value: code, selected: code === store.me.language_code }, name)));
  if (!LANGUAGES.some(([code]) => code === store.me.language_code)) select.prepend(h("option", { selected: true }, store.me.language_code));
  return select;
}

function chatList() {
  const last = (chat) => [...chat.messages.values()].at(-1);
  const chats = [...store.chats.values()].sort((a, b) => (last(b)?.date || 0) - (last(a)?.date || 0) || (a.type === "private" ? -1 : 1));
  return [
    h("div", { class: "side-head" },
      avatar(store.me.id, store.me.name), h("div", { class: "who" }, h("strong", { dir: "auto" }, store.me.name), h("small", {}, h("bdi", {}, store.me.note || (store.me.username && `@${store.me.username}`)))), languagePicker()),
    h("nav", { class: "rows", "aria-label": TEXTS.chats }, chats.map((chat) => chatRow(chat, last(chat)))),
  ];
}

function preview(message) {
  if (!message) return TEXTS.nothingYet;
  if (message.service) return (TEXTS.service[message.service.kind] || (() => ""))(message.service);
  const words = message.text || message.file?.name || "";
  return (message.is_mine ? `${TEXTS.you}: ` : "") + words.replace(/\s+/g, " ").slice(0, 120);
}

function chatRow(chat, message) {
  const isPrivate = chat.type === "private";
  const name = isPrivate ? store.bot.name : chat.title;
  return h("button", {
    type: "button", class: `chat-row ${chat.id === store.chatId ? "open" : ""}`, "aria-current": chat.id === store.chatId ? "true" : null,
    onclick: () => {
      store.showsTopics = chat.is_forum;
      open(chat.id, null);
    },
  },
  isPrivate ? botAvatar() : avatar(chat.id, name),
  h("div", { class: "row-text" },
    h("div", { class: "row-top" }, h("strong", { dir: "auto" }, name), h("small", {}, message ? listTime(message.date, simulatedNow(), store.me.language_code) : "")),
    h("div", { class: "row-bottom" }, h("span", { dir: "auto" }, preview(message)), badge(unreadOf(store.me.id, chat.id)))));
}

function topicList(chat) {
  return [
    h("div", { class: "side-head" },
      h("button", { class: "round", type: "button", "aria-label": TEXTS.back, onclick: () => { store.showsTopics = false; open(null); } }, icon("back")),
      h("div", { class: "who" }, h("strong", { dir: "auto" }, chat.title), h("small", {}, TEXTS.members(chat.members.length))),
      h("button", { class: "round", type: "button", "aria-label": TEXTS.more, onclick: (event) => groupMenu(event.currentTarget, chat) }, icon("more"))),
    h("nav", { class: "rows", "aria-label": chat.title }, [...chat.topics].sort((a, b) => topicDate(chat, b) - topicDate(chat, a)).map((topic) => topicRow(chat, topic))),
  ];
}

const inTopic = (chat, topic) => [...chat.messages.values()].filter((one) => one.thread_id === topic.id);
const topicDate = (chat, topic) => inTopic(chat, topic).at(-1)?.id || 0;

export const topicIcon = (topic) =>
  h("span", { class: `topic-icon ${topic.id === GENERAL ? "general" : `topic-${topic.icon_color}`}`, "aria-hidden": "true" }, topic.id === GENERAL ? "#" : [...topic.name][0].toUpperCase());

function topicRow(chat, topic) {
  const message = inTopic(chat, topic).at(-1);
  return h("button", { type: "button", class: `chat-row topic ${topic.id === store.threadId ? "open" : ""}`, onclick: () => open(chat.id, topic.id) },
    topicIcon(topic),
    h("div", { class: "row-text" },
      h("div", { class: "row-top" }, h("strong", { dir: "auto" }, topic.name), topic.is_closed && icon("lock"), h("small", {}, message ? listTime(message.date, simulatedNow(), store.me.language_code) : "")),
      h("div", { class: "row-bottom" }, h("span", { dir: "auto" }, message ? preview(message) : ""), badge(unreadOf(store.me.id, chat.id, topic.id)))));
}

export function groupMenu(anchor, chat) {
  const me = store.me.id;
  const on = { chat: chat.id };
  const hasBot = ["member", "administrator"].includes(chat.bot_status);
  showMenu(anchor, [
    chat.is_forum && chat.i_am_admin && { label: TEXTS.newTopic, run: () => newTopic(chat) },
    !hasBot && { label: TEXTS.addBot, run: () => act(me, "adds_bot", on) },
    hasBot && chat.i_am_admin && { label: chat.bot_is_admin ? TEXTS.demoteBot : TEXTS.promoteBot, run: () => act(me, "promotes_bot", { ...on, rights: chat.bot_is_admin ? {} : null }) },
    hasBot && chat.i_am_admin && { label: TEXTS.removeBot, isDanger: true, run: () => act(me, "removes_bot", on) },
    !chat.is_forum && chat.i_am_admin && { label: chat.type === "group" ? TEXTS.upgrade : TEXTS.withTopics, run: () => act(me, "upgrades_group", on) },
    { label: TEXTS.leave, isDanger: true, run: () => act(me, "leaves", on) },
  ]);
}

async function newTopic(chat) {
  const name = await ask(TEXTS.topicName);
  const made = name && (await act(store.me.id, "creates_topic", { chat: chat.id, name }));
  if (made) setTimeout(() => open(chat.id, made.thread_id), 150);
}
