// Media types by the extension of a file's name.
const TEXT = ';charset=utf-8';
const TYPES = {
  'text/javascript;charset=utf-8': 'js mjs cjs jsx ts mts cts tsx',
  'application/json;charset=utf-8': 'json map',
  'text/html;charset=utf-8': 'html htm',
  'text/css;charset=utf-8': 'css',
  'text/plain;charset=utf-8': 'txt text log',
  'text/markdown': 'md markdown',
  'text/csv': 'csv',
  'text/yaml': 'yaml yml',
  'text/calendar': 'ics',
  'application/toml': 'toml',
  'application/xml': 'xml',
  'application/xhtml+xml': 'xhtml',
  'application/rss+xml': 'rss',
  'application/atom+xml': 'atom',
  'application/ld+json': 'jsonld',
  'application/json5': 'json5',
  'application/manifest+json': 'webmanifest',
  'application/wasm': 'wasm',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'application/x-tar': 'tar',
  'application/x-bzip2': 'bz2',
  'application/x-7z-compressed': '7z',
  'application/x-sh': 'sh',
  'application/rtf': 'rtf',
  'application/sql': 'sql',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.ms-excel': 'xls',
  'image/png': 'png',
  'image/jpeg': 'jpg jpeg jpe',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/svg+xml': 'svg',
  'image/x-icon': 'ico',
  'image/bmp': 'bmp',
  'image/tiff': 'tif tiff',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg oga',
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'audio/mp4': 'm4a',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/ogg': 'ogv',
  'video/quicktime': 'mov',
  'video/x-msvideo': 'avi',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'font/ttf': 'ttf',
  'font/otf': 'otf',
};

export const UNKNOWN_TYPE = 'application/octet-stream';
export const TEXT_TYPE = `text/plain${TEXT}`;

const byExtension = new Map();
for (const [type, extensions] of Object.entries(TYPES)) {
  for (const extension of extensions.split(' ')) byExtension.set(extension, type);
}

export function typeOf(name) {
  const dot = name.lastIndexOf('.');
  if (dot <= name.lastIndexOf('/')) return UNKNOWN_TYPE;
  return byExtension.get(name.slice(dot + 1).toLowerCase()) ?? UNKNOWN_TYPE;
}
