// Small helpers. Text always goes in as text nodes: nothing a person typed is ever read as HTML.
import { TEXTS } from "./texts.js";

export const $ = (id) => document.getElementById(id);

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  back: "M15 5l-7 7 7 7",
  send: "M4 12l16-8-5 16-3.500-6.500zM11.500 13.500L20 4",
  attach: "M20 11.500l-8 8a5 5 0 0 1-7-7l8.500-8.500a3.300 3.300 0 0 1 4.700 4.700l-8.500 8.500a1.600 1.600 0 0 1-2.400-2.300l7.700-7.700",
  more: "M12 5.500v.01M12 12v.01M12 18.500v.01",
  down: "M6 9l6 6 6-6",
  close: "M6 6l12 12M18 6L6 18",
  link: "M8 16L17 7M10 7h7v7",
  copy: "M9 9h10v10H9zM5 15V5h10",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  pin: "M12 15v6M8 3h8l-1 6 3 4H6l3-4z",
  clock: "M12 7v5l3.500 2M12 3a9 9 0 1 0 .01 0z",
  menu: "M5 7h14M5 12h14M5 17h14",
  lock: "M7 11h10v9H7zM9 11V8a3 3 0 0 1 6 0v3",
  eye: "M3 12s3.500-6 9-6 9 6 9 6-3.500 6-9 6-9-6-9-6zM12 12v.01",
  share: "M14 6l5 5-5 5M19 11H9a5 5 0 0 0-5 5v2",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon", `icon-${name}`);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const COLORS = 7;
export function avatar(id, name, className = "") {
  const letters = [...name.split(/\s+/).filter(Boolean)].slice(0, 2).map((word) => [...word][0]).join("");
  return h("span", { class: `avatar tone-${Math.abs(id) % COLORS} ${className}`, "aria-hidden": "true" }, letters.toUpperCase());
}

export function botAvatar(className = "") {
  return h("span", { class: `avatar tone-bot ${className}`, "aria-hidden": "true" }, icon("lock"));
}

export const RTL = new Set(["ar", "fa", "he", "ur"]);

export function locale(code) {
  try {
    return Intl.getCanonicalLocales(code)[0];
  } catch {
    return "en";
  }
}

export function shortTime(seconds, code) {
  return new Intl.DateTimeFormat(locale(code), { hour: "2-digit", minute: "2-digit" }).format(seconds * 1000);
}

export function dayName(seconds, code) {
  return new Intl.DateTimeFormat(locale(code), { day: "numeric", month: "long" }).format(seconds * 1000);
}

export function listTime(seconds, now, code) {
  const sameDay = new Date(seconds * 1000).toDateString() === new Date(now * 1000).toDateString();
  if (sameDay) return shortTime(seconds, code);
  const form = now - seconds < 6 * 86400 ? { weekday: "short" } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(locale(code), form).format(seconds * 1000);
}

export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "off-screen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(TEXTS.copied);
}

export function toast(text) {
  const node = h("div", { class: "toast", dir: "auto" }, text);
  $("toasts").append(node);
  setTimeout(() => node.classList.add("leaving"), 3200);
  setTimeout(() => node.remove(), 3600);
}
