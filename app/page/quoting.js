// A text as a literal of JSON, Python and a POSIX shell, with what cannot be seen written as an escape.
// Left out: fish and Windows, whose shells quote otherwise.

// Control, format (so also those that turn the direction of writing) and all blanks but the usual one.
const UNSEEN = /(?! )[\p{Cc}\p{Cf}\p{Z}]/gu;
const escape = (letter, code, digits) => `\\${letter}${code.toString(16).padStart(digits, "0")}`;

const byUnits = (character) => character.split("").map((unit) => escape("u", unit.charCodeAt(0), 4)).join("");
const byPoint = (character) => escape("U", character.codePointAt(0), 8);

/** One line of JSON. */
export const quotedJson = (value) => JSON.stringify(value).replace(UNSEEN, byUnits);

/** A Python string, which is written as JSON's is but for what cannot be seen. */
export const quotedPython = (text) => JSON.stringify(text).replace(UNSEEN, byPoint);

/** One word of sh, bash and zsh, for which nothing in it has a meaning. */
export const quotedShell = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
