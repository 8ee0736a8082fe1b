// Patterns for file names: `*`, `?`, `[...]`, `{a,b}`, `**`, and `@(a|b)` with its kin.

/** A pattern without braces, for each choice that its braces leave. */
export function expandBraces(pattern) {
    let depth = 0;
    let open = -1;
    const commas = [];
    for (let at = 0; at < pattern.length; at += 1) {
        const letter = pattern[at];
        if (letter === '\\') {
            at += 1;
        } else if (letter === '{') {
            if (depth === 0) {
                open = at;
                commas.length = 0;
            }
            depth += 1;
        } else if (letter === ',' && depth === 1) {
            commas.push(at);
        } else if (letter === '}' && depth > 0) {
            depth -= 1;
            if (depth > 0) continue;
            const before = pattern.slice(0, open);
            const after = expandBraces(pattern.slice(at + 1));
            const choices = choicesOf(pattern, open, at, commas);
            if (choices === undefined) {
                const plain = pattern.slice(open, at + 1);
                return after.map((rest) => before + plain + rest);
            }
            return choices.flatMap((choice) => after.map((rest) => before + choice + rest));
        }
    }
    return [pattern];
}

function choicesOf(pattern, open, close, commas) {
    if (commas.length > 0) {
        const ends = [...commas, close];
        let start = open + 1;
        return ends.flatMap((end) => {
            const part = pattern.slice(start, end);
            start = end + 1;
            return expandBraces(part);
        });
    }
    const range = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/.exec(pattern.slice(open + 1, close));
    if (!range) return undefined;
    const [, first, last, by] = range;
    const isNumber = /\d/.test(first);
    if (isNumber !== /\d/.test(last)) return undefined;
    const from = isNumber ? Number(first) : first.codePointAt(0);
    const to = isNumber ? Number(last) : last.codePointAt(0);
    const step = Math.max(1, Math.abs(Number(by ?? 1)));
    const width = isNumber && /^-?0\d/.test(`${first} ${last}`) ? Math.max(first.length, last.length) : 0;
    const count = Math.floor(Math.abs(to - from) / step) + 1;
    if (count > 100000) return undefined;
    return Array.from({ length: count }, (_, index) => {
        const value = from + (to >= from ? 1 : -1) * index * step;
        return isNumber ? String(value).padStart(width, '0') : String.fromCodePoint(value);
    });
}

const special = /[\\^$.*+?()[\]{}|/]/;
const quote = (letter) => (special.test(letter) ? `\\${letter}` : letter);

// The source of a regular expression for what stands between two slashes, and where it ended.
function source(pattern, start, ends) {
    let text = '';
    let at = start;
    while (at < pattern.length && !ends.includes(pattern[at])) {
        const letter = pattern[at];
        if ('?*+@!'.includes(letter) && pattern[at + 1] === '(') {
            const group = extended(pattern, at);
            if (group) {
                text += group.text;
                at = group.end;
                continue;
            }
        }
        at += 1;
        if (letter === '\\' && at < pattern.length) {
            text += quote(pattern[at]);
            at += 1;
        } else if (letter === '*') {
            while (pattern[at] === '*') at += 1;
            text += '[^/]*';
        } else if (letter === '?') {
            text += '[^/]';
        } else if (letter === '[') {
            const set = /^\[([!^]?)(\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]/.exec(pattern.slice(at - 1));
            if (set) {
                text += setSource(set[1], set[2]);
                at += set[0].length - 1;
            } else {
                text += '\\[';
            }
        } else {
            text += quote(letter);
        }
    }
    return { text, end: at };
}

const classes = { alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', space: '\\s', punct: '!-\\/:-@\\[-`{-~', xdigit: '0-9A-Fa-f', word: '\\w', blank: ' \\t' };

function setSource(negated, inside) {
    const body = inside.replace(/\[:(\w+):\]|\\(.)|([\]\\^[])/g, (_, name, escaped, plain) => (
        name ? classes[name] ?? '' : `\\${escaped ?? plain}`));
    return `(?!/)[${negated ? '^' : ''}${body}]`;
}

function extended(pattern, start) {
    const kind = pattern[start];
    const parts = [];
    let at = start + 2;
    for (;;) {
        const part = source(pattern, at, '|)');
        if (part.end >= pattern.length) return undefined;
        parts.push(part.text);
        at = part.end + 1;
        if (pattern[part.end] === ')') break;
    }
    const choice = `(?:${parts.join('|')})`;
    if (kind === '!') {
        const rest = source(pattern, at, '');
        return { text: `(?!${choice}${rest.text}$)[^/]*`, end: at };
    }
    return { text: choice + { '?': '?', '*': '*', '+': '+', '@': '' }[kind], end: at };
}

/** A function that tells whether a name is meant by a pattern without slashes. */
export function nameMatcher(pattern, dot = false) {
    if (!/[*?[\\]|[+@!]\(/.test(pattern)) return (name) => name === pattern;
    const expression = new RegExp(`^${source(pattern, 0, '').text}$`, 'su');
    const startsWithDot = dot || pattern.startsWith('.') || pattern.startsWith('\\.');
    return (name) => (startsWithDot || !name.startsWith('.')) && expression.test(name);
}

/** The parts of a pattern between slashes: `**`, or a name with its matcher. */
export function partsOf(pattern, dot = false) {
    return pattern.split('/').filter((part, index) => part !== '' || index === 0).map((part) => ({
        text: part,
        any: part === '**',
        plain: !/[*?[\\]|[+@!]\(/.test(part),
        test: part === '**' ? (name) => dot || !name.startsWith('.') : nameMatcher(part, dot),
    }));
}

/** A function that tells whether a whole path is meant by a pattern. */
export function pathMatcher(pattern, dot = false) {
    const all = expandBraces(pattern).map((one) => partsOf(one, dot));
    const matches = (parts, at, names, from) => {
        if (at === parts.length) return from === names.length;
        if (parts[at].any) {
            if (at === parts.length - 1 && from === names.length) return names.length > 0;
            for (let to = from; to <= names.length; to += 1) {
                if (matches(parts, at + 1, names, to)) return true;
                if (to < names.length && !parts[at].test(names[to])) return false;
            }
            return false;
        }
        return from < names.length && parts[at].test(names[from]) && matches(parts, at + 1, names, from + 1);
    };
    return (path) => {
        const names = path.split('/').filter((part, index) => part !== '' || index === 0);
        return all.some((parts) => matches(parts, 0, names, 0));
    };
}
