/** The name of the action that tests and builds a further web app: `admin-site` is `AdminSiteWebTest`. */
export function webTestName(path: string): string {
  return `${path.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase())}WebTest`;
}
