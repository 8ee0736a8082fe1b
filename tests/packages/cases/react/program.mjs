import React, {
  Children, Component, Fragment, Suspense, cloneElement, createContext, createElement as h, forwardRef, isValidElement, lazy, memo,
  use, useContext, useId, useMemo, useReducer, useRef, useState,
} from 'react';
import { jsx, jsxs } from 'react/jsx-runtime';
import { renderToPipeableStream, renderToStaticMarkup, renderToString } from 'react-dom/server';
import { Writable } from 'node:stream';

const Theme = createContext('light');
const Button = forwardRef(({ children, ...props }, ref) => h('button', { ref, className: useContext(Theme), ...props }, children));
const Counter = ({ start }) => {
  const [count, setCount] = useState(start);
  const [list] = useReducer((all, one) => [...all, one], ['a']);
  const label = useMemo(() => `count ${count}`, [count]);
  useRef(null);
  if (count < 3) setCount(count + 1);
  return h(Fragment, null, h('label', { htmlFor: useId() }, label), list);
};
const Slow = memo(({ items }) => h('ul', null, items.map((item) => h('li', { key: item }, item))));
class Old extends Component {
  static defaultProps = { who: 'nobody' };
  static getDerivedStateFromProps = ({ who }) => ({ upper: who.toUpperCase() });
  state = {};
  render() { return h('p', { 'data-who': this.props.who, style: { fontSize: 12, marginTop: '1em', WebkitFlex: 1, '--x': 'y' } }, 'Hello ', this.state.upper, '!'); }
}
const App = () => h(Theme.Provider, { value: 'dark' },
  h('h1', { title: '"<&>"' }, '<escaped> & ', 'text', null, false, 0),
  h(Button, { disabled: true, onClick: () => {}, 'aria-label': 'x', tabIndex: -1 }, 'press'),
  h(Counter, { start: 0 }), h(Old, { who: 'ada' }), h(Old), h(Slow, { items: ['x', 'y'] }),
  h('input', { defaultValue: 'v', type: 'text', readOnly: true }), h('select', { defaultValue: 'b' }, h('option', { value: 'a' }, 'A'), h('option', { value: 'b' }, 'B')),
  h('div', { dangerouslySetInnerHTML: { __html: '<b>raw</b>' } }), h('svg', { viewBox: '0 0 1 1', strokeWidth: 2 }, h('path', { d: 'M0 0' })), h('my-element', { custom: 'yes', flag: true }), h('textarea', { defaultValue: 'a\nb' }));
console.log(renderToStaticMarkup(h(App)));
console.log(renderToString(h(Counter, { start: 1 })));
console.log(renderToStaticMarkup(jsxs('p', { children: ['runtime ', jsx('em', { children: 'jsx' })] })));

const element = h('a', { href: '/x', key: 'k' }, 'one', h('b'), null);
console.log(isValidElement(element), Children.count(element.props.children), Children.toArray(element.props.children).length, renderToStaticMarkup(cloneElement(element, { href: '/y' }, 'other')), React.version.split('.').length);

const Late = lazy(async () => { await null; return { default: () => h('i', null, 'late') }; });
const data = new Promise((resolve) => setTimeout(resolve, 5, 'data'));
const Reader = () => h('s', null, use(data));
let html = '';
await new Promise((resolve, reject) => {
  const stream = renderToPipeableStream(h('main', null, h(Suspense, { fallback: '...' }, h(Late), h(Reader))), {
    onAllReady() { stream.pipe(new Writable({ write(chunk, encoding, done) { html += chunk; done(); }, final(done) { done(); resolve(); } })); },
    onError: reject,
  });
});
console.log(html);
try {
  renderToString(h(() => { throw new Error('while rendering'); }));
} catch (error) {
  console.log(error.message);
}
