// Talks to /chat/... . The key comes with the page's address and goes along with every call.
import { toast } from "./dom.js";
import { TEXTS } from "./texts.js";

export const KEY = new URLSearchParams(location.search).get("key") || "";

async function call(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { "X-Chat-Key": KEY, ...options.headers } });
  if (response.status === 403) throw new Error(TEXTS.noKey);
  const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  if (!response.ok) throw new Error(answer.error || response.statusText);
  return answer;
}

export const getState = (who) => call(`state?as=${who}`);

export const post = (path, values) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(values) });

// A refused act is told to the person and answers null, so that callers need no try.
export async function act(who, what, values = {}) {
  try {
    return await post("act", { as: String(who), do: what, ...values });
  } catch (error) {
    toast(error.message);
    return null;
  }
}

export async function upload(who, file, values) {
  const form = new FormData();
  form.append("as", String(who));
  for (const [name, value] of Object.entries(values)) if (value !== null && value !== undefined) form.append(name, String(value));
  form.append("file", file, file.name);
  try {
    await call("upload", { method: "POST", body: form });
  } catch (error) {
    toast(error.message);
  }
}

export const fileUrl = (who, path) => `files/${path}?as=${who}&key=${encodeURIComponent(KEY)}`;

export function listen(who, after, onEvent, onLost, onFound) {
  const source = new EventSource(`events?as=${who}&after=${after}&key=${encodeURIComponent(KEY)}`);
  source.onmessage = (message) => onEvent(JSON.parse(message.data));
  let wasLost = false;
  source.onerror = () => ((wasLost = true), onLost());
  source.onopen = () => wasLost && ((wasLost = false), onFound());
  return source;
}
