import { Component, Fragment, cloneElement, createContext, createElement, createRef, h, isValidElement, toChildArray } from 'preact';
import { useContext, useId, useMemo, useReducer, useState } from 'preact/hooks';
import { jsx } from 'preact/jsx-runtime';
import { memo, forwardRef } from 'preact/compat';
import { render, renderToStringAsync } from 'preact-render-to-string';
import { Suspense, lazy } from 'preact/compat';

const Theme = createContext('light');
const Themed = ({ children }) => h('section', { class: useContext(Theme) }, children);
const Counter = ({ from }) => {
  const [count] = useState(() => from * 2);
  const [state] = useReducer((value) => value, { list: ['a', 'b'] });
  return h(Fragment, null, h('label', { for: useId() }, useMemo(() => `n=${count}`, [count])), state.list.map((one) => h('i', { key: one }, one)));
};
class Old extends Component {
  constructor(props) { super(props); this.state = { name: props.name }; }
  static getDerivedStateFromProps = (props, state) => ({ shout: state.name.toUpperCase() });
  render({ children }, { shout }) { return h('p', { style: { color: 'red', marginTop: 3 } }, shout, children); }
}
const Field = forwardRef((props, ref) => h('input', { ref, ...props }));
console.log(render(h(Theme.Provider, { value: 'dark' }, h(Themed, null, h(Counter, { from: 4 }), h(Old, { name: 'ada' }, '<esc> & "q"', null, true, 0), h(Field, { ref: createRef(), value: 'v"', disabled: true, checked: false, onInput() {} })))));
console.log(render(h('div', { className: 'c', dangerouslySetInnerHTML: { __html: '<b>raw</b>' } })), render(h('svg', { strokeWidth: 2, xlinkHref: '#a' }, h('path', { d: 'M0' }))), render(h('select', { value: 'b' }, h('option', { value: 'a' }), h('option', { value: 'b' }))));
console.log(render(jsx('p', { children: ['jsx ', 5n] })), render(h(memo(() => h('u', null, [1, [2, [3]]])))), render(h('br')), render('only text'), render(null) === '');
const element = createElement('a', { href: '/', key: 1 }, 'x', h('b'));
console.log(isValidElement(element), toChildArray(element.props.children).length, render(cloneElement(element, { href: '/y' }, 'z')), render(h('custom-tag', { someProp: 1, 'data-x': '' })));
const Late = lazy(async () => { await null; return { default: () => h('em', null, 'late') }; });
console.log(await renderToStringAsync(h('main', null, h(Suspense, { fallback: 'wait' }, h(Late)))));
try {
  render(h(() => { throw new Error('while rendering'); }));
} catch (error) {
  console.log(error.message);
}
