// What is installed, as `bun pm ls` and `npm ls` draw it.
import fs from 'node:fs';
import path from 'node:path';

import { readManifest } from 'belljar:command/manifest';

function installed(name, directory, root) {
  for (let current = directory; ; current = path.dirname(current)) {
    const folder = path.join(current, 'node_modules', name);
    const file = path.join(folder, 'package.json');
    if (fs.existsSync(file)) return { name, folder, manifest: readManifest(file).value };
    if (current === root || current === path.dirname(current)) return undefined;
  }
}

export function dependenciesOf(manifest, { development = false } = {}) {
  const all = { ...manifest.dependencies, ...manifest.optionalDependencies, ...(development ? manifest.devDependencies : {}) };
  return Object.keys(all).sort().map((name) => ({ name, range: all[name], optional: Object.hasOwn(manifest.optionalDependencies ?? {}, name) }));
}

// One node for each package that the project or one of its packages asks for. Below a package that has
// been drawn before, nothing is drawn again.
export function tree(directory, manifest, { depth }) {
  const seen = new Set();
  const missing = [];
  const walk = (owner, folder, level) => {
    const nodes = [];
    for (const { name, range, optional } of dependenciesOf(owner, { development: level === 0 })) {
      const found = installed(name, folder, directory);
      if (!found) {
        if (!optional) {
          missing.push({ name, range, by: owner });
          nodes.push({ label: `${name}@${range}`, missing: true, children: [] });
        }
        continue;
      }
      const again = seen.has(found.folder);
      seen.add(found.folder);
      const children = !again && level < depth ? walk(found.manifest, found.folder, level + 1) : [];
      nodes.push({ label: `${name}@${found.manifest.version}`, again, children });
    }
    return nodes;
  };
  return { nodes: walk(manifest, directory, 0), missing };
}

export function countInstalled(folder) {
  let count = 0;
  const visit = (modules) => {
    let names;
    try {
      names = fs.readdirSync(modules, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of names) {
      if (entry.name.startsWith('.')) continue;
      const inner = path.join(modules, entry.name);
      if (entry.name.startsWith('@')) {
        visit(inner);
      } else if (fs.existsSync(path.join(inner, 'package.json'))) {
        count++;
        if (!entry.isSymbolicLink()) visit(path.join(inner, 'node_modules'));
      }
    }
  };
  visit(folder);
  return count;
}

export function draw(nodes, { indent = '', decorate = (node) => node.label, style = 'bun' } = {}) {
  const lines = [];
  nodes.forEach((node, index) => {
    const last = index === nodes.length - 1;
    const below = node.children.length > 0;
    const branch = `${last ? '└─' : '├─'}${style === 'npm' ? (below ? '┬' : '─') : '─'}`;
    lines.push(`${indent}${branch} ${decorate(node)}`);
    const deeper = style === 'npm' ? `${indent}${last ? '  ' : '│ '}` : `${indent}${last ? '    ' : '│   '}`;
    lines.push(...draw(node.children, { indent: deeper, decorate, style }));
  });
  return lines;
}
