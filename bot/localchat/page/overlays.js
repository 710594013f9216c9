// Things that lie over the chat: menus, alerts, questions. All close with Escape and give focus back.
import { h } from "./dom.js";
import { TEXTS } from "./texts.js";

let closeMenu = null;

export function showMenu(anchor, items, { head = null, point = null } = {}) {
  closeMenu?.();
  const before = document.activeElement;
  const menu = h("div", { class: "menu", role: "menu" }, head);
  const close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    closeMenu = null;
    before?.focus?.({ preventScroll: true });
  };
  const outside = (event) => menu.contains(event.target) || close();
  for (const item of items.filter(Boolean)) {
    menu.append(
      h("button", { type: "button", role: "menuitem", class: item.isDanger ? "danger" : "", onclick: () => (close(), item.run()) }, item.label),
    );
  }
  head?.addEventListener("click", () => setTimeout(close));
  menu.addEventListener("keydown", (event) => {
    const buttons = [...menu.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length].focus();
    else if (event.key === "ArrowUp") buttons[(at - 1 + buttons.length) % buttons.length].focus();
    else return;
    event.preventDefault();
  });
  document.body.append(menu);
  place(menu, anchor, point);
  closeMenu = close;
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector("button")?.focus({ preventScroll: true });
}

function place(menu, anchor, point) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const rtl = document.documentElement.dir === "rtl";
  let left = point ? point.x : rtl ? box.left : box.right - width;
  let top = point ? point.y : box.bottom + 4;
  if (top + height > innerHeight - 8) top = (point ? point.y : box.top) - height - 4;
  left = Math.max(8, Math.min(left, innerWidth - width - 8));
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(8, top)}px`;
}

export function alertBox(text, title = "") {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog", { class: "alert" },
      title && h("h2", { dir: "auto" }, title),
      h("p", { dir: "auto" }, text),
      h("form", { method: "dialog" }, h("button", { class: "plain", autofocus: true }, TEXTS.ok)),
    );
    dialog.addEventListener("close", () => (dialog.remove(), resolve()));
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function ask(label, value = "") {
  return new Promise((resolve) => {
    const field = h("input", { type: "text", "aria-label": label, placeholder: label, maxlength: "128", dir: "auto" });
    field.value = value;
    const dialog = h(
      "dialog", { class: "alert" },
      h("h2", {}, label.replace(/…$/, "")),
      h("form", { method: "dialog" }, field,
        h("div", { class: "row" },
          h("button", { type: "button", class: "plain", onclick: () => dialog.close("") }, TEXTS.cancel),
          h("button", { class: "plain", onclick: (event) => (event.preventDefault(), dialog.close(field.value.trim())) }, TEXTS.ok))),
    );
    dialog.addEventListener("close", () => (dialog.remove(), resolve(dialog.returnValue)));
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  });
}
