// What a payer can see and reach. Put in front of each script that looks at the checkout.
const host = document.querySelector("offramp-checkout");
const root = host?.shadowRoot;
const squeezed = (text) => (text ?? "").replace(/\s+/gu, " ").trim();
const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
const all = (selector) => [...(root?.querySelectorAll(selector) ?? [])].filter(isShown);
const wholeText = () => [...(root?.children ?? [])].map((child) => child.innerText).join("\n");

function nameOf(element) {
  const labelledBy = element.getAttribute("aria-labelledby");
  if (labelledBy) {
    const texts = labelledBy.split(" ").map((id) => root.getElementById(id)?.textContent);
    return squeezed(texts.join(" "));
  }
  const own = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent;
  return squeezed(own ?? element.textContent);
}

function labelled(label) {
  return all("input, select, textarea").find((control) => nameOf(control) === label);
}

function named(name, value) {
  const controls = all(`[name="${CSS.escape(name)}"]`);
  const control = controls.find(({ type }) => type !== "radio") ?? controls.find((radio) => radio.value === value);
  // A radio button is pressed by its label, as a finger does.
  return control?.type === "radio" ? control.closest("label") ?? control : control;
}

function find([kind, ...words]) {
  switch (kind) {
    case "action":
      return all(`[data-action="${CSS.escape(words[0])}"]`)[0];
    case "testid":
      return all(`[data-testid="${CSS.escape(words[0])}"]`)[0];
    case "name":
      return named(...words);
    case "label":
      return labelled(words[0]);
    case "button":
      return all("button, a[href]").find((button) => nameOf(button) === words[0]);
    default:
      throw new Error(`no way to find by ${kind}`);
  }
}

function described(element) {
  if (!element) return "";
  const { dataset, name, value, type } = element;
  const tag = element.localName;
  if (dataset.action) return `${tag}:${dataset.action}`;
  if (name) return type === "radio" ? `${tag}:${name}=${value}` : `${tag}:${name}`;
  return `${tag}:${nameOf(element)}`;
}

function screen() {
  const title = root?.querySelector("h2");
  const step = root?.querySelector("section[data-testid^='step-']");
  const state = root?.querySelector("[data-testid='order-state'], [data-testid='step-deposit']");
  const field = (control) => {
    const ids = (control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
    const texts = ids.map((id) => root.getElementById(id)?.textContent);
    return { name: control.getAttribute("name") ?? control.querySelector("input")?.name ?? "", said: squeezed(texts.join(" ")) };
  };
  const refused = [...(root?.querySelectorAll("[aria-invalid='true'], fieldset[aria-describedby]") ?? [])];
  const isFree = (button) => button.getAttribute("aria-disabled") !== "true" && !button.disabled;
  const buttons = all("[data-action]").filter(isFree);
  return {
    step: step?.dataset.testid.replace("step-", "") ?? "",
    title: squeezed(title?.textContent),
    state: state?.dataset.state ?? "",
    text: squeezed(wholeText()),
    actions: buttons.map((button) => button.dataset.action),
    problems: refused.map(field),
    alerts: all("[role='alert']").map((alert) => squeezed(alert.innerText)).filter(Boolean),
    focus: described(root?.activeElement),
  };
}
