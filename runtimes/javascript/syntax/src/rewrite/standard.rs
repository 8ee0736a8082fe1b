//! ECMAScript's decorators, for an engine that has none.
//!
//! A class with decorators becomes the argument of a record that applies them. The expressions stay
//! where they stand: those of a member become part of the computed name of a method before it, which
//! is evaluated when they have to be, in their order among the names of members; the method itself
//! is deleted. A static block at the start of the class applies them, after its methods are defined
//! and before its fields.

use oxc::{
    ast::ast::{Class, PropertyKey},
    span::GetSpan,
};

use super::{
    Rewriter,
    decorators::{Member, Sort},
    prelude,
};

/// Makes the record of a class. `add` and `key` are called in names of members, `members` in the
/// first static block, `run`, `init` and `after` in the values of fields.
pub(super) const RUNTIME: &str = "(className) => { \
    const junk = Symbol(), list = [], statics = [], instances = [], finals = []; \
    let result, metadata; \
    const accept = (f) => { if (f !== undefined && typeof f !== \"function\") throw new TypeError(\"A decorator must return a function or undefined\"); return f; }; \
    const call = (d, value, context, inits) => { let open = true; \
        if (typeof d !== \"function\") throw new TypeError(\"A decorator must be a function\"); \
        context.metadata = metadata; \
        context.addInitializer = (f) => { if (!open) throw new TypeError(\"Cannot add initializers after decoration has completed\"); \
            if (typeof f !== \"function\") throw new TypeError(\"An initializer must be a function\"); inits.push(f); }; \
        try { return d(value, context); } finally { open = false; } }; \
    const apply = (c, r) => { const target = r.isStatic ? c : c.prototype; \
        const kind = [\"method\", \"getter\", \"setter\", \"field\", \"accessor\"][r.sort]; \
        const desc = r.sort === 3 ? undefined : Object.getOwnPropertyDescriptor(target, r.name); \
        const part = [\"value\", \"get\", \"set\"][r.sort]; \
        const inits = r.sort >= 3 ? r.after : r.isStatic ? statics : instances; \
        for (const d of r.decorators.reverse()) { const name = r.name; \
            const access = r.access ?? { has: (o) => name in o, get: (o) => o[name], set: (o, v) => { o[name] = v; } }; \
            if (r.sort === 2) delete access.get; else if (r.sort < 2) delete access.set; \
            const context = { kind, name, static: r.isStatic, private: r.access !== null, access }; \
            if (r.sort === 4) { const v = call(d, { get: desc.get, set: desc.set }, context, inits); \
                if (v === undefined) continue; \
                if (v === null || typeof v !== \"object\") throw new TypeError(\"An accessor's decorator must return an object or undefined\"); \
                desc.get = accept(v.get) ?? desc.get; desc.set = accept(v.set) ?? desc.set; \
                if (accept(v.init)) r.inits.unshift(v.init); continue; } \
            const v = accept(call(d, desc?.[part], context, inits)); \
            if (v === undefined) continue; \
            if (r.sort === 3) r.inits.unshift(v); else desc[part] = v; } \
        if (desc) Object.defineProperty(target, r.name, desc); }; \
    return { decorators: [], \
        add(sort, isStatic, name, access, decorators) { list.push({ sort, isStatic, name, access, decorators, inits: [], after: [] }); return junk; }, \
        key(k) { k = typeof k === \"symbol\" ? k : `${k}`; list[list.length - 1].name = k; return k; }, \
        members(c) { delete c[junk]; const parent = Object.getPrototypeOf(c); \
            metadata = Symbol.metadata ? Object.create(parent?.[Symbol.metadata] ?? null) : undefined; \
            for (const field of [false, true]) for (const isStatic of [true, false]) for (const r of list) \
                if (r.isStatic === isStatic && (r.sort === 3) === field) apply(c, r); \
            result = c; \
            for (const d of this.decorators.reverse()) { \
                const context = { kind: \"class\", name: className || result.name || undefined }; \
                result = accept(call(d, result, context, finals)) ?? result; } \
            if (metadata) Object.defineProperty(result, Symbol.metadata, { configurable: true, writable: true, value: metadata }); \
            for (const f of statics) f.call(c); }, \
        run(self) { for (const f of instances) f.call(self); }, \
        init(n, self, v) { for (const f of list[n].inits) v = f.call(self, v); return v; }, \
        after(n, self) { for (const f of list[n].after) f.call(self); }, \
        end() { for (const f of finals) f.call(result); return result; } }; };";

impl<'a> Rewriter<'a, '_> {
    /// A name for the record of a class.
    pub(super) fn class_record(&mut self) -> String {
        let number = self.classes.made;
        self.classes.made += 1;
        prelude::unused(self.source, &format!("_class{number}"))
    }

    /// Applies decorators at the start of a class that has some.
    pub(super) fn open_standard_members(&mut self, it: &Class<'a>, record: Option<String>) {
        let Some(record) = record else { return };
        let run = self.unused("#_run");
        let code = format!(" static {{ {record}.members(this); }} {run} = {record}.run(this);");
        self.edits.close(it.body.span.start + 1, code);
        if let Some(state) = self.classes.open.last_mut() {
            state.members.name = Some(record);
        }
    }

    /// Rewrites the decorators of a member. Gives its number if its value passes through them.
    pub(super) fn standard_member(&mut self, it: &Member<'_, 'a>) -> Option<u32> {
        let decorated = it
            .function
            .iter()
            .flat_map(|function| &function.params.items);
        if let Some(parameter) = decorated
            .into_iter()
            .find(|item| !item.decorators.is_empty())
        {
            self.refuse(
                parameter.span,
                "Decorators of parameters need `experimentalDecorators`",
            );
        }
        let last = it.decorators.last()?;
        let record = self
            .classes
            .open
            .last()
            .and_then(|state| state.members.name.clone())?;
        let span = it.key.span();
        let mut access = "null".to_owned();
        let name = match it.key {
            PropertyKey::StaticIdentifier(name) => format!("\"{}\"", name.name),
            PropertyKey::StringLiteral(_) => self.text(span.start, span.end).to_owned(),
            PropertyKey::PrivateIdentifier(name) if it.sort == Sort::Field => {
                let name = format!("#{}", name.name);
                access = format!(
                    "{{ has: (o) => {name} in o, get: (o) => o.{name}, set: (o, v) => {{ o.{name} = v; }} }}"
                );
                format!("\"{name}\"")
            }
            PropertyKey::PrivateIdentifier(_) => {
                self.refuse(
                    last.span,
                    "Decorators of private methods and accessors are not supported",
                );
                return None;
            }
            PropertyKey::NumericLiteral(_) | PropertyKey::BigIntLiteral(_) if !it.computed => {
                format!("String({})", self.text(span.start, span.end))
            }
            _ => "\"\"".to_owned(),
        };
        let sort = match it.sort {
            Sort::Constructor => {
                self.refuse(last.span, "Decorators are not valid on constructors");
                return None;
            }
            Sort::Method => 0,
            Sort::Getter => 1,
            Sort::Setter => 2,
            Sort::Field => 3,
            Sort::Accessor => 4,
        };
        let is_static = it.is_static;
        let head = format!("static [{record}.add({sort}, {is_static}, {name}, {access}, [");
        self.decorator_list(it.decorators, &head);
        self.edits.close(last.span.end, "])]() {} ");
        if name == "\"\"" {
            self.edits.insert(span.start, format!("{record}.key("));
            self.edits.close(span.end, ")");
        }
        let state = self.classes.open.last_mut()?;
        let number = state.members.count;
        state.members.count += 1;
        matches!(it.sort, Sort::Field | Sort::Accessor).then_some(number)
    }

    /// Starts the value of a field whose decorators may replace it: at its start, or at `end` of the
    /// field if it has none.
    pub(super) fn open_value(&mut self, number: Option<u32>, start: Option<u32>, end: u32) {
        let Some((number, record)) = self.value_of(number) else {
            return;
        };
        match start {
            Some(start) => self
                .edits
                .insert(start, format!("{record}.init({number}, this, ")),
            None => self
                .edits
                .close(end, format!(" = {record}.init({number}, this, undefined")),
        }
    }

    /// Ends the value of such a field.
    pub(super) fn close_value(&mut self, number: Option<u32>, end: u32, is_static: bool) {
        let Some((number, record)) = self.value_of(number) else {
            return;
        };
        let after = self.unused("#_after");
        let keyword = if is_static { "static " } else { "" };
        let code = format!("); {keyword}{after}{number} = {record}.after({number}, this)");
        self.edits.close(end, code);
    }

    fn value_of(&self, number: Option<u32>) -> Option<(u32, String)> {
        let number = number?;
        let record = self
            .classes
            .open
            .last()
            .and_then(|state| state.members.name.clone())?;
        Some((number, record))
    }
}
