// Elements and lists of them. What is shown comes from logs and repositories: it is always text, never markup.

/**
 * Makes an element. Attributes that are undefined or false are left out; `on…` are listeners.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | boolean | undefined | ((event: any) => void)>} [attributes]
 * @param {...(Node | string | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/**
 * Changes an element's text only where it differs, so that nothing is selected, focused or announced anew for nothing.
 * @param {Element} element
 * @param {string} value
 */
export function setText(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * What one item of a list is shown by.
 * @template T
 * @typedef {{ element: HTMLElement, update: (item: T) => void, remove?: () => void }} View
 */

/**
 * A list whose items keep their elements, and with them focus, scrolling and what is open, while they change.
 * @template T
 * @param {Element} parent
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => View<T>} make
 * @returns {(items: readonly T[]) => void}
 */
export function keyedList(parent, keyOf, make) {
  /** @type {Map<string, View<T>>} */
  const views = new Map();
  return (items) => {
    const keys = new Set(items.map(keyOf));
    for (const [key, view] of views) {
      if (keys.has(key)) continue;
      view.remove?.();
      // A keyboard that was in it continues at the page's beginning.
      if (view.element.contains(document.activeElement)) byId('main').focus();
      view.element.remove();
      views.delete(key);
    }
    items.forEach((item, at) => {
      const key = keyOf(item);
      let view = views.get(key);
      if (!view) {
        view = make(item);
        views.set(key, view);
      }
      view.update(item);
      if (parent.children[at] !== view.element) parent.insertBefore(view.element, parent.children[at] ?? null);
    });
  };
}
