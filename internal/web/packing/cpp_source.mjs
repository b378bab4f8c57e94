// Files as one C++ source: what `embedded_page.hpp` promises.

import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const bytesPerLine = 64;

// Every byte as itself or as three octal digits, which whatever follows cannot become part of.
const inLiteral = Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    if ("\"\\?".includes(character)) return `\\${character}`;
    const isPlain = byte >= 0x20 && byte < 0x7f;
    return isPlain ? character : `\\${byte.toString(8).padStart(3, "0")}`;
});

function literal(bytes) {
    const lines = [];
    for (let at = 0; at < bytes.length; at += bytesPerLine) {
        const part = Array.from(bytes.subarray(at, at + bytesPerLine), (b) => inLiteral[b]);
        lines.push(`    "${part.join("")}"`);
    }
    return lines.join("\n");
}

function gzip(bytes) {
    return gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
}

function brotli(bytes) {
    return brotliCompressSync(bytes, {
        params: {
            [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
            [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
    });
}

// `page` and `files` as packPage() returns them.
export function cppSource({ page, files }) {
    const texts = [];
    const known = new Map(); // the same bytes are written once
    const digestOf = (bytes) => createHash("sha256").update(bytes).digest("hex");
    const view = (bytes) => {
        if (bytes.length === 0) return "{}";
        const digest = digestOf(bytes);
        if (!known.has(digest)) {
            known.set(digest, `text_${known.size}`);
            texts.push(`constexpr char ${known.get(digest)}[] =\n${literal(bytes)};`);
        }
        return `{${known.get(digest)}, ${bytes.length}}`;
    };
    const smaller = (coded, bytes) => (coded.length < bytes.length ? coded : Buffer.alloc(0));
    const compressed = new Map();
    const codings = (bytes) => {
        const digest = digestOf(bytes);
        if (!compressed.has(digest))
            compressed.set(digest, [gzip, brotli].map((code) => smaller(code(bytes), bytes)));
        return compressed.get(digest);
    };
    const rows = files.map(({ name, bytes, isLasting }) => {
        const views = [bytes, ...codings(bytes)].map(view).join(", ");
        const rest = `"${digestOf(bytes)}", ${isLasting}`;
        return `    embedded_file{"${name}", ${views},\n        ${rest}},`;
    });
    const pageView = view(Buffer.from(page));
    return `#include "web/embedded_page.hpp"

#include <array>

// No compiler we know has a limit that these come near.
#pragma GCC diagnostic ignored "-Woverlength-strings"

namespace tickertape::web {
namespace {

${texts.join("\n\n")}

const std::array<embedded_file, ${files.length}> files{{
${rows.join("\n")}
}};

}  // namespace

std::span<const embedded_file> embedded_files() noexcept { return files; }

std::string_view embedded_page() noexcept { return ${pageView}; }

}  // namespace tickertape::web
`;
}
