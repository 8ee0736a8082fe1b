// How errors that nobody caught are shown: as Bun does, or as Node does.

import { inspect } from 'node:util';
import { inspect as bunInspect } from 'belljar:bun/inspect';
import { requireBuiltin } from 'belljar:internal/commonjs';

const OURS = /^\s*at .*\((?:node:|belljar:|layer:|native)[^)]*\)$|^\s*at (?:node:|belljar:|layer:|native)\S*$|^\s*at .*\(native\)$/;

/** Frames of a stack, without those of the image. */
export function frames(stack) {
    return String(stack ?? '')
        .split('\n')
        .filter((line) => /^\s*at /.test(line) && !OURS.test(line));
}

function position(line) {
    const match = /\(?((?:file:\/\/)?\/[^()]*?|\[eval\]|\[stdin\]):(\d+)(?::(\d+))?\)?$/.exec(line);
    return match ? { path: match[1], line: Number(match[2]), column: Number(match[3] ?? 1) } : undefined;
}

let texts = new Map();
/** Remembers the text of a program that is in no file. */
export function rememberText(name, text) {
    texts.set(name, text);
}

function sourceLines(path) {
    if (texts.has(path)) return texts.get(path).split('\n');
    try {
        return requireBuiltin('node:fs').readFileSync(path, 'utf8').split('\n');
    } catch {
        return undefined;
    }
}

// The lines around a position, as Bun shows them.
function excerpt(at, context) {
    const lines = sourceLines(at.path);
    if (lines === undefined || lines[at.line - 1] === undefined) return '';
    const first = Math.max(at.line - context, 1);
    const width = String(at.line).length;
    let text = '';
    for (let number = first; number <= at.line; number += 1) {
        const line = lines[number - 1];
        text += `${String(number).padStart(width)} | ${line.length > 200 ? `${line.slice(0, 200)}…` : line}\n`;
    }
    return `${text}${' '.repeat(width + 3 + Math.max(at.column - 1, 0))}^\n`;
}

function header(error) {
    const name = String(error.name ?? 'Error');
    const message = String(error.message ?? '');
    return { name, message: message.replace(MISSING_EXPORT, "Export named '$1' not found in module '$2'.") };
}

// In the engine's words.
const MISSING_EXPORT = /^Could not find export '(.*)' in module '(.*)'$/;

// An import that leads nowhere: what its code says, its message says.
const unresolved = (error) => /^(?:ERR_)?MODULE_NOT_FOUND$/.test(error.code);

function properties(error) {
    const own = Object.keys(error).filter((key) => !['stack', 'message', 'name', 'fileName', 'lineNumber', 'columnNumber', 'sourceLine', 'cause', 'errors'].includes(key));
    // Bun has the code last.
    return own.filter((key) => key !== 'code').concat(own.includes('code') && !unresolved(error) ? ['code'] : []);
}

function isError(value) {
    return value instanceof Error || (typeof value === 'object' && value !== null && typeof value.stack === 'string' && 'message' in value);
}

function formatBun(error, seen) {
    if (!isError(error)) {
        const shown = typeof error === 'string' ? error : bunInspect(error, { depth: 2 });
        return error !== null && /^(?:object|function)$/.test(typeof error) ? `error\n${shown}` : `error: ${shown}\n${shown}`;
    }
    seen.add(error);
    const { name, message } = header(error);
    const lines = frames(error.stack);
    const at = typeof error.lineNumber === 'number' && name === 'SyntaxError' && error.fileName ? { path: error.fileName, line: error.lineNumber, column: error.columnNumber ?? 1 } : lines.map(position).find((found) => found !== undefined);
    let text = at ? excerpt(at, 5) : '';
    const shown = name === 'Error' ? 'error' : name;
    text += `${shown}${message === '' ? '' : `: ${message}`}`;
    const own = properties(error);
    if (name === 'ReferenceError' && message.startsWith('WebAssembly ')) {
        text += '\nWebAssembly is not supported: this runtime is itself a WebAssembly program';
    }
    if (own.length > 0) {
        const width = Math.max(...own.map((key) => key.length));
        text += `\n${own.map((key) => ` ${key.padStart(width)}: ${bunInspect(error[key], { depth: 1 })}`).join(',\n')}\n`;
    }
    for (const line of lines) text += `\n      ${line.trim()}`;
    if (lines.length === 0 && at) text += `\n      at ${at.path}:${at.line}:${at.column}`;
    if (error.cause !== undefined && !seen.has(error.cause)) text += `\n\n${formatBun(error.cause, seen)}`;
    for (const inner of Array.isArray(error.errors) ? error.errors : []) {
        if (!seen.has(inner)) text += `\n\n${formatBun(inner, seen)}`;
    }
    return text;
}

function formatNode(error) {
    if (!isError(error)) {
        return `Uncaught:\n${inspect(error)}\n(Use \`node --trace-uncaught ...\` to show where the exception was thrown)\n\nNode.js ${process.version}`;
    }
    const lines = frames(error.stack);
    const at = typeof error.lineNumber === 'number' && error.fileName ? { path: error.fileName, line: error.lineNumber, column: error.columnNumber ?? 1 } : lines.map(position).find((found) => found !== undefined);
    let text = '';
    if (at) {
        const line = sourceLines(at.path)?.[at.line - 1];
        const shown = at.path.startsWith('/') && error.esm ? `file://${at.path}` : at.path;
        text += `${shown}:${at.line}\n${line === undefined ? '' : `${line}\n${' '.repeat(Math.max(at.column - 1, 0))}^\n\n`}`;
    }
    // Without frames it is written in brackets, which no uncaught error of Node's is.
    const bare = `[${error.stack}]`;
    const shown = inspect(error);
    return `${text}${shown.startsWith(bare) ? error.stack + shown.slice(bare.length) : shown}\n\nNode.js ${process.version}`;
}

export function formatError(error, kind) {
    try {
        return kind === 'node' ? formatNode(error) : formatBun(error, new Set());
    } catch (failure) {
        return `error: ${String(error?.message ?? error)} (and showing it failed: ${failure?.message})`;
    }
}
