/* zhuanzai: finds posts by the very characters that are asked for; all of it runs in this page */
"use strict";

// A post: id, title, date, section, source, document number, text (of the newest ones)
const posts = /* posts */ [];
const PAGE = 20;

const form = document.getElementById("search");
const field = document.getElementById("q");
const results = document.getElementById("results");
const count = document.getElementById("status");
const more = document.getElementById("more");
let found = [];
let words = [];
let shown = 0;

// Full-width letters and digits, and capitals, count as the plain ones; lengths stay the same.
const fold = (text) =>
  text
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[A-Z]/g, (c) => c.toLowerCase());

const folded = posts.map((post) => [fold(post.slice(1, 6).join("\n")), fold(post[6])]);

function find() {
  words = fold(field.value).split(/[\s\u3000]+/).filter(Boolean);
  const inTitle = [];
  const inText = [];
  if (words.length) {
    posts.forEach((post, i) => {
      const [head, text] = folded[i];
      if (words.every((word) => head.includes(word))) inTitle.push(post);
      else if (words.every((word) => head.includes(word) || text.includes(word))) inText.push(post);
    });
  }
  found = inTitle.concat(inText);
  shown = 0;
  results.replaceChildren();
  count.textContent = !words.length ? "" : found.length ? `找到 ${found.length} 篇` : "没有找到相关文章";
  show();
}

function show() {
  const from = shown;
  for (const post of found.slice(shown, shown + PAGE)) results.append(row(post));
  shown = Math.min(shown + PAGE, found.length);
  more.hidden = shown >= found.length;
  return from;
}

function row([id, title, date, section, source, , text]) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `posts/${id}.html`;
  mark(link, title);
  item.append(link);
  const at = firstHit(text);
  if (at >= 0) {
    const from = Math.max(0, at - 30);
    const snippet = document.createElement("p");
    snippet.className = "snippet";
    const cut = text.slice(from, at + 70).replace(/\s+/g, " ");
    mark(snippet, (from ? "…" : "") + cut + (at + 70 < text.length ? "…" : ""));
    item.append(snippet);
  }
  const meta = document.createElement("p");
  meta.className = "meta";
  for (const value of [date, section, source]) {
    if (!value) continue;
    const span = document.createElement("span");
    span.textContent = value;
    meta.append(span, " ");
  }
  item.append(meta);
  return item;
}

function firstHit(text) {
  const plain = fold(text);
  const hits = words.map((word) => plain.indexOf(word)).filter((at) => at >= 0);
  return hits.length ? Math.min(...hits) : -1;
}

// Text with what was asked for marked; never as HTML.
function mark(element, text) {
  const plain = fold(text);
  let at = 0;
  while (at < text.length) {
    let next = -1;
    let word = "";
    for (const candidate of words) {
      const hit = plain.indexOf(candidate, at);
      if (hit >= 0 && (next < 0 || hit < next)) [next, word] = [hit, candidate];
    }
    if (next < 0) break;
    const hit = document.createElement("mark");
    hit.textContent = text.slice(next, next + word.length);
    element.append(text.slice(at, next), hit);
    at = next + word.length;
  }
  element.append(text.slice(at));
}

// What is asked for stands in the address: it can be linked, and the way back leads to it.
const asked = () => {
  try {
    return decodeURIComponent(location.hash.replace(/^#q=/, ""));
  } catch {
    return "";
  }
};
let waiting;
field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    history.replaceState(null, "", `#q=${encodeURIComponent(field.value)}`);
    find();
  }, 150);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  find();
});
more.addEventListener("click", () => {
  const from = show();
  results.children[from].querySelector("a").focus();
});
window.addEventListener("hashchange", () => {
  field.value = asked();
  find();
});
document.getElementById("scripted").hidden = false;
field.value = asked();
find();
