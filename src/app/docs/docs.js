// Shows openapi.json, which stands beside this page. Text is only ever set as text: nothing of the document can become markup.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
let contract = {};

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function resolve(value) {
  if (!value || !value.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((found, key) => found[key.replace(/~1/g, "/").replace(/~0/g, "~")], contract);
}

// The name of a shared schema, as a link to it; else what the schema says, in words.
function inWords(schema) {
  if (!schema) return "";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return element("a", {href: "#schema-" + name}, name);
  }
  const kinds = [].concat(schema.type ?? []);
  const words = [kinds.join(" or ")];
  if (schema.enum) words.push("one of " + schema.enum.map(String).join(", "));
  if ("const" in schema) words.push("always " + JSON.stringify(schema.const));
  for (const [key, text] of [["minimum", "from"], ["maximum", "to"], ["minLength", "at least"], ["maxLength", "at most"],
    ["minItems", "at least"], ["maxItems", "at most"], ["pattern", "matches"], ["default", "default"]]) {
    if (key in schema) words.push(text + " " + schema[key] + (key.endsWith("Length") ? " characters" : key.endsWith("Items") ? " items" : ""));
  }
  const said = element("span", {}, words.filter(Boolean).join(", "));
  if (schema.items) said.append(" of ", inWords(schema.items));
  for (const form of schema.oneOf ?? schema.anyOf ?? []) said.append(element("div", {}, "– ", inWords(form)));
  if (schema.properties) said.append(membersOf(schema));
  return said;
}

function membersOf(schema) {
  const rows = Object.entries(schema.properties).map(([name, member]) => element("tr", {},
    element("td", {}, element("code", {}, name), (schema.required ?? []).includes(name) ? " *" : ""),
    element("td", {}, inWords(member)),
    element("td", {}, member.description ?? (member.$ref ? resolve(member).description ?? "" : ""))));
  return element("table", {}, element("tbody", {}, ...rows));
}

function exampleOf(media) {
  const shown = media.example ?? resolve(media.schema)?.example;
  return shown === undefined ? null : element("pre", {}, JSON.stringify(shown, null, 2));
}

function parametersOf(list) {
  if (list.length === 0) return null;
  const rows = list.map(resolve).map((one) => element("tr", {},
    element("td", {}, element("code", {}, one.name), one.required ? " *" : ""), element("td", {}, one.in),
    element("td", {}, inWords(one.schema)), element("td", {}, one.description ?? resolve(one.schema)?.description ?? "")));
  return element("div", {}, element("h4", {}, "Parameters"), element("table", {}, element("tbody", {}, ...rows)));
}

function contentOf(described) {
  return Object.entries(described.content ?? {}).flatMap(([type, media]) =>
    [element("div", {}, element("code", {}, type), " ", inWords(media.schema)), exampleOf(media)]);
}

function bodyOf(operation) {
  const body = resolve(operation.requestBody);
  if (!body) return null;
  return element("div", {}, element("h4", {}, body.required ? "Body" : "Body (may be left out)"), ...contentOf(body));
}

function responsesOf(operation) {
  const rows = Object.entries(operation.responses).map(([status, answer]) => element("tr", {}, element("td", {}, status),
    element("td", {}, resolve(answer).description ?? ""), element("td", {}, ...contentOf(resolve(answer)))));
  return element("div", {}, element("h4", {}, "Answers"), element("table", {}, element("tbody", {}, ...rows)));
}

function show(path, method, operation, item) {
  const isOpen = (operation.security ?? contract.security ?? []).length === 0;
  const words = [method, path, operation.operationId, operation.summary, operation.description].join(" ").toLowerCase();
  return element("details", {id: operation.operationId, "data-words": words},
    element("summary", {}, element("span", {class: "method"}, method.toUpperCase()), element("span", {class: "path"}, path),
      isOpen ? element("span", {class: "open"}, "no key needed") : "", " – ", operation.summary ?? ""),
    element("div", {}, element("p", {}, operation.description ?? ""), parametersOf([...(item.parameters ?? []), ...(operation.parameters ?? [])]) ?? "",
      bodyOf(operation) ?? "", responsesOf(operation)));
}

function showAll() {
  document.getElementById("title").textContent = contract.info.title + ": API " + contract.info.version;
  document.getElementById("summary").textContent = contract.info.summary ?? "";
  const main = document.getElementById("operations");
  main.replaceChildren(element("pre", {}, contract.info.description ?? ""));
  for (const tag of contract.tags) {
    const found = Object.entries(contract.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]?.tags?.includes(tag.name))
      .map((method) => show(path, method, item[method], item)));
    main.append(element("section", {id: "tag-" + tag.name}, element("h2", {}, tag.name), element("p", {}, tag.description ?? ""), ...found));
    document.getElementById("tags").append(element("a", {href: "#tag-" + tag.name}, tag.name));
  }
  const schemas = Object.entries(contract.components.schemas).map(([name, schema]) => element("details",
    {id: "schema-" + name, "data-words": name.toLowerCase()}, element("summary", {}, element("code", {}, name)),
    element("div", {}, element("p", {}, schema.description ?? ""), inWords(schema), exampleOf({schema}) ?? "")));
  main.append(element("section", {id: "schemas"}, element("h2", {}, "schemas"), ...schemas));
  document.getElementById("tags").append(element("a", {href: "#schemas"}, "schemas"));
}

function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

function narrow(event) {
  const wanted = event.target.value.trim().toLowerCase().split(/\s+/);
  for (const one of document.querySelectorAll("details")) one.hidden = !wanted.every((word) => one.dataset.words.includes(word));
}

async function start() {
  try {
    const answer = await fetch("openapi.json", {headers: {Accept: "application/json"}});
    if (!answer.ok) throw new Error("the server answered " + answer.status);
    contract = await answer.json();
    showAll();
    openTarget();
    document.getElementById("filter").addEventListener("input", narrow);
    addEventListener("hashchange", openTarget);
  } catch (problem) {
    document.getElementById("operations").replaceChildren(
      element("p", {role: "alert"}, "The contract could not be loaded: " + problem.message + ". Log in, then load this page again."));
  }
}

start();
