// What the screen knows: one person's chats, kept fresh by events. Unread counts are kept for everybody.
import { getState, listen } from "./api.js";

export const GENERAL = 1;

export const store = {
  me: null, people: [], bot: null, chats: new Map(), now: 0, nowTakenAt: 0,
  chatId: null, threadId: null, unread: new Map(), actions: new Map(), waiting: new Map(),
  replyTo: null, editing: null, inline: null, lastEvent: 0,
};

const listeners = new Set();
let source = null;
let generation = 0;

export const onChange = (listener) => listeners.add(listener);
export const changed = (what, detail = {}) => listeners.forEach((listener) => listener(what, detail));

export const currentChat = () => store.chats.get(store.chatId) || null;
export const simulatedNow = () => store.now + Math.floor((Date.now() - store.nowTakenAt) / 1000);

function take(state) {
  store.me = state.me;
  store.people = state.people;
  store.bot = state.bot;
  store.now = state.now;
  store.nowTakenAt = Date.now();
  store.chats = new Map(
    state.chats.map((chat) => [chat.id, { ...chat, messages: new Map(chat.messages.map((one) => [one.key, one])) }]),
  );
  if (!store.chats.has(store.chatId)) store.chatId = null;
  const chat = currentChat();
  if (chat?.is_forum && store.threadId && !chat.topics.some((topic) => topic.id === store.threadId)) store.threadId = null;
}

export async function become(who) {
  const mine = ++generation;
  source?.close();
  const state = await getState(who);
  if (mine !== generation) return;
  const chatWas = store.chatId;
  const wasPrivate = store.me && chatWas === store.me.id;
  store.chatId = wasPrivate ? state.me.id : chatWas;
  store.replyTo = store.editing = store.inline = null;
  take(state);
  store.lastEvent = state.last_event;
  source = listen(state.me.id, state.last_event, apply, () => changed("lost"), () => changed("found"));
  changed("person");
}

// Everything that has no small update of its own: members, topics, pins, menus.
let reloading = null;
export function reload() {
  reloading ??= setTimeout(async () => {
    reloading = null;
    const mine = generation;
    const state = await getState(store.me.id);
    if (mine !== generation) return;
    // What the stream has told since is newer than this answer.
    if (state.last_event < store.lastEvent) return reload();
    take(state);
    changed("all");
  }, 60);
}

export function open(chatId, threadId = null) {
  store.chatId = chatId;
  store.threadId = threadId;
  store.replyTo = store.editing = store.inline = null;
  markRead();
  changed("chat");
}

const unreadKey = (person, chatId, threadId) => `${person}/${chatId}/${threadId || GENERAL}`;

export function unreadOf(person, chatId = null, threadId = null) {
  const start = chatId === null ? `${person}/` : threadId === null ? `${person}/${chatId}/` : unreadKey(person, chatId, threadId);
  let sum = 0;
  for (const [key, count] of store.unread) if (threadId === null ? key.startsWith(start) : key === start) sum += count;
  return sum;
}

export function markRead() {
  const chat = currentChat();
  if (!chat || (chat.is_forum && !store.threadId)) return;
  store.unread.delete(unreadKey(store.me.id, chat.id, chat.is_forum ? store.threadId : null));
}

function countUnread(person, chatId, threadId) {
  const key = unreadKey(person, chatId, threadId);
  store.unread.set(key, (store.unread.get(key) || 0) + 1);
}

export const isOpen = (message) => {
  const chat = currentChat();
  return Boolean(chat) && chat.id === message.chat_id && (!chat.is_forum || message.thread_id === store.threadId);
};

function apply(event) {
  store.lastEvent = event.number;
  const chat = store.chats.get(event.chat_id);
  switch (event.kind) {
    case "elsewhere":
      if (event.by === store.bot.id) countUnread(event.person_id, event.person_id, null);
      return changed("unread");
    case "message": {
      if (!chat) return reload();
      const { message } = event;
      chat.messages.set(message.key, message);
      chat.has_started = true;
      if (message.is_bot) store.actions.delete(chat.id);
      if (!message.is_mine && !message.service && (!isOpen(message) || document.hidden)) countUnread(store.me.id, chat.id, message.thread_id);
      if (message.service || message.is_bot) reload();
      return changed("message", { message });
    }
    case "edited":
    case "reaction":
      chat?.messages.set(event.message.key, event.message);
      return changed("message", { message: event.message, isUpdate: true });
    case "deleted":
      for (const key of event.keys) chat?.messages.delete(key);
      return changed("deleted", { keys: event.keys });
    case "answer": {
      store.waiting.delete(event.callback_query_id);
      return changed("answer", event);
    }
    case "action":
      store.actions.set(event.chat_id, { ...event, until: Date.now() + 5000 });
      return changed("action");
    case "inline":
      return changed("inline", event);
    case "clock":
      store.now = event.now;
      store.nowTakenAt = Date.now();
      return changed("clock");
    default:
      return reload();
  }
}
