// Text and entities into nested DOM, the way Telegram nests them.
import { h, locale } from "./dom.js";
import { simulatedNow, store } from "./store.js";

export function renderText(text, entities, onAct) {
  return slice(text, entities, 0, text.length, onAct);
}

// JavaScript strings count UTF-16 units, exactly as the entities do.
function slice(text, entities, from, to, onAct) {
  const parts = [];
  let at = from;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const end = entity.offset + entity.length;
    if (entity.offset < at || end > to) continue;
    if (entity.offset > at) parts.push(text.slice(at, entity.offset));
    const inner = entities.slice(index + 1).filter((one) => one.offset >= entity.offset && one.offset + one.length <= end);
    const raw = text.slice(entity.offset, end);
    parts.push(wrap(entity, raw, slice(text, inner, entity.offset, end, onAct), onAct));
    at = end;
  }
  if (at < to) parts.push(text.slice(at, to));
  return parts;
}

const SIMPLE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };

function wrap(entity, raw, inside, onAct) {
  const tag = SIMPLE[entity.type];
  if (tag) return h(tag, entity.type === "code" ? { title: "", class: "mono" } : {}, inside);
  switch (entity.type) {
    case "pre":
      return h("pre", { dir: "ltr" }, h("code", {}, inside));
    case "blockquote":
      return h("blockquote", { dir: "auto" }, inside);
    case "expandable_blockquote": {
      const quote = h("blockquote", { dir: "auto", class: "folded", tabindex: "0", role: "button", "aria-expanded": "false" }, inside);
      const toggle = () => quote.setAttribute("aria-expanded", String(!quote.classList.toggle("folded")));
      quote.addEventListener("click", toggle);
      quote.addEventListener("keydown", (event) => event.key === "Enter" && toggle());
      return quote;
    }
    case "spoiler": {
      const spoiler = h("span", { class: "spoiler", tabindex: "0", role: "button" }, h("span", {}, inside));
      const show = () => spoiler.classList.add("shown");
      spoiler.addEventListener("click", show);
      spoiler.addEventListener("keydown", (event) => event.key === "Enter" && show());
      return spoiler;
    }
    case "text_link":
      return link(entity.url, inside, onAct);
    case "url":
      return link(/^[a-z]+:/i.test(raw) ? raw : `https://${raw}`, inside, onAct);
    case "email":
      return h("a", { href: `mailto:${raw}` }, inside);
    case "bot_command":
      return h("a", { href: "#", onclick: (event) => (event.preventDefault(), onAct("command", raw)) }, inside);
    case "mention":
    case "hashtag":
      return h("span", { class: "linkish" }, inside);
    case "date_time":
      return h("time", { class: "tg-time", data: { unix: entity.unix_time, format: entity.date_time_format || "", raw } }, tgTime(entity.unix_time, entity.date_time_format, raw));
    default:
      return h("span", {}, inside);
  }
}

function link(url, inside, onAct) {
  const safe = /^(https?|tg|mailto|tel):/i.test(url) ? url : "#";
  return h("a", { href: safe, target: "_blank", rel: "noopener noreferrer", onclick: (event) => onAct("link", url, event) }, inside);
}

const UNITS = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

// A deadline in the reader's own zone and language. Formats: r, or w + d/D + t/T.
export function tgTime(unix, format, raw) {
  const code = locale(store.me.language_code);
  if (!format) return raw;
  if (format === "r") {
    const left = unix - simulatedNow();
    const [unit, size] = UNITS.find(([, seconds]) => Math.abs(left) >= seconds) || UNITS.at(-1);
    return new Intl.RelativeTimeFormat(code, { numeric: "auto" }).format(Math.round(left / size), unit);
  }
  const wanted = {};
  if (format.includes("w")) wanted.weekday = "long";
  if (format.includes("d")) Object.assign(wanted, { day: "2-digit", month: "2-digit", year: "2-digit" });
  if (format.includes("D")) Object.assign(wanted, { day: "numeric", month: "long", year: "numeric" });
  if (/[tT]/.test(format)) Object.assign(wanted, { hour: "2-digit", minute: "2-digit" });
  if (format.includes("T")) wanted.second = "2-digit";
  return new Intl.DateTimeFormat(code, wanted).format(unix * 1000);
}

export function refreshTimes() {
  for (const node of document.querySelectorAll("time.tg-time[data-format='r']")) {
    node.textContent = tgTime(Number(node.dataset.unix), "r", node.dataset.raw);
  }
}
