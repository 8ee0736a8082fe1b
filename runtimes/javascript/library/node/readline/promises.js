// node:readline/promises

import { ask, clearLine, clearScreenDown, cursorTo, Interface as Plain, moveCursor, promises } from 'belljar:node/readline';

export class Interface extends Plain {
    question(query, options) {
        return this.closed ? Promise.reject(Object.assign(new Error('readline was closed'), { code: 'ERR_USE_AFTER_CLOSE' })) : ask({ question: (...args) => super.question(...args) }, query, options);
    }
}

/** Sequences for a terminal, kept until they are committed. */
export class Readline {
    #stream;
    #autoCommit;
    #kept = [];

    constructor(stream, { autoCommit = false } = {}) {
        this.#stream = stream;
        this.#autoCommit = autoCommit;
    }

    #add(write) {
        if (this.#autoCommit) write(this.#stream);
        else this.#kept.push(write);
        return this;
    }

    cursorTo(x, y) {
        return this.#add((stream) => cursorTo(stream, x, y));
    }

    moveCursor(dx, dy) {
        return this.#add((stream) => moveCursor(stream, dx, dy));
    }

    clearLine(direction) {
        return this.#add((stream) => clearLine(stream, direction));
    }

    clearScreenDown() {
        return this.#add((stream) => clearScreenDown(stream));
    }

    async commit() {
        for (const write of this.#kept.splice(0)) write(this.#stream);
    }

    rollback() {
        this.#kept = [];
        return this;
    }
}

export function createInterface(input, output, completer, terminal) {
    return new Interface(input, output, completer, terminal);
}

Object.assign(promises, { Interface, Readline, createInterface });

export default promises;
