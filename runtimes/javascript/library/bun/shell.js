// Bun.$: a command line in a template, run by the sandbox's shell. What is interpolated is quoted, so that
// it is never more than an argument; objects after `<` and `>` are read from and written to.

import * as native from 'native:children';
import * as files from 'native:fs';
import { Buffer } from 'node:buffer';
import { FROM_CHILD, Running, TO_CHILD, signalNumber, specOf, systemError } from 'belljar:internal/children';
import { expandBraces } from 'belljar:internal/globs';
import { bytesOfChunk, consume, isBunFile, pathOfFile } from 'belljar:bun/sources';

const CHUNK = 65536;
/** No description at this number. */
const NOTHING = -4;
/** The first number that objects get in the shell: scripts use the ones before. */
const FIRST = 10;

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

function quoteWord(text) {
    if (plain.test(text)) return text;
    return `'${text.replaceAll("'", "'\\''")}'`;
}

const quoteInDouble = (text) => text.replace(/[\\"$`]/g, '\\$&');
const quoteInSingle = (text) => text.replaceAll("'", "'\\''");

export function escape(text) {
    return String(text).replace(/[\\"$`!]/g, '\\$&');
}

/** Where in a command line its end is: inside of quotes, and after what. */
class Position {
    #stack = ['plain'];
    #before = '';

    get quotes() {
        return this.#stack[this.#stack.length - 1];
    }

    /** The redirection that the text ends in: `<`, `>`, or nothing. */
    get redirection() {
        if (this.quotes !== 'plain') return undefined;
        const found = /(^|[^<>])(<|>{1,2})\s*$/.exec(this.#before) ?? /(&>{1,2}|>&|<>)\s*$/.exec(this.#before);
        if (!found) return undefined;
        return (found[2] ?? found[1]).includes('>') ? '>' : '<';
    }

    advance(text) {
        this.#before = (this.#before + text).slice(-64);
        for (let at = 0; at < text.length; at += 1) {
            const letter = text[at];
            const state = this.quotes;
            if (state === 'single') {
                if (letter === "'") this.#stack.pop();
            } else if (letter === '\\') {
                at += 1;
            } else if (letter === '"') {
                if (state === 'double') this.#stack.pop();
                else this.#stack.push('double');
            } else if (letter === "'" && state !== 'double') {
                this.#stack.push('single');
            } else if (letter === '$' && text[at + 1] === '(') {
                at += 1;
                this.#stack.push('plain');
            } else if (letter === ')' && state === 'plain' && this.#stack.length > 1) {
                this.#stack.pop();
            }
        }
    }
}

function textOf(value) {
    if (isBunFile(value)) return String(pathOfFile(value));
    return String(value);
}

const isObjectOfBytes = (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !isBunFile(value) && consume.accepts(value);

/** The command line of a template, and the objects in it by number. */
function build(strings, values) {
    const position = new Position();
    const objects = [];
    let script = '';
    const add = (text) => {
        script += text;
        position.advance(text);
    };
    const quoted = (value) => {
        const text = textOf(value);
        if (position.quotes === 'double') return quoteInDouble(text);
        if (position.quotes === 'single') return quoteInSingle(text);
        return quoteWord(text);
    };
    strings.forEach((part, index) => {
        add(part);
        if (index >= values.length) return;
        const value = values[index];
        const { redirection } = position;
        if (redirection !== undefined && isObjectOfBytes(value)) {
            const number = FIRST + objects.length;
            objects.push({ number, value, output: redirection === '>' });
            script += `/dev/fd/${number}`;
            position.advance('x');
        } else if (value !== null && typeof value === 'object' && typeof value.raw === 'string') {
            add(value.raw);
        } else {
            // What is quoted changes nothing of where the text is.
            script += (Array.isArray(value) ? value.flat(Infinity).map(quoted).join(' ') : quoted(value));
            position.advance('x');
        }
    });
    if (script.includes('\0')) {
        const error = new TypeError('The command must be a string without null bytes');
        throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
    }
    return { script, objects };
}

async function collect(fd, take) {
    try {
        for (;;) {
            const bytes = await files.readSoon(fd, CHUNK);
            if (!bytes || bytes.byteLength === 0) return;
            take(bytes);
        }
    } finally {
        files.close(fd);
    }
}

async function feed(fd, value) {
    try {
        for await (const chunk of consume.chunks(value)) await files.writeSoon(fd, chunk);
    } catch (error) {
        // A command that does not read everything is none.
        if (error.code !== 'EPIPE') throw error;
    } finally {
        files.close(fd);
    }
}

// Fills something with what is written to it, as far as it has room.
function fill(value) {
    const target = bytesOfChunk(value);
    let at = 0;
    return (bytes) => {
        const part = bytes.subarray(0, target.byteLength - at);
        target.set(part, at);
        at += part.byteLength;
    };
}

async function run({ script, objects }, { cwd, env, quiet }) {
    const stdio = [0, FROM_CHILD, FROM_CHILD];
    while (objects.length > 0 && stdio.length < FIRST) stdio.push(NOTHING);
    for (const { value, output } of objects) {
        if (output && !(value instanceof ArrayBuffer) && !ArrayBuffer.isView(value)) {
            throw new TypeError('Only a Buffer, TypedArray, ArrayBuffer or Bun.file can be redirected to');
        }
        stdio.push(output ? FROM_CHILD : TO_CHILD);
    }
    const spec = specOf({ file: '/bin/sh', args: ['sh', '-c', script], env, cwd, detached: false, stdio });
    const started = spec.error ? spec : native.spawn(spec);
    if (started.error) {
        const error = systemError(started.error, 'spawn /bin/sh');
        throw Object.assign(error, { path: spec.error ? cwd : '/bin/sh' });
    }
    const ended = new Promise((resolve) => {
        new Running(started.pid, (code, signal) => resolve(signal ? 128 + signalNumber(signal) : code));
    });
    const outputs = [[], []];
    const work = [1, 2].map((number) => collect(started.pipes[number], (bytes) => {
        outputs[number - 1].push(bytes);
        if (!quiet) (number === 1 ? process.stdout : process.stderr).write(bytes);
    }));
    for (const { number, value, output } of objects) {
        const fd = started.pipes[number];
        work.push(output ? collect(fd, fill(value)) : feed(fd, value));
    }
    const [exitCode] = await Promise.all([ended, ...work]);
    return { exitCode, stdout: Buffer.concat(outputs[0]), stderr: Buffer.concat(outputs[1]) };
}

export class ShellOutput {
    constructor({ stdout, stderr, exitCode }) {
        this.stdout = stdout;
        this.stderr = stderr;
        this.exitCode = exitCode;
    }

    text(encoding) {
        return this.stdout.toString(encoding);
    }

    json() {
        return JSON.parse(this.stdout.toString());
    }

    arrayBuffer() {
        return new Uint8Array(this.stdout).buffer;
    }

    bytes() {
        return new Uint8Array(this.stdout);
    }

    blob() {
        return new Blob([this.stdout]);
    }
}

export class ShellError extends Error {
    constructor(output) {
        super(`Failed with exit code ${output.exitCode}`);
        this.exitCode = output.exitCode;
        this.stdout = output.stdout;
        this.stderr = output.stderr;
    }

    get name() {
        return 'ShellError';
    }

    get info() {
        return { exitCode: this.exitCode, stderr: this.stderr, stdout: this.stdout };
    }

    text(encoding) {
        return this.stdout.toString(encoding);
    }

    json() {
        return JSON.parse(this.stdout.toString());
    }

    arrayBuffer() {
        return new Uint8Array(this.stdout).buffer;
    }

    bytes() {
        return new Uint8Array(this.stdout);
    }

    blob() {
        return new Blob([this.stdout]);
    }
}

/** A command that runs once somebody waits for it. */
export class ShellPromise extends Promise {
    #command;
    #options;
    #settle;
    #started = false;

    // What `then` makes is a plain promise.
    static get [Symbol.species]() {
        return Promise;
    }

    constructor(command, options) {
        let settle;
        super((resolve, reject) => {
            settle = { resolve, reject };
        });
        this.#settle = settle;
        this.#command = command;
        this.#options = options;
    }

    #check() {
        if (this.#started) throw new Error('Shell is already running');
        return this;
    }

    run() {
        if (this.#started) return this;
        this.#started = true;
        const { resolve, reject } = this.#settle;
        run(this.#command, this.#options).then((result) => {
            if (result.exitCode !== 0 && this.#options.throws) reject(new ShellError(result));
            else resolve(new ShellOutput(result));
        }, reject);
        return this;
    }

    then(fulfilled, rejected) {
        this.run();
        return super.then(fulfilled, rejected);
    }

    cwd(path) {
        this.#check();
        this.#options.cwd = path === undefined || path === '.' ? this.#options.cwd : String(path);
        return this;
    }

    env(env) {
        this.#check();
        this.#options.env = env ?? process.env;
        return this;
    }

    quiet(value = true) {
        this.#check();
        this.#options.quiet = value;
        return this;
    }

    nothrow() {
        return this.throws(false);
    }

    throws(value) {
        this.#check();
        this.#options.throws = Boolean(value);
        return this;
    }

    // To be consumed here, so that it is not shown.
    async #consumed(take) {
        if (!this.#started) this.quiet();
        return take(await this);
    }

    text(encoding) {
        return this.#consumed((output) => output.text(encoding));
    }

    json() {
        return this.#consumed((output) => output.json());
    }

    arrayBuffer() {
        return this.#consumed((output) => output.arrayBuffer());
    }

    bytes() {
        return this.#consumed((output) => output.bytes());
    }

    blob() {
        return this.#consumed((output) => output.blob());
    }

    async* lines() {
        const text = await this.text();
        if (text === '') return;
        for (const line of text.replace(/\n$/, '').split('\n')) yield line.replace(/\r$/, '');
    }
}

/** A shell with defaults of its own: `Bun.$`, or what `new $.Shell()` gives. */
export function makeShell() {
    const defaults = { cwd: undefined, env: undefined, throws: true, quiet: false };

    function $(strings, ...values) {
        if (!Array.isArray(strings) || !Array.isArray(strings.raw)) {
            const error = new TypeError('Please use $ as a tagged template function: $`cmd`');
            throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
        }
        return new ShellPromise(build(strings.raw, values), { ...defaults });
    }

    $.cwd = (path) => {
        defaults.cwd = path === undefined || path === '' || path === '.' ? undefined : String(path);
        return $;
    };
    $.env = (env) => {
        defaults.env = env;
        return $;
    };
    $.throws = (value) => {
        defaults.throws = Boolean(value);
        return $;
    };
    $.nothrow = () => $.throws(false);
    $.quiet = (value = true) => {
        defaults.quiet = value;
        return $;
    };
    $.escape = escape;
    $.braces = (pattern) => expandBraces(String(pattern));
    $.ShellPromise = ShellPromise;
    $.ShellError = ShellError;
    $.ShellOutput = ShellOutput;
    $.Shell = function Shell() {
        return makeShell();
    };
    return $;
}

export const $ = makeShell();
export default $;
