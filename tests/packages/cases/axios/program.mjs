import axios, { AxiosError, AxiosHeaders, CanceledError, isAxiosError, toFormData } from 'axios';
import http from 'node:http';

const log = [];
const adapter = async (config) => {
  log.push(`${config.method} ${axios.getUri(config)} ${config.data ?? ''}`);
  const status = Number(config.params?.status ?? 200);
  const response = { status, statusText: 'made', headers: new AxiosHeaders({ 'content-type': 'application/json', 'X-Echo': config.headers.get('X-In') ?? '' }), config, request: {}, data: JSON.stringify({ method: config.method, data: config.data ?? null }) };
  if (config.validateStatus(status)) return response;
  throw new AxiosError(`failed with ${status}`, AxiosError.ERR_BAD_REQUEST, config, {}, response);
};
const api = axios.create({ baseURL: 'http://example.test/v1/', adapter, headers: { common: { 'X-In': 'common' } }, paramsSerializer: { indexes: null } });
api.interceptors.request.use((config) => { log.push('request 1'); config.headers.set('X-In', 'changed'); return config; });
api.interceptors.request.use((config) => { log.push('request 2'); return config; }, null, { runWhen: (config) => config.method === 'post' });
api.interceptors.response.use((response) => ({ ...response, data: { ...response.data, seen: true } }), (error) => Promise.reject(Object.assign(error, { noted: true })));

const one = await api.get('/items', { params: { a: [1, 2], b: 'x y', c: undefined, when: new Date(0) } });
console.log(JSON.stringify(one.data), one.headers.get('x-echo'), one.headers['content-type']);
const two = await api.post('items', { name: 'Ada', list: [1] }, { transformRequest: [(data) => ({ ...data, added: 1 }), ...[].concat(axios.defaults.transformRequest)] });
console.log(JSON.stringify(two.data));
const form = await api.post('form', new URLSearchParams({ a: '1', b: 'x y' }));
console.log(form.data.data, form.config.headers.getContentType(), [...toFormData({ deep: { x: [1, { y: 2 }] } }, new FormData()).entries()].map((pair) => pair.join('=')).join('&'));
await api.get('bad', { params: { status: 404 } }).catch((error) => console.log(isAxiosError(error), error.code, error.message, error.noted, error.response.status, error.response.data));
console.log((await api.get('fine', { params: { status: 404 }, validateStatus: () => true })).status);
const controller = new AbortController();
controller.abort();
await api.get('never', { signal: controller.signal }).catch((error) => console.log(axios.isCancel(error), error instanceof CanceledError, error.code));
console.log(log.join('\n'));

// The real adapter, over the loopback.
const server = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.url === '/move') response.writeHead(302, { location: '/there' }).end();
  else response.writeHead(request.url === '/fail' ? 500 : 200, { 'content-type': 'application/json', 'x-method': request.method }).end(JSON.stringify({ url: request.url, body, type: request.headers['content-type'] ?? null }));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const local = axios.create({ baseURL: `http://127.0.0.1:${server.address().port}`, proxy: false });
console.log(JSON.stringify((await local.get('/get', { params: { q: 1 } })).data), JSON.stringify((await local.put('/put', { a: 1 })).data));
console.log(JSON.stringify((await local.get('/move')).data), (await local.get('/text', { responseType: 'text' })).data.length, (await local.head('/h')).headers['x-method']);
await local.get('/fail').catch((error) => console.log(error.message, error.response.data.url));
server.close(() => console.log('closed'));
server.closeAllConnections();
