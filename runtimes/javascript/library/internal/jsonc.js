// JSON with comments, and commas after the last of a list.

const TOKENS = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*[\]}])/g;

export function parseJsonc(text) {
    return JSON.parse(text.replace(TOKENS, (token) => (token[0] === '"' ? token : ' ')));
}
