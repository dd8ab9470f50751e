/** The heading of the page, with its year. */
export const greeting = (now: Date): string => `As found since ${now.getUTCFullYear()}`;
