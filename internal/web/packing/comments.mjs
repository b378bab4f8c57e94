// The sources without their comments, which are a third of them and nothing to a browser. Lines
// keep their numbers, so that an error names the line of the source.

import { extname } from "node:path/posix";

const isComment = (line) => /^\s*\/\//.test(line);

// Whether a line that looks like a comment is one: not where a text in backticks, or a comment with
// another end, may run over several lines.
function hasPlainLines(lines) {
    return lines.every((line) =>
        isComment(line) || ((line.match(/`/g) ?? []).length % 2 === 0 && !line.includes("/*")));
}

function withoutLineComments(text) {
    const lines = text.split("\n");
    return hasPlainLines(lines)
        ? lines.map((line) => (isComment(line) ? "" : line)).join("\n")
        : text;
}

function withoutBlockComments(text) {
    return text.replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""));
}

export function withoutComments(name, text) {
    const rules = { ".js": withoutLineComments, ".css": withoutBlockComments };
    return rules[extname(name)]?.(text) ?? text;
}
