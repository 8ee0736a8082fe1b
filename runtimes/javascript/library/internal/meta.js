// `import.meta`: Node's fields and Bun's.

import { resolve as resolveName } from 'native:modules';
import { createRequire } from 'belljar:internal/commonjs';
import { main } from 'belljar:internal/program';

function fileUrl(path) {
    return `file://${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`;
}

export function fillMeta(meta, name, path) {
    const isFile = path.startsWith('/');
    const suffix = name.slice(path.length);
    const absolute = isFile ? path : `${process.cwd()}/${path}`;
    const slash = absolute.lastIndexOf('/');
    const directory = slash > 0 ? absolute.slice(0, slash) : '/';
    meta.url = path.startsWith('data:') ? path : fileUrl(absolute) + suffix;
    meta.dirname = directory;
    meta.filename = absolute;
    meta.dir = directory;
    meta.path = absolute;
    meta.file = absolute.slice(slash + 1);
    meta.env = process.env;
    meta.resolve = (specifier) => {
        const isUrl = /^(?:\.{0,2}\/|file:)/.test(specifier);
        // A URL need not lead anywhere; Bun looks first whether it does so with an extension.
        if (isUrl && !process.isBun) return new URL(specifier, meta.url).href;
        let found;
        try {
            found = resolveName(absolute, String(specifier), 'import');
        } catch (error) {
            if (!isUrl) throw error;
            return new URL(specifier, meta.url).href;
        }
        if (found.startsWith('belljar:node/')) return `node:${found.slice(13)}`;
        if (found.startsWith('belljar:')) return String(specifier);
        return found.startsWith('/') ? fileUrl(found) : found;
    };
    meta.resolveSync = (specifier, from) => resolveName(from ? String(from) : absolute, String(specifier), 'import');
    let require;
    Object.defineProperty(meta, 'require', {
        get() {
            require ??= createRequire(absolute);
            return require;
        },
        enumerable: true,
        configurable: true,
    });
    Object.defineProperty(meta, 'main', { get: () => main() === absolute, enumerable: true, configurable: true });
}
