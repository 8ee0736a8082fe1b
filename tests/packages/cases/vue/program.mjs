import { Suspense, Teleport, compile, computed, createSSRApp, defineAsyncComponent, defineComponent, effectScope, h, inject, nextTick, provide, reactive, readonly, ref, toRefs, watch, watchEffect } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { compileScript, compileTemplate, parse } from 'vue/compiler-sfc';

const state = reactive({ count: 1, list: [{ name: 'a' }], nested: { deep: new Map([['k', 1]]) } });
const double = computed(() => state.count * 2);
const seen = [];
const scope = effectScope();
scope.run(() => {
  watchEffect(() => seen.push(`effect ${double.value}`));
  watch(() => state.nested.deep.get('k'), (now, before) => seen.push(`watch ${before}->${now}`), { flush: 'sync' });
  watch([() => state.count, () => state.list.length], ([count, length]) => seen.push(`both ${count} ${length}`));
});
state.count = 5;
state.list.push({ name: 'b' });
state.nested.deep.set('k', 2);
await nextTick();
scope.stop();
state.count = 9;
await nextTick();
console.log(seen.join(' | '), double.value, toRefs(state).count.value, readonly(state).count);

const Child = defineComponent({
  props: { title: { type: String, required: true }, size: { type: Number, default: 3 } },
  emits: ['done'],
  setup(props, { slots, attrs }) {
    const theme = inject('theme', 'none');
    return () => h('section', { class: ['child', { big: props.size > 2 }], ...attrs }, [props.title, '/', theme, slots.default?.({ n: props.size }) ?? 'no slot']);
  },
});
const app = createSSRApp({
  components: { Child, Late: defineAsyncComponent(async () => { await null; return { render: () => h('em', 'late') }; }) },
  template: `<main :id="'m' + count" :style="{ color: 'red', fontSize: size + 'px' }">
    <p v-if="count > 1">{{ message.toUpperCase() }} &amp; {{ 1 + 1 }}</p><p v-else>no</p>
    <li v-for="(item, index) in items" :key="item.id" :class="{ on: item.on }">{{ index }}:{{ item.text }}</li>
    <input v-model="message" disabled><span v-html="raw" /><span v-show="false" v-bind="{ 'data-a': 1 }">hidden</span>
    <Child title="<T>" :size="2" data-x="1"><template #default="{ n }">slot {{ n }}</template></Child><Child title="plain" /><Late /><select v-model="pick"><option value="a">A</option><option value="b">B</option></select>
  </main>`,
  setup() {
    provide('theme', 'dark');
    return { count: ref(2), size: 12, message: ref('hello "q"'), items: reactive([{ id: 1, text: 'one', on: true }, { id: 2, text: '<two>' }]), raw: '<b>raw</b>', pick: 'b' };
  },
});
app.config.globalProperties.$global = 'g';
app.directive('mark', { getSSRProps: () => ({ 'data-mark': 'yes' }) });
console.log(await renderToString(app));
const context = {};
console.log(await renderToString(createSSRApp({ render: () => h(Suspense, null, { default: () => h('p', [h('i'), h(Teleport, { to: '#t' }, h('b', 'moved'))]) }) }), context), JSON.stringify(context.teleports));
console.log(typeof compile('<p :a="b">{{ c }}</p>'));

const { descriptor, errors } = parse('<script setup lang="js">import { ref } from "vue"; const n = ref(1); defineProps({ a: String })</script><template><p @click="n++">{{ n }} {{ a }}</p></template><style scoped>p { color: red }</style>');
const script = compileScript(descriptor, { id: 'x', inlineTemplate: true });
console.log(errors.length, Object.keys(script.bindings).sort().join(), descriptor.styles[0].scoped);
console.log(compileTemplate({ source: '<a :href="x" class="s"><slot name="n"/></a>', filename: 'a.vue', id: 'x' }).code);
