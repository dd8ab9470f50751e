// What a person chose to look at: it stands behind the address's `#`, where no server sees it.

/** @param {'run' | 'execution' | 'action'} name an action is `Stage/Action` */
export function chosen(name) {
  return new URLSearchParams(location.hash.slice(1)).get(name);
}
